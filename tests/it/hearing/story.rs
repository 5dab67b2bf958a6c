//! One story on each platform that hears, over real sockets through the real binary: two join and are welcomed together,
//! a riddle is answered by a reply, a poll by a vote, a message breaks a rule, whoever was silent for long is warned, has
//! a grace and is let go, and one leaves. What a platform does not tell is left out of its story, and only that.

use crate::{
    hearing::ears::{log, runtime, signals},
    help::{
        fakes::{
            Fake,
            discord_gateway::{self, Gateway},
            feishu_app::{self, LarkApp},
            long_connection::{DINGTALK, LongConnection, MATTERMOST, WECOM},
            matrix_sync::{self, Homeserver},
            onebot_socket::{self, OnebotSocket},
            slack_socket::{self, Workspace},
            telegram_updates::{self, Bot},
        },
        playground::{Playground, eventually},
    },
};
use serde_json::{Value, json};
use std::cell::Cell;

const PLAYS: &str = "\
people: { lin: { name: Lin } }
roles: { host: { people: [lin] } }
plays:
  welcome:
    on: member.joined
    batch: 2s
    steps:
      - post: 'Welcome, all ${signals.len()} of you!'
  riddle:
    on: riddle.asked
    steps:
      - { ask: What has keys?, fields: [word], open_for: 1h, as: guessed }
  vote:
    on: vote.asked
    steps:
      - { ask: \"Which book?\", options: [Emma, Ulysses], open_for: 1h, as: book }
  tidy:
    on: tidy
    steps:
      - prune: member.idle > days(45)
        notice: Say a word to stay.
        grace: 1s
        to: host
  bye:
    on: member.left
    steps:
      - post: 'Farewell ${signal.member}'
";

/// Rules need words to read.
const RULES: &str = "\
moderate:
  watch: no
  judge: host
  ads: { words: [free money], say: No ads here., do: [remind] }
";

/// A platform in the story: what happens there, and what it is asked for.
trait Stage {
    /// The channel as it stands in the file.
    fn channel(&self) -> String;
    /// What is in the environment.
    fn env(&self) -> Vec<(&'static str, String)>;
    /// The platform's name, and its ids of Ben, Eve and Old Tom.
    fn ids(&self) -> (&'static str, [&'static str; 3]);
    /// Whether joins and leaves are told, and what anybody writes.
    fn tells(&self) -> (bool, bool) {
        (true, true)
    }
    /// What the platform says first, where it has to say something.
    fn greets(&self) {}
    fn joins(&self, who: &str);
    fn leaves(&self, who: &str);
    /// Somebody writes; in reply to what was sent with these words.
    fn says(&self, who: &str, text: &str, to: Option<&str>);
    /// Somebody votes for the second option, by the means of the platform.
    fn votes(&self, who: &str) {
        self.says(who, "2", Some("Which book?"));
    }
    /// Whether something with these words was sent.
    fn said(&self, words: &str) -> bool;
    /// Whom the platform was asked to remove; none where it removes nobody.
    fn removed(&self) -> Option<Vec<String>>;
}

/// Plays the story.
fn plays(stage: &dyn Stage) {
    let (joins, talks) = stage.tells();
    let hear = if talks { ", hear: all" } else { "" };
    let channel = stage.channel();
    let rules = if talks { RULES } else { "" };
    let text = format!(
        "name: club\ntimezone: UTC\nlocale: en\nchannels:\n  group: {{ {channel}{hear}, rate: 1000 per 1s }}\n{rules}{PLAYS}"
    );
    let play = stage
        .env()
        .into_iter()
        .fold(Playground::new().file("p.yaml", &text), |play, (name, value)| play.env(name, &value));
    let (platform, [ben, eve, tom]) = stage.ids();
    let engine = play.start(&["run", "p.yaml"]);
    stage.greets();
    engine.line("listens for");
    eventually("a running engine", || engine.stdout().contains("running; stop"));
    let signal = |name: &str| drop(play.run(&["signal", name]).exits(0));
    let tasks = || play.run(&["tasks", "p.yaml", "--format", "json"]).exits(0).json_lines();
    if joins {
        stage.joins(ben);
        stage.joins(eve);
        eventually("one welcome for both", || stage.said("Welcome, all 2 of you!"));
    }
    signal("riddle.asked");
    eventually("the riddle", || stage.said("What has keys?"));
    stage.says(ben, "A piano", Some("What has keys?"));
    let answered = |value: &Value| log(&play, "answered").iter().any(|line| line["value"] == *value);
    eventually("an answer", || answered(&json!({ "word": "A piano" })));
    // Where only the robot is heard, the question that is open is the one that is answered.
    let riddle = tasks().into_iter().find(|task| task["kind"] == "question").unwrap();
    let run = riddle["run"].as_str().unwrap().to_owned();
    let _ = play.run(&["cancel", &run]).exits(0);
    signal("vote.asked");
    eventually("the poll", || stage.said("Which book?"));
    stage.votes(eve);
    eventually("a vote", || answered(&json!("Ulysses")));
    if talks {
        stage.says(eve, "free money for all", None);
        eventually("a word about the rule", || stage.said("No ads here."));
    }
    // Somebody who has not said a word for years.
    let list = format!("id,name,joined,seen\n{platform}:{tom},Old Tom,2020-01-01,2020-02-01\n");
    play.write("members.csv", &list);
    let _ = play.run(&["members", "import", "members.csv"]).exits(0);
    signal("tidy");
    eventually("a warning", || stage.said("Say a word to stay."));
    let approval = || tasks().into_iter().find(|task| task["kind"] == "approval");
    eventually("a question after the grace", || approval().is_some());
    let removed = stage.removed();
    assert!(removed.is_none_or(|removed| removed.is_empty()), "nobody goes without a person's yes");
    let task = approval().unwrap()["task"].as_str().unwrap().to_owned();
    let _ = play.run(&["approve", &task, "--by", "lin"]).exits(0);
    if stage.removed().is_some() {
        eventually("a removal", || stage.removed() == Some(vec![tom.to_owned()]));
    } else {
        let by_hand = || tasks().into_iter().find(|task| task["kind"] == "removal");
        eventually("somebody is asked to", || by_hand().is_some());
        let task = by_hand().unwrap()["task"].as_str().unwrap().to_owned();
        let _ = play.run(&["done", &task]).exits(0);
    }
    let members = || play.run(&["members", "p.yaml", "--format", "json"]).exits(0).stdout;
    eventually("one fewer", || !members().contains("Old Tom"));
    if joins {
        stage.leaves(ben);
        eventually("a farewell", || stage.said("Farewell "));
    }
    let _ = engine.stop().exits(0);
    let own = format!("{platform}:");
    for one in signals(&play) {
        assert!(one["member"].as_str().is_some_and(|member| member.starts_with(&own)), "{one}");
    }
    assert!(log(&play, "run_failed").is_empty() && log(&play, "step_failed").is_empty());
}

/// The port at which something local listens.
fn here(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

struct OnTelegram(Bot, Fake);

impl Stage for OnTelegram {
    fn channel(&self) -> String {
        let (chat, base) = (telegram_updates::CHAT, here(self.1.port));
        format!("type: telegram, token: {{ env: TOKEN }}, chat: \"{chat}\", base_url: \"{base}\"")
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        vec![("TOKEN", telegram_updates::TOKEN.into())]
    }

    fn ids(&self) -> (&'static str, [&'static str; 3]) {
        ("telegram", ["42", "43", "44"])
    }

    fn joins(&self, who: &str) {
        self.service(who, "new_chat_members", &json!([person(who)]));
    }

    fn leaves(&self, who: &str) {
        self.service(who, "left_chat_member", &person(who));
    }

    fn says(&self, who: &str, text: &str, to: Option<&str>) {
        let mut message = json!({
            "message_id": 900 + self.0.polls().len(), "date": 1_800_000_000, "from": person(who), "text": text,
            "chat": { "id": telegram_updates::CHAT, "type": "supergroup" },
        });
        if let Some(words) = to {
            let at = self.0.sent().iter().position(|sent| sent.to_string().contains(words)).unwrap();
            message["reply_to_message"] =
                json!({ "message_id": at + 1, "from": { "id": 1, "is_bot": true } });
        }
        self.0.happens(json!({ "message": message }));
    }

    fn votes(&self, who: &str) {
        let at = self.0.sent().iter().position(|sent| sent["question"].is_string()).unwrap();
        let poll = format!("77{}", at + 1);
        self.0.happens(json!({ "poll_answer": { "poll_id": poll, "user": person(who), "option_ids": [1] } }));
    }

    fn said(&self, words: &str) -> bool {
        self.0.sent().iter().any(|sent| sent.to_string().contains(words))
    }

    fn removed(&self) -> Option<Vec<String>> {
        Some(self.0.done("banChatMember").iter().map(|body| body["user_id"].to_string()).collect())
    }
}

fn person(id: &str) -> Value {
    json!({ "id": id.parse::<i64>().unwrap(), "is_bot": false, "first_name": format!("N{id}") })
}

impl OnTelegram {
    fn service(&self, who: &str, key: &str, what: &Value) {
        let chat = json!({ "id": telegram_updates::CHAT });
        let mut message =
            json!({ "message_id": 10, "date": 1_800_000_000, "chat": chat, "from": person(who) });
        message[key] = what.clone();
        self.0.happens(json!({ "message": message }));
    }
}

#[test]
fn on_telegram() {
    let runtime = runtime();
    let (bot, fake) = runtime.block_on(Bot::start());
    plays(&OnTelegram(bot, fake));
}

struct OnQq(OnebotSocket, Cell<i64>);

impl OnQq {
    fn notice(&self, kind: &str, sub: &str, who: &str) {
        let user: i64 = who.parse().unwrap();
        self.0.happens(json!({
            "post_type": "notice", "notice_type": kind, "sub_type": sub, "user_id": user, "operator_id": user,
        }));
    }
}

impl Stage for OnQq {
    fn channel(&self) -> String {
        let (port, group) = (self.0.port, onebot_socket::GROUP);
        format!("type: onebot, url: \"ws://127.0.0.1:{port}\", token: {{ env: TOKEN }}, group: \"{group}\"")
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        vec![("TOKEN", onebot_socket::TOKEN.into())]
    }

    fn ids(&self) -> (&'static str, [&'static str; 3]) {
        ("onebot", ["42", "43", "44"])
    }

    fn joins(&self, who: &str) {
        self.notice("group_increase", "approve", who);
    }

    fn leaves(&self, who: &str) {
        self.notice("group_decrease", "leave", who);
    }

    fn says(&self, who: &str, text: &str, to: Option<&str>) {
        self.1.set(self.1.get() + 1);
        let reply = to.map(|words| {
            let at = self.0.sent().iter().position(|sent| sent.to_string().contains(words)).unwrap();
            json!({ "type": "reply", "data": { "id": (at + 1).to_string() } })
        });
        let all: Vec<Value> =
            reply.into_iter().chain([json!({ "type": "text", "data": { "text": text } })]).collect();
        self.0.writes(900 + self.1.get(), who.parse().unwrap(), "n", &json!(all));
    }

    fn said(&self, words: &str) -> bool {
        // Some of it is told to one member alone.
        let alone = self.0.done("send_private_msg");
        self.0.sent().iter().chain(&alone).any(|sent| sent.to_string().contains(words))
    }

    fn removed(&self) -> Option<Vec<String>> {
        Some(self.0.done("set_group_kick").iter().map(|params| params["user_id"].to_string()).collect())
    }
}

