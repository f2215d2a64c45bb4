package dbtest

import (
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/reference"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/traverse"
)

// A divider divides records as the documentation of ShardBy says, and as nothing in it does.
type divider struct {
	shards  int
	by      string // Contact or Account
	schema  *traverse.Schema
	tables  map[string]string // what divides the records of an entity; "" for those on each shard
	records map[string]map[string]reference.Record
}

func newDivider(shards int, schema *traverse.Schema, by string, tables []pushdown.ShardedTable, data reference.Data) *divider {
	d := &divider{shards: shards, by: by, schema: schema, tables: map[string]string{}, records: map[string]map[string]reference.Record{}}
	for _, t := range tables {
		d.tables[t.Entity] = t.By
	}
	for entity, records := range data {
		d.records[entity] = map[string]reference.Record{}
		for _, r := range records {
			d.records[entity][r.ID] = r
		}
	}
	return d
}

// id returns the shard that the hash of an id gives.
func (d *divider) id(id string) int {
	h := fnv.New32a()
	h.Write([]byte(id))
	return int(h.Sum32()>>7) % d.shards
}

func referenceOf(r reference.Record, name string) string {
	if v := r.Values[name]; v.Kind() != traverse.KindNull {
		return v.Text()
	}
	return ""
}

// contact returns the shard of a contact.
func (d *divider) contact(id string) int {
	if d.by == traverse.Account {
		if account := referenceOf(d.records[traverse.Contact][id], traverse.ParentAccount); account != "" {
			return d.id(account)
		}
	}
	return d.id(id)
}

// shard returns the shard of a record.
func (d *divider) shard(entity string, r reference.Record) int {
	contact, account := referenceOf(r, traverse.ParentContact), referenceOf(r, traverse.ParentAccount)
	switch by := d.tables[entity]; {
	case by == pushdown.ByID:
		return d.id(r.ID)
	case entity == traverse.Contact:
		return d.contact(r.ID)
	case entity != traverse.Lead:
		return d.named(entity, r, by)
	case contact != "":
		return d.contact(contact)
	case account != "" && d.by == traverse.Account:
		return d.id(account)
	}
	return d.id(r.ID)
}

// named returns the shard of the record that another one names.
func (d *divider) named(entity string, r reference.Record, by string) int {
	id, target := referenceOf(r, by), traverse.Contact
	if h, ok := d.schema.Entity(entity).Relationship(by); ok {
		target = h.Target
	}
	switch there, ok := d.records[target][id]; {
	case id == "":
	case target == traverse.Contact:
		return d.contact(id)
	case target == traverse.Account && d.by == traverse.Account:
		return d.id(id)
	case ok:
		return d.shard(target, there)
	}
	return d.id(r.ID)
}

// divide returns the records of each shard. Records of entities that are not read are on none.
func (d *divider) divide(data reference.Data) []reference.Data {
	shards := make([]reference.Data, d.shards)
	for i := range shards {
		shards[i] = reference.Data{}
	}
	for entity, records := range data {
		by, ok := d.tables[entity]
		for _, r := range records {
			for i, shard := range shards {
				if ok && (by == "" || d.shard(entity, r) == i) {
					shard[entity] = append(shard[entity], r)
				}
			}
		}
	}
	return shards
}

// read returns the entities of a plan. A statement that reads another one fails, as there is no
// table.
func read(tables []pushdown.ShardedTable) map[string]bool {
	only := map[string]bool{}
	for _, t := range tables {
		only[t.Entity] = true
	}
	return only
}

// ofShards runs a statement on each shard, which has the tables of a plan, and returns the rows of
// all of them.
func ofShards(t testing.TB, p *comparison, statement *pushdown.Statement, c *testCase, tables []pushdown.ShardedTable, shards []reference.Data) (outcomes, error) {
	all := outcomes{}
	for _, data := range shards {
		db := p.d.load(t, p.s, &world{schema: p.w.schema, all: data, only: read(tables)})
		got, err := ofStatement(db, statement, c.AsOf)
		db.Close()
		if err != nil {
			return nil, err
		}
		for key, what := range got {
			if _, ok := all[key]; ok {
				return nil, fmt.Errorf("%w of lead %q", errTwoRows, key.lead)
			}
			all[key] = what
		}
	}
	return all, nil
}

// A shardTally counts what TestShards did.
type shardTally struct {
	equal, rows, refused int
	wrong                map[string][2]int // how many mutants are noticed, and not
	reasons              map[string]int
	reached              map[string]int // how many plans have tables of a kind
}

