//! Requests and bodies, and what goes wrong with them.

use background_fetch_engine::ports::{Exchange, NetworkError};
use background_fetch_engine::testing::network::{Answer, Extent, Next};
use background_fetch_engine::testing::world::{Body, Life};

use crate::oracle::{bytes, evidence};
use crate::world::bug::Bug;
use crate::world::worker::Worker;

pub(super) fn answer(worker: &Worker, exchange: &Exchange) -> Result<Answer, NetworkError> {
    let world = &worker.world;
    let mut answer = world.base.answer(&world.slips.mistake_request(exchange));
    // Nobody is there to hear it.
    if !worker.is_dead() {
        evidence::answer(&world.oracle, exchange, &answer);
    }
    worker.trace(|| match &answer {
        Ok(Answer { head, fault, .. }) => {
            let fault = fault.map_or(String::new(), |fault| format!(" ({fault:?})"));
            format!("  {} {:?}{fault}", head.status, head.headers)
        }
        Err(error) => format!("  {error:?}"),
    });
    if let Ok(answer) = &mut answer {
        world.slips.mistake_head(exchange, &mut answer.head);
    }
    answer
}

pub(super) fn send(worker: &Worker, body: &Body) -> Next<Extent> {
    let world = &worker.world;
    let next = body.next(worker.world());
    if let Next::Chunk(extent, _) = &next {
        evidence::sent(&world.oracle, &body.uid, body.index, extent.length());
    }
    worker.trace(|| {
        let what = match &next {
            Next::Chunk(extent, _) => format!("sends {}", bytes::show(extent)),
            Next::End => "ends".to_owned(),
            Next::Break => "breaks".to_owned(),
            Next::Silence => "is silent".to_owned(),
        };
        format!("  {}/{} {what}", body.uid, body.index)
    });
    let mistaken = next == Next::Break && world.slips.has(Bug::CutIsEnd);
    if mistaken { Next::End } else { next }
}
