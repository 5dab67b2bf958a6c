//! Text: what messages need and Rhai's strings do not have, and safe replacements for what they have unbounded.

use super::{Given, fail, function};
use crate::{
    base::{
        limits::SCRIPT_STRING_BYTES_MAX,
        markdown::{self, CHANNEL_LINK},
        phrase::phrase,
        spelling::usual,
    },
    script::{frame, render},
};
use rhai::{Dynamic, ImmutableString, Module};

pub(super) fn register(module: &mut Module) {
    function(module, "text", |value: Dynamic| -> Given<String> {
        frame::spend_on([&value], 2)?;
        Ok(render::text(&value))
    });
    function(module, "plain", |value: Dynamic| -> Given<String> {
        frame::spend_on([&value], 4)?;
        let text = markdown::escape(&render::text(&value));
        fits(text.len()).map(|()| text)
    });
    function(module, "raw", |value: Dynamic| value);
    function(module, "percent", |part: i64, whole: i64| percent(part as f64, whole as f64));
    function(module, "percent", |fraction: f64| percent(fraction, 1.0));
    function(module, "percent", |part: f64, whole: f64| percent(part, whole));
    function(module, "plural", |n: i64, one: &str, many: &str| one_or_many(n as f64, one, many));
    function(module, "plural", one_or_many);
    function(module, "plural", |n: i64, none: &str, one: &str, many: &str| plural(n as f64, none, one, many));
    function(module, "plural", plural);
    function(module, "channel_link", |id: &str, name: &str| -> Given<String> {
        frame::spend((id.len() + name.len()) as u64 / 16)?;
        if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            return Err(fail(phrase!(
                "{id:?} is no channel's id; it is the number that the platform copies",
                "{id:?} 不是频道的 id；id 是平台上复制出来的那串数字"
            )));
        }
        Ok(format!("[#{}]({CHANNEL_LINK}{id})", markdown::escape(name.trim_start_matches('#'))))
    });
    function(module, "shorten", |text: &str, letters: i64| {
        let most = usize::try_from(letters).unwrap_or(0);
        frame::spent(text.len() / 64);
        if text.chars().count() <= most {
            text.to_owned()
        } else {
            text.chars().take(most.saturating_sub(1)).chain(std::iter::once('…')).collect()
        }
    });
    function(module, "lines", |text: &str| {
        frame::spent(text.len() / 64 + text.matches('\n').count());
        text.lines().map(|line| Dynamic::from(line.to_owned())).collect::<rhai::Array>()
    });
    function(module, "round", |x: f64, digits: i64| {
        let scale = 10_f64.powi(digits.clamp(0, 9) as i32);
        (x * scale).round() / scale
    });
    function(module, "round", |n: i64, _digits: i64| n);
    function(module, "to_string", |x: &mut f64| usual(*x));
    replacements(module);
}

fn is_one(n: f64) -> bool {
    (n - 1.0).abs() < f64::EPSILON
}

/// `1 day`, `2 days`.
fn one_or_many(n: f64, one: &str, many: &str) -> String {
    frame::spent((one.len() + many.len()) / 64);
    format!("{} {}", usual(n), if is_one(n) { one } else { many })
}

/// The words for none, one or so many, with the number in the place of `#`.
fn plural(n: f64, none: &str, one: &str, many: &str) -> Given<String> {
    frame::spend((none.len() + one.len() + many.len()) as u64 / 16)?;
    let words = if n == 0.0 {
        none
    } else if is_one(n) {
        one
    } else {
        many
    };
    let marks = words.matches('#').count();
    fits(words.len() + marks * 20)?;
    Ok(words.replace('#', &usual(n)))
}

/// `12%`; nothing of nothing is `0%`.
fn percent(part: f64, whole: f64) -> String {
    let share = if whole == 0.0 { 0.0 } else { part / whole };
    format!("{}%", (share * 100.0).round())
}

/// Whether text of so many bytes may exist.
pub(super) fn fits(bytes: usize) -> Given<()> {
    if bytes > SCRIPT_STRING_BYTES_MAX {
        return Err(fail(phrase!(
            "the text would have {bytes} bytes; the limit is {SCRIPT_STRING_BYTES_MAX}",
            "文字会有 {bytes} 字节；上限是 {SCRIPT_STRING_BYTES_MAX}"
        )));
    }
    Ok(())
}

/// Rhai's `replace` builds the whole result before it is measured: 3.8 GB under a limit of 64 KiB.
fn replacements(module: &mut Module) {
    // Rhai's own trims in place and gives nothing, which a text would show.
    function(module, "trim", |text: &mut ImmutableString| {
        frame::spent(text.len() / 64);
        *text = text.trim().into();
        text.clone()
    });
    function(module, "replace", |text: &mut ImmutableString, find: &str, with: &str| {
        replace(text, find, with)
    });
    function(module, "replace", |text: &mut ImmutableString, find: char, with: char| {
        replace(text, &find.to_string(), &with.to_string())
    });
    function(module, "replace", |text: &mut ImmutableString, find: &str, with: char| {
        replace(text, find, &with.to_string())
    });
    function(module, "replace", |text: &mut ImmutableString, find: char, with: &str| {
        replace(text, &find.to_string(), with)
    });
}

fn replace(text: &mut ImmutableString, find: &str, with: &str) -> Given<ImmutableString> {
    frame::spend(((text.len() + with.len()) / 64) as u64)?;
    let times = if find.is_empty() { text.chars().count() + 1 } else { text.matches(find).count() };
    fits((text.len() + times * with.len()).saturating_sub(times * find.len()))?;
    *text = text.replace(find, with).into();
    Ok(text.clone())
}
