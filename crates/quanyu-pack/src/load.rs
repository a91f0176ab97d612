//! Loading: folder → files → checked [`Pack`].
//!
//! Owns the order of the steps and the chain of packs that extend each other. Each step goes on after faults, so that
//! one run tells all of them.
//!
//! Start reading at [`load`].

use toml::{Spanned, de::DeTable, de::DeValue};

use crate::{
    check,
    diagnostic::{Diagnostic, Diagnostics},
    faults,
    grammar::{self, Shape, tables},
    model::{At, Pack, SourceFile},
    node::{Node, place},
    packs::Packs,
    read::{Reading, read_regions},
};

/// A pack with everything it extends, read, merged and checked.
///
/// # Errors
/// Everything that is wrong with it, in one go.
pub fn load(packs: &Packs, id: &str) -> Result<Pack, Diagnostics> {
    let mut reading = Reading::default();
    let mut chain = Chain {
        packs,
        list: Vec::new(),
        open: Vec::new(),
    };
    chain.add(&mut reading, id, At::default());
    let parts = chain.list;
    reading.pack.id = id.to_owned();
    reading.pack.extends = parts
        .iter()
        .map(|it| it.id.clone())
        .filter(|it| it != id)
        .collect();
    for part in &parts {
        reading.next_pack();
        reading.own = part.id == id;
        part.files
            .clone()
            .for_each(|file| read_file(&mut reading, file));
    }
    // Where a whole file or pack could not be read, every name in it would be told as unknown.
    let whole = |it: &Diagnostic| faults::HIDES_NAMES.contains(&it.code);
    if !reading.faults.iter().any(whole) {
        check::check(&mut reading);
    }
    let Reading { pack, faults, .. } = reading;
    if faults.is_empty() {
        Ok(pack)
    } else {
        Err(Diagnostics::new(pack.files, faults))
    }
}

/// A pack of the chain and its files in [`Pack::files`].
struct Part {
    id: String,
    files: std::ops::Range<u32>,
}

/// Packs in order of extension, those extended first.
struct Chain<'a> {
    packs: &'a Packs,
    list: Vec<Part>,
    open: Vec<String>,
}

impl Chain<'_> {
    fn add(&mut self, reading: &mut Reading, id: &str, at: At) {
        if self.open.iter().any(|it| it == id) {
            reading.faults.push(faults::cyclic_extends(at, id));
            return;
        }
        if self.list.iter().any(|it| it.id == id) {
            return;
        }
        let Some(found) = self.packs.files(id) else {
            let ids = self.packs.ids();
            let valid: Vec<_> = ids.iter().map(String::as_str).collect();
            reading.faults.push(faults::unknown_pack(at, id, &valid));
            return;
        };
        let files = &mut reading.pack.files;
        let first = number(files.len());
        for file in found {
            let text = file.text.unwrap_or_else(|why| {
                reading.faults.push(faults::unreadable(
                    At {
                        file: number(files.len()),
                        ..At::default()
                    },
                    &why,
                ));
                String::new()
            });
            files.push(SourceFile {
                name: format!("{id}/{}", file.path),
                text,
            });
        }
        let range = first..number(files.len());
        self.open.push(id.to_owned());
        for (base, at) in self.head(reading, id, first) {
            self.add(reading, &base, at);
        }
        self.open.pop();
        self.list.push(Part {
            id: id.to_owned(),
            files: range,
        });
    }

    /// Reads `pack.toml`; gives what it extends.
    fn head(&self, reading: &mut Reading, id: &str, file: u32) -> Vec<(String, At)> {
        let SourceFile { name, text } = &reading.pack.files[file as usize].clone();
        if !name.ends_with("/pack.toml") {
            reading.faults.push(faults::file_missing(
                At {
                    file,
                    ..At::default()
                },
                "pack.toml",
                &[],
            ));
            return Vec::new();
        }
        let tree = parse(file, text, &mut reading.faults);
        let root = Node::root(file, text, &tree);
        grammar::validate(root, &Shape::Table(tables::PACK), &mut reading.faults);
        if let Some(node) = root.get("id")
            && let Some(word) = node.str()
            && word != id
        {
            reading
                .faults
                .push(faults::pack_id_is_not_the_folder(node.at(), word, id));
        }
        // The pack asked for is the first that is opened.
        if self.open.len() == 1 {
            let pack = &mut reading.pack;
            pack.title = root.text("title").unwrap_or_default();
            pack.demo_district = root.flag("demo").unwrap_or_default();
            if let Some(node) = root.get("region")
                && let Some(region) = node.str().and_then(|it| it.parse().ok())
            {
                pack.region = region;
                reading.region_at = Some(node.at());
            }
        }
        let bases = root.items_of("extends");
        bases
            .iter()
            .filter_map(|it| Some((it.str()?.to_owned(), it.at())))
            .collect()
    }
}

fn read_file(reading: &mut Reading, file: u32) {
    // Taken out while it is read, since its tree borrows it.
    let index = file as usize;
    let name = reading.pack.files[index].name.clone();
    let inside = name.split_once('/').map_or("", |(_, path)| path);
    let text = reading.pack.files[index].text.clone();
    // Templates are read when a document is composed; `quanyu pack check` looks at them too.
    if inside == "pack.toml" || inside.ends_with(".jinja") {
        return;
    }
    if inside.ends_with(".csv") {
        if inside == "regions.csv" || inside.starts_with("regions/") {
            read_regions(reading, file, &text);
        }
        return;
    }
    let tree = parse(file, &text, &mut reading.faults);
    let root = Node::root(file, &text, &tree);
    grammar::validate(root, &Shape::Table(tables::FILE), &mut reading.faults);
    reading.file(root);
}

/// Parses a file as far as it goes.
fn parse<'a>(file: u32, text: &'a str, faults: &mut Vec<Diagnostic>) -> Spanned<DeValue<'a>> {
    let (tree, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = place(file, error.span().unwrap_or_default());
        faults.push(faults::toml_syntax(at, error.message()));
    }
    let span = tree.span();
    Spanned::new(span, DeValue::Table(tree.into_inner()))
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
