//! `/answer`: answers to an open question that its channel does not hear, entered by whoever commands the group.
//!
//! What is entered is the signal that `playbook answer` sends, and is refused for the same reasons.

use super::{
    Visit,
    door::{self, Asker},
    enter::see_other,
    form::{Denied, Form},
    layout::Tab,
    page, press, serve,
    view::{self, question::QuestionPage},
    visit::html_page,
};
use crate::{
    base::{
        ids::{GroupId, MemberId, TaskId},
        phrase::{Phrase, phrase},
        value::{Map, Value},
    },
    engine::state::OpenTask,
    shell::{
        console::board::Here,
        door::Inside,
        socket::{Ask, CommandRequest},
    },
};
use axum::{
    body::Body,
    extract::{Query, Request, State},
    http::{Response, StatusCode},
};
use std::{collections::BTreeMap, sync::Arc};

/// `GET /answer?group=ID&task=TASK`, and without a task a list of the questions that are open
pub(super) async fn show(Query(words): Query<BTreeMap<String, String>>, mut visit: Visit) -> Response<Body> {
    let word = |name| words.get(name).map_or("", String::as_str);
    let (group, task) = (GroupId::new(word("group")), TaskId::new(word("task")));
    let board = serve::board(&visit);
    if task.as_str().is_empty() {
        let (asked, more) = view::question::every(&board, &visit.asker, visit.now);
        visit.frame.live = "g:*".to_owned();
        let (title, body) = page::question::every(&asked, more, visit.now, &visit.frame);
        return visit.page(Some(Tab::Groups), &title, &body);
    }
    let view = view::question::question(&board, &visit.asker, (&group, &task), visit.now);
    let Some(view) = view else {
        // A press may have closed it: the page of the group says what came of that.
        let sees = board.group_of(&group).is_some_and(|here| visit.asker.sees(here.now, visit.now));
        let path = page::parts::group_path(&group);
        let told = [("after", word("after")), ("said", word("said"))];
        return if sees { see_other(&page::parts::address(&path, &told)) } else { visit.nothing() };
    };
    visit.frame.live = format!("g:{group}");
    let (title, body) = page::question::page(&view, &visit.frame);
    visit.page(Some(Tab::Groups), &title, &body)
}

/// What was entered.
enum Entered {
    /// The data of an `answer`, about whom, and what there is to say once it is taken.
    Answer(Option<MemberId>, Map, Phrase),
    /// A chain of which it is to be shown first what it changes.
    Look(Vec<Phrase>, usize),
}

/// `POST /answer`
pub(super) async fn put(
    State(inside): State<Arc<Inside>>,
    mut visit: Visit,
    request: Request,
) -> Response<Body> {
    let headers = request.headers().clone();
    let (form, row) = match inside.console.form(request).await {
        Ok(read) => read,
        Err(denied) => return denied.answer(&inside, &headers),
    };
    if row.hash != visit.asker.session {
        return Denied::Stale.answer(&inside, &headers);
    }
    let back = door::back(form.get("back").unwrap_or("/")).to_owned();
    let group = GroupId::new(form.get("group").unwrap_or_default());
    let task = TaskId::new(form.get("task").unwrap_or_default());
    let board = serve::board(&visit);
    let (asker, now) = (visit.asker.clone(), visit.now);
    let Some((here, open)) = view::question::open(&board, &asker, (&group, &task), now) else {
        return visit.nothing();
    };
    let said = match entered(here, open, &form, &asker) {
        Err(said) => (false, said, 0),
        Ok(Entered::Look(lines, answers)) => {
            let Some(view) = view::question::question(&board, &asker, (&group, &task), now) else {
                return visit.nothing();
            };
            visit.frame.token = inside.console.seal(&asker.session, &back);
            visit.frame.path = back;
            return looked_at(&view, (&lines, answers), &form, visit);
        }
        Ok(Entered::Answer(member, data, done)) => {
            let id = press::id_of(&form, "answer", task.as_str());
            let data = Value::Map(Arc::new(data));
            let ask = Ask::Signal { name: "answer".into(), member, data, by_hand: true };
            let reply = press::put(&inside, CommandRequest { id, group: Some(group), ask }).await;
            let seq = press::last(&reply);
            match reply.refused {
                None if reply.ok => (true, done, seq),
                refused => {
                    let reason = refused.unwrap_or_default();
                    (false, phrase!("not done: {reason}", "没有做：{reason}"), seq)
                }
            }
        }
    };
    let (done, said, seq) = said;
    let told = inside.console.tell(&asker.session, vec![(done, said)]);
    let sign = if back.contains('?') { '&' } else { '?' };
    see_other(&format!("{back}{sign}after={seq}&said={told}"))
}

