//! The folder of the index: opened, believed, filled, read.
//!
//! Owns when a folder is thrown away, who writes in it, and what a commit says of itself. Leaves what is put in to the application.
//!
//! An index is a cache. One that is damaged (every byte is summed up when it is opened), of another version, pack or history has
//! no stamp, and is filled again from the store. While it is being filled it answers with what it has so far.
//!
//! Invariant: only who holds the folder's lock writes or removes anything in it; memory for writing is held while [`Writing`] lives.
//!
//! Start reading at [`Index::open`], then [`Writing`].

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
};

use tantivy::{
    Directory as _, IndexReader, IndexWriter, ReloadPolicy, Term,
    directory::{INDEX_WRITER_LOCK, MmapDirectory, error::LockError},
    indexer::NoMergePolicy,
    tokenizer::TextAnalyzer,
};

use crate::{
    Entry, Group, Kind, SearchError, Stamp, Wish, bearing, find,
    schema::{self, Fields, SPLITTER},
    stamp::Payload,
    terms::Splitter,
    words::Words,
};

/// Memory for entries on their way to the disk while little is written: the least that is allowed.
const HEAP: usize = 16_000_000;
/// The same while the index is filled: larger segments, fewer merges.
const HEAP_FILLING: usize = 64_000_000;
/// Blocks of 16 KB that are kept of what is shown.
const BLOCKS: usize = 16;

/// The index of a district. Calls block; many may read while one writes.
pub struct Index {
    folder: PathBuf,
    pack: String,
    fields: Fields,
    words: Words,
    opened: RwLock<Opened>,
}

struct Opened {
    index: tantivy::Index,
    reader: IndexReader,
}

/// How a folder was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Whole, and of this version and pack.
    Whole,
    /// Nothing was there, or it was never filled to the end.
    Empty,
    /// What was there could not be believed and is gone.
    Thrown(String),
}

impl Index {
    /// Opens the index in a folder that is ours alone, for the pack of this revision.
    ///
    /// # Errors
    /// A folder that cannot be used; [`SearchError::Busy`] where it has to be thrown away and another process writes in it.
    pub fn open(folder: &Path, pack: &str) -> Result<(Self, Opening), SearchError> {
        fs::create_dir_all(folder)?;
        let (opened, opening) = match believed(folder, pack) {
            Ok((opened, opening)) => (opened, opening),
            Err(why) => {
                wipe(folder)?;
                let opening = why.map_or(Opening::Empty, Opening::Thrown);
                (Opened::new(create(folder)?)?, opening)
            }
        };
        let index = Self {
            folder: folder.to_owned(),
            pack: pack.to_owned(),
            fields: schema::schema().1,
            words: Words::default(),
            opened: RwLock::new(opened),
        };
        Ok((index, opening))
    }

    /// Throws away what is in the folder: it turned out to be damaged while it was used.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn reset(&self) -> Result<(), SearchError> {
        let mut opened = self.opened.write().unwrap_or_else(PoisonError::into_inner);
        wipe(&self.folder)?;
        *opened = Opened::new(create(&self.folder)?)?;
        Ok(())
    }

    /// How far the index is; `None` while it has to be filled.
    #[must_use]
    pub fn stamp(&self) -> Option<Stamp> {
        let opened = self.opened.read().unwrap_or_else(PoisonError::into_inner);
        let payload = Payload::parse(&opened.index.load_metas().ok()?.payload?)?;
        payload.stamp.filter(|_| payload.pack == self.pack)
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        let opened = self.opened.read().unwrap_or_else(PoisonError::into_inner);
        opened.reader.searcher().num_docs()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What answers, by kind.
    ///
    /// # Errors
    /// An index that cannot be read: it is to be thrown away ([`Self::reset`]).
    pub fn find(&self, wish: &Wish<'_>) -> Result<Vec<Group>, SearchError> {
        let searcher = {
            let opened = self.opened.read().unwrap_or_else(PoisonError::into_inner);
            opened.reader.searcher()
        };
        find::find(&searcher, self.fields, wish)
    }

    /// The records of a register whose name may bear this text, in order; `None` where they are more than `most`, or where the text
    /// is too short to be asked for. Whoever asks looks at the names, and at who may see them.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn bearing(
        &self,
        kind: Kind,
        register: &str,
        text: &str,
        most: usize,
    ) -> Result<Option<Vec<i64>>, SearchError> {
        let searcher = {
            let opened = self.opened.read().unwrap_or_else(PoisonError::into_inner);
            opened.reader.searcher()
        };
        bearing::bearing(&searcher, self.fields, (kind, register), text, most)
    }

    /// Begins to write. Nobody else writes until what is returned is dropped.
    ///
    /// # Errors
    /// [`SearchError::Busy`] where another process writes.
    pub fn begin(&self) -> Result<Writing<'_>, SearchError> {
        Writing::new(self, HEAP)
    }

    /// Begins to fill the index from nothing.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub fn fill(&self) -> Result<Writing<'_>, SearchError> {
        let mut writing = Writing::new(self, HEAP_FILLING)?;
        writing.writer.set_merge_policy(Box::new(NoMergePolicy));
        writing.writer.delete_all_documents()?;
        writing.filling = true;
        writing.commit(None)?;
        Ok(writing)
    }

    /// Sees what another process has committed.
    ///
    /// # Errors
    /// An index that cannot be read.
    pub fn refresh(&self) -> Result<(), SearchError> {
        let opened = self.opened.read().unwrap_or_else(PoisonError::into_inner);
        Ok(opened.reader.reload()?)
    }

    /// Lets go what is only needed for writing texts.
    pub fn rest(&self) {
        self.words.rest();
    }
}

