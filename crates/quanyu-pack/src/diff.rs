//! What differs between two packs, and whether applying the new one could lose data.
//!
//! Owns the comparison for `pack diff` and the judgement; leaves doing it to the store, which refuses what loses data.
//! Texts, hints and order are compared too, since people see them.
//!
//! Start reading at [`diff`].

use std::collections::BTreeMap;
use std::fmt;

use crate::model::{Field, FieldType, Lifecycle, Pack, Register};

/// What happened to a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
    /// It has another name; data is kept.
    Renamed,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// Of what: `register`, `field`, `indicator` …
    pub what: &'static str,
    /// Its name: `contract`, `contract.amount`, `contract.payment.sum`.
    pub name: String,
    /// What is different, in words.
    pub detail: Option<String>,
    /// Values already recorded could be lost or become wrong.
    pub loses_data: bool,
}

impl fmt::Display for Change {
    /// A line: `+ field contract.place`, `- …`, `~ field contract.amount: type money → text  (can lose data)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.kind {
            ChangeKind::Added => '+',
            ChangeKind::Removed => '-',
            ChangeKind::Changed => '~',
            ChangeKind::Renamed => '>',
        };
        write!(f, "{sign} {} {}", self.what, self.name)?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        if self.loses_data {
            f.write_str("  (can lose data)")?;
        }
        Ok(())
    }
}

/// All differences, registers first.
#[must_use]
pub fn diff(old: &Pack, new: &Pack) -> Vec<Change> {
    let mut out = Vec::new();
    registers(old, new, &mut out);
    codes(old, new, &mut out);
    maps(
        "dataset",
        &old.datasets,
        &new.datasets,
        |a, b| a.title == b.title && a.sql.value == b.sql.value,
        &mut out,
    );
    maps(
        "indicator",
        &old.indicators,
        &new.indicators,
        |a, b| plain(a) == plain(b),
        &mut out,
    );
    maps(
        "plan",
        &old.plans,
        &new.plans,
        |a, b| plain(a) == plain(b),
        &mut out,
    );
    maps(
        "name",
        &old.names,
        &new.names,
        |a, b| plain(a) == plain(b),
        &mut out,
    );
    maps(
        "appraisal",
        &old.appraisals,
        &new.appraisals,
        |a, b| plain(a) == plain(b),
        &mut out,
    );
    maps(
        "document",
        &old.documents,
        &new.documents,
        |a, b| plain(a) == plain(b),
        &mut out,
    );
    maps(
        "publication",
        &old.publications,
        &new.publications,
        |a, b| plain(a) == plain(b),
        &mut out,
    );
    maps(
        "open_data",
        &old.open_data,
        &new.open_data,
        |a, b| plain(a) == plain(b),
        &mut out,
    );
    maps(
        "flow",
        &old.flows,
        &new.flows,
        |a, b| plain(a) == plain(b),
        &mut out,
    );
    maps(
        "role",
        &old.roles,
        &new.roles,
        |a, b| plain(a) == plain(b),
        &mut out,
    );
    maps(
        "region",
        &old.regions,
        &new.regions,
        |a, b| a == b,
        &mut out,
    );
    maps(
        "calendar",
        &old.calendar,
        &new.calendar,
        |a, b| a == b,
        &mut out,
    );
    maps("tile", &old.tiles, &new.tiles, |a, b| a == b, &mut out);
    let modules = |pack: &Pack| -> BTreeMap<String, _> {
        pack.modules
            .iter()
            .map(|it| (it.id.clone(), it.title.clone()))
            .collect()
    };
    maps(
        "module",
        &modules(old),
        &modules(new),
        |a, b| a == b,
        &mut out,
    );
    if old.region != new.region {
        let detail = format!("{} → {}", old.region, new.region);
        out.push(change(
            ChangeKind::Changed,
            "region",
            "pack",
            Some(detail),
            false,
        ));
    }
    if plain(&old.demo) != plain(&new.demo) {
        out.push(change(ChangeKind::Changed, "demo", "pack", None, false));
    }
    out
}

fn change(
    kind: ChangeKind,
    what: &'static str,
    name: impl fmt::Display,
    detail: Option<String>,
    loses_data: bool,
) -> Change {
    Change {
        kind,
        what,
        name: name.to_string(),
        detail,
        loses_data,
    }
}

