//! The log as a server would keep it, made from `shared` alone, and what its pages do to phones.

use std::collections::{BTreeMap, BTreeSet};

use shared::engine::{Engine, RowEngine, next_deps};
use shared::entry::{Entry, Logged};
use shared::facts::Origin;
use shared::id::{Audience, ChangeHash, Companion, DocumentId, StreamId};
use shared::key::Key;
use shared::page::Page;
use shared::pull::PullAnswer;
use shared::receipt::{Outcome, RefuseReason};
use shared::row::Row;
use shared::signed;
use shared::value::Value;

use super::dumping::dump;
use super::phone::{Phone, new_dossier, server_key, stream};
use crate::folding::merged;
use crate::input::{History, Input, Leave, PreviewKey};
use crate::mine::Own;
use crate::state::Why;
use crate::views::{Query, RecordState};

/// One server's streams.
#[derive(Default)]
pub(super) struct Log {
    entries: BTreeMap<StreamId, Vec<Entry>>,
    rows: BTreeMap<DocumentId, Row>,
    aliases: BTreeMap<DocumentId, DocumentId>,
    known: BTreeSet<ChangeHash>,
    pub(super) epoch: u32,
}

impl Log {
    pub(super) fn new() -> Self {
        Self {
            epoch: 1,
            ..Self::default()
        }
    }

    /// Takes in everything a phone has in *mine*, as if its bundles had arrived.
    pub(super) fn take_all(&mut self, phone: &Phone) {
        let state = phone.client.state().unwrap();
        for own in state.mine.all() {
            self.take(own);
        }
    }

    /// Takes a change if what it builds on is there; whether it is in the log now.
    pub(super) fn take(&mut self, own: &Own) -> bool {
        if self.known.contains(&own.hash) {
            return true;
        }
        if !own.change.deps.iter().all(|dep| self.known.contains(dep)) {
            return false;
        }
        let root = self.root(&own.document);
        let row = self.rows.entry(root).or_default();
        let shown = next_deps(row, &own.change.actor);
        if RowEngine.fold(row, &own.change).is_err() {
            return false;
        }
        self.known.insert(own.hash);
        let deps = &own.change.deps;
        let created = match own.name.origin {
            Origin::Created(author, n)
                if own.change.deps.is_empty()
                    && own.name.companion.is_none()
                    && author == own.author =>
            {
                Some(n)
            }
            _ => None,
        };
        self.push(
            stream(own.audience),
            Entry::Change(Logged {
                document: own.document,
                author: own.author,
                created,
                upon_all_shown: !deps.is_empty() && *deps == shown,
                hash: own.hash,
                change: own.change.clone(),
            }),
        );
        true
    }

    pub(super) fn row(&self, document: &DocumentId) -> Option<Row> {
        self.rows.get(document).cloned()
    }

    pub(super) fn push(&mut self, stream: StreamId, entry: Entry) {
        if let Entry::United { survivor, joined } = &entry {
            let joining = self.rows.remove(joined).unwrap_or_default();
            let row = self.rows.remove(survivor).unwrap_or_default();
            self.rows.insert(*survivor, merged(row, joining));
            self.aliases.insert(*joined, *survivor);
        }
        if let Entry::Erased { document } = &entry {
            self.forget(*document);
        }
        self.entries.entry(stream).or_default().push(entry);
    }

    /// From now on the erasure stands where the document's changes stood, as in a server's pages.
    fn forget(&mut self, document: DocumentId) {
        let of_it = |entry: &&mut Entry| matches!(entry, Entry::Change(logged) if logged.document == document);
        for entry in self.entries.values_mut().flatten().filter(of_it) {
            *entry = Entry::Erased { document };
        }
    }

    /// As [`Self::answer`], with what a test changes.
    pub(super) fn answer_with(
        &self,
        phone: &Phone,
        change: impl FnOnce(&mut PullAnswer),
    ) -> Vec<u8> {
        let mut answer = self.whole_answer(phone, 1_000);
        change(&mut answer);
        signed::sign(&answer, &server_key()).unwrap()
    }

