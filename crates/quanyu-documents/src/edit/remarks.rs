//! The part that holds the remarks, its relation to the document, its content type.

use std::collections::BTreeMap;

use quick_xml::{Reader, escape::escape, events::Event};

use super::{
    Comment, EditError,
    ids::Ids,
    nodes::{Nodes, attribute},
    package::{self, PartText},
    weave::{run_text, stamp},
};
use crate::{formats::FormatError, package::Package};

const TRANSITIONAL: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const STRICT: &str = "http://purl.oclc.org/ooxml/wordprocessingml/main";
const RELATIONS: &str = "word/_rels/document.xml.rels";
const TYPES: &str = "[Content_Types].xml";
const COMMENTS_TYPE: &str =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml";

/// The remarks that are there and those that come.
pub(super) struct Remarks {
    /// Path of the part.
    path: String,
    part: Option<PartText>,
    relations: Option<PartText>,
    /// Whether the document names the part already.
    related: bool,
    types: PartText,
    strict: bool,
    prefix: String,
    added: String,
}

impl Remarks {
    pub(super) fn open(
        package: &Package,
        document: &Nodes<'_>,
        ids: &mut Ids,
    ) -> Result<Self, EditError> {
        let root = document.open_tag(document.get(0));
        let namespace = format!("xmlns:{}", document.prefix.trim_end_matches(':'));
        let strict = attribute(root, &namespace).is_some_and(|it| &root[it] == STRICT);
        let relations = package
            .has(RELATIONS)
            .then(|| package::text(package, RELATIONS))
            .transpose()?;
        let target = match &relations {
            Some(text) => target_of(&text.xml)?,
            None => None,
        };
        let path = target.clone().unwrap_or_else(|| free_path(package));
        let part = package
            .has(&path)
            .then(|| package::text(package, &path))
            .transpose()?;
        let mut prefix = "w:".to_owned();
        if let Some(part) = &part {
            ids.note(&part.xml);
            prefix = root_of(&path, &part.xml)?.prefix;
        }
        let types = match package.has(TYPES) {
            true => package::text(package, TYPES)?,
            false => PartText::new(
                r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"#,
            ),
        };
        Ok(Self {
            path,
            part,
            relations,
            related: target.is_some(),
            types,
            strict,
            prefix,
            added: String::new(),
        })
    }

