//! Prints the manual page, from the texts that `rolecall help` shows: `cargo run -p rolecall --example manual`.
#![expect(clippy::print_stdout, reason = "prints the page")]

#[expect(dead_code, reason = "the program uses the rest of it")]
#[path = "../../src/grammar.rs"]
mod grammar;
#[expect(dead_code, reason = "the program uses the rest of it")]
#[path = "../../src/help.rs"]
mod help;
mod page;

fn main() {
    print!("{}", page::page());
}
