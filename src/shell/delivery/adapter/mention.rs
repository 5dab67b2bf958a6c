//! Who is notified: the ids that a platform knows, and the names of those whom it does not know.

use crate::model::{
    channel::ChannelKind,
    message::{Mention, Message},
};

/// The mentions of a message, sorted out for one platform.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mentions {
    /// Everybody.
    pub all: bool,
    /// What people read where everybody is meant.
    pub everybody: &'static str,
    /// Ids of the platform, each with the name it belongs to.
    pub known: Vec<(String, String)>,
    /// Names of people without an id there, each on one line: written out, they are not notified.
    pub unknown: Vec<String>,
}

impl Mentions {
    /// The mentions of a message on a platform.
    pub fn of(message: &Message, kind: ChannelKind) -> Self {
        let mut mentions = Self { everybody: message.everybody(), ..Self::default() };
        let on_a_line = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ");
        for mention in &message.mentions {
            match mention {
                Mention::All => mentions.all = true,
                Mention::Person(person) => match person.handles.get(kind.as_str()) {
                    Some(id) => mentions.known.push((id.clone(), on_a_line(&person.name))),
                    None => mentions.unknown.push(on_a_line(&person.name)),
                },
            }
        }
        mentions
    }

    /// Nobody is mentioned by an id or as everybody.
    pub fn is_silent(&self) -> bool {
        !self.all && self.known.is_empty()
    }

    /// All of them as text: `@所有人 @小林`.
    pub fn in_words(&self) -> String {
        let all = self.all.then_some(self.everybody.to_owned());
        let people =
            self.known.iter().map(|(_, name)| name).chain(&self.unknown).map(|name| format!("@{name}"));
        all.into_iter().chain(people).collect::<Vec<_>>().join(" ")
    }
}

/// `<@id>` as it is shown; one that is escaped stays as it is.
pub fn unbracket(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("<@") {
        let after = &rest[at + 1..];
        let Some(end) = after.find('>') else { break };
        let is_escaped = rest[..at].ends_with('\\');
        out.push_str(&rest[..at]);
        if is_escaped {
            out.push_str(&rest[at..at + end + 2]);
        } else {
            out.push('@');
            // A role's id begins with `&`.
            out.push_str(after[1..end].trim_start_matches('&'));
        }
        rest = &after[end + 1..];
    }
    out.push_str(rest);
    out
}
