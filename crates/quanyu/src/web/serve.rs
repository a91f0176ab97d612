//! Listening: on this machine only, until people can sign in.

use std::{net::Ipv4Addr, sync::Arc};

use tokio::net::TcpListener;

use super::{router, state::App};
use crate::app::{self, AppError, Product};

/// Serves a district on 127.0.0.1 until the process is asked to stop; prints the address. Port 0 takes a free one.
///
/// # Errors
/// When nothing can listen there.
pub async fn serve(product: Arc<Product>, port: u16) -> Result<(), AppError> {
    let listen = |cause: std::io::Error| AppError::CannotListen {
        port,
        why: cause.to_string(),
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    println!("http://localhost:{}/", address.port());
    let first = Arc::clone(&product);
    tokio::spawn(async move { first.warm().await });
    tokio::spawn(app::search::follow(Product::clone(&product)));
    // Deadlines are looked at and letters sent beside the pages.
    tokio::spawn(crate::app::deadlines::keep(Arc::clone(&product)));
    axum::serve(listener, router(App::new(product)))
        .with_graceful_shutdown(asked_to_stop())
        .await
        .map_err(listen)
}

/// Ends with Ctrl-C or the signal by which service managers stop a program.
async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
