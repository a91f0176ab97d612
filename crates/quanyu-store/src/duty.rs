//! Work in hand: records in a state that somebody is waited for to lead on from, and who handles them.
//!
//! Owns the table that follows the registers, so that all that waits can be asked for at once, by day. Leaves which states
//! are waited in, and when a record is due, to the application.
//!
//! Invariant: the table says nothing that the registers and the steps do not; it may be thrown away and made again.
//!
//! Start reading at [`changed`], then [`put`].

use quanyu_core::access::{Part, Scope};

use crate::{
    act::Act,
    body::Body,
    door::{Bind, Row, Tx},
    error::StoreError,
    list,
    records::{Record, register_table},
    step::{self, Step},
    tables,
};

/// What the change entry of an assignment is called.
const ASSIGN: &str = "task.assign";

/// A record that waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duty {
    /// The record.
    pub record: i64,
    /// Its register.
    pub register: String,
    /// The state it waits in.
    pub state: String,
    /// What it is called.
    pub label: String,
    /// Where it belongs.
    pub region: String,
    /// The organization that owns it.
    pub owner_org: Option<i64>,
    /// The user who owns it.
    pub owner_user: Option<String>,
    /// Who entered it.
    pub entered_by: String,
    /// The change with which it came into the state.
    pub entered_seq: i64,
    /// The day from which its deadline counts, ISO.
    pub entered_on: String,
    /// Who led it here.
    pub last_by: String,
    /// The step that led it here.
    pub last_step: Option<String>,
    /// Whether that was a return.
    pub returned: bool,
    /// What was said with it.
    pub reason: Option<String>,
    /// The day it is due, ISO.
    pub due: Option<String>,
    /// From when people are reminded, ISO.
    pub remind_on: Option<String>,
    /// From when others are told, ISO.
    pub escalate_on: Option<String>,
    /// Who handles it, where somebody was named.
    pub person: Option<String>,
}

/// A record as it came into its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The record.
    pub record: Record,
    /// Who made it.
    pub made_by: String,
    /// When, UTC.
    pub made_at: String,
    /// The step that led it into its state; `None` where it was put there.
    pub step: Option<Step>,
}

/// Which duties somebody looks at: those in these states that are within reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The register.
    pub register: String,
    /// States.
    pub states: Vec<String>,
    /// How far it reaches.
    pub scope: Scope,
    /// Only what this person entered.
    pub own: Option<String>,
}

/// Which duties are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Any of these may hold it.
    pub reaches: Vec<Reach>,
    /// Also what this person was named for.
    pub person: Option<String>,
    /// Due from this day on, ISO.
    pub from: Option<String>,
    /// Due by this day, ISO.
    pub to: Option<String>,
}

const COLUMNS: &str = "d.record, d.register, d.state, d.label, d.region, d.owner_org, d.owner_user, d.entered_by,
    d.entered_seq, d.entered_on, d.last_by, d.last_step, d.returned, d.reason, d.due, d.remind_on, d.escalate_on,
    a.person";
const TABLES: &str = "duty d left join assignment a on a.record = d.record and a.state = d.state";

/// The last change and the pack revision that the table follows.
///
/// # Errors
/// The database's.
pub async fn seen(tx: &mut Tx) -> Result<(i64, i64), StoreError> {
    let row = tx.row("select seq, pack from duty_seen", &[]).await?;
    row.map_or(Ok((0, -1)), |it| Ok((it.int(0)?, it.int(1)?)))
}

/// Notes how far the table follows.
///
/// # Errors
/// The database's.
pub async fn note_seen(act: &mut Act, seq: i64) -> Result<(), StoreError> {
    let values = [Bind::from(seq), Bind::from(act.schema().revision)];
    let sql = "update duty_seen set seq = $1, pack = $2";
    act.tx.run(sql, &values).await?;
    Ok(())
}

/// Throws the table away, to be made anew.
///
/// # Errors
/// The database's.
pub async fn clear(act: &mut Act) -> Result<(), StoreError> {
    act.tx.run("delete from duty", &[]).await?;
    Ok(())
}

/// Records of a register that were made or touched after a change, in order of id behind `after`. With `first` only those in
/// these states; else what was imported since only in these states, for what was there before may have left them.
///
/// # Errors
/// The database's.
pub async fn changed(
    tx: &mut Tx,
    register: &str,
    (since, first): (i64, bool),
    after: i64,
    states: &[String],
    limit: u32,
) -> Result<Vec<i64>, StoreError> {
    let table = register_table(&tx.schema, register)?;
    let mut values = vec![Bind::from(since), Bind::from(after)];
    values.extend(states.iter().map(|it| Bind::from(it.as_str())));
    let name = tables::quoted(&table.name);
    let within = format!("and state in ({})", tables::places(3, states.len()));
    // Few rows changed since: their index is the way; at first all rows are gone through in order of id.
    let (own, id) = if first {
        (within.as_str(), "id")
    } else {
        ("", "+id")
    };
    // Rows of an import bear no number until something touches them: their batch has it.
    let sql = format!(
        "select id from (
            select id from {name} where changed_seq > $1 and {id} > $2 {own}
            union
            select id from {name} where +changed_seq = 0 and id > $2 {within}
               and batch in (select b.id from import_batch b where b.seq > $1)) t
          order by id limit {limit}"
    );
    let rows = tx.rows_built(sql, &values).await?;
    rows.iter().map(|it| it.int(0)).collect()
}

