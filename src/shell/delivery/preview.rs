//! Posts as a person reads them on a terminal.

use crate::base::ids::ChannelName;

/// A post of the console channel: a title line with the channel, then the text, indented.
pub fn console(channel: &ChannelName, text: &str) -> String {
    let mut out = format!("┌ {channel}\n");
    for line in text.lines() {
        out.push_str("│ ");
        out.push_str(line);
        out.push('\n');
    }
    out
}