// TestShards divides random data as ShardBy says, and compares the rows of all shards with the
// engine. Data divided in another way have to show that the way matters.
func TestShards(t *testing.T) {
	alone(t)
	forDatabases(t, func(t *testing.T, d *database) {
		if d.name == "ClickHouse" {
			t.Skip("TestShardsClickHouse has it")
		}
		models := 12 // each has databases of its own, which take others longer
		if d.name == "SQLite" {
			models = 60
		}
		models = setting(t, "LEADSCORE_CASES", models)
		for _, by := range []string{traverse.Contact, traverse.Account} {
			total := shardTally{wrong: map[string][2]int{}, reasons: map[string]int{}, reached: map[string]int{}}
			seed, s := setting(t, "LEADSCORE_FROM", 0), d.styles[0]
			for ; total.equal < models && !t.Failed(); seed++ {
				w := newWorld(t, seed, s.ids)
				p := &comparison{d: d, s: s, w: w, dialect: d.dialect()}
				for _, c := range w.cases {
					models := c.set.Models()
					for _, m := range models {
						set, err := leadscore.NewSet(m)
						if err != nil {
							t.Fatal(err)
						}
						total.compare(t, p, c, set, by)
					}
					if len(models) > 1 { // which may want a table in different places
						total.compare(t, p, c, c.set, by)
					}
				}
			}
			t.Logf("by %s, worlds to %d: %d sets are equal in %d rows, %d are not divided; mutants noticed, and not: %v; plans with %v", by, seed-1,
				total.equal, total.rows, total.refused, total.wrong, total.reached)
			for _, reason := range slices.Sorted(maps.Keys(total.reasons)) {
				t.Logf("%5d %s", total.reasons[reason], reason)
			}
			for _, kind := range []string{"a table is missing", "a whole table is divided", "a table is divided by id"} {
				if d.name == "SQLite" && models >= 60 && total.wrong[kind][0] < 3 {
					t.Errorf("by %s: no case shows that %s", by, kind)
				}
			}
		}
	})
}

// compare compares the rows of a set.
func (n *shardTally) compare(t *testing.T, p *comparison, c *testCase, set *leadscore.Set, by string) {
	statement, err := pushdown.New(set, p.dialect, p.s.mapping(p.w.schema))
	if err != nil {
		return // other tests see to it
	}
	tables, err := pushdown.ShardBy(set, by)
	if refusals, ok := errors.AsType[pushdown.Refusals](err); ok {
		n.refused++
		n.reasons[refusals[0].Remedy]++
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	want, err := ofEngine(set, inMemory(t, p.w.schema, c.Data), c.leads, c.AsOf)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ofShards(t, p, statement, c, tables, newDivider(3, p.w.schema, by, tables, c.Data).divide(c.Data))
	text := ""
	if err == nil {
		text = differences(want, got)
	}
	if err != nil || text != "" {
		t.Errorf("%s by %s, LEADSCORE_FROM=%d, case %d: %v\n%s\n%v\n%s\n%s\n%s", p.d.name, by, p.w.seed, c.number, err, text, tables, c.Rules, p.w.schemaText, clipped(c.Data.String(), 10_000))
		return
	}
	n.equal++
	n.rows += len(got)
	for _, table := range tables {
		switch e := p.w.schema.Entity(table.Entity); {
		case table.By == "":
			n.reached["whole tables"]++
		case e.Kind() == traverse.Interaction:
			n.reached["interactions by "+table.By]++
		case e.Name() != traverse.Lead && e.Name() != traverse.Contact && e.Name() != traverse.Account:
			n.reached["other profiles by a reference"]++
		}
	}
	for i, table := range tables {
		switch {
		case p.d.name != "SQLite": // which takes no time to make tables
		case table.By == "":
			n.mutate(t, p, c, statement, by, wrongPlan{"a whole table is divided", tables, i, pushdown.ByID}, want)
		case n.equal%3 == 0 && table.By != pushdown.ByID:
			n.mutate(t, p, c, statement, by, wrongPlan{"a table is divided by id", tables, i, pushdown.ByID}, want)
		case n.equal%3 == 1 && table.Entity != traverse.Lead:
			n.mutate(t, p, c, statement, by, wrongPlan{"a table is missing", tables, i, missing}, want)
		}
	}
}

// A wrongPlan is a plan that is wrong about one table.
type wrongPlan struct {
	kind   string
	tables []pushdown.ShardedTable
	table  int
	by     string // what it is divided by, or missing
}

const missing = "missing"

// mutate divides one table in another way.
func (n *shardTally) mutate(t *testing.T, p *comparison, c *testCase, statement *pushdown.Statement, by string, m wrongPlan, want outcomes) {
	other := slices.Clone(m.tables)
	if m.by == missing {
		other = slices.Delete(other, m.table, m.table+1)
	} else {
		other[m.table].By = m.by
	}
	got, err := ofShards(t, p, statement, c, m.tables, newDivider(3, p.w.schema, by, other, c.Data).divide(c.Data))
	if err != nil && !strings.Contains(err.Error(), errTwoRows.Error()) {
		t.Error(err)
		return
	}
	seen := n.wrong[m.kind]
	if err != nil || differences(want, got) != "" {
		seen[0]++
	} else {
		seen[1]++
	}
	n.wrong[m.kind] = seen
}
