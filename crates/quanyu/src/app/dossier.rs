//! 一企一档: everything about an organization on one page and in one archive, over all registers that refer to it.
//!
//! Owns what is gathered: what the record itself says, facts by year, records that refer to it, days, files. Which registers there are
//! is the pack's: a register declared today is in it today. Leaves single values to `registers`, files of lists to `exports`.
//!
//! Invariant: nothing stands here that its reader may not see in the register itself.
//!
//! Start reading at [`dossier`].

use jiff::civil::Date;
use quanyu_core::{
    access::Right,
    text::{Language, Text},
    value::Value,
};
use quanyu_pack::model::{Field, FieldType, Register};
use quanyu_store::{
    Tx,
    list::{self, Filter, Op, Query},
    records::Record,
};
use rust_decimal::Decimal;

use super::{
    AppError, Product, entries, exports, files,
    registers::{self, Cell, FieldHead, ListWish, RecordPage, RegisterView, target},
};

/// Records shown of each register.
const MOST_ROWS: u32 = 30;
/// Moments shown.
const MOST_MOMENTS: usize = 60;
/// Columns of a section: enough to know a record by, few enough for paper.
const MOST_COLUMNS: usize = 6;

/// Everything about an organization.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// Its record.
    pub record: RecordPage,
    /// Facts by year, by register.
    pub years: Vec<Years>,
    /// Records that refer to it, by register.
    pub sections: Vec<Section>,
    /// What happened when, the last first.
    pub moments: Vec<Moment>,
    /// Files of its record and of those that refer to it.
    pub files: Vec<FileOf>,
}

/// A value of a year, and how it is said.
pub type YearFact = (Option<Decimal>, String);

/// Facts by year.
#[derive(Clone, Debug)]
pub struct Years {
    /// The register.
    pub register: RegisterView,
    /// Years in order.
    pub years: Vec<String>,
    /// Facts: head, and for each year the value and how it is said.
    pub facts: Vec<(FieldHead, Vec<YearFact>)>,
}

