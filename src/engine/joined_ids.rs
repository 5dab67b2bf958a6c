//! The fact that two ids are of one member. Plain data.

use crate::base::ids::MemberId;
use serde::{Deserialize, Serialize};

/// Two ids are of one member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinedIds {
    /// The id that is another name from now on.
    pub from: MemberId,
    /// The member.
    pub into: MemberId,
}
