//! `playbook connect` on every platform whose ear has a socket: a dialogue that ends with what was heard, the line to
//! write into the file and a table of what is heard; and what is said of a key that is not the right one.

use crate::{
    hearing::{ears::runtime, faults::platforms},
    help::playground::{Playground, eventually},
};

/// What is said of a wrong key, by platform.
const WRONG: [(&str, &str); 7] = [
    ("onebot", "does not take the token"),
    ("slack", "does not take `token`"),
    ("discord", "does not know this `token`"),
    ("feishu", "`app` and `secret`"),
    ("mattermost", "does not take the token"),
    ("dingtalk", "does not take `app` and `app_secret`"),
    ("wecom", "does not take `bot` and `secret`"),
];

#[test]
fn every_ear_is_connected_in_a_dialogue_that_ends_with_a_table() {
    let runtime = runtime();
    for (name, platform) in platforms(&runtime) {
        let text = format!(
            "name: club\ntimezone: UTC\nchannels:\n  group: {}\nplays: {{ hello: {{ on: hello, steps: [post: hello] }} }}\n",
            platform.channel()
        );
        let play = Playground::new().file("p.yaml", &text);
        let env = platform.env();
        let play = env.iter().fold(play, |play, (key, value)| play.env(key, value));
        let dialogue = play.start(&["connect", "group", "p.yaml"]);
        let mut number = 0;
        eventually(&format!("{name}: something is heard"), || {
            number += 1;
            platform.tells(number);
            dialogue.stdout().contains("answers ")
        });
        let said = dialogue.wait().exits(0).stdout;
        // Where a webhook speaks and a bot hears, nobody knows which post a reply answers.
        let answers = if name == "mattermost" { "answers    -" } else { "answers    ✓" };
        for words in ["the credential is taken", "say anything", "heard ", "write  ", "\nhears\n", answers] {
            assert!(said.contains(words), "{name} says no {words:?}: {said}");
        }
        let wrong = env.iter().fold(play, |play, (key, value)| {
            let key_of_another = if value.starts_with("http") { value } else { "wrong-secret-1" };
            play.env(key, key_of_another)
        });
        let refused = wrong.run(&["connect", "group", "p.yaml"]).exits(4);
        let expected = WRONG.iter().find(|(of, _)| *of == name).expect("a platform of the table").1;
        assert!(refused.stderr.contains(expected), "{name}: {}", refused.stderr);
        assert!(!format!("{refused:?}").contains("wrong-secret-1"), "{name}: {refused:?}");
    }
}
