//! How long the server waits for a client, and how much it takes from one.
//!
//! Owns the bounds in time of a connection (the head of a request, the pause until the next, an answer that nobody takes) and of a
//! body (no pause, no trickle), and how large a body may be before anything of it is read. Whoever holds many connections open by sending a
//! byte now and then loses each of them. Leaves what is in a body to its handler.
//!
//! Invariant: while an act is at work its client is not asked for anything, so that long work is never cut off.
//!
//! Start reading at [`Patient`], then [`timed`].

use std::{
    future::Future as _,
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::Body,
    extract::connect_info::Connected,
    http::{HeaderMap, header},
    serve::{IncomingStream, Listener},
};
use futures::StreamExt as _;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::{Instant, Sleep, sleep_until, timeout_at},
};

use super::upload;

/// Bytes of a form without files, a pasted text included.
pub(super) const MOST_FORM: usize = 4 * 1024 * 1024;

/// How long is waited for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For the whole head of a request, from the connection's beginning or the head's first byte on.
    pub head: Duration,
    /// Between two requests of a connection, and for a client to take a part of an answer.
    pub idle: Duration,
    /// For the next part of a body, and for a body before its rate counts.
    pub body: Duration,
    /// Bytes a second that a body has on the average.
    pub rate: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(20),
            idle: Duration::from_secs(75),
            body: Duration::from_secs(30),
            rate: 2048,
        }
    }
}

/// A listener whose connections end when their clients dawdle.
#[derive(Debug)]
pub struct Patient {
    listener: TcpListener,
    patience: Patience,
}

impl Patient {
    /// Listens with this patience.
    #[must_use]
    pub const fn new(listener: TcpListener, patience: Patience) -> Self {
        Self { listener, patience }
    }
}

/// From where a connection comes.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl Connected<IncomingStream<'_, Patient>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Patient>) -> Self {
        Self(*stream.remote_addr())
    }
}

impl Listener for Patient {
    type Io = Waiting;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Waiting, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        (Waiting::new(stream, self.patience), address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// What a connection is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// A head is coming in.
    Head(Line),
    /// A request is being answered; its body has bounds of its own.
    Busy,
    /// Answered; the next request may come.
    Idle,
}

/// What of the head's present line was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// Nothing of the head yet: empty lines before it are none of it.
    None,
    /// Some of a line.
    Some,
    /// The end of one.
    End,
}

/// A connection under watch.
#[derive(Debug)]
pub struct Waiting {
    stream: TcpStream,
    patience: Patience,
    phase: Phase,
    /// When the present phase ends, other than by the client.
    until: Instant,
    reading: Pin<Box<Sleep>>,
    /// Since when the client takes nothing of an answer.
    stuck: Option<Pin<Box<Sleep>>>,
}

impl Waiting {
    fn new(stream: TcpStream, patience: Patience) -> Self {
        let until = Instant::now() + patience.head;
        Self {
            stream,
            patience,
            phase: Phase::Head(Line::None),
            until,
            reading: Box::pin(sleep_until(until)),
            stuck: None,
        }
    }

    /// Notes bytes that came in.
    fn came(&mut self, bytes: &[u8]) {
        if self.phase == Phase::Idle && !bytes.is_empty() {
            self.phase = Phase::Head(Line::None);
            self.until = Instant::now() + self.patience.head;
        }
        let Phase::Head(mut line) = self.phase else {
            return;
        };
        for byte in bytes {
            line = match (line, byte) {
                (_, b'\r') | (Line::None, b'\n') => line,
                (Line::End, b'\n') => {
                    self.phase = Phase::Busy;
                    return;
                }
                (Line::Some, b'\n') => Line::End,
                _ => Line::Some,
            };
        }
        self.phase = Phase::Head(line);
    }

    /// Notes what an attempt to write came to; `goes_on` where it only asks for the body.
    fn went(
        &mut self,
        context: &mut Context<'_>,
        goes_on: bool,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(result) => {
                self.stuck = None;
                if result.is_ok() && !goes_on {
                    self.phase = Phase::Idle;
                    self.until = Instant::now() + self.patience.idle;
                }
                Poll::Ready(result)
            }
            Poll::Pending => {
                let idle = self.patience.idle;
                let stuck = self
                    .stuck
                    .get_or_insert_with(|| Box::pin(tokio::time::sleep(idle)));
                ready!(stuck.as_mut().poll(context));
                Poll::Ready(Err(too_slow()))
            }
        }
    }
}

fn too_slow() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the client is too slow")
}

fn asks_for_body(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/1.1 100")
}

