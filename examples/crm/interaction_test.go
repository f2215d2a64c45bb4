package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
)

// visits returns a service with the kind Visit, which has a field of each type.
func visits(t *testing.T, flags []string) (*service, *store) {
	t.Helper()
	folder := copyRules(t)
	flags = append(append(flags, fixed...), "-seed", "5", "-rules", folder)
	db := openStore(t, flags)
	if _, err := db.write.Exec(viewOfEveryType("Visit")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "visit.score"), visitRules)
	return newTestService(t, flags, db), db
}

// What JSON readers replace without a word is refused: the answer names every such
// field, and nothing is stored.
func TestLossyBodies(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		s, _ := visits(t, open(t))
		post := func(fields string) (int, string) {
			w := call(s, "POST", "/interactions/Visit", `{"id": "v1", "Contact": "contact-0001", "Timestamp": "2026-05-31T00:00:00Z", `+fields+`}`)
			return w.Code, w.Body.String()
		}
		const half = `is half of a character; write both halves, as in \\ud83d\\ude00`
		for _, test := range []struct {
			fields string
			status int
			texts  []string
		}{
			{`"Guests": 1e-400`, 400, []string{`"field": "Guests"`, "1e-400 is too small for a number, and would become 0"}},
			{`"Guests": -0.001E-999`, 400, []string{"-0.001E-999 is too small"}},
			{`"Guests": 0.` + strings.Repeat("0", 5000) + `1`, 400, []string{"0.000000000000000000…0000000001 is too small"}},
			{`"Guests": 1e400`, 400, []string{`"field": "Guests"`, "1e400 is too large for a number"}},
			{`"Guests": "1e-400"`, 422, []string{`"field": "Guests"`, "is too small for a number; write 0"}},
			{`"Guests": "1e400"`, 422, []string{`"field": "Guests"`, "too large for a number"}},
			{`"Roast": "a\ud800"`, 400, []string{`"field": "Roast"`, `\\ud800 ` + half}},
			{`"Roast": "\ud800\ud800\udc00"`, 400, []string{`\\ud800 ` + half}},
			{`"Roast": "\uDC00\uD800"`, 400, []string{`\\uDC00 ` + half}},
			{`"Roast": "\ud83d\n\ude00"`, 400, []string{`\\ud83d ` + half}},
			{`"Extras": ["Milk", "\ud800"]`, 400, []string{`"field": "Extras"`, `\\ud800 ` + half}},
			{`"Roa\ud800st": "a"`, 400, []string{`\\ud800 ` + half}},
			{`"Roast": "\ud800", "Guests": 1e-400`, 400, []string{`"field": "Roast"`, `"field": "Guests"`}},
			{`"Roast": {"a": "\ud800"}`, 400, []string{`"field": "Roast"`}},
		} {
			status, answer := post(test.fields)
			if status != test.status {
				t.Errorf("%s: %d instead of %d: %s", test.fields, status, test.status, answer)
			}
			for _, text := range test.texts {
				if !strings.Contains(answer, text) {
					t.Errorf("%s: no %s in %s", test.fields, text, answer)
				}
			}
		}
		// These keep what they say.
		for i, fields := range []string{
			`"Roast": "\ud83d\ude00", "Guests": 0e-400`, `"Roast": "😀", "Guests": -0.0`, `"Guests": 0, "Roast": "\uD83D\uDE00"`,
		} {
			if status, answer := post(fields); status != 201 && i == 0 || status != 200 && i > 0 {
				t.Errorf("%s: %d %s", fields, status, answer)
			}
		}
		for i, text := range []string{`\\ud800`, `\\\\ud800`, `\ufffd`, `\u005cud800`, `5e-324`} {
			body := fmt.Sprintf(`{"id": "w%d", "Contact": "contact-0001", "Timestamp": "2026-05-31T00:00:00Z", "Roast": "%s"}`, i, text)
			expectStatus(t, call(s, "POST", "/interactions/Visit", body), 201)
		}
	})
}

// A lone half of a pair is one that encoding/json replaces.
func TestLoneSurrogates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{
			`\ud800`, `\uDBFF`, `\udc00`, `\uDFFF`, `\ud83d\ude00`, `\\`, `\"`, `\n`, `\u0041`, `\uE000`, `\ud7ff`, `u`, `ud800`, "é", "😀", `\/`,
		}), 0, 8).Draw(t, "parts")
		quoted := `"` + strings.Join(parts, "") + `"`
		var text string
		if err := json.Unmarshal([]byte(quoted), &text); err != nil {
			t.Fatal(err)
		}
		half := loneSurrogate([]byte(quoted))
		if (half != "") != strings.Contains(text, "\ufffd") {
			t.Fatalf("%s: %q, and the text is %q", quoted, half, text)
		}
	})
}

