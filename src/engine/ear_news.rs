//! What is told of an ear: that it did not listen, that nothing comes, that something comes again.
//!
//! Decides what of it is news, and whom it is told; what is usual is found out elsewhere.

use super::{
    deaf::{EarNews, EarSilence, EarTold, Gap},
    draft::{Decided, Draft},
    entry::Fact,
    notice,
};

impl Draft<'_> {
    /// What is told of an ear. What is known already is no news.
    pub(super) fn ear_news(&mut self, news: &EarNews) -> Decided {
        let channel = news.channel.clone();
        let known = self.state.silences.0.get(&channel).copied();
        let (locale, title) = (self.playbook.locale, self.group.title.clone());
        let (fact, text) = match (&news.what, known) {
            (EarTold::Gap { from, to }, _) => {
                return self.emit(Fact::Gap(Gap { channel, from: *from, to: (*to).min(self.now) }));
            }
            (EarTold::Silent { since }, None) => {
                let at = locale.time(*since, &self.playbook.zone, self.now);
                let text = notice::ear_silent(locale, &title, channel.as_str(), &at);
                (Fact::EarSilent(EarSilence { channel, since: *since }), text)
            }
            (EarTold::Hears, Some(since)) => {
                let at = locale.time(since, &self.playbook.zone, self.now);
                let text = notice::ear_hears(locale, &title, channel.as_str(), &at);
                (Fact::EarHears(EarSilence { channel, since }), text)
            }
            (EarTold::Silent { .. }, Some(_)) | (EarTold::Hears, None) => return Ok(()),
        };
        self.emit(fact)?;
        self.alert(&format!("ear-silent/{}", news.channel), text)
    }
}
