//! Bounds of imports: name with unit, value, and why that number.

/// Bytes of a file. A roster of 100,000 people takes some 10 MB as text and less as a workbook.
pub const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Bytes of a workbook's parts once they are inflated.
pub const INFLATED_BYTES_MAX: u64 = 96 * 1024 * 1024;

/// Rows of a file: a district's people. Larger lists come in parts, as offices keep them.
pub const ROWS_MAX: usize = 120_000;

/// Columns of a file that are looked at.
pub const COLUMNS_MAX: usize = 64;

/// Bytes of one cell that are read.
pub const CELL_BYTES_MAX: usize = 4 * 1024;

/// Rows above the one with the headings: letterhead and title.
pub const TITLE_ROWS_MAX: usize = 25;

/// Rows told one by one in a preview; the rest are counted.
pub const TOLD_ROWS_MAX: usize = 500;

/// Bytes of the words that say where a file comes from.
pub const SOURCE_BYTES_MAX: usize = 160;

/// Days within which an import may be taken back.
pub const UNDO_DAYS_MAX: i32 = 30;

/// Imports one list tells, the newest first.
pub const LISTED_MAX: usize = 200;

/// Rows that one turn writes before others have theirs.
pub const ROWS_AT_ONCE: usize = 64;
