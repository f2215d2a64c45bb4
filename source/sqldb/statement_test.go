package sqldb_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// calls is a schema whose contacts have calls by the day and by the instant.
func calls(t testing.TB) *traverse.Schema {
	t.Helper()
	s, err := traverse.NewSchema(
		traverse.Definition{Name: "Lead", Fields: []traverse.Field{{Name: "Topic", Type: traverse.Text}}, Relationships: []traverse.Relationship{
			{Name: "ParentContact", Target: "Contact"}, {Name: "ParentAccount", Target: "Account"}, {Name: "Visits", Target: "Visit", Via: "Lead"},
		}},
		traverse.Definition{Name: "Contact", Fields: []traverse.Field{{Name: "Name", Type: traverse.Text}}, Relationships: []traverse.Relationship{
			{Name: "ParentAccount", Target: "Account"},
		}},
		traverse.Definition{Name: "Account"},
		traverse.Definition{Name: "Call", Kind: traverse.Interaction},
		traverse.Definition{Name: "Visit", Fields: []traverse.Field{{Name: "Day", Type: traverse.Date}}, DatedBy: "Day", Relationships: []traverse.Relationship{
			{Name: "Lead", Target: "Lead"},
		}},
	)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// callTables are tables for calls. Ids and times are of the types given.
func callTables(id, instant, day string) map[string]*fakeTable {
	return map[string]*fakeTable{
		`"leads"`:    {names: []string{"id", "topic", "parent_contact_id", "parent_account_id"}, types: []string{id, "TEXT", id, id}},
		`"contacts"`: {names: []string{"contact_id", "name", "parent_account"}, types: []string{id, "TEXT", id}},
		`"accounts"`: {names: []string{"id"}, types: []string{id}},
		`"calls"`:    {names: []string{"id", "timestamp", "contact"}, types: []string{id, instant, id}},
		`"visits"`:   {names: []string{"id", "day", "lead"}, types: []string{id, day, id}},
	}
}

func openCalls(t testing.TB, d sqldb.Dialect, tables map[string]*fakeTable, mapping sqldb.Mapping) (*fake, *sqldb.Source) {
	t.Helper()
	f, db := newFake(t, tables)
	source, err := sqldb.Open(t.Context(), db, d, calls(t), sqldb.Options{Mapping: mapping})
	if err != nil {
		t.Fatal(err)
	}
	f.statements()
	return f, source
}

// everything returns needs for all that a schema has.
func everything(t testing.TB, schema *traverse.Schema) []*traverse.Need {
	t.Helper()
	var needs []*traverse.Need
	for e := range schema.Entities() {
		var names []string
		for f := range e.Fields() {
			names = append(names, f.Name)
		}
		for r := range e.Relationships() {
			if !r.Many() {
				names = append(names, r.Name)
			}
		}
		n, err := schema.NewNeed(e.Name(), "", names, "")
		if err != nil {
			t.Fatal(err)
		}
		needs = append(needs, n)
	}
	return needs
}

func need(t testing.TB, entity, by string, fields []string, dated string) *traverse.Need {
	t.Helper()
	n, err := calls(t).NewNeed(entity, by, fields, dated)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// fetch returns the rows of a query as texts, and the error.
func fetch(ctx context.Context, source traverse.Source, q *traverse.Query) ([]string, *traverse.Rows, error) {
	out := traverse.NewRows(q)
	err := source.Fetch(ctx, q, out)
	var got []string
	for r := range out.All() {
		got = append(got, fmt.Sprint(r.Key, " ", r.ID, " ", r.Values))
	}
	return got, out, errors.Join(err, out.Err())
}

// TestStatements checks the statements of each dialect for keys and ranges.
func TestStatements(t *testing.T) {
	from, to := time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("", 2*60*60)), time.Date(2026, 3, 31, 0, 0, 0, 123_000, time.UTC)
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	unix := sqldb.Mapping{Tables: map[string]sqldb.Table{
		"Call": {Columns: map[string]sqldb.Column{"Timestamp": {Format: sqldb.UnixMillis}}}, "Visit": {Columns: map[string]sqldb.Column{"Day": {Format: sqldb.UnixSeconds}}},
	}}
	calledBy := func(keys ...string) *traverse.Query {
		return &traverse.Query{Need: need(t, "Call", "Contact", []string{"Timestamp", "Contact"}, "Timestamp"), Keys: keys}
	}
	ranged := func(q *traverse.Query, from, to time.Time) *traverse.Query {
		q.From, q.To = from, to
		return q
	}
	visits := &traverse.Query{Need: need(t, "Visit", "Lead", []string{"Day"}, "Day"), Keys: []string{"l"}, From: day, To: day.AddDate(0, 0, 30)}
	for _, test := range []struct {
		name    string
		dialect sqldb.Dialect
		id, at  string
		day     string
		mapping sqldb.Mapping
		q       *traverse.Query
		want    []string
	}{
		{"by id", postgres(), "TEXT", "TIMESTAMPTZ", "DATE", sqldb.Mapping{},
			&traverse.Query{Need: need(t, "Contact", "", []string{"Name", "Name", "ParentAccount"}, ""), Keys: []string{"a", "b"}},
			[]string{`SELECT t."contact_id", t."name", t."parent_account" FROM "contacts" t WHERE t."contact_id" = ANY($1::text[]) | string {"a","b"}`}},
		{"by reference", postgres(), "TEXT", "TIMESTAMPTZ", "DATE", sqldb.Mapping{}, calledBy("c"),
			[]string{`SELECT t."id", t."contact", t."timestamp" FROM "calls" t WHERE t."contact" = ANY($1::text[]) | string {"c"}`}},
		{"integers", postgres(), "INT8", "TIMESTAMPTZ", "DATE", sqldb.Mapping{}, calledBy("7", "007", "x", "-8"),
			[]string{`SELECT t."id", t."contact", t."timestamp" FROM "calls" t WHERE t."contact" = ANY($1::bigint[]) | string {"7","-8"}`}},
		{"no key that an integer can be", postgres(), "INT8", "TIMESTAMPTZ", "DATE", sqldb.Mapping{}, calledBy("x", "+7"), nil},
		{"UUIDs", postgres(), "UUID", "TIMESTAMPTZ", "DATE", sqldb.Mapping{},
			calledBy("01234567-89ab-cdef-0123-456789abcdef", "01234567-89AB-cdef-0123-456789abcdef", "01234567089ab-cdef-0123-456789abcdef", "u"),
			[]string{`SELECT t."id", t."contact", t."timestamp" FROM "calls" t WHERE t."contact" = ANY($1::uuid[]) | string {"01234567-89ab-cdef-0123-456789abcdef"}`}},
		{"instants", postgres(), "TEXT", "TIMESTAMPTZ", "DATE", sqldb.Mapping{}, ranged(calledBy("c"), from, to),
			[]string{`SELECT t."id", t."contact", t."timestamp" FROM "calls" t WHERE t."contact" = ANY($1::text[])` +
				` AND t."timestamp" >= $2 AND t."timestamp" < $3 | string {"c"} | time.Time 2026-03-01T10:00:00Z | time.Time 2026-03-31T00:00:00.000124Z`}},
		{"up to an instant", postgres(), "TEXT", "TIMESTAMPTZ", "DATE", sqldb.Mapping{}, ranged(calledBy("c"), time.Time{}, to),
			[]string{`SELECT t."id", t."contact", t."timestamp" FROM "calls" t WHERE t."contact" = ANY($1::text[])` +
				` AND (t."timestamp" < $2 OR t."timestamp" IS NULL) | string {"c"} | time.Time 2026-03-31T00:00:00.000124Z`}},
		{"bounds that no database has", postgres(), "TEXT", "TIMESTAMPTZ", "DATE", sqldb.Mapping{},
			ranged(calledBy("c"), time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)),
			[]string{`SELECT t."id", t."contact", t."timestamp" FROM "calls" t WHERE t."contact" = ANY($1::text[]) | string {"c"}`}},
		{"instants in days", postgres(), "TEXT", "DATE", "DATE", sqldb.Mapping{}, ranged(calledBy("c"), from, to),
			[]string{`SELECT t."id", t."contact", t."timestamp" FROM "calls" t WHERE t."contact" = ANY($1::text[])` +
				` AND t."timestamp" >= $2 AND t."timestamp" < $3 | string {"c"} | time.Time 2026-03-01T00:00:00Z | time.Time 2026-04-01T00:00:00Z`}},
		{"days", postgres(), "TEXT", "TIMESTAMPTZ", "DATE", sqldb.Mapping{}, visits,
			[]string{`SELECT t."id", t."lead", t."day" FROM "visits" t WHERE t."lead" = ANY($1::text[])` +
				` AND t."day" >= $2 AND t."day" < $3 | string {"l"} | time.Time 2026-03-01T00:00:00Z | time.Time 2026-04-01T00:00:00Z`}},
		{"times of an unknown type", postgres(), "TEXT", "16385", "DATE", sqldb.Mapping{}, ranged(calledBy("c"), from, to),
			[]string{`SELECT t."id", t."contact", t."timestamp" FROM "calls" t WHERE t."contact" = ANY($1::text[]) | string {"c"}`}},
		{"text", ansi(), "TEXT", "TEXT", "TEXT", sqldb.Mapping{}, ranged(calledBy("c", "d"), from, to),
			[]string{`SELECT t."id", t."contact", t."timestamp" FROM "calls" t WHERE t."contact" IN (?, ?)` +
				` AND (t."timestamp" >= ? OR t."timestamp" NOT LIKE '____-__-__%') AND (t."timestamp" < ? OR t."timestamp" NOT LIKE '____-__-__%')` +
				` | string c | string d | string 2026-02-28 | string 2026-04-02`}},
		{"integers in parameters", ansi(), "INT8", "TEXT", "TEXT", sqldb.Mapping{}, calledBy("7", "x"),
			[]string{`SELECT t."id", t."contact", t."timestamp" FROM "calls" t WHERE t."contact" IN (?) | int64 7`}},
		{"numbers", ansi(), "TEXT", "INT8", "INT8", unix, ranged(calledBy("c"), from, to),
			[]string{`SELECT t."id", t."contact", t."timestamp" FROM "calls" t WHERE t."contact" IN (?)` +
				` AND t."timestamp" >= ? AND t."timestamp" < ? | string c | int64 1772359199999 | int64 1774915200001`}},
		{"numbers of days", ansi(), "TEXT", "INT8", "INT8", unix, visits,
			[]string{`SELECT t."id", t."lead", t."day" FROM "visits" t WHERE t."lead" IN (?)` +
				` AND t."day" >= ? AND t."day" < ? | string l | int64 1772323199 | int64 1775001601`}},
		{"SQLite without types", sqlite(), "", "", "", sqldb.Mapping{}, ranged(calledBy("7", "c"), from, to),
			[]string{`SELECT +t."id", +t."contact", +t."timestamp" FROM "calls" t WHERE t."contact" IN (?, ?, ?)` +
				` AND (t."timestamp" >= ? OR t."timestamp" NOT LIKE '____-__-__%') AND (t."timestamp" < ? OR t."timestamp" NOT LIKE '____-__-__%')` +
				` | string 7 | int64 7 | string c | string 2026-02-28 | string 2026-04-02`}},
		{"numbers in SQLite", sqlite(), "TEXT", "INTEGER", "INTEGER", unix, ranged(calledBy("c"), from, to),
			[]string{`SELECT t."id", t."contact", t."timestamp" FROM "calls" t WHERE t."contact" IN (?) AND t."timestamp" >= ? | string c | int64 1772359199999`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, source := openCalls(t, test.dialect, callTables(test.id, test.at, test.day), test.mapping)
			if _, _, err := fetch(t.Context(), source, test.q); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, f.statements()); diff != "" {
				t.Errorf("statements (-want +got):\n%s", diff)
			}
		})
	}
}

