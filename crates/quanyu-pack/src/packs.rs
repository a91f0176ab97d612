//! Where packs are found: folders, and the copy built in.
//!
//! Owns listing and reading of a pack's files as text. Leaves what they mean to [`crate::load`].
//!
//! Invariant: files come in order of their path with `pack.toml` first, so that the same pack always loads the same.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// Files larger than this are no declarations but a mistake.
const LARGEST_FILE: u64 = 32 << 20;

/// Places to look for packs, the first that has one wins.
#[derive(Clone, Debug, Default)]
pub struct Packs {
    places: Vec<Place>,
}

#[derive(Clone, Debug)]
enum Place {
    /// A folder that holds pack folders.
    Folder(PathBuf),
    /// One pack's folder.
    Pack(PathBuf),
    /// Packs as texts: files by pack.
    Texts(BTreeMap<String, Vec<PackFile>>),
}

/// A file of a pack as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackFile {
    /// Path inside the pack with `/`.
    pub path: String,
    /// The text, or why it could not be read.
    pub text: Result<String, String>,
}

impl Packs {
    /// Packs in the folders below `path`.
    pub fn from_dir(path: impl Into<PathBuf>) -> Self {
        Self {
            places: vec![Place::Folder(path.into())],
        }
    }

    /// One pack's own folder (that with `pack.toml`); packs it extends are looked for beside it.
    pub fn from_pack_dir(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        // `packs/a/.` and relative paths have no parent to look in; the real path has.
        let path = fs::canonicalize(&path).unwrap_or(path);
        let beside = path.parent().map(|it| Place::Folder(it.to_owned()));
        Self {
            places: std::iter::once(Place::Pack(path)).chain(beside).collect(),
        }
    }

    /// Packs from texts, such as the copy built in: `(pack id/path, text)`.
    #[must_use]
    pub fn from_files(files: Vec<(String, String)>) -> Self {
        let mut packs: BTreeMap<String, Vec<PackFile>> = BTreeMap::new();
        for (name, text) in files {
            if let Some((pack, path)) = name.split_once('/')
                && is_source(path)
            {
                packs.entry(pack.to_owned()).or_default().push(PackFile {
                    path: path.to_owned(),
                    text: Ok(text),
                });
            }
        }
        packs.values_mut().for_each(|files| sort(files));
        Self {
            places: vec![Place::Texts(packs)],
        }
    }

    /// Looks in `others` for what is not found here.
    #[must_use]
    pub fn or(mut self, others: Self) -> Self {
        self.places.extend(others.places);
        self
    }

    /// Identifiers of all packs that can be found.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = self
            .places
            .iter()
            .flat_map(|place| match place {
                Place::Folder(folder) => pack_folders(folder),
                Place::Pack(folder) => folder_name(folder).into_iter().collect(),
                Place::Texts(packs) => packs.keys().cloned().collect(),
            })
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// The files of a pack; `None` where there is no such pack.
    #[must_use]
    pub fn files(&self, id: &str) -> Option<Vec<PackFile>> {
        self.places.iter().find_map(|place| match place {
            Place::Texts(packs) => packs.get(id).cloned(),
            Place::Pack(folder) if folder_name(folder).as_deref() == Some(id) => {
                Some(read_folder(folder))
            }
            Place::Pack(_) => None,
            Place::Folder(folder) => {
                let fine = crate::grammar::is_identifier(id)
                    && folder.join(id).join("pack.toml").is_file();
                fine.then(|| read_folder(&folder.join(id)))
            }
        })
    }

    /// The pack that a folder given to [`Packs::from_pack_dir`] holds.
    #[must_use]
    pub fn only(&self) -> Option<String> {
        self.places.iter().find_map(|place| match place {
            Place::Pack(folder) => folder_name(folder),
            Place::Folder(_) | Place::Texts(_) => None,
        })
    }
}

fn folder_name(folder: &Path) -> Option<String> {
    Some(folder.file_name()?.to_str()?.to_owned())
}

fn pack_folders(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .filter(|it| it.path().join("pack.toml").is_file())
        .filter_map(|it| it.file_name().into_string().ok())
        .collect()
}

fn is_source(path: &str) -> bool {
    let hidden = path.split('/').any(|it| it.starts_with('.'));
    let kind = Path::new(path).extension().and_then(|it| it.to_str());
    !hidden && matches!(kind, Some("toml" | "csv" | "jinja"))
}

fn sort(files: &mut [PackFile]) {
    files.sort_by(|a, b| (a.path != "pack.toml", &a.path).cmp(&(b.path != "pack.toml", &b.path)));
}

fn read_folder(folder: &Path) -> Vec<PackFile> {
    let mut files = Vec::new();
    collect(folder, "", 0, &mut files);
    sort(&mut files);
    files
}

/// Reads the sources below a folder. Links are not followed, so that no pack reaches out of its folder or turns in a circle.
fn collect(folder: &Path, before: &str, depth: usize, files: &mut Vec<PackFile>) {
    const DEEPEST: usize = 8;
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = format!("{before}{name}");
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() && depth < DEEPEST && !name.starts_with('.') {
            collect(&entry.path(), &format!("{path}/"), depth + 1, files);
        } else if kind.is_file() && is_source(&path) {
            let text = read(&entry.path()).map_err(|error| error.to_string());
            files.push(PackFile { path, text });
        }
    }
}

fn read(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > LARGEST_FILE {
        return Err(io::Error::other("larger than 32 MB"));
    }
    let text = fs::read_to_string(path)?;
    // Editors on Windows put a byte order mark in front, which TOML does not know.
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}
