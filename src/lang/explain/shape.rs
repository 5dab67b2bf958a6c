//! Codes of the playbook's shape: keys, values, names.

use super::{Explained, entry};
use crate::base::diagnostic::{
    Severity::{Error, Warning},
    code::{Example, pair},
};

pub(super) const ENTRIES: &[Explained] = &[
    entry(
        "unknown-key",
        Error,
        pair("a key that does not exist here", "这里没有这个键"),
        pair(
            "The language is closed: a key that is not listed is a slip, never ignored. Where a name is near, it is \
                 suggested.",
            "语言是封闭的：没有列出的键就是笔误，绝不会被悄悄忽略。有相近的名字会给出建议。",
        ),
        Example::of("plays:\n  hello:\n    every: monday at 09:00\n    setps:\n      - post: Hello.\n"),
        Example::of("plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n"),
    ),
    entry(
        "misplaced-key",
        Error,
        pair("a key that belongs to another verb or place", "这个键属于别的动词或别的位置"),
        pair(
            "The key exists, but not here: `mention` belongs to a post, `open_for` to an ask or an approval. The message \
                 names the place where it belongs.",
            "这个键存在，但不在这里：`mention` 属于 `post`，`open_for` 属于 `ask` 或 `approve`。消息里会说明它该在哪。",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n        open_for: 2h\n",
        ),
        Example::of("plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n"),
    ),
    entry(
        "missing-key",
        Error,
        pair("a required key is not there", "缺少必需的键"),
        pair(
            "Something cannot work without this key: a playbook without `name`, a channel without `type`, an ask without \
                 options and fields.",
            "没有这个键就无法工作：剧本没有 `name`，频道没有 `type`，`ask` 没有选项也没有字段。",
        ),
        Example::of("channels:\n  group: { rate: 1 per 10s }\n"),
        Example::of("channels:\n  group: { type: console, rate: 1 per 10s }\n"),
    ),
    entry(
        "missing-value",
        Error,
        pair("a key has nothing behind it", "键后面没有值"),
        pair(
            "The key is there and nothing behind it. Write the value, or remove the line.",
            "写了键却没写值。补上值，或删掉这一行。",
        ),
        Example::of("plays:\n  hello:\n    every:\n    steps:\n      - post: Hello.\n"),
        Example::of("plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n"),
    ),
    entry(
        "wrong-kind",
        Error,
        pair(
            "a list where text is expected, text where a mapping is expected, and the like",
            "类型不对：该是文字却是列表，该是映射却是文字，等等",
        ),
        pair(
            "The value has another shape than its key takes. The message says what was found and what is expected.",
            "值的形状与键的要求不同。消息会说明写了什么、应该是什么。",
        ),
        Example::of("plays:\n  hello:\n    every: monday at 09:00\n    steps: Hello.\n"),
        Example::of("plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n"),
    ),
    entry(
        "bad-value",
        Error,
        pair("a value that cannot be read as what it should be", "值无法按要求理解"),
        pair(
            "The value has the right shape and cannot be read: a duration without a unit, a word that is not one of the \
                 possible ones. The message shows what is possible.",
            "形状对，内容读不懂：时长没有单位，或不是允许的词。消息会列出可以写什么。",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    max_late: soon\n    steps:\n      - post: Hello.\n",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    max_late: 30m\n    steps:\n      - post: Hello.\n",
        ),
    ),
    entry(
        "bad-name",
        Error,
        pair("a name with signs that a name cannot have", "名字里有不能用的符号"),
        pair(
            "Names are used in ids, commands and file names, so they have letters (of any script), digits, `-` and `_`, \
                 and no spaces, dots, slashes or `@`. Use `title` for what people read.",
            "名字会用在编号、命令和文件名里，只能有文字（任何语言）、数字、`-` 和 `_`，不能有空格、点、斜杠或 `@`。给人看的写在 `title`。",
        ),
        Example::of(
            "plays:\n  good morning:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n",
        ),
        Example::of(
            "plays:\n  good-morning:\n    title: Good morning\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n",
        ),
    ),
    entry(
        "reserved-name",
        Error,
        pair("a key that the expression language reserves", "这个键是表达式语言的保留字"),
        pair(
            "`new`, `default`, `with`, `match` and some other words belong to the expression language, so `vars.new` could \
                 never be read. Choose another name.",
            "`new`、`default`、`with`、`match` 等是表达式语言的保留字，`vars.new` 永远读不到。换个名字。",
        ),
        Example::of("vars:\n  new: 3\n"),
        Example::of("vars:\n  new_members: 3\n"),
    ),
    entry(
        "duplicate-name",
        Error,
        pair("two things of one kind have one name", "同类的两个东西重名"),
        pair(
            "Ids of dates, steps, phases and groups tell things apart for ever: two with one name could not be told apart \
                 in the journal.",
            "日期、步骤、阶段和群的编号用来永久区分它们：重名就无法在日志里区分。",
        ),
        Example::of("phases:\n  - name: grow\n    until: members.count >= 60\n  - name: grow\n"),
        Example::of("phases:\n  - name: seed\n    until: members.count >= 60\n  - name: grow\n"),
    ),
    entry(
        "unknown-name",
        Error,
        pair(
            "a channel, role, person, phase, play, step or calendar that is not defined",
            "没有定义这个频道、角色、人、阶段、玩法、步骤或日历",
        ),
        pair(
            "Something is referred to that the file does not define. Where a name is near, it is suggested.",
            "引用了文件里没有定义的东西。有相近的名字会给出建议。",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n        to: staf\n",
        ),
        Example::of(
            "channels:\n  group: { type: console }\n  staff: { type: console }\nplays:\n  hello:\n    every: monday at 09:00\n    \
             steps:\n      - post: Hello.\n        to: staff\n",
        ),
    ),
    entry(
        "unknown-timezone",
        Error,
        pair("a time zone that the zone database does not know", "没有这个时区"),
        pair(
            "A time zone is written by its IANA name, such as `Asia/Shanghai` or `Europe/Berlin`. Abbreviations such as CST \
                 stand for several zones and are refused.",
            "时区写 IANA 名字，如 `Asia/Shanghai`、`Europe/Berlin`。CST 之类的缩写代表好几个时区，不接受。",
        ),
        Example::of("timezone: Asia/Shanghia\n"),
        Example::of("timezone: Asia/Shanghai\n"),
    ),
    entry(
        "unknown-locale",
        Error,
        pair("a language that texts cannot be written in", "不支持这种语言"),
        pair(
            "`locale` says how dates, durations and lists are written in messages: `en` or `zh-CN`.",
            "`locale` 决定消息里的日期、时长和列表怎么写：`en` 或 `zh-CN`。",
        ),
        Example::of("locale: tlh\n"),
        Example::of("locale: zh-CN\n"),
    ),
    entry(
        "literal-secret",
        Warning,
        pair("a secret is written in the playbook itself", "密钥直接写在剧本里"),
        pair(
            "Whoever can read the file can post in your group. Keep the secret in the environment or in a file of its own \
                 and name it: `{ env: NAME }` or `{ file: path }`. If the file was ever shared, have the platform make a new \
                 one.",
            "能读到文件的人就能以机器人身份发言。把密钥放在环境变量或单独的文件里，用 `{ env: 名字 }` 或 `{ file: 路径 }` 引用。文件如果分享过，请到平台重新生成。",
        ),
        Example::of(
            "channels:\n  group: { type: wecom, url: \"https://example.com/hook?key=0123456789abcdef\" }\n",
        ),
        Example::of("channels:\n  group: { type: wecom, url: { env: GROUP_WEBHOOK } }\n"),
    ),
    entry(
        "metric-cycle",
        Error,
        pair("a number that needs itself", "数字要用到它自己"),
        pair(
            "A number under `metrics` is made of others, by its `value` and its `parts`, down to signals and the numbers \
                 of the table. One that leads back to itself could never be computed.",
            "`metrics` 里的数字由别的数字组成（`value` 和 `parts`），最底下是信号和现成的数字。绕回自己的数字永远算不出来。",
        ),
        Example::of("metrics:\n  a: { value: metrics.b * 2 }\n  b: { value: metrics.a / 2 }\n"),
        Example::of("metrics:\n  a: { value: metrics.b * 2 }\n  b: { count: order.paid, over: 30d }\n"),
    ),
    entry(
        "use-cycle",
        Error,
        pair("playbooks that use each other in a circle", "剧本互相引用成环"),
        pair(
            "`use` brings the plays of another file in; a file that brings itself in, over others or directly, would never \
                 end.",
            "`use` 引入另一个文件的玩法；直接或绕一圈引入自己，就没有尽头了。",
        ),
        Example {
            yaml: "use:\n  - { playbook: other.yaml }\n",
            files: &[("other.yaml", "name: other\nuse:\n  - { playbook: other.yaml }\n")],
        },
        Example {
            yaml: "use:\n  - { playbook: other.yaml }\n",
            files: &[(
                "other.yaml",
                "name: other\ntimezone: Asia/Shanghai\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n",
            )],
        },
    ),
    entry(
        "use-differs",
        Warning,
        pair("used playbooks that say different things under one name", "引用的剧本对同一个名字写法不同"),
        pair(
            "Files that are used bring their people, roles, channels, calendars, phases, budgets, rules and charter along. Where \
             two of them differ, the first one counts; what the playbook itself says counts before all of them, so write there \
             what is meant.",
            "被引用的文件会带来自己的人、角色、频道、日历、阶段、预算、群规和章程。两个文件写法不同时，以先引用的为准；剧本自己写的优先，所以请在剧本里写明。",
        ),
        Example {
            yaml: "use:\n  - { playbook: a.yaml }\n  - { playbook: b.yaml }\n",
            files: &[
                ("a.yaml", "name: a\nbudgets: { posts: 4 per day }\n"),
                ("b.yaml", "name: b\nbudgets: { posts: 6 per day }\n"),
            ],
        },
        Example {
            yaml: "budgets: { posts: 6 per day }\nuse:\n  - { playbook: a.yaml }\n  - { playbook: b.yaml }\n",
            files: &[
                ("a.yaml", "name: a\nbudgets: { posts: 4 per day }\n"),
                ("b.yaml", "name: b\nbudgets: { posts: 6 per day }\n"),
            ],
        },
    ),
    entry(
        "fields-differ",
        Error,
        pair(
            "used playbooks that promise different things about one field of members",
            "引用的剧本对成员的同一个字段承诺不同",
        ),
        pair(
            "What a file says under `members.fields` is a promise to members: what is kept, why and how long. A file that is used \
             brings its promises along, and of two that contradict each other none can be kept: write the field in the playbook \
             itself, as it is to be.",
            "文件在 `members.fields` 里写的是对成员的承诺：保存什么、为什么、多久。被引用的文件会带来它的承诺；两个承诺互相矛盾时，哪个都守不住：请在剧本里写明这个字段。",
        ),
        Example {
            yaml: "use:\n  - { playbook: a.yaml }\n  - { playbook: b.yaml }\n",
            files: &[
                ("a.yaml", "name: a\nmembers: { fields: { city: { purpose: meeting, retention: 30d } } }\n"),
                ("b.yaml", "name: b\nmembers: { fields: { city: { purpose: post, retention: 365d } } }\n"),
            ],
        },
        Example {
            yaml: "members: { fields: { city: { purpose: meeting, retention: 30d } } }\nuse:\n  - { playbook: a.yaml }\n  - { playbook: b.yaml }\n",
            files: &[
                ("a.yaml", "name: a\nmembers: { fields: { city: { purpose: meeting, retention: 30d } } }\n"),
                ("b.yaml", "name: b\nmembers: { fields: { city: { purpose: post, retention: 365d } } }\n"),
            ],
        },
    ),
    entry(
        "use-left-out",
        Warning,
        pair("a part of a used playbook that does not come along", "引用的剧本里有一部分不会带过来"),
        pair(
            "A file that is used brings along what its plays need. Who may report facts, who may command, which groups there are, \
             who is on the list and which hosts scripts may fetch from is the playbook's own to say: in a file that is used it \
             does not count.",
            "被引用的文件会带来它的玩法要用的东西。谁可以上报、谁可以指挥、有哪些群、名单上有谁、脚本可以访问哪些主机，由剧本自己决定：写在被引用的文件里不算数。",
        ),
        Example {
            yaml: "use:\n  - { playbook: a.yaml }\n",
            files: &[("a.yaml", "name: a\nfetch: [api.example.com]\n")],
        },
        Example {
            yaml: "fetch: [api.example.com]\nuse:\n  - { playbook: a.yaml }\n",
            files: &[("a.yaml", "name: a\n")],
        },
    ),
    entry(
        "unknown-with",
        Error,
        pair("a `with` that the used playbook does not read", "被引用的剧本不读取这个 `with`"),
        pair(
            "`with` sets variables of the used playbook; one that it never reads changes nothing and is most likely a slip.",
            "`with` 设置被引用剧本的变量；它从不读取的变量没有作用，多半是笔误。",
        ),
        Example {
            yaml: "use:\n  - { playbook: other.yaml, with: { citty: Xian } }\n",
            files: &[(
                "other.yaml",
                "name: other\ntimezone: Asia/Shanghai\nvars: { city: Beijing }\nplays:\n  hello:\n    every: monday at 09:00\n    \
                 steps:\n      - post: Hello, ${vars.city}.\n",
            )],
        },
        Example {
            yaml: "use:\n  - { playbook: other.yaml, with: { city: Xian } }\n",
            files: &[(
                "other.yaml",
                "name: other\ntimezone: Asia/Shanghai\nvars: { city: Beijing }\nplays:\n  hello:\n    every: monday at 09:00\n    \
                 steps:\n      - post: Hello, ${vars.city}.\n",
            )],
        },
    ),
    entry(
        "proof-kept",
        Warning,
        pair("a proof is kept after the decision that it was for", "证明材料在决定之后还留着"),
        pair(
            "A badge, a card or a picture of one proves who somebody is, and is for the one who decides. With \
             `retention: decided` the field is taken out of what is kept of the member as soon as an approval about \
             them is answered.",
            "工牌、名片、证件照只给做决定的人看。写上 `retention: decided`，关于这位成员的审批一答复，这个字段就不再保留。",
        ),
        Example::of("members:\n  fields:\n    badge: { purpose: admission, proof: true }\n"),
        Example::of(
            "members:\n  fields:\n    badge: { purpose: admission, proof: true, retention: decided }\n",
        ),
    ),
];
