package main

import (
	"regexp"
	"strings"
	"sync"
	"testing"
)

const want = `-- a lead, its contact, and two accounts
   1. T ada-lead, Coffee: score 0, Cold
-- an email is opened, and the message comes twice
   2. T ada-lead, Coffee: score 10, Cold instead of score 0, Cold
-- a form is submitted
   3. T ada-lead, Coffee: score 40, Hot instead of score 10, Cold
   4. T ada-lead, Life cycle: from "Inquiry" to "Marketing qualified" (notify marketing)
-- Ada moves to a retailer
   5. T ada-lead, Coffee: score 60, Hot, sales ready instead of score 40, Hot
   6. T ada-lead, Life cycle: from "Marketing qualified" to "Sales qualified" (route to sales)
-- an email that was opened 30 days ago, but for four seconds: it counts for as long
   7. T ada-lead, Coffee: score 70, Hot, sales ready instead of score 60, Hot, sales ready
   8. T ada-lead, Coffee: score 60, Hot, sales ready instead of score 70, Hot, sales ready
-- the retailer is no retailer
   9. T ada-lead, Coffee: score 40, Hot instead of score 60, Hot, sales ready
-- a second version of the rules: 25 points for an email
   10. T ada-lead, Coffee: score 55, Hot instead of score 40, Hot
`

// The events are those of the story, each after what brought it about.
func TestEvents(t *testing.T) {
	var out locked
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	times := regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)
	if got := times.ReplaceAllString(out.String(), "T"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// locked is a text that several goroutines write.
type locked struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
