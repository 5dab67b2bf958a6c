//! 飞书's long connection through the real binary: an app that hears and speaks, over frames that are cut, repeated and
//! refused, and with a key that ends before its time.

use crate::{
    hearing::ears::{listening, log, names, runtime, signals},
    help::{
        fakes::{
            feishu_app::{APP, CHAT, LarkApp, SECRET},
            sockets::Say,
        },
        playground::{Playground, eventually},
    },
};
use tokio::runtime::Runtime;

const PLAYS: &str = "\
plays:
  welcome:
    on: member.joined
    steps:
      - post: 欢迎 ${member.name}！
  riddle:
    on: riddle.asked
    steps:
      - { ask: 什么东西有很多键？, fields: [word], open_for: 1h, as: guessed }
  thanks:
    on: message
    where: member.messages == 2
    steps:
      - post: ${member.name} 说了两句
  bye:
    on: member.left
    steps:
      - post: 再见 ${signal.member}
";

fn club() -> (Runtime, LarkApp, Playground) {
    let runtime = runtime();
    let lark = runtime.block_on(LarkApp::start());
    let text = format!(
        "name: club\ntimezone: UTC\nchannels:\n  group: {{ type: feishu, app: {{ env: FS_APP }}, secret: {{ env: FS_SECRET }}, \
         chat: {CHAT}, base_url: \"http://127.0.0.1:{}\", rate: 1000 per 1s }}\n{PLAYS}",
        lark.fake.port
    );
    let play = Playground::new().file("p.yaml", &text).env("FS_APP", APP).env("FS_SECRET", SECRET);
    (runtime, lark, play)
}

#[test]
fn an_app_welcomes_and_hears_answers_and_leaves_whole_or_in_pieces() {
    let (_runtime, lark, play) = club();
    assert!(!play.run(&["check", "p.yaml"]).exits(0).stdout.contains("cannot hear"), "an app hears");
    let engine = listening(&play);
    let said = |words: &str| lark.id_of(words).is_some();
    lark.moves("added", "ou_ben", "小本");
    eventually("a welcome", || said("欢迎 小本"));
    let _ = play.run(&["signal", "riddle.asked"]).exits(0);
    eventually("the riddle", || said("什么东西有很多键"));
    let riddle = lark.id_of("什么东西有很多键").unwrap();
    lark.writes("om_a", "ou_ben", "钢琴", Some(&riddle), 7);
    eventually("an answer", || {
        log(&play, "answered").first().is_some_and(|line| line["value"]["word"] == "钢琴")
    });
    lark.writes("om_b", "ou_ben", "你好", None, 3);
    eventually("a count of two messages", || said("小本 说了两句"));
    lark.moves("deleted", "ou_ben", "小本");
    eventually("a farewell", || said("再见 小本"));
    eventually("all acknowledged", || lark.waiting() == 0);
    assert_eq!(lark.keys(), 1, "a key is good for several messages");
    // Pieces of which one never comes are no event; the whole one comes again.
    let pings = lark.pings();
    eventually("pings", || lark.pings() > pings);
    let _ = engine.stop().exits(0);
    let heard = signals(&play);
    assert_eq!(names(&heard), ["member.joined", "message", "answer", "message", "member.left"], "{heard:?}");
    assert!(heard.iter().all(|line| line["member"] == "feishu:ou_ben"), "{heard:?}");
    assert!(heard[1]["data"]["message"]["text"].is_null(), "who and when, never what was said");
    // What was posted is withdrawn by its id, with a new key where the old one is not taken.
    let posts = play.run(&["outbox", "p.yaml", "--all", "--format", "json"]).exits(0).json_lines();
    let welcome = posts[0]["effect"].as_str().unwrap().to_owned();
    let engine = listening(&play);
    let _ = play.run(&["signal", "riddle.asked"]).exits(0);
    eventually("another riddle", || {
        lark.sent().iter().filter(|one| one["content"].to_string().contains("很多键")).count() == 2
    });
    lark.ends_key();
    let _ = play.run(&["recall", &welcome]).exits(0);
    eventually("a deletion", || lark.deleted() == ["om_0"]);
    // One more to ask what was said while nobody listened.
    assert_eq!(lark.keys(), 4);
    let _ = engine.stop().exits(0);
}

#[test]
fn a_connection_that_breaks_or_is_refused_loses_nothing_and_counts_nothing_twice() {
    let (_runtime, lark, play) = club();
    lark.answers_next(1_000_040_350);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("other programs hold all connections");
    let _ = engine.stop().exits(0);
    let engine = listening(&play);
    lark.writes("om_a", "ou_ann", "一", None, 1);
    eventually("a message", || signals(&play).len() == 1);
    lark.sockets.say_newest(Say::Cut);
    engine.line("hears nothing");
    lark.writes("om_b", "ou_ann", "二", None, 1);
    engine.line("listens for");
    lark.repeats();
    lark.repeats();
    eventually("what came meanwhile", || signals(&play).len() == 2);
    eventually("each time acknowledged", || lark.acknowledged() >= 3 && lark.waiting() == 0);
    // One that is open and leads nowhere is left.
    lark.is_deaf(true);
    engine.line("nothing was said for");
    lark.is_deaf(false);
    engine.line("listens for");
    let _ = engine.stop().exits(0);
    assert_eq!(signals(&play).len(), 2);
    // What was said while nobody listened stands in the chat, page by page; what was heard before counts once.
    lark.remembers("om_b", "ou_ann", "二");
    lark.remembers("om_d", "ou_ann", "三");
    let engine = listening(&play);
    eventually("what was said meanwhile", || signals(&play).len() == 3);
    let _ = engine.stop().exits(0);
    assert_eq!(signals(&play)[2]["member"], "feishu:ou_ann");
    let heard = play.start(&["connect", "group", "p.yaml"]);
    heard.line("the credential is taken");
    eventually("a socket", || lark.sockets.live().len() == 1);
    lark.writes("om_c", "ou_ben", "嗨", None, 2);
    let heard = heard.wait().exits(0).stdout;
    assert!(heard.contains(&format!("heard 「嗨」 in {CHAT} from ou_ben")), "{heard}");
    let wrong = play.env("FS_SECRET", "another-secret");
    let refused = wrong.run(&["connect", "group", "p.yaml"]).exits(4);
    assert!(refused.stderr.contains("`app` and `secret`"), "{}", refused.stderr);
    let sent = wrong.run(&["send", "group", "hi", "--file", "p.yaml"]).exits(4);
    assert!(sent.stdout.contains("App Secret") && !sent.stdout.contains("another-secret"), "{}", sent.stdout);
}
