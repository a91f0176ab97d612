//! The door through which the figures get rows: the store's records as columns.
//!
//! Owns the translation between the two crates, which do not see each other. Invariant: one reading is one snapshot.

use std::sync::Arc;

use async_trait::async_trait;
use quanyu_figures::source::{Piece, Sink, Source, SourceError, Want};
use quanyu_pack::model::Pack;
use quanyu_store::{Store, columns};

/// The records of a store.
pub struct StoreSource {
    store: Store,
    /// As [`lines_of`] gives them.
    lines: Vec<(String, String)>,
}

impl StoreSource {
    /// The records of `store`, to which `pack` is applied.
    #[must_use]
    pub fn new(store: Store, pack: &Arc<Pack>) -> Self {
        Self {
            store,
            lines: lines_of(pack),
        }
    }

    fn table<'a>(&'a self, name: &'a str) -> &'a str {
        self.lines
            .iter()
            .find(|(it, _)| it == name)
            .map_or(name, |(_, table)| table)
    }
}

/// Tables of lines as the figures call them (`register_lines`) and as the store does (`register.lines`).
pub(super) fn lines_of(pack: &Pack) -> Vec<(String, String)> {
    let registers = pack.registers.values();
    let names = registers.flat_map(|register| {
        register.lines.iter().map(|it| {
            (
                format!("{}_{}", register.id, it.id),
                format!("{}.{}", register.id, it.id),
            )
        })
    });
    names.collect()
}

#[async_trait]
impl Source for StoreSource {
    async fn head(&self) -> Result<i64, SourceError> {
        self.store.head().await.map_err(failed)
    }

    async fn read(&self, wants: &[Want], sink: &mut Sink<'_>) -> Result<i64, SourceError> {
        let mut tx = self.store.read().await.map_err(failed)?;
        let head = tx.head();
        for (place, want) in wants.iter().enumerate() {
            let table = self.table(&want.table);
            let since = want.since.unwrap_or(0);
            let mut after = 0;
            loop {
                let batch = columns::next(&mut tx, table, &want.columns, since, after)
                    .await
                    .map_err(failed)?;
                let Some(last) = batch.ids.last() else { break };
                after = *last;
                sink(place, Piece::Rows(batch))?;
            }
            if since > 0 {
                sink(
                    place,
                    Piece::Removed(
                        columns::removed(&mut tx, table, since)
                            .await
                            .map_err(failed)?,
                    ),
                )?;
            }
        }
        Ok(head)
    }

    async fn seal(&self, sequence: i64) -> Result<Option<String>, SourceError> {
        let mut tx = self.store.read().await.map_err(failed)?;
        columns::seal(&mut tx, sequence).await.map_err(failed)
    }
}

fn failed(error: quanyu_store::StoreError) -> SourceError {
    SourceError(Box::new(error))
}
