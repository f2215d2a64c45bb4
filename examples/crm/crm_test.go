package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/spreadsheet"
)

// fixed are the flags of a service whose answers do not depend on the time.
var fixed = []string{"-as-of", "2026-06-01T00:00:00Z", "-rescore", "24h"}

// forDatabases runs a test with SQLite, and with PostgreSQL if a variable says
// where one is. open makes an empty database, and returns the flags for it.
func forDatabases(t *testing.T, test func(t *testing.T, open func(*testing.T) []string)) {
	t.Run("SQLite", func(t *testing.T) { test(t, sqliteFlags) })
	t.Run("PostgreSQL", func(t *testing.T) {
		const variable = "LEADSCORE_POSTGRES"
		connection := os.Getenv(variable)
		if connection == "" {
			t.Skipf("PostgreSQL is not tested: the environment variable %s holds no connection string", variable)
		}
		test(t, func(t *testing.T) []string { return postgresFlags(t, connection) })
	})
}

func sqliteFlags(t *testing.T) []string { return []string{"-db", filepath.Join(t.TempDir(), "a b.db")} }

var schemas atomic.Int64

func postgresFlags(t *testing.T, connection string) []string {
	with := func(setting string) {
		switch {
		case !strings.Contains(connection, "://"):
			connection += " "
		case strings.Contains(connection, "?"):
			connection += "&"
		default:
			connection += "?"
		}
		connection += setting
	}
	if !strings.Contains(connection, "sslmode=") { // the driver would insist on TLS
		with("sslmode=disable")
	}
	admin, err := openPostgres(connection)
	if err != nil {
		t.Fatal(err)
	}
	schema := fmt.Sprintf("crm_%d_%d", os.Getpid(), schemas.Add(1))
	if _, err := admin.write.Exec("CREATE SCHEMA " + schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.write.Exec("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Error(err)
		}
		admin.close()
	})
	with("search_path=" + schema)
	return []string{"-postgres", connection}
}

// openStore opens the database that flags name, with its tables.
func openStore(t *testing.T, flags []string) *store {
	t.Helper()
	c, err := parseFlags(flags, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	db, err := c.open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.close() })
	if err := db.migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// A server is a service that runs in this process, and listens.
type server struct {
	url    string
	cancel context.CancelFunc
	done   chan error
	log    *log
	ended  bool
}

// start runs the service with flags, as main does, at an address of its own.
func start(t *testing.T, flags ...string) *server {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &server{cancel: cancel, done: make(chan error, 1), log: &log{}}
	listens := make(chan net.Addr, 1)
	go func() {
		s.done <- run(ctx, append([]string{"-addr", "127.0.0.1:0"}, flags...), s.log, func(a net.Addr) { listens <- a })
	}()
	select {
	case a := <-listens:
		s.url = "http://" + a.String()
	case err := <-s.done:
		t.Fatalf("the service does not start: %v", err)
	}
	t.Cleanup(func() { s.stop(t) })
	return s
}

// stop has the service shut down as a signal does, and waits for it.
func (s *server) stop(t *testing.T) {
	t.Helper()
	if s.ended {
		return
	}
	s.ended = true
	s.cancel()
	if err := <-s.done; err != nil {
		t.Errorf("the service ended with %v", err)
	}
	if strings.Contains(s.log.String(), "panic") {
		t.Error("the service panicked")
	}
	if t.Failed() {
		t.Log(s.log)
	}
}

// A log takes lines from several goroutines.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// call sends a request and returns the answer's status and body.
func (s *server) call(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	response, answer := do(t, r)
	return response.StatusCode, answer
}

// get returns an answer, which must be well, read into a value.
func get[T any](t *testing.T, s *server, path string) (v T) {
	t.Helper()
	status, body := s.call(t, "GET", path, "")
	if status != 200 {
		t.Fatalf("GET %s: %d %s", path, status, body)
	}
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("GET %s: %v: %s", path, err, body)
	}
	return v
}

// expect sends a request, and looks for the status and for texts in the answer.
func (s *server) expect(t *testing.T, method, path, body string, status int, texts ...string) {
	t.Helper()
	got, answer := s.call(t, method, path, body)
	if got != status {
		t.Errorf("%s %s %s: %d instead of %d\n%s", method, path, body, got, status, answer)
	}
	for _, text := range texts {
		if !strings.Contains(answer, text) {
			t.Errorf("%s %s %s: no %s in\n%s", method, path, body, text, answer)
		}
	}
}

