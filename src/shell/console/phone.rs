//! The pages of links in messages: looking changes nothing, pressing becomes a command of whoever says who they are.

use super::{
    Console,
    cards::CardKey,
    door,
    enter::see_other,
    form::{self, Denied, Form},
    history::Kinds,
    keep::Kept,
    layout::Frame,
    link::TaskLink,
    page, press, serve,
    view::{self, phone::Closed},
    visit::{self, Visit, html_page},
};
use crate::{
    base::{
        ids::{GroupId, PersonId},
        limits,
        locale::Locale,
        phrase::{Phrase, phrase},
        time::{Timestamp, Zone},
        value::{Map, Value},
    },
    engine::{
        entry::TaskKind,
        input::{Command, VIA_LINK},
        state::OpenTask,
    },
    shell::{
        clock,
        door::{Inside, Peer},
        runtime::publish::Snapshot,
        socket::{Ask, CommandRequest},
        store::{Reader, StoreError},
    },
};
use axum::{
    Extension,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header},
};
use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// Who somebody said they are, on their phone.
const ME: &str = "playbook-me";
/// What tells one browser from another where a question is answered.
const BROWSER: &str = "playbook-browser";

/// How many answers came from where in the last minute.
#[derive(Debug, Default)]
pub(super) struct Answered(Mutex<BTreeMap<IpAddr, (i64, u32)>>);

impl Answered {
    /// Whether one more may come from there.
    fn may(&self, from: IpAddr, now: Timestamp) -> bool {
        let minute = now.as_millis().div_euclid(60_000);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= limits::BALLOT_ADDRESSES_MAX {
            known.retain(|_, (at, _)| *at == minute);
        }
        if known.len() >= limits::BALLOT_ADDRESSES_MAX && !known.contains_key(&from) {
            return false;
        }
        let (at, count) = known.entry(from).or_default();
        if *at != minute {
            (*at, *count) = (minute, 0);
        }
        *count = count.saturating_add(1);
        *count <= limits::BALLOTS_PER_MINUTE
    }
}

/// `GET /me`
pub(super) async fn mine(State(inside): State<Arc<Inside>>, uri: Uri, visit: Visit) -> Response<Body> {
    let links = inside.console.links();
    let after = visit::query(&uri, "from").and_then(CardKey::parse);
    let shown = view::cards::Gatherer::new(&visit.board, (&visit.asker, visit.now), &links).mine(after);
    let (title, body) = page::phone::mine(&shown, visit.now, &visit.frame);
    visit.page(None, &title, &body)
}

/// `GET /t/LINK`
pub(super) async fn task(
    State(inside): State<Arc<Inside>>,
    headers: HeaderMap,
    uri: Uri,
    Path(link): Path<String>,
) -> Response<Body> {
    let (snapshot, frame) = look(&inside, &headers, &uri, &link).await;
    let Some(meant) = inside.console.links().read_task(&snapshot, &link) else {
        let (title, body) = page::phone::task(&view::phone::Sheet::Nobody, &frame);
        return html_page(StatusCode::NOT_FOUND, frame.bare(&title, &body));
    };
    let me = remembered(&headers, ME).map(PersonId::from);
    let open =
        snapshot.groups.get(&meant.group).is_some_and(|group| group.state.tasks.contains_key(&meant.task));
    let closed = if open { None } else { closed(&inside, &snapshot, &meant).await };
    let sheet = view::phone::sheet(&snapshot, &meant, me, clock::now(), || closed);
    let (title, body) = page::phone::task(&sheet, &frame);
    html_page(StatusCode::OK, frame.bare(&title, &body))
}

/// What a page of a link is made with: everything as it is, and what stands around it.
async fn look(inside: &Inside, headers: &HeaderMap, uri: &Uri, link: &str) -> (Arc<Snapshot>, Frame) {
    let after = visit::query(uri, "after").and_then(|text| text.parse().ok()).unwrap_or_default();
    let snapshot = visit::until(&inside.published, after).await;
    let said = visit::query(uri, "said").map(|id| inside.console.told(id, link).0).unwrap_or_default();
    let frame = Frame { nonce: visit::nonce(), said, ..visit::frame(headers, &inside.published) };
    let locale = visit::query(uri, "lang").and_then(Locale::from_tag).unwrap_or(frame.locale);
    let other = locale.pick("?lang=zh", "?lang=en");
    let frame = Frame { locale, path: format!("{}{other}", uri.path()), ..frame };
    (snapshot, frame)
}

/// Looks in the journal how a task ended.
async fn closed(inside: &Arc<Inside>, snapshot: &Snapshot, link: &TaskLink) -> Option<Closed> {
    let book = snapshot.groups.get(&link.group)?.book.as_ref()?;
    let (link, zone) = (link.clone(), book.playbook.in_group(&link.group).zone.clone());
    let read = serve::read(inside, move |kept, reader| find_closed(kept, reader, &link, &zone));
    read.await.ok().flatten()
}

