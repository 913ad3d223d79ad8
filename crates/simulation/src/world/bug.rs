//! Bugs to be found: each is a slip of the pen in the ports or the driver, made by the simulation
//! around an engine that is right. What does not find them proves nothing.

/// A bug that can be switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bug {
    /// An entry is told to be finished before it is.
    RecordBeforeEntry,
    /// A part is taken for one of the stored body, whatever its validators say.
    NoValidatorCheck,
    /// An outcome is told to be durable before it is.
    DeliverBeforePersist,
    /// Timers of waits are forgotten.
    ForgetRetryTimer,
    /// Writes of an older engine are let through.
    NoFence,
    /// An event is taken for delivered though nobody heard it.
    LoseEvent,
    /// The length of an entry is not looked at.
    TrustLength,
    /// A connection that breaks is taken for the end of the body.
    CutIsEnd,
    /// Nothing that is to be deleted is.
    NeverDelete,
}

impl Bug {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 9] = [
        ("record-before-entry", Self::RecordBeforeEntry),
        ("no-validator-check", Self::NoValidatorCheck),
        ("deliver-before-persist", Self::DeliverBeforePersist),
        ("forget-retry-timer", Self::ForgetRetryTimer),
        ("no-fence", Self::NoFence),
        ("lose-event", Self::LoseEvent),
        ("trust-length", Self::TrustLength),
        ("cut-is-end", Self::CutIsEnd),
        ("never-delete", Self::NeverDelete),
    ];

    /// The bug of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, bug)| *bug)
    }
}
