//! A watchman: somebody outside who is told again and again that the engine works. His address is never printed beyond
//! its host.

use super::delivery::{resolve::value_of, secret::Secret};
use crate::{
    base::{
        phrase::{Phrase, phrase},
        time::Duration,
    },
    model::{heartbeat::Heartbeat, playbook::Playbook},
};

/// A watchman with his address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watchman {
    /// Where he is told.
    pub(super) url: Secret,
    /// How often.
    pub(super) every: Duration,
}

/// Reads the address; an error names what is missing.
pub fn read(
    playbook: &Playbook,
    env: &dyn Fn(&str) -> Option<String>,
    read_file: &dyn Fn(&str) -> std::io::Result<String>,
) -> Result<Option<Watchman>, Phrase> {
    let Some(Heartbeat { url, every }) = &playbook.heartbeat else { return Ok(None) };
    let url = value_of(url, env, read_file).map_err(|problem| {
        let problem = problem.in_words();
        phrase!("heartbeat: {problem}", "心跳：{problem}"; problem)
    })?;
    if !["http://", "https://"].iter().any(|scheme| url.expose().starts_with(scheme)) {
        return Err(phrase!(
            "heartbeat: `url` is not an http:// or https:// address",
            "心跳：`url` 不是 http:// 或 https:// 地址"
        ));
    }
    Ok(Some(Watchman { url, every: *every }))
}
