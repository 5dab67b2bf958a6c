//! What may stand at the top of a playbook, and in its sections other than `plays`.

use super::{Is, closed::FIELD_TYPES, keys, words};

/// `{ env: NAME }` or `{ file: path }`
pub(crate) const SECRET: [(&str, &str); 2] = [
    (
        "env",
        "The name of the environment variable that holds it. It is read when the engine runs, never before.",
    ),
    ("file", "The path of a file that holds it, read when the engine runs."),
];

/// What the settings of channels are, whichever type has them.
pub(crate) const SETTINGS: [(&str, &str); 15] = [
    (
        "url",
        "The address of the robot or webhook: http or https, its query is kept as given. It is a secret: `{ env: NAME }`.",
    ),
    ("method", "The HTTP method of the request; POST by default."),
    ("headers", "More headers of the request: a mapping of names to values."),
    ("body", "What the request carries instead of the default JSON: a mapping or text."),
    ("secret", "The secret with which requests are signed."),
    ("token", "The token of the robot."),
    ("app", "With what the app itself signs in: the app-level token on Slack, the App ID on Feishu."),
    ("chat", "The id of the chat."),
    ("base_url", "The address of the API, where it is not the platform's own."),
    ("room", "The id of the room."),
    ("group", "The number of the group."),
    ("from", "The address that messages come from."),
    ("to", "The addresses that messages go to."),
    ("proxy", "The proxy for this channel; none is used otherwise."),
    ("ca", "A file with the certificates of an authority of one's own."),
];

