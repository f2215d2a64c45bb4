// Package crm generates the data of the workload: leads with their contacts,
// accounts and interactions. A seed determines all of it.
package crm

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Days is how far back interactions go.
const Days = 720

// AsOf is the instant for which leads are scored.
var AsOf = time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)

// DayMicros is the length of a day in microseconds.
const DayMicros = int64(24 * time.Hour / time.Microsecond)

// A Value is one field of one record. The empty text and NaN are empty.
type Value struct {
	Text   string
	Number float64
}

// A Record is one record. Time, in microseconds since 1970, is that of an
// interaction. Values are in the order of the entity's fields.
type Record struct {
	ID     string
	Time   int64
	Values []Value
}

// A LeadRecord is a lead, and the position of its contact.
type LeadRecord struct {
	Record
	Contact int
}

// A ContactRecord is a contact, the position of its account or -1, and its
// interactions by kind in no particular order.
type ContactRecord struct {
	Record
	Account      int
	Interactions [][]Record // in the order of [Interactions]
}

// Data is the data of one seed.
type Data struct {
	Leads    []LeadRecord
	Contacts []ContactRecord
	Accounts []Record
}

// IDs returns the ids of the leads in their order.
func (d *Data) IDs() []string {
	ids := make([]string, len(d.Leads))
	for i := range d.Leads {
		ids[i] = d.Leads[i].ID
	}
	return ids
}

// Interactions returns how many interactions there are.
func (d *Data) Interactions() int {
	n := 0
	for i := range d.Contacts {
		for _, records := range d.Contacts[i].Interactions {
			n += len(records)
		}
	}
	return n
}

// Generate makes data of so many leads. The number of a lead's interactions is
// log-normal with a mean of 50: a few of 10,000 have more than 1,000.
func Generate(leads int, seed uint64) *Data {
	g := &generator{rand: rand.New(rand.NewPCG(seed, 0)), variants: map[*Field][]string{}}
	d := &Data{}
	for i := range max(leads/3, 1) {
		d.Accounts = append(d.Accounts, g.record(Account, fmt.Sprintf("account-%d", i)))
	}
	for i := range leads {
		d.Leads = append(d.Leads, LeadRecord{g.record(Lead, fmt.Sprintf("lead-%d", i)), i})
		c := ContactRecord{
			Record:       g.record(Contact, fmt.Sprintf("contact-%d", i)),
			Account:      g.rand.IntN(len(d.Accounts)),
			Interactions: make([][]Record, len(Interactions)),
		}
		if g.rand.IntN(20) == 0 {
			c.Account = -1
		}
		const spread = 1.2
		n := int(math.Exp(math.Log(50) - spread*spread/2 + spread*g.rand.NormFloat64()))
		for j := range n {
			kind := g.kind()
			r := g.record(Interactions[kind], fmt.Sprintf("i-%d-%d", i, j))
			r.Time = AsOf.UnixMicro() - g.rand.Int64N(Days*DayMicros)
			c.Interactions[kind] = append(c.Interactions[kind], r)
		}
		d.Contacts = append(d.Contacts, c)
	}
	return d
}

type generator struct {
	rand     *rand.Rand
	variants map[*Field][]string // a field's values in capitals
}

func (g *generator) kind() int {
	x := g.rand.Float64()
	for i, e := range Interactions {
		if x -= e.Weight; x < 0 {
			return i
		}
	}
	return 0
}

func (g *generator) record(e *Entity, id string) Record {
	r := Record{ID: id, Values: make([]Value, len(e.Fields))}
	for i := range e.Fields {
		r.Values[i] = g.value(&e.Fields[i])
	}
	return r
}

func (g *generator) value(f *Field) Value {
	v := Value{Number: math.NaN()}
	if g.rand.Float64() < f.Empty {
		return v
	}
	switch f.Type {
	case Number:
		v.Number = math.Ceil(math.Exp(math.Log(f.Median) + f.Spread*g.rand.NormFloat64()))
	case Choice:
		v.Text = f.Values[g.rand.IntN(len(f.Values))]
	case Text:
		// Some values are far more frequent than others.
		x := g.rand.Float64()
		n := int(x * x * float64(len(f.Values)))
		v.Text = f.Values[n]
		// Letter case differs where people or systems type.
		if g.rand.IntN(25) == 0 {
			v.Text = g.capitals(f)[n]
		}
	}
	return v
}

func (g *generator) capitals(f *Field) []string {
	if g.variants[f] == nil {
		for _, v := range f.Values {
			g.variants[f] = append(g.variants[f], strings.ToUpper(v))
		}
	}
	return g.variants[f]
}

// Newest returns the contact's interactions of one kind, newest first.
func (c *ContactRecord) Newest(kind int) []Record {
	records := slices.Clone(c.Interactions[kind])
	slices.SortFunc(records, func(a, b Record) int { return cmp.Compare(b.Time, a.Time) })
	return records
}
