//! A small tree of elements, and a form in which what an edit may not change is equal.

use quick_xml::{Reader, events::Event};

use crate::{AUTHOR, judge::parts};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Element(Element),
    Text(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
}

impl Element {
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|it| match it {
            Node::Element(it) => Some(it),
            Node::Text(_) => None,
        })
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|it| it.0 == name)
            .map(|it| it.1.as_str())
    }
}

/// The tree of a part; references resolved, sections of character data as text.
pub fn parse(xml: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(xml);
    let mut stack = vec![Element::default()];
    let told = |it: &dyn std::fmt::Display| it.to_string();
    loop {
        match reader.read_event().map_err(|it| told(&it))? {
            Event::Start(tag) => stack.push(element(&tag)?),
            Event::Empty(tag) => {
                let made = element(&tag)?;
                stack.last_mut().unwrap().children.push(Node::Element(made));
            }
            Event::End(_) => {
                let done = stack.pop().unwrap();
                stack
                    .last_mut()
                    .ok_or("too many ends")?
                    .children
                    .push(Node::Element(done));
            }
            Event::Text(text) => push_text(stack.last_mut().unwrap(), &text),
            Event::CData(text) => push_text(stack.last_mut().unwrap(), &text),
            Event::GeneralRef(it) => {
                let text =
                    quick_xml::escape::unescape(&format!("&{};", &*it)).map(|it| it.into_owned());
                push_text(stack.last_mut().unwrap(), &text.map_err(|it| told(&it))?);
            }
            Event::Eof if stack.len() == 1 => {
                let mut roots = stack
                    .remove(0)
                    .children
                    .into_iter()
                    .filter_map(|it| match it {
                        Node::Element(it) => Some(it),
                        Node::Text(_) => None,
                    });
                let root = roots.next().ok_or("no root")?;
                return roots
                    .next()
                    .map_or(Ok(root), |_| Err("two roots".to_owned()));
            }
            Event::Eof => return Err("ends within an element".to_owned()),
            _ => {}
        }
    }
}

fn element(tag: &quick_xml::events::BytesStart<'_>) -> Result<Element, String> {
    let mut made = Element {
        name: tag.name().as_ref().to_owned(),
        ..Element::default()
    };
    // With checks: an attribute twice is a fault.
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|it| it.to_string())?;
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|it| it.to_string())?;
        made.attributes
            .push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(made)
}

fn push_text(into: &mut Element, text: &str) {
    match into.children.last_mut() {
        Some(Node::Text(last)) => last.push_str(text),
        _ if text.is_empty() => {}
        _ => into.children.push(Node::Text(text.to_owned())),
    }
}

/// Which side of our changes is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    Old,
}

/// Document and notes without our remarks and changes, runs that were cut joined again.
pub fn normal(docx: &[u8], keep: Keep) -> String {
    let parts = parts(docx);
    let comments = parts
        .get("word/comments.xml")
        .map(|it| parse(std::str::from_utf8(it).unwrap()).unwrap());
    let ours: Vec<String> = comments
        .iter()
        .flat_map(Element::elements)
        .filter(|it| it.attribute("w:author") == Some(AUTHOR))
        .map(|it| it.attribute("w:id").unwrap().to_owned())
        .collect();
    ["word/document.xml", "word/footnotes.xml"]
        .iter()
        .filter_map(|it| parts.get(*it))
        .map(|it| {
            let text = std::str::from_utf8(it).unwrap();
            let mut root = parse(text.trim_start_matches('\u{feff}')).unwrap();
            tidy(&mut root, &ours, keep);
            let mut out = String::new();
            write(&root, &mut out);
            out
        })
        .collect()
}

