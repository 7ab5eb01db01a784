package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = int64(1) << tileHeight
)

// Reads tiles where C2SP puts them: tlog's own paths with the height left out.
type tileFolder struct {
	folder string
}

func (f *tileFolder) Height() int { return tileHeight }

func (f *tileFolder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := readPartialOrFull(f.folder+"/"+path, tile.W)
		if err != nil {
			return nil, err
		}
		size := tile.W * tlog.HashSize
		if len(data) < size {
			return nil, fmt.Errorf("%s has %d bytes instead of %d", path, len(data), size)
		}
		all = append(all, data[:size])
	}
	return all, nil
}

func (f *tileFolder) SaveTiles([]tlog.Tile, [][]byte) {}

// A partial file may be gone once the full one is there.
func readPartialOrFull(path string, width int) ([]byte, error) {
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) && int64(width) < tileWidth {
		return os.ReadFile(path[:strings.LastIndex(path, ".p/")])
	}
	return data, err
}

// The first entries of a bundle: each has its length before it, two bytes.
func readBundle(folder string, bundle int64, width int) ([][]byte, error) {
	path := tlog.Tile{H: tileHeight, L: -1, N: bundle, W: width}.Path()
	path = strings.Replace(path, "tile/8/data/", "tile/entries/", 1)
	data, err := readPartialOrFull(folder+"/"+path, width)
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(entries) < width {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("%s ends in the middle of an entry", path)
		}
		length := int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:2+length])
		data = data[2+length:]
	}
	return entries, nil
}
