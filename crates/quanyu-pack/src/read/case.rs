//! Cases of `tests/`.

use super::Reading;
use crate::{
    faults,
    model::{Declared, PackTest, TestFigure, TestRecord},
    node::Node,
};

impl Reading {
    pub(super) fn case(&mut self, node: Node<'_>) {
        let at = node.get("name").map_or(node.at(), |it| it.at());
        let name = node.word("name").unwrap_or_default();
        if let Some(first) = self.pack.tests.iter().find(|it| it.name == name) {
            self.faults
                .push(faults::duplicate(at, faults::CASE, &name, first.at));
        }
        let records = node
            .entries_of("records")
            .into_iter()
            .flat_map(|(register, rows)| {
                rows.items().into_iter().map(|row| TestRecord {
                    register: register.to_owned(),
                    cells: row
                        .entries()
                        .into_iter()
                        .filter_map(|(field, cell)| {
                            Some((
                                field.to_owned(),
                                Declared {
                                    value: cell.cell()?,
                                    at: cell.name,
                                },
                            ))
                        })
                        .collect(),
                    at: row.at(),
                })
            });
        let expect = node.items_of("expect").into_iter().filter_map(|it| {
            let declared = |key: &str| {
                it.get(key).and_then(|it| {
                    Some(Declared {
                        value: it.cell()?,
                        at: it.at(),
                    })
                })
            };
            Some(TestFigure {
                indicator: it.word("indicator")?,
                region: it.get("region").and_then(|it| it.str()?.parse().ok()),
                period: it.get("period")?.cell()?.parse().ok()?,
                value: declared("value"),
                growth: declared("growth"),
                at: it.get("indicator")?.at(),
            })
        });
        let test = PackTest {
            name,
            records: records.collect(),
            expect: expect.collect(),
            at,
        };
        self.pack.tests.push(test);
    }
}
