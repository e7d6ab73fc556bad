// Works under labels: they end up on the samples of the CPU profile and of the goroutine profile.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"log"
	"os"
	"runtime/pprof"
	"sync"
	"time"
)

func work(until time.Time) {
	block := make([]byte, 4096)
	for time.Now().Before(until) {
		sum := sha256.Sum256(block)
		copy(block, sum[:])
	}
}

func main() {
	var cpu bytes.Buffer
	if err := pprof.StartCPUProfile(&cpu); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	until := time.Now().Add(600 * time.Millisecond)
	stop := make(chan struct{})
	var working, waiting sync.WaitGroup
	for _, user := range []string{"alice", "bob", ""} {
		labels := pprof.Labels("user", user, "request", "search, \"quoted\"", "kind", "load=1")
		working.Add(1)
		waiting.Add(1)
		go pprof.Do(ctx, labels, func(ctx context.Context) {
			defer waiting.Done()
			pprof.Do(ctx, pprof.Labels("step", "hash"), func(context.Context) { work(until) })
			working.Done()
			<-stop
		})
	}
	working.Wait()
	writeNamed("goroutine")
	close(stop)
	waiting.Wait()
	pprof.StopCPUProfile()
	write("cpu", func(w io.Writer) error { _, err := w.Write(cpu.Bytes()); return err })
	if cpu.Len() == 0 {
		os.Exit(1)
	}
}
