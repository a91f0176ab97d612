//! Filings.

use super::Reading;
use crate::{
    faults,
    model::{Condition, Filing, FilingKind, Jump, Prefill},
    node::Node,
};

impl Reading {
    pub(super) fn filing(&mut self, id: &str, node: Node<'_>) {
        self.declare(faults::FILING, id, node.name);
        self.note(node.name, node);
        let kind = node.word("kind").and_then(|it| FilingKind::parse(&it));
        let prefill = node.entries_of("prefill").into_iter().map(|(field, it)| {
            let places = it.items();
            let all = if places.is_empty() { vec![it] } else { places };
            (field.to_owned(), all.iter().filter_map(place).collect())
        });
        let jump = node.get("jump").map(|it| Jump {
            percent: it.whole("percent").unwrap_or_default(),
            reason: it.word("reason").unwrap_or_default(),
        });
        let conditions = node.entries_of("condition").into_iter();
        let conditions: Vec<(String, Node<'_>)> =
            conditions.map(|(id, it)| (id.to_owned(), it)).collect();
        let filing = Filing {
            id: id.to_owned(),
            title: node.text("title").unwrap_or_default(),
            register: node.word("register").unwrap_or_default(),
            kind: kind.unwrap_or_default(),
            submit: node.word("submit").unwrap_or_default(),
            called: node.flag("called").unwrap_or(true),
            prefill: prefill.collect(),
            jump,
            who: node.text("who"),
            materials: node
                .items_of("materials")
                .iter()
                .filter_map(Node::as_text)
                .collect(),
            note: node.text("note"),
            conditions: conditions
                .into_iter()
                .map(|(id, it)| self.condition(id, it))
                .collect(),
            at: node.name,
        };
        self.pack.filings.insert(id.to_owned(), filing);
    }

    fn condition(&mut self, id: String, node: Node<'_>) -> Condition {
        self.note(node.name, node);
        Condition {
            id,
            title: node.text("title").unwrap_or_default(),
            of: node.word("of"),
            filter: node.declared_of("where").unwrap_or_default(),
            from: node.word("from"),
            to: node.word("to"),
            at: node.name,
        }
    }
}

/// `register.field`, as a place to fill from. Without a point it names no field, which the check tells.
fn place(node: &Node<'_>) -> Option<Prefill> {
    let text = node.str()?;
    let (register, field) = text.split_once('.').unwrap_or((text, ""));
    Some(Prefill {
        register: register.to_owned(),
        field: field.to_owned(),
        at: node.content(),
    })
}
