package structs_test

import (
	"testing"
	"time"

	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/structs"
	"github.com/leadscore/leadscore/traverse"
)

// The types of sourcetest's records. References are ids, as some of them lead
// nowhere, and fields that can be missing without being zero are pointers.
type (
	contractLead struct {
		_             struct{} `leadscore:"Lead"`
		Key           string   `leadscore:"id"`
		Topic         string
		Rating        *string
		ParentContact string
		ParentAccount *string
		Orders        []contractOrder
	}
	contractContact struct {
		_              struct{} `leadscore:"Contact"`
		Key            string   `leadscore:"id"`
		Email          string
		CustomerNumber string
		Interests      []string
		LifetimeValue  *float64
		Subscribed     *bool
		Birthday       time.Time
		LastCall       *time.Time
		ParentAccount  string
	}
	contractAccount struct {
		_                 struct{} `leadscore:"Account"`
		Key               string   `leadscore:"id"`
		Name              string
		NumberOfEmployees *float64
	}
	contractOrder struct {
		_        struct{}  `leadscore:"Order"`
		Key      string    `leadscore:"id"`
		PlacedOn time.Time `leadscore:"dated"`
		Amount   float64
		Lead     string
	}
	contractAppointment struct {
		_        struct{}  `leadscore:"Appointment"`
		Key      string    `leadscore:"id"`
		Day      time.Time `leadscore:"date"`
		Subject  string
		Attendee string `leadscore:"ref=Contact"`
	}
	contractContract struct {
		_       struct{} `leadscore:"Contract"`
		Key     string   `leadscore:"id"`
		Account string
	}
	contractClicked struct {
		_         struct{} `leadscore:"EmailClicked,interaction"`
		Key       string   `leadscore:"id"`
		Url       string
		Timestamp time.Time
		Contact   string
	}
	contractVisited struct {
		_         struct{} `leadscore:"WebsiteVisited"`
		Key       string   `leadscore:"id"`
		Timestamp time.Time
		Contact   string
	}
	contractSent struct {
		_         struct{} `leadscore:"EmailSent,passive"`
		Key       string   `leadscore:"id"`
		EmailName string
		Timestamp time.Time
		Contact   string
	}
)

// contractStruct returns a record as a struct.
func contractStruct(t testing.TB, r sourcetest.Record) any {
	text := func(name string) string { return r.Values[name].Text() }
	at := func(name string) time.Time { return r.Values[name].Time() }
	number := func(name string) *float64 {
		if r.Values[name].Kind() == traverse.KindNull {
			return nil
		}
		f := r.Values[name].Number()
		return &f
	}
	switch r.Entity {
	case "Lead":
		rating, account := text("Rating"), text("ParentAccount")
		l := contractLead{Key: r.ID, Topic: text("Topic"), Rating: &rating, ParentContact: text("ParentContact")}
		if account != "" {
			l.ParentAccount = &account
		}
		return l
	case "Contact":
		c := contractContact{
			Key: r.ID, Email: text("Email"), CustomerNumber: text("CustomerNumber"), Interests: r.Values["Interests"].Choices(),
			LifetimeValue: number("LifetimeValue"), Birthday: at("Birthday"), ParentAccount: text("ParentAccount"),
		}
		if v := r.Values["Subscribed"]; v.Kind() != traverse.KindNull {
			b := v.Bool()
			c.Subscribed = &b
		}
		if v := r.Values["LastCall"]; v.Kind() != traverse.KindNull {
			call := v.Time()
			c.LastCall = &call
		}
		return &c
	case "Account":
		return contractAccount{Key: r.ID, Name: text("Name"), NumberOfEmployees: number("NumberOfEmployees")}
	case "Order":
		return contractOrder{Key: r.ID, PlacedOn: at("PlacedOn"), Amount: r.Values["Amount"].Number(), Lead: text("Lead")}
	case "Appointment":
		return contractAppointment{Key: r.ID, Day: at("Day"), Subject: text("Subject"), Attendee: text("Attendee")}
	case "EmailClicked":
		return contractClicked{Key: r.ID, Url: text("Url"), Timestamp: at("Timestamp"), Contact: text("Contact")}
	case "WebsiteVisited":
		return contractVisited{Key: r.ID, Timestamp: at("Timestamp"), Contact: text("Contact")}
	case "EmailSent":
		return contractSent{Key: r.ID, EmailName: text("EmailName"), Timestamp: at("Timestamp"), Contact: text("Contact")}
	}
	t.Fatalf("no type for %s", r.Entity)
	return nil
}

// TestContract runs the contract of a source on records that were loaded.
func TestContract(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, schema *traverse.Schema, records []sourcetest.Record) traverse.Source {
		list := []any{[]contractContract(nil)}
		for _, r := range records {
			list = append(list, contractStruct(t, r))
		}
		s, err := structs.Load(schema, list...)
		if err != nil {
			t.Fatal(err)
		}
		if s.Schema() != schema {
			t.Error("a schema that has everything is another one")
		}
		return s
	})
}

// TestContractAdded runs it on records that came later, one by one.
func TestContractAdded(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, schema *traverse.Schema, records []sourcetest.Record) traverse.Source {
		s, err := structs.Load(schema)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if err := s.Add(contractStruct(t, r)); err != nil {
				t.Fatal(err)
			}
		}
		return s
	})
}
