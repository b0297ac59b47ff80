//! Byte identity of the editor: outside our own sections nothing changes, in every file of the corpus and in a million
//! generated edits.
//!
//! The corpus is next to the work tree, not in it. Without it, its test says so and passes.

use std::fs;
use std::path::{Path, PathBuf};

use rolecall_core::aws_files::{self, AwsFile, Editor, OwnSection, ProfileName};
use rolecall_core::value::secret::Secret;

const EDITS: u32 = 1_000_000;
const EDITS_OF_ONE_ROUND: u32 = 5;
/// Text that can follow one of our own sections without belonging to it.
const BEHIND: [&str; 4] = ["[z]\n", "\n[z]\n", "# note\n[z]\n", "\r\n[z]\n"];
/// The parts of generated files: valid and faulty lines and parts of lines.
const PIECES: [&str; 32] = [
    "[default]\n",
    "[profile a]\n",
    "[a]\r\n",
    "[profile guests]\n",
    "[sso-session s]\n",
    "[services x]\r\n",
    "[lost\n",
    "[profile \"q\"] # note\n",
    "region = eu-west-1\n",
    "aws_access_key_id=AKIAIOSFODNN7EXAMPLE\n",
    "credential_process = /bin/other guest\n",
    "s3 =\n",
    "  max_concurrent_requests = 20\n",
    "\tmore\n",
    "# note\n",
    "; note = x\n",
    "\n",
    "\r\n",
    "  \n",
    "no equals sign\n",
    "= no name\n",
    "k = v # inline\r\n",
    "k = ä 客\n",
    "\r",
    "\u{feff}",
    "\0",
    "x",
    " ",
    "]",
    "\n\n\n",
    "[profile guest2]\n# managed-by rolecall\nregion = x\n",
    "# managed-by rolecalls\n",
];

/// Pseudo-random numbers that are the same in every run. Marsaglia's xorshift.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    fn text(&mut self, into: &mut String) {
        for _ in 0..self.below(9) {
            into.push_str(PIECES[self.below(PIECES.len())]);
        }
    }
}

/// Returns the sections to write, the second in place of the first.
fn sections() -> [OwnSection; 2] {
    [
        "/usr/bin/rolecall credentials guest",
        "'/opt/role call/rolecall' credentials guest",
    ]
    .map(|process| {
        let profile = ProfileName::parse("guest").expect("a name");
        let settings = vec![("credential_process", Secret::new(process.to_owned()))];
        OwnSection::new(profile, None, settings).expect("safe")
    })
}

fn put(file: AwsFile, text: &str, section: &OwnSection) -> Secret {
    let mut editor = Editor::new(file, text);
    editor
        .put(section)
        .expect("no section of this name is somebody else's");
    editor.finish().text
}

fn remove(file: AwsFile, text: &str) -> Secret {
    let mut editor = Editor::new(file, text);
    editor.remove(|owned| owned.profile == "guest");
    editor.finish().text
}

/// Adds, replaces and removes a section: three edits with exactly known results.
fn check(file: AwsFile, text: &str, [first, second]: &[OwnSection; 2]) {
    let added = put(file, text, first);
    let section = added
        .expose()
        .strip_prefix(text)
        .expect("what was there stays first");
    assert!(
        section.trim_start_matches(['\r', '\n']).starts_with('['),
        "{text:?}"
    );
    let written = put(file, added.expose(), second);
    assert_eq!(
        written.expose(),
        put(file, text, second).expose(),
        "{text:?}"
    );
    assert_eq!(remove(file, written.expose()).expose(), text, "{text:?}");
}

/// Replaces and removes one of our own sections between others: two edits.
fn check_between(file: AwsFile, before: &str, behind: &str, sections: &[OwnSection; 2]) {
    let first = before.split_inclusive('\n').next().unwrap_or_default();
    let ending = if first.ends_with("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let [old, new] = sections.each_ref().map(|section| {
        let own = put(file, "", section).expose().replace('\n', ending);
        format!("{before}{ending}{own}{behind}")
    });
    assert_eq!(put(file, &old, &sections[1]).expose(), new, "{old:?}");
    assert_eq!(
        remove(file, &old).expose(),
        format!("{before}{behind}"),
        "{old:?}"
    );
}

/// Makes half a million edits of one file.
fn edit_generated_texts(file: AwsFile) {
    let sections = sections();
    let mut numbers = Numbers(0x2545_F491_4F6C_DD1D);
    let (mut text, mut before, mut behind) = (String::new(), String::new(), String::new());
    for _ in 0..EDITS / 2 / EDITS_OF_ONE_ROUND {
        text.clear();
        numbers.text(&mut text);
        check(file, &text, &sections);

        before.clear();
        numbers.text(&mut before);
        before.push_str("k = v\n");
        behind.clear();
        behind.push_str(BEHIND[numbers.below(BEHIND.len())]);
        numbers.text(&mut behind);
        check_between(file, &before, &behind, &sections);
    }
}

#[test]
fn c6_a_million_generated_edits_change_nothing_else_config() {
    edit_generated_texts(AwsFile::Config);
}

#[test]
fn c6_a_million_generated_edits_change_nothing_else_credentials() {
    edit_generated_texts(AwsFile::Credentials);
}

#[test]
fn c6_every_file_of_the_corpus_stays_as_it_is() {
    let sections = sections();
    for path in corpus().iter().flat_map(|corpus| files_below(corpus)) {
        let bytes = fs::read(&path).expect("a file");
        let Ok(text) = aws_files::text(AwsFile::Config, &bytes) else {
            continue;
        };
        for file in [AwsFile::Config, AwsFile::Credentials] {
            check(file, text, &sections);
            for (at, _) in text.match_indices("\n[") {
                check_between(file, &text[..=at], &text[at + 1..], &sections);
            }
        }
    }
}

#[expect(clippy::print_stdout, reason = "says why nothing was tested")]
fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: there is no corpus beside the work tree");
    None
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let (folders, mut files): (Vec<PathBuf>, Vec<PathBuf>) = entries
        .map(|entry| entry.path())
        .partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| files_below(folder)));
    files
}
