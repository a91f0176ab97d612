//! Clients that never finish, and bodies that are too large: over a real connection.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use quanyu::{
    app::Who,
    web::{App, Patience, Patient, Peer, router},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::account::Gate;

const SHORT: Patience = Patience {
    head: Duration::from_millis(600),
    idle: Duration::from_millis(900),
    body: Duration::from_millis(600),
    rate: 1024,
};
/// What a test waits for the server to cut a connection off: much more than its patience, on a machine that does much else.
const AWHILE: Duration = Duration::from_secs(20);

/// A server of little patience, for one person.
async fn served(gate: &Gate) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let app = App::for_one(Arc::clone(&gate.product), Who::local()).waiting(SHORT);
    let service = router(app).into_make_service_with_connect_info::<Peer>();
    tokio::spawn(async move { axum::serve(Patient::new(listener, SHORT), service).await });
    port
}

/// Sends parts with a pause before each, then waits for the end: what came back, and after how long.
async fn send(port: u16, parts: &[&[u8]], pause: Duration) -> (String, Duration) {
    let start = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let (mut reading, mut writing) = stream.split();
    let mut told = Vec::new();
    let sending = async {
        for part in parts {
            tokio::time::sleep(pause).await;
            if writing.write_all(part).await.is_err() {
                break;
            }
        }
        // It stays open: only the server ends it.
        std::future::pending::<()>().await;
    };
    let ending = async {
        let mut buffer = [0; 4096];
        while let Ok(Ok(size @ 1..)) = tokio::time::timeout(AWHILE, reading.read(&mut buffer)).await
        {
            told.extend_from_slice(&buffer[..size]);
        }
    };
    tokio::select! { () = sending => {}, () = ending => {} }
    (String::from_utf8_lossy(&told).into_owned(), start.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_slowly_is_cut_off_and_whoever_sends_well_is_answered() {
    let gate = Gate::new().await;
    let port = served(&gate).await;
    let head = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let drops: Vec<&[u8]> = head.as_bytes().chunks(1).collect();
    let post = "POST /api/v1/registers/contract/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    let sized = format!("{post}Content-Length: 100000\r\n\r\n{{");
    let chunked = format!("{post}Transfer-Encoding: chunked\r\n\r\n");
    let trickle: Vec<&[u8]> = std::iter::once(chunked.as_bytes())
        .chain(std::iter::repeat_n(&b"1\r\n \r\n"[..], 200))
        .collect();
    let quick = Duration::from_millis(1);
    let slow = Duration::from_millis(60);
    // What is sent, with which pauses, how often it is answered, with what.
    type Case<'a> = (&'a str, Vec<&'a [u8]>, Duration, usize, &'a str);
    #[rustfmt::skip]
    let cases: [Case; 8] = [
        ("nothing at all",           vec![],                                        quick, 0, ""),
        ("half a head",              vec![&head.as_bytes()[..20]],                  quick, 0, ""),
        ("a head by the byte",       drops,                                         slow,  0, ""),
        ("empty lines for ever",     std::iter::repeat_n(&b"\r\n"[..], 100).collect(), slow, 0, ""),
        ("a body that stops",        vec![sized.as_bytes()],                        quick, 1, "HTTP/1.1 4"),
        ("a body by the byte",       trickle,                                       slow,  1, "HTTP/1.1 4"),
        ("a request, then nothing",  vec![head.as_bytes()],                         quick, 1, "HTTP/1.1 200"),
        ("two requests in time",     vec![head.as_bytes(), head.as_bytes()],        Duration::from_millis(300), 2, "HTTP/1.1 200"),
    ];
    let cases = cases
        .into_iter()
        .map(|(name, parts, pause, answers, begins)| async move {
            let (told, took) = send(port, &parts, pause).await;
            assert_eq!(told.matches("HTTP/1.1 ").count(), answers, "{name}: {told}");
            assert!(told.starts_with(begins), "{name}: {told}");
            assert!(took < AWHILE, "{name} was held open for {took:?}");
        });
    futures::future::join_all(cases).await;
    // While they all hung there, others were served; and they still are.
    let (told, _) = send(port, &[head.as_bytes()], quick).await;
    assert!(told.starts_with("HTTP/1.1 200"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_says_it_is_too_large_is_refused_before_it_is_sent() {
    let gate = Gate::new().await;
    let port = served(&gate).await;
    let post = |path: &str, kind: &str, size: u64| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n\r\n"
        )
    };
    let form = "application/x-www-form-urlencoded";
    #[rustfmt::skip]
    let cases = [
        post("/admin/rules", form, 1 << 40),
        post("/account/password", form, 5 << 20),
        post("/api/v1/registers/contract/records", "application/json", 1 << 30),
        post("/registers/contract/import", "multipart/form-data; boundary=x", 1 << 33),
        post("/signin", form, 1 << 33),
    ];
    for head in cases {
        let (told, _) = send(port, &[head.as_bytes()], Duration::ZERO).await;
        assert!(told.starts_with("HTTP/1.1 413"), "{head}: {told}");
    }
    // A head without end is no head, and an address without end none.
    let long = format!(
        "GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "a".repeat(1 << 20)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
        "X-A: b\r\n".repeat(1000)
    );
    for head in [long, many] {
        let (told, _) = send(port, &[head.as_bytes()], Duration::ZERO).await;
        assert!(
            told.is_empty() || told.starts_with("HTTP/1.1 4"),
            "{}",
            &told[..60]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_a_size_is_read_no_further_than_its_kind_may_be() {
    let gate = Gate::new().await;
    let port = served(&gate).await;
    let kinds = [
        "application/x-www-form-urlencoded",
        "application/json",
        "text/plain",
    ];
    for (path, kind) in [
        "/admin/rules",
        "/api/v1/registers/contract/records",
        "/documents/check",
    ]
    .iter()
    .zip(kinds)
    {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let part = [b"10000\r\n".as_slice(), &[b'a'; 0x10000], b"\r\n"].concat();
        let mut sent = 0_usize;
        while sent < 64 << 20 && stream.write_all(&part).await.is_ok() {
            sent += part.len();
        }
        // What the kernel holds on both sides comes to some megabytes more.
        assert!(sent < 32 << 20, "{path} took {sent} bytes");
    }
}
