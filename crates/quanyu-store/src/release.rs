//! Releases: figures frozen for a document, with the records that they were made of.
//!
//! Owns their tables, their short names, and the text form of a set of records. What a figure is and how it is said is
//! decided by the application; it also compares a release with what is known today.
//!
//! Invariant: a release is never changed; its row, and the records it names, are what the change chain sealed. A figure of
//! a document that is frozen again and says the same of the same records stays the one it was.
//!
//! Start reading at [`freeze`].

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use quanyu_core::change::seal_text;
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

use crate::{
    act::Act,
    audit::ChainFault,
    body::Body,
    door::{Bind, Row, Tx},
    error::StoreError,
};

/// What the change entry of a set of releases is called.
pub(crate) const ACT: &str = "release.freeze";
/// Letters of a release's name: no `i`, `l`, `o`, `u`, which are misread.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Letters in a name: 40 bits, so that a district's million releases are told apart and a person can still type one.
const NAME: usize = 8;
/// Releases of a list at most.
const MOST: i64 = 10_000;

/// A record that a figure was made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// What it was to the figure: `value`, or a part such as `before`.
    pub part: String,
    /// Its register, or the lines that it stands in.
    pub register: String,
    /// Its id.
    pub record: i64,
    /// Its version at that time.
    pub version: i64,
    /// What it contributed, where it contributed a number.
    pub contribution: Option<Decimal>,
}

/// A figure to be frozen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// The indicator.
    pub indicator: String,
    /// `value`, `growth`, `rank` or `share`.
    pub measure: String,
    /// The region's code.
    pub region: String,
    /// The period.
    pub period: String,
    /// The value in base units; `None` where nothing was known.
    pub value: Option<Decimal>,
    /// Of a rank: among how many.
    pub of: Option<i64>,
    /// Base unit.
    pub unit: String,
    /// As the document prints it.
    pub said: String,
    /// The idiom in front (超, 近).
    pub idiom: Option<String>,
    /// How it was defined, in words.
    pub definition: String,
    /// The change sequence at which it was computed.
    pub sequence: i64,
    /// The pack revision that it was computed under.
    pub revision: i64,
    /// `computed` or `cited`.
    pub source: String,
    /// What it was cited from.
    pub citation: Option<String>,
}

/// A frozen figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its short name.
    pub id: String,
    /// The document that it was frozen for.
    pub document: String,
    /// What was frozen.
    pub figure: Frozen,
    /// Digest over the records.
    pub digest: String,
    /// How many records.
    pub records: i64,
    /// The change that froze it.
    pub seq: i64,
    /// Its place among those frozen together.
    pub place: i64,
    /// Who.
    pub actor: String,
    /// When, UTC.
    pub at: String,
}

/// Freezes figures for a document, in one act; their releases in the same order.
///
/// # Errors
/// The database's.
pub async fn freeze(
    act: &mut Act,
    document: &str,
    figures: &[(Frozen, Arc<Vec<Member>>)],
) -> Result<Vec<Release>, StoreError> {
    let mut known: BTreeMap<Vec<String>, Release> = BTreeMap::new();
    for release in of_document(&mut act.tx, document).await? {
        known.insert(same(&release.figure, &release.digest), release);
    }
    let seq = act.next_seq();
    let mut all = Vec::with_capacity(figures.len());
    let mut fresh = Vec::new();
    for (figure, members) in figures {
        let content = content(members);
        let digest = hash(&content);
        let key = same(figure, &digest);
        if let Some(release) = known.get(&key) {
            all.push(release.clone());
            continue;
        }
        let count = members.len() as i64;
        keep_set(act, &digest, count, content).await?;
        let mut release = Release {
            id: String::new(),
            document: document.to_owned(),
            figure: figure.clone(),
            digest,
            records: count,
            seq,
            place: fresh.len() as i64 + 1,
            actor: act.actor.as_str().to_owned(),
            at: act.at.clone(),
        };
        release.id = free_name(&mut act.tx, &release).await?;
        insert(act, &release).await?;
        let mut line = BTreeMap::new();
        line.insert("id".to_owned(), release.id.clone());
        line.insert("digest".to_owned(), fingerprint(&release));
        fresh.push(line);
        known.insert(key, release.clone());
        all.push(release);
    }
    if !fresh.is_empty() {
        let mut body = Body::default();
        body.set("document", Some(document.to_owned()));
        body.set("count", Some(fresh.len().to_string()));
        body.lines.insert("releases".to_owned(), fresh);
        act.log(ACT, Some(body.text())).await?;
    }
    Ok(all)
}

