//! Pulling: asking for news and taking it in, stream by stream.

use std::sync::Arc;

use shared::engine::Engine;
use shared::enrol::Assignment;
use shared::id::{Companion, DocumentId, StreamId};
use shared::limits::PULL_STREAMS_MAX;
use shared::news::{News, is_news};
use shared::page::Page;
use shared::pull::{Cursor, PullAnswer, PullRequest, Reply};
use shared::signed;
use shared::spoken::{Behind, Spoken};
use shared::version::PROTOCOL;
use shared::wipe::WipeOrder;

use crate::confirmed::{Held, Home, Marks, Stream};
use crate::effect::{Notice, Store, Write};
use crate::folding::{Folded, Reader, Told, merged};
use crate::limits::{PULL_BYTES_MAX, TOO_NEW_RETRY_SECONDS};
use crate::mine::{Own, OwnId};
use crate::stored::{self, PULL_AHEAD_KEY};
use crate::work::Work;

/// A clock this far off is worth a word to its owner.
const CLOCK_OFF_SECONDS: i64 = 10 * 60;

impl<E: Engine> Work<'_, E> {
    /// The signed request for everything this phone is missing; `None` before enrolment.
    pub(crate) fn pull_request(&mut self) -> Option<Vec<u8>> {
        let streams = &self.state.device.assignment.as_ref()?.streams;
        let from = match streams.len() > PULL_STREAMS_MAX {
            true => self.state.sender.pull_from % streams.len(),
            false => 0,
        };
        let named = streams.iter().cycle().skip(from).take(streams.len());
        let asked: Vec<StreamId> = named.take(PULL_STREAMS_MAX).copied().collect();
        self.state.sender.pull_from = from + asked.len();
        let request = self.signed_request(&asked, Reply::Open);
        self.state.sender.asked = asked.into();
        request
    }

    /// Leaves a signed request for whoever pulls while the phone is locked.
    pub(crate) fn leave_pull_ahead(&mut self) {
        if !self.state.device.is_active {
            return;
        }
        if let Some(value) = self.sealed_request() {
            self.write(Write::Put {
                store: Store::Outbox,
                key: PULL_AHEAD_KEY.to_vec(),
                value,
            });
        }
    }

    /// A signed request whose answer anybody may carry, for they cannot read it.
    pub(crate) fn sealed_request(&self) -> Option<Vec<u8>> {
        let streams = self.state.device.assignment.iter();
        let asked: Vec<StreamId> = streams
            .flat_map(|assignment| &assignment.streams)
            .take(PULL_STREAMS_MAX)
            .copied()
            .collect();
        self.signed_request(&asked, Reply::Sealed)
    }

    /// A signed request for nothing but names.
    pub(crate) fn names_request(&self) -> Option<Vec<u8>> {
        self.signed_request(&[], Reply::Open)
    }

    fn signed_request(&self, asked: &[StreamId], reply: Reply) -> Option<Vec<u8>> {
        let state = &self.state;
        let confirmed = &state.confirmed;
        let cursors = asked.iter().map(|id| {
            let refill = confirmed.refills.get(id);
            let stream = refill.or_else(|| confirmed.streams.get(id));
            Cursor {
                stream: *id,
                upto: stream.map_or(0, |stream| stream.cursor),
            }
        });
        let request = PullRequest {
            protocol: PROTOCOL,
            device: state.device.id,
            incarnation: state.device.incarnation,
            at: self.now,
            assignment: state.device.assignment.as_ref()?.version,
            epoch: state.device.server.as_ref()?.epoch,
            cursors: cursors.collect(),
            receipts_upto: state.device.receipts_upto,
            wait_seconds: 0,
            bytes_max: PULL_BYTES_MAX,
            reply,
            lent: confirmed.loans.mark,
            disclosures: state.untold.next(),
            unsent: state.unsent(),
        };
        signed::sign(&request, &state.device.signing_key()).ok()
    }

    /// Takes in an answer, however it came: open, or sealed to this phone.
    pub(crate) fn pulled(&mut self, bytes: &[u8]) {
        if !is_news(bytes) {
            return self.answered_pull(bytes);
        }
        match News::read(bytes) {
            Ok(news) if news.device != self.state.device.id => self.unusable("other-device"),
            Ok(news) => match self.state.device.open_news(&news) {
                Ok(answer) => self.answered_pull(&answer),
                Err(error) => self.unusable(error.code()),
            },
            Err(error) => self.unusable(error.code()),
        }
    }

    fn unusable(&mut self, code: &str) {
        self.show(Notice::Unusable(code.to_owned()));
        self.pull_failed();
    }

    /// The server does not speak this app's protocol: bundles still go up, news waits for an
    /// update of one of the two.
    fn spoken(&mut self, spoken: &Spoken) {
        let device = &mut self.state.device;
        if let Some(server) = &mut device.server
            && !spoken.sealing_keys.is_empty()
            && device.last_keys < spoken.now
        {
            device.last_keys = spoken.now;
            server.keys.sealing.clone_from(&spoken.sealing_keys);
        }
        self.touch_device();
        let notice = spoken.behind().map(|behind| match behind {
            Behind::Us => Notice::UpdateNeeded,
            Behind::Server => Notice::ServerBehind,
        });
        notice.into_iter().for_each(|notice| self.show(notice));
        let sender = &mut self.state.sender;
        sender.pulling = false;
        sender.pull_at = self.now.plus(TOO_NEW_RETRY_SECONDS);
    }

    fn answered_pull(&mut self, bytes: &[u8]) {
        let Some(server) = &self.state.device.server else {
            return;
        };
        let epoch = server.epoch;
        if let Ok(spoken) = signed::verify::<Spoken>(bytes, &server.keys.signing)
            && spoken.device == self.state.device.id
        {
            return self.spoken(&spoken);
        }
        if let Ok(order) = signed::verify::<WipeOrder>(bytes, &server.keys.signing)
            && order.device == self.state.device.id
        {
            return self.wipe_ordered(&order);
        }
        let read = signed::verify::<PullAnswer>(bytes, &server.keys.signing);
        let code = match &read {
            Ok(answer) if answer.device != self.state.device.id => Some("other-device"),
            Ok(answer) if answer.epoch < epoch => Some("former-epoch"),
            Ok(_) => None,
            Err(error) => Some(error.code()),
        };
        if let Some(code) = code {
            self.show(Notice::Unusable(code.to_owned()));
        }
        let (None, Ok(answer)) = (code, read) else {
            return self.pull_failed();
        };
        let fresh = core::mem::take(&mut self.state.sender.pulling);
        if answer.epoch > epoch {
            self.new_epoch(answer.epoch, answer.backed_up_to);
        }
        self.heard(&answer, fresh);
        if let Some(assignment) = &answer.assignment {
            self.adopt(assignment);
        }
        for receipt in &answer.receipts {
            self.receipt(receipt);
        }
        if let Some(lent) = &answer.lent {
            self.take_loans(lent, answer.now);
        }
        if let Some(upto) = answer.disclosed {
            self.disclosures_told(upto);
        }
        self.refresh_names();
        let mut more = answer.more;
        for page in &answer.pages {
            more &= self.page(page);
        }
        if fresh && !answer.more && answer.epoch == epoch {
            self.complete_refills(&answer.pages);
        }
        self.settle_rebases();
        self.supersede();
        if fresh && !more {
            self.hand_back_stranded();
            self.reissue_misplaced();
        }
        self.prune_sent(fresh.then_some(answer.now));
        self.pull_next(more);
    }

    /// Follows exactly the streams of an assignment, unless a newer one is known.
    pub(crate) fn adopt(&mut self, assignment: &Assignment) {
        let known = self.state.device.assignment.as_ref();
        if known.is_some_and(|known| known.version >= assignment.version) {
            return;
        }
        self.state.device.assignment = Some(assignment.clone());
        self.touch_device();
        for id in &assignment.streams {
            if !self.state.confirmed.streams.contains_key(id) {
                let stream = Arc::new(Stream::default());
                self.state.confirmed.streams.insert(*id, stream);
                self.touch_stream(*id);
            }
        }
        let left: Vec<StreamId> = (self.state.confirmed.streams.keys())
            .filter(|id| !assignment.streams.contains(id))
            .copied()
            .collect();
        for id in left {
            self.unfollow(id);
        }
        self.settle_left();
    }

    fn heard(&mut self, answer: &PullAnswer, fresh: bool) {
        self.backed_up(answer.backed_up_to);
        let device = &mut self.state.device;
        // Not the latest: a clock that once ran ahead would stay believed.
        device.last_heard = Some(self.now);
        device.receipts_upto = device.receipts_upto.max(answer.receipts_upto);
        if fresh {
            // A carried answer may be weeks old and says nothing of the clock.
            let seconds = answer.now.0.saturating_sub(self.now.0);
            let changed = seconds.abs_diff(device.clock_offset) > CLOCK_OFF_SECONDS as u64;
            device.clock_offset = seconds;
            if changed && seconds.abs() > CLOCK_OFF_SECONDS {
                self.show(Notice::ClockOff { seconds });
            }
        }
        self.touch_device();
    }

    /// Folds one page. Whether going on at once makes sense.
    fn page(&mut self, page: &Page) -> bool {
        let id = page.stream;
        let confirmed = &self.state.confirmed;
        let is_refill = confirmed.refills.contains_key(&id);
        let Some(stream) = confirmed.refills.get(&id).or(confirmed.streams.get(&id)) else {
            return true;
        };
        if page.after != stream.cursor || page.upto < page.after {
            return true;
        }
        let mut reader = Reader::new(self.engine, stream);
        let read = page.entries(&mut reader);
        let folded = reader.into_folded();
        if read.is_err() || folded.told.is_broken {
            self.spoil(id);
            return false;
        }
        if page.after == 0 {
            self.drop_history(id);
        }
        self.keep_page(page);
        match is_refill {
            true => self.fold_refill(page, folded),
            false => self.fold_stream(page, folded),
        }
        true
    }

    fn fold_stream(&mut self, page: &Page, folded: Folded) {
        let Folded { rows, marks, told } = folded;
        let id = page.stream;
        let Some(stream) = self.state.confirmed.streams.get_mut(&id) else {
            return;
        };
        let removes = rows.values().any(Option::is_none);
        let touched: Vec<DocumentId> = rows.keys().copied().collect();
        advance(Arc::make_mut(stream), page, rows, marks);
        self.touch_stream(id);
        for document in touched {
            self.touch_row(Home::Stream(id), document);
        }
        if removes {
            self.rewrite_rows();
        }
        if told.purges {
            self.purge(id);
        }
        self.follow(told);
    }

    fn fold_refill(&mut self, page: &Page, folded: Folded) {
        let id = page.stream;
        if let Some(stream) = self.state.confirmed.refills.get_mut(&id) {
            advance(Arc::make_mut(stream), page, folded.rows, folded.marks);
            let whole = page.upto >= page.head;
            self.follow(Told {
                hashes: Vec::new(),
                ..folded.told
            });
            if whole {
                self.complete_refill(id);
            }
        }
    }

    /// Refills that had nothing more to get are whole, unless the server once told of more: it has
    /// nothing to say to a phone that is suspended.
    fn complete_refills(&mut self, pages: &[Page]) {
        let asked = core::mem::take(&mut self.state.sender.asked);
        for id in asked {
            let answered = pages.iter().any(|page| page.stream == id);
            let refill = self.state.confirmed.refills.get(&id);
            if !answered && refill.is_some_and(|refill| refill.is_whole()) {
                self.complete_refill(id);
            }
        }
    }

    fn complete_refill(&mut self, id: StreamId) {
        let confirmed = &mut self.state.confirmed;
        let Some(whole) = confirmed.refills.remove(&id) else {
            return;
        };
        let now_there: Vec<DocumentId> = whole.rows.iter().map(|(id, _)| *id).collect();
        let before = confirmed.streams.insert(id, whole);
        let before = before.iter().flat_map(|stream| stream.rows.iter());
        let before: Vec<DocumentId> = before.map(|(id, _)| *id).collect();
        self.touch_stream(id);
        self.rewrite_rows();
        self.reroot();
        let confirmed_now: Vec<OwnId> = (self.state.mine.all())
            .filter(|own| {
                let row = self.state.confirmed.row(&self.root(&own.document));
                let last = row.and_then(|row| row.actors.get(&own.change.actor).copied());
                last.is_some_and(|last| last.seq >= own.change.seq)
            })
            .map(|own| own.id)
            .collect();
        for id in confirmed_now {
            self.remove_own(id);
        }
        for document in before.into_iter().chain(now_there) {
            self.touch_found(document);
        }
    }

    /// What follows from a page outside its own stream.
    fn follow(&mut self, told: Told) {
        self.ask_names_of(told.authors);
        for hash in &told.hashes {
            if let Some(id) = self.state.mine.by_hash(hash) {
                self.remove_own(id);
            }
        }
        for (survivor, joined) in &told.united {
            for which in [Companion::Identity, Companion::Case] {
                self.unite_alone(survivor.companion(which), joined.companion(which));
            }
        }
        if !told.united.is_empty() || !told.refounded.is_empty() {
            for (from, to) in &told.refounded {
                self.refounded(*from, *to);
            }
            self.reroot();
        }
        for root in told.erased {
            let companions = [Companion::Identity, Companion::Case];
            for id in [root]
                .into_iter()
                .chain(companions.map(|c| root.companion(c)))
            {
                self.erase(id);
            }
        }
        for root in told.moved {
            self.touch_found(root);
        }
    }

    fn erase(&mut self, id: DocumentId) {
        self.forget(&id);
        if self.state.confirmed.alone.remove(&id).is_some() {
            self.rewrite_rows();
        }
        self.state.previews.forget(&id);
        self.touch_found(id);
    }

    /// Unites two documents that no followed stream brings.
    fn unite_alone(&mut self, survivor: DocumentId, joined: DocumentId) {
        let confirmed = &mut self.state.confirmed;
        let Some(joining) = confirmed.alone.remove(&joined) else {
            return;
        };
        let row = match confirmed.alone.get(&survivor) {
            Some(held) => merged(held.row(), joining.row()),
            None => joining.row(),
        };
        confirmed.alone.insert(survivor, Held::new(&row));
        let marks = Arc::make_mut(&mut confirmed.alone_marks);
        marks.aliases.insert(joined, survivor);
        self.touch_alone_marks();
        self.touch_row(Home::Alone, survivor);
        self.rewrite_rows();
    }

    /// A document goes on under another id, and so do its companions, of which a page may never
    /// tell this phone.
    fn refounded(&mut self, from: DocumentId, to: DocumentId) {
        self.rebase_named(from, to);
        for which in [Companion::Identity, Companion::Case] {
            let (from, to) = (from.companion(which), to.companion(which));
            let is_meant = |own: &Own| [own.document, self.root(&own.document)].contains(&from);
            let is_known = self.state.mine.all().any(is_meant)
                || self.state.confirmed.alone_marks.aliases.contains_key(&from);
            self.rebase_named(from, to);
            let confirmed = &mut self.state.confirmed;
            let stub = confirmed.alone.remove(&from).is_some();
            if is_known || stub {
                let marks = Arc::make_mut(&mut confirmed.alone_marks);
                marks.aliases.insert(from, to);
                self.touch_alone_marks();
                self.touch_found(from);
                self.rewrite_rows();
            }
        }
        self.touch_found(from);
        self.touch_found(to);
    }

    pub(crate) fn reroot(&mut self) {
        let confirmed = &self.state.confirmed;
        self.state.mine.reroot(|id| confirmed.root(id));
        let roots: Vec<DocumentId> = self.state.mine.roots().copied().collect();
        for root in roots {
            self.touch_found(root);
        }
    }

    fn unfollow(&mut self, id: StreamId) {
        self.state.confirmed.refills.remove(&id);
        if let Some(stream) = self.state.confirmed.streams.remove(&id) {
            for (document, held) in stream.rows.iter() {
                // What is still to be made again of own work stands upon what was here.
                if self.state.mine.of(document).next().is_some() {
                    let stub = Held::new(&held.row().stub());
                    self.state.confirmed.alone.insert(*document, stub);
                }
                self.touch_found(*document);
            }
            self.keep_names(&stream.marks);
        }
        self.touch_stream(id);
        self.rewrite_rows();
        self.drop_history(id);
    }

    /// Own work is found under the names its documents had in a stream that is left.
    fn keep_names(&mut self, marks: &Marks) {
        for name in marks.aliases.keys() {
            let root = marks.root(name);
            if self.state.mine.of(&root).next().is_some() {
                let alone = Arc::make_mut(&mut self.state.confirmed.alone_marks);
                alone.aliases.insert(*name, root);
                self.touch_alone_marks();
            }
        }
    }

    /// A stream's history would keep what was just destroyed: it goes at once, and what stays of
    /// it is pulled anew, so that every row can still be accounted for.
    fn purge(&mut self, id: StreamId) {
        self.drop_history(id);
        self.spoil(id);
    }

    fn drop_history(&mut self, id: StreamId) {
        self.write(Write::DeletePrefix {
            store: Store::Facts,
            prefix: stored::stream_bytes(id).to_vec(),
        });
    }
}

pub(crate) fn advance(
    stream: &mut Stream,
    page: &Page,
    rows: std::collections::BTreeMap<DocumentId, Option<shared::row::Row>>,
    marks: Arc<Marks>,
) {
    stream.cursor = page.upto;
    stream.head = page.head;
    stream.marks = marks;
    for (document, row) in rows {
        match row {
            Some(row) => {
                stream.rows.insert(document, Held::new(&row));
            }
            None => {
                stream.rows.remove(&document);
            }
        }
    }
}
