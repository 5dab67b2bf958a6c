//! 钉钉, Telegram, Matrix, OneBot and ntfy over real sockets: the courier and their adapters against stand-ins.

use crate::{
    delivery::courier::{Post, channel, target_of},
    help::fakes::{self, Fake, Reply},
};
use playbook::{
    base::{ids::PersonId, person::Person, time::Duration},
    courier::ParcelOutcome,
    model::{
        channel::{Channel, ChannelKind, Rate, Setting},
        message::{Button, Mention, Message, Poll},
    },
    shell::delivery::{job::Job, target::Target},
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};

/// A page of hard Markdown.
pub(crate) const HARD: &str = include_str!("../../judges/hard.md");

/// A channel with these settings, as fast as a test wants it.
pub(crate) fn with(kind: ChannelKind, settings: &[(&str, &str)]) -> Channel {
    let settings = settings
        .iter()
        .map(|(name, value)| ((*name).to_owned(), vec![Setting::Literal((*value).to_owned())]))
        .collect::<BTreeMap<_, _>>();
    let rate = Some(Rate { count: 1_000, per: Duration::from_millis(100) });
    Channel { settings, rate, ..channel(kind, "") }
}

fn root(fake: &Fake) -> String {
    format!("http://127.0.0.1:{}", fake.port)
}

/// Submits one message that is more than text.
pub(crate) fn submit(post: &Post, target: &Arc<Target>, message: Message) -> Job {
    let job = Job { message: Arc::new(message), ..post.job("g", target, "") };
    post.courier.submit(vec![job.clone()]);
    job
}

fn person(name: &str, kind: ChannelKind, id: &str) -> Mention {
    let handles = BTreeMap::from([(kind.as_str().to_owned(), id.to_owned())]);
    Mention::Person(Person { id: PersonId::new(name), name: name.into(), handles })
}

fn button(text: &str) -> Button {
    Button { text: text.into(), url: "https://x.example/join".into() }
}

fn ding(fake: &Fake, secret: &str) -> Arc<Target> {
    let url = format!("{}/robot/send?access_token=k&x=1", root(fake));
    target_of(&with(ChannelKind::Dingtalk, &[("url", &url), ("secret", secret)]))
}

#[tokio::test]
async fn dingtalk_is_signed_at_the_attempt_and_its_gateway_is_waited_out() {
    let robot = fakes::dingtalk::Robot { secret: Some("SECs3cret"), gated: 1, ..Default::default() };
    let fake = robot.start().await;
    let post = Post::start();
    let message = Message {
        mentions: vec![person("小林", ChannelKind::Dingtalk, "manager7")],
        buttons: vec![button("报名")],
        ..Message::text(HARD)
    };
    submit(&post, &ding(&fake, "SECs3cret"), message);
    let settled = post.settled(1).await;
    assert_eq!(
        (settled[0].outcome.clone(), settled[0].attempts),
        (ParcelOutcome::Accepted, 2),
        "{}",
        settled[0].note
    );
    let posts = robot.posts.lock().unwrap().clone();
    assert_eq!(posts.len(), 1);
    assert!(posts[0]["actionCard"]["text"].as_str().unwrap().starts_with("@manager7\n\n"));
    let seen = fake.seen();
    assert!(seen[0].path.starts_with("/robot/send?access_token=k&x=1&timestamp="), "{}", seen[0].path);
    assert_ne!(seen[0].path, seen[1].path, "signed again");
    assert_eq!(seen[0].body, seen[1].body);
}

#[tokio::test]
async fn dingtalk_refusals_are_said_in_words() {
    let robot =
        fakes::dingtalk::Robot { secret: Some("SECa"), keyword: Some("共读"), ..Default::default() };
    let fake = robot.start().await;
    let post = Post::start();
    post.send("g", &ding(&fake, "SECa"), &["你好"]);
    let note = post.settled(1).await[0].note.clone();
    assert!(note.starts_with("the robot's keyword filter refused this"), "{note}");
    post.send("g", &ding(&fake, "SECb"), &["共读"]);
    let note = post.settled(2).await[1].note.clone();
    assert!(note.starts_with("the signature does not match: check `secret`"), "{note}");
    assert!(robot.posts.lock().unwrap().is_empty());
}

