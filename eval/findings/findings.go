// Package findings reports what is odd about valid rules: children that can never
// count anything, conditions that never or always hold, repetitions, grades that no
// score reaches. It looks only at rules, not at data, and reports nothing that some
// data, lead or instant could prove wrong. Findings about texts are about what is
// most likely meant: data may have the same blanks and characters.
//
// docs/findings.md lists all findings, with an example of each.
package findings

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

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
	CodeAlternative   dsl.Code = "idle-alternative"     // a part of an or, or of any of, that changes nothing
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
	CodeHiddenTier    dsl.Code = "hidden-tier"          // a tier that never counts, as an earlier one holds first
	CodeSeasonApart   dsl.Code = "season-apart"         // a season that never meets one that it lies in
	CodeSeasonOver    dsl.Code = "season-over"          // a season that is over, as of a given instant
	CodeDecided       dsl.Code = "decided"              // a part of a decision that always or never holds
	CodeWeight        dsl.Code = "weight-decides"       // a weight or out of because of which every lead gets the same score
	CodeLimit         dsl.Code = "limit-decides"        // a limit because of which every lead gets the same sum
	CodeUnused        dsl.Code = "unused-name"          // a name for a value that is never used
	CodeStageNever    dsl.Code = "stage-never-entered"  // a stage whose when never holds
	CodeStagePassed   dsl.Code = "stage-passed-over"    // a stage whose when holds only where that of a higher one does
	CodeStageLost     dsl.Code = "stage-lost-at-once"   // a stage whose until holds whenever its when does
	CodeRuleNever     dsl.Code = "rule-never"           // a rule of an assignment whose when never holds
	CodeRuleHidden    dsl.Code = "rule-hidden"          // a rule of an assignment that holds only where one before it does
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
	CodeTierOrder   dsl.Code = "tier-order"         // a tier with more points than an earlier one
	CodeRowGap      dsl.Code = "row-gap"            // numbers between the rows of a table for which none holds
)

// Of returns what is odd about checked models: warnings first, then advice, each by
// file and place. It returns nothing for a model that was checked with an error.
// files are the trees that the models were checked from. They give diagnostics their
// source lines and may be left out. Of changes nothing and may run concurrently.
//
// For rules with extremely long lists it may leave out what takes long to prove.
func Of(models []*check.Model, files ...*dsl.File) dsl.Diagnostics { return of(models, nil, files) }

// AsOf is like [Of], and also returns a warning with [CodeSeasonOver] for each season
// that is over as of an instant.
func AsOf(models []*check.Model, asOf time.Time, files ...*dsl.File) dsl.Diagnostics {
	return of(models, &asOf, files)
}

// of returns the findings. asOf is nil if no instant is known.
func of(models []*check.Model, asOf *time.Time, files []*dsl.File) dsl.Diagnostics {
	var warnings, advice dsl.Diagnostics
	for _, m := range models {
		for _, d := range ofModel(context.Background(), m, asOf, files) {
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

// ofModel returns the findings about one model, in the order in which they are found. Once
// ctx is done, it leaves out those that are left.
func ofModel(ctx context.Context, m *check.Model, asOf *time.Time, files []*dsl.File) dsl.Diagnostics {
	if !whole(m) {
		return nil
	}
	f := newFinder(m, files)
	f.judge.ctx = ctx
	f.find()
	if asOf != nil {
		f.seasonsOver(*asOf)
	}
	return f.found
}

// whole reports whether a model is complete: an error leaves out parts of it.
func whole(m *check.Model) bool {
	if m.Source.Name == nil || m.Source.Incomplete {
		return false
	}
	for i := range m.Conditions {
		c := &m.Conditions[i]
		switch {
		case c.Row != nil && (c.Row.Score == nil || len(c.Children) == 0 && c.Row.Form != dsl.RowOtherwise),
			c.Row == nil && (c.Source.Name == nil || c.Points == 0),
			!wholeChildren(c):
			return false
		}
	}
	return m.Audience == nil || wholeChildren(m.Audience) && !m.Audience.Source.Incomplete
}

func wholeChildren(c *check.Condition) bool {
	return !slices.ContainsFunc(c.Children, func(ch check.Child) bool {
		s := ch.Source
		return ch.Path == nil || len(ch.Where) != len(s.Where) || (ch.Range == nil) != (s.Range == nil) ||
			(ch.Cap == nil) != (s.Cap == nil) || (ch.Burst == nil) != (s.Burst == nil) ||
			(ch.Aging == nil) != (s.Decay == nil && s.Frequency.Without == nil)
	})
}

// A finder collects the findings about one model.
type finder struct {
	model *check.Model
	file  *dsl.File // or nil
	judge *judge
	found dsl.Diagnostics
	// places say where each condition stands, in the order of model.Conditions.
	places []place
}

func newFinder(m *check.Model, files []*dsl.File) *finder {
	f := &finder{model: m, judge: &judge{left: most}}
	for _, file := range files {
		if file.Name == m.File {
			f.file = file
		}
	}
	return f
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
	f.places = placesOf(f.model)
	f.tables(conditions)
	f.tiers(conditions)
	f.seasons()
	seen := map[string]*condition{}
	for i, c := range conditions {
		if f.judge.done() {
			return
		}
		if c.Row != nil {
			continue
		}
		f.condition(c, f.places[i])
		if c.never || c.Season != nil || f.places[i].tier {
			continue
		}
		key := fmt.Sprint(f.places[i].in, " ", c.key())
		if first, ok := seen[key]; ok {
			d := f.warn(CodeSameCondition, c.Source.Name.Span, "%s has the same children and points as %s: both add their points",
				brief(c.Source.Name.Raw), brief(first.Source.Name.Raw))
			f.related(d, first.Source.Name.Span, "the same as this")
		} else {
			seen[key] = c
		}
	}
	if f.model.Audience != nil {
		f.condition(newCondition(f.model, f.model.Audience, f.judge), place{})
	}
	f.scores(conditions)
	f.texts()
	f.caps()
	for i := range f.model.Tests {
		f.found = append(f.found, LaterRecords(f.model, &f.model.Tests[i])...)
	}
}

// A place is where a condition stands.
type place struct {
	in       int  // a number for the model, group or dimension
	tier     bool // it is a tier or a row
	seasonal bool // what holds it has a season
}

// placesOf returns where each condition of a model stands.
func placesOf(m *check.Model) []place {
	places := make([]place, len(m.Conditions))
	n := 0
	var visit func(parts []check.Part, seasonal bool)
	visit = func(parts []check.Part, seasonal bool) {
		in := n
		n++
		for _, p := range parts {
			switch p := p.(type) {
			case check.ConditionPart:
				places[p] = place{in: in, seasonal: seasonal}
			case *check.Group:
				visit(p.Parts, seasonal || p.Season != nil)
			case *check.Dimension:
				visit(p.Parts, seasonal || p.Season != nil)
			case *check.Tiers:
				for _, i := range p.Conditions {
					places[i] = place{in: in, tier: true, seasonal: seasonal || p.Season != nil}
				}
			}
		}
	}
	visit(m.Parts, false)
	return places
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
