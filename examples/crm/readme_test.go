package main

import (
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

var update = flag.Bool("update", false, "write the answers into README.md")

// TestREADME runs the commands of README.md against a service over HTTP, and
// compares the answers that stand there. The service runs in this process, with
// the flags that the README gives it, in a folder with a copy of the rules.
func TestREADME(t *testing.T) {
	page, err := filepath.Abs("README.md")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "rules"), os.DirFS("rules")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)

	w := walk{t: t}
	var out strings.Builder
	for i, part := range strings.Split(string(text), "```") {
		if i%2 == 0 { // between the blocks
			out.WriteString(part)
			continue
		}
		info, body, _ := strings.Cut(part, "\n")
		switch lang, status, _ := strings.Cut(info, " status="); lang {
		case "sh skip", "text skip", "nginx": // not for a machine like this
		case "sh":
			for _, command := range commands(body) {
				w.run(command)
			}
		case "json", "text":
			body = w.compare(lang, status, body)
		default:
			t.Errorf("a block of %q: what is it?", info)
		}
		out.WriteString("```" + info + "\n" + body + "```")
	}
	if w.compared < 10 {
		t.Errorf("%d answers were compared", w.compared)
	}
	if *update {
		if err := os.WriteFile(page, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A walk is somebody who goes through the README.
type walk struct {
	t        *testing.T
	server   *server
	command  string // the last curl
	status   int    // what it was answered
	body     string
	compared int
}

// commands cuts a block into commands: a line each, but for lines within quotes.
func commands(block string) (list []string) {
	begun := ""
	for line := range strings.Lines(block) {
		begun += line
		if strings.Count(begun, "'")%2 == 0 {
			list = append(list, strings.TrimSpace(begun))
			begun = ""
		}
	}
	return list
}

func (w *walk) run(command string) {
	w.t.Helper()
	name, _, _ := strings.Cut(command, " ")
	switch name {
	case "go":
		args := strings.Fields(strings.TrimPrefix(command, "go run ."))
		if w.server != nil {
			w.server.stop(w.t)
		}
		w.server = start(w.t, args...)
	case "curl":
		w.curl(command)
	default:
		if out, err := exec.Command("sh", "-c", command).CombinedOutput(); err != nil {
			w.t.Fatalf("%s: %v\n%s", command, err, out)
		}
	}
}

// curl does what curl does with its options -s, -X, -H, -d and -o, and then what
// head, tail and grep do.
func (w *walk) curl(command string) {
	w.t.Helper()
	words, pipe := words(command)
	method, address, file, data := "GET", "", "", ""
	header := http.Header{}
	for i := 1; i < len(words); i++ {
		if words[i] == "-s" {
			continue
		}
		if !strings.HasPrefix(words[i], "-") {
			address = words[i]
			continue
		}
		value := words[i+1]
		switch words[i] {
		case "-X":
			method = value
		case "-d":
			method, data = "POST", value
		case "-o":
			file = value
		case "-H":
			name, value, _ := strings.Cut(value, ": ")
			header.Set(name, value)
		default:
			w.t.Fatalf("%s: the option %s is not known here", command, words[i])
		}
		i++
	}
	path, local := strings.CutPrefix(address, "localhost:8080")
	if !local {
		w.t.Fatalf("%s: the address should begin with localhost:8080", command)
	}
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.server.url+path, strings.NewReader(data))
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header = header
	response, body := do(w.t, request)
	w.command, w.status, w.body = command, response.StatusCode, w.filter(pipe, body)
	if file == "" {
		return
	}
	if err := os.WriteFile(file, []byte(body), 0o644); err != nil {
		w.t.Fatal(err)
	}
	book, err := excelize.OpenFile(file) // the one kind of file that there is
	if err != nil {
		w.t.Fatalf("%s: %v", command, err)
	}
	if err := book.Close(); err != nil {
		w.t.Fatal(err)
	}
}

// words cuts a command into words, as a shell does with single quotes, up to a pipe.
func words(command string) (list []string, pipe string) {
	command, pipe, _ = strings.Cut(command, " | ")
	for i, part := range strings.Split(command, "'") {
		if i%2 == 1 {
			list = append(list, part)
		} else {
			list = append(list, strings.Fields(part)...)
		}
	}
	return list, pipe
}

func (w *walk) filter(pipe, body string) string {
	var kept strings.Builder
	n := 0
	if text, ok := strings.CutPrefix(pipe, "tail -n "); ok {
		lines := slices.Collect(strings.Lines(body))
		last, err := strconv.Atoi(text)
		if err != nil {
			w.t.Fatal(err)
		}
		return strings.Join(lines[max(len(lines)-last, 0):], "")
	}
	for line := range strings.Lines(body) {
		switch filter := strings.Fields(pipe); {
		case pipe == "":
			return body
		case filter[0] == "head" && filter[1] == "-n":
			if strconv.Itoa(n) == filter[2] {
				return kept.String()
			}
			kept.WriteString(line)
		case filter[0] == "grep":
			if strings.Contains(line, filter[1]) {
				kept.WriteString(line)
			}
		default:
			w.t.Fatalf("the filter %q is not known here", pipe)
		}
		n++
	}
	return kept.String()
}

// compare compares the last answer with the one that is shown, and returns what
// should be shown.
func (w *walk) compare(lang, status, shown string) string {
	w.t.Helper()
	w.compared++
	if lang == "json" && !json.Valid([]byte(w.body)) {
		w.t.Errorf("%s\nno JSON: %s", w.command, w.body)
	}
	if got := strconv.Itoa(w.status); got != status {
		w.t.Errorf("%s\nstatus %s, and %s in the README", w.command, got, status)
	}
	if w.body != shown && !*update {
		w.t.Errorf("%s\ngot\n%s\nand in the README\n%s", w.command, w.body, shown)
	}
	return w.body
}

func do(t *testing.T, r *http.Request) (*http.Response, string) {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}
