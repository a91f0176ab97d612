//! Accounts: who may sign in, with what roles, and the administrators who give and take that.
//!
//! Owns the acts on accounts and what they refuse. Leaves the rules of passwords and sessions to [`rules`], signing in to
//! [`session`], the second factor to [`second`], programs to [`token`], rows and the chain to `quanyu-store`.
//!
//! Invariant: who makes accounts gives no roles, and who gives roles makes no accounts (三员分立); no account holds the roles of
//! two administrators.
//!
//! Start reading at [`create`], then [`session::sign_in`].

pub mod own;
pub mod password;
pub mod people;
mod refusal;
pub mod rules;
pub mod second;
pub mod session;
pub mod token;

use futures::FutureExt as _;
use jiff::civil::Date;
use quanyu_core::{
    access::{Office, Part, Scope},
    actor::Actor,
    text::Text,
};
use quanyu_pack::model::Pack;
use quanyu_store::{
    Act, Tx,
    account::{self as rows, Account, Held, NewAccount},
    records, session as sessions,
};

pub use refusal::AccountRefusal;

use super::{
    AppError, Product, Who,
    who::{Grant, Grants},
};

/// Accounts of a page.
const PAGE: u32 = 200;

/// A role to be given, as typed: which, and over what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Giving {
    /// Role of the pack.
    pub role: String,
    /// A region by code or name, where the role's scope is one.
    pub region: Option<String>,
    /// An organization by credit code or name, where the role's scope is one; a role over one's own records may act for it.
    pub organization: Option<String>,
}

/// An account to be made.
#[derive(Clone, Debug, Default)]
pub struct Making {
    /// The name that is typed at sign-in.
    pub name: String,
    /// The name that people read; else the same.
    pub title: Option<String>,
    /// The first password.
    pub password: String,
    /// Whether it has to be changed at the first sign-in.
    pub must_change: bool,
    /// The last day it may be used.
    pub expires: Option<Date>,
    /// Roles.
    pub roles: Vec<Giving>,
    /// Made up for demonstration.
    pub demonstration: bool,
    /// What a provider of sign-in calls this person.
    pub subject: Option<String>,
}

/// An account as administrators see it.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The name that is typed.
    pub name: String,
    /// The name that people read.
    pub title: String,
    /// Roles with what they reach over, in words.
    pub roles: Vec<(String, Text, String)>,
    /// Locked by an administrator, or by failures until then.
    pub locked: bool,
    /// Locked by failures until then.
    pub locked_until: Option<String>,
    /// The last day.
    pub expires: Option<String>,
    /// Whether a second factor is set.
    pub second: bool,
    /// Whether the password has to be changed.
    pub must_change: bool,
    /// When somebody last signed in, UTC.
    pub signed_in_at: Option<String>,
    /// Made up for demonstration.
    pub demonstration: bool,
}

impl Product {
    /// Asks for an administrator's office.
    ///
    /// # Errors
    /// [`AccountRefusal::NoOffice`].
    pub fn need(&self, office: Office) -> Result<(), AppError> {
        if self.who().administers(&self.pack, office) {
            return Ok(());
        }
        Err(AccountRefusal::NoOffice { office }.into())
    }
}

/// Makes an account; giving it roles takes the office that gives roles.
///
/// # Errors
/// A right that is missing, a name that is taken or none, a weak password, a role that lacks its region or organization.
pub async fn create(product: &Product, making: &Making) -> Result<i64, AppError> {
    product.need(Office::System)?;
    if !making.roles.is_empty() {
        product.need(Office::Security)?;
    }
    let name = sign_in_name(&making.name)?;
    let rules = rules::of(product).await?;
    password::check(&rules, &name, &making.password)?;
    let hash = password::hash(making.password.clone()).await?;
    let roles = given(product, &making.roles).await?;
    let title = making.title.clone().filter(|it| !it.trim().is_empty());
    let new = NewAccount {
        title: title.unwrap_or_else(|| name.clone()),
        name,
        password: Some(hash),
        must_change: making.must_change,
        expires: making.expires.map(|it| it.to_string()),
        subject: making.subject.clone(),
        demonstration: making.demonstration,
        roles,
    };
    product
        .store
        .act(&product.actor(), move |act| {
            let new = new.clone();
            async move {
                if rows::by_name(&mut act.tx, &new.name).await?.is_some() {
                    return Err(AppError::from(AccountRefusal::NameTaken { name: new.name }));
                }
                Ok(rows::create(act, &new).await?)
            }
            .boxed()
        })
        .await
}

