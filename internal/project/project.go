// Package project reads project files: leadscore.json says which rule files of a folder
// are compiled together, and which schema, data, mapping and time zone belong to them. The
// command, an editor and a playground find the same rules by it.
//
//	{
//		"rules": ["*.score", "models/*.score"],
//		"schema": "crm.score",
//		"data": "data",
//		"mapping": "mapping.json",
//		"zone": "Europe/Berlin"
//	}
//
// All members may be left out. Names are relative to the folder of the file, and have
// slashes between their parts. A pattern in rules is that of [path.Match]; without rules
// they are the files in the folder whose names end with .score and do not begin with a
// point. Without a project file these belong together, too.
package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/regular"
	"github.com/leadscore/leadscore/internal/zones"
)

// FileName is the name of a project file.
const FileName = "leadscore.json"

// mostBytes is how long a project file may be.
const mostBytes = 1 << 20

// A Project is the rule files that are compiled together, and what belongs to them. All
// names have Folder before them, unless it is ".".
type Project struct {
	Folder  string   // the folder of the project file, or of the rule files
	File    string   // the name of the project file, or "" if there is none
	Rules   []string // the rule files, in the order of their names; at least one
	Schema  string   // the schema file in place of the standard schema, or ""
	Data    string   // the file or folder with data, or ""
	Mapping string   // the mapping of the data, or ""
	Zone    string   // the time zone for days in the data and in as of, or ""
}

// IsFile reports whether name is that of a project file, in any folder.
func IsFile(name string) bool { return filepath.Base(name) == FileName }

// In reads the project of a folder: by its project file, or if it has none by the rule
// files in it. The error is a [dsl.Diagnostics] if the project file has problems. It wraps
// [fs.ErrNotExist] if there is no such folder, and is another one if the folder has neither a
// project file nor rule files.
func In(folder string) (*Project, error) {
	name := filepath.Join(folder, FileName)
	text, err := regular.Read(name, mostBytes)
	switch {
	case err == nil:
		return Parse(name, text, os.DirFS(folder))
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	rules, err := ruleFiles(os.DirFS(folder), []string{"*.score"})
	if err != nil {
		return nil, err
	}
	if len(rules) == 0 {
		if _, err := os.Stat(folder); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("%s has neither a file %s nor rule files; their names end with .score", folder, FileName)
	}
	return &Project{Folder: folder, Rules: within(folder, rules)}, nil
}

// Of reads the project that a rule file belongs to: that of the nearest folder, its own or
// one around it, whose project file names it; or else that of its own folder without a
// project file. Project files with problems are passed over, and an error is only returned if
// the folder cannot be read.
func Of(rules string) (*Project, error) {
	rules = filepath.Clean(rules)
	own := filepath.Dir(rules)
	for folder := own; ; folder = filepath.Dir(folder) {
		if text, err := regular.Read(filepath.Join(folder, FileName), mostBytes); err == nil {
			p, err := Parse(filepath.Join(folder, FileName), text, os.DirFS(folder))
			if err == nil && slices.Contains(p.Rules, rules) {
				return p, nil
			}
		}
		if folder == filepath.Dir(folder) {
			break
		}
	}
	names, err := ruleFiles(os.DirFS(own), []string{"*.score"})
	if err != nil {
		return nil, err
	}
	list := within(own, names)
	if !slices.Contains(list, rules) {
		list = append(list, rules)
	}
	return &Project{Folder: own, Rules: list}, nil
}

// OfFS is like [Of] for a rule file, or a file with the schema of a project, of a file
// system. All names are those of fsys, with slashes between their parts. If the file belongs
// to no project because the nearest project file has problems, these are returned, too.
// Project files are read by [fs.ReadFile].
func OfFS(fsys fs.FS, name string) (*Project, dsl.Diagnostics) {
	var problems dsl.Diagnostics
	own := path.Dir(name)
	for folder := own; ; folder = path.Dir(folder) {
		p, err := InFS(fsys, folder)
		if err == nil && (p.Schema == name || slices.Contains(p.Rules, name)) {
			return p, nil
		}
		if diags, ok := errors.AsType[dsl.Diagnostics](err); ok && problems == nil {
			problems = diags
		}
		if folder == path.Dir(folder) {
			break
		}
	}
	p := &Project{Folder: own}
	if sub, err := fs.Sub(fsys, own); err == nil {
		p.Rules, _ = ruleFiles(sub, []string{"*.score"}) // none can be found in a folder that cannot be read
	}
	p.inFolder(own)
	if !slices.Contains(p.Rules, name) {
		p.Rules = append(p.Rules, name)
		slices.Sort(p.Rules)
	}
	return p, problems
}

// InFS reads the project file of a folder of a file system. The error is a [dsl.Diagnostics]
// if it has problems. All names are as those of [OfFS].
func InFS(fsys fs.FS, folder string) (*Project, error) {
	name := path.Join(folder, FileName)
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	if len(text) > mostBytes {
		return nil, &regular.SizeError{Name: name, Size: int64(len(text)), Limit: mostBytes}
	}
	sub, err := fs.Sub(fsys, folder)
	if err != nil {
		return nil, err
	}
	p, err := Parse(FileName, string(text), sub)
	if diags, ok := errors.AsType[dsl.Diagnostics](err); ok {
		for i := range diags {
			diags[i].File = name
		}
	}
	if err != nil {
		return nil, err
	}
	p.inFolder(folder)
	return p, nil
}

// inFolder makes the names of p, which are relative to a folder of a file system, names of
// that file system.
func (p *Project) inFolder(folder string) {
	named := func(name string) string {
		if name == "" {
			return ""
		}
		return path.Join(folder, filepath.ToSlash(name))
	}
	p.Folder, p.File, p.Schema, p.Data, p.Mapping = folder, named(p.File), named(p.Schema), named(p.Data), named(p.Mapping)
	for i, name := range p.Rules {
		p.Rules[i] = named(name)
	}
}

// Parse reads the text of the project file with that name, which is in the folder fsys. The
// error is a [dsl.Diagnostics] with all problems.
func Parse(name, text string, fsys fs.FS) (*Project, error) {
	folder := filepath.Dir(name)
	p := &Project{Folder: folder, File: name}
	r := newReader(name, text)
	for _, m := range r.object() {
		switch m.name {
		case "rules":
			p.Rules = r.rules(fsys, m)
		case "schema":
			p.Schema = r.file(fsys, m, false)
		case "data":
			p.Data = r.file(fsys, m, true)
		case "mapping":
			p.Mapping = r.file(fsys, m, false)
		case "zone":
			p.Zone = r.zone(m)
		default:
			d := r.problem(m.at, dsl.CodeSyntax, "there is no member %q", m.name)
			d.Nearest = nearest.Name(m.name, slices.Values(members))
			if d.Nearest == "" {
				d.Expected = members
			}
		}
	}
	if p.Rules == nil && len(r.diags) == 0 {
		rules, err := ruleFiles(fsys, []string{"*.score"})
		if err != nil {
			return nil, err
		}
		if len(rules) == 0 {
			r.problem(dsl.Span{}, dsl.CodeEmpty, "the folder has no rule files").Help = "name them with rules, or put files whose names end with .score beside this one"
		}
		p.Rules = rules
	}
	if p.Mapping != "" && p.Data == "" && len(r.diags) == 0 {
		r.problem(r.ats["mapping"], dsl.CodeEmpty, "a mapping needs data").Help = "name the data, too"
	}
	if len(r.diags) > 0 {
		r.diags.Sort()
		return nil, r.diags
	}
	p.Rules = within(folder, p.Rules)
	for _, s := range []*string{&p.Schema, &p.Data, &p.Mapping} {
		if *s != "" {
			*s = within(folder, []string{*s})[0]
		}
	}
	return p, nil
}

// members are the names of the members of a project file.
var members = []string{"rules", "schema", "data", "mapping", "zone"}

// within returns names in a folder as names for the program.
func within(folder string, names []string) []string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = filepath.Join(folder, filepath.FromSlash(n))
	}
	return list
}

