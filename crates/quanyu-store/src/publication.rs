//! Publications: which records are shown to the public, the texts as they were shown, open data as it was released.
//!
//! Owns their tables. What is shown of a record, and when, is declared by a pack and held by the application; the record of a
//! publication, with title, days and link, stands in a register.
//!
//! Invariant: a version is never changed or removed, and the change chain seals it; a wrong one is put right by the next.
//!
//! Start reading at [`show`].

use crate::{
    act::Act,
    body::Body,
    door::{Bind, Row, Tx},
    error::StoreError,
};

/// What the change entry of a version is called.
pub(crate) const ACT: &str = "publication.show";
/// What the change entry of released open data is called.
pub(crate) const RELEASE: &str = "open_data.release";

/// Where a publication is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not shown yet.
    Draft,
    /// Shown.
    Running,
    /// Its window passed and its records went on.
    Settled,
    /// Taken down.
    Withdrawn,
}

impl Standing {
    /// As the database keeps it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Running => "running",
            Self::Settled => "settled",
            Self::Withdrawn => "withdrawn",
        }
    }

    fn parse(word: &str) -> Result<Self, StoreError> {
        [Self::Draft, Self::Running, Self::Settled, Self::Withdrawn]
            .into_iter()
            .find(|it| it.word() == word)
            .ok_or_else(|| StoreError::Unreadable(format!("standing `{word}`")))
    }
}

/// A publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Its record in the register that plays `publication`.
    pub id: i64,
    /// The kind that the pack declares.
    pub kind: String,
    /// Where it is.
    pub standing: Standing,
    /// Its last version; 0 before the first.
    pub version: i64,
    /// First and last day of the window, ISO.
    pub window: Option<(String, String)>,
}

/// A record that a publication is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// From 1.
    pub place: i64,
    /// Its register.
    pub register: String,
    /// The record.
    pub record: i64,
    /// Why it is left out from the next version on, and does not go on.
    pub withheld: Option<String>,
}

/// A text to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewVersion {
    /// The publication.
    pub publication: i64,
    /// Its kind.
    pub kind: String,
    /// Everything that is shown, as JSON.
    pub body: String,
    /// SHA-256 of that.
    pub hash: String,
    /// The docx, `hash:name`.
    pub docx: String,
    /// First and last day of the window, ISO.
    pub window: Option<(String, String)>,
    /// Why it goes before an earlier one.
    pub reason: Option<String>,
}

/// A text that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The change that shows it.
    pub seq: i64,
    /// From 1.
    pub number: i64,
    /// What it shows.
    pub shown: NewVersion,
    /// Who.
    pub actor: String,
    /// When, UTC.
    pub at: String,
}

const VERSION: &str =
    "seq, publication, number, kind, body, hash, docx, starts_on, ends_on, reason, actor, at";

/// Notes a publication in draft about these records.
///
/// # Errors
/// The database's.
pub async fn draft(
    act: &mut Act,
    id: i64,
    kind: &str,
    items: &[(String, i64)],
) -> Result<(), StoreError> {
    let sql = "
        insert into publication (id, kind, standing, version, seq) values ($1, $2, 'draft', 0, $3)";
    let values = [Bind::from(id), Bind::from(kind), Bind::from(act.next_seq())];
    act.tx.run(sql, &values).await?;
    for (place, (register, record)) in (1_i64..).zip(items) {
        put_item(act, id, place, register, *record).await?;
    }
    note(act, "publication.draft", id, Some(&listed(items))).await
}

/// Puts a record to a publication in draft, at its end.
///
/// # Errors
/// The database's.
pub async fn add(act: &mut Act, id: i64, register: &str, record: i64) -> Result<(), StoreError> {
    let sql = "select coalesce(max(place), 0) from publication_item where publication = $1";
    let row = act.tx.row(sql, &[Bind::from(id)]).await?;
    let last = row.map_or(Ok(0), |it| it.int(0))?;
    put_item(act, id, last + 1, register, record).await?;
    note(act, "publication.add", id, Some(&record.to_string())).await
}

/// Takes a record out of a publication in draft.
///
/// # Errors
/// The database's.
pub async fn leave_out(act: &mut Act, id: i64, record: i64) -> Result<(), StoreError> {
    let sql = "delete from publication_item where publication = $1 and record = $2";
    let values = [Bind::from(id), Bind::from(record)];
    act.tx.run(sql, &values).await?;
    note(act, "publication.leave_out", id, Some(&record.to_string())).await
}

