//! Listening: on this machine, or on an address that people reach by name.

use std::{net::IpAddr, sync::Arc};

use tokio::net::TcpListener;

use super::{
    guard::Door,
    patience::{Patient, Peer},
    router,
    state::App,
};
use crate::app::{self, AppError, Product, oidc::Providers};

/// Serves a district until the process is asked to stop; prints the address. Port 0 takes a free one.
///
/// # Errors
/// When nothing can listen there.
pub async fn serve(
    product: Arc<Product>,
    host: IpAddr,
    port: u16,
    door: Door,
    providers: Providers,
) -> Result<(), AppError> {
    let listen = |cause: std::io::Error| AppError::CannotListen {
        port,
        why: cause.to_string(),
    };
    let listener = TcpListener::bind((host, port)).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    println!("http://localhost:{}/", address.port());
    for name in &door.hosts {
        println!("{}://{name}/", if door.https { "https" } else { "http" });
    }
    let first = Arc::clone(&product);
    tokio::spawn(async move { first.warm().await });
    tokio::spawn(app::search::follow(Product::clone(&product)));
    // Deadlines are looked at and letters sent beside the pages.
    tokio::spawn(crate::app::deadlines::keep(Arc::clone(&product)));
    let app = App::behind(product, door).knowing(providers);
    let listener = Patient::new(listener, app.patience);
    let service = router(app).into_make_service_with_connect_info::<Peer>();
    axum::serve(listener, service)
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
