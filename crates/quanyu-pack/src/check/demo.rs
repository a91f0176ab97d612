//! Demonstration data that cannot be made: unknown fields, draws that do not fit the type, lists too short.

use std::collections::BTreeMap;

use quanyu_core::period::Period;

use super::{Check, known};
use crate::{
    diagnostic::Diagnostic,
    faults,
    model::{
        At, Demo, DemoAccount, DemoDraw, DemoField, DemoFile, DemoRows, DemoStep, Field, FieldType,
        Register,
    },
};

pub(super) fn check(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    let Some(demo) = &cx.pack.demo else { return };
    let mut names: BTreeMap<&str, At> = BTreeMap::new();
    for (place, rows) in demo.rows.iter().enumerate() {
        if let Some(name) = &rows.name {
            if let Some(first) = names.insert(name, rows.at) {
                faults.push(faults::duplicate(rows.at, faults::BLOCK, name, first));
            }
            if let Some(register) = cx.pack.registers.get(name) {
                faults.push(faults::duplicate(rows.at, faults::BLOCK, name, register.at));
            }
        }
        let known_register = known(
            rows.at,
            faults::REGISTER,
            &rows.register,
            cx.pack.registers.keys().map(String::as_str),
            faults,
        );
        if known_register && let Some(register) = cx.pack.registers.get(&rows.register) {
            block(
                &Block {
                    cx,
                    demo,
                    place,
                    rows,
                    register,
                },
                faults,
            );
        }
    }
    for file in &demo.files {
        demo_file(cx, file, faults);
    }
    for account in &demo.accounts {
        demo_account(cx, account, faults);
    }
    for step in &demo.steps {
        demo_step(cx, demo, step, faults);
    }
}

/// An account has a role that is there, and the region that it reaches over.
fn demo_account(cx: &Check<'_>, account: &DemoAccount, faults: &mut Vec<Diagnostic>) {
    let roles = cx.pack.roles.keys().map(String::as_str);
    let at = cx.place(account.at, "role");
    if !known(at, faults::ROLE, &account.role, roles, faults) {
        return;
    }
    if cx.pack.roles[&account.role].scope == "region" && account.region.is_none() {
        faults.push(faults::account_needs_region(at, &account.role));
    }
    if let Some(region) = &account.region {
        let codes: Vec<&str> = cx.pack.regions.keys().map(|it| it.as_str()).collect();
        let at = cx.place(account.at, "region");
        known(at, faults::REGION, region, codes.iter().copied(), faults);
    }
}

/// A step opens something that is there, and drops a file only where files are taken.
fn demo_step(cx: &Check<'_>, demo: &Demo, step: &DemoStep, faults: &mut Vec<Diagnostic>) {
    let of = step.of.as_deref().unwrap_or_default();
    let at = cx.place(step.at, "of");
    match step.room.as_str() {
        "indicator" => {
            let names = cx.pack.indicators.keys().map(String::as_str);
            known(at, faults::INDICATOR, of, names, faults);
        }
        "register" => {
            let names = cx.pack.registers.keys().map(String::as_str);
            known(at, faults::REGISTER, of, names, faults);
        }
        _ if step.of.is_some() => {
            let room = format!("`{}`", step.room);
            faults.push(faults::does_not_belong(at, "of", &room, &room));
        }
        _ => {}
    }
    let Some(file) = &step.file else { return };
    let at = cx.place(step.at, "file");
    let names = demo.files.iter().map(|it| it.name.as_str());
    if known(at, faults::FILE, file, names, faults)
        && !matches!(step.room.as_str(), "read" | "check" | "tasks" | "renew")
    {
        let room = format!("`{}`", step.room);
        faults.push(faults::does_not_belong(at, "file", &room, &room));
    }
}

/// A block with what it stands in.
struct Block<'a> {
    cx: &'a Check<'a>,
    demo: &'a Demo,
    place: usize,
    rows: &'a DemoRows,
    register: &'a Register,
}

