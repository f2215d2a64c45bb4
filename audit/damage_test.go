package audit_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/source/tables"
)

// TestNoSilentDamage damages exports at random: ids are cut, letter case is changed,
// blanks and characters that cannot be seen are added, columns and files are dropped,
// values are written in another way. Each damage leaves all scores as they were, or
// is told: by an error of the loader, by a note, or by a warning. docs/audit.md says
// which damage nobody can see; it is not among these.
func TestNoSilentDamage(t *testing.T) {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "damage.score", Text: damageRules}})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		rng := rand.New(rand.NewPCG(seed, 1))
		e := newExport(rng)
		if rapid.Bool().Draw(t, "mapped") {
			e.asMapped(rng)
		}
		before, told := e.scores(t, set)
		if told != "" {
			t.Fatalf("data without damage: %s", told)
		}
		what := e.damage(rng)
		after, told := e.scores(t, set)
		if told == "" && !slices.Equal(before, after) {
			t.Fatalf("%s: the scores\n%v became\n%v and nobody was told", what, before, after)
		}
	})
}

// damageRules look at every type of field, over every kind of path.
const damageRules = `model "People" {
    target contact

    condition "Opened" {
        each EmailOpened within last 90 days
        score +5
    }

    condition "Clicked the newsletter" {
        at least 2 EmailClicked where EmailName = "Newsletter"
        score +20
    }

    condition "Visited pricing" {
        has WebsiteVisited within last 365 days where Url contains "pricing"
        score +15
    }

    condition "Quiet" {
        none FormSubmitted within last 365 days where FormName begins with "Contact"
        score -10
    }

    condition "Decides" {
        has Lead.ParentContact where JobTitle contains any ("director", "chief")
        score +15
    }

    condition "Hot" {
        has Lead where Rating in ("Hot", "Warm") and City != "Chicago"
        score +8
    }

    condition "Large" {
        has Lead.ParentContact.ParentAccount where NumberOfEmployees >= 250 and Industry = "Machinery"
        score +12
    }

    condition "New" {
        has Lead where CreatedOn within last 60 days and DecisionMaker = true
        score +3
    }

    grade "Cold" below 20
    grade "Hot" from 20
}

model "Companies" {
    target account

    condition "Machinery" {
        has Lead.ParentAccount where Industry ends with "machinery"
        score +10
    }

    condition "Opened" {
        each EmailOpened where EmailName = "Newsletter"
        score +2
    }

    grade "Cold" below 10
    grade "Hot" from 10
}
`

// An export is the files of a CRM, as cells.
type export struct {
	files   map[string][][]string // by name; the first row is the header
	names   []string
	mapping *tables.Mapping // nil = the files are named after entities
}

var damageAsOf = time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC)

// newExport returns an export in which every column that the rules need has values,
// every id names a record, and no value is odd.
func newExport(rng *rand.Rand) *export {
	e := &export{files: map[string][][]string{}}
	add := func(name string, rows ...[]string) {
		e.files[name] = append(e.files[name], rows...)
		if !slices.Contains(e.names, name) {
			e.names = append(e.names, name)
		}
	}
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	when := func() string {
		return damageAsOf.Add(-time.Duration(rng.IntN(80*24)+1) * time.Hour).Format(time.RFC3339)
	}
	// Ids as CRMs make them: numbers, texts, those of Salesforce.
	form := []string{"%04d", "c-%02d", "003Qx00000%05dAAA"}[rng.IntN(3)]
	id := func(kind, n int) string { return fmt.Sprintf(form, 1+1000*kind+37*n) }
	accounts, contacts, leads := 2+rng.IntN(3), 3+rng.IntN(5), 4+rng.IntN(6)
	add("Account.csv", []string{"id", "Industry", "NumberOfEmployees"})
	for i := range accounts {
		add("Account.csv", []string{id(1, i), pick("Machinery", "Heavy machinery", "Retail"), pick("10", "250", "1800")})
	}
	add("Contact.csv", []string{"id", "JobTitle", "ParentAccount"})
	for i := range contacts {
		add("Contact.csv", []string{id(2, i), pick("Sales Director", "Chief Buyer", "Clerk"), id(1, rng.IntN(accounts))})
	}
	add("Lead.csv", []string{"id", "ParentContact", "ParentAccount", "Rating", "City", "CreatedOn", "DecisionMaker"})
	for i := range leads {
		contact, account := id(2, rng.IntN(contacts)), ""
		if i%3 == 2 || i == 1 {
			contact, account = "", id(1, rng.IntN(accounts))
		}
		add("Lead.csv", []string{id(3, i), contact, account, pick("Hot", "Warm", "Cold"), pick("Chicago", "Boston"), when(), pick("true", "false")})
	}
	add("EmailOpened.csv", []string{"id", "Contact", "Timestamp", "EmailName"})
	add("EmailClicked.csv", []string{"id", "Contact", "Timestamp", "EmailName"})
	add("WebsiteVisited.csv", []string{"id", "Contact", "Timestamp", "Url"})
	add("FormSubmitted.csv", []string{"id", "Contact", "Timestamp", "FormName"})
	n := 0
	interaction := func(name, value string) {
		n++
		add(name, []string{"i" + strconv.Itoa(n), id(2, rng.IntN(contacts)), when(), value})
	}
	for range 3 + rng.IntN(6) {
		interaction("EmailOpened.csv", pick("Newsletter", "Offer"))
		interaction("EmailClicked.csv", pick("Newsletter", "Offer"))
		interaction("WebsiteVisited.csv", pick("https://example.com/pricing", "https://example.com/"))
		interaction("FormSubmitted.csv", pick("Contact us", "Download"))
	}
	return e
}

