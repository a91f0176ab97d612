//! Columns of a sheet and fields of a register: which is which, by title and synonyms.
//!
//! Owns the likeness of heads: width, blanks and brackets do not count, the unit is taken off before. A column holds a
//! value of a field, the day from or to which a dated field's value holds, or a value of a line (明细). A head that a
//! field and a line both have is the field's, unless the lines' title stands before it.

use quanyu_core::typed;
use quanyu_documents::workbook;
use quanyu_pack::model::{Field, FieldType, Lines, Register};

/// What follows a dated field's name in the head of the column that says since when its value holds.
const FROM: [&str; 5] = ["起始日期", "起始日", "生效日期", "起", "from"];
/// The same for the first day on which it no longer holds.
const TO: [&str; 4] = ["截止日期", "截止日", "止", "to"];

/// Which columns are taken, and which are not.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// Columns that fit a field.
    pub columns: Vec<Column>,
    /// Heads that fit none, or a field that another column has already.
    pub ignored: Vec<String>,
    /// Required fields without a column.
    pub missing: Vec<String>,
    /// Required fields without a column, of lines that have others.
    pub missing_of_lines: Vec<String>,
    /// Heads of all columns of the sheet.
    pub heads: Vec<String>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A field's value.
    Value,
    /// The first day on which a dated field's value holds.
    From,
    /// The first day on which it no longer holds.
    To,
    /// A value of a line; which lines of the register.
    Line(usize),
}

/// A column that fits a field.
#[derive(Clone, Debug)]
pub struct Column {
    /// Place among the sheet's columns.
    pub place: usize,
    /// Letters in the sheet (A, B …).
    pub letters: String,
    /// The head as it stands.
    pub head: String,
    /// The unit of the head, or of the whole table.
    pub unit: Option<String>,
    /// What it holds.
    pub part: Part,
    /// The field: of the register or its lines; for a day, one that takes a day under the name of the dated field.
    pub field: Field,
}

impl Mapping {
    /// Columns that hold values of the register's own fields.
    pub fn own(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|it| it.part == Part::Value)
    }

    /// Whether rows hold lines, so that several may speak of one record.
    #[must_use]
    pub fn has_lines(&self) -> bool {
        let line = |it: &Column| matches!(it.part, Part::Line(_));
        self.columns.iter().any(line)
    }
}

/// A column that a register may have: what it holds and what its head may be.
struct Known {
    part: Part,
    field: Field,
    names: Vec<String>,
}

/// Every head that a column of the register may have, lines included.
pub(super) fn heads(register: &Register) -> Vec<String> {
    known(register)
        .into_iter()
        .flat_map(|it| it.names)
        .collect()
}

/// Every head that a sheet of lines may have: the parent's key and the lines' fields.
pub(super) fn heads_of_lines(register: &Register, lines: usize) -> Vec<String> {
    let columns = known(register).into_iter();
    columns
        .filter(|it| in_lines(register, lines, it.part, &it.field))
        .flat_map(|it| it.names)
        .collect()
}

/// Names that a sheet of these lines may have.
pub(super) fn sheet_names(register: &Register, lines: &Lines) -> Vec<String> {
    let mut names = vec![lines.title.zh.clone(), lines.id.clone()];
    names.extend(lines.title.en.clone());
    names.push(format!("{}{}", register.title.zh, lines.title.zh));
    names.iter().map(|it| bare(it)).collect()
}

/// Whether a sheet is called by one of these names.
pub(super) fn is_called(sheet: &str, names: &[String]) -> bool {
    names.contains(&bare(sheet))
}

fn in_lines(register: &Register, lines: usize, part: Part, field: &Field) -> bool {
    part == Part::Line(lines) || (part == Part::Value && register.key.contains(&field.id))
}

fn names(field: &Field) -> Vec<String> {
    let mut names = vec![field.title.zh.clone(), field.id.clone()];
    names.extend(field.title.en.clone());
    names.extend(field.synonyms.iter().cloned());
    names
}

