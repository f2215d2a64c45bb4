package main

import (
	"embed"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
)

//go:embed rules
var rules embed.FS

// compile returns the set of all models, or of those in some rule files.
func compile(patterns ...string) (*leadscore.Set, error) {
	if len(patterns) == 0 {
		patterns = []string{"rules/*.score"}
	}
	return leadscore.CompileFS(rules, leadscore.StandardSchema(), patterns)
}

// mapping says where records are. table returns where a table of the schema crm is, and visits
// where the visits are, whose times a view has converted.
func mapping(table func(name string) pushdown.Table, visits pushdown.Table) pushdown.Mapping {
	with := func(t pushdown.Table, columns map[string]pushdown.Column) pushdown.Table {
		t.Columns = columns
		return t
	}
	numbered := func(t pushdown.Table, columns map[string]pushdown.Column) pushdown.Table {
		t.ID = pushdown.Column{Type: "bigint"}
		columns["Contact"] = pushdown.Column{Name: "contact_id"}
		columns["Lead"] = pushdown.Column{Absent: true}
		return with(t, columns)
	}
	absent := pushdown.Table{Absent: true}
	m := pushdown.Mapping{Tables: map[string]pushdown.Table{
		"Lead": with(table("leads"), map[string]pushdown.Column{"ParentContact": {Name: "contact_id"}, "ParentAccount": {Name: "account_id"}}),
		"Contact": with(table("contacts"), map[string]pushdown.Column{
			"ParentAccount": {Name: "account_id"}, "JobTitle": {Name: "job_title"}, "Email": {Name: "email"},
		}),
		"Account": with(table("accounts"), map[string]pushdown.Column{
			"Name": {Name: "name"}, "Industry": {Name: "industry"}, "NumberOfEmployees": {Name: "employees", Type: "integer"},
		}),
		"EmailOpened": numbered(table("email_opens"), map[string]pushdown.Column{"Timestamp": {Name: "opened_at"}, "EmailName": {Name: "email_name"}}),
		"EmailClicked": numbered(table("email_clicks"), map[string]pushdown.Column{
			"Timestamp": {Name: "clicked_at", Type: "bigint", Format: sqldb.UnixMillis}, "Url": {Name: "url"},
		}),
		"FormSubmitted":  numbered(table("forms"), map[string]pushdown.Column{"Timestamp": {Name: "submitted_at"}, "FormName": {Name: "form_name"}}),
		"WebsiteVisited": numbered(visits, map[string]pushdown.Column{"Timestamp": {Name: "visited_at", Type: "timestamp"}, "Url": {Name: "url"}}),
	}}
	for e := range leadscore.StandardSchema().Entities() { // what this CRM does not have
		if _, ok := m.Tables[e.Name()]; !ok {
			m.Tables[e.Name()] = absent
		}
	}
	return m
}

// plain is the mapping of the tables themselves, with crm.website_visits for the visits.
func plain() pushdown.Mapping {
	return mapping(func(name string) pushdown.Table { return pushdown.Table{Schema: "crm", Name: name} }, pushdown.Table{Schema: "crm", Name: "website_visits"})
}