/// A release.
///
/// # Errors
/// The database's.
pub async fn get(tx: &mut Tx, id: &str) -> Result<Option<Release>, StoreError> {
    let found = select(tx, "where r.id = $1", &[Bind::from(id)]).await?;
    Ok(found.into_iter().next())
}

/// The releases of a document in order of freezing.
///
/// # Errors
/// The database's.
pub async fn of_document(tx: &mut Tx, document: &str) -> Result<Vec<Release>, StoreError> {
    let values = [Bind::from(document), Bind::from(MOST)];
    let rest = "where r.document = $1 order by r.seq, r.place limit $2";
    select(tx, rest, &values).await
}

/// The releases of an indicator, the newest first, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn of_indicator(
    tx: &mut Tx,
    indicator: &str,
    limit: u32,
) -> Result<Vec<Release>, StoreError> {
    let values = [Bind::from(indicator), Bind::from(i64::from(limit))];
    let rest = "where r.indicator = $1 order by r.seq desc, r.place limit $2";
    select(tx, rest, &values).await
}

/// All releases, the newest first, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn latest(tx: &mut Tx, limit: u32) -> Result<Vec<Release>, StoreError> {
    let rest = "order by r.seq desc, r.place limit $1";
    select(tx, rest, &[Bind::from(i64::from(limit))]).await
}

/// Documents that figures were frozen for, with how many and the last time, the newest first.
///
/// # Errors
/// The database's.
pub async fn documents(tx: &mut Tx) -> Result<Vec<(String, i64, String)>, StoreError> {
    let sql = "
        select document, count(*), max(at) from release
         group by document order by 3 desc, 1 limit $1";
    let rows = tx.rows(sql, &[Bind::from(MOST)]).await?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.int(1)?, row.text(2)?)))
        .collect()
}

/// The records that a release names.
///
/// # Errors
/// The database's.
pub async fn members(tx: &mut Tx, release: &Release) -> Result<Vec<Member>, StoreError> {
    let sql = "select content from record_set where hash = $1";
    let row = tx.row(sql, &[Bind::from(release.digest.as_str())]).await?;
    match row {
        Some(row) => parse(&row.text(0)?),
        None => Err(StoreError::Unreadable(format!(
            "the records of release {}",
            release.id
        ))),
    }
}

/// Compares every release, and the records it names, with what the chain sealed.
pub(crate) async fn verify(tx: &mut Tx) -> Result<Option<ChainFault>, StoreError> {
    let fault = |id: &str, seq| {
        Ok(Some(ChainFault::Kept {
            table: "release",
            id: id.to_owned(),
            seq,
        }))
    };
    let sql = "select seq, after from change where act = $1 order by seq";
    let entries = tx.rows(sql, &[Bind::from(ACT)]).await?;
    let mut sealed = 0_i64;
    for entry in &entries {
        let seq = entry.int(0)?;
        let said = Body::parse(&entry.text(1)?)?;
        let rest = "where r.seq = $1 order by r.place";
        let rows = select(tx, rest, &[Bind::from(seq)]).await?;
        let lines = said.lines.get("releases").map_or(&[][..], Vec::as_slice);
        for (place, line) in lines.iter().enumerate() {
            let id = line.get("id").map_or("", String::as_str);
            let right = rows
                .get(place)
                .is_some_and(|it| it.id == id && line.get("digest") == Some(&fingerprint(it)));
            if !right {
                return fault(id, seq);
            }
        }
        sealed += lines.len() as i64;
    }
    let count = tx.row("select count(*) from release", &[]).await?;
    if count.map_or(Ok(0), |it| it.int(0))? != sealed {
        return fault("", 0);
    }
    let mut after = String::new();
    loop {
        let sql = "
            select s.hash, s.content, s.count, (select min(r.id) from release r where r.records = s.hash)
              from record_set s where s.hash > $1 order by s.hash limit 20";
        let rows = tx.rows(sql, &[Bind::from(after.as_str())]).await?;
        for row in &rows {
            after = row.text(0)?;
            let content = row.text(1)?;
            let right = hash(&content) == after && parse(&content)?.len() as i64 == row.int(2)?;
            if !right {
                return fault(&row.opt_text(3)?.unwrap_or_default(), 0);
            }
        }
        if rows.is_empty() {
            return Ok(None);
        }
    }
}

