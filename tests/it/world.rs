//! A world in one thread, from one seed: phones with the real client core, the real server, and a
//! network that loses, doubles and delays. Tests tell stories in its words.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use client_core::effect::Carried;
use client_core::input::{DocumentWrite, DossierTarget, Put, Save, Target};
use server::audit::SignedHead;
use server::door::DoorError;
use server::ledger::device::DeviceState;
use server::secrets::Secrets;
use server::server::{
    Circumstances, DeviceStep, Foundation, IntakeError, Offer, PullError, Server,
};
use server::store::{Memory, Redb, Store};
use server::writer::Writer;
use shared::engine::Engine;
use shared::event::{Event, Source, Stage, Stamp, Step, What};
use shared::id::{BundleId, Companion, DeviceId, DocumentId, TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::parcel::{Sort, unpack};
use shared::permission::{Grant, Role};
use shared::receipt::{Receipt, Verdict};
use shared::signed::{SignedError, verify};
use shared::time::{LocalDay, UnixSeconds};
use shared::unit::UnitTree;
use shared::value::Value;

pub mod checks;
pub mod diary;
pub mod disk;
pub mod ending;
pub mod frozen;
pub mod luck;
pub mod marks;
pub mod office;
pub mod phone;
pub mod shrink;
pub mod story;

use luck::Luck;
use marks::{Mark, Reader};
pub use office::{COMMUNE, PROVINCE, units};
use office::{Dialect, ServerCopy, page_lengths};
use phone::{Outbound, Phone};

pub const HAMLETS: [UnitId; 2] = [UnitId(101), UnitId(102)];

/// What becomes of a message and of its answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fate {
    /// Which of the waiting messages moves, counted round; 0 is the oldest.
    pub which: usize,
    /// It arrives now, and once more later.
    pub doubled: bool,
    /// It never arrives.
    pub lost: bool,
    /// It arrives and its answer does not.
    pub unanswered: bool,
    /// Half of it arrives, if it is a bundle.
    pub cut_off: bool,
}

impl Fate {
    /// The oldest message arrives and is answered.
    pub const FAIR: Self = Self {
        which: 0,
        doubled: false,
        lost: false,
        unanswered: false,
        cut_off: false,
    };
}

/// Messages after which a world that still talks never falls silent.
const QUIET_MESSAGES_MAX: usize = 100_000;

/// Something on its way.
#[derive(Debug, Clone)]
struct Parcel {
    phone: usize,
    message: Outbound,
}

/// What a world's server can stand on.
pub trait Ground: Store {
    /// Another store with the same content.
    fn copied(&self) -> Self;
}

impl Ground for Redb {
    fn copied(&self) -> Self {
        panic!("a store on files is copied by a backup")
    }
}

impl Ground for Memory {
    fn copied(&self) -> Self {
        self.copy().expect("a readable store")
    }
}

/// Phones, a server, and what is between them.
pub struct World<'e, E, S = Memory> {
    pub seed: u64,
    pub now: UnixSeconds,
    pub luck: Luck,
    pub server: Server<S>,
    pub phones: Vec<Phone<'e, E>>,
    server_copy: Option<ServerCopy<S>>,
    /// The units, the commune of the hamlets, and the protocol of the server, as they are now.
    units: UnitTree,
    commune: UnitId,
    pub dialect: Dialect,
    /// Heads of the audit chain that were given out.
    heads: Vec<SignedHead>,
    /// Dossiers of people who are forgotten.
    pub erased: Vec<DocumentId>,
    /// Dossiers that were once taken for one.
    separated: Vec<Vec<DocumentId>>,
    secrets: Arc<Secrets>,
    engine: &'e E,
    parcels: Vec<Parcel>,
    /// Every bundle that was sent, by its bytes, in the order of its first sending.
    pub bundles: Vec<BundleId>,
    numbers: u64,
    /// How often each outcome or rejection stood in a receipt.
    pub outcomes: BTreeMap<&'static str, usize>,
    /// What rare things happened, and what was answered before.
    pub memory: marks::Memory,
    readers: Vec<Reader>,
    /// Which device was enrolled under which name.
    devices: BTreeMap<&'static str, DeviceId>,
}

/// Drives a future that never waits: the memory store answers at once.
pub fn at_once<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a future waited in a world without time"),
    }
}

impl<'e, E: Engine> World<'e, E> {
    /// A commune with two hamlets and nobody in it yet.
    pub fn seeded(seed: u64, engine: &'e E) -> Self {
        Self::on(seed, engine, Memory::new())
    }
}

