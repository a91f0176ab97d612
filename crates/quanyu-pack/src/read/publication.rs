//! What is published, opened and exchanged.

use quanyu_core::person::Mask;

use super::Reading;
use crate::{
    faults,
    model::{Flow, OpenData, Publication, Shown, Side, Small, Window},
    node::Node,
};

impl Reading {
    pub(super) fn publication(&mut self, id: &str, node: Node<'_>) {
        self.declare(faults::PUBLICATION, id, node.name);
        self.note(node.name, node);
        let words = |key: &str| node.words(key).unwrap_or_default();
        let masks = node.entries_of("mask");
        let mask = |field: &str| {
            let found = masks.iter().find(|(it, _)| *it == field)?;
            Mask::parse(found.1.str()?)
        };
        let columns = words("columns");
        let publication = Publication {
            id: id.to_owned(),
            title: node.text("title").unwrap_or_default(),
            register: node.word("register").unwrap_or_default(),
            states: words("states"),
            columns: columns
                .into_iter()
                .map(|field| Shown {
                    mask: mask(&field),
                    field,
                })
                .collect(),
            text: node
                .items_of("text")
                .iter()
                .filter_map(Node::as_text)
                .collect(),
            annex: node.text("annex").unwrap_or_default(),
            issuer: node.text("issuer"),
            contact: node.text("contact").unwrap_or_default(),
            window: node.get("window").map(|it| Window {
                days: it.whole("days").unwrap_or(1),
                same_day: it.word("begins").as_deref() == Some("same_day"),
                answer: it.whole("answer").unwrap_or(1),
                real_name: it.flag("real_name").unwrap_or_default(),
                source: it.word("source").unwrap_or_default(),
            }),
            then: node.word("then"),
            at: node.name,
        };
        for (field, it) in masks {
            if !publication.columns.iter().any(|it| it.field == field) {
                let names: Vec<&str> = publication
                    .columns
                    .iter()
                    .map(|it| it.field.as_str())
                    .collect();
                self.faults
                    .push(faults::unknown_name(it.name, faults::COLUMN, field, &names));
            }
        }
        self.pack.publications.insert(id.to_owned(), publication);
    }

    pub(super) fn open_data(&mut self, id: &str, node: Node<'_>) {
        self.declare(faults::OPEN_DATA, id, node.name);
        self.note(node.name, node);
        let open = OpenData {
            id: id.to_owned(),
            title: node.text("title").unwrap_or_default(),
            about: node.text("about").unwrap_or_default(),
            of: node.word("of").unwrap_or_default(),
            states: node.words("states").unwrap_or_default(),
            columns: node.words("columns").unwrap_or_default(),
            licence: node.text("licence").unwrap_or_default(),
            every: node.word("every").unwrap_or_default(),
            small: node.get("small").map(|it| Small {
                count: it.word("count").unwrap_or_default(),
                below: it.whole("below").unwrap_or(2),
                hide: it.words("hide").unwrap_or_default(),
            }),
            at: node.name,
        };
        self.pack.open_data.insert(id.to_owned(), open);
    }

    pub(super) fn flow(&mut self, id: &str, node: Node<'_>) {
        self.declare(faults::FLOW, id, node.name);
        self.note(node.name, node);
        let words = |key: &str| node.words(key).unwrap_or_default();
        let to = node.word("to").and_then(|it| Side::parse(&it));
        // Without a side it was told as faulty.
        let Some(to) = to else { return };
        let flow = Flow {
            id: id.to_owned(),
            title: node.text("title").unwrap_or_default(),
            register: node.word("register").unwrap_or_default(),
            to,
            fields: words("fields"),
            person: words("person"),
            files: words("files"),
            states: words("states"),
            state: node.flag("state").unwrap_or_default(),
            notices: words("notices"),
            at: node.name,
        };
        self.pack.flows.insert(id.to_owned(), flow);
    }
}
