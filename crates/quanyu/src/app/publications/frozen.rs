//! What is shown, as it was shown: title, paragraphs, list, terms.
//!
//! Owns making it of a publication's records, and its forms: JSON to be kept, docx and HTML for the government's own portal. Leaves
//! keeping it to `quanyu_store::publication`.
//!
//! Invariant: personal data are masked as the pack declares before anything is put together, and identity and mobile numbers wherever
//! they stand; the docx and the page are made of the frozen text alone.
//!
//! Start reading at [`Frozen::of`].

use jiff::civil::Date;
use quanyu_core::{access::Right, person::scrub, text::Language, value::Value};
use quanyu_documents::compose::{
    model::{Align, Annex, Block, Doc, Run, Sign, Table},
    template::day,
    write_docx, write_html,
};
use quanyu_pack::model::{FieldType, Publication as Kind, Register};
use quanyu_store::{
    list,
    publication::{self, Item},
    records::Record,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{PublicationRefusal, in_state, playing, slot, window};
use crate::app::{AppError, Product, registers};

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    /// The kind that the pack declares.
    pub kind: String,
    /// The title.
    pub title: String,
    /// Paragraphs above the list.
    pub paragraphs: Vec<String>,
    /// What the list is called.
    pub annex: String,
    /// Heads of the list.
    pub columns: Vec<String>,
    /// Its rows, each as long as the heads.
    pub rows: Vec<Vec<String>>,
    /// Who signs.
    pub issuer: String,
    /// Where objections go.
    pub contact: String,
    /// How objections are taken; `None`: not at all.
    pub terms: Option<Terms>,
    /// The day it was shown, ISO.
    pub date: String,
    /// Why it goes before an earlier version.
    pub correction: Option<String>,
}

/// How objections are taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// First day, ISO.
    pub from: String,
    /// Last day, ISO.
    pub to: String,
    /// Working days.
    pub days: u32,
    /// Working days in which an objection is answered.
    pub answer: u32,
    /// Whether who objects gives name and telephone.
    pub real_name: bool,
}

/// A text that is ready to be frozen, and what it was made of.
#[derive(Clone, Debug)]
pub(in crate::app) struct Made {
    pub frozen: Frozen,
    /// Records with the version that was read.
    pub seen: Vec<(Item, i64, String)>,
}

impl Frozen {
    /// The text of a publication as it would be shown today, of the records that are not withheld.
    ///
    /// # Errors
    /// A record that is out of reach or past being published; a year without a calendar.
    pub(in crate::app) async fn of(
        product: &Product,
        id: i64,
        correction: Option<String>,
    ) -> Result<Made, AppError> {
        let keeper = playing(&product.pack, "publication")?;
        let mut tx = product.store.read().await?;
        let found = super::known(&mut tx, id).await?;
        let held = quanyu_store::records::get(&mut tx, &keeper.id, id).await?;
        let held = held.ok_or_else(|| super::missing(id))?;
        let items = publication::items(&mut tx, id).await?;
        drop(tx);
        let kind = super::kind(&product.pack, &found.kind)?;
        let register = registers::declared(product, &kind.register)?;
        let items: Vec<Item> = items
            .into_iter()
            .filter(|it| it.withheld.is_none())
            .collect();
        if items.is_empty() {
            return Err(PublicationRefusal::Empty.into());
        }
        let title = slot(keeper, "title").map(|it| held.value(it));
        let title = title.and_then(Value::as_text).unwrap_or(&kind.title.zh);
        let today = product.today();
        let (rows, seen) = rows(product, kind, register, &items).await?;
        let frozen = Self::put(product, kind, register, (title, today), rows, correction)?;
        Ok(Made { frozen, seen })
    }

    fn put(
        product: &Product,
        kind: &Kind,
        register: &Register,
        (title, today): (&str, Date),
        rows: Vec<Vec<String>>,
        correction: Option<String>,
    ) -> Result<Self, AppError> {
        let terms = match &kind.window {
            None => None,
            Some(it) => {
                let (from, to) = window::days(&product.pack, it, today)?;
                Some(Terms {
                    from: from.to_string(),
                    to: to.to_string(),
                    days: it.days,
                    answer: it.answer,
                    real_name: it.real_name,
                })
            }
        };
        let issuer = kind.issuer.as_ref().unwrap_or(&product.pack.title);
        let said = |text: &str| text.parse::<Date>().map(day).unwrap_or_default();
        let mut facts = vec![
            ("title", title.to_owned()),
            ("count", rows.len().to_string()),
            ("issuer", issuer.zh.clone()),
            ("contact", kind.contact.zh.clone()),
        ];
        if let Some(it) = &terms {
            facts.extend([
                ("from", said(&it.from)),
                ("to", said(&it.to)),
                ("days", it.days.to_string()),
                ("answer", it.answer.to_string()),
            ]);
        }
        let heads = kind.columns.iter().map(|it| {
            let field = register.field(&it.field);
            field.map_or_else(|| it.field.clone(), head)
        });
        let texts = kind.text.iter();
        Ok(Self {
            kind: kind.id.clone(),
            title: scrub(title),
            paragraphs: texts
                .map(|it| crate::messages::fill(&it.zh, &facts))
                .collect(),
            annex: match kind.annex.zh.as_str() {
                "" => title.to_owned(),
                text => text.to_owned(),
            },
            columns: heads.collect(),
            rows,
            issuer: issuer.zh.clone(),
            contact: kind.contact.zh.clone(),
            terms,
            date: today.to_string(),
            correction: correction.map(|it| scrub(&it)),
        })
    }

