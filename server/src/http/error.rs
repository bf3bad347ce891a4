//! The one place where errors become statuses, codes and lines in the log.
//!
//! A code is stable and says what a program does next; the message says it to a developer. The
//! cause goes to the log and nowhere else, and holds nothing a person entered.

use core::error::Error;

use shared::bundle::HeaderError;
use shared::parcel::ParcelError;
use shared::problem::Problem;
use shared::signed::{BadSignature, SignedError};
use tracing::Level;
use warp::Reply as _;
use warp::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use warp::http::{HeaderValue, StatusCode};
use warp::reply::Response;

use super::body::BodyError;
use super::limits::{NO_ROOM_RETRY_SECONDS, RETRY_SECONDS};
use super::seldom::Seldom;
use crate::clock::NoRandomness;
use crate::crew::CrewError;
use crate::door::DoorError;
use crate::export::ExportError;
use crate::gate::{DecideError, NotErasable, NotRefoundable, PairError};
use crate::import::carry_out::CarryOutError;
use crate::import::plan::PlanError;
use crate::import::undo::UndoError;
use crate::ledger::LedgerError;
use crate::rate::TooOften;
use crate::server::{
    CommitError, DecidingError, DeviceError, EditError, EnrolError, EraseError, FreezeError,
    HoldError, IntakeError, InviteError, LendError, PairingError, ParcelRefused, ProgressError,
    PullError, RefoundError,
};
use crate::store::StoreError;
use crate::writer::WriteError;

