//! Commands to a running engine: which group is meant, what was sent, what the engine said.
//!
//! Changes nothing itself; the engine decides and records it.

use super::{
    args::{GroupArg, TargetArg},
    failure::Failure,
    output::Output,
    state::{engine_directory, who},
};
use crate::{
    base::{
        hint,
        ids::{Digest, EffectId, GroupId, PlayName, RunId},
        locale::Locale,
        phrase::{Phrase, phrase},
        time::{Timestamp, Zone},
        value::{Map, Value},
    },
    engine::{
        entry::Entry,
        input::Command,
        question::question,
        reword::version_of,
        state::{OpenTask, PlayState, Run, State},
    },
    lang,
    model::{
        play::{Play, Section},
        playbook::Playbook,
    },
    shell::{
        clock,
        socket::CommandReply,
        store::{MessageStatus, OutboxRow, Reader, StoreError},
    },
};
use std::{path::PathBuf, sync::Arc};

/// One group of one engine.
pub(super) struct Remote {
    /// The state directory.
    pub(super) dir: PathBuf,
    /// The group.
    pub(super) group: GroupId,
    /// Whether commands have to say which group they mean.
    several: bool,
    /// The zone of the group's playbook.
    pub(super) zone: Zone,
    /// Who asks.
    pub(super) by: Option<String>,
    reader: Reader,
}

impl TargetArg {
    /// Every group that is meant: the one that is named, else all that the engine runs.
    pub(super) fn remotes(&self) -> Result<Vec<Remote>, Failure> {
        if self.group.group.is_some() { Ok(vec![self.remote()?]) } else { self.everywhere() }
    }

    /// The group that is meant, or with `--all` every group; where there are several and none is named, both are said.
    pub(super) fn one_or_all(&self, all: bool) -> Result<Vec<Remote>, Failure> {
        if all {
            return self.everywhere();
        }
        let or_all = |failure: Failure| match failure.help.clone() {
            Some(help) if self.group.group.is_none() && self.everywhere().is_ok_and(|all| all.len() > 1) => {
                failure.help(phrase!("{help}, or --all for every group", "{help}；所有群就写 `--all`"; help))
            }
            _ => failure,
        };
        self.remote().map(|one| vec![one]).map_err(or_all)
    }

    /// Every group that the engine runs.
    pub(super) fn everywhere(&self) -> Result<Vec<Remote>, Failure> {
        let dir = engine_directory(self.state.state.as_deref())?;
        let reader = Reader::open(&dir).map_err(|_| Failure::no_engine(&dir))?;
        let groups = reader.groups().map_err(|_| Failure::no_engine(&dir))?;
        let run = groups.into_iter().filter(|(_, info)| !info.rests()).map(|(group, _)| group);
        run.map(|group| self.named(&group).remote()).collect()
    }

    /// A group of this name, or else the group that is meant; and whether it was the name.
    pub(super) fn remote_or(&self, name: &str) -> Result<(Remote, bool), Failure> {
        let known = self.named(&GroupId::new(name)).remote();
        match known {
            Ok(remote) => Ok((remote, true)),
            Err(_) => Ok((self.remote()?, false)),
        }
    }

    fn named(&self, group: &GroupId) -> Self {
        Self { group: GroupArg { group: Some(group.to_string()) }, ..self.clone() }
    }

