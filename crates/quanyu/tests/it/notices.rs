//! Letters: sent once what they tell of is committed, tried again, never where they may not go. Against servers of our own.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use quanyu::app::{
    deadlines,
    notices::{outgoing::Outgoing, send},
    steps,
};
use quanyu_store::jobs;
use quanyu_testkit::databases;
use sha2::Sha256;

use crate::steps::{Office, taking};

/// What a server heard, in order.
type Heard = Arc<Mutex<Vec<String>>>;

/// A server on this machine that hands each connection to `talk`; its port.
fn serve(talk: impl Fn(TcpStream, &Heard) + Send + 'static) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Heard::default();
    let shared = Arc::clone(&heard);
    thread::spawn(move || {
        for stream in listener.incoming() {
            talk(stream.unwrap(), &shared);
        }
    });
    (port, heard)
}

/// An HTTP server that answers with each of these in turn, the last one for good.
fn http(answers: &'static [&'static str]) -> (u16, Heard) {
    serve(move |stream, heard| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some(it) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = it.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let place = {
            let mut heard = heard.lock().unwrap();
            heard.push(format!("{head}\n{}", String::from_utf8(body).unwrap()));
            heard.len() - 1
        };
        let answer = answers[place.min(answers.len() - 1)];
        let mut stream = stream;
        stream.write_all(answer.as_bytes()).unwrap();
    })
}

/// A mail server that takes one message a connection.
fn smtp() -> (u16, Heard) {
    serve(|mut stream, heard| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        stream.write_all(b"220 here\r\n").unwrap();
        let (mut told, mut data) = (String::new(), false);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap() == 0 {
                break;
            }
            told.push_str(&line);
            let word = line.trim_end().to_ascii_uppercase();
            let answer = match (data, word.as_str()) {
                (true, ".") => {
                    data = false;
                    "250 kept\r\n"
                }
                (true, _) => continue,
                (false, "DATA") => {
                    data = true;
                    "354 go on\r\n"
                }
                (false, "QUIT") => "221 bye\r\n",
                (false, _) => "250 fine\r\n",
            };
            stream.write_all(answer.as_bytes()).unwrap();
            if word == "QUIT" && !data {
                break;
            }
        }
        heard.lock().unwrap().push(told);
    })
}

const FINE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const BROKEN: &str = "HTTP/1.1 503 Busy\r\ncontent-length: 9\r\nconnection: close\r\n\r\ntry later";
const ELSEWHERE: &str = "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

