//! Scripts and styles, each under an address that carries the hash of its content.
//!
//! Owns finding the bundle at run time (`QUANYU_WEB`, then `./web/dist`, then `web` beside the binary) and serving it. Styles are compiled
//! in, so that a page is readable where the bundle is missing.
//!
//! Invariant: files are read once at the start, by name from the folder itself; a request never becomes a path.

use std::{
    collections::BTreeMap,
    path::{Path as FilePath, PathBuf},
};

use axum::{
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use super::{state::App, templates};

/// Style files in the order in which they are put together.
const STYLES: [&str; 13] = [
    "tokens", "base", "frame", "parts", "pages", "check", "entry", "desk", "lists", "account",
    "firms", "public", "print",
];

/// What may be served, by address name such as `pages.1f2e3d4c.js`.
#[derive(Default)]
pub(super) struct Assets {
    by_address: BTreeMap<String, Asset>,
    address_by_name: BTreeMap<String, String>,
    disk_styles: Option<PathBuf>,
}

struct Asset {
    kind: &'static str,
    bytes: Vec<u8>,
}

impl Assets {
    /// Styles and, where a bundle is found, its scripts.
    pub fn find() -> Self {
        let folder = bundle_folder();
        if folder.is_none() {
            tracing::warn!(
                "no script bundle: run `npm ci && npm run build` in web/, or name its folder in QUANYU_WEB; pages work without"
            );
        }
        Self::from_folder(folder.as_deref())
    }

    /// Styles and the scripts of a folder.
    pub fn from_folder(folder: Option<&FilePath>) -> Self {
        let disk = std::env::var_os("QUANYU_TEMPLATES").map(PathBuf::from);
        let mut assets = Self {
            disk_styles: disk,
            ..Self::default()
        };
        assets.add("quanyu.css", assets.styles().into_bytes());
        assets.add("icon.svg", ICON.as_bytes().to_vec());
        let files = folder.and_then(|it| std::fs::read_dir(it).ok());
        for entry in files.into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".js")
                && let Ok(bytes) = std::fs::read(entry.path())
            {
                assets.add(&name, bytes);
            }
        }
        assets
    }

    /// All styles, for a page that is taken along.
    pub fn css(&self) -> String {
        self.styles()
    }

    /// The address of a file, where there is one.
    pub fn address(&self, name: &str) -> Option<String> {
        self.address_by_name
            .get(name)
            .map(|it| format!("/assets/{it}"))
    }

    fn add(&mut self, name: &str, bytes: Vec<u8>) {
        let Some((stem, ending)) = name.rsplit_once('.') else {
            return;
        };
        let kind = match ending {
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        };
        let hash: String = Sha256::digest(&bytes)[..6]
            .iter()
            .map(|it| format!("{it:02x}"))
            .collect();
        let address = format!("{stem}.{hash}.{ending}");
        self.address_by_name
            .insert(name.to_owned(), address.clone());
        self.by_address.insert(address, Asset { kind, bytes });
    }

    fn styles(&self) -> String {
        let mut css = String::new();
        for name in STYLES {
            let path = format!("style/{name}.css");
            match &self.disk_styles {
                Some(folder) => {
                    css.push_str(&std::fs::read_to_string(folder.join(path)).unwrap_or_default())
                }
                None => {
                    css.push_str(templates::built_in(&path).expect("a test looks for every style"))
                }
            }
            css.push('\n');
        }
        css
    }
}

/// The icon of the browser tab: a ring with a point, the whole and the one.
const ICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#1d4ed8"/><circle cx="16" cy="16" r="8.5" fill="none" stroke="#fff" stroke-width="3"/><circle cx="16" cy="16" r="2.5" fill="#fff"/></svg>"##;

fn bundle_folder() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("QUANYU_WEB") {
        return Some(PathBuf::from(named));
    }
    let beside = std::env::current_exe()
        .ok()
        .and_then(|it| Some(it.parent()?.join("web")));
    [Some(PathBuf::from("web/dist")), beside]
        .into_iter()
        .flatten()
        .find(|it| it.is_dir())
}

/// `GET /assets/{name}`.
pub(super) async fn serve(app: App, Path(name): Path<String>) -> Response {
    let Some(asset) = app.assets.by_address.get(&name) else {
        return (StatusCode::NOT_FOUND, "no such file\n").into_response();
    };
    // Where styles are being worked on they are read anew at every request.
    let (bytes, cache) = if app.assets.disk_styles.is_some() && name.ends_with(".css") {
        (app.assets.styles().into_bytes(), "no-store")
    } else {
        (asset.bytes.clone(), "public, max-age=31536000, immutable")
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ];
    (headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_is_built_in_and_fit_for_chromium_86() {
        for name in STYLES {
            let css = templates::built_in(&format!("style/{name}.css")).expect(name);
            for young in [
                "aspect-ratio",
                "inset:",
                ":is(",
                ":where(",
                ":has(",
                "color-mix(",
                "@layer",
                "@container",
                "accent-color",
                "dvh",
                "overflow:clip",
                "http:",
                "https:",
                "@import",
            ] {
                assert!(!css.contains(young), "{name}.css uses {young}");
            }
        }
    }

    #[test]
    fn an_address_changes_with_the_content() {
        let folder = tempfile::tempdir().unwrap();
        let address = |text: &str| {
            std::fs::write(folder.path().join("pages.js"), text).unwrap();
            Assets::from_folder(Some(folder.path()))
                .address("pages.js")
                .unwrap()
        };
        let (one, two) = (address("1"), address("2"));
        assert_ne!(one, two);
        assert!(
            one.starts_with("/assets/pages.") && one.ends_with(".js"),
            "{one}"
        );
        assert_eq!(address("1"), one);
        assert_eq!(Assets::from_folder(None).address("pages.js"), None);
    }
}
