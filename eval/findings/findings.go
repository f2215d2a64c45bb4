// Package findings reports what is odd about valid rules: children that can never
// count anything, conditions that never or always hold, repetitions, grades that no
// score reaches. It looks only at rules, not at data, and reports nothing that some
// data, lead or instant could prove wrong. Findings about texts are about what is
// most likely meant: data may have the same blanks and characters.
//
// docs/findings.md lists all findings, with an example of each.
package findings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
)

// The codes of the warnings. If a warning is about a child or an expression, the
// span of its diagnostic is that of the child or expression, or lies in it.
const (
	CodeNothing       dsl.Code = "counts-nothing"       // a child that no record can satisfy
	CodeNever         dsl.Code = "never-holds"          // a condition that never holds, because of a child
	CodeAlways        dsl.Code = "always-holds"         // a child or condition that always holds
	CodeImplied       dsl.Code = "implied"              // an expression, date range or child that changes nothing because of another
	CodeIdleCap       dsl.Code = "idle-cap"             // a cap under has or none, where it changes nothing
	CodeSameExpr      dsl.Code = "same-expression"      // an expression that means the same as another one
	CodeSameChild     dsl.Code = "same-child"           // a child that occurs twice in its condition
	CodeSameCondition dsl.Code = "same-condition"       // a condition with the children and points of another
	CodeGrade         dsl.Code = "grade-out-of-reach"   // a grade that no score reaches
	CodeReadyNever    dsl.Code = "ready-out-of-reach"   // a sales-ready score that no score reaches
	CodeReadyAlways   dsl.Code = "ready-always-reached" // a sales-ready score that every score reaches
	CodeSameValue     dsl.Code = "same-value"           // a value that equals another one of its list
	CodeImpliedValue  dsl.Code = "implied-value"        // a value of a list that changes nothing because of another
	CodeBlank         dsl.Code = "outer-blank"          // a text that begins or ends with a blank
	CodeInvisible     dsl.Code = "invisible-character"  // a character that cannot be seen
	CodeMixed         dsl.Code = "mixed-letters"        // a word with letters of several alphabets
	CodeLater         dsl.Code = "later-than-as-of"     // a record of a test that does not exist yet
	CodeHiddenRow     dsl.Code = "hidden-row"           // a row of a table that never counts, as earlier rows hold first
	CodeLimit         dsl.Code = "limit-decides"        // a limit because of which every lead gets the same sum
	CodeUnused        dsl.Code = "unused-name"          // a name for a value that is never used
)

// The codes of the advice.
const (
	CodeUngraded    dsl.Code = "ungraded"           // scores without a grade
	CodeEndless     dsl.Code = "endless"            // each over interactions of any age
	CodeNoOutcome   dsl.Code = "no-outcome"         // a model without grades and without a sales-ready score
	CodeOnlyUp      dsl.Code = "only-up"            // a model of several conditions, none of which takes points away
	CodeWithinWords dsl.Code = "within-words"       // a short word that contains finds within others
	CodeEveryLead   dsl.Code = "every-lead"         // a condition that adds its points to every lead
	CodeScores      dsl.Code = "possible-scores"    // the scores that a model can give
	CodeLimitFar    dsl.Code = "limit-out-of-reach" // a limit that no sum reaches
	CodeRowGap      dsl.Code = "row-gap"            // numbers between the rows of a table for which none holds
)

// Of returns what is odd about checked models: warnings first, then advice, each by
// file and place. It returns nothing for a model that was checked with an error.
// files are the trees that the models were checked from. They give diagnostics their
// source lines and may be left out. Of changes nothing and may run concurrently.
//
// For rules with extremely long lists it may leave out what takes long to prove.
func Of(models []*check.Model, files ...*dsl.File) dsl.Diagnostics {
	var warnings, advice dsl.Diagnostics
	for _, m := range models {
		if !whole(m) {
			continue
		}
		f := &finder{model: m, judge: &judge{left: most}}
		for _, file := range files {
			if file.Name == m.File {
				f.file = file
			}
		}
		f.find()
		for _, d := range f.found {
			if d.Severity == dsl.Warning {
				warnings = append(warnings, d)
			} else {
				advice = append(advice, d)
			}
		}
	}
	for _, file := range files {
		warnings = append(warnings, unsafeCharacters(file, warnings)...)
		warnings = append(warnings, unusedNames(file)...)
	}
	warnings.Sort()
	advice.Sort()
	return append(warnings, advice...)
}

