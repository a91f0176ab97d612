//! The index of a district: opened when it is first asked, kept at the last change.
//!
//! Owns where the index lies, who fills it and when. It lies in the folder `search` of the data; a database without a folder of its
//! own gets a temporary one, which is filled at each start and gone with the process.
//!
//! A server follows: twice a second it asks for the head of the change chain and puts in what changed. A process that does not
//! follow (a command, a test) puts in what changed before it answers. Where another process writes into the folder, this one
//! reads what that one commits.
//!
//! Invariant: one task of this process writes at a time; what is read while it writes is the last commit.
//!
//! Start reading at [`Finder::kept`], then [`Kept::catch_up`].

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use quanyu_pack::model::{Pack, Register};
use quanyu_search::{Entry, Index, Opening, SearchError, Stamp};
use quanyu_store::{Store, Tx, change, columns};
use tempfile::TempDir;
use tokio::{
    sync::{Mutex, OnceCell, mpsc},
    task::JoinHandle,
};

use super::{Standing, sheets};
use crate::app::{AppError, Product};

/// How often a server asks whether anything changed: what was written is found within a second.
const TICK: Duration = Duration::from_millis(500);
/// Ticks without a change after which memory for writing is let go.
const QUIET: u32 = 60;
/// Entries of a filling after which what there is so far is shown.
const SHOWN: usize = 200_000;
/// Pages of rows on their way to the index.
const WAITING: usize = 2;

/// The index of a district, opened when it is first asked.
pub struct Finder {
    source: Source,
    place: Option<PathBuf>,
    kept: OnceCell<Arc<Kept>>,
    /// Whether a task of this process keeps the index at the last change.
    follows: AtomicBool,
}

/// What the index is filled from: all records, whoever asks. Who may see what is asked of the index.
#[derive(Clone)]
struct Source {
    store: Store,
    pack: Arc<Pack>,
}

/// The index, opened.
pub struct Kept {
    source: Source,
    index: Arc<Index>,
    turn: Mutex<()>,
    follows: AtomicBool,
    /// Whether the index was found to be of the history of this database.
    ours: AtomicBool,
    /// Goes with the process.
    _temporary: Option<TempDir>,
}

/// Whether it must be this process that writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ours {
    /// Somebody asked for it.
    Now,
    /// Another process that writes will do.
    Whenever,
}

/// What the writing thread is told.
enum Step {
    Put(Vec<Entry>),
    Remove(Vec<i64>),
    Commit(Option<Stamp>),
}

impl Finder {
    /// The index of a district in this folder, or in a temporary one.
    pub fn new(store: Store, pack: Arc<Pack>, place: Option<PathBuf>) -> Self {
        Self {
            source: Source { store, pack },
            place,
            kept: OnceCell::new(),
            follows: AtomicBool::new(false),
        }
    }

    /// The index, opened.
    ///
    /// # Errors
    /// A folder that cannot be used.
    pub async fn kept(&self) -> Result<Arc<Kept>, AppError> {
        let open = || async {
            let pack = {
                let mut tx = self.source.store.read().await?;
                let revisions = quanyu_store::migrate::revisions(&mut tx).await?;
                revisions
                    .into_iter()
                    .next()
                    .map_or_else(String::new, |it| it.hash)
            };
            let place = self.place.clone();
            let opened = tokio::task::spawn_blocking(move || {
                let temporary = match place {
                    Some(_) => None,
                    None => Some(TempDir::with_prefix("quanyu-search-")?),
                };
                let folder = place.or_else(|| temporary.as_ref().map(|it| it.path().to_owned()));
                let folder = folder.expect("a place, or a temporary one");
                let (index, opening) = Index::open(&folder, &pack)?;
                if let Opening::Thrown(why) = &opening {
                    tracing::warn!(why, folder = %folder.display(), "the search index is filled again");
                }
                Ok::<_, SearchError>((index, temporary))
            });
            let (index, temporary) = opened.await.map_err(panicked)??;
            Ok::<_, AppError>(Arc::new(Kept {
                source: self.source.clone(),
                index: Arc::new(index),
                turn: Mutex::default(),
                follows: AtomicBool::new(self.follows.load(Ordering::Relaxed)),
                ours: AtomicBool::new(false),
                _temporary: temporary,
            }))
        };
        self.kept.get_or_try_init(open).await.cloned()
    }
}

impl Kept {
    /// Makes the index fit to be asked; says whether it is still being filled.
    pub async fn ready(&self) -> Result<bool, AppError> {
        if self.follows.load(Ordering::Relaxed) {
            return Ok(self.index.stamp().is_none());
        }
        self.catch_up().await?;
        Ok(self.index.stamp().is_none())
    }

