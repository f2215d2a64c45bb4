package tiles

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/dsl"
)

// points gives a condition other points.
func (e *editor) points(value string) error {
	c, ok := e.node.(*dsl.Condition)
	if !ok {
		return errors.New("this is not a condition")
	}
	if !number.MatchString(value) {
		return fmt.Errorf("points are a whole number such as +5 or -10, and not %s", strconv.Quote(value))
	}
	if value[0] != '+' && value[0] != '-' {
		value = "+" + value
	}
	if value == c.Score.Points.Text {
		return nil // also if a name stands for it
	}
	s := c.Score.Points.Span
	e.replace(s.Start.Offset, s.End.Offset, value)
	return nil
}

// nameOf returns the name of a node, or nil.
func nameOf(n dsl.Node) *dsl.String {
	switch n := n.(type) {
	case *dsl.Model:
		return n.Name
	case *dsl.Condition:
		return n.Name
	case *dsl.Group:
		return n.Name
	case *dsl.Dimension:
		return n.Name
	case *dsl.FirstOf:
		return n.Name
	case *dsl.Table:
		return n.Name
	}
	return nil
}

// rename gives a tile another name, and uses it where the old one is used in the file:
// in decisions, labels and tests.
func (e *editor) rename(name string) error {
	old := nameOf(e.node)
	switch {
	case old == nil:
		return errors.New("this has no name")
	case strings.TrimSpace(name) == "":
		return errors.New("a name must not be empty")
	}
	if name == old.Value {
		return nil
	}
	if e.taken(name, old) {
		return fmt.Errorf("the name %s is taken", strconv.Quote(name))
	}
	for _, s := range append(e.uses(old.Value), old) {
		e.replace(s.Start.Offset, s.End.Offset, strconv.Quote(name))
	}
	return nil
}

// isModel reports whether a node is a model: the names in a model are apart from those of models.
func isModel(n dsl.Node) bool {
	_, ok := n.(*dsl.Model)
	return ok
}

// taken reports whether something in the same model has a name, or another model.
func (e *editor) taken(name string, except *dsl.String) bool {
	var in dsl.Node = e.file
	if !isModel(e.node) {
		in = e.path[1]
	}
	found := false
	dsl.Walk(in, func(n dsl.Node) bool {
		s := nameOf(n)
		found = found || s != nil && s != except && s.Value == name && isModel(n) == isModel(e.node)
		return true
	})
	return found
}

// uses returns where the name of the node is used in the file.
func (e *editor) uses(name string) []*dsl.String {
	model, ok := e.path[1].(*dsl.Model)
	if !ok {
		return nil
	}
	var list []*dsl.String
	add := func(s *dsl.String) {
		if s != nil && s.Value == name && s.Let == nil {
			list = append(list, s)
		}
	}
	for _, b := range e.file.Blocks {
		inside := b == dsl.Block(model)
		if t, ok := b.(*dsl.Test); ok && !e.tests(t, model) {
			continue
		}
		dsl.Walk(b, func(n dsl.Node) bool {
			switch n := n.(type) {
			case *dsl.TestModel:
				if e.node == dsl.Node(model) {
					add(n.Name)
				}
			case *dsl.Judgment:
				e.usesIn(n, inside, model, add)
			case *dsl.Label:
				if _, ok := e.node.(*dsl.Dimension); ok && inside {
					for _, d := range n.Dimensions {
						add(d)
					}
				}
			case *dsl.Expectation:
				e.usesInTest(n, add)
			}
			return true
		})
	}
	return list
}

// usesIn adds the uses of the name in a judgment, which is inside of the model or not.
func (e *editor) usesIn(j *dsl.Judgment, inside bool, model *dsl.Model, add func(*dsl.String)) {
	if _, ok := e.node.(*dsl.Model); ok {
		add(j.Model)
		return
	}
	if !inside && (j.Model == nil || j.Model.Value != model.Name.Value) {
		return
	}
	switch e.node.(type) {
	case *dsl.Condition:
		if j.Subject == dsl.SubjectCondition {
			add(j.Of)
		}
	case *dsl.Dimension:
		if j.Subject == dsl.SubjectScore || j.Subject == dsl.SubjectGrade {
			add(j.Of)
		}
	}
}

// usesInTest adds the uses of the name in an expectation.
func (e *editor) usesInTest(x *dsl.Expectation, add func(*dsl.String)) {
	switch e.node.(type) {
	case *dsl.Condition:
		if x.Kind == dsl.ExpectHolds || x.Kind == dsl.ExpectDoesNotHold || x.Kind == dsl.ExpectTimes {
			add(x.Name)
		}
	case *dsl.Dimension:
		add(x.Dimension)
	}
}

// tests reports whether a test is of a model: it names it, or names none.
func (e *editor) tests(t *dsl.Test, model *dsl.Model) bool {
	for _, c := range t.Clauses {
		if m, ok := c.(*dsl.TestModel); ok {
			return m.Name.Value == model.Name.Value
		}
	}
	return true
}

// frequency gives a child another frequency.
func (e *editor) frequency(c *dsl.Child, value string) error {
	e.replace(c.Frequency.Start.Offset, c.Frequency.End.Offset, value)
	return nil
}

