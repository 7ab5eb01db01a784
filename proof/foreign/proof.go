package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checks a C2SP tlog-proof whose extra data are the entry.
func check(file string, keys []note.Verifier) (string, error) {
	bytes, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	head, signed, found := strings.Cut(string(bytes), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return "", errors.New("this is no tlog-proof")
	}
	digits, found := strings.CutPrefix(lines[1], "extra ")
	if !found {
		return "", errors.New("the proof does not carry the entry")
	}
	entry, err := base64.StdEncoding.Strict().DecodeString(digits)
	if err != nil {
		return "", fmt.Errorf("extra: %w", err)
	}
	place, found := strings.CutPrefix(lines[2], "index ")
	index, err := strconv.ParseInt(place, 10, 64)
	if !found || err != nil || index < 0 || strconv.FormatInt(index, 10) != place {
		return "", fmt.Errorf("no index: %q", lines[2])
	}
	var path tlog.RecordProof
	for _, line := range lines[3:] {
		raw, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(raw) != tlog.HashSize {
			return "", fmt.Errorf("no hash: %q", line)
		}
		path = append(path, tlog.Hash(raw))
	}
	at, err := openCheckpoint([]byte(signed), keys)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	if index >= at.tree.N {
		return "", fmt.Errorf("entry %d of %d", index, at.tree.N)
	}
	if err := tlog.CheckRecord(path, at.tree.N, at.tree.Hash, index, tlog.RecordHash(entry)); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s: entry %d of %d", at.origin, index, at.tree.N), nil
}
