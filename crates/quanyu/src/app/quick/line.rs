//! A line as people would say it: “5月12日 示例科技 高企政策宣讲 参加企业32家”.
//!
//! Owns which word goes into which field: what stands behind a field's name, numbers by what they count, days, names of records,
//! codes and places by what they are called; what is left is text, in the order that the register says.
//!
//! Invariant: no word is lost; what fits nowhere stays with the text.
//!
//! Start reading at [`Reader::read`].

use jiff::civil::Date;
use quanyu_core::typed;
use quanyu_pack::model::{Field, FieldType, Pack, Register};
use quanyu_store::{
    Tx,
    list::{self, Filter, Op, Query},
};

use super::order;
use crate::app::{
    AppError, Product,
    cells::{Found, Names as _},
    entries::{Cells, days},
    imports::named_by,
    names::NameMap,
    registers::{self, target},
};

/// Characters of a word below which no record is looked for by a part of its name.
const SHORTEST_PART: usize = 3;

/// Reads lines of one register.
pub(super) struct Reader<'a> {
    product: &'a Product,
    register: &'a Register,
    tx: Tx,
    names: NameMap,
    today: Date,
}

impl<'a> Reader<'a> {
    pub(super) async fn new(
        product: &'a Product,
        register: &'a Register,
    ) -> Result<Self, AppError> {
        Ok(Self {
            product,
            register,
            tx: product.store.read().await?,
            names: NameMap::default(),
            today: product.today(),
        })
    }

    /// What a line says.
    pub(super) async fn read(&mut self, line: &str) -> Result<Cells, AppError> {
        let mut cells = Cells::default();
        let mut left: Vec<&str> = Vec::new();
        for word in words(line) {
            if self.plain(word, &mut cells) || self.record(word, &mut cells).await? {
                continue;
            }
            left.push(word);
        }
        self.rest(&left, &mut cells);
        self.inside(&mut cells);
        Ok(cells)
    }

