//! Tokens: programs that act in somebody's name, with fewer rights and an end.
//!
//! Owns what a token may carry. Leaves reading it from a request to the pages.
//!
//! Invariant: a token never may what its account may not; it is shown once, when it is made.

use futures::FutureExt as _;
use jiff::{ToSpan as _, civil::Date};
use quanyu_core::{
    access::{Office, Right},
    actor::Actor,
};
use quanyu_store::token as tokens;

use super::{
    AccountRefusal,
    session::{Known, day_of, hash_of, random},
    who,
};
use crate::app::{AppError, Product, mandates};

/// What a token begins with, so that people and scanners of leaks know it.
pub const PREFIX: &str = "qy_";

/// Days that a token lives at most.
const LONGEST: i32 = 366;

/// A token as its owner sees it.
#[derive(Clone, Debug)]
pub struct TokenView {
    /// Its number.
    pub id: i64,
    /// What it is for.
    pub title: String,
    /// Rights, as packs write them.
    pub rights: Vec<String>,
    /// When it was made, UTC.
    pub made_at: String,
    /// The last day.
    pub expires: String,
    /// When it was last used, UTC.
    pub seen_at: Option<String>,
}

/// Makes a token for an account: the text that the program is to send, shown this once. For another's account this takes the
/// office that makes accounts.
///
/// # Errors
/// No right at all, a day that is past or too far, no such account.
pub async fn create(
    product: &Product,
    name: &str,
    title: &str,
    rights: &[Right],
    expires: Date,
) -> Result<String, AppError> {
    if name != product.who().actor.as_str() {
        product.need(Office::System)?;
    }
    if rights.is_empty() {
        return Err(AccountRefusal::BadToken { what: "rights" }.into());
    }
    let today = product.today();
    if expires < today || expires > today.saturating_add(LONGEST.days()) {
        return Err(AccountRefusal::BadToken { what: "expires" }.into());
    }
    let held = format!("{PREFIX}{}", random()?);
    let hash = hash_of(&held);
    let words: Vec<&str> = rights.iter().map(|it| it.word()).collect();
    let (words, expires) = (words.join(","), expires.to_string());
    let title: String = title.trim().chars().take(80).collect();
    super::change(product, name, move |act, account| {
        let (hash, title, words, expires) =
            (hash.clone(), title.clone(), words.clone(), expires.clone());
        async move {
            tokens::create(act, &account, &hash, &title, &words, &expires).await?;
            Ok(())
        }
        .boxed()
    })
    .await?;
    Ok(held)
}

/// The tokens of the person before us.
///
/// # Errors
/// No such account.
pub async fn own(product: &Product) -> Result<Vec<TokenView>, AppError> {
    let mut tx = product.store.read().await?;
    let account = super::named(&mut tx, product.who().actor.as_str()).await?;
    let all = tokens::of(&mut tx, account.id).await?;
    Ok(all
        .into_iter()
        .map(|it| TokenView {
            id: it.id,
            title: it.title,
            rights: it.rights.split(',').map(str::to_owned).collect(),
            made_at: it.made_at,
            expires: it.expires,
            seen_at: it.seen_at,
        })
        .collect())
}

/// Ends a token of the person before us.
///
/// # Errors
/// No such token.
pub async fn end(product: &Product, id: i64) -> Result<(), AppError> {
    let name = product.who().actor.as_str().to_owned();
    super::change(product, &name, move |act, account| {
        async move {
            if tokens::end(act, &account, id).await? {
                return Ok(());
            }
            Err(AppError::not_found("token", &id.to_string(), []))
        }
        .boxed()
    })
    .await
}

/// Who sends this token; `None` where nobody does, or no longer.
///
/// # Errors
/// The database's.
pub async fn of(product: &Product, held: &str) -> Result<Option<Known>, AppError> {
    let mut tx = product.store.read().await?;
    let Some((token, account)) = tokens::find(&mut tx, &hash_of(held)).await? else {
        return Ok(None);
    };
    drop(tx);
    let now = product.store.clock().now();
    let today = day_of(now);
    let ended = |day: &str| day < today.as_str();
    if ended(&token.expires) || account.locked || account.expires.as_deref().is_some_and(ended) {
        return Ok(None);
    }
    let seen: Option<jiff::Timestamp> = token.seen_at.as_ref().and_then(|it| it.parse().ok());
    if seen.is_none_or(|it| now.duration_since(it).as_secs() >= 60) {
        let actor = Actor::named(account.name.clone());
        let id = token.id;
        product
            .store
            .act(&actor, move |act| {
                async move { Ok::<_, AppError>(tokens::touch(act, id).await?) }.boxed()
            })
            .await?;
    }
    let mut person = who(&product.pack, &account);
    person.only = Some(token.rights.split(',').filter_map(Right::parse).collect());
    Ok(Some(Known {
        mandates: mandates::held_by(product, &account).await?,
        who: person,
        account: account.name,
        session: None,
        must: None,
    }))
}
