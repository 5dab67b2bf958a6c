//! What a platform counts over all the chats of one bot: who may send waits in one queue for it.
//!
//! Nothing here knows a host or an answer.

use super::{Dispatch, Now, RobotId, Wake};
use crate::{
    courier::{
        rate::{RateGate, Ticks},
        route::Bot,
    },
    model::channel::Rate,
};
use std::collections::VecDeque;

/// What one bot has sent, and whose turn it is.
#[derive(Debug, Default)]
pub(super) struct BotState {
    gate: RateGate,
    rates: Vec<Rate>,
    /// Robots that only wait for it, in turn.
    waiting: VecDeque<RobotId>,
    /// Whose turn it is, until it was looked at.
    turn: Option<RobotId>,
    /// When it is looked at next.
    alarm: Option<Ticks>,
}

impl Dispatch {
    /// Makes the bot of a robot known.
    pub(super) fn belongs(&mut self, robot: &RobotId, bot: Option<&Bot>) {
        let Some(state) = self.robots.get_mut(robot) else { return };
        if state.bot.as_deref() != bot.map(|bot| bot.id.as_str()) {
            state.bot = bot.map(|bot| bot.id.as_str().into());
        }
        let Some(bot) = bot else { return };
        if let Some(known) = self.bots.get_mut(&*bot.id) {
            if known.rates != bot.rates {
                known.rates.clone_from(&bot.rates);
            }
            return;
        }
        let known = BotState { rates: bot.rates.clone(), ..BotState::default() };
        self.bots.insert(bot.id.as_str().into(), known);
    }

    fn bot_of(&mut self, robot: &RobotId) -> Option<&mut BotState> {
        self.bots.get_mut(self.robots.get(robot)?.bot.as_ref()?)
    }

    /// About when the bot of a robot may send one more.
    pub(super) fn bot_free(&mut self, robot: &RobotId, now: Now) -> Ticks {
        self.bot_of(robot)
            .map_or(now.ticks, |bot| bot.gate.estimate(&bot.rates, bot.waiting.len(), now.ticks))
    }

    /// Whether the bot of a robot may send one more now; where not, the robot has its turn later.
    pub(super) fn bot_may(&mut self, robot: &RobotId, now: Now) -> bool {
        let Some(bot) = self.bot_of(robot) else { return true };
        let is_next = bot.waiting.is_empty() || bot.turn.as_ref() == Some(robot);
        if is_next && bot.gate.ready_at(&bot.rates, now.ticks) == Some(now.ticks) {
            bot.turn = None;
            return true;
        }
        if let Some(state) = self.robots.get_mut(robot)
            && !std::mem::replace(&mut state.waits_for_bot, true)
            && let Some(bot) = self.bot_of(robot)
        {
            bot.waiting.push_back(robot.clone());
        }
        false
    }

    /// What is counted at a robot's gate is counted at its bot's.
    pub(super) fn count_for_bot(&mut self, robot: &RobotId, happens: impl FnOnce(&mut RateGate, &[Rate])) {
        if let Some(bot) = self.bot_of(robot) {
            happens(&mut bot.gate, &bot.rates);
        }
    }

    /// Whoever is next may send, now or when the bot may.
    pub(super) fn pass_turn(&mut self, robot: &RobotId, now: Now) {
        let Some(id) = self.robots.get(robot).and_then(|robot| robot.bot.clone()) else { return };
        if let Some(bot) = self.bots.get_mut(&id)
            && bot.turn.as_ref() == Some(robot)
        {
            bot.turn = None;
        }
        self.take_turn(&id, now);
    }

    /// The alarm of a bot has come.
    pub(super) fn bot_wakes(&mut self, id: &str, now: Now) {
        if let Some(bot) = self.bots.get_mut(id) {
            bot.alarm = None;
            self.take_turn(id, now);
        }
    }

    fn take_turn(&mut self, id: &str, now: Now) {
        let free = |bot: &&mut BotState| !bot.waiting.is_empty() && bot.turn.is_none();
        let Some(bot) = self.bots.get_mut(id).filter(free) else { return };
        match bot.gate.ready_at(&bot.rates, now.ticks) {
            Some(at) if at <= now.ticks => {
                let Some(next) = bot.waiting.pop_front() else { return };
                if let Some(robot) = self.robots.get_mut(&next) {
                    robot.waits_for_bot = false;
                }
                bot.turn = Some(next.clone());
                self.dirty.push_back(next);
            }
            Some(at) if bot.alarm.is_none_or(|alarm| at < alarm) => {
                bot.alarm = Some(at);
                self.timers.insert((at, Wake::Bot(id.into())));
            }
            // The alarm is set, or the end of what is under way comes back here.
            Some(_) | None => {}
        }
    }
}
