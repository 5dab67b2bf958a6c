//! The senders of a playbook with their keys: who sent a request, and what it may report.
//!
//! Reads nothing by itself: the environment and the files are arguments. Never prints a key.

use super::{
    delivery::{
        resolve::{SettingProblem, value_of},
        secret::Secret,
    },
    signing::{Signed, signing_key},
};
use crate::{
    base::{
        ids::PlaybookName,
        phrase::{Phrase, phrase},
    },
    model::{
        playbook::Playbook,
        sender::{Sender, SenderKey},
    },
};
use std::sync::Arc;
use subtle::ConstantTimeEq as _;

/// A sender with its keys.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownSender {
    /// Its playbook and its name there: the source of what it reports.
    pub source: Arc<str>,
    /// What it may.
    pub may: Sender,
    keys: SenderKeys,
}

#[derive(Debug, Clone, PartialEq)]
enum SenderKeys {
    Secrets(Vec<Secret>),
    Tokens(Vec<Secret>),
}

/// What a request shows of who sent it.
#[derive(Debug, Clone, Copy)]
pub enum ShownCredential<'a> {
    /// `Authorization: Bearer`
    Token(&'a str),
    /// A signature over the body.
    Signature(Signed<'a>),
}

impl KnownSender {
    /// Whether the request is this sender's.
    pub fn sent(&self, shown: ShownCredential<'_>, body: &[u8]) -> bool {
        match (&self.keys, shown) {
            (SenderKeys::Tokens(tokens), ShownCredential::Token(word)) => {
                let is = |token: &Secret| bool::from(token.expose().as_bytes().ct_eq(word.as_bytes()));
                tokens.iter().fold(false, |known, token| is(token) | known)
            }
            (SenderKeys::Secrets(secrets), ShownCredential::Signature(signed)) => {
                let keys = secrets.iter().filter_map(|secret| signing_key(secret.expose()));
                keys.fold(false, |known, key| signed.is_by(&key, body) | known)
            }
            (SenderKeys::Tokens(_), ShownCredential::Signature(_))
            | (SenderKeys::Secrets(_), ShownCredential::Token(_)) => false,
        }
    }
}

/// Reads the keys of all senders; everything that is missing is named.
pub fn read(
    playbook: &Playbook,
    env: &dyn Fn(&str) -> Option<String>,
    read_file: &dyn Fn(&str) -> std::io::Result<String>,
) -> Result<Vec<KnownSender>, Vec<Phrase>> {
    let (mut known, mut problems) = (Vec::new(), Vec::new());
    for (name, sender) in &playbook.inbound {
        match keys(sender, env, read_file) {
            Ok(keys) => {
                known.push(KnownSender { source: source(&playbook.name, name), may: sender.clone(), keys });
            }
            Err(found) => problems.extend(found.iter().map(|problem| {
                let problem = problem.in_words();
                phrase!("inbound `{name}`: {problem}", "`inbound` 里的 `{name}`：{problem}"; problem)
            })),
        }
    }
    if problems.is_empty() { Ok(known) } else { Err(problems) }
}

fn source(playbook: &PlaybookName, sender: &str) -> Arc<str> {
    Arc::from(format!("{playbook}/{sender}"))
}

fn keys(
    sender: &Sender,
    env: &dyn Fn(&str) -> Option<String>,
    read_file: &dyn Fn(&str) -> std::io::Result<String>,
) -> Result<SenderKeys, Vec<SettingProblem>> {
    let (mut read, mut problems) = (Vec::new(), Vec::new());
    let signs = matches!(sender.key, SenderKey::Secret(_));
    for setting in sender.key.settings() {
        match value_of(setting, env, read_file) {
            Ok(secret) if signs && signing_key(secret.expose()).is_none() => {
                let problem = "begins with whsec_ but what follows is not base64".into();
                problems.push(SettingProblem::Unusable { setting: "secret".into(), problem });
            }
            Ok(secret) => read.push(secret),
            Err(problem) => problems.push(problem),
        }
    }
    match &sender.key {
        _ if !problems.is_empty() => Err(problems),
        SenderKey::Secret(_) => Ok(SenderKeys::Secrets(read)),
        SenderKey::Token(_) => Ok(SenderKeys::Tokens(read)),
    }
}
