//! What is written into a part: marks of remarks, deletions, insertions.
//!
//! Owns closing what is open at a cut and opening it again, with the same tag and properties. The only bytes of the part
//! that are replaced are the names of deleted texts (`w:t` becomes `w:delText`); all else is put in between.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::escape::escape;

use super::{
    Revision,
    ids::Ids,
    nodes::{Kind, NONE, Node, Nodes, attribute},
    place::{Cut, How, Segment, Spot},
};

/// What is put at one cut.
#[derive(Default)]
struct Slot {
    ends: Vec<i64>,
    starts: Vec<i64>,
    /// Insertions: whose, text, the run whose properties it takes.
    inserted: Vec<(Stamp, String, u32)>,
    closes: bool,
    opens: Option<Stamp>,
}

/// Who changes, and when, as attributes.
#[derive(Clone)]
struct Stamp(String);

/// A part with what is to be put into it.
pub(super) struct Weave<'n> {
    nodes: &'n Nodes<'n>,
    slots: BTreeMap<Cut, Slot>,
    deleted: Vec<Segment>,
}

impl<'n> Weave<'n> {
    pub(super) fn new(nodes: &'n Nodes<'n>) -> Self {
        Self {
            nodes,
            slots: BTreeMap::new(),
            deleted: Vec::new(),
        }
    }

    pub(super) fn remark(&mut self, from: Cut, to: Cut, id: i64) {
        self.slots.entry(from).or_default().starts.push(id);
        self.slots.entry(to).or_default().ends.push(id);
    }

    pub(super) fn revise(&mut self, spot: &Spot, revision: &Revision) {
        let stamp = Stamp(stamp(self.nodes.prefix, &revision.author, revision.time));
        for segment in &spot.segments {
            self.slots.entry(segment.from).or_default().opens = Some(stamp.clone());
            self.slots.entry(segment.to).or_default().closes = true;
            self.deleted.push(*segment);
        }
        if !revision.new_text.is_empty() {
            let (cut, run) = spot.insert;
            let inserted = &mut self.slots.entry(cut).or_default().inserted;
            inserted.push((stamp, revision.new_text.clone(), run));
        }
    }

    /// The part with all of it; `None` where nothing was put in.
    pub(super) fn finish(self, ids: &mut Ids) -> Option<String> {
        if self.slots.is_empty() {
            return None;
        }
        let mut patches: Vec<Patch> = self.renames();
        let mut deletion: Option<&Stamp> = None;
        for (cut, slot) in &self.slots {
            let before = deletion;
            if slot.closes {
                deletion = None;
            }
            deletion = slot.opens.as_ref().or(deletion);
            let text = self.written(cut, slot, before, deletion, ids);
            patches.push((cut.byte, cut.byte, text));
        }
        // Cuts of one byte are in their order already, and a rename never begins where a cut is.
        patches.sort_by_key(|it| it.0);
        let (mut out, mut at) = (String::with_capacity(self.nodes.xml.len() * 2), 0);
        for (start, end, text) in patches {
            out.push_str(self.nodes.slice(at, start));
            out.push_str(&text);
            at = end;
        }
        out.push_str(&self.nodes.xml[at as usize..]);
        Some(out)
    }

