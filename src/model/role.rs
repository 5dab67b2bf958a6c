//! A role: people who take turns.

use super::budget::Quiet;
use crate::base::{
    ids::{ChannelName, PersonId, RoleName},
    person::Person,
    time::{Duration, Timestamp, Zone},
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Who does a job in a group, in turns.
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// The key under `roles`.
    pub name: RoleName,
    /// In the order of their terms.
    pub people: Vec<Person>,
    /// Where they are told about tasks and approvals.
    pub channel: Option<ChannelName>,
    /// The hours in which they are told; default all but the quiet hours.
    pub hours: Option<Quiet>,
    /// Within how long of these hours whoever has the role answers what members ask.
    pub answer_within: Option<Duration>,
    /// Who is away on which days: whoever comes next stands in.
    pub away: BTreeMap<PersonId, BTreeSet<Date>>,
    /// How long one person's term is; without it everybody has the role at once.
    pub term: Option<Term>,
    /// When the first term begins; default the group's creation.
    pub from: Option<Timestamp>,
}

/// The length of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// Calendar days in the playbook's zone (weeks are seven).
    Days(i32),
    /// Calendar months; the last day of a shorter month stands for a missing one.
    Months(i32),
    /// An exact length, for terms shorter than a day.
    Exact(Duration),
}

impl Term {
    /// The instant `n` terms after `from`, counted from `from` each time, so that a short month leaves no trace.
    pub fn nth(self, from: Timestamp, n: i64, zone: &Zone) -> Timestamp {
        if n == 0 {
            return from;
        }
        let civil = zone.civil(from).datetime();
        let span = match self {
            Self::Exact(length) => return from.plus(length.max(Duration::from_millis(1)).times(n)),
            Self::Days(days) => jiff::Span::new().try_days(i64::from(days.max(1)).saturating_mul(n)),
            Self::Months(months) => jiff::Span::new().try_months(i64::from(months.max(1)).saturating_mul(n)),
        };
        match span.and_then(|span| civil.checked_add(span)) {
            Ok(at) => zone.instant(at),
            Err(_) if n < 0 => Timestamp::MIN,
            Err(_) => Timestamp::MAX,
        }
    }

    /// About how long a term is, for finding the right `n`.
    fn about_millis(self) -> i64 {
        match self {
            Self::Exact(length) => length.as_millis().max(1),
            Self::Days(days) => i64::from(days.max(1)) * 86_400_000,
            Self::Months(months) => i64::from(months.max(1)) * 2_629_746_000,
        }
    }

    /// Which term an instant lies in: 0 for the first, negative before it.
    pub fn index(self, from: Timestamp, at: Timestamp, zone: &Zone) -> i64 {
        let at = at.clamp(Timestamp::MIN, Timestamp::MAX.just_before());
        let mut n = at.since(from).as_millis().div_euclid(self.about_millis());
        while self.nth(from, n, zone) > at {
            n -= 1;
        }
        while self.nth(from, n + 1, zone) <= at {
            n += 1;
        }
        n
    }
}

impl Role {
    /// Who has the role at an instant, and who after the next handover. Before the first term it is the first
    /// person's.
    pub fn holders(&self, created: Timestamp, at: Timestamp, zone: &Zone) -> (Vec<Person>, Vec<Person>) {
        let here = |person: &&Person, at: Timestamp| {
            let days = self.away.get(&person.id);
            !days.is_some_and(|days| days.contains(&zone.date(at)))
        };
        let Some(term) = self.term else {
            let mut people: Vec<Person> =
                self.people.iter().filter(|person| here(person, at)).cloned().collect();
            if people.is_empty() {
                people.clone_from(&self.people);
            }
            return (people.clone(), people);
        };
        if self.people.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let from = self.from.unwrap_or(created);
        let n = term.index(from, at, zone).max(0);
        // Whoever is away is stood in for by whoever comes next; where everybody is away nobody is.
        let person = |n: i64, at: Timestamp| {
            let turn = n as usize % self.people.len();
            let mut turns = self.people.iter().cycle().skip(turn).take(self.people.len());
            let there = turns.find(|person| here(person, at)).unwrap_or(&self.people[turn]);
            vec![there.clone()]
        };
        (person(n, at), person(n + 1, term.nth(from, n + 1, zone)))
    }

    /// Whose turn an instant is in by the terms alone, whoever is away.
    pub fn turn(&self, created: Timestamp, at: Timestamp, zone: &Zone) -> Option<&Person> {
        let (term, from) = (self.term?, self.from.unwrap_or(created));
        let n = usize::try_from(term.index(from, at, zone)).unwrap_or_default();
        self.people.get(n.checked_rem(self.people.len())?)
    }

