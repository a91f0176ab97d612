//! Signing in and out, and who a session is.
//!
//! Owns what a browser holds: 32 random bytes in hexadecimal, of which only the hash is kept. Leaves cookies to the pages.
//!
//! Invariant: whoever does not sign in is told the same, whatever was wrong, and it took as long.
//!
//! Start reading at [`sign_in`], then [`of`].

use futures::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use quanyu_core::{actor::Actor, change::seal_text};
use quanyu_store::{
    Act,
    account::{self as rows, Account},
    session as sessions,
};
use sha2::{Digest as _, Sha256};

use super::{AccountRefusal, password, rules, rules::Rules, second, who};
use crate::app::{AppError, Product, Who, mandates};

/// A session is noted as used at most this often, so that reading pages writes nothing.
const TOUCH_SECONDS: i64 = 60;

/// Somebody who wants to sign in.
#[derive(Clone, Default)]
pub struct Attempt {
    /// The name as typed.
    pub name: String,
    /// The password as typed.
    pub password: String,
    /// The code of the second factor as typed; empty without one.
    pub code: String,
    /// What the browser calls itself.
    pub agent: String,
    /// From where.
    pub address: String,
    /// A session that the browser holds already: it ends.
    pub was: Option<String>,
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Known {
    /// The person.
    pub who: Who,
    /// The account.
    pub account: String,
    /// For whom this person acts besides, by mandates.
    pub mandates: Vec<mandates::Held>,
    /// Hash of the session; none for a token.
    pub session: Option<String>,
    /// What has to be done before anything else.
    pub must: Option<Must>,
}

/// What somebody has to do before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Must {
    /// Change the password: it is the first one, or too old.
    Password,
    /// Set a second factor.
    Second,
}

/// Signs in: what the browser is to hold.
///
/// # Errors
/// [`AccountRefusal::SignIn`], one text for everything that was wrong.
pub async fn sign_in(product: &Product, attempt: &Attempt) -> Result<String, AppError> {
    let name: String = attempt.name.trim().to_lowercase();
    let mut tx = product.store.read().await?;
    let found = rows::by_name(&mut tx, &name).await?;
    let rules = rules::from(rows::rules(&mut tx).await?);
    drop(tx);
    let hash = found.as_ref().and_then(|it| it.password.clone());
    let right = password::is(attempt.password.clone(), hash.clone()).await?;
    let actor = found.as_ref().map_or("nobody", |it| it.name.as_str());
    let refused = AccountRefusal::SignIn {
        fails: rules.get("fails"),
        minutes: rules.get("lock_minutes"),
    };
    let token = random()?;
    let (attempt, kept) = (attempt.clone(), hash_of(&token));
    let done = product
        .store
        .act(&Actor::named(actor), move |act| {
            let (attempt, kept, rules) = (attempt.clone(), kept.clone(), rules.clone());
            let (name, hash) = (name.clone(), hash.clone());
            async move {
                let account = rows::by_name(&mut act.tx, &name).await?;
                // A password that was changed in between was not the one compared.
                let account = account.filter(|it| it.password == hash);
                let open = match &account {
                    Some(it) if right => is_open(act, it, &attempt.code).await?,
                    _ => false,
                };
                match account {
                    Some(account) if open => {
                        begin(act, &account, &kept, &attempt, &rules).await?;
                        Ok::<_, AppError>(true)
                    }
                    account => {
                        fail(act, &name, account.as_ref(), &attempt.address, &rules).await?;
                        Ok(false)
                    }
                }
            }
            .boxed()
        })
        .await?;
    if done { Ok(token) } else { Err(refused.into()) }
}

/// Begins a session of somebody who has proved who it is elsewhere.
///
/// # Errors
/// [`AccountRefusal::SignIn`] for an account that is locked or ended.
pub async fn begin_for(
    product: &Product,
    account: &Account,
    attempt: &Attempt,
) -> Result<String, AppError> {
    let rules = rules::of(product).await?;
    let refused = AccountRefusal::SignIn {
        fails: rules.get("fails"),
        minutes: rules.get("lock_minutes"),
    };
    let token = random()?;
    let (id, kept, attempt) = (account.id, hash_of(&token), attempt.clone());
    let actor = Actor::named(account.name.clone());
    let done = product
        .store
        .act(&actor, move |act| {
            let (kept, attempt, rules) = (kept.clone(), attempt.clone(), rules.clone());
            async move {
                let account = rows::by_id(&mut act.tx, id).await?;
                match account.filter(|it| usable(act, it)) {
                    Some(account) => {
                        begin(act, &account, &kept, &attempt, &rules).await?;
                        Ok::<_, AppError>(true)
                    }
                    None => Ok(false),
                }
            }
            .boxed()
        })
        .await?;
    if done { Ok(token) } else { Err(refused.into()) }
}

async fn begin(
    act: &mut Act,
    account: &Account,
    kept: &str,
    attempt: &Attempt,
    rules: &Rules,
) -> Result<(), AppError> {
    if let Some(was) = &attempt.was {
        sessions::end(act, account, &hash_of(was)).await?;
    }
    if rules.get("one_session") == 1 {
        sessions::end_others(act, account.id, None).await?;
    }
    let (agent, address) = (short(&attempt.agent), short(&attempt.address));
    sessions::begin(act, account.id, kept, &agent, &address).await?;
    rows::signed_in(act, account, &address).await?;
    // Sessions of everybody that are over leave with this one's coming.
    let now = now(act);
    let before = |minutes: i64| {
        let at = now.checked_sub(SignedDuration::from_mins(minutes));
        quanyu_store::clock::stamp(at.unwrap_or(now))
    };
    let (idle, old) = (
        before(rules.get("idle_minutes")),
        before(rules.get("hours") * 60),
    );
    sessions::sweep(act, &idle, &old).await?;
    Ok(())
}

