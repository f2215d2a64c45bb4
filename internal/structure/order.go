package main

import (
	"math"
	"slices"
)

// mostExact is the largest number of files that depend on each other for which
// the best order is found by looking at all of them.
const mostExact = 22

// An ordering is an order of files in which few arrows run up: a file may use
// those before it.
type ordering struct {
	order []int
	up    []arrow // those that run against the order, as they are in the graph
	// exact reports that no order has fewer arrows that run up. If it is false, a
	// group of files that depend on each other was too large to look at every
	// order, and there may be a better one.
	exact bool
}

// bestOrder returns an order with the fewest arrows that run against it. Among
// equal ones it takes one in which fewest names are used against it.
func bestOrder(g graph) ordering {
	result := ordering{exact: true}
	for _, group := range components(g) {
		c := newCosts(g, group)
		var order []int
		if len(group) <= mostExact {
			order = c.exactly()
		} else {
			order = c.nearly()
			result.exact = false
		}
		for _, i := range order {
			result.order = append(result.order, group[i])
		}
	}
	place := make([]int, len(g.files))
	for i, f := range result.order {
		place[f] = i
	}
	for _, a := range g.arrows {
		if place[a.from] < place[a.to] {
			result.up = append(result.up, a)
		}
	}
	return result
}

// components returns the groups of files that depend on each other, each after
// those that it uses: Tarjan's strongly connected components.
func components(g graph) [][]int {
	uses := make([][]int, len(g.files))
	for _, a := range g.arrows {
		uses[a.from] = append(uses[a.from], a.to)
	}
	var groups [][]int
	var stack []int
	number := make([]int, len(g.files)) // in the order of visits, from 1
	low := make([]int, len(g.files))
	onStack := make([]bool, len(g.files))
	visited := 0
	var visit func(f int)
	visit = func(f int) {
		visited++
		number[f], low[f] = visited, visited
		stack = append(stack, f)
		onStack[f] = true
		for _, to := range uses[f] {
			if number[to] == 0 {
				visit(to)
				low[f] = min(low[f], low[to])
			} else if onStack[to] {
				low[f] = min(low[f], number[to])
			}
		}
		if low[f] != number[f] {
			return
		}
		at := slices.Index(stack, f)
		group := slices.Clone(stack[at:])
		stack = stack[:at]
		for _, m := range group {
			onStack[m] = false
		}
		slices.Sort(group)
		groups = append(groups, group)
	}
	for f := range g.files {
		if number[f] == 0 {
			visit(f)
		}
	}
	return groups
}

// costs holds the cost of putting a file of a group after another file that uses
// it: costs[user][used].
type costs [][]int64

// One arrow costs more than any number of names.
const perArrow = 1 << 32

func newCosts(g graph, group []int) costs {
	c := make(costs, len(group))
	place := map[int]int{}
	for i, f := range group {
		c[i] = make([]int64, len(group))
		place[f] = i
	}
	for _, a := range g.arrows {
		from, ok := place[a.from]
		to, both := place[a.to]
		if ok && both {
			c[from][to] = perArrow + int64(len(a.names))
		}
	}
	return c
}

// exactly finds the best order by dynamic programming over the sets of files that
// may come first. Time and memory double with every file.
func (c costs) exactly() []int {
	n := len(c)
	if n == 1 {
		return []int{0}
	}
	// after[v] is what it costs if v comes after a set of files, by the lower and
	// the upper half of the set.
	half := (n + 1) / 2
	low, high := make([][]int64, n), make([][]int64, n)
	for v := range n {
		low[v] = make([]int64, 1<<half)
		high[v] = make([]int64, 1<<(n-half))
		for u := range half {
			for set := range 1 << u {
				low[v][1<<u|set] = low[v][set] + c[u][v]
			}
		}
		for u := range n - half {
			for set := range 1 << u {
				high[v][1<<u|set] = high[v][set] + c[half+u][v]
			}
		}
	}
	best := make([]int64, 1<<n)
	last := make([]uint8, 1<<n)
	for set := 1; set < 1<<n; set++ {
		best[set] = math.MaxInt64
		for v := range n {
			if set>>v&1 == 0 {
				continue
			}
			before := set &^ (1 << v)
			cost := best[before] + low[v][before&(1<<half-1)] + high[v][before>>half]
			if cost < best[set] {
				best[set], last[set] = cost, uint8(v)
			}
		}
	}
	order := make([]int, n)
	for set, i := 1<<n-1, n-1; i >= 0; i-- {
		order[i] = int(last[set])
		set &^= 1 << last[set]
	}
	return order
}

// nearly finds a good order: it moves single files to their best places until no
// move helps, from several starts.
func (c costs) nearly() []int {
	n := len(c)
	var best []int
	for start := range n {
		order := make([]int, n)
		for i := range order {
			order[i] = (start + i) % n
		}
		for c.improve(order) {
		}
		if best == nil || c.total(order) < c.total(best) {
			best = order
		}
	}
	return best
}

// improve moves one file to a place that costs less, if there is one.
func (c costs) improve(order []int) bool {
	for i, v := range order {
		var change, least int64
		to := i
		for j := i - 1; j >= 0; j-- { // v before order[j] instead of after it
			change += c[v][order[j]] - c[order[j]][v]
			if change < least {
				least, to = change, j
			}
		}
		change = 0
		for j := i + 1; j < len(order); j++ {
			change += c[order[j]][v] - c[v][order[j]]
			if change < least {
				least, to = change, j
			}
		}
		if to == i {
			continue
		}
		if to < i {
			copy(order[to+1:i+1], order[to:i])
		} else {
			copy(order[i:to], order[i+1:to+1])
		}
		order[to] = v
		return true
	}
	return false
}

// total returns the cost of an order.
func (c costs) total(order []int) int64 {
	var sum int64
	for i, v := range order {
		for _, u := range order[:i] {
			sum += c[u][v]
		}
	}
	return sum
}
