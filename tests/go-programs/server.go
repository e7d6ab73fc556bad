// A program that lives: it works a little all the time and serves its profiles until its standard input
// ends. Asked for nothing, it stores its goroutines and ends.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"
)

var (
	kept  [][]byte
	mutex sync.Mutex
)

func keep(size int) {
	mutex.Lock()
	defer mutex.Unlock()
	kept = append(kept, make([]byte, size))
	if len(kept) > 500 {
		kept = slices.Delete(kept, 0, 250)
	}
	time.Sleep(100 * time.Microsecond)
}

func work(stop <-chan struct{}) {
	numbers := make([]int, 20_000)
	for round := 0; ; round++ {
		for i := range numbers {
			numbers[i] = (i*7919 + round) % 10_007
		}
		slices.Sort(numbers)
		keep(8 << 10)
		select {
		case <-stop:
			return
		case <-time.After(time.Millisecond):
		}
	}
}

func main() {
	runtime.MemProfileRate = 4 << 10
	runtime.SetMutexProfileFraction(1)
	runtime.SetBlockProfileRate(1)
	stop := make(chan struct{})
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() { work(stop) })
	}
	if len(os.Args) == 1 {
		writeNamed("goroutine")
		close(stop)
		all.Wait()
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go http.Serve(listener, nil)
	fmt.Println(listener.Addr())
	io.Copy(io.Discard, os.Stdin)
}
