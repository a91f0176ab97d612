//! Rows of a sheet become records to make or change, or faults in their cells.
//!
//! Owns the check of one chunk after the other. Invariant: a natural key stands once in a file.
//!
//! Start reading at [`Checker::check`].

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use quanyu_core::{text::Language, value::Value};
use quanyu_documents::workbook::{Cell, Row};
use quanyu_pack::model::Register;
use quanyu_store::{
    Tx,
    import::ImportRow,
    list,
    records::{self, Draft, Record},
};

use super::{
    Column, Fault, Mapping, named_by,
    units::{Held, Seen},
};
use crate::{
    app::{
        AppError, Product,
        cells::{self, Input},
        names::NameMap,
    },
    messages,
};

/// A chunk that was checked.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub rows: Vec<ImportRow>,
    pub faults: Vec<Fault>,
}

/// Checks the rows of a file.
pub(super) struct Checker<'a> {
    product: &'a Product,
    register: &'a Register,
    mapping: &'a Mapping,
    names: NameMap,
    /// Row in which a key stood first.
    keys: HashMap<Vec<String>, u32>,
    held: Held,
    seen: Seen,
    told_missing: bool,
    pub rows: u64,
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
}

impl<'a> Checker<'a> {
    pub fn new(
        product: &'a Product,
        register: &'a Register,
        mapping: &'a Mapping,
        held: Held,
    ) -> Self {
        Self {
            product,
            register,
            mapping,
            names: NameMap::default(),
            keys: HashMap::new(),
            held,
            seen: Seen::default(),
            told_missing: false,
            rows: 0,
            created: 0,
            changed: 0,
            unchanged: 0,
        }
    }

    /// Columns whose values are off by a thousand or ten thousand against those held.
    pub fn questions(&self) -> Vec<String> {
        self.held.questions(&self.seen, self.mapping)
    }

    /// Checks a chunk.
    pub async fn check(&mut self, chunk: &[Row]) -> Result<Checked, AppError> {
        let mut tx = self.product.store.read().await?;
        self.look_up(&mut tx, chunk).await?;
        let mut checked = Checked::default();
        let mut good: Vec<(&Row, Draft)> = Vec::with_capacity(chunk.len());
        for row in chunk {
            self.rows += 1;
            let before = checked.faults.len();
            let draft = self.draft(row, &mut checked.faults);
            if checked.faults.len() == before {
                good.push((row, draft));
            }
        }
        let known = self.known(&mut tx, &good).await?;
        for (row, draft) in good {
            let key = self.key(&draft);
            if let Some(key) = &key {
                if let Some(first) = self.keys.get(key) {
                    checked.faults.push(self.repeated(row, key, *first));
                    continue;
                }
                self.keys.insert(key.clone(), row.number);
            }
            match key.and_then(|it| known.get(&it)) {
                // A change may leave required columns out, a new record may not: told once, at the first such row.
                None if !self.mapping.missing.is_empty() => {
                    if !std::mem::replace(&mut self.told_missing, true) {
                        checked
                            .faults
                            .extend(self.mapping.missing.iter().map(|title| missing(row, title)));
                    }
                }
                None => {
                    self.created += 1;
                    checked.rows.push(ImportRow::Create(draft));
                }
                Some(record)
                    if draft
                        .values
                        .iter()
                        .all(|(field, value)| record.value(field) == value) =>
                {
                    self.unchanged += 1;
                }
                Some(record) => {
                    self.changed += 1;
                    checked.rows.push(ImportRow::Update {
                        record: record.id,
                        version: record.version,
                        draft,
                    });
                }
            }
        }
        Ok(checked)
    }

    fn draft(&mut self, row: &Row, faults: &mut Vec<Fault>) -> Draft {
        let mut draft = Draft::default();
        for column in &self.mapping.columns {
            let input = input(row.cells.get(column.place).unwrap_or(&Cell::Empty));
            match cells::read(
                &self.product.pack,
                &column.field,
                &input,
                column.unit.as_deref(),
                &self.names,
            ) {
                Ok(value) => {
                    self.seen.add(&column.field.id, &value);
                    draft.values.insert(column.field.id.clone(), value);
                }
                Err(fault) => faults.push(told(row, column, &input, &fault)),
            }
        }
        draft
    }

