//! What each route asks of whoever sends a request.
//!
//! Owns the one list of routes with their needs; a test holds it equal to the router's. It is the outer wall: the acts ask again
//! for each register and record. Leaves who somebody is to [`super::identity`].
//!
//! Invariant: a route that is not in the list is open to nobody but the operator.
//!
//! Start reading at [`ROUTES`].

use quanyu_core::access::Office;

use super::state::App;
use crate::app::{Product, Who, who::Grants};

/// What a route asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: the way in, and what stands before it.
    Anyone,
    /// Somebody who is signed in.
    SignedIn,
    /// Somebody who sees any record; the act shows what each may.
    Any,
    /// Somebody who sees the whole district: what is made of all its records.
    Whole,
    /// An administrator of this office.
    Office(Office),
    /// An administrator of accounts or of rights.
    Accounts,
    /// Somebody of the firms' side.
    Firm,
}

/// Every route and what it asks for.
pub const ROUTES: &[(&str, Need)] = &[
    ("/signin", Need::Anyone),
    ("/my", Need::Firm),
    ("/my/profile", Need::Firm),
    ("/my/profile/correct", Need::Firm),
    ("/my/notices", Need::Firm),
    ("/my/asked", Need::Firm),
    ("/my/asked/{collection}", Need::Firm),
    ("/my/matters", Need::Firm),
    ("/my/matters/{matter}", Need::Firm),
    ("/my/matters/{matter}/file", Need::Firm),
    ("/my/records", Need::Firm),
    ("/my/records/{register}/{record}", Need::Firm),
    ("/my/records/{register}/{record}/edit", Need::Firm),
    ("/my/records/{register}/{record}/step", Need::Firm),
    ("/my/records/{register}/{record}/files/{hash}", Need::Firm),
    ("/my/mandates", Need::Firm),
    ("/my/mandates/{mandate}/end", Need::Firm),
    ("/qr.svg", Need::Any),
    ("/oidc/{provider}", Need::Anyone),
    ("/oidc/{provider}/back", Need::Anyone),
    ("/healthz", Need::Anyone),
    ("/assets/{name}", Need::Anyone),
    ("/public", Need::Anyone),
    ("/public/notices/{publication}", Need::Anyone),
    ("/public/notices/{publication}/docx", Need::Anyone),
    ("/public/notices/{publication}/object", Need::Anyone),
    ("/public/data", Need::Anyone),
    ("/public/data/{dataset}", Need::Anyone),
    ("/public/data/{dataset}/{form}", Need::Anyone),
    ("/signout", Need::SignedIn),
    ("/account", Need::SignedIn),
    ("/account/password", Need::SignedIn),
    ("/account/second", Need::SignedIn),
    ("/account/second/end", Need::SignedIn),
    ("/account/sessions/end", Need::SignedIn),
    ("/account/tokens", Need::SignedIn),
    ("/account/tokens/end", Need::SignedIn),
    ("/api/openapi.json", Need::SignedIn),
    ("/_styleguide", Need::SignedIn),
    ("/notices", Need::SignedIn),
    ("/notices/read", Need::SignedIn),
    ("/admin/accounts", Need::Accounts),
    ("/admin/accounts/{account}", Need::Accounts),
    ("/admin/rules", Need::Office(Office::Security)),
    ("/admin/audit", Need::Office(Office::Audit)),
    ("/metrics", Need::Office(Office::System)),
    ("/admin/exchange", Need::Office(Office::System)),
    (
        "/admin/exchange/packages/{number}",
        Need::Office(Office::System),
    ),
    ("/", Need::Any),
    ("/indicators", Need::Any),
    ("/indicators/{indicator}", Need::Any),
    ("/api/v1/figures", Need::Any),
    ("/registers", Need::Any),
    ("/registers/{register}", Need::Any),
    ("/registers/{register}/{record}", Need::Any),
    ("/api/v1/search", Need::Any),
    ("/api/v1/registers/{register}/records", Need::Any),
    ("/api/v1/registers/{register}/records/{record}", Need::Any),
    (
        "/api/v1/registers/{register}/records/{record}/history",
        Need::Any,
    ),
    (
        "/api/v1/registers/{register}/records/{record}/lines/{lines}",
        Need::Any,
    ),
    ("/api/v1/registers/{register}/export/{format}", Need::Any),
    ("/desk", Need::Any),
    ("/desk/delegations", Need::Any),
    ("/desk/delegations/{id}/end", Need::Any),
    ("/boards", Need::Any),
    ("/boards/{register}", Need::Any),
    ("/calendar", Need::Any),
    ("/calendar.ics", Need::Any),
    ("/handover", Need::Any),
    ("/handover/{id}", Need::Any),
    ("/registers/{register}/new", Need::Any),
    ("/registers/{register}/import", Need::Any),
    ("/registers/{register}/quick", Need::Any),
    ("/registers/{register}/template", Need::Any),
    ("/registers/{register}/import/{token}", Need::Any),
    ("/registers/{register}/import/{token}/faults", Need::Any),
    ("/registers/{register}/imports/{batch}/undo", Need::Any),
    ("/registers/{register}/check", Need::Any),
    ("/registers/{register}/pick", Need::Any),
    ("/registers/{register}/{record}/person", Need::Any),
    ("/registers/{register}/{record}/steps", Need::Any),
    ("/registers/{register}/{record}/step", Need::Any),
    ("/registers/{register}/{record}/opinion", Need::Any),
    ("/registers/{register}/{record}/assign", Need::Any),
    ("/registers/{register}/{record}/sheet", Need::Any),
    ("/registers/{register}/{record}/sheet.docx", Need::Any),
    ("/registers/{register}/{record}/papers/{hash}", Need::Any),
    ("/registers/{register}/{record}/edit", Need::Any),
    ("/registers/{register}/{record}/remove", Need::Any),
    ("/registers/{register}/{record}/restore", Need::Any),
    ("/registers/{register}/{record}/events/{event}", Need::Any),
    ("/registers/{register}/{record}/files/{hash}", Need::Any),
    ("/organizations/{id}", Need::Any),
    ("/organizations/{id}/zip", Need::Any),
    ("/registers/{register}/export", Need::Any),
    ("/registers/{register}/views", Need::Any),
    ("/registers/{register}/bulk", Need::Any),
    ("/registers/{register}/duplicates", Need::Any),
    ("/registers/{register}/merges/{merge}/undo", Need::Any),
    ("/search/hits", Need::Any),
    ("/search", Need::Any),
    ("/collections", Need::Any),
    ("/collections/new", Need::Any),
    ("/collections/files", Need::Any),
    ("/collections/{collection}", Need::Any),
    ("/collections/{collection}/files", Need::Any),
    ("/collections/{collection}/confirm", Need::Any),
    ("/collections/{collection}/return", Need::Any),
    ("/collections/{collection}/close", Need::Any),
    ("/collections/{collection}/{party}", Need::Any),
    ("/collections/{collection}/{party}/xlsx", Need::Any),
    ("/exchange", Need::Whole),
    ("/exchange/{conflict}", Need::Whole),
    ("/publications", Need::Any),
    ("/publications/new", Need::Any),
    ("/publications/data", Need::Whole),
    ("/publications/data/{dataset}", Need::Whole),
    ("/publications/{publication}", Need::Any),
    ("/publications/{publication}/items", Need::Any),
    ("/publications/{publication}/docx", Need::Any),
    ("/publications/{publication}/html", Need::Any),
    ("/lists", Need::Any),
    ("/lists/compare", Need::Any),
    ("/lists/{list}", Need::Any),
    ("/lists/{list}/settle", Need::Any),
    ("/lists/{list}/match", Need::Any),
    ("/lists/{list}/remove", Need::Any),
    ("/lists/{list}/xlsx", Need::Any),
    ("/lists/{list}/qualify", Need::Any),
    ("/lists/{list}/undo", Need::Any),
    ("/compare", Need::Any),
    ("/documents/read", Need::Any),
    ("/appraisal", Need::Whole),
    ("/appraisal/board", Need::Whole),
    ("/appraisal/items/{item}", Need::Whole),
    ("/appraisal/tasks", Need::Whole),
    ("/appraisal/plan", Need::Whole),
    ("/appraisal/plan/confirm", Need::Whole),
    ("/writing", Need::Whole),
    ("/writing/compose", Need::Whole),
    ("/writing/changed", Need::Whole),
    ("/writing/{record}", Need::Whole),
    ("/writing/{record}/step", Need::Whole),
    ("/writing/{record}/files/{hash}", Need::Whole),
    ("/releases/{release}", Need::Whole),
    ("/reports", Need::Whole),
    ("/tour", Need::Whole),
    ("/documents/check", Need::Whole),
    ("/documents/check/{draft}", Need::Whole),
    ("/documents/check/{draft}/sheet", Need::Whole),
    ("/documents/check/{draft}/comments", Need::Whole),
    ("/documents/compose/{file}", Need::Whole),
    ("/documents/renew", Need::Whole),
    ("/documents/renew/{file}", Need::Whole),
    ("/documents/renew/{file}/docx", Need::Whole),
];

