package crm

import "slices"

// A Type is the type of a field.
type Type uint8

// The types of a field: those that the rules of the workload test.
const (
	Text Type = iota
	Number
	Choice
)

// A Field is one field of an entity.
type Field struct {
	Name   string
	Type   Type
	Values []string // what a Choice lists, and what a Text is drawn from
	Empty  float64  // the share of records in which it is empty
	Median float64  // of a Number
	Spread float64  // of a Number: the deviation of its logarithm
}

// An Entity is one kind of record.
type Entity struct {
	Name   string
	Weight float64 // of an interaction: its share of all
	Fields []Field
}

// Index returns the position of a field, or -1.
func (e *Entity) Index(name string) int {
	return slices.IndexFunc(e.Fields, func(f Field) bool { return f.Name == name })
}

// Field returns a field by its name. There must be one.
func (e *Entity) Field(name string) *Field { return &e.Fields[e.Index(name)] }

// The profiles.
var (
	Lead = &Entity{Name: "Lead", Fields: []Field{
		{Name: "Topic", Type: Text, Values: topics, Empty: 0.05},
		{Name: "LeadSource", Type: Text, Values: leadSources, Empty: 0.1},
		{Name: "BudgetAmount", Type: Number, Empty: 0.3, Median: 8_000, Spread: 1.2},
		{Name: "Rating", Type: Choice, Values: []string{"Hot", "Warm", "Cold"}, Empty: 0.1},
	}}
	Contact = &Entity{Name: "Contact", Fields: []Field{
		{Name: "City", Type: Text, Values: cities, Empty: 0.05},
		{Name: "JobTitle", Type: Text, Values: jobTitles, Empty: 0.1},
		{Name: "Department", Type: Text, Values: departments, Empty: 0.2},
		{Name: "Seniority", Type: Choice, Values: []string{"Junior", "Senior", "Lead", "Executive"}, Empty: 0.1},
	}}
	Account = &Entity{Name: "Account", Fields: []Field{
		{Name: "Industry", Type: Text, Values: industries, Empty: 0.05},
		{Name: "Country", Type: Text, Values: countries, Empty: 0.02},
		{Name: "NumberOfEmployees", Type: Number, Empty: 0.1, Median: 120, Spread: 1.6},
		{Name: "Segment", Type: Choice, Values: []string{"Startup", "Midmarket", "Enterprise", "Public"}, Empty: 0.05},
	}}
)

// Interactions are the eight kinds of interaction.
var Interactions = []*Entity{
	{Name: "EmailOpened", Weight: 0.30, Fields: []Field{
		{Name: "EmailName", Type: Text, Values: emailNames},
		{Name: "Campaign", Type: Text, Values: campaigns, Empty: 0.1},
		{Name: "Client", Type: Choice, Values: []string{"Desktop", "Mobile", "Webmail"}, Empty: 0.05},
	}},
	{Name: "EmailClicked", Weight: 0.12, Fields: []Field{
		{Name: "EmailName", Type: Text, Values: emailNames},
		{Name: "Campaign", Type: Text, Values: campaigns, Empty: 0.1},
		{Name: "Url", Type: Text, Values: urls},
		{Name: "LinkText", Type: Text, Values: linkTexts, Empty: 0.2},
	}},
	{Name: "WebsiteVisited", Weight: 0.33, Fields: []Field{
		{Name: "Url", Type: Text, Values: urls},
		{Name: "Referrer", Type: Text, Values: referrers, Empty: 0.3},
		{Name: "Seconds", Type: Number, Empty: 0.05, Median: 40, Spread: 1.1},
		{Name: "Device", Type: Choice, Values: []string{"Computer", "Phone", "Tablet"}, Empty: 0.02},
	}},
	{Name: "FormSubmitted", Weight: 0.06, Fields: []Field{
		{Name: "FormName", Type: Text, Values: formNames},
		{Name: "Url", Type: Text, Values: urls, Empty: 0.05},
		{Name: "Answers", Type: Number, Median: 6, Spread: 0.5},
	}},
	{Name: "WebinarAttended", Weight: 0.05, Fields: []Field{
		{Name: "Title", Type: Text, Values: webinars},
		{Name: "Minutes", Type: Number, Empty: 0.05, Median: 35, Spread: 0.5},
		{Name: "Format", Type: Choice, Values: []string{"Live", "Recording"}},
	}},
	{Name: "EventCheckedIn", Weight: 0.03, Fields: []Field{
		{Name: "EventName", Type: Text, Values: events},
		{Name: "EventType", Type: Choice, Values: []string{"Trade fair", "Conference", "Tasting", "Workshop"}},
	}},
	{Name: "DemoRequested", Weight: 0.02, Fields: []Field{
		{Name: "Product", Type: Choice, Values: []string{"Brewer", "Grinder", "Roaster", "Subscription", "Service"}},
		{Name: "Seats", Type: Number, Empty: 0.2, Median: 12, Spread: 0.9},
	}},
	{Name: "PageDownloaded", Weight: 0.09, Fields: []Field{
		{Name: "FileName", Type: Text, Values: files},
		{Name: "Topic", Type: Choice, Values: []string{"Price list", "Manual", "Case study", "White paper"}, Empty: 0.05},
		{Name: "Pages", Type: Number, Median: 14, Spread: 0.8},
	}},
}

// Find returns the entity of that name, or nil.
func Find(name string) *Entity {
	for _, e := range append([]*Entity{Lead, Contact, Account}, Interactions...) {
		if e.Name == name {
			return e
		}
	}
	return nil
}
