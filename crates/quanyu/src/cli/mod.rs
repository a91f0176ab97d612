//! The command line: each command is one act of `app`, printed.
//!
//! Owns arguments, exit codes and printing. Exit code 0 is success, 1 means that something was found wrong or could not be
//! done, 2 bad usage. Rows found are printed in either case; errors go to standard error and say what to do.
//!
//! Start reading at [`Command`].

mod account;
mod appraisal;
mod audit;
mod backup;
mod check;
mod compare;
mod compose;
mod demo;
mod exchange;
mod export;
mod figures;
mod import;
mod lists;
mod output;
mod pack;
mod read;
mod release;
mod renew;
mod search;
mod serve;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::{
    app::{AppError, product::Place},
    messages,
};

pub use output::Format;

/// 全域: the platform of a regional science-and-technology bureau.
#[derive(Parser)]
#[command(name = "quanyu", version, about, arg_required_else_help = true)]
struct Cli {
    /// Folder with packs (else QUANYU_PACKS, ./packs, else the packs built in).
    #[arg(long, global = true, env = "QUANYU_PACKS", value_name = "DIR")]
    packs: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the demonstration district and serve it.
    Demo(demo::Demo),
    /// Serve a district.
    Serve(serve::Serve),
    /// Who may sign in, and with what roles.
    #[command(subcommand)]
    Account(account::Account),
    /// Check, test or compare packs.
    #[command(subcommand)]
    Pack(pack::Pack),
    /// Find organizations, records, documents, indicators and registers.
    Search(search::Search),
    /// Read a workbook into a register.
    Import(import::Import),
    /// Write a register or dataset to a file.
    Export(export::Export),
    /// Print figures, or the records behind them.
    Figures(figures::Figures),
    /// Figures frozen for documents.
    #[command(subcommand)]
    Release(release::Release),
    /// Print every quantity of documents.
    Read(read::Read),
    /// Compare what documents say: indicators × districts.
    Compare(compare::Compare),
    /// Hold each figure of documents against the records.
    Check(check::Check),
    /// Put the numbers of the next period into a docx, as tracked changes.
    Renew(renew::Renew),
    /// Match the names on a list with organizations.
    Match(lists::Match),
    /// Print an appraisal: what each item has reached, earns and misses.
    Appraisal(appraisal::Appraisal),
    /// Write a document of the pack, every number in it frozen.
    Compose(compose::Compose),
    /// Packages between the two networks.
    #[command(subcommand)]
    Exchange(exchange::Exchange),
    /// The chain of changes.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Write everything into one file, while others work.
    Backup(backup::Backup),
    /// Build a district from a backup.
    Restore(backup::Restore),
}

/// Where a district lives.
#[derive(Args, Clone, Debug)]
pub struct At {
    /// Folder of a district (else QUANYU_DATA, else ./quanyu-data); with --database it holds the files alone.
    #[arg(long, env = "QUANYU_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// sqlite://… or postgres://…
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// The pack to apply (else the one applied before).
    #[arg(long, value_name = "NAME")]
    pack: Option<String>,
}

impl At {
    fn place(&self, packs: Option<&PathBuf>) -> Place {
        Place {
            packs: packs.cloned(),
            pack: self.pack.clone(),
            data: self.data.clone(),
            database: self.database.clone(),
        }
    }
}

/// How a command ended.
#[derive(Debug)]
pub enum Ended {
    /// Done, nothing wrong.
    Well,
    /// Done, and something was found wrong.
    Found,
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("QUANYU_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,quanyu=info")),
        )
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("quanyu: no threads could be started: {error}");
            return ExitCode::from(1);
        }
    };
    match runtime.block_on(run(cli)) {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::Found) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{}", messages::told(&error));
            ExitCode::from(1)
        }
    }
}

async fn run(cli: Cli) -> Result<Ended, AppError> {
    let packs = cli.packs.as_ref();
    match cli.command {
        Command::Demo(it) => it.run(packs).await,
        Command::Serve(it) => it.run(packs).await,
        Command::Account(it) => it.run(packs).await,
        Command::Pack(it) => it.run(packs).await,
        Command::Search(it) => it.run(packs).await,
        Command::Import(it) => it.run(packs).await,
        Command::Export(it) => it.run(packs).await,
        Command::Figures(it) => it.run(packs).await,
        Command::Release(it) => it.run(packs).await,
        Command::Read(it) => it.run(packs),
        Command::Compare(it) => it.run(packs),
        Command::Compose(it) => it.run(packs).await,
        Command::Check(it) => it.run(packs).await,
        Command::Renew(it) => it.run(packs).await,
        Command::Match(it) => it.run(packs).await,
        Command::Appraisal(it) => it.run(packs).await,
        Command::Exchange(it) => it.run(packs).await,
        Command::Audit(it) => it.run(packs).await,
        Command::Backup(it) => it.run(packs).await,
        Command::Restore(it) => it.run(packs).await,
    }
}
