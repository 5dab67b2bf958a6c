//! What of somebody is in a stored text: their id, what they said, and texts that repeat it.
//!
//! The same rule for every string of a decision and of a state, so that what is applied gives what is stored. Touches
//! no database but to ask what the operator's own files say.

use super::{StoreError, corrupt};
use crate::{
    base::{ids::MemberId, markdown, member::Member, value::Value},
    engine::{entry::Fact, input::Signal, moderation::Moderating},
};
use rusqlite::Connection;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// Takes one person out of stored texts.
pub(super) struct Eraser {
    /// Each of their ids, with what it is called now; the one by which they are listed first.
    ids: Vec<(String, String)>,
    /// What they said, in small letters: as it was said, and by it as Markdown writes it.
    said: BTreeMap<String, String>,
    /// What their answers to questions say, which may be an option that they were given.
    answered: BTreeMap<String, String>,
    /// The options that they chose: words of whoever asked.
    chosen: BTreeSet<String>,
    /// Long numbers that they gave: telephones, cards.
    numbers: BTreeSet<i64>,
}

/// Why a text could not be rewritten.
pub(super) enum Failed {
    /// It is no JSON.
    Json(String),
    /// What would be stored cannot be read again.
    Store(StoreError),
}

/// The signal that is an answer to a question.
const ANSWER: &str = "answer";
/// Keys below which people's words stand.
const FREE: [&str; 30] = [
    "answers",
    "args",
    "batch",
    "binding",
    "bindings",
    "buttons",
    "data",
    "error",
    "fetches",
    "fields",
    "image",
    "item",
    "items",
    "log",
    "mentions",
    "message",
    "note",
    "options",
    "poll",
    "question",
    "reason",
    "said",
    "script_state",
    "signal",
    "signals",
    "text",
    "value",
    "values",
    "vars",
    "wrote",
];
/// Keys whose values name parts of the playbook, never people.
const OURS: [&str; 12] = [
    "channel", "date", "digest", "fact", "for", "function", "group", "label", "phase", "play", "script",
    "step",
];

impl Eraser {
    pub(super) fn new(ids: &[(MemberId, MemberId)]) -> Self {
        let ids = ids.iter().map(|(id, gone)| (id.to_string(), gone.to_string()));
        Self {
            ids: ids.collect(),
            said: BTreeMap::new(),
            answered: BTreeMap::new(),
            chosen: BTreeSet::new(),
            numbers: BTreeSet::new(),
        }
    }

    /// Their ids, each with what it is called now.
    pub(super) fn ids(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ids.iter().map(|(id, gone)| (id.as_str(), gone.as_str()))
    }

    fn is_theirs(&self, id: &str) -> bool {
        self.ids.iter().any(|(own, _)| own == id)
    }

    /// Notes what the person said, if the fact is theirs.
    pub(super) fn listen(&mut self, fact: &Fact) {
        match fact {
            Fact::SignalReceived(signal) => self.signal(signal),
            Fact::BatchJoined { signal, .. }
                if signal.get("member").and_then(Value::as_str).is_some_and(|id| self.is_theirs(id)) =>
            {
                if let Some(data) = signal.get("data") {
                    self.value(data);
                }
            }
            Fact::Answered(given) if self.is_theirs(given.member.as_str()) => {
                if given.option.is_some() {
                    self.chosen.extend(strings(&given.value).map(|text| text.trim().to_lowercase()));
                } else {
                    self.value(&given.value);
                }
            }
            Fact::MemberSet(listed) => self.member(&listed.member),
            Fact::Moderated(Moderating::Broken(breach)) if self.is_theirs(breach.member.as_str()) => {
                self.words(&breach.words);
            }
            _ => {}
        }
    }

    fn signal(&mut self, signal: &Signal) {
        if signal.member.as_ref().is_some_and(|member| self.is_theirs(member.as_str())) {
            if &*signal.name == ANSWER {
                let free = std::mem::take(&mut self.said);
                self.value(&signal.data);
                let answered = std::mem::replace(&mut self.said, free);
                self.answered.extend(answered);
            } else {
                self.value(&signal.data);
            }
        }
    }