impl<'e, E: Engine, S: Ground> World<'e, E, S> {
    /// The same commune, its server on this empty store.
    pub fn on(seed: u64, engine: &'e E, store: S) -> Self {
        let secrets = Arc::new(Secrets::from_master(&Luck::new(seed).seed()));
        Self::of(seed, engine, (store, secrets))
    }

    /// The same commune, its server on this empty store with these secrets.
    pub fn of(seed: u64, engine: &'e E, (store, secrets): (S, Arc<Secrets>)) -> Self {
        let mut luck = Luck::new(seed);
        luck.seed();
        let foundation = Foundation {
            secrets: secrets.clone(),
            units: units(None),
            epoch: 1,
        };
        let writer = Writer::direct(store.clone());
        Self {
            seed,
            now: LocalDay::from_date(2023, 11, 1)
                .expect("a day")
                .start()
                .plus(8 * 3600),
            luck,
            server: Server::new(store, writer, foundation).with_page_lengths(page_lengths(seed)),
            phones: Vec::new(),
            server_copy: None,
            units: units(None),
            commune: COMMUNE,
            dialect: Dialect::Same,
            heads: Vec::new(),
            erased: Vec::new(),
            separated: Vec::new(),
            secrets,
            engine,
            parcels: Vec::new(),
            bundles: Vec::new(),
            numbers: 0,
            outcomes: BTreeMap::new(),
            memory: marks::Memory::default(),
            readers: Vec::new(),
            devices: BTreeMap::new(),
        }
    }

    pub fn circumstances(&mut self) -> Circumstances {
        Circumstances {
            now: self.now,
            seed: self.luck.seed(),
        }
    }

    /// A new phone, invited, enrolled and confirmed.
    pub fn phone(&mut self, name: &'static str, role: Role, units: &[UnitId]) -> usize {
        let id = self.unconfirmed_phone(name, role, units);
        let device = self.device_of(id);
        let circumstances = self.circumstances();
        at_once(
            self.server
                .steer(device, DeviceStep::Confirm, circumstances),
        )
        .expect("a waiting device");
        self.advance(120);
        self.run_until_quiet();
        id
    }

    /// A coordinator confirms every phone that waits for it.
    pub fn confirm_everybody(&mut self) {
        for phone in 0..self.phones.len() {
            self.steer(phone, DeviceStep::Confirm);
        }
        self.advance(120);
        self.run_until_quiet();
    }

    /// A new phone, enrolled but not yet confirmed by a coordinator.
    pub fn unconfirmed_phone(&mut self, name: &'static str, role: Role, units: &[UnitId]) -> usize {
        let grant = Grant {
            role,
            units: units.to_vec(),
            team: TeamId(7),
        };
        let circumstances = self.circumstances();
        let offer = Offer {
            grant,
            label: name.to_owned(),
        };
        let invite = at_once(self.server.invite(offer, circumstances)).expect("an invite");
        let mut phone = Phone::new(name, self.engine, self.luck.fork());
        phone.enrol(invite.to_string(), self.now);
        self.phones.push(phone);
        self.readers.push(Reader {
            role,
            units: units.to_vec(),
        });
        self.run_until_quiet();
        let enrolled = self.phones.len() - 1;
        self.note_device(enrolled);
        enrolled
    }

    fn note_device(&mut self, phone: usize) {
        let phone = &self.phones[phone];
        let device = phone.client().device().expect("an enrolled phone");
        self.devices.insert(phone.name, device);
    }

    pub fn device_of(&self, phone: usize) -> DeviceId {
        self.device_named(self.phones[phone].name)
    }

    /// The device that was enrolled under this name.
    pub fn device_named(&self, name: &str) -> DeviceId {
        self.devices[name]
    }

    /// A phone is copied with all that is stored on it, and both are used from now on.
    pub fn clones(&mut self, phone: usize) {
        let (now, luck) = (self.now, self.luck.fork());
        let copy = self.phones[phone].copied(luck, now);
        self.phones.push(copy);
        self.readers.push(self.readers[phone].clone());
        self.memory.marks.insert(Mark::PhoneCopied);
    }

    /// What colleagues gave a phone is given on, as the files they are.
    pub fn passes_on(&mut self, from: usize, to: usize) {
        let now = self.now;
        for bundle in self.phones[from].given.clone() {
            self.phones[to].take_custody(("", bundle), now);
            self.memory.marks.insert(Mark::CourierOfCourier);
        }
        self.collect();
    }

