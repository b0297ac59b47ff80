//! The two requests of a sign-in: for a token, and with it.
//!
//! The first is sent by Rolecall, as a form, so that the credentials are in no address that a proxy logs. The second is
//! sent by the browser.

use serde::Deserialize;

use crate::console::destination::Destination;
use crate::console::hosts::ConsoleHosts;
use crate::session::Session;
use crate::value::duration::SessionDuration;
use crate::value::problem::{Problem, ProblemCode};
use crate::value::region::{Partition, Region};
use crate::value::secret::Secret;
use crate::value::url_text::{encode, encode_into};

/// How long AWS accepts a sign-in token, in minutes.
pub const TOKEN_MINUTES: u32 = 15;
/// The maximum length of a sign-in token. AWS specifies none; those of long session tokens have about 2,000 characters.
const TOKEN_MAX: usize = 16_384;

/// How the browser sends a sign-in token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SignInMethod {
    /// In a form, so that it is in no address and in no history.
    #[default]
    Form,
    /// In the address of a redirect, as in AWS's guide.
    Redirect,
}

/// Where to sign in: AWS, or a custom endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInPlace {
    /// The URL without a path.
    pub base: String,
}

impl SignInPlace {
    /// Returns the place for a page: the custom endpoint, if there is one.
    ///
    /// # Errors
    /// If FIPS is required, and the partition has no such endpoint.
    pub fn of(
        destination: &Destination,
        partition: Partition,
        endpoint_url: Option<&str>,
        fips: bool,
    ) -> Result<Self, Problem> {
        if let Some(url) = endpoint_url {
            let base = url.trim_end_matches('/').to_owned();
            return Ok(Self { base });
        }
        let hosts = ConsoleHosts::of(partition);
        let base = hosts.sign_in_url(&destination.region, fips);
        base.map(|base| Self { base }).ok_or_else(no_fips)
    }

    /// Returns the URL of the sign-in endpoint.
    pub fn federation(&self) -> String {
        format!("{}/federation", self.base)
    }
}

fn no_fips() -> Problem {
    let what = "The console has no FIPS sign-in outside of AWS GovCloud (US), and settings.toml requires FIPS.";
    let remedy = "Remove fips from [aws] to open the console of this role.";
    Problem::new(ProblemCode::InvalidSettings, what, remedy)
}

/// The request for a sign-in token.
#[derive(Debug)]
pub struct TokenRequest {
    /// Where it is sent.
    pub place: SignInPlace,
    /// Its form.
    pub form: Secret,
}

impl TokenRequest {
    /// Returns the request for a session.
    pub fn new(place: SignInPlace, session: &Session, duration: Option<SessionDuration>) -> Self {
        let credentials = &session.credentials;
        let (secret, token) = (&credentials.secret_access_key, &credentials.session_token);
        // Every value passed `Credentials::check`, so none needs escaping in JSON.
        let parts = [
            r#"{"sessionId":""#,
            &credentials.access_key_id,
            r#"","sessionKey":""#,
            secret.expose(),
            r#"","sessionToken":""#,
            token.expose(),
            r#""}"#,
        ];
        let length: usize = parts.iter().map(|part| part.len()).sum();
        // Large enough, since a growing text would leave a copy behind.
        let mut form = String::with_capacity(100 + 3 * length);
        form.push_str("Action=getSigninToken");
        if let Some(duration) = duration {
            form.push_str(&format!("&SessionDuration={}", duration.seconds()));
        }
        form.push_str("&Session=");
        parts.iter().for_each(|part| encode_into(&mut form, part));
        Self {
            place,
            form: Secret::new(form),
        }
    }
}

/// Returns the token in the answer of the sign-in endpoint.
pub fn token_in(answer: &str) -> Option<Secret> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        signin_token: String,
    }
    let answer: Answer = serde_json::from_str(answer).ok()?;
    let token = Secret::new(answer.signin_token);
    let is_token = (1..=TOKEN_MAX).contains(&token.expose().len())
        && token.expose().bytes().all(|byte| byte.is_ascii_graphic());
    is_token.then_some(token)
}

/// A sign-in that a browser can use once.
#[derive(Debug)]
pub struct SignIn {
    /// Where the browser signs in.
    pub place: SignInPlace,
    /// Where it is then.
    pub destination: String,
    /// The sign-in token.
    pub token: Secret,
    /// Where to sign out first, if at all.
    pub sign_out: Option<String>,
}

