//! What every handler holds.

use std::sync::{Arc, Mutex};

use quanyu_core::period::Period;

use super::{assets::Assets, metrics::Metrics, templates::Templates};
use crate::{
    app::{Product, check::shelf::Shelf},
    messages::Messages,
};

/// Shared by all requests; cloning it is cheap.
#[derive(Clone)]
pub struct App {
    /// The district that is served.
    pub product: Arc<Product>,
    pub(super) templates: Arc<Templates>,
    pub(super) assets: Arc<Assets>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) messages: Arc<Messages>,
    /// Drafts that somebody looks at.
    pub(super) shelf: Arc<Shelf>,
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
            latest: Arc::default(),
        }
    }
}
