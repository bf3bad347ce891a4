//! Tables as offices send them: CSV in any usual spelling, or the first filled sheet of a workbook.
//!
//! Reading is bounded before anything is inflated or kept, and knows nothing of what the columns
//! mean. Dates become `dd/mm/yyyy`, numbers their digits; whether a cell held a number is kept,
//! for spreadsheets eat the zeros personal numbers begin with.

use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, Reader as _, Xlsx};

use super::limits::{CELL_BYTES_MAX, COLUMNS_MAX, FILE_BYTES_MAX, INFLATED_BYTES_MAX, ROWS_MAX};

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// Its lines, empty ones left out.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its row in the file, from 1, as spreadsheets number them.
    pub row: u32,
    /// Its cells, from the left.
    pub cells: Vec<Cell>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// What stands in it, without blanks around.
    pub text: String,
    /// Whether a spreadsheet kept it as a number.
    pub is_number: bool,
}

/// Why a file is no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// Send it in parts.
    #[error("the file is larger than this server takes: send it in parts")]
    TooLarge,
    /// Send it in parts.
    #[error("the file has more than {ROWS_MAX} rows: send it in parts")]
    TooManyRows,
    /// Save it as CSV in UTF-8, or as an Excel workbook.
    #[error("the text is not UTF-8: save it as CSV UTF-8 or as a workbook")]
    Encoding,
    /// Save it as CSV or as an Excel workbook (`.xlsx`).
    #[error("this is neither CSV nor a workbook that can be read")]
    Unreadable,
    /// There is nothing in it.
    #[error("the file holds no table")]
    Empty,
}

impl SheetError {
    /// Its stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "file-too-large",
            Self::TooManyRows => "file-too-many-rows",
            Self::Encoding => "file-encoding",
            Self::Unreadable => "file-unreadable",
            Self::Empty => "file-empty",
        }
    }
}

impl Sheet {
    /// Reads a file of either sort.
    ///
    /// # Errors
    /// [`SheetError`].
    pub fn read(bytes: &[u8]) -> Result<Self, SheetError> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(SheetError::TooLarge);
        }
        let sheet = match bytes {
            [b'P', b'K', ..] => read_workbook(bytes)?,
            // The workbooks of before 2007.
            [0xD0, 0xCF, 0x11, 0xE0, ..] => return Err(SheetError::Unreadable),
            _ => read_text(&decoded(bytes)?)?,
        };
        match sheet.lines.is_empty() {
            true => Err(SheetError::Empty),
            false => Ok(sheet),
        }
    }

    fn push(&mut self, row: usize, mut cells: Vec<Cell>) -> Result<(), SheetError> {
        while cells.last().is_some_and(|cell| cell.text.is_empty()) {
            cells.pop();
        }
        if cells.is_empty() {
            return Ok(());
        }
        if self.lines.len() >= ROWS_MAX {
            return Err(SheetError::TooManyRows);
        }
        let row = u32::try_from(row + 1).map_err(|_| SheetError::TooManyRows)?;
        self.lines.push(Line { row, cells });
        Ok(())
    }
}

impl Cell {
    fn new(text: &str, is_number: bool) -> Self {
        let mut end = text.len().min(CELL_BYTES_MAX);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Self {
            text: text[..end].trim().to_owned(),
            is_number,
        }
    }
}

/// The text of a CSV: UTF-8 with its mark or without, or what Excel calls "Unicode text".
fn decoded(bytes: &[u8]) -> Result<String, SheetError> {
    let wide = |unit: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units)
            .collect::<Result<String, _>>()
            .map_err(|_| SheetError::Encoding)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(u16::from_le_bytes, rest),
        [0xFE, 0xFF, rest @ ..] => wide(u16::from_be_bytes, rest),
        [0xEF, 0xBB, 0xBF, rest @ ..] | rest => {
            let text = core::str::from_utf8(rest).map_err(|_| SheetError::Encoding)?;
            Ok(text.to_owned())
        }
    }
}

