//! The dispatch in trouble, in virtual time: addresses that hang, addresses that are mended, a person who hurries, a
//! restart.

use super::{
    Hurried, ParcelKey, ParcelOutcome, Ticks,
    tests::{Platform, World, limited, quick, route},
};
use crate::{
    base::{
        limits::{RETRY_ASKED_MS_MAX, UNCLEAR_ATTEMPTS_MAX},
        time::Timestamp,
    },
    courier::route::Route,
    model::channel::ChannelKind,
};
use std::sync::Arc;

const SECOND: Ticks = 1_000;
const MINUTE: Ticks = 60_000;

/// The lags, in order of time, of good addresses beside so many that hang, all at one host, each with a post every two seconds; first
/// everything is as it should be for ten seconds if `well` says so.
fn lags(hanging: usize, well: bool) -> Vec<Ticks> {
    let mut world = World::default();
    let mut good: Vec<(Ticks, ParcelKey)> = Vec::new();
    let address = |name: &str, n: usize| {
        let url = format!("https://one.test/{name}{n}");
        (route(&format!("{name}{n}"), ChannelKind::Webhook, &[&url]), url)
    };
    for n in 0..hanging {
        let (route, url) = address("hanging", n);
        let from = if well { 10 * SECOND } else { 0 };
        world.platform(&url, Platform { hangs: usize::MAX, hangs_from: from, ..quick() });
        for tick in 0..30 {
            world.post(tick * 2 * SECOND, "g", &route);
        }
    }
    for n in 0..20 {
        let (route, url) = address("good", n);
        world.platform(&url, quick());
        for tick in 0..60 {
            let at = tick * 2 * SECOND;
            good.push((at, world.post(at, "g", &route)));
        }
    }
    world.run(10 * MINUTE);
    good.sort_unstable();
    good.iter().map(|(at, key)| world.settled[key].0 - at).collect()
}

fn quantile(lags: &[Ticks], hundredths: usize) -> Ticks {
    let mut sorted = lags.to_vec();
    sorted.sort_unstable();
    sorted[(sorted.len() - 1) * hundredths / 100]
}

#[test]
fn addresses_that_hang_do_not_starve_good_ones_at_their_host() {
    let alone = lags(0, false);
    for (hanging, well) in [(64, false), (300, false), (64, true), (200, true)] {
        let beside = lags(hanging, well);
        // Until then they are load like any other, or are being found out.
        let from = if well { 12 * 10 * 2 } else { 6 * 10 * 2 };
        let (alone, found_out) = (&alone[from..], &beside[from..]);
        for hundredths in [50, 90, 95] {
            let (alone, beside) = (quantile(alone, hundredths), quantile(found_out, hundredths));
            assert!(beside <= 2 * alone, "{hanging} hang: {beside} ms instead of {alone} at {hundredths} %");
        }
        let worst = beside.iter().max().copied();
        assert!(worst <= Some(12 * SECOND), "{hanging} hang: while they are found out, {worst:?} ms");
    }
}

/// A dead address; its posts wait for their next attempt.
fn stuck(world: &mut World) -> (Vec<ParcelKey>, Arc<Route>) {
    world.platform("https://old.test/", Platform { dead_until: Ticks::MAX, ..quick() });
    world.platform("https://new.test/", quick());
    let old = route("group", ChannelKind::Webhook, &["https://old.test/"]);
    let keys = (0..3).map(|_| world.post(0, "g", &old)).collect();
    world.run(20 * MINUTE);
    assert_eq!(world.arrivals, []);
    (keys, old)
}

#[test]
fn what_waits_takes_a_mended_address_and_is_tried_at_once() {
    let mut world = World::default();
    let (keys, _) = stuck(&mut world);
    let mended = route("group", ChannelKind::Webhook, &["https://new.test/"]);
    let (now, lane) = (world.now(), ("g".into(), "group".into()));
    assert_eq!(world.dispatch.retarget(&lane, &mended, now), keys);
    world.run(now.ticks + SECOND);
    world.assert_whole_and_in_order();
    assert!(
        world.arrivals.iter().all(|arrival| arrival.robot == "https://new.test/"),
        "{:?}",
        world.arrivals
    );
}

