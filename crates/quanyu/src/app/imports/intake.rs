//! 导入 in the browser: a workbook that was sent, checked, and waits for the word of whoever sent it.
//!
//! Owns what waits: in a folder that goes with it, for an hour, for its sender alone. Leaves the import itself to
//! [`super::import`], so that page and command do the same.
//!
//! Invariant: nothing of a workbook is in a register before its sender has seen what it would do.
//!
//! Start reading at [`Intake::take`], then [`Intake::apply`].

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use jiff::civil::Date;
use quanyu_core::{access::Right, text::Language};
use quanyu_store::import as batches;

use super::{Report, Wish, grid, import};
use crate::app::{AppError, Product, files, registers};

/// How long a workbook waits.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// Workbooks that wait at most; the oldest goes.
const MOST: usize = 64;

/// Workbooks that wait.
#[derive(Default)]
pub struct Intake {
    held: Mutex<BTreeMap<String, Held>>,
}

struct Held {
    register: String,
    actor: String,
    name: String,
    // The folder goes with it.
    folder: Arc<tempfile::TempDir>,
    since: Instant,
    state: State,
}

#[derive(Clone)]
enum State {
    Checked(Arc<Report>),
    Running(Arc<Report>),
    Done(Arc<Report>),
    /// Message and hint in both languages.
    Failed(Arc<[(String, String); 2]>),
}

/// How a workbook stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What it is called.
    pub name: String,
    /// How far it is.
    pub stage: Stage,
    /// What was found, and done.
    pub report: Option<Arc<Report>>,
    /// Rows in which something is wrong, as they stand in the sheet.
    pub grid: grid::Grid,
}

/// How far a workbook is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It was checked and waits.
    Checked,
    /// It is being imported: rows written so far.
    Running(u64),
    /// It is in the register.
    Done,
    /// It was not imported: message and hint.
    Failed(String, String),
}

/// How a workbook is to be taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms {
    /// Take the rows that are right, leave the others.
    pub partial: bool,
    /// The unit of a column is right although it looks wrong.
    pub unit_is_right: bool,
    /// The day from which changed values of dated fields hold.
    pub from: Option<Date>,
}

impl Intake {
    /// Takes a workbook in and checks it; the name under which it waits.
    ///
    /// # Errors
    /// A right that is missing; a file that is no workbook, carries macros or a mark of secrecy.
    pub async fn take(
        &self,
        product: &Product,
        register: &str,
        name: &str,
        bytes: Vec<u8>,
        terms: Terms,
    ) -> Result<String, AppError> {
        let declared = registers::declared(product, register)?;
        product.may(Right::Enter, declared)?;
        let looked = name.to_owned();
        let kept = tokio::task::spawn_blocking(move || -> Result<_, AppError> {
            files::accept(&looked, &bytes)?;
            let folder = tempfile::tempdir().map_err(|it| AppError::Output(it.to_string()))?;
            let file = folder.path().join(file_name(&looked));
            std::fs::write(&file, &bytes).map_err(|it| AppError::file(&file, &it))?;
            Ok((folder, file))
        });
        let (folder, file) = kept
            .await
            .map_err(|it| AppError::Output(it.to_string()))??;
        let wish = wish(register, file, terms, true);
        let report = import(product, &wish).await?;
        let token = token()?;
        let mut held = self.lock();
        held.retain(|_, it| it.since.elapsed() < PATIENCE);
        while held.len() >= MOST {
            let oldest = held.iter().min_by_key(|(_, it)| it.since);
            let Some(oldest) = oldest.map(|(token, _)| token.clone()) else {
                break;
            };
            held.remove(&oldest);
        }
        held.insert(
            token.clone(),
            Held {
                register: register.to_owned(),
                actor: product.actor().as_str().to_owned(),
                name: name.to_owned(),
                folder: Arc::new(folder),
                since: Instant::now(),
                state: State::Checked(Arc::new(report)),
            },
        );
        Ok(token)
    }

    /// How a workbook stands.
    ///
    /// # Errors
    /// One that is not there, or was sent by somebody else.
    pub async fn look(
        &self,
        product: &Product,
        register: &str,
        token: &str,
        language: Language,
    ) -> Result<Standing, AppError> {
        let (name, file, state) = self.find(product, register, token)?;
        let (stage, report) = match state {
            State::Checked(report) => (Stage::Checked, Some(report)),
            State::Done(report) => (Stage::Done, Some(report)),
            State::Running(report) => {
                (Stage::Running(written(product, &file).await?), Some(report))
            }
            State::Failed(told) => {
                let (message, hint) = told[usize::from(language == Language::En)].clone();
                (Stage::Failed(message, hint), None)
            }
        };
        let grid = match (&stage, &report) {
            (Stage::Checked, Some(report)) if !report.faults.is_empty() => {
                let (report, file) = (Arc::clone(report), file.clone());
                let read = tokio::task::spawn_blocking(move || grid::of(&file, &report));
                read.await
                    .map_err(|it| AppError::Output(it.to_string()))??
            }
            _ => grid::Grid::default(),
        };
        Ok(Standing {
            name,
            stage,
            report,
            grid,
        })
    }

