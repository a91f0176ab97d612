//! What of a record moves: fields by flow, as canonical texts that mean the same on both sides.
//!
//! Owns saying a record for the other side and reading what it says. A reference is `side:id` of where its record was made; personal data
//! are in clear inside the package; lines are one text.
//!
//! Start reading at [`said`].

use std::collections::{BTreeMap, BTreeSet};

use quanyu_core::{text::Text, value::Value};
use quanyu_pack::model::{Field, FieldType, Flow, Pack, Register, Side};
use quanyu_store::{
    Act, Tx, exchange,
    keys::Keys,
    records::{self, Draft, Line, Record},
};
use serde::{Deserialize, Serialize};

use crate::app::{AppError, Product, Why, registers};

/// A record in a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Moved {
    pub register: String,
    /// Where it was made first.
    pub origin: (String, i64),
    /// What it said when both knew, and what it says now.
    pub fields: BTreeMap<String, Changed>,
    pub removed: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Changed {
    pub was: Option<String>,
    pub now: Option<String>,
}

/// The state, among fields.
pub(super) const STATE: &str = "@state";
/// Lines, among fields.
pub(super) const LINES: &str = "lines:";

/// What flows of a register to a side.
pub(super) struct Reach<'a> {
    pub register: &'a Register,
    flows: Vec<&'a Flow>,
}

impl<'a> Reach<'a> {
    /// What goes to a side, registers that others refer to first.
    pub(super) fn all(pack: &'a Pack, to: Side) -> Vec<Self> {
        let ids: BTreeSet<&str> = pack
            .flows
            .values()
            .filter(|it| it.to == to)
            .map(|it| it.register.as_str())
            .collect();
        let mut order = Vec::new();
        for id in &ids {
            place(pack, &ids, id, &mut order, &mut BTreeSet::new());
        }
        order
            .into_iter()
            .filter_map(|id| Self::of(pack, id, to))
            .collect()
    }

    /// What of one register goes to a side.
    pub(super) fn of(pack: &'a Pack, register: &str, to: Side) -> Option<Self> {
        let flows = pack.flows.values();
        let flows = flows.filter(|it| it.to == to && it.register == register);
        let flows: Vec<&Flow> = flows.collect();
        if flows.is_empty() {
            return None;
        }
        let register = pack.registers.get(register)?;
        Some(Self { register, flows })
    }

    /// The flows that a record in this state goes by.
    fn fitting(&self, state: Option<&str>) -> impl Iterator<Item = &&'a Flow> {
        self.flows.iter().filter(move |it| {
            it.states.is_empty()
                || state.is_some_and(|state| it.states.iter().any(|it| it == state))
        })
    }

    /// Whether a record in this state goes at all.
    pub(super) fn goes(&self, state: Option<&str>) -> bool {
        self.fitting(state).next().is_some()
    }

    /// Whether enough goes of a record in this state that it can be made there.
    pub(super) fn begins(&self, state: Option<&str>) -> bool {
        let names = self.names(Some(state));
        let fields = self.register.fields.iter();
        fields
            .filter(|it| it.required && it.computed.is_none())
            .all(|it| names.contains(&it.id))
    }

    /// Names of what goes of a record in this state; in any state for `None` inside.
    pub(super) fn names(&self, state: Option<Option<&str>>) -> BTreeSet<String> {
        let flows: Vec<&&Flow> = match state {
            Some(state) => self.fitting(state).collect(),
            None => self.flows.iter().collect(),
        };
        let mut names = BTreeSet::new();
        for flow in flows {
            for field in &self.register.fields {
                let named = match field.kind {
                    FieldType::Person => flow.person.contains(&field.id),
                    FieldType::File => flow.files.contains(&field.id),
                    _ => flow.fields.is_empty() || flow.fields.contains(&field.id),
                };
                // What is computed is computed there too.
                if named && field.computed.is_none() {
                    names.insert(field.id.clone());
                }
            }
            if flow.fields.is_empty() {
                let lines = self.register.lines.iter();
                names.extend(lines.map(|it| format!("{LINES}{}", it.id)));
            }
            if flow.state {
                names.insert(STATE.to_owned());
            }
        }
        names
    }

    /// Roles whose notices go along.
    pub(super) fn notices(&self) -> Vec<String> {
        let roles = self.flows.iter().flat_map(|it| &it.notices);
        let roles: BTreeSet<String> = roles.map(|it| format!("role:{it}")).collect();
        roles.into_iter().collect()
    }
}

