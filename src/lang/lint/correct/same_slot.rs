//! `same-slot`: two plays post to the same channel at the same instant.

use super::context::{Context, due_steps, found, meet};
use crate::{
    base::{
        diagnostic::{
            Diagnostic, Severity,
            code::{Code, Example},
        },
        ids::ChannelName,
        phrase::{pair, phrase},
        time::Timestamp,
    },
    model::{
        play::Play,
        step::{Step, Verb},
    },
};
use std::collections::BTreeSet;

pub(super) const CODE: Code = Code {
    slug: "same-slot",
    severity: Severity::Warning,
    meaning: pair(
        "two plays post to the same channel at the same instant",
        "两个玩法在同一时刻往同一个频道发消息",
    ),
    explanation: pair(
        "Two messages at once read as noise, and neither gets an answer; `posts.gap` pushes the second one back. Give them times of their own. Looked at are posts and questions whose time follows from the file, over eight ordinary weeks and all dates; plays that never run in the same phase do not meet.",
        "两条消息同时到，读起来就是刷屏，谁也得不到回应；有 `posts.gap` 时第二条会被往后推。把时间错开。检查的是八个普通星期和所有日期里、时间可以从文件推出的 `post` 和 `ask`；从不在同一阶段运行的玩法不会撞在一起。",
    ),
    bad: Example::of(
        "plays:\n  news:\n    every: day at 09:00\n    steps:\n      - post: News.\n  quiz:\n    every: monday at 09:00\n    steps:\n      - post: A question.\n",
    ),
    good: Example::of(
        "plays:\n  news:\n    every: day at 09:00\n    steps:\n      - post: News.\n  quiz:\n    every: monday at 19:00\n    steps:\n      - post: A question.\n",
    ),
    practices: &["P058"],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut all: Vec<(Timestamp, &ChannelName, &Play, &Step)> = Vec::new();
    for play in &cx.playbook.plays {
        let dues = due_steps(play);
        for anchor in cx.anchors(play, 8) {
            for due in &dues {
                let to = match &due.step.verb {
                    Verb::Post(post) => &post.to,
                    Verb::Ask(ask) => &ask.to,
                    _ => continue,
                };
                all.push((due.at(anchor, cx.playbook), to, play, due.step));
            }
        }
    }
    // In a slot the plays stay in the order of the file.
    all.sort_by(|(at, to, ..), (other, there, ..)| (at, to).cmp(&(other, there)));
    // One step of each play is enough: a play with thousands in one slot meets the others once.
    all.dedup_by(|next, last| (next.0, next.1) == (last.0, last.1) && std::ptr::eq(next.2, last.2));
    let mut told: BTreeSet<(&str, &str)> = BTreeSet::new();
    for slot in all.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
        for (index, (at, channel, play, step)) in slot.iter().enumerate() {
            // Each is told with one that it meets: three at once are two too many, not three.
            let earlier = slot.iter().take(index).map(|(_, _, other, _)| *other);
            let mut meets = earlier.filter(|other| other.name != play.name && meet(other, play));
            let Some(first) = meets.next() else { continue };
            if !told.insert((first.name.as_str(), play.name.as_str())) {
                continue;
            }
            let civil = cx.playbook.zone.civil(*at).strftime("%Y-%m-%d %H:%M").to_string();
            let message = phrase!(
                "`{}` and `{}` both post to `{channel}` at {civil}",
                "`{}` 和 `{}` 都在 {civil} 往 `{channel}` 发消息",
                first.name,
                play.name
            );
            let span = cx.key_span(play, step, step.verb.as_str());
            out.push(
                found(&CODE, span, message).help(pair("give one of them another time", "给其中一个换个时间")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn plays_that_never_run_in_one_phase_or_speak_elsewhere_do_not_meet() {
        let two = "plays:\n  a:\n    every: day at 09:00\n    steps:\n      - post: One.\n  b:\n    every: monday at 08:00\n    steps:\n      - wait: 1h\n      - post: Two.\n";
        assert_eq!(messages(&CODE, two), ["`a` and `b` both post to `group` at 2026-03-02 09:00"]);
        let phases = "phases:\n  - { name: seed, timeout: 7d }\n  - { name: grow }\nplays:\n  a:\n    every: monday at 09:00\n    during: seed\n    steps:\n      - post: One.\n  b:\n    every: monday at 09:00\n    during: grow\n    steps:\n      - post: Two.\n";
        assert_eq!(messages(&CODE, phases), [""; 0]);
        let channels = "channels: { group: { type: console }, news: { type: console } }\nplays:\n  a:\n    every: monday at 09:00\n    steps:\n      - post: One.\n  b:\n    every: monday at 09:00\n    steps:\n      - { post: Two., to: news }\n";
        assert_eq!(messages(&CODE, channels), [""; 0]);
        // The first of three meets neither of the others, which meet each other.
        let three = "phases:\n  - { name: seed, timeout: 7d }\n  - { name: grow }\nplays:\n  a:\n    every: saturday at 09:00\n    during: seed\n    steps:\n      - post: One.\n  b:\n    every: saturday at 09:00\n    during: grow\n    steps:\n      - post: Two.\n  c:\n    every: day at 09:00\n    during: grow\n    steps:\n      - post: Three.\n";
        assert_eq!(messages(&CODE, three), ["`b` and `c` both post to `group` at 2026-03-07 09:00"]);
    }
}
