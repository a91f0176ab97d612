//! Declarations planned: each SQL text of a pack becomes expressions over its tables, once.
//!
//! Owns the order of datasets, the form of an indicator ([`Base`]), which tables and columns each depends on, and the
//! faults that only a query engine can find ([`check`]). Leaves running to [`crate::compute`].
//!
//! Invariant: every indicator of a [`Plans`] without faults can be computed; nothing refers to itself.

mod references;
mod tables;
mod texts;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, atomic::AtomicU64},
};

use datafusion::{
    catalog::TableProvider,
    common::{DataFusionError, plan_err, tree_node::TreeNodeRecursion},
    datasource::{ViewTable, provider_as_source},
    execution::{context::SessionContext, session_state::SessionState},
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, col},
    sql::{parser::Statement, sqlparser},
};
use futures::FutureExt;
use quanyu_core::columns::ColumnSpec;
use quanyu_pack::model::{At, Declared, IndicatorKind, Pack};

pub(crate) use references::parts;
pub(crate) use tables::register_columns;
use texts::{Texts, is_day, is_text, is_yes_no};

use crate::{arrays, language, scan::Live};

/// Something in a pack that cannot be computed, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The dataset's or indicator's id.
    pub of: String,
    /// Where the text stands.
    pub at: At,
    /// What is wrong with it, in English.
    pub message: String,
}

/// Plans every SQL text of the pack on empty tables and tells what is wrong.
#[must_use]
pub fn check(pack: &Pack) -> Vec<Fault> {
    Plans::new(pack).1
}

/// All declarations, planned.
pub(crate) struct Plans {
    pub(crate) state: SessionState,
    /// Registers and datasets by name.
    pub(crate) relations: BTreeMap<String, Relation>,
    pub(crate) indicators: BTreeMap<String, Planned>,
    /// Columns that are used, by table.
    pub(crate) columns: BTreeMap<String, Vec<ColumnSpec>>,
    /// Rows handed to queries so far.
    pub(crate) scanned: Arc<AtomicU64>,
}

/// A register, its lines, or a dataset.
pub(crate) struct Relation {
    pub(crate) provider: Arc<dyn TableProvider>,
    /// The tables it reads.
    pub(crate) tables: BTreeSet<String>,
}

/// An indicator, planned.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    /// What is computed from rows, for flows and stocks.
    pub(crate) base: Option<Base>,
    /// Tables that its value depends on, through other indicators too.
    pub(crate) tables: BTreeSet<String>,
}

/// A flow or a stock: the one definition that both values and evidence are taken from.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub(crate) of: String,
    pub(crate) shape: Shape,
    pub(crate) filter: Option<Expr>,
    pub(crate) measure: Measure,
    pub(crate) region: Expr,
}

/// When a row counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// In the period that its date (or its period) lies in.
    Flow(Expr),
    /// On the last day of the period, from the first day to the second.
    Stock(Expr, Option<Expr>),
}

/// What is added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Rows,
    Count(Expr),
    Distinct(Expr),
    Sum(Expr),
    Average(Expr),
    Least(Expr),
    Greatest(Expr),
}

impl Measure {
    /// What is looked at in each row; nothing where rows are counted.
    pub(crate) fn argument(&self) -> Option<&Expr> {
        match self {
            Self::Rows => None,
            Self::Count(it)
            | Self::Distinct(it)
            | Self::Sum(it)
            | Self::Average(it)
            | Self::Least(it)
            | Self::Greatest(it) => Some(it),
        }
    }
}

