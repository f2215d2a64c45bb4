package engine

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// Expr is github.com/expr-lang/expr: one program for the sum of all rules, which
// is faster than one for each. The environment is a struct, text is lowered when
// it is loaded, and instants are constants. Rules without a filter count in a
// list of instants, for which expr has a faster loop. What it lacks for structured
// models are functions of ours.
var Expr = &Engine{
	Name: "expr",
	Load: func(d *crm.Data) (Loaded, error) {
		envs := loadExpr(d)
		return func(m *rules.Model) Compile {
			text := ExprText(m)
			return func() (Scorer, error) {
				options := append([]expr.Option{expr.Env(&exprEnv{}), expr.AsInt64(), expr.MaxNodes(0)}, exprFunctions...)
				program, err := expr.Compile(text, options...)
				if err != nil {
					return nil, err
				}
				var machine vm.VM
				return func(leads []int, scores []int64) error {
					for i, lead := range leads {
						score, err := machine.Run(program, &envs[lead])
						if err != nil {
							return err
						}
						scores[i] = score.(int64)
					}
					return nil
				}, nil
			}
		}, nil
	},
}

type (
	exprEnv struct {
		Lead    *exprLead
		Contact *exprContact
		Account *exprAccount

		EmailOpened     []*exprEmailOpened
		EmailClicked    []*exprEmailClicked
		WebsiteVisited  []*exprWebsiteVisited
		FormSubmitted   []*exprFormSubmitted
		WebinarAttended []*exprWebinarAttended
		EventCheckedIn  []*exprEventCheckedIn
		DemoRequested   []*exprDemoRequested
		PageDownloaded  []*exprPageDownloaded

		EmailOpenedAt, EmailClickedAt, WebsiteVisitedAt, FormSubmittedAt       []int
		WebinarAttendedAt, EventCheckedInAt, DemoRequestedAt, PageDownloadedAt []int
	}
	exprLead struct {
		Topic, LeadSource, Rating string
		BudgetAmount              float64
	}
	exprContact struct{ City, JobTitle, Department, Seniority string }
	exprAccount struct {
		Industry, Country, Segment string
		NumberOfEmployees          float64
	}
	exprEmailOpened struct {
		Time                        int
		EmailName, Campaign, Client string
	}
	exprEmailClicked struct {
		Time                               int
		EmailName, Campaign, Url, LinkText string
	}
	exprWebsiteVisited struct {
		Time                  int
		Url, Referrer, Device string
		Seconds               float64
	}
	exprFormSubmitted struct {
		Time          int
		FormName, Url string
		Answers       float64
	}
	exprWebinarAttended struct {
		Time          int
		Title, Format string
		Minutes       float64
	}
	exprEventCheckedIn struct {
		Time                 int
		EventName, EventType string
	}
	exprDemoRequested struct {
		Time    int
		Product string
		Seats   float64
	}
	exprPageDownloaded struct {
		Time            int
		FileName, Topic string
		Pages           float64
	}
)

func loadExpr(d *crm.Data) []exprEnv {
	l := crm.NewLoader()
	accounts := make([]*exprAccount, len(d.Accounts))
	for i := range accounts {
		accounts[i] = &exprAccount{}
		l.Fill(accounts[i], crm.Account, &d.Accounts[i])
	}
	envs := make([]exprEnv, len(d.Leads))
	for i := range envs {
		e, c := &envs[i], &d.Contacts[d.Leads[i].Contact]
		e.Lead, e.Contact = &exprLead{}, &exprContact{}
		l.Fill(e.Lead, crm.Lead, &d.Leads[i].Record)
		l.Fill(e.Contact, crm.Contact, &c.Record)
		if c.Account >= 0 {
			e.Account = accounts[c.Account]
		}
		e.EmailOpened, e.EmailOpenedAt = exprRecords[exprEmailOpened](l, c, 0)
		e.EmailClicked, e.EmailClickedAt = exprRecords[exprEmailClicked](l, c, 1)
		e.WebsiteVisited, e.WebsiteVisitedAt = exprRecords[exprWebsiteVisited](l, c, 2)
		e.FormSubmitted, e.FormSubmittedAt = exprRecords[exprFormSubmitted](l, c, 3)
		e.WebinarAttended, e.WebinarAttendedAt = exprRecords[exprWebinarAttended](l, c, 4)
		e.EventCheckedIn, e.EventCheckedInAt = exprRecords[exprEventCheckedIn](l, c, 5)
		e.DemoRequested, e.DemoRequestedAt = exprRecords[exprDemoRequested](l, c, 6)
		e.PageDownloaded, e.PageDownloadedAt = exprRecords[exprPageDownloaded](l, c, 7)
	}
	return envs
}

