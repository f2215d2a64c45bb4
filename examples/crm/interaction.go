package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// An interaction is something that happened with a contact.
type interaction struct {
	id, kind, contact string
	timestamp         time.Time        // in UTC, to the microsecond
	fields            map[string]any   // the other fields that are not empty
	entity            *traverse.Entity // the kind in the schema, with the types of its fields
}

// equal reports whether an interaction that is posted is the stored one. The stored
// one may be from a time when fields were stored as they were posted, or when they had
// other types.
func (i interaction) equal(stored interaction) bool {
	if i.id != stored.id || i.kind != stored.kind || i.contact != stored.contact || !i.timestamp.Equal(stored.timestamp) {
		return false
	}
	return reflect.DeepEqual(i.fields, stored.fields) || reflect.DeepEqual(i.fields, storedNow(i.entity, stored.fields))
}

// storedNow returns stored fields as they would be stored if they were posted now.
// Values that do not fit the types of today stay as they are.
func storedNow(kind *traverse.Entity, fields map[string]any) map[string]any {
	now := map[string]any{}
	for name, v := range fields {
		if storable, wrong := storable(v); wrong == "" && storable != nil {
			now[name] = storable
		}
	}
	asColumns(kind, now)
	return now
}

// A fieldProblem is a problem with one field of a request.
type fieldProblem struct {
	Field   string `json:"field"`
	Detail  string `json:"detail"`
	Nearest string `json:"nearest,omitempty"` // the valid name that was most likely meant
}

// parseInteraction reads an interaction of some kind: a JSON object with its id,
// and with its fields and references under their names in the schema. The error is a
// *problem that lists everything that is wrong.
func parseInteraction(schema *leadscore.Schema, kind string, body []byte) (interaction, error) {
	given, lossy, bad, err := parseObject(body)
	if err != nil {
		return interaction{}, &problem{Status: 400, Detail: "The body must be a JSON object: " + err.Error() + "."}
	}
	if len(lossy) > 0 {
		return interaction{}, &problem{Status: 400, Detail: "The body holds values that would not be stored as they are.", Errors: lossy}
	}
	i := interaction{kind: kind, fields: given, entity: schema.Entity(kind)}
	// U+FFFD stands for what was lost before, so two such ids may have been different.
	if i.id = takeText(given, "id"); i.id == "" || len(i.id) > 200 || strings.ContainsRune(i.id, utf8.RuneError) {
		bad = append(bad, fieldProblem{Field: "id", Detail: "needed: a text of at most 200 bytes, without U+FFFD, that no other interaction has"})
	}
	if i.contact = takeText(given, "Contact"); i.contact == "" {
		bad = append(bad, fieldProblem{Field: "Contact", Detail: "needed: the id of the contact, a text"})
	}
	when, err := parseTime(takeText(given, traverse.Timestamp))
	switch {
	case err != nil:
		bad = append(bad, fieldProblem{Field: traverse.Timestamp, Detail: err.Error()})
	case when.IsZero():
		bad = append(bad, fieldProblem{Field: traverse.Timestamp, Detail: "needed: when it happened, such as 2026-05-31T14:30:00Z"})
	default:
		i.timestamp = when
	}
	misfits := checkFields(schema, kind, given)
	if bad = append(bad, misfits...); misfits == nil {
		bad = append(bad, asColumns(i.entity, given)...)
	}
	if len(bad) > 0 {
		return interaction{}, &problem{Status: 422, Detail: "The interaction does not fit the schema.", Errors: bad}
	}
	return i, nil
}

// parseTime reads a time that can be stored: in UTC, its year is from 0 to 9999. The
// time of an empty text is zero.
func parseTime(text string) (time.Time, error) {
	v, err := memory.Parse(traverse.Time, text)
	if err != nil || v.IsEmpty() {
		return time.Time{}, err
	}
	t := v.Time().UTC()
	if y := t.Year(); y < 0 || y > 9999 {
		return time.Time{}, fmt.Errorf("in UTC, the year of %q is %d; it must be from 0 to 9999", text, y)
	}
	return t, nil
}

// takeText removes a text from an object and returns it, or "" if there is none.
func takeText(given map[string]any, name string) string {
	text, _ := given[name].(string)
	delete(given, name)
	return text
}

