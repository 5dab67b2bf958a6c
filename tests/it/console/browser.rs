//! The console in a real browser: a day at the phone without JavaScript, and at the desk with it.
//!
//! Leaves pictures in `target/pages` for whoever wants to look.

use crate::{
    console::entrance::{CLUB, engine},
    console::report_pages::WIDER,
    help::devtools::{Browser, Screen, Tab},
    help::judge,
    help::playground::Playground,
};
use serde_json::json;
use std::path::PathBuf;

pub(crate) fn picture(tab: &mut Tab<'_>, name: &str) {
    let file =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/pages").join(format!("console-{name}.png"));
    tab.picture(&file);
    let wide = tab.eval(WIDER);
    assert_eq!(wide, json!([]), "{name}: reaches beyond the screen");
}

#[test]
fn somebody_signs_in_and_approves_with_a_thumb_and_no_script() {
    let Some(chromium) = judge::chromium() else { return };
    let play = Playground::new().file("p.yaml", CLUB);
    let (_engine, _, link) = engine(&play);
    for group in ["xian", "beijing"] {
        let _ = play.run(&["signal", "topic", "--group", group]).exits(0);
        let _ = play.run(&["signal", "chores", "--group", group]).exits(0);
    }
    let mut browser = Browser::start(&chromium);
    let mut tab = browser.tab(Screen::PHONE);
    tab.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    tab.go(&link);
    picture(&mut tab, "enter-phone");
    tab.leads(|tab| tab.tap("button.main"));
    assert_eq!(tab.eval("location.pathname"), "/");
    picture(&mut tab, "today-phone");
    let small = "[...document.querySelectorAll('main button, main summary, nav a')].filter((el) => el.checkVisibility() \
                 && !el.closest('.rows') && el.getBoundingClientRect().height < 43.5).map((el) => el.textContent)";
    assert_eq!(tab.eval(small), json!([]), "too small for a thumb");
    // A no takes a second press, and says what it is about.
    tab.tap("form[action='/press/approve'] ~ details summary");
    assert!(
        tab.eval("document.querySelector('form[action=\"/press/reject\"] button').textContent").is_string()
    );
    picture(&mut tab, "reject-phone");
    tab.leads(|tab| tab.tap("form[action='/press/approve'] button"));
    assert!(tab.eval("document.querySelector('.said').textContent").as_str().unwrap().contains("approved"));
    picture(&mut tab, "approved-phone");
    let log = play.run(&["log", "--format", "json"]).exits(0).json_lines();
    let approved = log.iter().filter(|line| line["entry"] == "task_closed" && line["answer"] == "approved");
    assert_eq!(approved.count(), 1);
    assert_eq!(tab.events("Runtime.exceptionThrown").count(), 0);
}

#[test]
fn a_text_is_copied_and_marked_as_sent_in_both_languages_light_and_dark() {
    let Some(chromium) = judge::chromium() else { return };
    let play = Playground::new().file("p.yaml", CLUB);
    let (_engine, port, link) = engine(&play);
    let _ = play.run(&["signal", "topic", "--group", "xian"]).exits(0);
    let _ = play.run(&["approve", "t1", "--group", "xian"]).exits(0);
    let _ = play.run(&["signal", "topic", "--group", "beijing"]).exits(0);
    let _ = play.run(&["signal", "chores", "--group", "xian"]).exits(0);
    let mut browser = Browser::start(&chromium);
    let mut tab = browser.tab(Screen::DESKTOP);
    tab.go(&link);
    tab.leads(|tab| drop(tab.eval("document.querySelector('button.main').click()")));
    picture(&mut tab, "today-desktop");
    tab.leads(|tab| drop(tab.eval("document.querySelector('button[name=lang]').click()")));
    assert_eq!(tab.eval("document.documentElement.lang"), "zh-CN");
    picture(&mut tab, "today-desktop-zh");
    // Where the browser does not let us copy, the text is selected.
    tab.eval("document.querySelector('[data-copy]').click()");
    let said = tab.eval(
        "new Promise((done) => setTimeout(() => done(document.querySelector('.copied').textContent), 50))",
    );
    assert!(["已复制。", "已选中：请用系统菜单复制。"].contains(&said.as_str().unwrap()), "{said}");
    let requests: Vec<String> = tab
        .events("Network.requestWillBeSent")
        .map(|event| event["request"]["url"].as_str().unwrap().to_owned())
        .filter(|url| !url.starts_with(&format!("http://127.0.0.1:{port}/")) && !url.starts_with("data:"))
        .collect();
    assert_eq!(requests, Vec::<String>::new(), "asked of elsewhere");
    assert_eq!(tab.events("Log.entryAdded").count() + tab.events("Runtime.exceptionThrown").count(), 0);
    tab.leads(|tab| {
        drop(tab.eval("document.querySelector('form[action=\"/press/done\"] button.after').click()"));
    });
    let log = play.run(&["log", "--format", "json"]).exits(0).json_lines();
    assert!(log.iter().any(|line| line["entry"] == "delivered"), "{log:#?}");
    drop(tab);
    for (name, screen) in
        [("phone-zh-dark", Screen::PHONE.dark()), ("desktop-zh-dark", Screen::DESKTOP.dark())]
    {
        let mut tab = browser.tab(screen);
        tab.go(&format!("http://127.0.0.1:{port}/"));
        picture(&mut tab, name);
    }
}