    /// The text by which it is kept.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("a text of texts is JSON")
    }

    /// Reads what was kept.
    ///
    /// # Errors
    /// A text that is none.
    pub fn read(text: &str) -> Result<Self, AppError> {
        serde_json::from_str(text).map_err(|error| AppError::Format {
            name: "publication".to_owned(),
            zh: "存档内容无法读取".to_owned(),
            why: error.to_string(),
        })
    }

    /// SHA-256 of the text by which it is kept.
    #[must_use]
    pub fn hash(text: &str) -> String {
        quanyu_core::change::seal_text(&Sha256::digest(text.as_bytes()).into())
    }

    /// It as an official document.
    #[must_use]
    pub fn doc(&self) -> Doc {
        let line = |text: &str| Block::Paragraph(vec![Run::plain(text)]);
        let mut body = Vec::new();
        if let Some(why) = &self.correction {
            body.push(line(&format!("（更正说明：{why}）")));
        }
        body.extend(self.paragraphs.iter().map(|it| line(it)));
        let cell = |text: &str| vec![Run::plain(text)];
        let mut head = vec![cell("序号")];
        head.extend(self.columns.iter().map(|it| cell(it)));
        let rows = self.rows.iter().zip(1..).map(|(row, number)| {
            let mut cells = vec![cell(&number.to_string())];
            cells.extend(row.iter().map(|it| cell(it)));
            cells
        });
        let rows: Vec<_> = rows.collect();
        let mut align = vec![Align::Centre];
        align.resize(head.len(), Align::Left);
        Doc {
            title: vec![self.title.clone()],
            body,
            sign: Some(Sign {
                issuer: self.issuer.clone(),
                date: self.date.parse().map(day).unwrap_or_default(),
                sealed: false,
            }),
            annexes: vec![Annex {
                title: self.annex.clone(),
                body: vec![Block::Table(Table {
                    caption: Vec::new(),
                    head,
                    rows,
                    align,
                })],
            }],
            ..Doc::default()
        }
    }

    /// It as a docx after GB/T 9704.
    #[must_use]
    pub fn docx(&self) -> Vec<u8> {
        write_docx(&self.doc())
    }

    /// It as an HTML page that stands by itself.
    #[must_use]
    pub fn html(&self) -> String {
        write_html(&self.doc())
    }

    /// What its file is called.
    #[must_use]
    pub fn name(&self, ending: &str) -> String {
        let safe = |it: char| !it.is_control() && !"/\\:*?\"<>|".contains(it);
        let title: String = self.title.chars().filter(|it| safe(*it)).take(60).collect();
        format!("{title}.{ending}")
    }
}

/// The head of a column, with its unit.
fn head(field: &quanyu_pack::model::Field) -> String {
    match (&field.kind, &field.unit) {
        (FieldType::Money, _) => format!("{}（元）", field.title.zh),
        (_, Some(unit)) if unit != "1" => format!("{}（{unit}）", field.title.zh),
        _ => field.title.zh.clone(),
    }
}

type Seen = Vec<(Item, i64, String)>;

/// The rows of a list in its order, and the records they were made of.
async fn rows(
    product: &Product,
    kind: &Kind,
    register: &Register,
    items: &[Item],
) -> Result<(Vec<Vec<String>>, Seen), AppError> {
    let scope = product.scope(Right::Read, register);
    let mut tx = product.store.read().await?;
    let ids: Vec<i64> = items.iter().map(|it| it.record).collect();
    let found = list::by_ids(&mut tx, &register.id, &ids).await?;
    let (mut rows, mut seen) = (Vec::new(), Vec::new());
    for item in items {
        let record = found.iter().find(|it| it.id == item.record);
        let record = record.filter(|it| Product::holds(&scope, register, it));
        let Some(record) = record else {
            let name = format!("{}/{}", register.id, item.record);
            return Err(AppError::not_found("record", &name, []));
        };
        let label = registers::label(register, record);
        if !in_state(kind, record) {
            let lifecycle = register.lifecycle.clone().unwrap_or_default();
            let state = record.state.clone().unwrap_or_default();
            return Err(PublicationRefusal::State {
                record: label,
                state: crate::app::steps::state_of(&lifecycle, &state).1,
            }
            .into());
        }
        let mut row = Vec::new();
        for column in &kind.columns {
            row.push(cell(&mut tx, product, (register, record), column).await?);
        }
        rows.push(row);
        seen.push((item.clone(), record.version, label));
    }
    Ok((rows, seen))
}

async fn cell(
    tx: &mut quanyu_store::Tx,
    product: &Product,
    (register, record): (&Register, &Record),
    column: &quanyu_pack::model::Shown,
) -> Result<String, AppError> {
    let Some(field) = register.field(&column.field) else {
        return Ok(String::new());
    };
    let value = record.value(&field.id);
    if value.is_null() {
        return Ok(String::new());
    }
    let said = match (&field.kind, value) {
        (FieldType::Person, Value::Text(sealed)) => {
            let plain = product.store.keys().open(record.id, sealed)?;
            plain.unwrap_or_default()
        }
        _ => {
            let cell = registers::cell(tx, product, field, value, Language::Zh).await?;
            cell.said
        }
    };
    Ok(match column.mask {
        Some(mask) => mask.apply(&said),
        // `quanyu pack check` asks for a mask of every person; what slips through shows nothing.
        None if field.kind == FieldType::Person => "***".to_owned(),
        None => scrub(&said),
    })
}
