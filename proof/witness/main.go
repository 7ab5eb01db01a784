// Command witness checks a checkpoint that our witness cosigned, and one of ours that a foreign
// witness cosigned, with other people's code: the note is read by golang.org/x/mod/sumdb/note, the
// cosignature by transparency-dev/formats. The foreign witness itself, litewitness of
// filippo.io/torchwood, is a tool of this module: go build -o FOLDER tool
//
//	witness CHECKPOINT LOG-KEY WITNESS-KEY...
//
// Exit code 0: the log and each witness have signed; 1: not, and one line says why.
package main

import (
	"fmt"
	"os"

	"github.com/transparency-dev/formats/log"
	f_note "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: witness CHECKPOINT LOG-KEY WITNESS-KEY...")
		os.Exit(2)
	}
	if err := check(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

func check(file, logKey string, witnesses []string) error {
	message, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	own, err := note.NewVerifier(logKey)
	if err != nil {
		return err
	}
	keys := []note.Verifier{own}
	for _, each := range witnesses {
		key, err := f_note.NewVerifierForCosignatureV1(each)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	opened, err := note.Open(message, note.VerifierList(keys...))
	if err != nil {
		return err
	}
	if len(opened.Sigs) != len(keys) {
		return fmt.Errorf("%d of %d have signed", len(opened.Sigs), len(keys))
	}
	var checkpoint log.Checkpoint
	if _, err := checkpoint.Unmarshal([]byte(opened.Text)); err != nil {
		return err
	}
	fmt.Printf("%s: %d entries, signed by %d\n", checkpoint.Origin, checkpoint.Size, len(keys))
	return nil
}

