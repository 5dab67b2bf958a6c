//! `playbook send`: one message to a channel, for real.

#![expect(clippy::disallowed_methods, reason = "reads the secrets of the channel that is tried")]

use super::{
    args::GroupArg,
    failure::{Exit, Failure},
    load::{self, LoadedFile},
    output::Output,
};
use crate::{
    base::{
        diagnostic::suggest,
        ids::{ChannelName, EffectId, GroupId},
        limits,
        phrase::phrase,
    },
    model::{channel::Channel, group::Group, message::Message, playbook::Playbook},
    shell::{
        answers, clock,
        delivery::{
            client::Client,
            render::{self, End},
            resolve,
            target::Target,
        },
        files,
    },
};
use std::{path::PathBuf, sync::Arc};

/// Tries a channel for real: sends one message and prints what the platform says.
///
/// Nothing is recorded and nothing is retried. Needs the channel's secrets. Ends with 0 when every part was
/// accepted, with 4 when the platform refused it, and with 3 when it could not be delivered: a secret is missing,
/// nobody answers, or the platform says "not now". A channel with several robots is tried with its first.
#[derive(Debug, clap::Args)]
pub(super) struct SendArgs {
    /// The channel, as under `channels`.
    #[arg(value_name = "CHANNEL")]
    channel: String,
    /// The message, CommonMark.
    #[arg(value_name = "TEXT")]
    text: String,
    /// The playbook file.
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    group: GroupArg,
}

impl SendArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let loaded = load::compile(&self.file)?;
        let playbook = loaded.playbook()?;
        let group = group(playbook, self.group.group.as_deref())?;
        let channel = named(playbook, group, &self.channel)?;
        let target = target(&loaded, channel)?;
        let effect = EffectId::from(format!("send/{}", clock::now().as_millis()));
        let message = Message::text(self.text.as_str());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = Client::new();
        let tried = runtime
            .block_on(render::send_once(&client, &target, &message, (&group.id, &effect), clock::now))
            .map_err(|error| {
                let (name, error) = (&self.channel, answers::in_words(&error.to_string()));
                Failure::refused(phrase!("{name}: {error}", "{name}：{error}"; error))
            })?;
        for line in &tried.lines {
            out.line(line.of(out.languages.people))?;
        }
        match tried.end {
            End::Accepted => Ok(()),
            End::Refused => Err(Failure::said(Exit::Refused)),
            End::Undelivered => Err(Failure::said(Exit::Environment)),
        }
    }
}

/// A channel with its secrets, for one attempt.
pub(super) fn target(loaded: &LoadedFile, channel: &Channel) -> Result<Target, Failure> {
    let root = loaded.folder.root();
    resolve::resolve(channel, &|name| std::env::var(name).ok(), &|path| {
        Ok(files::text(&root.join(path), limits::SECRET_BYTES_MAX)?)
    })
    .map_err(|error| Failure::environment(error.in_words()))
}

/// The group of a name; without one the first, because the playbook's own channels are those of every group that has
/// none of its own.
pub(super) fn group<'a>(playbook: &'a Playbook, name: Option<&str>) -> Result<&'a Arc<Group>, Failure> {
    let names = || playbook.groups.keys().map(GroupId::as_str).collect::<Vec<_>>().join(", ");
    match name {
        Some(name) => playbook.groups.get(name).ok_or_else(|| {
            Failure::usage(phrase!("there is no group {name:?}", "没有群 {name:?}")).help(phrase!(
                "there are {}",
                "有 {}",
                names()
            ))
        }),
        None => playbook
            .groups
            .values()
            .next()
            .ok_or_else(|| Failure::usage(phrase!("the playbook has no group", "这份剧本没有群"))),
    }
}

/// A group's channel of a name.
pub(super) fn named<'a>(
    playbook: &'a Playbook,
    group: &'a Group,
    name: &str,
) -> Result<&'a Arc<Channel>, Failure> {
    playbook.channel(group, &ChannelName::new(name)).ok_or_else(|| {
        let names: Vec<&str> =
            playbook.channels.keys().chain(group.channels.keys()).map(ChannelName::as_str).collect();
        let help = match suggest::nearest(name, names.iter().copied()) {
            Some(near) => phrase!("did you mean {near}?", "是不是想写 {near}？"),
            None => phrase!("there are {}", "有 {}", names.join(", ")),
        };
        Failure::usage(phrase!("there is no channel {name:?}", "没有频道 {name:?}")).help(help)
    })
}
