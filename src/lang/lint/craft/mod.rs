//! Lints about the craft: what makes a community live. Advice, from the practices that each names.

mod activator_undisclosed;
mod announcement_lead_short;
mod audience_too_broad;
mod broadcast_only;
mod burst;
mod charter_incomplete;
mod content_gap;
mod event;
mod exempt_too_wide;
mod flash_without_end;
mod forced_recruiting;
mod fraud_words;
mod front_loaded;
mod games_before_fifty;
mod goal;
mod goal_one_channel;
mod goal_without_metric;
mod handover_too_long;
mod invite_before_rules;
mod invite_copy_too_long;
mod judge_is_owner;
mod minors;
mod mix;
mod month_incomplete;
mod no_alerts;
mod no_deputy;
mod no_maintenance;
mod no_moderator;
mod no_preflight;
mod no_prune_grace;
mod no_questions_time;
mod no_recap;
mod no_retro;
mod no_successor;
mod no_weekly_interaction;
mod not_a_fit;
mod offline_lead_short;
mod one_sided;
mod own_rule_broken;
mod play_without_evidence;
mod posts_elsewhere;
mod promo_before_welcome;
mod promo_outside_dates;
mod promo_too_early;
mod pull_in_too_early;
mod quoted_unasked;
mod referral_depth;
mod role_unfilled;
mod rules_colloquial;
mod rules_no_voice;
mod rules_section_missing;
mod rules_too_many;
mod said;
mod values_missing;
mod vanity_only;
mod variant_off_tree;
mod vip_too_early;
mod wide_mention;
mod workload;

#[cfg(test)]
use super::tests;
use super::{Lint, context};
use crate::base::{
    diagnostic::{
        Severity,
        code::{Code, Example},
    },
    phrase::Words,
};

lints! {
    activator_undisclosed
    announcement_lead_short
    audience_too_broad
    broadcast_only
    burst
    charter_incomplete
    content_gap
    exempt_too_wide
    flash_without_end
    forced_recruiting
    fraud_words
    front_loaded
    games_before_fifty
    goal_one_channel
    goal_without_metric
    handover_too_long
    invite_before_rules
    invite_copy_too_long
    judge_is_owner
    minors
    month_incomplete
    no_alerts
    no_deputy
    no_maintenance
    no_moderator
    no_preflight
    no_prune_grace
    no_questions_time
    no_recap
    no_retro
    no_successor
    no_weekly_interaction
    not_a_fit
    offline_lead_short
    one_sided
    own_rule_broken
    play_without_evidence
    posts_elsewhere
    promo_before_welcome
    promo_outside_dates
    promo_too_early
    pull_in_too_early
    quoted_unasked
    referral_depth
    role_unfilled
    rules_colloquial
    rules_no_voice
    rules_section_missing
    rules_too_many
    values_missing
    vanity_only
    variant_off_tree
    vip_too_early
    wide_mention
    workload
}

/// A code of advice about the craft; its examples need no other file.
const fn advice(
    slug: &'static str,
    meaning: Words,
    explanation: Words,
    bad: &'static str,
    good: &'static str,
    practices: &'static [&'static str],
) -> Code {
    let (bad, good) = (Example::of(bad), Example::of(good));
    Code { slug, severity: Severity::Warning, meaning, explanation, bad, good, practices }
}
