//! 批注版: the officer's own docx with a comment at each number.
//!
//! Owns what a comment says. Leaves where it goes in the file to `quanyu_documents::edit`; every other part of the file
//! stays as it was.

use jiff::civil::DateTime;
use quanyu_core::text::Language;
use quanyu_documents::edit::{self, Comment};

use super::CheckedDocument;
use crate::app::AppError;

/// Who comments.
const AUTHOR: &str = "全域校核";

/// The docx with its verdicts and problems as comments, written at `time`.
///
/// # Errors
/// When the file is no docx, or is written in a way that takes no comments.
pub fn commented(
    checked: &CheckedDocument,
    docx: &[u8],
    language: Language,
    time: DateTime,
    word: impl Fn(&str) -> String,
) -> Result<Vec<u8>, AppError> {
    let comment = |range: std::ops::Range<usize>, text: String| Comment {
        range,
        author: AUTHOR.to_owned(),
        time,
        text,
    };
    let mut comments = Vec::new();
    let mut told = vec![false; checked.problems.len()];
    for (mention, judged) in checked.document.mentions.iter().zip(&checked.judged) {
        let Some(verdict) = judged.verdict else {
            continue;
        };
        let mut lines = vec![format!(
            "{}：{}",
            word(verdict),
            judged.reason.get(language)
        )];
        for &nth in &judged.problems {
            told[nth] = true;
            lines.push(problem(checked, nth, language));
        }
        comments.push(comment(mention.start..mention.end, lines.join("\n")));
    }
    for (nth, it) in checked.problems.iter().enumerate() {
        if !told[nth] && it.start < it.end {
            comments.push(comment(it.start..it.end, problem(checked, nth, language)));
        }
    }
    edit::comment(docx, &comments).map_err(|error| AppError::edit(&checked.document.name, &error))
}

fn problem(checked: &CheckedDocument, nth: usize, language: Language) -> String {
    let it = &checked.problems[nth];
    let mut said = format!("{}。{}", it.what.get(language), it.why.get(language));
    if let Some(suggestion) = &it.suggestion {
        said.push_str(" → ");
        said.push_str(suggestion.get(language));
    }
    said
}
