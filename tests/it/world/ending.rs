//! How a story must end, whatever happened in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use shared::engine::{Engine, RowEngine};
use shared::id::{BundleId, DocumentId};
use shared::row::Row;

use super::marks::Mark;
use super::shrink::{failure, shrunk};
use super::story::Story;
use super::{HAMLETS, checks, diary};

/// What a finished world is compared by.
#[derive(Debug, PartialEq)]
pub struct Ending {
    pub bundles: Vec<BundleId>,
    pub rows: BTreeMap<DocumentId, Row>,
    pub figures: BTreeMap<u16, i64>,
    /// How often each outcome stood in a receipt.
    pub outcomes: BTreeMap<&'static str, usize>,
    pub marks: BTreeSet<Mark>,
}

/// Tells a story, lets everybody have signal, and checks everything.
///
/// Panics, with the seed, where the world does not end well.
pub fn live<E: Engine>(story: &Story, engine: &E) -> Ending {
    let mut world = story.told(engine);
    if world.phones.iter().any(|phone| !phone.not_saved.is_empty()) {
        world.memory.marks.insert(Mark::NotSaved);
    }
    world.heal_with_approvals();
    world.assert_outboxes_empty();
    world.assert_nothing_lost();
    world.assert_all_equal();
    world.assert_nobody_waits();
    world.assert_everybody_sees_their_own();
    world.assert_server_agrees_with_itself();
    for phone in 0..world.phones.len() {
        if world.hamlets_of(world.phones[phone].name) == HAMLETS {
            world.assert_figures_equal(phone);
        }
    }
    world.assert_the_separated_stay_so();
    let rows = checks::server_rows(&world);
    world.memory.see_rows(&rows);
    Ending {
        bundles: world.bundles.clone(),
        rows,
        figures: world.server_figures(),
        outcomes: world.outcomes.clone(),
        marks: world.memory.marks.clone(),
    }
}

/// A story that ended badly, and the shortest one found that still does.
#[derive(Debug)]
pub struct Failed {
    words: String,
    short: Story,
    short_words: String,
    /// What happened in the short one, and what the post office saw.
    diary: Vec<String>,
}

impl Failed {
    /// The shortest story found.
    pub fn story(&self) -> &Story {
        &self.short
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.words)?;
        writeln!(f, "as short as it can be: {}", self.short_words)?;
        writeln!(f, "seed {}:", self.short.seed)?;
        for line in &self.diary {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }
}

/// Lives a story by rows; one that ends badly is told again as short as it can be.
pub fn lived(story: Story) -> Result<Ending, Box<Failed>> {
    let mut ending = None;
    let Some(words) = failure(|| ending = Some(live(&story, &RowEngine))) else {
        return Ok(ending.expect("a telling without a panic ends"));
    };
    let fails = |story: &Story| failure(|| drop(live(story, &RowEngine)));
    let kind = kind_of(&words);
    let short = shrunk(story, |story| {
        fails(story).is_some_and(|words| kind_of(&words) == kind)
    });
    let mut short_words = None;
    let diary = diary::of(|| short_words = fails(&short));
    Err(Box::new(Failed {
        words,
        short,
        short_words: short_words.unwrap_or_default(),
        diary,
    }))
}

/// What kind of failure some words tell of: without ids, numbers and names.
fn kind_of(words: &str) -> String {
    let telling = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase());
    let words = words.lines().next().unwrap_or_default();
    words.split(' ').filter(telling).collect()
}