fn now(act: &Act) -> Timestamp {
    act.at.parse().unwrap_or_default()
}

/// Whether an account may be used now, passwords aside.
fn usable(act: &Act, account: &Account) -> bool {
    let until = account.locked_until.as_ref().and_then(|it| it.parse().ok());
    !account.locked
        && until.is_none_or(|it: Timestamp| it <= now(act))
        && !ended(account, &act.day().to_string())
}

/// Whether the last day of an account is over.
fn ended(account: &Account, today: &str) -> bool {
    account.expires.as_deref().is_some_and(|it| it < today)
}

/// Whether an account may be used and the code, where one is asked for, is the right one and was not used before.
async fn is_open(act: &mut Act, account: &Account, code: &str) -> Result<bool, AppError> {
    if !usable(act, account) {
        return Ok(false);
    }
    let Some(secret) = rows::second(act, account.id).await? else {
        // A key that was destroyed leaves no way in; without a second factor none is asked for.
        return Ok(!account.has_second);
    };
    let at = now(act).as_second();
    match second::step(&secret, code, at) {
        Some(step) if step > account.second_step => {
            rows::use_second(act, account.id, step).await?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Counts a failure and locks the account at the last one that is allowed. While it is locked nothing is counted.
async fn fail(
    act: &mut Act,
    name: &str,
    account: Option<&Account>,
    address: &str,
    rules: &Rules,
) -> Result<(), AppError> {
    let address = short(address);
    let Some(account) = account else {
        return Ok(rows::failed(act, name, None, &address).await?);
    };
    let until: Option<Timestamp> = account.locked_until.as_ref().and_then(|it| it.parse().ok());
    let (fails, until) = match until {
        Some(until) if until > now(act) => (account.fails, account.locked_until.clone()),
        was => {
            // A lock that is over begins the count anew.
            let fails = if was.is_some() { 1 } else { account.fails + 1 };
            let locked = fails >= rules.get("fails");
            let minutes = SignedDuration::from_mins(rules.get("lock_minutes"));
            let until = now(act).checked_add(minutes).ok();
            (
                fails,
                until.filter(|_| locked).map(quanyu_store::clock::stamp),
            )
        }
    };
    let counted = (account, fails, until.as_deref());
    Ok(rows::failed(act, name, Some(counted), &address).await?)
}

fn short(text: &str) -> String {
    text.chars()
        .filter(|it| !it.is_control())
        .take(160)
        .collect()
}

/// Who holds this; `None` where nobody does, or no longer.
///
/// # Errors
/// The database's.
pub async fn of(product: &Product, held: &str) -> Result<Option<Known>, AppError> {
    let hash = hash_of(held);
    let mut tx = product.store.read().await?;
    let Some((session, account)) = sessions::find(&mut tx, &hash).await? else {
        return Ok(None);
    };
    let rules = rules::from(rows::rules(&mut tx).await?);
    drop(tx);
    let now = product.store.clock().now();
    let age = |since: &str| {
        let since: Timestamp = since.parse().unwrap_or_default();
        now.duration_since(since).as_secs()
    };
    let over = age(&session.seen_at) > rules.get("idle_minutes") * 60
        || age(&session.made_at) > rules.get("hours") * 3600;
    if over || account.locked || ended(&account, &day_of(now)) {
        return Ok(None);
    }
    if age(&session.seen_at) >= TOUCH_SECONDS {
        let actor = Actor::named(account.name.clone());
        product
            .store
            .act(&actor, move |act| {
                let hash = hash.clone();
                async move { Ok::<_, AppError>(sessions::touch(act, &hash).await?) }.boxed()
            })
            .await?;
    }
    let days = rules.get("days");
    let old = days > 0 && age(&account.password_at) > days * 86_400;
    let must = if account.password.is_some() && (account.must_change || old) {
        Some(Must::Password)
    } else if rules.get("second_factor") == 1 && !account.has_second && account.password.is_some() {
        Some(Must::Second)
    } else {
        None
    };
    Ok(Some(Known {
        mandates: mandates::held_by(product, &account).await?,
        who: who(&product.pack, &account),
        account: account.name,
        session: Some(session.hash),
        must,
    }))
}

/// Ends a session.
///
/// # Errors
/// The database's.
pub async fn sign_out(product: &Product, account: &str, hash: &str) -> Result<(), AppError> {
    let hash = hash.to_owned();
    super::change(product, account, move |act, account| {
        let hash = hash.clone();
        async move { Ok(sessions::end(act, &account, &hash).await?) }.boxed()
    })
    .await
}

/// The day in China.
pub(super) fn day_of(now: Timestamp) -> String {
    let zone = jiff::tz::Offset::constant(8);
    zone.to_datetime(now).date().to_string()
}

/// 32 random bytes in hexadecimal.
pub(in crate::app) fn random() -> Result<String, AppError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|_| AppError::Output("the machine gives no random bytes".to_owned()))?;
    Ok(seal_text(&bytes))
}

/// What is kept of something held.
pub(in crate::app) fn hash_of(held: &str) -> String {
    seal_text(&Sha256::digest(held.as_bytes()).into())
}