/// A name as it is kept: lower case, 2 to 40 letters, digits, `.`, `_`, `-` or `@`.
fn sign_in_name(text: &str) -> Result<String, AppError> {
    // Names that the program itself acts under.
    const OURS: [&str; 3] = ["local", "nobody", "system"];
    let name = text.trim().to_lowercase();
    let count = name.chars().count();
    let letters = name
        .chars()
        .all(|it| it.is_alphanumeric() || matches!(it, '.' | '_' | '-' | '@'));
    if !(2..=40).contains(&count) || !letters || OURS.contains(&name.as_str()) {
        return Err(AccountRefusal::BadName { name }.into());
    }
    Ok(name)
}

/// Roles as typed, checked: each has what its scope asks for, and no two offices meet.
async fn given(product: &Product, givings: &[Giving]) -> Result<Vec<Held>, AppError> {
    let mut held = Vec::with_capacity(givings.len());
    for giving in givings {
        held.push(hold(product, giving).await?);
    }
    apart(&product.pack, &held)?;
    Ok(held)
}

/// Refuses roles of two administrators, and an administrator's beside any other.
fn apart(pack: &Pack, held: &[Held]) -> Result<(), AccountRefusal> {
    let office = |it: &Held| pack.roles.get(&it.role).and_then(|role| role.office);
    let Some(first) = held.iter().find(|it| office(it).is_some()) else {
        return Ok(());
    };
    match held.iter().find(|it| it.role != first.role) {
        Some(second) => Err(AccountRefusal::TwoOffices {
            first: first.role.clone(),
            second: second.role.clone(),
        }),
        None => Ok(()),
    }
}

async fn hold(product: &Product, giving: &Giving) -> Result<Held, AppError> {
    let roles = &product.pack.roles;
    let Some(role) = roles.get(&giving.role) else {
        let names = roles.keys().map(String::as_str);
        return Err(AppError::not_found("role", &giving.role, names));
    };
    let typed = |text: &Option<String>| {
        let text = text.as_deref().map(str::trim).unwrap_or_default();
        Some(text.to_owned()).filter(|it| !it.is_empty())
    };
    let needs = |what| AccountRefusal::Scope {
        role: role.id.clone(),
        what,
    };
    let mut held = Held {
        role: role.id.clone(),
        ..Held::default()
    };
    match (
        role.scope.as_str(),
        typed(&giving.region),
        typed(&giving.organization),
    ) {
        ("region", Some(region), None) => {
            held.region = Some(product.region(Some(&region))?.to_string());
        }
        ("region", ..) => return Err(needs("region").into()),
        ("organization", None, Some(organization)) => {
            held.organization = Some(organization_of(product, &organization).await?);
        }
        ("organization", ..) => return Err(needs("organization").into()),
        ("own", None, organization) => {
            if let Some(organization) = organization {
                held.organization = Some(organization_of(product, &organization).await?);
            }
        }
        (_, None, None) => {}
        _ => return Err(needs("nothing").into()),
    }
    Ok(held)
}

/// The organization of that credit code or name.
pub(super) async fn organization_of(product: &Product, text: &str) -> Result<i64, AppError> {
    let unknown = || AppError::not_found("organization", text, []);
    let register = product.pack.playing("organization").ok_or_else(unknown)?;
    let mut tx = product.store.read().await?;
    let wanted = [text.to_owned()];
    let fields = register.key.iter().chain(std::iter::once(&register.label));
    for field in fields {
        let found = records::find(&mut tx, &register.id, field, &wanted).await?;
        if let [(_, id)] = found.as_slice() {
            return Ok(*id);
        }
    }
    Err(unknown())
}

