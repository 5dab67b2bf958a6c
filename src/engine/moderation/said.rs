//! What people are asked and told about members who break rules, in the playbook's language.
//!
//! Words only: the rule, what was written, how often, until when, and who looks at it again.

use super::{Ban, Breach, Matter, Strike, WatchedRule};
use crate::{
    base::{
        locale::Locale,
        markdown,
        member::Member,
        time::{Duration, Timestamp},
    },
    model::{moderation::HouseRule, playbook::Playbook},
};
use std::fmt::Write as _;

/// What goes with the question whether somebody is muted.
pub(super) struct Tells {
    pub(super) say: String,
    pub(super) appeals: Vec<String>,
    pub(super) by_platform: bool,
    /// Where it holds already: until when.
    pub(super) held: Option<Timestamp>,
    pub(super) now: Timestamp,
}

fn name(member: &Member) -> String {
    markdown::escape(&member.name)
}

/// What was written, in quotes; nothing where nobody has kept it.
fn quoted(locale: Locale, words: &str) -> String {
    if words.is_empty() {
        return String::new();
    }
    let words = markdown::escape(words);
    locale.pick(&format!(": “{words}”"), &format!("：「{words}」")).to_owned()
}

/// Which strike it is.
fn strikes(locale: Locale, breach: &Breach) -> String {
    match (breach.number, locale) {
        (0, _) => String::new(),
        (1, Locale::En) => " It is the first strike.".into(),
        (n, Locale::En) => format!(" With it, {n} strikes count."),
        (n, Locale::Zh) => format!("目前计 {n} 次。"),
    }
}

/// A message that a person looks at.
pub(super) fn report(playbook: &Playbook, rule: &HouseRule, member: &Member, breach: &Breach) -> String {
    let (locale, who) = (playbook.locale, name(member));
    let (words, count, rule) = (quoted(locale, &breach.words), strikes(locale, breach), &rule.name);
    match locale {
        Locale::En => format!("{who} has broken `{rule}`{words}.{count} Look at it."),
        Locale::Zh => format!("{who} 违反了 `{rule}`{words}。{count}请看一下。"),
    }
}

/// Messages that a person takes away: one, or all of them where the member went on.
pub(super) fn delete(playbook: &Playbook, rule: &HouseRule, member: &Member, case: &Matter) -> String {
    let (locale, who, rule) = (playbook.locale, name(member), &rule.name);
    let count = case.message_count();
    if let ([words], 1) = (case.messages.as_slice(), count) {
        let words = quoted(locale, words);
        return match locale {
            Locale::En => format!("Delete what {who} wrote against `{rule}`{words}"),
            Locale::Zh => format!("请删除 {who} 违反 `{rule}` 的消息{words}"),
        };
    }
    let mut text = match locale {
        Locale::En => format!("Delete what {who} wrote against `{rule}`, {count} messages by now:"),
        Locale::Zh => format!("请删除 {who} 违反 `{rule}` 的消息，目前 {count} 条："),
    };
    for words in &case.messages {
        let words = if words.is_empty() {
            locale.pick("no words", "没有文字").to_owned()
        } else {
            markdown::escape(words)
        };
        let _ = match locale {
            Locale::En => write!(text, " “{words}”"),
            Locale::Zh => write!(text, "「{words}」"),
        };
    }
    if case.more > 0 {
        let more = case.more;
        let _ = match locale {
            Locale::En => write!(text, " and {more} more"),
            Locale::Zh => write!(text, "另有 {more} 条"),
        };
    }
    text
}

/// A person writes to the member alone.
pub(super) fn by_hand(playbook: &Playbook, member: &Member, told: &str) -> String {
    let (who, told) = (name(member), quote(told));
    match playbook.locale {
        Locale::En => format!("Write to {who} alone, not in the group:\n\n{told}"),
        Locale::Zh => format!("请私信 {who}（不要在群里说）：\n\n{told}"),
    }
}

/// Words that are to be passed on.
fn quote(text: &str) -> String {
    text.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
}