impl SignIn {
    /// Returns the fields of the form, apart from the token.
    pub fn fields(&self) -> [(&'static str, &str); 3] {
        [
            ("Action", "login"),
            ("Issuer", "Rolecall"),
            ("Destination", &self.destination),
        ]
    }

    /// Returns the URL that signs in. It is a secret.
    pub fn url(&self) -> Secret {
        let base = self.place.federation();
        let length = base.len() + 3 * (self.destination.len() + self.token.expose().len());
        let mut url = String::with_capacity(100 + length);
        url.push_str(&base);
        for (mark, (name, value)) in ["?", "&", "&"].into_iter().zip(self.fields()) {
            url.extend([mark, name, "="]);
            encode_into(&mut url, value);
        }
        url.push_str("&SigninToken=");
        encode_into(&mut url, self.token.expose());
        let url = Secret::new(url);
        match &self.sign_out {
            // The logout page of AWS leads only to pages of AWS.
            Some(sign_out) => Secret::new(format!("{sign_out}{}", encode(url.expose()))),
            None => url,
        }
    }
}

/// Returns the URL of the page that signs out and then leads to an address, which is to be appended. Only the host of
/// the partition's home region leads on.
pub fn sign_out_url(place: &SignInPlace, partition: Partition) -> String {
    let hosts = ConsoleHosts::of(partition);
    let is_fips = hosts
        .fips_sign_in
        .is_some_and(|domain| place.base.ends_with(domain));
    let is_aws = is_fips || place.base.ends_with(hosts.sign_in);
    let home = Region::parse(partition.home_region).ok().filter(|_| is_aws);
    let base = home.and_then(|home| hosts.sign_in_url(&home, is_fips));
    let base = base.unwrap_or_else(|| place.base.clone());
    format!("{base}/oauth?Action=logout&redirect_uri=")
}

/// How long a console session lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsoleDuration {
    /// As long as the role's session.
    AsSession,
    /// This long, even if the role's session expires earlier.
    Own(SessionDuration),
    /// As long as the role's session, although more was requested: AWS extends only a session that a long-term key
    /// requested.
    NotExtended(SessionDuration),
}

impl ConsoleDuration {
    /// Returns the duration for a session.
    pub fn of(session: &Session, wanted: Option<SessionDuration>) -> Self {
        match (wanted, session.is_direct) {
            (None, _) => Self::AsSession,
            (Some(wanted), true) => Self::Own(wanted),
            (Some(wanted), false) => Self::NotExtended(wanted),
        }
    }

    /// Returns the value to send, if any.
    pub fn sent(self) -> Option<SessionDuration> {
        match self {
            Self::Own(duration) => Some(duration),
            Self::AsSession | Self::NotExtended(_) => None,
        }
    }

