//! Three devices on one document, each in three readings at once: a row of the row engine, a row
//! of the automerge engine, and a stock automerge document that our code never touches. A device
//! that keeps only a stub has no such document.

use std::collections::BTreeMap;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{AutoCommit, ROOT, ScalarValue};
use crdt::{AutomergeEngine, Document, audit, rebuild};
use shared::change::{Action, Change, Op};
use shared::engine::{Edit, Engine, FoldError, RowEngine, Slot, next_deps};
use shared::id::{ActorId, ChangeHash, EventId};
use shared::key::{Key, TABLE};
use shared::row::Row;
use shared::time::UnixSeconds;
use shared::value::Value;

const DEVICES: usize = 3;
const KEYS: usize = 9;

/// How often the cases that are easy to get wrong have come up.
#[derive(Debug, Default, Clone, Copy)]
pub struct Coverage {
    pub changes: usize,
    pub edits_of_nothing: usize,
    pub keeps: usize,
    pub deletes: usize,
    pub events: usize,
    pub puts_of_losers: usize,
    pub preds_of_several_actors: usize,
    pub deps_with_own_last: usize,
    pub folds_beside_the_heads: usize,
    pub compressible: usize,
    pub puts_over_withheld: usize,
}

impl Coverage {
    pub fn add(&mut self, other: &Self) {
        self.changes += other.changes;
        self.edits_of_nothing += other.edits_of_nothing;
        self.keeps += other.keeps;
        self.deletes += other.deletes;
        self.events += other.events;
        self.puts_of_losers += other.puts_of_losers;
        self.preds_of_several_actors += other.preds_of_several_actors;
        self.deps_with_own_last += other.deps_with_own_last;
        self.folds_beside_the_heads += other.folds_beside_the_heads;
        self.compressible += other.compressible;
        self.puts_over_withheld += other.puts_over_withheld;
    }
}

struct Replica {
    actor: ActorId,
    row: Row,
    reference: Row,
    /// `None`: this device drops every value it has seen, and keeps a stub.
    stock: Option<AutoCommit>,
    /// In the order folded.
    known: Vec<ChangeHash>,
}

/// The devices, their one automerge engine, and every change made.
pub struct World {
    engine: AutomergeEngine,
    replicas: Vec<Replica>,
    changes: BTreeMap<ChangeHash, Change>,
    pub seen: Coverage,
}

impl World {
    pub fn new() -> Self {
        // Actor bytes decide between equal counters: they must not ascend with the devices.
        let replicas = [[9; 16], [200; 16], [7; 16]].map(|bytes| Replica {
            actor: ActorId(bytes),
            row: Row::default(),
            reference: Row::default(),
            stock: Some(AutoCommit::new().with_actor(automerge::ActorId::from(bytes))),
            known: Vec::new(),
        });
        Self {
            engine: AutomergeEngine::new(),
            replicas: replicas.into(),
            changes: BTreeMap::new(),
            seen: Coverage::default(),
        }
    }

    /// A world whose last device keeps only stubs.
    pub fn with_a_stub() -> Self {
        let mut world = Self::new();
        world.replicas[DEVICES - 1].stock = None;
        world
    }

    /// One step: an edit, a deletion, or an exchange, as the bits say.
    pub fn make(&mut self, bits: u64) {
        let mut bits = Bits(bits);
        let device = bits.below(DEVICES);
        match bits.below(8) {
            0..=4 => self.edit(device, &mut bits),
            5 => self.delete(device, &mut bits),
            _ => {
                let from = (device + 1 + bits.below(DEVICES - 1)) % DEVICES;
                let part = bits.below(3);
                self.exchange(device, from, part, &mut bits);
            }
        }
    }

    /// Gives every device everything, and checks that all see one document, which automerge
    /// saves, loads, and rebuilds from its history.
    pub fn settle(&mut self) {
        for to in 0..DEVICES {
            for from in 0..DEVICES {
                self.exchange(to, from, 2, &mut Bits(to as u64));
            }
        }
        self.exchange(0, 1, 2, &mut Bits(0));
        let row = self.replicas[0].row.clone();
        let changes: Vec<_> = self.changes.values().cloned().collect();
        audit(&changes, &row).expect("a history made by honest devices passes");
        for replica in &self.replicas[1..] {
            match replica.stock {
                Some(_) => assert_eq!(replica.row, row, "replicas converge"),
                None => assert_eq!(replica.row, row.clone().stub(), "stubs do too"),
            }
        }
        let saved = rebuild(&changes).expect("as audited").save();
        let loaded = Document::load(&saved).expect("what automerge saved loads");
        assert_eq!(loaded.heads(), row.heads);
        let mut again = loaded.changes().expect("our own changes");
        again.sort_by_key(Change::hash);
        assert_eq!(again, changes, "keeps and deletes are told apart");
        let stock = self.replicas[1].stock.as_mut().expect("never a stub");
        let mut loaded = AutoCommit::load(&stock.save()).expect("loads");
        let mut heads: Vec<_> = loaded.get_heads().iter().map(|head| head.0).collect();
        heads.sort_unstable();
        let ours: Vec<_> = row.heads.iter().map(|head| head.0).collect();
        assert_eq!(heads, ours);
    }