    fn root(&self, id: &DocumentId) -> DocumentId {
        self.aliases.get(id).copied().unwrap_or(*id)
    }

    /// The answer that brings the phone up to date, at most `step` entries per stream.
    pub(super) fn answer(&self, phone: &Phone, step: usize) -> Vec<u8> {
        signed::sign(&self.whole_answer(phone, step), &server_key()).unwrap()
    }

    fn whole_answer(&self, phone: &Phone, step: usize) -> PullAnswer {
        let state = phone.client.state().unwrap();
        let mut pages = Vec::new();
        let mut more = false;
        for (id, followed) in state.confirmed.streams.iter() {
            let followed = state.confirmed.refills.get(id).unwrap_or(followed);
            let entries = self.entries.get(id).map_or(&[][..], Vec::as_slice);
            let from = (followed.cursor as usize).min(entries.len());
            let upto = (from + step).min(entries.len());
            more |= upto < entries.len();
            if from < upto {
                let head = entries.len() as u64;
                pages.push(Page::of(*id, from as u64, head, &entries[from..upto]));
            }
        }
        PullAnswer {
            device: state.device.id,
            epoch: self.epoch,
            now: phone.now,
            assignment: None,
            receipts: Vec::new(),
            receipts_upto: 0,
            backed_up_to: None,
            pages,
            more,
            lent: None,
            disclosed: None,
        }
    }

    /// Has the phone pull until nothing is left.
    pub(super) fn bring(&self, phone: &mut Phone) {
        for _ in 0..200 {
            let before = cursors(phone);
            let seed = phone.seed();
            phone.give(Input::Reachable { seed });
            let bytes = self.answer(phone, 3);
            let seed = phone.seed();
            phone.give(Input::Pulled { bytes, seed });
            if cursors(phone) == before {
                return;
            }
        }
        panic!("pulling never ends");
    }
}

fn cursors(phone: &Phone) -> Vec<(u64, bool)> {
    let streams = phone.client.sync().streams;
    let cursors = streams.iter().map(|s| (s.cursor, s.is_refilling));
    cursors.collect()
}

pub(super) fn name_of(phone: &Phone, id: &DocumentId) -> Option<String> {
    let row = phone.client.row(id);
    row.get(&Key::NAME)
        .and_then(Value::as_text)
        .map(str::to_owned)
}

fn everyone() -> Query {
    Query::all(shared::kind::Kind::Dossier, 1_000)
}

const BOTH: [Audience; 2] = Audience::ALL;

#[test]
fn what_one_phone_saved_another_shows_after_a_pull() {
    let mut one = Phone::enrolled(1, &BOTH);
    let mut two = Phone::enrolled(2, &BOTH);
    let dossier = one.add_resident_with_number("Lâm Thị Đẹp", "099158004127");
    one.put(dossier, Key::BIRTH_YEAR, Value::Uint(1958));
    let mut log = Log::new();
    log.take_all(&one);
    log.bring(&mut two);
    assert_eq!(two.client.row(&dossier), one.client.row(&dossier));
    let identity = dossier.companion(Companion::Identity);
    assert_eq!(two.client.row(&identity), one.client.row(&identity));
    assert_eq!(two.client.list(&everyone()).count, 1);
}

#[test]
fn an_own_change_seen_in_a_page_is_confirmed_without_any_receipt() {
    let mut phone = Phone::enrolled(1, &BOTH);
    let dossier = phone.add_resident("Lâm Thị Đẹp");
    let before = phone.client.row(&dossier);
    let mut log = Log::new();
    log.take_all(&phone);
    log.bring(&mut phone);
    assert_eq!(phone.client.records(), Vec::new());
    assert_eq!(phone.client.row(&dossier), before);
    phone.restart(History::Certain);
    assert_eq!(phone.client.row(&dossier), before);
    assert_eq!(phone.client.records(), Vec::new());
}

