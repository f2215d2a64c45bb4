package arrow

import (
	"math"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	_ "github.com/apache/arrow-go/v18/arrow/extensions" // registers the type of UUIDs

	"github.com/leadscore/leadscore/source/sqldb"
)

// storageOf returns how columns of a type store their values.
func storageOf(t arrow.DataType) sqldb.Storage {
	switch t := t.(type) {
	case *arrow.NullType:
		return sqldb.Unknown
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType, *arrow.BinaryType, *arrow.LargeBinaryType, *arrow.BinaryViewType:
		return sqldb.Text // old writers do not say that bytes are text; they must be UTF-8
	case *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type,
		*arrow.Uint8Type, *arrow.Uint16Type, *arrow.Uint32Type, *arrow.Uint64Type:
		return sqldb.Integer
	case *arrow.Float16Type, *arrow.Float32Type, *arrow.Float64Type:
		return sqldb.Decimal
	case arrow.DecimalType:
		if t.GetScale() == 0 {
			return sqldb.Integer
		}
		return sqldb.Decimal
	case *arrow.BooleanType:
		return sqldb.Boolean
	case *arrow.TimestampType:
		return sqldb.Instant
	case *arrow.Date32Type, *arrow.Date64Type:
		return sqldb.Day
	case *arrow.DictionaryType:
		return storageOf(t.ValueType)
	case arrow.ExtensionType:
		if t.ExtensionName() == "arrow.uuid" {
			return sqldb.UUID
		}
		return storageOf(t.StorageType())
	case arrow.ListLikeType:
		if _, isMap := t.(*arrow.MapType); !isMap && storageOf(t.Elem()) == sqldb.Text {
			return sqldb.TextArray
		}
	}
	return sqldb.Unfit
}

// valueOf returns a value of an array as a driver of database/sql would. Texts are those
// of the array, which must not outlive it.
func valueOf(a arrow.Array, i int) any {
	if a.IsNull(i) {
		return nil
	}
	switch a := a.(type) {
	case array.StringLike:
		return a.Value(i)
	case interface{ Value(int) []byte }: // bytes of any width
		if a, ok := a.(*array.FixedSizeBinary); ok {
			if b := a.Value(i); len(b) == 16 {
				return [16]byte(b)
			}
			return nil
		}
		return string(a.Value(i))
	case *array.Boolean:
		return a.Value(i)
	case *array.Float16:
		return a.Value(i).Float32()
	case *array.Float32:
		return a.Value(i)
	case *array.Float64:
		return a.Value(i)
	case *array.Timestamp:
		return timeOf(int64(a.Value(i)), a.DataType().(*arrow.TimestampType).Unit)
	case *array.Date32:
		return time.Unix(int64(a.Value(i))*secondsOfDay, 0).UTC()
	case *array.Date64:
		return time.UnixMilli(int64(a.Value(i))).UTC()
	case *array.Dictionary:
		return valueOf(a.Dictionary(), a.GetValueIndex(i))
	case array.ExtensionArray:
		return valueOf(a.Storage(), i)
	case array.ListLike:
		return textsOf(a, i)
	}
	if d, ok := decimalOf(a, i); ok {
		return d
	}
	return integerOf(a, i)
}

const secondsOfDay = 24 * 60 * 60

// timeOf returns a number of units since 1970 as an instant.
func timeOf(n int64, unit arrow.TimeUnit) time.Time {
	switch unit {
	case arrow.Second:
		return time.Unix(n, 0).UTC()
	case arrow.Millisecond:
		return time.UnixMilli(n).UTC()
	case arrow.Microsecond:
		return time.UnixMicro(n).UTC()
	default:
		return time.Unix(0, n).UTC()
	}
}

// textsOf returns the texts of a list.
func textsOf(a array.ListLike, i int) []string {
	start, end := a.ValueOffsets(i)
	values := a.ListValues()
	texts := make([]string, 0, end-start)
	for at := int(start); at < int(end); at++ {
		if text, ok := valueOf(values, at).(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// decimalOf returns a decimal number as a text, or as an integer if its type has no fraction.
func decimalOf(a arrow.Array, i int) (any, bool) {
	t, ok := a.DataType().(arrow.DecimalType)
	if !ok {
		return nil, false
	}
	text := ""
	switch a := a.(type) {
	case *array.Decimal32:
		text = a.Value(i).ToString(t.GetScale())
	case *array.Decimal64:
		text = a.Value(i).ToString(t.GetScale())
	case *array.Decimal128:
		text = a.Value(i).ToString(t.GetScale())
	case *array.Decimal256:
		text = a.Value(i).ToString(t.GetScale())
	default:
		return nil, false
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && t.GetScale() == 0 {
		return n, true
	}
	return text, true
}

// integerOf returns an integer; one that has more than 63 bits as the text of its digits.
func integerOf(a arrow.Array, i int) any {
	switch a := a.(type) {
	case *array.Int8:
		return int64(a.Value(i))
	case *array.Int16:
		return int64(a.Value(i))
	case *array.Int32:
		return int64(a.Value(i))
	case *array.Int64:
		return a.Value(i)
	case *array.Uint8:
		return int64(a.Value(i))
	case *array.Uint16:
		return int64(a.Value(i))
	case *array.Uint32:
		return int64(a.Value(i))
	case *array.Uint64:
		if v := a.Value(i); v <= math.MaxInt64 {
			return int64(v)
		}
		return a.ValueStr(i)
	}
	return nil
}
