//! The app's calls into a running engine.

use std::cell::Cell;
use std::rc::Rc;

use super::answer::{Answer, Sender, answer};
use super::line::Line;
use crate::engine::Engine;
use crate::error::Error;
use crate::http::RequestSpec;
use crate::input::{Command, Input, NewFetch, Reply};
use crate::matching::MatchOptions;
use crate::snapshot::ImageResource;
use crate::state::{FetchState, RecordState};

/// A way to call the engine. Clones call the same one.
///
/// Every call fails with [`Error::Stopped`] once the engine has ended.
#[derive(Debug, Clone)]
pub struct Handle {
    line: Rc<Line>,
}

/// What a handle sends.
#[allow(clippy::large_enum_variant, reason = "a few of them a second")]
pub(super) enum Call {
    /// What must be durable before it is answered.
    Command(Command, Sender),
    /// What only looks, and keeps what it has seen; then an answer that says nothing.
    Look(Box<dyn FnOnce(&mut Engine)>, Sender),
    /// What is so now, or not.
    Report(fn(bool) -> Input, bool),
}

impl Handle {
    pub(super) fn new(line: Rc<Line>) -> Self {
        Self { line }
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

    /// See [`Engine::get`].
    ///
    /// # Errors
    ///
    /// Only [`Error::Stopped`].
    pub async fn get(&self, id: String) -> Result<Option<FetchState>, Error> {
        self.look(Box::new(move |engine| engine.get(&id))).await
    }

    /// See [`Engine::state`].
    ///
    /// # Errors
    ///
    /// Only [`Error::Stopped`].
    pub async fn state(&self, uid: String) -> Result<Option<FetchState>, Error> {
        self.look(Box::new(move |engine| engine.state(&uid))).await
    }

    /// See [`Engine::ids`].
    ///
    /// # Errors
    ///
    /// Only [`Error::Stopped`].
    pub async fn ids(&self) -> Result<Vec<String>, Error> {
        self.look(Box::new(|engine| engine.ids())).await
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

    /// See [`Engine::match_all`].
    ///
    /// # Errors
    ///
    /// [`Error::RecordsUnavailable`].
    pub async fn match_all(
        &self,
        uid: String,
        query: Option<RequestSpec>,
        options: MatchOptions,
    ) -> Result<Vec<RecordState>, Error> {
        let look = move |engine: &mut Engine| engine.match_all(&uid, query.as_ref(), options);
        self.look(Box::new(look)).await?
    }

    /// Pauses what is active, or lets it go on; resolves when that is durable, or with `false` if it was not active.
    ///
    /// # Errors
    ///
    /// [`Error::Store`], [`Error::Quota`] if it cannot be written down.
    pub async fn pause(&self, uid: String, paused: bool) -> Result<bool, Error> {
        match self.ask(Command::Pause { uid, paused }).await? {
            Reply::Abort(active) => Ok(active),
            Reply::Done(Err(error)) => Err(error),
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
        self.report(false, online);
    }

    /// Tells whether the app wants nothing to be asked for now.
    pub fn set_held(&self, held: bool) {
        self.report(true, held);
    }

    /// Tells that the network came or went, or, with `held`, what [`set_held`](Self::set_held) does.
    pub fn report(&self, held: bool, so: bool) {
        self.line.push(Call::Report(if held { Input::Held } else { Input::Online }, so));
    }

    /// Whether there is unfinished work.
    pub fn is_active(&self) -> bool {
        self.line.active.get()
    }

    /// Ends the engine and all its operations, whatever they are at; what is stored stays.
    pub fn stop(&self) {
        self.line.close();
    }

    /// Resolves with what the engine replies when that is durable. What else a command is answered with is a method of
    /// its own above; this is for those to whom all commands are one, and so are compiled once.
    ///
    /// # Errors
    ///
    /// Only [`Error::Stopped`]; those of the command are in the reply.
    pub async fn ask(&self, command: Command) -> Result<Reply, Error> {
        let (sender, answer) = answer();
        self.send(Call::Command(command, sender), answer).await
    }

    /// Looks at the engine in its turn: after the commands that were given before. Boxed, so that
    /// this is compiled for each type of what is seen, and not for each look.
    ///
    /// # Errors
    ///
    /// Only [`Error::Stopped`].
    pub async fn look<T: 'static>(
        &self,
        look: Box<dyn FnOnce(&mut Engine) -> T>,
    ) -> Result<T, Error> {
        let seen = Rc::new(Cell::new(None));
        let place = Rc::clone(&seen);
        let look = Box::new(move |engine: &mut Engine| place.set(Some(look(engine))));
        let (sender, answer) = answer();
        self.send(Call::Look(look, sender), answer).await?;
        seen.take().ok_or(Error::Stopped)
    }

    async fn send(&self, call: Call, answer: Answer) -> Result<Reply, Error> {
        self.line.push(call);
        answer.get().await
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // The driver has the only other one.
        if Rc::strong_count(&self.line) == 2 {
            self.line.wake();
        }
    }
}
