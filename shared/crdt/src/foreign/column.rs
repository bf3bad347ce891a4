//! The columns of a change's ops: only those of flat documents, and all of one height.

use shared::limits::CHANGE_DEPS_MAX;

use super::leb::Reader;
use super::{CHANGE_OPS_MAX, ForeignError, KEY_BYTES_MAX, VALUE_BYTES_MAX};

const KEY: u64 = 0x15;
const INSERT: u64 = 0x34;
const ACTION: u64 = 0x42;
const VALUE_META: u64 = 0x56;
const VALUE: u64 = 0x57;
const PRED_COUNT: u64 = 0x70;
const PRED_ACTOR: u64 = 0x71;
const PRED_COUNTER: u64 = 0x73;

/// The columns a flat document's changes have, ascending as they must stand.
const KNOWN: [u64; 8] = [
    KEY,
    INSERT,
    ACTION,
    VALUE_META,
    VALUE,
    PRED_COUNT,
    PRED_ACTOR,
    PRED_COUNTER,
];

const PUT: i64 = 1;
const DELETE: i64 = 3;

/// The columns of one change.
pub(super) struct Columns<'a>(Vec<(u64, &'a [u8])>);

/// What the values of a column are.
#[derive(Clone, Copy)]
enum Shape {
    Number,
    Delta,
    Text,
}

impl<'a> Columns<'a> {
    pub(super) fn read(body: &mut Reader<'a>) -> Result<Self, ForeignError> {
        let count = body.length()?;
        if count > KNOWN.len() {
            return Err(ForeignError::Limits);
        }
        let mut heads: Vec<(u64, usize)> = Vec::with_capacity(count);
        for _ in 0..count {
            let number = body.number()?;
            let length = body.length()?;
            if !KNOWN.contains(&number) {
                return Err(ForeignError::Limits);
            }
            if heads.last().is_some_and(|(before, _)| *before >= number) {
                return Err(ForeignError::Structure);
            }
            heads.push((number, length));
        }
        let columns = heads.into_iter();
        columns
            .map(|(number, length)| Ok((number, body.bytes(length)?)))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// How many ops there are, if every column agrees; `actors` may be named by predecessors.
    pub(super) fn ops(&self, actors: u64) -> Result<u64, ForeignError> {
        let mut actions = Sum::default();
        runs(self.column(ACTION), Shape::Number, |value, count| {
            let is_known = matches!(value, Some(PUT | DELETE));
            actions.add(is_known, count, 1)
        })?;
        let ops = actions.rows;
        let mut keys = Sum::default();
        runs(self.column(KEY), Shape::Text, |length, count| {
            let fits = length.is_some_and(|length| (1..=KEY_BYTES_MAX as i64).contains(&length));
            keys.add(fits, count, 1)
        })?;
        let mut values = Sum::default();
        runs(self.column(VALUE_META), Shape::Number, |meta, count| {
            let meta = meta.unwrap_or(-1);
            let (kind, length) = (meta & 15, meta >> 4);
            let fits = matches!(kind, 0..=4 | 6 | 7) && length <= VALUE_BYTES_MAX as i64;
            values.add(meta >= 0 && fits, count, length as u64)
        })?;
        let mut preds = Sum::default();
        runs(
            self.column(PRED_COUNT),
            Shape::Number,
            |preceding, count| {
                let preceding = preceding.unwrap_or(-1);
                let fits = (0..=CHANGE_DEPS_MAX as i64).contains(&preceding);
                preds.add(fits, count, preceding as u64)
            },
        )?;
        let mut named = Sum::default();
        runs(self.column(PRED_ACTOR), Shape::Number, |actor, count| {
            let fits = actor.is_some_and(|actor| actor >= 0 && (actor as u64) < actors);
            named.add(fits, count, 1)
        })?;
        let mut counters = Sum::default();
        let mut counter = 0_i64;
        runs(self.column(PRED_COUNTER), Shape::Delta, |step, count| {
            // Not below the first after one step, and not above the last after all of them.
            let step = step.ok_or(ForeignError::Limits)?;
            let first = counter.saturating_add(step);
            let steps = step.saturating_mul(i64::try_from(count).unwrap_or(i64::MAX));
            counter = counter.saturating_add(steps);
            let fits = [first, counter].iter().all(|it| COUNTERS.contains(it));
            counters.add(fits, count, 1)
        })?;
        let heights = [keys.rows, values.rows, preds.rows, self.never_inserts()?];
        let whole = heights.iter().all(|rows| *rows == ops)
            && values.total == self.column(VALUE).len() as u64
            && named.rows == preds.total
            && counters.rows == preds.total;
        match whole {
            true => Ok(ops),
            false => Err(ForeignError::Structure),
        }
    }

    fn column(&self, number: u64) -> &'a [u8] {
        let found = self.0.iter().find(|(known, _)| *known == number);
        found.map_or(&[], |(_, bytes)| bytes)
    }

    /// The insert column's height, all of it false: only lists insert.
    fn never_inserts(&self) -> Result<u64, ForeignError> {
        let mut reader = Reader::new(self.column(INSERT));
        let rows = reader.number()?;
        match reader.is_empty() {
            true => Ok(rows),
            false => Err(ForeignError::Limits),
        }
    }
}

/// Rows of a column, and what they come to.
#[derive(Default)]
struct Sum {
    rows: u64,
    total: u64,
}

impl Sum {
    fn add(&mut self, is_allowed: bool, count: u64, each: u64) -> Result<(), ForeignError> {
        // Both factors are bounded by now, so nothing overflows.
        self.rows = self.rows.saturating_add(count);
        if !is_allowed || self.rows > CHANGE_OPS_MAX * CHANGE_DEPS_MAX as u64 {
            return Err(ForeignError::Limits);
        }
        self.total = self.total.saturating_add(count.saturating_mul(each));
        match self.rows > CHANGE_OPS_MAX && each == 1 && self.total > OPS_OR_PREDS_MAX {
            true => Err(ForeignError::Limits),
            false => Ok(()),
        }
    }
}

/// Counters an op may have.
const COUNTERS: core::ops::RangeInclusive<i64> = 1..=u32::MAX as i64;

/// Predecessors all ops of one change may name together.
const OPS_OR_PREDS_MAX: u64 = 4 * CHANGE_OPS_MAX;

/// Walks a run-length column: each value (a text's length, a number, `None` for null) with how
/// often it stands there.
fn runs(
    bytes: &[u8],
    shape: Shape,
    mut row: impl FnMut(Option<i64>, u64) -> Result<(), ForeignError>,
) -> Result<(), ForeignError> {
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        match reader.signed()? {
            0 => {
                let count = reader.number()?;
                row(None, count)?;
            }
            count if count > 0 => {
                let value = value(&mut reader, shape)?;
                row(Some(value), count.unsigned_abs())?;
            }
            count => {
                // Every literal takes a byte at least, so this ends with the column.
                for _ in 0..count.unsigned_abs() {
                    let value = value(&mut reader, shape)?;
                    row(Some(value), 1)?;
                }
            }
        }
    }
    Ok(())
}

fn value(reader: &mut Reader<'_>, shape: Shape) -> Result<i64, ForeignError> {
    match shape {
        Shape::Number => i64::try_from(reader.number()?).map_err(|_| ForeignError::Limits),
        Shape::Delta => reader.signed(),
        Shape::Text => {
            let length = reader.length()?;
            reader.bytes(length)?;
            i64::try_from(length).map_err(|_| ForeignError::Limits)
        }
    }
}
