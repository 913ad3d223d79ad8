//! One answer to one call.
//!
//! Not a channel of `futures-channel`, for the reason that is told in `line`.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::error::Error;
use crate::input::Reply;

/// What both ends share.
#[derive(Default)]
struct Place {
    reply: Cell<Option<Reply>>,
    /// Of a caller that waits.
    waker: Cell<Option<Waker>>,
}

/// The driver's end. Without it there will be no answer.
pub(super) struct Sender(Rc<Place>);

/// The caller's end; who has let go of it does not miss the answer.
pub(super) struct Answer(Rc<Place>);

/// Both ends.
pub(super) fn answer() -> (Sender, Answer) {
    let place = Rc::<Place>::default();
    (Sender(Rc::clone(&place)), Answer(place))
}

impl Sender {
    pub(super) fn send(self, reply: Reply) {
        self.0.reply.set(Some(reply));
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        if let Some(waker) = self.0.waker.take() {
            waker.wake();
        }
    }
}

impl Answer {
    /// # Errors
    ///
    /// [`Error::Stopped`] if there is none.
    pub(super) async fn get(self) -> Result<Reply, Error> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&self, context: &Context<'_>) -> Poll<Result<Reply, Error>> {
        match self.0.reply.take() {
            Some(reply) => Poll::Ready(Ok(reply)),
            None if Rc::strong_count(&self.0) == 1 => Poll::Ready(Err(Error::Stopped)),
            None => {
                self.0.waker.set(Some(context.waker().clone()));
                Poll::Pending
            }
        }
    }
}
