//! How much one document may hold, and how long it may live.
//!
//! Every phone of a hamlet carries its documents, so one that grows without end is everybody's
//! burden, and a mistake or malice in most cases. A change that would pass a bound is refused; the
//! way out is re-founding, which leaves what is shown and drops what led to it.

use crate::change::{Action, Change, Op};
use crate::key::Key;
use crate::limits::{DOCUMENT_BYTES_MAX, DOCUMENT_OPS_MAX};
use crate::row::{Cell, Row};
use crate::value::Value;

/// Which bound a change would pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// The values shown, with this change's, would have more than [`DOCUMENT_BYTES_MAX`] bytes:
    /// take some out.
    #[error("the document would hold more than {DOCUMENT_BYTES_MAX} bytes: re-found it with less")]
    Bytes,
    /// The document was written to [`DOCUMENT_OPS_MAX`] times: re-found it as it is.
    #[error("the document was written to {DOCUMENT_OPS_MAX} times: re-found it as it is")]
    Life,
}

impl Full {
    /// The bound's stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Life => "life",
        }
    }
}

/// Whether there is room in a document that shows `row` for one change more. A change that only
/// takes away always finds room; in bytes, so does one that leaves no more than it found.
///
/// # Errors
/// [`Full`] names the bound.
pub fn room(row: &Row, change: &Change) -> Result<(), Full> {
    if !change.ops.iter().any(puts) {
        return Ok(());
    }
    if change.max_op().max(row.max_op) > DOCUMENT_OPS_MAX {
        return Err(Full::Life);
    }
    let shown = bytes_shown(row);
    let left = (shown + bytes_put(change)).saturating_sub(bytes_replaced(row, change));
    match left > DOCUMENT_BYTES_MAX.max(shown) {
        true => Err(Full::Bytes),
        false => Ok(()),
    }
}

fn puts(op: &Op) -> bool {
    matches!(op.action, Action::Put(_))
}

fn bytes_shown(row: &Row) -> usize {
    let each = |(key, live): (&Key, &Vec<Cell>)| -> usize {
        live.iter().map(|cell| size(key, &cell.value)).sum()
    };
    row.cells.iter().map(each).sum()
}

fn bytes_put(change: &Change) -> usize {
    let put = |op: &Op| match &op.action {
        Action::Put(value) => size(&op.key, value),
        Action::Keep | Action::Delete => 0,
    };
    change.ops.iter().map(put).sum()
}

/// Bytes of the values that the change has seen and no longer shows.
fn bytes_replaced(row: &Row, change: &Change) -> usize {
    let replaced = |op: &Op| -> usize {
        let live = row.live(&op.key).iter();
        let seen = live.filter(|cell| op.preds.contains(&cell.id));
        seen.map(|cell| size(&op.key, &cell.value)).sum()
    };
    change.ops.iter().map(replaced).sum()
}

/// Bytes of a key with one value; values of fixed size count as eight.
fn size(key: &Key, value: &Value) -> usize {
    let value_bytes = match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 8,
    };
    key.name().len() + value_bytes
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::change::OpId;
    use crate::engine::{Edit, Engine as _, RowEngine, Slot};
    use crate::id::{ActorId, EventId};
    use crate::time::UnixSeconds;

    /// What the golden file's changes do besides being late in a document's life.
    enum Writes {
        /// One event more, of so many bytes.
        Event(usize),
        /// A note of so many bytes in place of the one of 1,000 that stands.
        Note(usize),
        /// Nothing but a delete of that note.
        Delete,
    }

    /// A document that shows so many events of 1,000 bytes with their keys, and a note of 1,000
    /// bytes with its key, and was written to `ops` times.
    fn document(events: u64, ops: u64) -> Row {
        let actor = ActorId([7; 16]);
        let cell = |counter, value| {
            vec![Cell {
                id: OpId { counter, actor },
                value,
            }]
        };
        let mut row = Row::default();
        for n in 0..events {
            let key = Key::event(EventId(n.to_le_bytes()));
            let value = Value::Bytes(vec![1; 1_000 - key.name().len()]);
            row.cells.insert(key, cell(n + 2, value));
        }
        let note = Value::Text("n".repeat(1_000 - Key::NOTE.name().len()));
        row.cells.insert(Key::NOTE, cell(1, note));
        row.max_op = ops;
        row
    }

    fn verdict(row: &Row, writes: &Writes) -> &'static str {
        let put = match writes {
            Writes::Event(bytes) => (Slot::Event, Value::Bytes(vec![1; *bytes])),
            Writes::Note(bytes) => (Slot::Key(Key::NOTE), Value::Text("m".repeat(*bytes))),
            Writes::Delete => (Slot::Key(Key::NOTE), Value::Text(String::new())),
        };
        let edit = Edit {
            actor: ActorId([7; 16]),
            time: UnixSeconds(0),
            puts: vec![put],
        };
        let mut change = RowEngine.edit(row, &edit).unwrap();
        if matches!(writes, Writes::Delete) {
            change.ops[0].action = Action::Delete;
        }
        room(row, &change).err().map_or("ok", Full::code)
    }

    #[test]
    fn golden_quotas_are_judged_as_written() {
        let cases = [
            (0, 1, Writes::Event(4_096)),
            (261, 262, Writes::Event(132)),
            (261, 262, Writes::Event(133)),
            (262, 263, Writes::Event(0)),
            (261, 262, Writes::Note(1_140)),
            (261, 262, Writes::Note(1_141)),
            (270, 271, Writes::Note(996)),
            (270, 271, Writes::Note(997)),
            (270, 271, Writes::Delete),
            (1, 19_999, Writes::Event(10)),
            (1, 20_000, Writes::Event(10)),
            (1, 20_000, Writes::Delete),
            (1, u64::from(u32::MAX), Writes::Event(10)),
        ];
        let mut text = String::new();
        for (events, ops, writes) in cases {
            let verdict = verdict(&document(events, ops), &writes);
            let said = match writes {
                Writes::Event(bytes) => format!("an event of {bytes} bytes"),
                Writes::Note(bytes) => format!("the note anew with {bytes} bytes"),
                Writes::Delete => "a delete of the note".to_owned(),
            };
            writeln!(text, "{events} events, {ops} ops, {said}: {verdict}").unwrap();
        }
        crate::golden::check("quotas.txt", &text);
    }
}
