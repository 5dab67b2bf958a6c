//! Resolving: a channel's settings are read from the environment and from files, once, before anything is sent.
//!
//! Reads nothing by itself: the environment and the files are arguments.

use super::{
    adapter::adapter,
    client,
    secret::Secret,
    target::{Robot, Target, Way},
};
use crate::{
    base::{
        ids::ChannelName,
        limits,
        phrase::{Phrase, phrase},
        time::Duration,
    },
    courier::{Route, Stop, route::preset_rates},
    model::channel::{Channel, ChannelKind, Setting},
    shell::answers,
};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

/// Why a channel cannot be used: something outside the playbook is missing (exit code 3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("channel `{channel}`: {problem}")]
pub struct ResolveError {
    /// Which channel.
    pub channel: ChannelName,
    /// What is missing or wrong.
    pub problem: SettingProblem,
}

/// What is missing or wrong with a channel's settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingProblem {
    /// `{ env: NAME }` and there is no such variable.
    #[error("environment variable {0} is not set")]
    EnvNotSet(String),
    /// `{ env: NAME }` and the variable holds nothing.
    #[error("environment variable {0} is empty")]
    EnvEmpty(String),
    /// `{ file: path }` and it cannot be read.
    #[error("file {path} cannot be read: {reason}")]
    File {
        /// As written in the playbook.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// `{ file: path }` and it holds nothing.
    #[error("file {0} is empty")]
    FileEmpty(String),
    /// The setting is not there at all.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// An address that is none.
    #[error("`{0}` is not an http:// or https:// address")]
    NotAnAddress(String),
    /// A setting with a value that cannot be used.
    #[error("`{setting}` {problem}")]
    Unusable {
        /// The setting that cannot be used.
        setting: String,
        /// Why, and what would be right.
        problem: String,
    },
    /// More than one setting cannot be read: all of them, so that they can be set at once.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Several(Vec<SettingProblem>),
}

impl ResolveError {
    /// The same in every language.
    pub fn in_words(&self) -> Phrase {
        let (channel, problem) = (&self.channel, self.problem.in_words());
        phrase!("channel `{channel}`: {problem}", "频道 `{channel}`：{problem}"; problem)
    }
}

impl SettingProblem {
    /// The same in every language.
    pub fn in_words(&self) -> Phrase {
        let zh = match self {
            Self::EnvNotSet(name) => format!("环境变量 {name} 没有设"),
            Self::EnvEmpty(name) => format!("环境变量 {name} 是空的"),
            Self::File { path, reason } => format!("读不了文件 {path}：{reason}"),
            Self::FileEmpty(path) => format!("文件 {path} 是空的"),
            Self::Missing(name) => format!("缺 `{name}`"),
            Self::NotAnAddress(name) => format!("`{name}` 不是 http:// 或 https:// 地址"),
            Self::Unusable { setting, problem } => {
                format!("`{setting}` 用不了：{}", answers::in_words(problem).zh)
            }
            Self::Several(all) => all.iter().map(|one| one.in_words().zh).collect::<Vec<_>>().join("；"),
        };
        Phrase { en: self.to_string(), zh }
    }
}

