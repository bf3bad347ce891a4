//! The gate and the answer to pulls: everything a signed request can say, and more.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use server::ledger::document::Found;
use server::secrets::Secrets;
use server::server::{Circumstances, DeviceStep, Foundation, Offer, Server};
use server::store::Memory;
use server::writer::Writer;
use shared::armor::{Armored, Freight};
use shared::change::Action;
use shared::event::Step;
use shared::facts::{Base, Batch, DepRef, FactOp, FactSlot, Form, Name, Upon, decode, encode};
use shared::id::{Audience, ChangeHash, DocumentId, TeamId, UnitId};
use shared::key::Key;
use shared::news;
use shared::parcel::{Item, Sort, pack};
use shared::permission::{Grant, Role};
use shared::pull::{Cursor, PullAnswer, PullRequest};
use shared::signed::{Signed, sign, verify};
use shared::unit::{Period, UnitKind, UnitName, UnitTree, UnitVersion};
use shared::value::Value;
use tokio::runtime::{Builder, Runtime};

use crate::Target;
use crate::mutate::{Chance, mutated};
use crate::phone::{MORNING, Phone, put};

const COMMUNE: UnitId = UnitId(2);
const HAMLET: UnitId = UnitId(3);

/// Bundles after which everything begins anew, so that no run depends on hours before it.
const LIFE: u64 = 400;

/// What honest software makes.
pub struct Honest {
    /// Bundles, receipts, requests, answers, news, parcels, entries.
    pub messages: Vec<Vec<u8>>,
    /// Facts as they stand in sections.
    pub plains: Vec<Vec<u8>>,
    /// Pages.
    pub pages: Vec<Vec<u8>>,
    /// Armored texts.
    pub texts: Vec<Vec<u8>>,
}

/// A server and a phone that works honestly until now.
struct Scene {
    runtime: Runtime,
    server: Server<Memory>,
    phone: Phone,
    dossiers: Vec<Name>,
}

impl Scene {
    fn set() -> Self {
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        let store = Memory::new();
        let foundation = Foundation {
            secrets: Arc::new(Secrets::from_master(&[9; 32])),
            units: units(),
            epoch: 1,
        };
        let server = Server::new(store.clone(), Writer::direct(store), foundation);
        let mut scene = Self {
            phone: Phone::new(1, HAMLET),
            dossiers: Vec::new(),
            runtime,
            server,
        };
        scene.enrol();
        for n in 0..4 {
            let written = scene
                .phone
                .resident("Nguyễn Văn An", &format!("09908500{n:04}"));
            scene.dossiers.push(written[0].0);
            let bundle = scene.phone.bundle(&written);
            scene.push(&bundle).expect("an honest bundle");
        }
        scene
    }

    fn now() -> Circumstances {
        Circumstances {
            now: MORNING.plus(3600),
            seed: [3; 32],
        }
    }

    fn enrol(&mut self) {
        let offer = Offer {
            grant: Grant {
                role: Role::TeamMember,
                units: vec![HAMLET],
                team: TeamId(1),
            },
            label: "Máy 1".to_owned(),
        };
        let invite = self.server.invite(offer, Self::now());
        let invite = self.runtime.block_on(invite).expect("invited").to_string();
        let request = self.phone.enrolment(&invite);
        let answer = self.server.enrol(&request, Self::now());
        let answer = self.runtime.block_on(answer).expect("enrolled");
        self.phone.enrolled(&invite, &answer);
        let confirm = self
            .server
            .steer(self.phone.device, DeviceStep::Confirm, Self::now());
        self.runtime.block_on(confirm).expect("confirmed");
    }

    fn push(&self, bundle: &[u8]) -> Option<Vec<u8>> {
        let taken = self.server.take_bundle(bundle, Self::now());
        self.runtime.block_on(taken).ok()
    }

    fn pull(&self, request: &[u8]) -> Option<Vec<u8>> {
        self.runtime
            .block_on(self.server.pull(request, Self::now()))
            .ok()
    }

    /// Honest changes: new residents, edits, stages.
    fn work(&mut self, chance: &mut Chance) -> Vec<(Audience, Batch)> {
        let mut written = Vec::new();
        for _ in 0..=chance.below(3) {
            let known = *chance.one_of(&self.dossiers);
            match chance.below(3) {
                0 => written.extend(self.phone.resident("Lâm Thị Đẹp", "099085000099")),
                1 => written.push(self.phone.step(known, Step::CardCollected)),
                _ => {
                    let note = format!("Nhà {}", chance.number());
                    written.push(self.phone.write(known, vec![put(Key::NOTE, note.as_str())]));
                }
            }
        }
        self.phone.batches(&written)
    }

