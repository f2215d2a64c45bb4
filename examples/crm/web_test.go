package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/explain"
)

// A document is a page that was answered.
type document struct {
	*html.Node
	header http.Header
	text   string
}

// open gets a page, which must be answered with a status, and checks what every page
// must be.
func (s *server) open(t *testing.T, path string, status int) document {
	t.Helper()
	response, err := http.Get(s.url + path)
	if err != nil {
		t.Fatal(err)
	}
	return parsePage(t, response, path, status)
}

func parsePage(t *testing.T, response *http.Response, path string, status int) document {
	t.Helper()
	defer response.Body.Close()
	var b strings.Builder
	root, err := html.Parse(&tee{response.Body, &b})
	if err != nil {
		t.Fatal(err)
	}
	d := document{root, response.Header, b.String()}
	if response.StatusCode != status {
		t.Fatalf("%s: %d instead of %d\n%s", path, response.StatusCode, status, d.text)
	}
	checkAccessible(t, path, d)
	return d
}

// A tee keeps what is read.
type tee struct {
	from interface{ Read([]byte) (int, error) }
	to   *strings.Builder
}

func (t *tee) Read(b []byte) (int, error) {
	n, err := t.from.Read(b)
	t.to.Write(b[:n])
	return n, err
}

// all returns the elements of a kind, in the order of the page.
func (d document) all(name string) (list []*html.Node) {
	for n := range d.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			list = append(list, n)
		}
	}
	return list
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// checkAccessible checks what people need who use a keyboard, a screen reader or a
// phone, and that nothing on the page can run.
func checkAccessible(t *testing.T, path string, d document) {
	t.Helper()
	wrong := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s: %s", path, fmt.Sprintf(format, args...))
	}
	if !strings.Contains(d.header.Get("Content-Security-Policy"), "default-src 'none'") || d.header.Get("X-Content-Type-Options") != "nosniff" {
		wrong("the headers are %v", d.header)
	}
	if attribute(d.all("html")[0], "lang") != "en" || len(d.all("h1")) != 1 || len(d.all("main")) != 1 || textOf(d.all("title")[0]) == "" {
		wrong("no language, no title, or not one heading and one main part")
	}
	level, ids, labels := 0, map[string]bool{}, map[string]bool{}
	for n := range d.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attribute(n, "id"); id != "" {
			if ids[id] {
				wrong("two elements have the id %q", id)
			}
			ids[id] = true
		}
		if n.Data == "label" {
			labels[attribute(n, "for")] = true
		}
		if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
			if l := int(n.Data[1] - '0'); l > level+1 {
				wrong("the heading %q leaves a level out", textOf(n))
			} else {
				level = l
			}
		}
		for _, a := range n.Attr {
			link := a.Key == "href" || a.Key == "action" || a.Key == "src"
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || link && strings.Contains(strings.ToLower(a.Val), "javascript:") {
				wrong("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
	}
	if len(d.all("script"))+len(d.all("iframe"))+len(d.all("style")) > 0 {
		wrong("it holds a script, a style or a frame")
	}
	for _, n := range slices.Concat(d.all("input"), d.all("select"), d.all("textarea")) {
		if attribute(n, "type") != "hidden" && !labels[attribute(n, "id")] {
			wrong("%q has no label", attribute(n, "name"))
		}
	}
	for _, n := range d.all("th") {
		if attribute(n, "scope") == "" {
			wrong("the heading %q of a table says not of what", textOf(n))
		}
	}
	for _, n := range d.all("a") {
		if href := attribute(n, "href"); textOf(n) == "" || href == "" || href[0] != '/' && href[0] != '#' {
			wrong("a link %q leads to %q", textOf(n), href)
		}
	}
}

// listedLeads returns the ids of the leads on a page of the list.
func (d document) listedLeads(t *testing.T) (ids []string) {
	t.Helper()
	for _, a := range d.all("a") {
		if u, err := url.Parse(attribute(a, "href")); err == nil && u.Path == "/sales/lead" {
			ids = append(ids, u.Query().Get("id"))
		}
	}
	return ids
}

func (d document) link(text string) string {
	for _, a := range d.all("a") {
		if textOf(a) == text {
			return attribute(a, "href")
		}
	}
	return ""
}

// Each lead comes on exactly one page of the list, in the order of the scores.
func TestLeadsPages(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		s := start(t, append(append(open(t), fixed...), "-seed", "200")...)
		all := get[struct{ Leads []lead }](t, s, "/models/Buyers/leads?limit=1000").Leads
		ids := func(keep func(lead) bool) (list []string) {
			for _, l := range all {
				if keep(l) {
					list = append(list, l.ID)
				}
			}
			return list
		}
		paged := func(path string) (list []string, pages int) {
			for ; path != ""; pages++ {
				d := s.open(t, path, 200)
				list = append(list, d.listedLeads(t)...)
				path = d.link("Next page")
			}
			return list, pages
		}
		for _, test := range []struct {
			path string
			keep func(lead) bool
		}{
			{"/sales", func(lead) bool { return true }},
			{"/", func(lead) bool { return true }},
			{"/sales?model=Buyers&grade=Warm", func(l lead) bool { return l.Grade == "Warm" }},
			{"/sales?ready=yes", func(l lead) bool { return l.SalesReady }},
			{"/sales?ready=no&grade=Cold&q=cafés", func(l lead) bool {
				return !l.SalesReady && l.Grade == "Cold" && strings.Contains(strings.ToLower(l.Company), "cafés")
			}},
			{"/sales?q=ADA+lead-00", func(l lead) bool { return l.FirstName == "Ada" && strings.HasPrefix(l.ID, "lead-00") }},
			{"/sales?q=%25", func(lead) bool { return false }},
			{"/sales?q=lead_0001", func(lead) bool { return false }},
			{"/sales?q=%5C", func(lead) bool { return false }},
			{"/sales?grade=" + url.QueryEscape("' OR 1=1 --"), func(lead) bool { return false }},
		} {
			want := ids(test.keep)
			got, pages := paged(test.path)
			if !slices.Equal(got, want) || pages != max(1, (len(want)+pageLeads-1)/pageLeads) {
				t.Errorf("%s: %d pages with\n%v instead of\n%v", test.path, pages, got, want)
			}
		}
		for _, path := range []string{"/sales?model=x", "/sales/lead?id=x", "/sales/lead", "/sales/lead?id=%2e%2e"} {
			s.open(t, path, 404)
		}
		for _, path := range []string{"/sales?ready=maybe", "/sales?x=1", "/sales?q=a&q=b", "/sales?after=x", "/sales?q=%ff", "/sales?q=%00",
			"/sales?q=" + strings.Repeat("x", 101), "/sales/lead?id=%00", "/sales/lead?id=lead-0001&before=yesterday"} {
			s.open(t, path, 400)
		}
		if response, text := do(t, must(http.NewRequestWithContext(t.Context(), "GET", s.url+"/sales/style.css", nil))); response.StatusCode != 200 || !strings.Contains(text, ":focus-visible") {
			t.Errorf("the stylesheet: %d %s", response.StatusCode, text)
		}
	})
}

