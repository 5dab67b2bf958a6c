//! What people call a play: its name, or the title that they read everywhere.
//!
//! Finds; knows no state and changes nothing.

use super::{play::Play, playbook::Playbook};
use crate::base::{
    diagnostic::suggest,
    phrase::{Phrase, phrase},
};
use std::sync::Arc;

/// What follows a play's name where more is meant than the play: a date or a step, or the moment of a run.
const BORDERS: [char; 2] = ['/', '@'];

impl Playbook {
    /// What somebody typed, with the play's name where its title stands: `Friday riddles/jia` is `game/jia`. What begins
    /// with a name stays as it is, and so does what names no play. A title of several plays names none of them.
    pub fn named(&self, text: &str) -> Result<String, Phrase> {
        if self.begins_with_a_play(text) {
            return Ok(text.to_owned());
        }
        let titled = self.plays.iter().filter_map(|play| Some((play, after(text, play.title.trim())?)));
        let mut found: Vec<(&Arc<Play>, &str)> = titled.collect();
        // Of two titles of which one begins with the other the longer one is meant.
        let shortest = found.iter().map(|(_, rest)| rest.len()).min();
        found.retain(|(_, rest)| Some(rest.len()) == shortest);
        match found.as_slice() {
            [] => Ok(text.to_owned()),
            [(play, rest)] => Ok(format!("{}{rest}", play.name)),
            [(first, _), ..] => {
                let (title, n) = (&first.title, found.len());
                let names: Vec<String> = found.iter().map(|(play, _)| format!("`{}`", play.name)).collect();
                let (en, zh) = (names.join(", "), names.join("、"));
                let names = Phrase { en, zh };
                Err(phrase!(
                    "{n} plays have the title {title:?}; write the name of the one that is meant: {names}",
                    "有 {n} 个玩法的标题都是“{title}”；请写要的那个的名字：{names}";
                    names
                ))
            }
        }
    }

    /// Whether what somebody typed is a play's name, or something of that play.
    pub fn begins_with_a_play(&self, text: &str) -> bool {
        self.plays.iter().any(|play| after(text, play.name.as_str()).is_some())
    }

    /// The play that was probably meant, by its name or its title.
    pub fn near_play(&self, text: &str) -> Option<&Arc<Play>> {
        let words = self.plays.iter().flat_map(|play| [play.name.as_str(), &*play.title]);
        let near = suggest::nearest(text, words)?;
        self.plays.iter().find(|play| play.name.as_str() == near || &*play.title == near)
    }
}

impl Play {
    /// Its name, and its title where that is another word.
    pub fn called(&self) -> Phrase {
        let (name, title) = (&self.name, &*self.title);
        if title == name.as_str() || title.is_empty() {
            return Phrase::same(format!("`{name}`"));
        }
        phrase!("`{name}` ({title})", "`{name}`（{title}）")
    }
}

/// What follows a play in what somebody typed; none where that does not begin with it.
fn after<'t>(text: &'t str, called: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(called).filter(|_| !called.is_empty())?;
    (rest.is_empty() || rest.starts_with(BORDERS)).then_some(rest)
}
