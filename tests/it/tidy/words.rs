//! What documents and comments promise: that paths exist, that the protocol's text and number
//! belong together, that nothing is put off without saying until when.

use sha2::{Digest, Sha256};
use shared::version::{PROTOCOL, PROTOCOL_TEXT_SHA256};

use super::{assert_none, files, root, text};

/// Kinds of files people write by hand.
const WRITTEN: [&str; 8] = [".css", ".html", ".js", ".md", ".mjs", ".rs", ".toml", ".ts"];

// Put together here, so that this file does not contain them.
const LATER: &str = concat!("TO", "DO");
const LATER_WITH_CONDITION: &str = concat!("TO", "DO when ");
const NEVER: [&str; 6] = [
    concat!("FIX", "ME"),
    concat!("#[", "ignore"),
    concat!("```", "ignore"),
    concat!("describe", ".skip("),
    concat!("it", ".skip("),
    concat!("test", ".skip("),
];

#[test]
fn every_path_the_readme_names_exists() {
    let readme = text("README.md");
    let breaches: Vec<String> = quoted(&readme)
        .filter(|word| looks_like_a_path(word))
        .filter(|path| !root().join(path).exists())
        .map(str::to_owned)
        .collect();
    assert_none(&breaches, "README.md names paths that are not there.");
}

#[test]
fn the_protocols_text_and_number_belong_together() {
    let sum = Sha256::digest(text("shared/PROTOCOL.md"));
    let sum: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        sum, PROTOCOL_TEXT_SHA256,
        "shared/PROTOCOL.md has changed. If bytes on the wire change, raise PROTOCOL (now \
         {PROTOCOL}) in shared/src/version.rs with a line in its table and a new vector; if only \
         the wording does, confirm by setting PROTOCOL_TEXT_SHA256 there to {sum}"
    );
}

#[test]
fn what_is_put_off_says_until_when() {
    let breaches = lines_with(|line| {
        line.match_indices(LATER).any(|(at, _)| {
            is_word(line, at, LATER) && !line[at..].starts_with(LATER_WITH_CONDITION)
        })
    });
    assert_none(
        &breaches,
        "Write the condition that makes it due: `when ...:` after the word.",
    );
}

#[test]
fn no_test_is_switched_off() {
    let breaches = lines_with(|line| NEVER.iter().any(|never| line.contains(never)));
    assert_none(
        &breaches,
        "A test that cannot be trusted is repaired or deleted.",
    );
}

/// What stands between single backticks, outside of code blocks.
fn quoted(markdown: &str) -> impl Iterator<Item = &str> {
    let outside_blocks = markdown.split("```").step_by(2);
    outside_blocks.flat_map(|text| text.split('`').skip(1).step_by(2))
}

/// Relative, without blanks or placeholders, and either in a folder or with an ending we write.
fn looks_like_a_path(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let ending = WRITTEN.iter().any(|ending| word.ends_with(ending));
    word.chars().all(plain) && !word.starts_with('/') && (word.contains('/') || ending)
}

/// Every hand-written line the rule matches, as `file:line: text`.
fn lines_with(matches: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for file in files()
        .into_iter()
        .filter(|file| WRITTEN.iter().any(|end| file.ends_with(end)))
    {
        for (number, line) in (1..).zip(text(&file).lines()) {
            if matches(line) {
                found.push(format!("{file}:{number}: {}", line.trim()));
            }
        }
    }
    found
}

/// Whether the word at this place does not go on to either side.
fn is_word(line: &str, at: usize, word: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || c == '_';
    !line[..at].ends_with(goes_on) && !line[at + word.len()..].starts_with(goes_on)
}

#[test]
fn the_rules_see_what_they_look_for() {
    assert!(looks_like_a_path("shared/src") && looks_like_a_path("README.md"));
    assert!(!looks_like_a_path("cargo xtask run") && !looks_like_a_path("/v1/push"));
    assert_eq!(
        quoted("a `b` c\n```\n`d`\n```\n`e`").collect::<Vec<_>>(),
        ["b", "e"]
    );
    let line = format!("// {LATER}: later");
    assert!(is_word(&line, 3, LATER) && !is_word("METHODOLOGY", 3, "HOD"));
}
