//! The fonts that a PDF is set in.

use std::{path::PathBuf, sync::Arc};

use quanyu_documents::compose::Fonts;

use crate::app::Product;

/// The fonts for PDF, opened once a process: `QUANYU_FONTS`, else what `make fonts` brought, else the system's.
pub(super) fn fonts(product: &Product) -> Arc<Fonts> {
    let open = || {
        let mut own: Vec<PathBuf> = std::env::var_os("QUANYU_FONTS")
            .map(|it| std::env::split_paths(&it).collect())
            .unwrap_or_default();
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let cache = std::env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| home.as_ref().map(|it| it.join(".cache")));
        own.extend(cache.map(|it| it.join("quanyu/fonts")));
        let mut system: Vec<PathBuf> = home
            .iter()
            .map(|it| it.join(".local/share/fonts"))
            .collect();
        system.extend(["/usr/share/fonts", "/usr/local/share/fonts"].map(PathBuf::from));
        Arc::new(Fonts::load(&own, &system))
    };
    product.fonts.get_or_init(open).clone()
}
