//! One phone: the real client core, a disk that survives it, a clock that may be wrong.

use std::collections::{BTreeMap, VecDeque};

use client_core::Client;
use client_core::effect::{Carried, Effect, Notice, StorageFailure};
use client_core::input::{History, Input, Leave, PostAnswer, PreviewKey, Save, Spared};
use serde::{Deserialize, Serialize};
use shared::bundle::Serial;
use shared::disclosure::Way;
use shared::engine::Engine;
use shared::id::{Audience, DocumentId};
use shared::parcel::{Item, Sort, pack};
use shared::time::UnixSeconds;

use super::disk::Disk;
use super::luck::Luck;

/// What goes wrong at one of a phone's transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The app dies before it: it never happened.
    DiesBefore,
    /// The app dies after it, before it heard of it.
    DiesAfter,
    /// It fails and is told, and so do the next ones.
    Fails(StorageFailure),
    /// It is said to be done and is not. No software survives that; it is here to see whether
    /// the checks do notice.
    Lies,
}

impl Trouble {
    /// Those that software has to survive.
    pub const ALL: [Self; 4] = [
        Self::DiesBefore,
        Self::DiesAfter,
        Self::Fails(StorageFailure::Full),
        Self::Fails(StorageFailure::Broken),
    ];
}

/// How many transactions fail before there is room again.
const FAILING_TRANSACTIONS: usize = 3;

/// What a phone wants to send.
#[derive(Debug, Clone)]
pub enum Outbound {
    Post {
        serial: Serial,
        bytes: Vec<u8>,
    },
    Pull {
        bytes: Vec<u8>,
    },
    Enrol {
        bytes: Vec<u8>,
    },
    LookUp {
        bytes: Vec<u8>,
    },
    Rekey {
        bytes: Vec<u8>,
    },
    /// A bundle in somebody's pocket; its receipt comes back the same way, or never.
    Carried(Carried),
    /// Everything unsent with a question for news, in somebody's pocket.
    Parcel(Vec<u8>),
}

/// One phone and its owner.
pub struct Phone<'e, E> {
    pub name: &'static str,
    engine: &'e E,
    client: Client<&'e E>,
    pub disk: Disk,
    luck: Luck,
    data_key: [u8; 32],
    /// Seconds its clock is ahead.
    pub skew_seconds: i64,
    pub tick_at: Option<UnixSeconds>,
    pub outbound: Vec<Outbound>,
    /// Saves shown as saved: tag to the documents they wrote.
    pub saved: BTreeMap<u32, Vec<DocumentId>>,
    pub not_saved: Vec<Notice>,
    pub notices: Vec<Notice>,
    pub check_code: Option<String>,
    /// Transactions asked for so far, and what goes wrong at which.
    pub transactions: usize,
    trouble: Option<(usize, Trouble)>,
    /// What the present start was told of the past, until something is written.
    history: History,
    next_tag: u32,
    copy: Option<Copy>,
    /// Files that colleagues gave, as they lie among the downloads.
    pub given: Vec<Carried>,
    /// The question for news that was handed out last.
    request: Option<Vec<u8>>,
}

/// A phone's storage as it was, and what had been saved by then.
#[derive(Debug, Clone)]
struct Copy {
    disk: Disk,
    saved: BTreeMap<u32, Vec<DocumentId>>,
}

/// All that is stored on one phone, with the key that its PIN would open.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    pub data_key: [u8; 32],
    /// The position of the store among all, key, value.
    pub records: Vec<(u8, Vec<u8>, Vec<u8>)>,
    /// What was shown as saved: tag to documents.
    pub saved: Vec<(u32, Vec<DocumentId>)>,
}

impl<'e, E: Engine> Phone<'e, E> {
    /// A phone with empty storage, started and unlocked.
    pub fn new(name: &'static str, engine: &'e E, mut luck: Luck) -> Self {
        let data_key = luck.seed();
        let mut phone = Self {
            name,
            engine,
            client: Client::new(engine),
            disk: Disk::default(),
            luck,
            data_key,
            skew_seconds: 0,
            tick_at: None,
            outbound: Vec::new(),
            saved: BTreeMap::new(),
            not_saved: Vec::new(),
            notices: Vec::new(),
            check_code: None,
            transactions: 0,
            trouble: None,
            history: History::Certain,
            next_tag: 1,
            copy: None,
            given: Vec::new(),
            request: None,
        };
        phone.restart(History::Certain, UnixSeconds(0));
        phone
    }

