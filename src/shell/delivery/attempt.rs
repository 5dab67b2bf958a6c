//! One attempt: a message becomes requests, one of them is sent, and its answer is read.
//!
//! Knows no lane and keeps nothing; a message that breaks its adapter is refused with a reason.

use super::{
    adapter::{self, Adapter, Attempt, Carrier, adapter},
    client::Client,
    job::{CourierNeeds, Job},
    picture::{self, Picture},
    preview,
    sign_in::{NoKey, key_of},
    target::{Robot, Target},
};
use crate::{
    base::time::Duration,
    courier::{Finished, Parcel, Receipt},
    model::{
        channel::ChannelKind,
        message::{Label, Message},
    },
};
use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

/// What is noted of a revision of a message that nobody has got.
const NEVER_ARRIVED: &str = "what it revises never arrived";
/// How often a picture is brought to a platform whose answer says nothing.
const UPLOADS_MAX: u32 = 3;
/// The words of a message, and the address they go to.
#[derive(Clone)]
pub(super) struct Load {
    /// Where the message goes.
    pub(super) target: Arc<Target>,
    /// The message itself.
    pub(super) message: Arc<Message>,
    /// What kind of message it is.
    pub(super) label: Option<Label>,
}

impl Load {
    /// The job that it was with what the lanes knew of it.
    pub(super) fn job(self, parcel: Parcel) -> Job {
        Job {
            key: parcel.key,
            group: parcel.group,
            effect: parcel.effect,
            target: self.target,
            message: self.message,
            label: self.label,
            expires: parcel.expires,
            not_before: parcel.not_before,
            attempts: parcel.attempts,
            part: parcel.part,
            in_doubt: parcel.in_doubt,
            retried: parcel.retried,
            awaited: parcel.awaited,
            claimed: parcel.claimed,
        }
    }
}

/// One attempt: what came of it. Nothing that breaks an adapter leaves here.
pub(super) async fn attempt(
    surroundings: &CourierNeeds,
    client: &Client,
    robot: usize,
    parcel: &Parcel,
    load: &Load,
) -> Finished {
    let target = &load.target;
    let Some(robot) = target.robots.get(robot) else {
        let reason = format!("channel `{}` has no address", target.route.name);
        return Finished::Answered { receipt: Receipt::Refused { reason }, parts: 1 };
    };
    let key = match key_of(client, target, robot, surroundings.now).await {
        Ok(key) => key,
        Err(NoKey::NotSent(reason)) => return Finished::NotSent { reason: robot.censor(&reason) },
        Err(NoKey::Answered(receipt, _)) => {
            let receipt = receipt.map_words(|words| robot.censor(words));
            return Finished::Answered { receipt, parts: parcel.part + 1 };
        }
    };
    let finished = spoken(surroundings, client, (robot, key.as_deref()), parcel, load).await;
    if !matches!(finished, Finished::Answered { receipt: Receipt::Accepted { .. }, .. }) {
        client.keys.forget(&robot.id);
    }
    finished
}

