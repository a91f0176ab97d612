//! How numbers are written: GB/T 15835-2011, and the double bounds that reports are full of.
//!
//! Owns the written form of a number, not its value. Invariant: only forms that the standard settles are told; where both
//! forms may stand, none is preferred.

use super::{
    draft::Draft,
    problem::{Code, Problem, both},
};

pub(super) fn find(draft: &Draft<'_>, out: &mut Vec<Problem>) {
    for at in 0..draft.chars.len() {
        match draft.ch(at) {
            '0'..='9'
                if !draft.digit(at.wrapping_sub(1)) && draft.ch(at.wrapping_sub(1)) != '.' =>
            {
                arabic(draft, at, out);
            }
            '百' if draft.has(at, "百分之") => per_cent_in_words(draft, at, out),
            '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' => {
                han(draft, at, out)
            }
            '近' | '约' | '超' | '逾' | '大' => doubled(draft, at, out),
            '减' | '下' | '降' => times(draft, at, out),
            _ => {}
        }
    }
}

fn told(draft: &Draft<'_>, from: usize, to: usize, zh: &str, en: &str, write: &str) -> Problem {
    let said = draft.slice(from, to);
    let problem = Problem::new(
        Code::NumberStyle,
        from,
        to,
        both(format!("“{said}”：{zh}"), format!("“{said}”: {en}")),
        both("GB/T 15835-2011《出版物上数字用法》", "GB/T 15835-2011"),
    );
    if write.is_empty() {
        problem
    } else {
        problem.suggest(both(write, write))
    }
}

/// One past a number with decimals.
fn number_end(draft: &Draft<'_>, at: usize) -> usize {
    let mut end = at;
    while draft.digit(end)
        || matches!(draft.ch(end), '.' | ',')
            && draft.digit(end + 1)
            && draft.digit(end.wrapping_sub(1))
    {
        end += 1;
    }
    end
}

fn arabic(draft: &Draft<'_>, at: usize, out: &mut Vec<Problem>) {
    let end = number_end(draft, at);
    let number = draft.slice(at, end);
    let whole = number.chars().all(|it| it.is_ascii_digit());
    // 10几家, 3几个.
    if whole && draft.ch(end) == '几' {
        out.push(told(
            draft,
            at,
            end + 1,
            "“几”只与汉字数字连用",
            "几 goes with numerals in characters",
            "",
        ));
    }
    // 3万5千, 1亿2千万.
    if matches!(draft.ch(end), '万' | '亿') && draft.digit(end + 1) {
        let next = number_end(draft, end + 1);
        if matches!(draft.ch(next), '千' | '百' | '万') {
            out.push(told(
                draft,
                at,
                next + 1,
                "万、亿之后的零数写成小数",
                "write it with decimals of 万 or 亿",
                "",
            ));
        }
    }
    // 10-15%, 10～15%: both ends carry the sign.
    if matches!(draft.ch(end), '-' | '—' | '~' | '～' | '–' | '至' | '到') {
        let mut next = end + 1;
        if draft.ch(next) == '—' {
            next += 1;
        }
        let last = number_end(draft, next);
        if last > next
            && draft.ch(last) == '%'
            && !matches!(draft.ch(at.wrapping_sub(1)), '年' | '月' | '-')
            && number.len() <= 5
        {
            let low: Option<f32> = number.parse().ok();
            let high: Option<f32> = draft.slice(next, last).parse().ok();
            if low.zip(high).is_some_and(|(low, high)| low < high) {
                let write = format!("{number}%～{}%", draft.slice(next, last));
                out.push(told(
                    draft,
                    at,
                    last + 1,
                    "百分数范围两端都写%",
                    "both ends of a range carry %",
                    &write,
                ));
            }
        }
    }
    date(draft, at, end, &number, out);
    // 3、4个: neighbours that stand for about are written in characters.
    if whole
        && number.len() == 1
        && draft.ch(end) == '、'
        && draft.digit(end + 1)
        && !draft.digit(end + 2)
    {
        let (low, high) = (draft.ch(at) as u32, draft.ch(end + 1) as u32);
        let counter = "个家项人名次场年天所".contains(draft.ch(end + 2));
        if high == low + 1 && counter && !"第图表".contains(draft.ch(at.wrapping_sub(1))) {
            out.push(told(
                draft,
                at,
                end + 2,
                "相邻两数表示概数用汉字，不加顿号",
                "neighbours for about: characters, no comma",
                "",
            ));
        }
    }
    // 25%个百分点.
    if draft.ch(end) == '%' && (draft.has(end + 1, "个百分点") || draft.has(end + 1, "百分点"))
    {
        let last = end + if draft.ch(end + 1) == '个' { 5 } else { 4 };
        out.push(told(
            draft,
            at,
            last,
            "%与百分点不连用",
            "either % or points",
            &format!("{number}个百分点"),
        ));
    }
    behind(draft, at, end, out);
}

/// 2026年01月08日; 23年9月.
fn date(draft: &Draft<'_>, at: usize, end: usize, number: &str, out: &mut Vec<Problem>) {
    let zero = number.len() == 2 && number.starts_with('0') && number != "00";
    if zero
        && matches!(draft.ch(end), '月' | '日')
        && matches!(draft.ch(at.wrapping_sub(1)), '年' | '月')
    {
        out.push(told(
            draft,
            at,
            end + 1,
            "月、日不编虚位",
            "no leading zero in dates",
            &format!("{}{}", &number[1..], draft.ch(end)),
        ));
    }
    if number.len() == 2 && draft.ch(end) == '年' && draft.digit(end + 1) {
        let month = number_end(draft, end + 1);
        if draft.ch(month) == '月' {
            out.push(told(
                draft,
                at,
                end + 1,
                "年份写全四位",
                "years have four digits",
                &format!("20{number}年"),
            ));
        }
    }
}

