package answer

import "github.com/leadscore/leadscore"

// A LeadStage is the stage of a lead in a block of stages, as a line has it.
type LeadStage struct {
	Lead string `json:"lead"`
	leadscore.StageResult
}
