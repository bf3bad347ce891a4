//! A phone in a few lines: it edits, seals, and folds what it pulls. It knows no outbox, no
//! loss, no second tab.

use std::collections::{BTreeMap, BTreeSet};

use shared::bundle::{BundleNumber, Draft, Section, Serial, seal};
use shared::change::Change;
use shared::disclosure::Disclosures;
use shared::engine::{Edit, Engine, RowEngine, Slot};
use shared::enrol::{EnrolAnswer, EnrolKeys, EnrolRequest, EnrolState, Invite};
use shared::entry::Entry;
use shared::event::{Event, Source, Stage, Stamp, Step, What};
use shared::facts::{Author, Batch, Detail, Form, Name, Origin, Outgoing, encode, spell};
use shared::id::{
    Audience, BundleId, Companion, DeviceId, DocumentId, Incarnation, StreamId, TeamId, UnitId,
};
use shared::key::Key;
use shared::kind::Kind;
use shared::news::News;
use shared::page::Rows;
use shared::pull::{Cursor, PullAnswer, PullRequest, Reply, Unsent};
use shared::receipt::{Outcome, Receipt, Verdict};
use shared::row::Row;
use shared::seal::{OpeningKey, SealingKey};
use shared::signed::{DeviceKey, DevicePublic, sign, verify};
use shared::time::UnixSeconds;
use shared::value::Value;
use shared::version::PROTOCOL;

/// 2023-11-20 08:00 in Vietnam.
pub const MORNING: UnixSeconds = UnixSeconds(1_700_442_000);

/// One written change with its document.
pub type Written = (Name, Change);

pub struct Phone {
    pub key: DeviceKey,
    keys: EnrolKeys,
    opening: OpeningKey,
    pub device: DeviceId,
    pub author: Author,
    pub unit: UnitId,
    created: u32,
    number: u32,
    previous: Option<BundleId>,
    before: Option<BundleId>,
    seals: u64,
    pub server: Option<(DevicePublic, SealingKey)>,
    /// What the phone shows: confirmed and its own.
    pub shown: Shown,
    /// What the server's log has, as far as it was pulled.
    confirmed: Shown,
    cursors: BTreeMap<StreamId, u64>,
    pub receipts_upto: u64,
    assignment: u32,
    /// The mark of the loans it says it has, and the numbers it says were seen.
    pub lent: u64,
    pub disclosures: Disclosures,
    /// What it says it has no receipt for.
    pub unsent: Option<Unsent>,
}

/// What the phone's screens show: rows by document, unions followed.
#[derive(Clone, Default)]
pub struct Shown {
    pub rows: BTreeMap<DocumentId, Row>,
    aliases: BTreeMap<DocumentId, DocumentId>,
    erased: BTreeSet<DocumentId>,
}

impl Shown {
    pub fn survivor(&self, id: DocumentId) -> DocumentId {
        self.aliases.get(&id).copied().unwrap_or(id)
    }
}

impl Rows for Shown {
    fn row(&self, document: &DocumentId) -> Row {
        let found = self.rows.get(&self.survivor(*document));
        found.cloned().unwrap_or_default()
    }

    fn show(&mut self, entry: &Entry) {
        match entry {
            Entry::Change(logged) => {
                let row = self.rows.entry(self.survivor(logged.document)).or_default();
                RowEngine.fold(row, &logged.change).unwrap();
            }
            Entry::United { survivor, joined } => {
                let other = self.rows.remove(joined).unwrap_or_default();
                self.rows.entry(*survivor).or_default().unite(other);
                self.aliases.insert(*joined, *survivor);
            }
            Entry::Erased { document } => {
                let survivor = self.survivor(*document);
                self.rows.remove(&survivor);
                self.erased.insert(survivor);
            }
            Entry::Refounded { from, to } => {
                self.rows.remove(from);
                self.aliases.insert(*from, *to);
            }
            other @ Entry::Moved { .. } => panic!("not in these tests: {other:?}"),
        }
    }
}

impl Phone {
    /// The key that answers and notes are sealed to.
    pub fn sealing(&self) -> SealingKey {
        self.opening.sealing()
    }