#[tokio::test]
async fn dingtalk_locks_out_for_minutes_and_the_courier_waits_as_long() {
    let robot = fakes::dingtalk::Robot { per_minute: Some(2), ..Default::default() };
    let fake = robot.start().await;
    let post = Post::start();
    for group in ["a", "b", "c"] {
        post.send(group, &ding(&fake, "SECa"), &["hi"]);
    }
    fake.wait_for(3).await;
    post.settled(2).await;
    post.courier.stop().await;
    assert_eq!(robot.posts.lock().unwrap().len(), 2);
    let waits: Vec<_> =
        post.all().into_iter().filter(|s| matches!(s.outcome, ParcelOutcome::Deferred { .. })).collect();
    let [locked] = waits.as_slice() else { panic!("{waits:?}") };
    let ParcelOutcome::Deferred { until, .. } = locked.outcome else { unreachable!() };
    assert!(until.since(crate::delivery::courier::now()) > Duration::MINUTE.times(9));
    assert!(locked.note.contains("locked out (130101)"), "{}", locked.note);
}

fn bot(fake: &Fake, chat: &str) -> Arc<Target> {
    let settings = [("base_url", &*root(fake)), ("token", fakes::telegram::TOKEN), ("chat", chat)];
    target_of(&with(ChannelKind::Telegram, &settings))
}

#[tokio::test]
async fn telegram_takes_text_photos_and_polls_and_answers_point_back() {
    let fake = fakes::telegram::start(1).await;
    let post = Post::start();
    let target = bot(&fake, "-1001");
    let first = submit(&post, &target, Message::text(HARD));
    post.settled(1).await;
    let poll = Poll {
        question: "来不来?".into(),
        options: vec!["来".into(), "不来".into()],
        anonymous: false,
        several: false,
        closes: None,
    };
    let answer = Message {
        reply_to: Some(first.effect.clone()),
        poll: Some(poll),
        image: Some("https://x.example/p.png".into()),
        buttons: vec![button("报名")],
        ..Message::text("*好*")
    };
    submit(&post, &target, answer);
    submit(&post, &target, Message::text("字。".repeat(3_000)));
    let settled = post.settled(3).await;
    let ends: Vec<_> = settled.iter().map(|s| (s.outcome.clone(), s.attempts, s.note.as_str())).collect();
    let accepted = ParcelOutcome::Accepted;
    assert_eq!(
        ends,
        [
            (accepted.clone(), 2, "message 1"),
            (accepted.clone(), 2, "message 2\nmessage 3"),
            (accepted, 2, "message 4\nmessage 5")
        ]
    );
    let seen = fake.seen();
    let methods: Vec<&str> = seen.iter().map(|seen| seen.path.rsplit('/').next().unwrap()).collect();
    let sent = ["sendMessage", "sendMessage", "sendPhoto", "sendPoll", "sendMessage", "sendMessage"];
    assert_eq!(methods, sent);
    assert_eq!(seen[2].json()["reply_parameters"]["message_id"], 1);
    assert_eq!(seen[3].json()["reply_markup"]["inline_keyboard"][0][0]["text"], "报名");
}

#[tokio::test]
async fn telegram_refusals_are_said_in_words() {
    let fake = fakes::telegram::start(0).await;
    let post = Post::start();
    for (n, (chat, words)) in [
        ("-1", "the group became a supergroup and has a new number: write `chat: -1001` (400)"),
        ("-2", "the bot is not in the chat any more: add it again (403)"),
        ("-3", "there is no such chat, or the bot was never in it"),
    ]
    .into_iter()
    .enumerate()
    {
        post.send("g", &bot(&fake, chat), &["hi"]);
        let note = post.settled(n + 1).await[n].note.clone();
        assert!(note.starts_with(words), "{note}");
    }
}

#[tokio::test]
async fn a_token_that_a_server_repeats_is_not_told() {
    let fake = Fake::start(|seen, _| Reply::Answer {
        status: 404,
        headers: Vec::new(),
        body: format!(
            "Cannot POST {} {}",
            seen.path,
            seen.headers.get("authorization").cloned().unwrap_or_default()
        ),
    })
    .await;
    let post = Post::start();
    post.send("g", &bot(&fake, "1"), &["hi"]);
    let hs = [("url", &*root(&fake)), ("token", "syt_secret_token"), ("room", "!a:b")];
    post.send("h", &target_of(&with(ChannelKind::Matrix, &hs)), &["hi"]);
    let settled = post.settled(2).await;
    assert!(
        fake.seen()[0].path.contains(fakes::telegram::TOKEN)
            || fake.seen()[1].path.contains(fakes::telegram::TOKEN)
    );
    for settlement in settled {
        let note = settlement.note;
        assert!(note.contains("Cannot POST"), "{note}");
        assert!(!note.contains("AbC") && !note.contains("secret_token"), "{note}");
    }
}

fn room(fake: &Fake) -> Arc<Target> {
    let settings = [("url", &*root(fake)), ("token", fakes::matrix::TOKEN), ("room", fakes::matrix::ROOM)];
    target_of(&with(ChannelKind::Matrix, &settings))
}

