//! What may stand under which key: the shape of every put, checked the same way everywhere.
//!
//! A phone asks before it saves, the gate before it stores. The check sees one put and nothing
//! else: who writes it is [`crate::permission`]'s question, and what stood there before is the
//! gate's.

use crate::catalogue::{AreaType, Language, NoticeKind, PhoneOwner, PlaceKind, Residence};
use crate::catalogue::{SessionKind, TargetKind};
use crate::event::{BadEvent, Event, Outcome, OutcomeResult, What};
use crate::field::{PartialDate, Sex, TextField};
use crate::key::{Key, Shape};
use crate::kind::Kind;
use crate::reason::Reason;
use crate::tally::Indicator;
use crate::time::LocalDay;
use crate::value::Value;

/// The least birth year a dossier may have.
const BIRTH_YEAR_MIN: u64 = 1900;

/// Why a put may not stand. No variant carries the value: it may be personal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PutFault {
    /// Neither in this build's table nor an event: a later version's key, or none at all.
    #[error("a key this build does not know; update it")]
    UnknownKey,
    /// A number of a closed list that this build does not have.
    #[error("a code this build does not know; update it")]
    UnknownCode,
    /// Write it to a document of the right kind.
    #[error("the key or event does not belong in this kind of document")]
    WrongKind,
    /// Write the type the key's shape asks for.
    #[error("the value has the wrong type for its key")]
    WrongType,
    /// This key is never emptied, an event never changed.
    #[error("the key cannot be emptied")]
    Emptied,
    /// A number above its key's greatest or below its least.
    #[error("the number is out of its key's range")]
    OutOfRange,
    /// Shorten it.
    #[error("the value is longer than its key allows")]
    TooLong,
    /// Clean it before saving.
    #[error("the text is not clean: NFC without control letters is needed")]
    UncleanText,
    /// Exactly so many ASCII digits are needed.
    #[error("the text is not the wanted count of digits")]
    BadDigits,
    /// Not a day, month or year between 1900 and 2199.
    #[error("the number is no packed date")]
    BadDate,
    /// Ten or eleven digits beginning with 0.
    #[error("the text is no national phone number")]
    BadPhone,
    /// A link has the 16 bytes of a document id.
    #[error("the bytes are no document id")]
    BadLink,
    /// Put the reason into the resident's case.
    #[error("a restricted reason outside a case")]
    Restricted,
    /// An outcome in a session names no session, one on a dossier no dossier.
    #[error("an outcome that does not say what its document needs")]
    WrongHalf,
    /// A value that was let go can only be kept, never written.
    #[error("a withheld value cannot be written")]
    Withheld,
    /// The payload under an event's key is no event.
    #[error("the payload is no event")]
    BadEvent(#[from] BadEvent),
}

impl PutFault {
    /// Its stable name, the same in every language.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownKey => "put-unknown-key",
            Self::UnknownCode => "put-unknown-code",
            Self::WrongKind => "put-wrong-kind",
            Self::WrongType => "put-wrong-type",
            Self::Emptied => "put-emptied",
            Self::OutOfRange => "put-out-of-range",
            Self::TooLong => "put-too-long",
            Self::UncleanText => "put-unclean-text",
            Self::BadDigits => "put-bad-digits",
            Self::BadDate => "put-bad-date",
            Self::BadPhone => "put-bad-phone",
            Self::BadLink => "put-bad-link",
            Self::Restricted => "put-restricted",
            Self::WrongHalf => "put-wrong-half",
            Self::Withheld => "put-withheld",
            Self::BadEvent(bad) => bad.code(),
        }
    }

    /// Whether honest software of a later version may have written it: the gate then answers
    /// *too new* where it would otherwise reject.
    #[must_use]
    pub fn is_from_a_later_version(&self) -> bool {
        match self {
            Self::UnknownKey | Self::UnknownCode => true,
            Self::BadEvent(bad) => bad.is_from_a_later_version(),
            _ => false,
        }
    }
}