#[test]
fn on_qq() {
    let runtime = runtime();
    plays(&OnQq(runtime.block_on(OnebotSocket::start()), Cell::new(0)));
}

struct OnSlack(Workspace, Cell<u32>);

impl Stage for OnSlack {
    fn channel(&self) -> String {
        let base = format!("{}/api", here(self.0.fake.port));
        let chat = slack_socket::CHAT;
        format!(
            "type: slack, app: {{ env: APP }}, token: {{ env: TOKEN }}, chat: {chat}, base_url: \"{base}\""
        )
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        vec![("APP", slack_socket::APP.into()), ("TOKEN", slack_socket::BOT.into())]
    }

    fn ids(&self) -> (&'static str, [&'static str; 3]) {
        ("slack", ["U0BEN0001", "U0EVE0001", "U0TOM0001"])
    }

    fn joins(&self, who: &str) {
        let chat = slack_socket::CHAT;
        self.0.happens(&json!({ "type": "member_joined_channel", "user": who, "channel": chat }));
    }

    fn leaves(&self, who: &str) {
        let chat = slack_socket::CHAT;
        self.0.happens(&json!({ "type": "member_left_channel", "user": who, "channel": chat }));
    }

    fn says(&self, who: &str, text: &str, to: Option<&str>) {
        self.1.set(self.1.get() + 1);
        let thread = to.map(|words| self.0.ts_of(words).unwrap());
        self.0.writes(&format!("18000009{:02}.000100", self.1.get()), who, text, thread.as_deref());
    }

    /// By a button; the press is acknowledged, and whoever pressed is shown what.
    fn votes(&self, who: &str) {
        let post = self
            .0
            .posts()
            .into_iter()
            .rev()
            .find(|(_, body)| body["text"].to_string().contains("Which book?"));
        let blocks = post.unwrap().1["blocks"].clone();
        let buttons = blocks.as_array().unwrap().iter().find(|block| block["type"] == "actions").unwrap();
        let button = &buttons["elements"][1];
        assert_eq!((&button["text"]["text"], button["url"].is_null()), (&json!("Ulysses"), true));
        self.0.presses(who, &self.0.ts_of("Which book?").unwrap(), button);
        eventually("a word to whoever pressed", || {
            self.0.done("response_url").iter().any(|body| body["text"] == "✓ Ulysses")
        });
        eventually("an acknowledgement", || self.0.waiting() == 0);
    }

    fn said(&self, words: &str) -> bool {
        self.0.ts_of(words).is_some()
    }

    fn removed(&self) -> Option<Vec<String>> {
        let kicked = self.0.done("conversations.kick");
        Some(kicked.iter().filter_map(|body| body["user"].as_str()).map(str::to_owned).collect())
    }
}

