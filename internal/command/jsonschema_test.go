package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/modeltest"
)

// A jsonSchema checks values against the schema in docs/cli.schema.json. It knows the
// keywords that the file uses, and no others.
type jsonSchema struct {
	root any
	seen map[string]bool // the properties that some value had, by their place
}

func readJSONSchema(t *testing.T) *jsonSchema {
	t.Helper()
	text, err := os.ReadFile("../../docs/cli.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	s := &jsonSchema{seen: map[string]bool{}}
	if err := json.Unmarshal(text, &s.root); err != nil {
		t.Fatal(err)
	}
	return s
}

// at returns the schema at a place such as #/$defs/span.
func (s *jsonSchema) at(ref string) map[string]any {
	v := s.root
	for _, name := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		v = v.(map[string]any)[name]
	}
	m, ok := v.(map[string]any)
	if !ok {
		panic("no schema at " + ref)
	}
	return m
}

// check returns what is wrong with a value, or "". The schema is at ref.
func (s *jsonSchema) check(v any, ref string) string { return s.value(v, s.at(ref), ref) }

func (s *jsonSchema) value(v any, schema map[string]any, ref string) string {
	object, _ := v.(map[string]any)
	for _, keyword := range slices.Sorted(maps.Keys(schema)) {
		operand := schema[keyword]
		wrong := ""
		switch keyword {
		case "description", "$comment":
		case "$ref":
			wrong = s.check(v, operand.(string))
		case "anyOf":
			wrong = s.anyOf(v, operand.([]any), ref)
		case "type":
			if got := typeOf(v); got != operand && !(got == "integer" && operand == "number") {
				wrong = fmt.Sprintf("is %s, and not %s", got, operand)
			}
		case "enum":
			if !slices.ContainsFunc(operand.([]any), func(e any) bool { return reflect.DeepEqual(e, v) }) {
				wrong = fmt.Sprintf("%v is not one of %v", v, operand)
			}
		case "const":
			if !reflect.DeepEqual(v, operand) {
				wrong = fmt.Sprintf("%v is not %v", v, operand)
			}
		case "minimum":
			if v.(float64) < operand.(float64) {
				wrong = fmt.Sprintf("%v is less than %v", v, operand)
			}
		case "required":
			for _, name := range operand.([]any) {
				if _, ok := object[name.(string)]; !ok {
					wrong = fmt.Sprintf("lacks %s", name)
				}
			}
		case "properties":
			wrong = s.properties(object, operand.(map[string]any), ref)
		case "additionalProperties": // false, or a schema
			known, _ := schema["properties"].(map[string]any)
			for name := range object {
				if _, ok := known[name]; ok {
					continue
				}
				if others, ok := operand.(map[string]any); ok {
					wrong = within(name, s.value(object[name], others, ref+"/additionalProperties"))
				} else {
					wrong = fmt.Sprintf("%s is not documented", name)
				}
			}
		case "items":
			for i, item := range v.([]any) {
				if wrong == "" {
					wrong = within(fmt.Sprint(i), s.value(item, operand.(map[string]any), ref+"/items"))
				}
			}
		default:
			wrong = "the schema has an unknown keyword " + keyword
		}
		if wrong != "" {
			return wrong
		}
	}
	return ""
}

func (s *jsonSchema) anyOf(v any, schemas []any, ref string) string {
	var all []string
	for i, schema := range schemas {
		wrong := s.value(v, schema.(map[string]any), fmt.Sprintf("%s/anyOf/%d", ref, i))
		if wrong == "" {
			return ""
		}
		all = append(all, wrong)
	}
	return strings.Join(all, "; or ")
}

func (s *jsonSchema) properties(object map[string]any, schemas map[string]any, ref string) string {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		schema, ok := schemas[name].(map[string]any)
		if !ok {
			continue // additionalProperties says whether it may be there
		}
		place := ref + "/properties/" + name
		if wrong := s.value(object[name], schema, place); wrong != "" {
			return within(name, wrong)
		}
		s.seen[place] = true
	}
	return ""
}

