//! Which of a document's events count.
//!
//! An event counts unless a standing void names it. A void stands unless any void names
//! it: one level deep, so undoing a void brings back what it named, and undoing *that* needs a
//! new void. The rule needs no order and no clock, so all devices agree at once.

use super::{Event, What};
use crate::id::EventId;
use crate::row::Row;
use crate::sorted::SortedMap;
use crate::time::LocalMinute;

/// One event of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowEvent {
    /// Its id.
    pub id: EventId,
    /// What it says.
    pub event: Event,
}

/// An event that does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voided {
    /// The event.
    pub event: RowEvent,
    /// When the latest void that names it was written.
    pub at: LocalMinute,
}

/// A document's readable events. Payloads this build cannot read are left out; they stay in
/// the row and count once a later build reads them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Events {
    /// Those that count, by time, then id.
    pub valid: Vec<RowEvent>,
    /// Those that do not, by time, then id.
    pub voided: Vec<Voided>,
}

impl RowEvent {
    /// What a list of events is ordered by: time, then id.
    #[must_use]
    pub fn order(&self) -> (LocalMinute, EventId) {
        (self.event.stamp.at, self.id)
    }
}

impl Events {
    /// The events of `row`.
    #[must_use]
    pub fn of(row: &Row) -> Self {
        let read = |(id, payload)| {
            let event = Event::from_payload(payload).ok()?;
            Some(RowEvent { id, event })
        };
        let mut entries: Vec<RowEvent> = row.events().filter_map(read).collect();
        entries.sort_by_key(RowEvent::order);
        Self::sorted_out(entries)
    }

    fn sorted_out(entries: Vec<RowEvent>) -> Self {
        let named = latest_naming(voids(&entries));
        let standing =
            latest_naming(voids(&entries).filter(|(void, _)| !named.contains_key(&void.id)));
        let mut events = Self::default();
        for entry in entries {
            let naming = if entry.is_void() { &named } else { &standing };
            match naming.get(&entry.id).copied() {
                Some(at) => events.voided.push(Voided { event: entry, at }),
                None => events.valid.push(entry),
            }
        }
        events
    }
}

impl RowEvent {
    fn is_void(&self) -> bool {
        matches!(self.event.what, What::Void(_))
    }
}

fn voids(entries: &[RowEvent]) -> impl Iterator<Item = (&RowEvent, &[EventId])> {
    entries.iter().filter_map(|entry| match &entry.event.what {
        What::Void(void) => Some((entry, void.events.as_slice())),
        _ => None,
    })
}

/// For each event that `voids` name, when the latest of them was written.
fn latest_naming<'a>(
    voids: impl Iterator<Item = (&'a RowEvent, &'a [EventId])>,
) -> SortedMap<EventId, LocalMinute> {
    let mut latest = SortedMap::new();
    for (void, ids) in voids {
        for id in ids {
            let at = latest.get_or_insert(*id, || void.event.stamp.at);
            *at = void.event.stamp.at.max(*at);
        }
    }
    latest
}
