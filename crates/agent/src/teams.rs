//! Team catalogues: read at start, when the settings change, and once a day. An HTTPS catalogue is fetched conditionally
//! and cached for when it cannot be reached. Without teams there is no thread and no wake-up.

mod cache;
mod fetch;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rolecall_core::catalogue::FILE_MAX;
use rolecall_core::catalogue::team::{self, Team, TeamLocation};
use rolecall_core::settings::Settings;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::Keeper;

use crate::disk;
use crate::paths::{Environment, Paths};
use cache::{Cache, Cached};

/// How long a catalogue counts as fresh.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The delay before a retry.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Follows the team catalogues.
pub struct Teams {
    keeper: Arc<Keeper>,
    dir: PathBuf,
    wanted: Mutex<Wanted>,
    changed: Condvar,
}

#[derive(Default)]
struct Wanted {
    settings: Settings,
    /// Incremented by each change, so that none is missed.
    generation: u64,
    is_running: bool,
}

impl Teams {
    /// Returns a follower with a cache in the state folder.
    pub fn new(keeper: Arc<Keeper>, paths: &Paths) -> Arc<Self> {
        Arc::new(Self {
            keeper,
            dir: paths.state_dir.join("teams"),
            wanted: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    /// Follows the teams of these settings from now on.
    pub fn follow(self: &Arc<Self>, settings: &Settings) {
        self.keeper.keep_teams(&settings.teams);
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.settings = settings.clone();
        wanted.generation += 1;
        self.changed.notify_all();
        if wanted.is_running || settings.teams.is_empty() {
            return;
        }
        let following = self.clone();
        let started = thread::Builder::new()
            .name("teams".into())
            .spawn(move || following.run());
        wanted.is_running = started.is_ok();
    }

    /// Reads all catalogues periodically, until there are none.
    fn run(&self) {
        let mut done = 0;
        loop {
            let (settings, generation) = {
                let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
                if wanted.settings.teams.is_empty() {
                    wanted.is_running = false;
                    return;
                }
                (wanted.settings.clone(), wanted.generation)
            };
            let is_new = generation != done;
            done = generation;
            let mut all_good = true;
            for team in &settings.teams {
                all_good &= self.read(team, &settings, is_new);
            }
            let pause = if all_good { DAY } else { HOUR };
            let wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
            drop(
                self.changed
                    .wait_timeout_while(wanted, pause, |wanted| wanted.generation == done),
            );
        }
    }

    /// Reads one catalogue and passes it to the keeper; returns whether it is up to date.
    fn read(&self, team: &Team, settings: &Settings, is_new: bool) -> bool {
        match &team.location {
            TeamLocation::File(path) => {
                let text = read_file(path);
                let is_good = text.is_ok();
                self.keeper
                    .set_team(team, text.as_deref().map_err(Clone::clone));
                is_good
            }
            TeamLocation::Url(url) => self.read_url(team, url, settings, is_new),
        }
    }

    fn read_url(&self, team: &Team, url: &str, settings: &Settings, is_new: bool) -> bool {
        let cache = Cache::of(&self.dir, url);
        // A copy that is no catalogue counts as none, so it is neither fresh nor confirmed by its tag.
        let is_catalogue = |cached: &Cached| team::read_answer(team, &cached.text).is_ok();
        let cached = cache.read().filter(is_catalogue);
        if let Some(cached) = &cached {
            self.keeper.set_team(team, Ok(&cached.text));
            if is_new && cached.age < DAY {
                return true;
            }
        }
        let etag = cached.as_ref().and_then(|cached| cached.etag.as_deref());
        match fetch::fetch(url, etag, settings) {
            Ok(fetch::Answer::Unchanged) => cache.touch(),
            Ok(fetch::Answer::Text { text, etag }) => match team::read_answer(team, &text) {
                Ok(_) => {
                    cache.write(&text, etag.as_deref());
                    self.keeper.set_team(team, Ok(&text));
                }
                // The cached catalogue stays in use, and on disk.
                Err(problem) => {
                    self.keeper.set_team(team, Err(problem));
                    return false;
                }
            },
            // The cached catalogue stays in use; after a week the failure is reported.
            Err(problem) => {
                if cached.is_none_or(|cached| cached.age > 7 * DAY) {
                    self.keeper.set_team(team, Err(problem));
                }
                return false;
            }
        }
        true
    }
}

fn read_file(path: &str) -> Result<String, Problem> {
    let full = match path.strip_prefix("~/") {
        Some(rest) => Environment::read().home.unwrap_or_default().join(rest),
        None => Path::new(path).to_path_buf(),
    };
    let bytes = disk::read(&full, FILE_MAX).map_err(|fault| fault.problem(path))?;
    let bytes = bytes.ok_or_else(|| {
        let what = format!("There is no team catalogue at {path}.");
        let remedy = "Check [teams] in settings.toml, and whether the folder is mounted.";
        Problem::new(ProblemCode::StorageFailed, what, remedy)
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let what = format!("{path} is not UTF-8 at byte {at}.");
        Problem::new(
            ProblemCode::InvalidFile,
            what,
            "Ask its maintainer to save it as UTF-8.",
        )
    })
}
