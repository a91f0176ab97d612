//! 公众页: what somebody who is nobody may read, and the objection that he may send.
//!
//! Owns reading frozen texts and released files, and taking an objection. Invariant: nothing here reads a register but to file the
//! objection; what a stranger gets is what was frozen for strangers.
//!
//! Start reading at [`notices`], then [`object`].

use std::sync::Arc;

use futures::FutureExt as _;
use jiff::civil::Date;
use quanyu_core::{actor::Actor, value::Value};
use quanyu_documents::secrecy;
use quanyu_pack::model::OpenData;
use quanyu_store::{
    Store, files, list,
    publication::{self, Publication, Release, Standing, Version},
    records::{self, Draft},
};

use super::{
    AppError, Product, duties,
    notices::{self, About, Told},
    open_data::Catalogued,
    publications::{
        PublicationRefusal, frozen::Frozen, missing, open_objections, playing, slot, window,
    },
    steps::file_of,
};

/// Publications that are listed.
const MOST: u32 = 200;
/// Objections against one publication that are taken on the page; beyond it somebody floods, or everybody is better heard otherwise.
const MOST_OBJECTIONS: i64 = 500;
/// Characters of an objection.
const SHORTEST: usize = 10;
const LONGEST: usize = 2_000;
/// Characters of a name.
const LONGEST_NAME: usize = 60;

/// A publication as anybody sees it.
#[derive(Clone, Debug)]
pub struct NoticeView {
    /// The number in its address.
    pub id: i64,
    /// The version.
    pub version: i64,
    /// Its hash.
    pub hash: String,
    /// What it says.
    pub frozen: Frozen,
    /// Whether objections are taken today.
    pub open: bool,
}

/// An objection as it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filing {
    /// What of the list it is about; nothing: all of it.
    pub about: String,
    /// Who.
    pub name: String,
    /// How to reach him.
    pub phone: String,
    /// What is said.
    pub content: String,
}

/// What whoever objected keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The number under which it is asked for.
    pub number: String,
    /// Until when it is answered.
    pub due: String,
}

