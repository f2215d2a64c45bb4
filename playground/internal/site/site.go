// Package site serves the page and the documentation, or writes them to a folder.
package site

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore/playground/internal/docsite"
	"github.com/leadscore/leadscore/playground/web"
)

// Policy is the content security policy of the page: it loads only from where it comes
// from, and may compile wasm, but not run text as a script.
const Policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; worker-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// docsPolicy is the policy of the documentation. Only a server can say that nothing may
// frame a page.
const docsPolicy = docsite.Policy + "; frame-ancestors 'none'"

// A Site is what is served.
type Site struct {
	Wasm    string            // the file with the library
	Support string            // the file wasm_exec.js
	Docs    map[string][]byte // the documentation, as docsite.Build makes it
}

// dist returns the files of the page.
func dist() fs.FS {
	files, err := fs.Sub(web.Dist, "dist")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return files
}

// Handler serves the site: the page, and below docs/ the documentation.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(dist()))
	mux.HandleFunc("GET /leadscore.wasm", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/wasm")
		http.ServeFile(w, r, s.Wasm)
	})
	mux.HandleFunc("GET /wasm_exec.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, s.Support) })
	mux.HandleFunc("GET /docs/{name...}", func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		if name == "" {
			name = "index.html"
		}
		text, ok := s.Docs[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(text))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", Policy)
		if strings.HasPrefix(r.URL.Path, "/docs/") {
			h.Set("Content-Security-Policy", docsPolicy)
		}
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		mux.ServeHTTP(w, r)
	})
}

// Write writes the site to a folder, for a server of files to serve. It makes the folder if
// there is none. Files of the site that are there already are replaced, and others stay.
func (s *Site) Write(dir string) error {
	files := map[string][]byte{}
	for name, text := range s.Docs {
		files["docs/"+name] = text
	}
	page, err := fs.ReadDir(dist(), ".")
	if err != nil {
		return err
	}
	for _, entry := range page {
		if files[entry.Name()], err = fs.ReadFile(dist(), entry.Name()); err != nil {
			return err
		}
	}
	for name, file := range map[string]string{"leadscore.wasm": s.Wasm, "wasm_exec.js": s.Support} {
		if files[name], err = os.ReadFile(file); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "docs"), 0o755); err != nil {
		return fmt.Errorf("writing the site: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), files[name], 0o644); err != nil {
			return fmt.Errorf("writing the site: %w", err)
		}
	}
	return nil
}
