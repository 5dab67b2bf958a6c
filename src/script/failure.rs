//! Rhai's errors in plain words, with the place they are about.

use super::frame::{CallStop, Frame};
use crate::base::limits;
use crate::base::phrase::{Phrase, pair, phrase};
use rhai::{EvalAltResult, LexError, ParseError, ParseErrorType, Position};

/// A failure while code ran.
pub(super) struct CodeFailure {
    pub(super) message: Phrase,
    pub(super) position: Position,
    /// The file, where it is not the one that was called.
    pub(super) source: Option<String>,
}

/// Explains a failure; `stop` is why the frame ended the call, if it did.
pub(super) fn explain(error: &EvalAltResult, frame: &Frame<'_>) -> CodeFailure {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, source, inner, position)
        | EvalAltResult::ErrorInModule(source, inner, position) => {
            let inner = explain(inner, frame);
            CodeFailure {
                position: if inner.position.is_none() { *position } else { inner.position },
                source: inner.source.or_else(|| (!source.is_empty()).then(|| source.clone())),
                ..inner
            }
        }
        other => CodeFailure {
            message: words(other, frame.stopped(), frame),
            position: other.position(),
            source: None,
        },
    }
}

fn words(error: &EvalAltResult, stop: Option<CallStop>, frame: &Frame<'_>) -> Phrase {
    use EvalAltResult as E;
    match error {
        E::ErrorTerminated(..) | E::ErrorTooManyOperations(_) => {
            stop.unwrap_or(CallStop::Operations).message(frame)
        }
        E::ErrorStackOverflow(_) => phrase!(
            "functions call each other more than {} levels deep; is there a recursion without end?", "函数互相调用超过 {} 层；是不是递归没有出口？",
            limits::SCRIPT_CALL_LEVELS_MAX
        ),
        E::ErrorDataTooLarge(what, _) => too_large(what),
        E::ErrorRuntime(value, _) => frame.meant_by(super::render::text(value)),
        E::ErrorVariableNotFound(name, _) => phrase!("there is no `{name}` here", "这里没有 `{name}`"),
        E::ErrorPropertyNotFound(name, _) => {
            phrase!("there is no key `{name}` in this map; where it may be missing, read it with `.get(\"{name}\")`", "这个映射里没有键 `{name}`；可能没有的键，用 `.get(\"{name}\")` 来读")
        }
        E::ErrorDotExpr(text, _) => property(text),
        E::ErrorFunctionNotFound(signature, _) => {
            phrase!("there is no function `{}`", "没有函数 `{}`", plain_types(signature))
        }
        E::ErrorMismatchDataType(expected, found, _) => {
            mismatch(found, expected)
        }
        E::ErrorMismatchOutputType(expected, found, _) => mismatch(found, expected),
        E::ErrorArrayBounds(length, index, _) => {
            phrase!("there is no element {index} in a list of {length}", "列表只有 {length} 个元素，没有第 {index} 个")
        }
        E::ErrorStringBounds(length, index, _) => {
            phrase!("there is no letter {index} in a text of {length}", "文字只有 {length} 个字，没有第 {index} 个")
        }
        E::ErrorIndexingType(text, _) => phrase!("`{}` cannot be indexed so", "`{}` 不能这样取", plain_types(text)),
        E::ErrorFor(_) => pair("`for` goes through a list, a map's `keys()`, members or a range", "`for` 可以遍历列表、映射的 `keys()`、成员或一段范围").into(),
        E::ErrorAssignmentToConstant(name, _) => phrase!("`{name}` cannot be changed", "`{name}` 不能改"),
        E::ErrorNonPureMethodCallOnConstant(name, _) => phrase!("`{name}` would change what cannot be changed", "`{name}` 会改动不能改的东西"),
        E::ErrorDataRace(..) => {
            pair("a list or map is used inside its own `map`, `filter` or the like; copy it first: `let copy = list;`", "列表或映射在自己的 `map`、`filter` 之类里又用到了自己；先复制一份：`let copy = list;`").into()
        }
        E::ErrorTooManyVariables(_) => pair("there are too many variables at once", "变量一次用得太多了").into(),
        E::ErrorParsing(kind, _) => parse_words(kind).0,
        other => Phrase::same(without_place(&other.to_string())),
    }
}

