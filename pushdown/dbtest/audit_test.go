package dbtest

import (
	"database/sql"
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
    Size choice ("Large", "Small")
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
        has Lead where Amount > 5 and Hot = true and Ready = true and Kind = "New" and Size = "Large" and Since before 2026-01-01
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
func auditedTables(d *database, run func(statement string)) {
	number, bool2, at, day, text, integer := "float8", "integer", "timestamptz", "date", "text", "integer"
	nan, infinite := "'NaN'", "'Infinity'"
	never, late, zero, good := "'infinity'", "'10000-01-01 00:00:00+00'", "'0001-01-01 00:00:00+00'", "'2026-05-01 00:00:00+00'"
	zeroDay, goodDay := "'0001-01-01'", "'2026-01-01'"
	switch d.name {
	case "SQLite":
		number, at, day = "REAL", "INTEGER", "INTEGER"
		nan, infinite = "-9e999", "9e999"
		never, late, zero, good = "9e15", "253402300800", "-62135596800", "1777593600"
		zeroDay, goodDay = "-62135596800", "1767225600"
	case "DuckDB":
		number, at, text = "DOUBLE", "TIMESTAMP", "VARCHAR"
		never, late, zero, good = "'infinity'", "'10000-01-01 00:00:00'", "'0001-01-01 00:00:00'", "'2026-05-01 00:00:00'"
	case "ClickHouse":
		number, bool2, at, day, text, integer = "Nullable(Float64)", "Nullable(UInt8)", "Nullable(Int64)", "Nullable(Int32)", "Nullable(String)", "Nullable(Int32)"
		nan, infinite = "nan", "inf"
		never, late, zero, good = "9000000000000000000", "253402300800000", "-62135596800000", "1777593600000"
		zeroDay, goodDay = "-719162", "20454"
	}
	create := func(columns string) { run("CREATE TABLE " + columns + d.engine) }
	create(fmt.Sprintf("leads (id %s, amount %s, hot %s, ready %s, kind %s, size %s, since %s, parent_contact %s, parent_account %s)", text, number, bool2, text, integer, text, day, text, text))
	run(fmt.Sprintf("INSERT INTO leads VALUES ('1', 1, 1, 'Y', 1, 'L\t', %s, 'a', NULL), ('1', %s, 2, 'maybe', 7, '\n-\t', NULL, 'a', NULL), ('2', %s, 0, 'N', 2, 'XL', NULL, '', NULL), "+
		"('3', NULL, NULL, NULL, NULL, '\t', %s, NULL, NULL), ('3', 3, 1, '', 9, '', NULL, NULL, NULL), ('3', 4, 1, 'Y', 1, NULL, NULL, NULL, NULL)", goodDay, nan, infinite, zeroDay))
	create(fmt.Sprintf("contact (id %s, parent_account %s)", text, text))
	run("INSERT INTO contact VALUES ('a', NULL), (NULL, NULL), ('', NULL)")
	create(fmt.Sprintf("account (id %s)", text))
	create(fmt.Sprintf("called (id %s, contact %s, happened %s)", integer, text, at))
	run(fmt.Sprintf("INSERT INTO called VALUES (1, 'a', %s), (2, 'a', %s), (3, 'a', %s), (4, 'a', %s), (5, 'a', NULL)", never, late, zero, good))
	if d.name == "SQLite" {
		run("INSERT INTO called VALUES (6, 'a', 'soon')")
	}
}

// auditedMapping returns where the tables are.
func auditedMapping(t *testing.T, d *database, db *sql.DB, set *leadscore.Set) pushdown.Mapping {
	t.Helper()
	codes, sizes := map[string]string{"1": "New", "2": "Old", "9": ""}, map[string]string{"L": "Large", "S": "Small", "-": ""}
	if d.catalog == nil {
		text := func(name string) pushdown.Column { return pushdown.Column{Name: name, Type: "Nullable(String)"} }
		contact, account := text("parent_contact"), text("parent_account")
		return pushdown.Mapping{Tables: map[string]pushdown.Table{
			"Lead": {Name: "leads", ID: text("id"), Columns: map[string]pushdown.Column{
				"Amount": {Name: "amount"}, "Hot": {Name: "hot"}, "Ready": {Name: "ready", True: "Y", False: "N"}, "Since": {Name: "since"},
				"Kind": {Name: "kind", Type: "Nullable(Int32)", Codes: codes}, "Size": {Name: "size", Codes: sizes},
				"ParentContact": contact, "ParentAccount": account,
			}},
			"Contact": {Name: "contact", ID: text("id"), Columns: map[string]pushdown.Column{"ParentAccount": account}},
			"Account": {Name: "account", ID: text("id")},
			"Called": {Name: "called", ID: pushdown.Column{Name: "id", Type: "Nullable(Int32)"}, Columns: map[string]pushdown.Column{
				"Contact": text("contact"), "Timestamp": {Name: "happened", Type: "Nullable(Int64)", Format: sqldb.UnixMillis},
			}},
		}}
	}
	happened, since := sqldb.Column{Name: "happened"}, sqldb.Column{}
	if d.name == "SQLite" {
		happened.Format, since.Format = sqldb.UnixSeconds, sqldb.UnixSeconds
	}
	source := d.opened(t, db, set.Schema(), sqldb.Options{Needs: set.Needs(), Mapping: sqldb.Mapping{Tables: map[string]sqldb.Table{
		"Lead": {Columns: map[string]sqldb.Column{
			"Ready": {True: "Y", False: "N"}, "Kind": {Codes: codes}, "Size": {Codes: sizes}, "Since": since,
		}},
		"Called": {Columns: map[string]sqldb.Column{"Timestamp": happened}},
	}}})
	return pushdown.MappingOf(source)
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
		db := d.open(t, d.styles[0])
		auditedTables(d, func(statement string) { exec(t, db, statement) })
		checks, err := pushdown.Audit(set, d.dialect(), auditedMapping(t, d, db, set))
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
			"Lead.Size unknown-code":     `2: ["\t" "XL"] of ["3" "2"]`,
			"Lead.Since zero-time":       `1: ["01.01.0001"] of ["3"]`,
			"Lead.Amount no-number":      map[string]string{"SQLite": `2: ["-Inf" "Inf"] of ["1" "2"]`, "DuckDB": `2: ["inf" "nan"] of ["2" "1"]`, "PostgreSQL": `2: ["Infinity" "NaN"] of ["2" "1"]`, "ClickHouse": `2: ["inf" "nan"] of ["2" "1"]`}[d.name],
			"Called.Timestamp no-year":   `2: ["01.01.10000 00:00:00 UTC" "infinity"] of ["2" "1"]`,
			"Called.Timestamp zero-time": `1: ["01.01.0001 00:00:00 UTC"] of ["3"]`,
		}
		switch d.name {
		case "DuckDB":
			want["Lead.Since zero-time"] = `1: ["0001-01-01"] of ["3"]`
			want["Called.Timestamp no-year"], want["Called.Timestamp zero-time"] = `2: ["10000-01-01 00:00:00" "infinity"] of ["2" "1"]`, `1: ["0001-01-01 00:00:00"] of ["3"]`
		case "SQLite":
			want["Lead.Since zero-time"], want["Called.Timestamp zero-time"] = `1: ["-62135596800"] of ["3"]`, `1: ["-62135596800"] of ["3"]`
			want["Called.Timestamp no-year"], want["Called.Timestamp other-type"] = `3: ["253402300800" "9000000000000000" "soon"] of ["2" "1" "6"]`, `1: ["soon"] of ["6"]`
		case "ClickHouse":
			want["Lead.Since zero-time"], want["Called.Timestamp zero-time"] = `1: ["-719162"] of ["3"]`, `1: ["-62135596800000"] of ["3"]`
			want["Called.Timestamp no-year"] = `2: ["253402300800000" "9000000000000000000"] of ["2" "1"]`
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