    /// The group that is meant, and the engine that runs it.
    pub(super) fn remote(&self) -> Result<Remote, Failure> {
        let dir = engine_directory(self.state.state.as_deref())?;
        let failed = |error: StoreError| match error {
            StoreError::Missing(_) | StoreError::Empty => Failure::no_engine(&dir),
            error => Failure::no_engine(&dir).help(error.in_words()),
        };
        let reader = Reader::open(&dir).map_err(failed)?;
        let groups = reader.groups().map_err(failed)?;
        let names = || groups.keys().map(GroupId::as_str).collect::<Vec<_>>().join(", ");
        // A group that rests is meant only when it is named.
        let run: Vec<&GroupId> =
            groups.iter().filter(|(_, info)| !info.rests()).map(|(group, _)| group).collect();
        let group = match (&self.group.group, run.as_slice()) {
            (Some(name), _) => {
                let titled = groups.iter().find(|(_, info)| info.title == *name).map(|(id, _)| id.clone());
                let id = Some(GroupId::new(name)).filter(|id| groups.contains_key(id)).or(titled);
                let id = id.unwrap_or_else(|| GroupId::new(name));
                if !groups.contains_key(&id) {
                    return Err(Failure::usage(phrase!(
                        "there is no group {id} in {dir}",
                        "{dir} 里没有群 {id}",
                        dir = dir.display()
                    ))
                    .help(phrase!("its groups are {}", "那里的群有 {}", names())));
                }
                id
            }
            (None, [group]) => (*group).clone(),
            (None, []) => return Err(Failure::no_engine(&dir)),
            (None, many) => {
                let names = many.iter().map(|group| group.as_str()).collect::<Vec<_>>().join(", ");
                return Err(Failure::usage(phrase!(
                    "{} runs {} groups; which one is meant?",
                    "{} 上有 {} 个群；指的是哪一个？",
                    dir.display(),
                    many.len()
                ))
                .help(phrase!(
                    "add --group with one of {names}",
                    "加上 `--group`，后面写其中一个：{names}"
                )));
            }
        };
        let zone = groups.get(&group).map_or_else(Zone::utc, crate::shell::store::GroupInfo::zone);
        let several = groups.len() > 1;
        Ok(Remote { dir, group, several, zone, by: self.by.clone().or_else(who), reader })
    }
}

impl Remote {
    /// An instant as people of the group read it.
    pub(super) fn time(&self, at: Timestamp) -> Phrase {
        let now = clock::now();
        Phrase { en: Locale::En.time(at, &self.zone, now), zh: Locale::Zh.time(at, &self.zone, now) }
    }

    /// What is said, with commands that work as they stand.
    pub(super) fn hint(&self, said: Phrase) -> Phrase {
        if self.several { hint::phrase_of_group(&said, self.group.as_str()) } else { said }
    }

    /// What is said of one of several groups.
    pub(super) fn in_group(&self, several: bool, said: Phrase) -> Phrase {
        let group = &self.group;
        if several { phrase!("{group}: {said}", "{group}：{said}"; said) } else { said }
    }

    /// When an occurrence is, behind its id: the group's time of what its id says in UTC.
    pub(super) fn when(&self, state: &State, run: &RunId) -> Phrase {
        let said = run.as_str().rsplit_once('@').and_then(|(_, at)| at.parse::<jiff::Timestamp>().ok());
        let begun = state.runs.get(run).map(|run| run.anchor);
        let Some(at) = said.map(Timestamp::from_jiff).or(begun) else { return Phrase::default() };
        let at = self.time(at);
        phrase!(" ({at})", "（{at}）"; at)
    }

    /// The messages of the group that have not been settled.
    pub(super) fn on_the_way(&self) -> Result<Vec<OutboxRow>, Failure> {
        let failed = |error: StoreError| Failure::environment(error.in_words());
        let reader = Reader::open(&self.dir).map_err(failed)?;
        reader.outbox(Some(&self.group), false).map_err(failed)
    }

    /// The group's state as it was committed last.
    pub(super) fn state(&self) -> Result<State, Failure> {
        let state = self.reader.state(&self.group).map_err(|error| Failure::environment(error.in_words()))?;
        state.ok_or_else(|| Failure::no_engine(&self.dir))
    }

    /// The number of the last entry of all groups.
    pub(super) fn last(&self) -> Result<i64, Failure> {
        self.reader.last().map_err(|error| Failure::environment(error.in_words()))
    }

