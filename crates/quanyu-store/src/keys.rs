//! Keys of personal data, one for each record, outside the database.
//!
//! Owns the key file and the encryption of person fields. The database, its change chain and its backups hold only
//! ciphertext; destroying a record's key erases the person everywhere at once, and the chain still verifies.
//!
//! Invariant: a key is on the disk before the commit that needs it.
//!
//! The file `keys/subjects` has 32 bytes for each record id, zero where there is no key. Ids without personal data
//! are holes that take no space. Several servers on one database share the folder.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{Aead as _, Payload},
};
use quanyu_core::value::Value;

use crate::{error::StoreError, records::Record, schema::Schema};

/// Names the algorithm at the head of each ciphertext, so that another can be chosen later.
const ALGORITHM: &str = "xc20p:";
/// Whether a text is what [`Keys`] made of personal data.
#[must_use]
pub fn is_sealed(text: &str) -> bool {
    text.starts_with(ALGORITHM)
}

const KEY: usize = 32;
const NONCE: usize = 24;

/// The key file.
#[derive(Clone, Debug)]
pub struct Keys {
    path: PathBuf,
    file: Arc<Mutex<Option<File>>>,
}

impl Keys {
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            path: folder.join("keys").join("subjects"),
            file: Arc::default(),
        }
    }

    fn with<T>(&self, run: impl FnOnce(&File) -> std::io::Result<T>) -> Result<T, StoreError> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let done = match &*file {
            Some(file) => run(file),
            None => open(&self.path).and_then(|it| {
                let done = run(&it);
                *file = Some(it);
                done
            }),
        };
        done.map_err(StoreError::file(&self.path))
    }

    fn key(&self, record: i64) -> Result<Option<[u8; KEY]>, StoreError> {
        let mut key = [0; KEY];
        let place = record.unsigned_abs() * KEY as u64;
        let there = self.with(|file| match file.read_exact_at(&mut key, place) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        })?;
        Ok((there && key != [0; KEY]).then_some(key))
    }

    fn key_or_new(&self, record: i64) -> Result<[u8; KEY], StoreError> {
        if let Some(key) = self.key(record)? {
            return Ok(key);
        }
        let mut key = [0; KEY];
        random(&mut key, &self.path)?;
        let place = record.unsigned_abs() * KEY as u64;
        self.with(|file| {
            file.write_all_at(&key, place)?;
            file.sync_data()
        })?;
        Ok(key)
    }

    /// Encrypts under the record's key, which is made where there is none.
    pub(crate) fn seal(&self, record: i64, plain: &str) -> Result<String, StoreError> {
        let key = self.key_or_new(record)?;
        let mut nonce = [0; NONCE];
        random(&mut nonce, &self.path)?;
        let sealed = XChaCha20Poly1305::new(&key.into())
            .encrypt(
                &nonce.into(),
                Payload {
                    msg: plain.as_bytes(),
                    aad: &record.to_be_bytes(),
                },
            )
            .map_err(|_| StoreError::NoKey(record))?;
        let mut text = ALGORITHM.to_owned();
        for byte in nonce.iter().chain(&sealed) {
            text.push_str(&format!("{byte:02x}"));
        }
        Ok(text)
    }

    /// Decrypts what [`Self::seal`] made; `None` where the key was destroyed.
    ///
    /// # Errors
    /// The disk's, or a ciphertext that is none.
    pub fn open(&self, record: i64, sealed: &str) -> Result<Option<String>, StoreError> {
        let bad = || StoreError::Unreadable(format!("personal data of record {record}"));
        let bytes = sealed
            .strip_prefix(ALGORITHM)
            .and_then(from_hex)
            .filter(|it| it.len() > NONCE)
            .ok_or_else(bad)?;
        let Some(key) = self.key(record)? else {
            return Ok(None);
        };
        let (nonce, sealed) = bytes.split_at(NONCE);
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| bad())?;
        let plain = XChaCha20Poly1305::new(&key.into())
            .decrypt(
                &nonce.into(),
                Payload {
                    msg: sealed,
                    aad: &record.to_be_bytes(),
                },
            )
            .map_err(|_| bad())?;
        String::from_utf8(plain).map(Some).map_err(|_| bad())
    }

    /// Decrypts the person fields of a record in place, those of its lines too. A destroyed key leaves them empty. The
    /// caller has checked the right to see them, and logs it.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn reveal(&self, schema: &Schema, record: &mut Record) -> Result<(), StoreError> {
        let id = record.id;
        let table = schema.table(&record.register)?;
        for column in table.shown().filter(|it| it.is_person()) {
            if let Some(value) = record.values.get_mut(&column.field) {
                self.reveal_value(id, value)?;
            }
        }
        for lines in schema.lines_of(table) {
            for line in record
                .lines
                .get_mut(lines.line_name())
                .into_iter()
                .flatten()
            {
                for column in lines.shown().filter(|it| it.is_person()) {
                    if let Some(value) = line.values.get_mut(&column.field) {
                        self.reveal_value(id, value)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn reveal_value(&self, record: i64, value: &mut Value) -> Result<(), StoreError> {
        if let Value::Text(sealed) = value {
            *value = self.open(record, sealed)?.map_or(Value::Null, Value::Text);
        }
        Ok(())
    }

    /// Destroys a record's key: its personal data can never be read again.
    ///
    /// # Errors
    /// The disk's.
    pub fn destroy(&self, record: i64) -> Result<(), StoreError> {
        if self.key(record)?.is_none() {
            return Ok(());
        }
        let place = record.unsigned_abs() * KEY as u64;
        self.with(|file| {
            file.write_all_at(&[0; KEY], place)?;
            file.sync_data()
        })
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        // Nobody else on the machine.
        .mode(0o600)
        .open(path)
}

fn random(bytes: &mut [u8], path: &Path) -> Result<(), StoreError> {
    getrandom::fill(bytes)
        .map_err(|error| StoreError::file(path)(std::io::Error::other(error.to_string())))
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|place| u8::from_str_radix(&text[place..place + 2], 16).ok())
        .collect()
}
