//! Which table leaves, and who may take it along.

use shared::id::UnitId;
use shared::permission::Duty;

use crate::http::access::{Caller, Place};
use crate::http::error::Failure;

/// A table of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// Figures of units; the only one the public may have.
    Progress,
    Devices,
    Held,
    Sessions,
    Attendances,
    /// These name people.
    Dossiers,
    Conflicts,
    Doubles,
    Audit,
}

impl List {
    const ALL: [(&'static str, Self); 9] = [
        ("progress", Self::Progress),
        ("devices", Self::Devices),
        ("held", Self::Held),
        ("sessions", Self::Sessions),
        ("attendances", Self::Attendances),
        ("dossiers", Self::Dossiers),
        ("conflicts", Self::Conflicts),
        ("doubles", Self::Doubles),
        ("audit", Self::Audit),
    ];

    /// The table of this stable name; without one, that of figures.
    pub(super) fn named(name: Option<&str>) -> Option<Self> {
        let name = name.unwrap_or("progress");
        let mut all = Self::ALL.into_iter();
        all.find_map(|(known, list)| (known == name).then_some(list))
    }

    /// Its stable name.
    pub(super) fn name(self) -> &'static str {
        let mut all = Self::ALL.into_iter();
        all.find_map(|(name, list)| (list == self).then_some(name))
            .unwrap_or_default()
    }

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
