//! The pages and the HTTP interface of a district.
//!
//! Owns routes, languages, page structs, templates, scripts and styles, and what guards the door: only names of ours, only its own
//! pages, only who is signed in and meets the need of the route. Leaves every act to [`crate::app`]; a handler extracts, calls one act, responds.
//!
//! Invariant: no handler reads a store or a pack file; a page shows a value as the act gave it, or "—".
//!
//! Start reading at [`router`], then [`cockpit`] as the pattern of a page.

mod account;
mod admin;
mod api;
mod appraisal;
mod assets;
mod boards;
mod bulk;
mod calendar;
mod chart;
mod check;
mod cockpit;
mod collections;
mod compare;
mod compose;
mod csrf;
mod csv;
mod desk;
mod documents;
mod dossier;
mod duplicates;
mod entries;
mod exchange;
mod figure;
mod filings;
mod firms;
mod frame;
mod guard;
mod handover;
mod identity;
mod imports;
mod indicators;
mod lists;
mod mandates;
mod metrics;
mod needs;
mod notices;
mod oidc;
mod ops;
mod patience;
mod plans;
mod problem;
mod public;
mod publications;
mod qr;
mod quick;
mod registers;
mod releases;
mod renew;
mod respond;
mod say;
mod search;
mod serve;
mod sheets;
mod signin;
mod state;
mod steps;
mod styleguide;
mod templates;
mod texts;
mod tour;
mod upload;
mod view;
mod writing;

#[cfg(test)]
mod tests;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

pub use guard::Door;
pub use needs::{Need, ROUTES};
pub use patience::{Patience, Patient, Peer};
pub use problem::Problem;
pub use serve::serve;
pub use state::App;