fn block(block: &Block<'_>, faults: &mut Vec<Diagnostic>) {
    let Block {
        cx, rows, register, ..
    } = block;
    let fields = register.fields.iter().map(|it| it.id.as_str());
    for drawn in &rows.fields {
        if drawn.field == "state"
            && let Some(lifecycle) = &register.lifecycle
        {
            let states = lifecycle.states.iter().map(|it| it.id.as_str());
            for value in values(&drawn.draw) {
                known(drawn.at, faults::STATE, value, states.clone(), faults);
            }
            continue;
        }
        if known(
            drawn.at,
            faults::FIELD,
            &drawn.field,
            fields.clone(),
            faults,
        ) && let Some(field) = register.field(&drawn.field)
            && !cx.reading.unsure.contains(&field.at)
        {
            draw(block, drawn, field, faults);
        }
    }
    for field in register
        .fields
        .iter()
        .filter(|it| it.required && it.computed.is_none())
    {
        if !rows.fields.iter().any(|it| it.field == field.id) {
            faults.push(
                faults::cannot_be_made(
                    rows.at,
                    format!("必填字段 `{}` 没有写怎么生成", field.id),
                    format!("the required field `{}` is not made", field.id),
                )
                .also(field.at, "字段在这里声明", "the field is declared here"),
            );
        }
    }
    for total in &rows.totals {
        let at = cx.place(rows.at, &format!("total.{}", total.field));
        if !known(at, faults::FIELD, &total.field, fields.clone(), faults) {
            continue;
        }
        let number = register
            .field(&total.field)
            .is_some_and(|it| is_number(&it.kind) || cx.reading.unsure.contains(&it.at));
        let drawn = rows.fields.iter().any(|it| it.field == total.field);
        if !number {
            faults.push(faults::cannot_be_made(
                at,
                format!("`{}` 不是数，没有合计", total.field),
                format!("`{}` is no number and has no total", total.field),
            ));
        } else if !drawn {
            faults.push(faults::cannot_be_made(
                at,
                format!("`{}` 写了合计，却没有写怎么生成", total.field),
                format!("`{}` has a total, but is not made", total.field),
            ));
        }
    }
}

/// Values that are written out.
fn values(draw: &DemoDraw) -> Vec<&str> {
    match draw {
        DemoDraw::Set(value) => vec![value],
        DemoDraw::List { values, .. } => values.iter().map(String::as_str).collect(),
        DemoDraw::Choice { weights, .. } => weights.iter().map(|(it, _)| it.as_str()).collect(),
        _ => Vec::new(),
    }
}

fn is_number(kind: &FieldType) -> bool {
    matches!(
        kind,
        FieldType::Integer | FieldType::Decimal { .. } | FieldType::Money
    )
}

