//! Standard names.

use super::Reading;
use crate::{
    faults,
    model::{Declared, NameKind, StandardName},
    node::Node,
};

impl Reading {
    pub(super) fn name(&mut self, id: &str, node: Node<'_>) {
        self.declare(faults::NAME, id, node.name);
        let words = |key: &str| -> Vec<Declared<String>> {
            node.items_of(key)
                .iter()
                .filter_map(Node::declared)
                .collect()
        };
        let name = StandardName {
            id: id.to_owned(),
            kind: match node.word("kind").as_deref() {
                Some("meeting") => NameKind::Meeting,
                Some("plan") => NameKind::Plan,
                Some("body") => NameKind::Body,
                _ => NameKind::Term,
            },
            standard: node.declared_of("standard").unwrap_or_default(),
            short: words("short"),
            wrong: words("wrong"),
            unless: words("unless"),
            damage: node.flag("damage").unwrap_or_default(),
            source: node.text("source").unwrap_or_default(),
            at: node.name,
        };
        self.pack.names.insert(id.to_owned(), name);
    }
}
