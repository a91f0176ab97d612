//! A party's table as a workbook that is passed on by hand, and what comes back.
//!
//! Owns knowing a workbook again: by a hidden id, never by its name, and by its columns. Leaves the look to `quanyu-documents`, what its
//! cells hold to [`super::answer`].
//!
//! Start reading at [`workbook`], then [`merge`].

use std::collections::BTreeMap;

use jiff::civil::Time;
use quanyu_core::text::Language;
use quanyu_documents::workbook::{
    self, Cell,
    write::Asked,
    write::{Book, Field as Head, HIDDEN, Kind, Request, request},
};
use quanyu_store::collections as kept;
use rust_decimal::Decimal;

use super::{
    AppError, CollectionRefusal, Product,
    answer::{self, Fault, Typed},
    grid::{self, Grid, GridCell, Line},
    period, sees, stamp,
};

/// What became of a file.
#[derive(Debug)]
pub struct Merged {
    /// The file.
    pub file: String,
    /// The party that it is of, where that could be told.
    pub party: Option<String>,
    /// Cells that are not taken; none where it was taken whole.
    pub faults: Vec<Fault>,
    /// Why it was not taken at all.
    pub refused: Option<AppError>,
}

/// The workbook for a party: name and bytes.
///
/// # Errors
/// Where there is no such part.
pub async fn workbook(
    product: &Product,
    id: i64,
    place: i64,
) -> Result<(String, Vec<u8>), AppError> {
    let grid = grid::grid(product, id, place).await?;
    let collection = &grid.collection;
    let by_line = collection.register.is_none();
    let mut lines = vec![
        collection.title.clone(),
        format!("填报单位：{}　　报送时间：{}前　　数据期间：{}", grid.party.title, collection.due, period(collection)?.name_zh()),
        "黄色单元格请填写；灰色为台账已有数据，请核对，有误请在报送时说明。请勿改动表头和增删列，文件名可以改。".to_owned(),
    ];
    if grid.compares {
        lines.push(format!(
            "与上期相比变动超过{}%的，请在“变动原因”里说明。",
            collection.jump
        ));
    }
    lines.extend(collection.note.clone());
    let asked = Request {
        id: stamp::stamp(id, &grid.party),
        lines,
        columns: columns(&grid),
        rows: grid
            .lines
            .iter()
            .map(|it| row(&grid, it, by_line))
            .collect(),
    };
    let book = Book {
        title: "报送表".to_owned(),
        made_at: product.today().to_datetime(Time::midnight()),
        language: Language::Zh,
    };
    let bytes = request(&book, &asked).map_err(|it| AppError::Output(it.to_string()))?;
    Ok((
        format!("{}-{}.xlsx", collection.title, grid.party.title),
        bytes,
    ))
}

/// Takes workbooks that came back, each for itself. `expected` is the request that they were dropped on.
///
/// # Errors
/// The database's. What is wrong with a file is told of the file.
pub async fn merge(
    product: &Product,
    expected: Option<i64>,
    files: Vec<(String, Vec<u8>)>,
) -> Result<Vec<Merged>, AppError> {
    let mut all = Vec::new();
    for (file, bytes) in files {
        let mut party = None;
        let taken = one(product, expected, &file, bytes, &mut party).await;
        let (faults, refused) = match taken {
            Ok(faults) => (faults, None),
            Err(AppError::Store(error)) => return Err(AppError::Store(error)),
            Err(error) => (Vec::new(), Some(error)),
        };
        all.push(Merged {
            file,
            party,
            faults,
            refused,
        });
    }
    Ok(all)
}

async fn one(
    product: &Product,
    expected: Option<i64>,
    file: &str,
    bytes: Vec<u8>,
    named: &mut Option<String>,
) -> Result<Vec<Fault>, AppError> {
    let unknown = || {
        AppError::from(CollectionRefusal::NoId {
            file: file.to_owned(),
        })
    };
    let hidden = hidden(file, &bytes)?.ok_or_else(unknown)?;
    let (id, place, seal) = stamp::read(&hidden).ok_or_else(unknown)?;
    let mut tx = product.store.read().await?;
    let parties = kept::parties(&mut tx, id).await?;
    let party = parties.into_iter().find(|it| it.place == place);
    let party = party.filter(|it| stamp::is_ours(id, it, &seal));
    // Whose it is is told only to those who may see it.
    let party = party.filter(|it| sees(product, it)).ok_or_else(unknown)?;
    *named = Some(party.title);
    if expected.is_some_and(|it| it != id) {
        let found = kept::get(&mut tx, id).await?;
        return Err(CollectionRefusal::OtherRequest {
            file: file.to_owned(),
            title: found.map(|it| it.title).unwrap_or_default(),
        }
        .into());
    }
    drop(tx);
    let grid = grid::grid(product, id, place).await?;
    let typed = typed(&grid, file, &bytes)?;
    answer::submit(product, id, place, &typed, Some((file.to_owned(), bytes))).await
}

