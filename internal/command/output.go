package command

import (
	"errors"

	"github.com/leadscore/leadscore/internal/answer"
)

// outputFlag defines -o.
func (inv *invocation) outputFlag() *string {
	return inv.flags.String("o", "", "write the results to `FILE`, once they are complete, instead of standard output. A file of that name is replaced, and stays as it is if the command fails or is interrupted")
}

// into calls run with an invocation that prints into the file of -o, which is named output. If
// output is "", that is inv itself.
func (inv *invocation) into(output string, run func(*invocation) error) error {
	if output == "" {
		return run(inv)
	}
	file, err := replace(output)
	if err != nil {
		return err
	}
	to := *inv // the same command with another output
	to.out = file
	if inv.json != nil {
		if to.json, err = answer.Begin(file, inv.command.name); err != nil {
			return errors.Join(err, file.discard())
		}
		inv.json = nil // nothing of it is printed
	}
	err = run(&to)
	if err != nil && !errors.Is(err, errLeadsFailed) {
		return errors.Join(err, file.discard())
	}
	if to.json != nil {
		status := statusOK
		if err != nil {
			status = statusWrong
		}
		if err := to.json.End(status); err != nil {
			return errors.Join(err, file.discard())
		}
	}
	if err := file.commit(); err != nil {
		return err
	}
	return err
}