/// Open data as anybody sees them.
#[derive(Clone, Debug)]
pub struct OpenView {
    /// Identifier.
    pub id: String,
    /// What the catalogue says.
    pub catalogued: Catalogued,
    /// The number of the release.
    pub number: i64,
    /// Files: form, name, hash.
    pub files: Vec<(&'static str, String, String)>,
}

/// Reads past who looks: only for what was frozen.
fn whole(product: &Product) -> Store {
    product.store.seen_as(None)
}

/// The publications that are shown, those that end first before the others.
///
/// # Errors
/// The database's.
pub async fn notices(product: &Product) -> Result<Vec<NoticeView>, AppError> {
    let mut tx = whole(product).read().await?;
    let mut all = Vec::new();
    for it in publication::of_standing(&mut tx, Standing::Running, MOST).await? {
        if let Some(found) = publication::version_of(&mut tx, it.id, it.version).await? {
            all.push(view(product, &it, found)?);
        }
    }
    Ok(all)
}

/// A publication that is shown.
///
/// # Errors
/// One that is not: it is not told from one that never was.
pub async fn notice(product: &Product, id: i64) -> Result<NoticeView, AppError> {
    let (it, found) = running(product, id).await?;
    view(product, &it, found)
}

/// The docx of a publication that is shown.
///
/// # Errors
/// As [`notice`].
pub async fn docx(product: &Product, id: i64) -> Result<(String, Vec<u8>), AppError> {
    let (_, found) = running(product, id).await?;
    let (hash, name) = file_of(&found.shown.docx).ok_or_else(|| missing(id))?;
    let bytes = files::read(&product.store, &hash).await?;
    Ok((name, bytes))
}

async fn running(product: &Product, id: i64) -> Result<(Publication, Version), AppError> {
    let mut tx = whole(product).read().await?;
    let it = publication::get(&mut tx, id).await?;
    let it = it.filter(|it| it.standing == Standing::Running);
    let it = it.ok_or_else(|| missing(id))?;
    let found = publication::version_of(&mut tx, id, it.version).await?;
    let found = found.ok_or_else(|| missing(id))?;
    Ok((it, found))
}

fn view(product: &Product, it: &Publication, found: Version) -> Result<NoticeView, AppError> {
    let frozen = Frozen::read(&found.shown.body)?;
    let today = product.today();
    let open = frozen.terms.as_ref().is_some_and(|it| {
        let day = |text: &str| text.parse::<Date>().ok();
        let (from, to) = (day(&it.from), day(&it.to));
        // Whoever read it on the day it came out need not wait for the morning.
        let shown = day(&frozen.date);
        from.min(shown)
            .zip(to)
            .is_some_and(|(from, to)| (from..=to).contains(&today))
    });
    Ok(NoticeView {
        id: it.id,
        version: found.number,
        hash: found.shown.hash,
        frozen,
        open,
    })
}

/// Takes an objection: noted, due, told to who handles it.
///
/// # Errors
/// [`PublicationRefusal`] outside the window, or where something is missing; a mark of secrecy.
pub async fn object(product: &Product, id: i64, filing: &Filing) -> Result<Receipt, AppError> {
    let notice = notice(product, id).await?;
    let Some(terms) = notice.frozen.terms.clone() else {
        return Err(missing(id));
    };
    if !notice.open {
        return Err(PublicationRefusal::Closed {
            from: terms.from,
            to: terms.to,
        }
        .into());
    }
    let filing = checked(filing, &notice.frozen, terms.real_name)?;
    let register = playing(&product.pack, "objection")?.clone();
    let today = product.today();
    let due = window::after(&product.pack, today, terms.answer);
    let order = Arc::new((filing, register, product.clone(), notice.frozen.title));
    let whole = whole(product);
    let actor = Actor::named("public");
    let record = whole.act(&actor, move |act| {
        let order = Arc::clone(&order);
        async move {
            let (filing, register, product, title) = &*order;
            let open = open_objections(register, id);
            if list::count(&mut act.tx, &register.id, &open).await? >= MOST_OBJECTIONS {
                return Err(PublicationRefusal::Full.into());
            }
            let text = |it: &str| match it {
                "" => Value::Null,
                text => Value::text(text),
            };
            let about = match filing.about.as_str() {
                "" => title.clone(),
                text => text.to_owned(),
            };
            let values = [
                ("publication", Value::Int(id)),
                ("about", Value::text(about.as_str())),
                ("content", text(&filing.content)),
                ("name", text(&filing.name)),
                ("phone", text(&filing.phone)),
                ("received_on", Value::Date(today)),
                ("due", Value::Date(due)),
                ("channel", Value::text("网上")),
            ];
            let values = values
                .into_iter()
                .filter_map(|(it, value)| Some((slot(register, it)?.to_owned(), value)));
            let draft = Draft::new(values.collect::<Vec<_>>());
            let record = records::create(act, &register.id, &draft).await?;
            duties::refresh(act, &product.pack, register, &[record]).await?;
            let lifecycle = register.lifecycle.clone().unwrap_or_default();
            let first = lifecycle.states.first().map(|it| it.id.clone());
            let next = lifecycle.expected(first.as_deref().unwrap_or_default());
            let mut whom: Vec<String> = next
                .flat_map(|it| &it.role)
                .map(|it| format!("role:{it}"))
                .collect();
            whom.sort();
            whom.dedup();
            let made = records::get(&mut act.tx, &register.id, record).await?;
            let told = Told {
                kind: "todo",
                whom,
                about: made.map(|it| About::of(register, &it)),
                zh: format!("“{title}”收到异议，请于{due}前答复"),
                en: format!("an objection to `{title}` came in, to be answered by {due}"),
            };
            notices::tell(act, &product.outgoing, &told).await?;
            Ok::<_, AppError>(record)
        }
        .boxed()
    });
    let record = record.await?;
    Ok(Receipt {
        number: format!("{}-{record}", today.strftime("%Y%m%d")),
        due: due.to_string(),
    })
}

/// What was sent, trimmed, within bounds and of the list.
fn checked(filing: &Filing, frozen: &Frozen, real_name: bool) -> Result<Filing, AppError> {
    let clean = |text: &str| {
        let kept = text.trim().chars();
        kept.filter(|it| !it.is_control() || *it == '\n')
            .collect::<String>()
    };
    let filing = Filing {
        about: clean(&filing.about),
        name: clean(&filing.name),
        phone: clean(&filing.phone),
        content: clean(&filing.content),
    };
    let lacks = |what| Err(PublicationRefusal::Lacks { what }.into());
    let length = filing.content.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return lacks("content");
    }
    let names = filing.name.chars().count();
    if names > LONGEST_NAME || (real_name && names < 2) {
        return lacks("name");
    }
    let digits = filing.phone.chars().filter(char::is_ascii_digit).count();
    let plain = |it: char| it.is_ascii_digit() || matches!(it, '-' | '+' | ' ' | '(' | ')');
    let given = !filing.phone.is_empty() || real_name;
    if given && (!filing.phone.chars().all(plain) || !(7..=15).contains(&digits)) {
        return lacks("phone");
    }
    let listed = frozen.rows.iter().any(|it| about(it) == filing.about);
    if !filing.about.is_empty() && !listed {
        return lacks("about");
    }
    AppError::unless_secret(
        "objection",
        secrecy::find([filing.content.as_str()]).as_ref(),
    )?;
    Ok(filing)
}

