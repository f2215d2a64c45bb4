package sourcetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

// batch is how many keys most queries ask for.
const batch = 100

// A world is a source and the records that it must hold.
type world struct {
	source  traverse.Source
	schema  *traverse.Schema
	records map[string][]Record // by entity
}

func newWorld(source traverse.Source, schema *traverse.Schema, records []Record) *world {
	w := &world{source, schema, map[string][]Record{}}
	for _, r := range records {
		w.records[r.Entity] = append(w.records[r.Entity], r)
	}
	return w
}

// A violations list grows up to a readable length.
type violations struct {
	errs []error
	more int
}

func (v *violations) add(err error) {
	switch {
	case err == nil:
	case len(v.errs) < 5:
		v.errs = append(v.errs, err)
	default:
		v.more++
	}
}

func (v *violations) err() error {
	if v.more > 0 {
		return errors.Join(append(v.errs, fmt.Errorf("and %d more", v.more))...)
	}
	return errors.Join(v.errs...)
}

// keysOf lists the keys that e's records can be queried by: "" for the id, then the
// references.
func keysOf(e *traverse.Entity) []string {
	by := []string{""}
	for r := range e.Relationships() {
		if !r.Many() {
			by = append(by, r.Name)
		}
	}
	return by
}

// columns lists the columns that can be queried of e: its fields and its references.
func columns(e *traverse.Entity) []string {
	return append(slices.Collect(e.FieldNames()), keysOf(e)[1:]...)
}

// keys returns the distinct keys under which e's records can be found.
func (w *world) keys(e *traverse.Entity, by string) []string {
	var keys []string
	seen := map[string]bool{"": true}
	for _, r := range w.records[e.Name()] {
		if k := r.key(by); !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	return keys
}

// lookups yields the columns by which e's records can be found, each with a batch of its
// keys, which is not empty.
func (w *world) lookups(e *traverse.Entity) iter.Seq2[string, []string] {
	return func(yield func(string, []string) bool) {
		for _, by := range keysOf(e) {
			keys := w.keys(e, by)
			if keys = keys[:min(len(keys), batch)]; len(keys) > 0 && !yield(by, keys) {
				return
			}
		}
	}
}

// key is the key under which a query finds the record.
func (r *Record) key(by string) string {
	if by == "" {
		return r.ID
	}
	return r.Values[by].Text()
}

func (w *world) need(e *traverse.Entity, by string, fields []string, time string) *traverse.Need {
	n, err := w.schema.NewNeed(e.Name(), by, fields, time)
	if err != nil {
		panic(err) // the checks use only names of the schema
	}
	return n
}

// found names a record under a key.
type found struct{ key, id string }

// answer fetches q and compares the answer with the records.
func (w *world) answer(q *traverse.Query) error {
	return w.answerOf(w.source, q)
}

// answerOf is answer of a source or a pipeline.
func (w *world) answerOf(source traverse.Source, q *traverse.Query) error {
	out := traverse.NewRows(q)
	if err := traverse.Ask(context.Background(), source, q, out); err != nil {
		if fault, ok := errors.AsType[*traverse.ContractError](err); ok {
			return fmt.Errorf("%s: %w", describe(q), fault)
		}
		return fmt.Errorf("%s: Fetch: %w", describe(q), err)
	}
	return w.compare(q, out)
}

// compare returns the errors of the answer to q.
func (w *world) compare(q *traverse.Query, out *traverse.Rows) error {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("%s: %s", describe(q), fmt.Sprintf(format, args...))
	}
	if err := out.Err(); err != nil {
		return fail("%v", err)
	}
	asked := map[string]bool{}
	for _, k := range q.Keys {
		asked[k] = true
		if err := out.Failed(k); err != nil {
			return fail("key %q: %v", k, err)
		}
	}
	if isAnonymous(q, out) {
		return w.compareAnonymous(q, out)
	}
	want := map[found]*Record{}
	for i := range w.records[q.Entity] {
		r := &w.records[q.Entity][i]
		if k := r.key(q.By); asked[k] {
			want[found{k, r.ID}] = r
		}
	}
	got := map[found]bool{}
	for row := range out.All() {
		f := found{row.Key, row.ID}
		r := want[f]
		switch {
		case r == nil:
			return fail("record %q does not belong to key %q, under which it was added", f.id, f.key)
		case got[f]:
			return fail("record %q came twice under key %q", f.id, f.key)
		}
		got[f] = true
		for i, name := range q.Fields {
			v := row.Values[i]
			if err := v.Check(); err != nil {
				return fail("record %q: %s: %v", f.id, name, err)
			}
			if !same(v, r.Values[name]) {
				return fail("record %q has %s %s, want %s", f.id, name, show(v), show(r.Values[name]))
			}
		}
	}
	for i := range w.records[q.Entity] {
		r := &w.records[q.Entity][i]
		f := found{r.key(q.By), r.ID}
		if asked[f.key] && !got[f] && inside(q, r.Values[q.Time]) {
			when := ""
			if q.Time != "" {
				when = fmt.Sprintf(", whose %s is %s,", q.Time, show(r.Values[q.Time]))
			}
			return fail("record %q%s did not come under key %q", f.id, when, f.key)
		}
	}
	return nil
}