keys! {
    /// A playbook.
    TOP {
        "name": Is::Name, "The playbook's id: a short word without spaces. Required. State and journal know the playbook by it.", "name: changan-readers";
        "title": Is::Text, "The name that people see; the `name` by default.", "title: Chang'an Readers";
        "was": Is::Name, "The name that the playbook had when its state began. A playbook without `groups` runs one group named after it, which keeps that name.", "was: readers";
        "timezone": Is::Zone, "The one time zone of the playbook, as an IANA name. Required as soon as a clock time is used.", "timezone: Asia/Shanghai";
        "locale": Is::Words(&["en", "zh-CN"]), "How values are written in text: dates, lists, durations. `en` by default.", "locale: zh-CN";
        "charter": Is::Def("charter"), "Why the group exists. Plain text, linted, printed by `playbook handbook`, readable as `charter.…` in expressions.", "charter:\n  purpose: one book a week, read together";
        "rules": Is::Def("rules"), "How one behaves in the group. Plain text, linted, printed by `playbook handbook`, readable as `rules.…`.", "rules:\n  forbid: [advertising]";
        "channels": Is::Def("channels"), "Name → where messages go. `group` is where posts go that name no channel; `alerts` is told of failures; `staff` of tasks whose role has no channel. Without any, posts go to the console.", "channels:\n  group: { type: wecom, url: { env: GROUP_WEBHOOK } }";
        "groups": Is::Def("groups"), "The groups that this playbook runs: id → group, or a CSV file with one row a group. Absent: one group named after the playbook.", "groups: data/cities.csv";
        "inbound": Is::Def("inbound"), "Name → who may report facts to the engine over HTTP (`playbook run --listen`), and which. Without it nobody may.", "inbound:\n  shop: { secret: { env: SHOP_SECRET }, may: [order.paid], groups: [xian] }";
        "access": Is::Def("access"), "Who may use the console beside answering what is asked of them, which every one of `people` may. Without it `host` operates its groups.", "access: { admin: [zhu], operator: [host, lin], viewer: [editor] }";
        "people": Is::Def("people"), "Id → person, with the ids by which platforms mention them.", "people:\n  zhu: { name: Zhu, wecom: ZhuXiaoZhu }";
        "roles": Is::Def("roles"), "Name → who has the role: people who stay, or who take turns by `term`.", "roles:\n  host: { people: [zhu, lin], term: 10 weeks }";
        "calendars": Is::Def("calendars"), "Name → days: an ICS file, a list of dates, or `{ off, work }` for public holidays with make-up working days.", "calendars:\n  holidays: calendars/holidays.ics";
        "vars": Is::Values, "Constants for expressions, read as `vars.…`. The step `set` writes over one for a group.", "vars: { goal: 60 }";
        "members": Is::Def("members"), "What is kept of members, why and how long, and the file that brings members in.", "members:\n  import: data/members.csv";
        "metrics": Is::Def("metrics"), "Numbers of your own, read as `metrics.NAME`: of other numbers, or of signals; with what each should come to by when, and of what it is made.", "metrics:\n  revenue: { sum: signal.data.amount, on: order.paid, over: 30d }\n  per_joiner: { value: metrics.revenue / metrics.joins(30), target: \">= 12\", by: 180d, parts: [revenue] }";
        "labels": Is::Def("labels"), "Labels of your own: a name → the label it counts as.", "labels: { know-how: content, fun: social }";
        "budgets": Is::Def("budgets"), "How much a group may be talked to. Enforced by the engine: a message over a budget is held and goes out later, in order.", "budgets:\n  quiet: 22:30-08:00\n  posts: { max: 6 per day, gap: 10m }";
        "alerts": Is::Names, "The channels that are told of trouble (failed steps, refused messages, channels that fail), tried in order: the next one where the one before fails. `alerts` by default.", "alerts: [alerts, staff]";
        "heartbeat": Is::Def("heartbeat"), "An address that is asked for again and again as long as the engine works, so that a watchman notices when it does not.", "heartbeat: { url: { env: HEARTBEAT_URL }, every: 5m }";
        "moderate": Is::Def("moderate"), "What members may not do here, and what follows: name → rule. A new rule only watches for a week; a member has strikes, which expire; from `mute` on a person decides.", "moderate:\n  ads: { links: yes, match: 'member.age < days(14)', say: No ads here., do: [delete, remind, mute 1d] }\n  judge: mediator";
        "doctor": Is::Def("doctor"), "From where on a number is a sign of trouble to `playbook doctor`, where it is not the usual threshold. Changes nothing that the engine does.", "doctor: { monologue: 60%, dying: 21d }";
        "phases": Is::Def("phases"), "The periods of a group's life, in order, one at a time. Absent: one phase.", "phases:\n  - { name: seed, until: members.count >= 60 }\n  - name: grow";
        "plays": Is::Def("plays"), "Name → play: a trigger and the steps that it starts.", "plays:\n  paper:\n    every: day at 08:30\n    steps:\n      - post: Good morning";
        "use": Is::Def("uses"), "Other playbooks whose plays are brought in, under a prefix and with vars of their own.", "use:\n  - { playbook: parts/quiz.yaml, as: quiz, with: { day: friday } }";
        "fetch": Is::Hosts, "The hosts that scripts may fetch from.", "fetch: [api.example.com]";
    }
    /// `charter`: what lints know of. Any other key may stand there too.
    CHARTER {
        "purpose": Is::Any, "What the group is for, in one sentence.", "purpose: one book a week, read together";
        "audience": Is::Any, "Who it is for.", "audience: [in Xi'an, 22 to 35]";
        "not_for": Is::Any, "Who it is not for.", "not_for: [people who sell]";
        "tie": Is::Any, "What members share: identity, interest, goal, feeling, place.", "tie: interest";
        "offers": Is::Any, "What the group gives.", "offers: [a reading night every Friday]";
        "sustain": Is::Any, "How that is kept up.", "sustain: members take turns in leading";
        "fit": Is::Any, "Whether this suits a community at all; where it is needed seldom, private or short, why all the same.", "fit: bought once, but couples stay because they meet others";
        "values": Is::Any, "What the group stands for.", "values: [finish what you began]";
        "goals": Is::Any, "What is to be reached, each with the number that tells: `want`, `kind`, `metric`, `target`, `by`, `channels`.", "goals: [{ want: readers who stay, metric: metrics.retention30, target: \">= 40\", by: 90d }]";
        "team": Is::Any, "The jobs that the group needs: roles, or a mapping from the job to who does it.", "team: { planner: host, steward: editor }";
        "horizon": Is::Any, "For how long this is planned.", "horizon: two years";
        "maintain": Is::Any, "How the group is kept up: people, members, content, resources, meeting.", "maintain: [people, members, content]";
        "topology": Is::Any, "Which groups there are first: mixed, local, by kind.", "topology: local first";
        "minors": Is::Any, "Whether minors are among the members, and who answers for them.", "minors: none";
    }
    /// `rules`: what lints know of. Any other key may stand there too.
    RULES {
        "intro": Is::Any, "Who runs the group, what it gives, whom to ask.", "intro: { who: readers, benefit: company, owner: Zhu }";
        "namecard": Is::Any, "How members name themselves in the group.", "namecard: \"{city}-{name}\"";
        "encourage": Is::Any, "What is welcome.", "encourage: [excerpts]";
        "forbid": Is::Any, "What is not allowed.", "forbid: [advertising]";
    }
    /// A channel, beside the settings of its type.
    CHANNEL {
        "type": Is::Def("channelType"), "The platform. `console` prints, `manual` asks a person to copy the text, `webhook` sends JSON.", "type: wecom";
        "rate": Is::Rate, "How many messages in how long, instead of the platform's limit.", "rate: 20 per 1m";
        "in_doubt": Is::Words(&["resend", "hold"]), "What happens to a message whose outcome is unknown, because the connection or the process broke: `resend` (a second copy is possible; the default) or `hold` for a person.", "in_doubt: hold";
        "timeout": Is::Positive, "How long one request may take.", "timeout: 10s";
        "proxy": Is::Setting, "The proxy for this channel; none is used otherwise.", "proxy: http://127.0.0.1:3128";
        "ca": Is::Path, "A file with the certificates (PEM) of an authority of one's own, believed beside those that the machine knows.", "ca: company-ca.pem";
        "hear": Is::Words(&["all", "names", "nothing"]), "How much is heard of what happens there, where the platform lets it be heard: `names` (who and when, never what was said; the default), `all`, or `nothing`.", "hear: all";
        "alerts": Is::Names, "The channels that are told when this one fails, tried in order; by default those of the playbook.", "alerts: staff";
        "qr": Is::Def("qr"), "The code by which people get in, on a `manual` or `wecom` channel. On the sixth day after `made`, and when 90% of `seats` have come, the host is asked for another.", "qr: { file: images/code.png, made: 2026-12-01, seats: 200 }";
    }
    /// `qr`
    QR {
        "file": Is::Path, "The picture of the code; the task names it.", "file: images/code.png";
        "made": Is::Moment, "The day on which the code was made. A new code is a new day.", "made: 2026-12-01";
        "seats": Is::Count, "How many can get in by it, 200 by default.", "seats: 200";
    }
    /// A group.
    GROUP {
        "title": Is::Text, "The name that people see; the group's id by default.", "title: Readers of Xi'an";
        "was": Is::Name, "The id that the group had when its life began, where the file calls it otherwise now. State, journal and commands keep that id. In a CSV file the column is `group.was`.", "was: xian";
        "kind": Is::Name, "What kind of group it is: `groups` of a play can name it. In a CSV file the column is `group.kind`.", "kind: kids";
        "timezone": Is::Zone, "The zone of this group's clock times, where it is not the playbook's. In a CSV file the column is `group.timezone`.", "timezone: Europe/Berlin";
        "locale": Is::Words(&["en", "zh-CN"]), "How values are written in this group's texts, where it is not as in the playbook's. In a CSV file the column is `group.locale`.", "locale: en";
        "live": Is::Bool, "`false` rehearses this group while others run: its messages are decided and shown, and not sent. In a CSV file the column is `group.live`.", "live: false";
        "channels": Is::Def("groupChannels"), "This group's channels, laid key by key over the playbook's.", "channels:\n  group: { url: { env: XIAN_WEBHOOK } }";
        "roles": Is::Def("groupRoles"), "This group's roles, laid key by key over the playbook's.", "roles: { host: lin }";
        "vars": Is::Values, "This group's vars, laid over the playbook's.", "vars: { city: Xi'an }";
        "created": Is::Moment, "When the group began; what lies before it does not exist. By default the moment at which the engine first sees the group.", "created: 2026-11-01 09:00";
        "members": Is::Def("memberList"), "The members of this group: a CSV file or a list.", "members: data/xian.csv";
    }
    /// `heartbeat`
    HEARTBEAT {
        "url": Is::Setting, "The address, asked for with GET. Whoever knows it can keep the watchman quiet, so it is a secret: `{ env: NAME }`.", "url: { env: HEARTBEAT_URL }";
        "every": Is::Positive, "How often, `5m` by default; the watchman should wait for twice that.", "every: 5m";
    }
    /// A sender of `inbound`.
    SENDER {
        "secret": Is::Setting, "The secret with which it signs its requests, as Standard Webhooks says (`whsec_…`). A list while it is changed.", "secret: { env: SHOP_SECRET }";
        "token": Is::Setting, "The word that it sends as `Authorization: Bearer`, instead of a signature. A list while it is changed.", "token: { env: CRM_TOKEN }";
        "may": Is::Names, "The signals that it may report. Required.", "may: [order.paid, order.refunded]";
        "groups": Is::Names, "The groups about which it may report; all by default.", "groups: [xian]";
    }
    /// `access`
    ACCESS {
        "admin": Is::Names, "Roles or people who may everything in every group: command, members' data, who is signed in.", "admin: [zhu]";
        "operator": Is::Names, "Roles or people who command: a role in the groups where its holder has it that day, a person in every group. `host` by default.", "operator: [host, lin]";
        "viewer": Is::Names, "Roles or people who see and change nothing but what is asked of them.", "viewer: [editor]";
    }
    /// A role.
    ROLE {
        "people": Is::Names, "Who has the role: ids of `people`, in the order in which they take turns.", "people: [zhu, lin]";
        "channel": Is::Name, "The channel on which the role is told of its tasks.", "channel: staff";
        "hours": Is::Quiet, "The hours in which the role is told of what can wait; by default all but the quiet hours.", "hours: 09:00-21:00";
        "answer_within": Is::Positive, "Within how long of these hours whoever has the role answers what members ask; `metrics.sla_breach` counts against it.", "answer_within: 30m";
        "away": Is::Def("away"), "Who is away on which days; whoever comes next in the order stands in.", "away: { lin: 2026-12-20..2027-01-03 }";
        "term": Is::Term, "How long one person has the role before the next one takes over.", "term: 10 weeks";
        "from": Is::Moment, "When the first term begins; the group's creation by default.", "from: 2026-11-02";
    }
    /// A person, beside the ids on platforms.
    PERSON {
        "name": Is::Text, "The name that people see; the id by default.", "name: Zhu";
    }
    /// A calendar with make-up working days.
    CALENDAR {
        "off": Is::Def("days"), "Days off: dates, ranges such as `2026-10-01..2026-10-07`, or files.", "off: [2026-10-01..2026-10-07]";
        "work": Is::Def("days"), "Weekend days that are worked.", "work: [2026-10-10]";
    }
    /// `members`
    MEMBERS {
        "fields": Is::Def("fields"), "The fields that are kept of a member, each with its purpose.", "fields:\n  city: { purpose: to meet, retention: 365d }";
        "identity": Is::Name, "The field by which ids on several platforms are one person: who have the same in it are one member.", "identity: phone";
        "purpose": Is::Text, "Why anything is kept of members; `playbook handbook --members` tells them.", "purpose: to invite people to meetings";
        "retention": Is::Positive, "How long it is kept.", "retention: 365d";
        "tiers": Is::Def("tiers"), "Where members stand, the lowest first: who rises to it, who stays, and for how long at least. `member.tier` reads it; `tier.changed` is a signal.", "tiers:\n  - { name: member }\n  - { name: core, enter: member.points >= 100, remain: member.points >= 60, at_least: 14d }";
        "import": Is::Def("memberList"), "The CSV file that brings members in; a column `group` names the group.", "import: data/members.csv";
    }
    /// One of `members.tiers`.
    TIER {
        "name": Is::Name, "Its name.", "name: core";
        "enter": Is::Condition, "Who rises to it; the first tier is everybody's.", "enter: member.points >= 100";
        "remain": Is::Condition, "Who stays in it; as `enter` where it is not said.", "remain: member.points >= 60";
        "at_least": Is::Positive, "Nobody falls from it sooner than this.", "at_least: 14d";
    }
    /// `moderate`, beside its rules.
    MODERATE {
        "judge": Is::Name, "The role or person who decides from `mute` on; nobody decides about themselves. The first role by default.", "judge: mediator";
        "exempt": Is::Condition, "Whom no rule is held against. By default whoever looks after the group, and who was active on 8 of the last 28 days; bots always.", "exempt: member.role == \"owner\"";
        "strikes_expire": Is::Positive, "How long a strike counts; 30 days by default.", "strikes_expire: 30d";
        "allow": Is::Hosts, "Sites to which links are no links for any rule.", "allow: [mp.weixin.qq.com]";
        "watch": Is::Def("watch"), "For how long a new rule only lists what it would have caught; a week by default, `no` for at once.", "watch: 3d";
        "raid": Is::Def("raid"), "So many joins in so long are a raid: the judge is woken, once an hour.", "raid: 10 joins per 1m";
    }
    /// A rule of `moderate`. All that it says of a message has to hold at once.
    MODERATE_RULE {
        "match": Is::Condition, "A condition about the message and whoever wrote it.", "match: member.age < days(14)";
        "words": Is::Def("wordlist"), "One of these is in the message, however it is spaced or written. A list, or a file with one a line. What is read is not kept.", "words: [free money, cheap loans]";
        "kind": Is::Names, "The message is one of these: `text`, `link`, `image`, `sticker`, `file`, `voice`, `miniapp`, `poll`, `red_packet`, `other`.", "kind: sticker";
        "links": Is::Words(&["yes", "no"]), "The message has a link to a site that is not allowed.", "links: yes";
        "allow": Is::Hosts, "Sites to which links are no links for this rule.", "allow: [example.com]";
        "max": Is::Quota, "So many of them one member may send in so long; the next one breaks the rule.", "max: 5 per day";
        "repeats": Is::Quota, "So often one member may say the same in so long.", "repeats: 3 per 1h";
        "say": Is::Text, "What members are told, in one sentence that names nobody.", "say: No ads here.";
        "do": Is::Def("does"), "`delete`, `redirect` and `report` each time; `remind`, `warn`, `mute 1d` and `remove` one after the other, strike by strike. `remind` by default.", "do: [delete, remind, mute 1d]";
        "to": Is::Name, "The role or person who is asked where a person has to do it; the judge by default.", "to: host";
        "watch": Is::Def("watch"), "For how long the rule only lists what it would have caught, from when it is new; `no` for at once.", "watch: no";
        "accept": Is::Def("samples"), "Messages that the rule lets pass; `playbook test` tries them.", "accept: [See you on Friday]";
        "reject": Is::Def("samples"), "Messages that the rule catches; `playbook test` tries them.", "reject: [Free money at http://x.example]";
    }
    /// A field of members.
    FIELD {
        "purpose": Is::Any, "Why it is kept.", "purpose: to meet";
        "retention": Is::Def("retention"), "How long it is kept; `decided` until an approval about the member is answered.", "retention: 365d";
        "proof": Is::Bool, "Whether it proves who somebody is, such as a badge; then it is kept until the decision only.", "proof: true";
        "type": Is::Words(&words(&FIELD_TYPES)), "What kind of value it is: `text`, `number` or `day`. Members of a list who have something else there are named.", "type: day";
        "required": Is::Bool, "Whether every member has it. Members of a list who have nothing there are named.", "required: true";
    }
    /// What the budgets of one channel are.
    AMOUNTS {
        "quiet": Is::QuietHours, "Hours in which nothing is posted, or a list of them; messages are held until they end. `urgent` passes where its own clock time is in them, or a person has sent it.", "quiet: 22:30-08:00";
        "posts": Is::Def("posts"), "How many messages a group gets, and how far apart.", "posts: { max: 6 per day, gap: 10m }";
        "promo": Is::Def("promo"), "How much of it may be advertising (`label: promo`), and when.", "promo: { max: 20% per 30d, not_before: 14d }";
        "mentions": Is::Def("mentions"), "How often everybody, or anybody, may be mentioned. A message over it goes out without its mention, and the host is told.", "mentions: { max: 1 per day }";
        "labels": Is::Def("labelQuotas"), "How many messages of a label there may be in how long: `content`, `notice`, `social`, `promo`, or one of your own. What is over waits, and does not hold up others.", "labels: { know-how: 3 per 7d }";
        "hold": Is::Def("hold"), "How long a message of each label may be held before it is missed: a length of time, or `day` (until the next quiet hours, or midnight).", "hold: { social: 2h, notice: 3d }";
    }
    /// `budgets`, beside the amounts for the channel `group`.
    BUDGETS {
        "hush": Is::Name, "A calendar of days on which members see nothing: everything to them is held; tasks and staff posts go on.", "hush: mourning";
        "channels": Is::Def("channelBudgets"), "Budgets of other channels than `group`: a channel's name → the same keys. Each channel is counted and held by itself.", "channels:\n  news: { posts: 2 per day }";
    }
    /// `budgets.hold`, by label.
    HOLD {
        "content": Is::Hold, "What has no label counts as content; `day` by default.", "content: day";
        "notice": Is::Hold, "`3d` by default; a notice that was held longer becomes a task for the host.", "notice: 3d";
        "social": Is::Hold, "`2h` by default.", "social: 2h";
        "promo": Is::Hold, "`day` by default.", "promo: day";
    }
    /// `budgets.posts`
    POSTS {
        "max": Is::Quota, "At most this many messages.", "max: 6 per day";
        "gap": Is::Duration, "At least this long between two messages; `urgent` passes. What has no clock time waits for what has one.", "gap: 10m";
    }
    /// `budgets.mentions`
    MENTIONS {
        "max": Is::Quota, "At most this many mentions of everybody.", "max: 1 per day";
    }
    /// `budgets.promo`
    PROMO {
        "max": Is::Share, "The share of all messages that may be promo, the message in question included; with fewer than ten messages, one promo in 14 days.", "max: 20% per 30d";
        "not_before": Is::Duration, "No promo before the group is this old.", "not_before: 14d";
        "around": Is::Name, "A calendar: promo goes out only around its days.", "around: launches";
        "before": Is::Duration, "How long before such a day the window opens.", "before: 3d";
        "after": Is::Duration, "How long after such a day the window closes.", "after: 1d";
        "when": Is::Condition, "A condition that has to be true for promo to go out.", "when: members.count >= 30";
    }
    /// A phase.
    PHASE {
        "name": Is::Name, "The phase's name, for `during` and `enter`.", "name: seed";
        "title": Is::Text, "The name that people see.", "title: Seed";
        "until": Is::Condition, "The next phase begins when this is true.", "until: members.count >= 60";
        "timeout": Is::Positive, "The next phase begins after this long at the latest.", "timeout: 21d";
        "on_enter": Is::Steps, "Steps that are done when the phase begins.", "on_enter:\n  - post: We are sixty now.";
        "final": Is::Bool, "In a final phase nothing starts and nothing wakes the group.", "final: true";
    }
    /// One of `metrics`.
    METRIC {
        "title": Is::Text, "What it says, for people; its name by default.", "title: Revenue";
        "value": Is::Expression, "How it is computed of other numbers, of `members`, `group` and `vars`.", "value: metrics.revenue / metrics.joins(30)";
        "count": Is::Signal, "Counts the signals of this name.", "count: course.renewed";
        "sum": Is::Expression, "What each signal of `on` adds.", "sum: signal.data.amount";
        "on": Is::Signal, "The signal that `sum` hears.", "on: order.paid";
        "over": Is::Positive, "Over so many days, today being one of them; `30d` by default.", "over: 30d";
        "target": Is::Text, "What it should come to: `>=`, `<=`, `>` or `<` and a number.", "target: \">= 12\"";
        "by": Is::Def("targetDate"), "When the target should be reached: a date, or so long after the group began.", "by: 180d";
        "parts": Is::Names, "The numbers of which it is made: the tree.", "parts: [revenue]";
    }
    /// One `use`.
    USE {
        "playbook": Is::Path, "The path of the playbook whose plays are brought in.", "playbook: parts/quiz.yaml";
        "with": Is::Values, "Values for its `vars` and for the `args` of its plays.", "with: { day: friday }";
        "as": Is::Name, "The prefix of its plays' names.", "as: quiz";
    }
}
