//! What an edit changes outside the plays: groups, the zone, sections and what is different in them.
//!
//! Reads two playbooks; decides nothing.

use super::{budget::Budgets, keeping::Keeping, playbook::Playbook};
use crate::base::{
    phrase::{Phrase, Words, pair as words, phrase},
    value::{Map, Value},
    words::list,
};
use std::{borrow::Borrow, collections::BTreeMap};

/// So many names are shown of one sort of change.
const NAMES_SHOWN: usize = 8;

/// What is different outside the plays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Outside {
    /// The top-level keys that are different, in order.
    pub(super) keys: Vec<&'static str>,
    /// In words, one thing a line.
    pub(super) lines: Vec<Phrase>,
}

impl Outside {
    /// Compares what is there by name.
    fn named<'a, V: PartialEq + 'a>(
        &mut self,
        key: &'static str,
        old: impl IntoIterator<Item = (&'a str, &'a V)>,
        new: impl IntoIterator<Item = (&'a str, &'a V)>,
    ) {
        let (old, new): (BTreeMap<_, _>, BTreeMap<_, _>) =
            (old.into_iter().collect(), new.into_iter().collect());
        let added = new.keys().filter(|name| !old.contains_key(*name)).copied().collect();
        let changed = new.iter().filter(|(name, is)| old.get(*name).is_some_and(|was| was != *is));
        let changed = changed.map(|(name, _)| *name).collect();
        let gone = old.keys().filter(|name| !new.contains_key(*name)).copied().collect();
        self.say(key, [added, changed, gone]);
    }

    /// Compares what every playbook has: `same` says of each part whether it is the same.
    fn parts<'a>(&mut self, key: &'static str, same: impl IntoIterator<Item = (&'a str, bool)>) {
        let changed = same.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect();
        self.say(key, [Vec::new(), changed, Vec::new()]);
    }

    /// What is one thing is the same or not.
    fn whole(&mut self, key: &'static str, same: bool) {
        if !same {
            self.keys.push(key);
            self.lines.push(phrase!("`{key}` is different", "`{key}` 变了"));
        }
    }

    fn say(&mut self, key: &'static str, [added, changed, gone]: [Vec<&str>; 3]) {
        let told = [(added, ADDED), (changed, CHANGED), (gone, GONE)].into_iter();
        let told = told.filter(|(names, _)| !names.is_empty()).map(|(names, what)| {
            let (names, what) = (some_of(&names), Phrase::from(what));
            phrase!("{what} {names}", "{what} {names}"; what, names)
        });
        if let Some(all) = told.reduce(|all, one| all.then(&one)) {
            if !self.keys.contains(&key) {
                self.keys.push(key);
            }
            self.lines.push(phrase!("`{key}`: {all}", "`{key}`：{all}"; all));
        }
    }
}

const ADDED: Words = words("added", "新增");
const CHANGED: Words = words("changed", "改动");
const GONE: Words = words("removed", "删除");

/// What is different outside the plays.
pub(super) fn outside(old: &Playbook, new: &Playbook) -> Outside {
    let mut out = Outside::default();
    out.whole("title", old.title == new.title);
    if old.zone.name() != new.zone.name() {
        let (was, is) = (old.zone.name(), new.zone.name());
        out.keys.push("timezone");
        out.lines.push(phrase!("`timezone` {was} → {is}", "`timezone` {was} → {is}"));
    }
    out.whole("locale", old.locale == new.locale);
    values(&mut out, "charter", &old.charter, &new.charter);
    values(&mut out, "rules", &old.rules, &new.rules);
    people(&mut out, old, new);
    out.named("channels", by_name(&old.channels), by_name(&new.channels));
    out.whole("alerts", old.alerts == new.alerts);
    out.whole("heartbeat", old.heartbeat == new.heartbeat);
    out.named("inbound", by_name(&old.inbound), by_name(&new.inbound));
    out.parts(
        "access",
        [
            ("admin", old.access.admin == new.access.admin),
            ("operator", old.access.operator == new.access.operator),
            ("viewer", old.access.viewer == new.access.viewer),
        ],
    );
    out.named("labels", by_name(&old.labels), by_name(&new.labels));
    out.named("calendars", by_name(&old.calendars), by_name(&new.calendars));
    out.named("vars", by_name(&old.vars), by_name(&new.vars));
    out.named("data", by_name(&old.data), by_name(&new.data));
    budgets(&mut out, &old.budgets, &new.budgets);
    moderation(&mut out, old, new);
    out.named(
        "metrics",
        old.numbers.iter().map(|number| (&*number.name, number)),
        new.numbers.iter().map(|number| (&*number.name, number)),
    );
    out.whole("doctor", old.doctor == new.doctor);
    out.whole("fetch", old.fetch_hosts == new.fetch_hosts);
    out.named(
        "phases",
        old.phases.iter().map(|phase| (phase.name.as_str(), phase)),
        new.phases.iter().map(|phase| (phase.name.as_str(), phase)),
    );
    groups(&mut out, old, new);
    out
}

