//! The table that a party fills in, the same in the browser and in a workbook.
//!
//! Owns its columns and lines, and how a value stands in it. Leaves reading what was typed to [`super::answer`].
//!
//! Start reading at [`Grid`].

use std::collections::BTreeMap;

use quanyu_core::{
    text::{Language, Text},
    typed,
};
use quanyu_pack::model::{Field, FieldType, Indicator, Pack};
use quanyu_store::{
    Tx,
    collections::{self as kept, Collection, CollectionCell, Party},
    list,
};
use rust_decimal::Decimal;

use super::{AppError, Product, Subject, party, subject};
use crate::app::registers;

/// The table of a party.
#[derive(Clone, Debug)]
pub struct Grid {
    /// The request.
    pub collection: Collection,
    /// The party.
    pub party: Party,
    /// Its columns: one where indicators are asked, each on a line; else the fields.
    pub columns: Vec<Column>,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Cells to fill in.
    pub open: usize,
    /// Cells that are known already.
    pub held: usize,
    /// Whether answers are taken.
    pub takes: bool,
    /// Whether a line may need a reason.
    pub compares: bool,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// What it is called.
    pub title: Text,
    /// The unit it is asked in.
    pub unit: Option<String>,
    /// What to type.
    pub hint: Option<Text>,
    /// Titles to choose from.
    pub choices: Vec<Text>,
    /// Type word of the pack, `number` for indicators.
    pub kind: &'static str,
    /// Whether it must be filled in.
    pub required: bool,
}

/// A line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number, from 0.
    pub number: i64,
    /// What it is about: an indicator, a record. Empty where it is for a new record.
    pub label: Text,
    /// The unit of its one value, where indicators are asked.
    pub unit: Option<String>,
    /// Its cells, one for each column.
    pub cells: Vec<GridCell>,
    /// Why its values moved so far.
    pub reason: String,
}

/// A cell.
#[derive(Clone, Debug)]
pub struct GridCell {
    /// Which item.
    pub item: i64,
    /// What a register holds, as people read it.
    pub held: Option<String>,
    /// What it was in the period before.
    pub before: Option<String>,
    /// The answer, as it is typed.
    pub value: String,
    /// By how much the answer moved, as a fraction.
    pub change: Option<Decimal>,
    /// Whether that is so much that a reason is asked for.
    pub jumps: bool,
}

/// The table of a party, where the person before us may see it.
///
/// # Errors
/// Where there is none.
pub async fn grid(product: &Product, id: i64, place: i64) -> Result<Grid, AppError> {
    let mut tx = product.store.read().await?;
    let (collection, found) = party(product, &mut tx, id, place).await?;
    let cells = kept::cells(&mut tx, id, Some(place)).await?;
    made(product, &mut tx, collection, found, &cells).await
}

pub(super) async fn made(
    product: &Product,
    tx: &mut Tx,
    collection: Collection,
    party: Party,
    cells: &[CollectionCell],
) -> Result<Grid, AppError> {
    let mut by_line: BTreeMap<i64, Vec<&CollectionCell>> = BTreeMap::new();
    for cell in cells {
        by_line.entry(cell.line).or_default().push(cell);
    }
    let asked = subject(product, &collection)?;
    let labels = match &asked {
        Subject::Indicators(_) => BTreeMap::new(),
        Subject::Rows(register, _) => {
            let ids: Vec<i64> = by_line.values().filter_map(|it| it[0].record).collect();
            let records = list::by_ids(tx, &register.id, &ids).await?;
            records
                .iter()
                .map(|it| (it.id, registers::label(register, it)))
                .collect()
        }
    };
    let columns = match &asked {
        Subject::Indicators(_) => vec![Column {
            title: both("本期", "This period"),
            unit: None,
            hint: None,
            choices: Vec::new(),
            kind: "number",
            required: true,
        }],
        Subject::Rows(_, fields) => fields.iter().map(|it| column(&product.pack, it)).collect(),
    };
    let lines = by_line.iter().map(|(number, cells)| {
        let indicator = match &asked {
            Subject::Indicators(all) => usize::try_from(cells[0].item)
                .ok()
                .and_then(|it| all.get(it)),
            Subject::Rows(..) => None,
        };
        let label = cells[0].record.and_then(|it| labels.get(&it));
        Line {
            number: *number,
            label: match indicator {
                Some(it) => it.title.clone(),
                None => label.map_or_else(Text::default, |it| Text::zh(it.as_str())),
            },
            unit: indicator.map(|it| unit(it)),
            cells: cells
                .iter()
                .map(|it| shown(it, indicator.copied(), collection.jump))
                .collect(),
            reason: cells
                .iter()
                .find_map(|it| it.reason.clone())
                .unwrap_or_default(),
        }
    });
    Ok(Grid {
        columns,
        lines: lines.collect(),
        open: cells.iter().filter(|it| it.held.is_none()).count(),
        held: cells.iter().filter(|it| it.held.is_some()).count(),
        takes: takes(&collection, &party),
        compares: cells
            .iter()
            .any(|it| it.held.is_none() && it.before.is_some()),
        collection,
        party,
    })
}

