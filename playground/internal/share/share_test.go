package share_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/playground/internal/share"
)

// drawState draws a state.
func drawState(t *rapid.T) *share.State {
	file := rapid.Custom(func(t *rapid.T) share.File {
		return share.File{Name: rapid.String().Draw(t, "name"), Text: rapid.String().Draw(t, "text")}
	})
	s := &share.State{
		Rules: file.Draw(t, "rules"),
		Data:  rapid.SliceOf(file).Draw(t, "data"),
		AsOf:  rapid.StringMatching(`20\d\d-0[1-9]-[12]\d`).Draw(t, "as of"),
		Lead:  rapid.String().Draw(t, "lead"),
	}
	if rapid.Bool().Draw(t, "compared") {
		s.Old = rapid.SliceOfN(file, 1, 3).Draw(t, "old")
	}
	if rapid.Bool().Draw(t, "several") {
		s.Others = rapid.SliceOfN(file, 1, 3).Draw(t, "others")
		schema := file.Draw(t, "schema")
		s.Schema, s.Zone = &schema, rapid.String().Draw(t, "zone")
	}
	if rapid.Bool().Draw(t, "mapped") {
		mapping := file.Draw(t, "mapping")
		s.Mapping = &mapping
	}
	return s
}

// TestFragment: a fragment holds the state that it was made of.
func TestFragment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawState(t)
		got, err := share.Parse(share.Fragment(want))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// pack compresses a text as a fragment does.
func pack(t *testing.T, text []byte) string {
	t.Helper()
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return "#s=" + base64.RawURLEncoding.EncodeToString(packed.Bytes())
}

// TestParseErrors: what is no fragment of a link is an error.
func TestParseErrors(t *testing.T) {
	for fragment, want := range map[string]string{
		"":                            "has #s=",
		"#x":                          "has #s=",
		"#s=!":                        "illegal base64",
		"#s=AAAA":                     "reading a link",
		pack(t, []byte("[1]")):        "cannot unmarshal",
		pack(t, make([]byte, 17<<20)): "more than 16777216 bytes",
	} {
		if _, err := share.Parse(fragment); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, without %q", fragment, err, want)
		}
	}
}

// TestPage: the page reads the links, and makes links that are read here.
func TestPage(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("THE LINKS ARE NOT COMPARED WITH THOSE OF THE PAGE: there is no node")
	}
	want := &share.State{
		Rules:  share.File{Name: "ä.score", Text: strings.Repeat("// “tëxt” 😀\n", 10_000)},
		Others: []share.File{{Name: "b.score", Text: "// b"}}, Old: []share.File{{Name: "ä.score", Text: "model \"É\" { target contact }"}},
		Schema: &share.File{Name: "s.score", Text: "profile Lead {}"}, Zone: "Europe/Berlin",
		Data: []share.File{{Name: "Lead.csv", Text: "id\na\n"}}, AsOf: "2026-05-31T12:00:00Z", Lead: "a",
	}
	script := `import { pack, unpack, checked } from "../../web/src/share.js";
const state = checked(await unpack(process.argv[1]));
console.log(JSON.stringify({ state, packed: await pack(state) }));`
	c := exec.Command("node", "--input-type=module", "--eval", script, strings.TrimPrefix(share.Fragment(want), "#s="))
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		State  share.State
		Packed string
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, &got.State); diff != "" {
		t.Errorf("the page reads another state: %s", diff)
	}
	again, err := share.Parse("#s=" + got.Packed)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, again); diff != "" {
		t.Errorf("the link of the page has another state: %s", diff)
	}
}