#[test]
fn an_attempt_under_way_ends_where_it_began_and_goes_on_at_the_new_address() {
    let mut world = World::default();
    world.platform("https://old.test/", Platform { hangs: usize::MAX, ..quick() });
    world.platform("https://new.test/", quick());
    world.post(0, "g", &route("group", ChannelKind::Webhook, &["https://old.test/"]));
    world.run(SECOND);
    let mended = route("group", ChannelKind::Webhook, &["https://new.test/"]);
    let now = world.now();
    world.dispatch.retarget(&("g".into(), "group".into()), &mended, now);
    world.run(MINUTE);
    world.assert_whole_and_in_order();
    assert_eq!(world.arrivals[0].robot, "https://new.test/");
}

#[test]
fn a_person_can_have_a_message_tried_now() {
    let mut world = World::default();
    let (keys, _) = stuck(&mut world);
    world.platform("https://old.test/", quick());
    let now = world.now();
    assert_eq!(world.dispatch.hurry(keys[1], now), Hurried::Now);
    assert_eq!(world.dispatch.hurry(99, now), Hurried::Unknown);
    world.run(now.ticks + SECOND);
    world.assert_whole_and_in_order();
}

#[test]
fn a_person_overrules_a_pause_that_a_platform_asked_for_and_an_hour_is_the_longest() {
    let mut world = World::default();
    let url = "https://d.test/a";
    world.platform(url, Platform { locked_until: 100 * 60 * MINUTE, ..quick() });
    let key = world.post(0, "g", &route("group", ChannelKind::Dingtalk, &[url]));
    world.run(30 * MINUTE);
    assert_eq!(world.platforms[url].refusals, 1, "it waits");
    let now = world.now();
    assert_eq!(world.dispatch.hurry(key, now), Hurried::Now);
    world.run(now.ticks + SECOND);
    assert_eq!(world.platforms[url].refusals, 2, "it was tried");
    let asked_again = now.ticks + RETRY_ASKED_MS_MAX;
    world.run(asked_again + MINUTE);
    assert_eq!(world.platforms[url].refusals, 3, "after an hour, whatever was asked for");
}

#[test]
fn an_address_that_nobody_understands_gets_three_copies_and_no_more() {
    let mut world = World::default();
    let url = "https://w.test/";
    world.platform(url, Platform { babbles: true, ..quick() });
    let key = world.post(0, "g", &route("group", ChannelKind::Wecom, &[url]));
    world.run(MINUTE);
    assert_eq!(world.platforms[url].refusals, UNCLEAR_ATTEMPTS_MAX as usize);
    let (_, settlement) = &world.settled[&key];
    assert_eq!((settlement.outcome.clone(), settlement.in_doubt), (ParcelOutcome::Dead, true));
    assert!(settlement.note.contains("may have arrived: this is no answer"), "{}", settlement.note);
}

#[test]
fn a_limit_and_a_pause_survive_a_restart() {
    let url = "https://w.test/";
    let wecom = route("group", ChannelKind::Wecom, &[url]);
    let mut before = World::default();
    before.platform(url, limited(ChannelKind::Wecom, 0));
    for n in 0..15 {
        before.post(0, &format!("g{n}"), &wecom);
    }
    before.run(10 * SECOND);
    let mut after = World::default();
    after.platforms = before.platforms.clone();
    after.now = 11 * SECOND;
    let now = after.now();
    for memory in before.memories.values() {
        after.dispatch.remember(memory, now);
    }
    // One more was under way when the process ended.
    for n in 0..20 {
        let key = after.post(11 * SECOND, &format!("h{n}"), &wecom);
        if n == 0 {
            after.coming.get_mut(&(11 * SECOND, key)).unwrap().in_doubt = true;
        }
    }
    after.run(10 * MINUTE);
    after.assert_whole_and_in_order();
    assert_eq!(after.platforms[url].refusals, 0);
    let early = after.arrivals.iter().filter(|arrival| arrival.at < MINUTE).count();
    assert_eq!(early, 4, "15 were sent and one may have been");

    let mut memory = before.memories.values().next().unwrap().clone();
    memory.paused_until = Some(Timestamp::from_millis(30 * MINUTE as i64));
    let mut paused = World::default();
    paused.now = MINUTE;
    paused.platform(url, quick());
    let now = paused.now();
    paused.dispatch.remember(&memory, now);
    let key = paused.post(MINUTE, "g", &wecom);
    paused.run(60 * MINUTE);
    assert!((30 * MINUTE..31 * MINUTE).contains(&paused.settled[&key].0), "{}", paused.settled[&key].0);
}
