//! Servers that do what they are told, request by request.

mod body;
mod fault;
mod file;
mod origin;
mod response;

use std::collections::BTreeMap;
use std::future::pending;
use std::time::Duration;

use super::clock::VirtualClock;
use crate::http::Head;
use crate::ports::{Exchange, NetworkError};
use crate::time::Timestamp;

pub use body::{Extent, Next, Script, content};
pub use fault::Fault;
pub use file::{Coding, Exposure, File, Validator};
pub use origin::{Origin, origin_of};
pub use response::ERROR_BODY;

/// All files that can be asked for, by URL.
#[derive(Debug, Clone, Default)]
pub struct Servers {
    /// What is served.
    pub files: BTreeMap<String, File>,
    /// Those of them whose origin has something to say, too.
    pub origins: BTreeMap<String, Origin>,
}

/// The response to one request.
#[derive(Debug)]
pub struct Answer {
    /// Its head, as far as the app's origin may read it.
    pub head: Head,
    /// Its body.
    pub body: Script,
    /// What went wrong with it.
    pub fault: Option<Fault>,
}

impl Answer {
    /// Resolves when the head has arrived, where that takes time beyond the network's own.
    pub async fn arrives(&self, clock: &VirtualClock) {
        match self.fault {
            Some(Fault::NoAnswer) => pending().await,
            Some(Fault::Late(millis)) => clock.sleep(Duration::from_millis(millis)).await,
            _ => {}
        }
    }
}

impl Servers {
    /// Answers a request, which comes on the last of so many connections.
    ///
    /// # Errors
    ///
    /// As the file's next fault says, or its origin; an unknown URL is unreachable.
    pub fn answer(
        &mut self,
        exchange: &Exchange,
        connections: usize,
        now: Timestamp,
    ) -> Result<Answer, NetworkError> {
        let asked = exchange.request.url.as_str();
        let origin = self.origins.get_mut(origin_of(asked));
        let outage = origin.and_then(|origin| origin.fault(connections, now));
        let Some(first) = self.files.get_mut(asked) else { return Err(NetworkError::Unreachable) };
        let target = first.next_mirror().unwrap_or_else(|| asked.to_owned());
        let redirected = target != asked;
        if redirected {
            first.requests += 1;
        }
        let Some(file) = self.files.get_mut(&target) else { return Err(NetworkError::Unreachable) };
        file.requests += 1;
        let method = exchange.request.method.as_str();
        file.uploads += u64::from(!matches!(method, "GET" | "HEAD"));
        let fault = outage.or_else(|| file.faults.pop_front()).or(file.always);
        if let Some(Fault::Fails(error)) = fault {
            return Err(error);
        }
        file.suffer(fault, now);
        let mut answer = file.serve(&target, exchange, fault, now);
        answer.head.redirected = redirected || file.redirected;
        file.lie(&mut answer.head.headers);
        Ok(answer)
    }
}

/// A [`ParseDate`](crate::ParseDate).
pub fn parse_date(text: &str) -> Option<Timestamp> {
    let time = httpdate::parse_http_date(text).ok()?;
    let since_epoch = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp(0) + since_epoch)
}