#[test]
fn on_slack() {
    let runtime = runtime();
    plays(&OnSlack(runtime.block_on(Workspace::start()), Cell::new(10)));
}

struct OnDiscord(Gateway, Cell<u64>);

const USERS: [&str; 3] = ["80351110224678912", "80351110224678913", "80351110224678914"];

impl Stage for OnDiscord {
    fn channel(&self) -> String {
        let (chat, base) = (discord_gateway::CHAT, here(self.0.fake.port));
        format!(
            "type: discord, token: {{ env: TOKEN }}, chat: \"{chat}\", guild: \"1000\", base_url: \"{base}\""
        )
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        vec![("TOKEN", discord_gateway::TOKEN.into())]
    }

    fn ids(&self) -> (&'static str, [&'static str; 3]) {
        ("discord", USERS)
    }

    fn joins(&self, who: &str) {
        let user = json!({ "id": who, "username": "x", "global_name": "X" });
        let joined = json!({ "user": user, "joined_at": "2027-01-15T08:00:00Z" });
        self.0.happens("GUILD_MEMBER_ADD", &joined);
    }

    fn leaves(&self, who: &str) {
        self.0.happens("GUILD_MEMBER_REMOVE", &json!({ "user": { "id": who, "username": "x" } }));
    }

    fn says(&self, who: &str, text: &str, to: Option<&str>) {
        self.1.set(self.1.get() + 1);
        self.0.writes(self.1.get(), who, text, to.map(|words| self.0.id_of(words).unwrap()).as_deref());
    }

    fn votes(&self, who: &str) {
        let poll = self.0.id_of("Which book?").unwrap();
        let vote = json!({
            "user_id": who, "channel_id": discord_gateway::CHAT, "message_id": poll, "answer_id": 2,
        });
        self.0.happens("MESSAGE_POLL_VOTE_ADD", &vote);
    }

    fn said(&self, words: &str) -> bool {
        self.0.id_of(words).is_some()
    }

    fn removed(&self) -> Option<Vec<String>> {
        Some(self.0.done("DELETE"))
    }
}

