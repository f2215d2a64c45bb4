package arrow

import (
	"errors"
	"fmt"
)

// ErrDamaged is the error that is wrapped if a file contains what no Parquet file may, so
// that the reader of Parquet files panics.
var ErrDamaged = errors.New("the file is damaged, or uses what the reader does not know")

// guarded calls a function that reads what others wrote. If that panics, guarded returns an
// error that wraps [ErrDamaged].
func guarded(read func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, p)
		}
	}()
	return read()
}
