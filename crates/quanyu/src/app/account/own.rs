//! One's own account: password, second factor, sessions.
//!
//! Owns what people do with their own account; each proves with the present password that it is theirs.
//!
//! Invariant: a changed password or second factor ends all other sessions and gives this one another hash.

use futures::FutureExt as _;
use quanyu_store::{
    Act,
    account::{self as rows, Account},
    session as sessions,
};

use super::{
    AccountRefusal, change, named, password, rules, second,
    session::{hash_of, random},
};
use crate::app::{AppError, Product};

/// One's own account as one sees it.
#[derive(Clone, Debug)]
pub struct OwnAccount {
    /// The name that is typed.
    pub name: String,
    /// The name that people read.
    pub title: String,
    /// Roles with what they reach over, in words.
    pub roles: Vec<(String, quanyu_core::text::Text, String)>,
    /// Whether there is a password of ours.
    pub has_password: bool,
    /// When it was set, UTC.
    pub password_at: String,
    /// Whether a second factor is set.
    pub second: bool,
    /// Sessions: a mark to end it by, browser, address, begun, last used, whether it is this one.
    pub sessions: Vec<SessionView>,
}

/// A session as its owner sees it.
#[derive(Clone, Debug)]
pub struct SessionView {
    /// By which it is ended: the beginning of its hash.
    pub mark: String,
    /// What the browser calls itself.
    pub agent: String,
    /// From where.
    pub address: String,
    /// When it began, UTC.
    pub made_at: String,
    /// When it was last used, UTC.
    pub seen_at: String,
    /// Whether it is the one that asks.
    pub this: bool,
}

/// Letters of a hash by which a session is named.
const MARK: usize = 16;

/// One's own account; `session` is the hash of the one that asks.
///
/// # Errors
/// When the person before us has no account.
pub async fn show(product: &Product, session: Option<&str>) -> Result<OwnAccount, AppError> {
    let mut tx = product.store.read().await?;
    let account = named(&mut tx, product.who().actor.as_str()).await?;
    let sessions = sessions::of(&mut tx, account.id).await?;
    let seen = super::view(product, &mut tx, &account).await?;
    Ok(OwnAccount {
        name: account.name,
        title: account.title,
        roles: seen.roles,
        has_password: account.password.is_some(),
        password_at: account.password_at,
        second: account.has_second,
        sessions: sessions
            .into_iter()
            .map(|it| SessionView {
                this: session == Some(it.hash.as_str()),
                mark: it.hash.chars().take(MARK).collect(),
                agent: it.agent,
                address: it.address,
                made_at: it.made_at,
                seen_at: it.seen_at,
            })
            .collect(),
    })
}

/// Changes the password; what the browser is to hold from now on.
///
/// # Errors
/// The present password is another, the new one is weak or was used before.
pub async fn set_password(
    product: &Product,
    session: &str,
    present: &str,
    new: &str,
) -> Result<String, AppError> {
    let account = prove(product, present).await?;
    let rules = rules::of(product).await?;
    password::check(&rules, &account.name, new)?;
    let last = rules.get("history");
    let mut tx = product.store.read().await?;
    let earlier = rows::earlier_passwords(&mut tx, account.id, (last - 1).max(0)).await?;
    drop(tx);
    let earlier = earlier.into_iter().chain(account.password.clone());
    let (hashes, typed): (Vec<String>, _) = (earlier.collect(), new.to_owned());
    let used =
        tokio::task::spawn_blocking(move || hashes.iter().any(|it| password::matches(&typed, it)));
    if last > 0 && used.await.unwrap_or(true) {
        return Err(AccountRefusal::Reused { last }.into());
    }
    let hash = password::hash(new.to_owned()).await?;
    let (held, was, kept) = fresh(session)?;
    change(product, &account.name, move |act, account| {
        let (hash, was, kept) = (hash.clone(), was.clone(), kept.clone());
        async move {
            rows::set_password(act, &account, &hash, false).await?;
            renew(act, &account, &was, &kept).await
        }
        .boxed()
    })
    .await?;
    Ok(held)
}

/// Sets a second factor, proved by one of its codes; what the browser is to hold from now on.
///
/// # Errors
/// The present password is another, or the code.
pub async fn set_second(
    product: &Product,
    session: &str,
    present: &str,
    secret: &str,
    code: &str,
) -> Result<String, AppError> {
    let account = prove(product, present).await?;
    let now = product.store.clock().now().as_second();
    let step = second::step(secret, code, now).ok_or(AccountRefusal::BadCode)?;
    let (held, was, kept) = fresh(session)?;
    let secret = secret.to_owned();
    change(product, &account.name, move |act, account| {
        let (secret, was, kept) = (secret.clone(), was.clone(), kept.clone());
        async move {
            rows::set_second(act, &account, Some((&secret, step))).await?;
            renew(act, &account, &was, &kept).await
        }
        .boxed()
    })
    .await?;
    Ok(held)
}

/// Ends the second factor; what the browser is to hold from now on.
///
/// # Errors
/// The present password is another.
pub async fn end_second(
    product: &Product,
    session: &str,
    present: &str,
) -> Result<String, AppError> {
    let account = prove(product, present).await?;
    let (held, was, kept) = fresh(session)?;
    change(product, &account.name, move |act, account| {
        let (was, kept) = (was.clone(), kept.clone());
        async move {
            rows::set_second(act, &account, None).await?;
            renew(act, &account, &was, &kept).await
        }
        .boxed()
    })
    .await?;
    Ok(held)
}

/// Ends another of one's sessions, by its mark.
///
/// # Errors
/// No such session.
pub async fn end_session(product: &Product, mark: &str) -> Result<(), AppError> {
    let (name, mark) = (product.who().actor.as_str().to_owned(), mark.to_owned());
    change(product, &name, move |act, account| {
        let mark = mark.clone();
        async move {
            let all = sessions::of(&mut act.tx, account.id).await?;
            let found = all
                .iter()
                .find(|it| mark.len() == MARK && it.hash.starts_with(&mark));
            let Some(found) = found else {
                return Err(AppError::not_found("session", &mark, []));
            };
            Ok(sessions::end(act, &account, &found.hash).await?)
        }
        .boxed()
    })
    .await
}

/// The account of the person before us, proved by its password. A wrong one counts as a failure to sign in does.
async fn prove(product: &Product, present: &str) -> Result<Account, AppError> {
    let mut tx = product.store.read().await?;
    let account = named(&mut tx, product.who().actor.as_str()).await?;
    drop(tx);
    if password::is(present.to_owned(), account.password.clone()).await? {
        return Ok(account);
    }
    change(product, &account.name, |act, account| {
        async move { Ok(rows::failed(act, &account.name, None, "").await?) }.boxed()
    })
    .await?;
    Err(AccountRefusal::WrongPassword.into())
}

/// What the browser is to hold from now on, the session's hash until now, and from now on.
fn fresh(session: &str) -> Result<(String, String, String), AppError> {
    let held = random()?;
    let kept = hash_of(&held);
    Ok((held, session.to_owned(), kept))
}

async fn renew(act: &mut Act, account: &Account, was: &str, now: &str) -> Result<(), AppError> {
    sessions::end_others(act, account.id, Some(was)).await?;
    Ok(sessions::rotate(act, was, now).await?)
}
