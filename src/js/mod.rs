//! Values of JavaScript and those of Rust: objects, what is spelt alike everywhere, and exceptions.

pub mod error;
pub mod object;
mod spelling;
