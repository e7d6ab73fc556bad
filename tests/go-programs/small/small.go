// Next to nothing: it is compiled for systems whose standard library is not there yet.
package main

type tree struct{ left, right *tree }

func (t *tree) depth() int {
	if t == nil {
		return 0
	}
	return 1 + max(t.left.depth(), t.right.depth())
}

func grow(n int) *tree {
	if n == 0 {
		return nil
	}
	return &tree{grow(n - 1), grow(n - 1)}
}

func main() { println(grow(9).depth()) }