// raw sends what no client of package http would, and returns the answer.
func (s *server) raw(t *testing.T, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

type scoresAnswer struct {
	Results []struct {
		Model, Status, Grade string
		Score                int64
	}
}

type page struct {
	Leads []lead
	Next  string
}

// list pages through a list.
func (s *server) list(t *testing.T, model, query string, each func(page)) (leads []lead) {
	t.Helper()
	next := leadsPath(model) + "?" + query
	for next != "" {
		p := get[page](t, s, next)
		leads, next = append(leads, p.Leads...), p.Next
		if each != nil {
			each(p)
		}
	}
	return leads
}

// contactOf returns the contact that is invented with a lead.
func contactOf(lead string) string { return strings.Replace(lead, "lead", "contact", 1) }

func opened(id, contact string) string {
	return fmt.Sprintf(`{"id": %q, "Contact": %q, "Timestamp": "2026-05-31T10:00:00+02:00", "EmailName": "Spring sale"}`, id, contact)
}

// Stored scores are those that the lead gets when it is asked for, from the first
// list on, behind each interaction, and when the service starts again.
func TestListsShowScores(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "40")
		s := start(t, flags...)
		same := func() {
			t.Helper()
			listed := map[string]int64{}
			for _, model := range []string{"Buyers", "Key accounts"} {
				for _, l := range s.list(t, model, "limit=7", nil) {
					listed[model+" "+l.ID] = l.Score
				}
			}
			n := 0
			for i := range 40 {
				id := fmt.Sprintf("lead-%04d", i+1)
				for _, r := range get[scoresAnswer](t, s, "/leads/"+id+"/scores").Results {
					score, ok := listed[r.Model+" "+id]
					if ok != (r.Status == "scored") || score != r.Score {
						t.Errorf("%s of %s is %d (%s), and listed with %d", r.Model, id, r.Score, r.Status, score)
					}
					if ok {
						n++
					}
				}
			}
			if n == 0 || n != len(listed) {
				t.Errorf("%d scores are listed, %d leads are scored", len(listed), n)
			}
		}
		same()
		for i := range 5 {
			s.expect(t, "POST", "/interactions/EmailOpened", opened(fmt.Sprint("e", i), fmt.Sprintf("contact-%04d", i+1)), 201)
		}
		// Several people of an account click: the account's leads are scored, too.
		for i := range 40 {
			s.expect(t, "POST", "/interactions/EmailClicked", opened(fmt.Sprint("c", i), fmt.Sprintf("contact-%04d", i+1)), 201)
		}
		same()
		s.stop(t)
		s = start(t, flags...)
		same()
	})
}

func TestSameInteractionCountsOnce(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		s := start(t, append(append(open(t), fixed...), "-seed", "10")...)
		lead := s.list(t, "Buyers", "", nil)[0].ID
		contact := contactOf(lead)
		score := func() int64 { return get[scoresAnswer](t, s, "/leads/"+lead+"/scores").Results[0].Score }
		before := score()
		s.expect(t, "POST", "/interactions/EmailClicked", opened("e1", contact), 201, lead)
		s.expect(t, "POST", "/interactions/EmailOpened", opened("e2", contact), 201, lead)
		once := score()
		if once <= before {
			t.Errorf("an opened email made %d of %d", once, before)
		}
		for _, same := range []string{
			opened("e2", contact),
			`{"EmailName": "Spring sale", "Timestamp": "2026-05-31T08:00:00.0000001Z", "CustomerJourney": "", "id": "e2", "Contact": "` + contact + `"}`,
		} {
			s.expect(t, "POST", "/interactions/EmailOpened", same, 200, lead)
		}
		for kind, other := range map[string]string{
			"EmailOpened":  strings.Replace(opened("e2", contact), "Spring", "Summer", 1),
			"EmailClicked": opened("e2", contact),
			"EmailSent":    opened("e2", "contact-0002"),
			"Subscribed":   strings.Replace(strings.Replace(opened("e2", contact), "EmailName", "ListName", 1), "T10", "T11", 1),
		} {
			s.expect(t, "POST", "/interactions/"+kind, other, 409, "e2")
		}
		for i, instant := range []string{"0000-01-01", "9999-12-31T23:59:59.999999Z"} {
			far := fmt.Sprintf(`{"id": "far %d", "Contact": %q, "Timestamp": %q}`, i, contact, instant)
			s.expect(t, "POST", "/interactions/EmailOpened", far, 201)
			s.expect(t, "POST", "/interactions/EmailOpened", far, 200)
		}
		if score() != once {
			t.Errorf("posted again, an opened email made %d of %d", score(), once)
		}
	})
}

