//! Accounts: who may sign in, with which roles, and what was tried.
//!
//! Owns the rows of accounts, roles and earlier passwords, and their entries in the change chain. Leaves what a good password
//! is, hashing and whether somebody may change an account to the application.
//!
//! Invariant: whatever changes what an account may do has its entry in the chain, in the same transaction; no entry and no row
//! holds a password or a secret in clear.
//!
//! Start reading at [`Account`].

use std::collections::BTreeMap;

use crate::{
    act::Act,
    audit::ChainFault,
    body::Body,
    door::{Bind, Row, Tx},
    error::StoreError,
};

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number, of the sequence of records.
    pub id: i64,
    /// The name that is typed, and that changes carry.
    pub name: String,
    /// The name that people read.
    pub title: String,
    /// Hash of the password; none where somebody else proves who it is.
    pub password: Option<String>,
    /// When the password was set, UTC.
    pub password_at: String,
    /// Has to be changed before anything else.
    pub must_change: bool,
    /// The last day it may be used.
    pub expires: Option<String>,
    /// Locked by an administrator.
    pub locked: bool,
    /// Failures since the last success.
    pub fails: i64,
    /// Locked until then, UTC, after failures.
    pub locked_until: Option<String>,
    /// Whether a second factor is asked for.
    pub has_second: bool,
    /// The last step of the second factor that was used.
    pub second_step: i64,
    /// What a provider of sign-in calls this person.
    pub subject: Option<String>,
    /// Made up for demonstration.
    pub demonstration: bool,
    /// When it was made, UTC.
    pub made_at: String,
    /// When somebody last signed in, UTC.
    pub signed_in_at: Option<String>,
    /// What it was given.
    pub roles: Vec<Held>,
}

/// A role that an account holds, and over what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Role of the pack.
    pub role: String,
    /// The region it reaches over, where its scope asks for one.
    pub region: Option<String>,
    /// The organization, likewise.
    pub organization: Option<i64>,
}

impl Held {
    /// In one word, as the chain keeps it: `role@region#organization`.
    #[must_use]
    pub fn said(&self) -> String {
        let mut said = self.role.clone();
        if let Some(region) = &self.region {
            said.push_str(&format!("@{region}"));
        }
        if let Some(organization) = self.organization {
            said.push_str(&format!("#{organization}"));
        }
        said
    }
}

/// An account to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewAccount {
    /// The name that is typed.
    pub name: String,
    /// The name that people read.
    pub title: String,
    /// Hash of the password.
    pub password: Option<String>,
    /// Whether it has to be changed at the first sign-in.
    pub must_change: bool,
    /// The last day it may be used.
    pub expires: Option<String>,
    /// What a provider of sign-in calls this person.
    pub subject: Option<String>,
    /// Made up for demonstration.
    pub demonstration: bool,
    /// What it is given.
    pub roles: Vec<Held>,
}

const COLUMNS: &str = "id, name, title, password, password_at, must_change, expires, locked, fails, locked_until, \
     case when second is null then 0 else 1 end, second_step, subject, demonstration, made_at, signed_in_at";

/// Makes an account; its number. The name must be free: [`by_name`] in the same act tells.
///
/// # Errors
/// The database's.
pub async fn create(act: &mut Act, new: &NewAccount) -> Result<i64, StoreError> {
    let id = act.next_ids(1);
    let values = [
        Bind::from(id),
        Bind::from(new.name.as_str()),
        Bind::from(new.title.as_str()),
        Bind::from(new.password.clone()),
        Bind::from(act.at.as_str()),
        Bind::from(i64::from(new.must_change)),
        Bind::from(new.expires.clone()),
        Bind::from(new.subject.clone()),
        Bind::from(i64::from(new.demonstration)),
    ];
    let sql = "
        insert into account (id, name, title, password, password_at, must_change, expires, locked, fails, second_step,
                             subject, demonstration, made_at)
        values ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, $8, $9, $5)";
    act.tx.run(sql, &values).await?;
    give(act, id, &new.roles).await?;
    let mut body = Body::default();
    body.set("account", Some(new.name.clone()));
    body.set("title", Some(new.title.clone()));
    body.set("expires", new.expires.clone());
    body.set("roles", Some(said(&new.roles)));
    act.log("account.create", Some(body.text())).await?;
    Ok(id)
}

/// The account of a name.
///
/// # Errors
/// The database's.
pub async fn by_name(tx: &mut Tx, name: &str) -> Result<Option<Account>, StoreError> {
    one(tx, "name = $1", Bind::from(name)).await
}

