//! How well and how fast names on a list are matched: `lists [ORGANIZATIONS] [NAMES]`, as a table by kind of damage.

mod draw;

use std::time::Instant;

fn main() {
    let mut sizes = std::env::args().skip(1).filter_map(|it| it.parse().ok());
    let organizations = sizes.next().unwrap_or(1_000_000);
    let names = sizes.next().unwrap_or(5_000);
    let mut dice = draw::Dice(2023);
    let firms = draw::firms(organizations, &mut dice);
    let list = draw::list(&firms, names, &mut dice);
    let start = Instant::now();
    let index = draw::index(&firms);
    let made = start.elapsed();
    let start = Instant::now();
    let counts = draw::count(&index, &list);
    let found = start.elapsed();
    println!(
        "{organizations} organizations, {} names of theirs: index made in {} ms, {} MB; {names} names looked up in {} ms\n",
        index.len(),
        made.as_millis(),
        index.bytes() / 1_000_000,
        found.as_millis()
    );
    println!(
        "| damage | names | matched | doubtful, right one first | among others | not among them | unmatched | matched with another |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (kind, it) in counts {
        let counts = [
            it.names,
            it.matched,
            it.first,
            it.among,
            it.astray,
            it.unmatched,
            it.wrong,
        ];
        let counts = counts.map(|it| it.to_string()).join(" | ");
        println!("| {} | {counts} |", draw::KINDS[kind]);
    }
}
