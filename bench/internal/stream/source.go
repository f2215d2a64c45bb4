// Package stream scores any number of leads whose records are not stored, and
// measures how much memory that takes.
package stream

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/traverse"
)

// Mean is how many interactions a lead has on average. As in the data of package
// crm a few have more than twenty times as many.
const Mean = 50

// A Source has the entities of [crm.Schema]. It computes each answer from the
// numbers in the ids that it is asked for, and keeps nothing. Lead i has contact
// i, and three contacts in a row share an account.
type Source struct {
	Leads int // lead-0 and so on
	// Distinct gives each interaction with a Url one that no other has.
	Distinct bool

	handed atomic.Int64
}

var _ traverse.Source = (*Source)(nil)

// IDs yields the ids of the leads.
func (s *Source) IDs() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for i := range s.Leads {
			if !yield(idOf(crm.Lead, i), nil) {
				return
			}
		}
	}
}

// Interactions returns how many interactions of contacts were handed over.
func (s *Source) Interactions() int64 { return s.handed.Load() }

// Fetch computes what q asks for. Interactions come newest first, whatever the
// range is that is asked for.
func (s *Source) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	e := crm.Find(q.Entity)
	if e == nil {
		return fmt.Errorf("no entity %s", q.Entity)
	}
	a, err := s.answer(e, q, out)
	if err != nil {
		return err
	}
	kind := slices.Index(crm.Interactions, e)
	for _, key := range q.Keys {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch {
		case q.By == "" && kind >= 0:
			contact, at, _ := strings.Cut(key, "-")
			i, ok := s.number(contact, s.Leads)
			j, err := strconv.Atoi(at)
			if !ok || err != nil || key != interactionID(i, j) {
				continue
			}
			if n := interactions(i, kind); j >= 0 && j < n {
				a.interaction(key, i, kind, j, n)
			}
		case q.By == "":
			if i, ok := s.find(e, key); ok {
				a.profile(key, i)
			}
		case q.By == "Contact" && kind >= 0:
			if i, ok := s.find(crm.Contact, key); ok {
				n := interactions(i, kind)
				for j := range n {
					a.interaction(key, i, kind, j, n)
				}
				s.handed.Add(int64(n))
			}
		case q.By == traverse.ParentContact && e == crm.Lead:
			if i, ok := s.find(crm.Contact, key); ok {
				a.profile(key, i)
			}
		case q.By == traverse.ParentAccount && e == crm.Contact:
			if account, ok := s.find(crm.Account, key); ok {
				for i := account * together; i < min((account+1)*together, s.Leads); i++ {
					if accountOf(i) >= 0 {
						a.profile(key, i)
					}
				}
			}
		case q.By == traverse.ParentAccount && e == crm.Lead:
			// Leads have a contact and no account of their own.
		default:
			return fmt.Errorf("no %s by %q", q.Entity, q.By)
		}
	}
	return ctx.Err()
}

// together is how many contacts in a row share an account.
const together = 3

// accountOf returns the number of a contact's account, or -1.
func accountOf(contact int) int {
	if mix(uint64(contact), 1)%20 == 0 {
		return -1
	}
	return contact / together
}

func idOf(e *crm.Entity, i int) string { return e.Name + "-" + strconv.Itoa(i) }

func interactionID(contact, j int) string { return strconv.Itoa(contact) + "-" + strconv.Itoa(j) }

// find returns the number of the profile with an id, if there is one.
func (s *Source) find(e *crm.Entity, id string) (int, bool) {
	digits, ok := strings.CutPrefix(id, e.Name+"-")
	if !ok {
		return 0, false
	}
	if e == crm.Account {
		return s.number(digits, (s.Leads+together-1)/together)
	}
	return s.number(digits, s.Leads)
}

// number reads a number below n, written as we write it.
func (s *Source) number(digits string, n int) (int, bool) {
	i, err := strconv.Atoi(digits)
	return i, err == nil && i >= 0 && i < n && strconv.Itoa(i) == digits
}

// ends are the shares of the kinds of interaction, added up.
var ends = func() []float64 {
	ends := []float64{0}
	for _, e := range crm.Interactions {
		ends = append(ends, ends[len(ends)-1]+e.Weight)
	}
	ends[len(ends)-1] = 1
	return ends
}()

