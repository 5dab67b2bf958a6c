//! What an `answer` means: to which open question, by whom, which option. Decides; counts nothing.

use crate::{
    base::{
        diagnostic::suggest::nearest,
        ids::{MemberId, TaskId},
        limits,
        phrase::{Phrase, phrase},
        value::{Map, Value},
        words::{count, shorten, tick},
    },
    engine::{
        draft::{Decided, Draft},
        entry::{Fact, MemberAnswer, Task, TaskKind},
        input::Signal,
        question::{number, question},
        state::OpenTask,
    },
};
use std::sync::Arc;

use super::held;

/// At most so many open questions, or options, are named.
const NAMES_SHOWN: usize = 12;

/// What an answer comes to.
pub(in crate::engine) struct Answer {
    task: TaskId,
    member: MemberId,
    what: AnswerGiven,
}

enum AnswerGiven {
    /// This, which takes a place or does not.
    This { option: Option<u32>, value: Value, seat: bool },
    /// Nothing any more.
    Nothing,
    /// So many of everybody, by option.
    Totals(Vec<u32>),
}

/// Why an answer means nothing.
pub(in crate::engine) struct Unfit {
    /// In words, with what would fit.
    pub(in crate::engine) reason: Phrase,
    /// Whether it named a question.
    pub(in crate::engine) named: bool,
}

