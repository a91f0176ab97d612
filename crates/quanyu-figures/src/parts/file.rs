//! One part's file: written, sealed with a checksum, opened and believed only when everything in it fits.
//!
//! Owns [`Part`], [`PartWriter`] and what stands in a part's metadata ([`Head`]). Leaves names of files and which parts belong
//! together to [`super`].
//!
//! A file's checksum stands in its own metadata: it is taken with zeros in its place.
//!
//! Invariant: a [`Part`] never changes, and holds its file open: it can be read also after somebody has removed the name.

use std::{
    fs::File,
    io::{BufWriter, Read, Seek, SeekFrom, Write},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use datafusion::{
    arrow::{
        array::AsArray,
        datatypes::{Int64Type, SchemaRef},
        record_batch::RecordBatch,
    },
    parquet::{
        arrow::{ArrowWriter, parquet_to_arrow_schema},
        basic::Encoding,
        file::{
            metadata::{KeyValue, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader},
            properties::WriterProperties,
        },
        schema::types::ColumnPath,
    },
};

use super::checksum::Checksum;

/// Rows of a row group: what is skipped, or read, together.
const GROUP: usize = 65_536;

/// What stands before the checksum.
const MARK: &[u8] = b"quanyu-checksum:";

/// Digits of the checksum.
const DIGITS: usize = 16;

/// Why a part is not used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PartError {
    #[error("the file cannot be used: {0}")]
    Io(#[from] std::io::Error),
    #[error("the file is damaged: {0}")]
    Damaged(String),
    #[error("the part is of something else: {0}")]
    Foreign(&'static str),
}

impl From<datafusion::parquet::errors::ParquetError> for PartError {
    fn from(error: datafusion::parquet::errors::ParquetError) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// What a part says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// The pack's revision: another one may mean other columns.
    pub(crate) pack: String,
    pub(crate) table: String,
    /// The part holds what changed after this sequence; 0: everything.
    pub(crate) from: i64,
    /// It holds it as of this one.
    pub(crate) sequence: i64,
    /// When the table last changed.
    pub(crate) changed: i64,
    /// The seal of the change at `sequence`, which tells this history from any other.
    pub(crate) seal: String,
    /// Least and greatest id.
    pub(crate) low: i64,
    pub(crate) high: i64,
    /// Ids in parts before this one that were removed.
    pub(crate) removed: Vec<i64>,
}

/// Rows in a file.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) path: PathBuf,
    pub(crate) head: Head,
    pub(crate) size: u64,
    pub(super) metadata: Arc<ParquetMetaData>,
    file: Mutex<File>,
}

impl Part {
    /// Opens a part and looks at every byte of it.
    pub(super) fn open(path: PathBuf, schema: &SchemaRef) -> Result<Self, PartError> {
        let mut file = File::open(&path)?;
        let size = file.metadata()?.len();
        let at = sum_at(&mut file, size)?;
        let mut digits = [0; DIGITS];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut digits)?;
        let told = std::str::from_utf8(&digits).ok();
        let told = told.and_then(|it| u64::from_str_radix(it, 16).ok());
        if told != Some(sum(&mut file, at)?) {
            return Err(PartError::Damaged("its checksum is another".into()));
        }
        let metadata = ParquetMetaDataReader::new()
            .with_page_index_policy(PageIndexPolicy::Optional)
            .parse_and_finish(&file)?;
        let about = metadata.file_metadata();
        let pairs = about.key_value_metadata();
        let found = parquet_to_arrow_schema(about.schema_descr(), pairs)?;
        if found.fields() != schema.fields() {
            return Err(PartError::Foreign("its columns are others"));
        }
        let head = Head::read(pairs).ok_or(PartError::Foreign("it does not say of what it is"))?;
        Ok(Self {
            path,
            head,
            size,
            metadata: Arc::new(metadata),
            file: Mutex::new(file),
        })
    }

    pub(crate) fn rows(&self) -> usize {
        usize::try_from(self.metadata.file_metadata().num_rows()).unwrap_or(usize::MAX)
    }

    /// Bytes of the file.
    pub(super) fn bytes(&self, from: u64, length: usize) -> std::io::Result<Vec<u8>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// Writes a part beside its place; it gets its name when it is whole.
pub(crate) struct PartWriter {
    pack: String,
    table: String,
    schema: SchemaRef,
    path: PathBuf,
    writer: ArrowWriter<BufWriter<File>>,
    span: Option<(i64, i64)>,
}

impl PartWriter {
    pub(super) fn create(
        path: PathBuf,
        pack: &str,
        table: &str,
        schema: &SchemaRef,
    ) -> Result<Self, PartError> {
        let id = ColumnPath::from("id");
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(GROUP))
            // Ids ascend: the steps between them are small.
            .set_column_dictionary_enabled(id.clone(), false)
            .set_column_encoding(id, Encoding::DELTA_BINARY_PACKED)
            .build();
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)?;
        let writer =
            ArrowWriter::try_new(BufWriter::new(file), Arc::clone(schema), Some(properties))?;
        Ok(Self {
            pack: pack.to_owned(),
            table: table.to_owned(),
            schema: Arc::clone(schema),
            path,
            writer,
            span: None,
        })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), PartError> {
        for id in batch.column(0).as_primitive::<Int64Type>().values() {
            let (low, high) = self.span.unwrap_or((*id, *id));
            self.span = Some((low.min(*id), high.max(*id)));
        }
        Ok(self.writer.write(batch)?)
    }

    /// Ends the file and gives it its name. Pack, table and ids of the head are filled in here.
    pub(crate) fn finish(mut self, head: Head) -> Result<Part, PartError> {
        let (low, high) = self.span.unwrap_or((0, -1));
        let head = Head {
            pack: std::mem::take(&mut self.pack),
            table: std::mem::take(&mut self.table),
            low,
            high,
            ..head
        };
        for pair in head.pairs() {
            self.writer.append_key_value_metadata(pair);
        }
        let mark = String::from_utf8_lossy(MARK);
        let blank = format!("{mark}{}", "0".repeat(DIGITS));
        self.writer
            .append_key_value_metadata(KeyValue::new("quanyu.checksum".into(), blank));
        let mut file = self
            .writer
            .into_inner()?
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)?;
        let size = file.metadata()?.len();
        let at = sum_at(&mut file, size)?;
        let digits = format!("{:016x}", sum(&mut file, at)?);
        file.seek(SeekFrom::Start(at))?;
        file.write_all(digits.as_bytes())?;
        drop(file);
        let name = super::name(head.from, head.sequence);
        let path = self.path.with_file_name(name);
        std::fs::rename(&self.path, &path)?;
        Part::open(path, &self.schema)
    }
}