func TestInteractionsAreChecked(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		s := start(t, append(append(open(t), fixed...), "-seed", "5")...)
		good := opened("e1", "contact-0001")
		with := func(old, new string) string {
			changed := strings.Replace(good, old, new, 1)
			if changed == good {
				t.Fatalf("%s is not in %s", old, good)
			}
			return changed
		}
		for _, test := range []struct {
			kind, body string
			status     int
			texts      []string
		}{
			{"EmailOpend", good, 422, []string{`"field": "kind"`, `"nearest": "EmailOpened"`}},
			{"Lead", good, 422, []string{`"field": "kind"`}},
			{"Interaction", good, 422, []string{`"field": "kind"`}},
			{"EmailOpened", with(`"EmailName"`, `"EmailNam"`), 422, []string{`"field": "EmailNam"`, `"nearest": "EmailName"`}},
			{"EmailOpened", with(`"Spring sale"`, `5`), 422, []string{`"field": "EmailName"`, "a text cannot be the number"}},
			{"EmailOpened", with(`"Spring sale"`, `["a"]`), 422, []string{`"field": "EmailName"`, "a text cannot be the choices"}},
			{"EmailOpened", with(`"Spring sale"`, `[1]`), 422, []string{`"field": "EmailName"`, "a list must hold texts"}},
			{"EmailOpened", with(`"Spring sale"`, `{}`), 422, []string{`"field": "EmailName"`, "an object is not a value"}},
			{"EmailOpened", with(`"Spring sale"`, `"a\u0000"`), 422, []string{`"field": "EmailName"`, "U+0000"}},
			{"EmailOpened", with(`"Spring sale"`, `"a", "EmailName": "b"`), 422, []string{`"field": "EmailName"`, "twice"}},
			{"EmailOpened", with(`"e1"`, `""`), 422, []string{`"field": "id"`}},
			{"EmailOpened", with(`e1`, `\ud800`), 400, []string{`"field": "id"`, "half of a character"}},
			{"EmailOpened", with(`e1`, `\ufffd`), 422, []string{`"field": "id"`}},
			{"EmailOpened", with(`"e1"`, `7`), 422, []string{`"field": "id"`}},
			{"EmailOpened", with(`e1`, strings.Repeat("e", 201)), 422, []string{`"field": "id"`}},
			{"EmailOpened", with(`"contact-0001"`, `null`), 422, []string{`"field": "Contact"`}},
			{"EmailOpened", with(`contact-0001`, `nobody`), 422, []string{`"field": "Contact"`, "nobody"}},
			{"EmailOpened", with(`+02:00`, ``), 422, []string{`"field": "Timestamp"`, "offset"}},
			{"EmailOpened", with(`"Timestamp"`, `"Timestap"`), 422, []string{`"field": "Timestamp"`, `"field": "Timestap"`, `"nearest": "Timestamp"`}},
			{"EmailOpened", `{"EmailNam": 1, "Visitor": "lead-0001"}`, 422, []string{`"field": "id"`, `"field": "Contact"`, `"field": "Timestamp"`, `"field": "EmailNam"`, `"field": "Visitor"`}},
			{"EmailOpened", ``, 400, []string{"JSON object"}},
			{"EmailOpened", `[]`, 400, []string{"JSON object"}},
			{"EmailOpened", good[:len(good)-1], 400, []string{"JSON object"}},
			{"EmailOpened", good + good, 400, []string{"something follows"}},
			{"EmailOpened", with(`Spring`, "\xff"), 400, []string{"UTF-8"}},
			{"EmailOpened", with(`Spring`, strings.Repeat("S", maxBody)), 413, []string{strconv.Itoa(maxBody)}},
		} {
			s.expect(t, "POST", "/interactions/"+test.kind, test.body, test.status, test.texts...)
		}
		s.expect(t, "POST", "/interactions/EmailOpened", good, 201) // the first that is stored
	})
}

