//! Values to automerge's scalars and back.

use automerge::ScalarValue;
use shared::value::Value;

/// The scalar automerge stores for `value`. A withheld value stands in no change; like the chunk
/// writer this writes null for it.
pub(crate) fn scalar(value: &Value) -> ScalarValue {
    match value {
        Value::Null | Value::Withheld => ScalarValue::Null,
        Value::Bool(yes) => ScalarValue::Boolean(*yes),
        Value::Uint(number) => ScalarValue::Uint(*number),
        Value::Int(number) => ScalarValue::Int(*number),
        Value::Text(text) => ScalarValue::Str(text.as_str().into()),
        Value::Bytes(bytes) => ScalarValue::Bytes(bytes.clone()),
    }
}

/// The value of a scalar, or `None` if it has a type our documents do not use (floats, counters,
/// timestamps, types of a later automerge).
pub(crate) fn value(scalar: &ScalarValue) -> Option<Value> {
    Some(match scalar {
        ScalarValue::Null => Value::Null,
        ScalarValue::Boolean(yes) => Value::Bool(*yes),
        ScalarValue::Uint(number) => Value::Uint(*number),
        ScalarValue::Int(number) => Value::Int(*number),
        ScalarValue::Str(text) => Value::Text(text.to_string()),
        ScalarValue::Bytes(bytes) => Value::Bytes(bytes.clone()),
        ScalarValue::F64(_)
        | ScalarValue::Counter(_)
        | ScalarValue::Timestamp(_)
        | ScalarValue::Unknown { .. } => return None,
    })
}