#[test]
fn a_team_phone_forgets_the_number_after_the_receipt_and_can_still_edit() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    let dossier = phone.add_resident_with_number("Lâm Thị Đẹp", "099158004127");
    let identity = dossier.companion(Companion::Identity);
    assert!(phone.client.row(&identity).get(&Key::NUMBER).is_some());
    phone.send_and_hear(Outcome::Stored);
    let stub = phone.client.row(&identity);
    assert_eq!(stub.get(&Key::NUMBER), Some(&Value::Withheld));
    assert_eq!(stub.heads.len(), 1);
    phone.put(identity, Key::ALIAS, Value::from("Út"));
    phone.restart(History::Certain);
    let row = phone.client.row(&identity);
    assert_eq!(row.get(&Key::ALIAS), Some(&Value::from("Út")));
    assert_eq!(row.get(&Key::NUMBER), Some(&Value::Withheld));
}

#[test]
fn united_documents_show_as_one_and_unsent_changes_stay_in_it() {
    let mut one = Phone::enrolled(1, &BOTH);
    let mut two = Phone::enrolled(2, &BOTH);
    let first = one.add_resident("Lâm Thị Đẹp");
    let second = two.add_resident("Lâm Thị Đẹp");
    let mut log = Log::new();
    log.take_all(&one);
    log.take_all(&two);
    two.put(second, Key::BIRTH_YEAR, Value::Uint(1958));
    let unsent = two.client.state().unwrap().mine.all().last().cloned();
    log.push(
        stream(Audience::Team),
        Entry::United {
            survivor: first,
            joined: second,
        },
    );
    log.bring(&mut two);
    log.bring(&mut one);
    assert_eq!(two.client.list(&everyone()).count, 1);
    let row = two.client.row(&second);
    assert_eq!(row, two.client.row(&first));
    assert_eq!(row.get(&Key::BIRTH_YEAR), Some(&Value::Uint(1958)));
    let still = two.client.state().unwrap().mine.all().last().cloned();
    assert_eq!(
        still, unsent,
        "an unsent change keeps its bytes and its name"
    );
    two.put(second, Key::SEX, Value::Uint(1));
    let newest = two.client.state().unwrap().mine.all().last().cloned();
    let newest = newest.unwrap();
    assert_eq!(newest.document, first);
    assert_eq!(newest.author.actor(first), newest.change.actor);
    assert_eq!(
        newest.change.deps,
        next_deps(&row, &newest.author.actor(first))
    );
    log.take_all(&two);
    log.bring(&mut one);
    log.bring(&mut two);
    assert_eq!(one.client.row(&first), two.client.row(&first));
    assert_eq!(two.client.records(), Vec::new());
}

#[test]
fn an_erased_person_leaves_nothing_in_storage() {
    let mut one = Phone::enrolled(1, &BOTH);
    let mut two = Phone::enrolled(2, &BOTH);
    let dossier = one.add_resident("Lâm Thị Đẹp");
    one.add_resident("Thạch Sa Rinh");
    let mut log = Log::new();
    log.take_all(&one);
    log.bring(&mut two);
    two.put(dossier, Key::NOTE, Value::from("hẹn thứ ba"));
    assert!(dump(&two).contains("Lâm Thị Đẹp"));
    log.push(stream(Audience::Team), Entry::Erased { document: dossier });
    log.bring(&mut two);
    // The stream is pulled anew, and brings the tombstone in the place of every change.
    assert!(!dump(&two).contains("Lâm Thị Đẹp"));
    assert!(two.client.document(&dossier).is_none());
    assert_eq!(two.client.records(), Vec::new());
    let not_accepted = two.client.not_accepted();
    assert_eq!(not_accepted.len(), 1);
    assert!(not_accepted[0].puts.is_empty());
    two.restart(History::Certain);
    assert!(two.client.document(&dossier).is_none());
    assert_eq!(two.client.list(&everyone()).count, 1);
    two.put(dossier, Key::NOTE, Value::from("again"));
    assert_eq!(two.not_saved(), Some(crate::NotSaved::Erased));
}

