//! Registers as they were: for any history, what is read as of a change is what was read when it was the last one.

use std::collections::BTreeMap;

use proptest::prelude::*;
use quanyu_core::{
    columns::{Column, ColumnSpec},
    value::Value,
};
use quanyu_pack::model::{FieldType, Pack};
use quanyu_store::{
    Store, StoreError, asof, columns,
    import::{self, ImportRow},
    list::{self, Query},
    records::{self, Draft, Line},
};
use quanyu_testkit::{databases, fixed_clock};

use crate::common::*;

/// Rows by id, each cell as text.
type Rows = BTreeMap<i64, Vec<String>>;

/// Names and columns of the tables of a time.
type Tables = Vec<(String, Vec<ColumnSpec>)>;

fn tables(tx: &quanyu_store::Tx) -> Tables {
    let names = tx.schema().tables.values().filter(|it| !it.hidden);
    names
        .map(|it| {
            let mut specs = columns::specs(tx, &it.id).unwrap();
            // What a batch was is not in the chain, and nothing computes with it.
            specs.retain(|it| it.name != "batch");
            (it.id.clone(), specs)
        })
        .collect()
}

fn gather(rows: &mut Rows, ids: &[i64], columns: &[Column]) {
    for (row, id) in ids.iter().enumerate() {
        let cells = columns.iter().map(|it| match it {
            Column::Text(values) => format!("{:?}", values[row]),
            Column::Int(values) => format!("{:?}", values[row]),
        });
        let before = rows.insert(*id, cells.collect());
        assert_eq!(before, None, "row {id} came twice");
    }
}

/// What computing reads now.
async fn now(store: &Store) -> (i64, Tables, Vec<Rows>) {
    let mut tx = store.read().await.unwrap();
    let tables = tables(&tx);
    let mut all = Vec::new();
    for (table, specs) in &tables {
        let (mut rows, mut after) = (Rows::new(), 0);
        loop {
            let batch = columns::next(&mut tx, table, specs, 0, after)
                .await
                .unwrap();
            let Some(last) = batch.ids.last() else { break };
            after = *last;
            gather(&mut rows, &batch.ids, &batch.columns);
        }
        all.push(rows);
    }
    (tx.head(), tables, all)
}

/// What computing reads as of a change.
async fn then(store: &Store, tables: &Tables, seq: i64) -> Vec<Rows> {
    let mut tx = store.read().await.unwrap();
    let mut all = Vec::new();
    for (table, specs) in tables {
        let then = asof::Then::new(&tx, table, specs, seq).unwrap();
        let (mut rows, mut after) = (Rows::new(), 0);
        loop {
            let batch = then.untouched(&mut tx, after).await.unwrap();
            let Some(last) = batch.ids.last() else { break };
            after = *last;
            gather(&mut rows, &batch.ids, &batch.columns);
        }
        let mut after = 0;
        while let Some((batch, last)) = then.touched(&mut tx, after).await.unwrap() {
            after = last;
            gather(&mut rows, &batch.ids, &batch.columns);
        }
        all.push(rows);
    }
    all
}

/// Something that is done to the records; numbers choose which.
#[derive(Clone, Debug)]
enum Deed {
    Create(i64, u8),
    Update(usize, i64, u8),
    Remove(usize),
    Import(u8, Vec<usize>),
    Undo(usize),
    /// Another revision of the pack: fields renamed, a scale widened, a register renamed.
    Pack,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        4 => (0..9_999_i64, 0..4_u8).prop_map(|(amount, lines)| Deed::Create(amount, lines)),
        5 => (any::<usize>(), 0..9_999_i64, 0..4_u8).prop_map(|(at, amount, lines)| Deed::Update(at, amount, lines)),
        2 => any::<usize>().prop_map(Deed::Remove),
        2 => (1..4_u8, proptest::collection::vec(any::<usize>(), 0..3)).prop_map(|(new, old)| Deed::Import(new, old)),
        1 => any::<usize>().prop_map(Deed::Undo),
        1 => Just(Deed::Pack),
    ];
    proptest::collection::vec(deed, 4..24)
}

/// The pack after some revisions.
fn revision(number: usize) -> Pack {
    let mut pack = quanyu_testkit::pack(&number.to_string());
    let contract = pack.registers.get_mut("contract").unwrap();
    if number > 1 {
        let field = contract
            .fields
            .iter_mut()
            .find(|it| it.id == "amount")
            .unwrap();
        field.id = "price".into();
        field.was = Some("amount".into());
        let field = contract
            .fields
            .iter_mut()
            .find(|it| it.id == "rate")
            .unwrap();
        field.kind = FieldType::Decimal { scale: 6 };
        let line = &mut contract.lines[0].fields[1];
        line.id = "cost".into();
        line.was = Some("price".into());
    }
    if number > 2 {
        let mut deal = pack.registers.remove("contract").unwrap();
        deal.id = "deal".into();
        deal.was = Some("contract".into());
        pack.registers.insert("deal".into(), deal);
    }
    pack
}

/// The names of the register, its amount and the line's price after some revisions.
fn names(number: usize) -> (&'static str, &'static str, &'static str) {
    match number {
        1 => ("contract", "amount", "price"),
        2 => ("contract", "price", "cost"),
        _ => ("deal", "price", "cost"),
    }
}

