//! Everything with SQL in it: datasets, indicators, guards, computed fields; and what statistics may not feed.

use quanyu_core::measure::split_unit;

use super::Check;
use crate::{
    diagnostic::Diagnostic,
    faults,
    model::{Declared, Field, FieldType, Filing, Indicator, IndicatorKind, Register},
    sql::{Analysis, Column, Kind, Purpose, Typed, Unit, Uses, table_columns},
};

/// What a field of statistics must say to feed totals.
const TOTALS: &str = "汇总";

pub(super) fn check(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    let mut analysis = Analysis::with_unsure(cx.pack, cx.reading.unsure.clone());
    for id in cx.pack.datasets.keys() {
        analysis.table(id);
    }
    for uses in analysis.uses.values() {
        statistics(cx, uses, false, faults);
    }
    for register in cx.pack.registers.values() {
        records(&mut analysis, register);
    }
    for filing in cx.pack.filings.values() {
        conditions(cx, &mut analysis, filing, faults);
    }
    for indicator in cx.pack.indicators.values() {
        one(cx, &mut analysis, indicator, faults);
    }
    faults.append(&mut analysis.faults);
}

/// Guards and computed fields of a register.
fn records(analysis: &mut Analysis<'_>, register: &Register) {
    let columns = analysis.table(&register.id).unwrap_or_default();
    for step in register.lifecycle.iter().flat_map(|it| &it.transitions) {
        if let Some(guard) = &step.guard {
            condition(analysis, guard, &register.id, columns.clone());
        }
    }
    computed(analysis, &register.id, &columns, &register.fields);
    for lines in &register.lines {
        let name = crate::sql::lines_name(register, &lines.id);
        let columns = analysis.table(&name).unwrap_or_default();
        computed(analysis, &name, &columns, &lines.fields);
    }
}

/// What is asked of whoever files: per-firm statistics decide nothing.
fn conditions(
    cx: &Check<'_>,
    analysis: &mut Analysis<'_>,
    filing: &Filing,
    faults: &mut Vec<Diagnostic>,
) {
    for it in &filing.conditions {
        let own = || cx.pack.playing("organization").map(|it| it.id.clone());
        let Some(of) = it.of.clone().or_else(own) else {
            continue;
        };
        let columns = analysis.table(&of).unwrap_or_default();
        let uses = condition(analysis, &it.filter, &of, columns);
        statistics(cx, &uses, false, faults);
    }
}

fn computed(analysis: &mut Analysis<'_>, table: &str, columns: &[Column], fields: &[Field]) {
    for field in fields {
        let Some(sql) = &field.computed else { continue };
        // A field that would read itself is no column of its own expression.
        let others = columns
            .iter()
            .filter(|it| it.name != field.id)
            .cloned()
            .collect();
        let (typed, _) = analysis.expression(sql, table, others, Purpose::Row);
        let wanted = columns
            .iter()
            .find(|it| it.name == field.id)
            .map_or(Kind::Any, |it| it.kind);
        let number = wanted.is_number() && typed.kind.is_number();
        if !number && typed.kind.common(wanted).is_none() {
            let ((zh, en), (wanted_zh, wanted_en)) = (typed.kind.name(), wanted.name());
            analysis.faults.push(faults::sql_type(
                sql.at,
                format!("字段是{wanted_zh}，算出来是{zh}"),
                format!("the field holds {wanted_en}, this gives {en}"),
            ));
        }
    }
}

fn condition(
    analysis: &mut Analysis<'_>,
    sql: &Declared<String>,
    table: &str,
    columns: Vec<Column>,
) -> Uses {
    let (typed, uses) = analysis.expression(sql, table, columns, Purpose::Row);
    if !matches!(typed.kind, Kind::Bool | Kind::Any) {
        let (zh, en) = typed.kind.name();
        analysis.faults.push(faults::sql_type(
            sql.at,
            format!("条件要是或否，写的是{zh}"),
            format!("a condition is yes or no, found {en}"),
        ));
    }
    uses
}

fn one(
    cx: &Check<'_>,
    analysis: &mut Analysis<'_>,
    indicator: &Indicator,
    faults: &mut Vec<Diagnostic>,
) {
    let (of, value, filter, region) = match &indicator.kind {
        IndicatorKind::Flow {
            of,
            value,
            filter,
            region,
            ..
        }
        | IndicatorKind::Stock {
            of,
            value,
            filter,
            region,
            ..
        } => (of, value, filter, region),
        IndicatorKind::Ratio { .. } | IndicatorKind::Growth { .. } | IndicatorKind::Cited => return,
    };
    let Some(columns) = analysis.table(&of.value) else {
        let names = analysis.table_names();
        let valid: Vec<_> = names.iter().map(String::as_str).collect();
        faults.push(faults::unknown_name(
            of.at,
            faults::TABLE,
            &of.value,
            &valid,
        ));
        return;
    };
    // A dataset that is itself at fault gives no columns to look names up in.
    if columns.is_empty() {
        return;
    }
    match &indicator.kind {
        IndicatorKind::Flow { date, .. } => column(&columns, date, true, faults),
        IndicatorKind::Stock { from, to, .. } => {
            column(&columns, from, false, faults);
            to.iter().for_each(|it| column(&columns, it, false, faults));
        }
        _ => {}
    }
    match region {
        Some(region) => text_column(&columns, region, faults),
        None if !columns.iter().any(|it| it.name == "region") => {
            let names: Vec<_> = columns.iter().map(|it| it.name.as_str()).collect();
            faults.push(faults::unknown_name(
                of.at,
                faults::COLUMN,
                "region",
                &names,
            ));
        }
        None => {}
    }
    if let Some(filter) = filter {
        let uses = condition(analysis, filter, &of.value, columns.clone());
        statistics(cx, &uses, true, faults);
    }
    if value.value.is_empty() {
        return;
    }
    let (typed, uses) = analysis.expression(value, &of.value, columns, Purpose::Aggregate);
    statistics(cx, &uses, true, faults);
    if !typed.kind.is_number() {
        let (zh, en) = typed.kind.name();
        faults.push(faults::sql_type(
            value.at,
            format!("指标的值要是数，写的是{zh}"),
            format!("an indicator's value is a number, found {en}"),
        ));
        return;
    }
    unit(cx, indicator, &typed, faults);
}