/// Whether `value` may be put under `key` in a document of this kind.
///
/// # Errors
/// [`PutFault`], the first that is found.
pub fn check_put(kind: Kind, key: &Key, value: &Value) -> Result<(), PutFault> {
    if *value == Value::Withheld {
        return Err(PutFault::Withheld);
    }
    if key.event_id().is_some() {
        return check_event(kind, value);
    }
    let spec = key.spec().ok_or(PutFault::UnknownKey)?;
    if spec.kind.is_some_and(|owner| owner != kind) {
        return Err(PutFault::WrongKind);
    }
    if *value == Value::Null {
        let stays = [Key::KIND, Key::UNIT].contains(key);
        return ensure(!stays, PutFault::Emptied);
    }
    check_shape(spec.shape, value)?;
    match value {
        Value::Uint(number) => check_meaning(kind, key, *number),
        _ => Ok(()),
    }
}

fn check_shape(shape: Shape, value: &Value) -> Result<(), PutFault> {
    match (shape, value) {
        (Shape::Bool, Value::Bool(_)) => Ok(()),
        (Shape::Uint { max }, Value::Uint(number)) => ensure(*number <= max, PutFault::OutOfRange),
        (Shape::Date, Value::Uint(packed)) => {
            let date = u32::try_from(*packed).ok().map(PartialDate::from_packed);
            ensure(matches!(date, Some(Ok(_))), PutFault::BadDate)
        }
        (Shape::Text { bytes_max }, Value::Text(text)) => {
            ensure(text.len() <= bytes_max, PutFault::TooLong)?;
            ensure(TextField::is_clean(text), PutFault::UncleanText)
        }
        (Shape::Digits { count }, Value::Text(text)) => {
            ensure(text.len() == count && is_digits(text), PutFault::BadDigits)
        }
        (Shape::Phone, Value::Text(text)) => {
            let fits = matches!(text.len(), 10 | 11) && text.starts_with('0');
            ensure(fits && is_digits(text), PutFault::BadPhone)
        }
        (Shape::Link, Value::Bytes(bytes)) => ensure(bytes.len() == 16, PutFault::BadLink),
        (Shape::Bytes { bytes_max }, Value::Bytes(bytes)) => {
            ensure(bytes.len() <= bytes_max, PutFault::TooLong)
        }
        _ => Err(PutFault::WrongType),
    }
}

/// Whether a closed list has this number.
type IsKnown = fn(u64) -> bool;

/// Keys whose numbers come from closed lists.
static CODED: [(Key, IsKnown); 12] = [
    (Key::SEX, |code| {
        u8::try_from(code).is_ok_and(|code| Sex::from_code(code).is_some())
    }),
    (Key::PHONE_OWNER, |code| {
        PhoneOwner::from_code(code).is_some()
    }),
    (Key::RESIDENCE, |code| Residence::from_code(code).is_some()),
    (Key::CARD_REASON, |code| Reason::from_code(code).is_some()),
    (Key::EID_REASON, |code| Reason::from_code(code).is_some()),
    (Key::CASE_REASON, |code| Reason::from_code(code).is_some()),
    (Key::SESSION_KIND, |code| {
        SessionKind::from_code(code).is_some()
    }),
    (Key::LANGUAGE, |code| Language::from_code(code).is_some()),
    (Key::PLACE_KIND, |code| PlaceKind::from_code(code).is_some()),
    (Key::AREA_TYPE, |code| AreaType::from_code(code).is_some()),
    (Key::TARGET_KIND, |code| {
        TargetKind::from_code(code).is_some()
    }),
    (Key::NOTICE_KIND, |code| {
        NoticeKind::from_code(code).is_some()
    }),
];

