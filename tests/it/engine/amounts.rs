//! How much there may be: the budgets of the group and of a channel of its own, starts of a condition, who is let off.

use crate::help::story::Story;
use playbook::{
    base::value::Value,
    engine::{effect::Effect, outgoing::Outgoing},
};

/// What went out to a channel, in order.
fn sent(story: &Story, channel: &str) -> Vec<Outgoing> {
    let sent = story.entries.iter().filter_map(|entry| match entry.effect() {
        Some(Effect::Send(out)) if out.channel.as_str() == channel => Some(out.clone()),
        _ => None,
    });
    sent.collect()
}

/// What an hour came to in which two advertisements that mention everybody were posted: how many went out, how many of
/// those mention somebody, and how many are held still.
fn hour(channel: &str, budgets: &str) -> (usize, usize, usize) {
    let yaml = format!(
        "people: {{ zhu: {{}} }}\nroles: {{ host: {{ people: [zhu], channel: staff }} }}\n\
         channels: {{ group: {{ type: console }}, news: {{ type: console }}, staff: {{ type: console }} }}\n{budgets}\
         plays:\n  a:\n    steps:\n      - {{ post: 一, to: {channel}, label: promo, mention: all }}\n      \
         - {{ post: 二, to: {channel}, label: promo, mention: all }}\n"
    );
    let mut story = Story::new("2026-12-01 10:00", &yaml);
    story.start("a");
    story.until("2026-12-01 11:00");
    let out = sent(&story, channel);
    let mentions = out.iter().filter(|out| !out.message.mentions.is_empty()).count();
    (out.len(), mentions, story.state.held.len())
}

#[test]
fn each_amount_holds_for_the_group_and_for_a_channel_of_its_own() {
    for channel in ["group", "news"] {
        let with = |amounts: &str| {
            let budgets = match channel {
                "group" => format!("budgets: {{ {amounts} }}\n"),
                _ => format!("budgets: {{ channels: {{ news: {{ {amounts} }} }} }}\n"),
            };
            hour(channel, &budgets)
        };
        assert_eq!(hour(channel, ""), (2, 2, 0), "{channel}: nothing is bounded");
        assert_eq!(with("posts: { max: 1 per day }"), (1, 1, 1), "{channel}");
        assert_eq!(with("posts: { gap: 2h }"), (1, 1, 1), "{channel}");
        assert_eq!(with("mentions: { max: 1 per day }"), (2, 1, 0), "{channel}");
        assert_eq!(with("labels: { promo: 1 per day }"), (1, 1, 1), "{channel}");
        assert_eq!(with("promo: { when: members.count >= 30 }").0, 0, "{channel}");
        assert_eq!(with("promo: { not_before: 14d }").0, 0, "{channel}");
        assert_eq!(with("quiet: 09:00-12:00").0, 0, "{channel}");
        assert_eq!(with("posts: { max: 1 per day }, hold: { promo: 30m }"), (1, 1, 0), "{channel}");
    }
}

#[test]
fn a_condition_starts_no_oftener_than_its_max() {
    let starts = |max: &str| {
        let yaml = format!(
            "plays: {{ crowd: {{ whenever: members.count >= 2, {max} steps: [{{ post: 两个人了 }}] }} }}\n"
        );
        let mut story = Story::new("2026-12-01 08:00", &yaml);
        story.join("a", "甲");
        for day in ["2026-12-02", "2026-12-04", "2026-12-30"] {
            story.until(&format!("{day} 08:00"));
            story.join("b", "乙");
            story.signal("member.left", Some("b"), Value::Null);
        }
        sent(&story, "group").len()
    };
    assert_eq!((starts(""), starts("max: 1 per 14d,")), (3, 2));
}