// whole reports whether a model is complete: an error leaves out parts of it.
func whole(m *check.Model) bool {
	if m.Source.Name == nil || m.Source.Incomplete {
		return false
	}
	for _, c := range m.Conditions {
		switch {
		case c.Row != nil && (c.Row.Score == nil || len(c.Children) == 0 && c.Row.Form != dsl.RowOtherwise),
			c.Row == nil && (c.Source.Name == nil || c.Points == 0):
			return false
		}
		for _, ch := range c.Children {
			if ch.Path == nil || len(ch.Where) != len(ch.Source.Where) || (ch.Range == nil) != (ch.Source.Range == nil) {
				return false
			}
		}
	}
	return true
}

// A finder collects the findings about one model.
type finder struct {
	model *check.Model
	file  *dsl.File // or nil
	judge *judge
	found dsl.Diagnostics
}

// report adds a finding and returns it, so that the caller can complete it.
func (f *finder) report(s dsl.Severity, code dsl.Code, at dsl.Span, format string, args ...any) *dsl.Diagnostic {
	d := dsl.Diagnostic{Severity: s, Code: code, Summary: fmt.Sprintf(format, args...), File: f.model.File, Span: at}
	if f.file != nil {
		d.Line = f.file.Line(at.Start)
	}
	f.found = append(f.found, d)
	return &f.found[len(f.found)-1]
}

func (f *finder) warn(code dsl.Code, at dsl.Span, format string, args ...any) *dsl.Diagnostic {
	return f.report(dsl.Warning, code, at, format, args...)
}

func (f *finder) related(d *dsl.Diagnostic, at dsl.Span, summary string) {
	d.Related = append(d.Related, dsl.Related{Summary: summary, File: f.model.File, Span: at})
}

func (f *finder) find() {
	conditions := prepare(f.model, f.judge)
	seen := map[string]*condition{}
	f.tables()
	for _, c := range conditions {
		if c.beyond {
			continue
		}
		f.condition(c)
		if c.never {
			continue
		}
		if first, ok := seen[c.key()]; ok && f.model.Parts == nil {
			d := f.warn(CodeSameCondition, c.Source.Name.Span, "%s has the same children and points as %s: both add their points",
				brief(c.Source.Name.Raw), brief(first.Source.Name.Raw))
			f.related(d, first.Source.Name.Span, "the same as this")
		} else {
			seen[c.key()] = c
		}
	}
	f.scores(conditions)
	f.texts()
	f.caps()
	for i := range f.model.Tests {
		f.found = append(f.found, LaterRecords(f.model, &f.model.Tests[i])...)
	}
}

// condition reports what is odd about a condition.
func (f *finder) condition(c *condition) {
	for _, ch := range c.children {
		f.child(ch)
	}
	if c.never {
		f.never(c)
		return
	}
	f.always(c)
	f.repeated(c)
}

// child reports expressions that contradict each other, or that change nothing.
func (f *finder) child(ch *child) {
	switch {
	case ch.dead:
		names := ch.Source.Path[:2]
		d := f.warn(CodeNothing, dsl.Span{Start: names[0].Start, End: names[1].End},
			"a lead of a model with target account has no parent contact: %s", ch.consequence())
		d.Help = "begin with Lead.ParentAccount"
	case ch.nothing:
		f.contradiction(ch)
	default:
		f.superfluous(ch)
	}
}

