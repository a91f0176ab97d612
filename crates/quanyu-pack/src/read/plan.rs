//! Plans with targets and tasks.

use quanyu_core::period::Period;
use quanyu_core::typed;

use super::{Reading, TargetUnit};
use crate::{
    faults,
    model::{Comparator, Plan, PlanTarget, PlanTask, TargetLevel},
    node::Node,
};

impl Reading {
    pub(super) fn plan(&mut self, id: &str, node: Node<'_>) {
        self.declare(faults::PLAN, id, node.name);
        // Without a period the plan was told as faulty; its parts are still read for their own faults.
        let period: Option<Period> = node.get("period").and_then(|it| it.cell()?.parse().ok());
        let targets = node
            .entries_of("target")
            .into_iter()
            .map(|(id, it)| self.target(id, it))
            .collect();
        let tasks = node
            .entries_of("task")
            .into_iter()
            .map(|(id, it)| task(id, it))
            .collect();
        let Some(period) = period else { return };
        let title = node.text("title").unwrap_or_default();
        let plan = Plan {
            id: id.to_owned(),
            title,
            period,
            targets,
            tasks,
            at: node.name,
        };
        self.pack.plans.insert(id.to_owned(), plan);
    }

    fn target(&mut self, id: &str, node: Node<'_>) -> PlanTarget {
        // The unit typed with the value is held against the indicator's once all indicators are known.
        if let Some(value) = node.get("value")
            && let Some(unit) = value
                .str()
                .and_then(|it| typed::number(it).ok().flatten()?.unit)
        {
            let growth = node.flag("growth").unwrap_or_default();
            let indicator = node.word("indicator").unwrap_or_default();
            self.target_units.push(TargetUnit {
                indicator,
                unit,
                growth,
                at: value.at(),
            });
        }
        PlanTarget {
            id: id.to_owned(),
            indicator: node.word("indicator").unwrap_or_default(),
            comparator: match node.word("comparator").as_deref() {
                Some("gt") => Comparator::Gt,
                Some("ge") => Comparator::Ge,
                Some("lt") => Comparator::Lt,
                Some("le") => Comparator::Le,
                _ => Comparator::Eq,
            },
            growth: node.flag("growth").unwrap_or_default(),
            value: node.number("value").unwrap_or_default(),
            by: node.day("by"),
            level: match node.word("level").as_deref() {
                Some("下达" | "assigned") => TargetLevel::Assigned,
                Some("分解" | "split") => TargetLevel::Split,
                _ => TargetLevel::Own,
            },
            text: node.text("text").unwrap_or_default(),
            at: node.get("indicator").map_or(node.name, |it| it.at()),
        }
    }
}

fn task(id: &str, node: Node<'_>) -> PlanTask {
    PlanTask {
        id: id.to_owned(),
        title: node.text("title").unwrap_or_default(),
        owner: node.text("owner").unwrap_or_default(),
        due: node.day("due"),
        at: node.name,
    }
}
