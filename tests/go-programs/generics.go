// Names that are hard to cut: generic functions and types, closures, method values, inlined calls.
package main

import (
	"fmt"
	"runtime"
	"runtime/pprof"
	"sort"
)

type number interface{ ~int | ~float64 }

type list[T any] struct{ items [][]T }

func (l *list[T]) push(n int)          { l.items = append(l.items, fresh[T](n)) }
func fresh[T any](n int) []T           { return make([]T, n) }
func sum[T number](all []T) (total T)  { return fold(all, func(a, b T) T { return a + b }) }
func single(n int) *[16]int            { return &[16]int{n} }
func twice(n int) (*[16]int, *[16]int) { return single(n), single(n + 1) }

func fold[T, R any](all []T, with func(R, T) R) (result R) {
	for _, item := range all {
		result = with(result, item)
	}
	return result
}

type shape interface{ points() []float64 }
type square struct{ side float64 }

func (s square) points() []float64 { return []float64{s.side, s.side, s.side, s.side} }

func main() {
	runtime.MemProfileRate = 1
	var ints list[int]
	var texts list[map[string]struct{ x, y int }]
	var pairs []*[16]int
	for i := range 50 {
		ints.push(i + 1)
		texts.push(2)
		a, b := twice(i)
		pairs = append(pairs, a, b)
	}
	add := ints.push
	add(sum([]int{1, 2, 3}))
	shapes := []shape{square{1}, square{2}}
	all := fold(shapes, func(so []float64, s shape) []float64 { return append(so, s.points()...) })
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	names := map[string][]byte{}
	for i := range 100 {
		names[fmt.Sprint("name ", i)] = func() []byte { return make([]byte, i*10+1) }()
	}
	write("heap", pprof.WriteHeapProfile)
	runtime.GC()
	write("heap-collected", pprof.WriteHeapProfile)
	runtime.KeepAlive([]any{ints, texts, pairs, names})
}