    /// A worker packs everything unsent, and a question for news, for somebody who travels.
    pub fn sends_parcel(&mut self, phone: usize) {
        self.phones[phone].packs(self.now);
        self.collect();
    }

    /// Time passes; phones whose hour has come wake up.
    pub fn advance(&mut self, seconds: i64) {
        self.now = self.now.plus(seconds);
        for phone in &mut self.phones {
            if phone.tick_at.is_some_and(|at| at <= self.now) {
                phone.tick(self.now);
            }
        }
    }

    /// A phone finds signal, or its owner presses the button.
    pub fn reachable(&mut self, phone: usize) {
        self.phones[phone].reachable(self.now);
        self.collect();
    }

    /// A worker gives everything unsent to somebody who travels.
    pub fn hand_out(&mut self, phone: usize) {
        self.phones[phone].hand_out(self.now);
        self.collect();
    }

    /// A worker gives everything unsent to a colleague, who carries it on and may look at it.
    pub fn hand_over(&mut self, from: usize, to: usize) {
        let (now, name) = (self.now, self.phones[from].name);
        for bundle in self.phones[from].hand_over(now) {
            self.phones[to].take_custody((name, bundle), now);
        }
        self.collect();
    }

    /// What couriers carry now stays in their pockets.
    pub fn take_carried(&mut self) -> Vec<Carried> {
        self.collect();
        let mut taken = Vec::new();
        for parcel in core::mem::take(&mut self.parcels) {
            match parcel.message {
                Outbound::Carried(bundle) => taken.push(bundle),
                message => self.parcels.push(Parcel { message, ..parcel }),
            }
        }
        taken
    }

    /// The couriers go on their way; their receipts come back to the first phone.
    pub fn give_back(&mut self, taken: Vec<Carried>) {
        let messages = taken.into_iter().map(Outbound::Carried);
        self.parcels
            .extend(messages.map(|message| Parcel { phone: 0, message }));
    }

    /// Everything arrives and is answered, but for changes of keys, whose answers are lost.
    pub fn leave_rekeying_unanswered(&mut self) {
        for _ in 0..QUIET_MESSAGES_MAX {
            self.collect();
            let Some(next) = self.parcels.first() else {
                return;
            };
            let unanswered = matches!(next.message, Outbound::Rekey { .. });
            self.deliver_one(Fate {
                unanswered,
                ..Fate::FAIR
            });
        }
        panic!("seed {}: the world does not fall silent", self.seed);
    }

    /// A phone whose storage was erased is enrolled anew, with another key and perhaps by somebody
    /// else.
    pub fn enrols_anew(&mut self, phone: usize, name: &'static str, units: &[UnitId]) {
        let offer = Offer {
            grant: Grant {
                role: Role::TeamMember,
                units: units.to_vec(),
                team: TeamId(7),
            },
            label: name.to_owned(),
        };
        let circumstances = self.circumstances();
        let invite = at_once(self.server.invite(offer, circumstances)).expect("an invite");
        let now = self.now;
        self.phones[phone].begins_anew(name, now);
        self.phones[phone].enrol(invite.to_string(), now);
        self.run_until_quiet();
        self.note_device(phone);
        let (device, circumstances) = (self.device_of(phone), self.circumstances());
        let confirmed = self
            .server
            .steer(device, DeviceStep::Confirm, circumstances);
        at_once(confirmed).expect("a waiting device");
        self.advance(120);
        self.run_until_quiet();
    }

    fn collect(&mut self) {
        for (index, phone) in self.phones.iter_mut().enumerate() {
            for message in phone.outbound.drain(..) {
                if let Outbound::Post { bytes, .. } = &message {
                    let id = BundleId::of(bytes);
                    if !self.bundles.contains(&id) {
                        self.bundles.push(id);
                    }
                }
                self.parcels.push(Parcel {
                    phone: index,
                    message,
                });
            }
        }
    }

    /// One of the waiting messages moves. Whether there was one.
    pub fn deliver_one(&mut self, fate: Fate) -> bool {
        self.collect();
        if self.parcels.is_empty() {
            return false;
        }
        let parcel = self.parcels.remove(fate.which % self.parcels.len());
        if fate.doubled {
            self.parcels.push(parcel.clone());
        }
        self.deliver(parcel, fate);
        true
    }

    /// Delivers what was sent last.
    pub fn deliver_last(&mut self) {
        self.collect();
        let which = self.parcels.len().saturating_sub(1);
        self.deliver_one(Fate {
            which,
            ..Fate::FAIR
        });
    }

