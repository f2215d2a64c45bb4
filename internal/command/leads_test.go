package command

import (
	"strings"
	"testing"
)

// leadRules choose models, create leads and give them to people.
const leadRules = `profile Lead {
    Owner    text
    Urgent   bool
    Worth    number
    Tags     choices
    Campaign -> Campaign
}
profile Campaign {
    ScoringModel text
}
interaction FormSubmitted {
    Campaign -> Campaign
}

choose model {
    by Campaign.ScoringModel
}

model "Wood" {
    target contact
    condition "Form" {
        each FormSubmitted
        score +10
    }
}

model "Metal" {
    target contact
    condition "Form" {
        each FormSubmitted
        score +1
    }
}

assignment "Sales" {
    audience {
        has Lead
            where Owner is empty
    }
    rule "Wood" {
        has FormSubmitted
        when score of "Wood" >= 20
        set Owner = "=wood", Urgent = true, Worth = 12.5, Tags = ("a", "b")
    }
    otherwise set Owner = "queue"
}

lead creation "Inquiry" {
    from FormSubmitted
    scope contact
    per Campaign
    set Topic = "Inquiry"
}

lead creation "Companies" {
    from FormSubmitted
    scope account
    per company
}
`

const stageRules = `stages "Life cycle" {
    stage "Inquiry"
    stage "Qualified"
        when score of "Wood" >= 20
        until score of "Wood" < 10
        then "call"
}
`

func setUpLeads(t *testing.T) {
	t.Helper()
	setUp(t)
	write(t, "leads.score", leadRules)
	write(t, "stages.score", stageRules)
	write(t, "leads/Lead.csv", "id,ParentContact,Owner,Campaign\nwood,ada,,spring\nmetal,ada,,summer\nnone,bob,,\nowned,bob,carl,spring\n")
	write(t, "leads/Contact.csv", "id,ParentAccount\nada,acme\nbob,\n")
	write(t, "leads/Campaign.csv", "id,ScoringModel\nspring,Wood\nsummer,Metal\n")
	write(t, "leads/FormSubmitted.csv", "id,Contact,Timestamp,Campaign\nf1,ada,2026-04-20,spring\nf2,ada,2026-04-21,autumn\nf3,bob,,\nf4,bob,2026-04-22,spring\n")
}

func TestAssignAndCreate(t *testing.T) {
	for _, c := range []struct{ name, args, out, err string }{
		{"assign", "assign --data leads --as-of 2026-06-01 leads.score", `
LEAD   ASSIGNMENT  RULE               VALUES
wood   Sales       Wood               Owner = =wood, Urgent = true, Worth = 12.5, Tags = a; b
metal  Sales       (otherwise)        Owner = queue
none   Sales       (otherwise)        Owner = queue
owned  Sales       (not in audience)
`, ""},
		{"assign, why", "assign --data leads --as-of 2026-06-01 --lead metal --why leads.score", `
LEAD   ASSIGNMENT  RULE                                                        VALUES
metal  Sales       (otherwise)                                                 Owner = queue
                     "Wood": does not hold: score of "Wood" >= 20: not chosen
`, ""},
		{"assign, csv", "assign --data leads --as-of 2026-06-01 --format csv leads.score", `
lead,assignment,rule,Owner,Urgent,Worth,Tags
wood,Sales,Wood,'=wood,true,12.5,a; b
metal,Sales,(otherwise),queue,,,
none,Sales,(otherwise),queue,,,
owned,Sales,(not in audience),,,,
`, ""},
		{"create", "create --data leads --as-of 2026-06-01 leads.score", `
ID                                LEAD CREATION  PARENT CONTACT  PARENT ACCOUNT  CONTEXT          BECAUSE OF        ON                    VALUES
64061105b8372c6f9a2defd43160e880  Inquiry        ada                             Campaign autumn  FormSubmitted f2  2026-04-21T00:00:00Z  Topic = Inquiry
d4a43946324a2154c79e0c7f7f1e2389  Companies                      acme                             FormSubmitted f1  2026-04-20T00:00:00Z
`, "leadscore create: lead creation \"Companies\": contact \"bob\": the contact has no account\n"},
		{"score of one model", "score --data leads --as-of 2026-06-01 --model Wood leads.score", `
LEAD   MODEL  STATUS      SCORE  GRADE  SALES READY
wood   Wood   scored      20            no
metal  Wood   not chosen
none   Wood   no model
owned  Wood   scored      20            no
`, ""},
		{"stages", "stages --data leads --as-of 2026-06-01 --why leads.score stages.score", `
LEAD   STAGES      STAGE                                                 FROM     THEN
wood   Life cycle  Qualified                                             Inquiry  call
                     "Qualified": when holds: score of "Wood" >= 20: 20
metal  Life cycle  Inquiry
none   Life cycle  Inquiry
owned  Life cycle  Qualified                                             Inquiry  call
                     "Qualified": when holds: score of "Wood" >= 20: 20
`, ""},
		{"stages, csv", "stages --data leads --as-of 2026-06-01 --lead wood --lead none --format csv leads.score stages.score", `
lead,stages,stage,from,as_of,then
wood,Life cycle,Qualified,Inquiry,2026-06-01T00:00:00Z,call
none,Life cycle,Inquiry,,,
`, ""},
		{"no stages", "stages --data data coffee.score", "\n", "leadscore stages: there are no stages in coffee.score\n"},
		{"no assignment", "assign --data data coffee.score", "\n", "leadscore assign: there is no assignment in coffee.score\n"},
		{"no lead creation", "create --data data coffee.score", "\n", "leadscore create: there is no lead creation in coffee.score\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			setUpLeads(t)
			out, errs, _ := call(t, "", strings.Fields(c.args)...)
			if trimmed(out) != trimmed(c.out[1:]) || !strings.Contains(errs, c.err) {
				t.Errorf("got\n%s\n%s\nwant\n%s\n%s", out, errs, c.out[1:], c.err)
			}
		})
	}
}

