//! Bindings: which figure of a document stands for which indicator, found once and kept with the file.
//!
//! Owns the table. Leaves finding bindings and what they are good for to the application. They follow from a file and a
//! pack and are no history: a later pack binds anew; that it was done is in the change chain.
//!
//! Start reading at [`keep`].

use crate::{
    act::Act,
    door::{Bind, Row, Tx},
    error::StoreError,
};

/// A figure of a document and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// First character of the text.
    pub start: i64,
    /// After the last.
    pub end: i64,
    /// Its words, to be sure that the place is right.
    pub text: String,
    /// The indicator.
    pub indicator: String,
    /// What of it: `value`, `growth`, `rank`, `share`, `delta`.
    pub measure: String,
    /// Of which region.
    pub region: String,
    /// Years from the document's period (`0`, `-1`), or a period of its own.
    pub role: String,
    /// Whether it was true of the records when it was bound.
    pub agreed: bool,
}

/// A document whose figures are bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The file.
    pub file: String,
    /// Its name.
    pub name: String,
    /// When the file came, UTC.
    pub at: String,
    /// The period that it reports.
    pub period: String,
    /// Pack revision it was bound with.
    pub pack: i64,
    /// How many figures.
    pub figures: i64,
}

/// Keeps the bindings of a file for the period that it reports, in place of those of an earlier pack.
///
/// # Errors
/// The database's.
pub async fn keep(
    act: &mut Act,
    file: &str,
    period: &str,
    pack: i64,
    bindings: &[Binding],
) -> Result<(), StoreError> {
    let values = [Bind::from(file), Bind::from(period)];
    act.tx
        .run(
            "delete from binding where file = $1 and period = $2",
            &values,
        )
        .await?;
    for (place, it) in (0_i64..).zip(bindings) {
        let values = [
            Bind::from(file),
            Bind::from(period),
            Bind::from(place),
            Bind::from(pack),
            Bind::from(it.start),
            Bind::from(it.end),
            Bind::from(it.text.as_str()),
            Bind::from(it.indicator.as_str()),
            Bind::from(it.measure.as_str()),
            Bind::from(it.region.as_str()),
            Bind::from(it.role.as_str()),
            Bind::from(i64::from(it.agreed)),
        ];
        let sql = "
            insert into binding (file, period, place, pack, start_char, end_char, said, indicator, measure, region, role,
                                 agreed)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        act.tx.run(sql, &values).await?;
    }
    let noted = format!(
        r#"{{"file":"{file}","period":"{period}","figures":{}}}"#,
        bindings.len()
    );
    act.log("document.bind", Some(noted)).await?;
    Ok(())
}

/// The bindings of a file for a period, in order of the text.
///
/// # Errors
/// The database's.
pub async fn of_file(tx: &mut Tx, file: &str, period: &str) -> Result<Vec<Binding>, StoreError> {
    let sql = "
        select start_char, end_char, said, indicator, measure, region, role, agreed
          from binding where file = $1 and period = $2 order by place";
    let rows = tx
        .rows(sql, &[Bind::from(file), Bind::from(period)])
        .await?;
    rows.iter().map(binding).collect()
}

/// The documents bound last, at most `limit`; of one file alone where it is named.
///
/// # Errors
/// The database's.
pub async fn bound(tx: &mut Tx, file: Option<&str>, limit: u32) -> Result<Vec<Bound>, StoreError> {
    let sql = "
        select b.file, f.name, f.at, b.period, max(b.pack), count(*)
          from binding b join file f on f.hash = b.file
         where ($1 = '' or b.file = $1)
         group by b.file, f.name, f.at, b.period
         order by f.at desc, b.file, b.period limit $2";
    let values = [
        Bind::from(file.unwrap_or_default()),
        Bind::from(i64::from(limit)),
    ];
    let rows = tx.rows(sql, &values).await?;
    rows.iter()
        .map(|row| {
            Ok(Bound {
                file: row.text(0)?,
                name: row.text(1)?,
                at: row.text(2)?,
                period: row.text(3)?,
                pack: row.int(4)?,
                figures: row.int(5)?,
            })
        })
        .collect()
}

fn binding(row: &Row) -> Result<Binding, StoreError> {
    Ok(Binding {
        start: row.int(0)?,
        end: row.int(1)?,
        text: row.text(2)?,
        indicator: row.text(3)?,
        measure: row.text(4)?,
        region: row.text(5)?,
        role: row.text(6)?,
        agreed: row.int(7)? != 0,
    })
}
