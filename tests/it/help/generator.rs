//! Random valid playbooks: every trigger, every step, budgets, phases, members, channels.
//!
//! From a seed, so that a playbook that shows a fault can be made again. One that does not compile is a mistake of
//! the generator and fails the test.

use playbook::base::seed::Seed;
use std::fmt::Write as _;

/// The text of a playbook, and of the script that it runs.
pub(crate) struct Generated {
    pub(crate) text: String,
    pub(crate) script: &'static str,
}

const SCRIPT: &str = "\
fn main(args) {
  let n = state.get(\"n\", 0);
  state.set(\"n\", n + 1);
  post(`脚本 ${n}`);
  if n % 3 == 0 { post(#{ text: \"第二条\", label: \"content\", expires: hours(2) }); }
  if n % 4 == 0 { task(#{ text: \"跟进\", to: \"host\", due: hours(2) }); }
  if n % 5 == 0 { signal(\"ping\", #{ n: n }); }
  n
}
";

struct Dice(Seed);

impl Dice {
    fn one_in(&mut self, n: u64) -> bool {
        self.0.below(n) == 0
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.0.below(from.len() as u64) as usize]
    }
}

/// The playbook of a seed.
pub(crate) fn playbook(seed: u64) -> Generated {
    let mut dice = Dice(Seed::from_parts(&["playbook", &seed.to_string()]));
    let mut text = head(&mut dice);
    text.push_str("plays:\n");
    for index in 0..=dice.0.below(6) {
        play(&mut dice, index, &mut text);
    }
    // A play at the end that plays before it may start.
    text.push_str("  last: { steps: [post: 九] }\n");
    Generated { text, script: SCRIPT }
}

fn head(dice: &mut Dice) -> String {
    let hold = if dice.one_in(4) { ", in_doubt: hold" } else { "" };
    let staff = dice.pick(&["manual", "console"]);
    let zone = dice.pick(&["Asia/Shanghai", "America/New_York", "UTC"]);
    let mut text = format!(
        "name: random\ntimezone: {zone}
people: {{ zhu: {{ name: 小朱 }}, lin: {{ name: 小林 }} }}
roles: {{ host: {{ people: [zhu, lin], term: 3 days, from: 2026-10-26, channel: staff }} }}
channels: {{ group: {{ type: console{hold} }}, staff: {{ type: {staff} }}, alerts: {{ type: console }} }}
calendars: {{ holidays: [2026-10-31, 2026-11-03, 2026-11-05] }}
vars: {{ n: 0 }}
"
    );
    if dice.one_in(4) {
        text.push_str("groups:\n  one: { title: 一, vars: { n: 1 } }\n  two: { title: 二 }\n");
    }
    if !dice.one_in(5) {
        text.push_str("budgets:\n");
        let mut any = false;
        for (odds, line) in [
            (3, "  quiet: 22:30-08:00\n"),
            (3, "  posts: { max: 4 per day, gap: 10m }\n"),
            (4, "  promo: { max: 25% per 7d, not_before: 2d }\n"),
            (3, "  mentions: { max: 1 per day }\n"),
        ] {
            if !dice.one_in(odds) {
                text.push_str(line);
                any = true;
            }
        }
        if !any {
            text.push_str("  posts: { max: 3 per 12h, gap: 30m }\n");
        }
    }
    if dice.one_in(4) {
        text.push_str("phases:\n  - { name: seed }\n  - { name: grow }\n");
    } else {
        let last = if dice.one_in(3) { "  - { name: over, final: true }\n" } else { "  - { name: over }\n" };
        let enter = if dice.one_in(3) { ", on_enter: [post: 成长了]" } else { "" };
        let _ = write!(
            text,
            "phases:\n  - {{ name: seed, until: members.count >= 12, timeout: 4d }}\n  - {{ name: grow, timeout: 6d{enter} }}\n{last}"
        );
    }
    text
}

fn play(dice: &mut Dice, index: u64, text: &mut String) {
    let _ = writeln!(text, "  p{index}:");
    let (mut lines, mut answers, mut dated) = (Vec::new(), false, false);
    match dice.0.below(9) {
        0 => {}
        1..=3 => lines.push(format!(
            "every: {}",
            dice.pick(&[
                "day at 08:30",
                "20m",
                "90m",
                "friday at 20:00",
                "weekday at 23:00",
                "weekend at 10:00",
                "mon, wed at 07:30",
                "2 weeks on sunday at 19:00",
                "month on last friday at 19:00",
                "month on 1 at 02:30",
                "day at 01:30",
                "term of host"
            ])
        )),
        4 => lines.push(format!(
            "cron: '{}'",
            dice.pick(&["30 9 * * *", "*/20 8-9 * * *", "0 20 1 * mon-fri", "30 1 * * *", "15 30 12 * * *"])
        )),
        5 | 6 => {
            let dates = [
                "{ id: a, at: 2026-11-01 20:00 }",
                "{ id: b, at: 2026-11-03 10:00, who: 贾 }",
                "{ at: 2026-11-06 12:00 }",
            ];
            let skip = dice.0.below(4) as usize;
            let listed: Vec<&str> =
                dates.iter().enumerate().filter(|(at, _)| *at != skip).map(|(_, date)| *date).collect();
            lines.push(format!("dates: [{}]", listed.join(", ")));
            lines.push("moved: [post: 改期]".into());
            lines.push("cancelled: [post: 取消]".into());
            dated = true;
        }
        _ => {
            answers = true;
            lines.push(format!(
                "on: {}",
                dice.pick(&[
                    "member.joined",
                    "member.left",
                    "message",
                    "reaction",
                    "answer",
                    "ping",
                    "phase.entered",
                    "group.created",
                    "task.done"
                ])
            ));
            match dice.0.below(6) {
                0 => lines.push("batch: 10m".into()),
                1 => lines.push("batch: until 20:00".into()),
                2 => lines.push("per: member".into()),
                3 => lines.push("where: signal.name != \"x\" && members.count > 3".into()),
                _ => {}
            }
        }
    }
    let options: [(u64, &[&str]); 9] = [
        (4, &["during: seed", "during: [seed, grow]", "during: grow"]),
        (5, &["when: members.count < 40", "when: vars.n < 3"]),
        (5, &["except: holidays", "only: holidays"]),
        (3, &["label: promo", "label: content", "label: notice"]),
        (6, &["timeout: 3h", "timeout: 2d"]),
        (2, &["max_late: 1h", "max_late: 5m", "max_late: 2d"]),
        (2, &["catch_up: last", "catch_up: all", "catch_up: none"]),
        (2, &["overlap: skip", "overlap: allow", "overlap: replace"]),
        (8, &["from: 2026-10-29"]),
    ];
    for (odds, choices) in options {
        if dice.one_in(odds) {
            lines.push(dice.pick(choices).to_owned());
        }
    }
    lines.push("steps:".into());
    for line in lines {
        let _ = writeln!(text, "    {line}");
    }
    let early = dice.one_in(2);
    if early {
        let offset = dice.pick(&["-30m", "-1d 10:00", "+20m", "+0d 21:00"]);
        let _ = writeln!(text, "      - at: {offset}\n        post: 先 {index}");
    }
    for _ in 0..=dice.0.below(4) {
        let _ = writeln!(text, "      - {}", step(dice, answers));
    }
    if dated || (early && dice.one_in(2)) {
        let _ = writeln!(text, "      - at: +2d 20:00\n        post: 后 {index}");
    }
}

/// A step. A play that answers signals sends none and starts none, so that no two feed each other for ever.
fn step(dice: &mut Dice, answers: bool) -> &'static str {
    const STEPS: [&str; 24] = [
        "post: 好",
        "post: 急\n        urgent: true\n        label: notice",
        "post: 限\n        expires: 2h\n        mention: all",
        "post: 找人\n        mention: host\n        label: promo",
        "post: '${members.count} 人'\n        when: members.count > 0",
        "post: 给管理员\n        to: staff",
        "post: 按钮\n        buttons: [{ text: 看, url: 'https://a.example/' }]\n        expires: 30m",
        "run: s.rhai\n        retry: { times: 2, wait: 1m }\n        max_late: 3h",
        "run: s.rhai\n        timeout: 30m\n        as: made",
        "task: 做\n        to: host\n        due: 2h\n        remind: 30m\n        escalate: lin\n        as: job\n      - wait: job\n        timeout: 5h",
        "task: 看看\n        to: lin",
        "approve: 行吗\n        to: host\n        open_for: 2h",
        "approve: 行吗\n        to: host\n        open_for: 2h\n        otherwise: proceed\n        then: [post: 批]",
        "ask: 哪个\n        options: [甲, 乙]\n        open_for: 90m\n        as: vote\n      - post: '${vote.winner}'",
        "ask: 答案\n        options: [一, 二, 三]\n        answer: 二\n        points: 2\n        open_for: 3h\n        as: quiz",
        "wait: 20m\n      - post: 等",
        "wait: 09:00",
        "wait: ping\n        timeout: 1h\n        otherwise: [post: 空等]",
        "each: '[1, 2]'\n        as: k\n        steps: [{ wait: 5m }, { post: '第 ${k} 个' }]",
        "prune: member.idle > days(1)\n        max: 2\n        notice: 冒泡\n        grace: 1d\n        to: host",
        "set: { n: vars.n + 1 }",
        "signal: ping",
        "start: last",
        "if: vars.n < 2\n        then: [{ set: { n: vars.n + 1 } }, { enter: grow }]\n        else: [{ stop: 够 }]",
    ];
    let choices = if answers { 21 } else { STEPS.len() as u64 };
    STEPS[dice.0.below(choices) as usize]
}