impl Draft<'_> {
    /// Puts an `answer` signal to the question it is about; one that means nothing is on record as a signal only.
    pub(in crate::engine) fn take_answer(&mut self, signal: &Signal) -> Decided {
        let Ok(Answer { task, member, what }) = self.answer_meant(signal) else { return Ok(()) };
        self.emit(match what {
            AnswerGiven::This { option, value, seat } => {
                let anonymous = self.state.tasks.get(&task).is_some_and(|open| open.task.anonymous);
                Fact::Answered(MemberAnswer { task: task.clone(), member, option, value, seat, anonymous })
            }
            AnswerGiven::Nothing => Fact::AnswerWithdrawn { task: task.clone(), member },
            AnswerGiven::Totals(totals) => Fact::AnswersTotalled { task: task.clone(), totals },
        })?;
        // Of answers that came together the last one lets the run go on: what it goes on with has them all.
        let next = self.signals.front().filter(|(next, _)| next.name == signal.name && next.id == signal.id);
        let next = next.and_then(|(next, _)| self.answer_meant(next).ok());
        let more = next.is_some_and(|next| next.task == task);
        if more { Ok(()) } else { self.after_answer(&task) }
    }

    /// Whoever has left takes no place any more.
    pub(in crate::engine) fn free_seats(&mut self, member: &MemberId) -> Decided {
        let had: Vec<TaskId> = (self.state.tasks.values())
            .filter(|open| open.task.seats.is_some() && open.answers.contains_key(member))
            .map(|open| open.task.id.clone())
            .collect();
        for task in had {
            self.emit(Fact::AnswerWithdrawn { task: task.clone(), member: member.clone() })?;
            self.after_answer(&task)?;
        }
        Ok(())
    }

    /// What an `answer` signal means: `data.task` or `data.ask` names the question (its task, the play, or the `as`
    /// name), else it is the question opened last.
    pub(in crate::engine) fn answer_meant(&self, signal: &Signal) -> Result<Answer, Unfit> {
        let named = ["task", "ask"].iter().find_map(|key| signal.data.get(key).and_then(Value::as_str));
        let unfit = |reason: Phrase| Unfit { reason, named: named.is_some() };
        let open = self.question(named).ok_or_else(|| unfit(self.no_question(named)))?;
        let task = &open.task;
        let of = task.of.as_ref();
        let member = signal.member.as_ref().map(|member| self.whose(member)).or_else(|| of.cloned());
        let member = member.unwrap_or_else(|| MemberId::new(signal.id.as_str()));
        if let Some(of) = of.filter(|of| *self.state.members.own_id(of) != member) {
            return Err(unfit(phrase!(
                "{} is put to {of}, and {member} is somebody else",
                "{} 问的是 {of}，{member} 是另一个人",
                task.id
            )));
        }
        if let Some(counts) = signal.data.get("counts").filter(|_| signal.member.is_none()) {
            let totals = totals(task, counts).map_err(unfit)?;
            return Ok(Answer { task: task.id.clone(), member, what: AnswerGiven::Totals(totals) });
        }
        if signal.data.get("withdraw").and_then(Value::as_bool) == Some(true) {
            if !open.answers.contains_key(&member) {
                return Err(unfit(phrase!(
                    "{member} has not answered {}",
                    "{member} 还没有回答 {}",
                    task.id
                )));
            }
            return Ok(Answer { task: task.id.clone(), member, what: AnswerGiven::Nothing });
        }
        let value = given(&task.fields, &task.options, &signal.data);
        let value = value.map_err(|why| unfit(phrase!("{}: ", "{}：", task.id).and(&why)))?;
        let (option, value) = chosen(task, value).map_err(unfit)?;
        let seat =
            task.seats.is_some() && option.is_none_or(|option| takes_seat(&task.options[option as usize]));
        let most = match task.seats {
            Some(seats) => seats as usize + limits::WAITING_FOR_SEATS_MAX,
            None => limits::MEMBERS_MAX,
        };
        if open.answers.len() >= most && !open.answers.contains_key(&member) {
            return Err(unfit(phrase!(
                "{} has {} answers, the limit",
                "{} 已有 {} 个回答，到上限了",
                task.id,
                open.answers.len()
            )));
        }
        let others = open.answers.iter().filter(|(other, _)| **other != member).map(|(_, (_, value))| value);
        if !held::answer_fits(others, &value) {
            let most = limits::ANSWERS_BYTES_MAX;
            return Err(unfit(phrase!(
                "{}: the answers hold {most} bytes, the limit",
                "{}：回答一共 {most} 字节，到上限了",
                task.id
            )));
        }
        Ok(Answer { task: task.id.clone(), member, what: AnswerGiven::This { option, value, seat } })
    }

    fn questions(&self) -> impl Iterator<Item = &Arc<OpenTask>> {
        self.state.tasks.values().filter(|open| open.task.kind == TaskKind::Question)
    }

    /// The open question of a name, else the one opened last.
    fn question(&self, named: Option<&str>) -> Option<&Arc<OpenTask>> {
        question(self.state, named, |run| self.play_of(run).map(|(_, _, play)| play))
    }

    /// There is no such question: what there is.
    fn no_question(&self, named: Option<&str>) -> Phrase {
        let open: Vec<&Arc<OpenTask>> = self.questions().collect();
        let ids: Vec<&str> = open.iter().map(|open| open.task.id.as_str()).collect();
        let shown: Vec<String> = (open.iter().take(NAMES_SHOWN))
            .map(|open| format!("{} ({})", open.task.id, shorten(&open.task.text, 40)))
            .collect();
        let there = match shown.as_slice() {
            [] => phrase!("no question is open in `{}`", "`{}` 现在没有提问", self.group.id),
            [one] => phrase!("the only open question is {one}", "现在的提问只有 {one}"),
            _ => phrase!("open questions are {}", "现在的提问有 {}", shown.join(", ")),
        };
        let Some(name) = named else { return there };
        let was = number(&TaskId::new(name));
        let closed = name.starts_with('t') && was > 0 && was <= self.state.tasks_opened;
        let what = match self.state.tasks.get(&TaskId::new(name)) {
            Some(_) => phrase!("{name} is no question", "{name} 不是提问"),
            None if closed => {
                phrase!("{name} is closed; answers are not taken any more", "{name} 已经结束，不再收回答")
            }
            None => phrase!("there is no open question {}", "没有提问 {}", tick(name)),
        };
        let near = if closed {
            None
        } else {
            nearest(name, ids.iter().copied().chain(open.iter().filter_map(|open| play_of(open))))
        };
        match near {
            Some(near) => what.and(&phrase!("; did you mean {}? ", "；是不是 {}？", tick(near))).and(&there),
            None => what.then(&there),
        }
    }
}

/// The name of the play that asks.
fn play_of(open: &OpenTask) -> Option<&str> {
    open.task.run.as_ref()?.as_str().split('@').next()
}

