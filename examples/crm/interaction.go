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
	"unicode/utf8"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// An interaction is something that happened with a contact.
type interaction struct {
	id, kind, contact string
	timestamp         time.Time      // in UTC, to the microsecond
	fields            map[string]any // the other fields that are not empty
}

func (i interaction) equal(o interaction) bool {
	return i.id == o.id && i.kind == o.kind && i.contact == o.contact && i.timestamp.Equal(o.timestamp) &&
		reflect.DeepEqual(i.fields, o.fields)
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
	given, bad, err := parseObject(body)
	if err != nil {
		return interaction{}, &problem{Status: 400, Detail: "The body must be a JSON object: " + err.Error() + "."}
	}
	i := interaction{kind: kind, fields: given}
	// Decoding JSON replaces invalid characters by U+FFFD, which would make ids equal.
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
		bad = append(bad, asColumns(schema.Entity(kind), given)...)
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
// bools and lists of texts; empty values are left out. encoding/json alone would
// silently take the last of two equal names.
func parseObject(body []byte) (given map[string]any, bad []fieldProblem, err error) {
	if !utf8.Valid(body) {
		return nil, nil, errors.New("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, nil, errors.New("it does not begin with {")
	}
	given = map[string]any{}
	for seen := map[string]bool{}; d.More(); {
		t, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		var v any
		if err := d.Decode(&v); err != nil {
			return nil, nil, err
		}
		name := t.(string) // a key is always a string
		if seen[name] {
			bad = append(bad, fieldProblem{Field: name, Detail: "given twice"})
		}
		seen[name] = true
		switch v, wrong := storable(v); {
		case wrong != "":
			bad = append(bad, fieldProblem{Field: name, Detail: wrong})
		case v != nil:
			given[name] = v
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, nil, errors.New("something follows the object")
	}
	return given, bad, nil
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

// asColumns changes fields that fit the schema into what a view can cast in either
// database, and rules can read: numbers and bools are not texts, times are in UTC, and
// choices are a text with semicolons. A field whose value is empty is removed. It
// returns the times that cannot be stored.
func asColumns(kind *traverse.Entity, fields map[string]any) (bad []fieldProblem) {
	for name, given := range fields {
		f, ok := kind.Field(name)
		text, isText := given.(string)
		if !ok || !isText {
			if list, ok := given.([]string); ok {
				fields[name] = strings.Join(list, ";")
			}
			continue
		}
		v, _ := memory.Parse(f.Type, text) // it fits
		if v.IsEmpty() {
			delete(fields, name)
			continue
		}
		switch f.Type {
		case traverse.Number:
			fields[name] = v.Number()
		case traverse.Bool:
			fields[name] = v.Bool()
		case traverse.Time:
			t, err := parseTime(text)
			if err != nil {
				bad = append(bad, fieldProblem{Field: name, Detail: err.Error()})
			}
			fields[name] = t.Format(time.RFC3339Nano)
		case traverse.Choices:
			fields[name] = strings.Join(v.Choices(), ";")
		}
	}
	return bad
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
