//! Rows of a sheet become records to make or change, or faults in their cells.
//!
//! Owns the check of one chunk after the other. Leaves single cells to [`super::draft`], lines to [`super::lines`].
//! Invariant: a natural key stands once in a file; where rows hold lines, the rows of a record stand together.
//!
//! Start reading at [`Checker::check`].

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use quanyu_core::{
    access::{Right, Scope},
    value::Value,
};
use quanyu_documents::workbook::{Cell, Row};
use quanyu_pack::model::Register;
use quanyu_store::{
    Tx,
    import::ImportRow,
    list,
    records::{self, Draft, Record},
};

use super::{
    Fault, Mapping, Wish,
    draft::{Place, Reader, at_row, fault_in, key_texts},
    lines::{self, ByParent, LineSheet, OfParent},
    named_by,
    report::RawSample,
    units::{Held, Seen},
};
use crate::app::{AppError, Product, entries, names::NameMap};

/// A chunk that was checked.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub rows: Vec<ImportRow>,
    pub faults: Vec<Fault>,
}

/// A record that one row speaks of, or several that hold its lines.
#[derive(Clone, Debug)]
struct Group {
    row: u32,
    draft: Draft,
    /// Its key as it stands in the cells.
    typed: Vec<String>,
    faulty: bool,
}

/// Checks the rows of a file.
pub(super) struct Checker<'a> {
    product: &'a Product,
    register: &'a Register,
    mapping: &'a Mapping,
    wish: &'a Wish,
    names: NameMap,
    /// Row in which a key stood first.
    keys: HashMap<Vec<String>, u32>,
    /// The last record of the chunk before, whose lines may go on.
    open: Option<Group>,
    /// What sheets of lines say of records that have not come yet.
    lines: ByParent,
    held: Held,
    seen: Seen,
    told_missing: bool,
    pub rows: u64,
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// What the first rows would do.
    pub samples: Vec<RawSample>,
    scope: Scope,
}

/// Rows whose doing is told.
const SAMPLES: usize = 40;

impl<'a> Checker<'a> {
    pub fn new(
        product: &'a Product,
        register: &'a Register,
        mapping: &'a Mapping,
        wish: &'a Wish,
        held: Held,
    ) -> Self {
        Self {
            product,
            register,
            mapping,
            wish,
            names: NameMap::default(),
            keys: HashMap::new(),
            open: None,
            lines: ByParent::new(),
            held,
            seen: Seen::default(),
            told_missing: false,
            rows: 0,
            created: 0,
            changed: 0,
            unchanged: 0,
            samples: Vec::new(),
            scope: product.scope(Right::Enter, register),
        }
    }

    /// Columns whose values are off by a thousand or ten thousand against those held.
    pub fn questions(&self) -> Vec<String> {
        self.held.questions(&self.seen, self.mapping)
    }

    /// Takes in the sheets of lines, before the rows of the records.
    pub async fn take_lines(&mut self, sheets: &[LineSheet]) -> Result<Vec<Fault>, AppError> {
        let mut faults = Vec::new();
        for sheet in sheets {
            let mut tx = self.product.store.read().await?;
            self.look_up(&mut tx, &sheet.mapping, &sheet.rows).await?;
            drop(tx);
            let place = Place {
                sheet: Some(&sheet.name),
                mapping: &sheet.mapping,
            };
            if let (Some(row), Some(title)) = (sheet.rows.first(), sheet.mapping.missing.first()) {
                faults.push(at_row(&place, row.number, "import_column_missing", title));
                continue;
            }
            for row in &sheet.rows {
                let before = faults.len();
                let reader = Reader {
                    pack: &self.product.pack,
                    register: self.register,
                    names: &self.names,
                };
                let draft = reader.draft(&place, row, &mut self.seen, &mut faults);
                let mut line = reader.lines(&place, row, &mut faults);
                let Some(key) = self.key(&draft) else {
                    continue;
                };
                let column = place
                    .mapping
                    .own()
                    .next()
                    .expect("a sheet without the key's columns was refused");
                let parent = self.lines.entry(key).or_insert_with(|| OfParent {
                    at: (sheet.name.clone(), row.number),
                    column: column.clone(),
                    key: self
                        .register
                        .key
                        .iter()
                        .filter_map(|it| draft.values.get(it).cloned())
                        .collect(),
                    lines: lines::Lines::new(),
                    faulty: false,
                });
                parent.faulty |= faults.len() > before;
                for (name, more) in &mut line {
                    parent.lines.entry(name.clone()).or_default().append(more);
                }
            }
        }
        Ok(faults)
    }

