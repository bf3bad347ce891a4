//! Custody: what this phone carries for colleagues. Up go their sealed bundles and their signed
//! requests for news; back come the receipts and the sealed news that the server gave for them.
//!
//! Nothing here is ever opened but what a preview note for this phone opens, and nothing is
//! forgotten before the server has it. What is on its
//! way back is kept for a month, because nobody tells the courier when it has arrived.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_bytes::ByteBuf;
use shared::bundle::{Bundle, Serial};
use shared::engine::Engine;
use shared::hash;
use shared::id::{BundleId, DeviceId};
use shared::limits::PARCEL_BYTES_MAX;
use shared::news::News;
use shared::parcel::{Item, Sort, is_parcel, pack, unpack};
use shared::pull::{PullRequest, Reply};
use shared::receipt::{Receipt, Verdict};
use shared::signed::Signed;
use shared::sorted::SortedMap;
use shared::time::UnixSeconds;
use shared::wipe::WipeOrder;

use crate::effect::{Carried, Effect, Notice, Store};
use crate::input::PreviewKey;
use crate::limits::{CUSTODY_BUNDLES_MAX, ERRANDS_MAX, KEEP_SENT_SECONDS, NOTES_MAX, RETURNS_MAX};
use crate::outbox::{OpenBundle, bundle_key};
use crate::stored::{self, Unreadable};
use crate::work::{Work, delete, put_bytes};

/// Everything carried.
#[derive(Debug, Clone, Default)]
pub(crate) struct Custody {
    bundles: SortedMap<Serial, Arc<[u8]>>,
    /// The newest request of each device.
    requests: SortedMap<DeviceId, Arc<[u8]>>,
    receipts: SortedMap<Serial, Arc<[u8]>>,
    /// The newest news of each device.
    news: SortedMap<DeviceId, Arc<[u8]>>,
    /// Notes for this phone, by their keys in the store.
    notes: SortedMap<Vec<u8>, Arc<[u8]>>,
}

/// What is carried for one colleague.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct CarriedFor {
    /// Whose phone it is.
    pub device: DeviceId,
    /// Bundles that the server does not have yet.
    pub bundles: usize,
    /// Receipts and news to be brought back.
    pub returns: usize,
}

impl Custody {
    /// Takes a stored record into memory: a bundle as it is, anything else in a parcel of its own.
    pub(crate) fn load(&mut self, value: &[u8]) -> Result<(), Unreadable> {
        let bad = Unreadable(Store::Custody);
        let bytes: ByteBuf = stored::read_plain(Store::Custody, value)?;
        if !is_parcel(&bytes) {
            let serial = Bundle::read(&bytes).map_err(|_| bad)?.header().serial;
            self.bundles.insert(serial, bytes.into_vec().into());
            return Ok(());
        }
        for Item { sort, bytes } in unpack(&bytes).map_err(|_| bad)? {
            match sort {
                Sort::Bundle => return Err(bad),
                Sort::Request => {
                    let device = asked_by(&bytes).ok_or(bad)?;
                    self.requests.insert(device, bytes.into());
                }
                Sort::Receipt => {
                    let receipt = Signed::<Receipt>::read(&bytes).map_err(|_| bad)?;
                    let serial = receipt.claimed().serial;
                    self.receipts.insert(serial, bytes.into());
                }
                Sort::News => {
                    let device = recipient(&bytes).ok_or(bad)?;
                    self.news.insert(device, bytes.into());
                }
                Sort::Preview => {
                    self.notes.insert(note_key(&bytes), bytes.into());
                }
            }
        }
        Ok(())
    }

    /// The bundle to forward next.
    pub(crate) fn next(&self) -> Option<Carried> {
        let (serial, bytes) = self.bundles.first()?;
        Some(Carried {
            serial: *serial,
            bytes: bytes.to_vec(),
            team_key: None,
        })
    }

