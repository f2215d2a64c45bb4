package dbtest

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/reference"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// opened returns a source over the tables of a database, as package sqldb finds them.
func (d *database) opened(t testing.TB, db *sql.DB, schema *leadscore.Schema, opts sqldb.Options) *sqldb.Source {
	t.Helper()
	source, err := sqldb.Open(t.Context(), db, d.catalog(), schema, opts)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// TestMappingOf checks that a statement is the same whether types are written by hand or those that
// the database reports, in every style.
func TestMappingOf(t *testing.T) {
	forDatabases(t, func(t *testing.T, d *database) {
		d.found(t)
		for i, s := range d.styles {
			t.Run(s.name, func(t *testing.T) {
				if d.name == "SQLite" && s.formats[traverse.Date] == sqldb.ByType {
					t.Skip("package sqldb does not read such tables")
				}
				w := newWorld(t, i, s.ids)
				w.all = nil // no record is read
				db := d.load(t, s, w)
				mappings := []pushdown.Mapping{pushdown.MappingOf(d.opened(t, db, w.schema, sqldb.Options{Mapping: s.sqlMapping(w.schema)}))}
				if !s.renamed && !s.words && len(s.formats) == 0 {
					mappings = append(mappings, pushdown.MappingOf(d.opened(t, db, w.schema, sqldb.Options{})))
				}
				compared := 0
				for _, c := range w.cases {
					want, err := pushdown.New(c.set, d.dialect(), s.mapping(w.schema))
					if err != nil {
						continue
					}
					for _, m := range mappings {
						got, err := pushdown.New(c.set, d.dialect(), m)
						if err != nil {
							t.Fatal(err)
						}
						if got.Text() != want.Text() {
							t.Fatalf("the statement differs from the one with types that are written by hand:\n%s\nwant\n%s", clipped(got.Text(), 5000), clipped(want.Text(), 5000))
						}
						compared++
					}
				}
				if compared == 0 {
					t.Error("no statement was compared")
				}
			})
		}
	})
}

const mappedSchema = `profile Lead {
    Kind choice ("New", "Old")
    Tags choices ("red", "blue")
    Extra text
    ParentContact -> Contact
    ParentAccount -> Account
}
profile Contact {
    ParentAccount -> Account
}
profile Account {
}
interaction Called {
    Outcome text
    Topics choices
}
interaction Wrote {
}`

const (
	mappedRules = `model "M" {
    target contact
    condition "New" {
        has Lead where Kind = "New"
        score +1
    }
    condition "Without a kind" {
        has Lead where Kind is empty
        score +2
    }
    condition "Answered" {
        each Called where Outcome = "Answered"
        score +10
    }
    condition "Silent" {
        none Wrote
        score +100
    }
    condition "Nothing extra" {
        has Lead where Extra is empty
        score +200
    }
    condition "Lately" {
        each Called within last 2 days
        score +1000
    }
`
	separatedRules = `    condition "Red" {
        has Lead where Tags contains "red"
        score +10000
    }
    condition "Both" {
        has Lead where Tags contains all ("red", "blue")
        score +20000
    }
    condition "Topic" {
        each Called where Topics contains "Tea and more"
        score +100000
    }
`
)

// mappedData are the records that mappedTables writes.
func mappedData() reference.Data {
	text := traverse.TextValue
	lead := func(id, contact, kind string, tags ...string) reference.Record {
		values := map[string]traverse.Value{"ParentContact": text(contact), "Tags": traverse.ChoicesValue(tags...)}
		if kind != "" {
			values["Kind"] = text(kind)
		}
		return reference.Record{ID: id, Values: values}
	}
	called := func(id, contact, outcome string, day int, topics ...string) reference.Record {
		values := map[string]traverse.Value{"Contact": text(contact), "Timestamp": traverse.TimeValue(time.Date(2026, 5, day, 0, 0, 0, 0, time.UTC)), "Topics": traverse.ChoicesValue(topics...)}
		if outcome != "" {
			values["Outcome"] = text(outcome)
		}
		return reference.Record{ID: id, Values: values}
	}
	return reference.Data{
		traverse.Lead:    {lead("1", "a", "New", "red"), lead("2", "b", "Old", "red", "blue"), lead("3", "c", ""), lead("4", "d", "", "blue")},
		traverse.Contact: {{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "d"}},
		"Called": {
			called("1", "a", "Answered", 30, "Tea", "Tea and more"), called("2", "a", "", 29, "Tea and"), called("3", "b", "answered", 28, "tea AND more"),
			called("4", "c", "Answered", 31),
		},
	}
}

// mappedTables makes tables whose values are codes, separated choices, and days where the schema
// has times.
func mappedTables(t testing.TB, d *database, db *sql.DB) {
	t.Helper()
	day, days := "date", func(day int) string { return fmt.Sprintf("DATE '2026-05-%d'", day) }
	if d.name == "SQLite" {
		day, days = "integer", func(day int) string { return fmt.Sprint(time.Date(2026, 5, day, 0, 0, 0, 0, time.UTC).Unix()) }
	}
	exec(t, db, "CREATE TABLE leads (nr integer, contact varchar(9), kind integer, tags varchar(40), parent_account text)")
	exec(t, db, "INSERT INTO leads VALUES (1, 'a', 1, 'r', NULL), (2, 'b', 2, ' b || r|', NULL), (3, 'c', 9, '|', ''), (4, 'd', NULL, 'b', NULL)")
	exec(t, db, "CREATE TABLE contacts (id text, parent_account_id text)")
	exec(t, db, "INSERT INTO contacts VALUES ('a', NULL), ('b', NULL), ('c', ''), ('d', NULL)")
	exec(t, db, "CREATE TABLE account (id text)")
	exec(t, db, "CREATE TABLE called (called_id integer, contact_id text, outcome varchar(9), topics text, happened "+day+")")
	exec(t, db, fmt.Sprintf("INSERT INTO called VALUES (1, 'a', 'yes', 'Tea; Tea and more', %s), (2, 'a', ' - ', 'Tea and', %s), (3, 'b', 'YES', ';tea AND more;', %s), (4, 'c', 'yes', NULL, %s)",
		days(30), days(29), days(28), days(31)))
}

func mappedTo(d *database) sqldb.Mapping {
	happened := sqldb.Column{Name: "happened"}
	if d.name == "SQLite" {
		happened.Format = sqldb.UnixSeconds
	}
	return sqldb.Mapping{
		Tables: map[string]sqldb.Table{
			"Lead": {ID: "nr", Columns: map[string]sqldb.Column{
				"ParentContact": {Name: "contact"}, "Kind": {Codes: map[string]string{"1": "New", "2": "Old", "9": ""}},
				"Tags": {Separator: "|", Codes: map[string]string{"r": "red", "b": "blue"}},
			}},
			"Called": {Columns: map[string]sqldb.Column{
				"Timestamp": happened, "Outcome": {Codes: map[string]string{"yes": "Answered", "YES": "answered", "-": ""}},
			}},
		},
		Absent: []string{"Wrote", "Lead.Extra"},
	}
}

// TestMappedValues compares scores over tables with codes, separated choices, absent tables and
// columns, and days for times, with the engine over the same records in memory and over the
// tables.
func TestMappedValues(t *testing.T) {
	schema, err := leadscore.ParseSchema("schema", mappedSchema, nil)
	if err != nil {
		t.Fatal(err)
	}
	compile := func(t *testing.T, rules string) *leadscore.Set {
		t.Helper()
		set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "model.score", Text: rules + "}\n"}})
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	asOf, leads := time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC), []string{"1", "2", "3", "4"}
	forDatabases(t, func(t *testing.T, d *database) {
		d.found(t)
		db := d.open(t, d.styles[0])
		mappedTables(t, d, db)
		set := compile(t, mappedRules+separatedRules)
		if d.name == "SQLite" {
			_, err := pushdown.New(set, d.dialect(), pushdown.MappingOf(d.opened(t, db, schema, sqldb.Options{Mapping: mappedTo(d)})))
			refusals, _ := errors.AsType[pushdown.Refusals](err)
			if len(refusals) != 3 || !strings.Contains(err.Error(), "Lead.Tags: the type VARCHAR(40) of the column tags cannot be compared as ") || !strings.Contains(err.Error(), "Called.Topics: the type TEXT of the column topics") {
				t.Errorf("separated choices: %v", err)
			}
			set = compile(t, mappedRules)
		}
		source := d.opened(t, db, schema, sqldb.Options{Mapping: mappedTo(d), Needs: set.Needs()})
		statement, err := pushdown.New(set, d.dialect(), pushdown.MappingOf(source))
		if err != nil {
			t.Fatal(err)
		}
		got, err := ofStatement(db, statement, asOf)
		if err != nil {
			t.Fatal(err)
		}
		want, err := ofEngine(set, inMemory(t, schema, mappedData()), leads, asOf)
		if err != nil {
			t.Fatal(err)
		}
		if text := differences(want, got); text != "" {
			t.Errorf("records in memory, and the database: %s", text)
		}
		if d.read != nil {
			if want, err = ofEngine(set, source, leads, asOf); err != nil {
				t.Fatal(err)
			}
			if text := differences(want, got); text != "" {
				t.Errorf("package sqldb, and the database: %s", text)
			}
		}
		zone := time.FixedZone("Far/Away", 3*60*60)
		_, err = pushdown.New(set, d.dialect(), pushdown.MappingOf(d.opened(t, db, schema, sqldb.Options{Mapping: mappedTo(d), Zone: zone})))
		const refused = "Called.Timestamp: the column happened holds days, which begin in Far/Away where a time is wanted; map it to a view"
		if d.name != "SQLite" && (err == nil || !strings.Contains(err.Error(), refused)) {
			t.Errorf("in another zone: %v, want %s", err, refused)
		}
	})
}

