//go:build !unix

package cpu

import (
	"errors"
	"time"
)

// Own returns the processor time that this process has used. It is not known here.
func Own() (time.Duration, error) {
	return 0, errors.New("the processor time of this process is not known on this system")
}
