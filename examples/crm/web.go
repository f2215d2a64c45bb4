package main

import (
	"bytes"
	"embed"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"time"
)

//go:embed templates
var templates embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"machine": func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
	"human":   func(t time.Time) string { return t.Format("2 January 2006, 15:04 MST") },
	"isSet":   isSet,
	"day":     func(t time.Time) string { return t.Format("2 Jan 2006") },
}).ParseFS(templates, "templates/*.html"))

// web registers the pages for sales. They need no script, and read the same tables as
// the API.
func (s *service) web(mux *http.ServeMux, l limits) {
	s.open = map[string]bool{"GET /healthz": true}
	page := func(pattern string, h handler) {
		s.open[pattern] = true
		s.handle(mux, pattern, l, withPages(h))
	}
	page("GET /{$}", func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, "/sales", http.StatusFound)
		return nil
	})
	page("GET /sales", s.getLeadsPage)
	page("GET /sales/lead", s.getLeadPage)
	page("GET /sales/rules", s.getRulesPage)
	page("GET /sales/version", s.getVersionPage)
	page("POST /sales/feedback", s.postFeedback)
	page("GET /sales/style.css", getStyle)
}

// policy allows what the pages consist of, and nothing that a name or an id could
// bring in: no script, no style but the stylesheet, no frame, no other site.
const policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func setPageHeaders(h http.Header) {
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store") // pages hold personal data
}

// withPages answers the errors of a handler with a page instead of JSON.
func withPages(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := h(w, r)
		if err == nil {
			return nil
		}
		p := problemOf(err)
		p.Title = http.StatusText(p.Status)
		if p.Status == 499 { // the client has gone
			return err
		}
		if p.Status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", strconv.Itoa(max(p.retryAfter, 1)))
		}
		_ = render(w, p.Status, "problem", p)
		return err
	}
}

// render writes a page. It makes it as a whole first, so that an error in the middle
// leaves nothing half written.
func render(w http.ResponseWriter, status int, name string, data any) error {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name+".html", data); err != nil {
		return err
	}
	setPageHeaders(w.Header())
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}

func getStyle(w http.ResponseWriter, r *http.Request) error {
	f, err := templates.Open("templates/style.css")
	if err != nil {
		return err
	}
	defer f.Close()
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "max-age=300")
	_, err = io.Copy(w, f)
	return err
}
