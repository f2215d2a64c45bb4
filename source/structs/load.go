package structs

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"strconv"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A plan says how to read the records of a Go type. Slots are positions among
// the columns of its entity.
type plan struct {
	entity      string
	interaction bool
	runs        bool // slices of its records are runs: see run.go
	columns     []*columns.Column
	id          conv // nil if the ids of all records are made up
	idName      string
	idIndex     []int
	readID      reader // of a run
	filled      []int  // the slots that inverses fill in
	idSlot      int    // of the field called id, if the schema declares one and the type does not; or -1
	fields      []fieldPlan
	references  []referencePlan
	inverses    []inversePlan
	known       *traverse.Need // whether there is a record
}

type fieldPlan struct {
	slot  int
	index []int
	conv  conv
	read  reader // of a run
}

type referencePlan struct {
	slot   int
	index  []int
	target *plan
	name   string
}

type inversePlan struct {
	index    []int
	target   *plan
	name     string
	pointers bool // it holds pointers to its records
	via      string
	slot     int            // of via, among those of the target
	stored   *traverse.Need // via
}

// idField is the name of the field that is the record's id, if a schema declares
// it.
const idField = "id"

// plan makes plans for the types of a binder that are new.
func (s *Source) plan(b *binder) {
	added := map[*structType]*plan{}
	for _, t := range b.types {
		if s.plans[t.typ] == nil {
			p := &plan{entity: t.name, columns: s.store.Table(t.name).Columns(), idSlot: -1}
			p.interaction = s.schema.Entity(t.name).Kind() == traverse.Interaction
			p.known = s.need(t.name)
			s.plans[t.typ], added[t] = p, p
		}
	}
	for t, p := range added {
		if t.id != nil {
			p.id, p.idName, p.idIndex = convert(t.id.typ, asID, false), t.id.goName, t.id.index
			p.readID = readerOf(t.id.typ, asID, t.id.index)
		}
		own := false
		for _, m := range t.members {
			own = own || m.name == idField
			switch m.shape {
			case scalar:
				p.fields = append(p.fields, fieldPlan{
					p.slot(m.name), m.index, convert(m.typ, m.fieldType, false), readerOf(m.typ, m.fieldType, m.index),
				})
			case one:
				p.references = append(p.references, referencePlan{p.slot(m.name), m.index, s.plans[m.target.typ], m.name})
			case many:
				target := s.plans[m.target.typ]
				p.inverses = append(p.inverses, inversePlan{
					m.index, target, m.name, m.typ.Elem().Kind() == reflect.Pointer,
					m.via, target.slot(m.via), s.need(target.entity, m.via),
				})
				target.filled = append(target.filled, target.slot(m.via))
			}
		}
		if _, ok := s.schema.Entity(t.name).Field(idField); ok && !own {
			p.idSlot = p.slot(idField)
		}
	}
}

func (p *plan) slot(name string) int {
	for i, c := range p.columns {
		if c.Name == name {
			return i
		}
	}
	panic("structs: no column " + name) // cannot happen: it was bound
}

func (s *Source) need(entity string, fields ...string) *traverse.Need {
	n, err := s.schema.NewNeed(entity, "", fields, "")
	if err != nil {
		panic(err) // cannot happen: it was bound
	}
	return n
}

// A loader loads the records of one call. First it follows the arguments to all
// records, and gives each an id; only then are the references known that inverses
// fill in. Then it reads the fields.
type loader struct {
	s       *Source
	fresh   bool // the source holds nothing yet
	bad     problems
	records []record
	backs   []back                      // from 1 on
	seen    map[*plan]map[uintptr]int   // by address
	ids     map[string]map[string]int32 // by entity and id: the first record that has it
	made    map[string]int
	runs    *runReader // nil to load all records one by one
}

// A record is a record to add, or the place of a run that waits.
type record struct {
	plan  *plan
	v     reflect.Value // is addressable
	id    string
	first int32 // the first record with this entity and id, or isRun
	back  int32 // the first of its references that an inverse fills in, or 0; of a run which one it is
}

