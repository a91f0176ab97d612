//! Sending letters: one HTTP request or one e-mail for each job, tried again when it fails.
//!
//! Owns the worker and the guard of addresses. Blocking network calls run on threads of their own.
//!
//! Invariant: nothing is sent to a host that the operator did not allow, to an address that only this machine's cloud or
//! link knows, or where a redirect points.
//!
//! Start reading at [`work`].

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use futures::FutureExt as _;
use jiff::Timestamp;
use lettre::{
    Message, SmtpTransport, Transport as _,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        authentication::Credentials,
        client::{Tls as SmtpTls, TlsParameters},
    },
};
use quanyu_core::actor::Actor;
use quanyu_store::jobs::{self, Job};
use ureq::unversioned::{
    resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
    transport::{DefaultConnector, NextTimeout},
};

use super::{
    SEND,
    outgoing::{Address, Channel, Letter, Outgoing, Sign, Tls},
    robot,
};
use crate::app::{AppError, Product};

/// A letter takes no longer.
const TIMEOUT: Duration = Duration::from_secs(15);
/// A worker holds a letter so long: far longer than sending may take.
const LEASE: i64 = 60;
/// Of an answer that refuses, so much is kept.
const MOST_ANSWER: u64 = 2_000;

/// Sends what waits, one after the other; how many were sent and how many failed.
///
/// # Errors
/// The database's.
pub async fn work(product: &Product, worker: &str) -> Result<(u32, u32), AppError> {
    let (mut sent, mut failed) = (0, 0);
    while let Some(job) = jobs::lease(&product.store, worker, &[SEND], LEASE).await? {
        let outgoing = product.outgoing.clone();
        let payload = job.payload.clone();
        let done = tokio::task::spawn_blocking(move || letter(&outgoing, &payload)).await;
        let done = done.unwrap_or_else(|error| Err(error.to_string()));
        match done {
            Ok(()) => {
                sent += 1;
                finish(product, worker, &job).await?;
            }
            Err(why) => {
                failed += 1;
                tracing::warn!(
                    job = job.id,
                    attempt = job.attempts,
                    why,
                    "a letter was not sent"
                );
                jobs::fail(&product.store, worker, job.id, &why).await?;
            }
        }
    }
    Ok((sent, failed))
}

async fn finish(product: &Product, worker: &str, job: &Job) -> Result<(), AppError> {
    let (worker, id) = (worker.to_owned(), job.id);
    let actor = Actor::named(format!("job:{worker}"));
    let done = product.store.act(&actor, move |act| {
        let worker = worker.clone();
        async move { jobs::finish(act, &worker, id).await }.boxed()
    });
    Ok(done.await?)
}

/// Sends one letter. The error is told to the operator: it names no secret.
fn letter(outgoing: &Outgoing, payload: &str) -> Result<(), String> {
    let letter: Letter = serde_json::from_str(payload).map_err(|error| error.to_string())?;
    let channel = outgoing.channel.get(&letter.channel);
    let channel = channel.ok_or_else(|| format!("there is no channel `{}`", letter.channel))?;
    let nowhere = Address::default();
    let address = outgoing.address(&letter.whom).unwrap_or(&nowhere);
    let link = format!("{}{}", outgoing.site, letter.path);
    match channel {
        Channel::Webhook { url, .. } => webhook(outgoing, channel, url, &letter, &link, address),
        Channel::Mail { .. } => mail(outgoing, channel, &letter, &link, address),
    }
}