fn draft(number: usize, key: Option<i64>, amount: i64, lines: u8, old: Vec<Line>) -> Draft {
    let (_, field, price) = names(number);
    let mut draft = Draft::new([
        (field, fen(amount)),
        (
            "rate",
            Value::Decimal(rust_decimal::Decimal::new(amount, 4).normalize()),
        ),
    ]);
    if let Some(key) = key {
        draft
            .values
            .insert("number".into(), text(&format!("N{key}")));
    }
    let mut all = old;
    all.truncate(usize::from(lines / 2));
    for n in all.len()..usize::from(lines) {
        all.push(Line::new([
            ("title", text(&format!("{n}"))),
            (price, fen(amount + n as i64)),
        ]));
    }
    draft.lines.insert("items".into(), all);
    draft
}

async fn live(store: &Store, register: &str) -> Vec<records::Record> {
    let mut tx = store.read().await.unwrap();
    let query = Query {
        limit: 1000,
        ..Query::default()
    };
    let page = list::list(&mut tx, register, &query).await.unwrap();
    let mut all = Vec::new();
    for it in page.records {
        all.push(
            records::get(&mut tx, register, it.id)
                .await
                .unwrap()
                .unwrap(),
        );
    }
    all
}

struct World {
    number: usize,
    key: i64,
    batches: Vec<i64>,
}

async fn done(store: &Store, world: &mut World, deed: &Deed) {
    let (register, ..) = names(world.number);
    match deed {
        Deed::Create(amount, lines) => {
            world.key += 1;
            let draft = draft(world.number, Some(world.key), *amount, *lines, Vec::new());
            create(store, register, draft).await.unwrap();
        }
        Deed::Update(at, amount, lines) => {
            let all = live(store, register).await;
            if let Some(it) = all.get(at % all.len().max(1)) {
                let old = it.lines.get("items").cloned().unwrap_or_default();
                let draft = draft(world.number, None, *amount, *lines, old);
                update(store, register, (it.id, it.version), draft)
                    .await
                    .unwrap();
            }
        }
        Deed::Remove(at) => {
            let all = live(store, register).await;
            if let Some(it) = all.get(at % all.len().max(1)) {
                remove(store, register, (it.id, it.version)).await.unwrap();
            }
        }
        Deed::Import(new, old) => {
            let all = live(store, register).await;
            let mut rows = Vec::new();
            for n in 0..*new {
                world.key += 1;
                let draft = draft(
                    world.number,
                    Some(world.key),
                    i64::from(n) * 7,
                    n,
                    Vec::new(),
                );
                rows.push(ImportRow::Create(draft));
            }
            let mut taken = Vec::new();
            for at in old {
                if let Some(it) = all.get(at % all.len().max(1))
                    && !taken.contains(&it.id)
                {
                    taken.push(it.id);
                    rows.push(ImportRow::Update {
                        record: it.id,
                        version: it.version,
                        draft: draft(world.number, None, *at as i64 % 1000, 1, Vec::new()),
                    });
                }
            }
            let batch = import::begin(store, &who(), register, "x").await.unwrap();
            import::append(store, &who(), batch, rows).await.unwrap();
            store
                .act::<_, i64, StoreError>(&who(), move |act| {
                    Box::pin(async move { import::apply(act, batch).await })
                })
                .await
                .unwrap();
            world.batches.push(batch);
        }
        Deed::Undo(at) => {
            let Some(batch) = world.batches.get(at % world.batches.len().max(1)).copied() else {
                return;
            };
            // Refused where a record of it was changed since, which leaves everything as it was.
            let _ = import::undo(store, &who(), batch).await;
        }
        Deed::Pack => {
            if world.number < 3 {
                world.number += 1;
                let pack = revision(world.number);
                store.apply_pack(&pack, &who()).await.unwrap();
            }
        }
    }
}

#[test]
fn what_is_read_as_of_a_change_is_what_was_read_when_it_was_the_last() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let engines = databases().len();
    let seen = std::cell::Cell::new(0);
    proptest!(ProptestConfig::with_cases(12), |(deeds in deeds())| {
        for database in databases() {
            runtime.block_on(async {
                let store = database.open().await;
                store.apply_pack(&revision(1), &who()).await.unwrap();
                let mut world = World { number: 1, key: 0, batches: Vec::new() };
                let mut known = Vec::new();
                for deed in &deeds {
                    known.push(now(&store).await);
                    done(&store, &mut world, deed).await;
                }
                known.push(now(&store).await);
                for (seq, tables, rows) in known {
                    let told = format!("{} as of {seq}: {deeds:?}", database.name);
                    prop_assert_eq!(then(&store, &tables, seq).await, rows, "{}", told);
                    seen.set(seen.get() + 1);
                }
                Ok(())
            })?;
        }
    });
    assert!(seen.get() >= 12 * 5 * engines, "{}", seen.get());
}

#[tokio::test]
async fn a_moment_means_the_last_change_before_it() {
    for database in databases() {
        let clock = fixed_clock();
        let store = database.open_at(clock.clone()).await;
        store
            .apply_pack(&quanyu_testkit::pack("1"), &who())
            .await
            .unwrap();
        let noon = clock.now();
        clock.advance_seconds(3600);
        create(&store, "firm", firm("A", "示例甲")).await.unwrap();
        create(&store, "firm", firm("B", "示例乙")).await.unwrap();
        clock.advance_seconds(3600);
        create(&store, "firm", firm("C", "示例丙")).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let hours = |n: i64| noon + jiff::Span::new().hours(n);
        let cases = [(0, 0), (1, 1), (2, 3), (3, 4)];
        for (hour, seq) in cases {
            let found = asof::last_before(&mut tx, hours(hour)).await.unwrap();
            assert_eq!(found, seq, "{} before hour {hour}", database.name);
            let pack = asof::revision(&mut tx, found).await.unwrap();
            assert_eq!(pack.map(|it| it.number), (seq > 0).then_some(1));
        }
    }
}