    pub fn new(seed: u8, unit: UnitId) -> Self {
        let key = DeviceKey::from_seed([seed; 32]);
        let opening = OpeningKey::from_bytes([seed; 32]);
        let keys = EnrolKeys {
            signing: key.public(),
            sealing: opening.sealing(),
        };
        let device = keys.device();
        Self {
            key,
            keys,
            opening,
            device,
            author: Author {
                device,
                incarnation: Incarnation(0),
            },
            unit,
            created: 0,
            number: 0,
            previous: None,
            before: None,
            seals: 0,
            server: None,
            shown: Shown::default(),
            confirmed: Shown::default(),
            cursors: BTreeMap::new(),
            receipts_upto: 0,
            assignment: 0,
            lent: 0,
            disclosures: Disclosures::default(),
            unsent: None,
        }
    }

    pub fn enrolment(&self, invite: &str) -> Vec<u8> {
        let invite: Invite = invite.parse().unwrap();
        sign(&EnrolRequest::new(self.keys, &invite), &self.key).unwrap()
    }

    pub fn enrolled(&mut self, invite: &str, answer: &[u8]) -> EnrolState {
        let invite: Invite = invite.parse().unwrap();
        let answer = EnrolAnswer::receive(answer, self.device, &invite).unwrap();
        self.server = Some((answer.server.signing, answer.server.sealing[0]));
        if let EnrolState::Pending(assignment) | EnrolState::Active(assignment) = &answer.state {
            self.follow(&assignment.streams);
        }
        answer.state
    }

    /// Asks for these streams from now on, too.
    pub fn follow(&mut self, streams: &[StreamId]) {
        for stream in streams {
            self.cursors.entry(*stream).or_default();
        }
    }

    /// The name of the next document the phone creates.
    pub fn new_name(&mut self) -> Name {
        let origin = Origin::Created(self.author, self.created);
        self.created += 1;
        Name {
            origin,
            companion: None,
        }
    }

    /// Writes puts upon what the phone shows and shows them.
    pub fn write(&mut self, name: Name, puts: Vec<(Slot, Value)>) -> Written {
        let document = name.document();
        let edit = Edit {
            actor: self.author.actor(document),
            time: MORNING,
            puts,
        };
        let shown = self.shown.survivor(document);
        let row = self.shown.rows.entry(shown).or_default();
        let change = RowEngine.edit(row, &edit).expect("something new");
        RowEngine.fold(row, &change).unwrap();
        (name, change)
    }

    /// A new dossier with its identity.
    pub fn resident(&mut self, name: &str, number: &str) -> Vec<Written> {
        let dossier = self.new_name();
        let identity = Name {
            companion: Some(Companion::Identity),
            ..dossier
        };
        let unit = u64::from(self.unit.0);
        let first = vec![
            put(Key::KIND, Kind::Dossier.code()),
            put(Key::UNIT, unit),
            put(Key::NAME, name),
            put(Key::BIRTH_YEAR, 1985),
            put(Key::LAST3, &number[9..]),
        ];
        let second = vec![
            put(Key::KIND, Kind::Identity.code()),
            put(Key::UNIT, unit),
            put(Key::NUMBER, number),
        ];
        vec![self.write(dossier, first), self.write(identity, second)]
    }

    /// A stage event on a dossier.
    pub fn step(&mut self, name: Name, step: Step) -> Written {
        let event = Event {
            what: What::Stage(Stage {
                step,
                on: None,
                source: Source::Witnessed,
            }),
            stamp: Stamp {
                at: MORNING.local_minute(),
                unit: self.unit,
                team: TeamId(1),
            },
        };
        let payload = Value::Bytes(event.to_payload());
        self.write(name, vec![(Slot::Event, payload)])
    }

    /// The changes in a batch for each audience that has some.
    pub fn batches(&self, written: &[Written]) -> Vec<(Audience, Batch)> {
        let is_police = |name: &Name| name.companion.is_some();
        Audience::ALL
            .into_iter()
            .filter_map(|audience| {
                let mine = |w: &&Written| is_police(&w.0) == (audience == Audience::Police);
                let outgoing: Vec<_> = written
                    .iter()
                    .filter(mine)
                    .map(|(name, change)| Outgoing {
                        name: *name,
                        author: self.author,
                        change,
                    })
                    .collect();
                let batch = (!outgoing.is_empty()).then(|| spell(&outgoing, Detail::Short))?;
                Some((audience, batch))
            })
            .collect()
    }

    /// The next bundle, with these changes.
    pub fn bundle(&mut self, written: &[Written]) -> Vec<u8> {
        let batches = self.batches(written);
        self.bundle_of(&batches)
    }

    /// The next bundle, with these batches.
    pub fn bundle_of(&mut self, batches: &[(Audience, Batch)]) -> Vec<u8> {
        let form = Form::Bundle(self.device);
        let plains = batches.iter().map(|(a, batch)| (*a, encode(batch, form)));
        self.bundle_saying(plains.collect())
    }

