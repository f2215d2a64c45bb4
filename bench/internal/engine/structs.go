package engine

import (
	"database/sql"
	"math"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/source/structs"
)

// Structs is leadscore over structs that a program already has. They are loaded
// once, before anything is timed.
var Structs = Over("leadscore over structs", func(d *crm.Data, schema *leadscore.Schema) (leadscore.Source, error) {
	return structs.Load(schema, structsOf(d))
})

// StructsOnce is the same for a program that scores its structs once: those that
// it is asked for are loaded, scored and released, and all of that is timed. Nobody
// does that for a few leads again and again, so it is not in [All].
var StructsOnce = &Engine{
	Name: "structs loaded and scored once",
	Load: func(d *crm.Data) (Loaded, error) {
		schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
		if err != nil {
			return nil, err
		}
		all, ids := structsOf(d), d.IDs()
		return func(m *rules.Model) Compile {
			text := m.Text()
			return func() (Scorer, error) {
				set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "rules", Text: text}})
				if err != nil {
					return nil, err
				}
				return func(leads []int, scores []int64) error {
					some := make([]*Lead, len(leads))
					for i, lead := range leads {
						some[i] = &all[lead]
					}
					data, err := structs.Load(schema, some)
					if err != nil {
						return err
					}
					return Stream(set, data, ids)(leads, scores)
				}, nil
			}
		}, nil
	},
}

// A Lead is a lead as a program may have it.
type Lead struct {
	ID         string
	Topic      string
	LeadSource string
	Budget     sql.NullFloat64 `leadscore:"BudgetAmount"`
	Rating     string
	Contact    *Contact `leadscore:"ParentContact"`
}

// A Contact is the person behind a lead, with what they did.
type Contact struct {
	ID         string
	City       string
	JobTitle   string
	Department string
	Seniority  string
	Account    *Account `leadscore:"ParentAccount"`

	Opened     []EmailOpened
	Clicked    []EmailClicked
	Visited    []WebsiteVisited
	Submitted  []FormSubmitted
	Attended   []WebinarAttended
	CheckedIn  []EventCheckedIn
	Requested  []DemoRequested
	Downloaded []PageDownloaded
}

// An Account is the company that a contact works for.
type Account struct {
	ID        string
	Industry  string
	Country   string
	Employees *float64 `leadscore:"NumberOfEmployees"`
	Segment   string
}

// A Happening holds the fields that all interactions have.
type Happening struct {
	ID string
	At time.Time `leadscore:"Timestamp"`
}

// The kinds of interaction.
type (
	// EmailOpened is an email that was opened.
	EmailOpened struct {
		_ struct{} `leadscore:"interaction"`
		Happening
		EmailName, Campaign, Client string
	}

	// EmailClicked is a link that was followed in an email.
	EmailClicked struct {
		_ struct{} `leadscore:"interaction"`
		Happening
		EmailName, Campaign, LinkText string
		URL                           string `leadscore:"Url"`
	}

	// WebsiteVisited is a page that was looked at.
	WebsiteVisited struct {
		_ struct{} `leadscore:"interaction"`
		Happening
		URL              string `leadscore:"Url"`
		Referrer, Device string
		Seconds          sql.NullFloat64
	}

	// FormSubmitted is a form that was filled in.
	FormSubmitted struct {
		_ struct{} `leadscore:"interaction"`
		Happening
		FormName string
		URL      string `leadscore:"Url"`
		Answers  *float64
	}

	// WebinarAttended is a webinar that somebody was at.
	WebinarAttended struct {
		_ struct{} `leadscore:"interaction"`
		Happening
		Title, Format string
		Minutes       sql.NullFloat64
	}

	// EventCheckedIn is an event that somebody came to.
	EventCheckedIn struct {
		_ struct{} `leadscore:"interaction"`
		Happening
		EventName, EventType string
	}

	// DemoRequested is a demo that somebody asked for.
	DemoRequested struct {
		_ struct{} `leadscore:"interaction"`
		Happening
		Product string
		Seats   *float64
	}

	// PageDownloaded is a file that was downloaded.
	PageDownloaded struct {
		_ struct{} `leadscore:"interaction"`
		Happening
		FileName, Topic string
		Pages           sql.NullFloat64
	}
)

