//! Plans with targets and tasks.

use quanyu_core::period::Period;

use super::Reading;
use crate::{
    faults,
    model::{Comparator, Plan, PlanTarget, PlanTask, Supervision, TargetLevel},
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
        let at = node.get("indicator").map_or(node.name, |it| it.at());
        self.note(at, node);
        let indicator = node.word("indicator").unwrap_or_default();
        let growth = node.flag("growth").unwrap_or_default();
        self.unit_of(&indicator, growth, node.get("value"));
        let split = self.split(&indicator, growth, node);
        PlanTarget {
            id: id.to_owned(),
            indicator,
            comparator: match node.word("comparator").as_deref() {
                Some("gt") => Comparator::Gt,
                Some("ge") => Comparator::Ge,
                Some("lt") => Comparator::Lt,
                Some("le") => Comparator::Le,
                _ => Comparator::Eq,
            },
            growth,
            value: node.number("value").unwrap_or_default(),
            by: node.day("by"),
            level: match node.word("level").as_deref() {
                Some("下达" | "assigned") => TargetLevel::Assigned,
                Some("分解" | "split") => TargetLevel::Split,
                _ => TargetLevel::Own,
            },
            text: node.text("text").unwrap_or_default(),
            split,
            at,
        }
    }
}

impl Reading {
    pub(super) fn supervision(&mut self, node: Node<'_>) {
        if let Some(remind) = node.whole("remind") {
            self.pack.supervision = Supervision { remind };
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
