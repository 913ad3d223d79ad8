//! Runs schedules: `cargo run --release -p background-fetch-simulation -- --seeds 10000`.

#[cfg(not(target_family = "wasm"))]
mod arguments;

#[cfg(not(target_family = "wasm"))]
fn main() -> std::process::ExitCode {
    use std::process::ExitCode;

    use arguments::{Arguments, HELP};

    match Arguments::of(std::env::args().skip(1)) {
        Ok(Arguments::Help) => println!("{HELP}"),
        Ok(Arguments::Replay(replay)) => return ExitCode::from(u8::from(!replay.run())),
        Ok(Arguments::Explore(exploration)) => return ExitCode::from(u8::from(!exploration.run())),
        Err(mistake) => {
            eprintln!("{mistake}\n\n{HELP}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// Only so that the workspace can be built for wasm.
#[cfg(target_family = "wasm")]
fn main() {}
