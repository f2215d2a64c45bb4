package api_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/playground/internal/api"
	"github.com/leadscore/leadscore/playground/internal/build"
)

// node returns the path of Node, or skips the test.
func node(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		t.Skip("THE LIBRARY IS NOT TESTED AS WASM: there is no node on the PATH (on Debian: apt-get install nodejs)")
	}
	return path
}

// buildWasm builds the library as the page has it, and returns its path.
func buildWasm(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "leadscore.wasm")
	if err := build.Wasm(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestAnswersOfWasm: the library as wasm, run by Node, answers the same for each
// conformance case as it does here, where its answers are those of the command.
func TestAnswersOfWasm(t *testing.T) {
	program := node(t)
	file := buildWasm(t)
	runner, err := filepath.Abs("testdata/run.js")
	if err != nil {
		t.Fatal(err)
	}
	support, err := build.Support(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	type question struct {
		name, method string
		params, want []byte
	}
	var questions []question
	var in bytes.Buffer
	cases := casesOf(t)
	t.Chdir(t.TempDir())
	for _, c := range cases {
		var s api.Session
		for _, p := range pagesOf(t, c) {
			if p.method == "check" && p.params["as_of"] == nil {
				continue // as of now
			}
			params, err := json.Marshal(p.params)
			if err != nil {
				t.Fatal(err)
			}
			q := question{c.Name, p.method, params, s.Handle(t.Context(), p.method, params)}
			questions = append(questions, q)
			line, err := json.Marshal([2]string{q.method, string(params)})
			if err != nil {
				t.Fatal(err)
			}
			in.Write(append(line, '\n'))
		}
	}
	run := exec.CommandContext(t.Context(), program, runner, file, support)
	run.Stdin = &in
	var errs strings.Builder
	run.Stderr = &errs
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	lines := bufio.NewReader(bytes.NewReader(out))
	for _, q := range questions {
		got, err := lines.ReadBytes('\n')
		if err != nil {
			t.Fatalf("%s: %s: %v", q.name, q.method, err)
		}
		if !bytes.Equal(got, q.want) {
			t.Fatalf("%s: %s %s:\nas wasm %s\nhere    %s", q.name, q.method, q.params, got, q.want)
		}
	}
}

// maxSize is how long the library may be, in bytes, compressed by brotli at level 11.
const maxSize = 2_500_000

// compressed is a script that prints the length of a file, and how long it is compressed.
const compressed = `
const z = require("zlib"), c = z.constants, b = require("fs").readFileSync(process.argv[1]);
const params = { [c.BROTLI_PARAM_QUALITY]: 11, [c.BROTLI_PARAM_LGWIN]: 24, [c.BROTLI_PARAM_SIZE_HINT]: b.length };
console.log(b.length, z.brotliCompressSync(b, { params }).length);`

// TestSize: the library is short enough to be loaded by a page. The test takes a minute of
// processor time.
func TestSize(t *testing.T) {
	if os.Getenv("LEADSCORE_WASM_SIZE") == "" {
		t.Skip("THE SIZE OF THE WASM IS NOT TESTED: LEADSCORE_WASM_SIZE is not set")
	}
	out, err := exec.CommandContext(t.Context(), node(t), "-e", compressed, buildWasm(t)).Output()
	if err != nil {
		t.Fatal(err)
	}
	var whole, short int
	if _, err := fmt.Sscan(string(out), &whole, &short); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes, and %d compressed", whole, short)
	if short > maxSize {
		t.Errorf("the library takes %d bytes compressed, which are more than %d", short, maxSize)
	}
}