// TestManyKeys: keys are asked for by several statements.
func TestManyKeys(t *testing.T) {
	for _, test := range []struct {
		most int
		want []int // question marks
	}{{0, []int{500, 500, 200}}, {700, []int{700, 500}}, {2000, []int{1200}}} {
		d := ansi()
		d.MaxKeys = test.most
		tables := callTables("TEXT", "TEXT", "TEXT")
		var keys []string
		for i := range 1200 {
			keys = append(keys, fmt.Sprint("c", i))
			tables[`"contacts"`].rows = append(tables[`"contacts"`].rows, []driver.Value{keys[i], "name", nil})
		}
		f, source := openCalls(t, d, tables, sqldb.Mapping{})
		got, _, err := fetch(t.Context(), source, &traverse.Query{Need: need(t, "Contact", "", nil, ""), Keys: keys})
		if err != nil || len(got) != len(keys) {
			t.Errorf("%d records, %v", len(got), err)
		}
		var asked []int
		for _, s := range f.statements() {
			asked = append(asked, strings.Count(s, "?"))
		}
		if !slices.Equal(asked, test.want) {
			t.Errorf("at most %d: asked for %d", test.most, asked)
		}
	}
}

// TestManyNeeds: a need keeps its text, and a source that has met many needs
// forgets them.
func TestManyNeeds(t *testing.T) {
	f, source := openCalls(t, ansi(), callTables("TEXT", "TEXT", "TEXT"), sqldb.Mapping{})
	for range 2500 {
		n := need(t, "Contact", "", []string{"Name"}, "")
		if _, _, err := fetch(t.Context(), source, &traverse.Query{Need: n, Keys: []string{"c"}}); err != nil {
			t.Fatal(err)
		}
	}
	asked := f.statements()
	if slices.Sort(asked); len(slices.Compact(asked)) != 1 {
		t.Errorf("%d texts", len(asked))
	}
}

