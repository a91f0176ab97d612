//! Zip packages (xlsx, docx) from files that strangers made.
//!
//! Owns the directory of parts and reading one part as a bounded, checked stream. Leaves what a part means to its format.
//!
//! Invariant: no part is trusted. Its size is counted while it is inflated, never taken from the directory; more than
//! [`MAX_PART`] bytes, or a ratio that only a bomb has, ends the reading; a wrong checksum is damage, not data.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, Cursor, Read, Seek, SeekFrom},
    path::Path,
    sync::Arc,
};

use flate2::{Crc, read::DeflateDecoder};
use zip::{CompressionMethod, ZipArchive};

/// Largest part after inflating. A sheet of 1,048,576 rows × 60 columns of figures is about 1.9 GiB.
const MAX_PART: u64 = 2 << 30;
/// Largest part that is held in memory whole (styles, relations, a document's text).
pub(crate) const MAX_WHOLE: u64 = 256 << 20;
/// Inflated to packed. Repetitive sheets reach 60; deflate allows 1,032, which a bomb uses.
const MAX_RATIO: u64 = 250;
/// Below this a high ratio does no harm.
const RATIO_FROM: u64 = 32 << 20;
/// Parts in a package; a workbook with pictures has hundreds.
const MAX_PARTS: usize = 20_000;

/// Where the bytes of a file are; opened again for each stream.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A file on disk.
    File(Arc<Path>),
    /// Bytes in memory.
    Bytes(Arc<[u8]>),
}

/// Reads, seeks and may go to another thread.
pub(crate) trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

impl Source {
    pub(crate) fn open(&self) -> io::Result<Box<dyn ReadSeek>> {
        Ok(match self {
            Self::File(path) => Box::new(File::open(path)?),
            Self::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }

    /// The first bytes, at most `most`.
    pub(crate) fn start(&self, most: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open()?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Why a package or a part could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// The directory of a zip file is not there: cut off, or another kind of file.
    #[error("no zip directory: {0}")]
    NoDirectory(String),
    /// A part is locked with a password.
    #[error("part `{0}` is encrypted")]
    Encrypted(String),
    /// A part that must be there is not.
    #[error("part `{0}` is missing")]
    Missing(String),
    /// More than any honest file holds.
    #[error("part `{part}` unpacks to more than {limit} bytes or {ratio} times its size")]
    Bomb {
        /// The part.
        part: String,
        /// The bytes allowed.
        limit: u64,
        /// The ratio allowed.
        ratio: u64,
    },
    /// More parts than any honest file has.
    #[error("{0} parts in one package")]
    TooManyParts(usize),
    /// The bytes of a part contradict themselves.
    #[error("part `{part}` is damaged: {reason}")]
    Damaged {
        /// The part.
        part: String,
        /// What the decoder said.
        reason: String,
    },
    /// The file could not be read.
    #[error("cannot read: {0}")]
    Io(String),
}

#[derive(Clone, Debug)]
struct Part {
    name: String,
    start: u64,
    packed: u64,
    deflated: bool,
    encrypted: bool,
    crc: u32,
}

/// The directory of a package.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    source: Source,
    parts: BTreeMap<String, Part>,
}

/// One part, inflated while it is read.
pub(crate) type PartReader = BufReader<Checked>;

impl Package {
    pub(crate) fn open(source: Source) -> Result<Self, PackageError> {
        let file = source
            .open()
            .map_err(|it| PackageError::Io(it.to_string()))?;
        let none = |it: zip::result::ZipError| PackageError::NoDirectory(it.to_string());
        let mut archive = ZipArchive::new(BufReader::new(file)).map_err(none)?;
        if archive.len() > MAX_PARTS {
            return Err(PackageError::TooManyParts(archive.len()));
        }
        let mut parts = BTreeMap::new();
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(none)?;
            let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
            let deflated = match entry.compression() {
                CompressionMethod::Stored => false,
                CompressionMethod::Deflated => true,
                // Office writes no other; such a part is of no use to us.
                _ => continue,
            };
            let Some(start) = entry.data_start() else {
                continue;
            };
            let part = Part {
                start,
                packed: entry.compressed_size(),
                deflated,
                encrypted: entry.encrypted(),
                crc: entry.crc32(),
                name,
            };
            parts.insert(key(&part.name), part);
        }
        Ok(Self { source, parts })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.parts.contains_key(&key(name))
    }

    /// Names of all parts in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str)
    }