fn check_meaning(kind: Kind, key: &Key, number: u64) -> Result<(), PutFault> {
    if let Some((_, is_known)) = CODED.iter().find(|(coded, _)| coded == key) {
        ensure(is_known(number), PutFault::UnknownCode)?;
    }
    if *key == Key::KIND {
        return ensure(number == kind.code(), PutFault::WrongKind);
    }
    if *key == Key::TARGET_INDICATOR {
        let known = u16::try_from(number).ok().and_then(Indicator::from_code);
        return ensure(known.is_some(), PutFault::UnknownCode);
    }
    if *key == Key::BIRTH_YEAR {
        return ensure(number >= BIRTH_YEAR_MIN, PutFault::OutOfRange);
    }
    if *key == Key::STARTED {
        // A local minute, as in events; seconds since 1970 would lie far beyond the calendar.
        let end = LocalDay::MAX.first_minute().0 + 24 * 60;
        return ensure(number < end as u64, PutFault::OutOfRange);
    }
    let ordinary = [Key::CARD_REASON, Key::EID_REASON].contains(key);
    let restricted = Reason::from_code(number).is_some_and(Reason::is_restricted);
    ensure(!(ordinary && restricted), PutFault::Restricted)
}

fn check_event(kind: Kind, value: &Value) -> Result<(), PutFault> {
    let payload = match value {
        Value::Bytes(payload) => payload,
        Value::Null => return Err(PutFault::Emptied),
        _ => return Err(PutFault::WrongType),
    };
    let event = Event::from_payload(payload)?;
    ensure(event.kind().belongs_in(kind), PutFault::WrongKind)?;
    match &event.what {
        What::Outcome(outcome) => check_outcome(kind, outcome),
        _ => Ok(()),
    }
}

fn check_outcome(kind: Kind, outcome: &Outcome) -> Result<(), PutFault> {
    let fits = match kind {
        Kind::Dossier => outcome.dossier.is_none() && outcome.session.is_some(),
        _ => outcome.session.is_none(),
    };
    ensure(fits, PutFault::WrongHalf)?;
    let restricted =
        matches!(outcome.result, OutcomeResult::Blocked(reason) if reason.is_restricted());
    ensure(!restricted, PutFault::Restricted)
}