    /// The first handover after an instant: the beginning of the second term or of a later one.
    pub fn handover_after(&self, created: Timestamp, after: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let term = self.term?;
        let from = self.from.unwrap_or(created);
        let n = (term.index(from, after, zone) + 1).max(1);
        Some(term.nth(from, n, zone)).filter(|at| *at < Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(term: Term, from: &str) -> Role {
        let person = |name: &str| Person { id: name.into(), name: name.into(), handles: BTreeMap::default() };
        Role {
            name: "host".into(),
            people: ["zhu", "lin", "he"].map(person).into(),
            channel: None,
            hours: None,
            answer_within: None,
            away: BTreeMap::default(),
            term: Some(term),
            from: Some(at(from)),
        }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::from_jiff(text.parse().unwrap())
    }

    fn names(role: &Role, when: &str, zone: &Zone) -> [String; 2] {
        let (now, next) = role.holders(Timestamp::default(), at(when), zone);
        [now, next].map(|people| people.iter().map(|person| person.id.to_string()).collect())
    }

    /// The handovers after an instant, as civil times.
    fn handovers(role: &Role, after: &str, zone: &Zone, n: usize) -> Vec<String> {
        let mut after = at(after);
        let mut out = Vec::new();
        for _ in 0..n {
            after = role.handover_after(Timestamp::default(), after, zone).unwrap();
            out.push(zone.civil(after).strftime("%F %T").to_string());
        }
        out
    }

    #[test]
    fn terms_rotate_people_in_order() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let host = role(Term::Days(70), "2026-11-01T16:00:00Z");
        for (when, people) in [
            ("2026-01-01T00:00:00Z", ["zhu", "lin"]),
            ("2026-11-01T16:00:00Z", ["zhu", "lin"]),
            ("2027-01-10T15:59:59Z", ["zhu", "lin"]),
            ("2027-01-10T16:00:00Z", ["lin", "he"]),
            ("2027-03-21T16:00:00Z", ["he", "zhu"]),
            ("2027-05-30T16:00:00Z", ["zhu", "lin"]),
        ] {
            assert_eq!(names(&host, when, &zone), people, "{when}");
        }
    }

    #[test]
    fn the_first_handover_is_the_beginning_of_the_second_term() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let host = role(Term::Days(70), "2026-11-01T16:00:00Z");
        let expected = ["2027-01-11 00:00:00", "2027-03-22 00:00:00"];
        assert_eq!(handovers(&host, "2020-01-01T00:00:00Z", &zone, 2), expected);
        assert_eq!(handovers(&host, "2026-11-01T16:00:00Z", &zone, 2), expected);
        assert_eq!(handovers(&host, "2027-01-10T16:00:00Z", &zone, 1), expected[1..]);
    }

    #[test]
    fn months_keep_their_day_and_clocks_do_not_move_a_handover() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let host = role(Term::Months(1), "2026-01-31T08:00:00Z");
        assert_eq!(
            handovers(&host, "2026-01-31T08:00:00Z", &berlin, 4),
            ["2026-02-28 09:00:00", "2026-03-31 09:00:00", "2026-04-30 09:00:00", "2026-05-31 09:00:00"]
        );
        // A term of days across both changes of the clock; 02:30 does not exist on 29 March.
        let early = role(Term::Days(1), "2026-03-27T01:30:00Z");
        assert_eq!(
            handovers(&early, "2026-03-27T01:30:00Z", &berlin, 3),
            ["2026-03-28 02:30:00", "2026-03-29 03:00:00", "2026-03-30 02:30:00"]
        );
        let exact = role(Term::Exact(Duration::HOUR.times(12)), "2026-03-28T11:00:00Z");
        assert_eq!(
            handovers(&exact, "2026-03-28T11:00:00Z", &berlin, 2),
            ["2026-03-29 00:00:00", "2026-03-29 13:00:00"]
        );
    }

    #[test]
    fn every_instant_is_in_its_term() {
        let zone = Zone::named("America/Sao_Paulo").unwrap();
        let from = at("2017-08-15T03:00:00Z");
        for term in
            [Term::Days(1), Term::Days(7), Term::Months(1), Term::Months(5), Term::Exact(Duration::HOUR)]
        {
            for hours in (-20_000..60_000).step_by(997) {
                let when = from.plus(Duration::HOUR.times(hours));
                let n = term.index(from, when, &zone);
                assert!(term.nth(from, n, &zone) <= when && when < term.nth(from, n + 1, &zone), "{term:?}");
                assert_eq!(n < 0, hours < 0);
            }
        }
        // A term without length is refused by the compiler; here it must only not hang.
        assert!(Term::Days(0).index(from, Timestamp::MAX, &zone) > 60_000);
        assert_eq!(Term::Days(i32::MAX).index(from, Timestamp::from_millis(i64::MAX), &zone), 0);
    }

    #[test]
    fn whoever_is_away_is_stood_in_for() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let mut host = role(Term::Days(7), "2026-11-01T16:00:00Z");
        let days = |from: i8, n: i16| {
            let first = jiff::civil::date(2026, 11, from);
            first.series(jiff::Span::new().days(1)).take(n as usize).collect::<BTreeSet<_>>()
        };
        host.away.insert("zhu".into(), days(4, 3));
        host.away.insert("lin".into(), days(9, 7));
        for (when, people) in [
            ("2026-11-03T04:00:00Z", ["zhu", "he"]),
            ("2026-11-05T04:00:00Z", ["lin", "he"]),
            ("2026-11-08T04:00:00Z", ["zhu", "he"]),
            ("2026-11-10T04:00:00Z", ["he", "he"]),
            ("2026-11-24T04:00:00Z", ["zhu", "lin"]),
        ] {
            assert_eq!(names(&host, when, &zone), people, "{when}");
        }
        host.away.insert("he".into(), days(9, 7));
        host.away.insert("zhu".into(), days(9, 7));
        assert_eq!(
            names(&host, "2026-11-10T04:00:00Z", &zone)[0],
            "lin",
            "where all are away nobody stands in"
        );
    }

    #[test]
    fn without_a_term_everybody_has_the_role() {
        let zone = Zone::utc();
        let staff = Role { term: None, ..role(Term::Days(1), "2026-01-01T00:00:00Z") };
        assert_eq!(names(&staff, "2030-01-01T00:00:00Z", &zone), ["zhulinhe", "zhulinhe"]);
        assert_eq!(staff.handover_after(Timestamp::default(), Timestamp::default(), &zone), None);
    }
}
