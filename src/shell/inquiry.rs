//! An inquiry: what somebody asks `why` about, found in a playbook, and answered from its journal.
//!
//! For the command and for the door. Reads the journal that it is given; changes nothing and prints nothing.

use super::{
    clock, instant,
    store::{LogLine, Reader, StoreError},
    view,
};
use crate::{
    base::{
        diagnostic::suggest,
        ids::{Digest, GroupId, InputId, MemberId, PlayName, RunId, StepId},
        limits,
        phrase::{Phrase, phrase},
        time::{Duration, Timestamp, Zone},
        words::list,
    },
    engine::{
        self,
        input::{Input, InputKind},
        state::State,
    },
    lang,
    model::{
        moderation::RULES,
        play::{Play, Section},
        playbook::{Playbook, Playbooks},
        trigger::Trigger,
    },
    sim::why::{
        Account, Historian, Question, Verdict,
        rules::{self, Topic},
    },
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// Why something cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclear {
    /// Whether it was not asked right; otherwise something outside is missing.
    pub asked: bool,
    /// What was found and what was expected.
    pub message: Phrase,
    /// What to do next.
    pub help: Option<Phrase>,
}

impl Unclear {
    fn asked(message: impl Into<Phrase>) -> Self {
        Self { asked: true, message: message.into(), help: None }
    }

    fn outside(message: impl Into<Phrase>) -> Self {
        Self { asked: false, message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<Phrase>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<StoreError> for Unclear {
    fn from(error: StoreError) -> Self {
        Self::outside(error.in_words())
    }
}

/// Of which group something is asked, and from what it is answered.
#[derive(Clone, Copy)]
pub struct Inquiry<'a> {
    /// The group.
    pub group: &'a GroupId,
    /// Its playbook in force.
    pub playbook: &'a Arc<Playbook>,
    /// Its state; none where no engine has run.
    pub state: Option<&'a State>,
    /// Its journal; none where no engine has run: then the file alone answers.
    pub journal: Option<&'a Reader>,
    /// Every decision of the group, oldest first, where that is known: then no other group's is passed over.
    pub decisions: Option<&'a [i64]>,
    /// How many entries of it may be gone through; all where nothing is said.
    pub most: Option<usize>,
}

impl Inquiry<'_> {
    /// What there is to say of each occurrence that is meant; never nothing.
    pub fn answer(
        &self,
        asked: &str,
        at: Option<&str>,
    ) -> Result<Vec<(view::why::WhyAnswer, Verdict)>, Unclear> {
        let zone = &self.playbook.zone;
        let asked = &*self.playbook.named(asked).map_err(Unclear::asked)?;
        if let Some(topic) = self.topic(asked) {
            return self.about_rules(&topic);
        }
        let (asked, at) = match self.of_a_day(asked).filter(|_| at.is_none()) {
            Some((asked, day)) => (asked, Some(day)),
            None => (asked.to_owned(), at),
        };
        let (play, run, step) = target(&asked, self.playbook, self.state)?;
        let window = at.map(|at| window(at, zone)).transpose()?;
        // A group's clock never goes backwards, whatever this machine's says.
        let machine = clock::now();
        let now = self.state.map_or(machine, |state| machine.max(state.clock));
        let known = self.state.and_then(|state| state.plays.get(&play));
        let was = known.map(|known| known.was.iter().cloned().collect()).unwrap_or_default();
        let at = window.map(|(window, _)| window);
        let mut question = Question { play, was, run, step, at, now, machine };
        let mut accounts = self.accounts(&question)?;
        let found = |accounts: &[Account]| accounts.iter().any(|account| account.verdict != Verdict::None);
        if let Some((_, day)) = window.filter(|_| !found(&accounts)) {
            // Nothing at that minute: what the day has is what was meant.
            question.at = Some(day);
            accounts = self.accounts(&question)?;
        }
        if accounts.is_empty() {
            return Err(no_such_run(&question, self.playbook));
        }
        // Messages that somebody still has to do something about, or that were in doubt.
        let rows = self.journal.map_or(Ok(Vec::new()), |journal| journal.outbox(Some(self.group), false))?;
        let outbox: Vec<view::outbox::MessageRow> =
            rows.iter().map(|row| view::outbox::row(row, zone)).collect();
        let shown = |account: &Account| (view::why::why(account, &outbox, zone), account.verdict);
        Ok(accounts.iter().map(shown).collect())
    }

    /// The play, or its step, and the day of `PLAY@DAY` and `PLAY@DAY/STEP`; none where that is the id of a run.
    fn of_a_day<'t>(&self, asked: &'t str) -> Option<(String, &'t str)> {
        let (name, rest) = asked.split_once('@')?;
        let play = self.playbook.play(&PlayName::new(name))?;
        let is_run = |id: &str| self.state.is_some_and(|state| state.knows_run(&RunId::new(id)));
        let is_day = |day: &str| {
            let is_id = day.ends_with('Z') || dates(play, self.state).iter().any(|id| id == day);
            !is_id && !is_run(&format!("{name}@{day}")) && instant::read(day, &self.playbook.zone).is_ok()
        };
        if is_day(rest) {
            return Some((name.to_owned(), rest));
        }
        let (day, step) = rest.rsplit_once('/')?;
        (is_day(day) && has_step(play, step)).then(|| (format!("{name}/{step}"), day))
    }

