//! Lifecycles: states, steps, what happens with a step.

use super::Reading;
use crate::{
    faults,
    model::{
        Effect, EffectKind, Escalation, Lifecycle, Numbering, PublicationAct, State, StepKind,
        Transition,
    },
    node::Node,
};

impl Reading {
    pub(super) fn lifecycle(&mut self, node: Node<'_>) -> Lifecycle {
        let mut lifecycle = Lifecycle::default();
        for node in node.items_of("states") {
            let state = State {
                id: node.word("id").unwrap_or_default(),
                title: node.text("title").unwrap_or_default(),
                last: node.flag("last").unwrap_or_default(),
                since: node.word("since"),
                at: node.get("id").map_or(node.at(), |it| it.at()),
            };
            self.note(state.at, node);
            if let Some(first) = lifecycle.states.iter().find(|it| it.id == state.id) {
                self.faults.push(faults::duplicate(
                    state.at,
                    faults::STATE,
                    &state.id,
                    first.at,
                ));
                continue;
            }
            lifecycle.states.push(state);
        }
        for node in node.items_of("transitions") {
            let transition = self.transition(node);
            if let Some(first) = lifecycle
                .transitions
                .iter()
                .find(|it| it.id == transition.id)
            {
                self.faults.push(faults::duplicate(
                    transition.at,
                    faults::TRANSITION,
                    &transition.id,
                    first.at,
                ));
                continue;
            }
            lifecycle.transitions.push(transition);
        }
        lifecycle
    }

    fn transition(&mut self, node: Node<'_>) -> Transition {
        let flag = |key: &str| node.flag(key).unwrap_or_default();
        let words = |key: &str| node.words(key).unwrap_or_default();
        let kind = node.word("kind").and_then(|it| StepKind::parse(&it));
        let transition = Transition {
            id: node.word("id").unwrap_or_default(),
            title: node.text("title").unwrap_or_default(),
            kind: kind.unwrap_or_default(),
            from: words("from"),
            to: node.word("to").unwrap_or_default(),
            role: words("role"),
            own: flag("own"),
            aside: flag("aside"),
            guard: node.declared_of("guard"),
            requires: words("requires"),
            opinions: words("opinions"),
            within: node.whole("within"),
            by: node.word("by"),
            remind: node.whole("remind"),
            escalate: node.get("escalate").map(|it| Escalation {
                after: it.whole("after").unwrap_or_default(),
                to: it.words("to").unwrap_or_default(),
            }),
            number: node.get("number").map(|it| Numbering {
                field: it.word("field").unwrap_or_default(),
                series: it.word("series").unwrap_or_default(),
            }),
            effects: node
                .items_of("effects")
                .into_iter()
                .filter_map(|it| self.effect(it))
                .collect(),
            at: node.get("id").map_or(node.at(), |it| it.at()),
        };
        self.note(transition.at, node);
        if let Some(escalate) = node.get("escalate") {
            for (number, role) in escalate.items_of("to").into_iter().enumerate() {
                self.places.insert(
                    (transition.at, "escalate.to".into(), number),
                    role.content(),
                );
            }
        }
        transition
    }

    /// An effect is of the one kind whose key it has.
    fn effect(&mut self, node: Node<'_>) -> Option<Effect> {
        let at = node.at();
        self.note(at, node);
        let values = |key: &str| -> Vec<(String, String)> {
            let entries = node.entries_of(key).into_iter();
            entries
                .filter_map(|(field, it)| Some((field.to_owned(), it.cell()?)))
                .collect()
        };
        let kinds = ["set", "create", "notify", "publication"];
        let given: Vec<&str> = kinds
            .into_iter()
            .filter(|it| node.get(it).is_some())
            .collect();
        let what = match given.as_slice() {
            ["set"] => EffectKind::Set(values("set")),
            ["create"] => EffectKind::Create {
                register: node.word("create").unwrap_or_default(),
                values: values("values"),
            },
            ["notify"] => EffectKind::Notify {
                whom: node.words("notify").unwrap_or_default(),
                text: node.text("text").unwrap_or_default(),
            },
            // A word that is none was told where the shape was checked.
            ["publication"] => {
                let word = node.word("publication").unwrap_or_default();
                EffectKind::Publication(PublicationAct::parse(&word)?)
            }
            _ => {
                self.faults.push(faults::which_kind(
                    at,
                    "一个效果写 `set`、`create`、`notify`、`publication` 中的一个",
                    "an effect says one of `set`, `create`, `notify`, `publication`",
                ));
                return None;
            }
        };
        for (key, of) in [("values", "create"), ("text", "notify")] {
            if let Some(it) = node.get(key)
                && !given.contains(&of)
            {
                let of = format!("`{}`", given[0]);
                self.faults
                    .push(faults::does_not_belong(it.name, key, &of, &of));
            }
        }
        Some(Effect { what, at })
    }
}