// same reports whether rules cannot distinguish two values: all empty ones are the
// same.
func same(a, b traverse.Value) bool {
	return a.Equal(b) || a.IsEmpty() && b.IsEmpty()
}

// inside reports whether a record with this time must be found.
func inside(q *traverse.Query, v traverse.Value) bool {
	if q.Time == "" {
		return true
	}
	if v.IsEmpty() {
		return q.From.IsZero()
	}
	t := v.Time()
	return !t.Before(q.From) && (q.To.IsZero() || !t.After(q.To))
}

func show(v traverse.Value) string {
	if v.Kind() == traverse.KindNull {
		return "null"
	}
	return fmt.Sprintf("%s %s", v.Kind(), clip(fmt.Sprintf("%q", v.String())))
}

func clip(s string) string {
	const most = 100
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// describe formats q for messages.
func describe(q *traverse.Query) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s by %s", q.Entity, cmp.Or(q.By, "id"))
	if len(q.Keys) <= 3 {
		fmt.Fprintf(&b, " %s", clip(fmt.Sprintf("%q", q.Keys)))
	} else {
		fmt.Fprintf(&b, " (%d keys)", len(q.Keys))
	}
	fmt.Fprintf(&b, ", fields %v", q.Fields)
	if !q.From.IsZero() {
		fmt.Fprintf(&b, ", %s from %s", q.Time, q.From.Format(time.RFC3339Nano))
	}
	if !q.To.IsZero() {
		fmt.Fprintf(&b, ", %s to %s", q.Time, q.To.Format(time.RFC3339Nano))
	}
	return b.String()
}

// checkKey asks for all of e's records by one kind of key, batch by batch.
func (w *world) checkKey(e *traverse.Entity, by string) error {
	var v violations
	need := w.need(e, by, columns(e), "")
	for keys := range slices.Chunk(w.keys(e, by), batch) {
		v.add(w.answer(&traverse.Query{Need: need, Keys: keys}))
	}
	return v.err()
}

func checkByID(w *world) error {
	var v violations
	for e := range w.schema.Entities() {
		v.add(w.checkKey(e, ""))
	}
	return v.err()
}

func checkByReference(w *world) error {
	var v violations
	for e := range w.schema.Entities() {
		for _, by := range keysOf(e)[1:] {
			v.add(w.checkKey(e, by))
		}
	}
	return v.err()
}

// checkUnknownKeys asks for keys that no record has, alone and among keys that
// records have. It also queries an entity without records.
func checkUnknownKeys(w *world) error {
	var v violations
	for e := range w.schema.Entities() {
		for _, by := range keysOf(e) {
			known := w.keys(e, by)
			seen := map[string]bool{}
			for _, k := range known {
				seen[k] = true
			}
			unknown := []string{"no such key", "'", "%", "*"}
			for _, k := range known[:min(len(known), 5)] {
				runes := []rune(k)
				shorter := string(runes[:len(runes)-1])
				for _, near := range []string{strings.ToUpper(k), strings.ToLower(k), k + " ", " " + k, k + "x", shorter} {
					if near != "" && !seen[near] {
						seen[near] = true
						unknown = append(unknown, near)
					}
				}
			}
			unknown = slices.DeleteFunc(unknown, func(k string) bool { return slices.Contains(known, k) })
			need := w.need(e, by, columns(e), "")
			v.add(w.answer(&traverse.Query{Need: need, Keys: unknown}))
			v.add(w.answer(&traverse.Query{Need: need, Keys: unknown[:1]}))
			var mixed []string
			for i, k := range known[:min(len(known), 20)] {
				mixed = append(mixed, k, unknown[i%len(unknown)]+strings.Repeat("?", i))
			}
			if mixed != nil {
				v.add(w.answer(&traverse.Query{Need: need, Keys: mixed}))
			}
		}
	}
	return v.err()
}

