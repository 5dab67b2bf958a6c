//! Values of expressions, and what they become in text.

use super::*;

#[test]
fn the_yardsticks_expressions_work() {
    assert_eq!(value("members.count >= 60"), Value::Bool(false));
    assert_eq!(value("members.count < 60"), Value::Bool(true));
    assert_eq!(text("60 - members.count"), "56");
    assert_eq!(text("roles.host"), "小朱、小林");
    assert_eq!(text("roles.host.next"), "小何");
    assert_eq!(text("vote.winner"), "《活着》");
    assert_eq!(text("date.guest"), "贾老师");
    assert_eq!(text("date.at"), "12月11日(周五)20:30");
    let prune =
        compile(r#"member.idle > days(60) && !member.tags.contains("vip") && member.role == """#).unwrap();
    let gone: Vec<&str> = ["m1", "m2", "m3", "m4"]
        .into_iter()
        .filter(|id| prune.eval_bool_for(&facts(), &MemberId::new(id)).unwrap() == Some(true))
        .collect();
    assert_eq!(gone, ["m2"]);
    assert_eq!(value("signals"), facts().signals, "a signal keeps its shape on the way through");
}

#[test]
fn times_are_civil_in_the_playbooks_zone() {
    assert_eq!(value("now.unix"), Value::Int(1_796_214_600));
    assert_eq!(value("now.date"), Value::str("2026-12-02"));
    assert_eq!(value("now.clock"), Value::str("20:30"));
    assert_eq!(
        value("[now.year, now.month, now.day, now.hour, now.minute, now.weekday]"),
        value("[2026, 12, 2, 20, 30, 3]")
    );
    assert_eq!(value(r#"now.format("%F %T")"#), Value::str("2026-12-02 20:30:00"));
    assert_eq!(value(r#"now.at("09:00") == time("2026-12-02 09:00")"#), Value::Bool(true));
    assert_eq!(value(r#"now.plus_days(1) == time("2026-12-03 20:30")"#), Value::Bool(true));
    assert_eq!(value(r#"today() == time("2026-12-02")"#), Value::Bool(true));
    assert_eq!(value("now.start_of_day == today()"), Value::Bool(true));
    assert_eq!(value(r#"now.start_of_week == time("2026-11-30")"#), Value::Bool(true));
    assert_eq!(value(r#"now.start_of_month == time("2026-12-01")"#), Value::Bool(true));
    assert_eq!(value(r#"time("2026-12-02T12:30:00Z") == now"#), Value::Bool(true));
    assert_eq!(
        value("date.at - now > days(8) && date.at > now && now <= date.at && now != date.at"),
        Value::Bool(true)
    );
    assert_eq!(value("now + hours(2) - minutes(120) == now"), Value::Bool(true));
    assert!(failure(r#"time("tomorrow")"#).0.en.contains("2026-12-01 20:00"));
    assert!(failure(r#"now.at("25:00")"#).0.en.contains("clock time"));
}

#[test]
fn durations_are_exact_lengths() {
    assert_eq!(value("days(2) + hours(3)"), Value::Duration(Duration::HOUR.times(51)));
    assert_eq!(value("weeks(1) == days(7)"), Value::Bool(true));
    assert_eq!(value("hours(1.5) == minutes(90) && seconds(60) == minutes(1)"), Value::Bool(true));
    assert_eq!(
        value("days(3) * 2 > days(5) && days(6) / 2 >= days(3) && days(1) < days(2) && days(1) <= days(1)"),
        Value::Bool(true)
    );
    assert_eq!(value("(days(3) / days(2)) == 1.5 && (days(1) - hours(1)).hours == 23.0"), Value::Bool(true));
    assert_eq!(value("days(3).days"), Value::Float(3.0));
    assert_eq!(value(r#"duration("1h30m") == minutes(90)"#), Value::Bool(true));
    assert_eq!(text("days(1) + hours(2)"), "1 天 2 小时");
    assert_eq!(text_in(Locale::En, "days(1) + hours(2)"), "1 day 2 hours");
}

#[test]
fn group_phase_and_run_are_read() {
    assert_eq!(value("[group.id, group.title]"), value(r#"["readers", "长安共读"]"#));
    assert_eq!(value("group.age == days(10) && group.created == now - group.age"), Value::Bool(true));
    assert_eq!(
        value(r#"phase == "grow" && "grow" == phase && phase != "seed" && phase.name == "grow""#),
        Value::Bool(true)
    );
    assert_eq!(value("phase.age == days(1) && phase.entered < now"), Value::Bool(true));
    assert_eq!(value("[run.id, run.play, run.number]"), value(r#"["vote@x", "vote", 3]"#));
    assert_eq!(value("run.anchor == now"), Value::Bool(true));
    assert_eq!(text("phase"), "grow");
    assert_eq!(text("group"), "长安共读");
}

#[test]
fn members_are_queried() {
    assert_eq!(value("members.where(|m| m.points > 4).count"), Value::Int(2));
    assert_eq!(value("members.filter(|m| m.points > vars.limit).is_empty"), Value::Bool(true));
    assert_eq!(text("members.top(2)"), "乙、甲");
    assert_eq!(text(r#"members.top(1, "messages")"#), "乙");
    assert_eq!(text("members.idle_longest(2)"), "丁、丙");
    assert_eq!(text("members.newest(1).first"), "甲");
    assert_eq!(text("members.oldest(9).names"), "甲、乙、丙、丁");
    assert_eq!(text("members.map(|m| m.name)"), "甲、乙、丙、丁");
    assert_eq!(text("members.active(days(7))"), "甲");
    assert_eq!(text("members.idle(days(100))"), "丁");
    assert_eq!(text(r#"members.tagged("vip")"#), "丙");
    assert_eq!(text(r#"members.role("owner")"#), "丁");
    assert_eq!(text("members.take(2)"), "甲、乙");
    assert_eq!(text("members[1]"), "乙");
    assert_eq!(text("members.last"), "丁");
    assert_eq!(text(r#"members.find("m2")"#), "乙");
    assert_eq!(text(r#"members.find("丙").city"#), "西安");
    assert_eq!(value(r#"members.find("nobody")"#), Value::Null);
    assert_eq!(
        value(r#"members.contains("m1") && members.any(|m| m.has("vip")) && !members.all(|m| m.points > 0)"#),
        Value::Bool(true)
    );
    assert_eq!(value("members.ids"), value(r#"["m1", "m2", "m3", "m4"]"#));
    assert_eq!(value("members.len"), value("members.count()"));
    assert!(failure("members[9]").0.en.contains("no member 9 in a list of 4"));
    assert!(failure(r#"members.top(1, "height")"#).0.en.contains("\"points\" or \"messages\""));
}

#[test]
fn a_member_comes_back_as_the_same_member() {
    let mut facts = facts_in(Locale::Zh);
    let winner = value("members.top(1).first");
    facts.bindings = Arc::new([("vote".into(), winner)].into_iter().collect());
    let facts = Arc::new(facts);
    let at = |source: &str| compile(source).unwrap().eval_text(&facts).unwrap();
    assert_eq!(at("vote"), "乙");
    assert_eq!(at("vote.points + 1"), "10");
    assert_eq!(at("members.contains(vote)"), "true");
}

#[test]
fn signals_name_their_members() {
    assert_eq!(text("signal.member"), "甲");
    assert_eq!(
        text("signals.map(|s| s.member.name)"),
        "甲、m9",
        "one who is not in the group is known by id"
    );
    assert_eq!(value(r#"signal.member == "m1" && signal.name == "member.joined""#), Value::Bool(true));
    assert_eq!(value(r#"signal.data.via == "qr""#), Value::Bool(true));
    assert_eq!(value("signal.data.missing"), Value::Null);
    assert_eq!(value("signal.data.missing ?? 5"), Value::Int(5));
    assert_eq!(value("signals.count"), Value::Int(2));
}

#[test]
fn a_slip_in_a_property_of_a_member_is_told_from_a_field() {
    let problems = compile("member.idel > days(60)").unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.en.contains("`idel`"), "{:?}", problems[0]);
    compile("members.where(|m| m.idel > days(60))").unwrap_err();
    compile("member.point == 3 && member.level == 2").unwrap();
}

#[test]
fn missing_keys_of_args_are_nothing_and_of_vars_an_error() {
    assert_eq!(value("args.missing"), Value::Null);
    assert_eq!(value("args.short"), Value::Bool(true));
    assert_eq!(value("args.missing ?? 3"), Value::Int(3));
    let loose = Known { vars: None, dates: None, ..known() };
    let error = |source: &str| Expr::compile(source, &loose).unwrap().eval(&facts()).unwrap_err().0.en;
    assert!(error("vars.limits").contains("no key `limits`"), "{}", error("vars.limits"));
    assert!(error("date.gest").contains("no key `gest`"));
    assert!(error("rules.allow").contains("no key `allow`"));
}

#[test]
fn values_are_written_for_the_locale() {
    assert_eq!(text("3.0"), "3");
    assert_eq!(text("0.1 + 0.2"), "0.3");
    assert_eq!(text("vars.ratio"), "2");
    assert_eq!(text("()"), "");
    assert_eq!(text("true"), "true");
    assert_eq!(text("rules.forbid"), "广告、拉票");
    assert_eq!(text_in(Locale::En, "rules.forbid"), "广告, 拉票");
    assert_eq!(text_in(Locale::En, "date.at"), "Fri 11 Dec, 20:30");
    assert_eq!(text_in(Locale::En, "roles.host"), "小朱, 小林");
    assert_eq!(text(r#""时间:" + date.at"#), "时间:12月11日(周五)20:30");
    assert_eq!(text("`${phase} ${days(1)} ${members.top(1)} ${[1, 2]} ${2.0}`"), "grow 1 天 乙 1、2 2");
    assert_eq!(text("roles.host.people"), "小朱、小林");
    assert_eq!(text("roles.host.people[0].id"), "zhu");
    assert_eq!(
        value(r#"roles.host == "zhu" && roles.host.name == "小朱、小林" && roles.host.count == 2"#),
        Value::Bool(true)
    );
}

#[test]
fn text_helpers_help() {
    assert_eq!(text("plain(\"[小*林](x) <!all>\")"), r"\[小\*林\](x) \<!all>");
    assert_eq!(text("plain(3)"), "3");
    assert_eq!(text("percent(1, 4)"), "25%");
    assert_eq!(text("percent(0.125)"), "13%");
    assert_eq!(text("percent(0, 0)"), "0%");
    assert_eq!(text(r#"plural(1, "day", "days") + plural(2, "day", "days")"#), "1 day2 days");
    assert_eq!(text(r#"shorten("长安共读社", 3)"#), "长安…");
    assert_eq!(text(r#"["a", "b"].join("-")"#), "a-b");
    assert_eq!(text(r#"["a", "b"].join()"#), "a、b");
    assert_eq!(text(r#"lines("a\nb").count"#), "2");
    assert_eq!(text("round(2.345, 1)"), "2.3");
    assert_eq!(text("text(days(2))"), "2 天");
    assert_eq!(text("[1, 2, 3].sum() + [1, 2].last + [5].first"), "13");
    assert_eq!(text("[1, 1, 2].unique()"), "1、2");
    assert_eq!(text("[1, 2, 3].where(|x| x > 1).take(1)"), "2");
    assert_eq!(value("[1, 2].any(|x| x == 2)"), Value::Bool(true));
    assert_eq!(
        value(r#"[1, 2, 3].group_by(|x| if x > 1 { "b" } else { "a" })"#),
        value("#{ a: [1], b: [2, 3] }")
    );
    assert_eq!(value(r#"data("long.md")"#), Value::str("长文"));
}

#[test]
fn chance_is_seeded() {
    let draw = "[random(100), random(1, 6), pick([1, 2, 3]), shuffle([1, 2, 3, 4]), sample([1, 2, 3], 2), random(), chance(0.5), members.random(2)]";
    assert_eq!(value(draw), value(draw));
    let mut other = facts_in(Locale::Zh);
    other.seed = 8;
    assert_ne!(compile(draw).unwrap().eval(&Arc::new(other)).unwrap(), value(draw));
    assert!(failure("pick([])").0.en.contains("empty list"));
    assert!(failure("random(0)").0.en.contains("nothing to choose from"));
}

#[test]
fn names_and_files_are_collected() {
    use crate::script::names::Name;
    let expr =
        compile(r#"members.where(|m| m.points > vars.limit).count > 0 && data("./long.md") != """#).unwrap();
    assert_eq!(expr.names(), Names::NONE.with(Name::Members).with(Name::Vars));
    assert_eq!(expr.data(), ["long.md"]);
    assert_eq!(compile(r#"phase == "grow""#).unwrap().names(), Names::NONE.with(Name::Phase));
}

#[test]
fn a_condition_is_true_or_false() {
    let error = compile("members.count").unwrap().eval_bool(&facts()).unwrap_err();
    assert!(error.0.en.contains("`members.count` is a whole number"), "{error}");
    assert!(compile(r#"phase == "grow""#).unwrap().eval_bool(&facts()).unwrap());
}

#[test]
fn an_endless_expression_is_stopped() {
    let source = "members.where(|m| (0..100000).into_list().len() > 0).count";
    assert!(compile(source).is_err(), "there is no way to loop but through closures");
    let nested = "[1,2,3,4,5,6,7,8,9,10].map(|a| [1,2,3,4,5,6,7,8,9,10].map(|b| [1,2,3,4,5,6,7,8,9,10].map(|c| [1,2,3,4,5,6,7,8,9,10].map(|d| [1,2,3,4,5,6,7,8,9,10].map(|e| [1,2,3,4,5,6,7,8,9,10].map(|f| a + f))))))";
    assert!(failure(nested).0.en.contains("needs more than"), "closures count too");
}

#[test]
fn what_members_say_stays_plain_text_in_a_message() {
    let mut facts = facts_in(Locale::En);
    facts.members.list(&member("m5", "*x* [a](b)", 0, 1));
    facts.member = Some(MemberId::new("m5"));
    facts.signal =
        Value::map([("name", Value::str("answer")), ("data", Value::map([("text", Value::str("# hi"))]))]);
    facts.vars = Arc::new(
        [("motto".into(), Value::str("**read**")), ("quote".into(), Value::str("[A](b)"))]
            .into_iter()
            .collect(),
    );
    facts.bindings = Arc::new(
        [("m".into(), Value::map([("$member", Value::str("m5"))])), ("riddle".into(), Value::str("_what_"))]
            .into_iter()
            .collect(),
    );
    let facts = Arc::new(facts);
    let markdown = |source: &str| {
        let mut known = known();
        known.bindings.extend(["m", "riddle"].map(String::from));
        known.owned = set(&["riddle"]);
        known.vars = Some(set(&["motto", "quote"]));
        known.said_vars.add("quote");
        Expr::compile(source, &known).unwrap().eval_markdown(&facts).unwrap()
    };
    let name = r"\*x\* \[a\](b)";
    assert_eq!(markdown("member"), name);
    assert_eq!(markdown("m.name"), name);
    assert_eq!(markdown("`**Welcome** ${member.name}`"), format!(r"\*\*Welcome\*\* {name}"));
    // Whatever an expression makes of them, letter by letter.
    assert_eq!(markdown("member.name.to_upper()"), r"\*X\* \[A\](B)");
    assert_eq!(markdown("[member.name].map(|n| n + \"!\")"), format!("{name}!"));
    assert_eq!(markdown("if members.count > 0 { vars.quote } else { \"\" }"), r"\[A\](b)");
    assert_eq!(markdown("vars[\"quote\"].to_lower()"), r"\[a\](b)");
    assert!(markdown("members.where(|m| m.name.len() > 3)").contains(name));
    assert_eq!(markdown("signal.data.text"), r"\# hi");
    // What the operator wrote keeps its marks.
    assert_eq!(markdown("vars.motto"), "**read**");
    assert_eq!(markdown("riddle"), "_what_");
    assert_eq!(markdown("vars[\"motto\"]"), "**read**");
    assert_eq!(markdown("members.count - 20 - members.count"), "-20");
    // What was made plain is not made plain twice, and `raw` means its marks.
    assert_eq!(markdown("plain(member.name)"), name);
    assert_eq!(markdown("member.name.plain()"), name);
    assert_eq!(markdown("`**Welcome** ${plain(member.name)}`"), format!("**Welcome** {name}"));
    assert_eq!(markdown("raw(members.where(|m| m.id == \"m5\").map(|m| `- ${m.name}`))"), "- *x* [a](b)");
    assert_eq!(markdown("raw(vars.quote) + vars.quote"), r"\[A\](b)\[A\](b)");
}

#[test]
fn arithmetic_of_time_ends_at_the_ends() {
    let extremes = [
        "0",
        "1",
        "-1",
        "9223372036854775807",
        "-9223372036854775807",
        "9000000000000000000",
        "1e308",
        "-1e308",
        "9e300 * 1e9",
        "0.0 / 0.0",
    ];
    let forms = [
        "days({n})",
        "-days({n})",
        "weeks({n})",
        "hours({n})",
        "minutes({n})",
        "seconds({n})",
        "days({n}) * 9",
        "days({n}) / -1",
        "days({n}) / days(1)",
        "days(1) * ({n})",
        "days({n}) * ({n})",
        "days({n}) + days({n})",
        "days({n}) - days({n})",
        "now + days({n})",
        "now - days({n})",
        "(now + days({n})).date",
        "(now - days({n})).start_of_week",
        "(now + days({n})).start_of_month",
        "(now - days({n})).start_of_day",
        "(now + days({n})).at(\"20:00\")",
        "(now + days({n})).plus_days(3)",
        "(now - days({n})).format(\"%F %T\")",
        "(now + days({n})) - (now - days({n}))",
        "(now + days({n})).unix",
        "(now - days({n})).weekday",
        "days({n}).days",
        "text(days({n}))",
        "text(now + days({n}))",
        "percent({n}, 3)",
        "percent({n})",
        "round({n}, 3)",
        "members.idle(days({n})).count",
        "members.active(days({n})).count",
        "members.take({n}).count",
        "members.top({n}).count",
        "shorten(\"abc\", {n})",
        "[1, 2].take({n})",
        "random(1, {n})",
        "random({n})",
        "plural({n}, \"a\", \"b\")",
        "now.plus_days({n})",
        "[{n}, {n}].sum()",
    ];
    for n in extremes {
        for form in forms {
            let source = form.replace("{n}", n);
            let Ok(expr) = compile(&source) else { continue };
            for locale in [Locale::En, Locale::Zh] {
                let facts = Arc::new(facts_in(locale));
                if let Err(error) = expr.eval_text(&facts) {
                    assert!(!error.to_string().contains("broke"), "{source}: {error}");
                }
                let _ = expr.eval(&facts);
            }
        }
    }
    assert_eq!(text("days(-9000000000000000000)"), text("-days(9000000000000000000)"));
}

#[test]
fn what_fails_is_told_in_both_languages() {
    for (source, en, zh) in [
        ("members[9]", "no member 9", "没有第 9 位"),
        ("pick([])", "empty list", "列表是空的"),
        ("date.gest", "no key `gest`", "没有键 `gest`"),
        (r#"throw "自己说的""#, "自己说的", "自己说的"),
    ] {
        let loose = Known { dates: None, ..known() };
        let Ok(expr) = Expr::compile(source, &loose) else { continue };
        let error = expr.eval(&facts()).unwrap_err().0;
        assert!(error.en.contains(en) && error.zh.contains(zh), "{error:?}");
    }
}