fn known(register: &Register) -> Vec<Known> {
    let mut all = Vec::new();
    for field in register.fields.iter().filter(|it| it.computed.is_none()) {
        all.push(Known {
            part: Part::Value,
            field: field.clone(),
            names: names(field),
        });
    }
    for field in register.fields.iter().filter(|it| it.dated) {
        let day = Field {
            kind: FieldType::Date,
            many: false,
            required: false,
            pattern: None,
            max_length: None,
            ..field.clone()
        };
        for (part, ends) in [(Part::From, &FROM[..]), (Part::To, &TO[..])] {
            let names = names(field);
            let names = names
                .iter()
                .flat_map(|name| ends.iter().map(move |end| format!("{name}{end}")));
            all.push(Known {
                part,
                field: day.clone(),
                names: names.collect(),
            });
        }
    }
    for (place, lines) in register.lines.iter().enumerate() {
        for field in lines.fields.iter().filter(|it| it.computed.is_none()) {
            let plain = names(field);
            let mut all_names = plain.clone();
            all_names.extend(plain.iter().map(|it| format!("{}{it}", lines.title.zh)));
            all.push(Known {
                part: Part::Line(place),
                field: field.clone(),
                names: all_names,
            });
        }
    }
    all
}

/// Brings columns and fields together.
pub(super) fn map(
    register: &Register,
    columns: &[workbook::Column],
    table_unit: Option<&str>,
) -> Mapping {
    let known = known(register);
    let mut mapping = bring_together(&known, columns, table_unit);
    let has = |part: Part, id: &str| {
        let mut all = mapping.columns.iter();
        all.any(|it| it.part == part && it.field.id == id)
    };
    let lacks = |part: Part, it: &Field| {
        (it.required && it.computed.is_none() && !has(part, &it.id)).then(|| it.title.zh.clone())
    };
    let own = register.fields.iter();
    let missing = own.filter_map(|it| lacks(Part::Value, it)).collect();
    let mut missing_of_lines = Vec::new();
    for (place, lines) in register.lines.iter().enumerate() {
        let part = Part::Line(place);
        // Lines that the sheet says nothing of need no columns.
        if mapping.columns.iter().any(|it| it.part == part) {
            missing_of_lines.extend(lines.fields.iter().filter_map(|it| lacks(part, it)));
        }
    }
    mapping.missing = missing;
    mapping.missing_of_lines = missing_of_lines;
    mapping
}

/// The fields of bare heads, as they are pasted: field and unit of each that is known.
pub(in crate::app) fn columns_of(
    register: &Register,
    heads: &[String],
) -> Vec<Option<(String, Option<String>)>> {
    let columns: Vec<workbook::Column> = heads
        .iter()
        .enumerate()
        .map(|(index, head)| {
            let (name, unit) = workbook::split_header(head);
            workbook::Column {
                index,
                header: head.clone(),
                name,
                unit,
                hidden: false,
            }
        })
        .collect();
    let mapping = map(register, &columns, None);
    let mut found = vec![None; heads.len()];
    for column in mapping.own() {
        found[column.place] = Some((column.field.id.clone(), column.unit.clone()));
    }
    found
}

/// The same for a sheet of lines.
pub(super) fn map_lines(
    register: &Register,
    lines: usize,
    columns: &[workbook::Column],
    table_unit: Option<&str>,
) -> Mapping {
    let mut known = known(register);
    known.retain(|it| in_lines(register, lines, it.part, &it.field));
    let mut mapping = bring_together(&known, columns, table_unit);
    let has = |known: &Known| {
        let mut all = mapping.columns.iter();
        all.any(|it| it.part == known.part && it.field.id == known.field.id)
    };
    let missing = known
        .iter()
        .filter(|it| (it.field.required || it.part == Part::Value) && !has(it))
        .map(|it| it.field.title.zh.clone())
        .collect();
    mapping.missing = missing;
    mapping
}

fn bring_together(
    known: &[Known],
    columns: &[workbook::Column],
    table_unit: Option<&str>,
) -> Mapping {
    let mut mapping = Mapping {
        heads: columns.iter().map(|it| it.header.clone()).collect(),
        ..Mapping::default()
    };
    for (place, column) in columns.iter().enumerate() {
        if column.header.trim().is_empty() {
            continue;
        }
        match find(known, column, &mapping.columns) {
            Some(found) => mapping.columns.push(Column {
                place,
                letters: column.letters(),
                head: column.header.clone(),
                unit: column
                    .unit
                    .clone()
                    .or_else(|| table_unit.map(str::to_owned)),
                part: found.part,
                field: found.field.clone(),
            }),
            None => mapping.ignored.push(column.header.clone()),
        }
    }
    mapping
}