/// A request that was not carried out.
#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    problem: Problem,
    level: Level,
    retry_after_seconds: Option<u32>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    /// The sender did something wrong; the message is the error's.
    fn theirs(status: StatusCode, code: &'static str, error: &impl core::fmt::Display) -> Self {
        Self {
            status,
            problem: Problem::new(code, error),
            level: Level::DEBUG,
            retry_after_seconds: None,
            cause: None,
        }
    }

    /// Nobody did; it passes.
    fn passing(
        code: &'static str,
        seconds: u32,
        cause: impl Error + Send + Sync + 'static,
    ) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            problem: Problem::new(code, &"the server cannot take it now: send it again later"),
            level: Level::WARN,
            retry_after_seconds: Some(seconds),
            cause: Some(Box::new(cause)),
        }
    }

    /// Only the keeper can help; what was sent is safe where it is.
    fn no_room(error: &CommitError) -> Self {
        let status = StatusCode::INSUFFICIENT_STORAGE;
        Self {
            level: Level::WARN,
            retry_after_seconds: Some(NO_ROOM_RETRY_SECONDS),
            ..Self::theirs(status, "disk-nearly-full", error)
        }
    }

    /// We did.
    fn ours(code: &'static str, cause: impl Error + Send + Sync + 'static) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            problem: Problem::new(code, &"the server has a fault: tell its keeper"),
            level: Level::ERROR,
            retry_after_seconds: None,
            cause: Some(Box::new(cause)),
        }
    }

    pub(super) fn unauthorized() -> Self {
        let message = "this needs somebody signed in, or the token as `Authorization: Bearer ..`";
        Self::theirs(StatusCode::UNAUTHORIZED, "unauthorized", &message)
    }

    /// Never which of the two, nor whether there is such a name.
    pub(super) fn wrong_password() -> Self {
        let message = "the name or the password is wrong";
        Self::theirs(StatusCode::FORBIDDEN, "wrong-password", &message)
    }

    pub(super) fn must_wait(seconds: u32) -> Self {
        let message = "too many wrong passwords for this name: wait before the next";
        Self {
            retry_after_seconds: Some(seconds),
            ..Self::theirs(StatusCode::TOO_MANY_REQUESTS, "must-wait", &message)
        }
    }

    /// What was sent is safe where it is.
    pub(super) fn too_often(wait: TooOften) -> Self {
        let status = StatusCode::TOO_MANY_REQUESTS;
        Self {
            retry_after_seconds: Some(wait.seconds),
            ..Self::theirs(status, "too-often", &wait)
        }
    }

    pub(super) fn too_many_sign_ins() -> Self {
        let message = "too many sign in at once: try again";
        Self {
            retry_after_seconds: Some(1),
            ..Self::theirs(StatusCode::SERVICE_UNAVAILABLE, "busy", &message)
        }
    }

    pub(super) fn hashing(cause: tokio::task::JoinError) -> Self {
        Self::ours("hashing", cause)
    }

    pub(super) fn foreign_page() -> Self {
        let message = "browsers may ask for this only from this server's own pages";
        Self::theirs(StatusCode::FORBIDDEN, "foreign-page", &message)
    }

    /// The same whether there is none or it is not for the caller's eyes.
    pub(super) fn no_dossier() -> Self {
        let message = "there is no such dossier in the account's units";
        Self::theirs(StatusCode::NOT_FOUND, "no-dossier", &message)
    }

    /// What was sent can be read, and still nobody can act upon it.
    pub(super) fn unfit(code: &'static str, error: &impl core::fmt::Display) -> Self {
        Self::theirs(StatusCode::UNPROCESSABLE_ENTITY, code, error)
    }

    /// The same whether there is none or it is in other units.
    pub(super) fn no_import() -> Self {
        let message = "there is no such import in the account's units";
        Self::theirs(StatusCode::NOT_FOUND, "no-import", &message)
    }

    /// The same whether there is none or it is of other units.
    pub(super) fn no_report() -> Self {
        let message = "there is no such report in the account's units";
        Self::theirs(StatusCode::NOT_FOUND, "no-report", &message)
    }

    pub(super) fn not_permitted() -> Self {
        let message = "the account's role or units do not cover this";
        Self::theirs(StatusCode::FORBIDDEN, "not-permitted", &message)
    }

    pub(super) fn bad_request(error: &impl core::fmt::Display) -> Self {
        Self::theirs(StatusCode::BAD_REQUEST, "bad-request", error)
    }

    pub(super) fn too_many_listeners() -> Self {
        let message = "too many consoles listen: close one or try again";
        Self {
            retry_after_seconds: Some(RETRY_SECONDS),
            ..Self::theirs(
                StatusCode::SERVICE_UNAVAILABLE,
                "too-many-listeners",
                &message,
            )
        }
    }

    /// What none of our routes took.
    pub(super) fn from_rejection(rejection: &warp::Rejection) -> Self {
        use warp::reject::{InvalidQuery, MethodNotAllowed};
        if rejection.find::<MethodNotAllowed>().is_some() {
            let message = "the address exists, but not with this method";
            return Self::theirs(
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                &message,
            );
        }
        if rejection.find::<InvalidQuery>().is_some() {
            return Self::bad_request(&"the address's parameters cannot be read");
        }
        if rejection.is_not_found() {
            return Self::theirs(
                StatusCode::NOT_FOUND,
                "not-found",
                &"there is no such address",
            );
        }
        Self::bad_request(&"the request cannot be read")
    }

    fn log(&self) {
        let (code, status) = (self.problem.code.as_ref(), self.status.as_u16());
        let cause = self.cause.as_deref().map(chain).unwrap_or_default();
        match self.level {
            Level::ERROR => tracing::error!(code, status, cause, "request failed"),
            Level::WARN => {
                static PUT_OFF: Seldom = Seldom::new();
                if let Some(requests) = PUT_OFF.due() {
                    tracing::warn!(code, status, cause, requests, "request put off");
                }
            }
            _ => tracing::debug!(code, status, "request refused"),
        }
    }

    pub(super) fn into_response(self) -> Response {
        self.log();
        let mut response = warp::reply::json(&self.problem).into_response();
        *response.status_mut() = self.status;
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

/// An error and everything that led to it, in one line.
fn chain(error: &(dyn Error + Send + Sync + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        let (status, code) = match &error {
            BodyError::TooLong { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "body-too-long"),
            BodyError::TooSlow => (StatusCode::REQUEST_TIMEOUT, "body-too-slow"),
            BodyError::CutOff(_) => (StatusCode::BAD_REQUEST, "body-cut-off"),
        };
        Self::theirs(status, code, &error)
    }
}

impl From<NoRandomness> for Failure {
    fn from(error: NoRandomness) -> Self {
        Self::passing("no-randomness", RETRY_SECONDS, error)
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        match &error {
            LedgerError::Store(cause) if cause.is_transient() => {
                Self::passing("storage-stopped", RETRY_SECONDS, error)
            }
            LedgerError::Store(StoreError::TooLarge { .. }) => Self::ours("storage-bound", error),
            _ => Self::ours("storage-damaged", error),
        }
    }
}

impl From<CrewError> for Failure {
    fn from(error: CrewError) -> Self {
        match error {
            CrewError::Busy {
                retry_after_seconds,
            } => Self::passing("busy", retry_after_seconds, error),
            CrewError::Broken => Self::ours("broke-off", error),
        }
    }
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Ledger(error) => error.into(),
            CommitError::Contended => Self::passing("busy", 1, error),
            CommitError::NoRoom => Self::no_room(&error),
            CommitError::Write(WriteError::Busy {
                retry_after_seconds,
            }) => Self::passing("busy", retry_after_seconds, error),
            CommitError::Write(WriteError::Unfit(_)) => Self::ours("storage-bound", error),
            CommitError::Write(_) => Self::passing("storage-stopped", RETRY_SECONDS, error),
        }
    }
}

