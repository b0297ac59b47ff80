//! `state.db`: lines of the history read back as they were, and a damaged file is read or put aside as it is.
//!
//! Input: bytes that choose the lines, and where the file is damaged.
#![no_main]

use std::fs;
use std::sync::{Arc, LazyLock};

use jiff::{SignedDuration, Timestamp};
use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use rolecall_agent::paths::Paths;
use rolecall_agent::seal::{SealKey, SealKeys};
use rolecall_agent::secret_store::Asking;
use rolecall_agent::store::SealedStore;
use rolecall_core::asker::history::{Line, Query, Recent, RequestKind, Verdict};
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::problem::ProblemCode;
use rolecall_fuzz::bounds;
use rolecall_fuzz::scratch::Scratch;
use rolecall_keeper::fakes::{FakeClock, Fakes};
use rolecall_keeper::ports::Store;

const REQUESTS: [RequestKind; 3] = [RequestKind::Env, RequestKind::Exec, RequestKind::Key];
const VERDICTS: [Verdict; 3] = [Verdict::Allowed, Verdict::Denied, Verdict::Sandboxed];
const LINES_MAX: usize = 8;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);
static PATHS: LazyLock<Paths> = LazyLock::new(|| SCRATCH.paths());
static CLOCK: LazyLock<Arc<FakeClock>> = LazyLock::new(|| Fakes::at(start()).clock);

fn start() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("an instant")
}

struct FixedSeal;

impl SealKeys for FixedSeal {
    fn existing(&self, _: Asking) -> std::result::Result<Arc<SealKey>, KeychainError> {
        Ok(Arc::new(SealKey::new([7; 32])))
    }

    fn existing_or_new(&self) -> std::result::Result<Arc<SealKey>, KeychainError> {
        self.existing(Asking::Quiet)
    }
}

#[derive(Debug)]
struct Story {
    lines: Vec<Line>,
    query: Query,
    /// Where a byte is changed, and to what; or where the file ends.
    damage: Vec<(u32, u8)>,
    end: Option<u32>,
}

impl<'a> Arbitrary<'a> for Story {
    fn arbitrary(from: &mut Unstructured<'a>) -> Result<Self> {
        let count = from.int_in_range(0..=LINES_MAX)?;
        let lines = (0..count).map(|_| line(from)).collect::<Result<_>>()?;
        let role: Option<String> = from.arbitrary()?;
        Ok(Self {
            lines,
            query: Query {
                role,
                since: None,
                limit: from.int_in_range(0..=20)?,
            },
            damage: from.arbitrary()?,
            end: from.arbitrary()?,
        })
    }
}

fn line(from: &mut Unstructured<'_>) -> Result<Line> {
    let at = start() - SignedDuration::from_millis(from.int_in_range(0..=3_600_000)?);
    Ok(Line {
        at,
        since: at,
        count: 1,
        role: from.arbitrary()?,
        request: *from.choose(&REQUESTS)?,
        process: from.arbitrary()?,
        pid: from.arbitrary()?,
        program: from.arbitrary()?,
        parents: from.arbitrary()?,
        sandboxed: from.arbitrary()?,
        verdict: *from.choose(&VERDICTS)?,
        aws_call: from.arbitrary()?,
        failure: (*from.choose(&[None, Some(ProblemCode::AccessDenied)])?),
    })
}

fn store() -> SealedStore {
    SealedStore::new(PATHS.clone(), Arc::new(FixedSeal), CLOCK.clone())
}

fuzz_target!(|story: Story| {
    SCRATCH.clear();
    bounds::within(64 << 10, || {
        read_back(&story);
        damage(&story);
    });
});

fn read_back(story: &Story) {
    let store = store();
    let mut expected = Recent::default();
    for line in &story.lines {
        store.record(line.clone());
        expected.add(line.clone());
    }
    store.flush();
    drop(store);
    let all = Query {
        role: None,
        since: None,
        limit: 100,
    };
    for query in [&all, &story.query] {
        let found = self::store().history(query).expect("a sound file");
        let mut expected = expected.find(query);
        expected.truncate(query.limit.try_into().expect("a small number"));
        assert_eq!(found, expected);
    }
}

fn damage(story: &Story) {
    let path = PATHS.state_path();
    let Ok(mut bytes) = fs::read(&path) else {
        return;
    };
    for (at, byte) in &story.damage {
        let length = bytes.len();
        bytes[*at as usize % length] = *byte;
    }
    if let Some(end) = story.end {
        bytes.truncate(end as usize % (bytes.len() + 1));
    }
    fs::write(&path, &bytes).expect("a file");
    let store = store();
    let loaded = store.load();
    let history = store.history(&Query {
        role: None,
        since: None,
        limit: 100,
    });
    drop(store);
    let dir = path.parent().expect("a folder");
    let entries = fs::read_dir(dir).expect("a folder").flatten();
    let mut aside = entries.filter(|it| it.file_name().to_string_lossy().contains(".corrupt-"));
    match aside.next() {
        Some(file) => {
            assert_eq!(
                fs::read(file.path()).expect("a file"),
                bytes,
                "no byte is lost"
            );
            assert!(loaded.is_err() || history.is_err(), "damage is reported");
        }
        None if history.is_ok() => {}
        // A file of a newer version, or one that is damaged where only a later call reads it.
        None => assert!(path.exists(), "the file stays"),
    }
}