/// These records with how they came into their state, in order of id; those that were removed are left out.
///
/// # Errors
/// The database's.
pub async fn arrived(tx: &mut Tx, register: &str, ids: &[i64]) -> Result<Vec<Arrived>, StoreError> {
    let records = list::by_ids(tx, register, ids).await?;
    let ids: Vec<i64> = records.iter().map(|it| it.id).collect();
    let steps = step::last_of(tx, &ids).await?;
    let mut made: Vec<i64> = records.iter().map(|it| it.created_seq).collect();
    made.sort_unstable();
    made.dedup();
    let makers = makers(tx, &made).await?;
    let each = records.into_iter().map(|record| {
        let maker = makers.iter().find(|it| it.0 == record.created_seq);
        let (_, by, at) = maker.cloned().unwrap_or_default();
        let step = steps.iter().find(|it| it.record == record.id);
        let step = step.filter(|it| Some(it.step.to.as_str()) == record.state.as_deref());
        Arrived {
            made_by: record.owner_user.clone().unwrap_or(by),
            made_at: at,
            step: step.cloned(),
            record,
        }
    });
    Ok(each.collect())
}

async fn makers(tx: &mut Tx, seqs: &[i64]) -> Result<Vec<(i64, String, String)>, StoreError> {
    if seqs.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select seq, actor, at from change where seq in ({})",
        tables::places(1, seqs.len())
    );
    let values: Vec<Bind> = seqs.iter().map(|it| Bind::from(*it)).collect();
    let rows = tx.rows_built(sql, &values).await?;
    let each = rows
        .iter()
        .map(|it| Ok((it.int(0)?, it.text(1)?, it.text(2)?)));
    each.collect()
}

/// What is known of `ids` from now on: `duties`, and nothing of the others.
///
/// # Errors
/// The database's.
pub async fn put(act: &mut Act, ids: &[i64], duties: &[Duty]) -> Result<(), StoreError> {
    if !ids.is_empty() {
        let sql = format!(
            "delete from duty where record in ({})",
            tables::places(1, ids.len())
        );
        let values: Vec<Bind> = ids.iter().map(|it| Bind::from(*it)).collect();
        act.tx.run_built(sql, &values).await?;
    }
    let columns = [
        "record",
        "register",
        "state",
        "label",
        "region",
        "owner_org",
        "owner_user",
        "entered_by",
        "entered_seq",
        "entered_on",
        "last_by",
        "last_step",
        "returned",
        "reason",
        "due",
        "remind_on",
        "escalate_on",
    ];
    for part in duties.chunks(100) {
        let mut values = Vec::with_capacity(part.len() * columns.len());
        for it in part {
            values.extend([
                Bind::from(it.record),
                Bind::from(it.register.as_str()),
                Bind::from(it.state.as_str()),
                Bind::from(it.label.as_str()),
                Bind::from(it.region.as_str()),
                Bind::from(it.owner_org),
                Bind::from(it.owner_user.clone()),
                Bind::from(it.entered_by.as_str()),
                Bind::from(it.entered_seq),
                Bind::from(it.entered_on.as_str()),
                Bind::from(it.last_by.as_str()),
                Bind::from(it.last_step.clone()),
                Bind::from(i64::from(it.returned)),
                Bind::from(it.reason.clone()),
                Bind::from(it.due.clone()),
                Bind::from(it.remind_on.clone()),
                Bind::from(it.escalate_on.clone()),
            ]);
        }
        let engine = act.tx.engine();
        let sql = tables::insert("duty", &columns, part.len(), engine);
        act.tx.run_built(sql, &values).await?;
    }
    Ok(())
}

/// How many records of a register were made, and how many others changed, after a change.
///
/// # Errors
/// The database's.
pub async fn touched(tx: &mut Tx, register: &str, since: i64) -> Result<(i64, i64), StoreError> {
    let table = register_table(&tx.schema, register)?;
    let name = tables::quoted(&table.name);
    let sql = format!(
        "select count(*), count(case when created_seq > $1 then 1 end),
                (select count(*) from {name} where +changed_seq = 0
                    and batch in (select b.id from import_batch b where b.seq > $1))
           from {name} where changed_seq > $1"
    );
    let rows = tx.rows_built(sql, &[Bind::from(since)]).await?;
    let row = rows.first();
    row.map_or(Ok((0, 0)), |it| {
        let (touched, made) = (it.int(0)?, it.int(1)?);
        Ok((made + it.int(2)?, touched - made))
    })
}

