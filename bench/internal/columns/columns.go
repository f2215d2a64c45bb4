// Package columns holds what an expert in Go writes for exactly one model, over
// columns instead of structs: the instants of a kind in one slice, and each text
// as a number for which a table says whether it satisfies a test. It shows how
// much of an engine's speed is the layout of the data. A generator writes it.
package columns

//go:generate go run ../../cmd/handwritten

import (
	"reflect"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/handwritten"
)

// Data is the columns of all entities. Texts are numbers of their dictionaries.
type Data struct {
	Lead struct {
		Topic, LeadSource []uint32
		BudgetAmount      []float64
		Rating            []handwritten.Rating
		Contact           []int
	}
	Contact struct {
		City, JobTitle, Department []uint32
		Seniority                  []handwritten.Seniority
		Account                    []int // -1 is none
	}
	Account struct {
		Industry, Country []uint32
		NumberOfEmployees []float64
		Segment           []handwritten.Segment
	}
	EmailOpened struct {
		Span
		EmailName, Campaign []uint32
		Client              []handwritten.Client
	}
	EmailClicked struct {
		Span
		EmailName, Campaign, Url, LinkText []uint32
	}
	WebsiteVisited struct {
		Span
		Url, Referrer []uint32
		Seconds       []float64
		Device        []handwritten.Device
	}
	FormSubmitted struct {
		Span
		FormName, Url []uint32
		Answers       []float64
	}
	WebinarAttended struct {
		Span
		Title   []uint32
		Minutes []float64
		Format  []handwritten.Format
	}
	EventCheckedIn struct {
		Span
		EventName []uint32
		EventType []handwritten.EventType
	}
	DemoRequested struct {
		Span
		Product []handwritten.Product
		Seats   []float64
	}
	PageDownloaded struct {
		Span
		FileName []uint32
		Topic    []handwritten.Topic
		Pages    []float64
	}

	dictionaries map[string][]string // by entity and field
	numbers      map[string]map[string]uint32
	loader       *crm.Loader
}

// A Span says where the records of each contact are, newest first, and when they
// happened.
type Span struct {
	Time  []int64
	Start []int // of a contact's records; those of the next begin where they end
}

// Load returns the columns of d.
func Load(d *crm.Data) *Data {
	c := &Data{dictionaries: map[string][]string{}, numbers: map[string]map[string]uint32{}, loader: crm.NewLoader()}
	for i := range d.Leads {
		c.fill(crm.Lead, &d.Leads[i].Record)
		c.Lead.Contact = append(c.Lead.Contact, d.Leads[i].Contact)
	}
	for i := range d.Accounts {
		c.fill(crm.Account, &d.Accounts[i])
	}
	for i := range d.Contacts {
		from := &d.Contacts[i]
		c.fill(crm.Contact, &from.Record)
		c.Contact.Account = append(c.Contact.Account, from.Account)
		for kind, e := range crm.Interactions {
			span := reflect.ValueOf(c).Elem().FieldByName(e.Name).FieldByName("Span").Addr().Interface().(*Span)
			span.Start = append(span.Start, len(span.Time))
			for _, r := range from.Newest(kind) {
				span.Time = append(span.Time, r.Time)
				c.fill(e, &r)
			}
		}
	}
	for _, e := range crm.Interactions {
		span := reflect.ValueOf(c).Elem().FieldByName(e.Name).FieldByName("Span").Addr().Interface().(*Span)
		span.Start = append(span.Start, len(span.Time))
	}
	return c
}

// fill adds a record to the columns of its entity.
func (d *Data) fill(e *crm.Entity, r *crm.Record) {
	columns := reflect.ValueOf(d).Elem().FieldByName(e.Name)
	for i := range e.Fields {
		f, v := &e.Fields[i], r.Values[i]
		column := columns.FieldByName(f.Name)
		value := reflect.New(column.Type().Elem()).Elem()
		switch f.Type {
		case crm.Number:
			value.SetFloat(v.Number)
		case crm.Text:
			value.SetUint(uint64(d.number(e.Name+"."+f.Name, d.loader.Lower(v.Text))))
		case crm.Choice:
			value.SetUint(uint64(f.Position(v.Text)))
		}
		column.Set(reflect.Append(column, value))
	}
}

func (d *Data) number(field, text string) uint32 {
	if d.numbers[field] == nil {
		d.numbers[field] = map[string]uint32{}
	}
	n, ok := d.numbers[field][text]
	if !ok {
		n = uint32(len(d.dictionaries[field]))
		d.numbers[field][text] = n
		d.dictionaries[field] = append(d.dictionaries[field], text)
	}
	return n
}

// table returns which texts of a field satisfy a test.
func (d *Data) table(field string, test func(string) bool) []bool {
	table := make([]bool, len(d.dictionaries[field]))
	for i, text := range d.dictionaries[field] {
		table[i] = test(text)
	}
	return table
}