// TestAbsent: nothing is asked for what the database does not have.
func TestAbsent(t *testing.T) {
	f, source := openCalls(t, ansi(), callTables("TEXT", "TEXT", "TEXT"), sqldb.Mapping{
		Absent: []string{"Call", "Contact.Name", "Lead.ParentAccount"},
	})
	f.tables[`"contacts"`].rows = [][]driver.Value{{"c", "name", "a"}}
	for _, test := range []struct {
		need *traverse.Need
		want []string
		n    int // statements
	}{
		{need(t, "Call", "Contact", nil, ""), nil, 0},
		{need(t, "Call", "", nil, ""), nil, 0},
		{need(t, "Lead", "ParentAccount", nil, ""), nil, 0},
		{need(t, "Contact", "", []string{"Name", "ParentAccount"}, ""), []string{"c c [null a]"}, 1},
	} {
		got, _, err := fetch(t.Context(), source, &traverse.Query{Need: test.need, Keys: []string{"c"}})
		if n := len(f.statements()); err != nil || !slices.Equal(got, test.want) || n != test.n {
			t.Errorf("%+v: %q by %d statements, %v", test.need, got, n, err)
		}
	}
}

// TestFetchErrors checks the errors for names that the source's schema does not have,
// of the driver, and of a context that is done.
func TestFetchErrors(t *testing.T) {
	down := errors.New("the connection is down")
	name := need(t, "Contact", "", []string{"Name"}, "")
	f, source := openCalls(t, ansi(), callTables("TEXT", "TEXT", "TEXT"), sqldb.Mapping{})
	f.tables[`"contacts"`].rows = [][]driver.Value{{"c", "name", nil}, {"d", "name", nil}}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	during, stop := context.WithCancel(t.Context())
	for _, test := range []struct {
		name  string
		ctx   context.Context
		need  *traverse.Need
		fault func(string) fakeFault
		want  string
		is    []error
	}{
		{"entity", t.Context(), &traverse.Need{Entity: "Order"}, nil, "sqldb: unknown entity Order", nil},
		{"reference", t.Context(), &traverse.Need{Entity: "Call", By: "Lead"}, nil, "sqldb: Call by Lead: the source's schema has no such reference", nil},
		{"inverse", t.Context(), &traverse.Need{Entity: "Lead", By: "Visits"}, nil, "sqldb: Lead by Visits: the source's schema has no such reference", nil},
		{"field", t.Context(), &traverse.Need{Entity: "Call", By: "Contact", Fields: []string{"Url"}}, nil,
			"sqldb: Call by Contact: the source's schema has no field or reference Url", nil},
		{"statement", t.Context(), name, func(string) fakeFault { return fakeFault{err: down} }, "sqldb: Contact by id: the connection is down", []error{down}},
		{"in the middle", t.Context(), name, func(string) fakeFault { return fakeFault{after: 1, next: down} }, "sqldb: Contact by id: the connection is down", []error{down}},
		{"at the end", t.Context(), name, func(string) fakeFault { return fakeFault{close: down} }, "sqldb: Contact by id: the connection is down", []error{down}},
		{"done before", done, name, nil, "sqldb: Contact: context canceled", []error{context.Canceled}},
		{"done meanwhile", during, name, func(string) fakeFault { stop(); return fakeFault{err: down} },
			"sqldb: Contact by id: context canceled: the connection is down", []error{down, context.Canceled}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f.fail(test.fault)
			_, _, err := fetch(test.ctx, source, &traverse.Query{Need: test.need, Keys: []string{"c", "d"}})
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
			for _, is := range test.is {
				if !errors.Is(err, is) {
					t.Errorf("%v is not %v", err, is)
				}
			}
		})
	}
}

