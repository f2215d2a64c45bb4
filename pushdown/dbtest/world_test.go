package dbtest

import (
	"crypto/md5"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/reference"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// casesOfWorld is how many cases have their data in the same tables.
const casesOfWorld = 45

// A world is a schema, and cases whose data are in the same tables.
type world struct {
	seed       int
	ids        idKind
	schema     *traverse.Schema
	schemaText string
	cases      []*testCase
	all        reference.Data  // of all cases
	only       map[string]bool // the entities that have a table; nil for all
	source     leadscore.Source
	leads      []string // of all cases
}

// A testCase is rules, and data at their edges.
type testCase struct {
	reference.Case
	number int
	kind   string
	set    *leadscore.Set
	leads  []string // of its data
}

// largeCases is how many of them may have many rules, of which a database needs ten times as long
// to plan the statement.
const largeCases = 8

// kindsOfWorld lists the kinds of cases, the cheap ones more often.
var kindsOfWorld = []string{
	"whole", "edges", "layered", "layered edges", "whole", "layered", "edges", "whole", "layered", "layered edges", "many",
	"layered", "whole", "edges", "layered", "layered many",
}

// smallKinds lists the kinds of cases with few rules.
var smallKinds = []string{"small layered edges", "small edges", "small layered", "small whole", "small layered edges", "small layered"}

// kindOf returns the kind of a case.
func kindOf(seed, number int) string {
	if number < largeCases {
		return kindsOfWorld[(seed*largeCases+number)%len(kindsOfWorld)]
	}
	return smallKinds[(seed+number)%len(smallKinds)]
}

// newWorld draws a world.
func newWorld(t testing.TB, seed int, ids idKind) *world {
	t.Helper()
	w := &world{seed: seed, ids: ids, all: reference.Data{}}
	w.schema, w.schemaText = reference.DrawSchema(seed)
	for number := range casesOfWorld {
		c := &testCase{number: number, kind: kindOf(seed, number)}
		c.Case = reference.DrawCase(w.schema, c.kind, seed*casesOfWorld+number)
		c.Data = renamed(w.schema, c.Data, func(id string) string { return ids.rename(number, id) })
		var err error
		if c.set, err = leadscore.CompileSet(w.schema, []leadscore.File{{Name: "model.score", Text: c.Rules}}); err != nil {
			t.Fatalf("world %d, case %d: %v", seed, number, err)
		}
		for _, r := range c.Data[traverse.Lead] {
			c.leads = append(c.leads, r.ID)
		}
		for entity, records := range c.Data {
			w.all[entity] = append(w.all[entity], records...)
		}
		w.leads = append(w.leads, c.leads...)
		w.cases = append(w.cases, c)
	}
	w.source = inMemory(t, w.schema, w.all)
	return w
}

func inMemory(t testing.TB, schema *traverse.Schema, data reference.Data) leadscore.Source {
	t.Helper()
	source := memory.New(schema)
	for entity, records := range data {
		for _, r := range records {
			record := memory.Record{}
			for name, v := range r.Values {
				record[name] = v
			}
			if err := source.Add(entity, r.ID, record); err != nil {
				t.Fatal(err)
			}
		}
	}
	return source
}

// columnsOf returns the fields of an entity, and its references as fields without a type.
func columnsOf(e *traverse.Entity) []traverse.Field {
	var columns []traverse.Field
	known := map[string]bool{}
	add := func(f traverse.Field) {
		if !known[f.Name] {
			known[f.Name] = true
			columns = append(columns, f)
		}
	}
	for f := range e.Fields() {
		add(f)
	}
	for r := range e.Relationships() {
		if !r.Many() {
			add(traverse.Field{Name: r.Name, Type: traverse.NoType})
		}
	}
	if e.Kind() == traverse.Interaction { // whether or not they are declared
		add(traverse.Field{Name: traverse.Contact, Type: traverse.NoType})
		add(traverse.Field{Name: traverse.Timestamp, Type: traverse.Time})
	}
	return columns
}

// renamed returns data with other ids, and without values that no column holds.
func renamed(schema *traverse.Schema, data reference.Data, rename func(id string) string) reference.Data {
	out := reference.Data{}
	for entity, records := range data {
		for _, r := range records {
			values := map[string]traverse.Value{}
			for _, c := range columnsOf(schema.Entity(entity)) {
				v, ok := r.Values[c.Name]
				switch {
				case ok && c.Type == traverse.NoType && v.Text() != "":
					values[c.Name] = traverse.TextValue(rename(v.Text()))
				case ok:
					values[c.Name] = v
				}
			}
			out[entity] = append(out[entity], reference.Record{ID: rename(r.ID), Values: values})
		}
	}
	return out
}

// An idKind is a form of ids.
type idKind string

const (
	textIDs    idKind = "text"
	integerIDs idKind = "integer"
	uuidIDs    idKind = "uuid"
	// mixedIDs are integers to which texts refer, some of which only look like one of them.
	mixedIDs idKind = "mixed"
)

// oddIDs are texts that a comparison as numbers, in a collation or without letter case takes
// for each other.
var oddIDs = []string{
	"7", "007", "7 ", "A", "a", "ä", "Ä", "\u0061\u0308", "i", "İ", "ı", "I", "7.0", "0", "-0", "1e1", "10", "'", `"`, `\`, "%", "_", "null", "{}",
	"ß", "ss", "ſ", "s", "k", "\u212a",
}

// rename returns another id for one that is drawn, which ends with its number, and is no id of
// another case. Equal ids stay equal, and those of other entities may become so.
func (k idKind) rename(number int, id string) string {
	_, digits, ok := strings.Cut(id, "-")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil { // "gone" or "GONE"
		n = 900_000 + len(strings.TrimLeft(id, "gone"))
	}
	switch k {
	case mixedIDs:
		switch n {
		case 900_000: // "gone"
			return fmt.Sprintf("0%d", number*1_000_000+1)
		case 900_004:
			return fmt.Sprintf("%d ", number*1_000_000)
		}
		fallthrough
	case integerIDs:
		return strconv.Itoa(number*1_000_000 + n - 2)
	case uuidIDs:
		h := md5.Sum(fmt.Appendf(nil, "%d/%d", number, n))
		return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:])
	}
	text := oddIDs[n%len(oddIDs)]
	if n >= len(oddIDs) {
		text = fmt.Sprintf("%d/%s", n/len(oddIDs), text)
	}
	if number > 0 {
		text = fmt.Sprintf("%d|%s", number, text)
	}
	return text
}
