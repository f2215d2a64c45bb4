package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// folder returns a module example.com/m of files by name. A file's package
// clause is written for it.
func folder(files map[string]string) fstest.MapFS {
	module := fstest.MapFS{"go.mod": {Data: []byte("module example.com/m\n\ngo 1.26\n")}}
	for name, text := range files {
		if strings.HasSuffix(name, ".go") {
			text = "package " + path.Base(path.Join("m", path.Dir(name))) + "\n" + text
		}
		module[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return module
}

// loaded returns a module's package p, checked.
func loaded(t *testing.T, module fstest.MapFS) (*loader, *unit) {
	t.Helper()
	l, err := newLoader(module)
	if err != nil {
		t.Fatal(err)
	}
	u, err := l.load("p")
	if err != nil {
		t.Fatal(err)
	}
	return l, u
}

// inWords returns arrows as texts.
func inWords(g graph, arrows []arrow) []string {
	list := []string{}
	for _, a := range arrows {
		list = append(list, fmt.Sprintf("%s -> %s: %s", g.files[a.from], g.files[a.to], strings.Join(a.names, " ")))
	}
	return list
}

func TestArrows(t *testing.T) {
	l, u := loaded(t, folder(map[string]string{
		"p/base.go": `
			import "example.com/m/q"
			type node struct { next *node; q.Other }
			const limit = 3
			func helper() {}`,
		// A method counts for its own file, not for that of its type.
		"p/method.go": `func (n *node) walk() { helper() }`,
		"p/user.go": `
			import "strings"
			func use(n *node) int {
				n.next.walk()
				n.Promoted()
				limit := limit // the second one is that of base.go
				return len(strings.Repeat("x", limit))
			}
			type generic[T any] struct { value T }
			func (g *generic[T]) get() T { return g.value }`,
		// What is missing does no harm, and what is known around it is found.
		"p/missing.go": `
			import "example.org/away/v2"
			var parser = away.Parser[node]{limit: 1}
			func call(g *generic[int]) int { away.Do(parser.walk); return g.get() }`,
		"p/apart.go":       `var apart = struct{ helper int }{helper: 1}.helper`,
		"p/user_test.go":   `var _ = apart`,
		"q/q.go":           `type Other struct{}; func (Other) Promoted() {}`,
		"p/other_plan9.go": "func helper() { use(nil) }",
	}))
	g := arrowsOf(l, u)
	want := []string{
		"method.go -> base.go: helper node",
		"missing.go -> base.go: node",
		"missing.go -> user.go: generic generic.get",
		"user.go -> base.go: .next limit node",
		"user.go -> method.go: node.walk",
	}
	if diff := cmp.Diff(want, inWords(g, g.arrows)); diff != "" {
		t.Errorf("arrows (-want +got):\n%s", diff)
	}
	if o := bestOrder(g); len(o.up) != 0 || !o.exact {
		t.Errorf("%v run up", inWords(g, o.up))
	}
}

func TestBestOrderNamesTheArrowsThatRunUp(t *testing.T) {
	l, u := loaded(t, folder(map[string]string{
		"p/api.go":   `const most = 3; func Run() { load(); score(); print() }`,
		"p/load.go":  `type row struct{}; func load() row { return row{} }`,
		"p/print.go": `func print() { _ = load() }`,
		// One of the arrows between api.go and score.go has to run up: the one of
		// fewer names.
		"p/score.go": `func score() { var _ [most]row; Run() }`,
	}))
	g := arrowsOf(l, u)
	o := bestOrder(g)
	if diff := cmp.Diff([]string{"api.go -> score.go: score"}, inWords(g, o.up)); diff != "" || !o.exact {
		t.Errorf("arrows that run up, exact %t (-want +got):\n%s", o.exact, diff)
	}
}

// graphOf returns a graph of n files in which each possible arrow is there with
// a chance of one in so many.
func graphOf(random *rand.Rand, n, oneIn int) graph {
	g := graph{files: make([]string, n)}
	for from := range n {
		for to := range n {
			if from != to && random.IntN(oneIn) == 0 {
				g.arrows = append(g.arrows, arrow{from, to, make([]string, 1+random.IntN(4))})
			}
		}
	}
	return g
}

// price is what an order costs, counted one arrow at a time.
func price(g graph, order []int) int64 {
	var sum int64
	for _, a := range g.arrows {
		if slices.Index(order, a.from) < slices.Index(order, a.to) {
			sum += perArrow + int64(len(a.names))
		}
	}
	return sum
}

// cheapest returns the price of the best of all orders that begin like this.
func cheapest(g graph, begin []int) int64 {
	if len(begin) == len(g.files) {
		return price(g, begin)
	}
	best := int64(-1)
	for f := range g.files {
		if slices.Contains(begin, f) {
			continue
		}
		if p := cheapest(g, append(slices.Clone(begin), f)); best < 0 || p < best {
			best = p
		}
	}
	return best
}

func TestBestOrderIsTheBestOfAll(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		g := graphOf(random, 1+random.IntN(6), 1+random.IntN(4))
		o := bestOrder(g)
		got, want := price(g, o.order), cheapest(g, nil)
		if got != want || int64(len(o.up)) != want/perArrow || !o.exact {
			t.Errorf("order %v of %v costs %d with %d arrows up; the best costs %d", o.order, g.arrows, got, len(o.up), want)
		}
	}
}

// The search that does without looking at all orders is as good on graphs of the
// size of a package, or says that it may not be.
func TestNearlyComesNear(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		g := graphOf(random, 12, 3)
		group := make([]int, len(g.files))
		for i := range group {
			group[i] = i
		}
		c := newCosts(g, group)
		order := c.nearly()
		if sorted := slices.Sorted(slices.Values(order)); !slices.Equal(sorted, group) {
			t.Fatalf("%v is not an order", order)
		}
		got, want := price(g, order)/perArrow, price(g, c.exactly())/perArrow
		if got < want || got > want+2 {
			t.Errorf("%d arrows up, %d in the best order", got, want)
		}
	}
	large := graphOf(random, mostExact+5, 1)
	if o := bestOrder(large); o.exact || len(o.order) != mostExact+5 || len(o.up) != len(large.arrows)/2 {
		t.Errorf("%d files: exact %t, %d of %d arrows up", len(o.order), o.exact, len(o.up), len(large.arrows))
	}
	// A large graph without cycles has an exact order.
	chain := graph{files: make([]string, 2*mostExact)}
	for f := range 2*mostExact - 1 {
		chain.arrows = append(chain.arrows, arrow{f, f + 1, []string{"x"}})
	}
	if o := bestOrder(chain); !o.exact || len(o.up) != 0 {
		t.Errorf("a chain: exact %t, %d arrows up", o.exact, len(o.up))
	}
}

