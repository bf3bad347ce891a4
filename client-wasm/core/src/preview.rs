//! Previews: a colleague's work as it will be, shown and never stored as confirmed.
//!
//! Edits never build on a preview, so that a refusal of the colleague's work strands nobody. A
//! preview lasts until all of it is confirmed here; what a note opened is opened again after every
//! unlock.

mod notes;

use std::sync::Arc;

use shared::bundle::Bundle;
use shared::change::Action;
use shared::engine::{Engine, Slot};
use shared::facts::{Author, Base, Batch, Detail, Fact, Form, decode};
use shared::id::DocumentId;
use shared::key::Key;
use shared::kind::Kind;
use shared::receipt::RefuseReason;
use shared::row::{Cell, Row};
use shared::sorted::SortedMap;
use shared::value::Value;

use crate::device::Superseding;
use crate::effect::Notice;
use crate::input::{Place, PreviewKey, Put};
use crate::limits::SUPERSEDING_MAX;
use crate::saving::Subject;
use crate::work::Work;

/// What a colleague wrote on one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Preview {
    pub(crate) from: String,
    pub(crate) puts: Vec<Put>,
}

/// Previews by document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Previews(Arc<SortedMap<DocumentId, Vec<Preview>>>);

impl Previews {
    pub(crate) fn has(&self, document: &DocumentId) -> bool {
        self.0.contains_key(document)
    }

    pub(crate) fn of(&self, document: &DocumentId) -> &[Preview] {
        self.0.get(document).map_or(&[], Vec::as_slice)
    }

    /// What is shown of a document besides what is confirmed of it.
    pub(crate) fn beside<'a>(
        &'a self,
        document: &DocumentId,
        confirmed: &'a Row,
    ) -> impl Iterator<Item = &'a Preview> {
        let is_confirmed = |put: &Put| match &put.place {
            Place::Key(key) => {
                let live = confirmed.live(key).iter();
                live.clone().any(|cell| cell.value == put.value)
            }
            Place::Event => {
                let payload = put.value.as_bytes();
                confirmed.events().any(|(_, event)| Some(event) == payload)
            }
        };
        let previews = self.of(document).iter();
        previews.filter(move |preview| !preview.puts.iter().all(is_confirmed))
    }

    /// What a colleague put under the key last.
    pub(crate) fn last(&self, document: &DocumentId, key: &Key) -> Option<&Value> {
        let puts = self.of(document).iter().flat_map(|preview| &preview.puts);
        let found = puts.rev().find(|put| put.place == Place::Key(key.clone()));
        found.map(|put| &put.value)
    }

    /// Documents that a colleague wrote on.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &DocumentId> {
        self.0.keys()
    }

    /// What a colleague says the document is.
    pub(crate) fn kind(&self, document: &DocumentId) -> Option<Kind> {
        let puts = self.of(document).iter().flat_map(|preview| &preview.puts);
        let mut kinds = puts.filter(|put| put.place == Place::Key(Key::KIND));
        kinds.find_map(|put| Kind::from_code(put.value.as_uint()?))
    }

    pub(crate) fn forget(&mut self, document: &DocumentId) {
        if self.has(document) {
            Arc::make_mut(&mut self.0).remove(document);
        }
    }

    fn add(&mut self, document: DocumentId, preview: Preview) {
        let previews = Arc::make_mut(&mut self.0).get_or_insert(document, Vec::new);
        if !previews.contains(&preview) {
            previews.push(preview);
        }
    }
}