    /// The entries of the group after a number.
    pub(super) fn entries_after(&self, number: i64) -> Result<Vec<Entry>, Failure> {
        let mut entries = Vec::new();
        let read = self.reader.log(Some(&self.group), number, &mut |line| entries.push(line.entry));
        read.map_err(|error| Failure::environment(error.in_words()))?;
        Ok(entries)
    }

    /// The version in force.
    pub(super) fn playbook(&self, state: &State) -> Option<Arc<Playbook>> {
        let (folder, path) = self.reader.sources(state.digest.as_ref()?).ok()??;
        lang::compile(&folder, &path).playbook
    }

    /// What somebody typed for a play or something of it, with the play's name where its title stands. A word that is
    /// neither, and near one of them, is refused with that one.
    pub(super) fn named(&self, state: &State, text: &str) -> Result<String, Failure> {
        let head = text.split(['/', '@']).next().unwrap_or_default();
        let is_play = |word: &str| state.plays.contains_key(&PlayName::new(word));
        if is_play(text) || is_play(head) || state.knows_run(&RunId::new(text)) {
            return Ok(text.to_owned());
        }
        let Some(playbook) = self.playbook(state) else { return Ok(text.to_owned()) };
        let named = playbook.named(text).map_err(Failure::refused)?;
        let near = playbook.near_play(head).filter(|_| named == text && !playbook.begins_with_a_play(text));
        let Some(near) = near else { return Ok(named) };
        let near = near.called();
        Err(Failure::refused(phrase!("there is no play {head:?}", "没有玩法 {head:?}"))
            .help(phrase!("did you mean {near}?", "是不是 {near}？"; near)))
    }

    /// The play by which a run is carried on.
    pub(super) fn play_of(&self, run: &Run) -> Option<Arc<Play>> {
        let find = |digest: &Digest| {
            let (folder, path) = self.reader.sources(digest).ok()??;
            lang::compile(&folder, &path).playbook
        };
        version_of(run, &self.group, find).map(|(_, _, play)| play)
    }

    /// The open question that goes by a name, as the engine would find it.
    pub(super) fn question<'a>(&self, state: &'a State, name: &str) -> Option<&'a Arc<OpenTask>> {
        question(state, Some(name), |run| self.play_of(run))
    }

    /// Whether the group has a message of this name: one that is held, or was decided lately.
    pub(super) fn knows(&self, effect: &EffectId) -> Result<bool, Failure> {
        let failed = |error: StoreError| Failure::environment(error.in_words());
        Ok(self.reader.sent(&self.group, effect).map_err(failed)?.is_some()
            || self.state()?.held_message(effect).is_some())
    }

    /// Whether somebody has to decide about a message: it was refused, or may have arrived.
    pub(super) fn is_stuck(&self, effect: &EffectId) -> Result<bool, Failure> {
        let failed = |error: StoreError| Failure::environment(error.in_words());
        let row = self.reader.message(&self.group, effect).map_err(failed)?;
        Ok(row.is_some_and(|row| matches!(row.status, MessageStatus::Dead | MessageStatus::InDoubt)))
    }

    /// Sends a command; gives what the engine answered.
    pub(super) fn ask(&self, command: Command) -> Result<CommandReply, Failure> {
        super::client::command(&self.dir, &self.group, command)
    }

    /// Sends a command and says that it was taken.
    pub(super) fn command(
        &self,
        command: Command,
        said: impl Into<Phrase>,
        out: &mut Output,
    ) -> Result<(), Failure> {
        super::client::command(&self.dir, &self.group, command)?;
        out.say(self.hint(said.into()))?;
        Ok(())
    }
}

