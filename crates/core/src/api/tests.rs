//! The window's TypeScript types: generated from the types here, and compared with the files that the window uses.

use std::collections::BTreeMap;

use ts_rs::{Config, TS, TypeVisitor};

use crate::api::import::{ImportItem, ImportSource};
use crate::api::protocol::{Answer, Call};
use crate::asker::consent::Reply;
use crate::asker::history::{Line, Query};
use crate::aws_files::connection::{EditView, Step, Which};
use crate::catalogue::marks::RoleMarks;
use crate::revoke::{RevocationTarget, RevocationView, RevokeStep, UndoStep, UndoView};
use crate::rotation::{RotationAction, RotationPlan};
use crate::setup::{SetupCall, SetupProgress, SetupView};
use crate::view::snapshot::{LastUse, Snapshot};

/// The files of the window.
const DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/state/");
const HEAD: &str = "// Generated from the Rust types with `make types`. Do not edit.\n";

/// The name of version 0.1.0 for whether an import is only a preview.
const FORMER_NAME: &str = "rehearse";

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

/// Returns a declaration with its fields indented and each comment on one line. A name of version 0.1.0 is in quotes.
fn laid_out(declaration: &str) -> String {
    let text = declaration
        .replace("/**\n * ", "/** ")
        .replace("\n */", " */")
        .replace("\n * ", " ")
        .replace(&format!("{FORMER_NAME}:"), &format!("\"{FORMER_NAME}\":"));
    let mut lines = String::new();
    for line in text.lines() {
        let is_field = !line.starts_with("export") && lines.contains("export");
        lines += if is_field { "  " } else { "" };
        lines += &line.trim_end().replace(", };", ",\n};");
        lines += "\n";
    }
    lines
}

/// Returns the content of `types.ts`, `rotation.ts`, `changes.ts` and `calls.ts`: what is shown, how an access key is
/// replaced, what is changed in IAM, and what the window asks and is answered.
fn generated() -> [(&'static str, String); 4] {
    let mut rotation = Declarations::default();
    rotation.visit::<RotationPlan>();
    rotation.visit::<RotationAction>();
    rotation.visit::<LastUse>();
    let mut shown = Declarations::default();
    shown.visit::<Snapshot>();
    shown.visit::<EditView>();
    shown.visit::<Step>();
    shown.visit::<Which>();
    shown.visit::<Line>();
    shown.visit::<Query>();
    shown.visit::<Reply>();
    shown.visit::<RoleMarks>();
    shown.visit::<ImportSource>();
    shown.visit::<ImportItem>();
    shown.0.retain(|name, _| !rotation.0.contains_key(name));
    let mut changes = Declarations::default();
    changes.visit::<SetupCall>();
    changes.visit::<SetupView>();
    changes.visit::<SetupProgress>();
    changes.visit::<RevocationTarget>();
    changes.visit::<RevokeStep>();
    changes.visit::<RevocationView>();
    changes.visit::<UndoStep>();
    changes.visit::<UndoView>();
    changes.0.retain(|name, _| !shown.0.contains_key(name));
    let mut calls = Declarations::default();
    calls.visit::<Call>();
    calls.visit::<Answer>();
    let others = [&shown, &changes, &rotation];
    calls
        .0
        .retain(|name, _| !others.iter().any(|it| it.0.contains_key(name)));
    [
        ("types.ts", shown.file(&[(&rotation, "rotation")])),
        ("rotation.ts", rotation.file(&[])),
        ("changes.ts", changes.file(&[(&shown, "types")])),
        (
            "calls.ts",
            calls.file(&[
                (&changes, "changes"),
                (&rotation, "rotation"),
                (&shown, "types"),
            ]),
        ),
    ]
}

impl Declarations {
    /// Returns a file with these declarations, and imports of what they use of other files.
    fn file(&self, others: &[(&Self, &str)]) -> String {
        let text: String = self.0.values().map(String::as_str).collect();
        let uses = |name: &&String| {
            let code = text
                .lines()
                .filter(|it| !it.trim_start().starts_with("/**"));
            let mut words = code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric()));
            words.any(|word| word == name.as_str())
        };
        let imports = others.iter().map(|(other, file)| {
            let used: Vec<&str> = other.0.keys().filter(uses).map(String::as_str).collect();
            format!(
                "import type {{\n  {},\n}} from \"./{file}\";\n",
                used.join(", ")
            )
        });
        let imports: String = imports.collect();
        match imports.is_empty() {
            true => format!("{HEAD}\n{text}"),
            false => format!("{HEAD}\n{imports}\n{text}"),
        }
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "`make types` writes the files, which the test otherwise compares"
)]
fn the_types_of_the_window_are_those_of_the_program() {
    for (name, generated) in generated() {
        let path = format!("{DIR}{name}");
        if std::env::var_os("WRITE_TYPES").is_some() {
            std::fs::write(&path, &generated).expect("written");
        }
        let present = std::fs::read_to_string(&path).expect("the file");
        assert!(
            present == generated,
            "ui/src/state/{name} is not up to date. Run: make types"
        );
    }
}
