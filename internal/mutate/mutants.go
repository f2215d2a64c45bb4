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
	text       string // the replacement
	what       string // a description of the change
}

// apply returns the changed source.
func (m *mutant) apply(source []byte) []byte {
	return slices.Concat(source[:m.start], []byte(m.text), source[m.end:])
}

// swaps maps operators to their replacements.
var swaps = map[token.Token]token.Token{
	token.LAND: token.LOR, token.LOR: token.LAND,
	token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	token.EQL: token.NEQ, token.NEQ: token.EQL,
	token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL,
	token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN,
	token.INC: token.DEC, token.DEC: token.INC,
}

// mutants returns every change to a file, in the order of the text. Some of them
// do not compile.
func mutants(name string, source []byte) ([]mutant, error) {
	l := lister{name: name, source: source, set: token.NewFileSet()}
	file, err := parser.ParseFile(l.set, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	ast.Inspect(file, l.visit)
	slices.SortStableFunc(l.list, func(a, b mutant) int { return cmp.Compare(a.start, b.start) })
	return l.list, nil
}

// A lister collects the changes to one file.
type lister struct {
	name   string
	source []byte
	set    *token.FileSet
	list   []mutant
}

// visit adds the changes to one node. It returns false if its children must not be
// changed.
func (l *lister) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GenDecl:
		return n.Tok != token.IMPORT
	case *ast.FuncDecl:
		if n.Body != nil {
			at := n.Body.Lbrace + 1
			l.add(at, at, "\nreturn "+zeros(n.Type, l.text)+"\n", "%s returns at once", n.Name.Name)
		}
	case *ast.BinaryExpr:
		l.swap(n.OpPos, n.Op, n)
	case *ast.AssignStmt:
		l.swap(n.TokPos, n.Tok, n)
	case *ast.IncDecStmt:
		l.swap(n.TokPos, n.Tok, n)
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			l.add(n.Pos(), n.End(), "("+l.text(n.X)+")", "%s without its !", l.text(n))
		}
	case *ast.IfStmt:
		l.negate(n.Cond)
	case *ast.SwitchStmt:
		if n.Tag == nil { // its cases are conditions
			for _, c := range n.Body.List {
				for _, e := range c.(*ast.CaseClause).List {
					l.negate(e)
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
			l.add(n.Pos(), n.End(), other, "%s becomes %s", n.Value, other)
		}
	case *ast.Ident:
		if b, err := strconv.ParseBool(n.Name); err == nil && len(n.Name) > 1 {
			l.add(n.Pos(), n.End(), strconv.FormatBool(!b), "%t becomes %t", b, !b)
		}
	case *ast.BlockStmt:
		l.drop(n.List)
	case *ast.CaseClause:
		l.drop(n.Body)
	}
	return true
}

func (l *lister) offset(p token.Pos) int { return l.set.Position(p).Offset }

func (l *lister) text(n ast.Node) string {
	return string(l.source[l.offset(n.Pos()):l.offset(n.End())])
}

// add adds a replacement of the source between two positions.
func (l *lister) add(from, to token.Pos, text, format string, args ...any) {
	what := strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")
	if runes := []rune(what); len(runes) > 100 {
		what = string(runes[:100]) + "…"
	}
	l.list = append(l.list, mutant{l.name, l.set.Position(from).Line, l.offset(from), l.offset(to), text, what})
}

// swap adds the replacement of an operator.
func (l *lister) swap(at token.Pos, op token.Token, n ast.Node) {
	if other, ok := swaps[op]; ok {
		l.add(at, at+token.Pos(len(op.String())), other.String(), "%s becomes %s in %s", op, other, l.text(n))
	}
}

// negate adds the negation of a condition.
func (l *lister) negate(e ast.Expr) {
	l.add(e.Pos(), e.End(), "!("+l.text(e)+")", "negate %s", l.text(e))
}

// drop adds the removal of each statement that can be removed.
func (l *lister) drop(statements []ast.Stmt) {
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
		l.add(s.Pos(), s.End(), "{}", "drop %s", l.text(s))
	}
}

// zeros returns a list of zero values for a function's results.
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