    /// The request to forward next.
    pub(crate) fn next_request(&self) -> Option<(DeviceId, &[u8])> {
        let (device, bytes) = self.requests.first()?;
        Some((*device, bytes))
    }

    pub(crate) fn has(&self, serial: Serial) -> bool {
        self.bundles.contains_key(&serial)
    }

    /// The carried bundle of this name.
    pub(crate) fn bundle(&self, id: BundleId) -> Option<Arc<[u8]>> {
        let mut bundles = self.bundles.values();
        bundles.find(|bytes| BundleId::of(bytes) == id).cloned()
    }

    /// Notes that open bundles for this phone.
    pub(crate) fn notes(&self) -> Vec<Arc<[u8]>> {
        self.notes.values().cloned().collect()
    }

    /// Lets go of a note; whether it was there.
    pub(crate) fn forget_note(&mut self, bytes: &[u8]) -> bool {
        self.notes.remove(&note_key(bytes)).is_some()
    }

    /// How many bundles are carried.
    pub(crate) fn len(&self) -> usize {
        self.bundles.len()
    }

    /// What is carried, colleague by colleague.
    pub(crate) fn by_device(&self) -> Vec<CarriedFor> {
        let mut found: BTreeMap<DeviceId, CarriedFor> = BTreeMap::new();
        let up = self.bundles.keys().map(|serial| (serial.device, 1, 0));
        let receipts = self.receipts.keys().map(|serial| (serial.device, 0, 1));
        let news = self.news.keys().map(|device| (*device, 0, 1));
        for (device, bundles, returns) in up.chain(receipts).chain(news) {
            let carried = found.entry(device).or_insert(CarriedFor {
                device,
                bundles: 0,
                returns: 0,
            });
            carried.bundles += bundles;
            carried.returns += returns;
        }
        found.into_values().collect()
    }

    /// Receipts and news for colleagues, as one parcel; `None` if there are none. Receipts come
    /// first, and news that does not fit any more is left for the next time.
    pub(crate) fn returns(&self) -> Option<Vec<u8>> {
        let item = |sort| {
            move |bytes: &Arc<[u8]>| Item {
                sort,
                bytes: bytes.to_vec(),
            }
        };
        let receipts = self.receipts.values().map(item(Sort::Receipt));
        let news = self.news.values().map(item(Sort::News));
        let mut room = PARCEL_BYTES_MAX / 2;
        let fits = |one: &Item| {
            let fits = one.bytes.len() <= room;
            room -= if fits { one.bytes.len() } else { 0 };
            fits
        };
        let items: Vec<Item> = receipts.chain(news).filter(fits).collect();
        if items.is_empty() {
            return None;
        }
        pack(&items).ok()
    }
}

