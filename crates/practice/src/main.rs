//! `rolecall-practice`: the practice account as a program, for tests.
//!
//! Prints its URL on one line, then serves until standard input ends or it is killed.

use std::io::{Read, Write};
use std::process::ExitCode;

use rolecall_practice::{Control, Practice, PracticeConfig, World};

const USAGE: &str = "usage: rolecall-practice [--port N] [--world FILE] [--fault FAULT]... [--control]
FAULT is [ACTION:]NAME[=ARGUMENT], e.g. throttle=2 or AssumeRole:html
--control opens /_practice/ (GET requests, DELETE requests, GET and POST faults, POST consistency, GET keys, GET code?serial= and seed?serial=)";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "rolecall-practice: {problem}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), String> {
    let practice = Practice::start(config(std::env::args().skip(1))?).map_err(|e| e.to_string())?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", practice.url())
        .and_then(|()| out.flush())
        .map_err(|e| e.to_string())?;
    wait_for_end_of_input();
    Ok(())
}

fn config(mut arguments: impl Iterator<Item = String>) -> Result<PracticeConfig, String> {
    let mut config = PracticeConfig::default();
    while let Some(flag) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or(format!("{flag} needs a value\n{USAGE}"))
        };
        match flag.as_str() {
            "--port" => {
                config.port = value()?.parse().map_err(|_| "--port needs a port number")?;
            }
            "--world" => config.world = read_world(&value()?)?,
            "--fault" => config
                .faults
                .push(value()?.parse().map_err(|e| format!("{e}"))?),
            "--control" => config.control = Control::On,
            other => return Err(format!("unknown argument {other:?}\n{USAGE}")),
        }
    }
    Ok(config)
}

fn read_world(path: &str) -> Result<World, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
    World::parse(&text).map_err(|e| format!("{path}: {e}"))
}

fn wait_for_end_of_input() {
    let mut buffer = [0; 256];
    while matches!(std::io::stdin().read(&mut buffer), Ok(1..)) {}
}
