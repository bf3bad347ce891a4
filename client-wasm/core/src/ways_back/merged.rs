//! Several changes of one document as one edit.

use shared::event::{Event, What};
use shared::id::EventId;
use shared::key::Key;
use shared::row::Row;
use shared::sorted::SortedMap;
use shared::value::Value;

use super::with_new_event;
use crate::input::{Place, Put};
use crate::mine::Own;

/// Several changes as one edit: of each key the last value.
#[derive(Default)]
pub(super) struct Merged {
    pub(super) kept: SortedMap<Place, Put>,
    /// What the new document has without a value: it was taken out there on purpose.
    pub(super) removed: SortedMap<Place, Put>,
}

impl Merged {
    pub(super) fn add(&mut self, own: &Own, survivor: &Row) {
        for op in &own.change.ops {
            let shared::change::Action::Put(value) = &op.action else {
                continue;
            };
            if [Key::KIND, Key::UNIT].contains(&op.key) {
                continue;
            }
            let place = Place::Key(op.key.clone());
            let Some(value) = self.without_void(value) else {
                continue;
            };
            let put = with_new_event(Put::key(op.key.clone(), value));
            // A value that replaced one, where the new document has none: the key was taken out
            // on purpose. Of a document that is never shown here nobody can tell.
            let taken_out =
                !op.preds.is_empty() && !survivor.is_empty() && survivor.live(&op.key).is_empty();
            let of_own_making = self.kept.contains_key(&place);
            let side = match taken_out && !of_own_making {
                true => &mut self.removed,
                false => &mut self.kept,
            };
            side.insert(place, put);
        }
    }

    /// The value; of a void what it names besides events that are only now made again, and so get
    /// other ids: those are left out instead. `None` if nothing remains to be said.
    fn without_void(&mut self, value: &Value) -> Option<Value> {
        let event = value.as_bytes().map(Event::from_payload);
        let Some(Ok(Event {
            what: What::Void(mut void),
            stamp,
        })) = event
        else {
            return Some(value.clone());
        };
        let place = |event: &EventId| Place::Key(Key::event(*event));
        (void.events).retain(|event| self.kept.remove(&place(event)).is_none());
        let what = What::Void(void.clone());
        let payload = || Event { what, stamp }.to_payload();
        (!void.events.is_empty()).then(|| Value::Bytes(payload()))
    }
}
