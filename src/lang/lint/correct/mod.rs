//! Lints about correctness: what a playbook says and cannot mean. Each is certain, or says nothing.

mod approve_at_night;
mod approve_gates_nothing;
mod brace_without_dollar;
mod calendar_too_short;
mod clock_in_gap;
mod constant_condition;
mod created_unknown;
mod cron_either_day;
mod cron_uneven;
mod date_outside;
mod dead_play;
mod deaf_channel;
mod duplicate_date;
mod duplicate_option;
mod each_floods;
mod emphasis_in_word;
mod empty_post;
mod empty_when_unanswered;
mod endless_wait;
mod escalate_without_due;
mod gap_too_wide;
mod handover_between;
mod hidden_letter;
mod interval_drifts;
mod late_pile_up;
mod leap_day;
mod look_alike;
mod mention_unsupported;
mod message_too_long;
mod month_day_missing;
mod next_without_term;
mod phase_unreachable;
mod remind_at_once;
mod role_of_nobody;
mod run_outlasts_interval;
mod same_slot;
mod signal_misspelt;
mod signal_unheard;
mod single_option;
mod term_of_one;
mod timeout_of_nothing;
mod timeout_too_short;
mod two_welcomes;
mod unknown_assignee;
mod unreachable_step;
mod unused_arg;
mod unused_binding;
mod unused_calendar;
mod unused_channel;
mod unused_person;
mod unused_role;
mod unused_var;
mod var_missing_in_group;
mod wait_at_end;
mod wait_into_quiet;
mod workday_without_calendar;

#[cfg(test)]
use super::tests;
use super::{Lint, context};

lints! {
    approve_at_night
    approve_gates_nothing
    brace_without_dollar
    calendar_too_short
    clock_in_gap
    constant_condition
    created_unknown
    cron_either_day
    cron_uneven
    date_outside
    dead_play
    deaf_channel
    duplicate_date
    duplicate_option
    each_floods
    emphasis_in_word
    empty_post
    empty_when_unanswered
    endless_wait
    escalate_without_due
    gap_too_wide
    handover_between
    hidden_letter
    interval_drifts
    late_pile_up
    leap_day
    look_alike
    mention_unsupported
    message_too_long
    month_day_missing
    next_without_term
    phase_unreachable
    remind_at_once
    role_of_nobody
    run_outlasts_interval
    same_slot
    signal_misspelt
    signal_unheard
    single_option
    term_of_one
    timeout_of_nothing
    timeout_too_short
    two_welcomes
    unknown_assignee
    unreachable_step
    unused_arg
    unused_binding
    unused_calendar
    unused_channel
    unused_person
    unused_role
    unused_var
    var_missing_in_group
    wait_at_end
    wait_into_quiet
    workday_without_calendar
}
