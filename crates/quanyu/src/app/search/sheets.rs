//! What a record is found by.
//!
//! Owns which fields of a register are names, which are text, and who may see the record. Records without a name or text, such
//! as yearly figures, are not found by words and are left out. Personal data never get in: the store does not hand them out here.
//!
//! Start reading at [`Sheet::of`] and [`declared`].

use std::collections::BTreeMap;

use quanyu_core::{
    access::Belongs,
    columns::{Column, ColumnBatch, ColumnKind, ColumnSpec},
    text::Text,
};
use quanyu_pack::model::{Field, FieldType, Pack, Register};
use quanyu_search::{Entry, Kind};
use quanyu_store::{Tx, list as rows};

use crate::app::{AppError, registers};

/// Ids that are looked up at once.
const AT_ONCE: usize = 500;

/// How the records of a register become entries.
pub struct Sheet<'a> {
    register: &'a Register,
    kind: Kind,
    columns: Vec<ColumnSpec>,
    label: Option<&'a Field>,
    names: Option<&'a Field>,
    code: Option<&'a Field>,
    texts: Vec<&'a Field>,
    /// The column that names the organization a record belongs to.
    belongs: &'a str,
    file: Option<&'a Field>,
}

/// Entries of some records.
pub struct Made {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Entries, by place, whose text is in a file: `hash:name`.
    pub texts: Vec<(usize, String)>,
    /// Records that are found by nothing.
    pub left: Vec<i64>,
}

/// What decides who may see a record, before its fields.
const STANDING: [(&str, ColumnKind); 2] = [
    ("region", ColumnKind::Text),
    ("owner_user", ColumnKind::Text),
];

/// As what the records of a register are found; `None` where they are found by nothing.
pub fn kind(pack: &Pack, register: &Register) -> Option<Kind> {
    Sheet::of(pack, register).map(|it| it.kind)
}

fn kind_of(register: &Register) -> Kind {
    match register.plays.as_deref() {
        Some("organization") => Kind::Organization,
        Some("document") => Kind::Document,
        _ => Kind::Record,
    }
}

impl<'a> Sheet<'a> {
    /// How the records of a register become entries; `None` where they have nothing to be found by.
    pub fn of(pack: &Pack, register: &'a Register) -> Option<Self> {
        let kind = kind_of(register);
        let written = |it: &&Field| {
            !it.many
                && matches!(
                    it.kind,
                    FieldType::Text | FieldType::LongText | FieldType::Url
                )
        };
        let label = register
            .field(&register.label)
            .filter(|it| it.kind != FieldType::Person);
        let of_organization = |slot| {
            (kind == Kind::Organization)
                .then(|| register.slot(slot))
                .flatten()
        };
        let (names, code) = (of_organization("former_names"), of_organization("uscc"));
        let taken = |it: &&Field| {
            [label, names, code]
                .iter()
                .flatten()
                .any(|taken| taken.id == it.id)
        };
        // A million organizations are found by their names and codes; what else is written of them would make the index
        // several times as large.
        let texts: Vec<&Field> = match kind {
            Kind::Organization => Vec::new(),
            _ => register
                .fields
                .iter()
                .filter(written)
                .filter(|it| !taken(it))
                .collect(),
        };
        let file = (kind == Kind::Document)
            .then(|| register.slot("draft"))
            .flatten()
            .filter(|it| it.kind == FieldType::File);
        let named = label.is_some_and(|it| written(&it) || registers::target(pack, it).is_some());
        if !named && texts.is_empty() && file.is_none() {
            return None;
        }
        let belongs = match register.belongs() {
            Belongs::Field(field) => register.field(&field).map(|it| it.id.as_str()),
            Belongs::Itself | Belongs::Owner => None,
        };
        let belongs = belongs.unwrap_or("owner_org");
        let fields = [label, names, code].into_iter().flatten();
        let fields = fields.chain(texts.iter().copied()).chain(file);
        let columns = STANDING
            .into_iter()
            .map(|(name, kind)| ColumnSpec {
                name: name.to_owned(),
                kind,
            })
            .chain([ColumnSpec {
                name: belongs.to_owned(),
                kind: ColumnKind::Int,
            }])
            .chain(fields.filter(|it| it.id != belongs).map(|it| ColumnSpec {
                name: it.id.clone(),
                kind: it.kind.column(),
            }));
        Some(Self {
            register,
            kind,
            columns: columns.collect(),
            label,
            names,
            code,
            texts,
            belongs,
            file,
        })
    }

