//! An author whose key this side holds: a console account, an import run, a demo phone.
//!
//! Every author is a device. Whatever one of these writes becomes automerge changes, facts and a
//! sealed bundle here, and comes in through the same door as a phone's. An author numbers its
//! documents and bundles without gap or repetition as long as its [`Progress`] is kept. It knows
//! no store, clock or randomness.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::bundle::{BundleNumber, Draft, SealError, Section, Serial, seal};
use shared::change::Change;
use shared::engine::{Edit, Engine as _, RowEngine, Slot};
use shared::enrol::{EnrolKeys, EnrolRequest, Invite};
use shared::event::Event;
use shared::facts::{self, Detail, Form, Name, Origin, Outgoing};
use shared::hash::digest;
use shared::id::{Audience, BundleId, Companion, DeviceId, DocumentId, Incarnation, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::limits::{FREEZE_BYTES_MAX, FREEZE_CHANGES_MAX};
use shared::row::Row;
use shared::seal::{OpeningKey, SealingKey};
use shared::signed::{DeviceKey, MessageTooLong, sign};
use shared::time::UnixSeconds;
use shared::value::Value;

mod enrol;

pub use enrol::AuthorStanding;
pub(crate) use enrol::device_record;

/// A device that writes here.
#[derive(Debug)]
pub struct Author {
    key: DeviceKey,
    sealing: SealingKey,
    server: SealingKey,
    progress: Progress,
    /// What the author has been shown and has written, by document.
    rows: BTreeMap<DocumentId, Row>,
    /// Records no sealed bundle has yet.
    open: Vec<Vec<Written>>,
}

/// How far an author is: what must outlive the process so that nothing is numbered twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Which of its lives this is.
    pub incarnation: Incarnation,
    /// The number of the next document it creates.
    pub next_document: u32,
    /// The number of the next bundle.
    pub next_bundle: BundleNumber,
    /// The bundle before that; `None` before the first.
    pub previous: Option<BundleId>,
}

impl Progress {
    /// A life that has written nothing yet.
    #[must_use]
    pub fn of_new(incarnation: Incarnation) -> Self {
        Self {
            incarnation,
            next_document: 0,
            next_bundle: BundleNumber::default(),
            previous: None,
        }
    }
}

/// What one save writes to one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The document.
    pub name: Name,
    /// What to put, in order, no key twice.
    pub puts: Vec<(Slot, Value)>,
}

/// A sealed bundle with what its sealer knows about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedBundle {
    /// The bundle.
    pub bytes: Vec<u8>,
    /// Saves in it.
    pub records: usize,
    /// Changes in it, all sections together.
    pub changes: usize,
    /// The facts of each section before sealing.
    pub facts: Vec<SectionFacts>,
}

/// How one section's facts were spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionFacts {
    /// The codec's number.
    pub codec: u8,
    /// How long they are, codec number included.
    pub bytes: usize,
}

/// The author has written more to the document than the row shows: show it a newer row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the row shown lacks the author's own last change: read the document again")]
pub struct StaleRow;

/// One change of a record, still to be sealed.
#[derive(Debug)]
struct Written {
    name: Name,
    change: Change,
}

impl Author {
    /// The author grown from a secret of 32 random bytes, in one of its lives, writing to the
    /// server with the sealing key `server`.
    #[must_use]
    pub fn from_secret(secret: &[u8; 32], progress: Progress, server: SealingKey) -> Self {
        Self {
            key: signing_key(secret),
            sealing: opening_key(secret).sealing(),
            server,
            progress,
            rows: BTreeMap::new(),
            open: Vec::new(),
        }
    }

    /// The keys of the author grown from this secret, in every life.
    #[must_use]
    pub fn keys_of(secret: &[u8; 32]) -> EnrolKeys {
        EnrolKeys {
            signing: signing_key(secret).public(),
            sealing: opening_key(secret).sealing(),
        }
    }

