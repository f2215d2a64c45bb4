package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/leadscore/leadscore/registry"
)

const (
	pageLeads = 50  // of a page
	maxSearch = 100 // characters
)

// A filter says which leads of a model a page lists.
type filter struct {
	model, grade, search string
	ready                string // "yes", "no" or ""
	stages, stage        string // a stage of a block, or ""
}

// where returns the condition of a filter in SQL, and its values, which follow n others.
func (f filter) where(n int) (text string, values []any) {
	and := func(condition string, v any) {
		values = append(values, v)
		text += " AND " + strings.ReplaceAll(condition, "$", "$"+strconv.Itoa(n+len(values)))
	}
	if f.grade != "" {
		and("s.grade = $", f.grade)
	}
	if f.ready != "" {
		and("s.sales_ready = $", f.ready == "yes")
	}
	if f.stages != "" {
		values = append(values, f.stages, f.stage)
		at := n + len(values)
		text += fmt.Sprintf(" AND EXISTS (SELECT 1 FROM stage g WHERE g.lead_id = l.id AND g.stages = $%d AND g.stage = $%d)", at-1, at)
	}
	for _, word := range strings.Fields(f.search) {
		and(`(LOWER(COALESCE(l.first_name, '') || ' ' || COALESCE(l.last_name, '') || ' ' || COALESCE(l.company_name, '') || ' ' || l.id) LIKE $ ESCAPE '\')`,
			"%"+escapeLike(strings.ToLower(word))+"%")
	}
	return text, values
}

// escapeLike keeps the special characters of LIKE from being special.
func escapeLike(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}

// find returns at most limit leads that a filter lets through, highest scores first,
// that come after a given one.
func (s *store) find(ctx context.Context, f filter, after cursor, limit int) (list []lead, err error) {
	where, values := f.where(4)
	err = s.listed(ctx, "s.model = $1 AND "+sortings["-score"].after+where, "ORDER BY "+sortings["-score"].by+" LIMIT $4",
		func(l lead) error {
			list = append(list, l)
			return nil
		}, append([]any{f.model, after.score, after.lead, limit}, values...)...)
	return list, err
}

// A gradeCount is how many leads have a grade, and how many of them are sales ready.
type gradeCount struct {
	Grade        string
	Leads, Ready int
}

