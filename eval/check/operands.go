package check

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

// misfit reports an operand of the wrong kind.
func (c *checker) misfit(f traverse.Field, l dsl.Literal, expected ...string) {
	text, named := c.operandText(l)
	d := c.problem(l.At(), CodeType, "%s is %s, and %s is not", f.Name, f.Type.Noun(), brief(text))
	d.Expected = expected
	if named {
		return
	}
	switch l := l.(type) {
	case *dsl.Number, *dsl.Bool, *dsl.Moment:
		if f.Type == traverse.Text || f.Type == traverse.Choice || f.Type == traverse.Choices {
			d.Help = fmt.Sprintf("write %q", brief(text))
			if f.Type == traverse.Text && brief(text) == text {
				d.Replace(strconv.Quote(text))
			}
		}
	case *dsl.String:
		_, err := strconv.ParseFloat(l.Value, 64)
		word := slices.Contains(expected, l.Value) // true or false
		if word || err == nil && f.Type == traverse.Number {
			d.Help = fmt.Sprintf("write %s", brief(l.Value))
			if word || plain(l.Value) {
				d.Replace(l.Value)
			}
		}
	}
}

// operandText returns a literal as it is written, and whether a name stands there for
// it. For an element of a list for which a name stands, that is the element and the name
// of the list.
func (c *checker) operandText(l dsl.Literal) (text string, named bool) {
	text = c.text(l.At())
	if letOf(l) != nil || text == "" {
		return text, letOf(l) != nil
	}
	own := text
	switch l := l.(type) {
	case *dsl.String:
		own = l.Raw
	case *dsl.Number:
		own = l.Text
	case *dsl.Moment:
		own = l.Raw
	case *dsl.Bool:
		own = strconv.FormatBool(l.Value)
	}
	if strings.EqualFold(own, text) {
		return text, false
	}
	return own + " in " + text, true
}

// letOf returns the name that stands for a literal, or nil.
func letOf(l dsl.Literal) *dsl.Let {
	switch l := l.(type) {
	case *dsl.String:
		return l.Let
	case *dsl.Number:
		return l.Let
	case *dsl.Moment:
		return l.Let
	case *dsl.TimeSpan:
		return l.Let
	}
	return nil
}

// plain reports whether a text is a number as the language writes one.
func plain(text string) bool {
	const longest = 15 // digits that a float can always represent
	whole, fraction, point := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return len(text) <= longest && digits(whole) && (whole == "0" || whole[0] != '0') && (!point || digits(fraction))
}

// textOperands reads the operands as texts, folded unless the field is exact. It
// reports those that do not fit; then sound is false.
func (c *checker) textOperands(f traverse.Field, cmp *dsl.Comparison) (values []string, sound bool) {
	var listed map[string]bool
	open := anyText(f)
	if !open {
		listed = c.listedValues(f)
	}
	values, sound = make([]string, 0, len(cmp.Operands)), true
	for _, o := range cmp.Operands {
		s, ok := o.(*dsl.String)
		folded := ""
		if ok && !s.Bad {
			folded = f.Fold(s.Value)
		}
		switch {
		case !ok:
			c.misfit(f, o, "a text in double quotes")
			sound = false
		case s.Bad:
			sound = false
		case s.Value == "":
			d := c.problem(s.Span, CodeValue, "no value equals the empty text")
			d.Help = "write " + strings.TrimSpace(pathText(cmp.Ref)+" "+emptyOp(cmp.Op).String()) // a row has no field
			if cmp.Op == dsl.Equal || cmp.Op == dsl.NotEqual {
				d.ReplaceAt(dsl.Span{Start: cmp.OpSpan.Start, End: s.End}, emptyOp(cmp.Op).String())
			}
			sound = false
		case !open && !listed[folded]:
			c.unlisted(f, s)
			sound = false
		default:
			values = append(values, folded)
		}
	}
	return values, sound
}

// unlisted reports a value that a choice or choices field does not list.
func (c *checker) unlisted(f traverse.Field, s *dsl.String) {
	d := c.problem(s.Span, CodeValue, "%s does not list %s", f.Name, brief(s.Raw))
	if near := c.near(s.Value, slices.Values(f.Values)); near != "" {
		d.Nearest = strconv.Quote(near)
		if nearest.Only(s.Value, slices.Values(f.Values)) == near {
			d.Replace(d.Nearest)
		}
		return
	}
	const few = 12
	for _, v := range f.Values[:min(few, len(f.Values))] {
		d.Expected = append(d.Expected, strconv.Quote(v))
	}
	if len(f.Values) > few {
		d.Expected = append(d.Expected, "another of its values")
	}
}

