//! A first look through a sheet for its merged cells, which stand after the rows that need them, and for a mark of secrecy in
//! its page heads.

use std::io::Read;

use memchr::memmem;

use super::super::{WorkbookError, sheet::Merge};
use crate::{
    package::{Package, fault},
    secrecy,
};

/// Merged cells that are read; a sheet with more is no table.
const MAX_MERGES: usize = 200_000;

/// What encloses the texts of page heads and feet; sections and fonts stand in them as `&C` and `&"…"`, written `&amp;C`.
const HEADS: [&[u8]; 3] = [b"oddHeader>", b"evenHeader>", b"firstHeader>"];

/// The merged cells of a sheet. Also the first full pass over the part: size, ratio and checksum are known after it.
pub(super) fn merges(package: &Package, part: &str) -> Result<Vec<Merge>, WorkbookError> {
    let mut reader = package.part(part)?;
    let finder = memmem::Finder::new(b"mergeCell ");
    let mut found = Vec::new();
    let mut block = vec![0_u8; 256 << 10];
    let mut kept = 0;
    loop {
        let count = reader
            .read(&mut block[kept..])
            .map_err(|it| fault(part, &it))?;
        if count == 0 {
            return Ok(found);
        }
        let filled = kept + count;
        let text = &block[..filled];
        let mut next = 0;
        // A tag cut by the end of the block is looked at again with the next one.
        while let Some(at) = finder.find(&text[next..]).map(|it| it + next) {
            let Some(close) = memchr::memchr(b'>', &text[at..]) else {
                break;
            };
            if let Some(merge) = std::str::from_utf8(&text[at..at + close])
                .ok()
                .and_then(parse)
            {
                found.push(merge);
            }
            next = at + close;
        }
        if let Some(mark) = HEADS.iter().find_map(|tag| marked_head(text, tag)) {
            return Err(WorkbookError::Secret(mark));
        }
        if found.len() > MAX_MERGES {
            return Err(WorkbookError::TooLarge {
                what: "merged cells",
                found: found.len() as u64,
                limit: MAX_MERGES as u64,
            });
        }
        let keep_from = next.max(filled.saturating_sub(200));
        block.copy_within(keep_from..filled, 0);
        kept = filled - keep_from;
        if kept == block.len() {
            kept = 0;
        }
    }
}

/// The mark in the first text after `tag`; a head cut by the end of the block is seen with the next one.
fn marked_head(block: &[u8], tag: &[u8]) -> Option<secrecy::Mark> {
    let from = memmem::find(block, tag)? + tag.len();
    let to = memchr::memchr(b'<', &block[from..])? + from;
    let text = std::str::from_utf8(&block[from..to]).ok()?;
    text.split("&amp;").find_map(|section| {
        // Behind the name of a font, then behind the letter of the section and the size.
        let behind = section.rsplit(['"', ';']).next().unwrap_or(section);
        secrecy::in_cell(behind.trim_start_matches(|c: char| c.is_ascii()))
    })
}

fn parse(tag: &str) -> Option<Merge> {
    let range = tag.split_once("ref=")?.1.get(1..)?;
    let range = &range[..range.find(['"', '\''])?];
    let (first, last) = range.split_once(':')?;
    let ((left, top), (right, bottom)) = (super::rows::place(first)?, super::rows::place(last)?);
    (left <= right && top <= bottom).then_some(Merge {
        top,
        left,
        bottom,
        right,
    })
}