// checkFields asks for fields in several orders and numbers.
func checkFields(w *world) error {
	var v violations
	for e := range w.schema.Entities() {
		all := columns(e)
		backwards := slices.Clone(all)
		slices.Reverse(backwards)
		choices := [][]string{{}, backwards}
		for _, name := range all {
			choices = append(choices, []string{name})
		}
		if len(all) > 2 {
			choices = append(choices, append(slices.Clone(all[2:]), all[0]))
		}
		for by, keys := range w.lookups(e) {
			for _, fields := range choices {
				v.add(w.answer(&traverse.Query{Need: w.need(e, by, fields, ""), Keys: keys}))
			}
		}
	}
	return v.err()
}

// checkRange asks for ranges of time that begin and end exactly at the times of
// records, and next to them.
func checkRange(w *world) error {
	var v violations
	for e := range w.schema.Entities() {
		for f := range e.Fields() {
			if f.Type != traverse.Time && f.Type != traverse.Date {
				continue
			}
			bounds, step := w.bounds(e, f), time.Microsecond
			if f.Type == traverse.Date {
				step = 24 * time.Hour
			}
			for _, by := range keysOf(e) {
				keys := w.keys(e, by)
				keys = keys[:min(len(keys), 30)]
				if len(keys) == 0 {
					continue
				}
				need := w.need(e, by, columns(e), f.Name)
				ask := func(from, to time.Time) {
					v.add(w.answer(&traverse.Query{Need: need, Keys: keys, From: from, To: to}))
				}
				ask(time.Time{}, time.Time{})
				for i, at := range bounds {
					ask(at, at)
					ask(at, time.Time{})
					ask(time.Time{}, at)
					ask(at.Add(-step), at.Add(step))
					ask(at.Add(step), bounds[len(bounds)-1])
					ask(bounds[i/2], at)
				}
			}
		}
	}
	return v.err()
}

