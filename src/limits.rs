//! What the app has configured, put into the numbers of the engine: `Limits` of `js/border/engine.ts`.

use background_fetch_engine::{Config, Millis};

/// In the order of the arguments of `startEngine`; what is not given is `NaN`, and what the app leaves as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) connections: f64,
    pub(crate) fetches: f64,
    pub(crate) total: f64,
    pub(crate) stall: f64,
    pub(crate) silence: f64,
    pub(crate) preparation: f64,
    pub(crate) held: bool,
}

impl Limits {
    /// The same config, with what the app wants otherwise.
    pub(crate) fn apply(self, mut config: Config) -> Config {
        if self.connections > 0.0 {
            // No more than these.
            (config.connections, config.extra_connections) = (self.connections as usize, 0);
        }
        if self.fetches > 0.0 {
            config.fetches = self.fetches as usize;
        }
        if self.total > 0.0 {
            config.most_bytes = self.total as u64;
        }
        if self.stall > 0.0 {
            config.stall = Millis(self.stall as u64);
        }
        if self.silence > 0.0 {
            config.retry.silence = Millis(self.silence as u64);
        }
        config.preparation = (self.preparation > 0.0).then_some(Millis(self.preparation as u64));
        config.held = self.held;
        config
    }
}
