//! `playbook handbook`: what members and operators should know, from the file itself, as Markdown.

use super::{failure::Failure, load, output::Output};
use crate::{
    base::{locale::Locale, time::Zone, value::Value},
    model::{
        play::Play,
        playbook::Playbook,
        trigger::{Batch, Trigger},
    },
};
use std::{fmt::Write as _, path::PathBuf};

/// Prints the community's handbook as Markdown: its charter, its rules, and what happens when.
#[derive(Debug, clap::Args)]
pub(super) struct Handbook {
    /// The playbook file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Handbook {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let loaded = load::compile(&self.file)?;
        out.block(&markdown(loaded.playbook()?))?;
        Ok(())
    }
}

/// The whole handbook.
fn markdown(playbook: &Playbook) -> String {
    let words = |en, zh| playbook.locale.pick(en, zh);
    let mut text = format!("# {}\n", playbook.title);
    for (title, value) in
        [(words("What we are for", "群的定位"), &playbook.charter), (words("Rules", "群规"), &playbook.rules)]
    {
        if !value.is_null() {
            let _ = writeln!(text, "\n## {title}\n");
            list(value, 0, &mut text);
        }
    }
    let _ = writeln!(text, "\n## {}\n", words("What happens when", "日程与机制"));
    for play in &playbook.plays {
        let title = if play.title.as_ref() == play.name.as_str() {
            format!("**{}**", play.name)
        } else {
            format!("**{}** (`{}`)", play.title, play.name)
        };
        let _ = writeln!(text, "- {title}: {}", when(playbook, play));
        for one in play.evidence.as_list().unwrap_or_default() {
            let part = |key: &str| one.get(key).and_then(Value::as_str);
            let told: Vec<&str> = ["who", "where", "numbers", "date"].into_iter().filter_map(part).collect();
            let _ = writeln!(text, "  - {}: {}", words("has worked", "有效过"), told.join(words(", ", "，")));
        }
    }
    text
}

/// When a play starts, in the playbook's language.
fn when(playbook: &Playbook, play: &Play) -> String {
    let words = |en: &str, zh: &str| playbook.locale.pick(en, zh).to_owned();
    match &play.trigger {
        Trigger::Schedule(schedule) => schedule.describe(playbook.locale),
        Trigger::Members(of) => of.words().of(playbook.locale).to_owned(),
        Trigger::Dates(dates) => {
            let days: Vec<String> =
                dates.iter().map(|date| day(playbook.locale, date.at, &playbook.zone)).collect();
            days.join(playbook.locale.pick(", ", "、"))
        }
        Trigger::Signal(on) => {
            let batch = match (on.batch, playbook.locale) {
                (None, _) => String::new(),
                (Some(Batch::For(length)), Locale::En) => format!(", {length} later"),
                (Some(Batch::For(length)), Locale::Zh) => format!(",{}后", Locale::Zh.duration(length)),
                (Some(Batch::Until(clock)), Locale::En) => format!(", at {clock}"),
                (Some(Batch::Until(clock)), Locale::Zh) => format!(",{clock}"),
            };
            match playbook.locale {
                Locale::En => format!("on `{}`{batch}", on.name),
                Locale::Zh => format!("收到 `{}` 时{batch}", on.name),
            }
        }
        Trigger::Whenever(whenever) => match playbook.locale {
            Locale::En => format!("whenever `{}`", whenever.condition.source()),
            Locale::Zh => format!("只要 `{}`", whenever.condition.source()),
        },
        Trigger::Command => words("when somebody starts it", "由人或其他玩法启动"),
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
fn list(value: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Map(map) => {
            for (key, value) in map.iter() {
                if let Some(line) = scalar(value) {
                    let _ = writeln!(text, "{indent}- **{key}**: {line}");
                } else {
                    let _ = writeln!(text, "{indent}- **{key}**");
                    list(value, depth + 1, text);
                }
            }
        }
        Value::List(items) => {
            for item in items.iter() {
                if let Some(line) = scalar(item).or_else(|| row(item)) {
                    let _ = writeln!(text, "{indent}- {line}");
                } else {
                    list(item, depth, text);
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
