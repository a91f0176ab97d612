//! The rows of a sheet in which something is wrong, as people see them in their own workbook.
//!
//! Owns which rows and columns are shown. The whole of them, marked, is the workbook that [`super::report`] writes.

use std::{collections::BTreeMap, path::Path};

use quanyu_documents::workbook;

use super::{Fault, Report};
use crate::app::AppError;

/// Rows shown.
const MOST_ROWS: usize = 50;

/// Rows with something wrong in them.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    /// Heads of the columns.
    pub heads: Vec<String>,
    /// Rows by number.
    pub rows: Vec<GridRow>,
    /// Faults that stand in another sheet, or in none of the columns.
    pub others: Vec<Fault>,
}

/// A row.
#[derive(Clone, Debug)]
pub struct GridRow {
    /// Its number in the sheet.
    pub number: u32,
    /// Cells, each with why it does not fit.
    pub cells: Vec<(String, Option<String>)>,
}

/// Reads the bad rows of the sheet that holds the records.
pub(super) fn of(file: &Path, report: &Report) -> Result<Grid, AppError> {
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let reading = |error: workbook::WorkbookError| AppError::workbook(&name, &error);
    let mut by_row: BTreeMap<u32, Vec<&Fault>> = BTreeMap::new();
    let mut grid = Grid::default();
    for fault in &report.faults {
        if fault.sheet.is_some() || fault.place.is_none() {
            if grid.others.len() < MOST_ROWS {
                grid.others.push(fault.clone());
            }
            continue;
        }
        if by_row.len() < MOST_ROWS || by_row.contains_key(&fault.row) {
            by_row.entry(fault.row).or_default().push(fault);
        }
    }
    let Some(last) = by_row.last_key_value().map(|(row, _)| *row) else {
        return Ok(grid);
    };
    let wish = workbook::Wish {
        sheet: None,
        known: report.taken.iter().map(|(head, _)| head.clone()).collect(),
    };
    let mut sheet = workbook::open(file, &wish).map_err(reading)?;
    grid.heads = sheet.columns().iter().map(|it| it.header.clone()).collect();
    let width = grid.heads.len();
    let mut row = workbook::Row::default();
    while sheet.read_row(&mut row).map_err(reading)? && row.number <= last {
        let Some(faults) = by_row.get(&row.number) else {
            continue;
        };
        let cell = |place: usize| {
            let said = row
                .cells
                .get(place)
                .map(workbook::Cell::said)
                .unwrap_or_default();
            let why: Vec<&str> = faults
                .iter()
                .filter(|it| it.place == Some(place))
                .map(|it| it.why.as_str())
                .collect();
            (said, (!why.is_empty()).then(|| why.join("；")))
        };
        grid.rows.push(GridRow {
            number: row.number,
            cells: (0..width).map(cell).collect(),
        });
    }
    Ok(grid)
}
