//! Codec 2: every number and text is a question, and the answer that was expected costs next to
//! nothing.
//!
//! The walk over a batch is the one all codecs share (`model.rs`). What is expected follows from
//! what the same batch has said so far (the same unit, the address of the house next door, a
//! birth year that agrees with a number) and from what records usually look like
//! ([`prior`]). Nothing else is used: a batch reads the same on every device.

use super::columns::{Coder, Column};
use super::{Author, Batch, FactsError, Form, model};
use crate::limits::{BUNDLE_GUESSES_MAX, PAGE_GUESSES_MAX};
use line::{Line, Said};
use memory::{Field, Memory};
use odds::{Context, Odds};
use range::Tape;

mod date;
mod digits;
mod event;
mod line;
mod memory;
mod odds;
mod prior;
mod range;
mod text;

/// The batch's spelling, or `None` if it asks more questions than a reader would answer.
pub(super) fn write(batch: &Batch, form: Form) -> Option<Vec<u8>> {
    let mut teller = Teller::new(Tape::to_write(), prior::odds(), form);
    // A batch that breaks the model's rules leaves behind what no reader accepts.
    match model::batch(&mut teller, Some(batch), form) {
        Err(FactsError::TooLarge) => None,
        _ => Some(teller.line.finish().0),
    }
}

/// Reads a batch; whether this was its only spelling, the caller finds out by writing it again.
pub(super) fn read(bytes: &[u8], form: Form) -> Result<Batch, FactsError> {
    let mut teller = Teller::new(Tape::to_read(bytes), prior::odds(), form);
    model::batch(&mut teller, None, form)
}

/// What a question is about; each has odds of its own.
#[derive(Debug, Clone, Copy)]
enum Topic {
    Column = 1,
    Op,
    SameText,
    SameLink,
    Words,
    How,
    Rank,
    Numeral,
    Letter,
    Length,
    IsDate,
    Year,
    Decade,
    Month,
    Day,
    IsLong,
    Province,
    Century,
    Prefix,
    IsEvent,
    What,
    WhatByte,
    At,
}

impl Topic {
    /// The context of `detail` within this topic.
    fn of(self, detail: u64) -> Context {
        Context::below(self as u32, detail)
    }
}

/// Says a batch along a line, or hears one.
struct Teller<'a> {
    line: Line<'a>,
    memory: Memory,
    /// Whether what is peculiar to a place is learned; not from the examples.
    local: bool,
}

impl<'a> Teller<'a> {
    fn new(tape: Tape<'a>, odds: Odds, form: Form) -> Self {
        let questions_max = match form {
            Form::Bundle(_) => BUNDLE_GUESSES_MAX,
            Form::Page => PAGE_GUESSES_MAX,
        };
        Self {
            line: Line::new(tape, odds, questions_max),
            memory: Memory::default(),
            local: true,
        }
    }
}

impl Coder for Teller<'_> {
    fn number(&mut self, column: Column, value: u64) -> Said<u64> {
        let found = self.numeral(column, value)?;
        self.memory.note(column, found);
        Ok(found)
    }

    fn bytes(&mut self, column: Column, value: &[u8], len: usize) -> Said<Vec<u8>> {
        self.memory.now.column = column as u64;
        match column {
            Column::Digits => self.digits(value, len),
            Column::Link if len == 16 => self.link(value),
            _ => self.line.raw(value, len),
        }
    }

    fn sized(&mut self, column: Column, value: &[u8], max: usize) -> Said<Vec<u8>> {
        self.memory.now.column = column as u64;
        match column {
            Column::Text => self.text(value, max),
            Column::Event if self.memory.now.field == Field::Event => self.event(value, max),
            _ => self.blob(value, max),
        }
    }

    fn named(&mut self, author: Author, n: u32) {
        self.memory.created.push((author, n));
    }
}