/// The field of a column that no other column has: by its name, by its whole head, or by the lowest part of a head of
/// several rows.
fn find<'a>(known: &'a [Known], column: &workbook::Column, taken: &[Column]) -> Option<&'a Known> {
    let lowest = column.name.rsplit('/').next().unwrap_or_default();
    let free = |it: &&Known| {
        let mut taken = taken.iter();
        !taken.any(|by| by.part == it.part && by.field.id == it.field.id)
    };
    [column.name.as_str(), column.header.as_str(), lowest]
        .into_iter()
        .find_map(|head| {
            let head = bare(head);
            let mut known = known.iter().filter(free);
            known.find(|it| it.names.iter().any(|name| bare(name) == head))
        })
}

/// A head without what people write differently each time.
fn bare(head: &str) -> String {
    let plain = typed::plain(head).to_lowercase();
    plain
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '(' | ')' | ':' | '_' | '、' | '/'))
        .collect()
}

#[cfg(test)]
mod tests {
    use quanyu_core::text::Text;

    use super::*;

    fn field(id: &str, title: &str) -> Field {
        Field {
            id: id.to_owned(),
            title: Text::zh(title),
            kind: FieldType::Text,
            required: true,
            ..Field::default()
        }
    }

    #[test]
    fn a_head_is_a_field_a_day_or_a_line_and_the_field_goes_first() {
        let mut address = field("address", "地址");
        address.dated = true;
        address.synonyms = vec!["住所".into()];
        let register = Register {
            key: vec!["name".into()],
            fields: vec![field("name", "名称"), address],
            lines: vec![Lines {
                id: "items".into(),
                title: Text::zh("明细"),
                fields: vec![field("name", "名称"), field("price", "单价")],
                at: quanyu_pack::model::At::default(),
            }],
            ..Register::default()
        };
        let columns = |heads: &[&str]| -> Vec<workbook::Column> {
            let heads = heads.iter().enumerate();
            heads
                .map(|(index, head)| workbook::Column {
                    index,
                    header: (*head).to_owned(),
                    name: (*head).to_owned(),
                    unit: None,
                    hidden: false,
                })
                .collect()
        };
        let told = |mapping: &Mapping| {
            let columns = mapping.columns.iter();
            let columns: Vec<String> = columns
                .map(|it| format!("{} {:?}", it.field.id, it.part))
                .collect();
            let missing = mapping.missing.iter().chain(&mapping.missing_of_lines);
            let missing: Vec<&str> = missing.map(String::as_str).collect();
            (
                columns.join(", "),
                missing.join("、"),
                mapping.ignored.join("、"),
            )
        };
        #[rustfmt::skip]
        let cases: [(&[&str], &str, &str, &str); 6] = [
            (&["名称", "地址"],             "name Value, address Value", "", ""),
            (&["名称", "住所 起始日期", "地址（截止日期）"], "name Value, address From, address To", "地址", ""),
            (&["名称", "地址", "明细名称"],   "name Value, address Value, name Line(0)", "单价", ""),
            (&["名称", "地址", "明细/名称", "单价"], "name Value, address Value, name Line(0), price Line(0)", "", ""),
            (&["名称", "地址", "备注"],      "name Value, address Value", "", "备注"),
            (&["名称", "地址", "单价"],      "name Value, address Value, price Line(0)", "名称", ""),
        ];
        for (heads, wanted, missing, ignored) in cases {
            let got = told(&map(&register, &columns(heads), None));
            let want = (wanted.into(), missing.into(), ignored.into());
            assert_eq!(got, want, "{heads:?}");
        }
        let got = told(&map_lines(&register, 0, &columns(&["单价", "地址"]), None));
        assert_eq!(
            got,
            ("price Line(0)".into(), "名称、名称".into(), "地址".into())
        );
    }
}