/// The account of a number.
///
/// # Errors
/// The database's.
pub async fn by_id(tx: &mut Tx, id: i64) -> Result<Option<Account>, StoreError> {
    one(tx, "id = $1", Bind::from(id)).await
}

/// The account that a provider of sign-in calls so.
///
/// # Errors
/// The database's.
pub async fn by_subject(tx: &mut Tx, subject: &str) -> Result<Option<Account>, StoreError> {
    one(tx, "subject = $1", Bind::from(subject)).await
}

/// Accounts in order of name, after `after`, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn list(tx: &mut Tx, after: &str, limit: u32) -> Result<Vec<Account>, StoreError> {
    let sql = format!("select {COLUMNS} from account where name > $1 order by name limit $2");
    let values = [Bind::from(after), Bind::from(i64::from(limit))];
    let mut all = Vec::new();
    for row in tx.rows_built(sql, &values).await? {
        all.push(account(&row)?);
    }
    for account in &mut all {
        account.roles = roles(tx, account.id).await?;
    }
    Ok(all)
}

/// Number, name and read name of the accounts made after this one.
///
/// # Errors
/// The database's.
pub async fn names_after(tx: &mut Tx, id: i64) -> Result<Vec<(i64, String, String)>, StoreError> {
    let sql = "select id, name, title from account where id > $1 order by id";
    let rows = tx.rows(sql, &[Bind::from(id)]).await?;
    let read = |row: &Row| Ok((row.int(0)?, row.text(1)?, row.text(2)?));
    rows.iter().map(read).collect()
}

/// Whether anybody may sign in at all.
///
/// # Errors
/// The database's.
pub async fn any(tx: &mut Tx) -> Result<bool, StoreError> {
    let row = tx.row("select 1 from account limit 1", &[]).await?;
    Ok(row.is_some())
}

/// Names of made-up accounts that are not locked.
///
/// # Errors
/// The database's.
pub async fn open_demonstration(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let sql = "
        select name from account where demonstration = 1 and locked = 0 order by name limit 100";
    let rows = tx.rows(sql, &[]).await?;
    rows.iter().map(|it| it.text(0)).collect()
}

async fn one(
    tx: &mut Tx,
    condition: &'static str,
    value: Bind,
) -> Result<Option<Account>, StoreError> {
    let sql = format!("select {COLUMNS} from account where {condition}");
    let rows = tx.rows_built(sql, &[value]).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let mut account = account(row)?;
    account.roles = roles(tx, account.id).await?;
    Ok(Some(account))
}

fn account(row: &Row) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.int(0)?,
        name: row.text(1)?,
        title: row.text(2)?,
        password: row.opt_text(3)?,
        password_at: row.text(4)?,
        must_change: row.int(5)? != 0,
        expires: row.opt_text(6)?,
        locked: row.int(7)? != 0,
        fails: row.int(8)?,
        locked_until: row.opt_text(9)?,
        has_second: row.int(10)? != 0,
        second_step: row.int(11)?,
        subject: row.opt_text(12)?,
        demonstration: row.int(13)? != 0,
        made_at: row.text(14)?,
        signed_in_at: row.opt_text(15)?,
        roles: Vec::new(),
    })
}

async fn roles(tx: &mut Tx, id: i64) -> Result<Vec<Held>, StoreError> {
    let sql =
        "select role, region, organization from account_role where account = $1 order by place";
    let rows = tx.rows(sql, &[Bind::from(id)]).await?;
    rows.iter()
        .map(|row| {
            Ok(Held {
                role: row.text(0)?,
                region: row.opt_text(1)?,
                organization: row.opt_int(2)?,
            })
        })
        .collect()
}

fn said(roles: &[Held]) -> String {
    let said: Vec<String> = roles.iter().map(Held::said).collect();
    said.join(" ")
}

async fn give(act: &mut Act, id: i64, roles: &[Held]) -> Result<(), StoreError> {
    for (held, place) in roles.iter().zip(0_i64..) {
        let values = [
            Bind::from(id),
            Bind::from(place),
            Bind::from(held.role.as_str()),
            Bind::from(held.region.clone()),
            Bind::from(held.organization),
        ];
        let sql = "
            insert into account_role (account, place, role, region, organization)
            values ($1, $2, $3, $4, $5)";
        act.tx.run(sql, &values).await?;
    }
    Ok(())
}