#[test]
fn on_discord() {
    let runtime = runtime();
    plays(&OnDiscord(runtime.block_on(Gateway::start()), Cell::new(600)));
}

struct OnMatrix(Homeserver, Fake);

impl OnMatrix {
    fn moves(&self, who: &str, membership: &str, before: &str) {
        let more = json!({ "state_key": who, "unsigned": { "prev_content": { "membership": before } } });
        let content = json!({ "membership": membership, "displayname": "N" });
        self.0.happens("m.room.member", who, &content, &more);
    }
}

impl Stage for OnMatrix {
    fn channel(&self) -> String {
        let (url, room) = (here(self.1.port), matrix_sync::ROOM);
        format!("type: matrix, url: \"{url}\", token: {{ env: TOKEN }}, room: \"{room}\"")
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        vec![("TOKEN", matrix_sync::TOKEN.into())]
    }

    fn ids(&self) -> (&'static str, [&'static str; 3]) {
        ("matrix", ["@ben:hs", "@eve:hs", "@tom:hs"])
    }

    fn joins(&self, who: &str) {
        eventually("a question from a place", || self.0.since().iter().any(Option::is_some));
        self.moves(who, "join", "leave");
    }

    fn leaves(&self, who: &str) {
        self.moves(who, "leave", "join");
    }

    fn says(&self, who: &str, text: &str, to: Option<&str>) {
        let mut content = json!({ "msgtype": "m.text", "body": text });
        if let Some(words) = to {
            content["m.relates_to"] =
                json!({ "m.in_reply_to": { "event_id": self.0.event_of(words).unwrap() } });
        }
        self.0.happens("m.room.message", who, &content, &json!({}));
    }

    /// By a poll; of two votes the newer one counts.
    fn votes(&self, who: &str) {
        let poll = self.0.event_of("Which book?").unwrap();
        for option in ["Emma", "Ulysses"] {
            let content = json!({
                "m.relates_to": { "rel_type": "m.reference", "event_id": poll },
                "org.matrix.msc3381.poll.response": { "answers": [option] },
            });
            self.0.happens("org.matrix.msc3381.poll.response", who, &content, &json!({}));
        }
    }

    fn said(&self, words: &str) -> bool {
        self.0.event_of(words).is_some()
    }

    fn removed(&self) -> Option<Vec<String>> {
        let kicked = self.0.done("kick");
        Some(kicked.iter().filter_map(|body| body["user_id"].as_str()).map(str::to_owned).collect())
    }
}

