//! Tables: the columns of a register at one sequence, in sealed parts and in memory.
//!
//! Owns [`TableData`]: parts, the rows in memory that came since (the delta), and which ids of a part no longer count;
//! immutable, with [`TableData::apply`] for changes. Leaves the files to [`crate::parts`], reading to [`crate::scan`] and
//! which sequence it is to [`crate::snapshot`].
//!
//! Invariant: a record's id counts in exactly one row, of one part or of the delta.

use std::{collections::HashSet, sync::Arc};

use datafusion::arrow::{
    array::{AsArray, BooleanArray, Int64Array},
    compute::{concat_batches, filter_record_batch, not},
    datatypes::{Int64Type, SchemaRef},
    error::ArrowError,
    record_batch::RecordBatch,
};
use quanyu_core::columns::{BATCH_ROWS, ColumnSpec};

use crate::{arrays, gone::Gone, parts::Part, source::SourceError};

/// Changed rows that a table remembers at most, so that what was computed can be moved on instead of computed anew.
pub(crate) const REMEMBERED: usize = 8 * BATCH_ROWS;

/// Rows in memory at most before they are sealed, however large the table is.
const DELTA: usize = 65_536;

/// A delta is sealed when it is more than this part of the sealed rows, and a part swallows those after it when they are
/// more than this part of its own: so each row is written a few times only, and parts are few.
const SHARE: usize = 8;

/// What one reading changed: rows as they were and rows as they are.
#[derive(Debug)]
struct Change {
    from: i64,
    gone: Vec<RecordBatch>,
    fresh: Vec<RecordBatch>,
}

/// What one reading brought.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) fresh: Vec<RecordBatch>,
    pub(crate) removed: Vec<i64>,
}

/// A part, and its ids that no longer count.
#[derive(Clone, Debug)]
pub(crate) struct Sealed {
    pub(crate) part: Arc<Part>,
    pub(crate) gone: Gone,
}

/// The rows of one register at one sequence.
#[derive(Clone, Debug)]
pub(crate) struct TableData {
    columns: Vec<ColumnSpec>,
    pub(crate) schema: SchemaRef,
    pub(crate) parts: Vec<Sealed>,
    pub(crate) batches: Vec<RecordBatch>,
    /// Ids removed since the last part.
    removed: Gone,
    /// The sequence of the last reading that changed anything.
    pub(crate) changed: i64,
    /// The last changes, oldest first, each beginning where the one before ended.
    changes: Vec<Arc<Change>>,
}

impl TableData {
    pub(crate) fn empty(columns: Vec<ColumnSpec>) -> Self {
        Self {
            schema: arrays::schema(&columns),
            columns,
            parts: Vec::new(),
            batches: Vec::new(),
            removed: Gone::default(),
            changed: 0,
            changes: Vec::new(),
        }
    }

    /// A table that is all in parts, oldest first, each with the ids in it (of the first they are not asked for).
    pub(crate) fn sealed(columns: Vec<ColumnSpec>, parts: Vec<(Sealed, Vec<i64>)>) -> Self {
        let mut table = Self::empty(columns);
        for (sealed, ids) in parts {
            let head = &sealed.part.head;
            for before in &mut table.parts {
                before.lose(ids.iter().chain(&head.removed).copied());
            }
            table.changed = head.changed;
            table.parts.push(sealed);
        }
        table
    }

    /// How many rows.
    pub(crate) fn rows(&self) -> usize {
        let sealed: usize = self.parts.iter().map(Sealed::rows).sum();
        sealed + rows(&self.batches)
    }

    /// The sequence as of which the parts are.
    pub(crate) fn sealed_to(&self) -> i64 {
        self.parts.last().map_or(0, |it| it.part.head.sequence)
    }

    /// Rows that went and rows that came since a sequence at which this table changed; `None` where that is forgotten.
    pub(crate) fn since(&self, from: i64) -> Option<(Self, Self)> {
        let (mut gone, mut fresh) = (Vec::new(), Vec::new());
        if from != self.changed {
            let first = self.changes.iter().position(|it| it.from == from)?;
            for change in &self.changes[first..] {
                gone.extend(change.gone.iter().cloned());
                fresh.extend(change.fresh.iter().cloned());
            }
        }
        Some((self.holding(gone), self.holding(fresh)))
    }

