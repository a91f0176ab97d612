//! Views for BI tools: `v_<register>`, made from the pack and renewed with the tables.
//!
//! Owns what they show: what is visible, without personal data; money in yuan, decimals with their point, codes, states,
//! regions and references with what they are called. Titles are comments where the engine keeps comments, else they stand
//! in the view's text. Rights that were granted on a view are granted again when it is made anew.
//!
//! Invariant: no view shows a personal field, nor a record of an import that is not applied.
//!
//! Start reading at [`make_all`].

use quanyu_pack::model::{Field, Pack, Register};
use sha2::{Digest as _, Sha256};

use crate::{
    door::{Bind, Engine, Tx},
    error::StoreError,
    records::SPANS,
    schema::{Column, Schema, Table},
    tables::{self, VISIBLE, quoted},
};

/// Rows of titles written with one statement: four values each.
const TITLES: usize = 500;
/// The code list of regions in `code_title`; no list of a pack is called so.
const REGIONS: &str = "@region";

/// A view as it shall be.
struct View {
    name: String,
    sql: String,
    /// What to say of the view (no column) and of its columns.
    comments: Vec<(Option<String>, String)>,
}

/// A right on a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    view: String,
    to: String,
}

/// Makes every view, and the titles that they show.
pub(crate) async fn make_all(
    tx: &mut Tx,
    schema: &Schema,
    pack: &Pack,
    granted: &[Grant],
) -> Result<(), StoreError> {
    titles(tx, pack).await?;
    let engine = tx.engine();
    for view in wanted(schema, pack, engine) {
        tx.script(view.sql.clone()).await?;
        if engine == Engine::Postgres {
            for (column, said) in &view.comments {
                let name = quoted(&view.name);
                let on = match column {
                    None => format!("view {name}"),
                    Some(column) => format!("column {name}.{}", quoted(column)),
                };
                tx.script(format!("comment on {on} is {}", literal(said)))
                    .await?;
            }
            for grant in granted.iter().filter(|it| it.view == view.name) {
                let to = match grant.to.as_str() {
                    "PUBLIC" => "public".to_owned(),
                    role => quoted(role),
                };
                let sql = format!("grant select on {} to {to}", quoted(&view.name));
                tx.script(sql).await?;
            }
        }
        let values = [Bind::from(view.name.as_str()), Bind::from(hash(&view))];
        tx.run(
            "insert into bi_view (name, definition) values ($1, $2)",
            &values,
        )
        .await?;
    }
    Ok(())
}

/// Drops every view, since no column can go or change its type under one; who might read them.
pub(crate) async fn drop_all(tx: &mut Tx) -> Result<Vec<Grant>, StoreError> {
    let mut granted = Vec::new();
    if tx.engine() == Engine::Postgres {
        let sql = "
            select g.table_name::text, g.grantee::text
              from information_schema.role_table_grants g join bi_view v on v.name = g.table_name::text
             where g.table_schema::text = current_schema()::text and g.privilege_type::text = 'SELECT'
               and g.grantee::text <> current_user::text
             order by 1, 2";
        for row in tx.rows(sql, &[]).await? {
            granted.push(Grant {
                view: row.text(0)?,
                to: row.text(1)?,
            });
        }
    }
    for row in tx
        .rows("select name from bi_view order by name", &[])
        .await?
    {
        let name = quoted(&row.text(0)?);
        tx.script(format!("drop view if exists {name}")).await?;
    }
    tx.run("delete from bi_view", &[]).await?;
    tx.run("delete from code_title", &[]).await?;
    Ok(granted)
}

/// Whether the views are those that this version makes of the pack.
pub(crate) async fn are_current(
    tx: &mut Tx,
    schema: &Schema,
    pack: &Pack,
) -> Result<bool, StoreError> {
    let sql = "select name, definition from bi_view order by name";
    let mut there = Vec::new();
    for row in tx.rows(sql, &[]).await? {
        there.push((row.text(0)?, row.text(1)?));
    }
    let mut wanted: Vec<(String, String)> = wanted(schema, pack, tx.engine())
        .into_iter()
        .map(|it| (it.name.clone(), hash(&it)))
        .collect();
    wanted.sort();
    Ok(there == wanted)
}

fn hash(view: &View) -> String {
    let mut hash = Sha256::new();
    hash.update(&view.sql);
    for (column, said) in &view.comments {
        hash.update(column.as_deref().unwrap_or_default());
        hash.update(said);
    }
    quanyu_core::change::seal_text(&hash.finalize().into())
}

