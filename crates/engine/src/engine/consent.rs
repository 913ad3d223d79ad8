//! What the app allows beside the standard: whether anything is asked for now, by how many fetches at a time, and how large
//! one may become.

use super::Engine;
use crate::fetch::Step;
use crate::ids::TransferId;

impl Engine {
    /// Has nothing asked for, as if every fetch were paused, or all again.
    pub(super) fn set_held(&mut self, held: bool) {
        self.fetches.hold(held);
        for id in self.fetches.ids() {
            self.heed_pause(id);
        }
    }

    /// Lets the oldest go that wait for others, as many as may be under way at a time.
    pub(super) fn admit(&mut self) {
        while let Some(id) = self.fetches.admit(self.config.fetches) {
            self.line_up(id);
        }
    }

    /// Ends a fetch that will be larger than any may be, as the head of this response has said.
    pub(super) fn limit_length(&mut self, id: TransferId) {
        let Some(id) = self.transfers.get(id).map(|transfer| transfer.record) else { return };
        let fetch = self.fetches.get(id.fetch).filter(|fetch| fetch.step == Step::Running);
        if fetch.is_some_and(|fetch| fetch.will_be_too_large(&self.config, id.index)) {
            self.with(id.fetch, |fetch, cx| fetch.exceed(cx, id.index));
        }
    }
}
