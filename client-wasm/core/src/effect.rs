//! What the caller is asked to do.

use serde::Serialize;
use shared::bundle::{SectionKey, Serial};
use shared::id::DocumentId;
use shared::receipt::RejectReason;
use shared::time::UnixSeconds;

use crate::input::Save;

/// One thing to do. Effects of one input are done in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Do all writes in one strict transaction, then answer with `Input::Stored` or
    /// `Input::StoreFailed`. Nothing else happens on this phone until the answer.
    Store {
        /// To be named in the answer.
        ticket: Ticket,
        /// What to write, in order; all or nothing.
        writes: Vec<Write>,
    },
    /// Send these bytes to the server and answer with `Input::Posted`.
    Post {
        /// Which bundle they are.
        serial: Serial,
        /// The sealed bundle.
        bytes: Vec<u8>,
    },
    /// Send this signed pull request and answer with `Input::Pulled` or `Input::PullFailed`.
    Pull {
        /// The signed request.
        bytes: Vec<u8>,
    },
    /// Send this signed request for names and answer with `Input::Named`. Without an answer
    /// nothing need be done.
    AskNames {
        /// The signed request.
        bytes: Vec<u8>,
    },
    /// Send this signed look-up and answer with `Input::LookedUp`. Without an answer nothing need be
    /// done.
    LookUp {
        /// The signed question.
        bytes: Vec<u8>,
    },
    /// Send this signed change of keys and answer with `Input::Rekeyed`. Without an answer nothing
    /// need be done.
    Rekey {
        /// The signed hand-over.
        bytes: Vec<u8>,
    },
    /// Send this signed enrolment request and answer with `Input::EnrolAnswered`.
    Enrol {
        /// The signed request.
        bytes: Vec<u8>,
    },
    /// Give these bundles to whoever carries them: a file, a colleague, a QR code.
    HandOut {
        /// Sealed bundles, oldest first.
        bundles: Vec<Carried>,
        /// A signed request for news, to be packed with them: what comes back is sealed to this
        /// phone. `None` before a coordinator has confirmed it.
        request: Option<Vec<u8>>,
        /// Preview notes, each sealed to one colleague, to be packed with them. None while locked,
        /// and none where the carrier may not look.
        notes: Vec<Vec<u8>>,
    },
    /// Send this parcel, which holds a colleague's request for news, to the server and answer with
    /// `Input::ErrandAnswered` or `Input::ErrandFailed`.
    Errand {
        /// The parcel.
        bytes: Vec<u8>,
    },
    /// Send `Input::Tick` at this time. Replaces every earlier wish.
    Schedule {
        /// When.
        at: UnixSeconds,
    },
    /// Tell the screens.
    Show(Notice),
}

/// A sealed bundle on its way by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Which bundle.
    pub serial: Serial,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The key of the team's section, where the carrier has leave to look.
    pub team_key: Option<SectionKey>,
}

/// Names one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// A named store of keys and values. Keys are compared as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Store {
    /// The device, its streams' cursors and marks.
    Meta,
    /// Own saves not yet confirmed.
    Journal,
    /// Pages of confirmed rows.
    Rows,
    /// Pages of confirmed changes as they were pulled. Not read at start.
    Facts,
    /// Own sealed bundles.
    Outbox,
    /// Colleagues' sealed bundles.
    Custody,
    /// What the server did not accept.
    NotAccepted,
    /// Receipts that wait for the phone to be unlocked.
    Inbox,
}

impl Store {
    /// Every store.
    pub const ALL: [Self; 8] = [
        Self::Meta,
        Self::Journal,
        Self::Rows,
        Self::Facts,
        Self::Outbox,
        Self::Custody,
        Self::NotAccepted,
        Self::Inbox,
    ];

    /// The stores whose records `Input::Start` must bring: all but [`Store::Facts`].
    pub const READ_AT_START: [Self; 7] = [
        Self::Meta,
        Self::Journal,
        Self::Rows,
        Self::Outbox,
        Self::Custody,
        Self::NotAccepted,
        Self::Inbox,
    ];

    /// Its name, as a browser's database knows it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Meta => "Meta",
            Self::Journal => "Journal",
            Self::Rows => "Rows",
            Self::Facts => "Facts",
            Self::Outbox => "Outbox",
            Self::Custody => "Custody",
            Self::NotAccepted => "NotAccepted",
            Self::Inbox => "Inbox",
        }
    }
}