    /// Checks a chunk.
    pub async fn check(&mut self, chunk: &[Row]) -> Result<Checked, AppError> {
        let mut tx = self.product.store.read().await?;
        self.look_up(&mut tx, self.mapping, chunk).await?;
        let mut checked = Checked::default();
        let mut groups: Vec<Group> = Vec::with_capacity(chunk.len());
        groups.extend(self.open.take());
        let place = Place {
            sheet: None,
            mapping: self.mapping,
        };
        let reader = Reader {
            pack: &self.product.pack,
            register: self.register,
            names: &self.names,
        };
        for row in chunk {
            self.rows += 1;
            if self.rows == 1
                && let Some(title) = self.mapping.missing_of_lines.first()
            {
                let fault = at_row(&place, row.number, "import_column_missing", title);
                checked.faults.push(fault);
            }
            let before = checked.faults.len();
            let typed = key_texts(self.register, self.mapping, row);
            let goes_on = |it: &&mut Group| {
                self.mapping.has_lines()
                    && !typed.is_empty()
                    && (typed == it.typed || typed.iter().all(String::is_empty))
            };
            match groups.last_mut().filter(goes_on) {
                Some(group) => {
                    reader.agrees(&place, row, &group.draft, &mut checked.faults);
                    for (name, more) in &mut reader.lines(&place, row, &mut checked.faults) {
                        let lines = group.draft.lines.entry(name.clone()).or_default();
                        lines.append(more);
                    }
                    group.faulty |= checked.faults.len() > before;
                }
                None => {
                    let mut draft = reader.draft(&place, row, &mut self.seen, &mut checked.faults);
                    draft.lines = reader.lines(&place, row, &mut checked.faults);
                    draft.from = self.wish.from;
                    groups.push(Group {
                        row: row.number,
                        draft,
                        typed,
                        faulty: checked.faults.len() > before,
                    });
                }
            }
        }
        if self.mapping.has_lines() {
            self.open = groups.pop();
        }
        self.settle(&mut tx, groups, &mut checked).await?;
        Ok(checked)
    }

    /// Checks what waited for the end of the file: the last record's lines, and lines of records that are not in the file.
    pub async fn finish(&mut self) -> Result<Checked, AppError> {
        let mut tx = self.product.store.read().await?;
        let mut checked = Checked::default();
        let open = self.open.take().into_iter().collect();
        self.settle(&mut tx, open, &mut checked).await?;
        let mut waiting: Vec<(Vec<String>, OfParent)> = self.lines.drain().collect();
        waiting.sort_by_key(|(_, it)| it.at.clone());
        waiting.retain(|(_, it)| !it.faulty);
        let keys: Vec<Vec<Value>> = waiting.iter().map(|(_, it)| it.key.clone()).collect();
        let known = self.known(&mut tx, &keys).await?;
        for (key, parent) in waiting {
            let Some(record) = known.get(&key) else {
                let (sheet, row) = &parent.at;
                let text = key.join(" ");
                let facts = [("text", text.clone())];
                checked.faults.push(fault_in(
                    Some(sheet),
                    *row,
                    &parent.column,
                    text,
                    "import_no_parent",
                    &facts,
                ));
                continue;
            };
            let draft = Draft {
                lines: parent.lines,
                ..Draft::default()
            };
            self.change(parent.at.1, record, draft, &mut checked);
        }
        Ok(checked)
    }

    /// What becomes of records whose rows are whole.
    async fn settle(
        &mut self,
        tx: &mut Tx,
        groups: Vec<Group>,
        checked: &mut Checked,
    ) -> Result<(), AppError> {
        let good: Vec<Group> = groups.into_iter().filter(|it| !it.faulty).collect();
        let keys: Vec<Vec<Value>> = good
            .iter()
            .filter_map(|it| self.key_values(&it.draft))
            .collect();
        let known = self.known(tx, &keys).await?;
        for Group { row, mut draft, .. } in good {
            let key = self.key(&draft);
            if let Some(key) = &key {
                if let Some(first) = self.keys.get(key) {
                    checked.faults.push(self.repeated(row, key, *first));
                    continue;
                }
                self.keys.insert(key.clone(), row);
                if let Some(parent) = self.lines.remove(key) {
                    if parent.faulty {
                        continue;
                    }
                    for (name, mut more) in parent.lines {
                        draft.lines.entry(name).or_default().append(&mut more);
                    }
                }
            }
            match key.and_then(|it| known.get(&it)) {
                // A change may leave required columns out, a new record may not: told once, at the first such row.
                None if !self.mapping.missing.is_empty() => {
                    if !std::mem::replace(&mut self.told_missing, true) {
                        let place = Place {
                            sheet: None,
                            mapping: self.mapping,
                        };
                        let missing = self.mapping.missing.iter();
                        checked.faults.extend(
                            missing.map(|it| at_row(&place, row, "import_column_missing", it)),
                        );
                    }
                }
                None => {
                    let draft =
                        entries::owned(self.product, self.register, None, draft, &self.scope);
                    if self.outside(row, None, &draft, checked) {
                        continue;
                    }
                    self.created += 1;
                    if self.samples.len() < SAMPLES {
                        let known = draft.values.iter().filter(|(_, value)| !value.is_null());
                        let values = known.map(|(id, it)| (id.clone(), Value::Null, it.clone()));
                        self.samples.push((row, None, values.collect()));
                    }
                    checked.rows.push(ImportRow::Create(draft));
                }
                Some(record) => self.change(row, record, draft, checked),
            }
        }
        Ok(())
    }

