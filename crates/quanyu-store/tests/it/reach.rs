//! Reach: what a store seen as somebody lists, counts, sums, finds and changes, against `Scope::holds`.

use std::sync::Arc;

use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use quanyu_core::access::{Belongs, Part, Reach, Scope};
use quanyu_store::{
    Store, StoreError,
    list::{self, Query},
    reach::{self, Reaches, Sight},
    records::{self, Draft, Record},
};
use quanyu_testkit::databases;

use crate::common::*;

fn seen(store: &Store, register: &str, belongs: Belongs, scope: &Scope) -> Store {
    let reach = Reach {
        scope: scope.clone(),
        belongs,
    };
    let reaches: Reaches = [(register.to_owned(), reach)].into();
    store.seen_as(Some(Arc::new(Sight {
        read: reaches.clone(),
        make: reaches.clone(),
        change: reaches,
        ..Sight::default()
    })))
}

async fn all(store: &Store, register: &str) -> Vec<Record> {
    let mut tx = store.read().await.unwrap();
    let query = Query {
        limit: 1_000,
        ..Query::default()
    };
    let page = list::list(&mut tx, register, &query).await.unwrap();
    let count = list::count(&mut tx, register, &query).await.unwrap();
    assert_eq!(usize::try_from(count).unwrap(), page.records.len());
    page.records
}

/// Firms of two districts with and without a street, contracts of them, entered by two people.
async fn filled(store: &Store) {
    let regions = ["990102001", "990102002", "990103", "99"];
    for number in 0..12_usize {
        let mut draft = firm(&format!("F{number}"), "示例");
        draft
            .values
            .insert("region".to_owned(), text(regions[number % 4]));
        draft.owner_user = Some(["jia", "yi"][number % 2].to_owned()).filter(|_| number % 3 > 0);
        create(store, "firm", draft).await.unwrap();
    }
    let firms = all(store, "firm").await;
    for (number, it) in (0_i64..).zip(&firms) {
        let mut draft = contract(&format!("C{number}"), number * 100);
        draft
            .values
            .insert("firm".to_owned(), quanyu_core::value::Value::Int(it.id));
        draft.owner_org = Some(firms[0].id).filter(|_| number % 2 == 0);
        create(store, "contract", draft).await.unwrap();
    }
}

fn scopes(firms: &[i64]) -> impl Strategy<Value = Scope> + use<> {
    let regions = ["99", "9901", "990102", "990102001", "990103", "98"];
    let region =
        proptest::sample::select(regions.to_vec()).prop_map(|it| Part::Region(it.parse().unwrap()));
    let organization = proptest::sample::select(firms.to_vec()).prop_map(Part::Organization);
    let owner = proptest::sample::select(vec!["jia", "yi", "bing", "' or 1 = 1 --"])
        .prop_map(|it| Part::Owner(it.to_owned()));
    let part = prop_oneof![region, organization, owner];
    prop_oneof![
        1 => Just(Scope::All),
        9 => proptest::collection::vec(part, 0..4).prop_map(Scope::Parts),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_a_count_a_sum_and_each_record_agree_with_the_scope() {
    for database in databases() {
        let store = ready(&database).await;
        filled(&store).await;
        let whole = [all(&store, "firm").await, all(&store, "contract").await];
        let mut ids: Vec<i64> = whole[0].iter().map(|it| it.id).collect();
        ids.push(999_999);
        let mut runner = TestRunner::deterministic();
        for _ in 0..60 {
            let scope = scopes(&ids).new_tree(&mut runner).unwrap().current();
            let field = Belongs::Field("firm".to_owned());
            for (register, belongs, whole) in [
                ("firm", Belongs::Itself, &whole[0]),
                ("contract", field, &whole[1]),
                ("contract", Belongs::Owner, &whole[1]),
            ] {
                let reach = Reach {
                    scope: scope.clone(),
                    belongs: belongs.clone(),
                };
                let held: Vec<&Record> =
                    whole.iter().filter(|it| reach::holds(&reach, it)).collect();
                let seen = seen(&store, register, belongs, &scope);
                let listed = all(&seen, register).await;
                let listed: Vec<&Record> = listed.iter().collect();
                assert_eq!(listed, held, "{} {register} {scope:?}", database.name);
                let mut tx = seen.read().await.unwrap();
                for record in whole {
                    let got = records::get(&mut tx, register, record.id).await.unwrap();
                    let there = held.iter().any(|it| it.id == record.id);
                    assert_eq!(got.is_some(), there, "{register} {} {scope:?}", record.id);
                }
                let ids: Vec<i64> = whole.iter().map(|it| it.id).collect();
                let found = list::by_ids(&mut tx, register, &ids).await.unwrap();
                assert_eq!(found.len(), held.len());
                let other = if register == "firm" {
                    "contract"
                } else {
                    "firm"
                };
                let query = Query::default();
                assert_eq!(list::count(&mut tx, other, &query).await.unwrap(), 0);
            }
        }
    }
}

#[tokio::test]
async fn what_is_out_of_reach_is_neither_made_nor_changed_nor_told_from_what_is_not_there() {
    for database in databases() {
        let store = ready(&database).await;
        filled(&store).await;
        let street = Scope::Parts(vec![Part::Region("990102001".parse().unwrap())]);
        let mine = seen(&store, "firm", Belongs::Itself, &street);
        let whole = all(&store, "firm").await;
        let own = all(&mine, "firm").await;
        let other = whole.iter().find(|it| it.region == "990103").unwrap();
        let at = |region: &str| {
            let mut draft = firm("neu", "示例新");
            draft.values.insert("region".to_owned(), text(region));
            draft
        };
        let refused = create(&mine, "firm", at("990103")).await;
        assert!(
            matches!(refused, Err(StoreError::NoReach(_))),
            "{refused:?}"
        );
        let made = create(&mine, "firm", at("990102001")).await.unwrap();
        let made = get(&store, "firm", made).await.unwrap();
        assert_eq!(made.owner_user.as_deref(), Some("tester"), "whose it is");
        let change = |name: &str| Draft::new([("name", text(name))]);
        let foreign = update(&mine, "firm", (other.id, 1), change("x")).await;
        assert!(
            matches!(foreign, Err(StoreError::NoRecord { .. })),
            "{foreign:?}"
        );
        let stale = update(&mine, "firm", (other.id, 7), change("x")).await;
        assert!(
            matches!(stale, Err(StoreError::NoRecord { .. })),
            "{stale:?}"
        );
        let gone = remove(&mine, "firm", (other.id, 1)).await;
        assert!(matches!(gone, Err(StoreError::NoRecord { .. })), "{gone:?}");
        let id = (own[0].id, own[0].version);
        let away = Draft::new([("region", text("990103"))]);
        let away = update(&mine, "firm", id, away).await;
        assert!(matches!(away, Err(StoreError::NoReach(_))), "{away:?}");
        assert_eq!(
            update(&mine, "firm", id, change("示例改")).await.unwrap(),
            2
        );
        let blind = mine.seen_as(Some(Arc::default()));
        assert_eq!(all(&blind, "firm").await.len(), 0);
        let nothing = create(&blind, "firm", at("990102001")).await;
        assert!(
            matches!(nothing, Err(StoreError::NoReach(_))),
            "{nothing:?}"
        );
    }
}