fn read_text(text: &str) -> Result<Sheet, SheetError> {
    // Excel writes a first line that only says what divides the cells.
    let (delimiter, text, skipped) = match text.strip_prefix("sep=") {
        Some(rest) => {
            let (first, rest) = rest.split_once('\n').unwrap_or((rest, ""));
            (*first.as_bytes().first().unwrap_or(&b','), rest, 1)
        }
        None => (delimiter(text), text, 0),
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut sheet = Sheet::default();
    for record in reader.records() {
        let record = record.map_err(|_| SheetError::Unreadable)?;
        let line = record.position().map_or(0, csv::Position::line) as usize;
        let cells = record.iter().take(COLUMNS_MAX);
        let cells = cells.map(|text| Cell::new(text, false)).collect();
        sheet.push((line + skipped).saturating_sub(1), cells)?;
    }
    Ok(sheet)
}

/// What most often stands between cells in the first lines.
fn delimiter(text: &str) -> u8 {
    let head: Vec<&str> = text.lines().take(40).collect();
    let often = |delimiter: &u8| {
        let count = |line: &&str| line.bytes().filter(|byte| byte == delimiter).count();
        head.iter().map(count).sum::<usize>()
    };
    let all = [b',', b';', b'\t'];
    all.into_iter().max_by_key(often).unwrap_or(b',')
}

/// Reads the first sheet that holds anything.
fn read_workbook(bytes: &[u8]) -> Result<Sheet, SheetError> {
    measure(bytes)?;
    // The reader is somebody else's and its input anybody's: should it panic, the file is to
    // blame and not the server's other work.
    catch_unwind(AssertUnwindSafe(|| first_sheet(bytes))).unwrap_or(Err(SheetError::Unreadable))
}

/// Inflates everything once into nothing, so that no part can be larger than it says.
fn measure(bytes: &[u8]) -> Result<(), SheetError> {
    let unreadable = |_| SheetError::Unreadable;
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut left = INFLATED_BYTES_MAX;
    for n in 0..archive.len() {
        let part = archive.by_index(n).map_err(unreadable)?;
        let read = std::io::copy(&mut part.take(left + 1), &mut std::io::sink());
        let read = read.map_err(|_| SheetError::Unreadable)?;
        left = left.checked_sub(read).ok_or(SheetError::TooLarge)?;
    }
    Ok(())
}

fn first_sheet(bytes: &[u8]) -> Result<Sheet, SheetError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| SheetError::Unreadable)?;
    for name in book.sheet_names() {
        let sheet = read_cells(&mut book, &name)?;
        if !sheet.lines.is_empty() {
            return Ok(sheet);
        }
    }
    Err(SheetError::Empty)
}

fn read_cells<R: Read + std::io::Seek>(
    book: &mut Xlsx<R>,
    name: &str,
) -> Result<Sheet, SheetError> {
    let mut sheet = Sheet::default();
    let Ok(mut cells) = book.worksheet_cells_reader(name) else {
        return Ok(sheet);
    };
    let (mut row, mut line) = (0, Vec::new());
    while let Some(found) = cells.next_cell().map_err(|_| SheetError::Unreadable)? {
        let (at, column) = found.get_position();
        let (at, column) = (at as usize, column as usize);
        if at != row {
            sheet.push(row, core::mem::take(&mut line))?;
            row = at;
        }
        if column < COLUMNS_MAX {
            line.resize(line.len().max(column + 1), Cell::default());
            line[column] = cell(found.get_value());
        }
    }
    sheet.push(row, line)?;
    Ok(sheet)
}

