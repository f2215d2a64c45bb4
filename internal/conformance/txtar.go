package conformance

import (
	"strings"
)

// An archive is a text in the txtar format: a comment, then files, each after a line
// `-- name --`.
type archive struct {
	comment string
	files   []file
}

type file struct{ name, text string }

func parseArchive(text string) *archive {
	a := &archive{}
	into := &a.comment
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		if name, ok := marker(line); ok {
			a.files = append(a.files, file{name: name})
			into = &a.files[len(a.files)-1].text
			continue
		}
		*into += line
	}
	return a
}

// marker returns the file name of a line `-- name --`.
func marker(line string) (string, bool) {
	name, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "-- ")
	if !ok {
		return "", false
	}
	name, ok = strings.CutSuffix(name, " --")
	name = strings.TrimSpace(name)
	return name, ok && name != ""
}

// get returns the file called name, or nil.
func (a *archive) get(name string) *file {
	for i := range a.files {
		if a.files[i].name == name {
			return &a.files[i]
		}
	}
	return nil
}

// set replaces or adds a file.
func (a *archive) set(name, text string) {
	if f := a.get(name); f != nil {
		f.text = text
		return
	}
	a.files = append(a.files, file{name, text})
}

func (a *archive) String() string {
	var b strings.Builder
	put := func(text string) {
		b.WriteString(text)
		if text != "" && !strings.HasSuffix(text, "\n") {
			b.WriteByte('\n')
		}
	}
	put(a.comment)
	for _, f := range a.files {
		b.WriteString("-- " + f.name + " --\n")
		put(f.text)
	}
	return b.String()
}
