//! Administrative units through time: provinces, districts, communes, hamlets, to any depth.
//!
//! Reforms rename units, merge them and give their codes to others, so a code or a name means
//! something only *as of* a day. A [`UnitId`] is opaque and stays with its unit through every
//! rename and move; each state of a unit between two reforms is one [`UnitVersion`]. A hamlet
//! carries the records, so a merger of communes is a new parent in the hamlets' versions and
//! moves no record.
//!
//! The module knows no file format, no law and no person.

pub mod limits;
mod tree;

use core::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::id::UnitId;
use crate::time::LocalDay;

pub use tree::{UnitTree, UnitTreeError};

/// One state of a unit, true on every day of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitVersion {
    /// The unit, the same in all its versions.
    pub id: UnitId,
    /// The official code with its leading zeros; hamlets have none.
    pub code: Option<SmolStr>,
    /// What the unit is.
    pub kind: UnitKind,
    /// Its name without the word for its kind.
    pub name: UnitName,
    /// The unit it belongs to; `None` for a root.
    pub parent: Option<UnitId>,
    /// The days on which this version is true.
    pub valid: Period,
    /// The units that took over when this version ended, if it was dissolved.
    pub successors: Vec<Successor>,
}

impl UnitVersion {
    /// The Vietnamese name with the word for its kind: `Xã Đất Mới`. A hamlet's own name
    /// already says what it is.
    #[must_use]
    pub fn full_name_vi(&self) -> String {
        match self.kind.title_vi() {
            "" => self.name.vi.to_string(),
            title => format!("{title} {}", self.name.vi),
        }
    }
}

/// A unit's name in the languages of its screens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitName {
    /// Vietnamese, NFC.
    pub vi: SmolStr,
    /// Khmer, where somebody has written it.
    pub km: Option<SmolStr>,
}

impl UnitName {
    /// A name known only in Vietnamese.
    #[must_use]
    pub fn vietnamese(name: &str) -> Self {
        Self {
            vi: name.into(),
            km: None,
        }
    }
}

/// The days from `from` up to, but without, `to`; an open end has no bound or none we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub from: Option<LocalDay>,
    /// The first day no longer in the period.
    pub to: Option<LocalDay>,
}

impl Period {
    /// Whether the period has this day.
    #[must_use]
    pub fn contains(self, day: LocalDay) -> bool {
        self.start() <= day.0 && day.0 < self.end()
    }

    /// Whether the period has no day at all.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start() >= self.end()
    }

    /// The days of both periods.
    #[must_use]
    pub fn within(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            to: match (self.to, other.to) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
        }
    }

    fn start(self) -> i32 {
        self.from.map_or(i32::MIN, |day| day.0)
    }

    fn end(self) -> i32 {
        self.to.map_or(i32::MAX, |day| day.0)
    }
}

/// A unit that took over from a dissolved one, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Successor {
    /// The unit that took over.
    pub unit: UnitId,
    /// What it took.
    pub kind: SuccessorKind,
}

/// How much of a dissolved unit went to one successor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SuccessorKind {
    /// All of it.
    Whole,
    /// Some land with the people on it: hamlets decide who is where.
    Part,
    /// Land without people.
    Land,
    /// Some of the land and all the people.
    People,
}

impl SuccessorKind {
    /// Every kind with its stable name in data files.
    pub const CODES: [(Self, &'static str); 4] = [
        (Self::Whole, "whole"),
        (Self::Part, "part"),
        (Self::Land, "land"),
        (Self::People, "people"),
    ];

    /// The kind with this name, if there is one.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let found = Self::CODES.iter().find(|(_, known)| *known == code)?;
        Some(found.0)
    }
}

