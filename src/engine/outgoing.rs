//! A message on its way out of a group, and the budgets that may hold it.
//!
//! Plain data: decided by the engine, carried by the outbox, translated by an adapter.

use crate::{
    base::{
        ids::{ChannelName, EffectId, PlayName, TaskId},
        time::{Duration, Timestamp},
    },
    model::message::{Label, Message},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A message on its way out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Its id: the idempotency key, unique within the group.
    pub effect: EffectId,
    /// The channel that the message goes to.
    pub channel: ChannelName,
    /// The message itself.
    pub message: Message,
    /// The label of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    /// Where that is a name of the playbook's own: the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_label: Option<Arc<str>>,
    /// The play that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub play: Option<PlayName>,
    /// When its step was due.
    pub due: Timestamp,
    /// Not sent after this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// How much of its step's `max_late` was left when it was decided. Time spent held does not count, so `expires`
    /// is cut to this when the message is released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_left: Option<Duration>,
    /// Passes the gap and the day's number, and quiet hours where it may wake people.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
    /// Its receipt is a fact of the journal, too, because something depends on its delivery.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub awaited: bool,
    /// Whether somebody's doing made it due, and no clock.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reactive: bool,
    /// Whether a person started its run by hand.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
    /// When the next step of its run is due that comes later: it is not held beyond that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Timestamp>,
    /// Whether its mention was over the budget and was left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub muted: bool,
    /// Whether its mentions are names only, because its channel notifies nobody by them: they take nothing of a budget.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub names_only: bool,
    /// For a question that is held: for how long it is open from the moment at which it goes out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_for: Option<Duration>,
    /// The task that a manual channel made of it: delivered when a person says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual: Option<TaskId>,
}

impl Outgoing {
    /// A message that is due at an instant, with nothing else said of it.
    pub const fn new(effect: EffectId, channel: ChannelName, message: Message, due: Timestamp) -> Self {
        Self {
            effect,
            channel,
            message,
            label: None,
            own_label: None,
            play: None,
            due,
            expires: None,
            late_left: None,
            urgent: false,
            awaited: false,
            reactive: false,
            by_hand: false,
            before: None,
            muted: false,
            names_only: false,
            open_for: None,
            manual: None,
        }
    }

    /// Whether its receipt comes back as an input even when the platform simply took it. What a person pastes is
    /// told by that person.
    pub fn is_awaited(&self) -> bool {
        (self.awaited || self.label == Some(Label::Promo)) && self.manual.is_none()
    }

    /// The message as it is released now: nothing is posted later than its step may be.
    pub(super) fn released_at(mut self, now: Timestamp) -> Self {
        let by = self.late_left.map(|left| now.plus(left));
        self.expires = match (self.expires, by) {
            (Some(expires), Some(by)) => Some(expires.min(by)),
            (expires, by) => expires.or(by),
        };
        self
    }
}

/// A message to people that waits for their hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// The id of the notice.
    pub effect: EffectId,
    /// The channel that the notice goes to.
    pub channel: ChannelName,
    /// The message of the notice.
    pub message: Message,
    /// The play that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub play: Option<PlayName>,
    /// When they are told.
    #[serde(rename = "from")]
    pub at: Timestamp,
}

/// Why a message is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// It is a quiet hour.
    Quiet,
    /// The posts of the day, or of the window, are used up.
    PostsMax,
    /// The last post was too short a time ago.
    PostsGap,
    /// Advertising would pass its share.
    PromoShare,
    /// There are too few messages for a share, and the last advertisement was too short a time ago.
    PromoFew,
    /// The group is too young for advertising.
    PromoNotBefore,
    /// No key date is near.
    PromoAround,
    /// The condition for advertising is not met.
    PromoWhen,
    /// So many of this label are allowed in the window, and they are used up.
    LabelMax,
    /// The mentions of the day are used up.
    MentionsMax,
    /// A message that was decided earlier is still held, and order is kept.
    Order,
    /// A message with a clock time comes within the gap, and this one has none.
    Ahead,
    /// A dated run of another play is on.
    Session,
    /// Members see nothing: it is such a day, or an operator said so.
    Hush,
}

/// Why a held message is missed before its `expires`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum Stale {
    /// It was held as long as `budgets.hold` allows.
    Hold,
    /// A later step of its run is due.
    LaterStep,
    /// It came while members saw nothing, and that is over.
    Hushed,
    /// It would be held for longer than `budgets.hold` allows, as was known at once.
    Never {
        /// When it would be possible, as far as that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        possible: Option<Timestamp>,
    },
}
