//! Delivery over real sockets: the courier, the client and the adapters against local stand-ins of platforms.

use crate::help::fakes::{self, Fake, Reply};
use futures_util::future::BoxFuture;
use playbook::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        time::{Duration, Timestamp},
    },
    courier::{ParcelKey, ParcelOutcome, Settlement},
    engine::input::Receipt,
    model::{
        channel::{Channel, ChannelKind, InDoubt, Rate, Setting},
        message::Message,
    },
    shell::{
        delivery::{
            courier::{self, CourierHandle},
            job::{CourierNeeds, Job, Ledger, LedgerBatch, LedgerError},
            resolve::resolve,
            target::Target,
        },
        dialled::Dialled,
    },
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::sync::watch;

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    Timestamp::from_millis(since.as_millis() as i64)
}

/// A ledger in memory; like a store it can be slow, fail, and know rows that are gone.
pub(crate) struct Memory {
    batches: Mutex<Vec<LedgerBatch>>,
    settled: watch::Sender<usize>,
    gone: Mutex<Vec<ParcelKey>>,
    failures: Mutex<usize>,
    open: watch::Sender<bool>,
}

impl Ledger for Memory {
    fn record(&self, batch: LedgerBatch) -> BoxFuture<'_, Result<Vec<ParcelKey>, LedgerError>> {
        Box::pin(async move {
            self.open.subscribe().wait_for(|open| *open).await.expect("the sender lives");
            {
                let mut failures = self.failures.lock().unwrap();
                if *failures > 0 {
                    *failures -= 1;
                    return Err(LedgerError("disk full".into()));
                }
            }
            let gone =
                self.gone.lock().unwrap().iter().copied().filter(|key| batch.claims.contains(key)).collect();
            let ended = batch.settlements.iter().filter(|s| is_final(&s.outcome)).count();
            self.batches.lock().unwrap().push(batch);
            self.settled.send_modify(|settled| *settled += ended);
            Ok(gone)
        })
    }

    fn note(&self, group: &GroupId, effect: &EffectId) -> BoxFuture<'_, Option<String>> {
        let batches = self.batches.lock().unwrap();
        let settled = batches.iter().flat_map(|batch| &batch.settlements);
        let found = settled
            .filter(|s| s.outcome == ParcelOutcome::Accepted && s.group == *group && s.effect == *effect);
        let note = found.map(|s| s.note.clone()).next_back();
        Box::pin(async move { note })
    }
}

fn is_final(outcome: &ParcelOutcome) -> bool {
    !matches!(outcome, ParcelOutcome::Deferred { .. })
}

/// A courier with its ledger.
pub(crate) struct Post {
    ledger: Arc<Memory>,
    pub(crate) courier: CourierHandle,
    printed: Arc<Mutex<String>>,
    next: Mutex<ParcelKey>,
}

impl Post {
    pub(crate) fn start() -> Self {
        let ledger = Arc::new(Memory {
            batches: Mutex::default(),
            settled: watch::Sender::new(0),
            gone: Mutex::default(),
            failures: Mutex::new(0),
            open: watch::Sender::new(true),
        });
        let printed = Arc::new(Mutex::new(String::new()));
        let print = Arc::clone(&printed);
        let courier = courier::start(CourierNeeds {
            ledger: Arc::clone(&ledger) as Arc<dyn Ledger>,
            now,
            print: Arc::new(move |text: &str| print.lock().unwrap().push_str(text)),
            answer_at: Arc::new(|_, _, _| None),
            dialled: Dialled::default(),
        });
        Self { ledger, courier, printed, next: Mutex::new(1) }
    }

    pub(crate) fn job(&self, group: &str, target: &Arc<Target>, text: &str) -> Job {
        let mut next = self.next.lock().unwrap();
        let key = *next;
        *next += 1;
        Job {
            key,
            group: GroupId::new(group),
            effect: EffectId::new(format!("play@1/1/{key}")),
            target: Arc::clone(target),
            message: Arc::new(Message::text(text)),
            label: None,
            expires: None,
            not_before: None,
            attempts: 0,
            part: 0,
            in_doubt: false,
            retried: false,
            awaited: false,
            claimed: false,
        }
    }

