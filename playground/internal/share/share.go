// Package share makes links that open rules and data in the page, as those do that the page
// makes itself: web/src/share.js reads them.
package share

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
)

// A State is what a link holds.
type State struct {
	Rules   File   `json:"rules"`            // the rule file that is shown
	Others  []File `json:"others,omitempty"` // the other rule files
	Old     []File `json:"old"`              // an older version of the rules, or nil
	Data    []File `json:"data"`
	Mapping *File  `json:"mapping"`
	Schema  *File  `json:"schema,omitempty"` // in place of the standard schema, or nil
	Zone    string `json:"zone,omitempty"`   // of days, or "" for that of the models
	AsOf    string `json:"asOf"`             // a day or an instant, such as 2026-05-31T12:00:00Z
	Lead    string `json:"lead"`             // the lead to explain; "" is the first one
}

// A File is a text file.
type File struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// most is how long the JSON of a link may be, as in web/src/share.js.
const most = 16 << 20

// prefix begins the fragment of a link.
const prefix = "#s="

// Fragment returns the part of a link after the address of the page, such as "#s=q1Yq…". Equal
// states have equal fragments.
func Fragment(s *State) string {
	state := *s
	if state.Data == nil {
		state.Data = []File{} // the page wants a list
	}
	text, err := json.Marshal(&state)
	if err != nil {
		panic(err) // a state has texts alone
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		panic(err) // the level is valid
	}
	_, _ = w.Write(text) // a buffer does not fail
	_ = w.Close()
	return prefix + base64.RawURLEncoding.EncodeToString(packed.Bytes())
}

// Parse returns the state that a fragment holds.
func Parse(fragment string) (*State, error) {
	if len(fragment) < len(prefix) || fragment[:len(prefix)] != prefix {
		return nil, fmt.Errorf("a link of the page has %s and its state after the address", prefix)
	}
	packed, err := base64.RawURLEncoding.DecodeString(fragment[len(prefix):])
	if err != nil {
		return nil, fmt.Errorf("reading a link: %w", err)
	}
	r := flate.NewReader(bytes.NewReader(packed))
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fmt.Errorf("reading a link: %w", err)
	}
	if len(text) > most {
		return nil, fmt.Errorf("reading a link: it holds more than %d bytes", most)
	}
	var s State
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("reading a link: %w", err)
	}
	return &s, nil
}