// structsOf returns the leads of d as these structs.
func structsOf(d *crm.Data) []Lead {
	accounts := make([]Account, len(d.Accounts))
	for i := range accounts {
		v := fields(crm.Account, &d.Accounts[i])
		accounts[i] = Account{v.record.ID, v.text("Industry"), v.text("Country"), v.pointer("NumberOfEmployees"), v.text("Segment")}
	}
	contacts := make([]Contact, len(d.Contacts))
	for i := range contacts {
		from := &d.Contacts[i]
		v := fields(crm.Contact, &from.Record)
		c := &contacts[i]
		*c = Contact{ID: from.ID, City: v.text("City"), JobTitle: v.text("JobTitle"), Department: v.text("Department"), Seniority: v.text("Seniority")}
		if from.Account >= 0 {
			c.Account = &accounts[from.Account]
		}
		for kind, records := range from.Interactions {
			for j := range records {
				c.happened(fields(crm.Interactions[kind], &records[j]))
			}
		}
	}
	leads := make([]Lead, len(d.Leads))
	for i := range leads {
		v := fields(crm.Lead, &d.Leads[i].Record)
		leads[i] = Lead{v.record.ID, v.text("Topic"), v.text("LeadSource"), v.null("BudgetAmount"), v.text("Rating"), &contacts[d.Leads[i].Contact]}
	}
	return leads
}

// happened adds an interaction to those of its kind.
func (c *Contact) happened(v fieldsOf) {
	h := Happening{v.record.ID, time.UnixMicro(v.record.Time)}
	switch v.entity.Name {
	case "EmailOpened":
		c.Opened = append(c.Opened, EmailOpened{Happening: h,
			EmailName: v.text("EmailName"), Campaign: v.text("Campaign"), Client: v.text("Client")})
	case "EmailClicked":
		c.Clicked = append(c.Clicked, EmailClicked{Happening: h,
			EmailName: v.text("EmailName"), Campaign: v.text("Campaign"), LinkText: v.text("LinkText"), URL: v.text("Url")})
	case "WebsiteVisited":
		c.Visited = append(c.Visited, WebsiteVisited{Happening: h,
			URL: v.text("Url"), Referrer: v.text("Referrer"), Device: v.text("Device"), Seconds: v.null("Seconds")})
	case "FormSubmitted":
		c.Submitted = append(c.Submitted, FormSubmitted{Happening: h,
			FormName: v.text("FormName"), URL: v.text("Url"), Answers: v.pointer("Answers")})
	case "WebinarAttended":
		c.Attended = append(c.Attended, WebinarAttended{Happening: h,
			Title: v.text("Title"), Format: v.text("Format"), Minutes: v.null("Minutes")})
	case "EventCheckedIn":
		c.CheckedIn = append(c.CheckedIn, EventCheckedIn{Happening: h,
			EventName: v.text("EventName"), EventType: v.text("EventType")})
	case "DemoRequested":
		c.Requested = append(c.Requested, DemoRequested{Happening: h,
			Product: v.text("Product"), Seats: v.pointer("Seats")})
	case "PageDownloaded":
		c.Downloaded = append(c.Downloaded, PageDownloaded{Happening: h,
			FileName: v.text("FileName"), Topic: v.text("Topic"), Pages: v.null("Pages")})
	}
}

// null returns a number that may be missing, as a database driver does.
func (f fieldsOf) null(name string) sql.NullFloat64 {
	x := f.number(name)
	if math.IsNaN(x) {
		return sql.NullFloat64{}
	}
	return sql.NullFloat64{Float64: x, Valid: true}
}

// pointer returns a number that may be missing, as a decoder of JSON does.
func (f fieldsOf) pointer(name string) *float64 {
	x := f.number(name)
	if math.IsNaN(x) {
		return nil
	}
	return &x
}
