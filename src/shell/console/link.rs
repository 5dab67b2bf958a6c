//! Links in messages: where somebody answers what a message asks, without signing in.
//!
//! Derived from the key whenever a message is sent, equal each time and stored nowhere. A link proves that somebody has
//! read what was sent there, and nothing of who they are.

use super::{
    key::{Key, Purpose},
    page,
};
use crate::{
    base::{
        ids::{EffectId, GroupId, PlaybookName, TaskId},
        locale::Locale,
    },
    engine::{
        entry::TaskKind,
        state::{OpenTask, State},
    },
    model::message::{Asks, Button, Message},
    shell::runtime::publish::{InForce, Snapshot},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::sync::Arc;

/// What stands in an address as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

/// What the ids of alerts begin with.
const ALERT: &str = "alert/";

/// Makes and reads links.
#[derive(Debug, Clone)]
pub struct Links {
    key: Key,
    /// The address that others reach, if there is one.
    url: Option<String>,
}

/// What a link to a task says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TaskLink {
    pub(super) group: GroupId,
    pub(super) task: TaskId,
    /// The role, or the person, whom it asks.
    pub(super) of: Arc<str>,
}

impl Links {
    pub(super) fn new(key: Key, url: Option<String>) -> Self {
        Self { key, url: url.map(|url| url.trim_end_matches('/').to_owned()) }
    }

    /// The button of a message that asks something, or says that something is wrong; none where nobody outside could reach it.
    pub fn button(
        &self,
        snapshot: &Snapshot,
        group: &GroupId,
        effect: &EffectId,
        message: &Message,
    ) -> Option<Button> {
        let url = self.url.as_ref()?;
        let book = book_of(snapshot, group)?;
        let (name, locale) = (&book.playbook.name, book.playbook.in_group(group).locale);
        let Some(asks) = &message.asks else {
            let about = effect.as_str().strip_prefix(ALERT)?;
            let url = format!("{url}{}", about_path(group, about));
            return Some(Button { text: locale.pick("Open", "打开").to_owned(), url });
        };
        let (path, text) = match asks {
            Asks::Task { task, of } => (self.task_path(name, group, task, of), locale.pick("Open", "打开")),
            Asks::Answer => {
                (self.ballot_path(name, group, of_effect(effect)), locale.pick("Answer", "去回答"))
            }
        };
        Some(Button { text: text.to_owned(), url: format!("{url}{path}") })
    }

    fn task_path(&self, playbook: &PlaybookName, group: &GroupId, task: &TaskId, of: &str) -> String {
        let seal = self.key.seal(Purpose::Task, &[playbook.as_str(), group.as_str(), task.as_str(), of]);
        let said = format!("{group}.{task}.{of}");
        format!("/t/{}.{seal}", utf8_percent_encode(&said, PLAIN))
    }

    fn ballot_path(&self, playbook: &PlaybookName, group: &GroupId, step: &str) -> String {
        let seal = self.key.seal(Purpose::Ballot, &[playbook.as_str(), group.as_str(), step]);
        format!("/s/{}.{seal}", utf8_percent_encode(group.as_str(), PLAIN))
    }

    /// Where a calendar program reads what is ahead of a group: whole where others reach the console, else the path.
    pub(super) fn calendar(&self, snapshot: &Snapshot, group: &GroupId) -> Option<String> {
        let name = &book_of(snapshot, group)?.playbook.name;
        let seal = self.key.seal(Purpose::Calendar, &[name.as_str(), group.as_str()]);
        let path = format!("/c/{}.{seal}.ics", utf8_percent_encode(group.as_str(), PLAIN));
        Some(format!("{}{path}", self.url.as_deref().unwrap_or_default()))
    }

    /// The group of such an address.
    pub(super) fn read_calendar(&self, snapshot: &Snapshot, link: &str) -> Option<GroupId> {
        let (group, seal) = link.strip_suffix(".ics")?.rsplit_once('.')?;
        let group = GroupId::new(group);
        let name = &book_of(snapshot, &group)?.playbook.name;
        self.key.holds(seal, Purpose::Calendar, &[name.as_str(), group.as_str()]).then_some(group)
    }