    fn written(
        &self,
        cut: &Cut,
        slot: &Slot,
        before: Option<&Stamp>,
        after: Option<&Stamp>,
        ids: &mut Ids,
    ) -> String {
        let p = self.nodes.prefix;
        let name = |deleted: Option<&Stamp>| if deleted.is_some() { "delText" } else { "t" };
        let in_cdata =
            matches!(cut.how, How::Inside { .. }) && self.nodes.cdata(cut.byte).is_some();
        let mut out = String::new();
        if in_cdata {
            out.push_str("]]>");
        }
        if let How::Inside { .. } = cut.how {
            out.push_str(&format!("</{p}{}>", name(before)));
        }
        if let How::Inside { run, .. } | How::Between { run } = cut.how {
            out.push_str(&format!("</{}>", self.nodes.name(self.nodes.get(run))));
        }
        if before.is_some() {
            out.push_str(&format!("</{p}del>"));
        }
        for (stamp, text, run) in &slot.inserted {
            out.push_str(&self.insertion(stamp, text, *run, ids));
        }
        for id in &slot.ends {
            out.push_str(&format!(
                r#"<{p}commentRangeEnd {p}id="{id}"/><{p}r><{p}commentReference {p}id="{id}"/></{p}r>"#
            ));
        }
        for id in &slot.starts {
            out.push_str(&format!(r#"<{p}commentRangeStart {p}id="{id}"/>"#));
        }
        if let Some(Stamp(stamp)) = after {
            out.push_str(&format!(r#"<{p}del {p}id="{}"{stamp}>"#, ids.fresh()));
        }
        if let How::Inside { run, .. } | How::Between { run } = cut.how {
            let run = self.nodes.get(run);
            out.push_str(self.nodes.open_tag(run));
            out.push_str(&renumbered(self.nodes, self.properties(run), ids));
        }
        if let How::Inside { .. } = cut.how {
            out.push_str(&format!(r#"<{p}{} xml:space="preserve">"#, name(after)));
        }
        if in_cdata {
            out.push_str("<![CDATA[");
        }
        out
    }

    /// The new text in the properties of a run, outside of what somebody else inserted.
    fn insertion(&self, Stamp(stamp): &Stamp, text: &str, run: u32, ids: &mut Ids) -> String {
        let p = self.nodes.prefix;
        let run = self.nodes.get(run);
        let new = format!(
            r#"<{p}ins {p}id="{}"{stamp}><{p}r>{}{}</{p}r></{p}ins>"#,
            ids.fresh(),
            without_change(p, self.properties(run)),
            run_text(p, text)
        );
        let parent = Some(run.parent)
            .filter(|it| *it != NONE)
            .map(|it| self.nodes.get(it));
        match parent.filter(|it| it.kind == Kind::Inserted) {
            Some(other) => format!(
                "{}{new}{}",
                self.nodes.slice(other.close, other.end),
                numbered(self.nodes, self.nodes.open_tag(other), ids)
            ),
            None => new,
        }
    }

    fn properties(&self, run: Node) -> &'n str {
        match run.properties {
            NONE => "",
            at => {
                let node = self.nodes.get(at);
                self.nodes.slice(node.start, node.end)
            }
        }
    }

    /// Names of deleted texts, and blanks that a cut would lose.
    fn renames(&self) -> Vec<Patch> {
        let mut patches = Vec::new();
        for segment in &self.deleted {
            let (from, to) = (segment.from.byte, segment.to.byte);
            for child in self
                .nodes
                .children(segment.run, to)
                .filter(|it| it.end > from)
            {
                let name = self.nodes.name(child);
                let Some(new) = deleted_name(&name[self.nodes.prefix.len().min(name.len())..])
                else {
                    continue;
                };
                let length = name.len() as u32;
                let new = format!("{}{new}", self.nodes.prefix);
                if from <= child.start {
                    patches.push((child.start + 1, child.start + 1 + length, new.clone()));
                }
                if child.end <= to && child.close < child.end {
                    patches.push((child.close + 2, child.close + 2 + length, new));
                }
            }
        }
        let mut seen = BTreeSet::new();
        for cut in self.slots.keys() {
            let How::Inside { text, .. } = cut.how else {
                continue;
            };
            let node = self.nodes.get(text);
            let blank = self
                .nodes
                .slice(node.open_end, cut.byte)
                .ends_with(char::is_whitespace);
            let kept = attribute(self.nodes.open_tag(node), "xml:space").is_some();
            if blank && !kept && seen.insert(text) {
                let at = node.open_end - 1;
                patches.push((at, at, r#" xml:space="preserve""#.to_owned()));
            }
        }
        patches
    }
}

/// Bytes of the part and what stands there instead.
type Patch = (u32, u32, String);

/// What a text is called where it is deleted.
fn deleted_name(name: &str) -> Option<&'static str> {
    match name {
        "t" => Some("delText"),
        "instrText" => Some("delInstrText"),
        _ => None,
    }
}

/// Author and time as attributes.
pub(super) fn stamp(prefix: &str, author: &str, time: jiff::civil::DateTime) -> String {
    let author = clean(author).replace(['\n', '\t'], " ");
    // Word writes the time on the wall and calls it UTC.
    let time = time.strftime("%Y-%m-%dT%H:%M:%SZ");
    format!(
        r#" {prefix}author="{}" {prefix}date="{time}""#,
        escape(author.trim())
    )
}

/// A text as the elements of a run: lines by breaks, tabs by tabs.
pub(super) fn run_text(prefix: &str, text: &str) -> String {
    let mut out = String::new();
    for (line, text) in clean(text).split('\n').enumerate() {
        if line > 0 {
            out.push_str(&format!("<{prefix}br/>"));
        }
        for (field, text) in text.split('\t').enumerate() {
            if field > 0 {
                out.push_str(&format!("<{prefix}tab/>"));
            }
            if !text.is_empty() {
                let text = escape(text);
                out.push_str(&format!(
                    r#"<{prefix}t xml:space="preserve">{text}</{prefix}t>"#
                ));
            }
        }
    }
    out
}

/// Without characters that XML cannot hold.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| {
            matches!(c, '\t' | '\n') || (*c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'))
        })
        .collect()
}

/// A start tag with a number of its own.
fn numbered(nodes: &Nodes<'_>, tag: &str, ids: &mut Ids) -> String {
    match attribute(tag, &format!("{}id", nodes.prefix)) {
        Some(place) => format!(
            "{}{}{}",
            &tag[..place.start],
            ids.fresh(),
            &tag[place.end..]
        ),
        None => tag.to_owned(),
    }
}

/// Properties copied: a change of them that is tracked gets a number of its own.
fn renumbered(nodes: &Nodes<'_>, properties: &str, ids: &mut Ids) -> String {
    let change = format!("<{}rPrChange", nodes.prefix);
    let Some((before, rest)) =
        properties.split_at_checked(properties.find(&change).unwrap_or(properties.len()))
    else {
        return properties.to_owned();
    };
    match rest.find('>') {
        Some(end) => format!(
            "{before}{}{}",
            numbered(nodes, &rest[..=end], ids),
            &rest[end + 1..]
        ),
        None => properties.to_owned(),
    }
}

/// Properties without what they were before a tracked change.
fn without_change(prefix: &str, properties: &str) -> String {
    let close = format!("</{prefix}rPrChange>");
    let open = format!("<{prefix}rPrChange");
    match (properties.find(&open), properties.find(&close)) {
        (Some(from), Some(to)) if from < to => {
            format!("{}{}", &properties[..from], &properties[to + close.len()..])
        }
        _ => properties.to_owned(),
    }
}