/// Records of a register that refer to it.
#[derive(Clone, Debug)]
pub struct Section {
    /// The register.
    pub register: RegisterView,
    /// The field that refers.
    pub field: String,
    /// How many there are.
    pub count: u64,
    /// Heads of the columns.
    pub heads: Vec<FieldHead>,
    /// Records: id and cells.
    pub rows: Vec<(i64, Vec<Cell>)>,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Moment {
    /// When.
    pub day: Date,
    /// What it is: the register or the field.
    pub kind: Text,
    /// What it is called.
    pub title: String,
    /// Its record.
    pub link: (String, i64),
}

/// A file.
#[derive(Clone, Debug)]
pub struct FileOf {
    /// What it belongs to.
    pub register: Text,
    /// Its record.
    pub link: (String, i64),
    /// What it is called.
    pub name: String,
    /// Its hash.
    pub hash: String,
}

/// Whether a register holds the organizations.
#[must_use]
pub fn is_of(product: &Product, register: &str) -> bool {
    let own = product.pack.playing("organization");
    own.is_some_and(|it| it.id == register)
}

fn own(product: &Product) -> Result<&Register, AppError> {
    let own = product.pack.playing("organization");
    own.ok_or_else(|| AppError::not_found("register", "organization", []))
}

/// Everything about an organization.
///
/// # Errors
/// An unknown organization; a right that is missing; the database's.
pub async fn dossier(product: &Product, id: i64, language: Language) -> Result<Dossier, AppError> {
    let register = own(product)?;
    let scope = product.may(Right::Read, register)?;
    let record = entries::held(product, register, &scope, id).await?;
    let mut page = registers::record(product, &register.id, id, None, language).await?;
    page.history.truncate(0);
    let mut whole = Dossier {
        record: page,
        years: Vec::new(),
        sections: Vec::new(),
        moments: Vec::new(),
        files: Vec::new(),
    };
    let mut tx = product.store.read().await?;
    let link = (register.id.clone(), id);
    for field in register
        .fields
        .iter()
        .filter(|it| it.kind == FieldType::Date)
    {
        if let Value::Date(day) = record.value(&field.id) {
            whole.moments.push(Moment {
                day: *day,
                kind: register.title.clone(),
                title: field.title.get(language).to_owned(),
                link: link.clone(),
            });
        }
    }
    whole.add_files(register, &record);
    for other in product.pack.registers.values() {
        for field in &other.fields {
            let refers = target(&product.pack, field).is_some_and(|it| it.id == register.id);
            if refers {
                whole
                    .add(&mut tx, product, other, field, id, language)
                    .await?;
            }
        }
    }
    whole
        .moments
        .sort_by(|a, b| b.day.cmp(&a.day).then_with(|| a.title.cmp(&b.title)));
    whole.moments.truncate(MOST_MOMENTS);
    Ok(whole)
}

impl Dossier {
    async fn add(
        &mut self,
        tx: &mut Tx,
        product: &Product,
        register: &Register,
        field: &Field,
        id: i64,
        language: Language,
    ) -> Result<(), AppError> {
        let scope = product.scope(Right::Read, register);
        if scope.is_nothing() {
            return Ok(());
        }
        let by_year = year_of(register, field);
        let day = register.fields.iter().find(|it| it.kind == FieldType::Date);
        let query = Query {
            filters: vec![Filter::new(field.id.clone(), refers_to(field, id))],
            order: by_year.or(day).map(|it| it.id.clone()),
            descending: by_year.is_none(),
            limit: MOST_ROWS,
            ..Query::default()
        };
        let count = list::count(tx, &register.id, &query).await?;
        if count == 0 {
            return Ok(());
        }
        let mut found = list::list(tx, &register.id, &query).await?.records;
        found.retain(|it| entries::within(product, &scope, register, it));
        let view = registers::view(&product.pack, register, u64::try_from(count).ok());
        if let Some(year) = by_year {
            let years = years(product, register, view, year, &found, language);
            if !years.facts.is_empty() {
                self.years.push(years);
                return Ok(());
            }
            return Ok(());
        }
        let mut shown: Vec<&Field> = registers::first_fields(register)
            .into_iter()
            .filter(|it| it.id != field.id)
            .take(MOST_COLUMNS)
            .collect();
        // What a firm holds is of no use without the day until which it holds it.
        if register.plays.as_deref() == Some("qualification")
            && let Some(last) = register.slot("valid_to")
            && !shown.iter().any(|it| it.id == last.id)
        {
            shown.push(last);
        }
        let mut rows = Vec::new();
        for record in &found {
            let mut cells = Vec::new();
            for it in &shown {
                let value = record.value(&it.id);
                cells.push(registers::cell(tx, product, it, value, language).await?);
            }
            rows.push((record.id, cells));
            self.add_files(register, record);
            let on = day.map(|it| record.value(&it.id));
            if let Some(Value::Date(on)) = on {
                self.moments.push(Moment {
                    day: *on,
                    kind: register.title.clone(),
                    title: registers::label(register, record),
                    link: (register.id.clone(), record.id),
                });
            }
        }
        self.sections.push(Section {
            register: view,
            field: field.id.clone(),
            count: u64::try_from(count).unwrap_or(0),
            heads: shown
                .iter()
                .map(|it| registers::head(&product.pack, it, true))
                .collect(),
            rows,
        });
        Ok(())
    }