    /// Returns a note if it is not what was requested.
    pub fn note(self) -> Option<String> {
        match self {
            Self::NotExtended(wanted) => Some(format!(
                "The console session ends with the role's session, not after {wanted}: AWS extends only sessions that an access key requested directly, not through another role or a shared MFA session."
            )),
            Self::AsSession | Self::Own(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::value::credentials::Credentials;
    use crate::value::name::Name;
    use crate::value::region::PARTITIONS;
    use crate::value::url_text::decode;

    fn session(is_direct: bool) -> Session {
        let name = Name::parse("guest").expect("a name");
        let credentials = Credentials {
            access_key_id: "ASIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: Secret::new("c2Vj/+=".into()),
            session_token: Secret::new("dG9r/+=".into()),
            expires_at: Timestamp::UNIX_EPOCH,
        };
        Session {
            role: name.clone(),
            limited: None,
            role_arn: String::new(),
            source: name,
            identity: String::new(),
            packed_policy_percent: None,
            reason: None,
            is_direct,
            endpoint_url: None,
            issued_at: Timestamp::UNIX_EPOCH,
            credentials: Arc::new(credentials),
        }
    }

    fn place() -> SignInPlace {
        let destination = Destination {
            url: String::new(),
            region: Region::parse("eu-west-1").expect("a region"),
        };
        SignInPlace::of(&destination, PARTITIONS[0], None, false).expect("a place")
    }

    #[test]
    fn the_credentials_are_in_the_form_and_not_in_the_address() {
        let hour = SessionDuration::from_seconds(3_600).expect("a duration");
        let request = TokenRequest::new(place(), &session(true), Some(hour));
        assert_eq!(
            request.place.federation(),
            "https://eu-west-1.signin.aws.amazon.com/federation"
        );
        assert_eq!(
            decode(request.form.expose()),
            r#"Action=getSigninToken&SessionDuration=3600&Session={"sessionId":"ASIAIOSFODNN7EXAMPLE","sessionKey":"c2Vj/+=","sessionToken":"dG9r/+="}"#
        );
        let without = TokenRequest::new(place(), &session(true), None);
        assert!(!without.form.expose().contains("SessionDuration"));
    }

    #[test]
    fn only_a_session_of_a_key_itself_is_extended() {
        let day = SessionDuration::parse("12h").ok();
        let extended = ConsoleDuration::of(&session(true), day);
        assert_eq!((extended.sent(), extended.note()), (day, None));
        let chained = ConsoleDuration::of(&session(false), day);
        assert_eq!(chained.sent(), None);
        assert!(chained.note().is_some_and(|it| it.contains("12h")));
        assert_eq!(ConsoleDuration::of(&session(true), None).sent(), None);
    }

    #[test]
    fn t24_a_destination_adds_no_parameter() {
        let sign_in = SignIn {
            place: place(),
            destination: "https://x/?a=b&SigninToken=evil#y".into(),
            token: Secret::new("a+b/c=&d".into()),
            sign_out: None,
        };
        assert_eq!(
            sign_in.url().expose(),
            "https://eu-west-1.signin.aws.amazon.com/federation?Action=login&Issuer=Rolecall&Destination=https%3A%2F%2Fx%2F%3Fa%3Db%26SigninToken%3Devil%23y&SigninToken=a%2Bb%2Fc%3D%26d"
        );
        let sign_out = sign_out_url(&sign_in.place, PARTITIONS[0]);
        let url = SignIn {
            sign_out: Some(sign_out),
            ..sign_in
        }
        .url();
        let start = "https://us-east-1.signin.aws.amazon.com/oauth?Action=logout&redirect_uri=https%3A%2F%2Feu-west-1.signin";
        assert!(url.expose().starts_with(start), "{}", url.expose());
    }

    #[test]
    fn signing_out_is_at_the_home_region_with_fips_too() {
        for (region, fips, expected) in [
            ("eu-west-1", false, "us-east-1.signin.aws.amazon.com"),
            (
                "us-gov-east-1",
                false,
                "us-gov-west-1.signin.amazonaws-us-gov.com",
            ),
            ("us-gov-east-1", true, "signin-fips.amazonaws-us-gov.com"),
            ("us-gov-west-1", true, "signin-fips.amazonaws-us-gov.com"),
        ] {
            let region = Region::parse(region).expect("a region");
            let partition = Partition::of(&region).expect("a partition");
            let url = String::new();
            let page = Destination { url, region };
            let place = SignInPlace::of(&page, partition, None, fips).expect("a place");
            assert_eq!(
                sign_out_url(&place, partition),
                format!("https://{expected}/oauth?Action=logout&redirect_uri=")
            );
        }
    }

    #[test]
    fn an_answer_without_a_token_gives_none() {
        let token = token_in(r#"{"SigninToken":"VCQgs5qZ_-4"}"#).expect("a token");
        assert_eq!(token.expose(), "VCQgs5qZ_-4");
        for wrong in [
            "",
            "{}",
            "<html>",
            r#"{"SigninToken":""}"#,
            r#"{"SigninToken":"a b"}"#,
            r#"{"SigninToken":7}"#,
        ] {
            assert!(token_in(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_custom_endpoint_signs_in_itself_and_fips_is_required_where_it_is_set() {
        let of = |region: &str, url: Option<&str>, fips: bool| {
            let region = Region::parse(region).expect("a region");
            let partition = Partition::of(&region).expect("a partition");
            let url_of = String::new();
            let page = Destination {
                url: url_of,
                region,
            };
            SignInPlace::of(&page, partition, url, fips).map(|it| it.base)
        };
        let custom = of("us-east-1", Some("http://127.0.0.1:4566/"), true);
        assert_eq!(custom.as_deref(), Ok("http://127.0.0.1:4566"));
        assert!(of("us-east-1", None, true).is_err());
        assert!(of("us-gov-west-1", None, true).is_ok());
        let place = SignInPlace {
            base: "http://127.0.0.1:4566".into(),
        };
        assert!(sign_out_url(&place, PARTITIONS[0]).starts_with("http://127.0.0.1:4566/oauth?"));
    }
}
