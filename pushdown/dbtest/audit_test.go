package dbtest

import (
	"fmt"
	"maps"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
)

const auditedSchema = `profile Lead {
    Amount number
    Hot bool
    Ready bool
    Kind choice ("New", "Old")
    Since date
    ParentContact -> Contact
    ParentAccount -> Account
}
profile Contact {
    ParentAccount -> Account
}
profile Account {
}
interaction Called {
}`

const auditedRules = `model "M" {
    target contact
    condition "Lead" {
        has Lead where Amount > 5 and Hot = true and Ready = true and Kind = "New" and Since before 2026-01-01
        score +1
    }
    condition "Contact" {
        has Lead.ParentContact
        score +1
    }
    condition "Called" {
        each Called
        score +1
    }
}`

// auditedTables makes tables with rows of which the engine refuses some, or takes values for empty.
func auditedTables(db string, run func(statement string)) {
	number, bool2, at, day, text := "float8", "integer", "timestamptz", "date", "text"
	nan, infinite := "'NaN'", "'Infinity'"
	never, late, zero, good := "'infinity'", "'10000-01-01 00:00:00+00'", "'0001-01-01 00:00:00+00'", "'2026-05-01 00:00:00+00'"
	zeroDay, goodDay := "'0001-01-01'", "'2026-01-01'"
	switch db {
	case "SQLite":
		number, at, day = "REAL", "INTEGER", "INTEGER"
		nan, infinite = "-9e999", "9e999"
		never, late, zero, good = "9e15", "253402300800", "'soon'", "1777593600"
		zeroDay, goodDay = "-62135596801", "1767225600"
	case "DuckDB":
		number, at, text = "DOUBLE", "TIMESTAMP", "VARCHAR"
		never, late, zero, good = "'infinity'", "'10000-01-01 00:00:00'", "'0001-01-01 00:00:00'", "'2026-05-01 00:00:00'"
	}
	run(fmt.Sprintf("CREATE TABLE leads (id %s, amount %s, hot %s, ready %s, kind integer, since %s, parent_contact %s, parent_account %s)", text, number, bool2, text, day, text, text))
	run(fmt.Sprintf(`INSERT INTO leads VALUES ('1', 1, 1, 'Y', 1, %s, 'a', NULL), ('1', %s, 2, 'maybe', 7, NULL, 'a', NULL), ('2', %s, 0, 'N', 2, NULL, '', NULL),
		('3', NULL, NULL, NULL, NULL, %s, NULL, NULL), ('3', 3, 1, '', 9, NULL, NULL, NULL), ('3', 4, 1, 'Y', 1, NULL, NULL, NULL)`, goodDay, nan, infinite, zeroDay))
	run(fmt.Sprintf("CREATE TABLE contact (id %s, parent_account %s)", text, text))
	run("INSERT INTO contact VALUES ('a', NULL), (NULL, NULL), ('', NULL)")
	run(fmt.Sprintf("CREATE TABLE account (id %s)", text))
	run(fmt.Sprintf("CREATE TABLE called (id integer, contact %s, happened %s)", text, at))
	run(fmt.Sprintf("INSERT INTO called VALUES (1, 'a', %s), (2, 'a', %s), (3, 'a', %s), (4, 'a', %s), (5, 'a', NULL)", never, late, zero, good))
}

