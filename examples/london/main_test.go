package main

func Example() {
	main()
	// Output:
	// anne: 110, outside all grades, sales ready: true
	// bill: 40, Warm, sales ready: false
	// carl: 70, Hot, sales ready: false
	// dora: no parent
}
