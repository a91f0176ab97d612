//! Making a request: what is asked, of whom, until when.

use std::collections::BTreeMap;

use axum::{
    extract::Request,
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;

use crate::{
    app::{
        AppError,
        collections::ask::{self, Wish},
        lists,
    },
    web::{
        frame::{Frame, Place},
        problem::Problem,
        state::App,
        upload,
        view::View,
    },
};

/// Percent by which a value may move unless the request says otherwise.
const JUMP: i64 = 30;
/// Working days until a request is due unless it says otherwise.
const WITHIN: u32 = 5;

/// `GET /collections/new`: what is to be asked; rows of a register where the address names one.
pub(in crate::web) async fn ask(app: App, view: View) -> Result<Response, Problem> {
    let page = NewPage::new(&app, &view)
        .await
        .map_err(|error| app.refused(&view, &error))?;
    app.page(&view, "collections/new.html", &page)
}

/// `POST /collections`: makes the request.
pub(in crate::web) async fn create(
    app: App,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let mut form = upload::form(&app, &view, request).await?;
    let many = |form: &upload::Form, key: &str| {
        let values = form
            .fields
            .iter()
            .filter(|it| it.0 == key && !it.1.is_empty());
        values.map(|it| it.1.clone()).collect::<Vec<_>>()
    };
    let wish = Wish {
        items: many(&form, "item"),
        regions: many(&form, "party"),
        title: form.take("title").unwrap_or_default(),
        note: form.take("note"),
        period: form.take("period").unwrap_or_default(),
        due: form.take("due"),
        within: form.take("within").and_then(|it| it.parse().ok()),
        jump: form
            .take("jump")
            .and_then(|it| it.parse().ok())
            .unwrap_or(JUMP),
        status: form.take("status"),
        register: form.take("register"),
        blank: form
            .take("blank")
            .and_then(|it| it.parse().ok())
            .unwrap_or_default(),
        whole: form.take("whole").is_some(),
        names: form
            .take("names")
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect(),
        list: form.take("list").and_then(|it| it.parse().ok()),
    };
    let made = ask::create(&app.product, &wish).await;
    let id = made.map_err(|error| app.refused(&view, &error))?;
    Ok(Redirect::to(&view.link(&format!("/collections/{id}"))).into_response())
}

#[derive(Debug, Serialize)]
struct NewPage {
    frame: Frame,
    back: String,
    action: String,
    kinds: Vec<Kind>,
    register: Option<String>,
    groups: Vec<Group>,
    period: String,
    jump: i64,
    within: u32,
    statuses: Vec<(String, String)>,
    regions: Vec<(String, String)>,
    lists: Vec<(i64, String)>,
}

/// Indicators, or a register whose rows are asked for.
#[derive(Debug, Serialize)]
struct Kind {
    title: String,
    href: String,
    chosen: bool,
}

/// Items under a heading.
#[derive(Debug, Serialize)]
struct Group {
    title: String,
    items: Vec<(String, String)>,
}

impl NewPage {
    async fn new(app: &App, view: &View) -> Result<Self, AppError> {
        let say = app.say(view);
        let pack = &app.product.pack;
        let chosen = view.wish("register");
        let register = match chosen {
            Some(id) => Some(crate::app::registers::declared(&app.product, id)?),
            None => None,
        };
        let title = |it: &quanyu_core::text::Text| it.get(view.language).to_owned();
        let groups = match register {
            Some(register) => vec![Group {
                title: title(&register.title),
                items: ask::askable(register)
                    .map(|it| (it.id.clone(), title(&it.title)))
                    .collect(),
            }],
            None => {
                let mut groups: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
                for it in pack.indicators.values() {
                    let group = it
                        .group
                        .as_ref()
                        .map_or_else(|| say.text("collections.other"), title);
                    groups
                        .entry(group)
                        .or_default()
                        .push((it.id.clone(), title(&it.title)));
                }
                groups
                    .into_iter()
                    .map(|(title, items)| Group { title, items })
                    .collect()
            }
        };
        let mut kinds = vec![Kind {
            title: say.text("collections.indicators"),
            href: view.change(&[("register", None)]),
            chosen: chosen.is_none(),
        }];
        kinds.extend(pack.registers.values().map(|it| Kind {
            title: title(&it.title),
            href: view.change(&[("register", Some(&it.id))]),
            chosen: chosen == Some(it.id.as_str()),
        }));
        let kept = lists::all(&app.product).await?;
        let below = app.product.regions().into_iter().skip(1);
        Ok(Self {
            frame: Frame::new(app, view, Place::Collections, &say.text("collections.new")),
            back: view.link("/collections"),
            action: view.link("/collections"),
            kinds,
            register: register.map(|it| it.id.clone()),
            groups,
            period: view.period.to_string(),
            jump: JUMP,
            within: WITHIN,
            statuses: ask::statuses(&app.product)
                .into_iter()
                .map(|(code, text)| (code, title(&text)))
                .collect(),
            regions: below.map(|(code, name)| (code.to_string(), name)).collect(),
            lists: kept
                .into_iter()
                .map(|(list, _)| (list.id, list.title))
                .collect(),
        })
    }
}
