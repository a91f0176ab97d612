//! Cells of a row become values of a draft, or faults that say where they stand.
//!
//! Owns reading single rows. Leaves single cells to `cells`, what several rows have to do with each other to
//! [`super::rows`].

use quanyu_core::{text::Language, value::Value};
use quanyu_documents::workbook::{Cell, Row};
use quanyu_pack::model::{Pack, Register};
use quanyu_store::records::{Draft, Line, Span};

use super::{Column, Fault, Mapping, columns::Part, lines::Lines, units::Seen};
use crate::{
    app::{
        cells::{self, Input},
        names::NameMap,
    },
    messages,
};

/// Where rows stand.
pub(super) struct Place<'a> {
    /// The sheet, unless it is the one of the records.
    pub sheet: Option<&'a str>,
    pub mapping: &'a Mapping,
}

/// Reads rows.
pub(super) struct Reader<'a> {
    pub pack: &'a Pack,
    pub register: &'a Register,
    pub names: &'a NameMap,
}

impl Reader<'_> {
    /// What a row says of its record.
    pub fn draft(
        &self,
        place: &Place<'_>,
        row: &Row,
        seen: &mut Seen,
        faults: &mut Vec<Fault>,
    ) -> Draft {
        let mut draft = Draft::default();
        for column in &place.mapping.columns {
            if matches!(column.part, Part::Line(_)) {
                continue;
            }
            let Some(value) = self.cell(place, row, column, faults) else {
                continue;
            };
            let id = &column.field.id;
            match (column.part, &value) {
                (Part::From, Value::Date(day)) => span(&mut draft, id).from = Some(*day),
                (Part::To, Value::Date(day)) => span(&mut draft, id).to = Some(*day),
                (Part::From | Part::To, _) => {}
                _ => {
                    seen.add(id, &value);
                    draft.values.insert(id.clone(), value);
                }
            }
        }
        // A day without a value says nothing.
        draft
            .spans
            .retain(|field, _| draft.values.contains_key(field));
        draft
    }

    /// The lines in a row, by their name; none where all their cells are empty.
    pub fn lines(&self, place: &Place<'_>, row: &Row, faults: &mut Vec<Fault>) -> Lines {
        let mut all = Lines::new();
        for (number, lines) in self.register.lines.iter().enumerate() {
            let columns = || {
                let all = place.mapping.columns.iter();
                all.filter(move |it| it.part == Part::Line(number))
            };
            if columns().all(|it| input(row, it) == Input::Empty) {
                continue;
            }
            let mut line = Line::default();
            for column in columns() {
                if let Some(value) = self.cell(place, row, column, faults) {
                    line.values.insert(column.field.id.clone(), value);
                }
            }
            all.entry(lines.id.clone()).or_default().push(line);
        }
        all
    }

    /// A further row of a record may leave its fields empty, but says nothing else.
    pub fn agrees(&self, place: &Place<'_>, row: &Row, draft: &Draft, faults: &mut Vec<Fault>) {
        for column in place.mapping.own() {
            if input(row, column) == Input::Empty {
                continue;
            }
            let Some(value) = self.cell(place, row, column, faults) else {
                continue;
            };
            if draft.values.get(&column.field.id) != Some(&value) {
                let text = cells::shown(&input(row, column));
                let facts = [("text", text.clone())];
                faults.push(fault_in(
                    place.sheet,
                    row.number,
                    column,
                    text,
                    "import_line_disagrees",
                    &facts,
                ));
            }
        }
    }

    fn cell(
        &self,
        place: &Place<'_>,
        row: &Row,
        column: &Column,
        faults: &mut Vec<Fault>,
    ) -> Option<Value> {
        let input = input(row, column);
        let unit = column.unit.as_deref();
        match cells::read(self.pack, &column.field, &input, unit, self.names) {
            Ok(value) => Some(value),
            Err(fault) => {
                let text = cells::shown(&input);
                let said = fault_in(
                    place.sheet,
                    row.number,
                    column,
                    text,
                    fault.code,
                    &fault.facts,
                );
                faults.push(said);
                None
            }
        }
    }
}

fn span<'a>(draft: &'a mut Draft, field: &str) -> &'a mut Span {
    draft.spans.entry(field.to_owned()).or_default()
}

/// The cells of the register's key as they stand; empty where a column of it is missing.
pub(super) fn key_texts(register: &Register, mapping: &Mapping, row: &Row) -> Vec<String> {
    let column = |id: &String| mapping.own().find(|it| it.field.id == *id);
    let cells: Option<Vec<String>> = register
        .key
        .iter()
        .map(|id| column(id).map(|it| cells::shown(&input(row, it)).trim().to_owned()))
        .collect();
    cells.unwrap_or_default()
}

/// A fault of a cell.
pub(super) fn fault_in(
    sheet: Option<&str>,
    row: u32,
    column: &Column,
    text: String,
    code: &str,
    facts: &[(&'static str, String)],
) -> Fault {
    Fault {
        sheet: sheet.map(str::to_owned),
        row,
        place: Some(column.place),
        letters: column.letters.clone(),
        head: column.head.clone(),
        text,
        why: messages::text(Language::Zh, code, facts).0,
    }
}

/// A fault of a whole row, about a field.
pub(super) fn at_row(place: &Place<'_>, row: u32, code: &str, field: &str) -> Fault {
    Fault {
        sheet: place.sheet.map(str::to_owned),
        row,
        head: field.to_owned(),
        why: messages::text(Language::Zh, code, &[("field", field.to_owned())]).0,
        ..Fault::default()
    }
}

/// A cell of a sheet as a cell to be read.
fn input(row: &Row, column: &Column) -> Input {
    match row.cells.get(column.place).unwrap_or(&Cell::Empty) {
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
