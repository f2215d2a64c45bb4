package main

func Example() {
	main()
	// Output:
	// company, sales ready: true
	//     People: not targeted
	//     Companies: 21, Active
	// person, sales ready: false
	//     People: 2
	//     Companies: not targeted
	// both, sales ready: false
	//     People: 2
	//     Companies: not targeted
}
