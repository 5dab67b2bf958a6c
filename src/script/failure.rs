//! Rhai's errors in plain words, with the place they are about.

use super::frame::{Frame, Stop};
use crate::base::limits;
use rhai::{EvalAltResult, LexError, ParseError, ParseErrorType, Position};

/// A failure while code ran.
pub(super) struct Failure {
    pub(super) message: String,
    pub(super) position: Position,
    /// The file, where it is not the one that was called.
    pub(super) source: Option<String>,
}

/// Explains a failure; `stop` is why the frame ended the call, if it did.
pub(super) fn explain(error: &EvalAltResult, frame: &Frame<'_>) -> Failure {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, source, inner, position)
        | EvalAltResult::ErrorInModule(source, inner, position) => {
            let inner = explain(inner, frame);
            Failure {
                position: if inner.position.is_none() { *position } else { inner.position },
                source: inner.source.or_else(|| (!source.is_empty()).then(|| source.clone())),
                ..inner
            }
        }
        other => Failure {
            message: words(other, frame.stopped(), frame),
            position: other.position(),
            source: None,
        },
    }
}

fn words(error: &EvalAltResult, stop: Option<Stop>, frame: &Frame<'_>) -> String {
    use EvalAltResult as E;
    match error {
        E::ErrorTerminated(..) | E::ErrorTooManyOperations(_) => {
            stop.unwrap_or(Stop::Operations).message(frame)
        }
        E::ErrorStackOverflow(_) => format!(
            "functions call each other more than {} levels deep; is there a recursion without end?",
            limits::SCRIPT_CALL_LEVELS_MAX
        ),
        E::ErrorDataTooLarge(what, _) => too_large(what),
        E::ErrorRuntime(value, _) => super::render::text(value),
        E::ErrorVariableNotFound(name, _) => format!("there is no `{name}` here"),
        E::ErrorPropertyNotFound(name, _) => {
            format!("there is no key `{name}` in this map; where it may be missing, read it with `.get(\"{name}\")`")
        }
        E::ErrorDotExpr(text, _) => property(text),
        E::ErrorFunctionNotFound(signature, _) => {
            format!("there is no function `{}`", plain_types(signature))
        }
        E::ErrorMismatchDataType(expected, found, _) => {
            format!("found {}, expected {}", kind(found), kind(expected))
        }
        E::ErrorMismatchOutputType(expected, found, _) => {
            format!("found {}, expected {}", kind(found), kind(expected))
        }
        E::ErrorArrayBounds(length, index, _) => {
            format!("there is no element {index} in a list of {length}")
        }
        E::ErrorStringBounds(length, index, _) => {
            format!("there is no letter {index} in a text of {length}")
        }
        E::ErrorIndexingType(text, _) => format!("`{}` cannot be indexed so", plain_types(text)),
        E::ErrorFor(_) => "`for` goes through a list, a map's `keys()`, members or a range".into(),
        E::ErrorAssignmentToConstant(name, _) => format!("`{name}` cannot be changed"),
        E::ErrorNonPureMethodCallOnConstant(name, _) => format!("`{name}` would change what cannot be changed"),
        E::ErrorDataRace(..) => {
            "a list or map is used inside its own `map`, `filter` or the like; copy it first: `let copy = list;`".into()
        }
        E::ErrorTooManyVariables(_) => "there are too many variables at once".into(),
        E::ErrorParsing(kind, _) => parse_words(kind).0,
        other => without_place(&other.to_string()),
    }
}

fn too_large(what: &str) -> String {
    let (what, limit) = if what.contains("string") {
        ("a text", format!("{} bytes", limits::SCRIPT_STRING_BYTES_MAX))
    } else if what.contains("array") {
        ("a list", format!("{} elements", limits::SCRIPT_ARRAY_SIZE_MAX))
    } else {
        ("a map", format!("{} entries", limits::SCRIPT_MAP_SIZE_MAX))
    };
    format!("{what} grew over the limit of {limit}, counting what is inside it")
}

/// "Unknown property 'x' - a getter is not registered for type 'y'"
fn property(text: &str) -> String {
    let mut quoted = text.split('\'').skip(1).step_by(2);
    match (quoted.next(), quoted.next()) {
        (Some(name), Some("()")) => {
            format!("`{name}` is read from nothing: what stands before it has no value here")
        }
        (Some(name), Some(of)) => format!("{} has no `{name}`", kind(of)),
        _ => without_place(text),
    }
}

/// Rhai's name of a type in words.
fn kind(name: &str) -> &str {
    match name {
        "i64" => "a whole number",
        "f64" => "a number",
        "bool" => "true or false",
        "string" | "String" | "ImmutableString" | "&str" => "text",
        "char" => "a character",
        "()" => "nothing",
        "array" => "a list",
        "map" | "open map" => "a map",
        "time" => "a time",
        "duration" => "a duration",
        "member" => "a member",
        "Fn" => "a function",
        other => other,
    }
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
pub(super) fn parse(error: &ParseError, found: &str) -> (String, Option<String>) {
    if found.starts_with(|c: char| c.is_alphabetic() && !c.is_ascii()) {
        return (
            format!("`{found}` is not a name here: names are ASCII letters, digits and `_`"),
            Some(format!("text is written in quotes, a key in brackets and quotes: `[\"{found}\"]`")),
        );
    }
    parse_words(error.err_type())
}

fn parse_words(kind: &ParseErrorType) -> (String, Option<String>) {
    match kind {
        ParseErrorType::Reserved(word) if word == "eval" => no_eval(),
        ParseErrorType::BadInput(LexError::ImproperSymbol(word, _)) if word == "eval" => no_eval(),
        ParseErrorType::Reserved(word) => (
            format!("`{word}` is a word that Rhai keeps for itself"),
            Some(format!("rename it, such as `{word}_`, or write it in brackets and quotes: `[\"{word}\"]`")),
        ),
        ParseErrorType::UnexpectedEOF => {
            ("the code ends too early".into(), Some("close what is open".into()))
        }
        ParseErrorType::ExprTooDeep => (
            format!("the code is nested deeper than {} levels", limits::SCRIPT_EXPR_DEPTH_MAX),
            Some("split it up".into()),
        ),
        ParseErrorType::BadInput(lex) => {
            let text = lex.to_string();
            let found = text.split('\'').nth(1).unwrap_or_default().to_owned();
            let help = match found.as_str() {
                "=" => Some("compare with `==`; an expression cannot assign".into()),
                _ => None,
            };
            (lower_first(&text.replace('\'', "`")), help)
        }
        other => (lower_first(&other.to_string().replace('\'', "`")), None),
    }
}

fn no_eval() -> (String, Option<String>) {
    (
        "`eval` is not there: code made at run time cannot be checked".into(),
        Some("write the code itself, or choose with `if` or `switch`".into()),
    )
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