#[test]
fn on_matrix() {
    let runtime = runtime();
    let (server, fake) = runtime.block_on(Homeserver::start());
    plays(&OnMatrix(server, fake));
}

struct OnFeishu(LarkApp, Cell<u32>);

impl Stage for OnFeishu {
    fn channel(&self) -> String {
        let (chat, base) = (feishu_app::CHAT, here(self.0.fake.port));
        format!(
            "type: feishu, app: {{ env: APP }}, secret: {{ env: SECRET }}, chat: {chat}, base_url: \"{base}\""
        )
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        vec![("APP", feishu_app::APP.into()), ("SECRET", feishu_app::SECRET.into())]
    }

    fn ids(&self) -> (&'static str, [&'static str; 3]) {
        ("feishu", ["ou_ben", "ou_eve", "ou_tom"])
    }

    fn joins(&self, who: &str) {
        self.0.moves("added", who, "N");
    }

    fn leaves(&self, who: &str) {
        self.0.moves("withdrawn", who, "N");
    }

    fn says(&self, who: &str, text: &str, to: Option<&str>) {
        self.1.set(self.1.get() + 1);
        let parent = to.map(|words| self.0.id_of(words).unwrap());
        self.0.writes(&format!("om_x{}", self.1.get()), who, text, parent.as_deref(), 3);
    }

    /// By a button of the card; whoever pressed is shown what for a moment.
    fn votes(&self, who: &str) {
        let asked = self.0.sent().into_iter().rev().find(|sent| sent.to_string().contains("Which book?"));
        let card: Value = serde_json::from_str(asked.unwrap()["content"].as_str().unwrap()).unwrap();
        let elements = card["body"]["elements"].as_array().unwrap();
        let buttons: Vec<&Value> = elements.iter().filter(|one| one["tag"] == "button").collect();
        let does = &buttons[1]["behaviors"][0];
        assert_eq!((&does["type"], &buttons[1]["text"]["content"]), (&json!("callback"), &json!("Ulysses")));
        self.0.presses(who, &self.0.id_of("Which book?").unwrap(), does["value"]["option"].as_str().unwrap());
        eventually("a word to whoever pressed", || {
            self.0.shown().iter().any(|shown| shown["toast"]["content"] == "✓ Ulysses")
        });
    }

    fn said(&self, words: &str) -> bool {
        self.0.id_of(words).is_some()
    }

    fn removed(&self) -> Option<Vec<String>> {
        None
    }
}