/// Reads a channel's settings. `env` gives a variable, `read_file` a file's text (the path is as written in the
/// playbook, relative to its folder); line ends around a value are dropped.
pub fn resolve(
    channel: &Channel,
    env: &dyn Fn(&str) -> Option<String>,
    read_file: &dyn Fn(&str) -> std::io::Result<String>,
) -> Result<Target, ResolveError> {
    let error = |problem| ResolveError { channel: channel.name.clone(), problem };
    let read = settings(channel, env, read_file);
    let mut read = read.map_err(|mut problems| {
        error(if problems.len() == 1 { problems.remove(0) } else { SettingProblem::Several(problems) })
    })?;
    let has = |name: &str| read.get(name).is_some_and(|values| !values.is_empty());
    if let Some((name, _)) = channel.kind.lacks(has).first() {
        return Err(error(SettingProblem::Missing(name)));
    }
    for name in ["url", "base_url", "proxy"] {
        for address in read.get(name).into_iter().flatten() {
            check_address(name, address.expose(), channel.kind).map_err(error)?;
        }
    }
    if channel.kind == ChannelKind::Email {
        if read.contains_key("proxy") {
            let problem = "is for HTTP, not for mail; remove it".into();
            return Err(error(SettingProblem::Unusable { setting: "proxy".into(), problem }));
        }
        // A list of recipients is one message for all of them.
        if let Some(to) = read.get_mut("to") {
            let all: Vec<&str> = to.iter().map(Secret::expose).collect();
            *to = vec![Secret::new(all.join(", "))];
        }
    }
    let mut one = |name: &str| read.remove(name).and_then(|values| values.into_iter().next());
    let (proxy, ca) = (one("proxy"), one("ca").map(|pem| Arc::from(pem.expose())));
    let way = Way { proxy, ca };
    if way.ca.as_deref().is_some_and(|pem| !client::holds_certificates(pem)) {
        let problem =
            "holds no certificate: expected PEM, which begins with -----BEGIN CERTIFICATE-----".into();
        return Err(error(SettingProblem::Unusable { setting: "ca".into(), problem }));
    }
    let robots = robots(channel.kind, &read);
    for robot in &robots {
        adapter(channel.kind)
            .check(robot)
            .map_err(|(setting, problem)| error(SettingProblem::Unusable { setting, problem }))?;
    }
    let rates = channel.rate.map_or_else(|| preset_rates(channel.kind), |rate| vec![rate]);
    let route = Route {
        name: channel.name.clone(),
        kind: channel.kind,
        robots: (robots.iter())
            .map(|robot| Stop { bot: robot.bot(channel.kind, channel.rate), ..robot.stop() })
            .collect(),
        rates,
        in_doubt: channel.in_doubt,
    };
    Ok(Target {
        route: Arc::new(route),
        robots,
        timeout: channel.timeout.unwrap_or(Duration::from_millis(limits::REQUEST_MS_MAX as i64)),
        folder: PathBuf::new(),
        way,
    })
}

/// Every setting with its values, or everything that is missing.
fn settings(
    channel: &Channel,
    env: &dyn Fn(&str) -> Option<String>,
    read_file: &dyn Fn(&str) -> std::io::Result<String>,
) -> Result<BTreeMap<String, Vec<Secret>>, Vec<SettingProblem>> {
    let mut read: BTreeMap<String, Vec<Secret>> = BTreeMap::new();
    let mut problems = Vec::new();
    for (name, values) in &channel.settings {
        for setting in values {
            match value_of(setting, env, read_file) {
                Ok(value) => read.entry(name.clone()).or_default().push(value),
                Err(problem) => problems.push(problem),
            }
        }
    }
    if problems.is_empty() { Ok(read) } else { Err(problems) }
}

/// Reads one setting.
pub fn value_of(
    setting: &Setting,
    env: &dyn Fn(&str) -> Option<String>,
    read_file: &dyn Fn(&str) -> std::io::Result<String>,
) -> Result<Secret, SettingProblem> {
    match setting {
        Setting::Literal(text) => Ok(Secret::new(text)),
        Setting::Env(name) => match env(name) {
            None => Err(SettingProblem::EnvNotSet(name.clone())),
            Some(text) if text.trim().is_empty() => Err(SettingProblem::EnvEmpty(name.clone())),
            Some(text) => Ok(Secret::new(text.trim())),
        },
        Setting::File(path) => match read_file(path) {
            Err(reason) => Err(SettingProblem::File { path: path.clone(), reason: reason.to_string() }),
            Ok(text) if text.trim().is_empty() => Err(SettingProblem::FileEmpty(path.clone())),
            Ok(text) => Ok(Secret::new(text.trim())),
        },
    }
}

fn check_address(name: &str, address: &str, kind: ChannelKind) -> Result<(), SettingProblem> {
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    let is_address = host.is_some_and(|host| !host.is_empty() && !host.starts_with(['/', '?', '#']))
        && !address.contains(char::is_whitespace);
    let socket = ["ws://", "wss://"].iter().any(|scheme| address.starts_with(scheme));
    let is_socket = socket && kind == ChannelKind::Onebot && name == "url";
    if is_address || is_socket || (kind == ChannelKind::Email && name == "url") {
        Ok(())
    } else {
        Err(SettingProblem::NotAnAddress(name.to_owned()))
    }
}

/// A list makes one robot of each position; a setting with one value goes to every robot.
fn robots(kind: ChannelKind, read: &BTreeMap<String, Vec<Secret>>) -> Vec<Robot> {
    let count = read.values().map(Vec::len).max().unwrap_or(0).max(1);
    (0..count)
        .map(|index| {
            let settings = read
                .iter()
                .filter_map(|(name, values)| {
                    let value = values.get(index).or_else(|| values.last())?;
                    Some((name.clone(), value.clone()))
                })
                .collect();
            Robot::new(kind, settings)
        })
        .collect()
}