/// A declaration without its places, which differ whenever a line moved.
fn plain(it: &impl fmt::Debug) -> String {
    let text = format!("{it:?}");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("At { ") {
        out.push_str(before);
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    out + rest
}

fn maps<K: Ord + fmt::Display, V>(
    what: &'static str,
    old: &BTreeMap<K, V>,
    new: &BTreeMap<K, V>,
    same: impl Fn(&V, &V) -> bool,
    out: &mut Vec<Change>,
) {
    for (id, before) in old {
        match new.get(id) {
            None => out.push(change(ChangeKind::Removed, what, id, None, false)),
            Some(after) if !same(before, after) => {
                out.push(change(ChangeKind::Changed, what, id, None, false))
            }
            Some(_) => {}
        }
    }
    for id in new.keys().filter(|it| !old.contains_key(*it)) {
        out.push(change(ChangeKind::Added, what, id, None, false));
    }
}

fn registers(old: &Pack, new: &Pack, out: &mut Vec<Change>) {
    let mut kept = Vec::new();
    for register in new.registers.values() {
        let before = old.registers.get(&register.id);
        let renamed = register
            .was
            .as_ref()
            .and_then(|was| old.registers.get(was))
            .filter(|_| before.is_none());
        match before.or(renamed) {
            None => out.push(change(
                ChangeKind::Added,
                "register",
                &register.id,
                None,
                false,
            )),
            Some(before) => {
                kept.push(before.id.as_str());
                if let Some(before) = renamed {
                    let detail = format!("was {}", before.id);
                    out.push(change(
                        ChangeKind::Renamed,
                        "register",
                        &register.id,
                        Some(detail),
                        false,
                    ));
                }
                one_register(before, register, out);
            }
        }
    }
    for id in old
        .registers
        .keys()
        .filter(|it| !kept.contains(&it.as_str()))
    {
        let detail = Some("its records stay, hidden".to_owned());
        out.push(change(ChangeKind::Removed, "register", id, detail, true));
    }
}

fn one_register(old: &Register, new: &Register, out: &mut Vec<Change>) {
    let head = |it: &Register| {
        plain(&Register {
            id: String::new(),
            was: None,
            fields: Vec::new(),
            lines: Vec::new(),
            lifecycle: None,
            ..it.clone()
        })
    };
    if head(old) != head(new) {
        let detail = (old.key != new.key)
            .then(|| format!("key {} → {}", old.key.join("+"), new.key.join("+")));
        out.push(change(
            ChangeKind::Changed,
            "register",
            &new.id,
            detail,
            false,
        ));
    }
    fields(&new.id, &old.fields, &new.fields, out);
    for lines in &new.lines {
        let name = format!("{}.{}", new.id, lines.id);
        match old.lines.iter().find(|it| it.id == lines.id) {
            None => out.push(change(ChangeKind::Added, "lines", name, None, false)),
            Some(before) => {
                if before.title != lines.title {
                    out.push(change(ChangeKind::Changed, "lines", &name, None, false));
                }
                fields(&name, &before.fields, &lines.fields, out);
            }
        }
    }
    for lines in old
        .lines
        .iter()
        .filter(|it| new.lines.iter().all(|other| other.id != it.id))
    {
        out.push(change(
            ChangeKind::Removed,
            "lines",
            format!("{}.{}", new.id, lines.id),
            None,
            true,
        ));
    }
    lifecycle(&new.id, old.lifecycle.as_ref(), new.lifecycle.as_ref(), out);
}

fn fields(owner: &str, old: &[Field], new: &[Field], out: &mut Vec<Change>) {
    let find = |id: &str| old.iter().find(|it| it.id == id);
    let mut kept = Vec::new();
    for field in new {
        let name = format!("{owner}.{}", field.id);
        let before = find(&field.id);
        let renamed = field
            .was
            .as_deref()
            .and_then(find)
            .filter(|_| before.is_none());
        let Some(earlier) = before.or(renamed) else {
            // Records that are there have no value for it.
            let detail = field
                .required
                .then(|| "required, earlier records lack it".to_owned());
            out.push(change(ChangeKind::Added, "field", name, detail, false));
            continue;
        };
        kept.push(earlier.id.as_str());
        if renamed.is_some() {
            out.push(change(
                ChangeKind::Renamed,
                "field",
                &name,
                Some(format!("was {}", earlier.id)),
                false,
            ));
        }
        if let Some((detail, loses)) = field_change(earlier, field) {
            out.push(change(ChangeKind::Changed, "field", name, detail, loses));
        }
    }
    for field in old.iter().filter(|it| !kept.contains(&it.id.as_str())) {
        let detail = Some("its values stay, hidden".to_owned());
        out.push(change(
            ChangeKind::Removed,
            "field",
            format!("{owner}.{}", field.id),
            detail,
            true,
        ));
    }
}

/// What differs between two forms of a field and whether it could lose data.
fn field_change(old: &Field, new: &Field) -> Option<(Option<String>, bool)> {
    let mut details = Vec::new();
    let mut loses = false;
    if old.kind != new.kind {
        details.push(format!(
            "type {} → {}",
            type_text(&old.kind),
            type_text(&new.kind)
        ));
        loses |= !widens(&old.kind, &new.kind);
    }
    let mut note = |differs: bool, detail: String, loses_data: bool| {
        if differs {
            details.push(detail);
            loses |= loses_data;
        }
    };
    note(
        old.many != new.many,
        format!("many {} → {}", old.many, new.many),
        old.many,
    );
    note(
        old.dated != new.dated,
        format!("dated {} → {}", old.dated, new.dated),
        old.dated,
    );
    note(
        old.required != new.required,
        format!("required {} → {}", old.required, new.required),
        false,
    );
    note(
        old.unique != new.unique,
        format!("unique {} → {}", old.unique, new.unique),
        false,
    );
    note(
        old.unit != new.unit,
        format!("unit {} → {}", or_none(&old.unit), or_none(&new.unit)),
        old.unit.is_some() && new.unit.is_some(),
    );
    let computed = |it: &Field| it.computed.as_ref().map(|it| it.value.clone());
    note(
        computed(old) != computed(new),
        "computed differently".to_owned(),
        old.computed.is_none(),
    );
    let rest = |it: &Field| {
        plain(&Field {
            id: String::new(),
            was: None,
            kind: FieldType::Text,
            many: false,
            dated: false,
            required: false,
            unique: false,
            unit: None,
            computed: None,
            ..it.clone()
        })
    };
    let other = rest(old) != rest(new);
    if details.is_empty() && !other {
        return None;
    }
    let detail = (!details.is_empty()).then(|| details.join(", "));
    Some((detail, loses))
}

fn or_none(unit: &Option<String>) -> &str {
    unit.as_deref().unwrap_or("none")
}

fn type_text(kind: &FieldType) -> String {
    match kind {
        FieldType::Decimal { scale } => format!("decimal({scale})"),
        FieldType::Code { list } => format!("code({list})"),
        FieldType::Reference { to } => format!("reference({to})"),
        other => other.word().to_owned(),
    }
}

/// Whether every value of the old type is one of the new.
fn widens(old: &FieldType, new: &FieldType) -> bool {
    match (old, new) {
        (FieldType::Text, FieldType::LongText)
        | (FieldType::Url, FieldType::Text | FieldType::LongText) => true,
        (FieldType::Code { .. } | FieldType::Period, FieldType::Text | FieldType::LongText) => true,
        (FieldType::Decimal { scale: old }, FieldType::Decimal { scale: new }) => old <= new,
        (FieldType::Integer, FieldType::Decimal { .. }) => true,
        _ => false,
    }
}

fn lifecycle(owner: &str, old: Option<&Lifecycle>, new: Option<&Lifecycle>, out: &mut Vec<Change>) {
    let empty = Lifecycle::default();
    let (old, new) = (old.unwrap_or(&empty), new.unwrap_or(&empty));
    for state in &new.states {
        match old.states.iter().find(|it| it.id == state.id) {
            None => out.push(change(
                ChangeKind::Added,
                "state",
                format!("{owner}.{}", state.id),
                None,
                false,
            )),
            Some(before) if plain(before) != plain(state) => {
                out.push(change(
                    ChangeKind::Changed,
                    "state",
                    format!("{owner}.{}", state.id),
                    None,
                    false,
                ));
            }
            Some(_) => {}
        }
    }
    for state in old
        .states
        .iter()
        .filter(|it| new.states.iter().all(|other| other.id != it.id))
    {
        let detail = Some("records in it would be in no state".to_owned());
        out.push(change(
            ChangeKind::Removed,
            "state",
            format!("{owner}.{}", state.id),
            detail,
            true,
        ));
    }
    for step in &new.transitions {
        match old.transitions.iter().find(|it| it.id == step.id) {
            None => out.push(change(
                ChangeKind::Added,
                "transition",
                format!("{owner}.{}", step.id),
                None,
                false,
            )),
            Some(before) if plain(before) != plain(step) => {
                out.push(change(
                    ChangeKind::Changed,
                    "transition",
                    format!("{owner}.{}", step.id),
                    None,
                    false,
                ));
            }
            Some(_) => {}
        }
    }
    for step in old
        .transitions
        .iter()
        .filter(|it| new.transitions.iter().all(|other| other.id != it.id))
    {
        out.push(change(
            ChangeKind::Removed,
            "transition",
            format!("{owner}.{}", step.id),
            None,
            false,
        ));
    }
}

fn codes(old: &Pack, new: &Pack, out: &mut Vec<Change>) {
    for (id, list) in &new.codes {
        let Some(before) = old.codes.get(id) else {
            out.push(change(ChangeKind::Added, "codes", id, None, false));
            continue;
        };
        if before.title != list.title || before.source != list.source {
            out.push(change(ChangeKind::Changed, "codes", id, None, false));
        }
        let index = |list: &'_ crate::model::CodeList| -> BTreeMap<String, crate::model::Code> {
            list.items
                .iter()
                .map(|it| (it.code.clone(), it.clone()))
                .collect()
        };
        let (old_items, new_items) = (index(before), index(list));
        for (code, item) in &new_items {
            match old_items.get(code) {
                None => out.push(change(
                    ChangeKind::Added,
                    "code",
                    format!("{id}.{code}"),
                    None,
                    false,
                )),
                Some(before) if before != item => {
                    out.push(change(
                        ChangeKind::Changed,
                        "code",
                        format!("{id}.{code}"),
                        None,
                        false,
                    ));
                }
                Some(_) => {}
            }
        }
        for code in old_items.keys().filter(|it| !new_items.contains_key(*it)) {
            let detail =
                Some("records that hold it would not be read; say retired = true".to_owned());
            out.push(change(
                ChangeKind::Removed,
                "code",
                format!("{id}.{code}"),
                detail,
                true,
            ));
        }
    }
    for id in old.codes.keys().filter(|it| !new.codes.contains_key(*it)) {
        out.push(change(ChangeKind::Removed, "codes", id, None, true));
    }
}
