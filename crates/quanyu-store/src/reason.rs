//! Why a record was removed, brought back or merged, in the words of whoever did it.
//!
//! Owns the table of reasons. Each stands beside the change that it explains and is sealed by an entry of the chain.
//!
//! Start reading at [`give`].

use crate::{
    act::Act,
    audit::ChainFault,
    body::Body,
    door::{Bind, Tx},
    error::StoreError,
};

/// What the change entry of a reason is called.
pub(crate) const ACT: &str = "record.reason";

/// Says why the change that the act made last was made.
///
/// # Errors
/// The database's.
pub async fn give(act: &mut Act, record: i64, why: &str) -> Result<(), StoreError> {
    let seq = act.next_seq() - 1;
    let values = [Bind::from(seq), Bind::from(record), Bind::from(why)];
    let sql = "insert into reason (seq, record, why) values ($1, $2, $3)";
    act.tx.run(sql, &values).await?;
    act.log(ACT, Some(told(seq, record, why).text())).await?;
    Ok(())
}

/// The reasons that were given for changes of a record: change and words, in order.
///
/// # Errors
/// The database's.
pub async fn of_record(tx: &mut Tx, record: i64) -> Result<Vec<(i64, String)>, StoreError> {
    let sql = "select seq, why from reason where record = $1 order by seq";
    let rows = tx.rows(sql, &[Bind::from(record)]).await?;
    rows.iter()
        .map(|it| Ok((it.int(0)?, it.text(1)?)))
        .collect()
}

/// Compares every reason with what the chain sealed.
pub(crate) async fn verify(tx: &mut Tx) -> Result<Option<ChainFault>, StoreError> {
    let sql = "select seq, record, why from reason order by seq";
    let mut rows = tx.rows(sql, &[]).await?.into_iter();
    let sql = "select seq, after from change where act = $1 order by seq";
    let entries = tx.rows(sql, &[Bind::from(ACT)]).await?;
    let fault = |seq| ChainFault::Kept {
        table: "reason",
        id: String::new(),
        seq,
    };
    for entry in entries {
        let sealed = entry.opt_text(1)?;
        let right = match rows.next() {
            Some(row) => {
                let body = told(row.int(0)?, row.int(1)?, &row.text(2)?);
                sealed == Some(body.text())
            }
            None => false,
        };
        if !right {
            return Ok(Some(fault(entry.int(0)?)));
        }
    }
    match rows.next() {
        Some(row) => Ok(Some(fault(row.int(0)?))),
        None => Ok(None),
    }
}

fn told(seq: i64, record: i64, why: &str) -> Body {
    let mut body = Body::default();
    body.set("change", Some(seq.to_string()));
    body.set("record", Some(record.to_string()));
    body.set("why", Some(why.to_owned()));
    body
}