    fn edit(&mut self, device: usize, bits: &mut Bits) {
        let replica = &mut self.replicas[device];
        let edit = random_edit(replica.actor, &replica.row, bits);
        let change = RowEngine.edit(&replica.row, &edit);
        assert_eq!(change, self.engine.edit(&replica.reference, &edit));
        if let Some(stock) = &mut replica.stock {
            let by_stock = stock_edit(stock, &replica.row, &edit);
            assert_eq!(change.as_ref().map(Change::chunk), by_stock);
        }
        let Some(change) = change else {
            self.seen.edits_of_nothing += 1;
            return;
        };
        self.count(device, &change, &edit);
        self.keep(device, change);
    }

    /// Deletes a key; edits cannot, but automerge can, and the fold must follow.
    fn delete(&mut self, device: usize, bits: &mut Bits) {
        let replica = &mut self.replicas[device];
        let (key, row) = (nth_key(bits.below(KEYS)), &replica.row);
        let preds: Vec<_> = row.live(&key).iter().map(|cell| cell.id).collect();
        if preds.is_empty() || bits.below(3) > 0 {
            return;
        }
        let seq = row.actors.get(&replica.actor).map_or(0, |state| state.seq);
        let change = Change {
            actor: replica.actor,
            seq: seq + 1,
            start_op: row.max_op + 1,
            time: UnixSeconds(0),
            deps: next_deps(row, &replica.actor),
            ops: vec![Op {
                key: key.clone(),
                action: Action::Delete,
                preds,
            }],
        };
        if let Some(stock) = &mut replica.stock {
            stock.delete(ROOT, key.name()).expect("it is there");
            let by_stock = stock_commit(stock, UnixSeconds(0));
            assert_eq!(Some(change.chunk()), by_stock);
        }
        self.seen.deletes += 1;
        self.keep(device, change);
    }

    fn count(&mut self, device: usize, change: &Change, edit: &Edit) {
        let row = &self.replicas[device].row;
        let seen = &mut self.seen;
        seen.deps_with_own_last += usize::from(change.deps != row.heads);
        seen.compressible += usize::from(change.chunk().len() > 256);
        for op in &change.ops {
            seen.keeps += usize::from(op.action == Action::Keep);
            let several = op
                .preds
                .windows(2)
                .any(|pair| pair[0].actor != pair[1].actor);
            seen.preds_of_several_actors += usize::from(several);
        }
        for (slot, value) in &edit.puts {
            match slot {
                Slot::Event => seen.events += 1,
                Slot::Key(key) => {
                    let losers = row.live(key).split_last().map_or(&[][..], |(_, rest)| rest);
                    let withheld = row.get(key) == Some(&Value::Withheld);
                    seen.puts_over_withheld += usize::from(withheld);
                    let of_loser = row.get(key) != Some(value)
                        && losers.iter().any(|cell| cell.value == *value);
                    seen.puts_of_losers += usize::from(of_loser);
                }
            }
        }
    }

    /// Folds a device's own change, already in its stock document.
    fn keep(&mut self, device: usize, change: Change) {
        self.seen.changes += 1;
        self.fold(device, &change);
        self.changes.insert(change.hash(), change);
    }

    /// Brings `from`'s changes to `to` in a random causal order: half of them for part 0, all
    /// otherwise.
    fn exchange(&mut self, to: usize, from: usize, part: usize, bits: &mut Bits) {
        let missing = self.replicas[from].known.iter();
        let mut missing: Vec<_> = missing
            .filter(|hash| !self.replicas[to].known.contains(hash))
            .copied()
            .collect();
        let left = if part == 0 { missing.len() / 2 } else { 0 };
        while missing.len() > left {
            let known = &self.replicas[to].known;
            let ready = |hash: &ChangeHash| {
                let deps = &self.changes[hash].deps;
                deps.iter().all(|dep| known.contains(dep))
            };
            let ready: Vec<_> = (0..missing.len()).filter(|n| ready(&missing[*n])).collect();
            let change = self.changes[&missing.swap_remove(ready[bits.below(ready.len())])].clone();
            let beside = change.deps != self.replicas[to].row.heads;
            self.seen.folds_beside_the_heads += usize::from(beside);
            let stock = automerge::Change::from_bytes(change.chunk()).expect("automerge reads it");
            assert_eq!(stock.hash().0, change.hash().0);
            if let Some(document) = &mut self.replicas[to].stock {
                document.apply_changes([stock]).expect("automerge takes it");
            }
            self.fold(to, &change);
        }
    }