    /// The workbook with the reason in each bad cell: its name and content.
    ///
    /// # Errors
    /// As [`Self::look`]; where nothing was wrong.
    pub async fn faults(
        &self,
        product: &Product,
        register: &str,
        token: &str,
    ) -> Result<(String, Vec<u8>), AppError> {
        let (name, _, state) = self.find(product, register, token)?;
        let file = match &state {
            State::Checked(report) | State::Running(report) | State::Done(report) => {
                report.file.clone()
            }
            State::Failed(_) => None,
        };
        let file = file.ok_or_else(|| AppError::not_found("file", token, []))?;
        let bytes = tokio::fs::read(&file)
            .await
            .map_err(|it| AppError::file(&file, &it))?;
        let stem = name.rsplit_once('.').map_or(name.as_str(), |it| it.0);
        Ok((format!("{stem}（错误已标注）.xlsx"), bytes))
    }

    /// Begins the import of a workbook that was checked.
    ///
    /// # Errors
    /// As [`Self::look`].
    pub fn apply(
        self: &Arc<Self>,
        product: &Product,
        register: &str,
        token: &str,
        terms: Terms,
    ) -> Result<(), AppError> {
        let (_, file, state) = self.find(product, register, token)?;
        let State::Checked(report) = state else {
            // A second click changes nothing.
            return Ok(());
        };
        self.turn(token, State::Running(report));
        let wish = wish(register, file, terms, false);
        let (intake, product, token) = (Arc::clone(self), product.clone(), token.to_owned());
        tokio::spawn(async move {
            let state = match import(&product, &wish).await {
                Ok(report) => State::Done(Arc::new(report)),
                Err(error) => {
                    tracing::warn!(code = error.code(), %error, "an import failed");
                    let told = [Language::Zh, Language::En]
                        .map(|it| crate::messages::text(it, error.code(), &error.facts(it)));
                    State::Failed(Arc::new(told))
                }
            };
            intake.turn(&token, state);
        });
        Ok(())
    }

    /// Throws a workbook away that was not imported.
    ///
    /// # Errors
    /// As [`Self::look`].
    pub fn throw(&self, product: &Product, register: &str, token: &str) -> Result<(), AppError> {
        self.find(product, register, token)?;
        self.lock().remove(token);
        Ok(())
    }

    fn find(
        &self,
        product: &Product,
        register: &str,
        token: &str,
    ) -> Result<(String, PathBuf, State), AppError> {
        let held = self.lock();
        let actor = product.actor();
        let found = held
            .get(token)
            .filter(|it| it.register == register && it.actor == actor.as_str());
        let found = found.ok_or_else(|| AppError::not_found("upload", token, []))?;
        let file = found.folder.path().join(file_name(&found.name));
        Ok((found.name.clone(), file, found.state.clone()))
    }

    fn turn(&self, token: &str, state: State) {
        if let Some(held) = self.lock().get_mut(token) {
            held.state = state;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rows that the batch of a file has taken so far.
async fn written(product: &Product, file: &std::path::Path) -> Result<u64, AppError> {
    let title = file.file_name().unwrap_or_default().to_string_lossy();
    let mut tx = product.store.read().await?;
    let latest = batches::latest(&mut tx, 20).await?;
    let own = latest
        .iter()
        .find(|it| it.state == "open" && it.title == title);
    Ok(own.map_or(0, |it| u64::try_from(it.rows).unwrap_or(0)))
}

/// A name without folders.
fn file_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let base: String = base
        .chars()
        .filter(|it| !it.is_control())
        .take(120)
        .collect();
    if base.trim_matches('.').is_empty() {
        "file.xlsx".to_owned()
    } else {
        base
    }
}

fn wish(register: &str, file: PathBuf, terms: Terms, dry_run: bool) -> Wish {
    Wish {
        register: register.to_owned(),
        report: Some(file.with_file_name("faults of this file.xlsx")),
        file,
        sheet: None,
        dry_run,
        partial: terms.partial,
        unit_is_right: terms.unit_is_right,
        from: terms.from,
    }
}

fn token() -> Result<String, AppError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|it| AppError::Output(it.to_string()))?;
    Ok(bytes.iter().map(|it| format!("{it:02x}")).collect())
}
