//! What stands around every page: menu, region, period, search, language.
//!
//! Owns the frame's page struct. Leaves what a room holds to its page.

use quanyu_core::{access::Right, period::Period, region::RegionCode, text::Language};
use serde::Serialize;

use super::{needs, say::Say, state::App, view::View};

/// The frame of a page, ready to print.
#[derive(Debug, Serialize)]
pub(super) struct Frame {
    pub lang: &'static str,
    /// Title of the page, in the browser's tab.
    pub title: String,
    /// What the district is called.
    pub district: String,
    pub home: String,
    /// This view, to be sent as a link.
    pub here: String,
    /// This view in the other language.
    pub other_language: String,
    pub menu: Vec<Room>,
    pub regions: Vec<Choice>,
    pub periods: Vec<Years>,
    /// What the form of region and period carries on.
    pub carried: Vec<(String, String)>,
    pub path: String,
    pub search: Searched,
    /// Notices that were not read, as the frame says it, and where they are.
    pub unread: Option<String>,
    pub notices: String,
    /// Whether the records are made up for demonstration.
    pub demo: bool,
    /// Who is signed in; none for the operator.
    pub me: Option<String>,
    /// What stands there for people of firms, in place of the rooms of staff.
    pub firm: Option<FirmBar>,
}

/// What stands around pages of the firms' side.
#[derive(Debug, Serialize)]
pub(super) struct FirmBar {
    /// Its five rooms.
    pub tabs: Vec<Room>,
    /// The firm that the page is about.
    pub name: Option<String>,
    /// That one acts for it by a mandate, and until when.
    pub acting: Option<String>,
    /// Where another firm is chosen.
    pub choose: Option<String>,
}

/// What the search form carries on.
#[derive(Debug, Serialize)]
pub(super) struct Searched {
    pub region: String,
    pub period: String,
    pub words: String,
}

/// An entry of the menu.
#[derive(Debug, Serialize)]
pub(super) struct Room {
    pub title: String,
    pub href: String,
    pub current: bool,
    /// A page inside the room above.
    pub inner: bool,
}

/// An option of a choice.
#[derive(Debug, Serialize)]
pub(super) struct Choice {
    pub value: String,
    pub title: String,
    pub chosen: bool,
}

/// The periods of a year.
#[derive(Debug, Serialize)]
pub(super) struct Years {
    pub year: String,
    pub choices: Vec<Choice>,
}

/// The frame of a page outside any room: errors.
#[derive(Debug, Serialize)]
pub(super) struct Bare {
    pub lang: &'static str,
    pub title: String,
    pub district: String,
}

/// Where the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// The desk, notices and what hangs on them.
    Desk,
    Boards,
    Calendar,
    Cockpit,
    Indicators,
    /// The registers of a room of the pack, or all of them.
    Registers(Option<&'a str>),
    Appraisal,
    /// Papers and releases.
    Writing,
    /// What was reported.
    Reports,
    Read,
    Check,
    Renew,
    Compare,
    Lists,
    Collections,
    Publications,
    Tour,
    /// In none of the menu's rooms.
    Elsewhere,
}

impl Frame {
    /// The frame of a page called `title` at `place`.
    pub fn new(app: &App, view: &View, place: Place<'_>, title: &str) -> Self {
        let say = Say {
            texts: &app.templates,
            people: &app.people,
            language: view.language,
        };
        let other = match view.language {
            Language::Zh => "en",
            Language::En => "zh",
        };
        let pack = &app.product.pack;
        let region = region_name(app, &view.region).unwrap_or_else(|| view.region.to_string());
        Self {
            lang: view.language.tag(),
            title: format!("{title} · {region} · {}", say.period(view.period)),
            district: pack.title.get(view.language).to_owned(),
            home: view.link(needs::home(app)),
            here: view.here(),
            other_language: view.change(&[("lang", Some(other))]),
            menu: shut(app, view, menu(app, view, place)),
            regions: regions(app, view),
            periods: periods(view.period, &say),
            carried: view.carried(&["region", "period", "after"]),
            path: view.path.clone(),
            search: Searched {
                region: view.region.to_string(),
                period: view.period.to_string(),
                words: if view.path == "/search" {
                    view.wish("q").unwrap_or_default().to_owned()
                } else {
                    String::new()
                },
            },
            unread: unread(view.unread),
            notices: view.link("/notices"),
            demo: pack.demo_district,
            me: app
                .sender
                .session
                .as_ref()
                .map(|_| app.product.who().name.clone()),
            firm: app
                .product
                .of_firms()
                .then(|| super::firms::bar(app, view, None)),
        }
    }
}