    fn fold(&mut self, device: usize, change: &Change) {
        let replica = &mut self.replicas[device];
        RowEngine.fold(&mut replica.row, change).expect("folds");
        self.engine
            .fold(&mut replica.reference, change)
            .expect("automerge folds");
        assert_eq!(replica.row, replica.reference);
        replica.known.push(change.hash());
        let mut again = replica.row.clone();
        assert_eq!(self.engine.fold(&mut again, change), Err(FoldError::Known));
        assert_eq!(RowEngine.fold(&mut again, change), Err(FoldError::Known));
        if replica.stock.is_none() {
            replica.row = replica.row.clone().stub();
            replica.reference = replica.reference.clone().stub();
        }
    }
}

/// Random choices, squeezed out of one number so that a failing case shrinks.
struct Bits(u64);

impl Bits {
    fn below(&mut self, bound: usize) -> usize {
        let bound = bound.max(1) as u64;
        let choice = self.0 % bound;
        // Numbers used up go on as another number of their own, not as zeros for ever.
        self.0 = (self.0 / bound) ^ self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 7;
        choice as usize
    }
}

fn nth_key(n: usize) -> Key {
    match n {
        0..=6 => Key::from(&TABLE[n]),
        7 => Key::new("of.another.version").expect("a valid name"),
        _ => Key::event(EventId([5; 8])),
    }
}

fn random_edit(actor: ActorId, row: &Row, bits: &mut Bits) -> Edit {
    let count = [1, 1, 1, 2, 3, KEYS][bits.below(6)];
    let first = bits.below(KEYS);
    let mut puts = Vec::new();
    for n in 0..count {
        let key = nth_key((first + n) % KEYS);
        let value = random_value(row, &key, bits);
        puts.push((Slot::Key(key), value));
        if bits.below(5) == 0 {
            puts.push((Slot::Event, Value::Bytes(vec![1; bits.below(12)])));
        }
    }
    Edit {
        actor,
        time: UnixSeconds(1_790_000_000 + bits.below(100_000) as i64 - 50_000),
        puts,
    }
}

fn random_value(row: &Row, key: &Key, bits: &mut Bits) -> Value {
    let mut live = row
        .live(key)
        .iter()
        .map(|cell| &cell.value)
        .collect::<Vec<_>>();
    live.retain(|value| **value != Value::Withheld);
    match bits.below(16) {
        0..=2 if !live.is_empty() => live[live.len() - 1].clone(),
        3..=4 if !live.is_empty() => live[bits.below(live.len())].clone(),
        5 => Value::Null,
        6 => Value::Bool(bits.below(2) == 1),
        7 => Value::Uint(1),
        8 => Value::Int(1),
        9 => Value::Uint([0, 127, 128, u64::MAX][bits.below(4)]),
        10 => Value::Int([0, -1, 63, 64, -64, -65, i64::MIN, i64::MAX][bits.below(8)]),
        11 => Value::Bytes(vec![0xff; bits.below(40)]),
        12 => Value::Text("Nguyễn Thị ".repeat(bits.below(30))),
        _ => Value::Text(["", "An", "Bình"][bits.below(3)].to_owned()),
    }
}

/// The edit as any program using automerge would make it.
fn stock_edit(stock: &mut AutoCommit, row: &Row, edit: &Edit) -> Option<Vec<u8>> {
    for (slot, value) in &edit.puts {
        let key = match slot {
            Slot::Key(key) => key.clone(),
            Slot::Event => {
                let counter = row.max_op + 1 + stock.pending_ops() as u64;
                Key::event(EventId::written_by(edit.actor, counter))
            }
        };
        let value = match value.clone() {
            Value::Null | Value::Withheld => ScalarValue::Null,
            Value::Bool(yes) => ScalarValue::Boolean(yes),
            Value::Uint(number) => ScalarValue::Uint(number),
            Value::Int(number) => ScalarValue::Int(number),
            Value::Text(text) => ScalarValue::Str(text.into()),
            Value::Bytes(bytes) => ScalarValue::Bytes(bytes),
        };
        stock.put(ROOT, key.name(), value).expect("puts");
    }
    stock_commit(stock, edit.time)
}

fn stock_commit(stock: &mut AutoCommit, time: UnixSeconds) -> Option<Vec<u8>> {
    let hash = stock.commit_with(CommitOptions::default().with_time(time.0))?;
    let change = stock.get_change_by_hash(&hash)?;
    Some(change.raw_bytes().to_vec())
}
