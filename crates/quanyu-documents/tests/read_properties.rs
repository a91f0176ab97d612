//! What holds of the reader on any text, made of the characters that matter to it.

use proptest::prelude::*;
use quanyu_documents::read::plan::read_plan;
use quanyu_documents::read::{Hints, LexEntry, Lexicon, Mention, read_text};

fn lexicon() -> Lexicon {
    let entry = LexEntry {
        indicator: "contracts".to_owned(),
        names: vec!["技术合同成交额".to_owned(), "技术交易额".to_owned()],
        unit: Some("元".to_owned()),
        kinds: Vec::new(),
    };
    Lexicon::new(vec![entry])
}

fn mentions(text: &str) -> Vec<Mention> {
    read_text(text, &lexicon(), &Hints::default()).mentions
}

/// Pieces of the language and what damages it.
fn pieces() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "0",
        "1",
        "25",
        "3.5",
        "2023",
        "12,345",
        "０",
        "９",
        "2",
        "，",
        ",",
        "。",
        "、",
        "；",
        "：",
        "（",
        "）",
        "(",
        ")",
        "“",
        "”",
        "《",
        "》",
        "%",
        "％",
        "‰",
        "一",
        "二",
        "三",
        "十",
        "百",
        "千",
        "万",
        "亿",
        "两",
        "零",
        "半",
        "多",
        "余",
        "近",
        "超",
        "约",
        "达到",
        "以上",
        "左右",
        "不少于",
        "家",
        "个",
        "项",
        "元",
        "万元",
        "亿元",
        "人次",
        "平方米",
        "㎡",
        "千瓦",
        "倍",
        "成",
        "番",
        "年",
        "月",
        "日",
        "季度",
        "第",
        "位",
        "名",
        "前",
        "首",
        "首位",
        "唯一",
        "持平",
        "翻番",
        "从",
        "由",
        "到",
        "至",
        "增长",
        "下降",
        "占",
        "比重",
        "百分点",
        "百分之",
        "分之",
        "分别",
        "同比",
        "全市",
        "全区",
        "居",
        "排名",
        "其中",
        "力争",
        "下一步",
        "一、",
        "(一)",
        "1.",
        "2023年",
        "1—9月",
        "上半年",
        "截至",
        "技术合同成交额",
        "增速",
        "*",
        "x",
        "X",
        "□",
        "机",
        "乐",
        "o",
        "-",
        "—",
        "~",
        "/",
        ":",
        "+",
        "·",
        ".",
        "|",
        "\t",
        " ",
        "\u{3000}",
        "\u{a0}",
        "\n",
        "\r\n",
        "\u{feff}",
        "\u{200b}",
        "GDP",
        "R&D",
        "PM2.5",
        "5G",
        "Ⅰ",
        "𠀀",
        "😀",
        "\u{301}",
        "每",
        "仅次于",
        "连续",
        "“十四五”期间",
        "名词解释",
    ]);
    prop::collection::vec(words, 0..300).prop_map(|words| words.concat())
}

/// The full-width twin of a text.
fn wide(text: &str) -> String {
    text.chars()
        .map(|ch| match ch {
            '!'..='~' => char::from_u32(ch as u32 + 0xfee0)
                .expect("every printable ASCII character has a full-width twin"),
            ch => ch,
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn offsets_slice_the_raw_text_and_mentions_are_in_order(text in pieces()) {
        let chars: Vec<char> = text.chars().collect();
        let mut last = 0;
        for mention in mentions(&text) {
            prop_assert!(mention.start >= last, "{} begins before {last} ends", mention.text);
            prop_assert!(mention.end > mention.start && mention.end <= chars.len());
            prop_assert_eq!(chars[mention.start..mention.end].iter().collect::<String>(), mention.text.clone());
            last = mention.end;
        }
    }

    #[test]
    fn any_string_at_all_is_read_without_panic(text in any::<String>()) {
        let found = read_text(&text, &lexicon(), &Hints::default());
        let length = text.chars().count();
        prop_assert!(found.blocks.iter().all(|block| block.start < block.end && block.end <= length));
        prop_assert!(found.sentences.windows(2).all(|two| two[0].1 <= two[1].0));
    }

    #[test]
    fn a_plan_of_any_text_stays_inside_it(text in pieces()) {
        let text = format!("2024年工作计划\n{text}");
        let length = text.chars().count();
        let plan = read_plan(&text, &read_text(&text, &lexicon(), &Hints::default()));
        for task in &plan.tasks {
            prop_assert!(task.at.start < task.at.end && task.at.end <= length);
            prop_assert!(task.title_at.start >= task.at.start && task.title_at.end <= task.at.end);
            prop_assert!(task.targets.iter().all(|&nth| nth < plan.targets.len()));
        }
        prop_assert!(plan.targets.iter().all(|target| target.at.end <= length));
    }

    #[test]
    fn the_full_width_twin_gives_the_same_mentions(text in pieces()) {
        // Whether a line break is soft depends on the width of lines, and the twin is wider.
        let text = text.replace(['\n', '\r'], "。");
        let narrow: Vec<_> = mentions(&text).into_iter().map(|it| (it.start, it.kind, it.value, it.unit, it.comparator, it.of)).collect();
        let broad: Vec<_> = mentions(&wide(&text)).into_iter().map(|it| (it.start, it.kind, it.value, it.unit, it.comparator, it.of)).collect();
        prop_assert_eq!(narrow, broad);
    }

    #[test]
    fn json_lines_hold_one_line_each(text in pieces()) {
        for mention in mentions(&text) {
            let line = mention.to_json("a\"b");
            let whole = !line.contains('\n') && line.starts_with('{') && line.ends_with('}');
            prop_assert!(whole, "one object on one line");
        }
    }
}

#[test]
fn time_grows_with_the_text_and_no_faster() {
    let pieces = [
        "增长25%、",
        "从",
        "“",
        "《",
        "一",
        "0",
        "1家",
        "(",
        "占",
        "第",
        "1-",
        "1/",
        "1:",
        "，",
        "万",
        "居全市",
        "分别",
        " ",
        "1 ",
        "2023年",
        "“1",
        "《1",
        "(一)",
        "一、",
        "1.",
        "1.1",
        "12,345,",
        "a1",
        "1a",
        "|1",
        "\t",
        "1\n",
        "字\n",
        "第1",
        "首",
        "前1",
        "2023年1月1日",
        "1—9月",
        "百分之",
        "1分之",
        "x1",
        "〔2023",
        "从1到2、",
        "其中1家",
        "技术合同成交",
        "成交额1元、",
        "全区",
        "已",
        "增长",
        "一 ",
        "，1",
        "——",
    ];
    for piece in pieces {
        let short = piece.repeat(4_000);
        let long = piece.repeat(64_000);
        let time = |text: &str| {
            let begun = std::time::Instant::now();
            let found = mentions(text).len();
            (begun.elapsed().as_secs_f64(), found)
        };
        // Sixteen times the text; a quadratic reader takes 256 times as long. On a busy machine one reading of the
        // clock says little: a reader that is linear passes one of five.
        let told: Vec<(f64, f64)> = (0..5)
            .map(|_| (time(&short).0, time(&long).0))
            .take_while(|(small, large)| *large >= 100.0 * small.max(0.002))
            .collect();
        assert!(told.len() < 5, "{piece}: {told:?}");
    }
}