// contradiction reports the first expression because of which a child counts
// nothing.
func (f *finder) contradiction(ch *child) {
	for _, ref := range ch.refs {
		for i := range ref.exprs {
			if f.judge.possible(ref.exprs[:i+1]) {
				continue
			}
			guilty, before := ref.exprs[i], ref.exprs[:i]
			if guilty.hopeless() {
				d := f.warn(CodeNothing, guilty.at, "%s is about a value that is always empty: %s", brief(guilty.text.String()), ch.consequence())
				d.Help = "a lead of a model with target account has no parent contact"
				return
			}
			before = f.blame(before, guilty)
			var d *dsl.Diagnostic
			switch len(before) {
			case 0:
				d = f.warn(CodeNothing, guilty.at, "no value satisfies %s: %s", brief(guilty.text.String()), ch.consequence())
			case 1:
				d = f.warn(CodeNothing, guilty.at, "no value satisfies both %s and %s: %s",
					brief(before[0].text.String()), brief(guilty.text.String()), ch.consequence())
			default:
				d = f.warn(CodeNothing, guilty.at, "no value satisfies both %s and the expressions before it: %s", brief(guilty.text.String()), ch.consequence())
			}
			for _, b := range before {
				f.related(d, b.at, "contradicts this")
			}
			d.Help = either(append(before, guilty), ref.exprs)
			return
		}
	}
}

// blame returns the expression before guilty that contradicts it by itself, or else
// all of before.
func (f *finder) blame(before []*expr, guilty *expr) []*expr {
	if !f.judge.possible([]*expr{guilty}) {
		return nil
	}
	for _, b := range before {
		if !f.judge.possible([]*expr{b, guilty}) {
			return []*expr{b}
		}
	}
	return slices.Clone(before)
}

