package dbtest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

const contactRules = `
model "Contacts" {
    target contact
    time zone "Europe/Berlin"
    condition "Clicks" {
        each EmailClicked within last 30 days
            where Url contains "pricing"
        score +3
    }
    condition "Any" {
        at least 2 Interaction within last 90 days
        score +5
    }
    condition "Never sent" {
        none EmailSent
        score -2
    }
    condition "Visits" {
        each WebsiteVisited between 2026-03-01 and 2026-03-29
        score +1
    }
    condition "Old visits" {
        each WebsiteVisited since 1900-01-01
        score +1
    }
    condition "Profile" {
        has Lead.ParentContact
            where Birthday older than 30 years
              and Interests contains "Tea"
              and LifetimeValue >= 0.1
        score +7
    }
    condition "Empty" {
        has Lead.ParentContact
            where Email is empty
              and LastCall is not empty
        score +11
    }
    condition "Subscribed" {
        has Lead.ParentContact
            where Subscribed = true
              and CustomerNumber begins with "0000"
        score +13
    }
    condition "Orders" {
        each Lead.Orders within last 1 year
            where Amount > 3
        score +17
    }
    condition "Employees" {
        has EmailClicked.Contact.ParentAccount
            where NumberOfEmployees > 500
        score +19
    }
    condition "Rating" {
        has Lead
            where Rating in ("Hot", "Cold")
        score +23
    }
    grade "Low" below 10
    grade "High" from 10
    sales ready at 10
}
`

var accountRules = strings.NewReplacer(`"Contacts"`, `"Accounts"`, "target contact", "target account",
	"Lead.ParentContact", "Lead.ParentAccount.Contacts").Replace(contactRules)