func TestLengths(t *testing.T) {
	body := strings.Repeat("\t_ = 0\n", mostFunctionLines)
	module := folder(map[string]string{
		"p/a.go": "// long is commented.\nfunc long() {\n" + body + "}\n" +
			"type g[T, U any] struct{}\nfunc (*g[T, U]) short() {\n}\n" +
			"var literal = []func(){func() {\nfunc() {}()\n}}\n",
		"p/b.go": strings.Repeat("//\n", mostLines),
	})
	generated := "// Code generated by hand. DO NOT EDIT.\n\npackage p\n" + strings.Repeat("//\n", mostLines)
	module["p/generated.go"] = &fstest.MapFile{Data: []byte(generated)}
	l, u := loaded(t, module)
	files, functions := lengths(l.set, u)
	wantFiles := []length{{"p/a.go", "", 90}, {"p/b.go", "", 601}}
	wantFunctions := []length{{"p/a.go:3", "long", 82}, {"p/a.go:86", "g.short", 2}, {"p/a.go:88", "function literal", 3}}
	if !slices.Equal(files, wantFiles) || !slices.Equal(functions, wantFunctions) {
		t.Errorf("files %v, functions %v", files, functions)
	}
	if top := longest(files, 1); len(top) != 1 || top[0].place != "p/b.go" {
		t.Errorf("longest file: %v", top)
	}
	want := []string{
		"p/b.go has 601 lines; a file may have 600",
		"p/a.go:3: long has 82 lines; a function may have 80",
	}
	if diff := cmp.Diff(want, tooLong(files, functions)); diff != "" {
		t.Errorf("too long (-want +got):\n%s", diff)
	}
}

func TestCheckFailsOnLongFiles(t *testing.T) {
	for lines, want := range map[int]bool{mostLines: true, mostLines + 1: false} {
		var out strings.Builder
		module := folder(map[string]string{"p/a.go": strings.Repeat("\n", lines-1)})
		ok, err := run(&out, module, []string{"./..."}, true, "")
		if err != nil || ok != want || (out.Len() == 0) != want {
			t.Errorf("%d lines: passed %t, %v, %q", lines, ok, err, out.String())
		}
	}
}

const operators = `
	type Op uint8
	const (
		Equal Op = iota
		Less
		Contains

		count
	)
	const other uint8 = 7
	var plain = [...]string{"=", "<", "contains"}
	var keyed = [...]string{Equal: "=", Less: "<", Contains: "contains"}
	func (op Op) String() string {
		if int(op) < len(plain) && op < Op(len(keyed)) {
			return plain[op] + keyed[op]
		}
		return ""
	}
	func next(op Op) Op { op++; return op + 1 }
	func number(op Op) int { return int(op) }
	var made = func() (list [count]Op) { return }()
	func bounded(op Op) Op { if op >= count { return 0 }; return made[op] }
	func sound(op Op, m map[Op]int) bool { return op == Contains && op != Less && m[op] < 3 && other < 8 }`

