package pushdown

import (
	"errors"
	"fmt"
	"slices"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// ByID is what [ShardedTable].By is for records that are divided by their own ids.
const ByID = "id"

// A ShardedTable says which records of an entity each shard has.
type ShardedTable struct {
	Entity string

	// By is the reference by which records are divided: a record is on the shard of the
	// record that it names. It is [ByID] if they are divided by their own ids, and "" if each
	// shard has all records.
	By string

	// Why says what needs all records on each shard: a place in the rules, and a hop from
	// there. It is "" if By is not.
	Why string
}

// ShardBy works out how to divide the records of a set among databases, the shards, so that each
// shard scores its leads alone by the [Statement] of the set, and the rows of all shards together
// are those of one database. by is [traverse.Contact] or [traverse.Account].
//
// It returns the entities that the models read, in the order of the schema. All records that
// are divided follow from one function, which gives an id to a shard, for example a hash of the
// id as text:
//
//   - By contact, a contact is on the shard of its id, and a lead on that of its parent contact.
//   - By account, an account is on the shard of its id, a contact on that of its parent account,
//     or of its own id without one, and a lead on that of its parent contact, or else of its
//     parent account.
//   - Any other record is on the shard of the record that its reference By names. If the table of
//     that record is whole, it is on the shard where the record would be.
//   - A record without that reference, or with one that names no record, is on one shard,
//     whichever. But a contact that is no record has a shard, like any other.
//
// If interactions or leads would have to be on each shard, the error is [Refusals]: a shard with
// all interactions would do the work of all shards, and a lead on two shards would have two
// results. Profiles may be on each shard.
func ShardBy(set *leadscore.Set, by string) ([]ShardedTable, error) {
	switch {
	case set == nil || len(set.Models()) == 0:
		return nil, errors.New("pushdown: the set has no models")
	case by != traverse.Contact && by != traverse.Account:
		return nil, fmt.Errorf("pushdown: cannot divide records by %q: choose %s or %s", by, traverse.Contact, traverse.Account)
	case set.Schema() == nil:
		return nil, Refusals{{Reason: "the models of the set have different schemas", Remedy: "divide the records of each of them apart"}}
	}
	p := newSharding(set, by)
	if p.refusals == nil {
		return p.tables(), nil
	}
	remedy := "score these models in one database that has all records"
	if by == traverse.Contact && newSharding(set, traverse.Account).refusals == nil {
		remedy = "divide the records by account"
	}
	for i := range p.refusals {
		p.refusals[i].Remedy = remedy
	}
	return nil, p.refusals
}

// A sharding is where records are.
type sharding struct {
	schema *traverse.Schema
	by     string
	places map[string]*placing // by entity; of those that are read
	again  bool                // a table has become whole since the pass began

	refusals Refusals
	model    *check.Model
	at       Refusal // what is looked at
}

// A placing is where the records of an entity are.
type placing struct {
	by    string // as in a ShardedTable
	whole bool   // each shard has all records
	why   string
}

// newSharding looks at the models until no table becomes whole any more.
func newSharding(set *leadscore.Set, by string) *sharding {
	p := &sharding{schema: set.Schema(), by: by, places: map[string]*placing{}}
	stopped := set.Stopped()
	for p.again = true; p.again; {
		p.again = false
		p.read(p.schema.Entity(traverse.Lead))
		if set.Chooses() {
			p.choice(set.Checked().Choice)
		}
		for _, m := range set.Models() {
			if !slices.Contains(stopped, m.Name()) {
				p.lookAt(m.Checked())
			}
		}
	}
	return p
}

// choice looks at what chooses the model of a lead.
func (p *sharding) choice(c *check.Choice) {
	for _, line := range c.Lines {
		start := line.Source.At().Start
		p.at = Refusal{Place: fmt.Sprintf("%s:%d:%d", c.File, start.Line, start.Column)}
		p.references(shardRecord{p.schema.Entity(traverse.Lead), true, traverse.ParentContact}, line.Path[1:])
	}
}

func (p *sharding) tables() []ShardedTable {
	var list []ShardedTable
	for e := range p.schema.Entities() {
		if at := p.places[e.Name()]; at != nil {
			list = append(list, ShardedTable{Entity: e.Name(), By: at.by, Why: at.why})
		}
	}
	return list
}

// fixed returns what the records of an entity are divided by, whatever the rules ask for; "" if
// that depends on the rules.
func (p *sharding) fixed(e *traverse.Entity) string {
	switch name := e.Name(); {
	case name == traverse.Lead:
		return traverse.ParentContact
	case name == p.by:
		return ByID
	case name == traverse.Contact:
		return traverse.ParentAccount
	}
	return ""
}

// read notes that an entity is read, and returns where its records are.
func (p *sharding) read(e *traverse.Entity) *placing {
	at := p.places[e.Name()]
	if at == nil {
		at = &placing{by: p.fixed(e)}
		p.places[e.Name()] = at
	}
	return at
}

// divide divides an entity by a reference, unless it is divided in another way. It returns
// whether it is divided so.
func (p *sharding) divide(e *traverse.Entity, by, why string) bool {
	at := p.read(e)
	if !at.whole && at.by == "" {
		at.by = by
	}
	if !at.whole && at.by != by {
		why += fmt.Sprintf(", and they are divided by %s", at.by)
		p.all(e, why)
	}
	return !at.whole && at.by == by
}

// all notes that each shard needs all records of an entity.
func (p *sharding) all(e *traverse.Entity, why string) {
	r := p.at
	r.Reason = why
	if at := p.read(e); !at.whole {
		*at = placing{whole: true, why: r.String()}
		p.again = true
	}
	if e.Name() != traverse.Lead && e.Kind() != traverse.Interaction {
		return
	}
	r.Reason = fmt.Sprintf("each shard would need all records of %s: %s", e.Name(), why)
	if !slices.Contains(p.refusals, r) {
		p.refusals = append(p.refusals, r)
	}
}

// A shardRecord is any record of a step of a path.
type shardRecord struct {
	entity *traverse.Entity
	// home says that the record's id belongs to the shard of the lead.
	home bool
	// from is the reference that names a record of which the same is known; "" if there is none.
	from string
}

func (p *sharding) lookAt(m *check.Model) {
	p.model = m
	look := func(c *check.Condition) {
		p.at = Refusal{Model: m.Name, Condition: c.Name}
		for i := range c.Children {
			p.child(&c.Children[i])
		}
		for _, it := range c.Items {
			p.item(c, it)
		}
	}
	if m.Audience != nil {
		look(m.Audience)
	}
	for i := range m.Conditions {
		look(&m.Conditions[i])
	}
}

// item looks at the values that a block tells apart.
func (p *sharding) item(c *check.Condition, it check.Item) {
	switch it := it.(type) {
	case *check.Block:
		for _, inner := range it.Items {
			p.item(c, inner)
		}
	case *check.Same:
		for i, n := range it.Children {
			ch := &c.Children[n]
			p.place(it.Source)
			for _, route := range p.routes(ch) {
				p.references(route[it.Values[i].Step], it.Values[i].Hops)
			}
		}
	}
}

func (p *sharding) place(at dsl.Node) {
	start := at.At().Start
	p.at.Place = fmt.Sprintf("%s:%d:%d", p.model.File, start.Line, start.Column)
}

func (p *sharding) child(ch *check.Child) {
	p.place(ch.Source)
	for _, route := range p.routes(ch) {
		for _, e := range ch.Where {
			p.expr(route, e)
		}
		if ch.Cap != nil && ch.Cap.Period == dsl.NoPeriod {
			p.references(route[ch.Cap.Value.Step], ch.Cap.Value.Hops)
		}
	}
}

func (p *sharding) expr(route []shardRecord, e check.Expr) {
	switch e := e.(type) {
	case *check.And:
		for _, t := range e.Terms {
			p.expr(route, t)
		}
	case *check.Or:
		for _, t := range e.Terms {
			p.expr(route, t)
		}
	case *check.Not:
		p.expr(route, e.Expr)
	case *check.Comparison:
		p.references(route[e.Step], e.Hops)
	default:
		panic(fmt.Sprintf("pushdown: unknown expression %T", e))
	}
}

// references follows references from a record.
func (p *sharding) references(r shardRecord, hops []traverse.Step) {
	for _, h := range hops {
		r = p.hop(r, h.Name)
	}
}

// routes returns the records of the steps of a child's path, for each kind of root.
func (p *sharding) routes(ch *check.Child) [][]shardRecord {
	var list [][]shardRecord
	for _, root := range p.roots(ch) {
		route := []shardRecord{root}
		for i, step := range ch.Path[1:] {
			route = append(route, p.hop(route[i], step.Name))
		}
		list = append(list, route)
	}
	return list
}

// roots returns the records that a path begins with.
func (p *sharding) roots(ch *check.Child) []shardRecord {
	if ch.Path[0].Name == traverse.Lead {
		root := shardRecord{p.schema.Entity(traverse.Lead), true, traverse.ParentContact}
		if p.model.Account() { // and so the lead has no contact
			root.from = ""
			if p.by == traverse.Account {
				root.from = traverse.ParentAccount
			}
		}
		return []shardRecord{root}
	}
	c := &scope{lowering: &lowering{schema: p.schema}, model: p.model}
	var list []shardRecord
	for _, e := range c.rootKinds(ch) {
		list = append(list, p.root(e))
	}
	return list
}

// root returns an interaction of the lead.
func (p *sharding) root(e *traverse.Entity) shardRecord {
	own := func(by string) shardRecord {
		if p.divide(e, by, fmt.Sprintf("a lead has those that name it by %s", by)) {
			return shardRecord{e, true, by}
		}
		return shardRecord{entity: e}
	}
	switch p.model.Target {
	case dsl.TargetLead:
		return own(traverse.Lead)
	case dsl.TargetAccount:
		p.read(p.schema.Entity(traverse.Contact))
		if p.by != traverse.Account {
			p.all(p.schema.Entity(traverse.Contact), "a lead has the interactions of all contacts of its account")
			p.all(e, "a lead has those of all contacts of its account")
			return shardRecord{entity: e}
		}
	case dsl.TargetLeadWithContact:
		r := own(traverse.Contact)
		if namesLead(e) {
			own(traverse.Lead) // which cannot be, too
			r = shardRecord{entity: e}
		}
		return r
	}
	return own(traverse.Contact)
}

// hop returns the records to which a hop from a record leads.
func (p *sharding) hop(r shardRecord, name string) shardRecord {
	h, ok := r.entity.Relationship(name)
	if !ok {
		panic(fmt.Sprintf("pushdown: %s has no %s", r.entity.Name(), name))
	}
	to := shardRecord{entity: p.schema.Entity(h.Target)}
	why := fmt.Sprintf("%s.%s may lead to records of other shards", r.entity.Name(), name)
	switch {
	case !r.home:
		p.all(to.entity, why)
	case h.Many():
		if p.divide(to.entity, h.Via, why) || p.fixed(to.entity) == h.Via {
			to.home, to.from = true, h.Via
		}
	case name != r.from:
		p.all(to.entity, why)
	default:
		to.home = true
		if at := p.read(to.entity); p.fixed(to.entity) == "" && at.whole {
			to.home = false
		} else {
			to.from = at.by
		}
	}
	if f := p.fixed(to.entity); to.home && f != "" && f != ByID {
		to.from = f
	} else if to.home && f == ByID {
		to.from = ""
	}
	return to
}
