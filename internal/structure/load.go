package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A unit is a package of the module, without its tests.
type unit struct {
	dir   string // relative to the module, with slashes; "." is its root
	files []*file
	types *types.Package // nil until it has been checked
	info  *types.Info
}

// A file is a source file of a unit.
type file struct {
	name      string // relative to the module, with slashes
	syntax    *ast.File
	lines     int
	generated bool
	builds    bool // on this machine; other files have no types
}

// A loader parses and type-checks packages of one module. It is an importer: a
// package of the module is checked from its source, one of the standard library
// by the standard source importer, and any other package is taken to be empty,
// so that nothing has to be downloaded or built. What the checker cannot resolve
// for that reason is left out of the figures.
type loader struct {
	files    fs.FS
	module   string
	set      *token.FileSet
	units    map[string]*unit // by dir
	standard types.Importer
}

func newLoader(files fs.FS) (*loader, error) {
	text, err := fs.ReadFile(files, "go.mod")
	if err != nil {
		return nil, fmt.Errorf("run in the root folder of the module: %w", err)
	}
	l := &loader{files: files, set: token.NewFileSet(), units: map[string]*unit{}}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == "module" {
			l.module = fields[1]
		}
	}
	if l.module == "" {
		return nil, fmt.Errorf("go.mod has no module line")
	}
	build.Default.CgoEnabled = false // no C compiler is needed to import net
	l.standard = importer.ForCompiler(l.set, "source", nil)
	return l, nil
}

// expand returns the folders that patterns mean, sorted: a folder itself, or with
// /... it and all below it that have Go files and belong to the module.
func (l *loader) expand(patterns []string) ([]string, error) {
	var dirs []string
	for _, p := range patterns {
		p = filepath.ToSlash(p)
		root, below := strings.CutSuffix(p, "/...")
		root = path.Clean(root)
		if !fs.ValidPath(root) {
			return nil, fmt.Errorf("%s is not below the folder of the module", p)
		}
		for dir := root; dir != "."; dir = path.Dir(dir) {
			if l.isModule(dir) {
				return nil, fmt.Errorf("%s is a module of its own, which is not counted", dir)
			}
		}
		if !below {
			dirs = append(dirs, root)
			continue
		}
		err := fs.WalkDir(l.files, root, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil || !entry.IsDir():
				return err
			case name != root && l.skip(name):
				return fs.SkipDir
			}
			sources, err := l.sources(name)
			if len(sources) > 0 {
				dirs = append(dirs, name)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs), nil
}

// skip reports whether a folder holds no packages of the module, by the rules of
// the go command.
func (l *loader) skip(dir string) bool {
	base := path.Base(dir)
	if base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	return l.isModule(dir)
}

// isModule reports whether a folder holds a module.
func (l *loader) isModule(dir string) bool {
	_, err := fs.Stat(l.files, path.Join(dir, "go.mod"))
	return err == nil
}

// sources lists the Go files of a folder, tests left out.
func (l *loader) sources(dir string) ([]string, error) {
	entries, err := fs.ReadDir(l.files, dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && path.Ext(e.Name()) == ".go" && !strings.HasSuffix(e.Name(), "_test.go") {
			names = append(names, path.Join(dir, e.Name()))
		}
	}
	return names, nil
}

// parse returns the package in a folder without its types.
func (l *loader) parse(dir string) (*unit, error) {
	if u := l.units[dir]; u != nil {
		return u, nil
	}
	names, err := l.sources(dir)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("there are no Go files in %s", dir)
	}
	u := &unit{dir: dir}
	for _, name := range names {
		text, err := fs.ReadFile(l.files, name)
		if err != nil {
			return nil, err
		}
		syntax, err := parser.ParseFile(l.set, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		u.files = append(u.files, &file{name, syntax, strings.Count(string(text), "\n"), ast.IsGenerated(syntax), l.builds(name)})
	}
	l.units[dir] = u
	return u, nil
}

// load parses and checks the package in a folder. Problems of types are not
// errors: what could not be resolved is missing in the unit's info.
func (l *loader) load(dir string) (*unit, error) {
	u, err := l.parse(dir)
	if err != nil || u.info != nil {
		return u, err
	}
	u.info = &types.Info{
		Defs:  map[*ast.Ident]types.Object{},
		Uses:  map[*ast.Ident]types.Object{},
		Types: map[ast.Expr]types.TypeAndValue{},
	}
	var checked []*ast.File
	for _, f := range u.files {
		if f.builds {
			checked = append(checked, f.syntax)
		}
	}
	config := types.Config{Importer: l, Error: func(error) {}}
	u.types, _ = config.Check(path.Join(l.module, dir), l.set, checked, u.info)
	return u, nil
}

// builds reports whether a file is part of a build for this machine.
func (l *loader) builds(name string) bool {
	context := build.Default
	context.JoinPath = path.Join
	context.OpenFile = func(name string) (io.ReadCloser, error) { return l.files.Open(name) }
	ok, err := context.MatchFile(path.Dir(name), path.Base(name))
	return ok || err != nil
}

// Import returns a package by its import path. It never fails: a package that
// cannot be loaded is empty.
func (l *loader) Import(name string) (*types.Package, error) {
	if name == "unsafe" {
		return types.Unsafe, nil
	}
	first, _, _ := strings.Cut(name, "/")
	if dir, ours := l.dir(name); ours {
		if u, err := l.load(dir); err == nil && u.types != nil { // nil: it imports itself
			return u.types, nil
		}
	} else if !strings.Contains(first, ".") {
		if p, err := l.standard.Import(name); err == nil {
			return p, nil
		}
	}
	p := types.NewPackage(name, guess(name))
	p.MarkComplete()
	return p, nil
}

// dir returns the folder of a package of the module.
func (l *loader) dir(name string) (string, bool) {
	rest, ok := strings.CutPrefix(name, l.module)
	switch {
	case !ok || rest != "" && rest[0] != '/':
		return "", false
	case rest == "":
		return ".", true
	}
	return rest[1:], true
}

// guess returns the name that a package has by custom: the last element of its
// path that is not a version.
func guess(name string) string {
	base := path.Base(name)
	if digits, ok := strings.CutPrefix(base, "v"); ok && digits != "" && strings.Trim(digits, "0123456789") == "" {
		base = path.Base(path.Dir(name))
	}
	return strings.TrimPrefix(base, "go-")
}
