package site_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/playground/internal/docsite"
	"github.com/leadscore/leadscore/playground/internal/site"
)

// TestHandler: all that the page loads is served, under a strict policy, and nothing else.
func TestHandler(t *testing.T) {
	dir := t.TempDir()
	wasm, support := filepath.Join(dir, "a.wasm"), filepath.Join(dir, "wasm_exec.js")
	for _, name := range []string{wasm, support} {
		if err := os.WriteFile(name, []byte("content of "+filepath.Base(name)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := &site.Site{Wasm: wasm, Support: support, Docs: map[string][]byte{"index.html": []byte("<h1>Documents</h1>"), "style.css": []byte("h1 {}")}}
	h := s.Handler()
	for _, test := range []struct {
		method, path, kind, has string
		status                  int
	}{
		{"GET", "/", "text/html", "leadscore playground", 200},
		{"GET", "/", "text/html", strings.TrimSuffix(site.Policy, "; frame-ancestors 'none'"), 200},
		{"GET", "/main.js", "text/javascript", "", 200},
		{"GET", "/worker.js", "text/javascript", "", 200},
		{"GET", "/style.css", "text/css", "", 200},
		{"GET", "/licences.txt", "text/plain", "codemirror", 200},
		{"GET", "/leadscore.wasm", "application/wasm", "content of a.wasm", 200},
		{"GET", "/wasm_exec.js", "text/javascript", "content of wasm_exec.js", 200},
		{"GET", "/docs/", "text/html", "Documents", 200},
		{"GET", "/docs/index.html", "text/html", "Documents", 200},
		{"GET", "/docs/style.css", "text/css", "h1", 200},
		{"GET", "/docs/nothing.html", "", "", 404},
		{"GET", "/docs/../main.js", "", "", 404},
		{"GET", "/../site.go", "", "", 404},
		{"GET", "/nothing", "", "", 404},
		{"POST", "/", "", "", 405},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(test.method, test.path, http.NoBody))
		if w.Code != test.status && (test.status != 404 || w.Code >= 400 || w.Code < 300) {
			t.Errorf("%s %s: status %d", test.method, test.path, w.Code)
		}
		if kind := w.Header().Get("Content-Type"); test.kind != "" && !strings.HasPrefix(kind, test.kind) {
			t.Errorf("%s is %s", test.path, kind)
		}
		if !strings.Contains(w.Body.String(), test.has) {
			t.Errorf("%s has no %q", test.path, test.has)
		}
		want := site.Policy
		if strings.HasPrefix(test.path, "/docs/") {
			want = docsite.Policy + "; frame-ancestors 'none'"
		}
		if policy := w.Header().Get("Content-Security-Policy"); policy != want {
			t.Errorf("%s has the policy %q", test.path, policy)
		}
	}
	for _, policy := range []string{site.Policy, docsite.Policy} {
		if strings.Contains(policy, "unsafe-inline") || strings.Contains(policy, "'unsafe-eval'") {
			t.Errorf("the policy %q lets text run as a script", policy)
		}
	}
}

// TestWrite: a folder has all that is served, and keeps other files.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	wasm := filepath.Join(dir, "a.wasm")
	out := filepath.Join(dir, "new", "site")
	if err := os.WriteFile(wasm, []byte("wasm"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := &site.Site{Wasm: wasm, Support: wasm, Docs: map[string][]byte{"index.html": []byte("documents")}}
	if err := s.Write(out); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(out, "CNAME"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s.Docs["index.html"] = []byte("newer documents")
	if err := s.Write(out); err != nil {
		t.Fatal(err)
	}
	for name, has := range map[string]string{
		"index.html": "leadscore playground", "main.js": "", "worker.js": "", "style.css": "", "licences.txt": "codemirror",
		"leadscore.wasm": "wasm", "wasm_exec.js": "wasm", "docs/index.html": "newer documents", "CNAME": "",
	} {
		text, err := os.ReadFile(filepath.Join(out, name))
		if err != nil || !strings.Contains(string(text), has) {
			t.Errorf("%s: %v, or it has no %q", name, err, has)
		}
	}
	s.Wasm = filepath.Join(dir, "nothing")
	if err := s.Write(out); err == nil {
		t.Error("a site without the library was written")
	}
}