// TestAudit finds what the engine refuses, in tables that have one of each.
func TestAudit(t *testing.T) {
	schema, err := leadscore.ParseSchema("schema", auditedSchema, nil)
	if err != nil {
		t.Fatal(err)
	}
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "model.score", Text: auditedRules}})
	if err != nil {
		t.Fatal(err)
	}
	forDatabases(t, func(t *testing.T, d *database) {
		d.found(t)
		db := d.open(t, d.styles[0])
		auditedTables(d.name, func(statement string) { exec(t, db, statement) })
		happened, since := sqldb.Column{Name: "happened"}, sqldb.Column{}
		if d.name == "SQLite" {
			happened.Format, since.Format = sqldb.UnixSeconds, sqldb.UnixSeconds
		}
		source := d.opened(t, db, schema, sqldb.Options{Needs: set.Needs(), Mapping: sqldb.Mapping{Tables: map[string]sqldb.Table{
			"Lead": {Columns: map[string]sqldb.Column{
				"Ready": {True: "Y", False: "N"}, "Kind": {Codes: map[string]string{"1": "New", "2": "Old", "9": ""}}, "Since": since,
			}},
			"Called": {Columns: map[string]sqldb.Column{"Timestamp": happened}},
		}}})
		checks, err := pushdown.Audit(set, d.dialect(), pushdown.MappingOf(source))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, c := range checks {
			found, err := c.Run(t.Context(), db)
			if err != nil {
				t.Errorf("%v\n%s", err, c.Text)
			}
			if c.Summary == "" || c.Remedy == "" {
				t.Errorf("%+v says too little", c)
			}
			if found.Rows > 0 {
				got[c.Entity+"."+c.Field+" "+c.Code] = fmt.Sprintf("%d: %q of %q", found.Rows, found.Samples, found.IDs)
			} else if found.Samples != nil {
				t.Errorf("%s has samples of no row", c)
			}
		}
		want := map[string]string{
			"Lead.id duplicate-id":       `2: ["1" "3"] of ["1" "3"]`,
			"Contact.id no-id":           `2: ["" ""] of ["" ""]`,
			"Lead.Hot no-bool":           `1: ["2"] of ["1"]`,
			"Lead.Ready no-bool":         `1: ["maybe"] of ["1"]`,
			"Lead.Kind unknown-code":     `1: ["7"] of ["1"]`,
			"Lead.Since zero-time":       `1: ["01.01.0001"] of ["3"]`,
			"Lead.Amount no-number":      map[string]string{"SQLite": `2: ["-Inf" "Inf"] of ["1" "2"]`, "DuckDB": `2: ["inf" "nan"] of ["2" "1"]`, "PostgreSQL": `2: ["Infinity" "NaN"] of ["2" "1"]`}[d.name],
			"Called.Timestamp no-year":   `2: ["01.01.10000 00:00:00 UTC" "infinity"] of ["2" "1"]`,
			"Called.Timestamp zero-time": `1: ["01.01.0001 00:00:00 UTC"] of ["3"]`,
		}
		switch d.name {
		case "DuckDB":
			want["Lead.Since zero-time"] = `1: ["0001-01-01"] of ["3"]`
			want["Called.Timestamp no-year"], want["Called.Timestamp zero-time"] = `2: ["10000-01-01 00:00:00" "infinity"] of ["2" "1"]`, `1: ["0001-01-01 00:00:00"] of ["3"]`
		case "SQLite":
			delete(want, "Called.Timestamp zero-time")
			delete(want, "Lead.Since zero-time")
			want["Called.Timestamp no-year"], want["Called.Timestamp other-type"] = `3: ["253402300800" "9000000000000000" "soon"] of ["2" "1" "3"]`, `1: ["soon"] of ["3"]`
		}
		for key := range maps.Keys(got) {
			if _, ok := want[key]; !ok {
				t.Errorf("%s finds %s", key, got[key])
			}
		}
		for key, what := range want {
			if got[key] != what {
				t.Errorf("%s finds %q, want %q", key, got[key], what)
			}
		}
	})
}

// TestAuditOfGoodData finds nothing in the tables of random worlds, whose scores are equal.
func TestAuditOfGoodData(t *testing.T) {
	alone(t)
	forDatabases(t, func(t *testing.T, d *database) {
		for i, s := range d.styles {
			t.Run(s.name, func(t *testing.T) {
				w := newWorld(t, i, s.ids)
				db := d.load(t, s, w)
				run := map[string]bool{}
				for _, c := range w.cases {
					checks, err := pushdown.Audit(c.set, d.dialect(), s.mapping(w.schema))
					if err != nil {
						t.Fatal(err)
					}
					for _, check := range checks {
						if run[check.Text] {
							continue
						}
						run[check.Text] = true
						found, err := check.Run(t.Context(), db)
						if err != nil {
							t.Fatalf("%v\n%s", err, check.Text)
						}
						if found.Rows > 0 {
							t.Errorf("%s: %+v", check, found)
						}
					}
				}
				if len(run) < 10 {
					t.Errorf("only %d checks", len(run))
				}
			})
		}
	})
}