func within(name, wrong string) string {
	if wrong == "" {
		return ""
	}
	return name + ": " + wrong
}

func typeOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case float64:
		if v == math.Trunc(v) {
			return "integer"
		}
		return "number"
	}
	return "object"
}

// documented returns the places of all properties in a part of the schema.
func documented(v any, ref string) []string {
	var places []string
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			places = append(places, documented(e, fmt.Sprintf("%s/%d", ref, i))...)
		}
	case map[string]any:
		for key, e := range v {
			place := ref + "/" + key
			if strings.HasSuffix(ref, "/properties") && !strings.HasSuffix(ref, "/properties/properties") {
				places = append(places, place)
			}
			places = append(places, documented(e, place)...)
		}
	}
	return places
}

// partsRules have all that a result of a structured model can have.
const partsRules = `model "Parts" {
    target contact
    dimension "Fit" {
        limit up to 5
        weight 50%
        table "Forms" by number of FormSubmitted {
            from 1       score +9
            otherwise    score -1
        }
        grade "A" from 1
        grade "B" below 1
    }
    condition "Demo" {
        each FormSubmitted losing 25% every 1 month
        score +25 up to +30
    }
    condition "Blocks" {
        "Either": any of {
            has Lead.ParentContact
            none EmailOpened
        }
        same FormName {
            has FormSubmitted
        }
        score +1
    }
    condition "Later" {
        active from 2030-01-01
        has Lead
        score +1
    }
    label "Fit"
}
`

// unscoredRules have what an explanation of a lead that is not scored has, caps that are
// full, and a rule that is made of others.
const unscoredRules = `model "Over" {
    target contact
    active from 2026-01-01 to 2026-03-31
    condition "Known" {
        has Lead
        score +1
    }
}
model "Others" {
    target contact
    audience {
        any of {
            has Lead where Rating = "Hot" or City = "Rome"
            at most 1 FormSubmitted
        }
        from 3 to 5 FormSubmitted once per FormName
    }
    condition "Known" {
        has Lead
        score +1
    }
}
`

