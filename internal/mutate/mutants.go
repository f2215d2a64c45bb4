package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// A mutant is one change to one file.
type mutant struct {
	file       string
	line       int
	start, end int    // the bytes that are replaced
	text       string // by what
	what       string // the change, for people
}

// apply returns the source with the change made.
func (m *mutant) apply(source []byte) []byte {
	return slices.Concat(source[:m.start], []byte(m.text), source[m.end:])
}

// swaps maps an operator to what takes its place.
var swaps = map[token.Token]token.Token{
	token.LAND: token.LOR, token.LOR: token.LAND,
	token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	token.EQL: token.NEQ, token.NEQ: token.EQL,
	token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL,
	token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN,
	token.INC: token.DEC, token.DEC: token.INC,
}

// mutants lists every change to a file, in the order of the text. Some of them
// do not compile.
func mutants(name string, source []byte) ([]mutant, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var list []mutant
	offset := func(p token.Pos) int { return set.Position(p).Offset }
	text := func(n ast.Node) string { return string(source[offset(n.Pos()):offset(n.End())]) }
	add := func(from, to token.Pos, text, format string, args ...any) {
		what := strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")
		if runes := []rune(what); len(runes) > 100 {
			what = string(runes[:100]) + "…"
		}
		list = append(list, mutant{name, set.Position(from).Line, offset(from), offset(to), text, what})
	}
	swap := func(at token.Pos, op token.Token, n ast.Node) {
		if other, ok := swaps[op]; ok {
			add(at, at+token.Pos(len(op.String())), other.String(), "%s becomes %s in %s", op, other, text(n))
		}
	}
	negate := func(e ast.Expr) {
		add(e.Pos(), e.End(), "!("+text(e)+")", "negate %s", text(e))
	}
	drop := func(statements []ast.Stmt) {
		for _, s := range statements {
			switch s := s.(type) {
			case *ast.AssignStmt:
				if s.Tok == token.DEFINE {
					continue
				}
			case *ast.ExprStmt, *ast.IncDecStmt, *ast.BranchStmt, *ast.DeferStmt:
			default:
				continue
			}
			add(s.Pos(), s.End(), "{}", "drop %s", text(s))
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			return n.Tok != token.IMPORT
		case *ast.FuncDecl:
			if n.Body != nil {
				at := n.Body.Lbrace + 1
				add(at, at, "\nreturn "+zeros(n.Type, text)+"\n", "%s returns at once", n.Name.Name)
			}
		case *ast.BinaryExpr:
			swap(n.OpPos, n.Op, n)
		case *ast.AssignStmt:
			swap(n.TokPos, n.Tok, n)
		case *ast.IncDecStmt:
			swap(n.TokPos, n.Tok, n)
		case *ast.UnaryExpr:
			if n.Op == token.NOT {
				add(n.Pos(), n.End(), "("+text(n.X)+")", "%s without its !", text(n))
			}
		case *ast.IfStmt:
			negate(n.Cond)
		case *ast.SwitchStmt:
			if n.Tag == nil { // its cases are conditions
				for _, c := range n.Body.List {
					for _, e := range c.(*ast.CaseClause).List {
						negate(e)
					}
				}
			}
		case *ast.BasicLit:
			if n.Kind == token.INT {
				other := "(" + n.Value + " + 1)"
				switch n.Value {
				case "0":
					other = "1"
				case "1":
					other = "0"
				}
				add(n.Pos(), n.End(), other, "%s becomes %s", n.Value, other)
			}
		case *ast.Ident:
			if b, err := strconv.ParseBool(n.Name); err == nil && len(n.Name) > 1 {
				add(n.Pos(), n.End(), strconv.FormatBool(!b), "%t becomes %t", b, !b)
			}
		case *ast.BlockStmt:
			drop(n.List)
		case *ast.CaseClause:
			drop(n.Body)
		}
		return true
	})
	slices.SortStableFunc(list, func(a, b mutant) int { return cmp.Compare(a.start, b.start) })
	return list, nil
}

// zeros is the list of a function's results, each the zero value of its type.
func zeros(f *ast.FuncType, text func(ast.Node) string) string {
	if f.Results == nil {
		return ""
	}
	var list []string
	for _, field := range f.Results.List {
		for range max(len(field.Names), 1) {
			list = append(list, "*new("+text(field.Type)+")")
		}
	}
	return strings.Join(list, ", ")
}
