//! Backup and restore: one file for a whole district, whichever engine holds it.
//!
//! Owns the form of the file: a SQLite database with the same tables, as they were at one change sequence, and the
//! content of all files in `backup_file`. A backup of either engine restores to either. Keys of personal data are not
//! in it: they are kept apart, so that destroying one erases from the backups too.
//!
//! Invariant: what is not sound is neither backed up nor restored; a restore is whole or not at all.
//!
//! Start reading at [`backup`].

use std::path::{Path, PathBuf};

use crate::{
    Location, Store,
    audit::{self, ChainHead},
    clock::Clock,
    door::{Bind, Cell, Engine, Tx},
    error::StoreError,
    files,
    schema::for_engine,
    tables,
};

/// Rows copied with one statement.
const PAGE: usize = 500;
/// Values that one statement binds at most.
const MOST_VALUES: usize = 30_000;
/// Part of a file in one row: a row fits the memory of any server.
const PART: usize = 1 << 20;

/// Fixed tables in an order in which each comes after those it refers to. The migrations are the program's own.
const FIXED: [&str; 52] = [
    "change",
    "pack_revision",
    "pack_file",
    "register_table",
    "register_column",
    "renamed",
    "import_batch",
    "batch_row",
    "job",
    "file",
    "record_set",
    "release",
    "step",
    "document_number",
    "binding",
    // Sessions are left out: who restores signs in anew.
    "account",
    "account_role",
    "account_password",
    "token",
    "sign_in_rule",
    "assignment",
    "told",
    "opinion",
    "delegation",
    "handover",
    "notice",
    "notice_read",
    "reason",
    "list_view",
    "upload",
    "merge",
    "name_list",
    "name_row",
    "name_alias",
    "collection",
    "collection_item",
    "collection_party",
    "collection_cell",
    "mandate",
    "mandate_use",
    "publication",
    "publication_item",
    "publication_version",
    "open_release",
    "exchange_side",
    "exchange_key",
    "exchange_package",
    "exchange_record",
    "exchange_base",
    "exchange_conflict",
    "exchange_receipt",
    "exchange_notice",
];

const BACKUP_FILE: &str = "
    create table backup_file (
        hash {text} not null,
        part bigint not null,
        bytes bytea not null,
        primary key (hash, part)
    )";

/// What a backup or restore holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The end of its change chain.
    pub head: ChainHead,
    /// Rows of all tables.
    pub rows: i64,
    /// Files.
    pub files: i64,
}

/// Writes everything into one file, while others go on writing.
///
/// # Errors
/// The disk's or the database's; [`StoreError::BackupUnsound`] where the district itself does not verify;
/// [`StoreError::NotEmpty`] where the file is there already.
pub async fn backup(store: &Store, file: &Path) -> Result<Kept, StoreError> {
    if file.exists() {
        return Err(StoreError::NotEmpty(file.display().to_string()));
    }
    let scratch = Scratch::beside(file)?;
    let copy = Store::open_at(&Location::Sqlite(scratch.0.clone()), Clock::System).await?;
    let mut from = store.read().await?;
    let mut to = Tx::new(copy.inner.pools.write().await?, copy.inner.schema(), 0);
    to.script(for_engine(BACKUP_FILE, Engine::Sqlite)).await?;
    make_registers(&from, &mut to).await?;
    let mut rows = copy_all(&mut from, &mut to, Side::To).await?;
    let mut count = 0;
    let mut after = String::new();
    loop {
        let some = files::hashes(&mut from, &after, 100).await?;
        let Some(last) = some.last() else { break };
        after.clone_from(last);
        for hash in &some {
            let bytes = files::read(store, hash).await?;
            // An empty file is one empty part.
            let parts = bytes
                .chunks(PART)
                .chain(bytes.is_empty().then_some(&[][..]));
            for (part, place) in parts.zip(0_i64..) {
                let values = [
                    Bind::from(hash.as_str()),
                    Bind::from(place),
                    Bind::Bytes(Some(part.to_vec())),
                ];
                let sql = "insert into backup_file (hash, part, bytes) values ($1, $2, $3)";
                to.run(sql, &values).await?;
                rows += 1;
            }
            count += 1;
        }
    }
    drop(from);
    to.commit().await?;
    let head = sound(&copy, file).await?;
    copy.close().await;
    let made = scratch.0.join("quanyu.db");
    sync(&made)?;
    std::fs::rename(&made, file).map_err(StoreError::file(file))?;
    if let Some(folder) = file.parent().filter(|it| !it.as_os_str().is_empty()) {
        sync(folder)?;
    }
    Ok(Kept {
        head,
        rows,
        files: count,
    })
}

