package traverse

import "sync"

// Standard returns the schema that mirrors Dynamics 365 Marketing: the profiles
// Lead, Contact and Account, and the interactions of marketing. docs/language.md
// lists it as text. It is built once.
func Standard() *Schema { return standard() }

var standard = sync.OnceValue(func() *Schema {
	s, err := NewSchema(standardDefinitions()...)
	if err != nil {
		panic(err) // a mistake of ours that every test finds
	}
	return s
})

func standardDefinitions() []Definition {
	text := func(names ...string) []Field {
		fields := make([]Field, len(names))
		for i, n := range names {
			fields[i] = Field{Name: n, Type: Text}
		}
		return fields
	}
	join := func(lists ...[]Field) []Field {
		var fields []Field
		for _, l := range lists {
			fields = append(fields, l...)
		}
		return fields
	}
	of := func(t Type, names ...string) []Field {
		fields := text(names...)
		for i := range fields {
			fields[i].Type = t
		}
		return fields
	}
	choice := func(name string, values ...string) []Field {
		return []Field{{Name: name, Type: Choice, Values: values}}
	}
	rollup := func(name string) []Field {
		return []Field{{Name: name, Type: Number, Derived: Rollup}}
	}
	interaction := func(name string, fields []Field) Definition {
		return Definition{Name: name, Kind: Interaction, Fields: fields}
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
		{
			Name: Lead,
			Fields: join(
				text("Topic", "FirstName", "LastName", "Email", "Phone", "JobTitle", "CompanyName", "Website",
					"City", "StateOrProvince", "PostalCode", "Country", "Industry", "LeadSource", "SourceCampaign"),
				of(Number, "NumberOfEmployees", "AnnualRevenue", "BudgetAmount"),
				choice("Rating", "Hot", "Warm", "Cold"),
				choice("Status", "Open", "Qualified", "Disqualified"),
				choice("PurchaseTimeframe", "Immediate", "This Quarter", "Next Quarter", "This Year", "Unknown"),
				of(Bool, "DecisionMaker", "DoNotEmail", "DoNotPhone"),
				of(Time, "CreatedOn", "ModifiedOn"),
			),
			Relationships: []Relationship{
				{Name: ParentContact, Target: Contact}, {Name: ParentAccount, Target: Account},
			},
		},
		{
			Name: Contact,
			Fields: join(
				text("FirstName", "LastName", "Email", "Phone", "JobTitle", "Department", "City", "StateOrProvince",
					"PostalCode", "Country"),
				of(Date, "Birthday"),
				of(Bool, "DoNotEmail", "DoNotPhone", "DoNotTrack"),
				of(Time, "CreatedOn", "ModifiedOn"),
			),
			Relationships: []Relationship{
				{Name: ParentAccount, Target: Account},
				{Name: "Leads", Target: Lead, Via: ParentContact},
			},
		},
		{
			Name: Account,
			Fields: join(
				text("Name", "Email", "Phone", "Website", "Industry", "City", "StateOrProvince", "PostalCode", "Country"),
				of(Number, "NumberOfEmployees", "AnnualRevenue"),
				rollup("OpenDeals"), rollup("OpenRevenue"),
				of(Time, "CreatedOn", "ModifiedOn"),
			),
			Relationships: []Relationship{
				{Name: ParentAccount, Target: Account},
				{Name: "PrimaryContact", Target: Contact},
				{Name: "Contacts", Target: Contact, Via: ParentAccount},
				{Name: "Leads", Target: Lead, Via: ParentAccount},
			},
		},
		passive("EmailSent", email),
		passive("EmailDelivered", email),
		interaction("EmailOpened", email),
		interaction("EmailClicked", join(email, text("Url", "LinkText"))),
		passive("EmailHardBounced", join(email, text("Reason"))),
		passive("EmailSoftBounced", join(email, text("Reason"))),
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
