package command

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
)

func runVersion(_ context.Context, inv *invocation) error {
	names, err := inv.parse()
	if err != nil {
		return err
	}
	if len(names) > 0 {
		return badUsage("version takes no arguments")
	}
	_, err = fmt.Fprintln(inv.out, versionLine(inv.program.Name, buildInfo()))
	return err
}

// buildInfo returns what is known of how the program was built.
func buildInfo() *debug.BuildInfo {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info
	}
	return &debug.BuildInfo{}
}

// versionLine returns the version of a program, the version of Go it was built
// with and, if they are known, the commit and whether files differed from it.
func versionLine(program string, info *debug.BuildInfo) string {
	version := info.Main.Version
	if version == "" || version == "(devel)" {
		version = "(development)"
	}
	line := []string{program, version}
	if info.GoVersion != "" {
		line = append(line, info.GoVersion)
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if commit := settings["vcs.revision"]; commit != "" {
		line = append(line, "commit", commit[:min(len(commit), 12)])
		if settings["vcs.modified"] == "true" {
			line = append(line, "with changes")
		}
	}
	return strings.Join(line, " ")
}