    /// Another phone with the same storage, which finds out that it is a copy.
    pub fn copied(&self, luck: Luck, now: UnixSeconds) -> Self {
        let mut copy = Self::new(self.name, self.engine, luck);
        copy.data_key = self.data_key;
        copy.disk = self.disk.clone();
        copy.saved = self.saved.clone();
        copy.next_tag = self.next_tag;
        copy.restart(History::Uncertain, now);
        copy
    }

    /// All that is stored on it, to be put away.
    pub fn kept(&self) -> Kept {
        Kept {
            data_key: self.data_key,
            records: self.disk.records(),
            saved: self.saved.clone().into_iter().collect(),
        }
    }

    /// A phone on what one of another version stored.
    pub fn taken_up(
        (name, engine): (&'static str, &'e E),
        luck: Luck,
        kept: Kept,
        now: UnixSeconds,
    ) -> Self {
        let mut phone = Self::new(name, engine, luck);
        phone.data_key = kept.data_key;
        phone.disk = Disk::of(kept.records);
        phone.saved = kept.saved.into_iter().collect();
        phone.next_tag = phone.saved.keys().max().map_or(1, |last| last + 1);
        phone.restart(History::Certain, now);
        phone
    }

    /// The app is killed and started again; what was not durable is gone.
    pub fn restart(&mut self, history: History, now: UnixSeconds) {
        self.history = history;
        self.lock(now);
        let (data_key, seed) = (self.data_key, self.luck.seed());
        self.feed(Input::Unlock { data_key, seed }, now);
    }

    /// Whoever holds it does not know the PIN, or gives it away: what is stored of people goes. It
    /// stays locked.
    pub fn forgets_its_pin(&mut self, spared: Spared, now: UnixSeconds) {
        self.lock(now);
        self.feed(Input::Erase(spared), now);
    }

    /// A new PIN makes a new key; what cannot be read with it must be nobody's.
    pub fn begins_anew(&mut self, name: &'static str, now: UnixSeconds) {
        self.name = name;
        self.data_key = self.luck.seed();
        self.saved.clear();
        self.lock(now);
        let (data_key, seed) = (self.data_key, self.luck.seed());
        self.feed(Input::Unlock { data_key, seed }, now);
        assert!(self.client.is_open(), "{:?}", self.notices);
    }

    /// Whether this phone's key opens another's storage.
    pub fn opens(&mut self, other: &Disk, now: UnixSeconds) -> bool {
        let mut client = Client::new(self.engine);
        let (stored, seed) = (other.read_at_start(), self.luck.seed());
        let history = History::Certain;
        client.handle(
            Input::Start {
                stored,
                history,
                seed,
            },
            now,
        );
        let data_key = self.data_key;
        client.handle(Input::Unlock { data_key, seed }, now);
        client.is_open()
    }

    /// The app is killed and started again, and nobody gives the PIN.
    fn lock(&mut self, now: UnixSeconds) {
        self.client = Client::new(self.engine);
        self.outbound.clear();
        self.tick_at = None;
        let (stored, history) = (self.disk.read_at_start(), self.history);
        let seed = self.luck.seed();
        self.feed(
            Input::Start {
                stored,
                history,
                seed,
            },
            now,
        );
    }

    /// Something goes wrong after so many more transactions went well.
    pub fn meets(&mut self, trouble: Trouble, after: usize) {
        self.trouble = Some((self.transactions + after, trouble));
    }

    /// The owner starts the app again, whatever it was doing.
    pub fn starts_anew(&mut self, now: UnixSeconds) {
        self.trouble = None;
        self.restart(self.history, now);
    }

    /// What goes wrong at the transaction asked for now.
    fn trouble_now(&mut self) -> Option<Trouble> {
        let number = self.transactions;
        self.transactions += 1;
        let (at, trouble) = self.trouble?;
        let last = match trouble {
            Trouble::Fails(_) => at + FAILING_TRANSACTIONS - 1,
            Trouble::DiesBefore | Trouble::DiesAfter | Trouble::Lies => at,
        };
        if number >= last {
            self.trouble = None;
        }
        (number >= at).then_some(trouble)
    }

