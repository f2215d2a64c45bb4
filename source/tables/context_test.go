package tables_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/source/tables"
)

// Load ends once its context is done, whatever it reads at that time.
func TestLoadEnds(t *testing.T) {
	dir := t.TempDir()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte("id\na\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"csv/Lead.csv":       "id\na\n",
		"gz/Lead.csv.gz":     packed.String(),
		"nd/Lead.ndjson":     `{"id":"a"}`,
		"all.json":           `{"Lead":[{"id":"a"}]}`,
		"mapped/leads.csv":   "id\na\n",
		"mapped/leads2.json": `[{"id":"b"}]`,
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	mapping, err := tables.ReadMapping("m.json", []byte(`{"tables": [{"file": "leads.csv", "entity": "Lead", "id": "id"}, {"file": "leads2.json", "entity": "Lead", "id": "id"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, name := range []string{"csv", "gz", "nd", "all.json", "mapped"} {
		for _, skip := range []bool{false, true} {
			opts := tables.Options{SkipBad: skip}
			if name == "mapped" {
				opts.Mapping = mapping
			}
			path := filepath.Join(dir, name)
			data, err := tables.Load(t.Context(), path, testSchema(t), opts)
			if err != nil || data.Len("Lead") == 0 {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := tables.Load(ended, path, testSchema(t), opts); !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "damaged") {
				t.Errorf("%s, SkipBad %t: %v", name, skip, err)
			}
		}
	}
}
