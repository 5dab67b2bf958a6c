//! Occurrences: the instants that a play's trigger yields, with ids that are the same everywhere.
//!
//! The only place where a trigger, a group and a calendar become instants.

use super::{
    group::Group,
    play::Play,
    playbook::Playbook,
    schedule::{Frame, Schedule},
    trigger::DateEntry,
};
use crate::base::{ids::RunId, time::Timestamp};
/// The id of a scheduled occurrence.
pub fn scheduled_run_id(play: &Play, anchor: Timestamp) -> RunId {
    RunId::from(format!("{}@{}", play.name, anchor.to_utc()))
}

/// The id of a date's occurrence.
pub fn dated_run_id(play: &Play, date: &DateEntry) -> RunId {
    RunId::from(format!("{}@{}", play.name, date.id))
}

/// Why a day is not one of a play's days: the calendar that says so.
pub fn closed_day<'a>(playbook: &Playbook, play: &'a Play, anchor: Timestamp) -> Option<&'a str> {
    if play.except.is_empty() && play.only.is_empty() {
        return None;
    }
    let day = play.zone_or(&playbook.zone).date(anchor);
    let has = |name: &crate::base::ids::CalendarName| {
        playbook.calendars.get(name).is_some_and(|calendar| calendar.has(day))
    };
    if let Some(name) = play.except.iter().find(|name| has(name)) {
        return Some(name.as_str());
    }
    match play.only.first() {
        Some(first) if !play.only.iter().any(has) => Some(first.as_str()),
        _ => None,
    }
}