    /// A part as a stream.
    pub(crate) fn part(&self, name: &str) -> Result<PartReader, PackageError> {
        let part = self
            .parts
            .get(&key(name))
            .ok_or_else(|| PackageError::Missing(name.to_owned()))?;
        if part.encrypted {
            return Err(PackageError::Encrypted(name.to_owned()));
        }
        let io_error = |it: io::Error| PackageError::Io(it.to_string());
        let mut file = self.source.open().map_err(io_error)?;
        file.seek(SeekFrom::Start(part.start)).map_err(io_error)?;
        let packed = file.take(part.packed);
        let bytes = match part.deflated {
            true => Inflate::Deflated(DeflateDecoder::new_with_buf(packed, vec![0; 64 << 10])),
            false => Inflate::Stored(packed),
        };
        let checked = Checked {
            bytes,
            read: 0,
            packed: part.packed.max(1),
            limit: MAX_PART,
            crc: Crc::new(),
            wanted: part.crc,
        };
        Ok(BufReader::with_capacity(64 << 10, checked))
    }

    /// A part as text, held whole.
    pub(crate) fn text(&self, name: &str) -> Result<String, PackageError> {
        let mut reader = self.part(name)?;
        reader.get_mut().limit = MAX_WHOLE;
        let mut bytes = Vec::new();
        reader
            .read_to_end(&mut bytes)
            .map_err(|it| fault(name, &it))?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(text
                .strip_prefix('\u{feff}')
                .map(str::to_owned)
                .unwrap_or(text)),
            Err(it) => match encoding_rs::Encoding::for_bom(it.as_bytes()) {
                Some((encoding, _)) => Ok(encoding.decode(it.as_bytes()).0.into_owned()),
                None => Err(PackageError::Damaged {
                    part: name.to_owned(),
                    reason: "not UTF-8".to_owned(),
                }),
            },
        }
    }
}

/// The error behind a failed read of a part.
pub(crate) fn fault(part: &str, error: &io::Error) -> PackageError {
    let part = part.to_owned();
    match error.get_ref().is_some_and(|it| it.is::<TooMuch>()) {
        true => PackageError::Bomb {
            part,
            limit: MAX_PART,
            ratio: MAX_RATIO,
        },
        false => PackageError::Damaged {
            part,
            reason: error.to_string(),
        },
    }
}

/// Names are compared as Office does: any case, either slash.
fn key(name: &str) -> String {
    name.trim_start_matches(['/', '\\'])
        .replace('\\', "/")
        .to_ascii_lowercase()
}

/// Counts and checks what comes out of a part.
pub(crate) struct Checked {
    bytes: Inflate,
    read: u64,
    packed: u64,
    limit: u64,
    crc: Crc,
    wanted: u32,
}

enum Inflate {
    Stored(io::Take<Box<dyn ReadSeek>>),
    Deflated(DeflateDecoder<io::Take<Box<dyn ReadSeek>>>),
}

#[derive(Debug, thiserror::Error)]
#[error("unpacks to too much")]
struct TooMuch;

impl Read for Checked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.bytes {
            Inflate::Stored(bytes) => bytes.read(into)?,
            Inflate::Deflated(bytes) => bytes.read(into)?,
        };
        if count == 0 && !into.is_empty() {
            return if self.crc.sum() == self.wanted {
                Ok(0)
            } else {
                Err(io::Error::other("checksum differs"))
            };
        }
        self.crc.update(&into[..count]);
        self.read += count as u64;
        if self.read > self.limit || self.read > RATIO_FROM && self.read / self.packed > MAX_RATIO {
            return Err(io::Error::other(TooMuch));
        }
        Ok(count)
    }
}
