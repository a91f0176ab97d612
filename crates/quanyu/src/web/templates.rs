//! Templates: compiled in, one environment a language.
//!
//! Owns MiniJinja and the functions templates may call: `t(key, name=value…)` for fixed texts, `asset(name)` for the address of a
//! script or style (empty where the bundle is missing). Leaves what is shown to page structs.
//!
//! Invariant: an undefined name is an error, everything printed into HTML is escaped, and no template builds HTML from a value.
//!
//! With `QUANYU_TEMPLATES=DIR` templates, texts and styles are read from the folder at every request, for those who work on them.

use std::{path::PathBuf, sync::Arc};

use include_dir::{Dir, include_dir};
use minijinja::{
    Environment, Error, ErrorKind, UndefinedBehavior, Value,
    syntax::SyntaxConfig,
    value::{Kwargs, Serde},
};
use quanyu_core::text::Language;
use serde::Serialize;

use super::{assets::Assets, texts::Texts};

/// `templates/`, as it was when the binary was built.
pub(super) static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// Renders pages.
pub(super) struct Templates {
    assets: Arc<Assets>,
    texts: Arc<Texts>,
    zh: Environment<'static>,
    en: Environment<'static>,
    disk: Option<PathBuf>,
}

impl Templates {
    /// The templates that are built in, or those of the folder that `QUANYU_TEMPLATES` names.
    pub fn new(assets: Arc<Assets>) -> Self {
        let disk = std::env::var_os("QUANYU_TEMPLATES").map(PathBuf::from);
        let texts = Arc::new(built_in_texts());
        Self {
            zh: environment(Language::Zh, texts.clone(), assets.clone(), None),
            en: environment(Language::En, texts.clone(), assets.clone(), None),
            texts,
            assets,
            disk,
        }
    }

    /// A page as HTML.
    ///
    /// # Errors
    /// A name the page struct does not have, a text that is not there: a fault of ours, which a test would have found.
    pub fn render(
        &self,
        name: &str,
        language: Language,
        page: &impl Serialize,
    ) -> Result<String, Error> {
        let value = Value::from(Serde(page));
        if let Some(folder) = &self.disk {
            let text = std::fs::read_to_string(folder.join("texts.toml")).unwrap_or_default();
            let texts = Texts::read(&text)
                .map_err(|it| Error::new(ErrorKind::InvalidOperation, it.to_string()))?;
            let fresh = environment(
                language,
                Arc::new(texts),
                self.assets.clone(),
                Some(folder.clone()),
            );
            return fresh.get_template(name)?.render(value);
        }
        match language {
            Language::Zh => self.zh.get_template(name)?.render(value),
            Language::En => self.en.get_template(name)?.render(value),
        }
    }

    /// Whether a template can be read.
    #[cfg(test)]
    pub fn compiles(&self, name: &str, language: Language) -> Result<(), Error> {
        let env = match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        };
        env.get_template(name).map(|_| ())
    }

    /// A fixed text, for the places where Rust puts words together.
    pub fn text(&self, key: &str, language: Language, values: &[(&str, String)]) -> String {
        let text = self.texts.fill(key, language, values);
        debug_assert!(text.is_some(), "texts.toml has no `{key}`");
        text.unwrap_or_else(|| key.to_owned())
    }

    /// A fixed text where there is one.
    pub fn text_if_any(&self, key: &str, language: Language) -> Option<&str> {
        self.texts.get(key, language)
    }
}

/// The texts that are built in.
pub(super) fn built_in_texts() -> Texts {
    let text = built_in("texts.toml").expect("templates/texts.toml is built in");
    Texts::read(text).expect("a test reads texts.toml")
}

/// A file of the built-in folder.
pub(super) fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.get_file(name)?.contents_utf8()
}

fn environment(
    language: Language,
    texts: Arc<Texts>,
    assets: Arc<Assets>,
    disk: Option<PathBuf>,
) -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .expect("the standard delimiters are a valid syntax");
    env.set_syntax(syntax);
    env.set_loader(move |name| {
        if let Some(folder) = &disk {
            // The names come from our own templates, not from requests.
            return Ok(std::fs::read_to_string(folder.join(name)).ok());
        }
        Ok(built_in(name).map(str::to_owned))
    });
    env.add_function(
        "t",
        move |key: &str, values: Kwargs| -> Result<String, Error> {
            let mut pairs = Vec::new();
            for name in values.args() {
                let value: Value = values.get(name)?;
                pairs.push((name, value.to_string()));
            }
            texts.fill(key, language, &pairs).ok_or_else(|| {
                Error::new(
                    ErrorKind::UndefinedError,
                    format!("texts.toml has no `{key}`"),
                )
            })
        },
    );
    env.add_function("asset", move |name: &str| {
        assets.address(name).unwrap_or_default()
    });
    env
}
