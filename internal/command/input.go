package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/answer"
)

// A ruleInput is the flags of commands that compile rules.
type ruleInput struct {
	inv    *invocation
	schema *string
	parsed *leadscore.Schema // of --schema; nil until it is read
}

// ruleFlags defines the flags of a ruleInput.
func (inv *invocation) ruleFlags() *ruleInput {
	return &ruleInput{
		inv:    inv,
		schema: inv.flags.String("schema", "", "use the schema in `FILE` instead of the standard schema"),
	}
}

// read reads the schema and the rule files of a set.
func (in *ruleInput) read(ctx context.Context, files []string) (*leadscore.Schema, []leadscore.File, error) {
	if in.parsed == nil {
		schema, err := in.readSchema(ctx)
		if err != nil {
			return nil, nil, err
		}
		in.parsed = schema
	}
	texts, err := in.inv.readRules(ctx, files)
	return in.parsed, texts, err
}

// compile reads and compiles the rule files of a set.
func (in *ruleInput) compile(ctx context.Context, files []string) (*leadscore.Set, error) {
	schema, texts, err := in.read(ctx, files)
	if err != nil {
		return nil, err
	}
	return compileSet(ctx, schema, texts)
}

// compileOne compiles the rule files of operands, which must be one set.
func (in *ruleInput) compileOne(ctx context.Context, operands []string) (*leadscore.Set, error) {
	sets, err := findRules(ctx, operands)
	if err != nil {
		return nil, err
	}
	files, err := sets.one()
	if err != nil {
		return nil, err
	}
	return in.compile(ctx, files)
}

// compileSet compiles files. It fails as soon as ctx is done.
func compileSet(ctx context.Context, schema *leadscore.Schema, files []leadscore.File) (*leadscore.Set, error) {
	return await(ctx, func() (*leadscore.Set, error) { return leadscore.CompileSet(schema, files) })
}

// compileFor parses the arguments of a command that scores leads of data, and compiles the
// rules that they name. It returns the names, too, and reports problems of the rules.
func (in *ruleInput) compileFor(ctx context.Context, data *dataInput) (*leadscore.Set, []string, error) {
	names, err := in.inv.parse()
	if err != nil {
		return nil, nil, err
	}
	if err := data.required(); err != nil {
		return nil, nil, err
	}
	if len(names) == 0 {
		return nil, nil, badUsage("name at least one rule file or folder")
	}
	set, err := in.compileModels(ctx, names...)
	if err != nil {
		return nil, nil, in.inv.report(err)
	}
	return set, names, nil
}

// compileModels is like compileOne, but fails if there is no model.
func (in *ruleInput) compileModels(ctx context.Context, names ...string) (*leadscore.Set, error) {
	set, err := in.compileOne(ctx, names)
	if err == nil && len(set.Models()) == 0 {
		return nil, fmt.Errorf("there is no model in %s", strings.Join(names, ", "))
	}
	return set, err
}

// readSchema reads the schema of --schema, or returns the standard schema.
func (in *ruleInput) readSchema(ctx context.Context) (*leadscore.Schema, error) {
	if *in.schema == "" {
		return leadscore.StandardSchema(), nil
	}
	file, err := in.inv.readText(ctx, *in.schema)
	if err != nil {
		return nil, err
	}
	schema, err := await(ctx, func() (*leadscore.Schema, error) { return leadscore.ParseSchema(file.Name, file.Text, nil) })
	if diags, ok := errors.AsType[leadscore.Diagnostics](err); ok {
		for i := range diags {
			if diags[i].Code == check.CodeMissing {
				diags[i].Help = answer.HelpSchema
			}
		}
	}
	return schema, err
}
