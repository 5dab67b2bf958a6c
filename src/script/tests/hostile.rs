//! Scripts that mean harm: each ends in a clear error, and nothing of it is collected.
//!
//! Run on test threads of 2 MiB; a stack overflow would end the whole test process.

use super::*;

#[track_caller]
fn ends(body: &str, words: &str) {
    let error = fails(&format!("fn main() {{\n post(\"x\");\n {body}\n}}"));
    assert!(error.message.en.contains(words), "{body}: {error}");
    assert!(error.line > 0, "{body}: {error} has no place");
}

#[test]
fn endless_loops_end() {
    ends("loop { }", "a loop without end");
    ends("let n = 0; loop { try { n += 1; } catch { } }", "a loop without end");
    ends("for i in 0..9000000000000000000 { }", "a loop without end");
    let error = fails("fn main() {\n  let n = 0;\n  loop {\n    n += 1;\n  }\n}");
    assert_eq!(error.line, 4, "it points into the loop: {error}");
}

#[test]
fn the_wall_clock_stops_a_call() {
    let host = FakeHost { patience: 3, ..FakeHost::default() };
    let error = script("fn main() { loop { } }").call("main", &Value::Null, &facts(), &host).unwrap_err();
    assert!(error.message.en.contains("took too long"), "{error}");
    let closures = "fn main() { let a = []; a.pad(5000, 1); let b = a; a.map(|x| b.map(|y| y)); }";
    let host_again = FakeHost { patience: 50, ..FakeHost::default() };
    let error = script(closures).call("main", &Value::Null, &facts(), &host_again).unwrap_err();
    assert!(error.message.en.contains("took too long"), "what closures do counts too: {error}");
    assert_eq!(
        host.asked.load(Ordering::Relaxed),
        3,
        "asked every thousand operations, and no more once it is over"
    );
}

#[test]
fn recursion_ends() {
    let deep = |source: &str| {
        let error = fails(source);
        assert!(error.message.en.contains("levels deep"), "{error}");
    };
    deep("fn main() { main() }");
    deep("fn main() { f(1) }\nfn f(n) { g(n + 1) }\nfn g(n) { f(n) }");
    deep("fn main() { f(0) }\nfn f(n) { [1].map(|x| f(n + x)) }");
    deep("fn main() { members.where(|m| h()).count }\nfn h() { members.any(|m| h()) }");
    let nested = format!("fn main() {{ {}main(){} }}", "[".repeat(15), "]".repeat(15));
    deep(&nested);
    let blocks = format!("fn main() {{ {}main(){} }}", "if true { ".repeat(12), " }".repeat(12));
    deep(&blocks);
}

#[test]
fn growth_ends() {
    ends("let s = \"xxxxxxxxxx\"; loop { s += s; }", "a text grew over the limit");
    ends("let s = \"x\"; loop { s = `${s}${s}`; }", "a text grew over the limit");
    ends("let a = [1]; loop { a += a; }", "a list grew over the limit");
    ends("let a = [1]; loop { a.append(a); }", "a list grew over the limit");
    ends("let a = []; loop { a.push(1); }", "");
    ends("let m = #{}; let i = 0; loop { m[`k${i}`] = i; i += 1; }", "a map grew over the limit");
    ends(
        "let s = \"\"; s.pad(60000, 'x'); let m = #{}; let i = 0; loop { m[`${s}${i}`] = i; i += 1; }",
        "keys of maps",
    );
    ends("let m = #{ n: #{} }; let i = 0; loop { m.n[`k${i}`] = i; i += 1; }", "a map grew over the limit");
    ends("let m = #{}; let i = 0; let put = |k| m[k] = 1; loop { put.call(`k${i}`); i += 1; }", "");
    ends("let a = []; a.pad(100000000, 1)", "");
    ends("let s = \"\"; s.pad(1000000000, \"x\")", "");
    ends("let s = \"x\"; s.pad(60000, \"x\"); s.replace(\"x\", s); s", "the limit is 65536");
    ends("let s = \"x\"; s.pad(60000, 'x'); s.replace(\"\", s); s", "the limit is 65536");
    ends("let a = []; for i in 0..3000 { a.push(\"xxxxxxxxxxxxxxxxxxxxxxx\"); } a.join(\"yyyy\")", "");
    ends("loop { post(\"x\"); }", "more than 1000 actions");
    ends("let i = 0; loop { state[`k${i}`] = i; i += 1; }", "more than 1000 actions");
}

