//! 科技通: pages of the firms' side, made for a phone: home, profile, notices, what is asked.
//!
//! Owns which firm a page is about (`for` in the address where there are several) and the bar of five rooms that stands in place of the
//! rooms of staff. Leaves what is filed to [`super::filings`], mandates to [`super::mandates`].
//!
//! Invariant: no page of staff is shown to people who hold only roles of the firms' side.
//!
//! Start reading at [`me`], then [`home`].

use axum::{
    extract::{Path, Request},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;
use serde_json::json;

use super::{
    collections::class,
    entries,
    filings::{MatterShown, MineShown},
    frame::{FirmBar, Frame, Place, Room},
    problem::Problem,
    say::UNKNOWN,
    state::App,
    upload,
    view::{Format, View, encode},
};
use crate::app::{
    self, AppError,
    entries::Outcome,
    firms::{Asked, Firm},
};

/// Rooms of the bar: text, path.
const ROOMS: [(&str, &str); 5] = [
    ("firms.home", "/my"),
    ("firms.matters", "/my/matters"),
    ("firms.records", "/my/records"),
    ("firms.profile", "/my/profile"),
    ("firms.notices", "/my/notices"),
];

/// Paths that people of firms open besides their own rooms.
const THEIRS: [&str; 9] = [
    "/my", "/signin", "/signout", "/account", "/assets/", "/api/", "/healthz", "/qr.svg", "/oidc/",
];

/// Whether a path is a page of staff.
pub(super) fn is_of_staff(path: &str) -> bool {
    let theirs = THEIRS.iter().any(|it| path.starts_with(it));
    // The table of a request is the same for everybody who answers; files are downloads.
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let answers = matches!(
        parts.as_slice(),
        ["collections", _, _] | ["collections", _, _, "xlsx"]
    );
    let file = matches!(parts.as_slice(), ["registers", _, _, "files" | "papers", _]);
    let typing = matches!(parts.as_slice(), ["registers", _, "pick" | "check"]);
    !(theirs || answers || file || typing)
}

/// The firm that a page is about, and how its addresses say so.
#[derive(Clone, Debug)]
pub(super) struct Me {
    pub firm: Firm,
    several: bool,
}

impl Me {
    /// An address of the same firm.
    pub fn link(&self, path: &str) -> String {
        self.link_with(path, &[])
    }

    /// An address of the same firm, and more.
    pub fn link_with(&self, path: &str, more: &[(&str, &str)]) -> String {
        let id = self.firm.id.to_string();
        let own = self.several.then_some(("for", id.as_str()));
        let mut to = path.to_owned();
        for (number, (key, value)) in own.into_iter().chain(more.iter().copied()).enumerate() {
            to.push(if number == 0 { '?' } else { '&' });
            to.push_str(key);
            to.push('=');
            encode(value, &mut to);
        }
        to
    }

    /// The frame of a page of this firm.
    pub fn frame(&self, app: &App, view: &View, title: &str) -> Frame {
        let mut frame = Frame::new(app, view, Place::Elsewhere, title);
        frame.firm = Some(bar(app, view, Some(self)));
        frame.title = format!("{title} · {}", self.firm.name);
        let other = match view.language {
            quanyu_core::text::Language::Zh => "en",
            quanyu_core::text::Language::En => "zh",
        };
        frame.here = self.link(&view.path);
        frame.other_language = self.link_with(&view.path, &[("lang", other)]);
        frame.home = self.link("/my");
        frame
    }
}

/// The bar of rooms.
pub(super) fn bar(app: &App, view: &View, me: Option<&Me>) -> FirmBar {
    let say = app.say(view);
    let link = |path: &str| me.map_or_else(|| path.to_owned(), |it| it.link(path));
    let here = |path: &str| match path {
        "/my" => view.path == "/my",
        path => view.path.starts_with(path),
    };
    let tabs = ROOMS.iter().map(|(key, path)| Room {
        title: say.text(key),
        href: link(path),
        current: here(path),
        // The count of what was not read stands with the notices.
        inner: *path == "/my/notices",
    });
    FirmBar {
        tabs: tabs.collect(),
        name: me.map(|it| it.firm.name.clone()),
        acting: me
            .and_then(|it| it.firm.until.as_ref())
            .map(|day| say.fill("firms.acting", &[("day", day.clone())])),
        choose: me.filter(|it| it.several).map(|_| "/my".to_owned()),
    }
}

/// The firm that a page is about, or the page that asks which one.
pub(super) async fn me(app: &App, view: &View) -> Result<Result<Me, Response>, Problem> {
    let refused = |error: AppError| app.refused(view, &error);
    let wish = view.wish("for").map(|it| it.parse().unwrap_or(0));
    let found = app::firms::firm(&app.product, wish).await;
    let all = app::firms::firms(&app.product).await.map_err(refused)?;
    let several = all.len() > 1;
    if let Some(firm) = found.map_err(refused)? {
        return Ok(Ok(Me { firm, several }));
    }
    let say = app.say(view);
    let query: Vec<(&str, &str)> = view
        .pairs
        .iter()
        .filter(|(key, _)| key != "for" && key != "lang")
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    let firms = all.into_iter().map(|firm| {
        let until = firm.until.clone();
        let until = until.map(|day| say.fill("firms.acting", &[("day", day)]));
        let me = Me { firm, several };
        (
            me.firm.name.clone(),
            me.link_with(&view.path, &query),
            until,
        )
    });
    let title = say.text("firms.whom");
    let page = ChoosePage {
        firms: firms.collect(),
        frame: Frame::new(app, view, Place::Elsewhere, &title),
        title,
    };
    Ok(Err(app.page(view, "firms/choose.html", &page)?))
}

#[derive(Debug, Serialize)]
struct ChoosePage {
    frame: Frame,
    title: String,
    /// Name, address, until when one acts for it.
    firms: Vec<(String, String, Option<String>)>,
}

#[derive(Debug, Serialize)]
struct HomePage {
    frame: Frame,
    waiting: Vec<MineShown>,
    moving: Vec<MineShown>,
    matters: Vec<MatterShown>,
    asked: Vec<AskedShown>,
    notices: Vec<NoticeShown>,
    mandates: Option<String>,
    all_matters: String,
    all_notices: String,
}

#[derive(Debug, Serialize)]
struct AskedShown {
    title: String,
    href: String,
    due: String,
    state: String,
    class: &'static str,
    remark: Option<String>,
}

#[derive(Debug, Serialize)]
struct NoticeShown {
    at: String,
    text: String,
    href: Option<String>,
    read: bool,
}

/// `GET /my`: what waits for the firm.
pub(super) async fn home(app: App, view: View) -> Result<Response, Problem> {
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let found = app::firms::home(&app.product, &me.firm).await;
    let found = found.map_err(|error| app.refused(&view, &error))?;
    if view.format != Format::Html {
        return Ok(app.json(json!({
            "firm": me.firm.name,
            "records": found.mine.iter().map(|it| json!({
                "register": it.register.0, "record": it.id, "label": it.label, "state": it.state.0,
                "whose": it.whose, "returned": it.returned, "due": it.due.map(|it| it.to_string()),
            })).collect::<Vec<_>>(),
            "matters": found.matters.iter().map(|it| json!({
                "filing": it.filing, "call": it.call.as_ref().map(|it| it.id), "state": it.state,
            })).collect::<Vec<_>>(),
        })));
    }
    let say = app.say(&view);
    let records = |whose: &str| {
        let of = found.mine.iter().filter(|it| it.whose == whose);
        of.map(|it| MineShown::new(&say, &me, it)).collect()
    };
    let page = HomePage {
        frame: me.frame(&app, &view, &say.text("firms.home")),
        waiting: records("mine"),
        moving: records("theirs"),
        matters: found
            .matters
            .iter()
            .map(|it| MatterShown::new(&say, &me, it))
            .collect(),
        asked: asked_shown(&app, &view, &me, &found.asked),
        notices: found
            .notices
            .iter()
            .map(|it| notice_shown(&app, &view, &me, it))
            .collect(),
        mandates: me
            .firm
            .mandate
            .is_none()
            .then(|| me.link("/my/mandates"))
            .filter(|_| !app.product.pack.filings.is_empty()),
        all_matters: me.link("/my/matters"),
        all_notices: me.link("/my/notices"),
    };
    app.page(&view, "firms/home.html", &page)
}

fn asked_shown(app: &App, view: &View, me: &Me, all: &[Asked]) -> Vec<AskedShown> {
    let say = app.say(view);
    all.iter()
        .map(|it| AskedShown {
            title: it.title.clone(),
            href: me.link(&format!("/my/asked/{}", it.id.0)),
            due: say.fill("firms.until", &[("day", it.due.clone())]),
            state: say.word("party_state", &it.state),
            class: if it.late { "error" } else { class(&it.state) },
            remark: it.remark.clone(),
        })
        .collect()
}

fn notice_shown(app: &App, view: &View, me: &Me, it: &app::notices::NoticeView) -> NoticeShown {
    // What is no page of this side has no address here.
    let shown = |register: &str| {
        let pack = &app.product.pack;
        let declared = pack.registers.get(register);
        let corrects = declared.is_some_and(|it| it.plays.as_deref() == Some("correction"));
        corrects || pack.filings.values().any(|it| it.register == register)
    };
    NoticeShown {
        at: it.at.clone(),
        text: it.text.get(view.language).to_owned(),
        href: it
            .about
            .as_ref()
            .filter(|(register, _)| shown(register))
            .map(|(register, id)| me.link(&format!("/my/records/{register}/{id}"))),
        read: it.read,
    }
}

#[derive(Debug, Serialize)]
struct NoticesPage {
    frame: Frame,
    notices: Vec<NoticeShown>,
}

/// `GET /my/notices`: what the firm was told; seeing them is reading them.
pub(super) async fn notices(app: App, view: View) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let all = app::notices::list(&app.product).await.map_err(refused)?;
    app::notices::read(&app.product, None)
        .await
        .map_err(refused)?;
    let page = NoticesPage {
        frame: me.frame(&app, &view, &app.text(&view, "firms.notices")),
        notices: all
            .iter()
            .map(|it| notice_shown(&app, &view, &me, it))
            .collect(),
    };
    app.page(&view, "firms/notices.html", &page)
}

