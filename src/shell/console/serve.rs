//! The pages about groups, runs, members, channels, what was and what will be: reads what each needs, makes its view and
//! its markup.
//!
//! A request asks nobody in the engine: the board is brought up to what the visit has seen, by what has changed since.

use super::{
    Visit, board::Board, enter::see_other, history::Kinds, keep::Kept, layout::Tab, page, view,
    visit::html_page,
};
use crate::{
    base::{
        ids::{GroupId, MemberId, RunId},
        limits,
        time::{Duration, Timestamp},
    },
    engine::entry::Fact,
    model::playbook::Playbook,
    shell::{
        clock,
        door::Inside,
        past, refusals,
        runtime::publish::Snapshot,
        store::{LogLine, Reader, StoreError},
    },
    sim::{
        forecast::Forecast,
        ics,
        plan::{self, LivingStates, Window},
    },
};
use axum::{
    Router,
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderValue, Response, StatusCode, header},
    routing::get,
};
use maud::html;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What stands behind the question mark of an address.
pub(super) type QueryWords = BTreeMap<String, String>;

/// The routes of these pages.
pub(super) fn routes() -> Router<Arc<Inside>> {
    Router::new()
        .route("/groups", get(groups))
        .route("/groups/{id}", get(group))
        .route("/groups/{id}/members", get(members))
        .route("/groups/{id}/members.csv", get(super::bring::table))
        .route("/groups/{id}/members/{member}", get(member))
        .route("/groups/{id}/plan.html", get(plan_file))
        .route("/groups/{id}/report.html", get(report_file))
        .route("/members", get(everybody))
        .route("/runs/{run}", get(run))
        .route("/log", get(log))
        .route("/channels", get(channels))
        .route("/calendar", get(calendar))
        .route("/calendar.ics", get(calendar_file))
        .route("/c/{link}", get(calendar_feed))
}

/// A word of an address; empty where there is none.
pub(super) fn word<'a>(words: &'a QueryWords, name: &str) -> &'a str {
    words.get(name).map_or("", |word| word.as_str())
}

/// The board as the visit has seen the engine.
pub(super) fn board(visit: &Visit) -> Board {
    visit.board.clone()
}

