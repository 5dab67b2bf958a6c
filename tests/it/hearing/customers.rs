//! Customer groups of WeCom through the real binary: the company's app asks once an hour who is in them, who came is
//! greeted, who is on the list no more has left, also while no engine ran.

use crate::help::{
    fakes::wecom::Company,
    playground::{Playground, eventually},
};
use serde_json::Value;
use tokio::runtime::Runtime;

const HOUR: i64 = 3_600_000;

fn file(port: u16) -> String {
    format!(
        "name: p\ntimezone: UTC\ngroups: {{ shop: {{ kind: customer }} }}\nchannels:\n  group: {{ type: console }}\n  customers: {{ type: wecom, corp: ww1, \
         corp_secret: {{ env: APP }}, chat: wrX, base_url: \"http://127.0.0.1:{port}\" }}\nplays:\n  welcome:\n    on: member.joined\n    \
         steps: [{{ post: 'welcome ${{member.name}}' }}]\n  bye:\n    on: member.left\n    steps: [{{ post: 'farewell ${{signal.data.name ?? \"\"}}' }}]\n"
    )
}

#[test]
fn who_comes_and_goes_is_known_within_the_hour() {
    let runtime = Runtime::new().unwrap();
    let company = runtime.block_on(Company::start());
    company.joins("wmOld", "老周", 1_000);
    let wrong = Playground::new().file("p.yaml", &file(company.port())).env("APP", "wrong");
    let check = wrong.run(&["check", "p.yaml"]).exits(0).stdout;
    assert!(!check.contains("unused-channel") && !check.contains("puts no robot"), "{check}");
    let engine = wrong.start(&["run", "p.yaml"]);
    let line = engine.line("does not take `corp` and `corp_secret`");
    assert!(!line.contains("wrong"), "{line}");
    let _ = engine.stop().exits(0);

    let play = Playground::new().file("p.yaml", &file(company.port())).file("clock", "0 0");
    let clock = play.path("clock").display().to_string();
    let play = play.env("PLAYBOOK_CLOCK", &clock).env("APP", "app-secret");
    let hours = |n: i64| play.write_by_rename("clock", &format!("{0} {0}", n * HOUR));
    company.trusts(false);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("企业可信IP");
    let _ = engine.stop().exits(0);
    company.trusts(true);

    let engine = play.start(&["run", "p.yaml"]);
    engine.line("wecom:ww1 listens for shop");
    // Who is there at the first look is no news, so nobody comes before it is over and kept.
    let kept = || -> rusqlite::Result<i64> {
        let state = rusqlite::Connection::open(play.path(".playbook/state.db"))?;
        state.query_row("SELECT count(*) FROM cursor", [], |row| row.get(0))
    };
    eventually("the first look is kept", || kept().is_ok_and(|rows| rows > 0));
    let posts = || play.run(&["log"]).exits(0).stdout;
    let now = Company::now_s;
    company.joins("wmA", "小何", now() + 60);
    company.joins("wmB", "小李", now() + 120);
    // The key has ended meanwhile, sooner than was said.
    company.ends_keys();
    hours(1);
    eventually("two were greeted", || posts().contains("welcome 小何") && posts().contains("welcome 小李"));
    assert!(!posts().contains("老周"), "who was there before the first look is no news");
    company.leaves("wmA");
    hours(2);
    eventually("one has left", || posts().contains("farewell 小何"));
    let _ = engine.stop().exits(0);

    // While no engine runs somebody comes and somebody goes.
    company.leaves("wmB");
    company.joins("wmC", "小王", now() + 3 * 3_600);
    hours(5);
    let engine = play.start(&["run", "p.yaml"]);
    eventually("both are known", || posts().contains("welcome 小王") && posts().contains("farewell 小李"));
    let before = company.asked();
    hours(6);
    eventually("it looks again", || company.asked() > before);
    let _ = engine.stop().exits(0);
    let log: Vec<Value> = play.run(&["log", "--format", "json"]).exits(0).json_lines();
    let said = |name: &str| log.iter().filter(|line| line["name"] == name).count();
    assert_eq!((said("member.joined"), said("member.left")), (3, 2), "each once");
    assert!(!log.iter().any(|line| line["entry"] == "gap"), "nothing was missed");
    assert_eq!(company.keys_given(), 4, "a key is used again");
}

#[test]
fn what_is_posted_there_is_refused_with_the_way_out() {
    let runtime = Runtime::new().unwrap();
    let company = runtime.block_on(Company::start());
    let text =
        file(company.port()).replace("steps: [{ post: 'welcome", "steps: [{ to: customers, post: 'welcome");
    let play = Playground::new().file("p.yaml", &text).env("APP", "app-secret");
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("listens for shop");
    eventually("the engine takes commands", || {
        play.run(&["signal", "member.joined", "--member", "li"]).stdout.contains("reported")
    });
    engine.line("only hears");
    let _ = engine.stop().exits(0);
}
