package sourcetest_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/traverse"
)

// scan is a source that keeps its contract: it walks all its records. Its hooks
// break it in one place each. Fetch is serialised for them.
type scan struct {
	records []sourcetest.Record

	matches func(has, asked string) bool // compares a record's key with one asked for
	keep    func(q *traverse.Query, i int, r *sourcetest.Record) bool
	value   func(q *traverse.Query, name string, v traverse.Value) traverse.Value
	before  func(ctx context.Context, q *traverse.Query, out *traverse.Rows) (*traverse.Query, *traverse.Rows, error)
	repeat  func(q *traverse.Query, r *sourcetest.Record) int
	key     func(q *traverse.Query, key string, r *sourcetest.Record) string
	swap    bool
	noCtx   bool
	free    bool // not serialised

	mu sync.Mutex
}

func (s *scan) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	if !s.noCtx && ctx.Err() != nil {
		return ctx.Err()
	}
	if !s.free {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	if s.before != nil {
		var err error
		if q, out, err = s.before(ctx, q, out); err != nil {
			return err
		}
	}
	asked := map[string]bool{}
	for _, key := range q.Keys {
		asked[key] = true
	}
	for i := range s.records {
		r := &s.records[i]
		if r.Entity != q.Entity {
			continue
		}
		has := r.ID
		if q.By != "" {
			has = r.Values[q.By].Text()
		}
		if has == "" || s.keep != nil && !s.keep(q, i, r) {
			continue
		}
		keys := q.Keys
		if s.matches == nil {
			if !asked[has] {
				continue
			}
			keys = []string{has}
		}
		for _, key := range keys {
			if s.matches != nil && !s.matches(has, key) {
				continue
			}
			var values []traverse.Value
			for _, name := range q.Fields {
				v := r.Values[name]
				if s.value != nil {
					v = s.value(q, name, v)
				}
				values = append(values, v)
			}
			if s.swap && len(values) > 1 {
				values[0], values[1] = values[1], values[0]
			}
			n := 1
			if s.repeat != nil {
				n = s.repeat(q, r)
			}
			if s.key != nil {
				key = s.key(q, key, r)
			}
			for range n {
				out.Add(key, r.ID, values...)
			}
		}
	}
	return nil
}

func (s *scan) Leads(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, r := range s.records {
			if err := ctx.Err(); err != nil {
				yield("", err)
				return
			}
			if r.Entity == traverse.Lead && !yield(r.ID, nil) {
				return
			}
		}
	}
}

// within cuts to the range as a source may.
func within(q *traverse.Query, r *sourcetest.Record) bool {
	if q.Time == "" {
		return true
	}
	v := r.Values[q.Time]
	if v.IsEmpty() {
		return q.From.IsZero()
	}
	return !v.Time().Before(q.From) && (q.To.IsZero() || !v.Time().After(q.To))
}

func TestHonestSources(t *testing.T) {
	for name, s := range map[string]*scan{
		"all comes":          {},
		"the range is cut":   {keep: func(q *traverse.Query, _ int, r *sourcetest.Record) bool { return within(q, r) }},
		"empty text is null": {value: func(_ *traverse.Query, _ string, v traverse.Value) traverse.Value { return emptied(v) }},
	} {
		t.Run(name, func(t *testing.T) {
			sourcetest.Run(t, func(_ *testing.T, _ *traverse.Schema, records []sourcetest.Record) traverse.Source {
				s.records = records
				return s
			})
		})
	}
}

func emptied(v traverse.Value) traverse.Value {
	if v.IsEmpty() {
		return traverse.Value{}
	}
	return v
}

// noLeads hides the listing of leads.
type noLeads struct{ traverse.Source }

func TestSourceWithoutLeads(t *testing.T) {
	if err := sourcetest.Check(noLeads{&scan{records: sourcetest.Records()}}, sourcetest.Schema(), sourcetest.Records()); err != nil {
		t.Error(err)
	}
}

func TestNoRecords(t *testing.T) {
	if err := sourcetest.Check(&scan{}, sourcetest.Schema(), nil); err != nil {
		t.Error(err)
	}
}