const isRun = -1

// A back is a reference that an inverse fills in.
type back struct {
	inverse *inversePlan
	parent  int32 // the record that has the inverse
	next    int32 // another of the same record, or 0
}

// load loads records. With runs, which only a source that holds nothing yet can do, the
// error may be one that there is not without.
func (s *Source) load(args []any, fresh, runs bool) error {
	l := &loader{
		s: s, fresh: fresh,
		seen: map[*plan]map[uintptr]int{}, ids: map[string]map[string]int32{}, made: maps.Clone(s.made), backs: make([]back, 1),
	}
	if runs {
		s.findRuns(args)
		l.runs = &runReader{l: l, blocks: map[*plan]*block{}}
	}
	for _, a := range args {
		l.hand(reflect.ValueOf(a))
	}
	for i := 0; i < len(l.records) && (!runs || l.runs.err == nil); i++ { // grows during the loop
		if r := &l.records[i]; r.first != isRun {
			l.expand(i)
		} else {
			l.runs.read(&l.runs.waiting[r.back])
		}
	}
	if runs {
		if err := l.runs.finish(); err != nil {
			return err
		}
	}
	l.fill()
	if err := l.bad.err(); err != nil {
		return err
	}
	s.made = l.made
	return nil
}

// hand visits the records in an argument.
func (l *loader) hand(v reflect.Value) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		if !v.CanAddr() {
			of := reflect.New(v.Type()).Elem()
			of.Set(v)
			v = of
		}
		l.visit(v, l.s.plans[v.Type()], handed)
		return
	}
	if p := l.s.plans[v.Type().Elem()]; p != nil && l.runs != nil && p.runs {
		l.runs.visit(run{plan: p, list: v, owner: -1})
		return
	}
	for i := range v.Len() {
		l.hand(v.Index(i))
	}
}

// An origin is the field that led to a record.
type origin struct {
	from int // the record; -1 for an argument
	name string
	at   int // of a slice; -1 for a reference
}

var handed = origin{from: -1}

// describe names the field that led to a record.
func (l *loader) describe(o origin) string {
	r := &l.records[o.from]
	s := fmt.Sprintf("%s %s: %s", r.plan.entity, shown.Quote(r.id), o.name)
	if o.at >= 0 {
		s += fmt.Sprintf("[%d]", o.at)
	}
	return s
}

// visit adds a record to those to be added, if it is not among them, and returns its
// index and its id. The index is -1 for a record without an id, which is reported,
// and for a record that the source already holds and that is not an argument.
func (l *loader) visit(v reflect.Value, p *plan, from origin) (int, string) {
	at := v.Addr().Pointer()
	sized := v.Type().Size() > 0 // values without a size share their address
	if i, ok := l.seen[p][at]; ok && sized {
		return i, l.records[i].id
	}
	id, err := p.ownID(v)
	switch {
	case err != nil && from == handed:
		l.bad.add("%s: %s: %w", p.entity, p.idName, err)
		return -1, ""
	case err != nil:
		l.bad.add("%s: %s of this %s: %w", l.describe(from), p.idName, p.entity, err)
		return -1, ""
	case id == "" && p.interaction:
		id = l.makeUp(p, from)
	case id == "" && from == handed:
		l.bad.add("%s: a record needs an id, and its %s is empty", p.entity, p.idName)
		return -1, ""
	case id == "":
		l.bad.add("%s: a record needs an id, and the %s of this %s is empty", l.describe(from), p.idName, p.entity)
		return -1, ""
	}
	if !l.fresh && l.s.holds(p, id) {
		if from == handed {
			l.bad.add("%s %s: %w", p.entity, shown.Quote(id), ErrDuplicate)
		}
		return -1, id
	}
	i := len(l.records)
	if sized {
		if l.seen[p] == nil {
			l.seen[p] = map[uintptr]int{}
		}
		l.seen[p][at] = i
	}
	ids := l.ids[p.entity]
	if ids == nil {
		ids = map[string]int32{}
		l.ids[p.entity] = ids
	}
	first, ok := ids[id]
	if !ok {
		first = int32(i)
		ids[id] = first
	}
	l.records = append(l.records, record{plan: p, v: v, id: id, first: first})
	return i, id
}

