//! `--help` in Chinese: each sentence of the command line's help beside its translation, which is in `help.zh`.
//!
//! The English stays where the options are, and says which sentence is meant: one that is changed has no Chinese
//! until somebody has looked at it, which a test finds. Parses no argument.

use clap::{Arg, Command, builder::StyledStr};
use std::{collections::BTreeMap, sync::LazyLock};
use unicode_width::UnicodeWidthChar as _;

/// Pairs of lines, English and Chinese, with an empty line between.
const TABLE: &str = include_str!("help.zh");

/// The words that clap itself writes.
const FRAME: [(&str, &str); 7] = [
    ("Usage: ", "用法："),
    ("Usage:", "用法："),
    ("Arguments:", "参数："),
    ("Options:", "选项："),
    ("Commands:", "命令："),
    ("[OPTIONS]", "[选项]"),
    ("<COMMAND>", "<命令>"),
];

static CHINESE: LazyLock<BTreeMap<&'static str, &'static str>> =
    LazyLock::new(|| TABLE.split("\n\n").filter_map(|pair| pair.trim().split_once('\n')).collect());

/// A sentence in Chinese; none where nobody has translated it. Lines that are to be typed stay.
fn sentence(english: &str) -> Option<&'static str> {
    CHINESE.get(english.trim_end_matches('.')).copied()
}

/// Paragraphs in Chinese.
fn paragraphs(text: &StyledStr, columns: usize) -> String {
    let text = text.to_string();
    let said = text.split("\n\n").map(|one| sentence(one).map_or(one.to_owned(), |one| fold(one, columns)));
    said.collect::<Vec<_>>().join("\n\n")
}

/// A built command and everything below it, in Chinese, for lines of so many columns.
pub(super) fn chinese(command: Command, columns: usize) -> Command {
    let about = command.get_about().map(|about| paragraphs(about, columns));
    let long = command.get_long_about().map(|about| paragraphs(about, columns));
    let mut command = command;
    if let Some(about) = about {
        command = command.about(about.trim_end_matches('。').to_owned());
    }
    if let Some(long) = long {
        command = command.long_about(long);
    }
    command
        .mut_args(|arg| argument(arg, columns.saturating_sub(10).max(30)))
        .mut_subcommands(|inner| chinese(inner, columns))
}

/// An option or an argument, with its values and what it is by default.
fn argument(arg: Arg, columns: usize) -> Arg {
    let takes = arg.get_action().takes_values();
    let values =
        if takes && !arg.is_hide_possible_values_set() { arg.get_possible_values() } else { Vec::new() };
    let default: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let default = if takes && !default.is_empty() {
        format!("[默认：{}]", default.join(" "))
    } else {
        String::new()
    };
    let short = arg.get_help().map(|help| paragraphs(help, usize::MAX)).unwrap_or_default();
    let long =
        arg.get_long_help().or(arg.get_help()).map(|help| paragraphs(help, columns)).unwrap_or_default();
    let names: Vec<&str> = values.iter().map(clap::builder::PossibleValue::get_name).collect();
    let choice = if names.is_empty() { String::new() } else { format!("[可选：{}]", names.join("、")) };
    let listed = values.iter().any(|value| value.get_help().is_some());
    let lines = values.iter().filter_map(|value| {
        Some(format!("- {}：{}", value.get_name(), paragraphs(value.get_help()?, columns)))
    });
    let lines = lines.collect::<Vec<_>>().join("\n");
    let lines = if listed { format!("可选的值：\n{lines}") } else { choice.clone() };
    let joined = |parts: [&str; 3], between: &str| {
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between)
    };
    let short = joined([&short, &default, &choice], " ");
    let long = joined([&long, &lines, &default], "\n\n");
    arg.help(short).long_help(long).hide_default_value(true).hide_possible_values(true)
}

/// What clap has rendered, with its own words in Chinese.
pub(super) fn framed(rendered: &str) -> String {
    FRAME.iter().fold(rendered.to_owned(), |text, (english, chinese)| text.replace(english, chinese))
}

/// The help of the command that the arguments name, in colours or without.
pub(super) fn asked(command: Command, arguments: &[String], columns: usize, colours: bool) -> String {
    let long = arguments.iter().any(|word| word == "--help");
    let mut command = command;
    command.build();
    let mut meant = chinese(command, columns);
    for word in arguments.iter().filter(|word| !word.starts_with('-')) {
        if let Some(inner) = meant.find_subcommand(word).cloned() {
            meant = inner;
        }
    }
    let rendered = if long { meant.render_long_help() } else { meant.render_help() };
    framed(&if colours { rendered.ansi().to_string() } else { rendered.to_string() })
}

/// The sentences of a built command and of everything below it that have no Chinese.
pub(super) fn untranslated(command: &Command, missing: &mut Vec<String>) {
    let values = command.get_arguments().flat_map(Arg::get_possible_values).collect::<Vec<_>>();
    let args = command.get_arguments().flat_map(|arg| [arg.get_help(), arg.get_long_help()]);
    let said = [command.get_about(), command.get_long_about()].into_iter().chain(args);
    for text in said.chain(values.iter().map(clap::builder::PossibleValue::get_help)).flatten() {
        let text = text.to_string();
        // What is to be typed is the same in every language.
        let sentences = text.split("\n\n").filter(|one| !one.starts_with("playbook "));
        missing.extend(sentences.filter(|one| sentence(one).is_none()).map(str::to_owned));
    }
    command.get_subcommands().for_each(|inner| untranslated(inner, missing));
}

/// Breaks Chinese into lines: between characters, not inside what is in backticks and not before a sign.
fn fold(text: &str, columns: usize) -> String {
    let mut out = String::new();
    let (mut line, mut word, mut code) = (0, String::new(), false);
    let width = |text: &str| text.chars().map(|c| c.width().unwrap_or(0)).sum::<usize>();
    let closes = |c: char| "，。；：、）」”！？".contains(c);
    let mut put = |word: &mut String| {
        let wide = width(word);
        if line + wide > columns && line > 0 {
            out.push('\n');
            line = 0;
            *word = word.trim_start().to_owned();
        }
        line += width(word);
        out.push_str(word);
        word.clear();
    };
    for c in text.chars() {
        let breaks =
            !code && !closes(c) && (c == ' ' || !c.is_ascii() || word.ends_with(|l: char| !l.is_ascii()));
        if breaks && !word.is_empty() && !word.ends_with(['（', '「', '“']) {
            put(&mut word);
        }
        code ^= c == '`';
        word.push(c);
    }
    put(&mut word);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_characters_and_never_inside_code() {
        assert_eq!(fold("状态目录", 4), "状态\n目录");
        assert_eq!(fold("用 `a b` 写", 5), "用\n`a b`\n写");
        assert_eq!(fold("一二，三", 4), "一\n二，\n三");
    }
}