    fn member(&mut self, member: &Member) {
        if self.is_theirs(member.id.as_str()) {
            self.words(&member.name);
            member.fields.values().for_each(|value| self.value(value));
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Str(text) => self.words(text),
            Value::Int(number) if number.unsigned_abs() >= 100_000 => {
                self.numbers.insert(*number);
            }
            Value::List(items) => items.iter().for_each(|item| self.value(item)),
            Value::Map(map) => map.values().for_each(|item| self.value(item)),
            _ => {}
        }
    }

    /// Words that are long enough to be somebody's.
    fn words(&mut self, text: &str) {
        let text = text.trim();
        let enough = if text.is_ascii() { text.len() >= 3 } else { text.chars().count() >= 2 };
        let number = text.chars().all(|c| c.is_ascii_digit()) && text.len() < 6;
        if enough && !number && !self.is_theirs(text) {
            self.said.insert(text.to_lowercase(), markdown::escape(text).to_lowercase());
        }
    }

    /// Leaves out what the operator's own files say as well, but where they say it of the person, and the options that
    /// the person was given; whether those files name the person.
    pub(super) fn owned(&mut self, conn: &Connection) -> Result<bool, StoreError> {
        let answered = std::mem::take(&mut self.answered);
        self.said.extend(answered.into_iter().filter(|(said, _)| !self.chosen.contains(said)));
        let mut statement = conn.prepare("SELECT files FROM sources")?;
        let mut rows = statement.query([])?;
        let mut listed = false;
        while let Some(row) = rows.next()? {
            let files: String = row.get(0)?;
            let texts: BTreeMap<String, String> =
                serde_json::from_str(&files).map_err(|e| corrupt("the sources of a version", e))?;
            for text in texts.values().map(|text| text.to_lowercase()) {
                listed |= self.ids.iter().any(|(id, _)| found(&text, &id.to_lowercase()).is_some());
                let ours = plain(self.but_of_them(&text));
                self.said.retain(|said, _| found(&ours, &plain([said.as_str()])).is_none());
            }
        }
        Ok(listed)
    }

    /// The lines of a file but those that are about the person: whose key their id is, or whose value as a whole, or a
    /// row of a table; with what stands below such a line.
    fn but_of_them<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let ids: Vec<String> = self.ids.iter().map(|(id, _)| id.to_lowercase()).collect();
        let mut below: Option<usize> = None;
        text.lines().filter(move |line| {
            let indent = line.len() - line.trim_start().len();
            if below.is_some_and(|of| indent > of || line.trim().is_empty()) {
                return false;
            }
            let about = ids.iter().any(|id| is_about(line, id));
            below = about.then_some(indent);
            !about
        })
    }

    /// Whether the person is in a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.ids.iter().any(|(id, _)| found(text, id).is_some()) || self.repeats(text)
    }

    fn repeats(&self, text: &str) -> bool {
        let small = text.to_lowercase();
        self.said.iter().any(|(said, escaped)| {
            found(&small, said).is_some() || said != escaped && found(&small, escaped).is_some()
        })
    }

    /// An id or a note with the person's id taken out; none where it was not in it.
    pub(super) fn plain(&self, text: &str) -> Option<String> {
        if self.repeats(text) {
            return Some(String::new());
        }
        self.renamed(text)
    }

    fn renamed(&self, text: &str) -> Option<String> {
        let one = |text: &str, (id, gone): &(String, String)| {
            if text == id {
                return Some(gone.clone());
            }
            // A short number is in every instant.
            if id.len() < 5 && id.chars().all(|c| c.is_ascii_digit()) {
                return None;
            }
            let (mut out, mut rest, mut changed) = (String::new(), text, false);
            while let Some(at) = found(rest, id) {
                out.push_str(&rest[..at]);
                out.push_str(gone);
                rest = &rest[at + id.len()..];
                changed = true;
            }
            out.push_str(rest);
            changed.then_some(out)
        };
        // The longest first: `42` is a part of `telegram:42`.
        let mut ids: Vec<&(String, String)> = self.ids.iter().collect();
        ids.sort_by_key(|(id, _)| std::cmp::Reverse(id.len()));
        let mut now: Option<String> = None;
        for id in ids {
            now = one(now.as_deref().unwrap_or(text), id).or(now);
        }
        now
    }

    /// A stored text without the person; none where they are not in it. `read` says whether it can still be read: where
    /// a word that they said is one of the program's own, it stays.
    pub(super) fn json(
        &self,
        text: &str,
        read: impl Fn(&str) -> Result<(), StoreError>,
    ) -> Result<Option<String>, Failed> {
        let before: Json = serde_json::from_str(text).map_err(|error| Failed::Json(error.to_string()))?;
        for careful in [false, true] {
            let mut now = before.clone();
            self.walk(&mut now, false, careful);
            if now == before {
                return Ok(None);
            }
            let text = now.to_string();
            match read(&text) {
                Ok(()) => return Ok(Some(text)),
                Err(error) if careful => return Err(Failed::Store(error)),
                Err(_) => {}
            }
        }
        Ok(None)
    }

    fn walk(&self, json: &mut Json, free: bool, careful: bool) {
        match json {
            Json::String(text) => {
                let word = careful && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
                if free && !word && self.repeats(text) {
                    text.clear();
                } else if let Some(now) = self.renamed(text) {
                    *text = now;
                }
            }
            Json::Number(number) if free && number.as_i64().is_some_and(|n| self.numbers.contains(&n)) => {
                *json = Json::from(0);
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.walk(item, free, careful)),
            Json::Object(map) => {
                let is_them = map.get("id").and_then(Json::as_str).is_some_and(|id| self.is_theirs(id))
                    && map.contains_key("points");
                if is_them {
                    map.retain(|key, _| {
                        matches!(
                            key.as_str(),
                            "entry"
                                | "at"
                                | "input"
                                | "id"
                                | "ids"
                                | "joined"
                                | "points"
                                | "messages"
                                | "seen"
                        )
                    });
                    map.insert("name".into(), Json::String(String::new()));
                }
                let entries = std::mem::take(map);
                for (key, mut item) in entries {
                    let ours = !free && item.is_string() && OURS.contains(&key.as_str());
                    if !ours {
                        self.walk(&mut item, free || FREE.contains(&key.as_str()), careful);
                    }
                    map.insert(self.renamed(&key).unwrap_or(key), item);
                }
            }
            _ => {}
        }
    }
}

