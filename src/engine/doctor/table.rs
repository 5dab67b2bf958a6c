//! The rules of the doctor in one table: what it is called, when it shows, what stays unknown, what helps.

use super::{exam::Exam, habits, people, talk};
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
    /// Lines to paste, which bring the files of these plays along.
    pub lines: Words,
    /// Rows of the practices.
    pub practices: &'static [&'static str],
}

impl PartialEq for Ailment {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

const NOTHING: Words = pair("", "");

/// Lines that read the same in both languages.
const fn same(text: &'static str) -> Words {
    pair(text, text)
}

/// Every rule.
#[rustfmt::skip]
pub static AILMENTS: [Ailment; 30] = [
    Ailment {
        name: "unclear_topic", early: false, shows: people::unclear_topic,
        title: pair("It is not clear what the group is for", "这个群为谁而设、做什么，没有说清"),
        when: pair("30% of the newcomers of 30 days (10 or more) left within a week, or `charter` lacks `audience` or `not_for`", "30 天内的新人（10 人以上）有 30% 在七天内退群，或 `charter` 没有 `audience` 或 `not_for`"),
        blind: pair("why somebody leaves", "退群的人为什么走"),
        advice: pair("Say for whom the group is and for whom not, and say it again every week", "写明群为谁而设、不为谁而设，每周再说一遍"),
        plays: &["rules/welcome", "rules/reminder"], practices: &["P003", "P027", "P126"],
        lines: pair("charter:\n  purpose: One book a month, read together\n  audience: [who lives in this city, who likes to talk about books]\n  not_for: [who sells]\nuse:\n  - { playbook: rules.yaml, as: rules }\n", "charter:\n  purpose: 每月一起读完一本书\n  audience: [住在本市, 爱聊书]\n  not_for: [来卖东西的]\nuse:\n  - { playbook: rules.yaml, as: rules }\n"),
    },
    Ailment {
        name: "unattended", early: false, shows: people::unattended,
        title: pair("Nobody looks after the group", "没有人照看这个群"),
        when: pair("nobody ended a task or spoke as owner or staff for two working days (in the hours of the role, where it has some), or three tasks of a week were missed", "连续两个工作日（角色写了 `hours` 的，只算那些时间）没有人了结任务或以管理者身份说话，或一周有三个任务没做"),
        blind: pair("what was done without telling the program", "没有告诉本程序而做的事"),
        advice: pair("A short list for one person every morning, and somebody who takes over", "每天早上给一个人一张短清单，并指定接替的人"),
        plays: &["people/keeper", "people/successor", "later-life/health-letter"], practices: &["P081", "P082", "P125"],
        lines: same("roles:\n  host: { people: [owner] }\n  deputy: { people: [lin] }\nuse:\n  - { playbook: people.yaml, as: people }\n  - { playbook: later-life.yaml, as: later }\n"),
    },
    Ailment {
        name: "junk", early: false, shows: talk::junk,
        title: pair("Rubbish drowns the talk", "垃圾消息盖过了聊天"),
        when: pair("more than 20% of the messages of a week (20 or more) were screened, or breaches of rules rose three weeks in a row", "一周的消息（20 条以上）有超过 20% 被拦下，或违规连升三周"),
        blind: pair("what nobody screens or reports", "没有拦下也没有上报的"),
        advice: pair("Rules with steps behind them: watched for a week, then a reminder, a private word, a mute that a person decides", "给群规配上后果：先观察一周，再提醒、私信，禁言由人定"),
        plays: &["enforce/weekly", "rules/reminder"], practices: &["P018", "P021", "P029"],
        lines: same("use:\n  - { playbook: enforce.yaml, as: enforce }\n  - { playbook: rules.yaml, as: rules }\n"),
    },
    Ailment {
        name: "flood", early: false, shows: talk::flood,
        title: pair("So much is said that nobody can read it", "消息多到没人读得完"),
        when: pair("on three of seven days more messages than 1,000, than twice the members, and than three times the median of 28 days; where the group has several channels, in one of them", "七天里有三天的消息超过 1000 条、超过成员数的两倍，并超过 28 天中位数的三倍；群有几个频道时，看每个频道"),
        blind: pair("how much of it is worth reading", "其中有多少值得看"),
        advice: pair("Sum the week up, keep the nights quiet, and think of a second group for one of the topics", "每周小结，夜里静默，考虑把一个话题分到另一个群"),
        plays: &["weekly-games/digest"], practices: &["P058", "P059", "P118"],
        lines: same("budgets:\n  quiet: 22:30-08:00\n  posts: { max: 3 per day, gap: 30m }\nuse:\n  - { playbook: weekly-games.yaml, as: games }\n"),
    },
    Ailment {
        name: "fading_core", early: false, shows: talk::fading_core,
        title: pair("Those who know most are seldom there, and questions go unanswered", "骨干来得少，提问没人接"),
        when: pair("a core member spoke on fewer than 3 of 7 days, and the share of answered questions (5 or more a week) fell by a third in four weeks", "骨干开口少于七天里的三天，且四周里有人回答的比例（每周 5 个提问以上）下降了三分之一"),
        blind: NOTHING,
        advice: pair("Ask the core members one by one, give them an evening of their own, and name who follows them", "逐个问候骨干，给他们一场自己的分享，并想好接替的人"),
        plays: &["people/core-presence", "kol-session/session"], practices: &["P090", "P091", "P092"],
        lines: same("use:\n  - { playbook: people.yaml, as: people }\n  - { playbook: kol-session.yaml, as: guest }\n"),
    },
    Ailment {
        name: "monologue", early: false, shows: talk::monologue,
        title: pair("One person talks, the others listen", "只有群主在说，别人在听"),
        when: pair("owner and hosts said more than half of 14 days (20 messages or more) among 50 members or more; not in groups of `kind` class, service or notice", "14 天里群主说了一半以上（20 条以上），成员 50 人以上；`kind` 为 class、service、notice 的群除外"),
        blind: NOTHING,
        advice: pair("Hand the microphone on every week, and have two who answer first and say that they do", "每周把话筒交出去，请两位公开身份的伙伴先接话"),
        plays: &["weekly-games/spotlight"], practices: &["P067", "P094"],
        lines: same("use:\n  - { playbook: weekly-games.yaml, as: games }\n"),
    },
    Ailment {
        name: "bot_talk", early: false, shows: talk::bot_talk,
        title: pair("The program talks, and hardly anybody else", "只有程序在说话"),
        when: pair("bots and our posts were more than 80% of everything in 14 days (20 or more), and less than 3% of the members spoke in a week", "14 天里机器人和本程序的帖子超过 80%（共 20 条以上），且一周开口的成员不到 3%"),
        blind: NOTHING,
        advice: pair("Post half as often, and ask something that can be answered in a word", "帖子减半，每帖问一个一句话能答的问题"),
        plays: &["weekly-games/riddle-night"], practices: &["P061", "P062", "P063"],
        lines: same("budgets:\n  posts: { max: 1 per day }\nuse:\n  - { playbook: weekly-games.yaml, as: games }\n"),
    },
    Ailment {
        name: "cold_spike", early: true, shows: people::cold_spike,
        title: pair("Many came at once and fell silent", "一下子来了很多人，几天后就没声了"),
        when: pair("on a day of the last 30 more than three times the mean joined (10 or more), and of those who spoke that day less than 20% (of 5 or more) spoke on the fifth to seventh day", "近 30 天有一天的入群超过平均的三倍（10 人以上），当天开口的人（5 人以上）里在第五至七天还开口的不到 20%"),
        blind: pair("those of them who have left since", "其中已退群的人"),
        advice: pair("Write to whoever has not said a word after three days", "三天没说话的新人，逐个问候"),
        plays: &["seed-recruiting/first-days"], practices: &["P046", "P068"],
        lines: same("use:\n  - { playbook: seed-recruiting.yaml, as: seed }\n"),
    },
    Ailment {
        name: "freeloaders", early: true, shows: people::freeloaders,
        title: pair("A source brings people who only take what is given", "有个来源的人拿了好处就不出声"),
        when: pair("of those who joined from a source 8 to 14 days ago (10 or more) at most 10% spoke within a week, and half of those who came from it in 60 days did nothing this week", "8 至 14 天前从同一来源入群的人（10 人以上）七天内开口的不超过 10%，且 60 天内来自该来源的人有一半本周没有动静"),
        blind: pair("whether a reward was paid, and those who have left", "是否发过奖励，以及已退群的人"),
        advice: pair("Reward an invitation only when the guest has been active for a week; stop the source until then", "客人活跃满七天再奖励邀请人；在此之前停掉这个来源"),
        plays: &["growth/referral"], practices: &["P046", "P048"],
        lines: same("use:\n  - { playbook: growth.yaml, as: growth }\n"),
    },
    Ailment {
        name: "adverts_arrive", early: true, shows: people::adverts_arrive,
        title: pair("Whoever comes, comes to advertise", "新来的多半是来发广告的"),
        when: pair("more than half of the first messages of 30 days (5 or more) were screened", "30 天内新人的第一条消息（5 条以上）超过一半被拦下"),
        blind: pair("what nobody screens", "没有拦下的"),
        advice: pair("Look at who comes before they are welcomed, and tell them the rules first", "先看一眼来的人再欢迎，入群先讲群规"),
        plays: &["admission/admission", "enforce/weekly", "rules/welcome"], practices: &["P030", "P036", "P046"],
        lines: same("use:\n  - { playbook: admission.yaml, as: admission }\n  - { playbook: enforce.yaml, as: enforce }\n  - { playbook: rules.yaml, as: rules }\n"),
    },
    Ailment {
        name: "no_echo", early: false, shows: talk::no_echo,
        title: pair("What was prepared finds no echo", "精心准备的推广没有回音"),
        when: pair("each of the last three advertisements and questions to the group brought back less than 1% of the members (advertisements within a day)", "最近三条推广和向群里的提问，每条的响应都不到成员的 1%（推广算一天内的）"),
        blind: pair("answers outside the chat", "聊天之外的响应"),
        advice: pair("Nine questions before the next one is prepared, and another hour of the day", "准备下一次之前先答九个问题，并换一个时段"),
        plays: &["weekly-games/quiz"], practices: &["P046", "P047"],
        lines: pair("plays:\n  prepare:\n    steps:\n      - task: Nine questions before anything is prepared\n        to: host\n        list: { file: data/lists/fun-campaign.yaml }\n        due: 2d\nuse:\n  - { playbook: weekly-games.yaml, as: games }\n", "plays:\n  prepare:\n    title: 活动之前\n    steps:\n      - task: 先答九问，再准备活动\n        to: host\n        list: { file: data/lists/fun-campaign.yaml }\n        due: 2d\nuse:\n  - { playbook: weekly-games.yaml, as: games }\n"),
    },
    Ailment {
        name: "off_topic", early: false, shows: habits::off_topic,
        title: pair("They talk, but not about what the group is for", "聊得很热闹，但和这个群没什么关系"),
        when: pair("a tenth of the members spoke in a week, and of the messages of 28 days that somebody judged (20 or more) less than 30% are on topic", "一周有十分之一的成员开口，而 28 天里判断过的消息（20 条以上）切题的不到 30%"),
        blind: pair("messages that nobody judged: whoever reports them says `on_topic`", "没有人判断的消息：由上报消息的程序说 `on_topic`"),
        advice: pair("One topic a week that belongs to the group, and say in the rules what is welcome", "每周一个属于这个群的话题，并在群规里写明欢迎什么"),
        plays: &["rules/reminder", "weekly-games/quiz"], practices: &["P003", "P046"],
        lines: pair("rules:\n  encourage: [what you read this week, a question about it]\nuse:\n  - { playbook: rules.yaml, as: rules }\n  - { playbook: weekly-games.yaml, as: games }\n", "rules:\n  encourage: [这周读了什么, 读到的一个问题]\nuse:\n  - { playbook: rules.yaml, as: rules }\n  - { playbook: weekly-games.yaml, as: games }\n"),
    },
    Ailment {
        name: "no_trust", early: false, shows: habits::no_trust,
        title: pair("It is sold to people who do not know each other yet", "还没有信任就在推销"),
        when: pair("three advertisements in 30 days, nothing bought, and less than 10% of the members spoke", "30 天发了三条推广，没有一笔成交，开口的成员不到 10%"),
        blind: pair("what is bought elsewhere", "在别处的成交"),
        advice: pair("Advertise only while the group talks, and let a few members try first", "群里聊得起来时才推广，先请几位成员试用"),
        plays: &["growth/trial-officers"], practices: &["P070", "P074", "P077"],
        lines: same("budgets:\n  promo: { max: 10% per 30d, when: \"metrics.speakers(30) > members.count * 0.1\" }\nuse:\n  - { playbook: growth.yaml, as: growth }\n"),
    },
    Ailment {
        name: "worn_ads", early: false, shows: talk::worn_ads,
        title: pair("Members are tired of being sold to", "推广发多了，大家不再理会"),
        when: pair("the last of five advertisements brought back at most half of what the first did", "五条推广里最后一条的响应不到第一条的一半"),
        blind: pair("answers outside the chat", "聊天之外的响应"),
        advice: pair("No advertising for two weeks, then only around a few days that everybody knows", "停两周推广，之后只在大家都知道的几天前后发"),
        plays: &["weekly-games/quiz"], practices: &["P073", "P075"],
        lines: same("calendars:\n  launches: [2027-03-01, 2027-06-01]\nbudgets:\n  promo: { max: 10% per 30d, around: launches, before: 3d, after: 1d }\nuse:\n  - { playbook: weekly-games.yaml, as: games }\n"),
    },
    Ailment {
        name: "pushy", early: false, shows: talk::pushy,
        title: pair("Selling drives members away", "推销正在赶走成员"),
        when: pair("more than 20% of our posts of 30 days (10 or more) were advertising, or on the days after advertisements twice as many left as on others (3 or more)", "30 天的帖子（10 条以上）有超过 20% 是推广，或推广后一天内退群的人（3 人以上）超过平日的两倍"),
        blind: pair("advertising that people post themselves", "别人自己发的推广"),
        advice: pair("Fewer advertisements, and only while the group talks", "少发推广，群里聊得起来时才发"),
        plays: &["service/ads-desk"], practices: &["P076", "P079"],
        lines: same("budgets:\n  promo: { max: 10% per 30d, when: \"metrics.speakers(30) > members.count * 0.1\" }\nuse:\n  - { playbook: service.yaml, as: service }\n"),
    },
    Ailment {
        name: "few_voices", early: false, shows: talk::few_voices,
        title: pair("The talk hangs on one or two", "聊天全靠一两个人"),
        when: pair("15 members or more spoke in 28 days, and one said more than 30%, or two said half", "28 天有 15 人以上开口，其中一人说了超过 30%，或两人说了一半"),
        blind: NOTHING,
        advice: pair("Ask others to begin, and name who could follow them", "请别人开头，并想好谁能接替"),
        plays: &["weekly-games/spotlight", "people/successor"], practices: &["P093", "P094"],
        lines: same("use:\n  - { playbook: weekly-games.yaml, as: games }\n  - { playbook: people.yaml, as: people }\n"),
    },
    Ailment {
        name: "lopsided_core", early: false, shows: people::lopsided_core,
        title: pair("All are stars, or nobody is", "骨干比听众还多，或一个骨干都没有"),
        when: pair("more than half of the members are core and speakers fall, or nobody is core and each of 5 or more who speak says more than 10 messages a week", "骨干超过成员的一半且开口的人在减少，或没有骨干且一周开口的 5 人以上人均超过 10 条"),
        blind: pair("who is core where nobody is tagged `core` or `tier:core`", "没有人带 `core` 或 `tier:core` 标签时谁是骨干"),
        advice: pair("Let members rise by what they do, and give those who rise a regular evening", "让成员按表现升级，请升上来的人定期分享"),
        plays: &["kol-session/session"], practices: &["P035", "P090", "P095"],
        lines: same("members:\n  tiers:\n    - { name: member }\n    - { name: core, enter: member.active(28) >= 12, remain: member.active(28) >= 4, at_least: 14d }\nuse:\n  - { playbook: kol-session.yaml, as: guest }\n"),
    },
    Ailment {
        name: "strangers", early: false, shows: people::strangers,
        title: pair("Members do not know each other", "成员之间互不认识"),
        when: pair("in a group of 10 members or more with 20 replies or more in 28 days, less than 30% have spoken with another, or more than 70% of the replies touch the owner", "10 人以上的群，28 天有 20 条以上回复，与别人说过话的成员不到 30%，或超过 70% 的回复与群主有关"),
        blind: pair("whom members know elsewhere", "成员在别处认识谁"),
        advice: pair("Introduce whoever comes, play something that one hands to the next, and meet", "新人自我介绍，玩一个接力的游戏，线下见一面"),
        plays: &["rules/welcome", "weekly-games/riddle-night", "offline-event/meetup"], practices: &["P065", "P066", "P098"],
        lines: same("use:\n  - { playbook: rules.yaml, as: rules }\n  - { playbook: weekly-games.yaml, as: games }\n  - { playbook: offline-event.yaml, as: event }\n"),
    },
    Ailment {
        name: "too_strict", early: false, shows: talk::too_strict,
        title: pair("The new rules have silenced people", "新群规之后大家不敢说话"),
        when: pair("since the rules were changed (3 to 28 days ago) breaches rose by half (to 3 or more), and a quarter fewer (of 5 or more) spoke than in the same time before", "群规修改以来（3 至 28 天前），违规上升一半（达 3 次），开口的人比之前同样长的时间（5 人以上）少了四分之一"),
        blind: pair("whether they are silent because of the rules", "他们是否因为群规才不说话"),
        advice: pair("Review the rules now, take a milder step, and say what is welcome", "现在就复核群规，处理得温和一些，多说欢迎什么"),
        plays: &["rules/review"], practices: &["P020", "P025"],
        lines: pair("rules:\n  encourage: [questions of beginners, what you have tried yourself]\nuse:\n  - { playbook: rules.yaml, as: rules }\n", "rules:\n  encourage: [新手的提问, 自己试过的做法]\nuse:\n  - { playbook: rules.yaml, as: rules }\n"),
    },
    Ailment {
        name: "dying", early: false, shows: talk::dying,
        title: pair("The group is dying", "这个群正在死去"),
        when: pair("nobody spoke for 14 days, or after three weeks of age fewer than three spoke in a week, or the health of closed days fell for three weeks by ten points", "连续 14 天没有人说话，或满三周后一周开口的不到三人，或健康度连降三周、少了十分"),
        blind: pair("what members say to each other in private", "成员私下说的话"),
        advice: pair("Decide with those who are left: begin anew, be taken in by another group, or end it and say where everybody goes", "与还在的人一起决定：重新开始、并入别的群，或好好结束并告诉大家去哪里"),
        plays: &["later-life/revive", "later-life/sunset", "seed-recruiting/month-check"], practices: &["P012", "P050", "P123", "P124"],
        lines: same("use:\n  - { playbook: later-life.yaml, as: later }\n  - { playbook: seed-recruiting.yaml, as: seed }\n"),
    },
    Ailment {
        name: "slow_answers", early: false, shows: habits::slow_answers,
        title: pair("Questions wait too long, or for ever", "提问没人及时回"),
        when: pair("more than half of the answers of 28 days (5 or more) took longer than `answer_within` of the role on duty (an hour where no role has one), or less than half of the questions (5 or more) were answered within a day", "28 天的回答（5 个以上）有一半以上超过值班角色的 `answer_within`（没有写的按一小时），或提问（5 个以上）一天内有人回答的不到一半"),
        blind: pair("answers in private", "私下的回答"),
        advice: pair("Say who is on duty today, and ask those who asked how it went", "每天写明谁值班，并问问提问的人满不满意"),
        plays: &["people/csat"], practices: &["P055", "P088"],
        lines: pair("plays:\n  duty:\n    every: mon, tue, wed, thu, fri at 08:45\n    steps:\n      - task: \"Questions of yesterday that nobody has answered: answer them before noon\"\n        to: host\n        due: 3h\n        numbers: [response_rate, first_response]\nuse:\n  - { playbook: people.yaml, as: people }\n", "plays:\n  duty:\n    title: 值班\n    every: mon, tue, wed, thu, fri at 08:45\n    steps:\n      - task: 昨天没人回的提问，中午前回完\n        to: host\n        due: 3h\n        numbers: [response_rate, first_response]\nuse:\n  - { playbook: people.yaml, as: people }\n"),
    },
    Ailment {
        name: "front_loaded", early: false, shows: habits::front_loaded,
        title: pair("Everything was given away at the start", "一次性把所有的东西都搬出来了"),
        when: pair("a group of four to five weeks had more than 70% of its posts (20 or more) in the first two", "建群四到五周，70% 以上的帖子（20 条以上）发在头两周"),
        blind: NOTHING,
        advice: pair("Spread what is left over the weeks to come, and bound how much goes out", "把剩下的摊到往后几周，并限制每周的量"),
        plays: &["weekly-games/quiz"], practices: &["P054"],
        lines: same("budgets:\n  posts: { max: 8 per 7d, gap: 2h }\nuse:\n  - { playbook: weekly-games.yaml, as: games }\n"),
    },
    Ailment {
        name: "lurkers", early: false, shows: habits::lurkers,
        title: pair("Many only watch", "很多人一直潜水"),
        when: pair("40% of the members who are older than a week (20 or more) never spoke", "入群超过一周的成员（20 人以上）有 40% 从未开口"),
        blind: pair("whether they read", "他们有没有在看"),
        advice: pair("Ask each for a first word; whoever stays silent for months may go, with notice", "请每个人说第一句话；几个月不出声的，先通知再请离"),
        plays: &["pruning/first-word", "pruning/prune"], practices: &["P097", "P098"],
        lines: same("use:\n  - { playbook: pruning.yaml, as: pruning }\n"),
    },
    Ailment {
        name: "no_new_blood", early: false, shows: habits::no_new_blood,
        title: pair("Nobody new comes", "没有新鲜血液"),
        when: pair("in a group of two months and 20 members or more at most 1% joined in 30 days, and as few spoke for the first time", "建群两个月以上、20 人以上的群，30 天里入群的不超过 1%，第一次开口的也不超过"),
        blind: NOTHING,
        advice: pair("For each who goes, one who comes; and let the quiet ones begin", "走一位进一位，也请安静的人起个头"),
        plays: &["pruning/one-in-one-out", "weekly-games/spotlight"], practices: &["P096", "P099"],
        lines: same("use:\n  - { playbook: pruning.yaml, as: pruning }\n  - { playbook: weekly-games.yaml, as: games }\n"),
    },
    Ailment {
        name: "lost_in_pause", early: false, shows: habits::lost_in_pause,
        title: pair("Members left while nobody posted", "停更期间有人走了"),
        when: pair("in 30 days with a week without any post of ours 10% of the members (20 or more) left", "30 天里有一周没有任何帖子，且 10% 的成员（20 人以上）退群"),
        blind: pair("why somebody leaves", "退群的人为什么走"),
        advice: pair("Name a caretaker before the next pause, and say when it goes on", "下次停更前指定照看的人，并说明什么时候恢复"),
        plays: &["later-life/health-letter"], practices: &["P125"],
        lines: pair("plays:\n  unattended:\n    on: operators.idle\n    steps:\n      - task: Nobody has looked in for ${signal.data.days} days\n        to: host\n        due: 1d\nuse:\n  - { playbook: later-life.yaml, as: later }\n", "plays:\n  unattended:\n    title: 没人照看\n    on: operators.idle\n    steps:\n      - task: 已经 ${signal.data.days} 天没有人照看这个群\n        to: host\n        due: 1d\nuse:\n  - { playbook: later-life.yaml, as: later }\n"),
    },
    Ailment {
        name: "scattered", early: false, shows: habits::scattered,
        title: pair("Members are in so many groups that they do not know where to ask", "群太多，成员不知道该在哪个群问"),
        when: pair("20% of the members (20 or more) are in four groups of this engine or more; looked at by `playbook doctor` over all groups", "20% 的成员（共 20 人以上）同时在本引擎的四个以上群里；由 `playbook doctor` 查看所有群时判断"),
        blind: pair("members whose ids differ from group to group", "在不同群里编号不同的成员"),
        advice: pair("Say in each group what is asked where, and merge those that few use", "在每个群写明什么问题去哪里问，合并很少人用的群"),
        plays: &["rules/reminder"], practices: &["P122"],
        lines: pair("rules:\n  encourage: [questions about orders in the service group, everything else here]\nuse:\n  - { playbook: rules.yaml, as: rules }\n", "rules:\n  encourage: [订单的问题去服务群问, 其他的在这里聊]\nuse:\n  - { playbook: rules.yaml, as: rules }\n"),
    },
    Ailment {
        name: "sprawl", early: false, shows: habits::sprawl,
        title: pair("New groups are opened while the old ones are not well", "老群还不好，又在开新群"),
        when: pair("of three groups or more one is younger than 60 days, and the one in the middle has a health below 50; looked at by `playbook doctor` over all groups", "三个以上的群里有不满 60 天的，而健康度居中的群不足 50 分；由 `playbook doctor` 查看所有群时判断"),
        blind: NOTHING,
        advice: pair("Open the next one only while the last is well", "上一个群好起来，再开下一个"),
        plays: &["later-life/replicate", "seed-recruiting/month-check"], practices: &["P116", "P121", "P124"],
        lines: same("use:\n  - { playbook: later-life.yaml, as: later }\n  - { playbook: seed-recruiting.yaml, as: seed }\n"),
    },
    Ailment {
        name: "no_guest", early: false, shows: habits::no_guest,
        title: pair("It is long since a guest came", "很久没有嘉宾了"),
        when: pair("no date of any play for more than 21 days, and none in the two weeks to come", "超过 21 天没有任何活动日期，往后两周也没有"),
        blind: pair("evenings that are in no playbook", "没有写进剧本的活动"),
        advice: pair("Fix the next evening now, and one a month from then on", "现在就定下一场，之后每月一场"),
        plays: &["kol-session/session"], practices: &["P095"],
        lines: same("use:\n  - { playbook: kol-session.yaml, as: guest }\n"),
    },
    Ailment {
        name: "late_handover", early: false, shows: habits::late_handover,
        title: pair("A role was handed over and nobody has taken it", "换届了，接任的人还没动"),
        when: pair("three days into a term only whoever had the role before does anything", "任期开始三天，做事的还是前一位"),
        blind: pair("what was done without telling the program", "没有告诉本程序而做的事"),
        advice: pair("Hand over with a list, and have whoever takes over say so", "用清单交接，请接任的人确认"),
        plays: &["people/handover"], practices: &["P084"],
        lines: same("roles:\n  host: { people: [owner, lin], term: 10 weeks }\nuse:\n  - { playbook: people.yaml, as: people }\n"),
    },
    Ailment {
        name: "vanity_goals", early: false, shows: habits::vanity_goals,
        title: pair("Only counts are watched", "只看数量"),
        when: pair("`charter.goals` names two metrics or more, and none is a share or about who stays", "`charter.goals` 写了两个以上数字，没有一个是比例或留存"),
        blind: NOTHING,
        advice: pair("Add one share and one of who stays", "加一个比例和一个留存"),
        plays: &["weekly-games/digest"], practices: &["P133"],
        lines: pair("charter:\n  purpose: One book a month, read together\n  goals:\n    - { want: readers who stay, metric: metrics.retention30, target: \">= 40%\", by: 90d }\n    - { want: readers who speak, metric: metrics.speakers(7) / members.count, target: \">= 10%\", by: 90d }\nuse:\n  - { playbook: weekly-games.yaml, as: games }\n", "charter:\n  purpose: 每月一起读完一本书\n  goals:\n    - { want: 留下来的读者, metric: metrics.retention30, target: \">= 40%\", by: 90d }\n    - { want: 开口的读者, metric: metrics.speakers(7) / members.count, target: \">= 10%\", by: 90d }\nuse:\n  - { playbook: weekly-games.yaml, as: games }\n"),
    },
];