/// Reads the database beside the engine.
pub(super) async fn read<T: Send + 'static>(
    inside: &Arc<Inside>,
    what: impl FnOnce(&Kept, &Reader) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, String> {
    let kept = inside.kept.clone();
    let read = tokio::task::spawn_blocking(move || {
        let reader = Reader::beside_engine(kept.dir())?;
        what(&kept, &reader)
    });
    match read.await {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(error)) => Err(error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// That what is needed cannot be read just now.
pub(super) fn unreadable(visit: &Visit, error: &str) -> Response<Body> {
    let locale = visit.frame.locale;
    let title = locale.pick("This cannot be read just now", "现在读不到");
    let body = html! { h1 { (title) } p lang="en" { (error) } };
    html_page(StatusCode::SERVICE_UNAVAILABLE, visit.frame.page(None, title, &body))
}

async fn groups(Query(words): Query<QueryWords>, mut visit: Visit) -> Response<Body> {
    let board = board(&visit);
    let after = Some(word(&words, "from")).filter(|id| !id.is_empty()).map(GroupId::new);
    let wanted = view::groups::Wanted {
        name: word(&words, "q").trim().to_owned(),
        phase: word(&words, "phase").to_owned(),
        only: view::groups::Only::parse(word(&words, "only")),
        platform: word(&words, "platform").to_owned(),
        order: match word(&words, "order") {
            "health" => view::groups::Order::Health,
            _ => view::groups::Order::Name,
        },
        after,
    };
    if wanted == view::groups::Wanted::default()
        && let Some(only) = view::groups::only(&board, &visit.asker, visit.now)
    {
        return see_other(&page::parts::group_path(&only));
    }
    let view = view::groups::groups(&board, &visit.asker, wanted, visit.now);
    visit.frame.live = "g:*".to_owned();
    let (title, body) = page::groups::page(&view, &visit.frame);
    visit.page(Some(Tab::Groups), &title, &body)
}

async fn group(Path(id): Path<String>, mut visit: Visit) -> Response<Body> {
    let id = GroupId::new(&id);
    let board = board(&visit);
    let Some(view) = view::group::group(&board, &visit.asker, &id, (visit.now, visit.frame.locale)) else {
        return visit.nothing();
    };
    visit.frame.live = format!("g:{id}");
    let (title, body) = page::group::page(&view, &visit.frame);
    visit.page(Some(Tab::Groups), &title, &body)
}

async fn everybody(Query(words): Query<QueryWords>, visit: Visit) -> Response<Body> {
    let board = board(&visit);
    let name = word(&words, "q").trim();
    if let Some(only) = view::groups::only(&board, &visit.asker, visit.now) {
        let path = format!("{}/members", page::parts::group_path(&only));
        return see_other(&page::parts::address(&path, &[("q", name)]));
    }
    let after = Some(word(&words, "from")).filter(|id| !id.is_empty()).map(GroupId::new);
    let view = view::everybody::everybody(&board, &visit.asker, (name, after.as_ref()), visit.now);
    let (title, body) = page::everybody::page(&view, &visit.frame);
    visit.page(Some(Tab::Members), &title, &body)
}

async fn members(Path(id): Path<String>, Query(words): Query<QueryWords>, visit: Visit) -> Response<Body> {
    let id = GroupId::new(&id);
    let wanted = view::members::Wanted {
        name: word(&words, "q").trim().to_owned(),
        only: view::members::Only::parse(word(&words, "only")),
        tag: word(&words, "tag").to_owned(),
        after: Some(word(&words, "from")).filter(|id| !id.is_empty()).map(MemberId::new),
    };
    let board = board(&visit);
    let view = view::members::members(&board, &visit.asker, &id, wanted, visit.now);
    let Some(view) = view else { return visit.nothing() };
    let (title, body) = page::members::page(&view, &visit.frame);
    visit.page(Some(Tab::Members), &title, &body)
}

async fn member(Path((group, member)): Path<(String, String)>, visit: Visit) -> Response<Body> {
    let (group, member) = (GroupId::new(&group), MemberId::new(&member));
    let board = board(&visit);
    let view = view::members::one(&board, &visit.asker, (&group, &member), visit.now);
    let Some(view) = view else { return visit.nothing() };
    let (title, body) = page::members::one(&view, &visit.frame);
    visit.page(Some(Tab::Members), &title, &body)
}

/// The group that an address names, or the only one that the reader sees.
pub(super) fn named(words: &QueryWords, board: &Board, visit: &Visit) -> Option<GroupId> {
    let named = Some(word(words, "group")).filter(|id| !id.is_empty()).map(GroupId::new);
    named.or_else(|| {
        board
            .now
            .groups
            .iter()
            .find(|(_, group)| visit.asker.sees(group, visit.now))
            .map(|(id, _)| id.clone())
    })
}

async fn run(
    State(inside): State<Arc<Inside>>,
    Path(run): Path<String>,
    Query(words): Query<QueryWords>,
    mut visit: Visit,
) -> Response<Body> {
    let (run, board) = (RunId::new(&run), board(&visit));
    let Some(group) = named(&words, &board, &visit) else { return visit.nothing() };
    let begun = board.group_of(&group).and_then(|here| here.run(&run)).map(|run| run.started);
    let lines = match begun {
        None => Ok(((Vec::new(), false), BTreeMap::new())),
        Some(started) => {
            let of = group.clone();
            read(&inside, move |kept, reader| {
                let (lines, cut) = since(kept, reader, &of, started)?;
                let on_the_way = reader.on_the_way(&lines)?;
                Ok(((lines, cut), on_the_way))
            })
            .await
        }
    };
    let (lines, on_the_way) = match lines {
        Ok(lines) => lines,
        Err(error) => return unreadable(&visit, &error),
    };
    let board = board.with_on_the_way(on_the_way);
    let sees = board.group_of(&group).is_some_and(|here| visit.asker.sees(here.now, visit.now));
    let Some(mut view) = view::run::sheet(&board, &visit.asker, (&group, &run), lines, visit.now) else {
        // Of what the state does not know any more the journal tells.
        return if sees { see_other(&page::parts::why_path(&group, &run, None)) } else { visit.nothing() };
    };
    view.elsewhere = view::elsewhere::elsewhere(&board, &visit.asker, &view);
    view::foreteller::foreseen(&board, &mut view);
    visit.frame.live = format!("g:{group} r:{run}");
    visit.frame.refreshes = true;
    let (title, body) = page::run::page(&view, &visit.frame);
    visit.page(Some(Tab::Groups), &title, &body)
}

/// Entries of a group since an instant, oldest first, as far as one page reads; whether there were more.
fn since(
    kept: &Kept,
    reader: &Reader,
    group: &GroupId,
    from: Timestamp,
) -> Result<(Vec<LogLine>, bool), StoreError> {
    let history = kept.history_now(reader)?;
    let kinds = Kinds::TOLD.and(Kinds::RUN);
    let found = history.between(Some(group), kinds, (from, Timestamp::MAX), limits::SHEET_DECISIONS_MAX);
    let mut numbers = found.decisions;
    numbers.reverse();
    Ok((reader.decisions(&numbers)?, found.before.is_some()))
}

/// How much of what is sought in the logbook counts.
const SOUGHT_CHARS: usize = 80;

async fn log(
    State(inside): State<Arc<Inside>>,
    Query(words): Query<QueryWords>,
    mut visit: Visit,
) -> Response<Body> {
    let board = board(&visit);
    let group = Some(word(&words, "group")).filter(|id| !id.is_empty()).map(GroupId::new);
    let chosen = word(&words, "kind");
    let (kinds, bits) =
        Kinds::CHOICES.into_iter().find(|(name, _)| *name == chosen).unwrap_or(("all", Kinds::TOLD));
    let before: Option<i64> = word(&words, "before").parse().ok();
    let of = group.clone();
    let text: String = word(&words, "q").trim().chars().take(SOUGHT_CHARS).collect();
    // What is sought is sought in more of them at once.
    let most = if text.is_empty() { limits::PAGE_ROWS } else { limits::SHEET_DECISIONS_MAX };
    let lines = read(&inside, move |kept, reader| {
        let history = kept.history_now(reader)?;
        let found = history.before(of.as_ref(), bits, before, most);
        let mut lines = reader.decisions(&found.decisions)?;
        lines.sort_by_key(|line| std::cmp::Reverse(line.seq));
        let on_the_way = reader.on_the_way(&lines)?;
        Ok((lines, found, (history.is_cut(), on_the_way)))
    });
    let (lines, found, (cut, on_the_way)) = match lines.await {
        Ok(read) => read,
        Err(error) => return unreadable(&visit, &error),
    };
    let board = board.with_on_the_way(on_the_way);
    visit.frame.live = group.as_ref().map_or_else(|| "g:*".to_owned(), |group| format!("g:{group}"));
    let wanted = view::logbook::Wanted { group, kinds, before, text };
    let view = view::logbook::logbook(&board, &visit.asker, wanted, (&lines, &found, cut), visit.now);
    let (title, body) = page::logbook::page(&view, &visit.frame);
    visit.page(Some(Tab::Logbook), &title, &body)
}

/// Versions of one file that the page of channels names.
const VERSIONS_SHOWN: usize = 5;

/// The versions of each file that took effect last, newest first, as one of its groups has them in the journal.
fn versions(
    kept: &Kept,
    reader: &Reader,
    snapshot: &Snapshot,
) -> Result<BTreeMap<String, Vec<(Timestamp, String)>>, StoreError> {
    let history = kept.history_now(reader)?;
    let mut all = BTreeMap::new();
    for book in snapshot.books.iter() {
        let Some(group) = book.playbook.groups.keys().next() else { continue };
        let found = history.before(Some(group), Kinds::VERSION, None, VERSIONS_SHOWN);
        let lines = reader.decisions(&found.decisions)?;
        let versions = lines.iter().filter_map(|line| match &line.entry.fact {
            Fact::PlaybookChanged { digest, .. } | Fact::Adopted { digest, .. } => {
                Some((line.entry.at, digest.short().to_owned()))
            }
            _ => None,
        });
        all.insert(book.file.display().to_string(), versions.collect());
    }
    Ok(all)
}

async fn channels(State(inside): State<Arc<Inside>>, mut visit: Visit) -> Response<Body> {
    let snapshot = visit.snapshot.clone();
    let ears = inside.published.ears().all();
    let heard = ears.clone();
    let found = read(&inside, move |kept, reader| {
        let stuck = reader.stuck(limits::STUCK_MAX + 1)?;
        let versions = versions(kept, reader, &snapshot)?;
        let mut cursors = Vec::new();
        for ear in heard.keys().take(limits::PAGE_ROWS) {
            cursors.extend(reader.cursor(ear)?);
        }
        Ok((reader.backlog(None)?, refusals::read(kept.dir()), stuck, (versions, cursors)))
    });
    let (backlog, refused, stuck, (versions, cursors)) = match found.await {
        Ok(found) => found,
        Err(error) => return unreadable(&visit, &error),
    };
    let board = board(&visit).with_dead(stuck);
    let accepted = inside.kept.accepted();
    let engine = view::channels::EngineNow {
        behind: Duration::from_millis(inside.pulse.behind_ms(visit.now)),
        held_up: inside.pulse.is_held_up(),
        room: inside.kept.room(),
    };
    let (backlog, accepted, refused, versions) = (&backlog, &*accepted, &refused, &versions);
    let cursors = &cursors;
    let found = view::channels::ChannelFacts { backlog, accepted, refused, versions, cursors, engine };
    let view = view::channels::channels(&board, &visit.asker, found, &ears, visit.now);
    visit.frame.live = "channels".to_owned();
    let access = view::access::access(inside.console.signed_in(), &visit.asker, &visit.snapshot, visit.now);
    let access = page::access::list(&access, &visit.frame);
    let (title, body) = page::channels::page(&view, Some(&access), &visit.frame);
    visit.page(Some(Tab::Channels), &title, &body)
}

async fn calendar(
    State(inside): State<Arc<Inside>>,
    Query(words): Query<QueryWords>,
    mut visit: Visit,
) -> Response<Body> {
    let board = board(&visit);
    let (seen, beyond) = view::together::members(&board, &visit.asker, visit.now);
    let named = Some(word(&words, "group")).filter(|id| !id.is_empty()).map(GroupId::new);
    // Without a group it is that of all together; of one alone its own.
    let only = named.or_else(|| seen.first().filter(|_| seen.len() == 1 && beyond == 0).cloned());
    let Some(first) = only.clone().or_else(|| seen.first().cloned()) else { return visit.nothing() };
    let Some(zone) = board.group_of(&first).map(super::board::Here::zone) else { return visit.nothing() };
    let shape = view::calendar::Shape::parse(word(&words, "view"));
    let day = word(&words, "day").parse().unwrap_or_else(|_| zone.date(visit.now));
    let window = view::mark::window(&shape.days(day), &zone);
    let of = only.clone().map_or_else(|| seen.clone(), |group| vec![group]);
    let lines = read(&inside, move |kept, reader| {
        let (history, span) = (kept.history_now(reader)?, (window.from, window.to));
        let (most, mut all) = (limits::SHEET_DECISIONS_MAX / of.len().max(1), (Vec::new(), false));
        // Of groups that the page does not show nothing is read.
        for group in &of {
            let found = history.between(Some(group), Kinds::TOLD, span, most);
            let mut numbers = found.decisions;
            numbers.reverse();
            all.0.append(&mut reader.decisions(&numbers)?);
            all.1 |= found.before.is_some();
        }
        let on_the_way = reader.on_the_way(&all.0)?;
        Ok((all, on_the_way))
    });
    let ((lines, cut), on_the_way) = match lines.await {
        Ok(read) => read,
        Err(error) => return unreadable(&visit, &error),
    };
    let board = board.with_on_the_way(on_the_way);
    let view = match &only {
        Some(group) => {
            view::calendar::calendar(&board, &visit.asker, (group, shape, day), (&lines, cut), visit.now)
        }
        None => view::together::together(
            &board,
            &visit.asker,
            (&seen, beyond),
            (shape, day),
            (&lines, cut),
            visit.now,
        ),
    };
    let Some(mut view) = view else { return visit.nothing() };
    view.only(word(&words, "play"), word(&words, "label"), word(&words, "person"));
    view.feed = only.as_ref().and_then(|group| inside.console.links().calendar(&visit.snapshot, group));
    visit.frame.live = only.map_or_else(|| "g:*".to_owned(), |group| format!("g:{group}"));
    let (title, body) = page::calendar::page(&view, &visit.frame);
    visit.page(Some(Tab::Calendar), &title, &body)
}

/// Days that files to take along look ahead.
const FILE_DAYS: u32 = 90;

/// The playbook of a group with that group alone, and the days ahead.
fn alone(snapshot: &Snapshot, id: &GroupId, now: Timestamp) -> Option<(Playbook, Window)> {
    let book = snapshot.groups.get(id)?.book.as_ref()?;
    let playbook = book.playbook.in_group(id).alone(id);
    let window = Window::days(&playbook, now, FILE_DAYS);
    Some((playbook, window))
}

/// The states of a playbook's groups.
fn lives<'a>(snapshot: &'a Snapshot, playbook: &'a Playbook) -> LivingStates<'a> {
    let groups = playbook.groups.keys();
    groups.filter_map(|id| Some((id, &*snapshot.groups.get(id)?.state))).collect()
}

/// The same, if the reader sees the group.
fn seen(visit: &Visit, id: &GroupId) -> Option<(Playbook, Window)> {
    let sees = visit.snapshot.groups.get(id).is_some_and(|group| visit.asker.sees(group, visit.now));
    alone(&visit.snapshot, id, visit.now).filter(|_| sees)
}

async fn plan_file(Path(id): Path<String>, visit: Visit) -> Response<Body> {
    let Some((playbook, window)) = seen(&visit, &GroupId::new(&id)) else { return visit.nothing() };
    let page = crate::shell::pages::plan::html(&playbook, window, &lives(&visit.snapshot, &playbook));
    file("text/html; charset=utf-8", "plan.html", page)
}

/// Days of which the report of a group tells.
const REPORT_DAYS: i64 = 30;

/// What really happened in a group, as one file.
async fn report_file(
    State(inside): State<Arc<Inside>>,
    Path(id): Path<String>,
    visit: Visit,
) -> Response<Body> {
    let id = GroupId::new(&id);
    let group = visit.snapshot.groups.get(&id).filter(|group| visit.asker.sees(group, visit.now));
    let book = group.and_then(|group| group.book.as_ref());
    let Some(playbook) = book.map(|book| book.playbook.shared_in_group(&id).clone()) else {
        return visit.nothing();
    };
    let (groups, now) = (BTreeSet::from([id]), visit.now);
    // A long journal is gone through by a few at a time.
    let _turn = inside.kept.turn().await;
    let page = read(&inside, move |_, reader| {
        let back = Duration::DAY.times(1 - REPORT_DAYS);
        let from = playbook.zone.day_bounds(now.plus(back)).0;
        let from = past::begin(reader, &groups, &playbook.zone, from)?;
        let span = (from, now.plus(Duration::from_millis(1)));
        let past = past::gather(reader, &playbook, &groups, span, true)?;
        Ok(crate::shell::pages::report::lived(&playbook, &past))
    });
    match page.await {
        Ok(page) => file("text/html; charset=utf-8", "report.html", page),
        Err(error) => unreadable(&visit, &error),
    }
}

async fn calendar_file(Query(words): Query<QueryWords>, visit: Visit) -> Response<Body> {
    let board = board(&visit);
    let found = named(&words, &board, &visit).and_then(|id| seen(&visit, &id));
    let Some((playbook, window)) = found else { return visit.nothing() };
    let text = ics_of(&playbook, window, &lives(&visit.snapshot, &playbook));
    file("text/calendar; charset=utf-8", "playbook.ics", text)
}

/// `GET /c/GROUP.SEAL.ics`: the same for a calendar program, which has no session. The address is the key.
async fn calendar_feed(State(inside): State<Arc<Inside>>, Path(link): Path<String>) -> Response<Body> {
    let snapshot = inside.published.snapshot();
    let group = inside.console.links().read_calendar(&snapshot, &link);
    let Some((playbook, window)) = group.and_then(|id| alone(&snapshot, &id, clock::now())) else {
        let mut gone = Response::new(Body::from("this address does not hold any more\n"));
        *gone.status_mut() = StatusCode::NOT_FOUND;
        return gone;
    };
    let text = ics_of(&playbook, window, &lives(&snapshot, &playbook));
    file("text/calendar; charset=utf-8", "playbook.ics", text)
}

/// What is ahead, as calendars read it.
fn ics_of<'a>(playbook: &'a Playbook, window: Window, lives: &LivingStates<'a>) -> String {
    let mut forecast = Forecast::new(playbook);
    let mut text = ics::head(playbook);
    for planned in plan::plan(playbook, window, lives).take(limits::PAGE_ROWS * limits::PAGE_ROWS) {
        let expected = forecast.look(&planned);
        text.push_str(&ics::event(playbook, &planned, expected.as_ref(), window.from));
    }
    text.push_str(ics::tail());
    text
}

/// A file to keep: never shown as a page of ours.
fn file(kind: &'static str, name: &str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    let head = response.headers_mut();
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(kept) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        head.insert(header::CONTENT_DISPOSITION, kept);
    }
    response
}