func exprRecords[T any](l *crm.Loader, c *crm.ContactRecord, kind int) ([]*T, []int) {
	all, at := []*T{}, []int{}
	for _, r := range c.Newest(kind) {
		record := new(T)
		l.Fill(record, crm.Interactions[kind], &r)
		all = append(all, record)
		at = append(at, int(r.Time))
	}
	return all, at
}

// ExprText returns a model as an expression of expr.
func ExprText(m *rules.Model) string {
	var terms []string
	for i := range m.Rules {
		c := conditionOf(&m.Rules[i],
			func(c *rules.Child) string { return exprChild("count", c) },
			func(c *rules.Child) string { return exprChild("any", c) },
			func(c *rules.Child) string { return exprChild("none", c) },
			func(c *rules.Child) string { return fmt.Sprintf("%s >= %d", exprChild("count", c), c.N) })
		term := strconv.FormatInt(c.points, 10)
		switch len(c.each) {
		case 1:
			term += " * " + c.each[0]
		case 2:
			term += " * min(" + strings.Join(c.each, ", ") + ")"
		}
		if len(c.tests) > 0 {
			term = "(" + strings.Join(c.tests, " and ") + " ? " + term + " : 0)"
		}
		terms = append(terms, term)
	}
	if m.Parts == nil {
		return strings.Join(terms, " +\n")
	}
	for _, part := range m.Parts {
		terms = append(terms, exprExpressions.part(part))
	}
	return exprExpressions.Within(m.Limit, strings.Join(terms, " +\n"))
}

func exprChild(word string, c *rules.Child) string {
	var tests []string
	field := "."
	if c.Profile() {
		field = c.Entity.Name + "."
	} else {
		tests = append(tests, fmt.Sprintf(".Time >= %d", cutoff(c.Days)))
		if len(c.Filters) == 0 {
			return fmt.Sprintf("%s(%sAt, # >= %d)", word, c.Entity.Name, cutoff(c.Days))
		}
	}
	for i := range c.Filters {
		tests = append(tests, exprExpressions.filter(&c.Filters[i], func(name string) string { return field + name }))
	}
	all := strings.Join(tests, " and ")
	if !c.Profile() {
		return fmt.Sprintf("%s(%s, %s)", word, c.Entity.Name, all)
	}
	if c.Entity == crm.Account {
		all = "Account != nil and " + all
	}
	switch word {
	case "none":
		return "not (" + all + ")"
	case "count":
		return "(" + all + " ? 1 : 0)"
	}
	return "(" + all + ")"
}

func exprTest(f *rules.Filter, field string) string {
	texts := strings.ToLower(crm.Quote(f.Texts))
	switch f.Op {
	case rules.Equal:
		return field + " == " + texts
	case rules.In:
		return field + " in [" + texts + "]"
	case rules.Contains:
		return field + " contains " + texts
	case rules.BeginsWith:
		return field + " startsWith " + texts
	case rules.Between:
		return fmt.Sprintf("%s >= %s and %s <= %s", field, exprNumber(f.Numbers[0]), field, exprNumber(f.Numbers[1]))
	}
	return field + " " + f.Op.Sign() + " " + exprNumber(f.Numbers[0])
}

// exprNumber writes a float, so that no integer has to be converted each time.
func exprNumber(x float64) string {
	s := rules.Decimal(x)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