impl<E: Engine> Work<'_, E> {
    /// Opens the section whose key was given and shows what is in it.
    pub(crate) fn preview(&mut self, bundle: &Bundle<'_>, leave: &PreviewKey) {
        let section = match bundle.open_section(leave.audience, &leave.key) {
            Ok(section) => section,
            Err(error) => return self.show(Notice::Unusable(error.code().to_owned())),
        };
        let device = bundle.header().serial.device;
        let batch = match decode(&section.plain, Form::Bundle(device)) {
            Ok(batch) => batch,
            Err(error) => return self.show(Notice::Unusable(error.code().to_owned())),
        };
        for fact in &batch.facts {
            let Some(document) = self.named(&batch, fact) else {
                continue;
            };
            let preview = Preview {
                from: leave.from.clone(),
                puts: puts(fact, &batch.authors, document),
            };
            let root = self.root(&document);
            self.state.previews.add(root, preview);
        }
        self.show(Notice::Changed);
    }

    /// Remembers which previewed values an edit is meant to replace.
    pub(crate) fn note_superseding(&mut self, document: &DocumentId, puts: &[Put]) {
        let previewed = self.state.previews.of(document).iter();
        let shown: Vec<Put> = previewed.flat_map(|preview| preview.puts.clone()).collect();
        for put in puts {
            let Place::Key(key) = &put.place else {
                continue;
            };
            let over = shown.iter().rfind(|other| other.place == put.place);
            let Some(over) = over.filter(|over| over.value != put.value) else {
                continue;
            };
            let superseding = &mut self.state.device.superseding;
            superseding.retain(|known| (&known.document, &known.key) != (document, key));
            if superseding.len() < SUPERSEDING_MAX {
                superseding.push(Superseding {
                    document: *document,
                    key: key.clone(),
                    over: over.value.clone(),
                    value: put.value.clone(),
                });
            }
        }
    }

    /// Settles conflicts between an own value and the previewed one it was meant to replace,
    /// once that is confirmed and still the only other one.
    pub(crate) fn supersede(&mut self) {
        let waiting = core::mem::take(&mut self.state.device.superseding);
        for one in waiting {
            let root = self.root(&one.document);
            let row = self.row(&root);
            let live = row.live(&one.key);
            let has = |value: &Value| live.iter().any(|cell| cell.value == *value);
            if !has(&one.over) {
                self.state.device.superseding.push(one);
                continue;
            }
            self.touch_device();
            let expected = |cell: &Cell| [&one.over, &one.value].contains(&&cell.value);
            if has(&one.value) && live.iter().all(expected) {
                self.put_again(root, &one);
            }
        }
    }

    fn put_again(&mut self, root: DocumentId, one: &Superseding) {
        let save = self.next_save();
        let Some(kind) = self.row(&root).kind() else {
            return;
        };
        let subject = Subject {
            document: root,
            name: self.name_of(&root),
            kind,
            audience: kind.audience(),
            begins: None,
        };
        let puts = vec![(Slot::Key(one.key.clone()), one.value.clone())];
        if let Ok(Some(id)) = self.edit(save, 0, subject, puts, self.now)
            && self.place(&[id], Detail::Short).is_err()
        {
            self.refuse(id, RefuseReason::Dependent);
        }
    }

    /// The document a fact means, if this phone can tell.
    fn named(&self, batch: &Batch, fact: &Fact) -> Option<DocumentId> {
        let base = match fact.document.base {
            Base::Full(id) => id,
            Base::Created { author, n } => {
                let author = batch.authors.get(author)?;
                DocumentId::created(author.device, author.incarnation, n)
            }
            Base::Prefix(prefix) => {
                let roots = self.state.confirmed.roots();
                let mut fitting = roots.filter(|id| id.0.starts_with(&prefix));
                let first = fitting.next()?;
                if fitting.any(|other| other != first) {
                    return None;
                }
                first
            }
        };
        let companion = fact.document.companion;
        Some(companion.map_or(base, |which| base.companion(which)))
    }
}

fn puts(fact: &Fact, authors: &[Author], document: DocumentId) -> Vec<Put> {
    let ops = fact.ops_for(authors, document).into_iter();
    let values = ops.filter_map(|(slot, action)| match action {
        Action::Put(value) => Some((slot, value)),
        Action::Keep | Action::Delete => None,
    });
    values
        .map(|(slot, value)| Put {
            place: match slot {
                Slot::Key(key) => Place::Key(key),
                Slot::Event => Place::Event,
            },
            value,
        })
        .collect()
}