/// What is being written; it is seen with the next commit.
pub struct Writing<'a> {
    home: &'a Index,
    writer: IndexWriter,
    filling: bool,
}

impl<'a> Writing<'a> {
    fn new(home: &'a Index, heap: usize) -> Result<Self, SearchError> {
        let opened = home.opened.read().unwrap_or_else(PoisonError::into_inner);
        let writer = opened.index.writer_with_num_threads(1, heap)?;
        drop(opened);
        Ok(Self {
            home,
            writer,
            filling: false,
        })
    }

    /// Puts an entry in place of what was known of its record.
    ///
    /// # Errors
    /// The disk's.
    pub fn put(&mut self, entry: &Entry) -> Result<(), SearchError> {
        if !self.filling && entry.kind.is_record() {
            self.remove(entry.record);
        }
        let document = schema::document(self.home.fields, &self.home.words, entry);
        self.writer.add_document(document)?;
        Ok(())
    }

    /// Removes a record.
    pub fn remove(&mut self, record: i64) {
        let term = Term::from_field_u64(self.home.fields.record, record.unsigned_abs());
        self.writer.delete_term(term);
    }

    /// Makes what was written seen, as far as `stamp`; without one the index is not whole yet.
    ///
    /// # Errors
    /// The disk's.
    pub fn commit(&mut self, stamp: Option<&Stamp>) -> Result<(), SearchError> {
        let payload = Payload {
            pack: self.home.pack.clone(),
            stamp: stamp.cloned(),
        };
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&payload.to_string());
        commit.commit()?;
        self.home.refresh()
    }

    /// Ends writing; of a filled index one segment is made, so that asking is fast.
    ///
    /// # Errors
    /// The disk's.
    pub fn finish(mut self) -> Result<(), SearchError> {
        if self.filling {
            let segments = self.writer.index().searchable_segment_ids()?;
            if segments.len() > 1 {
                self.writer.merge(&segments).wait()?;
            }
        }
        let home = self.home;
        self.writer.wait_merging_threads()?;
        home.refresh()
    }
}

impl Opened {
    fn new(index: tantivy::Index) -> Result<Self, SearchError> {
        index
            .tokenizers()
            .register(SPLITTER, TextAnalyzer::from(Splitter::default()));
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(BLOCKS)
            .try_into()?;
        Ok(Self { index, reader })
    }
}

/// The index of a folder, if it can be believed; else why not, where there was something.
fn believed(folder: &Path, pack: &str) -> Result<(Opened, Opening), Option<String>> {
    let directory = MmapDirectory::open(folder).map_err(|it| Some(it.to_string()))?;
    if !tantivy::Index::exists(&directory).map_err(|it| Some(it.to_string()))? {
        return Err(None);
    }
    let said = |it: tantivy::TantivyError| Some(it.to_string());
    let index = tantivy::Index::open(directory).map_err(said)?;
    if index.schema() != schema::schema().0 {
        return Err(Some("another version".to_owned()));
    }
    let payload = index.load_metas().map_err(said)?.payload;
    let payload = payload.and_then(|it| Payload::parse(&it));
    let opening = match payload {
        Some(it) if it.pack == pack && it.stamp.is_some() => Opening::Whole,
        Some(it) if it.pack == pack => Opening::Empty,
        _ => return Err(Some("another version or pack".to_owned())),
    };
    let damaged = index.validate_checksum().map_err(said)?;
    if let Some(file) = damaged.iter().next() {
        return Err(Some(format!("{} is damaged", file.display())));
    }
    // Every page was looked at through this one; the next begins with none in memory.
    drop(index);
    let index = tantivy::Index::open_in_dir(folder).map_err(said)?;
    let opened = Opened::new(index).map_err(|it| Some(it.to_string()))?;
    Ok((opened, opening))
}

fn create(folder: &Path) -> Result<tantivy::Index, SearchError> {
    Ok(tantivy::Index::create_in_dir(folder, schema::schema().0)?)
}

/// Removes every file of the folder but locks.
fn wipe(folder: &Path) -> Result<(), SearchError> {
    let directory = MmapDirectory::open(folder)
        .map_err(|it| SearchError::Folder(std::io::Error::other(it.to_string())))?;
    let lock = directory.acquire_lock(&INDEX_WRITER_LOCK);
    let _held = lock.map_err(|error| match error {
        LockError::LockBusy => SearchError::Busy,
        LockError::IoError(error) => SearchError::Folder(std::io::Error::other(error)),
    })?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() && path.extension().is_none_or(|it| it != "lock") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