/// What a route asks for; `None` where it is not in the list.
pub(super) fn of(route: &str) -> Option<Need> {
    let found = ROUTES.iter().find(|(it, _)| *it == route);
    found.map(|(_, need)| *need)
}

impl Need {
    /// Whether the person who looks at the district meets it.
    #[must_use]
    pub fn met(self, product: &Product) -> bool {
        let who = product.who();
        match self {
            Self::Anyone => true,
            Self::SignedIn => signed_in(who),
            Self::Any => product.sees_any(),
            Self::Whole => product.sees_whole(),
            Self::Firm => product.of_firms() || who.grants == Grants::Everything,
            Self::Office(office) => who.administers(&product.pack, office),
            Self::Accounts => [Office::System, Office::Security]
                .into_iter()
                .any(|it| who.administers(&product.pack, it)),
        }
    }
}

/// Whether this is somebody.
pub(super) fn signed_in(who: &Who) -> bool {
    who.grants == Grants::Everything || !who.name.is_empty()
}

/// Whether the sender may open an address of ours: pages link nowhere that is shut.
pub(super) fn open(app: &App, address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let fits = |route: &str| {
        let (mut ours, mut theirs) = (route.split('/'), path.split('/'));
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return true,
                (Some(a), Some(b)) if a == b || a.starts_with('{') => {}
                _ => return false,
            }
        }
    };
    let found = ROUTES.iter().find(|(route, _)| fits(route));
    let everything = app.product.who().grants == Grants::Everything;
    found.map_or(everything, |(_, need)| need.met(&app.product))
}

/// Where somebody begins: the first of these that is open.
pub(super) fn home(app: &App) -> &'static str {
    if app.product.of_firms() {
        return "/my";
    }
    let rooms = [
        "/",
        "/desk",
        "/registers",
        "/admin/accounts",
        "/admin/audit",
    ];
    let first = rooms.into_iter().find(|it| open(app, it));
    first.unwrap_or("/account")
}