/// Duties by day, those without one last, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn list(tx: &mut Tx, wanted: &Wanted, limit: u32) -> Result<Vec<Duty>, StoreError> {
    let mut values = Vec::new();
    let condition = condition(wanted, &mut values);
    let sql = format!(
        "select {COLUMNS} from {TABLES} where {condition}
          order by d.due asc nulls last, d.entered_on, d.record limit {limit}"
    );
    let rows = tx.rows_built(sql, &values).await?;
    rows.iter().map(from_row).collect()
}

/// How many there are, how many of them are due before a day, and on it.
///
/// # Errors
/// The database's.
pub async fn count(tx: &mut Tx, wanted: &Wanted, day: &str) -> Result<(i64, i64, i64), StoreError> {
    let mut values = Vec::new();
    let condition = condition(wanted, &mut values);
    values.push(Bind::from(day));
    let place = values.len();
    let sql = format!(
        "select count(*), count(case when d.due < ${place} then 1 end), count(case when d.due = ${place} then 1 end)
           from {TABLES} where {condition}"
    );
    let rows = tx.rows_built(sql, &values).await?;
    let row = rows.first();
    row.map_or(Ok((0, 0, 0)), |it| Ok((it.int(0)?, it.int(1)?, it.int(2)?)))
}

/// The duty of a record, where it waits.
///
/// # Errors
/// The database's.
pub async fn get(tx: &mut Tx, record: i64) -> Result<Option<Duty>, StoreError> {
    let sql = format!("select {COLUMNS} from {TABLES} where d.record = $1");
    let rows = tx.rows_built(sql, &[Bind::from(record)]).await?;
    rows.first().map(from_row).transpose()
}

/// Everything that one person has open: named for it, or entered it and it was returned or waits for nobody else.
///
/// # Errors
/// The database's.
pub async fn of_person(tx: &mut Tx, person: &str, limit: u32) -> Result<Vec<Duty>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from {TABLES}
          where a.person = $1 or (a.person is null and d.entered_by = $1)
          order by d.due asc nulls last, d.record limit {limit}"
    );
    let rows = tx.rows_built(sql, &[Bind::from(person)]).await?;
    rows.iter().map(from_row).collect()
}

/// What was returned to a person: what they entered, or led away before.
///
/// # Errors
/// The database's.
pub async fn returned_to(tx: &mut Tx, person: &str, limit: u32) -> Result<Vec<Duty>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from {TABLES}
          where d.returned = 1
            and (d.entered_by = $1 or a.person = $1
                 or exists (select 1 from step s where s.record = d.record and s.from_state = d.state
                                                   and (s.actor = $1 or s.behalf = $1)))
          order by d.due asc nulls last, d.record limit {limit}"
    );
    let rows = tx.rows_built(sql, &[Bind::from(person)]).await?;
    rows.iter().map(from_row).collect()
}

/// Duties whose reminder or escalation is due by a day and was not sent: the duty, and `due` or `late`.
///
/// # Errors
/// The database's.
pub async fn to_tell(
    tx: &mut Tx,
    day: &str,
    limit: u32,
) -> Result<Vec<(Duty, &'static str)>, StoreError> {
    let mut all = Vec::new();
    for (what, column) in [("due", "remind_on"), ("late", "escalate_on")] {
        let sql = format!(
            "select {COLUMNS} from {TABLES}
              where d.{column} <= $1
                and not exists (select 1 from told t where t.record = d.record and t.entered_seq = d.entered_seq
                                                       and t.what = $2 and t.due = d.due)
              order by d.due, d.record limit {limit}"
        );
        let values = [Bind::from(day), Bind::from(what)];
        for row in tx.rows_built(sql, &values).await? {
            all.push((from_row(&row)?, what));
        }
    }
    Ok(all)
}

/// Notes that it was told.
///
/// # Errors
/// The database's.
pub async fn note_told(act: &mut Act, duty: &Duty, what: &str) -> Result<(), StoreError> {
    let values = [
        Bind::from(duty.record),
        Bind::from(duty.entered_seq),
        Bind::from(what),
        Bind::from(duty.due.clone().unwrap_or_default()),
    ];
    let sql = "
        insert into told (record, entered_seq, what, due) values ($1, $2, $3, $4) on conflict do nothing";
    act.tx.run(sql, &values).await?;
    Ok(())
}

