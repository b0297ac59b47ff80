//! `docs/environment.md` has the table that `env` and `exec` follow.

use std::path::Path;

use rolecall_core::session::variable::{Treatment, VARIABLES};

#[test]
fn the_page_has_the_table_of_variables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/environment.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let rows: String = VARIABLES
        .iter()
        .map(|it| {
            let [env, server, unset] = actions(it.treatment);
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

/// Returns what `env` and `exec`, `exec --server`, and `env --unset` do.
fn actions(treatment: Treatment) -> [&'static str; 3] {
    const LEFT: &str = "left";
    const OWN: &str = "unset if Rolecall set it";
    match treatment {
        Treatment::Credentials => ["set", "unset", "unset"],
        Treatment::Region => [
            "set; without a region, unset if Rolecall set it",
            "set; without a region, unset if Rolecall set it",
            OWN,
        ],
        Treatment::Endpoint => [
            "set for a custom endpoint, else unset if on this machine",
            "set for a custom endpoint, else unset if on this machine",
            "unset",
        ],
        Treatment::Server => ["unset", "set", "unset"],
        Treatment::Prompt => ["set by `exec` and `assume`", "set", "unset"],
        Treatment::Unset => ["unset", "unset", LEFT],
        Treatment::ServiceEndpoint => [
            "unset if on this machine, or for a custom endpoint",
            "unset if on this machine, or for a custom endpoint",
            LEFT,
        ],
        Treatment::AwsOnly => [
            "unset for a custom endpoint",
            "unset for a custom endpoint",
            LEFT,
        ],
        Treatment::Leave => [LEFT, LEFT, LEFT],
    }
}