func TestRequestsAreChecked(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		s := start(t, append(append(open(t), fixed...), "-seed", "5")...)
		for path, status := range map[string]int{
			"/leads/nobody/scores":                             404,
			"/leads/%00/scores":                                404,
			"/leads/%ff/scores":                                404,
			"/leads/lead-0001/scores?as_of=tomorrow":           400,
			"/leads/lead-0001/scores?as_of=2026-01-01":         200,
			"/leads/lead-0001/scores?explain=101":              400,
			"/leads/lead-0001/scores?asof=2026-01-01":          400,
			"/models/Sellers/leads":                            404,
			"/models/Sellers/leads.csv":                        404,
			"/models/Buyers/leads?sort=score":                  400,
			"/models/Buyers/leads?limit=0":                     400,
			"/models/Buyers/leads?limit=5&limit=6":             400,
			"/models/Buyers/leads?after=first":                 400,
			"/models/Buyers/leads?after=1,%00":                 400,
			"/models/Buyers/leads?after=1,%ff":                 400,
			"/models/Buyers/leads?after=-9223372036854775808,": 200,
			"/models/Buyers/leads?%zz":                         400,
			"/models/Buyers/leads.xlsx?limit=1":                400,
			"/nothing":                                         404,
		} {
			r, err := http.NewRequestWithContext(t.Context(), "GET", s.url+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			response, body := do(t, r)
			if response.StatusCode != status {
				t.Errorf("GET %s: %d instead of %d\n%s", path, response.StatusCode, status, body)
			}
			if status != 200 && response.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("GET %s: %v", path, response.Header)
			}
		}
		r, err := http.NewRequestWithContext(t.Context(), "DELETE", s.url+"/models", nil)
		if err != nil {
			t.Fatal(err)
		}
		if response, body := do(t, r); response.StatusCode != 405 || response.Header.Get("Allow") != "GET, HEAD" || !strings.Contains(body, `"status": 405`) {
			t.Errorf("DELETE /models: %v %s", response, body)
		}
		r.Method = "POST"
		r.URL.Path = "/rules/reload"
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		if response, body := do(t, r); response.StatusCode != 403 || !strings.Contains(body, `"status": 403`) {
			t.Errorf("a page of another site: %v %s", response, body)
		}
		r.URL.Path = "/interactions/EmailOpened"
		if answer := s.raw(t, "POST "+r.URL.Path+" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n"); !strings.HasPrefix(answer, "HTTP/1.1 400 ") || !strings.Contains(answer, "cannot be read") {
			t.Errorf("a broken body: %s", answer)
		}
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if response, body := do(t, r); response.StatusCode != 415 {
			t.Errorf("no type: %v %s", response, body)
		}
	})
}

// Paging yields each lead once, in order, whatever the sizes of pages. Scores that
// change meanwhile move their leads and no other; sorted by lead none moves.
func TestPages(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		s := start(t, append(append(open(t), fixed...), "-seed", "60")...)
		orders := map[string]func(a, b lead) bool{
			"-score": func(a, b lead) bool { return a.Score > b.Score || a.Score == b.Score && a.ID < b.ID },
			"lead":   func(a, b lead) bool { return a.ID < b.ID },
		}
		all := s.list(t, "Buyers", "limit=1000", nil)
		if len(all) < 30 {
			t.Fatalf("%d leads", len(all))
		}
		for sort, before := range orders {
			for _, limit := range []int{1, 7, len(all)} {
				leads := s.list(t, "Buyers", fmt.Sprintf("sort=%s&limit=%d", sort, limit), nil)
				for i := range leads[1:] {
					if !before(leads[i], leads[i+1]) {
						t.Errorf("sorted by %s, %v stands before %v", sort, leads[i], leads[i+1])
					}
				}
				if len(leads) != len(all) {
					t.Errorf("by %s in pages of %d: %d leads instead of %d", sort, limit, len(leads), len(all))
				}
			}
		}
		for sort := range orders {
			moved := map[string]bool{}
			leads := s.list(t, "Buyers", "limit=5&sort="+sort, func(page) {
				n := len(moved)
				lead := all[(n*13)%len(all)].ID
				moved[lead] = true
				s.expect(t, "POST", "/interactions/EmailOpened", opened(fmt.Sprint(sort, n), contactOf(lead)), 201)
			})
			times := map[string]int{}
			for _, l := range leads {
				times[l.ID]++
			}
			for _, l := range all {
				if times[l.ID] != 1 && (sort == "lead" || !moved[l.ID]) {
					t.Errorf("sorted by %s, %s came %d times", sort, l.ID, times[l.ID])
				}
			}
		}
	})
}

