//! A small pack, made in code: two registers that refer to each other's kind of thing, lines, a code list.

use quanyu_core::text::Text;
use quanyu_pack::model::{
    At, Code, CodeList, Field, FieldType, Lifecycle, Lines, Pack, Register, SourceFile, State,
};

/// A field that asks nothing further.
#[must_use]
pub fn field(id: &str, kind: FieldType) -> Field {
    Field {
        id: id.to_owned(),
        title: Text::zh(id),
        kind,
        ..Field::default()
    }
}

/// A register with these fields, the first of which is its key and label.
#[must_use]
pub fn register(id: &str, fields: Vec<Field>) -> Register {
    let key = fields.first().map(|it| it.id.clone()).unwrap_or_default();
    Register {
        id: id.to_owned(),
        title: Text::zh(id),
        module: "records".to_owned(),
        key: vec![key.clone()],
        label: key,
        fields,
        ..Register::default()
    }
}

/// Lines of a register.
#[must_use]
pub fn lines(id: &str, fields: Vec<Field>) -> Lines {
    Lines {
        id: id.to_owned(),
        title: Text::zh(id),
        fields,
        at: At::default(),
    }
}

/// A pack of two registers: `firm`, which plays the organization, and `contract`, which refers to it, has lines `items`, a
/// person, and a lifecycle. Its hash goes by `version`.
#[must_use]
pub fn pack(version: &str) -> Pack {
    let required = |mut it: Field| {
        it.required = true;
        it
    };
    let mut firm = register(
        "firm",
        vec![
            required(field("code", FieldType::Text)),
            field("name", FieldType::Text),
            field(
                "kind",
                FieldType::Code {
                    list: "kind".into(),
                },
            ),
            field("region", FieldType::Region),
            field("employees", FieldType::Integer),
            field("founded", FieldType::Date),
            field("active", FieldType::YesNo),
        ],
    );
    firm.plays = Some("organization".into());
    firm.region = Some("region".into());
    let mut tags = field(
        "tags",
        FieldType::Code {
            list: "kind".into(),
        },
    );
    tags.many = true;
    let mut contract = register(
        "contract",
        vec![
            required(field("number", FieldType::Text)),
            field("firm", FieldType::Organization),
            field("amount", FieldType::Money),
            field("rate", FieldType::Decimal { scale: 4 }),
            field("signed_on", FieldType::Date),
            field("note", FieldType::LongText),
            field("contact", FieldType::Person),
            tags,
        ],
    );
    contract.lines = vec![lines(
        "items",
        vec![
            required(field("title", FieldType::Text)),
            field("price", FieldType::Money),
            field("maker", FieldType::Reference { to: "firm".into() }),
        ],
    )];
    contract.lifecycle = Some(Lifecycle {
        states: ["draft", "done"]
            .map(|id| State {
                id: id.to_owned(),
                title: Text::zh(id),
                last: id == "done",
                ..State::default()
            })
            .to_vec(),
        transitions: Vec::new(),
    });
    let codes = ["a", "b", "c"].map(|code| Code {
        code: code.to_owned(),
        title: Text::zh(code),
        ..Code::default()
    });
    let list = CodeList {
        items: codes.to_vec(),
        ..CodeList::default()
    };
    Pack {
        id: "test".into(),
        title: Text::zh("测试"),
        region: "990000".parse().unwrap_or_default(),
        files: vec![SourceFile {
            name: "test/pack.toml".into(),
            text: version.to_owned(),
        }],
        codes: [("kind".to_owned(), list)].into(),
        registers: [("firm".to_owned(), firm), ("contract".to_owned(), contract)].into(),
        ..Pack::default()
    }
}
