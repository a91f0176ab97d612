//! Names of columns: which table they belong to, what words they can hold.

use sqlparser::ast::{Expr, Ident};

use super::{
    ColumnUse, Typed, Unit,
    expr::{Relation, Scope, Walk},
    types::{Column, Words},
};
use crate::{faults, model::At};

impl Walk<'_, '_> {
    /// The words a column can hold, if the expression is a column.
    pub(super) fn words(&self, expr: &Expr, scope: &Scope<'_>) -> Option<Words> {
        let (table, name) = match expr {
            Expr::Identifier(name) => (None, name),
            Expr::CompoundIdentifier(names) if names.len() == 2 => (Some(&names[0]), &names[1]),
            Expr::Nested(inner) => return self.words(inner, scope),
            _ => return None,
        };
        let mut relations = scope
            .relations
            .iter()
            .filter(|it| table.is_none_or(|table| it.alias == table.value));
        relations
            .find_map(|it| it.columns.iter().find(|it| it.name == name.value))
            .and_then(|it| it.words.clone())
    }

    pub(super) fn known_word(&mut self, at: At, words: &Words, word: &str) {
        let pack = self.analysis.pack;
        let (what, valid): (_, Vec<&str>) = match words {
            Words::Codes(list) => {
                let items = pack
                    .codes
                    .get(list)
                    .map(|it| it.items.as_slice())
                    .unwrap_or_default();
                (
                    faults::CODE,
                    items.iter().map(|it| it.code.as_str()).collect(),
                )
            }
            Words::States(register) => {
                let lifecycle = pack
                    .registers
                    .get(register)
                    .and_then(|it| it.lifecycle.as_ref());
                let states = lifecycle.map(|it| it.states.as_slice()).unwrap_or_default();
                (
                    faults::STATE,
                    states.iter().map(|it| it.id.as_str()).collect(),
                )
            }
        };
        if !valid.is_empty() && !valid.contains(&word) {
            self.fault(faults::unknown_name(at, what, word, &valid));
        }
    }

    pub(super) fn column(
        &mut self,
        table: Option<&Ident>,
        name: &Ident,
        scope: &Scope<'_>,
    ) -> Typed {
        let at = self.text.place(name.span);
        // Quoted or capital names would be other columns on PostgreSQL.
        if name.quote_style.is_some() || table.is_some_and(|it| it.quote_style.is_some()) {
            return self.refuse(at, "带引号的名称", "a quoted name");
        }
        let mut level = Some(scope);
        while let Some(scope) = level {
            let fits = |it: &&Relation| table.is_none_or(|table| it.alias == table.value);
            let found: Vec<_> = scope
                .relations
                .iter()
                .filter(fits)
                .filter_map(|it| Some((it, it.columns.iter().find(|it| it.name == name.value)?)))
                .collect();
            if found.len() > 1 && table.is_none() && !scope.merged.contains(&name.value) {
                let tables = found
                    .iter()
                    .map(|(it, _)| it.alias.as_str())
                    .collect::<Vec<_>>()
                    .join(", ");
                self.fault(faults::ambiguous(at, &name.value, &tables));
                return Typed::any();
            }
            if let Some((relation, column)) = found.first() {
                if let Some(table) = &relation.table {
                    self.uses.columns.insert(ColumnUse {
                        table: table.clone(),
                        column: column.name.clone(),
                        aggregated: self.in_aggregate,
                        at,
                    });
                }
                return typed(column);
            }
            if table.is_none()
                && let Some(column) = scope.output.iter().find(|it| it.name == name.value)
            {
                return typed(column);
            }
            level = scope.outer;
        }
        self.unknown_column(table, name, at, scope);
        Typed::any()
    }

    fn unknown_column(&mut self, table: Option<&Ident>, name: &Ident, at: At, scope: &Scope<'_>) {
        let aliases: Vec<_> = scope.relations.iter().map(|it| it.alias.as_str()).collect();
        if let Some(table) = table
            && !aliases.contains(&table.value.as_str())
        {
            let at = self.text.place(table.span);
            self.fault(faults::unknown_name(
                at,
                faults::ALIAS,
                &table.value,
                &aliases,
            ));
            return;
        }
        let relations = scope
            .relations
            .iter()
            .filter(|it| table.is_none_or(|table| it.alias == table.value));
        let mut valid = Vec::new();
        for relation in relations {
            // A dataset or sub-query without columns was told as faulty itself.
            if relation.columns.is_empty() {
                return;
            }
            valid.extend(relation.columns.iter().map(|it| it.name.as_str()));
        }
        self.fault(faults::unknown_name(
            at,
            faults::COLUMN,
            &name.value,
            &valid,
        ));
    }
}

fn typed(column: &Column) -> Typed {
    let unit = column.unit.clone().map_or(Unit::Unknown, Unit::Of);
    Typed {
        kind: column.kind,
        unit,
        literal: None,
    }
}