/// Names who handles a record while it is in a state; nobody: whoever may.
///
/// # Errors
/// The database's.
pub async fn assign(
    act: &mut Act,
    register: &str,
    record: i64,
    state: &str,
    person: Option<&str>,
) -> Result<(), StoreError> {
    let sql = "delete from assignment where record = $1";
    act.tx.run(sql, &[Bind::from(record)]).await?;
    if let Some(person) = person {
        let values = [
            Bind::from(record),
            Bind::from(register),
            Bind::from(state),
            Bind::from(person),
            Bind::from(act.next_seq()),
        ];
        let sql = "
            insert into assignment (record, register, state, person, seq) values ($1, $2, $3, $4, $5)";
        act.tx.run(sql, &values).await?;
    }
    let mut body = Body::default();
    body.set("register", Some(register.to_owned()));
    body.set("record", Some(record.to_string()));
    body.set("state", Some(state.to_owned()));
    body.set("person", person.map(str::to_owned));
    act.log(ASSIGN, Some(body.text())).await?;
    Ok(())
}

/// Who was named for a record in a state.
///
/// # Errors
/// The database's.
pub async fn person(
    tx: &mut Tx,
    record: i64,
    state: Option<&str>,
) -> Result<Option<String>, StoreError> {
    let sql = "select person from assignment where record = $1 and state = $2";
    let values = [Bind::from(record), Bind::from(state.unwrap_or_default())];
    let row = tx.row(sql, &values).await?;
    row.map(|it| it.text(0)).transpose()
}

/// The condition that a scope holds the row of a table that has `region`, `owner_org` and `owner_user`.
pub(crate) fn reaches(table: &str, scope: &Scope, values: &mut Vec<Bind>) -> String {
    let Scope::Parts(parts) = scope else {
        return "1 = 1".to_owned();
    };
    let mut put = |value: Bind| {
        values.push(value);
        values.len()
    };
    let ways: Vec<String> = parts
        .iter()
        .map(|part| match part {
            // Code point order is the order of both engines, so a region and all below it are a span.
            Part::Region(code) => {
                let first = put(Bind::from(code.as_str()));
                let last = put(Bind::from(format!("{}\u{10ffff}", code.as_str())));
                format!("({table}.region >= ${first} and {table}.region <= ${last})")
            }
            Part::Organization(id) => format!("{table}.owner_org = ${}", put(Bind::from(*id))),
            Part::Owner(name) => {
                format!("{table}.owner_user = ${}", put(Bind::from(name.as_str())))
            }
        })
        .collect();
    if ways.is_empty() {
        "1 = 0".to_owned()
    } else {
        format!("({})", ways.join(" or "))
    }
}

fn condition(wanted: &Wanted, values: &mut Vec<Bind>) -> String {
    let mut ways = Vec::new();
    for it in wanted.reaches.iter().filter(|it| !it.states.is_empty()) {
        values.push(Bind::from(it.register.as_str()));
        let register = values.len();
        let first = values.len() + 1;
        values.extend(it.states.iter().map(|state| Bind::from(state.as_str())));
        let states = tables::places(first, it.states.len());
        let scope = reaches("d", &it.scope, values);
        let mut way = format!("(d.register = ${register} and d.state in ({states}) and {scope}");
        if let Some(person) = &it.own {
            values.push(Bind::from(person.as_str()));
            way.push_str(&format!(" and d.entered_by = ${}", values.len()));
        }
        way.push(')');
        ways.push(way);
    }
    if let Some(person) = &wanted.person {
        values.push(Bind::from(person.as_str()));
        ways.push(format!("a.person = ${}", values.len()));
    }
    let mut condition = if ways.is_empty() {
        "1 = 0".to_owned()
    } else {
        format!("({})", ways.join(" or "))
    };
    for (day, compared) in [(&wanted.from, ">="), (&wanted.to, "<=")] {
        if let Some(day) = day {
            values.push(Bind::from(day.as_str()));
            condition.push_str(&format!(" and d.due {compared} ${}", values.len()));
        }
    }
    condition
}

fn from_row(row: &Row) -> Result<Duty, StoreError> {
    Ok(Duty {
        record: row.int(0)?,
        register: row.text(1)?,
        state: row.text(2)?,
        label: row.text(3)?,
        region: row.text(4)?,
        owner_org: row.opt_int(5)?,
        owner_user: row.opt_text(6)?,
        entered_by: row.text(7)?,
        entered_seq: row.int(8)?,
        entered_on: row.text(9)?,
        last_by: row.text(10)?,
        last_step: row.opt_text(11)?,
        returned: row.int(12)? != 0,
        reason: row.opt_text(13)?,
        due: row.opt_text(14)?,
        remind_on: row.opt_text(15)?,
        escalate_on: row.opt_text(16)?,
        person: row.opt_text(17)?,
    })
}
