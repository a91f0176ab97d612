//! Search end to end: the command, the page, what the frame shows while typing; it follows changes and keeps to rights.

use quanyu::app::{
    Product, Who,
    product::Place,
    search::{self, Kind},
    who::{Grant, Grants},
};
use quanyu_core::{
    access::{Part, Scope},
    actor::Actor,
};

use crate::{
    commands::{District, packs, said},
    web::Site,
    writing_pages::post,
};

const FIRMS: &str = "统一社会信用代码,企业名称,曾用名,所在街道\n\
    91990102MA0000001A,青岛示例电子科技有限公司,示例无线电厂；示例元件社,990102001\n\
    91990102MA0000002B,示例重工（青岛）股份有限公司,,990102002\n\
    91990102MA0000003C,海蓝生物制药有限公司,,990102002\n";

fn district() -> District {
    let district = District::demo();
    import(&district, "firms.csv", FIRMS);
    district
}

fn import(district: &District, name: &str, text: &str) {
    let file = district.write(name, text);
    let done = district.run(&["import", "firm", file.to_str().unwrap()]);
    assert!(done.status.success(), "{}", said(&done));
}

fn found(district: &District, words: &str) -> Vec<(String, String)> {
    let rows = district.rows(&["search", words, "--format", "jsonl"]);
    let text = |it: &serde_json::Value| it.as_str().unwrap_or_default().to_owned();
    rows.iter()
        .map(|it| (text(&it["title"]), text(&it["way"])))
        .collect()
}

#[test]
fn the_command_finds_names_codes_pinyin_mistakes_and_titles() {
    let district = district();
    #[rustfmt::skip]
    let cases = [
        ("示例电子", "青岛示例电子科技有限公司", "name"),
        ("sldz", "青岛示例电子科技有限公司", "pinyin"),
        ("shilidianzi", "青岛示例电子科技有限公司", "pinyin"),
        ("示利电子科", "青岛示例电子科技有限公司", "near"),
        ("元件社", "青岛示例电子科技有限公司", "other_name"),
        ("91990102ma0000002", "示例重工（青岛）股份有限公司", "code"),
        ("2023-0007", "2023-0007", "name"),
        ("试验项目", "试验项目", "name"),
        ("Technology contracts", "技术合同", "other_name"),
    ];
    for (words, title, way) in cases {
        let all = found(&district, words);
        let best = all.iter().find(|it| it.0 == title);
        assert_eq!(best.map(|it| it.1.as_str()), Some(way), "{words}: {all:?}");
    }
    assert_eq!(found(&district, "查无此名"), []);
    let help = district.run(&["search"]);
    assert_eq!(help.status.code(), Some(2), "{}", said(&help));
}

#[test]
fn changes_are_found_and_what_was_taken_back_is_not() {
    let district = district();
    assert_eq!(found(&district, "新来").len(), 0);
    import(
        &district,
        "more.csv",
        "信用代码,单位名称\n91990102MA0000009X,新来智造有限公司\n91990102MA0000003C,改名生物有限公司\n",
    );
    assert_eq!(found(&district, "新来").len(), 1);
    assert_eq!(found(&district, "海蓝"), [], "the name it had is gone");
    assert_eq!(found(&district, "改名生物").len(), 1);
}

#[test]
fn an_index_that_is_damaged_or_gone_is_made_anew() {
    let district = district();
    assert_eq!(found(&district, "示例电子").len(), 1);
    let folder = district.file("data").join("search");
    for file in std::fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().path())
    {
        if file
            .extension()
            .is_some_and(|it| it == "term" || it == "idx")
        {
            let mut bytes = std::fs::read(&file).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0xff;
            std::fs::write(&file, bytes).unwrap();
        }
    }
    assert_eq!(found(&district, "示例电子").len(), 1);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(found(&district, "示例电子").len(), 1);
    let done = district.run(&["search", "rebuild"]);
    assert!(
        done.status.success() && said(&done).contains("entries, up to change"),
        "{}",
        said(&done)
    );
    assert_eq!(found(&district, "示例电子").len(), 1);
}

