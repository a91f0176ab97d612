//! Lines (明细) of the records of a file: from a sheet of their own, or from rows that repeat their parent.
//!
//! Owns what belongs to which parent. A sheet of lines names the parent by its key; it holds all lines of every parent
//! that it names, so that lines of that parent which it leaves out are removed. Lines that are there already, value by
//! value, stay what they are.

use std::collections::{BTreeMap, HashMap};

use quanyu_core::value::Value;
use quanyu_documents::workbook::Row;
use quanyu_pack::model::Register;
use quanyu_store::records::{Line, Record};

use super::{Column, Mapping};

/// Rows of all sheets of lines together: they are held until their parents come.
pub(super) const MOST_ROWS: usize = 200_000;

/// A sheet of lines, whole.
#[derive(Clone, Debug, Default)]
pub(super) struct LineSheet {
    /// What the sheet is called.
    pub name: String,
    /// Its columns.
    pub mapping: Mapping,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// Lines by name.
pub(super) type Lines = BTreeMap<String, Vec<Line>>;

/// What the sheets of lines say of one parent.
#[derive(Clone, Debug)]
pub(super) struct OfParent {
    /// The sheet and row that named it first.
    pub at: (String, u32),
    /// The column that names it there.
    pub column: Column,
    /// Its key as typed values.
    pub key: Vec<Value>,
    /// Its lines.
    pub lines: Lines,
    /// Whether one of its rows has a fault, so that none is taken.
    pub faulty: bool,
}

/// What waits for its parent, by the parent's key.
pub(super) type ByParent = HashMap<Vec<String>, OfParent>;

/// Gives lines that are there already their ids, so that only what differs is written; whether anything does.
pub(super) fn differ(register: &Register, record: &Record, lines: &mut Lines) -> bool {
    let mut differ = false;
    for (name, wanted) in lines {
        let was = record.lines.get(name).map_or(&[][..], Vec::as_slice);
        let declared = register.lines.iter().find(|it| it.id == *name);
        let same = |old: &Line, new: &Line| {
            let mut fields = declared.into_iter().flat_map(|it| &it.fields);
            fields.all(|it| {
                let nothing = Value::Null;
                // What the file has no column for stays as it is.
                new.values
                    .get(&it.id)
                    .is_none_or(|new| new == old.values.get(&it.id).unwrap_or(&nothing))
            })
        };
        let mut free: Vec<&Line> = was.iter().collect();
        for line in wanted.iter_mut() {
            if let Some(place) = free.iter().position(|it| same(it, line)) {
                line.id = free.remove(place).id;
            }
        }
        let ids = |lines: &[Line]| lines.iter().map(|it| it.id).collect::<Vec<_>>();
        differ |= ids(was) != ids(wanted);
    }
    differ
}
