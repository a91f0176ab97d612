//! Where a district's data are: a folder with SQLite in it, or PostgreSQL with a folder for files.
//!
//! Owns the parsing of `--data` and `--database`. Leaves opening to [`crate::Store`].

use std::{
    fmt,
    path::{Path, PathBuf},
};

/// Where the records, files and keys of a district are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A folder: `quanyu.db` in it, `files/` and `keys/` beside.
    Sqlite(PathBuf),
    /// A database on a PostgreSQL server, and the folder that holds `files/` and `keys/`.
    Postgres {
        /// The address, `postgres://user@host/database`.
        url: String,
        /// The folder.
        files: PathBuf,
    },
}

impl Location {
    /// Reads `sqlite://DIR`, `postgres://…`, `postgresql://…` or a plain folder. The files of a PostgreSQL district
    /// are kept in `data`.
    #[must_use]
    pub fn parse(text: &str, data: &Path) -> Self {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Self::Postgres {
                url: text.to_owned(),
                files: data.to_owned(),
            };
        }
        let folder = PathBuf::from(text.strip_prefix("sqlite://").unwrap_or(text));
        // `sqlite://…/quanyu.db` names the file as other tools would.
        match (folder.extension(), folder.parent()) {
            (Some(end), Some(parent)) if end == "db" => Self::Sqlite(parent.to_owned()),
            _ => Self::Sqlite(folder),
        }
    }

    /// The folder that holds `files/` and `keys/`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        match self {
            Self::Sqlite(folder) => folder,
            Self::Postgres { files, .. } => files,
        }
    }
}

impl fmt::Display for Location {
    /// Without password: this goes to logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(folder) => write!(f, "sqlite://{}", folder.display()),
            Self::Postgres { url, .. } => match url.rsplit_once('@') {
                Some((_, place)) => write!(f, "postgres://{place}"),
                None => f.write_str(url),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_printed_without_passwords() {
        let cases = [
            ("sqlite:///var/q", "sqlite:///var/q"),
            ("sqlite:///var/q/quanyu.db", "sqlite:///var/q"),
            ("/var/q", "sqlite:///var/q"),
            ("postgres://me:secret@db/q", "postgres://db/q"),
            ("postgresql://db/q", "postgresql://db/q"),
        ];
        for (text, want) in cases {
            let location = Location::parse(text, Path::new("/data"));
            assert_eq!(location.to_string(), want, "{text}");
        }
    }
}
