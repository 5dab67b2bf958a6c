//! `access`: who may use the console, and for what.

use super::{cx::Cx, names::NameSort};
use crate::{
    base::{
        ids::{PersonId, RoleName},
        phrase::pair,
    },
    lang::{
        document::{
            node::Node,
            reader::{self, Fields},
        },
        keys,
    },
    model::access::{Access, Holder},
};

/// Lowers the lists of roles and people.
pub(crate) fn lower(cx: &mut Cx<'_>, node: Option<&Node>) -> Access {
    let what = pair("`access`", "`access`");
    let fields = node.and_then(|node| Fields::read(&mut cx.report, node, what, keys::ACCESS.names));
    let Some(fields) = fields else {
        return Access::default();
    };
    let mut list = |key: &str| {
        fields.get(key).map(|node| {
            let items = reader::one_or_many(&mut cx.report, node, pair("a role or a person", "角色或人"));
            items.into_iter().filter_map(|item| holder(cx, item)).collect()
        })
    };
    let (admin, operator, viewer) = (list("admin"), list("operator"), list("viewer"));
    Access {
        admin: admin.unwrap_or_default(),
        operator: operator.unwrap_or_else(|| Access::default().operator),
        viewer: viewer.unwrap_or_default(),
    }
}

/// A role where there is one of that name, else one of the people.
fn holder(cx: &mut Cx<'_>, node: &Node) -> Option<Holder> {
    let name = reader::text(&mut cx.report, node, pair("a role or a person", "角色或人"))?.clone();
    cx.refer(NameSort::Assignee, &name, node.span);
    Some(if cx.names.roles.contains(&*name) {
        Holder::Role(RoleName::new(&name))
    } else {
        Holder::Person(PersonId::new(&name))
    })
}
