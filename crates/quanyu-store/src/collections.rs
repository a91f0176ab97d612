//! Requests for figures and rows (报数): what is asked, of whom, every cell of it.
//!
//! Owns their tables. Leaves what a cell may hold, what a register holds already and who may see a request to the application.
//!
//! Invariant: a cell that is held is never answered; every change of a party's state is in the change chain.
//!
//! Start reading at [`create`].

use crate::{
    act::Act,
    body::Body,
    door::{Bind, Row, Tx},
    error::StoreError,
    tables,
};

/// Rows written by one statement.
const ROWS: usize = 300;

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collection {
    /// Its number.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// What those who are asked should know.
    pub note: Option<String>,
    /// The register whose rows are asked for; nothing where indicators are.
    pub register: Option<String>,
    /// The period that is asked about.
    pub period: String,
    /// The day until which.
    pub due: String,
    /// Percent by which a value may move before a reason is asked for.
    pub jump: i64,
    /// What the status of an observation is that comes of it.
    pub status: Option<String>,
    /// Who asks.
    pub actor: String,
    /// When, UTC.
    pub at: String,
    /// When it was closed.
    pub closed_at: Option<String>,
    /// What is asked: indicators, or fields of the register.
    pub items: Vec<String>,
}

/// One who is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// Its place in the request, from 0.
    pub place: i64,
    /// A random number that seals the workbook made for it; nobody is told it.
    pub token: String,
    /// What it is called.
    pub title: String,
    /// Its region.
    pub region: Option<String>,
    /// Its organization, where it is one.
    pub organization: Option<i64>,
    /// `open`, `reported`, `returned`, `confirmed`.
    pub state: String,
    /// Why it was returned.
    pub remark: Option<String>,
    /// Who reported.
    pub reported_by: Option<String>,
    /// When.
    pub reported_at: Option<String>,
    /// The workbook that it came in.
    pub file: Option<String>,
    /// Who confirmed.
    pub confirmed_by: Option<String>,
    /// When.
    pub confirmed_at: Option<String>,
}

/// A cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CollectionCell {
    /// Whose.
    pub party: i64,
    /// Which line of theirs.
    pub line: i64,
    /// Which item.
    pub item: i64,
    /// What is asked, the same in whichever request.
    pub subject: String,
    /// The record of the line.
    pub record: Option<i64>,
    /// What a register holds already.
    pub held: Option<String>,
    /// What it was in the period before.
    pub before: Option<String>,
    /// The answer.
    pub value: Option<String>,
    /// Why it moved so far.
    pub reason: Option<String>,
}

/// How much was asked in all requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Cells that somebody was asked to fill.
    pub cells: i64,
    /// Cells that a register held already and nobody had to fill.
    pub held: i64,
    /// Cells asked although another request asks or asked the same.
    pub twice: i64,
}

