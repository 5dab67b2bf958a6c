//! What a store could not do, in both languages.
//!
//! Words only; what is an error and when is [`StoreError`]'s.

use super::StoreError;
use crate::base::phrase::Phrase;

impl StoreError {
    /// What happened and what to do.
    pub fn in_words(&self) -> Phrase {
        let zh = match self {
            Self::Full(why) => {
                format!("磁盘满了：什么都记不下来，所以什么都不发。已经记下的都在；请腾出空间（{why}）")
            }
            Self::Busy(why) => {
                format!("另一个程序占着状态数据库：什么都记不下来，所以在它放开之前什么都不发（{why}）")
            }
            Self::Io(why) => format!("状态数据库读写失败：{why}。已经记下的都在"),
            Self::Newer { found, known } => format!(
                "状态数据库的形式是 {found}，本程序只认到 {known}：它是由更新的版本写的。请用那个版本，\
                 或用 `--state DIR` 换一个状态目录"
            ),
            Self::Foreign => {
                "文件 `state.db` 是别的程序的数据库，没有往里写任何东西。请用 `--state DIR` 换一个状态目录"
                    .into()
            }
            Self::NotUpgraded { from, to, reason } => format!(
                "状态的形式是 {from}，本程序用的是 {to}。改动之前要先复制一份，但复制失败，所以什么都没改：{reason}。\
                 请为第二份 `state.db` 腾出空间，再启动一次"
            ),
            Self::NoCopy { to, reason } => {
                format!("{}：{}", to.display(), in_chinese(reason))
            }
            Self::Lost { file, entries } => format!(
                "{} 是空的或不见了，而旁边的 `state.mark` 说那里记过 {entries} 条：记录不在这里。`playbook restore FILE` \
                 用备份恢复；想从头开始，就把 `state.mark` 也删掉",
                file.display()
            ),
            Self::NoFile(path) => {
                format!("{} 不是普通文件，没有打开它。请把它移走，或换一个位置", path.display())
            }
            Self::NoBackup(path) => {
                format!("{} 不是备份；这里应是 `playbook backup` 写出的文件", path.display())
            }
            Self::Gone(path) => format!(
                "{} 在引擎运行时被删除或替换了：再往里记也没有人读得到，所以引擎停下。\
                 请把状态放回去（`playbook restore` 用备份恢复），或从新的状态开始",
                path.display()
            ),
            Self::Locked(why) => why.zh.clone(),
            Self::Empty => "状态数据库是空的：还没有引擎在上面运行过".into(),
            Self::Missing(dir) => format!(
                "{} 里没有状态：还没有引擎在那里运行过。`playbook run FILE` 会在文件旁边建立状态，\
                 或用 `--state DIR` 指出它在哪里",
                dir.display()
            ),
            Self::Corrupt { place, reason } => format!(
                "状态数据库在 {place} 处损坏：{reason}。什么都没改；`playbook restore` 用备份替换它\
                （见 `docs/operating.md`）"
            ),
            Self::Stopped => "存储在先前的错误之后已经停下".into(),
        };
        Phrase { en: self.to_string(), zh }
    }
}

/// What is often said of a file, in Chinese; the rest stays as it is.
fn in_chinese(reason: &str) -> String {
    let known = [
        ("there is no such file", "没有这个文件"),
        ("it is damaged: ", "已损坏："),
        ("No such file or directory (os error 2)", "没有这个文件夹"),
        ("Permission denied (os error 13)", "没有权限"),
        ("Is a directory (os error 21)", "它是文件夹"),
    ];
    known.iter().fold(reason.to_owned(), |said, (en, zh)| said.replace(en, zh))
}
