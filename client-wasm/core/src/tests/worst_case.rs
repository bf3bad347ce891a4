//! Random days: storage fails, phones die, and the server says everything it can say.

use std::collections::BTreeMap;

use proptest::prelude::*;
use shared::bundle::Serial;
use shared::id::{Audience, DocumentId};
use shared::receipt::{
    HoldReason, Outcome, Outcomes, RefuseReason, RejectReason, Rejection, Verdict,
};

use super::phone::{Mood, Phone, new_dossier, verdict};
use super::world::Log;
use crate::effect::Notice;
use crate::input::{DocumentWrite, History, Input, Leave, PostAnswer, Put, Target};
use crate::mine::{Own, OwnId};

#[derive(Debug, Clone)]
enum Step {
    Add,
    Edit(prop::sample::Index, u8),
    Mood(Mood),
    Restart(History),
    Post { says: Says, is_heard: bool },
    Late(prop::sample::Index),
    HandOut,
    Pull,
}

/// What the server makes of a bundle.
#[derive(Debug, Clone, Copy)]
enum Says {
    Yes,
    Hold,
    Refuse(RefuseReason),
    AskFull,
    TooNew,
    Reject(RejectReason),
}

fn step() -> impl Strategy<Value = Step> {
    let mood = prop_oneof![
        3 => Just(Mood::Works),
        1 => Just(Mood::Full),
        1 => any::<bool>().prop_map(|done| Mood::Silent { done }),
    ];
    let history = prop_oneof![Just(History::Certain), Just(History::Uncertain)];
    let says = prop_oneof![
        6 => Just(Says::Yes),
        1 => Just(Says::Hold),
        1 => Just(Says::Refuse(RefuseReason::ByDecision)),
        1 => Just(Says::Refuse(RefuseReason::Clock)),
        1 => Just(Says::AskFull),
        1 => Just(Says::TooNew),
        1 => Just(Says::Reject(RejectReason::Fork)),
        1 => Just(Says::Reject(RejectReason::UnknownKey)),
    ];
    let index = any::<prop::sample::Index>;
    prop_oneof![
        4 => Just(Step::Add),
        4 => (index(), 0..9_u8).prop_map(|(which, year)| Step::Edit(which, year)),
        2 => mood.prop_map(Step::Mood),
        2 => history.prop_map(Step::Restart),
        4 => (says, any::<bool>()).prop_map(|(says, is_heard)| Step::Post { says, is_heard }),
        1 => index().prop_map(Step::Late),
        1 => Just(Step::HandOut),
        1 => Just(Step::Pull),
    ]
}

/// One bundle as the server keeps it: its changes and what it said of each.
struct Received {
    bytes: Vec<u8>,
    owns: Vec<Own>,
    verdict: Verdict,
}

/// A phone, the server's log, and everything that ever left the phone.
struct Day {
    phone: Phone,
    log: Log,
    left: BTreeMap<Serial, Vec<u8>>,
    received: BTreeMap<Serial, Received>,
    /// Every own change the phone ever had, and what each bundle was frozen with.
    owns: BTreeMap<OwnId, Own>,
    contents: BTreeMap<Serial, Vec<OwnId>>,
}

impl Day {
    fn new() -> Self {
        Self {
            phone: Phone::enrolled(1, &Audience::ALL),
            log: Log::new(),
            left: BTreeMap::new(),
            received: BTreeMap::new(),
            owns: BTreeMap::new(),
            contents: BTreeMap::new(),
        }
    }

    fn go(&mut self, step: &Step) {
        match step {
            Step::Add => self.phone.save(0, vec![new_dossier("Lâm Thị Đẹp")]),
            Step::Edit(which, year) => self.edit(*which, *year),
            Step::Mood(mood) => self.phone.mood = *mood,
            Step::Restart(history) => self.phone.restart(*history),
            Step::Post { says, is_heard } => self.post(*says, *is_heard),
            Step::Late(which) => self.hear_again(*which),
            Step::HandOut => self.phone.give(Input::HandOut {
                leave: Leave::CarryOnly,
            }),
            Step::Pull if self.phone.client.is_idle() => {
                let bytes = self.log.answer(&self.phone, 4);
                let seed = self.phone.seed();
                self.phone.give(Input::Pulled { bytes, seed });
            }
            Step::Pull => {}
        }
        for bundle in self.phone.handed_out.split_off(0) {
            self.leave(bundle.serial, bundle.bytes);
        }
        self.observe();
    }

    /// Notes what a server could read from the bundles themselves.
    fn observe(&mut self) {
        let Some(state) = self.phone.client.state() else {
            return;
        };
        let owns = state.mine.all().map(|own| (own.id, own.clone()));
        self.owns.extend(owns);
        let frozen = state.outbox.frozen.values();
        let contents = frozen.map(|bundle| (bundle.serial(), bundle.changes().to_vec()));
        self.contents.extend(contents);
    }

    fn edit(&mut self, which: prop::sample::Index, year: u8) {
        let saved = self.saved();
        if saved.is_empty() {
            return;
        }
        let year = shared::value::Value::Uint(1950 + u64::from(year));
        let write = DocumentWrite {
            target: Target::Existing(saved[which.index(saved.len())]),
            puts: vec![Put::key(shared::key::Key::BIRTH_YEAR, year)],
        };
        self.phone.save(1, vec![write]);
    }