fn draw(block: &Block<'_>, drawn: &DemoField, field: &Field, faults: &mut Vec<Diagnostic>) {
    let at = drawn.at;
    let mut not = |zh: String, en: String| faults.push(faults::cannot_be_made(at, zh, en));
    let kind = &field.kind;
    let word = kind.word();
    let fits = match &drawn.draw {
        DemoDraw::Set(_)
        | DemoDraw::List { .. }
        | DemoDraw::Choice { .. }
        | DemoDraw::Copy { .. } => true,
        // Read as a cell like any other value, so dates and numbers can be put together too.
        DemoDraw::Pattern { .. } => !matches!(
            kind,
            FieldType::YesNo
                | FieldType::Code { .. }
                | FieldType::Reference { .. }
                | FieldType::Organization
                | FieldType::Region
                | FieldType::File
        ),
        DemoDraw::Spread { .. } | DemoDraw::Between(..) => is_number(kind),
        DemoDraw::Day { .. } | DemoDraw::Ago(..) | DemoDraw::After { .. } => {
            *kind == FieldType::Date
        }
        DemoDraw::Record { .. } => {
            matches!(kind, FieldType::Reference { .. } | FieldType::Organization)
        }
        DemoDraw::Uscc => *kind == FieldType::Text,
    };
    if !fits {
        not(
            format!("这种取值方式不能用在 {word} 字段上"),
            format!("this way to make values does not go with a field of type {word}"),
        );
        return;
    }
    let count = block.rows.count as usize;
    match &drawn.draw {
        DemoDraw::Set(value) => code(block, drawn.at, field, value, faults),
        DemoDraw::List { values, cycle } => {
            if values.is_empty() || !cycle && values.len() < count {
                not(
                    format!(
                        "列表有 {} 个值，要 {count} 个（或写 cycle = true）",
                        values.len()
                    ),
                    format!(
                        "the list has {} values for {count} records (or say cycle = true)",
                        values.len()
                    ),
                );
            }
            values
                .iter()
                .for_each(|it| code(block, drawn.at, field, it, faults));
        }
        DemoDraw::Choice { weights, .. } => {
            if weights.iter().any(|(_, it)| it.is_sign_negative())
                || weights.iter().all(|(_, it)| it.is_zero())
            {
                not("权重要是正数".into(), "weights must be above zero".into());
            }
            weights
                .iter()
                .for_each(|(it, _)| code(block, drawn.at, field, it, faults));
        }
        DemoDraw::Pattern { pattern, words } => braces(at, pattern, words, faults),
        DemoDraw::Spread {
            min, median, max, ..
        } => {
            if min > median || median > max {
                not(
                    "要满足 min ≤ median ≤ max".into(),
                    "min ≤ median ≤ max does not hold".into(),
                );
            }
        }
        DemoDraw::Between(low, high) | DemoDraw::Ago(low, high) => {
            if low > high {
                not(
                    format!("{low} 大于 {high}"),
                    format!("{low} is above {high}"),
                );
            }
        }
        DemoDraw::Day { from, to, .. } => {
            if from > to {
                faults.push(faults::ends_before_it_begins(at));
            }
        }
        DemoDraw::After { field: other, days } => {
            if days.0 > days.1 {
                not(
                    format!("{} 大于 {}", days.0, days.1),
                    format!("{} is above {}", days.0, days.1),
                );
            }
            let place = block.cx.place(at, "after.field");
            made_field(block, place, other, |it| it.kind == FieldType::Date, faults);
        }
        DemoDraw::Record { of, distinct } => record(block, at, field, of, *distinct, faults),
        DemoDraw::Copy {
            from,
            field: column,
        } => {
            let place = block.cx.place(at, "copy.from");
            let points = |it: &Field| {
                matches!(
                    it.kind,
                    FieldType::Reference { .. } | FieldType::Organization
                )
            };
            if made_field(block, place, from, points, faults)
                && let Some(target) = block
                    .register
                    .field(from)
                    .and_then(|it| target(block.cx, &it.kind))
                && !super::sql::has_column(block.cx, &target.id, column)
            {
                let names: Vec<_> = target.fields.iter().map(|it| it.id.as_str()).collect();
                let place = block.cx.place(at, "copy.field");
                faults.push(faults::unknown_name(place, faults::FIELD, column, &names));
            }
        }
        DemoDraw::Uscc => {}
    }
}

/// A field of the same block that another is made from.
fn made_field(
    block: &Block<'_>,
    at: At,
    name: &str,
    fits: impl Fn(&Field) -> bool,
    faults: &mut Vec<Diagnostic>,
) -> bool {
    let fields = block.register.fields.iter().map(|it| it.id.as_str());
    if !known(at, faults::FIELD, name, fields, faults) {
        return false;
    }
    let Some(field) = block.register.field(name) else {
        return false;
    };
    let made = block.rows.fields.iter().any(|it| it.field == name);
    if !made || !fits(field) {
        faults.push(faults::cannot_be_made(
            at,
            format!("`{name}` 没有生成，或类型不符（{}）", field.kind.word()),
            format!(
                "`{name}` is not made in this block, or its type ({}) does not fit",
                field.kind.word()
            ),
        ));
        return false;
    }
    true
}

/// The register that a reference points to.
fn target<'a>(cx: &Check<'a>, kind: &FieldType) -> Option<&'a Register> {
    match kind {
        FieldType::Reference { to } => cx.pack.registers.get(to),
        FieldType::Organization => cx.pack.playing("organization"),
        _ => None,
    }
}