    async fn look_up(&mut self, tx: &mut Tx, chunk: &[Row]) -> Result<(), AppError> {
        let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for column in &self.mapping.columns {
            for row in chunk {
                if let Some(Cell::Text(text)) = row.cells.get(column.place) {
                    for (register, texts) in named_by(&self.product.pack, &column.field, text) {
                        wanted.entry(register).or_default().extend(texts);
                    }
                }
            }
        }
        self.names.look_up(tx, &self.product.pack, &wanted).await
    }

    fn key(&self, draft: &Draft) -> Option<Vec<String>> {
        if self.register.key.is_empty() {
            return None;
        }
        self.register
            .key
            .iter()
            .map(|field| draft.values.get(field).and_then(Value::canonical))
            .collect()
    }

    /// Records that have one of the keys.
    async fn known(
        &self,
        tx: &mut Tx,
        good: &[(&Row, Draft)],
    ) -> Result<HashMap<Vec<String>, Record>, AppError> {
        let mut known = HashMap::new();
        let keys: HashSet<Vec<String>> = good
            .iter()
            .filter_map(|(_, draft)| self.key(draft))
            .collect();
        let text_key = match self.register.key.as_slice() {
            [one]
                if good
                    .iter()
                    .all(|(_, it)| matches!(it.values.get(one), Some(Value::Text(_)))) =>
            {
                Some(one)
            }
            _ => None,
        };
        if let Some(field) = text_key {
            let texts: Vec<String> = keys.into_iter().flatten().collect();
            let found = records::find(tx, &self.register.id, field, &texts).await?;
            let ids: Vec<i64> = found.iter().map(|(_, id)| *id).collect();
            for record in list::by_ids(tx, &self.register.id, &ids).await? {
                if let Some(key) = record.value(field).canonical() {
                    known.insert(vec![key], record);
                }
            }
            return Ok(known);
        }
        for (_, draft) in good {
            let Some(key) = self.key(draft) else { continue };
            let values: Vec<Value> = self
                .register
                .key
                .iter()
                .filter_map(|it| draft.values.get(it).cloned())
                .collect();
            if let Some(record) = records::by_key(tx, &self.register.id, &values).await? {
                known.insert(key, record);
            }
        }
        Ok(known)
    }

    fn repeated(&self, row: &Row, key: &[String], first: u32) -> Fault {
        let column = self
            .mapping
            .columns
            .iter()
            .find(|it| self.register.key.contains(&it.field.id));
        let facts = [("text", key.join(" ")), ("row", first.to_string())];
        Fault {
            row: row.number,
            place: column.map(|it| it.place),
            letters: column.map(|it| it.letters.clone()).unwrap_or_default(),
            head: column.map(|it| it.head.clone()).unwrap_or_default(),
            text: key.join(" "),
            why: messages::text(Language::Zh, "import_repeated", &facts).0,
        }
    }
}

fn missing(row: &Row, title: &str) -> Fault {
    Fault {
        row: row.number,
        place: None,
        letters: String::new(),
        head: title.to_owned(),
        text: String::new(),
        why: messages::text(
            Language::Zh,
            "import_column_missing",
            &[("field", title.to_owned())],
        )
        .0,
    }
}

fn told(row: &Row, column: &Column, input: &Input, fault: &cells::CellFault) -> Fault {
    Fault {
        row: row.number,
        place: Some(column.place),
        letters: column.letters.clone(),
        head: column.head.clone(),
        text: cells::shown(input),
        why: messages::text(Language::Zh, fault.code, &fault.facts).0,
    }
}

/// A cell of a sheet as a cell to be read.
fn input(cell: &Cell) -> Input {
    match cell {
        Cell::Empty => Input::Empty,
        Cell::Text(text) => Input::Text(text.clone()),
        Cell::Number(number) => Input::Number(*number),
        // The unit of a column does not scale what the sheet itself shows as percent.
        Cell::Percent(fraction) => Input::Text(format!(
            "{}%",
            fraction * rust_decimal::Decimal::ONE_HUNDRED
        )),
        Cell::Date(at) => Input::Date(at.date()),
        Cell::Bool(yes) => Input::YesNo(*yes),
        Cell::Error(error) => Input::Broken(error.to_string()),
    }
}