// either returns a help for several expressions that want a value to equal different
// things and were probably meant as a list, or "". The list holds what any of all
// wants.
func either(guilty, all []*expr) string {
	if len(guilty) < 2 || slices.ContainsFunc(guilty, func(e *expr) bool { return len(equals(e)) == 0 }) {
		return ""
	}
	var values []string
	for _, e := range all {
		for _, v := range equals(e) {
			if !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
	}
	const many = 8
	if len(values) > many {
		return ""
	}
	field := pathText(guilty[0].source.Ref)
	return fmt.Sprintf("write %s in (%s) if one of them is enough", field, strings.Join(values, ", "))
}

// equals returns, as written, the texts or numbers that e wants its value to equal,
// or nothing if it wants something else.
func equals(e *expr) (values []string) {
	c := e.source
	if c == nil || c.Op != dsl.Equal && c.Op != dsl.In {
		return nil
	}
	for _, o := range c.Operands {
		switch o := o.(type) {
		case *dsl.String:
			values = append(values, o.Raw)
		case *dsl.Number:
			values = append(values, o.Text)
		}
	}
	return values
}

// superfluous reports expressions that can be left out of a child.
func (f *finder) superfluous(ch *child) {
	for _, ref := range ch.refs {
		left := slices.Clone(ref.exprs)
		for i := len(left) - 1; i >= 0; i-- {
			weak := left[i]
			if weak.sure() {
				d := f.warn(CodeImplied, weak.at, "%s always holds: it changes nothing", brief(weak.text.String()))
				d.Help = "a lead of a model with target account has no parent contact"
				left = slices.Delete(left, i, i+1)
				continue
			}
			at := slices.IndexFunc(left, func(strong *expr) bool {
				return strong != weak && f.judge.implies([]*expr{strong}, weak)
			})
			if at < 0 {
				continue
			}
			strong := left[at]
			var d *dsl.Diagnostic
			if f.judge.implies([]*expr{weak}, strong) {
				d = f.warn(CodeSameExpr, weak.at, "%s means the same as %s", brief(weak.text.String()), brief(strong.text.String()))
				f.related(d, strong.at, "the same as this")
			} else {
				d = f.warn(CodeImplied, weak.at, "%s changes nothing: it follows from %s", brief(weak.text.String()), brief(strong.text.String()))
				f.related(d, strong.at, "follows from this")
			}
			d.Help = "drop it"
			left = slices.Delete(left, i, i+1)
		}
	}
}

// never reports why a condition never holds, unless it is because of a child that
// has been reported to count nothing.
func (f *finder) never(c *condition) {
	for _, ch := range c.children {
		if ch.nothing && ch.positive() {
			return
		}
	}
	ch, name := c.guilty, brief(c.Source.Name.Raw)
	switch {
	case c.expr != nil:
		whom := "another child"
		if len(c.against) > 1 {
			whom = "other children"
		}
		d := f.warn(CodeNever, c.expr.at, "%s contradicts %s of %s: there is only one such record, so the condition never holds",
			brief(c.expr.text.String()), whom, name)
		exprs := append(slices.Clip(c.against), c.expr)
		d.Help = either(exprs, exprs)
		for _, b := range c.against {
			f.related(d, b.at, "contradicts this")
		}
	case c.other != nil && ch.None():
		d := f.warn(CodeNever, ch.Source.Span, "condition %s never holds: what another child wants, this one forbids", name)
		f.related(d, c.other.Source.Span, "contradicts this")
	case c.other != nil:
		d := f.warn(CodeNever, ch.Source.Span, "condition %s never holds: what this child wants, another one forbids", name)
		f.related(d, c.other.Source.Span, "contradicts this")
	case ch.None():
		f.warn(CodeNever, ch.Source.Span, "there is always a lead: this child never holds, and neither does condition %s", name)
	default:
		f.warn(CodeNever, ch.Source.Frequency.Span, "the path leads to at most one record: this child never holds, and neither does condition %s", name)
	}
}

// always reports children that always hold. A condition in which all children do
// gives its points to every lead, which may be intended.
func (f *finder) always(c *condition) {
	if !c.multiplier.Least.IsZero() {
		f.report(dsl.Advice, CodeEveryLead, c.Source.Name.Span, "condition %s always holds: it gives %+d to every lead that the model scores",
			brief(c.Source.Name.Raw), c.Points)
		return
	}
	for _, ch := range c.children {
		if ch.sure && !ch.Each {
			d := f.warn(CodeAlways, ch.Source.Span, "there is always a lead: this child always holds and changes nothing")
			d.Help = "write after where what the lead must satisfy, or drop the child"
		}
	}
}

// repeated reports children that change nothing because of another one.
func (f *finder) repeated(c *condition) {
	var left []*child
	for _, ch := range c.children {
		if !ch.nothing && !ch.sure {
			left = append(left, ch)
		}
	}
	for i := len(left) - 1; i >= 0; i-- {
		weak := left[i]
		at := slices.IndexFunc(left, func(strong *child) bool { return strong != weak && f.judge.makesIdle(strong, weak) })
		if at < 0 {
			continue
		}
		strong := left[at]
		var d *dsl.Diagnostic
		if weak.key() == strong.key() {
			d = f.warn(CodeSameChild, weak.Source.Span, "this child occurs twice in %s and counts once", brief(c.Source.Name.Raw))
			f.related(d, strong.Source.Span, "the same as this")
			d.Help = "drop one of them"
		} else {
			switch {
			case strong.Each && weak.Each:
				d = f.warn(CodeImplied, weak.Source.Span, "this child changes nothing: it counts all that another one counts, and the smallest count matters")
			case strong.Each:
				d = f.warn(CodeImplied, weak.Source.Span, "this child changes nothing: where it does not hold, another one counts nothing")
			default:
				d = f.warn(CodeImplied, weak.Source.Span, "this child changes nothing: it holds whenever another one does")
			}
			f.related(d, strong.Source.Span, "follows from this")
			d.Help = "drop it"
		}
		left = slices.Delete(left, i, i+1)
	}
}

// brief shortens a text for a message.
func brief(s string) string {
	const longest = 80
	if runes := []rune(s[:min(len(s), 8*longest)]); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return s
}

func pathText(names []*dsl.Name) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = n.String()
	}
	return strings.Join(texts, ".")
}

// unique returns the values of a list in order, each once.
func unique(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}