#[derive(Debug, Serialize)]
struct AskedPage {
    frame: Frame,
    asked: Vec<AskedShown>,
}

/// `GET /my/asked`: requests for figures and rows.
pub(super) async fn asked(app: App, view: View) -> Result<Response, Problem> {
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let all = app::firms::asked(&app.product, &me.firm).await;
    let all = all.map_err(|error| app.refused(&view, &error))?;
    let page = AskedPage {
        frame: me.frame(&app, &view, &app.text(&view, "firms.asked")),
        asked: asked_shown(&app, &view, &me, &all),
    };
    app.page(&view, "firms/asked.html", &page)
}

/// `GET /my/asked/{collection}`: the firm's own part of a request.
pub(super) async fn answer(
    app: App,
    Path(collection): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let all = app::firms::asked(&app.product, &me.firm).await;
    let all = all.map_err(refused)?;
    let found = all.iter().find(|it| it.id.0.to_string() == collection);
    let unknown = || refused(AppError::not_found("collection", &collection, []));
    let (id, place) = found.ok_or_else(unknown)?.id;
    Ok(Redirect::to(&format!("/collections/{id}/{place}")).into_response())
}

#[derive(Debug, Serialize)]
struct ProfilePage {
    frame: Frame,
    name: String,
    /// Whether some fields are not known.
    unknown: bool,
    fields: Vec<ProfileField>,
    sections: Vec<ProfileSection>,
    years: Vec<ProfileSection>,
    corrects: bool,
}

