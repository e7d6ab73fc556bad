// Walks a directory of many files in lexical order and writes a heap profile at the first and at
// the last visit, as the runtime last saw the heap and again after a forced collection.
package main

import (
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
)

const files = 20_000

func main() {
	runtime.MemProfileRate = 4096
	directory, err := os.MkdirTemp("", "walk")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(directory)
	fill(directory)
	visited := 0
	err = filepath.Walk(directory, func(path string, _ fs.FileInfo, err error) error {
		if visited == 1 {
			writeBoth("first-visit")
		}
		if visited == files {
			writeBoth("last-visit")
		}
		visited++
		return err
	})
	if err != nil || visited != files+1 {
		log.Fatal(visited, err)
	}
}

func fill(directory string) {
	for i := range files {
		if err := os.WriteFile(filepath.Join(directory, fmt.Sprintf("file-%07d", i)), nil, 0o600); err != nil {
			log.Fatal(err)
		}
	}
}

func writeBoth(name string) {
	write(name, pprof.WriteHeapProfile)
	runtime.GC()
	write(name+"-collected", pprof.WriteHeapProfile)
}