/// Depth first: what a register refers to comes before it.
fn place<'a>(
    pack: &'a Pack,
    ids: &BTreeSet<&'a str>,
    id: &'a str,
    order: &mut Vec<&'a str>,
    open: &mut BTreeSet<&'a str>,
) {
    if order.contains(&id) || !open.insert(id) {
        return;
    }
    if let Some(register) = pack.registers.get(id) {
        for field in &register.fields {
            let target = registers::target(pack, field).map(|it| it.id.as_str());
            if let Some(target) = target
                && ids.contains(target)
            {
                place(pack, ids, target, order, open);
            }
        }
    }
    order.push(id);
}

/// Whether what a name stands for is personal.
pub(super) fn is_person(register: &Register, name: &str) -> bool {
    register
        .field(name)
        .is_some_and(|it| it.kind == FieldType::Person)
}

/// What a name stands for, to people.
pub(super) fn title(register: &Register, name: &str) -> Text {
    if let Some(field) = register.field(name) {
        return field.title.clone();
    }
    if let Some(lines) = name.strip_prefix(LINES) {
        let found = register.lines.iter().find(|it| it.id == lines);
        return found.map_or_else(|| Text::zh(lines), |it| it.title.clone());
    }
    Text {
        zh: "状态".to_owned(),
        en: Some("state".to_owned()),
    }
}

/// What a record says of a name, for the other side. `Err` with the register of a reference that cannot be followed there.
pub(super) async fn said(
    tx: &mut Tx,
    (pack, keys): (&Pack, &Keys),
    (register, record): (&Register, &Record),
    name: &str,
    known: &(dyn Fn(&str, i64) -> bool + Sync),
    own: &str,
) -> Result<Result<Option<String>, String>, AppError> {
    if name == STATE {
        return Ok(Ok(record.state.clone()));
    }
    if let Some(lines) = name.strip_prefix(LINES) {
        let Some(declared) = register.lines.iter().find(|it| it.id == lines) else {
            return Ok(Ok(None));
        };
        let mut rows = Vec::new();
        for line in record.lines.get(lines).into_iter().flatten() {
            let mut row = BTreeMap::new();
            for field in &declared.fields {
                if matches!(field.kind, FieldType::Person | FieldType::File) {
                    continue;
                }
                let value = line.values.get(&field.id).unwrap_or(&Value::Null);
                match value_said(tx, pack, field, value, known, own).await? {
                    Ok(Some(text)) => {
                        row.insert(field.id.clone(), text);
                    }
                    Ok(None) => {}
                    Err(target) => return Ok(Err(target)),
                }
            }
            rows.push(row);
        }
        let text = serde_json::to_string(&rows).expect("texts are JSON");
        return Ok(Ok((!rows.is_empty()).then_some(text)));
    }
    let Some(field) = register.field(name) else {
        return Ok(Ok(None));
    };
    let value = record.value(name);
    if field.kind == FieldType::Person
        && let Value::Text(sealed) = value
    {
        return Ok(Ok(keys.open(record.id, sealed)?));
    }
    value_said(tx, pack, field, value, known, own).await
}

async fn value_said(
    tx: &mut Tx,
    pack: &Pack,
    field: &Field,
    value: &Value,
    known: &(dyn Fn(&str, i64) -> bool + Sync),
    own: &str,
) -> Result<Result<Option<String>, String>, AppError> {
    let Some(target) = registers::target(pack, field) else {
        return Ok(Ok(value.canonical()));
    };
    let ids: Vec<i64> = match value {
        Value::Int(id) => vec![*id],
        Value::Text(many) => many.split(';').filter_map(|it| it.parse().ok()).collect(),
        _ => return Ok(Ok(None)),
    };
    let mut names = Vec::new();
    for id in ids {
        match exchange::origin(tx, &target.id, id).await? {
            Some((side, id)) => names.push(format!("{side}:{id}")),
            None if known(&target.id, id) => names.push(format!("{own}:{id}")),
            None => return Ok(Err(target.id.clone())),
        }
    }
    Ok(Ok(Some(names.join(";"))))
}

