//! Which column of a table says what.
//!
//! Headings are recognised by the words offices use, folded, wherever they stand below the
//! letterhead; what is not recognised is left for a person to say. Nothing here reads a value.

use core::cmp::Reverse;

use shared::field::fold::fold;

use super::limits::{COLUMNS_MAX, TITLE_ROWS_MAX};
use super::sheet::{Line, Sheet};

macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident $name:literal [$($heading:literal),*];)*) => {
        /// What a column may say.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $($(#[$doc])* $field,)*
        }

        impl Field {
            /// Every field.
            pub const ALL: &[Self] = &[$(Self::$field,)*];

            /// Its stable kebab-case name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$field => $name,)*
                }
            }

            /// Folded headings that mean it, the surest first.
            fn headings(self) -> &'static [&'static str] {
                match self {
                    $(Self::$field => &[$($heading),*],)*
                }
            }
        }
    };
}

fields! {
    /// Family, middle and given name.
    Name "name" ["ho va ten", "ho ten", "ho ten hoc sinh", "ten", "ho va ten cong dan"];
    /// Birth date, or as much of it as is known.
    Birth "birth" ["ngay thang nam sinh", "ngay sinh", "nam sinh", "ngay, thang, nam sinh", "sinh ngay", "sinh nam"];
    /// The birth date, if it stands in the men's column.
    BirthOfMan "birth-of-man" [];
    /// The birth date, if it stands in the women's column.
    BirthOfWoman "birth-of-woman" [];
    /// Sex.
    Sex "sex" ["gioi tinh", "nam/nu", "nam nu", "phai", "gt"];
    /// Personal number.
    Number "number" ["so dinh danh ca nhan", "so dinh danh", "dinh danh", "so cccd", "cccd", "so can cuoc", "can cuoc", "ma dinh danh", "so cccd/dinh danh"];
    /// Number of the old paper card.
    OldNumber "old-number" ["so cmnd", "cmnd", "cmnd 9 so"];
    /// Telephone.
    Phone "phone" ["so dien thoai", "dien thoai", "sdt", "so dt", "di dong"];
    /// Hamlet.
    Hamlet "hamlet" ["ap", "khom", "thon", "ban", "to dan pho", "khu pho", "ap/khom", "ap, khom", "thon/to", "dia ban"];
    /// Commune.
    Commune "commune" ["xa", "phuong", "xa/phuong", "xa, phuong", "phuong/xa", "xa phuong thi tran"];
    /// Where somebody lives, in words.
    Address "address" ["dia chi", "noi thuong tru", "noi o", "cho o", "thuong tru", "noi o hien tai"];
    /// Which step was reached.
    Step "step" ["trang thai", "tinh trang", "buoc", "ket qua", "ket qua xu ly"];
    /// When.
    On "on" ["ngay", "ngay duyet", "ngay tiep nhan", "ngay ve", "ngay nhan the", "thoi gian", "ngay tra"];
    /// Whose target or figure.
    Unit "unit" ["don vi", "ten don vi", "xa", "phuong", "xa/phuong", "dia phuong", "ma don vi", "cong an xa"];
    /// What is counted.
    Indicator "indicator" ["chi so", "noi dung", "noi dung chi tieu", "ten chi tieu", "linh vuc"];
    /// Assigned, plan or commitment.
    TargetKind "target-kind" ["loai", "loai chi tieu", "hinh thuc"];
    /// How many.
    Value "value" ["chi tieu", "chi tieu giao", "so luong", "so giao", "gia tri", "giao", "ke hoach", "cam ket", "so da dat", "da dat", "ket qua dat duoc", "so dau ky", "luy ke"];
    /// Number of the document that says so.
    Document "document" ["van ban", "so van ban", "so hieu", "can cu", "cong van"];
    /// First day that counts.
    From "from" ["tu ngay", "bat dau"];
    /// The day it is due.
    Due "due" ["den ngay", "han", "thoi han", "han hoan thanh", "ngay hoan thanh"];
}

impl Field {
    /// The field with this name, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }
}

/// A table with its headings found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// What stands above each column, as written.
    pub titles: Vec<String>,
    /// What each column says, if anything that is read.
    pub fields: Vec<Option<Field>>,
    /// The row of the headings in the file.
    pub row: u32,
    /// How many lines lead up to the first with values.
    pub lines_above: usize,
}

impl Columns {
    /// Finds the headings, taking only fields that are wanted; `None` if no line has any.
    #[must_use]
    pub fn find(sheet: &Sheet, wanted: &[Field]) -> Option<Self> {
        let top = sheet.lines.iter().take(TITLE_ROWS_MAX).enumerate();
        let read = top.map(|(n, line)| (n, recognised(line, wanted)));
        let known = |fields: &[Option<Field>]| fields.iter().flatten().count();
        // The first of the best: values below may look like headings, never better.
        let (n, mut fields) = read
            .max_by_key(|(n, fields)| (known(fields), Reverse(*n)))
            .filter(|(_, fields)| known(fields) > 0)?;
        let line = &sheet.lines[n];
        let mut lines_above = n + 1;
        if let Some(below) = sheet.lines.get(n + 1)
            && divide_births(below, &mut fields)
        {
            lines_above += 1;
        }
        Some(Self {
            titles: line.cells.iter().map(|cell| cell.text.clone()).collect(),
            fields,
            row: line.row,
            lines_above,
        })
    }