impl Bare {
    /// The frame of an error page.
    pub fn new(app: &App, language: Language, title: &str) -> Self {
        Self {
            lang: language.tag(),
            title: title.to_owned(),
            district: app.product.pack.title.get(language).to_owned(),
        }
    }
}

/// A count of unread notices: past what is counted, `99+`.
fn unread(count: i64) -> Option<String> {
    let most = i64::from(crate::app::notices::MOST_UNREAD);
    match count {
        ..=0 => None,
        _ if count >= most => Some(format!("{}+", most - 1)),
        _ => Some(count.to_string()),
    }
}

/// The name of a region of the pack.
pub(super) fn region_name(app: &App, code: &RegionCode) -> Option<String> {
    app.product.pack.regions.get(code).map(|it| it.name.clone())
}

/// The rooms that are built, in the pack's order: those of the engine under the pack's own title where it names them, then rooms that
/// hold registers.
fn menu(app: &App, view: &View, place: Place<'_>) -> Vec<Room> {
    let pack = &app.product.pack;
    let title = |room: &str, key: &str| {
        let named = pack.modules.iter().find(|it| it.id == room);
        named.map_or_else(
            || app.text(view, key),
            |it| it.title.get(view.language).to_owned(),
        )
    };
    let room = |title: String, href: String, here: Place<'_>, inner: bool| Room {
        title,
        href,
        current: place == here,
        inner,
    };
    let mut menu = vec![
        room(
            app.text(view, "desk.title"),
            view.link("/desk"),
            Place::Desk,
            false,
        ),
        room(
            app.text(view, "calendar.title"),
            view.link("/calendar"),
            Place::Calendar,
            true,
        ),
        room(
            app.text(view, "boards.title"),
            view.link("/boards"),
            Place::Boards,
            true,
        ),
        room(
            title("cockpit", "menu.cockpit"),
            view.link("/"),
            Place::Cockpit,
            false,
        ),
        room(
            title("figures", "menu.indicators"),
            view.link("/indicators"),
            Place::Indicators,
            false,
        ),
        room(
            title("appraisal", "menu.appraisal"),
            view.link("/appraisal"),
            Place::Appraisal,
            false,
        ),
        room(
            title("ledgers", "menu.registers"),
            view.link("/registers"),
            Place::Registers(None),
            false,
        ),
    ];
    for module in &pack.modules {
        let mut here = pack.registers.values().filter(|it| it.module == module.id);
        let seen = here.any(|it| !app.product.scope(Right::Read, it).is_nothing());
        if seen && !ENGINE_ROOMS.contains(&module.id.as_str()) {
            let href = view.link_with("/registers", &[("module", &module.id)]);
            menu.push(room(
                module.title.get(view.language).to_owned(),
                href,
                Place::Registers(Some(&module.id)),
                true,
            ));
        }
    }
    if pack.playing("organization").is_some() {
        menu.push(room(
            app.text(view, "menu.collections"),
            view.link("/collections"),
            Place::Collections,
            true,
        ));
        menu.push(room(
            app.text(view, "menu.lists"),
            view.link("/lists"),
            Place::Lists,
            true,
        ));
    }
    if pack
        .playing("publication")
        .is_some_and(|it| !app.product.scope(Right::Read, it).is_nothing())
    {
        menu.push(room(
            app.text(view, "publications.title"),
            view.link("/publications"),
            Place::Publications,
            true,
        ));
    }
    // A pack without papers has the room for reading alone.
    if pack.playing("document").is_some() {
        menu.push(room(
            title("documents", "menu.documents"),
            view.link("/writing"),
            Place::Writing,
            false,
        ));
        menu.push(room(
            app.text(view, "menu.reports"),
            view.link("/reports"),
            Place::Reports,
            true,
        ));
        menu.push(room(
            app.text(view, "menu.read"),
            view.link("/documents/read"),
            Place::Read,
            true,
        ));
    } else {
        menu.push(room(
            title("documents", "menu.documents"),
            view.link("/documents/read"),
            Place::Read,
            false,
        ));
    }
    menu.push(room(
        app.text(view, "menu.check"),
        view.link("/documents/check"),
        Place::Check,
        true,
    ));
    menu.push(room(
        app.text(view, "menu.renew"),
        view.link("/documents/renew"),
        Place::Renew,
        true,
    ));
    menu.push(room(
        app.text(view, "menu.compare"),
        view.link("/compare"),
        Place::Compare,
        false,
    ));
    if super::tour::offered(app) {
        menu.push(room(
            app.text(view, "menu.tour"),
            view.link("/tour"),
            Place::Tour,
            false,
        ));
    }
    menu
}

