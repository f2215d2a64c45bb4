package engine

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/traverse"
)

// Rows is leadscore over a source that somebody wrote for their own structs: it
// hands over rows of values through Fetch.
var Rows = Over("leadscore over rows", LoadRows)

// rowSource is a source over plain structs in maps.
type rowSource struct {
	leads    map[string]*rowLead
	contacts map[string]*rowContact
	accounts map[string]*rowAccount
	// Interactions by kind, and by the id of their contact.
	interactions map[string]map[string][]interaction
}

type rowLead struct {
	id, parentContact string
	topic, leadSource string
	budgetAmount      float64
	rating            string
}

type rowContact struct {
	id, parentAccount          string
	city, jobTitle, department string
	seniority                  string
}

type rowAccount struct {
	id, industry, country string
	numberOfEmployees     float64
	segment               string
}

// An interaction is any of the kinds.
type interaction interface {
	about() *occurrence
	value(field string) traverse.Value
}

type occurrence struct {
	id, contact string
	at          time.Time
}

func (o *occurrence) about() *occurrence { return o }

type (
	emailOpened struct {
		occurrence
		emailName, campaign, client string
	}
	emailClicked struct {
		occurrence
		emailName, campaign, url, linkText string
	}
	websiteVisited struct {
		occurrence
		url, referrer, device string
		seconds               float64
	}
	formSubmitted struct {
		occurrence
		formName, url string
		answers       float64
	}
	webinarAttended struct {
		occurrence
		title, format string
		minutes       float64
	}
	eventCheckedIn struct {
		occurrence
		eventName, eventType string
	}
	demoRequested struct {
		occurrence
		product string
		seats   float64
	}
	pageDownloaded struct {
		occurrence
		fileName, topic string
		pages           float64
	}
)

func (l *rowLead) value(field string) traverse.Value {
	switch field {
	case "ParentContact":
		return traverse.TextValue(l.parentContact)
	case "Topic":
		return traverse.TextValue(l.topic)
	case "LeadSource":
		return traverse.TextValue(l.leadSource)
	case "BudgetAmount":
		return traverse.NumberValue(l.budgetAmount)
	case "Rating":
		return traverse.TextValue(l.rating)
	}
	return traverse.Value{}
}

func (c *rowContact) value(field string) traverse.Value {
	switch field {
	case "ParentAccount":
		return traverse.TextValue(c.parentAccount)
	case "City":
		return traverse.TextValue(c.city)
	case "JobTitle":
		return traverse.TextValue(c.jobTitle)
	case "Department":
		return traverse.TextValue(c.department)
	case "Seniority":
		return traverse.TextValue(c.seniority)
	}
	return traverse.Value{}
}

func (a *rowAccount) value(field string) traverse.Value {
	switch field {
	case "Industry":
		return traverse.TextValue(a.industry)
	case "Country":
		return traverse.TextValue(a.country)
	case "NumberOfEmployees":
		return traverse.NumberValue(a.numberOfEmployees)
	case "Segment":
		return traverse.TextValue(a.segment)
	}
	return traverse.Value{}
}

func (o *occurrence) value(field string) traverse.Value {
	switch field {
	case "Timestamp":
		return traverse.TimeValue(o.at)
	case "Contact":
		return traverse.TextValue(o.contact)
	}
	return traverse.Value{}
}

func (e *emailOpened) value(field string) traverse.Value {
	switch field {
	case "EmailName":
		return traverse.TextValue(e.emailName)
	case "Campaign":
		return traverse.TextValue(e.campaign)
	case "Client":
		return traverse.TextValue(e.client)
	}
	return e.occurrence.value(field)
}

func (e *emailClicked) value(field string) traverse.Value {
	switch field {
	case "EmailName":
		return traverse.TextValue(e.emailName)
	case "Campaign":
		return traverse.TextValue(e.campaign)
	case "Url":
		return traverse.TextValue(e.url)
	case "LinkText":
		return traverse.TextValue(e.linkText)
	}
	return e.occurrence.value(field)
}

func (v *websiteVisited) value(field string) traverse.Value {
	switch field {
	case "Url":
		return traverse.TextValue(v.url)
	case "Referrer":
		return traverse.TextValue(v.referrer)
	case "Seconds":
		return traverse.NumberValue(v.seconds)
	case "Device":
		return traverse.TextValue(v.device)
	}
	return v.occurrence.value(field)
}

func (f *formSubmitted) value(field string) traverse.Value {
	switch field {
	case "FormName":
		return traverse.TextValue(f.formName)
	case "Url":
		return traverse.TextValue(f.url)
	case "Answers":
		return traverse.NumberValue(f.answers)
	}
	return f.occurrence.value(field)
}

func (w *webinarAttended) value(field string) traverse.Value {
	switch field {
	case "Title":
		return traverse.TextValue(w.title)
	case "Minutes":
		return traverse.NumberValue(w.minutes)
	case "Format":
		return traverse.TextValue(w.format)
	}
	return w.occurrence.value(field)
}

func (e *eventCheckedIn) value(field string) traverse.Value {
	switch field {
	case "EventName":
		return traverse.TextValue(e.eventName)
	case "EventType":
		return traverse.TextValue(e.eventType)
	}
	return e.occurrence.value(field)
}

func (d *demoRequested) value(field string) traverse.Value {
	switch field {
	case "Product":
		return traverse.TextValue(d.product)
	case "Seats":
		return traverse.NumberValue(d.seats)
	}
	return d.occurrence.value(field)
}