/// What codes, regions and states are called.
async fn titles(tx: &mut Tx, pack: &Pack) -> Result<(), StoreError> {
    let mut all: Vec<(String, String, String)> = Vec::new();
    for (id, list) in &pack.codes {
        let items = list.items.iter();
        all.extend(items.map(|it| (id.clone(), it.code.clone(), it.title.zh.clone())));
    }
    for (code, region) in &pack.regions {
        all.push((REGIONS.to_owned(), code.to_string(), region.name.clone()));
    }
    for (id, register) in &pack.registers {
        for state in register.lifecycle.iter().flat_map(|it| &it.states) {
            all.push((states_of(id), state.id.clone(), state.title.zh.clone()));
        }
    }
    let names = ["list", "code", "place", "title"];
    let engine = tx.engine();
    let mut place = 0_i64;
    for part in all.chunks(TITLES) {
        let mut values = Vec::with_capacity(part.len() * names.len());
        for (list, code, title) in part {
            place += 1;
            values.extend([
                Bind::from(list.as_str()),
                Bind::from(code.as_str()),
                Bind::from(place),
                Bind::from(title.as_str()),
            ]);
        }
        let sql = tables::insert("code_title", &names, part.len(), engine);
        tx.run_built(sql, &values).await?;
    }
    Ok(())
}

fn states_of(register: &str) -> String {
    format!("@state.{register}")
}

/// The views of all tables that the pack declares.
fn wanted(schema: &Schema, pack: &Pack, engine: Engine) -> Vec<View> {
    let mut all = Vec::new();
    for table in schema.tables.values().filter(|it| !it.hidden) {
        let id = table.parent.as_ref().unwrap_or(&table.id);
        let Some(register) = pack.registers.get(id) else {
            continue;
        };
        let (title, fields) = match table.parent.as_ref().map(|_| table.line_name()) {
            None => (register.title.zh.clone(), &register.fields),
            Some(SPANS) => (format!("{}：历史取值", register.title.zh), &register.fields),
            Some(name) => match register.lines.iter().find(|it| it.id == name) {
                Some(lines) => (
                    format!("{}：{}", register.title.zh, lines.title.zh),
                    &lines.fields,
                ),
                None => continue,
            },
        };
        all.push(
            Maker {
                schema,
                pack,
                engine,
                table,
                register,
                fields,
            }
            .view(&title),
        );
    }
    all
}

/// What a column of a view is made of.
struct Shown {
    name: String,
    sql: String,
    said: String,
}

struct Maker<'a> {
    schema: &'a Schema,
    pack: &'a Pack,
    engine: Engine,
    table: &'a Table,
    register: &'a Register,
    fields: &'a [Field],
}

