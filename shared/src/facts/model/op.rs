//! One op: key, action, and the value as the key table expects it.

use super::super::columns::{Coder, Column};
use super::super::{FactOp, FactSlot, FactsError, Form};
use super::{unzigzag, zigzag};
use crate::change::Action;
use crate::key::{Key, Shape, TABLE};
use crate::limits::{KEY_BYTES_MAX, VALUE_BYTES_MAX};
use crate::value::Value;

/// Numbers of the `Op` column are `key * 4 + action`.
pub(in crate::facts) mod key_code {
    pub(in crate::facts) const EVENT: u64 = 0;
    pub(in crate::facts) const LITERAL: u64 = 1;
    pub(in crate::facts) const AGAIN: u64 = 2;
    /// And above: the table's index plus this.
    pub(in crate::facts) const TABLE: u64 = 3;
}

pub(in crate::facts) mod action_code {
    pub(super) const PUT_EXPECTED: u64 = 0;
    pub(super) const KEEP: u64 = 1;
    pub(super) const DELETE: u64 = 2;
    pub(in crate::facts) const PUT_TYPED: u64 = 3;
}

/// What a value's spelling is when the key does not tell.
mod type_code {
    pub(super) const NULL: u64 = 0;
    pub(super) const FALSE: u64 = 1;
    pub(super) const TRUE: u64 = 2;
    pub(super) const UINT: u64 = 3;
    pub(super) const INT: u64 = 4;
    pub(super) const TEXT: u64 = 5;
    pub(super) const BYTES: u64 = 6;
}

pub(super) fn op(
    coder: &mut dyn Coder,
    given: Option<&FactOp>,
    form: Form,
) -> Result<FactOp, FactsError> {
    let number = coder.number(Column::Op, given.map_or(0, code))?;
    let slot = slot(coder, (number / 4, form), given.map(|op| &op.slot))?;
    let value = match given.map(|op| &op.action) {
        Some(Action::Put(value)) => Some(value),
        _ => None,
    };
    let action = match number % 4 {
        action_code::PUT_EXPECTED => Action::Put(expected(coder, &slot, value)?),
        action_code::KEEP => Action::Keep,
        action_code::DELETE => Action::Delete,
        _ => Action::Put(typed(coder, value)?),
    };
    if !matches!(slot, FactSlot::Key(_)) && !matches!(action, Action::Put(_)) {
        return Err(FactsError::Malformed);
    }
    Ok(FactOp { slot, action })
}

fn code(op: &FactOp) -> u64 {
    let action = match &op.action {
        Action::Keep => action_code::KEEP,
        Action::Delete => action_code::DELETE,
        Action::Put(value) if is_expected(&op.slot, value) => action_code::PUT_EXPECTED,
        Action::Put(_) => action_code::PUT_TYPED,
    };
    let key = match &op.slot {
        FactSlot::Event => key_code::EVENT,
        FactSlot::Again { .. } => key_code::AGAIN,
        FactSlot::Key(key) => key.spec().map_or(key_code::LITERAL, |spec| {
            key_code::TABLE + u64::from(spec.index)
        }),
    };
    key * 4 + action
}

fn slot(
    coder: &mut dyn Coder,
    (code, form): (u64, Form),
    given: Option<&FactSlot>,
) -> Result<FactSlot, FactsError> {
    match code {
        key_code::EVENT => Ok(FactSlot::Event),
        key_code::AGAIN => {
            let (author, counter) = match given {
                Some(FactSlot::Again { author, counter }) => (*author as u64, *counter),
                _ => (0, 0),
            };
            let author = coder.number(Column::Author, author)?;
            let author = usize::try_from(author).map_err(|_| FactsError::Malformed)?;
            let counter = coder.number(Column::Number, counter)?;
            Ok(FactSlot::Again { author, counter })
        }
        key_code::LITERAL => {
            let given = match given {
                Some(FactSlot::Key(key)) => Some(key.name().as_bytes()),
                _ => None,
            };
            let name = coder.sized(Column::Text, given.unwrap_or(&[]), KEY_BYTES_MAX)?;
            let name = String::from_utf8(name).map_err(|_| FactsError::Malformed)?;
            let key = Key::new(&name).map_err(|_| FactsError::Malformed)?;
            literal(key, form)
        }
        index => {
            let index = usize::try_from(index - key_code::TABLE).ok();
            let spec = index
                .and_then(|index| TABLE.get(index))
                .ok_or(FactsError::Malformed)?;
            Ok(FactSlot::Key(Key::from(spec)))
        }
    }
}