/// The first anchor of a scheduled play strictly after an instant. `created` is the group's creation, from which
/// a role's terms are counted unless the role says otherwise.
pub fn next_anchor(
    playbook: &Playbook,
    group: &Group,
    play: &Play,
    created: Timestamp,
    after: Timestamp,
) -> Option<Timestamp> {
    let schedule = play.trigger.schedule()?;
    if let Schedule::Term(role) = schedule {
        let role = playbook.role(group, role)?;
        let after = play.from.map_or(after, |from| after.max(from.just_before()));
        let at = role.handover_after(created, after, play.zone_or(&playbook.zone))?;
        return play.until.is_none_or(|until| at < until).then_some(at);
    }
    let zone = play.zone_or(&playbook.zone);
    let frame = Frame { zone, from: play.from, until: play.until, workdays: playbook.workdays() };
    schedule.next_after(after, &frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{
            locale::Locale,
            person::Person,
            time::{Duration, Zone},
            value::{Map, Value},
        },
        model::{
            budget::Budgets,
            calendar::Calendar,
            play::{CatchUp, Overlap},
            program::Program,
            role::{Role, Term},
            text::Template,
            trigger::Trigger,
        },
    };
    use jiff::civil::date;
    use std::{collections::BTreeMap, sync::Arc};

    fn at(text: &str) -> Timestamp {
        Timestamp::from_jiff(text.parse().unwrap())
    }

    fn play(every: &str) -> Play {
        Play {
            name: "night".into(),
            title: "night".into(),
            trigger: Trigger::Schedule(Schedule::parse_every(every).unwrap()),
            dates_file: None,
            frozen: false,
            enabled: true,
            left_out: false,
            groups: Vec::new(),
            zone: None,
            jitter: None,
            bounds: (None, None),
            was: None,
            during: Vec::new(),
            when: None,
            from: None,
            until: None,
            except: Vec::new(),
            only: Vec::new(),
            max_late: Duration::HOUR,
            catch_up: CatchUp::Last,
            overlap: Overlap::Skip,
            timeout: None,
            args: Template::default(),
            label: None,
            own_label: None,
            during_session: false,
            evidence: crate::base::value::Value::Null,
            steps: Vec::new(),
            program: Program::default(),
            moved: Program::default(),
            cancelled: Program::default(),
            replaced: Program::default(),
        }
    }

    fn group() -> Group {
        Group {
            id: "g".into(),
            title: "g".into(),
            kind: None,
            zone: None,
            locale: None,
            live: true,
            created: None,
            channels: BTreeMap::new(),
            roles: BTreeMap::new(),
            vars: Arc::new(Map::default()),
            members: Vec::new(),
        }
    }

    /// In Shanghai, with holidays on 1 to 3 October 2026, Saturday the 10th worked, and a host of ten weeks.
    fn playbook() -> Playbook {
        let holidays = Calendar {
            off: (1..=3).map(|day| date(2026, 10, day)).collect(),
            work: [date(2026, 10, 10)].into(),
            tells_work: true,
        };
        let host = Role {
            name: "host".into(),
            people: vec![Person { id: "zhu".into(), name: "zhu".into(), handles: BTreeMap::new() }],
            channel: None,
            hours: None,
            answer_within: None,
            away: BTreeMap::new(),
            term: Some(Term::Days(70)),
            from: None,
        };
        Playbook {
            labels: BTreeMap::default(),
            tiers: std::sync::Arc::default(),
            doctor: crate::base::threshold::Thresholds::default(),
            numbers: Arc::default(),
            proofs: std::sync::Arc::default(),
            name: "community".into(),
            title: "community".into(),
            digest: "0".into(),
            zone: Zone::named("Asia/Shanghai").unwrap(),
            locale: Locale::En,
            reads_text: None,
            keeps_text: None,
            moderation: crate::model::moderation::Moderation::default(),
            charter: Value::default(),
            rules: Value::default(),
            vars: Arc::new(Map::default()),
            people: BTreeMap::new(),
            person_ids: std::sync::Arc::default(),
            roles: [("host".into(), Arc::new(host))].into(),
            channels: BTreeMap::new(),
            alerts: Vec::new(),
            heartbeat: None,
            calendars: [("holidays".into(), holidays), ("birthdays".into(), Calendar::default())].into(),
            budgets: Budgets::default(),
            keeping: crate::model::keeping::Keeping::default(),
            groups: BTreeMap::new(),
            phases: Vec::new(),
            plays: Vec::new(),
            data: Arc::default(),
            fetch_hosts: Vec::new(),
            own: BTreeMap::new(),
            inbound: BTreeMap::default(),
            access: crate::model::access::Access::default(),
        }
    }

    fn anchors(play: &Play, after: &str, n: usize) -> Vec<String> {
        let (playbook, group) = (playbook(), group());
        let created = at("2026-09-30T16:00:00Z");
        let mut last = at(after);
        let mut out = Vec::new();
        while let Some(next) = next_anchor(&playbook, &group, play, created, last).filter(|_| out.len() < n) {
            out.push(playbook.zone.civil(next).strftime("%m-%d %H:%M").to_string());
            last = next;
        }
        out
    }

    #[test]
    fn anchors_lie_between_from_and_until() {
        let mut play = play("2 weeks on sunday at 19:00");
        // A Sunday's midnight: its own week counts, and `until` is not reached.
        play.from = Some(at("2026-01-03T16:00:00Z"));
        play.until = Some(at("2026-02-01T11:00:00Z"));
        assert_eq!(anchors(&play, "2020-01-01T00:00:00Z", 9), ["01-04 19:00", "01-18 19:00"]);
        assert_eq!(anchors(&play, "2026-01-04T11:00:00Z", 9), ["01-18 19:00"]);
    }

    #[test]
    fn working_days_come_from_the_calendar_that_tells_them() {
        let play = play("workday at 07:30");
        assert_eq!(
            anchors(&play, "2026-09-29T16:00:00Z", 4),
            ["09-30 07:30", "10-05 07:30", "10-06 07:30", "10-07 07:30"]
        );
        assert_eq!(anchors(&play, "2026-10-08T16:00:00Z", 3), ["10-09 07:30", "10-10 07:30", "10-12 07:30"]);
    }

    #[test]
    fn a_handover_is_counted_from_the_group_and_stays_within_the_play() {
        let mut play = play("term of host");
        assert_eq!(anchors(&play, "2020-01-01T00:00:00Z", 2), ["12-10 00:00", "02-18 00:00"]);
        play.from = Some(at("2026-12-09T16:00:00Z"));
        assert_eq!(anchors(&play, "2020-01-01T00:00:00Z", 1), ["12-10 00:00"]);
        play.from = Some(at("2026-12-09T16:00:01Z"));
        assert_eq!(anchors(&play, "2020-01-01T00:00:00Z", 1), ["02-18 00:00"]);
        play.until = Some(at("2027-02-17T16:00:00Z"));
        assert_eq!(anchors(&play, "2020-01-01T00:00:00Z", 1), [""; 0]);
        play.trigger = Trigger::Schedule(Schedule::Term("nobody".into()));
        assert_eq!(anchors(&play, "2020-01-01T00:00:00Z", 1), [""; 0]);
    }

    #[test]
    fn calendars_close_days_by_the_date_of_the_anchor() {
        let playbook = playbook();
        let closed = |except: &[&str], only: &[&str], when: &str| {
            let mut play = play("day at 20:00");
            play.except = except.iter().map(|name| (*name).into()).collect();
            play.only = only.iter().map(|name| (*name).into()).collect();
            closed_day(&playbook, &play, at(when)).map(str::to_owned)
        };
        let holiday = Some("holidays".to_owned());
        // 16:00 in UTC is the next day's midnight in Shanghai.
        assert_eq!(closed(&["holidays"], &[], "2026-09-30T15:59:59Z"), None);
        assert_eq!(closed(&["birthdays", "holidays"], &[], "2026-09-30T16:00:00Z"), holiday);
        assert_eq!(closed(&["holidays"], &[], "2026-10-03T16:00:00Z"), None);
        assert_eq!(closed(&[], &["holidays"], "2026-09-30T16:00:00Z"), None);
        assert_eq!(closed(&[], &["holidays", "birthdays"], "2026-10-03T16:00:00Z"), holiday);
        assert_eq!(closed(&[], &["birthdays", "holidays"], "2026-10-01T16:00:00Z"), None);
        assert_eq!(closed(&[], &[], "2026-10-01T16:00:00Z"), None);
    }

    #[test]
    fn an_occurrence_has_one_name_everywhere() {
        let night = play("day at 20:30");
        let id = scheduled_run_id(&night, at("2026-12-02T12:30:00Z"));
        assert_eq!(id.as_str(), "night@2026-12-02T12:30:00Z");
    }
}
