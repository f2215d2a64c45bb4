// Package handwritten holds what an expert in Go writes for exactly one model,
// without any library: plain structs, one pass over each kind of interaction,
// text lowered when it is loaded. It is what engines are measured against.
//
// The models of 7 and 20 rules are written by hand, those of 100 and 1,000 by a
// generator in the same style.
package handwritten

//go:generate go run ../../cmd/handwritten

// A Client is where an email was opened.
type Client uint8

// The clients; 0 is none.
const (
	ClientDesktop Client = iota + 1
	ClientMobile
	ClientWebmail
)

// A Device is what a website was visited with.
type Device uint8

// The devices; 0 is none.
const (
	DeviceComputer Device = iota + 1
	DevicePhone
	DeviceTablet
)

// A Format is the form of a webinar.
type Format uint8

// The formats; 0 is none.
const (
	FormatLive Format = iota + 1
	FormatRecording
)

// An EventType is a kind of event.
type EventType uint8

// The kinds of event; 0 is none.
const (
	EventTypeTradeFair EventType = iota + 1
	EventTypeConference
	EventTypeTasting
	EventTypeWorkshop
)

// A Product is what a demo was requested of.
type Product uint8

// The products; 0 is none.
const (
	ProductBrewer Product = iota + 1
	ProductGrinder
	ProductRoaster
	ProductSubscription
	ProductService
)

// A Topic is what a download is about.
type Topic uint8

// The topics; 0 is none.
const (
	TopicPriceList Topic = iota + 1
	TopicManual
	TopicCaseStudy
	TopicWhitePaper
)

// A Rating is how warm a lead is.
type Rating uint8

// The ratings; 0 is none.
const (
	RatingHot Rating = iota + 1
	RatingWarm
	RatingCold
)

// Seniority is the standing of a contact.
type Seniority uint8

// The seniorities; 0 is none.
const (
	SeniorityJunior Seniority = iota + 1
	SenioritySenior
	SeniorityLead
	SeniorityExecutive
)

// A Segment is a kind of account.
type Segment uint8

// The segments; 0 is none.
const (
	SegmentStartup Segment = iota + 1
	SegmentMidmarket
	SegmentEnterprise
	SegmentPublic
)

// A Lead is a lead. An empty number is NaN here and below: no comparison holds
// for it.
type Lead struct {
	Topic, LeadSource string
	BudgetAmount      float64
	Rating            Rating
	Contact           *Contact
}

// A Contact is a lead's contact with its interactions, newest first.
type Contact struct {
	City, JobTitle, Department string
	Seniority                  Seniority
	Account                    *Account // nil if there is none

	EmailOpened     []EmailOpened
	EmailClicked    []EmailClicked
	WebsiteVisited  []WebsiteVisited
	FormSubmitted   []FormSubmitted
	WebinarAttended []WebinarAttended
	EventCheckedIn  []EventCheckedIn
	DemoRequested   []DemoRequested
	PageDownloaded  []PageDownloaded
}

// An Account is a contact's account.
type Account struct {
	Industry, Country string
	NumberOfEmployees float64
	Segment           Segment
}

// The interactions. Time is in microseconds since 1970.
type (
	// An EmailOpened is an email that the contact opened.
	EmailOpened struct {
		Time                int64
		EmailName, Campaign string
		Client              Client
	}
	// An EmailClicked is a link in an email that the contact clicked.
	EmailClicked struct {
		Time                               int64
		EmailName, Campaign, Url, LinkText string
	}
	// A WebsiteVisited is a page that the contact looked at.
	WebsiteVisited struct {
		Time          int64
		Url, Referrer string
		Seconds       float64
		Device        Device
	}
	// A FormSubmitted is a form that the contact filled in.
	FormSubmitted struct {
		Time          int64
		FormName, Url string
		Answers       float64
	}
	// A WebinarAttended is a webinar that the contact followed.
	WebinarAttended struct {
		Time    int64
		Title   string
		Minutes float64
		Format  Format
	}
	// An EventCheckedIn is an event that the contact came to.
	EventCheckedIn struct {
		Time      int64
		EventName string
		EventType EventType
	}
	// A DemoRequested is a product that the contact wants to see.
	DemoRequested struct {
		Time    int64
		Product Product
		Seats   float64
	}
	// A PageDownloaded is a file that the contact fetched.
	PageDownloaded struct {
		Time     int64
		FileName string
		Topic    Topic
		Pages    float64
	}
)

// Cutoffs says for each number of days which instant lies that far before as of.
// It is filled once a run.
type Cutoffs [721]int64
