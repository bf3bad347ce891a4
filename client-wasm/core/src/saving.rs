//! Saving: from what a person entered to changes, a journal record and a sealed bundle.

use std::collections::BTreeSet;

use shared::check::check_put;
use shared::engine::{Edit, Engine, Slot};
use shared::event::{Event, EventKind};
use shared::facts::{Detail, Name, Origin};
use shared::id::{Audience, Companion, DocumentId, EventId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::limits::CHANGE_OPS_MAX;
use shared::permission::{Operation, may_write};
use shared::time::UnixSeconds;
use shared::value::Value;

use crate::effect::{NotSaved, Notice};
use crate::input::{DocumentWrite, DossierTarget, Place, Put, Save, Target};
use crate::limits::SAVE_WRITES_MAX;
use crate::mine::{Own, OwnId, OwnState};
use crate::work::Work;

impl<E: Engine> Work<'_, E> {
    /// Works a save out. On an error the candidate must be dropped.
    pub(crate) fn save(&mut self, save: &Save) -> Result<(), NotSaved> {
        if !self.state.knows_server() {
            return Err(NotSaved::NotEnrolled);
        }
        if save.writes.len() > SAVE_WRITES_MAX {
            return Err(NotSaved::TooLarge);
        }
        let record = self.next_save();
        let mut documents = Vec::new();
        let mut ids = Vec::new();
        for write in &save.writes {
            let subject = self.subject(&write.target, &documents)?;
            documents.push(subject.document);
            let puts = self.checked(write, subject.kind)?;
            self.note_superseding(&subject.document, &write.puts);
            let at = self.now;
            if let Some(id) = self.edit(record, ids.len(), subject, puts, at)? {
                ids.push(id);
            }
        }
        if ids.is_empty() {
            return Err(NotSaved::Nothing);
        }
        self.place(&ids, Detail::Short)
            .map_err(|_| NotSaved::TooLarge)?;
        self.show(Notice::Saved {
            tag: save.tag,
            record,
            documents,
        });
        Ok(())
    }

    pub(crate) fn next_save(&mut self) -> u64 {
        let record = self.state.device.next_save;
        self.state.device.next_save += 1;
        self.touch_device();
        record
    }

    /// Makes one change and adds it to *mine*; `None` if there is nothing to change.
    pub(crate) fn edit(
        &mut self,
        save: u64,
        index: usize,
        subject: Subject,
        puts: Vec<(Slot, Value)>,
        at: UnixSeconds,
    ) -> Result<Option<OwnId>, NotSaved> {
        let author = self.state.device.author();
        let row = self.row(&subject.document);
        let first = match &subject.begins {
            Some(begins) if row.is_empty() => begins.puts(),
            _ => Vec::new(),
        };
        let edit = Edit {
            actor: author.actor(subject.document),
            time: at,
            puts: first.into_iter().chain(puts).collect(),
        };
        let Some(change) = self.engine.edit(&row, &edit) else {
            return Ok(None);
        };
        let id = OwnId {
            save,
            index: u16::try_from(index).map_err(|_| NotSaved::TooLarge)?,
        };
        let serial = self.state.device.next_serial();
        let own = Own {
            id,
            document: subject.document,
            name: subject.name,
            audience: subject.audience,
            author,
            hash: change.hash(),
            change,
            serial,
            state: OwnState::Waiting,
        };
        self.add_own(at, own);
        Ok(Some(id))
    }

    /// How an existing document is named in a bundle written now.
    pub(crate) fn name_of(&self, root: &DocumentId) -> Name {
        // A document whose beginning is not confirmed yet is known to the server by its author
        // and number only.
        let begun_here = self.state.mine.of(root).find(|own| own.document == *root);
        begun_here.map_or(elsewhere(*root), |own| own.name)
    }

    fn subject(&mut self, target: &Target, written: &[DocumentId]) -> Result<Subject, NotSaved> {
        match target {
            Target::New { kind, .. } if kind.is_companion() => Err(NotSaved::BadValue),
            Target::New { kind, unit } => Ok(self.new_subject(*kind, *unit)),
            Target::Companion { which, of } => self.companion_subject(*which, of, written),
            Target::Existing(id) => {
                let root = self.existing(id)?;
                let kind = self.row(&root).kind().or(self.state.previews.kind(&root));
                let kind = kind.ok_or(NotSaved::NoSuchDocument)?;
                Ok(Subject {
                    document: root,
                    name: self.name_of(&root),
                    kind,
                    audience: kind.audience(),
                    begins: None,
                })
            }
        }
    }

    /// A document that nothing is known of yet, under a name that was never used.
    pub(crate) fn new_subject(&mut self, kind: Kind, unit: UnitId) -> Subject {
        let origin = self.unused_origin();
        self.touch_device();
        Subject {
            document: origin.document(),
            name: Name {
                origin,
                companion: None,
            },
            kind,
            audience: kind.audience(),
            begins: Some(Begins::of(kind, unit)),
        }
    }

    /// The next name of this life. One that the server has shown already was given by a copy of
    /// this phone, or by this one before it was set back: whoever bears it is somebody else.
    fn unused_origin(&mut self) -> Origin {
        let author = self.state.device.author();
        let next = self.state.device.documents_created;
        let origin = |n: &u32| Origin::Created(author, *n);
        let is_unused = |n: &u32| {
            let document = origin(n).document();
            self.root(&document) == document && self.row(&document).is_empty()
        };
        // No more are left out than this phone has documents.
        let n = (next..u32::MAX).find(is_unused).unwrap_or(next);
        self.state.device.documents_created = n.saturating_add(1);
        if n > next {
            self.show(Notice::Copied);
        }
        origin(&n)
    }

    fn companion_subject(
        &self,
        which: Companion,
        of: &DossierTarget,
        written: &[DocumentId],
    ) -> Result<Subject, NotSaved> {
        let dossier = match of {
            DossierTarget::Existing(id) => self.existing(id)?,
            DossierTarget::Written(at) => *written.get(*at).ok_or(NotSaved::NoSuchDocument)?,
        };
        let row = self.row(&dossier);
        let unit = row.unit().ok_or(NotSaved::NoSuchDocument)?;
        if row.kind() != Some(Kind::Dossier) {
            return Err(NotSaved::NoSuchDocument);
        }
        let kind = Kind::of_companion(which);
        let document = self.root(&dossier.companion(which));
        let name = Name {
            companion: Some(which),
            ..self.name_of(&dossier)
        };
        Ok(Subject {
            document,
            // After a union the companion may go on under an id that this dossier does not derive.
            name: if name.document() == document {
                name
            } else {
                elsewhere(document)
            },
            kind,
            audience: kind.audience(),
            begins: Some(Begins::of(kind, unit)),
        })
    }

    /// The puts of a write, if all of them are such that the gate takes them from this person.
    fn checked(&self, write: &DocumentWrite, kind: Kind) -> Result<Vec<(Slot, Value)>, NotSaved> {
        // Two more ops are put before these in a new document.
        if write.puts.len() + 2 > CHANGE_OPS_MAX {
            return Err(NotSaved::TooLarge);
        }
        if let Target::New { .. } = write.target {
            self.allowed(kind, Operation::Create)?;
        }
        let mut keys = BTreeSet::new();
        for put in &write.puts {
            let key = match &put.place {
                Place::Key(key) if [Key::KIND, Key::UNIT].contains(key) => {
                    return Err(NotSaved::BadValue);
                }
                Place::Key(key) if !keys.insert(key) => return Err(NotSaved::TooLarge),
                Place::Key(key) => key.clone(),
                Place::Event => Key::event(ANY_EVENT),
            };
            check_put(kind, &key, &put.value).map_err(|_| NotSaved::BadValue)?;
            match event_kind(&key, &put.value) {
                Some(event) => self.allowed(kind, Operation::AddEvent(event))?,
                None => self.allowed(kind, Operation::Write(&key))?,
            }
        }
        Ok(slots(write.puts.clone()))
    }

    fn allowed(&self, kind: Kind, operation: Operation<'_>) -> Result<(), NotSaved> {
        let assignment = self.state.device.assignment.as_ref();
        let role = assignment.ok_or(NotSaved::NotEnrolled)?.grant.role;
        match may_write(role, kind, operation) {
            true => Ok(()),
            false => Err(NotSaved::NotAllowed),
        }
    }

    /// The root of a document this phone knows, even if only by a colleague's preview.
    fn existing(&self, id: &DocumentId) -> Result<DocumentId, NotSaved> {
        let root = self.root(id);
        if self.state.confirmed.is_erased(&root) {
            return Err(NotSaved::Erased);
        }
        let known = self.state.confirmed.held(&root).is_some()
            || (self.state.mine.of(&root)).any(|own| !matches!(own.state, OwnState::Rebasing(_)))
            || self.state.previews.has(&root);
        known.then_some(root).ok_or(NotSaved::NoSuchDocument)
    }
}

