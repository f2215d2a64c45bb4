package sourcetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

// A Record is one record that a source under test must hold.
type Record struct {
	Entity string
	ID     string
	// Values are the record's fields, and its references as the text of their
	// ids. Missing ones are null.
	Values map[string]traverse.Value
}

// Schema returns the schema of [Records]. It has a field of every type; entities
// that are dated by a time, by a date, and not at all; interactions that declare
// their Timestamp and Contact and others that do not; and an entity without records.
func Schema() *traverse.Schema {
	s, err := traverse.NewSchema(
		traverse.Definition{
			Name: "Lead",
			Fields: []traverse.Field{
				{Name: "Topic", Type: traverse.Text},
				{Name: "Rating", Type: traverse.Choice, Values: []string{"Hot", "Warm", "Cold"}},
			},
			Relationships: []traverse.Relationship{
				{Name: "ParentContact", Target: "Contact"},
				{Name: "ParentAccount", Target: "Account"},
				{Name: "Orders", Target: "Order", Via: "Lead"},
			},
		},
		traverse.Definition{
			Name: "Contact",
			Fields: []traverse.Field{
				{Name: "Email", Type: traverse.Text},
				{Name: "CustomerNumber", Type: traverse.Text, Exact: true},
				{Name: "Interests", Type: traverse.Choices, Values: []string{"Coffee", "Tea", "Hot, sweet cocoa"}},
				{Name: "LifetimeValue", Type: traverse.Number},
				{Name: "Subscribed", Type: traverse.Bool},
				{Name: "Birthday", Type: traverse.Date},
				{Name: "LastCall", Type: traverse.Time},
			},
			Relationships: []traverse.Relationship{{Name: "ParentAccount", Target: "Account"}},
		},
		traverse.Definition{
			Name: "Account",
			Fields: []traverse.Field{
				{Name: "Name", Type: traverse.Text},
				{Name: "NumberOfEmployees", Type: traverse.Number},
			},
			Relationships: []traverse.Relationship{{Name: "Contacts", Target: "Contact", Via: "ParentAccount"}},
		},
		traverse.Definition{
			Name: "Order",
			Fields: []traverse.Field{
				{Name: "PlacedOn", Type: traverse.Time},
				{Name: "Amount", Type: traverse.Number},
			},
			Relationships: []traverse.Relationship{{Name: "Lead", Target: "Lead"}},
			DatedBy:       "PlacedOn",
		},
		traverse.Definition{
			Name: "Appointment",
			Fields: []traverse.Field{
				{Name: "Day", Type: traverse.Date},
				{Name: "Subject", Type: traverse.Text},
			},
			Relationships: []traverse.Relationship{{Name: "Attendee", Target: "Contact"}},
			DatedBy:       "Day",
		},
		traverse.Definition{
			Name:          "Contract", // has no records
			Fields:        []traverse.Field{{Name: "SignedOn", Type: traverse.Date}},
			Relationships: []traverse.Relationship{{Name: "Account", Target: "Account"}},
			DatedBy:       "SignedOn",
		},
		traverse.Definition{
			Name: "EmailClicked", Kind: traverse.Interaction,
			Fields: []traverse.Field{
				{Name: "Url", Type: traverse.Text},
				{Name: "Timestamp", Type: traverse.Time},
			},
			Relationships: []traverse.Relationship{{Name: "Contact", Target: "Contact"}},
		},
		traverse.Definition{Name: "WebsiteVisited", Kind: traverse.Interaction},
		traverse.Definition{
			Name: "EmailSent", Kind: traverse.Interaction, Passive: true,
			Fields: []traverse.Field{{Name: "EmailName", Type: traverse.Text}},
		},
	)
	if err != nil {
		panic(err) // the schema is a constant
	}
	return s
}

// Records returns the records that [Run] tests with, about a thousand. Among them
// are ids that differ only in letter case, references to records that do not exist,
// empty fields, references and dates, instants that are a microsecond apart, before
// 1970 and after 2262, and text that needs quoting. Several records have the same
// date, and one contact has many interactions.
func Records() []Record {
	var r records
	r.add("Account", "a1", map[string]traverse.Value{"Name": text("Fourth Coffee"), "NumberOfEmployees": traverse.NumberValue(501)})
	r.add("Account", "a2", map[string]traverse.Value{"Name": text(`Quotes "double" 'single' \ back`)})
	r.add("Account", "a3", nil)
	r.contacts()
	r.leads()
	r.interactions()
	return r
}

// records is a list that grows record by record.
type records []Record

func (r *records) add(entity, id string, values map[string]traverse.Value) {
	*r = append(*r, Record{entity, id, values})
}

func text(s string) traverse.Value { return traverse.TextValue(s) }

// names returns texts that are easily corrupted.
func names() []string {
	return []string{"", "Ångström, Åsa", "two\nlines", " spaces around ", "100%_off; DROP TABLE", "日本語 🙂", "NULL", "0"}
}

