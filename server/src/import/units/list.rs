//! Lists of units as they are published: one unit a row with the code of the one above, or one
//! commune a row with all above it beside.
//!
//! Codes get back the zeros that spreadsheets eat. What a unit is stands in its own column or is
//! the first word of its name.

use std::collections::BTreeMap;

use shared::field::fold::fold;
use shared::unit::{SuccessorKind, UnitKind};

use crate::import::columns::heading;
use crate::import::limits::TITLE_ROWS_MAX;
use crate::import::sheet::{Line, Sheet};

/// One unit of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedUnit {
    /// Its row in the file, from 1.
    pub row: u32,
    /// Its code with leading zeros.
    pub code: String,
    /// What it is.
    pub kind: UnitKind,
    /// Its name without the word for that.
    pub name: String,
    /// The code of the unit above.
    pub parent: Option<String>,
}

/// One row of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Its row in the file, from 1.
    pub row: u32,
    /// The code of the unit of before.
    pub from: String,
    /// The code of the unit that took it over.
    pub to: String,
    /// How much of it; where nothing is said, all of it if nobody else took any.
    pub kind: Option<SuccessorKind>,
    /// The hamlet this row is about, if it is about one.
    pub hamlet: String,
}

/// Why a list is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Write headings such as "Mã", "Tên", "Cấp", "Mã TP" above the columns.
    #[error("no row of headings says where codes and names are")]
    Headings,
    /// Correct the row's code: digits, at most five.
    #[error("row {row}: {text:?} is no code")]
    Code {
        /// The row in the file, from 1.
        row: u32,
        /// What stands there.
        text: String,
    },
    /// Write what the unit is, such as "Xã", in its own column or before its name.
    #[error("row {row}: nothing says what {text:?} is")]
    Level {
        /// The row in the file, from 1.
        row: u32,
        /// What stands there.
        text: String,
    },
}

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Says {
    Code,
    Name,
    Level,
    Parent,
    ProvinceCode,
    Province,
    DistrictCode,
    District,
    CommuneCode,
    Commune,
    From,
    To,
    How,
    Hamlet,
}

/// Folded headings of each column, the surest first.
const HEADINGS: [(Says, &[&str]); 14] = [
    (
        Says::From,
        &[
            "ma cu",
            "ma xa cu",
            "ma px cu",
            "ma phuong xa cu",
            "ma don vi cu",
            "old code",
        ],
    ),
    (
        Says::To,
        &[
            "ma moi",
            "ma xa moi",
            "ma px moi",
            "ma phuong xa moi",
            "ma don vi moi",
            "new code",
        ],
    ),
    (
        Says::How,
        &["hinh thuc", "cach sap xep", "phan", "ghi chu", "how"],
    ),
    (
        Says::Hamlet,
        &[
            "ap",
            "thon",
            "khom",
            "ap/khom",
            "thon/ap",
            "to dan pho",
            "hamlet",
        ],
    ),
    (
        Says::ProvinceCode,
        &[
            "ma tp",
            "ma tinh",
            "ma tinh/tp",
            "ma tinh thanh pho",
            "ma tinh / thanh pho",
            "province code",
        ],
    ),
    (
        Says::DistrictCode,
        &[
            "ma qh",
            "ma quan huyen",
            "ma huyen",
            "ma quan/huyen",
            "district code",
        ],
    ),
    (
        Says::CommuneCode,
        &[
            "ma px",
            "ma phuong xa",
            "ma xa",
            "ma phuong/xa",
            "ma xa/phuong",
            "commune code",
        ],
    ),
    (
        Says::Province,
        &[
            "tinh thanh pho",
            "tinh / thanh pho",
            "tinh/thanh pho",
            "tinh, thanh pho",
            "tinh/tp",
            "ten tinh",
            "tinh",
            "province",
        ],
    ),
    (
        Says::District,
        &[
            "quan huyen",
            "quan/huyen",
            "quan, huyen",
            "ten huyen",
            "huyen",
            "district",
        ],
    ),
    (
        Says::Commune,
        &[
            "phuong xa",
            "phuong/xa",
            "xa/phuong",
            "phuong, xa",
            "ten xa",
            "xa",
            "commune",
        ],
    ),
    (
        Says::Parent,
        &["ma cap tren", "ma cha", "thuoc", "parent", "parent code"],
    ),
    (Says::Code, &["ma", "ma so", "ma don vi", "ma dvhc", "code"]),
    (
        Says::Name,
        &[
            "ten",
            "ten don vi",
            "ten don vi hanh chinh",
            "ten dvhc",
            "name",
        ],
    ),
    (
        Says::Level,
        &["cap", "loai", "loai hinh", "loai don vi", "level", "kind"],
    ),
];