    /// The key with which the author grown from this secret signs.
    #[must_use]
    pub fn signing(secret: &[u8; 32]) -> DeviceKey {
        signing_key(secret)
    }

    /// The signed request by which the author grown from this secret becomes a device.
    ///
    /// # Errors
    /// [`MessageTooLong`]: never for a request.
    pub fn enrolment(secret: &[u8; 32], invite: &Invite) -> Result<Vec<u8>, MessageTooLong> {
        let request = EnrolRequest::new(Self::keys_of(secret), invite);
        sign(&request, &signing_key(secret))
    }

    /// The keys the server knows it by.
    #[must_use]
    pub fn keys(&self) -> EnrolKeys {
        EnrolKeys {
            signing: self.key.public(),
            sealing: self.sealing,
        }
    }

    /// Which device and life it is.
    #[must_use]
    pub fn life(&self) -> facts::Author {
        facts::Author {
            device: self.keys().device(),
            incarnation: self.progress.incarnation,
        }
    }

    /// Which device it is.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.life().device
    }

    /// How far it is. Keep it before handing a sealed bundle to anybody.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The name of the next document it creates.
    pub fn new_document(&mut self) -> Name {
        let n = self.progress.next_document;
        self.progress.next_document += 1;
        Name {
            origin: Origin::Created(self.life(), n),
            companion: None,
        }
    }

    /// What it knows of a document.
    #[must_use]
    pub fn row(&self, document: DocumentId) -> Option<&Row> {
        self.rows.get(&document)
    }

    /// Shows it a document; what it saves next is written upon that, so that anything written
    /// meanwhile by others shows as a conflict and is not overwritten.
    ///
    /// # Errors
    /// [`StaleRow`]; what it knew before stays.
    pub fn show(&mut self, document: DocumentId, row: Row) -> Result<(), StaleRow> {
        let actor = self.life().actor(document);
        let own = |row: &Row| row.actors.get(&actor).map_or(0, |state| state.seq);
        if self
            .rows
            .get(&document)
            .is_some_and(|known| own(known) > own(&row))
        {
            return Err(StaleRow);
        }
        self.rows.insert(document, row);
        Ok(())
    }

    /// Saves one record at `time` and keeps it for the next bundle; writes that change nothing
    /// are left out. Gives the number of changes.
    pub fn save(&mut self, time: UnixSeconds, writes: Vec<Write>) -> usize {
        let mut record = Vec::with_capacity(writes.len());
        for Write { name, puts } in writes {
            let document = name.document();
            let edit = Edit {
                actor: self.life().actor(document),
                time,
                puts,
            };
            let row = self.rows.entry(document).or_default();
            let Some(change) = RowEngine.edit(row, &edit) else {
                continue;
            };
            RowEngine
                .fold(row, &change)
                .expect("a change folds into the row it was written upon");
            record.push(Written { name, change });
        }
        let changes = record.len();
        if changes > 0 {
            self.open.push(record);
        }
        changes
    }

    /// Records no sealed bundle has yet.
    #[must_use]
    pub fn unsealed_records(&self) -> usize {
        self.open.len()
    }

    /// Seals the next bundle, as many open records as a phone would put into one; `None` if
    /// nothing is open. `seed`: fresh random bytes.
    ///
    /// # Errors
    /// [`SealError`]; nothing is sealed then and the records stay open.
    pub fn seal(&mut self, seed: [u8; 32]) -> Result<Option<SealedBundle>, SealError> {
        if self.open.is_empty() {
            return Ok(None);
        }
        let (records, sections) = self.next_sections();
        let facts = sections.iter().map(|section| SectionFacts {
            codec: section.plain.first().copied().unwrap_or_default(),
            bytes: section.plain.len(),
        });
        let facts = facts.collect();
        let Progress {
            incarnation,
            next_bundle: number,
            previous,
            ..
        } = self.progress.clone();
        let serial = Serial {
            device: self.device(),
            incarnation,
            number,
        };
        let draft = Draft {
            serial,
            previous,
            sections,
        };
        let sealed = seal(&draft, &self.server, &self.key, seed)?;
        self.progress.previous = Some(sealed.id);
        self.progress.next_bundle = number.next().ok_or(SealError::Previous)?;
        let changes = self.open.drain(..records).map(|record| record.len()).sum();
        Ok(Some(SealedBundle {
            bytes: sealed.bytes,
            records,
            changes,
            facts,
        }))
    }

    /// Seals everything that is open.
    ///
    /// # Errors
    /// As [`Self::seal`].
    pub fn seal_all(&mut self, seed: [u8; 32]) -> Result<Vec<SealedBundle>, SealError> {
        let mut bundles = Vec::new();
        // A seed may serve several seals: each is mixed with what it seals.
        while let Some(bundle) = self.seal(seed)? {
            bundles.push(bundle);
        }
        Ok(bundles)
    }

    /// The sections of the next bundle and how many of the open records they say.
    fn next_sections(&self) -> (usize, Vec<Section>) {
        let mut changes = 0;
        let within = self.open.iter().take_while(|record| {
            changes += record.len();
            changes <= FREEZE_CHANGES_MAX
        });
        let mut records = within.count().max(1);
        loop {
            let sections = self.sections(&self.open[..records]);
            let bytes: usize = sections.iter().map(|section| section.plain.len()).sum();
            if bytes <= FREEZE_BYTES_MAX || records == 1 {
                return (records, sections);
            }
            // Facts grow about evenly with records, so this ends after a step or two.
            let fitting = records * FREEZE_BYTES_MAX / bytes;
            records = fitting.clamp(1, records - 1);
        }
    }

    fn sections(&self, records: &[Vec<Written>]) -> Vec<Section> {
        let form = Form::Bundle(self.device());
        let section = |audience: Audience| {
            let outgoing: Vec<_> = records
                .iter()
                .flatten()
                .filter(|written| audience_of(&written.name) == audience)
                .map(|written| Outgoing {
                    name: written.name,
                    author: self.life(),
                    change: &written.change,
                })
                .collect();
            let plain = || facts::encode(&facts::spell(&outgoing, Detail::Short), form);
            (!outgoing.is_empty()).then(|| Section {
                audience,
                plain: plain(),
            })
        };
        Audience::ALL.into_iter().filter_map(section).collect()
    }
}