// TestJSONSchema: all output of --format json is as docs/cli.schema.json says, and
// everything that the schema documents can be seen.
func TestJSONSchema(t *testing.T) {
	schema := readJSONSchema(t)
	setUpLeads(t)
	write(t, "odd.score", "model \"Odd\" {\n    target contact\n    condition \"Rated\" {\n        has Lead\n            where Rating = \"Hot\"\n              and Rating = \"Cold\"\n        score +10\n    }\n    sales ready at 0\n}\n")
	write(t, "many.score", strings.Repeat("?\n", 200))
	write(t, "twice.score", "model \"M\" {\n    target contact\n}\nmodel \"M\" {\n    target contact\n}\n")
	write(t, "near.score", "model \"Near\" {\n    target contact\n    condition \"Chicago\" {\n        \"from there\": has Lead where City = \"Chicago\"\n        score +1\n    }\n    condition \"Reached\" {\n        has Lead.ParentContact\n        score +1\n    }\n    condition \"Opened\" {\n        each EmailOpened\n        score +1\n    }\n}\n")
	write(t, "city/Lead.csv", "id,ParentContact,City\na,c,Boston\nb,d,\"Chicago \"\n")
	write(t, "city/Contact.csv", "id\nd\n")
	write(t, "city/EmailOpened.csv", "Contact,Timestamp\nd,2027-01-01\n")
	write(t, "later.score", files["coffee.score"]+"test \"Later\" {\n    model \"Coffee\"\n    as of 2026-05-31\n    Lead with ParentContact = \"ada\"\n    Contact \"ada\"\n    EmailOpened on 2027-05-30\n    expect sales ready\n}\n")
	write(t, "shop.score", "profile Lead {\n    Rating choice (\"Hot\") exact\n    Worth number rollup\n    ParentContact -> Contact\n    ParentAccount -> Account\n}\nprofile Contact {\n    ParentAccount -> Account\n    Leads <- Lead.ParentContact\n}\nprofile Account {\n}\ninteraction Called passive {\n}\n")
	write(t, "old.sc", "profile Lead {\n    Shoes text\n}\n"+files["never.score"])
	write(t, "now.sc", "profile Lead {\n    Shoes number\n}\n"+files["never.score"])
	write(t, "shoes/Lead.csv", "id,ParentContact,Shoes\na,ada,42\nb,ben,large\n")
	write(t, "parts.score", partsRules)
	write(t, "parts.lower", strings.NewReplacer("up to 5", "up to 4", "from 1\n", "from 5\n", "below 1\n", "below 5\n").Replace(partsRules))
	write(t, "parts.few", strings.Replace(partsRules, "target contact", "target contact audience { none FormSubmitted }", 1))
	write(t, "parts/Lead.csv", "id,ParentContact\na,ada\n")
	write(t, "parts/Contact.csv", "id\nada\n")
	write(t, "parts/FormSubmitted.csv", "Contact,Timestamp,FormName\nada,2026-04-20,Demo\n")
	write(t, "unscored.score", unscoredRules)
	write(t, "full/Lead.csv", "id,ParentContact\na,ada\n")
	write(t, "full/Contact.csv", "id\nada\n")
	write(t, "full/FormSubmitted.csv", "Contact,Timestamp,FormName\nada,2026-04-20,Demo\nada,2026-04-21,Demo\nada,2026-04-21,Tour\nada,2026-04-22,Tour\n")
	write(t, "odd/Lead.csv", "id,ParentContact\na,501\nb,502\n")
	write(t, "odd/Contact.csv", "id\n501\n502\n")
	write(t, "odd/EmailOpened.csv", "Contact,Timestamp\n501.0,2026-05-20\n502,2026-05-20\n")
	write(t, "words.score", "model \"Words\" {\n    target contact\n    condition \"Trial\" {\n        has EmailOpened where EmailName contains word \"trial\"\n        score +5\n    }\n}\n")
	write(t, "five.score", "model \"M\" {\n    5\n}\n")
	people := "id,ParentContact\n"
	for i := range 1000 {
		people += fmt.Sprintf("l%d,c%d\n", i, i)
	}
	write(t, "large/Lead.csv", people)
	check := func(args, command, line string) {
		t.Helper()
		var v any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		if wrong := schema.check(v, "#/$defs/commands/"+command); wrong != "" {
			t.Errorf("%s: %s\n%s", args, wrong, line)
		}
	}
	for _, args := range []string{
		"score --data data --as-of 2026-06-01 coffee.score", "score --data data --lead nemo coffee.score", "score --data data --as-of 2026-06-01 --explain coffee.score",
		"score --data city --as-of 2026-06-01 --explain near.score", "score --data bad coffee.score",
		"explain --data full --lead a --as-of 2026-06-01 unscored.score",
		"score --data parts --as-of 2026-06-01 parts.score", "explain --data parts --lead a --as-of 2026-06-01 parts.score", "score --data odd --as-of 2026-06-01 coffee.score",
		"explain --data data --lead b --as-of 2026-06-01 --what-if coffee.score", "explain --data data --lead b coffee.score",
		"check wrong.score", "check many.score", "check twice.score", "check --advice odd.score", "check coffee.score", "check none.score",
		"check --data odd --as-of 2026-06-01 --advice coffee.score", "check --data bad --skip-bad --advice coffee.score", "check --data city near.score", "check five.score", "check --advice --data large near.score",
		"test coffee.score failing.test passing.test", "test later.score",
		"diff --exit-code coffee.score new.version", "diff --data data --as-of 2026-06-01 coffee.score new.version", "diff --data shoes --skip-bad old.sc now.sc",
		"diff --data parts --as-of 2026-06-01 parts.score parts.lower", "diff --data parts --as-of 2026-06-01 parts.score parts.few",
		"history --data data --lead a --from 2026-05-01 --to 2026-06-01 coffee.score", "history --data parts --lead a --from 2026-04-01 --to 2026-09-01 parts.score",
		"next --data data --as-of 2026-05-01 coffee.score", "next --data bad --skip-bad --as-of 2026-05-01 --lead nemo coffee.score",
		"changes --data data --from 2026-05-01 --to 2026-06-01 coffee.score", "changes --data parts --from 2026-04-01 --to 2026-06-01 --scores parts.score",
		"stages --data leads --as-of 2026-06-01 leads.score stages.score", "assign --data leads --as-of 2026-06-01 leads.score", "create --data leads --as-of 2026-06-01 leads.score",
		"schema", "schema --schema shop.score",
		"sql --as-of 2026-06-01 coffee.score", "sql --parameters coffee.score", "sql --audit coffee.score", "sql --dialect sqlite words.score",
	} {
		words := append(strings.Fields(args), "--format", "json")
		out, errs, _ := call(t, "", words...)
		if out == "" {
			t.Errorf("%s: no output, %s", args, errs)
		}
		for line := range strings.Lines(out) {
			check(args, words[0], line)
		}
	}
	// No rule file makes a test that cannot be run.
	failed, err := json.Marshal(map[string]answer.Test{answer.KeyTest: answer.TestOf(modeltest.Result{Model: "M", Test: "T", Err: errors.New("failed")})})
	if err != nil {
		t.Fatal(err)
	}
	check("test", "test", string(failed))
	// Only data that cannot be read makes an account for which no lead is proposed.
	if failed, err = json.Marshal(map[string]unproposed{answer.KeyUnproposed: {Creation: "C", Account: "a", Error: "failed"}}); err != nil {
		t.Fatal(err)
	}
	check("create", "create", string(failed))
	for _, place := range documented(schema.root, "#") {
		if !schema.seen[place] {
			t.Errorf("no output has %s", place)
		}
	}
}