func (p *pageDownloaded) value(field string) traverse.Value {
	switch field {
	case "FileName":
		return traverse.TextValue(p.fileName)
	case "Topic":
		return traverse.TextValue(p.topic)
	case "Pages":
		return traverse.NumberValue(p.pages)
	}
	return p.occurrence.value(field)
}

// Fetch answers a query from the maps.
func (s *rowSource) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	values := make([]traverse.Value, len(q.Fields))
	fill := func(value func(string) traverse.Value) []traverse.Value {
		for i, field := range q.Fields {
			values[i] = value(field)
		}
		return values
	}
	switch {
	case q.Entity == "Lead" && q.By == "":
		for _, key := range q.Keys {
			if l := s.leads[key]; l != nil {
				out.Add(key, l.id, fill(l.value)...)
			}
		}
	case q.Entity == "Contact" && q.By == "":
		for _, key := range q.Keys {
			if c := s.contacts[key]; c != nil {
				out.Add(key, c.id, fill(c.value)...)
			}
		}
	case q.Entity == "Account" && q.By == "":
		for _, key := range q.Keys {
			if a := s.accounts[key]; a != nil {
				out.Add(key, a.id, fill(a.value)...)
			}
		}
	case q.By == "Contact" && s.interactions[q.Entity] != nil:
		byContact := s.interactions[q.Entity]
		for _, key := range q.Keys {
			for _, r := range byContact[key] {
				about := r.about()
				if about.at.Before(q.From) || !q.To.IsZero() && about.at.After(q.To) {
					continue
				}
				for i, field := range q.Fields {
					values[i] = r.value(field)
				}
				out.Add(key, about.id, values...)
			}
		}
	default:
		return fmt.Errorf("no %s by %q", q.Entity, q.By)
	}
	return ctx.Err()
}

// LoadRows returns a source of the records as slices, without columns.
func LoadRows(d *crm.Data, _ *leadscore.Schema) (leadscore.Source, error) {
	s := &rowSource{
		leads: map[string]*rowLead{}, contacts: map[string]*rowContact{}, accounts: map[string]*rowAccount{},
		interactions: map[string]map[string][]interaction{},
	}
	for _, e := range crm.Interactions {
		s.interactions[e.Name] = map[string][]interaction{}
	}
	for i := range d.Accounts {
		r, v := &d.Accounts[i], fields(crm.Account, &d.Accounts[i])
		s.accounts[r.ID] = &rowAccount{r.ID, v.text("Industry"), v.text("Country"), v.number("NumberOfEmployees"), v.text("Segment")}
	}
	for i := range d.Contacts {
		c := &d.Contacts[i]
		v := fields(crm.Contact, &c.Record)
		row := &rowContact{id: c.ID, city: v.text("City"), jobTitle: v.text("JobTitle"), department: v.text("Department"), seniority: v.text("Seniority")}
		if c.Account >= 0 {
			row.parentAccount = d.Accounts[c.Account].ID
		}
		s.contacts[c.ID] = row
		for kind, records := range c.Interactions {
			e := crm.Interactions[kind]
			for j := range records {
				s.interactions[e.Name][c.ID] = append(s.interactions[e.Name][c.ID], rowOf(e, &records[j], c.ID))
			}
		}
	}
	for i := range d.Leads {
		l := &d.Leads[i]
		v := fields(crm.Lead, &l.Record)
		s.leads[l.ID] = &rowLead{l.ID, d.Contacts[l.Contact].ID, v.text("Topic"), v.text("LeadSource"), v.number("BudgetAmount"), v.text("Rating")}
	}
	return s, nil
}

func rowOf(e *crm.Entity, r *crm.Record, contact string) interaction {
	o := occurrence{r.ID, contact, time.UnixMicro(r.Time)}
	v := fields(e, r)
	switch e.Name {
	case "EmailOpened":
		return &emailOpened{o, v.text("EmailName"), v.text("Campaign"), v.text("Client")}
	case "EmailClicked":
		return &emailClicked{o, v.text("EmailName"), v.text("Campaign"), v.text("Url"), v.text("LinkText")}
	case "WebsiteVisited":
		return &websiteVisited{o, v.text("Url"), v.text("Referrer"), v.text("Device"), v.number("Seconds")}
	case "FormSubmitted":
		return &formSubmitted{o, v.text("FormName"), v.text("Url"), v.number("Answers")}
	case "WebinarAttended":
		return &webinarAttended{o, v.text("Title"), v.text("Format"), v.number("Minutes")}
	case "EventCheckedIn":
		return &eventCheckedIn{o, v.text("EventName"), v.text("EventType")}
	case "DemoRequested":
		return &demoRequested{o, v.text("Product"), v.number("Seats")}
	}
	return &pageDownloaded{o, v.text("FileName"), v.text("Topic"), v.number("Pages")}
}

// fieldsOf reads a record by the names of its fields.
type fieldsOf struct {
	entity *crm.Entity
	record *crm.Record
}

func fields(e *crm.Entity, r *crm.Record) fieldsOf { return fieldsOf{e, r} }

func (f fieldsOf) text(name string) string { return f.record.Values[f.entity.Index(name)].Text }

func (f fieldsOf) number(name string) float64 {
	if i := f.entity.Index(name); i >= 0 {
		return f.record.Values[i].Number
	}
	return math.NaN()
}
