//! The reader, sentence by sentence: each file under `read/` is a table of sentences and what is
//! read from them. A line `>` is a sentence of the achievements of 2023, `>p` one of the plan of
//! 2024; the line under it is what was understood.

use quanyu_documents::read::{
    BlockKind, Comparator, Hints, LexEntry, Lexicon, Mention, Nature, Value, read_text,
};

const DONE: &str = "某区2023年工作总结和2024年工作计划\n一、2023年工作总结\n";
const PLAN: &str = "某区2023年工作总结和2024年工作计划\n二、2024年工作计划\n";

/// A mention as the tables print it: what is as expected of the section is left out.
fn told(mention: &Mention, plan: bool) -> String {
    let value = match mention.value {
        Value::None => "-".to_owned(),
        Value::One(value) => value.normalize().to_string(),
        Value::Range(low, high) => format!("{}..{}", low.normalize(), high.normalize()),
    };
    let mut line = format!("{} {value}", mention.kind.as_str());
    if let Some(unit) = mention
        .unit
        .as_deref()
        .filter(|unit| !matches!(*unit, "1" | "rank"))
    {
        line.push_str(unit);
    }
    match mention.comparator {
        Some(Comparator::Eq) | None => {}
        Some(other) => line.push_str(&format!(" {}", other.as_str())),
    }
    if let Some(of) = &mention.of {
        line.push_str(&format!(" of={of}"));
    }
    if let Some(scope) = &mention.scope {
        line.push_str(&format!(" in={scope}"));
    }
    let (nature, year) = if plan {
        (Nature::Target, "2024")
    } else {
        (Nature::Actual, "2023")
    };
    if let Some(other) = mention.nature.filter(|other| *other != nature) {
        line.push_str(&format!(" {}", other.as_str()));
    }
    if mention.period.as_deref() != Some(year) {
        line.push_str(&format!(" @{}", mention.period.as_deref().unwrap_or("-")));
    }
    for flag in mention
        .flags
        .iter()
        .filter(|flag| matches!(flag.as_str(), "damaged" | "estimate"))
    {
        line.push_str(&format!(" !{}", flag.as_str()));
    }
    line
}

fn read(head: &str, sentence: &str) -> Vec<Mention> {
    let text = format!("{head}{sentence}");
    let from = head.chars().count();
    let found = read_text(&text, &Lexicon::empty(), &Hints::default()).mentions;
    found
        .into_iter()
        .filter(|mention| mention.start >= from)
        .collect()
}

fn understood(sentence: &str, plan: bool) -> String {
    let mentions = read(if plan { PLAN } else { DONE }, sentence);
    let figures: Vec<String> = mentions
        .iter()
        .filter(|mention| mention.kind.is_figure())
        .map(|mention| told(mention, plan))
        .collect();
    if figures.is_empty() {
        "nothing".to_owned()
    } else {
        figures.join(" | ")
    }
}

