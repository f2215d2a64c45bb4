package registry

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/shown"
)

// A Version is a set of rule files. Its name is unique in a registry, and what it holds
// never changes.
type Version struct {
	Name   string
	Author string    // who drafted it
	Time   time.Time // when it was drafted
	Note   string    // what it is about
	Files  []leadscore.File
}

// An Action is what an [Entry] is about. In JSON it is the string.
type Action string

// The actions.
const (
	ActionDraft   Action = "draft"   // a version is added
	ActionPublish Action = "publish" // a version becomes live, and the one before is stopped
	ActionStop    Action = "stop"    // a model is stopped
	ActionStart   Action = "start"   // a model that is stopped scores leads again
)

// An Entry is a step that somebody has taken, or one that was refused.
type Entry struct {
	Number  int64     `json:"number"` // from 1
	Time    time.Time `json:"time"`   // to the microsecond
	Action  Action    `json:"action"`
	Author  string    `json:"author"`
	Note    string    `json:"note,omitempty"`
	Version string    `json:"version"`           // its name; of stop and start, the version that was live
	Model   string    `json:"model,omitempty"`   // of stop and start
	Files   []File    `json:"files,omitempty"`   // of draft
	Reasons Reasons   `json:"reasons,omitempty"` // why the step was refused; empty if it was taken
}

// A File is a rule file of a draft, as an entry keeps it.
type File struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Refused reports whether the step was refused, so that it had no effect.
func (e *Entry) Refused() bool { return len(e.Reasons) > 0 }

// String returns the step on one line, such as `3 2026-05-01T09:00:00Z ada: publish
// "spring": refused for 2 reasons`. Control characters in names are replaced.
func (e *Entry) String() string {
	text := fmt.Sprintf("%d %s %s: %s", e.Number, e.Time.Format(time.RFC3339), e.Author, e.Action)
	if e.Model != "" {
		text += fmt.Sprintf(" model %q of", e.Model)
	}
	text += fmt.Sprintf(" %q", e.Version)
	if n := len(e.Reasons); n > 0 {
		text += fmt.Sprintf(": refused for %d %s", n, plural(n, "reason", "reasons"))
	}
	if e.Note != "" {
		text += " (" + e.Note + ")"
	}
	return shown.Printable(text)
}

// plural returns one of two words.
func plural(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return several
}

// encode returns an entry as it is kept.
func (e *Entry) encode() ([]byte, error) { return shown.JSON(e) }

// decode reads the entry that is kept under a number. What it does not know may change
// what an entry means, so it is an error.
func decode(number int64, text []byte) (*Entry, error) {
	var e Entry
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	err := in.Decode(&e)
	if err == nil && in.More() {
		err = errors.New("something follows the entry")
	}
	switch {
	case err != nil:
	case e.Number != number:
		err = fmt.Errorf("it says that it is entry %d", e.Number)
	case e.Version == "":
		err = errors.New("it names no version")
	case !slices.Contains([]Action{ActionDraft, ActionPublish, ActionStop, ActionStart}, e.Action):
		err = fmt.Errorf("this version of leadscore does not know the action %q", e.Action)
	case (e.Model != "") != (e.Action == ActionStop || e.Action == ActionStart):
		err = fmt.Errorf("the action %s has the model %q", e.Action, e.Model)
	}
	if err != nil {
		return nil, fmt.Errorf("registry: entry %d cannot be read: %w", number, err)
	}
	return &e, nil
}

// files returns the files of a draft.
func (e *Entry) files() []leadscore.File {
	list := make([]leadscore.File, len(e.Files))
	for i, f := range e.Files {
		list[i] = leadscore.File{Name: f.Name, Text: f.Text}
	}
	return list
}

// sum identifies what a draft says, whenever it was drafted.
func (e *Entry) sum() [sha256.Size]byte {
	said := Entry{Version: e.Version, Author: e.Author, Note: e.Note, Files: e.Files}
	text, err := said.encode()
	if err != nil {
		panic(err) // it holds nothing that has no JSON
	}
	return sha256.Sum256(text)
}

const (
	longestName = 200      // bytes of the name of a version
	longestText = 10_000   // bytes of an author or a note
	mostBytes   = 16 << 20 // of the files of a version, all together
)

// sound returns what is wrong with who takes a step and why.
func (b By) sound() error {
	if b.Author == "" {
		return invalid("a step needs an author")
	}
	for what, text := range map[string]string{"author": b.Author, "note": b.Note} {
		switch {
		case len(text) > longestText:
			return invalid("the %s has %d bytes; the limit is %d", what, len(text), longestText)
		case !utf8.ValidString(text):
			return invalid("the %s is not UTF-8", what)
		}
	}
	return nil
}

// sound returns what is wrong with a version that is to be drafted. Whether its rules
// compile does not matter yet.
func (v *Version) sound() error {
	name := shown.Quote(v.Name)
	switch {
	case v.Name == "":
		return invalid("a version needs a name")
	case !utf8.ValidString(v.Name), strings.ContainsFunc(v.Name, shown.Unsafe), strings.TrimSpace(v.Name) != v.Name:
		return invalid("the name %s must be UTF-8, without control characters and outer blanks", name)
	case len(v.Name) > longestName:
		return invalid("the name %s has %d bytes; the limit is %d", name, len(v.Name), longestName)
	case len(v.Files) == 0:
		return invalid("version %s has no files", name)
	}
	seen, total := map[string]bool{}, 0
	for _, f := range v.Files {
		total += len(f.Text)
		switch {
		case f.Name == "":
			return invalid("a file of version %s has no name", name)
		case seen[f.Name]:
			return invalid("version %s has two files %s", name, shown.Quote(f.Name))
		case !utf8.ValidString(f.Name), !utf8.ValidString(f.Text):
			return invalid("file %s of version %s is not UTF-8", shown.Quote(f.Name), name)
		}
		seen[f.Name] = true
	}
	if total > mostBytes {
		return invalid("the files of version %s have %d bytes; the limit is %d", name, total, mostBytes)
	}
	return By{v.Author, v.Note}.sound()
}
