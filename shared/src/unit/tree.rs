//! The checked tree of unit versions and its questions, each as of a day.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use smol_str::SmolStr;

use super::limits::{UNIT_DEPTH_MAX, UNIT_VERSIONS_MAX};
use super::{Area, Period, UnitVersion};
use crate::id::UnitId;

use crate::time::LocalDay;

/// All versions of all units, checked: on every day it is a forest, and codes are unique.
///
/// Questions cost a few look-ups in sorted indexes, whatever the size. Serde carries the
/// versions alone and checks them again on reading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<UnitVersion>")]
pub struct UnitTree {
    /// Sorted by unit, then by first day.
    versions: Vec<UnitVersion>,
    /// Places in `versions` of those with this parent, in the same order.
    children: BTreeMap<Option<UnitId>, Vec<usize>>,
    /// Places in `versions` of those with this code, by first day.
    codes: BTreeMap<SmolStr, Vec<usize>>,
}

/// Why versions are no tree; each names the unit whose rows to correct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnitTreeError {
    /// Split the data: there are more versions than one tree takes.
    #[error("more than {UNIT_VERSIONS_MAX} versions")]
    TooMany,
    /// A version ends on or before the day it begins.
    #[error("unit {unit} has a version without a day")]
    EmptyPeriod {
        /// The unit.
        unit: UnitId,
    },
    /// Two versions of one unit claim the same day.
    #[error("unit {unit} has two versions on one day")]
    Overlap {
        /// The unit.
        unit: UnitId,
    },
    /// Another unit has the same code on a same day.
    #[error("unit {unit} has a code that another unit has on the same day")]
    CodeTaken {
        /// The later of the two.
        unit: UnitId,
    },
    /// On some day of the version, its parent does not exist.
    #[error("unit {unit} has a parent that is missing on some day")]
    UnknownParent {
        /// The unit below.
        unit: UnitId,
    },
    /// On some day, the unit stands above itself.
    #[error("unit {unit} stands above itself on some day")]
    Cycle {
        /// One unit of the circle.
        unit: UnitId,
    },
    /// More than [`UNIT_DEPTH_MAX`] levels stand above one another.
    #[error("unit {unit} is deeper than {UNIT_DEPTH_MAX} levels")]
    TooDeep {
        /// The lowest unit.
        unit: UnitId,
    },
}

impl UnitTree {
    /// Checks and indexes the versions, in any order.
    pub fn new(mut versions: Vec<UnitVersion>) -> Result<Self, UnitTreeError> {
        if versions.len() > UNIT_VERSIONS_MAX {
            return Err(UnitTreeError::TooMany);
        }
        versions.sort_by_key(|version| (version.id, version.valid.start()));
        let tree = Self {
            children: places_by(&versions, |version| Some(version.parent)),
            codes: places_by(&versions, |version| version.code.clone()),
            versions,
        };
        tree.check_periods()?;
        tree.check_codes()?;
        for version in &tree.versions {
            tree.check_ancestry(version, version.valid, &mut Vec::new())?;
        }
        Ok(tree)
    }

    /// The unit as it is on this day, if it exists then.
    #[must_use]
    pub fn get(&self, id: UnitId, day: LocalDay) -> Option<&UnitVersion> {
        let versions = self.versions_of(id);
        let after = versions.partition_point(|version| version.valid.start() <= day.0);
        let latest = versions.get(after.checked_sub(1)?)?;
        latest.valid.contains(day).then_some(latest)
    }

    /// Every version of the unit, oldest first; empty for an unknown unit.
    #[must_use]
    pub fn versions_of(&self, id: UnitId) -> &[UnitVersion] {
        let start = self.versions.partition_point(|version| version.id < id);
        let length = self.versions[start..].partition_point(|version| version.id == id);
        &self.versions[start..start + length]
    }

    /// Every version of every unit, by unit and first day.
    #[must_use]
    pub fn versions(&self) -> &[UnitVersion] {
        &self.versions
    }

    /// The versions, to change them and build the next tree.
    #[must_use]
    pub fn into_versions(self) -> Vec<UnitVersion> {
        self.versions
    }

    /// The units that belong to nothing on this day, by id.
    pub fn roots(&self, day: LocalDay) -> impl Iterator<Item = &UnitVersion> {
        self.below(None, day)
    }

    /// The units directly below `id` on this day, by id.
    pub fn children(&self, id: UnitId, day: LocalDay) -> impl Iterator<Item = &UnitVersion> {
        self.below(Some(id), day)
    }

