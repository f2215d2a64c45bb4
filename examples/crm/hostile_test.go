package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A visit has a field of each type.
const visitRules = `
interaction Visit ` + everyType + `
model "Visits" {
    target contact
    condition "Roast"  { each Visit where Roast = "dark" score +1 }
    condition "Guests" { each Visit where Guests > 5 score +1 }
    condition "Paid"   { each Visit where Paid = true score +1 }
    condition "Ends"   { each Visit where Ends before 2030-01-01 score +1 }
    condition "Day"    { each Visit where Day before 2030-01-01 score +1 }
    condition "Kind"   { each Visit where Kind = "Open" score +1 }
    condition "Extras" { each Visit where Extras contains "Milk" score +1 }
    condition "Recent" { has Visit within last 30 days score +1 }
}
`

// hostileValues are JSON values that a layer may accept and the next one refuse.
var hostileValues = []string{
	`"0000-01-01T00:00:00+23:59"`, `"9999-12-31T23:59:59-23:59"`, `"0000-01-01"`, `"0001-01-01"`, `"0001-01-01T00:00:00Z"`,
	`"9999-12-31"`, `"9999-12-31T23:59:59.9999999Z"`, `"2026-05-31t14:30:00z"`, `"2026-05-31T14:30:00.1234567890123456789Z"`,
	`"2026-05-31T24:00:00Z"`, `"2026-06-30T23:59:60Z"`, `"infinity"`, `"now"`, `"epoch"`, `"2026-02-30"`,
	`1e-400`, `1e400`, `"1e-400"`, `"-1e-400"`, `"1e400"`, `5e-324`, `"5e-324"`, `1e308`, `"1e308"`, `-0.0`, `"-0"`, `"+6"`, `"6."`, `".6"`, `"06"`, `"NaN"`,
	`"Infinity"`, `"0x10"`, `"1_000"`, `123456789012345678901234567890`, `0`, `1`, `2`,
	`true`, `false`, `"TRUE"`, `"yes"`, `"t"`, `null`, `""`, `" "`, `{}`, `{"a": [1]}`, `[]`, `[[]]`, `[null]`, `[1]`,
	`"a\u0000b"`, `"\u0000"`, `"\ud800"`, `"\udc00x"`, `"\ufffd"`, "\"\ufeff\"", `"\u202e"`, `"\\"`, `"'; DROP TABLE lead; --"`,
	`"dark"`, `"Open"`, `" open"`, `"x"`, `";"`, `["Milk"]`, `["Milk", "Milk"]`, `"Milk; Sugar"`, `["a;b"]`, `["a,b", " "]`, `[" ; "]`,
	`"{\"a\"}"`, `"[1"`, `"[1]"`, `"{a"`, `"{a,b}"`, `["{a"]`, `["[1"]`, `["[\"a\"]"]`, `"\"a"`, `"` + strings.Repeat("long ", 8000) + `"`,
}

// hostileBody draws the body of a post.
func hostileBody(t *rapid.T) string {
	value := rapid.OneOf(
		rapid.SampledFrom(hostileValues),
		rapid.Map(rapid.Float64(), func(f float64) string { return string(must(json.Marshal(f))) }),
		rapid.Map(rapid.String(), func(s string) string { return string(must(json.Marshal(s))) }),
		rapid.Map(rapid.Float64(), func(f float64) string { return string(must(json.Marshal(fmt.Sprint(f)))) }),
	)
	field := func(name, usual string) string {
		v := usual
		if rapid.IntRange(0, 9).Draw(t, "") == 0 {
			v = value.Draw(t, name)
		}
		return fmt.Sprintf("%q: %s", name, v)
	}
	parts := []string{
		field("id", fmt.Sprintf(`"h%d"`, rapid.IntRange(0, 1<<40).Draw(t, "id"))),
		field("Contact", fmt.Sprintf("%q", contactID(rapid.IntRange(0, 4).Draw(t, "contact")))),
		field("Timestamp", `"2026-05-31T00:00:00Z"`),
	}
	names := []string{"Roast", "Guests", "Paid", "Ends", "Day", "Kind", "Extras"}
	for range rapid.IntRange(0, 3).Draw(t, "fields") { // sometimes a name twice
		parts = append(parts, fmt.Sprintf("%q: %s", rapid.SampledFrom(names).Draw(t, "name"), value.Draw(t, "value")))
	}
	body := "{" + strings.Join(parts, ", ") + "}"
	if rapid.IntRange(0, 19).Draw(t, "cut") == 0 {
		body = body[:rapid.IntRange(0, len(body)).Draw(t, "length")]
	}
	return body
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Whatever clients post, each post is refused or stored, a stored one is known when
// it is posted again, and every lead can be scored.
func TestNoPostMakesALeadUnscorable(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		rules := copyRules(t)
		flags := append(append(open(t), fixed...), "-seed", "5", "-rules", rules)
		db := openStore(t, flags)
		if _, err := db.write.Exec(viewOfEveryType("Visit")); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(rules, "visit.score"), visitRules)
		s := newTestService(t, flags, db)
		h := s.routes(time.Minute)
		post := func(body string) (int, string) {
			r := httptest.NewRequest("POST", "http://localhost/interactions/Visit", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w.Code, w.Body.String()
		}
		check := func(fatalf func(string, ...any), body string) (stored bool) {
			status, answer := post(body)
			switch {
			case status == http.StatusCreated:
				if again, answer := post(body); again != http.StatusOK {
					fatalf("%s\nposted again: %d %s", body, again, answer)
				}
			case status != http.StatusOK && (status < 400 || status >= 500):
				fatalf("%s\n%d %s", body, status, answer)
			}
			return status < 300
		}
		// Each value, in each field.
		n := 0
		for _, value := range hostileValues {
			for _, name := range []string{"Roast", "Guests", "Paid", "Ends", "Day", "Kind", "Extras", "Timestamp", "Contact", "id"} {
				fields := map[string]json.RawMessage{"id": json.RawMessage(fmt.Sprintf(`"v%d"`, n)),
					"Contact": json.RawMessage(fmt.Sprintf("%q", contactID(n%5))), "Timestamp": json.RawMessage(`"2026-05-31T00:00:00Z"`)}
				n++
				fields[name] = json.RawMessage(value)
				var parts []string
				for k, v := range fields {
					parts = append(parts, fmt.Sprintf("%q: %s", k, v))
				}
				check(t.Fatalf, "{"+strings.Join(parts, ", ")+"}")
			}
		}
		stored, refused := 0, 0
		rapid.Check(t, func(t *rapid.T) {
			for range 3 {
				if check(t.Fatalf, hostileBody(t)) {
					stored++
				} else {
					refused++
				}
			}
		})
		if _, failed, err := s.score(t.Context(), nextNumber(t, db), nil); failed > 0 || err != nil {
			t.Errorf("%d leads cannot be scored, %v", failed, err)
		}
		for i := range 5 {
			r := httptest.NewRequest("GET", fmt.Sprintf("http://localhost/leads/lead-%04d/scores?explain=100", i+1), nil)
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, r); w.Code != 200 {
				t.Errorf("lead %d: %d %s", i+1, w.Code, w.Body)
			}
		}
		if t.Logf("%d posts were stored, %d refused", stored, refused); stored == 0 || refused == 0 {
			t.Error("all posts have one outcome")
		}
	})
}
