//! `playbook rehearse`: the engine on a clock of its own, to try an evening without waiting for it.

use super::{
    args,
    failure::{Exit, Failure},
    load,
    output::Output,
    run,
};
use crate::{
    base::{
        diagnostic::suggest,
        ids::{ChannelName, PlayName},
        limits,
        phrase::{Phrase, phrase},
    },
    model::playbook::Playbook,
    shell::{
        clock,
        runtime::{Rehearse, RunOptions},
        terminal::ColorChoice,
    },
};
use std::path::PathBuf;

/// Rehearses on a clock that runs from a time of yours, as fast as you like.
///
/// The real engine: timers, lateness and quiet hours follow that clock, which waits for the engine. It takes every
/// command from another terminal in the same folder, and single keys in its own: `n` on to what is next, `d` done,
/// `y` yes, `x` no, space stops the clock or lets it run, `+` and `-` make it faster and slower, `s` shows how things
/// stand, `q` ends. Sends nothing unless `--to` names a channel, and throws its state away.
#[derive(Debug, clap::Args)]
pub(super) struct RehearseArgs {
    /// The playbook file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where the clock begins; a civil time is in the playbook's zone [default: now].
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// How many seconds of its own a second has.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=limits::REHEARSAL_SPEED_MAX as i64))]
    speed: u32,
    /// The only play, whatever its `during` and `when` say. It starts at once where nothing else starts it, and the
    /// rehearsal ends with its run.
    #[arg(long, value_name = "PLAY")]
    play: Option<String>,
    /// End at this time.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Send every message to this one channel, for real.
    #[arg(long, value_name = "CHANNEL")]
    to: Option<String>,
}

impl RehearseArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let loaded = load::compile(&self.file)?;
        let playbook = loaded.playbook()?;
        let time =
            |text: &Option<String>| text.as_deref().map(|text| args::time(text, &playbook.zone)).transpose();
        let from = time(&self.from)?.unwrap_or_else(clock::now);
        let until = time(&self.until)?;
        if until.is_some_and(|until| until <= from) {
            return Err(Failure::usage(phrase!(
                "--until is not after the time at which the clock begins",
                "`--until` 不晚于时钟的起点"
            )));
        }
        let rehearse = Rehearse {
            clock: Some((from, self.speed)),
            until,
            play: self.play.as_deref().map(|name| play(playbook, name)).transpose()?,
            to: self.to.as_deref().map(|name| channel(playbook, name)).transpose()?,
            keys: true,
        };
        let options = RunOptions {
            files: vec![self.file.clone()],
            rehearse: Some(rehearse),
            watch: true,
            color: if out.color() { ColorChoice::Always } else { ColorChoice::Never },
            locale: out.languages.people,
            ..RunOptions::default()
        };
        run::engine(&options)
    }
}

/// A play of the file.
fn play(playbook: &Playbook, name: &str) -> Result<PlayName, Failure> {
    let meant = playbook.named(name).map_err(Failure::usage)?;
    if let Some(play) = playbook.play(&PlayName::new(meant)) {
        return Ok(play.name.clone());
    }
    let failure = Failure::usage(phrase!("there is no play {name:?}", "没有玩法 {name:?}"));
    Err(if let Some(near) = playbook.near_play(name) {
        let near = near.called();
        failure.help(phrase!("did you mean {near}?", "是不是 {near}？"; near))
    } else {
        let names: Vec<&str> = playbook.plays.iter().map(|play| play.name.as_str()).collect();
        let names = names.join(", ");
        failure.help(phrase!("there are {names}", "有：{names}"))
    })
}

/// A channel of the file, or of a group in it.
fn channel(playbook: &Playbook, name: &str) -> Result<ChannelName, Failure> {
    let of_groups = playbook.groups.values().flat_map(|group| group.channels.keys());
    let names: Vec<&str> = playbook.channels.keys().chain(of_groups).map(ChannelName::as_str).collect();
    if names.contains(&name) {
        return Ok(ChannelName::new(name));
    }
    Err(unknown(phrase!("there is no channel {name:?}", "没有频道 {name:?}"), name, names.into_iter()))
}

fn unknown<'a>(what: Phrase, name: &str, names: impl Iterator<Item = &'a str> + Clone) -> Failure {
    let help = if let Some(near) = suggest::nearest(name, names.clone()) {
        phrase!("did you mean {near}?", "是不是 {near}？")
    } else {
        let all = names.collect::<Vec<_>>().join(", ");
        phrase!("there are {all}", "有：{all}")
    };
    Failure::new(Exit::Usage, what).help(help)
}
