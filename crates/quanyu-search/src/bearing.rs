//! Which records bear some characters in their name: for lists, which ask by name among a million.
//!
//! Owns the collecting. Invariant: no record whose name has the characters is left out; some may be given whose name has them in
//! another order, so that whoever asks looks at the names.

use tantivy::{
    DocSet as _, Searcher, TERMINATED,
    query::{EnableScoring, Query as _},
};

use crate::{
    SearchError,
    entry::Kind,
    grams,
    query::{all, term},
    schema::{Fields, RECORD},
    terms::{Class, of_kind, of_rights},
    text::Folded,
};

/// The records of a register whose name may bear this text; `None` where they are more than `most`, or where the text has too few
/// characters to be asked for.
pub(crate) fn bearing(
    searcher: &Searcher,
    fields: Fields,
    (kind, register): (Kind, &str),
    text: &str,
    most: usize,
) -> Result<Option<Vec<i64>>, SearchError> {
    let chars = Folded::new(text).chars;
    if chars.len() < 2 || chars.len() > grams::LONGEST_NAME {
        return Ok(None);
    }
    let wanted = grams::wanted(&chars).into_iter();
    let wanted = wanted.map(|(class, value)| term(fields, &of_kind(kind, class, &value)));
    let register = term(fields, &of_rights(Class::Register, register));
    let ask = all(wanted.chain([register]));
    let weight = ask.weight(EnableScoring::disabled_from_searcher(searcher))?;
    let mut found = Vec::new();
    for reader in searcher.segment_readers() {
        let mut docs = weight.scorer(reader, 1.0)?;
        if docs.doc() == TERMINATED {
            continue;
        }
        let records = reader
            .fast_fields()
            .column_first_or_default::<u64>(RECORD)?;
        while docs.doc() != TERMINATED {
            let doc = docs.doc();
            if reader.alive_bitset().is_none_or(|it| it.is_alive(doc)) {
                if found.len() == most {
                    return Ok(None);
                }
                found.push(i64::try_from(records.get_val(doc)).unwrap_or(i64::MAX));
            }
            docs.advance();
        }
    }
    found.sort_unstable();
    Ok(Some(found))
}