fn find_closed(
    kept: &Kept,
    reader: &Reader,
    link: &TaskLink,
    zone: &Zone,
) -> Result<Option<Closed>, StoreError> {
    let history = kept.history_now(reader)?;
    let (mut before, mut looked) = (None, 0);
    while looked < limits::CLOSED_LOOK_BACK {
        let found = history.before(Some(&link.group), Kinds::PEOPLE, before, limits::PAGE_ROWS);
        let lines = reader.decisions(&found.decisions)?;
        let closed = lines.iter().find_map(|line| view::phone::closed(&line.entry, &link.task, zone));
        (before, looked) = (found.before, looked + found.decisions.len());
        if closed.is_some() || before.is_none() {
            return Ok(closed);
        }
    }
    Ok(None)
}

/// A form that a page of a link has sent.
struct Sent {
    headers: HeaderMap,
    path: String,
    form: Form,
}

impl Sent {
    /// Reads it; else what its sender is told.
    async fn read(inside: &Inside, request: Request) -> Result<Self, Response<Body>> {
        let (head, body) = request.into_parts();
        let form = if inside.console.is_from_here(&head.headers) {
            form::read(&head.headers, body).await.ok_or(Denied::Body)
        } else {
            Err(Denied::Elsewhere)
        };
        match form {
            Ok(form) => Ok(Self { path: head.uri.path().to_owned(), headers: head.headers, form }),
            Err(denied) => Err(denied.answer(inside, &head.headers)),
        }
    }
}

/// `POST /t/LINK`
pub(super) async fn answer_task(
    State(inside): State<Arc<Inside>>,
    Path(link): Path<String>,
    request: Request,
) -> Response<Body> {
    let Sent { headers, path, form } = match Sent::read(&inside, request).await {
        Ok(sent) => sent,
        Err(told) => return told,
    };
    let console = &inside.console;
    let snapshot = inside.published.snapshot();
    let Some(meant) = console.links().read_task(&snapshot, &link) else { return see_other(&path) };
    let people = view::phone::who(&snapshot, &meant, clock::now());
    let who = people.into_iter().find(|person| Some(person.id.as_str()) == form.get("who"));
    let open = snapshot.groups.get(&meant.group).and_then(|group| group.state.tasks.get(&meant.task));
    let (Some(who), Some(open)) = (who, open) else { return see_other(&path) };
    let by = Some(format!("{}{VIA_LINK}", who.name));
    let answered = match command(open, &form, by) {
        None => Err(phrase!("a link is not enough for this", "光有链接不能办这件事")),
        Some(command) => {
            let verb = form.get("verb").unwrap_or_default();
            let id = press::id_of(&form, verb, meant.task.as_str());
            let request = CommandRequest { id, group: Some(meant.group.clone()), ask: Ask::Command(command) };
            put(&inside, request, press::done(verb, &open.task.text)).await
        }
    };
    let response = led_back(console, &path, &link, answered);
    remember(response, ME, who.id.as_str(), console.is_secure(&headers))
}

/// What a press becomes; nothing where a link is not enough, or it is no press.
fn command(open: &OpenTask, form: &Form, by: Option<String>) -> Option<Command> {
    let (task, as_operator) = (open.task.id.clone(), false);
    if view::phone::is_strict(open) {
        return None;
    }
    let text = |name| form.get(name).map(str::to_owned);
    match (form.get("verb")?, open.task.kind) {
        ("done", TaskKind::Task | TaskKind::Delivery) => {
            Some(Command::Done { task, by, note: press::words(form) })
        }
        ("tick", TaskKind::Task) => Some(Command::Tick { task, items: press::items(form), by }),
        ("approve", TaskKind::Approval) => {
            Some(Command::Approve { task, by, note: text("note"), as_operator, except: Vec::new() })
        }
        ("remind", TaskKind::Task | TaskKind::Approval) => {
            let at = clock::now().plus(form.get("in")?.parse().ok()?);
            Some(Command::Remind { task, at: Some(at), by })
        }
        ("reassign", TaskKind::Task | TaskKind::Approval) => {
            Some(Command::Reassign { task, to: Arc::from(form.get("to")?), by })
        }
        ("reject", TaskKind::Approval) | ("unsent", TaskKind::Delivery) => {
            Some(Command::Reject { task, by, reason: press::reason(form), as_operator })
        }
        _ => None,
    }
}

/// Puts a request; what there is to say of it, and the number of its last entry.
async fn put(inside: &Inside, request: CommandRequest, done: Phrase) -> Result<(Phrase, i64), Phrase> {
    let reply = press::put(inside, request).await;
    match reply.refused {
        None if reply.ok => Ok((done, press::last(&reply))),
        refused => {
            let reason = refused.unwrap_or_default();
            Err(phrase!("not done: {reason}", "没有做：{reason}"))
        }
    }
}