/// The rooms of administrators.
fn administration(app: &App, view: &View) -> Vec<Room> {
    let rooms = [
        ("admin.accounts", "/admin/accounts"),
        ("admin.audit", "/admin/audit"),
        ("exchange.title", "/admin/exchange"),
    ];
    // The operator of the machine has the command line for them.
    let signed_in = rooms.into_iter().filter(|_| app.sender.session.is_some());
    signed_in
        .map(|(key, path)| Room {
            title: app.text(view, key),
            href: path.to_owned(),
            current: view.path == path,
            inner: false,
        })
        .collect()
}

/// The menu without rooms that are shut to the sender.
fn shut(app: &App, view: &View, mut menu: Vec<Room>) -> Vec<Room> {
    menu.extend(administration(app, view));
    menu.retain(|it| needs::open(app, &it.href));
    menu
}

/// Rooms that the engine builds; a pack may only name them.
pub(super) const ENGINE_ROOMS: [&str; 5] =
    ["cockpit", "figures", "appraisal", "ledgers", "documents"];

/// The district with what lies above it, beside nothing, and its parts; and the region shown, wherever it lies.
fn regions(app: &App, view: &View) -> Vec<Choice> {
    let pack = &app.product.pack;
    let home = &pack.region;
    let fits = |code: &RegionCode| {
        (code.contains(home) && !code.as_str().is_empty())
            || code.parent().as_ref() == Some(home)
            || *code == view.region
            || code.parent().as_ref() == Some(&view.region)
    };
    let fitting = pack.regions.iter().filter(|(code, _)| fits(code));
    fitting
        .map(|(code, region)| Choice {
            value: code.to_string(),
            title: region.name.clone(),
            chosen: *code == view.region,
        })
        .collect()
}

/// Years around the one shown, each with its halves, quarters, running months and months.
fn periods(shown: Period, say: &Say<'_>) -> Vec<Years> {
    let year = shown.last_year();
    let mut groups: Vec<Years> = (year - 2..=year + 1)
        .rev()
        .map(|year| Years {
            year: year.to_string(),
            choices: periods_of(year)
                .into_iter()
                .map(|it| choice(it, shown, say))
                .collect(),
        })
        .collect();
    // A period of another form, such as several years, is shown as it was asked for.
    if !groups
        .iter()
        .any(|it| it.choices.iter().any(|it| it.chosen))
    {
        groups.insert(
            0,
            Years {
                year: say.period(shown),
                choices: vec![choice(shown, shown, say)],
            },
        );
    }
    groups
}

fn choice(period: Period, shown: Period, say: &Say<'_>) -> Choice {
    Choice {
        value: period.to_string(),
        title: say.period(period),
        chosen: period == shown,
    }
}

fn periods_of(year: i32) -> Vec<Period> {
    let spans = [
        (1, 12),
        (1, 6),
        (7, 12),
        (1, 3),
        (4, 6),
        (7, 9),
        (10, 12),
        (1, 9),
    ];
    let months = (1..=12).map(|it| (it, it));
    spans
        .into_iter()
        .chain(months)
        .filter_map(|(from, to)| Period::months(year, from, year, to))
        .collect()
}