impl<E: Engine> Work<'_, E> {
    /// Takes over a colleague's bundle, and shows what it may show.
    pub(crate) fn take_custody(&mut self, bytes: &[u8], preview: Option<PreviewKey>) {
        let bundle = match Bundle::read(bytes) {
            Ok(bundle) => bundle,
            Err(error) => return self.show(Notice::Unusable(error.code().to_owned())),
        };
        let serial = bundle.header().serial;
        if serial.device == self.state.device.id {
            return;
        }
        if self.state.custody.len() >= CUSTODY_BUNDLES_MAX {
            return self.show(Notice::Unusable("custody-full".to_owned()));
        }
        if let Some(preview) = preview {
            self.preview(&bundle, &preview);
        }
        // A later bundle under the same serial is the same one sealed before it was frozen, or
        // a copy; the first is as good.
        if !self.state.custody.bundles.contains_key(&serial) {
            self.state.custody.bundles.insert(serial, bytes.into());
            self.write(put_bytes(Store::Custody, &custody_key(serial), bytes));
        }
    }

    /// Carries on what a former device on this phone had sealed: whoever forgot the PIN, or has the
    /// phone now, can send it and not read it.
    pub(crate) fn take_over_outbox(&mut self) {
        let mut former = core::mem::take(&mut self.state.outbox);
        let last = former.tail.take().and_then(OpenBundle::freeze);
        for bundle in former.frozen.into_values().chain(last) {
            let serial = bundle.serial();
            self.write(delete(Store::Outbox, &bundle_key(serial)));
            if bundle.answered.is_none() {
                self.take_custody(bundle.bytes(), None);
            }
        }
    }

    /// Takes what a parcel has for this phone: bundles of others to carry on, receipts of its own
    /// or of what it carries, and its news. The rest is for others and left alone.
    pub(crate) fn take_parcel(&mut self, bytes: &[u8]) {
        let items = match unpack(bytes) {
            Ok(items) => items,
            Err(error) => return self.show(Notice::Unusable(error.code().to_owned())),
        };
        // A note opens what lies beside it.
        let (notes, items): (Vec<Item>, Vec<Item>) =
            (items.into_iter()).partition(|item| item.sort == Sort::Preview);
        for Item { sort, bytes } in items.into_iter().chain(notes) {
            match sort {
                Sort::Bundle => self.take_custody(&bytes, None),
                Sort::Receipt => {
                    self.receipt(&bytes);
                }
                Sort::News if is_for(&bytes, self.state.device.id) => self.pulled(&bytes),
                Sort::Request => self.carry_request(&bytes),
                Sort::Preview => self.take_note(&bytes),
                Sort::News => {}
            }
        }
    }

    /// What the server said to a carried bundle; once it has it, it need not be kept. The receipt
    /// goes back with whoever meets the bundle's author.
    pub(crate) fn custody_receipt(&mut self, receipt: &Receipt, bytes: &[u8]) {
        let serial = receipt.serial;
        if receipt.verdict == Verdict::TooNew {
            return;
        }
        if self.state.custody.bundles.remove(&serial).is_some() {
            self.write(delete(Store::Custody, &custody_key(serial)));
            self.keep_return(Sort::Receipt, bytes);
        }
    }

    /// Has the server asked for a colleague, if there is a request and nothing else on its way.
    pub(crate) fn drive_errand(&mut self) {
        if self.state.sender.errand.is_some() {
            return;
        }
        let Some((device, request)) = self.state.custody.next_request() else {
            return;
        };
        let (sort, bytes) = (Sort::Request, request.to_vec());
        if let Ok(bytes) = pack(&[Item { sort, bytes }]) {
            self.state.sender.errand = Some(device);
            self.effects.push(Effect::Errand { bytes });
        }
    }

    /// What the server answered to a colleague's request: news for them, or nothing, and then it
    /// will say nothing the next time either.
    pub(crate) fn errand_answered(&mut self, bytes: &[u8]) {
        let Some(device) = self.state.sender.errand.take() else {
            return;
        };
        let Ok(items) = unpack(bytes) else {
            return self.errand_failed();
        };
        for Item { sort, bytes } in items {
            if sort == Sort::News && is_for(&bytes, device) {
                self.keep_return(Sort::News, &bytes);
            }
        }
        self.state.sender.post_failures = 0;
        self.state.custody.requests.remove(&device);
        self.write(delete(Store::Custody, &request_key(device)));
        self.show(Notice::Changed);
    }

    pub(crate) fn errand_failed(&mut self) {
        self.state.sender.errand = None;
        self.pause_posts();
    }

    /// Lets go of what was on its way back for too long.
    pub(crate) fn prune_returns(&mut self) {
        let is_old = |bytes: &Arc<[u8]>| {
            let received = Signed::<Receipt>::read(bytes).map(|read| read.claimed().received);
            received.unwrap_or(UnixSeconds(0)).plus(KEEP_SENT_SECONDS) <= self.now
        };
        let receipts = self.state.custody.receipts.iter();
        let old: Vec<Serial> = receipts
            .filter(|(_, bytes)| is_old(bytes))
            .map(|(serial, _)| *serial)
            .collect();
        for serial in old {
            self.state.custody.receipts.remove(&serial);
            self.write(delete(Store::Custody, &receipt_key(serial)));
        }
    }

    fn carry_request(&mut self, bytes: &[u8]) {
        let Some(device) = asked_by(bytes) else {
            return;
        };
        let requests = &mut self.state.custody.requests;
        let has_room = requests.len() < ERRANDS_MAX || requests.contains_key(&device);
        if device != self.state.device.id && has_room {
            requests.insert(device, bytes.into());
            let (sort, key) = (Sort::Request, request_key(device));
            self.put_item(&key, sort, bytes);
        }
    }

    fn keep_return(&mut self, sort: Sort, bytes: &[u8]) {
        let custody = &mut self.state.custody;
        if custody.receipts.len() + custody.news.len() >= RETURNS_MAX
            && let Some((serial, _)) = custody.receipts.pop_first()
        {
            self.write(delete(Store::Custody, &receipt_key(serial)));
        }
        let custody = &mut self.state.custody;
        let key = match sort {
            Sort::Receipt => Signed::<Receipt>::read(bytes).ok().map(|receipt| {
                let serial = receipt.claimed().serial;
                custody.receipts.insert(serial, bytes.into());
                receipt_key(serial)
            }),
            Sort::News => recipient(bytes).map(|device| {
                custody.news.insert(device, bytes.into());
                news_key(device)
            }),
            Sort::Bundle | Sort::Request | Sort::Preview => None,
        };
        if let Some(key) = key {
            self.put_item(&key, sort, bytes);
        }
    }

    /// Keeps a note as it came; whether there was room for it.
    pub(crate) fn keep_note(&mut self, bytes: &[u8]) -> bool {
        let (key, notes) = (note_key(bytes), &mut self.state.custody.notes);
        if notes.len() >= NOTES_MAX && !notes.contains_key(&key) {
            return false;
        }
        notes.insert(key.clone(), bytes.into());
        self.put_item(&key, Sort::Preview, bytes);
        true
    }

    fn put_item(&mut self, key: &[u8], sort: Sort, bytes: &[u8]) {
        let bytes = bytes.to_vec();
        if let Ok(item) = pack(&[Item { sort, bytes }]) {
            self.write(put_bytes(Store::Custody, key, &item));
        }
    }
}