    /// The columns that are read.
    pub fn columns(&self) -> &[ColumnSpec] {
        &self.columns
    }

    /// Some records as entries.
    ///
    /// # Errors
    /// The database's.
    pub async fn entries(
        &self,
        pack: &Pack,
        tx: &mut Tx,
        batch: ColumnBatch,
    ) -> Result<Made, AppError> {
        let rows = Rows {
            columns: &self.columns,
            batch: &batch,
        };
        let referred = match self.label.and_then(|it| registers::target(pack, it)) {
            Some(target) => labels(tx, target, &rows, self.label).await?,
            None => BTreeMap::new(),
        };
        let mut made = Made {
            entries: Vec::new(),
            texts: Vec::new(),
            left: Vec::new(),
        };
        for (place, id) in batch.ids.iter().enumerate() {
            let text = |field: Option<&Field>| field.and_then(|it| rows.text(&it.id, place));
            let title = self
                .label
                .and_then(|it| said(pack, it, &rows, place, &referred));
            let written: Vec<&str> = self
                .texts
                .iter()
                .filter_map(|it| rows.text(&it.id, place))
                .collect();
            let file = text(self.file);
            if !self.named(title.as_deref()) && written.is_empty() && file.is_none() {
                made.left.push(*id);
                continue;
            }
            let title = title.unwrap_or_else(|| format!("#{id}"));
            let mut entry = Entry::new(self.kind, &self.register.id, *id, &title);
            entry.text = written.join("\n");
            entry.code = text(self.code).map(str::to_owned);
            entry.names = text(self.names).map(several).unwrap_or_default();
            entry.standing.region = rows.text("region", place).and_then(|it| it.parse().ok());
            entry.standing.organization = match self.kind {
                Kind::Organization => Some(*id),
                _ => rows.int(self.belongs, place),
            };
            entry.standing.owner = rows.text("owner_user", place).map(str::to_owned);
            if let Some(file) = file {
                if !entry.text.is_empty() {
                    entry.text.push('\n');
                }
                made.texts.push((made.entries.len(), file.to_owned()));
            }
            made.entries.push(entry);
        }
        Ok(made)
    }

    /// Whether a title is a name, and not a year or a number.
    fn named(&self, title: Option<&str>) -> bool {
        let number = self.label.is_some_and(|it| {
            matches!(
                it.kind,
                FieldType::Integer
                    | FieldType::Decimal { .. }
                    | FieldType::Money
                    | FieldType::Date
                    | FieldType::Period
                    | FieldType::YesNo
            )
        });
        title.is_some() && !number
    }
}

/// What the pack declares: indicators with the names that texts use, and registers.
pub fn declared(pack: &Pack) -> Vec<Entry> {
    let named = |kind, id: &str, title: &Text, aliases: &[String]| {
        let mut entry = Entry::new(kind, id, 0, &title.zh);
        entry.names = aliases.to_vec();
        entry.names.extend(title.en.clone());
        entry
    };
    let indicators = pack.indicators.values();
    let indicators = indicators.map(|it| named(Kind::Indicator, &it.id, &it.title, &it.aliases));
    let registers = pack.registers.values();
    indicators
        .chain(registers.map(|it| named(Kind::Register, &it.id, &it.title, &[])))
        .collect()
}