/// Fills an empty district from a backup of either engine.
///
/// # Errors
/// [`StoreError::NotEmpty`] for a district that has a pack already; [`StoreError::BackupUnsound`] for a file that does not
/// verify: nothing is changed then.
pub async fn restore(location: &Location, file: &Path) -> Result<Kept, StoreError> {
    let store = Store::open(location).await?;
    let kept = restore_into(&store, &location.to_string(), file).await;
    store.close().await;
    kept
}

async fn restore_into(store: &Store, told: &str, file: &Path) -> Result<Kept, StoreError> {
    if store.head().await? > 0 {
        return Err(StoreError::NotEmpty(told.to_owned()));
    }
    let scratch = Scratch::beside(&store.folder().join("restore"))?;
    // A copy, so that the backup itself stays as it is even when it is of an earlier version.
    let made = scratch.0.join("quanyu.db");
    std::fs::copy(file, &made).map_err(StoreError::file(file))?;
    let copy = Store::open(&Location::Sqlite(scratch.0.clone())).await;
    let copy = copy.map_err(|it| StoreError::BackupUnsound {
        path: file.display().to_string(),
        fault: it.to_string(),
    })?;
    let head = sound(&copy, file).await?;
    let mut from = copy.read().await?;
    // Files first: they are safe before the commit that names them.
    let files = restore_files(store, &mut from).await?;
    let (mut to, before) = crate::writer::begin(&store.inner).await?;
    if before.seq > 0 {
        return Err(StoreError::NotEmpty(told.to_owned()));
    }
    make_registers(&from, &mut to).await?;
    let rows = copy_all(&mut from, &mut to, Side::From).await?;
    to.commit().await?;
    drop(from);
    copy.close().await;
    let found = sound(store, file).await?;
    if found != head {
        return Err(StoreError::BackupUnsound {
            path: file.display().to_string(),
            fault: format!("restored up to {found}, the backup ends at {head}"),
        });
    }
    Ok(Kept { head, rows, files })
}

async fn sound(store: &Store, file: &Path) -> Result<ChainHead, StoreError> {
    let report = audit::verify(store, None).await?;
    match report.fault {
        None => Ok(report.head),
        Some(fault) => Err(StoreError::BackupUnsound {
            path: file.display().to_string(),
            fault: fault.to_string(),
        }),
    }
}

async fn restore_files(store: &Store, from: &mut Tx) -> Result<i64, StoreError> {
    let mut count = 0;
    let mut after = String::new();
    loop {
        let some = files::hashes(from, &after, 100).await?;
        let Some(last) = some.last() else {
            return Ok(count);
        };
        after.clone_from(last);
        for hash in &some {
            let sql = "select bytes from backup_file where hash = $1 order by part";
            let mut bytes = Vec::new();
            for row in from.rows(sql, &[Bind::from(hash.as_str())]).await? {
                bytes.extend_from_slice(row.bytes(0)?);
            }
            let stored = files::put(store, bytes).await?;
            if stored.hash != *hash {
                return Err(StoreError::Unreadable(format!("file {hash} was damaged")));
            }
            count += 1;
        }
    }
}

/// Makes the register tables as the other side has them.
async fn make_registers(from: &Tx, to: &mut Tx) -> Result<(), StoreError> {
    let engine = to.engine();
    let schema = std::sync::Arc::clone(&from.schema);
    for table in schema.tables.values() {
        for sql in tables::create(table, engine) {
            to.script(sql).await?;
        }
    }
    Ok(())
}

/// Which side is SQLite, and so knows the columns of its tables.
#[derive(Clone, Copy)]
enum Side {
    From,
    To,
}