// trimmed returns a text without blanks at the ends of lines.
func trimmed(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return strings.Join(lines, "\n")
}

// TestStagesBefore: what a run prints as JSON is where the next one begins.
func TestStagesBefore(t *testing.T) {
	setUpLeads(t)
	stages := func(args ...string) (out, errs string) {
		t.Helper()
		out, errs, _ = call(t, "", append([]string{"stages", "--data", "leads", "--as-of"}, args...)...)
		return out, errs
	}
	first, _ := stages("2026-04-21T12:00:00Z", "--format", "json", "leads.score", "stages.score")
	write(t, "first.json", first)
	out, errs := stages("2026-04-20T12:00:00Z", "--before", "first.json", "leads.score", "stages.score")
	const want = `
LEAD   STAGES      STAGE      FROM  THEN
wood   Life cycle  Qualified
metal  Life cycle  Inquiry
none   Life cycle  Inquiry
owned  Life cycle  Inquiry`
	if trimmed(out) != trimmed(want[1:]) {
		t.Errorf("got\n%s\n%s\nwant\n%s\n%s", out, errs, want, first)
	}
	// A lead that cannot be scored keeps its stage.
	write(t, "leads/Campaign.csv", "id,ScoringModel\nspring,Stone\nsummer,Metal\n")
	second, _ := stages("2026-06-01", "--before", "first.json", "--format", "json", "--lead", "wood", "leads.score", "stages.score")
	if !strings.Contains(second, `{"stage":{"lead":"wood","stages":"Life cycle","stage":"Qualified"}}`) || !strings.Contains(second, `{"failure":{"lead":"wood"`) {
		t.Error(second)
	}
	for text, want := range map[string]string{
		first[:strings.LastIndex(first, `{"end"`)]: "first.json: the run that printed it did not end: its last line is missing",
		"lead,stages,stage\n":                      "first.json: object 1: invalid character 'l' looking for beginning of value",
		"":                                         "first.json: it has no stages; print them with --format json",
		`{"stage":{"lead":"wood","stages":"Life cycles","stage":"Inquiry"}}`:                    `first.json: object 1: the rules have no stages "Life cycles"; did you mean "Life cycle"?`,
		`{"stage":{"lead":"wood","stages":"Life cycle"}}`:                                       "first.json: object 1: lead, stages or stage is missing",
		strings.Repeat(`{"stage":{"lead":"wood","stages":"Life cycle","stage":"Inquiry"}} `, 2): `first.json: object 2: lead "wood" has two stages of "Life cycle"`,
		`{"stage":{"lead":"metal","stages":"Life cycle","stage":"Inquirer"}}`:                   `"metal": stages "Life cycle": no such stage: "Inquirer"; did you mean "Inquiry"?`,
	} {
		write(t, "first.json", text)
		if _, errs := stages("2026-06-01", "--before", "first.json", "leads.score", "stages.score"); !strings.Contains(errs, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", text, errs, want)
		}
	}
}
