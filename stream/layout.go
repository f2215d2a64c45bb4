package stream

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/traverse"
)

// A layout says what is kept of records for a set of models: which fields, and which
// references are followed backwards. It follows from the needs of the set alone.
type layout struct {
	set      *leadscore.Set
	schema   *traverse.Schema
	entities map[string]*entity
	edges    []edge
	needs    []*traverse.Need
	lead     *entity
	// roots says of which needs the keys come from leads alone: those for interactions that no
	// relationship leads to, so that they are only counted as the interactions of a lead.
	roots []bool
	// ofAccounts says which interactions are counted for the leads of accounts.
	ofAccounts map[string]bool

	mu      sync.Mutex
	cutHour int64
	cuts    map[int]int64
}

// An entity is what is kept of the records of an entity.
type entity struct {
	name        string
	interaction bool
	fields      []string // that some need asks for
	place       map[string]int
	refs        []reference
	byID        bool           // records are read by their ids: all profiles, and interactions that something refers to
	need        *traverse.Need // all fields, by id
}

// A reference of an entity that some need follows, in either direction.
type reference struct {
	name   string
	target string
	field  int // in entity.fields, or -1
	edge   int
}

// An edge is a reference of one entity to another, seen from the other.
type edge struct {
	entity, ref, target string
	embeds              bool // interactions that some need asks for by this reference
	dated               int  // the position of the date in the fields, or -1
}

// newLayout returns the layout of a set. It fails if scores of the set cannot be kept up to
// date, with the reason.
func newLayout(set *leadscore.Set) (*layout, error) {
	if set == nil || len(set.Models()) == 0 {
		return nil, errors.New("stream: the set has no models")
	}
	schema := set.Schema()
	if schema == nil {
		return nil, errors.New("stream: the models of the set have different schemas; compile them together, by CompileSet or CompileFS")
	}
	l := &layout{set: set, schema: schema, entities: map[string]*entity{}, needs: set.Needs()}
	for _, n := range l.needs {
		l.ask(n)
	}
	if l.lead = l.entities[traverse.Lead]; l.lead == nil {
		return nil, errors.New("stream: the set asks for no leads; all its models may be stopped")
	}
	for _, name := range slices.Sorted(maps.Keys(l.entities)) {
		if err := l.finish(l.entities[name]); err != nil {
			return nil, err
		}
	}
	l.findRoots()
	return l, nil
}

// findRoots sets roots and ofAccounts.
func (l *layout) findRoots() {
	l.ofAccounts = map[string]bool{}
	for _, m := range l.set.Models() {
		for _, n := range m.Needs() {
			if m.Checked().Account() {
				l.ofAccounts[n.Entity] = true
			}
		}
	}
	inverse := map[[2]string]bool{}
	for e := range l.schema.Entities() {
		for r := range e.Relationships() {
			if r.Many() {
				inverse[[2]string{r.Target, r.Via}] = true
			}
		}
	}
	for _, n := range l.needs {
		owner := n.By != "" && (l.target(n) == traverse.Contact || l.target(n) == traverse.Lead)
		l.roots = append(l.roots, owner && l.entities[n.Entity].interaction && !inverse[[2]string{n.Entity, n.By}])
	}
}

// ask adds what a need asks for.
func (l *layout) ask(n *traverse.Need) {
	e := l.entities[n.Entity]
	if e == nil {
		e = &entity{name: n.Entity, place: map[string]int{}, interaction: l.schema.Entity(n.Entity).Kind() == traverse.Interaction}
		l.entities[n.Entity] = e
	}
	e.byID = e.byID || n.By == "" || !e.interaction
	for _, f := range n.Fields {
		if !slices.Contains(e.fields, f) {
			e.fields = append(e.fields, f)
		}
	}
}