// anyText reports whether any text may be a value of a field: of text, and of choices
// that list nothing.
func anyText(f traverse.Field) bool {
	return f.Type == traverse.Text || f.Type == traverse.Choices && len(f.Values) == 0
}

// listedValues returns what a choice or choices field lists, folded unless the
// field is exact.
func (c *checker) listedValues(f traverse.Field) map[string]bool {
	if len(f.Values) == 0 {
		return nil // the schema has a problem
	}
	field := &f.Values[0] // no two fields share their values
	listed, ok := c.listed[field]
	if !ok {
		listed = make(map[string]bool, len(f.Values))
		for _, v := range f.Values {
			listed[f.Fold(v)] = true
		}
		c.listed[field] = listed
	}
	return listed
}

// emptyOp returns the operator that was meant by op with the operand "".
func emptyOp(op dsl.Op) dsl.Op {
	switch op {
	case dsl.NotEqual, dsl.NotIn:
		return dsl.IsNotEmpty
	}
	return dsl.IsEmpty
}

// numberOperands reads the operands as numbers. It reports those that do not fit;
// then sound is false.
func (c *checker) numberOperands(f traverse.Field, cmp *dsl.Comparison) (values []float64, sound bool) {
	values, sound = make([]float64, 0, len(cmp.Operands)), true
	for _, o := range cmp.Operands {
		_, v, ok := c.numberOperand(f, o)
		values = append(values, v)
		sound = sound && ok
	}
	return values, sound
}

// numberOperand reads an operand as a number. It reports any other operand.
func (c *checker) numberOperand(f traverse.Field, l dsl.Literal) (*dsl.Number, float64, bool) {
	n, ok := l.(*dsl.Number)
	if !ok {
		c.misfit(f, l, "a number")
		return nil, 0, false
	}
	v, ok := c.float(n)
	return n, v, ok
}

// numberBounds reads the two operands as bounds. It reports bounds out of order.
func (c *checker) numberBounds(f traverse.Field, cmp *dsl.Comparison) (lo, hi float64, ok bool) {
	from, lo, okLo := c.numberOperand(f, cmp.Operands[0])
	to, hi, okHi := c.numberOperand(f, cmp.Operands[1])
	if !okLo || !okHi {
		return 0, 0, false
	}
	if lo > hi {
		d := c.problem(dsl.Span{Start: from.Start, End: to.End}, CodeBounds, "the bounds are out of order: %s is more than %s",
			brief(from.Text), brief(to.Text))
		d.Help = fmt.Sprintf("write between %s and %s", brief(to.Text), brief(from.Text))
		return 0, 0, false
	}
	return lo, hi, true
}

// float reads a number. It reports a whole number that a float cannot represent.
func (c *checker) float(n *dsl.Number) (float64, bool) {
	if n.Bad {
		return 0, false
	}
	v, err := strconv.ParseFloat(n.Text, 64)
	if err != nil {
		c.problem(n.Span, dsl.CodeNumber, "%s is too large for a number", brief(n.Text))
		return 0, false
	}
	if n.Whole() && (v >= 1<<53 || v <= -(1<<53)) {
		exact, _ := new(big.Float).SetFloat64(v).Int(nil)
		if written, ok := new(big.Int).SetString(strings.TrimPrefix(n.Text, "+"), 10); !ok || written.Cmp(exact) != 0 {
			d := c.problem(n.Span, dsl.CodeNumber, "%s cannot be represented exactly", brief(n.Text))
			d.Help = fmt.Sprintf("the nearest number that can is %s", exact)
			return 0, false
		}
	}
	return v, true
}

// momentOperand reads an operand as a date or a time. It reports any other operand.
func (c *checker) momentOperand(f traverse.Field, l dsl.Literal) (*dsl.Moment, bool) {
	m, ok := l.(*dsl.Moment)
	if !ok {
		c.misfit(f, l, "a date such as 2026-05-31")
		return nil, false
	}
	return m, !m.Bad
}
