//! The ports for the AWS console: the sign-in endpoint, and the browsers on this machine.

use jiff::SignedDuration;
use rolecall_core::api::console::PageState;
use rolecall_core::calls::sts::StsError;
use rolecall_core::console::sign_in::{SignIn, SignInMethod, TokenRequest};
use rolecall_core::value::browser::{Browser, BrowserNames};
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;

/// The sign-in endpoint of the AWS console.
pub trait SignInEndpoint: Send + Sync {
    /// Requests a sign-in token.
    ///
    /// # Errors
    /// Any of [`StsError`]; a refusal has the text of AWS's page as its message.
    fn token(&self, request: &TokenRequest) -> Result<Secret, StsError>;
}

/// A page on loopback that signs a browser in once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInPage {
    /// Its ID.
    pub id: u64,
    /// Its URL, which is worth nothing once it was used.
    pub url: String,
}

/// The browsers on this machine.
pub trait Browsers: Send + Sync {
    /// Serves a page that signs a browser in: once, for seconds, and only to programs of this user.
    ///
    /// # Errors
    /// If no port is free.
    fn serve(&self, sign_in: &SignIn, method: SignInMethod) -> Result<SignInPage, Problem>;

    /// Returns what became of a page, as soon as it is over or `limit` has passed.
    fn outcome(&self, page: u64, limit: SignedDuration) -> PageState;

    /// Opens a URL in a browser. Every user of the machine can see it.
    ///
    /// # Errors
    /// If there is no such browser.
    fn open(&self, browser: &Browser, names: BrowserNames<'_>, url: &str) -> Result<(), Problem>;
}