/// The document an edit is about.
pub(crate) struct Subject {
    pub(crate) document: DocumentId,
    pub(crate) name: Name,
    pub(crate) kind: Kind,
    pub(crate) audience: Audience,
    /// What is put first if the document does not exist yet.
    pub(crate) begins: Option<Begins>,
}

/// The first values of a document.
#[derive(Clone, Copy)]
pub(crate) struct Begins {
    pub(crate) kind: Kind,
    pub(crate) unit: UnitId,
}

impl Begins {
    pub(crate) fn of(kind: Kind, unit: UnitId) -> Self {
        Self { kind, unit }
    }

    fn puts(&self) -> Vec<(Slot, Value)> {
        vec![
            (Slot::Key(Key::KIND), Value::Uint(self.kind.code())),
            (Slot::Key(Key::UNIT), Value::Uint(u64::from(self.unit.0))),
        ]
    }
}

pub(crate) fn elsewhere(id: DocumentId) -> Name {
    Name {
        origin: Origin::Elsewhere(id),
        companion: None,
    }
}

/// The puts that would make `change` again on another row: values under the keys they had, so
/// that events keep their ids.
pub(crate) fn puts_of(change: &shared::change::Change) -> Vec<Put> {
    let values = change.ops.iter().filter_map(|op| match &op.action {
        shared::change::Action::Put(value) => Some(Put::key(op.key.clone(), value.clone())),
        _ => None,
    });
    values.collect()
}

/// The puts for the engine.
pub(crate) fn slots(puts: Vec<Put>) -> Vec<(Slot, Value)> {
    let slots = puts.into_iter().map(|put| (put.place.into(), put.value));
    slots.collect()
}

/// Stands for the id that an event gets from the op that will write it.
const ANY_EVENT: EventId = EventId([0; 8]);

fn event_kind(key: &Key, value: &Value) -> Option<EventKind> {
    key.event_id()?;
    let event = Event::from_payload(value.as_bytes()?).ok()?;
    Some(event.kind())
}
