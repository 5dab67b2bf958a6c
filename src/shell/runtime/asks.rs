//! Requests from the control socket become inputs; their answers come after the commit.

#![expect(clippy::disallowed_methods, reason = "looks at the outbox beside the driver")]

use super::{
    driver::Driver,
    event::Event,
    pending::{Pending, Reply},
    slot::GroupSlot,
};
use crate::{
    base::{
        ids::{EffectId, GroupId, InputId},
        limits,
        phrase::{Phrase, pair, phrase},
        time::Zone,
    },
    courier::Hurried,
    engine::{
        dispatched::{Dispatched, Stands},
        entry::{Entry, Fact, Poison},
        input::{Command, Input, InputKind, Receipt, Signal},
    },
    shell::{
        clock,
        socket::{Ask, AskedFor, CommandReply},
        store::{self, Forget, MessageStatus, OutboxRow, Reader},
        view::log::JournalLine,
    },
};
use std::fmt::Write as _;
use tokio::sync::oneshot;

/// Takes a request.
pub(super) fn take(driver: &mut Driver, (request, reply): AskedFor) {
    match request.ask {
        Ask::Reload => driver.reload(Some(reply)),
        Ask::Forget { member } => forget(driver, Forget { group: request.group, member }, reply),
        ask => of_group(driver, (request.id, request.group), ask, reply),
    }
}

/// Takes a request of one group.
fn of_group(
    driver: &mut Driver,
    (id, group): (Option<String>, Option<GroupId>),
    ask: Ask,
    reply: oneshot::Sender<CommandReply>,
) {
    let group = match group_of(driver, group) {
        Ok(group) => group,
        Err(reason) => return Driver::refuse(reply, reason),
    };
    let waiting = driver.slots.get(&group).map_or(0, |slot| slot.waiting.len());
    if waiting >= limits::INPUTS_WAITING_MAX {
        let reason = phrase!(
            "{waiting} inputs of group `{group}` are waiting already; ask again in a moment",
            "群 `{group}` 已经有 {waiting} 条输入在排队；过一会儿再试"
        );
        return Driver::refuse(reply, reason);
    }
    let id = id.map_or_else(|| driver.fresh_id(), InputId::from);
    let kind = match ask {
        // The engine's own clock counts.
        Ask::Command(Command::SetBackClock { .. }) => {
            InputKind::Command(Command::SetBackClock { to: clock::now() })
        }
        Ask::Command(command @ (Command::Recall { .. } | Command::Correct { .. } | Command::Drop { .. })) => {
            return look_up(driver, group, (id, command), reply);
        }
        Ask::Command(command) => InputKind::Command(command),
        Ask::Signal { name, .. } if name.trim().is_empty() || name.contains(char::is_whitespace) => {
            return Driver::refuse(
                reply,
                phrase!(
                    "{name:?} is not a signal's name: a name has no spaces",
                    "{name:?} 不是信号名：名字里没有空格"
                ),
            );
        }
        Ask::Signal { name, member, data, by_hand } => {
            let signal =
                Signal { name: name.into(), id: id.clone(), at: clock::now(), sent: None, member, data };
            if by_hand { InputKind::Command(Command::Report { signal }) } else { InputKind::Signal(signal) }
        }
        Ask::Reload => return driver.reload(Some(reply)),
        Ask::Forget { member } => return forget(driver, Forget { group: Some(group), member }, reply),
        Ask::Resend { effect } => return outbox(driver, group, effect, None, reply),
        Ask::Arrived { effect, by } => {
            return outbox(driver, group, effect, Some(by.unwrap_or_default()), reply);
        }
    };
    driver
        .enqueue(&group, Pending { reply: Some(Reply::Command(reply)), ..Pending::new(Input { id, kind }) });
}

/// Somebody is forgotten: what is in memory and under way has them, too, so the engine stops, rewrites what it keeps and
/// starts again.
fn forget(driver: &mut Driver, forget: Forget, reply: oneshot::Sender<CommandReply>) {
    if let Err(error) = store::ask_to_forget(&driver.dir, &forget) {
        return Driver::refuse(reply, error.to_string());
    }
    driver.again = true;
    driver.stopping = true;
    let said = pair("the engine stops, forgets, and starts again by itself", "引擎会停下来忘掉，再自己启动");
    let done = CommandReply { ok: true, group: forget.group, ..CommandReply::default() };
    let _ = reply.send(done.saying(vec![said.into()], None));
}

