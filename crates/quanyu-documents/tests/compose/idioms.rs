//! What is said of a figure is true, and is what the reader understands.

use proptest::prelude::*;
use quanyu_documents::{
    compose::{
        Figure, Measure,
        idiom::{Bound, Idiom, NEAR, Refusal, Wish, holds, say},
    },
    read::{Comparator, Hints, LexEntry, Lexicon, Value, read_text},
};
use rust_decimal::Decimal;

use crate::kit::{figure, number};

fn said(idiom: &str, figure: &Figure, wish: &Wish) -> String {
    match say(&Idiom::parse(idiom).unwrap(), figure, wish) {
        Ok(said) => said.text,
        Err(Refusal::NoValue(measure)) => format!("no {}", measure.word()),
        Err(Refusal::NotTrue(found)) => format!("not true: {found}"),
        Err(Refusal::Wrong(why)) => format!("wrong: {why}"),
    }
}

#[test]
fn figures_are_said_in_the_idiom_asked_for() {
    let contracts = figure(
        "技术合同成交额",
        "元",
        "亿元",
        2,
        "6831000000",
        "5452000000",
    );
    let firms = figure("高新技术企业数", "家", "家", 0, "105", "92");
    let platforms = figure("平台数", "个", "个", 0, "183", "157");
    let spaces = figure("泊位数", "个", "万个", 2, "28400", "27000");
    let intensity = figure("R&D经费占GDP比重", "1", "%", 2, "0.0269", "0.0258");
    let falling = figure("示例", "家", "家", 0, "80", "100");
    let flat = figure("示例", "家", "家", 0, "100", "100");
    let doubled = figure("示例", "家", "家", 0, "203", "100");
    let tripled = figure("示例", "家", "家", 0, "250", "100");
    #[rustfmt::skip]
    let cases = [
        (&contracts, "",                 "68.31亿元"),
        (&contracts, "为",               "为68.31亿元"),
        (&contracts, "达",               "达68.31亿元"),
        (&contracts, "超",               "超68亿元"),
        (&contracts, "超过",             "超过68亿元"),
        (&contracts, "突破",             "突破60亿元"),
        (&contracts, "近",               "近70亿元"),
        (&contracts, "约",               "约70亿元"),
        (&contracts, "不足",             "不足70亿元"),
        (&contracts, "以上",             "68亿元以上"),
        (&contracts, "多",               "60亿多元"),
        (&contracts, "增长",             "增长25.3%"),
        (&contracts, "同比增长超",       "同比增长超25%"),
        (&contracts, "增减",             "增长25.3%"),
        (&contracts, "居全市第n位",      "居全市第2位"),
        (&contracts, "列全市第n",        "列全市第2"),
        (&contracts, "居全省第n位",      "not true: 全市第2"),
        (&contracts, "位居全市前3",      "位居全市前3"),
        (&contracts, "位居全市前三",     "位居全市前三"),
        (&contracts, "位居全市前1",      "not true: 全市第2"),
        (&contracts, "下降",             "not true: 25.29%"),
        (&firms,     "",                 "105家"),
        (&firms,     "突破",             "突破100家"),
        (&firms,     "超",               "超100家"),
        (&firms,     "净增n家",          "净增13家"),
        (&firms,     "余",               "100余家"),
        (&platforms, "多",               "180多个"),
        (&platforms, "近",               "近190个"),
        (&spaces,    "超",               "超2.8万个"),
        (&spaces,    "余",               "2.8万余个"),
        (&intensity, "达",               "达2.69%"),
        (&intensity, "提升n个百分点",    "提升0.11个百分点"),
        (&intensity, "升降n个百分点",    "提升0.11个百分点"),
        (&intensity, "回落n个百分点",    "not true: 0.11个百分点"),
        (&falling,   "增长",             "not true: -20%"),
        (&falling,   "同比增减",         "同比下降20%"),
        (&falling,   "减少n家",          "减少20家"),
        (&falling,   "突破",             "not true: 80家"),
        (&flat,      "较上年增减",       "与上年持平"),
        (&flat,      "增长",             "not true: 0%"),
        (&contracts, "环比增长",         "环比增长25.3%"),
        (&contracts, "环比增减",         "环比增长25.3%"),
        (&falling,   "环比增长",         "not true: -20%"),
        (&falling,   "环比下降",         "环比下降20%"),
        (&contracts, "翻番",             "not true: 25.29%"),
        (&doubled,   "翻番",             "翻番"),
        (&doubled,   "同比翻一番",       "同比翻一番"),
        (&doubled,   "翻两番",           "not true: 103%"),
        (&doubled,   "增长n倍",          "增长1倍"),
        (&tripled,   "翻番",             "not true: 150%"),
        (&tripled,   "增长n倍",          "增长1.5倍"),
        (&doubled,   "同比增长超n倍",    "同比增长超1倍"),
        (&contracts, "增长n倍",          "not true: 25.29%"),
    ];
    for (figure, idiom, wanted) in cases {
        assert_eq!(
            said(idiom, figure, &Wish::default()),
            wanted,
            "{} {idiom}",
            figure.title
        );
    }
}

