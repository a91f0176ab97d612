//! Writes and reads a workbook of 400,000 rows and 30 columns; `bench/workbook/run.sh` compares it with peers.
//!
//! `workbook_speed write FILE ROWS` and `workbook_speed read FILE` print seconds and the largest memory.

use std::{fs, path::Path, time::Instant};

use jiff::{ToSpan, civil::date};
use quanyu_core::text::Language;
use quanyu_documents::workbook::{
    Cell, Row, Wish, open,
    write::{Book, Field, Kind, XlsxWriter},
};
use rust_decimal::Decimal;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let start = Instant::now();
    let done = match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["write", file, rows] => write(Path::new(file), rows.parse()?)?,
        ["read", file] => read(Path::new(file))?,
        _ => return Err("usage: workbook_speed write FILE ROWS | read FILE".into()),
    };
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find_map(|it| it.strip_prefix("VmHWM:"))
        .map_or("?", str::trim)
        .to_owned();
    println!("{done} {:.2} s, {peak}", start.elapsed().as_secs_f64());
    Ok(())
}

/// Ten texts (five of them of their own in each row), twelve numbers, four amounts, three dates, one yes or no.
fn write(file: &Path, rows: u32) -> Result<String, Box<dyn std::error::Error>> {
    let kind = |column: u32| match column {
        0..10 => Kind::Text,
        10..22 => Kind::Decimal(2),
        22..26 => Kind::Money,
        26..29 => Kind::Date,
        _ => Kind::YesNo,
    };
    let fields: Vec<Field> = (0..30)
        .map(|column| {
            Field::new(
                format!("栏目{}", char::from(b'A' + column as u8)),
                kind(column),
            )
        })
        .collect();
    let book = Book {
        title: "速度".to_owned(),
        made_at: date(2024, 1, 1).at(0, 0, 0, 0),
        language: Language::Zh,
    };
    let mut writer = XlsxWriter::new(&book, &fields)?;
    let mut cells = vec![Cell::Empty; 30];
    for row in 0..rows {
        for (column, cell) in (0_u32..).zip(&mut cells) {
            *cell = match column {
                0..5 => Cell::Text(format!("示例企业{row}有限公司{column}")),
                5..10 => Cell::Text(format!("类别{}", (row + column) % 40)),
                10..26 => Cell::Number(Decimal::new(i64::from(row) * 37 + i64::from(column), 2)),
                26..29 => Cell::Date(
                    date(2020, 1, 1)
                        .checked_add(i64::from((row + column) % 1500).days())?
                        .into(),
                ),
                _ => Cell::Bool(row % 3 == 0),
            };
        }
        writer.write_row(&cells)?;
    }
    writer.finish(file)?;
    Ok(format!("wrote {rows} rows"))
}

fn read(file: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let mut sheet = open(file, &Wish::default())?;
    let (mut row, mut cells, mut sum) = (Row::default(), 0_u64, Decimal::ZERO);
    while sheet.read_row(&mut row)? {
        cells += row.cells.iter().filter(|it| !it.is_empty()).count() as u64;
        if let Some(Cell::Number(value)) = row.cells.get(10) {
            sum += value;
        }
    }
    Ok(format!(
        "read {} rows, {cells} cells, sum {sum}",
        sheet.report().rows
    ))
}
