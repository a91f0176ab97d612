//! What finds what, and what is marked in it.

use quanyu_search::{Entry, Kind};

use crate::common::{filled, firm, shown};

fn district() -> Vec<Entry> {
    let mut electronics = firm(1, "青岛示例电子科技有限公司");
    electronics.code = Some("91370202MA3ABCDE1X".to_owned());
    electronics.names = vec!["示例无线电厂".to_owned()];
    let mut machines = firm(2, "示例重工（青岛）股份有限公司");
    machines.code = Some("91370203MA3ABCDE2X".to_owned());
    let mut contract = Entry::new(Kind::Record, "contract", 11, "HT2023-015");
    contract.text =
        "示例重工委托开发水下机器人推进器，约定分三期付款。\n验收合格后归档。".to_owned();
    let mut paper = Entry::new(
        Kind::Document,
        "paper",
        21,
        "示例区2023年上半年科技工作总结",
    );
    paper.text =
        "上半年技术合同成交额同比增长。全区新认定高新技术企业十二家；举办供需对接活动。".to_owned();
    let mut value = Entry::new(Kind::Indicator, "tech_contract_value", 0, "技术合同成交额");
    value.names = vec!["技术交易额".to_owned()];
    vec![
        electronics,
        machines,
        firm(3, "示例电子商务有限公司"),
        firm(4, "海蓝生物制药有限公司"),
        firm(5, "青岛AI智造有限公司"),
        contract,
        paper,
        value,
        Entry::new(Kind::Register, "contract", 0, "技术合同"),
    ]
}

#[test]
fn names_codes_pinyin_words_and_mistakes_find_what_was_meant() {
    let district = filled(&district());
    #[rustfmt::skip]
    let cases = [
        // typed, kind, title, note, way
        ("示例电子", "organization", "[示例电子]商务有限公司", "", "name"),
        ("例电子科", "organization", "青岛示[例电子科]技有限公司", "", "name"),
        ("示例重工青岛", "organization", "[示例重工（青岛]）股份有限公司", "", "name"),
        ("青岛 重工", "organization", "示例[重工]（[青岛]）股份有限公司", "", "name"),
        ("蓝", "organization", "海[蓝]生物制药有限公司", "", "name"),
        ("ａｉ智造", "organization", "青岛[AI智造]有限公司", "", "name"),
        ("无线电", "organization", "青岛示例电子科技有限公司", "示例[无线电]厂", "other_name"),
        ("91370202", "organization", "青岛示例电子科技有限公司", "[91370202]MA3ABCDE1X", "code"),
        ("91370203ma3abcde2x", "organization", "示例重工（青岛）股份有限公司", "[91370203MA3ABCDE2X]", "code"),
        ("sldz", "organization", "[示例电子]商务有限公司", "", "pinyin"),
        ("shilidianzikeji", "organization", "青岛[示例电子科技]有限公司", "", "pinyin"),
        ("shilidianzike", "organization", "青岛[示例电子科]技有限公司", "", "pinyin"),
        ("hailanshengw", "organization", "[海蓝生物]制药有限公司", "", "pinyin"),
        ("shili重工", "organization", "[示例重工]（青岛）股份有限公司", "", "pinyin"),
        ("slwxd", "organization", "青岛示例电子科技有限公司", "[示例无线电]厂", "pinyin"),
        ("示利电子科技", "organization", "青岛[示例电子科技]有限公司", "", "near"),
        ("示例电子科枝有限", "organization", "青岛[示例电子科技有限]公司", "", "near"),
        ("海生物制药", "organization", "[海蓝生物制药]有限公司", "", "near"),
        ("海蓝兰生物制药", "organization", "[海蓝生物制药]有限公司", "", "near"),
        ("蓝海生物", "organization", "[海蓝生物]制药有限公司", "", "near"),
        ("ht2023", "record", "[HT2023]-015", "", "name"),
        ("水下机器人", "record", "HT2023-015", "示例重工委托开发[水下机器人]推进器，约定分三期付款", "text"),
        ("验收 推进器", "record", "HT2023-015", "[验收]合格后归档", "text"),
        ("工作总结", "document", "示例区2023年上半年科技[工作总结]", "", "name"),
        ("高新技术企业", "document", "示例区2023年上半年科技工作总结", "全区新认定[高新技术企业]十二家", "text"),
        ("供需对接", "document", "示例区2023年上半年科技工作总结", "举办[供需对接]活动", "text"),
        ("合同成交额", "indicator", "技术[合同成交额]", "", "name"),
        ("jye", "indicator", "技术合同成交额", "技术[交易额]", "pinyin"),
        ("技术合同", "register", "[技术合同]", "", "name"),
    ];
    for (typed, kind, title, note, way) in cases {
        let groups = district.ask(typed);
        let group = groups.iter().find(|it| it.kind.word() == kind);
        let hit = &group
            .unwrap_or_else(|| panic!("{typed} finds no {kind}: {groups:?}"))
            .hits[0];
        let got = (
            shown(&hit.title),
            hit.note.as_ref().map(shown).unwrap_or_default(),
            hit.way.word(),
        );
        assert_eq!(got, (title.to_owned(), note.to_owned(), way), "{typed}");
    }
}

#[test]
fn what_is_not_meant_is_not_found() {
    let district = filled(&district());
    // Two mistakes, letters that no name begins with, a word across two words, a name cut in two, nothing.
    for typed in [
        "示利店子",
        "xqzz",
        "器人推",
        "",
        " （） ",
        "'; drop table",
        "\u{1f}*kcontract",
    ] {
        assert_eq!(district.ask(typed), [], "{typed:?}");
    }
}

#[test]
fn long_and_hostile_questions_are_answered() {
    let district = filled(&district());
    for typed in [
        "示例".repeat(5_000),
        "a".repeat(10_000),
        "示 ".repeat(1_000),
        "\u{0}\u{ffff}🀄".to_owned(),
    ] {
        district.ask(&typed);
    }
}

#[test]
fn the_exact_name_comes_first_then_what_begins_so_then_the_shorter() {
    let entries = [
        firm(1, "示例电子材料有限公司"),
        firm(2, "青岛示例电子"),
        firm(3, "示例电子厂"),
        firm(4, "示例电子"),
    ];
    let groups = filled(&entries).ask("示例电子");
    let found: Vec<i64> = groups[0].hits.iter().map(|it| it.record).collect();
    assert_eq!(found, [4, 3, 1, 2]);
}

#[test]
fn a_page_says_whether_there_is_more() {
    let entries: Vec<Entry> = (1..=6)
        .map(|it| firm(it, &format!("示例第{it}号电子厂")))
        .collect();
    let six = filled(&entries).ask("电子");
    assert_eq!((six[0].hits.len(), six[0].more), (5, true));
    let five = filled(&entries[..5]).ask("电子");
    assert_eq!((five[0].hits.len(), five[0].more), (5, false));
}