fn ensure(holds: bool, fault: PutFault) -> Result<(), PutFault> {
    holds.then_some(()).ok_or(fault)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Source, Stage, Stamp, Step};
    use crate::id::{DocumentId, EventId, TeamId, UnitId};
    use crate::key::TABLE;
    use crate::limits::VALUE_BYTES_MAX;
    use crate::time::LocalMinute;
    use PutFault as Fault;
    use proptest::prelude::*;

    const EVENT: EventId = EventId([1; 8]);

    fn dossier(key: Key, value: impl Into<Value>) -> Result<(), PutFault> {
        check_put(Kind::Dossier, &key, &value.into())
    }

    fn event(kind: Kind, what: What) -> Result<(), PutFault> {
        let stamp = Stamp {
            at: LocalMinute(28_000_000),
            unit: UnitId(1),
            team: TeamId(1),
        };
        let payload = Event { what, stamp }.to_payload();
        check_put(kind, &Key::event(EVENT), &Value::Bytes(payload))
    }

    #[test]
    fn honest_values_pass_and_others_are_named() {
        assert_eq!(dossier(Key::NAME, "Nguyễn Thị Đẹp"), Ok(()));
        assert_eq!(
            dossier(Key::NAME, "Nguye\u{302}\u{303}n"),
            Err(Fault::UncleanText)
        );
        assert_eq!(dossier(Key::NAME, "Đẹp\u{202e}"), Err(Fault::UncleanText));
        assert_eq!(
            dossier(Key::NAME, "x".repeat(161).as_str()),
            Err(Fault::TooLong)
        );
        assert_eq!(dossier(Key::NAME, 7), Err(Fault::WrongType));
        assert_eq!(dossier(Key::NAME, Value::Null), Ok(()));
        assert_eq!(dossier(Key::UNIT, Value::Null), Err(Fault::Emptied));
        assert_eq!(dossier(Key::NAME, Value::Withheld), Err(Fault::Withheld));
        assert_eq!(dossier(Key::LAST3, "012"), Ok(()));
        assert_eq!(dossier(Key::LAST3, "01x"), Err(Fault::BadDigits));
        assert_eq!(dossier(Key::PHONE, "0951234567"), Ok(()));
        assert_eq!(dossier(Key::PHONE, "+84951234567"), Err(Fault::BadPhone));
        assert_eq!(dossier(Key::DUE, 20_231_100), Ok(()));
        assert_eq!(dossier(Key::DUE, 20_230_229), Err(Fault::BadDate));
        assert_eq!(dossier(Key::HOUSEHOLD, Value::Bytes(vec![0; 16])), Ok(()));
        assert_eq!(
            dossier(Key::HOUSEHOLD, Value::Bytes(vec![0; 15])),
            Err(Fault::BadLink)
        );
        assert_eq!(dossier(Key::BIRTH_YEAR, 85), Err(Fault::OutOfRange));
        assert_eq!(dossier(Key::BIRTH_YEAR, 3_023), Err(Fault::OutOfRange));
    }

    #[test]
    fn keys_stay_in_their_kind_and_later_ones_are_told_apart() {
        assert_eq!(dossier(Key::NUMBER, "099085000001"), Err(Fault::WrongKind));
        assert_eq!(dossier(Key::KIND, Kind::Dossier.code()), Ok(()));
        assert_eq!(dossier(Key::KIND, Kind::Case.code()), Err(Fault::WrongKind));
        let later = dossier(Key::new("from.later").unwrap(), 1).unwrap_err();
        assert!(later == Fault::UnknownKey && later.is_from_a_later_version());
        assert_eq!(dossier(Key::RESIDENCE, 15), Err(Fault::UnknownCode));
    }

    #[test]
    fn restricted_reasons_stand_in_cases_only() {
        let code = u64::from(Reason::PoliceMatter.code());
        assert_eq!(dossier(Key::CARD_REASON, code), Err(Fault::Restricted));
        assert_eq!(
            check_put(Kind::Case, &Key::CASE_REASON, &code.into()),
            Ok(())
        );
        let blocked = What::Outcome(Outcome {
            dossier: None,
            session: None,
            result: OutcomeResult::Blocked(Reason::PoliceMatter),
            service: 1,
        });
        assert_eq!(event(Kind::Session, blocked), Err(Fault::Restricted));
    }

    #[test]
    fn events_stand_where_they_belong() {
        let stage = What::Stage(Stage {
            step: Step::CardCollected,
            on: None,
            source: Source::Witnessed,
        });
        assert_eq!(event(Kind::Dossier, stage.clone()), Ok(()));
        assert_eq!(event(Kind::Session, stage), Err(Fault::WrongKind));
        let half = |dossier, session| {
            What::Outcome(Outcome {
                dossier,
                session,
                result: OutcomeResult::Draft,
                service: 1,
            })
        };
        let id = Some(DocumentId([1; 16]));
        assert_eq!(event(Kind::Dossier, half(None, id)), Ok(()));
        assert_eq!(event(Kind::Dossier, half(id, None)), Err(Fault::WrongHalf));
        assert_eq!(event(Kind::Session, half(id, None)), Ok(()));
        assert_eq!(event(Kind::Session, half(None, id)), Err(Fault::WrongHalf));
        let emptied = check_put(Kind::Dossier, &Key::event(EVENT), &Value::Null);
        assert_eq!(emptied, Err(Fault::Emptied));
    }

    #[test]
    fn no_key_allows_more_than_a_value_may_have() {
        for spec in TABLE {
            if let Shape::Text { bytes_max } | Shape::Bytes { bytes_max } = spec.shape {
                assert!(bytes_max <= VALUE_BYTES_MAX);
            }
        }
    }

    proptest! {
        #[test]
        fn every_number_under_every_key_has_an_answer(
            index in 0..TABLE.len(), kind in 0..Kind::ALL.len(), number: u64,
        ) {
            let key = Key::from(&TABLE[index]);
            let _ = check_put(Kind::ALL[kind], &key, &Value::Uint(number));
        }
    }
}
