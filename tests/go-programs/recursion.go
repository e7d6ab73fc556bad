// Deep direct recursion, mutual recursion and a tree walk, every allocation recorded.
package main

import (
	"log"
	"runtime"
	"runtime/pprof"
)

var kept [][]byte

func down(depth int) {
	if depth == 0 {
		kept = append(kept, make([]byte, 100_000))
		return
	}
	down(depth - 1)
	if depth%16 == 0 {
		kept = append(kept, make([]byte, 512))
	}
}

func ping(n int) {
	if n > 0 {
		kept = append(kept, make([]byte, 64*n))
		pong(n - 1)
	}
}

func pong(n int) {
	if n > 0 {
		kept = append(kept, make([]byte, 32*n))
		ping(n - 1)
	}
}

type tree struct{ left, right *tree }

func plant(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{plant(depth - 1), plant(depth - 1)}
}

func main() {
	runtime.MemProfileRate = 1
	down(200)
	ping(30)
	root := plant(8)
	runtime.GC()
	write("heap", pprof.WriteHeapProfile)
	if root.left == nil || len(kept) == 0 {
		log.Fatal("lost")
	}
}