fn clerk(scope: Scope) -> Who {
    Who {
        actor: Actor::named("clerk"),
        name: "clerk".to_owned(),
        only: None,
        grants: Grants::Roles(vec![Grant {
            role: "clerk".to_owned(),
            scope,
        }]),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_finds_what_is_not_theirs() {
    let district = district();
    let place = Place {
        packs: Some(packs()),
        data: Some(district.file("data")),
        ..Place::default()
    };
    let product = Product::open(&place).await.unwrap();
    let street = Scope::Parts(vec![Part::Region("990102002".parse().unwrap())]);
    let cases = [
        (Who::local(), "青岛", 2),
        (clerk(Scope::All), "青岛", 2),
        (clerk(street.clone()), "青岛", 1),
        (clerk(street.clone()), "sldz", 0),
        (clerk(street.clone()), "示利电子科", 0),
        (clerk(street.clone()), "91990102MA0000001A", 0),
        (clerk(street), "91990102MA000000", 2),
        (clerk(Scope::nothing()), "青岛", 0),
        (Who::nobody(), "青岛", 0),
        (Who::nobody(), "技术合同", 0),
    ];
    for (who, words, count) in cases {
        let seen = product.seen_by(who);
        let found = search::search(&seen, words, &Kind::ALL, 20).await.unwrap();
        let hits: Vec<_> = found.groups.iter().flat_map(|it| &it.hits).collect();
        assert_eq!(
            hits.len(),
            count,
            "{:?} {words}: {hits:?}",
            seen.who().grants
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_groups_and_marks_what_was_found_and_the_frame_offers_the_best() {
    let site = Site::of(district()).await;
    let page = site
        .get("/search?q=%E7%A4%BA%E4%BE%8B%E7%94%B5%E5%AD%90&period=2023")
        .await
        .text;
    for part in [
        "<h2>企业</h2>",
        "青岛<mark>示例电子</mark>科技有限公司",
        "91990102MA0000001A",
        "kind=organization",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let hits = site.get("/search/hits?q=sldz&period=2023").await.text;
    assert!(
        hits.contains("青岛<mark>示例电子</mark>科技有限公司"),
        "{hits}"
    );
    assert!(
        hits.contains("查看全部结果") && !hits.contains("<html"),
        "{hits}"
    );
    let near = site
        .get("/search?q=%E7%A4%BA%E5%88%A9%E7%94%B5%E5%AD%90%E7%A7%91&period=2023")
        .await
        .text;
    assert!(near.contains("名称相近"), "{near}");
    let english = site
        .get("/search?q=technology&period=2023&lang=en")
        .await
        .text;
    assert!(
        english.contains("<mark>Technology</mark> contracts"),
        "{english}"
    );
    let none = site.get("/search?q=zzzz&period=2023").await.text;
    assert!(none.contains("没有找到“zzzz”"), "{none}");
    let one = site
        .json("/search?q=91990102MA00&kind=organization&format=json")
        .await;
    assert_eq!(one["hits"].as_array().unwrap().len(), 3, "{one}");
    assert_eq!(one["hits"][0]["way"], "code");
    assert_eq!(one["complete"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_text_of_a_paper_is_found_by_its_words() {
    let site = Site::of(District::demo()).await;
    let text = "试验区2023年工作总结\n一、主要成效\n全年举办供需对接活动十二场。海洋碳汇方法学通过评审。\n";
    let fields = [
        ("title", "2023年工作总结"),
        ("kind", "summary"),
        ("period", "2023"),
    ];
    let made = post(
        &site,
        "/writing",
        &fields,
        Some(("总结.txt", text.as_bytes())),
    )
    .await;
    assert_eq!(made.status, 303, "{}", made.text);
    let found = site
        .json("/search?q=%E7%A2%B3%E6%B1%87%E6%96%B9%E6%B3%95%E5%AD%A6&format=json")
        .await;
    let hit = &found["hits"][0];
    assert_eq!(
        (hit["kind"].as_str(), hit["way"].as_str()),
        (Some("document"), Some("text")),
        "{found}"
    );
    assert_eq!(hit["note"], "海洋碳汇方法学通过评审");
}
