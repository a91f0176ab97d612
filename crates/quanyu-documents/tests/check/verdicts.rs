//! Verdicts, as a table of sentences. `{id}` stands for the value of an indicator as reports print it.

use quanyu_documents::check::{
    Fact, Fault, Measure, Other, Released, Request, Tag, Verdict, check,
};
use quanyu_documents::read::{Hints, read_text};
use rust_decimal::Decimal;

use crate::world::{World, period, said};

const HEAD: &str = "示例区科学技术局2023年工作总结和2024年工作计划\n一、2023年工作\n";
const PLAN: &str = "示例区科学技术局2023年工作总结和2024年工作计划\n二、2024年工作计划\n";

/// The verdicts of a sentence, with the fault of what differs.
fn judged(world: &World, head: &str, sentence: &str) -> String {
    let text = format!("{head}{sentence}\n");
    let (_, checked) = world.check(&text);
    let told = checked.judged.iter().filter_map(|it| {
        let verdict = it.verdict?.as_str();
        Some(match &it.fault {
            Some(fault) => format!("{verdict}:{}", fault.as_str()),
            None => verdict.to_owned(),
        })
    });
    told.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_mention_is_held_against_the_value_that_its_words_mean() {
    let mut world = World::new(7);
    let region = world.known.region.clone();
    let mut set = |id: &str, year: &str, value: &str, growth: Option<&str>| {
        let fact: &mut Fact = world
            .known
            .facts
            .get_mut(&(id.to_owned(), region.clone(), period(year)))
            .unwrap();
        fact.value = Some(value.parse().unwrap());
        fact.growth = growth.map(|it| it.parse().unwrap());
    };
    set("contract_value", "2023", "6831000000", Some("0.249954"));
    set("contract_value", "2022", "5465000000", None);
    set("high_tech", "2023", "104", None);
    set("high_tech", "2022", "87", None);
    set("high_tech", "2021", "76", None);
    set("high_tech", "2020", "70", None);
    set("high_tech_new", "2023", "41", None);
    set("research", "2022", "1862000000", Some("0.293"));
    set("research", "2021", "1440000000", Some("0.118"));
    set("talks", "2023", "8", None);
    #[rustfmt::skip]
    let cases = [
        (HEAD, "技术合同成交额68.31亿元，增长25%。",        "agrees agrees"),
        (HEAD, "技术合同成交额超68亿元。",                  "agrees"),
        (HEAD, "技术合同成交额超69亿元。",                  "differs:bound"),
        (HEAD, "技术合同成交额超60亿元。",                  "loose"),
        (HEAD, "技术合同成交额54.65亿元。",                 "differs:other_period"),
        (HEAD, "技术合同成交额86.31亿元。",                 "differs:swapped"),
        (HEAD, "技术合同成交额68.31万元。",                 "differs:unit"),
        (HEAD, "技术合同成交额近70亿元。",                  "agrees"),
        (HEAD, "技术合同成交额近68亿元。",                  "differs:bound"),
        (HEAD, "技术合同成交额68.31亿元，增长26%。",        "agrees differs:plain"),
        (HEAD, "技术合同成交额居全市第2位。",               "agrees"),
        (HEAD, "技术合同成交额居全市第1位。",               "differs:plain"),
        (HEAD, "有效高新技术企业突破100家。",               "agrees"),
        (HEAD, "有效高新技术企业突破80家。",                "differs:not_first"),
        (HEAD, "有效高新技术企业突破110家。",               "differs:bound"),
        // Lag: no year stated, so last year's; the year stated right before it is held to its word.
        (HEAD, "全社会研发投入增长29.3%。",                 "agrees"),
        (HEAD, "2022年全社会研发投入增长29.3%。",           "agrees"),
        (HEAD, "2023年全社会研发投入增长29.3%。",           "differs:wrong_year"),
        (HEAD, "2021年全社会研发投入增长29.3%。",           "differs:other_period"),
        // What the text itself makes up.
        (HEAD, "选派示例特派员7人、示例辅导员5人，示例服务人员12人。", "no_source no_source derivable"),
        (HEAD, "示例活动参与人数1200人次。",                 "no_source"),
        (PLAN, "全年开展政策宣讲不少于{target}场。",         "agrees"),
        (PLAN, "全年开展政策宣讲不少于99场。",               "differs"),
        (PLAN, "全年引进高层次人才不少于300人。",            "no_source"),
    ];
    for (head, sentence, wanted) in cases {
        let target = world.known.targets[0].value.to_string();
        let sentence = sentence.replace("{target}", &target);
        assert_eq!(judged(&world, head, &sentence), wanted, "{sentence}");
    }
}

#[test]
fn an_estimate_is_a_value_of_its_own_and_an_old_status_is_told() {
    let mut world = World::new(8);
    let key = (
        "venues".to_owned(),
        world.known.region.clone(),
        period("2023"),
    );
    let fact = world.known.facts.get_mut(&key).unwrap();
    fact.value = Some(Decimal::from(120));
    for (status, value, estimate) in [("预计", 130, true), ("快报", 118, false)] {
        fact.others.push(Other {
            measure: Measure::Value,
            value: Decimal::from(value),
            status: status.to_owned(),
            estimate,
            source: None,
        });
    }
    #[rustfmt::skip]
    let cases = [
        ("开放科普基地120个。",     "agrees"),
        ("开放科普基地预计130个。", "agrees"),
        ("开放科普基地118个。",     "differs:other_status"),
        ("开放科普基地119个。",     "differs:plain"),
    ];
    for (sentence, wanted) in cases {
        assert_eq!(judged(&world, HEAD, sentence), wanted, "{sentence}");
    }
}

#[test]
fn any_other_digit_of_an_exact_figure_differs() {
    let world = World::new(9);
    let mut tried = 0;
    for kind in &crate::world::KINDS {
        let year = if kind.0 == "research" { "2022" } else { "2023" };
        let right = said(world.value(kind.0, year), kind.2);
        for (at, old) in right.char_indices().filter(|(_, ch)| ch.is_ascii_digit()) {
            for new in '0'..='9' {
                if new == old || new == '0' && at == 0 {
                    continue;
                }
                let mut wrong = right.clone();
                wrong.replace_range(at..=at, &new.to_string());
                let told = judged(&world, HEAD, &format!("{}{wrong}。", kind.1[0]));
                assert!(told.starts_with("differs"), "{}{wrong}: {told}", kind.1[0]);
                tried += 1;
            }
        }
    }
    assert!(tried > 200, "{tried}");
}

#[test]
fn a_figure_that_carries_a_release_is_held_against_the_release() {
    let mut world = World::new(10);
    world.known.releases.insert(
        "2023-0001".to_owned(),
        Released {
            indicator: "venues".to_owned(),
            period: period("2023"),
            measure: Measure::Value,
            value: Decimal::from(33),
            now: Some(Decimal::from(34)),
        },
    );
    for (number, wanted, fault) in [
        ("33", Verdict::Agrees, None),
        ("35", Verdict::Differs, Some(Fault::Plain)),
    ] {
        let text = format!("{HEAD}示例场所{number}个。\n");
        let reading = read_text(&text, &world.lexicon, &Hints::default());
        let at = text.chars().count() - 6;
        let tags = [Tag {
            start: at,
            end: at + 2,
            release: "2023-0001".to_owned(),
        }];
        let checked = check(&Request {
            text: &text,
            reading: &reading,
            known: &world.known,
            names: &world.names,
            period: Some(period("2023")),
            tags: &tags,
        });
        let judged = checked
            .judged
            .iter()
            .find(|it| it.verdict.is_some())
            .unwrap();
        assert_eq!(judged.verdict, Some(wanted), "{}", judged.reason.zh);
        assert_eq!(judged.fault, fault);
        assert_eq!(judged.release.as_deref(), Some("2023-0001"));
    }
}

#[test]
fn thirty_thousand_characters_are_checked_in_time() {
    let world = World::new(11);
    let sentence = "技术合同成交额68.31亿元，增长25%；有效高新技术企业104家，其中示例街道12家；（一）示例事项约30家左右。\n";
    let text = HEAD.to_owned() + &sentence.repeat(30_000 / sentence.chars().count());
    let reading = read_text(&text, &world.lexicon, &Hints::default());
    let began = std::time::Instant::now();
    let checked = check(&Request {
        text: &text,
        reading: &reading,
        known: &world.known,
        names: &world.names,
        period: Some(period("2023")),
        tags: &[],
    });
    // Linear: a quadratic look would take seconds. The bound is wide, since tests share the machine.
    assert!(began.elapsed().as_millis() < 2_000, "{:?}", began.elapsed());
    assert_eq!(checked.judged.len(), reading.mentions.len());
}
