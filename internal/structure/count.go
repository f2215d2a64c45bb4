package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"slices"
)

// Limits of the library and its commands.
const (
	mostLines         = 600 // of a file
	mostFunctionLines = 80
)

// A length is how many lines a file or a function has.
type length struct {
	place string // file:line for a function
	name  string // of a function
	lines int
}

// lengths returns the lengths of a package's files and functions, generated
// files left out. A function has the lines from its first word to its last
// brace, without its comment. A function literal inside of a function is part of
// it; one at package level is counted by itself.
func lengths(set *token.FileSet, u *unit) (files, functions []length) {
	for _, f := range u.files {
		if f.generated {
			continue
		}
		files = append(files, length{place: f.name, lines: f.lines})
		add := func(n ast.Node, name string) {
			from, to := set.Position(n.Pos()), set.Position(n.End())
			functions = append(functions, length{fmt.Sprintf("%s:%d", f.name, from.Line), name, to.Line - from.Line + 1})
		}
		for _, d := range f.syntax.Decls {
			if function, ok := d.(*ast.FuncDecl); ok {
				add(function, functionName(function))
				continue
			}
			ast.Inspect(d, func(n ast.Node) bool {
				if literal, ok := n.(*ast.FuncLit); ok {
					add(literal, "function literal")
					return false
				}
				return true
			})
		}
	}
	return files, functions
}

// functionName returns the name of a function, or a method's with its type.
func functionName(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return f.Name.Name
	}
	t := f.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	switch x := t.(type) { // the type parameters of a generic type go
	case *ast.IndexExpr:
		t = x.X
	case *ast.IndexListExpr:
		t = x.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name + "." + f.Name.Name
	}
	return f.Name.Name
}

// longest returns the n longest of list, the longest first.
func longest(list []length, n int) []length {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b length) int { return cmp.Compare(b.lines, a.lines) })
	return list[:min(n, len(list))]
}

// tooLong lists, for people, the files and functions that have too many lines.
func tooLong(files, functions []length) []string {
	var list []string
	for _, f := range files {
		if f.lines > mostLines {
			list = append(list, fmt.Sprintf("%s has %d lines; a file may have %d", f.place, f.lines, mostLines))
		}
	}
	for _, f := range functions {
		if f.lines > mostFunctionLines {
			list = append(list, fmt.Sprintf("%s: %s has %d lines; a function may have %d", f.place, f.name, f.lines, mostFunctionLines))
		}
	}
	return list
}
