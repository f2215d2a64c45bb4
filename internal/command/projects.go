package command

import (
	"flag"
	"os"
	"path/filepath"

	"github.com/leadscore/leadscore/internal/project"
)

// useProject returns the rule files of a project, if that is the only operand of a command
// that takes rules: a project file, or a folder with one. What the project says of the
// schema, the data and the zone becomes the value of flags that are not given. The mapping is
// that of the project's data. Other operands it returns as they are.
func (inv *invocation) useProject(operands []string) ([]string, error) {
	if len(operands) != 1 || inv.flags.Lookup("schema") == nil || operands[0] == stdinOperand {
		return operands, nil
	}
	folder := operands[0]
	if project.IsFile(folder) {
		folder = filepath.Dir(folder)
	} else if _, err := os.Stat(filepath.Join(folder, project.FileName)); err != nil {
		return operands, nil
	}
	p, err := project.In(folder)
	if err != nil {
		return nil, err
	}
	given := map[string]bool{}
	inv.flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	set := func(name, value string) {
		if value != "" && inv.flags.Lookup(name) != nil && !given[name] {
			_ = inv.flags.Set(name, value) // which takes any text
		}
	}
	set("schema", p.Schema)
	withData := given["data"] || given["database"]
	if !withData && inv.command.name != "check" { // which looks at data only if it is asked to
		set("data", p.Data)
		set("mapping", p.Mapping)
		withData = p.Data != ""
	}
	if withData {
		set("zone", p.Zone)
	}
	return p.Rules, nil
}