    fn free(&self, cells: &Cells) -> impl Iterator<Item = &'a Field> {
        let taken: Vec<String> = cells.texts.keys().cloned().collect();
        let typed = |it: &&Field| it.computed.is_none() && it.kind != FieldType::File;
        let declared = self.register.fields.iter().filter(typed);
        order(self.register)
            .chain(declared)
            .filter(move |it| !taken.contains(&it.id))
    }

    /// What a word says by itself: behind a field's name, as a number with its unit, as a day, a code, a place.
    fn plain(&self, word: &str, cells: &mut Cells) -> bool {
        let free: Vec<&Field> = self.free(cells).collect();
        let found = labelled(&free, word)
            .or_else(|| counted(&free, word).map(|it| (it, number_of(word).to_owned())))
            .or_else(|| self.day(&free, word))
            .or_else(|| named(&self.product.pack, &free, word));
        match found {
            Some((field, text)) => {
                cells.texts.insert(field.id.clone(), text);
                true
            }
            None => false,
        }
    }

    fn day<'f>(&self, free: &[&'f Field], word: &str) -> Option<(&'f Field, String)> {
        let near = days::near(word, self.today);
        let day = near.or_else(|| typed::day(word).ok().flatten());
        let first = |kind: FieldType| free.iter().find(|it| it.kind == kind).copied();
        if let Some(day) = day {
            return Some((first(FieldType::Date)?, day.to_string()));
        }
        let period = typed::period(word).ok().flatten()?;
        Some((first(FieldType::Period)?, period.to_string()))
    }

    /// Words that are left: text, in the order of the fields that hold text; the last such field takes the rest.
    fn rest(&self, left: &[&str], cells: &mut Cells) {
        if left.is_empty() {
            return;
        }
        let text = |it: &&Field| matches!(it.kind, FieldType::Text | FieldType::LongText);
        let ordered = order(self.register).filter(text);
        let free = ordered.filter(|it| !cells.texts.contains_key(&it.id));
        let fields: Vec<String> = free.map(|it| it.id.clone()).collect();
        let fields = if fields.is_empty() {
            let mut all = self.register.fields.iter().filter(text);
            all.find(|it| !cells.texts.contains_key(&it.id))
                .map(|it| vec![it.id.clone()])
                .unwrap_or_default()
        } else {
            fields
        };
        let Some(last) = fields.len().checked_sub(1) else {
            return;
        };
        for (place, word) in left.iter().enumerate() {
            let text = cells
                .texts
                .entry(fields[place.min(last)].clone())
                .or_default();
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
    }

    /// A code that stands inside the text (“高企政策宣讲” is a kind of event) is taken, and the text stays.
    fn inside(&self, cells: &mut Cells) {
        let text: String = cells
            .texts
            .iter()
            .filter(|(id, _)| {
                let field = self.register.field(id);
                field.is_some_and(|it| matches!(it.kind, FieldType::Text | FieldType::LongText))
            })
            .map(|(_, text)| format!("{text}\n"))
            .collect();
        let fields: Vec<&Field> = order(self.register)
            .filter(|it| !it.many && !cells.texts.contains_key(&it.id))
            .collect();
        for field in fields {
            let FieldType::Code { list } = &field.kind else {
                continue;
            };
            let items = self
                .product
                .pack
                .codes
                .get(list)
                .into_iter()
                .flat_map(|it| &it.items);
            let best = items
                .filter(|it| !it.retired)
                .flat_map(|it| {
                    let names = std::iter::once(&it.title.zh).chain(&it.synonyms);
                    names.map(move |name| (name.chars().count(), &it.code, name))
                })
                .filter(|(length, _, name)| *length >= 2 && text.contains(name.as_str()))
                .max_by_key(|(length, ..)| *length);
            if let Some((_, code, _)) = best {
                cells.texts.insert(field.id.clone(), code.clone());
            }
        }
    }

    async fn record(&mut self, word: &str, cells: &mut Cells) -> Result<bool, AppError> {
        let product = self.product;
        let fields: Vec<&Field> = self
            .free(cells)
            .filter(|it| !it.many && target(&product.pack, it).is_some())
            .collect();
        for field in fields {
            let Some(target) = target(&product.pack, field) else {
                continue;
            };
            let named = named_by(&product.pack, field, word);
            self.names
                .look_up(&mut self.tx, &product.pack, &named)
                .await?;
            match self.names.find(&target.id, word) {
                Found::One(id) => {
                    let found = list::by_ids(&mut self.tx, &target.id, &[id]).await?;
                    if let Some(record) = found.first() {
                        cells
                            .texts
                            .insert(field.id.clone(), registers::label(target, record));
                        cells.chosen.insert(field.id.clone(), id.to_string());
                        return Ok(true);
                    }
                }
                // Its bearers are told apart in the cell.
                Found::Many(_) => {
                    cells.texts.insert(field.id.clone(), word.to_owned());
                    return Ok(true);
                }
                Found::Nobody => {}
            }
            if word.chars().count() < SHORTEST_PART {
                continue;
            }
            let query = Query {
                filters: vec![Filter::new(
                    target.label.clone(),
                    Op::Contains(word.to_owned()),
                )],
                limit: 2,
                ..Query::default()
            };
            let found = list::list(&mut self.tx, &target.id, &query).await?.records;
            if let [one] = found.as_slice() {
                cells
                    .texts
                    .insert(field.id.clone(), registers::label(target, one));
                cells.chosen.insert(field.id.clone(), one.id.to_string());
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Words of a line: parted by blanks and by marks that end a part of a sentence. A comma inside a number stays.
fn words(line: &str) -> Vec<&str> {
    let parting = |c: char| c.is_whitespace() || matches!(c, '，' | '；' | '。' | ';' | '\u{3000}');
    line.split(parting)
        .map(|it| it.trim_matches(|c: char| matches!(c, '、' | '：')))
        .filter(|it| !it.is_empty())
        .collect()
}

fn names(field: &Field) -> impl Iterator<Item = &String> {
    std::iter::once(&field.title.zh).chain(&field.synonyms)
}

/// `地点：示例大厦`: a field's name, a colon, its value.
fn labelled<'f>(free: &[&'f Field], word: &str) -> Option<(&'f Field, String)> {
    let (name, value) = word.split_once(['：', ':'])?;
    let (name, value) = (name.trim(), value.trim());
    let field = free.iter().find(|it| names(it).any(|it| it == name))?;
    (!value.is_empty()).then(|| (*field, value.to_owned()))
}

/// Where the number of a word begins.
fn number_at(word: &str) -> Option<usize> {
    let plain = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    word.find(plain)
}

fn number_of(word: &str) -> &str {
    number_at(word).map_or("", |at| &word[at..])
}

/// `参加企业32家`, `32人次`, `12.5万元`: the number field that is called so, or counts in that unit.
fn counted<'f>(free: &[&'f Field], word: &str) -> Option<&'f Field> {
    let at = number_at(word)?;
    let (name, number) = word.split_at(at);
    let name = name.trim_end_matches(['约', '共', '为', '：', ':']);
    let digits =
        |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c) || matches!(c, '.' | ',' | '，');
    let unit = number.trim_start_matches(digits);
    let money = matches!(
        unit,
        "元" | "万" | "万元" | "亿" | "亿元" | "百万元" | "千万元"
    );
    let score = |field: &Field| -> u32 {
        let number = matches!(
            field.kind,
            FieldType::Integer | FieldType::Decimal { .. } | FieldType::Money
        );
        if !number || (money != (field.kind == FieldType::Money) && !unit.is_empty()) {
            return 0;
        }
        let called = match name {
            "" => 0,
            name if names(field).any(|it| it == name) => 8,
            name if names(field).any(|it| it.starts_with(name)) => 6,
            name if names(field).any(|it| it.contains(name) || name.contains(it.as_str())) => 4,
            _ => 0,
        };
        let counts = match &field.unit {
            _ if unit.is_empty() => 0,
            _ if money => 2,
            Some(own) if own == unit => 3,
            Some(own) if own.starts_with(unit) => 2,
            _ => 0,
        };
        // A number that is called by another name is not this one, though it counts the same.
        if !name.is_empty() && called == 0 && !money {
            return 0;
        }
        called + counts
    };
    let best = free.iter().map(|it| (score(it), *it)).filter(|it| it.0 > 0);
    // The first of the best: fields stand in their order.
    best.fold(None, |best: Option<(u32, &Field)>, it| match best {
        Some(old) if old.0 >= it.0 => Some(old),
        _ => Some(it),
    })
    .map(|it| it.1)
}