/// What was answered, of all that a signal carries: of a form its fields, of a poll the choice.
fn given(fields: &[String], options: &[String], data: &Value) -> Result<Value, Phrase> {
    if fields.is_empty() || !options.is_empty() {
        let keys = ["option", "answer", "value", "fields"];
        return Ok(keys.iter().find_map(|key| data.get(key).cloned()).unwrap_or_else(|| data.clone()));
    }
    if let Some(form @ Value::Map(_)) =
        data.get("fields").filter(|_| !fields.iter().any(|field| field == "fields"))
    {
        return Ok(form.clone());
    }
    let Some(map) = data.as_map() else {
        // A form of one line is answered by that line.
        return match fields {
            [only] => Ok(Value::map([(only.clone(), data.clone())])),
            _ => Ok(data.clone()),
        };
    };
    let is_field = |key: &str| fields.iter().any(|field| field == key);
    let named: Map = (map.iter())
        .filter(|(key, _)| is_field(key) || !matches!(&***key, "task" | "ask"))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if named.is_empty() {
        let pairs: Vec<String> = fields.iter().map(|field| format!("{field}=…")).collect();
        return Err(phrase!(
            "nothing is filled in; this form has {}: `--with {}`",
            "什么都没填；这张表有 {}：`--with {}`",
            fields.join(", "),
            pairs.join(" ")
        ));
    }
    // What is nearly a field is a slip; anything else may be something that its sender adds.
    let slip = |key: &str| nearest(key, fields.iter().map(String::as_str)).filter(|_| !is_field(key));
    if let Some((key, near)) = named.keys().find_map(|key| Some((key, slip(key)?))) {
        return Err(phrase!(
            "the form has no field {}; did you mean {}?",
            "表里没有 {} 这一项；是不是 {}？",
            tick(key),
            tick(near)
        ));
    }
    let plain =
        ["option", "answer", "value"].iter().find_map(|key| named.get(*key).filter(|_| !is_field(key)));
    match (plain, fields) {
        (Some(value), [only]) if named.len() == 1 => Ok(Value::map([(only.clone(), value.clone())])),
        (Some(_), _) if named.len() == 1 => {
            let pairs: Vec<String> = fields.iter().map(|field| format!("{field}=…")).collect();
            Err(phrase!(
                "this is a form and no poll; fill in {}: `--with {}`",
                "这是一张表，不是投票；请填 {}：`--with {}`",
                fields.join(", "),
                pairs.join(" ")
            ))
        }
        _ if named.keys().any(|key| is_field(key)) => Ok(Value::Map(Arc::new(named))),
        _ => {
            let unknown = named.keys().next().map(tick).unwrap_or_default();
            Err(phrase!(
                "the form has no field {unknown}; it has {}",
                "表里没有 {unknown} 这一项；有的是 {}",
                fields.join(", ")
            ))
        }
    }
}

/// What somebody has counted elsewhere, a number for each option.
fn totals(task: &Task, counts: &Value) -> Result<Vec<u32>, Phrase> {
    let (id, options) = (&task.id, &task.options);
    if options.is_empty() {
        return Err(phrase!("{id} is a form; totals are of a poll", "{id} 是一张表；只有投票才有总数"));
    }
    let number = |value: &Value| match value {
        Value::Int(n) => u32::try_from(*n).ok(),
        _ => None,
    };
    let numbers: Option<Vec<u32>> = counts.as_list().and_then(|items| items.iter().map(number).collect());
    numbers.filter(|numbers| numbers.len() == options.len()).ok_or_else(|| {
        let names: Vec<String> = options.iter().take(NAMES_SHOWN).map(String::as_str).map(tick).collect();
        phrase!(
            "{id} has {}: totals are a number for each, in that order",
            "{id} 有 {}：总数要按这个顺序，一个选项一个数",
            names.join(", ")
        )
    })
}

