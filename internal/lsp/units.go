package lsp

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/language"
	"github.com/leadscore/leadscore/internal/project"
	"github.com/leadscore/leadscore/internal/regular"
	"github.com/leadscore/leadscore/traverse"
)

// A unit is the rule files that are compiled together: those of a project, or those of a
// folder. Its names are relative to its folder.
type unit struct {
	key      string
	project  *project.Project // its names are those of the file system; nil for a document that is no file
	names    []string         // the schema file first, if there is one
	schema   *traverse.Schema // that the files extend; nil if a schema file is among them
	problems dsl.Diagnostics  // of the project file, and of files that cannot be read; with names of the file system
	saved    map[string]string
	view     *view

	found    dsl.Diagnostics                // the newest findings
	failures map[[2]string]*dsl.Diagnostics // of tests that were run, by model and name
	stop     func()                         // ends the search for findings
	sent     map[string]publishParams       // the diagnostics that the client has, by URI
}

// A view is a unit as it is at one time. It does not change.
type view struct {
	snapshot *language.Snapshot
	files    map[string]*file
	project  *project.Project // or nil
	disk     fs.FS            // or nil
}

// A file is a rule file at one time.
type file struct {
	name    string // in the unit
	uri     string
	text    string
	version *int // nil if the file is not open
	others  bool // whether another unit reports what is wrong with it
	places  func() *places
	view    *view
}

// folder returns the folder of u in the file system, or "." if u is none of files.
func (u *unit) folder() string {
	if u.project == nil {
		return "."
	}
	return u.project.Folder
}

// relative returns the name in u of a file of the file system.
func (u *unit) relative(name string) string {
	if folder := u.folder(); folder != "." {
		return strings.TrimPrefix(name, folder+"/")
	}
	return name
}

// nameOf returns the name in u of a document.
func (u *unit) nameOf(d *document) string {
	if d.name == "" {
		return path.Base(d.uri)
	}
	return u.relative(d.name)
}

// place finds the unit of a document, and lets the client watch its files. If the unit is a new one,
// they are not read yet.
func (s *Server) place(d *document) {
	switch {
	case d.name == "":
		d.unit = s.unit(d.uri, nil, nil)
		d.unit.names = []string{d.unit.nameOf(d)}
		return
	case d.isProject():
		folder := path.Dir(d.name)
		p, err := project.InFS(s.files, folder)
		problems, _ := errors.AsType[dsl.Diagnostics](err)
		if err != nil {
			p = &project.Project{Folder: folder, File: d.name}
		}
		d.unit = s.unit(d.name, p, problems)
	default:
		p, problems := project.OfFS(s.files, d.name)
		d.unit = s.unit(cmp.Or(p.File, p.Folder+"/"), p, problems)
	}
	u := d.unit
	add := func(name string) {
		if name = u.relative(name); !slices.Contains(u.names, name) {
			u.names = append(u.names, name)
		}
	}
	if u.project.Schema != "" && len(u.names) == 0 {
		add(u.project.Schema)
	}
	for _, name := range u.project.Rules {
		add(name)
	}
	if !d.isProject() {
		add(d.name) // it may not be saved yet
	}
	s.watchFiles(u)
}

// unit returns the unit with a key, which it makes if there is none yet.
func (s *Server) unit(key string, p *project.Project, problems dsl.Diagnostics) *unit {
	u := s.units[key]
	if u == nil {
		u = &unit{key: key, stop: func() {}, sent: map[string]publishParams{}, failures: map[[2]string]*dsl.Diagnostics{}}
		s.units[key] = u
	}
	u.project, u.problems = p, problems
	u.schema = nil
	if p == nil || p.Schema == "" {
		u.schema = standardSchema()
	}
	return u
}

// standardSchema returns the standard schema, always the same one.
var standardSchema = sync.OnceValue(leadscore.StandardSchema)

