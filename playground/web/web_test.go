package web_test

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/playground/web"
)

// maxScript is how long the scripts of the page may be, in bytes, compressed by gzip.
const maxScript = 180_000

// policy is that of package site, without what only a server can say.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; worker-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"

// TestScript: the scripts are short, and load nothing from elsewhere.
func TestScript(t *testing.T) {
	var compressed bytes.Buffer
	w, err := gzip.NewWriterLevel(&compressed, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"main.js", "worker.js"} {
		text, err := fs.ReadFile(web.Dist, "dist/"+name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes", compressed.Len())
	if compressed.Len() > maxScript {
		t.Errorf("the scripts take %d bytes compressed, which are more than %d", compressed.Len(), maxScript)
	}
	page, err := fs.ReadFile(web.Dist, "dist/index.html")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(page, []byte(`content="`+policy+`"`)) {
		t.Errorf("the page has not the policy %q, which counts where no server has one", policy)
	}
	if bytes.Contains(page, []byte("//")) || bytes.Contains(page, []byte("<script>")) {
		t.Error("the page loads something from elsewhere, or has a script in it")
	}
}

// TestNoHTML: the scripts of the page never make HTML of text.
func TestNoHTML(t *testing.T) {
	files, err := filepath.Glob("src/*.js")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	forbidden := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\(|new Function|https?://[^w]`)
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if found := forbidden.Find(text); found != nil {
			t.Errorf("%s has %s", name, found)
		}
	}
}

// TestLicences: the licence of each package that the page contains is there.
func TestLicences(t *testing.T) {
	text, err := fs.ReadFile(web.Dist, "dist/licences.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"@codemirror/view", "@codemirror/merge", "@lezer/common", "style-mod", "sortablejs", "uplot"} {
		_, rest, found := strings.Cut(string(text), "\n== "+name+" ")
		licence, _, _ := strings.Cut(rest, "\n== ")
		if !found || !strings.Contains(licence, "Permission is hereby granted") {
			t.Errorf("the licence of %s is missing", name)
		}
	}
}

// TestDist: dist is what build.js makes of src.
func TestDist(t *testing.T) {
	if _, err := os.Stat("node_modules"); err != nil {
		t.Skip("THE BUNDLE IS NOT COMPARED WITH ITS SOURCES: run npm ci in playground/web")
	}
	dir := t.TempDir()
	build := exec.Command("node", "build.js", dir)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range []string{"index.html", "licences.txt", "main.js", "style.css", "worker.js"} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := fs.ReadFile(web.Dist, "dist/"+name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("dist/%s is not what src makes: run npm run build", name)
		}
	}
}
