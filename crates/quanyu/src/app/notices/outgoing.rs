//! Channels: where letters go beside the application, as the operator of the machine set them up.
//!
//! Owns the file `notices.toml` beside the data (or the one that QUANYU_NOTICES names), and which letters a notice makes.
//! Addresses and secrets stand there or in the environment, never in a pack and never in a job.
//!
//! Invariant: a letter goes only to a host that the file allows by name.
//!
//! Start reading at [`Outgoing::open`].

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};

use super::Told;
use crate::app::AppError;

/// All channels of a district.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outgoing {
    /// Where our own pages are, for links in letters, such as `https://quanyu.example.gov.cn`.
    #[serde(default)]
    pub site: String,
    /// Hosts that letters may go to, with the port where it is not the usual one.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Channels by name.
    #[serde(default)]
    pub channel: BTreeMap<String, Channel>,
    /// Where people are reached, by the name of their account.
    #[serde(default)]
    pub person: BTreeMap<String, Address>,
    /// Where roles are reached, such as the mailbox of a section.
    #[serde(default)]
    pub role: BTreeMap<String, Address>,
}

/// Where somebody is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Mailbox.
    #[serde(default)]
    pub mail: Option<String>,
    /// Telephone.
    #[serde(default)]
    pub phone: Option<String>,
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Channel {
    /// One HTTP request: a gateway of short messages, a robot of a chat.
    Webhook {
        /// Where to.
        url: String,
        /// The body: JSON in which `{text}`, `{link}`, `{phone}`, `{mail}`, `{whom}`, `{kind}` and `{secret}` are filled in.
        template: String,
        /// Further headers, filled in likewise.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The variable of the environment with the secret.
        #[serde(default)]
        secret_env: Option<String>,
        /// How the address is signed with the secret.
        #[serde(default)]
        sign: Option<Sign>,
        /// Kinds of notices that it carries; none: all.
        #[serde(default)]
        only: Vec<String>,
        /// `person:NAME` or `role:ID` that it is for; none: everybody.
        #[serde(default)]
        whom: Vec<String>,
    },
    /// E-mail.
    Mail {
        /// The server.
        host: String,
        /// Its port.
        port: u16,
        /// How the connection is kept secret.
        #[serde(default)]
        tls: Tls,
        /// The sender.
        from: String,
        /// User, where the server asks for one.
        #[serde(default)]
        user: Option<String>,
        /// The variable of the environment with the password.
        #[serde(default)]
        secret_env: Option<String>,
        /// Kinds of notices that it carries; none: all.
        #[serde(default)]
        only: Vec<String>,
        /// `person:NAME` or `role:ID` that it is for; none: everybody.
        #[serde(default)]
        whom: Vec<String>,
    },
}

/// How an address is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// As robots of DingTalk (钉钉) ask for it: time and signature are added to the address.
    Dingtalk,
}

/// How a connection to a mail server is kept secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// From the first byte (465).
    #[default]
    Wrapped,
    /// After STARTTLS (587), and not without.
    Starttls,
    /// Not at all: a relay on this machine.
    None,
}

/// A letter that waits to be sent, as its job keeps it. Neither secret nor address of a channel stands here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The channel.
    pub channel: String,
    /// Who is told.
    pub whom: String,
    /// What the notice is about.
    pub kind: String,
    /// What it says.
    pub text: String,
    /// Path of the page.
    pub path: String,
}

impl Letter {
    /// As the job keeps it.
    #[must_use]
    pub fn payload(&self) -> String {
        serde_json::to_string(self).expect("strings are JSON")
    }
}