impl Plans {
    /// Plans a pack; what cannot be planned is left out and told.
    pub(crate) fn new(pack: &Pack) -> (Self, Vec<Fault>) {
        let mut planner = Planner {
            context: SessionContext::new_with_state(language::session()),
            relations: BTreeMap::new(),
            used: BTreeMap::new(),
            faults: Vec::new(),
        };
        let all = tables::tables(pack);
        let scanned = Arc::<AtomicU64>::default();
        for (name, columns) in &all {
            let provider = Live {
                table: name.clone(),
                schema: arrays::schema(columns),
                scanned: Arc::clone(&scanned),
            };
            planner.relation(name, Arc::new(provider), BTreeSet::from([name.clone()]));
        }
        planner.datasets(pack);
        let mut indicators = BTreeMap::new();
        for indicator in pack.indicators.values() {
            let base = planner.base(&indicator.id, &indicator.kind);
            let tables = base
                .as_ref()
                .and_then(|it| planner.relations.get(&it.of))
                .map(|it| it.tables.clone());
            let planned = Planned {
                base,
                tables: tables.unwrap_or_default(),
            };
            indicators.insert(indicator.id.clone(), planned);
        }
        planner.references(pack, &mut indicators);
        if let Some(register) = pack.playing("observation") {
            let slots = crate::cited::SLOTS
                .iter()
                .filter_map(|it| register.slot(it));
            let names = slots.map(|it| it.id.clone()).collect::<BTreeSet<_>>();
            planner
                .used
                .entry(register.id.clone())
                .or_default()
                .extend(names);
        }
        let columns = planner.used.iter().filter_map(|(name, used)| {
            let columns = all.get(name)?.iter().filter(|it| used.contains(&it.name));
            Some((name.clone(), columns.cloned().collect()))
        });
        let plans = Self {
            columns: columns.collect(),
            scanned,
            state: planner.context.state(),
            relations: planner.relations,
            indicators,
        };
        (plans, planner.faults)
    }

    /// A plan that reads all rows of a register or dataset.
    pub(crate) fn scan(&self, of: &str) -> Result<LogicalPlanBuilder, DataFusionError> {
        scan(&self.relations, of)
    }
}

fn scan(
    relations: &BTreeMap<String, Relation>,
    of: &str,
) -> Result<LogicalPlanBuilder, DataFusionError> {
    let Some(relation) = relations.get(of) else {
        return plan_err!("there is no register or dataset `{of}`");
    };
    LogicalPlanBuilder::scan(of, provider_as_source(Arc::clone(&relation.provider)), None)
}

struct Planner {
    context: SessionContext,
    relations: BTreeMap<String, Relation>,
    used: BTreeMap<String, BTreeSet<String>>,
    faults: Vec<Fault>,
}

impl Planner {
    fn fault(&mut self, of: &str, at: At, message: impl Into<String>) {
        self.faults.push(Fault {
            of: of.to_owned(),
            at,
            message: message.into(),
        });
    }

    fn relation(&mut self, name: &str, provider: Arc<dyn TableProvider>, tables: BTreeSet<String>) {
        self.context
            .register_table(name, Arc::clone(&provider))
            .expect("the default schema takes any table");
        let relation = Relation { provider, tables };
        self.relations.insert(name.to_owned(), relation);
    }

    /// Datasets in an order in which each comes after those it reads.
    fn datasets(&mut self, pack: &Pack) {
        let mut waiting = BTreeMap::new();
        for dataset in pack.datasets.values() {
            match parse(&self.context.state(), &dataset.sql.value) {
                Ok((statement, reads)) => {
                    waiting.insert(dataset.id.as_str(), (dataset, statement, reads));
                }
                Err(error) => self.fault(&dataset.id, dataset.sql.at, told(&error)),
            }
        }
        while let Some(id) = waiting
            .iter()
            .find(|(_, (_, _, reads))| !reads.iter().any(|it| waiting.contains_key(it.as_str())))
            .map(|(id, _)| *id)
        {
            let (dataset, statement, reads) = waiting.remove(id).expect("it was just found");
            let plan = self.dataset(statement);
            match plan.and_then(|it| self.note_all(&it).map(|()| it)) {
                Ok(plan) => {
                    let tables = reads
                        .iter()
                        .filter_map(|it| self.relations.get(it))
                        .flat_map(|it| it.tables.clone())
                        .collect();
                    let view = ViewTable::new(plan, Some(dataset.sql.value.clone()));
                    self.relation(id, Arc::new(view), tables);
                }
                Err(error) => self.fault(id, dataset.sql.at, told(&error)),
            }
        }
        for (id, (dataset, _, _)) in &waiting {
            self.fault(
                id,
                dataset.sql.at,
                "the dataset reads itself, directly or through others",
            );
        }
    }

    fn dataset(&self, statement: Statement) -> Result<LogicalPlan, DataFusionError> {
        let state = self.context.state();
        let plan = state
            .statement_to_plan(statement)
            .now_or_never()
            .expect("tables in memory are found at once")?;
        language::refuse_floats(&plan)?;
        Ok(plan)
    }