/// What a unit is. The tree does not care: any kind may stand under any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum UnitKind {
    /// Nước.
    Nation,
    /// Tỉnh.
    Province,
    /// Thành phố trực thuộc trung ương.
    City,
    /// Huyện, until June 2025.
    District,
    /// Quận, until June 2025.
    UrbanDistrict,
    /// Thị xã, until June 2025.
    Town,
    /// Thành phố thuộc tỉnh, until June 2025.
    ProvincialCity,
    /// Xã.
    Commune,
    /// Phường.
    Ward,
    /// Thị trấn, until June 2025.
    Townlet,
    /// Đặc khu, since July 2025.
    IslandZone,
    /// Ấp, thôn, bản: the leaf that carries records in the country.
    Hamlet,
    /// Khóm, khu phố, tổ dân phố: the leaf in towns.
    Quarter,
}

impl UnitKind {
    /// Every kind with its stable name in data files and the word before its units' names;
    /// the latter is empty where names carry their own.
    const TABLE: [(Self, &'static str, &'static str); 13] = [
        (Self::Nation, "nation", ""),
        (Self::Province, "province", "Tỉnh"),
        (Self::City, "city", "Thành phố"),
        (Self::District, "district", "Huyện"),
        (Self::UrbanDistrict, "urban-district", "Quận"),
        (Self::Town, "town", "Thị xã"),
        (Self::ProvincialCity, "provincial-city", "Thành phố"),
        (Self::Commune, "commune", "Xã"),
        (Self::Ward, "ward", "Phường"),
        (Self::Townlet, "townlet", "Thị trấn"),
        (Self::IslandZone, "island-zone", "Đặc khu"),
        (Self::Hamlet, "hamlet", ""),
        (Self::Quarter, "quarter", ""),
    ];

    /// The kind's stable name in data files: `commune`, `island-zone`.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::TABLE[self as usize].1
    }

    /// The kind with this stable name, if there is one.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let found = Self::TABLE.iter().find(|(_, known, _)| *known == code)?;
        Some(found.0)
    }

    /// The Vietnamese word before the unit's name, or nothing where names carry their own.
    #[must_use]
    pub fn title_vi(self) -> &'static str {
        Self::TABLE[self as usize].2
    }

    /// Whether units of this kind carry residents' records.
    #[must_use]
    pub fn is_hamlet_level(self) -> bool {
        matches!(self, Self::Hamlet | Self::Quarter)
    }

    /// Whether units of this kind have a commune's committee and police.
    #[must_use]
    pub fn is_commune_level(self) -> bool {
        matches!(
            self,
            Self::Commune | Self::Ward | Self::Townlet | Self::IslandZone
        )
    }
}

/// What sort of area a unit is in, by its place among the units: reports compare the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Area {
    /// Wards, townlets and their quarters.
    Urban,
    /// Communes and their hamlets.
    Rural,
    /// Island zones.
    Island,
}

impl Area {
    /// Every area.
    pub const ALL: [Self; 3] = [Self::Urban, Self::Rural, Self::Island];

    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Urban => "urban",
            Self::Rural => "rural",
            Self::Island => "island",
        }
    }
}

impl UnitKind {
    /// The area that units of this kind are; hamlets and what stands above communes is of none by
    /// itself.
    #[must_use]
    pub fn area(self) -> Option<Area> {
        match self {
            Self::Ward | Self::Townlet => Some(Area::Urban),
            Self::Commune => Some(Area::Rural),
            Self::IslandZone => Some(Area::Island),
            _ => None,
        }
    }
}

impl fmt::Display for UnitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_code() {
        for (at, &(kind, code, _)) in UnitKind::TABLE.iter().enumerate() {
            assert_eq!(kind as usize, at);
            assert_eq!(UnitKind::from_code(code), Some(kind));
        }
        for (kind, code) in SuccessorKind::CODES {
            assert_eq!(SuccessorKind::from_code(code), Some(kind));
        }
        assert_eq!(UnitKind::from_code("village"), None);
    }

    #[test]
    fn a_period_ends_before_its_last_bound() {
        let reform = LocalDay::from_date(2025, 7, 1);
        let before = Period {
            from: None,
            to: reform,
        };
        let after = Period {
            from: reform,
            to: None,
        };
        let day = reform.unwrap();
        assert!(!before.contains(day) && after.contains(day));
        assert!(before.within(after).is_empty());
        assert!(!before.within(Period::default()).is_empty());
    }
}
