//! Prints the mentions of text files, one JSON line each: `read [--names TABLE] FILE…`. `--time` prints the
//! speed instead, reading the text, repeated to 100,000 characters, a hundred times. The table holds
//! the names to link to, one indicator a line: id, unit, names parted by bars, with tabs between.

use quanyu_documents::read::{Hints, LexEntry, Lexicon, read_text};

/// What is looked for where no file of names is given.
const NAMES: &str = "\
tech_contract_value\t元\t技术合同成交额|技术合同交易额|技术交易额|技术交易总额
hi_tech_firms\t家\t高新技术企业|高新技术企业数量|高企
rnd_share\t1\t研发经费占生产总值比重|R&D经费占GDP比重|研发投入强度
";

/// Lines of id, unit and names, parted by tabs, the names by bars.
fn entries(lines: &str) -> Vec<LexEntry> {
    let entry = |line: &str| {
        let mut parts = line.split('\t');
        Some(LexEntry {
            indicator: parts.next()?.to_owned(),
            unit: Some(parts.next()?.to_owned()),
            names: parts.next()?.split('|').map(str::to_owned).collect(),
            kinds: Vec::new(),
        })
    };
    lines.lines().filter_map(entry).collect()
}

fn main() {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    let time = files
        .iter()
        .position(|arg| arg == "--time")
        .map(|at| files.remove(at))
        .is_some();
    let names = files.iter().position(|arg| arg == "--names").map(|at| {
        files.remove(at);
        files.remove(at.min(files.len().saturating_sub(1)))
    });
    let lexicon = Lexicon::new(match names {
        Some(file) => entries(&std::fs::read_to_string(file).unwrap_or_default()),
        None => entries(NAMES),
    });
    for file in files {
        let bytes = match std::fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) => {
                eprintln!("{file}: {error}");
                std::process::exit(1);
            }
        };
        let text = String::from_utf8_lossy(&bytes);
        let hints = Hints {
            doc: file.clone(),
            year: None,
        };
        if time {
            let count = text.chars().count().max(1);
            let text = text.repeat(100_000 / count + 1);
            let count = text.chars().count();
            let begun = std::time::Instant::now();
            let mut found = 0;
            for _ in 0..100 {
                found += read_text(&text, &lexicon, &hints).mentions.len();
            }
            let count = count * 100;
            let taken = begun.elapsed().as_secs_f64();
            println!(
                "{file}: {count} characters, {found} mentions, {taken:.3} s, {:.1} million characters a second",
                count as f64 / taken / 1e6
            );
            continue;
        }
        for mention in read_text(&text, &lexicon, &hints).mentions {
            println!("{}", mention.to_json(&file));
        }
    }
}
