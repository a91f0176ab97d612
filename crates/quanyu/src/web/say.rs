//! How values are said on pages: growth with its sign, ranks, periods, units in the language of the page.
//!
//! Owns words around numbers. Leaves the scaling of values to `quanyu_core::measure`.

use quanyu_core::{measure, period::Period, text::Language};
use rust_decimal::Decimal;

use super::templates::Templates;
use crate::app::{account::people::People, indicators::RankView};

/// What stands where nothing is known.
pub(super) const UNKNOWN: &str = "—";

/// Says values in a language.
#[derive(Clone, Copy)]
pub(super) struct Say<'a> {
    pub texts: &'a Templates,
    pub people: &'a People,
    pub language: Language,
}

impl Say<'_> {
    /// A fixed text.
    pub fn text(&self, key: &str) -> String {
        self.texts.text(key, self.language, &[])
    }

    /// A fixed text with values.
    pub fn fill(&self, key: &str, values: &[(&str, String)]) -> String {
        self.texts.text(key, self.language, values)
    }

    /// The fixed text `group.word`, or the word where there is none.
    pub fn word(&self, group: &str, word: &str) -> String {
        let key = format!("{group}.{word}");
        let text = self.texts.text_if_any(&key, self.language);
        text.unwrap_or(word).to_owned()
    }

    /// Who did something: the name that people read, or what our own jobs are called.
    pub fn actor(&self, account: &str) -> String {
        let fixed = self
            .texts
            .text_if_any(&format!("actor.{account}"), self.language);
        let fixed = fixed.map(str::to_owned);
        let named = fixed.or_else(|| self.people.name(account));
        named.unwrap_or_else(|| account.to_owned())
    }

    /// A unit in the language of the page: 亿元 is `million yuan` in English, with numbers a hundred times as large, see
    /// [`Self::factor`]. A share has none of its own.
    pub fn unit(&self, unit: &str) -> String {
        if matches!(unit, "" | "1") {
            return String::new();
        }
        match (
            self.language,
            SCALES
                .iter()
                .find_map(|(head, _)| Some((head, unit.strip_prefix(head)?))),
        ) {
            (Language::En, Some((head, base))) => {
                format!("{} {}", self.word("scale", head), self.word("unit", base))
                    .trim_end()
                    .to_owned()
            }
            _ => self.word("unit", unit),
        }
    }

    /// By what a number is multiplied when its unit is said in the language of the page. Chinese counts by ten thousands,
    /// English by thousands.
    pub fn factor(&self, unit: &str) -> Decimal {
        let scale = SCALES.iter().find(|(head, _)| unit.starts_with(head));
        match (self.language, scale) {
            (Language::En, Some((_, factor))) => Decimal::from(*factor),
            _ => Decimal::ONE,
        }
    }

    /// A number as an act says it in a unit, in the language of the page.
    pub fn number(&self, said: &str, unit: &str) -> String {
        let factor = self.factor(unit);
        match said.replace(',', "").parse::<Decimal>() {
            Ok(number) if factor != Decimal::ONE => {
                let scaled = (number * factor).normalize();
                minus(&measure::say(scaled, "", scaled.scale()).0)
            }
            _ => minus(said),
        }
    }

    /// What an act says with its unit, such as `≥60亿元`, in the language of the page; left alone where it has another form.
    pub fn whole(&self, said: &str) -> String {
        let from = said
            .find(|it: char| it.is_ascii_digit() || it == '-')
            .unwrap_or(0);
        let rest = &said[from..];
        let to = rest
            .find(|it: char| !it.is_ascii_digit() && !matches!(it, '.' | ',' | '-'))
            .unwrap_or(rest.len());
        let (number, unit) = rest.split_at(to);
        let known = unit.is_empty() || self.unit(unit) != unit || unit == "%";
        if self.language == Language::Zh || number.is_empty() || !known {
            return minus(said);
        }
        format!("{}{}", &said[..from], self.with_unit(number, unit))
    }

    /// A value in base units as people say it, with its unit: `68.31亿元`.
    pub fn value(&self, value: Option<Decimal>, base: &str) -> String {
        let Some(value) = value else {
            return UNKNOWN.to_owned();
        };
        let (unit, digits) = measure::handy(value, base);
        let (number, unit) = measure::say(value, &unit, digits);
        self.with_unit(&number, &unit)
    }

    /// A number with its unit: Chinese sets it tight, English apart.
    pub fn with_unit(&self, number: &str, unit: &str) -> String {
        let number = self.number(number, unit);
        let unit = self.unit(unit);
        match self.language {
            Language::En if !unit.is_empty() && unit != "%" => format!("{number} {unit}"),
            _ => format!("{number}{unit}"),
        }
    }

    /// Growth with its sign: `+25.0%`, `−3.6%`.
    pub fn growth(&self, growth: Option<Decimal>) -> Option<String> {
        let growth = growth?;
        let (number, _) = measure::say(growth, "%", 1);
        let sign = if number.starts_with('-') || growth.is_zero() {
            ""
        } else {
            "+"
        };
        Some(format!("{sign}{}%", minus(&number)))
    }

    /// A share as a whole percentage: `88%`.
    pub fn percent(&self, share: Decimal) -> String {
        format!("{}%", minus(&measure::say(share, "%", 0).0))
    }

    /// A rank: `全市第1（共10个）`.
    pub fn rank(&self, rank: &RankView) -> String {
        let key = match (rank.of.is_some(), rank.of_growth) {
            (true, false) => "figure.rank_of",
            (true, true) => "figure.rank_growth_of",
            (false, false) => "figure.rank",
            (false, true) => "figure.rank_growth",
        };
        let of = rank.of.map(|it| it.to_string()).unwrap_or_default();
        let values = [
            ("scope", rank.scope.clone()),
            ("rank", rank.rank.to_string()),
            ("of", of),
        ];
        self.fill(key, &values)
    }

    /// A period as people call it.
    pub fn period(&self, period: Period) -> String {
        match self.language {
            Language::Zh => period.name_zh(),
            Language::En => period_en(period),
        }
    }

    /// The month of the number 1 to 12, short.
    pub fn month(&self, month: usize) -> String {
        match self.language {
            Language::Zh => format!("{month}月"),
            Language::En => MONTHS[(month + 11) % 12].to_owned(),
        }
    }
}