#[derive(Debug, Serialize)]
struct ProfileField {
    title: String,
    said: String,
    known: bool,
    source: Option<String>,
    correct: String,
}

#[derive(Debug, Serialize)]
struct ProfileSection {
    title: String,
    count: usize,
    /// Rows: what it is called, then pairs of head and value.
    rows: Vec<(String, Vec<(String, String)>)>,
}

/// `GET /my/profile`: what the bureau's registers say of the firm.
pub(super) async fn profile(app: App, view: View) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let found = app::firms::profile(&app.product, &me.firm, view.language)
        .await
        .map_err(refused)?;
    let say = app.say(&view);
    let whole = &found.dossier;
    let own = app.product.pack.playing("organization");
    let fields = whole.record.fields.iter();
    let fields = fields.map(|(head, cell)| {
        let field = own.and_then(|it| it.field(&head.id));
        let source = field.and_then(|it| it.source.clone());
        ProfileField {
            title: head.title.get(view.language).to_owned(),
            known: !cell.said.is_empty() && cell.said != UNKNOWN,
            said: match (cell.said.as_str(), head.unit.as_deref()) {
                ("" | UNKNOWN, _) => UNKNOWN.to_owned(),
                (said, Some(unit)) => format!("{said} {}", say.unit(unit)).trim_end().to_owned(),
                (said, None) => said.to_owned(),
            },
            source: source.map(|it| say.fill("firms.source", &[("source", it)])),
            correct: me.link_with("/my/profile/correct", &[("field", &head.id)]),
        }
    });
    let fields: Vec<ProfileField> = fields.collect();
    let known =
        |pairs: &mut Vec<(String, String)>| pairs.retain(|it| !it.1.is_empty() && it.1 != UNKNOWN);
    let sections = whole.sections.iter().map(|section| {
        let rows = section.rows.iter().map(|(_, cells)| {
            let mut pairs: Vec<(String, String)> = section
                .heads
                .iter()
                .zip(cells)
                .map(|(head, cell)| (head.title.get(view.language).to_owned(), cell.said.clone()))
                .collect();
            known(&mut pairs);
            let first = if pairs.is_empty() {
                (String::new(), UNKNOWN.to_owned())
            } else {
                pairs.remove(0)
            };
            (first.1, pairs)
        });
        ProfileSection {
            title: section.register.title.get(view.language).to_owned(),
            count: usize::try_from(section.count).unwrap_or(usize::MAX),
            rows: rows.collect(),
        }
    });
    let years = whole.years.iter().map(|years| {
        let rows = years.years.iter().enumerate().rev().map(|(at, year)| {
            let mut pairs: Vec<(String, String)> = years
                .facts
                .iter()
                .filter_map(|(head, facts)| {
                    let unit = head.unit.as_deref().unwrap_or_default();
                    let fact = facts.get(at)?;
                    Some((
                        head.title.get(view.language).to_owned(),
                        format!("{} {}", fact.1, say.unit(unit))
                            .trim_end()
                            .to_owned(),
                    ))
                })
                .collect();
            known(&mut pairs);
            (year.clone(), pairs)
        });
        ProfileSection {
            title: years.register.title.get(view.language).to_owned(),
            count: years.years.len(),
            rows: rows.collect(),
        }
    });
    let page = ProfilePage {
        frame: me.frame(&app, &view, &say.text("firms.profile")),
        name: me.firm.name.clone(),
        unknown: fields.iter().any(|it| !it.known),
        fields,
        sections: sections.collect(),
        years: years.collect(),
        corrects: found.corrects,
    };
    app.page(&view, "firms/profile.html", &page)
}