/// Notes why a record is left out from now on; no reason: it is not.
///
/// # Errors
/// The database's.
pub async fn withhold(
    act: &mut Act,
    id: i64,
    record: i64,
    why: Option<&str>,
) -> Result<(), StoreError> {
    let sql = "update publication_item set withheld = $1 where publication = $2 and record = $3";
    let values = [
        Bind::from(why.map(str::to_owned)),
        Bind::from(id),
        Bind::from(record),
    ];
    act.tx.run(sql, &values).await?;
    let said = format!("{record}: {}", why.unwrap_or("—"));
    note(act, "publication.withhold", id, Some(&said)).await
}

async fn put_item(
    act: &mut Act,
    id: i64,
    place: i64,
    register: &str,
    record: i64,
) -> Result<(), StoreError> {
    let sql = "
        insert into publication_item (publication, place, register, record)
        values ($1, $2, $3, $4) on conflict (publication, record) do nothing";
    let values = [
        Bind::from(id),
        Bind::from(place),
        Bind::from(register),
        Bind::from(record),
    ];
    act.tx.run(sql, &values).await?;
    Ok(())
}

/// Shows a text from now on: the publication's next version. Its number.
///
/// # Errors
/// The database's.
pub async fn show(act: &mut Act, new: &NewVersion) -> Result<i64, StoreError> {
    let found = get(&mut act.tx, new.publication).await?;
    let number = found.map_or(0, |it| it.version) + 1;
    let version = Version {
        seq: act.next_seq(),
        number,
        shown: new.clone(),
        actor: act.actor.as_str().to_owned(),
        at: act.at.clone(),
    };
    let (from, to) = new.window.clone().unzip();
    let values = [
        Bind::from(version.seq),
        Bind::from(new.publication),
        Bind::from(number),
        Bind::from(new.kind.as_str()),
        Bind::from(new.body.as_str()),
        Bind::from(new.hash.as_str()),
        Bind::from(new.docx.as_str()),
        Bind::from(from.clone()),
        Bind::from(to.clone()),
        Bind::from(new.reason.clone()),
        Bind::from(version.actor.as_str()),
        Bind::from(version.at.as_str()),
    ];
    let sql = "
        insert into publication_version
               (seq, publication, number, kind, body, hash, docx, starts_on, ends_on, reason, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    act.tx.run(sql, &values).await?;
    let sql = "
        insert into publication (id, kind, standing, version, starts_on, ends_on, seq)
        values ($1, $2, 'running', $3, $4, $5, $6)
        on conflict (id) do update
           set standing = 'running', version = excluded.version, starts_on = excluded.starts_on,
               ends_on = excluded.ends_on, seq = excluded.seq";
    let values = [
        Bind::from(new.publication),
        Bind::from(new.kind.as_str()),
        Bind::from(number),
        Bind::from(from),
        Bind::from(to),
        Bind::from(version.seq),
    ];
    act.tx.run(sql, &values).await?;
    act.log(ACT, Some(told(&version).text())).await?;
    Ok(number)
}

/// Ends a publication.
///
/// # Errors
/// The database's.
pub async fn end(act: &mut Act, id: i64, standing: Standing) -> Result<(), StoreError> {
    let sql = "update publication set standing = $1, seq = $2 where id = $3";
    let values = [
        Bind::from(standing.word()),
        Bind::from(act.next_seq()),
        Bind::from(id),
    ];
    act.tx.run(sql, &values).await?;
    note(act, "publication.end", id, Some(standing.word())).await
}

async fn note(act: &mut Act, what: &str, id: i64, said: Option<&str>) -> Result<(), StoreError> {
    let mut body = Body::default();
    body.set("publication", Some(id.to_string()));
    body.set("said", said.map(str::to_owned));
    act.log(what, Some(body.text())).await?;
    Ok(())
}

fn listed(items: &[(String, i64)]) -> String {
    let ids: Vec<String> = items.iter().map(|it| it.1.to_string()).collect();
    ids.join(";")
}

/// A publication.
///
/// # Errors
/// The database's.
pub async fn get(tx: &mut Tx, id: i64) -> Result<Option<Publication>, StoreError> {
    let sql =
        "select id, kind, standing, version, starts_on, ends_on from publication where id = $1";
    let row = tx.row(sql, &[Bind::from(id)]).await?;
    row.as_ref().map(publication).transpose()
}

/// Publications of a standing, those that end first before the others.
///
/// # Errors
/// The database's.
pub async fn of_standing(
    tx: &mut Tx,
    standing: Standing,
    limit: u32,
) -> Result<Vec<Publication>, StoreError> {
    let sql = "
        select id, kind, standing, version, starts_on, ends_on from publication where standing = $1
         order by coalesce(ends_on, '9999'), id desc limit $2";
    let values = [Bind::from(standing.word()), Bind::from(i64::from(limit))];
    let rows = tx.rows(sql, &values).await?;
    rows.iter().map(publication).collect()
}

/// The publications that a record stands in, the last first, each with why it was withheld.
///
/// # Errors
/// The database's.
pub async fn of_record(
    tx: &mut Tx,
    record: i64,
) -> Result<Vec<(Publication, Option<String>)>, StoreError> {
    let sql = "
        select p.id, p.kind, p.standing, p.version, p.starts_on, p.ends_on, i.withheld
          from publication_item i join publication p on p.id = i.publication
         where i.record = $1 order by p.id desc limit 100";
    let rows = tx.rows(sql, &[Bind::from(record)]).await?;
    let each = rows
        .iter()
        .map(|row| Ok((publication(row)?, row.opt_text(6)?)));
    each.collect()
}

/// The records of a publication in order.
///
/// # Errors
/// The database's.
pub async fn items(tx: &mut Tx, id: i64) -> Result<Vec<Item>, StoreError> {
    let sql = "
        select place, register, record, withheld from publication_item
         where publication = $1 order by place, record limit 10000";
    let rows = tx.rows(sql, &[Bind::from(id)]).await?;
    let each = rows.iter().map(|row| {
        Ok(Item {
            place: row.int(0)?,
            register: row.text(1)?,
            record: row.int(2)?,
            withheld: row.opt_text(3)?,
        })
    });
    each.collect()
}

/// The versions of a publication, the last first.
///
/// # Errors
/// The database's.
pub async fn versions(tx: &mut Tx, id: i64) -> Result<Vec<Version>, StoreError> {
    let sql = format!(
        "select {VERSION} from publication_version where publication = $1 order by number desc limit 100"
    );
    let rows = tx.rows_built(sql, &[Bind::from(id)]).await?;
    rows.iter().map(version).collect()
}

/// The version of a number.
///
/// # Errors
/// The database's.
pub async fn version_of(tx: &mut Tx, id: i64, number: i64) -> Result<Option<Version>, StoreError> {
    let sql =
        format!("select {VERSION} from publication_version where publication = $1 and number = $2");
    let values = [Bind::from(id), Bind::from(number)];
    let rows = tx.rows_built(sql, &values).await?;
    rows.first().map(version).transpose()
}

pub(crate) async fn sealed(tx: &mut Tx) -> Result<Vec<(i64, String)>, StoreError> {
    let sql = format!("select {VERSION} from publication_version order by seq");
    let rows = tx.rows_built(sql, &[]).await?;
    let each = rows.iter().map(|row| {
        let it = version(row)?;
        Ok((it.seq, told(&it).text()))
    });
    each.collect()
}

fn publication(row: &Row) -> Result<Publication, StoreError> {
    Ok(Publication {
        id: row.int(0)?,
        kind: row.text(1)?,
        standing: Standing::parse(&row.text(2)?)?,
        version: row.int(3)?,
        window: row.opt_text(4)?.zip(row.opt_text(5)?),
    })
}

fn version(row: &Row) -> Result<Version, StoreError> {
    Ok(Version {
        seq: row.int(0)?,
        number: row.int(2)?,
        shown: NewVersion {
            publication: row.int(1)?,
            kind: row.text(3)?,
            body: row.text(4)?,
            hash: row.text(5)?,
            docx: row.text(6)?,
            window: row.opt_text(7)?.zip(row.opt_text(8)?),
            reason: row.opt_text(9)?,
        },
        actor: row.text(10)?,
        at: row.text(11)?,
    })
}

fn told(it: &Version) -> Body {
    let (from, to) = it.shown.window.clone().unzip();
    let mut body = Body::default();
    body.set("publication", Some(it.shown.publication.to_string()));
    body.set("number", Some(it.number.to_string()));
    body.set("kind", Some(it.shown.kind.clone()));
    body.set("body", Some(it.shown.body.clone()));
    body.set("hash", Some(it.shown.hash.clone()));
    body.set("docx", Some(it.shown.docx.clone()));
    body.set("starts_on", from);
    body.set("ends_on", to);
    body.set("reason", it.shown.reason.clone());
    body.set("actor", Some(it.actor.clone()));
    body.set("at", Some(it.at.clone()));
    body
}

/// Open data to be released: files as `hash:name`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewRelease {
    /// The declaration.
    pub dataset: String,
    /// What the catalogue says of it, as JSON.
    pub body: String,
    /// The file of that form.
    pub csv: String,
    /// The file of that form.
    pub xlsx: String,
    /// The file of that form.
    pub json: String,
}