/// Every route with what guards it.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/", get(cockpit::show))
        .route("/signin", get(signin::show).post(signin::enter))
        .route("/oidc/{provider}", get(oidc::out))
        .route("/oidc/{provider}/back", get(oidc::home))
        .route("/signout", post(signin::leave))
        .route("/account", get(account::show))
        .route("/account/password", post(account::password))
        .route("/account/second", post(account::second))
        .route("/account/second/end", post(account::end_second))
        .route("/account/sessions/end", post(account::end_session))
        .route("/account/tokens", post(account::make_token))
        .route("/account/tokens/end", post(account::end_token))
        .route(
            "/admin/accounts",
            get(admin::accounts).post(admin::make_account),
        )
        .route("/admin/accounts/{account}", post(admin::change_account))
        .route("/admin/exchange", get(exchange::show).post(exchange::act))
        .route("/admin/exchange/packages/{number}", get(exchange::package))
        .route("/exchange", get(exchange::conflicts))
        .route("/exchange/{conflict}", post(exchange::settle))
        .route("/admin/rules", post(admin::set_rule))
        .route("/admin/audit", get(admin::audit))
        .route(
            "/registers/{register}/{record}/person",
            post(registers::person::see),
        )
        .route("/my", get(firms::home))
        .route("/my/profile", get(firms::profile))
        .route(
            "/my/profile/correct",
            get(firms::ask_correction).post(firms::correct),
        )
        .route("/my/notices", get(firms::notices))
        .route("/my/asked", get(firms::asked))
        .route("/my/asked/{collection}", get(firms::answer))
        .route("/my/matters", get(filings::matters))
        .route("/my/matters/{matter}", get(filings::matter))
        .route(
            "/my/matters/{matter}/file",
            get(filings::begin).post(filings::create),
        )
        .route("/my/records", get(filings::mine))
        .route("/my/records/{register}/{record}", get(filings::show))
        .route(
            "/my/records/{register}/{record}/edit",
            get(filings::edit).post(filings::update),
        )
        .route("/my/records/{register}/{record}/step", post(filings::step))
        .route(
            "/my/records/{register}/{record}/files/{hash}",
            get(filings::file),
        )
        .route("/my/mandates", get(mandates::show).post(mandates::give))
        .route("/my/mandates/{mandate}/end", post(mandates::end))
        .route("/qr.svg", get(qr::show))
        .route("/desk", get(desk::show))
        .route("/desk/delegations", post(desk::delegate))
        .route("/desk/delegations/{id}/end", post(desk::end))
        .route("/boards", get(boards::all))
        .route("/boards/{register}", get(boards::show))
        .route("/calendar", get(calendar::show))
        .route("/calendar.ics", get(calendar::file))
        .route("/notices", get(notices::show))
        .route("/notices/read", post(notices::read))
        .route("/handover", get(handover::ask).post(handover::hand_over))
        .route("/handover/{id}", get(handover::show))
        .route("/indicators", get(indicators::list))
        .route("/indicators/{indicator}", get(indicators::show))
        .route("/organizations/{id}", get(dossier::show))
        .route("/organizations/{id}/zip", get(dossier::zip))
        .route("/registers", get(registers::all))
        .route("/registers/{register}", get(registers::show))
        .route(
            "/registers/{register}/new",
            get(entries::new).post(entries::create),
        )
        .route(
            "/registers/{register}/import",
            get(imports::ask).post(imports::send),
        )
        .route(
            "/registers/{register}/quick",
            get(quick::ask).post(quick::send),
        )
        .route("/registers/{register}/template", get(imports::template))
        .route("/registers/{register}/export", get(registers::export))
        .route("/registers/{register}/views", post(registers::views))
        .route("/registers/{register}/bulk", post(bulk::run))
        .route(
            "/registers/{register}/duplicates",
            get(duplicates::show).post(duplicates::merge),
        )
        .route(
            "/registers/{register}/merges/{merge}/undo",
            post(duplicates::undo),
        )
        .route(
            "/registers/{register}/import/{token}",
            get(imports::show).post(imports::apply),
        )
        .route(
            "/registers/{register}/import/{token}/faults",
            get(imports::faults),
        )
        .route(
            "/registers/{register}/imports/{batch}/undo",
            post(imports::undo),
        )
        .route("/registers/{register}/check", post(entries::check))
        .route("/registers/{register}/pick", get(entries::pick))
        .route("/registers/{register}/{record}", get(registers::record))
        .route("/registers/{register}/{record}/steps", get(steps::show))
        .route("/registers/{register}/{record}/step", post(steps::take))
        .route("/registers/{register}/{record}/opinion", post(steps::opine))
        .route("/registers/{register}/{record}/assign", post(steps::assign))
        .route("/registers/{register}/{record}/sheet", get(sheets::show))
        .route(
            "/registers/{register}/{record}/sheet.docx",
            get(sheets::file),
        )
        .route(
            "/registers/{register}/{record}/papers/{hash}",
            get(steps::paper),
        )
        .route(
            "/registers/{register}/{record}/edit",
            get(entries::edit).post(entries::update),
        )
        .route(
            "/registers/{register}/{record}/remove",
            post(entries::remove),
        )
        .route(
            "/registers/{register}/{record}/restore",
            post(entries::restore),
        )
        .route(
            "/registers/{register}/{record}/events/{event}",
            get(entries::event).post(entries::happen),
        )
        .route(
            "/registers/{register}/{record}/files/{hash}",
            get(entries::file),
        )
        .route("/appraisal", get(appraisal::show))
        .route("/appraisal/board", get(appraisal::board::show))
        .route("/appraisal/items/{item}", get(appraisal::item::show))
        .route("/appraisal/tasks", get(plans::show).post(plans::confirm))
        .route(
            "/appraisal/plan",
            get(plans::read::ask).post(plans::read::show),
        )
        .route(
            "/appraisal/plan/confirm",
            axum::routing::post(plans::read::confirm),
        )
        .route("/compare", get(compare::ask).post(compare::show))
        .route("/documents/read", get(documents::ask).post(documents::show))
        .route(
            "/collections",
            get(collections::all).post(collections::create),
        )
        .route("/collections/new", get(collections::ask))
        .route("/collections/files", post(collections::merge_any))
        .route("/collections/{collection}", get(collections::show))
        .route("/collections/{collection}/files", post(collections::merge))
        .route(
            "/collections/{collection}/confirm",
            post(collections::confirm),
        )
        .route(
            "/collections/{collection}/return",
            post(collections::send_back),
        )
        .route("/collections/{collection}/close", post(collections::close))
        .route(
            "/collections/{collection}/{party}",
            get(collections::part).post(collections::answer),
        )
        .route(
            "/collections/{collection}/{party}/xlsx",
            get(collections::workbook),
        )
        .route(
            "/publications",
            get(publications::all).post(publications::create),
        )
        .route("/publications/new", get(publications::new))
        .route("/publications/data", get(publications::data))
        .route("/publications/data/{dataset}", post(publications::release))
        .route("/publications/{publication}", get(publications::show))
        .route(
            "/publications/{publication}/items",
            post(publications::change),
        )
        .route("/publications/{publication}/docx", get(publications::docx))
        .route("/publications/{publication}/html", get(publications::html))
        .route("/public", get(public::notices))
        .route("/public/notices/{publication}", get(public::notice))
        .route("/public/notices/{publication}/docx", get(public::docx))
        .route(
            "/public/notices/{publication}/object",
            get(public::ask).post(public::object),
        )
        .route("/public/data", get(public::catalogue))
        .route("/public/data/{dataset}", get(public::dataset))
        .route("/public/data/{dataset}/{form}", get(public::file))
        .route("/lists", get(lists::all).post(lists::create))
        .route("/lists/compare", get(lists::compare))
        .route("/lists/{list}", get(lists::show))
        .route("/lists/{list}/settle", post(lists::settle))
        .route("/lists/{list}/match", post(lists::match_again))
        .route("/lists/{list}/remove", post(lists::remove))
        .route("/lists/{list}/xlsx", get(lists::xlsx))
        .route(
            "/lists/{list}/qualify",
            get(lists::ask_qualify).post(lists::write),
        )
        .route("/lists/{list}/undo", post(lists::undo))
        .route("/writing", get(writing::list).post(writing::create))
        .route("/writing/compose", get(compose::ask).post(compose::keep))
        .route("/writing/changed", get(writing::changed::show))
        .route("/writing/{record}", get(writing::show))
        .route("/writing/{record}/step", post(writing::step))
        .route("/writing/{record}/files/{hash}", get(writing::file))
        .route("/releases/{release}", get(releases::show))
        .route("/reports", get(releases::reports).post(releases::note))
        .route("/tour", get(tour::show))
        .route("/documents/check", get(check::ask).post(check::put))
        .route("/documents/check/{draft}", get(check::show))
        .route("/documents/check/{draft}/sheet", get(check::sheet))
        .route("/documents/check/{draft}/comments", get(check::comments))
        .route("/documents/compose/{file}", get(compose::file))
        .route("/documents/renew", get(renew::ask).post(renew::bind))
        .route("/documents/renew/{file}", get(renew::show))
        .route("/documents/renew/{file}/docx", get(renew::docx))
        .route("/search", get(search::show))
        .route("/search/hits", get(search::hits))
        .route("/_styleguide", get(styleguide::show))
        .route("/api/v1/figures", get(api::figures))
        .route("/api/v1/search", get(api::find))
        .route(
            "/api/v1/registers/{register}/records",
            get(api::records::list).post(api::records::create),
        )
        .route(
            "/api/v1/registers/{register}/records/{record}",
            get(api::records::get)
                .patch(api::records::change)
                .delete(api::records::remove),
        )
        .route(
            "/api/v1/registers/{register}/records/{record}/history",
            get(api::records::history),
        )
        .route(
            "/api/v1/registers/{register}/records/{record}/lines/{lines}",
            get(api::records::lines),
        )
        .route(
            "/api/v1/registers/{register}/export/{format}",
            get(api::records::export),
        )
        .route("/api/openapi.json", get(api::openapi))
        .route("/healthz", get(ops::health))
        .route("/metrics", get(ops::metrics))
        .route("/assets/{name}", get(assets::serve))
        .method_not_allowed_fallback(problem::wrong_method)
        .fallback(problem::no_such_page)
        .layer(DefaultBodyLimit::max(patience::MOST_FORM))
        .layer(CatchPanicLayer::custom(problem::PanicPage::new(
            app.clone(),
        )))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            api::rate::limit,
        ))
        .layer(middleware::from_fn_with_state(app.clone(), public::limit))
        .layer(middleware::from_fn_with_state(app.clone(), metrics::count))
        .layer(middleware::from_fn_with_state(app.clone(), guard::guard))
        .layer(CompressionLayer::new())
        .with_state(app)
}