fn signing_key(secret: &[u8; 32]) -> DeviceKey {
    DeviceKey::from_seed(digest("sampan/author-signing", &[secret]))
}

fn opening_key(secret: &[u8; 32]) -> OpeningKey {
    OpeningKey::from_bytes(digest("sampan/author-opening", &[secret]))
}

/// Companions are the police's, everything else is the team's.
fn audience_of(name: &Name) -> Audience {
    match name.companion {
        Some(Companion::Identity | Companion::Case) => Audience::Police,
        None => Audience::Team,
    }
}

/// The name of a document that somebody else created.
#[must_use]
pub fn elsewhere(document: DocumentId) -> Name {
    Name {
        origin: Origin::Elsewhere(document),
        companion: None,
    }
}

impl Write {
    /// The first write of a document: what it is and where it belongs.
    #[must_use]
    pub fn founding(name: Name, kind: Kind, unit: UnitId) -> Self {
        Self::to(name)
            .put(Key::KIND, kind.code())
            .put(Key::UNIT, u64::from(unit.0))
    }

    /// A write to a document that exists.
    #[must_use]
    pub fn to(name: Name) -> Self {
        Self {
            name,
            puts: Vec::new(),
        }
    }

    /// Puts a value.
    #[must_use]
    pub fn put(mut self, key: Key, value: impl Into<Value>) -> Self {
        self.puts.push((Slot::Key(key), value.into()));
        self
    }