#[tokio::test]
async fn matrix_has_one_event_although_an_answer_was_lost() {
    let (fake, events) = fakes::matrix::start(1, 1).await;
    let post = Post::start();
    let first = submit(&post, &room(&fake), Message::text(HARD));
    let settled = post.settled(1).await;
    assert_eq!(
        (settled[0].attempts, settled[0].in_doubt, settled[0].note.as_str()),
        (3, true, "event $event1")
    );
    let answer = Message {
        reply_to: Some(first.effect.clone()),
        mentions: vec![Mention::All, person("小林", ChannelKind::Matrix, "@lin:hs.example")],
        ..Message::text("好")
    };
    submit(&post, &room(&fake), answer);
    post.settled(2).await;
    let events = events.lock().unwrap().clone();
    assert_eq!(events.len(), 2);
    assert_eq!(events[1]["m.relates_to"]["m.in_reply_to"]["event_id"], "$event1");
    assert_eq!(events[1]["m.mentions"], json!({ "room": true, "user_ids": ["@lin:hs.example"] }));
}

fn group(fake: &Fake, token: &str, group: &str) -> Arc<Target> {
    let settings = [("url", &*root(fake)), ("token", token), ("group", group)];
    target_of(&with(ChannelKind::Onebot, &settings))
}

#[tokio::test]
async fn onebot_takes_segments_and_says_what_is_wrong() {
    use fakes::onebot::{GROUP, TOKEN};
    let asynchronous = json!({ "status": "async", "retcode": 1, "data": null });
    let fake = fakes::onebot::start(vec![asynchronous]).await;
    let post = Post::start();
    let message = Message {
        mentions: vec![Mention::All, person("小林", ChannelKind::Onebot, "10001")],
        image: Some("https://x.example/p.png".into()),
        ..Message::text(HARD)
    };
    let first = submit(&post, &group(&fake, TOKEN, GROUP), message);
    submit(
        &post,
        &group(&fake, TOKEN, GROUP),
        Message { reply_to: Some(first.effect), ..Message::text("a") },
    );
    let second = post.settled(2).await[1].clone();
    submit(
        &post,
        &group(&fake, TOKEN, GROUP),
        Message { reply_to: Some(second.effect), ..Message::text("b") },
    );
    let settled = post.settled(3).await;
    assert!(settled[0].note.starts_with("handed over"), "{}", settled[0].note);
    assert_eq!(settled[1].note, "message -101");
    let seen = fake.seen();
    assert_eq!(seen[1].json()["message"].as_array().unwrap().len(), 1, "an unknown message is not answered");
    assert_eq!(seen[2].json()["message"][0], json!({ "type": "reply", "data": { "id": "-101" } }));
    post.send("g", &group(&fake, "other", GROUP), &["hi"]);
    let note = post.settled(4).await[3].note.clone();
    assert!(note.starts_with("the OneBot side wants another token"), "{note}");
    post.send("g", &group(&fake, TOKEN, "1"), &["hi"]);
    let last = post.settled(5).await[4].clone();
    assert_eq!((last.outcome, last.attempts), (ParcelOutcome::Dead, 3));
    assert!(last.note.contains("群聊不存在, GROUP_NOT_FOUND"), "{}", last.note);
}

#[tokio::test]
async fn ntfy_shows_messages_and_never_files() {
    let (fake, shown) = fakes::ntfy::start(1).await;
    let topic = |token: &str| {
        let url = format!("{}/readers", root(&fake));
        target_of(&with(ChannelKind::Ntfy, &[("url", &url), ("token", token)]))
    };
    let post = Post::start();
    let message = Message { buttons: vec![button("报名")], ..Message::text(HARD) };
    submit(&post, &topic(fakes::ntfy::TOKEN), message);
    submit(&post, &topic(fakes::ntfy::TOKEN), Message::text("字。".repeat(2_000)));
    post.send("g", &topic("tk_wrong"), &["hi"]);
    let settled = post.settled(3).await;
    assert_eq!(settled[1].outcome, ParcelOutcome::Accepted, "{}", settled[1].note);
    assert_eq!(
        settled[2].note,
        "the topic is protected: set a `token` that may write to it (40301): forbidden"
    );
    let shown = shown.lock().unwrap().clone();
    assert_eq!(shown.len(), 4);
    assert!(shown.iter().all(|message| message["topic"] == "readers" && message.get("attachment").is_none()));
    let whole: String = shown[1..].iter().map(|message| message["message"].as_str().unwrap()).collect();
    assert_eq!(whole, "字。".repeat(2_000));
}
