//! Files that a page sends.
//!
//! Owns reading a multipart form within bounds. What is too large is read to its end (up to a bound) and thrown away, so that the browser
//! gets to see the refusal rather than a broken connection.

use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};

use super::{problem::Problem, state::App, view::View};
use crate::app::demo;

/// Bytes that all files of a form may have together.
pub(super) const MOST: usize = 32 * 1024 * 1024;
/// Files a form may have.
pub(super) const MOST_FILES: usize = 40;
/// Bytes that are read and thrown away before the connection is cut.
pub(super) const PATIENCE: usize = 10 * MOST;

/// A file as sent: its name and bytes.
pub(super) type Sent = (String, Vec<u8>);

/// A form as sent: texts by name, and files with the name of their field.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub fields: Vec<(String, String)>,
    /// Field, name and bytes; places where no file was chosen are left out.
    pub files: Vec<(String, String, Vec<u8>)>,
}

impl Form {
    /// Takes a text out; an empty one is as good as none.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let place = self.fields.iter().position(|it| it.0 == name)?;
        let (_, text) = self.fields.remove(place);
        Some(text.trim().to_owned()).filter(|it| !it.is_empty())
    }
}

/// The files of a form, in order.
///
/// On the guided path of the demonstration the address names one of its files (`sample`), which is then as if it had been dropped.
pub(super) async fn files(app: &App, view: &View, request: Request) -> Result<Vec<Sent>, Problem> {
    if let Some(name) = view.wish("sample") {
        let bytes = demo::files::file(&app.product, name).await;
        let bytes = bytes.map_err(|error| app.refused(view, &error))?;
        return Ok(vec![(name.to_owned(), bytes)]);
    }
    let form = form(app, view, request).await?;
    let files: Vec<Sent> = form
        .files
        .into_iter()
        .map(|(_, name, bytes)| (name, bytes))
        .collect();
    if files.is_empty() {
        let html = view.format == super::view::Format::Html;
        return Err(Problem::of(app, view.language, "web_no_file").json_if(!html));
    }
    Ok(files)
}

/// A form with texts and files.
pub(super) async fn form(app: &App, view: &View, request: Request) -> Result<Form, Problem> {
    let problem = |code| {
        Problem::of(app, view.language, code).json_if(view.format != super::view::Format::Html)
    };
    let damaged = |error: &dyn std::fmt::Display| {
        tracing::warn!(error = %error, "a form could not be read");
        problem("web_bad_upload")
    };
    let mut request = request;
    DefaultBodyLimit::max(PATIENCE.saturating_add(MOST)).apply(&mut request);
    let mut sent = Multipart::from_request(request, app)
        .await
        .map_err(|error| damaged(&error))?;
    let (mut form, mut size) = (Form::default(), 0_usize);
    while let Some(mut field) = sent.next_field().await.map_err(|error| damaged(&error))? {
        let key = field.name().unwrap_or_default().to_owned();
        let name = field.file_name().map(base_name);
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|error| damaged(&error))? {
            size = size.saturating_add(chunk.len());
            if size > PATIENCE {
                return Err(too_large(problem("web_too_large")));
            }
            if size <= MOST {
                bytes.extend_from_slice(&chunk);
            } else {
                bytes = Vec::new();
            }
        }
        match name {
            Some(name) => form.files.push((key, name, bytes)),
            None => {
                let text = String::from_utf8(bytes).map_err(|error| damaged(&error))?;
                form.fields.push((key, text));
            }
        }
    }
    form.files.retain(|(_, name, _)| !name.is_empty());
    if size > MOST || form.files.len() > MOST_FILES {
        return Err(too_large(problem("web_too_large")));
    }
    form.files.retain(|(_, _, bytes)| !bytes.is_empty());
    Ok(form)
}

fn too_large(problem: Problem) -> Problem {
    problem
        .fact("most", &(MOST / 1024 / 1024).to_string())
        .fact("files", &MOST_FILES.to_string())
}

/// The name without folders, in either system's manner: some browsers send a path.
fn base_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    base.chars()
        .filter(|it| !it.is_control())
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sent_name_never_is_a_path() {
        let cases = [
            ("总结.docx", "总结.docx"),
            ("../../etc/passwd", "passwd"),
            ("C:\\文稿\\总结.docx", "总结.docx"),
            ("a\nb.txt", "ab.txt"),
            ("..", ".."),
            ("x/", ""),
        ];
        for (name, want) in cases {
            assert_eq!(base_name(name), want, "{name:?}");
        }
    }
}
