//! `playbook handbook`: what members and operators should know, from the file itself, as Markdown.

use super::{
    failure::Failure, handbook_house, handbook_members, handbook_plays, handbook_running,
    handbook_words::Telling, load, output::Output,
};
use crate::{
    base::{
        locale::Locale,
        source::Span,
        time::{Duration, Zone},
        value::Value,
    },
    model::{
        play::Play,
        playbook::Playbook,
        trigger::{Batch, Trigger},
    },
};
use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf, sync::Arc};

/// Prints the community's handbook as Markdown: what a new admin can be given.
///
/// Its charter and its rules in the order of the file, who does what, how much the group is spoken to, the phases, every
/// play with its steps and texts, and what to do when something fails. With `--members` what members have to know
/// instead: who runs the group, that a program helps, what is kept of them and why, how to see it and have it deleted.
#[derive(Debug, clap::Args)]
pub(super) struct HandbookArgs {
    /// The playbook file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The notice for members.
    #[arg(long)]
    members: bool,
}

impl HandbookArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let loaded = load::compile(&self.file)?;
        let playbook = loaded.playbook()?;
        let locale = out.languages.asked.unwrap_or(playbook.locale);
        let text = if self.members {
            handbook_members::notice(&Playbook { locale, ..Playbook::clone(playbook) })
        } else {
            let file = self.file.file_name().unwrap_or_default().to_string_lossy();
            markdown(Telling { playbook, locale }, &loaded.compiled.origins, &file)
        };
        out.block(&text)?;
        Ok(())
    }
}

/// The whole handbook.
fn markdown(telling: Telling<'_>, origins: &BTreeMap<String, Span>, file: &str) -> String {
    let Telling { playbook, locale } = telling;
    let mut text = format!("# {}\n", playbook.title);
    let mut section = |title: &str, body: &str| {
        if !body.trim().is_empty() {
            let _ = writeln!(text, "\n## {title}\n\n{}", body.trim_end());
        }
    };
    section(
        locale.pick("What we are for", "群的定位"),
        &headed("charter", &playbook.charter, origins, locale),
    );
    section(locale.pick("Rules", "群规"), &headed("rules", &playbook.rules, origins, locale));
    section(
        locale.pick("Who does what", "谁做什么"),
        &handbook_house::people(telling, &|play| when(telling, play)),
    );
    section(
        locale.pick("How much the group is spoken to", "一天说几次话"),
        &handbook_house::budgets(telling),
    );
    if playbook.phases.len() > 1 {
        section(locale.pick("Phases", "阶段"), &handbook_house::phases(telling));
    }
    section(locale.pick("What follows a breach", "违规之后"), &manners(telling));
    let mut plays = String::new();
    for play in &playbook.plays {
        handbook_plays::play(telling, play, &when(telling, play), &mut plays);
    }
    section(locale.pick("What happens, and when", "什么时候发生什么"), &plays);
    section(locale.pick("How it is run", "怎样运行"), &handbook_running::running(telling, file));
    section(locale.pick("When something fails", "出问题时怎么办"), &handbook_house::failing(locale));
    text
}

/// Human headings of what a charter and rules usually say, in English and Chinese.
const HEADINGS: &[(&str, &str, &str)] = &[
    ("purpose", "What it is for", "做什么"),
    ("audience", "Who it is for", "给谁"),
    ("not_for", "Who it is not for", "不给谁"),
    ("tie", "What brings us together", "靠什么聚在一起"),
    ("offers", "What members get", "成员得到什么"),
    ("sustain", "How it lasts", "怎样长久"),
    ("goals", "What we want to reach", "目标"),
    ("values", "What we hold to", "看重什么"),
    ("fit", "Why a group at all", "为什么要一个群"),
    ("team", "Who runs it", "谁在运营"),
    ("horizon", "How long it is meant to last", "打算做多久"),
    ("maintain", "What it costs to keep", "要花多少力气"),
    ("topology", "How our groups hang together", "群与群的关系"),
    ("intro", "In three sentences", "三句话"),
    ("who", "Who we are", "我们是谁"),
    ("benefit", "What joining gives", "能得到什么"),
    ("owner", "Who the owner is", "群主是谁"),
    ("namecard", "Name cards", "群名片"),
    ("encourage", "Welcome", "欢迎"),
    ("forbid", "Not here", "请勿"),
    ("items", "And", "还有"),
];

/// A heading as people read it; a word of the operator's own as it is.
fn heading(key: &str, locale: Locale) -> String {
    let known = HEADINGS.iter().find(|(name, ..)| *name == key);
    known.map_or_else(|| key.replace('_', " "), |(_, en, zh)| locale.pick(en, zh).to_owned())
}