// Both exports hold the list, and no cell of theirs is a formula.
func TestExports(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "30")
		start(t, flags...).stop(t)
		db := openStore(t, flags)
		hostile := []string{`=HYPERLINK("http://x")`, "+1", "-1", "@SUM(1)", "\t=1", "a,\"b\"\nc", "x;=1", "plain"}
		for i, name := range hostile {
			if _, err := db.write.Exec("UPDATE lead SET company_name = $1, last_name = NULL WHERE id = $2", name, fmt.Sprintf("lead-%04d", i+1)); err != nil {
				t.Fatal(err)
			}
		}
		s := start(t, flags...)
		listed := s.list(t, "Buyers", "limit=1000", nil)

		_, text := s.call(t, "GET", "/models/Buyers/leads.csv", "")
		lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		_, raw := s.call(t, "GET", "/models/Buyers/leads.xlsx", "")
		book, err := excelize.OpenReader(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		rows, err := book.GetRows("Leads", excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(lines) != len(listed)+1 || len(rows) != len(lines) || !slices.Equal(lines[0], rows[0]) {
			t.Fatalf("%d leads, %d lines of CSV, %d rows of XLSX: %v and %v", len(listed), len(lines), len(rows), lines[0], rows[0])
		}
		guarded := 0
		for i, l := range listed {
			line, row := lines[i+1], rows[i+1]
			want := []string{l.ID, l.FirstName, l.LastName, l.Company, strconv.FormatInt(l.Score, 10), l.Grade, strconv.FormatBool(l.SalesReady), l.AsOf.Format(time.RFC3339)}
			serial, err := strconv.ParseFloat(row[7], 64)
			if err != nil {
				t.Fatal(err)
			}
			day, err := excelize.ExcelDateToTime(serial, false)
			if err != nil {
				t.Fatal(err)
			}
			row[6] = map[string]string{"0": "false", "1": "true"}[row[6]]
			row[7] = day.Format(time.RFC3339)
			if !slices.Equal(row, want) {
				t.Errorf("XLSX has %q\ninstead of %q", row, want)
			}
			if want[3] = spreadsheet.Cell(l.Company); want[3] != l.Company {
				guarded++
			}
			if !slices.Equal(line, want) {
				t.Errorf("CSV has %q\ninstead of %q", line, want)
			}
			if formula, err := book.GetCellFormula("Leads", fmt.Sprintf("D%d", i+2)); err != nil || formula != "" {
				t.Errorf("the formula %q, %v", formula, err)
			}
		}
		if guarded < 5 {
			t.Errorf("%d companies look like formulas", guarded)
		}
	})
}

func copyRules(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("rules")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Rules that are no good are refused, and those from before serve on; good ones
// serve at once, and then all leads are scored by them.
func TestReload(t *testing.T) {
	rules := copyRules(t)
	file := filepath.Join(rules, "new.score")
	s := start(t, append(append(sqliteFlags(t), fixed...), "-seed", "20", "-rules", rules)...)
	before := s.list(t, "Buyers", "limit=1000", nil)
	const model = "model \"New\" {\n    target contact\n    condition \"Is there\" {\n        has Lead\n        score +7\n    }\n}\n"
	for _, test := range []struct{ rules, wants string }{
		{model + "!", `"diagnostics"`},
		{strings.Replace(model, "has Lead", "has EmailOpend", 1), `"nearest": "EmailOpened"`},
		{model + "test \"Wrong\" {\n    model \"New\"\n    as of 2026-06-01\n    Lead with ParentContact = \"a\"\n    Contact \"a\"\n    expect score 8\n}\n", `"code": "expectation"`},
		{strings.Replace(model, "has Lead", "has SampleSent", 1) + "interaction SampleSent {\n    Roast text\n}\n", `"field": "SampleSent"`},
		{strings.Replace(model, "New", "Buyers", 1), `"diagnostics"`},
	} {
		write(t, file, test.rules)
		s.expect(t, "POST", "/rules/reload", "", 422, test.wants)
		s.expect(t, "GET", "/models/New/leads", "", 404)
	}
	if got := s.list(t, "Buyers", "limit=1000", nil); !reflect.DeepEqual(got, before) {
		t.Errorf("after refused rules %v instead of %v", got, before)
	}

	write(t, file, model)
	s.expect(t, "POST", "/rules/reload", "", 200, `"New"`)
	eventually(t, "all leads have the score 7", func() bool {
		leads := s.list(t, "New", "limit=1000", nil)
		return len(leads) == len(before) && !slices.ContainsFunc(leads, func(l lead) bool { return l.Score != 7 })
	})

	write(t, file, strings.Replace(model, "+7", "+8", 1))
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all leads have the score 8", func() bool {
		return !slices.ContainsFunc(s.list(t, "New", "limit=1000", nil), func(l lead) bool { return l.Score != 8 })
	})

	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	s.expect(t, "POST", "/rules/reload", "", 200)
	s.expect(t, "GET", "/models/New/leads", "", 404)
	for _, name := range []string{"buyers.score", "key-accounts.score"} {
		if err := os.Remove(filepath.Join(rules, name)); err != nil {
			t.Fatal(err)
		}
	}
	s.expect(t, "POST", "/rules/reload", "", 422, "*.score")
	s.expect(t, "GET", "/models/Buyers/leads", "", 200)
	s.expect(t, "GET", "/metrics", "", 200, `"rule_loads_refused": 6`, `"rule_loads_loaded": 4`)
}