/// Compares what every account was given with what the chain says of it last: a role that no act gave is a fault.
pub(crate) async fn verify(tx: &mut Tx) -> Result<Option<ChainFault>, StoreError> {
    let sql = "select seq, after from change where act in ('account.create', 'account.roles') order by seq";
    let mut last = BTreeMap::new();
    for row in tx.rows(sql, &[]).await? {
        let body = Body::parse(&row.text(1)?)?;
        let name = body.fields.get("account").cloned().unwrap_or_default();
        let roles = body.fields.get("roles").cloned().unwrap_or_default();
        last.insert(name, (row.int(0)?, roles));
    }
    let fault = |name: &str, seq| {
        Ok(Some(ChainFault::Kept {
            table: "account_role",
            id: name.to_owned(),
            seq,
        }))
    };
    let rows = tx.rows("select id, name from account order by id", &[]);
    for row in rows.await? {
        let name = row.text(1)?;
        let held = said(&roles(tx, row.int(0)?).await?);
        match last.remove(&name) {
            Some((_, given)) if given == held => {}
            Some((seq, _)) => return fault(&name, seq),
            None => return fault(&name, 0),
        }
    }
    match last.into_iter().next() {
        Some((name, (seq, _))) => fault(&name, seq),
        None => Ok(None),
    }
}

/// Gives an account other roles, in place of those it has.
///
/// # Errors
/// The database's.
pub async fn set_roles(act: &mut Act, account: &Account, roles: &[Held]) -> Result<(), StoreError> {
    let sql = "delete from account_role where account = $1";
    act.tx.run(sql, &[Bind::from(account.id)]).await?;
    give(act, account.id, roles).await?;
    let mut body = Body::default();
    body.set("account", Some(account.name.clone()));
    body.set("before", Some(said(&account.roles)));
    body.set("roles", Some(said(roles)));
    act.log("account.roles", Some(body.text())).await?;
    Ok(())
}

/// Sets a password by its hash; the one before is remembered. It ends a lock that failures made.
///
/// # Errors
/// The database's.
pub async fn set_password(
    act: &mut Act,
    account: &Account,
    hash: &str,
    must_change: bool,
) -> Result<(), StoreError> {
    if let Some(was) = &account.password {
        let values = [
            Bind::from(account.id),
            Bind::from(act.at.as_str()),
            Bind::from(was.as_str()),
        ];
        let sql = "
            insert into account_password (account, at, password) values ($1, $2, $3)
            on conflict (account, at) do nothing";
        act.tx.run(sql, &values).await?;
    }
    let values = [
        Bind::from(hash),
        Bind::from(act.at.as_str()),
        Bind::from(i64::from(must_change)),
        Bind::from(account.id),
    ];
    let sql = "
        update account set password = $1, password_at = $2, must_change = $3, fails = 0, locked_until = null
         where id = $4";
    act.tx.run(sql, &values).await?;
    note(act, "account.password", &account.name, "").await
}

/// Hashes of the passwords before the one that holds, the last first.
///
/// # Errors
/// The database's.
pub async fn earlier_passwords(
    tx: &mut Tx,
    id: i64,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let sql = "select password from account_password where account = $1 order by at desc limit $2";
    let rows = tx.rows(sql, &[Bind::from(id), Bind::from(limit)]).await?;
    rows.iter().map(|it| it.text(0)).collect()
}

/// Locks an account, or opens it again.
///
/// # Errors
/// The database's.
pub async fn set_locked(act: &mut Act, account: &Account, locked: bool) -> Result<(), StoreError> {
    let values = [Bind::from(i64::from(locked)), Bind::from(account.id)];
    let sql = "update account set locked = $1, fails = 0, locked_until = null where id = $2";
    act.tx.run(sql, &values).await?;
    let name = if locked {
        "account.lock"
    } else {
        "account.unlock"
    };
    note(act, name, &account.name, "").await
}

/// Sets the last day of an account.
///
/// # Errors
/// The database's.
pub async fn set_expiry(
    act: &mut Act,
    account: &Account,
    day: Option<&str>,
) -> Result<(), StoreError> {
    let values = [Bind::from(day.map(str::to_owned)), Bind::from(account.id)];
    act.tx
        .run("update account set expires = $1 where id = $2", &values)
        .await?;
    note(act, "account.expiry", &account.name, day.unwrap_or("-")).await
}