// An interaction that was stored as it was posted, before fields were stored by their
// types, is known when it is posted again; another one with its id is not.
func TestRetryOfOlderForms(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		s, db := visits(t, open(t))
		for i, test := range []struct {
			stored, posted string
			status         int
		}{
			{`{"Guests": "6"}`, `"Guests": "6"`, 200},
			{`{"Guests": "6"}`, `"Guests": 7`, 409},
			{`{"Guests": "6.0"}`, `"Guests": 6`, 200},
			{`{"Paid": "TRUE"}`, `"Paid": true`, 200},
			{`{"Paid": "TRUE"}`, `"Paid": "false"`, 409},
			{`{"Ends": "2026-05-29T23:30:00-01:00"}`, `"Ends": "2026-05-29T23:30:00-01:00"`, 200},
			{`{"Ends": "2026-05-29T23:30:00-01:00"}`, `"Ends": "2026-05-30T00:30:00Z"`, 200},
			{`{"Ends": "2026-05-29T23:30:00-01:00"}`, `"Ends": "2026-05-29T23:30:00Z"`, 409},
			{`{"Extras": ["Milk", "Sugar"]}`, `"Extras": ["Milk", "Sugar"]`, 200},
			{`{"Extras": "Milk; Sugar"}`, `"Extras": "Milk; Sugar"`, 200},
			{`{"Extras": "Milk; Sugar"}`, `"Extras": "Sugar"`, 409},
			{`{"Roast": "dark", "Guests": "6", "Kind": ""}`, `"Roast": "dark", "Guests": "6"`, 200},
			{`{"Roast": "dark", "Guests": "6"}`, `"Roast": "dark"`, 409},
			{`{"Roast": "dark", "Guests": "many"}`, `"Roast": "dark"`, 409}, // Guests was a text
			{`{"Roast": "dark", "Gone": "x"}`, `"Roast": "dark"`, 409},      // there is no such field any more
		} {
			id := fmt.Sprint("old ", i)
			if _, err := db.write.Exec("INSERT INTO interaction (id, kind, contact_id, timestamp, fields) VALUES ($1, 'Visit', 'contact-0001', '2026-05-31 00:00:00', $2)", id, test.stored); err != nil {
				t.Fatal(err)
			}
			body := fmt.Sprintf(`{"id": %q, "Contact": "contact-0001", "Timestamp": "2026-05-31T00:00:00Z", %s}`, id, test.posted)
			if w := call(s, "POST", "/interactions/Visit", body); w.Code != test.status {
				t.Errorf("%s, and then %s: %d instead of %d: %s", test.stored, test.posted, w.Code, test.status, w.Body)
			}
			if _, err := db.write.Exec("DELETE FROM interaction"); err != nil { // some cannot be scored
				t.Fatal(err)
			}
		}
	})
}

// Whatever can be posted equals itself when it is read back from the database, stored
// by the types of its fields, or as it was posted.
func TestStoredInteractionsAreEqual(t *testing.T) {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "visit.score", Text: visitRules}})
	if err != nil {
		t.Fatal(err)
	}
	posted := 0
	check := func(fatalf func(string, ...any), field, value string) {
		fields := fmt.Sprintf("%q: %s", field, value)
		i, err := parseInteraction(set.Schema(), "Visit", []byte(`{"id": "v1", "Contact": "contact-0001", "Timestamp": "2026-05-31T00:00:00Z", `+fields+"}"))
		if err != nil {
			return
		}
		posted++
		for _, text := range []string{string(must(json.Marshal(i.fields))), "{" + fields + "}"} {
			stored := i
			stored.fields = nil
			if err := json.Unmarshal([]byte(text), &stored.fields); err != nil {
				fatalf("%s: %v", text, err)
			}
			if !i.equal(stored) {
				fatalf("%s is stored as %s, which is not equal", fields, text)
			}
		}
	}
	names := []string{"Roast", "Guests", "Paid", "Ends", "Day", "Kind", "Extras"}
	for _, name := range names {
		for _, value := range hostileValues {
			check(t.Fatalf, name, value)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(
			rapid.Map(rapid.Float64(), func(f float64) string { return string(must(json.Marshal(f))) }),
			rapid.Map(rapid.String(), func(s string) string { return string(must(json.Marshal(s))) }),
			rapid.Map(rapid.SliceOf(rapid.SampledFrom([]string{"Milk", "Sugar", "", " "})), func(l []string) string { return string(must(json.Marshal(l))) }),
		)
		check(t.Fatalf, rapid.SampledFrom(names).Draw(t, "field"), value.Draw(t, "value"))
	})
	if posted < 50 {
		t.Errorf("%d values can be posted", posted)
	}
}
