//! `quanyu demo`: builds the demonstration district and serves it.

use std::{net::Ipv4Addr, path::PathBuf, sync::Arc};

use clap::Args;

use super::Ended;
use crate::{
    app::{AppError, demo, product::Place},
    web,
};

/// Arguments of `quanyu demo`.
#[derive(Args)]
pub struct Demo {
    /// The pack (else the one marked `demo = true`).
    #[arg(long)]
    pack: Option<String>,
    /// Folder of the district; made anew where it holds no district yet.
    #[arg(long, env = "QUANYU_DATA", default_value = "quanyu-data")]
    data: PathBuf,
    /// Build it and end.
    #[arg(long)]
    no_serve: bool,
    /// Port; 0 takes a free one.
    #[arg(long, default_value_t = 8420)]
    port: u16,
}

impl Demo {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let place = Place {
            packs: packs.cloned(),
            pack: self.pack.clone(),
            data: Some(self.data.clone()),
            database: None,
        };
        let (product, built) = demo::build(&place).await?;
        println!("{}", built.said());
        if !self.no_serve {
            let host = Ipv4Addr::LOCALHOST.into();
            let providers = crate::app::oidc::Providers::default();
            let door = web::Door::default();
            web::serve(Arc::new(product), host, self.port, door, providers).await?;
        }
        Ok(Ended::Well)
    }
}
