//! Codes of reading files: what is not YAML, what cannot be read.

use super::{Explained, entry, none};
use crate::base::diagnostic::{
    Severity::{Error, Info, Warning},
    code::{Example, pair},
};

pub(super) const ENTRIES: &[Explained] = &[
    entry(
        "empty-file",
        Error,
        pair("the file holds nothing but comments", "文件里除了注释什么都没有"),
        pair(
            "A playbook has at least a `name`. `playbook new` writes a first one.",
            "剧本至少要有 `name`。`playbook new` 会写出第一个。",
        ),
        Example::of(""),
        Example::of("name: readers\n"),
    ),
    entry(
        "file-unreadable",
        Error,
        pair(
            "a file that the playbook names is missing, too large, outside its folder, or no text",
            "剧本提到的文件不存在、太大、在文件夹之外，或不是文本",
        ),
        pair(
            "Scripts, data and calendars are read from the playbook's own folder by relative paths with `/`, as UTF-8 \
                 text (CSV also as GB18030 or UTF-16, as Excel writes it). Paths that climb out of the folder are refused, so that a playbook can be moved and shared.",
            "脚本、数据和日历都按相对路径（用 `/`）从剧本所在的文件夹读取，必须是 UTF-8 文本（CSV 也可以是 Excel 写出的 GB18030 或 UTF-16）。不允许跑出文件夹，这样剧本才能搬动和分享。",
        ),
        Example::of("calendars:\n  holidays: no-such-file.ics\n"),
        Example::of("calendars:\n  holidays: [2026-10-01]\n"),
    ),
    entry(
        "yaml-syntax",
        Error,
        pair("the file is not YAML here", "这里不是合法的 YAML"),
        pair(
            "The line cannot be read as YAML: a bracket or a quote that is not closed, a `:` without a space behind it, \
                 lines indented by different depths. The mistake is often on the line above the one that is shown.",
            "这一行不能按 YAML 读：括号或引号没有闭合，`:` 后面没有空格，或缩进不一致。错误常常在所指那行的上一行。",
        ),
        Example::of("vars: { city: Xi'an\n"),
        Example::of("vars: { city: Xi'an }\n"),
    ),
    entry(
        "yaml-tab",
        Error,
        pair("a line is indented with a tab", "用制表符缩进"),
        pair(
            "YAML is indented with spaces only. Set the editor to write two spaces for the Tab key.",
            "YAML 只能用空格缩进。把编辑器的 Tab 键设成两个空格。",
        ),
        Example::of("vars:\n\tcity: Xian\n"),
        Example::of("vars:\n  city: Xian\n"),
    ),
    entry(
        "yaml-odd-space",
        Error,
        pair("a space that only looks like one", "看着像空格，其实不是"),
        pair(
            "YAML is indented with plain spaces, and a list's `-` is followed by one. No-break and full-width spaces come with text from web pages and input methods; in texts they may stay.",
            "YAML 用普通空格缩进，列表的 `-` 后面也要普通空格。不换行空格、全角空格常随网页文字或输入法进来；放在文字里没有关系。",
        ),
        Example::of("vars:\n\u{a0}\u{a0}city: Xian\n"),
        Example::of("vars:\n  city: Xian\n"),
    ),
    none(
        "yaml-tag",
        Error,
        pair("a word that begins with `!` is read as a YAML tag", "`!` 开头的文字被当成 YAML 标签"),
        pair(
            "A word that begins with `!` is a tag to YAML. Put the text in double quotes.",
            "以 `!` 开头的词在 YAML 里是标签。给文字加上双引号。",
        ),
    ),
    none(
        "yaml-alias",
        Error,
        pair("an alias refers to itself, or aliases repeat too much", "别名引用自身，或别名重复太多"),
        pair(
            "`&name` marks a piece of YAML and `*name` repeats it. An alias inside its own piece, or aliases of aliases \
                 that multiply, are refused: a few lines could fill the memory.",
            "`&名字` 标记一段 YAML，`*名字` 重复它。引用自身或层层相乘的别名会被拒绝：几行就能占满内存。",
        ),
    ),
    none(
        "yaml-too-large",
        Error,
        pair("the file has too many values or is nested too deep", "文件的值太多或嵌套太深"),
        pair(
            "A playbook has limits on its bytes, values and depth so that a hostile or broken file cannot stop the engine. \
                 Move long lists into a CSV or YAML file beside the playbook and read them with `dates: { file: … }`, \
                 `groups: FILE.csv` or `data(\"…\")`.",
            "剧本的字节数、值的个数和嵌套深度都有上限，坏文件不能拖垮引擎。把长列表放到旁边的 CSV 或 YAML 文件里，用 `dates: { file: … }`、`groups: FILE.csv` 或 `data(\"…\")` 读取。",
        ),
    ),
    entry(
        "yaml-chat-text",
        Error,
        pair(
            "a chat text is not read as text by YAML and needs quotes",
            "聊天文字被 YAML 当成了别的东西，需要引号",
        ),
        pair(
            "Chat texts begin with signs that mean something else to YAML: `#topic#` after a space is a comment, a leading \
                 `@`, `*`, `&`, `!`, `%` or `|` is syntax, and `\"a\" == b` ends at the second quote. Put the whole text in \
                 quotes, or write it below as a block after `|`.",
            "聊天文字常以 YAML 的特殊符号开头：空格后的 `#话题#` 是注释，开头的 `@`、`*`、`&`、`!`、`%`、`|` 是语法，`\"a\" == b` 到第二个引号就结束了。给整段文字加引号，或在下一行用 `|` 写成文字块。",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: @all good morning\n",
        ),
        Example::of(
            "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: \"@all good morning\"\n",
        ),
    ),
    entry(
        "yaml-full-width",
        Error,
        pair("a full-width sign stands where YAML knows only the plain one", "这里应该用半角符号"),
        pair(
            "YAML knows only the plain `:`, `,`, `-`, `[`, `{` and `#`. The full-width signs of a Chinese input method look \
                 alike and are text. Inside texts they are fine.",
            "YAML 只认半角的 `:`、`,`、`-`、`[`、`{`、`#`。中文输入法的全角符号看着像，却只是文字。写在文字内容里没有问题。",
        ),
        Example::of("title\u{ff1a}共读\nlocale: zh-CN\n"),
        Example::of("title: 共读\nlocale: zh-CN\n"),
    ),
    entry(
        "duplicate-key",
        Error,
        pair("a key is written twice in one mapping", "同一个映射里同一个键写了两次"),
        pair(
            "Only one of the two could count, and YAML does not say which. The second one is pointed at; remove one, or \
                 join them.",
            "两个里只能算一个，而 YAML 没规定算哪个。所指的是第二个；删掉一个，或合并。",
        ),
        Example::of("vars:\n  city: Xian\n  city: Beijing\n"),
        Example::of("vars:\n  city: Xian\n  other: Beijing\n"),
    ),
    entry(
        "missing-cell",
        Warning,
        pair("a row of a table has fewer cells than the header", "表格里有一行比表头少单元格"),
        pair(
            "What is missing is read as empty, so that a text that shows it has a hole. A cell that is meant to be empty is written with its comma.",
            "缺的单元格按空的读，用到它的文字就会缺一块。本来就是空的，也要写上逗号。",
        ),
        Example {
            yaml: "plays:\n  topics:\n    dates: { file: topics.csv, at: \"${row.date} 12:30\" }\n    steps:\n      - post: Topic - ${date.topic}\n",
            files: &[("topics.csv", "id,date,topic\na,2026-12-05,Hello\nb,2026-12-12\n")],
        },
        Example {
            yaml: "plays:\n  topics:\n    dates: { file: topics.csv, at: \"${row.date} 12:30\" }\n    steps:\n      - post: Topic - ${date.topic}\n",
            files: &[("topics.csv", "id,date,topic\na,2026-12-05,Hello\nb,2026-12-12,World\n")],
        },
    ),
    entry(
        "bad-data",
        Error,
        pair("a data file, table or calendar that cannot be read", "数据文件、表格或日历无法读取"),
        pair(
            "A CSV file names its columns in its first line, each once; JSON, YAML and ICS files have to be what their \
                 ending says. The place in the file is shown.",
            "CSV 的第一行是列名，每个只出现一次；JSON、YAML、ICS 文件的内容要与后缀相符。会指出文件里的位置。",
        ),
        Example { yaml: "calendars:\n  holidays: days.ics\n", files: &[("days.ics", "2026-10-01\n")] },
        Example {
            yaml: "calendars:\n  holidays: days.ics\n",
            files: &[(
                "days.ics",
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261001\nEND:VEVENT\nEND:VCALENDAR\n",
            )],
        },
    ),
    none(
        "too-many",
        Info,
        pair("more problems than are shown", "问题太多，没有全部列出"),
        pair(
            "Only the first problems of a file are shown. Repair some and check again; one slip near the top often causes \
                 many below.",
            "只列出文件的前若干个问题。先改一部分再检查；靠前的一个错误常常引出后面一大片。",
        ),
    ),
];