    /// A second in which the server answers this many messages, whichever they are, and turns the
    /// others away. The phones they were from, one for each message.
    pub fn busy_second(&mut self, answers_max: usize) -> Vec<usize> {
        self.collect();
        let mut waiting = std::mem::take(&mut self.parcels);
        let mut asked = Vec::new();
        while !waiting.is_empty() {
            let parcel = waiting.swap_remove(self.luck.below(waiting.len()));
            asked.push(parcel.phone);
            let lost = asked.len() > answers_max;
            self.deliver(parcel, Fate { lost, ..Fate::FAIR });
        }
        self.advance(1);
        asked
    }

    /// Whether a phone has handed in everything and heard so.
    pub fn is_done(&self, phone: usize) -> bool {
        let sync = self.phones[phone].client().sync();
        (sync.unsent, sync.sending) == (0, 0)
    }

    /// Everything under way is lost, and so is what is sent because of that.
    pub fn lose_everything(&mut self) {
        let lost = Fate {
            lost: true,
            ..Fate::FAIR
        };
        for _ in 0..QUIET_MESSAGES_MAX {
            if !self.deliver_one(lost) {
                return;
            }
        }
        panic!("seed {}: the world does not fall silent", self.seed);
    }

    fn deliver(&mut self, parcel: Parcel, fate: Fate) {
        let arrives = !fate.lost;
        let answered = arrives && !fate.unanswered;
        let (now, phone) = (self.now, parcel.phone);
        match parcel.message {
            Outbound::Post { serial, bytes } if arrives && fate.cut_off => {
                self.half_arrives(&bytes);
                self.phones[phone].posted(serial, None, now);
            }
            Outbound::Carried(bundle) if arrives && fate.cut_off => {
                self.half_arrives(&bundle.bytes);
            }
            Outbound::Post { serial, bytes } => {
                let receipt = arrives.then(|| self.bundle_arrives((phone, &bytes), answered));
                let receipt = receipt.flatten();
                self.phones[phone].posted(serial, receipt.filter(|_| answered), now);
            }
            Outbound::Carried(bundle) if arrives => {
                let receipt = self.bundle_arrives((phone, &bundle.bytes), answered);
                if let Some(receipt) = receipt.filter(|_| answered) {
                    self.phones[phone].receipt(receipt, now);
                }
            }
            Outbound::Parcel(parcel) if arrives && !fate.cut_off => {
                let answer = self.parcel_arrives(&parcel, answered);
                if let Some(answer) = answer.filter(|_| answered) {
                    self.phones[phone].take_parcel(answer, now);
                }
            }
            Outbound::Carried(_) | Outbound::Parcel(_) => {}
            Outbound::Pull { bytes } => {
                let answer = arrives.then(|| self.pull_arrives(phone, &bytes)).flatten();
                self.phones[phone].pulled(answer.filter(|_| answered), now);
            }
            Outbound::LookUp { bytes } if answered => {
                let answer = at_once(self.server.look_up(&bytes, now));
                self.phones[phone].looked_up(answer.expect("an honest question"), now);
            }
            Outbound::Rekey { bytes } if arrives => {
                let answer = match at_once(self.server.rekey(&bytes, now)) {
                    Err(PullError::Request(SignedError::Signature(_))) => {
                        self.by_another_key(phone)
                    }
                    answer => Some(answer.expect("an honest hand-over")),
                };
                if let Some(answer) = answer.filter(|_| answered) {
                    self.phones[phone].rekeyed(answer, now);
                }
            }
            Outbound::LookUp { .. } | Outbound::Rekey { .. } => {}
            Outbound::Enrol { bytes } => {
                let circumstances = self.circumstances();
                let answer = at_once(self.server.enrol(&bytes, circumstances));
                self.phones[phone].enrol_answered(answer.expect("an honest request"), now);
            }
        }
    }

    /// The receipt of a bundle that came whole.
    fn bundle_arrives(
        &mut self,
        (phone, bytes): (usize, &[u8]),
        answered: bool,
    ) -> Option<Vec<u8>> {
        let circumstances = self.circumstances();
        let receipt = match self.dialect {
            Dialect::Earlier => self.too_new(bytes),
            Dialect::Same | Dialect::Later => {
                match at_once(self.server.take_bundle(bytes, circumstances)) {
                    Ok(receipt) => receipt,
                    Err(IntakeError::Door(DoorError::Signature(_))) => {
                        return self.by_another_key(phone);
                    }
                    Err(error) => panic!("seed {}: {error}", self.seed),
                }
            }
        };
        self.count_outcomes(&receipt, answered);
        Some(receipt)
    }

