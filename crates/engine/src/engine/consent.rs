//! What the app allows beside the standard: whether anything is asked for now, and by how many fetches at a time.

use super::Engine;

impl Engine {
    /// Has nothing asked for, as if every fetch were paused, or all again.
    pub(super) fn set_held(&mut self, held: bool) {
        self.fetches.hold(held);
        self.let_go();
    }

    /// Lets the oldest go that wait for others, as many as may be under way at a time.
    pub(super) fn admit(&mut self) {
        while let Some(id) = self.fetches.admit(self.config.fetches) {
            self.line_up(id);
        }
    }
}
