package sqldb

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
)

// ReadMapping reads a mapping file: a JSON object with the members of [Mapping], whose
// keys are in small letters.
//
//	{
//	  "tables": {
//	    "Contact": "people",
//	    "EmailOpened": {
//	      "schema": "events", "name": "opened", "id": "event_id",
//	      "columns": {"Contact": "person_id", "Timestamp": {"name": "at", "format": "UnixMillis"}}
//	    }
//	  },
//	  "absent": ["WebsiteVisited", "Lead.Rating"]
//	}
//
// A table or column of which only the name is given may be that name. A format is the
// name of its constant. The name of the file is for problems, data is its content.
//
// If something is wrong with the file, the error is [Problems], each with its place:
// broken JSON, unknown and repeated keys, and values of a wrong kind. [Open] checks
// whether the mapping matches a schema and a database.
func ReadMapping(name string, data []byte) (Mapping, error) {
	r := &mappingReader{name: name, text: data}
	if m := r.mapping(); len(r.problems) == 0 {
		return m, nil
	}
	return Mapping{}, r.problems
}

// formats are the formats by the names that a mapping file has for them.
var formats = map[string]Format{
	"UnixSeconds": UnixSeconds, "UnixMillis": UnixMillis, "UnixMicros": UnixMicros, "DecimalText": DecimalText, "JSONArray": JSONArray,
}

// A mappingReader reads a mapping file.
type mappingReader struct {
	name     string
	text     []byte
	problems Problems
}

// A node is a value of JSON, and where its text begins.
type node struct {
	at      int
	token   json.Token // of an object or array its first delimiter
	keys    []*node    // of an object
	members []*node    // of an object or array
}

// maxMappingDepth is how deep values may be nested; a mapping needs 6 levels.
const maxMappingDepth = 20

// problem reports what is wrong at an offset.
func (r *mappingReader) problem(at int, format string, args ...any) *Problem {
	before := r.text[:at]
	line := bytes.Count(before, []byte("\n"))
	char := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	place := fmt.Sprintf("%s:%d:%d", shown.Printable(r.name), line+1, char+1)
	r.problems = append(r.problems, Problem{Place: place, Message: fmt.Sprintf(format, args...)})
	return &r.problems[len(r.problems)-1]
}

// parse returns the JSON of the file, or nil if it is broken.
func (r *mappingReader) parse() *node {
	d := json.NewDecoder(bytes.NewReader(r.text))
	n, err := r.value(d, 0)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return n
		}
		err = errors.New("the file must end after the mapping")
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	r.problem(min(int(d.InputOffset()), len(r.text)), "this is no JSON: %s", strings.TrimPrefix(err.Error(), "json: "))
	return nil
}

// value reads a value.
func (r *mappingReader) value(d *json.Decoder, depth int) (*node, error) {
	at := int(d.InputOffset())
	for at < len(r.text) && strings.IndexByte(" \t\r\n,:", r.text[at]) >= 0 {
		at++
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	n := &node{at: at, token: token}
	if _, opens := token.(json.Delim); !opens {
		return n, nil
	}
	if depth == maxMappingDepth {
		return nil, errors.New("values are nested too deeply")
	}
	for d.More() {
		v, err := r.value(d, depth+1)
		if err != nil {
			return nil, err
		}
		if token == json.Delim('[') {
			n.members = append(n.members, v)
			continue
		}
		n.keys = append(n.keys, v)
		if v, err = r.value(d, depth+1); err != nil {
			return nil, err
		}
		n.members = append(n.members, v)
	}
	_, err = d.Token() // the closing delimiter
	return n, err
}

// kind says what a value is.
func (n *node) kind() string {
	switch n.token.(type) {
	case nil:
		return "null"
	case string:
		return "a text"
	case bool:
		return "true or false"
	case float64:
		return "a number"
	}
	if n.token == json.Delim('[') {
		return "an array"
	}
	return "an object"
}

// named calls read with the members of an object, whose keys are any names.
func (r *mappingReader) named(n *node, read func(key string, value *node)) {
	if n.token != json.Delim('{') {
		r.problem(n.at, "want an object, not %s", n.kind())
		return
	}
	seen := map[string]bool{}
	for i, k := range n.keys {
		key := k.token.(string) // the decoder allows nothing else
		if seen[key] {
			r.problem(k.at, "the key %s appears twice", shown.Quote(key))
			continue
		}
		seen[key] = true
		read(key, n.members[i])
	}
}

// object reads an object whose keys are known.
func (r *mappingReader) object(n *node, what string, read map[string]func(*node)) {
	at := map[string]int{}
	for _, k := range n.keys {
		at[k.token.(string)] = k.at
	}
	r.named(n, func(key string, value *node) {
		if read[key] != nil {
			read[key](value)
			return
		}
		known := slices.Sorted(maps.Keys(read))
		p := r.problem(at[key], "%s has no key %s; the keys are %s", what, shown.Quote(key), strings.Join(known, ", "))
		p.Nearest = nearest.Name(key, slices.Values(known))
	})
}

// word reads a text into to.
func (r *mappingReader) word(to *string) func(*node) {
	return func(n *node) {
		text, ok := n.token.(string)
		if !ok {
			r.problem(n.at, "want a text, not %s", n.kind())
		}
		*to = text
	}
}

// mapping reads the file.
func (r *mappingReader) mapping() Mapping {
	var m Mapping
	r.text = bytes.TrimPrefix(r.text, []byte("\ufeff"))
	n := r.parse()
	if n == nil {
		return m
	}
	r.object(n, "a mapping", map[string]func(*node){
		"tables": func(n *node) {
			m.Tables = map[string]Table{}
			r.named(n, func(entity string, value *node) { m.Tables[entity] = r.table(value) })
		},
		"absent": func(n *node) {
			if n.token != json.Delim('[') {
				r.problem(n.at, "want an array of texts, not %s", n.kind())
				return
			}
			for _, value := range n.members {
				var name string
				r.word(&name)(value)
				m.Absent = append(m.Absent, name)
			}
		},
	})
	return m
}

// table reads where the records of an entity are.
func (r *mappingReader) table(n *node) Table {
	var t Table
	if name, ok := n.token.(string); ok {
		return Table{Name: name}
	}
	r.object(n, "a table", map[string]func(*node){
		"schema": r.word(&t.Schema),
		"name":   r.word(&t.Name),
		"id":     r.word(&t.ID),
		"columns": func(n *node) {
			t.Columns = map[string]Column{}
			r.named(n, func(field string, value *node) { t.Columns[field] = r.column(value) })
		},
	})
	return t
}

// column reads where a field or reference is.
func (r *mappingReader) column(n *node) Column {
	var c Column
	if name, ok := n.token.(string); ok {
		return Column{Name: name}
	}
	r.object(n, "a column", map[string]func(*node){
		"name":      r.word(&c.Name),
		"separator": r.word(&c.Separator),
		"true":      r.word(&c.True),
		"false":     r.word(&c.False),
		"format": func(n *node) {
			var name string
			if r.word(&name)(n); name == "" {
				return
			}
			format, ok := formats[name]
			if !ok {
				known := slices.Sorted(maps.Keys(formats))
				r.problem(n.at, "there is no format %s; there are %s", shown.Quote(name), strings.Join(known, ", ")).Nearest = nearest.Name(name, slices.Values(known))
			}
			c.Format = format
		},
		"codes": func(n *node) {
			c.Codes = map[string]string{}
			r.named(n, func(code string, value *node) {
				var means string
				r.word(&means)(value)
				c.Codes[code] = means
			})
		},
	})
	return c
}
