//! A store in memory, and packs written by hand.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use async_trait::async_trait;
use jiff::civil::{Date, date};
use quanyu_core::{
    columns::{Column, ColumnBatch, ColumnKind, ColumnSpec},
    money::Money,
    period::Period,
    region::RegionCode,
    text::Text,
    value::Value,
};
use quanyu_figures::{
    Figures,
    parts::Place,
    source::{Piece, Sink, Source, SourceError, Want},
};
use quanyu_pack::model::{
    At, Better, Dataset, Declared, Display, Field, FieldType, Indicator, IndicatorKind, Pack,
    Region, Register,
};
use rust_decimal::Decimal;

pub type Fields = BTreeMap<String, Value>;

/// Registers in memory with a change sequence. It delivers in batches of three rows, so that seams show.
#[derive(Default)]
pub struct Memory(Mutex<Held>);

/// A folder of its own for a test, removed with it.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("quanyu-figures-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    /// The parts of a table, by name.
    pub fn parts(&self, table: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.join(table)).into_iter().flatten();
        let mut names: Vec<String> = entries
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Where columns of the pack `example` are kept; two rows are enough to be sealed.
    pub fn place(&self) -> Place {
        Place::new(&self.0, "first").sealing_from(2)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[derive(Default)]
struct Held {
    sequence: i64,
    next_id: i64,
    tables: BTreeMap<String, BTreeMap<i64, (i64, Fields)>>,
    removed: BTreeMap<String, Vec<(i64, i64)>>,
    /// What was read: table, since, rows delivered.
    reads: Vec<(String, Option<i64>, usize)>,
    /// Tells this history from others.
    history: u32,
}

impl Memory {
    pub fn add(&self, table: &str, fields: Fields) -> i64 {
        let mut held = self.0.lock().unwrap();
        held.sequence += 1;
        held.next_id += 1;
        let (sequence, id) = (held.sequence, held.next_id);
        let rows = held.tables.entry(table.into()).or_default();
        rows.insert(id, (sequence, fields));
        id
    }

    pub fn change(&self, table: &str, id: i64, fields: Fields) {
        let mut held = self.0.lock().unwrap();
        held.sequence += 1;
        let sequence = held.sequence;
        let rows = held.tables.get_mut(table).unwrap();
        *rows.get_mut(&id).unwrap() = (sequence, fields);
    }

    pub fn remove(&self, table: &str, id: i64) {
        let mut held = self.0.lock().unwrap();
        held.sequence += 1;
        let sequence = held.sequence;
        held.tables.get_mut(table).unwrap().remove(&id).unwrap();
        held.removed
            .entry(table.into())
            .or_default()
            .push((sequence, id));
    }

    /// The same rows from now on, of another history.
    pub fn rewrite(&self) {
        self.0.lock().unwrap().history += 1;
    }

    /// What was read since the last call.
    pub fn reads(&self) -> Vec<(String, Option<i64>, usize)> {
        std::mem::take(&mut self.0.lock().unwrap().reads)
    }
}

#[async_trait]
impl Source for Memory {
    async fn head(&self) -> Result<i64, SourceError> {
        Ok(self.0.lock().unwrap().sequence)
    }

    async fn read(&self, wants: &[Want], sink: &mut Sink<'_>) -> Result<i64, SourceError> {
        let mut held = self.0.lock().unwrap();
        let none = BTreeMap::new();
        let mut reads = Vec::new();
        for (at, want) in wants.iter().enumerate() {
            let since = want.since.unwrap_or(0);
            let rows = held.tables.get(&want.table).unwrap_or(&none);
            let rows: Vec<_> = rows
                .iter()
                .filter(|(_, (changed, _))| *changed > since)
                .collect();
            reads.push((want.table.clone(), want.since, rows.len()));
            for rows in rows.chunks(3) {
                let column = |spec: &ColumnSpec| {
                    let values = rows
                        .iter()
                        .map(|(_, (_, it))| it.get(&spec.name).unwrap_or(&Value::Null));
                    column(spec.kind, values)
                };
                let batch = ColumnBatch {
                    ids: rows.iter().map(|(id, _)| **id).collect(),
                    columns: want.columns.iter().map(column).collect(),
                };
                sink(at, Piece::Rows(batch))?;
            }
            if want.since.is_some() {
                let removed = held.removed.get(&want.table).into_iter().flatten();
                let removed = removed.filter(|(when, _)| *when > since).map(|(_, id)| *id);
                sink(at, Piece::Removed(removed.collect()))?;
            }
        }
        held.reads.extend(reads);
        Ok(held.sequence)
    }

    async fn seal(&self, sequence: i64) -> Result<Option<String>, SourceError> {
        let held = self.0.lock().unwrap();
        let known = sequence <= held.sequence;
        Ok(known.then(|| format!("{}-{sequence}", held.history)))
    }
}

fn column<'a>(kind: ColumnKind, values: impl Iterator<Item = &'a Value>) -> Column {
    if kind == ColumnKind::Text {
        return Column::Text(values.map(|it| it.as_text().map(str::to_owned)).collect());
    }
    let int = |value: &Value| match (kind, value) {
        (_, Value::Null) => None,
        (_, Value::Int(int)) => Some(*int),
        (_, Value::Money(money)) => Some(money.fen()),
        (_, Value::Date(day)) => Some(i64::from((*day - date(1970, 1, 1)).get_days())),
        (ColumnKind::Decimal(scale), Value::Decimal(decimal)) => {
            let mut decimal = *decimal;
            decimal.rescale(u32::from(scale));
            Some(i64::try_from(decimal.mantissa()).unwrap())
        }
        other => panic!("{other:?}"),
    };
    Column::Int(values.map(int).collect())
}

