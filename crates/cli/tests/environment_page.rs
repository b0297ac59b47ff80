//! `docs/environment.md` has the table that `env` and `exec` follow.

use std::path::Path;

use rolecall_core::session::variable::VARIABLES;

#[test]
fn the_page_has_the_table_of_variables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/environment.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let rows: String = VARIABLES
        .iter()
        .map(|it| {
            let [env, server, unset] = it.treatment.actions();
            format!(
                "| `{}` | {env} | {server} | {unset} | {} |\n",
                it.name, it.reason
            )
        })
        .collect();
    let (_, table) = page
        .split_once("| --- | --- | --- | --- | --- |\n")
        .expect("a table");
    assert_eq!(table, rows, "the rows of docs/environment.md");
}