impl Maker<'_> {
    fn view(&self, title: &str) -> View {
        let mut shown = self.system();
        for column in self.table.shown() {
            // A field that is a system column stands there already.
            if column.is_person() || self.table.is_system(&column.field) {
                continue;
            }
            let field = self.fields.iter().find(|it| it.id == column.field);
            shown.extend(self.column(column, field));
        }
        let name = format!("v_{}", self.table.name.trim_start_matches("r_"));
        let columns: Vec<String> = shown
            .iter()
            .map(|it| match self.engine {
                Engine::Sqlite => format!(
                    "{} as {} /* {} */",
                    it.sql,
                    quoted(&it.name),
                    aside(&it.said)
                ),
                Engine::Postgres => format!("{} as {}", it.sql, quoted(&it.name)),
            })
            .collect();
        let head = match self.engine {
            Engine::Sqlite => format!("/* {} */ ", aside(title)),
            Engine::Postgres => String::new(),
        };
        let sql = format!(
            "create view {} as {head}select {} from {} t where {VISIBLE}",
            quoted(&name),
            columns.join(", "),
            quoted(&self.table.name)
        );
        let mut comments = vec![(None, title.to_owned())];
        comments.extend(shown.into_iter().map(|it| (Some(it.name), it.said)));
        View {
            name,
            sql,
            comments,
        }
    }

    fn system(&self) -> Vec<Shown> {
        let shown = |name: &str, sql: String, said: &str| Shown {
            name: name.to_owned(),
            sql,
            said: said.to_owned(),
        };
        let plain = |name: &str, said: &str| shown(name, format!("t.{}", quoted(name)), said);
        if self.table.parent.is_some() {
            return vec![
                plain("id", "序号"),
                plain("parent", "所属记录"),
                plain("line_no", "行号"),
            ];
        }
        let mut all = vec![
            plain("id", "序号"),
            plain("region", "行政区划代码"),
            shown("region_name", title(REGIONS, "region"), "行政区划"),
        ];
        if self.register.lifecycle.is_some() {
            all.push(plain("state", "状态代码"));
            let sql = title(&states_of(&self.register.id), "state");
            all.push(shown("state_title", sql, "状态"));
        }
        // A field of the register goes before what is added.
        all.retain(|it| {
            self.table.is_system(&it.name) || self.fields.iter().all(|field| field.id != it.name)
        });
        all
    }

    fn column(&self, column: &Column, field: Option<&Field>) -> Vec<Shown> {
        let name = quoted(&column.field);
        let said = match (field, column.field.as_str()) {
            (Some(field), _) => field.title.zh.clone(),
            (None, "_from") => "起始日期".to_owned(),
            (None, "_to") => "截止日期（不含）".to_owned(),
            (None, other) => other.to_owned(),
        };
        let (sql, unit) = match column.word.as_str() {
            _ if column.many => (format!("t.{name}"), None),
            "money" => (self.scaled(&name, 2), Some("元")),
            "decimal" => (
                self.scaled(&name, column.scale),
                field.and_then(|it| it.unit.as_deref()),
            ),
            "integer" => (format!("t.{name}"), field.and_then(|it| it.unit.as_deref())),
            "yes_no" if self.engine == Engine::Postgres => (format!("(t.{name} = 1)"), None),
            "date" if self.engine == Engine::Postgres => (format!("cast(t.{name} as date)"), None),
            _ => (format!("t.{name}"), None),
        };
        let told = |more: &str| format!("{said}{more}");
        let mut all = vec![Shown {
            name: column.field.clone(),
            sql,
            said: unit.map_or_else(|| said.clone(), |it| told(&format!("（{it}）"))),
        }];
        let more = match column.word.as_str() {
            "code" => column.list.as_ref().map(|list| {
                let sql = if column.many {
                    self.titles(list, &name)
                } else {
                    title(list, &column.field)
                };
                ("title", sql, "（名称）")
            }),
            "region" if !column.many => Some(("name", title(REGIONS, &column.field), "（名称）")),
            "reference" | "organization" if !column.many => {
                self.label(column).map(|sql| ("label", sql, "（名称）"))
            }
            _ => None,
        };
        if let Some((end, sql, more)) = more {
            let name = format!("{}_{end}", column.field);
            if self.fields.iter().all(|it| it.id != name) {
                all.push(Shown {
                    name,
                    sql,
                    said: told(more),
                });
            }
        }
        all
    }

    /// A scaled integer as the number that it means. SQLite knows none but binary fractions; what is summed exactly is
    /// summed by the figures.
    fn scaled(&self, name: &str, scale: u8) -> String {
        let ten = 10_i64.pow(u32::from(scale));
        match self.engine {
            Engine::Sqlite => format!("round(t.{name} / {ten}.0, {scale})"),
            Engine::Postgres => {
                format!("cast(cast(t.{name} as numeric) / {ten} as numeric(38, {scale}))")
            }
        }
    }

    /// What several codes are called.
    fn titles(&self, list: &str, name: &str) -> String {
        let list = literal(list);
        match self.engine {
            Engine::Sqlite => format!(
                "(select group_concat(s.title, '、') from (select c.title as title from code_title c \
                 where c.list = {list} and instr(t.{name}, ';' || c.code || ';') > 0 order by c.place) s)"
            ),
            Engine::Postgres => format!(
                "(select string_agg(c.title, '、' order by c.place) from code_title c \
                 where c.list = {list} and position(';' || c.code || ';' in t.{name}) > 0)"
            ),
        }
    }

    /// What the record referred to is called, unless that is personal.
    fn label(&self, column: &Column) -> Option<String> {
        let target = self.schema.tables.get(column.target.as_ref()?)?;
        let label = &self.pack.registers.get(&target.id)?.label;
        let shown = target.column(label).filter(|it| !it.is_person())?;
        Some(format!(
            "(select cast(r.{} as text) from {} r where r.id = t.{})",
            quoted(&shown.field),
            quoted(&target.name),
            quoted(&column.field)
        ))
    }
}

/// What a code is called.
fn title(list: &str, column: &str) -> String {
    format!(
        "(select c.title from code_title c where c.list = {} and c.code = t.{})",
        literal(list),
        quoted(column)
    )
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Text that does not end the comment that it stands in.
fn aside(text: &str) -> String {
    text.replace("*/", "* /")
}
