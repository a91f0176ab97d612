//! Accounts of the demonstration: one for each role, declared in the pack, plainly made up.
//!
//! Owns making them once. Invariant: they are marked, so that a district that is served beyond one machine refuses them.

use quanyu_pack::model::{Demo, DemoAccount};
use quanyu_store::{account as rows, list as records, list::Query};

use crate::app::{
    AppError, Product, Who,
    account::{self, Giving, Making},
    registers,
};

/// An account as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The name that is typed.
    pub name: String,
    /// The name that people read.
    pub title: String,
}

/// Makes the declared accounts that are not there yet; all of them, in order, with their password.
///
/// # Errors
/// A declared account that cannot be made.
pub async fn make(product: &Product, demo: &Demo) -> Result<(Vec<Told>, String), AppError> {
    let Some(password) = &demo.password else {
        return Ok(Default::default());
    };
    let product = product.seen_by(Who::local());
    let mut told = Vec::with_capacity(demo.accounts.len());
    for declared in &demo.accounts {
        let mut tx = product.store.read().await?;
        let there = rows::by_name(&mut tx, &declared.name).await?;
        drop(tx);
        if there.is_none() {
            let making = Making {
                name: declared.name.clone(),
                title: Some(declared.title.clone()),
                password: password.clone(),
                roles: vec![giving(&product, declared).await?],
                demonstration: true,
                ..Making::default()
            };
            account::create(&product, &making).await?;
        }
        told.push(Told {
            name: declared.name.clone(),
            title: declared.title.clone(),
        });
    }
    Ok((told, password.clone()))
}

/// The role with its region, and with the first organization there is where none is named.
async fn giving(product: &Product, declared: &DemoAccount) -> Result<Giving, AppError> {
    let scope = product.pack.roles.get(&declared.role);
    let by_organization = scope.is_some_and(|it| it.scope == "organization");
    let mut organization = declared.organization.clone();
    if let (true, None, Some(register)) = (
        by_organization,
        &organization,
        product.pack.playing("organization"),
    ) {
        let query = Query {
            limit: 1,
            ..Query::default()
        };
        let mut tx = product.store.read().await?;
        let first = records::list(&mut tx, &register.id, &query).await?;
        let first = first.records.first();
        organization = first.map(|it| registers::label(register, it));
    }
    Ok(Giving {
        role: declared.role.clone(),
        region: declared.region.clone(),
        organization,
    })
}