// finish orders the fields of an entity and finds the references that are followed.
func (l *layout) finish(e *entity) (err error) {
	slices.Sort(e.fields)
	for i, f := range e.fields {
		e.place[f] = i
	}
	definition := l.schema.Entity(e.name)
	for name := range definition.RelationshipNames() {
		r, _ := definition.Relationship(name)
		field, asked := e.place[name]
		by := slices.ContainsFunc(l.needs, func(n *traverse.Need) bool { return n.Entity == e.name && n.By == name })
		if r.Many() || !by && !(asked && l.reads(r.Target)) {
			continue
		}
		if !asked {
			field = -1
		}
		e.refs = append(e.refs, reference{name: name, target: r.Target, field: field, edge: len(l.edges)})
		dated := -1
		if f, ok := definition.Dated(); ok {
			if at, ok := e.place[f.Name]; ok {
				dated = at
			}
		}
		l.edges = append(l.edges, edge{e.name, name, r.Target, by && e.interaction, dated})
	}
	fields := slices.Clone(e.fields)
	for _, r := range e.refs { // a reference that is only a key
		if r.field < 0 {
			fields = append(fields, r.name)
		}
	}
	e.need, err = l.schema.NewNeed(e.name, "", fields, "")
	if err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	return nil
}

// reads reports whether some need reads records of an entity, by their ids, or records by a
// reference to it.
func (l *layout) reads(entity string) bool {
	return slices.ContainsFunc(l.needs, func(n *traverse.Need) bool {
		return n.By == "" && n.Entity == entity || n.By != "" && l.target(n) == entity
	})
}

// target returns the entity whose ids are the keys of a need.
func (l *layout) target(n *traverse.Need) string {
	if n.By == "" {
		return n.Entity
	}
	r, _ := l.schema.Entity(n.Entity).Relationship(n.By)
	return r.Target
}

// edgeOf returns the number of the edge of a reference, or -1 if it is not followed.
func (l *layout) edgeOf(entity, ref string) int {
	if e := l.entities[entity]; e != nil {
		for _, r := range e.refs {
			if r.name == ref {
				return r.edge
			}
		}
	}
	return -1
}

// fingerprint tells layouts apart: documents that one wrote cannot be read by another.
func (l *layout) fingerprint() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(l.entities)) {
		e := l.entities[name]
		fmt.Fprintf(&b, "%q %q %t\n", e.name, e.fields, e.byID)
	}
	for _, e := range l.edges {
		fmt.Fprintf(&b, "%q %q %q %t %d\n", e.entity, e.ref, e.target, e.embeds, e.dated)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:8])
}

// cutoffs returns, by edge whose interactions are embedded, the instant before which no rule
// counts an interaction as of a given instant or later. Edges without such an instant are
// not there. Instants are microseconds.
func (l *layout) cutoffs(asOf time.Time) map[int]int64 {
	hour := asOf.Unix() / 3600
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cuts != nil && l.cutHour == hour {
		return l.cuts
	}
	cuts := map[int]int64{}
	never := map[int]bool{}
	for _, q := range l.set.Queries(time.Unix(hour*3600, 0)) {
		if q.By == "" {
			continue
		}
		at := l.edgeOf(q.Entity, q.By)
		if at < 0 || !l.edges[at].embeds {
			continue
		}
		e := l.edges[at]
		if q.From.IsZero() || e.dated < 0 || l.entities[e.entity].fields[e.dated] != q.Time {
			never[at] = true
			continue
		}
		if from, ok := cuts[at]; !ok || q.From.UnixMicro() < from {
			cuts[at] = q.From.UnixMicro()
		}
	}
	for at := range never {
		delete(cuts, at)
	}
	l.cutHour, l.cuts = hour, cuts
	return cuts
}

// outdated reports whether no rule counts an interaction any more that is embedded at an
// edge.
func (l *layout) outdated(cuts map[int]int64, at int, values []traverse.Value) bool {
	cut, ok := cuts[at]
	if !ok || len(values) == 0 {
		return false
	}
	v := values[l.edges[at].dated]
	return v.Kind() != traverse.KindTime || v.Micros() < cut
}
