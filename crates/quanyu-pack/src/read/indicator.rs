//! Indicators: which of the five kinds one is follows from its keys.

use super::Reading;
use crate::{
    faults,
    model::{Better, Display, Indicator, IndicatorKind},
    node::Node,
};

/// Keys by which a kind is known, in the order they are looked for, and the keys that go with it.
const KINDS: [(&str, &str, &str, &[&str]); 5] = [
    ("cited", "引用指标", "a cited indicator", &["cited"]),
    ("growth_of", "增速指标", "growth", &["growth_of"]),
    (
        "numerator",
        "比率指标",
        "a ratio",
        &["numerator", "denominator"],
    ),
    (
        "from",
        "时点指标",
        "a stock",
        &["of", "value", "where", "from", "to", "region"],
    ),
    (
        "of",
        "时期指标",
        "a flow",
        &["of", "value", "where", "date", "region"],
    ),
];

/// All keys that belong to some kind.
const SPECIAL: [&str; 11] = [
    "cited",
    "growth_of",
    "numerator",
    "denominator",
    "of",
    "value",
    "where",
    "date",
    "from",
    "to",
    "region",
];

impl Reading {
    pub(super) fn indicator(&mut self, id: &str, node: Node<'_>) {
        self.declare(faults::INDICATOR, id, node.name);
        self.note(node.name, node);
        let kind = self.indicator_kind(node);
        let counted = match &kind {
            IndicatorKind::Flow { value, .. } | IndicatorKind::Stock { value, .. } => value
                .value
                .trim_start()
                .to_ascii_lowercase()
                .starts_with("count"),
            _ => false,
        };
        let indicator = Indicator {
            id: id.to_owned(),
            title: node.text("title").unwrap_or_default(),
            unit: node.word("unit").unwrap_or_default(),
            kind,
            lag: node.whole("lag").unwrap_or_default(),
            published: node.whole("published"),
            basis: node.word("basis"),
            empty_is_zero: node.word("empty").map_or(counted, |it| it == "zero"),
            better: match node.word("better").as_deref() {
                Some("lower") => Better::Lower,
                Some("neither") => Better::Neither,
                _ => Better::Higher,
            },
            display: node
                .get("display")
                .map_or_else(Display::default, |it| Display {
                    unit: it.word("unit"),
                    digits: it.whole("digits"),
                }),
            aliases: node.words("aliases").unwrap_or_default(),
            group: node.text("group"),
            cockpit: node.whole("cockpit"),
            source: node.word("source"),
            at: node.name,
        };
        self.pack.indicators.insert(id.to_owned(), indicator);
    }

    fn indicator_kind(&mut self, node: Node<'_>) -> IndicatorKind {
        let given = |key: &str| {
            node.get(key).is_some() && (key != "cited" || node.flag("cited") != Some(false))
        };
        let Some((first, zh, en, keys)) = KINDS.iter().find(|(key, ..)| given(key)) else {
            self.faults.push(faults::which_kind(
                node.name,
                "看不出这个指标怎么来：写 of 与 value，或 numerator 与 denominator，或 growth_of，或 cited = true",
                "this indicator does not say how it comes about: give of and value, numerator and denominator, growth_of, or cited = true",
            ));
            return IndicatorKind::Cited;
        };
        for key in SPECIAL {
            if let (false, Some(other)) = (keys.contains(&key), node.get(key)) {
                self.faults
                    .push(faults::does_not_belong(other.name, key, zh, en));
            }
        }
        let needed: &[&str] = match *first {
            "numerator" => &["denominator"],
            "from" => &["of", "value"],
            "of" => &["value", "date"],
            _ => &[],
        };
        for key in needed.iter().filter(|key| node.get(key).is_none()) {
            self.faults.push(faults::missing_key(node.name, key));
        }
        let must = |key: &str| node.declared_of(key).unwrap_or_default();
        let may = |key: &str| node.declared_of(key);
        match *first {
            "growth_of" => IndicatorKind::Growth {
                of: must("growth_of"),
            },
            "numerator" => IndicatorKind::Ratio {
                numerator: must("numerator"),
                denominator: must("denominator"),
            },
            "from" => IndicatorKind::Stock {
                of: must("of"),
                value: must("value"),
                filter: may("where"),
                from: must("from"),
                to: may("to"),
                region: may("region"),
            },
            "of" => IndicatorKind::Flow {
                of: must("of"),
                value: must("value"),
                filter: may("where"),
                date: must("date"),
                region: may("region"),
            },
            _ => IndicatorKind::Cited,
        }
    }
}
