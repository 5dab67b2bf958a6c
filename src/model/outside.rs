//! What an edit changes outside the plays: groups, sections, the zone.
//!
//! Reads two playbooks; decides nothing.

use super::playbook::Playbook;
use crate::base::phrase::{Phrase, pair as words, phrase};
use std::collections::BTreeSet;

/// What is different outside the plays.
pub(super) fn rest(old: &Playbook, new: &Playbook) -> Vec<Phrase> {
    let mut out = Vec::new();
    let groups = |a: &Playbook, b: &Playbook| -> Vec<String> {
        a.groups.keys().filter(|id| !b.groups.contains_key(*id)).map(ToString::to_string).collect()
    };
    for (names, what) in
        [(groups(new, old), words("new", "新的群")), (groups(old, new), words("gone", "没有了的群"))]
    {
        let shown: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
        let more = names.len().saturating_sub(shown.len());
        let more = if more > 0 {
            phrase!(" and {more} more", " 等，另有 {more} 个")
        } else {
            Phrase::default()
        };
        if !names.is_empty() {
            let (n, what, en, zh) = (
                Phrase::counted(names.len(), "group", "个"),
                Phrase::from(what),
                shown.join(", "),
                shown.join("、"),
            );
            let shown = Phrase { en, zh };
            out.push(phrase!(
                "{n} {what}: {shown}{more}",
                "{n}{what}：{shown}{more}";
                n, what, shown, more
            ));
        }
    }
    if old.zone.name() != new.zone.name() {
        let (was, is) = (old.zone.name(), new.zone.name());
        out.push(phrase!("`timezone` {was} → {is}", "`timezone` {was} → {is}"));
    }
    let sections: BTreeSet<&str> = [
        ("budgets", old.budgets == new.budgets),
        ("calendars", old.calendars == new.calendars),
        ("channels", old.channels == new.channels),
        ("charter", old.charter == new.charter),
        ("doctor", old.doctor == new.doctor),
        ("fetch", old.fetch_hosts == new.fetch_hosts),
        ("locale", old.locale == new.locale),
        ("people", old.people == new.people),
        ("phases", old.phases == new.phases),
        ("roles", old.roles == new.roles),
        ("rules", old.rules == new.rules),
        ("title", old.title == new.title),
        ("vars", old.vars == new.vars),
    ]
    .into_iter()
    .filter(|(_, same)| !same)
    .map(|(name, _)| name)
    .collect();
    out.extend(sections.into_iter().map(|name| phrase!("`{name}` is different", "`{name}` 变了")));
    let groups = new.groups.iter().filter(|(id, group)| old.groups.get(*id).is_some_and(|was| was != *group));
    let (changed, own) = (groups.clone().count(), old.vars == new.vars && old.title == new.title);
    if changed > 0 && own {
        let groups = Phrase::counted(changed, "group", "个群");
        out.push(phrase!("{groups} with other settings", "{groups}的设置变了"; groups));
    }
    out
}
