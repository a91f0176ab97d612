//! Prints the mentions of text files, one JSON line each: `read FILE…`. `--time` prints the speed
//! instead, reading the text, repeated to 100,000 characters, a hundred times.

use quanyu_documents::read::{Hints, LexEntry, Lexicon, read_text};

fn main() {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    let time = files
        .iter()
        .position(|arg| arg == "--time")
        .map(|at| files.remove(at))
        .is_some();
    let names = [
        (
            "tech_contract_value",
            "元",
            &[
                "技术合同成交额",
                "技术合同交易额",
                "技术交易额",
                "技术交易总额",
            ][..],
        ),
        (
            "hi_tech_firms",
            "家",
            &["高新技术企业", "高新技术企业数量", "高企"][..],
        ),
        (
            "rnd_share",
            "1",
            &["研发经费占生产总值比重", "R&D经费占GDP比重", "研发投入强度"][..],
        ),
    ];
    let entries = names.map(|(indicator, unit, names)| LexEntry {
        indicator: indicator.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        unit: Some(unit.to_owned()),
        kinds: Vec::new(),
    });
    let lexicon = Lexicon::new(entries.to_vec());
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
