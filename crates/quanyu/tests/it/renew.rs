//! A document renewed: numbers of the next period as tracked changes, on both engines.

use quanyu::app::{AppError, renew};
use quanyu_core::period::Period;
use quanyu_documents::formats::{SimpleBlock, extract, write_docx_simple};
use quanyu_testkit::databases;

use crate::releases::{create, district, draft};

fn year(year: i32) -> Period {
    Period::year(year).unwrap()
}

fn docx(text: &[&str]) -> Vec<u8> {
    let mut blocks = vec![SimpleBlock::Title("试验区科技局2022年工作总结".to_owned())];
    blocks.extend(
        text.iter()
            .map(|it| SimpleBlock::Paragraph((*it).to_owned())),
    );
    write_docx_simple(&blocks)
}

#[tokio::test(flavor = "multi_thread")]
async fn last_years_document_gets_this_years_numbers_and_says_what_is_left() {
    for database in databases() {
        let (store, product) = district(&database).await;
        for (number, yuan, day) in [
            (1, 130_000_000, "2022-03-01"),
            (2, 120_000_000, "2022-09-01"),
            (3, 190_000_000, "2023-03-01"),
            (4, 100_000_000, "2023-04-01"),
            (5, 22_000_000, "2023-06-01"),
        ] {
            create(&store, "clerk", draft(number, yuan, day, "990102001")).await;
        }
        let bytes = docx(&[
            "2022年，全区技术合同成交额2.50亿元，技术合同项数为2项。",
            "全年技术合同成交额超2亿元，首次入选示例名单。",
            "技术合同项数为7项。",
            "2023年，力争技术合同成交额3亿元。",
        ]);
        let bound = renew::bind(&product, "总结.docx", bytes.clone(), None)
            .await
            .unwrap();
        assert_eq!((bound.from, bound.name.as_str()), (year(2022), "总结.docx"));
        let renewal = renew::renew(&product, &bound.file, None, year(2023))
            .await
            .unwrap();
        let changed: Vec<(&str, &str)> = renewal
            .changes
            .iter()
            .map(|it| (it.old.as_str(), it.new.as_str()))
            .collect();
        assert_eq!(
            changed,
            [
                ("2.50亿元", "3.12亿元"),
                ("为2项", "为3项"),
                ("超2亿元", "超3亿元")
            ],
            "{}",
            database.name
        );
        let told = |all: &[renew::Notice]| -> Vec<String> {
            all.iter()
                .map(|it| format!("{} {}", it.sort.as_str(), it.text))
                .collect()
        };
        assert_eq!(told(&renewal.untrue), ["first 首次"], "{}", database.name);
        assert_eq!(
            told(&renewal.leftovers),
            [
                "year 2022年",
                "year 2022年",
                "doubt 为7项",
                "year 2023年",
                "target 3亿元"
            ],
            "{}",
            database.name
        );
        let read = extract(&renewal.docx, "a.docx").unwrap().text;
        let old = extract(&bytes, "a.docx").unwrap().text;
        let wanted = old
            .replace("2.50亿元", "3.12亿元")
            .replace("为2项", "为3项")
            .replace("超2亿元", "超3亿元");
        assert_eq!(read, wanted, "the wording is untouched");
        // Bound once: the same file again writes nothing.
        let head = store.head().await.unwrap();
        let again = renew::bind(&product, "总结.docx", bytes, None)
            .await
            .unwrap();
        assert_eq!(again.figures, bound.figures);
        assert_eq!(store.head().await.unwrap(), head);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_renewed_is_refused_and_nothing_is_kept() {
    let database = databases().into_iter().next().unwrap();
    let (store, product) = district(&database).await;
    let head = store.head().await.unwrap();
    let code = |got: Result<renew::BoundDocument, AppError>| got.err().map(|it| it.code());
    let secret = docx(&["机密★1年", "技术合同项数为2项。"]);
    let silent = write_docx_simple(&[SimpleBlock::Paragraph("技术合同项数为2项。".to_owned())]);
    let cases = [
        (
            "a.txt",
            "技术合同项数为2项。".as_bytes().to_vec(),
            "format_trouble",
        ),
        ("a.docx", secret, "secret_file"),
        ("a.docx", silent, "bad_value"),
    ];
    for (name, bytes, wanted) in cases {
        let got = code(renew::bind(&product, name, bytes, None).await);
        assert_eq!(got, Some(wanted), "{name}");
    }
    assert_eq!(store.head().await.unwrap(), head);
    let unknown = renew::renew(&product, "00", None, year(2023)).await;
    assert_eq!(
        unknown.map(|_| ()).map_err(|it| it.code()),
        Err("not_found")
    );
}