    fn base(&mut self, id: &str, kind: &IndicatorKind) -> Option<Base> {
        let (of, value, filter, region) = match kind {
            IndicatorKind::Flow {
                of,
                value,
                filter,
                region,
                ..
            }
            | IndicatorKind::Stock {
                of,
                value,
                filter,
                region,
                ..
            } => (of, value, filter, region),
            _ => return None,
        };
        let rows = match scan(&self.relations, &of.value).and_then(LogicalPlanBuilder::build) {
            Ok(rows) => rows,
            Err(error) => {
                self.fault(id, of.at, told(&error));
                return None;
            }
        };
        let mut texts = Texts {
            planner: self,
            id,
            rows: &rows,
        };
        let measure = texts.measure(value);
        let filter = match filter {
            Some(text) => texts.typed(text, "true or false", is_yes_no).map(Some),
            None => Some(None),
        };
        let shape = match kind {
            IndicatorKind::Flow { date, .. } => texts
                .typed(date, "a date or a period", is_day)
                .map(Shape::Flow),
            IndicatorKind::Stock { from, to, .. } => {
                let from = texts.day(from, false);
                let to = match to {
                    Some(to) => texts.day(to, true).map(Some),
                    None => Some(None),
                };
                from.zip(to).map(|(from, to)| Shape::Stock(from, to))
            }
            _ => None,
        };
        let region = match region {
            Some(text) => texts.typed(text, "a region", is_text),
            None => {
                let text = Declared {
                    value: "region".to_owned(),
                    at: of.at,
                };
                texts.typed(&text, "a region", is_text)
            }
        };
        let ((filter, measure), (shape, region)) = filter.zip(measure).zip(shape.zip(region))?;
        let (measure, inner) = measure;
        let filter = filter.into_iter().chain(inner).reduce(Expr::and);
        let base = Base {
            of: of.value.clone(),
            shape,
            filter,
            measure,
            region,
        };
        if let Err(error) = self.note_columns(&rows, &base) {
            self.fault(id, of.at, told(&error));
            return None;
        }
        Some(base)
    }

    /// Notes which columns of which tables the indicator needs, among them those that show its records.
    fn note_columns(&mut self, rows: &LogicalPlan, base: &Base) -> Result<(), DataFusionError> {
        let mut needs = vec![base.region.clone()];
        needs.extend(base.filter.clone());
        needs.extend(base.measure.argument().cloned());
        match &base.shape {
            Shape::Flow(date) => needs.push(date.clone()),
            Shape::Stock(from, to) => needs.extend([from.clone()].into_iter().chain(to.clone())),
        }
        if rows.schema().has_column_with_unqualified_name("id") {
            needs.push(col("id"));
        }
        let needs = needs.into_iter().enumerate();
        let needs = needs.map(|(at, it)| it.alias(format!("need{at}")));
        let plan = LogicalPlanBuilder::from(rows.clone())
            .project(needs)?
            .build()?;
        self.note_all(&plan)
    }

    /// Notes all columns that a query reads.
    fn note_all(&mut self, plan: &LogicalPlan) -> Result<(), DataFusionError> {
        let plan = self.context.state().optimize(plan)?;
        language::refuse_floats(&plan)?;
        let used = &mut self.used;
        plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node {
                let table = used.entry(scan.table_name.table().to_owned()).or_default();
                table.extend(
                    scan.projected_schema
                        .fields()
                        .iter()
                        .map(|it| it.name().clone()),
                );
                for filter in &scan.filters {
                    table.extend(filter.column_refs().into_iter().map(|it| it.name.clone()));
                }
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(())
    }
}

/// The statement, which must be a query, and the relations it reads.
fn parse(state: &SessionState, sql: &str) -> Result<(Statement, Vec<String>), DataFusionError> {
    let dialect = state.config().options().sql_parser.dialect;
    let statement = state.sql_to_statement(sql, &dialect)?;
    let query = matches!(&statement, Statement::Statement(it)
        if matches!(**it, sqlparser::ast::Statement::Query(_)));
    if !query {
        return plan_err!("a dataset is a query: it begins with `select` or `with`");
    }
    let reads = state.resolve_table_references(&statement)?;
    let reads = reads.iter().map(|it| it.table().to_owned()).collect();
    Ok((statement, reads))
}

fn told(error: &DataFusionError) -> String {
    error.message().into_owned()
}
