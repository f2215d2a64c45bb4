package main

import (
	"encoding/csv"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// send posts a form as a browser does, and follows to the page that is answered.
func (s *server) send(t *testing.T, path string, form url.Values, header map[string]string) *http.Response {
	t.Helper()
	r := must(http.NewRequestWithContext(t.Context(), "POST", s.url+path, strings.NewReader(form.Encode())))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// fields returns the values of the form on a page that posts.
func (d document) fields(t *testing.T) url.Values {
	t.Helper()
	form := url.Values{}
	for _, n := range d.all("input") {
		if attribute(n, "type") == "hidden" {
			form.Set(attribute(n, "name"), attribute(n, "value"))
		}
	}
	if len(form) != 2 {
		t.Fatalf("the form holds %v", form)
	}
	return form
}

// Feedback is stored once, with the score and who gave it, and only if it is complete.
func TestFeedback(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		s := start(t, append(append(open(t), fixed...), "-seed", "30", "-user-header", "X-Forwarded-User")...)
		l := get[struct{ Leads []lead }](t, s, "/models/Buyers/leads?limit=1").Leads[0]
		form := s.open(t, leadHref(l.ID), 200).fields(t)
		give := func(status int, changes map[string]string) document {
			t.Helper()
			f := maps.Clone(form)
			for name, value := range changes {
				f.Set(name, value)
			}
			return parsePage(t, s.send(t, "/sales/feedback", f, map[string]string{"Sec-Fetch-Site": "same-origin", "X-Forwarded-User": "ada@example.com"}), "/sales/feedback", status)
		}
		rejected := map[string]string{"model": "Buyers", "verdict": "rejected", "reason": "no budget", "note": "=1+1 <b>next year</b>"}
		for range 2 { // the button is pressed twice
			d := give(200, rejected)
			if n := strings.Count(d.text, "<strong>rejected</strong> for Buyers, no budget"); n != 1 || !strings.Contains(d.text, "by ada@example.com") || !strings.Contains(d.text, "&lt;b&gt;next year") {
				t.Errorf("the feedback is there %d times:\n%s", n, d.text)
			}
		}
		form = s.open(t, leadHref(l.ID), 200).fields(t)
		give(200, map[string]string{"model": "Buyers", "verdict": "accepted", "reason": "no budget"})
		for _, wrong := range []map[string]string{
			{"model": "Buyers"}, {"model": "Buyers", "verdict": "rejected"}, {"model": "Buyers", "verdict": "rejected", "reason": "x"},
			{"model": "x", "verdict": "accepted"}, {"model": "Buyers", "verdict": "accepted", "id": "1"},
			{"model": "Buyers", "verdict": "accepted", "note": strings.Repeat("x", maxNote+1)}, {"model": "Buyers", "verdict": "accepted", "note": "\x00"},
		} {
			give(422, wrong)
		}
		give(404, map[string]string{"model": "Buyers", "verdict": "accepted", "lead": "nobody"})

		_, text := s.call(t, "GET", "/feedback.csv", "")
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(rows) != 3 {
			t.Fatalf("%v: %s", err, text)
		}
		for _, row := range rows[1:] {
			if row[0] != l.ID || row[7] == "" || row[5] != "ada@example.com" || strings.HasPrefix(row[4], "=") {
				t.Errorf("%q", row)
			}
		}
	})
}

// Pages of other sites cannot post through a browser.
func TestForeignForm(t *testing.T) {
	s := start(t, append(append(sqliteFlags(t), fixed...), "-seed", "5")...)
	form := s.open(t, leadHref("lead-0001"), 200).fields(t)
	form.Set("model", "Buyers")
	form.Set("verdict", "accepted")
	for _, header := range []map[string]string{
		{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
	} {
		response := s.send(t, "/sales/feedback", form, header)
		response.Body.Close()
		if response.StatusCode != http.StatusForbidden {
			t.Errorf("%v is answered %d", header, response.StatusCode)
		}
	}
	if _, text := s.call(t, "GET", "/feedback.csv", ""); strings.Count(text, "\n") != 1 {
		t.Errorf("feedback is stored: %s", text)
	}
	response := s.send(t, "/sales/feedback", form, map[string]string{"Origin": s.url})
	response.Body.Close()
	if response.StatusCode != 200 {
		t.Errorf("its own page is answered %d", response.StatusCode)
	}
}

// With a token, the API answers only who has it. The pages are open: a proxy protects
// them.
func TestToken(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range []string{"", "short", "has a blank in the middle of it", "ünïcödé-ünïcödé-ünïcödé", "two-lines-of-them\ntwo-lines-of-them"} {
		write(text)
		if _, err := readToken(file); err == nil || !strings.Contains(err.Error(), "printable ASCII characters") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := readToken(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there holds a token")
	}
	const token = "0123456789abcdef0123"
	write(token + "\n")
	s := start(t, append(append(sqliteFlags(t), fixed...), "-seed", "5", "-token-file", file)...)
	ask := func(method, path, authorization string) int {
		t.Helper()
		r := must(http.NewRequestWithContext(t.Context(), method, s.url+path, nil))
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		response, body := do(t, r)
		if response.StatusCode == 401 && (response.Header.Get("WWW-Authenticate") == "" || !strings.Contains(body, "Bearer")) {
			t.Errorf("%s: %v %s", path, response.Header, body)
		}
		return response.StatusCode
	}
	for _, path := range []string{"/models", "/metrics", "/models/Buyers/leads", "/models/Buyers/leads.csv", "/leads/lead-0001/scores", "/feedback.csv", "/nothing", "/sales/../models", "//models"} {
		for _, wrong := range []string{"", "Bearer", "Bearer x", "Basic " + token, token, "Bearer " + token + "0", "Bearer " + token[1:]} {
			if status := ask("GET", path, wrong); status != 401 {
				t.Errorf("%s with %q is answered %d", path, wrong, status)
			}
		}
	}
	for _, right := range []string{"Bearer " + token, "bearer  " + token} {
		if status := ask("GET", "/models", right); status != 200 {
			t.Errorf("%q is answered %d", right, status)
		}
	}
	if status := ask("POST", "/rules/reload", ""); status != 401 {
		t.Errorf("a reload is answered %d", status)
	}
	for _, path := range []string{"/healthz", "/sales", leadHref("lead-0001"), "/sales/style.css"} {
		if status := ask("GET", path, ""); status != 200 {
			t.Errorf("%s is answered %d", path, status)
		}
	}
}