#[test]
fn edits_on_a_refounded_document_are_made_again_on_its_successor() {
    let mut server = Phone::enrolled(3, &BOTH);
    let mut phone = Phone::enrolled(1, &BOTH);
    let old = server.add_resident("Lâm Thị Đẹp");
    server.put(old, Key::NOTE, Value::from("lời không nên ghi"));
    let mut log = Log::new();
    log.take_all(&server);
    log.bring(&mut phone);
    log.bring(&mut server);
    phone.put(old, Key::NOTE, Value::from("ghi thêm"));
    phone.put(old, Key::BIRTH_YEAR, Value::Uint(1958));
    let successor = server.add_resident("Lâm Thị Đẹp");
    log.push(
        stream(Audience::Team),
        Entry::Refounded {
            from: old,
            to: successor,
        },
    );
    // The mark may come before the document itself.
    let seed = phone.seed();
    phone.give(Input::Reachable { seed });
    let bytes = log.answer_with(&phone, |answer| answer.more = true);
    let seed = phone.seed();
    phone.give(Input::Pulled { bytes, seed });
    assert_eq!(phone.client.records().len(), 2);
    log.take_all(&server);
    log.bring(&mut phone);
    assert_eq!(name_of(&phone, &old).as_deref(), Some("Lâm Thị Đẹp"));
    let row = phone.client.row(&old);
    assert_eq!(row.get(&Key::BIRTH_YEAR), Some(&Value::Uint(1958)));
    assert_eq!(row.get(&Key::NOTE), None);
    assert_eq!(phone.client.records().len(), 1);
    let not_accepted = phone.client.not_accepted();
    assert_eq!(not_accepted.len(), 1);
    assert_eq!(not_accepted[0].puts[0].value, Value::from("ghi thêm"));
}

#[test]
fn edits_on_a_document_that_goes_on_out_of_sight_are_handed_back() {
    let mut server = Phone::enrolled(3, &BOTH);
    let mut phone = Phone::enrolled(1, &BOTH);
    let old = server.add_resident("Lâm Thị Đẹp");
    let mut log = Log::new();
    log.take_all(&server);
    log.bring(&mut phone);
    phone.put(old, Key::NOTE, Value::from("ghi thêm"));
    let to = DocumentId([9; 16]);
    log.push(stream(Audience::Team), Entry::Refounded { from: old, to });
    log.bring(&mut phone);
    assert_eq!(phone.client.records().len(), 0);
    let not_accepted = phone.client.not_accepted();
    assert_eq!(not_accepted[0].why, Why::Refused(RefuseReason::Moved));
    assert_eq!(not_accepted[0].puts[0].value, Value::from("ghi thêm"));
}

#[test]
fn a_page_that_cannot_be_read_has_the_stream_pulled_anew_and_mine_stays() {
    let mut one = Phone::enrolled(1, &BOTH);
    let mut two = Phone::enrolled(2, &BOTH);
    let dossier = one.add_resident("Lâm Thị Đẹp");
    let mut log = Log::new();
    log.take_all(&one);
    log.bring(&mut two);
    let own = two.add_resident("Thạch Sa Rinh");
    // A change of a document whose beginning this stream never showed.
    let mut broken = Log::new();
    one.put(dossier, Key::SEX, Value::Uint(1));
    broken.push(stream(Audience::Team), filler());
    let state = one.client.state().unwrap();
    let last = state.mine.all().last().unwrap().clone();
    let second = Logged {
        document: DocumentId([9; 16]),
        author: last.author,
        created: None,
        upon_all_shown: false,
        hash: last.hash,
        change: last.change.clone(),
    };
    broken.push(stream(Audience::Team), Entry::Change(second));
    let bytes = broken.answer(&two, 9);
    let seed = two.seed();
    two.give(Input::Pulled { bytes, seed });
    let progress = two.client.sync().streams;
    assert!(progress.iter().any(|stream| stream.is_refilling));
    assert_eq!(name_of(&two, &dossier).as_deref(), Some("Lâm Thị Đẹp"));
    two.restart(History::Certain);
    log.take_all(&one);
    log.bring(&mut two);
    let progress = two.client.sync().streams;
    assert!(progress.iter().all(|stream| !stream.is_refilling));
    assert_eq!(two.client.row(&dossier), one.client.row(&dossier));
    assert_eq!(name_of(&two, &own).as_deref(), Some("Thạch Sa Rinh"));
    assert_eq!(two.client.records()[0].state, RecordState::Sending);
}