impl From<SignedError> for Failure {
    fn from(error: SignedError) -> Self {
        let status = match error {
            SignedError::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            SignedError::Malformed => StatusCode::BAD_REQUEST,
            SignedError::Signature(_) => StatusCode::FORBIDDEN,
        };
        Self::theirs(status, error.code(), &error)
    }
}

impl From<DoorError> for Failure {
    fn from(error: DoorError) -> Self {
        match error {
            DoorError::Header(error) => {
                let status = match error {
                    HeaderError::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
                    HeaderError::FutureVersion { .. } => StatusCode::UNPROCESSABLE_ENTITY,
                    _ => StatusCode::BAD_REQUEST,
                };
                Self::theirs(status, error.code(), &error)
            }
            DoorError::UnknownDevice => Self::unknown_device(&error),
            DoorError::Signature(error) => bad_signature(error),
            DoorError::Ledger(error) => error.into(),
        }
    }
}

impl Failure {
    fn unknown_device(error: &impl core::fmt::Display) -> Self {
        Self::theirs(StatusCode::FORBIDDEN, "unknown-device", error)
    }
}

fn bad_signature(error: BadSignature) -> Failure {
    SignedError::Signature(error).into()
}

impl From<IntakeError> for Failure {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Door(error) => error.into(),
            IntakeError::Crew(error) => error.into(),
            IntakeError::TooOften(wait) => Self::too_often(wait),
            IntakeError::Suspect(error) => {
                Self::theirs(StatusCode::UNPROCESSABLE_ENTITY, "quarantined", &error)
            }
            IntakeError::Commit(error) => error.into(),
            IntakeError::Ledger(error) => error.into(),
        }
    }
}

impl From<PullError> for Failure {
    fn from(error: PullError) -> Self {
        match error {
            PullError::Request(error) => error.into(),
            PullError::Commit(error) => error.into(),
            PullError::TooMuch => Self::theirs(StatusCode::BAD_REQUEST, "pull-too-much", &error),
            PullError::UnknownDevice => Self::unknown_device(&error),
            PullError::TooOften(wait) => Self::too_often(wait),
            PullError::Crew(error) => error.into(),
            PullError::Ledger(error) => error.into(),
        }
    }
}

impl From<ParcelRefused> for Failure {
    fn from(error: ParcelRefused) -> Self {
        match error {
            ParcelRefused::Parcel(error) => {
                let status = match error {
                    ParcelError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                    ParcelError::FutureVersion => StatusCode::UNPROCESSABLE_ENTITY,
                    ParcelError::NotAParcel => StatusCode::BAD_REQUEST,
                };
                Self::theirs(status, error.code(), &error)
            }
            ParcelRefused::Intake(error) => error.into(),
            ParcelRefused::Pull(error) => error.into(),
        }
    }
}