// parseObject reads a JSON object. Its values can be stored: texts, finite numbers,
// bools and lists of texts; empty values are left out. bad lists the others. lossy
// lists what encoding/json would replace silently: numbers that become 0, and halves of
// surrogate pairs, which become U+FFFD. It would also take the last of two equal names.
func parseObject(body []byte) (given map[string]any, lossy, bad []fieldProblem, err error) {
	if !utf8.Valid(body) {
		return nil, nil, nil, errors.New("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, nil, nil, errors.New("it does not begin with {")
	}
	given = map[string]any{}
	for seen := map[string]bool{}; d.More(); {
		began := d.InputOffset()
		t, err := d.Token()
		if err != nil {
			return nil, nil, nil, err
		}
		var v any
		if err := d.Decode(&v); err != nil {
			return nil, nil, nil, err
		}
		name := t.(string) // a key is always a string
		if seen[name] {
			bad = append(bad, fieldProblem{Field: name, Detail: "given twice"})
		}
		seen[name] = true
		if half := loneSurrogate(body[began:d.InputOffset()]); half != "" {
			lossy = append(lossy, fieldProblem{Field: name, Detail: half + " is half of a character; write both halves, as in \\ud83d\\ude00, or the character itself"})
			continue
		}
		if n, ok := v.(json.Number); ok {
			if v, err = parseNumber(n.String()); err != nil {
				lossy = append(lossy, fieldProblem{Field: name, Detail: err.Error()})
				continue
			}
		}
		switch v, wrong := storable(v); {
		case wrong != "":
			bad = append(bad, fieldProblem{Field: name, Detail: wrong})
		case v != nil:
			given[name] = v
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, nil, nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, nil, nil, errors.New("something follows the object")
	}
	return given, lossy, bad, nil
}

// parseNumber reads a decimal number. It fails if the number is too large, or so small
// that it would become 0.
func parseNumber(text string) (float64, error) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fmt.Errorf("%s is too large for a number; the largest is about 1.8e308", brief(text))
	}
	digits, _, _ := strings.Cut(strings.ToLower(text), "e")
	if f == 0 && strings.ContainsAny(digits, "123456789") {
		return 0, fmt.Errorf("%s is too small for a number, and would become 0; the smallest above 0 is about 4.9e-324", brief(text))
	}
	return f, nil
}

// brief returns the digits of a number, without most of them if there are many.
func brief(digits string) string {
	if len(digits) <= 40 {
		return digits
	}
	return digits[:20] + "…" + digits[len(digits)-10:]
}

// loneSurrogate returns the first escape in JSON that is half of a surrogate pair, such
// as \ud800, without the other half. It returns "" if there is none.
func loneSurrogate(text []byte) string {
	unit := func(at int) rune { // the escaped UTF-16 unit at an index, or -1
		if len(text) < at+6 || text[at] != '\\' || text[at+1] != 'u' {
			return -1
		}
		n, err := strconv.ParseUint(string(text[at+2:at+6]), 16, 16)
		if err != nil {
			return -1
		}
		return rune(n)
	}
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		r := unit(i)
		switch {
		case !utf16.IsSurrogate(r):
			i++ // what is escaped may be a backslash
		case utf16.DecodeRune(r, unit(i+6)) == utf8.RuneError:
			return string(text[i : i+6])
		default:
			i += 11
		}
	}
	return ""
}

// storable returns a value in the form in which it is stored, nil if it is empty, or
// a problem with it.
func storable(v any) (_ any, wrong string) {
	switch v := v.(type) {
	case string:
		if strings.ContainsRune(v, 0) {
			return nil, "a text must not hold the character U+0000"
		}
		if v == "" {
			return nil, ""
		}
	case []any:
		var texts []string
		for _, x := range v {
			text, isText := x.(string)
			if !isText || strings.ContainsAny(text, "\x00;") {
				return nil, "a list must hold texts, without semicolons and the character U+0000"
			}
			if text != "" {
				texts = append(texts, text)
			}
		}
		if texts == nil {
			return nil, ""
		}
		return texts, ""
	case map[string]any:
		return nil, "an object is not a value"
	}
	return v, ""
}

// asColumns changes fields into what a view can cast in either database, and rules can
// read: see asColumn. A field whose value is empty is removed. It returns the values
// that cannot be stored, and does not change them.
func asColumns(kind *traverse.Entity, fields map[string]any) (bad []fieldProblem) {
	for name, given := range fields {
		f, ok := kind.Field(name)
		if !ok {
			continue
		}
		switch v, err := asColumn(f.Type, given); {
		case err != nil:
			bad = append(bad, fieldProblem{Field: name, Detail: err.Error()})
		case v == nil:
			delete(fields, name)
		default:
			fields[name] = v
		}
	}
	return bad
}

// asColumn returns a value in the form in which a field of type t is stored: numbers
// and bools are not texts, times are in UTC, and choices are a text with semicolons.
// The value nil is empty.
func asColumn(t traverse.Type, given any) (any, error) {
	if list, ok := given.([]string); ok {
		return strings.Join(list, ";"), nil
	}
	text, ok := given.(string)
	if !ok {
		return given, nil
	}
	v, err := memory.Parse(t, text)
	if err != nil || v.IsEmpty() {
		return nil, err
	}
	switch t {
	case traverse.Number:
		return parseNumber(text)
	case traverse.Bool:
		return v.Bool(), nil
	case traverse.Time:
		at, err := parseTime(text)
		return at.Format(time.RFC3339Nano), err
	case traverse.Choices:
		return strings.Join(v.Choices(), ";"), nil
	}
	return text, nil
}

// checkFields returns the fields that do not fit the schema. It uses package memory,
// which fits values to the types of their fields.
func checkFields(schema *leadscore.Schema, kind string, fields map[string]any) []fieldProblem {
	if !isKind(schema, kind) {
		return []fieldProblem{{"kind", "no kind of interaction is called " + strconv.Quote(kind), nearestKind(schema, kind)}}
	}
	problems, _ := errors.AsType[memory.Problems](memory.New(schema).Add(kind, "posted", fields))
	var bad []fieldProblem
	for _, p := range problems {
		bad = append(bad, fieldProblem{p.Field, p.Message, p.Nearest})
	}
	return bad
}

func isKind(schema *leadscore.Schema, name string) bool {
	e := schema.Entity(name)
	return e != nil && e.Kind() == traverse.Interaction
}

// nearestKind returns the kind of interaction that was most likely meant, or "".
func nearestKind(schema *leadscore.Schema, name string) string {
	_, err := schema.Path(name)
	unknown, ok := errors.AsType[*traverse.PathError](err)
	if !ok || !isKind(schema, unknown.Nearest()) {
		return ""
	}
	return unknown.Nearest()
}
