//! `quanyu serve`: the pages of a district.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    sync::Arc,
};

use clap::Args;

use super::{At, Ended};
use crate::{
    app::{AppError, Product, account, oidc::Providers},
    web,
};

/// Arguments of `quanyu serve`.
#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    at: At,
    /// Port; 0 takes a free one.
    #[arg(long, default_value_t = 8420)]
    port: u16,
    /// Address to listen on; others than this machine's need a --name.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "ADDRESS")]
    host: IpAddr,
    /// Name (with its port, where it is not the usual one) under which browsers reach it, such as kj.example.gov.cn; may be
    /// given several times.
    #[arg(long, value_name = "NAME")]
    name: Vec<String>,
    /// Serve a district of demonstration as if so many days had gone by.
    #[arg(
        long,
        value_name = "DAYS",
        default_value_t = 0,
        hide_default_value = true
    )]
    days_ahead: u16,
    /// Browsers come by https, through a proxy in front that speaks it.
    #[arg(long)]
    https: bool,
    /// Providers of sign-in (OIDC) for people of firms, as a TOML file.
    #[arg(long, value_name = "FILE")]
    oidc: Option<PathBuf>,
}

impl Serve {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let place = self.at.place(packs);
        let product = match self.days_ahead {
            0 => Product::open(&place).await?,
            days => Product::open_ahead(&place, days).await?,
        };
        if !account::any(&product).await? {
            print!("{}", account::first_steps(&product.pack));
        }
        if !self.host.is_loopback() || !self.name.is_empty() {
            let made_up = account::demonstration(&product).await?;
            if !made_up.is_empty() {
                return Err(AppError::Demonstration {
                    accounts: made_up.join(", "),
                });
            }
        }
        let door = web::Door {
            hosts: self.name.clone(),
            https: self.https,
        };
        let providers = match &self.oidc {
            Some(file) => Providers::read(file, &product.pack)?,
            None => Providers::default(),
        };
        web::serve(Arc::new(product), self.host, self.port, door, providers).await?;
        Ok(Ended::Well)
    }
}