// dateRange gives a child another date range, or none.
func (e *editor) dateRange(c *dsl.Child, value string) error {
	end := pathEnd(c).Offset
	switch {
	case c.Range == nil && value == "":
	case c.Range == nil:
		e.grows["range"], e.grows["*dsl.Range"] = 1, 1
		e.replace(end, end, " "+value)
	case value == "":
		e.grows["range"], e.grows["*dsl.Range"] = -1, -1
		e.replace(end, c.Range.End.Offset, "")
	default:
		e.replace(c.Range.Start.Offset, c.Range.End.Offset, value)
	}
	return nil
}

// headEnd returns where the part of a child before where ends.
func headEnd(c *dsl.Child) int {
	end := pathEnd(c).Offset
	if c.Range != nil {
		end = max(end, c.Range.End.Offset)
	}
	for _, s := range additions(c) {
		end = max(end, s.End.Offset)
	}
	return end
}

// expression replaces, adds or removes an expression of a child.
func (e *editor) expression(c *dsl.Child, i int, value string) error {
	n := len(c.Where)
	if i < 0 || i > n {
		return errors.New("this is not an expression")
	}
	if i < n && value == c.Where[i].String() {
		return nil
	}
	if value != "" && (n > 1 || i == n && n > 0) && isOr(value) {
		value = "(" + value + ")" // as all expressions must hold
	}
	switch {
	case i == n && value == "":
	case i == n && n == 0:
		e.grows["where"] = 1
		e.replace(headEnd(c), headEnd(c), " where "+value)
	case i == n:
		e.grows["where"] = 1
		e.another(c, value)
	case value == "" && n == 1:
		e.grows["where"] = -1
		_, end := e.bounds(c.Where[0])
		e.replace(headEnd(c), end, "")
	case value == "" && i == 0:
		e.grows["where"] = -1
		from, _ := e.bounds(c.Where[0])
		next, _ := e.bounds(c.Where[1])
		e.replace(from, next, "")
	case value == "":
		e.grows["where"] = -1
		from, end := e.bounds(c.Where[i])
		e.replace(strings.LastIndexByte(e.text[:from], '\n'), end, "") // with the word and, which is first on the line
	default:
		from, end := e.bounds(c.Where[i])
		e.replace(from, end, value)
	}
	return nil
}

// another adds an expression after those of a child.
func (e *editor) another(c *dsl.Child, value string) {
	n := len(c.Where)
	from, end := e.bounds(c.Where[n-1])
	if _, ok := c.Where[0].(*dsl.Or); ok && n == 1 && e.text[from] != '(' {
		e.replace(end, end, ") and "+value)
		e.replace(from, from, "(")
		return
	}
	e.replace(end, end, " and "+value)
}

// isOr reports whether an expression is others of which one must hold.
func isOr(value string) bool {
	f, _ := dsl.Parse("", "model \"M\" {\ncondition \"C\" {\nhas Lead where "+value+"\nscore +1\n}\n}\n", dsl.Limits{})
	or := false
	dsl.Walk(f, func(n dsl.Node) bool {
		if c, ok := n.(*dsl.Child); ok && len(c.Where) == 1 {
			_, or = c.Where[0].(*dsl.Or)
		}
		return true
	})
	return or && !strings.HasPrefix(value, "(")
}

// bounds returns where an expression starts and ends, with the parentheses around it.
func (e *editor) bounds(x dsl.Expr) (from, end int) {
	from, end = x.At().Start.Offset, x.At().End.Offset
	switch x.(type) {
	case *dsl.Or, *dsl.And:
		before := strings.TrimRight(e.text[:from], " \n")
		after := strings.TrimLeft(e.text[end:], " \n")
		if strings.HasSuffix(before, "(") && strings.HasPrefix(after, ")") {
			return len(before) - 1, len(e.text) - len(after) + 1
		}
	}
	return from, end
}

// limit gives a model, group or dimension another limit, or none.
func (e *editor) limit(value string) error {
	var clauses []dsl.Clause
	switch n := e.node.(type) {
	case *dsl.Model:
		clauses = n.Clauses
	case *dsl.Group:
		clauses = n.Clauses
	case *dsl.Dimension:
		clauses = n.Clauses
	default:
		return errors.New("only models, groups and dimensions have limits")
	}
	at := slices.IndexFunc(clauses, func(c dsl.Clause) bool { _, ok := c.(*dsl.Limit); return ok })
	switch {
	case at < 0 && value == "":
	case at < 0:
		e.grows["*dsl.Limit"] = 1
		end := e.node.At().End.Offset - 1 // before the brace
		e.replace(end, end, "limit "+value+"\n")
	case value == "":
		for _, c := range clauses { // rules with mistakes may have several
			if l, ok := c.(*dsl.Limit); ok {
				e.grows["*dsl.Limit"]--
				e.replace(l.Start.Offset, l.End.Offset, "")
			}
		}
	default:
		s := clauses[at].At()
		e.replace(s.Start.Offset, s.End.Offset, "limit "+value)
	}
	return nil
}
