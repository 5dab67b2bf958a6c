//! Titles and first words, as lists, rows and buttons show them.
//!
//! Shortens only; what is shown whole is its page's.

use crate::{base::ids::PlayName, shell::console::board::Here};

/// A play as people call it.
pub(in crate::shell::console) fn title(here: Here<'_>, play: &PlayName) -> String {
    let known = here.playbook().and_then(|playbook| playbook.play(play));
    known.map_or_else(|| play.to_string(), |play| play.title.to_string())
}

/// How a text begins.
pub(crate) fn beginning(text: &str) -> String {
    let text = text.trim_end();
    let line = text.lines().next().unwrap_or_default();
    let plain = crate::shell::delivery::markup::plain(line);
    let mut short: String = plain.chars().take(BEGINNING_CHARS).collect();
    if short.len() < plain.len() || line.len() < text.len() {
        short.push('…');
    }
    short
}

/// How a text begins, in so few words that it can stand in a sentence: it ends with a whole word.
pub(crate) fn short(text: &str) -> String {
    let begins = beginning(text);
    let begins = begins.trim_end_matches('…');
    if begins.chars().count() <= SHORT_CHARS {
        return begins.to_owned();
    }
    let cut: String = begins.chars().take(SHORT_CHARS).collect();
    let whole = cut.rsplit_once(' ').filter(|(head, _)| head.chars().count() * 2 >= SHORT_CHARS);
    format!("{}…", whole.map_or(cut.as_str(), |(head, _)| head).trim_end())
}

/// How much of a text stands in a sentence or on a button.
const SHORT_CHARS: usize = 26;

/// How much of a text a row shows.
const BEGINNING_CHARS: usize = 120;