/// What a chain changes, with the press that counts it.
fn looked_at(view: &QuestionPage, found: (&[Phrase], usize), form: &Form, visit: Visit) -> Response<Body> {
    let text = (form.get("chain").unwrap_or_default(), form.get("withdraw").is_some());
    let (title, body) = page::question::chain_read(view, found, text, &visit.frame);
    html_page(StatusCode::OK, visit.frame.page(Some(Tab::Groups), &title, &body))
}

/// Reads a form; else what is missing in it.
fn entered(here: Here<'_>, open: &OpenTask, form: &Form, asker: &Asker) -> Result<Entered, Phrase> {
    let task = &open.task;
    let id = task.id.as_str();
    let mut data = Map::new();
    data.insert("task".into(), Value::str(id));
    data.insert("by".into(), Value::str(&asker.name));
    match form.get("what") {
        Some("counts") => {
            let count = |n: usize| form.get(&format!("count{n}"))?.parse::<u32>().ok();
            let counts: Option<Vec<u32>> = (0..task.options.len()).map(count).collect();
            let counts = counts.ok_or_else(|| {
                phrase!("a total is a whole number for each option", "每个选项都要填一个整数")
            })?;
            let total: u64 = counts.iter().map(|n| u64::from(*n)).sum();
            let counts = counts.into_iter().map(|n| Value::Int(i64::from(n))).collect();
            data.insert("counts".into(), Value::list(counts));
            Ok(Entered::Answer(None, data, phrase!("{id}: {total} in all", "{id}：一共 {total}")))
        }
        Some("chain") => {
            let text = (form.get("chain").unwrap_or_default(), form.get("withdraw").is_some());
            let found = view::question::compared(here, open, text);
            let (lines, rows) = found.ok_or_else(|| {
                phrase!(
                    "there is no numbered line in it; expected `1. NAME`",
                    "里面没有编号的行；应写成 `1. 名字`"
                )
            })?;
            let n = rows.len();
            if form.get("sure").is_none() {
                return Ok(Entered::Look(lines, n));
            }
            if rows.is_empty() {
                return Err(phrase!(
                    "{id}: everybody in it has answered so already",
                    "{id}：里面的人都已经这样回答了"
                ));
            }
            data.insert("rows".into(), Value::list(rows));
            Ok(Entered::Answer(None, data, phrase!("{id}: {n} counted", "{id}：计入 {n} 人")))
        }
        _ => one(here, open, form, data),
    }
}

/// The answer of one member.
fn one(here: Here<'_>, open: &OpenTask, form: &Form, mut data: Map) -> Result<Entered, Phrase> {
    let (task, id) = (&open.task, open.task.id.as_str());
    let written = form.get("member").ok_or_else(|| phrase!("say whose answer it is", "请写明是谁的回答"))?;
    let member = view::question::whom(here, written).map_err(|ids| {
        let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        phrase!(
            "{written} is the name of {ids}: write the id in its place",
            "{written} 是 {ids} 的名字：请改写成编号"
        )
    })?;
    if form.get("withdraw").is_some() {
        data.insert("withdraw".into(), Value::Bool(true));
        let said = phrase!("{written} has taken back the answer to {id}", "{written} 收回了对 {id} 的回答");
        return Ok(Entered::Answer(Some(member), data, said));
    }
    if task.fields.is_empty() || !task.options.is_empty() {
        let mut chosen: Vec<Value> = form.all("option").into_iter().map(Value::str).collect();
        if chosen.is_empty() {
            return Err(phrase!("choose an answer", "请选择一个回答"));
        }
        let one = chosen.len() == 1;
        data.insert("option".into(), if one { chosen.remove(0) } else { Value::list(chosen) });
    } else {
        let fields = task.fields.iter().enumerate();
        let fields = fields.map(|(n, field)| {
            (Arc::from(field.as_str()), Value::str(form.get(&format!("field{n}")).unwrap_or_default()))
        });
        data.insert("fields".into(), Value::Map(Arc::new(fields.collect())));
    }
    let said = phrase!("{written} has answered {id}", "{written} 回答了 {id}");
    Ok(Entered::Answer(Some(member), data, said))
}