#[test]
fn on_feishu() {
    let runtime = runtime();
    plays(&OnFeishu(runtime.block_on(LarkApp::start()), Cell::new(0)));
}

/// A platform of which the fake keeps what was asked of it, with what is different between them.
struct OnLong {
    fake: LongConnection,
    number: Cell<u64>,
}

impl OnLong {
    fn next(&self) -> u64 {
        self.number.set(self.number.get() + 1);
        self.number.get()
    }

    /// The number of the request with these words.
    fn nth(&self, words: &str) -> Option<usize> {
        self.fake.asked().iter().position(|asked| asked.contains(words))
    }
}

struct OnMattermost(OnLong);

impl OnMattermost {
    fn happens(&self, name: &str, data: &Value) {
        let event = json!({
            "event": name, "seq": self.0.next(), "data": data, "broadcast": { "channel_id": "c1", "user_id": "" },
        });
        self.0.fake.happens(&event);
    }
}

impl Stage for OnMattermost {
    fn channel(&self) -> String {
        let base = here(self.0.fake.port);
        format!("type: mattermost, base_url: \"{base}\", token: {{ env: TOKEN }}, chat: c1")
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        vec![("TOKEN", "mm-token".into())]
    }

    fn ids(&self) -> (&'static str, [&'static str; 3]) {
        ("mattermost", ["u1", "u2", "u3"])
    }

    fn joins(&self, who: &str) {
        self.happens("user_added", &json!({ "user_id": who, "team_id": "t" }));
    }

    fn leaves(&self, who: &str) {
        self.happens("user_removed", &json!({ "user_id": who, "remover_id": who }));
    }

    fn says(&self, who: &str, text: &str, to: Option<&str>) {
        let root = to.map(|words| format!("post{}", self.0.nth(words).unwrap())).unwrap_or_default();
        let post = json!({
            "id": format!("p{}", self.0.next()), "create_at": 1_800_000_000_000_i64, "user_id": who, "channel_id": "c1",
            "message": text, "root_id": root, "type": "", "props": {},
        });
        self.happens("posted", &json!({ "post": post.to_string(), "sender_name": "@n" }));
    }

    /// By a reaction with a number: one that is changed and one that is taken back.
    fn votes(&self, who: &str) {
        let post = format!("post{}", self.0.nth("Which book?").unwrap());
        for (name, emoji) in
            [("reaction_added", "one"), ("reaction_added", "two"), ("reaction_removed", "one")]
        {
            let put = json!({
                "user_id": who, "post_id": post, "emoji_name": emoji, "create_at": 1_800_000_000_000_i64,
            });
            self.happens(name, &json!({ "reaction": put.to_string() }));
        }
    }

    fn said(&self, words: &str) -> bool {
        self.0.nth(words).is_some()
    }

    fn removed(&self) -> Option<Vec<String>> {
        let path = "DELETE /api/v4/channels/c1/members/";
        let asked = self.0.fake.asked();
        let gone = asked.iter().filter_map(|asked| asked.strip_prefix(path)?.split(' ').next());
        Some(gone.map(str::to_owned).collect())
    }
}

#[test]
fn on_mattermost() {
    let runtime = runtime();
    let fake = runtime.block_on(LongConnection::start(&MATTERMOST));
    plays(&OnMattermost(OnLong { fake, number: Cell::new(0) }));
}

struct OnDingtalk(OnLong);

