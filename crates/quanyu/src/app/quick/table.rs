//! Rows pasted from a sheet: cells parted by tabs, with the sheet's heads or without.

use quanyu_pack::model::Register;

use super::{super::imports, order};
use crate::app::entries::Cells;

/// Reads pasted cells; `None` where there are none. Without heads the cells stand in the order in which a line fills fields.
pub(super) fn read(register: &Register, lines: &[&str]) -> Option<Vec<Cells>> {
    let first = lines.first().filter(|it| it.contains('\t'))?;
    let split =
        |line: &str| -> Vec<String> { line.split('\t').map(|it| it.trim().to_owned()).collect() };
    let heads = split(first);
    let columns = imports::columns_of(register, &heads);
    // One word may be a value by chance; two of a row are heads.
    let headed = columns.iter().flatten().count() >= 2;
    let columns: Vec<Option<(String, Option<String>)>> = if headed {
        columns
    } else {
        order(register)
            .map(|it| Some((it.id.clone(), None)))
            .collect()
    };
    let rows = lines.iter().skip(usize::from(headed)).map(|line| {
        let mut cells = Cells::default();
        for (text, column) in split(line).into_iter().zip(&columns) {
            let Some((field, unit)) = column else {
                continue;
            };
            // A number stands in the unit of its head.
            let bare = text
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-'));
            let text = match unit {
                Some(unit) if bare && !text.is_empty() => format!("{text}{unit}"),
                _ => text,
            };
            cells.texts.insert(field.clone(), text);
        }
        cells
    });
    Some(rows.collect())
}
