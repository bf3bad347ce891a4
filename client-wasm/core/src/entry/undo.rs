//! How a save is taken back, as soon as it is saved.

use shared::change::Action;
use shared::engine::Engine;
use shared::event::{Void, VoidReason, What};
use shared::id::DocumentId;
use shared::key::Key;
use shared::permission::{Operation, may_write};
use shared::value::Value;

use super::desk::Desk;
use super::{EntryError, Undo, UndoPart};
use crate::client::Client;
use crate::input::{DocumentWrite, Put, Target};
use crate::mine::Own;

impl<E: Engine> Client<E> {
    /// How the record is taken back; `None` if it cannot be: it is confirmed already, a new
    /// dossier, a choice, or more than the person's role may do. Ask as soon as it is saved.
    pub fn undo_of(&self, record: u64) -> Option<Undo> {
        let save = self.state()?.mine.save(record)?;
        let parts = save.changes.iter().map(|own| self.undo_part(own));
        parts
            .collect::<Option<Vec<_>>>()
            .map(|parts| Undo { parts })
    }

    fn undo_part(&self, own: &Own) -> Option<UndoPart> {
        let state = self.state()?;
        let document = state.confirmed.root(&own.document);
        if own.change.deps.is_empty() {
            return self.withdrawal(document);
        }
        let mut row = state.confirmed.row(&document).unwrap_or_default();
        for earlier in state.mine.of(&document).take_while(|one| one.id != own.id) {
            let _ = self.engine.fold(&mut row, &earlier.change);
        }
        let (mut events, mut before) = (Vec::new(), Vec::new());
        for op in &own.change.ops {
            match op.key.event_id() {
                Some(event) => events.push(event),
                None if op.preds.len() > 1 || op.action == Action::Keep => return None,
                None => before.push((
                    op.key.clone(),
                    row.get(&op.key).cloned().unwrap_or(Value::Null),
                )),
            }
        }
        events.sort_unstable();
        Some(UndoPart {
            document,
            events,
            before,
        })
    }

    /// A document that is only just begun is taken back whole.
    fn withdrawal(&self, document: DocumentId) -> Option<UndoPart> {
        let role = self.assignment()?.grant.role;
        let kind = self.row(&document).kind()?;
        let may = may_write(role, kind, Operation::Write(&Key::WITHDRAWN));
        may.then(|| UndoPart {
            document,
            events: Vec::new(),
            before: vec![(Key::WITHDRAWN, Value::Bool(true))],
        })
    }
}

impl<E: Engine> Desk<'_, E> {
    pub(super) fn undo(&self, undo: &Undo) -> Result<Vec<DocumentWrite>, EntryError> {
        let writes = undo.parts.iter().map(|part| {
            let before = part.before.iter();
            let mut puts: Vec<Put> = before
                .map(|(key, value)| Put::key(key.clone(), value.clone()))
                .collect();
            if !part.events.is_empty() {
                let void = Void {
                    events: part.events.clone(),
                    reason: VoidReason::Mistake,
                };
                puts.push(self.event(&part.document, What::Void(void))?);
            }
            let target = Target::Existing(part.document);
            Ok(DocumentWrite { target, puts })
        });
        writes.collect()
    }
}
