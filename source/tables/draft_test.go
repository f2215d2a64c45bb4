package tables_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/source/tables"
	"github.com/leadscore/leadscore/traverse"
)

// TestDraft makes first mappings of folders, and reads the folders with them. The
// golden file has the mappings, the notes, and how many records were read.
func TestDraft(t *testing.T) {
	const golden = "testdata/draft.golden"
	var out strings.Builder
	for _, folder := range []struct {
		name  string
		files []string
	}{
		{"people and what they did", []string{
			"contacts.csv", "Record ID,First Name,Last Name,E-Mail,Job Title,City,Create Date,Newsletter?,Company ID,Fax\n" +
				"501,Ada,Lane,ada@example.com,CEO,Oslo,05/31/2026,yes,9,1\n502,Ben,Moss,ben@example.com,Buyer,Rome,06/01/2026,no,9,2\n",
			"companies.csv", "Company ID;Company name;Number of employees;Annual revenue\n9;Moss Ltd;1.200;€ 1.250.000,50\n10;Lane;80;€ 7,25\n",
			"email_opens.csv", "recipient,campaign,created\nada@example.com,Spring,1777600800000\nben@example.com,Spring,1777600900000\nada@example.com,May,1777600900000\n",
			"stray.csv", "colour,taste\nred,sweet\n",
			"readme.txt", "",
		}},
		{"an API, and a report", []string{
			"leads.json", `{"paging": {}, "results": [{"id": "1", "properties": {"budget_amount": 5, "city": "Oslo", "rating": null}, "parent": {"contact": 7}},
				{"id": "2", "properties": {"budget_amount": 7.5, "city": "Rome"}, "parent": {"contact": 8}}]}`,
			"Contact.ndjson", "{\"id\": 7, \"firstName\": \"Ada\"}\n{\"id\": 8, \"firstName\": \"Ben\"}\n",
			"Website visits.csv", "Visits of May\n\nContact,URL,Visited at\n7,/pricing,46143.5\n8,/,46144\n",
		}},
		{"nothing", []string{"stray.csv", "colour,taste\nred,sweet\n", "empty.csv", "", "book.csv", "PK\x03\x04"}},
	} {
		fmt.Fprintf(&out, "== %s\n", folder.name)
		fsys := files(folder.files...)
		m, notes, err := tables.DraftFS(t.Context(), fsys, traverse.Standard())
		for _, n := range notes {
			fmt.Fprintf(&out, "note: %s\n", n)
		}
		if err != nil {
			fmt.Fprintf(&out, "error: %v\n", err)
			continue
		}
		text, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s\n", text)
		data, err := tables.LoadFS(t.Context(), fsys, ".", traverse.Standard(), tables.Options{Mapping: readMapping(t, string(text))})
		if err != nil {
			t.Errorf("%s: the draft does not read the files: %v", folder.name, err)
			continue
		}
		for _, c := range data.Report.Entities {
			fmt.Fprintf(&out, "read: %d %s\n", c.Records, c.Entity)
		}
	}
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