// TestBrokenSources breaks the honest source in one way each and wants the
// check to find it.
func TestBrokenSources(t *testing.T) {
	type Q = *traverse.Query
	type R = *sourcetest.Record
	keep := func(f func(q Q, i int, r R) bool) *scan { return &scan{keep: f} }
	value := func(f func(q Q, name string, v traverse.Value) traverse.Value) *scan { return &scan{value: f} }
	before := func(f func(ctx context.Context, q Q, out *traverse.Rows) (Q, *traverse.Rows, error)) *scan {
		return &scan{before: f}
	}

	var busy sync.Mutex
	keptRows := map[*traverse.Need]*traverse.Rows{}
	keptQuery := map[*traverse.Need]Q{}
	firstFields := map[string]*traverse.Need{}

	for _, test := range []struct {
		name string
		s    *scan
		want string // the check that must find it
	}{
		{"a record is missing", keep(func(_ Q, i int, _ R) bool { return i != 17 }), "ByID"},
		{"a record is missing by reference", keep(func(q Q, i int, _ R) bool { return q.By == "" || i != 17 }), "ByReference"},
		{"a lead is missing", keep(func(_ Q, _ int, r R) bool { return r.ID != "lead-3" }), "ByID"},
		{"one reference a key", keep(func() func(Q, int, R) bool {
			seen := map[Q]map[string]bool{}
			return func(q Q, _ int, r R) bool {
				if q.By == "" {
					return true
				}
				if seen[q] == nil {
					seen[q] = map[string]bool{}
				}
				k := r.Values[q.By].Text()
				first := !seen[q][k]
				seen[q][k] = true
				return first
			}
		}()), "ByReference"},
		{"a record comes twice", &scan{repeat: func(q Q, r R) int {
			if q.By != "" && r.ID == "i4" {
				return 2
			}
			return 1
		}}, "ByReference"},
		{"fields swapped", &scan{swap: true}, "Fields"},
		{"key is the id", &scan{key: func(_ Q, _ string, r R) string { return r.ID }}, "ByReference"},
		{"keys ignore letter case", &scan{matches: func(key, want string) bool { return strings.EqualFold(key, want) }}, "UnknownKeys"},
		{"keys ignore spaces", &scan{matches: func(key, want string) bool { return key == strings.TrimSpace(want) }}, "UnknownKeys"},
		{"keys are prefixes", &scan{matches: func(key, want string) bool { return strings.HasPrefix(want, key) }}, "UnknownKeys"},
		{"keys are numbers", &scan{matches: func(key, want string) bool {
			return key == want || strings.TrimLeft(key, "0") == strings.TrimLeft(want, "0")
		}}, "ByID"},
		{"first bound excluded", keep(func(q Q, _ int, r R) bool {
			return within(q, r) && (q.Time == "" || r.Values[q.Time].IsEmpty() || !r.Values[q.Time].Time().Equal(q.From))
		}), "Range"},
		{"last bound excluded", keep(func(q Q, _ int, r R) bool {
			return within(q, r) && (q.Time == "" || r.Values[q.Time].IsEmpty() || !r.Values[q.Time].Time().Equal(q.To))
		}), "Range"},
		{"last day excluded", keep(func(q Q, _ int, r R) bool {
			return within(q, r) && (q.Time == "" || r.Values[q.Time].Kind() != traverse.KindDate || !r.Values[q.Time].Time().Equal(q.To))
		}), "Range"},
		{"empty dates never come", keep(func(q Q, _ int, r R) bool {
			return within(q, r) && (q.Time == "" || !r.Values[q.Time].IsEmpty())
		}), "Range"},
		{"empty dates are before To only", keep(func(q Q, _ int, r R) bool {
			return within(q, r) && (q.To.IsZero() || !r.Values[q.Time].IsEmpty())
		}), "Range"},
		{"range speaks of Timestamp whatever Time is", keep(func(q Q, _ int, r R) bool {
			if q.Time == "LastCall" {
				return r.Values["Birthday"].Time().After(q.From)
			}
			return within(q, r)
		}), "Range"},
		{"seconds only", value(func(_ Q, _ string, v traverse.Value) traverse.Value {
			if v.Kind() == traverse.KindTime {
				return traverse.TimeValue(v.Time().Truncate(time.Second))
			}
			return v
		}), "ByID"},
		{"nanoseconds overflow", value(func(_ Q, _ string, v traverse.Value) traverse.Value {
			if v.Kind() == traverse.KindTime {
				return traverse.TimeValue(time.Unix(0, v.Time().UnixNano()))
			}
			return v
		}), "ByID"},
		{"32-bit numbers", value(func(_ Q, _ string, v traverse.Value) traverse.Value {
			if v.Kind() == traverse.KindNumber {
				return traverse.NumberValue(float64(float32(v.Number())))
			}
			return v
		}), "ByID"},
		{"zero is null", value(func(_ Q, _ string, v traverse.Value) traverse.Value {
			if v.Kind() == traverse.KindNumber && v.Number() == 0 {
				return traverse.Value{}
			}
			return v
		}), "ByID"},
		{"null is zero", value(func(_ Q, name string, v traverse.Value) traverse.Value {
			if v.Kind() == traverse.KindNull && name == "NumberOfEmployees" {
				return traverse.NumberValue(0)
			}
			return v
		}), "ByID"},
		{"false is null", value(func(_ Q, _ string, v traverse.Value) traverse.Value {
			if v.Kind() == traverse.KindBool && !v.Bool() {
				return traverse.Value{}
			}
			return v
		}), "ByID"},
		{"text trimmed", value(func(_ Q, _ string, v traverse.Value) traverse.Value {
			if v.Kind() == traverse.KindText {
				return traverse.TextValue(strings.TrimSpace(v.Text()))
			}
			return v
		}), "ByID"},
		{"choices joined", value(func(_ Q, _ string, v traverse.Value) traverse.Value {
			if v.Kind() == traverse.KindChoices {
				return traverse.TextValue(v.String())
			}
			return v
		}), "ByID"},
		{"first choice only", value(func(_ Q, _ string, v traverse.Value) traverse.Value {
			if c := v.Choices(); len(c) > 1 {
				return traverse.ChoicesValue(c[0])
			}
			return v
		}), "ByID"},
		{"references with their entity", value(func(_ Q, name string, v traverse.Value) traverse.Value {
			if name == "ParentAccount" && !v.IsEmpty() {
				return traverse.TextValue("Account/" + v.Text())
			}
			return v
		}), "ByID"},
		{"dangling references are null", value(func(_ Q, name string, v traverse.Value) traverse.Value {
			if v.Text() == "no such account" {
				return traverse.Value{}
			}
			return v
		}), "ByID"},
		{"the key's field is missing from the values", value(func(q Q, name string, v traverse.Value) traverse.Value {
			if name == q.By {
				return traverse.Value{}
			}
			return v
		}), "ByReference"},
		{"the context is ignored", &scan{noCtx: true}, "Cancelled"},
		{"an empty entity is an error", before(func(_ context.Context, q Q, out *traverse.Rows) (Q, *traverse.Rows, error) {
			if q.Entity == "Contract" {
				return q, out, errors.New("no table Contract")
			}
			return q, out, nil
		}), "UnknownKeys"},
		{"an unknown key is an error", before(func(_ context.Context, q Q, out *traverse.Rows) (Q, *traverse.Rows, error) {
			for _, k := range q.Keys {
				if k == "no such key" {
					out.Fail(k, errors.New("not found"))
				}
			}
			return q, out, nil
		}), "UnknownKeys"},
		{"only the first 256 keys", before(func(_ context.Context, q Q, out *traverse.Rows) (Q, *traverse.Rows, error) {
			c := *q
			c.Keys = q.Keys[:min(len(q.Keys), 256)]
			return &c, out, nil
		}), "ManyKeys"},
		{"keys are sorted in place", before(func(_ context.Context, q Q, out *traverse.Rows) (Q, *traverse.Rows, error) {
			slices.Sort(q.Keys)
			return q, out, nil
		}), "KeepsNothing"},
		{"keys are overwritten", before(func(_ context.Context, q Q, out *traverse.Rows) (Q, *traverse.Rows, error) {
			c := *q
			c.Keys = slices.Clone(q.Keys)
			clear(q.Keys)
			return &c, out, nil
		}), "KeepsNothing"},
		{"To is set", before(func(_ context.Context, q Q, out *traverse.Rows) (Q, *traverse.Rows, error) {
			c := *q
			q.To = time.Unix(0, 0)
			return &c, out, nil
		}), "KeepsNothing"},
		{"the first query of a need is kept", before(func(_ context.Context, q Q, out *traverse.Rows) (Q, *traverse.Rows, error) {
			if keptQuery[q.Need] == nil {
				keptQuery[q.Need] = q
			}
			return keptQuery[q.Need], out, nil
		}), "KeepsNothing"},
		{"the rows are kept", before(func(_ context.Context, q Q, out *traverse.Rows) (Q, *traverse.Rows, error) {
			if q.Time != "" { // which no concurrent query has: this is about keeping, not about races
				if kept := keptRows[q.Need]; kept != nil {
					kept.Add(q.Keys[0], q.Keys[0], make([]traverse.Value, len(q.Fields))...)
				}
				keptRows[q.Need] = out
			}
			return q, out, nil
		}), "KeepsNothing"},
		{"statements cached by entity alone", before(func(_ context.Context, q Q, out *traverse.Rows) (Q, *traverse.Rows, error) {
			c := *q
			if firstFields[q.Entity+q.By] == nil {
				firstFields[q.Entity+q.By] = q.Need
			}
			c.Need = firstFields[q.Entity+q.By]
			return &c, out, nil
		}), "Fields"},
		{"one caller at a time", &scan{free: true, before: func(_ context.Context, q Q, out *traverse.Rows) (Q, *traverse.Rows, error) {
			if !busy.TryLock() {
				return nil, nil, errors.New("used by two")
			}
			time.Sleep(100 * time.Microsecond)
			busy.Unlock()
			return q, out, nil
		}}, "Concurrent"},
		{"too few values", before(func(_ context.Context, q Q, out *traverse.Rows) (Q, *traverse.Rows, error) {
			c, n := *q, *q.Need
			n.Fields = n.Fields[:len(n.Fields)/2]
			c.Need = &n
			return &c, out, nil
		}), "ByID"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.s.records = sourcetest.Records()
			err := sourcetest.Check(test.s, sourcetest.Schema(), sourcetest.Records())
			if err == nil {
				t.Fatal("not found")
			}
			if !strings.Contains(err.Error(), test.want+": ") {
				t.Errorf("not found by %s, but:\n%v", test.want, err)
			}
			if len(err.Error()) > 50_000 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
		})
	}
}