impl Outgoing {
    /// Reads the channels of a district; without a file there are none.
    ///
    /// # Errors
    /// A file that cannot be read, or names what there is not.
    pub fn open(folder: &Path) -> Result<Self, AppError> {
        let named = std::env::var_os("QUANYU_NOTICES").map(std::path::PathBuf::from);
        let file = named.clone().unwrap_or_else(|| folder.join("notices.toml"));
        match std::fs::read_to_string(&file) {
            Ok(text) => Self::read(&text).map_err(|why| AppError::File {
                file: file.display().to_string(),
                why,
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
                Ok(Self::default())
            }
            Err(error) => Err(AppError::file(&file, &error)),
        }
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        let read: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for (name, channel) in &read.channel {
            let host = match channel {
                Channel::Webhook {
                    sign: Some(_),
                    secret_env: None,
                    ..
                } => return Err(format!("channel {name}: `sign` needs a secret_env")),
                Channel::Webhook { url, template, .. } => {
                    let sample = super::send::filled(template, &[], true);
                    serde_json::from_str::<serde_json::Value>(&sample)
                        .map_err(|error| format!("channel {name}: template: {error}"))?;
                    super::send::host_of(url)
                        .ok_or_else(|| format!("channel {name}: `{url}` is no http address"))?
                }
                Channel::Mail { host, port, .. } => format!("{host}:{port}"),
            };
            if !read.allows(&host) {
                return Err(format!("channel {name}: `{host}` is not in `allow`"));
            }
        }
        Ok(read)
    }

    /// Whether letters may go to a host (with its port).
    #[must_use]
    pub fn allows(&self, host: &str) -> bool {
        let name = host.rsplit_once(':').map_or(host, |it| it.0);
        self.allow
            .iter()
            .any(|it| it.eq_ignore_ascii_case(host) || it.eq_ignore_ascii_case(name))
    }

    /// The letters that a notice to somebody makes.
    pub fn letters(&self, told: &Told, whom: &str) -> Vec<Letter> {
        let wants = |channel: &Channel| {
            let (only, for_whom) = match channel {
                Channel::Webhook { only, whom, .. } | Channel::Mail { only, whom, .. } => {
                    (only, whom)
                }
            };
            let carries = only.is_empty() || only.iter().any(|it| it == told.kind);
            let meant = for_whom.is_empty() || for_whom.iter().any(|it| it == whom);
            carries && meant && self.reached(channel, whom)
        };
        let path = match &told.about {
            Some(about) => format!("/registers/{}/{}", about.register, about.record),
            None => "/desk".to_owned(),
        };
        let letters = self.channel.iter().filter(|(_, it)| wants(it));
        letters
            .map(|(name, _)| Letter {
                channel: name.clone(),
                whom: whom.to_owned(),
                kind: told.kind.to_owned(),
                text: told.zh.clone(),
                path: path.clone(),
            })
            .collect()
    }

    /// Whether a channel has an address for somebody: a letter or a short message needs one, a chat does not.
    fn reached(&self, channel: &Channel, whom: &str) -> bool {
        let address = self.address(whom);
        match channel {
            Channel::Mail { .. } => address.is_some_and(|it| it.mail.is_some()),
            Channel::Webhook { template, .. } => {
                let needs = |key: &str| template.contains(key);
                let has = |it: fn(&Address) -> bool| address.is_some_and(it);
                (!needs("{phone}") || has(|it| it.phone.is_some()))
                    && (!needs("{mail}") || has(|it| it.mail.is_some()))
            }
        }
    }

    /// Where somebody is reached.
    #[must_use]
    pub fn address(&self, whom: &str) -> Option<&Address> {
        match whom.split_once(':') {
            Some(("person", name)) => self.person.get(name),
            Some(("role", id)) => self.role.get(id),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        site  = "https://quanyu.example"
        allow = ["sms.example", "127.0.0.1:8025", "mail.example"]
        [channel.sms]
        kind     = "webhook"
        url      = "https://sms.example/send"
        template = '{"to":"{phone}","text":"{text}","key":"{secret}"}'
        secret_env = "QUANYU_SMS"
        only     = ["late", "due"]
        [channel.robot]
        kind     = "webhook"
        url      = "http://127.0.0.1:8025/robot"
        template = '{"msgtype":"text","text":{"content":"{text} {link}"}}'
        whom     = ["role:head"]
        [channel.post]
        kind = "mail"
        host = "mail.example"
        port = 465
        from = "quanyu@mail.example"
        [person.wang]
        phone = "100"
        [role.head]
        mail = "head@mail.example"
    "#;

    fn told(kind: &'static str) -> Told {
        Told {
            kind,
            zh: "示例".into(),
            ..Told::default()
        }
    }

    #[test]
    fn a_letter_goes_by_the_channels_that_carry_it_and_can_reach_its_reader() {
        let outgoing = Outgoing::read(GOOD).unwrap();
        let by = |kind, whom| -> Vec<String> {
            let letters = outgoing.letters(&told(kind), whom);
            letters.into_iter().map(|it| it.channel).collect()
        };
        assert_eq!(by("late", "person:wang"), ["sms"]);
        assert_eq!(by("todo", "person:wang"), Vec::<String>::new());
        assert_eq!(by("todo", "role:head"), ["post", "robot"]);
        assert_eq!(by("late", "person:li"), Vec::<String>::new());
    }

    #[test]
    fn a_channel_that_cannot_be_right_is_refused_when_the_file_is_read() {
        #[rustfmt::skip]
        let cases = [
            ("\"sms.example\", ", "", "channel sms: `sms.example:443` is not in `allow`"),
            ("https://sms.example/send", "file:///etc/passwd", "is no http address"),
            ("\"{secret}\"}'", "{secret}'", "channel sms: template"),
            ("kind = \"mail\"", "kind = \"mial\"", "unknown variant `mial`"),
            ("port = 465", "port = 465\nprot = 1", "unknown field `prot`"),
        ];
        for (find, replace, want) in cases {
            assert!(GOOD.contains(find), "{find}");
            let why = Outgoing::read(&GOOD.replacen(find, replace, 1)).unwrap_err();
            assert!(why.contains(want), "{why}");
        }
    }
}
