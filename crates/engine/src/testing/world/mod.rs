//! A browser without a browser: all ports over memory.
//!
//! A [`World`] is what outlives a worker: time, stores, servers, and the way to them. [`WorldPorts`]
//! are what a driver needs, in such a world; a [`Life`] says how each of their steps goes. That of a
//! [`CalmWorker`] only takes its time, and may end at any step. A life that decorates it may have
//! each operation fail, come late or be watched.

mod calm;
mod connections;
mod hands;
mod life;
mod ports;
mod way;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::clock::VirtualClock;
use super::memory::{BodyEntries, MemoryMetaStore};
use super::network::{Answer, Extent, Servers};
use crate::ports::{Exchange, NetworkError};

pub use calm::{CalmWorker, Delivery, Prepare};
pub use connections::Connections;
pub use hands::{Chunk, Holding};
pub use life::{Life, Operation};
pub use ports::{Body, WorldPorts};
pub use way::Way;

use hands::Hands;

/// What outlives a worker; clones are the same world.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The time.
    pub clock: VirtualClock,
    /// The bytes.
    pub bodies: BodyEntries<Vec<Extent>>,
    /// The state.
    pub meta: MemoryMetaStore,
    /// Whom requests go to.
    pub servers: Rc<RefCell<Servers>>,
    /// Whether they get there.
    pub way: Rc<Way>,
    /// Who has some.
    pub connections: Rc<Connections>,
    hands: Rc<Hands>,
    miscounting: Rc<Cell<bool>>,
}

impl World {
    /// Answers a request, if it comes to its server.
    ///
    /// # Errors
    ///
    /// If the server is out of reach, or as it says itself.
    pub fn answer(&self, exchange: &Exchange) -> Result<Answer, NetworkError> {
        self.way.to(&exchange.request.url)?;
        // Whom it turns away it does not serve.
        let connections = self.connections.served(&exchange.uid) + 1;
        self.servers.borrow_mut().answer(exchange, connections, self.clock.true_time())
    }

    /// The bytes of a fetch that workers hold.
    pub fn holding(&self, uid: &str) -> Rc<Holding> {
        self.hands.of(uid, &self.clock)
    }

    /// The most bytes that a worker has held at a time: read, and in no entry yet, those of puts
    /// that are under way among them.
    pub fn most_held(&self) -> u64 {
        self.hands.most()
    }

    /// Lets the platform count more as stored than there can be.
    pub fn set_miscounting(&self, miscounting: bool) {
        self.miscounting.set(miscounting);
    }
}