/// A mapping in the order in which it was written, each entry under its heading.
fn headed(section: &str, value: &Value, origins: &BTreeMap<String, Span>, locale: Locale) -> String {
    let mut text = String::new();
    let Some(map) = value.as_map() else {
        list(value, 0, locale, &mut text);
        return text;
    };
    let place = |key: &str| origins.get(&format!("{section}.{key}")).map(|span| (span.source, span.start));
    let mut entries: Vec<(&Arc<str>, &Value)> = map.iter().collect();
    // What a used file brings along has no place here and comes last.
    entries.sort_by_key(|(key, _)| (place(key).is_none(), place(key)));
    for (key, value) in entries {
        let heading = heading(key, locale);
        if let Some(line) = scalar(value) {
            let _ = writeln!(text, "- **{heading}**{}{line}", locale.pick(": ", "："));
        } else {
            let _ = writeln!(text, "- **{heading}**");
            list(value, 1, locale, &mut text);
        }
    }
    text
}

/// What members may not do, and what follows.
fn manners(telling: Telling<'_>) -> String {
    let (moderation, mut text) = (&telling.playbook.moderation, String::new());
    if moderation.rules.is_empty() {
        return text;
    }
    for rule in moderation.rules.iter() {
        let says = rule.say.as_ref().map(|say| format!("{}{}", telling.pick(": ", "："), telling.line(say)));
        let does = follows(&rule.does(), telling);
        let _ = match telling.locale {
            Locale::En => writeln!(text, "- **{}**{} ({does})", rule.name, says.unwrap_or_default()),
            Locale::Zh => writeln!(text, "- **{}**{}（{does}）", rule.name, says.unwrap_or_default()),
        };
    }
    if let Some(raid) = &moderation.raid {
        let quota = handbook_house::quota_words(raid);
        let _ = match telling.locale {
            Locale::En => writeln!(
                text,
                "- **raid**: more than {} joins, and somebody is woken to close the door",
                quota.en
            ),
            Locale::Zh => {
                writeln!(text, "- **raid**：进群{}，超过就叫醒人去关门", quota.zh.replace('条', "人"))
            }
        };
    }
    let days = telling.length(moderation.expire());
    let judge = handbook_house::judge(telling);
    let _ = match telling.locale {
        Locale::En => writeln!(
            text,
            "\nA new rule watches for a week before it acts. A strike counts for {days}. From a mute on a person \
             decides, by day: {judge}, and never somebody who is a party to it. A no takes the strike back. Whoever \
             thinks it wrong says so (`playbook signal appeal --member ID`), and somebody else hears them."
        ),
        Locale::Zh => writeln!(
            text,
            "\n新规则先观察一周，只记不管。一次违规记 {days}。从禁言起由人在白天裁定：{judge}，当事人不能裁定自己的事。\
             裁定说不成立，这次违规就不算。觉得不对可以申诉（`playbook signal appeal --member ID`），由另一个人再看。"
        ),
    };
    text
}

/// What follows a breach: what happens to the message each time, and what to the member, who climbs.
fn follows(does: &[String], telling: Telling<'_>) -> String {
    let each = |does: &&String| ["delete", "redirect", "report"].iter().any(|word| does.starts_with(word));
    let (message, member): (Vec<&String>, Vec<&String>) = does.iter().partition(each);
    let said = |all: Vec<&String>, join: &str| {
        let all: Vec<String> = all.into_iter().map(|does| consequence(does, telling.locale)).collect();
        Some(all.join(join)).filter(|text| !text.is_empty())
    };
    let message = said(message, &telling.pick(" and ", "、"));
    let member = said(member, &telling.pick(", then ", "，再犯就"));
    message.into_iter().chain(member).collect::<Vec<_>>().join(&telling.pick("; ", "；"))
}

/// A consequence as people read it, with its length behind it.
fn consequence(does: &str, locale: Locale) -> String {
    const WORDS: [(&str, &str, &str); 8] = [
        ("delete", "the message is deleted", "删掉那条消息"),
        ("redirect", "it goes to somebody else", "转给专人处理"),
        ("report", "somebody looks at it", "报给管理"),
        ("remind", "a reminder in the group", "群里提醒一句"),
        ("warn", "a private word", "私下说一次"),
        ("mute", "muted", "禁言"),
        ("remove", "removed, with a person's yes", "由人点头后移出"),
        ("watch", "only watched", "只观察"),
    ];
    let (word, rest) = does.split_once(' ').unwrap_or((does, ""));
    let known = WORDS.iter().find(|(known, ..)| *known == word);
    let word = known.map_or(word, |(_, en, zh)| locale.pick(en, zh));
    let rest = rest.parse::<Duration>().map_or_else(|_| rest.to_owned(), |length| locale.duration(length));
    if rest.is_empty() { word.to_owned() } else { format!("{word} {rest}") }
}

/// So many dates of a play are written out.
const DATES_SHOWN: usize = 4;

