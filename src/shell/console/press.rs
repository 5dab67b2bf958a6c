//! Presses: a form of a page becomes a command of the control socket, said by whoever pressed it.
//!
//! Changes nothing itself. What was pressed twice counts once: a form carries the word of its page, and the word of a
//! press is made of that, its verb and what it is about.

use super::{
    Console, Said,
    board::Here,
    command,
    door::{self, Asker},
    enter::see_other,
    form::Form,
    page,
    submitted::Submitted,
    undo, visit,
};
use crate::{
    base::{
        ids::{EffectId, GroupId, PlayName, RunId, StepId, TaskId},
        limits,
        phrase::{Phrase, pair, phrase},
        time::Timestamp,
        value::Value,
    },
    engine::input::Command,
    shell::{
        door::Inside,
        runtime::publish::{GroupNow, Snapshot},
        socket::{Ask, CommandReply, CommandRequest},
    },
};
use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, Response, StatusCode},
};
use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError},
    time::Duration,
};
use tokio::sync::oneshot;

/// Tasks that were answered.
pub(super) type AnsweredTasks = Vec<(GroupId, TaskId)>;

/// One thing that is pressed about: a group, and a task, run or message of it.
struct PressTarget<'a> {
    group: &'a GroupNow,
    id: GroupId,
    subject: &'a str,
}

/// `POST /press/VERB`: does it for each thing that the form names, and leads back to its page.
pub(super) async fn press(
    State(inside): State<Arc<Inside>>,
    Path(verb): Path<String>,
    request: Request,
) -> Response<Body> {
    let Submitted { form, asker, snapshot, headers, now } = match Submitted::read(&inside, request).await {
        Ok(submitted) => submitted,
        Err(denied) => return *denied,
    };
    let (mut said, mut last) = (Vec::new(), 0);
    let mut undo: Vec<(GroupId, TaskId)> = Vec::new();
    let all: Vec<&str> = form.all("on").into_iter().flat_map(str::lines).collect();
    let few = all.len() <= limits::PRESS_GROUPS_MAX;
    if !few {
        said.push((false, too_many(all.len())));
    }
    for on in all.into_iter().filter(|_| few) {
        let (done, phrase, seq) = one(&inside, &snapshot, (&asker, now), &verb, on, &form).await;
        last = last.max(seq);
        if done && matches!(verb.as_str(), "done" | "approve" | "reject") {
            let (group, task) = on.split_once(' ').unwrap_or((on, ""));
            undo.push((GroupId::new(group), TaskId::new(task)));
        }
        if !said.contains(&(done, phrase.clone())) {
            said.push((done, phrase));
        }
    }
    let back = door::back(form.get("back").unwrap_or("/"));
    if verb == "forget" && said.iter().all(|(done, _)| *done) {
        return away(&inside, &headers, form.all("on").first().copied());
    }
    let told = inside.console.tell_answered(&asker.session, said, undo);
    let sign = if back.contains('?') { '&' } else { '?' };
    see_other(&format!("{back}{sign}after={last}&said={told}"))
}

/// More things than one press is for.
fn too_many(found: usize) -> Phrase {
    let most = limits::PRESS_GROUPS_MAX;
    phrase!(
        "{found} at once are too many, and nothing was done; one press is for {most} at most",
        "一次 {found} 项太多，什么也没做；一次最多 {most} 项"
    )
}

/// The engine is away for a moment, and its door with it: a page that waits for it and leads to the group's members.
fn away(inside: &Inside, headers: &HeaderMap, on: Option<&str>) -> Response<Body> {
    let frame = visit::frame(headers, &inside.published);
    let group = on.and_then(|on| on.split_once(' ')).map(|(group, _)| GroupId::new(group));
    let path =
        group.map_or_else(|| "/".to_owned(), |group| format!("{}/members", page::parts::group_path(&group)));
    let (title, body) = page::members::forgetting(&path, &frame);
    visit::html_page(StatusCode::OK, frame.bare(&title, &body))
}

