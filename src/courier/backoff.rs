//! How long a message waits for its next attempt.
//!
//! Pure and repeatable: the jitter is seeded by the effect and the attempt, so that many messages which fail
//! together do not come back together, and a replay waits as long as the first time.

use crate::base::{
    ids::{EffectId, GroupId},
    limits::{RETRY_ASKED_MS_MAX, RETRY_MS_MAX},
    seed::Seed,
};

/// The wait after the first failed attempt is around this.
const FIRST_MS: u64 = 500;

/// The wait in milliseconds after the `failures`-th failed attempt in a row (from 1). `asked` is what the
/// platform wants at least.
pub(super) fn delay_ms(group: &GroupId, effect: &EffectId, failures: u32, asked: Option<u64>) -> u64 {
    let step = failures.clamp(1, 32) - 1;
    // With the jitter on top it reaches the limit, and stays spread out there.
    let mean = FIRST_MS.saturating_mul(1 << step).min(RETRY_MS_MAX / 3 * 2);
    let mut seed = Seed::from_parts(&["retry", group.as_str(), effect.as_str(), &failures.to_string()]);
    let jittered = mean / 2 + seed.below(mean);
    match asked {
        // Later than asked is allowed, earlier is not; the jitter parts those who were asked together.
        Some(asked) => (asked.min(RETRY_ASKED_MS_MAX) + seed.below(FIRST_MS / 5)).max(jittered),
        None => jittered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_from_under_a_second_to_the_limit() {
        let (group, effect) = (GroupId::new("g"), EffectId::new("e"));
        let waits: Vec<u64> = (1..=30).map(|n| delay_ms(&group, &effect, n, None)).collect();
        assert!(waits[0] < 1_000, "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= RETRY_MS_MAX));
        assert!(waits[11..].iter().all(|wait| *wait >= RETRY_MS_MAX / 3));
        assert_eq!(waits, (1..=30).map(|n| delay_ms(&group, &effect, n, None)).collect::<Vec<_>>());
        assert_ne!(waits[20], delay_ms(&group, &EffectId::new("f"), 21, None));
    }

    #[test]
    fn what_the_platform_asks_for_is_kept() {
        let (group, effect) = (GroupId::new("g"), EffectId::new("e"));
        let wait = delay_ms(&group, &effect, 1, Some(3_000));
        assert!((3_000..3_200).contains(&wait), "{wait}");
        let wait = delay_ms(&group, &effect, 1, Some(24 * 60 * 60 * 1000));
        assert!(
            (RETRY_ASKED_MS_MAX..RETRY_ASKED_MS_MAX + 200).contains(&wait),
            "no longer than an hour: {wait}"
        );
    }
}