/// Seals and keeps the secret of a second factor, or ends it.
///
/// # Errors
/// The database's, or the disk's.
pub async fn set_second(
    act: &mut Act,
    account: &Account,
    secret: Option<(&str, i64)>,
) -> Result<(), StoreError> {
    let sealed = secret
        .map(|(secret, _)| act.keys.seal(account.id, secret))
        .transpose()?;
    let values = [
        Bind::from(sealed),
        Bind::from(secret.map_or(0, |(_, step)| step)),
        Bind::from(account.id),
    ];
    let sql = "update account set second = $1, second_step = $2 where id = $3";
    act.tx.run(sql, &values).await?;
    let name = if secret.is_some() {
        "account.second"
    } else {
        "account.second_end"
    };
    note(act, name, &account.name, "").await
}

/// The secret of an account's second factor.
///
/// # Errors
/// The database's, or the disk's.
pub async fn second(act: &mut Act, id: i64) -> Result<Option<String>, StoreError> {
    let sql = "select second from account where id = $1";
    let row = act.tx.row(sql, &[Bind::from(id)]).await?;
    match row.map(|it| it.opt_text(0)).transpose()?.flatten() {
        Some(sealed) => act.keys.open(id, &sealed),
        None => Ok(None),
    }
}

/// Notes that a step of the second factor was used, so that its code opens nothing again.
///
/// # Errors
/// The database's.
pub async fn use_second(act: &mut Act, id: i64, step: i64) -> Result<(), StoreError> {
    let sql = "update account set second_step = $1 where id = $2";
    act.tx.run(sql, &[Bind::from(step), Bind::from(id)]).await?;
    Ok(())
}

/// Notes a failure to sign in: of an account, which may be locked by it, or of a name that is none.
///
/// # Errors
/// The database's.
pub async fn failed(
    act: &mut Act,
    name: &str,
    account: Option<(&Account, i64, Option<&str>)>,
    address: &str,
) -> Result<(), StoreError> {
    if let Some((account, fails, until)) = account {
        let values = [
            Bind::from(fails),
            Bind::from(until.map(str::to_owned)),
            Bind::from(account.id),
        ];
        let sql = "update account set fails = $1, locked_until = $2 where id = $3";
        act.tx.run(sql, &values).await?;
        if until.is_some() {
            note(act, "account.locked_out", name, address).await?;
        }
    }
    note(act, "sign_in.failed", name, address).await
}

/// Notes that somebody signed in.
///
/// # Errors
/// The database's.
pub async fn signed_in(act: &mut Act, account: &Account, address: &str) -> Result<(), StoreError> {
    let values = [Bind::from(act.at.as_str()), Bind::from(account.id)];
    let sql = "
        update account set signed_in_at = $1, fails = 0, locked_until = null where id = $2";
    act.tx.run(sql, &values).await?;
    note(act, "sign_in", &account.name, address).await
}

/// Rules of sign-in that were set.
///
/// # Errors
/// The database's.
pub async fn rules(tx: &mut Tx) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = tx
        .rows("select name, value from sign_in_rule order by name", &[])
        .await?;
    rows.iter()
        .map(|it| Ok((it.text(0)?, it.int(1)?)))
        .collect()
}

/// Sets a rule of sign-in.
///
/// # Errors
/// The database's.
pub async fn set_rule(act: &mut Act, name: &str, value: i64) -> Result<(), StoreError> {
    let sql = "
        insert into sign_in_rule (name, value) values ($1, $2)
        on conflict (name) do update set value = excluded.value";
    act.tx
        .run(sql, &[Bind::from(name), Bind::from(value)])
        .await?;
    let mut body = Body::default();
    body.set("rule", Some(name.to_owned()));
    body.set("value", Some(value.to_string()));
    act.log("account.rule", Some(body.text())).await?;
    Ok(())
}

/// An entry of the chain about an account.
pub(crate) async fn note(
    act: &mut Act,
    what: &str,
    account: &str,
    more: &str,
) -> Result<(), StoreError> {
    let mut body = Body::default();
    // A name that was typed is anything; it is kept short.
    body.set("account", Some(account.chars().take(80).collect()));
    body.set("note", Some(more.to_owned()).filter(|it| !it.is_empty()));
    act.log(what, Some(body.text())).await?;
    Ok(())
}

/// Whether an account holds a role over an organization.
///
/// # Errors
/// The database's.
pub async fn held_over(tx: &mut Tx, role: &str, organization: i64) -> Result<bool, StoreError> {
    let sql = "select 1 from account_role where role = $1 and organization = $2 limit 1";
    let values = [Bind::from(role), Bind::from(organization)];
    Ok(tx.row(sql, &values).await?.is_some())
}