// ownID returns the id that a record has itself, or "".
func (p *plan) ownID(v reflect.Value) (string, error) {
	if p.id == nil {
		return "", nil
	}
	f, ok := field(v, p.idIndex)
	if !ok {
		return "", nil
	}
	id, err := p.id(f)
	return id.Text(), err
}

// makeUp returns an id for an interaction without one: its place in the slice of a
// record, or else its number among the arguments.
func (l *loader) makeUp(p *plan, from origin) string {
	if from != handed && from.at >= 0 {
		r := &l.records[from.from]
		return r.plan.entity + " " + r.id + ": " + from.name + "[" + strconv.Itoa(from.at) + "]"
	}
	n := l.made[p.entity]
	l.made[p.entity]++
	return p.entity + "[" + strconv.Itoa(n) + "]"
}

// holds reports whether the source has a record with an id.
func (s *Source) holds(p *plan, id string) bool {
	return s.fetch(p.known, id) != nil
}

// fetch returns the record with an id, or nil.
func (s *Source) fetch(need *traverse.Need, id string) *traverse.Row {
	q := &traverse.Query{Need: need, Keys: []string{id}}
	rows := traverse.NewRows(q)
	if err := s.store.Fetch(context.Background(), q, rows); err != nil {
		panic(err) // cannot happen: the need is of the schema, and nothing is cancelled
	}
	for r := range rows.All() {
		return &r
	}
	return nil
}

// expand visits what a record leads to.
func (l *loader) expand(i int) {
	r := l.records[i] // a copy, as the slice grows
	for _, f := range r.plan.references {
		if v, ok := reached(r.v, f.index); ok {
			l.visit(v, f.target, origin{i, f.name, -1})
		}
	}
	for k := range r.plan.inverses {
		f := &r.plan.inverses[k]
		list, ok := field(r.v, f.index)
		if !ok || list.Len() == 0 {
			continue
		}
		if l.runs != nil && f.target.runs {
			l.runs.visit(run{plan: f.target, list: list, inverse: f, owner: i})
			continue
		}
		for at := range list.Len() {
			v := list.Index(at)
			if v.Kind() == reflect.Pointer {
				if v.IsNil() {
					continue
				}
				v = v.Elem()
			}
			switch child, id := l.visit(v, f.target, origin{i, f.name, at}); {
			case child >= 0:
				first := &l.records[l.records[child].first]
				l.backs = append(l.backs, back{f, int32(i), first.back})
				first.back = int32(len(l.backs) - 1)
			case id != "":
				// It is in the source, which does not change.
				if held := l.s.fetch(f.stored, id).Values[0].Text(); held != r.id {
					l.bad.add("%s: %s %s is in the source already, and its %s is %s", l.describe(origin{i, f.name, at}),
						f.target.entity, shown.Quote(id), f.via, orNone(held))
				}
			}
		}
	}
}

func orNone(id string) string {
	if id == "" {
		return "none"
	}
	return shown.Quote(id)
}

// field returns a field of a struct, and whether it exists: it does not if it is in
// an embedded struct whose pointer is nil.
func field(v reflect.Value, index []int) (reflect.Value, bool) {
	for i, at := range index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
		v = v.Field(at)
	}
	return v, true
}

// reached returns the record that a reference leads to, and whether there is one.
func reached(v reflect.Value, index []int) (reflect.Value, bool) {
	f, ok := field(v, index)
	switch {
	case !ok:
		return f, false
	case f.Kind() == reflect.Pointer:
		return f.Elem(), !f.IsNil()
	}
	return f, !f.IsZero()
}

