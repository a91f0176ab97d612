//! What the tests of composing share: an invented district's figures, and a document with everything in it.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use jiff::civil::date;
use quanyu_documents::compose::{
    Answer, Ask, ComposeError, Doc, Facts, Figure, Fonts, Known, Part, Parts, Rendered, Template,
};
use rust_decimal::Decimal;

pub fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn facts() -> Facts {
    Facts {
        period: "2023".parse().unwrap(),
        region: "990101".parse().unwrap(),
        region_name: "示例区".to_owned(),
        date: date(2024, 1, 8),
        texts: BTreeMap::from([(
            "hostile".to_owned(),
            "# **甲**|@sign: 乙\n第二行".to_owned(),
        )]),
        lists: BTreeMap::new(),
    }
}

/// A figure with everything known of it.
pub fn figure(
    title: &str,
    unit: &str,
    said_unit: &str,
    digits: u32,
    value: &str,
    before: &str,
) -> Figure {
    let (value, before) = (number(value), number(before));
    Figure {
        title: title.to_owned(),
        unit: unit.to_owned(),
        said_unit: said_unit.to_owned(),
        digits,
        value: Some(value),
        before: Some(before),
        growth: Some(value / before - Decimal::ONE),
        rank: Some((2, Some(10))),
        scope: Some("全市".to_owned()),
        share: Some(number("0.123")),
        earlier: BTreeMap::from([(1, before), (2, before / Decimal::TWO)]),
        preceding: Some(before),
    }
}

fn indicators() -> BTreeMap<&'static str, Figure> {
    BTreeMap::from([
        (
            "contracts",
            figure(
                "技术合同成交额",
                "元",
                "亿元",
                2,
                "6831000000",
                "5452000000",
            ),
        ),
        (
            "high_tech",
            figure("高新技术企业数", "家", "家", 0, "105", "92"),
        ),
        (
            "platforms",
            figure("市级及以上平台数", "个", "个", 0, "183", "157"),
        ),
        (
            "intensity",
            figure("R&D经费占GDP比重", "1", "%", 2, "0.0269", "0.0258"),
        ),
        (
            "falling",
            figure("示例下降指标", "家", "家", 0, "80", "100"),
        ),
    ])
}

/// Answers a question about the invented district.
pub fn answer(ask: &Ask) -> Answer {
    match ask {
        Ask::Figure {
            indicator,
            region,
            period,
            ..
        } => match indicators().remove(indicator.as_str()) {
            None => Answer::Unknown(vec!["contracts".to_owned()]),
            Some(mut figure) => {
                // Streets and earlier years have less, each its own.
                let code = region.as_str();
                let street = if code.len() == 9 {
                    i64::from(code.as_bytes()[8] - b'0')
                } else {
                    0
                };
                let back = i64::from(2023 - period.last_year());
                let part = Decimal::new(100 - 7 * street - 5 * back, 2);
                let whole = !matches!(figure.unit.as_str(), "元" | "1");
                let less = |it: Decimal| {
                    if whole {
                        (it * part).round()
                    } else {
                        it * part
                    }
                };
                figure.value = figure.value.map(less);
                figure.growth = figure
                    .value
                    .zip(figure.before)
                    .map(|(now, before)| now / before - Decimal::ONE);
                Answer::Figure(figure)
            }
        },
        Ask::Parts { region, .. } => {
            let part = |place: u32| Part {
                region: format!("{}00{place}", region.as_str()).parse().unwrap(),
                name: format!("示例{}街道", ["甲", "乙", "丙"][place as usize - 1]),
                place,
                value: Decimal::from(10 - place),
            };
            Answer::Parts(Parts {
                list: (1..=3).map(part).collect(),
            })
        }
    }
}

/// Renders with all answers, round by round, as the caller does.
pub fn rendered(source: &str) -> Result<(Doc, usize), ComposeError> {
    let template = Template {
        name: "示例.jinja".to_owned(),
        source: source.to_owned(),
    };
    let mut known = Known::default();
    for round in 1..10 {
        match template.render(&facts(), &Arc::new(known.clone()))? {
            Rendered::Done(mut doc) => {
                doc.release(|it| format!("{:.5}{:.3}", it.indicator, it.measure.word()));
                return Ok((*doc, round));
            }
            Rendered::Missing(asked) => {
                for ask in asked {
                    let found = answer(&ask);
                    known.insert(ask, found);
                }
            }
        }
    }
    panic!("{source} asks for ever");
}

pub fn composed(source: &str) -> Doc {
    rendered(source).unwrap_or_else(|error| panic!("{error}")).0
}

/// A template with every kind of block.
pub const WHOLE: &str = include_str!("whole.jinja");

/// Fonts as `make fonts` brings them.
pub fn fonts() -> &'static Fonts {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    FONTS.get_or_init(|| {
        let cache = std::env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
        let own = cache.map(|it| it.join("quanyu/fonts"));
        Fonts::load(own.as_slice(), &[])
    })
}