/// Where `side:id` is here.
pub(super) async fn follow(
    tx: &mut Tx,
    register: &str,
    own: &str,
    (origin, id): (&str, i64),
) -> Result<Option<i64>, AppError> {
    if origin == own {
        let found = records::get_with_removed(tx, register, id).await?;
        return Ok(found.map(|it| it.id));
    }
    Ok(exchange::here(tx, register, origin, id).await?)
}

/// A text of the other side as a value here; `Err` where a reference leads nowhere yet.
pub(super) async fn heard(
    tx: &mut Tx,
    pack: &Pack,
    field: &Field,
    text: Option<&str>,
    own: &str,
) -> Result<Result<Value, ()>, AppError> {
    let Some(text) = text else {
        return Ok(Ok(Value::Null));
    };
    let Some(target) = registers::target(pack, field) else {
        let value = registers::from_canonical(field, text);
        return Ok(Ok(value.ok_or_else(|| AppError::BadValue {
            kind: field.kind.word(),
            value: text.chars().take(60).collect(),
            why: Why::same(field.id.clone()),
        })?));
    };
    let mut ids = Vec::new();
    for name in text.split(';').filter(|it| !it.is_empty()) {
        let (side, id) = name.split_once(':').unwrap_or_default();
        let Ok(id) = id.parse() else {
            return Ok(Err(()));
        };
        match follow(tx, &target.id, own, (side, id)).await? {
            Some(id) => ids.push(id),
            None => return Ok(Err(())),
        }
    }
    Ok(Ok(match (field.many, ids.as_slice()) {
        (_, []) => Value::Null,
        (false, [id, ..]) => Value::Int(*id),
        (true, ids) => {
            let mut text = String::from(";");
            for id in ids {
                text.push_str(&format!("{id};"));
            }
            Value::Text(text)
        }
    }))
}

/// Lines of a text of the other side.
pub(super) async fn lines_heard(
    tx: &mut Tx,
    pack: &Pack,
    register: &Register,
    name: &str,
    text: Option<&str>,
    own: &str,
) -> Result<Result<Vec<Line>, ()>, AppError> {
    let rows: Vec<BTreeMap<String, String>> = match text {
        Some(text) => serde_json::from_str(text).map_err(|_| AppError::BadValue {
            kind: "lines",
            value: name.to_owned(),
            why: Why::new("应为多行文字", "rows of texts"),
        })?,
        None => Vec::new(),
    };
    let declared = register.lines.iter().find(|it| it.id == name);
    let fields = declared.map_or(&[][..], |it| &it.fields);
    let mut lines = Vec::new();
    for row in rows {
        let mut values = Vec::new();
        for (id, text) in row {
            let Some(field) = fields.iter().find(|it| it.id == id) else {
                continue;
            };
            match heard(tx, pack, field, Some(&text), own).await? {
                Ok(value) => values.push((id, value)),
                Err(()) => return Ok(Err(())),
            }
        }
        lines.push(Line::new(values));
    }
    Ok(Ok(lines))
}

/// Puts what the other side says of a name into a draft; whether it could be read.
pub(super) async fn lay(
    tx: &mut Tx,
    pack: &Pack,
    register: &Register,
    draft: &mut Draft,
    (name, text): (&str, Option<&str>),
    own: &str,
) -> Result<bool, AppError> {
    if name == STATE {
        draft.state = text.map(str::to_owned);
        return Ok(true);
    }
    if let Some(lines) = name.strip_prefix(LINES) {
        let Ok(heard) = lines_heard(tx, pack, register, lines, text, own).await? else {
            return Ok(false);
        };
        draft.lines.insert(lines.to_owned(), heard);
        return Ok(true);
    }
    let Some(field) = register.field(name) else {
        return Ok(true);
    };
    let Ok(value) = heard(tx, pack, field, text, own).await? else {
        return Ok(false);
    };
    draft.values.insert(name.to_owned(), value);
    Ok(true)
}

/// Writes what the other side says of a name.
pub(super) async fn apply(
    act: &mut Act,
    product: &Product,
    register: &Register,
    record: &Record,
    name: &str,
    text: &Option<String>,
) -> Result<(), AppError> {
    let own = super::side(&mut act.tx).await?.word();
    let mut draft = Draft::default();
    let pack = &product.pack;
    let text = (name, text.as_deref());
    if !lay(&mut act.tx, pack, register, &mut draft, text, own).await? {
        return Err(AppError::not_found("record", name, []));
    }
    records::update(act, &register.id, record.id, record.version, &draft).await?;
    Ok(())
}
