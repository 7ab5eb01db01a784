package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"filippo.io/mldsa"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const mldsaType = 6

// Ed25519 keys are note's own; type 6 is C2SP's ML-DSA-44 (tlog-cosignature), which note leaves to
// whoever brings a verifier.
func newVerifier(line string) (note.Verifier, error) {
	name, rest, _ := strings.Cut(line, "+")
	id, digits, _ := strings.Cut(rest, "+")
	typed, err := base64.StdEncoding.Strict().DecodeString(digits)
	if err != nil || len(typed) == 0 || typed[0] != mldsaType {
		return note.NewVerifier(line)
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), typed...))
	hash := binary.BigEndian.Uint32(sum[:])
	if given, err := strconv.ParseUint(id, 16, 32); err != nil || uint32(given) != hash {
		return nil, fmt.Errorf("the key %s has the id %s instead of %08x", name, id, hash)
	}
	key, err := mldsa.NewPublicKey(mldsa.MLDSA44(), typed[1:])
	if err != nil {
		return nil, err
	}
	return &treeVerifier{name, hash, key}, nil
}

// Verifies a timestamped ML-DSA-44 signature over the tree that a checkpoint's text names.
type treeVerifier struct {
	name string
	hash uint32
	key  *mldsa.PublicKey
}

func (v *treeVerifier) Name() string    { return v.name }
func (v *treeVerifier) KeyHash() uint32 { return v.hash }

func (v *treeVerifier) Verify(text, signature []byte) bool {
	lines := strings.Split(string(text), "\n")
	if len(lines) != 4 || len(signature) < 8 {
		return false
	}
	size, err := strconv.ParseUint(lines[1], 10, 64)
	if err != nil {
		return false
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil || len(lines[0]) > 255 || len(v.name) > 255 {
		return false
	}
	message := []byte("subtree/v1\n\x00")
	message = append(message, byte(len(v.name)))
	message = append(message, v.name...)
	message = append(message, signature[:8]...)
	message = append(message, byte(len(lines[0])))
	message = append(message, lines[0]...)
	message = binary.BigEndian.AppendUint64(message, 0)
	message = binary.BigEndian.AppendUint64(message, size)
	message = append(message, root[:]...)
	return mldsa.Verify(v.key, message, signature[8:], &mldsa.Options{}) == nil
}