fn webhook(
    outgoing: &Outgoing,
    channel: &Channel,
    url: &str,
    letter: &Letter,
    link: &str,
    address: &Address,
) -> Result<(), String> {
    let Channel::Webhook {
        template,
        headers,
        secret_env,
        sign,
        ..
    } = channel
    else {
        return Err("no webhook".to_owned());
    };
    let host = host_of(url).ok_or("no http address")?;
    if !outgoing.allows(&host) {
        return Err(format!("`{host}` is not allowed"));
    }
    let secret = secret(secret_env.as_deref())?;
    let place = match sign {
        None => url.to_owned(),
        // The other side refuses a time that is an hour off its own: the machine's clock is meant, whatever day it is in a test.
        Some(Sign::Dingtalk) => robot::signed(url, &secret, Timestamp::now().as_millisecond()),
    };
    let known = |it: &Option<String>| it.clone().unwrap_or_default();
    let values = [
        ("text", letter.text.clone()),
        ("link", link.to_owned()),
        ("phone", known(&address.phone)),
        ("mail", known(&address.mail)),
        ("whom", letter.whom.clone()),
        ("kind", letter.kind.clone()),
        ("secret", secret),
    ];
    let body = filled(template, &values, true);
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .http_status_as_error(false)
        .proxy(None)
        .build();
    let guarded = Guarded {
        allow_here: outgoing.names_here(&host),
    };
    let agent = ureq::Agent::with_parts(config, DefaultConnector::default(), guarded);
    let mut request = agent
        .post(&place)
        .header("content-type", "application/json; charset=utf-8");
    for (name, value) in headers {
        request = request.header(name, filled(value, &values, false));
    }
    // What went wrong is told without the address, which may hold a key.
    let mut answer = request
        .send(body.as_bytes())
        .map_err(|error| error.to_string().replace(&place, &host))?;
    let status = answer.status();
    let text = answer
        .body_mut()
        .with_config()
        .limit(MOST_ANSWER)
        .read_to_string();
    let text = text.unwrap_or_default();
    if !status.is_success() {
        return Err(format!("{host} answered {status}: {text}"));
    }
    match robot::refused(&text) {
        Some(why) => Err(format!("{host} refused: {why}")),
        None => Ok(()),
    }
}

fn mail(
    outgoing: &Outgoing,
    channel: &Channel,
    letter: &Letter,
    link: &str,
    address: &Address,
) -> Result<(), String> {
    let Channel::Mail {
        host,
        port,
        tls,
        from,
        user,
        secret_env,
        ..
    } = channel
    else {
        return Err("no mail".to_owned());
    };
    let place = format!("{host}:{port}");
    if !outgoing.allows(&place) {
        return Err(format!("`{place}` is not allowed"));
    }
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let to = address.mail.as_deref().unwrap_or_default();
    let to: Mailbox = to.parse().map_err(|error| format!("{to}: {error}"))?;
    let from: Mailbox = from.parse().map_err(|error| format!("{from}: {error}"))?;
    // A subject is one line, whatever a record is called.
    let subject: String = letter.text.chars().filter(|it| !it.is_control()).collect();
    let message = Message::builder()
        .from(from)
        .to(to)
        .subject(subject)
        .header(ContentType::TEXT_PLAIN)
        .body(format!("{}\n\n{link}\n", letter.text))
        .map_err(|error| said(&error))?;
    // Looked up once: the address that is asked about is the one that is spoken to.
    let here = outgoing.names_here(&place);
    let server = resolve(&place)?
        .into_iter()
        .find(|it| may_be_spoken_to(it.ip(), here))
        .ok_or_else(|| format!("`{place}` is at no address that may be spoken to"))?;
    let parameters = || TlsParameters::new(host.clone()).map_err(|error| said(&error));
    let tls = match tls {
        Tls::Wrapped => SmtpTls::Wrapper(parameters()?),
        Tls::Starttls => SmtpTls::Required(parameters()?),
        Tls::None => SmtpTls::None,
    };
    let mut transport = SmtpTransport::builder_dangerous(server.ip().to_string())
        .port(server.port())
        .tls(tls)
        .timeout(Some(TIMEOUT));
    if let Some(user) = user {
        let password = secret(secret_env.as_deref())?;
        transport = transport.credentials(Credentials::new(user.clone(), password));
    }
    let sent = transport.build().send(&message);
    sent.map(|_| ()).map_err(|error| said(&error))
}

fn resolve(place: &str) -> Result<Vec<SocketAddr>, String> {
    use std::net::ToSocketAddrs as _;
    let found = place.to_socket_addrs();
    let found = found.map_err(|error| format!("{place}: {error}"))?;
    Ok(found.collect())
}

fn secret(variable: Option<&str>) -> Result<String, String> {
    let Some(variable) = variable else {
        return Ok(String::new());
    };
    std::env::var(variable).map_err(|_| format!("the environment has no {variable}"))
}

impl Outgoing {
    /// Whether the operator named an address of this machine or its own network by number, or `localhost`: then it is meant.
    fn names_here(&self, host: &str) -> bool {
        let name = host.rsplit_once(':').map_or(host, |it| it.0);
        let name = name.trim_matches(['[', ']']);
        name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
    }
}

