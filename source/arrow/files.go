package arrow

import (
	"context"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// suffix ends the names of Parquet files.
const suffix = ".parquet"

// isParquet reports whether a name is that of a Parquet file, and not one that a writer is
// writing, or keeps for itself.
func isParquet(name string) bool {
	base := path.Base(name)
	return strings.HasSuffix(strings.ToLower(base), suffix) && !hidden(base)
}

// hidden reports whether a name is that of something that is no data: Spark writes _SUCCESS
// and _temporary.
func hidden(base string) bool { return strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") }

// shard is what the names of the files of one table end with, before the suffix: a number,
// as in contact-000000000000, contact_3 and contact-00000-of-00010.
var shard = regexp.MustCompile(`[-_.][0-9]+(-of-[0-9]+)?$`)

// tableOf returns the name of the table that a file in the folder belongs to.
func tableOf(name string) string {
	name = name[:len(name)-len(suffix)]
	for _, codec := range []string{".snappy", ".gz", ".gzip", ".zstd", ".lz4", ".br", ".brotli"} {
		name = strings.TrimSuffix(name, codec)
	}
	if base := shard.ReplaceAllString(name, ""); base != "" {
		return base
	}
	return name
}

// found returns the tables of a folder, and those that a mapping names, by their names.
func found(ctx context.Context, fsys fs.FS, named []string) ([]*table, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	files := map[string][]string{}
	for _, e := range entries {
		name := e.Name()
		switch {
		case hidden(name):
		case isDir(fsys, name):
			below, err := filesBelow(ctx, fsys, name)
			if err != nil {
				return nil, err
			}
			if len(below) > 0 {
				files[name] = below
			}
		case isParquet(name):
			files[tableOf(name)] = append(files[tableOf(name)], name)
		}
	}
	for _, name := range named {
		if files[name] != nil || name == "" {
			continue
		}
		matched, err := matching(ctx, fsys, name)
		if err != nil {
			return nil, err
		}
		if len(matched) > 0 {
			files[name] = matched
		}
	}
	var tables []*table
	for name, some := range files {
		t := &table{name: name}
		slices.Sort(some)
		for _, f := range slices.Compact(some) {
			t.pieces = append(t.pieces, &parquetFile{fsys: fsys, name: f})
		}
		tables = append(tables, t)
	}
	return tables, nil
}

// isDir reports whether a name is that of a folder, or of a link to one.
func isDir(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && info.IsDir()
}

// filesBelow returns the Parquet files in a folder and in those below it.
func filesBelow(ctx context.Context, fsys fs.FS, folder string) ([]string, error) {
	var files []string
	err := fs.WalkDir(fsys, folder, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case name != folder && hidden(e.Name()) && e.IsDir():
			return fs.SkipDir
		case !e.IsDir() && isParquet(name):
			files = append(files, name)
		}
		return nil
	})
	return files, err
}

// matching returns the files that a name of a mapping means: a pattern of [fs.Glob], a file
// with or without its suffix, or a folder.
func matching(ctx context.Context, fsys fs.FS, name string) ([]string, error) {
	var files []string
	for _, pattern := range []string{path.Clean(name), path.Clean(name) + suffix} {
		matches, err := fs.Glob(fsys, pattern)
		if err != nil {
			return nil, nil // it is no pattern; there is no table of the name
		}
		for _, m := range matches {
			if !isDir(fsys, m) {
				files = append(files, m)
				continue
			}
			below, err := filesBelow(ctx, fsys, m)
			if err != nil {
				return nil, err
			}
			files = append(files, below...)
		}
	}
	return files, nil
}
