//! Words of offices for what this project calls by stable names.

use shared::catalogue::TargetKind;
use shared::event::Step;
use shared::field::fold::fold;
use shared::tally::Indicator;

/// The steps that are taken elsewhere and come by lists.
pub const STEPS: [Step; 8] = [
    Step::EidAccepted,
    Step::EidReturned,
    Step::EidReported,
    Step::EidActivated,
    Step::CardProcessing,
    Step::CardPrinted,
    Step::CardReturned,
    Step::CardHandedOver,
];

/// The step that somebody's words mean, or its stable name.
pub(super) fn step_meant(said: &str) -> Option<Step> {
    if let Some(step) = STEPS.into_iter().find(|step| step.name() == said) {
        return Some(step);
    }
    Some(match fold(said).as_str() {
        "c06 tiep nhan" | "c06 duyet" | "da duyet" | "duoc duyet" | "da tiep nhan" | "duyet" => {
            Step::EidAccepted
        }
        "tra ho so dinh danh" | "dinh danh bi tra" | "c06 tra lai" => Step::EidReturned,
        "da bao ket qua" | "da nhan tin" => Step::EidReported,
        "da kich hoat" | "kich hoat" => Step::EidActivated,
        "dang xu ly" | "da gui" => Step::CardProcessing,
        "the da ve" | "da in the" | "da co the" | "the ve" => Step::CardPrinted,
        "tra ho so can cuoc" | "ho so can cuoc bi tra" | "the bi tra" => Step::CardReturned,
        "da tra the" | "da nhan the" => Step::CardHandedOver,
        _ => return None,
    })
}

/// The indicator that somebody's words mean, or its stable name.
pub(super) fn indicator_meant(said: &str) -> Option<Indicator> {
    if let Ok(indicator) = said.parse() {
        return Some(indicator);
    }
    Some(match fold(said).as_str() {
        "kich hoat"
        | "kich hoat dinh danh"
        | "kich hoat tai khoan"
        | "kich hoat dinh danh muc 2"
        | "tai khoan kich hoat" => Indicator::EidActivated,
        "thu nhan dinh danh" | "thu nhan dinh danh muc 2" | "thu nhan tai khoan" => {
            Indicator::EidCollected
        }
        "dinh danh muc 1" => Indicator::EidLevel1,
        "thu nhan can cuoc" | "thu nhan cccd" | "thu nhan ho so cccd" | "cap can cuoc" => {
            Indicator::CardCollected
        }
        "tra the" | "tra the can cuoc" | "tra the cccd" => Indicator::CardHandedOver,
        "c06 tiep nhan" | "c06 duyet" => Indicator::EidAccepted,
        _ => return None,
    })
}

/// The kind of target that somebody's words mean; said by nobody, it was assigned.
pub(super) fn kind_meant(said: &str) -> Option<TargetKind> {
    if let Some(kind) = TargetKind::ALL.iter().find(|kind| kind.name() == said) {
        return Some(*kind);
    }
    Some(match fold(said).as_str() {
        "" | "chi tieu" | "giao" | "chi tieu giao" => TargetKind::Assigned,
        "ke hoach" => TargetKind::Plan,
        "cam ket" => TargetKind::Commitment,
        _ => return None,
    })
}