/// Several names as people write them into one field.
fn several(text: &str) -> Vec<String> {
    let parts = text.split([';', '；', '、', '\n']);
    parts
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A label as a title.
fn said(
    pack: &Pack,
    field: &Field,
    rows: &Rows<'_>,
    place: usize,
    referred: &BTreeMap<i64, String>,
) -> Option<String> {
    if registers::target(pack, field).is_some() {
        return referred.get(&rows.int(&field.id, place)?).cloned();
    }
    if let Some(number) = rows.int(&field.id, place) {
        return Some(number.to_string());
    }
    let text = rows
        .text(&field.id, place)
        .filter(|it| !it.trim().is_empty())?;
    let item = match &field.kind {
        FieldType::Code { list } => pack.codes.get(list).and_then(|it| it.item(text)),
        _ => None,
    };
    Some(item.map_or_else(|| text.to_owned(), |it| it.title.zh.clone()))
}

/// What the records are called that a column refers to.
async fn labels(
    tx: &mut Tx,
    target: &Register,
    rows: &Rows<'_>,
    field: Option<&Field>,
) -> Result<BTreeMap<i64, String>, AppError> {
    let mut ids: Vec<i64> = match field {
        Some(field) => (0..rows.batch.ids.len())
            .filter_map(|it| rows.int(&field.id, it))
            .collect(),
        None => Vec::new(),
    };
    ids.sort_unstable();
    ids.dedup();
    let mut found = BTreeMap::new();
    for ids in ids.chunks(AT_ONCE) {
        for record in rows::by_ids(tx, &target.id, ids).await? {
            found.insert(record.id, registers::label(target, &record));
        }
    }
    Ok(found)
}

/// Rows read by the names of their columns.
struct Rows<'a> {
    columns: &'a [ColumnSpec],
    batch: &'a ColumnBatch,
}

impl Rows<'_> {
    fn column(&self, name: &str) -> Option<&Column> {
        let place = self.columns.iter().position(|it| it.name == name)?;
        self.batch.columns.get(place)
    }

    fn text(&self, name: &str, row: usize) -> Option<&str> {
        match self.column(name)? {
            Column::Text(values) => values.get(row)?.as_deref(),
            Column::Int(_) => None,
        }
    }

    fn int(&self, name: &str, row: usize) -> Option<i64> {
        match self.column(name)? {
            Column::Int(values) => *values.get(row)?,
            Column::Text(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register(plays: Option<&str>, label: &str, fields: &[(&str, FieldType)]) -> Register {
        Register {
            id: "r".to_owned(),
            plays: plays.map(str::to_owned),
            label: label.to_owned(),
            fields: fields
                .iter()
                .map(|(id, kind)| Field {
                    id: (*id).to_owned(),
                    kind: kind.clone(),
                    ..Field::default()
                })
                .collect(),
            ..Register::default()
        }
    }

    #[test]
    fn names_and_texts_are_read_and_personal_data_never_are() {
        use FieldType::{Date, File, Integer, LongText, Person, Text};
        let cases = [
            // register, columns after those that decide who sees it
            (
                register(
                    None,
                    "title",
                    &[
                        ("title", Text),
                        ("phone", Person),
                        ("what", LongText),
                        ("on", Date),
                    ],
                ),
                Some("title what"),
            ),
            (
                register(None, "phone", &[("phone", Person), ("what", Text)]),
                Some("what"),
            ),
            (register(None, "phone", &[("phone", Person)]), None),
            (
                register(None, "year", &[("year", Integer), ("on", Date)]),
                None,
            ),
            (
                register(
                    Some("organization"),
                    "name",
                    &[
                        ("name", Text),
                        ("uscc", Text),
                        ("former_names", Text),
                        ("address", Text),
                    ],
                ),
                Some("name former_names uscc"),
            ),
            (
                register(
                    Some("document"),
                    "title",
                    &[("title", Text), ("draft", File), ("scan", File)],
                ),
                Some("title draft"),
            ),
        ];
        for (register, want) in cases {
            let sheet = Sheet::of(&Pack::default(), &register);
            let got = sheet.map(|it| {
                let names: Vec<&str> = it
                    .columns()
                    .iter()
                    .map(|it| it.name.as_str())
                    .skip(STANDING.len() + 1)
                    .collect();
                names.join(" ")
            });
            assert_eq!(got.as_deref(), want);
        }
    }

    #[test]
    fn several_former_names_stand_in_one_field() {
        assert_eq!(
            several("示例厂；示例社; 示例 "),
            ["示例厂", "示例社", "示例"]
        );
        assert_eq!(several(" "), Vec::<String>::new());
    }
}
