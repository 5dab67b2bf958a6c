//! The clock: the one place that reads real time. Everybody else is told what time it is.
//!
//! A clock can be wrong for a moment: a bad answer from the network, a battery that is empty. So a jump is compared
//! with a second clock of the machine that nobody can set and that counts while it sleeps. What both agree on is
//! believed at once; a long jump that the second one contradicts is held, and believed when it has stood for a while.
//!
//! In a rehearsal everybody is told another time: the clock of a stage, which the file `clock` in its state shows to
//! other processes.

#![expect(clippy::disallowed_methods, reason = "owns the clock")]

use super::{files, stage::StageClock};
use crate::base::{
    limits,
    time::{Duration, Timestamp},
};
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// What has been believed so far, in this process.
static JUDGE: Mutex<ClockJudge> = Mutex::new(ClockJudge { believed: None, doubt: None });

/// The clock of the rehearsal in this process, or of the one that it talks to.
static STAGE: Mutex<Option<ClockNews>> = Mutex::new(None);

/// What tells the time where it is not the machine's.
const FILE: &str = "clock";

/// A rehearsal's clock, and what others were told of it last.
struct ClockNews {
    stage: StageClock,
    /// Where others are told; nowhere in a process that was told itself.
    dir: Option<PathBuf>,
    last: Option<StageClock>,
}

/// The time by which everything goes: a rehearsal's, else the machine's. A group's clock never goes backwards all the
/// same, because the engine takes the later of the two.
pub fn now() -> Timestamp {
    staged(|told, counted| told.stage.now(counted)).unwrap_or_else(machine)
}

/// The machine's time that is believed, in whole milliseconds.
pub fn machine() -> Timestamp {
    let (wall, counted) = read();
    JUDGE.lock().unwrap_or_else(PoisonError::into_inner).hear(wall, counted)
}

/// From now on everybody in this process is told a rehearsal's time; `dir` is its state.
pub fn rehearse(from: Timestamp, speed: u32, dir: &Path) {
    let told = ClockNews { stage: StageClock::new(from, speed), dir: Some(dir.into()), last: None };
    *STAGE.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
    staged(ClockNews::tell);
}

/// Goes by the clock of the rehearsal whose state this is, if it is one's.
pub fn follow(dir: &Path) {
    let stage =
        files::text(&dir.join(FILE), limits::SECRET_BYTES_MAX).ok().and_then(|text| StageClock::read(&text));
    *STAGE.lock().unwrap_or_else(PoisonError::into_inner) =
        stage.map(|stage| ClockNews { stage, dir: None, last: None });
}

/// A rehearsal's clock runs, as far as to what is due next. Gives how long that takes by the machine; the machine's
/// own clock says so for itself.
pub fn go(until: Option<Timestamp>) -> Option<Duration> {
    let left = staged(|told, counted| {
        told.stage.go(until, counted);
        told.tell(counted);
        until.and_then(|until| told.stage.left(until, counted))
    });
    left.unwrap_or_else(|| until.map(|until| until.since(now())))
}

/// A rehearsal's clock stands, because something is being done.
pub fn stand() {
    staged(|told, counted| told.stage.stand(counted));
}

/// A person stops a rehearsal's clock or lets it run on; whether it is stopped now.
pub fn hold() -> bool {
    staged(|told, counted| told.stage.hold(counted)).unwrap_or_default()
}

/// A person makes a rehearsal's clock faster or slower; its speed from now on.
pub fn hurry(faster: bool) -> u32 {
    staged(|told, counted| told.stage.hurry(faster, counted)).unwrap_or(1)
}

/// A person wants a rehearsal's clock to show what is due next at once; whether anything was, when it ran last.
pub fn leap() -> bool {
    staged(|told, _| told.stage.leap()).unwrap_or_default()
}

/// Does something with a rehearsal's clock, where there is one.
fn staged<T>(does: impl FnOnce(&mut ClockNews, Duration) -> T) -> Option<T> {
    let mut stage = STAGE.lock().unwrap_or_else(PoisonError::into_inner);
    stage.as_mut().map(|told| does(told, read().1))
}

impl ClockNews {
    /// Writes down how the clock goes, where others would see another time. Where that cannot be written they go by
    /// the machine's clock.
    fn tell(&mut self, counted: Duration) {
        let Some(dir) = &self.dir else { return };
        if self.last.is_some_and(|last| self.stage.agrees(&last, counted)) {
            return;
        }
        self.last = Some(self.stage.told());
        let beside = dir.join("clock.new");
        if std::fs::write(&beside, self.stage.write()).is_ok() {
            let _ = std::fs::rename(&beside, dir.join(FILE));
        }
    }
}

/// What the clock shows while that is not believed.
pub fn doubted() -> Option<Timestamp> {
    let judge = JUDGE.lock().unwrap_or_else(PoisonError::into_inner);
    judge.doubt.as_ref().map(|doubt| doubt.wall)
}