// TestRowErrors: a row without a proper id or value fails the key that it was
// found by, and one without a proper key the query.
func TestRowErrors(t *testing.T) {
	f, source := openCalls(t, sqlite(), callTables("", "", ""), sqldb.Mapping{})
	f.tables[`"calls"`].rows = [][]driver.Value{
		{nil, nil, "c1"}, {1.5, nil, "c2"}, {"k3", "yesterday", "c3"}, {"k4", "2026-03-01", "c4"},
	}
	by := need(t, "Call", "Contact", []string{"Timestamp"}, "")
	got, out, err := fetch(t.Context(), source, &traverse.Query{Need: by, Keys: []string{"c1", "c2", "c3", "c4"}})
	if err != nil || !slices.Equal(got, []string{"c4 k4 [2026-03-01T00:00:00Z]"}) {
		t.Errorf("got %q, %v", got, err)
	}
	for key, want := range map[string]string{
		"c1": `sqldb: a row of Call by Contact "c1" has no id (column id)`,
		"c2": `sqldb: a row of Call by Contact "c2": id (column id): the number "1.5" is not an id`,
		"c3": `sqldb: Call "k3": Timestamp (column timestamp): "yesterday" is not a time; want YYYY-MM-DDTHH:MM:SSZ, perhaps with a space for the T, a fraction, or an offset such as +02:00`,
	} {
		if err := out.Failed(key); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", key, err, want)
		}
	}
}

// TestLaxKeys: a database may compare keys less strictly than ids are.
func TestLaxKeys(t *testing.T) {
	f, source := openCalls(t, sqlite(), callTables("", "", ""), sqldb.Mapping{})
	f.lax = true
	f.tables[`"contacts"`].rows = [][]driver.Value{{"C", "name", nil}, {"c", "name", nil}, {"c ", "name", nil}, {nil, "name", nil}}
	q := &traverse.Query{Need: need(t, "Contact", "", nil, ""), Keys: []string{"c", "d"}}
	if got, _, err := fetch(t.Context(), source, q); err != nil || !slices.Equal(got, []string{"c c []"}) {
		t.Errorf("got %q, %v", got, err)
	}
	f.tables[`"contacts"`].rows = [][]driver.Value{{"c", "name", nil}, {1.5, "name", nil}}
	want := `sqldb: Contact by id: column contact_id: the number "1.5" is not an id`
	if _, _, err := fetch(t.Context(), source, q); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
