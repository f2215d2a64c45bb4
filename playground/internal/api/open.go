package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/internal/zones"
	"github.com/leadscore/leadscore/source/tables"
)

// A version is a version of the rules: the files of a set, and what they compile to.
type version struct {
	files    []leadscore.File
	compiled bool
	set      *leadscore.Set
	err      error
}

// data are the data of a session, and what they were loaded as.
type data struct {
	files   []File
	mapping *File
	zone    string
	skipBad bool

	loaded *tables.Data // or nil
	schema *leadscore.Schema
	in     string // the zone of days
}

// checked are the findings about data that were made last, and what they are about.
type checked struct {
	set      *leadscore.Set
	data     *tables.Data
	asOf, to time.Time
	found    audit.Findings
}

// findings returns what about the data does not meet a set. It looks at them only if
// something has changed: that takes as long as scoring all leads.
func (s *Session) findings(ctx context.Context, set *leadscore.Set, data *tables.Data, asOf, to time.Time) (audit.Findings, error) {
	c := &s.checked
	if c.set != set || c.data != data || !c.asOf.Equal(asOf) || !c.to.Equal(to) {
		found, err := answer.DataFindings(ctx, set, data, asOf, to)
		if err != nil {
			return nil, err
		}
		*c = checked{set, data, asOf, to, found}
	}
	return slices.Clone(c.found), nil
}

// opened are the parameters of open. What is not given stays as it is; null removes it.
type opened struct {
	Rules   json.RawMessage `json:"rules"`  // []File: the rule files of the set
	Old     json.RawMessage `json:"old"`    // []File: those of an older version of it
	Schema  json.RawMessage `json:"schema"` // File: in place of the standard schema
	Data    json.RawMessage `json:"data"`   // []File: those of a folder, or one whose name ends with .json
	Mapping json.RawMessage `json:"mapping"`
	Zone    *string         `json:"zone"` // of days, or "" for that of the models
	SkipBad *bool           `json:"skip_bad"`
}

// open sets what later requests are about.
func open(_ context.Context, s *Session, r *request) (any, error) {
	var o opened
	if err := r.read(&o); err != nil {
		return nil, err
	}
	next := *s
	err := errors.Join(
		rulesInto(&next.rules, o.Rules), rulesInto(&next.old, o.Old), into(&next.schema, o.Schema),
		into(&next.data.files, o.Data), into(&next.data.mapping, o.Mapping))
	if err != nil {
		return nil, badRequest("open: %v", err)
	}
	if o.Zone != nil {
		if *o.Zone != "" && zones.Location(*o.Zone) == nil {
			return nil, badRequest("zone %q is not a time zone%v", *o.Zone, zones.Suggest(*o.Zone))
		}
		next.data.zone = *o.Zone
	}
	if o.SkipBad != nil {
		next.data.skipBad = *o.SkipBad
	}
	if o.Schema != nil {
		next.rules.compiled, next.old.compiled = false, false
	}
	if o.Data != nil || o.Mapping != nil || o.Zone != nil || o.SkipBad != nil {
		next.data.loaded = nil
	}
	*s = next
	return nil, nil
}

// into sets *to to a value in JSON, if there is one.
func into[T any](to *T, text json.RawMessage) error {
	if text == nil {
		return nil
	}
	var value T
	err := json.Unmarshal(text, &value)
	*to = value
	return err
}

// rulesInto sets a version to files in JSON, if there are any.
func rulesInto(v *version, text json.RawMessage) error {
	if text == nil {
		return nil
	}
	var files []File
	if err := json.Unmarshal(text, &files); err != nil {
		return err
	}
	*v = version{}
	for i := range files {
		v.files = append(v.files, leadscore.File{Name: files[i].Name, Text: string(files[i].bytes())})
	}
	return nil
}

// compile returns the set of a version. Errors are those of the rules and of the schema.
func (s *Session) compile(v *version) (*leadscore.Set, error) {
	if !v.compiled {
		v.compiled = true
		v.set = nil
		var base *leadscore.Schema
		if base, v.err = s.base(); v.err == nil {
			v.set, v.err = leadscore.CompileSet(base, v.files)
		}
	}
	return v.set, v.err
}

// base returns the schema that rules begin with.
func (s *Session) base() (*leadscore.Schema, error) {
	if s.schema == nil {
		return leadscore.StandardSchema(), nil
	}
	schema, err := leadscore.ParseSchema(s.schema.Name, string(s.schema.bytes()), nil)
	if diags, ok := errors.AsType[leadscore.Diagnostics](err); ok {
		for i := range diags {
			if diags[i].Code == check.CodeMissing {
				diags[i].Help = answer.HelpSchema
			}
		}
	}
	return schema, err
}

// compileModels is like compile, but fails if there is no model.
func (s *Session) compileModels(v *version) (*leadscore.Set, error) {
	if len(v.files) == 0 {
		return nil, badRequest("open rules first")
	}
	set, err := s.compile(v)
	if err == nil && len(set.Models()) == 0 {
		return nil, fmt.Errorf("there is no model in %s", named(v.files))
	}
	return set, err
}

// zoneOf returns the zone of days of sets.
func (s *Session) zoneOf(sets ...*leadscore.Set) *time.Location {
	if s.data.zone != "" {
		return zones.Location(s.data.zone)
	}
	return answer.ZoneOf(sets...)
}

// load returns the data for a set. It loads them only if what they depend on has changed.
func (s *Session) load(ctx context.Context, r *request, set *leadscore.Set, zone *time.Location) (*tables.Data, error) {
	d := &s.data
	if len(d.files) == 0 {
		return nil, badRequest("open data first")
	}
	if d.loaded == nil || d.in != zone.String() || !d.schema.Equal(set.Schema()) {
		loaded, err := d.read(ctx, set.Schema(), zone)
		if err != nil {
			return nil, err
		}
		d.loaded, d.schema, d.in = loaded, set.Schema(), zone.String()
	}
	if notes := answer.Notes(&d.loaded.Report); notes != r.notes {
		r.notes += notes
	}
	return d.loaded, nil
}

// read reads the files of the data.
func (d *data) read(ctx context.Context, schema *leadscore.Schema, zone *time.Location) (*tables.Data, error) {
	folder := fstest.MapFS{}
	for i := range d.files {
		name := path.Clean(strings.TrimLeft(d.files[i].Name, "/"))
		folder[name] = &fstest.MapFile{Data: d.files[i].bytes(), Mode: 0o444}
	}
	name := "."
	if only := d.files[0].Name; len(d.files) == 1 && d.mapping == nil && path.Ext(only) == ".json" {
		name = only
	}
	opts := tables.Options{SkipBad: d.skipBad, Zone: zone}
	if d.mapping != nil {
		m, err := tables.ReadMapping(d.mapping.Name, d.mapping.bytes())
		if err != nil {
			return nil, err
		}
		opts.Mapping = m
	}
	return tables.LoadFS(ctx, folder, name, schema, opts)
}
