//! The fields of the index, and entries as its documents.
//!
//! Owns what is indexed, what orders and what is kept to be shown.

use tantivy::{
    TantivyDocument,
    schema::{
        FAST, Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions,
        Value as _,
    },
};

use crate::{
    entry::{Entry, Kind},
    grams, pinyin,
    terms::{Class, Terms},
    text::Folded,
    words::Words,
};

/// Name of [`crate::terms::Splitter`] in the index.
pub(crate) const SPLITTER: &str = "terms";
/// Orders names: short ones first.
pub(crate) const LENGTH: &str = "length";
/// Orders texts: new ones first. 0 for what a pack declares.
pub(crate) const RECORD: &str = "record";
/// The first characters of a credit code as a number, in their order.
pub(crate) const CODE: &str = "code";
/// Characters that [`CODE`] holds: 37 to the twelfth is the largest power of 64 bits.
const CODE_CHARS: usize = 12;
/// Stands between the parts of what is kept.
const GAP: char = '\u{1f}';

/// The fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    pub terms: Field,
    pub record: Field,
    length: Field,
    pub code: Field,
    kept: Field,
}

/// The fields of every index of this version.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(SPLITTER)
        .set_fieldnorms(false)
        .set_index_option(IndexRecordOption::Basic);
    let fields = Fields {
        terms: schema.add_text_field(
            "terms",
            TextOptions::default().set_indexing_options(indexing),
        ),
        record: schema.add_u64_field(RECORD, FAST | INDEXED),
        length: schema.add_u64_field(LENGTH, FAST),
        code: schema.add_u64_field(CODE, FAST),
        kept: schema.add_text_field("kept", STORED),
    };
    (schema.build(), fields)
}

/// An entry as the index takes it.
pub(crate) fn document(fields: Fields, words: &Words, entry: &Entry) -> TantivyDocument {
    let mut terms = Terms::new(entry.kind);
    let title = Folded::new(&entry.title);
    for name in std::iter::once(&title.chars).chain(
        entry
            .names
            .iter()
            .map(|it| Folded::new(it).chars)
            .collect::<Vec<_>>()
            .iter(),
    ) {
        grams::push(&mut terms, name);
        pinyin::push(&mut terms, name);
    }
    let code = entry.code.as_deref().map(fold_code).unwrap_or_default();
    if !code.is_empty() {
        terms.push(Class::Code, &code);
    }
    words.push(&mut terms, &entry.text);
    terms.stand(&entry.register, &entry.standing);
    let mut document = TantivyDocument::default();
    document.add_text(fields.terms, terms.finish());
    document.add_u64(fields.record, entry.record.unsigned_abs());
    document.add_u64(fields.length, title.chars.len() as u64);
    document.add_u64(fields.code, code_number(&code, 0));
    document.add_text(fields.kept, kept(entry));
    document
}

/// An entry without what rights ask, as the index kept it.
pub(crate) fn entry(fields: Fields, document: &TantivyDocument) -> Option<Entry> {
    let text = document.get_first(fields.kept)?.as_str()?;
    let mut parts = text.split(GAP);
    let kind = Kind::parse(parts.next()?)?;
    let record = parts.next()?.parse().ok()?;
    let register = parts.next()?;
    let mut entry = Entry::new(kind, register, record, parts.next()?);
    entry.code = parts.next().filter(|it| !it.is_empty()).map(str::to_owned);
    entry.text = parts.next()?.to_owned();
    entry.names = parts.map(str::to_owned).collect();
    Some(entry)
}

fn kept(entry: &Entry) -> String {
    let record = entry.record.to_string();
    let code = entry.code.as_deref().unwrap_or_default();
    let parts = [
        entry.kind.word(),
        &record,
        &entry.register,
        &entry.title,
        code,
        &entry.text,
    ];
    let names = entry.names.iter().map(String::as_str);
    let mut out = String::new();
    for (place, part) in parts.into_iter().chain(names).enumerate() {
        if place > 0 {
            out.push(GAP);
        }
        out.extend(part.chars().map(|it| if it == GAP { ' ' } else { it }));
    }
    out
}

/// A credit code as it is compared.
pub(crate) fn fold_code(text: &str) -> String {
    let code = Folded::new(text).chars.into_iter();
    code.map(|it| it.to_ascii_uppercase()).collect()
}

/// The numbers between which codes lie that begin so.
pub(crate) fn code_range(prefix: &str) -> (u64, u64) {
    (code_number(prefix, 0), code_number(prefix, 36))
}

/// Digits and letters in order; what is missing counts as `rest`. A code of no characters is 0.
fn code_number(code: &str, rest: u64) -> u64 {
    let digit = |it: char| it.to_digit(36).map_or(1, |it| u64::from(it) + 1);
    let digits = code.chars().map(digit).chain(std::iter::repeat(rest));
    digits.take(CODE_CHARS).fold(0, |all, it| all * 37 + it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_as_it_was_written() {
        let (_, fields) = schema();
        let mut entry = Entry::new(Kind::Organization, "firm", 7, "示例电子（青岛）有限公司");
        let kept = document(fields, &Words::default(), &entry);
        assert_eq!(super::entry(fields, &kept), Some(entry.clone()));
        entry.names = vec!["示例元件厂".to_owned(), "示例".to_owned()];
        entry.code = Some("91370202MA3ABCDE1X".to_owned());
        let kept = document(fields, &Words::default(), &entry);
        assert_eq!(super::entry(fields, &kept), Some(entry));
    }

    #[test]
    fn codes_that_begin_alike_lie_side_by_side() {
        let codes = [
            "91370202MA3ABCDE1X",
            "91370202MA9",
            "91370203",
            "9",
            "913702020000000000",
        ];
        for prefix in ["9", "91370202", "91370202MA3ABCDE1X", "91370203", "8"] {
            let (low, high) = code_range(prefix);
            for code in codes {
                let number = code_number(code, 0);
                let first: String = prefix.chars().take(CODE_CHARS).collect();
                assert_eq!(
                    (low..=high).contains(&number),
                    code.starts_with(&first),
                    "{prefix} {code}"
                );
            }
        }
        assert_eq!(code_number("", 0), 0);
    }
}