/// Multipliers in front of Chinese units, the longest first, and by what numbers grow under the English one.
const SCALES: [(&str, i64); 3] = [("万亿", 1000), ("亿", 100), ("万", 10)];

/// The hyphen that machines print becomes the minus that people read.
pub(super) fn minus(number: &str) -> String {
    match number.strip_prefix('-') {
        Some(rest) => format!("−{rest}"),
        None => number.to_owned(),
    }
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

fn period_en(period: Period) -> String {
    let (first, last) = (period.first_day(), period.last_day());
    let month = |it: i8| MONTHS[usize::from(it.unsigned_abs() - 1)];
    let (y, m) = (first.year(), first.month());
    let (ly, lm) = (last.year(), last.month());
    match (period.len_months(), m) {
        (12, 1) => y.to_string(),
        (6, 1 | 7) => format!("H{} {y}", m / 6 + 1),
        (3, 1 | 4 | 7 | 10) => format!("Q{} {y}", m / 3 + 1),
        (1, _) => format!("{} {y}", month(m)),
        _ if m == 1 && lm == 12 => format!("{y}–{ly}"),
        _ if y == ly => format!("{}–{} {y}", month(m), month(lm)),
        _ => format!("{} {y}–{} {ly}", month(m), month(lm)),
    }
}

/// A decimal as a JSON number: whole where it is whole, else the shortest that reads back the same.
pub(super) fn json_number(value: Option<Decimal>) -> serde_json::Value {
    let Some(value) = value.map(|it| it.normalize()) else {
        return serde_json::Value::Null;
    };
    let text = value.to_string();
    if let Ok(whole) = text.parse::<i64>() {
        return whole.into();
    }
    text.parse::<f64>()
        .map_or(serde_json::Value::Null, Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_says_numbers_by_thousands_and_chinese_as_they_are() {
        let texts = Templates::new(std::sync::Arc::default());
        let people = People::default();
        let cases = [
            ("68.31", "亿元", "68.31亿元", "6,831 million yuan"),
            ("1,200.5", "万元", "1,200.5万元", "12,005 thousand yuan"),
            ("-3.6", "%", "−3.6%", "−3.6%"),
            ("2.84", "万个", "2.84万个", "28.4 thousand"),
            ("312", "家", "312家", "312 firms"),
        ];
        for (number, unit, zh, en) in cases {
            let say = |language| Say {
                texts: &texts,
                people: &people,
                language,
            };
            assert_eq!(say(Language::Zh).with_unit(number, unit), zh);
            assert_eq!(say(Language::En).with_unit(number, unit), en);
        }
        let say = Say {
            texts: &texts,
            people: &people,
            language: Language::En,
        };
        let cases = [
            ("≥60亿元", "≥6,000 million yuan"),
            ("25.0%", "25.0%"),
            ("第2", "第2"),
            ("超68亿元", "超6,800 million yuan"),
            ("3头", "3头"),
            ("—", "—"),
        ];
        for (said, want) in cases {
            assert_eq!(say.whole(said), want);
        }
    }

    #[test]
    fn periods_have_english_names() {
        let cases = [
            ("2023", "2023"),
            ("2023H2", "H2 2023"),
            ("2024Q1", "Q1 2024"),
            ("2024-02", "Feb 2024"),
            ("2023-01/2023-09", "Jan–Sep 2023"),
            ("2022-2023", "2022–2023"),
            ("2022-11/2023-02", "Nov 2022–Feb 2023"),
        ];
        for (text, want) in cases {
            assert_eq!(period_en(text.parse().unwrap()), want, "{text}");
        }
    }

    #[test]
    fn numbers_for_programs_are_exact_where_they_can_be() {
        let cases = [
            ("6831000000", "6831000000"),
            ("0.2500", "0.25"),
            ("-3.6", "-3.6"),
            ("12.00", "12"),
        ];
        for (value, want) in cases {
            assert_eq!(json_number(Some(value.parse().unwrap())).to_string(), want);
        }
        assert_eq!(json_number(None), serde_json::Value::Null);
    }
}
