//! Lints about the craft: what makes a community live. Advice, from the practices that each names.

mod announcement_lead_short;
mod broadcast_only;
mod burst;
mod charter_incomplete;
mod event;
mod handover_too_long;
mod no_prune_grace;
mod no_weekly_interaction;
mod offline_lead_short;
mod promo_too_early;
mod rules_section_missing;
mod rules_too_many;
mod wide_mention;

#[cfg(test)]
use super::tests;
use super::{Lint, context};

lints! {
    announcement_lead_short
    broadcast_only
    burst
    charter_incomplete
    handover_too_long
    no_prune_grace
    no_weekly_interaction
    offline_lead_short
    promo_too_early
    rules_section_missing
    rules_too_many
    wide_mention
}
