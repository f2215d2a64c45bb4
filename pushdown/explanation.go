package pushdown

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/pushdown/internal/award"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
)

// An Explanation is what the conditions of a model have counted for a lead, and what they add.
type Explanation struct {
	// Conditions has them in the order of the rules, if the lead is scored.
	Conditions []Condition `json:"conditions,omitempty"`
	// Audience is what the audience of the model has counted, if the lead is not in it.
	Audience *leadscore.Counted `json:"audience,omitempty"`
}

// A Condition is what one condition, or a row of a table, has counted and adds.
type Condition struct {
	Name string `json:"condition"`     // of a row, that of its table
	Row  string `json:"row,omitempty"` // of a table, in the rule language; otherwise ""
	// Times is how often the points count, whatever the season and the tiers before it, as a
	// multiple of 1/Of. Of is 1, unless occurrences lose weight.
	Times *big.Int `json:"times"`
	Of    uint64   `json:"of"`
	// Points is what the condition adds: 0 out of season and after the tier that was taken. It may
	// have more than 64 bits.
	Points *big.Int `json:"points"`
	leadscore.Counted
}

// Explain makes a statement whose result has a last column, explanation, with what each condition has
// counted and adds. It is an [Explanation] as JSON, and the empty text for a lead that is neither
// scored nor out of the audience. With it, [Statement.Result] returns a result that is explained as
// by [leadscore.Explain] of no records. Such a statement counts more, and its result is larger.
func Explain() Option { return Option{optionExplain} }

const columnExplanation = "explanation"

// explanation returns the column of the result that says what conditions have counted.
func (k *modelLowering) explanation(status *scalar.Expr, a *award.Award) *scalar.Expr {
	list := &jsonWriter{modelLowering: k}
	list.text(`{"conditions":[`)
	for i, c := range a.Conditions() {
		of := &k.model.Conditions[i]
		if i > 0 {
			list.text(",")
		}
		list.text(`{"condition":` + jsonText(of.Name))
		if of.Row != nil {
			list.text(`,"row":` + jsonText(of.Row.String()))
		}
		list.text(`,"times":`)
		list.number(c.Times)
		list.text(fmt.Sprintf(`,"of":%d,"points":`, c.Of))
		list.number(c.Amount)
		list.text(",")
		list.counted(i)
		list.text("}")
	}
	list.text("]}")
	whens := []scalar.When{{If: k.Equal(status, k.Text("scored")), Then: list.concat()}}
	if k.model.Audience != nil {
		list := &jsonWriter{modelLowering: k}
		list.text(`{"audience":{`)
		list.counted(award.Audience)
		list.text("}}")
		whens = append(whens, scalar.When{If: k.Equal(status, k.Text("not in audience")), Then: list.concat()})
	}
	return k.Case(k.Text(""), whens...)
}

// A jsonWriter makes an expression whose text is JSON.
type jsonWriter struct {
	*modelLowering
	parts   []*scalar.Expr
	pending strings.Builder // constant text after the last part
}

func (j *jsonWriter) text(s string) { j.pending.WriteString(s) }

func (j *jsonWriter) flush() {
	if j.pending.Len() > 0 {
		j.parts = append(j.parts, j.Text(j.pending.String()))
		j.pending.Reset()
	}
}

func (j *jsonWriter) number(e *scalar.Expr) {
	if v, ok := e.Constant(); ok && !v.Null {
		j.text(v.Whole.String())
		return
	}
	j.flush()
	j.parts = append(j.parts, j.Call(callDigits, scalar.Text, false, scalar.Range{}, e))
}

// counted writes what a condition counts, as leadscore.Counted has it.
func (j *jsonWriter) counted(condition int) {
	c := j.model.Audience
	if condition != award.Audience {
		c = &j.model.Conditions[condition]
	}
	j.list("counts", len(c.Children), func(i int) *scalar.Expr { return j.occurrencesOf(condition, i) })
	decays := false
	for i := range c.Children {
		decays = decays || points.Decays(&c.Children[i])
	}
	if decays {
		j.text(",")
		j.list("weights", len(c.Children), func(i int) *scalar.Expr {
			if !points.Decays(&c.Children[i]) {
				return nil
			}
			return j.countOf(condition, i)
		})
	}
	if n := samesOf(c); n > 0 {
		j.text(",")
		j.list("values", n, func(i int) *scalar.Expr { return j.countOf(condition, len(c.Children)+i) })
	}
}

// list writes a list of numbers, of which nil is null.
func (j *jsonWriter) list(name string, n int, number func(i int) *scalar.Expr) {
	j.text(jsonText(name) + ":[")
	for i := range n {
		if i > 0 {
			j.text(",")
		}
		if e := number(i); e != nil {
			j.number(e)
		} else {
			j.text("null")
		}
	}
	j.text("]")
}

// concat returns all parts in a row, some of them joined to one before they are joined to others:
// databases limit how deep an expression may be.
func (j *jsonWriter) concat() *scalar.Expr {
	const most = 30
	j.flush()
	list := j.parts
	for len(list) > most {
		var next []*scalar.Expr
		for from := 0; from < len(list); from += most {
			next = append(next, j.Concat(list[from:min(from+most, len(list))]...))
		}
		list = next
	}
	return j.Concat(list...)
}

func samesOf(c *check.Condition) int {
	n := 0
	for _, item := range c.Items {
		if _, ok := item.(*check.Same); ok {
			n++
		}
	}
	return n
}

// jsonText returns a text as JSON has it.
func jsonText(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // texts have a form in JSON
	}
	return strings.TrimSuffix(b.String(), "\n")
}