#[test]
fn nesting_ends() {
    ends("let a = []; loop { a = [a]; }", "nested deeper than 500 levels");
    ends("let a = #{}; loop { a = #{ a: a }; }", "nested deeper than 500 levels");
    ends("let a = []; loop { a = [[[[[[[[[[[[[[[a]]]]]]]]]]]]]]]; }", "nested deeper than 500 levels");
    ends("let a = []; let f = || a = [a]; loop { f.call(); }", "");
    ends("let a = []; for i in 0..500 { a = [a]; } return a;", "nested deeper than 64 levels");
    let bomb = format!("fn main() {{ {}1{} }}", "(".repeat(5000), ")".repeat(5000));
    assert!(refused(&bomb)[0].contains("nested deeper"), "{:?}", refused(&bomb));
    let blocks = format!("fn main() {{ {}{} }}", "{".repeat(5000), "}".repeat(5000));
    assert!(!refused(&blocks).is_empty());
}

#[test]
fn what_is_not_there_cannot_be_reached_by_another_way() {
    for name in ["eval", "sleep", "exit", "timestamp", "open_file"] {
        ends(&format!("let f = Fn(\"{name}\"); f.call(\"1\")"), "");
    }
    ends("let f = \"sl\"; f += \"eep\"; Fn(f).call(1)", "no function `sleep");
}

#[test]
fn a_thrown_value_is_the_message() {
    ends("throw \"没有谜语了\";", "没有谜语了");
}

#[test]
fn functions_have_a_weight() {
    assert!(refused("fn main() { let f = |x| x; f = f.curry(f); }")[0].contains("`curry` is not there"));
    assert!(refused("fn main() { let f = |x| x; curry(f, f) }")[0].contains("`curry` is not there"));
    assert!(problems("[|x| x].map(|f| f.curry(f)).len() == 1")[0].1.contains("`curry` is not there"));
    assert!(problems("[Fn(\"len\")].len()")[0].1.contains("`Fn` is not there"));
    for name in ["curry", "eval", "Fn", "call"] {
        ends(&format!("let f = |x| x; call(Fn(\"{name}\"), f, f)"), "");
    }
    // What closures capture may be as deep, and as much, as other values.
    ends(
        "let f = |x| x; for i in 0..100000 { let g = f; f = |x| g.call(x); }",
        "nested deeper than 500 levels",
    );
    ends("let f = || 1; loop { let g = f; let h = f; f = || g.call() + h.call(); }", "");
}

#[test]
fn what_all_functions_hold_at_once_is_bounded() {
    let copies: Vec<String> = (0..200).map(|n| format!("let v{n} = a; ")).collect();
    let copies = copies.concat();
    let error = fails(&format!(
        "fn main() {{ let a = []; a.pad(20000, 1); f(a, 20) }}\nfn f(a, n) {{ {copies} if n > 0 {{ f(a, n - 1) }} }}"
    ));
    assert!(error.message.en.contains("holds at once"), "{error}");
    ends("let a = []; a.pad(20000, 1); let b = a; a.map(|x| b)", "holds at once");
    ends("let a = []; a.pad(20000, 1); let b = a; a.zip(a, |x, y| b)", "holds at once");
    ends("let a = []; a.pad(20000, 1); let m = #{}; let i = 0; loop { m[`k${i}`] = a; i += 1; }", "");
    assert!(
        refused("fn grow() { loop { this = [this]; } } fn main() { let a = 1; a.grow(); }")[0]
            .contains("`this` cannot be changed")
    );
    assert!(
        refused("fn grow() { this.a[1] = this; } fn main() { let a = #{}; a.grow(); }")[0]
            .contains("`this` cannot be changed")
    );
}

#[test]
fn a_circle_is_broken_when_the_call_is_over() {
    // A variable that holds a function which captured it would live as long as the process.
    assert_eq!(run("fn main() { let a = 1; let f = || a; a = f; 1 }").value, Value::Int(1));
    let outcome = run("fn main() { let n = 0; let add = |x| n += x; for x in [1, 2, 3] { add.call(x); } n }");
    assert_eq!(outcome.value, Value::Int(6));
    let many =
        run("fn main() { let sum = 0; for i in 0..5000 { let k = i; sum += [1].map(|x| x + k)[0]; } sum }");
    assert_eq!(many.value, Value::Int(12_502_500));
}
