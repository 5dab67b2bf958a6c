//! The words with which the engine itself speaks to people: tasks, approvals, questions, alerts.
//!
//! CommonMark in the playbook's locale. Pure text; decides nothing.

use super::{
    entry::{Task, TaskKind},
    input::ChannelNews,
    shut::Shut,
    state::OpenTask,
};
use crate::{
    base::{
        ids::{ChannelName, GroupId, RunId, StepId, TaskId},
        limits,
        locale::Locale,
        markdown,
        time::Timestamp,
    },
    model::{group::Group, play::Play, playbook::Playbook, step::Ask},
};
use std::fmt::{Display, Write as _};

/// What somebody who is asked something reads.
pub(super) fn task_opened(playbook: &Playbook, group: &GroupId, task: &Task, now: Timestamp) -> String {
    let locale = playbook.locale;
    let head = match task.kind {
        TaskKind::Approval => locale.pick("Approval", "待审批"),
        TaskKind::Removal => locale.pick("Removal", "移出成员"),
        TaskKind::Task | TaskKind::Question | TaskKind::Delivery => locale.pick("Task", "任务"),
    };
    let mut text = format!("**{head} {}** · {}", task.id, task.text);
    if let Some(show) = &task.show {
        // As a quotation, so that it is seen where it begins and ends.
        for line in show.trim().lines() {
            let _ = write!(text, "{}> {line}", if text.ends_with('\n') { "" } else { "\n" });
        }
    }
    if !task.list.is_empty() {
        text.push('\n');
    }
    for item in &task.list {
        let _ = write!(text, "\n- [ ] {item}");
    }
    if let Some(due) = task.due {
        let due = locale.time(due, &playbook.zone, now);
        let _ = match locale {
            Locale::En => write!(text, "\n\nBy {due}."),
            Locale::Zh => write!(text, "\n\n截止：{due}"),
        };
    }
    let id = in_group(playbook, group.as_str(), &task.id);
    let answer = match (task.kind, locale) {
        (TaskKind::Approval, Locale::En) => {
            let but = if task.members.is_empty() { "" } else { " (`--except NAME` keeps one)" };
            format!("Answer: `playbook approve {id}`{but} or `playbook reject {id}`")
        }
        (TaskKind::Approval, Locale::Zh) => {
            let but = if task.members.is_empty() { "" } else { "（`--except 名字` 留下某人）" };
            format!("答复：`playbook approve {id}`{but} 或 `playbook reject {id}`")
        }
        (_, Locale::En) if task.list.is_empty() => format!("When done: `playbook done {id}`"),
        (_, Locale::Zh) if task.list.is_empty() => format!("完成后：`playbook done {id}`"),
        (_, Locale::En) => format!(
            "When done: `playbook done {id}`; one by one with `--item 1`, or with an answer `--item 1=…`"
        ),
        (_, Locale::Zh) => {
            format!("完成后：`playbook done {id}`；逐项用 `--item 1`，要写答案用 `--item 1=…`")
        }
    };
    let _ = write!(text, "\n\n{answer}");
    text
}

/// A reminder, or the word to whoever a task escalates to.
pub(super) fn task_reminder(playbook: &Playbook, open: &OpenTask, now: Timestamp, escalated: bool) -> String {
    let (task, locale) = (&open.task, playbook.locale);
    let due = task.due.map(|due| locale.time(due, &playbook.zone, now)).unwrap_or_default();
    let who = locale.join(&task.people.iter().map(|p| p.name.clone()).collect::<Vec<_>>());
    let mut text = match (locale, escalated) {
        (Locale::En, false) => format!("**Reminder {}** · {}\n\nBy {due}.", task.id, task.text),
        (Locale::Zh, false) => format!("**提醒 {}** · {}\n\n截止：{due}", task.id, task.text),
        (Locale::En, true) => {
            format!("**Overdue {}** · {}\n\n{who} was to do it by {due}.", task.id, task.text)
        }
        (Locale::Zh, true) => format!("**逾期 {}** · {}\n\n负责人：{who}，截止：{due}", task.id, task.text),
    };
    // Of a list it tells what is still open.
    for (nth, item) in open.left().take(limits::LIST_ITEMS_SHOWN).enumerate() {
        let _ = write!(text, "{}\n- [ ] {item}", if nth == 0 { "\n" } else { "" });
    }
    text
}

