//! Tables as files: what a page shows, as filtered, for spreadsheets and programs.
//!
//! No cell becomes a formula. What leaves for the public has no count below five, and none from
//! which such a count follows.

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde::{Deserialize, Serialize};

use crate::named::named;

/// Rows of a table.
pub const ROWS_MAX: usize = 10_000;

/// Columns of a table.
pub const COLUMNS_MAX: usize = 64;

/// Counts of people below this are told to nobody outside.
pub const PUBLIC_MIN: u64 = 5;

/// A table as a page shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// What it is called.
    pub title: String,
    /// Its columns.
    pub columns: Vec<SheetColumn>,
    /// Its rows, each with one cell for each column.
    pub rows: Vec<Vec<Option<SheetCell>>>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetColumn {
    /// Its heading.
    pub name: String,
    /// Whether its numbers count people: those are hidden from the public where they are small.
    #[serde(default)]
    pub counts_people: bool,
    /// Whether it follows from the counts of its row.
    #[serde(default)]
    pub is_derived: bool,
}

/// One cell; nothing is known where there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SheetCell {
    /// A count.
    Count(u64),
    /// Words, or a number as people read it.
    Text(String),
}

named! {
    /// How a table is written.
    pub FileKind {
        /// UTF-8 with its mark, commas, texts quoted.
        Csv "csv";
        /// A workbook.
        Xlsx "xlsx";
        /// Rows as objects by heading.
        Json "json";
    }
}

/// A table that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Rows and columns do not agree, or there are too many.
    #[error(
        "a table has at most {ROWS_MAX} rows and {COLUMNS_MAX} columns, each row as many cells"
    )]
    Shape,
    /// The workbook could not be made.
    #[error("the workbook cannot be made")]
    Workbook(#[from] XlsxError),
}

impl FileKind {
    /// What browsers are told it is.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
        }
    }
}

impl Sheet {
    /// The table as a file of this kind.
    ///
    /// # Errors
    /// [`ExportError`].
    pub fn write(&self, kind: FileKind) -> Result<Vec<u8>, ExportError> {
        let is_even = |row: &Vec<_>| row.len() == self.columns.len();
        let fits = self.rows.len() <= ROWS_MAX && self.columns.len() <= COLUMNS_MAX;
        if !fits || !self.rows.iter().all(is_even) {
            return Err(ExportError::Shape);
        }
        match kind {
            FileKind::Csv => Ok(self.csv().into_bytes()),
            FileKind::Xlsx => self.workbook(),
            FileKind::Json => Ok(self.json()),
        }
    }

    /// The table for the public: small counts are hidden, and where a column hides only one, the
    /// next smallest with it, lest it follow from a total; so are rates of such rows.
    #[must_use]
    pub fn for_the_public(mut self) -> Self {
        for column in 0..self.columns.len() {
            if self.columns[column].counts_people {
                self.hide_small(column);
            }
        }
        let is_hidden = |cell: &Option<SheetCell>| *cell == Some(hidden());
        for row in &mut self.rows {
            if row.iter().any(is_hidden) {
                for (column, cell) in self.columns.iter().zip(row) {
                    if column.is_derived {
                        *cell = None;
                    }
                }
            }
        }
        self
    }

    fn hide_small(&mut self, column: usize) {
        let count = |row: &Vec<Option<SheetCell>>| match row.get(column) {
            Some(Some(SheetCell::Count(count))) if *count > 0 => Some(*count),
            _ => None,
        };
        let rows = self.rows.iter().enumerate();
        let mut counts: Vec<(u64, usize)> =
            rows.filter_map(|(n, row)| Some((count(row)?, n))).collect();
        counts.sort_unstable();
        let small = counts
            .iter()
            .filter(|(count, _)| *count < PUBLIC_MIN)
            .count();
        let hide = if small == 1 { 2 } else { small };
        for (_, row) in counts.into_iter().take(hide) {
            if let Some(cell) = self.rows[row].get_mut(column) {
                *cell = Some(hidden());
            }
        }
    }

    fn csv(&self) -> String {
        let heading = self.columns.iter().map(|column| quoted(&column.name));
        let mut lines = vec![heading.collect::<Vec<_>>().join(",")];
        let cell = |cell: &Option<SheetCell>| match cell {
            None => String::new(),
            Some(SheetCell::Count(count)) => count.to_string(),
            Some(SheetCell::Text(text)) => quoted(text),
        };
        let rows = self.rows.iter();
        lines.extend(rows.map(|row| row.iter().map(cell).collect::<Vec<_>>().join(",")));
        format!("\u{feff}{}\r\n", lines.join("\r\n"))
    }