/// Both clocks: what the wall clock shows, and what has been counted since the machine was started.
fn read() -> (Timestamp, Duration) {
    #[cfg(target_os = "linux")]
    const COUNTS: rustix::time::ClockId = rustix::time::ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    const COUNTS: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
    let wall = Timestamp::from_jiff(jiff::Timestamp::now());
    let counted = rustix::time::clock_gettime(COUNTS);
    let counted = counted.tv_sec.saturating_mul(1_000).saturating_add(counted.tv_nsec / 1_000_000);
    let (wall_ms, counted_ms) = moved();
    (wall.plus(Duration::from_millis(wall_ms)), Duration::from_millis(counted.saturating_add(counted_ms)))
}

/// By how many milliseconds a test has moved both clocks: two numbers in the file that `PLAYBOOK_CLOCK` names.
/// Honoured only with debug assertions, so that no environment variable can move a production engine's clock.
fn moved() -> (i64, i64) {
    if !cfg!(debug_assertions) {
        return (0, 0);
    }
    let text = std::env::var_os("PLAYBOOK_CLOCK").and_then(|path| std::fs::read_to_string(path).ok());
    let mut numbers =
        text.iter().flat_map(|text| text.split_whitespace()).filter_map(|word| word.parse().ok());
    (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default())
}

/// Decides which readings are believed. Pure.
#[derive(Debug)]
struct ClockJudge {
    /// The last reading that was believed: the wall clock and the count.
    believed: Option<(Timestamp, Duration)>,
    doubt: Option<Suspicion>,
}

/// A jump that the count contradicts.
#[derive(Debug, Clone, Copy)]
struct Suspicion {
    /// What the wall clock showed last.
    wall: Timestamp,
    /// By how much it is off.
    off: Duration,
    /// The count when it was first seen.
    since: Duration,
}

impl ClockJudge {
    /// The time to go by after a reading.
    fn hear(&mut self, wall: Timestamp, counted: Duration) -> Timestamp {
        let Some((was, at)) = self.believed else {
            self.believed = Some((wall, counted));
            return wall;
        };
        let expected = was.plus(minus(counted, at));
        let off = wall.since(expected);
        if off.as_millis().saturating_abs() > limits::CLOCK_JUMP_MS && !self.stands(wall, off, counted) {
            return expected;
        }
        self.doubt = None;
        self.believed = Some((wall, counted));
        wall
    }

    /// Whether a jump has stood for long enough; a new one begins to.
    fn stands(&mut self, wall: Timestamp, off: Duration, counted: Duration) -> bool {
        let same = self
            .doubt
            .filter(|doubt| minus(doubt.off, off).as_millis().saturating_abs() <= limits::CLOCK_AGREES_MS);
        let since = same.map_or(counted, |doubt| doubt.since);
        self.doubt = Some(Suspicion { wall, off: same.map_or(off, |doubt| doubt.off), since });
        minus(counted, since).as_millis() >= limits::CLOCK_AGREES_MS
    }
}

fn minus(a: Duration, b: Duration) -> Duration {
    Duration::from_millis(a.as_millis().saturating_sub(b.as_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_800_000_000_000;

    /// Hears a reading: seconds that the wall clock shows after the start, and seconds that were counted.
    fn hear(judge: &mut ClockJudge, wall: i64, counted: i64) -> i64 {
        let time =
            judge.hear(Timestamp::from_millis(START + wall * 1_000), Duration::from_millis(counted * 1_000));
        (time.as_millis() - START) / 1_000
    }

    fn judge() -> ClockJudge {
        let mut judge = ClockJudge { believed: None, doubt: None };
        assert_eq!(hear(&mut judge, 0, 1_000), 0, "the first reading is all there is");
        judge
    }

    #[test]
    fn a_machine_that_slept_is_believed_at_once() {
        assert_eq!(hear(&mut judge(), 86_400, 87_400), 86_400);
    }

    #[test]
    fn a_small_step_is_believed_at_once_in_both_directions() {
        let mut judge = judge();
        assert_eq!(hear(&mut judge, 3_000, 1_010), 3_000);
        assert_eq!(hear(&mut judge, 20, 1_020), 20);
    }

    #[test]
    fn a_long_jump_is_held_and_forgotten_when_it_is_taken_back() {
        let mut judge = judge();
        for second in 1..20 {
            assert_eq!(hear(&mut judge, 40 * 86_400 + second, 1_000 + second), second);
            assert!(judge.doubt.is_some());
        }
        assert_eq!(hear(&mut judge, 20, 1_020), 20);
        assert!(judge.doubt.is_none());
        assert_eq!(hear(&mut judge, 40 * 86_400 + 70, 1_070), 70, "a second one begins anew");
    }

    #[test]
    fn a_long_jump_that_stands_for_a_minute_is_believed() {
        for jump in [3 * 3_600, -3 * 3_600] {
            let mut judge = judge();
            assert_eq!(hear(&mut judge, jump + 10, 1_010), 10);
            assert_eq!(hear(&mut judge, jump + 69, 1_069), 69);
            assert_eq!(hear(&mut judge, jump + 70, 1_070), jump + 70);
            assert_eq!(hear(&mut judge, jump + 71, 1_071), jump + 71);
        }
    }

    #[test]
    fn a_clock_that_shows_something_else_each_time_is_never_believed() {
        let mut judge = judge();
        for second in 1..300 {
            assert_eq!(hear(&mut judge, second * 10_000, 1_000 + second), second);
        }
    }
}