    /// Every document is what automerge makes of its history, and automerge loads what it saves.
    fn is_sound(&self, documents: impl Iterator<Item = DocumentId>) {
        for id in documents {
            let found = self.runtime.block_on(self.server.ledger().document(id));
            if let Found::Document(document) = found.expect("a readable ledger") {
                let (place, key) = (&document.place, &document.key);
                let history = self.server.ledger().history(id, place, key);
                let history = self.runtime.block_on(history).expect("a readable history");
                let changes: Vec<_> = history.into_iter().map(|(_, change)| change).collect();
                crdt::audit(&changes, &document.row).expect("automerge agrees");
            }
        }
    }
}

/// Bundles of a dishonest phone.
pub struct Gate {
    scene: Scene,
    runs: u64,
    corpus: Vec<Vec<u8>>,
}

impl Gate {
    pub fn new() -> Self {
        Self {
            scene: Scene::set(),
            runs: 0,
            corpus: honest().plains,
        }
    }
}

impl Target for Gate {
    fn name(&self) -> &'static str {
        "gate"
    }

    fn input(&mut self, chance: &mut Chance) -> Vec<u8> {
        self.runs += 1;
        if self.runs.is_multiple_of(LIFE) {
            self.scene = Scene::set();
        }
        let form = Form::Bundle(self.scene.phone.device);
        let honest = self.scene.phone.shown.clone();
        let mut batches = self.scene.work(chance);
        // What a dishonest phone shows itself is its own affair.
        self.scene.phone.shown = honest;
        for _ in 0..chance.below(4) {
            let at = chance.below(batches.len());
            twist(&mut batches[at].1, chance);
        }
        // Some of what a twist makes has no spelling; then bytes are changed instead.
        let spelled = |(audience, batch): &(Audience, Batch)| {
            let plain = catch_unwind(AssertUnwindSafe(|| encode(batch, form)));
            (*audience, plain.unwrap_or_else(|_| self.corpus[0].clone()))
        };
        let mut plains: Vec<(Audience, Vec<u8>)> = batches.iter().map(spelled).collect();
        if chance.below(4) == 0 {
            let at = chance.below(plains.len());
            plains[at].1 = mutated(&self.corpus, chance);
            // An empty section cannot be sealed, not even dishonestly.
            plains[at].1.push(0);
        }
        self.scene.phone.bundle_saying(plains)
    }

    fn read(&mut self, bundle: &[u8]) {
        let Some(receipt) = self.scene.push(bundle) else {
            return;
        };
        self.scene.phone.receipt(&receipt);
        let rows = self
            .scene
            .runtime
            .block_on(self.scene.server.ledger().rows(None, 4_096));
        let rows: BTreeSet<DocumentId> = rows
            .expect("a readable ledger")
            .into_iter()
            .map(|(id, _)| id)
            .collect();
        // Auditing everything every time would leave no time for reading.
        let some = rows
            .into_iter()
            .filter(|id| u64::from(id.0[0]) % 8 == self.runs % 8);
        self.scene.is_sound(some);
    }
}

/// Changes one thing about the facts, keeping them spellable.
fn twist(batch: &mut Batch, chance: &mut Chance) {
    let Some(at) = batch
        .facts
        .len()
        .checked_sub(1)
        .map(|last| chance.below(last + 1))
    else {
        return;
    };
    let other = chance.one_of(&batch.facts).clone();
    let fact = &mut batch.facts[at];
    match chance.below(11) {
        0 => fact.time = shared::time::UnixSeconds(chance.number() as i64 / 2),
        1 => fact.upon = Upon::Genesis,
        2 => fact.upon = Upon::Previous,
        3 => {
            let mut hash = [0; 32];
            hash.iter_mut().for_each(|byte| *byte = chance.byte());
            fact.upon = Upon::Listed(vec![DepRef::Full(ChangeHash(hash))]);
        }
        4 => fact.document = other.document,
        5 => fact.document.base = Base::Prefix(*b"short"),
        6 => fact.ops.extend(other.ops),
        7 => fact.ops.clear(),
        8 => {
            let key = *chance.one_of(&[0usize, 1, 2, 3, 4, 5]);
            let keys = [
                Key::KIND,
                Key::UNIT,
                Key::NAME,
                Key::NUMBER,
                Key::PHONE,
                Key::NOTE,
            ];
            let action = match chance.below(4) {
                0 => Action::Keep,
                1 => Action::Delete,
                2 => Action::Put(Value::Uint(chance.number())),
                _ => Action::Put(Value::Bytes(vec![chance.byte(); chance.below(300)])),
            };
            fact.ops.push(FactOp {
                slot: FactSlot::Key(keys[key].clone()),
                action,
            });
        }
        9 => fact.ops.push(FactOp {
            slot: FactSlot::Event,
            action: Action::Put(Value::Bytes(vec![chance.byte(); chance.below(40)])),
        }),
        _ => batch.checks.begun[0] ^= chance.byte(),
    }
}