/// An attempt by a robot, with the key that it speaks with.
async fn spoken(
    surroundings: &CourierNeeds,
    client: &Client,
    (robot, key): (&Robot, Option<&str>),
    parcel: &Parcel,
    load: &Load,
) -> Finished {
    let refused = |reason: String| Finished::Answered { receipt: Receipt::Refused { reason }, parts: 1 };
    let (target, route) = (&load.target, &load.target.route);
    let adapter = adapter(route.kind);
    let said = said_of(surroundings, adapter, parcel, &load.message).await;
    if load.message.revises.is_some() && said.is_none() {
        // What it is about comes before it in the same lane: it never arrived.
        return Finished::Answered { receipt: Receipt::Accepted { note: NEVER_ARRIVED.into() }, parts: 1 };
    }
    let message = with_button(surroundings, parcel, &load.message);
    let picture = match picture_of(target, &message).await {
        Ok(picture) => picture,
        Err(reason) => return refused(reason),
    };
    let known = match looked_up((surroundings, client), target, adapter, (&message, robot)).await {
        Ok(known) => known,
        Err(finished) => return finished,
    };
    let attempt = Attempt {
        group: &parcel.group,
        channel: &route.name,
        effect: &parcel.effect,
        label: load.label,
        at: (surroundings.now)(),
        reply_to: said.as_deref().and_then(|said| said.lines().next()),
        picture: picture.as_ref(),
        uploaded: None,
        known: known.as_deref(),
        key,
    };
    let made = |attempt: &Attempt<'_>| made(adapter, &message, said.as_deref(), robot, attempt, route.kind);
    let mut requests = match made(&attempt) {
        Ok(requests) => requests,
        Err(reason) => return refused(reason),
    };
    let parts = requests.len() as u32;
    if parcel.part + 1 == parts
        && let Some(upload) = picture.as_ref().and_then(|picture| adapter.upload(picture, robot))
    {
        let name = match uploaded((surroundings, client), target, adapter, &upload).await {
            Ok(name) => name,
            Err(Finished::Answered { receipt, .. }) => {
                let receipt = receipt.map_words(|words| robot.censor(words));
                return Finished::Answered { receipt, parts };
            }
            Err(finished) => return finished,
        };
        let attempt = Attempt { uploaded: Some(&name), ..attempt };
        requests = match made(&attempt) {
            Ok(requests) => requests,
            Err(reason) => return refused(reason),
        };
    }
    let Some(request) = requests.get_mut(parcel.part as usize) else {
        // Every part was accepted before the courier was started again.
        return Finished::Answered { receipt: Receipt::Accepted { note: String::new() }, parts };
    };
    let request = mem::replace(request, adapter::Request::empty());
    if matches!(adapter.carrier(), Carrier::Terminal | Carrier::Person) {
        (surroundings.print)(&preview::console(&route.name, &request.body));
        return Finished::Answered { receipt: Receipt::Accepted { note: String::new() }, parts };
    }
    let timeout = target.timeout.max(Duration::from_millis(1)).to_std();
    let now = surroundings.now;
    let answer = client.carry(adapter.carrier(), &request, timeout, &target.way, now).await;
    match answer {
        Ok(response) => {
            let receipt = catch_unwind(AssertUnwindSafe(|| adapter.receipt(&response)));
            let receipt = receipt.unwrap_or_else(|_| Receipt::Unclear {
                reason: format!("the {} adapter broke on the answer: our bug", route.kind),
            });
            Finished::Answered { receipt: receipt.map_words(|words| robot.censor(words)), parts }
        }
        Err(error) if error.written => Finished::InDoubt { reason: robot.censor(&error.reason) },
        Err(error) => Finished::NotSent { reason: robot.censor(&error.reason) },
    }
}

/// The message with the button that leads to where it is answered, where there is one.
fn with_button(surroundings: &CourierNeeds, parcel: &Parcel, message: &Arc<Message>) -> Arc<Message> {
    let button = (surroundings.answer_at)(&parcel.group, &parcel.effect, message);
    button.map_or_else(
        || Arc::clone(message),
        |button| {
            let mut message = Message::clone(message);
            message.buttons.push(button);
            Arc::new(message)
        },
    )
}

/// What the platform said of the message that one is about: of one of ours what it answered, of a member's its id.
async fn said_of(
    surroundings: &CourierNeeds,
    adapter: &dyn Adapter,
    parcel: &Parcel,
    message: &Message,
) -> Option<String> {
    let revises = message.revises.as_ref();
    if let Some(heard) = revises.and_then(|revision| revision.heard.as_deref()) {
        return Some(adapter.note_of(heard));
    }
    let about = revises.map(|revision| &revision.of).or(message.reply_to.as_ref())?;
    surroundings.ledger.note(&parcel.group, about).await
}

/// A member's id on the platform.
fn handle(member: &str) -> &str {
    member.split_once(':').map_or(member, |(_, handle)| handle)
}