/// A gate stayed shut, and these steps do not happen.
pub(super) fn gate_shut(
    playbook: &Playbook,
    play: &Play,
    anchor: Timestamp,
    now: Timestamp,
    why: &Shut,
    ahead: &[(Option<Timestamp>, String)],
) -> String {
    let locale = playbook.locale;
    let time = |at: Timestamp| locale.time(at, &playbook.zone, now);
    let (title, moment, n) = (markdown::escape(&play.title), time(anchor), ahead.len());
    let why = shut(locale, why);
    let mut text = match locale {
        Locale::En => format!("**{title} · {moment}**: {why}. It ends here; {} not happen:\n", count_en(n)),
        Locale::Zh => format!("**{title} · {moment}**：{why}。到此结束，后面 {n} 步不再进行：\n"),
    };
    for (at, line) in ahead.iter().take(limits::STEPS_TOLD_MAX) {
        let at = at.map(|at| format!("{} ", time(at))).unwrap_or_default();
        let _ = write!(text, "\n- {at}{line}");
    }
    if let Some(more) = n.checked_sub(limits::STEPS_TOLD_MAX).filter(|more| *more > 0) {
        let _ = match locale {
            Locale::En => write!(text, "\n- and {more} more"),
            Locale::Zh => write!(text, "\n- 另有 {more} 步"),
        };
    }
    text
}

fn shut(locale: Locale, why: &Shut) -> String {
    match (why, locale) {
        (Shut::Rejected { by, note }, _) => {
            let by = by.as_deref().map(markdown::escape).unwrap_or_default();
            let note = note.as_deref().map(markdown::escape).unwrap_or_default();
            let (who, why) = match locale {
                Locale::En if by.is_empty() => ("not approved".to_owned(), format!(": {note}")),
                Locale::En => (format!("not approved by {by}"), format!(": {note}")),
                Locale::Zh => (format!("{by}没有批准"), format!("，理由：{note}")),
            };
            if note.is_empty() { who } else { format!("{who}{why}") }
        }
        (Shut::Silent, Locale::En) => "nobody decided in time".into(),
        (Shut::Silent, Locale::Zh) => "没有人及时审批".into(),
        (Shut::Missed, Locale::En) => "it was too late to ask for the approval".into(),
        (Shut::Missed, Locale::Zh) => "已来不及审批".into(),
    }
}

fn count_en(n: usize) -> String {
    if n == 1 { "1 step ahead does".into() } else { format!("{n} steps ahead do") }
}

/// A question to the group, its first line in bold, with its options numbered.
pub(super) fn question(locale: Locale, question: &str, options: &[String], ask: &Ask) -> String {
    let (first, more) = question.trim().split_once('\n').unwrap_or((question.trim(), ""));
    let mut text = format!("**{}**\n", first.trim());
    for line in more.lines() {
        let _ = writeln!(text, "\n{line}");
    }
    for (index, option) in options.iter().enumerate() {
        let _ = write!(text, "\n{}. {option}", index + 1);
    }
    for field in &ask.fields {
        let _ = write!(text, "\n- {field}");
    }
    if ask.choices > 1 {
        let most = ask.choices;
        let _ = match locale {
            Locale::En => write!(text, "\n\nChoose up to {most}."),
            Locale::Zh => write!(text, "\n\n最多选 {most} 项。"),
        };
    }
    if let Some(seats) = ask.seats {
        let _ = match locale {
            Locale::En if seats == 1 => {
                write!(text, "\n\nOne place; who comes later is on the waiting list.")
            }
            Locale::En => write!(text, "\n\n{seats} places; who comes later is on the waiting list."),
            Locale::Zh => write!(text, "\n\n共 {seats} 个名额，报满后进入候补名单。"),
        };
    }
    text
}