/// The hidden id.
fn hidden(file: &str, bytes: &[u8]) -> Result<Option<String>, AppError> {
    let wish = workbook::Wish {
        sheet: Some(HIDDEN.to_owned()),
        known: vec!["key".to_owned(), "value".to_owned()],
    };
    let mut sheet = match workbook::open_bytes(bytes, file, &wish) {
        Ok(sheet) => sheet,
        Err(
            workbook::WorkbookError::NoSheet { .. }
            | workbook::WorkbookError::Empty
            | workbook::WorkbookError::NoHead { .. },
        ) => {
            return Ok(None);
        }
        Err(error) => return Err(AppError::workbook(file, &error)),
    };
    let mut row = workbook::Row::default();
    while sheet
        .read_row(&mut row)
        .map_err(|it| AppError::workbook(file, &it))?
    {
        let mut cells = row.cells.iter().map(Cell::said);
        if cells.next().as_deref() == Some("id") {
            return Ok(cells.next().filter(|it| !it.is_empty()));
        }
    }
    Ok(None)
}

/// What was typed into a workbook, line by line as they are numbered.
fn typed(grid: &Grid, file: &str, bytes: &[u8]) -> Result<Typed, AppError> {
    let heads: Vec<String> = columns(grid).into_iter().map(|it| it.header).collect();
    let wish = workbook::Wish {
        sheet: None,
        known: heads.clone(),
    };
    let trouble = |it: &workbook::WorkbookError| AppError::workbook(file, it);
    let mut sheet = workbook::open_bytes(bytes, file, &wish).map_err(|it| trouble(&it))?;
    let found: Vec<String> = sheet.columns().iter().map(|it| it.header.clone()).collect();
    if let Some(column) = heads
        .iter()
        .enumerate()
        .find(|(at, it)| found.get(*at) != Some(it))
    {
        return Err(CollectionRefusal::HeadChanged {
            file: file.to_owned(),
            column: column.1.clone(),
        }
        .into());
    }
    let by_number: BTreeMap<i64, &Line> = grid.lines.iter().map(|it| (it.number + 1, it)).collect();
    let places = places(grid);
    let mut typed = Typed::default();
    let mut row = workbook::Row::default();
    while sheet.read_row(&mut row).map_err(|it| trouble(&it))? {
        let said = |at: usize| {
            row.cells
                .get(at)
                .map(|it| it.said().trim().to_owned())
                .unwrap_or_default()
        };
        let Some(line) = said(0).parse().ok().and_then(|it: i64| by_number.get(&it)) else {
            continue;
        };
        for (cell, at) in line.cells.iter().zip(places.clone()) {
            if cell.held.is_none() {
                typed.values.insert((line.number, cell.item), said(at));
            }
        }
        if grid.compares || grid.collection.register.is_none() {
            typed.reasons.insert(line.number, said(heads.len() - 1));
        }
    }
    Ok(typed)
}

/// Where the values stand among the columns.
fn places(grid: &Grid) -> std::ops::Range<usize> {
    match grid.collection.register {
        None => 5..6,
        Some(_) => 2..2 + grid.columns.len(),
    }
}

fn columns(grid: &Grid) -> Vec<Head> {
    let fixed = |text: &str| Head::new(text, Kind::Text);
    let reason = Head {
        hint: Some("与上期相比变动较大时填写".to_owned()),
        ..Head::new("变动原因", Kind::LongText)
    };
    if grid.collection.register.is_none() {
        let value = Head {
            required: true,
            hint: Some("填数字，单位按左侧一栏；带单位的（如 1.2亿元）也可以".to_owned()),
            ..Head::new("本期", Kind::Text)
        };
        return vec![
            fixed("序号"),
            fixed("指标"),
            fixed("单位"),
            fixed("上期"),
            fixed("台账已有"),
            value,
            reason,
        ];
    }
    let mut all = vec![fixed("序号"), fixed("记录")];
    all.extend(grid.columns.iter().map(|it| Head {
        required: it.required,
        hint: it.hint.as_ref().map(|it| it.zh.clone()),
        choices: it.choices.iter().map(|it| it.zh.clone()).collect(),
        ..Head::new(it.head(Language::Zh), Kind::Text)
    }));
    if grid.compares {
        all.push(reason);
    }
    all
}

fn row(grid: &Grid, line: &Line, by_line: bool) -> Vec<Asked> {
    let number = Asked::Fixed(Cell::Number(Decimal::from(line.number + 1)));
    let mut cells = vec![number, Asked::Fixed(text(&line.label.zh))];
    let open = |it: &GridCell| match &it.held {
        Some(held) => Asked::Held(text(held)),
        None => Asked::Open(text(&it.value)),
    };
    if by_line {
        let cell = line.cells.first();
        let of = |part: fn(&GridCell) -> Option<&String>| {
            let found = cell.and_then(part);
            found.map_or(Cell::Empty, |it| text(it))
        };
        cells.push(Asked::Fixed(text(line.unit.as_deref().unwrap_or_default())));
        cells.push(Asked::Fixed(of(|it| it.before.as_ref())));
        cells.push(Asked::Held(of(|it| it.held.as_ref())));
        cells.push(match cell {
            Some(cell) if cell.held.is_none() => Asked::Open(text(&cell.value)),
            _ => Asked::Held(Cell::Empty),
        });
        cells.push(Asked::Open(text(&line.reason)));
        return cells;
    }
    cells.extend(line.cells.iter().map(open));
    if grid.compares {
        cells.push(Asked::Open(text(&line.reason)));
    }
    cells
}

fn text(text: &str) -> Cell {
    match text.parse::<Decimal>() {
        _ if text.is_empty() => Cell::Empty,
        // Codes of digits keep their zeros.
        Ok(number) if number.to_string() == text && text.len() < 15 => Cell::Number(number),
        _ => Cell::Text(text.to_owned()),
    }
}
