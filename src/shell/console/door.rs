//! Who asks and what may they.
//!
//! Pure: over a session's row, a request's head, and what is published. Reads no clock and changes nothing.

use crate::{
    base::{
        ids::{GroupId, PersonId, RoleName, TaskId},
        locale::Locale,
        person::Person,
        time::Timestamp,
    },
    engine::state::OpenTask,
    model::access::{Holder, Right},
    shell::{
        runtime::publish::{GroupNow, InForce, Snapshot},
        store::SessionRow,
    },
};
use axum::http::{HeaderMap, header};
use std::{net::IpAddr, sync::Arc};

/// What the journal calls somebody who signed in through the control socket and gave no name.
const OPERATOR: &str = "admin";

/// What a page calls somebody: whoever has no name by what they are.
pub(crate) fn shown(name: &str, locale: Locale) -> &str {
    if name == OPERATOR { locale.pick(OPERATOR, "管理员") } else { name }
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asker {
    /// One of the people; none for whoever signed in through the control socket.
    pub(crate) person: Option<PersonId>,
    /// What they are called.
    pub(crate) name: String,
    /// Whether they may everything, everywhere.
    pub(crate) admin: bool,
    /// The session of whoever asks.
    pub(crate) session: String,
}

impl Asker {
    /// Whose session it is, as things are now; nobody's where the file does not know its person any more.
    pub(crate) fn of(row: &SessionRow, snapshot: &Snapshot, now: Timestamp) -> Option<Self> {
        let session = row.hash.clone();
        let Some(person) = &row.person else {
            return row.admin.then(|| Self { person: None, name: OPERATOR.into(), admin: true, session });
        };
        let known = || snapshot.groups.values().filter_map(|group| Some((group, group.book.as_ref()?)));
        let of_book = |book: &Arc<InForce>| Some(book.playbook.people.get(person)?.name.clone());
        let in_group = |(group, book): (&Arc<GroupNow>, &Arc<InForce>)| {
            let one = book.playbook.groups.get(&group.state.group)?;
            Some(book.playbook.person(one, person)?.name.clone())
        };
        let name = snapshot.books.iter().find_map(of_book).or_else(|| known().find_map(in_group))?;
        let listed = |book: &Arc<InForce>| {
            book.playbook.access.admin.iter().any(|one| matches!(one, Holder::Person(id) if id == person))
        };
        let by_role = |(group, book): (&Arc<GroupNow>, &Arc<InForce>)| {
            let asks = book.playbook.access.admin.iter().any(|one| matches!(one, Holder::Role(_)));
            asks && right(group, person, now) == Some(Right::Admin)
        };
        let admin = snapshot.books.iter().any(listed) || known().any(by_role);
        Some(Self { person: Some(person.clone()), name, admin, session })
    }

    /// What they may in a group; nothing where it is none of their business.
    pub(crate) fn right(&self, group: &GroupNow, now: Timestamp) -> Option<Right> {
        if self.admin {
            return Some(Right::Admin);
        }
        right(group, self.person.as_ref()?, now)
    }

    /// Whether they see a group.
    pub(crate) fn sees(&self, group: &GroupNow, now: Timestamp) -> bool {
        self.right(group, now).is_some_and(|right| right >= Right::Viewer)
    }

    /// Whether they see every group that a file runs, without looking at each.
    pub(crate) fn sees_all(&self, snapshot: &Snapshot) -> bool {
        let is_listed = |book: &Arc<InForce>| {
            let access = &book.playbook.access;
            let mut all = access.admin.iter().chain(&access.operator).chain(&access.viewer);
            all.any(|one| matches!(one, Holder::Person(id) if self.person.as_ref() == Some(id)))
        };
        self.admin || snapshot.books.iter().all(is_listed)
    }

    /// Whether they command every group that a file runs, without looking at each.
    pub(crate) fn commands_all(&self, snapshot: &Snapshot) -> bool {
        let is_listed = |book: &Arc<InForce>| {
            let access = &book.playbook.access;
            let mut all = access.admin.iter().chain(&access.operator);
            all.any(|one| matches!(one, Holder::Person(id) if self.person.as_ref() == Some(id)))
        };
        self.admin || snapshot.books.iter().all(is_listed)
    }

    /// Whether they command a group.
    pub(crate) fn commands(&self, group: &GroupNow, now: Timestamp) -> bool {
        self.right(group, now).is_some_and(|right| right >= Right::Operator)
    }

    /// Whether a task asks them: by name, or by a role that they have now.
    pub(crate) fn is_asked(&self, group: &GroupNow, open: &OpenTask, now: Timestamp) -> bool {
        let Some(person) = &self.person else { return false };
        if open.task.people.iter().any(|one| one.id == *person) {
            return true;
        }
        let role = open.task.role.as_ref();
        role.is_some_and(|role| holders(group, role, now).iter().any(|one| one.id == *person))
    }

    /// Whether they may answer a task, and if so whether in the place of those who were asked.
    pub(crate) fn answers(&self, group: &GroupNow, task: &TaskId, now: Timestamp) -> Option<InPlace> {
        let asked = group.state.tasks.get(task).is_some_and(|open| self.is_asked(group, open, now));
        if asked {
            return Some(InPlace(false));
        }
        self.commands(group, now).then_some(InPlace(true))
    }
}

/// Whether somebody answers in the place of those who were asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InPlace(pub(crate) bool);

fn right(group: &GroupNow, person: &PersonId, now: Timestamp) -> Option<Right> {
    let playbook = &group.book.as_ref()?.playbook;
    let one = playbook.groups.get(&group.state.group)?;
    playbook.right(one, person, |role| holders(group, role, now))
}

/// Who has a role in a group at an instant, as turns were swapped.
pub(super) fn holders(group: &GroupNow, role: &RoleName, now: Timestamp) -> Vec<Person> {
    let holders = || {
        let playbook = group.book.as_ref()?.playbook.in_group(&group.state.group);
        let role = playbook.role(playbook.groups.get(&group.state.group)?, role)?;
        Some(group.state.by_hand.holders(role, group.state.created, now, &playbook.zone).0)
    };
    holders().unwrap_or_default()
}

/// A group as people call it.
pub(crate) fn title(group: &GroupNow, id: &GroupId) -> String {
    let of_book = group.book.as_ref().and_then(|book| book.playbook.groups.get(id));
    of_book.map_or_else(|| id.to_string(), |group| group.title.to_string())
}

/// Whether a request that changes something comes from a page of ours, as far as its browser says.
pub(crate) fn is_from_here(headers: &HeaderMap, is_origin: impl Fn(&str) -> bool) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        // A page that tells nobody where it is says so, too: its form's seal decides.
        (None, Some("null") | None) => true,
        (None, Some(origin)) => is_origin(origin),
    }
}

