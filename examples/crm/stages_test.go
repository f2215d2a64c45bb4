package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// A lead moves through the stages as its score rises and falls, with a gap between
// entering a stage and leaving it. Each move is an event, and lists filter by stage.
func TestStages(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "0")
		db := openStore(t, flags)
		for _, statement := range []string{
			"INSERT INTO contact (id, first_name) VALUES ('ada', 'Ada')",
			"INSERT INTO lead (id, first_name, parent_contact_id) VALUES ('lead-ada', 'Ada', 'ada')",
		} {
			if _, err := db.write.Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
		s := start(t, flags...)
		post := func(kind, id, fields string) {
			t.Helper()
			s.expect(t, "POST", "/interactions/"+kind, fmt.Sprintf(`{"id":%q,"Contact":"ada","Timestamp":"2026-05-20T10:00:00Z"%s}`, id, fields), 201)
		}
		in := func(stage string) bool {
			t.Helper()
			value := url.QueryEscape("Life cycle") + "/" + url.QueryEscape(stage)
			return slices.Contains(s.open(t, "/sales?stage="+url.QueryEscape(value), 200).listedLeads(t), "lead-ada")
		}
		expect := func(stage string) {
			t.Helper()
			for _, other := range []string{"Inquiry", "Marketing qualified", "Sales qualified"} {
				if in(other) != (other == stage) {
					t.Errorf("it should be in %q alone; %q lists it: %t", stage, other, in(other))
				}
			}
			checkEvents(t, db)
		}
		post("FormSubmitted", "quote", `,"FormName":"Quote"`) // 30, and 20 less, as no email is opened
		post("EmailOpened", "open", "")                       // 35
		expect("Marketing qualified")
		for i := range 5 {
			post("EmailOpened", fmt.Sprint("open-", i), "") // 60
		}
		expect("Sales qualified")
		post("EmailUnsubscribed", "no", "") // 35
		expect("Marketing qualified")
		var moves []string
		for _, e := range allEvents(t, db) {
			if e.Kind == movedStage {
				var m moveMessage
				if err := json.Unmarshal([]byte(e.body), &m); err != nil {
					t.Fatal(err)
				}
				moves = append(moves, m.From+" > "+m.To+": "+m.Then)
			}
		}
		if want := []string{"Inquiry > Marketing qualified: marketing writes", "Marketing qualified > Sales qualified: sales calls", "Sales qualified > Marketing qualified: "}; !slices.Equal(moves, want) {
			t.Errorf("the moves are %q", moves)
		}
		d := s.open(t, leadHref("lead-ada"), 200)
		for _, text := range []string{"Life cycle: <strong>Marketing qualified</strong>", "Life cycle: from Inquiry to Marketing qualified, marketing writes"} {
			if !strings.Contains(d.text, text) {
				t.Errorf("the page does not say %q:\n%s", text, d.text)
			}
		}
		for _, value := range []string{"x", "/x", "%zz/x", "%00/x"} {
			s.open(t, "/sales?stage="+url.QueryEscape(value), 400)
		}

		// Rules without the stage, and without the block.
		publish := func(name, stages string) {
			t.Helper()
			model := "model \"Buyers\" {\n    target contact\n    condition \"C\" {\n        has EmailOpened\n        score +1\n    }\n}\n"
			body := must(json.Marshal(map[string]any{"name": name, "author": "ada", "files": []map[string]string{{"name": "o.score", "text": model + stages}}}))
			s.expect(t, "POST", "/versions", string(body), 201)
			s.expect(t, "POST", "/versions/"+name+"/publish", `{"author":"ada"}`, 200)
		}
		stored := func() (list []stageRow) {
			list = must(db.stagesOf(t.Context(), db.read, []string{"lead-ada"}))
			for i := range list {
				list[i].Since = list[i].Since.UTC()
			}
			return list
		}
		publish("fewer", "\nstages \"Life cycle\" {\n    stage \"Inquiry\"\n    stage \"Known\"\n        when score of \"Buyers\" >= 1\n}\n")
		eventually(t, "the lead is in a new stage", func() bool { l := stored(); return len(l) == 1 && l[0].Stage == "Known" })
		publish("none", "")
		eventually(t, "the block is gone", func() bool { return len(stored()) == 0 })
	})
}
