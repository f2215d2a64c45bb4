package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/regular"
)

// The limits of the files that are read as a whole, in bytes.
var maxRules = int64(dsl.Limits{}.WithDefaults().Bytes)

const maxMapping = 16 << 20

// readText returns the text of a rule file or schema. The error is a
// [leadscore.Diagnostics] if it is too long.
func readText(name string) (string, error) {
	text, err := regular.Read(name, maxRules)
	if long, ok := errors.AsType[*regular.SizeError](err); ok {
		err = leadscore.Diagnostics{{Code: dsl.CodeLimit, File: name, Summary: long.Message()}}
	}
	return text, err
}

// readRules reads rule files and the rule files in folders. It reads a file that is
// named twice only once.
func readRules(ctx context.Context, names []string) ([]leadscore.File, error) {
	names, err := ruleFiles(names)
	if err != nil {
		return nil, err
	}
	var files []leadscore.File
	var long leadscore.Diagnostics
	read := map[string]bool{}
	for _, name := range names {
		if read[name] {
			continue
		}
		read[name] = true
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		text, err := readText(name)
		if diags, ok := errors.AsType[leadscore.Diagnostics](err); ok {
			long = append(long, diags...)
			continue
		}
		if err != nil {
			return nil, err
		}
		files = append(files, leadscore.File{Name: name, Text: text})
	}
	return files, long.Err()
}

// ruleFiles replaces folders by the .score files in them. If it fails, it returns
// the files that it has found.
func ruleFiles(names []string) ([]string, error) {
	var files []string
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return files, err
		}
		if !info.IsDir() {
			files = append(files, name)
			continue
		}
		err = filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && filepath.Ext(path) == ".score" {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return files, err
		}
	}
	return files, nil
}