    /// What somebody said the columns are, in place of what was recognised.
    #[must_use]
    pub fn said(mut self, fields: &[Option<Field>]) -> Self {
        self.fields = fields.iter().take(COLUMNS_MAX).copied().collect();
        self
    }

    /// What stands in a field of a line; blank if the line has no such field.
    #[must_use]
    pub fn cell<'l>(&self, line: &'l Line, field: Field) -> Option<&'l super::sheet::Cell> {
        let mut at = self.fields.iter().enumerate();
        let (column, _) = at.find(|(_, found)| **found == Some(field))?;
        line.cells.get(column).filter(|cell| !cell.text.is_empty())
    }

    /// Whether some column says this.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.fields.contains(&Some(field))
    }

    /// The lines that may hold values: no numbered columns, no sums.
    pub fn values<'s>(&'s self, sheet: &'s Sheet) -> impl Iterator<Item = &'s Line> {
        let below = sheet.lines.iter().skip(self.lines_above);
        below.filter(|line| !is_numbering(line) && !is_sum(line))
    }
}

/// What each cell of a line means as a heading; no field twice, the surest heading first.
fn recognised(line: &Line, wanted: &[Field]) -> Vec<Option<Field>> {
    let folded: Vec<String> = line.cells.iter().map(|cell| heading(&cell.text)).collect();
    let mut fields = vec![None; folded.len()];
    for field in wanted {
        let position = |heading: &&str| {
            let mut cells = folded.iter().enumerate();
            cells.position(|(n, text)| fields[n].is_none() && text == heading)
        };
        if let Some(column) = field.headings().iter().find_map(position) {
            fields[column] = Some(*field);
        }
    }
    fields
}

/// A heading without marks, numbering, and what stands in brackets.
pub(super) fn heading(text: &str) -> String {
    let text = text.split(['(', '\u{ff08}']).next().unwrap_or_default();
    let folded = fold(&text.replace(['\n', '\r', ':', '*'], " "));
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Rosters often divide the birth dates into men's and women's, in a second line of headings.
fn divide_births(below: &Line, fields: &mut Vec<Option<Field>>) -> bool {
    let words = |text: &str| match heading(text).as_str() {
        "nam" => Some(Field::BirthOfMan),
        "nu" => Some(Field::BirthOfWoman),
        _ => None,
    };
    let filled = below.cells.iter().enumerate();
    let filled = filled.filter(|(_, cell)| !cell.text.is_empty());
    let divided: Vec<_> = filled.map(|(n, cell)| (n, words(&cell.text))).collect();
    if divided.len() != 2 || divided.iter().any(|(_, field)| field.is_none()) {
        return false;
    }
    for field in fields
        .iter_mut()
        .filter(|field| **field == Some(Field::Birth))
    {
        *field = None;
    }
    for (n, field) in divided {
        fields.resize(fields.len().max(n + 1), None);
        fields[n] = field;
    }
    true
}

/// `(1) (2) (3)`: a line that numbers the columns.
fn is_numbering(line: &Line) -> bool {
    let filled = line.cells.iter().filter(|cell| !cell.text.is_empty());
    let mut numbers = filled.map(|cell| cell.text.trim_matches(['(', ')']).parse::<usize>());
    line.cells.len() > 2 && numbers.all(|n| n.is_ok_and(|n| n <= COLUMNS_MAX))
}

fn is_sum(line: &Line) -> bool {
    let first = line.cells.iter().find(|cell| !cell.text.is_empty());
    let first = first.map(|cell| fold(&cell.text)).unwrap_or_default();
    ["tong", "cong", "tong cong", "tong so"].contains(&first.trim_end_matches(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROSTER: &[Field] = &[
        Field::Name,
        Field::Birth,
        Field::Sex,
        Field::Number,
        Field::Hamlet,
    ];

    fn sheet(text: &str) -> Sheet {
        Sheet::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn headings_are_found_below_the_letterhead_whatever_their_marks() {
        let sheet = sheet(
            "CÔNG AN TỈNH,,,,\nDANH SÁCH chưa thu nhận,,,,\n\
             STT,HỌ VÀ TÊN,Ngày sinh (dd/mm),Số CCCD*,Khóm\n\
             (1),(2),(3),(4),(5)\n1,Lâm Thị Đẹp,1958,,Khóm 1\nTổng cộng,1,,,\n",
        );
        let columns = Columns::find(&sheet, ROSTER).unwrap();
        let wanted = [
            None,
            Some(Field::Name),
            Some(Field::Birth),
            Some(Field::Number),
            Some(Field::Hamlet),
        ];
        assert_eq!(columns.fields, wanted);
        assert_eq!(columns.row, 3);
        let rows: Vec<u32> = columns.values(&sheet).map(|line| line.row).collect();
        assert_eq!(rows, [5]);
    }

    #[test]
    fn birth_dates_divided_between_men_and_women_are_understood() {
        let sheet = sheet("Họ tên,Năm sinh,,Ấp\n,Nam,Nữ,\nLâm Thị Đẹp,,1958,Ấp 1\n");
        let columns = Columns::find(&sheet, ROSTER).unwrap();
        let line = columns.values(&sheet).next().unwrap();
        assert_eq!(
            columns.cell(line, Field::BirthOfWoman).unwrap().text,
            "1958"
        );
        assert_eq!(columns.cell(line, Field::BirthOfMan), None);
        assert!(!columns.has(Field::Birth));
    }

    #[test]
    fn a_table_without_headings_is_left_to_a_person() {
        assert_eq!(Columns::find(&sheet("1,2\n3,4\n"), ROSTER), None);
    }
}