// read reads the files of u that are not open.
func (u *unit) read(s *Server) {
	u.saved = map[string]string{}
	for _, name := range u.names {
		full := path.Join(u.folder(), name)
		if u.project == nil {
			continue
		}
		if d := s.documentNamed(full); d != nil {
			u.saved[name] = d.text // in case the document is in another unit
			continue
		}
		text, err := s.files.ReadFile(full)
		if err != nil {
			d := dsl.Diagnostic{Code: dsl.CodeText, Summary: "this file cannot be read: " + reason(err), File: full}
			if _, ok := errors.AsType[*regular.SizeError](err); ok {
				d.Code = dsl.CodeLimit
			}
			u.problems = append(u.problems, d)
			continue
		}
		u.saved[name] = string(text)
	}
}

// reason returns why a file cannot be read, without its name where that is possible.
func reason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	if e, ok := errors.AsType[*regular.SizeError](err); ok {
		return e.Message()
	}
	return err.Error()
}

// documentNamed returns the open document of a file, or nil.
func (s *Server) documentNamed(name string) *document {
	for _, d := range s.documents {
		if d.name == name && name != "" {
			return d
		}
	}
	return nil
}

// replaceUnits finds the units of all documents anew, and reads their files again.
func (s *Server) replaceUnits() {
	old := s.units
	s.units = map[string]*unit{}
	// In the order of their names, so that it does not depend on chance what is reported first.
	for _, uri := range slices.Sorted(maps.Keys(s.documents)) {
		d := s.documents[uri]
		s.place(d)
		if before := old[d.unit.key]; before != nil && d.unit.view == nil {
			u := d.unit
			u.view, u.found, u.failures, u.stop, u.sent = before.view, before.found, before.failures, before.stop, before.sent
		}
	}
	for _, key := range slices.Sorted(maps.Keys(old)) {
		if s.units[key] == nil {
			s.drop(old[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.units)) {
		u := s.units[key]
		u.read(s)
		s.check(u)
	}
}

// drop ends the work on a unit that has no documents any more.
func (s *Server) drop(u *unit) {
	u.stop()
	for _, uri := range slices.Sorted(maps.Keys(u.sent)) {
		s.withdraw(uri, u)
	}
	u.sent = map[string]publishParams{}
}

// dropUnits ends the work on all units.
func (s *Server) dropUnits() {
	for _, u := range s.units {
		u.stop()
	}
	s.units, s.documents = map[string]*unit{}, map[string]*document{}
}

// check checks the files of u as they are now, reports the errors, and starts to look for
// findings.
func (s *Server) check(u *unit) {
	v := &view{files: map[string]*file{}, project: u.project, disk: s.options.Files}
	open := map[string]*document{}
	for _, d := range s.documents {
		if d.unit == u && !d.isProject() {
			open[u.nameOf(d)] = d
		}
	}
	var files []language.File
	for _, name := range u.names {
		f := &file{name: name, uri: uriOf(path.Join(u.folder(), name)), view: v}
		if d := open[name]; d != nil {
			f.uri, f.text = d.uri, d.text
			version := d.version
			f.version = &version
		} else if text, ok := u.saved[name]; ok {
			f.text, f.others = text, s.reported(u, name)
		} else {
			continue
		}
		f.places = sync.OnceValue(func() *places { return newPlaces(f.text, s.encoding) })
		v.files[name] = f
		files = append(files, language.File{Name: name, Text: f.text})
	}
	var old *language.Snapshot
	if u.view != nil {
		old = u.view.snapshot
	}
	v.snapshot = language.New(old, u.schema, files)
	u.view = v
	s.publish(u)
	s.lookForFindings(u)
}

// reported reports whether another unit than u reports the problems of a file of u that is not
// open in it: that of the document, or that of a project.
func (s *Server) reported(u *unit, name string) bool {
	full := path.Join(u.folder(), name)
	if s.documentNamed(full) != nil {
		return true
	}
	for _, other := range s.units {
		if u.project.File == "" && other.project != nil && other.project.File != "" && slices.Contains(other.project.Rules, full) {
			return true
		}
	}
	return false
}

// views returns the views of all units, in the order of their keys.
func (s *Server) views() []*view {
	var list []*view
	for _, key := range slices.Sorted(maps.Keys(s.units)) {
		list = append(list, s.units[key].view)
	}
	return list
}
