package columnar

import "context"

// An interrupt says whether a context is done. It looks at the context now and then,
// depending on how much has been done. The zero interrupt never is.
type interrupt struct {
	ctx     context.Context
	work    int  // bytes of text, or records, or what takes as long, since the last look
	stopped bool // the context is done: what is evaluated does not matter any more
}

// often is how much is done between two looks at the context.
const often = 1 << 20

// many is how many records take long enough to count them as done.
const many = 1 << 12

// after reports whether the context is done, after n more bytes or records.
func (s *interrupt) after(n int) bool {
	if s.work += n; s.work >= often && s.ctx != nil {
		s.work = 0
		s.stopped = s.stopped || s.ctx.Err() != nil
	}
	return s.stopped
}
