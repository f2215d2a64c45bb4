package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A lead that becomes sales ready and has no owner gets one, once; a lead that has one
// keeps it. The same lead gets the same owner at any time.
func TestAssignment(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "0")
		db := openStore(t, flags)
		for _, statement := range []string{
			"INSERT INTO account (id, number_of_employees) VALUES ('large', 900)",
			"INSERT INTO contact (id, parent_account_id) VALUES ('ada', NULL), ('ben', 'large'), ('cleo', NULL)",
			"INSERT INTO lead (id, parent_contact_id, owner) VALUES ('lead-ada', 'ada', NULL), ('lead-ben', 'ben', NULL), ('lead-cleo', 'cleo', 'Toni')",
		} {
			if _, err := db.write.Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
		s := start(t, flags...)
		post := func(kind string, n int) {
			t.Helper()
			for _, contact := range []string{"ada", "ben", "cleo"} {
				s.expect(t, "POST", "/interactions/"+kind, fmt.Sprintf(`{"id":"%s-%s-%d","Contact":%q,"Timestamp":"2026-05-20T10:00:00Z"}`, kind, contact, n, contact), 201)
			}
		}
		for n := range 11 {
			post("EmailOpened", n) // 55 points
		}
		if got := storedOwners(t, db); len(got) != 1 {
			t.Errorf("before they are sales ready, the owners are %v", got)
		}
		post("EmailOpened", 11)
		owners := storedOwners(t, db)
		if !slices.Contains([]string{"Kim", "Robin", "Sam"}, owners["lead-ada"]) || owners["lead-ben"] != "key accounts team" || owners["lead-cleo"] != "Toni" {
			t.Errorf("the owners are %v", owners)
		}
		post("EmailUnsubscribed", 0)
		for n := range 5 {
			post("EmailOpened", 20+n) // sales ready again
		}
		var given []assignedMessage
		for _, e := range allEvents(t, db) {
			if e.Kind == assigned {
				var m assignedMessage
				if err := json.Unmarshal([]byte(e.body), &m); err != nil {
					t.Fatal(err)
				}
				given = append(given, m)
			}
		}
		if len(given) != 2 || given[0].Lead != "lead-ada" || given[0].Owner != owners["lead-ada"] || given[0].Rule != "Everybody else" || given[1].Rule != "Large companies" {
			t.Errorf("the events are %v", given)
		}
		if d := s.open(t, leadHref("lead-ben"), 200); !strings.Contains(d.text, "assigned to key accounts team by Sales") || !strings.Contains(d.text, "<dd>key accounts team</dd>") {
			t.Errorf("the page does not say whose lead it is:\n%s", d.text)
		}
		// Taken from its owner, the lead gets the same one again.
		if _, err := db.write.Exec("UPDATE lead SET owner = NULL WHERE id = 'lead-ada'"); err != nil {
			t.Fatal(err)
		}
		post("EmailOpened", 30)
		if again := storedOwners(t, db)["lead-ada"]; again != owners["lead-ada"] {
			t.Errorf("the lead was given to %s, and is to %s", owners["lead-ada"], again)
		}
	})
}

// Rules that set what the service does not write are refused.
func TestAssignmentOfOtherFields(t *testing.T) {
	s := start(t, append(append(sqliteFlags(t), fixed...), "-seed", "1")...)
	rules := "model \"M\" {\n    target contact\n    condition \"C\" {\n        has EmailOpened\n        score +1\n    }\n}\n" +
		"assignment \"A\" {\n    rule \"R\" {\n        when score of \"M\" >= 1\n        set Topic = \"x\"\n    }\n    otherwise set City = \"y\"\n}\n"
	body := must(json.Marshal(map[string]any{"name": "other", "author": "ada", "files": []map[string]string{{"name": "o.score", "text": rules}}}))
	s.expect(t, "POST", "/versions", string(body), 201)
	s.expect(t, "POST", "/versions/other/publish", `{"author":"ada"}`, 422, "writes the field Owner of a lead only, and the assignment sets Topic", "the assignment sets City")
}