    /// Nothing is answered to what a device signed with keys that it has no more, or that a
    /// restored server does not know yet. That nobody stays like this is seen at the end.
    fn by_another_key<T>(&mut self, phone: usize) -> Option<T> {
        let device = at_once(self.server.ledger().device(self.device_of(phone)));
        let record = device.expect("readable").record.expect("enrolled");
        let is_put_aside = matches!(record.state, DeviceState::Lost | DeviceState::Retired);
        assert!(
            !record.former_keys.is_empty() || self.server.epoch() > 1 || is_put_aside,
            "seed {}: {} has had one key only, and it is turned away",
            self.seed,
            self.phones[phone].name
        );
        self.memory.marks.insert(Mark::SignedWithAnotherKey);
        None
    }

    /// What a traveller brings back; nothing from a server that reads no such parcels.
    fn parcel_arrives(&mut self, parcel: &[u8], answered: bool) -> Option<Vec<u8>> {
        if self.dialect != Dialect::Same {
            return None;
        }
        let circumstances = self.circumstances();
        let answer = at_once(self.server.take_parcel(parcel, circumstances))
            .unwrap_or_else(|error| panic!("seed {}: {error}", self.seed));
        for item in unpack(&answer).expect("the server packs parcels") {
            match item.sort {
                Sort::Receipt => self.count_outcomes(&item.bytes, answered),
                Sort::News => {
                    self.memory.marks.insert(Mark::NewsByParcel);
                }
                Sort::Bundle | Sort::Request | Sort::Preview => {
                    panic!("nothing to be handed in comes back")
                }
            }
        }
        Some(answer)
    }

    /// The answer to a pull. Nobody is shown what they may not read.
    fn pull_arrives(&mut self, phone: usize, bytes: &[u8]) -> Option<Vec<u8>> {
        if self.dialect != Dialect::Same {
            self.memory.marks.insert(Mark::OtherDialect);
            return Some(self.spoken(phone));
        }
        let circumstances = self.circumstances();
        let answer = match at_once(self.server.pull(bytes, circumstances)) {
            Err(PullError::Request(SignedError::Signature(_))) => {
                return self.by_another_key(phone);
            }
            answer => answer.expect("an honest pull"),
        };
        let server = self.server.ledger().secrets().public().signing;
        self.memory.see_pull(&answer, &server, &self.readers[phone]);
        Some(answer)
    }

    /// Half a bundle is turned away at the door and changes nothing.
    fn half_arrives(&mut self, bundle: &[u8]) {
        let circumstances = self.circumstances();
        let half = &bundle[..bundle.len() / 2];
        let answer = at_once(self.server.take_bundle(half, circumstances));
        assert!(
            answer.is_err(),
            "seed {}: half a bundle was taken",
            self.seed
        );
        self.memory.marks.insert(Mark::CutOff);
    }

