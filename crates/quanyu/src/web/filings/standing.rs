//! Where a filed record stands, and the steps that a firm takes with it besides handing in.
//!
//! Owns the page. Leaves the form to [`super`], every act to `app::filings::standing`.

use axum::{
    extract::{Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use quanyu_core::text::Text;
use serde::Serialize;

use super::cards::MineShown;
use crate::{
    app::{
        self, AppError,
        filings::standing::{self, StandingPage},
        steps::Taking,
    },
    web::{
        firms::{Me, me},
        frame::Frame,
        problem::Problem,
        state::App,
        steps, upload,
        view::View,
    },
};

#[derive(Debug, Serialize)]
struct StandingShown {
    frame: Frame,
    mine: MineShown,
    done: Option<String>,
    fields: Vec<(String, String)>,
    files: Vec<(String, String, String)>,
    way: Vec<(String, bool, bool)>,
    taken: Vec<TakenShown>,
    missing: Vec<String>,
    edit: Option<String>,
    open: Vec<(String, String, bool)>,
    action: String,
    version: i64,
}

#[derive(Debug, Serialize)]
struct TakenShown {
    title: String,
    to: String,
    at: String,
    who: String,
    returned: bool,
    note: Option<String>,
}

/// `GET /my/records/{register}/{record}`: where it stands.
pub(in crate::web) async fn show(
    app: App,
    Path((register, id)): Path<(String, i64)>,
    view: View,
) -> Result<Response, Problem> {
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let at = (register.as_str(), id);
    let found = standing::show(&app.product, &me.firm, at, view.language).await;
    let found = found.map_err(|error| app.refused(&view, &error))?;
    let page = StandingShown::new(&app, &view, &me, &found);
    app.page(&view, "firms/standing.html", &page)
}

impl StandingShown {
    fn new(app: &App, view: &View, me: &Me, it: &StandingPage) -> Self {
        let say = app.say(view);
        let title = |it: &Text| it.get(view.language).to_owned();
        let base = format!("/my/records/{}/{}", it.mine.register.0, it.mine.id);
        let mine = MineShown::new(&say, me, &it.mine);
        let fields = it.fields.iter().map(|(head, cell)| {
            let unit = head.unit.as_deref().map(|it| say.unit(it));
            let unit = unit.unwrap_or_default();
            let said = format!("{} {unit}", cell.said).trim_end().to_owned();
            (title(&head.title), said)
        });
        let files = it.files.iter().map(|(field, name, hash)| {
            let href = me.link(&format!("{base}/files/{hash}"));
            (title(field), name.clone(), href)
        });
        let taken = it.taken.iter().map(|(taken, behalf)| {
            let role = taken.role.as_ref().map(|it| title(&it.1));
            // Whoever of the bureau acts is told by the role alone.
            let firm = taken.role.as_ref().is_some_and(|(id, _)| {
                let role = app.product.pack.roles.get(id);
                role.is_some_and(|it| it.firm)
            });
            let actor = match firm {
                true => steps::acted(app, view, &taken.actor, behalf.as_deref()),
                false => String::new(),
            };
            let who: Vec<String> = role.into_iter().chain([actor]).collect();
            let who: Vec<String> = who.into_iter().filter(|it| !it.is_empty()).collect();
            TakenShown {
                title: title(&taken.title),
                to: title(&taken.to.1),
                at: taken.at.clone(),
                who: who.join(" · "),
                returned: taken.kind.word() == "return",
                note: taken.note.clone(),
            }
        });
        Self {
            frame: me.frame(app, view, &mine.title),
            done: view.wish("done").and_then(|it| match it {
                "submitted" | "kept" | "asked" | "taken" => Some(say.word("firm_done", it)),
                _ => None,
            }),
            fields: fields.collect(),
            files: files.collect(),
            way: it
                .way
                .iter()
                .map(|(state, passed, here)| (title(state), *passed, *here))
                .collect(),
            taken: taken.collect(),
            missing: if it.editable {
                it.missing.iter().map(title).collect()
            } else {
                Vec::new()
            },
            edit: it.editable.then(|| me.link(&format!("{base}/edit"))),
            open: it
                .open
                .iter()
                .map(|it| (it.id.clone(), title(&it.title), it.needs_note))
                .collect(),
            action: me.link(&format!("{base}/step")),
            version: it.version,
            mine,
        }
    }
}

/// `POST /my/records/{register}/{record}/step`: takes another step than handing in, such as taking it back.
pub(in crate::web) async fn step(
    app: App,
    Path((register, id)): Path<(String, i64)>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let mut form = upload::form(&app, &view, request).await?;
    let at = (register.as_str(), id);
    let found = standing::show(&app.product, &me.firm, at, view.language).await;
    let found = found.map_err(refused)?;
    let wished = form.take("step").unwrap_or_default();
    if !found.open.iter().any(|it| it.id == wished) {
        return Err(refused(AppError::not_found("step", &wished, [])));
    }
    let taking = Taking {
        register: register.clone(),
        record: id,
        version: form.take("version").and_then(|it| it.parse().ok()),
        step: wished,
        note: form.take("note"),
        ..Taking::default()
    };
    app::steps::take(&app.product, &taking)
        .await
        .map_err(refused)?;
    let to = format!("/my/records/{register}/{id}");
    Ok(Redirect::to(&me.link_with(&to, &[("done", "taken")])).into_response())
}

/// `GET /my/records/{register}/{record}/files/{hash}`.
pub(in crate::web) async fn file(
    app: App,
    Path((register, id, hash)): Path<(String, i64, String)>,
    view: View,
) -> Result<Response, Problem> {
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let at = (register.as_str(), id);
    let found = standing::file(&app.product, &me.firm, at, &hash).await;
    let (name, bytes) = found.map_err(|error| app.refused(&view, &error))?;
    Ok(steps::download(&name, "application/octet-stream", bytes))
}