/// One press about one thing: whether it was done, what there is to say, and the number of its last entry.
async fn one(
    inside: &Inside,
    snapshot: &Snapshot,
    (asker, now): (&Asker, Timestamp),
    verb: &str,
    on: &str,
    form: &Form,
) -> (bool, Phrase, i64) {
    let (id, subject) = on.split_once(' ').unwrap_or((on, ""));
    let id = GroupId::new(id);
    let nothing = || (false, phrase!("there is no such thing for you", "没有这一项，或者不归你管"), 0);
    let Some(group) = snapshot.groups.get(&id) else { return nothing() };
    let target = PressTarget { group, id, subject };
    let Some(ask) = ask(asker, &target, now, verb, form) else { return nothing() };
    if let Some(reason) = command::missing(Here { id: &target.id, now: group }, verb, form) {
        return (false, phrase!("not done: {reason}", "没有做：{reason}"; reason), 0);
    }
    let request = CommandRequest { id: id_of(form, verb, subject), group: Some(target.id.clone()), ask };
    let reply = put(inside, request).await;
    let seq = last(&reply);
    let title = door::title(group, &target.id);
    let what =
        if subject.is_empty() { title } else { format!("{title} · {}", called(group, &target.id, subject)) };
    match reply.refused {
        None if reply.ok => (true, done(verb, &what), seq),
        refused => {
            let reason = refused.unwrap_or_default();
            (false, phrase!("{what}: not done: {reason}", "{what}：没有做：{reason}"), seq)
        }
    }
}

/// What a press was about, as people call it: of a run and of what it said the play.
fn called(group: &GroupNow, id: &GroupId, subject: &str) -> String {
    let name = subject.split(['@', '/']).next().unwrap_or_default();
    let playbook = group.book.as_ref().map(|book| book.playbook.in_group(id));
    let play = playbook.and_then(|playbook| playbook.play(&PlayName::new(name)));
    play.map_or_else(|| subject.to_owned(), |play| play.title.to_string())
}

/// What a press becomes; nothing where it is none of the asker's business, or no press.
fn ask(asker: &Asker, target: &PressTarget<'_>, now: Timestamp, verb: &str, form: &Form) -> Option<Ask> {
    let PressTarget { group, subject, .. } = target;
    let by = Some(asker.name.clone());
    let text = |name| form.get(name).map(str::to_owned);
    let task = TaskId::new(subject);
    let answers = || asker.answers(group, &task, now);
    let commands = || asker.commands(group, now).then_some(());
    let run = || RunId::new(subject);
    let command = match verb {
        "done" => {
            answers()?;
            Command::Done { note: words(form), task, by }
        }
        "tick" => {
            answers()?;
            Command::Tick { task, items: items(form), by }
        }
        "approve" => {
            let as_operator = answers()?.0;
            let except = except(group, &task, form);
            Command::Approve { task, by, note: text("note"), as_operator, except }
        }
        "reject" | "unsent" => {
            let as_operator = answers()?.0;
            Command::Reject { task, by, reason: reason(form), as_operator }
        }
        "undo" => {
            undo::pressed(asker, group, &task, now)?;
            Command::Undo { task, by }
        }
        "remind" => {
            // Whoever is asked puts it off for themselves; others remind them.
            let at = form.get("in").and_then(|length| length.parse().ok()).map(|length| now.plus(length));
            if at.is_some() {
                answers()?;
            } else {
                commands()?;
            }
            Command::Remind { task, at, by }
        }
        "reassign" => {
            answers()?;
            Command::Reassign { task, to: Arc::from(form.get("to")?), by }
        }
        "skip" => {
            commands()?;
            Command::Skip { run: run(), step: form.get("step").map(StepId::new), by }
        }
        "retry" => {
            commands()?;
            Command::Retry { run: run(), by }
        }
        "resend" => {
            commands()?;
            return Some(Ask::Resend { effect: EffectId::new(subject) });
        }
        "arrived" => {
            commands()?;
            return Some(Ask::Arrived { effect: EffectId::new(subject), by });
        }
        _ => return command::ask((asker, now), (&target.id, group, subject), verb, form),
    };
    Some(Ask::Command(command))
}

/// The id of a press: the word of its page, what it is, what it is about.
pub(super) fn id_of(form: &Form, verb: &str, subject: &str) -> Option<String> {
    // Whoever made the form may have made its word up, too.
    let page: String = form.get("request").unwrap_or_default().chars().take(40).collect();
    (!page.is_empty()).then(|| format!("page/{page}/{verb}/{subject}"))
}

/// The number of the last entry that came of a request.
pub(super) fn last(reply: &CommandReply) -> i64 {
    reply.entries.iter().filter_map(|line| line["seq"].as_i64()).max().unwrap_or_default()
}