/// Open data that was released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The change that released it.
    pub seq: i64,
    /// From 1.
    pub number: i64,
    /// What.
    pub released: NewRelease,
    /// Who.
    pub actor: String,
    /// When, UTC.
    pub at: String,
}

const RELEASED: &str = "seq, dataset, number, body, csv, xlsx, json, actor, at";

/// Releases open data; the number.
///
/// # Errors
/// The database's.
pub async fn release(act: &mut Act, new: &NewRelease) -> Result<i64, StoreError> {
    let sql = "select coalesce(max(number), 0) from open_release where dataset = $1";
    let row = act.tx.row(sql, &[Bind::from(new.dataset.as_str())]).await?;
    let release = Release {
        seq: act.next_seq(),
        number: row.map_or(Ok(0), |it| it.int(0))? + 1,
        released: new.clone(),
        actor: act.actor.as_str().to_owned(),
        at: act.at.clone(),
    };
    let values = [
        Bind::from(release.seq),
        Bind::from(new.dataset.as_str()),
        Bind::from(release.number),
        Bind::from(new.body.as_str()),
        Bind::from(new.csv.as_str()),
        Bind::from(new.xlsx.as_str()),
        Bind::from(new.json.as_str()),
        Bind::from(release.actor.as_str()),
        Bind::from(release.at.as_str()),
    ];
    let sql = "
        insert into open_release (seq, dataset, number, body, csv, xlsx, json, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    act.tx.run(sql, &values).await?;
    act.log(RELEASE, Some(told_release(&release).text()))
        .await?;
    Ok(release.number)
}

/// The last release of each of these.
///
/// # Errors
/// The database's.
pub async fn last_releases(tx: &mut Tx) -> Result<Vec<Release>, StoreError> {
    let sql = format!(
        "select {RELEASED} from open_release r
          where number = (select max(number) from open_release o where o.dataset = r.dataset)
          order by dataset limit 1000"
    );
    let rows = tx.rows_built(sql, &[]).await?;
    rows.iter().map(released).collect()
}

/// All releases of one, the last first.
///
/// # Errors
/// The database's.
pub async fn releases(tx: &mut Tx, dataset: &str) -> Result<Vec<Release>, StoreError> {
    let sql = format!(
        "select {RELEASED} from open_release where dataset = $1 order by number desc limit 100"
    );
    let rows = tx.rows_built(sql, &[Bind::from(dataset)]).await?;
    rows.iter().map(released).collect()
}

pub(crate) async fn sealed_releases(tx: &mut Tx) -> Result<Vec<(i64, String)>, StoreError> {
    let sql = format!("select {RELEASED} from open_release order by seq");
    let rows = tx.rows_built(sql, &[]).await?;
    let each = rows.iter().map(|row| {
        let it = released(row)?;
        Ok((it.seq, told_release(&it).text()))
    });
    each.collect()
}

fn released(row: &Row) -> Result<Release, StoreError> {
    Ok(Release {
        seq: row.int(0)?,
        number: row.int(2)?,
        released: NewRelease {
            dataset: row.text(1)?,
            body: row.text(3)?,
            csv: row.text(4)?,
            xlsx: row.text(5)?,
            json: row.text(6)?,
        },
        actor: row.text(7)?,
        at: row.text(8)?,
    })
}

fn told_release(it: &Release) -> Body {
    let mut body = Body::default();
    body.set("dataset", Some(it.released.dataset.clone()));
    body.set("number", Some(it.number.to_string()));
    body.set("body", Some(it.released.body.clone()));
    body.set("csv", Some(it.released.csv.clone()));
    body.set("xlsx", Some(it.released.xlsx.clone()));
    body.set("json", Some(it.released.json.clone()));
    body.set("actor", Some(it.actor.clone()));
    body.set("at", Some(it.at.clone()));
    body
}

/// Versions that were shown after a change, in order.
///
/// # Errors
/// The database's.
pub async fn versions_since(tx: &mut Tx, seq: i64) -> Result<Vec<Version>, StoreError> {
    let sql = format!(
        "select {VERSION} from publication_version where seq > $1 order by seq limit 10000"
    );
    let rows = tx.rows_built(sql, &[Bind::from(seq)]).await?;
    rows.iter().map(version).collect()
}

/// Publications that something happened to after a change.
///
/// # Errors
/// The database's.
pub async fn moved_since(tx: &mut Tx, seq: i64) -> Result<Vec<Publication>, StoreError> {
    let sql = "
        select id, kind, standing, version, starts_on, ends_on from publication
         where seq > $1 order by id limit 10000";
    let rows = tx.rows(sql, &[Bind::from(seq)]).await?;
    rows.iter().map(publication).collect()
}

/// Open data released after a change, in order.
///
/// # Errors
/// The database's.
pub async fn releases_since(tx: &mut Tx, seq: i64) -> Result<Vec<Release>, StoreError> {
    let sql =
        format!("select {RELEASED} from open_release where seq > $1 order by seq limit 10000");
    let rows = tx.rows_built(sql, &[Bind::from(seq)]).await?;
    rows.iter().map(released).collect()
}