/// Digits of a code, by how deep its unit stands.
const CODE_DIGITS: [usize; 3] = [2, 3, 5];

/// Reads a list of units.
pub(super) fn units(sheet: &Sheet) -> Result<Vec<ListedUnit>, ListError> {
    let is_list = |found: &Found| {
        found.has(Says::CommuneCode) && found.has(Says::Commune)
            || found.has(Says::Code) && found.has(Says::Name)
    };
    let found = Found::in_sheet(sheet, is_list)?;
    let mut units: BTreeMap<String, ListedUnit> = BTreeMap::new();
    let mut order = Vec::new();
    for line in found.lines(sheet) {
        for unit in found.units_of(line)? {
            // The rows of a province's communes all name the province.
            if !units.contains_key(&unit.code) {
                order.push(unit.code.clone());
                units.insert(unit.code.clone(), unit);
            }
        }
    }
    Ok(order.iter().filter_map(|code| units.remove(code)).collect())
}

/// Reads a mapping.
pub(super) fn moves(sheet: &Sheet) -> Result<Vec<Move>, ListError> {
    let found = Found::in_sheet(sheet, |found| found.has(Says::From) && found.has(Says::To))?;
    let mut moves = Vec::new();
    for line in found.lines(sheet) {
        let (from, to) = (found.text(line, Says::From), found.text(line, Says::To));
        if from.is_empty() || to.is_empty() {
            continue;
        }
        moves.push(Move {
            row: line.row,
            from: code(line.row, from, 2)?,
            to: code(line.row, to, 2)?,
            kind: taken(found.text(line, Says::How)),
            hamlet: found.text(line, Says::Hamlet).to_owned(),
        });
    }
    Ok(moves)
}

/// The columns of a sheet.
struct Found {
    columns: Vec<Option<Says>>,
    lines_above: usize,
}

impl Found {
    fn in_sheet(sheet: &Sheet, is_it: impl Fn(&Self) -> bool) -> Result<Self, ListError> {
        let top = sheet.lines.iter().take(TITLE_ROWS_MAX).enumerate();
        let mut read = top.map(|(n, line)| Self::in_line(line, n + 1));
        read.find(is_it).ok_or(ListError::Headings)
    }

    fn in_line(line: &Line, lines_above: usize) -> Self {
        let folded: Vec<String> = line.cells.iter().map(|cell| heading(&cell.text)).collect();
        let mut columns = vec![None; folded.len()];
        for (says, headings) in HEADINGS {
            let at = |wanted: &&str| {
                let mut cells = folded.iter().enumerate();
                cells.position(|(n, text)| columns[n].is_none() && text == wanted)
            };
            if let Some(column) = headings.iter().find_map(at) {
                columns[column] = Some(says);
            }
        }
        Self {
            columns,
            lines_above,
        }
    }

    fn has(&self, says: Says) -> bool {
        self.columns.contains(&Some(says))
    }

