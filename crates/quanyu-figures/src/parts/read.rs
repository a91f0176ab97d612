//! How the query engine reads a part: from the file held open, with the metadata that was checked when it was opened.

use std::{ops::Range, sync::Arc};

use datafusion::{
    common::Result,
    datasource::{listing::PartitionedFile, physical_plan::ParquetFileReaderFactory},
    object_store::PutPayload,
    parquet::{
        arrow::{arrow_reader::ArrowReaderOptions, async_reader::AsyncFileReader},
        errors::{ParquetError, Result as ParquetResult},
        file::metadata::ParquetMetaData,
    },
    physical_plan::metrics::ExecutionPlanMetricsSet,
};
use futures::future::{BoxFuture, FutureExt, ready};

use super::Part;

/// The engine's buffer of bytes; its own crate is no dependency of ours, this is the name under which the engine hands it out.
type Bytes = <PutPayload as IntoIterator>::Item;

/// Gives readers of one part.
#[derive(Clone, Debug)]
pub(crate) struct Reader(pub(crate) Arc<Part>);

impl ParquetFileReaderFactory for Reader {
    fn create_reader(
        &self,
        _partition: usize,
        _file: PartitionedFile,
        _hint: Option<usize>,
        _metrics: &ExecutionPlanMetricsSet,
    ) -> Result<Box<dyn AsyncFileReader + Send>> {
        Ok(Box::new(self.clone()))
    }
}

impl AsyncFileReader for Reader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, ParquetResult<Bytes>> {
        let read = || {
            let length = usize::try_from(range.end - range.start)
                .map_err(|error| ParquetError::External(Box::new(error)))?;
            let bytes = self.0.bytes(range.start, length);
            bytes
                .map(Bytes::from)
                .map_err(|error| ParquetError::External(Box::new(error)))
        };
        ready(read()).boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        _options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, ParquetResult<Arc<ParquetMetaData>>> {
        ready(Ok(Arc::clone(&self.0.metadata))).boxed()
    }
}