/// Splits `PLAY/ID` where a play of the state ends; a play's name may hold a slash, and so may an id.
pub(super) fn play_and_id(state: &State, text: &str) -> Result<(PlayName, Arc<str>), Failure> {
    let plays = state.plays.keys().filter(|play| {
        text.strip_prefix(play.as_str()).is_some_and(|rest| rest.starts_with('/') && rest.len() > 1)
    });
    let longest = plays.max_by_key(|play| play.as_str().len());
    if let Some(play) = longest {
        return Ok((play.clone(), Arc::from(&text[play.as_str().len() + 1..])));
    }
    match text.split_once('/') {
        Some((play, id)) if !play.is_empty() && !id.is_empty() => Ok((PlayName::new(play), Arc::from(id))),
        _ if !text.contains('@') && !state.plays.is_empty() => {
            let names = state.plays.iter().filter(|(_, known)| !known.dates.is_empty());
            let names = Phrase::same(names.map(|(play, _)| play.as_str()).collect::<Vec<_>>().join(", "));
            Err(Failure::usage(phrase!("there is no play `{text}`", "没有玩法 `{text}`"))
                .help(phrase!("plays with dates are {names}", "有日期的玩法有 {names}"; names)))
        }
        _ => Err(Failure::usage(phrase!(
            "{text:?} is not a date of a play; expected PLAY/ID such as guest-session/jia",
            "{text:?} 不是玩法的日期；应写成 `PLAY/ID`，例如 guest-session/jia"
        ))),
    }
}

/// The date that is meant by `PLAY/ID`, or by the name of a play that has only one.
pub(super) fn date(state: &State, text: &str) -> Result<(PlayName, Arc<str>), Failure> {
    let play = PlayName::new(text);
    let Some(known) = state.plays.get(&play) else { return play_and_id(state, text) };
    let ahead =
        |date: &Arc<str>, run: Option<Timestamp>| run.is_some() || state.by_hand.is_put_off(&play, date);
    let all = known.dates.iter().map(|(date, (_, run))| (date, ahead(date, *run)));
    let (to_come, over): (Vec<_>, Vec<_>) = all.partition(|(_, ahead)| *ahead);
    let dates: Vec<&Arc<str>> =
        if to_come.is_empty() { over } else { to_come }.into_iter().map(|(date, _)| date).collect();
    match dates[..] {
        [date] => Ok((play, date.clone())),
        [] => Err(Failure::usage(phrase!("`{play}` has no dates", "`{play}` 没有写明日期"))),
        _ => {
            let names: Vec<String> = dates.iter().map(|date| format!("{play}/{date}")).collect();
            let names = Phrase::ticks(&names, "or");
            Err(Failure::usage(phrase!("`{play}` has several dates", "`{play}` 有好几个日期"))
                .help(phrase!("say which: {names}", "写明是哪一个：{names}"; names)))
        }
    }
}

/// Splits `PLAY` or `PLAY/ID`: what is a play as it stands is the play.
pub(super) fn play_or_date(state: &State, text: &str) -> (PlayName, Option<Arc<str>>) {
    let whole = PlayName::new(text);
    if state.plays.contains_key(&whole) {
        return (whole, None);
    }
    match play_and_id(state, text) {
        Ok((play, date)) if state.plays.contains_key(&play) => (play, Some(date)),
        _ => (whole, None),
    }
}

/// What `skip` means: a run, `RUN/STEP`, a date as `PLAY/ID`, or `PLAY` for what comes next of it. What is a run as it
/// stands is the run.
pub(super) fn run_and_step(state: &State, text: &str) -> (RunId, Option<crate::base::ids::StepId>) {
    let whole = RunId::new(text);
    if state.runs.contains_key(&whole) {
        return (whole, None);
    }
    if let Some((run, step)) = text.rsplit_once('/')
        && state.runs.contains_key(&RunId::new(run))
    {
        return (RunId::new(run), Some(step.into()));
    }
    let (play, date) = play_or_date(state, text);
    let Some(known) = state.plays.get(&play) else { return (whole, None) };
    let run = match date {
        Some(date) => {
            state.run_of_date(&play, &date).map_or_else(|| known.date_run(&play, &date), |run| run.id.clone())
        }
        None => match next_run(&play, known) {
            Some(run) => run,
            None => return (whole, None),
        },
    };
    (run, None)
}