/// The first option that an answer chooses, and all of it as it is kept: of one choice its text, of several a list.
fn chosen(task: &Task, value: Value) -> Result<(Option<u32>, Value), Phrase> {
    let options = &task.options;
    if options.is_empty() {
        return Ok((None, value));
    }
    let most = task.choices.unwrap_or(1) as usize;
    let items = match &value {
        Value::List(items) => items.to_vec(),
        Value::Str(text) if most > 1 && option_index(options, &value).is_none() => {
            let parts = text.split([',', '，', '、', ';', '；', '\n']).map(str::trim);
            parts.filter(|part| !part.is_empty()).map(Value::str).collect()
        }
        other => vec![other.clone()],
    };
    let mut found: Vec<u32> = Vec::new();
    for item in &items {
        let index = option_index(options, item).ok_or_else(|| no_option(&task.id, options, item))?;
        if !found.contains(&index) {
            found.push(index);
        }
    }
    let Some(first) = found.first().copied() else { return Err(no_option(&task.id, options, &Value::Null)) };
    if found.len() > most {
        let takes = count(most, "choice");
        return Err(phrase!(
            "{} takes {takes} of a person; these are {}",
            "{0} 一个人最多选 {most} 项，这里是 {1} 项",
            task.id,
            found.len()
        ));
    }
    let text = |index: u32| Value::str(&options[index as usize]);
    let value = if most == 1 { text(first) } else { Value::list(found.into_iter().map(text).collect()) };
    Ok((Some(first), value))
}

/// Whether whoever chooses an option comes: one that says no takes no place.
fn takes_seat(option: &str) -> bool {
    const NO: [&str; 12] = [
        "no", "not", "nope", "can't", "cannot", "won't", "don't", "maybe", "next", "skip", "pass", "decline",
    ];
    const NEIN: [&str; 8] = ["不", "没", "请假", "缺席", "下次", "再说", "无法", "否"];
    let lower = option.trim().to_lowercase().replace('’', "'");
    let words = lower.split(|c: char| !(c.is_alphanumeric() || c == '\''));
    !words.filter(|word| !word.is_empty()).any(|word| NO.contains(&word))
        && !NEIN.iter().any(|word| lower.contains(word))
}

/// The option that an answer means: its text, or its number from 1.
fn option_index(options: &[String], answer: &Value) -> Option<u32> {
    let by_number = |n: i64| usize::try_from(n.saturating_sub(1)).ok().filter(|index| *index < options.len());
    let index = match answer {
        Value::Int(n) => options.iter().position(|o| *o == n.to_string()).or_else(|| by_number(*n)),
        Value::Str(text) => {
            let text = text.trim();
            let alike = || {
                let plain = as_typed(text);
                let mut found = options.iter().enumerate().filter(|(_, option)| as_typed(option) == plain);
                found.next().filter(|_| found.next().is_none()).map(|(index, _)| index)
            };
            let number = || text.parse().ok().and_then(by_number);
            options.iter().position(|o| o == text).or_else(number).or_else(alike)
        }
        _ => None,
    };
    index.map(|index| index as u32)
}

/// A word without what a keyboard makes of it: capitals, and letters as wide as Chinese characters.
fn as_typed(word: &str) -> String {
    let plain = |c: char| match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    };
    word.trim().chars().map(plain).flat_map(char::to_lowercase).collect()
}

/// It is none of the options: what they are.
fn no_option(task: &TaskId, options: &[String], value: &Value) -> Phrase {
    let text = match value {
        Value::Str(text) => text.trim().to_owned(),
        Value::Map(_) | Value::Null => String::new(),
        other => other.to_json().to_string(),
    };
    let list: Vec<String> = options
        .iter()
        .take(NAMES_SHOWN)
        .enumerate()
        .map(|(n, option)| format!("{} {option}", n + 1))
        .collect();
    let list = list.join(", ");
    if text.is_empty() {
        return phrase!(
            "the answer to {task} names none of the options: {list}",
            "{task} 的回答里没有选项：{list}"
        );
    }
    match nearest(&text, options.iter().map(String::as_str)) {
        Some(near) => phrase!(
            "{} is none of the options of {task}; did you mean {}? They are: {list}",
            "{} 不是 {task} 的选项；是不是 {}？选项有：{list}",
            tick(&text),
            tick(near)
        ),
        None => phrase!(
            "{} is none of the options of {task}, which are: {list}",
            "{} 不是 {task} 的选项；选项有：{list}",
            tick(&text)
        ),
    }
}
