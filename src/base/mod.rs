//! The words every layer uses: ids, time values, plain values, spans, diagnostics, limits.
//!
//! Nothing here has behaviour that needs the outside: no clock, no file, no randomness of its own.

pub mod civil_day;
pub mod decode;
pub mod diagnostic;
pub mod habits;
pub mod hex;
pub mod hint;
pub mod ids;
pub mod limits;
pub mod locale;
pub mod spoken_time;
pub mod markdown;
pub mod member;
pub mod metric;
pub mod offset;
pub mod person;
pub mod phrase;
pub mod picture;
pub mod points_account;
pub mod seed;
pub mod source;
pub mod spelling;
pub mod stored;
pub mod threshold;
pub mod time;
pub mod value;
pub mod visible;
pub mod words;
