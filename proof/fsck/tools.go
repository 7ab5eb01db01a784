// Package fsck pins Tessera's fsck, which checks a whole log of ours: go build -o FOLDER tool
package fsck
