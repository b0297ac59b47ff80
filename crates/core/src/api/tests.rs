//! The window's TypeScript types: generated from the types here, and compared with the file that the window uses.

use std::collections::BTreeMap;

use ts_rs::{Config, TS, TypeVisitor};

use crate::api::import::{ImportItem, ImportSource};
use crate::asker::consent::Reply;
use crate::asker::history::{Line, Query};
use crate::aws_files::connection::{EditView, Step, Which};
use crate::catalogue::marks::RoleMarks;
use crate::role::RoleDraft;
use crate::view::snapshot::Snapshot;

/// The file, and how to write it again.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/types.ts");
const HEAD: &str = "// Generated from the Rust types with `make types`. Do not edit.\n";

/// The declarations of types and of all types that they use, by their names.
#[derive(Default)]
struct Declarations(BTreeMap<String, String>);

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        let config = Config::new().with_large_int("number");
        // Types of the language have no file.
        if T::output_path().is_none() {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        let declaration = laid_out(&format!("{docs}export {}", T::decl(&config)));
        if self.0.insert(T::ident(&config), declaration).is_none() {
            T::visit_dependencies(self);
        }
    }
}

/// Returns a declaration with its fields indented and each comment on one line.
fn laid_out(declaration: &str) -> String {
    let text = declaration
        .replace("/**\n * ", "/** ")
        .replace("\n */", " */")
        .replace("\n * ", " ");
    let mut lines = String::new();
    for line in text.lines() {
        let is_field = !line.starts_with("export") && lines.contains("export");
        lines += if is_field { "  " } else { "" };
        lines += &line.trim_end().replace(", };", ",\n};");
        lines += "\n";
    }
    lines
}

fn generated() -> String {
    let mut found = Declarations::default();
    found.visit::<Snapshot>();
    found.visit::<EditView>();
    found.visit::<Step>();
    found.visit::<Which>();
    found.visit::<Line>();
    found.visit::<Query>();
    found.visit::<Reply>();
    found.visit::<RoleDraft>();
    found.visit::<RoleMarks>();
    found.visit::<ImportSource>();
    found.visit::<ImportItem>();
    let declarations: Vec<String> = found.0.into_values().collect();
    format!("{HEAD}\n{}", declarations.concat())
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "`make types` writes the file, which the test otherwise compares"
)]
fn the_types_of_the_window_are_those_of_the_program() {
    let generated = generated();
    if std::env::var_os("WRITE_TYPES").is_some() {
        std::fs::write(FILE, &generated).expect("written");
    }
    let present = std::fs::read_to_string(FILE).expect("the file");
    assert!(
        present == generated,
        "ui/src/types.ts is not up to date. Run: make types"
    );
}