    /// Another bundle under the number of the last one, as a clone of the phone would seal it.
    pub fn sealed_again(&mut self, batches: &[(Audience, Batch)]) -> Vec<u8> {
        let (number, previous) = (self.number, self.previous);
        (self.number, self.previous) = (self.number - 1, self.before);
        let bundle = self.bundle_of(batches);
        (self.number, self.previous) = (number, previous);
        bundle
    }

    /// The next bundle, with these bytes in its sections.
    pub fn bundle_saying(&mut self, plains: Vec<(Audience, Vec<u8>)>) -> Vec<u8> {
        let draft = Draft {
            serial: Serial {
                device: self.device,
                incarnation: self.author.incarnation,
                number: BundleNumber(self.number),
            },
            previous: self.previous,
            sections: plains
                .into_iter()
                .map(|(audience, plain)| Section { audience, plain })
                .collect(),
        };
        self.seals += 1;
        let seed = shared::hash::digest("test seal", &[&self.seals.to_le_bytes()]);
        let to = self.server.expect("enrolled").1;
        let sealed = seal(&draft, &to, &self.key, seed).unwrap();
        self.number += 1;
        self.before = self.previous;
        self.previous = Some(sealed.id);
        sealed.bytes
    }

    pub fn receipt(&self, bytes: &[u8]) -> Receipt {
        verify(bytes, &self.server.expect("enrolled").0).unwrap()
    }

    pub fn outcomes(&self, bytes: &[u8]) -> Vec<Outcome> {
        match self.receipt(bytes).verdict {
            Verdict::Taken(outcomes) => outcomes.to_vec(),
            other => panic!("not taken: {other:?}"),
        }
    }

    pub fn pull_request(&self, wait_seconds: u8) -> Vec<u8> {
        self.request(wait_seconds, Reply::Open)
    }

    /// A request whose answer a courier cannot read.
    pub fn request_by_courier(&self) -> Vec<u8> {
        self.request(0, Reply::Sealed)
    }

    /// What the courier brought back.
    pub fn news(&self, bytes: &[u8]) -> Vec<u8> {
        let news = News::read(bytes).unwrap();
        assert_eq!(news.device, self.device);
        news.open(&self.opening).unwrap()
    }

    fn request(&self, wait_seconds: u8, reply: Reply) -> Vec<u8> {
        let cursor = |(stream, upto): (&StreamId, &u64)| Cursor {
            stream: *stream,
            upto: *upto,
        };
        let request = PullRequest {
            protocol: PROTOCOL,
            device: self.device,
            incarnation: self.author.incarnation,
            at: MORNING,
            assignment: self.assignment,
            epoch: 1,
            cursors: self.cursors.iter().map(cursor).collect(),
            receipts_upto: self.receipts_upto,
            wait_seconds,
            bytes_max: 256 * 1024,
            reply,
            lent: self.lent,
            disclosures: self.disclosures.clone(),
            unsent: self.unsent,
        };
        sign(&request, &self.key).unwrap()
    }

    /// An answer, read and nothing done with it.
    pub fn answer(&self, bytes: &[u8]) -> PullAnswer {
        let answer: PullAnswer = verify(bytes, &self.server.expect("enrolled").0).unwrap();
        assert_eq!(answer.device, self.device);
        answer
    }

    /// Folds an answer. Everything of the phone's own must be in the log by now.
    pub fn pulled(&mut self, bytes: &[u8]) -> PullAnswer {
        let answer = self.answer(bytes);
        if let Some(assignment) = &answer.assignment {
            self.assignment = assignment.version;
            self.follow(&assignment.streams);
        }
        for page in &answer.pages {
            page.entries(&mut self.confirmed).unwrap();
            self.cursors.insert(page.stream, page.upto);
        }
        self.receipts_upto = answer.receipts_upto;
        self.shown.rows.extend(self.confirmed.rows.clone());
        self.shown.aliases = self.confirmed.aliases.clone();
        let aliases = &self.shown.aliases;
        let erased = &self.confirmed.erased;
        let is_gone = |id: &DocumentId| aliases.contains_key(id) || erased.contains(id);
        self.shown.rows.retain(|id, _| !is_gone(id));
        answer
    }
}

pub fn put(key: Key, value: impl Into<Value>) -> (Slot, Value) {
    (Slot::Key(key), value.into())
}