/// 约…左右, 超过…以上: one bound is enough.
fn behind(draft: &Draft<'_>, at: usize, end: usize, out: &mut Vec<Problem>) {
    let before = |words: &[&'static str]| {
        words
            .iter()
            .copied()
            .find(|word| at >= word.chars().count() && draft.has(at - word.chars().count(), word))
    };
    let stop = draft.clause_end(end).min(end + 6);
    let twice = |heads: &[&'static str], tails: &[&str]| {
        let head = before(heads)?;
        let (tail_at, tail) = draft.find(end, stop, tails)?;
        // Another number between has its own bound.
        let free = !(end..tail_at).any(|it| draft.digit(it));
        free.then(|| (at - head.chars().count(), tail_at + tail.chars().count()))
    };
    let found = twice(
        &["约", "大约", "近", "将近", "接近"],
        &["左右", "上下", "以上"],
    )
    .or_else(|| {
        twice(
            &["超过", "超", "突破", "逾", "不少于", "不低于", "至少"],
            &["以上", "左右", "以内"],
        )
    })
    .or_else(|| {
        twice(
            &["不超过", "至多", "不足", "不到"],
            &["以内", "以下", "左右", "以上"],
        )
    })
    .or_else(|| {
        twice(
            &["约", "近", "超过", "超"],
            &[
                "余家", "余个", "余项", "余人", "多家", "多个", "多项", "多人", "余万", "余亿",
                "多万", "多亿",
            ],
        )
    });
    if let Some((from, to)) = found {
        out.push(told(
            draft,
            from,
            to,
            "限定词重复，前后只留一个",
            "two bounds: keep one",
            "",
        ));
    }
}

/// 百分之二十五 of a measured value.
fn per_cent_in_words(draft: &Draft<'_>, at: usize, out: &mut Vec<Problem>) {
    let mut end = at + 3;
    let digits = "一二三四五六七八九十百零点两";
    while digits.contains(draft.ch(end)) && draft.ch(end) != '\0' {
        end += 1;
    }
    // 百分之百 is a phrase.
    if end > at + 3 && !draft.has(at, "百分之百") {
        out.push(told(
            draft,
            at,
            end,
            "百分数用阿拉伯数字",
            "per cents in Arabic numerals",
            "",
        ));
    }
}

/// 一百零四家: a count of two places and more, and neighbours with a comma: 三、四个.
fn han(draft: &Draft<'_>, at: usize, out: &mut Vec<Problem>) {
    let numeral = |ch: char| "一二三四五六七八九十百千万亿零两".contains(ch) && ch != '\0';
    if at > 0
        && (numeral(draft.ch(at - 1))
            || matches!(draft.ch(at - 1), '第' | '、' | '之' | '“' | '‘' | '-' | '+'))
    {
        return;
    }
    let mut end = at;
    while numeral(draft.ch(end)) {
        end += 1;
    }
    let said = draft.slice(at, end);
    let counter = [
        "家",
        "项",
        "人",
        "名",
        "场",
        "件",
        "个项目",
        "个平台",
        "个企业",
        "万元",
        "亿元",
        "元",
    ];
    let counted = counter.iter().any(|it| draft.has(end, it));
    let placed = said.contains(['十', '百', '千']);
    if counted && placed && end - at >= 3 {
        out.push(told(
            draft,
            at,
            end,
            "统计数用阿拉伯数字",
            "counts in Arabic numerals",
            "",
        ));
    }
    if end == at + 1 && draft.ch(end) == '、' {
        let order = "一二三四五六七八九";
        let low = order.chars().position(|it| it == draft.ch(at));
        let high = order.chars().position(|it| it == draft.ch(end + 1));
        let counter = "个家项名次场年天所".contains(draft.ch(end + 2)) && draft.ch(end + 2) != '\0';
        let begins = matches!(draft.ch(at.wrapping_sub(1)), '\n' | '。' | '\0' | '(' | ',');
        if counter && !begins && low.zip(high).is_some_and(|(low, high)| high == low + 1) {
            let write = draft.slice(at, at + 1) + &draft.slice(end + 1, end + 2);
            out.push(told(
                draft,
                at,
                end + 2,
                "相邻两数表示概数不加顿号",
                "neighbours for about take no comma",
                &write,
            ));
        }
    }
}

/// 近约, 大约近: two words of nearness in front of one number.
fn doubled(draft: &Draft<'_>, at: usize, out: &mut Vec<Problem>) {
    let pairs = [
        "近约",
        "约近",
        "大约近",
        "超过近",
        "近超",
        "超近",
        "约超过",
        "约超",
        "逾超",
    ];
    if let Some(pair) = pairs.iter().find(|it| draft.has(at, it)) {
        let end = at + pair.chars().count();
        if draft.digit(end) {
            out.push(told(
                draft,
                at,
                end,
                "限定词重复，只留一个",
                "two bounds: keep one",
                "",
            ));
        }
    }
}

/// 减少2倍: what falls falls by a part of itself.
fn times(draft: &Draft<'_>, at: usize, out: &mut Vec<Problem>) {
    let words = ["减少", "下降", "降低"];
    let Some(word) = words.iter().find(|it| draft.has(at, it)) else {
        return;
    };
    let mut from = at + word.chars().count();
    if draft.ch(from) == '了' {
        from += 1;
    }
    let end = number_end(draft, from);
    if end > from && draft.ch(end) == '倍' {
        out.push(told(
            draft,
            at,
            end + 1,
            "减少不用倍数，用百分数或分数",
            "a fall is told in per cent, not in times",
            "",
        ));
    }
}
