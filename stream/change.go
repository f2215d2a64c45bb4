package stream

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// A Change says what a record is from now on, or that it is removed. It has the whole record,
// and not only what differs: fields that it does not have are empty.
//
// Its JSON, which is the body of its message, is such as
//
//	{"entity": "EmailOpened", "id": "open-7", "record": {"Contact": "ada", "Timestamp": "2026-05-01T08:00:00Z"}}
//	{"entity": "EmailOpened", "id": "open-7", "removed": true}
type Change struct {
	Entity string `json:"entity"` // of the schema, such as "Contact" or "EmailOpened"
	ID     string `json:"id"`     // of the record, unique in its entity; at most 512 bytes
	// Record holds the fields and references by name, as source/memory takes them.
	Record  map[string]any `json:"record,omitzero"`
	Removed bool           `json:"removed,omitempty"` // there is no such record any more

	// MessageID tells this message apart from others: the server ignores a second one of
	// the same id within [Options].Window. It may be empty. A record that arrives twice is
	// counted once anyway, however late it comes.
	MessageID string `json:"-"`
}

// subjectOf returns the tokens of the subject of a change.
func subjectOf(entity, id string) (string, error) {
	for _, s := range []struct{ what, text string }{{"entity", entity}, {"id", id}} {
		if s.text == "" {
			return "", fmt.Errorf("the change has no %s", s.what)
		}
		if len(s.text) > maxName {
			return "", fmt.Errorf("the %s of the change is %w", s.what, errLongName)
		}
	}
	return token(entity) + "." + token(id), nil
}

// decodeChange reads the body of a message and compares it with the end of its subject.
func decodeChange(data []byte, subject string) (*Change, error) {
	if err := traverse.CheckJSON(data); err != nil {
		return nil, fmt.Errorf("the body: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	d.DisallowUnknownFields()
	c := &Change{}
	if err := d.Decode(c); err != nil {
		return nil, fmt.Errorf("the body is not the JSON of a change: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the body has more than one JSON value")
	}
	want, err := subjectOf(c.Entity, c.ID)
	if err != nil {
		return nil, err
	}
	if want != subject {
		return nil, fmt.Errorf("the subject ends with %s, but the body is about %s", subject, want)
	}
	if c.Removed == (c.Record != nil) {
		return nil, errors.New("the change has to have either a record or removed")
	}
	return c, nil
}

// A reading is a change as a layout keeps it.
type reading struct {
	entity *entity
	id     string
	exists bool
	values []traverse.Value // in the order of entity.fields; nil if the record is removed
	refs   []string         // in the order of entity.refs
}

// A fitter fits the values of records to the types of their fields, as source/memory does.
// It puts each record into such a source, and reads it from there.
type fitter struct {
	layout  *layout
	mu      sync.Mutex
	scratch *memory.Source
}

func newFitter(l *layout) *fitter {
	f := &fitter{layout: l, scratch: memory.New(l.schema)}
	if zone, ok := l.set.Zone(); ok {
		f.scratch = memory.NewIn(l.schema, zone)
	}
	return f
}

// read returns what the layout keeps of a change, or nil if no rule asks for the entity. Its
// error says what is wrong with the record.
func (f *fitter) read(ctx context.Context, c *Change) (*reading, error) {
	if f.layout.schema.Entity(c.Entity) == nil {
		return nil, fmt.Errorf("the schema has no entity %q", c.Entity)
	}
	e := f.layout.entities[c.Entity]
	if e == nil {
		return nil, nil
	}
	r := &reading{entity: e, id: c.ID, exists: !c.Removed}
	if c.Removed {
		return r, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.scratch.Put(c.Entity, c.ID, c.Record); err != nil {
		return nil, err
	}
	q := &traverse.Query{Need: e.need, Keys: []string{c.ID}}
	rows := traverse.NewRows(q)
	err := traverse.Ask(ctx, f.scratch, q, rows)
	if _, deleting := f.scratch.Delete(c.Entity, c.ID); err == nil {
		err = deleting
	}
	if err == nil {
		err = rows.Failed(c.ID)
	}
	if err != nil {
		return nil, err
	}
	for row := range rows.All() {
		r.values = slices.Clone(row.Values[:len(e.fields)])
		r.refs = make([]string, len(e.refs))
		at := len(e.fields)
		for i, ref := range e.refs {
			place := ref.field
			if place < 0 {
				place = at
				at++
			}
			r.refs[i] = row.Values[place].Text()
			if len(r.refs[i]) > maxName {
				return nil, fmt.Errorf("the id that %s.%s holds is %w", e.name, ref.name, errLongName)
			}
		}
	}
	if r.values == nil {
		return nil, fmt.Errorf("the record of %s cannot be read back", c.Entity)
	}
	for i := range r.values { // texts are parts of the source otherwise
		if r.values[i].Kind() == traverse.KindText {
			r.values[i] = traverse.TextValue(strings.Clone(r.values[i].Text()))
		}
	}
	return r, nil
}