#[test]
fn wishes_are_kept_or_refused() {
    let contracts = figure(
        "技术合同成交额",
        "元",
        "亿元",
        2,
        "6831000000",
        "5452000000",
    );
    let wish = |change: &dyn Fn(&mut Wish)| {
        let mut wish = Wish::default();
        change(&mut wish);
        wish
    };
    #[rustfmt::skip]
    let cases = [
        ("",   wish(&|it| it.unit = Some("万元".into())),                    "683100万元"),
        ("",   wish(&|it| it.digits = Some(0)),                              "68亿元"),
        ("",   wish(&|it| { it.digits = Some(3); it.fixed = true }),         "68.310亿元"),
        ("超", wish(&|it| it.to = Some(number("66"))),                       "超66亿元"),
        ("超", wish(&|it| it.to = Some(number("60"))),                       "not true: 68.31亿元"),
        ("超", wish(&|it| it.to = Some(number("69"))),                       "not true: 68.31亿元"),
        ("突破", wish(&|it| it.to = Some(number("50"))),                     "not true: 68.31亿元"),
        ("超", wish(&|it| it.measure = Some(Measure::Growth)),               "超25%"),
        ("",   wish(&|it| it.measure = Some(Measure::Share)),                "12.3%"),
        ("",   wish(&|it| it.unit = Some("家".into())),                      "wrong: `家` is no unit of what is in 元"),
        ("年均增长", wish(&|it| it.years = Some(2)),                         "年均增长58.3%"),
        ("两年平均增长", wish(&|_| ()),                                      "两年平均增长58.3%"),
        ("年均增长", wish(&|it| it.years = Some(3)),                         "no average3"),
        ("年均增长", wish(&|_| ()),                                          "wrong: 年均 is over years=2 to 10"),
        ("增长", wish(&|it| it.measure = Some(Measure::Value)),              "wrong: the idiom says a growth, asked is a value"),
    ];
    for (idiom, wish, wanted) in cases {
        assert_eq!(said(idiom, &contracts, &wish), wanted, "{idiom} {wish:?}");
    }
    let unknown = Figure {
        unit: "家".into(),
        ..Figure::default()
    };
    for (idiom, wanted) in [
        ("", "no value"),
        ("增长", "no growth"),
        ("第n", "no rank"),
        ("增加n家", "no change"),
    ] {
        assert_eq!(said(idiom, &unknown, &Wish::default()), wanted);
    }
}

#[test]
fn what_is_no_idiom_is_refused() {
    for text in [
        "同比",
        "超过以上",
        "大概",
        "超很多很多家",
        "约左右",
        "环比",
        "环比增加n家",
        "年均",
        "年均增长n倍",
        "下降n倍",
        "增长n倍多",
    ] {
        assert!(Idiom::parse(text).is_err(), "{text}");
    }
}

/// Idioms of levels, and what the reader makes of each.
const LEVELS: [(&str, Comparator); 9] = [
    ("", Comparator::Eq),
    ("为", Comparator::Eq),
    ("达", Comparator::Eq),
    ("超", Comparator::Gt),
    ("突破", Comparator::Gt),
    ("近", Comparator::Approx),
    ("约", Comparator::Approx),
    ("不足", Comparator::Lt),
    ("以上", Comparator::Ge),
];

fn bound(word: &str) -> Bound {
    match word {
        "超" => Bound::Over,
        "突破" => Bound::Break,
        "近" => Bound::Near,
        "约" => Bound::About,
        "不足" => Bound::Under,
        "以上" => Bound::Least,
        "达" => Bound::Reach,
        _ => Bound::Exact,
    }
}

