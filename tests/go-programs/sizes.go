// One allocation site with many sizes, half of them freed again, and buffers of a few libraries.
package main

import (
	"bytes"
	"encoding/json"
	"log"
	"runtime"
	"runtime/pprof"
	"strings"
)

var kept [][]byte

func take(size int) []byte { return make([]byte, size) }

func main() {
	runtime.MemProfileRate = 2048
	for round := range 200 {
		for size := 16; size <= 1<<16; size *= 2 {
			block := take(size + round)
			if round%2 == 0 {
				kept = append(kept, block)
			}
		}
	}
	text := strings.Repeat("word ", 50_000)
	words := strings.Fields(text)
	encoded, err := json.Marshal(words)
	if err != nil {
		log.Fatal(err)
	}
	var buffer bytes.Buffer
	for range 4 {
		buffer.Write(encoded)
	}
	runtime.GC()
	write("heap", pprof.WriteHeapProfile)
	runtime.KeepAlive(kept)
	runtime.KeepAlive(&buffer)
}