    /// A rule of `moderate`, or a member who may have broken one; a play of that name comes first.
    fn topic(&self, asked: &str) -> Option<Topic> {
        let rules = &self.playbook.moderation;
        if self.playbook.play(&PlayName::new(asked)).is_some() {
            return None;
        }
        if !rules.is_empty()
            && let Some(rule) = asked.strip_prefix(RULES).and_then(|rest| rest.strip_prefix('/'))
        {
            return Some(Topic::Rule(rule.to_owned()));
        }
        let state = self.state?;
        let id = MemberId::new(asked);
        if state.members.contains(&id) || state.moderation.strikes.contains_key(&id) {
            return Some(Topic::Member(id));
        }
        let mut named = state.members.iter().filter(|member| member.name == asked);
        let only = named.next().filter(|_| named.next().is_none())?;
        Some(Topic::Member(only.id.clone()))
    }

    /// What a rule does, or what counts against a member.
    fn about_rules(&self, topic: &Topic) -> Result<Vec<(view::why::WhyAnswer, Verdict)>, Unclear> {
        let zone = &self.playbook.zone;
        let machine = clock::now();
        let now = self.state.map_or(machine, |state| machine.max(state.clock));
        let mut cited = VecDeque::new();
        if let Some(journal) = self.journal {
            self.go_through(journal, &mut |line: LogLine| {
                if topic.has(&line.entry) {
                    cited.extend(rules::cited(line.seq, &line.entry, zone));
                    if cited.len() > limits::WATCHED_KEPT_MAX {
                        cited.pop_front();
                    }
                }
                true
            })?;
        }
        let account = rules::account(topic, self.group, self.playbook, self.state, now, cited.into());
        Ok(vec![(view::why::why(&account, &[], zone), account.verdict)])
    }

    /// The entries of the group, oldest first.
    fn go_through(&self, journal: &Reader, each: &mut dyn FnMut(LogLine) -> bool) -> Result<(), StoreError> {
        match self.decisions {
            Some(decisions) => journal.decisions_while(decisions, each),
            None => journal.log_while(Some(self.group), 0, each),
        }
    }