proptest! {
    /// The test of documents.md 6, on the text that was printed: number, last digit and value.
    #[test]
    fn rounding_never_changes_the_truth(
        cents in 1_i64..10_000_000_000_000, earlier in proptest::collection::vec(1_i64..10_000_000_000_000, 0..4),
        which in 0..LEVELS.len(), unit in 0..3_usize, digits in proptest::option::of(0_u32..4),
    ) {
        let (unit, scale) = [("亿元", 8), ("万元", 4), ("元", 0)][unit];
        let factor = Decimal::from(10_i64.pow(scale));
        let value = Decimal::new(cents, 2);
        let figure = Figure {
            unit: "元".into(), said_unit: unit.into(), digits: 2, value: Some(value),
            earlier: (1..).zip(&earlier).map(|(years, it)| (years, Decimal::new(*it, 2))).collect(),
            ..Figure::default()
        };
        let (word, comparator) = LEVELS[which];
        let wish = Wish { digits, ..Wish::default() };
        if let Ok(said) = say(&Idiom::parse(word).unwrap(), &figure, &wish) {
            let printed = said.printed / factor;
            let digits: String = said.text.chars().filter(|it| it.is_ascii_digit() || *it == '.').collect();
            prop_assert_eq!(number(&digits), printed, "{}", said.text);
            let value = value / factor;
            let earlier: Vec<Decimal> = figure.earlier.values().map(|it| it / factor).collect();
            let last = Decimal::new(1, wish.digits.unwrap_or(2));
            prop_assert!(holds(bound(word), value, printed, last, &earlier), "{} of {value}", said.text);
            // And by hand, without our own test.
            match word {
                "超" => prop_assert!(value > printed && value - printed <= NEAR * printed),
                "近" => prop_assert!(value < printed && printed - value <= NEAR * printed),
                "突破" => prop_assert!(value >= printed && earlier.iter().all(|it| *it < printed)),
                "不足" => prop_assert!(value < printed),
                "以上" => prop_assert!(value >= printed),
                "约" => prop_assert!((value - printed).abs() <= NEAR * printed),
                "达" => prop_assert!(value >= printed && value - printed < last),
                _ => prop_assert!((value - printed).abs() * Decimal::TWO <= last),
            }
            // The reader reads the same number, bound and unit.
            let lexicon = Lexicon::new(vec![LexEntry {
                indicator: "it".into(), names: vec!["示例成交额".into()], unit: Some("元".into()), kinds: Vec::new(),
            }]);
            let text = format!("2023年，示例成交额{}。", said.text);
            let read = read_text(&text, &lexicon, &Hints { doc: "x".into(), year: Some(2023) });
            let level = read.mentions.iter().find(|it| it.kind.as_str() == "level");
            let Some(level) = level else { return Err(TestCaseError::fail(format!("nothing read in {text}"))) };
            prop_assert_eq!(level.value, Value::One(said.printed), "{}", text);
            prop_assert_eq!(level.comparator.unwrap_or(Comparator::Eq), comparator, "{}", text);
        }
    }

    #[test]
    fn a_growth_says_which_way_it_goes(per_mille in -900_i64..3_000) {
        let growth = Decimal::new(per_mille, 4);
        let figure = Figure { unit: "家".into(), said_unit: "家".into(), growth: Some(growth), ..Figure::default() };
        let said = say(&Idiom::parse("增减").unwrap(), &figure, &Wish::default()).unwrap();
        let way = if said.text.starts_with("增长") { 1 } else if said.text.starts_with("下降") { -1 } else { 0 };
        let rounded = growth.round_dp_with_strategy(3, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        prop_assert_eq!(said.printed, rounded, "{}", said.text);
        prop_assert_eq!(way, rounded.cmp(&Decimal::ZERO) as i32, "{}", said.text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// What is composed is read back: every figure of the document is a mention with its value, at its place in the docx.
    #[test]
    fn every_figure_of_a_document_is_read_back(
        picks in proptest::collection::vec((0..READ.len(), 0..2_usize), 1..9),
    ) {
        let lines: Vec<String> = picks.iter().map(|(which, plain)| {
            let (name, id, idiom) = READ[*which];
            let idiom = if *plain == 1 { "" } else { idiom };
            format!("{name}{{{{ fig(\"{id}\", \"{idiom}\") }}}}。")
        }).collect();
        let doc = crate::kit::composed(&format!("# 示例区2023年工作总结\n## 2023年工作情况\n{}", lines.join("\n")));
        let docx = quanyu_documents::compose::write_docx(&doc);
        let text = quanyu_documents::formats::extract(&docx, "x.docx").unwrap().text;
        let lexicon = Lexicon::new(READ.iter().map(|(name, id, _)| LexEntry {
            indicator: (*id).into(), names: vec![(*name).into()], unit: None, kinds: Vec::new(),
        }).collect());
        let read = read_text(&text, &lexicon, &Hints { doc: "x".into(), year: Some(2023) });
        let marks = quanyu_documents::compose::marks::read_marks(&docx).unwrap();
        prop_assert_eq!(marks.len(), doc.figures.len());
        for (mark, figure) in marks.iter().zip(&doc.figures) {
            let inside = read.mentions.iter().find(|it| it.start < mark.range.end && mark.range.start < it.end);
            let Some(found) = inside else { return Err(TestCaseError::fail(format!("{} is not read in {text}", mark.text))) };
            prop_assert_eq!(found.value, Value::One(figure.printed), "{} in {}", mark.text, text);
        }
    }
}

/// Names, indicators and idioms that documents use, as the reader is to find them again.
const READ: [(&str, &str, &str); 9] = [
    ("技术合同成交额", "contracts", "超"),
    ("技术合同成交额", "contracts", "达"),
    ("技术合同成交额", "contracts", "近"),
    ("技术合同成交额", "contracts", "同比增长"),
    ("高新技术企业", "high_tech", "突破"),
    ("高新技术企业", "high_tech", "超"),
    ("市级及以上平台", "platforms", "多"),
    ("R&D经费占GDP比重", "intensity", "达"),
    ("R&D经费占GDP比重", "intensity", "提升n个百分点"),
];
