//! Opens the AWS console with a role's session.

use jiff::{SignedDuration, Timestamp};

use super::Owner;
use super::assume::region_of;
use super::hand_out::account_of;
use rolecall_core::api::console::{ConsoleDelivery, ConsoleRequest, ConsoleView, PageState};
use rolecall_core::api::wire_secret::WireSecret;
use rolecall_core::console::destination::Destination;
use rolecall_core::console::page::PAGE_S;
use rolecall_core::console::refusal::{explain_sign_in, may_be_about_duration};
use rolecall_core::console::sign_in::{
    ConsoleDuration, SignIn, SignInMethod, SignInPlace, TOKEN_MINUTES, TokenRequest, sign_out_url,
};
use rolecall_core::role::Role;
use rolecall_core::session::Session;
use rolecall_core::value::browser::{Browser, BrowserNames};
use rolecall_core::value::duration::SessionDuration;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise;
use rolecall_core::value::secret::Secret;
use rolecall_core::value::shell_word::shell_word;
use rolecall_core::view::notice::Notice;

/// How long a caller waits for news of a page before it asks again.
const NEWS: SignedDuration = SignedDuration::from_secs(1);
/// How long a page is served.
const PAGE: SignedDuration = SignedDuration::from_secs(PAGE_S as i64);

/// What the request, the role and the settings decide.
struct Plan {
    role: Role,
    /// The custom endpoint that signs in; `None` for AWS.
    endpoint_url: Option<String>,
    destination: Destination,
    place: SignInPlace,
    duration: Option<SessionDuration>,
    method: SignInMethod,
    browser: Browser,
    sign_out: Option<String>,
    /// The role's name without limits.
    profile: Name,
}

impl Owner {
    /// Returns a sign-in to the console, as a page on loopback or as a URL. Assumes or renews the role first if needed.
    ///
    /// # Errors
    /// If there is no such page, why there is no session, and why AWS gave no sign-in.
    pub(super) async fn console(
        &self,
        role: &Name,
        request: &ConsoleRequest,
    ) -> Result<ConsoleView, Problem> {
        // Before the user is prompted for a code.
        self.plan_console(role, request)?;
        let session = self.fresh(role, &request.reasons).await?;
        // Role and settings may have changed meanwhile.
        let plan = self.plan_console(role, request)?;
        plan.check(&session)?;
        let (token, duration) = self.sign_in_token(&plan, &session).await?;
        let sign_in = SignIn {
            place: plan.place,
            destination: plan.destination.url,
            token,
            sign_out: plan.sign_out,
        };
        let now = self.ports.clock.now();
        let (url, page, life) = match request.delivery {
            ConsoleDelivery::Url => {
                let life = SignedDuration::from_mins(i64::from(TOKEN_MINUTES));
                (sign_in.url(), None, life)
            }
            ConsoleDelivery::Page => {
                let method = plan.method;
                let served = self.io(|ports| ports.browsers.serve(&sign_in, method));
                let page = served.await?;
                (Secret::new(page.url), Some(page.id), PAGE)
            }
        };
        self.note_use(role);
        Ok(ConsoleView {
            role: role.to_string(),
            profile: plan.profile.to_string(),
            account_id: account_of(&session).to_owned(),
            url: WireSecret::new(url.expose().to_owned()),
            page,
            usable_until: now.saturating_add(life).unwrap_or(now),
            browser: plan.browser.to_string(),
            ends_at: end_of(duration, &session, now),
            note: duration.note(),
        })
    }

    /// Opens the home page of the console in the browser of the role or of the settings, and waits until the browser
    /// got it. Assumes or renews the role first if needed.
    ///
    /// # Errors
    /// As [`Owner::console`], and if no browser opens.
    pub(super) async fn open_console(&self, role: &Name) -> Result<(), Problem> {
        let view = self.console(role, &ConsoleRequest::default()).await?;
        let browser = Browser::parse(&view.browser)?;
        let names = BrowserNames {
            role: &view.profile,
            account: &view.account_id,
        };
        let url = view.url.expose();
        self.io(|ports| ports.browsers.open(&browser, names, url))
            .await?;
        let page = view.page.unwrap_or_default();
        let state = self.io(|ports| ports.browsers.outcome(page, PAGE)).await;
        if !state.other_users.is_empty() {
            let users: Vec<String> = state.other_users.iter().map(ToString::to_string).collect();
            let notice = Notice::console_tried_by_others(role, &users.join(", "));
            self.tell(&notice);
        }
        match state.is_used {
            true => Ok(()),
            false => Err(not_fetched()),
        }
    }

    /// Returns what became of a page, at once if it is over and otherwise within a second.
    pub(super) async fn page_state(&self, page: u64) -> PageState {
        self.io(|ports| ports.browsers.outcome(page, NEWS)).await
    }

