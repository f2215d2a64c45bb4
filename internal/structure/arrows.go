package main

import (
	"cmp"
	"go/ast"
	"go/types"
	"path"
	"slices"
)

// An arrow runs from a file to another file of its package of which it uses
// something: a constant, variable, function or type at package level, a method
// or a field. What is used counts for the file in which its own name is
// declared: a method for the file where the method is, not for that of its
// type. Tests have no arrows.
type arrow struct {
	from, to int      // of the files
	names    []string // what is used, sorted
}

// A graph is the files of a package and the arrows between them. There is at
// most one arrow from one file to another.
type graph struct {
	files  []string // base names
	arrows []arrow
}

// arrowsOf returns the graph of a package.
func arrowsOf(l *loader, u *unit) graph {
	index := map[string]int{}
	var g graph
	for i, f := range u.files {
		index[f.name] = i
		g.files = append(g.files, path.Base(f.name))
	}
	type ends struct{ from, to int }
	used := map[ends]map[string]bool{}
	for from, f := range u.files {
		for _, object := range objectsIn(u, f) {
			to, ok := index[l.set.Position(object.Pos()).Filename]
			if !ok || to == from {
				continue
			}
			e := ends{from, to}
			if used[e] == nil {
				used[e] = map[string]bool{}
			}
			used[e][describe(object)] = true
		}
	}
	for e, names := range used {
		a := arrow{from: e.from, to: e.to}
		for n := range names {
			a.names = append(a.names, n)
		}
		slices.Sort(a.names)
		g.arrows = append(g.arrows, a)
	}
	slices.SortFunc(g.arrows, func(a, b arrow) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	return g
}

// objectsIn returns the objects of a package that one of its files uses.
func objectsIn(u *unit, f *file) []types.Object {
	if !f.builds {
		return nil
	}
	var list []types.Object
	// A name after a dot, before a colon or in the package clause is not looked
	// up in the package.
	elsewhere := map[*ast.Ident]bool{f.syntax.Name: true}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			elsewhere[n.Sel] = true
		case *ast.KeyValueExpr:
			if id, ok := n.Key.(*ast.Ident); ok {
				elsewhere[id] = true
			}
		case *ast.Ident:
			object := u.info.Uses[n]
			if object == nil && u.info.Defs[n] == nil && !elsewhere[n] {
				// The checker does not look at arguments of a generic type that
				// it does not know.
				object = u.types.Scope().Lookup(n.Name)
			}
			if object != nil && object.Pkg() == u.types && object.Pos().IsValid() {
				list = append(list, object)
			}
		}
		return true
	})
	return list
}

// describe names an object: a method with its type, a field with a point before
// it.
func describe(object types.Object) string {
	switch o := object.(type) {
	case *types.Var:
		if o.IsField() {
			return "." + o.Name()
		}
	case *types.Func:
		if recv := o.Signature().Recv(); recv != nil {
			t := recv.Type()
			if p, ok := t.(*types.Pointer); ok {
				t = p.Elem()
			}
			if named, ok := t.(*types.Named); ok {
				return named.Obj().Name() + "." + o.Name()
			}
			return "." + o.Name()
		}
	}
	return object.Name()
}
