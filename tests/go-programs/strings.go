// Grows a slice of a million strings and drops it before it writes the heap profile: nothing is in
// use at the end, and everything is in the allocated columns.
package main

import (
	"bytes"
	"log"
	"runtime"
	"runtime/pprof"
)

const count = 1_000_000

func grow() []string {
	all := make([]string, 0)
	for range count {
		all = append(all, "my string")
	}
	return all
}

func main() {
	var cpu bytes.Buffer
	if err := pprof.StartCPUProfile(&cpu); err != nil {
		log.Fatal(err)
	}
	if len(grow()) != count {
		log.Fatal("wrong count")
	}
	runtime.GC()
	write("heap", pprof.WriteHeapProfile)
	writeNamed("allocs")
	pprof.StopCPUProfile()
}
