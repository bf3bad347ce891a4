//! A phone with storage that tests can make fail, and the server's half of each conversation
//! made from `shared` alone.

use std::collections::{BTreeMap, VecDeque};

use shared::bundle::{Bundle, Serial};
use shared::engine::RowEngine;
use shared::enrol::{Assignment, EnrolAnswer, EnrolRequest, EnrolState, Invite, ServerKeys};
use shared::event::{Event, Stamp, Visit, VisitResult, What};
use shared::facts::{Form, decode};
use shared::id::{Audience, BundleId, Companion, DocumentId, StreamId, TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::permission::{Grant, Role};
use shared::receipt::{Outcome, Outcomes, Receipt, Verdict};
use shared::seal::{OpeningKey, OpeningKeys};
use shared::signed::{self, DeviceKey, DevicePublic};
use shared::time::UnixSeconds;
use shared::value::Value;

use crate::effect::{Carried, Effect, Notice, StorageFailure, Store, Write};
use crate::input::{
    DocumentWrite, DossierTarget, History, Input, PostAnswer, Put, Record, Save, Target,
};
use crate::practice;
use crate::{Client, NotSaved};

pub(super) const HAMLET: UnitId = UnitId(42);

pub(super) fn stream(audience: Audience) -> StreamId {
    StreamId {
        unit: HAMLET,
        audience,
    }
}

/// What storage does with the next transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Works,
    Full,
    /// The transaction is done or not, and nobody hears of it.
    Silent {
        done: bool,
    },
}

pub(super) struct Phone {
    pub(super) client: Client<RowEngine>,
    pub(super) disk: BTreeMap<(Store, Vec<u8>), Vec<u8>>,
    pub(super) mood: Mood,
    pub(super) now: UnixSeconds,
    pub(super) shown: Vec<Notice>,
    pub(super) posts: VecDeque<(Serial, Vec<u8>)>,
    pub(super) handed_out: Vec<Carried>,
    /// The request that goes with what is handed out.
    pub(super) request: Option<Vec<u8>>,
    /// Preview notes that go with it.
    pub(super) notes: Vec<Vec<u8>>,
    pub(super) errands: VecDeque<Vec<u8>>,
    pub(super) pulls: usize,
    /// The request of the last of them.
    pub(super) last_pull: Vec<u8>,
    /// Look-ups and changes of keys.
    pub(super) asked: Vec<Vec<u8>>,
    pub(super) asks_for_names: usize,
    /// When the phone wants to be woken.
    pub(super) alarm: Option<UnixSeconds>,
    enrol: Option<Vec<u8>>,
    pub(super) public: Option<DevicePublic>,
    seeds: u64,
}

impl Phone {
    /// A phone that nobody has used.
    pub(super) fn blank(number: u8) -> Self {
        let mut phone = Self {
            client: Client::new(RowEngine),
            disk: BTreeMap::new(),
            mood: Mood::Works,
            now: UnixSeconds(1_700_000_000),
            shown: Vec::new(),
            posts: VecDeque::new(),
            handed_out: Vec::new(),
            request: None,
            notes: Vec::new(),
            errands: VecDeque::new(),
            pulls: 0,
            last_pull: Vec::new(),
            asked: Vec::new(),
            asks_for_names: 0,
            alarm: None,
            enrol: None,
            public: None,
            seeds: u64::from(number) << 32,
        };
        phone.restart(History::Certain);
        phone
    }

    /// What a phone with some invite asks a server with.
    pub(super) fn requesting(number: u8) -> Vec<u8> {
        let mut phone = Self::blank(number);
        let invite = Invite::from_bytes([number; 16]).to_string();
        let seed = phone.seed();
        phone.give(Input::Enrol { invite, seed });
        phone.enrol.take().unwrap()
    }

    /// A phone in the hamlet that does not exist.
    pub(super) fn practising(number: u8) -> Self {
        let mut phone = Self::blank(number);
        let invite = practice::invite().to_string();
        let seed = phone.seed();
        phone.give(Input::Enrol { invite, seed });
        let request = phone.enrol.take().unwrap();
        let keys = EnrolRequest::receive(&request).unwrap().keys;
        phone.public = Some(keys.signing);
        let bytes = practice::enrolled(&request).unwrap();
        let seed = phone.seed();
        phone.give(Input::EnrolAnswered { bytes, seed });
        phone
    }

