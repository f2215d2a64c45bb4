package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/printer"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
)

// A place is a function or another declaration at package level.
type place struct {
	at   string // file:line
	name string // with its keyword: func f, func T.m, var v, const c, type t
}

// An enum is a type and its constants.
type enum struct {
	named     types.Type
	constants []string        // the exported ones, in the order of their values
	counts    map[string]bool // unexported ones that follow these: how many there are
}

// enumOf returns the constants of a type, which is declared in a package of the
// module.
func enumOf(l *loader, dir, name string) (enum, error) {
	u, err := l.load(dir)
	if err != nil {
		return enum{}, err
	}
	object, ok := u.types.Scope().Lookup(name).(*types.TypeName)
	if !ok {
		return enum{}, fmt.Errorf("there is no type %s in %s", name, dir)
	}
	e := enum{named: object.Type(), counts: map[string]bool{}}
	values := map[string]constant.Value{}
	for _, n := range u.types.Scope().Names() {
		c, ok := u.types.Scope().Lookup(n).(*types.Const)
		if !ok || !types.Identical(c.Type(), e.named) {
			continue
		}
		values[n] = c.Val()
		if c.Exported() {
			e.constants = append(e.constants, n)
		}
	}
	for n, value := range values {
		if count, exact := constant.Int64Val(value); exact && !token.IsExported(n) && count == int64(len(e.constants)) {
			e.counts[n] = true
		}
	}
	slices.SortStableFunc(e.constants, func(a, b string) int {
		switch x, y := values[a], values[b]; {
		case constant.Compare(x, token.LSS, y):
			return -1
		case constant.Compare(y, token.LSS, x):
			return 1
		}
		return 0
	})
	return e, nil
}

// declarations calls f with every declaration of a package, each constant,
// variable and type of a group by itself.
func declarations(set *token.FileSet, u *unit, f func(place, ast.Node)) {
	for _, source := range u.files {
		call := func(n ast.Node, keyword, name string) {
			line := set.Position(n.Pos()).Line
			f(place{fmt.Sprintf("%s:%d", source.name, line), keyword + " " + name}, n)
		}
		for _, d := range source.syntax.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				call(d, "func", functionName(d))
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						call(spec, "type", spec.Name.Name)
					case *ast.ValueSpec:
						var names []string
						for _, n := range spec.Names {
							names = append(names, n.Name)
						}
						call(spec, d.Tok.String(), strings.Join(names, ", "))
					}
				}
			}
		}
	}
}

// placesOf returns where the constants of a type are named, by constant: the
// declarations that would have to be looked at if there were one more of them.
// The constant's own declaration is one of them.
func placesOf(l *loader, u *unit, e enum) map[string][]place {
	found := map[string][]place{}
	declarations(l.set, u, func(p place, n ast.Node) {
		seen := map[string]bool{}
		ast.Inspect(n, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			c, ok := u.info.ObjectOf(id).(*types.Const)
			if ok && types.Identical(c.Type(), e.named) && slices.Contains(e.constants, c.Name()) && !seen[c.Name()] {
				seen[c.Name()] = true
				found[c.Name()] = append(found[c.Name()], p)
			}
			return true
		})
	})
	return found
}

// A dependence is an expression whose meaning depends on the order or the values
// of the constants of a type.
type dependence struct {
	place
	kind string
	text string
}

// dependencesOf returns where a package depends on the order of the constants:
// comparisons, arithmetic, bounds of slices, indices of lists, and conversions from
// and to other types, as anything may be done with the number. A comparison with a
// length or with the number of constants is not counted, nor is an index of a list
// whose elements have keys, or of an array with one element for each constant that
// is not written as a list without keys.
func dependencesOf(l *loader, u *unit, e enum) []dependence {
	o := orderFinder{u: u, e: e, keyed: keyedLists(u)}
	var list []dependence
	declarations(l.set, u, func(p place, n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if b, ok := n.(*ast.BinaryExpr); ok && comparison[b.Op] && (o.length(b.X) || o.length(b.Y)) {
				return false // it only keeps an index within its bounds
			}
			if kind := o.kind(n); kind != "" {
				at := l.set.Position(n.Pos())
				p := place{fmt.Sprintf("%s:%d", at.Filename, at.Line), p.name}
				list = append(list, dependence{p, kind, text(l.set, n)})
			}
			return true
		})
	})
	return list
}

// comparison holds the operators that compare by order.
var comparison = map[token.Token]bool{token.LSS: true, token.LEQ: true, token.GTR: true, token.GEQ: true}

// arithmetic holds the operators that compute.
var arithmetic = map[token.Token]bool{
	token.ADD: true, token.SUB: true, token.MUL: true, token.QUO: true, token.REM: true,
	token.SHL: true, token.SHR: true, token.AND: true, token.OR: true, token.XOR: true, token.AND_NOT: true,
}

