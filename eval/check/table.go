package check

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// A column is what the rows of a table ask about: a field at the end of a path, or how
// often a child occurs.
type column struct {
	child Child           // the path, and what else the rows have in common
	hops  []traverse.Step // from the end of the path to the field
	field traverse.Field
	ref   []*dsl.Name // the hops and the field
	count bool        // it is the number of occurrences
}

// table checks a table. Its rows become conditions.
func (k *modelChecker) table(t *dsl.Table) *Tiers {
	out := &Tiers{Name: k.name(t.Name, "table"), Table: t}
	if t.Active != nil {
		out.Season = k.season(k.model, t.Active)
	}
	var col *column
	if t.Number != nil {
		col = k.numberColumn(t.Number)
	} else {
		col = k.fieldColumn(t)
	}
	for i, row := range t.Rows {
		c := Condition{Name: out.Name, Row: row, Points: k.rowPoints(row.Score)}
		switch {
		case row.Form == dsl.RowOtherwise:
			if i < len(t.Rows)-1 {
				d := k.problem(row.Span, CodeBounds, "otherwise is the last row: no row after it is looked at")
				d.Related = []dsl.Related{{Summary: "this row is after it", File: k.file.Name, Span: t.Rows[i+1].Span}}
			}
		case col != nil && col.count:
			k.countRow(col, row, &c)
		case col != nil:
			k.fieldRow(col, row, &c)
		}
		out.Conditions = append(out.Conditions, k.add(c))
	}
	return out
}

// rowPoints reads the points of a row, which may be 0.
func (k *modelChecker) rowPoints(s *dsl.Score) int64 {
	if s == nil || s.Points == nil || s.Points.Bad {
		return 0
	}
	if s.Bound != nil {
		k.problem(s.Bound.Span, CodePoints, "a row adds its points once, so they have no bound").Help = "leave it out"
	}
	v, err := strconv.ParseInt(s.Points.Text, 10, 64)
	if err != nil || v > maxPoints || v < -maxPoints {
		k.problem(s.Points.Span, CodePoints, "%s is too much for one row; points go from -%d to %d", brief(s.Points.Text), maxPoints, maxPoints)
		return 0
	}
	return v
}

// numberColumn checks what the rows of a table count.
func (k *modelChecker) numberColumn(ch *dsl.Child) *column {
	sound := true
	if ch.Decay != nil {
		sound = false
		k.problem(ch.Decay.Span, CodeFrequency, "a table counts occurrences, which have no weight").Help = "leave the decay out"
	}
	if ch.Burst != nil {
		sound = false
		k.problem(ch.Burst.Span, CodeFrequency, "a table counts all occurrences, not those of a burst").Help = "leave within any out"
	}
	child := k.child(k.model, ch)
	if child.Path == nil || !sound {
		return nil
	}
	field := traverse.Field{Name: "the number of " + pathText(ch.Path[len(ch.Path)-1:]), Type: traverse.Number}
	return &column{child: child, field: field, count: true}
}

// fieldColumn resolves the path and field of a table. The path ends at its last hop to
// many records, or else at its root; the rest is a reference.
func (k *modelChecker) fieldColumn(t *dsl.Table) *column {
	names := t.Ref
	for _, n := range names {
		if n.Bad {
			return nil
		}
	}
	if len(names) < 2 {
		if len(names) == 1 {
			k.fieldAlone(names[0])
		}
		return nil
	}
	found := len(k.diags)
	path := k.path(names[:len(names)-1])
	if path == nil {
		if len(k.diags) > found {
			k.throughField(&k.diags[found], names)
		}
		return nil
	}
	name := names[len(names)-1]
	field, ok := k.tableField(path, names)
	if !ok {
		return nil
	}
	end := 0
	for i, s := range path {
		if s.Via.Many() {
			end = i
		}
	}
	col := &column{hops: path[end+1:], field: field, ref: names[end+1:]}
	col.child = Child{Min: 1, Path: path[: end+1 : end+1], Dated: datedStep(path[:end+1])}
	col.child.Source = &dsl.Child{
		Span:      dsl.Span{Start: names[0].Start, End: name.End},
		Frequency: dsl.Frequency{Kind: dsl.AtLeast},
		Path:      names[: end+1 : end+1],
	}
	return col
}

// tableField resolves the field at the end of a table's path. It reports one that
// there is not, or that no rule can use.
func (k *modelChecker) tableField(path traverse.Path, names []*dsl.Name) (traverse.Field, bool) {
	at, name := path.Last().Entity, names[len(names)-1]
	f, ok := at.Field(name.Text)
	switch _, hop := at.Relationship(name.Text); {
	case ok && f.Type == traverse.NoType: // which has been reported
	case ok && f.Derived != traverse.Stored:
		k.problem(name.Span, CodeDerived, "%s is a %s field: a table cannot use it", f.Name, f.Derived).Help = "use a field that is stored"
	case ok:
		return f, true
	case hop:
		d := k.problem(name.Span, CodeType, "%s.%s is a relationship, not a field", at.Name(), name.Text)
		d.Help = fmt.Sprintf("name a field after it: %s.…", pathText(names))
	default:
		d := k.problem(name.Span, CodeName, "%s has no field %s", at.Name(), name.Text)
		d.Nearest = k.near(name.Text, at.FieldNames())
		k.fixName(d, name.Text, at.FieldNames())
		if d.Nearest == "" && len(k.diags) <= maxSuggestions {
			k.elsewhereInTable(d, path, name)
		}
	}
	return traverse.Field{}, false
}

// elsewhereInTable suggests a reference over which the field is reached that the last
// entity does not have.
func (k *modelChecker) elsewhereInTable(d *dsl.Diagnostic, path traverse.Path, name *dsl.Name) {
	for r := range path.Last().Entity.Relationships() {
		to := k.schema.Entity(r.Target)
		if to == nil || r.Many() || path.Hops() >= traverse.MaxHops {
			continue
		}
		if _, ok := to.Field(name.Text); ok {
			d.Nearest = (&dsl.Name{Text: r.Name}).String() + "." + name.String()
			return
		}
	}
}

// fieldAlone reports a field without a path.
func (k *modelChecker) fieldAlone(name *dsl.Name) {
	if k.schema.Root(name.Text) != nil {
		k.problem(name.Span, CodePath, "%s is not a field: a table goes by a path and a field at its end", name).Help =
			fmt.Sprintf("write %s.…, or by number of %s", name, name)
		return
	}
	d := k.problem(name.Span, CodePath, "%s has no path: a table goes by a path and a field at its end", name)
	for _, way := range [][]string{{traverse.Lead}, {traverse.Lead, traverse.ParentContact}, {traverse.Lead, traverse.ParentAccount}} {
		path, err := k.schema.Path(way...)
		if err != nil {
			continue
		}
		if _, ok := path.Last().Entity.Field(name.Text); ok {
			d.Nearest = strings.Join(way, ".") + "." + name.String()
			return
		}
	}
	d.Expected = []string{"a path such as Lead." + traverse.ParentContact + ".…"}
}

// throughField rewrites the help for a path that goes on after a field, which may end
// a table's path.
func (k *modelChecker) throughField(d *dsl.Diagnostic, names []*dsl.Name) {
	for i, n := range names {
		if n.Span == d.Span && strings.HasPrefix(d.Help, "test it after where") {
			d.Help = fmt.Sprintf("end the path with it: %s", pathText(names[:i+1]))
		}
	}
}
