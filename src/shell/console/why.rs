//! `/why/WHAT`: why something happened, or did not, from the decisions of its group alone.

use super::{
    Visit,
    keep::Kept,
    layout::Tab,
    page,
    serve::{QueryWords, board, named, read, unreadable, word},
    view,
};
use crate::{
    base::{
        ids::{GroupId, PlayName, RunId},
        limits,
    },
    engine::entry::Fact,
    shell::{
        door::Inside,
        inquiry::Inquiry,
        store::{Reader, StoreError},
    },
};
use axum::{
    body::Body,
    extract::{Path, Query, State},
    http::Response,
};
use std::{collections::BTreeSet, sync::Arc};

/// `GET /why/WHAT?group=ID`
pub(super) async fn why(
    State(inside): State<Arc<Inside>>,
    Path(asked): Path<String>,
    Query(words): Query<QueryWords>,
    visit: Visit,
) -> Response<Body> {
    let board = board(&visit);
    let Some(id) = named(&words, &board, &visit) else { return visit.nothing() };
    let Some(here) = board.group_of(&id).filter(|here| visit.asker.sees(here.now, visit.now)) else {
        return visit.nothing();
    };
    let place = here.title().to_owned();
    let under_way = here.state().runs.values().filter(|run| run.outcome.is_none());
    let open: BTreeSet<RunId> = under_way.map(|run| run.id.clone()).collect();
    let name = PlayName::new(asked.split(['@', '/']).next().unwrap_or_default());
    let title = view::brief::title(here, &name);
    let Some(playbook) = here.now.book.as_ref().map(|book| book.playbook.shared_in_group(&id).clone()) else {
        return visit.nothing();
    };
    let (state, group, what) = (here.now.state.clone(), id.clone(), asked.clone());
    let at = Some(word(&words, "at").to_owned()).filter(|at| !at.is_empty());
    // A long journal is gone through by a few at a time.
    let _turn = inside.kept.turn().await;
    let answer = read(&inside, move |kept, reader| {
        let decisions = whole(kept, reader, &group)?;
        let inquiry = Inquiry {
            decisions: decisions.as_deref(),
            group: &group,
            playbook: &playbook,
            state: Some(&state),
            journal: Some(reader),
            most: Some(limits::WHY_ENTRIES_MAX),
        };
        Ok(inquiry.answer(&what, at.as_deref()))
    });
    let (title, body) = match answer.await {
        Err(error) => return unreadable(&visit, &error),
        Ok(Ok(answers)) => {
            let run = answers.iter().find_map(|(answer, _)| answer.run.clone());
            let steps = run
                .map(|run| view::naming::named_steps(&board, &visit.asker, (&id, &run), visit.now))
                .unwrap_or_default();
            page::why::page((&title, &id, &place), (answers.as_slice(), &open), &steps, &visit.frame)
        }
        Ok(Err(unclear)) => page::why::unclear(&asked, &unclear.message, unclear.help.as_ref(), &visit.frame),
    };
    visit.page(Some(Tab::Logbook), &title, &body)
}

/// Every decision of a group, oldest first; nothing where its oldest ones are not known any more, so that whoever wants
/// all goes through the journal.
fn whole(kept: &Kept, reader: &Reader, group: &GroupId) -> Result<Option<Vec<i64>>, StoreError> {
    let all = kept.history_now(reader)?.all_of(group);
    let first = reader.decisions(all.get(..1).unwrap_or_default())?;
    let begins = first.first().is_some_and(|line| matches!(line.entry.fact, Fact::Adopted { .. }));
    Ok(begins.then_some(all))
}
