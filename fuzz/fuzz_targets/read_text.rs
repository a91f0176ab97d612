//! Any text is read, and its plan too: no panic, no hang, spans in order and inside the text.
#![no_main]

#[allow(dead_code)]
#[path = "../../crates/quanyu-documents/src/read/mod.rs"]
mod read;

use libfuzzer_sys::fuzz_target;
use read::{Hints, LexEntry, Lexicon, plan::read_plan, read_text};
use std::sync::LazyLock;

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let entry = |indicator: &str, names: &[&str], unit: &str| LexEntry {
        indicator: indicator.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        unit: Some(unit.to_owned()),
        kinds: Vec::new(),
    };
    Lexicon::new(vec![
        entry("contracts", &["技术合同成交额", "技术交易额"], "元"),
        entry("firms", &["高新技术企业", "高新技术企业数"], "家"),
        entry("intensity", &["研发投入强度", "研发经费占生产总值比重"], "1"),
    ])
});

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let reading = read_text(&text, &LEXICON, &Hints::default());
    let chars: Vec<char> = text.chars().collect();
    let mut last = 0;
    for mention in &reading.mentions {
        assert!(mention.start >= last && mention.end > mention.start);
        let slice: String = chars[mention.start..mention.end].iter().collect();
        assert_eq!(slice, mention.text);
        last = mention.end;
    }
    let plan = read_plan(&text, &reading);
    for task in &plan.tasks {
        assert!(task.at.start < task.at.end && task.at.end <= chars.len());
    }
});
