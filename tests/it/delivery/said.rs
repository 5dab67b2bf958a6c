//! What others said stays text on every platform, whatever way it takes through a playbook; what the operator wrote
//! keeps its marks.

use crate::{
    delivery::dialects::{injected, kinds, requests},
    help::story::Story,
};
use playbook::{base::value::Value, model::message::Message};

const SAID: [&str; 3] = ["*x* [a](https://evil.example)", "<!channel> _y_", "# z\n**all** <@1>"];

const WAYS: &str = "
vars: { last: none, copy: none }
plays:
  set:
    on: say
    steps:
      - set: { last: signal.data.text }
      - set: { copy: vars.last.to_upper() }
      - post: ${vars.last}
      - post: ${vars.copy}
      - start: started
        with: { who: '${signal.data.text}', fixed: '${group.title}' }
      - each: '[signal.data.text]'
        as: item
        steps:
          - post: ${item}
          - post: ${item.sub_string(0).to_upper()}
      - each: signals.map(|s| s.data.text + \"!\")
        as: again
        steps: [{ post: '${again}' }]
      - run: echo.rhai
        with: { text: '${signal.data.text}' }
        as: back
      - post: ${back}
      - run: keep.rhai
        as: kept
      - post: ${kept.text}
      - task: ${signal.data.text}
        as: job
  started:
    steps:
      - post: ${args.who}
      - post: ${args[\"who\"].to_lower()}
      - post: ${args.who + args.fixed}
";

fn say(yaml: &str, text: &str) -> Story {
    let scripts = [
        ("echo.rhai", "fn main(args) { args.text }"),
        ("keep.rhai", "fn main(args) { #{ text: signal.data.text } }"),
    ];
    let mut story = Story::with_files("2026-12-01 08:00", yaml, &scripts);
    story.signal("say", None, Value::map([("text", Value::str(text))]));
    story
}

#[test]
fn words_from_outside_are_text_on_every_platform_whatever_way_they_take() {
    for text in SAID {
        let posts = say(WAYS, text).posts();
        assert_eq!(posts.len(), 10, "{posts:?}");
        for post in &posts {
            for (kind, _) in kinds() {
                for request in requests(kind, &Message::text(post.as_str())).unwrap() {
                    let found = injected(kind, &request);
                    assert_eq!(found, None, "{kind}: {post:?} in {}", request.body);
                }
            }
        }
    }
}

#[test]
fn what_the_operator_owns_keeps_its_marks() {
    let yaml = "
vars: { motto: '**read**', list: ['*a*', '*b*'], season: one }
plays:
  own:
    on: say
    args: { title: '**default**' }
    steps:
      - set: { season: vars.motto }
      - post: ${vars.motto}
      - post: ${vars.season}
      - post: ${args.title}
      - each: vars.list
        as: item
        steps: [{ post: '${item}' }]
      - run: riddle.rhai
        with: { text: '${vars.motto}' }
        as: riddle
      - post: ${riddle}
      - post: ${raw(signal.data.text)}
      - post: ${plain(signal.data.text)}
      - start: other
        with: { title: '${vars.motto}', said: '${signal.data.text}' }
  other:
    steps: [{ post: '${args.title}' }, { post: '${args.said}' }]
";
    let scripts = [("riddle.rhai", "fn main(args) { args.text.to_upper() }")];
    let mut story = Story::with_files("2026-12-01 08:00", yaml, &scripts);
    story.signal("say", None, Value::map([("text", Value::str("*x*"))]));
    let plain = r"\*x\*";
    let expected =
        ["**read**", "**read**", "**default**", "*a*", "*b*", "**READ**", "*x*", plain, "**read**", plain];
    assert_eq!(story.posts(), expected);
}