    /// What a link to a task says; nothing where it is not one of ours.
    pub(super) fn read_task(&self, snapshot: &Snapshot, link: &str) -> Option<TaskLink> {
        let (said, seal) = link.rsplit_once('.')?;
        // Names may have points in them, too: the seal says where one ends.
        let points: Vec<usize> = said.match_indices('.').map(|(at, _)| at).collect();
        points.windows(2).find_map(|pair| {
            let [first, second] = *pair else { return None };
            let (group, task, of) = (&said[..first], &said[first + 1..second], &said[second + 1..]);
            let group = GroupId::new(group);
            let name = book_of(snapshot, &group)?.playbook.name.clone();
            let parts = [name.as_str(), group.as_str(), task, of];
            let holds = self.key.holds(seal, Purpose::Task, &parts);
            holds.then(|| TaskLink { group: group.clone(), task: TaskId::new(task), of: Arc::from(of) })
        })
    }

    /// The group of a link to a question, and the question where it is open.
    pub(super) fn read_ballot<'s>(
        &self,
        snapshot: &'s Snapshot,
        link: &str,
    ) -> Option<(GroupId, Option<&'s OpenTask>)> {
        let (group, seal) = link.rsplit_once('.')?;
        let group = GroupId::new(group);
        let name = book_of(snapshot, &group)?.playbook.name.clone();
        let is = |open: &&Arc<OpenTask>| {
            let step = step_of(open);
            step.is_some_and(|step| {
                self.key.holds(seal, Purpose::Ballot, &[name.as_str(), group.as_str(), &step])
            })
        };
        let tasks = snapshot.groups.get(&group)?.state.tasks.values();
        let open = tasks.filter(|open| open.task.kind == TaskKind::Question).find(is).map(AsRef::as_ref);
        Some((group, open))
    }

    /// Where a question can be answered that somebody is to paste by hand.
    pub(super) fn pasted(
        &self,
        book: &InForce,
        state: &State,
        delivery: &OpenTask,
    ) -> Option<(Locale, String)> {
        let url = self.url.as_ref()?;
        let step = of_effect(delivery.task.effect.as_ref()?);
        let is = |open: &&Arc<OpenTask>| {
            open.task.kind == TaskKind::Question && step_of(open).as_deref() == Some(step)
        };
        let _ = state.tasks.values().find(is)?;
        let path = self.ballot_path(&book.playbook.name, &state.group, step);
        Some((book.playbook.in_group(&state.group).locale, format!("{url}{path}")))
    }
}

/// Where on the console that is about which an alert is: the same page to which Today leads.
fn about_path(group: &GroupId, about: &str) -> String {
    // ABOUT/EPOCH
    let about = about.rsplit_once('/').map_or(about, |(about, _)| about);
    let of = |id: &str| page::parts::piece(id);
    if about.starts_with("channel/") || about.starts_with("ear-silent/") || about == "more-refused" {
        return "/channels".to_owned();
    }
    if about == "hush" {
        return page::parts::address("/hush", &[("group", group.as_str())]);
    }
    if !about.contains('@') {
        return page::parts::group_path(group);
    }
    match about.rsplitn(3, '/').collect::<Vec<_>>()[..] {
        [_, step, run] => page::parts::why_path(group, &run.into(), Some(&step.into())),
        _ => format!("/runs/{}?group={}", of(about), of(group.as_str())),
    }
}

/// The step that sent a message: `run/step`.
fn of_effect(effect: &EffectId) -> &str {
    effect.as_str().rsplit_once('/').map_or(effect.as_str(), |(step, _)| step)
}

fn step_of(open: &OpenTask) -> Option<String> {
    Some(format!("{}/{}", open.task.run.as_ref()?, open.task.step.as_ref()?))
}

/// The file that runs a group.
fn book_of<'s>(snapshot: &'s Snapshot, group: &GroupId) -> Option<&'s Arc<InForce>> {
    snapshot.books.iter().find(|book| book.playbook.groups.contains_key(group))
}
