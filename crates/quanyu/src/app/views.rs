//! 视图: a list as somebody wants to see it again.
//!
//! Owns who sees and drops a view. What a view says is the query of an address, which means today what it meant when it was kept.

use futures::FutureExt as _;
use quanyu_core::access::Right;
use quanyu_store::list_view;

use super::{AppError, Product, Why, registers};

/// Characters of a title.
const LONGEST_TITLE: usize = 40;
/// Characters of a query.
const LONGEST_QUERY: usize = 4_000;

/// A view of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// Its number.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// Whether others see it.
    pub shared: bool,
    /// Whether it is the own one of the person before us.
    pub own: bool,
    /// The pairs of its address.
    pub pairs: Vec<(String, String)>,
}

/// The views of a register that the person before us sees.
///
/// # Errors
/// An unknown register; the database's.
pub async fn all(product: &Product, register: &str) -> Result<Vec<SavedView>, AppError> {
    let declared = registers::declared(product, register)?;
    product.may(Right::Read, declared)?;
    let actor = product.actor();
    let mut tx = product.store.read().await?;
    let found = list_view::of_register(&mut tx, &declared.id, actor.as_str()).await?;
    let shown = found.into_iter().map(|it| SavedView {
        id: it.id,
        own: it.owner == actor.as_str(),
        title: it.title,
        shared: it.shared,
        pairs: serde_json::from_str(&it.query).unwrap_or_default(),
    });
    Ok(shown.collect())
}

/// Keeps a view; one of the same title is replaced.
///
/// # Errors
/// No title; an address that is too long; an unknown register.
pub async fn keep(
    product: &Product,
    register: &str,
    title: &str,
    shared: bool,
    pairs: &[(String, String)],
) -> Result<i64, AppError> {
    let declared = registers::declared(product, register)?;
    product.may(Right::Read, declared)?;
    let title: String = title.trim().chars().take(LONGEST_TITLE).collect();
    let query = serde_json::to_string(pairs).map_err(|it| AppError::Output(it.to_string()))?;
    if title.is_empty() || query.len() > LONGEST_QUERY {
        return Err(AppError::BadValue {
            kind: "view",
            value: title,
            why: Why::new(
                "请写名称，条件不要太多",
                "name it, and use fewer conditions",
            ),
        });
    }
    let id = declared.id.clone();
    product
        .store
        .act::<_, i64, AppError>(&product.actor(), move |act| {
            let (id, title, query) = (id.clone(), title.clone(), query.clone());
            async move { Ok(list_view::keep(act, &id, &title, shared, &query).await?) }.boxed()
        })
        .await
}

/// Drops an own view.
///
/// # Errors
/// One that is not there or is another's.
pub async fn drop(product: &Product, id: i64) -> Result<(), AppError> {
    let dropped = product
        .store
        .act::<_, bool, AppError>(&product.actor(), move |act| {
            async move { Ok(list_view::drop(act, id).await?) }.boxed()
        })
        .await?;
    if dropped {
        Ok(())
    } else {
        Err(AppError::not_found("view", &id.to_string(), []))
    }
}
