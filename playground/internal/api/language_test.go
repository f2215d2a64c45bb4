package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/leadscore/leadscore/playground/internal/api"
)

// askAt asks about the place of the mark ‸ in rules, which the text then lacks.
func askAt[T any](t *testing.T, s *api.Session, method, text string) T {
	t.Helper()
	before, after, found := strings.Cut(text, "‸")
	if !found {
		t.Fatal("the text has no mark")
	}
	params, err := json.Marshal(map[string]any{"name": "a.score", "text": before + after, "offset": len(utf16.Encode([]rune(before)))})
	if err != nil {
		t.Fatal(err)
	}
	var a struct {
		Status int
		Error  string
		Value  T
	}
	if err := json.Unmarshal(s.Handle(t.Context(), method, params), &a); err != nil || a.Status != 0 {
		t.Fatalf("%v: %+v", err, a)
	}
	return a.Value
}

type candidate struct {
	Label, Insert, Kind string
	From, To            int
}

// TestComplete: candidates are those of the place, and what they replace is counted as scripts
// count, with characters of two code units before it.
func TestComplete(t *testing.T) {
	const rules = "// 😀 “é”\nmodel \"😀\" {\n    target contact\n\n    condition \"C\" {\n        each Emai‸lOp\n        score +1\n    }\n}\n"
	var s api.Session
	list := askAt[[]candidate](t, &s, "complete", rules)
	if len(list) == 0 || list[0].Kind != "entity" || !strings.HasPrefix(list[0].Label, "Email") {
		t.Fatalf("the candidates are %+v", list)
	}
	units := utf16.Encode([]rune(strings.Replace(rules, "‸", "", 1)))
	if got := string(utf16.Decode(units[list[0].From:list[0].To])); got != "EmailOp" {
		t.Errorf("a candidate replaces %q", got)
	}
	for _, test := range []struct{ text, want string }{
		{"‸", "model"},
		{"model \"M\" {\n    target contact\n    condition \"C\" {\n        has Lead.‸", "ParentContact"},
		{"model \"M\" {\n    target contact\n    condition \"C\" {\n        has Lead where Rat‸", "Rating"},
		{"model \"M\" {\n    target contact\n    condition \"C\" {\n        has Lead where Rating = ‸", "\"Warm\""},
	} {
		found := false
		for _, c := range askAt[[]candidate](t, &s, "complete", test.text) {
			found = found || c.Insert == test.want
		}
		if !found {
			t.Errorf("%q has no candidate %s: %+v", test.text, test.want, askAt[[]candidate](t, &s, "complete", test.text))
		}
	}
	if list := askAt[[]candidate](t, &s, "complete", "// a comment ‸"); len(list) != 0 {
		t.Errorf("a comment has candidates: %+v", list)
	}
}

// TestCompleteSchema: names come from the schema that was opened.
func TestCompleteSchema(t *testing.T) {
	var s api.Session
	s.Handle(t.Context(), "open", []byte(`{"schema": {"name": "s.score", "text": "profile Lead { ParentContact -> Contact ParentAccount -> Account Shoes number }\nprofile Contact { ParentAccount -> Account }\nprofile Account { }\n"}}`))
	list := askAt[[]candidate](t, &s, "complete", "model \"M\" {\n    target contact\n    condition \"C\" {\n        has Lead where Sh‸")
	if len(list) != 1 || list[0].Insert != "Shoes" {
		t.Errorf("the candidates are %+v", list)
	}
}

// TestCompleteOthers: names come from the other rule files, too.
func TestCompleteOthers(t *testing.T) {
	var s api.Session
	const text = "stages \"Life\" { stage \"A\" stage \"B\" when score of "
	got := string(s.Handle(t.Context(), "complete", []byte(fmt.Sprintf(`{"name": "a.score", "text": %q, "offset": %d, "others": [{"name": "b.score", "text": %q}]}`, text, len(text), coffee))))
	if !strings.Contains(got, `"insert":"\"Coffee\""`) {
		t.Errorf("the candidates are %s", got)
	}
}

// TestHover: words have meanings, and other places have none.
func TestHover(t *testing.T) {
	type meaning struct {
		From, To int
		Doc      string
	}
	var s api.Session
	const rules = "// 😀\nmodel \"M\" {\n    target contact\n\n    condition \"C\" {\n        each Email‸Opened\n        score +1\n    }\n}\n"
	got := askAt[*meaning](t, &s, "hover", rules)
	units := utf16.Encode([]rune(strings.Replace(rules, "‸", "", 1)))
	if got == nil || string(utf16.Decode(units[got.From:got.To])) != "EmailOpened" || !strings.Contains(got.Doc, "interaction EmailOpened") {
		t.Errorf("the meaning is %+v", got)
	}
	if got := askAt[*meaning](t, &s, "hover", strings.Replace(strings.Replace(rules, "‸", "", 1), "// ", "// ‸", 1)); got != nil {
		t.Errorf("a comment means %+v", got)
	}
}

// TestPlaces: an offset outside of the text, or in the middle of a character, is no panic.
func TestPlaces(t *testing.T) {
	var s api.Session
	for _, params := range []string{
		`{"name": "a", "text": "model", "offset": -5}`, `{"name": "a", "text": "model", "offset": 999}`, `{"name": "", "text": "", "offset": 0}`,
		`{"name": "a", "text": "😀😀", "offset": 1}`, `{"name": "a", "text": "\ud800 model", "offset": 2}`,
	} {
		for _, method := range []string{"complete", "hover"} {
			if got := string(s.Handle(t.Context(), method, []byte(params))); !strings.HasPrefix(got, `{"status":0`) {
				t.Errorf("%s %s: %s", method, params, got)
			}
		}
	}
	if got := string(s.Handle(t.Context(), "complete", []byte(`{"place": 1}`))); !strings.Contains(got, "unknown field") {
		t.Error(got)
	}
}