/// Host and port of an http address; `None` for anything else, and for one with a user in it.
#[must_use]
pub(super) fn host_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let port = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    if authority.is_empty() || authority.contains('@') {
        return None;
    }
    let after = authority.rsplit_once(']').map_or(authority, |it| it.1);
    if after.contains(':') {
        return Some(authority.to_owned());
    }
    Some(format!("{authority}:{port}"))
}

/// A template with its values, each as the inside of a JSON string where `json`. Unknown names stay.
#[must_use]
pub(super) fn filled(template: &str, values: &[(&str, String)], json: bool) -> String {
    let values: Vec<(&str, String)> = values
        .iter()
        .map(|(name, value)| {
            let quoted = || serde_json::to_string(value).expect("a string is JSON");
            let inside = |it: String| it[1..it.len() - 1].to_owned();
            let value = if json {
                inside(quoted())
            } else {
                value.chars().filter(|it| !it.is_control()).collect()
            };
            (*name, value)
        })
        .collect();
    crate::messages::fill(template, &values)
}

/// Whether an address may be spoken to. Those of the link, of a cloud's own services, of groups and of nobody never; those of this
/// machine only where the operator named them.
fn may_be_spoken_to(ip: IpAddr, here: bool) -> bool {
    let ip = match ip {
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    };
    match ip {
        IpAddr::V4(four) => {
            // 100.100.100.200 is where a Chinese cloud keeps the machine's own credentials.
            let cloud = four.octets() == [100, 100, 100, 200];
            let never = four.is_link_local()
                || four.is_multicast()
                || four.is_broadcast()
                || four.octets()[0] == 0;
            !(cloud || never || four.is_loopback() && !here)
        }
        IpAddr::V6(six) => {
            let cloud = six.segments() == [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254];
            let never = six.is_multicast() || six.is_unspecified() || six.is_unicast_link_local();
            !(cloud || never || six.is_loopback() && !here)
        }
    }
}

/// Finds addresses as usual and leaves out those that may not be spoken to, so that a name which points elsewhere by the time
/// of the request is of no use.
#[derive(Debug)]
struct Guarded {
    allow_here: bool,
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &ureq::http::Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        let mut fine = self.empty();
        for it in found.iter() {
            if may_be_spoken_to(it.ip(), self.allow_here) {
                fine.push(*it);
            }
        }
        if fine.is_empty() {
            return Err(ureq::Error::HostNotFound);
        }
        Ok(fine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_never_go_to_the_link_or_to_a_clouds_own_services() {
        #[rustfmt::skip]
        let cases = [
            // address,                here,  may
            ("203.0.113.7",            false, true),
            ("10.1.2.3",               false, true),
            ("127.0.0.1",              false, false),
            ("127.0.0.1",              true,  true),
            ("::1",                    false, false),
            ("::ffff:127.0.0.1",       false, false),
            ("169.254.169.254",        true,  false),
            ("::ffff:169.254.169.254", true,  false),
            ("100.100.100.200",        true,  false),
            ("fd00:ec2::254",          true,  false),
            ("fe80::1",                true,  false),
            ("0.0.0.0",                true,  false),
            ("::",                     true,  false),
            ("224.0.0.1",              true,  false),
            ("255.255.255.255",        true,  false),
        ];
        for (address, here, may) in cases {
            let ip = address.parse().unwrap();
            assert_eq!(may_be_spoken_to(ip, here), may, "{address} {here}");
        }
    }

    #[test]
    fn a_host_is_read_as_a_browser_reads_it() {
        #[rustfmt::skip]
        let cases = [
            ("https://sms.example/send?a=1", Some("sms.example:443")),
            ("http://127.0.0.1:8025/x",      Some("127.0.0.1:8025")),
            ("http://[::1]:80/x",            Some("[::1]:80")),
            ("https://[::1]/x",              Some("[::1]:443")),
            ("https://good.example@bad.example/", None),
            ("https://",                     None),
            ("ftp://sms.example/",           None),
            ("sms.example/send",             None),
        ];
        for (url, want) in cases {
            assert_eq!(host_of(url).as_deref(), want, "{url}");
        }
    }

    #[test]
    fn what_a_record_says_cannot_leave_its_place_in_a_template() {
        let values = [("text", "他说“好”\", \"to\": \"all\n".to_owned())];
        let body = filled("{\"text\":\"{text}\"}", &values, true);
        let read: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(read["text"], values[0].1);
        assert_eq!(
            filled("{text}", &[("text", "a\r\nb: c".into())], false),
            "ab: c"
        );
    }
}