/// A cookie of a request.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}

/// Where a request comes from: behind a proxy of this machine, what that says of it.
pub(crate) fn address(peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    let said = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    let said = said.and_then(|list| list.rsplit(',').next()?.trim().parse().ok());
    peer.map(|peer| said.filter(|_| peer.is_loopback()).unwrap_or(peer))
}

/// The language that a browser asks for: the first that is known here.
pub(crate) fn asked_locale(headers: &HeaderMap) -> Option<Locale> {
    let text = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    text.split(',').find_map(|tag| Locale::from_tag(tag.split(';').next().unwrap_or_default().trim()))
}

/// A browser in a few words, from how it names itself.
pub(crate) fn browser(headers: &HeaderMap) -> String {
    let text = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = |words: &[&'static str]| words.iter().copied().find(|word| text.contains(word));
    let program =
        first(&["MicroMessenger", "wxwork", "DingTalk", "Lark", "Firefox", "Edg", "Chrome", "Safari"]);
    let device = first(&["iPhone", "iPad", "Android", "Macintosh", "Windows", "Linux"]);
    match (program, device) {
        (Some(program), Some(device)) => format!("{program}, {device}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "browser".to_owned(),
    }
}

/// A path on this door to go back to: nothing that leads elsewhere.
pub(crate) fn back(path: &str) -> &str {
    let is_here = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n']);
    if is_here && path.is_ascii() { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(lines: &[(&'static str, &str)]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect::<HeaderMap>()
    }

    #[test]
    fn only_a_page_of_ours_changes_anything() {
        let here = |lines: &[(&'static str, &str)]| {
            is_from_here(&head(lines), |origin| origin == "http://localhost")
        };
        assert!(here(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(here(&[("sec-fetch-site", "none")]));
        assert!(here(&[("origin", "http://localhost")]));
        assert!(here(&[]), "a program has neither");
        assert!(!here(&[("sec-fetch-site", "cross-site"), ("origin", "http://localhost")]));
        assert!(!here(&[("sec-fetch-site", "same-site")]));
        assert!(!here(&[("origin", "http://evil.example")]));
    }

    #[test]
    fn the_way_back_stays_on_this_door() {
        for path in ["/", "/groups/a?x=1"] {
            assert_eq!(back(path), path);
        }
        for path in ["//evil.example", "https://evil.example", "", "/\\evil.example", "/a\nb", "javascript:1"]
        {
            assert_eq!(back(path), "/", "{path:?}");
        }
    }

    #[test]
    fn a_head_is_read_as_browsers_write_it() {
        let head = head(&[
            ("cookie", "a=1; playbook=word; b=2"),
            ("accept-language", "fr-FR, zh-CN;q=0.9, en;q=0.8"),
            ("user-agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit Safari/604.1"),
        ]);
        assert_eq!((cookie(&head, "playbook"), cookie(&head, "play")), (Some("word"), None));
        assert_eq!(asked_locale(&head), Some(Locale::Zh));
        assert_eq!(browser(&head), "Safari, iPhone");
    }
}
