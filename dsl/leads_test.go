package dsl_test

import (
	"testing"

	"github.com/leadscore/leadscore/dsl"
)

// leadBlocks holds every construct of the blocks about leads.
const leadBlocks = `choose model {
    by Campaign.ScoringModel
    by Company.Segment.Model
}

lead creation "Woodworking" {
    from FormSubmitted, EventRegistered
        where CreateLead = true
          and Campaign.Name begins with "Wood"
    scope contact
    per Campaign
    set Topic = "Woodworking inquiry", Rating = "Hot"
}

lead creation "Companies" {
    from FormSubmitted
    scope account
    per company
    set
        Topic = "An inquiry of somebody at a company that has no lead of its own as yet, and should",
        Interests = ("Wood", "Metal"),
        Since = 2026-05-31
}

assignment "Sales" {
    audience {
        has Lead
            where Owner is empty
    }

    rule "Big German accounts" {
        has Lead.ParentAccount
            where Country = "DE"
              and NumberOfEmployees > 500
        any of {
            has EmailOpened
            has EmailClicked
        }
        when label of "B2B" is "A1" or sales ready of "B2B"
        set Owner = "team-dach", Territory = "DACH", Priority = "High"
    }

    rule "Small accounts" {
        when score of "B2B" >= 10
        set Owner = one of ("seat-1", "seat-2", "seat-3"), Since = 2026-05-31
    }

    otherwise set Owner = "queue"
}

assignment "Long" {
    rule "Nothing" {
        has Lead
        set
            Topic = "An inquiry of somebody at a company that has no lead of its own as yet, and should",
            Interests = ("Wood", "Metal")
    }

    otherwise set
        Topic = "An inquiry of somebody at a company that has no lead of its own as yet, and should",
        Owner = one of ("seat-1", "seat-2")
}

lead creation "Names" {
    from FormSubmitted
    scope contact
    per ` + "`company`" + `
}
`

func TestLeadBlocksAreCanonical(t *testing.T) {
	got, err := dsl.Format("leads.score", leadBlocks)
	if err != nil {
		t.Fatal(err)
	}
	want := leadBlocks
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestLeadBlocksTree checks what the tree of such blocks holds.
func TestLeadBlocksTree(t *testing.T) {
	f, diags := dsl.Parse("leads.score", leadBlocks, dsl.Limits{})
	if diags.Err() != nil {
		t.Fatal(diags)
	}
	choice, ok := f.Blocks[0].(*dsl.ChooseModel)
	if !ok || len(choice.Lines) != 2 || len(choice.Lines[1].Ref) != 3 || choice.Incomplete {
		t.Errorf("choose model is %+v", f.Blocks[0])
	}
	c, ok := f.Blocks[2].(*dsl.LeadCreation)
	if !ok || c.Name.Value != "Companies" || len(c.Clauses) != 4 || c.Incomplete {
		t.Fatalf("the second lead creation is %+v", f.Blocks[2])
	}
	if s, ok := c.Clauses[1].(*dsl.CreationScope); !ok || !s.Account {
		t.Errorf("scope account is %+v", c.Clauses[1])
	}
	if per, ok := c.Clauses[2].(*dsl.CreationPer); !ok || per.Ref != nil {
		t.Errorf("per company is %+v", c.Clauses[2])
	}
	if per := f.Blocks[5].(*dsl.LeadCreation).Clauses[2].(*dsl.CreationPer); per.Ref == nil || per.Ref.Text != "company" {
		t.Errorf("per a relationship called company is %+v", per)
	}
}
