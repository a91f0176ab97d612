//! Feeds the reader made-up texts for a number of seconds: `fuzz_read SECONDS [SEED]`. Texts are
//! pieces of the language in random order, cut and damaged at random. Stops at the first text that
//! breaks a promise (offsets, order, time) and prints it; a panic prints its seed.

use quanyu_documents::read::{Hints, Lexicon, read_text};
use std::time::{Duration, Instant};

const PIECES: &str = "增长 下降 占 比重 达到 超过 近 约 以上 左右 不少于 家 个 项 亿元 万元 万 亿 千 百 十 一 三 两 半 % ％ 百分点 个百分点 倍 成 番 翻 持平 第 位 名 前 首 首位 唯一 \
    居 排名 全市 全区 从 由 到 至 分别 、 ， , 。 ； ： （ ） ( ) “ ” 《 》 〔 〕 2023年 2023 1—9月 月 日 年 上半年 五年内 十四五 期间 1 25 3.5 12,345 ０ ９ . / - — ~ : + * x X □ 机 乐 o \
    每 万元 平方米 千瓦 百分之 分之 同比 年均 较上年 力争 下一步 一、 (一) 1. | 名词解释 技术合同成交额 高新技术企业 PM2.5 5G GDP R&D 仅次于 连续 其中 人次 ㎡ ‰ Ⅰ 😀 𠀀";

fn main() {
    let mut args = std::env::args().skip(1);
    let seconds: u64 = args.next().and_then(|arg| arg.parse().ok()).unwrap_or(60);
    let mut state: u64 = args
        .next()
        .and_then(|arg| arg.parse().ok())
        .unwrap_or(0x2545_f491_4f6c_dd1d);
    let mut next = move |below: usize| {
        // xorshift: the same seed gives the same texts.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let pieces: Vec<&str> = PIECES
        .split_whitespace()
        .chain([" ", "\n", "\t", "\r\n", "\u{3000}", "\u{feff}"])
        .collect();
    let lexicon = Lexicon::empty();
    let begun = Instant::now();
    let (mut texts, mut characters, mut found) = (0u64, 0u64, 0u64);
    while begun.elapsed() < Duration::from_secs(seconds) {
        let mut text = String::new();
        let narrow = 1 + next(pieces.len());
        let offset = next(pieces.len());
        for _ in 0..next(400) {
            text.push_str(pieces[(offset + next(narrow)) % pieces.len()]);
            if next(40) == 0 {
                text.pop();
            }
        }
        if next(50) == 0 {
            text = text.repeat(1 + next(40));
        }
        let chars: Vec<char> = text.chars().collect();
        let read = Instant::now();
        let mentions = read_text(&text, &lexicon, &Hints::default()).mentions;
        let taken = read.elapsed();
        let mut last = 0;
        let mut kept =
            taken < Duration::from_secs(2) + Duration::from_micros(chars.len() as u64 * 20);
        for mention in &mentions {
            kept &=
                mention.start >= last && mention.end > mention.start && mention.end <= chars.len();
            kept &= chars
                .get(mention.start..mention.end)
                .is_some_and(|slice| slice.iter().collect::<String>() == mention.text);
            last = mention.end;
        }
        if !kept {
            println!("a promise is broken after {taken:?} by {text:?}");
            std::process::exit(1);
        }
        texts += 1;
        characters += chars.len() as u64;
        found += mentions.len() as u64;
    }
    println!(
        "{texts} texts, {characters} characters, {found} mentions in {seconds} s, nothing broken"
    );
}
