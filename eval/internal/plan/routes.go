package plan

import (
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// Routes is the plan for counting routes over records that are fetched: what to
// ask of a source, and which records and expressions each child of each model
// counts by.
type Routes struct {
	Models  []*Model
	Windows Windows
	Needs   []*Need
	Lead    *Need             // Lead by its id; nil without models
	Owner   *Need             // Contact by ParentAccount, for account-based leads; nil if no model counts their interactions
	Trees   [Targets]*HopTree // by LeadKind, of the models with that target
	Agings  []Aging           // of the children; their edges are in an Instant
	Zones   []*time.Location  // of the models; windows and days differ by them
	ByLead  bool              // some model scores leads by interactions that refer to them
	Rounds  int               // of fetching, after that of the leads

	layouts map[string]*Layout // by entity
}

// A LeadKind says what a lead belongs to, or of a model, which leads it scores and by
// which interactions. It is an index into Routes.Trees and Columns.Targets.
type LeadKind int

// The kinds of leads.
const (
	ContactBased LeadKind = 0
	AccountBased LeadKind = 1
	NoParent     LeadKind = -1 // neither
)

// The targets of models that score leads of every kind, by the interactions that refer
// to the lead, and with contact also by those of its parent contact.
const (
	EveryLead            LeadKind = 2
	EveryLeadWithContact LeadKind = 3
)

// Targets is how many targets a model can have.
const Targets = 4

// Includes reports whether a model with the target k scores a lead of a kind.
func (k LeadKind) Includes(lead LeadKind) bool { return k == lead || k >= EveryLead }

// owner returns the reference that leads from all interactions of a lead's owner to that
// owner, or "" if there is none: those of a lead and its contact may refer to any contact
// and any lead.
func (k LeadKind) owner() string {
	switch k {
	case EveryLead:
		return traverse.Lead
	case EveryLeadWithContact:
		return ""
	}
	return traverse.Contact
}

// targetOf returns the target of a checked model.
func targetOf(m *check.Model) LeadKind {
	switch m.Target {
	case dsl.TargetAccount:
		return AccountBased
	case dsl.TargetLead:
		return EveryLead
	case dsl.TargetLeadWithContact:
		return EveryLeadWithContact
	}
	return ContactBased
}

// A Model is the plan of one model.
type Model struct {
	Checked    *check.Model
	Target     LeadKind // of the leads that it scores
	Zone       int      // index into Routes.Zones
	Conditions []Condition
	Audience   *Condition // nil if all leads are scored
	// AudienceOfLead says that the audience is about fields of the lead alone.
	AudienceOfLead bool
	NumChildren    int             // of all conditions, and of the audience
	Rules          func() []string // the children in the rule language; written when an explanation first wants one
	Program        *points.Program // of a structured model; nil for another
}

// Scores reports whether the model scores leads of a kind.
func (m *Model) Scores(kind LeadKind) bool { return m.Target.Includes(kind) }

// Structured reports whether a points.Program is needed: see [structured].
func (m *Model) Structured() bool { return m.Program != nil }

// structured reports whether the score of a model is more than the sum of its conditions,
// or something else than the score is asked for.
func structured(c *check.Model) bool {
	return c.Parts != nil || c.Limit.HasLo || c.Limit.HasHi || c.Audience != nil || c.Decision != nil || c.Season != nil
}

// A Condition is the plan of one condition, of the audience, or of a row of a table.
type Condition struct {
	Name     string
	Award    points.Award
	Children []Child
	Sames    []Same // those among Checked.Items, in order
	Checked  *check.Condition
}

// A Child is one path through a hop tree, with what each step must satisfy.
type Child struct {
	Checked *check.Child
	Model   *Model
	Index   int // in Model.Rules
	Steps   []Step
	Dated   int // the step whose records an explanation lists
	// Kept says that a record of a route matters beyond its step: for a cap, a burst, a
	// decay, or an expression about several steps.
	Kept  bool
	Cap   *Value // of Checked.Cap without a period, or nil
	Aging int    // index into Routes.Agings, or -1
}

// Rule returns the child in the rule language.
func (c *Child) Rule() string { return c.Model.Rules()[c.Index] }

// A Step is one step of a path.
type Step struct {
	Node   *Node
	Window int // index into Routes.Windows that the record's date must lie in, or -1
	Where  []Expr
	// Until is the last step at which the record still matters: this one, or that of an
	// expression about several steps, or that after the last if it matters for the count.
	Until int
}

// An Instant is a scoring instant, resolved for the models of a plan.
type Instant struct {
	Micros int64     // since 1970
	Days   []int64   // the day in each of Routes.Zones
	Latest int64     // the latest of Days
	Bounds []Bound   // of Routes.Windows
	Edges  [][]int64 // of Routes.Agings, as check.Aging.Edges returns them; nil for check.Without. Edges is nil for an instant without them
}

// AsOf returns the instant.
func (in *Instant) AsOf() time.Time { return time.UnixMicro(in.Micros).UTC() }

// At resolves an instant. It uses the memory of in again, which is the zero Instant or was
// resolved by r.
func (r *Routes) At(asOf time.Time, in Instant) Instant {
	out := r.Ageless(asOf, in)
	switch {
	case len(r.Agings) == 0:
	case len(in.Edges) == len(r.Agings) && in.Micros == out.Micros:
		out.Edges = in.Edges // many batches have the same instant, and there may be hundreds for each aging
	default:
		out.Edges = resolve(r.Agings, asOf, in.Edges)
	}
	return out
}

// Ageless is At without the edges of agings, for what counts little and finds ages one by
// one.
func (r *Routes) Ageless(asOf time.Time, in Instant) Instant {
	out := Instant{Micros: asOf.UnixMicro(), Days: in.Days[:0]}
	for i, z := range r.Zones {
		day := check.AsOfDay(asOf, z)
		out.Days = append(out.Days, day)
		if i == 0 || day > out.Latest {
			out.Latest = day
		}
	}
	out.Bounds = r.Windows.Resolve(asOf, in.Bounds[:0])
	return out
}

// Between returns an instant to fetch records by that are needed as of any instant from one
// to another: the later one, with windows that begin where the earliest of them do. It uses
// the memory of in again, as At does.
func (r *Routes) Between(from, to time.Time, in Instant) Instant {
	out := r.At(to, in)
	out.Latest++ // a clock that is put back shows an earlier day again
	r.Windows.extend(from, out.Bounds)
	return out
}
