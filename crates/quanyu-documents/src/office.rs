//! Old and foreign formats (.et, .wps, .doc, .ods, .xls made of HTML) through LibreOffice, where it is installed.
//!
//! Owns finding the program, running it with a time limit in a folder of its own, and taking the result. Leaves reading
//! the result to the formats.
//!
//! Invariant: nothing of the run outlives it: profile and files are in a temporary folder, a run that takes too long
//! is ended.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Time for one conversion; a cold start takes about ten seconds on two cores.
const TIME: Duration = Duration::from_secs(90);

/// Why a file could not be converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OfficeError {
    /// LibreOffice is not installed, and nothing else here reads the format.
    #[error(
        "`.{extension}` is read through LibreOffice, which is not installed; save the file as {instead} or install it"
    )]
    NotInstalled {
        /// The ending of the file.
        extension: String,
        /// The format to save as instead.
        instead: &'static str,
    },
    /// It took too long.
    #[error("LibreOffice did not finish within {0} seconds")]
    TimeOut(u64),
    /// It ended without a result.
    #[error("LibreOffice could not convert the file: {0}")]
    Failed(String),
}

/// Converts `bytes` (a file with the ending `extension`) into the format `to` (`xlsx`, `docx`).
pub(crate) fn convert(
    bytes: &[u8],
    extension: &str,
    to: &'static str,
) -> Result<Vec<u8>, OfficeError> {
    let Some(program) = program() else {
        return Err(OfficeError::NotInstalled {
            extension: extension.to_owned(),
            instead: to,
        });
    };
    let failed = |it: io::Error| OfficeError::Failed(it.to_string());
    let folder = tempfile::tempdir().map_err(failed)?;
    let input = folder.path().join(format!("in.{extension}"));
    fs::write(&input, bytes).map_err(failed)?;
    run(&program, folder.path(), &input, to)?;
    fs::read(folder.path().join("out").join(format!("in.{to}")))
        .map_err(|_| OfficeError::Failed("it wrote no file".to_owned()))
}

fn run(program: &Path, folder: &Path, input: &Path, to: &str) -> Result<(), OfficeError> {
    let failed = |it: io::Error| OfficeError::Failed(it.to_string());
    let profile = format!(
        "-env:UserInstallation=file://{}",
        folder.join("profile").display()
    );
    let mut child = Command::new(program)
        .args([
            &profile,
            "--headless",
            "--norestore",
            "--convert-to",
            to,
            "--outdir",
        ])
        .arg(folder.join("out"))
        .arg(input)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            return if status.success() {
                Ok(())
            } else {
                Err(OfficeError::Failed(status.to_string()))
            };
        }
        if start.elapsed() > TIME {
            child.kill().and_then(|()| child.wait()).map_err(failed)?;
            return Err(OfficeError::TimeOut(TIME.as_secs()));
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// The program of LibreOffice on the search path.
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let places = std::env::split_paths(&path)
        .flat_map(|folder| ["soffice", "libreoffice"].map(|name| folder.join(name)));
    places.into_iter().find(|it| it.is_file())
}