    fn workbook(&self) -> Result<Vec<u8>, ExportError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let bold = Format::new().set_bold();
        let grouped = Format::new().set_num_format("#,##0");
        for (column, heading) in (0..).zip(&self.columns) {
            // Always as text: a workbook's formulas are cells of another kind.
            sheet.write_string_with_format(0, column, &heading.name, &bold)?;
        }
        for (row, cells) in (1..).zip(&self.rows) {
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    None => {}
                    Some(SheetCell::Text(text)) => drop(sheet.write_string(row, column, text)?),
                    Some(SheetCell::Count(count)) => {
                        sheet.write_number_with_format(row, column, *count as f64, &grouped)?;
                    }
                }
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.autofit();
        Ok(book.save_to_buffer()?)
    }

    fn json(&self) -> Vec<u8> {
        let object = |row: &Vec<Option<SheetCell>>| {
            let pairs = self.columns.iter().zip(row);
            let value = |cell: &Option<SheetCell>| serde_json::json!(cell);
            pairs
                .map(|(column, cell)| (column.name.clone(), value(cell)))
                .collect::<serde_json::Map<_, _>>()
        };
        let rows: Vec<_> = self.rows.iter().map(object).collect();
        serde_json::json!({ "title": self.title, "rows": rows })
            .to_string()
            .into_bytes()
    }
}

fn hidden() -> SheetCell {
    SheetCell::Text(format!("<{PUBLIC_MIN}"))
}

/// A text that no spreadsheet takes for a formula.
fn quoted(text: &str) -> String {
    let would_compute = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let safe = if would_compute { "'" } else { "" };
    format!("\"{safe}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(counts: &[u64]) -> Sheet {
        let column = |name: &str, counts_people, is_derived| SheetColumn {
            name: name.to_owned(),
            counts_people,
            is_derived,
        };
        let row = |count: &u64| {
            let text = |text: &str| Some(SheetCell::Text(text.to_owned()));
            vec![text("=1+1"), Some(SheetCell::Count(*count)), text("12,5 %")]
        };
        Sheet {
            title: "Tiến độ".to_owned(),
            columns: vec![
                column("Đơn vị", false, false),
                column("Số người", true, false),
                column("Tỷ lệ", false, true),
            ],
            rows: counts.iter().map(row).collect(),
        }
    }

    #[test]
    fn no_cell_of_any_file_becomes_a_formula() {
        let csv = table(&[7]).write(FileKind::Csv).unwrap();
        let csv = String::from_utf8(csv).unwrap();
        assert_eq!(
            csv,
            "\u{feff}\"Đơn vị\",\"Số người\",\"Tỷ lệ\"\r\n\"'=1+1\",7,\"12,5 %\"\r\n"
        );
        let book = table(&[7]).write(FileKind::Xlsx).unwrap();
        let read = crate::import::sheet::Sheet::read(&book).unwrap();
        assert_eq!(read.lines[1].cells[0].text, "=1+1");
        assert!(read.lines[1].cells[1].is_number);
        let json = table(&[7]).write(FileKind::Json).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["rows"][0]["Số người"], 7);
    }

    #[test]
    fn the_public_learns_no_small_count_and_none_that_follows() {
        let shown = |counts: &[u64]| {
            let public = table(counts).for_the_public();
            let cell = |row: &Vec<Option<SheetCell>>| (row[1].clone(), row[2].is_some());
            public.rows.iter().map(cell).collect::<Vec<_>>()
        };
        let count = |count| (Some(SheetCell::Count(count)), true);
        let small = || (Some(hidden()), false);
        assert_eq!(shown(&[5, 0, 90]), [count(5), count(0), count(90)]);
        assert_eq!(shown(&[4, 60, 90]), [small(), small(), count(90)]);
        assert_eq!(shown(&[4, 1, 90]), [small(), small(), count(90)]);
    }

    #[test]
    fn an_uneven_table_is_not_written() {
        let mut uneven = table(&[7]);
        uneven.rows[0].pop();
        assert!(matches!(
            uneven.write(FileKind::Csv),
            Err(ExportError::Shape)
        ));
    }
}
