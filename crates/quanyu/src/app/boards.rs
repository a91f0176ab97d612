//! 看板: the records of a register by state.
//!
//! Owns the columns and their cards. Leaves the records that ended to the register's own list.
//!
//! Start reading at [`board`].

use quanyu_core::{access::Right, text::Text, value::Value};
use quanyu_store::{
    duty::{self, Reach, Wanted},
    list::{self as rows, Filter, Op, Query},
};

use super::{
    AppError, Product,
    desk::{self, Task},
    duties, registers,
};

/// Cards of a column at most.
const CARDS: u32 = 50;

/// The records of a register by state.
#[derive(Clone, Debug)]
pub struct Board {
    /// The register: id and title.
    pub register: (String, Text),
    /// States in order.
    pub columns: Vec<Column>,
}

/// The records in a state.
#[derive(Clone, Debug)]
pub struct Column {
    /// The state: id and title.
    pub state: (String, Text),
    /// Nothing leads on from it.
    pub last: bool,
    /// How many records are in it.
    pub count: i64,
    /// How many of them are late.
    pub late: i64,
    /// The first of those that wait, by day.
    pub cards: Vec<Task>,
}

/// Registers that have a board for who looks: id and title.
#[must_use]
pub fn registers_with(product: &Product) -> Vec<(String, Text)> {
    let all = product.pack.registers.values();
    all.filter(|it| it.lifecycle.is_some())
        .filter(|it| !product.scope(Right::Read, it).is_nothing())
        .map(|it| (it.id.clone(), it.title.clone()))
        .collect()
}

/// The board of a register.
///
/// # Errors
/// A register that is not there, has no lifecycle, or may not be read.
pub async fn board(product: &Product, id: &str) -> Result<Board, AppError> {
    let register = registers::declared(product, id)?;
    let scope = product.may(Right::Read, register)?;
    let Some(lifecycle) = &register.lifecycle else {
        let with = registers_with(product);
        let valid = with.iter().map(|it| it.0.as_str());
        return Err(AppError::not_found("board", id, valid));
    };
    duties::follow(product).await?;
    let today = product.today();
    let mut tx = product.store.read().await?;
    let mut columns = Vec::new();
    for state in &lifecycle.states {
        let waits = lifecycle.expected(&state.id).next().is_some();
        let wanted = Wanted {
            reaches: vec![Reach {
                register: register.id.clone(),
                states: vec![state.id.clone()],
                scope: scope.clone(),
                own: None,
            }],
            ..Wanted::default()
        };
        let mut column = Column {
            state: (state.id.clone(), state.title.clone()),
            last: state.last,
            count: 0,
            late: 0,
            cards: Vec::new(),
        };
        if waits {
            let found = duty::list(&mut tx, &wanted, CARDS).await?;
            let counted = duty::count(&mut tx, &wanted, &today.to_string()).await?;
            (column.count, column.late) = (counted.0, counted.1);
            let cards = found.iter();
            column.cards = cards
                .filter_map(|it| desk::task(product, it, today))
                .collect();
        } else {
            let query = Query {
                filters: vec![Filter::new("@state", Op::Eq(Value::text(&*state.id)))],
                limit: 1,
                ..Query::default()
            };
            column.count = rows::count(&mut tx, &register.id, &query).await?;
        }
        columns.push(column);
    }
    Ok(Board {
        register: (register.id.clone(), register.title.clone()),
        columns,
    })
}