    fn lines<'s>(&self, sheet: &'s Sheet) -> impl Iterator<Item = &'s Line> + use<'s> {
        sheet.lines.iter().skip(self.lines_above)
    }

    fn text<'l>(&self, line: &'l Line, says: Says) -> &'l str {
        let column = self.columns.iter().position(|one| *one == Some(says));
        let cell = column.and_then(|column| line.cells.get(column));
        cell.map_or("", |cell| cell.text.as_str())
    }

    /// The units a row names, the highest first.
    fn units_of(&self, line: &Line) -> Result<Vec<ListedUnit>, ListError> {
        if self.has(Says::CommuneCode) {
            return self.tiers_of(line);
        }
        let mut units = Vec::new();
        let text = self.text(line, Says::Code);
        if text.is_empty() {
            return Ok(units);
        }
        let above = [Says::Parent, Says::DistrictCode, Says::ProvinceCode];
        let above = above
            .into_iter()
            .find(|says| !self.text(line, *says).is_empty());
        let parent = above.map(|says| match says {
            Says::ProvinceCode => code(line.row, self.text(line, says), 0),
            Says::DistrictCode => code(line.row, self.text(line, says), 1),
            _ => code(
                line.row,
                self.text(line, says),
                tier_of(self.text(line, says)),
            ),
        });
        let parent = parent.transpose()?;
        let tier = match above {
            None => 0,
            Some(Says::Parent) => tier_of(text),
            Some(_) => 2,
        };
        if above == Some(Says::ProvinceCode) && self.has(Says::Province) {
            let name = self.text(line, Says::Province);
            let digits = code(line.row, self.text(line, Says::ProvinceCode), 0)?;
            units.push(unit(line.row, (digits, name, ""), (0, None))?);
        }
        let digits = code(line.row, text, tier)?;
        let (name, level) = (self.text(line, Says::Name), self.text(line, Says::Level));
        units.push(unit(line.row, (digits, name, level), (tier, parent))?);
        Ok(units)
    }

    /// Province, district and commune of one row; a row may have no commune, or no district.
    fn tiers_of(&self, line: &Line) -> Result<Vec<ListedUnit>, ListError> {
        let tiers = [
            (Says::ProvinceCode, Says::Province),
            (Says::DistrictCode, Says::District),
            (Says::CommuneCode, Says::Commune),
        ];
        let mut units: Vec<ListedUnit> = Vec::new();
        for (tier, (coded, named)) in tiers.into_iter().enumerate() {
            let text = self.text(line, coded);
            if text.is_empty() {
                continue;
            }
            let above = units.last().map(|above| above.code.clone());
            let level = match tier {
                2 => self.text(line, Says::Level),
                _ => "",
            };
            let digits = code(line.row, text, tier)?;
            let told = (digits, self.text(line, named), level);
            units.push(unit(line.row, told, (tier, above))?);
        }
        Ok(units)
    }
}

fn unit(
    row: u32,
    (code, name, level): (String, &str, &str),
    (tier, parent): (usize, Option<String>),
) -> Result<ListedUnit, ListError> {
    let bad = || ListError::Level {
        row,
        text: name.to_owned(),
    };
    let (said, short) = match titled(name, tier) {
        Some((kind, short)) => (Some(kind), short),
        None => (None, name),
    };
    let kind = said.or_else(|| titled(level, tier).map(|(kind, _)| kind));
    Ok(ListedUnit {
        row,
        code,
        kind: kind.ok_or_else(bad)?,
        name: short.to_owned(),
        parent,
    })
}

/// What the first words say a unit is, and the rest.
fn titled(text: &str, tier: usize) -> Option<(UnitKind, &str)> {
    const WORDS: [(&str, UnitKind); 10] = [
        ("thanh pho", UnitKind::City),
        ("tinh", UnitKind::Province),
        ("thi tran", UnitKind::Townlet),
        ("thi xa", UnitKind::Town),
        ("quan", UnitKind::UrbanDistrict),
        ("huyen", UnitKind::District),
        ("dac khu", UnitKind::IslandZone),
        ("phuong", UnitKind::Ward),
        ("xa", UnitKind::Commune),
        ("tp", UnitKind::City),
    ];
    for (words, kind) in WORDS {
        let many = words.split(' ').count();
        let mut ends = text.match_indices(char::is_whitespace).map(|(at, _)| at);
        let end = ends.nth(many - 1).unwrap_or(text.len());
        let head = fold(&text[..end]);
        if head == words {
            let kind = match (kind, tier) {
                (UnitKind::City, 1) => UnitKind::ProvincialCity,
                (kind, _) => kind,
            };
            return Some((kind, text[end..].trim()));
        }
    }
    None
}

/// A code with its zeros.
fn code(row: u32, text: &str, tier: usize) -> Result<String, ListError> {
    let digits = CODE_DIGITS[tier.min(2)];
    let is_code = (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    match is_code {
        true => Ok(format!("{text:0>digits$}")),
        false => Err(ListError::Code {
            row,
            text: text.to_owned(),
        }),
    }
}

/// How deep a unit stands, by its code's digits.
fn tier_of(code: &str) -> usize {
    match code.len() {
        0..=2 => 0,
        3 => 1,
        _ => 2,
    }
}

/// How much was taken, in the words of mappings.
fn taken(text: &str) -> Option<SuccessorKind> {
    let folded = fold(text);
    let says = |word: &str| folded.contains(word);
    match () {
        () if says("toan bo") || says("whole") => Some(SuccessorKind::Whole),
        () if says("dien tich") && says("toan bo dan so") => Some(SuccessorKind::People),
        () if says("khong co dan") || says("land") => Some(SuccessorKind::Land),
        () if says("mot phan") || says("part") => Some(SuccessorKind::Part),
        () => None,
    }
}
