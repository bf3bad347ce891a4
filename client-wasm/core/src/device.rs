//! Who this phone is, and whom it knows.

use core::fmt;

use serde::{Deserialize, Serialize};
use shared::bundle::{BundleNumber, Serial};
use shared::enrol::{Assignment, EnrolKeys, ServerKeys};
use shared::facts::Author;
use shared::hash;
use shared::id::{BundleId, DeviceId, DocumentId, Incarnation};
use shared::key::Key;
use shared::news::{News, NewsError};
use shared::receipt::BackedUpTo;
use shared::rekey::Rekey;
use shared::seal::{CannotOpen, OpeningKey};
use shared::signed::{self, DeviceKey};
use shared::time::UnixSeconds;
use shared::value::Value;

use crate::limits::{HAND_OVERS_MAX, RENAMED_MAX};

/// The phone's own record. One per phone, sealed at rest.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Device {
    /// What both key pairs grow from.
    secret: [u8; 32],
    /// The phone's name, from its signing key.
    pub(crate) id: DeviceId,
    /// Its present life.
    pub(crate) incarnation: Incarnation,
    /// Documents created in this life.
    pub(crate) documents_created: u32,
    /// The number of the next save, over all lives.
    pub(crate) next_save: u64,
    /// The number of the next entry in "not accepted".
    pub(crate) next_not_accepted: u64,
    /// Where this life's bundles are.
    pub(crate) chain: Chain,
    /// The invite while enrolment lasts.
    pub(crate) invite: Option<String>,
    /// The server, once it answered an enrolment.
    pub(crate) server: Option<Server>,
    /// What the person may do and the phone follows.
    pub(crate) assignment: Option<Assignment>,
    /// Whether a coordinator has confirmed the enrolment.
    pub(crate) is_active: bool,
    /// How far bundles are in the server's backup.
    pub(crate) backed_up_to: Option<BackedUpTo>,
    /// When the last receipt or pull answer came, by this phone's clock.
    pub(crate) last_heard: Option<UnixSeconds>,
    /// Receipts up to this number of the server's are stored.
    pub(crate) receipts_upto: u64,
    /// Server's clock minus phone's, in seconds.
    pub(crate) clock_offset: i64,
    /// When the newest receipt that told the sealing keys was made.
    pub(crate) last_keys: UnixSeconds,
    /// Own values written over a colleague's preview.
    pub(crate) superseding: Vec<Superseding>,
    /// Lives begun because of a rejection since a bundle was last taken.
    pub(crate) reissues: u8,
    /// Since when the present keys are in use; `None` in a phone that never looked.
    pub(crate) keys_since: Option<UnixSeconds>,
    /// What the next keys grow from, until the server says that they hold.
    pub(crate) next_secret: Option<[u8; 32]>,
    /// What the keys before grew from: news on its way may still be sealed to them.
    pub(crate) former_secret: Option<[u8; 32]>,
    /// Signed hand-overs to the present keys and to those before, newest last, at most
    /// [`HAND_OVERS_MAX`]: a server restored from before one of them must be told again.
    pub(crate) hand_overs: Vec<Vec<u8>>,
    /// Documents that had a name which a copy of this phone gave to another, oldest first, at most
    /// [`RENAMED_MAX`]: what they were called, and what they are called.
    pub(crate) renamed: Vec<(DocumentId, DocumentId)>,
}

/// A pair of key pairs.
pub(crate) struct Keys([u8; 32]);

impl Keys {
    pub(crate) fn signing_key(&self) -> DeviceKey {
        DeviceKey::from_seed(hash::digest("sampan/phone-signing", &[&self.0]))
    }

    fn opening_key(&self) -> OpeningKey {
        OpeningKey::from_bytes(hash::digest("sampan/phone-opening", &[&self.0]))
    }

    pub(crate) fn public(&self) -> EnrolKeys {
        EnrolKeys {
            signing: self.signing_key().public(),
            sealing: self.opening_key().sealing(),
        }
    }
}

/// The chain of one life's bundles.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Chain {
    /// The number of the open bundle, or of the next one.
    pub(crate) next: BundleNumber,
    /// The frozen bundle before it.
    pub(crate) previous: Option<BundleId>,
}

/// An own value that was meant to replace one known only from a preview. Edits build on nothing
/// unconfirmed, so the two will meet as a conflict, which the phone settles by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Superseding {
    pub(crate) document: DocumentId,
    pub(crate) key: Key,
    /// What the colleague wrote.
    pub(crate) over: Value,
    /// What was written over it here.
    pub(crate) value: Value,
}

