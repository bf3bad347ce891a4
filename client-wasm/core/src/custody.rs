//! Custody: colleagues' sealed bundles that this phone carries to the server.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use serde_bytes::ByteBuf;
use shared::bundle::{Bundle, Serial};
use shared::engine::Engine;
use shared::id::DeviceId;
use shared::news::News;
use shared::parcel::{Item, Sort, unpack};
use shared::receipt::{Receipt, Verdict};

use crate::effect::{Carried, Notice, Store};
use crate::input::PreviewKey;
use crate::limits::CUSTODY_BUNDLES_MAX;
use crate::outbox::bundle_key;
use crate::stored::{self, Unreadable};
use crate::work::{Work, delete, put_bytes};

/// The bundles carried, by serial.
#[derive(Debug, Clone, Default)]
pub(crate) struct Custody(BTreeMap<Serial, Arc<[u8]>>);

impl Custody {
    /// Takes a stored bundle into memory.
    pub(crate) fn load(&mut self, value: &[u8]) -> Result<(), Unreadable> {
        let bytes: ByteBuf = stored::read_plain(Store::Custody, value)?;
        let bundle = Bundle::read(&bytes).map_err(|_| Unreadable(Store::Custody))?;
        let serial = bundle.header().serial;
        self.0.insert(serial, bytes.into_vec().into());
        Ok(())
    }

    /// The bundle to forward next.
    pub(crate) fn next(&self) -> Option<Carried> {
        let (serial, bytes) = self.0.first_key_value()?;
        Some(Carried {
            serial: *serial,
            bytes: bytes.to_vec(),
            team_key: None,
        })
    }

    pub(crate) fn has(&self, serial: Serial) -> bool {
        self.0.contains_key(&serial)
    }

    /// How many are carried.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
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
        if let Entry::Vacant(place) = self.state.custody.0.entry(serial) {
            place.insert(bytes.into());
            self.write(put_bytes(Store::Custody, &custody_key(serial), bytes));
        }
    }

    /// Takes what a parcel has for this phone: bundles of others to carry on, receipts of its own
    /// or of what it carries, and its news. The rest is for others and left alone.
    pub(crate) fn take_parcel(&mut self, bytes: &[u8]) {
        let items = match unpack(bytes) {
            Ok(items) => items,
            Err(error) => return self.show(Notice::Unusable(error.code().to_owned())),
        };
        for Item { sort, bytes } in items {
            match sort {
                Sort::Bundle => self.take_custody(&bytes, None),
                Sort::Receipt => {
                    self.receipt(&bytes);
                }
                Sort::News if is_for(&bytes, self.state.device.id) => self.pulled(&bytes),
                Sort::News | Sort::Request => {}
            }
        }
    }

    /// What the server said to a carried bundle; once it has it, it need not be kept.
    pub(crate) fn custody_receipt(&mut self, receipt: &Receipt) {
        let serial = receipt.serial;
        if receipt.verdict == Verdict::TooNew {
            return;
        }
        if self.state.custody.0.remove(&serial).is_some() {
            self.write(delete(Store::Custody, &custody_key(serial)));
        }
    }
}

fn is_for(news: &[u8], device: DeviceId) -> bool {
    News::read(news).is_ok_and(|news| news.device == device)
}

fn custody_key(serial: Serial) -> Vec<u8> {
    [&serial.device.0[..], &bundle_key(serial)].concat()
}
