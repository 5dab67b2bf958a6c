//! Questions of members, and who answered them first.
//!
//! A reply answers what it replies to; else the next message of somebody else within an hour does.

use super::{
    day::{DayNumbers, add},
    kept::{Numbers, OpenQuestion, keep},
    owed,
    said::Quoted,
};
use crate::base::{
    ids::MemberId,
    limits,
    time::{Duration, Timestamp},
};

/// Without a reply, a message answers what was asked so shortly before.
const NEXT_MESSAGE: Duration = Duration::HOUR;
/// How many powers of two minutes are told apart.
const RESPONSE_STEPS: usize = 16;
/// An answer later than this is none.
const FORGOTTEN: Duration = Duration::DAY;

/// A member asks something.
pub(super) fn ask(numbers: &mut Numbers, question: OpenQuestion) {
    add(&mut numbers.open.asked, 1);
    let most = limits::QUESTIONS_OPEN_MAX;
    let question = owed::owed(numbers, question);
    if keep(&mut numbers.questions, question, most).is_some() {
        add(&mut numbers.open.settled, 1);
    }
}

/// A member says something: what it answers is answered.
pub(super) fn answer(numbers: &mut Numbers, by: &MemberId, at: Timestamp, reply: Option<&Quoted<'_>>) {
    forget(numbers, at);
    let mut kept = std::mem::take(&mut numbers.questions);
    let mut answered = Vec::new();
    kept.retain(|question| {
        let waits = at.since(question.at);
        let meant = match reply {
            Some(Quoted { id: Some(id), .. }) => question.id.as_deref() == Some(*id),
            Some(Quoted { member: Some(member), .. }) => question.by.as_str() == *member,
            Some(_) => false,
            None => waits <= NEXT_MESSAGE,
        };
        let is_answer = meant && question.by != *by && question.at <= at;
        if is_answer {
            answered.push(question.clone());
        }
        !is_answer
    });
    numbers.questions = kept;
    for question in answered {
        settle(&mut numbers.open, &question, at);
    }
}

/// Somebody says that what a member asked was answered: at one time, or whatever is open.
pub(super) fn replied(numbers: &mut Numbers, at: Timestamp, by: &MemberId, asked: Option<Timestamp>) {
    let mut waited = Vec::new();
    numbers.questions.retain(|question| {
        let is_it = question.by == *by && asked.is_none_or(|asked| question.at == asked);
        if is_it {
            waited.push(question.clone());
        }
        !is_it
    });
    for question in waited {
        settle(&mut numbers.open, &question, at);
    }
}

/// What was not answered for a day stays unanswered.
pub(super) fn forget(numbers: &mut Numbers, at: Timestamp) {
    let before = numbers.questions.len();
    numbers.questions.retain(|question| at.since(question.at) <= FORGOTTEN);
    add(&mut numbers.open.settled, (before - numbers.questions.len()) as u64);
}

fn settle(day: &mut DayNumbers, question: &OpenQuestion, at: Timestamp) {
    let waits = at.since(question.at);
    let late = question.due.map_or(waits > Duration::HOUR, |due| at > due);
    day.answer(&question.whose, question.due.is_some(), late);
    add(&mut day.settled, 1);
    add(&mut day.answered, 1);
    if waits <= Duration::HOUR {
        add(&mut day.answered_soon, 1);
    }
    let minutes = (waits.as_millis() / 60_000).max(0) as u64;
    // 0 is less than a minute, 1 less than two, 2 less than four …
    let place = (u64::BITS - minutes.leading_zeros()).min(RESPONSE_STEPS as u32 - 1) as usize;
    if day.first_response.len() <= place {
        day.first_response.resize(place + 1, 0);
    }
    if let Some(count) = day.first_response.get_mut(place) {
        add(count, 1);
    }
}