impl From<EnrolError> for Failure {
    fn from(error: EnrolError) -> Self {
        let (status, code) = match error {
            EnrolError::Request(error) => return error.into(),
            EnrolError::Commit(error) => return error.into(),
            EnrolError::Ledger(error) => return error.into(),
            EnrolError::UnknownInvite => (StatusCode::NOT_FOUND, "unknown-invite"),
            EnrolError::Used => (StatusCode::CONFLICT, "invite-used"),
            EnrolError::Expired => (StatusCode::GONE, "invite-expired"),
            EnrolError::Enrolled => (StatusCode::CONFLICT, "already-enrolled"),
            EnrolError::TooWide => (StatusCode::CONFLICT, "grant-too-wide"),
        };
        Self::theirs(status, code, &error)
    }
}

impl From<InviteError> for Failure {
    fn from(error: InviteError) -> Self {
        let code = match error {
            InviteError::Commit(error) => return error.into(),
            InviteError::NoSuchUnit => "no-such-unit",
            InviteError::NotForDevices => "role-not-for-devices",
            InviteError::TooWide => "grant-too-wide",
            InviteError::BadLabel => "bad-label",
        };
        Self::theirs(StatusCode::BAD_REQUEST, code, &error)
    }
}

impl From<DeviceError> for Failure {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::UnknownDevice => {
                Self::theirs(StatusCode::NOT_FOUND, "unknown-device", &error)
            }
            DeviceError::Grant(error) => error.into(),
            DeviceError::WrongState => Self::theirs(StatusCode::CONFLICT, "wrong-state", &error),
            DeviceError::Commit(error) => error.into(),
            DeviceError::Ledger(error) => error.into(),
            DeviceError::Release(error) => error.into(),
        }
    }
}

impl From<DecidingError> for Failure {
    fn from(error: DecidingError) -> Self {
        match error {
            DecidingError::Commit(error) => error.into(),
            DecidingError::Ledger(error) => error.into(),
            DecidingError::Decide(DecideError::Ledger(error)) => error.into(),
            DecidingError::Decide(error @ DecideError::NotHeld) => {
                Self::theirs(StatusCode::NOT_FOUND, "not-held", &error)
            }
            DecidingError::Decide(error @ DecideError::EarlierFirst) => {
                Self::theirs(StatusCode::CONFLICT, "earlier-first", &error)
            }
            DecidingError::Decide(error @ DecideError::Full(_)) => {
                Self::theirs(StatusCode::CONFLICT, "dossier-full", &error)
            }
        }
    }
}

impl From<PairingError> for Failure {
    fn from(error: PairingError) -> Self {
        match error {
            PairingError::Commit(error) => error.into(),
            PairingError::Ledger(error) | PairingError::Pair(PairError::Ledger(error)) => {
                error.into()
            }
            PairingError::Pair(error @ PairError::NotOpen) => {
                Self::theirs(StatusCode::NOT_FOUND, "nothing-to-decide", &error)
            }
        }
    }
}

impl From<EraseError> for Failure {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::Commit(error) => error.into(),
            EraseError::Ledger(error) | EraseError::NotErasable(NotErasable::Ledger(error)) => {
                error.into()
            }
            EraseError::Vault(error) => Self::ours("keys-not-destroyed", error),
            EraseError::OnHold => Self::theirs(StatusCode::CONFLICT, "on-hold", &error),
            EraseError::NotErasable(NotErasable::Already) => {
                Self::theirs(StatusCode::GONE, "erased", &error)
            }
            EraseError::NotErasable(NotErasable::NotHere) => Self::no_dossier(),
        }
    }
}

impl From<RefoundError> for Failure {
    fn from(error: RefoundError) -> Self {
        let error = match error {
            RefoundError::Erase(error) => return error.into(),
            RefoundError::NotRefoundable(NotRefoundable::Ledger(error)) => return error.into(),
            RefoundError::NotRefoundable(NotRefoundable::NotHere) => return Self::no_dossier(),
            RefoundError::NotRefoundable(error) => error,
        };
        let (status, code) = match error {
            NotRefoundable::Conflicted(_) => (StatusCode::CONFLICT, "conflicted"),
            NotRefoundable::Nothing => (StatusCode::CONFLICT, "nothing-left"),
            NotRefoundable::NotUnited => (StatusCode::NOT_FOUND, "not-united"),
            _ => (StatusCode::BAD_REQUEST, "not-refoundable"),
        };
        Self::theirs(status, code, &error)
    }
}

