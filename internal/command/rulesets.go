package command

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The rule files of a folder belong together: they are a set, which is compiled as a
// whole. So are all files and folders that are named on a command line together. The
// folders below a named one are sets of their own, unless they are named, too.
type ruleSets struct {
	named []string     // the files that are named, and those in the folders that are
	below []ruleFolder // in the order of their names
}

// A ruleFolder is a folder below one that is named.
type ruleFolder struct {
	name  string
	files []string
}

// findRules finds the rule files of operands. It fails if an operand is a folder
// without rule files, in it or below it.
func findRules(ctx context.Context, operands []string) (ruleSets, error) {
	var sets ruleSets
	named, seen := map[string]bool{}, map[string]bool{}
	for _, name := range operands {
		named[absolute(name)] = true
	}
	for _, name := range operands {
		err := walkRules(ctx, name, func(path string) {
			folder := filepath.Dir(path)
			switch {
			case path == name || absolute(folder) == absolute(name):
				sets.named = append(sets.named, path)
			case named[absolute(folder)] || seen[absolute(path)]:
				// It is found where its folder is named, or has been found.
			default:
				seen[absolute(path)] = true
				at := slices.IndexFunc(sets.below, func(f ruleFolder) bool { return f.name == folder })
				if at < 0 {
					at = len(sets.below)
					sets.below = append(sets.below, ruleFolder{name: folder})
				}
				sets.below[at].files = append(sets.below[at].files, path)
			}
		})
		if err != nil {
			return ruleSets{}, err
		}
	}
	slices.SortFunc(sets.below, func(a, b ruleFolder) int { return strings.Compare(a.name, b.name) })
	return sets, nil
}

// absolute returns an absolute form of a path, to compare it with others.
func absolute(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return filepath.Clean(path)
	}
	return abs
}

// all returns the files of each set.
func (s *ruleSets) all() [][]string {
	var list [][]string
	if len(s.named) > 0 || len(s.below) == 0 {
		list = append(list, s.named)
	}
	for _, f := range s.below {
		list = append(list, f.files)
	}
	return list
}

// one returns the files of the set. It fails if there are several sets.
func (s *ruleSets) one() ([]string, error) {
	if len(s.below) == 0 {
		return s.named, nil
	}
	var names []string
	for _, f := range s.below {
		if len(names) == 5 {
			names = append(names, fmt.Sprintf("and %d more", len(s.below)-len(names)))
			break
		}
		names = append(names, f.name)
	}
	is := "the folder below it that has rule files is a set of its own"
	if len(s.below) > 1 {
		is = "each folder below it that has rule files is a set of its own"
	}
	return nil, fmt.Errorf("one set of rule files is wanted, and %s: %s; name the files or folders that belong together", is, strings.Join(names, ", "))
}

// walkRules calls visit with each rule file of an operand: with the operand itself, or
// with the files below it whose names end with .score, if it is a folder. It fails if
// that folder has none.
func walkRules(ctx context.Context, name string, visit func(path string)) error {
	if name == stdinOperand {
		visit(name)
		return nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		visit(name)
		return nil
	}
	found := false // hidden files and folders are left out
	err = filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != name && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
		case !entry.IsDir() && filepath.Ext(path) == ".score":
			found = true
			visit(path)
		}
		return ctx.Err()
	})
	if err == nil && !found {
		err = fmt.Errorf("%s has no rule files; their names end with .score", name)
	}
	return err
}
