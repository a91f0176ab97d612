//! What every handler holds.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use axum::{extract::FromRequestParts, http::request::Parts};
use quanyu_core::period::Period;

use super::{
    api::rate::Rates, assets::Assets, guard::Door, identity::Sender, metrics::Metrics,
    patience::Patience, signin::Tries, templates::Templates,
};
use crate::{
    app::{
        Product, Who, account::people::People, check::shelf::Shelf, imports::intake::Intake,
        oidc::Providers,
    },
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
    /// Who asked the interface how much.
    pub(super) rates: Rates,
    pub(super) crowd: super::public::Crowd,
    /// The latest period, as known at a change sequence: asked for by every address without one.
    pub(super) latest: Arc<Mutex<Option<(i64, Period)>>>,
    /// Who is who.
    pub(super) people: Arc<People>,
    /// Under which names and how it is reached.
    pub(super) door: Arc<Door>,
    /// How long a client is waited for.
    pub(super) patience: Patience,
    /// Attempts to sign in, by where they come from.
    pub(super) tries: Arc<Tries>,
    /// Providers of sign-in.
    pub(super) providers: Arc<Providers>,
    /// Whoever sends a request, it is this person: in tests.
    pub(super) one: Option<Arc<Who>>,
    /// Who sends this request.
    pub(super) sender: Sender,
}

impl App {
    /// An application over an opened district, reached on this machine alone, with the scripts that [`Assets::find`] finds.
    #[must_use]
    pub fn new(product: Arc<Product>) -> Self {
        Self::behind(product, Door::default())
    }

    /// An application that takes every request for this person's, whoever sends it: for tests.
    #[must_use]
    pub fn for_one(product: Arc<Product>, who: Who) -> Self {
        Self {
            one: Some(Arc::new(who)),
            ..Self::new(product)
        }
    }

    /// An application reached under these names.
    #[must_use]
    pub fn behind(product: Arc<Product>, door: Door) -> Self {
        let assets = Arc::new(Assets::find());
        Self {
            product,
            templates: Arc::new(Templates::new(assets.clone())),
            assets,
            metrics: Arc::new(Metrics::default()),
            messages: Arc::new(Messages::built_in()),
            shelf: Arc::default(),
            intake: Arc::default(),
            rates: Rates::default(),
            crowd: super::public::Crowd::default(),
            latest: Arc::default(),
            people: Arc::default(),
            door: Arc::new(door),
            patience: Patience::default(),
            tries: Arc::new(Tries::new()),
            providers: Arc::default(),
            one: None,
            sender: Sender::plain(Arc::new(Who::nobody())),
        }
    }
}

impl App {
    /// The application with another patience than usual: for tests.
    #[must_use]
    pub fn waiting(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// The application with these providers of sign-in.
    #[must_use]
    pub fn knowing(self, providers: Providers) -> Self {
        Self {
            providers: Arc::new(providers),
            ..self
        }
    }

    /// The application as the sender of a request sees it.
    pub(super) fn seen_by(&self, sender: Option<Sender>) -> Self {
        let sender = sender.unwrap_or_else(|| Sender::plain(Arc::new(Who::nobody())));
        Self {
            product: Arc::new(
                self.product
                    .seen_acting(Who::clone(&sender.who), Arc::clone(&sender.mandates)),
            ),
            sender,
            ..self.clone()
        }
    }
}

impl FromRequestParts<App> for App {
    type Rejection = Infallible;

    /// The door has noted who sends the request; without its note it is nobody.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(app.seen_by(parts.extensions.get::<Sender>().cloned()))
    }
}
