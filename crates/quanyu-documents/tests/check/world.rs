//! A district with a dozen indicators and three years of numbers.

use quanyu_documents::{
    check::{
        Checked, Fact, Known, Name, Names, Origin, Place, Request, Sort, Subject, Target, check,
    },
    read::{Comparator, Hints, LexEntry, Lexicon, Reading, read_text},
};
use rust_decimal::Decimal;

/// Numbers in a fixed order: a linear congruence is enough to vary texts.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }
}

/// An indicator: id, names, unit, sort.
pub struct Kind(
    pub &'static str,
    pub &'static [&'static str],
    pub &'static str,
    pub Sort,
);

pub const KINDS: [Kind; 12] = [
    Kind("contract_value", &["技术合同成交额"], "元", Sort::Flow),
    Kind("contract_count", &["登记技术合同"], "项", Sort::Flow),
    Kind("high_tech", &["有效高新技术企业"], "家", Sort::Stock),
    Kind(
        "high_tech_new",
        &["新认定高新技术企业", "首次认定高新技术企业"],
        "家",
        Sort::Flow,
    ),
    Kind("platform_new", &["新增市级创新平台"], "个", Sort::Flow),
    Kind("pool", &["培育库入库企业"], "家", Sort::Stock),
    Kind("talks", &["政策宣讲"], "场", Sort::Flow),
    Kind("talents", &["引进高层次人才"], "人", Sort::Flow),
    Kind("matches", &["成果对接活动"], "场", Sort::Flow),
    Kind("grants", &["兑现科技资金"], "元", Sort::Flow),
    Kind("venues", &["开放科普基地"], "个", Sort::Stock),
    Kind("research", &["全社会研发投入"], "元", Sort::Cited),
];

/// The district with its numbers.
pub struct World {
    pub known: Known,
    pub lexicon: Lexicon,
    pub names: Names,
}

/// Standard names of the made-up district's pack, with wrong forms.
pub const NAMES: [(&str, &[&str], bool); 8] = [
    (
        "习近平新时代中国特色社会主义思想",
        &["习近平新时代中国特色思想", "习近平新时代特色社会主义思想"],
        false,
    ),
    ("党的二十大", &["党的20大", "党的第二十大"], false),
    (
        "创新驱动发展战略",
        &["创新驱动进展战略", "创新驱动战略发展"],
        false,
    ),
    ("“十四五”", &["“14五”", "14五"], false),
    ("科学技术局", &["科学科技局", "科学与技术局"], false),
    ("揭榜挂帅", &["揭榜挂率", "挂榜揭帅"], false),
    ("高质量发展", &["高质量进展"], true),
    ("研究院", &["讨论院", "钻研院"], true),
];

impl World {
    pub fn new(seed: u64) -> Self {
        let mut draw = Draw::new(seed);
        let mut known = Known {
            region: "990102".parse().unwrap(),
            ..Known::default()
        };
        let (region, city) = (known.region.clone(), "9901".parse().unwrap());
        known.scopes.insert("全区".to_owned(), region.clone());
        known.scopes.insert("全市".to_owned(), city);
        for Kind(id, names, unit, sort) in &KINDS {
            known.subjects.insert(
                (*id).to_owned(),
                Subject {
                    title: names[0].to_owned(),
                    names: names.iter().map(|it| (*it).to_owned()).collect(),
                    unit: (*unit).to_owned(),
                    sort: *sort,
                    lag: u8::from(*id == "research"),
                    kin: if *id == "high_tech" {
                        vec!["high_tech_new".to_owned()]
                    } else {
                        Vec::new()
                    },
                },
            );
            let money = *unit == "元";
            // Two digits and more, each year at least 15% above the year before, so that no two years look alike.
            let mut value = if money {
                Decimal::from(draw.between(1_200, 3_999)) * Decimal::from(1_000_000)
            } else {
                Decimal::from(draw.between(21, 89))
            };
            let mut before: Option<Decimal> = None;
            for year in 2020..=2023 {
                let period = year.to_string().parse().unwrap();
                // Statistics that lag end a year earlier.
                if *id != "research" || year < 2023 {
                    let fact = Fact {
                        value: Some(value),
                        growth: before.map(|it| value / it - Decimal::ONE),
                        rank: (*id == "contract_value").then_some(Place {
                            place: 2 + (2023 - year) as u32,
                            of: Some(10),
                        }),
                        origin: Origin {
                            records: 3,
                            ..Origin::default()
                        },
                        ..Fact::default()
                    };
                    known
                        .facts
                        .insert(((*id).to_owned(), region.clone(), period), fact);
                }
                before = Some(value);
                let growth = Decimal::new(i64::try_from(draw.between(115, 139)).unwrap(), 2);
                value = if money {
                    (value * growth / Decimal::from(1_000_000)).round() * Decimal::from(1_000_000)
                } else {
                    (value * growth).round() + Decimal::ONE
                };
            }
        }
        let asked = known.value("talks", &region, period("2023")).unwrap() + Decimal::from(7);
        known.targets.push(Target {
            plan: "示例计划".to_owned(),
            indicator: "talks".to_owned(),
            period: period("2024"),
            growth: false,
            comparator: Comparator::Ge,
            value: asked,
        });
        let entries = KINDS.iter().map(|Kind(id, names, unit, _)| LexEntry {
            indicator: (*id).to_owned(),
            names: names.iter().map(|it| (*it).to_owned()).collect(),
            unit: Some((*unit).to_owned()),
            kinds: Vec::new(),
        });
        let name = |(standard, wrong, damage): &(&str, &[&str], bool)| Name {
            standard: (*standard).to_owned(),
            wrong: wrong.iter().map(|it| (*it).to_owned()).collect(),
            damage: *damage,
            source: "示例名称表".to_owned(),
            ..Name::default()
        };
        let titles: Vec<String> = KINDS.iter().map(|it| it.1[0].to_owned()).collect();
        Self {
            known,
            lexicon: Lexicon::new(entries.collect()),
            names: Names::new(NAMES.iter().map(name).collect(), &titles),
        }
    }

    /// The value of an indicator in a year.
    pub fn value(&self, id: &str, year: &str) -> Decimal {
        self.known
            .value(id, &self.known.region, period(year))
            .unwrap()
    }

    pub fn check(&self, text: &str) -> (Reading, Checked) {
        let reading = read_text(
            text,
            &self.lexicon,
            &Hints {
                doc: String::new(),
                year: Some(2023),
            },
        );
        let checked = check(&Request {
            text,
            reading: &reading,
            known: &self.known,
            names: &self.names,
            period: Some(period("2023")),
            tags: &[],
        });
        (reading, checked)
    }
}

pub fn period(text: &str) -> quanyu_core::period::Period {
    text.parse().unwrap()
}

/// A value as reports print it.
pub fn said(value: Decimal, unit: &str) -> String {
    if unit == "元" {
        let hundred_million = (value / Decimal::from(100_000_000))
            .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        format!("{hundred_million:.2}亿元")
    } else {
        format!("{}{unit}", value.normalize())
    }
}