// TestJSONSchemaChecks: the checker of this test finds what is wrong.
func TestJSONSchemaChecks(t *testing.T) {
	schema := readJSONSchema(t)
	for _, line := range []string{
		`{}`, `{"begin":{"command":"score"}}`, `{"begin":{"command":"fmt","format":1}}`, `{"begin":{"command":"score","format":2}}`,
		`{"end":{"status":"0"}}`, `{"end":{"status":0,"x":1}}`, `{"end":{"status":0},"error":{"message":""}}`, `{"entity":{}}`, `[]`,
		`{"result":{"model":"M","lead":"a","status":"scored","score":1.5}}`, `{"finding":{"code":"x","severity":"warning","count":-1,"of":1,"summary":""}}`,
		`{"result":{"model":"M","lead":"a","status":"scored","contributions":[{}]}}`,
	} {
		var v any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		if schema.check(v, "#/$defs/commands/score") == "" {
			t.Errorf("nothing is wrong with %s", line)
		}
	}
	// Each command with --format has a schema, and each key of a line a description.
	for _, c := range leadscoreCommand.commands() {
		_, ok := schema.at("#/$defs/commands")[c.name]
		if ok != strings.Contains(c.usage, "json") {
			t.Errorf("%s: a schema: %t", c.name, ok)
		}
	}
	text, err := os.ReadFile(filepath.FromSlash("../../docs/cli.md"))
	if err != nil {
		t.Fatal(err)
	}
	for key, line := range schema.at("#/$defs/lines") {
		if line.(map[string]any)["description"] == nil || !strings.Contains(string(text), "\n| `"+key+"` |") {
			t.Errorf("docs/cli.md does not describe %s", key)
		}
	}
}
