package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/tables"
	"github.com/leadscore/leadscore/traverse"
)

var update = flag.Bool("update", false, "write the golden files anew")

func Example() {
	main()
	// Output:
	// note: email_event_data.csv: the mapping's where leaves none of the 7 rows for EmailDelivered, EmailForwarded, EmailMarkedAsSpam
	// note: email_event_data.csv: recipient: 1 of 2 keys are not in contact_data.csv, so EmailOpened.Contact is null there
	// note: email_event_data.csv: email_campaign_id: 1 of 2 keys are not in email_campaign_data.csv, so EmailOpened.EmailName is null there
	// 501: 65, Hot
	// 502: 20, Cold
}

// asOf is when the invented exports are looked at.
var asOf = map[string]string{
	"365-learning": "2022-06-30T00:00:00Z", "hubspot": "2023-11-15T00:00:00Z", "marketo": "2020-05-15T00:00:00Z",
	"pardot": "2020-04-01T00:00:00Z", "salesforce": "2019-12-01T00:00:00Z", "x-education": "2020-01-01T00:00:00Z",
}

// TestMappings loads invented exports through the mappings of the folder. The golden
// files in testdata hold the expected records; -update rewrites them.
func TestMappings(t *testing.T) {
	names, err := filepath.Glob("*.json")
	if err != nil || len(names) != len(asOf) {
		t.Fatalf("%d mappings, %d known: %v", len(names), len(asOf), err)
	}
	for _, file := range names {
		name := strings.TrimSuffix(file, ".json")
		t.Run(name, func(t *testing.T) {
			got := load(t, name)
			golden := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s holds\n%s\nand it is\n%s", golden, want, got)
			}
		})
	}
}

// load returns all that an export becomes: records, notes and scores.
func load(t *testing.T, name string) string {
	t.Helper()
	rules, err := os.ReadFile(name + ".score")
	if err != nil {
		t.Fatal(err)
	}
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: name + ".score", Text: string(rules)}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	mapping, err := tables.ReadMapping(name+".json", text)
	if err != nil {
		t.Fatal(err)
	}
	data, err := tables.LoadFS(t.Context(), os.DirFS("testdata"), name, set.Schema(), tables.Options{Mapping: mapping})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for e := range set.Schema().Entities() {
		dump(t, &out, data, set.Schema(), e)
	}
	for _, note := range data.Report.Notes {
		fmt.Fprintf(&out, "note: %s\n", note)
	}
	at, err := time.Parse(time.RFC3339, asOf[name])
	if err != nil {
		t.Fatal(err)
	}
	for result, err := range set.ScoreAll(context.Background(), data.Leads(t.Context()), data, leadscore.AsOf(at)) {
		if err != nil {
			t.Fatal(err)
		}
		r := result.Results[0]
		fmt.Fprintf(&out, "lead %s: %v, %d, %s, sales ready %t\n", r.Lead, r.Status, r.Score, r.Grade, r.SalesReady)
	}
	return out.String()
}

// dump writes the records of an entity with what in them is not null.
func dump(t *testing.T, out *strings.Builder, data *tables.Data, schema *leadscore.Schema, e *traverse.Entity) {
	t.Helper()
	var names []string
	for n := range e.FieldNames() {
		names = append(names, n)
	}
	for r := range e.Relationships() {
		if !r.Many() {
			names = append(names, r.Name)
		}
	}
	need, err := schema.NewNeed(e.Name(), "", names, "")
	if err != nil {
		t.Fatal(err)
	}
	held := data.Lend(data).Table(e.Name())
	q := &traverse.Query{Need: need}
	for row := range held.Len() {
		q.Keys = append(q.Keys, held.ID(held.RowKey(row)))
	}
	rows := traverse.NewRows(q)
	if err := data.Fetch(t.Context(), q, rows); err != nil || rows.Err() != nil {
		t.Fatal(err, rows.Err())
	}
	var lines []string
	for row := range rows.All() {
		line := e.Name() + " " + row.ID
		for i, v := range row.Values {
			if v.Kind() != traverse.KindNull {
				line += fmt.Sprintf(" %s=%q", names[i], v)
			}
		}
		lines = append(lines, line+"\n")
	}
	slices.Sort(lines)
	out.WriteString(strings.Join(lines, ""))
}
