//! Registers, their fields and lines.

use quanyu_core::text::Text;

use super::{Reading, set};
use crate::{
    faults,
    model::{Event, Field, FieldType, Lines, Register},
    node::Node,
};

impl Reading {
    pub(super) fn register(&mut self, id: &str, node: Node<'_>) {
        self.declare(faults::REGISTER, id, node.name);
        self.note(node.name, node);
        let mut register = Register {
            id: id.to_owned(),
            ..Register::default()
        };
        if node.flag("extend") == Some(true) {
            match self.pack.registers.get(id) {
                Some(earlier) => {
                    register = earlier.clone();
                    self.inherit(register.at, node.name);
                }
                None => {
                    let valid: Vec<_> = self.pack.registers.keys().map(String::as_str).collect();
                    self.faults.push(faults::nothing_to_extend(
                        node.name,
                        faults::REGISTER,
                        id,
                        &valid,
                    ));
                }
            }
        }
        register.at = node.name;
        set(&mut register.title, node.text("title"));
        set(&mut register.module, node.word("module"));
        set(&mut register.key, node.words("key"));
        set(&mut register.label, node.word("label"));
        set(&mut register.read, node.words("read"));
        set(&mut register.enter, node.words("enter"));
        set(&mut register.confirm, node.words("confirm"));
        set(&mut register.quick, node.words("quick"));
        if node.get("same").is_some() {
            let words = |group: &Node<'_>| {
                let words = group.items().into_iter();
                words.filter_map(|it| it.str().map(str::to_owned)).collect()
            };
            register.same = node.items_of("same").iter().map(words).collect();
        }
        for (place, key) in [
            (&mut register.plays, "plays"),
            (&mut register.source, "source"),
            (&mut register.purpose, "purpose"),
            (&mut register.region, "region"),
            (&mut register.owner, "owner"),
            (&mut register.was, "was"),
        ] {
            if let Some(word) = node.word(key) {
                *place = Some(word);
            }
        }
        if let Some(help) = node.text("help") {
            register.help = Some(help);
        }
        for (slot, field) in node.entries_of("slots") {
            let field = field.str().unwrap_or_default().to_owned();
            register.slots.retain(|(it, _)| it != slot);
            register.slots.push((slot.to_owned(), field));
        }
        for (id, node) in node.entries_of("field") {
            self.field(node);
            put_field(&mut register.fields, read_field(id, node));
        }
        for (id, node) in node.entries_of("lines") {
            self.lines(&mut register.lines, id, node);
        }
        for (id, node) in node.entries_of("event") {
            self.note(node.name, node);
            let event = read_event(id, node);
            register.events.retain(|it| it.id != event.id);
            register.events.push(event);
        }
        if let Some(node) = node.get("lifecycle") {
            register.lifecycle = Some(self.lifecycle(node));
        }
        if register.label.is_empty() {
            let first = register.fields.iter().find(|it| it.kind == FieldType::Text);
            register.label = first.map(|it| it.id.clone()).unwrap_or_default();
        }
        self.pack.registers.insert(id.to_owned(), register);
    }

    fn field(&mut self, node: Node<'_>) {
        self.note(node.name, node);
        if node
            .word("type")
            .is_none_or(|it| !FieldType::WORDS.contains(&it.as_str()))
        {
            self.unsure.insert(node.name);
        }
    }

    fn lines(&mut self, all: &mut Vec<Lines>, id: &str, node: Node<'_>) {
        let place = match all.iter().position(|it| it.id == id) {
            Some(place) => place,
            None => {
                all.push(Lines {
                    id: id.to_owned(),
                    title: Text::default(),
                    fields: Vec::new(),
                    at: node.name,
                });
                all.len() - 1
            }
        };
        let lines = &mut all[place];
        set(&mut lines.title, node.text("title"));
        for (id, node) in node.entries_of("field") {
            self.field(node);
            put_field(&mut lines.fields, read_field(id, node));
        }
    }
}

fn put_field(fields: &mut Vec<Field>, field: Field) {
    match fields.iter_mut().find(|it| it.id == field.id) {
        Some(earlier) => *earlier = field,
        None => fields.push(field),
    }
}

fn read_field(id: &str, node: Node<'_>) -> Field {
    let flag = |key: &str| node.flag(key).unwrap_or_default();
    Field {
        id: id.to_owned(),
        title: node.text("title").unwrap_or_default(),
        kind: read_type(node),
        required: flag("required"),
        unique: flag("unique"),
        many: flag("many"),
        dated: flag("dated"),
        min: node.number("min"),
        max: node.number("max"),
        max_length: node.whole("max_length"),
        pattern: node.word("pattern"),
        computed: node.declared_of("computed"),
        unit: node.word("unit"),
        synonyms: node.words("synonyms").unwrap_or_default(),
        source: node.word("source"),
        purpose: node.word("purpose"),
        help: node.text("help"),
        was: node.word("was"),
        at: node.name,
    }
}

fn read_event(id: &str, node: Node<'_>) -> Event {
    let pairs = |key: &str| {
        let pairs = node.entries_of(key).into_iter();
        pairs
            .map(|(field, value)| (field.to_owned(), value.cell().unwrap_or_default()))
            .collect()
    };
    Event {
        id: id.to_owned(),
        title: node.text("title").unwrap_or_default(),
        date: node.word("date"),
        ask: node.words("ask").unwrap_or_default(),
        set: pairs("set"),
        clear: node.words("clear").unwrap_or_default(),
        keep: pairs("keep"),
        at: node.name,
    }
}

fn read_type(node: Node<'_>) -> FieldType {
    match node.word("type").unwrap_or_default().as_str() {
        "long_text" => FieldType::LongText,
        "integer" => FieldType::Integer,
        "decimal" => FieldType::Decimal {
            scale: node.whole("scale").unwrap_or_default(),
        },
        "money" => FieldType::Money,
        "date" => FieldType::Date,
        "period" => FieldType::Period,
        "yes_no" => FieldType::YesNo,
        "code" => FieldType::Code {
            list: node.word("list").unwrap_or_default(),
        },
        "reference" => FieldType::Reference {
            to: node.word("to").unwrap_or_default(),
        },
        "region" => FieldType::Region,
        "organization" => FieldType::Organization,
        "person" => FieldType::Person,
        "file" => FieldType::File,
        "location" => FieldType::Location,
        "url" => FieldType::Url,
        // `text`, and words that are no type: those were told.
        _ => FieldType::Text,
    }
}