fn column(
    columns: &[Column],
    name: &Declared<String>,
    periods: bool,
    faults: &mut Vec<Diagnostic>,
) {
    if name.value.is_empty() {
        return;
    }
    let Some(found) = columns.iter().find(|it| it.name == name.value) else {
        let names: Vec<_> = columns.iter().map(|it| it.name.as_str()).collect();
        faults.push(faults::unknown_name(
            name.at,
            faults::COLUMN,
            &name.value,
            &names,
        ));
        return;
    };
    let fits = matches!(found.kind, Kind::Date | Kind::Any) || periods && found.period;
    if !fits {
        let wanted = if periods { "date / period" } else { "date" };
        faults.push(faults::field_of_type(
            name.at,
            &name.value,
            found.kind.name().1,
            wanted,
        ));
    }
}

fn text_column(columns: &[Column], name: &Declared<String>, faults: &mut Vec<Diagnostic>) {
    match columns.iter().find(|it| it.name == name.value) {
        None => {
            let names: Vec<_> = columns.iter().map(|it| it.name.as_str()).collect();
            faults.push(faults::unknown_name(
                name.at,
                faults::COLUMN,
                &name.value,
                &names,
            ));
        }
        Some(found) if !matches!(found.kind, Kind::Text | Kind::Any) => {
            faults.push(faults::field_of_type(
                name.at,
                &name.value,
                found.kind.name().1,
                "region",
            ));
        }
        Some(_) => {}
    }
}

/// Whether the unit that is declared is the one that the value has.
fn unit(cx: &Check<'_>, indicator: &Indicator, typed: &Typed, faults: &mut Vec<Diagnostic>) {
    let at = cx.place(indicator.at, "unit");
    let declared = indicator.unit.as_str();
    // A unit with a multiplier was told as such.
    if split_unit(declared).1 != declared {
        return;
    }
    match &typed.unit {
        Unit::Count if matches!(declared, "元" | "1" | "") => {
            faults.push(faults::count_unit(at, declared))
        }
        Unit::Of(wanted) if wanted != declared => {
            let (zh, en) = (
                format!("所汇总的是 {wanted}"),
                format!("what is summed is in {wanted}"),
            );
            faults.push(faults::wrong_unit(at, declared, wanted, &zh, &en));
        }
        Unit::Unknown if declared == "元" && typed.kind == Kind::Int => {
            faults.push(faults::sql_type(
                at,
                "单位是元，但所汇总的不是金额字段",
                "the unit is 元, but what is summed is no money field",
            ));
        }
        Unit::Count | Unit::Of(_) | Unit::Unknown => {}
    }
}

/// Per-firm data from statistics may feed totals only, and only where the pack says so (design: each datum has a
/// source and a purpose).
fn statistics(cx: &Check<'_>, uses: &Uses, indicator: bool, faults: &mut Vec<Diagnostic>) {
    for column in &uses.columns {
        let Some(register) = cx.pack.registers.get(&column.table) else {
            continue;
        };
        let Some(field) = register.field(&column.column) else {
            continue;
        };
        let source = field.source.as_ref().or(register.source.as_ref());
        if !per_firm(register) || source.is_none_or(|it| it != "统计") || points(field) {
            continue;
        }
        let purpose = field.purpose.as_ref().or(register.purpose.as_ref());
        let totals = purpose.is_some_and(|it| it.contains(TOTALS));
        if !totals || !indicator && !column.aggregated {
            faults.push(faults::statistics(column.at, &field.id, field.at));
        }
    }
}

fn per_firm(register: &Register) -> bool {
    register.plays.as_deref() == Some("organization")
        || register
            .fields
            .iter()
            .any(|it| it.kind == FieldType::Organization)
}

/// The firm itself, the year and the place are no data about it.
fn points(field: &Field) -> bool {
    matches!(
        field.kind,
        FieldType::Organization
            | FieldType::Reference { .. }
            | FieldType::Period
            | FieldType::Region
            | FieldType::Date
    )
}

/// Columns of a table that exists, for the checks of other kinds.
pub(super) fn has_column(cx: &Check<'_>, table: &str, column: &str) -> bool {
    table_columns(cx.pack, table).is_some_and(|it| it.iter().any(|it| it.name == column))
}
