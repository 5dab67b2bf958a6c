//! What a simulated history adds up to: members, phases, tasks, who talks, and what became of each play.
//!
//! Words only; what is counted is in `sim::spread`.

use super::{
    failure::Failure,
    output::{BAD, NAME, Output, Table, width},
};
use crate::{
    base::phrase::{Phrase, pair, phrase},
    model::playbook::Playbook,
    sim::{Options, spread::Lived, talk::Talk, tally::HistoryTally},
};

/// The sums at the end.
pub(super) fn summary(
    playbook: &Playbook,
    options: &Options,
    lived: &Lived,
    out: &mut Output,
) -> Result<(), Failure> {
    let Lived { tally, talk, .. } = lived;
    let locale = out.languages.people;
    out.heading(locale.pick("Summary", "小结"))?;
    let day = |at| playbook.zone.date(at).to_string();
    let (from, to, members) = (day(options.from), day(options.to), lived.members());
    let HistoryTally { joined, left, removed, forgotten, messages, held, expired, .. } = tally;
    let phases = tally.phases();
    let forgotten = match *forgotten {
        0 => Phrase::default(),
        n => phrase!(", {n} forgotten", "，已忘记 {n}"),
    };
    let phases =
        Phrase::list(phases.iter().map(|(name, at)| phrase!("{name} from {}", "{name} 从 {} 起", day(*at))));
    let held = Phrase::counted(*held as usize, "message", "条消息");
    let mut lines = vec![
        phrase!(
            "{from} to {to}, {members} members at the end ({joined} joined, {left} left, {removed} let go{forgotten}), {messages} of their messages",
            "{from} 到 {to}，最后有 {members} 位成员（加入 {joined}，离开 {left}，移出 {removed}{forgotten}），他们说了 {messages} 条";
            forgotten
        ),
        phrase!("phases: {phases}", "阶段：{phases}"; phases),
        asked(tally),
        phrase!("{held} held by budgets, {expired} expired", "预算压住 {held}，过期 {expired} 条"; held),
    ];
    lines.extend(talkers(talk));
    for line in lines {
        wrapped(line.of(locale), out)?;
    }
    out.line("")?;
    let mut table = plays_table(out);
    for play in &playbook.plays {
        let sums = tally.plays.get(&play.name).cloned().unwrap_or_default();
        let numbers = [sums.runs, sums.posts, sums.missed, sums.skipped, sums.failed];
        let cells = std::iter::once(play.name.to_string()).chain(numbers.map(|n| n.to_string()));
        table.row(cells.collect());
        table.paint_last(0, NAME);
        if sums.failed > 0 {
            table.paint_last(5, BAD);
        }
    }
    table.write(out)?;
    Ok(())
}

/// What people were asked, and what became of it.
fn asked(tally: &HistoryTally) -> Phrase {
    let tasks = Phrase::counted(tally.tasks as usize, "task", "个任务");
    let approvals = Phrase::counted(tally.approvals as usize, "approval", "次审批");
    let answers = Phrase::counted(tally.answers as usize, "answer", "个回答");
    let (done, overdue) = (tally.tasks_done, tally.tasks_overdue);
    let (given, refused, unanswered) = (tally.approved, tally.rejected, tally.silent);
    phrase!(
        "{tasks}: {done} done, {overdue} overdue; {approvals}: {given} given, {refused} refused, {unanswered} unanswered; {answers}",
        "{tasks}：完成 {done}，逾期 {overdue}；{approvals}：通过 {given}，拒绝 {refused}，没有答复 {unanswered}；{answers}";
        tasks, approvals, answers
    )
}

/// Who talks, and what became of those who came.
fn talkers(talk: &Talk) -> Vec<Phrase> {
    let mut lines = Vec::new();
    if let Some(share) = talk.share_of_top(5) {
        let members = Phrase::counted(talk.speakers(), "member", "位成员");
        lines.push(phrase!(
            "who talks: {members}, the five who talk most say {share}% of it",
            "说话的人：{members}，说得最多的五位占 {share}%";
            members
        ));
    }
    let new = talk.newcomers();
    if new.all > 0 {
        let all = Phrase::counted(new.all as usize, "newcomer", "位新人");
        let (silent, faded, stayed) = (new.silent, new.faded, new.stayed);
        lines.push(phrase!(
            "{all}: {silent} never said anything, {faded} went quiet within three days, {stayed} stayed in the talk",
            "{all}：{silent} 位一句话没说，{faded} 位三天内就不说了，{stayed} 位一直在聊";
            all
        ));
    }
    lines
}

/// A table of what became of each play.
pub(super) fn plays_table(out: &Output) -> Table {
    Table::new(
        &[
            pair("play", "玩法"),
            pair("runs", "活动"),
            pair("posts", "消息"),
            pair("missed steps", "错过的步骤"),
            pair("skipped", "没发生"),
            pair("failed", "失败"),
        ],
        out.languages.people,
    )
}

/// A line of the summary, broken between words where the terminal ends.
fn wrapped(text: &str, out: &mut Output) -> std::io::Result<()> {
    let mut line = String::from(" ");
    for word in text.split_whitespace() {
        if width(&line) + 1 + width(word) > out.width && line.trim() != "" {
            out.line(&line)?;
            line = String::from("   ");
        }
        line.push(' ');
        line.push_str(word);
    }
    out.line(&line)
}
