// Command structure counts what makes code of this module hard to change: files,
// lines and functions, arrows between the files of a package that run up, and
// places that name an operator.
//
//	go run ./internal/structure                    # everything, of all packages
//	go run ./internal/structure ./eval ./eval/...  # of some
//	go run ./internal/structure -check             # exit 1 if a file or function is too long
//	go run ./internal/structure -op Contains       # the places of an operator
//	go run ./internal/structure -op all            # how many places each operator has
//
// Tests and nested modules are left out everywhere, generated files where lengths
// are listed.
//
// An arrow runs from a file to another file of its package of which it uses
// something; see arrow. Where files can be put in an order in which each uses
// only those before it, none runs up. The figure of a package is the least number
// of arrows that run up in any order. It is exact unless the command says that it
// is not.
//
// A place of an operator is a function, or a variable, constant or type at package
// level, that names the operator's constant. Where code depends on the order of
// the constants is listed as well.
package main

import (
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

// Where operators are declared.
const (
	operatorDir  = "dsl"
	operatorType = "Op"
)

func main() {
	check := flag.Bool("check", false, fmt.Sprintf("only list files of over %d lines and functions of over %d; exit 1 if there are any", mostLines, mostFunctionLines))
	op := flag.String("op", "", "list the places of an operator, by the `name` of its constant, or count those of all")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: go run ./internal/structure [flags] [folder | folder/...]…")
		flag.PrintDefaults()
	}
	flag.Parse()
	patterns := flag.Args()
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	ok, err := run(os.Stdout, os.DirFS("."), patterns, *check, *op)
	if err != nil {
		fmt.Fprintln(os.Stderr, "structure:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// run writes the requested figures of a module to w. It returns false if a check
// failed.
func run(w io.Writer, module fs.FS, patterns []string, check bool, op string) (bool, error) {
	l, err := newLoader(module)
	if err != nil {
		return false, err
	}
	dirs, err := l.expand(patterns)
	switch {
	case err != nil:
		return false, err
	case check:
		return runCheck(w, l, dirs)
	case op != "":
		return true, printPlaces(w, l, dirs, op)
	}
	return true, printAll(w, l, dirs)
}

// runCheck lists what is too long, and reports whether there is nothing.
func runCheck(w io.Writer, l *loader, dirs []string) (bool, error) {
	ok := true
	for _, dir := range dirs {
		u, err := l.parse(dir)
		if err != nil {
			return false, err
		}
		for _, line := range tooLong(lengths(l.set, u)) {
			ok = false
			fmt.Fprintln(w, line)
		}
	}
	return ok, nil
}

// printAll prints the figures of packages, the longest files and functions, and
// the arrows that run up.
func printAll(w io.Writer, l *loader, dirs []string) error {
	const top = 10
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "files\tlines\tfunctions\tarrows\trun up\t  package")
	var files, functions []length
	var arrows strings.Builder
	for _, dir := range dirs {
		u, err := l.load(dir)
		if err != nil {
			return err
		}
		ownFiles, ownFunctions := lengths(l.set, u)
		files, functions = append(files, ownFiles...), append(functions, ownFunctions...)
		lines := 0
		for _, f := range ownFiles {
			lines += f.lines
		}
		g := arrowsOf(l, u)
		o := bestOrder(g)
		about := ""
		if !o.exact {
			about = "at most "
		}
		fmt.Fprintf(table, "%d\t%d\t%d\t%d\t%s%d\t  %s\n", len(ownFiles), lines, len(ownFunctions), len(g.arrows), about, len(o.up), dir)
		printArrows(&arrows, dir, g, o)
	}
	table.Flush()
	for _, list := range []struct {
		title string
		all   []length
	}{{"files", files}, {"functions", functions}} {
		fmt.Fprintf(w, "\nThe longest %s:\n\n", list.title)
		for _, f := range longest(list.all, top) {
			fmt.Fprintf(w, "%6d  %s\n", f.lines, strings.TrimSpace(f.place+" "+f.name))
		}
	}
	_, err := io.WriteString(w, arrows.String())
	return err
}

// printArrows prints the order of a package's files and the arrows that run
// against it, if there are any.
func printArrows(w io.Writer, dir string, g graph, o ordering) {
	if len(o.up) == 0 {
		return
	}
	var order []string
	for _, f := range o.order {
		order = append(order, g.files[f])
	}
	fmt.Fprintf(w, "\nArrows that run up in %s, in the order %s:\n\n", dir, strings.Join(order, ", "))
	if !o.exact {
		fmt.Fprintf(w, "  (over %d files depend on each other: there may be a better order)\n", mostExact)
	}
	for _, a := range o.up {
		more := ""
		if n := len(a.names) - 1; n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		fmt.Fprintf(w, "  %s uses %s: %s%s\n", g.files[a.from], g.files[a.to], example(a.names), more)
	}
}

// example returns a name that shows an arrow best: of a type or function, or else
// of a method, or else of a field.
func example(names []string) string {
	for _, name := range names {
		if !strings.Contains(name, ".") {
			return name
		}
	}
	return names[len(names)-1]
}

// printPlaces prints the places of an operator, or the number of places of all of
// them, and where their order matters.
func printPlaces(w io.Writer, l *loader, dirs []string, op string) error {
	e, err := enumOf(l, operatorDir, operatorType)
	if err != nil {
		return err
	}
	if op != "all" && !slices.Contains(e.constants, op) {
		return fmt.Errorf("there is no operator %s; there are %s", op, strings.Join(e.constants, ", "))
	}
	places := map[string][]place{}
	var order []dependence
	for _, dir := range dirs {
		u, err := l.load(dir)
		if err != nil {
			return err
		}
		for name, list := range placesOf(l, u, e) {
			places[name] = append(places[name], list...)
		}
		order = append(order, dependencesOf(l, u, e)...)
	}
	for _, name := range e.constants {
		if op != "all" && op != name {
			continue
		}
		fmt.Fprintf(w, "%4d  %s\n", len(places[name]), name)
		if op == "all" {
			continue
		}
		for _, p := range places[name] {
			fmt.Fprintf(w, "      %s: %s\n", p.at, p.name)
		}
	}
	fmt.Fprintf(w, "\nPlaces that depend on the order of the constants: %d\n", len(order))
	for _, d := range order {
		fmt.Fprintf(w, "      %s: %s: %s: %s\n", d.at, d.name, d.kind, d.text)
	}
	return nil
}
