//! Requests and bodies.

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::rc::Rc;

use background_fetch_engine::http::{Head, Header};
use background_fetch_engine::ports::{Exchange, NetworkError};
use background_fetch_engine::testing::clock::VirtualClock;
use background_fetch_engine::testing::network::{Answer, Extent, Fault, Next, Script};

use crate::oracle::facts::Holding;
use crate::plan::files::ORIGIN;
use crate::world::bug::Bug;
use crate::world::worker::Worker;

/// A piece of a body in a worker's hands.
pub(crate) struct Chunk {
    pub(crate) extent: Extent,
    holding: Rc<Holding>,
    clock: VirtualClock,
}

/// A body on its way.
pub(crate) struct Body {
    script: RefCell<Script>,
    url: String,
    uid: String,
    index: u32,
    holding: Rc<Holding>,
    _connection: Connection,
}

/// Counts itself for as long as it lives.
struct Connection(Rc<Cell<usize>>);

impl Connection {
    fn new(count: &Rc<Cell<usize>>) -> Self {
        count.set(count.get() + 1);
        Self(Rc::clone(count))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl Chunk {
    /// Lets go of its first bytes, which are stored already.
    pub(crate) fn skip(&mut self, bytes: u64) {
        self.extent.from += bytes;
        self.holding.held.set(self.holding.held.get() - bytes);
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        let bytes = self.extent.length();
        self.holding.held.set(self.holding.held.get() - bytes);
        self.holding.lose(self.clock.now(), bytes);
    }
}

impl Worker {
    pub(crate) async fn exchange(
        &self,
        mut exchange: Exchange,
    ) -> Result<(Head, Body), NetworkError> {
        let connection = Connection::new(&self.inner.connections);
        self.begin(|| asked(&exchange)).await;
        self.check_request(&exchange);
        if self.world.bug == Some(Bug::NoValidatorCheck) {
            exchange.if_range = None;
        }
        let answer = self.answer(&exchange);
        self.world.note_answer(&exchange, &answer);
        let answer = self.told(answer)?;
        if exchange.request.body_length.is_some() && answer.fault == Some(Fault::NoAnswer) {
            // Nobody knows how long an upload may take; but some day the system gives up.
            self.world.sleep(60 * 60 * 1000).await;
            return Err(NetworkError::Unreachable);
        }
        answer.arrives(&self.world.clock).await;
        self.break_if_away(&exchange.request.url).inspect_err(|error| {
            self.world.note_break(&exchange.uid, exchange.index, *error);
        })?;
        self.step().await;
        let Answer { mut head, body, .. } = answer;
        self.mistake_head(&exchange, &mut head);
        let holding = self.world.holding(&exchange.uid);
        let url = exchange.request.url;
        let (uid, index) = (exchange.uid, exchange.index);
        let script = RefCell::new(body);
        Ok((head, Body { script, url, uid, index, holding, _connection: connection }))
    }

    fn answer(&self, exchange: &Exchange) -> Result<Answer, NetworkError> {
        self.break_if_away(&exchange.request.url)?;
        let calm = self.world.is_calm();
        let mut servers = self.world.servers.borrow_mut();
        if calm {
            servers.files.values_mut().for_each(|file| {
                file.faults.clear();
                file.always = None;
            });
        }
        servers.answer(exchange, self.world.clock.now())
    }

    fn told(&self, answer: Result<Answer, NetworkError>) -> Result<Answer, NetworkError> {
        self.trace(|| match &answer {
            Ok(Answer { head, fault, .. }) => {
                let fault = fault.map_or(String::new(), |fault| format!(" ({fault:?})"));
                format!("  {} {:?}{fault}", head.status, head.headers)
            }
            Err(error) => format!("  {error:?}"),
        });
        answer
    }

    fn break_if_away(&self, url: &str) -> Result<(), NetworkError> {
        if self.world.network.offline.get() > 0 {
            return Err(NetworkError::Offline);
        }
        let away = self.world.network.unreachable.borrow();
        match away.get(url) {
            Some(count) if *count > 0 => Err(NetworkError::Unreachable),
            _ => Ok(()),
        }
    }

    /// What every request must be like.
    fn check_request(&self, exchange: &Exchange) {
        let world = &self.world;
        let connections = self.inner.connections.get();
        if connections > world.plan.config.connections {
            world.violate(|| format!("{connections} connections at a time"));
        }
        let request = &exchange.request;
        if exchange.if_range.is_some() && !request.url.starts_with(ORIGIN) {
            world.violate(|| format!("If-Range to another origin: {}", asked(exchange)));
        }
        let ranges = exchange.range.is_some();
        if ranges && (request.method != "GET" || request.header("range").is_some()) {
            world.violate(|| format!("a range where none may be asked for: {}", asked(exchange)));
        }
        let mut facts = world.facts.borrow_mut();
        let Some(record) = facts.record(&exchange.uid, exchange.index) else { return };
        let probe = is_probe(exchange);
        record.requests += u64::from(!probe);
        record.parts += u64::from(exchange.range.is_some_and(|range| range.end.is_some()));
        world.tally.borrow_mut().requests += 1;
        // A second one may order something twice.
        record.orders += u64::from(request.method != "GET" && !probe);
        if record.orders > 1 {
            world.violate(|| format!("sent twice: {}", asked(exchange)));
        }
    }

    /// The next stretch of a body, as soon as it comes.
    pub(crate) async fn read_extent(&self, body: &Body) -> Result<Option<Extent>, NetworkError> {
        let next = body.script.borrow_mut().next_extent(&mut self.world.servers.borrow_mut());
        match next {
            Next::Chunk(extent, time) => {
                self.world.note_sent(&body.uid, body.index, extent.length());
                self.world.clock.sleep(time).await;
                self.break_if_away(&body.url).inspect_err(|error| {
                    self.world.note_break(&body.uid, body.index, *error);
                })?;
                self.trace(|| format!("  {}/{} {}", body.uid, body.index, show(&extent)));
                Ok(Some(extent))
            }
            Next::End => {
                self.trace(|| format!("  {}/{} ends", body.uid, body.index));
                Ok(None)
            }
            Next::Break => {
                self.trace(|| format!("  {}/{} breaks", body.uid, body.index));
                if self.world.bug == Some(Bug::CutIsEnd) {
                    return Ok(None);
                }
                Err(NetworkError::Unreachable)
            }
            Next::Silence => {
                self.trace(|| format!("  {}/{} is silent", body.uid, body.index));
                pending().await
            }
        }
    }

    pub(crate) fn chunk(&self, body: &Body, extent: Extent) -> (Chunk, u64) {
        let length = extent.length();
        let (holding, clock) = (Rc::clone(&body.holding), self.world.clock.clone());
        holding.held.set(holding.held.get() + length);
        (Chunk { extent, holding, clock }, length)
    }

    /// The validators of the first response, if that is the bug.
    fn mistake_head(&self, exchange: &Exchange, head: &mut Head) {
        if self.world.bug != Some(Bug::NoValidatorCheck) {
            return;
        }
        let is_one = |(name, _): &Header| name == "etag" || name == "last-modified";
        let mut facts = self.world.facts.borrow_mut();
        let Some(record) = facts.record(&exchange.uid, exchange.index) else { return };
        if exchange.range.is_none() || head.status != 206 {
            record.validators =
                head.headers.iter().filter(|header| is_one(header)).cloned().collect();
        } else {
            head.headers.retain(|header| !is_one(header));
            head.headers.extend(record.validators.iter().cloned());
        }
    }
}

/// Whether it only asks if the server can be reached.
pub(crate) fn is_probe(exchange: &Exchange) -> bool {
    exchange.request.mode == "no-cors"
}

fn asked(exchange: &Exchange) -> String {
    let Exchange { uid, index, request, range, if_range, overlap } = exchange;
    let range = range.map_or(String::new(), |range| format!(" {}", range.header()));
    let if_range = if_range.as_ref().map_or(String::new(), |tag| format!(" if {tag}"));
    let repeated: u64 = overlap.iter().map(|piece| piece.length).sum();
    format!("{uid}/{index} {} {}{range}{if_range} ({repeated} again)", request.method, request.url)
}

pub(crate) fn show(extent: &Extent) -> String {
    format!("{}..{} of version {}", extent.from, extent.to, extent.version)
}
