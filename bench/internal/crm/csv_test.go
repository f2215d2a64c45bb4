package crm_test

import (
	"context"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/engine"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/source/tables"
)

// What is written and loaded again scores as what was generated.
func TestTablesHoldTheData(t *testing.T) {
	const interactions = 5_000
	d := crm.GenerateInteractions(interactions, 3)
	if n := d.Interactions(); n != interactions {
		t.Errorf("%d interactions", n)
	}
	dir := t.TempDir()
	if err := d.WriteCSV(dir); err != nil {
		t.Fatal(err)
	}
	schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := tables.Load(t.Context(), dir, schema, tables.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := interactions + len(d.Leads) + len(d.Contacts) + len(d.Accounts); data.Report.Records() != want || len(data.Report.Notes) > 0 {
		t.Errorf("%d records, not %d; %v", data.Report.Records(), want, data.Report.Notes)
	}
	m := rules.Measured(100)
	want, err := engine.HandWritten.Scores(d, m)
	if err != nil {
		t.Fatal(err)
	}
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: m.Name, Text: m.Text()}})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	i := 0
	for r, err := range set.ScoreAll(ctx, data.Leads(ctx), data, leadscore.AsOf(crm.AsOf)) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Lead != d.Leads[i].ID || r.Results[0].Score != want[i] {
			t.Errorf("%s has %d, and not %s %d", r.Lead, r.Results[0].Score, d.Leads[i].ID, want[i])
		}
		i++
	}
	if i != len(d.Leads) {
		t.Errorf("%d leads, not %d", i, len(d.Leads))
	}
}
