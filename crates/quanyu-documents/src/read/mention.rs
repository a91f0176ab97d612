//! What the reader hands back: a mention, its parts, and the line that prints it.
//!
//! Owns the shape of a mention (the contract `quanyu read --format jsonl`). Knows nothing of how
//! it was found. Invariant: `start..end` are Unicode character offsets of the text as given, and
//! the slice there is `text`; `value` is in the base unit (68亿元 is 6800000000, 25% is 0.25).

use rust_decimal::Decimal;
use std::fmt::Write as _;

/// What a mention is. The first five are figures; the last three look like one and are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A count or amount: 71家, 68亿元.
    Level,
    /// A relative change: 增长25%.
    Growth,
    /// An absolute change of a stated stock or ratio: 提升0.26个百分点, 较上年增加12家.
    Delta,
    /// A part of a whole: 占比35.13%; a completion rate is a share of 目标.
    Share,
    /// A place in an order: 全市第2, 首位, 唯一.
    Rank,
    /// First, second, n-th of its sort without an order of merit: 首家, 第三届.
    OrdinalEvent,
    /// A numeral inside a name, slogan, code or idiom: “315”, 一对一.
    Name,
    /// An explicit time: 2023年, 1—9月份.
    Date,
}

impl Kind {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Level => "level",
            Kind::Growth => "growth",
            Kind::Delta => "delta",
            Kind::Share => "share",
            Kind::Rank => "rank",
            Kind::OrdinalEvent => "ordinal_event",
            Kind::Name => "name",
            Kind::Date => "date",
        }
    }

    /// Whether a mention of this kind is a figure that a register could hold.
    pub fn is_figure(self) -> bool {
        !matches!(self, Kind::OrdinalEvent | Kind::Name | Kind::Date)
    }
}

/// How the number printed bounds the value meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparator {
    /// Exactly, or rounded to what is printed.
    Eq,
    /// Above: 超, 突破, 多.
    Gt,
    /// At least: 以上, 不少于.
    Ge,
    /// Below: 不足, 不到.
    Lt,
    /// At most: 以内, 不超过.
    Le,
    /// About: 近, 约, 余, 左右.
    Approx,
}

impl Comparator {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Comparator::Eq => "eq",
            Comparator::Gt => "gt",
            Comparator::Ge => "ge",
            Comparator::Lt => "lt",
            Comparator::Le => "le",
            Comparator::Approx => "approx",
        }
    }
}

/// Whether the figure was reached, is aimed at, or only stands for comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nature {
    /// Said to be so.
    Actual,
    /// Aimed at.
    Target,
    /// A base, a threshold, a rule or a fact that is neither reached nor aimed at.
    Reference,
}

impl Nature {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Nature::Actual => "actual",
            Nature::Target => "target",
            Nature::Reference => "reference",
        }
    }
}

/// The value in base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// No number is given: 仅次于, a name with several numerals.
    None,
    /// One number.
    One(Decimal),
    /// A range with both ends.
    Range(Decimal, Decimal),
}

/// Why a mention deserves a second look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flag {
    /// The text is damaged here and was read as it must have stood: 25机 for 25%.
    Damaged,
    /// The text calls it an estimate: 预计, 估计.
    Estimate,
    /// The same figure stands earlier in the text; it is one fact.
    Repeat,
    /// An implausible date, most likely with digits lost: 204年.
    BadDate,
    /// A count of added things (新增): a flow although of kind level.
    New,
    /// A count that sums up the text's own structure: 四大机制.
    Enumeration,
    /// The base of a rate inside a metric's name: 每万名.
    Denominator,
}

impl Flag {
    /// The word printed in `flags`.
    pub fn as_str(self) -> &'static str {
        match self {
            Flag::Damaged => "damaged",
            Flag::Estimate => "estimate",
            Flag::Repeat => "repeat",
            Flag::BadDate => "bad_date",
            Flag::New => "new",
            Flag::Enumeration => "enum",
            Flag::Denominator => "denominator",
        }
    }
}

/// A quantity found in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// First character, counted in Unicode characters of the raw text.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    /// The raw text from `start` to `end`.
    pub text: String,
    /// What it is.
    pub kind: Kind,
    /// What is measured, in the text's own words.
    pub metric: Option<String>,
    /// The value in base units.
    pub value: Value,
    /// 元, m2, the counter of the text (家 个 项 …), `1` for ratios, `rank` for ranks.
    pub unit: Option<String>,
    /// How the number bounds the value; none for names, dates and ordinals.
    pub comparator: Option<Comparator>,
    /// `2023`, `2023H1`, `2023Q3`, `2023-09`, `2023-01/2023-09`, `2021-2025`.
    pub period: Option<String>,
    /// Reached, aimed at, or for comparison.
    pub nature: Option<Nature>,
    /// The area the figure holds for, where the sentence states one.
    pub scope: Option<String>,
    /// For ranks the field, for shares the whole.
    pub of: Option<String>,
    /// The word by which the number is bound: 超, 达, 以上 … A check goes by it.
    pub idiom: Option<&'static str>,
    /// The indicator it is linked to.
    pub indicator: Option<String>,
    /// 0 to 1: how sure the reading and, where there is one, the link are.
    pub confidence: f32,
    /// What to look at twice.
    pub flags: Vec<Flag>,
}

impl Mention {
    /// The JSON line of the contract. `flags` is printed only where there are any.
    pub fn to_json(&self, doc: &str) -> String {
        let mut out = String::with_capacity(320);
        out.push_str("{\"doc\":");
        quoted(&mut out, doc);
        let _ = write!(
            out,
            ",\"start\":{},\"end\":{},\"text\":",
            self.start, self.end
        );
        quoted(&mut out, &self.text);
        let _ = write!(out, ",\"kind\":\"{}\",\"metric\":", self.kind.as_str());
        optional(&mut out, self.metric.as_deref());
        out.push_str(",\"value\":");
        match self.value {
            Value::None => out.push_str("null"),
            Value::One(value) => {
                let _ = write!(out, "{}", value.normalize());
            }
            Value::Range(low, high) => {
                let _ = write!(out, "[{},{}]", low.normalize(), high.normalize());
            }
        }
        out.push_str(",\"unit\":");
        optional(&mut out, self.unit.as_deref());
        out.push_str(",\"comparator\":");
        optional(&mut out, self.comparator.map(Comparator::as_str));
        out.push_str(",\"period\":");
        optional(&mut out, self.period.as_deref());
        out.push_str(",\"nature\":");
        optional(&mut out, self.nature.map(Nature::as_str));
        out.push_str(",\"scope\":");
        optional(&mut out, self.scope.as_deref());
        out.push_str(",\"of\":");
        optional(&mut out, self.of.as_deref());
        out.push_str(",\"idiom\":");
        optional(&mut out, self.idiom);
        out.push_str(",\"indicator\":");
        optional(&mut out, self.indicator.as_deref());
        let _ = write!(out, ",\"confidence\":{:.2}", self.confidence);
        if !self.flags.is_empty() {
            out.push_str(",\"flags\":[");
            for (nth, flag) in self.flags.iter().enumerate() {
                if nth > 0 {
                    out.push(',');
                }
                quoted(&mut out, flag.as_str());
            }
            out.push(']');
        }
        out.push('}');
        out
    }
}

fn optional(out: &mut String, text: Option<&str>) {
    match text {
        Some(text) => quoted(out, text),
        None => out.push_str("null"),
    }
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for ch in text.chars() {
        match ch {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ch if (ch as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", ch as u32);
            }
            ch => out.push(ch),
        }
    }
    out.push('"');
}
