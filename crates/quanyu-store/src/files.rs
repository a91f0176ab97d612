//! Files: kept by the SHA-256 of their content.
//!
//! Owns the folder `files/` and the table that names what is in it. Leaves what a file says to `quanyu-documents`.
//!
//! Invariant: a file is safe on the disk before the commit that names it; a file is never changed, and one that does not
//! have the content of its name is not handed out.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use quanyu_core::change::seal_text;
use sha2::{Digest as _, Sha256};

use crate::{
    Store,
    act::Act,
    door::{Bind, Tx},
    error::StoreError,
};

/// A file that is safe on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 in hexadecimal.
    pub hash: String,
    /// Bytes.
    pub size: i64,
}

impl Stored {
    /// What a field of type file holds: `hash:name`.
    #[must_use]
    pub fn value(&self, name: &str) -> String {
        format!("{}:{name}", self.hash)
    }
}

/// A file that a commit has named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// SHA-256 in hexadecimal.
    pub hash: String,
    /// Bytes.
    pub size: i64,
    /// Its name when it first came.
    pub name: String,
    /// Its media type.
    pub media: String,
    /// When it came, UTC.
    pub at: String,
}

/// Writes a file and makes it safe on the disk. Nothing names it yet: that is [`name`], inside an act.
///
/// # Errors
/// The disk's.
pub async fn put(store: &Store, bytes: Vec<u8>) -> Result<Stored, StoreError> {
    let folder = store.folder().join("files");
    tokio::task::spawn_blocking(move || write(&folder, &bytes))
        .await
        .map_err(|it| StoreError::Panicked(it.to_string()))?
}

/// Names a stored file in an act.
///
/// # Errors
/// The database's.
pub async fn name(act: &mut Act, file: &Stored, name: &str, media: &str) -> Result<(), StoreError> {
    let values = [
        Bind::from(file.hash.as_str()),
        Bind::from(file.size),
        Bind::from(name),
        Bind::from(media),
        Bind::from(act.next_seq()),
        Bind::from(act.at.as_str()),
        Bind::from(act.actor.as_str()),
    ];
    let sql = "
        insert into file (hash, size, name, media, seq, at, actor)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (hash) do nothing";
    act.tx.run(sql, &values).await?;
    Ok(())
}

/// What is known of a file.
///
/// # Errors
/// The database's.
pub async fn get(tx: &mut Tx, hash: &str) -> Result<Option<Named>, StoreError> {
    let sql = "select hash, size, name, media, at from file where hash = $1";
    let row = tx.row(sql, &[Bind::from(hash)]).await?;
    row.map(|row| {
        Ok(Named {
            hash: row.text(0)?,
            size: row.int(1)?,
            name: row.text(2)?,
            media: row.text(3)?,
            at: row.text(4)?,
        })
    })
    .transpose()
}

/// Hashes of all files in order, after `after`, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn hashes(tx: &mut Tx, after: &str, limit: u32) -> Result<Vec<String>, StoreError> {
    let sql = "select hash from file where hash > $1 order by hash limit $2";
    let values = [Bind::from(after), Bind::from(i64::from(limit))];
    let rows = tx.rows(sql, &values).await?;
    rows.iter().map(|it| it.text(0)).collect()
}

/// The content of a file.
///
/// # Errors
/// The disk's; [`StoreError::Unreadable`] where the content is not what its name says.
pub async fn read(store: &Store, hash: &str) -> Result<Vec<u8>, StoreError> {
    let (folder, hash) = (store.folder().join("files"), hash.to_owned());
    tokio::task::spawn_blocking(move || {
        let path = place(&folder, &hash)
            .ok_or_else(|| StoreError::Unreadable(format!("`{hash}` is no file's hash")))?;
        let bytes = fs::read(&path).map_err(StoreError::file(&path))?;
        if hash_of(&bytes) != hash {
            return Err(StoreError::Unreadable(format!("file {hash} was damaged")));
        }
        Ok(bytes)
    })
    .await
    .map_err(|it| StoreError::Panicked(it.to_string()))?
}

fn hash_of(bytes: &[u8]) -> String {
    seal_text(&Sha256::digest(bytes).into())
}

/// `files/ab/abcd…`; `None` for what is no hash, so that no path can be smuggled in.
fn place(folder: &Path, hash: &str) -> Option<PathBuf> {
    let right = hash.len() == 64 && hash.bytes().all(|it| it.is_ascii_hexdigit());
    right.then(|| folder.join(&hash[..2]).join(hash))
}

fn write(folder: &Path, bytes: &[u8]) -> Result<Stored, StoreError> {
    let hash = hash_of(bytes);
    let path = place(folder, &hash).expect("a hash is a hash");
    let stored = Stored {
        hash,
        size: bytes.len() as i64,
    };
    if fs::read(&path).is_ok_and(|it| it == bytes) {
        return Ok(stored);
    }
    let parent = path.parent().unwrap_or(folder).to_owned();
    fs::create_dir_all(&parent).map_err(StoreError::file(&parent))?;
    // Under a name of its own until it is whole: a crash leaves no half file under the right name.
    let mut suffix = [0_u8; 8];
    getrandom::fill(&mut suffix)
        .map_err(|it| StoreError::file(&path)(std::io::Error::other(it.to_string())))?;
    let draft = path.with_extension(format!("{:016x}", u64::from_be_bytes(suffix)));
    let done = File::create(&draft)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&draft, &path))
        // The names themselves, up to the folder that may be new.
        .and_then(|()| File::open(&parent)?.sync_all())
        .and_then(|()| File::open(folder)?.sync_all());
    if let Err(error) = done {
        let _ = fs::remove_file(&draft);
        return Err(StoreError::file(&path)(error));
    }
    Ok(stored)
}
