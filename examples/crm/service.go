package main

import (
	"errors"
	"expvar"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/registry"
)

// A service answers requests. Only the version of its rules changes while it serves.
type service struct {
	log     *slog.Logger
	store   *store
	folder  string           // of the rule files; empty for the ones in the program
	now     func() time.Time // the clock: scores are as of now()
	metrics *expvar.Map

	registry  *registry.Registry // the versions of the rules; one is live
	reloading chan struct{}      // holds an element while the folder is read and published
	rescore   chan struct{}      // asks keepScores to score all leads; holds one element
	bodies    chan struct{}      // one for each body that is being read
	drafts    chan struct{}      // one for each body with rules that is being read
	places    chan struct{}      // one for each request in progress
	exports   chan struct{}      // one for each export in progress
	reloads   chan struct{}      // one for each reload, publication or dry run in progress
	health    health

	webhook   *webhook      // where events are delivered; nil if nowhere
	toDeliver chan struct{} // asks for events to be delivered; holds one element

	token      *token          // that clients of the API send; nil lets everybody in
	userHeader string          // in which a proxy says who sends a request; "" if none does
	open       map[string]bool // the patterns that need no token
}

const (
	maxBody       = 64 << 10 // bytes of an interaction
	maxBodies     = 16       // read at once, for each place
	maxPage       = 1000     // leads of a page
	exportTimeout = 5 * time.Minute
	maxReloads    = 4       // at once: reading files, and scoring all leads by two versions, can take long
	maxRules      = 4 << 20 // bytes of a version that is posted
	maxExports    = 4       // at once: each keeps a connection to the database, of which there are 8 or more
)

func (s *service) routes(timeout time.Duration) http.Handler {
	mux := http.NewServeMux()
	short := limits{timeout, s.places, s.bodies, maxBody}
	long := limits{exportTimeout, s.exports, s.bodies, maxBody}
	load := limits{timeout, s.reloads, s.bodies, maxBody}
	try := limits{exportTimeout, s.reloads, s.bodies, maxBody} // may score all leads by two versions
	s.handle(mux, "POST /interactions/{kind}", short, s.postInteraction)
	s.handle(mux, "GET /leads/{id}/scores", short, s.getScores)
	s.handle(mux, "GET /models", short, s.getModels)
	s.handle(mux, "GET /models/{model}/leads", short, s.getLeads)
	s.handle(mux, "GET /models/{model}/leads.csv", long, s.getCSV)
	s.handle(mux, "GET /models/{model}/leads.xlsx", long, s.getXLSX)
	s.handle(mux, "POST /models/{model}/stop", short, s.postStop)
	s.handle(mux, "POST /models/{model}/start", short, s.postStart)
	s.handle(mux, "GET /versions", short, s.getVersions)
	s.handle(mux, "POST /versions", limits{timeout, s.reloads, s.drafts, maxRules}, s.postVersion)
	s.handle(mux, "GET /versions/{version}", short, s.getVersion)
	s.handle(mux, "GET /versions/{version}/dry-run", try, s.getDryRun)
	s.handle(mux, "POST /versions/{version}/publish", try, s.postPublish)
	s.handle(mux, "GET /audit", short, s.getAudit)
	s.handle(mux, "POST /rules/reload", load, s.postReload)
	s.handle(mux, "GET /events", short, s.getEvents)
	s.handle(mux, "POST /events/{event}/retry", short, s.postRetry)
	s.handle(mux, "GET /feedback.csv", long, s.getFeedback)
	s.web(mux, short)
	// Operators are answered even when the service is busy.
	mux.HandleFunc("GET /metrics", s.getMetrics)
	mux.HandleFunc("GET /healthz", s.getHealth)
	// Pages of other sites must not post through a user's browser.
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answerProblem(w, &problem{Status: http.StatusForbidden, Detail: "The request comes from a page of another site."})
	}))
	return origin.Handler(s.checkToken(mux, withProblems(mux)))
}

// postInteraction stores an interaction and scores the leads that it counts for.
// The id makes a retry safe: an equal interaction is stored once, and a retry scores
// the leads that the first call could not.
func (s *service) postInteraction(w http.ResponseWriter, r *http.Request) error {
	if err := expectJSON(r); err != nil {
		return err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	i, err := parseInteraction(s.registry.Live().Set.Schema(), r.PathValue("kind"), body)
	if err != nil {
		s.metrics.Add("interactions_invalid", 1)
		return err
	}
	what, number, err := s.store.addInteraction(r.Context(), i)
	if err != nil {
		return err
	}
	s.metrics.Add("interactions_"+string(what), 1)
	status := http.StatusCreated
	switch what {
	case unknownContact:
		return &problem{Status: http.StatusUnprocessableEntity, Detail: "The interaction does not fit the data.",
			Errors: []fieldProblem{{Field: "Contact", Detail: "there is no contact " + strconv.Quote(i.contact)}}}
	case conflict:
		return &problem{Status: http.StatusConflict, Detail: "Another interaction has the id " + strconv.Quote(i.id) + "."}
	case known:
		status = http.StatusOK
	}
	leads, err := leadsOf(r.Context(), s.store.read, i.contact)
	if err != nil {
		return err
	}
	if _, failed, err := s.score(r.Context(), number, leads); err != nil || failed > 0 {
		return errors.Join(err, errors.New("the interaction is stored, but its leads could not be scored"))
	}
	return answer(w, status, "application/json", struct {
		ID     string   `json:"id"`
		Scored []string `json:"scored"` // leads
	}{i.id, leads})
}

// expectJSON refuses a request whose body is not said to be JSON.
func expectJSON(r *http.Request) error {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return &problem{Status: http.StatusUnsupportedMediaType, Detail: "Send JSON, with the header Content-Type: application/json."}
	}
	return nil
}