// grades counts the leads of a model by grade, those with the highest scores first.
func (s *store) grades(ctx context.Context, model string) (list []gradeCount, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT grade, COUNT(*), SUM(CASE WHEN sales_ready THEN 1 ELSE 0 END)
		FROM score WHERE model = $1 GROUP BY grade ORDER BY MAX(score) DESC, grade`, model)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var g gradeCount
		if err := rows.Scan(&g.Grade, &g.Leads, &g.Ready); err != nil {
			return nil, err
		}
		list = append(list, g)
	}
	return list, rows.Err()
}

// leadsPage is what the template leads.html shows.
type leadsPage struct {
	Title        string
	Model        string
	Description  string
	Models       []string
	Grades       []gradeCount
	Total, Ready int
	Grade        string
	Search       string
	SalesReady   string // "yes", "no" or ""
	Blocks       []stageBlock
	Stage        string // the value of a stageOption, or ""
	Leads        []leadRow
	Next, First  string // addresses; empty if there is no such page
}

// A leadRow is a lead in a list.
type leadRow struct {
	lead
	Name, Href string
	Stages     []string // one for each block of stages
}

// A stageBlock is a block of stages in the filter.
type stageBlock struct {
	Name    string
	Options []stageOption
}

type stageOption struct{ Value, Name string }

// stageBlocks returns the blocks of stages of a version of the rules.
func stageBlocks(live *registry.Live) (list []stageBlock) {
	for _, s := range live.Set.Stages() {
		b := stageBlock{Name: s.Name()}
		for _, name := range s.Names() {
			b.Options = append(b.Options, stageOption{url.QueryEscape(s.Name()) + "/" + url.QueryEscape(name), name})
		}
		list = append(list, b)
	}
	return list
}

// parseStage returns the block and the stage of the value of a stageOption.
func parseStage(value string) (stages, stage string, ok bool) {
	stages, stage, ok = strings.Cut(value, "/")
	stages, err1 := url.QueryUnescape(stages)
	stage, err2 := url.QueryUnescape(stage)
	valid := utf8.ValidString(stages+stage) && !strings.ContainsRune(stages+stage, 0)
	return stages, stage, ok && err1 == nil && err2 == nil && stages != "" && valid
}

// fullName returns the name by which pages call a lead.
func fullName(first, last, id string) string {
	if name := strings.TrimSpace(first + " " + last); name != "" {
		return name
	}
	return id
}

func leadHref(id string) string { return "/sales/lead?" + url.Values{"id": {id}}.Encode() }

// getLeadsPage lists the leads of a model. Filter and search are in the address, so
// that a list can be bookmarked and passed on.
func (s *service) getLeadsPage(w http.ResponseWriter, r *http.Request) error {
	query, err := parameters(r, "model", "grade", "ready", "stage", "q", "after")
	if err != nil {
		return err
	}
	for name := range query {
		if v := query.Get(name); !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
			return badParameter(name, "it is not a text")
		}
	}
	p := leadsPage{Title: "Leads", Grade: query.Get("grade"), Search: strings.TrimSpace(query.Get("q")), SalesReady: query.Get("ready")}
	models := s.registry.Live().Set.Models()
	if len(models) == 0 {
		return &problem{Status: http.StatusNotFound, Detail: "The rules have no model."}
	}
	for _, m := range models {
		p.Models = append(p.Models, m.Name())
	}
	m := models[0]
	if name := query.Get("model"); name != "" {
		if m = modelOf(s.registry.Live(), name); m == nil {
			return &problem{Status: http.StatusNotFound, Detail: fmt.Sprintf("There is no model %q.", name)}
		}
	}
	p.Model, p.Description = m.Name(), m.Description()
	if p.SalesReady != "" && p.SalesReady != "yes" && p.SalesReady != "no" {
		return badParameter("ready", "it is yes or no")
	}
	if utf8.RuneCountInString(p.Search) > maxSearch {
		return badParameter("q", fmt.Sprintf("a search has at most %d characters", maxSearch))
	}
	after := cursor{score: sortings["-score"].first}
	if text := query.Get("after"); text != "" {
		var ok bool
		if after, ok = parseCursor(text); !ok {
			return badParameter("after", "follow the link to the next page")
		}
		query.Del("after")
		p.First = "/sales?" + query.Encode()
	}
	f := filter{model: p.Model, grade: p.Grade, search: p.Search, ready: p.SalesReady}
	p.Blocks = stageBlocks(s.registry.Live())
	if p.Stage = query.Get("stage"); p.Stage != "" {
		var ok bool
		if f.stages, f.stage, ok = parseStage(p.Stage); !ok {
			return badParameter("stage", "choose a stage from the list")
		}
	}
	if p.Grades, err = s.store.grades(r.Context(), p.Model); err != nil {
		return err
	}
	for _, g := range p.Grades {
		p.Total += g.Leads
		p.Ready += g.Ready
	}
	list, err := s.store.find(r.Context(), f, after, pageLeads+1)
	if err != nil {
		return err
	}
	if len(list) > pageLeads {
		list = list[:pageLeads]
		last := list[pageLeads-1]
		query.Set("after", cursor{last.Score, last.ID}.String())
		p.Next = "/sales?" + query.Encode()
	}
	if p.Leads, err = s.leadRows(r.Context(), list); err != nil {
		return err
	}
	return render(w, http.StatusOK, "leads", p)
}

// leadRows adds what a page shows of leads beside their scores.
func (s *service) leadRows(ctx context.Context, list []lead) ([]leadRow, error) {
	ids := make([]string, len(list))
	for i, l := range list {
		ids[i] = l.ID
	}
	stages, err := s.store.stagesOf(ctx, s.store.read, ids)
	if err != nil {
		return nil, err
	}
	rows := make([]leadRow, len(list))
	for i, l := range list {
		rows[i] = leadRow{lead: l, Name: fullName(l.FirstName, l.LastName, l.ID), Href: leadHref(l.ID)}
		for _, r := range stages {
			if r.Lead == l.ID {
				rows[i].Stages = append(rows[i].Stages, r.Stage)
			}
		}
	}
	return rows, nil
}

// nullText reads a text that may be NULL.
func nullText(to *string) sql.Scanner { return textScanner{to} }

type textScanner struct{ to *string }

func (s textScanner) Scan(v any) error {
	var text sql.NullString
	err := text.Scan(v)
	*s.to = text.String
	return err
}
