//! Codes of plays: triggers, times, steps, expressions, scripts.

use super::{Explained, entry, none};
use crate::base::diagnostic::{
    Severity::{Error, Warning},
    code::{Example, pair},
};

pub(super) const ENTRIES: &[Explained] = &[
    entry(
        "missing-timezone",
        Error,
        pair("a clock time is used and the playbook names no time zone", "用到钟点却没有写时区"),
        pair(
            "A clock time means something only in a zone, and the zone of the machine is not asked: a playbook runs the \
                 same everywhere. Write `timezone:` once at the top.",
            "钟点只有在时区里才有意义，而引擎不看机器的时区：剧本在哪里跑都一样。在顶部写一次 `timezone:`。",
        ),
        Example::of(
            "name: demo\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n",
        ),
        Example::of(
            "name: demo\ntimezone: Asia/Shanghai\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n",
        ),
    ),
    entry(
        "bad-date",
        Error,
        pair("a date or a moment that cannot be read or does not exist", "日期或时刻读不懂或不存在"),
        pair(
            "Dates are written year first: `2026-12-11`, `2026/12/11`; moments with a clock time behind it, `2026-12-11 20:00`, \
                 or with an offset, `2026-12-11T20:00+08:00`. 30 February does not exist.",
            "日期先写年：`2026-12-11`、`2026/12/11`；时刻再加钟点 `2026-12-11 20:00`，或带偏移 `2026-12-11T20:00+08:00`。2 月 30 日不存在。",
        ),
        Example::of(
            "plays:\n  talk:\n    dates: [{ id: a, at: 2026-02-30 20:00 }]\n    steps:\n      - post: We begin.\n",
        ),
        Example::of(
            "plays:\n  talk:\n    dates: [{ id: a, at: 2026-02-28 20:00 }]\n    steps:\n      - post: We begin.\n",
        ),
    ),
    entry(
        "bad-schedule",
        Error,
        pair("an `every` or `cron` that cannot be read", "`every` 或 `cron` 读不懂"),
        pair(
            "`every` takes an interval (`15m`), a day with a clock time (`day at 08:30`, `mon, wed at 07:30`, `2 weeks on sunday \
                 at 19:00`), a day of the month (`month on last friday at 19:00`) or `term of ROLE`; `cron` takes five fields as \
                 crontab(5) does. `playbook next --every …` tries one.",
            "`every` 可以是间隔（`15m`）、某天几点（`day at 08:30`、`mon, wed at 07:30`、`2 weeks on sunday at 19:00`）、每月某天（`month on last friday at 19:00`）或 `term of 角色`；`cron` 是 crontab(5) 的五个字段。用 `playbook next --every …` 试。",
        ),
        Example::of("plays:\n  hello:\n    every: mondy at 09:00\n    steps:\n      - post: Hello.\n"),
        Example::of("plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n"),
    ),
    entry(
        "never-occurs",
        Error,
        pair("a schedule without any instant", "日程没有任何时刻"),
        pair(
            "The schedule is well written and no instant fits it in fifty years, such as 30 February.",
            "写法没错，但五十年内没有任何时刻符合，例如 2 月 30 日。",
        ),
        Example::of("plays:\n  hello:\n    cron: 0 9 30 2 *\n    steps:\n      - post: Hello.\n"),
        Example::of("plays:\n  hello:\n    cron: 0 9 28 2 *\n    steps:\n      - post: Hello.\n"),
    ),
    entry(
        "two-triggers",
        Error,
        pair("a play has more than one trigger", "一个玩法有两个以上的触发方式"),
        pair(
            "A play has one of `every`, `cron`, `dates` and `on`, or none. For two, write two plays, or one that the other \
                 starts with `start:`.",
            "玩法只能有 `every`、`cron`、`dates`、`on` 中的一个，或一个都没有。需要两个就写两个玩法，或用 `start:` 互相启动。",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    on: member.joined\n    steps:\n      - post: Hello.\n",
        ),
        Example::of("plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n"),
    ),
    entry(
        "one-verb",
        Error,
        pair("a step has no verb, or more than one", "步骤没有动词，或有两个以上"),
        pair(
            "A step does one thing: `post`, `run`, `task`, `approve`, `ask`, `wait`, `if`, `each`, `prune`, `set`, `signal`, \
                 `start`, `enter` or `stop`. For two things write two steps, each with its own `-`.",
            "一个步骤只做一件事：`post`、`run`、`task`、`approve`、`ask`、`wait`、`if`、`each`、`prune`、`set`、`signal`、`start`、`enter` 或 `stop`。两件事写两个步骤，各有自己的 `-`。",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n        wait: 10m\n",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n      - wait: 10m\n",
        ),
    ),
    entry(
        "no-steps",
        Error,
        pair("a play has nothing to do", "玩法没有事可做"),
        pair(
            "A play is its steps. Write at least one, or remove the play.",
            "玩法就是它的步骤。至少写一个，或删掉这个玩法。",
        ),
        Example::of("plays:\n  hello:\n    every: monday at 09:00\n    steps: []\n"),
        Example::of("plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n"),
    ),
    entry(
        "expression",
        Error,
        pair("an expression does not compile", "表达式编译不了"),
        pair(
            "Expressions are checked when the file is: an unknown name, a function that does not exist, a bracket that is not \
                 closed. In scope are `group`, `members`, `member`, `phase`, `run`, `date`, `signal`, `signals`, `vars`, `args`, \
                 `rules`, `charter`, `roles`, `now` and the `as` names of earlier steps. `playbook api` lists what they have.",
            "检查文件时就会检查表达式：未知的名字、不存在的函数、没闭合的括号。可用的名字有 `group`、`members`、`member`、`phase`、`run`、`date`、`signal`、`signals`、`vars`、`args`、`rules`、`charter`、`roles`、`now`，以及前面步骤的 `as`。`playbook api` 列出它们的内容。",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    when: membrs.count > 3\n    steps:\n      - post: Hello.\n",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    when: members.count > 3\n    steps:\n      - post: Hello.\n",
        ),
    ),
    entry(
        "dollar-in-expression",
        Error,
        pair("a `${` inside a bare expression", "表达式里写了 `${`"),
        pair(
            "`when`, `where`, `until`, `if`, `each`, `prune`, `protect` and `set` are expressions as they are; `${…}` is for \
                 texts.",
            "`when`、`where`、`until`、`if`、`each`、`prune`、`protect`、`set` 本身就是表达式；`${…}` 只用在文字里。",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    when: ${members.count > 3}\n    steps:\n      - post: Hello.\n",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    when: members.count > 3\n    steps:\n      - post: Hello.\n",
        ),
    ),
    entry(
        "text-expression",
        Error,
        pair("a `${` in a text is not closed or holds nothing", "文字里的 `${` 没有闭合，或里面是空的"),
        pair(
            "In a text `${ expression }` is replaced by its value. Close it with `}`; for a literal `${` write `$${`.",
            "文字里的 `${ 表达式 }` 会换成它的值。用 `}` 闭合；想写出 `${` 本身就写 `$${`。",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: We are ${members.count.\n",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: We are ${members.count}.\n",
        ),
    ),
    entry(
        "not-set-yet",
        Error,
        pair("a name is used before the step that sets it", "在设置它的步骤之前使用了这个名字"),
        pair(
            "An `as` name is there from its step on. Move the step that uses it below, or the one that sets it above.",
            "`as` 的名字从那个步骤之后才有。把使用它的步骤往下移，或把设置它的往上移。",
        ),
        Example::of(
            "plays:\n  vote:\n    every: monday at 09:00\n    steps:\n      - post: It is ${vote.winner}.\n      - ask: Which?\n        \
             options: [a, b]\n        open_for: 2h\n        as: vote\n",
        ),
        Example::of(
            "plays:\n  vote:\n    every: monday at 09:00\n    steps:\n      - ask: Which?\n        options: [a, b]\n        \
             open_for: 2h\n        as: vote\n      - post: It is ${vote.winner}.\n",
        ),
    ),
    entry(
        "condition-not-boolean",
        Error,
        pair("a condition that can never be true or false", "条件不是真或假"),
        pair(
            "A condition is true or false. A number or a text is neither: write `members.count > 0`, `vars.city != \"\"`.",
            "条件只能是真或假。数字和文字都不是：写成 `members.count > 0`、`vars.city != \"\"`。",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    when: 3\n    steps:\n      - post: Hello.\n",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    when: members.count > 3\n    steps:\n      - post: Hello.\n",
        ),
    ),
    entry(
        "bad-wait",
        Error,
        pair("a wait for something that cannot be waited for", "等待的东西没法等"),
        pair(
            "`wait` takes a duration (`20m`), a clock time (`20:00`), a signal's name, or the `as` name of an earlier task or \
                 ask.",
            "`wait` 后面可以是时长（`20m`）、钟点（`20:00`）、信号名，或前面 `task`、`ask` 的 `as` 名字。",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - wait: { for: 20m, until: 20:00 }\n      - post: Hello.\n",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - wait: 20m\n      - post: Hello.\n",
        ),
    ),
    entry(
        "member-twice",
        Warning,
        pair(
            "a list of members has one of them twice, each time otherwise",
            "成员名单里有人出现两次，内容不同",
        ),
        pair(
            "Rows with one id are one member, and what the last of them says counts. Two people with one id, or an older row \
                 that was left in the list, are slips.",
            "编号相同的行是同一位成员，以最后一行为准。两个人用了同一个编号，或旧的一行忘了删，都是失误。",
        ),
        Example::of("members:\n  import: [{ id: li, name: Li }, { id: li, name: Lin }]\n"),
        Example::of("members:\n  import: [{ id: li, name: Li }, { id: lin, name: Lin }]\n"),
    ),
    entry(
        "field-not-kept",
        Warning,
        pair(
            "a list of members tells more of them than `members.fields` keeps",
            "成员名单里有 `members.fields` 没有列出的字段",
        ),
        pair(
            "Where a playbook says which fields it keeps of a member, no other is stored: not from a list, not from a signal. \
                 A column that nobody has named is left out.",
            "剧本写明保存成员的哪些字段之后，其余的都不保存：名单里的不保存，信号里的也不保存。没有写明的列会被略去。",
        ),
        Example::of(
            "members:\n  fields: { city: to meet }\n  import: [{ id: li, city: Xi'an, passport: E12 }]\n",
        ),
        Example::of("members:\n  fields: { city: to meet }\n  import: [{ id: li, city: Xi'an }]\n"),
    ),
    entry(
        "field-unlike",
        Warning,
        pair(
            "members of a list have nothing, or something else, where `members.fields` says what there is",
            "名单里有成员缺了必填的字段，或者写的不是规定的类型",
        ),
        pair(
            "`required: true` says that every member has the field, `type` what kind of value it is. Those of whom a list \
                 tells otherwise are members all the same; a play that relies on the field does not find it.",
            "`required: true` 表示每位成员都有这个字段，`type` 说明它是什么样的值。名单里不符合的人照样是成员，但用到这个字段的玩法会找不到它。",
        ),
        Example::of(
            "members:\n  fields: { paid: { purpose: renewals, type: day, required: true } }\n  \
                 import: [{ id: li, paid: soon }]\n",
        ),
        Example::of(
            "members:\n  fields: { paid: { purpose: renewals, type: day, required: true } }\n  \
                 import: [{ id: li, paid: 2027-01-05 }]\n",
        ),
    ),
    entry(
        "unknown-signal",
        Warning,
        pair("a signal that looks like one of the engine's and is none", "像是引擎的信号，却不是"),
        pair(
            "The engine sends `group.created`, `phase.entered`, `member.joined`, `member.left`, `message`, `reaction`, `answer` \
                 and `task.done`. Any other name is a signal of your own; this one looks like one of them with a slip.",
            "引擎自己的信号有 `group.created`、`phase.entered`、`member.joined`、`member.left`、`message`、`reaction`、`answer`、`task.done`。别的名字是你自己的信号；这个看起来像是写错了。",
        ),
        Example::of("plays:\n  hello:\n    on: member.join\n    steps:\n      - post: Hello.\n"),
        Example::of("plays:\n  hello:\n    on: order.paid\n    steps:\n      - post: Hello.\n"),
    ),
    entry(
        "script",
        Error,
        pair("a script that does not compile", "脚本编译不了"),
        pair(
            "The place in the script is shown. `check` counts it as an error; `run` starts all the same, says so, and fails only \
                 the steps that need the script.",
            "会指出脚本里的位置。`check` 把它算作错误；`run` 照样启动并说明，只有用到它的步骤会失败。",
        ),
        Example {
            yaml: "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - run: scripts/hello.rhai\n",
            files: &[("scripts/hello.rhai", "fn main(args) {\n    post(\"hello\"\n}\n")],
        },
        Example {
            yaml: "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - run: scripts/hello.rhai\n",
            files: &[("scripts/hello.rhai", "fn main(args) {\n    post(\"hello\");\n}\n")],
        },
    ),
    entry(
        "script-function",
        Error,
        pair(
            "a function that the script does not have, or that takes more than one argument",
            "脚本里没有这个函数，或它的参数多于一个",
        ),
        pair(
            "`run` calls the function that `call` names, `main` when there is none, with one argument (the step's `with`) or \
                 none.",
            "`run` 调用 `call` 指定的函数，没写就是 `main`，带一个参数（步骤的 `with`）或不带。",
        ),
        Example {
            yaml: "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - run: scripts/hello.rhai\n        call: reveal\n",
            files: &[("scripts/hello.rhai", "fn main(args) {\n    post(\"hello\");\n}\n")],
        },
        Example {
            yaml: "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - run: scripts/hello.rhai\n",
            files: &[("scripts/hello.rhai", "fn main(args) {\n    post(\"hello\");\n}\n")],
        },
    ),
    entry(
        "start-cycle",
        Error,
        pair("plays that start each other in a circle", "玩法互相启动成环"),
        pair(
            "Plays that start each other in a circle, with nothing between that waits, would never end. Put a `wait`, a \
                 condition or a time between them.",
            "玩法互相启动成环，中间又不等待，就永远停不下来。中间加上 `wait`、条件或时间。",
        ),
        Example::of(
            "plays:\n  ping:\n    steps:\n      - start: pong\n  pong:\n    steps:\n      - start: ping\n",
        ),
        Example::of(
            "plays:\n  ping:\n    steps:\n      - start: pong\n  pong:\n    steps:\n      - post: Pong.\n",
        ),
    ),
    entry(
        "at-out-of-order",
        Warning,
        pair("a step is due before the step above it", "步骤的时间早于上一个步骤"),
        pair(
            "Steps run in order, so a step that is due before the one above it is late when its turn comes. Put the steps in \
                 the order of their `at`.",
            "步骤按顺序执行，时间早于上一步的步骤轮到它时已经迟了。按 `at` 的先后排列。",
        ),
        Example::of(
            "plays:\n  talk:\n    dates: [{ id: a, at: 2026-12-11 20:00 }]\n    steps:\n      - at: 0m\n        post: We begin.\n      \
             - at: -7d 12:00\n        post: Next week!\n",
        ),
        Example::of(
            "plays:\n  talk:\n    dates: [{ id: a, at: 2026-12-11 20:00 }]\n    steps:\n      - at: -7d 12:00\n        post: Next week!\n      \
             - at: 0m\n        post: We begin.\n",
        ),
    ),
    entry(
        "quiet-clock",
        Warning,
        pair("a message is due inside the quiet hours and waits for their end", "消息落在静默时段里"),
        pair(
            "`budgets.quiet` holds messages to the group back until the quiet hours end; \"good night\" would arrive with \
                 breakfast. Move the time, or mark the post `urgent: true` where it must go. Tasks and approvals are not held.",
            "`budgets.quiet` 会把发到群里的消息留到静默时段结束，「晚安」就成了早安。改时间，或给非发不可的消息写 `urgent: true`。任务和审批不受影响。",
        ),
        Example::of(
            "budgets: { quiet: 22:30-08:00 }\nplays:\n  night:\n    every: day at 23:00\n    steps:\n      - post: Good night.\n",
        ),
        Example::of(
            "budgets: { quiet: 22:30-08:00 }\nplays:\n  night:\n    every: day at 22:00\n    steps:\n      - post: Good night.\n",
        ),
    ),
    none(
        "runs-out",
        Warning,
        pair("a calendar or a file of dates ends soon, or has ended", "日历或日期文件快用完了，或已经用完"),
        pair(
            "A calendar with `off` and `work` that is used, a calendar under `only` or `promo.around`, or a file of `dates` \
              says nothing of the days after its last. `check`, `run` and `status` say so thirty days ahead; the same \
              file is silent earlier, because this is about today and not about the file.",
            "用到的 `off`、`work` 日历，`only` 或 `promo.around` 的日历，或 `dates` 的文件，对最后一天之后的日子没有任何说明。`check`、`run`、`status` 会提前三十天提醒；更早的时候不会，因为这取决于今天，而不是文件本身。",
        ),
    ),
];
