//! `quanyu account`: who may sign in, and with what roles, from the machine itself.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use quanyu_core::access::Right;

use super::{
    At, Ended, Format,
    output::{self, Cell},
};
use crate::app::{
    AppError, Product,
    account::{self, Giving, Making, password, token},
    say,
};

/// Commands on accounts.
#[derive(Subcommand)]
pub enum Account {
    /// Make an account; prints its first password, which has to be changed.
    Add(Add),
    /// List accounts.
    List(List),
    /// Lock an account and end its sessions.
    Lock(Named),
    /// Open a locked account.
    Unlock(Named),
    /// Set a new first password and end the second factor; prints the password.
    Reset(Named),
    /// Give an account roles, in place of those it has.
    Give(Give),
    /// Make a token for programs that act in an account's name; prints it once.
    Token(Token),
}

/// Arguments of `quanyu account add`.
#[derive(Args)]
pub struct Add {
    /// The name that is typed at sign-in.
    name: String,
    /// The name that people read.
    #[arg(long)]
    title: Option<String>,
    #[command(flatten)]
    roles: Roles,
    /// The last day it may be used.
    #[arg(long, value_name = "DATE")]
    expires: Option<Date>,
    #[command(flatten)]
    at: At,
}

/// Roles and what they reach over.
#[derive(Args)]
pub struct Roles {
    /// A role of the pack; may be given several times.
    #[arg(long, required = true)]
    role: Vec<String>,
    /// Region, for a role whose scope is one.
    #[arg(long)]
    region: Option<String>,
    /// Organization by credit code or name, for a role whose scope is one.
    #[arg(long)]
    organization: Option<String>,
}

/// Arguments of `quanyu account list`.
#[derive(Args)]
pub struct List {
    #[command(flatten)]
    at: At,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// An account.
#[derive(Args)]
pub struct Named {
    /// The account.
    name: String,
    #[command(flatten)]
    at: At,
}

/// Arguments of `quanyu account give`.
#[derive(Args)]
pub struct Give {
    /// The account.
    name: String,
    #[command(flatten)]
    roles: Roles,
    #[command(flatten)]
    at: At,
}

/// Arguments of `quanyu account token`.
#[derive(Args)]
pub struct Token {
    /// The account.
    name: String,
    /// What it is for.
    #[arg(long)]
    title: String,
    /// A right it carries; may be given several times.
    #[arg(long, default_value = "read", value_parser = right)]
    right: Vec<Right>,
    /// The last day it may be used.
    #[arg(long, value_name = "DATE")]
    expires: Date,
    #[command(flatten)]
    at: At,
}

fn right(word: &str) -> Result<Right, String> {
    let words: Vec<&str> = Right::WORDS.iter().map(|(word, _)| *word).collect();
    Right::parse(word).ok_or_else(|| format!("one of {}", words.join(", ")))
}

impl Roles {
    /// The region and the organization go to the roles whose scope asks for them.
    fn givings(&self, product: &Product) -> Vec<Giving> {
        let scope = |role: &str| {
            let role = product.pack.roles.get(role);
            role.map(|it| it.scope.as_str()).unwrap_or_default()
        };
        let one = self.role.len() == 1;
        self.role
            .iter()
            .map(|role| Giving {
                role: role.clone(),
                region: self
                    .region
                    .clone()
                    .filter(|_| one || scope(role) == "region"),
                organization: self
                    .organization
                    .clone()
                    .filter(|_| one || matches!(scope(role), "organization" | "own")),
            })
            .collect()
    }
}

impl Account {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        match self {
            Self::Add(it) => it.run(packs).await,
            Self::List(it) => it.run(packs).await,
            Self::Lock(it) => it.lock(packs, true).await,
            Self::Unlock(it) => it.lock(packs, false).await,
            Self::Reset(it) => it.reset(packs).await,
            Self::Give(it) => {
                let product = Product::open(&it.at.place(packs)).await?;
                let givings = it.roles.givings(&product);
                account::give(&product, &it.name, &givings).await?;
                Ok(Ended::Well)
            }
            Self::Token(it) => {
                let product = Product::open(&it.at.place(packs)).await?;
                let made =
                    token::create(&product, &it.name, &it.title, &it.right, it.expires).await?;
                println!("{made}");
                Ok(Ended::Well)
            }
        }
    }
}

impl Add {
    async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let product = Product::open(&self.at.place(packs)).await?;
        let first = password::random()?;
        let making = Making {
            name: self.name.clone(),
            title: self.title.clone(),
            password: first.clone(),
            must_change: true,
            expires: self.expires,
            roles: self.roles.givings(&product),
            ..Making::default()
        };
        account::create(&product, &making).await?;
        println!("{first}");
        Ok(Ended::Well)
    }
}

impl Named {
    async fn lock(&self, packs: Option<&PathBuf>, locked: bool) -> Result<Ended, AppError> {
        let product = Product::open(&self.at.place(packs)).await?;
        account::lock(&product, &self.name, locked).await?;
        Ok(Ended::Well)
    }

    async fn reset(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let product = Product::open(&self.at.place(packs)).await?;
        let first = password::random()?;
        account::reset(&product, &self.name, &first).await?;
        println!("{first}");
        Ok(Ended::Well)
    }
}

impl List {
    async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let product = Product::open(&self.at.place(packs)).await?;
        let mut rows = Vec::new();
        let mut after = String::new();
        loop {
            let page = account::list(&product, &after).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.name);
            for it in &page {
                let roles: Vec<String> = it
                    .roles
                    .iter()
                    .map(|(role, _, reach)| match reach.as_str() {
                        "" => role.clone(),
                        reach => format!("{role}@{reach}"),
                    })
                    .collect();
                let state = match (it.locked, &it.locked_until) {
                    (true, _) => "locked",
                    (false, Some(_)) => "locked_out",
                    (false, None) => "open",
                };
                let at = it.signed_in_at.as_deref().map(say::shanghai);
                rows.push(vec![
                    Cell::Text(it.name.clone()),
                    Cell::Text(it.title.clone()),
                    Cell::Text(roles.join(" ")),
                    Cell::Text(state.to_owned()),
                    Cell::opt(it.expires.clone()),
                    Cell::Text(if it.second { "yes" } else { "no" }.to_owned()),
                    Cell::opt(at),
                ]);
            }
        }
        let heads = [
            "name",
            "title",
            "roles",
            "state",
            "expires",
            "second_factor",
            "signed_in_at",
        ];
        output::print(self.format, &heads, &rows).map_err(AppError::output)?;
        Ok(Ended::Well)
    }
}