// TestMissing: what a database lacks is refused where a rule asks for it, with what package sqldb
// says of it.
func TestMissing(t *testing.T) {
	schema, err := leadscore.ParseSchema("schema", mappedSchema, nil)
	if err != nil {
		t.Fatal(err)
	}
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "model.score", Text: mappedRules + "}\n"}})
	if err != nil {
		t.Fatal(err)
	}
	forDatabases(t, func(t *testing.T, d *database) {
		d.found(t)
		db := d.open(t, d.styles[0])
		exec(t, db, "CREATE TABLE lead (id text, parent_contact text, parent_account text, knd text)")
		exec(t, db, "CREATE TABLE contact (id text)")
		exec(t, db, "CREATE VIEW called AS SELECT id, parent_contact AS contact, 1 + 1 AS outcome, NULL AS timestamp FROM lead")
		m := pushdown.MappingOf(d.opened(t, db, schema, sqldb.Options{}))
		_, err := pushdown.New(set, d.dialect(), m)
		refusals, _ := errors.AsType[pushdown.Refusals](err)
		for _, want := range []string{
			"model.score:4:9: model \"M\", condition \"New\": Lead.Kind: the table lead has no column for it, such as kind; name one in Mapping.Tables, or list Lead.Kind in Mapping.Absent; did you mean knd?",
			"model.score:16:9: model \"M\", condition \"Silent\": Wrote: there is no table for it, such as wrote; name one in Mapping.Tables, or list Wrote in Mapping.Absent",
		} {
			if !slices.ContainsFunc(refusals, func(r pushdown.Refusal) bool { return r.String() == want }) {
				t.Errorf("no refusal is\n%s\nbut\n%v", want, err)
			}
		}
		if d.name == "SQLite" && m.Tables["Called"].Columns["Outcome"].Missing == "" {
			t.Errorf("a column without a type is %+v", m.Tables["Called"].Columns["Outcome"])
		}
	})
}
