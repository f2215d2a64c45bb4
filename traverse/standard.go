package traverse

import (
	"slices"
	"sync"
)

// Standard returns the schema that mirrors Dynamics 365 Marketing: the profiles
// Lead, Contact and Account, and the interactions of marketing. docs/language.md
// lists it as text. It is built once.
func Standard() *Schema { return standard() }

var standard = sync.OnceValue(func() *Schema {
	s, err := NewSchema(slices.Concat(standardProfiles(), standardInteractions())...)
	if err != nil {
		panic(err) // a mistake of ours that every test finds
	}
	for _, e := range s.entities {
		e.given = e.kind == Interaction
	}
	return s
})

// fieldsOf returns fields of one type.
func fieldsOf(t Type, names ...string) []Field {
	fields := make([]Field, len(names))
	for i, n := range names {
		fields[i] = Field{Name: n, Type: t}
	}
	return fields
}

func standardProfiles() []Definition {
	choice := func(name string, values ...string) []Field {
		return []Field{{Name: name, Type: Choice, Values: values}}
	}
	rollup := func(name string) []Field {
		return []Field{{Name: name, Type: Number, Derived: Rollup}}
	}
	return []Definition{
		{
			Name: Lead,
			Fields: slices.Concat(
				fieldsOf(Text, "Topic", "FirstName", "LastName", "Email", "Phone", "JobTitle", "CompanyName", "Website",
					"City", "StateOrProvince", "PostalCode", "Country", "Industry", "LeadSource", "SourceCampaign"),
				fieldsOf(Number, "NumberOfEmployees", "AnnualRevenue", "BudgetAmount"),
				choice("Rating", "Hot", "Warm", "Cold"),
				choice("Status", "Open", "Qualified", "Disqualified"),
				choice("PurchaseTimeframe", "Immediate", "This Quarter", "Next Quarter", "This Year", "Unknown"),
				fieldsOf(Bool, "DecisionMaker", "DoNotEmail", "DoNotPhone"),
				fieldsOf(Time, "CreatedOn", "ModifiedOn"),
			),
			Relationships: []Relationship{
				{Name: ParentContact, Target: Contact}, {Name: ParentAccount, Target: Account},
			},
		},
		{
			Name: Contact,
			Fields: slices.Concat(
				fieldsOf(Text, "FirstName", "LastName", "Email", "Phone", "JobTitle", "Department", "City", "StateOrProvince",
					"PostalCode", "Country"),
				fieldsOf(Date, "Birthday"),
				fieldsOf(Bool, "DoNotEmail", "DoNotPhone", "DoNotTrack"),
				fieldsOf(Time, "CreatedOn", "ModifiedOn"),
			),
			Relationships: []Relationship{
				{Name: ParentAccount, Target: Account},
				{Name: "Leads", Target: Lead, Via: ParentContact},
			},
		},
		{
			Name: Account,
			Fields: slices.Concat(
				fieldsOf(Text, "Name", "Email", "Phone", "Website", "Industry", "City", "StateOrProvince", "PostalCode", "Country"),
				fieldsOf(Number, "NumberOfEmployees", "AnnualRevenue"),
				rollup("OpenDeals"), rollup("OpenRevenue"),
				fieldsOf(Time, "CreatedOn", "ModifiedOn"),
			),
			Relationships: []Relationship{
				{Name: ParentAccount, Target: Account},
				{Name: "PrimaryContact", Target: Contact},
				{Name: "Contacts", Target: Contact, Via: ParentAccount},
				{Name: "Leads", Target: Lead, Via: ParentAccount},
			},
		},
	}
}

func standardInteractions() []Definition {
	text := func(names ...string) []Field { return fieldsOf(Text, names...) }
	interaction := func(name string, fields []Field) Definition {
		return Definition{
			Name: name, Kind: Interaction, Fields: fields,
			Relationships: []Relationship{{Name: Lead, Target: Lead}},
		}
	}
	passive := func(name string, fields []Field) Definition {
		d := interaction(name, fields)
		d.Passive = true
		return d
	}
	email := text("EmailName", "CustomerJourney")
	form := text("FormName", "Url")
	event := text("EventName", "EventType")
	return []Definition{
		passive("EmailSent", email),
		passive("EmailDelivered", email),
		interaction("EmailOpened", email),
		interaction("EmailClicked", slices.Concat(email, text("Url", "LinkText"))),
		passive("EmailHardBounced", slices.Concat(email, text("Reason"))),
		passive("EmailSoftBounced", slices.Concat(email, text("Reason"))),
		interaction("EmailForwarded", email),
		interaction("EmailUnsubscribed", email),
		interaction("EmailMarkedAsSpam", email),
		interaction("WebsiteVisited", text("Url", "PageTitle", "Website", "Referrer")),
		interaction("WebsiteClicked", text("Url", "LinkText", "Website")),
		interaction("FormVisited", form),
		interaction("FormSubmitted", form),
		interaction("MarketingPageVisited", text("PageName", "Url")),
		interaction("EventRegistered", event),
		interaction("EventCheckedIn", event),
		interaction("EventCancelled", event),
		interaction("Subscribed", text("ListName")),
	}
}