/// The requests of a message. A message that breaks an adapter is parked, it never blocks its lane.
fn made(
    adapter: &dyn Adapter,
    message: &Message,
    said: Option<&str>,
    robot: &Robot,
    attempt: &Attempt<'_>,
    kind: ChannelKind,
) -> Result<Vec<adapter::Request>, String> {
    let requests = || match (&message.revises, &message.restricts) {
        (None, None) => match &message.alone {
            Some(member) => adapter.whisper(message, handle(member), robot, attempt),
            None => adapter.requests(message, robot, attempt),
        },
        (None, Some(restriction)) => {
            let member = handle(&restriction.member);
            match &restriction.answers {
                Some(answer) => adapter.admit(member, answer, robot, attempt),
                None => adapter.restrict(member, restriction, robot, attempt),
            }
        }
        (Some(revision), _) => {
            let sent: Vec<&str> = said.unwrap_or_default().lines().collect();
            adapter.revise(revision.does, message, &sent, robot, attempt)
        }
    };
    match catch_unwind(AssertUnwindSafe(requests)) {
        Ok(requests) => requests.map_err(|refusal| refusal.to_string()),
        Err(_) => Err(format!("the {kind} adapter broke on this message: our bug")),
    }
}

/// The message's picture where it is a file that is uploaded.
async fn picture_of(target: &Target, message: &Arc<Message>) -> Result<Option<Picture>, String> {
    if message.revises.is_some() || picture::path(message).is_none() {
        return Ok(None);
    }
    let (folder, kind, message) = (target.folder.clone(), target.route.kind, Arc::clone(message));
    let read = move || picture::load(&folder, &message, kind);
    tokio::task::spawn_blocking(read).await.unwrap_or_else(|error| Err(error.to_string()))
}

/// What has to be read before something is changed.
async fn looked_up(
    (surroundings, client): (&CourierNeeds, &Client),
    target: &Target,
    adapter: &dyn Adapter,
    (message, robot): (&Message, &Robot),
) -> Result<Option<String>, Finished> {
    let Some(asks) = adapter.looks_up(message, robot) else { return Ok(None) };
    let timeout = target.timeout.max(Duration::from_millis(1)).to_std();
    let answer = client.carry(adapter.carrier(), &asks, timeout, &target.way, surroundings.now).await;
    let response = answer.map_err(|error| Finished::NotSent { reason: robot.censor(&error.reason) })?;
    adapter.looked_up(&response).map(Some).ok_or_else(|| {
        let receipt = match adapter.receipt(&response) {
            Receipt::Unclear { reason } | Receipt::Accepted { note: reason } => Receipt::RetryLater {
                after: None,
                throttled: false,
                attempts_max: Some(UPLOADS_MAX),
                reason: format!("what is there already could not be read: {reason}"),
            },
            receipt => receipt,
        };
        Finished::Answered { receipt: receipt.map_words(|words| robot.censor(words)), parts: 1 }
    })
}

/// What the platform calls a picture that was brought to it. Nothing has been said to anybody by that, so nothing is in
/// doubt.
async fn uploaded(
    (surroundings, client): (&CourierNeeds, &Client),
    target: &Target,
    adapter: &dyn Adapter,
    upload: &adapter::Request,
) -> Result<String, Finished> {
    let timeout = target.timeout.max(Duration::from_millis(1)).to_std();
    let now = surroundings.now;
    let answer = client.carry(adapter.carrier(), upload, timeout, &target.way, now).await;
    let response = answer.map_err(|error| Finished::NotSent { reason: error.reason })?;
    adapter.uploaded(&response).ok_or_else(|| {
        let receipt = match adapter.receipt(&response) {
            Receipt::Unclear { reason } | Receipt::Accepted { note: reason } => Receipt::RetryLater {
                after: None,
                throttled: false,
                attempts_max: Some(UPLOADS_MAX),
                reason: format!("the picture was not taken: {reason}"),
            },
            receipt => receipt,
        };
        Finished::Answered { receipt, parts: 1 }
    })
}