// The page of a lead says what the API says, and the sentences add up to the score.
func TestLeadPage(t *testing.T) {
	flags := append(append(sqliteFlags(t), fixed...), "-seed", "60")
	s := start(t, flags...)
	db := openStore(t, flags)
	service := newTestService(t, flags, db)
	live := service.registry.Live()
	scored, ready := 0, 0
	for id, err := range dataOf(live).Leads(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		d := s.open(t, leadHref(id), 200)
		scores, err := live.Set.Score(t.Context(), id, dataOf(live), leadscore.AsOf(service.now()), leadscore.Explain(5))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range scores.Results {
			heading := r.Model
			if r.Status == leadscore.Scored {
				scored++
				heading += ": " + strconv.FormatInt(r.Score, 10) + " points, " + r.Grade
				if r.SalesReady {
					ready++
					heading += ", sales ready"
				}
			}
			if !slices.ContainsFunc(d.all("h2"), func(n *html.Node) bool { return textOf(n) == heading }) {
				t.Errorf("%s: no heading %q", id, heading)
			}
			if has := strings.Contains(d.text, "What would make the lead sales ready"); r.Status == leadscore.Scored && has == r.SalesReady {
				t.Errorf("%s is sales ready: %t, and the page says what would make it so: %t", id, r.SalesReady, has)
			}
			l, err := explain.Of(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			counting, _ := sentences(l)
			var sum int64
			for _, s := range counting {
				sum += must(strconv.ParseInt(s.Points, 10, 64))
			}
			if r.Status == leadscore.Scored && sum != r.Score {
				t.Errorf("%s: the sentences add up to %d, and the score is %d: %v", id, sum, r.Score, counting)
			}
		}
	}
	if scored == 0 || ready == 0 || ready == scored {
		t.Errorf("%d scores, %d sales ready", scored, ready)
	}
}

// A structured model has sentences for its limits, too, and its points add up.
func TestSentencesOfLimits(t *testing.T) {
	folder := t.TempDir()
	writeRules(t, folder, `model "Limited" {
    target contact
    dimension "Interest" {
        weight 50%
        limit up to 15
        condition "Opened" {
            each EmailOpened
            score +10
        }
    }
}
`)
	flags := append(append(sqliteFlags(t), fixed...), "-seed", "40", "-rules", folder)
	db := openStore(t, flags)
	service := newTestService(t, flags, db)
	limited := 0
	for id, err := range dataOf(service.registry.Live()).Leads(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		p, err := service.leadPage(t.Context(), id, service.now())
		if err != nil {
			t.Fatal(err)
		}
		var sum int64
		for _, s := range p.Models[0].Counting {
			sum += must(strconv.ParseInt(s.Points, 10, 64))
			if strings.Contains(s.Text, "limit up to 15") && strings.Contains(s.Text, "dimension “Interest”") {
				limited++
			}
		}
		if sum != p.Models[0].Ledger.Score {
			t.Errorf("%s: %d points, and the sentences %v", id, p.Models[0].Ledger.Score, p.Models[0].Counting)
		}
	}
	if limited == 0 {
		t.Error("no sentence tells of the limit")
	}
}

func writeRules(t *testing.T, folder, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, "a.score"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The time line has all interactions until now, the latest first, in pages.
func TestTimeline(t *testing.T) {
	s := start(t, append(append(sqliteFlags(t), fixed...), "-seed", "1")...)
	const id = "lead-0001"
	for i := range 70 { // several at one instant
		s.expect(t, "POST", "/interactions/EmailOpened", fmt.Sprintf(`{"id":"more-%02d","Contact":"contact-0001","Timestamp":"2026-05-%02dT10:00:00.5Z","EmailName":"Mail %d"}`, i, 1+i/7, i), 201)
	}
	s.expect(t, "POST", "/interactions/EmailOpened", `{"id":"later","Contact":"contact-0001","Timestamp":"2026-06-02T10:00:00Z","EmailName":"Later mail"}`, 201)
	seen := map[string]int{}
	pages := 0
	for path := leadHref(id); path != ""; pages++ {
		d := s.open(t, path, 200)
		for i := range 70 {
			seen[fmt.Sprint(i)] += strings.Count(d.text, fmt.Sprintf("Mail %d</li>", i))
		}
		if strings.Contains(d.text, "Later mail") {
			t.Error("the time line goes beyond now")
		}
		path = d.link("Earlier")
	}
	for i := range 70 {
		if n := seen[fmt.Sprint(i)]; n != 1 {
			t.Errorf("mail %d is there %d times", i, n)
		}
	}
	if pages < 3 {
		t.Errorf("%d pages", pages)
	}
}

// What people or other programs enter is text on the page, whatever it holds.
func TestHostilePages(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "1")
		db := openStore(t, flags)
		hostile := []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `javascript:alert(1)`, `../../etc`, `a&b=c#d?e`, "line\nbreak", "%2e%2e", `' onclick='x`, "\u202Egnp.exe"}
		for i, text := range hostile {
			contact := fmt.Sprintf("c%d", i)
			for _, statement := range []string{
				"INSERT INTO contact (id, first_name, job_title, email) VALUES ($2, $1, $1, $1)",
				"INSERT INTO lead (id, first_name, last_name, company_name, topic, parent_contact_id) VALUES ($1, $1, $1, $1, $1, $2)",
				"INSERT INTO interaction (id, kind, contact_id, timestamp, fields) VALUES ($1, 'EmailOpened', $2, '2026-05-01 10:00:00+00:00', '{}')",
			} {
				if strings.Contains(statement, "interaction") {
					// The fields hold the text, too.
					statement = strings.Replace(statement, "'{}'", "$3", 1)
					if _, err := db.write.Exec(statement, text, contact, fmt.Sprintf(`{"EmailName":%s}`, quoted(t, text))); err != nil {
						t.Fatal(err)
					}
					continue
				}
				if _, err := db.write.Exec(statement, text, contact); err != nil {
					t.Fatal(err)
				}
			}
		}
		s := start(t, flags...)
		service := newTestService(t, flags, db)
		if err := service.scoreAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		listed := s.open(t, "/sales", 200).listedLeads(t)
		for _, id := range hostile {
			if !slices.Contains(listed, id) {
				t.Errorf("%q is not listed", id)
			}
			d := s.open(t, leadHref(id), 200)
			if want := strings.Join(strings.Fields(id+" "+id), " "); textOf(d.all("h1")[0]) != want {
				t.Errorf("the heading is %q instead of %q", textOf(d.all("h1")[0]), want)
			}
			if n := len(d.all("img")); n > 0 {
				t.Errorf("%q brings an image in", id)
			}
			s.open(t, "/sales?q="+url.QueryEscape(id), 200)
			s.open(t, "/sales?grade="+url.QueryEscape(id), 200)
			s.open(t, "/sales?model="+url.QueryEscape(id), 404)
		}
	})
}