// getScores scores a lead with every model, and explains the scores.
func (s *service) getScores(w http.ResponseWriter, r *http.Request) error {
	query, err := parameters(r, "as_of", "explain")
	if err != nil {
		return err
	}
	asOf := s.now()
	if text := query.Get("as_of"); text != "" {
		var err error
		if asOf, err = parseTime(text); err != nil {
			return badParameter("as_of", err.Error())
		}
	}
	records, err := number(query, "explain", 0, 0, 100)
	if err != nil {
		return err
	}
	live := s.registry.Live()
	scores, err := live.Set.Score(r.Context(), r.PathValue("id"), dataOf(live), leadscore.AsOf(asOf), leadscore.Explain(records))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, "application/json", struct {
		AsOf       time.Time          `json:"as_of"`
		Lead       string             `json:"lead"`
		SalesReady bool               `json:"sales_ready"`
		Results    []leadscore.Result `json:"results"`
		Choice     leadscore.Choice   `json:"choice,omitzero"`
	}{asOf.UTC(), scores.Lead, scores.SalesReady, scores.Results, scores.Choice()})
}

func (s *service) getModels(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	return answer(w, http.StatusOK, "application/json", listed(s.registry.Live()))
}

// postReload publishes the rules in the files.
func (s *service) postReload(w http.ResponseWriter, r *http.Request) error {
	if err := s.reload(r.Context()); err != nil {
		return err
	}
	return answer(w, http.StatusOK, "application/json", listed(s.registry.Live()))
}

type modelList struct {
	Version string      `json:"version"` // of the rules
	Models  []modelLine `json:"models"`
}

type modelLine struct {
	Name        string `json:"name"`
	Target      string `json:"target"`
	Description string `json:"description,omitempty"`
	Stopped     bool   `json:"stopped,omitempty"`
	Leads       string `json:"leads"` // where they are listed
}

func listed(live *registry.Live) modelList {
	list, stopped := modelList{live.Version, []modelLine{}}, live.Set.Stopped()
	for _, m := range live.Set.Models() {
		is := slices.Contains(stopped, m.Name())
		list.Models = append(list.Models, modelLine{m.Name(), m.Target(), m.Description(), is, leadsPath(m.Name())})
	}
	return list
}

func leadsPath(model string) string { return "/models/" + url.PathEscape(model) + "/leads" }

// getLeads lists a page of a model's leads.
func (s *service) getLeads(w http.ResponseWriter, r *http.Request) error {
	query, err := parameters(r, "sort", "limit", "after")
	if err != nil {
		return err
	}
	model, err := s.modelOf(r)
	if err != nil {
		return err
	}
	if !query.Has("sort") {
		query.Set("sort", "-score")
	}
	sorted, ok := sortings[query.Get("sort")]
	if !ok {
		return badParameter("sort", "it is -score or lead")
	}
	limit, err := number(query, "limit", 50, 1, maxPage)
	if err != nil {
		return err
	}
	after := cursor{score: sorted.first}
	if text := query.Get("after"); text != "" {
		if after, ok = parseCursor(text); !ok || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return badParameter("after", "take it from the next of the page before")
		}
	}
	page := struct {
		Model string `json:"model"`
		Leads []lead `json:"leads"`
		Next  string `json:"next,omitempty"` // the next page; empty on the last
	}{Model: model.Name(), Leads: []lead{}}
	// Ask for one more lead than fits, to see whether there is another page.
	err = s.store.leads(r.Context(), model.Name(), sorted, after, limit+1, func(l lead) error {
		page.Leads = append(page.Leads, l)
		return nil
	})
	if err != nil {
		return err
	}
	if len(page.Leads) > limit {
		page.Leads = page.Leads[:limit]
		last := page.Leads[limit-1]
		query.Set("after", cursor{last.Score, last.ID}.String())
		page.Next = leadsPath(model.Name()) + "?" + query.Encode()
	}
	return answer(w, http.StatusOK, "application/json", page)
}

func (s *service) modelOf(r *http.Request) (*leadscore.Model, error) {
	name := r.PathValue("model")
	if m := modelOf(s.registry.Live(), name); m != nil {
		return m, nil
	}
	return nil, &problem{Status: http.StatusNotFound, Detail: "There is no model " + strconv.Quote(name) + ": GET /models lists them."}
}

// parameters returns the query of a request. It fails for a parameter that is
// unknown or given twice.
func parameters(r *http.Request, names ...string) (url.Values, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, &problem{Status: http.StatusBadRequest, Detail: "The query cannot be read: " + err.Error() + "."}
	}
	var bad []fieldProblem
	for name, values := range query {
		switch {
		case !slices.Contains(names, name):
			bad = append(bad, fieldProblem{Field: name, Detail: "unknown parameter"})
		case len(values) > 1:
			bad = append(bad, fieldProblem{Field: name, Detail: "given twice"})
		}
	}
	if bad != nil {
		slices.SortFunc(bad, func(a, b fieldProblem) int { return strings.Compare(a.Field, b.Field) })
		return nil, &problem{Status: http.StatusBadRequest, Detail: "The query cannot be understood.", Errors: bad}
	}
	return query, nil
}

func badParameter(name, detail string) error {
	return &problem{Status: http.StatusBadRequest, Detail: "The query cannot be understood.", Errors: []fieldProblem{{Field: name, Detail: detail}}}
}

// number returns the value of an integer parameter.
func number(query url.Values, name string, without, least, most int) (int, error) {
	text := query.Get(name)
	if text == "" {
		return without, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, badParameter(name, fmt.Sprintf("it is a number from %d to %d", least, most))
	}
	return n, nil
}