    /// A phone at work in [`HAMLET`], following these audiences.
    pub(super) fn enrolled(number: u8, audiences: &[Audience]) -> Self {
        let mut phone = Self::blank(number);
        let invite = Invite::from_bytes([number; 16]);
        let seed = phone.seed();
        phone.give(Input::Enrol {
            invite: invite.to_string(),
            seed,
        });
        let request = EnrolRequest::receive(&phone.enrol.take().unwrap()).unwrap();
        phone.public = Some(request.keys.signing);
        let role = match audiences.contains(&Audience::Police) {
            true => Role::CommunePolice,
            false => Role::TeamMember,
        };
        let assignment = Assignment {
            version: 1,
            grant: Grant {
                role,
                units: vec![HAMLET],
                team: TeamId(1),
            },
            streams: audiences.iter().map(|a| stream(*a)).collect(),
        };
        let answer = EnrolAnswer::new(
            request.keys.device(),
            1,
            EnrolState::Active(assignment),
            ServerKeys {
                signing: server_key().public(),
                sealing: vec![opening_key().sealing()],
            },
            &invite.key(),
        );
        let seed = phone.seed();
        phone.give(Input::EnrolAnswered {
            bytes: signed::sign(&answer, &server_key()).unwrap(),
            seed,
        });
        phone
    }

    pub(super) fn seed(&mut self) -> [u8; 32] {
        self.seeds += 1;
        shared::hash::digest("test", &[&self.seeds.to_le_bytes()])
    }

    /// The process dies and comes back with what storage has.
    pub(super) fn restart(&mut self, history: History) {
        self.lock(history);
        self.unlock();
    }

    pub(super) fn lock(&mut self, history: History) {
        self.mood = Mood::Works;
        self.client = Client::new(RowEngine);
        let records = self.disk.iter().map(|((store, key), value)| Record {
            store: *store,
            key: key.clone(),
            value: value.clone(),
        });
        let stored = records.filter(|r| Store::READ_AT_START.contains(&r.store));
        let stored = stored.collect();
        let seed = self.seed();
        self.give(Input::Start {
            stored,
            history,
            seed,
        });
    }

    pub(super) fn unlock(&mut self) {
        let seed = self.seed();
        self.give(Input::Unlock {
            data_key: [7; 32],
            seed,
        });
    }