/// Signed requests that ask for anything.
pub struct Pulls {
    scene: Scene,
}

impl Pulls {
    pub fn new() -> Self {
        Self {
            scene: Scene::set(),
        }
    }
}

impl Target for Pulls {
    fn name(&self) -> &'static str {
        "pull"
    }

    fn input(&mut self, chance: &mut Chance) -> Vec<u8> {
        let phone = &self.scene.phone;
        let honest = phone.pull_request(0);
        if chance.below(3) == 0 {
            return mutated(&[honest, phone.request_by_courier()], chance);
        }
        let signed = Signed::<PullRequest>::read(&honest).expect("a request");
        let mut request = signed.claimed().clone();
        for _ in 0..chance.below(6) {
            let mut stream = chance.one_of(&request.cursors).stream;
            stream.unit = *chance.one_of(&[HAMLET, COMMUNE, UnitId(1), UnitId(77)]);
            let upto = chance.number();
            request.cursors.push(Cursor { stream, upto });
        }
        request.bytes_max = chance.number() as u32;
        request.epoch = chance.below(3) as u32;
        request.receipts_upto = chance.number();
        request.assignment = chance.below(3) as u32;
        request.protocol = chance.below(3) as u8;
        sign(&request, &phone.key).unwrap_or(honest)
    }

    fn read(&mut self, request: &[u8]) {
        if let Some(answer) = self.scene.pull(request)
            && let Ok(answer) = Signed::<PullAnswer>::read(&answer)
        {
            for page in &answer.claimed().pages {
                page.written().expect("an honest page");
            }
        }
    }
}

/// One of everything.
pub fn honest() -> Honest {
    let mut scene = Scene::set();
    let mut chance = Chance::new(7);
    let form = Form::Bundle(scene.phone.device);
    let mut plains = Vec::new();
    let mut messages = Vec::new();
    for _ in 0..12 {
        let batches = scene.work(&mut chance);
        plains.extend(batches.iter().map(|(_, batch)| encode(batch, form)));
        let bundle = scene.phone.bundle_of(&batches);
        messages.extend(scene.push(&bundle));
        messages.push(bundle);
    }
    let request = scene.phone.pull_request(0);
    let answer = scene.pull(&request).expect("an honest request");
    let server = scene.phone.server.expect("enrolled").0;
    let pulled: PullAnswer = verify(&answer, &server).expect("an honest answer");
    let pages = pulled.pages.iter().map(postcard::to_allocvec);
    let pages: Vec<Vec<u8>> = pages.map(|page| page.expect("a page serialises")).collect();
    let to = (scene.phone.device, &scene.phone.server.expect("enrolled").1);
    messages.push(news::seal(&answer, to, [1; 32]).expect("a key"));
    let item = |bytes: &Vec<u8>| Item {
        sort: Sort::Bundle,
        bytes: bytes.clone(),
    };
    let items: Vec<Item> = messages.iter().take(4).map(item).collect();
    messages.push(pack(&items).expect("a small parcel"));
    messages.extend([request, answer]);
    let armored = Armored {
        freight: Freight::Bundle,
        bytes: messages[1].clone(),
    };
    let mut texts = vec![armored.to_text().expect("short").into_bytes()];
    let parts = armored.to_parts(400).expect("few parts");
    texts.extend(parts.into_iter().map(String::into_bytes));
    assert!(plains.iter().all(|plain| decode(plain, form).is_ok()));
    Honest {
        messages,
        plains,
        pages,
        texts,
    }
}

fn units() -> UnitTree {
    let unit = |id: u32, kind, parent: Option<u32>| UnitVersion {
        id: UnitId(id),
        code: None,
        kind,
        name: UnitName::vietnamese("Ấp 1"),
        parent: parent.map(UnitId),
        valid: Period::default(),
        successors: Vec::new(),
    };
    UnitTree::new(vec![
        unit(1, UnitKind::Province, None),
        unit(2, UnitKind::Commune, Some(1)),
        unit(3, UnitKind::Hamlet, Some(2)),
    ])
    .expect("a tree")
}
