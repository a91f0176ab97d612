//! `cargo xtask COMMAND`: chores of the repository that need more than a line of shell.
//!
//! Owns the arguments; the work is in [`xtask`].

use std::process::ExitCode;

use xtask::{results, tidy, tree::Tree};

fn main() -> ExitCode {
    let command = std::env::args().nth(1).unwrap_or_default();
    let tree = match Tree::of_repository() {
        Ok(tree) => tree,
        Err(error) => {
            eprintln!("cannot read the repository: {error}");
            return ExitCode::FAILURE;
        }
    };
    match command.as_str() {
        "tidy" => {
            for note in tidy::long_files(&tree) {
                println!("{note}");
            }
            let findings = tidy::all(&tree);
            for finding in &findings {
                println!("{finding}");
            }
            println!("{} found", findings.len());
            if findings.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        "results" => match std::fs::write(tree.root().join(results::PATH), results::collect(&tree))
        {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("cannot write {}: {error}", results::PATH);
                ExitCode::FAILURE
            }
        },
        _ => {
            eprintln!(
                "usage: cargo xtask tidy      layout, headers, names, paths in the documents"
            );
            eprintln!(
                "       cargo xtask results   bench/*/RESULT.md into {}",
                results::PATH
            );
            ExitCode::from(2)
        }
    }
}
