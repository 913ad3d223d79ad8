//! What is stored is given up only for what replaces it: the first segment of a newer response, or a result that the
//! record has without any. Until then it can be gone back to.

use std::mem::{replace, take};

use crate::context::Context;
use crate::http::Head;
use crate::record::Record;
use crate::record::body::Body;
use crate::record::saved::Saved;
use crate::snapshot::EntryKey;

/// What was stored before the current response.
#[derive(Debug)]
pub(super) struct Former {
    head: Option<Head>,
    validator: Option<String>,
    seams: Option<Vec<u64>>,
    unproven: Option<bool>,
    body: Body,
    saved: Saved,
}

impl Record {
    /// A newer response has begun: what is stored is kept as it is, until some of that is stored.
    pub(super) fn set_aside(&mut self) {
        self.parts.rest();
        // Whoever reads the one that had nothing goes on with the next.
        if !self.body.segments.is_empty() {
            self.next_version();
        }
        let former = Former {
            head: self.row.head.take(),
            validator: self.row.validator.take(),
            seams: self.row.seams.take(),
            unproven: self.row.unproven.take(),
            body: self.body.begin_anew(),
            // Whoever writes its row from now on removes older ones first.
            saved: replace(&mut self.saved, Saved::Older),
        };
        // Of several that brought nothing, only the first can have anything.
        if self.former.is_none() {
            self.former = Some(Box::new(former));
        }
    }

    /// If the newer response has brought nothing, what was stored before it still is all that there is. Whether so.
    pub(super) fn go_back(&mut self) -> bool {
        if !self.body.segments.is_empty() {
            return false;
        }
        let Some(former) = take(&mut self.former) else { return false };
        let Former { head, validator, seams, unproven, body, saved } = *former;
        (self.row.head, self.row.validator, self.row.seams) = (head, validator, seams);
        self.row.unproven = unproven;
        let newer = replace(&mut self.body, body);
        self.body.learns_from(&newer);
        self.saved = if self.replaced.is_empty() { saved } else { Saved::Older };
        self.next_version();
        true
    }

    /// Whether something is kept of an older response.
    pub(super) fn keeps_former(&self) -> bool {
        self.former.as_ref().is_some_and(|former| !former.body.segments.is_empty())
    }

    /// It is about to be replaced: there is no way back.
    pub(super) fn leave_behind(&mut self) {
        if let Some(mut former) = take(&mut self.former) {
            self.replaced.append(&mut former.body.segments.take_entries());
        }
    }

    /// It is replaced.
    pub(super) fn free_replaced(&mut self, cx: &mut Context<'_>) {
        let entries = take(&mut self.replaced);
        if !entries.is_empty() {
            cx.outbox.delete(entries);
        }
    }

    /// Adds all entries that are there for it to `all`.
    pub(crate) fn list_entries(&self, all: &mut Vec<EntryKey>) {
        self.body.segments.list_entries(all);
        if let Some(former) = &self.former {
            former.body.segments.list_entries(all);
        }
        all.extend_from_slice(&self.replaced);
    }

    fn next_version(&mut self) {
        self.row.version = self.row.version.wrapping_add(1);
        self.changed = true;
    }
}
