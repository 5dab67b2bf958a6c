//! A slow, obviously right cron to compare with: the daemon of Debian's cron(8), simulated minute by minute.
//!
//! Written from the man pages and sharing no code with the schedule: it reads the fields into lists of booleans,
//! looks at the wall clock every minute, and reacts to its jumps as the daemon does. Tests only.

use super::{Frame, Schedule};
use crate::base::time::{Timestamp, Zone};

/// Zones with every kind of change: an hour, half an hour, at midnight, two hours, three hours, over the date line,
/// backwards "summer" time, none.
const ZONES: [&str; 16] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Africa/Casablanca",
    "Europe/Dublin",
    "America/Havana",
    "America/St_Johns",
    "Atlantic/Azores",
    "Antarctica/Troll",
    "Antarctica/Casey",
    "Pacific/Apia",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "UTC",
];

/// A crontab line as the daemon sees it.
struct CronJob {
    /// Second, minute, hour, day, month, weekday.
    fields: [Vec<bool>; 6],
    either_day: bool,
    wildcard: bool,
}

impl CronJob {
    fn read(text: &str) -> Self {
        let mut words: Vec<&str> = text.split(' ').collect();
        if words.len() == 5 {
            words.insert(0, "0");
        }
        let starred = |i: usize| words[i].starts_with('*');
        let mut fields = [59, 59, 23, 31, 12, 7].map(|high| vec![false; high + 1]);
        for (i, word) in words.iter().enumerate() {
            let low = usize::from(i == 3 || i == 4);
            for part in word.split(',') {
                let (range, step) = part.split_once('/').unwrap_or((part, "1"));
                let (first, last) = match range.split_once('-') {
                    _ if range == "*" => (low, fields[i].len() - 1),
                    Some((first, last)) => (number(first), number(last)),
                    None => (number(range), number(range)),
                };
                let mut n = first;
                while n <= last {
                    fields[i][n] = true;
                    n += step.parse::<usize>().unwrap();
                }
            }
        }
        if fields[5][0] || fields[5][7] {
            fields[5][0] = true;
            fields[5][7] = true;
        }
        Self { either_day: !starred(3) && !starred(5), wildcard: starred(1) || starred(2), fields }
    }

    /// Whether the job is to run at a civil time given in seconds from 1970-01-01 00:00.
    fn matches(&self, civil: i64) -> bool {
        let [seconds, minutes, hours, days, months, weekdays] = &self.fields;
        let at = |n: i64| usize::try_from(n).unwrap();
        if !seconds[at(civil.rem_euclid(60))]
            || !minutes[at(civil.div_euclid(60).rem_euclid(60))]
            || !hours[at(civil.div_euclid(3_600).rem_euclid(24))]
        {
            return false;
        }
        let date = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::from_second(civil).unwrap()).date();
        let day = days[at(date.day().into())];
        let weekday = weekdays[at(date.weekday().to_sunday_zero_offset().into())];
        months[at(date.month().into())] && if self.either_day { day || weekday } else { day && weekday }
    }
}

fn number(text: &str) -> usize {
    let names = "sun mon tue wed thu fri sat";
    let months = "jan feb mar apr may jun jul aug sep oct nov dec";
    match (names.find(text), months.find(text)) {
        (Some(at), _) => at / 4,
        (_, Some(at)) => at / 4 + 1,
        _ => text.parse().unwrap(),
    }
}

/// The first run after an instant that the daemon, started some hours before it, would make before `end`. It looks
/// at the clock every `tick` seconds (60, or 1 for a job with seconds).
fn first_run(job: &CronJob, zone: &Zone, after: Timestamp, end: i64, tick: i64) -> Option<i64> {
    let three_hours = 3 * 3_600 / tick;
    let wall = |at: i64| {
        let offset = zone.tz().to_offset(jiff::Timestamp::from_second(at).unwrap());
        (at + i64::from(offset.seconds())).div_euclid(tick)
    };
    let mut at = (after.as_seconds() - 5 * 3_600).div_euclid(tick) * tick;
    let mut done = wall(at);
    while at < end {
        at += tick;
        let now = wall(at);
        let jump = now - done;
        let wildcards = |now: i64| job.wildcard && job.matches(now * tick);
        let run = if jump > three_hours || jump <= -three_hours || jump == 1 {
            // The next minute, or a correction of the clock: the time is what it is.
            done = now;
            job.matches(now * tick)
        } else if jump > 1 {
            // Forward: jobs at particular times are made up for, wildcards see the new time.
            let skipped = (done + 1..=now).any(|minute| !job.wildcard && job.matches(minute * tick));
            done = now;
            skipped || wildcards(now)
        } else {
            // Backward: until the time is reached again, only wildcards.
            wildcards(now)
        };
        if run && at * 1_000 > after.as_millis() {
            return Some(at);
        }
    }
    None
}