impl From<LendError> for Failure {
    fn from(error: LendError) -> Self {
        match error {
            LendError::Commit(error) => error.into(),
            LendError::Ledger(error) => error.into(),
            LendError::UnknownDevice => {
                Self::theirs(StatusCode::NOT_FOUND, "unknown-device", &error)
            }
            LendError::TooMuch => Self::theirs(StatusCode::CONFLICT, "lent-too-much", &error),
            LendError::NoList => Self::theirs(StatusCode::NOT_FOUND, "no-list", &error),
            LendError::Nobody => Self::theirs(StatusCode::CONFLICT, "nobody-left", &error),
            LendError::NoLoan => Self::theirs(StatusCode::NOT_FOUND, "no-loan", &error),
            LendError::NoDossier => Self::no_dossier(),
            LendError::NotBorrowing => Self::theirs(StatusCode::CONFLICT, "not-borrowing", &error),
            LendError::BadMoment | LendError::TooMany => Self::bad_request(&error),
        }
    }
}

impl From<HoldError> for Failure {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::Commit(error) => error.into(),
            HoldError::Ledger(error) => error.into(),
            HoldError::NotHere => Self::no_dossier(),
            HoldError::BadReference => Self::bad_request(&error),
        }
    }
}

impl From<EditError> for Failure {
    fn from(error: EditError) -> Self {
        let (status, code) = match error {
            EditError::Ledger(error) => return error.into(),
            EditError::Intake(error) => return error.into(),
            EditError::Seal(error) => return Self::ours("sealing", error),
            EditError::NotPermitted => return Self::not_permitted(),
            EditError::BadValue(code) => (StatusCode::UNPROCESSABLE_ENTITY, code),
            EditError::UnknownHeads => (StatusCode::CONFLICT, "unknown-heads"),
            EditError::UnknownField => (StatusCode::BAD_REQUEST, "unknown-field"),
            EditError::Moved => (StatusCode::CONFLICT, "dossier-moved"),
            EditError::Refused(reason) => (StatusCode::CONFLICT, reason.code()),
            EditError::Rejected(reason) => (StatusCode::UNPROCESSABLE_ENTITY, reason.code()),
            EditError::NoNumber => return Self::ours("no-number", error),
        };
        Self::theirs(status, code, &error)
    }
}

impl From<ProgressError> for Failure {
    fn from(error: ProgressError) -> Self {
        match error {
            ProgressError::NoSuchUnit => {
                Self::theirs(StatusCode::NOT_FOUND, "no-such-unit", &error)
            }
            ProgressError::Ledger(error) => error.into(),
        }
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Shape => Self::unfit("export-shape", &error),
            ExportError::Workbook(error) => Self::ours("workbook", error),
        }
    }
}

impl From<FreezeError> for Failure {
    fn from(error: FreezeError) -> Self {
        match error {
            FreezeError::Progress(error) => error.into(),
            FreezeError::TooLarge => Self::unfit("report-too-large", &error),
            FreezeError::Commit(error) => error.into(),
        }
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Sheet(bad) => Self::unfit(bad.code(), &bad),
            PlanError::NoHeadings => Self::unfit("file-no-headings", &error),
            PlanError::NoSuchUnit => Self::unfit("no-such-unit", &error),
            PlanError::Ledger(error) => error.into(),
        }
    }
}

impl From<CarryOutError> for Failure {
    fn from(error: CarryOutError) -> Self {
        match error {
            CarryOutError::Order(bad) => Self::unfit(bad.code(), &bad),
            CarryOutError::Plan(error) => error.into(),
            CarryOutError::Missing => Self::unfit("import-columns", &error),
            CarryOutError::Commit(error) => error.into(),
            CarryOutError::Seal(error) => Self::ours("sealing", error),
            CarryOutError::Intake(error) => error.into(),
            CarryOutError::Ledger(error) => error.into(),
        }
    }
}

impl From<UndoError> for Failure {
    fn from(error: UndoError) -> Self {
        match error {
            UndoError::NoSuchImport => Self::no_import(),
            UndoError::Already => Self::theirs(StatusCode::CONFLICT, "import-undone", &error),
            UndoError::TooLate => Self::theirs(StatusCode::CONFLICT, "import-too-old", &error),
            UndoError::CarryOut(error) => error.into(),
        }
    }
}
