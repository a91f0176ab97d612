//! Rows of datasets, and Parquet files as others read them.

use std::{fs::File, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, AsArray},
        datatypes::{DataType, Date32Type, Decimal128Type, Int64Type},
    },
    parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
};
use quanyu_core::{columns::ColumnKind, text::Text, value::Value};
use quanyu_figures::{
    Figures, FiguresError,
    parquet::{ParquetColumn, ParquetFile},
};
use quanyu_pack::model::FieldType;

use crate::support::{Folder, dataset, day, dec, fields, open, pack, register, text, yuan};

fn column(name: &str, kind: ColumnKind) -> ParquetColumn {
    ParquetColumn {
        name: name.into(),
        title: Some(Text {
            zh: format!("示例{name}"),
            en: Some(format!("Example {name}")),
        }),
        unit: (kind == ColumnKind::Money).then(|| "元".into()),
        kind,
    }
}

#[test]
fn a_parquet_file_holds_values_of_their_types_with_titles() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    let path = folder.0.join("values.parquet");
    let columns = vec![
        column("name", ColumnKind::Text),
        column("count", ColumnKind::Int),
        column("paid", ColumnKind::Money),
        column("rate", ColumnKind::Decimal(4)),
        column("day", ColumnKind::Date),
        column("done", ColumnKind::YesNo),
    ];
    let mut file = ParquetFile::create(&path, columns).unwrap();
    // More rows than a batch holds.
    for at in 0..10_000_i64 {
        let row = if at % 10 == 9 {
            vec![Value::Null; 6]
        } else {
            vec![
                text(&format!("示例{at}")),
                Value::Int(at),
                yuan(&format!("{at}.05")),
                Value::Decimal(dec("-0.25")),
                day("2023-05-01"),
                Value::Int(at % 2),
            ]
        };
        file.write(row).unwrap();
    }
    file.finish().unwrap();

    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
    let schema = reader.schema().clone();
    let types: Vec<_> = schema.fields().iter().map(|it| it.data_type()).collect();
    let want = [
        DataType::Utf8,
        DataType::Int64,
        DataType::Decimal128(20, 2),
        DataType::Decimal128(38, 4),
        DataType::Date32,
        DataType::Boolean,
    ];
    assert_eq!(types, want.iter().collect::<Vec<_>>());
    let about = schema.field(2).metadata();
    assert_eq!(about["title"], "示例paid");
    assert_eq!(about["title_en"], "Example paid");
    assert_eq!(about["unit"], "元");
    let batches: Vec<_> = reader
        .with_batch_size(20_000)
        .build()
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(
        batches.iter().map(|it| it.num_rows()).sum::<usize>(),
        10_000
    );
    let first = &batches[0];
    assert_eq!(first.column(0).as_string::<i32>().value(3), "示例3");
    assert_eq!(first.column(1).as_primitive::<Int64Type>().value(3), 3);
    assert_eq!(
        first.column(2).as_primitive::<Decimal128Type>().value(3),
        305
    );
    assert_eq!(
        first.column(3).as_primitive::<Decimal128Type>().value(3),
        -2500
    );
    assert_eq!(
        first.column(4).as_primitive::<Date32Type>().value(3),
        19_478
    );
    assert!(first.column(5).as_boolean().value(3));
    assert!((0..6).all(|it| first.column(it).is_null(9)));
}

#[test]
fn a_value_that_does_not_fit_its_column_is_refused() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    let cases = [
        (ColumnKind::Money, Value::Decimal(dec("0.001"))),
        (ColumnKind::Decimal(2), Value::Decimal(dec("1.005"))),
        (ColumnKind::Decimal(28), Value::Decimal(dec("99999999999"))),
        (ColumnKind::Int, text("12")),
        (ColumnKind::Text, Value::Int(12)),
        (ColumnKind::Date, text("2023-05-01")),
    ];
    for (at, (kind, value)) in cases.into_iter().enumerate() {
        let path = folder.0.join(format!("{at}.parquet"));
        let mut file = ParquetFile::create(&path, vec![column("it", kind)]).unwrap();
        let written = file.write(vec![value.clone()]).and_then(|()| file.finish());
        assert!(matches!(written, Err(FiguresError::File(_))), "{value:?}");
    }
}

#[tokio::test]
async fn the_rows_of_a_dataset_come_typed_and_in_order_from_memory_and_from_parts() {
    let sale = register(
        "sale",
        [
            ("sold_on", FieldType::Date),
            ("amount", FieldType::Money),
            ("pieces", FieldType::Integer),
            ("paid", FieldType::YesNo),
            ("buyer", FieldType::Person),
        ],
    );
    let sql = "select id, sold_on, amount, pieces, paid, amount / pieces as each from sale where pieces > 1 order by id desc";
    let pack = pack(vec![sale], vec![dataset("sales", sql)], vec![]);
    let (memory, figures) = open(&pack);
    for at in 0..7 {
        memory.add(
            "sale",
            fields([
                ("sold_on", day("2023-05-01")),
                ("amount", yuan("10")),
                ("pieces", Value::Int(at)),
                (
                    "paid",
                    if at == 3 {
                        Value::Null
                    } else {
                        Value::Int(at % 2)
                    },
                ),
                ("buyer", text("示例甲")),
            ]),
        );
    }
    let folder = Folder::new();
    let parts = Figures::with_parts(Arc::new(pack), memory.clone(), folder.place()).unwrap();
    for figures in [&figures, &parts] {
        let mut rows = figures.rows("sales").await.unwrap();
        assert_eq!(rows.sequence, 7);
        let kinds: Vec<_> = rows
            .columns
            .iter()
            .map(|it| (it.name.as_str(), it.kind))
            .collect();
        let want = [
            ("id", ColumnKind::Int),
            ("sold_on", ColumnKind::Date),
            ("amount", ColumnKind::Decimal(2)),
            ("pieces", ColumnKind::Int),
            ("paid", ColumnKind::YesNo),
            ("each", ColumnKind::Decimal(12)),
        ];
        assert_eq!(kinds, want);
        let mut all = Vec::new();
        while let Some(batch) = rows.next().await.unwrap() {
            all.extend(batch);
        }
        assert_eq!(all.len(), 5);
        assert_eq!(
            all[3],
            [
                Value::Int(4),
                day("2023-05-01"),
                Value::Decimal(dec("10")),
                Value::Int(3),
                Value::Null,
                Value::Decimal(dec("3.333333333333")),
            ]
        );
    }
    assert_eq!(folder.parts("sale"), ["0-7.parquet"]);
    let refused = figures.rows("sale").await.err().unwrap();
    assert_eq!(refused.code(), "figures_unknown_dataset");
}

#[test]
fn personal_data_are_no_columns_of_a_query() {
    let sale = register("sale", [("buyer", FieldType::Person)]);
    let pack = pack(
        vec![sale],
        vec![dataset("sales", "select id, buyer from sale")],
        vec![],
    );
    let faults = quanyu_figures::check(&pack);
    assert_eq!(faults.len(), 1);
    assert!(faults[0].message.contains("buyer"), "{}", faults[0].message);
}
