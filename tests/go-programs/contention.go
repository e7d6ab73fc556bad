// Goroutines that wait for one another: the mutex, block, goroutine and threadcreate profiles.
package main

import (
	"runtime"
	"sync"
	"time"
)

type counter struct {
	mutex sync.Mutex
	value int
}

func (c *counter) add(n int) {
	for range n {
		c.mutex.Lock()
		c.value++
		time.Sleep(50 * time.Microsecond)
		c.mutex.Unlock()
	}
}

func produce(items chan<- int, n int) {
	for i := range n {
		time.Sleep(100 * time.Microsecond)
		items <- i
	}
	close(items)
}

func main() {
	runtime.SetMutexProfileFraction(1)
	runtime.SetBlockProfileRate(1)
	var all sync.WaitGroup
	var shared counter
	for range 6 {
		all.Go(func() { shared.add(60) })
	}
	items := make(chan int)
	all.Go(func() { produce(items, 100) })
	for range items {
	}
	writeNamed("goroutine")
	all.Wait()
	writeNamed("mutex")
	writeNamed("block")
	writeNamed("threadcreate")
}
