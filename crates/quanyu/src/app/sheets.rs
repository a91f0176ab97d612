//! 审批单: the paper on which a step is signed when it is taken 线下.
//!
//! Owns what stands on it, once for the page to be printed and for the docx. Personal data does not: the paper leaves the
//! system.
//!
//! Start reading at [`sheet`].

use quanyu_core::text::{Language, Text};
use quanyu_documents::compose::{
    model::{Align, Block, Doc, Run, Table},
    write_docx,
};
use quanyu_pack::model::FieldType;

use super::{
    AppError, Product, registers,
    steps::{self, StepView, Taken},
};

/// What stands on the paper.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// 走访与问题办结审批单.
    pub title: String,
    /// The number by which the scan finds its record again: `visit-12-close`.
    pub number: String,
    /// The district.
    pub issuer: String,
    /// The step: title, and the state it leads to.
    pub step: (Text, Text),
    /// What the record is called.
    pub label: String,
    /// Its fields: title and value.
    pub fields: Vec<(String, String)>,
    /// Steps taken so far.
    pub taken: Vec<Taken>,
    /// Who signs: the role, and whether it is asked for an opinion or decides.
    pub signs: Vec<(String, bool)>,
    /// The day it is printed.
    pub day: String,
}

/// The sheet of a step of a record.
///
/// # Errors
/// An unknown record; a step that is not open.
pub async fn sheet(
    product: &Product,
    register: &str,
    record: i64,
    step: &str,
    language: Language,
) -> Result<Sheet, AppError> {
    let page = registers::record(product, register, record, None, language).await?;
    let open = steps::offered(product, register, record).await?;
    let found = open.iter().find(|it| it.id == step);
    let found: &StepView = found.ok_or_else(|| {
        let valid = open.iter().map(|it| it.id.as_str());
        AppError::not_found("step", step, valid)
    })?;
    let declared = registers::declared(product, register)?;
    let person = |id: &str| {
        let field = declared.field(id);
        field.is_some_and(|it| it.kind == FieldType::Person)
    };
    let fields = page
        .fields
        .iter()
        .filter(|(head, cell)| !person(&head.id) && !matches!(cell.said.as_str(), "" | "—"))
        .map(|(head, cell)| (head.title.get(language).to_owned(), cell.said.clone()));
    let asked = found
        .asked
        .iter()
        .map(|it| (it.role.1.get(language).to_owned(), true));
    // Any one of the roles decides.
    let decide: Vec<&str> = found.roles.iter().map(|it| it.1.get(language)).collect();
    let decide = (!decide.is_empty()).then(|| (decide.join(" / "), false));
    let name = declared.title.get(language);
    Ok(Sheet {
        title: match language {
            Language::Zh => format!("{name}审批单"),
            Language::En => format!("{name}: approval sheet"),
        },
        number: format!("{register}-{record}-{step}"),
        issuer: product.pack.title.get(language).to_owned(),
        step: (found.title.clone(), found.to.1.clone()),
        label: page.label.clone(),
        fields: fields.collect(),
        taken: steps::taken(product, register, record).await?,
        signs: asked.chain(decide).collect(),
        day: product.today().to_string(),
    })
}

/// The sheet as a docx.
///
/// # Errors
/// As [`sheet`].
pub async fn file(
    product: &Product,
    register: &str,
    record: i64,
    step: &str,
    language: Language,
) -> Result<(String, Vec<u8>), AppError> {
    let sheet = sheet(product, register, record, step, language).await?;
    let zh = language == Language::Zh;
    let word = |a: &str, b: &str| if zh { a.to_owned() } else { b.to_owned() };
    let cell = |text: &str| vec![Run::plain(text)];
    let strong = |text: &str| {
        vec![Run {
            strong: true,
            ..Run::plain(text)
        }]
    };
    let table = |head: [String; 2], rows: Vec<Vec<Vec<Run>>>| {
        Block::Table(Table {
            caption: Vec::new(),
            head: head.iter().map(|it| strong(it)).collect(),
            rows,
            align: vec![Align::Left, Align::Left],
        })
    };
    let pairs = |it: &[(String, String)]| -> Vec<Vec<Vec<Run>>> {
        it.iter().map(|(a, b)| vec![cell(a), cell(b)]).collect()
    };
    let steps: Vec<(String, String)> = sheet
        .taken
        .iter()
        .map(|it| {
            let note = it.note.clone().unwrap_or_default();
            let said = format!("{} {} {note}", it.at, it.actor);
            (it.title.get(language).to_owned(), said.trim().to_owned())
        })
        .collect();
    let signs: Vec<(String, String)> = sheet
        .signs
        .iter()
        .map(|(role, opinion)| {
            let kind = if *opinion {
                word("会签意见", "opinion")
            } else {
                word("审批意见", "decision")
            };
            let blank = word(
                "□ 同意　□ 不同意　　签字：　　　　　　　　年　月　日",
                "□ yes　□ no　　signed:　　　　　　date:",
            );
            (format!("{role}（{kind}）"), blank)
        })
        .collect();
    let line = |text: String| Block::Paragraph(vec![Run::plain(text)]);
    let mut body = vec![
        line(format!("{}{}", word("编号：", "No. "), sheet.number)),
        line(format!(
            "{}{} → {}",
            word("办理环节：", "Step: "),
            sheet.step.0.get(language),
            sheet.step.1.get(language)
        )),
        table(
            [word("事项", "Matter"), sheet.label.clone()],
            pairs(&sheet.fields),
        ),
    ];
    if !steps.is_empty() {
        let head = [word("已办环节", "Done so far"), word("情况", "What")];
        body.push(table(head, pairs(&steps)));
    }
    let head = [word("签批", "Signed by"), word("意见", "Opinion")];
    body.push(table(head, pairs(&signs)));
    body.push(line(format!(
        "{}{}　{}",
        word("打印日期：", "Printed on "),
        sheet.day,
        sheet.issuer
    )));
    let doc = Doc {
        title: vec![sheet.title.clone()],
        body,
        ..Doc::default()
    };
    Ok((format!("{}-{}.docx", sheet.title, record), write_docx(&doc)))
}