    /// Asks the index; one that cannot be read is thrown away, filled again and asked once more.
    pub async fn ask<T: Send + 'static>(
        &self,
        ask: impl Fn(&Index) -> Result<T, SearchError> + Clone + Send + 'static,
    ) -> Result<T, AppError> {
        match asked(&self.index, &ask).await? {
            Err(SearchError::Engine(error)) => {
                tracing::warn!(%error, "the search index cannot be read and is filled again");
                let index = Arc::clone(&self.index);
                tokio::task::spawn_blocking(move || index.reset())
                    .await
                    .map_err(panicked)??;
                self.catch_up().await?;
                Ok(asked(&self.index, &ask).await??)
            }
            answer => Ok(answer?),
        }
    }

    /// Puts in what changed since; fills an index that has no stamp, or one of another history.
    pub async fn catch_up(&self) -> Result<bool, AppError> {
        let _turn = self.turn.lock().await;
        let mut tx = self.source.store.read().await?;
        let Some(stamp) = self.index.stamp() else {
            drop(tx);
            self.filled(Ours::Whenever).await?;
            return Ok(true);
        };
        let head = tx.head();
        if stamp.sequence == head && self.ours.load(Ordering::Relaxed) {
            return Ok(false);
        }
        if stamp.sequence > head || seal(&mut tx, stamp.sequence).await? != stamp.seal {
            tracing::warn!("the search index is of another history and is filled again");
            drop(tx);
            self.filled(Ours::Whenever).await?;
            return Ok(true);
        }
        self.ours.store(true, Ordering::Relaxed);
        if stamp.sequence == head {
            return Ok(false);
        }
        self.changed(&mut tx, stamp.sequence).await?;
        Ok(true)
    }

    /// Fills the index from nothing.
    pub async fn fill(&self) -> Result<(), AppError> {
        let _turn = self.turn.lock().await;
        self.filled(Ours::Now).await
    }

    /// How the index stands.
    pub fn standing(&self) -> Standing {
        Standing {
            entries: self.index.len(),
            sequence: self.index.stamp().map_or(0, |it| it.sequence),
        }
    }

    async fn filled(&self, ours: Ours) -> Result<(), AppError> {
        let stamp = {
            let mut tx = self.source.store.read().await?;
            let sequence = tx.head();
            Stamp {
                sequence,
                seal: seal(&mut tx, sequence).await?,
            }
        };
        let (steps, writing) = self.write(true);
        let sent = fill(&self.source, &steps, stamp).await;
        drop(steps);
        self.written(writing, ours).await?;
        sent?;
        self.ours.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn changed(&self, tx: &mut Tx, since: i64) -> Result<(), AppError> {
        let sequence = tx.head();
        let stamp = Stamp {
            sequence,
            seal: seal(tx, sequence).await?,
        };
        let touched = change::registers_since(tx, since).await?;
        let (steps, writing) = self.write(false);
        let sent = async {
            for register in self
                .source
                .pack
                .registers
                .values()
                .filter(|it| touched.contains(&it.id))
            {
                send_register(&self.source, tx, register, since, &steps).await?;
                let removed = columns::removed(tx, &register.id, since).await?;
                send(&steps, Step::Remove(removed)).await;
            }
            send(&steps, Step::Commit(Some(stamp))).await;
            Ok::<_, AppError>(())
        };
        let sent = sent.await;
        drop(steps);
        self.written(writing, Ours::Whenever).await?;
        sent
    }

    /// A thread that writes what it is told; it ends when nobody tells it anything any more.
    fn write(&self, fill: bool) -> (mpsc::Sender<Step>, JoinHandle<Result<(), SearchError>>) {
        let (sender, mut steps) = mpsc::channel(WAITING);
        let index = Arc::clone(&self.index);
        let writing = tokio::task::spawn_blocking(move || {
            let mut writing = if fill { index.fill()? } else { index.begin()? };
            while let Some(step) = steps.blocking_recv() {
                match step {
                    Step::Put(entries) => {
                        for entry in &entries {
                            writing.put(entry)?;
                        }
                    }
                    Step::Remove(records) => {
                        for record in records {
                            writing.remove(record);
                        }
                    }
                    Step::Commit(stamp) => writing.commit(stamp.as_ref())?,
                }
            }
            writing.finish()
        });
        (sender, writing)
    }

    /// How the writing ended. Where another process writes, what it has committed is read.
    async fn written(
        &self,
        writing: JoinHandle<Result<(), SearchError>>,
        ours: Ours,
    ) -> Result<(), AppError> {
        match writing.await.map_err(panicked)? {
            Err(SearchError::Busy) if ours == Ours::Whenever => {
                let index = Arc::clone(&self.index);
                Ok(tokio::task::spawn_blocking(move || index.refresh())
                    .await
                    .map_err(panicked)??)
            }
            done => Ok(done?),
        }
    }
}

