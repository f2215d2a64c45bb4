package main

func Example() {
	main()
	// Output:
	// lead-ada: 70, Hot, sales ready
	//      +40  Opened an email (4 x +10)
	//      +10  Chicago decision maker clicks (2 x +5)
	//      +20  Enterprise account (1 x +20)
	// lead-ben: 10, Cold
	//      +10  Opened an email (1 x +10)
	// lead-cleo: -20, Cold
	//      -20  Gone quiet (1 x -20)
	// lead-roastery: not targeted
	// lead-walk-in: no parent
}