// interactions returns how many interactions of a kind a contact has. All of them
// together are log-normal.
func interactions(contact, kind int) int {
	const spread = 1.2
	n := math.Round(Mean * math.Exp(spread*normal(mix(uint64(contact), 2), mix(uint64(contact), 3))-spread*spread/2))
	// What is left over of a kind goes to another one from contact to contact.
	shift := unit(mix(uint64(contact), 4))
	return int(math.Floor(n*ends[kind+1]+shift) - math.Floor(n*ends[kind]+shift))
}

// An answer computes the values that a query asks for.
type answer struct {
	source *Source
	entity *crm.Entity
	out    *traverse.Rows
	fields []int // positions in the entity, or one of those below
	values []traverse.Value
}

const (
	timestamp = -1 - iota
	contactID
	accountID
	nothing
)

func (s *Source) answer(e *crm.Entity, q *traverse.Query, out *traverse.Rows) (*answer, error) {
	a := &answer{source: s, entity: e, out: out, fields: make([]int, len(q.Fields)), values: make([]traverse.Value, len(q.Fields))}
	for i, name := range q.Fields {
		switch at := e.Index(name); {
		case at >= 0:
			a.fields[i] = at
		case name == traverse.Timestamp && e.Weight > 0:
			a.fields[i] = timestamp
		case name == traverse.Contact && e.Weight > 0, name == traverse.ParentContact && e == crm.Lead:
			a.fields[i] = contactID
		case name == traverse.ParentAccount && e == crm.Contact:
			a.fields[i] = accountID
		case name == traverse.ParentAccount && e == crm.Lead:
			a.fields[i] = nothing
		default:
			return nil, fmt.Errorf("no field %s of %s", name, e.Name)
		}
	}
	return a, nil
}

// profile adds the profile with a number.
func (a *answer) profile(key string, i int) {
	record := mix(uint64(i), uint64(a.entity.Name[0])) // the three have different letters
	for f, at := range a.fields {
		v := traverse.Value{}
		switch at {
		case contactID:
			v = traverse.TextValue(idOf(crm.Contact, i))
		case accountID:
			if account := accountOf(i); account >= 0 {
				v = traverse.TextValue(idOf(crm.Account, account))
			}
		case nothing:
		default:
			v = a.value(at, record, "")
		}
		a.values[f] = v
	}
	a.out.Add(key, idOf(a.entity, i), a.values...)
}

// interaction adds one of the n interactions that a contact has of a kind, counted
// from the newest.
func (a *answer) interaction(key string, contact, kind, j, n int) {
	record := mix(mix(uint64(contact), 100+uint64(kind)), uint64(j))
	id := interactionID(contact, j)
	for f, at := range a.fields {
		switch at {
		case timestamp:
			// Each has its part of the time that all of them share.
			part := (float64(j) + unit(record)) / float64(n)
			a.values[f] = traverse.MicrosValue(crm.AsOf.UnixMicro() - int64(part*float64(crm.Days*crm.DayMicros)))
		case contactID:
			a.values[f] = traverse.TextValue(idOf(crm.Contact, contact))
		default:
			a.values[f] = a.value(at, record, id)
		}
	}
	a.out.Add(key, id, a.values...)
}

// value computes a record's value of a field, much as package crm draws it. own
// is what makes it differ from that of every other record.
func (a *answer) value(field int, record uint64, own string) traverse.Value {
	f := &a.entity.Fields[field]
	bits := mix(record, uint64(field))
	part := func(i int) float64 { return float64(bits>>(16*i)&0xffff) / (1 << 16) }
	if part(0) < f.Empty {
		return traverse.Value{}
	}
	switch f.Type {
	case crm.Number:
		// Three numbers below 1 add up to what is normal, nearly.
		return traverse.NumberValue(math.Ceil(f.Median * math.Exp(f.Spread*2*(part(1)+part(2)+part(3)-1.5))))
	case crm.Choice:
		return traverse.TextValue(f.Values[int(part(1)*float64(len(f.Values)))])
	}
	text := f.Values[int(part(1)*part(1)*float64(len(f.Values)))]
	if a.source.Distinct && f.Name == "Url" {
		text += "?" + own
	}
	return traverse.TextValue(text)
}

// mix returns bits that look random and follow from two numbers.
func mix(a, b uint64) uint64 {
	x := (a+1)*0x9e3779b97f4a7c15 ^ (b+1)*0xd1342543de82ef95
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// unit makes a number from 0 to 1 of bits.
func unit(bits uint64) float64 { return float64(bits>>11) / (1 << 53) }

// normal makes a normal number of two lots of bits.
func normal(a, b uint64) float64 {
	return math.Sqrt(-2*math.Log(1-unit(a))) * math.Cos(2*math.Pi*unit(b))
}
