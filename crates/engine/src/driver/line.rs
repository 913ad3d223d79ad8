//! The line of calls that wait for the driver.
//!
//! Not a channel of `futures-channel`: those are for many threads, and so several times the code.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::handle::Call;

/// What all handles and the driver share.
#[derive(Default)]
pub(super) struct Line {
    calls: RefCell<Vec<Call>>,
    /// Of a driver that waits.
    waker: Cell<Option<Waker>>,
    closed: Cell<bool>,
    /// Whether there is unfinished work.
    pub(super) active: Cell<bool>,
}

/// The driver's end. Without it no call is taken in, and those that wait are dropped.
pub(super) struct Inbox(pub(super) Rc<Line>);

impl Line {
    pub(super) fn push(&self, call: Call) {
        if !self.closed.get() {
            self.calls.borrow_mut().push(call);
            self.wake();
        }
    }

    /// Lets the driver look again.
    pub(super) fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// Ends the driver, whatever it is at.
    pub(super) fn close(&self) {
        self.closed.set(true);
        self.wake();
    }
}

impl Inbox {
    pub(super) fn is_closed(&self) -> bool {
        self.0.closed.get()
    }

    /// The next call; `None` if there can be no more.
    pub(super) fn poll(&self, context: &Context<'_>) -> Poll<Option<Call>> {
        self.0.waker.set(Some(context.waker().clone()));
        let mut calls = self.0.calls.borrow_mut();
        match calls.is_empty() {
            false => Poll::Ready(Some(calls.remove(0))),
            true if Rc::strong_count(&self.0) == 1 => Poll::Ready(None),
            true => Poll::Pending,
        }
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.0.close();
        // Who waits for an answer learns that there is none.
        drop(self.0.calls.take());
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Line").finish_non_exhaustive()
    }
}
