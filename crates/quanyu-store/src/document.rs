//! Official numbers of documents (发文字号): one series of numbers for each year, without a gap.
//!
//! Owns the counter. Which field of a record holds the number, and when it gets one, is declared by a pack.
//!
//! Invariant: the numbers of a series and a year follow one another from the first that is known here (earlier ones may
//! stand on paper); no number is given twice, also when two are asked for at once: the one writer gives one after the
//! other, in the act that registers the document.
//!
//! Start reading at [`give`].

use crate::{
    act::Act,
    audit::ChainFault,
    body::Body,
    door::{Bind, Tx},
    error::StoreError,
};

/// What the change entry of a number is called.
pub(crate) const ACT: &str = "document.number";

/// Gives the next number of a series and year to a record, such as `示例〔2023〕5号`. `given` is one that was written on
/// paper: it must be the next one, or the first that is known here.
///
/// # Errors
/// [`StoreError::NotNext`] where `given` would leave a gap or is taken.
pub async fn give(
    act: &mut Act,
    series: &str,
    year: i64,
    given: Option<i64>,
    register: &str,
    record: i64,
) -> Result<String, StoreError> {
    let last = last(&mut act.tx, series, year).await?;
    let next = last + 1;
    let n = given.unwrap_or(next);
    if n < 1 || (last > 0 && n != next) {
        return Err(StoreError::NotNext {
            number: written(series, year, n),
            next: written(series, year, next),
        });
    }
    let number = written(series, year, n);
    let seq = act.next_seq();
    let values = [
        Bind::from(seq),
        Bind::from(series),
        Bind::from(year),
        Bind::from(n),
        Bind::from(number.as_str()),
        Bind::from(register),
        Bind::from(record),
    ];
    let sql = "
        insert into document_number (seq, series, year, n, number, register, record)
        values ($1, $2, $3, $4, $5, $6, $7)";
    act.tx.run(sql, &values).await?;
    let body = told(&number, series, year, n, register, record);
    act.log(ACT, Some(body.text())).await?;
    Ok(number)
}

/// The last number given in a series and year; 0 before the first.
///
/// # Errors
/// The database's.
pub async fn last(tx: &mut Tx, series: &str, year: i64) -> Result<i64, StoreError> {
    let sql = "select coalesce(max(n), 0) from document_number where series = $1 and year = $2";
    let row = tx.row(sql, &[Bind::from(series), Bind::from(year)]).await?;
    row.map_or(Ok(0), |it| it.int(0))
}

/// Series that numbers were given in, the last one used first.
///
/// # Errors
/// The database's.
pub async fn series(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let sql = "
        select series, max(seq) from document_number group by series order by 2 desc limit 100";
    let rows = tx.rows(sql, &[]).await?;
    rows.iter().map(|it| it.text(0)).collect()
}

/// A number as GB/T 9704 writes it.
#[must_use]
pub fn written(series: &str, year: i64, n: i64) -> String {
    format!("{series}〔{year}〕{n}号")
}

/// Compares every number with what the chain sealed.
pub(crate) async fn verify(tx: &mut Tx) -> Result<Option<ChainFault>, StoreError> {
    let sql = "
        select seq, number, series, year, n, register, record from document_number order by seq";
    let mut rows = tx.rows(sql, &[]).await?.into_iter();
    let sql = "select seq, after from change where act = $1 order by seq";
    let entries = tx.rows(sql, &[Bind::from(ACT)]).await?;
    let fault = |seq| {
        Ok(Some(ChainFault::Kept {
            table: "document_number",
            id: String::new(),
            seq,
        }))
    };
    for entry in entries {
        let seq = entry.int(0)?;
        let Some(row) = rows.next() else {
            return fault(seq);
        };
        let body = told(
            &row.text(1)?,
            &row.text(2)?,
            row.int(3)?,
            row.int(4)?,
            &row.text(5)?,
            row.int(6)?,
        );
        if row.int(0)? != seq || entry.opt_text(1)? != Some(body.text()) {
            return fault(seq);
        }
    }
    match rows.next() {
        Some(row) => fault(row.int(0)?),
        None => Ok(None),
    }
}

fn told(number: &str, series: &str, year: i64, n: i64, register: &str, record: i64) -> Body {
    let mut body = Body::default();
    body.set("number", Some(number.to_owned()));
    body.set("series", Some(series.to_owned()));
    body.set("year", Some(year.to_string()));
    body.set("n", Some(n.to_string()));
    body.set("register", Some(register.to_owned()));
    body.set("record", Some(record.to_string()));
    body
}
