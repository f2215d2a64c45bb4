package site_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	h := site.Handler(wasm, support)
	for _, test := range []struct {
		method, path, kind, has string
		status                  int
	}{
		{"GET", "/", "text/html", "leadscore playground", 200},
		{"GET", "/main.js", "text/javascript", "", 200},
		{"GET", "/worker.js", "text/javascript", "", 200},
		{"GET", "/style.css", "text/css", "", 200},
		{"GET", "/licences.txt", "text/plain", "codemirror", 200},
		{"GET", "/leadscore.wasm", "application/wasm", "content of a.wasm", 200},
		{"GET", "/wasm_exec.js", "text/javascript", "content of wasm_exec.js", 200},
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
		if policy := w.Header().Get("Content-Security-Policy"); policy != site.Policy {
			t.Errorf("%s has the policy %q", test.path, policy)
		}
	}
	if strings.Contains(site.Policy, "unsafe-inline") || strings.Contains(site.Policy, "'unsafe-eval'") {
		t.Error("the policy lets text run as a script")
	}
}
