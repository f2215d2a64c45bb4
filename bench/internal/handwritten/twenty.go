package handwritten

import "strings"

// Score20 scores a lead by the model of 20 rules.
func Score20(l *Lead, cut *Cutoffs) int64 {
	c := l.Contact
	score := int64(0)

	bought := false // from a source that is paid for, with money to spend
	switch l.LeadSource {
	case "partner", "trade show", "other", "advertisement":
		bought = l.BudgetAmount > 7500
	}
	if !bought {
		score += 19
	}
	if c.Department == "sales" {
		score += 8
	}
	a := c.Account
	german := a != nil && a.Country == "germany" && (a.Segment == SegmentStartup || a.Segment == SegmentEnterprise)

	var opened30, springOpened, onDesktop60, octoberOpened int
	for i := range c.EmailOpened {
		e := &c.EmailOpened[i]
		if e.Time < cut[365] {
			break
		}
		if (e.Client == ClientDesktop || e.Client == ClientMobile) && strings.HasPrefix(e.Campaign, "spring") {
			springOpened++
		}
		if e.Time < cut[60] {
			continue
		}
		if e.Client == ClientDesktop {
			onDesktop60++
		}
		if e.Time < cut[30] {
			continue
		}
		opened30++
		if strings.HasPrefix(e.Campaign, "autumn") {
			score += 3
		}
		if e.Time >= cut[14] && strings.HasPrefix(e.EmailName, "october") {
			octoberOpened++
		}
	}
	if springOpened > 0 {
		score += 28
	}

	var clicked7, juneDemo, filterRead int
	for i := range c.EmailClicked {
		e := &c.EmailClicked[i]
		if e.Time < cut[60] {
			break
		}
		if e.LinkText == "book a demo" && strings.Contains(e.EmailName, "june") {
			juneDemo++
		}
		if e.Time < cut[14] {
			continue
		}
		if strings.HasPrefix(e.LinkText, "read") && strings.Contains(e.Campaign, "filter") {
			filterRead++
		}
		if e.Time >= cut[7] {
			clicked7++
		}
	}
	if clicked7 >= 6 {
		score += 14
	}

	var referred7, atComputer90 int
	for i := range c.WebsiteVisited {
		v := &c.WebsiteVisited[i]
		if v.Time < cut[365] {
			break
		}
		switch v.Referrer {
		case "https://duckduckgo.com/", "https://reviews.example.org/2026":
			score += 4
		case "https://partners.example.org/best-of", "https://reviews.example.org/best-of", "https://www.bing.com/":
			if v.Time >= cut[7] {
				referred7++
			}
		}
		if v.Time < cut[90] {
			continue
		}
		switch v.Device {
		case DeviceComputer:
			atComputer90++
		case DevicePhone, DeviceTablet:
			if v.Time >= cut[14] && v.Seconds < 70 {
				score += 23
			}
		}
	}
	if referred7 == 0 {
		score += 17
	}
	if atComputer90 >= 6 {
		score += 6
	}

	var submitted14, shortNewsletter int
	for i := range c.FormSubmitted {
		f := &c.FormSubmitted[i]
		if f.Time < cut[180] {
			break
		}
		score -= 7
		if f.Time >= cut[14] {
			submitted14++
		}
		if f.Answers <= 4.5 && strings.HasPrefix(f.FormName, "newsletter") {
			shortNewsletter++
		}
	}
	if submitted14 >= 4 {
		score += 18
	}
	if shortNewsletter == 0 {
		score -= 18
	}

	for i := range c.WebinarAttended {
		if c.WebinarAttended[i].Time < cut[14] {
			break
		}
		score++
	}

	for i := range c.DemoRequested {
		d := &c.DemoRequested[i]
		if d.Time < cut[14] {
			break
		}
		if d.Seats > 7.5 {
			score += 7
			break // once is enough
		}
	}

	downloadedPrices := 0
	for i := range c.PageDownloaded {
		d := &c.PageDownloaded[i]
		if d.Time < cut[365] {
			break
		}
		if d.FileName == "white-paper-water-es.pdf" {
			score -= 8
		}
		if d.Pages < 20 && strings.HasPrefix(d.FileName, "price") {
			downloadedPrices++
		}
		if d.Topic == TopicCaseStudy && d.Time >= cut[90] {
			score += 22
		}
	}
	if downloadedPrices >= 3 {
		score += 11
	}

	// What takes two things together.
	if juneDemo > 0 {
		score += 26 * int64(opened30)
	}
	if onDesktop60 >= 6 {
		score += 14 * int64(filterRead)
	}
	if german {
		score += 21 * int64(octoberOpened)
	}
	return score
}
