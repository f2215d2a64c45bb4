package eval_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval"
)

func TestOccurrenceJSON(t *testing.T) {
	for text, at := range map[string]time.Time{
		`{"entity":"E","id":"1","routes":2}`:                                    {},
		`{"entity":"E","id":"1","time":"2026-05-01T12:00:00+02:00","routes":2}`: time.Date(2026, 5, 1, 12, 0, 0, 0, time.FixedZone("", 7200)),
		`{"entity":"E","id":"1","time":"0000-01-01T00:00:00+23:59","routes":2}`: time.Date(0, 1, 1, 0, 0, 0, 0, time.FixedZone("", 86340)),
		`{"entity":"E","id":"1","time":"-0004-02-29T00:00:00Z","routes":2}`:     time.Date(-4, 2, 29, 0, 0, 0, 0, time.UTC),
		`{"entity":"E","id":"1","time":"10000-01-01T00:00:00.5Z","routes":2}`:   time.Date(10000, 1, 1, 0, 0, 0, 5e8, time.UTC),
	} {
		text = strings.Replace(text, `"1"`, `"<1>"`, 1)
		o := eval.Occurrence{Entity: "E", ID: "<1>", Time: at, Routes: 2}
		got, err := o.MarshalJSON()
		if err != nil || string(got) != text {
			t.Errorf("%v: got %s, %v", at, got, err)
		}
		var back eval.Occurrence
		if err := json.Unmarshal(got, &back); err != nil || !back.Time.Equal(at) || back.ID != "<1>" || back.Entity != "E" || back.Routes != 2 {
			t.Errorf("%s: read as %v, %v", got, back, err)
		}
	}
	for _, text := range []string{`"yesterday"`, `"-0001-02-30T00:00:00Z"`, `"20000-01-01"`, `"1000000-01-01T00:00:00Z"`, `"-1-01-01T00:00:00Z"`, `5`} {
		var o eval.Occurrence
		if err := json.Unmarshal([]byte(`{"time":`+text+`}`), &o); err == nil {
			t.Errorf("%s: read as %v", text, o.Time)
		}
	}
}

// Every instant that a source can give is read back as it was written.
func TestOccurrenceJSONOfAnyTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMicro(rapid.Int64().Draw(t, "microseconds"))
		text, err := json.Marshal(eval.Occurrence{Time: at})
		if err != nil {
			t.Fatal(err)
		}
		var back eval.Occurrence
		if err := json.Unmarshal(text, &back); err != nil || !back.Time.Equal(at) {
			t.Fatalf("%v is written as %s and read as %v, %v", at, text, back.Time, err)
		}
	})
}
