package command

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

func runCompletion(_ context.Context, inv *invocation) error {
	names, err := inv.parse()
	if err != nil {
		return err
	}
	if len(names) != 1 || !slices.Contains(shells, names[0]) {
		return badUsage("name the shell: %s", strings.Join(shells, ", "))
	}
	write := map[string]func(string, []commandFlags) string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[names[0]]
	_, err = io.WriteString(inv.out, write(inv.program.Name, inv.program.flagsOfCommands()))
	return err
}

// shells are the shells that completion knows.
var shells = []string{"bash", "zsh", "fish"}

// A commandFlags is a command and what can follow it.
type commandFlags struct {
	command
	flags    []flagInfo
	operands []string // words that can be operands, or nil for files
}

// A flagInfo is a flag of a command.
type flagInfo struct {
	name   string   // as people write it
	value  string   // what its value is, such as FILE; "" if it has none
	values []string // the values that it can have; nil for any
	about  string   // the first sentence of its description
	more   bool     // whether it may be given several times
}

// files reports whether the value of f is the name of a file or folder.
func (f *flagInfo) files() bool { return f.values == nil && strings.Contains(f.value, "FILE") }

// flagsOfCommands returns the commands and their flags.
func (p *Program) flagsOfCommands() []commandFlags {
	var all []commandFlags
	names := []string{}
	for _, c := range p.commands() {
		inv := p.newInvocation(streams{strings.NewReader(""), io.Discard, io.Discard}, &c, nil)
		inv.collect = true
		_ = c.run(context.Background(), inv) // defines its flags and returns errCollected
		entry := commandFlags{command: c}
		inv.flags.VisitAll(func(f *flag.Flag) {
			value, about := flag.UnquoteUsage(f)
			about, _, _ = strings.Cut(about, ". ")
			about, _, _ = strings.Cut(about, ": ")
			_, more := f.Value.(*list)
			entry.flags = append(entry.flags, flagInfo{dashed(f.Name), value, inv.values[f.Name], about, more})
		})
		switch c.name {
		case "completion":
			entry.operands = shells
		case "mapping":
			entry.operands = []string{"init"}
		case "lsp", "version":
			entry.operands = []string{}
		}
		all = append(all, entry)
		names = append(names, c.name)
	}
	return append(all, commandFlags{command: command{name: "help", about: "describe a command"}, operands: names})
}

// shellFunction returns the name of the function that completes a program.
func shellFunction(program string) string { return "_" + strings.ReplaceAll(program, "-", "_") }

// bashCompletion returns a script for bash 3.2 or later.
func bashCompletion(program string, list []commandFlags) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# bash completion for %s. To use it: source <(%[1]s completion bash)\n%s() {\n", program, shellFunction(program))
	b.WriteString(`    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words= files=
    # bash splits --flag=value at the sign.
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = && COMP_CWORD -gt 2 ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    COMPREPLY=()
    if [[ $COMP_CWORD -eq 1 ]]; then
        words="`)
	for i, c := range list {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(c.name)
	}
	b.WriteString("\"\n    else\n        case ${COMP_WORDS[1]}:$prev in\n")
	for _, c := range list {
		for _, f := range c.flags {
			switch {
			case f.value == "":
			case f.files():
				fmt.Fprintf(&b, "        %s:%s) files=1 ;;\n", c.name, f.name)
			default: // a value that is not known has no completions
				fmt.Fprintf(&b, "        %s:%s) words=\"%s\" ;;\n", c.name, f.name, strings.Join(f.values, " "))
			}
		}
		names := make([]string, len(c.flags))
		for i, f := range c.flags {
			names[i] = f.name
		}
		operands := "files=1"
		if c.operands != nil {
			operands = fmt.Sprintf("words=\"%s\"", strings.Join(c.operands, " "))
		}
		fmt.Fprintf(&b, "        %s:*) if [[ $cur == -* ]]; then words=\"%s\"; else %s; fi ;;\n", c.name, strings.Join(names, " "), operands)
	}
	b.WriteString(`        esac
    fi
    if [[ -n $files ]]; then
        local IFS=$'\n'
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -f -- "$cur"))
    else
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
    fi
}
`)
	fmt.Fprintf(&b, "complete -F %s %s\n", shellFunction(program), program)
	return b.String()
}

// zshCompletion returns a script for zsh.
func zshCompletion(program string, list []commandFlags) string {
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
	escape := strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, ":", `\:`).Replace
	var b strings.Builder
	fmt.Fprintf(&b, "#compdef %s\n# zsh completion for %[1]s. To use it: source <(%[1]s completion zsh)\n%s() {\n    local -a commands\n    commands=(\n", program, shellFunction(program))
	for _, c := range list {
		fmt.Fprintf(&b, "        %s\n", quote(c.name+":"+escape(c.about)))
	}
	b.WriteString("    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n        return\n    fi\n    local command=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $command in\n")
	for _, c := range list {
		fmt.Fprintf(&b, "    %s)\n        _arguments", c.name)
		for _, f := range c.flags {
			spec := f.name
			if f.more {
				spec = "*" + spec
			}
			if f.value != "" && strings.HasPrefix(f.name, "--") {
				spec += "=" // the value may follow this sign
			}
			spec += "[" + escape(f.about) + "]"
			switch {
			case f.value == "":
			case f.files():
				spec += ":" + escape(f.value) + ":_files"
			case f.values != nil:
				spec += ":" + escape(f.value) + ":(" + strings.Join(f.values, " ") + ")"
			default:
				spec += ":" + escape(f.value) + ": "
			}
			b.WriteString(" \\\n            " + quote(spec))
		}
		switch {
		case c.operands == nil:
			b.WriteString(" \\\n            '*:FILE:_files'")
		case len(c.operands) > 0:
			b.WriteString(" \\\n            " + quote("1:"+c.name+":("+strings.Join(c.operands, " ")+")"))
		}
		b.WriteString("\n        ;;\n")
	}
	fmt.Fprintf(&b, "    esac\n}\nif [[ $funcstack[1] == %s ]]; then\n    %[1]s \"$@\"\nelse\n    compdef %[1]s %s\nfi\n", shellFunction(program), program)
	return b.String()
}

// fishCompletion returns a script for fish.
func fishCompletion(program string, list []commandFlags) string {
	quote := func(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'" }
	var b strings.Builder
	fmt.Fprintf(&b, "# fish completion for %s. To use it: %[1]s completion fish | source\ncomplete -c %[1]s -f\n", program)
	for _, c := range list {
		fmt.Fprintf(&b, "complete -c %s -n __fish_use_subcommand -a %s -d %s\n", program, c.name, quote(c.about))
		seen := quote("__fish_seen_subcommand_from " + c.name)
		for _, f := range c.flags {
			name := "-l " + strings.TrimLeft(f.name, "-")
			if len(f.name) == len("-x") {
				name = "-s " + f.name[1:]
			}
			fmt.Fprintf(&b, "complete -c %s -n %s %s", program, seen, name)
			switch {
			case f.value == "":
			case f.files():
				b.WriteString(" -r -F")
			case f.values != nil:
				fmt.Fprintf(&b, " -x -a %s", quote(strings.Join(f.values, " ")))
			default:
				b.WriteString(" -x")
			}
			fmt.Fprintf(&b, " -d %s\n", quote(f.about))
		}
		switch {
		case c.operands == nil:
			fmt.Fprintf(&b, "complete -c %s -n %s -F\n", program, seen)
		case len(c.operands) > 0:
			fmt.Fprintf(&b, "complete -c %s -n %s -a %s\n", program, seen, quote(strings.Join(c.operands, " ")))
		}
	}
	return b.String()
}
