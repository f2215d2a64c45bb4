package lsp

import (
	"io/fs"
	"net/url"
	"path"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/regular"
)

// openFiles are the files of a file system, with the texts of open documents in place of
// what is saved.
type openFiles struct {
	disk   fs.FS // or nil
	server *Server
}

// Open opens a file as it is saved.
func (f *openFiles) Open(name string) (fs.File, error) {
	if f.disk == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return f.disk.Open(name)
}

// ReadFile returns the text of a document, or of a regular file that is not too long for rules.
func (f *openFiles) ReadFile(name string) ([]byte, error) {
	for _, d := range f.server.documents {
		if d.name == name {
			return []byte(d.text), nil
		}
	}
	text, err := regular.ReadFS(f, name, int64(dsl.Limits{}.WithDefaults().Bytes))
	return []byte(text), err
}

// nameOf returns the name in a file system of the file that a URI names, or "" if it names
// none.
func nameOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Opaque != "" {
		return ""
	}
	name := strings.TrimPrefix(path.Clean(u.Path), "/")
	if u.Host != "" && u.Host != "localhost" || !fs.ValidPath(name) || name == "." {
		return ""
	}
	return name
}

// uriOf returns the URI of a file.
func uriOf(name string) string {
	return (&url.URL{Scheme: "file", Path: "/" + name}).String()
}