    /// Adds a remark; its number.
    pub(super) fn add(&mut self, comment: &Comment, ids: &mut Ids) -> i64 {
        let (p, id) = (self.prefix.as_str(), ids.fresh());
        let initials: String = comment.author.trim().chars().take(2).collect();
        // Small letters without the indents and fixed lines that the text of official documents has.
        let look = format!(
            r#"<{p}pPr><{p}spacing {p}before="0" {p}after="0" {p}line="240" {p}lineRule="auto"/><{p}ind {p}left="0" {p}firstLineChars="0" {p}firstLine="0"/><{p}jc {p}val="left"/></{p}pPr>"#
        );
        let small = format!(r#"<{p}rPr><{p}sz {p}val="20"/><{p}szCs {p}val="20"/></{p}rPr>"#);
        let paragraphs: String = comment
            .text
            .trim()
            .split('\n')
            .enumerate()
            .map(|(line, text)| {
                let own = if line == 0 {
                    format!("<{p}r><{p}annotationRef/></{p}r>")
                } else {
                    String::new()
                };
                format!(
                    "<{p}p>{look}{own}<{p}r>{small}{}</{p}r></{p}p>",
                    run_text(p, text)
                )
            })
            .collect();
        self.added.push_str(&format!(
            r#"<{p}comment {p}id="{id}"{} {p}initials="{}">{paragraphs}</{p}comment>"#,
            stamp(p, &comment.author, comment.time),
            escape(&initials)
        ));
        id
    }

    /// The parts that changed; none without a remark.
    pub(super) fn finish(self) -> Result<BTreeMap<String, Vec<u8>>, EditError> {
        let mut edited = BTreeMap::new();
        if self.added.is_empty() {
            return Ok(edited);
        }
        let bytes = match &self.part {
            Some(part) => part.bytes_of(&with_child(&self.path, &part.xml, &self.added)?),
            None => {
                let namespace = if self.strict { STRICT } else { TRANSITIONAL };
                format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:comments xmlns:w=\"{namespace}\">{}</w:comments>",
                    self.added
                )
                .into_bytes()
            }
        };
        edited.insert(self.path.clone(), bytes);
        if !self.related {
            let family = match self.strict {
                true => "http://purl.oclc.org/ooxml/officeDocument/relationships",
                false => "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            };
            let empty = PartText::new(
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>"#,
            );
            let relations = self.relations.unwrap_or(empty);
            let id = (1..)
                .map(|it| format!("rId{it}"))
                .find(|it| {
                    !relations.xml.contains(&format!("\"{it}\""))
                        && !relations.xml.contains(&format!("'{it}'"))
                })
                .expect("numbers do not end");
            let p = root_of(RELATIONS, &relations.xml)?.prefix;
            let target = self.path.strip_prefix("word/").unwrap_or(&self.path);
            let child = format!(
                r#"<{p}Relationship Id="{id}" Type="{family}/comments" Target="{target}"/>"#
            );
            let xml = with_child(RELATIONS, &relations.xml, &child)?;
            edited.insert(RELATIONS.to_owned(), relations.bytes_of(&xml));
        }
        let named = format!("/{}", self.path);
        let known = overrides(&self.types.xml)?;
        if !known.iter().any(|it| it.eq_ignore_ascii_case(&named)) {
            let p = root_of(TYPES, &self.types.xml)?.prefix;
            let child =
                format!(r#"<{p}Override PartName="{named}" ContentType="{COMMENTS_TYPE}"/>"#);
            let xml = with_child(TYPES, &self.types.xml, &child)?;
            edited.insert(TYPES.to_owned(), self.types.bytes_of(&xml));
        }
        Ok(edited)
    }
}

/// A path that no part has.
fn free_path(package: &Package) -> String {
    let numbered = (2..).map(|it| format!("word/comments{it}.xml"));
    std::iter::once("word/comments.xml".to_owned())
        .chain(numbered)
        .find(|it| !package.has(it))
        .expect("numbers do not end")
}

/// The part of the remarks, where the document names one.
fn target_of(xml: &str) -> Result<Option<String>, EditError> {
    let mut found = None;
    each_tag(RELATIONS, xml, |tag| {
        let value = |name| attribute(tag, name).map(|it| tag[it].to_owned());
        if value("Type").is_some_and(|it| it.ends_with("/relationships/comments")) {
            found = found.take().or(value("Target"));
        }
    })?;
    Ok(found.map(|target| match target.strip_prefix('/') {
        Some(whole) => whole.to_owned(),
        None => format!("word/{}", target.trim_start_matches("./")),
    }))
}

/// The parts that have a type of their own.
fn overrides(xml: &str) -> Result<Vec<String>, EditError> {
    let mut names = Vec::new();
    each_tag(TYPES, xml, |tag| {
        names.extend(attribute(tag, "PartName").map(|it| tag[it].to_owned()));
    })?;
    Ok(names)
}

/// Calls `each` with every start tag.
fn each_tag(part: &str, xml: &str, mut each: impl FnMut(&str)) -> Result<(), EditError> {
    let (mut reader, mut start) = (Reader::from_str(xml), 0);
    loop {
        let event = reader.read_event().map_err(|it| damaged(part, &it))?;
        let end = reader.buffer_position() as usize;
        match event {
            Event::Start(_) | Event::Empty(_) => each(&xml[start..end]),
            Event::Eof => return Ok(()),
            _ => {}
        }
        start = end;
    }
}

fn damaged(part: &str, why: &impl ToString) -> EditError {
    EditError::Format(FormatError::Damaged {
        part: part.to_owned(),
        reason: why.to_string(),
    })
}

/// The outermost element of a part.
struct Root {
    /// Prefix with its colon.
    prefix: String,
    name: String,
    /// Where a last child goes.
    inside: usize,
    /// The element has no end tag: where its `/>` begins.
    empty: bool,
}

fn root_of(part: &str, xml: &str) -> Result<Root, EditError> {
    let (mut reader, mut start, mut depth) = (Reader::from_str(xml), 0, 0_usize);
    let mut name = String::new();
    loop {
        let event = reader.read_event().map_err(|it| damaged(part, &it))?;
        let end = reader.buffer_position() as usize;
        let done = match event {
            Event::Start(tag) => {
                if depth == 0 {
                    name = tag.name().as_ref().to_owned();
                }
                depth += 1;
                None
            }
            Event::Empty(tag) if depth == 0 => {
                name = tag.name().as_ref().to_owned();
                Some((end - 2, true))
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                (depth == 0).then_some((start, false))
            }
            Event::Eof => return Err(damaged(part, &"it has no outermost element")),
            _ => None,
        };
        if let Some((inside, empty)) = done {
            let prefix = name.find(':').map_or("", |it| &name[..=it]).to_owned();
            return Ok(Root {
                prefix,
                name,
                inside,
                empty,
            });
        }
        start = end;
    }
}

/// The part with a last child more.
fn with_child(part: &str, xml: &str, child: &str) -> Result<String, EditError> {
    let root = root_of(part, xml)?;
    let (before, after) = xml.split_at(root.inside);
    Ok(match root.empty {
        true => format!("{before}>{child}</{}>{}", root.name, &after[2..]),
        false => format!("{before}{child}{after}"),
    })
}