/// What the phone knows of the server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Server {
    pub(crate) keys: ServerKeys,
    pub(crate) epoch: u32,
}

impl Device {
    /// A phone that was never enrolled; `seed` must be fresh.
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        let mut device = Self {
            secret: seed,
            id: DeviceId([0; 16]),
            incarnation: Incarnation(0),
            documents_created: 0,
            next_save: 0,
            next_not_accepted: 0,
            chain: Chain::default(),
            invite: None,
            server: None,
            assignment: None,
            is_active: false,
            backed_up_to: None,
            last_heard: None,
            receipts_upto: 0,
            clock_offset: 0,
            last_keys: UnixSeconds::default(),
            superseding: Vec::new(),
            reissues: 0,
            keys_since: None,
            next_secret: None,
            former_secret: None,
            hand_overs: Vec::new(),
            renamed: Vec::new(),
        };
        device.id = device.enrol_keys().device();
        device
    }

    pub(crate) fn signing_key(&self) -> DeviceKey {
        Keys(self.secret).signing_key()
    }

    pub(crate) fn enrol_keys(&self) -> EnrolKeys {
        Keys(self.secret).public()
    }

    /// The keys that are to follow, while the server has not said that they hold.
    pub(crate) fn next_keys(&self) -> Option<Keys> {
        self.next_secret.map(Keys)
    }

    /// The hand-over to the next keys, signed with the present ones.
    pub(crate) fn hand_over(&self) -> Option<Vec<u8>> {
        let next = self.next_keys()?;
        let asked = Rekey::new(self.id, next.public(), &next.signing_key());
        signed::sign(&asked, &self.signing_key()).ok()
    }

    /// Notes that a document is called otherwise from now on.
    pub(crate) fn rename(&mut self, from: DocumentId, to: DocumentId) {
        self.renamed.push((from, to));
        let surplus = self.renamed.len().saturating_sub(RENAMED_MAX);
        self.renamed.drain(..surplus);
    }

    /// Signs with the next keys from now on, if these are they.
    pub(crate) fn take_next_keys(&mut self, keys: &EnrolKeys, now: UnixSeconds) -> bool {
        let is_next = self.next_keys().is_some_and(|next| next.public() == *keys);
        let hand_over = self.hand_over();
        if is_next && let Some(secret) = self.next_secret.take() {
            self.hand_overs.extend(hand_over);
            let surplus = self.hand_overs.len().saturating_sub(HAND_OVERS_MAX);
            self.hand_overs.drain(..surplus);
            self.former_secret = Some(core::mem::replace(&mut self.secret, secret));
            self.keys_since = Some(now);
        }
        is_next
    }

    /// Opens news sealed to any of [`Self::opening_keys`].
    pub(crate) fn open_news(&self, news: &News<'_>) -> Result<Vec<u8>, NewsError> {
        let closed = Err(NewsError::Sealed(CannotOpen));
        let mut keys = self.opening_keys();
        let opened = keys.find_map(|key| news.open(&key).ok());
        opened.map_or(closed, Ok)
    }

    /// A seed for sealing these parts where no fresh randomness comes: only this phone can grow it,
    /// and other parts have another one.
    pub(crate) fn seed_for(&self, purpose: &str, parts: [&[u8]; 2]) -> [u8; 32] {
        hash::digest(purpose, &[&self.secret, parts[0], parts[1]])
    }

    /// The present key, the one that follows (others may have it already), and the one before.
    pub(crate) fn opening_keys(&self) -> impl Iterator<Item = OpeningKey> {
        let others = self.next_secret.iter().chain(&self.former_secret);
        let secrets = core::iter::once(&self.secret).chain(others);
        secrets.map(|secret| Keys(*secret).opening_key())
    }

    /// The author of what is written now.
    pub(crate) fn author(&self) -> Author {
        Author {
            device: self.id,
            incarnation: self.incarnation,
        }
    }

    /// The serial of the open bundle, or of the next one.
    pub(crate) fn next_serial(&self) -> Serial {
        Serial {
            device: self.id,
            incarnation: self.incarnation,
            number: self.chain.next,
        }
    }

    /// Begins the next life, or the one that many after it: nothing of it has a number yet.
    pub(crate) fn begin_next_life(&mut self, skipped: u32) {
        self.incarnation = Incarnation(self.incarnation.next().0.saturating_add(skipped));
        self.documents_created = 0;
        self.chain = Chain::default();
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Device({}, life {})", self.id, self.incarnation.0)
    }
}
