//! What the tests of the store share.

use std::sync::Arc;

use quanyu_core::{actor::Actor, money::Money, value::Value};
use quanyu_store::{
    Store, StoreError,
    records::{self, Draft, Record},
};

pub fn who() -> Actor {
    Actor::named("tester")
}

pub fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub fn fen(fen: i64) -> Value {
    Value::Money(Money::from_fen(fen))
}

pub fn firm(code: &str, name: &str) -> Draft {
    Draft::new([("code", text(code)), ("name", text(name))])
}

pub fn contract(number: &str, amount: i64) -> Draft {
    Draft::new([("number", text(number)), ("amount", fen(amount))])
}

/// A store with the small pack.
pub async fn ready(database: &quanyu_testkit::Database) -> Store {
    let store = database.open().await;
    store
        .apply_pack(&quanyu_testkit::pack("1"), &who())
        .await
        .unwrap();
    store
}

pub async fn create(store: &Store, register: &str, draft: Draft) -> Result<i64, StoreError> {
    let (register, draft) = (Arc::<str>::from(register), Arc::new(draft));
    store
        .act(&who(), move |act| {
            let (register, draft) = (Arc::clone(&register), Arc::clone(&draft));
            Box::pin(async move { records::create(act, &register, &draft).await })
        })
        .await
}

pub async fn update(
    store: &Store,
    register: &str,
    (id, version): (i64, i64),
    draft: Draft,
) -> Result<i64, StoreError> {
    let (register, draft) = (Arc::<str>::from(register), Arc::new(draft));
    store
        .act(&who(), move |act| {
            let (register, draft) = (Arc::clone(&register), Arc::clone(&draft));
            Box::pin(async move { records::update(act, &register, id, version, &draft).await })
        })
        .await
}

pub async fn remove(
    store: &Store,
    register: &str,
    (id, version): (i64, i64),
) -> Result<(), StoreError> {
    let register = Arc::<str>::from(register);
    store
        .act(&who(), move |act| {
            let register = Arc::clone(&register);
            Box::pin(async move { records::remove(act, &register, id, version).await })
        })
        .await
}

pub async fn get(store: &Store, register: &str, id: i64) -> Option<Record> {
    let mut tx = store.read().await.unwrap();
    records::get(&mut tx, register, id).await.unwrap()
}

/// Runs SQL past the store, as a person with a database tool would.
pub async fn tamper(store: &Store, sql: &'static str) {
    quanyu_store::audit::tamper_for_tests(store, sql)
        .await
        .unwrap();
}