fn robot(port: u16) -> String {
    format!(
        r#"
        site  = "https://quanyu.example"
        allow = ["127.0.0.1:{port}"]
        [channel.robot]
        kind     = "webhook"
        url      = "http://127.0.0.1:{port}/robot?key=k"
        template = '{{"msgtype":"text","text":{{"content":"{{text}} {{link}}"}}}}'
        headers  = {{ x-kind = "{{kind}}" }}
        whom     = ["role:clerk"]
        "#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_tried_again_until_it_is_taken_and_sent_once() {
    for database in databases() {
        let mut office = Office::of(&database).await;
        let (port, heard) = http(&[BROKEN, FINE]);
        office.product = office
            .product
            .sending(Outgoing::read(&robot(port)).unwrap());
        let id = office
            .note("wang", "示例“引号”\\事项", &[("raised_on", "2024-01-05")])
            .await;
        // What was refused tells nobody.
        steps::take(&office.clerk(), &taking(id, "assign"))
            .await
            .unwrap_err();
        send::work(&office.product, "w").await.unwrap();
        assert!(heard.lock().unwrap().is_empty());
        steps::take(&office.head(), &taking(id, "assign"))
            .await
            .unwrap();
        assert_eq!(send::work(&office.product, "w").await.unwrap(), (0, 1));
        // Not before its time, then once.
        assert_eq!(send::work(&office.product, "w").await.unwrap(), (0, 0));
        office.clock.advance_seconds(11);
        deadlines::turn(&office.product, "w").await.unwrap();
        office.clock.advance_seconds(3_600);
        assert_eq!(send::work(&office.product, "w").await.unwrap(), (0, 0));
        let heard = heard.lock().unwrap().clone();
        assert_eq!(heard.len(), 2, "{heard:?}");
        let (head, body) = heard[1]
            .split_once("\n\n")
            .or_else(|| heard[1].rsplit_once('\n'))
            .unwrap();
        assert!(
            head.starts_with("POST /robot?key=k ") && head.contains("x-kind: todo"),
            "{head}"
        );
        let body: serde_json::Value = serde_json::from_str(body.trim()).unwrap();
        let text = body["text"]["content"].as_str().unwrap();
        assert!(text.contains("示例“引号”\\事项"), "{text}");
        assert!(
            text.ends_with(&format!("https://quanyu.example/registers/matter/{id}")),
            "{text}"
        );
        let mut tx = office.store.read().await.unwrap();
        let job = &jobs::latest(&mut tx, 1).await.unwrap()[0];
        assert_eq!(
            (job.state.as_str(), job.attempts),
            ("done", 2),
            "{}",
            database.name
        );
        assert!(
            !job.payload.contains("key=k"),
            "an address is no part of a job: {}",
            job.payload
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed_and_an_address_of_the_link_is_never_spoken_to() {
    let (port, heard) = http(&[ELSEWHERE]);
    let link = robot(port)
        .replace(&format!("127.0.0.1:{port}"), "169.254.169.254")
        .replace("?key=k", "");
    for (text, want) in [(robot(port), "answered 302"), (link, "host not found")] {
        let database = quanyu_testkit::sqlite();
        let mut office = Office::of(&database).await;
        office.product = office.product.sending(Outgoing::read(&text).unwrap());
        let id = office
            .note("wang", "甲", &[("raised_on", "2024-01-05")])
            .await;
        steps::take(&office.head(), &taking(id, "assign"))
            .await
            .unwrap();
        assert_eq!(send::work(&office.product, "w").await.unwrap(), (0, 1));
        let mut tx = office.store.read().await.unwrap();
        let job = &jobs::latest(&mut tx, 1).await.unwrap()[0];
        let error = job.error.clone().unwrap();
        assert!(error.contains(want), "{error}");
    }
    assert_eq!(heard.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_says_what_happened_and_where_in_one_line_of_subject() {
    let database = quanyu_testkit::sqlite();
    let (port, heard) = smtp();
    let text = format!(
        r#"
        site  = "https://quanyu.example"
        allow = ["127.0.0.1"]
        [channel.post]
        kind = "mail"
        host = "127.0.0.1"
        port = {port}
        tls  = "none"
        from = "quanyu@office.example"
        [role.clerk]
        mail = "clerks@office.example"
        "#
    );
    let mut office = Office::of(&database).await;
    office.product = office.product.sending(Outgoing::read(&text).unwrap());
    let id = office
        .note(
            "wang",
            "plain\r\nBcc: all@office.example",
            &[("raised_on", "2024-01-05")],
        )
        .await;
    steps::take(&office.head(), &taking(id, "assign"))
        .await
        .unwrap();
    assert_eq!(send::work(&office.product, "w").await.unwrap(), (1, 0));
    // The server notes a connection when it ends.
    for _ in 0..100 {
        if !heard.lock().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let heard = heard.lock().unwrap().clone();
    assert_eq!(heard.len(), 1);
    let told = &heard[0];
    assert!(told.contains("RCPT TO:<clerks@office.example>"), "{told}");
    assert_eq!(told.matches("RCPT TO").count(), 1, "{told}");
    assert!(!told.lines().any(|it| it.starts_with("Bcc")), "{told}");
    assert!(told.contains("Subject: "), "{told}");
}

/// Robots answer 200 also where they take nothing.
const TAKEN: &str = "HTTP/1.1 200 OK\r\ncontent-length: 28\r\nconnection: close\r\n\r\n{\"errcode\":0,\"errmsg\":\"ok\"} ";
const NOT_TAKEN: &str = "HTTP/1.1 200 OK\r\ncontent-length: 44\r\nconnection: close\r\n\r\n{\"errcode\":310000,\"errmsg\":\"sign not match\"}";

#[tokio::test(flavor = "multi_thread")]
async fn a_robot_of_dingtalk_is_asked_under_its_signature_and_its_refusal_is_a_failure() {
    let database = quanyu_testkit::sqlite();
    let mut office = Office::of(&database).await;
    let (port, heard) = http(&[NOT_TAKEN, TAKEN]);
    // Any variable that is there will do for a secret.
    let secret = std::env::var("PATH").unwrap();
    let text = robot(port).replace(
        "headers",
        "sign = \"dingtalk\"\nsecret_env = \"PATH\"\nheaders",
    );
    office.product = office.product.sending(Outgoing::read(&text).unwrap());
    let id = office
        .note("wang", "甲", &[("raised_on", "2024-01-05")])
        .await;
    steps::take(&office.head(), &taking(id, "assign"))
        .await
        .unwrap();
    assert_eq!(send::work(&office.product, "w").await.unwrap(), (0, 1));
    let mut tx = office.store.read().await.unwrap();
    let error = jobs::latest(&mut tx, 1).await.unwrap()[0]
        .error
        .clone()
        .unwrap();
    assert!(
        error.contains("310000 sign not match") && !error.contains("key=k"),
        "{error}"
    );
    drop(tx);
    office.clock.advance_seconds(3_600);
    assert_eq!(send::work(&office.product, "w").await.unwrap(), (1, 0));
    let heard = heard.lock().unwrap().clone();
    let asked = heard[1].split_whitespace().nth(1).unwrap();
    let (_, rest) = asked.split_once("&timestamp=").unwrap();
    let (time, sign) = rest.split_once("&sign=").unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    assert!(now - time.parse::<i64>().unwrap() < 60_000, "{asked}");
    let mut seal = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    seal.update(format!("{time}\n{secret}").as_bytes());
    let want: String = seal
        .finalize()
        .into_bytes()
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect();
    assert_eq!(
        hex_of(
            &sign
                .replace("%2B", "+")
                .replace("%2F", "/")
                .replace("%3D", "=")
        ),
        want
    );
    let unsigned = text.replace("secret_env = \"PATH\"\n", "");
    assert!(
        Outgoing::read(&unsigned)
            .unwrap_err()
            .contains("secret_env")
    );
}

/// What a text in base64 stands for, in hexadecimal digits.
fn hex_of(text: &str) -> String {
    let value = |it: u8| match it {
        b'A'..=b'Z' => it - b'A',
        b'a'..=b'z' => it - b'a' + 26,
        b'0'..=b'9' => it - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let letters = text.trim_end_matches('=').bytes().map(value);
    let bits: String = letters.map(|it| format!("{it:06b}")).collect();
    let bytes = bits.as_bytes().chunks_exact(8);
    bytes
        .map(|it| u8::from_str_radix(std::str::from_utf8(it).unwrap(), 2).unwrap())
        .map(|it| format!("{it:02x}"))
        .collect()
}
