//! Why an act was refused or could not be done.
//!
//! Owns [`AppError`]: facts for people by [`AppError::code`], English for logs. Leaves the texts to `messages.toml`.

use std::{fmt, path::Path};

use quanyu_core::text::{Language, Text};

use super::why::Why;

/// A refusal or failure, with facts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// No such register, indicator, record, document or region.
    #[error("no {kind} `{id}`{}", near_en(near))]
    NotFound {
        /// What kind of thing.
        kind: &'static str,
        /// What was asked for.
        id: String,
        /// The nearest valid name.
        near: Option<String>,
    },
    /// Something that the person before us may not do with a register.
    #[error("no right to {right} in {}", register.get(Language::En))]
    NotAllowed {
        /// The right that is missing.
        right: &'static str,
        /// Where.
        register: Text,
    },
    /// A value of a parameter that makes no sense.
    #[error("`{value}` is not a {kind}: {why}")]
    BadValue {
        /// What kind of thing.
        kind: &'static str,
        /// What was given.
        value: String,
        /// Why not.
        why: Why,
    },
    /// A pack with faults: the rendered diagnostics.
    #[error("the pack has faults\n{0}")]
    Pack(String),
    /// No pack of that name, or none marked as demonstration.
    #[error("no pack `{id}`; there are {have}")]
    NoPack {
        /// What was asked for.
        id: String,
        /// Packs found.
        have: String,
    },
    /// A folder or database that holds no district yet.
    #[error("{place} holds no district")]
    NoDistrict {
        /// Where.
        place: String,
    },
    /// A folder that holds another district than the one to be built.
    #[error("{place} holds the district of pack `{pack}`")]
    OtherDistrict {
        /// Where.
        place: String,
        /// Its pack.
        pack: String,
    },
    /// A file that could not be read or written.
    #[error("{file}: {why}")]
    File {
        /// Which.
        file: String,
        /// Why.
        why: String,
    },
    /// A file over the bound.
    #[error("{name} has {size} bytes, more than {most}")]
    TooLarge {
        /// Which.
        name: String,
        /// Its size.
        size: u64,
        /// The bound.
        most: u64,
    },
    /// A document or workbook that cannot be read.
    #[error("{name}: {why}")]
    Format {
        /// Which.
        name: String,
        /// Why, in Chinese.
        zh: String,
        /// Why, in English.
        why: String,
    },
    /// A file that bears a mark of secrecy.
    #[error("{name} is marked `{mark}`")]
    Secret {
        /// Which.
        name: String,
        /// The mark as it stands.
        mark: String,
    },
    /// Columns of a workbook that fit no field.
    #[error("{file}: no column fits a field of `{register}`")]
    NoColumns {
        /// The file.
        file: String,
        /// The register.
        register: String,
    },
    /// Demonstration data that cannot be made.
    #[error("demonstration block {block} of `{register}`: {why}")]
    Demo {
        /// Which block, from 1.
        block: usize,
        /// Its register.
        register: String,
        /// Why.
        why: String,
    },
    /// The pages cannot be served there.
    #[error("cannot listen on port {port}: {why}")]
    CannotListen {
        /// The port.
        port: u16,
        /// Why.
        why: String,
    },
    /// Made-up accounts where people from elsewhere come in.
    #[error("accounts of the demonstration are open: {accounts}")]
    Demonstration {
        /// Their names.
        accounts: String,
    },
    /// A day before anything was recorded.
    #[error("nothing was known by {when}")]
    NothingKnown {
        /// The day or change.
        when: String,
    },
    /// A figure that was printed with another value than it has when it is frozen.
    #[error("`{indicator}` was printed as {printed}, the records say {found}")]
    ReleaseMoved {
        /// The indicator.
        indicator: String,
        /// What was printed.
        printed: String,
        /// What the records say.
        found: String,
    },
    /// A paper that is past drafting.
    #[error("`{title}` is at `{state}`")]
    PaperClosed {
        /// The paper.
        title: String,
        /// Its state.
        state: Text,
    },
    /// A step that is not open or lacks something.
    #[error("the step: {0}")]
    Step(#[from] super::steps::StepRefusal),
    /// Something that cannot be published, objected to, or end.
    #[error("the publication: {0}")]
    Publication(#[from] super::publications::PublicationRefusal),
    /// A package that is not made or not taken in.
    #[error("the package: {0}")]
    Exchange(#[from] super::exchange::ExchangeRefusal),
    /// An account, a sign-in, a password.
    #[error("the account: {0}")]
    Account(#[from] super::account::AccountRefusal),
    /// A file that is not taken.
    #[error(transparent)]
    Upload(#[from] super::files::FileRefusal),
    /// Something that cannot be done with a request for figures or rows.
    #[error("the request: {0}")]
    Collection(#[from] super::collections::CollectionRefusal),
    /// A provider of sign-in.
    #[error(transparent)]
    Oidc(#[from] super::oidc::OidcRefusal),
    /// Something on the firms' side.
    #[error(transparent)]
    Filing(#[from] super::filings::FilingRefusal),
    /// Something that cannot be done with a list.
    #[error("the list: {0}")]
    List(#[from] super::lists::ListRefusal),
    /// A typed value that its field does not take.
    #[error("{field}: `{text}`: {en}")]
    BadCell {
        /// The field.
        field: Text,
        /// What was typed.
        text: String,
        /// Why not, in Chinese.
        zh: String,
        /// Why not, in English.
        en: String,
    },
    /// The store refused or failed.
    #[error("the store: {0}")]
    Store(#[from] quanyu_store::StoreError),
    /// The search index refused or failed.
    #[error("search: {0}")]
    Search(#[from] quanyu_search::SearchError),
    /// The figures refused or failed.
    #[error("the figures: {0}")]
    Figures(#[from] quanyu_figures::FiguresError),
    /// A document of the pack that has no template.
    #[error("`{document}` has no template; there are {have}")]
    NoTemplate {
        /// The document.
        document: String,
        /// Documents that have one.
        have: String,
    },
    /// A template or a figure in it.
    #[error(transparent)]
    Compose(#[from] quanyu_documents::compose::ComposeError),
    /// A PDF that cannot be made.
    #[error(transparent)]
    Pdf(#[from] quanyu_documents::compose::PdfError),
    /// The output cannot be written, such as a full disk.
    #[error("output: {0}")]
    Output(String),
}

fn near_en(near: &Option<String>) -> String {
    near.as_ref()
        .map(|it| format!("; did you mean `{it}`?"))
        .unwrap_or_default()
}

impl AppError {
    /// Nothing of that name, with the nearest of the valid ones.
    pub fn not_found<'a>(
        kind: &'static str,
        id: &str,
        valid: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self::NotFound {
            kind,
            id: id.to_owned(),
            near: quanyu_pack::nearest(id, valid).map(str::to_owned),
        }
    }

    /// A file that could not be read or written.
    #[must_use]
    pub fn file(file: &Path, error: &impl fmt::Display) -> Self {
        Self::File {
            file: file.display().to_string(),
            why: error.to_string(),
        }
    }

    /// A document that cannot be read.
    #[must_use]
    pub fn format(name: &str, error: &quanyu_documents::formats::FormatError) -> Self {
        Self::coded(name, error.code(), error)
    }

    /// A docx that cannot be edited.
    #[must_use]
    pub fn edit(name: &str, error: &quanyu_documents::edit::EditError) -> Self {
        Self::coded(name, error.code(), error)
    }

    /// Refuses a file that bears a mark of secrecy: nothing of it is kept.
    ///
    /// # Errors
    /// [`Self::Secret`] where there is a mark.
    pub fn unless_secret(
        name: &str,
        mark: Option<&quanyu_documents::secrecy::Mark>,
    ) -> Result<(), Self> {
        match mark {
            None => Ok(()),
            Some(mark) => Err(Self::Secret {
                name: name.to_owned(),
                mark: mark.text.clone(),
            }),
        }
    }

    /// A workbook that cannot be read or written.
    #[must_use]
    pub fn workbook(name: &str, error: &quanyu_documents::workbook::WorkbookError) -> Self {
        if let quanyu_documents::workbook::WorkbookError::Secret(mark) = error {
            return Self::Secret {
                name: name.to_owned(),
                mark: mark.text.clone(),
            };
        }
        Self::coded(name, error.code(), error)
    }

    fn coded(name: &str, code: &'static str, error: &impl fmt::Display) -> Self {
        let zh = crate::messages::text(Language::Zh, code, &[("why", error.to_string())]).0;
        Self::Format {
            name: name.to_owned(),
            zh,
            why: error.to_string(),
        }
    }

    /// Standard output that could not be written.
    #[must_use]
    pub fn output(error: std::io::Error) -> Self {
        Self::Output(error.to_string())
    }

    /// The key in `messages.toml`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { near: Some(_), .. } => "not_found_near",
            Self::NotFound { near: None, .. } => "not_found",
            Self::NotAllowed { .. } => "not_allowed",
            Self::BadValue { .. } => "bad_value",
            Self::Pack(_) => "pack_faults",
            Self::NoPack { .. } => "no_pack",
            Self::NoDistrict { .. } => "no_district",
            Self::OtherDistrict { .. } => "other_district",
            Self::File { .. } => "file_trouble",
            Self::TooLarge { .. } => "too_large",
            Self::Format { .. } => "format_trouble",
            Self::Secret { .. } => "secret_file",
            Self::NoColumns { .. } => "no_columns",
            Self::Demo { .. } => "demo_trouble",
            Self::CannotListen { .. } => "cannot_listen",
            Self::Demonstration { .. } => "demonstration_accounts",
            Self::NothingKnown { .. } => "nothing_known",
            Self::ReleaseMoved { .. } => "release_moved",
            Self::PaperClosed { .. } => "paper_closed",
            Self::Step(refusal) => refusal.code(),
            Self::Publication(refusal) => refusal.code(),
            Self::Exchange(refusal) => refusal.code(),
            Self::Account(refusal) => refusal.code(),
            Self::Upload(refusal) => refusal.code(),
            Self::Collection(refusal) => refusal.code(),
            Self::Filing(refusal) => refusal.code(),
            Self::Oidc(refusal) => refusal.code(),
            Self::List(refusal) => refusal.code(),
            Self::BadCell { .. } => "bad_cell",
            Self::Store(error) => error.code(),
            Self::Figures(error) => error.code(),
            Self::Search(error) => error.code(),
            Self::NoTemplate { .. } => "compose_no_template",
            Self::Compose(error) => error.code(),
            Self::Pdf(error) => error.code(),
            Self::Output(_) => "output_trouble",
        }
    }

    /// The facts that the message names, each for `{name}` in the text.
    #[must_use]
    pub fn facts(&self, language: Language) -> Vec<(&'static str, String)> {
        match self {
            Self::NotFound { kind, id, near } => vec![
                ("kind", kind_in(kind, language).to_owned()),
                ("id", id.clone()),
                ("near", near.clone().unwrap_or_default()),
            ],
            Self::NotAllowed { right, register } => vec![
                ("right", right_in(right, language).to_owned()),
                ("register", register.get(language).to_owned()),
            ],
            Self::BadValue { kind, value, why } => {
                vec![
                    ("kind", kind_in(kind, language).to_owned()),
                    ("value", value.clone()),
                    ("why", why.get(language).to_owned()),
                ]
            }
            Self::Pack(faults) => vec![("faults", faults.clone())],
            Self::NoPack { id, have } => vec![("id", id.clone()), ("have", have.clone())],
            Self::NoDistrict { place } => vec![("place", place.clone())],
            Self::OtherDistrict { place, pack } => {
                vec![("place", place.clone()), ("pack", pack.clone())]
            }
            Self::File { file, why } => vec![("file", file.clone()), ("why", why.clone())],
            Self::TooLarge { name, size, most } => vec![
                ("name", name.clone()),
                ("size", (size / 1_048_576).to_string()),
                ("most", (most / 1_048_576).to_string()),
            ],
            Self::Format { name, zh, why } => {
                let why = if language == Language::Zh { zh } else { why };
                vec![("name", name.clone()), ("why", why.clone())]
            }
            Self::Secret { name, mark } => vec![("name", name.clone()), ("mark", mark.clone())],
            Self::NoColumns { file, register } => {
                vec![("file", file.clone()), ("register", register.clone())]
            }
            Self::Demo {
                block,
                register,
                why,
            } => {
                vec![
                    ("block", block.to_string()),
                    ("register", register.clone()),
                    ("why", why.clone()),
                ]
            }
            Self::CannotListen { port, why } => {
                vec![("port", port.to_string()), ("why", why.clone())]
            }
            Self::Demonstration { accounts } => vec![("accounts", accounts.clone())],
            Self::NothingKnown { when } => vec![("when", when.clone())],
            Self::ReleaseMoved {
                indicator,
                printed,
                found,
            } => vec![
                ("indicator", indicator.clone()),
                ("printed", printed.clone()),
                ("found", found.clone()),
            ],
            Self::PaperClosed { title, state } => vec![
                ("title", title.clone()),
                ("state", state.get(language).to_owned()),
            ],
            Self::Step(refusal) => refusal.facts(language),
            Self::Publication(refusal) => refusal.facts(language),
            Self::Exchange(refusal) => refusal.facts(language),
            Self::Account(refusal) => refusal.facts(language),
            Self::Upload(refusal) => refusal.facts(),
            Self::Collection(refusal) => refusal.facts(language),
            Self::Filing(refusal) => refusal.facts(language),
            Self::Oidc(refusal) => refusal.facts(language),
            Self::List(refusal) => refusal.facts(language),
            Self::BadCell {
                field,
                text,
                zh,
                en,
            } => {
                let why = if language == Language::Zh { zh } else { en };
                vec![
                    ("field", field.get(language).to_owned()),
                    ("text", text.clone()),
                    ("why", why.clone()),
                ]
            }
            Self::Store(error) => vec![("why", error.to_string())],
            Self::Figures(error) => vec![("why", error.to_string())],
            Self::Search(error) => vec![("why", error.to_string())],
            Self::NoTemplate { document, have } => {
                vec![("document", document.clone()), ("have", have.clone())]
            }
            Self::Compose(error) => {
                let facts = error.facts().into_iter();
                facts
                    .map(|(key, value)| match key {
                        "measure" => (key, measure_in(&value, language)),
                        _ => (key, value),
                    })
                    .collect()
            }
            Self::Pdf(error) => error.facts(),
            Self::Output(why) => vec![("why", why.clone())],
        }
    }
}

/// A right in the language of the message.
fn right_in(right: &'static str, language: Language) -> &'static str {
    if language == Language::En {
        return right;
    }
    match right {
        "read" => "查看",
        "enter" => "录入",
        "confirm" => "确认",
        "export" => "导出",
        "see_person" => "查看个人信息",
        "administer" => "系统管理",
        other => other,
    }
}

/// A measure in the language of the message.
fn measure_in(measure: &str, language: Language) -> String {
    let zh = match measure {
        "value" => "数值",
        "growth" => "同比增速",
        "rank" => "位次",
        "share" => "占比",
        "change" => "较上年增减",
        "sequential" => "环比增速",
        it if it.starts_with("average") => "年均增速",
        other => other,
    };
    if language == Language::Zh {
        zh
    } else {
        measure
    }
    .to_owned()
}

/// A kind of thing in the language of the message.
fn kind_in(kind: &'static str, language: Language) -> &'static str {
    if language == Language::En {
        return kind;
    }
    match kind {
        "register" => "台账",
        "indicator" => "指标",
        "record" => "记录",
        "region" => "区划",
        "period" => "期间",
        "dataset" => "数据集",
        "field" => "字段",
        "cursor" => "翻页位置",
        "document" => "文稿",
        "moment" => "时点",
        "release" => "定版数据",
        "step" => "办理环节",
        "event" => "变更事项",
        "upload" => "待导入的文件",
        "lines" => "行数",
        "view" => "视图名称",
        "condition" => "筛选条件",
        "records" => "条数",
        "measure" => "度量",
        "appraisal" => "考核",
        "appraisal_item" => "考核项",
        "task" => "任务",
        "delegation" => "委托",
        "note" => "说明",
        "opinion" => "会签意见",
        "month" => "月份",
        "board" => "看板",
        "handover" => "工作交接",
        "file" => "可写的文件格式",
        "role" => "角色",
        "organization" => "单位",
        "account" => "账号",
        "session" => "登录会话",
        "token" => "接口令牌",
        "rule" => "登录规则",
        "value" => "数值",
        "day" => "日期",
        "plan" => "计划名称",
        "list" => "名单",
        "collection" => "报数任务",
        "column" => "列",
        other => other,
    }
}