pub fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

pub fn text(text: &str) -> Value {
    Value::text(text)
}

pub fn yuan(text: &str) -> Value {
    Value::Money(text.parse::<Money>().unwrap())
}

pub fn day(text: &str) -> Value {
    Value::Date(text.parse::<Date>().unwrap())
}

pub fn dec(text: &str) -> Decimal {
    text.parse::<Decimal>().unwrap().normalize()
}

pub fn region(code: &str) -> RegionCode {
    if code.is_empty() {
        RegionCode::nation()
    } else {
        code.parse().unwrap()
    }
}

pub fn period(text: &str) -> Period {
    text.parse().unwrap()
}

/// A declared text; its place is its length, so that tests can tell which text a fault points at.
pub fn said(text: &str) -> Declared<String> {
    let at = At {
        file: 1,
        start: 0,
        end: u32::try_from(text.len()).unwrap(),
    };
    Declared {
        value: text.to_owned(),
        at,
    }
}

pub fn field(id: &str, kind: FieldType) -> Field {
    Field {
        id: id.into(),
        title: Text::zh(id),
        kind,
        ..Field::default()
    }
}

pub fn register<const N: usize>(id: &str, fields: [(&str, FieldType); N]) -> Register {
    Register {
        id: id.into(),
        fields: fields
            .into_iter()
            .map(|(id, kind)| field(id, kind))
            .collect(),
        ..Register::default()
    }
}

pub fn indicator(id: &str, kind: IndicatorKind) -> Indicator {
    Indicator {
        id: id.into(),
        title: Text::zh(id),
        unit: "元".into(),
        kind,
        lag: 0,
        published: None,
        basis: None,
        empty_is_zero: false,
        better: Better::Higher,
        display: Display::default(),
        aliases: Vec::new(),
        group: None,
        cockpit: None,
        source: None,
        at: At::default(),
    }
}

pub fn flow(of: &str, value: &str, filter: Option<&str>, date: &str) -> IndicatorKind {
    IndicatorKind::Flow {
        of: said(of),
        value: said(value),
        filter: filter.map(said),
        date: said(date),
        region: None,
    }
}

pub fn stock(
    of: &str,
    value: &str,
    filter: Option<&str>,
    from: &str,
    to: Option<&str>,
) -> IndicatorKind {
    IndicatorKind::Stock {
        of: said(of),
        value: said(value),
        filter: filter.map(said),
        from: said(from),
        to: to.map(said),
        region: None,
    }
}

pub fn ratio(numerator: &str, denominator: &str) -> IndicatorKind {
    IndicatorKind::Ratio {
        numerator: said(numerator),
        denominator: said(denominator),
    }
}

pub fn growth(of: &str) -> IndicatorKind {
    IndicatorKind::Growth { of: said(of) }
}

pub fn dataset(id: &str, sql: &str) -> Dataset {
    Dataset {
        id: id.into(),
        title: Text::zh(id),
        sql: said(sql),
        at: At::default(),
    }
}

/// A made-up city `9901` with two districts and three streets.
pub const REGIONS: [&str; 6] = [
    "9901",
    "990101",
    "990101001",
    "990101002",
    "990102",
    "990102001",
];

pub fn pack(registers: Vec<Register>, datasets: Vec<Dataset>, indicators: Vec<Indicator>) -> Pack {
    let regions = REGIONS.map(|it| Region {
        code: region(it),
        name: format!("示例{it}"),
        aliases: Vec::new(),
        level: region(it).level(),
        from: None,
        to: None,
    });
    Pack {
        id: "example".into(),
        region: region("9901"),
        regions: regions
            .into_iter()
            .map(|it| (it.code.clone(), it))
            .collect(),
        registers: registers
            .into_iter()
            .map(|it| (it.id.clone(), it))
            .collect(),
        datasets: datasets.into_iter().map(|it| (it.id.clone(), it)).collect(),
        indicators: indicators
            .into_iter()
            .map(|it| (it.id.clone(), it))
            .collect(),
        ..Pack::default()
    }
}

pub fn open(pack: &Pack) -> (Arc<Memory>, Figures) {
    let memory = Arc::new(Memory::default());
    let figures = Figures::new(Arc::new(pack.clone()), memory.clone()).unwrap();
    (memory, figures)
}
