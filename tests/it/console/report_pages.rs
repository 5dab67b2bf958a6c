//! The pages of `plan` and `simulate` in a real browser: quiet console, no request, no overflow, readable, answering
//! to pointer, finger and keyboard.
//!
//! Leaves pictures in `target/pages` for whoever wants to look.

use crate::{
    help::devtools::{Browser, Screen, Tab},
    help::judge,
    help::playground::Playground,
};
use serde_json::Value;
use std::path::{Path, PathBuf};

const FROM: &str = "2026-12-01";

/// Names that a page must show as they are.
fn hostile() -> String {
    let long = "长安共读一二三四五六七八九十".repeat(15);
    format!(
        "name: hostile\ntitle: \"<script>alert(1)</script> \u{202e}drah\u{202c} \u{1f600}\"\ntimezone: Europe/Berlin\n\
         people:\n  eve: {{ name: \"<img src=x onerror=alert(2)>\" }}\nroles:\n  host: {{ people: [eve] }}\n\
         budgets:\n  quiet: 22:30-08:00\n  posts: {{ max: 1 per day }}\n  promo: {{ max: 20% per 30d }}\n\
         groups:\n  a: {{ title: \"<b>東\u{200f}</b>\" }}\n  b: {{ title: {long} }}\n\
         plays:\n  promo:\n    title: \"</script><script>alert(3)</script>\"\n    every: day at 19:00\n    label: promo\n\
         \x20   steps:\n      - post: \"\\\" onmouseover=alert(4) <script>alert(5)</script>\"\n\
         \x20 night:\n    title: {long}\n    every: day at 23:00\n    steps:\n      - post: {long}\n      - task: \"{long}\"\n\
         \x20       to: host\n        due: 1d\n\
         \x20 poll:\n    every: friday at 18:00\n    steps:\n      - ask: \"<script>alert(6)</script>?\"\n\
         \x20       options: [\"<i>yes</i>\", {long}]\n        open_for: 4h\n"
    )
}

/// The pages that are looked at: name and file.
fn pages(place: &Playground) -> Vec<(String, PathBuf)> {
    let mut pages = Vec::new();
    let mut add = |name: &str, args: &[&str]| {
        let html = place.run(&[args, &["--from", FROM, "--format", "html"]].concat()).exits(0).stdout;
        let file = place.path(&format!("{name}.html"));
        std::fs::write(&file, html).unwrap();
        pages.push((name.to_owned(), file));
    };
    for (name, file, days) in [
        ("yardstick", "community/community.yaml", "90"),
        ("year", "community/community.yaml", "365"),
        ("cities", "twenty-cities/twenty-cities.yaml", "60"),
        ("tiny", "tiny.yaml", "20"),
        ("hostile", "hostile.yaml", "40"),
    ] {
        add(&format!("plan-{name}"), &["plan", file, "--days", days]);
        add(&format!("simulate-{name}"), &["simulate", file, "--days", days]);
    }
    pages
}

fn place() -> Playground {
    let tiny = "name: tiny\ntimezone: UTC\nplays:\n  hello:\n    every: friday at 18:00\n    steps:\n      - post: Have a good weekend!\n";
    let place = Playground::new().file("tiny.yaml", tiny).file("hostile.yaml", &hostile());
    for template in ["community", "twenty-cities"] {
        let _ = place.run(&["new", template]).exits(0);
    }
    place
}

/// Nothing was said on the console and nothing was asked of anybody but the page itself.
#[track_caller]
fn is_quiet(name: &str, tab: &Tab<'_>) {
    let said: Vec<&Value> = ["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"]
        .into_iter()
        .flat_map(|event| tab.events(event))
        .collect();
    assert!(said.is_empty(), "{name}: {said:#?}");
    let asked: Vec<&str> = tab
        .events("Network.requestWillBeSent")
        .map(|event| event["request"]["url"].as_str().unwrap())
        .collect();
    assert_eq!(asked.len(), 1, "{name}: {asked:?}");
    let dialogs = tab.events("Page.javascriptDialogOpening").count();
    assert_eq!(dialogs, 0, "{name}: a script of the playbook ran");
}

