//! Demonstration data: how each field of each block is drawn.

use super::Reading;
use crate::{
    faults,
    grammar::{decimal, demo as table},
    model::{
        Declared, DemoAccount, DemoCorrection, DemoDraw, DemoField, DemoFile, DemoRows, DemoStep,
        DemoTotal,
    },
    node::Node,
};

impl Reading {
    pub(super) fn demo(&mut self, node: Node<'_>) {
        let rows: Vec<_> = node
            .items_of("rows")
            .into_iter()
            .map(|it| self.demo_rows(it))
            .collect();
        let files: Vec<_> = node
            .items_of("file")
            .into_iter()
            .map(|it| self.demo_file(it))
            .collect();
        let steps: Vec<_> = node
            .items_of("step")
            .into_iter()
            .map(|it| self.demo_step(it))
            .collect();
        let accounts: Vec<_> = node
            .items_of("account")
            .into_iter()
            .map(|it| self.demo_account(it))
            .collect();
        let demo = self.pack.demo.get_or_insert_default();
        demo.accounts.extend(accounts);
        if let Some(password) = node.word("password") {
            demo.password = Some(password);
        }
        if let Some(seed) = node.whole("seed") {
            demo.seed = seed;
        }
        demo.rows.extend(rows);
        demo.files.extend(files);
        demo.steps.extend(steps);
    }

    fn demo_account(&mut self, node: Node<'_>) -> DemoAccount {
        let at = node.get("name").map_or(node.at(), |it| it.at());
        self.note(at, node);
        DemoAccount {
            name: node.word("name").unwrap_or_default(),
            title: node.word("title").unwrap_or_default(),
            role: node.word("role").unwrap_or_default(),
            region: node.word("region"),
            organization: node.word("organization"),
            at,
        }
    }

    fn demo_step(&mut self, node: Node<'_>) -> DemoStep {
        let at = node.get("title").map_or(node.at(), |it| it.at());
        self.note(at, node);
        DemoStep {
            title: node.text("title").unwrap_or_default(),
            text: node.text("text").unwrap_or_default(),
            room: node.word("room").unwrap_or_default(),
            of: node.word("of"),
            file: node.word("file"),
            period: node
                .get("period")
                .and_then(|it| it.cell())
                .and_then(|it| it.parse().ok()),
            at,
        }
    }

    fn demo_rows(&mut self, node: Node<'_>) -> DemoRows {
        let at = node.get("register").map_or(node.at(), |it| it.at());
        self.note(at, node);
        let fields = node.entries_of("field").into_iter().filter_map(|(id, it)| {
            Some(DemoField {
                field: id.to_owned(),
                draw: self.draw(it)?,
                at: it.name,
            })
        });
        let fields = fields.collect();
        let totals = node.entries_of("total").into_iter().filter_map(|(id, it)| {
            Some(DemoTotal {
                field: id.to_owned(),
                total: Declared {
                    value: it.cell()?,
                    at: it.at(),
                },
            })
        });
        DemoRows {
            register: node.word("register").unwrap_or_default(),
            name: node.word("name"),
            count: node.whole("count").unwrap_or_default(),
            fields,
            totals: totals.collect(),
            at,
        }
    }

    fn draw(&mut self, node: Node<'_>) -> Option<DemoDraw> {
        if node.table().is_none() {
            return Some(DemoDraw::Set(node.cell()?));
        }
        self.note(node.name, node);
        let (ways, with) = table::DRAW.split_at(table::WAYS);
        let given: Vec<_> = ways
            .iter()
            .filter_map(|it| Some((it.name, node.get(it.name)?)))
            .collect();
        let [(way, value)] = given[..] else {
            let names = ways.iter().map(|it| it.name).collect::<Vec<_>>();
            self.faults.push(faults::which_kind(
                node.name,
                &format!("要写且只写一种取值方式：{}", names.join("、")),
                &format!("give exactly one way to make values: {}", names.join(", ")),
            ));
            return None;
        };
        for key in with {
            let goes = matches!(
                (way, key.name),
                ("list", "cycle") | ("pattern", "words") | ("choice", "exact")
            );
            if let (false, Some(other)) = (goes, node.get(key.name)) {
                self.faults.push(faults::does_not_belong(
                    other.name,
                    key.name,
                    &format!("`{way}`"),
                    &format!("`{way}`"),
                ));
            }
        }
        let flag = |key: &str| node.flag(key).unwrap_or_default();
        Some(match way {
            "set" => DemoDraw::Set(value.cell()?),
            "list" => DemoDraw::List {
                values: cells(value),
                cycle: flag("cycle"),
            },
            "pattern" => {
                let words = node
                    .entries_of("words")
                    .into_iter()
                    .map(|(name, it)| (name.to_owned(), cells(it)));
                DemoDraw::Pattern {
                    pattern: value.str()?.to_owned(),
                    words: words.collect(),
                }
            }
            "choice" => {
                let weights = value
                    .entries()
                    .into_iter()
                    .map(|(name, it)| (name.to_owned(), decimal(it)));
                DemoDraw::Choice {
                    weights: weights.collect(),
                    exact: flag("exact"),
                }
            }
            "spread" => DemoDraw::Spread {
                min: value.number("min")?,
                median: value.number("median")?,
                max: value.number("max")?,
                digits: value.whole("digits").unwrap_or_default(),
            },
            "between" => {
                let (low, high) = pair(value)?;
                DemoDraw::Between(low, high)
            }
            "ago" => {
                let (low, high) = pair(value)?;
                DemoDraw::Ago(low, high)
            }
            "day" => DemoDraw::Day {
                from: value.day("from")?.to_string(),
                to: value.day("to")?.to_string(),
                months: value.items_of("months").into_iter().map(decimal).collect(),
            },
            "after" => DemoDraw::After {
                field: value.word("field")?,
                days: pair(value.get("days")?)?,
            },
            "record" => DemoDraw::Record {
                of: value.word("of")?,
                distinct: value.flag("distinct").unwrap_or_default(),
            },
            "copy" => DemoDraw::Copy {
                from: value.word("from")?,
                field: value.word("field")?,
            },
            _ => DemoDraw::Uscc,
        })
    }
}

impl Reading {
    fn demo_file(&mut self, node: Node<'_>) -> DemoFile {
        let at = node.get("name").map_or(node.at(), |it| it.at());
        self.note(at, node);
        let errors = node
            .items_of("errors")
            .into_iter()
            .map(|it| DemoCorrection {
                right: it.word("right").unwrap_or_default(),
                wrong: it.word("wrong").unwrap_or_default(),
            });
        DemoFile {
            name: node.word("name").unwrap_or_default(),
            kind: node.word("kind").unwrap_or_default(),
            text: node.word("text").unwrap_or_default(),
            register: node.word("register"),
            // Every record, where no limit is given.
            limit: node.whole("limit").unwrap_or(u32::MAX),
            errors: errors.collect(),
            at,
        }
    }
}

fn cells(node: Node<'_>) -> Vec<String> {
    node.items().iter().filter_map(Node::cell).collect()
}

fn pair(node: Node<'_>) -> Option<(i64, i64)> {
    match node.items()[..] {
        [low, high] => Some((low.as_whole()?, high.as_whole()?)),
        _ => None,
    }
}