impl Head {
    fn pairs(&self) -> Vec<KeyValue> {
        let removed: Vec<String> = self.removed.iter().map(ToString::to_string).collect();
        let numbers = [
            ("from", self.from),
            ("sequence", self.sequence),
            ("changed", self.changed),
            ("low", self.low),
            ("high", self.high),
        ];
        let texts = [
            ("pack", self.pack.clone()),
            ("table", self.table.clone()),
            ("seal", self.seal.clone()),
            ("removed", removed.join(",")),
        ];
        let numbers = numbers.map(|(name, it)| (name, it.to_string()));
        numbers
            .into_iter()
            .chain(texts)
            .map(|(name, it)| KeyValue::new(format!("quanyu.{name}"), it))
            .collect()
    }

    fn read(pairs: Option<&Vec<KeyValue>>) -> Option<Self> {
        let text = |name: &str| {
            let key = format!("quanyu.{name}");
            pairs?.iter().find(|it| it.key == key)?.value.as_deref()
        };
        let number = |name: &str| text(name)?.parse().ok();
        let removed = text("removed")?.split(',').filter(|it| !it.is_empty());
        Some(Self {
            pack: text("pack")?.to_owned(),
            table: text("table")?.to_owned(),
            from: number("from")?,
            sequence: number("sequence")?,
            changed: number("changed")?,
            seal: text("seal")?.to_owned(),
            low: number("low")?,
            high: number("high")?,
            removed: removed.map(|it| it.parse().ok()).collect::<Option<_>>()?,
        })
    }
}

/// Where the digits of the checksum stand: behind the last mark in the footer.
fn sum_at(file: &mut File, size: u64) -> Result<u64, PartError> {
    let short = || PartError::Damaged("it ends too early".into());
    // The length of the footer and four letters end a file.
    let tail_at = size.checked_sub(8).ok_or_else(short)?;
    let mut tail = [0; 8];
    file.seek(SeekFrom::Start(tail_at))?;
    file.read_exact(&mut tail)?;
    if &tail[4..] != b"PAR1" {
        return Err(short());
    }
    let length = u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]);
    let from = tail_at.checked_sub(length.into()).ok_or_else(short)?;
    let mut footer = vec![0; length as usize];
    file.seek(SeekFrom::Start(from))?;
    file.read_exact(&mut footer)?;
    let mark = footer.windows(MARK.len()).rposition(|it| it == MARK);
    let mark = mark.ok_or_else(|| PartError::Damaged("it has no checksum".into()))?;
    let at = mark + MARK.len();
    if at + DIGITS > footer.len() {
        return Err(short());
    }
    Ok(from + at as u64)
}

/// The checksum of a file with zeros where its digits stand.
fn sum(file: &mut File, at: u64) -> std::io::Result<u64> {
    file.seek(SeekFrom::Start(0))?;
    let mut sum = Checksum::default();
    let mut block = vec![0; 1 << 20];
    let mut read = 0_u64;
    loop {
        let length = file.read(&mut block)?;
        if length == 0 {
            return Ok(sum.finish());
        }
        for place in at..at + DIGITS as u64 {
            if let Some(place) = place.checked_sub(read).map(|it| it as usize)
                && place < length
            {
                block[place] = b'0';
            }
        }
        sum.update(&block[..length]);
        read += length as u64;
    }
}
