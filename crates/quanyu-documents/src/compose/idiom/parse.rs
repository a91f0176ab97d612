//! Reading an idiom as a template writes it: 超, 增长近, 居全市第n位, 提升n个百分点.

use super::{Bound, Idiom, Measure, Way};

/// Verbs of growth and change: which way, up, down. The two that turn with the figure name both.
const VERBS: [(&str, Way, &str, &str); 17] = [
    ("增长或下降", Way::Either, "增长", "下降"),
    ("增减", Way::Either, "增长", "下降"),
    ("升降", Way::Either, "提升", "下降"),
    ("增长", Way::Up, "增长", ""),
    ("提升", Way::Up, "提升", ""),
    ("提高", Way::Up, "提高", ""),
    ("上升", Way::Up, "上升", ""),
    ("增加", Way::Up, "增加", ""),
    ("扩大", Way::Up, "扩大", ""),
    ("净增", Way::Up, "净增", ""),
    ("下降", Way::Down, "", "下降"),
    ("回落", Way::Down, "", "回落"),
    ("减少", Way::Down, "", "减少"),
    ("降低", Way::Down, "", "降低"),
    ("收窄", Way::Down, "", "收窄"),
    ("增幅", Way::Up, "增幅", ""),
    ("降幅", Way::Down, "", "降幅"),
];

/// What a verb may be compared with.
const LEADS: [&str; 7] = [
    "同比",
    "较上年",
    "比上年",
    "较上年同期",
    "环比",
    "年均",
    "两年平均",
];

/// How often something doubled, and the growth that this is.
const DOUBLED: [(&str, u32); 4] = [("翻番", 1), ("翻一番", 1), ("翻两番", 3), ("翻三番", 7)];

/// Bounds that stand before the number, the longer ones first.
const BEFORE: [(&str, Bound); 17] = [
    ("不少于", Bound::Least),
    ("达到", Bound::Reach),
    ("超过", Bound::Over),
    ("突破", Bound::Break),
    ("接近", Bound::Near),
    ("不足", Bound::Under),
    ("不到", Bound::Under),
    ("累计", Bound::Exact),
    ("达", Bound::Reach),
    ("超", Bound::Over),
    ("逾", Bound::Over),
    ("近", Bound::Near),
    ("约", Bound::About),
    ("为", Bound::Exact),
    ("是", Bound::Exact),
    ("共", Bound::Exact),
    ("占", Bound::Exact),
];

