//! Plays that have no time of their own: what one that answers a signal, a condition or a command waits for.

use super::{
    Account, Finding, Verdict,
    ahead::Look,
    heard::Heard,
    words::{self, when},
};
use crate::{
    base::{
        ids::RunId,
        phrase::{Phrase, phrase},
    },
    engine::{
        condition::{Condition, Truth},
        entry::Cause,
        gate::Gate,
    },
    model::{trigger::Trigger, whenever::Whenever},
};

impl Look<'_> {
    /// What a play that answers a signal waits for.
    pub(super) fn signal(&self, heard: &Heard) -> Account {
        let Trigger::Signal(on) = &self.play.trigger else { return self.nothing() };
        let (name, signal) = (&self.play.name, &on.name);
        let mut because = vec![words::trigger(self.playbook, self.play, &self.state.group, None)];
        let cause = Cause::default();
        let run = RunId::from(format!("{name}@?"));
        let now = self.question.now.max(self.state.clock);
        let occasion = self.occasion(&run, now, &cause);
        let asked = occasion.asked();
        // What a `when` says depends on the signal, which has not come.
        let gates = asked.iter().filter(|asked| asked.gate != Gate::When);
        because.extend(gates.map(|asked| words::gate(asked, &occasion)));
        let open = self.state.plays.get(name).and_then(|known| known.batch.as_ref());
        let says = match open {
            None => phrase!("{name} waits for the signal {signal}", "{name} 在等信号 {signal}"),
            Some((until, signals)) => {
                let (at, n, distance) =
                    (when(*until, &self.playbook.zone), signals.len(), self.distance(*until));
                phrase!(
                    "{name} will begin {at}, {distance}: it collects signals until then and has {n}",
                    "{name} 将在 {at} 开始，{distance}：到那时为止攒信号，已有 {n} 个";
                    distance
                )
            }
        };
        let came = match (heard.all, heard.met) {
            (0, _) => {
                phrase!("no signal {signal} has come since the group began", "建群以来没有来过信号 {signal}")
            }
            (all, met) if on.filter.is_some() => phrase!(
                "{all} came since the group began, {met} met its `where`",
                "建群以来来过 {all} 个，符合 `where` 的 {met} 个"
            ),
            (all, _) => phrase!("{all} came since the group began", "建群以来来过 {all} 个"),
        };
        because.push(Finding::fact("signals", came));
        let mut account = self.account(Verdict::Waits, says, Vec::new());
        if let Some((cited, finding)) = &heard.last {
            let text = &finding.text;
            let text = phrase!("the last one: {text}", "最近一次：{text}"; text);
            because.push(Finding { text, ..finding.clone() });
            account.journal.push(cited.clone());
        }
        because.sort_by_key(|finding| finding.holds != Some(false));
        if open.is_some() {
            account.verdict = Verdict::WillHappen;
        }
        Account { because, ..account }
    }

    /// What a play with `whenever` waits for.
    pub(super) fn condition(&self, whenever: &Whenever) -> Account {
        let zone = self.play.zone_or(&self.playbook.zone);
        let because = vec![words::trigger(self.playbook, self.play, &self.state.group, None)];
        let known = self.state.conditions.get(&self.play.name).map(|known| &known.condition);
        let known = known.filter(|known| *known.expression == *whenever.words());
        let name = &self.play.name;
        let says = match known {
            None => phrase!(
                "{name} starts when its condition becomes true; it has not been true yet",
                "条件成立时 {name} 开始；到现在还没有成立过"
            ),
            Some(Condition { holds: Truth::False, since, .. }) => phrase!(
                "{name} starts when its condition becomes true; it has been false since {}",
                "条件成立时 {name} 开始；从 {} 起不成立",
                when(*since, zone)
            ),
            Some(Condition { holds: Truth::Unknown, since, .. }) => phrase!(
                "{name} does not start: since {} nobody knows whether its condition holds, because it reads a number \
                 that the group does not hear (`playbook metrics` says which)",
                "{name} 不会开始：从 {} 起不知道条件成不成立，因为它用到的数字这个群听不到（见 `playbook metrics`）",
                when(*since, zone)
            ),
            Some(Condition { since, done: true, .. }) => phrase!(
                "its condition has been true since {} and has had its effect; {name} starts again after it was false",
                "条件从 {} 起成立，已经开始过；要先不成立，{name} 才会再开始",
                when(*since, zone)
            ),
            Some(Condition { since, .. }) => phrase!(
                "its condition has been true since {}; {name} starts at {} if it stays so",
                "条件从 {} 起成立；一直成立的话，{name} 在 {} 开始",
                when(*since, zone),
                when(since.plus(whenever.lasts), zone)
            ),
        };
        self.account(Verdict::Waits, says, because)
    }

    /// What a play waits for that is only started.
    pub(super) fn command(&self) -> Account {
        let because = vec![words::trigger(self.playbook, self.play, &self.state.group, None)];
        let started = self.state.plays.get(&self.play.name).map_or(0, |known| known.started);
        let times: Phrase = match started {
            0 => phrase!("it has never been started", "还没有开始过"),
            1 => phrase!("it was started once", "开始过一次"),
            n => phrase!("it was started {n} times", "开始过 {n} 次"),
        };
        let name = &self.play.name;
        let says = phrase!(
            "{name} has no time of its own: it begins when it is started; {times}",
            "{name} 没有自己的时间：有人开始它才开始；{times}";
            times
        );
        self.account(Verdict::Waits, says, because)
    }
}