fn too_large(what: &str) -> Phrase {
    let (what, limit) = if what.contains("string") {
        let limit = phrase!("{} bytes", "{} 字节", limits::SCRIPT_TEXT_BYTES_MAX);
        (Phrase::from(pair("the text in a value", "一个值里的文字")), limit)
    } else if what.contains("array") {
        (pair("a list", "列表").into(), phrase!("{} elements", "{} 个元素", limits::SCRIPT_ARRAY_SIZE_MAX))
    } else {
        (pair("a map", "映射").into(), phrase!("{} entries", "{} 项", limits::SCRIPT_MAP_SIZE_MAX))
    };
    phrase!(
        "{what} grew over the limit of {limit}, counting what is inside it",
        "{what}连同里面的东西超过了上限 {limit}";
        what, limit
    )
}

fn mismatch(found: &str, expected: &str) -> Phrase {
    let (found, expected) = (kind(found), kind(expected));
    phrase!("found {found}, expected {expected}", "这里是{found}，应为{expected}"; found, expected)
}

/// "Unknown property 'x' - a getter is not registered for type 'y'"
fn property(text: &str) -> Phrase {
    let mut quoted = text.split('\'').skip(1).step_by(2);
    match (quoted.next(), quoted.next()) {
        (Some(name), Some("()")) => {
            phrase!(
                "`{name}` is read from nothing: what stands before it has no value here",
                "`{name}` 读不到：它前面的东西这里没有值"
            )
        }
        (Some(name), Some(of)) => {
            let of = kind(of);
            let name = Phrase::same(name);
            phrase!("{of} has no `{name}`", "{of}没有 `{name}`"; of, name)
        }
        _ => Phrase::same(without_place(text)),
    }
}

/// Rhai's name of a type in words.
fn kind(name: &str) -> Phrase {
    Phrase::from(match name {
        "i64" => pair("a whole number", "整数"),
        "f64" => pair("a number", "数"),
        "bool" => pair("true or false", "真或假"),
        "string" | "String" | "ImmutableString" | "&str" => pair("text", "文字"),
        "char" => pair("a character", "一个字"),
        "()" => pair("nothing", "空"),
        "array" => pair("a list", "列表"),
        "map" | "open map" => pair("a map", "映射"),
        "time" => pair("a time", "时间"),
        "duration" => pair("a duration", "时长"),
        "member" => pair("a member", "成员"),
        "Fn" => pair("a function", "函数"),
        other => return Phrase::same(other),
    })
}

