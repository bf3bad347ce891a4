//! Everything an open phone holds in memory. Cheap to copy: large parts are shared.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::bundle::Serial;
use shared::engine::Engine;
use shared::id::{Audience, DeviceId, DocumentId, StreamId};
use shared::kind::Kind;
use shared::names::Names;
use shared::pull::Unsent;
use shared::receipt::RefuseReason;
use shared::row::Row;
use shared::sorted::SortedMap;
use shared::time::UnixSeconds;

use crate::buckets::Buckets;
use crate::confirmed::Confirmed;
use crate::custody::Custody;
use crate::device::Device;
use crate::disclosing::Untold;
use crate::input::Put;
use crate::mine::{Mine, Own, OwnState};
use crate::outbox::Outbox;
use crate::pages::Directory;
use crate::preview::Previews;
use crate::search::Found;
use crate::wiping::Belief;

/// The state of an open phone.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) device: Device,
    pub(crate) confirmed: Confirmed,
    pub(crate) pages: Directory,
    pub(crate) mine: Mine,
    pub(crate) outbox: Outbox,
    pub(crate) custody: Custody,
    pub(crate) previews: Previews,
    pub(crate) not_accepted: SortedMap<u64, Arc<NotAcceptedEntry>>,
    pub(crate) found: Buckets<Arc<Found>>,
    pub(crate) sender: Sender,
    /// Names of units and colleagues; `None` before the first answer.
    pub(crate) names: Option<Arc<Names>>,
    /// When they were answered.
    pub(crate) names_learned: UnixSeconds,
    /// What a locked phone believes an order by, as it is stored.
    pub(crate) belief: Option<Arc<Belief>>,
    /// Disclosures the server has not confirmed.
    pub(crate) untold: Arc<Untold>,
    /// Dossiers whose full number is shown until the phone is locked. Not stored.
    pub(crate) disclosed: BTreeSet<DocumentId>,
}

/// Something the server did not take, with what is needed to do it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NotAcceptedEntry {
    pub(crate) document: DocumentId,
    pub(crate) kind: Option<Kind>,
    pub(crate) why: Why,
    /// When it was saved.
    pub(crate) saved: UnixSeconds,
    /// Empty for an erased person.
    pub(crate) puts: Vec<Put>,
}

/// Why something is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// The server refused it.
    Refused(RefuseReason),
    /// The document was re-founded without this key.
    KeyRemoved,
}

/// What is on its way right now. Not stored: a restart sends again, and the server knows it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sender {
    pub(crate) posting: Option<Serial>,
    /// For whom the server is asked.
    pub(crate) errand: Option<DeviceId>,
    pub(crate) post_failures: u32,
    /// No post before.
    pub(crate) post_at: UnixSeconds,
    /// When the open bundle is frozen and sent.
    pub(crate) tail_due: Option<UnixSeconds>,
    pub(crate) pulling: bool,
    pub(crate) pull_failures: u32,
    /// No pull before.
    pub(crate) pull_at: UnixSeconds,
    /// The stream the next pull begins with, if there are more than one request may name.
    pub(crate) pull_from: usize,
    /// When names were last asked for.
    pub(crate) names_asked: Option<UnixSeconds>,
    /// The wish last told to the caller.
    pub(crate) scheduled: Option<UnixSeconds>,
    /// Streams in the order the last pull named them.
    pub(crate) asked: VecDeque<StreamId>,
    /// The server has ordered this phone, being lost, to forget everything.
    pub(crate) must_wipe: bool,
}

impl Why {
    /// Its stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Refused(reason) => reason.code(),
            Self::KeyRemoved => "key-removed",
        }
    }
}

impl State {
    /// What has no receipt; `None` = nothing.
    pub(crate) fn unsent(&self) -> Option<Unsent> {
        let mut unsent: Option<Unsent> = None;
        for (_, save) in self.mine.saves() {
            let is_waiting = |own: &&Own| own.state == OwnState::Waiting;
            let waiting = save.changes.iter().filter(is_waiting);
            let here = |own: &Own| own.serial.incarnation == self.device.incarnation;
            let numbers = waiting.filter(|own| here(own)).map(|own| own.serial.number);
            let Some(upto) = numbers.max() else { continue };
            let so_far = unsent.get_or_insert(Unsent {
                records: 0,
                oldest: save.at,
                upto,
            });
            so_far.records += 1;
            so_far.oldest = so_far.oldest.min(save.at);
            so_far.upto = so_far.upto.max(upto);
        }
        unsent
    }

    pub(crate) fn new(device: Device) -> Self {
        Self {
            device,
            confirmed: Confirmed::default(),
            pages: Directory::default(),
            mine: Mine::default(),
            outbox: Outbox::default(),
            custody: Custody::default(),
            previews: Previews::default(),
            not_accepted: SortedMap::new(),
            found: Buckets::default(),
            sender: Sender::default(),
            names: None,
            names_learned: UnixSeconds::default(),
            belief: None,
            untold: Arc::default(),
            disclosed: BTreeSet::new(),
        }
    }

    /// The row of a root as this phone sees it: confirmed, then mine in order.
    pub(crate) fn row(&self, engine: &impl Engine, root: &DocumentId) -> Row {
        let mut row = self.confirmed.row(root).unwrap_or_default();
        for own in self.mine.of(root) {
            // An edit of a document that was re-founded is made again; it fits no row here.
            if !matches!(own.state, OwnState::Rebasing(_)) {
                // A change that does not follow (its row is being pulled anew) waits.
                let _ = engine.fold(&mut row, &own.change);
            }
        }
        row
    }

    /// Whether a page will bring the changes of this document.
    pub(crate) fn is_followed(&self, root: &DocumentId, row: &Row, audience: Audience) -> bool {
        if self.confirmed.lent.get(root).is_some() {
            return true;
        }
        let Some(unit) = row.unit() else {
            return false;
        };
        self.confirmed
            .streams
            .contains_key(&StreamId { unit, audience })
    }

    /// Whether the server may be spoken to.
    pub(crate) fn knows_server(&self) -> bool {
        self.device
            .server
            .as_ref()
            .is_some_and(|server| !server.keys.sealing.is_empty())
    }
}
