//! The rules of the doctor in one table: what it is called, when it shows, what stays unknown, what helps.

use super::{exam::Exam, people, talk};
use crate::base::phrase::{Words, pair};

/// Something that can be wrong with a group.
#[derive(Debug, Clone, Copy)]
pub struct Ailment {
    /// Its name, and that of its threshold.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub title: Words,
    /// When it shows.
    pub when: Words,
    /// Whether it is looked for in the phase `seed` too.
    pub early: bool,
    /// Whether it shows in a group.
    pub(super) shows: fn(&mut Exam<'_>) -> bool,
    /// What the numbers cannot tell; empty where there is nothing of the kind.
    pub blind: Words,
    /// What helps, in a sentence.
    pub advice: Words,
    /// Plays that ship with the program: `PLAYBOOK/PLAY`.
    pub plays: &'static [&'static str],
    /// Lines to paste.
    pub lines: &'static str,
    /// Rows of the practices.
    pub practices: &'static [&'static str],
}

impl PartialEq for Ailment {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

const NOTHING: Words = pair("", "");
const GAMES: &str = "use:\n  - { playbook: weekly-games.yaml, as: games }\n";

/// Every rule.
#[rustfmt::skip]
pub static AILMENTS: [Ailment; 18] = [
    Ailment {
        name: "unclear_topic", early: false, shows: people::unclear_topic,
        title: pair("It is not clear what the group is for", "这个群为谁而设、做什么，没有说清"),
        when: pair("30% of the newcomers of 30 days (10 or more) left within a week, or `charter` lacks `audience` or `not_for`", "30 天内的新人（10 人以上）有 30% 在七天内退群，或 `charter` 没有 `audience` 或 `not_for`"),
        blind: pair("why somebody leaves", "退群的人为什么走"),
        advice: pair("Say for whom the group is and for whom not, and say it again every week", "写明群为谁而设、不为谁而设，每周再说一遍"),
        plays: &["rules/welcome", "rules/reminder"], practices: &["P003", "P027", "P126"],
        lines: "charter:\n  purpose: One book a month, read together\n  audience: [who lives in this city and likes to talk about books]\n  not_for: [who sells]\nuse:\n  - { playbook: rules.yaml, as: rules }\n",
    },
    Ailment {
        name: "unattended", early: false, shows: people::unattended,
        title: pair("Nobody looks after the group", "没有人照看这个群"),
        when: pair("nobody ended a task or spoke as owner or staff for two working days, or three tasks of a week were missed", "连续两个工作日没有人了结任务或以管理者身份说话，或一周有三个任务没做"),
        blind: pair("what was done without telling the program", "没有告诉本程序而做的事"),
        advice: pair("A short list for one person every morning, and somebody who takes over", "每天早上给一个人一张短清单，并指定接替的人"),
        plays: &["rules/welcome"], practices: &["P081", "P082", "P125"],
        lines: "roles:\n  host: { people: [owner] }\n  deputy: { people: [lin] }\nplays:\n  keeper:\n    every: day at 08:45\n    steps:\n      - task: Greet whoever is new, answer what nobody has answered, look at what was reported\n        to: host\n        due: 8h\n        escalate: deputy\n",
    },
    Ailment {
        name: "junk", early: false, shows: talk::junk,
        title: pair("Rubbish drowns the talk", "垃圾消息盖过了聊天"),
        when: pair("more than 20% of the messages of a week (20 or more) were screened, or breaches of rules rose three weeks in a row", "一周的消息（20 条以上）有超过 20% 被拦下，或违规连升三周"),
        blind: pair("what nobody screens or reports", "没有拦下也没有上报的"),
        advice: pair("Tell the rule once more, and give somebody the task of the day", "把群规再说一遍，每天有人处理"),
        plays: &["rules/reminder"], practices: &["P018", "P021", "P029"],
        lines: "plays:\n  rubbish:\n    whenever: metrics.junk_share(7) > 0.2\n    max: 1 per 7d\n    steps:\n      - task: A fifth of what is said is rubbish; mute who sends it, and say the rule once more\n        to: host\n        due: 4h\nuse:\n  - { playbook: rules.yaml, as: rules }\n",
    },
    Ailment {
        name: "flood", early: false, shows: talk::flood,
        title: pair("So much is said that nobody can read it", "消息多到没人读得完"),
        when: pair("on three of seven days more messages than 1,000, than twice the members, and than three times the median of 28 days", "七天里有三天的消息超过 1000 条、超过成员数的两倍，并超过 28 天中位数的三倍"),
        blind: pair("how much of it is worth reading", "其中有多少值得看"),
        advice: pair("Sum the week up, keep the nights quiet, and think of a second group for one of the topics", "每周小结，夜里静默，考虑把一个话题分到另一个群"),
        plays: &["weekly-games/digest"], practices: &["P058", "P059", "P118"],
        lines: "budgets:\n  quiet: 22:30-08:00\n  posts: { max: 3 per day, gap: 30m }\nuse:\n  - { playbook: weekly-games.yaml, as: games }\n",
    },
    Ailment {
        name: "fading_core", early: false, shows: talk::fading_core,
        title: pair("Those who know most are seldom there, and questions go unanswered", "骨干来得少，提问没人接"),
        when: pair("a core member spoke on fewer than 3 of 7 days, and the share of answered questions (5 or more a week) fell by a third in four weeks", "骨干开口少于七天里的三天，且四周里有人回答的比例（每周 5 个提问以上）下降了三分之一"),
        blind: NOTHING,
        advice: pair("Ask the core members one by one, give them an evening of their own, and name who follows them", "逐个问候骨干，给他们一场自己的分享，并想好接替的人"),
        plays: &["people/core-presence", "kol-session/session"], practices: &["P090", "P091", "P092"],
        lines: "plays:\n  core-presence:\n    whenever: metrics.core_presence(7) < 0.4\n    lasts: 3d\n    max: 1 per 14d\n    steps:\n      - task: The core is silent; write to each of them, and ask who would hold an evening\n        to: host\n        due: 2d\nuse:\n  - { playbook: people.yaml, as: people }\n  - { playbook: kol-session.yaml, as: guest }\n",
    },
    Ailment {
        name: "monologue", early: false, shows: talk::monologue,
        title: pair("One person talks, the others listen", "只有群主在说，别人在听"),
        when: pair("owner and hosts said more than half of 14 days (20 messages or more) among 50 members or more; not in groups of `kind` class, service or notice", "14 天里群主说了一半以上（20 条以上），成员 50 人以上；`kind` 为 class、service、notice 的群除外"),
        blind: NOTHING,
        advice: pair("Hand the microphone on every week, and have two who answer first and say that they do", "每周把话筒交出去，请两位公开身份的伙伴先接话"),
        plays: &["weekly-games/spotlight"], practices: &["P067", "P094"],
        lines: GAMES,
    },
    Ailment {
        name: "bot_talk", early: false, shows: talk::bot_talk,
        title: pair("The program talks, and hardly anybody else", "只有程序在说话"),
        when: pair("bots and our posts were more than 80% of everything in 14 days (20 or more), and less than 3% of the members spoke in a week", "14 天里机器人和本程序的帖子超过 80%（共 20 条以上），且一周开口的成员不到 3%"),
        blind: NOTHING,
        advice: pair("Post half as often, and ask something that can be answered in a word", "帖子减半，每帖问一个一句话能答的问题"),
        plays: &["weekly-games/riddle-night"], practices: &["P061", "P062", "P063"],
        lines: "budgets:\n  posts: { max: 1 per day }\nuse:\n  - { playbook: weekly-games.yaml, as: games }\n",
    },
    Ailment {
        name: "cold_spike", early: true, shows: people::cold_spike,
        title: pair("Many came at once and fell silent", "一下子来了很多人，几天后就没声了"),
        when: pair("on a day of the last 30 more than three times the mean joined (10 or more), and of those who spoke that day less than 20% (of 5 or more) spoke on the fifth to seventh day", "近 30 天有一天的入群超过平均的三倍（10 人以上），当天开口的人（5 人以上）里在第五至七天还开口的不到 20%"),
        blind: pair("those of them who have left since", "其中已退群的人"),
        advice: pair("Write to whoever has not said a word after three days", "三天没说话的新人，逐个问候"),
        plays: &["seed-recruiting/first-days"], practices: &["P046", "P068"],
        lines: "plays:\n  first-days:\n    on: member.joined\n    per: member\n    steps:\n      - wait: 3d\n      - if: member.messages == 0\n        then:\n          - task: ${member.name} has not said a word in three days; write to them\n            to: host\n            due: 1d\n",
    },
    Ailment {
        name: "freeloaders", early: true, shows: people::freeloaders,
        title: pair("A source brings people who only take what is given", "有个来源的人拿了好处就不出声"),
        when: pair("of those who joined from a source 8 to 14 days ago (10 or more) at most 10% spoke within a week, and half of those who came from it in 60 days did nothing this week", "8 至 14 天前从同一来源入群的人（10 人以上）七天内开口的不超过 10%，且 60 天内来自该来源的人有一半本周没有动静"),
        blind: pair("whether a reward was paid, and those who have left", "是否发过奖励，以及已退群的人"),
        advice: pair("Reward an invitation only when the guest has been active for a week; stop the source until then", "客人活跃满七天再奖励邀请人；在此之前停掉这个来源"),
        plays: &["growth/referral"], practices: &["P046", "P048"],
        lines: "use:\n  - { playbook: growth.yaml, as: growth }\n",
    },
    Ailment {
        name: "adverts_arrive", early: true, shows: people::adverts_arrive,
        title: pair("Whoever comes, comes to advertise", "新来的多半是来发广告的"),
        when: pair("more than half of the first messages of 30 days (5 or more) were screened", "30 天内新人的第一条消息（5 条以上）超过一半被拦下"),
        blind: pair("what nobody screens", "没有拦下的"),
        advice: pair("Look at who comes before they are welcomed, and tell them the rules first", "先看一眼来的人再欢迎，入群先讲群规"),
        plays: &["admission/admission", "rules/welcome"], practices: &["P030", "P036", "P046"],
        lines: "use:\n  - { playbook: admission.yaml, as: admission }\n  - { playbook: rules.yaml, as: rules }\n",
    },
    Ailment {
        name: "no_echo", early: false, shows: talk::no_echo,
        title: pair("What was prepared finds no echo", "精心准备的推广没有回音"),
        when: pair("each of the last three advertisements brought back less than 1% of the members within a day", "最近三条推广，每条一天内的响应都不到成员的 1%"),
        blind: pair("answers outside the chat, and to anything but advertisements", "聊天之外的响应，以及推广以外的活动"),
        advice: pair("Nine questions before the next one is prepared, and another hour of the day", "准备下一次之前先答九个问题，并换一个时段"),
        plays: &["weekly-games/quiz"], practices: &["P046", "P047"],
        lines: "plays:\n  prepare:\n    steps:\n      - task: Nine questions before anything is prepared\n        to: host\n        list: { file: data/lists/fun-campaign.yaml }\n        due: 2d\n",
    },
    Ailment {
        name: "worn_ads", early: false, shows: talk::worn_ads,
        title: pair("Members are tired of being sold to", "推广发多了，大家不再理会"),
        when: pair("the last of five advertisements brought back at most half of what the first did", "五条推广里最后一条的响应不到第一条的一半"),
        blind: pair("answers outside the chat", "聊天之外的响应"),
        advice: pair("No advertising for two weeks, then only around a few days that everybody knows", "停两周推广，之后只在大家都知道的几天前后发"),
        plays: &["weekly-games/quiz"], practices: &["P073", "P075"],
        lines: "calendars:\n  launches: [2027-03-01, 2027-06-01]\nbudgets:\n  promo: { max: 10% per 30d, around: launches, before: 3d, after: 1d }\n",
    },
    Ailment {
        name: "pushy", early: false, shows: talk::pushy,
        title: pair("Selling drives members away", "推销正在赶走成员"),
        when: pair("more than 20% of our posts of 30 days (10 or more) were advertising, or on the days after advertisements twice as many left as on others (3 or more)", "30 天的帖子（10 条以上）有超过 20% 是推广，或推广后一天内退群的人（3 人以上）超过平日的两倍"),
        blind: pair("advertising that people post themselves", "别人自己发的推广"),
        advice: pair("Fewer advertisements, and only while the group talks", "少发推广，群里聊得起来时才发"),
        plays: &["weekly-games/quiz"], practices: &["P076", "P079"],
        lines: "budgets:\n  promo: { max: 10% per 30d, when: \"metrics.speakers(30) > members.count * 0.1\" }\n",
    },
    Ailment {
        name: "few_voices", early: false, shows: talk::few_voices,
        title: pair("The talk hangs on one or two", "聊天全靠一两个人"),
        when: pair("15 members or more spoke in 28 days, and one said more than 30%, or two said half", "28 天有 15 人以上开口，其中一人说了超过 30%，或两人说了一半"),
        blind: NOTHING,
        advice: pair("Ask others to begin, and name who could follow them", "请别人开头，并想好谁能接替"),
        plays: &["weekly-games/spotlight"], practices: &["P093", "P094"],
        lines: GAMES,
    },
    Ailment {
        name: "lopsided_core", early: false, shows: people::lopsided_core,
        title: pair("All are stars, or nobody is", "骨干比听众还多，或一个骨干都没有"),
        when: pair("more than half of the members are core and speakers fall, or nobody is core and each of 5 or more who speak says more than 10 messages a week", "骨干超过成员的一半且开口的人在减少，或没有骨干且一周开口的 5 人以上人均超过 10 条"),
        blind: pair("who is core where nobody is tagged `core` or `tier:core`", "没有人带 `core` 或 `tier:core` 标签时谁是骨干"),
        advice: pair("Let members rise by what they do, and give those who rise a regular evening", "让成员按表现升级，请升上来的人定期分享"),
        plays: &["kol-session/session"], practices: &["P035", "P090", "P095"],
        lines: "members:\n  tiers:\n    - { name: member }\n    - { name: core, enter: member.active(28) >= 12, remain: member.active(28) >= 4, at_least: 14d }\nuse:\n  - { playbook: kol-session.yaml, as: guest }\n",
    },
    Ailment {
        name: "strangers", early: false, shows: people::strangers,
        title: pair("Members do not know each other", "成员之间互不认识"),
        when: pair("in a group of 10 members or more with 20 replies or more in 28 days, less than 30% have spoken with another, or more than 70% of the replies touch the owner", "10 人以上的群，28 天有 20 条以上回复，与别人说过话的成员不到 30%，或超过 70% 的回复与群主有关"),
        blind: pair("whom members know elsewhere", "成员在别处认识谁"),
        advice: pair("Introduce whoever comes, play something that one hands to the next, and meet", "新人自我介绍，玩一个接力的游戏，线下见一面"),
        plays: &["rules/welcome", "weekly-games/riddle-night", "offline-event/meetup"], practices: &["P065", "P066", "P098"],
        lines: "use:\n  - { playbook: rules.yaml, as: rules }\n  - { playbook: weekly-games.yaml, as: games }\n",
    },
    Ailment {
        name: "too_strict", early: false, shows: talk::too_strict,
        title: pair("The new rules have silenced people", "新群规之后大家不敢说话"),
        when: pair("since the rules were changed (3 to 28 days ago) breaches rose by half (to 3 or more), and a quarter fewer (of 5 or more) spoke than in the same time before", "群规修改以来（3 至 28 天前），违规上升一半（达 3 次），开口的人比之前同样长的时间（5 人以上）少了四分之一"),
        blind: pair("whether they are silent because of the rules", "他们是否因为群规才不说话"),
        advice: pair("Review the rules now, take a milder step, and say what is welcome", "现在就复核群规，处理得温和一些，多说欢迎什么"),
        plays: &["rules/review"], practices: &["P020", "P025"],
        lines: "rules:\n  encourage: [questions of beginners, what you have tried yourself]\nuse:\n  - { playbook: rules.yaml, as: rules }\n",
    },
    Ailment {
        name: "dying", early: false, shows: talk::dying,
        title: pair("The group is dying", "这个群正在死去"),
        when: pair("nobody spoke for 14 days, or after three weeks of age fewer than three spoke in a week", "连续 14 天没有人说话，或满三周后一周开口的不到三人"),
        blind: pair("what members say to each other in private", "成员私下说的话"),
        advice: pair("Decide with those who are left: begin anew, be taken in by another group, or end it and say where everybody goes", "与还在的人一起决定：重新开始、并入别的群，或好好结束并告诉大家去哪里"),
        plays: &["seed-recruiting/month-check"], practices: &["P012", "P050", "P123", "P124"],
        lines: "plays:\n  revive:\n    whenever: metrics.silence >= 14\n    max: 1 per 21d\n    steps:\n      - task: Two weeks without a word; begin anew, hand over, or end it, and write down which\n        to: host\n        due: 3d\n",
    },
];
