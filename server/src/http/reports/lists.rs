//! Which table leaves, and who may take it along.

use shared::id::UnitId;
use shared::permission::Duty;

use crate::http::access::{Caller, Place};
use crate::http::error::Failure;
use crate::named::named;

named! {
    /// A table of the console.
    pub(super) List {
        /// Figures of units; the only one the public may have.
        Progress "progress";
        Devices "devices";
        Held "held";
        Sessions "sessions";
        Attendances "attendances";
        /// These name people.
        Dossiers "dossiers";
        Conflicts "conflicts";
        Doubles "doubles";
        Audit "audit";
    }
}

impl List {
    /// Goes on if the caller may take this table of a unit along.
    pub(super) fn permitted(
        self,
        caller: &Caller,
        unit: UnitId,
        place: Place<'_>,
    ) -> Result<(), Failure> {
        match self {
            Self::Progress | Self::Devices | Self::Held | Self::Sessions | Self::Attendances => {
                caller.needs(Duty::Figures, &[unit], place)
            }
            Self::Audit if caller.has_somewhere(Duty::Audit) => Ok(()),
            Self::Dossiers | Self::Conflicts | Self::Doubles => {
                let hamlets = place.tree.leaves_under(unit, place.day);
                let mut all = hamlets.iter();
                match all.all(|hamlet| caller.reads_dossiers(*hamlet, place)) {
                    true if !hamlets.is_empty() => Ok(()),
                    _ => Err(Failure::not_permitted()),
                }
            }
            Self::Audit => Err(Failure::not_permitted()),
        }
    }
}