fn cell(value: &DataRef<'_>) -> Cell {
    match Data::from(value.clone()) {
        Data::Int(number) => Cell::new(&number.to_string(), true),
        Data::Float(number) => Cell::new(&number.to_string(), true),
        Data::String(text) => Cell::new(&text, false),
        Data::Bool(is_true) => Cell::new(if is_true { "x" } else { "" }, false),
        Data::DateTime(at) => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            Cell::new(&format!("{day:02}/{month:02}/{year:04}"), false)
        }
        Data::DateTimeIso(text) => Cell::new(text.split('T').next().unwrap_or_default(), false),
        Data::DurationIso(_) | Data::Error(_) | Data::Empty => Cell::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(bytes: &[u8]) -> Vec<Vec<String>> {
        let sheet = Sheet::read(bytes).unwrap();
        let texts = |line: Line| line.cells.into_iter().map(|cell| cell.text).collect();
        sheet.lines.into_iter().map(texts).collect()
    }

    #[test]
    fn one_table_is_read_the_same_however_a_spreadsheet_spelled_it() {
        let wanted = vec![vec!["Họ tên", "Năm sinh"], vec!["Lâm Thị Đẹp", "1958"]];
        let plain = "Họ tên,Năm sinh\nLâm Thị Đẹp, 1958 \n\n";
        let marked = format!("\u{feff}{plain}");
        let semicolons = plain.replace(',', ";").replace('\n', "\r\n");
        let said = format!("sep=;\n{semicolons}");
        let tabs = plain.replace(',', "\t");
        let mut wide = vec![0xFF, 0xFE];
        wide.extend(tabs.encode_utf16().flat_map(u16::to_le_bytes));
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "Họ tên").unwrap();
        sheet.write(0, 1, "Năm sinh").unwrap();
        sheet.write(2, 0, "Lâm Thị Đẹp").unwrap();
        sheet.write(2, 1, 1958).unwrap();
        let book = book.save_to_buffer().unwrap();
        for file in [plain.as_bytes(), marked.as_bytes(), semicolons.as_bytes()] {
            assert_eq!(words(file), wanted);
        }
        for file in [said.as_bytes(), tabs.as_bytes(), &wide, &book] {
            assert_eq!(words(file), wanted);
        }
    }

    #[test]
    fn what_is_no_table_is_said_to_be_none() {
        let old = [0xD0, 0xCF, 0x11, 0xE0, 0, 0];
        let many = "a\n".repeat(ROWS_MAX + 1);
        for (bytes, wanted) in [
            (b"".as_slice(), SheetError::Empty),
            (b"\n,,\n", SheetError::Empty),
            (b"H\xF4 t\xEAn", SheetError::Encoding),
            (b"PK\x03\x04 no workbook", SheetError::Unreadable),
            (&old, SheetError::Unreadable),
            (many.as_bytes(), SheetError::TooManyRows),
            (&vec![b'a'; FILE_BYTES_MAX + 1], SheetError::TooLarge),
        ] {
            assert_eq!(Sheet::read(bytes), Err(wanted));
        }
    }

    #[test]
    fn a_workbook_that_inflates_without_end_stays_outside() {
        use std::io::Write as _;
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file("xl/sharedStrings.xml", options).unwrap();
        let zeros = vec![0; 1 << 20];
        for _ in 0..=INFLATED_BYTES_MAX >> 20 {
            archive.write_all(&zeros).unwrap();
        }
        let bomb = archive.finish().unwrap().into_inner();
        assert!(bomb.len() < FILE_BYTES_MAX);
        assert_eq!(Sheet::read(&bomb), Err(SheetError::TooLarge));
    }

    #[test]
    fn numbers_and_dates_of_a_workbook_become_what_people_read() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, 99_158_004_127_f64).unwrap();
        let date = rust_xlsxwriter::ExcelDateTime::from_ymd(1958, 4, 9).unwrap();
        let format = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
        sheet.write_with_format(0, 1, &date, &format).unwrap();
        let sheet = Sheet::read(&book.save_to_buffer().unwrap()).unwrap();
        let cells = &sheet.lines[0].cells;
        assert_eq!(
            (cells[0].text.as_str(), cells[0].is_number),
            ("99158004127", true)
        );
        assert_eq!(
            (cells[1].text.as_str(), cells[1].is_number),
            ("09/04/1958", false)
        );
    }
}