func compile(t testing.TB) *leadscore.Set {
	t.Helper()
	var models []*leadscore.Model
	for _, rules := range []string{contactRules, accountRules} {
		m, err := leadscore.Compile("rules.score", rules, sourcetest.Schema())
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, m)
	}
	set, err := leadscore.NewSet(models...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// inMemory returns a source in memory with the same records.
func inMemory(t testing.TB, schema *traverse.Schema, records []sourcetest.Record) *memory.Source {
	t.Helper()
	m := memory.New(schema)
	for _, r := range records {
		record := memory.Record{}
		for name, v := range r.Values {
			record[name] = v
		}
		if err := m.Add(r.Entity, r.ID, record); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

var asOf = time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)

// differ compares the results of all leads over two sources, and returns how many there are.
func differ(ctx context.Context, set *leadscore.Set, a, b leadscore.Source, ids []string, opts ...leadscore.Option) (int, error) {
	opts = append(opts, leadscore.AsOf(asOf))
	want, err := results(ctx, set, a, ids, opts)
	if err != nil {
		return 0, err
	}
	got, err := results(ctx, set, b, ids, opts)
	if err != nil {
		return 0, err
	}
	if len(want) != len(got) {
		return 0, fmt.Errorf("%d and %d results", len(want), len(got))
	}
	for i := range want {
		w, g := want[i], got[i]
		if w.Lead != g.Lead || w.SalesReady != g.SalesReady || len(w.Results) != len(g.Results) {
			return 0, fmt.Errorf("got %+v, want %+v", g, w)
		}
		for j := range w.Results {
			if !w.Results[j].Equal(g.Results[j]) {
				wantJSON, _ := w.Results[j].MarshalJSON()
				gotJSON, _ := g.Results[j].MarshalJSON()
				return 0, fmt.Errorf("got %s, want %s", gotJSON, wantJSON)
			}
		}
	}
	return len(want), nil
}

func results(ctx context.Context, set *leadscore.Set, source leadscore.Source, ids []string, opts []leadscore.Option) ([]leadscore.SetResult, error) {
	var all []leadscore.SetResult
	for r, err := range set.ScoreAll(ctx, leadscore.IDs(ids...), source, opts...) {
		if err != nil {
			return nil, err
		}
		for i := range r.Results {
			if r.Results[i], err = r.Results[i].Detailed(ctx); err != nil {
				return nil, err
			}
		}
		all = append(all, r)
	}
	return all, nil
}

func listed(t testing.TB, leads iter.Seq2[string, error]) []string {
	t.Helper()
	var ids []string
	for id, err := range leads {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// TestEqualResults scores the records of the contract.
func TestEqualResults(t *testing.T) {
	schema, records := sourcetest.Schema(), sourcetest.Records()
	set, want := compile(t), inMemory(t, schema, records)
	forEach(t, func(t *testing.T, d database, s style) {
		_, source := load(t, d, s, schema, records, nil)
		ids := listed(t, source.Leads(t.Context()))
		for _, opts := range [][]leadscore.Option{{}, {leadscore.Explain(0)}, {leadscore.Explain(5), leadscore.Batch(7)}} {
			if n, err := differ(t.Context(), set, want, source, ids, opts...); err != nil || n != 40 {
				t.Errorf("%d results, %v", n, err)
			}
		}
	})
}

// TestEqualResultsOfRandomData draws records near what the rules look for.
func TestEqualResultsOfRandomData(t *testing.T) {
	alone(t)
	schema, set := sourcetest.Schema(), compile(t)
	forEach(t, func(t *testing.T, d database, s style) {
		db := d.open(t, nil)
		create(t, db, d, s, schema)
		source := open(t, db, d, schema, s.mapping(schema))
		scored := 0
		held := map[string]bool{} // conditions
		rapid.Check(t, func(r *rapid.T) {
			records := drawRecords(r, schema)
			for e := range schema.Entities() {
				exec(t, db, "DELETE FROM "+d.dialect.Quote(e.Name()))
			}
			fill(t, db, d, s, schema, records)
			want := inMemory(t, schema, records)
			ids := listed(t, source.Leads(t.Context()))
			inOrder := listed(t, want.Leads(t.Context()))
			slices.Sort(ids)
			slices.Sort(inOrder)
			if !slices.Equal(ids, inOrder) {
				r.Fatalf("leads %q, want %q", ids, inOrder)
			}
			opts := []leadscore.Option{leadscore.Batch(rapid.IntRange(1, 5).Draw(r, "batch"))}
			explain := leadscore.Explain(rapid.IntRange(0, 3).Draw(r, "explain"))
			n, err := differ(t.Context(), set, want, source, ids, append(opts, explain)...)
			if err != nil {
				r.Fatal(err)
			}
			scored += n
			explained, err := results(t.Context(), set, source, ids, append(opts, explain, leadscore.AsOf(asOf)))
			if err != nil {
				r.Fatal(err)
			}
			for _, result := range explained {
				for _, one := range result.Results {
					for c := range one.Contributions() {
						if c.Score != 0 {
							held[one.Model+"."+c.Condition] = true
						}
					}
				}
			}
			n, err = differ(t.Context(), set, want, source, ids, opts...)
			if err != nil {
				r.Fatal(err)
			}
			scored += n
			for _, store := range []*columns.Store{whole(t, source, ofAnyDate(set)), whole(t, source, set.Queries(asOf))} {
				n, err = differ(t.Context(), set, want, store, ids, opts...)
				if err != nil {
					r.Fatal(err)
				}
				scored += n
			}
			limit := rapid.IntRange(1, 60).Draw(r, "limit")
			found, err := parts(t, source, ofAnyDate(set), sqldb.LoadOptions{MaxRecords: limit})
			if err != nil && !(errors.Is(err, sqldb.ErrTooManyRecords) && strings.Contains(err.Error(), "alone")) {
				r.Fatal(err)
			}
			if err == nil && len(leadsOf(found)) != len(ids) {
				r.Fatalf("leads %q in parts, want %q", leadsOf(found), ids)
			}
			if n, err = differInParts(t, set, want, found, explain); err != nil {
				r.Fatal(err)
			}
			scored += n
		})
		const most = 22 // which ones depends on chance
		if scored == 0 || len(held) < most*2/3 {
			t.Errorf("%d results; of %d conditions these held for some lead: %v", scored, most, slices.Sorted(maps.Keys(held)))
		}
	})
}

// drawRecords draws few records of few ids and values, near what the rules ask.
func drawRecords(r *rapid.T, schema *traverse.Schema) []sourcetest.Record {
	ids := slices.Clip([]string{"1", "2", "01", "A", "a", "ä'\";--"})
	texts := []string{"", "pricing", "PRICING?x=1,2", "00001", "Ä", " ", "null", `\`}
	instants := []time.Duration{0, -time.Microsecond, time.Microsecond, -30 * 24 * time.Hour, -30*24*time.Hour - time.Microsecond,
		-28 * 24 * time.Hour, -90 * 24 * time.Hour, -365 * 24 * time.Hour, 24 * time.Hour, -14 * time.Hour}
	var records []sourcetest.Record
	for e := range schema.Entities() {
		for _, id := range rapid.SliceOfNDistinct(rapid.SampledFrom(ids), rapid.IntRange(0, 4).Draw(r, "least"), len(ids), rapid.ID[string]).Draw(r, e.Name()) {
			values := map[string]traverse.Value{}
			for _, c := range columnsOf(e) {
				if rapid.IntRange(0, 8).Draw(r, "null") == 0 {
					continue
				}
				var v traverse.Value
				switch c.typ {
				case traverse.NoType:
					v = traverse.TextValue(rapid.SampledFrom(append(ids, ids[0], ids[1], ids[3], "nobody")).Draw(r, c.name))
				case traverse.Text:
					v = traverse.TextValue(rapid.SampledFrom(texts).Draw(r, c.name))
				case traverse.Choice:
					v = traverse.TextValue(rapid.SampledFrom([]string{"Hot", "hot", "Cold", "other"}).Draw(r, c.name))
				case traverse.Number:
					v = traverse.NumberValue(rapid.SampledFrom([]float64{0, 3, 3.0000000000000004, 0.1, -1, 501, 1e300}).Draw(r, c.name))
				case traverse.Bool:
					v = traverse.BoolValue(rapid.Bool().Draw(r, c.name))
				case traverse.Time:
					v = traverse.TimeValue(asOf.Add(rapid.SampledFrom(instants).Draw(r, c.name)))
				case traverse.Date:
					v = traverse.DateValue(2026, 3, rapid.SampledFrom([]int{29, 28, 30, 1, -365*30 + 29, -365*30 + 20}).Draw(r, c.name))
				case traverse.Choices:
					v = traverse.ChoicesValue(rapid.SliceOfN(rapid.SampledFrom([]string{"Tea", "tea", "Coffee", `a"b,{}`, "NULL"}), 1, 3).Draw(r, c.name)...)
				}
				values[c.name] = v
			}
			records = append(records, sourcetest.Record{Entity: e.Name(), ID: id, Values: values})
		}
	}
	return records
}

// TestStatements counts statements: one for each need and batch, whatever the number
// of leads. No statement contains values.
func TestStatements(t *testing.T) {
	schema, set := sourcetest.Schema(), compile(t)
	var records []sourcetest.Record
	const leads, batch = 350, 100
	for i := range leads {
		id := fmt.Sprintf("key-%d", i)
		records = append(records,
			sourcetest.Record{Entity: "Lead", ID: id, Values: map[string]traverse.Value{"ParentContact": traverse.TextValue(id)}},
			sourcetest.Record{Entity: "Contact", ID: id, Values: map[string]traverse.Value{"ParentAccount": traverse.TextValue(id)}},
			sourcetest.Record{Entity: "Account", ID: id},
			sourcetest.Record{Entity: "EmailClicked", ID: id, Values: map[string]traverse.Value{
				"Contact": traverse.TextValue(id), "Timestamp": traverse.TimeValue(asOf), "Url": traverse.TextValue("pricing")}},
		)
	}
	forDatabases(t, func(t *testing.T, d database) {
		var log statements
		_, source := load(t, d, d.styles[0], schema, records, &log)
		log.take()
		ids := listed(t, source.Leads(t.Context()))
		if n := len(log.take()); len(ids) != leads || n != 1 {
			t.Errorf("%d leads were listed by %d statements", len(ids), n)
		}
		opts := []leadscore.Option{leadscore.Batch(batch), leadscore.AsOf(asOf)}
		if _, err := results(t.Context(), set, source, ids, opts); err != nil {
			t.Fatal(err)
		}
		asked := log.take()
		batches := (leads + batch - 1) / batch
		if most := len(set.Needs()) * batches; len(asked) > most || len(asked) < batches {
			t.Errorf("%d statements for %d needs and %d batches", len(asked), len(set.Needs()), batches)
		}
		kinds := map[string]bool{}
		for _, text := range asked {
			if strings.Contains(text, "key-") || strings.Contains(text, "*") {
				t.Errorf("a statement has values in it, or asks for all columns: %s", text)
			}
			kinds[text] = true
		}
		if d.dialect.Keys != nil && len(kinds) > len(set.Needs()) {
			t.Errorf("%d texts of statements for %d needs", len(kinds), len(set.Needs()))
		}
	})
}

// TestChunks asks for more keys than one statement takes.
func TestChunks(t *testing.T) {
	alone(t)
	schema, records := sourcetest.Schema(), sourcetest.Records()
	forDatabases(t, func(t *testing.T, d database) {
		d.dialect.MaxKeys = 60
		var log statements
		_, source := load(t, d, d.styles[0], schema, records, &log)
		if err := sourcetest.Check(source, schema, records); err != nil {
			t.Error(err)
		}
		log.take()
		need, err := schema.NewNeed("Contact", "", []string{"Email"}, "")
		if err != nil {
			t.Fatal(err)
		}
		q := &traverse.Query{Need: need, Keys: strings.Fields(strings.Repeat("no ", 59) + "c1 c2 c3 c4 c5 c6 c7 c8")}
		for i := range 59 {
			q.Keys[i] += fmt.Sprint(i) // keys must differ
		}
		out := traverse.NewRows(q)
		if err := source.Fetch(t.Context(), q, out); err != nil || out.Len() != 8 {
			t.Errorf("%d rows, %v", out.Len(), err)
		}
		if n := len(log.take()); n != 2 {
			t.Errorf("%d statements", n)
		}
	})
}

// TestIDThatIsNone checks that an invalid id fails only the leads that ask for it,
// and does not lose a snapshot.
func TestIDThatIsNone(t *testing.T) {
	d := databases[0]
	schema := valuesSchema(t, traverse.Text)
	db := d.open(t, nil)
	exec(t, db, "CREATE TABLE leads (id TEXT, v TEXT, parent_contact_id)")
	exec(t, db, "INSERT INTO leads VALUES ('l', 'a', NULL), (x'ff', 'b', 'c'), (NULL, 'c', 'd'), ('', 'c', 'e')")
	source := open(t, db, d, schema, sqldb.Mapping{Absent: []string{"Contact", "Account", "Lead.ParentAccount"}})
	snapshot, err := source.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	var ids []string
	var last error
	for id, err := range snapshot.Leads(t.Context()) {
		if last = err; err == nil {
			ids = append(ids, id)
		}
	}
	if last == nil || last.Error() != `sqldb: listing the leads: column id: "\xff" is not UTF-8` {
		t.Errorf("%q, %v", ids, last)
	}
	need, err := schema.NewNeed("Lead", "ParentContact", nil, "")
	if err != nil {
		t.Fatal(err)
	}
	q := &traverse.Query{Need: need, Keys: []string{"c", "d", "e", "f"}}
	out := traverse.NewRows(q)
	if err := snapshot.Fetch(t.Context(), q, out); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"c": `sqldb: a row of Lead by ParentContact "c": id (column id): "\xff" is not UTF-8`,
		"d": `sqldb: a row of Lead by ParentContact "d" has no id (column id)`,
		"e": `sqldb: a row of Lead by ParentContact "e" has no id (column id)`,
	} {
		if err := out.Failed(key); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", key, err, want)
		}
	}
	exec(t, db, "DELETE FROM leads WHERE id = x'ff'")
	if ids := listed(t, source.Leads(t.Context())); !slices.Equal(ids, []string{"l"}) {
		t.Errorf("leads %q", ids)
	}
}

