package stream_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/stream"
	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/traverse"
)

// Ten times as many leads take as much memory as a few do.
func TestMemoryDoesNotGrowWithLeads(t *testing.T) {
	few, many := runs(t, func(leadscore.SetResult) {})
	if grows(few, many) {
		t.Errorf("%d bytes are live with %d leads, %d with %d", few.Late, few.Leads, many.Late, many.Leads)
	}
	for _, f := range []stream.Figures{few, many} {
		if mean := float64(f.Interactions) / float64(f.Leads); mean < 0.8*stream.Mean || mean > 1.2*stream.Mean {
			t.Errorf("%d leads had %d interactions", f.Leads, f.Interactions)
		}
	}
}

// The test above can fail: results that somebody keeps are seen.
func TestKeptResultsAreSeen(t *testing.T) {
	var kept []leadscore.SetResult
	few, many := runs(t, func(r leadscore.SetResult) { kept = append(kept, r) })
	if !grows(few, many) {
		t.Errorf("%d bytes are live with %d leads, %d with %d and all their results", few.Late, few.Leads, many.Late, many.Leads)
	}
}

// grows reports whether much more is live towards the end of many leads.
func grows(few, many stream.Figures) bool {
	const constant = 256 << 10
	return many.Late > few.Late*3/2+constant
}

// runs scores few leads, and ten times as many. Batches are small so that what
// belongs to a lead shows beside them.
func runs(t *testing.T, each func(leadscore.SetResult)) (few, many stream.Figures) {
	t.Helper()
	set, err := stream.Compile()
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range []struct {
		leads   int
		figures *stream.Figures
	}{{2_000, &few}, {20_000, &many}} {
		const every = 100
		*run.figures, err = stream.Run(set, &stream.Source{Leads: run.leads}, every, each, leadscore.Batch(32), leadscore.Workers(2))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v", *run.figures)
	}
	return few, many
}

// The source keeps the contract: what it computes is the same however it is asked.
func TestSource(t *testing.T) {
	schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
	if err != nil {
		t.Fatal(err)
	}
	const leads = 8
	for _, s := range []*stream.Source{{Leads: leads}, {Leads: leads, Distinct: true}} {
		var records []sourcetest.Record
		ids := func(e *crm.Entity) (keys []string) {
			for i := range leads {
				keys = append(keys, fmt.Sprintf("%s-%d", e.Name, i))
			}
			return keys
		}
		for _, e := range []*crm.Entity{crm.Lead, crm.Contact, crm.Account} {
			records = append(records, recordsOf(t, s, schema, e.Name, "", ids(e))...)
		}
		profiles := len(records)
		for _, e := range crm.Interactions {
			records = append(records, recordsOf(t, s, schema, e.Name, traverse.Contact, ids(crm.Contact))...)
		}
		if want := leads + leads + (leads+2)/3; profiles != want {
			t.Errorf("%d profiles, not %d", profiles, want)
		}
		if interactions := len(records) - profiles; interactions < 10*leads {
			t.Errorf("only %d interactions", interactions)
		}
		if err := sourcetest.Check(s, schema, records); err != nil {
			t.Errorf("distinct %v: %v", s.Distinct, err)
		}
		urls := map[string]bool{}
		visits := 0
		for _, r := range records {
			if r.Entity == "WebsiteVisited" {
				visits++
				urls[r.Values["Url"].Text()] = true
			}
		}
		if s.Distinct && len(urls) != visits {
			t.Errorf("%d visits of %d addresses", visits, len(urls))
		}
	}
}

// recordsOf asks a source for all that it has of an entity.
func recordsOf(t *testing.T, s *stream.Source, schema *leadscore.Schema, entity, by string, keys []string) []sourcetest.Record {
	t.Helper()
	e := schema.Entity(entity)
	var fields []string
	for f := range e.FieldNames() {
		fields = append(fields, f)
	}
	for r := range e.Relationships() {
		if !r.Many() {
			fields = append(fields, r.Name)
		}
	}
	need, err := schema.NewNeed(entity, by, fields, "")
	if err != nil {
		t.Fatal(err)
	}
	q := &traverse.Query{Need: need, Keys: keys}
	rows := traverse.NewRows(q)
	if err := s.Fetch(context.Background(), q, rows); err != nil {
		t.Fatal(err)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	var records []sourcetest.Record
	for row := range rows.All() {
		r := sourcetest.Record{Entity: entity, ID: row.ID, Values: map[string]traverse.Value{}}
		for i, f := range fields {
			if row.Values[i].Kind() != traverse.KindNull {
				r.Values[f] = row.Values[i]
			}
		}
		records = append(records, r)
	}
	return records
}
