//! Who writes, when and where: what every entry is made with.

use shared::engine::Engine;
use shared::enrol::Assignment;
use shared::event::{Confirmed, Event, Stamp, What};
use shared::facts::Origin;
use shared::field::{PartialDate, TextField};
use shared::id::{DocumentId, UnitId};
use shared::key::Key;
use shared::time::UnixSeconds;
use shared::value::Value;

use super::EntryError;
use crate::client::Client;
use crate::input::{DocumentWrite, Put, Target};

/// Who writes, and when.
pub(super) struct Desk<'a, E> {
    pub(super) client: &'a Client<E>,
    pub(super) assignment: &'a Assignment,
    pub(super) now: UnixSeconds,
}

impl<E: Engine> Desk<'_, E> {
    /// A document that was named on a screen.
    pub(super) fn document(&self, hexadecimal: &str) -> Result<DocumentId, EntryError> {
        hexadecimal.parse().map_err(|_| EntryError::NoSuchDocument)
    }

    /// The unit that new documents belong to: the first this phone follows.
    pub(super) fn home(&self) -> Result<UnitId, EntryError> {
        let stream = self.assignment.streams.first();
        stream.map(|one| one.unit).ok_or(EntryError::NotReady)
    }

    /// The id of the first document that the next save creates. Nothing else may be on its way to
    /// storage.
    pub(super) fn next_document(&self) -> Result<DocumentId, EntryError> {
        let device = &self.client.state().ok_or(EntryError::NotReady)?.device;
        Ok(Origin::Created(device.author(), device.documents_created).document())
    }

    /// Puts of one key. Who confirms the winner of a conflict says so by an event, too: the values
    /// would not tell.
    pub(super) fn put(
        &self,
        of: &DocumentId,
        key: Key,
        value: Value,
    ) -> Result<Vec<Put>, EntryError> {
        let row = self.client.row(of);
        let wins = row.is_conflicted(&key) && row.get(&key) == Some(&value);
        let confirmed = Confirmed::choosing(&key).filter(|_| wins);
        let mut puts = vec![Put::key(key, value)];
        if let Some(confirmed) = confirmed {
            puts.push(self.event(of, What::Confirmed(confirmed))?);
        }
        Ok(puts)
    }

    /// An event of a document, counted for the unit the document belongs to.
    pub(super) fn event(&self, of: &DocumentId, what: What) -> Result<Put, EntryError> {
        let unit = self.client.row(of).unit();
        Ok(self.event_in(unit.ok_or(EntryError::NoSuchDocument)?, what))
    }

    pub(super) fn event_in(&self, unit: UnitId, what: What) -> Put {
        let stamp = Stamp {
            at: self.now.local_minute(),
            unit,
            team: self.assignment.grant.team,
        };
        Put::event(Event { what, stamp }.to_payload())
    }

    pub(super) fn birth(&self, typed: &str) -> Result<PartialDate, EntryError> {
        let year = self.now.local_day().date().0;
        PartialDate::parse_as_of(typed, u16::try_from(year).unwrap_or(u16::MAX))
            .map_err(|e| EntryError::Typed(e.code()))
    }
}

/// A write to one document that exists.
pub(super) fn existing(id: DocumentId, puts: Vec<Put>) -> Vec<DocumentWrite> {
    let target = Target::Existing(id);
    vec![DocumentWrite { target, puts }]
}

/// A text as it is stored; none empties the key.
pub(super) fn text(typed: &str) -> Result<Value, EntryError> {
    let text = TextField::clean(typed).map_err(|e| EntryError::Typed(e.code()))?;
    Ok(match text.is_empty() {
        true => Value::Null,
        false => Value::from(text.as_str()),
    })
}

/// The one with this stable name.
pub(super) fn named<T: Copy>(
    all: &[T],
    name: &str,
    name_of: impl Fn(T) -> &'static str,
) -> Result<T, EntryError> {
    let found = all.iter().copied().find(|one| name_of(*one) == name);
    found.ok_or(EntryError::UnknownName)
}