// fill reads the fields of all records and adds them. If something is wrong, records
// that were added to a fresh source are discarded together with it.
func (l *loader) fill() {
	type full struct {
		r      *record
		values []traverse.Value
	}
	var ready []full
	var values []traverse.Value
	for i := range l.records {
		r := &l.records[i]
		switch {
		case r.first == isRun:
			continue
		case int(r.first) != i:
			l.same(r, &l.records[r.first])
			continue
		}
		values = append(values[:0], make([]traverse.Value, len(r.plan.columns))...)
		l.read(r, values)
		switch {
		case len(l.bad.errs) > 0:
		case l.fresh:
			l.add(r, values)
		default:
			ready = append(ready, full{r, values})
			values = nil
		}
	}
	if len(l.bad.errs) > 0 {
		return
	}
	for _, f := range ready {
		l.add(f.r, f.values)
	}
}

func (l *loader) add(r *record, values []traverse.Value) {
	if err := l.s.store.Add(r.plan.entity, r.id, values...); err != nil {
		l.bad.add("%w", err)
	}
}

// read reads the fields of a record into the values of its columns.
func (l *loader) read(r *record, values []traverse.Value) {
	p := r.plan
	problem := func(slot int, err error) {
		l.bad.add("%s %s: %s: %w", p.entity, shown.Quote(r.id), p.columns[slot].Name, err)
	}
	for _, f := range p.fields {
		v, ok := field(r.v, f.index)
		if !ok {
			continue
		}
		var err error
		if values[f.slot], err = f.conv(v); err != nil {
			problem(f.slot, err)
		}
	}
	for _, f := range p.references {
		if v, ok := reached(r.v, f.index); ok {
			if id := l.idOf(v, f.target); id != "" {
				values[f.slot] = traverse.TextValue(id)
			}
		}
	}
	if p.idSlot >= 0 {
		var err error
		if values[p.idSlot], err = memory.Parse(p.columns[p.idSlot].Type, r.id); err != nil {
			problem(p.idSlot, err)
		}
	}
	for at := l.records[r.first].back; at != 0; at = l.backs[at].next {
		b := &l.backs[at]
		parent := &l.records[b.parent]
		switch had := values[b.inverse.slot].Text(); {
		case had == "":
			values[b.inverse.slot] = traverse.TextValue(parent.id)
		case had != parent.id && r == &l.records[r.first]: // once, not for each copy
			l.bad.add("%s %s: its %s is %s, but it is among the %s of %s %s", p.entity, shown.Quote(r.id),
				b.inverse.via, shown.Quote(had), b.inverse.name, parent.plan.entity, shown.Quote(parent.id))
		}
	}
}

// idOf returns the id of a record that was visited.
func (l *loader) idOf(v reflect.Value, p *plan) string {
	if i, ok := l.seen[p][v.Addr().Pointer()]; ok {
		return l.records[i].id
	}
	id, err := p.ownID(v)
	if err != nil {
		return "" // which has been reported
	}
	return id
}

var errDifferent = fmt.Errorf("%w: two records have it", ErrDuplicate)

// same reports where a record differs from the first one with its id.
func (l *loader) same(r, first *record) {
	a, b := make([]traverse.Value, len(r.plan.columns)), make([]traverse.Value, len(r.plan.columns))
	bad := l.bad
	l.read(first, a)
	l.bad = bad // its own problems have been reported
	l.read(r, b)
	if l.bad.len() > bad.len() {
		return
	}
	for i, c := range r.plan.columns {
		if !a[i].Equal(b[i]) {
			l.bad.add("%s %s: %w, and they differ in %s: %s and %s", r.plan.entity, shown.Quote(r.id), errDifferent, c.Name, shown.Quote(a[i].String()), shown.Quote(b[i].String()))
			return
		}
	}
}