impl AsyncRead for Waiting {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        if let Poll::Ready(result) = read {
            this.came(&buffer.filled()[before..]);
            let late = matches!(this.phase, Phase::Head(_)) && Instant::now() >= this.until;
            return Poll::Ready(if late { Err(too_slow()) } else { result });
        }
        if this.phase != Phase::Busy {
            if this.reading.deadline() != this.until {
                this.reading.as_mut().reset(this.until);
            }
            ready!(this.reading.as_mut().poll(context));
            return Poll::Ready(Err(too_slow()));
        }
        Poll::Pending
    }
}

impl AsyncWrite for Waiting {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.went(context, asks_for_body(bytes), written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(context, parts);
        let goes_on = parts.first().is_some_and(|it| asks_for_body(it));
        this.went(context, goes_on, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

/// A body that breaks off where its sender pauses or trickles.
pub(super) fn timed(body: Body, patience: Patience) -> Body {
    let start = Some((body.into_data_stream(), None::<Instant>, 0_u64));
    let parts = futures::stream::unfold(start, move |state| async move {
        let (mut stream, begun, got) = state?;
        let now = Instant::now();
        let begun = begun.unwrap_or(now);
        let earned = Duration::from_millis(got.saturating_mul(1000) / patience.rate.max(1));
        let due = (begun + patience.body + earned).min(now + patience.body);
        match timeout_at(due, stream.next()).await {
            Ok(None) => None,
            Ok(Some(Ok(part))) => {
                let got = got.saturating_add(part.len() as u64);
                Some((Ok(part), Some((stream, Some(begun), got))))
            }
            Ok(Some(Err(error))) => Some((Err(io::Error::other(error)), None)),
            Err(_) => Some((Err(too_slow()), None)),
        }
    });
    Body::from_stream(parts.fuse())
}

/// Whether a body says of itself that it is larger than any of its kind may be: it is refused before it is read.
pub(super) fn says_too_large(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|it| it.to_str().ok());
    let size = text(header::CONTENT_LENGTH).and_then(|it| it.parse::<usize>().ok());
    let files =
        text(header::CONTENT_TYPE).is_some_and(|it| it.trim_start().starts_with("multipart/"));
    let most = if files { upload::PATIENCE } else { MOST_FORM };
    size.is_some_and(|it| it > most)
}

#[cfg(test)]
mod tests {
    use axum::{body::to_bytes, http::HeaderValue};

    use super::*;

    async fn connection() -> Waiting {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = listener.local_addr().unwrap();
        let (client, _) = tokio::join!(TcpStream::connect(to), listener.accept());
        Waiting::new(client.unwrap(), Patience::default())
    }

    #[tokio::test]
    async fn a_head_ends_at_its_first_empty_line_however_it_is_cut() {
        let cases: [(&[&str], bool); 9] = [
            (&["GET / HTTP/1.1\r\nHost: a\r\n\r\n"], true),
            (&["GET / HTTP/1.1\r\nHost: a\r\n\r", "\n"], true),
            (&["GET / HTTP/1.1\r\n", "Host: a\r\n", "\r\nbody"], true),
            (&["GET / HTTP/1.1\nHost: a\n\n"], true),
            (&["\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n"], true),
            (&["\r\n\r\n", "\r\n\r\n"], false),
            (&["GET / HTTP/1.1\r\nHost: a\r\n"], false),
            (&["GET", " ", "/"], false),
            (&[], false),
        ];
        for (parts, whole) in cases {
            let mut it = connection().await;
            for part in parts {
                it.came(part.as_bytes());
            }
            assert_eq!(it.phase == Phase::Busy, whole, "{parts:?}");
        }
    }

    #[tokio::test]
    async fn a_body_earns_time_by_what_it_brings_and_no_pause_is_long() {
        let patience = Patience {
            body: Duration::from_millis(300),
            rate: 1000,
            ..Patience::default()
        };
        // Bytes a part, milliseconds before each part, whether all parts arrive.
        let cases = [
            (1, 0, true),
            (1, 60, false),
            (1000, 60, true),
            (1000, 900, false),
        ];
        for (size, pause, want) in cases {
            let parts = futures::stream::iter(0..12).then(move |_| async move {
                tokio::time::sleep(Duration::from_millis(pause)).await;
                Ok::<_, io::Error>(vec![b'a'; size])
            });
            let body = timed(Body::from_stream(parts), patience);
            let whole = to_bytes(body, 1 << 20).await;
            assert_eq!(whole.is_ok(), want, "{size} bytes every {pause} ms");
        }
    }

    #[test]
    fn a_body_that_says_it_is_too_large_is_not_read() {
        let form = "application/x-www-form-urlencoded";
        let cases = [
            (form, "4194304", false),
            (form, "4194305", true),
            ("multipart/form-data; boundary=x", "4194305", false),
            ("multipart/form-data; boundary=x", "335544321", true),
            ("application/json", "99999999", true),
            (form, "x", false),
        ];
        for (kind, size, want) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static(size));
            assert_eq!(says_too_large(&headers), want, "{kind} {size}");
        }
    }
}
