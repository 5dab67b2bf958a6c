//! What is wrong with how a command was written, in Chinese: the words of clap's errors.
//!
//! English readers get clap's own. Reads an error; parses nothing.

use super::help;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// What is wrong, what was perhaps meant, and how the command is written.
pub(super) fn chinese(error: &clap::Error) -> String {
    let of = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let (arg, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    let what = match error.kind() {
        ErrorKind::UnknownArgument => format!("没有 `{arg}` 这个选项或参数"),
        ErrorKind::InvalidSubcommand => format!("没有 `{}` 这个命令", of(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand => "还要写一个命令".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("还缺 {}", listed(error.get(ContextKind::InvalidArg))),
        ErrorKind::InvalidValue if value.is_empty() => format!("`{arg}` 后面要写一个值"),
        ErrorKind::InvalidValue => format!("`{arg}` 不能是 `{value}`"),
        ErrorKind::ValueValidation => {
            let why =
                std::error::Error::source(error).map(|why| format!("：{}", in_chinese(&why.to_string())));
            let why = why.unwrap_or_default();
            format!("`{arg}` 不能是 `{value}`{why}")
        }
        ErrorKind::ArgumentConflict if of(ContextKind::PriorArg) == arg => format!("`{arg}` 写了两次"),
        ErrorKind::ArgumentConflict => {
            format!("`{arg}` 不能和 {} 一起写", listed(error.get(ContextKind::PriorArg)))
        }
        ErrorKind::TooManyValues => format!("`{arg}` 后面多了 `{value}`"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("`{arg}` 后面值的个数不对"),
        ErrorKind::NoEquals => format!("`{arg}` 和值之间要写 `=`"),
        ErrorKind::InvalidUtf8 => "参数不是 UTF-8".to_owned(),
        _ => error.to_string(),
    };
    let mut lines = vec![format!("playbook: {what}")];
    let near = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    if let Some(near) = near.iter().find_map(|kind| error.get(*kind)) {
        lines.push(format!("  建议：是不是 {}？", listed(Some(near))));
    } else if let Some(valid) = error.get(ContextKind::ValidValue) {
        lines.push(format!("  建议：可以写 {}", listed(Some(valid))));
    }
    let usage = of(ContextKind::Usage);
    if !usage.is_empty() {
        lines.push(format!("  {}", help::framed(usage.trim())));
    }
    lines.push("  `--help` 会说明怎么写".to_owned());
    lines.join("\n")
}

/// Why a number is none: the library's words are English.
fn in_chinese(why: &str) -> String {
    let outside = why.split_once(" is not in ").map(|(_, range)| format!("应在 {range} 之内"));
    match why {
        "invalid digit found in string" => {
            "应是用 0 到 9 写的整数，例如 3；几个数之间用半角的 `,`".to_owned()
        }
        "cannot parse integer from empty string" => "应是整数，这里什么也没写".to_owned(),
        "number too large to fit in target type" => "这个数太大".to_owned(),
        "number too small to fit in target type" => "这个数太小".to_owned(),
        other => outside.unwrap_or_else(|| other.to_owned()),
    }
}

/// One name or several, in backticks.
fn listed(value: Option<&ContextValue>) -> String {
    let names = match value {
        Some(ContextValue::Strings(names)) => names.clone(),
        Some(one) => vec![one.to_string()],
        None => Vec::new(),
    };
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join("、")
}