fn record(
    block: &Block<'_>,
    at: At,
    field: &Field,
    of: &str,
    distinct: bool,
    faults: &mut Vec<Diagnostic>,
) {
    let place = block.cx.place(at, "record.of");
    let before = &block.demo.rows[..block.place];
    let sources: Vec<_> = before
        .iter()
        .filter(|it| it.name.as_deref() == Some(of) || it.register == of)
        .collect();
    if sources.is_empty() {
        let names: Vec<_> = before
            .iter()
            .flat_map(|it| it.name.as_deref().into_iter().chain([it.register.as_str()]))
            .collect();
        let mut names = names;
        names.sort_unstable();
        names.dedup();
        let fault = faults::unknown_name(place, faults::BLOCK, of, &names);
        faults.push(Diagnostic {
            code: "cannot_be_made",
            ..fault
        });
        return;
    }
    if let Some(wanted) = target(block.cx, &field.kind)
        && let Some(other) = sources.iter().find(|it| it.register != wanted.id)
    {
        faults.push(faults::cannot_be_made(
            place,
            format!(
                "`{}` 要 {} 的记录，这里取的是 {}",
                field.id, wanted.id, other.register
            ),
            format!(
                "`{}` refers to {}, these are records of {}",
                field.id, wanted.id, other.register
            ),
        ));
    }
    let there: u64 = sources.iter().map(|it| u64::from(it.count)).sum();
    if distinct && there < u64::from(block.rows.count) {
        faults.push(faults::cannot_be_made(
            place,
            format!("要 {} 条互不相同的记录，只有 {there} 条", block.rows.count),
            format!(
                "{} different records are asked for, there are {there}",
                block.rows.count
            ),
        ));
    }
}

/// A value of a code field must be a code or mean one.
fn code(block: &Block<'_>, at: At, field: &Field, value: &str, faults: &mut Vec<Diagnostic>) {
    let FieldType::Code { list } = &field.kind else {
        return;
    };
    let Some(list) = block
        .cx
        .pack
        .codes
        .get(list)
        .filter(|it| !it.items.is_empty())
    else {
        return;
    };
    let separators = if field.many {
        &[';', '；', '、'][..]
    } else {
        &[]
    };
    for value in value.split(separators).filter(|it| !it.is_empty()) {
        let means = list.items.iter().any(|it| {
            it.code == value || it.title.zh == value || it.synonyms.iter().any(|it| it == value)
        });
        if !means {
            let valid: Vec<_> = list.items.iter().map(|it| it.code.as_str()).collect();
            faults.push(faults::unknown_name(at, faults::CODE, value, &valid));
        }
    }
}

/// Braces of a pattern: the record's number `{n}`, `{n:04}`, or a list of words.
fn braces(at: At, pattern: &str, words: &[(String, Vec<String>)], faults: &mut Vec<Diagnostic>) {
    for part in pattern.split('{').skip(1) {
        let Some((name, _)) = part.split_once('}') else {
            faults.push(faults::cannot_be_made(
                at,
                "花括号没有合上",
                "a brace is not closed",
            ));
            return;
        };
        let number = name.strip_prefix('n').is_some_and(|rest| {
            rest.is_empty()
                || rest
                    .strip_prefix(":0")
                    .is_some_and(|it| it.len() == 1 && it.bytes().all(|b| b.is_ascii_digit()))
        });
        if number {
            continue;
        }
        let valid: Vec<_> = words.iter().map(|(it, _)| it.as_str()).collect();
        match words.iter().find(|(it, _)| it == name) {
            None => faults.push(faults::unknown_key(at, name, &valid)),
            Some((_, words)) if words.is_empty() => {
                faults.push(faults::cannot_be_made(
                    at,
                    format!("`{name}` 没有词"),
                    format!("`{name}` has no words"),
                ));
            }
            Some(_) => {}
        }
    }
}

fn demo_file(cx: &Check<'_>, file: &DemoFile, faults: &mut Vec<Diagnostic>) {
    let rows = matches!(file.kind.as_str(), "names_docx" | "street_xlsx");
    if rows && file.register.is_none() {
        faults.push(faults::missing_key(file.at, "register"));
    }
    if !rows && file.text.trim().is_empty() {
        faults.push(faults::missing_key(file.at, "text"));
    }
    if let Some(register) = &file.register {
        let at = cx.place(file.at, "register");
        known(
            at,
            faults::REGISTER,
            register,
            cx.pack.registers.keys().map(String::as_str),
            faults,
        );
    }
    let at = cx.place(file.at, "text");
    for part in file.text.split('{').skip(1) {
        let Some((name, _)) = part.split_once('}') else {
            continue;
        };
        let Some((indicator, rest)) = name.split_once('@') else {
            continue;
        };
        known(
            at,
            faults::INDICATOR,
            indicator,
            cx.pack.indicators.keys().map(String::as_str),
            faults,
        );
        // What follows the period says how it is printed.
        let period = rest.split([':', '|']).next().unwrap_or_default();
        if period.parse::<Period>().is_err() {
            faults.push(faults::not_a_period(at, period));
        }
    }
}