/// Reads releases by conditions, order and limit.
async fn select(tx: &mut Tx, rest: &str, values: &[Bind]) -> Result<Vec<Release>, StoreError> {
    let sql = format!(
        "select r.id, r.seq, r.place, r.document, r.indicator, r.measure, r.region, r.period, r.value, r.of_units,
                r.unit, r.said, r.idiom, r.definition, r.pack, r.computed_seq, r.source, r.citation, r.records, r.actor,
                r.at, s.count
           from release r join record_set s on s.hash = r.records {rest}"
    );
    let rows = tx.rows_built(sql, values).await?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &Row) -> Result<Release, StoreError> {
    let decimal = |text: Option<String>| match text {
        Some(text) => Decimal::from_str_exact(&text)
            .map(Some)
            .map_err(|_| StoreError::Unreadable(format!("`{text}` is no number"))),
        None => Ok(None),
    };
    Ok(Release {
        id: row.text(0)?,
        seq: row.int(1)?,
        place: row.int(2)?,
        document: row.text(3)?,
        figure: Frozen {
            indicator: row.text(4)?,
            measure: row.text(5)?,
            region: row.text(6)?,
            period: row.text(7)?,
            value: decimal(row.opt_text(8)?)?,
            of: row.opt_int(9)?,
            unit: row.text(10)?,
            said: row.text(11)?,
            idiom: row.opt_text(12)?,
            definition: row.text(13)?,
            revision: row.int(14)?,
            sequence: row.int(15)?,
            source: row.text(16)?,
            citation: row.opt_text(17)?,
        },
        digest: row.text(18)?,
        actor: row.text(19)?,
        at: row.text(20)?,
        records: row.int(21)?,
    })
}