// The versions of the rules are listed; one shows its files, and how it differs from the
// live one, or why it cannot be published.
func TestRulesPages(t *testing.T) {
	s := start(t, append(append(sqliteFlags(t), fixed...), "-seed", "1")...)
	text := string(must(os.ReadFile("rules/buyers.score")))
	post := func(name, rules string) {
		t.Helper()
		body := must(json.Marshal(map[string]any{"name": name, "author": "ada", "note": "<b>May</b>", "files": []map[string]string{{"name": "b.score", "text": rules}}}))
		s.expect(t, "POST", "/versions", string(body), 201)
	}
	post("more", strings.Replace(text, "score +15", "score +16", 1))
	post("broken", strings.Replace(text, "target contact", "target <i>", 1))
	list := s.open(t, "/sales/rules", 200)
	rows := list.all("tr")
	if len(rows) != 4 || !strings.Contains(textOf(rows[1]), "broken <b>May</b> draft") || !strings.Contains(textOf(rows[3]), " live ") {
		t.Fatalf("%s", list.text)
	}
	for name, texts := range map[string][]string{
		"more":   {"model &#34;Buyers&#34;", "&#43;15", "&#43;16", "Compared with the live version", "score &#43;16"},
		"broken": {"cannot be published", "b.score:", "target &lt;i&gt;"},
	} {
		d := s.open(t, list.link(name), 200)
		for _, want := range texts {
			if !strings.Contains(d.text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, d.text)
			}
		}
	}
	live := s.open(t, attribute(list.all("a")[len(list.all("a"))-1], "href"), 200)
	if !strings.Contains(live.text, "key-accounts.score") || strings.Contains(live.text, "Compared with") {
		t.Error(live.text)
	}
	s.open(t, "/sales/version?name=nothing", 404)
	s.open(t, "/sales/version?name=%ff", 400)
}

func quoted(t *testing.T, text string) string {
	t.Helper()
	return string(must(json.Marshal(text)))
}
