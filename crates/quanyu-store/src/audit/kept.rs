//! Rows kept beside the records, each sealed by an entry of the chain: opinions, delegations, handovers, mandates and what was done
//! under them, what was shown to the public.

use super::ChainFault;
use crate::{
    delegation,
    door::{Bind, Tx},
    error::StoreError,
    handover, mandate, opinion, publication,
};

/// Compares all of them with what the chain sealed.
pub(super) async fn all(tx: &mut Tx) -> Result<Option<ChainFault>, StoreError> {
    let opinions = opinion::sealed(tx).await?;
    let delegations = delegation::sealed(tx).await?;
    let handovers = handover::sealed(tx).await?;
    let versions = publication::sealed(tx).await?;
    let opened = publication::sealed_releases(tx).await?;
    let mandates = mandate::sealed(tx).await?;
    let uses = mandate::uses_sealed(tx).await?;
    let tables = [
        ("opinion", opinion::ACT, opinions),
        ("delegation", delegation::ACT, delegations),
        ("handover", handover::ACT, handovers),
        ("publication_version", publication::ACT, versions),
        ("open_release", publication::RELEASE, opened),
        ("mandate", mandate::ACT, mandates),
        ("mandate_use", mandate::USE, uses),
    ];
    for (table, act, rows) in tables {
        if let Some(fault) = one(tx, table, act, rows).await? {
            return Ok(Some(fault));
        }
    }
    Ok(None)
}

/// Rows by number, as they would be sealed, against the entries of an act.
async fn one(
    tx: &mut Tx,
    table: &'static str,
    act: &str,
    rows: Vec<(i64, String)>,
) -> Result<Option<ChainFault>, StoreError> {
    let sql = "select seq, after from change where act = $1 order by seq";
    let entries = tx.rows(sql, &[Bind::from(act)]).await?;
    let mut rows = rows.into_iter();
    let fault = |seq| {
        Ok(Some(ChainFault::Kept {
            table,
            id: String::new(),
            seq,
        }))
    };
    for entry in entries {
        let seq = entry.int(0)?;
        let sealed = entry.opt_text(1)?;
        let right = rows
            .next()
            .is_some_and(|(at, text)| at == seq && sealed == Some(text));
        if !right {
            return fault(seq);
        }
    }
    match rows.next() {
        Some((seq, _)) => fault(seq),
        None => Ok(None),
    }
}
