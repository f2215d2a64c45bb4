package handwritten

import "strings"

// Score7 scores a lead by the model of 7 rules.
func Score7(l *Lead, cut *Cutoffs) int64 {
	c := l.Contact
	score := int64(0)

	if a := c.Account; a != nil && a.Segment == SegmentMidmarket && a.NumberOfEmployees <= 100 {
		score += 23
	}

	opened := 0
	for i := range c.EmailOpened {
		if c.EmailOpened[i].Time < cut[180] {
			break
		}
		opened++
	}
	if opened >= 2 {
		score += 7
	}

	for i := range c.WebsiteVisited {
		v := &c.WebsiteVisited[i]
		if v.Time < cut[365] {
			break
		}
		if strings.Contains(v.Referrer, "bing.com") {
			score -= 25
		}
	}

	submitted := int64(0)
	for i := range c.FormSubmitted {
		if c.FormSubmitted[i].Time < cut[60] {
			break
		}
		submitted++
	}
	score -= 16 * submitted
	if submitted > 0 {
		score -= 19
	}

	for i := range c.DemoRequested {
		d := &c.DemoRequested[i]
		if d.Time < cut[60] {
			break
		}
		if d.Product == ProductRoaster && d.Seats > 25 {
			score -= 6
			break // once is enough
		}
	}

	// Who watches live, but does not click.
	live := false
	for i := range c.WebinarAttended {
		w := &c.WebinarAttended[i]
		if w.Time < cut[180] {
			break
		}
		if w.Format == FormatLive {
			live = true
			break
		}
	}
	if live && !clickedToBuy(c, cut) {
		score += 16
	}
	return score
}

func clickedToBuy(c *Contact, cut *Cutoffs) bool {
	for i := range c.EmailClicked {
		e := &c.EmailClicked[i]
		if e.Time < cut[60] {
			return false
		}
		switch e.LinkText {
		case "buy now", "see prices", "read more":
			return true
		}
	}
	return false
}