// ruleFiles returns the files that patterns match, in the order of their names. Names that
// begin with a point are left out, unless a pattern has the point.
func ruleFiles(fsys fs.FS, patterns []string) ([]string, error) {
	var list []string
	for _, pattern := range patterns {
		found, err := fs.Glob(fsys, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range found {
			hidden := strings.HasPrefix(path.Base(name), ".") && !strings.HasPrefix(path.Base(pattern), ".")
			if info, err := fs.Stat(fsys, name); err == nil && !info.IsDir() && !hidden {
				list = append(list, name)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// rules returns the rule files that a member names.
func (r *reader) rules(fsys fs.FS, m member) []string {
	list := []string{}
	for _, v := range r.texts(m) {
		if !r.inFolder(v) {
			continue
		}
		found, err := ruleFiles(fsys, []string{v.text})
		switch {
		case err != nil:
			r.problem(v.at, dsl.CodeSyntax, "%s is not a pattern: %v", v.text, err).Help = `a pattern is a name with * and ?, such as "models/*.score"`
		case len(found) == 0:
			r.problem(v.at, dsl.CodeEmpty, "there is no file %s", v.text)
		}
		list = append(list, found...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// file returns the name of a file, or if it may be one of a folder, that a member names.
func (r *reader) file(fsys fs.FS, m member, folder bool) string {
	v, ok := r.text(m)
	if !ok || !r.inFolder(v) {
		return ""
	}
	info, err := fs.Stat(fsys, v.text)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.problem(v.at, dsl.CodeEmpty, "there is no file %s", v.text)
	case err != nil:
		r.problem(v.at, dsl.CodeSyntax, "%v", err)
	case info.IsDir() && !folder:
		r.problem(v.at, dsl.CodeSyntax, "%s is a folder, and %s wants a file", v.text, m.name)
	}
	return v.text
}

// inFolder reports whether a name is one in the folder of the project file, and a problem
// if it is not.
func (r *reader) inFolder(v value) bool {
	if fs.ValidPath(v.text) {
		return true
	}
	d := r.problem(v.at, dsl.CodeSyntax, "%q is not the name of a file in this folder", v.text)
	d.Help = `names are relative to the folder of this file and do not leave it, such as "data/crm"`
	if clean := path.Clean(strings.ReplaceAll(v.text, `\`, "/")); fs.ValidPath(clean) && clean != "." {
		d.Nearest = fmt.Sprintf("%q", clean)
		d.Replace(d.Nearest)
	}
	return false
}

func (r *reader) zone(m member) string {
	v, ok := r.text(m)
	if !ok {
		return ""
	}
	if zones.Location(v.text) == nil {
		d := r.problem(v.at, dsl.CodeSyntax, "%q is not a time zone of the IANA database", v.text)
		hint := zones.Suggest(v.text)
		d.Help, d.Nearest = hint.Help, hint.Nearest
	}
	return v.text
}