    /// The units above `id` on this day, nearest first, without itself.
    pub fn ancestors(&self, id: UnitId, day: LocalDay) -> impl Iterator<Item = &UnitVersion> {
        let parent = move |version: &UnitVersion| self.get(version.parent?, day);
        core::iter::successors(self.get(id, day).and_then(parent), move |version| {
            parent(version)
        })
    }

    /// What sort of area the unit is in on this day, by the nearest of itself and the units above
    /// that says so; `None` above communes.
    #[must_use]
    pub fn area_of(&self, id: UnitId, day: LocalDay) -> Option<Area> {
        let itself = self.get(id, day).into_iter();
        itself
            .chain(self.ancestors(id, day))
            .find_map(|unit| unit.kind.area())
    }

    /// Whether `unit` exists on this day and is `ancestor` or stands anywhere below it.
    #[must_use]
    pub fn is_within(&self, unit: UnitId, ancestor: UnitId, day: LocalDay) -> bool {
        let itself = unit == ancestor && self.get(unit, day).is_some();
        itself || self.ancestors(unit, day).any(|above| above.id == ancestor)
    }

    /// The units at or below `id` that have nothing below them on this day, in tree order.
    #[must_use]
    pub fn leaves_under(&self, id: UnitId, day: LocalDay) -> Vec<UnitId> {
        let mut leaves = Vec::new();
        let mut open: Vec<UnitId> = self.get(id, day).map(|unit| unit.id).into_iter().collect();
        while let Some(unit) = open.pop() {
            let first_child = open.len();
            open.extend(self.children(unit, day).map(|child| child.id));
            match open.len() - first_child {
                0 => leaves.push(unit),
                // The last one pushed is the next one popped.
                _ => open[first_child..].reverse(),
            }
        }
        leaves
    }

    /// The unit with this official code on this day.
    #[must_use]
    pub fn by_code(&self, code: &str, day: LocalDay) -> Option<&UnitVersion> {
        let places = self.codes.get(code)?;
        let mut versions = places.iter().map(|&place| &self.versions[place]);
        versions.find(|version| version.valid.contains(day))
    }

    fn below(&self, id: Option<UnitId>, day: LocalDay) -> impl Iterator<Item = &UnitVersion> {
        let places = self.children.get(&id).map_or(&[][..], Vec::as_slice);
        let versions = places.iter().map(|&place| &self.versions[place]);
        versions.filter(move |version| version.valid.contains(day))
    }

    fn check_periods(&self) -> Result<(), UnitTreeError> {
        let empty = |version: &&UnitVersion| version.valid.is_empty();
        if let Some(version) = self.versions.iter().find(empty) {
            return Err(UnitTreeError::EmptyPeriod { unit: version.id });
        }
        let overlap = self
            .versions
            .windows(2)
            .find(|pair| pair[0].id == pair[1].id && overlap(&pair[0], &pair[1]));
        match overlap {
            Some(pair) => Err(UnitTreeError::Overlap { unit: pair[0].id }),
            None => Ok(()),
        }
    }

    fn check_codes(&self) -> Result<(), UnitTreeError> {
        for places in self.codes.values() {
            let mut sorted: Vec<&UnitVersion> =
                places.iter().map(|&place| &self.versions[place]).collect();
            sorted.sort_by_key(|version| version.valid.start());
            if let Some(pair) = sorted.windows(2).find(|pair| overlap(pair[0], pair[1])) {
                return Err(UnitTreeError::CodeTaken { unit: pair[1].id });
            }
        }
        Ok(())
    }

    /// Walks up from `version` through every state its ancestors have during `days`.
    ///
    /// `path` holds the units below; its length is bounded by [`UNIT_DEPTH_MAX`].
    fn check_ancestry(
        &self,
        version: &UnitVersion,
        days: Period,
        path: &mut Vec<UnitId>,
    ) -> Result<(), UnitTreeError> {
        let lowest = path.first().copied().unwrap_or(version.id);
        if path.contains(&version.id) {
            return Err(UnitTreeError::Cycle { unit: version.id });
        }
        if path.len() == UNIT_DEPTH_MAX {
            return Err(UnitTreeError::TooDeep { unit: lowest });
        }
        let Some(parent) = version.parent else {
            return Ok(());
        };
        path.push(version.id);
        let mut covered_to = days.start();
        for above in self.versions_of(parent) {
            let shared = above.valid.within(days);
            if shared.is_empty() {
                continue;
            }
            if shared.start() > covered_to {
                break;
            }
            covered_to = shared.end();
            self.check_ancestry(above, shared, path)?;
        }
        path.pop();
        if covered_to < days.end() {
            return Err(UnitTreeError::UnknownParent { unit: version.id });
        }
        Ok(())
    }
}

