//! The clock of a rehearsal: it runs from an instant at a speed, and stands while the engine works or a person stops it.
//!
//! So nothing is late because a rehearsal is fast: it never passes what is due next before that has been done. Pure;
//! what the machine has counted is an argument.

use crate::base::{
    limits,
    time::{Duration, Timestamp},
};

/// A clock that is set by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StageClock {
    /// What it showed when it was set or stopped last.
    at: Timestamp,
    /// What the machine had counted then, while it runs.
    since: Option<Duration>,
    /// How many seconds of its own a second has.
    speed: u32,
    /// It runs no further than this.
    until: Option<Timestamp>,
    /// A person has stopped it.
    held: bool,
    /// A person wants what is due next at once.
    leaps: bool,
}

impl StageClock {
    /// A clock that shows an instant and stands.
    pub(super) fn new(at: Timestamp, speed: u32) -> Self {
        let speed = speed.clamp(1, limits::REHEARSAL_SPEED_MAX);
        Self { at, since: None, speed, until: None, held: false, leaps: false }
    }

    /// What it shows.
    pub(super) fn now(&self, counted: Duration) -> Timestamp {
        let Some(since) = self.since else { return self.at };
        let run = counted.as_millis().saturating_sub(since.as_millis()).max(0);
        let shown = self.at.plus(Duration::from_millis(run.saturating_mul(i64::from(self.speed))));
        self.until.map_or(shown, |until| shown.min(until.max(self.at)))
    }

    /// It stands, because something is being done.
    pub(super) fn stand(&mut self, counted: Duration) {
        self.at = self.now(counted);
        self.since = None;
    }

    /// It runs, as far as to what is due next; not while a person holds it.
    pub(super) fn go(&mut self, until: Option<Timestamp>, counted: Duration) {
        self.stand(counted);
        if let Some(until) = until.filter(|_| std::mem::take(&mut self.leaps)) {
            self.at = self.at.max(until);
        }
        self.until = until;
        self.since = (!self.held).then_some(counted);
    }

    /// A person stops it or lets it run on; whether it is stopped now.
    pub(super) fn hold(&mut self, counted: Duration) -> bool {
        self.stand(counted);
        self.held = !self.held;
        self.held
    }

    /// A person makes it faster or slower; its speed from now on.
    pub(super) fn hurry(&mut self, faster: bool, counted: Duration) -> u32 {
        self.stand(counted);
        let speed = if faster { self.speed.saturating_mul(2) } else { self.speed / 2 };
        self.speed = speed.clamp(1, limits::REHEARSAL_SPEED_MAX);
        self.speed
    }

    /// It is to show what is due next as soon as it is let go; whether anything was due when it ran last.
    pub(super) fn leap(&mut self) -> bool {
        self.leaps = self.until.is_some();
        self.leaps
    }

    /// How long by the machine until it shows an instant; none while it stands.
    pub(super) fn left(&self, at: Timestamp, counted: Duration) -> Option<Duration> {
        self.since?;
        let left = at.since(self.now(counted)).as_millis().max(0);
        let speed = i64::from(self.speed);
        Some(Duration::from_millis(left.saturating_add(speed - 1) / speed))
    }

    /// Whether others who read the older one would see about the same.
    pub(super) fn agrees(&self, older: &Self, counted: Duration) -> bool {
        let off = self.now(counted).since(older.now(counted)).as_millis().saturating_abs();
        self.held == older.held && self.speed == older.speed && off <= limits::REHEARSAL_TOLD_MS
    }

    /// As other processes are told of it: they do not hear each time how far it runs.
    pub(super) fn told(&self) -> Self {
        Self { until: None, leaps: false, ..*self }
    }

    /// One line for other processes.
    pub(super) fn write(&self) -> String {
        let since = self.since.map_or_else(|| "-".to_owned(), |since| since.as_millis().to_string());
        format!("{} {since} {} {}\n", self.at.as_millis(), self.speed, u8::from(self.held))
    }

    /// What another process wrote.
    pub(super) fn read(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [at, since, speed, held] = words.as_slice() else { return None };
        let since = if *since == "-" { None } else { Some(Duration::from_millis(since.parse().ok()?)) };
        let at = Timestamp::from_millis(at.parse().ok()?);
        Some(Self { at, since, speed: speed.parse().ok()?, until: None, held: *held == "1", leaps: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    fn counted(second: i64) -> Duration {
        Duration::from_millis(second * 1_000)
    }

    #[test]
    fn it_runs_at_its_speed_and_no_further_than_to_what_is_due() {
        let mut stage = StageClock::new(at(0), 60);
        assert_eq!(stage.now(counted(99)), at(0), "it stands until it is let go");
        stage.go(Some(at(300)), counted(100));
        assert_eq!(stage.now(counted(102)), at(120));
        assert_eq!(stage.left(at(300), counted(102)), Some(counted(3)));
        assert_eq!(stage.now(counted(500)), at(300), "what is due next has to be done first");
        stage.stand(counted(500));
        stage.go(None, counted(700));
        assert_eq!(stage.now(counted(701)), at(360), "what the work took is not made up for");
    }

    #[test]
    fn a_person_stops_it_hurries_it_and_jumps() {
        let mut stage = StageClock::new(at(0), 10);
        stage.go(Some(at(1_000)), counted(0));
        assert!(stage.hold(counted(1)));
        stage.go(Some(at(1_000)), counted(2));
        assert_eq!((stage.now(counted(50)), stage.left(at(1_000), counted(50))), (at(10), None));
        assert!(!stage.hold(counted(50)));
        assert_eq!(stage.hurry(true, counted(50)), 20);
        stage.go(Some(at(1_000)), counted(50));
        assert_eq!(stage.now(counted(51)), at(30));
        assert!(stage.leap());
        stage.go(Some(at(2_000)), counted(51));
        assert_eq!(stage.now(counted(51)), at(2_000), "what is due next by now");
    }

    #[test]
    fn another_process_reads_the_same_clock() {
        let mut stage = StageClock::new(at(5), 60);
        assert_eq!(StageClock::read(&stage.write()), Some(stage));
        stage.go(Some(at(5_000)), counted(7));
        let told = StageClock::read(&stage.write()).unwrap();
        assert_eq!(told, stage.told());
        assert!(stage.agrees(&told, counted(60)));
        assert!(!stage.agrees(&told, counted(600)), "it stands, and they would see it run on");
        assert_eq!(StageClock::read("rubbish"), None);
    }
}