/// A repeatable source of numbers (xorshift).
struct Xorshift(u64);

impl Xorshift {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    /// A field's text: star, step, number, range, range with step, list.
    fn field(&mut self, low: u64, high: u64, stars: u64) -> String {
        if self.below(100) < stars {
            return "*".into();
        }
        let one = |dice: &mut Self| low + dice.below(high - low + 1);
        let range = |dice: &mut Self| {
            let first = one(dice);
            (first, first + dice.below(high - first + 1))
        };
        match self.below(6) {
            0 => format!("*/{}", 1 + self.below(high)),
            1 | 2 => one(self).to_string(),
            3 => {
                let (first, last) = range(self);
                format!("{first}-{last}")
            }
            4 => {
                let (first, last) = range(self);
                format!("{first}-{last}/{}", 1 + self.below(5))
            }
            _ => {
                let (first, last) = range(self);
                format!("{},{first}-{last},{}", one(self), one(self))
            }
        }
    }

    /// An expression; `hour` is one that it should often name.
    fn expression(&mut self, with_seconds: bool, hour: u64) -> String {
        let hour = if self.below(3) > 0 { (hour.saturating_sub(1), (hour + 1).min(23)) } else { (0, 23) };
        let weekday = match self.below(8) {
            0 => ["sun", "mon-fri", "tue,sat", "wed-sat/2"][self.below(4) as usize].to_owned(),
            _ => self.field(0, 7, 75),
        };
        let month = match self.below(8) {
            0 => ["mar", "oct,nov", "jan-jun"][self.below(3) as usize].to_owned(),
            _ => self.field(1, 12, 85),
        };
        let fields =
            [self.field(0, 59, 20), self.field(hour.0, hour.1, 25), self.field(1, 31, 75), month, weekday];
        let seconds = if with_seconds { self.field(0, 59, 10) + " " } else { String::new() };
        format!("{seconds}{}", fields.join(" "))
    }

    /// An instant from 1972 to 2090, mostly near a change of the zone's clocks, and the hour of that change.
    fn instant(&mut self, zone: &Zone) -> (Timestamp, u64) {
        let years = if self.below(3) == 0 { 118 } else { 50 };
        let anywhere = 63_072_000 + self.below(years * 31_557_600) as i64;
        let from = jiff::Timestamp::from_second(anywhere).unwrap();
        let near =
            zone.tz().following(from).next().filter(|_| self.below(5) > 0).map(|change| change.timestamp());
        let second = near.map_or(anywhere, |change| {
            let (before, length) = if self.below(2) == 0 { (9, 12) } else { (2, 4) };
            change.as_second() - before * 3_600 + self.below(length * 3_600) as i64
        });
        let second = if self.below(2) == 0 { second.div_euclid(1_800) * 1_800 } else { second };
        let change = near.unwrap_or(from).to_zoned(zone.tz().clone());
        let hour = (change.hour() as u64 + 23 + self.below(2)) % 24;
        (Timestamp::from_millis(second * 1_000 + [0, 0, 1, 500][self.below(4) as usize]), hour)
    }
}

/// How many of `cases` random questions are answered otherwise than by the daemon, with the first of them.
fn disagreements(seed: u64, cases: usize, days: i64, tick: i64) -> (usize, Option<String>) {
    let mut dice = Xorshift(seed);
    let zones = ZONES.map(|name| Zone::named(name).unwrap());
    let (mut wrong, mut first) = (0, None);
    for _ in 0..cases {
        let zone = &zones[dice.below(ZONES.len() as u64) as usize];
        let (after, hour) = dice.instant(zone);
        let expression = dice.expression(tick == 1, hour);
        let schedule = Schedule::parse_cron(&expression).unwrap();
        let end = after.as_seconds() + days * 86_400;
        let job = CronJob::read(&expression);
        let mut after = after;
        for _ in 0..3 {
            let expected =
                first_run(&job, zone, after, end, tick).map(|at| Timestamp::from_millis(at * 1_000));
            let found = schedule.next_after(after, &Frame::of(zone));
            if found != expected && (expected.is_some() || found.is_some_and(|at| at.as_seconds() <= end)) {
                wrong += 1;
                first.get_or_insert_with(|| {
                    format!("`{expression}` {zone:?} after {after:?}: {found:?}, the daemon at {expected:?}")
                });
                break;
            }
            let Some(next) = expected else { break };
            after = next;
        }
    }
    (wrong, first)
}

#[test]
fn cron_agrees_with_the_daemon() {
    for (seed, cases, days, tick) in [(0x1970, 2_000, 2, 60), (0x2026, 100, 60, 60), (0x60, 60, 0, 1)] {
        let (wrong, first) = disagreements(seed, cases, days, tick);
        assert_eq!((wrong, first), (0, None), "of {cases}");
    }
}