/// The account of that name.
///
/// # Errors
/// When there is none.
pub(crate) async fn named(tx: &mut Tx, name: &str) -> Result<Account, AppError> {
    let found = rows::by_name(tx, &name.trim().to_lowercase()).await?;
    found.ok_or_else(|| AppError::not_found("account", name, []))
}

/// Accounts in order of name, after `after`.
///
/// # Errors
/// Whoever administers neither accounts nor roles.
pub async fn list(product: &Product, after: &str) -> Result<Vec<AccountView>, AppError> {
    product
        .need(Office::System)
        .or_else(|_| product.need(Office::Security))?;
    let mut tx = product.store.read().await?;
    let all = rows::list(&mut tx, after, PAGE).await?;
    let mut views = Vec::with_capacity(all.len());
    for account in &all {
        views.push(view(product, &mut tx, account).await?);
    }
    Ok(views)
}

async fn view(product: &Product, tx: &mut Tx, account: &Account) -> Result<AccountView, AppError> {
    let mut roles = Vec::new();
    for held in &account.roles {
        let title = product.pack.roles.get(&held.role);
        let title = title.map_or_else(|| Text::zh(held.role.clone()), |it| it.title.clone());
        roles.push((held.role.clone(), title, reach(product, tx, held).await?));
    }
    let now = product.store.clock().now();
    let until = account.locked_until.clone();
    Ok(AccountView {
        name: account.name.clone(),
        title: account.title.clone(),
        roles,
        locked: account.locked,
        locked_until: until.filter(|it| it.parse().is_ok_and(|it: jiff::Timestamp| it > now)),
        expires: account.expires.clone(),
        second: account.has_second,
        must_change: account.must_change,
        signed_in_at: account.signed_in_at.clone(),
        demonstration: account.demonstration,
    })
}

/// What a role reaches over, as people read it; empty where that is everything or one's own.
async fn reach(product: &Product, tx: &mut Tx, held: &Held) -> Result<String, AppError> {
    if let Some(code) = held.region.as_ref().and_then(|it| it.parse().ok()) {
        return Ok(product.region_name(&code));
    }
    let register = product.pack.playing("organization");
    if let (Some(id), Some(register)) = (held.organization, register) {
        let record = records::get(tx, &register.id, id).await?;
        let label = record.map(|it| super::registers::label(register, &it));
        return Ok(label.unwrap_or_else(|| format!("#{id}")));
    }
    Ok(String::new())
}

/// Gives an account these roles, in place of those it has; it has to sign in again.
///
/// # Errors
/// A right that is missing, no such account, roles that do not go together.
pub async fn give(product: &Product, name: &str, givings: &[Giving]) -> Result<(), AppError> {
    product.need(Office::Security)?;
    let roles = given(product, givings).await?;
    change(product, name, move |act, account| {
        let roles = roles.clone();
        async move {
            rows::set_roles(act, &account, &roles).await?;
            sessions::end_others(act, account.id, None).await?;
            Ok(())
        }
        .boxed()
    })
    .await
}

/// Locks an account, which ends its sessions, or opens it again.
///
/// # Errors
/// A right that is missing, no such account, one's own.
pub async fn lock(product: &Product, name: &str, locked: bool) -> Result<(), AppError> {
    product.need(Office::System)?;
    if locked && name.trim().to_lowercase() == product.who().actor.as_str() {
        return Err(AccountRefusal::Own.into());
    }
    change(product, name, move |act, account| {
        async move {
            rows::set_locked(act, &account, locked).await?;
            if locked {
                sessions::end_others(act, account.id, None).await?;
            }
            Ok(())
        }
        .boxed()
    })
    .await
}