async fn insert(act: &mut Act, release: &Release) -> Result<(), StoreError> {
    let it = &release.figure;
    let values = [
        Bind::from(release.id.as_str()),
        Bind::from(release.seq),
        Bind::from(release.place),
        Bind::from(release.document.as_str()),
        Bind::from(it.indicator.as_str()),
        Bind::from(it.measure.as_str()),
        Bind::from(it.region.as_str()),
        Bind::from(it.period.as_str()),
        Bind::from(it.value.map(number)),
        Bind::from(it.of),
        Bind::from(it.unit.as_str()),
        Bind::from(it.said.as_str()),
        Bind::from(it.idiom.clone()),
        Bind::from(it.definition.as_str()),
        Bind::from(it.revision),
        Bind::from(it.sequence),
        Bind::from(it.source.as_str()),
        Bind::from(it.citation.clone()),
        Bind::from(release.digest.as_str()),
        Bind::from(release.actor.as_str()),
        Bind::from(release.at.as_str()),
    ];
    let sql = "
        insert into release
               (id, seq, place, document, indicator, measure, region, period, value, of_units, unit, said, idiom,
                definition, pack, computed_seq, source, citation, records, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
    act.tx.run(sql, &values).await?;
    Ok(())
}

async fn keep_set(
    act: &mut Act,
    digest: &str,
    count: i64,
    content: String,
) -> Result<(), StoreError> {
    let sql = "
        insert into record_set (hash, count, content) values ($1, $2, $3) on conflict (hash) do nothing";
    let values = [Bind::from(digest), Bind::from(count), Bind::from(content)];
    act.tx.run(sql, &values).await?;
    Ok(())
}

/// What makes two releases of a document the same one.
fn same(it: &Frozen, digest: &str) -> Vec<String> {
    let mut key: Vec<String> = [
        &it.indicator,
        &it.measure,
        &it.region,
        &it.period,
        &it.unit,
        &it.said,
        &it.definition,
        &it.source,
    ]
    .into_iter()
    .cloned()
    .collect();
    key.extend([
        it.value.map(number).unwrap_or_default(),
        it.of.map(|it| it.to_string()).unwrap_or_default(),
        it.idiom.clone().unwrap_or_default(),
        it.citation.clone().unwrap_or_default(),
        digest.to_owned(),
    ]);
    key
}

/// Digest over all that a release says.
fn fingerprint(release: &Release) -> String {
    let it = &release.figure;
    let mut body = Body::default();
    let texts = [
        ("id", &release.id),
        ("document", &release.document),
        ("indicator", &it.indicator),
        ("measure", &it.measure),
        ("region", &it.region),
        ("period", &it.period),
        ("unit", &it.unit),
        ("said", &it.said),
        ("definition", &it.definition),
        ("source", &it.source),
        ("records", &release.digest),
        ("actor", &release.actor),
        ("at", &release.at),
    ];
    for (name, text) in texts {
        body.set(name, Some(text.clone()));
    }
    body.set("value", it.value.map(number));
    body.set("of", it.of.map(|it| it.to_string()));
    body.set("idiom", it.idiom.clone());
    body.set("citation", it.citation.clone());
    body.set("pack", Some(it.revision.to_string()));
    body.set("computed", Some(it.sequence.to_string()));
    body.set("place", Some(release.place.to_string()));
    body.set("seq", Some(release.seq.to_string()));
    hash(&body.text())
}

/// A name that no release has: taken from what it says, so that the same act run again gives the same one.
async fn free_name(tx: &mut Tx, release: &Release) -> Result<String, StoreError> {
    let content = fingerprint(release);
    let mut salt = 0_u32;
    loop {
        let name = name(&format!("{salt}:{content}"));
        let sql = "select count(*) from release where id = $1";
        let taken = tx.row(sql, &[Bind::from(name.as_str())]).await?;
        if taken.map_or(Ok(0), |it| it.int(0))? == 0 {
            return Ok(name);
        }
        salt += 1;
    }
}

fn name(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let bits = digest
        .iter()
        .take(5)
        .fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
    let letter = |place: usize| char::from(LETTERS[(bits >> (5 * place)) as usize & 31]);
    (0..NAME).rev().map(letter).collect()
}

fn hash(text: &str) -> String {
    seal_text(&Sha256::digest(text.as_bytes()).into())
}

fn number(value: Decimal) -> String {
    value.normalize().to_string()
}

/// Records as text: a head for each part and register, then a line for each record.
fn content(members: &[Member]) -> String {
    let mut sorted: Vec<&Member> = members.iter().collect();
    sorted.sort();
    let mut text = String::with_capacity(members.len() * 16);
    let mut head = ("", "");
    for it in sorted {
        if head != (it.part.as_str(), it.register.as_str()) {
            head = (&it.part, &it.register);
            let _ = writeln!(text, "@{} {}", it.part, it.register);
        }
        let _ = write!(text, "{} {}", it.record, it.version);
        if let Some(contribution) = it.contribution {
            let _ = write!(text, " {}", number(contribution));
        }
        text.push('\n');
    }
    text
}

fn parse(text: &str) -> Result<Vec<Member>, StoreError> {
    let bad = |line: &str| StoreError::Unreadable(format!("`{line}` in a set of records"));
    let mut members = Vec::new();
    let (mut part, mut register) = (String::new(), String::new());
    for line in text.lines() {
        if let Some(head) = line.strip_prefix('@') {
            let (of, table) = head.split_once(' ').ok_or_else(|| bad(line))?;
            (part, register) = (of.to_owned(), table.to_owned());
            continue;
        }
        let mut words = line.split(' ');
        let mut int = || words.next()?.parse::<i64>().ok();
        let (record, version) = int().zip(int()).ok_or_else(|| bad(line))?;
        let contribution = match words.next() {
            Some(word) => Some(Decimal::from_str_exact(word).map_err(|_| bad(line))?),
            None => None,
        };
        members.push(Member {
            part: part.clone(),
            register: register.clone(),
            record,
            version,
            contribution,
        });
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_set_of_records_is_read_back_from_its_text(
            set in proptest::collection::btree_set(
                ("[a-z]{1,3}", "[a-z_.]{1,4}", 1..1_000_i64, 1..9_i64, proptest::option::of(-9_999..9_999_i64)), 0..20),
        ) {
            let mut members: Vec<Member> = set
                .into_iter()
                .map(|(part, register, record, version, fen)| Member {
                    part, register, record, version,
                    contribution: fen.map(|it| Decimal::new(it, 2).normalize()),
                })
                .collect();
            members.sort();
            let mut mixed = members.clone();
            mixed.reverse();
            proptest::prop_assert_eq!(content(&mixed), content(&members), "the order does not matter");
            proptest::prop_assert_eq!(parse(&content(&members)).unwrap(), members);
        }
    }

    #[test]
    fn a_name_is_short_and_has_no_letters_that_are_misread() {
        let names = ["", "a", "0:b"].map(name);
        for name in &names {
            assert_eq!(name.len(), NAME);
            assert!(name.bytes().all(|it| LETTERS.contains(&it)), "{name}");
        }
        assert_ne!(names[0], names[1]);
    }
}