    pub(crate) fn send(&self, group: &str, target: &Arc<Target>, texts: &[&str]) {
        self.courier.submit(texts.iter().map(|text| self.job(group, target, text)).collect());
    }

    /// Waits until so many jobs have ended, and gives all settlements in order.
    pub(crate) async fn settled(&self, count: usize) -> Vec<Settlement> {
        let mut settled = self.ledger.settled.subscribe();
        settled.wait_for(|settled| *settled >= count).await.expect("the ledger lives");
        self.finals()
    }

    pub(crate) fn all(&self) -> Vec<Settlement> {
        self.ledger.batches.lock().unwrap().iter().flat_map(|batch| batch.settlements.clone()).collect()
    }

    fn finals(&self) -> Vec<Settlement> {
        self.all().into_iter().filter(|settlement| is_final(&settlement.outcome)).collect()
    }

    fn claims(&self) -> Vec<ParcelKey> {
        self.ledger.batches.lock().unwrap().iter().flat_map(|batch| batch.claims.clone()).collect()
    }
}

pub(crate) fn channel(kind: ChannelKind, url: &str) -> Channel {
    Channel {
        name: ChannelName::new("group"),
        kind,
        settings: BTreeMap::from([("url".into(), vec![Setting::Literal(url.into())])]),
        rate: None,
        in_doubt: InDoubt::Resend,
        timeout: None,
        alerts: Vec::new(),
        hear: None,
    }
}

pub(crate) fn target_of(channel: &Channel) -> Arc<Target> {
    Arc::new(
        resolve(channel, &|_| None, &|_| Err(std::io::Error::other("no files"))).expect("a usable channel"),
    )
}

fn webhook(fake: &Fake) -> Arc<Target> {
    target_of(&channel(ChannelKind::Webhook, &fake.url()))
}