/// One step of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Puts a value, replacing what stood there.
    Put {
        /// Where.
        store: Store,
        /// Under which key.
        key: Vec<u8>,
        /// What.
        value: Vec<u8>,
    },
    /// Deletes one key, if it is there.
    Delete {
        /// Where.
        store: Store,
        /// Which key.
        key: Vec<u8>,
    },
    /// Deletes every key that begins with this prefix; an empty prefix empties the store.
    DeletePrefix {
        /// Where.
        store: Store,
        /// How the keys begin.
        prefix: Vec<u8>,
    },
}

/// Something a screen must know at once. What lasts is asked of the views.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Notice {
    /// The phone is open; lists can be asked for.
    Ready,
    /// The data key does not open this phone's storage.
    WrongKey,
    /// Something in this store cannot be read. Nothing is written any more; sealed bundles can
    /// still be handed out.
    Unreadable(Store),
    /// A save is in storage.
    Saved {
        /// As the save named itself.
        tag: u32,
        /// The record it became.
        record: u64,
        /// The documents it wrote, in the order of its writes.
        documents: Vec<DocumentId>,
    },
    /// A save is *not* in storage; here it is back.
    NotSaved {
        /// As the save named itself.
        tag: u32,
        /// Why.
        reason: NotSaved,
        /// What was entered; a page still has it on its screen.
        #[serde(skip)]
        save: Save,
    },
    /// Something other than a save could not be stored; it will be tried again.
    StorageFailed(StorageFailure),
    /// Rows, states or figures changed: ask the views again.
    Changed,
    /// The server did not accept something: see the list.
    NotAccepted,
    /// A whole bundle was turned away; its records wait for an update.
    Rejected(RejectReason),
    /// Another phone sends under this one's numbers: a copy of it is at work, or it was set back to
    /// an earlier state. It goes on in a new life, and what it has arrives.
    Copied,
    /// The server's clock and the phone's differ by this many seconds (server minus phone).
    ClockOff {
        /// Positive: the phone is behind.
        seconds: i64,
    },
    /// Both screens must show these six digits.
    EnrolCode(String),
    /// A coordinator has yet to confirm.
    EnrolPending,
    /// The device may work.
    Enrolled,
    /// A coordinator said no.
    EnrolRefused,
    /// The server speaks a later protocol: what was entered still goes up, news needs an update
    /// of this app.
    UpdateNeeded,
    /// The server speaks an earlier protocol: what was entered waits here until it is updated.
    ServerBehind,
    /// Bytes that came in are not what they should be; the code says why.
    Unusable(String),
    /// Who bears the number that was looked up. What is lent comes with the pull that follows.
    LookedUp {
        /// Nobody this phone may see, if empty.
        dossiers: Vec<DocumentId>,
        /// Nothing was looked up: ask again at this time of the server's.
        again: Option<UnixSeconds>,
    },
    /// It is written down that the full number is shown; the views show it.
    Disclosed {
        /// Whose.
        dossier: DocumentId,
    },
    /// Too many disclosures wait for the server: find signal first.
    NotDisclosed,
    /// The server has ordered this phone, being lost, to forget everything, and it has: storage
    /// holds nothing but sealed bundles. `Input::Start` must come next.
    Wiped,
}

/// Why a save was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum NotSaved {
    /// Make room, then save again.
    #[error("the phone's storage is full")]
    Full,
    /// The storage refused for another reason: restart, then save again.
    #[error("the phone's storage failed")]
    Broken,
    /// Too many inputs are waiting: save again.
    #[error("the phone is still busy with what was entered before")]
    Busy,
    /// Unlock first.
    #[error("the phone is locked")]
    Locked,
    /// Enrol first.
    #[error("the phone does not know a server yet")]
    NotEnrolled,
    /// Everything put is what the documents say already.
    #[error("nothing was changed")]
    Nothing,
    /// A target does not exist on this phone.
    #[error("a document to be written is not on this phone")]
    NoSuchDocument,
    /// The document was erased.
    #[error("the person was erased")]
    Erased,
    /// Too many documents, puts or bytes, or a key named twice.
    #[error("the save exceeds a limit")]
    TooLarge,
    /// The person's role does not write this.
    #[error("the role does not allow this")]
    NotAllowed,
    /// A value that its key cannot have.
    #[error("a value does not fit its key")]
    BadValue,
}

/// Why storage did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum StorageFailure {
    /// There is no room.
    Full,
    /// Anything else.
    Broken,
}