/// What is ticked off a list, by its places there.
pub(super) fn items(form: &Form) -> Vec<String> {
    form.all("tick")
        .into_iter()
        .filter(|item| !item.trim().is_empty())
        .take(limits::LIST_ITEMS_MAX)
        .map(str::to_owned)
        .collect()
}

/// Of members who are to be let go, those whom the form names to stay, or names no more among those who go.
fn except(group: &GroupNow, task: &TaskId, form: &Form) -> Vec<String> {
    let mut stay: Vec<String> = form.all("except").into_iter().map(str::to_owned).collect();
    if form.get("chosen").is_some() {
        let go: BTreeSet<&str> = form.all("go").into_iter().collect();
        let all = group.state.tasks.get(task).map(|open| open.task.members.as_slice()).unwrap_or_default();
        stay.extend(all.iter().filter(|id| !go.contains(id.as_str())).map(ToString::to_string));
    }
    stay
}

/// Why somebody says no: in their own words, else as they tapped.
pub(super) fn reason(form: &Form) -> Option<String> {
    let own = form.get("own-reason").map(str::to_owned);
    match (form.get("reason"), own) {
        (Some(tapped), Some(own)) => Some(format!("{tapped}: {own}")),
        (tapped, own) => own.or_else(|| tapped.map(str::to_owned)),
    }
}

/// What somebody adds.
pub(super) fn words(form: &Form) -> Value {
    form.get("note").map_or(Value::Null, Value::str)
}

/// That something was done.
pub(super) fn done(verb: &str, what: &str) -> Phrase {
    match verb {
        "approve" => phrase!("{what}: approved", "{what}：已批准"),
        "unsent" => phrase!("{what}: it is not sent", "{what}：这条不发了"),
        "reject" => phrase!("{what}: rejected", "{what}：已驳回"),
        "skip" => phrase!("{what}: skipped", "{what}：已跳过"),
        "undo" => phrase!("{what}: open again", "{what}：已重新打开"),
        "tick" => phrase!("{what}: ticked off", "{what}：已打勾"),
        "remind" => phrase!("{what}: a reminder is on its way or will be", "{what}：已安排提醒"),
        "reassign" => phrase!("{what}: handed on", "{what}：已交给别人"),
        "retry" | "resend" => phrase!("{what}: it is tried again", "{what}：正在重试"),
        verb if let Some(phrase) = command::done(verb, what) => phrase,
        _ => phrase!("{what}: done", "{what}：已完成"),
    }
}

/// Puts a request to the driver and waits for its commit.
pub(super) async fn put(inside: &Inside, request: CommandRequest) -> CommandReply {
    let stopping = || {
        CommandReply::refuse(pair(
            "the engine is stopping; press again when it runs",
            "引擎正在停止；等它运行时再按",
        ))
    };
    let (reply, answer) = oneshot::channel();
    let all = async {
        if inside.asked.send((request, reply)).await.is_err() {
            return stopping();
        }
        answer.await.unwrap_or_else(|_| stopping())
    };
    tokio::time::timeout(Duration::from_millis(limits::PRESS_MS_MAX), all).await.unwrap_or_else(|_| {
        CommandReply::refuse(pair(
            "the engine has not recorded it yet; look again in a moment before you press again",
            "引擎还没记下来；过一会儿看看，再决定要不要再按",
        ))
    })
}

impl Console {
    /// Keeps what presses came to, for the page that is shown next. Gives the word under which it is told.
    pub(super) fn tell(&self, session: &str, lines: Vec<(bool, Phrase)>) -> u64 {
        self.tell_answered(session, lines, Vec::new())
    }

    /// The same, with what was answered by them.
    pub(super) fn tell_answered(
        &self,
        session: &str,
        lines: Vec<(bool, Phrase)>,
        undo: Vec<(GroupId, TaskId)>,
    ) -> u64 {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.next += 1;
        let id = told.next;
        told.kept.push_back(Said { id, session: session.to_owned(), lines, undo });
        while told.kept.len() > limits::PRESSES_TOLD_MAX {
            told.kept.pop_front();
        }
        id
    }

    /// What presses came to, and what was answered by them; nothing for another session.
    pub(super) fn told(&self, id: &str, session: &str) -> (Vec<(bool, Phrase)>, AnsweredTasks) {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let id = id.parse::<u64>().ok();
        let one = told.kept.iter().find(|said| Some(said.id) == id && said.session == session);
        one.map(|said| (said.lines.clone(), said.undo.clone())).unwrap_or_default()
    }
}