/// The texts in an answer.
fn strings(value: &Value) -> impl Iterator<Item = &str> {
    let items: &[Value] = if let Value::List(items) = value { items } else { std::slice::from_ref(value) };
    items.iter().filter_map(Value::as_str)
}

/// Words as they are read, however a file breaks and quotes them.
fn plain<'t>(lines: impl IntoIterator<Item = &'t str>) -> String {
    let words = lines.into_iter().flat_map(str::split_whitespace);
    words.collect::<Vec<_>>().join(" ").replace('\\', "")
}

/// Whether a line of a file is about somebody, and not only one in which the same word stands.
fn is_about(line: &str, id: &str) -> bool {
    let mut from = 0;
    while let Some(at) = found(&line[from..], id).map(|at| from + at) {
        from = at + id.len();
        let quotes: &[char] = &['"', '\''];
        let before = line[..at].trim_end_matches(quotes);
        let after = line[from..].trim_start_matches(quotes);
        let value = before.trim_end().ends_with(':') && (after.trim().is_empty() || after.starts_with(" #"));
        let row = before.trim_start().is_empty() || before.ends_with(',');
        let id_of = before.trim_end().ends_with("id:");
        if after.starts_with(':') || value || id_of || row && after.starts_with(',') {
            return true;
        }
    }
    false
}

/// Where a text has these words, not as a part of longer ones.
fn found(text: &str, words: &str) -> Option<usize> {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let starts = inside(words.chars().next());
    let ends = inside(words.chars().next_back());
    text.match_indices(words).map(|(at, _)| at).find(|at| {
        let before = text[..*at].chars().next_back();
        let after = text[at + words.len()..].chars().next();
        !(starts && inside(before) || ends && inside(after))
    })
}

/// Whom a fact is about.
pub(super) fn who(fact: &Fact) -> Vec<MemberId> {
    match fact {
        Fact::SignalReceived(signal) => signal.member.iter().cloned().collect(),
        Fact::Heard(heard) => heard.by.iter().map(|one| one.0.clone()).collect(),
        Fact::Answered(given) => vec![given.member.clone()],
        Fact::MemberGone { member, .. } => vec![member.clone()],
        Fact::MemberSet(listed) => vec![listed.member.id.clone()],
        Fact::JoinedIds(ids) => vec![ids.from.clone(), ids.into.clone()],
        Fact::Moderated(Moderating::Broken(breach)) => vec![breach.member.clone()],
        _ => Vec::new(),
    }
}
