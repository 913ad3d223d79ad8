//! The app's calls into a running engine.

use std::cell::Cell;
use std::rc::Rc;

use futures_channel::{mpsc, oneshot};

use crate::error::Error;
use crate::http::RequestSpec;
use crate::input::{Command, NewFetch, Reply};
use crate::matching::MatchOptions;
use crate::snapshot::ImageResource;
use crate::state::{FetchState, RecordState};

/// A way to call the engine. Clones call the same one.
///
/// Every call fails with [`Error::Stopped`] once the engine has ended.
#[derive(Debug, Clone)]
pub struct Handle {
    calls: mpsc::UnboundedSender<Call>,
    active: Rc<Cell<bool>>,
}

/// What a handle sends.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "a few of them a second")]
pub(super) enum Call {
    Command(Command, oneshot::Sender<Reply>),
    Online(bool),
}

impl Handle {
    pub(super) fn new(calls: mpsc::UnboundedSender<Call>, active: Rc<Cell<bool>>) -> Self {
        Self { calls, active }
    }

    /// Begins a background fetch; resolves when it is durable.
    ///
    /// # Errors
    ///
    /// [`Error::DuplicateId`], [`Error::NoRoom`], [`Error::Quota`], [`Error::Store`].
    pub async fn fetch(&self, new: NewFetch) -> Result<FetchState, Error> {
        match self.ask(Command::Fetch(new)).await? {
            Reply::Fetch(result) => result,
            _ => Err(Error::Stopped),
        }
    }

    /// The active background fetch with this developer's id.
    ///
    /// # Errors
    ///
    /// Only [`Error::Stopped`].
    pub async fn get(&self, id: String) -> Result<Option<FetchState>, Error> {
        self.state_by(Command::Get { id }).await
    }

    /// The background fetch with this unique id, while its records are available.
    ///
    /// # Errors
    ///
    /// Only [`Error::Stopped`].
    pub async fn state(&self, uid: String) -> Result<Option<FetchState>, Error> {
        self.state_by(Command::State { uid }).await
    }

    /// The developer's ids of the active background fetches, oldest first.
    ///
    /// # Errors
    ///
    /// Only [`Error::Stopped`].
    pub async fn ids(&self) -> Result<Vec<String>, Error> {
        match self.ask(Command::Ids).await? {
            Reply::Ids(ids) => Ok(ids),
            _ => Err(Error::Stopped),
        }
    }

    /// Aborts; resolves with `false` if it was not active, else when the outcome is durable.
    ///
    /// # Errors
    ///
    /// Only [`Error::Stopped`].
    pub async fn abort(&self, uid: String) -> Result<bool, Error> {
        match self.ask(Command::Abort { uid }).await? {
            Reply::Abort(aborted) => Ok(aborted),
            _ => Err(Error::Stopped),
        }
    }

    /// The records that match, in request order.
    ///
    /// # Errors
    ///
    /// [`Error::RecordsUnavailable`].
    pub async fn matching(
        &self,
        uid: String,
        query: Option<RequestSpec>,
        options: MatchOptions,
    ) -> Result<Vec<RecordState>, Error> {
        match self.ask(Command::Match { uid, query, options }).await? {
            Reply::Records(result) => result,
            _ => Err(Error::Stopped),
        }
    }

    /// Changes what the user is shown.
    ///
    /// # Errors
    ///
    /// [`Error::Inactive`] unless its event is being delivered.
    pub async fn update_ui(
        &self,
        uid: String,
        title: Option<String>,
        icons: Option<Vec<ImageResource>>,
    ) -> Result<(), Error> {
        match self.ask(Command::UpdateUi { uid, title, icons }).await? {
            Reply::Done(result) => result,
            _ => Err(Error::Stopped),
        }
    }

    /// Tells that the network came or went.
    pub fn set_online(&self, online: bool) {
        // An engine that has ended does not mind.
        let _ = self.calls.unbounded_send(Call::Online(online));
    }

    /// Whether there is unfinished work.
    pub fn is_active(&self) -> bool {
        self.active.get()
    }

    async fn state_by(&self, command: Command) -> Result<Option<FetchState>, Error> {
        match self.ask(command).await? {
            Reply::State(state) => Ok(state),
            _ => Err(Error::Stopped),
        }
    }

    async fn ask(&self, command: Command) -> Result<Reply, Error> {
        let (sender, answer) = oneshot::channel();
        self.calls.unbounded_send(Call::Command(command, sender)).map_err(|_| Error::Stopped)?;
        answer.await.map_err(|_| Error::Stopped)
    }
}
