//! Papers that were sent and say what is no longer so.
//!
//! Owns which figures of which papers moved, and by whose change. Leaves comparing to `releases`.
//!
//! Invariant: only figures that stand in the text that was sent count; those of an earlier draft do not.

use quanyu_store::files;

use super::{Paper, list, text::marks};
use crate::app::{
    AppError, Product,
    releases::{self, Since},
};

/// A paper that was sent, with those of its figures that moved since.
#[derive(Clone, Debug)]
pub struct Superseded {
    /// The paper.
    pub paper: Paper,
    /// Its figures that are no longer what it says, in order of freezing.
    pub moved: Vec<Since>,
}

/// Sent papers whose figures moved since, the newest first, with what changed and who changed it.
///
/// # Errors
/// The database's and the disk's; what the figures refuse.
pub async fn superseded(product: &Product) -> Result<Vec<Superseded>, AppError> {
    let papers = list(product, None, None).await?;
    let mut all = Vec::new();
    for paper in papers.into_iter().filter(|it| it.sent && it.releases > 0) {
        let mut moved = releases::moved_document(product, &paper.code).await?;
        moved.retain(|it| !it.same);
        if moved.is_empty() {
            continue;
        }
        if let Some((hash, _)) = &paper.draft {
            let bytes = files::read(&product.store, hash).await?;
            let carried = marks(&bytes);
            moved.retain(|it| {
                carried.is_empty() || carried.iter().any(|mark| mark.release == it.release.id)
            });
        }
        if !moved.is_empty() {
            all.push(Superseded { paper, moved });
        }
    }
    Ok(all)
}