fn texts(fake: &Fake) -> Vec<String> {
    fake.seen().iter().map(|seen| seen.json()["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_lane_keeps_its_order_through_retries() {
    let fake = Fake::scripted(vec![Reply::status(500), Reply::status(503), Reply::status(204)]).await;
    let post = Post::start();
    post.send("g", &webhook(&fake), &["a", "b", "c"]);
    let settled = post.settled(3).await;
    assert_eq!(texts(&fake), ["a", "a", "a", "b", "c"]);
    let attempts: Vec<_> =
        settled.iter().map(|s| (s.key, s.attempts, s.in_doubt, s.outcome.clone())).collect();
    let accepted = ParcelOutcome::Accepted;
    assert_eq!(
        attempts,
        [(1, 3, false, accepted.clone()), (2, 1, false, accepted.clone()), (3, 1, false, accepted)]
    );
    let seen = fake.seen();
    assert_eq!(seen[0].path, "/hook?key=k%20&x=1");
    assert_eq!(seen[0].headers["webhook-id"], seen[2].headers["webhook-id"]);
    assert_ne!(seen[2].headers["webhook-id"], seen[3].headers["webhook-id"]);
}

#[tokio::test]
async fn a_row_is_claimed_before_each_attempt_and_never_attempted_without() {
    let fake = Fake::scripted(vec![Reply::status(500), Reply::status(200)]).await;
    let post = Post::start();
    post.ledger.open.send_replace(false);
    *post.ledger.failures.lock().unwrap() = 1;
    post.send("g", &webhook(&fake), &["a"]);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(fake.seen().len(), 0);
    post.ledger.open.send_replace(true);
    post.settled(1).await;
    assert_eq!(post.claims(), [1, 1]);
    let outcomes: Vec<_> = post.all().into_iter().map(|s| is_final(&s.outcome)).collect();
    assert_eq!(outcomes, [false, true]);
}

#[tokio::test]
async fn rows_that_are_gone_are_not_attempted() {
    let fake = Fake::scripted(vec![Reply::status(200)]).await;
    let post = Post::start();
    post.ledger.gone.lock().unwrap().push(1);
    post.send("g", &webhook(&fake), &["a", "b"]);
    post.settled(1).await;
    assert_eq!(texts(&fake), ["b"]);
}

#[tokio::test]
async fn a_reserved_place_needs_no_claim() {
    let fake = Fake::scripted(vec![Reply::status(200)]).await;
    let (post, target) = (Post::start(), webhook(&fake));
    assert!(post.courier.reserve(&GroupId::new("g"), &target));
    assert!(!post.courier.reserve(&GroupId::new("g"), &target), "the lane is taken");
    let claimed = Job { claimed: true, ..post.job("g", &target, "a") };
    post.courier.submit(vec![claimed, post.job("g", &target, "b")]);
    post.settled(2).await;
    assert_eq!((texts(&fake), post.claims()), (vec!["a".into(), "b".into()], vec![2]));

    assert!(post.courier.reserve(&GroupId::new("h"), &target));
    post.courier.release(&GroupId::new("h"), &target);
    post.send("h", &target, &["c"]);
    post.settled(3).await;
    assert_eq!(post.claims(), [2, 3]);
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let throttled = Reply::status(429).with("retry-after", "1");
    let fake = Fake::scripted(vec![throttled, Reply::status(200)]).await;
    let post = Post::start();
    post.send("g", &webhook(&fake), &["a"]);
    post.settled(1).await;
    let seen = fake.seen();
    assert!(seen[1].at.duration_since(seen[0].at).as_millis() >= 1_000);
}

#[tokio::test]
async fn a_refusal_is_final_and_the_lane_goes_on() {
    let fake = Fake::scripted(vec![
        Reply::Answer { status: 404, headers: Vec::new(), body: "no such hook".into() },
        Reply::status(200),
    ])
    .await;
    let post = Post::start();
    post.send("g", &webhook(&fake), &["a", "b"]);
    let settled = post.settled(2).await;
    assert_eq!(settled[0].outcome, ParcelOutcome::Dead);
    assert_eq!(settled[0].attempts, 1);
    let reason = "the address answered 404 Not Found: no such hook".to_owned();
    assert_eq!(settled[0].receipt(), Some(Receipt::Refused { reason: reason.into() }));
    assert_eq!((settled[1].key, settled[1].receipt()), (2, None));
}

#[tokio::test]
async fn a_webhook_says_what_the_channel_says() {
    let fake = Fake::scripted(vec![Reply::status(202)]).await;
    let mut own = channel(ChannelKind::Webhook, &fake.url());
    for (name, value) in [
        ("method", "PUT"),
        ("headers.X-Team", "读书"),
        ("body", r#"{"content": "${text}", "from": "${group}"}"#),
        ("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ] {
        own.settings.insert(name.into(), vec![Setting::Literal(value.into())]);
    }
    let post = Post::start();
    post.send("g", &target_of(&own), &["say \"hi\""]);
    assert_eq!(post.settled(1).await[0].outcome, ParcelOutcome::Accepted);
    let seen = fake.seen().remove(0);
    assert_eq!((seen.method.as_str(), seen.headers["x-team"].as_str()), ("PUT", "读书"));
    assert_eq!(seen.json(), json!({ "content": "say \"hi\"", "from": "g" }));
    assert!(seen.headers["webhook-signature"].starts_with("v1,"));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Fake::scripted(vec![Reply::status(200)]).await;
    let moved = Reply::status(308).with("location", &elsewhere.url());
    let fake = Fake::scripted(vec![moved]).await;
    let post = Post::start();
    post.send("g", &webhook(&fake), &["a"]);
    let settled = post.settled(1).await;
    assert_eq!(settled[0].outcome, ParcelOutcome::Dead);
    assert!(settled[0].note.contains("308 Permanent Redirect"), "{}", settled[0].note);
    assert_eq!(elsewhere.seen().len(), 0);
}

#[tokio::test]
async fn an_answer_that_never_came_puts_the_attempt_in_doubt() {
    let fake = Fake::scripted(vec![Reply::Drop, Reply::status(200)]).await;
    let post = Post::start();
    post.send("g", &webhook(&fake), &["a", "b"]);
    let settled = post.settled(2).await;
    assert_eq!((settled[0].in_doubt, settled[0].attempts), (true, 2));
    assert!(matches!(settled[0].receipt(), Some(Receipt::Accepted { .. })));
    assert!(!settled[1].in_doubt);
    assert_eq!(fake.seen()[0].headers["idempotency-key"], fake.seen()[1].headers["idempotency-key"]);
    // The doubt is recorded when it arises, not only at the end.
    assert!(post.all()[0].in_doubt && post.all()[0].note.starts_with("in doubt: "), "{:?}", post.all()[0]);
}

#[tokio::test]
async fn hold_parks_what_is_in_doubt_and_lets_the_next_one_pass() {
    let fake = Fake::scripted(vec![Reply::Drop, Reply::status(200)]).await;
    let hold = Channel { in_doubt: InDoubt::Hold, ..channel(ChannelKind::Webhook, &fake.url()) };
    let (post, target) = (Post::start(), target_of(&hold));
    post.send("g", &target, &["a", "b"]);
    let settled = post.settled(2).await;
    assert_eq!((settled[0].key, settled[0].outcome.clone()), (1, ParcelOutcome::Held));
    assert!(matches!(settled[0].receipt(), Some(Receipt::InDoubt { .. })));
    assert_eq!(texts(&fake), ["a", "b"]);

    // One that a crash left in doubt is held without an attempt, unless a person wants it sent.
    let crashed = Job { in_doubt: true, ..post.job("g", &target, "c") };
    let retried = Job { in_doubt: true, retried: true, ..post.job("g", &target, "d") };
    post.courier.submit(vec![crashed, retried]);
    let settled = post.settled(4).await;
    assert_eq!((settled[2].outcome.clone(), settled[2].attempts), (ParcelOutcome::Held, 0));
    assert_eq!(settled[3].outcome, ParcelOutcome::Accepted);
    assert_eq!(texts(&fake), ["a", "b", "d"]);
}

#[tokio::test]
async fn a_refused_connection_is_retried_and_not_in_doubt() {
    let free = Fake::scripted(vec![Reply::status(200)]).await;
    let port = free.port;
    drop(free);
    let post = Post::start();
    let target = target_of(&channel(ChannelKind::Webhook, &format!("http://127.0.0.1:{port}/")));
    post.send("g", &target, &["a"]);
    let mut deferred = Vec::new();
    while deferred.is_empty() {
        tokio::task::yield_now().await;
        deferred = post.all();
    }
    assert!(!deferred[0].in_doubt, "{deferred:?}");
    assert!(
        deferred[0].note.starts_with(&format!("no connection to http://127.0.0.1:{port}")),
        "{deferred:?}"
    );
    let fake = Fake::start_at(port, |_, _| Reply::status(200)).await;
    let settled = post.settled(1).await;
    assert_eq!((settled[0].in_doubt, settled[0].outcome.clone()), (false, ParcelOutcome::Accepted));
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn a_silent_platform_puts_the_attempt_in_doubt() {
    let fake = Fake::scripted(vec![Reply::Hang, Reply::status(200)]).await;
    let impatient =
        Channel { timeout: Some(Duration::from_millis(100)), ..channel(ChannelKind::Webhook, &fake.url()) };
    let post = Post::start();
    post.send("g", &target_of(&impatient), &["a"]);
    let settled = post.settled(1).await;
    assert!(settled[0].in_doubt);
    assert!(post.all()[0].note.contains("did not answer within 0.1 s"), "{:?}", post.all()[0]);
}

#[tokio::test]
async fn a_hanging_channel_delays_nobody_even_at_its_own_host() {
    let fake =
        Fake::start(|seen, _| if seen.path == "/hang" { Reply::Hang } else { Reply::status(200) }).await;
    let at = |path: &str| {
        let url = format!("http://127.0.0.1:{}{path}", fake.port);
        let patient = Channel { timeout: Some(Duration::MINUTE), ..channel(ChannelKind::Webhook, &url) };
        target_of(&patient)
    };
    let (hanging, working) = (at("/hang"), at("/work"));
    let post = Post::start();
    for group in 0..200 {
        post.send(&format!("h{group}"), &hanging, &["never"]);
    }
    fake.wait_for(1).await;
    for group in 0..20 {
        post.send(&format!("w{group}"), &working, &["now", "and again"]);
    }
    let settled = post.settled(40).await;
    assert!(settled.iter().all(|settlement| settlement.group.as_str().starts_with('w')));
    assert!(fake.in_flight_max() <= 64, "{}", fake.in_flight_max());
}

#[tokio::test]
async fn many_lanes_share_a_host_within_its_limit() {
    let fake = Fake::scripted(vec![Reply::status(200)]).await;
    let (post, target) = (Post::start(), webhook(&fake));
    let jobs = (0..600).map(|n| post.job(&format!("g{}", n % 300), &target, &n.to_string())).collect();
    post.courier.submit(jobs);
    let settled = post.settled(600).await;
    assert!(settled.iter().all(|settlement| settlement.outcome == ParcelOutcome::Accepted));
    let order: Vec<u32> = texts(&fake).iter().map(|text| text.parse().unwrap()).collect();
    let place = |n: u32| order.iter().position(|seen| *seen == n).unwrap();
    assert!((0..300).all(|n| place(n) < place(n + 300)));
    assert!(fake.in_flight_max() <= 64);
}

#[tokio::test]
async fn what_has_expired_is_not_sent() {
    let fake = Fake::scripted(vec![Reply::status(500)]).await;
    let (post, target) = (Post::start(), webhook(&fake));
    let late = Job { expires: Some(now().plus(-Duration::SECOND)), ..post.job("g", &target, "late") };
    let soon =
        Job { expires: Some(now().plus(Duration::from_millis(700))), ..post.job("g", &target, "soon") };
    post.courier.submit(vec![late, soon]);
    let settled = post.settled(2).await;
    assert_eq!((settled[0].outcome.clone(), settled[0].attempts), (ParcelOutcome::Expired, 0));
    assert_eq!(settled[1].receipt(), Some(Receipt::Expired));
    assert!(texts(&fake).iter().all(|text| text == "soon"));
}

#[tokio::test]
async fn stopping_finishes_what_is_in_flight_and_begins_nothing() {
    let fake = Fake::scripted(vec![Reply::status(200)]).await;
    let (post, target) = (Post::start(), webhook(&fake));
    post.send("g", &target, &["a", "b", "c"]);
    fake.wait_for(1).await;
    post.courier.stop().await;
    let (seen, finals) = (fake.seen().len(), post.finals());
    assert_eq!(finals.len(), seen, "what was sent is settled");
    post.send("h", &target, &["d"]);
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    assert_eq!(fake.seen().len(), seen);
    // Every claim was answered by an attempt or given back.
    assert_eq!(post.claims().len(), post.all().len());
}

#[tokio::test]
async fn withdrawn_jobs_are_not_sent() {
    let fake = Fake::scripted(vec![Reply::status(500), Reply::status(200)]).await;
    let (post, target) = (Post::start(), webhook(&fake));
    post.send("g", &target, &["a", "b", "c"]);
    fake.wait_for(1).await;
    assert!(post.courier.withdraw(2));
    assert!(!post.courier.withdraw(99));
    post.settled(2).await;
    assert_eq!(texts(&fake), ["a", "a", "c"]);
}

#[tokio::test]
async fn the_rate_of_a_robot_is_kept() {
    let window = std::time::Duration::from_millis(150);
    let fake = fakes::wecom::start(4, window).await;
    let gentle = Channel {
        rate: Some(Rate { count: 4, per: Duration::from_millis(300) }),
        ..channel(ChannelKind::Wecom, &fake.url())
    };
    let (post, target) = (Post::start(), target_of(&gentle));
    for group in 0..12 {
        post.send(&format!("g{group}"), &target, &["hi"]);
    }
    let settled = post.settled(12).await;
    assert!(settled.iter().all(|settlement| settlement.attempts == 1), "never refused for its rate");
}

#[tokio::test]
async fn a_throttled_robot_waits_as_a_whole_and_others_do_not() {
    let window = std::time::Duration::from_millis(400);
    let (slow, other) = (fakes::wecom::start(2, window).await, fakes::wecom::start(100, window).await);
    let hasty = Channel {
        rate: Some(Rate { count: 50, per: Duration::from_millis(500) }),
        ..channel(ChannelKind::Wecom, &slow.url())
    };
    let (post, target) = (Post::start(), target_of(&hasty));
    for group in 0..5 {
        post.send(&format!("s{group}"), &target, &["hi"]);
    }
    let elsewhere = target_of(&channel(ChannelKind::Wecom, &other.url()));
    post.send("o", &elsewhere, &["hi"]);
    let settled = post.settled(6).await;
    assert!(settled.iter().all(|settlement| settlement.outcome == ParcelOutcome::Accepted));
    let place = settled.iter().position(|settlement| settlement.group.as_str() == "o").unwrap();
    assert!(place < 5, "the other robot did not wait");
}

#[tokio::test]
async fn a_retry_goes_on_at_the_part_that_was_not_accepted() {
    let fake =
        Fake::start(|_, before| Reply::json(&json!({ "errcode": if before == 1 { -1 } else { 0 } }))).await;
    let fast = Channel {
        rate: Some(Rate { count: 100, per: Duration::SECOND }),
        ..channel(ChannelKind::Wecom, &fake.url())
    };
    let post = Post::start();
    let text = ["一", "二", "三"].map(|word| word.repeat(500)).join("\n\n");
    post.send("g", &target_of(&fast), &[&text]);
    let settled = post.settled(1).await;
    let first_words: Vec<String> = fake
        .seen()
        .iter()
        .map(|seen| seen.json()["text"]["content"].as_str().unwrap().chars().take(1).collect())
        .collect();
    assert_eq!(first_words, ["一", "二", "二", "三"]);
    assert_eq!((settled[0].part, settled[0].attempts, settled[0].in_doubt), (3, 4, false));
}

#[tokio::test]
async fn wecom_errors_inside_success_are_errors() {
    let fake = fakes::wecom::start(100, std::time::Duration::from_mins(1)).await;
    let wrong = channel(ChannelKind::Wecom, &format!("http://127.0.0.1:{}/send?key=x", fake.port));
    let post = Post::start();
    post.send("g", &target_of(&wrong), &["hi"]);
    let settled = post.settled(1).await;
    assert_eq!(settled[0].outcome, ParcelOutcome::Dead);
    assert_eq!(
        settled[0].note,
        "the robot was removed from the group or the URL is wrong (93000): invalid webhook url, hint: [1], from \
         ip: 127.0.0.1"
    );
}

#[tokio::test]
async fn feishu_is_signed_and_pressure_is_waited_out() {
    let fake = fakes::feishu::start(Some("s3cret"), 1).await;
    let signed = |secret: &str| {
        let mut channel = channel(ChannelKind::Feishu, &fake.url());
        channel.settings.insert("secret".into(), vec![Setting::Literal(secret.into())]);
        channel.rate = Some(Rate { count: 100, per: Duration::from_millis(100) });
        target_of(&channel)
    };
    let post = Post::start();
    post.send("g", &signed("s3cret"), &["## 标题\n\n- 一\n- 二"]);
    let settled = post.settled(1).await;
    assert_eq!((settled[0].outcome.clone(), settled[0].attempts), (ParcelOutcome::Accepted, 2));
    post.send("g", &signed("wrong"), &["hi"]);
    let settled = post.settled(2).await;
    assert!(settled[1].note.starts_with("the signature does not match"), "{}", settled[1].note);
}

#[tokio::test]
async fn an_answer_that_is_not_the_platforms_is_no_success() {
    let portal = Reply::Answer { status: 200, headers: Vec::new(), body: "<html>log in</html>".into() };
    let fake = Fake::start(
        move |_, before| {
            if before == 0 { portal.clone() } else { Reply::json(&json!({ "errcode": 0 })) }
        },
    )
    .await;
    let post = Post::start();
    post.send("g", &target_of(&channel(ChannelKind::Wecom, &fake.url())), &["hi"]);
    let settled = post.settled(1).await;
    assert_eq!((settled[0].attempts, settled[0].in_doubt), (2, true));
}

#[tokio::test]
async fn connections_that_close_at_once_are_retried() {
    let fake = Fake::scripted(vec![Reply::status(200)]).await;
    fake.drop_unread(2);
    let post = Post::start();
    post.send("g", &webhook(&fake), &["a"]);
    let settled = post.settled(1).await;
    assert_eq!(settled[0].outcome, ParcelOutcome::Accepted);
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn several_robots_share_a_channel() {
    let fake = Fake::start(|_, _| Reply::json(&json!({ "errcode": 0 }))).await;
    let mut shared = channel(ChannelKind::Wecom, &fake.url());
    let urls = ["a", "b"].map(|key| Setting::Literal(format!("http://127.0.0.1:{}/{key}", fake.port)));
    shared.settings.insert("url".into(), urls.to_vec());
    shared.rate = Some(Rate { count: 1, per: Duration::MINUTE });
    let post = Post::start();
    post.send("g", &target_of(&shared), &["1", "2"]);
    post.settled(2).await;
    let paths: Vec<String> = fake.seen().iter().map(|seen| seen.path.clone()).collect();
    assert_eq!(paths, ["/a", "/b"]);
}

#[tokio::test]
async fn the_console_prints() {
    let post = Post::start();
    let console = Channel { settings: BTreeMap::new(), ..channel(ChannelKind::Console, "") };
    post.send("g", &target_of(&console), &["# 标题\n**hi**"]);
    post.settled(1).await;
    assert_eq!(*post.printed.lock().unwrap(), "┌ group\n│ 标题\n│\n│ hi\n");
}

#[test]
fn missing_secrets_are_named() {
    let mut channel = channel(ChannelKind::Wecom, "");
    let mut problem = |setting: Setting| {
        channel.settings.insert("url".into(), vec![setting]);
        let env = |name: &str| (name == "EMPTY").then(String::new);
        resolve(&channel, &env, &|_| Err(std::io::Error::other("not there"))).unwrap_err().to_string()
    };
    assert_eq!(
        problem(Setting::Env("GROUP_WEBHOOK".into())),
        "channel `group`: environment variable GROUP_WEBHOOK is not set"
    );
    assert_eq!(problem(Setting::Env("EMPTY".into())), "channel `group`: environment variable EMPTY is empty");
    assert_eq!(
        problem(Setting::File("key.txt".into())),
        "channel `group`: file key.txt cannot be read: not there"
    );
    assert_eq!(
        problem(Setting::Literal("example.com/hook".into())),
        "channel `group`: `url` is not an http:// or https:// address"
    );
}
