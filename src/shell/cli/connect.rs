//! `playbook connect`: a dialogue that makes a channel hear, from its credential to the first word.

use super::{
    args::GroupArg,
    failure::{Exit, Failure},
    load,
    login::login,
    output::{GOOD, Output, WARN, pad, paint},
    send::{group, named, target},
};
use crate::{
    base::{
        locale::Locale,
        phrase::{Phrase, Words, pair, phrase},
        time::Duration,
    },
    model::channel::{Channel, ChannelKind, Hear},
    shell::{
        answers,
        ears::{Deaf, FirstHeard, Trial, slack_manifest},
    },
};
use std::path::PathBuf;

/// Makes a channel hear: asks its platform whether it takes the credential, names what is missing, waits for somebody
/// to say something, and shows the line to write into the file.
///
/// Nothing is recorded. Ends with 0 when something was heard, with 4 when the platform refuses or another program
/// listens with the same credential (a running engine does), and with 3 when nothing came in time.
#[derive(Debug, clap::Args)]
pub(super) struct ConnectArgs {
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
    /// Sign a Matrix account in by its password, which is asked for once and kept nowhere; show its token, and end.
    #[arg(long, conflicts_with_all = ["fix", "manifest"], value_name = "USER")]
    login: Option<String>,
    /// How long to wait for somebody to say something.
    #[arg(long, default_value = "2m", value_name = "TIME")]
    wait: Duration,
}

impl ConnectArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let loaded = load::compile(&self.file)?;
        let playbook = loaded.playbook()?;
        let group = group(playbook, self.group.group.as_deref())?;
        let channel = named(playbook, group, &self.channel)?;
        if self.manifest {
            let hears = channel.heard(playbook.is_for_staff(group, &channel.name)) > Hear::Nothing;
            return manifest(&playbook.title, channel, hears, out);
        }
        if let Some(user) = &self.login {
            return login(&loaded, channel, user, out);
        }
        can_sign_in(channel)?;
        let target = target(&loaded, channel)?;
        let Some(mut trial) = Trial::new(channel.kind, channel.hear == Some(Hear::All), &target) else {
            let (name, kind) = (&self.channel, channel.kind);
            let why = phrase!("{name} ({kind}) hears nothing", "{name}（{kind}）什么都听不到");
            return Err(Failure::refused(why).help(phrase!(
                "`playbook signal` and a sender of `inbound` report what happens there",
                "用 `playbook signal` 或 `inbound` 里的程序来报那里发生的事"
            )));
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let lacks = runtime.block_on(trial.sign_in(self.fix)).map_err(deaf)?;
        let taken = out.languages.people.pick("the credential is taken", "凭据有效");
        let (name, kind, taken) = (&self.channel, channel.kind, paint(GOOD, taken));
        out.say(phrase!("{name} ({kind}) {taken}", "{name}（{kind}）{taken}"))?;
        if let Some(lacks) = &lacks {
            out.line(paint(WARN, answers::in_words(lacks).of(out.languages.people)))?;
        }
        out.say(phrase!("say anything in the group now …", "现在在群里随便说句话……"))?;
        out.flush()?;
        let first = async { tokio::time::timeout(self.wait.to_std(), trial.first()).await };
        let Ok(heard) = runtime.block_on(first) else {
            let wait = Phrase { en: self.wait.to_string(), zh: Locale::Zh.duration(self.wait) };
            let name = &self.channel;
            let why = phrase!("nothing was heard on {name} within {wait}", "{wait} 内在 {name} 上什么都没听到"; wait);
            return Err(Failure::environment(why).help(phrase!(
                "is the bot in the group, and may it read there?",
                "机器人在群里吗？它看得到消息吗？"
            )));
        };
        let heard = heard.map_err(deaf)?;
        let told = trial.lacks();
        if let Some(told) = told.as_ref().filter(|told| lacks.as_ref() != Some(*told)) {
            out.line(paint(WARN, answers::in_words(told).of(out.languages.people)))?;
        }
        tell(&heard, channel, out)?;
        table(channel, told.is_some(), out)?;
        out.flush()?;
        Ok(())
    }
}

