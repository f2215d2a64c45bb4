package reference

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// A Created is a lead that is proposed, or a contact for which none can be.
type Created struct {
	ID       string // of the proposal
	Creation string
	Account  bool   // the parent is an account
	Parent   string // the id of the parent; of a contact, if NoAccount
	Ref      string // the reference, or ""
	Context  string
	Entity   string // of the cause
	Cause    string // its id
	Values   []*dsl.FieldValue
	// NoAccount says that the contact asks for a lead of an account that it does not have.
	NoAccount bool
}

// Create follows "Which leads to create", for what contacts did, and the other contacts of
// their accounts. It looks at the data once more for each parent, and returns the leads in
// any order.
func Create(files []*dsl.File, schema *traverse.Schema, data Data, contacts []string, asOf time.Time) []Created {
	var list []Created
	for _, f := range files {
		for _, b := range f.Blocks {
			if c, ok := b.(*dsl.LeadCreation); ok {
				list = append(list, newCreating(c, schema, data, asOf).create(contacts)...)
			}
		}
	}
	return list
}

// A creating is one lead creation.
type creating struct {
	*scoring
	name    string
	from    *dsl.CreationFrom
	account bool
	ref     string
	values  []*dsl.FieldValue
}

func newCreating(c *dsl.LeadCreation, schema *traverse.Schema, data Data, asOf time.Time) *creating {
	// "paths and dates are those of a model with `target contact` and without a time zone"
	s := &scoring{schema: schema, data: data, target: dsl.TargetContact, calendar: calendar{zone: time.UTC, asOf: time.UnixMicro(asOf.UnixMicro()).UTC()}}
	out := &creating{scoring: s, name: c.Name.Value}
	for _, clause := range c.Clauses {
		switch clause := clause.(type) {
		case *dsl.CreationFrom:
			out.from = clause
		case *dsl.CreationScope:
			out.account = clause.Account
		case *dsl.CreationPer:
			if clause.Ref != nil {
				out.ref = clause.Ref.Text
			}
		case *dsl.SetValues:
			out.values = clause.Values
		}
	}
	return out
}

func (c *creating) create(contacts []string) []Created {
	var list []Created
	seen := map[string]bool{}
	for _, id := range contacts {
		parent := c.parentOf(id)
		switch {
		case id == "", seen["contact "+id]:
			continue
		case c.account && parent == "": // "if there is none, nothing is created, and that is told"
			if len(c.asking(func(contact string) bool { return contact == id })) > 0 {
				list = append(list, Created{Creation: c.name, Parent: id, NoAccount: true})
			}
		case !seen["parent "+parent]:
			list = append(list, c.forParent(parent)...)
		}
		seen["contact "+id], seen["parent "+parent] = true, true
	}
	return list
}

// parentOf returns whose lead an interaction of a contact asks for.
func (c *creating) parentOf(contact string) string {
	if !c.account {
		return contact
	}
	if r := c.data.find(traverse.Contact, contact); r != nil { // "Only the stored ids matter."
		return r.text(traverse.ParentAccount)
	}
	return ""
}

// asking returns the interactions of some contacts that ask for a lead.
func (c *creating) asking(of func(contact string) bool) []Stop {
	var list []Stop
	for _, kind := range c.from.Kinds {
		e := c.schema.Entity(kind.Text)
		for i := range c.data[e.Name()] {
			stop := Stop{kind.Text, e, &c.data[e.Name()][i]}
			contact := stop.Record.text(traverse.Contact)
			// "An interaction without a contact, or later than *as of*, asks for nothing."
			if contact == "" || !of(contact) || !c.exists(e, stop.Record) {
				continue
			}
			satisfied := true
			for _, x := range c.from.Where {
				satisfied = satisfied && c.holds(x, []Stop{stop})
			}
			if satisfied {
				list = append(list, stop)
			}
		}
	}
	return list
}

// forParent returns the leads that are proposed for a contact or an account.
func (c *creating) forParent(parent string) []Created {
	asking := c.asking(func(contact string) bool { return c.parentOf(contact) == parent })
	// "the earliest of them is its cause: by time, then id, then the name of the interaction"
	slices.SortFunc(asking, func(a, b Stop) int {
		x, y := a.Record.Values[traverse.Timestamp], b.Record.Values[traverse.Timestamp]
		switch { // "One without a time comes last."
		case empty(x) != empty(y) && empty(x):
			return 1
		case empty(x) != empty(y):
			return -1
		case !empty(x) && !x.Time().Equal(y.Time()):
			return x.Time().Compare(y.Time())
		case a.Record.ID != b.Record.ID:
			return strings.Compare(a.Record.ID, b.Record.ID)
		}
		return strings.Compare(a.Entity.Name(), b.Entity.Name())
	})
	var list []Created
	for _, stop := range asking {
		context := "" // "With `per company` there is no context"
		if c.ref != "" {
			context = stop.Record.text(c.ref)
		}
		// "However many interactions ask for it, a lead is proposed once"
		same := func(o Created) bool { return o.Context == context }
		if c.hasLead(parent, context) || slices.ContainsFunc(list, same) {
			continue
		}
		out := Created{
			Creation: c.name, Account: c.account, Parent: parent, Ref: c.ref, Context: context,
			Entity: stop.Entity.Name(), Cause: stop.Record.ID, Values: c.values,
		}
		out.setID()
		list = append(list, out)
	}
	return list
}

// hasLead reports whether there is "a lead whose parent is that contact or account, and whose
// reference holds that context".
func (c *creating) hasLead(parent, context string) bool {
	e := c.schema.Entity(traverse.Lead)
	for i := range c.data[traverse.Lead] {
		r := &c.data[traverse.Lead][i]
		of := r.text(traverse.ParentContact)
		if c.account {
			if of != "" { // "A lead that has a parent contact is that of the contact alone"
				continue
			}
			of = r.text(traverse.ParentAccount)
		}
		held := ""
		if c.ref != "" {
			held = r.text(c.ref)
		}
		// "A lead that is later than *as of* does not exist."
		if of == parent && held == context && c.exists(e, r) {
			return true
		}
	}
	return false
}

// setID follows "The id is the same for the same block, parent and context".
func (c *Created) setID() {
	kind := "contact"
	if c.Account {
		kind = "account"
	}
	hash := sha256.New()
	for _, text := range []string{c.Creation, kind, c.Parent, c.Context} {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(text)))
		hash.Write(length[:])
		hash.Write([]byte(text))
	}
	c.ID = hex.EncodeToString(hash.Sum(nil))[:32]
}