fn by_name<K: Borrow<str>, V>(map: &BTreeMap<K, V>) -> impl Iterator<Item = (&str, &V)> {
    map.iter().map(|(name, value)| (name.borrow(), value))
}

fn people(out: &mut Outside, old: &Playbook, new: &Playbook) {
    out.named("people", by_name(&old.people), by_name(&new.people));
    out.named("roles", by_name(&old.roles), by_name(&new.roles));
    let fields = |keeping: &Keeping| keeping.fields.clone().unwrap_or_default();
    let (was, is) = (fields(&old.keeping), fields(&new.keeping));
    out.named("members", by_name(&was), by_name(&is));
    out.parts(
        "members",
        [
            ("identity", old.keeping.identity == new.keeping.identity),
            ("tiers", old.tiers == new.tiers),
            ("proofs", old.proofs == new.proofs),
        ],
    );
}

/// What is written freely: by its keys where it has some.
fn values(out: &mut Outside, key: &'static str, old: &Value, new: &Value) {
    let none = Map::new();
    match (old, new) {
        (Value::Map(_) | Value::Null, Value::Map(_) | Value::Null) => {
            let (was, is) = (old.as_map().unwrap_or(&none), new.as_map().unwrap_or(&none));
            out.named(key, by_name(was), by_name(is));
        }
        _ => out.whole(key, old == new),
    }
}

fn budgets(out: &mut Outside, old: &Budgets, new: &Budgets) {
    out.parts(
        "budgets",
        [
            ("quiet", old.quiet == new.quiet),
            ("posts", old.posts == new.posts),
            ("gap", old.gap == new.gap),
            ("promo", old.promo == new.promo),
            ("mentions", old.mentions == new.mentions),
            ("labels", old.labels == new.labels),
            ("hold", old.hold == new.hold),
            ("hush", old.hush == new.hush),
            ("channels", old.channels == new.channels),
        ],
    );
}

/// Where a rule's text stands is no part of the rule.
fn moderation(out: &mut Outside, old: &Playbook, new: &Playbook) {
    let (old, new) = (&old.moderation, &new.moderation);
    out.named(
        "moderate",
        old.rules.iter().map(|rule| (&*rule.name, rule)),
        new.rules.iter().map(|rule| (&*rule.name, rule)),
    );
    out.parts(
        "moderate",
        [
            ("raid", old.raid == new.raid),
            ("expire", old.expire == new.expire),
            ("exempt", old.exempt == new.exempt),
            ("judge", old.judge == new.judge),
        ],
    );
}

/// Groups that are new, gone, or live otherwise. What the playbook says for all of them was said of its own key.
fn groups(out: &mut Outside, old: &Playbook, new: &Playbook) {
    let other = |a: &Playbook, b: &Playbook| -> Vec<String> {
        a.groups.keys().filter(|id| !b.groups.contains_key(*id)).map(ToString::to_string).collect()
    };
    let shared = ["title", "timezone", "locale", "channels", "roles", "vars"];
    let same = !out.keys.iter().any(|key| shared.contains(key));
    let changed =
        new.groups.iter().filter(|(id, group)| same && old.groups.get(*id).is_some_and(|was| was != *group));
    let changed: Vec<String> = changed.map(|(id, _)| id.to_string()).collect();
    for (names, what) in [
        (other(new, old), words("new", "新的群")),
        (other(old, new), words("gone", "没有了的群")),
        (changed, words("with other settings", "设置变了的群")),
    ] {
        if names.is_empty() {
            continue;
        }
        if !out.keys.contains(&"groups") {
            out.keys.push("groups");
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let n = Phrase::counted(names.len(), "group", "个");
        let (what, shown) = (Phrase::from(what), some_of(&names));
        out.lines.push(phrase!("{n} {what}: {shown}", "{n}{what}：{shown}"; n, what, shown));
    }
}

/// The first of some names, and how many more there are.
fn some_of(names: &[&str]) -> Phrase {
    let shown = &names[..names.len().min(NAMES_SHOWN)];
    match names.len() - shown.len() {
        0 => Phrase { en: list(shown, "and"), zh: shown.join("、") },
        more => {
            let (en, zh) = (shown.join(", "), shown.join("、"));
            Phrase { en: format!("{en} and {more} more"), zh: format!("{zh} 等，另有 {more} 个") }
        }
    }
}