/// When a play starts.
fn when(telling: Telling<'_>, play: &Play) -> String {
    let Telling { playbook, locale } = telling;
    match &play.trigger {
        Trigger::Schedule(schedule) => schedule.describe(locale),
        Trigger::Members(of) => of.words().of(locale).to_owned(),
        Trigger::Dates(dates) => {
            let days: Vec<String> = dates.iter().map(|date| day(locale, date.at, &playbook.zone)).collect();
            match days.as_slice() {
                [] => telling.pick("on dates that are written down later", "日期以后再写"),
                days if days.len() > DATES_SHOWN => {
                    let (first, more) = (&days[..DATES_SHOWN], days.len() - DATES_SHOWN);
                    let first = first.join(locale.pick("; ", "、"));
                    match locale {
                        Locale::En => format!("{first} and {more} more, which `playbook plan` lists"),
                        Locale::Zh => format!("{first} 等，另有 {more} 个，`playbook plan` 会列出"),
                    }
                }
                days => days.join(locale.pick("; ", "、")),
            }
        }
        Trigger::Signal(on) => {
            let batch = match (on.batch, locale) {
                (None, _) => String::new(),
                (Some(Batch::For(length)), Locale::En) => {
                    format!(", {} later, for all who came meanwhile", locale.duration(length))
                }
                (Some(Batch::For(length)), Locale::Zh) => {
                    format!("，{}后对这一批人一起", locale.duration(length))
                }
                (Some(Batch::Until(clock)), Locale::En) => format!(", at {clock}, for all of them"),
                (Some(Batch::Until(clock)), Locale::Zh) => format!("，到 {clock} 对这一批人一起"),
            };
            let only = on.filter.as_ref().map(|only| telling.condition(only.source()));
            let only = only.map_or_else(String::new, |only| match locale {
                Locale::En => format!(", only if {only}"),
                Locale::Zh => format!("，条件：{only}"),
            });
            format!("{}{batch}{only}", telling.signal(&on.name))
        }
        Trigger::Whenever(whenever) => {
            let holds = telling.condition(whenever.condition.source());
            let lasts = Some(whenever.lasts).filter(|long| !long.is_zero()).map(|long| telling.length(long));
            let begins = match (locale, lasts) {
                (Locale::En, None) => format!("as soon as {holds}"),
                (Locale::En, Some(long)) => format!("once this has been so for {long}: {holds}"),
                (Locale::Zh, None) => format!("一旦{holds}"),
                (Locale::Zh, Some(long)) => format!("{holds}，持续 {long}之后"),
            };
            let most = whenever.max.as_ref().map(handbook_house::times_words);
            let most = most.map_or_else(String::new, |most| match locale {
                Locale::En => format!(", at most {}", most.en),
                Locale::Zh => format!("，{}", most.zh),
            });
            format!("{begins}{most}")
        }
        Trigger::Command => telling.pick("when somebody starts it", "由人或其他玩法启动"),
    }
}

/// A date with its year and clock.
fn day(locale: Locale, at: crate::base::time::Timestamp, zone: &Zone) -> String {
    let civil = zone.civil(at);
    match locale {
        Locale::En => civil.strftime("%-d %b %Y, %H:%M").to_string(),
        Locale::Zh => {
            format!("{}年{}月{}日 {}", civil.year(), civil.month(), civil.day(), civil.strftime("%H:%M"))
        }
    }
}

/// A value as a nested list.
fn list(value: &Value, depth: usize, locale: Locale, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Map(map) => {
            let place =
                |key: &str| HEADINGS.iter().position(|(name, ..)| *name == key).unwrap_or(HEADINGS.len());
            let mut entries: Vec<(&Arc<str>, &Value)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| place(key));
            for (key, value) in entries {
                let heading = heading(key, locale);
                if let Some(line) = scalar(value) {
                    let colon = locale.pick(": ", "：");
                    let _ = writeln!(text, "{indent}- **{heading}**{colon}{line}");
                } else {
                    let _ = writeln!(text, "{indent}- **{heading}**");
                    list(value, depth + 1, locale, text);
                }
            }
        }
        Value::List(items) => {
            for item in items.iter() {
                if let Some(line) = scalar(item).or_else(|| row(item)) {
                    let _ = writeln!(text, "{indent}- {line}");
                } else {
                    list(item, depth, locale, text);
                }
            }
        }
        other => {
            if let Some(line) = scalar(other) {
                let _ = writeln!(text, "{indent}{line}");
            }
        }
    }
}

/// What one of a list says in a line, such as a goal: its first value, then the others by name.
fn row(value: &Value) -> Option<String> {
    let map = value.as_map()?;
    let first = ["want", "title", "name"].into_iter().find(|key| map.contains_key(*key));
    let mut parts: Vec<String> = first.and_then(|key| scalar(&map[key])).into_iter().collect();
    for (key, value) in map.iter().filter(|(key, _)| Some(&***key) != first) {
        let line = match value {
            Value::List(items) => items.iter().map(scalar).collect::<Option<Vec<_>>>()?.join(", "),
            one => scalar(one)?,
        };
        parts.push(format!("{key} {line}"));
    }
    Some(parts.join(" · "))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::List(_) | Value::Map(_) => None,
        Value::Null => Some(String::new()),
        Value::Str(text) => Some(text.trim().replace('\n', " ")),
        other => Some(other.to_json().to_string().trim_matches('"').to_owned()),
    }
}