/// Whether answers of a party are taken.
pub(super) fn takes(collection: &Collection, party: &Party) -> bool {
    collection.closed_at.is_none() && party.state != "confirmed"
}

fn shown(cell: &CollectionCell, indicator: Option<&Indicator>, jump: i64) -> GridCell {
    let in_unit = |text: &String| match indicator {
        Some(it) => scaled(text, &unit(it)),
        None => text.clone(),
    };
    let change = moved(cell.before.as_deref(), cell.value.as_deref());
    GridCell {
        item: cell.item,
        held: cell.held.as_ref().map(in_unit).map(|it| rounded(&it)),
        before: cell.before.as_ref().map(in_unit).map(|it| rounded(&it)),
        value: cell.value.as_ref().map(in_unit).unwrap_or_default(),
        jumps: change.is_some_and(|it| jumps(it, jump)),
        change,
    }
}

/// By how much a value moved from the one before, as a fraction of that; nothing where that was zero.
#[must_use]
pub fn moved(before: Option<&str>, value: Option<&str>) -> Option<Decimal> {
    let before: Decimal = before?.parse().ok()?;
    let value: Decimal = value?.parse().ok()?;
    let change = value.checked_sub(before)?.checked_div(before.abs())?;
    Some(change.round_dp(6))
}

/// Whether a change asks for a reason.
#[must_use]
pub fn jumps(change: Decimal, jump: i64) -> bool {
    change.abs() * Decimal::ONE_HUNDRED > Decimal::from(jump)
}

/// A value in base units as it is typed in a unit.
#[must_use]
pub fn scaled(text: &str, unit: &str) -> String {
    let one = typed::number_in("1", Some(unit)).ok().flatten();
    match (text.parse::<Decimal>(), one) {
        (Ok(value), Some(one)) if !one.is_zero() => match value.checked_div(one) {
            Some(value) => value.normalize().to_string(),
            None => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

/// A number with as many places as people compare; what is no number as it is.
#[must_use]
pub fn rounded(text: &str) -> String {
    const PLACES: u32 = 4;
    let number = text
        .parse::<Decimal>()
        .ok()
        .filter(|it| it.scale() > PLACES);
    number.map_or_else(
        || text.to_owned(),
        |it| it.round_dp(PLACES).normalize().to_string(),
    )
}

/// The unit that an indicator is asked in.
pub(super) fn unit(indicator: &Indicator) -> String {
    let shown = indicator.display.unit.clone();
    let base = match indicator.unit.as_str() {
        "1" => "%",
        unit => unit,
    };
    shown.unwrap_or_else(|| base.to_owned())
}

/// The unit that a field is asked in.
pub(super) fn field_unit(field: &Field) -> Option<String> {
    match &field.kind {
        FieldType::Money => Some(field.unit.clone().unwrap_or_else(|| "元".to_owned())),
        FieldType::Integer | FieldType::Decimal { .. } => field.unit.clone().filter(|it| it != "1"),
        _ => None,
    }
}

/// Whether a field holds numbers that can be held against those of the period before.
pub(super) fn is_number(field: &Field) -> bool {
    matches!(
        field.kind,
        FieldType::Integer | FieldType::Decimal { .. } | FieldType::Money
    )
}

fn column(pack: &Pack, field: &Field) -> Column {
    let choices = match &field.kind {
        FieldType::Code { list } => {
            let list = pack.codes.get(list).into_iter().flat_map(|it| &it.items);
            list.filter(|it| !it.retired)
                .map(|it| it.title.clone())
                .collect()
        }
        FieldType::YesNo => vec![both("是", "yes"), both("否", "no")],
        _ => Vec::new(),
    };
    Column {
        title: field.title.clone(),
        unit: field_unit(field),
        hint: field.help.clone(),
        choices,
        kind: field.kind.word(),
        required: field.required,
    }
}

impl Column {
    /// The head with its unit.
    #[must_use]
    pub fn head(&self, language: Language) -> String {
        let title = self.title.get(language);
        match &self.unit {
            Some(unit) => format!("{title}（{unit}）"),
            None => title.to_owned(),
        }
    }
}

fn both(zh: &str, en: &str) -> Text {
    Text {
        zh: zh.to_owned(),
        en: Some(en.to_owned()),
    }
}