// eventually waits for what the service does behind requests.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 6000 {
		if holds() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("it does not come about that %s", what)
}

// Scores fade: all leads are scored again and again.
func TestScoresAreKept(t *testing.T) {
	s := start(t, append(sqliteFlags(t), "-seed", "10", "-rescore", "20ms")...)
	first := s.list(t, "Buyers", "", nil)[0]
	eventually(t, "the score is as of later", func() bool {
		for _, l := range s.list(t, "Buyers", "", nil) {
			if l.ID == first.ID {
				return l.AsOf.After(first.AsOf)
			}
		}
		return false
	})
}

// A slowPost is a request whose body the service waits for.
type slowPost struct {
	body   *io.PipeWriter
	status chan int
}

// postSlowly returns once the service reads the body.
func (s *server) postSlowly(t *testing.T) slowPost {
	t.Helper()
	read, body := io.Pipe()
	inside := make(chan struct{})
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(int, textproto.MIMEHeader) error { return nil },
		Got100Continue: func() { close(inside) },
	})
	r, err := http.NewRequestWithContext(ctx, "POST", s.url+"/interactions/EmailOpened", read)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Expect", "100-continue") // which a server says when a handler reads
	p := slowPost{body, make(chan int, 1)}
	client := http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Hour}}
	go func() {
		defer client.CloseIdleConnections()
		response, err := client.Do(r)
		if err != nil {
			t.Error(err)
			p.status <- 0
			return
		}
		response.Body.Close()
		p.status <- response.StatusCode
	}()
	<-inside
	return p
}

func (p slowPost) finish(t *testing.T, text string) int {
	t.Helper()
	if _, err := io.WriteString(p.body, text); err != nil {
		t.Error(err)
	}
	p.body.Close()
	return <-p.status
}

func TestShutdownFinishesRequests(t *testing.T) {
	flags := append(append(sqliteFlags(t), fixed...), "-seed", "5")
	s := start(t, flags...)
	p := s.postSlowly(t)
	s.cancel()
	eventually(t, "the service shuts down", func() bool {
		response, err := http.Get(s.url + "/healthz")
		if err == nil {
			response.Body.Close()
		}
		return err != nil
	})
	if status := p.finish(t, opened("e1", "contact-0001")); status != 201 {
		t.Errorf("a request in flight was answered %d", status)
	}
	s.stop(t)
	s = start(t, flags...)
	s.expect(t, "POST", "/interactions/EmailOpened", opened("e1", "contact-0001"), 200)
}

// Services that start at once make one database. What is there stays as it is:
// nothing is invented beside it.
func TestStart(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "50")
		if flags[0] == "-db" {
			openStore(t, flags) // one has to make the file
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				db := openStore(t, flags)
				if _, err := db.seed(t.Context(), 50, time.Now()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		s := start(t, flags...)
		eventually(t, "the leads are scored", func() bool { return len(s.list(t, "Buyers", "", nil)) > 0 })

		db := openStore(t, open(t))
		if _, err := db.write.Exec("INSERT INTO contact (id) VALUES ('one')"); err != nil {
			t.Fatal(err)
		}
		if seeded, err := db.seed(t.Context(), 50, time.Now()); seeded || err != nil {
			t.Errorf("leads are invented beside a contact: %v", err)
		}
	})
}

// everyType declares a field of each type.
const everyType = `{ Roast text Guests number Paid bool Ends time Day date Kind choice ("Open", "Closed") Extras choices ("Milk", "Sugar") }`

// viewOfEveryType returns the statement that makes the view of a kind of interaction
// with the fields of everyType.
func viewOfEveryType(kind string) string {
	return fmt.Sprintf(`CREATE VIEW %s AS SELECT id, contact_id, timestamp,
		fields ->> 'Roast' AS roast, CAST(fields ->> 'Guests' AS double precision) AS guests, CAST(fields ->> 'Paid' AS boolean) AS paid,
		fields ->> 'Ends' AS ends, fields ->> 'Day' AS day, fields ->> 'Kind' AS kind, fields ->> 'Extras' AS extras
		FROM interaction WHERE kind = '%s'`, strings.ToLower(kind), kind)
}