    pub(super) fn give(&mut self, input: Input) {
        let mut effects: VecDeque<_> = self.client.handle(input, self.now).into();
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Store { ticket, writes } => {
                    if let Some(answer) = self.store(ticket, writes) {
                        effects.extend(self.client.handle(answer, self.now));
                    }
                }
                Effect::Post { serial, bytes } => self.posts.push_back((serial, bytes)),
                Effect::Pull { bytes } => {
                    self.pulls += 1;
                    self.last_pull = bytes;
                }
                Effect::AskNames { .. } => self.asks_for_names += 1,
                Effect::LookUp { bytes } | Effect::Rekey { bytes } => self.asked.push(bytes),
                Effect::Enrol { bytes } => self.enrol = Some(bytes),
                Effect::HandOut {
                    bundles,
                    request,
                    notes,
                } => {
                    self.handed_out.extend(bundles);
                    self.request = request;
                    self.notes = notes;
                }
                Effect::Errand { bytes } => self.errands.push_back(bytes),
                Effect::Schedule { at } => {
                    assert!(at > self.now);
                    self.alarm = Some(at);
                }
                Effect::Show(notice) => self.shown.push(notice),
            }
        }
    }

    fn store(&mut self, ticket: crate::Ticket, writes: Vec<Write>) -> Option<Input> {
        match self.mood {
            Mood::Full => return Some(Input::StoreFailed(ticket, StorageFailure::Full)),
            Mood::Silent { done: false } => return None,
            Mood::Silent { done: true } | Mood::Works => {}
        }
        for write in writes {
            match write {
                Write::Put { store, key, value } => {
                    self.disk.insert((store, key), value);
                }
                Write::Delete { store, key } => {
                    self.disk.remove(&(store, key));
                }
                Write::DeletePrefix { store, prefix } => {
                    self.disk
                        .retain(|(s, key), _| *s != store || !key.starts_with(&prefix));
                }
            }
        }
        (self.mood == Mood::Works).then_some(Input::Stored(ticket))
    }

    pub(super) fn save(&mut self, tag: u32, writes: Vec<DocumentWrite>) {
        let seed = self.seed();
        let save = Save { tag, writes };
        self.give(Input::Save { save, seed });
    }

    /// Saves a new dossier and returns its id.
    pub(super) fn add_resident(&mut self, name: &str) -> DocumentId {
        self.save(0, vec![new_dossier(name)]);
        self.saved_documents()[0]
    }

    /// Saves a new dossier with its identity in one save.
    pub(super) fn add_resident_with_number(&mut self, name: &str, number: &str) -> DocumentId {
        let identity = DocumentWrite {
            target: Target::Companion {
                which: Companion::Identity,
                of: DossierTarget::Written(0),
            },
            puts: vec![Put::key(Key::NUMBER, Value::from(number))],
        };
        self.save(0, vec![new_dossier(name), identity]);
        self.saved_documents()[0]
    }

    pub(super) fn put(&mut self, document: DocumentId, key: Key, value: Value) {
        let write = DocumentWrite {
            target: Target::Existing(document),
            puts: vec![Put::key(key, value)],
        };
        self.save(0, vec![write]);
    }

    /// The documents of the save shown last.
    pub(super) fn saved_documents(&self) -> Vec<DocumentId> {
        match self.shown.iter().rev().find_map(|notice| match notice {
            Notice::Saved { documents, .. } => Some(documents.clone()),
            _ => None,
        }) {
            Some(documents) => documents,
            None => panic!("nothing was saved: {:?}", self.shown),
        }
    }

    pub(super) fn not_saved(&self) -> Option<NotSaved> {
        self.shown.iter().rev().find_map(|notice| match notice {
            Notice::NotSaved { reason, .. } => Some(*reason),
            _ => None,
        })
    }

    /// Has everything due go out, and returns the bundle that is now on its way.
    pub(super) fn send(&mut self) -> Option<(Serial, Vec<u8>)> {
        let seed = self.seed();
        self.give(Input::Reachable { seed });
        self.posts.pop_front()
    }

    pub(super) fn answer(&mut self, serial: Serial, receipt: Vec<u8>) {
        let seed = self.seed();
        self.give(Input::Posted {
            serial,
            answer: PostAnswer::Receipt(receipt),
            seed,
        });
    }

    pub(super) fn receive(&mut self, receipt: Vec<u8>) {
        let seed = self.seed();
        self.give(Input::Receipt {
            bytes: receipt,
            seed,
        });
    }

    /// How many changes a sealed bundle of this phone has, counted as the server would.
    pub(super) fn changes_in(&self, bytes: &[u8]) -> usize {
        let bundle = Bundle::read(bytes).unwrap();
        let device = bundle.header().serial.device;
        let verified = bundle.verify(&self.public.unwrap()).unwrap();
        let keys = OpeningKeys::new(vec![opening_key()]);
        let sections = verified.open(&keys).unwrap();
        let counts = sections.iter().map(|section| {
            let batch = decode(&section.plain, Form::Bundle(device)).unwrap();
            batch.facts.len()
        });
        counts.sum()
    }

    /// Sends one bundle and has every change in it answered alike.
    pub(super) fn send_and_hear(&mut self, outcome: Outcome) -> Serial {
        let (serial, bytes) = self.send().expect("something waits");
        let outcomes = vec![outcome; self.changes_in(&bytes)];
        self.answer(serial, receipt(serial, &bytes, &outcomes));
        serial
    }
}

pub(super) fn new_dossier(name: &str) -> DocumentWrite {
    DocumentWrite {
        target: Target::New {
            kind: Kind::Dossier,
            unit: HAMLET,
        },
        puts: vec![Put::key(Key::NAME, Value::from(name))],
    }
}

/// A visit, as an event's payload.
pub(super) fn visit() -> Put {
    let event = Event {
        what: What::Visit(Visit {
            result: VisitResult::Met,
            note: String::new(),
        }),
        stamp: Stamp {
            at: UnixSeconds(1_700_000_000).local_minute(),
            unit: HAMLET,
            team: TeamId(1),
        },
    };
    Put::event(event.to_payload())
}

pub(super) fn server_key() -> DeviceKey {
    DeviceKey::from_seed([0x55; 32])
}

pub(super) fn opening_key() -> OpeningKey {
    OpeningKey::from_bytes([0x66; 32])
}

pub(super) fn receipt(serial: Serial, bytes: &[u8], outcomes: &[Outcome]) -> Vec<u8> {
    let outcomes = Outcomes::new(outcomes.to_vec()).unwrap();
    verdict(serial, bytes, Verdict::Taken(outcomes))
}

pub(super) fn verdict(serial: Serial, bytes: &[u8], verdict: Verdict) -> Vec<u8> {
    let receipt = Receipt {
        epoch: 1,
        serial,
        bundle: BundleId::of(bytes),
        received: UnixSeconds(1_700_000_100),
        verdict,
        backed_up_to: None,
        sealing_keys: vec![opening_key().sealing()],
        wipe: None,
    };
    signed::sign(&receipt, &server_key()).unwrap()
}