// badLeads lists the leads wrongly.
type badLeads struct {
	*scan
	list iter.Seq2[string, error]
}

func (b badLeads) Leads(context.Context) iter.Seq2[string, error] { return b.list }

func TestBrokenLeads(t *testing.T) {
	all := func(yield func(string, error) bool) {
		for _, r := range sourcetest.Records() {
			if r.Entity == traverse.Lead && !yield(r.ID, nil) {
				return
			}
		}
	}
	for name, list := range map[string]iter.Seq2[string, error]{
		"deaf to its context": all,
		"empty":               func(func(string, error) bool) {},
		"failing":             func(yield func(string, error) bool) { yield("", errors.New("down")) },
		"one twice": func(yield func(string, error) bool) {
			if yield("lead-0", nil) {
				all(yield)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := sourcetest.Check(badLeads{&scan{records: sourcetest.Records()}, list}, sourcetest.Schema(), sourcetest.Records())
			if err == nil || !strings.HasPrefix(err.Error(), "Leads: ") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestMessages(t *testing.T) {
	schema := sourcetest.Schema()
	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	records := []sourcetest.Record{
		{Entity: "Account", ID: "a1", Values: map[string]traverse.Value{"Name": traverse.TextValue("Fourth Coffee")}},
		{Entity: "Order", ID: "o1", Values: map[string]traverse.Value{"PlacedOn": traverse.TimeValue(at), "Lead": traverse.TextValue("l1")}},
	}
	held := slices.Clone(records)
	held[0].Values = map[string]traverse.Value{"Name": traverse.TextValue("Fifth Coffee")}
	s := &scan{records: held, keep: func(q *traverse.Query, _ int, r *sourcetest.Record) bool {
		return q.To.IsZero() || r.Values[q.Time].Time().Before(q.To)
	}}
	err := sourcetest.Check(s, schema, records)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`ByID: Account by id ["a1"], fields [Name NumberOfEmployees]: record "a1" has Name text "Fifth Coffee", want text "Fourth Coffee"`,
		`Order by id ["o1"], fields [PlacedOn Amount Lead], PlacedOn from 2026-01-02T03:04:05.000006Z, PlacedOn to 2026-01-02T03:04:05.000006Z: ` +
			`record "o1", whose PlacedOn is time "2026-01-02T03:04:05.000006Z", did not come under key "o1"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing:\n%s\nin:\n%v", want, err)
		}
	}
}