/// By what a row of a list is called when somebody objects to it.
#[must_use]
pub fn about(row: &[String]) -> String {
    let words = row.iter().filter(|it| !it.is_empty()).take(2);
    let words: Vec<&str> = words.map(String::as_str).collect();
    words.join(" · ")
}

/// What is open, as it was released last.
///
/// # Errors
/// The database's.
pub async fn catalogue(product: &Product) -> Result<Vec<OpenView>, AppError> {
    let mut tx = whole(product).read().await?;
    let all = publication::last_releases(&mut tx).await?;
    let declared = |it: &Release| product.pack.open_data.get(&it.released.dataset).cloned();
    let shown = all.iter().filter_map(|it| Some((declared(it)?, it)));
    shown.map(|(open, it)| opened(&open, it)).collect()
}

/// One of them.
///
/// # Errors
/// One that is not open: it is not told from one that is not there.
pub async fn dataset(product: &Product, id: &str) -> Result<OpenView, AppError> {
    let all = catalogue(product).await?;
    let found = all.into_iter().find(|it| it.id == id);
    found.ok_or_else(|| AppError::not_found("dataset", id, []))
}

/// A file of it: name, hash, content.
///
/// # Errors
/// As [`dataset`]; a form that there is not.
pub async fn file(
    product: &Product,
    id: &str,
    form: &str,
) -> Result<(String, String, Vec<u8>), AppError> {
    let open = dataset(product, id).await?;
    let found = open.files.into_iter().find(|it| it.0 == form);
    let (_, name, hash) = found.ok_or_else(|| AppError::not_found("file", form, []))?;
    let bytes = files::read(&product.store, &hash).await?;
    Ok((name, hash, bytes))
}

fn opened(open: &OpenData, it: &Release) -> Result<OpenView, AppError> {
    let files = [
        ("csv", &it.released.csv),
        ("xlsx", &it.released.xlsx),
        ("json", &it.released.json),
    ];
    let files = files.into_iter().filter_map(|(form, value)| {
        let (hash, name) = file_of(value)?;
        Some((form, name, hash))
    });
    Ok(OpenView {
        id: open.id.clone(),
        catalogued: Catalogued::read(&it.released.body)?,
        number: it.number,
        files: files.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_objection_says_who_what_and_about_what() {
        let frozen = Frozen {
            rows: vec![vec!["A-1".into(), "示例项目".into(), "张*".into()]],
            ..Frozen::default()
        };
        let enough = "该项目的承担单位不符合申报条件。";
        #[rustfmt::skip]
        let cases = [
            // about,            name,     phone,          content,       real name, refusal
            ("",                 "示例人", "13812345678",  enough,        true,      None),
            ("A-1 · 示例项目",   "示例人", "0532-85881234", enough,       true,      None),
            ("A-2 · 别的项目",   "示例人", "13812345678",  enough,        true,      Some("objection_lacks")),
            ("",                 "",       "13812345678",  enough,        true,      Some("objection_lacks")),
            ("",                 "示例人", "",             enough,        true,      Some("objection_lacks")),
            ("",                 "示例人", "<script>",     enough,        true,      Some("objection_lacks")),
            ("",                 "",       "",             enough,        false,     None),
            ("",                 "",       "",             "不同意",      false,     Some("objection_lacks")),
            ("",                 "示例人", "13812345678",  "机密★10年，该项目不符合条件", true, Some("secret_file")),
        ];
        for (about, name, phone, content, real_name, want) in cases {
            let filing = Filing {
                about: about.into(),
                name: name.into(),
                phone: phone.into(),
                content: content.into(),
            };
            let got = checked(&filing, &frozen, real_name);
            let got = got.err().map(|it| it.code());
            assert_eq!(got, want, "{filing:?}");
        }
    }
}