/// The words that contrast least with what is behind them: ratio of WCAG 2, words, colours.
const CONTRAST: &str = r"
(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const known = new Map();
  const parse = (color) => {
    if (!known.has(color)) known.set(color, pixel(color));
    return known.get(color);
  };
  const pixel = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const behind = (el) => {
    const layers = [];
    for (let at = el; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const light = ([r, g, b]) => {
    const part = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  let worst = { ratio: 21 }, seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const el = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
    if (!text || !el.checkVisibility() || ['SCRIPT', 'STYLE'].includes(el.tagName) || seen > 4000) continue;
    seen += 1;
    const back = behind(el), front = over(parse(getComputedStyle(el).color), back);
    const [a, b] = [light(back), light(front)].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
    if (ratio < worst.ratio) worst = { ratio, text, el: el.className + ' ' + el.tagName, front, back };
  }
  return { ...worst, seen };
})()";

/// What reaches beyond the right edge of the screen and does not scroll by itself.
pub(crate) const WIDER: &str = r"
(() => {
  const edge = document.documentElement.clientWidth, scrolls = (el) => getComputedStyle(el).overflowX !== 'visible';
  const inside = (el) => { for (let at = el.parentElement; at; at = at.parentElement) if (scrolls(at)) return true; return false; };
  const wide = [...document.body.querySelectorAll('*')].filter((el) => el.checkVisibility() &&
    el.getBoundingClientRect().right > screen.width + 1 && !inside(el));
  const names = wide.map((el) => `${el.tagName}.${el.className}: ${el.textContent.slice(0, 40)}`);
  if (document.scrollingElement.scrollWidth > Math.max(innerWidth, edge)) names.push('the page');
  return names;
})()";

#[test]
fn pages_are_quiet_readable_and_fit_every_screen() {
    let Some(chromium) = judge::chromium() else { return };
    let place = place();
    let mut browser = Browser::start(&chromium);
    for (name, file) in pages(&place) {
        for (kind, screen) in [
            ("desktop", Screen::DESKTOP),
            ("phone", Screen::PHONE),
            ("desktop-dark", Screen::DESKTOP.dark()),
            ("phone-dark", Screen::PHONE.dark()),
        ] {
            let name = format!("{name}-{kind}");
            let mut tab = browser.tab(screen);
            tab.open(&file);
            let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/pages/{name}.png"));
            if !screen.dark || name.contains("yardstick") {
                tab.picture(&picture);
            }
            assert_eq!(tab.eval(WIDER), serde_json::json!([]), "{name} is wider than its screen");
            assert_eq!(tab.eval("innerWidth"), screen.width, "{name}");
            // The parts that are folded away have to be readable and fit as well.
            tab.eval("document.querySelectorAll('details').forEach((el) => { el.open = true; })");
            assert_eq!(tab.eval(WIDER), serde_json::json!([]), "{name}, unfolded, is wider than its screen");
            let worst = tab.eval(CONTRAST);
            assert!(worst["seen"].as_u64().unwrap() > 10, "{name}: {worst}");
            assert!(worst["ratio"].as_f64().unwrap() >= 4.5, "{name}: {worst}");
            let dark = tab.eval("getComputedStyle(document.body).backgroundColor.match(/\\d+/g)[0] < 60");
            assert_eq!(dark, screen.dark, "{name}");
            is_quiet(&name, &tab);
        }
    }
}

/// The words of the label, when it is shown.
fn label(tab: &mut Tab<'_>) -> String {
    tab.eval("document.getElementById('tip').hidden ? '' : document.getElementById('tip').innerText")
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn a_post_says_its_text_to_pointer_finger_and_keyboard() {
    let Some(chromium) = judge::chromium() else { return };
    let place = place();
    let mut browser = Browser::start(&chromium);
    let pages: Vec<_> = pages(&place);
    let file =
        |wanted: &str| pages.iter().find(|(name, _)| name == wanted).map(|(_, file)| file.clone()).unwrap();
    let mark = ".lane:not(.counts) .cells .t";

    let mut tab = browser.tab(Screen::DESKTOP);
    tab.open(&file("plan-tiny"));
    assert_eq!(label(&mut tab), "");
    tab.hover(mark);
    assert_eq!(label(&mut tab), "Fri 4 Dec 2026 · hello\n18:00 post: Have a good weekend!");
    tab.hover("h1");
    assert_eq!(label(&mut tab), "");
    // With the keyboard: the first mark of the lane, then the next one, then none.
    tab.eval(&format!("document.querySelector({mark:?}).focus()"));
    assert!(label(&mut tab).starts_with("Fri 4 Dec"));
    tab.press("ArrowRight");
    assert!(label(&mut tab).starts_with("Fri 11 Dec"), "{}", label(&mut tab));
    tab.press("End");
    assert!(label(&mut tab).starts_with("Fri 18 Dec"), "{}", label(&mut tab));
    tab.press("Escape");
    assert_eq!(label(&mut tab), "");

    let mut tab = browser.tab(Screen::PHONE);
    tab.open(&file("plan-tiny"));
    tab.tap(mark);
    assert!(label(&mut tab).ends_with("Have a good weekend!"), "{}", label(&mut tab));
    tab.open(&file("simulate-yardstick"));
    tab.tap(".cal .t.l5");
    let words = label(&mut tab);
    assert!(words.contains("条发帖") && words.contains("成员消息"), "{words}");
    let box_ = tab.eval("(() => { const b = document.getElementById('tip').getBoundingClientRect(); return [b.left, innerWidth - b.right]; })()");
    assert!(box_[0].as_f64().unwrap() >= 0.0 && box_[1].as_f64().unwrap() >= 0.0, "{box_}");

    let mut tab = browser.tab(Screen::DESKTOP);
    tab.open(&file("simulate-yardstick"));
    tab.hover("#life .plot .t:nth-of-type(30)");
    assert!(label(&mut tab).contains("成员:"), "{}", label(&mut tab));
    is_quiet("simulate-yardstick", &tab);
}

#[test]
fn names_are_shown_as_they_are_written() {
    let Some(chromium) = judge::chromium() else { return };
    let place = place();
    let mut browser = Browser::start(&chromium);
    for (name, file) in pages(&place).into_iter().filter(|(name, _)| name.ends_with("hostile")) {
        let mut tab = browser.tab(Screen::PHONE);
        tab.open(&file);
        let title = tab.eval("document.querySelector('h1').textContent");
        assert_eq!(title, "<script>alert(1)</script> \u{202e}drah\u{202c} \u{1f600}", "{name}");
        assert_eq!(tab.eval("document.scripts.length"), 1, "{name}");
        assert_eq!(
            tab.eval("document.querySelectorAll('h1 > bdi > *, img, [onmouseover]').length"),
            0,
            "{name}"
        );
        let text = tab.eval("document.body.textContent");
        assert!(text.as_str().unwrap().contains("</script><script>alert(3)</script>"), "{name}");
        is_quiet(&name, &tab);
    }
}

#[test]
fn several_groups_are_chosen_from() {
    let Some(chromium) = judge::chromium() else { return };
    let place = place();
    let mut browser = Browser::start(&chromium);
    let file = pages(&place).into_iter().find(|(name, _)| name == "plan-cities").unwrap().1;
    let mut tab = browser.tab(Screen::DESKTOP);
    tab.open(&file);
    let shown = "[...document.querySelectorAll('.group')].filter((el) => el.checkVisibility()).length";
    assert_eq!(tab.eval(shown), 1);
    let choose = |value: &str| {
        format!(
            "{{ const el = document.getElementById('choose'); el.value = '{value}'; el.dispatchEvent(new Event('change', {{ bubbles: true }})); }}"
        )
    };
    tab.eval(&choose(""));
    assert_eq!(tab.eval(shown), 20);
    tab.eval(&choose("g2"));
    assert_eq!(tab.eval(shown), 1);
    assert_eq!(tab.eval("document.querySelectorAll('.group')[2].checkVisibility()"), true);
}
