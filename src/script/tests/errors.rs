//! What is said of an expression that does not compile, and where it points.

use super::*;

#[track_caller]
fn says(source: &str, at: &str, words: &str) {
    let found = problems(source);
    assert!(
        found.iter().any(|(place, message)| place == at && message.contains(words)),
        "{source}: expected {at:?} and {words:?}, found {found:?}"
    );
}

#[test]
fn unknown_names_are_found_with_a_suggestion() {
    says("member.idle > days(60) && mebmers.count > 3", "mebmers", "did you mean `members`?");
    says("limit > 3", "limit", "write `vars.limit`");
    says("guest", "guest", "write `date.guest`");
    says("host", "host", "write `roles.host`");
    says("xyzzy == 1", "xyzzy", "text is written in quotes");
    says("now()", "now", "there is no function `now`");
    says("today > now", "today", "is a function");
}

#[test]
fn names_out_of_scope_say_where_they_are_in_scope() {
    let known = Known { globals: Names::NONE.with(crate::script::names::Name::Group), ..Known::default() };
    let message = |source: &str| {
        let e = Expr::compile(source, &known).unwrap_err().remove(0);
        format!("{} {}", e.message.en, e.help.unwrap_or_default().en)
    };
    assert!(message("date.guest").contains("only in scope in a play with `dates`"));
    assert!(message("signal.name").contains("in a play with `on`"));
    assert!(message("state.x").contains("only in scripts"));
    assert!(message("member.idle").contains("`prune`"));
}

#[test]
fn unknown_properties_are_found() {
    says("group.tittle", "tittle", "`group` has no `tittle`; did you mean `title`?");
    says("members.cuont > 3", "cuont", "did you mean `count`?");
    says("members.where(|m| m.points > 3).cuont", "cuont", "did you mean `count`?");
    says("phase.nmae", "nmae", "did you mean `name`?");
    says("run.ankor", "ankor", "did you mean `anchor`?");
    says("signal.memer", "memer", "did you mean `member`?");
    says("roles.hots", "hots", "`roles` has no `hots`; did you mean `host`?");
    says("roles.host.nxt", "nxt", "did you mean `next`?");
    says("now.wekday", "wekday", "did you mean `weekday`?");
    says("vars.limits", "limits", "did you mean `limit`?");
    says(r#"vars["limits"]"#, "\"limits\"", "did you mean `limit`?");
    says("date.gest", "gest", "the entries of `dates` have no `gest`; did you mean `guest`?");
    says("member.idle.dayz", "dayz", "did you mean `days`?");
    says("members.top", "top", "takes arguments");
    says("members.where(|m| m.idle.hors > 3)", "hors", "did you mean `hours`?");
    assert!(compile("member.city == vote.anything").is_ok(), "fields and step values are open");
}

#[test]
fn unknown_functions_and_wrong_counts_are_found() {
    says("dyas(60)", "dyas", "did you mean `days`?");
    says("days()", "days", "`days` takes 1 argument, not 0");
    says("days(1, 2)", "days", "`days(n)`");
    says("members.tpo(3)", "tpo", "did you mean `top`?");
    says("members.top(1, 2, 3)", "top", "`top` takes 1 or 2 arguments, not 3");
    says("[1].mpa(|x| x)", "mpa", "did you mean `map`?");
    says("post(\"x\")", "post", "only in scripts");
    says("member.tag(\"x\")", "tag", "only in scripts");
    says("timestamp()", "timestamp", "`now` is the time of the input");
    says("sleep(1)", "sleep", "`wait` step");
}

#[test]
fn an_expression_changes_nothing() {
    says("vars.limit = 3", "=", "compare with `==`");
    says("members.count = 60", "=", "compare with `==`");
    assert!(compile("let x = 1").is_err());
    assert!(compile("1; 2").is_err());
    assert!(compile("while true { }").is_err());
    assert!(compile("members.map(|m| { let x = 1; x })").is_err());
    assert!(compile("eval(\"1\")").is_err());
    assert!(compile("import \"x\" as y").is_err());
}

#[test]
fn files_are_read_by_a_path_in_quotes() {
    says("data(vars.limit)", "vars", "in quotes");
    says(r#"data("../secret")"#, "\"../secret\"", "outside the playbook's folder");
}

#[test]
fn reserved_words_come_with_a_way_out() {
    says("vars.new", "new", "[\"new\"]");
    says("args.default", "default", "rename it");
    assert!(crate::script::reserved::reserved("new") && crate::script::reserved::reserved("match"));
    assert!(!crate::script::reserved::reserved("limit") && !crate::script::reserved::reserved("城市"));
}

#[test]
fn places_are_right_behind_chinese_text() {
    says(r#""人数:" + mebmers.count"#, "mebmers", "did you mean");
    says("\"第一行,\" +\n  \"第二行\" + gruop.title", "gruop", "did you mean `group`?");
    says("vars.城市", "城市", "[\"城市\"]");
    says(r#"phase == "种子" && roles.hots == "小朱""#, "hots", "did you mean `host`?");
}

#[test]
fn every_problem_is_reported_at_once() {
    assert_eq!(problems("mebmers.count > limitt && dyas(3) > now").len(), 3);
}

#[test]
fn empty_long_and_broken_expressions_are_refused() {
    assert!(problems(" ")[0].1.contains("no expression"));
    assert!(
        compile(&format!("\"{}\"", "x".repeat(5000))).unwrap_err()[0]
            .message
            .en
            .contains("the limit is 4096")
    );
    assert!(compile("members.count >").is_err());
    assert!(compile("(1").is_err());
    assert!(compile(&"(".repeat(2000)).is_err());
}