    fn post(&mut self, says: Says, is_heard: bool) {
        let next = self.phone.posts.pop_front().or_else(|| self.phone.send());
        let Some((serial, bytes)) = next else {
            return;
        };
        self.leave(serial, bytes.clone());
        let heard = is_heard && self.phone.client.is_idle();
        if self.phone.client.is_idle() {
            self.receive(serial, &bytes, says);
        }
        let received = self.received.get(&serial).filter(|_| heard);
        let answer = received.map_or(PostAnswer::Failed, |received| {
            PostAnswer::Receipt(verdict(serial, &bytes, received.verdict.clone()))
        });
        let seed = self.phone.seed();
        self.phone.give(Input::Posted {
            serial,
            answer,
            seed,
        });
    }

    /// The server's side: a bundle received before is answered as before.
    fn receive(&mut self, serial: Serial, bytes: &[u8], says: Says) {
        let known = self.received.get(&serial);
        if known.is_some_and(|known| known.verdict != Verdict::TooNew) {
            return;
        }
        self.observe();
        let ids = &self.contents[&serial];
        let owns: Vec<Own> = ids.iter().map(|id| self.owns[id].clone()).collect();
        assert_eq!(owns.len(), self.phone.changes_in(bytes));
        let outcomes = |outcome| Outcomes::new(vec![outcome; owns.len()]).unwrap();
        let verdict = match says {
            Says::Yes => {
                let taken = owns.iter().map(|own| match self.log.take(own) {
                    true => Outcome::Stored,
                    false => Outcome::Parked,
                });
                Verdict::Taken(Outcomes::new(taken.collect()).unwrap())
            }
            Says::Hold => Verdict::Taken(outcomes(Outcome::Held(HoldReason::UnitChanged))),
            Says::Refuse(reason) => Verdict::Taken(outcomes(Outcome::Refused(reason))),
            Says::AskFull => Verdict::Taken(outcomes(Outcome::AskFull)),
            Says::TooNew => Verdict::TooNew,
            Says::Reject(reason) => Verdict::Rejected(Rejection::whole(reason)),
        };
        let received = Received {
            bytes: bytes.to_vec(),
            owns,
            verdict,
        };
        self.received.insert(serial, received);
    }

    fn hear_again(&mut self, which: prop::sample::Index) {
        if self.received.is_empty() {
            return;
        }
        let at = which.index(self.received.len());
        let (serial, received) = self.received.iter().nth(at).unwrap();
        let receipt = verdict(*serial, &received.bytes, received.verdict.clone());
        self.phone.receive(receipt);
    }

    /// The server takes what can be taken by now, and gives up waiting for the rest once
    /// nothing more will come; the phone hears of it.
    fn decide(&mut self) {
        let gives_up = self.phone.client.sync().unsent == 0;
        let mut receipts = Vec::new();
        for (serial, received) in &mut self.received {
            let Verdict::Taken(outcomes) = &received.verdict else {
                continue;
            };
            let decided = outcomes
                .iter()
                .zip(&received.owns)
                .map(|(outcome, own)| match outcome {
                    Outcome::Parked | Outcome::Held(_) if self.log.take(own) => Outcome::Stored,
                    Outcome::Parked | Outcome::Held(_) if gives_up => {
                        Outcome::Refused(RefuseReason::Dependent)
                    }
                    other => *other,
                });
            let decided = Outcomes::new(decided.collect()).unwrap();
            received.verdict = Verdict::Taken(decided);
            receipts.push(verdict(*serial, &received.bytes, received.verdict.clone()));
        }
        for receipt in receipts {
            self.phone.receive(receipt);
        }
    }

    /// Under one number the world only ever sees one text.
    fn leave(&mut self, serial: Serial, bytes: Vec<u8>) {
        let before = self.left.entry(serial).or_insert_with(|| bytes.clone());
        assert!(*before == bytes, "{serial:?} left the phone with two texts");
    }

    fn saved(&self) -> Vec<DocumentId> {
        let notices = self.phone.shown.iter();
        let saved = notices.filter_map(|notice| match notice {
            Notice::Saved { documents, .. } => Some(documents.clone()),
            _ => None,
        });
        saved.flatten().collect()
    }

    /// Whether something of the document is shown, or handed back with its reason.
    fn accounts_for(&self, document: &DocumentId) -> bool {
        let handed_back = self.phone.client.not_accepted();
        let is_handed_back = handed_back.iter().any(|entry| entry.document == *document);
        is_handed_back || !self.phone.client.row(document).is_empty()
    }

    /// Everything leaves, is decided and seen; nothing may be left waiting.
    fn end(&mut self) {
        let seed = self.phone.seed();
        self.phone.restart(History::Certain);
        self.observe();
        self.phone.give(Input::Reissue { seed });
        self.observe();
        for _ in 0..200 {
            let sync = self.phone.client.sync();
            if sync.unsent + sync.parked + sync.held + sync.rejected == 0 {
                break;
            }
            self.phone.now = self.phone.now.plus(7 * 3600);
            self.post(Says::Yes, true);
            self.decide();
        }
        self.log.bring(&mut self.phone);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_was_shown_as_saved_is_never_lost(steps in prop::collection::vec(step(), 1..40)) {
        let mut day = Day::new();
        for step in &steps {
            day.go(step);
            if day.phone.client.is_open() {
                for document in day.saved() {
                    prop_assert!(day.accounts_for(&document));
                }
            }
        }
        day.end();
        prop_assert_eq!(day.phone.client.records(), Vec::new());
        for document in day.saved() {
            prop_assert!(day.accounts_for(&document));
            if let Some(row) = day.log.row(&document) {
                prop_assert_eq!(day.phone.client.row(&document), row);
            }
        }
    }
}
