//! Prints a manual page: that of `rolecall` from the texts that `rolecall help` shows, or that of another program from
//! its `--help` on standard input: `rolecall-agent --help | cargo run -p rolecall --example manual rolecall-agent`.
#![expect(clippy::print_stdout, reason = "prints the page")]

#[expect(dead_code, reason = "the program uses the rest of it")]
#[path = "../../src/grammar.rs"]
mod grammar;
#[expect(dead_code, reason = "the program uses the rest of it")]
#[path = "../../src/help.rs"]
mod help;
mod page;

fn main() -> std::io::Result<()> {
    let Some(program) = std::env::args().nth(1) else {
        print!("{}", page::page());
        return Ok(());
    };
    let help = std::io::read_to_string(std::io::stdin())?;
    print!("{}", page::page_of(&program, &help));
    Ok(())
}