// A new kind of interaction is a block in a rule file and a view. A field of every
// type is posted and read back by rules.
func TestNewKind(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		rules := copyRules(t)
		flags := append(append(open(t), fixed...), "-seed", "20", "-rules", rules)
		s := start(t, flags...)
		write(t, filepath.Join(rules, "tasting.score"), `
			interaction Tasting `+everyType+`
			model "Tastings" {
				target contact
				condition "Roast"  { each Tasting where Roast = "dark" score +1 }
				condition "Guests" { each Tasting where Guests > 5 score +10 }
				condition "Paid"   { each Tasting where Paid = true score +100 }
				condition "Ends"   { each Tasting where Ends on 2026-05-30 score +1000 }
				condition "Day"    { each Tasting where Day on 2026-05-30 score +10000 }
				condition "Kind"   { each Tasting where Kind = "Open" score +100000 }
				condition "Extras" { each Tasting where Extras contains "Sugar" score +1000000 }
			}`)
		s.expect(t, "POST", "/rules/reload", "", 422, `"field": "Tasting"`)
		if _, err := openStore(t, flags).write.Exec(viewOfEveryType("Tasting")); err != nil {
			t.Fatal(err)
		}
		s.expect(t, "POST", "/rules/reload", "", 200, "Tastings")
		lead := s.list(t, "Buyers", "", nil)[0].ID
		for i, fields := range []string{
			`"Roast": "dark", "Guests": 6, "Paid": true, "Ends": "2026-05-29T23:30:00-01:00", "Day": "2026-05-30", "Kind": "Open", "Extras": ["Milk", "Sugar"]`,
			`"Roast": "dark", "Guests": "6", "Paid": "true", "Ends": "2026-05-30", "Day": "2026-05-30", "Kind": "Open", "Extras": ["Sugar"]`,
		} {
			tasting := fmt.Sprintf(`{"id": "t%d", "Contact": %q, "Timestamp": "2026-05-30", %s}`, i, contactOf(lead), fields)
			s.expect(t, "POST", "/interactions/Tasting", tasting, 201, lead)
			s.expect(t, "POST", "/interactions/Tasting", tasting, 200, lead)
		}
		s.expect(t, "GET", "/leads/"+lead+"/scores", "", 200, `"score": 2222222`)
	})
}

// Two who store scores of the same leads do not wait for each other for ever,
// whatever order their rules have models in.
func TestScoresInAnyOrder(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		db := openStore(t, open(t))
		if _, err := db.seed(t.Context(), 20, time.Now()); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for _, models := range [][]string{{"a", "b", "c"}, {"c", "b", "a"}, {"d"}} {
			all.Go(func() {
				var leads []leadscore.SetResult
				for i := range 20 {
					lead := leadscore.SetResult{Lead: fmt.Sprintf("lead-%04d", i+1)}
					for _, model := range models {
						lead.Results = append(lead.Results, leadscore.Result{Model: model, Lead: lead.Lead})
					}
					leads = append(leads, lead)
				}
				for range 20 {
					if err := db.saveScores(t.Context(), nil, leads, time.Now(), nextNumber(t, db)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
	})
}

// Exports keep a connection to the database for as long as their clients read.
// However many there are, others get through.
func TestSlowExports(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "5")
		s := start(t, flags...)
		db := openStore(t, flags)
		for _, fill := range []string{ // with more than a connection holds on its way
			"INSERT INTO lead (id, company_name) SELECT 'big-' || i, $1 FROM n",
			"INSERT INTO score (model, lead_id, score, grade, sales_ready, as_of, scoring) SELECT 'Buyers', 'big-' || i, 0, $1, false, '2026-01-01 00:00:00', 0 FROM n",
		} {
			fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) " + fill
			if _, err := db.write.Exec(fill, strings.Repeat("x", 8000)); err != nil {
				t.Fatal(err)
			}
		}
		var slow []io.Closer
		client := http.Client{Timeout: time.Minute} // without an answer the test fails
		for {
			response, err := client.Get(s.url + "/models/Buyers/leads.csv")
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if response.StatusCode == 503 {
				break
			}
			if slow = append(slow, response.Body); response.StatusCode != 200 || len(slow) > 100 {
				t.Fatalf("the export %d was answered %v", len(slow), response)
			}
		}
		s.expect(t, "GET", "/healthz", "", 200)
		s.expect(t, "GET", "/models/Buyers/leads?limit=1", "", 200)
		s.expect(t, "POST", "/interactions/EmailOpened", opened("e1", "contact-0001"), 201)
		for _, body := range slow {
			body.Close()
		}
		eventually(t, "there is a place for an export", func() bool {
			status, _ := s.call(t, "HEAD", "/models/Buyers/leads.csv", "")
			return status == 200
		})
	})
}

