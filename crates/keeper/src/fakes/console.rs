//! The sign-in endpoint and the browsers for all tests.

use std::collections::VecDeque;
use std::sync::Mutex;

use jiff::SignedDuration;
use rolecall_core::api::console::PageState;
use rolecall_core::calls::sts::StsError;
use rolecall_core::console::page;
use rolecall_core::console::sign_in::{SignIn, SignInMethod, TokenRequest};
use rolecall_core::value::browser::{Browser, BrowserNames};
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;

use crate::memory::lock;
use crate::ports::{Browsers, SignInEndpoint, SignInPage};

/// A sign-in endpoint that gives a token, unless the test sets an error.
#[derive(Debug, Default)]
pub struct FakeSignIn {
    requests: Mutex<Vec<(String, String)>>,
    failures: Mutex<VecDeque<StsError>>,
}

impl FakeSignIn {
    /// The token that it gives.
    pub const TOKEN: &'static str = "sign-in-token";

    /// Makes the next request fail.
    pub fn refuse_next(&self, error: StsError) {
        lock(&self.failures).push_back(error);
    }

    /// Returns the URL and the form of each request so far.
    pub fn requests(&self) -> Vec<(String, String)> {
        lock(&self.requests).clone()
    }
}

impl SignInEndpoint for FakeSignIn {
    fn token(&self, request: &TokenRequest) -> Result<Secret, StsError> {
        let sent = (request.place.federation(), request.form.expose().to_owned());
        lock(&self.requests).push(sent);
        match lock(&self.failures).pop_front() {
            Some(error) => Err(error),
            None => Ok(Secret::new(Self::TOKEN.to_owned())),
        }
    }
}

/// Browsers that fetch every page at once, unless the test says otherwise.
#[derive(Debug, Default)]
pub struct FakeBrowsers {
    served: Mutex<Vec<String>>,
    opened: Mutex<Vec<(String, String)>>,
    state: Mutex<Option<PageState>>,
}

impl FakeBrowsers {
    /// Makes this of every page from now on.
    pub fn become_of_pages(&self, state: PageState) {
        *lock(&self.state) = Some(state);
    }

    /// Returns what each page so far makes a browser do.
    pub fn served(&self) -> Vec<String> {
        lock(&self.served).clone()
    }

    /// Returns the browser and the URL of each opening so far.
    pub fn opened(&self) -> Vec<(String, String)> {
        lock(&self.opened).clone()
    }
}

impl Browsers for FakeBrowsers {
    fn serve(&self, sign_in: &SignIn, method: SignInMethod) -> Result<SignInPage, Problem> {
        let answer = page::hand_over(sign_in, method, "nonce");
        lock(&self.served).push(answer.expose().to_owned());
        Ok(SignInPage {
            id: 7,
            url: "http://127.0.0.1:4711/page".to_owned(),
        })
    }

    fn outcome(&self, _: u64, _: SignedDuration) -> PageState {
        lock(&self.state).clone().unwrap_or(PageState {
            is_used: true,
            is_over: true,
            other_users: Vec::new(),
        })
    }

    fn open(&self, browser: &Browser, _: BrowserNames<'_>, url: &str) -> Result<(), Problem> {
        lock(&self.opened).push((browser.to_string(), url.to_owned()));
        Ok(())
    }
}