// bounds returns some of the values that e's records have for f, in order.
func (w *world) bounds(e *traverse.Entity, f traverse.Field) []time.Time {
	var all []time.Time
	for _, r := range w.records[e.Name()] {
		if v := r.Values[f.Name]; !v.IsEmpty() {
			all = append(all, v.Time())
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	all = slices.Compact(all)
	const most = 8
	if len(all) <= most {
		return all
	}
	var some []time.Time
	for i := range most {
		some = append(some, all[i*(len(all)-1)/(most-1)])
	}
	return some
}

// checkManyKeys asks for more keys in one query than the engine does.
func checkManyKeys(w *world) error {
	const many = 500
	var v violations
	for e := range w.schema.Entities() {
		for _, by := range keysOf(e) {
			keys := w.keys(e, by)
			keys = keys[:min(len(keys), many)]
			seen := map[string]bool{}
			for _, k := range keys {
				seen[k] = true
			}
			for i := 0; len(keys) < many; i++ {
				if k := fmt.Sprintf("padding-%d", i); !seen[k] {
					keys = append(keys, k)
				}
			}
			v.add(w.answer(&traverse.Query{Need: w.need(e, by, columns(e), ""), Keys: keys}))
		}
	}
	return v.err()
}

// checkKeepsNothing repeats queries of one need, and changes the arguments of
// earlier calls.
func checkKeepsNothing(w *world) error {
	var v violations
	for e := range w.schema.Entities() {
		for _, by := range keysOf(e) {
			keys := w.keys(e, by)
			if len(keys) < 2 {
				continue
			}
			half := min(len(keys)/2, batch)
			// Neither ascending nor descending, so that sorting them is noticed.
			mine := slices.Concat(keys[half/2:half], keys[:half/2])
			dated := ""
			if f, ok := e.Dated(); ok {
				dated = f.Name
			}
			need := w.need(e, by, columns(e), dated)
			fields := slices.Clone(need.Fields)
			q := &traverse.Query{Need: need, Keys: slices.Clone(mine)}
			out := traverse.NewRows(q)
			if err := w.source.Fetch(context.Background(), q, out); err != nil {
				v.add(fmt.Errorf("%s: Fetch: %w", describe(q), err))
				continue
			}
			switch {
			case q.Need != need || !slices.Equal(need.Fields, fields) || need.Entity != e.Name() || need.By != by || need.Time != dated:
				v.add(fmt.Errorf("%s: Fetch changed the need", describe(q)))
				continue
			case !slices.Equal(q.Keys, mine):
				v.add(fmt.Errorf("%s: Fetch changed the keys", describe(q)))
				continue
			case !q.From.IsZero() || !q.To.IsZero():
				v.add(fmt.Errorf("%s: Fetch changed From or To", describe(q)))
				continue
			}
			if err := w.compare(q, out); err != nil {
				v.add(err)
				continue
			}
			had := out.Len()

			for i := range q.Keys {
				q.Keys[i] = "changed afterwards"
			}
			others := &traverse.Query{Need: need, Keys: slices.Clone(keys[half:min(2*half, len(keys))])}
			v.add(w.answer(others))
			v.add(w.answer(&traverse.Query{Need: need, Keys: slices.Clone(mine)}))
			if out.Len() != had || out.Err() != nil {
				v.add(fmt.Errorf("%s: a later Fetch added to the rows of an earlier one", describe(others)))
			}
		}
	}
	return v.err()
}

// checkCancelled queries with contexts that are done.
func checkCancelled(w *world) error {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancel := context.WithDeadline(context.Background(), time.Unix(0, 0))
	defer cancel()
	var v violations
	for e := range w.schema.Entities() {
		for by, keys := range w.lookups(e) {
			q := &traverse.Query{Need: w.need(e, by, columns(e), ""), Keys: keys}
			for _, ctx := range []context.Context{cancelled, late} {
				if err := w.source.Fetch(ctx, q, traverse.NewRows(q)); err == nil {
					v.add(fmt.Errorf("%s: Fetch returned no error though its context was done: %w", describe(q), ctx.Err()))
				}
			}
		}
	}
	return v.err()
}

// checkConcurrent makes many queries at once.
func checkConcurrent(w *world) error {
	var queries []*traverse.Query
	for e := range w.schema.Entities() {
		for _, by := range keysOf(e) {
			for keys := range slices.Chunk(w.keys(e, by), batch) {
				if need := w.need(e, by, columns(e), ""); len(queries) < 64 {
					queries = append(queries, &traverse.Query{Need: need, Keys: keys})
				}
			}
		}
	}
	const goroutines = 8
	var (
		mu    sync.Mutex
		v     violations
		ready sync.WaitGroup
		done  sync.WaitGroup
	)
	ready.Add(goroutines)
	for g := range goroutines {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			for i := range queries {
				// Half of them make the same query, the others different ones.
				if g%2 == 1 {
					i = (i*7 + g*len(queries)/goroutines) % len(queries)
				}
				q := &traverse.Query{Need: queries[i].Need, Keys: slices.Clone(queries[i].Keys)}
				if err := w.answer(q); err != nil {
					mu.Lock()
					v.add(err)
					mu.Unlock()
				}
			}
		})
	}
	done.Wait()
	return v.err()
}

// checkLeads tests the listing of leads, if the source has one.
func checkLeads(w *world) error {
	lister, ok := w.source.(interface {
		Leads(ctx context.Context) iter.Seq2[string, error]
	})
	if !ok {
		return nil
	}
	var v violations
	missing := map[string]bool{}
	for _, r := range w.records[traverse.Lead] {
		missing[r.ID] = true
	}
	for id, err := range lister.Leads(context.Background()) {
		if err != nil {
			v.add(fmt.Errorf("listing failed: %w", err))
			break
		}
		if !missing[id] {
			v.add(fmt.Errorf("%q was listed, which is not a lead or was listed before", id))
		}
		delete(missing, id)
	}
	for _, r := range w.records[traverse.Lead] {
		if missing[r.ID] {
			v.add(fmt.Errorf("lead %q was not listed", r.ID))
		}
	}
	for range lister.Leads(context.Background()) {
		break // must be allowed
	}
	if len(w.records[traverse.Lead]) == 0 {
		return v.err()
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var last error
	for _, err := range lister.Leads(ctx) {
		last = err
	}
	if last == nil {
		v.add(errors.New("the listing ended without an error though its context was done"))
	}
	return v.err()
}
