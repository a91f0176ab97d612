//! Cards of the firms' side: something that may be filed, and something that was.
//!
//! Owns how days, hands and states are said on them.

use quanyu_core::text::Text;
use serde::Serialize;

use crate::{
    app::filings::{Matter, Mine},
    web::{firms::Me, say::Say},
};

/// Something that may be filed, as a card.
#[derive(Debug, Serialize)]
pub(in crate::web) struct MatterShown {
    title: String,
    kind: String,
    href: String,
    state: String,
    class: &'static str,
    days: Option<String>,
    begun: Option<MineShown>,
}

/// A filed record, as a card.
#[derive(Debug, Serialize)]
pub(in crate::web) struct MineShown {
    pub(super) title: String,
    pub(super) register: String,
    pub(super) href: String,
    pub(super) state: String,
    pub(super) class: &'static str,
    pub(super) returned: bool,
    pub(super) reason: Option<String>,
    pub(super) hands: Option<String>,
    pub(super) due: Option<String>,
    pub(super) late: bool,
}

impl MatterShown {
    pub(in crate::web) fn new(say: &Say<'_>, me: &Me, it: &Matter) -> Self {
        let key = it
            .call
            .as_ref()
            .map_or_else(|| it.filing.clone(), |it| it.id.to_string());
        let title = it.call.as_ref().map(|it| it.title.clone());
        Self {
            title: title.unwrap_or_else(|| it.title.get(say.language).to_owned()),
            kind: say.word("filing_kind", it.kind.word()),
            href: me.link(&format!("/my/matters/{key}")),
            state: say.word("matter_state", it.state),
            class: match it.state {
                "open" => "done",
                "soon" => "waiting",
                _ => "error",
            },
            days: days(say, it),
            begun: it.begun.as_ref().map(|it| MineShown::new(say, me, it)),
        }
    }
}

/// From when or until when something may be filed.
fn days(say: &Say<'_>, it: &Matter) -> Option<String> {
    let (from, to) = it.call.as_ref()?.days;
    if it.state == "soon" {
        return Some(say.fill("firms.from", &[("day", from?.to_string())]));
    }
    let until = say.fill("firms.until", &[("day", to?.to_string())]);
    match it.left {
        Some(left) if it.state == "open" => {
            let left = say.fill("firms.left", &[("days", left.to_string())]);
            Some(format!("{until} · {left}"))
        }
        _ => Some(until),
    }
}

/// What stands between names.
fn parting(say: &Say<'_>) -> &'static str {
    match say.language {
        quanyu_core::text::Language::Zh => "、",
        quanyu_core::text::Language::En => ", ",
    }
}

impl MineShown {
    pub(in crate::web) fn new(say: &Say<'_>, me: &Me, it: &Mine) -> Self {
        let late = it.left.is_some_and(|it| it < 0);
        let due = it.due.map(|day| {
            let until = say.fill("firms.until", &[("day", day.to_string())]);
            match it.left {
                Some(left) if left >= 0 => {
                    let left = say.fill("firms.left", &[("days", left.to_string())]);
                    format!("{until} · {left}")
                }
                Some(left) => {
                    let late = say.fill("firms.late", &[("days", (-left).to_string())]);
                    format!("{until} · {late}")
                }
                None => until,
            }
        });
        let title = |it: &Text| it.get(say.language).to_owned();
        let hands: Vec<String> = it.hands.iter().map(title).collect();
        Self {
            title: match (&it.filing, &it.period) {
                (Some((_, filing)), Some(period)) => format!("{} {period}", title(filing)),
                _ => it.label.clone(),
            },
            register: title(&it.register.1),
            href: me.link(&format!("/my/records/{}/{}", it.register.0, it.id)),
            state: title(&it.state.1),
            class: match (it.whose, it.returned || late) {
                (_, true) => "error",
                ("mine", _) => "behind",
                ("theirs", _) => "on_pace",
                _ => "done",
            },
            returned: it.returned,
            reason: it.reason.clone().filter(|_| it.returned),
            hands: (it.whose == "theirs" && !hands.is_empty())
                .then(|| say.fill("firms.hands", &[("roles", hands.join(parting(say)))])),
            due: due.filter(|_| it.whose != "over"),
            late,
        }
    }
}