// Everything at once: who posts, reads, reloads and scores does not get in the
// way of another one, and in the end each interaction counts once.
func TestAtTheSameTime(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		s := start(t, append(append(open(t), fixed...), "-seed", "8", "-rescore", "30ms")...)
		for _, l := range s.list(t, "Buyers", "", nil) { // ends silences, which cost points
			s.expect(t, "POST", "/interactions/EmailOpened", opened("first "+l.ID, contactOf(l.ID)), 201)
		}
		before := s.list(t, "Buyers", "sort=lead", nil)
		const posts = 3
		var all sync.WaitGroup
		for range 3 { // clients, who post the same
			all.Go(func() {
				for i := range posts {
					for _, l := range before {
						status, body := s.call(t, "POST", "/interactions/EmailOpened", opened(fmt.Sprint(l.ID, i), contactOf(l.ID)))
						if status != 201 && status != 200 {
							t.Errorf("%d: %s", status, body)
						}
					}
				}
			})
		}
		all.Go(func() {
			for range 5 {
				s.expect(t, "POST", "/rules/reload", "", 200)
			}
		})
		all.Go(func() {
			for range 10 {
				s.expect(t, "GET", "/models/Buyers/leads.csv", "", 200, before[0].ID)
				s.expect(t, "GET", "/models/Buyers/leads", "", 200, before[0].ID)
				s.expect(t, "GET", "/leads/lead-0001/scores", "", 200, "Buyers")
			}
		})
		all.Wait()
		after := s.list(t, "Buyers", "sort=lead", nil)
		if len(after) != len(before) || len(after) == 0 {
			t.Fatalf("%d leads instead of %d", len(after), len(before))
		}
		for i, l := range after {
			if want := before[i].Score + 5*posts; l.Score != want {
				t.Errorf("%s is listed with %d instead of %d", l.ID, l.Score, want)
			}
		}
	})
}

// What goes wrong in a handler is a problem, or, once the answer has begun, an
// answer that the client sees to be cut off.
func TestHandlersThatFail(t *testing.T) {
	l := limits{timeout: time.Minute, places: make(chan struct{}, 1)}
	lines := &log{}
	s := &service{log: slog.New(slog.NewJSONHandler(lines, nil))}
	s.metrics = s.newMetrics()
	mux := http.NewServeMux()
	s.handle(mux, "GET /panic", l, func(http.ResponseWriter, *http.Request) error { panic("oh no") })
	s.handle(mux, "GET /error", l, func(http.ResponseWriter, *http.Request) error { return errors.New("a secret") })
	s.handle(mux, "GET /broken", l, func(w http.ResponseWriter, _ *http.Request) error {
		if _, err := w.Write(make([]byte, 100_000)); err != nil {
			return err
		}
		return errors.New("a secret")
	})
	h := httptest.NewServer(mux)
	defer h.Close()
	test := server{url: h.URL}
	test.expect(t, "GET", "/panic", "", 500, `"status": 500`, "The reason is in the log.")
	test.expect(t, "GET", "/error", "", 500, `"status": 500`, "The reason is in the log.")
	response, err := http.Get(h.URL + "/broken")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.ReadAll(response.Body); err == nil {
		t.Error("nobody sees that the answer is broken off")
	}
	for _, text := range []string{"oh no", "a secret", `"path":"/broken","status":200`} {
		if !strings.Contains(lines.String(), text) {
			t.Errorf("no %s in the log\n%s", text, lines)
		}
	}
}

// TestIndexes has SQLite say how it finds what is asked: along an index, without
// sorting.
func TestIndexes(t *testing.T) {
	flags := append(append(sqliteFlags(t), fixed...), "-seed", "5")
	start(t, flags...).stop(t)
	db := openStore(t, flags)
	texts := []string{
		"SELECT id, timestamp FROM email_opened WHERE contact_id IN ('a', 'b')",
		"SELECT id FROM lead WHERE parent_account_id = 'a'",
		"DELETE FROM score WHERE lead_id = 'a' AND scoring < 1",
	}
	for _, sorted := range sortings {
		texts = append(texts, "SELECT l.id FROM score s JOIN lead l ON l.id = s.lead_id WHERE s.model = $1 AND "+sorted.after+" ORDER BY "+sorted.by+" LIMIT 10")
	}
	for _, text := range texts {
		rows, err := db.read.Query("EXPLAIN QUERY PLAN "+text, "Buyers", 1, "lead-0001")
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		plan := ""
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			plan += step + "\n"
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan, "SEARCH") || strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s:\n%s", text, plan)
		}
	}
}