    /// Goes through the journal with a question.
    fn accounts(&self, question: &Question) -> Result<Vec<Account>, Unclear> {
        let Self { group, playbook, journal, .. } = *self;
        let cache: RefCell<BTreeMap<Digest, Option<Arc<Playbook>>>> = RefCell::default();
        let versions = |digest: &Digest| {
            if *digest == playbook.digest {
                return Some(playbook.clone());
            }
            let mut cache = cache.borrow_mut();
            cache.entry(digest.clone()).or_insert_with(|| stored(journal?, digest)).clone()
        };
        let mut historian = Historian::new(question, group.clone(), &versions);
        let mut broken = None;
        if let Some(journal) = journal {
            let mut gone_through = 0;
            let each = &mut |line: LogLine| {
                gone_through += 1;
                broken = historian.see(line.seq, &line.entry).err();
                broken.is_none() && self.most.is_none_or(|most| gone_through <= most)
            };
            self.go_through(journal, each)?;
            if let Some(most) = self.most.filter(|most| gone_through > *most) {
                let message = phrase!(
                    "the journal of {group} has more than {most} entries: too much to go through for a page",
                    "{group} 的日志超过 {most} 条，网页上读不完"
                );
                return Err(Unclear::outside(message).help(phrase!(
                    "`playbook why` on the command line goes through all of it",
                    "命令行里的 `playbook why` 会全部读完"
                )));
            }
        } else {
            let mut playbooks = Playbooks::default();
            playbooks.insert(playbook.clone());
            let kind = InputKind::Adopt { digest: playbook.digest.clone() };
            let input = Input { id: InputId::new("why"), kind };
            for entry in engine::step(&State::new(group.clone()), &playbooks, &input, question.now).entries {
                if broken.is_none() {
                    broken = historian.see(0, &entry).err();
                }
            }
        }
        if let Some(illegal) = broken {
            return Err(Unclear::outside(phrase!(
                "the journal of {group} cannot be followed: {illegal}",
                "{group} 的日志无法往下读：{illegal}"
            )));
        }
        let mut accounts = historian.accounts(playbook);
        if journal.is_none() {
            for account in &mut accounts {
                account.journal.clear();
            }
        }
        Ok(accounts)
    }
}

/// A version that the state keeps; what this program makes of it goes by the digest that it had.
fn stored(journal: &Reader, digest: &Digest) -> Option<Arc<Playbook>> {
    let (folder, path) = journal.sources(digest).ok()??;
    let playbook = lang::compile(&folder, &path).playbook?;
    Some(Arc::new(Playbook { digest: digest.clone(), ..Playbook::clone(&playbook) }))
}

fn no_such_run(question: &Question, playbook: &Playbook) -> Unclear {
    let what = question.run.as_ref().map_or(question.play.as_str(), RunId::as_str);
    let failure = Unclear::asked(phrase!(
        "neither the journal nor what is ahead has {what}",
        "日志里和将要发生的事里都没有 {what}"
    ));
    let (name, id) = what.split_once('@').unwrap_or((what, ""));
    let known =
        playbook.play(&question.play).map(|play| (steps(play), dates(play, None))).unwrap_or_default();
    match suggest::nearest(id, known.0.iter().chain(&known.1).map(String::as_str)) {
        Some(near) => failure.help(phrase!("did you mean `{name}/{near}`?", "是不是想写 `{name}/{near}`？")),
        None => failure.help(phrase!(
            "`playbook runs` lists the runs; `--at TIME` finds an occurrence by its time",
            "`playbook runs` 列出各次活动；`--at TIME` 按时间找一次"
        )),
    }
}

/// The ids of a play's steps.
fn steps(play: &Play) -> Vec<String> {
    play.program.steps().map(|step| step.id.to_string()).collect()
}