/// Sets the last day of an account.
///
/// # Errors
/// A right that is missing, no such account.
pub async fn expire(product: &Product, name: &str, day: Option<Date>) -> Result<(), AppError> {
    product.need(Office::System)?;
    let day = day.map(|it| it.to_string());
    change(product, name, move |act, account| {
        let day = day.clone();
        async move { Ok(rows::set_expiry(act, &account, day.as_deref()).await?) }.boxed()
    })
    .await
}

/// Sets a new first password, which has to be changed at the next sign-in, and ends the second factor: for somebody who lost
/// either. All sessions end.
///
/// # Errors
/// A right that is missing, no such account, a weak password.
pub async fn reset(product: &Product, name: &str, new: &str) -> Result<(), AppError> {
    product.need(Office::System)?;
    let rules = rules::of(product).await?;
    password::check(&rules, name, new)?;
    let hash = password::hash(new.to_owned()).await?;
    change(product, name, move |act, account| {
        let hash = hash.clone();
        async move {
            rows::set_password(act, &account, &hash, true).await?;
            if account.has_second {
                rows::set_second(act, &account, None).await?;
            }
            sessions::end_others(act, account.id, None).await?;
            Ok(())
        }
        .boxed()
    })
    .await
}

/// Runs a change of an account, read in the same act.
pub(crate) async fn change<T, F>(product: &Product, name: &str, run: F) -> Result<T, AppError>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Act, Account) -> futures::future::BoxFuture<'a, Result<T, AppError>>
        + Clone
        + Send
        + Sync
        + 'static,
{
    let name = name.to_owned();
    product
        .store
        .act(&product.actor(), move |act| {
            let (name, run) = (name.clone(), run.clone());
            async move {
                let account = named(&mut act.tx, &name).await?;
                run(act, account).await
            }
            .boxed()
        })
        .await
}

/// What the command line says where nobody may sign in yet: how to make the administrators that the pack declares.
#[must_use]
pub fn first_steps(pack: &Pack) -> String {
    let mut said = "还没有账号。请先建管理员，各由不同的人担任，再由他们开设业务账号：\n\
                    Nobody can sign in yet. Make the administrators, each another person:\n"
        .to_owned();
    for role in pack.roles.values().filter(|it| it.office.is_some()) {
        let title = role.title.get(quanyu_core::text::Language::Zh);
        said.push_str(&format!(
            "  quanyu account add NAME --role {}    {title}\n",
            role.id
        ));
    }
    said
}

/// Names of made-up accounts that are open.
///
/// # Errors
/// The database's.
pub async fn demonstration(product: &Product) -> Result<Vec<String>, AppError> {
    let mut tx = product.store.read().await?;
    Ok(rows::open_demonstration(&mut tx).await?)
}

/// Whether anybody may sign in yet.
///
/// # Errors
/// The database's.
pub async fn any(product: &Product) -> Result<bool, AppError> {
    let mut tx = product.store.read().await?;
    Ok(rows::any(&mut tx).await?)
}

/// The person of an account: its roles with what each reaches over. A role that the pack no longer has gives nothing.
pub(crate) fn who(pack: &Pack, account: &Account) -> Who {
    let grants = account.roles.iter().filter_map(|held| {
        let role = pack.roles.get(&held.role)?;
        let region = || held.region.as_ref()?.parse().ok().map(Part::Region);
        let organization = || held.organization.map(Part::Organization);
        let own = Part::Owner(account.name.clone());
        let scope = match role.scope.as_str() {
            "all" => Scope::All,
            "region" => Scope::Parts(region().into_iter().collect()),
            "organization" => Scope::Parts(organization().into_iter().collect()),
            _ => Scope::Parts(std::iter::once(own).chain(organization()).collect()),
        };
        Some(Grant {
            role: role.id.clone(),
            scope,
        })
    });
    Who {
        actor: Actor::named(account.name.clone()),
        name: account.title.clone(),
        grants: Grants::Roles(grants.collect()),
        only: None,
    }
}
