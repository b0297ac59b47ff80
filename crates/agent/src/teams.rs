//! Team catalogues: read at the start, when the settings change and once a day; an https one is asked whether it has
//! changed, and kept for when it cannot be reached. Without a team there is no thread and no wake-up.

mod cache;
mod fetch;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rolecall_core::catalogue::FILE_MAX;
use rolecall_core::catalogue::team::{Team, TeamLocation};
use rolecall_core::settings::Settings;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::Keeper;

use crate::disk;
use crate::paths::{Environment, Paths};
use cache::Cache;

/// How long what was read counts as fresh.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long after a failure it is tried again.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// The follower of the team catalogues.
pub struct Teams {
    keeper: Arc<Keeper>,
    dir: PathBuf,
    wanted: Mutex<Wanted>,
    changed: Condvar,
}

#[derive(Default)]
struct Wanted {
    settings: Settings,
    /// Counts what was asked for, so that nothing asked meanwhile is missed.
    turn: u64,
    runs: bool,
}

impl Teams {
    /// Returns a follower that keeps copies in the state folder.
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
        wanted.turn += 1;
        self.changed.notify_all();
        if wanted.runs || settings.teams.is_empty() {
            return;
        }
        let following = self.clone();
        let begun = thread::Builder::new()
            .name("teams".into())
            .spawn(move || following.run());
        wanted.runs = begun.is_ok();
    }

    /// Reads all of them, again and again, until there is none to follow.
    fn run(&self) {
        let mut done = 0;
        loop {
            let (settings, turn) = {
                let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
                if wanted.settings.teams.is_empty() {
                    wanted.runs = false;
                    return;
                }
                (wanted.settings.clone(), wanted.turn)
            };
            let is_new = turn != done;
            done = turn;
            let mut all_good = true;
            for team in &settings.teams {
                all_good &= self.read(team, &settings, is_new);
            }
            let pause = if all_good { DAY } else { HOUR };
            let wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
            drop(
                self.changed
                    .wait_timeout_while(wanted, pause, |wanted| wanted.turn == done),
            );
        }
    }

    /// Reads one and hands it to the keeper; returns whether it is as its keepers have it today.
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
        let kept = cache.read();
        if let Some(kept) = &kept {
            self.keeper.set_team(team, Ok(&kept.text));
            if is_new && kept.age < DAY {
                return true;
            }
        }
        let etag = kept.as_ref().and_then(|kept| kept.etag.as_deref());
        match fetch::fetch(url, etag, settings) {
            Ok(fetch::Answer::Unchanged) => cache.touch(),
            Ok(fetch::Answer::Text { text, etag }) => {
                cache.write(&text, etag.as_deref());
                self.keeper.set_team(team, Ok(&text));
            }
            // What was fetched before serves on; after a while its age is worth a word.
            Err(problem) => {
                if kept.is_none_or(|kept| kept.age > 7 * DAY) {
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
        let remedy = "Look at [teams] in settings.toml, and whether the folder is mounted.";
        Problem::new(ProblemCode::StorageFailed, what, remedy)
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let what = format!("{path} is not UTF-8 at byte {at}.");
        Problem::new(
            ProblemCode::InvalidFile,
            what,
            "Ask whoever keeps it to save it as UTF-8.",
        )
    })
}
