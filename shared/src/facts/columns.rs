//! Codec 0 and 1: every kind of number or text in a column of its own.
//!
//! Bytes: for each column, in order, its length as LEB128; then the columns. A coder is anything
//! that can carry numbers and bytes of a column; the model walks a batch over it.

use super::{Author, Batch, FactsError, Form, model};
use crate::limits::SECTION_BYTES_MAX;

/// What kind of thing is written; the order is the order of the bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column {
    Count,
    Author,
    Document,
    DocumentNumber,
    Upon,
    Time,
    Op,
    Code,
    Number,
    Date,
    Length,
    Reference,
    Digits,
    Link,
    Event,
    Text,
}

const COLUMNS: usize = Column::Text as usize + 1;

/// Carries numbers and bytes. A writer returns what it was given; a reader ignores what it is
/// given and returns what it reads, so one walk serves both.
pub(super) trait Coder {
    fn number(&mut self, column: Column, value: u64) -> Result<u64, FactsError>;
    /// Exactly `len` bytes.
    fn bytes(&mut self, column: Column, value: &[u8], len: usize) -> Result<Vec<u8>, FactsError>;

    /// At most `max` bytes, with their length before them.
    fn sized(&mut self, column: Column, value: &[u8], max: usize) -> Result<Vec<u8>, FactsError> {
        let length = self.number(Column::Length, value.len() as u64)?;
        let length = usize::try_from(length).ok().filter(|length| *length <= max);
        self.bytes(column, value, length.ok_or(FactsError::TooLarge)?)
    }

    /// Told of every document that is named as this author's `n`-th, when it is named first.
    fn named(&mut self, _author: Author, _n: u32) {}
}

/// The batch's columns. A batch outside the limits gives bytes that no reader accepts.
pub(super) fn write(batch: &Batch, form: Form) -> Vec<u8> {
    let mut writer = Writer::default();
    // The writer itself cannot fail; the model refuses only batches that break its rules, and
    // what such a batch leaves behind cannot be read.
    let _refused = model::batch(&mut writer, Some(batch), form);
    let mut out = Vec::new();
    for column in &writer.columns {
        push_leb(&mut out, column.len() as u64);
    }
    out.extend(writer.columns.iter().flatten());
    out
}

pub(super) fn read(bytes: &[u8], form: Form) -> Result<Batch, FactsError> {
    let mut rest = bytes;
    let mut lengths = [0; COLUMNS];
    for length in &mut lengths {
        let found = take_leb(&mut rest)?;
        *length = usize::try_from(found).map_err(|_| FactsError::Malformed)?;
        if *length > SECTION_BYTES_MAX {
            return Err(FactsError::TooLarge);
        }
    }
    let mut reader = Reader {
        columns: [&[]; COLUMNS],
    };
    for (column, length) in reader.columns.iter_mut().zip(lengths) {
        (*column, rest) = rest.split_at_checked(length).ok_or(FactsError::Malformed)?;
    }
    let batch = model::batch(&mut reader, None, form)?;
    let used_up = rest.is_empty() && reader.columns.iter().all(|column| column.is_empty());
    used_up.then_some(batch).ok_or(FactsError::Malformed)
}

#[derive(Default)]
struct Writer {
    columns: [Vec<u8>; COLUMNS],
}

impl Coder for Writer {
    fn number(&mut self, column: Column, value: u64) -> Result<u64, FactsError> {
        push_leb(&mut self.columns[column as usize], value);
        Ok(value)
    }

    fn bytes(&mut self, column: Column, value: &[u8], _: usize) -> Result<Vec<u8>, FactsError> {
        self.columns[column as usize].extend_from_slice(value);
        Ok(value.to_vec())
    }
}

struct Reader<'a> {
    columns: [&'a [u8]; COLUMNS],
}

impl Coder for Reader<'_> {
    fn number(&mut self, column: Column, _: u64) -> Result<u64, FactsError> {
        take_leb(&mut self.columns[column as usize])
    }

    fn bytes(&mut self, column: Column, _: &[u8], len: usize) -> Result<Vec<u8>, FactsError> {
        let rest = &mut self.columns[column as usize];
        let (taken, left) = rest.split_at_checked(len).ok_or(FactsError::Malformed)?;
        *rest = left;
        Ok(taken.to_vec())
    }
}

fn push_leb(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads one LEB128 number of at most 64 bits, in its shortest spelling only.
fn take_leb(rest: &mut &[u8]) -> Result<u64, FactsError> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, left) = rest.split_first().ok_or(FactsError::Malformed)?;
        *rest = left;
        let bits = u64::from(byte & 0x7f);
        if shift == 63 && bits > 1 {
            return Err(FactsError::Malformed);
        }
        number |= bits << shift;
        if byte & 0x80 == 0 {
            let shortest = *byte != 0 || shift == 0;
            return shortest.then_some(number).ok_or(FactsError::Malformed);
        }
    }
    Err(FactsError::Malformed)
}