#[test]
fn a_restored_server_gets_everything_again() {
    let mut phone = Phone::enrolled(1, &BOTH);
    let dossier = phone.add_resident("Lâm Thị Đẹp");
    let mut log = Log::new();
    log.take_all(&phone);
    let serial = phone.send_and_hear(Outcome::Stored);
    log.bring(&mut phone);
    assert_eq!(phone.client.records(), Vec::new());
    let mut restored = Log::new();
    restored.epoch = 2;
    let bytes = restored.answer(&phone, 9);
    let seed = phone.seed();
    phone.give(Input::Pulled { bytes, seed });
    let again = phone.posts.pop_front().or_else(|| phone.send());
    assert_eq!(again.map(|(serial, _)| serial), Some(serial));
    assert_eq!(name_of(&phone, &dossier).as_deref(), Some("Lâm Thị Đẹp"));
}

#[test]
fn a_colleagues_preview_is_shown_and_never_built_upon() {
    let mut one = Phone::enrolled(1, &BOTH);
    let mut two = Phone::enrolled(2, &BOTH);
    let dossier = one.add_resident("Lâm Thị Đẹp");
    one.give(Input::HandOut {
        leave: Leave::LookAtTeam,
    });
    let bundle = one.handed_out.pop().unwrap();
    two.give(Input::TakeCustody {
        bytes: bundle.bytes,
        preview: Some(PreviewKey {
            from: "Thắm".to_owned(),
            audience: Audience::Team,
            key: bundle.team_key.unwrap(),
        }),
    });
    let view = two.client.document(&dossier).unwrap();
    assert_eq!(view.previews[0].from, "Thắm");
    assert!(view.fields.is_empty());
    two.put(dossier, Key::BIRTH_YEAR, Value::Uint(1958));
    assert_eq!(two.not_saved(), None);
    let own = two.client.state().unwrap().mine.all().next().cloned();
    assert!(own.unwrap().change.deps.is_empty());
    assert_eq!(two.client.sync().in_custody, 1);
    two.restart(History::Certain);
    assert_eq!(two.client.sync().in_custody, 1);
}

fn filler() -> Entry {
    Entry::Moved {
        document: DocumentId([8; 16]),
        to: super::phone::HAMLET,
    }
}

#[test]
fn a_new_dossier_needs_nothing_but_a_name() {
    let mut phone = Phone::enrolled(1, &BOTH);
    phone.save(5, vec![new_dossier("Kim Thị Út")]);
    let dossier = phone.saved_documents()[0];
    let row = phone.client.row(&dossier);
    assert_eq!(row.unit(), Some(super::phone::HAMLET));
    assert_eq!(row.kind(), Some(shared::kind::Kind::Dossier));
}

#[test]
fn an_edit_over_a_preview_wins_by_itself_once_the_preview_is_confirmed() {
    let mut one = Phone::enrolled(1, &BOTH);
    let mut two = Phone::enrolled(2, &BOTH);
    let dossier = one.add_resident("Lâm Thị Đẹp");
    let mut log = Log::new();
    log.take_all(&one);
    log.bring(&mut one);
    log.bring(&mut two);
    one.put(dossier, Key::PHONE, Value::from("0951234567"));
    one.give(Input::HandOut {
        leave: Leave::LookAtTeam,
    });
    let bundle = one.handed_out.pop().unwrap();
    two.give(Input::TakeCustody {
        bytes: bundle.bytes,
        preview: Some(PreviewKey {
            from: "Thắm".to_owned(),
            audience: Audience::Team,
            key: bundle.team_key.unwrap(),
        }),
    });
    two.put(dossier, Key::PHONE, Value::from("0957654321"));
    log.take_all(&one);
    log.bring(&mut two);
    let view = two.client.document(&dossier).unwrap();
    assert_eq!(view.previews, []);
    let phone = view.fields.iter().find(|field| field.key == Key::PHONE);
    let values: Vec<_> = (phone.unwrap().values.iter())
        .map(|live| live.value.clone())
        .collect();
    assert_eq!(values, [Value::from("0957654321")]);
}