fn group_of(driver: &Driver, wanted: Option<GroupId>) -> Result<GroupId, Phrase> {
    let mut running = driver.slots.values().filter(|slot| slot.book.is_some()).map(GroupSlot::group);
    match wanted {
        Some(group) if driver.slots.get(&group).is_some_and(|slot| slot.book.is_some()) => Ok(group),
        Some(group) => {
            let all = names(running);
            Err(phrase!(
                "no group `{group}` is running here; running: {all}",
                "这里没有群 `{group}` 在运行；在运行的有：{all}"
            ))
        }
        None => match (running.next(), running.next()) {
            (Some(only), None) => Ok(only.clone()),
            (None, _) => Err(pair("no group is running here", "这里没有群在运行").into()),
            (Some(first), Some(second)) => {
                let all = names([first, second].into_iter().chain(running));
                Err(phrase!(
                    "this engine runs several groups: say which with --group; running: {all}",
                    "这个引擎跑着好几个群：用 --group 说是哪一个；在运行的有：{all}"
                ))
            }
        },
    }
}

fn names<'a>(groups: impl Iterator<Item = &'a GroupId>) -> String {
    const SHOWN: usize = 8;
    let all: Vec<&str> = groups.map(GroupId::as_str).collect();
    let mut text = all[..all.len().min(SHOWN)].join(", ");
    if all.len() > SHOWN {
        let _ = write!(text, " and {} more", all.len() - SHOWN);
    }
    text
}

/// A command about a message that was sent takes with it what the outbox knows of the message.
fn look_up(
    driver: &Driver,
    group: GroupId,
    (id, command): (InputId, Command),
    reply: oneshot::Sender<CommandReply>,
) {
    let (dir, events) = (driver.dir.clone(), driver.events.clone());
    tokio::spawn(async move {
        let (Command::Recall { effect, .. } | Command::Correct { effect, .. } | Command::Drop { effect, .. }) =
            &command
        else {
            return;
        };
        let (wanted, effect) = (group.clone(), effect.clone());
        let decides = matches!(command, Command::Drop { .. });
        let found = tokio::task::spawn_blocking(move || {
            if decides {
                return find(&dir, &wanted, &effect, true).map(Some);
            }
            let sent = Reader::open(&dir).and_then(|reader| reader.sent(&wanted, &effect));
            sent.map_err(|error| Phrase::same(error.to_string()))
        });
        let row = match found.await {
            Ok(Ok(row)) => row,
            Ok(Err(reason)) => return Driver::refuse(reply, reason),
            Err(error) => return Driver::refuse(reply, error.to_string()),
        };
        let found =
            row.map(|row| Box::new(Dispatched { stands: stands(row.status), outgoing: row.outgoing }));
        let command = match command {
            Command::Recall { effect, by, .. } => Command::Recall { effect, known: found, by },
            Command::Correct { effect, text, by, .. } => Command::Correct { effect, text, known: found, by },
            Command::Drop { effect, by, .. } => Command::Drop { effect, known: found, by },
            other => other,
        };
        let input = Input { id, kind: InputKind::Command(command) };
        let pending = Pending { reply: Some(Reply::Command(reply)), ..Pending::new(input) };
        let _ = events.send(Event::Input(group, Box::new(pending)));
    });
}

const fn stands(status: MessageStatus) -> Stands {
    match status {
        MessageStatus::Pending => Stands::Waits,
        MessageStatus::Claimed | MessageStatus::Delivered | MessageStatus::Manual => Stands::Sent,
        MessageStatus::InDoubt => Stands::InDoubt,
        MessageStatus::Dead | MessageStatus::Expired => Stands::Lost,
    }
}