/// Keeps the index at the last change until the process ends.
pub async fn follow(product: Product) {
    product.finder.follows.store(true, Ordering::Relaxed);
    let mut quiet = 0;
    loop {
        let changed = async {
            let kept = product.finder.kept().await?;
            kept.follows.store(true, Ordering::Relaxed);
            Ok::<_, AppError>((kept.catch_up().await?, kept))
        };
        match changed.await {
            Ok((true, _)) => quiet = 0,
            Ok((false, kept)) => {
                quiet += 1;
                if quiet == QUIET {
                    kept.index.rest();
                }
            }
            Err(error) => tracing::warn!(%error, "the search index is behind"),
        }
        tokio::time::sleep(TICK).await;
    }
}

/// Sends all there is: what the pack declares, then every record as it is now. What changes meanwhile has a later number than
/// `stamp` and is put in after.
async fn fill(source: &Source, steps: &mpsc::Sender<Step>, stamp: Stamp) -> Result<(), AppError> {
    send(steps, Step::Put(sheets::declared(&source.pack))).await;
    for register in source.pack.registers.values() {
        let mut tx = source.store.read().await?;
        send_register(source, &mut tx, register, 0, steps).await?;
    }
    send(steps, Step::Commit(Some(stamp))).await;
    Ok(())
}

/// Sends the records of a register that changed since; from 0 on all of them.
async fn send_register(
    source: &Source,
    tx: &mut Tx,
    register: &Register,
    since: i64,
    steps: &mpsc::Sender<Step>,
) -> Result<(), AppError> {
    let Some(sheet) = sheets::Sheet::of(&source.pack, register) else {
        return Ok(());
    };
    let mut after = 0;
    let mut shown = 0;
    loop {
        // The writing thread has ended and says why itself.
        if steps.is_closed() {
            return Ok(());
        }
        let batch = columns::next(tx, &register.id, sheet.columns(), since, after).await?;
        let Some(last) = batch.ids.last() else {
            return Ok(());
        };
        after = *last;
        let sheets::Made {
            mut entries,
            texts,
            left,
        } = sheet.entries(&source.pack, tx, batch).await?;
        shown += entries.len();
        for (place, file) in texts {
            entries[place]
                .text
                .push_str(&text_of(&source.store, &file).await);
        }
        if since > 0 {
            send(steps, Step::Remove(left)).await;
        }
        send(steps, Step::Put(entries)).await;
        if since == 0 {
            // A long reading must not hold the database's past.
            *tx = source.store.read().await?;
            if shown >= SHOWN {
                shown = 0;
                send(steps, Step::Commit(None)).await;
            }
        }
    }
}

/// Asks on a thread that may wait for the disk.
async fn asked<T, A>(index: &Arc<Index>, ask: &A) -> Result<Result<T, SearchError>, AppError>
where
    T: Send + 'static,
    A: Fn(&Index) -> Result<T, SearchError> + Clone + Send + 'static,
{
    let (index, ask) = (Arc::clone(index), ask.clone());
    tokio::task::spawn_blocking(move || ask(&index))
        .await
        .map_err(panicked)
}

/// A step for the writing thread. One that has ended says why itself.
async fn send(steps: &mpsc::Sender<Step>, step: Step) {
    let _ended = steps.send(step).await;
}

/// The text of a file; one that cannot be read has none, and whoever opens it is told why.
async fn text_of(store: &Store, file: &str) -> String {
    let (hash, name) = file.split_once(':').unwrap_or((file, ""));
    let Ok(bytes) = quanyu_store::files::read(store, hash).await else {
        return String::new();
    };
    let name = name.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let document = quanyu_documents::formats::extract(&bytes, &name).ok()?;
        document.secrecy.is_none().then_some(document.text)
    });
    read.await.ok().flatten().unwrap_or_default()
}

/// The seal of a change; of none before the first.
async fn seal(tx: &mut Tx, sequence: i64) -> Result<String, AppError> {
    Ok(columns::seal(tx, sequence)
        .await?
        .unwrap_or_else(|| "-".to_owned()))
}

fn panicked(error: tokio::task::JoinError) -> AppError {
    AppError::Search(SearchError::Folder(std::io::Error::other(error)))
}
