//! A world that ends badly is told again as short as it can be.

use crate::world::ending::lived;
use crate::world::phone::Trouble;
use crate::world::story::{Happening, Story};

const AN: usize = 0;

/// A long story in which An's storage says that it has kept what An records, and has not.
fn story_of_a_storage_that_lies(seed: u64) -> Story {
    let story = Story::drawn(seed, 90);
    let is_trouble = |it: &Happening| matches!(it, Happening::Meets { .. });
    let is_save = |it: &Happening| matches!(it, Happening::Records { phone: AN, .. });
    let happenings = story.happenings.into_iter().filter(|it| !is_trouble(it));
    let happenings = happenings.flat_map(|it| {
        let lies = is_save(&it).then_some(Happening::Meets {
            phone: AN,
            trouble: Trouble::Lies,
            after: 0,
        });
        lies.into_iter().chain([it])
    });
    Story::with(story.seed, happenings.collect())
}

#[test]
fn a_world_with_a_planted_fault_is_told_in_a_few_lines_of_field_words() {
    let failed = (0..100)
        .map(story_of_a_storage_that_lies)
        .filter(|story| story.happenings.len() > 90)
        .find_map(|story| lived(story).err())
        .expect("a save that was not kept is missed");
    assert!(failed.story().happenings.len() <= 4, "{failed}");
    let told = failed.to_string();
    for words in [
        "An saved",
        "and it is nowhere",
        "- An's storage, after 0 transactions: Lies",
        "- An records ",
        "- everybody has signal",
    ] {
        assert!(told.contains(words), "{words} in {told}");
    }
    assert!(told.lines().count() <= 24, "{told}");
}