/// What `now`, `delay`, `cancel` and `note` mean: by a play's name alone its open run, where there is exactly one.
pub(super) fn open_run_and_step(state: &State, text: &str) -> (RunId, Option<crate::base::ids::StepId>) {
    let (play, date) = play_or_date(state, text);
    if date.is_none() && !state.runs.contains_key(&RunId::new(text)) {
        let mut open = state.runs.values().filter(|run| run.play == play && run.section == Section::Steps);
        if let (Some(run), None) = (open.next(), open.next()) {
            return (run.id.clone(), None);
        }
    }
    run_and_step(state, text)
}

/// The occurrence of a play that comes next.
fn next_run(play: &PlayName, known: &PlayState) -> Option<RunId> {
    let scheduled =
        known.next.map(|(anchor, start)| (start, RunId::from(format!("{play}@{}", anchor.to_utc()))));
    let waiting =
        known.dates.iter().filter_map(|(id, (_, start))| Some(((*start)?, known.date_run(play, id))));
    let coming = scheduled.into_iter().chain(waiting).filter(|(_, run)| !known.skip.contains(run));
    coming.min_by_key(|(start, _)| *start).map(|(_, run)| run)
}

/// `--data JSON` and `--with KEY=VALUE` as one value; a value that is JSON keeps its type.
pub(super) fn data(json: Option<&str>, with: &[String]) -> Result<Value, Failure> {
    let mut map = match json {
        None => Map::new(),
        Some(text) => {
            let value: serde_json::Value = serde_json::from_str(text).map_err(|error| {
                Failure::usage(phrase!("--data is not JSON: {error}", "`--data` 不是 JSON：{error}"))
            })?;
            match Value::from_json(&value) {
                Value::Map(map) => Map::clone(&map),
                other if with.is_empty() => return Ok(other),
                other => {
                    let kind = other.kind();
                    let words = phrase!("--data is {kind}; --with needs a map", "`--data` 是{kind}；`--with` 需要映射"; kind);
                    return Err(Failure::usage(words));
                }
            }
        }
    };
    for pair in with {
        let (key, text) = pair.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(|| {
            Failure::usage(phrase!("{pair:?} is not KEY=VALUE", "{pair:?} 不是 `KEY=VALUE` 的形式"))
        })?;
        let value = serde_json::from_str::<serde_json::Value>(text)
            .map_or_else(|_| Value::str(text), |json| Value::from_json(&json));
        map.insert(Arc::from(key), value);
    }
    Ok(if map.is_empty() { Value::Null } else { Value::Map(Arc::new(map)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_are_json_keep_their_type() {
        let value = data(Some(r#"{"a":1}"#), &["b=true".into(), "c=hello".into(), "d=[1]".into()]).unwrap();
        assert_eq!(value.to_json(), serde_json::json!({ "a": 1, "b": true, "c": "hello", "d": [1] }));
        assert_eq!(data(None, &[]).unwrap(), Value::Null);
        assert!(data(Some("{"), &[]).unwrap_err().message.en.contains("--data"));
        assert!(data(None, &["x".into()]).unwrap_err().message.en.contains("KEY=VALUE"));
    }

    #[test]
    fn a_slash_in_an_id_is_no_border() {
        let mut state = State::new("g".into());
        state.plays.insert("a/b".into(), Arc::default());
        state.plays.insert("a".into(), Arc::default());
        let (play, id) = play_and_id(&state, "a/b/2026/1/5").unwrap();
        assert_eq!((play.as_str(), &*id), ("a/b", "2026/1/5"));
        let (play, id) = play_and_id(&state, "a/x").unwrap();
        assert_eq!((play.as_str(), &*id), ("a", "x"));
        assert!(play_and_id(&state, "a").is_err());
    }
}