    /// Puts a value where there is one.
    #[must_use]
    pub fn put_some(self, key: Key, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.put(key, value),
            None => self,
        }
    }

    /// Adds an event.
    #[must_use]
    pub fn event(mut self, event: &Event) -> Self {
        self.puts
            .push((Slot::Event, Value::Bytes(event.to_payload())));
        self
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shared::id::TeamId;
    use shared::permission::{Grant, Role};
    use shared::receipt::{Outcome, Receipt, RejectReason, Verdict};
    use shared::signed::verify;

    use super::*;
    use crate::demo::units;
    use crate::ledger::device::DeviceState;
    use crate::ledger::document::Found;
    use crate::secrets::Secrets;
    use crate::server::{Circumstances, Foundation, Server};
    use crate::store::Memory;
    use crate::writer::Writer;

    const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
    const HAMLET: UnitId = UnitId(3);
    const UNITS: &str = "id,code,kind,name,parent,valid_from,valid_to,successors\n\
        1,94,province,A,,,,\n2,00001,commune,B,1,,,\n3,,hamlet,C,2,,,\n";

    fn server() -> Server<Memory> {
        let store = Memory::new();
        let foundation = Foundation {
            secrets: Arc::new(Secrets::from_master(&[1; 32])),
            units: units::parse(UNITS).unwrap(),
            epoch: 1,
        };
        Server::new(store.clone(), Writer::direct(store), foundation)
    }

    async fn author(server: &Server<Memory>, secret: u8, role: Role) -> Author {
        let progress = Progress::of_new(Incarnation(0));
        let sealing = server.ledger().secrets().public().sealing[0];
        let author = Author::from_secret(&[secret; 32], progress, sealing);
        let standing = AuthorStanding {
            grant: Grant {
                role,
                units: vec![UnitId(1)],
                team: TeamId(0),
            },
            state: DeviceState::Active,
            label: String::new(),
        };
        server
            .enrol_author(author.keys(), standing, NOW)
            .await
            .unwrap();
        author
    }

    async fn hand_in(server: &Server<Memory>, author: &mut Author) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for bundle in author.seal_all([9; 32]).unwrap() {
            let circumstances = Circumstances {
                now: NOW,
                seed: [2; 32],
            };
            let receipt = server
                .take_bundle(&bundle.bytes, circumstances)
                .await
                .unwrap();
            let signing = server.ledger().secrets().public().signing;
            let receipt: Receipt = verify(&receipt, &signing).unwrap();
            let Verdict::Taken(taken) = receipt.verdict else {
                panic!("{:?}", receipt.verdict);
            };
            outcomes.extend(taken.to_vec());
        }
        outcomes
    }

    async fn row(server: &Server<Memory>, document: DocumentId) -> Row {
        match server.ledger().document(document).await.unwrap() {
            Found::Document(found) => found.row,
            other => panic!("{other:?}"),
        }
    }

    fn resident(author: &mut Author, name: &str) -> DocumentId {
        let dossier = author.new_document();
        let identity = Name {
            companion: Some(Companion::Identity),
            ..dossier
        };
        author.save(
            NOW,
            vec![
                Write::founding(dossier, Kind::Dossier, HAMLET).put(Key::NAME, name),
                Write::founding(identity, Kind::Identity, HAMLET).put(Key::OLD_NUMBER, "012345678"),
            ],
        );
        dossier.document()
    }

    #[tokio::test]
    async fn everything_saved_is_stored_however_many_bundles_it_takes() {
        let server = server();
        let mut phone = author(&server, 1, Role::TeamMember).await;
        let people: Vec<_> = (0..200)
            .map(|n| resident(&mut phone, &format!("Người {n}")))
            .collect();
        assert_eq!(
            hand_in(&server, &mut phone).await,
            vec![Outcome::Stored; 400]
        );
        assert!(phone.progress().next_bundle.0 >= 4);
        for person in people {
            assert_eq!(Some(&row(&server, person).await), phone.row(person));
        }
    }

    #[tokio::test]
    async fn an_edit_upon_what_a_page_showed_never_hides_a_phones() {
        let server = server();
        let mut phone = author(&server, 1, Role::TeamMember).await;
        let mut desk = author(&server, 2, Role::CommunePolice).await;
        let person = resident(&mut phone, "Lan");
        hand_in(&server, &mut phone).await;
        desk.show(person, row(&server, person).await).unwrap();
        for (author, typed) in [(&mut phone, "Lan Anh"), (&mut desk, "Lan Em")] {
            let write = Write::to(elsewhere(person)).put(Key::NAME, typed);
            author.save(NOW, vec![write]);
            assert_eq!(hand_in(&server, author).await, [Outcome::Stored]);
        }
        assert!(row(&server, person).await.is_conflicted(&Key::NAME));
        desk.show(person, row(&server, person).await).unwrap();
        desk.save(
            NOW,
            vec![Write::to(elsewhere(person)).put(Key::NAME, "Lan")],
        );
        hand_in(&server, &mut desk).await;
        assert!(!row(&server, person).await.is_conflicted(&Key::NAME));
    }

    #[tokio::test]
    async fn a_resumed_author_goes_on_where_it_stopped() {
        let server = server();
        let mut first = author(&server, 1, Role::TeamMember).await;
        let before = resident(&mut first, "Lan");
        hand_in(&server, &mut first).await;
        let sealing = server.ledger().secrets().public().sealing[0];
        let mut second = Author::from_secret(&[1; 32], first.progress().clone(), sealing);
        let after = resident(&mut second, "Hoa");
        second.show(before, row(&server, before).await).unwrap();
        second.save(
            NOW,
            vec![Write::to(elsewhere(before)).put(Key::NAME, "Mai")],
        );
        assert_eq!(hand_in(&server, &mut second).await, [Outcome::Stored; 3]);
        assert_ne!(before, after);
        assert_eq!(second.show(before, Row::default()), Err(StaleRow));
    }

    #[tokio::test]
    async fn what_was_sent_before_is_known_and_another_change_in_its_place_a_fork() {
        let server = server();
        let mut phone = author(&server, 1, Role::TeamMember).await;
        let person = resident(&mut phone, "Lan");
        hand_in(&server, &mut phone).await;
        let shown = row(&server, person).await;
        let edit = |author: &mut Author, name: &str| {
            let write = Write::to(elsewhere(person)).put(Key::NAME, name);
            author.save(NOW, vec![write]);
        };
        for name in ["Lan Anh", "Lan Em"] {
            edit(&mut phone, name);
            hand_in(&server, &mut phone).await;
        }
        let sealing = server.ledger().secrets().sealing();
        let mut restored = Author::from_secret(&[1; 32], phone.progress().clone(), sealing);
        restored.show(person, shown).unwrap();
        edit(&mut restored, "Lan Anh");
        assert_eq!(hand_in(&server, &mut restored).await, [Outcome::Known]);
        edit(&mut restored, "Mai");
        let bundle = restored.seal([9; 32]).unwrap().unwrap();
        let circumstances = Circumstances {
            now: NOW,
            seed: [2; 32],
        };
        let receipt = server.take_bundle(&bundle.bytes, circumstances).await;
        let receipt: Receipt = verify(
            &receipt.unwrap(),
            &server.ledger().secrets().public().signing,
        )
        .unwrap();
        let Verdict::Rejected(rejection) = receipt.verdict else {
            panic!("{:?}", receipt.verdict);
        };
        assert_eq!(rejection.reason, RejectReason::Fork);
    }

    #[tokio::test]
    async fn writes_that_change_nothing_make_no_bundle() {
        let server = server();
        let mut phone = author(&server, 1, Role::TeamMember).await;
        let person = resident(&mut phone, "Lan");
        phone.seal_all([3; 32]).unwrap();
        let write = Write::to(elsewhere(person)).put(Key::NAME, "Lan");
        assert_eq!(phone.save(NOW, vec![write]), 0);
        assert_eq!(phone.seal([3; 32]), Ok(None));
    }
}