/// Back to the page of a link, which says what came of the press.
fn led_back(
    console: &Console,
    path: &str,
    link: &str,
    answered: Result<(Phrase, i64), Phrase>,
) -> Response<Body> {
    let (said, after) = match answered {
        Ok((said, after)) => ((true, said), after),
        Err(said) => ((false, said), 0),
    };
    let told = console.tell(link, vec![said]);
    see_other(&format!("{path}?after={after}&said={told}"))
}

/// What was remembered in a browser.
fn remembered(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = percent_encoding::percent_decode_str(door::cookie(headers, name)?);
    value.decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// Remembers something in a browser.
fn remember(mut response: Response<Body>, name: &str, value: &str, secure: bool) -> Response<Body> {
    let secure = if secure { "; Secure" } else { "" };
    let age = limits::COOKIE_S_MAX;
    let value = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
    let line = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(line) = HeaderValue::from_str(&line) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

/// `GET /s/LINK`
pub(super) async fn ballot(
    State(inside): State<Arc<Inside>>,
    headers: HeaderMap,
    uri: Uri,
    Path(link): Path<String>,
) -> Response<Body> {
    let (snapshot, frame) = look(&inside, &headers, &uri, &link).await;
    let links = inside.console.links();
    let found = links.read_ballot(&snapshot, &link);
    // Closed and never made look alike.
    let open = found.and_then(|(group, open)| Some((group, open?)));
    let status = if open.is_some() { StatusCode::OK } else { StatusCode::GONE };
    let view = open.and_then(|(group, open)| view::phone::ballot(&snapshot, &group, open, clock::now()));
    let (title, body) = page::phone::ballot(view.as_ref(), &frame);
    html_page(status, frame.bare(&title, &body))
}

/// `POST /s/LINK`
pub(super) async fn answer_ballot(
    State(inside): State<Arc<Inside>>,
    Extension(Peer(peer)): Extension<Peer>,
    Path(link): Path<String>,
    request: Request,
) -> Response<Body> {
    let Sent { headers, path, form } = match Sent::read(&inside, request).await {
        Ok(sent) => sent,
        Err(told) => return told,
    };
    let console = &inside.console;
    let from = door::address(peer, &headers);
    if from.is_none_or(|from| !console.answered.may(from, clock::now())) {
        let said =
            phrase!("too many answers came from there; wait a minute", "这里提交得太频繁了，请等一分钟");
        return led_back(console, &path, &link, Err(said));
    }
    let snapshot = inside.published.snapshot();
    let links = console.links();
    let Some((group, Some(open))) = links.read_ballot(&snapshot, &link) else { return see_other(&path) };
    let name: String =
        form.get("name").unwrap_or_default().chars().take(limits::BALLOT_NAME_CHARS_MAX).collect();
    if name.is_empty() {
        let said = phrase!("say your name, too", "请写上你的名字");
        return led_back(console, &path, &link, Err(said));
    }
    let known = remembered(&headers, BROWSER).filter(|word| word.len() <= 40 && !word.is_empty());
    let browser = known.unwrap_or_else(visit::nonce);
    let answered = put(&inside, vote(group, open, &form, &name, &browser), counted(&name)).await;
    let response = led_back(console, &path, &link, answered);
    remember(response, BROWSER, &browser, console.is_secure(&headers))
}

/// One answer of a browser and a name: the same again is none.
fn vote(group: GroupId, open: &OpenTask, form: &Form, name: &str, browser: &str) -> CommandRequest {
    let task = open.task.id.as_str();
    let mut data = Map::new();
    data.insert("task".into(), Value::str(task));
    data.insert("name".into(), Value::str(name));
    data.insert("via".into(), Value::str("page"));
    if open.task.fields.is_empty() {
        let mut chosen: Vec<Value> = form.all("option").into_iter().map(Value::str).collect();
        let one = chosen.len() == 1;
        data.insert("option".into(), if one { chosen.remove(0) } else { Value::list(chosen) });
    } else {
        let fields = open.task.fields.iter().enumerate();
        let fields = fields.map(|(n, field)| {
            (Arc::from(field.as_str()), Value::str(form.get(&format!("field{n}")).unwrap_or_default()))
        });
        data.insert("fields".into(), Value::Map(Arc::new(fields.collect())));
    }
    let ask =
        Ask::Signal { name: "answer".into(), member: None, data: Value::Map(Arc::new(data)), by_hand: true };
    CommandRequest { id: Some(format!("page/{task}/{browser}/{name}")), group: Some(group), ask }
}

fn counted(name: &str) -> Phrase {
    phrase!("{name}: your answer counts", "{name}：已收到你的回答")
}