// TestSnapshot checks that a snapshot does not see later writes, and that leads can be
// scored while they are listed, on a single connection.
func TestSnapshot(t *testing.T) {
	schema, records := sourcetest.Schema(), sourcetest.Records()
	set, want := compile(t), inMemory(t, schema, records)
	forDatabases(t, func(t *testing.T, d database) {
		db, source := load(t, d, d.styles[0], schema, records, nil)
		snapshot, err := source.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range []string{"Lead", "EmailClicked", "Contact"} {
			exec(t, db, "DELETE FROM "+d.dialect.Quote(e))
		}
		n := 0
		opts := []leadscore.Option{leadscore.AsOf(asOf), leadscore.Batch(3), leadscore.Workers(4), leadscore.Explain(2)}
		for r, err := range set.ScoreAll(t.Context(), snapshot.Leads(t.Context()), snapshot, opts...) {
			if err != nil {
				t.Fatal(err)
			}
			n++
			if _, err := differ(t.Context(), set, want, snapshot, []string{r.Lead}, leadscore.Explain(2)); err != nil {
				t.Error(err)
			}
		}
		if n != 40 {
			t.Errorf("%d leads", n)
		}
		if left := listed(t, source.Leads(t.Context())); len(left) > 0 {
			t.Errorf("the source itself has %q", left)
		}
		for range 2 {
			if err := snapshot.Close(); err != nil {
				t.Error(err)
			}
		}
		for _, err := range snapshot.Leads(t.Context()) {
			if !errors.Is(err, sqldb.ErrSnapshot) {
				t.Errorf("a closed snapshot says %v", err)
			}
		}
		if open := db.Stats().InUse; open != 0 {
			t.Errorf("%d connections are still in use", open)
		}
	})
}