    /// A row about a record that is there.
    fn change(&mut self, row: u32, record: &Record, mut draft: Draft, checked: &mut Checked) {
        let lines = lines::differ(self.register, record, &mut draft.lines);
        let values = draft
            .values
            .iter()
            .any(|(field, value)| match draft.spans.get(field) {
                Some(span) => !record.spans(field).contains(&(*span, value.clone())),
                None => record.value(field) != value,
            });
        if !lines && !values {
            self.unchanged += 1;
            return;
        }
        if !lines {
            draft.lines.clear();
        }
        if self.outside(row, Some(record), &draft, checked) {
            return;
        }
        self.changed += 1;
        if self.samples.len() < SAMPLES {
            let differs = |(id, value): &(&String, &Value)| record.value(id) != *value;
            let values = draft.values.iter().filter(differs);
            let values = values.map(|(id, it)| (id.clone(), record.value(id).clone(), it.clone()));
            self.samples.push((row, Some(record.id), values.collect()));
        }
        checked.rows.push(ImportRow::Update {
            record: record.id,
            version: record.version,
            draft,
        });
    }

    /// Whether a row speaks of a record that the person before us may not enter; that is told.
    fn outside(
        &self,
        row: u32,
        record: Option<&Record>,
        draft: &Draft,
        checked: &mut Checked,
    ) -> bool {
        let fits = entries::fits(self.product, &self.scope, self.register, record, draft)
            && record
                .is_none_or(|it| entries::within(self.product, &self.scope, self.register, it));
        if !fits {
            let place = Place {
                sheet: None,
                mapping: self.mapping,
            };
            let title = &self.register.title.zh;
            checked
                .faults
                .push(at_row(&place, row, "import_outside", title));
        }
        !fits
    }

    async fn look_up(
        &mut self,
        tx: &mut Tx,
        mapping: &Mapping,
        rows: &[Row],
    ) -> Result<(), AppError> {
        let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for column in &mapping.columns {
            for row in rows {
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
        let values = self.key_values(draft)?;
        values.iter().map(Value::canonical).collect()
    }

    fn key_values(&self, draft: &Draft) -> Option<Vec<Value>> {
        if self.register.key.is_empty() {
            return None;
        }
        let fields = self.register.key.iter();
        fields
            .map(|it| draft.values.get(it).filter(|it| !it.is_null()).cloned())
            .collect()
    }

    /// Records that have one of the keys, with their lines.
    async fn known(
        &self,
        tx: &mut Tx,
        keys: &[Vec<Value>],
    ) -> Result<HashMap<Vec<String>, Record>, AppError> {
        let mut seen = HashSet::new();
        let keys: Vec<Vec<Value>> = keys
            .iter()
            .filter(|it| seen.insert(it.iter().map(Value::canonical).collect::<Vec<_>>()))
            .cloned()
            .collect();
        let ids = records::ids_by_key(tx, &self.register.id, &keys).await?;
        let mut known = HashMap::new();
        for record in list::by_ids(tx, &self.register.id, &ids).await? {
            let key = self.register.key.iter();
            let key: Option<Vec<String>> = key.map(|it| record.value(it).canonical()).collect();
            if let Some(key) = key {
                known.insert(key, record);
            }
        }
        Ok(known)
    }

    fn repeated(&self, row: u32, key: &[String], first: u32) -> Fault {
        let text = key.join(" ");
        let facts = [("text", text.clone()), ("row", first.to_string())];
        let mut columns = self.mapping.own();
        match columns.find(|it| self.register.key.contains(&it.field.id)) {
            Some(column) => fault_in(None, row, column, text, "import_repeated", &facts),
            None => Fault::default(),
        }
    }
}
