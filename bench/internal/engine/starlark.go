package engine

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/plan"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// Starlark is go.starlark.net: one script with one function over all rules,
// arranged as the hand-written code is: one pass over each kind of record, which
// stops after the longest window. Records are tuples, whose fields become local
// variables, and instants are floats: integers of that size are slow. Weights of
// what decays, and rounding, are functions of ours.
var Starlark = &Engine{
	Name: "starlark",
	Load: func(d *crm.Data) (Loaded, error) {
		arguments := loadStarlark(d)
		return func(m *rules.Model) Compile {
			text := StarlarkText(m)
			return func() (Scorer, error) {
				thread := &starlark.Thread{Name: "bench"}
				globals, err := starlark.ExecFileOptions(&syntax.FileOptions{}, thread, "rules.star", text, starlarkFunctions)
				if err != nil {
					return nil, err
				}
				function := globals["score"]
				return func(leads []int, scores []int64) error {
					for i, lead := range leads {
						v, err := starlark.Call(thread, function, arguments[lead], nil)
						if err != nil {
							return err
						}
						score, ok := v.(starlark.Int).Int64()
						if !ok {
							return fmt.Errorf("score %v", v)
						}
						scores[i] = score
					}
					return nil
				}, nil
			}
		}, nil
	},
}

func loadStarlark(d *crm.Data) []starlark.Tuple {
	l := crm.NewLoader()
	texts := map[string]starlark.Value{}
	record := func(e *crm.Entity, r *crm.Record) starlark.Tuple {
		t := starlark.Tuple{}
		if e.Weight > 0 {
			t = append(t, starlark.Float(r.Time))
		}
		for i, v := range r.Values {
			if e.Fields[i].Type == crm.Number {
				t = append(t, starlark.Float(known(v.Number)))
				continue
			}
			text := l.Lower(v.Text)
			if texts[text] == nil {
				texts[text] = starlark.String(text)
			}
			t = append(t, texts[text])
		}
		return t
	}
	var accounts []starlark.Tuple
	for i := range d.Accounts {
		accounts = append(accounts, record(crm.Account, &d.Accounts[i]))
	}
	var all []starlark.Tuple
	for i := range d.Leads {
		c := &d.Contacts[d.Leads[i].Contact]
		t := starlark.Tuple{record(crm.Lead, &d.Leads[i].Record), record(crm.Contact, &c.Record), starlark.None}
		if c.Account >= 0 {
			t[2] = accounts[c.Account]
		}
		for kind, e := range crm.Interactions {
			records := starlark.Tuple{}
			for _, r := range c.Newest(kind) {
				records = append(records, record(e, &r))
			}
			t = append(t, records)
		}
		all = append(all, t)
	}
	return all
}

// known returns -1 for an empty number: general engines have an order for NaN,
// or an error. The data hold nothing negative.
func known(x float64) float64 {
	if math.IsNaN(x) {
		return -1
	}
	return x
}

// StarlarkText returns a model as a script.
func StarlarkText(m *rules.Model) string {
	p := plan.New(m)
	w := &plan.Writer{Language: &plan.Language{
		Open: ":", And: "and", Or: "or", Else: "elif ", Increment: "%s += 1", Dispatch: true, Hit: starlarkHit,
		Within: func(days int) string { return "t >= " + starlarkInstant(days) },
		Before: func(days int) string { return "t < " + starlarkInstant(days) },
		Field:  func(name string) string { return "f_" + name },
		Value:  func(_, value string) string { return strconv.Quote(value) },
		Test:   func(f rules.Filter, _ bool) string { return starlarkTest(f) },
	}}
	parameters := make([]string, len(p.Passes))
	for i, pass := range p.Passes {
		parameters[i] = pass.Entity.Name
	}
	w.Block("def score("+strings.Join(parameters, ", ")+")", func() {
		w.Line("score = 0")
		for _, seen := range p.Shared() {
			w.Line("%s = {}", seen)
		}
		for _, pass := range p.Passes {
			starlarkPass(w, pass)
		}
		w.Conditions(p.Across, func(c *plan.Counter) string { return c.Name }, func(s string) string { return s })
		if m.Parts != nil {
			starlarkParts(w, p, m)
		}
		w.Line("return score")
	})
	return w.String()
}

func starlarkPass(w *plan.Writer, p *plan.Pass) {
	if len(p.Counters) == 0 {
		return
	}
	for _, c := range p.Counters {
		if c.Kept {
			w.Line("%s = 0", c.Name)
		}
		starlarkState(w, c)
	}
	var names []string
	for _, f := range p.Entity.Fields {
		names = append(names, "f_"+f.Name)
	}
	if p.MaxDays() == 0 {
		w.Line("score += %d", p.Base)
		body := func() {
			w.Line("%s = %s", strings.Join(names, ", "), p.Entity.Name)
			w.Body(p)
		}
		if p.Entity == crm.Account {
			w.Block("if Account != None", body)
		} else {
			body()
		}
	} else {
		w.Block("for t, "+strings.Join(names, ", ")+" in "+p.Entity.Name, func() {
			w.Block("if "+w.Before(p.MaxDays()), func() { w.Line("break") })
			w.Body(p)
		})
	}
	w.Conditions(p.Own, func(c *plan.Counter) string { return c.Name }, func(s string) string { return s })
}

func starlarkInstant(days int) string { return fmt.Sprintf("%d.0", cutoff(days)) }

func starlarkTest(f rules.Filter) string {
	switch f.Op {
	case rules.AnyOf:
		parts := make([]string, len(f.Parts))
		for i, part := range f.Parts {
			parts[i] = starlarkTest(part)
		}
		return "(" + strings.Join(parts, " or ") + ")"
	case rules.Not:
		return "not (" + starlarkTest(f.Parts[0]) + ")"
	case rules.Before:
		return "t <= " + starlarkInstant(int(f.Numbers[0]))
	}
	field := "f_" + f.Field
	texts := strings.ToLower(crm.Quote(f.Texts))
	switch f.Op {
	case rules.Equal:
		return field + " == " + texts
	case rules.In:
		var tests []string
		for _, t := range f.Texts {
			tests = append(tests, field+" == "+strconv.Quote(strings.ToLower(t)))
		}
		return "(" + strings.Join(tests, " or ") + ")"
	case rules.Contains:
		return texts + " in " + field
	case rules.BeginsWith:
		return field + ".startswith(" + texts + ")"
	case rules.Between:
		return fmt.Sprintf("%s >= %s and %s <= %s", field, exprNumber(f.Numbers[0]), field, exprNumber(f.Numbers[1]))
	case rules.Less, rules.LessEqual:
		return fmt.Sprintf("%s >= 0.0 and %s %s %s", field, field, f.Op.Sign(), exprNumber(f.Numbers[0]))
	}
	return field + " " + f.Op.Sign() + " " + exprNumber(f.Numbers[0])
}
