package dsl

import "reflect"

// WithoutLets returns a copy of n in which every value stands for itself, and none for
// a name: what is written as `within last Recent` becomes `within last 90 days`. Two
// nodes say the same if their copies are written alike, whatever names they use.
func WithoutLets[N Node](n N) N {
	return spelledOut(reflect.ValueOf(n)).Interface().(N)
}

// spelledOut returns a deep copy of a part of a tree, whose structs have no [Let].
func spelledOut(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(spelledOut(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(spelledOut(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(spelledOut(v.Index(i)))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := out.Field(i)
			if f.Type() == reflect.TypeFor[*Let]() {
				f.SetZero()
				continue
			}
			f.Set(spelledOut(v.Field(i)))
		}
	default: // numbers, texts and truth values are copied already
	}
	return out
}