/// A channel that lacks what its ear needs is not tried.
fn can_sign_in(channel: &Channel) -> Result<(), Failure> {
    let lacks = channel.cannot_sign_in();
    let Some(ear) = channel.kind.ear().filter(|_| !lacks.is_empty()) else { return Ok(()) };
    let named = |names: &[&str]| {
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let en = match quoted.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => quoted.concat(),
        };
        Phrase { en, zh: quoted.join("、") }
    };
    let (name, kind) = (&channel.name, channel.kind);
    let why = if channel.settings.contains_key("url") && !lacks.contains(&"url") {
        phrase!(
            "{name} ({kind}) is a webhook, which only posts and hears nothing",
            "{name}（{kind}）是 Webhook，只能发，什么都听不到"
        )
    } else {
        let lacks = named(&lacks);
        phrase!("{name} ({kind}) hears nothing without {lacks}", "{name}（{kind}）没有 {lacks}，什么都听不到"; lacks)
    };
    let needs = named(ear.needs);
    Err(Failure::refused(why).help(phrase!(
        "to hear, a channel of this type needs {needs}; docs/channels says where they come from",
        "要听得到，这种频道需要 {needs}；`docs/channels` 里写了从哪里拿";
        needs
    )))
}

/// The manifest of a channel's app.
fn manifest(title: &str, channel: &Channel, hears: bool, out: &mut Output) -> Result<(), Failure> {
    if channel.kind != ChannelKind::Slack {
        let (name, kind) = (&channel.name, channel.kind);
        let why = phrase!(
            "{name} is on {kind}, and only Slack makes an app of a manifest",
            "{name} 在 {kind} 上，只有 Slack 能用清单建应用"
        );
        return Err(Failure::usage(why).help(phrase!(
            "docs/channels says step by step what to switch on there",
            "`docs/channels` 里一步步写了要打开什么"
        )));
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
        Deaf::Refused(why) => Failure::new(Exit::Refused, answers::in_words(&why)),
        Deaf::Troubled(why) => Failure::environment(answers::in_words(&why)),
    }
}

/// What was heard, and what to write so that it is the group's.
fn tell(heard: &FirstHeard, channel: &Channel, out: &mut Output) -> std::io::Result<()> {
    let FirstHeard { what, chat, who } = heard;
    let from = if who.is_empty() { Phrase::default() } else { phrase!(" from {who}", "，来自 {who}") };
    out.say(phrase!("heard {what} in {chat}{from}", "在 {chat} 听到 {what}{from}"; from))?;
    let key = match channel.kind {
        ChannelKind::Matrix => "room",
        ChannelKind::Onebot => "group",
        _ => "chat",
    };
    out.say(phrase!("write  {key}: \"{chat}\"", "请写  {key}: \"{chat}\""))
}

/// What the channel hears as it is configured.
fn table(channel: &Channel, partly: bool, out: &mut Output) -> std::io::Result<()> {
    let ear = channel.ear();
    let locale = out.languages.people;
    let row = |what: Words, hears: bool| {
        format!("  {} {}", pad(what.of(locale), 10), if hears { "✓" } else { "-" })
    };
    out.say(pair("hears", "听得到"))?;
    out.line(row(pair("joins", "进群"), ear.is_some_and(|ear| ear.joins)))?;
    let all = if partly {
        pair(" (only what is said to it)", "（只有对它说的）")
    } else {
        pair(" (all)", "（全部）")
    };
    let messages = ear.is_some_and(|ear| ear.messages);
    let heard = row(pair("messages", "消息"), messages);
    out.line(format!("{heard}{}", if messages { all.of(locale) } else { "" }))?;
    out.line(row(pair("answers", "回答"), ear.is_some_and(|ear| ear.answers)))?;
    let kept = match channel.hear {
        Some(Hear::All) => pair("what is said is kept where a play reads it", "有玩法要读的，说的话会存下"),
        Some(Hear::Nothing) => pair("`hear: nothing`: nothing is kept", "`hear: nothing`：什么都不存"),
        Some(Hear::Names) | None => pair(
            "who and when is kept, never what is said; `hear: all` changes that",
            "只存谁、什么时候，不存说了什么；`hear: all` 可以改",
        ),
    };
    out.line(format!("  {}", kept.of(locale)))
}