/// A key stated by its name. An event's is derived: a device that states one could name another's
/// event. Only a page may, for what the server carried into a re-founded document.
fn literal(key: Key, form: Form) -> Result<FactSlot, FactsError> {
    match (key.name().starts_with('~'), form) {
        _ if key.spec().is_some() => Err(FactsError::Malformed),
        (true, Form::Bundle(_)) => Err(FactsError::PageOnly),
        (true, Form::Page) if key.event_id().is_none() => Err(FactsError::Malformed),
        _ => Ok(FactSlot::Key(key)),
    }
}

fn shape(slot: &FactSlot) -> Option<Shape> {
    match slot {
        FactSlot::Event | FactSlot::Again { .. } => None,
        FactSlot::Key(key) => key.spec().map(|spec| spec.shape),
    }
}

/// Whether the value has the form its key calls for and so needs no type of its own.
fn is_expected(slot: &FactSlot, value: &Value) -> bool {
    match (shape(slot), value) {
        (None, Value::Bytes(_)) => !matches!(slot, FactSlot::Key(_)),
        (Some(Shape::Uint { .. } | Shape::Date), Value::Uint(_)) => true,
        (Some(Shape::Bool), Value::Bool(_)) => true,
        (Some(Shape::Text { .. }), Value::Text(_)) => true,
        (Some(Shape::Digits { count }), Value::Text(text)) => {
            text.len() == count && count <= 15 && is_digits(text)
        }
        (Some(Shape::Phone), Value::Text(text)) => {
            matches!(text.len(), 10 | 11) && text.starts_with('0') && is_digits(text)
        }
        (Some(Shape::Link), Value::Bytes(bytes)) => bytes.len() == 16,
        (Some(Shape::Bytes { .. }), Value::Bytes(_)) => true,
        _ => false,
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn expected(
    coder: &mut dyn Coder,
    slot: &FactSlot,
    given: Option<&Value>,
) -> Result<Value, FactsError> {
    let number = given.and_then(Value::as_uint).unwrap_or(0);
    let text = given.and_then(Value::as_text);
    match shape(slot) {
        None if !matches!(slot, FactSlot::Key(_)) => {
            let payload = given.and_then(Value::as_bytes);
            let payload = payload.unwrap_or(&[]);
            coder
                .sized(Column::Event, payload, VALUE_BYTES_MAX)
                .map(Value::Bytes)
        }
        None => Err(FactsError::Malformed),
        Some(Shape::Uint { max }) if max < 256 => {
            coder.number(Column::Code, number).map(Value::Uint)
        }
        Some(Shape::Uint { .. }) => coder.number(Column::Number, number).map(Value::Uint),
        Some(Shape::Date) => coder.number(Column::Date, number).map(Value::Uint),
        Some(Shape::Bool) => {
            let given = matches!(given, Some(Value::Bool(true)));
            match coder.number(Column::Code, u64::from(given))? {
                0 => Ok(Value::Bool(false)),
                1 => Ok(Value::Bool(true)),
                _ => Err(FactsError::Malformed),
            }
        }
        Some(Shape::Text { .. }) => sized_text(coder, text),
        Some(Shape::Digits { count }) => digits(coder, count, text),
        Some(Shape::Phone) => phone(coder, text),
        Some(Shape::Link) => {
            let given = given.and_then(Value::as_bytes);
            coder
                .bytes(Column::Link, given.unwrap_or(&[]), 16)
                .map(Value::Bytes)
        }
        Some(Shape::Bytes { .. }) => {
            let given = given.and_then(Value::as_bytes).unwrap_or(&[]);
            coder
                .sized(Column::Event, given, VALUE_BYTES_MAX)
                .map(Value::Bytes)
        }
    }
}

/// `count` digits (at most 15) as a little-endian number of as many bytes as they need.
fn digits(coder: &mut dyn Coder, count: usize, given: Option<&str>) -> Result<Value, FactsError> {
    let number: u64 = given.and_then(|text| text.parse().ok()).unwrap_or(0);
    let width = (count * 10).div_ceil(24);
    let bytes = coder.bytes(Column::Digits, &number.to_le_bytes()[..width], width)?;
    let mut whole = [0; 8];
    whole[..width].copy_from_slice(&bytes);
    let text = format!("{:0count$}", u64::from_le_bytes(whole));
    (text.len() == count)
        .then_some(Value::Text(text))
        .ok_or(FactsError::Malformed)
}

/// A phone number: the nine or ten digits after its 0 as five bytes, the longer form marked by
/// 10^10 added.
fn phone(coder: &mut dyn Coder, given: Option<&str>) -> Result<Value, FactsError> {
    const LONG: u64 = 10_000_000_000;
    let number: u64 = given.and_then(|text| text.parse().ok()).unwrap_or(0);
    let long = if given.is_some_and(|text| text.len() == 11) {
        LONG
    } else {
        0
    };
    let bytes = coder.bytes(Column::Digits, &(number + long).to_le_bytes()[..5], 5)?;
    let mut whole = [0; 8];
    whole[..5].copy_from_slice(&bytes);
    let text = match u64::from_le_bytes(whole) {
        short if short < 1_000_000_000 => format!("{short:010}"),
        long if (LONG..2 * LONG).contains(&long) => format!("{:011}", long - LONG),
        _ => return Err(FactsError::Malformed),
    };
    Ok(Value::Text(text))
}

fn typed(coder: &mut dyn Coder, given: Option<&Value>) -> Result<Value, FactsError> {
    let code = match given {
        None | Some(Value::Null | Value::Withheld) => type_code::NULL,
        Some(Value::Bool(false)) => type_code::FALSE,
        Some(Value::Bool(true)) => type_code::TRUE,
        Some(Value::Uint(_)) => type_code::UINT,
        Some(Value::Int(_)) => type_code::INT,
        Some(Value::Text(_)) => type_code::TEXT,
        Some(Value::Bytes(_)) => type_code::BYTES,
    };
    match coder.number(Column::Code, code)? {
        type_code::NULL => Ok(Value::Null),
        type_code::FALSE => Ok(Value::Bool(false)),
        type_code::TRUE => Ok(Value::Bool(true)),
        type_code::UINT => {
            let given = given.and_then(Value::as_uint).unwrap_or(0);
            coder.number(Column::Number, given).map(Value::Uint)
        }
        type_code::INT => {
            let given = match given {
                Some(Value::Int(number)) => *number,
                _ => 0,
            };
            let number = coder.number(Column::Number, zigzag(given))?;
            Ok(Value::Int(unzigzag(number)))
        }
        type_code::TEXT => sized_text(coder, given.and_then(Value::as_text)),
        type_code::BYTES => {
            let given = given.and_then(Value::as_bytes).unwrap_or(&[]);
            coder
                .sized(Column::Event, given, VALUE_BYTES_MAX)
                .map(Value::Bytes)
        }
        _ => Err(FactsError::Malformed),
    }
}

fn sized_text(coder: &mut dyn Coder, given: Option<&str>) -> Result<Value, FactsError> {
    let given = given.unwrap_or("").as_bytes();
    let bytes = coder.sized(Column::Text, given, VALUE_BYTES_MAX)?;
    String::from_utf8(bytes)
        .map(Value::Text)
        .map_err(|_| FactsError::Malformed)
}