    /// The same table with these rows and no others.
    pub(crate) fn holding(&self, batches: Vec<RecordBatch>) -> Self {
        Self {
            parts: Vec::new(),
            batches,
            removed: Gone::default(),
            changes: Vec::new(),
            ..self.clone()
        }
    }

    pub(crate) fn columns(&self) -> &[ColumnSpec] {
        &self.columns
    }

    /// The rows in memory: all of them in a table that is never sealed.
    pub(crate) fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// Ids of an arrival, by the parts in which they counted until now.
    pub(crate) fn hits(&self, arrival: &Arrival) -> Vec<Vec<i64>> {
        let ids = arrival.ids();
        let counted = |it: &Sealed| ids.iter().copied().filter(|id| it.may_hold(*id)).collect();
        self.parts.iter().map(counted).collect()
    }

    /// The table after a reading: fresh rows replace those of the same id, removed ones go. `before` are the rows of parts
    /// as they were; without them the table forgets what changed.
    pub(crate) fn apply(
        &self,
        arrival: &Arrival,
        before: Option<Vec<RecordBatch>>,
        sequence: i64,
    ) -> Result<Self, SourceError> {
        let told = |error| SourceError(Box::new(error));
        let ids = arrival.ids();
        let mut next = Self {
            batches: Vec::with_capacity(self.batches.len() + arrival.fresh.len()),
            removed: self.removed.with(arrival.removed.iter().copied()),
            changed: sequence,
            changes: Vec::new(),
            ..self.clone()
        };
        for sealed in &mut next.parts {
            sealed.lose(ids.iter().copied());
        }
        let mut went = Vec::new();
        if let Some(span) = span(ids.iter().copied()) {
            for batch in &self.batches {
                match without(batch, &ids, span).map_err(told)? {
                    None => next.batches.push(batch.clone()),
                    Some((kept, lost)) => {
                        if kept.num_rows() > 0 {
                            next.batches.push(kept);
                        }
                        went.push(lost);
                    }
                }
            }
        } else {
            next.batches.clone_from(&self.batches);
        }
        for batch in &arrival.fresh {
            // Small readings would leave thousands of tiny batches: the last one is filled up first.
            match next.batches.last_mut() {
                Some(last) if last.num_rows() + batch.num_rows() <= BATCH_ROWS => {
                    *last = concat_batches(&self.schema, [&*last, batch]).map_err(told)?;
                }
                _ if batch.num_rows() > 0 => next.batches.push(batch.clone()),
                _ => {}
            }
        }
        if let Some(before) = before {
            went.extend(before);
            let change = Change {
                from: self.changed,
                gone: went,
                fresh: arrival.fresh.clone(),
            };
            next.changes = remembered(&self.changes, change);
        }
        Ok(next)
    }

    /// Rows in memory, removed ids among them.
    pub(crate) fn delta(&self) -> usize {
        rows(&self.batches) + self.removed.len()
    }

    /// From which part on everything is to be sealed into one, when it is time for that.
    pub(crate) fn ripe(&self, least: usize) -> Option<usize> {
        let delta = self.delta();
        let sealed: usize = self.parts.iter().map(|it| it.part.rows()).sum();
        let ripe = delta >= least && (delta * SHARE > sealed || delta > DELTA);
        ripe.then(|| self.swallowed())
    }

    /// The first part that is to be written anew with the delta.
    pub(crate) fn swallowed(&self) -> usize {
        let mut size = self.delta();
        let mut first = self.parts.len();
        for (at, it) in self.parts.iter().enumerate().rev() {
            if it.part.rows() >= size * SHARE {
                break;
            }
            size += it.part.rows();
            first = at;
        }
        first
    }

    /// What is to be sealed into one part: the parts from `first` on and the delta.
    pub(crate) fn tail(&self, first: usize) -> Self {
        Self {
            parts: self.parts[first..].to_vec(),
            ..self.clone()
        }
    }

