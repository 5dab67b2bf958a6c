//! The words with which lines begin, in Chinese, and what kinds of tasks are called.

use crate::{
    base::phrase::{Words, pair},
    engine::entry::TaskKind,
};

/// What kind of task it is.
pub fn kind(kind: TaskKind) -> Words {
    let zh = match kind {
        TaskKind::Task => "任务",
        TaskKind::Approval => "审批",
        TaskKind::Question => "提问",
        TaskKind::Delivery => "转发",
        TaskKind::Removal => "移出",
    };
    pair(kind.as_str(), zh)
}

/// A word of a line in Chinese.
pub(super) fn word(word: &'static str) -> &'static str {
    match word {
        "adopted" => "开始",
        "playbook" => "剧本",
        "phase" => "阶段",
        "post" => "发出",
        "to paste" => "待转发",
        "held" => "压住",
        "expired" => "过期",
        "missed" => "错过",
        "withdrawn" => "撤下",
        "in doubt" => "存疑",
        "refused" => "拒收",
        "failing" => "频道故障",
        "recovered" => "频道恢复",
        "forgot" => "忘记",
        "undone" => "撤回",
        "ticked" => "勾掉",
        "tier" => "层级",
        "asked" => "吩咐",
        "caretaker" => "照看",
        "watched" => "观察",
        "caught" => "拦下",
        "muted" => "禁言",
        "unmuted" => "解禁",
        "lifted" => "撤销",
        "raid" => "涌入",
        "given" => "转交",
        "told" => "已告知",
        "waits" => "等待",
        "overdue" => "逾期",
        "reminder" => "提醒",
        "answer" => "答复",
        "answered" => "回答",
        "skipped" => "没发生",
        "failed" => "失败",
        "run" => "活动",
        "moved" => "改期",
        "missing" => "不见了",
        "back" => "回来了",
        "cancelled" => "取消",
        "notice" => "通知",
        "forgotten" => "已忘记",
        "gone" => "离开",
        "paused" => "暂停",
        "resumed" => "恢复",
        "slept" => "停机",
        "renamed" => "改名",
        "reworded" => "改词",
        "clock" => "时钟",
        "note" => "备注",
        "now" => "提前",
        "delayed" => "推迟",
        "unskipped" => "不跳过了",
        "put off" => "待定",
        "hush" => "静默",
        "unhush" => "恢复发言",
        "parked" => "搁置",
        "log" => "日志",
        "task" => "任务",
        "approval" => "审批",
        "question" => "提问",
        "to copy" => "待转发",
        "removal" => "移出",
        other => other,
    }
}