/// What the member is told: the rule, the own words, until when it counts, who looks at it again.
pub(super) fn told(
    playbook: &Playbook,
    rule: &HouseRule,
    breach: &Breach,
    say: &str,
    appeals: &[String],
    now: Timestamp,
) -> String {
    let locale = playbook.locale;
    let words = quoted(locale, &breach.words);
    let until = breach.until.map(|until| locale.time(until, &playbook.zone, now));
    let appeals = locale.join(&appeals.iter().map(|name| markdown::escape(name)).collect::<Vec<_>>());
    let say = if say.is_empty() { rule.name.to_string() } else { say.to_owned() };
    let mut text = match locale {
        Locale::En => format!("{say} This is about your message{words}."),
        Locale::Zh => format!("{say}说的是你的这条消息{words}。"),
    };
    if let Some(until) = until {
        text.push_str(&match locale {
            Locale::En => format!(" It counts until {until} ({} now).", breach.number),
            Locale::Zh => format!("这次记到 {until}（现在共 {} 次）。", breach.number),
        });
    }
    if !appeals.is_empty() {
        text.push_str(&match locale {
            Locale::En => format!(" If you think that is wrong, write to {appeals}."),
            Locale::Zh => format!("如果你觉得不对，请找 {appeals}。"),
        });
    }
    text
}

/// Whether somebody is muted.
pub(super) fn mute(
    playbook: &Playbook,
    rule: &HouseRule,
    member: &Member,
    breach: &Breach,
    length: Duration,
    tells: &Tells,
) -> String {
    let (locale, who) = (playbook.locale, name(member));
    let (words, count, long) =
        (quoted(locale, &breach.words), strikes(locale, breach), locale.duration(length));
    let told = quote(&told(playbook, rule, breach, &tells.say, &tells.appeals, tells.now));
    let rule = &rule.name;
    let how = match (tells.held, tells.by_platform, locale) {
        (Some(until), _, Locale::En) => {
            let until = locale.time(until, &playbook.zone, tells.now);
            format!(
                "It came at night, so {who} is muted until {until} already. Yes: for {long} in all. No: at once no more, and the strike is taken back."
            )
        }
        (Some(until), _, Locale::Zh) => {
            let until = locale.time(until, &playbook.zone, tells.now);
            format!(
                "夜里发生的，所以已先禁言到 {until}。批准：共禁言 {long}。驳回：立刻解除，并撤销这次记录。"
            )
        }
        (None, true, Locale::En) => format!("Mute {who} for {long}? No takes the strike back."),
        (None, true, Locale::Zh) => format!("禁言 {long}吗？驳回则撤销这次记录。"),
        (None, false, Locale::En) => {
            format!(
                "Mute {who} for {long}? Nothing here can do it: do it in the app, then say yes. No takes the strike back."
            )
        }
        (None, false, Locale::Zh) => {
            format!("禁言 {long}吗？这里的程序做不到：请在群里操作后再批准。驳回则撤销这次记录。")
        }
    };
    match locale {
        Locale::En => {
            format!("{who} has broken `{rule}`{words}.{count}\n\n{how}\n\nTell {who} alone:\n\n{told}")
        }
        Locale::Zh => {
            format!("{who} 违反了 `{rule}`{words}。{count}\n\n{how}\n\n请私下告诉 {who}：\n\n{told}")
        }
    }
}

/// Whether somebody leaves the group.
pub(super) fn remove(
    playbook: &Playbook,
    rule: &HouseRule,
    member: &Member,
    breach: &Breach,
    strikes: &[Strike],
    now: Timestamp,
) -> String {
    let (locale, who) = (playbook.locale, name(member));
    let line = |strike: &Strike| {
        let at = locale.time(strike.at, &playbook.zone, now);
        format!("\n- {at} `{}`{}", strike.rule, quoted(locale, &strike.words))
    };
    let list: String = strikes.iter().map(line).collect();
    let (rule, words) = (&rule.name, quoted(locale, &breach.words));
    match locale {
        Locale::En => format!(
            "Remove {who}? The last breach is of `{rule}`{words}.\n{list}\n\nNo takes the last strike back."
        ),
        Locale::Zh => format!(
            "把 {who} 移出群吗？最近一次违反的是 `{rule}`{words}。\n{list}\n\n驳回则撤销最近一次记录。"
        ),
    }
}

/// Somebody who was removed is there again.
pub(super) fn back(playbook: &Playbook, member: &Member, ban: &Ban, now: Timestamp) -> String {
    let (locale, who, rule) = (playbook.locale, name(member), &ban.rule);
    let since = locale.time(ban.since, &playbook.zone, now);
    match locale {
        Locale::En => format!(
            "{who} was removed for `{rule}`, {since}, and has joined again. May they stay? No: they are removed once more."
        ),
        Locale::Zh => {
            format!("{who} 曾因 `{rule}` 在 {since} 被移出，现在又进群了。让 TA 留下吗？驳回则再次移出。")
        }
    }
}

