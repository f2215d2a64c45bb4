package registry

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
)

// ErrUnknown is what an error wraps if there is no version or model of a name.
var ErrUnknown = errors.New("unknown")

// ErrConflict is what an error wraps if a step cannot be taken in the state in which the
// registry is: another version has the name, the version is live already, or the model is
// stopped already or is not stopped. Nothing is kept of such a step.
var ErrConflict = errors.New("conflict")

// ErrInvalid is what an error wraps if what a step is given cannot be kept: a version without
// a name or files, a step without an author, or text that is too long or not UTF-8.
var ErrInvalid = errors.New("invalid")

// A stateError is an error that wraps ErrUnknown, ErrConflict or ErrInvalid.
type stateError struct {
	text string
	kind error
}

func (e *stateError) Error() string { return "registry: " + e.text }
func (e *stateError) Unwrap() error { return e.kind }

func conflict(format string, args ...any) error {
	return &stateError{fmt.Sprintf(format, args...), ErrConflict}
}

func invalid(format string, args ...any) error {
	return &stateError{fmt.Sprintf(format, args...), ErrInvalid}
}

// unknown returns the error of a name that is none of those that there are.
func unknown(what, name string, names []string) error {
	text := fmt.Sprintf("there is no %s %s", what, shown.Quote(name))
	if near := nearest.Name(name, slices.Values(names)); near != "" {
		text += nearest.Hint(strconv.Quote(near))
	}
	return &stateError{text, ErrUnknown}
}

// A Status is the status of a version. In JSON it is the string.
type Status string

// The statuses.
const (
	StatusDraft   Status = "draft"   // it has not been live
	StatusLive    Status = "live"    // leads are scored by it
	StatusStopped Status = "stopped" // it was live
)

// A VersionState is a version, without its files, and its status.
type VersionState struct {
	Name      string    `json:"name"`
	Status    Status    `json:"status"`
	Author    string    `json:"author"`
	Time      time.Time `json:"time"`
	Note      string    `json:"note,omitempty"`
	Number    int64     `json:"number"`              // of the entry that drafts it
	Published time.Time `json:"published,omitzero"`  // when it became live, the last time; the zero time for a draft
	Publisher string    `json:"publisher,omitempty"` // who published it then
	Refused   int       `json:"refused,omitempty"`   // how often it was refused

	sum [sha256.Size]byte // of what it says
}

// A log is what the entries of a store come to.
type log struct {
	number   int64 // of the last entry
	versions map[string]*VersionState
	names    []string // of versions, in the order of the log
	live     string   // the version that is live; "" if none is
	since    int64    // the entry since which leads are scored as they are: see Live
	stopped  []string // models, also those that the live version does not have
}

func newLog() log { return log{versions: map[string]*VersionState{}} }

// add adds the next entry. It fails if the entry cannot follow those before it.
func (l *log) add(e *Entry) error {
	if err := l.take(e); err != nil {
		return fmt.Errorf("registry: entry %d cannot follow those before it: %w", e.Number, err)
	}
	l.number = e.Number
	return nil
}

func (l *log) take(e *Entry) error {
	v := l.versions[e.Version]
	switch {
	case v == nil && e.Action != ActionDraft:
		return unknown("version", e.Version, l.names)
	case e.Refused():
		if v != nil && e.Action == ActionPublish {
			v.Refused++
		}
		return nil
	}
	switch e.Action {
	case ActionDraft:
		if v != nil {
			return conflict("there are two versions %s", shown.Quote(e.Version))
		}
		l.versions[e.Version] = &VersionState{
			Name: e.Version, Status: StatusDraft, Author: e.Author, Time: e.Time, Note: e.Note, Number: e.Number, sum: e.sum(),
		}
		l.names = append(l.names, e.Version)
		return nil
	case ActionPublish:
		if before := l.versions[l.live]; before != nil {
			before.Status = StatusStopped
		}
		v.Status, v.Published, v.Publisher = StatusLive, e.Time, e.Author
		l.live = v.Name
	case ActionStop:
		if slices.Contains(l.stopped, e.Model) {
			return conflict("model %s is stopped already", shown.Quote(e.Model))
		}
		l.stopped = append(slices.Clip(l.stopped), e.Model)
	case ActionStart:
		if !slices.Contains(l.stopped, e.Model) {
			return conflict("model %s is not stopped", shown.Quote(e.Model))
		}
		l.stopped = slices.DeleteFunc(slices.Clone(l.stopped), func(m string) bool { return m == e.Model })
	}
	l.since = e.Number
	return nil
}

// find returns the state of a version.
func (l *log) find(name string) (VersionState, error) {
	if v := l.versions[name]; v != nil {
		return *v, nil
	}
	return VersionState{}, unknown("version", name, slices.Sorted(maps.Keys(l.versions)))
}

// list returns all versions.
func (l *log) list() []VersionState {
	list := make([]VersionState, len(l.names))
	for i, name := range l.names {
		list[i] = *l.versions[name]
	}
	return list
}
