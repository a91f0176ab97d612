//! The one binary: `quanyu`.

use std::process::ExitCode;

fn main() -> ExitCode {
    quanyu::cli::main()
}
