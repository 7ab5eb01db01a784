// Command foreign checks a Domicile log with other people's code: the note and the tree are read by
// golang.org/x/mod (sumdb/note, sumdb/tlog), ML-DSA-44 by filippo.io/mldsa. What stands here is only
// what those two leave open: where C2SP tlog-tiles puts its files, how a bundle is cut into entries,
// and the lines of a checkpoint and of a tlog-proof.
//
//	foreign verify FOLDER KEYS [OLDER-CHECKPOINT...]
//	foreign check PROOF KEYS
//
// KEYS is a file with one verifier key on each line; each of them must have signed. Exit code 0: it
// holds, and one line says what; 1: it does not, and one line says why; 2: wrong usage.
package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: foreign verify FOLDER KEYS [OLDER-CHECKPOINT...] | foreign check PROOF KEYS")
		os.Exit(2)
	}
	keys, err := readKeys(os.Args[3])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	var said string
	switch os.Args[1] {
	case "verify":
		said, err = verify(os.Args[2], keys, os.Args[4:])
	case "check":
		said, err = check(os.Args[2], keys)
	default:
		fmt.Fprintln(os.Stderr, "there is no command "+os.Args[1])
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
	fmt.Println(said)
}

// A checkpoint whose signatures hold.
type checkpoint struct {
	origin string
	tree   tlog.Tree
}

func readKeys(file string) ([]note.Verifier, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var keys []note.Verifier
	for _, line := range strings.Fields(string(text)) {
		key, err := newVerifier(line)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// Opens a checkpoint: each of the keys must have signed it.
func openCheckpoint(message []byte, keys []note.Verifier) (checkpoint, error) {
	var none checkpoint
	if err := strict(message); err != nil {
		return none, err
	}
	opened, err := note.Open(message, note.VerifierList(keys...))
	if err != nil {
		return none, err
	}
	if len(opened.Sigs) != len(keys) {
		return none, fmt.Errorf("%d of %d keys have signed", len(opened.Sigs), len(keys))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return none, errors.New("a checkpoint has three lines")
	}
	for _, key := range keys {
		if key.Name() != lines[0] {
			return none, fmt.Errorf("the checkpoint of %s is signed by %s", lines[0], key.Name())
		}
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return none, fmt.Errorf("no size: %q", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return none, err
	}
	return checkpoint{lines[0], tlog.Tree{N: size, Hash: root}}, nil
}

// Go's base64 lets unused bits of the last digit be anything; C2SP's text has one form.
func strict(message []byte) error {
	_, signatures, found := bytes.Cut(message, []byte("\n\n"))
	if !found {
		return errors.New("there is no blank line before the signatures")
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(signatures), "\n"), "\n") {
		digits := line[strings.LastIndex(line, " ")+1:]
		if _, err := base64.StdEncoding.Strict().DecodeString(digits); err != nil {
			return fmt.Errorf("a signature line: %w", err)
		}
	}
	return nil
}

func verify(folder string, keys []note.Verifier, olders []string) (string, error) {
	message, err := os.ReadFile(folder + "/checkpoint")
	if err != nil {
		return "", err
	}
	signed, err := openCheckpoint(message, keys)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	hashes := tlog.TileHashReader(signed.tree, &tileFolder{folder: folder})
	root, err := tlog.TreeHash(signed.tree.N, hashes)
	if err != nil {
		return "", err
	}
	if root != signed.tree.Hash {
		return "", errors.New("the tiles give another root than the checkpoint")
	}
	if err := compareEntries(folder, signed.tree, hashes); err != nil {
		return "", err
	}
	for _, older := range olders {
		if err := consistent(older, signed, hashes, keys); err != nil {
			return "", fmt.Errorf("%s: %w", older, err)
		}
	}
	return fmt.Sprintf("%s: %d entries, root %s, %d older checkpoints", signed.origin, signed.tree.N, root, len(olders)), nil
}

// Hashes each entry of each bundle, holds it against its hash in the tiles, which tlog has proven to
// stand under the root, and builds the whole tree anew from the entries alone.
func compareEntries(folder string, tree tlog.Tree, proven tlog.HashReader) error {
	var own []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = own[index]
		}
		return found, nil
	})
	for bundle := int64(0); bundle*tileWidth < tree.N; bundle++ {
		width := min(tileWidth, tree.N-bundle*tileWidth)
		entries, err := readBundle(folder, bundle, int(width))
		if err != nil {
			return err
		}
		indexes := make([]int64, width)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, bundle*tileWidth+int64(i))
		}
		leaves, err := proven.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			index := bundle*tileWidth + int64(i)
			leaf := tlog.RecordHash(entry)
			if leaf != leaves[i] {
				return fmt.Errorf("entry %d is not what its tile says", index)
			}
			more, err := tlog.StoredHashesForRecordHash(index, leaf, reader)
			if err != nil {
				return err
			}
			own = append(own, more...)
		}
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return errors.New("the entries give another root than the checkpoint")
	}
	return nil
}

func consistent(file string, now checkpoint, hashes tlog.HashReader, keys []note.Verifier) error {
	message, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	then, err := openCheckpoint(message, keys)
	if err != nil {
		return err
	}
	if then.origin != now.origin {
		return errors.New("it is another log's")
	}
	if then.tree.N > now.tree.N {
		return fmt.Errorf("%d entries were signed and only %d are there", then.tree.N, now.tree.N)
	}
	if then.tree.N == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(now.tree.N, then.tree.N, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, now.tree.N, now.tree.Hash, then.tree.N, then.tree.Hash)
}
