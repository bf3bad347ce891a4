//! Why a change waits or a bundle is turned away. Append only: numbers and codes never change.

use serde::{Deserialize, Serialize};

use crate::bundle::OpenError;
use crate::derive::DeriveError;

macro_rules! reasons {
    ($(#[$doc:meta])* $name:ident {
        $($number:literal $variant:ident $code:literal $message:literal)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(from = "u8", into = "u8")]
        pub enum $name {
            $(#[doc = $message] $variant,)*
            /// A reason added after this build, by its number.
            Newer(u8),
        }

        impl $name {
            /// Every reason this build knows, by number.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The reason's number on the wire.
            #[must_use]
            pub fn number(self) -> u8 {
                match self {
                    $(Self::$variant => $number,)*
                    Self::Newer(number) => number,
                }
            }

            /// The reason with this number, [`Self::Newer`] if this build does not know it.
            #[must_use]
            pub fn from_number(number: u8) -> Self {
                match number {
                    $($number => Self::$variant,)*
                    newer => Self::Newer(newer),
                }
            }

            /// The reason's stable name in kebab case.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                    Self::Newer(_) => "newer",
                }
            }

            /// One English sentence with the next step, for developers.
            #[must_use]
            pub fn message(self) -> &'static str {
                match self {
                    $(Self::$variant => $message,)*
                    Self::Newer(_) => "A newer server gave a reason that this build does not know: update it.",
                }
            }
        }

        impl From<u8> for $name {
            fn from(number: u8) -> Self {
                Self::from_number(number)
            }
        }

        impl From<$name> for u8 {
            fn from(reason: $name) -> Self {
                reason.number()
            }
        }
    };
}

reasons! {
    /// Why a change waits for a coordinator. Numbers are below 64.
    HoldReason {
        0 RoleChanged "role-changed"
            "The author's role no longer allows this edit: a coordinator approves or refuses it."
        1 UnitChanged "unit-changed"
            "The author no longer works in this unit: a coordinator approves or refuses it."
        2 AfterRevocation "after-revocation"
            "The device was reported lost before this arrived: a coordinator confirms the author."
        3 Suspended "suspended"
            "The device is suspended: a coordinator reinstates it or refuses the change."
        4 OnHeld "on-held"
            "It builds on a change that is itself held: it is decided together with that one."
        5 Unconfirmed "unconfirmed"
            "The device's check code has not been confirmed: a coordinator compares the codes."
        6 NotLent "not-lent"
            "The document is not lent to the device, or the loan ended long ago: a coordinator decides."
    }
}

reasons! {
    /// Why a change was not taken. Numbers are below 64.
    RefuseReason {
        0 Clock "clock"
            "Its time is more than 24 hours ahead: correct the clock and issue it again."
        1 Erased "erased"
            "The person was erased: destroy the change and show only that it happened."
        2 Dependent "dependent"
            "It builds on a refused change: make the edit again on what the server has."
        3 ByDecision "by-decision"
            "A coordinator refused it: show the decision and offer to make the edit again."
        4 Moved "moved"
            "The document moved to a unit where the author does not work: tell a coordinator."
        5 Full "full"
            "The document holds as much as one may: a coordinator re-founds it, then make the edit again."
    }
}

reasons! {
    /// Why a bundle was turned away whole: honest software cannot make it. The device is flagged.
    RejectReason {
        0 BadHeader "bad-header"
            "The signed header contradicts what the server knows of the device: start a new incarnation."
        1 UnknownRecipient "unknown-recipient"
            "It is sealed to a key the server does not keep: seal again to a key of this receipt."
        2 BadSeal "bad-seal"
            "Its sections do not open under the keys it commits to: seal it again with released software."
        3 Inflate "inflate"
            "A section does not inflate within its bound: compress it again with released software."
        4 Malformed "malformed"
            "A section is not canonical facts, see the detail: compare the codec with its vectors."
        5 LimitExceeded "limit-exceeded"
            "It exceeds a bound of the protocol: freeze bundles earlier."
        6 ForeignActor "foreign-actor"
            "A change belongs to another device's documents or incarnations: send only own changes."
        7 Fork "fork"
            "Its number or a change's sequence is already taken by other bytes: start a new incarnation and issue the change again."
        8 ChainBroken "chain-broken"
            "It names another previous bundle than the one received: start a new incarnation."
        9 RedundantDep "redundant-dep"
            "A change names a dependency that another one implies: name only heads."
        10 OmittedOwnChange "omitted-own-change"
            "A change does not build on its author's last one: edit from the newest own state."
        11 KeyTwice "key-twice"
            "A change writes one key twice: write each key once per change."
        12 EmptyChange "empty-change"
            "A change holds no op: leave it out."
        13 UnknownKey "unknown-key"
            "A key is not in the table of this protocol version: compare the key tables."
        14 WrongType "wrong-type"
            "A value is not of its key's type or range: compare the key tables."
        15 WrongAudience "wrong-audience"
            "A document or key stands in another audience's section: sort changes by audience."
        16 CompanionsDisagree "companions-disagree"
            "A dossier and its companions in one bundle contradict each other: write them in one save."
        17 NotAllowed "not-allowed"
            "No role may ever make this edit: compare the table of permissions."
        18 WrongDocument "wrong-document"
            "A document's first change or its kind is not what its id says: create it with released software."
        19 ForeignDeps "foreign-deps"
            "A change's dependencies fit no state its author can have seen: edit from one known state."
        20 NothingToRemove "nothing-to-remove"
            "A change settles or deletes where nothing stands: leave that op out."
        21 CounterRange "counter-range"
            "An op counter is beyond what automerge can hold: re-found the document."
    }
}

impl From<OpenError> for RejectReason {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::UnknownRecipient { .. } => Self::UnknownRecipient,
            _ => Self::BadSeal,
        }
    }
}

impl From<DeriveError> for RejectReason {
    fn from(error: DeriveError) -> Self {
        match error {
            DeriveError::RedundantDep => Self::RedundantDep,
            DeriveError::OmittedOwnChange => Self::OmittedOwnChange,
            DeriveError::ForeignDeps => Self::ForeignDeps,
            DeriveError::NothingToRemove => Self::NothingToRemove,
            DeriveError::KeyTwice => Self::KeyTwice,
            DeriveError::CounterRange => Self::CounterRange,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_and_codes_are_unique_and_numbers_fit_their_range() {
        let hold = HoldReason::ALL
            .iter()
            .map(|r| (r.number(), r.code(), r.message()));
        let refuse = RefuseReason::ALL
            .iter()
            .map(|r| (r.number(), r.code(), r.message()));
        let reject = RejectReason::ALL
            .iter()
            .map(|r| (r.number(), r.code(), r.message()));
        let lists: [Vec<_>; 3] = [hold.collect(), refuse.collect(), reject.collect()];
        let mut codes = BTreeSet::new();
        for list in &lists {
            for (n, (number, code, message)) in list.iter().enumerate() {
                assert_eq!(usize::from(*number), n);
                assert!(*number < 64 && codes.insert(*code), "{code}");
                assert!(
                    code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
                    "{code}"
                );
                assert!(
                    message.ends_with('.') && message.contains(": "),
                    "{message}"
                );
            }
        }
    }

    #[test]
    fn a_reason_of_a_newer_server_keeps_its_number() {
        assert_eq!(RefuseReason::from_number(63), RefuseReason::Newer(63));
        assert_eq!(RefuseReason::Newer(63).number(), 63);
    }
}