fn tidy(element: &mut Element, ours: &[String], keep: Keep) {
    let mut kept: Vec<Node> = Vec::new();
    for child in std::mem::take(&mut element.children) {
        let Node::Element(mut child) = child else {
            kept.push(child);
            continue;
        };
        let own = child.attribute("w:author") == Some(AUTHOR);
        let remark = |it: &Element| {
            it.name.starts_with("w:comment")
                && it
                    .attribute("w:id")
                    .is_some_and(|id| ours.iter().any(|it| it == id))
        };
        let refers = |it: &Element| it.name == "w:commentReference" && remark(it);
        if remark(&child) || child.elements().any(refers) {
            continue;
        }
        tidy(&mut child, ours, keep);
        match child.name.as_str() {
            "w:ins" if own && keep == Keep::Old => {}
            "w:del" if own => {
                for mut run in child.children {
                    undelete(&mut run);
                    kept.push(run);
                }
            }
            _ => kept.push(Node::Element(child)),
        }
    }
    for child in kept {
        match (element.children.last_mut(), child) {
            (Some(Node::Element(last)), Node::Element(child)) if joins(last, &child) => {
                absorb(last, child)
            }
            (_, Node::Text(text)) => push_text(element, &text),
            (_, child) => element.children.push(child),
        }
    }
}

/// Puts what `child` holds behind what `last` holds.
fn absorb(last: &mut Element, child: Element) {
    let is_run = child.name == "w:r";
    for inner in child.children {
        match (last.children.last_mut(), inner) {
            (_, Node::Element(inner)) if is_run && inner.name == "w:rPr" => {}
            (Some(Node::Element(before)), Node::Element(inner)) if joins(before, &inner) => {
                absorb(before, inner)
            }
            (_, Node::Text(text)) => push_text(last, &text),
            (_, inner) => last.children.push(inner),
        }
    }
}

fn undelete(node: &mut Node) {
    if let Node::Element(element) = node {
        match element.name.as_str() {
            "w:delText" => element.name = "w:t".to_owned(),
            "w:delInstrText" => element.name = "w:instrText".to_owned(),
            _ => {}
        }
        element.children.iter_mut().for_each(undelete);
    }
}

/// Runs of the same look, texts, and what one person inserted at one time belong together.
fn joins(a: &Element, b: &Element) -> bool {
    let plain = |it: &Element| -> Vec<(String, String)> {
        let fine = |it: &&(String, String)| !matches!(it.0.as_str(), "w:id" | "xml:space");
        it.attributes.iter().filter(fine).cloned().collect()
    };
    let look = |it: &Element| {
        let mut out = String::new();
        it.elements()
            .filter(|it| it.name == "w:rPr")
            .for_each(|it| write(it, &mut out));
        out
    };
    let kind = match a.name.as_str() {
        "w:t" | "w:ins" | "w:moveTo" => true,
        "w:r" => look(a) == look(b),
        _ => false,
    };
    kind && a.name == b.name && plain(a) == plain(b)
}

/// Without numbers of annotations and without blanks kept by a mark: both may differ.
fn write(element: &Element, out: &mut String) {
    out.push_str(&format!("<{}", element.name));
    let numbered = matches!(element.name.as_str(), "w:ins" | "w:moveTo" | "w:rPrChange");
    for (name, value) in &element.attributes {
        if name != "xml:space" && !(numbered && name == "w:id") {
            out.push_str(&format!(" {name}={value:?}"));
        }
    }
    out.push('>');
    for child in &element.children {
        match child {
            Node::Element(child) => write(child, out),
            Node::Text(text) => out.push_str(text),
        }
    }
    out.push_str(&format!("</{}>\n", element.name));
}

/// The body with an element a line, for a snapshot.
pub fn shown(xml: &str) -> String {
    let start = xml.find("<w:p").unwrap();
    let end = xml.rfind("<w:sectPr").unwrap();
    xml[start..end]
        .replace("><w:r>", ">\n<w:r>")
        .replace("><w:comment", ">\n<w:comment")
        .replace("><w:ins", ">\n<w:ins")
        .replace("><w:del ", ">\n<w:del ")
        .replace(&quick_xml::escape::escape(AUTHOR).into_owned(), "AUTHOR")
}
