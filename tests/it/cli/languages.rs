//! Every line of the table of commands, read by an English reader: none has words of Chinese beside names and files.

use super::every;

#[test]
fn an_english_reader_meets_no_chinese() {
    let place = every::stage().env("LANG", "en_US.UTF-8");
    let mut found = Vec::new();
    let chinese =
        |text: &str| text.replace("西安", "").chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let run = every::each(&place, |line, _, _, output| {
        // Heads of member lists are understood in Chinese, too, and the page of `--help` says which.
        if line.contains("--lang") || line.starts_with("new") || line.starts_with("schema") {
            return;
        }
        let lines = output.stdout.lines().chain(output.stderr.lines());
        found.extend(lines.filter(|said| chinese(said)).map(|said| format!("{line}: {said}")));
    });
    found.extend(run.lines().filter(|said| chinese(said)).map(|said| format!("run: {said}")));
    assert!(found.is_empty(), "{} lines:\n{}", found.len(), found.join("\n"));
}
