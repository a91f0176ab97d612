//! The files of the repository as git sees them: tracked, or new and not ignored.
//!
//! Owns reading them once. Knows nothing of what they should hold.
//!
//! Invariant: paths are relative to the root, with `/`, in order.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// The files of a repository by path.
#[derive(Debug, Default)]
pub struct Tree {
    root: PathBuf,
    files: BTreeMap<String, Vec<u8>>,
}

impl Tree {
    /// The repository that this program was built from.
    ///
    /// # Errors
    /// When git cannot list the files or one of them cannot be read.
    pub fn of_repository() -> io::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("xtask stands in the repository")
            .to_owned();
        let listed = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(&root)
            .output()?;
        if !listed.status.success() {
            return Err(io::Error::other(
                String::from_utf8_lossy(&listed.stderr).into_owned(),
            ));
        }
        let names = String::from_utf8(listed.stdout).map_err(io::Error::other)?;
        let mut files = BTreeMap::new();
        for name in names.split('\0').filter(|name| !name.is_empty()) {
            match fs::read(root.join(name)) {
                Ok(bytes) => drop(files.insert(name.to_owned(), bytes)),
                // Removed in the work tree and not yet committed.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self { root, files })
    }

    /// A tree made of the given texts, for trying the checks.
    #[must_use]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect();
        Self {
            root: PathBuf::new(),
            files,
        }
    }

    /// Where the repository stands.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All files.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files
            .iter()
            .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Files that hold text and whose path `wanted` accepts.
    pub fn texts(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = (&str, &str)> {
        self.files()
            .filter(move |(path, _)| wanted(path))
            .filter_map(|(path, bytes)| {
                let text = std::str::from_utf8(bytes).ok()?;
                Some((path, text))
            })
    }

    /// The text of a file, where it is there.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        std::str::from_utf8(self.files.get(path)?).ok()
    }

    /// Whether a file or folder of this path is there.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        self.files.contains_key(path)
            || self
                .files
                .range(folder.clone()..)
                .next()
                .is_some_and(|(name, _)| name.starts_with(&folder))
    }
}