    fn count_outcomes(&mut self, receipt: &[u8], reaches_the_phone: bool) {
        let server = self.server.ledger().secrets().public().signing;
        let receipt: Receipt = verify(receipt, &server).expect("the server signs its receipts");
        let codes: Vec<&'static str> = match &receipt.verdict {
            Verdict::Taken(outcomes) => outcomes.iter().map(|outcome| outcome.code()).collect(),
            Verdict::Rejected(rejection) => vec![rejection.reason.code()],
            Verdict::TooNew => vec!["too-new"],
        };
        self.memory.see_receipt(&receipt, reaches_the_phone);
        let serial = receipt.serial;
        diary::note(|| {
            let (life, number) = (serial.incarnation.0, serial.number.0);
            let device = &serial.device.to_string()[..6];
            format!("bundle {life}/{number} of {device} is answered {codes:?}")
        });
        for code in codes {
            *self.outcomes.entry(code).or_default() += 1;
        }
    }

    /// Delivers until nobody has anything to say. A world that never falls silent is a bug.
    pub fn run_until_quiet(&mut self) {
        for _ in 0..QUIET_MESSAGES_MAX {
            if !self.deliver_one(Fate::FAIR) {
                return;
            }
        }
        panic!("seed {}: the world does not fall silent", self.seed);
    }

    /// The bad time is over: everybody has signal, again and again, until nothing is left to do.
    pub fn heal(&mut self) {
        self.heals(|_| {});
    }

    /// The same, and coordinators look through what is held, and take it.
    pub fn heal_with_approvals(&mut self) {
        self.heals(Self::approve_everything);
    }

    fn heals(&mut self, at_desks: impl Fn(&mut Self)) {
        self.dialect = Dialect::Same;
        for phone in 0..self.phones.len() {
            self.phones[phone].skew_seconds = 0;
            let now = self.now;
            self.phones[phone].starts_anew(now);
            self.steer(phone, DeviceStep::Reinstate);
        }
        self.sign_chain();
        for _ in 0..12 {
            for phone in 0..self.phones.len() {
                self.reachable(phone);
            }
            self.run_until_quiet();
            at_desks(self);
            self.advance(3_600);
            self.run_until_quiet();
        }
    }

    /// A personal number nobody else has.
    pub fn number(&mut self, sex: u64, year: u64) -> String {
        self.numbers += 1;
        let century = if year < 2000 { 0 } else { 2 } + sex;
        format!("099{century}{:02}{:06}", year % 100, self.numbers)
    }

    /// A worker records a resident: dossier and identity in one save.
    pub fn add_resident(&mut self, phone: usize, resident: &NewResident) -> Option<DocumentId> {
        let save = resident.save(self.now);
        let now = self.now;
        let documents = self.phones[phone].save(save, now);
        self.collect();
        documents.and_then(|documents| documents.first().copied())
    }

    /// A worker writes to an existing dossier.
    pub fn write(&mut self, phone: usize, document: DocumentId, puts: Vec<Put>) -> bool {
        let writes = vec![DocumentWrite {
            target: Target::Existing(document),
            puts,
        }];
        let now = self.now;
        let saved = self.phones[phone]
            .save(Save { tag: 0, writes }, now)
            .is_some();
        self.collect();
        saved
    }

    /// A worker enters the personal number of a resident who is known.
    pub fn number_entered(&mut self, phone: usize, dossier: DocumentId, number: &str) -> bool {
        let of = DossierTarget::Existing(dossier);
        let which = Companion::Identity;
        let writes = vec![DocumentWrite {
            target: Target::Companion { which, of },
            puts: vec![Put::key(Key::NUMBER, number.into())],
        }];
        let now = self.now;
        let saved = self.phones[phone].save(Save { tag: 0, writes }, now);
        self.collect();
        saved.is_some()
    }

    /// A worker notes that a resident reached a stage.
    pub fn reach(
        &mut self,
        phone: usize,
        document: DocumentId,
        hamlet: UnitId,
        step: Step,
    ) -> bool {
        let event = Event {
            what: What::Stage(Stage {
                step,
                on: None,
                source: Source::Witnessed,
            }),
            stamp: Stamp {
                at: self.now.local_minute(),
                unit: hamlet,
                team: TeamId(7),
            },
        };
        self.write(phone, document, vec![Put::event(event.to_payload())])
    }

    /// The figures of the server, by indicator, over all units.
    pub fn server_figures(&self) -> BTreeMap<u16, i64> {
        checks::server_figures(self)
    }
}

/// A resident as a worker enters them.
#[derive(Debug, Clone, PartialEq)]
pub struct NewResident {
    pub hamlet: UnitId,
    pub name: String,
    pub birth_year: u64,
    pub number: Option<String>,
    pub phone: Option<String>,
}

impl NewResident {
    fn save(&self, _now: UnixSeconds) -> Save {
        let put = |key: Key, value: Value| Put::key(key, value);
        let mut dossier = vec![
            put(Key::NAME, Value::Text(self.name.clone())),
            put(Key::BIRTH_YEAR, Value::Uint(self.birth_year)),
        ];
        if let Some(phone) = &self.phone {
            dossier.push(put(Key::PHONE, Value::Text(phone.clone())));
        }
        let mut writes = vec![DocumentWrite {
            target: Target::New {
                kind: Kind::Dossier,
                unit: self.hamlet,
            },
            puts: Vec::new(),
        }];
        if let Some(number) = &self.number {
            dossier.push(put(Key::LAST3, Value::Text(number[9..].to_owned())));
            let of = DossierTarget::Written(0);
            writes.push(DocumentWrite {
                target: Target::Companion {
                    which: Companion::Identity,
                    of,
                },
                puts: vec![put(Key::NUMBER, Value::Text(number.clone()))],
            });
        }
        writes[0].puts = dossier;
        Save { tag: 0, writes }
    }
}
