//! Ids of records that a part holds in a form that no longer counts.
//!
//! Owns [`Gone`], a set that is cheap to copy with a few more ids in it, and the condition over a column of ids that reads
//! it. Leaves which ids those are to [`crate::table`].
//!
//! Invariant: a [`Gone`] never changes; one with more ids is another.

use std::{
    collections::HashSet,
    hash::{Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{AsArray, BooleanArray},
        datatypes::{DataType, Int64Type, Schema},
    },
    common::{Result, config::ConfigOptions},
    logical_expr::{
        ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
    },
    physical_expr::{PhysicalExpr, ScalarFunctionExpr, expressions::Column},
};

/// Ids that are put together with the many once they are more: a change then copies these alone.
const FEW: usize = 1_024;

/// A set of ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gone {
    many: Arc<HashSet<i64>>,
    few: Arc<HashSet<i64>>,
}

impl Gone {
    pub(crate) fn contains(&self, id: i64) -> bool {
        self.many.contains(&id) || self.few.contains(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.many.len() + self.few.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = i64> {
        self.many.iter().chain(self.few.iter()).copied()
    }

    /// The set with these ids too.
    pub(crate) fn with(&self, ids: impl IntoIterator<Item = i64>) -> Self {
        let fresh: Vec<i64> = ids.into_iter().filter(|it| !self.contains(*it)).collect();
        if fresh.is_empty() {
            return self.clone();
        }
        let mut few = HashSet::clone(&self.few);
        few.extend(fresh);
        if few.len() <= FEW {
            return Self {
                many: Arc::clone(&self.many),
                few: Arc::new(few),
            };
        }
        let mut many = HashSet::clone(&self.many);
        many.extend(few);
        Self {
            many: Arc::new(many),
            few: Arc::default(),
        }
    }

    /// The condition that an id of column `at` is in the set (or is not, where `inside` is false).
    pub(crate) fn condition(
        &self,
        at: usize,
        schema: &Schema,
        inside: bool,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        let among = Among {
            ids: self.clone(),
            inside,
            signature: Signature::exact(vec![DataType::Int64], Volatility::Immutable),
        };
        let column = Arc::new(Column::new(schema.field(at).name(), at));
        Ok(Arc::new(ScalarFunctionExpr::try_new(
            Arc::new(ScalarUDF::from(among)),
            vec![column],
            schema,
            Arc::new(ConfigOptions::default()),
        )?))
    }
}

/// Whether an id is in a set.
#[derive(Debug)]
struct Among {
    ids: Gone,
    inside: bool,
    signature: Signature,
}

impl PartialEq for Among {
    fn eq(&self, other: &Self) -> bool {
        self.inside == other.inside
            && Arc::ptr_eq(&self.ids.many, &other.ids.many)
            && Arc::ptr_eq(&self.ids.few, &other.ids.few)
    }
}

impl Eq for Among {}

impl Hash for Among {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.inside.hash(state);
        self.ids.len().hash(state);
    }
}

impl ScalarUDFImpl for Among {
    fn name(&self) -> &str {
        if self.inside {
            "is_among"
        } else {
            "is_not_among"
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _given: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let ids = ColumnarValue::values_to_arrays(&args.args)?;
        let ids = ids[0].as_primitive::<Int64Type>();
        let found: BooleanArray = ids
            .values()
            .iter()
            .map(|id| Some(self.ids.contains(*id) == self.inside))
            .collect();
        Ok(ColumnarValue::Array(Arc::new(found)))
    }
}