/// Makes a request with those who are asked and all its cells; its number.
///
/// # Errors
/// The database's.
pub async fn create(
    act: &mut Act,
    collection: &Collection,
    parties: &[Party],
    cells: &[CollectionCell],
) -> Result<i64, StoreError> {
    let row = act
        .tx
        .row("select coalesce(max(id), 0) + 1 from collection", &[])
        .await?;
    let id = row.map_or(Ok(1), |it| it.int(0))?;
    let values = [
        Bind::from(id),
        Bind::from(collection.title.as_str()),
        Bind::from(collection.note.clone()),
        Bind::from(collection.register.clone()),
        Bind::from(collection.period.as_str()),
        Bind::from(collection.due.as_str()),
        Bind::from(collection.jump),
        Bind::from(collection.status.clone()),
        Bind::from(act.actor.as_str()),
        Bind::from(act.at.as_str()),
    ];
    let sql = "
        insert into collection (id, title, note, register, period, due, jump, status, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    act.tx.run(sql, &values).await?;
    for (place, name) in (0_i64..).zip(&collection.items) {
        let sql = "insert into collection_item (collection, place, name) values ($1, $2, $3)";
        let values = [Bind::from(id), Bind::from(place), Bind::from(name.as_str())];
        act.tx.run(sql, &values).await?;
    }
    for party in parties {
        let sql = "
            insert into collection_party (collection, place, token, title, region, organization, state)
            values ($1, $2, $3, $4, $5, $6, 'open')";
        let values = [
            Bind::from(id),
            Bind::from(party.place),
            Bind::from(party.token.as_str()),
            Bind::from(party.title.as_str()),
            Bind::from(party.region.clone()),
            Bind::from(party.organization),
        ];
        act.tx.run(sql, &values).await?;
    }
    let columns = [
        "collection",
        "party",
        "line",
        "item",
        "subject",
        "record",
        "held",
        "before",
    ];
    for part in cells.chunks(ROWS) {
        let mut values = Vec::with_capacity(part.len() * columns.len());
        for it in part {
            values.extend([
                Bind::from(id),
                Bind::from(it.party),
                Bind::from(it.line),
                Bind::from(it.item),
                Bind::from(it.subject.as_str()),
                Bind::from(it.record),
                Bind::from(it.held.clone()),
                Bind::from(it.before.clone()),
            ]);
        }
        let sql = tables::insert("collection_cell", &columns, part.len(), act.tx.engine());
        act.tx.run_built(sql, &values).await?;
    }
    let mut body = told(id, None);
    body.set("title", Some(collection.title.clone()));
    body.set("parties", Some(parties.len().to_string()));
    body.set("cells", Some(cells.len().to_string()));
    act.log("collection.create", Some(body.text())).await?;
    Ok(id)
}

/// A request.
///
/// # Errors
/// The database's.
pub async fn get(tx: &mut Tx, id: i64) -> Result<Option<Collection>, StoreError> {
    let sql = "
        select id, title, note, register, period, due, jump, status, actor, at, closed_at
          from collection where id = $1";
    let Some(row) = tx.row(sql, &[Bind::from(id)]).await? else {
        return Ok(None);
    };
    let mut found = from_row(&row)?;
    found.items = items(tx, id).await?;
    Ok(Some(found))
}

/// The requests made last.
///
/// # Errors
/// The database's.
pub async fn latest(tx: &mut Tx, limit: u32) -> Result<Vec<Collection>, StoreError> {
    let sql = "
        select id, title, note, register, period, due, jump, status, actor, at, closed_at
          from collection order by id desc limit $1";
    let mut all = Vec::new();
    for row in tx.rows(sql, &[Bind::from(i64::from(limit))]).await? {
        let mut found = from_row(&row)?;
        found.items = items(tx, found.id).await?;
        all.push(found);
    }
    Ok(all)
}

/// The requests that still take answers or wait to be confirmed, by their day. What they ask is left out.
///
/// # Errors
/// The database's.
pub async fn open(tx: &mut Tx, limit: u32) -> Result<Vec<Collection>, StoreError> {
    let sql = "
        select id, title, note, register, period, due, jump, status, actor, at, closed_at
          from collection c
         where closed_at is null and exists
        (select 1 from collection_party p where p.collection = c.id and p.state <> 'confirmed')
         order by due, id limit $1";
    let rows = tx.rows(sql, &[Bind::from(i64::from(limit))]).await?;
    rows.iter().map(from_row).collect()
}

async fn items(tx: &mut Tx, id: i64) -> Result<Vec<String>, StoreError> {
    let sql = "select name from collection_item where collection = $1 order by place";
    let rows = tx.rows(sql, &[Bind::from(id)]).await?;
    rows.iter().map(|it| it.text(0)).collect()
}

/// Those who are asked, in order.
///
/// # Errors
/// The database's.
pub async fn parties(tx: &mut Tx, id: i64) -> Result<Vec<Party>, StoreError> {
    let sql = "
        select place, token, title, region, organization, state, remark, reported_by, reported_at, file,
               confirmed_by, confirmed_at
          from collection_party where collection = $1 order by place";
    let rows = tx.rows(sql, &[Bind::from(id)]).await?;
    rows.iter()
        .map(|row| {
            Ok(Party {
                place: row.int(0)?,
                token: row.text(1)?,
                title: row.text(2)?,
                region: row.opt_text(3)?,
                organization: row.opt_int(4)?,
                state: row.text(5)?,
                remark: row.opt_text(6)?,
                reported_by: row.opt_text(7)?,
                reported_at: row.opt_text(8)?,
                file: row.opt_text(9)?,
                confirmed_by: row.opt_text(10)?,
                confirmed_at: row.opt_text(11)?,
            })
        })
        .collect()
}

/// The cells of a request, in order; of one party alone where it is named.
///
/// # Errors
/// The database's.
pub async fn cells(
    tx: &mut Tx,
    id: i64,
    party: Option<i64>,
) -> Result<Vec<CollectionCell>, StoreError> {
    let sql = "
        select party, line, item, subject, record, held, before, value, reason
          from collection_cell where collection = $1 and ($2 < 0 or party = $2)
         order by party, line, item";
    let values = [Bind::from(id), Bind::from(party.unwrap_or(-1))];
    let rows = tx.rows(sql, &values).await?;
    rows.iter()
        .map(|row| {
            Ok(CollectionCell {
                party: row.int(0)?,
                line: row.int(1)?,
                item: row.int(2)?,
                subject: row.text(3)?,
                record: row.opt_int(4)?,
                held: row.opt_text(5)?,
                before: row.opt_text(6)?,
                value: row.opt_text(7)?,
                reason: row.opt_text(8)?,
            })
        })
        .collect()
}

/// Takes a party's answers: it has reported then. `file` is the workbook that they came in.
///
/// # Errors
/// The database's.
pub async fn answer(
    act: &mut Act,
    id: i64,
    party: i64,
    answers: &[CollectionCell],
    file: Option<&str>,
) -> Result<(), StoreError> {
    for it in answers {
        let sql = "
            update collection_cell set value = $1, reason = $2
             where collection = $3 and party = $4 and line = $5 and item = $6 and held is null";
        let values = [
            Bind::from(it.value.clone()),
            Bind::from(it.reason.clone()),
            Bind::from(id),
            Bind::from(party),
            Bind::from(it.line),
            Bind::from(it.item),
        ];
        act.tx.run(sql, &values).await?;
    }
    let sql = "
        update collection_party set state = 'reported', remark = null, reported_by = $1, reported_at = $2, file = $3
         where collection = $4 and place = $5";
    let values = [
        Bind::from(act.actor.as_str()),
        Bind::from(act.at.as_str()),
        Bind::from(file.map(str::to_owned)),
        Bind::from(id),
        Bind::from(party),
    ];
    act.tx.run(sql, &values).await?;
    let mut body = told(id, Some(party));
    body.set("cells", Some(answers.len().to_string()));
    body.set("file", file.map(str::to_owned));
    act.log("collection.answer", Some(body.text())).await?;
    Ok(())
}

/// Gives a party's answers back, with the reason.
///
/// # Errors
/// The database's.
pub async fn send_back(act: &mut Act, id: i64, party: i64, remark: &str) -> Result<(), StoreError> {
    let sql = "
        update collection_party set state = 'returned', remark = $1 where collection = $2 and place = $3";
    let values = [Bind::from(remark), Bind::from(id), Bind::from(party)];
    act.tx.run(sql, &values).await?;
    let mut body = told(id, Some(party));
    body.set("remark", Some(remark.to_owned()));
    act.log("collection.return", Some(body.text())).await?;
    Ok(())
}

/// Notes that a party's answers were confirmed; the records that came of them are written in the same act.
///
/// # Errors
/// The database's.
pub async fn confirm(act: &mut Act, id: i64, party: i64, records: usize) -> Result<(), StoreError> {
    let sql = "
        update collection_party set state = 'confirmed', confirmed_by = $1, confirmed_at = $2
         where collection = $3 and place = $4";
    let values = [
        Bind::from(act.actor.as_str()),
        Bind::from(act.at.as_str()),
        Bind::from(id),
        Bind::from(party),
    ];
    act.tx.run(sql, &values).await?;
    let mut body = told(id, Some(party));
    body.set("records", Some(records.to_string()));
    act.log("collection.confirm", Some(body.text())).await?;
    Ok(())
}

/// The state of a party within an act, so that two who act at once do not both.
///
/// # Errors
/// The database's.
pub async fn state(act: &mut Act, id: i64, party: i64) -> Result<Option<String>, StoreError> {
    let sql = "select state from collection_party where collection = $1 and place = $2";
    let row = act
        .tx
        .row(sql, &[Bind::from(id), Bind::from(party)])
        .await?;
    row.map(|it| it.text(0)).transpose()
}

/// Closes a request: nothing more is taken.
///
/// # Errors
/// The database's.
pub async fn close(act: &mut Act, id: i64) -> Result<(), StoreError> {
    let sql = "update collection set closed_at = $1 where id = $2 and closed_at is null";
    let values = [Bind::from(act.at.as_str()), Bind::from(id)];
    act.tx.run(sql, &values).await?;
    act.log("collection.close", Some(told(id, None).text()))
        .await?;
    Ok(())
}

/// How much was asked in all requests, and how much of it twice.
///
/// # Errors
/// The database's.
pub async fn asked(tx: &mut Tx) -> Result<Asked, StoreError> {
    let sql = "
        select cast(coalesce(sum(case when held is null then 1 else 0 end), 0) as bigint),
               cast(coalesce(sum(case when held is null then 0 else 1 end), 0) as bigint)
          from collection_cell";
    let mut asked = Asked::default();
    if let Some(row) = tx.row(sql, &[]).await? {
        (asked.cells, asked.held) = (row.int(0)?, row.int(1)?);
    }
    let sql = "
        select cast(coalesce(sum(s.times - 1), 0) as bigint) from
        (select subject, count(*) as times from collection_cell where held is null group by subject) s";
    if let Some(row) = tx.row(sql, &[]).await? {
        asked.twice = row.int(0)?;
    }
    Ok(asked)
}

/// Cells of a request that an earlier one asks or asked as well.
///
/// # Errors
/// The database's.
pub async fn asked_before(tx: &mut Tx, id: i64) -> Result<i64, StoreError> {
    let sql = "
        select count(*) from collection_cell c where c.collection = $1 and c.held is null and exists
        (select 1 from collection_cell e where e.subject = c.subject and e.collection < $1 and e.held is null)";
    let row = tx.row(sql, &[Bind::from(id)]).await?;
    row.map_or(Ok(0), |it| it.int(0))
}

fn told(id: i64, party: Option<i64>) -> Body {
    let mut body = Body::default();
    body.set("collection", Some(id.to_string()));
    body.set("party", party.map(|it| it.to_string()));
    body
}

fn from_row(row: &Row) -> Result<Collection, StoreError> {
    Ok(Collection {
        id: row.int(0)?,
        title: row.text(1)?,
        note: row.opt_text(2)?,
        register: row.opt_text(3)?,
        period: row.text(4)?,
        due: row.text(5)?,
        jump: row.int(6)?,
        status: row.opt_text(7)?,
        actor: row.text(8)?,
        at: row.text(9)?,
        closed_at: row.opt_text(10)?,
        items: Vec::new(),
    })
}
