package audit_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/source/tables"
)

// damageMapping reads an export that asMapped has written.
const damageMapping = `{
  "null": ["Select"], "decimal": ",", "true": ["ja"], "false": ["nein"],
  "tables": [
    {"file": "companies.csv", "entity": "Account", "id": "No", "columns": {"Industry": "Branch", "NumberOfEmployees": {"name": "Staff", "unit": "FTE"}}},
    {"file": "people.csv", "entity": "Contact", "id": "No", "columns": {"JobTitle": "Job", "ParentAccount": "Company"}},
    {"file": "leads.csv", "entity": "Lead", "id": "No", "columns": {
      "ParentContact": "Person", "ParentAccount": "Company", "Rating": {"name": "Rating", "codes": {"1": "Hot", "2": "Warm", "3": "Cold"}},
      "City": "Town", "CreatedOn": {"name": "Created", "format": ["02.01.2006 15:04:05", "2006-01-02T15:04:05Z07:00"]}, "DecisionMaker": "Decides"}},
    {"file": "events.csv", "entity": "EmailOpened", "id": "No", "where": {"Type": ["OPEN"]}, "columns": {
      "Timestamp": {"name": "When", "format": "UnixMillis"}, "EmailName": "What", "Contact": {"name": "Who", "lookup": {"file": "people.csv", "by": "Mail", "name": "No"}}}},
    {"file": "events.csv", "entity": "EmailClicked", "id": "No", "where": {"Type": ["CLICK"]}, "columns": {
      "Timestamp": {"name": "When", "format": "UnixMillis"}, "EmailName": "What", "Contact": {"name": "Who", "lookup": {"file": "people.csv", "by": "Mail", "name": "No"}}}},
    {"file": "events.csv", "entity": "WebsiteVisited", "id": "No", "where": {"Type": ["VISIT"]}, "columns": {
      "Timestamp": {"name": "When", "format": "UnixMillis"}, "Url": "What", "Contact": {"name": "Who", "lookup": {"file": "people.csv", "by": "Mail", "name": "No"}}}},
    {"file": "events.csv", "entity": "FormSubmitted", "id": "No", "where": {"Type": ["SUBMIT"]}, "columns": {
      "Timestamp": {"name": "When", "format": "UnixMillis"}, "FormName": "What", "Contact": {"name": "Who", "lookup": {"file": "people.csv", "by": "Mail", "name": "No"}}}}
  ]
}`

// asMapped rewrites the export as a CRM would write it: interactions in one file, which
// names people by their addresses, codes, grouped digits, words for null.
func (e *export) asMapped(rng *rand.Rand) {
	was := e.files
	m, err := tables.ReadMapping("damage.json", []byte(damageMapping))
	if err != nil {
		panic(err)
	}
	e.mapping, e.files, e.names = m, map[string][][]string{}, []string{"companies.csv", "people.csv", "leads.csv", "events.csv"}
	group := strings.NewReplacer("1800", "1.800", "250", "250 FTE")
	write := func(name string, header []string, from string, change func([]string) []string) {
		if e.files[name] == nil {
			e.files[name] = [][]string{header}
		}
		for _, row := range was[from][1:] {
			e.files[name] = append(e.files[name], change(row))
		}
	}
	write("companies.csv", []string{"No", "Branch", "Staff"}, "Account.csv", func(r []string) []string {
		return []string{r[0], r[1], group.Replace(r[2])}
	})
	mail := func(id string) string { return "p" + strings.ToLower(id) + "@example.com" }
	write("people.csv", []string{"No", "Mail", "Job", "Company"}, "Contact.csv", func(r []string) []string {
		job := r[1]
		if job == "Clerk" && len(e.files["people.csv"]) > 1 && rng.IntN(2) == 0 {
			job = "Select" // but not for all
		}
		return []string{r[0], mail(r[0]), job, r[2]}
	})
	codes := map[string]string{"Hot": "1", "Warm": "2", "Cold": "3"}
	write("leads.csv", []string{"No", "Person", "Company", "Rating", "Town", "Created", "Decides"}, "Lead.csv", func(r []string) []string {
		decides := map[string]string{"true": "ja", "false": "nein"}[r[6]]
		return []string{r[0], r[1], r[2], codes[r[3]], r[4], instant(r[5]).Format("02.01.2006 15:04:05"), decides}
	})
	types := map[string]string{"EmailOpened": "OPEN", "EmailClicked": "CLICK", "WebsiteVisited": "VISIT", "FormSubmitted": "SUBMIT"}
	for _, entity := range slices.Sorted(maps.Keys(types)) {
		write("events.csv", []string{"No", "Type", "Who", "When", "What"}, entity+".csv", func(r []string) []string {
			return []string{r[0], types[entity], mail(r[1]), millis(instant(r[2])), r[3]}
		})
	}
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}