// TestJoin: sources of two schemas see one state of the database.
func TestJoin(t *testing.T) {
	schema, records := sourcetest.Schema(), sourcetest.Records()
	larger, err := schema.Extend(traverse.Definition{Name: "Lead", Fields: []traverse.Field{{Name: "Extra", Type: traverse.Text}}})
	if err != nil {
		t.Fatal(err)
	}
	forDatabases(t, func(t *testing.T, d database) {
		db, source := load(t, d, d.styles[0], schema, records, nil)
		exec(t, db, "ALTER TABLE "+d.dialect.Quote("Lead")+" ADD COLUMN "+d.dialect.Quote("Extra")+" TEXT")
		snapshot, err := source.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer snapshot.Close()
		before := listed(t, snapshot.Leads(t.Context()))
		exec(t, db, "DELETE FROM "+d.dialect.Quote("Lead"))
		other, err := open(t, db, d, larger, d.styles[0].mapping(schema)).Join(snapshot)
		if err != nil {
			t.Fatal(err)
		}
		if got := listed(t, other.Leads(t.Context())); len(before) != 40 || !slices.Equal(got, before) {
			t.Errorf("leads %q, and of the other schema %q", before, got)
		}
		if err := other.Close(); err != nil {
			t.Error(err)
		}
		for _, err := range snapshot.Leads(t.Context()) {
			if !errors.Is(err, sqldb.ErrSnapshot) {
				t.Errorf("after the other is closed: %v", err)
			}
		}
		if open := db.Stats().InUse; open != 0 {
			t.Errorf("%d connections are still in use", open)
		}
		_, stranger := load(t, d, d.styles[0], schema, nil, nil)
		if _, err := stranger.Join(snapshot); err == nil {
			t.Error("a source of another database joins")
		}
	})
}