    fn add_files(&mut self, register: &Register, record: &Record) {
        for (hash, name) in files::named_by(register, record) {
            self.files.push(FileOf {
                register: register.title.clone(),
                link: (register.id.clone(), record.id),
                name,
                hash,
            });
        }
    }
}

fn refers_to(field: &Field, id: i64) -> Op {
    if field.many {
        Op::Has(id.to_string())
    } else {
        Op::Eq(Value::Int(id))
    }
}

/// The period of a register whose records are an organization's facts of a year: both name the record.
fn year_of<'a>(register: &'a Register, field: &Field) -> Option<&'a Field> {
    if !register.key.contains(&field.id) || field.many {
        return None;
    }
    let mut key = register.key.iter().filter_map(|it| register.field(it));
    key.find(|it| it.kind == FieldType::Period)
}

fn years(
    product: &Product,
    register: &Register,
    view: RegisterView,
    year: &Field,
    records: &[Record],
    language: Language,
) -> Years {
    let pack = &product.pack;
    let said = |field: &Field, record: &Record| {
        super::cells::say(pack, field, record.value(&field.id), language)
    };
    let number = |value: &Value| match value {
        Value::Int(int) => Some(Decimal::from(*int)),
        Value::Decimal(decimal) => Some(*decimal),
        Value::Money(money) => Some(money.yuan()),
        _ => None,
    };
    let counted = |it: &&Field| {
        matches!(
            it.kind,
            FieldType::Money | FieldType::Integer | FieldType::Decimal { .. } | FieldType::YesNo
        )
    };
    let facts = register.fields.iter().filter(counted).filter_map(|field| {
        let known = records.iter().any(|it| !it.value(&field.id).is_null());
        let values = records.iter();
        let values = values.map(|it| {
            let number = number(it.value(&field.id)).filter(|_| field.kind != FieldType::YesNo);
            (number, said(field, it))
        });
        known.then(|| (registers::head(pack, field, true), values.collect()))
    });
    Years {
        register: view,
        years: records.iter().map(|it| said(year, it)).collect(),
        facts: facts.collect(),
    }
}

/// The files that go into the archive besides the page: a workbook of each register, and all files.
///
/// # Errors
/// A right that is missing; a file that is damaged.
pub async fn parts(product: &Product, whole: &Dossier) -> Result<Vec<(String, Vec<u8>)>, AppError> {
    let id = whole.record.id.to_string();
    let mut parts = Vec::new();
    let mut lists: Vec<(&RegisterView, String)> = whole
        .sections
        .iter()
        .map(|it| (&it.register, it.field.clone()))
        .collect();
    for years in &whole.years {
        let declared = registers::declared(product, &years.register.id)?;
        let field = declared
            .key
            .iter()
            .filter_map(|it| declared.field(it))
            .find(|it| {
                target(&product.pack, it).is_some_and(|it| it.id == whole.record.register.id)
            });
        lists.extend(field.map(|it| (&years.register, it.id.clone())));
    }
    for (register, field) in lists {
        let declared = registers::declared(product, &register.id)?;
        if product.scope(Right::Export, declared).is_nothing() {
            continue;
        }
        let wish = ListWish {
            columns: declared
                .fields
                .iter()
                .filter(|it| it.kind != FieldType::Person)
                .map(|it| it.id.clone())
                .collect(),
            filters: vec![(field, "is".to_owned(), id.clone())],
            ..ListWish::default()
        };
        let made = exports::listed(product, &register.id, &wish, "xlsx").await?;
        let bytes = tokio::fs::read(&made.path).await;
        let bytes = bytes.map_err(|error| AppError::file(&made.path, &error))?;
        parts.push((format!("台账/{}.xlsx", register.title.zh), bytes));
    }
    for file in &whole.files {
        let (register, record) = &file.link;
        let (name, bytes) = files::read(product, register, *record, &file.hash).await?;
        parts.push((format!("附件/{}/{name}", file.register.zh), bytes));
    }
    Ok(parts)
}

/// One archive of these files.
///
/// # Errors
/// More than an archive can hold.
pub fn archive(parts: &[(String, Vec<u8>)]) -> Result<Vec<u8>, AppError> {
    quanyu_documents::archive::write(parts).map_err(|error| AppError::Output(error.to_string()))
}