#[test]
fn a_stream_no_longer_assigned_leaves_the_phone_and_unsent_work_stays() {
    let mut one = Phone::enrolled(1, &BOTH);
    let mut two = Phone::enrolled(2, &BOTH);
    let dossier = one.add_resident_with_number("Lâm Thị Đẹp", "099158004127");
    let mut log = Log::new();
    log.take_all(&one);
    log.bring(&mut two);
    let own = two.add_resident("Thạch Sa Rinh");
    let state = two.client.state().unwrap();
    let mut assignment = state.device.assignment.clone().unwrap();
    assignment.version += 1;
    assignment.streams = vec![stream(Audience::Team)];
    let bytes = log.answer_with(&two, |answer| answer.assignment = Some(assignment));
    let seed = two.seed();
    two.give(Input::Pulled { bytes, seed });
    two.restart(History::Certain);
    let identity = dossier.companion(Companion::Identity);
    assert!(two.client.document(&identity).is_none());
    assert!(two.client.document(&dossier).is_some());
    assert_eq!(name_of(&two, &own).as_deref(), Some("Thạch Sa Rinh"));
    assert_eq!(two.client.sync().unsent, 1);
}

#[test]
fn a_document_that_moved_away_stays_readable_and_says_where_it_went() {
    let mut one = Phone::enrolled(1, &BOTH);
    let dossier = one.add_resident("Lâm Thị Đẹp");
    let mut log = Log::new();
    log.take_all(&one);
    let to = shared::id::UnitId(77);
    let document = dossier;
    log.push(stream(Audience::Team), Entry::Moved { document, to });
    log.bring(&mut one);
    let view = one.client.document(&dossier).unwrap();
    assert_eq!(view.moved_to, Some(to));
}

#[test]
fn many_small_pulls_end_in_few_pages_and_survive_a_restart() {
    let mut one = Phone::enrolled(1, &BOTH);
    let mut two = Phone::enrolled(2, &BOTH);
    let mut log = Log::new();
    for n in 0..150 {
        one.add_resident(&format!("Người {n}"));
        log.take_all(&one);
        log.bring(&mut one);
        log.bring(&mut two);
    }
    let pages = two
        .disk
        .keys()
        .filter(|(store, _)| *store == crate::Store::Rows);
    assert!(pages.count() <= crate::limits::SMALL_PAGES_MAX + 1);
    two.restart(History::Certain);
    assert_eq!(two.client.list(&everyone()).count, 150);
}

#[test]
fn a_bundle_is_kept_until_a_backup_has_it() {
    let mut phone = Phone::enrolled(1, &BOTH);
    phone.add_resident("Lâm Thị Đẹp");
    let mut log = Log::new();
    log.take_all(&phone);
    let serial = phone.send_and_hear(Outcome::Stored);
    log.bring(&mut phone);
    let kept = |phone: &Phone| phone.client.state().unwrap().outbox.frozen.len();
    assert_eq!(kept(&phone), 1);
    let to = shared::receipt::BackedUpTo {
        incarnation: serial.incarnation,
        number: serial.number,
    };
    let bytes = log.answer_with(&phone, |answer| answer.backed_up_to = Some(to));
    let seed = phone.seed();
    phone.give(Input::Pulled { bytes, seed });
    assert_eq!(kept(&phone), 0);
}

#[test]
fn news_that_came_while_locked_is_there_after_unlocking() {
    let mut one = Phone::enrolled(1, &BOTH);
    let mut two = Phone::enrolled(2, &BOTH);
    let dossier = one.add_resident("Lâm Thị Đẹp");
    let mut log = Log::new();
    log.take_all(&one);
    let bytes = log.answer(&two, 10);
    two.lock(History::Certain);
    let (seed, pulls) = (two.seed(), two.pulls);
    two.give(Input::Reachable { seed });
    assert_eq!(two.pulls, pulls + 1, "the request was signed ahead");
    two.give(Input::Pulled { bytes, seed });
    two.unlock();
    assert_eq!(name_of(&two, &dossier).as_deref(), Some("Lâm Thị Đẹp"));
}
