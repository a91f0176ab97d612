//! A register of more records than a page counts row by row: counts that are kept and come after the rows, sorting from an index,
//! names from the search index.

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::Value;

use crate::{commands::District, web::Site};

const ROWS: usize = 20_500;
const LIST: &str = "/registers/contract?format=json&limit=500";

fn contracts() -> String {
    let mut text = String::from("合同编号,合同类型,合同额（万元）,签订日期,街道\n");
    for row in 0..ROWS {
        // Amounts repeat, so that ties go by id.
        let amount = row * 7 % 1_000 + 1;
        let day = row % 28 + 1;
        let _ = writeln!(text, "L-{row:05},技术开发,{amount},2022-05-{day:02},东街道");
    }
    text
}

/// The pages of a list, one after the other.
async fn pages(site: &Site, path: &str, most: usize) -> Vec<(i64, Value)> {
    let (mut all, mut after) = (Vec::new(), String::new());
    for _ in 0..most {
        let page = site.json(&format!("{path}{after}")).await;
        for it in page["records"].as_array().unwrap() {
            all.push((it["id"].as_i64().unwrap(), it["fields"]["amount"].clone()));
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    all
}

async fn counted(site: &Site, more: &str) -> i64 {
    let list = site.json(&format!("{LIST}&counted=1{more}")).await;
    list["count"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_register_is_listed_counted_sorted_and_found_by_name() {
    let district = District::demo();
    let file = district.write("many.csv", &contracts());
    let done = district.run(&["import", "contract", file.to_str().unwrap()]);
    assert!(done.status.success(), "{}", crate::commands::said(&done));
    let site = Site::of(district).await;
    let narrow = "&f.number.has=L-";

    // Rows come whether or not the count is there; who waits for it gets it, and it is right after a change.
    let first = site.json(LIST).await;
    assert_eq!(first["records"].as_array().unwrap().len(), 500);
    let before = counted(&site, "").await;
    assert_eq!(counted(&site, narrow).await, ROWS as i64);
    assert_eq!(counted(&site, "&f.number.has=L-004").await, 100);
    assert_eq!(counted(&site, "&f.number.has=nobody").await, 0);
    let file = site.district.write(
        "one.csv",
        "合同编号,合同类型,合同额（万元）,签订日期,街道\nL-99999,技术开发,3,2022-05-01,东街道\n",
    );
    let done = site
        .district
        .run(&["import", "contract", file.to_str().unwrap()]);
    assert!(done.status.success(), "{}", crate::commands::said(&done));
    assert_eq!(counted(&site, "").await, before + 1);
    assert_eq!(counted(&site, "&f.number.has=L-99999").await, 1);

    // Sorted either way each record comes once, and again from the index.
    let number = |it: &Value| -> f64 { it.as_str().unwrap().replace(',', "").parse().unwrap() };
    for way in ["", "&down=1"] {
        for round in ["as it is", "from an index"] {
            let path = format!("{LIST}{narrow}&col=amount&sort=amount{way}");
            let all = pages(&site, &path, 60).await;
            assert_eq!(all.len(), ROWS + 1, "{way} {round}");
            let ids: BTreeSet<i64> = all.iter().map(|it| it.0).collect();
            assert_eq!(ids.len(), all.len(), "{way} {round}: a record comes twice");
            let amounts: Vec<f64> = all.iter().map(|it| number(&it.1)).collect();
            let fits = |pair: &[f64]| match way {
                "" => pair[0] <= pair[1],
                _ => pair[0] >= pair[1],
            };
            assert!(amounts.windows(2).all(fits), "{way} {round}");
        }
    }
}