#[derive(Debug, Serialize)]
struct CorrectPage {
    frame: Frame,
    field: String,
    says: String,
    action: String,
    should: (String, String),
    proof: Option<String>,
    fault: Option<String>,
    back: String,
}

/// `GET /my/profile/correct?field=…`: the form.
pub(super) async fn ask_correction(app: App, view: View) -> Result<Response, Problem> {
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    correction(&app, &view, &me, None).await
}

async fn correction(
    app: &App,
    view: &View,
    me: &Me,
    fault: Option<String>,
) -> Result<Response, Problem> {
    let field = view.wish("field").unwrap_or_default();
    let found = app::firms::correcting(&app.product, &me.firm, field, view.language).await;
    let found = found.map_err(|error| app.refused(view, &error))?;
    let title = app.text(view, "firms.correct");
    let page = CorrectPage {
        frame: me.frame(app, view, &title),
        field: found.field.1.get(view.language).to_owned(),
        says: found.says.clone(),
        action: me.link_with("/my/profile/correct", &[("field", field)]),
        should: (format!("f.{}", found.slots.0), String::new()),
        proof: found.slots.1.as_ref().map(|it| format!("up.{it}")),
        fault,
        back: me.link("/my/profile"),
    };
    app.page(view, "firms/correct.html", &page)
}

/// `POST /my/profile/correct?field=…`.
pub(super) async fn correct(app: App, view: View, request: Request) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let typed = entries::typed(upload::form(&app, &view, request).await?);
    let field = view.wish("field").unwrap_or_default();
    let found = app::firms::correcting(&app.product, &me.firm, field, view.language).await;
    let found = found.map_err(refused)?;
    let done = app::firms::correct(&app.product, &me.firm, &found, typed).await;
    match done.map_err(refused)? {
        Outcome::Saved { id, .. } => {
            let to = format!("/my/records/{}/{id}", found.register);
            Ok(Redirect::to(&me.link_with(&to, &[("done", "asked")])).into_response())
        }
        Outcome::Faulty(_, faults) => {
            let said: Vec<String> = faults.iter().map(|it| it.said(view.language)).collect();
            let page = correction(&app, &view, &me, Some(said.join(" "))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Outcome::Conflict(_) => correction(&app, &view, &me, None).await,
    }
}

#[cfg(test)]
mod tests {
    use super::is_of_staff;

    #[test]
    fn people_of_firms_are_shown_no_page_of_staff() {
        let cases = [
            ("/my", false),
            ("/my/records/a/1", false),
            ("/account", false),
            ("/assets/quanyu.css", false),
            ("/collections/1/2", false),
            ("/collections/1/2/xlsx", false),
            ("/registers/a/1/files/abc", false),
            ("/collections", true),
            ("/collections/1", true),
            ("/registers", true),
            ("/registers/a/1", true),
            ("/registers/a/1/edit", true),
            ("/desk", true),
            ("/", true),
            ("/search", true),
        ];
        for (path, want) in cases {
            assert_eq!(is_of_staff(path), want, "{path}");
        }
    }
}
