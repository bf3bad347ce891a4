//! One document's facts in one section of a bundle, as they came.

use std::collections::BTreeMap;

use shared::bundle::Serial;
use shared::facts::{Author, Batch, Checks, DocumentRef, Fact};
use shared::id::Audience;

/// One document's facts in one section of a bundle.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// The bundle they came in.
    pub(super) serial: Serial,
    /// The audience of their section.
    pub(super) audience: Audience,
    /// The section's authors.
    pub(super) authors: Vec<Author>,
    /// How the section names the document.
    pub(super) reference: DocumentRef,
    /// The facts, in order.
    pub(super) facts: Vec<Fact>,
    /// Their positions among all changes of the bundle.
    pub(super) positions: Vec<u32>,
    /// The check over their hashes, where the document does not begin in the section.
    pub(super) check: Option<[u8; 2]>,
}

impl Group {
    /// The groups of a section, by first appearance. `first`: the position of the section's first
    /// change among all changes of the bundle.
    pub(super) fn of_section(
        serial: Serial,
        audience: Audience,
        batch: &Batch,
        first: u32,
    ) -> Vec<Self> {
        let mut known = batch.checks.known.iter();
        let mut groups: Vec<Self> = Vec::new();
        for (reference, begins) in batch.documents() {
            groups.push(Self {
                serial,
                audience,
                authors: batch.authors.clone(),
                reference,
                facts: Vec::new(),
                positions: Vec::new(),
                check: if begins { None } else { known.next().copied() },
            });
        }
        let index: BTreeMap<DocumentRef, usize> = groups
            .iter()
            .enumerate()
            .map(|(n, group)| (group.reference, n))
            .collect();
        for (position, fact) in (first..).zip(&batch.facts) {
            let group = &mut groups[index[&fact.document]];
            group.facts.push(fact.clone());
            group.positions.push(position);
        }
        groups
    }

    /// The group as a batch of its own.
    pub(super) fn batch(&self) -> Batch {
        let known = self.check.into_iter().collect();
        let checks = Checks {
            begun: [0; 8],
            known,
        };
        Batch {
            authors: self.authors.clone(),
            facts: self.facts.clone(),
            checks,
        }
    }
}