/// What is meant: a run, a play, a step or a date of it.
fn target(
    text: &str,
    playbook: &Playbook,
    state: Option<&State>,
) -> Result<(PlayName, Option<RunId>, Option<StepId>), Unclear> {
    // A play is found by the names that it had, too: its runs keep theirs.
    let find = |name: &str| {
        let name = PlayName::new(name);
        playbook.play(&name).or_else(|| {
            let mut known = state?.plays.iter();
            playbook.play(known.find(|(_, known)| known.was.contains(&name))?.0)
        })
    };
    if let Some(play) = find(text) {
        return Ok((play.name.clone(), None, None));
    }
    if let Some((name, _)) = text.split_once('@') {
        let play = find(name).ok_or_else(|| no_play(name, playbook, state))?;
        let known = state.is_some_and(|state| {
            let run = RunId::new(text);
            state.knows_run(&run)
        });
        if let Some((run, step)) = text.rsplit_once('/').filter(|(_, step)| !known && has_step(play, step)) {
            return Ok((play.name.clone(), Some(RunId::new(run)), Some(StepId::new(step))));
        }
        return Ok((play.name.clone(), Some(RunId::new(text)), None));
    }
    let Some((name, rest)) = text.split_once('/') else { return Err(no_play(text, playbook, state)) };
    let play = find(name).ok_or_else(|| no_play(name, playbook, state))?;
    if has_step(play, rest) {
        return Ok((play.name.clone(), None, Some(StepId::new(rest))));
    }
    let known = state.and_then(|state| state.plays.get(&play.name));
    let run = |id: &str| {
        Some(
            known.map_or_else(|| RunId::from(format!("{name}@{id}")), |known| known.date_run(&play.name, id)),
        )
    };
    let dates = dates(play, state);
    if dates.iter().any(|id| id == rest) {
        return Ok((play.name.clone(), run(rest), None));
    }
    // PLAY/DATE/STEP
    if let Some((date, step)) = rest.rsplit_once('/')
        && dates.iter().any(|id| id == date)
        && has_step(play, step)
    {
        return Ok((play.name.clone(), run(date), Some(StepId::new(step))));
    }
    if !dates.is_empty() {
        // A date that was taken out of the file is in the journal only.
        return Ok((play.name.clone(), run(rest), None));
    }
    let steps = steps(play);
    let failure = Unclear::asked(phrase!("{name} has no step {rest:?}", "{name} 没有步骤 {rest:?}"));
    Err(match suggest::nearest(rest, steps.iter().map(String::as_str)) {
        Some(near) => failure.help(phrase!("did you mean `{name}/{near}`?", "是不是想写 `{name}/{near}`？")),
        None => failure.help(phrase!("its steps are {}", "它的步骤有 {}", steps.join(", "))),
    })
}

fn has_step(play: &Play, id: &str) -> bool {
    let sections = Section::ALL;
    sections.into_iter().any(|section| play.section(section).steps().any(|step| step.id.as_str() == id))
}

/// The ids of a play's dates: those in the file, and those that were taken out of it.
fn dates(play: &Play, state: Option<&State>) -> Vec<String> {
    let mut ids: Vec<String> = match &play.trigger {
        Trigger::Dates(dates) => dates.iter().map(|date| date.id.to_string()).collect(),
        _ => Vec::new(),
    };
    let known = state.and_then(|state| state.plays.get(&play.name));
    ids.extend(known.into_iter().flat_map(|known| known.dates.keys().map(ToString::to_string)));
    ids
}

fn no_play(name: &str, playbook: &Playbook, state: Option<&State>) -> Unclear {
    let names: Vec<&str> = playbook.plays.iter().map(|play| play.name.as_str()).collect();
    let failure = Unclear::asked(phrase!("there is no play {name:?}", "没有玩法 {name:?}"));
    if let Some(near) = playbook.near_play(name) {
        let near = near.called();
        return failure.help(phrase!("did you mean {near}?", "是不是想写 {near}？"; near));
    }
    if let Some(meant) = state.and_then(|state| state.member_meant(name)) {
        let meant = &meant.id;
        return failure.help(phrase!("did you mean the member `{meant}`?", "是不是成员 `{meant}`？"));
    }
    failure.help(Phrase {
        en: format!("the plays are {}", list(&names, "and")),
        zh: format!("玩法有 {}", names.join("、")),
    })
}

/// What a time means, and the day that it lies in.
type AtWindow = ((Timestamp, Timestamp), (Timestamp, Timestamp));

fn window(text: &str, zone: &Zone) -> Result<AtWindow, Unclear> {
    let at = instant::read(text, zone).map_err(Unclear::asked)?;
    let day = zone.day_bounds(at);
    let whole = at == day.0 && !instant::has_clock(text);
    Ok((if whole { day } else { (at, at.plus(Duration::MINUTE)) }, day))
}