// instants returns instants that are easily corrupted.
func instants() []traverse.Value {
	start := time.Date(2026, 3, 29, 0, 59, 59, 0, time.UTC)
	var values []traverse.Value
	for _, t := range []time.Time{
		start, start.Add(time.Microsecond), start.Add(-time.Microsecond), start.Add(time.Second),
		time.Date(1969, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
		time.Date(1900, 1, 1, 0, 0, 0, 1000, time.UTC),
		time.Date(2300, 7, 1, 12, 30, 0, 0, time.UTC),
		time.Date(2026, 3, 29, 2, 30, 0, 123_456_000, time.FixedZone("", 2*60*60)),
	} {
		values = append(values, traverse.TimeValue(t))
	}
	return values
}

// days returns days that are easily corrupted, and null.
func days() []traverse.Value {
	day := traverse.DateValue
	return []traverse.Value{
		day(2024, 2, 29), day(2024, 3, 1), day(1969, 12, 31), day(1970, 1, 1), day(1890, 5, 17), day(2262, 4, 12), {},
	}
}

func (r *records) contacts() {
	names, instants, days := names(), instants(), days()
	numbers := []float64{0, -1.5, 0.1, 1e300, 1 << 53, -0.000001, 1234567.891}
	interests := []traverse.Value{
		{}, traverse.ChoicesValue("Coffee"), traverse.ChoicesValue("Tea", "Coffee"), traverse.ChoicesValue("Hot, sweet cocoa"),
	}
	const contacts = 300
	for i := range contacts {
		c := map[string]traverse.Value{
			"Email":          text(names[i%len(names)]),
			"CustomerNumber": text(fmt.Sprintf("%08d", i)),
			"Interests":      interests[i%len(interests)],
			"LifetimeValue":  traverse.NumberValue(numbers[i%len(numbers)]),
			"Birthday":       days[i%len(days)],
		}
		if i%3 > 0 {
			c["Subscribed"] = traverse.BoolValue(i%3 == 1)
		}
		if i%5 > 0 {
			c["LastCall"] = instants[i%len(instants)]
		}
		switch i % 4 {
		case 0:
			c["ParentAccount"] = text("a1")
		case 1:
			c["ParentAccount"] = text("a2")
		case 2:
			c["ParentAccount"] = text("no such account")
		}
		r.add("Contact", fmt.Sprintf("c%d", i), c)
	}
	r.add("Contact", "C1", map[string]traverse.Value{"Email": text("another case, another contact")})
	r.add("Contact", "7", map[string]traverse.Value{"Email": text("seven")})
	r.add("Contact", "007", map[string]traverse.Value{"Email": text("bond")})
	r.add("Contact", "d'été; \"x\" %_", map[string]traverse.Value{"Email": text(strings.Repeat("long ", 2000))})

}

// leads adds the leads, their orders, and the appointments of contacts.
func (r *records) leads() {
	instants, days := instants(), days()
	for i := range 40 {
		l := map[string]traverse.Value{"Topic": text(fmt.Sprintf("topic %d", i))}
		if i%3 > 0 {
			l["Rating"] = text([]string{"Hot", "not listed"}[i%2])
		}
		if i%4 != 3 {
			l["ParentContact"] = text(fmt.Sprintf("c%d", i%7))
		}
		if i%2 == 1 {
			l["ParentAccount"] = text("a1")
		}
		r.add("Lead", fmt.Sprintf("lead-%d", i), l)
	}
	for i := range 60 {
		o := map[string]traverse.Value{"Amount": traverse.NumberValue(float64(i)), "Lead": text(fmt.Sprintf("lead-%d", i%8))}
		if i%5 > 0 {
			o["PlacedOn"] = instants[i%len(instants)]
		}
		r.add("Order", fmt.Sprintf("o%d", i), o)
	}
	for i := range 60 {
		r.add("Appointment", fmt.Sprintf("p%d", i), map[string]traverse.Value{
			"Day": days[i%len(days)], "Subject": text("call"), "Attendee": text(fmt.Sprintf("c%d", i%4)),
		})
	}
}

func (r *records) interactions() {
	names, instants := names(), instants()
	for _, entity := range []string{"EmailClicked", "WebsiteVisited", "EmailSent"} {
		for i := range 150 {
			v := map[string]traverse.Value{}
			switch entity {
			case "EmailClicked":
				v["Url"] = text(fmt.Sprintf("https://example.com/pricing?page=%d&x=1,2", i%9))
			case "EmailSent":
				v["EmailName"] = text(names[i%len(names)])
			}
			if i%11 > 0 {
				v["Timestamp"] = instants[i%len(instants)]
			}
			switch {
			case i%13 == 0: // without a contact
			case i%2 == 0:
				v["Contact"] = text("c1")
			default:
				v["Contact"] = text(fmt.Sprintf("c%d", i))
			}
			r.add(entity, fmt.Sprintf("i%d", i), v)
		}
	}
}
