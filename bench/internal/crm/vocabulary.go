package crm

import "strings"

// The values that texts are drawn from. The lists are fixed, so that rules name values
// that the data holds, whatever the seeds.
var (
	topics = cross("%s for %s", []string{"Espresso machines", "Bean subscription", "Filter coffee", "Water treatment", "Barista course", "Grinder leasing"},
		[]string{"the office", "a chain of cafés", "a hotel", "a restaurant", "retail", "a roastery"})
	leadSources = []string{"Web", "Trade show", "Referral", "Partner", "Advertisement", "Cold call", "Webinar", "Newsletter", "Social media", "Other"}
	cities      = []string{"Chicago", "New York", "Boston", "Seattle", "Portland", "Austin", "Denver", "Atlanta", "Miami", "San Francisco",
		"Los Angeles", "San Diego", "Houston", "Dallas", "Phoenix", "Detroit", "Toronto", "Montréal", "Vancouver", "London",
		"Manchester", "Leeds", "Bristol", "Edinburgh", "Dublin", "Paris", "Lyon", "Berlin", "Hamburg", "München",
		"Köln", "Frankfurt", "Wien", "Zürich", "Milano", "Roma", "Madrid", "Barcelona", "Lisboa", "Amsterdam",
		"Rotterdam", "Bruxelles", "Copenhagen", "Oslo", "Stockholm", "Helsinki", "Warszawa", "Praha", "Budapest", "Sydney"}
	jobTitles = append(cross("%s of %s", []string{"Director", "Head", "Vice President"},
		[]string{"Sales", "Marketing", "Procurement", "Operations", "Retail", "Finance", "Hospitality", "IT"}),
		cross("%s %s", []string{"Senior", "Assistant", "Regional"},
			[]string{"Buyer", "Sales Manager", "Marketing Manager", "Store Manager", "Barista", "Office Manager", "Analyst", "Consultant"})...)
	departments = []string{"Sales", "Marketing", "Procurement", "Operations", "Retail", "Finance", "Hospitality", "IT", "Facilities", "Human Resources", "Legal", "Logistics"}
	industries  = []string{"Retail", "Hospitality", "Food and Beverage", "Consulting", "Software", "Banking", "Insurance", "Health Care", "Education", "Manufacturing",
		"Logistics", "Real Estate", "Construction", "Energy", "Telecommunications", "Media", "Public Sector", "Agriculture", "Travel", "Automotive"}
	countries = []string{"United States", "Canada", "United Kingdom", "Ireland", "France", "Germany", "Austria", "Switzerland", "Italy", "Spain",
		"Portugal", "Netherlands", "Belgium", "Denmark", "Norway", "Sweden", "Finland", "Poland", "Czechia", "Australia"}
	months     = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	emailNames = append(cross("%s %s", months, []string{"Newsletter", "Offers", "Product News", "Recipes", "Event Invitation", "Survey"}),
		cross("%s - part %s", []string{"Welcome", "Onboarding", "Win back", "Trial", "Renewal"}, []string{"1", "2", "3", "4", "5", "6"})...)
	campaigns = cross("%s %s", []string{"Spring", "Summer", "Autumn", "Winter"},
		[]string{"Espresso", "Filter", "Cold Brew", "Decaf", "Office", "Gastro", "Retail", "Gift", "Machines", "Partner"})
	urls = cross("https://www.example.com/%s/%s", []string{"products", "pricing", "solutions", "blog", "docs", "customers", "careers", "support", "events", "shop"},
		cross("%s-%s", []string{"espresso", "filter", "grinder", "beans", "roasting", "water", "office", "hotel"},
			[]string{"overview", "comparison", "guide", "offer", "faq"}))
	linkTexts = []string{"Read more", "Buy now", "See prices", "Book a demo", "Register", "Download", "Watch the video", "Contact us", "Find a dealer", "Compare",
		"Learn more", "Start free trial", "Get the guide", "Join us", "Unsubscribe", "View in browser"}
	referrers = append([]string{"https://www.google.com/", "https://www.bing.com/", "https://duckduckgo.com/", "https://t.co/", "https://www.linkedin.com/feed/", "https://www.facebook.com/"},
		cross("https://%s.example.org/%s", []string{"coffee-news", "partners", "reviews", "forum"}, []string{"2024", "2025", "2026", "best-of", "links"})...)
	formNames = cross("%s %s", []string{"Contact", "Newsletter", "Demo", "Quote", "Event"}, []string{"Form", "Form Short", "Form (mobile)", "Footer", "Popup"})
	webinars  = cross("%s: %s", []string{"Coffee basics", "Espresso at scale", "Green beans", "Water matters", "Selling coffee", "Machine care"},
		[]string{"an introduction", "for professionals", "questions and answers", "a case study", "live from the roastery", "what is new"})
	events = cross("%s %s", []string{"World of Coffee", "Coffee Fest", "Host Milano", "Barista Camp", "Roasters Forum", "Retail Expo", "Hotel Days", "Office Summit"},
		[]string{"2024", "2025", "2026", "Spring", "Autumn"})
	files = cross("%s-%s.pdf", []string{"price-list", "manual", "case-study", "white-paper", "brochure", "checklist"},
		cross("%s-%s", []string{"brewer", "grinder", "roaster", "water", "beans"}, []string{"en", "de", "fr", "es", "it"}))
)

// cross returns the pattern with every pair of words in its two places.
func cross(pattern string, first, second []string) []string {
	var all []string
	for _, a := range first {
		for _, b := range second {
			all = append(all, strings.Replace(strings.Replace(pattern, "%s", a, 1), "%s", b, 1))
		}
	}
	return all
}
