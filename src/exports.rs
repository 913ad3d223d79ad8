//! What JavaScript sees: `StartEngine` and `Engine` of `js/border/engine.ts`.
//!
//! Convert, call, convert. Every method takes `&self` and hands out a promise that owns all it
//! needs, so calls never meet, and none outlives the object in a borrow.

use std::rc::Rc;

use background_fetch_engine::driver::{self, Handle};
use background_fetch_engine::http::RequestSpec;
use background_fetch_engine::{Command, Engine as Core, Error, MatchOptions};
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

use crate::browser::Browser;
use crate::convert::{FetchArguments, UiOptions, reply};
use crate::host::JsHost;
use crate::js::error::{malformed, refused, store_failed};
use crate::js::object::{FromJs, ToJs};
use crate::js::{Outcome, promise};
use crate::limits::Limits;
use crate::{clock, platform, request_bodies};

/// Takes the store of `scope` over from any older worker, and resumes what is there: resolves with
/// an [`Engine`]. All but the first two is what the app has configured: [`Limits`].
#[wasm_bindgen(js_name = startEngine, unchecked_return_type = "Promise<Engine>")]
#[allow(clippy::too_many_arguments, reason = "an object would have to be read, in more code")]
pub fn start_engine(
    scope: &str,
    host: JsHost,
    connections: f64,
    fetches: f64,
    total: f64,
    stall: f64,
    silence: f64,
    preparation: f64,
    held: bool,
) -> Promise {
    let browser = Rc::new(Browser::new(scope, host));
    let limits = Limits { connections, fetches, total, stall, silence, preparation, held };
    let config = limits.apply(platform::config());
    promise(async move {
        let started = driver::start(Rc::clone(&browser), config).await;
        let (handle, run) = started.map_err(store_failed)?;
        // Not tied to the object below: when JavaScript's collector frees that must not matter.
        let ended = Rc::clone(&browser);
        spawn_local(async move {
            run.await;
            ended.note_end();
        });
        Ok(Engine { handle, browser }.into())
    })
}

/// The engine of one service worker.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    handle: Handle,
    browser: Rc<Browser>,
}

#[wasm_bindgen]
impl Engine {
    /// `BackgroundFetchManager.fetch()`: resolves with a `FetchState` when all is stored.
    pub fn fetch(&self, args: &JsValue) -> Promise {
        let (handle, browser) = (self.handle.clone(), Rc::clone(&self.browser));
        let args = FetchArguments::from_js(args);
        promise(async move {
            let (fetch, bodies) = args.map_err(malformed)?.split();
            answer(request_bodies::begin(&handle, &browser.meta, fetch, &bodies).await)
        })
    }

    /// `BackgroundFetchManager.get()`: a `FetchState` or `undefined`.
    pub fn get(&self, id: String) -> Promise {
        self.look(move |engine| or_undefined(engine.get(&id)))
    }

    /// `BackgroundFetchManager.getIds()`
    #[wasm_bindgen(js_name = getIds)]
    pub fn get_ids(&self) -> Promise {
        self.look(|engine| engine.ids().to_js())
    }

    /// The state of a fetch by its unique id, as it is or for some days as it ended; or `undefined`.
    pub fn state(&self, uid: String) -> Promise {
        self.look(move |engine| or_undefined(engine.state(&uid)))
    }

    /// `BackgroundFetchRegistration.abort()`
    pub fn abort(&self, uid: String) -> Promise {
        self.command(Command::Abort { uid })
    }

    /// Pauses what is active, or lets it go on; resolves with `false` if it was not.
    pub fn pause(&self, uid: String, paused: bool) -> Promise {
        self.command(Command::Pause { uid, paused })
    }

    /// `BackgroundFetchRegistration.matchAll()`: an array of `RecordState`.
    #[wasm_bindgen(js_name = match)]
    pub fn match_all(&self, uid: String, request: &JsValue, options: &JsValue) -> Promise {
        let (handle, browser) = (self.handle.clone(), Rc::clone(&self.browser));
        let query = Option::<RequestSpec>::from_js(request);
        let options = MatchOptions::from_js(options);
        promise(async move {
            let query = query.map_err(malformed)?;
            let options = options.map_err(malformed)?;
            let records = handle.match_all(uid, query, options).await.map_err(refused)?;
            request_bodies::with_records(&browser.meta, &records).await.map_err(refused)
        })
    }

    /// `BackgroundFetchUpdateUIEvent.updateUI()`
    #[wasm_bindgen(js_name = updateUI)]
    pub fn update_ui(&self, uid: String, options: &JsValue) -> Promise {
        UiOptions::from_js(options).map_or_else(
            |fault| Promise::reject(&malformed(fault)),
            |UiOptions { title, icons }| self.command(Command::UpdateUi { uid, title, icons }),
        )
    }

    /// Whether there is a network, by the worker's `online` and `offline` events; or, with `held`, whether the app wants
    /// nothing to be asked for now.
    pub fn report(&self, held: bool, so: bool) {
        self.handle.report(held, so);
    }

    /// Whether a fetch is unfinished: running, waiting, or with an event to deliver.
    #[wasm_bindgen(js_name = isActive)]
    pub fn is_active(&self) -> bool {
        self.handle.is_active()
    }

    /// For how long nothing will happen if nobody calls, in milliseconds: 0 while anything is under way.
    pub fn rest(&self) -> Promise {
        self.look(|engine| engine.rest(clock::now().monotonic).to_js())
    }

    /// How it is with the newest fetch of this id that is not over: a `Status`, or `undefined`.
    pub fn status(&self, id: String) -> Promise {
        self.look(move |engine| or_undefined(engine.status(&id, clock::now().monotonic)))
    }

    /// Ends all transfers; what is stored stays. Nothing may be called after it.
    pub fn stop(&self) {
        // The run loop owns all bodies: its end aborts them.
        self.handle.stop();
    }
}

impl Engine {
    /// A promise of what a command comes to.
    fn command(&self, command: Command) -> Promise {
        promise(command_later(self.handle.clone(), command))
    }

    /// A promise of what is seen of the engine.
    fn look(&self, look: impl FnOnce(&mut Core) -> JsValue + 'static) -> Promise {
        let (handle, look) = (self.handle.clone(), Box::new(look));
        promise(look_later(handle, look))
    }
}

async fn look_later(handle: Handle, look: Box<dyn FnOnce(&mut Core) -> JsValue>) -> Outcome {
    handle.look(look).await.map_err(refused)
}

/// One for all commands: each would have a state machine of its own.
async fn command_later(handle: Handle, command: Command) -> Outcome {
    handle.ask(command).await.and_then(reply).map_err(refused)
}

fn answer<T: ToJs>(outcome: Result<T, Error>) -> Outcome {
    outcome.map(|value| value.to_js()).map_err(refused)
}

fn or_undefined(state: Option<impl ToJs>) -> JsValue {
    state.map_or(JsValue::UNDEFINED, |state| state.to_js())
}
