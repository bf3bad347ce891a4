//! Units by what offices call them.

use std::collections::BTreeMap;

use shared::field::fold::fold;
use shared::id::UnitId;
use shared::time::LocalDay;
use shared::unit::UnitTree;

/// Words before a hamlet's or commune's name that offices leave out as they like, folded.
const KINDS: [&str; 13] = [
    "ap",
    "khom",
    "thon",
    "ban",
    "khu pho",
    "to dan pho",
    "to",
    "khu",
    "xa",
    "phuong",
    "thi tran",
    "tt",
    "dac khu",
];

/// The units of one unit on one day.
pub(super) struct Places<'t> {
    tree: &'t UnitTree,
    day: LocalDay,
    root: UnitId,
    by_name: BTreeMap<String, Vec<UnitId>>,
}

/// Which unit a text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    One(UnitId),
    Several,
    None,
}

impl<'t> Places<'t> {
    pub(super) fn of(tree: &'t UnitTree, root: UnitId, day: LocalDay) -> Self {
        let mut by_name: BTreeMap<String, Vec<UnitId>> = BTreeMap::new();
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            open.extend(tree.children(id, day).map(|child| child.id));
            let Some(unit) = tree.get(id, day) else {
                continue;
            };
            let full = fold(&unit.full_name_vi());
            let code = unit.code.as_ref().map(ToString::to_string);
            let names = [Some(bare(&full).to_owned()), Some(full), code];
            for name in names.into_iter().flatten() {
                let units = by_name.entry(name).or_default();
                if !units.contains(&id) {
                    units.push(id);
                }
            }
        }
        Self {
            tree,
            day,
            root,
            by_name,
        }
    }

    /// The hamlet that texts for hamlet and commune mean; blank texts mean the root itself.
    pub(super) fn hamlet(&self, hamlet: &str, commune: &str) -> Meant {
        let above = match commune {
            "" => Meant::One(self.root),
            said => self.unit(said),
        };
        let Meant::One(above) = above else {
            return above;
        };
        let is_leaf = |unit: UnitId| self.tree.children(unit, self.day).next().is_none();
        if hamlet.is_empty() {
            return match is_leaf(above) {
                true => Meant::One(above),
                false => Meant::None,
            };
        }
        self.named(hamlet, |unit| {
            is_leaf(unit) && self.tree.is_within(unit, above, self.day)
        })
    }

    /// The unit that a name or code means.
    pub(super) fn unit(&self, said: &str) -> Meant {
        self.named(said, |_| true)
    }

    /// By the whole name first: "Ấp 1" is not "Khóm 1" where there are both.
    fn named(&self, said: &str, fits: impl Fn(UnitId) -> bool) -> Meant {
        let full = fold(said);
        let full = full.trim();
        for name in [full, bare(full)] {
            let units = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
            let mut fitting = units.iter().copied().filter(|unit| fits(*unit));
            match (fitting.next(), fitting.next()) {
                (Some(only), None) => return Meant::One(only),
                (Some(_), Some(_)) => return Meant::Several,
                (None, _) => {}
            }
        }
        Meant::None
    }
}

/// A folded name without the word for its kind, where something is left of it.
fn bare(folded: &str) -> &str {
    let rest = KINDS.iter().filter_map(|kind| {
        let rest = folded.strip_prefix(kind)?;
        rest.strip_prefix(' ').or_else(|| rest.strip_prefix(". "))
    });
    rest.map(str::trim)
        .filter(|rest| !rest.is_empty())
        .min_by_key(|rest| rest.len())
        .unwrap_or(folded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::units::parse;

    #[test]
    fn a_unit_is_meant_by_its_name_its_bare_name_or_its_code() {
        let tree = parse(
            "id,code,kind,name,parent,valid_from,valid_to,successors\n\
             1,94,province,A,,,,\n2,00001,commune,Đất Mới,1,,,\n3,,hamlet,Ấp Kinh Mới,2,,,\n\
             4,,hamlet,Ấp 1,2,,,\n5,00002,commune,Bàu Sen,1,,,\n6,,hamlet,Khóm 1,5,,,\n\
             7,,hamlet,Ấp 1,5,,,\n",
        )
        .unwrap();
        let day = LocalDay(20_000);
        let places = Places::of(&tree, UnitId(1), day);
        assert_eq!(places.unit("xã đất mới"), Meant::One(UnitId(2)));
        assert_eq!(places.unit("00002"), Meant::One(UnitId(5)));
        assert_eq!(places.hamlet("Kinh Mới", ""), Meant::One(UnitId(3)));
        assert_eq!(places.hamlet("Ấp 1", ""), Meant::Several);
        assert_eq!(places.hamlet("ấp 1", "Bàu Sen"), Meant::One(UnitId(7)));
        assert_eq!(places.hamlet("Khóm 1", "Xã Bàu Sen"), Meant::One(UnitId(6)));
        assert_eq!(places.hamlet("Ấp 7B", ""), Meant::None);
        assert_eq!(places.hamlet("", ""), Meant::None);
        let own = Places::of(&tree, UnitId(3), day);
        assert_eq!(own.hamlet("", ""), Meant::One(UnitId(3)));
    }
}
