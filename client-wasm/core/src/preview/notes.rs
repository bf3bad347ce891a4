//! Preview notes: who is given leave to look into what this phone hands out, and what a note that
//! came here opens.
//!
//! Only colleagues whom the server named as allowed to read the whole of the team's part get one. A
//! note stays as sealed as it came, so that what a colleague wrote is in clear in memory alone; it
//! is shown again after every unlock, until the server has the bundles.

use shared::bundle::{Bundle, SectionKey};
use shared::engine::Engine;
use shared::id::Audience;
use shared::limits::PREVIEW_BUNDLES_MAX;
use shared::names::Colleague;
use shared::preview::{PreviewKeys, PreviewNote};

use crate::custody::note_key;
use crate::effect::{Carried, Store};
use crate::input::PreviewKey;
use crate::work::{Work, delete};

impl<E: Engine> Work<'_, E> {
    /// One note for each colleague who may see what the team may, for these bundles.
    pub(crate) fn notes_for(&self, bundles: &[Carried]) -> Vec<Vec<u8>> {
        let outbox = &self.state.outbox.frozen;
        let opened = bundles.iter().filter_map(|carried| {
            let id = outbox.get(&carried.serial)?.id();
            Some((id, self.team_key(carried.serial)?))
        });
        // The newest are worth most to who stands there.
        let mut keys: Vec<_> = opened.collect();
        keys.drain(..keys.len().saturating_sub(PREVIEW_BUNDLES_MAX));
        if keys.is_empty() {
            return Vec::new();
        }
        let keys = PreviewKeys { keys };
        let names = self.state.names.iter();
        let colleagues = names.flat_map(|names| &names.colleagues);
        colleagues
            .filter_map(|colleague| self.note_to(colleague, &keys))
            .collect()
    }

    /// A request to hand out brings no randomness. The seed grows from the phone's secret and from
    /// all that is sealed and for whom: another text or reader has another seed, and the same gets
    /// the same note.
    fn note_to(&self, colleague: &Colleague, keys: &PreviewKeys) -> Option<Vec<u8>> {
        let sealing = colleague.sealing.as_ref()?;
        let plain = postcard::to_allocvec(keys).ok()?;
        let device = &self.state.device;
        let seed = device.seed_for("sampan/preview-seed", [&sealing.0, &plain]);
        keys.seal((colleague.device, sealing), seed).ok()
    }

    /// Keeps a note for this phone, and shows what it opens.
    pub(crate) fn take_note(&mut self, bytes: &[u8]) {
        let is_ours = PreviewNote::read(bytes)
            .is_ok_and(|note| note.device == self.state.device.id && self.opens(&note).is_some());
        if is_ours && self.keep_note(bytes) {
            self.show_note(bytes);
        }
    }

    /// Shows what the notes here open. Those of which the server has everything are let go.
    pub(crate) fn show_notes(&mut self) {
        for note in self.state.custody.notes() {
            if !self.show_note(&note) && self.state.custody.forget_note(&note) {
                self.write(delete(Store::Custody, &note_key(&note)));
            }
        }
    }

    /// Whether any of the bundles it opens is still carried here.
    fn show_note(&mut self, bytes: &[u8]) -> bool {
        let note = PreviewNote::read(bytes).ok();
        let Some(opened) = note.and_then(|note| self.opens(&note)) else {
            return false;
        };
        let mut is_carried = false;
        for (id, key) in opened.keys {
            if let Some(bundle) = self.state.custody.bundle(id) {
                is_carried = true;
                self.show_bundle(&bundle, key);
            }
        }
        is_carried
    }

    /// Shows a bundle that its author's key signed, if the server has told that key.
    fn show_bundle(&mut self, bytes: &[u8], key: SectionKey) {
        let (Ok(bundle), Some(names)) = (Bundle::read(bytes), self.state.names.clone()) else {
            return;
        };
        let author = bundle.header().serial.device;
        let Some(colleague) = names.colleague(author) else {
            return;
        };
        if let Ok(bundle) = bundle.verify(&colleague.signing) {
            let leave = PreviewKey {
                from: names.person(author).unwrap_or_default().to_owned(),
                audience: Audience::Team,
                key,
            };
            self.preview(&bundle, &leave);
        }
    }

    fn opens(&self, note: &PreviewNote<'_>) -> Option<PreviewKeys> {
        let mut keys = self.state.device.opening_keys();
        keys.find_map(|key| note.open(&key).ok())
    }
}