async fn copy_all(from: &mut Tx, to: &mut Tx, side: Side) -> Result<i64, StoreError> {
    let mut rows = 0;
    let registers: Vec<String> = from
        .schema
        .tables
        .values()
        .map(|it| it.name.clone())
        .collect();
    let fixed = FIXED.iter().map(|it| (*it).to_owned());
    for table in fixed.chain(registers) {
        rows += copy_table(from, to, side, &table).await?;
    }
    let sql = "select seq, seal, pack, record from change_head";
    let row = from.row(sql, &[]).await?;
    let row = row.ok_or_else(|| StoreError::Unreadable("change_head is empty".into()))?;
    let values = [
        Bind::from(row.int(0)?),
        Bind::from(row.text(1)?),
        Bind::from(row.int(2)?),
        Bind::from(row.int(3)?),
    ];
    let sql = "update change_head set seq = $1, seal = $2, pack = $3, record = $4";
    to.run(sql, &values).await?;
    Ok(rows)
}

struct Columns {
    names: Vec<String>,
    ints: Vec<bool>,
    /// Places of the primary key's columns.
    key: Vec<usize>,
}

async fn columns(tx: &mut Tx, table: &str) -> Result<Columns, StoreError> {
    let sql = "select name, type, pk from pragma_table_info($1) order by cid";
    let rows = tx.rows(sql, &[Bind::from(table)]).await?;
    let mut columns = Columns {
        names: Vec::new(),
        ints: Vec::new(),
        key: Vec::new(),
    };
    let mut key = Vec::new();
    for (row, place) in rows.iter().zip(0..) {
        columns.names.push(row.text(0)?);
        columns
            .ints
            .push(row.text(1)?.to_lowercase().contains("int"));
        if row.int(2)? > 0 {
            key.push((row.int(2)?, place));
        }
    }
    key.sort_unstable();
    columns.key = key.into_iter().map(|(_, place)| place).collect();
    Ok(columns)
}

async fn copy_table(
    from: &mut Tx,
    to: &mut Tx,
    side: Side,
    table: &str,
) -> Result<i64, StoreError> {
    let columns = match side {
        Side::From => columns(from, table).await?,
        Side::To => columns(to, table).await?,
    };
    let names: Vec<&str> = columns.names.iter().map(String::as_str).collect();
    let quoted: Vec<String> = names.iter().map(|it| tables::quoted(it)).collect();
    let key: Vec<&str> = columns.key.iter().map(|it| quoted[*it].as_str()).collect();
    let page = (MOST_VALUES / names.len()).clamp(1, PAGE);
    let places: Vec<String> = (1..=key.len()).map(|it| format!("${it}")).collect();
    let select = |rest: &str| {
        format!(
            "select {} from {} {rest} order by {} limit {page}",
            quoted.join(", "),
            tables::quoted(table),
            key.join(", ")
        )
    };
    let rest = format!("where ({}) > ({})", key.join(", "), places.join(", "));
    let mut last: Option<Vec<Bind>> = None;
    let mut count = 0;
    loop {
        let rows = match &last {
            None => from.rows_built(select(""), &[]).await?,
            Some(key) => from.rows_built(select(&rest), key).await?,
        };
        let Some(end) = rows.last() else {
            return Ok(count);
        };
        last = Some(
            columns
                .key
                .iter()
                .map(|it| bind(end.0[*it].clone(), columns.ints[*it]))
                .collect(),
        );
        count += rows.len() as i64;
        let sql = tables::insert(table, &names, rows.len(), to.engine());
        let values: Vec<Bind> = rows
            .into_iter()
            .flat_map(|it| it.0.into_iter().zip(&columns.ints))
            .map(|(cell, int)| bind(cell, *int))
            .collect();
        to.run_built(sql, &values).await?;
    }
}

fn bind(cell: Cell, int: bool) -> Bind {
    match cell {
        Cell::Null if int => Bind::Int(None),
        Cell::Null => Bind::Text(None),
        Cell::Int(int) => Bind::from(int),
        Cell::Text(text) => Bind::from(text),
        Cell::Bytes(bytes) => Bind::Bytes(Some(bytes)),
    }
}

fn sync(path: &Path) -> Result<(), StoreError> {
    std::fs::File::open(path)
        .and_then(|it| it.sync_all())
        .map_err(StoreError::file(path))
}

/// A folder for what is not whole yet, on the same disk as what it becomes; gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn beside(file: &Path) -> Result<Self, StoreError> {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let folder = file.with_file_name(name);
        std::fs::create_dir_all(&folder).map_err(StoreError::file(&folder))?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