// An orderFinder looks for dependences on the order of the constants of a type.
type orderFinder struct {
	u     *unit
	e     enum
	keyed map[types.Object]bool // lists all of whose elements have keys
}

// kind returns how a node, without its parts, depends on the order, or "" if it does
// not.
func (o *orderFinder) kind(n ast.Node) string {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		switch {
		case !o.is(n.X) && !o.is(n.Y):
		case comparison[n.Op]:
			return "comparison"
		case arithmetic[n.Op]:
			return "arithmetic"
		}
	case *ast.IncDecStmt:
		if o.is(n.X) {
			return "arithmetic"
		}
	case *ast.SliceExpr:
		if o.is(n.Low) || o.is(n.High) || o.is(n.Max) {
			return "bound of a slice"
		}
	case *ast.IndexExpr:
		if o.is(n.Index) && o.list(n.X) {
			return "index"
		}
	case *ast.CallExpr:
		if len(n.Args) > 0 && o.orders(n) {
			return "comparison"
		}
		if len(n.Args) == 1 && o.converts(n) {
			return "conversion"
		}
	}
	return ""
}

// is reports whether an expression, which may be nil, has the type.
func (o *orderFinder) is(e ast.Expr) bool {
	if e == nil {
		return false
	}
	t := o.u.info.TypeOf(e)
	return t != nil && types.Identical(t, o.e.named)
}

// list reports whether an expression is an array or a slice, unless it is one in
// which every element has a key, or an array with one element for each constant
// that is not written as a list.
func (o *orderFinder) list(e ast.Expr) bool {
	written := false
	if id, ok := e.(*ast.Ident); ok {
		keyed, literal := o.keyed[o.u.info.Uses[id]]
		if keyed {
			return false
		}
		written = literal
	}
	t := o.u.info.TypeOf(e)
	if t == nil {
		return false
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	switch t := t.Underlying().(type) {
	case *types.Array:
		return written || t.Len() != int64(len(o.e.constants))
	case *types.Slice:
		return true
	}
	return false
}

// length reports whether an expression is a length, perhaps converted, or the
// number of constants.
func (o *orderFinder) length(e ast.Expr) bool {
	if id, ok := e.(*ast.Ident); ok {
		c, ok := o.u.info.Uses[id].(*types.Const)
		return ok && o.is(e) && o.e.counts[c.Name()]
	}
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	if o.u.info.Types[call.Fun].IsType() && len(call.Args) == 1 {
		return o.length(call.Args[0])
	}
	id, ok := call.Fun.(*ast.Ident)
	return ok && o.u.info.Uses[id] == types.Universe.Lookup("len")
}

// orders reports whether a call compares constants by their order: min, max,
// cmp.Compare, cmp.Less.
func (o *orderFinder) orders(call *ast.CallExpr) bool {
	if !o.is(call.Args[0]) {
		return false
	}
	switch f := call.Fun.(type) {
	case *ast.Ident:
		object := o.u.info.Uses[f]
		return object == types.Universe.Lookup("min") || object == types.Universe.Lookup("max")
	case *ast.SelectorExpr:
		object := o.u.info.Uses[f.Sel]
		return object != nil && object.Pkg() != nil && object.Pkg().Path() == "cmp"
	}
	return false
}

// converts reports whether a call converts a value of the type into another type
// of numbers, or the other way round.
func (o *orderFinder) converts(call *ast.CallExpr) bool {
	if !o.u.info.Types[call.Fun].IsType() || o.u.info.Types[call].Value != nil || o.is(call.Fun) == o.is(call.Args[0]) {
		return false
	}
	for _, e := range []ast.Expr{call.Fun, call.Args[0]} {
		basic, ok := o.u.info.TypeOf(e).Underlying().(*types.Basic)
		if !ok || basic.Info()&types.IsInteger == 0 {
			return false
		}
	}
	return true
}

// keyedLists returns the variables of a package that are made by a literal, true
// for one in which every element has a key, so that the order of keys does not
// matter.
func keyedLists(u *unit) map[types.Object]bool {
	keyed := map[types.Object]bool{}
	for _, f := range u.files {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Names) != len(spec.Values) {
				return true
			}
			for i, v := range spec.Values {
				literal, ok := v.(*ast.CompositeLit)
				if !ok {
					continue
				}
				keyed[u.info.Defs[spec.Names[i]]] = len(literal.Elts) > 0 && !slices.ContainsFunc(literal.Elts, func(e ast.Expr) bool {
					_, key := e.(*ast.KeyValueExpr)
					return !key
				})
			}
			return true
		})
	}
	delete(keyed, nil)
	return keyed
}

// text returns the source of a node, on one line.
func text(set *token.FileSet, n ast.Node) string {
	var b strings.Builder
	if err := printer.Fprint(&b, set, n); err != nil {
		return path.Base(fmt.Sprintf("%T", n))
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