    /// Reads for screens.
    pub fn client(&self) -> &Client<&'e E> {
        &self.client
    }

    /// Saves; returns the documents written once it is shown as saved.
    pub fn save(&mut self, save: Save, now: UnixSeconds) -> Option<Vec<DocumentId>> {
        let tag = self.next_tag;
        self.next_tag += 1;
        let seed = self.luck.seed();
        self.feed(
            Input::Save {
                save: Save { tag, ..save },
                seed,
            },
            now,
        );
        self.saved.get(&tag).cloned()
    }

    pub fn reachable(&mut self, now: UnixSeconds) {
        let seed = self.luck.seed();
        self.feed(Input::Reachable { seed }, now);
    }

    /// The owner gives everything unsent to somebody who travels.
    pub fn hand_out(&mut self, now: UnixSeconds) {
        let leave = Leave::CarryOnly;
        self.feed(Input::HandOut { leave }, now);
    }

    /// The owner gives everything unsent to a colleague, who may look at the team's part.
    pub fn hand_over(&mut self, now: UnixSeconds) -> Vec<Carried> {
        let before = std::mem::take(&mut self.outbound);
        let leave = Leave::LookAtTeam;
        self.feed(Input::HandOut { leave }, now);
        let mut given = Vec::new();
        for message in std::mem::replace(&mut self.outbound, before) {
            match message {
                Outbound::Carried(bundle) => given.push(bundle),
                other => self.outbound.push(other),
            }
        }
        given
    }

    /// The owner packs everything unsent for somebody who travels.
    pub fn packs(&mut self, now: UnixSeconds) {
        let before = std::mem::take(&mut self.outbound);
        self.hand_out(now);
        let mut items = Vec::new();
        for message in std::mem::replace(&mut self.outbound, before) {
            match message {
                Outbound::Carried(Carried { bytes, .. }) => {
                    let sort = Sort::Bundle;
                    items.push(Item { sort, bytes });
                }
                other => self.outbound.push(other),
            }
        }
        let request = self.request.take();
        items.extend(request.map(|bytes| Item {
            sort: Sort::Request,
            bytes,
        }));
        if !items.is_empty() {
            let parcel = pack(&items).expect("little enough for a parcel");
            self.outbound.push(Outbound::Parcel(parcel));
        }
    }

    /// A traveller brings back what the server packed.
    pub fn take_parcel(&mut self, bytes: Vec<u8>, now: UnixSeconds) {
        let seed = self.luck.seed();
        self.feed(Input::TakeParcel { bytes, seed }, now);
    }

    /// A colleague's bundle is put into this phone.
    pub fn take_custody(&mut self, (from, bundle): (&str, Carried), now: UnixSeconds) {
        self.given.push(Carried {
            team_key: None,
            ..bundle.clone()
        });
        let preview = bundle.team_key.map(|key| PreviewKey {
            from: from.to_owned(),
            audience: Audience::Team,
            key,
        });
        let bytes = bundle.bytes;
        self.feed(Input::TakeCustody { bytes, preview }, now);
    }

    /// The program was updated.
    pub fn reissue(&mut self, now: UnixSeconds) {
        let seed = self.luck.seed();
        self.feed(Input::Reissue { seed }, now);
    }

    /// The owner backs the phone up.
    pub fn copies_itself(&mut self) {
        let (disk, saved) = (self.disk.clone(), self.saved.clone());
        self.copy = Some(Copy { disk, saved });
    }

    /// The phone goes back to its copy, if there is one; what was entered since is gone from it.
    pub fn goes_back(&mut self, now: UnixSeconds) {
        if let Some(copy) = self.copy.clone() {
            self.disk = copy.disk;
            self.saved = copy.saved;
            self.restart(History::Uncertain, now);
        }
    }

    /// A receipt comes back by hand.
    pub fn receipt(&mut self, bytes: Vec<u8>, now: UnixSeconds) {
        let seed = self.luck.seed();
        self.feed(Input::Receipt { bytes, seed }, now);
    }

    pub fn tick(&mut self, now: UnixSeconds) {
        self.tick_at = None;
        let seed = self.luck.seed();
        self.feed(Input::Tick { seed }, now);
    }

    /// The owner wants to know who bears a number.
    pub fn look_up(&mut self, number: &str, now: UnixSeconds) {
        let (number, seed) = (number.to_owned(), self.luck.seed());
        self.feed(Input::LookUp { number, seed }, now);
    }

    pub fn looked_up(&mut self, bytes: Vec<u8>, now: UnixSeconds) {
        self.feed(Input::LookedUp { bytes }, now);
    }

    pub fn rekeyed(&mut self, bytes: Vec<u8>, now: UnixSeconds) {
        self.feed(Input::Rekeyed { bytes }, now);
    }

    /// The owner wants to see somebody's full number.
    pub fn disclose(&mut self, dossier: DocumentId, now: UnixSeconds) {
        let (way, dossier) = (Way::Viewed, Some(dossier));
        self.feed(Input::Disclose { way, dossier }, now);
    }

    pub fn enrol(&mut self, invite: String, now: UnixSeconds) {
        let seed = self.luck.seed();
        self.feed(Input::Enrol { invite, seed }, now);
    }

    pub fn enrol_answered(&mut self, bytes: Vec<u8>, now: UnixSeconds) {
        let seed = self.luck.seed();
        self.feed(Input::EnrolAnswered { bytes, seed }, now);
    }

    pub fn posted(&mut self, serial: Serial, receipt: Option<Vec<u8>>, now: UnixSeconds) {
        let answer = receipt.map_or(PostAnswer::Failed, PostAnswer::Receipt);
        let seed = self.luck.seed();
        self.feed(
            Input::Posted {
                serial,
                answer,
                seed,
            },
            now,
        );
    }

    pub fn pulled(&mut self, answer: Option<Vec<u8>>, now: UnixSeconds) {
        let seed = self.luck.seed();
        self.feed(
            match answer {
                Some(bytes) => Input::Pulled { bytes, seed },
                None => Input::PullFailed { seed },
            },
            now,
        );
    }

    fn feed(&mut self, input: Input, now: UnixSeconds) {
        let at = now.plus(self.skew_seconds);
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for effect in self.client.handle(input, at) {
                if let Effect::Store { ticket, writes } = &effect {
                    match self.trouble_now() {
                        // Nothing was written: what is known of the past is what was known.
                        Some(Trouble::DiesBefore) => return self.restart(self.history, now),
                        Some(Trouble::DiesAfter) => {
                            self.disk.apply(writes);
                            return self.restart(History::Certain, now);
                        }
                        Some(Trouble::Fails(failure)) => {
                            inputs.push_back(Input::StoreFailed(*ticket, failure));
                        }
                        Some(Trouble::Lies) => inputs.push_back(Input::Stored(*ticket)),
                        None => {
                            self.disk.apply(writes);
                            self.history = History::Certain;
                            inputs.push_back(Input::Stored(*ticket));
                        }
                    }
                }
                self.carry_out(effect, now);
            }
        }
    }

    fn carry_out(&mut self, effect: Effect, now: UnixSeconds) {
        match effect {
            Effect::Store { .. } => {}
            Effect::HandOut {
                bundles, request, ..
            } => {
                self.request = request;
                self.outbound
                    .extend(bundles.into_iter().map(Outbound::Carried));
            }
            Effect::Post { serial, bytes } => self.outbound.push(Outbound::Post { serial, bytes }),
            Effect::Pull { bytes } => self.outbound.push(Outbound::Pull { bytes }),
            Effect::LookUp { bytes } => self.outbound.push(Outbound::LookUp { bytes }),
            Effect::Rekey { bytes } => self.outbound.push(Outbound::Rekey { bytes }),
            Effect::Enrol { bytes } => self.outbound.push(Outbound::Enrol { bytes }),
            // Names are for screens, and nobody looks here.
            Effect::AskNames { .. } => {}
            // Bundles are given from hand to hand here, without requests.
            Effect::Errand { .. } => {}
            // The phone's own clock counts the wait.
            Effect::Schedule { at } => self.tick_at = Some(at.plus(-self.skew_seconds).max(now)),
            Effect::Show(notice) => self.show(notice),
        }
    }

    fn show(&mut self, notice: Notice) {
        match &notice {
            Notice::Saved { tag, documents, .. } => {
                self.saved.insert(*tag, documents.clone());
            }
            Notice::NotSaved { .. } => self.not_saved.push(notice.clone()),
            Notice::EnrolCode(code) => self.check_code = Some(code.clone()),
            _ => {}
        }
        self.notices.push(notice);
    }
}
