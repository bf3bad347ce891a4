//! The unit tree of the demo: real provinces, districts and communes from `data/units.csv`, and
//! generated hamlets, because no national list of hamlets exists.

use std::collections::BTreeSet;

use rand::RngExt;
use serde::Deserialize;
use shared::id::UnitId;
use shared::time::LocalDay;
use shared::unit::{
    Period, Successor, SuccessorKind, UnitKind, UnitName, UnitTree, UnitTreeError, UnitVersion,
};

use super::draw::{Seed, Source, source};

const UNITS_CSV: &str = include_str!("../../data/units.csv");

/// Where generated hamlets' ids begin: hamlet `n` (from 1) founded in commune `c` of the file
/// is unit `HAMLET_IDS_FROM + 100 c + n`.
pub const HAMLET_IDS_FROM: u32 = 1_000_000;

/// How many hamlets a generated commune has.
const HAMLETS_PER_COMMUNE: core::ops::RangeInclusive<u32> = 8..=16;

/// How often a hamlet's commune can be dissolved; units.csv knows two times.
const MOVES_MAX: usize = 8;

/// Why a unit file is no tree.
#[derive(Debug, thiserror::Error)]
pub enum UnitFileError {
    /// Make the file well-formed CSV with the columns of `data/README.md`.
    #[error("the unit file is no table of units")]
    Table(#[from] csv::Error),
    /// Correct the named column of this unit's row.
    #[error("unit {unit} has an unreadable {column}")]
    Column {
        /// The row's unit.
        unit: UnitId,
        /// The unreadable column.
        column: &'static str,
    },
    /// Correct the unit the source names.
    #[error("the units of the file are no tree")]
    Tree(#[from] UnitTreeError),
}

/// The built-in tree: today's nation, and the trees of 2023 of six provinces. No hamlets.
pub fn national_tree() -> Result<UnitTree, UnitFileError> {
    parse(UNITS_CSV)
}

/// Reads a unit file in the form of `data/units.csv`.
pub fn parse(csv: &str) -> Result<UnitTree, UnitFileError> {
    let mut versions = Vec::new();
    for row in csv::Reader::from_reader(csv.as_bytes()).deserialize() {
        versions.push(version(row?)?);
    }
    Ok(UnitTree::new(versions)?)
}

/// The hamlets to generate.
#[derive(Debug, Clone)]
pub struct HamletPlan {
    /// Units whose communes get hamlets, or got them before a reform brought them there.
    pub under: Vec<UnitId>,
    /// The world's seed.
    pub seed: Seed,
}

/// Adds 8 to 16 hamlets to every commune the plan asks for.
///
/// Hamlets are founded in the communes that did not come out of others, and move with the reforms: into the
/// successor, in turn where a commune was divided, and into a neighbour where the file does not
/// know it. So no hamlet is ever lost. After a move the name says where it came from.
pub fn with_hamlets(tree: UnitTree, plan: &HamletPlan) -> Result<UnitTree, UnitTreeError> {
    let hamlets: Vec<UnitVersion> = founders(&tree)
        .into_iter()
        .flat_map(|commune| founded_in(&tree, commune, plan))
        .collect();
    let mut versions = tree.into_versions();
    versions.extend(hamlets);
    UnitTree::new(versions)
}

#[derive(Deserialize)]
struct Row {
    id: u32,
    code: String,
    kind: String,
    name: String,
    parent: Option<u32>,
    valid_from: String,
    valid_to: String,
    successors: String,
}

fn version(row: Row) -> Result<UnitVersion, UnitFileError> {
    let id = UnitId(row.id);
    let bad = |column| UnitFileError::Column { unit: id, column };
    let day = |text: &str, column| match text {
        "" => Ok(None),
        text => text.parse::<LocalDay>().map(Some).map_err(|_| bad(column)),
    };
    let successors: Option<Vec<Successor>> = row
        .successors
        .split_terminator(';')
        .map(successor)
        .collect();
    Ok(UnitVersion {
        id,
        code: (!row.code.is_empty()).then(|| row.code.into()),
        kind: UnitKind::from_code(&row.kind).ok_or(bad("kind"))?,
        name: UnitName::vietnamese(&row.name),
        parent: row.parent.map(UnitId),
        valid: Period {
            from: day(&row.valid_from, "valid_from")?,
            to: day(&row.valid_to, "valid_to")?,
        },
        successors: successors.ok_or(bad("successors"))?,
    })
}

fn successor(text: &str) -> Option<Successor> {
    let (unit, kind) = text.split_once('=')?;
    Some(Successor {
        unit: UnitId(unit.parse().ok()?),
        kind: SuccessorKind::from_code(kind)?,
    })
}

/// The communes that did not come out of others: what only took another one in had hamlets
/// before.
fn founders(tree: &UnitTree) -> BTreeSet<UnitId> {
    let begins = |unit| {
        tree.versions_of(unit)
            .first()
            .and_then(|first| first.valid.from)
    };
    let successors = tree.versions().iter().flat_map(|version| {
        let units = version.successors.iter().map(|successor| successor.unit);
        units.filter(move |&unit| begins(unit) >= version.valid.to)
    });
    let followers: BTreeSet<UnitId> = successors.collect();
    tree.versions()
        .iter()
        .filter(|version| version.kind.is_commune_level())
        .map(|version| version.id)
        .filter(|id| !followers.contains(id))
        .collect()
}

fn founded_in(tree: &UnitTree, commune: UnitId, plan: &HamletPlan) -> Vec<UnitVersion> {
    let mut rng = source(plan.seed, Source::Hamlets, commune.0);
    let lives: Vec<Vec<UnitVersion>> = (1..=rng.random_range(HAMLETS_PER_COMMUNE))
        .map(|n| life(tree, commune, n))
        .collect();
    let asked_for = lives
        .iter()
        .flatten()
        .any(|hamlet| is_asked(tree, hamlet, plan));
    match asked_for {
        true => lives.into_iter().flatten().collect(),
        false => Vec::new(),
    }
}

fn is_asked(tree: &UnitTree, hamlet: &UnitVersion, plan: &HamletPlan) -> bool {
    let (Some(commune), day) = (hamlet.parent, some_day_of(hamlet.valid)) else {
        return false;
    };
    plan.under
        .iter()
        .any(|&unit| tree.is_within(commune, unit, day))
}

/// Every version of the `n`-th hamlet founded in a commune, through all reforms.
fn life(tree: &UnitTree, founder: UnitId, n: u32) -> Vec<UnitVersion> {
    let mut versions = Vec::new();
    let (mut commune, mut from) = (founder, None);
    for _ in 0..MOVES_MAX {
        let states = tree.versions_of(commune);
        let (Some(first), Some(last)) = (states.first(), states.last()) else {
            break;
        };
        let valid = Period {
            from: from.or(first.valid.from),
            to: last.valid.to,
        };
        versions.push(hamlet(
            tree,
            &Stay {
                founder,
                n,
                commune,
                valid,
            },
        ));
        let Some(end) = last.valid.to else { break };
        let Some(next) = heir(tree, last, end, n) else {
            break;
        };
        (commune, from) = (next, Some(end));
    }
    versions
}

/// The commune that gets the `n`-th hamlet of a dissolved one.
fn heir(tree: &UnitTree, dissolved: &UnitVersion, day: LocalDay, n: u32) -> Option<UnitId> {
    let with_people: Vec<UnitId> = dissolved
        .successors
        .iter()
        .filter(|successor| successor.kind != SuccessorKind::Land)
        .map(|successor| successor.unit)
        .collect();
    if let Some(turn) = (n as usize).checked_rem(with_people.len()) {
        return Some(with_people[turn]);
    }
    tree.children(dissolved.parent?, day)
        .find(|unit| unit.kind.is_commune_level())
        .map(|unit| unit.id)
}

/// One hamlet's time in one commune.
struct Stay {
    founder: UnitId,
    /// The hamlet's number in its founding commune, from 1.
    n: u32,
    commune: UnitId,
    valid: Period,
}

fn hamlet(tree: &UnitTree, stay: &Stay) -> UnitVersion {
    let (kind, word) = founding_word(tree, stay.founder);
    let founder = tree.versions_of(stay.founder).last();
    let name = match founder {
        Some(founder) if stay.commune != stay.founder => {
            format!("{word} {} ({})", stay.n, founder.full_name_vi())
        }
        _ => format!("{word} {}", stay.n),
    };
    UnitVersion {
        id: UnitId(HAMLET_IDS_FROM + 100 * stay.founder.0 + stay.n),
        code: None,
        kind,
        name: UnitName::vietnamese(&name),
        parent: Some(stay.commune),
        valid: stay.valid,
        successors: Vec::new(),
    }
}

/// What a hamlet is called: differently in town and country, in the south and elsewhere.
fn founding_word(tree: &UnitTree, commune: UnitId) -> (UnitKind, &'static str) {
    let founder = tree.versions_of(commune).first();
    let in_town =
        founder.is_some_and(|unit| matches!(unit.kind, UnitKind::Ward | UnitKind::Townlet));
    let in_south = founder.is_some_and(|unit| {
        let above = tree.ancestors(commune, some_day_of(unit.valid)).last();
        let province = above.and_then(|province| province.code.as_deref());
        province.is_some_and(|code| code >= SOUTHERN_CODES_FROM)
    });
    match (in_town, in_south) {
        (true, true) => (UnitKind::Quarter, "Khóm"),
        (true, false) => (UnitKind::Quarter, "Tổ dân phố"),
        (false, true) => (UnitKind::Hamlet, "Ấp"),
        (false, false) => (UnitKind::Hamlet, "Thôn"),
    }
}

/// Province codes rise from north to south; from here on, hamlets are called ấp.
const SOUTHERN_CODES_FROM: &str = "70";

fn some_day_of(period: Period) -> LocalDay {
    let last = period.to.map(|end| LocalDay(end.0 - 1));
    period.from.or(last).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> LocalDay {
        text.parse().unwrap()
    }

    fn province(tree: &UnitTree, code: &str, on: LocalDay) -> UnitId {
        tree.by_code(code, on).unwrap().id
    }

    fn count(tree: &UnitTree, province: UnitId, on: LocalDay) -> (usize, usize) {
        let middle = tree.children(province, on).count();
        (middle, tree.leaves_under(province, on).len())
    }

    #[test]
    fn the_trees_of_the_replays_have_their_published_sizes() {
        let tree = national_tree().unwrap();
        let eve = day("2023-11-19");
        let sizes = [
            ("01", (30, 579)),
            ("38", (27, 559)),
            ("74", (9, 91)),
            ("94", (11, 109)),
            ("95", (7, 64)),
            ("96", (9, 101)),
        ];
        for (code, size) in sizes {
            assert_eq!(
                count(&tree, province(&tree, code, eve), eve),
                size,
                "{code}"
            );
        }
        let today = day("2026-11-01");
        let communes: usize = tree
            .roots(today)
            .map(|province| tree.children(province.id, today).count())
            .sum();
        assert_eq!((tree.roots(today).count(), communes), (34, 3_321));
        assert_eq!(
            tree.children(province(&tree, "96", today), today).count(),
            64
        );
    }

    #[test]
    fn codes_and_names_are_reused_over_time() {
        let tree = national_tree().unwrap();
        let name = |code, on| tree.by_code(code, day(on)).map(UnitVersion::full_name_vi);
        assert_eq!(name("32201", "2023-02-26").as_deref(), Some("Xã Lâm Hải"));
        assert_eq!(name("32201", "2025-07-01").as_deref(), Some("Xã Đất Mới"));
        assert_eq!(name("31522", "2023-11-19").as_deref(), Some("Phường 9"));
        assert_eq!(name("31522", "2025-06-30").as_deref(), Some("Phường 1"));
        assert_eq!(name("970", "2025-07-01"), None);
    }

    #[test]
    fn the_reform_loses_no_hamlet_of_the_delta() {
        let (eve, after) = (day("2025-06-30"), day("2025-07-01"));
        let tree = national_tree().unwrap();
        let old = ["94", "95", "96"].map(|code| province(&tree, code, eve));
        let plan = HamletPlan {
            under: old.to_vec(),
            seed: [7; 32],
        };
        let tree = with_hamlets(tree, &plan).unwrap();
        let is_hamlet = |id: &UnitId| id.0 > HAMLET_IDS_FROM;
        let under = |id, on| -> Vec<UnitId> {
            tree.leaves_under(id, on)
                .into_iter()
                .filter(is_hamlet)
                .collect()
        };
        let mut before: Vec<UnitId> = old.iter().flat_map(|&id| under(id, eve)).collect();
        let new = ["92", "96"].map(|code| province(&tree, code, after));
        let mut now: Vec<UnitId> = new.iter().flat_map(|&id| under(id, after)).collect();
        let first = day("2023-01-01");
        let mut at_first: Vec<UnitId> = old.iter().flat_map(|&id| under(id, first)).collect();
        for hamlets in [&mut before, &mut now, &mut at_first] {
            hamlets.sort();
        }
        assert!((274 * 8..=274 * 16).contains(&now.len()));
        assert_eq!(before, now);
        assert_eq!(at_first, now);
        assert!(count(&tree, new[1], after).1 >= 64);
    }

    #[test]
    fn every_commune_of_2023_has_hamlets() {
        let tree = national_tree().unwrap();
        let on = day("2023-11-19");
        let under = ["94", "95", "96"].map(|code| province(&tree, code, on));
        let plan = HamletPlan {
            under: under.to_vec(),
            seed: [7; 32],
        };
        let tree = with_hamlets(tree, &plan).unwrap();
        for leaf in under.iter().flat_map(|&id| tree.leaves_under(id, on)) {
            assert!(leaf.0 > HAMLET_IDS_FROM, "{leaf} has no hamlet");
        }
    }

    #[test]
    fn a_broken_row_names_its_unit_and_column() {
        let head = "id,code,kind,name,parent,valid_from,valid_to,successors\n";
        let error = parse(&format!("{head}5,96,village,A,,,,\n")).unwrap_err();
        assert_eq!(error.to_string(), "unit 5 has an unreadable kind");
        let error = parse(&format!("{head}5,96,province,A,,,,7\n")).unwrap_err();
        assert_eq!(error.to_string(), "unit 5 has an unreadable successors");
        assert!(parse("id\nx\n").is_err());
    }
}
