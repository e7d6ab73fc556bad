// Compiled together with each program of this folder: where its profiles go.
package main

import (
	"io"
	"log"
	"os"
	"runtime/pprof"
)

// write stores one profile as NAME.pb.gz in the current directory.
func write(name string, encode func(io.Writer) error) {
	file, err := os.Create(name + ".pb.gz")
	if err != nil {
		log.Fatal(err)
	}
	if err := encode(file); err != nil {
		log.Fatal(err)
	}
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
}

// writeNamed stores a profile that the runtime keeps under the given name.
func writeNamed(name string) {
	write(name, func(w io.Writer) error { return pprof.Lookup(name).WriteTo(w, 0) })
}