/// Until when a question is open, below it.
pub(super) fn open_until(playbook: &Playbook, until: Timestamp, now: Timestamp) -> String {
    let until = playbook.locale.time(until, &playbook.zone, now);
    match playbook.locale {
        Locale::En => format!("\n\nOpen until {until}."),
        Locale::Zh => format!("\n\n截止：{until}"),
    }
}

/// Who has been silent, on a channel that does not hear it.
pub(super) fn who_is_silent(playbook: &Playbook, condition: &str, members: usize) -> String {
    let condition = markdown::escape(condition);
    match playbook.locale {
        Locale::En => format!(
            "Who is silent? Nothing here hears who speaks, so look through the {} yourself and name those of whom this \
             is true: {condition}. Answer with `--note \"NAME, NAME\"` (ids or names); without a name nobody goes.",
            members_en(members)
        ),
        Locale::Zh => format!(
            "谁在潜水？这里听不到谁说过话，请自己看一遍这 {members} 位成员，写下符合这个条件的人：{condition}。用 \
             `--note \"名字，名字\"` 回答（名字或 id）；一个名字也不写，就谁也不移出。"
        ),
    }
}

/// A notice is said once more before its time is over.
pub(super) fn once_more(playbook: &Playbook, notice: &str, until: Timestamp, now: Timestamp) -> String {
    let until = playbook.locale.time(until, &playbook.zone, now);
    match playbook.locale {
        Locale::En => format!("{notice}\n\nOnce more: this ends {until}."),
        Locale::Zh => format!("{notice}\n\n再提醒一次：{until}截止。"),
    }
}

/// Whether these members are to be removed.
pub(super) fn prune_question(playbook: &Playbook, names: &[String]) -> String {
    let list = plain_names(playbook.locale, names);
    match playbook.locale {
        Locale::En => format!("Remove {} who stayed silent? {list}", members_en(names.len())),
        Locale::Zh => format!("以下 {} 位成员仍未发言，是否移出？{list}", names.len()),
    }
}

/// The list for whoever removes them.
pub(super) fn prune_list(playbook: &Playbook, names: &[String]) -> String {
    let list = plain_names(playbook.locale, names);
    match playbook.locale {
        Locale::En => format!("Remove {} from the group: {list}", members_en(names.len())),
        Locale::Zh => format!("请将以下 {} 位成员移出群聊：{list}", names.len()),
    }
}

/// Names of members as plain text in a sentence.
fn plain_names(locale: Locale, names: &[String]) -> String {
    locale.join(&names.iter().map(|name| markdown::escape(name)).collect::<Vec<_>>())
}

fn members_en(n: usize) -> String {
    if n == 1 { "1 member".into() } else { format!("{n} members") }
}

/// A message went out without its mention.
pub(super) fn muted(locale: Locale, text: &str) -> String {
    let text = beginning(text);
    match locale {
        Locale::En => format!(
            "The mentions of the day are used up, so this went out without one: “{text}” Tell those who must know yourself."
        ),
        Locale::Zh => {
            format!("当天的提醒次数已用完，这条消息没有提醒任何人：「{text}」请亲自告诉需要知道的人。")
        }
    }
}

/// A notice was held for so long that it is not posted any more.
pub(super) fn not_posted(locale: Locale, text: &str) -> String {
    let text = beginning(text);
    match locale {
        Locale::En => {
            format!(
                "This notice could not be posted in time: “{text}” Say it another way if it still matters."
            )
        }
        Locale::Zh => format!("这条通知没能按时发出：「{text}」如果仍有必要，请换个方式告知。"),
    }
}

