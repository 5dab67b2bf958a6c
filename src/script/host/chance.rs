//! Chance: a stream that is seeded by run and step, so the same call draws the same; and draws that everybody can check.

use super::{Given, fail, function};
use crate::{
    base::{
        hex::hex,
        phrase::{pair, phrase},
    },
    script::frame,
};
use rhai::{Array, Dynamic, Module};
use sha2::{Digest as _, Sha256};

pub(super) fn register(module: &mut Module) {
    function(module, "random", || frame::with(|f| f.random(crate::base::seed::Seed::fraction)));
    function(module, "random", |n: i64| -> Given<i64> {
        if n < 1 {
            return Err(fail(phrase!(
                "`random({n})` has nothing to choose from; `random(n)` gives 0 to n - 1",
                "`random({n})` 没有可选的；`random(n)` 给出 0 到 n - 1"
            )));
        }
        Ok(below(n as usize) as i64)
    });
    function(module, "random", |from: i64, to: i64| -> Given<i64> {
        let width = to.checked_sub(from).and_then(|w| w.checked_add(1)).filter(|w| *w > 0);
        let width = width.ok_or_else(|| {
            fail(phrase!(
                "`random({from}, {to})` has nothing to choose from",
                "`random({from}, {to})` 没有可选的"
            ))
        })?;
        Ok(from + below(width as usize) as i64)
    });
    function(module, "chance", |probability: f64| frame::with(|f| f.random(|seed| seed.chance(probability))));
    function(module, "pick", |list: &mut Array| -> Given<Dynamic> {
        let n = below(list.len());
        list.get(n).cloned().ok_or_else(|| {
            fail(pair(
                "`pick` of an empty list; test `list.is_empty()` first",
                "列表是空的，`pick` 选不出来；先用 `list.is_empty()` 看一看",
            ))
        })
    });
    function(module, "shuffle", |list: &mut Array| chosen(list, list.len()));
    function(module, "sample", |list: &mut Array, n: i64| chosen(list, usize::try_from(n).unwrap_or(0)));
    function(module, "seal", |text: &str| {
        frame::spent(text.len());
        seal(text)
    });
    function(module, "drawn", |list: &mut Array, n: i64, seed: &str| {
        drawn(list, usize::try_from(n).unwrap_or(0), seed)
    });
}

/// What `sha256sum` says of a text.
fn seal(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// The first `n` of a list in the order of the seals of the seed, a colon and the element: whoever has the list and the
/// seed draws the same, in whatever order the list is.
fn drawn(list: &Array, n: usize, seed: &str) -> Array {
    frame::spent(list.len().saturating_mul(seed.len().max(64)));
    let mut sealed: Vec<(String, &Dynamic)> =
        list.iter().map(|one| (seal(&format!("{seed}:{one}")), one)).collect();
    sealed.sort_by(|one, other| one.0.cmp(&other.0));
    sealed.into_iter().take(n).map(|(_, one)| one.clone()).collect()
}

fn below(n: usize) -> usize {
    frame::with(|f| f.random(|seed| seed.below(n as u64))) as usize
}

fn chosen(list: &Array, n: usize) -> Array {
    frame::spent(list.len() + n.min(list.len()));
    sample(list.len(), n).into_iter().filter_map(|i| list.get(i).cloned()).collect()
}

/// `n` different indices below `length`, in random order (Fisher–Yates).
pub(super) fn sample(length: usize, n: usize) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..length).collect();
    let n = n.min(length);
    for i in 0..n {
        let j = i + below(length - i);
        indices.swap(i, j);
    }
    indices.truncate(n);
    indices
}
