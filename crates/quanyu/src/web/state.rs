//! What every handler holds.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use axum::{extract::FromRequestParts, http::request::Parts};
use quanyu_core::period::Period;

use super::{assets::Assets, metrics::Metrics, templates::Templates};
use crate::{
    app::{Product, Who, check::shelf::Shelf, imports::intake::Intake},
    messages::Messages,
};

/// Shared by all requests; cloning it is cheap. A handler takes it by `app: App`, and then sees the district as whoever sent the
/// request may.
#[derive(Clone)]
pub struct App {
    /// The district that is served, as the sender of the request may see it.
    pub product: Arc<Product>,
    pub(super) templates: Arc<Templates>,
    pub(super) assets: Arc<Assets>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) messages: Arc<Messages>,
    /// Drafts that somebody looks at.
    pub(super) shelf: Arc<Shelf>,
    /// Workbooks that were sent and wait.
    pub(super) intake: Arc<Intake>,
    /// The latest period, as known at a change sequence: asked for by every address without one.
    pub(super) latest: Arc<Mutex<Option<(i64, Period)>>>,
}

impl App {
    /// An application over an opened district, with the scripts that [`Assets::find`] finds.
    #[must_use]
    pub fn new(product: Arc<Product>) -> Self {
        let assets = Arc::new(Assets::find());
        Self {
            product,
            templates: Arc::new(Templates::new(assets.clone())),
            assets,
            metrics: Arc::new(Metrics::default()),
            messages: Arc::new(Messages::built_in()),
            shelf: Arc::default(),
            intake: Arc::default(),
            latest: Arc::default(),
        }
    }
}

impl FromRequestParts<App> for App {
    type Rejection = Infallible;

    /// The door has noted who sends the request; without its note it is nobody.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let who = parts.extensions.get::<Arc<Who>>();
        let who = who.map_or_else(Who::nobody, |it| Who::clone(it));
        Ok(Self {
            product: Arc::new(app.product.seen_by(who)),
            ..app.clone()
        })
    }
}