impl OnDingtalk {
    fn event(&self, kind: &str, who: &str) {
        let id = format!("e{}", self.0.next());
        let headers = json!({ "topic": "*", "messageId": id, "eventType": kind, "eventId": id });
        let data = json!({ "openConversationId": "cid1", "userId": [who], "operator": who }).to_string();
        self.0.fake.happens(&json!({ "type": "EVENT", "headers": headers, "data": data }));
    }
}

impl Stage for OnDingtalk {
    fn channel(&self) -> String {
        let base = here(self.0.fake.port);
        format!(
            "type: dingtalk, url: {{ env: URL }}, app: dingx, app_secret: {{ env: SECRET }}, chat: cid1, base_url: \"{base}\""
        )
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        let url = format!("{}/robot/send?access_token=x", here(self.0.fake.port));
        vec![("URL", url), ("SECRET", "ding-secret".into())]
    }

    fn ids(&self) -> (&'static str, [&'static str; 3]) {
        ("dingtalk", ["u1", "u2", "u3"])
    }

    fn greets(&self) {
        let headers = json!({ "topic": "ping", "messageId": "m0", "contentType": "application/json" });
        let ping = json!({ "type": "SYSTEM", "headers": headers, "data": "{\"opaque\":\"x\"}" });
        eventually("a ping is answered", || {
            self.0.fake.happens(&ping);
            !self.0.fake.said().is_empty()
        });
    }

    /// What is said to the robot, and nothing else.
    fn tells(&self) -> (bool, bool) {
        (true, false)
    }

    fn joins(&self, who: &str) {
        self.event("chat_add_member", who);
    }

    fn leaves(&self, who: &str) {
        self.event("chat_quit", who);
    }

    fn says(&self, who: &str, text: &str, _to: Option<&str>) {
        let id = format!("m{}", self.0.next());
        let data = json!({
            "conversationType": "2", "conversationId": "cid1", "msgId": id, "senderStaffId": who, "senderNick": "n",
            "msgtype": "text", "text": { "content": format!(" {text} ") },
        });
        let headers = json!({ "topic": "/v1.0/im/bot/messages/get", "messageId": id });
        self.0.fake.happens(&json!({ "type": "CALLBACK", "headers": headers, "data": data.to_string() }));
    }

    fn said(&self, words: &str) -> bool {
        self.0.nth(words).is_some()
    }

    fn removed(&self) -> Option<Vec<String>> {
        None
    }
}

#[test]
fn on_dingtalk() {
    let runtime = runtime();
    let fake = runtime.block_on(LongConnection::start(&DINGTALK));
    plays(&OnDingtalk(OnLong { fake, number: Cell::new(0) }));
}

struct OnWecom(OnLong);

impl Stage for OnWecom {
    fn channel(&self) -> String {
        let base = here(self.0.fake.port);
        format!(
            "type: wecom, url: {{ env: URL }}, bot: aib1, secret: {{ env: SECRET }}, chat: wrX, base_url: \"{base}\""
        )
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        let url = format!("{}/cgi-bin/webhook/send?key=x", here(self.0.fake.port));
        vec![("URL", url), ("SECRET", "bot-secret".into())]
    }

    fn ids(&self) -> (&'static str, [&'static str; 3]) {
        ("wecom", ["ben", "eve", "tom"])
    }

    /// What is said to the bot, and nothing else.
    fn tells(&self) -> (bool, bool) {
        (false, false)
    }

    fn joins(&self, _who: &str) {}

    fn leaves(&self, _who: &str) {}

    fn says(&self, who: &str, text: &str, _to: Option<&str>) {
        let id = format!("m{}", self.0.next());
        let body = json!({
            "msgid": id, "chatid": "wrX", "chattype": "group", "from": { "userid": who }, "msgtype": "text",
            "text": { "content": format!("@机器人 {text}") },
        });
        let frame = json!({ "cmd": "aibot_msg_callback", "headers": { "req_id": id }, "body": body });
        self.0.fake.happens(&frame);
    }

    fn said(&self, words: &str) -> bool {
        self.0.nth(words).is_some()
    }

    fn removed(&self) -> Option<Vec<String>> {
        None
    }
}

#[test]
fn on_wecom() {
    let runtime = runtime();
    let fake = runtime.block_on(LongConnection::start(&WECOM));
    plays(&OnWecom(OnLong { fake, number: Cell::new(0) }));
}