/// A person decides about a message that is dead or in doubt: sent again, or `arrived` by whom.
fn outbox(
    driver: &Driver,
    group: GroupId,
    effect: EffectId,
    arrived: Option<String>,
    reply: oneshot::Sender<CommandReply>,
) {
    let (dir, store, events) = (driver.dir.clone(), driver.store.clone(), driver.events.clone());
    let courier = driver.delivery.courier().cloned();
    tokio::spawn(async move {
        let wanted = (group.clone(), effect.clone(), arrived.is_some());
        let found = tokio::task::spawn_blocking(move || find(&dir, &wanted.0, &wanted.1, wanted.2)).await;
        let row = match found {
            Ok(Ok(row)) => row,
            Ok(Err(reason)) => return Driver::refuse(reply, reason),
            Err(error) => return Driver::refuse(reply, error.to_string()),
        };
        if let Some(by) = arrived {
            let note = if by.is_empty() { "a person saw it".to_owned() } else { format!("seen by {by}") };
            let input = Input::receipt(&row.effect, Receipt::Accepted { note });
            let pending =
                Pending { told: Some(row.effect), reply: Some(Reply::Command(reply)), ..Pending::new(input) };
            let _ = events.send(Event::Input(group, Box::new(pending)));
            return;
        }
        if matches!(row.status, MessageStatus::Pending | MessageStatus::Claimed) {
            let hurried = courier.map_or(Hurried::Unknown, |courier| courier.hurry(row.key));
            match hurried {
                Hurried::Now => {
                    let said =
                        vec![format!("{effect} is tried now, {} attempts were made before", row.attempts)];
                    let _ = reply.send(CommandReply {
                        ok: true,
                        group: Some(group),
                        said,
                        ..CommandReply::default()
                    });
                }
                Hurried::UnderWay => {
                    Driver::refuse(reply, phrase!("{effect}: an attempt is under way", "{effect}：正在发送"));
                }
                Hurried::Unknown => {
                    Driver::refuse(
                        reply,
                        phrase!(
                            "{effect} is not on its way: its group rests",
                            "{effect} 没有在发送：它的群停着"
                        ),
                    );
                }
            }
            return;
        }
        match store.revive(group.clone(), effect).await {
            Ok(Some(row)) => {
                let _ = events.send(Event::Revived(Box::new(row)));
                let _ = reply.send(CommandReply { ok: true, group: Some(group), ..CommandReply::default() });
            }
            Ok(None) => Driver::refuse(reply, pair("it is on its way already", "它已经在路上了")),
            Err(error) => Driver::refuse(reply, error.to_string()),
        }
    });
}

fn find(
    dir: &std::path::Path,
    group: &GroupId,
    effect: &EffectId,
    by_hand: bool,
) -> Result<OutboxRow, Phrase> {
    let row = Reader::open(dir)
        .and_then(|reader| reader.message(group, effect))
        .map_err(|error| Phrase::same(error.to_string()))?;
    match row {
        Some(row) if matches!(row.status, MessageStatus::Dead | MessageStatus::InDoubt) => Ok(row),
        Some(row) if by_hand && row.status == MessageStatus::Manual => Ok(row),
        Some(row) if !by_hand && matches!(row.status, MessageStatus::Pending | MessageStatus::Claimed) => {
            Ok(row)
        }
        Some(row) => Err(phrase!(
            "{effect} is {}: nothing has to be decided about it",
            "{effect} 的状态是 `{}`：没有什么要决定的",
            row.status.as_str()
        )),
        None => Err(phrase!(
            "no message {effect} of group `{group}` waits for a person; `playbook outbox` lists those that do",
            "群 `{group}` 里没有等人处理的消息 {effect}；用 `playbook outbox` 看有哪些"
        )),
    }
}

/// The answer to a request whose decision is committed.
pub(super) fn answer(group: &GroupId, first: i64, entries: &[Entry], zone: &Zone) -> CommandReply {
    let refused = entries.iter().find_map(|entry| match &entry.fact {
        Fact::Refused { reason } | Fact::Poisoned(Poison { reason, condition: false, .. }) => {
            Some(reason.clone())
        }
        _ => None,
    });
    let line = |(seq, entry): (i64, &Entry)| {
        serde_json::to_value(JournalLine { seq, group, entry, zone }).unwrap_or_default()
    };
    CommandReply {
        ok: refused.is_none(),
        group: Some(group.clone()),
        entries: (first..).zip(entries).map(line).collect(),
        ..CommandReply::default()
    }
    .saying(Vec::new(), refused)
}