impl Teller<'_> {
    fn numeral(&mut self, column: Column, value: u64) -> Said<u64> {
        let now = &self.memory.now;
        let topic = Topic::Column.of(column as u64 | now.column << 8);
        let tag = now.tag | now.upon << 8;
        match column {
            Column::Count => self.line.number(topic.knowing(tag), value),
            Column::Document => self.line.number(topic.knowing(now.tag), value),
            Column::Upon => self.line.number(topic.knowing(now.tag), value),
            Column::DocumentNumber => self.document_number(value),
            Column::Time => self.line.number(topic.knowing(tag), value),
            Column::Op => self.op(value),
            Column::Code | Column::Number => self.value(column, value),
            Column::Date => self.date(value),
            Column::Author | Column::Length => self.line.number(topic, value),
            // These carry bytes only.
            Column::Reference | Column::Digits | Column::Link | Column::Event | Column::Text => {
                Err(FactsError::Malformed)
            }
        }
    }

    /// A document's number is near the one before; how far back one was seen is near nothing.
    fn document_number(&mut self, value: u64) -> Said<u64> {
        let tag = self.memory.now.tag;
        let topic = Topic::Column.of(Column::DocumentNumber as u64 | tag << 8);
        let expected = match tag % 6 {
            model::naming::CREATED => self.memory.document_number,
            _ => 0,
        };
        let given = model::zigzag(value.wrapping_sub(expected) as i64);
        let found = model::unzigzag(self.line.number(topic, given)?);
        Ok(expected.wrapping_add(found as u64))
    }

    /// An op follows from the one before it and from how many are left.
    fn op(&mut self, value: u64) -> Said<u64> {
        const OTHER: u64 = 255;
        let now = &self.memory.now;
        let topic = Topic::Op.of(now.op | now.kind << 40);
        let topic = topic.knowing(now.left);
        let found = self.line.code(topic, 8, value.min(OTHER) as u32)?;
        if u64::from(found) < OTHER {
            return Ok(found.into());
        }
        let more = self
            .line
            .number(topic.part(1), value.saturating_sub(OTHER))?;
        more.checked_add(OTHER).ok_or(FactsError::Malformed)
    }

    /// A number under a key.
    fn value(&mut self, column: Column, value: u64) -> Said<u64> {
        let now = &self.memory.now;
        let topic = Topic::Column.of(column as u64 | now.op << 8);
        let last = self.memory.last_number();
        match now.field {
            Field::Unit => self.same_or_number(topic, self.memory.unit, value),
            Field::BirthYear => self.year(self.memory.now.person.born, value),
            Field::Kind => self.line.number(topic.knowing(now.tag), value),
            Field::Sex => self.line.number(topic.knowing(now.person.called), value),
            Field::Started => {
                let minute = now.minute();
                let given = model::zigzag((value as i64).wrapping_sub(minute));
                let found = model::unzigzag(self.line.number(topic, given)?);
                Ok(minute.wrapping_add(found) as u64)
            }
            _ => self.line.number(topic.knowing(last), value),
        }
    }

    fn same_or_number(&mut self, topic: Context, last: u64, value: u64) -> Said<u64> {
        match self.line.flag(topic.part(1), value == last)? {
            true => Ok(last),
            false => self.line.number(topic, value),
        }
    }

    /// A document's id: often one that was named before.
    fn link(&mut self, value: &[u8]) -> Said<Vec<u8>> {
        let topic = Topic::SameLink.of(self.memory.now.op);
        self.memory.link_created();
        let back = self.memory.links.iter().rev().position(|id| id == value);
        let place = back.map_or(0, |back| back as u64 + 1);
        let found = self.line.number(topic, place)?;
        let found = match found.checked_sub(1) {
            None => self.line.raw(value, 16)?,
            Some(back) => {
                let mut newest = self.memory.links.iter().rev();
                let id = usize::try_from(back).ok().and_then(|back| newest.nth(back));
                id.cloned().ok_or(FactsError::Malformed)?
            }
        };
        self.memory.note_link(&found);
        Ok(found)
    }

    /// Bytes of unknown make.
    fn blob(&mut self, value: &[u8], max: usize) -> Said<Vec<u8>> {
        let topic = Topic::Length.of(self.memory.now.op);
        let len = self.line.number(topic, value.len() as u64)?;
        let len = usize::try_from(len).ok().filter(|len| *len <= max);
        let len = len.ok_or(FactsError::TooLarge)?;
        let mut found = Vec::new();
        for position in 0..len {
            let byte = value.get(position).copied().unwrap_or(0);
            let byte = self.letter(&found, byte)?;
            found.push(byte);
        }
        Ok(found)
    }

    /// One byte, knowing the two before it.
    fn letter(&mut self, before: &[u8], given: u8) -> Said<u8> {
        let (one, two) = match before {
            [.., two, one] => (*one, *two),
            [one] => (*one, b' '),
            [] => (b' ', b' '),
        };
        let topic = Topic::Letter.of(one.into()).knowing(two.into());
        Ok(self.line.code(topic, 8, given.into())? as u8)
    }
}
