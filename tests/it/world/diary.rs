//! What a world's post office saw, written down while somebody wants to read it.

use std::cell::RefCell;

thread_local! {
    static LINES: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Notes a line, if anybody wants it.
pub fn note(line: impl FnOnce() -> String) {
    LINES.with_borrow_mut(|lines| {
        if let Some(lines) = lines {
            lines.push(line());
        }
    });
}

/// Everything noted on this thread while `tell` runs.
pub fn of(tell: impl FnOnce()) -> Vec<String> {
    LINES.set(Some(Vec::new()));
    tell();
    LINES.take().unwrap_or_default()
}
