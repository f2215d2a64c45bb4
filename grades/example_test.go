package grades_test

import (
	"fmt"

	"github.com/leadscore/leadscore/grades"
)

func ExampleNewScale() {
	scale, err := grades.NewScale(
		grades.Below("Cold", 40),
		grades.Between("Warm", 40, 69),
		grades.AtLeast("Hot", 70),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	grade, ok := scale.Grade(41)
	fmt.Println(grade, ok)

	_, err = grades.NewScale(grades.Below("Cold", 40), grades.Between("Warm", 41, 70), grades.AtLeast("Hot", 70))
	fmt.Println(err)
	// Output:
	// Warm true
	// grades: no grade holds 40, between "Cold" and "Warm"
	// grades: grades "Warm" and "Hot" overlap: both hold 70
}