func TestPlaces(t *testing.T) {
	module := folder(map[string]string{
		"dsl/op.go": operators,
		"p/use.go": `
			import ("cmp"; "example.com/m/dsl")
			var table = map[dsl.Op]bool{dsl.Less: true}
			type t struct{}
			func (*t) order(a, b dsl.Op) bool { return a < b || cmp.Compare(a, b) < 0 || min(a, b) == a }
			func (t) rest(list []string) []string { if dsl.Contains == dsl.Contains { return list[dsl.Contains:] }; return nil }`,
		"p/use_test.go": `var _ = dsl.Less`,
	})
	for op, want := range map[string]string{
		"Contains": `   4  Contains
      dsl/op.go:7: const Contains
      dsl/op.go:13: var keyed
      dsl/op.go:24: func sound
      p/use.go:7: func t.rest
`,
		"all": `   2  Equal
   4  Less
   4  Contains
`,
	} {
		var out strings.Builder
		if _, err := run(&out, module, []string{"./..."}, false, op); err != nil {
			t.Fatal(err)
		}
		want += `
Places that depend on the order of the constants: 8
      dsl/op.go:16: func Op.String: index: plain[op]
      dsl/op.go:20: func next: arithmetic: op++
      dsl/op.go:20: func next: arithmetic: op + 1
      dsl/op.go:21: func number: conversion: int(op)
      p/use.go:6: func t.order: comparison: a < b
      p/use.go:6: func t.order: comparison: cmp.Compare(a, b)
      p/use.go:6: func t.order: comparison: min(a, b)
      p/use.go:7: func t.rest: bound of a slice: list[dsl.Contains:]
`
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("-op %s (-want +got):\n%s", op, diff)
		}
	}
	if _, err := run(&strings.Builder{}, module, []string{"./..."}, false, "Near"); err == nil || err.Error() != "there is no operator Near; there are Equal, Less, Contains" {
		t.Errorf("an operator that is not there: %v", err)
	}
}

func TestFolders(t *testing.T) {
	module := folder(map[string]string{
		"a.go": "", "p/a.go": "", "p/q/a.go": "", "tests/a_test.go": "",
		"p/testdata/a.go": "", ".ci/a.go": "", "_old/a.go": "", "bench/go.mod": "module bench", "bench/cmd/a.go": "",
	})
	l, err := newLoader(module)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ patterns, want []string }{
		{[]string{"./..."}, []string{".", "p", "p/q"}},
		{[]string{"./p/...", "p/q/", "."}, []string{".", "p", "p/q"}},
		{[]string{"./p"}, []string{"p"}},
	} {
		dirs, err := l.expand(test.patterns)
		if err != nil || !slices.Equal(dirs, test.want) {
			t.Errorf("%v: %v, %v", test.patterns, dirs, err)
		}
	}
	for _, pattern := range []string{"../p", "./bench/cmd", "./bench/...", "./away/..."} {
		if dirs, err := l.expand([]string{pattern}); err == nil {
			t.Errorf("%s: %v and no error", pattern, dirs)
		}
	}
	if _, err := l.load("tests"); err == nil {
		t.Error("a folder of tests only is a package")
	}
	if _, err := newLoader(fstest.MapFS{}); err == nil {
		t.Error("a folder without go.mod is a module")
	}
}

func TestReport(t *testing.T) {
	module := folder(map[string]string{
		"p/a.go": "func a() { b() }\n",
		"p/b.go": "func b() {\n\ta()\n\tc()\n}\nfunc c() {}\n",
	})
	var out strings.Builder
	if ok, err := run(&out, module, []string{"./p"}, false, ""); err != nil || !ok {
		t.Fatal(ok, err)
	}
	const want = `  files  lines  functions  arrows  run up  package
      2      8          3       2       1  p

The longest files:

     6  p/b.go
     2  p/a.go

The longest functions:

     4  p/b.go:2 b
     1  p/a.go:2 a
     1  p/b.go:6 c

Arrows that run up in p, in the order b.go, a.go:

  b.go uses a.go: a
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

// The command knows where the operators of this module are.
func TestOperatorsOfThisModule(t *testing.T) {
	l, err := newLoader(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	e, err := enumOf(l, operatorDir, operatorType)
	if err != nil || !slices.Contains(e.constants, "Contains") {
		t.Errorf("operators %v, %v", e.constants, err)
	}
}
