//! Hands sign-ins over to browsers on this machine, and starts the browsers.
//!
//! Every user of a machine can see the arguments of programs. So a browser gets the URL of a page on loopback that is
//! worth nothing to others: it is random, works once and for seconds, and only for programs of this user.

mod page;
mod peer;
mod program;
mod request;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use rolecall_core::api::console::PageState;
use rolecall_core::console::page::PAGE_S;
use rolecall_core::console::sign_in::{SignIn, SignInMethod};
use rolecall_core::value::browser::{Browser, BrowserNames};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::ports::{Browsers, SignInPage};

use page::Page;

/// How many pages are remembered for those who ask what became of them.
const PAGES_MAX: usize = 64;

/// The browsers of this machine.
pub struct LocalBrowsers {
    pages: Mutex<Pages>,
    /// How long a page is served.
    life: Duration,
}

#[derive(Default)]
struct Pages {
    last: u64,
    by_id: BTreeMap<u64, Arc<Page>>,
}

impl Default for LocalBrowsers {
    fn default() -> Self {
        Self::serving_for(Duration::from_secs(u64::from(PAGE_S)))
    }
}

impl LocalBrowsers {
    /// Returns browsers that get each page for this long.
    pub fn serving_for(life: Duration) -> Self {
        Self {
            pages: Mutex::default(),
            life,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Browsers for LocalBrowsers {
    fn serve(&self, sign_in: &SignIn, method: SignInMethod) -> Result<SignInPage, Problem> {
        let (page, url) = Page::serve(sign_in, method, self.life).map_err(no_page)?;
        let mut pages = self.lock();
        pages.last += 1;
        let id = pages.last;
        pages.by_id.insert(id, page);
        if pages.by_id.len() > PAGES_MAX {
            pages.by_id.pop_first();
        }
        Ok(SignInPage { id, url })
    }

    fn outcome(&self, page: u64, limit: SignedDuration) -> PageState {
        let found = self.lock().by_id.get(&page).cloned();
        let limit = Duration::try_from(limit).unwrap_or_default();
        let unknown = PageState {
            is_over: true,
            ..PageState::default()
        };
        found.map_or(unknown, |page| page.wait(limit))
    }

    fn open(&self, browser: &Browser, names: BrowserNames<'_>, url: &str) -> Result<(), Problem> {
        program::open(browser, names, url)
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "for use as a function of an error"
)]
fn no_page(error: std::io::Error) -> Problem {
    let what = "No local page could be opened for the browser.";
    let remedy = "Close some programs, then try again; or use the option --print.";
    Problem::new(ProblemCode::Internal, what, remedy).with_detail(error.to_string())
}