/// `name (i64, string)` with the types in words.
fn plain_types(signature: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in signature.chars().chain(std::iter::once('\0')) {
        if c.is_alphanumeric() || c == '_' || c == '&' {
            word.push(c);
            continue;
        }
        out.push_str(match word.as_str() {
            "i64" | "f64" => "number",
            "string" | "String" | "ImmutableString" | "&str" => "text",
            "array" => "list",
            other => other,
        });
        word.clear();
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

fn without_place(text: &str) -> String {
    let end = text.rfind(" (line ").unwrap_or(text.len());
    text[..end].replace('\n', "; ")
}

/// What a parse error says of the text at its place, and what to do.
pub(super) fn parse(error: &ParseError, found: &str) -> (Phrase, Option<Phrase>) {
    if found.starts_with(|c: char| c.is_alphabetic() && !c.is_ascii()) {
        return (
            phrase!(
                "`{found}` is not a name here: names are ASCII letters, digits and `_`",
                "`{found}` 在这里不能作名字：名字只用英文字母、数字和 `_`"
            ),
            Some(phrase!(
                "text is written in quotes, a key in brackets and quotes: `[\"{found}\"]`",
                "文字要加引号，键要写在方括号和引号里：`[\"{found}\"]`"
            )),
        );
    }
    if matches!(found, "curry" | "Fn") {
        return no_function(found);
    }
    parse_words(error.err_type())
}

fn parse_words(kind: &ParseErrorType) -> (Phrase, Option<Phrase>) {
    match kind {
        ParseErrorType::Reserved(word) if word == "eval" => no_eval(),
        ParseErrorType::BadInput(LexError::ImproperSymbol(word, _)) if word == "eval" => no_eval(),
        ParseErrorType::Reserved(word) => (
            phrase!("`{word}` is a word that Rhai keeps for itself", "`{word}` 是 Rhai 的保留字"),
            Some(phrase!(
                "rename it, such as `{word}_`, or write it in brackets and quotes: `[\"{word}\"]`",
                "换个名字，例如 `{word}_`，或写在方括号和引号里：`[\"{word}\"]`"
            )),
        ),
        ParseErrorType::UnexpectedEOF => (
            pair("the code ends too early", "代码还没写完就结束了").into(),
            Some(pair("close what is open", "把没闭合的闭合").into()),
        ),
        ParseErrorType::ExprTooDeep => (
            phrase!(
                "the code is nested deeper than {} levels",
                "代码嵌套超过 {} 层",
                limits::SCRIPT_EXPR_DEPTH_MAX
            ),
            Some(pair("split it up", "把它拆开").into()),
        ),
        ParseErrorType::BadInput(lex) => {
            // What Rhai says of an unexpected sign says so already.
            let text = match lex {
                LexError::UnexpectedInput(said) if said.contains('\'') => said.clone(),
                other => other.to_string(),
            };
            let found = text.split('\'').nth(1).unwrap_or_default().to_owned();
            let help = match found.as_str() {
                "=" => Some(
                    pair("compare with `==`; an expression cannot assign", "比较用 `==`；表达式不能赋值")
                        .into(),
                ),
                found => meant_sign(found),
            };
            (syntax(&text, kind), help)
        }
        other => (syntax(&other.to_string(), other), None),
    }
}

/// What to write for a sign that people write and code does not have.
fn meant_sign(found: &str) -> Option<Phrase> {
    if let Some((wide, plain)) = wide_sign(found) {
        return Some(phrase!(
            "`{wide}` is full-width: write `{plain}`",
            "`{wide}` 是全角符号：写成半角的 `{plain}`"
        ));
    }
    let sign = found.chars().next()?;
    let plain = match sign {
        '≥' | '⩾' | '≧' => ">=",
        '≤' | '⩽' | '≦' => "<=",
        '≠' => "!=",
        '×' => "*",
        '÷' => "/",
        '−' | '–' | '—' => "-",
        '…' => "..",
        '«' | '»' | '„' => "\"",
        '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{2060}' | '\u{3000}' | '\u{feff}' => {
            let code = u32::from(sign);
            return Some(phrase!(
                "this is a space that code does not have (U+{code:04X}): write a plain one",
                "这里是代码里不能用的空格（U+{code:04X}）：换成普通空格"
            ));
        }
        _ => return None,
    };
    Some(phrase!("for `{sign}` write `{plain}`", "`{sign}` 写成 `{plain}`"))
}

/// A full-width sign where code has a half-width one, and that one.
fn wide_sign(found: &str) -> Option<(char, char)> {
    let wide = found.chars().next()?;
    let plain = match wide {
        '“' | '”' => '"',
        '‘' | '’' => '`',
        '。' => '.',
        '、' => ',',
        '！'..='～' => char::from_u32(u32::from(wide) - 0xFEE0)?,
        _ => return None,
    };
    Some((wide, plain))
}

/// A parse error in the words of Rhai, which are English; in Chinese what they come down to.
fn syntax(said: &str, kind: &ParseErrorType) -> Phrase {
    let zh = match kind {
        ParseErrorType::MissingToken(token, _) => format!("这里缺少 `{token}`"),
        ParseErrorType::UnknownOperator(sign) => format!("没有 `{sign}` 这个运算符"),
        ParseErrorType::ExprExpected(_) => "这里应有一个表达式".to_owned(),
        ParseErrorType::VariableExpected => "这里应有一个名字".to_owned(),
        ParseErrorType::BadInput(LexError::UnexpectedInput(text)) => {
            format!("这里不该有 `{}`", text.split('\'').nth(1).unwrap_or(text))
        }
        ParseErrorType::BadInput(LexError::UnterminatedString) => "文字的引号没有闭合".to_owned(),
        ParseErrorType::BadInput(LexError::MalformedNumber(text)) => format!("`{text}` 不是数"),
        ParseErrorType::BadInput(LexError::ImproperSymbol(sign, _)) => format!("这里不能写 `{sign}`"),
        _ => "这里的代码读不懂".to_owned(),
    };
    Phrase { en: lower_first(&said.replace('\'', "`")), zh }
}

fn no_eval() -> (Phrase, Option<Phrase>) {
    (
        pair(
            "`eval` is not there: code made at run time cannot be checked",
            "没有 `eval`：运行时拼出来的代码没法检查",
        )
        .into(),
        Some(
            pair(
                "write the code itself, or choose with `if` or `switch`",
                "直接写代码，或用 `if`、`switch` 来选择",
            )
            .into(),
        ),
    )
}

fn no_function(word: &str) -> (Phrase, Option<Phrase>) {
    (
        phrase!("`{word}` is not there", "没有 `{word}`"),
        Some(
            pair(
                "write a closure, which sees the names around it: `|x| x + limit`",
                "写一个闭包，它看得见周围的名字：`|x| x + limit`",
            )
            .into(),
        ),
    )
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