/// Somebody is removed by a person, after a yes.
pub(super) fn removal(playbook: &Playbook, member: &Member) -> String {
    let who = name(member);
    match playbook.locale {
        Locale::En => format!("Remove {who} from the group in the app, then say done."),
        Locale::Zh => format!("请在群里移出 {who}，完成后点「完成」。"),
    }
}

/// Somebody is muted by a person, where the platform did not.
pub(super) fn mute_by_hand(playbook: &Playbook, member: &Member, until: Timestamp, now: Timestamp) -> String {
    let who = name(member);
    let until = playbook.locale.time(until, &playbook.zone, now);
    match playbook.locale {
        Locale::En => format!("The platform did not mute {who}; do it in the app, until {until}"),
        Locale::Zh => format!("平台没能禁言 {who}，请在群里操作，到 {until}"),
    }
}

/// Somebody may write again.
pub(super) fn unmute_by_hand(playbook: &Playbook, member: &Member) -> String {
    let who = name(member);
    match playbook.locale {
        Locale::En => format!("{who} may write again: take the mute away in the app"),
        Locale::Zh => format!("{who} 可以发言了：请在群里解除禁言"),
    }
}

/// What a rule would have caught.
pub(super) fn watched(playbook: &Playbook, rule: &str, watched: &WatchedRule, names: &[String]) -> String {
    let locale = playbook.locale;
    let names = locale.join(&names.iter().map(|name| markdown::escape(name)).collect::<Vec<_>>());
    let list = watched.last.iter().rev().take(5).fold(String::new(), |mut list, words| {
        list.push_str("\n- ");
        list.push_str(&markdown::escape(words));
        list
    });
    let (n, list) = (watched.caught, if list.is_empty() { list } else { format!("\n{list}") });
    match locale {
        Locale::En => format!(
            "`{rule}` has only watched so far and would have caught {n} messages, of {names}. From now on it acts. If it \
             catches what it should not, change it.{list}"
        ),
        Locale::Zh => format!(
            "`{rule}` 到目前只是观察，期间本会拦下 {n} 条消息，来自 {names}。从现在起它会生效。如果拦错了，请修改它。{list}"
        ),
    }
}

/// A member thinks that something is wrong.
pub(super) fn appeal(
    playbook: &Playbook,
    rule: &HouseRule,
    member: &Member,
    strike: &Strike,
    why: Option<&str>,
    now: Timestamp,
) -> String {
    let (locale, who) = (playbook.locale, name(member));
    let at = locale.time(strike.at, &playbook.zone, now);
    let (words, rule) = (quoted(locale, &strike.words), &rule.name);
    let why = why.map(|why| quoted(locale, &crate::base::words::shorten(why, 400))).unwrap_or_default();
    let judge = strike.judge.as_deref().map(markdown::escape);
    let judged = match (judge, locale) {
        (None, _) => String::new(),
        (Some(judge), Locale::En) => format!(" {judge} decided about it."),
        (Some(judge), Locale::Zh) => format!("当时由 {judge} 裁定。"),
    };
    match locale {
        Locale::En => format!(
            "{who} asks to look at it again{why}. It was `{rule}`, {at}{words}.{judged} Yes takes the strike back."
        ),
        Locale::Zh => format!("{who} 申诉{why}。事由：`{rule}`，{at}{words}。{judged}批准则撤销这次记录。"),
    }
}

/// More joined at once than is usual.
pub(super) fn raid(playbook: &Playbook, joins: u32, within: Duration, names: &[String]) -> String {
    let locale = playbook.locale;
    let names = locale.join(&names.iter().map(|name| markdown::escape(name)).collect::<Vec<_>>());
    let within = locale.duration(within);
    match locale {
        Locale::En => format!(
            "{joins} joined within {within}: {names}. Close the door now (let joins wait for a yes), look who they are, and \
             open it again."
        ),
        Locale::Zh => {
            format!("{within}内有 {joins} 人进群：{names}。请马上关门（改为审核入群），看看都是谁，再打开。")
        }
    }
}
