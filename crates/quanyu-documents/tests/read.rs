//! The reader, sentence by sentence: each file under `read/` is a table of sentences and what is
//! read from them. A line `>` is a sentence of the achievements of 2023, `>p` one of the plan of
//! 2024; the line under it is what was understood.

use quanyu_documents::read::{Comparator, Hints, Lexicon, Mention, Nature, Value, read_text};

const DONE: &str = "某区2023年工作总结和2024年工作计划\n一、2023年工作总结\n";
const PLAN: &str = "某区2023年工作总结和2024年工作计划\n二、2024年工作计划\n";

/// A mention as the tables print it: what is as expected of the section is left out.
fn told(mention: &Mention, plan: bool) -> String {
    let value = match mention.value {
        Value::None => "-".to_owned(),
        Value::One(value) => value.normalize().to_string(),
        Value::Range(low, high) => format!("{}..{}", low.normalize(), high.normalize()),
    };
    let mut line = format!("{} {value}", mention.kind.as_str());
    if let Some(unit) = mention
        .unit
        .as_deref()
        .filter(|unit| !matches!(*unit, "1" | "rank"))
    {
        line.push_str(unit);
    }
    match mention.comparator {
        Some(Comparator::Eq) | None => {}
        Some(other) => line.push_str(&format!(" {}", other.as_str())),
    }
    if let Some(of) = &mention.of {
        line.push_str(&format!(" of={of}"));
    }
    if let Some(scope) = &mention.scope {
        line.push_str(&format!(" in={scope}"));
    }
    let (nature, year) = if plan {
        (Nature::Target, "2024")
    } else {
        (Nature::Actual, "2023")
    };
    if let Some(other) = mention.nature.filter(|other| *other != nature) {
        line.push_str(&format!(" {}", other.as_str()));
    }
    if mention.period.as_deref() != Some(year) {
        line.push_str(&format!(" @{}", mention.period.as_deref().unwrap_or("-")));
    }
    for flag in mention
        .flags
        .iter()
        .filter(|flag| matches!(flag.as_str(), "damaged" | "estimate"))
    {
        line.push_str(&format!(" !{}", flag.as_str()));
    }
    line
}

fn read(head: &str, sentence: &str) -> Vec<Mention> {
    let text = format!("{head}{sentence}");
    let from = head.chars().count();
    let found = read_text(&text, &Lexicon::empty(), &Hints::default()).mentions;
    found
        .into_iter()
        .filter(|mention| mention.start >= from)
        .collect()
}

fn understood(sentence: &str, plan: bool) -> String {
    let mentions = read(if plan { PLAN } else { DONE }, sentence);
    let figures: Vec<String> = mentions
        .iter()
        .filter(|mention| mention.kind.is_figure())
        .map(|mention| told(mention, plan))
        .collect();
    if figures.is_empty() {
        "nothing".to_owned()
    } else {
        figures.join(" | ")
    }
}

/// Checks one table; says every difference at once.
fn table(name: &str, text: &str) {
    let mut wrong = Vec::new();
    let mut lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut count = 0;
    while let (Some(sentence), Some(expected)) = (lines.next(), lines.next()) {
        let (plan, sentence) = match sentence.strip_prefix(">p ") {
            Some(sentence) => (true, sentence),
            None => (
                false,
                sentence
                    .strip_prefix("> ")
                    .expect("a sentence begins with >"),
            ),
        };
        let expected = expected
            .strip_prefix("= ")
            .expect("an answer begins with =");
        let found = understood(sentence, plan);
        if found != expected {
            wrong.push(format!(
                "{sentence}\n  expected {expected}\n  found    {found}"
            ));
        }
        count += 1;
    }
    assert!(count > 0, "{name} is empty");
    assert!(
        wrong.is_empty(),
        "{name}: {} of {count} differ\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn numbers_with_units_are_read_in_base_units() {
    table("numbers", include_str!("read/numbers.txt"));
}

#[test]
fn changes_have_their_sign_and_their_base() {
    table("changes", include_str!("read/changes.txt"));
}

#[test]
fn shares_and_ranks_know_their_whole() {
    table("shares", include_str!("read/shares.txt"));
}

#[test]
fn bounds_are_read_and_damage_is_flagged() {
    table("bounds", include_str!("read/bounds.txt"));
}

#[test]
fn names_codes_and_dates_are_no_figures() {
    table("traps", include_str!("read/traps.txt"));
}

#[test]
fn period_nature_and_scope_come_from_sentence_and_section() {
    table("sections", include_str!("read/sections.txt"));
}