impl Idiom {
    /// Reads an idiom. `n` stands for the number; empty is the number alone.
    ///
    /// # Errors
    /// What is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut idiom = Self {
            measure: None,
            bound: Bound::Exact,
            lead: String::new(),
            verb: None,
            before: String::new(),
            inside: String::new(),
            after: String::new(),
            limit: 0,
            times: false,
            yearly: false,
        };
        if let Some((lead, after)) = text.split_once("第n") {
            idiom.measure = Some(Measure::Rank);
            idiom.bound = Bound::Place;
            idiom.lead = format!("{lead}第");
            after.clone_into(&mut idiom.after);
            return Ok(idiom);
        }
        if let Some((lead, limit, after)) = leading(text) {
            idiom.measure = Some(Measure::Rank);
            idiom.bound = Bound::Leading;
            idiom.lead = lead;
            idiom.limit = limit;
            idiom.after = after;
            return Ok(idiom);
        }
        let mut rest = text;
        let lead = LEADS
            .iter()
            .filter(|it| rest.starts_with(**it))
            .max_by_key(|it| it.len());
        if let Some(lead) = lead {
            (*lead).clone_into(&mut idiom.lead);
            rest = &rest[lead.len()..];
        }
        // Of these bases only rates are told.
        let based = matches!(idiom.lead.as_str(), "环比" | "年均" | "两年平均");
        let doubled = DOUBLED.iter().find(|it| it.0 == rest && !based);
        if let Some((word, growth)) = doubled {
            idiom.measure = Some(Measure::Growth);
            idiom.bound = Bound::Doubled;
            idiom.limit = *growth;
            (*word).clone_into(&mut idiom.after);
            return Ok(idiom);
        }
        if let Some((word, way, up, down)) = VERBS.iter().find(|it| rest.starts_with(it.0)) {
            rest = &rest[word.len()..];
            idiom.verb = Some((*way, (*up).to_owned(), (*down).to_owned()));
        } else if lead.is_some() {
            return Err(format!("`{text}`: a verb such as 增长 is missing"));
        }
        if let Some((word, bound)) = BEFORE.iter().find(|it| rest.starts_with(it.0)) {
            rest = &rest[word.len()..];
            idiom.bound = *bound;
            (*word).clone_into(&mut idiom.before);
        }
        let number = rest.strip_prefix('n');
        let points = number.is_some_and(|it| it.contains("百分点"));
        idiom.times = number.is_some_and(|it| it.starts_with('倍'));
        idiom.behind(text, number.unwrap_or(rest))?;
        if idiom.times {
            let up = matches!(&idiom.verb, Some((Way::Up, ..)));
            if !up || idiom.bound == Bound::Odd || based {
                return Err(format!("`{text}`: only what grows does so in 倍"));
            }
            idiom.measure = Some(Measure::Growth);
            return Ok(idiom);
        }
        if based {
            let rate = number.is_none()
                && matches!(&idiom.verb, Some((_, up, down)) if is_rate(up) || is_rate(down));
            if !rate {
                return Err(format!("`{text}`: a rate such as 增长 is missing"));
            }
            idiom.yearly = idiom.lead != "环比";
            idiom.measure = (!idiom.yearly).then_some(Measure::Sequential);
            return Ok(idiom);
        }
        idiom.measure = match (&idiom.verb, points) {
            (Some(_), true) => Some(Measure::Change),
            // 增长 is a rate unless a number of something is written: 增加n家.
            (Some(_), false) if number.is_some() => Some(Measure::Change),
            (Some((_, up, down)), false) if is_rate(up) || is_rate(down) => Some(Measure::Growth),
            (Some(_), false) => Some(Measure::Change),
            (None, _) => None,
        };
        Ok(idiom)
    }

    /// What stands behind the number: its unit, which the figure knows by itself, and a bound.
    fn behind(&mut self, whole: &str, rest: &str) -> Result<(), String> {
        let mut rest = rest;
        for (word, bound) in [
            ("余", Bound::Odd),
            ("多", Bound::Odd),
            ("以上", Bound::Least),
            ("左右", Bound::About),
        ] {
            let Some(before) = rest.strip_suffix(word) else {
                continue;
            };
            if self.bound != Bound::Exact {
                return Err(format!("`{whole}` claims two things of one number"));
            }
            rest = before;
            self.bound = bound;
            match bound {
                Bound::Odd => word.clone_into(&mut self.inside),
                _ => word.clone_into(&mut self.after),
            }
            break;
        }
        // 提升n个百分点, 增加n家: the unit is written for the reader of the template.
        let unit = rest.chars().count() <= 4 && !rest.chars().any(|it| it.is_ascii_digit());
        if rest.is_empty() || whole.contains('n') && unit {
            Ok(())
        } else {
            Err(format!("`{rest}` in `{whole}` is no idiom"))
        }
    }
}

fn is_rate(verb: &str) -> bool {
    matches!(verb, "增长" | "增幅" | "下降" | "降幅")
}

/// 位居全市前3, 前三: the words before, the last place, the words printed behind.
fn leading(text: &str) -> Option<(String, u32, String)> {
    let (lead, tail) = text.rsplit_once('前')?;
    let han = "一二三四五六七八九十";
    let mut chars = tail.chars();
    let first = chars.next()?;
    let (limit, after) = match han.chars().position(|it| it == first) {
        Some(at) => (u32::try_from(at).ok()? + 1, chars.as_str()),
        None => {
            let digits = tail.len()
                - tail
                    .trim_start_matches(|it: char| it.is_ascii_digit())
                    .len();
            (tail[..digits].parse().ok()?, &tail[digits..])
        }
    };
    if !matches!(after, "" | "位" | "名" | "列") {
        return None;
    }
    Some((lead.to_owned(), limit, format!("前{tail}")))
}
