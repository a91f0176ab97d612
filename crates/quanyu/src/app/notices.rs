//! 通知: somebody is told, in the application and by the channels that the district's operator set up.
//!
//! Owns telling inside an act, the list and what is unread. Leaves the channels to [`outgoing`], sending to [`send`].
//!
//! Invariant: a letter is ordered in the transaction of what it tells of, so that none goes out for what did not happen.
//!
//! Start reading at [`tell`].

pub mod outgoing;
mod robot;
pub mod send;

use futures::FutureExt as _;
use quanyu_core::{access::Scope, text::Text};
use quanyu_pack::model::Register;
use quanyu_store::{
    Act, StoreError,
    jobs::{self, NewJob},
    notice::{self, Notice, Reader},
    records::Record,
};

use self::outgoing::Outgoing;
use super::{
    AppError, Product, say,
    who::{Grants, organization_of},
};

/// What is to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What it is about: `todo`, `returned`, `due`, `late`, `effect`, `opinion`, `delegation`, `handover`.
    pub kind: &'static str,
    /// `person:NAME` or `role:ID`.
    pub whom: Vec<String>,
    /// The record, and where it belongs.
    pub about: Option<About>,
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// The record that a notice is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Its register.
    pub register: String,
    /// Its id.
    pub record: i64,
    /// Its region.
    pub region: String,
    /// The organization that owns it.
    pub owner_org: Option<i64>,
    /// The user who owns it.
    pub owner_user: Option<String>,
}

impl About {
    /// Of a record.
    #[must_use]
    pub fn of(register: &Register, it: &Record) -> Self {
        Self {
            register: register.id.clone(),
            record: it.id,
            region: it.region.clone(),
            owner_org: organization_of(register, it),
            owner_user: it.owner_user.clone(),
        }
    }
}

impl Told {
    /// One person is told of something that is no record.
    #[must_use]
    pub fn person(kind: &'static str, person: &str, zh: String, en: String) -> Self {
        Self {
            kind,
            whom: vec![format!("person:{person}")],
            about: None,
            zh,
            en,
        }
    }
}

/// A notice, as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeView {
    /// Its number.
    pub id: i64,
    /// When, as shown in Asia/Shanghai.
    pub at: String,
    /// What it is about.
    pub kind: String,
    /// What it says.
    pub text: Text,
    /// The record: register and id.
    pub about: Option<(String, i64)>,
    /// Whether who looks has read it.
    pub read: bool,
}

/// Unread notices counted at most: past that the frame says 99+.
pub const MOST_UNREAD: u32 = 100;
/// Notices listed.
const SHOWN: u32 = 200;
/// How often a letter is tried: with doubling waits over half a day.
const ATTEMPTS: u32 = 12;
/// The kind of the jobs that send letters.
pub const SEND: &str = "notice.send";

/// Tells somebody inside an act: a notice for each who is told, and a job for each channel that wants to know.
///
/// # Errors
/// The database's.
pub async fn tell(act: &mut Act, outgoing: &Outgoing, it: &Told) -> Result<(), StoreError> {
    let about = it.about.clone();
    let place = about.clone().unwrap_or_default();
    for whom in &it.whom {
        let new = Notice {
            kind: it.kind.to_owned(),
            whom: whom.clone(),
            about: about.as_ref().map(|it| (it.register.clone(), it.record)),
            zh: it.zh.clone(),
            en: it.en.clone(),
            region: place.region.clone(),
            owner_org: place.owner_org,
            owner_user: place.owner_user.clone(),
            ..Notice::default()
        };
        let id = notice::tell(act, &new).await?;
        for letter in outgoing.letters(it, whom) {
            let job = NewJob {
                kind: SEND.to_owned(),
                key: format!("{SEND}:{id}:{}", letter.channel),
                payload: letter.payload(),
                max_attempts: ATTEMPTS,
                not_before: None,
            };
            jobs::enqueue(act, &job).await?;
        }
    }
    Ok(())
}

/// Notices for who looks, the newest first.
///
/// # Errors
/// The database's.
pub async fn list(product: &Product) -> Result<Vec<NoticeView>, AppError> {
    let mut tx = product.store.read().await?;
    let found = notice::list(&mut tx, &reader(product), SHOWN).await?;
    let shown = found.into_iter().map(|it| NoticeView {
        id: it.id,
        at: say::shanghai(&it.at),
        kind: it.kind,
        text: Text {
            zh: it.zh,
            en: Some(it.en),
        },
        about: it.about,
        read: it.read,
    });
    Ok(shown.collect())
}

/// How many notices who looks has not read, at most [`MOST_UNREAD`].
///
/// # Errors
/// The database's.
pub async fn unread(product: &Product) -> Result<i64, AppError> {
    let mut tx = product.store.read().await?;
    Ok(notice::unread(&mut tx, &reader(product), MOST_UNREAD).await?)
}

/// Notes that who looks has read these, or all that are listed.
///
/// # Errors
/// The database's.
pub async fn read(product: &Product, only: Option<i64>) -> Result<(), AppError> {
    let listed = list(product).await?;
    let ids: Vec<i64> = listed
        .iter()
        .filter(|it| !it.read && only.is_none_or(|only| only == it.id))
        .map(|it| it.id)
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let person = product.actor().as_str().to_owned();
    let actor = product.actor();
    let noted = product.store.act(&actor, move |act| {
        let (person, ids) = (person.clone(), ids.clone());
        async move { notice::read(act, &person, &ids).await }.boxed()
    });
    Ok(noted.await?)
}

/// Whose notices who looks may see.
fn reader(product: &Product) -> Reader {
    let who = product.who();
    let roles = match &who.grants {
        Grants::Everything => None,
        Grants::Roles(grants) => Some(
            grants
                .iter()
                .map(|it| (it.role.clone(), it.scope.clone()))
                .filter(|(_, scope): &(String, Scope)| !scope.is_nothing())
                .collect(),
        ),
    };
    Reader {
        person: who.actor.as_str().to_owned(),
        roles,
    }
}
