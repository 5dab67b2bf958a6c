//! The groups of a simulation in one part or in several: what is kept, and what it adds up to, is the same.

use playbook::{
    base::{
        source::MemoryFolder,
        time::{Duration, Timestamp},
    },
    lang,
    sim::{
        Finding, Material, Options,
        part::{self, Part},
        report::ReportGatherer,
        spread::Lived,
        world::{World, preset::Preset},
    },
};
use std::{fmt::Write as _, sync::Arc};

const GROUPS: usize = 7;

/// Phases, a question with options of each group's own, pruning, budgets, tasks.
const PLAYBOOK: &str = "\
name: many
timezone: Asia/Shanghai
groups: groups.csv
people: { zhu: { name: 小朱 } }
roles: { host: { people: [zhu] } }
channels: { group: { type: console }, staff: { type: console } }
budgets: { quiet: 22:00-08:00, posts: { max: 2 per day, gap: 1h } }
phases:
  - { name: seed, until: members.count >= 12, timeout: 9d }
  - { name: grow }
plays:
  hello: { on: member.joined, batch: 2h, steps: [post: '欢迎 ${signals.len()}'] }
  vote:
    every: 3 days at 20:00
    steps:
      - { ask: 去哪, options: ['${group.id}', 河边], open_for: 5h, as: vote }
      - post: '${vote.winner}'
        label: promo
      - { task: 记一下, to: host, due: 3h }
  silent:
    every: 10 days at 12:00
    steps: [{ prune: member.idle > days(6), max: 2, notice: 冒泡, grace: 2d, to: host }]
";

/// What several parts give: every entry in order, what was not good, the sums as a report and as words.
fn lived(parts: usize) -> (Vec<String>, Vec<Finding>, String, String) {
    let mut folder = MemoryFolder::default();
    let mut rows = String::from("id,title\n");
    for n in 0..GROUPS {
        let _ = writeln!(rows, "g{n},群 {n}");
    }
    folder.0.insert("p.yaml".into(), Arc::from(PLAYBOOK));
    folder.0.insert("groups.csv".into(), Arc::from(rows));
    let compiled = lang::compile(&folder, "p.yaml");
    let playbook = compiled.playbook.unwrap_or_else(|| panic!("{:?}", compiled.report));
    let material = Material::new(&playbook, Arc::new(folder));
    let from = Timestamp::from_millis(1_796_054_400_000);
    let options = Options {
        from,
        to: from.plus(Duration::DAY.times(70)),
        members: 10,
        seed: 3,
        world: Arc::new(World { people: Preset::Lively.world().people, ..World::default() }),
    };
    let mut all: Vec<(Part<'_>, ReportGatherer, Lived)> = (0..parts)
        .map(|n| {
            let own = GROUPS * n / parts..GROUPS * (n + 1) / parts;
            let part = Part::new(&playbook, &material, &options, own);
            (part, ReportGatherer::new(&playbook, &options), Lived::default())
        })
        .collect();
    let (mut lines, mut findings) = (Vec::new(), Vec::new());
    for end in part::stretches(&options, GROUPS) {
        let kept = all.iter_mut().map(|(part, gatherer, lived)| {
            part.live(end, &mut |transition| {
                gatherer.see(transition);
                lived.see(transition);
                Some(format!("{} {} {:?}", transition.group, transition.n, transition.entry))
            })
        });
        let mut sink = |line| {
            lines.push(line);
            Ok::<(), std::convert::Infallible>(())
        };
        let Ok(()) = part::hand_over(part::in_order(kept.collect()), &mut findings, &mut sink);
    }
    let joined = all.into_iter().map(|(_, gatherer, lived)| (gatherer, lived)).reduce(|mut one, other| {
        one.0.join(other.0);
        one.1.join(other.1);
        one
    });
    let (gatherer, lived) = joined.unwrap();
    (lines, findings, format!("{:#?}", gatherer.finish()), format!("{lived:#?}"))
}

#[test]
fn parts_make_no_difference() {
    let whole = lived(1);
    assert!(whole.0.len() > 5_000, "{}", whole.0.len());
    assert_eq!(whole.1, []);
    for word in ["PruneReport", "Quiet", "河边", "\"g6\"", "grow"] {
        assert!(whole.2.contains(word), "{word}");
    }
    for parts in [2, 3, GROUPS] {
        let other = lived(parts);
        assert_eq!(whole.0, other.0, "{parts} parts");
        assert_eq!(whole.2, other.2, "{parts} parts");
        assert_eq!(whole.3, other.3, "{parts} parts");
    }
}
