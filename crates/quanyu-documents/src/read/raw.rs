//! The raw text walked forwards once, so that the text of mentions needs no index of offsets.

/// A walk over a text; asked for slices in order.
pub(crate) struct RawText<'a> {
    rest: &'a str,
    at: usize,
}

impl<'a> RawText<'a> {
    /// A walk over the text from its start.
    pub fn new(text: &'a str) -> RawText<'a> {
        RawText { rest: text, at: 0 }
    }

    /// The text between two character offsets; never asked backwards.
    pub fn take(&mut self, start: usize, end: usize) -> &'a str {
        let skip = start.saturating_sub(self.at);
        let length = bytes(self.rest, skip);
        self.rest = &self.rest[length..];
        self.at += skip;
        let length = bytes(self.rest, end.saturating_sub(start.max(self.at)));
        &self.rest[..length]
    }
}

/// Bytes of the first `count` characters.
fn bytes(text: &str, count: usize) -> usize {
    let mut chars = text.chars();
    if count > 0 {
        // `nth` counts whole words of bytes at a time.
        chars.nth(count - 1);
    }
    text.len() - chars.as_str().len()
}
