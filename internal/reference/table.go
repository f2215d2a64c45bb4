package reference

import (
	"fmt"
	"math/big"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// table adds up a table: "the points of the first row that holds".
func (t *totals) table(table *dsl.Table, inSeason bool) *big.Int {
	inSeason = inSeason && t.active(table.Active)
	sum, taken := new(big.Int), false
	for _, row := range table.Rows {
		c := t.row(table, row)
		first := !taken && inSeason && c.Multiplier.Sign() > 0
		taken = taken || first
		sum.Add(sum, t.add(c, inSeason, first))
	}
	return sum
}

// row judges a row, whatever the rows before it are. `otherwise` holds, as it is the last:
// it is taken "if no row does".
func (s *scoring) row(t *dsl.Table, row *dsl.Row) Contribution {
	points := integer(row.Score.Points)
	out := Contribution{
		Condition: t.Name.Value, Row: row, Multiplier: big.NewRat(1, 1), Points: points.Int64(), Score: points,
		InSeason: true,
	}
	if row.Form == dsl.RowOtherwise {
		return out
	}
	var child Child
	if t.Number != nil {
		// "asks for the count of its occurrences"
		child = s.child(t.Number, nil)
		child.Holds = s.rowHolds(row, traverse.NumberValue(exact(child.Count)), traverse.Field{Type: traverse.Number})
	} else {
		for _, v := range s.tableValues(t.Ref) { // "A row holds if it does for some occurrence."
			if s.rowHolds(row, v.value, v.field) {
				child.Routes = append(child.Routes, v.route)
			}
		}
		child.Count = big.NewInt(int64(len(child.Routes)))
		child.Holds = len(child.Routes) > 0
	}
	if !child.Holds {
		out.Multiplier, out.Score = new(big.Rat), new(big.Int)
	}
	out.Children = []Child{child}
	return out
}

// exact returns a count as a number. The reference has counted one by one, so that it is
// below 2^53.
func exact(count *big.Int) float64 {
	f, accuracy := new(big.Float).SetInt(count).Float64()
	if accuracy != big.Exact {
		panic("reference: a count that no number is")
	}
	return f
}

// A tableValue is the value that a table asks for, of one occurrence.
type tableValue struct {
	route []Stop
	value traverse.Value
	field traverse.Field
}

// tableValues returns the values of a table by a field: "REF is any path and a field at
// its end. The path ends at its last 1:N hop, or else at its root; the rest is a
// reference, as in an expression, so `is empty` holds where it reaches nothing."
func (s *scoring) tableValues(ref []*dsl.Name) []tableValue {
	last := len(ref) - 1
	entity := s.schema.Root(ref[0].Text)
	end := 1 // of the path
	for i, name := range ref[1:last] {
		rel, ok := entity.Relationship(name.Text)
		if !ok {
			panic("reference: " + entity.Name() + " has no " + name.Text)
		}
		if rel.Many() {
			end = i + 2
		}
		entity = s.schema.Entity(rel.Target)
	}
	var list []tableValue
	s.routes(ref[:end], nil, func(route []Stop) {
		v := tableValue{route: route}
		// "the hops of a table are hops"
		if at, ok := s.follow(route[len(route)-1], ref[end:last]); ok {
			v.field, _ = at.Entity.Field(ref[last].Text)
			v.value = at.Record.Values[v.field.Name]
		}
		list = append(list, v)
	})
	return list
}

// rowHolds reports whether a row holds for a value.
func (s *scoring) rowHolds(row *dsl.Row, v traverse.Value, f traverse.Field) bool {
	at := func(op dsl.Op, operands ...dsl.Literal) bool {
		return s.compares(&dsl.Comparison{Op: op, Operands: operands}, v, f)
	}
	switch row.Form {
	case dsl.RowTest: // "an operator with its operands, as in an expression without the field"
		return s.compares(row.Test, v, f)
	case dsl.RowValues: // "`"A", "B"` for `in ("A", "B")` (any type that has `in`; `contains any` for `choices`)"
		if f.Type == traverse.Choices {
			return at(dsl.ContainsAny, row.Values...)
		}
		return at(dsl.In, row.Values...)
	case dsl.RowFrom: // "`from A to B`, `from A below B`, `from A`, `below B` for numbers"
		bounds := []struct {
			op dsl.Op
			n  *dsl.Number
		}{{dsl.GreaterEqual, row.From}, {dsl.LessEqual, row.To}, {dsl.Less, row.Below}}
		for _, b := range bounds {
			if b.n != nil && !at(b.op, b.n) {
				return false
			}
		}
		return true
	}
	panic(fmt.Sprintf("reference: unknown form of a row %d", row.Form))
}