/// Checks one table; says every difference at once.
fn table(name: &str, text: &str) {
    let mut wrong = Vec::new();
    let mut lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut count = 0;
    while let (Some(sentence), Some(expected)) = (lines.next(), lines.next()) {
        let (plan, sentence) = match sentence.strip_prefix(">p ") {
            Some(sentence) => (true, sentence),
            None => (
                false,
                sentence
                    .strip_prefix("> ")
                    .expect("a sentence begins with >"),
            ),
        };
        let expected = expected
            .strip_prefix("= ")
            .expect("an answer begins with =");
        let found = understood(sentence, plan);
        if found != expected {
            wrong.push(format!(
                "{sentence}\n  expected {expected}\n  found    {found}"
            ));
        }
        count += 1;
    }
    assert!(count > 0, "{name} is empty");
    assert!(
        wrong.is_empty(),
        "{name}: {} of {count} differ\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn numbers_with_units_are_read_in_base_units() {
    table("numbers", include_str!("read/numbers.txt"));
}

#[test]
fn changes_have_their_sign_and_their_base() {
    table("changes", include_str!("read/changes.txt"));
}

#[test]
fn shares_and_ranks_know_their_whole() {
    table("shares", include_str!("read/shares.txt"));
}

#[test]
fn bounds_are_read_and_damage_is_flagged() {
    table("bounds", include_str!("read/bounds.txt"));
}

#[test]
fn names_codes_and_dates_are_no_figures() {
    table("traps", include_str!("read/traps.txt"));
}

#[test]
fn period_nature_and_scope_come_from_sentence_and_section() {
    table("sections", include_str!("read/sections.txt"));
}

#[test]
fn bulletins_and_reports_of_other_levels_are_read() {
    table("levels", include_str!("read/levels.txt"));
}

#[test]
fn lists_ranges_damage_and_full_width_forms_are_read() {
    table("forms", include_str!("read/forms.txt"));
}

#[test]
fn streets_governments_and_bureaus_of_other_trades_are_read() {
    table("genres", include_str!("read/genres.txt"));
}

#[test]
fn a_table_is_read_by_its_head() {
    let text = "某区2023年工作总结\n一、2023年指标完成情况\n\
        序号 | 指标名称 | 单位 | 年度目标 | 完成情况 | 完成率 | 排名 | 分值 |\n\
        1 | 技术合同成交额 | 亿元 | 60 | 68.5 | 114% | 2 | 10 |\n\
        2 | 新增载体 | 家 | ≥3 | 3 | 100 | - | 5 |\n\
        注：以上为快报数。\n\
        指标\t2022年\t2023年\t增速（%）\n\
        研发经费（亿元）\t1,054.8\t1,268.5\t-2.5\n";
    let found = read_text(text, &Lexicon::empty(), &Hints::default()).mentions;
    let told: Vec<String> = found
        .iter()
        .filter(|mention| mention.kind.is_figure())
        .map(|mention| {
            format!(
                "{}: {}",
                mention.metric.as_deref().unwrap_or("-"),
                told(mention, false)
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "技术合同成交额: level 6000000000元 target",
            "技术合同成交额: level 6850000000元",
            "技术合同成交额: share 1.14 of=目标",
            "技术合同成交额: rank 2",
            "新增载体: level 3家 ge target",
            "新增载体: level 3家",
            "新增载体: share 1 of=目标",
            "研发经费: level 105480000000元 @2022",
            "研发经费: level 126850000000元",
            "研发经费: growth -0.025",
        ]
    );
}

#[test]
fn a_league_table_gives_each_row_what_the_heads_name() {
    let text = "某区2023年工作通报\n一、2023年完成情况\n\
        位次\t街道\t成交额\t同比\t联系人数（人）\n\
        1\t示例街道\t15.49亿元\t增长23%\t3\n\
        2\t八一样板镇\t8.05亿元\t增长10.5%\t4\n";
    let found = read_text(text, &Lexicon::empty(), &Hints::default()).mentions;
    let told: Vec<String> = found
        .iter()
        .filter(|mention| mention.kind.is_figure())
        .map(|mention| {
            format!(
                "{} {}: {}",
                mention.scope.as_deref().unwrap_or("-"),
                mention.metric.as_deref().unwrap_or("-"),
                told(mention, false)
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "- 示例街道: rank 1",
            "示例街道 成交额: level 1549000000元 in=示例街道",
            "- 示例街道: growth 0.23",
            "示例街道 联系人数: level 3人 in=示例街道",
            "- 八一样板镇: rank 2",
            "八一样板镇 成交额: level 805000000元 in=八一样板镇",
            "- 八一样板镇: growth 0.105",
            "八一样板镇 联系人数: level 4人 in=八一样板镇",
        ]
    );
}

/// Metric and value of each figure.
fn metrics(sentence: &str) -> Vec<String> {
    let found = read(DONE, sentence);
    let figures = found.iter().filter(|mention| mention.kind.is_figure());
    figures
        .map(|mention| {
            format!(
                "{} {}",
                mention.metric.as_deref().unwrap_or("-"),
                mention.text
            )
        })
        .collect()
}

#[test]
fn a_metric_stands_before_or_behind_its_number_or_is_that_of_the_figure_before() {
    #[rustfmt::skip]
    let cases = [
        ("技术合同成交额68亿元，增长25%，居全市第2。", &["技术合同成交额 68亿元", "技术合同成交额 25%", "技术合同成交额 全市第2"][..]),
        ("甲企业、乙企业达30家、20家，分别增长5%、8%。", &["甲企业 达30家", "乙企业 20家", "甲企业 5%", "乙企业 8%"]),
        ("申报项目52项，其中重点研发项目7项。", &["申报项目 52项", "重点研发项目 7项"]),
        ("新增工作站12家，总数达57家。", &["新增工作站 12家", "工作站总数 达57家"]),
        ("建成工作站（创新中心）2家。", &["建成工作站 2家"]),
        ("平台由3个增加到5个。", &["平台 3个", "平台 到5个"]),
        ("产业投资XX亿元，增长24.6%。", &["产业投资 24.6%"]),
    ];
    for (sentence, expected) in cases {
        assert_eq!(metrics(sentence), expected, "{sentence}");
    }
}

#[test]
fn a_figure_said_twice_is_one_fact() {
    let found = read(
        DONE,
        "技术合同成交额68亿元。\n内容概述\n技术合同成交额68亿元。技术合同成交额70亿元。",
    );
    let repeats: Vec<bool> = found
        .iter()
        .map(|mention| mention.flags.iter().any(|flag| flag.as_str() == "repeat"))
        .collect();
    assert_eq!(repeats, [false, true, false]);
}

#[test]
fn the_line_of_a_mention_is_the_contract() {
    let found = read("", "某区2023年工作总结\n全区技术合同成交额超68亿元。");
    let line = found.last().expect("one figure is read").to_json("a.txt");
    assert_eq!(
        line,
        "{\"doc\":\"a.txt\",\"start\":21,\"end\":26,\"text\":\"超68亿元\",\"kind\":\"level\",\"metric\":\"技术合同成交额\",\
         \"value\":6800000000,\"unit\":\"元\",\"comparator\":\"gt\",\"period\":\"2023\",\"nature\":\"actual\",\"scope\":\"全区\",\
         \"of\":null,\"idiom\":\"超\",\"indicator\":null,\"confidence\":0.90}"
    );
}

#[test]
fn names_are_linked_by_alias_or_likeness_where_the_unit_fits() {
    let entry = |indicator: &str, names: &[&str], unit: &str| LexEntry {
        indicator: indicator.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        unit: Some(unit.to_owned()),
        kinds: Vec::new(),
    };
    let lexicon = Lexicon::new(vec![
        entry("contracts", &["技术合同成交额", "技术交易额"], "元"),
        entry("firms", &["高新技术企业数", "高新技术企业"], "家"),
        entry("small_firms", &["科技型中小企业评价入库数"], "家"),
    ]);
    #[rustfmt::skip]
    let cases = [
        ("技术交易额68亿元，增长25%。", &[Some("contracts"), Some("contracts")][..]),
        ("技术合同成交额登记120项。", &[None]),
        ("新增高新技术企业120家，增长8%。", &[Some("firms"), Some("firms")]),
        ("引进120家高新技术企业。", &[Some("firms")]),
        ("科技型中小企业入库数300家。", &[Some("small_firms")]),
        ("支持高新技术企业培育，聚焦新兴领域认定41家。", &[Some("firms")]),
        ("甲公司等13家单位29项成果入选高新技术企业名录。", &[Some("firms"), None]),
        ("聚焦新兴领域认定41家。", &[None]),
        ("举办活动12场。", &[None]),
    ];
    for (sentence, expected) in cases {
        let found = read_text(sentence, &lexicon, &Hints::default()).mentions;
        let linked: Vec<Option<&str>> = found
            .iter()
            .map(|mention| mention.indicator.as_deref())
            .collect();
        assert_eq!(linked, expected, "{sentence}");
    }
}

#[test]
fn names_dates_and_ordinals_are_told_apart() {
    #[rustfmt::skip]
    let cases = [
        ("“315”工程", "name"), ("第三届大赛", "ordinal_event"), ("全省首家", "ordinal_event"), ("2023年", "date"),
        ("1—9月份", "date"), ("〔2023〕18号", "name"), ("四大机制", "name"), ("5G", "name"), ("五年内", "date"), ("204年", "date"),
    ];
    for (sentence, expected) in cases {
        let found = read(DONE, sentence);
        let kinds: Vec<&str> = found.iter().map(|mention| mention.kind.as_str()).collect();
        assert_eq!(kinds, [expected], "{sentence}");
    }
}

#[test]
fn a_text_says_its_title_its_district_and_its_years() {
    #[rustfmt::skip]
    let cases = [
        ("甲市乙区科技局2023年工作总结和2024年工作计划\n正文。", Some("甲市乙区"), Some(2023), Some(2024)),
        ("甲省政府工作报告\n一、2025年工作回顾\n正文。\n二、2026年工作安排", Some("甲省"), Some(2025), Some(2026)),
        ("区科技局2018年工作要点\n正文。", None, Some(2017), Some(2018)),
        ("甲市乙区科技局2023年上半年工作总结\n正文。\n二、下半年打算\n正文。", Some("甲市乙区"), Some(2023), Some(2023)),
        ("没有标题的正文。", None, None, None),
    ];
    for (text, district, year, plan) in cases {
        let found = read_text(text, &Lexicon::empty(), &Hints::default());
        assert_eq!(
            (found.district.as_deref(), found.year, found.plan_year),
            (district, year, plan),
            "{text}"
        );
    }
}

#[test]
fn what_a_report_of_half_a_year_plans_is_for_the_same_year() {
    let text = "甲区科技局2023年上半年工作总结\n一、主要进展\n登记合同120份。\n二、下半年打算\n登记合同达到300份以上。\n";
    let found = read_text(text, &Lexicon::empty(), &Hints::default());
    let levels = found
        .mentions
        .iter()
        .filter(|it| it.kind.as_str() == "level");
    let told: Vec<String> = levels.map(|it| told(it, true)).collect();
    // A target is what goes without saying here.
    assert_eq!(told, ["level 120份 actual @2023H1", "level 300份 ge @2023"]);
}

#[test]
fn blocks_know_their_level_and_their_place() {
    let text = "乙区2023年工作总结\n一、工作情况\n（一）平台\n正文一句。\n甲 | 乙 | 丙\n";
    let found = read_text(text, &Lexicon::empty(), &Hints::default());
    let told: Vec<(BlockKind, String)> = found
        .blocks
        .iter()
        .map(|block| {
            (
                block.kind,
                text.chars()
                    .skip(block.start)
                    .take(block.end - block.start)
                    .collect(),
            )
        })
        .collect();
    let expected = [
        (BlockKind::Title, "乙区2023年工作总结"),
        (BlockKind::Heading(1), "一、工作情况"),
        (BlockKind::Heading(2), "（一）平台"),
        (BlockKind::Paragraph, "正文一句。"),
        (BlockKind::Row, "甲 | 乙 | 丙"),
    ];
    let expected: Vec<(BlockKind, String)> = expected
        .map(|(kind, text)| (kind, text.to_owned()))
        .to_vec();
    assert_eq!(told, expected);
}

#[test]
fn a_title_in_two_lines_is_one_title() {
    let cases = [
        (
            "乙区科学技术局2023年工作总结\n和2024年工作计划\n正文一句。",
            2,
        ),
        (
            "关于2023年各街道\n创新平台建设情况的通报\n各街道办事处：\n正文一句。",
            2,
        ),
        (
            "乙区统计局\n2023年国民经济和社会发展统计公报\n正文一句。",
            2,
        ),
        (
            "示科〔2024〕3号\n2023年工作总结\n一、工作情况\n正文一句。",
            1,
        ),
    ];
    for (text, lines) in cases {
        let found = read_text(text, &Lexicon::empty(), &Hints::default());
        let titles = found.blocks.iter().filter(|it| it.kind == BlockKind::Title);
        assert_eq!(titles.count(), lines, "{text}: {:?}", found.blocks);
    }
}

#[test]
fn a_number_where_a_long_run_is_cut_is_read_whole() {
    for length in 440..540 {
        let text = format!(
            "{}服务企业12,345家，增长25%，{}",
            "字".repeat(length),
            "文".repeat(600)
        );
        let found = read("", &text);
        let told: Vec<String> = found.iter().map(|mention| told(mention, false)).collect();
        assert_eq!(told, ["level 12345家 @-", "growth 0.25 @-"], "{length}");
    }
}

#[test]
fn a_title_that_goes_on_in_the_next_line_makes_no_plan_of_the_lead() {
    let text =
        "某区科技局2023年工作总结\n和2024年工作计划\n2023年，全区技术合同成交额达到12亿元。\n";
    let reading = read_text(text, &Lexicon::empty(), &Hints::default());
    let figure = reading
        .mentions
        .iter()
        .find(|it| it.text.contains("12亿元"));
    let figure = figure.expect("the figure of the lead is read");
    assert_eq!(figure.nature, Some(Nature::Actual));
    assert_eq!(figure.period.as_deref(), Some("2023"));
}