// damage damages the export in one way, and says in which.
func (e *export) damage(rng *rand.Rand) string {
	name := e.names[rng.IntN(len(e.names))]
	rows := e.files[name]
	column := rng.IntN(len(rows[0]))
	header := rows[0][column]
	place := name + ", " + header
	switch rng.IntN(12) {
	case 0:
		delete(e.files, name)
		return "no file " + name
	case 1:
		for i := range rows {
			rows[i] = slices.Delete(rows[i], column, column+1)
		}
		return place + ": no column"
	}
	way := ways[rng.IntN(len(ways))]
	first, last := 1, len(rows)
	if rng.IntN(2) == 0 { // one cell
		first = 1 + rng.IntN(len(rows)-1)
		last = first + 1
	}
	known := map[string]bool{}
	for _, rows := range e.files {
		for _, row := range rows[1:] {
			for _, cell := range row {
				known[cell] = true
			}
		}
	}
	isReference := header == "Contact" || strings.HasPrefix(header, "Parent") || slices.Contains([]string{"Who", "Mail", "Person", "Company"}, header)
	for i := first; i < last; i++ {
		to := way.change(rows[i][column])
		if way.name == "cut" && (!isReference || to == "" || known[to]) {
			continue // cut texts, numbers and own ids are other valid values
		}
		if rows[i][column] != "" {
			rows[i][column] = to
		}
	}
	return fmt.Sprintf("%s: %s", place, way.name)
}

// ways are ways of writing a value in another way.
var ways = []struct {
	name   string
	change func(string) string
}{
	{"cut", func(s string) string { return s[:max(len(s)-1, 0)] }},
	{"cut to 15", func(s string) string {
		if len(s) == 18 {
			return s[:15]
		}
		return s
	}},
	{"upper case", strings.ToUpper},
	{"lower case", strings.ToLower},
	{"a blank after it", func(s string) string { return s + " " }},
	{"a blank before it", func(s string) string { return " " + s }},
	{"a no-break space after it", func(s string) string { return s + "\u00a0" }},
	{"a zero-width space in it", func(s string) string { return s[:len(s)/2] + "\u200b" + s[len(s)/2:] }},
	{"a mark of direction before it", func(s string) string { return "\u200e" + s }},
	{"blanks doubled", func(s string) string { return strings.ReplaceAll(s, " ", "  ") }},
	{"a decimal point", func(s string) string {
		if _, err := strconv.ParseUint(s, 10, 64); err == nil {
			return s + ".0"
		}
		return s
	}},
	{"no leading zeros", func(s string) string {
		if _, err := strconv.ParseUint(s, 10, 64); err == nil {
			return strings.TrimLeft(s, "0")
		}
		return s
	}},
	{"Cyrillic letters", func(s string) string {
		return strings.NewReplacer("a", "а", "e", "е", "o", "о", "C", "С").Replace(s)
	}},
	{"quotes of a formula", func(s string) string { return `="` + s + `"` }},
	{"a decimal comma", func(s string) string {
		if _, err := strconv.ParseUint(s, 10, 64); err == nil && s[0] != '0' {
			return s + ",5"
		}
		return s
	}},
	{"a day without a time of day", func(s string) string {
		if t, err := time.Parse(time.RFC3339, s); err == nil {
			return t.Format("02.01.2006")
		}
		return s
	}},
	{"another word", func(s string) string {
		switch s {
		case "true":
			return "1"
		case "Hot":
			return "1 - hot"
		}
		return s
	}},
}

// scores loads the export and scores it. It returns the scores in the order of the
// leads, and what a person is told besides them.
func (e *export) scores(t *rapid.T, set *leadscore.Set) (scores []string, told string) {
	fsys := fstest.MapFS{}
	for name, rows := range e.files {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		fsys["crm/"+name] = &fstest.MapFile{Data: b.Bytes()}
	}
	data, err := tables.LoadFS(t.Context(), fsys, "crm", set.Schema(), tables.Options{Mapping: e.mapping})
	if err != nil {
		return nil, err.Error()
	}
	ctx := context.Background()
	found, err := audit.Check(ctx, set, data, damageAsOf)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range found.Warnings() {
		lines = append(lines, f.String())
	}
	for r, err := range set.ScoreAll(ctx, data.Leads(ctx), data, leadscore.AsOf(damageAsOf)) {
		if err != nil {
			lines = append(lines, err.Error())
		}
		for _, m := range r.Results {
			scores = append(scores, fmt.Sprintf("%v %d", m.Status, m.Score))
		}
	}
	return scores, strings.Join(append(lines, data.Report.Notes...), "\n")
}
