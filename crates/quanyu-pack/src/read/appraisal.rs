//! Appraisal schemes, and the splitting of targets.
//!
//! What an item's keys must be for its method is told here, since the keys are at hand; what only other declarations can
//! tell (indicators, regions, sums) in `check::appraisal`.

use quanyu_core::{
    appraisal::{Band, Method, Scoring, Step, score::best_places},
    period::Period,
    region::RegionCode,
    typed,
};
use rust_decimal::Decimal;

use super::{Reading, TargetUnit};
use crate::{
    faults,
    model::{Appraisal, AppraisalItem, Measure, Split, Whom},
    node::Node,
};

/// Keys that belong to some methods only, and to which.
#[rustfmt::skip]
const OF_METHODS: [(&str, &[&str]); 9] = [
    ("zero_below", &["proportional"]),
    ("bands",      &["banded"]),
    ("ranks",      &["rank"]),
    ("deduct",     &["deduct"]),
    ("target",     &["proportional", "banded", "yes_no", "deduct"]),
    ("growth",     &["proportional", "banded", "yes_no", "deduct"]),
    ("parts",      &["proportional", "banded", "yes_no", "deduct"]),
    ("months",     &["proportional", "banded", "yes_no", "deduct"]),
    ("indicator",  &["proportional", "banded", "rank", "yes_no", "deduct"]),
];

/// Keys that a method cannot do without.
#[rustfmt::skip]
const NEEDED: [(&str, &[&str]); 6] = [
    ("proportional", &["indicator", "target"]),
    ("banded",       &["indicator", "target", "bands"]),
    ("rank",         &["indicator", "ranks"]),
    ("yes_no",       &["indicator", "target"]),
    ("deduct",       &["indicator", "target", "deduct"]),
    ("given",        &[]),
];

impl Reading {
    pub(super) fn appraisal(&mut self, id: &str, node: Node<'_>) {
        self.declare(faults::APPRAISAL, id, node.name);
        self.note(node.name, node);
        let items: Vec<_> = node
            .entries_of("item")
            .into_iter()
            .map(|(id, it)| self.item(id, it))
            .collect();
        // Without a period the scheme was told as faulty; its items are still read for their own faults.
        let period: Option<Period> = node.get("period").and_then(|it| it.cell()?.parse().ok());
        let Some(period) = period else { return };
        let scheme = Appraisal {
            id: id.to_owned(),
            title: node.text("title").unwrap_or_default(),
            period,
            set_by: node.text("set_by").unwrap_or_default(),
            whom: match node.word("whom").as_deref() {
                Some("parts") => Whom::Parts,
                _ => Whom::Whole,
            },
            points: node.number("points").unwrap_or(Decimal::ONE_HUNDRED),
            source: node.word("source"),
            items,
            at: node.name,
        };
        self.pack.appraisals.insert(id.to_owned(), scheme);
    }

    fn item(&mut self, id: &str, node: Node<'_>) -> AppraisalItem {
        self.note(node.name, node);
        let method = self.method(node);
        let growth = node.flag("growth").unwrap_or_default();
        let measure = node.declared_of("indicator").map(|indicator| {
            self.unit_of(&indicator.value, growth, node.get("target"));
            Measure {
                growth,
                target: match &method {
                    Method::Rank(steps) => Decimal::from(best_places(steps)),
                    _ => node.number("target").unwrap_or_default(),
                },
                split: self.split(&indicator.value, growth, node),
                indicator,
            }
        });
        AppraisalItem {
            id: id.to_owned(),
            title: node.text("title").unwrap_or_default(),
            group: node.text("group"),
            section: node.text("section").unwrap_or_default(),
            measure,
            scoring: Scoring {
                weight: node.number("weight").unwrap_or_default(),
                cap: node.number("cap").unwrap_or(Decimal::ONE),
                floor: node.number("floor").unwrap_or_default(),
                method,
            },
            ready: node.day("ready"),
            last_year: node.number("last_year"),
            per: node
                .items_of("per")
                .into_iter()
                .filter_map(|it| it.declared())
                .collect(),
            at: node.name,
        }
    }

    fn method(&mut self, node: Node<'_>) -> Method {
        let word = node.word("method").unwrap_or_default();
        if let Some((_, needed)) = NEEDED.iter().find(|(it, _)| *it == word) {
            for key in needed.iter().filter(|key| node.get(key).is_none()) {
                self.faults.push(faults::missing_key(node.name, key));
            }
            for (key, methods) in OF_METHODS {
                if let (Some(given), false) = (node.get(key), methods.contains(&word.as_str())) {
                    let (zh, en) = (format!("计分方法 `{word}` "), format!("method `{word}`"));
                    self.faults
                        .push(faults::does_not_belong(given.name, key, &zh, &en));
                }
            }
        }
        let share = |it: &Node<'_>| it.number("share").unwrap_or_default();
        match word.as_str() {
            "banded" => Method::Banded(
                node.items_of("bands")
                    .iter()
                    .map(|it| Band {
                        from: it.number("from").unwrap_or_default(),
                        share: share(it),
                    })
                    .collect(),
            ),
            "rank" => Method::Rank(
                node.items_of("ranks")
                    .iter()
                    .map(|it| Step {
                        to: it.whole("to").unwrap_or_default(),
                        share: share(it),
                    })
                    .collect(),
            ),
            "yes_no" => Method::YesNo,
            "deduct" => {
                let part = |key: &str| node.get("deduct").and_then(|it| it.number(key));
                Method::Deduct {
                    // A step of nothing was told as too small; one of it must not divide by zero.
                    per: part("per")
                        .filter(|it| *it > Decimal::ZERO)
                        .unwrap_or(Decimal::ONE),
                    points: part("points").unwrap_or_default(),
                }
            }
            "given" => Method::Given,
            _ => Method::Proportional {
                from: node.number("zero_below").unwrap_or_default(),
            },
        }
    }

    /// The split of a target of an indicator, and the units typed in it.
    pub(super) fn split(&mut self, indicator: &str, growth: bool, node: Node<'_>) -> Split {
        let mut split = Split::default();
        for (code, value) in node.entries_of("parts") {
            self.unit_of(indicator, growth, Some(value));
            match code.parse::<RegionCode>() {
                Ok(code) => split
                    .parts
                    .push((code, value.as_number().unwrap_or_default())),
                Err(_) => self.faults.push(faults::not_a_region(value.name, code)),
            }
        }
        for value in node.items_of("months") {
            self.unit_of(indicator, growth, Some(value));
            split.months.push(value.as_number().unwrap_or_default());
        }
        split
    }

    /// Notes the unit typed with a value of a target, which is held against the indicator's once all are known.
    pub(super) fn unit_of(&mut self, indicator: &str, growth: bool, value: Option<Node<'_>>) {
        let Some(value) = value else { return };
        let typed = value.str().and_then(|it| typed::number(it).ok().flatten());
        if let Some(unit) = typed.and_then(|it| it.unit) {
            self.target_units.push(TargetUnit {
                indicator: indicator.to_owned(),
                unit,
                growth,
                at: value.at(),
            });
        }
    }
}
