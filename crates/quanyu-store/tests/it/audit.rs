//! The change chain, tampered with in each way.

use quanyu_core::value::Value;
use quanyu_store::{
    Store,
    audit::{self, ChainHead},
    import::{self, ImportRow},
    records::{Draft, Line},
};
use quanyu_testkit::databases;

use crate::common::*;

async fn filled(store: &Store) -> (i64, i64) {
    let f = create(store, "firm", firm("A", "示例甲")).await.unwrap();
    let mut draft = contract("N1", 100);
    draft.values.insert("firm".into(), Value::Int(f));
    draft
        .lines
        .insert("items".into(), vec![Line::new([("title", text("一"))])]);
    let c = create(store, "contract", draft).await.unwrap();
    update(
        store,
        "contract",
        (c, 1),
        Draft::new([("amount", fen(200))]),
    )
    .await
    .unwrap();
    let gone = create(store, "firm", firm("B", "示例乙")).await.unwrap();
    remove(store, "firm", (gone, 1)).await.unwrap();
    let batch = import::begin(store, &who(), "firm", "名单.xlsx")
        .await
        .unwrap();
    let rows = vec![
        ImportRow::Create(firm("C", "示例丙")),
        ImportRow::Create(firm("D", "示例丁")),
    ];
    import::append(store, &who(), batch, rows).await.unwrap();
    store
        .act::<_, i64, quanyu_store::StoreError>(&who(), move |act| {
            Box::pin(async move { import::apply(act, batch).await })
        })
        .await
        .unwrap();
    (f, c)
}

#[tokio::test]
async fn whatever_is_tampered_with_is_named() {
    #[rustfmt::skip]
    let cases = [
        ("audit_row",      "update r_contract set amount = 300"),
        ("audit_row",      "update r_contract set version = 9"),
        ("audit_row",      "update r_contract set state = 'done'"),
        ("audit_row",      "update r_contract_items set title = 'x'"),
        ("audit_row",      "update r_firm set name = 'x' where code = 'C'"),
        ("audit_row",      "update r_firm set removed_seq = null where code = 'B'"),
        ("audit_row",      "delete from r_contract_items"),
        ("audit_row",      "insert into r_contract_items (id, parent, line_no, created_seq, changed_seq, title) \
                            select 900, id, 9, 1, 1, 'x' from r_contract"),
        ("audit_gone",     "delete from r_contract_items; delete from r_contract"),
        ("audit_gone",     "delete from r_firm where code = 'D'"),
        ("audit_unmade",   "insert into r_firm (id, version, created_seq, changed_seq, code) values (900, 1, 3, 3, 'X')"),
        ("audit_edited",   "update change set after = replace(after, '2.00', '3.00') where act = 'record.update'"),
        ("audit_edited",   "update change set actor = 'nobody' where seq = 2"),
        ("audit_edited",   "update change set at = '2020-01-01T00:00:00.000000Z' where seq = 3"),
        ("audit_gap",      "delete from change where seq = 3"),
        ("audit_head",     "delete from change where seq > 3"),
        ("audit_batch",    "update batch_row set after = replace(after, '丙', '丁') where n = 1"),
        ("audit_batch",    "update batch_row set record = record + 1000"),
        ("audit_batch",    "delete from batch_row where n = 2"),
        ("audit_batch",    "update import_batch set undo_seq = seq"),
        ("audit_exported", "delete from change where seq > 3; update change_head set seq = 3, \
                            seal = (select seal from change where seq = 3)"),
    ];
    for database in databases() {
        let store = ready(&database).await;
        filled(&store).await;
        let head = audit::export_head(&store).await.unwrap();
        assert_eq!(ChainHead::parse(&format!("{head}\n")), Some(head.clone()));
        let good = audit::verify(&store, Some(&head)).await.unwrap();
        assert_eq!((good.fault, good.rows), (None, 5), "{}", database.name);
        create(&store, "firm", firm("E", "示例戊")).await.unwrap();
        let later = audit::verify(&store, Some(&head)).await.unwrap();
        assert_eq!(later.fault, None, "an older head is still in the chain");
    }
    for (code, sql) in cases {
        for database in databases() {
            let store = ready(&database).await;
            filled(&store).await;
            let head = audit::export_head(&store).await.unwrap();
            tamper(&store, sql).await;
            let found = audit::verify(&store, Some(&head)).await.unwrap();
            let found = found.fault.map(|it| it.code());
            assert_eq!(found, Some(code), "{}: {sql}", database.name);
        }
    }
}
