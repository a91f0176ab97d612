//! A district opened: its pack, its store, its figures.

use std::sync::Arc;

use quanyu_pack::model::Pack;

/// Everything that runs a district in one process.
pub struct Product {
    /// The pack that is applied.
    pub pack: Arc<Pack>,
}