/// Who asks for an answer that only they can read; `None` for anything else.
fn asked_by(request: &[u8]) -> Option<DeviceId> {
    let signed = Signed::<PullRequest>::read(request).ok()?;
    let claimed = signed.claimed();
    (claimed.reply == Reply::Sealed).then_some(claimed.device)
}

fn request_key(device: DeviceId) -> Vec<u8> {
    [&device.0[..], b"ask"].concat()
}

fn receipt_key(serial: Serial) -> Vec<u8> {
    [&custody_key(serial)[..], b"back"].concat()
}

fn news_key(device: DeviceId) -> Vec<u8> {
    [&device.0[..], b"back"].concat()
}

/// Where a note stands in the store.
pub(crate) fn note_key(bytes: &[u8]) -> Vec<u8> {
    let name: [u8; 16] = hash::derive("sampan/preview-note", &[bytes]);
    [&name[..], b"note"].concat()
}

fn is_for(answer: &[u8], device: DeviceId) -> bool {
    recipient(answer) == Some(device)
}

/// For whom an answer is to a request that somebody carried: sealed news, or in clear the order to
/// a lost phone.
fn recipient(answer: &[u8]) -> Option<DeviceId> {
    let order = || Signed::<WipeOrder>::read(answer).ok();
    match News::read(answer) {
        Ok(news) => Some(news.device),
        Err(_) => order().map(|order| order.claimed().device),
    }
}

fn custody_key(serial: Serial) -> Vec<u8> {
    [&serial.device.0[..], &bundle_key(serial)].concat()
}