    fn plan_console(&self, name: &Name, request: &ConsoleRequest) -> Result<Plan, Problem> {
        self.check_destination()?;
        let state = self.lock();
        let settings = &state.settings.current;
        let role: &Role = {
            let found = state.roles.catalogue.role(name);
            found.ok_or_else(|| state.roles.catalogue.refusal(name))?
        };
        let region = region_of(role, settings.region.as_ref())?;
        let destination = Destination::of(&request.page, &role.arn, Some(&region))?;
        let partition = role.arn.partition();
        let endpoint = settings.endpoint_url.as_deref();
        let place = SignInPlace::of(&destination, partition, endpoint, settings.fips)?;
        let duration = request.duration.as_deref().map(SessionDuration::parse);
        let sign_out = settings.sign_out_first;
        Ok(Plan {
            role: role.clone(),
            endpoint_url: settings.endpoint_url.clone(),
            sign_out: sign_out.then(|| sign_out_url(&place, partition)),
            destination,
            place,
            duration: duration.transpose()?.or(settings.console_duration),
            method: settings.sign_in_method,
            browser: role.browser.clone().unwrap_or(settings.browser.clone()),
            profile: role.unlimited_name().clone(),
        })
    }

    /// Returns a sign-in token, and how long its console session lasts. If AWS does not accept the duration, the
    /// session lasts as long as the role's.
    async fn sign_in_token(
        &self,
        plan: &Plan,
        session: &Session,
    ) -> Result<(Secret, ConsoleDuration), Problem> {
        let duration = ConsoleDuration::of(session, plan.duration);
        let request = TokenRequest::new(plan.place.clone(), session, duration.sent());
        let token = self.io(|ports| ports.sign_in.token(&request)).await;
        let explained = |error| explain_sign_in(&error, &session.role);
        match (token, duration) {
            (Ok(token), _) => Ok((token, duration)),
            (Err(error), ConsoleDuration::Own(wanted)) if may_be_about_duration(&error) => {
                let request = TokenRequest::new(plan.place.clone(), session, None);
                let token = self.io(|ports| ports.sign_in.token(&request)).await;
                let token = token.map_err(explained)?;
                Ok((token, ConsoleDuration::NotExtended(wanted)))
            }
            (Err(error), _) => Err(explained(error)),
        }
    }
}

impl Plan {
    /// Checks that a session is one of the plan's role, and was issued by who would get it. The sign-in contains the
    /// secret of the session, unlike a signed request.
    fn check(&self, session: &Session) -> Result<(), Problem> {
        let role = &self.role;
        if role.arn.as_str() != session.role_arn || role.limited != session.limited {
            return Err(changed_meanwhile(&role.name));
        }
        let place = |url: Option<&str>| url.map(|url| url.trim_end_matches('/').to_owned());
        let issuer = place(session.endpoint_url.as_deref());
        let receiver = place(self.endpoint_url.as_deref());
        match issuer == receiver {
            true => Ok(()),
            false => Err(issued_elsewhere(&role.name, issuer, receiver)),
        }
    }
}

fn changed_meanwhile(role: &Name) -> Problem {
    let role = sanitise::echo(role.as_str());
    let what = format!("The role \"{role}\" was changed while its console was opened.");
    Problem::new(ProblemCode::Cancelled, what, "Open the console again.")
}

/// Returns the problem of a session that another endpoint issued than the one that would sign in.
fn issued_elsewhere(role: &Name, issuer: Option<String>, receiver: Option<String>) -> Problem {
    let named = |url: Option<String>| url.map_or("AWS".to_owned(), |url| sanitise::echo(&url));
    let role = sanitise::echo(role.as_str());
    let (issuer, receiver) = (named(issuer), named(receiver));
    let what = format!(
        "The session of \"{role}\" was issued by {issuer}, and the console would be opened at {receiver}: [aws] endpoint_url in settings.toml was changed."
    );
    let word = shell_word(&role);
    let remedy = format!("Assume the role again if this is intended: rolecall assume {word}");
    Problem::new(ProblemCode::InvalidSettings, what, remedy)
}

fn end_of(duration: ConsoleDuration, session: &Session, now: Timestamp) -> Timestamp {
    let own = duration.sent().map(|duration| {
        let length = SignedDuration::from_secs(i64::from(duration.seconds()));
        now.saturating_add(length).unwrap_or(now)
    });
    own.unwrap_or(session.expires_at())
}

/// Returns the problem of a page that no browser fetched.
fn not_fetched() -> Problem {
    let what = format!("No browser opened the console within {PAGE_S} seconds.");
    let remedy = "Try again, or choose another browser: [console] browser in settings.toml.";
    Problem::new(ProblemCode::TimedOut, what, remedy)
}
