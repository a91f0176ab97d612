//! Queries of datasets: clauses that are allowed, tables they name, columns they give.

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, Ident, JoinConstraint, JoinOperator, LimitClause, OrderByKind,
    Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, SetOperator,
    SetQuantifier, Spanned, TableAlias, TableFactor, TableWithJoins,
};

use super::{
    Kind,
    expr::{Relation, Scope, Walk, plain_name},
    types::Column,
};
use crate::faults;

impl Walk<'_, '_> {
    /// The columns a query gives. At the top of a dataset each needs a name of its own.
    pub(super) fn query(
        &mut self,
        query: &Query,
        outer: Option<&Scope<'_>>,
        top: bool,
    ) -> Vec<Column> {
        let at = self.text.at;
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        let odd = fetch.is_some()
            || !locks.is_empty()
            || for_clause.is_some()
            || settings.is_some()
            || format_clause.is_some()
            || !pipe_operators.is_empty();
        if odd {
            self.refuse(at, "查询后面的这个子句", "a clause after this query");
        }
        let known = self.with.len();
        if let Some(with) = with {
            if with.recursive {
                self.refuse(at, "`with recursive`", "`with recursive`");
            }
            for table in &with.cte_tables {
                if !table.alias.columns.is_empty()
                    || table.from.is_some()
                    || table.materialized.is_some()
                {
                    self.refuse(
                        at,
                        "`with` 查询的列名或选项",
                        "column names or options of a `with` query",
                    );
                }
                let columns = self.query(&table.query, outer, false);
                self.with.push((table.alias.name.value.clone(), columns));
            }
        }
        let (columns, scope) = self.body(body, outer, top);
        let mut scope = scope;
        scope.output.clone_from(&columns);
        match (order_by, limit_clause) {
            (None, None) => {}
            (
                Some(order),
                Some(LimitClause::LimitOffset {
                    limit: Some(limit),
                    offset: None,
                    limit_by,
                }),
            ) => {
                match &order.kind {
                    OrderByKind::Expressions(list) => self.order(list, &scope),
                    OrderByKind::All(_) => {
                        self.refuse(at, "`order by all`", "`order by all`");
                    }
                }
                if !matches!(limit, Expr::Value(_)) || !limit_by.is_empty() {
                    self.refuse(at, "这样的 `limit`", "this `limit`");
                }
            }
            // Rows of a view have no order, and a limit without order picks rows by chance.
            _ => {
                self.refuse(
                    at,
                    "只写 `order by` 或只写 `limit`（要一起写）",
                    "`order by` and `limit` without each other",
                );
            }
        }
        self.with.truncate(known);
        columns
    }

