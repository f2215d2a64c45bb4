package handwritten

import "github.com/leadscore/leadscore/bench/internal/crm"

// CutoffsAt returns the cutoffs for leads scored as of an instant.
func CutoffsAt(asOf int64) *Cutoffs {
	var cut Cutoffs
	for days := range cut {
		cut[days] = asOf - int64(days)*crm.DayMicros
	}
	return &cut
}

// Load returns the leads of d as plain structs.
func Load(d *crm.Data) []Lead {
	l := crm.NewLoader()
	accounts := make([]Account, len(d.Accounts))
	for i := range accounts {
		l.Fill(&accounts[i], crm.Account, &d.Accounts[i])
	}
	contacts := make([]Contact, len(d.Contacts))
	for i := range contacts {
		c, from := &contacts[i], &d.Contacts[i]
		l.Fill(c, crm.Contact, &from.Record)
		if from.Account >= 0 {
			c.Account = &accounts[from.Account]
		}
		c.EmailOpened = load[EmailOpened](l, 0, from)
		c.EmailClicked = load[EmailClicked](l, 1, from)
		c.WebsiteVisited = load[WebsiteVisited](l, 2, from)
		c.FormSubmitted = load[FormSubmitted](l, 3, from)
		c.WebinarAttended = load[WebinarAttended](l, 4, from)
		c.EventCheckedIn = load[EventCheckedIn](l, 5, from)
		c.DemoRequested = load[DemoRequested](l, 6, from)
		c.PageDownloaded = load[PageDownloaded](l, 7, from)
	}
	leads := make([]Lead, len(d.Leads))
	for i := range leads {
		l.Fill(&leads[i], crm.Lead, &d.Leads[i].Record)
		leads[i].Contact = &contacts[d.Leads[i].Contact]
	}
	return leads
}

// load returns a contact's interactions of one kind, newest first.
func load[T any](l *crm.Loader, kind int, c *crm.ContactRecord) []T {
	records := c.Newest(kind)
	all := make([]T, len(records))
	for i := range records {
		l.Fill(&all[i], crm.Interactions[kind], &records[i])
	}
	return all
}
