//! `playbook connect`: a dialogue that makes a channel hear, from its credential to the first word.

use super::{
    args::GroupArg,
    failure::{Code, Failure},
    load,
    output::{GOOD, Output, WARN, paint},
    send::{group, named, target},
};
use crate::{
    base::time::Duration,
    model::channel::{Channel, ChannelKind, Hear},
    shell::ears::{Deaf, FirstHeard, Trial, slack_manifest},
};
use std::path::PathBuf;

/// Makes a channel hear: asks its platform whether it takes the credential, names what is missing, waits for somebody
/// to say something, and shows the line to write into the file.
///
/// Nothing is recorded. Ends with 0 when something was heard, with 4 when the platform refuses or another program
/// listens with the same credential (a running engine does), and with 3 when nothing came in time.
#[derive(Debug, clap::Args)]
pub(super) struct Connect {
    /// The channel, as under `channels`.
    #[arg(value_name = "CHANNEL")]
    channel: String,
    /// The playbook file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    group: GroupArg,
    /// Take away what is in the way: on Telegram a webhook that is set.
    #[arg(long)]
    fix: bool,
    /// Print the manifest from which Slack makes the app, with exactly what this channel hears and posts, and end.
    #[arg(long, conflicts_with = "fix")]
    manifest: bool,
    /// How long to wait for somebody to say something.
    #[arg(long, default_value = "2m", value_name = "TIME")]
    wait: Duration,
}

impl Connect {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let loaded = load::compile(&self.file)?;
        let playbook = loaded.playbook()?;
        let group = group(playbook, self.group.group.as_deref())?;
        let channel = named(playbook, group, &self.channel)?;
        if self.manifest {
            let hears = channel.heard(playbook.is_for_staff(group, &channel.name)) > Hear::Nothing;
            return manifest(&playbook.title, channel, hears, out);
        }
        let target = target(&loaded, channel)?;
        let Some(mut trial) = Trial::new(channel.kind, channel.hear == Some(Hear::All), &target) else {
            return Err(Failure::refused(format!("{} ({}) hears nothing", self.channel, channel.kind))
                .help("`playbook signal` and a sender of `inbound` report what happens there"));
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let lacks = runtime.block_on(trial.sign_in(self.fix)).map_err(deaf)?;
        out.line(format!("{} ({}) {}", self.channel, channel.kind, paint(GOOD, "the credential is taken")))?;
        if let Some(lacks) = &lacks {
            out.line(paint(WARN, lacks))?;
        }
        out.line("say anything in the group now …")?;
        out.flush()?;
        let first = async { tokio::time::timeout(self.wait.to_std(), trial.first()).await };
        let Ok(heard) = runtime.block_on(first) else {
            let why = format!("nothing was heard on {} within {}", self.channel, self.wait);
            return Err(Failure::environment(why).help("is the bot in the group, and may it read there?"));
        };
        let heard = heard.map_err(deaf)?;
        tell(&heard, channel, out)?;
        table(channel, lacks.is_some(), out)?;
        out.flush()?;
        Ok(())
    }
}

/// The manifest of a channel's app.
fn manifest(title: &str, channel: &Channel, hears: bool, out: &mut Output) -> Result<(), Failure> {
    if channel.kind != ChannelKind::Slack {
        let why =
            format!("{} is on {}, and only Slack makes an app of a manifest", channel.name, channel.kind);
        return Err(Failure::usage(why).help("docs/channels says step by step what to switch on there"));
    }
    let by_webhook = channel.settings.contains_key("url");
    for line in slack_manifest(title, hears, by_webhook).lines() {
        out.line(line)?;
    }
    out.flush()?;
    Ok(())
}

fn deaf(why: Deaf) -> Failure {
    match why {
        Deaf::Refused(why) => Failure::new(Code::Refused, why),
        Deaf::Troubled(why) => Failure::environment(why),
    }
}

/// What was heard, and what to write so that it is the group's.
fn tell(heard: &FirstHeard, channel: &Channel, out: &mut Output) -> std::io::Result<()> {
    let FirstHeard { what, chat, who } = heard;
    let from = if who.is_empty() { String::new() } else { format!(" from {who}") };
    out.line(format!("heard {what} in {chat}{from}"))?;
    let key = match channel.kind {
        ChannelKind::Matrix => "room",
        ChannelKind::Onebot => "group",
        _ => "chat",
    };
    out.line(format!("write  {key}: \"{chat}\""))
}

/// What the channel hears as it is configured.
fn table(channel: &Channel, partly: bool, out: &mut Output) -> std::io::Result<()> {
    let ear = channel.ear();
    let row = |what: &str, hears: bool| format!("  {what:<10} {}", if hears { "✓" } else { "-" });
    out.line("hears")?;
    out.line(row("joins", ear.is_some_and(|ear| ear.joins)))?;
    let all = if partly { " (only what is said to it)" } else { " (all)" };
    let messages = ear.is_some_and(|ear| ear.messages);
    out.line(format!("{}{}", row("messages", messages), if messages { all } else { "" }))?;
    out.line(row("answers", ear.is_some_and(|ear| ear.answers)))?;
    let kept = match channel.hear {
        Some(Hear::All) => "what is said is kept where a play reads it",
        Some(Hear::Nothing) => "`hear: nothing`: nothing is kept",
        Some(Hear::Names) | None => "who and when is kept, never what is said; `hear: all` changes that",
    };
    out.line(format!("  {kept}"))
}