    fn body<'s>(
        &mut self,
        body: &SetExpr,
        outer: Option<&'s Scope<'s>>,
        top: bool,
    ) -> (Vec<Column>, Scope<'s>) {
        match body {
            SetExpr::Select(select) => self.select(select, outer, top),
            SetExpr::Query(query) => (
                self.query(query, outer, top),
                Scope {
                    outer,
                    ..Scope::default()
                },
            ),
            SetExpr::SetOperation {
                left,
                op: SetOperator::Union,
                set_quantifier: SetQuantifier::All | SetQuantifier::None,
                right,
            } => {
                let (mut columns, _) = self.body(left, outer, top);
                let (others, _) = self.body(right, outer, false);
                if columns.len() != others.len() {
                    let at = self.text.place(right.span());
                    self.fault(faults::sql_type(
                        at,
                        format!(
                            "union 两边的列数不同：{} 与 {}",
                            columns.len(),
                            others.len()
                        ),
                        format!(
                            "the sides of this union have {} and {} columns",
                            columns.len(),
                            others.len()
                        ),
                    ));
                }
                for (column, other) in columns.iter_mut().zip(others) {
                    column.kind = column.kind.common(other.kind).unwrap_or(Kind::Any);
                    if column.unit != other.unit {
                        column.unit = None;
                    }
                    if column.words != other.words {
                        column.words = None;
                    }
                }
                (
                    columns,
                    Scope {
                        outer,
                        ..Scope::default()
                    },
                )
            }
            other => {
                let at = self.text.place(other.span());
                self.refuse(at, "这种查询", "this kind of query");
                (
                    Vec::new(),
                    Scope {
                        outer,
                        ..Scope::default()
                    },
                )
            }
        }
    }

    fn select<'s>(
        &mut self,
        select: &Select,
        outer: Option<&'s Scope<'s>>,
        top: bool,
    ) -> (Vec<Column>, Scope<'s>) {
        self.refuse_odd_clauses(select);
        let mut scope = Scope {
            outer,
            ..Scope::default()
        };
        for table in &select.from {
            self.joins(table, &mut scope);
        }
        if let Some(condition) = &select.selection {
            self.condition(condition, &scope);
        }
        let mut columns = Vec::new();
        for item in &select.projection {
            self.item(item, &scope, top, &mut columns);
        }
        // Output names can be grouped by.
        let mut named = scope.clone();
        named.output.clone_from(&columns);
        match &select.group_by {
            GroupByExpr::Expressions(list, modifiers) if modifiers.is_empty() => {
                for item in list {
                    self.expr(item, &named);
                }
            }
            _ => {
                self.refuse(self.text.at, "这样的 `group by`", "this `group by`");
            }
        }
        if let Some(having) = &select.having {
            let typed = self.expr(having, &named);
            self.must_be_condition(having, typed.kind);
        }
        if top {
            self.one_name_each(&columns);
        }
        (columns, scope)
    }

    fn refuse_odd_clauses(&mut self, select: &Select) {
        // What is allowed is taken over, the rest must be as if it were not there: a clause that a later parser
        // learns is refused until it is written into the subset.
        let plain = Select {
            optimizer_hints: Vec::new(),
            select_modifiers: None,
            top: None,
            top_before_distinct: false,
            exclude: None,
            into: None,
            lateral_views: Vec::new(),
            prewhere: None,
            connect_by: Vec::new(),
            cluster_by: Vec::new(),
            distribute_by: Vec::new(),
            sort_by: Vec::new(),
            named_window: Vec::new(),
            qualify: None,
            window_before_qualify: false,
            value_table_mode: None,
            ..select.clone()
        };
        if plain != *select || matches!(select.distinct, Some(Distinct::On(_) | Distinct::All)) {
            let at = self.text.place(select.span());
            self.refuse(at, "查询里的这个子句", "a clause of this query");
        }
        if select.flavor != sqlparser::ast::SelectFlavor::Standard {
            self.refuse(
                self.text.at,
                "`from` 写在 `select` 之前",
                "`from` before `select`",
            );
        }
    }

    fn condition(&mut self, expr: &Expr, scope: &Scope<'_>) {
        let allowed = std::mem::replace(&mut self.aggregates, false);
        let typed = self.expr(expr, scope);
        self.aggregates = allowed;
        self.must_be_condition(expr, typed.kind);
    }

    fn must_be_condition(&mut self, expr: &Expr, kind: Kind) {
        if !matches!(kind, Kind::Bool | Kind::Any) {
            let at = self.at(expr);
            let (zh, en) = kind.name();
            self.fault(faults::sql_type(
                at,
                format!("条件要是或否，写的是{zh}"),
                format!("a condition is yes or no, found {en}"),
            ));
        }
    }

    fn joins(&mut self, table: &TableWithJoins, scope: &mut Scope<'_>) {
        self.factor(&table.relation, scope);
        for join in &table.joins {
            let before = scope.relations.len();
            self.factor(&join.relation, scope);
            let constraint = match &join.join_operator {
                JoinOperator::Join(it)
                | JoinOperator::Inner(it)
                | JoinOperator::Left(it)
                | JoinOperator::LeftOuter(it)
                | JoinOperator::CrossJoin(it) => it,
                _ => {
                    let at = self.text.place(join.span());
                    self.refuse(
                        at,
                        "这种连接（只用 join、left join、cross join）",
                        "this kind of join",
                    );
                    continue;
                }
            };
            match constraint {
                JoinConstraint::On(condition) => self.condition(condition, scope),
                JoinConstraint::Using(names) => {
                    for name in names {
                        self.using(name, before, scope);
                    }
                }
                JoinConstraint::None
                    if matches!(join.join_operator, JoinOperator::CrossJoin(_)) => {}
                JoinConstraint::None | JoinConstraint::Natural => {
                    let at = self.text.place(join.span());
                    self.refuse(
                        at,
                        "没有 `on` 或 `using` 的连接",
                        "a join without `on` or `using`",
                    );
                }
            }
        }
    }

    fn using(&mut self, name: &sqlparser::ast::ObjectName, before: usize, scope: &mut Scope<'_>) {
        let at = self.text.place(name.span());
        let Some(plain) = plain_name(name) else {
            self.refuse(at, "这样的名称", "this name");
            return;
        };
        let (left, right) = scope.relations.split_at(before);
        let has = |side: &[Relation]| {
            side.iter()
                .any(|it| it.columns.iter().any(|it| it.name == plain))
        };
        if !has(left) || !has(right) {
            let valid: Vec<_> = right
                .iter()
                .flat_map(|it| &it.columns)
                .map(|it| it.name.as_str())
                .collect();
            self.fault(faults::unknown_name(at, faults::COLUMN, &plain, &valid));
        }
        scope.merged.push(plain);
    }

    fn factor(&mut self, factor: &TableFactor, scope: &mut Scope<'_>) {
        let at = self.text.place(factor.span());
        match factor {
            TableFactor::Table {
                name,
                alias,
                args: None,
                with_hints,
                version: None,
                with_ordinality: false,
                partitions,
                json_path: None,
                sample: None,
                index_hints,
            } if with_hints.is_empty() && partitions.is_empty() && index_hints.is_empty() => {
                let at = self.text.place(name.span());
                let Some(table) = plain_name(name) else {
                    self.refuse(at, "带点或引号的表名", "a name with a dot or quotes");
                    return;
                };
                let with = self
                    .with
                    .iter()
                    .rev()
                    .find(|(it, _)| *it == table)
                    .map(|(_, columns)| columns.clone());
                let (found, columns) = match with {
                    Some(columns) => (None, columns),
                    None => match self.analysis.table(&table) {
                        Some(columns) => {
                            self.uses.tables.insert(table.clone());
                            (Some(table.clone()), columns)
                        }
                        None => {
                            let names = self.analysis.table_names();
                            let valid: Vec<_> = names
                                .iter()
                                .map(String::as_str)
                                .chain(self.with.iter().map(|(it, _)| it.as_str()))
                                .collect();
                            let fault = faults::unknown_name(at, faults::TABLE, &table, &valid);
                            self.fault(fault);
                            (None, Vec::new())
                        }
                    },
                };
                let alias = self
                    .alias(alias.as_ref())
                    .map_or(table, |it| it.value.clone());
                scope.relations.push(Relation {
                    alias,
                    table: found,
                    columns,
                });
            }
            TableFactor::Derived {
                lateral: false,
                subquery,
                alias,
                sample: None,
            } => {
                let outer = scope.outer;
                let columns = self.query(subquery, outer, false);
                match self.alias(alias.as_ref()) {
                    Some(alias) => {
                        scope.relations.push(Relation {
                            alias: alias.value.clone(),
                            table: None,
                            columns,
                        });
                    }
                    None => {
                        self.refuse(at, "没有名称的子查询", "a sub-query without a name");
                    }
                }
            }
            TableFactor::NestedJoin {
                table_with_joins,
                alias: None,
            } => self.joins(table_with_joins, scope),
            _ => {
                self.refuse(at, "`from` 里的这种写法", "this in `from`");
            }
        }
    }

    fn alias<'t>(&mut self, alias: Option<&'t TableAlias>) -> Option<&'t Ident> {
        let alias = alias?;
        if !alias.columns.is_empty() || alias.at.is_some() || alias.name.quote_style.is_some() {
            let at = self.text.place(alias.name.span);
            self.refuse(at, "这样的表别名", "this kind of table alias");
        }
        Some(&alias.name)
    }

    fn item(&mut self, item: &SelectItem, scope: &Scope<'_>, top: bool, columns: &mut Vec<Column>) {
        match item {
            SelectItem::ExprWithAlias { expr, alias } => {
                columns.push(self.output(expr, &alias.value, scope))
            }
            SelectItem::UnnamedExpr(expr) => {
                let name = match expr {
                    Expr::Identifier(name) => name.value.clone(),
                    Expr::CompoundIdentifier(names) => {
                        names.last().map(|it| it.value.clone()).unwrap_or_default()
                    }
                    _ => String::new(),
                };
                if name.is_empty() && top {
                    let at = self.at(expr);
                    self.fault(faults::sql_type(
                        at,
                        "这一列要起名：… as 名称",
                        "this column needs a name: … as name",
                    ));
                }
                columns.push(self.output(expr, &name, scope));
            }
            SelectItem::Wildcard(options)
                if options.opt_except.is_none() && options.opt_exclude.is_none() =>
            {
                let all: Vec<_> = scope.relations.to_vec();
                for relation in all {
                    self.all_of(&relation, &scope.merged, columns);
                }
            }
            SelectItem::QualifiedWildcard(
                SelectItemQualifiedWildcardKind::ObjectName(name),
                options,
            ) if options.opt_except.is_none() && options.opt_exclude.is_none() => {
                let at = self.text.place(name.span());
                let alias = plain_name(name).unwrap_or_default();
                match scope.relations.iter().find(|it| it.alias == alias).cloned() {
                    Some(relation) => self.all_of(&relation, &[], columns),
                    None => {
                        let valid: Vec<_> =
                            scope.relations.iter().map(|it| it.alias.as_str()).collect();
                        self.fault(faults::unknown_name(at, faults::ALIAS, &alias, &valid));
                    }
                }
            }
            other => {
                let at = self.text.place(other.span());
                self.refuse(at, "这样的输出列", "this output column");
            }
        }
    }

    fn all_of(&mut self, relation: &Relation, merged: &[String], columns: &mut Vec<Column>) {
        for column in &relation.columns {
            if merged.contains(&column.name) && columns.iter().any(|it| it.name == column.name) {
                continue;
            }
            if let Some(table) = &relation.table {
                self.uses.columns.insert(super::ColumnUse {
                    table: table.clone(),
                    column: column.name.clone(),
                    aggregated: false,
                    at: self.text.at,
                });
            }
            columns.push(column.clone());
        }
    }

    fn output(&mut self, expr: &Expr, name: &str, scope: &Scope<'_>) -> Column {
        let typed = self.expr(expr, scope);
        // A column handed on keeps what it can hold.
        let words = match expr {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => self.words(expr, scope),
            _ => None,
        };
        let unit = match typed.unit {
            super::Unit::Of(unit) => Some(unit),
            super::Unit::Unknown | super::Unit::Count => None,
        };
        Column {
            name: name.to_owned(),
            kind: typed.kind,
            unit,
            words,
            period: typed.kind == Kind::Text,
        }
    }

    fn one_name_each(&mut self, columns: &[Column]) {
        for (place, column) in columns.iter().enumerate() {
            if !column.name.is_empty() && columns[..place].iter().any(|it| it.name == column.name) {
                self.fault(faults::sql_type(
                    self.text.at,
                    format!("两列都叫 `{}`", column.name),
                    format!("two columns are called `{}`", column.name),
                ));
            }
        }
    }
}