/// A message's text in a sentence: its beginning, where it is long.
pub(super) fn beginning(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// A run failed.
pub(super) fn run_failed(locale: Locale, group: &str, run: &RunId, step: &StepId, error: &str) -> String {
    match locale {
        Locale::En => format!("**{group}**: run `{run}` failed at step {step}.\n\n{error}"),
        Locale::Zh => format!("**{group}**：运行 `{run}` 在步骤 {step} 失败。\n\n{error}"),
    }
}

/// A task is not asked any more, because the answer that gave it was taken back.
pub(super) fn taken_back(locale: Locale, task: &Task, answer: &TaskId) -> String {
    let (id, text) = (&task.id, &task.text);
    match locale {
        Locale::En => {
            format!("**{id}** is not asked any more, because the answer to {answer} was taken back: {text}")
        }
        Locale::Zh => format!("**{id}** 不用做了，因为对 {answer} 的答复撤回了：{text}"),
    }
}

/// A channel has been failing for a while.
pub(super) fn channel_failing(locale: Locale, group: &str, news: &ChannelNews, since: &str) -> String {
    let ChannelNews { channel, reason, waiting, others, .. } = news;
    let (waiting, reason) = (i64::from(*waiting), reason.of(locale));
    match locale {
        Locale::En => {
            let others = match others {
                0 => String::new(),
                1 => " One more group has the same trouble.".to_owned(),
                n => format!(" {n} more groups have the same trouble."),
            };
            let wait =
                if waiting == 1 { "1 message waits".to_owned() } else { format!("{waiting} messages wait") };
            format!(
                "**{group}**: channel `{channel}` has been failing since {since}; {wait} and will be sent when it gets \
                 through.{others}\n\n{reason}\n\nMend its address, then `playbook retry EFFECT` tries at once; \
                 `playbook outbox` lists them."
            )
        }
        Locale::Zh => {
            let others = if *others > 0 {
                format!("另有 {others} 个群遇到同样的问题。")
            } else {
                String::new()
            };
            format!(
                "**{group}**：频道 `{channel}` 自{since}起一直发送失败，{waiting} 条消息在等待，恢复后会补发。{others}\n\n\
                 {reason}\n\n改好地址后可用 `playbook retry EFFECT` 立即重试；`playbook outbox` 列出全部消息。"
            )
        }
    }
}

/// A channel gets through again.
pub(super) fn channel_recovered(locale: Locale, group: &str, news: &ChannelNews, since: &str) -> String {
    let channel = &news.channel;
    match locale {
        Locale::En => {
            format!("**{group}**: channel `{channel}` gets through again; it had been failing since {since}.")
        }
        Locale::Zh => format!("**{group}**：频道 `{channel}` 已恢复，此前自{since}起一直失败。"),
    }
}

/// Nothing comes on a channel on which something usually does.
pub(super) fn ear_silent(locale: Locale, group: &str, channel: &str, since: &str) -> String {
    match locale {
        Locale::En => format!(
            "**{group}**: nothing has been heard on `{channel}` since {since}, where something usually is. Look whether \
             the robot is still in the group; `playbook connect {channel}` shows what arrives. (ear-silent)"
        ),
        Locale::Zh => format!(
            "**{group}**：频道 `{channel}` 自{since}起什么都没听到，而这时通常有动静。请看看机器人是否还在群里；\
             `playbook connect {channel}` 会显示收到了什么。（ear-silent）"
        ),
    }
}

/// Something comes again.
pub(super) fn ear_hears(locale: Locale, group: &str, channel: &str, since: &str) -> String {
    match locale {
        Locale::En => {
            format!("**{group}**: something is heard on `{channel}` again; nothing had been since {since}.")
        }
        Locale::Zh => format!("**{group}**：频道 `{channel}` 又有动静了，此前自{since}起什么都没听到。"),
    }
}

/// Members see nothing from now on: for those who look after the group.
pub(super) fn hushed(
    playbook: &Playbook,
    group: &str,
    until: Option<Timestamp>,
    why: &str,
    now: Timestamp,
) -> String {
    let until = until.map(|until| playbook.locale.time(until, &playbook.zone, now));
    match (playbook.locale, until) {
        (Locale::En, Some(until)) => {
            format!("**{group}** is silent until {until}: {why}\n\nPlease post nothing there by hand either.")
        }
        (Locale::En, None) => format!(
            "**{group}** is silent until `playbook unhush`: {why}\n\nPlease post nothing there by hand either."
        ),
        (Locale::Zh, Some(until)) => {
            format!("**{group}** 静默至{until}：{why}\n\n这段时间也请不要手动往群里发。")
        }
        (Locale::Zh, None) => {
            format!("**{group}** 静默，直到 `playbook unhush`：{why}\n\n这段时间也请不要手动往群里发。")
        }
    }
}

/// A date of which members had been told has no time any more.
/// What whoever looks in while everything is paused is asked; the first time, where nobody was named, for somebody.
pub(super) fn paused(
    playbook: &Playbook,
    group: &Group,
    since: Timestamp,
    now: Timestamp,
    nobody: bool,
) -> String {
    let since = playbook.locale.time(since, &playbook.zone, now);
    let command = |words: &str| in_group(playbook, group.id.as_str(), words);
    let (pause, resume) = (
        command(playbook.locale.pick("pause --caretaker ROLE", "pause --caretaker 角色")),
        command("resume"),
    );
    let group = &group.title;
    match (playbook.locale, nobody) {
        (Locale::En, true) => format!(
            "**{group}** is paused since {since} and nobody looks in. Name somebody (`playbook {pause}`), or go on (`playbook {resume}`)."
        ),
        (Locale::Zh, true) => format!(
            "**{group}** 从{since}起暂停，没有人照看。请指定一个人（`playbook {pause}`），或恢复（`playbook {resume}`）。"
        ),
        (Locale::En, false) => format!(
            "**{group}** is paused since {since}. Look in: greet who is new, answer what was asked, and say when it goes on. `playbook {resume}` ends the pause."
        ),
        (Locale::Zh, false) => format!(
            "**{group}** 从{since}起暂停。请去看一眼：欢迎新人，回答没人答的问题，说明什么时候恢复。`playbook {resume}` 结束暂停。"
        ),
    }
}

pub(super) fn put_off(locale: Locale, title: &str, was: &str) -> String {
    match locale {
        Locale::En => format!("**{title}** is put off. It was to be {was}; the new time follows."),
        Locale::Zh => format!("**{title}** 改期。原定{was}，新的时间另行通知。"),
    }
}

/// A correction of what was said.
pub(super) fn correction(locale: Locale, text: &str) -> String {
    match locale {
        Locale::En => format!("**Correction:** {text}"),
        Locale::Zh => format!("**更正：**{text}"),
    }
}

/// Something is to be pasted where no robot is; what it is stands below.
pub(super) fn to_paste(
    playbook: &Playbook,
    group: &str,
    channel: &ChannelName,
    task: &Task,
    now: Timestamp,
) -> String {
    let locale = playbook.locale;
    let due = task.due.map(|due| locale.time(due, &playbook.zone, now)).unwrap_or_default();
    let id = in_group(playbook, group, &task.id);
    let place = place(playbook, group, channel);
    match locale {
        Locale::En => format!(
            "**To paste {}** · into {place}, until {due}. When it is there: `playbook done {id}`",
            task.id
        ),
        Locale::Zh => {
            format!("**待发送 {}** · 请在{due}前发到{place}，发出后：`playbook done {id}`", task.id)
        }
    }
}

/// Nobody has pasted it in its window.
pub(super) fn not_pasted(
    playbook: &Playbook,
    group: &str,
    channel: &ChannelName,
    task: &Task,
    now: Timestamp,
) -> String {
    let locale = playbook.locale;
    let due = task.due.map(|due| locale.time(due, &playbook.zone, now)).unwrap_or_default();
    let place = place(playbook, group, channel);
    match locale {
        Locale::En => format!(
            "**Not pasted {}** · it was to be in {place} by {due}. Please leave it now; what follows it has been left out.",
            task.id
        ),
        Locale::Zh => {
            format!("**未发送 {}** · 应在{due}前发到{place}，现在请不要再发，后面的步骤已略过。", task.id)
        }
    }
}

fn place(playbook: &Playbook, group: &str, channel: &ChannelName) -> String {
    let whole = channel.as_str() == crate::model::channel::GROUP;
    let of = if whole { String::new() } else { format!(" ({channel})") };
    match playbook.locale {
        Locale::En => format!("**{group}**{of}"),
        Locale::Zh => format!(" **{group}**{of} "),
    }
}

/// A task's id as it is typed: with one group there is nothing to choose from.
pub(super) fn in_group(playbook: &Playbook, group: &str, words: impl Display) -> String {
    match playbook.groups.len() {
        0 | 1 => words.to_string(),
        _ => format!("{words} --group {group}"),
    }
}