/// A code or a place by what it is called.
fn named<'f>(pack: &Pack, free: &[&'f Field], word: &str) -> Option<(&'f Field, String)> {
    free.iter().find_map(|field| match &field.kind {
        FieldType::Code { list } => {
            let mut items = pack.codes.get(list)?.items.iter();
            let item =
                items.find(|it| it.title.zh == word || it.synonyms.iter().any(|it| it == word))?;
            Some((*field, item.code.clone()))
        }
        FieldType::Region => {
            let mut regions = pack.regions.values();
            let known = regions.any(|it| it.name == word || it.aliases.iter().any(|it| it == word));
            known.then(|| (*field, word.to_owned()))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use quanyu_core::text::Text;

    use super::*;

    #[test]
    fn a_line_is_parted_into_words_and_numbers_stay_whole() {
        let got = words("5月12日 示例科技，高企政策宣讲；参加企业32家　1,200人次。");
        assert_eq!(
            got,
            [
                "5月12日",
                "示例科技",
                "高企政策宣讲",
                "参加企业32家",
                "1,200人次"
            ]
        );
    }

    #[test]
    fn a_number_goes_to_the_field_that_is_called_so_or_counts_so() {
        let number = |id: &str, title: &str, kind: FieldType, unit: Option<&str>| Field {
            id: id.to_owned(),
            title: Text::zh(title),
            kind,
            unit: unit.map(str::to_owned),
            ..Field::default()
        };
        let fields = [
            number("firms", "参加企业数", FieldType::Integer, Some("家次")),
            number("people", "参加人次", FieldType::Integer, Some("人次")),
            number("cost", "投入", FieldType::Money, None),
        ];
        let free: Vec<&Field> = fields.iter().collect();
        #[rustfmt::skip]
        let cases = [
            ("参加企业32家", Some("firms"), "32家"),
            ("32家",        Some("firms"), "32家"),
            ("150人次",     Some("people"), "150人次"),
            ("12.5万元",    Some("cost"), "12.5万元"),
            ("投入3万",     Some("cost"), "3万"),
            ("第3届",       None, "3届"),
            ("G20",         None, "20"),
            ("没有数",       None, ""),
        ];
        for (word, wanted, text) in cases {
            assert_eq!(
                counted(&free, word).map(|it| it.id.as_str()),
                wanted,
                "{word}"
            );
            assert_eq!(number_of(word), text, "{word}");
        }
        let labelled = labelled(&free, "投入：3万").map(|(it, text)| (it.id.clone(), text));
        assert_eq!(labelled, Some(("cost".into(), "3万".into())));
    }
}