    /// Ids in parts before `first` that were removed since.
    pub(crate) fn removed_before(&self, first: usize) -> Vec<i64> {
        if first == 0 {
            return Vec::new();
        }
        let sealed = self.parts[first..].iter();
        let sealed = sealed.flat_map(|it| it.part.head.removed.iter().copied());
        let mut ids: Vec<i64> = sealed.chain(self.removed.iter()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The table with the parts from `first` on and what was in memory then replaced by one part; `arrivals` came since.
    pub(crate) fn resealed(
        &self,
        first: usize,
        part: Part,
        arrivals: &[Arrival],
    ) -> Result<Self, SourceError> {
        let mut tail = Self::empty(self.columns.clone());
        tail.parts.push(Sealed::new(part));
        for arrival in arrivals {
            tail = tail.apply(arrival, None, 0)?;
        }
        Ok(Self {
            parts: self.parts[..first]
                .iter()
                .chain(&tail.parts)
                .cloned()
                .collect(),
            batches: tail.batches,
            removed: tail.removed,
            ..self.clone()
        })
    }
}

impl Arrival {
    pub(crate) fn is_empty(&self) -> bool {
        self.fresh.is_empty() && self.removed.is_empty()
    }

    fn ids(&self) -> HashSet<i64> {
        let fresh = self.fresh.iter().flat_map(|it| ids(it).values().iter());
        fresh.chain(&self.removed).copied().collect()
    }
}

impl Sealed {
    pub(crate) fn new(part: Part) -> Self {
        Self {
            part: Arc::new(part),
            gone: Gone::default(),
        }
    }

    /// At least the rows that count: an id between the least and the greatest need not be there.
    fn rows(&self) -> usize {
        self.part.rows().saturating_sub(self.gone.len())
    }

    fn may_hold(&self, id: i64) -> bool {
        let head = &self.part.head;
        (head.low..=head.high).contains(&id) && !self.gone.contains(id)
    }

    fn lose(&mut self, ids: impl Iterator<Item = i64>) {
        let head = &self.part.head;
        let span = head.low..=head.high;
        self.gone = self.gone.with(ids.filter(|it| span.contains(it)));
    }
}

fn ids(batch: &RecordBatch) -> &Int64Array {
    batch.column(0).as_primitive::<Int64Type>()
}

fn span(values: impl Iterator<Item = i64>) -> Option<(i64, i64)> {
    values.fold(None, |span, it| match span {
        None => Some((it, it)),
        Some((low, high)) => Some((low.min(it), high.max(it))),
    })
}

/// The batch without those rows, and those rows; `None` where it has none of them.
fn without(
    batch: &RecordBatch,
    gone: &HashSet<i64>,
    (low, high): (i64, i64),
) -> Result<Option<(RecordBatch, RecordBatch)>, ArrowError> {
    let goes = |id: i64| id >= low && id <= high && gone.contains(&id);
    let lost: BooleanArray = ids(batch)
        .values()
        .iter()
        .map(|id| Some(goes(*id)))
        .collect();
    if lost.true_count() == 0 {
        return Ok(None);
    }
    let kept = filter_record_batch(batch, &not(&lost)?)?;
    Ok(Some((kept, filter_record_batch(batch, &lost)?)))
}

fn rows(batches: &[RecordBatch]) -> usize {
    batches.iter().map(RecordBatch::num_rows).sum()
}

/// The changes to remember: the newest, and as many before it as are small enough together.
fn remembered(before: &[Arc<Change>], newest: Change) -> Vec<Arc<Change>> {
    let mut room = REMEMBERED;
    // The first reading is no change: nothing was computed before it.
    let first = newest.from == 0;
    let all = before.iter().cloned().chain([Arc::new(newest)]);
    let mut kept: Vec<_> = all
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .take_while(|it| {
            // An empty change takes room too, so that the list stays short.
            let size = 64 + rows(&it.gone) + rows(&it.fresh);
            let fits = !first && size <= room;
            room = room.saturating_sub(size);
            fits
        })
        .collect();
    kept.reverse();
    kept
}
