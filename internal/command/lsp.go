package command

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/leadscore/leadscore/internal/lsp"
	"github.com/leadscore/leadscore/internal/lsp/wire"
)

// findingsDelay is how long an editor must be quiet before findings are looked for.
const findingsDelay = 300 * time.Millisecond

func runLSP(ctx context.Context, inv *invocation) error {
	inv.flags.Bool("stdio", false, "changes nothing: the server always talks on standard input and output. Some editors add this flag")
	names, err := inv.parse()
	if err != nil {
		return err
	}
	if len(names) > 0 {
		return badUsage("lsp has no operands: the editor says which files are open")
	}
	options := lsp.Options{Files: allFiles(), Delay: findingsDelay, Version: buildInfo().Main.Version}
	err = wire.Serve(ctx, inv.in, inv.out, options)
	if frame, ok := errors.AsType[*wire.FrameError](err); ok {
		return errors.New(frame.Error() + "; an editor starts lsp, which talks the Language Server Protocol on standard input and output")
	}
	return err
}

// allFiles returns the file system with all files of the machine, by their paths without the
// first slash.
func allFiles() fs.FS {
	if runtime.GOOS == "windows" {
		return driveFiles{}
	}
	return os.DirFS("/")
}

// driveFiles are the files of Windows, by names such as c:/rules/coffee.score.
type driveFiles struct{}

// Open opens a file.
func (driveFiles) Open(name string) (fs.File, error) {
	drive, rest, _ := strings.Cut(name, "/")
	if !fs.ValidPath(name) || !strings.HasSuffix(drive, ":") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if rest == "" {
		rest = "."
	}
	return os.DirFS(drive + `\`).Open(rest)
}
