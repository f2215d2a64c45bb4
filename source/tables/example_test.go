package tables_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"testing/fstest"

	"github.com/leadscore/leadscore/source/tables"
	"github.com/leadscore/leadscore/traverse"
)

func exampleSchema() *traverse.Schema {
	schema, err := traverse.NewSchema(
		traverse.Definition{Name: "Lead", Relationships: []traverse.Relationship{
			{Name: "ParentContact", Target: "Contact"},
			{Name: "ParentAccount", Target: "Account"},
		}},
		traverse.Definition{
			Name:          "Contact",
			Fields:        []traverse.Field{{Name: "JobTitle", Type: traverse.Text}, {Name: "Birthday", Type: traverse.Date}},
			Relationships: []traverse.Relationship{{Name: "ParentAccount", Target: "Account"}},
		},
		traverse.Definition{Name: "Account"},
	)
	if err != nil {
		log.Fatal(err)
	}
	return schema
}

func ExampleLoad() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{
		"Lead.csv":       "id,ParentContact\nlead-1,anna\nlead-2,ben\n",
		"Contact.ndjson": `{"id": "anna", "Jobtitle": "CEO", "Birthday": "1990-12-31"}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			log.Fatal(err)
		}
	}

	data, err := tables.Load(context.Background(), dir, exampleSchema(), tables.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range data.Report.Entities {
		fmt.Println(c.Entity, c.Records)
	}
	for _, note := range data.Report.Notes {
		fmt.Println(note)
	}
	for id, err := range data.Leads(context.Background()) {
		fmt.Println(id, err)
	}
	// Output:
	// Contact 1
	// Lead 2
	// Contact.ndjson: ignored keys Jobtitle (did you mean JobTitle?)
	// lead-1 <nil>
	// lead-2 <nil>
}

func ExampleLoadFS() {
	fsys := fstest.MapFS{"crm.json": {Data: []byte(`{
		"Lead": [{"id": 1, "ParentContact": 7}],
		"Contact": [
			{"id": 7, "JobTitle": "CEO"},
			{"id": 8, "Birthday": "31.12.1990"}
		]
	}`)}}

	_, err := tables.LoadFS(context.Background(), fsys, "crm.json", exampleSchema(), tables.Options{})
	var problems *tables.Problems
	fmt.Println(errors.As(err, &problems))
	fmt.Println(err)

	data, err := tables.LoadFS(context.Background(), fsys, "crm.json", exampleSchema(), tables.Options{SkipBad: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(data.Report.Records(), "loaded,", data.Report.Skipped(), "skipped")
	// Output:
	// true
	// crm.json:5: Birthday: "31.12.1990" is not a date; write YYYY-MM-DD
	// 2 loaded, 1 skipped
}

func ExampleReadMapping() {
	fsys := fstest.MapFS{"export/people.csv": {Data: []byte(`Record ID,Job,Born,Company ID
7,Select,1990-12-31 00:00:00,c1
8,CEO,,
`)}}
	mapping, err := tables.ReadMapping("crm.json", []byte(`{
		"null": ["Select"],
		"tables": [
			{"file": "people*.csv", "entity": "Contact", "id": "Record ID",
			 "columns": {"JobTitle": "Job", "Birthday": "Born", "ParentAccount": "Company ID"}},
			{"file": "people*.csv", "entity": "Lead", "id": "lead-{Record ID}",
			 "columns": {"ParentContact": "Record ID"}}
		]
	}`))
	if err != nil {
		log.Fatal(err) // every problem, with its line
	}
	data, err := tables.LoadFS(context.Background(), fsys, "export", exampleSchema(), tables.Options{Mapping: mapping})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range data.Report.Entities {
		fmt.Println(c.Entity, c.Records)
	}
	for id, err := range data.Leads(context.Background()) {
		fmt.Println(id, err)
	}
	// Output:
	// Contact 2
	// Lead 2
	// lead-7 <nil>
	// lead-8 <nil>
}

func ExampleMapping() {
	fsys := fstest.MapFS{"people.csv": {Data: []byte("id,job\n7,CEO\n")}}
	_, err := tables.LoadFS(context.Background(), fsys, ".", exampleSchema(), tables.Options{Mapping: &tables.Mapping{
		Tables: []tables.Table{{
			File: "people.csv", Entity: "Contact", ID: tables.Column{Name: "id"},
			Columns: map[string]tables.Column{"JobTitle": {Name: "jobs"}, "Birthdy": {Name: "job"}},
		}},
	}})
	fmt.Println(err)
	// Output:
	// mapping: Contact of people.csv: Birthdy: the schema has no such field or reference; did you mean Birthday?
	// mapping: Contact of people.csv: JobTitle: people.csv has no column jobs; did you mean job?
}