impl TryFrom<Vec<UnitVersion>> for UnitTree {
    type Error = UnitTreeError;

    fn try_from(versions: Vec<UnitVersion>) -> Result<Self, UnitTreeError> {
        Self::new(versions)
    }
}

impl Serialize for UnitTree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.versions.serialize(serializer)
    }
}

/// The places of the versions that have a key, by key.
fn places_by<K: Ord>(
    versions: &[UnitVersion],
    key: impl Fn(&UnitVersion) -> Option<K>,
) -> BTreeMap<K, Vec<usize>> {
    let mut places: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (place, version) in versions.iter().enumerate() {
        if let Some(key) = key(version) {
            places.entry(key).or_default().push(place);
        }
    }
    places
}

fn overlap(a: &UnitVersion, b: &UnitVersion) -> bool {
    !a.valid.within(b.valid).is_empty()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::unit::{UnitKind, UnitName};

    fn reform() -> LocalDay {
        LocalDay::from_date(2025, 7, 1).unwrap()
    }

    fn eve() -> LocalDay {
        LocalDay(reform().0 - 1)
    }

    fn unit(id: u32, parent: u32, code: &str, name: &str) -> UnitVersion {
        UnitVersion {
            id: UnitId(id),
            code: (!code.is_empty()).then(|| code.into()),
            kind: UnitKind::Commune,
            name: UnitName::vietnamese(name),
            parent: (parent > 0).then_some(UnitId(parent)),
            valid: Period::default(),
            successors: Vec::new(),
        }
    }

    fn until_reform(mut version: UnitVersion) -> UnitVersion {
        version.valid.to = Some(reform());
        version
    }

    fn since_reform(mut version: UnitVersion) -> UnitVersion {
        version.valid.from = Some(reform());
        version
    }

    /// Commune 32201 was Lâm Hải in district 971; the reform gave its code and its hamlet 50 to
    /// Đất Mới.
    fn delta() -> Vec<UnitVersion> {
        vec![
            unit(1, 0, "96", "Cà Mau"),
            until_reform(unit(2, 1, "971", "Năm Căn")),
            until_reform(unit(3, 2, "32201", "Lâm Hải")),
            since_reform(unit(4, 1, "32201", "Đất Mới")),
            until_reform(unit(50, 3, "", "Ấp Biện Trượng")),
            since_reform(unit(50, 4, "", "Ấp Biện Trượng")),
            until_reform(unit(51, 2, "", "Ấp 2")),
            since_reform(unit(51, 1, "", "Ấp 2")),
        ]
    }

    #[test]
    fn a_code_names_another_unit_after_the_reform() {
        let tree = UnitTree::new(delta()).unwrap();
        let name = |day| tree.by_code("32201", day).map(UnitVersion::full_name_vi);
        assert_eq!(name(eve()).as_deref(), Some("Xã Lâm Hải"));
        assert_eq!(name(reform()).as_deref(), Some("Xã Đất Mới"));
        assert!(tree.by_code("971", reform()).is_none());
    }

    #[test]
    fn a_hamlet_keeps_its_id_and_changes_its_ancestors() {
        let tree = UnitTree::new(delta()).unwrap();
        let above = |day| -> Vec<u32> {
            let ancestors = tree.ancestors(UnitId(50), day);
            ancestors.map(|unit| unit.id.0).collect()
        };
        assert_eq!(above(eve()), [3, 2, 1]);
        assert_eq!(above(reform()), [4, 1]);
        assert_eq!(tree.versions_of(UnitId(50)).len(), 2);
        assert_eq!(tree.area_of(UnitId(50), eve()), Some(Area::Rural));
        assert_eq!(tree.area_of(UnitId(9), eve()), None);
        assert!(tree.is_within(UnitId(50), UnitId(2), eve()));
        assert!(!tree.is_within(UnitId(50), UnitId(2), reform()));
        assert!(tree.is_within(UnitId(50), UnitId(50), reform()));
        assert!(!tree.is_within(UnitId(2), UnitId(2), reform()));
    }

    #[test]
    fn leaves_and_children_follow_the_day() {
        let tree = UnitTree::new(delta()).unwrap();
        let children = |day| -> Vec<u32> {
            let children = tree.children(UnitId(1), day);
            children.map(|unit| unit.id.0).collect()
        };
        assert_eq!(children(eve()), [2]);
        assert_eq!(children(reform()), [4, 51]);
        let leaves = [UnitId(50), UnitId(51)];
        assert_eq!(tree.leaves_under(UnitId(1), eve()), leaves);
        assert_eq!(tree.leaves_under(UnitId(1), reform()), leaves);
        assert_eq!(tree.leaves_under(UnitId(3), reform()), []);
        assert_eq!(tree.roots(eve()).count(), 1);
    }

    #[test]
    fn a_tree_reads_back_from_its_versions_and_is_checked_again() {
        let tree = UnitTree::new(delta()).unwrap();
        let json = serde_json::to_string(&tree).unwrap();
        assert_eq!(serde_json::from_str::<UnitTree>(&json).unwrap(), tree);
        let circle = serde_json::to_string(&[unit(1, 1, "", "A")]).unwrap();
        assert!(serde_json::from_str::<UnitTree>(&circle).is_err());
    }

    #[test]
    fn what_is_no_tree_on_some_day_is_refused() {
        let refusal = |versions| UnitTree::new(versions).unwrap_err();
        let a = UnitId(1);
        let circle_after_reform = vec![
            unit(1, 2, "", "A"),
            until_reform(unit(2, 0, "", "B")),
            since_reform(unit(2, 1, "", "B")),
        ];
        assert!(matches!(
            refusal(circle_after_reform),
            UnitTreeError::Cycle { .. }
        ));
        let orphan = vec![unit(1, 2, "", "A"), until_reform(unit(2, 0, "", "B"))];
        assert_eq!(refusal(orphan), UnitTreeError::UnknownParent { unit: a });
        let late_parent = vec![unit(1, 2, "", "A"), since_reform(unit(2, 0, "", "B"))];
        assert_eq!(
            refusal(late_parent),
            UnitTreeError::UnknownParent { unit: a }
        );
        let twice = vec![unit(1, 0, "", "A"), since_reform(unit(1, 0, "", "B"))];
        assert_eq!(refusal(twice), UnitTreeError::Overlap { unit: a });
        let same_code = vec![unit(2, 0, "96", "A"), unit(1, 0, "96", "B")];
        assert!(matches!(
            refusal(same_code),
            UnitTreeError::CodeTaken { .. }
        ));
        let empty = vec![since_reform(until_reform(unit(1, 0, "", "A")))];
        assert_eq!(refusal(empty), UnitTreeError::EmptyPeriod { unit: a });
        let deep = (0..=UNIT_DEPTH_MAX as u32).map(|n| unit(n + 1, n, "", "A"));
        assert!(matches!(
            refusal(deep.collect()),
            UnitTreeError::TooDeep { .. }
        ));
    }

    fn any_version() -> impl Strategy<Value = UnitVersion> {
        let days = proptest::option::of(0..6);
        (1..8_u32, 0..8_u32, days.clone(), days).prop_map(|(id, parent, from, to)| UnitVersion {
            valid: Period {
                from: from.map(LocalDay),
                to: to.map(LocalDay),
            },
            ..unit(id, parent, "", "A")
        })
    }

    proptest! {
        /// The walk over periods must agree with looking at every day one by one.
        #[test]
        fn an_accepted_tree_is_a_forest_on_every_day(
            versions in proptest::collection::vec(any_version(), 0..9),
        ) {
            let Ok(tree) = UnitTree::new(versions) else { return Ok(()) };
            for day in (-1..7).map(LocalDay) {
                let all: Vec<_> = tree.versions().iter().filter(|v| v.valid.contains(day)).collect();
                let mut reached: Vec<_> = tree
                    .roots(day)
                    .flat_map(|root| tree.leaves_under(root.id, day))
                    .collect();
                reached.sort();
                let mut leaves: Vec<_> = all
                    .iter()
                    .map(|unit| unit.id)
                    .filter(|&id| tree.children(id, day).next().is_none())
                    .collect();
                leaves.sort();
                prop_assert_eq!(reached, leaves);
                for unit in all {
                    prop_assert_eq!(tree.get(unit.id, day), Some(unit));
                    prop_assert!(tree.ancestors(unit.id, day).count() < UNIT_DEPTH_MAX);
                }
            }
        }
    }
}
