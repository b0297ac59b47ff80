//! The sign-in endpoint, and the console that says who is signed in.

use crate::client::{ARCHIVE, Answer, GUEST, Key, Lab, MFA, encode};

const GUEST_SESSION: &str = "arn:aws:sts::808768216571:assumed-role/guest/test";

impl Lab {
    fn browser(&self, method: &str, path: &str, query: &str, cookie: &str, body: &str) -> Answer {
        let headers = [
            ("host".to_owned(), self.host()),
            ("origin".to_owned(), "null".to_owned()),
            ("sec-fetch-site".to_owned(), "cross-site".to_owned()),
            ("cookie".to_owned(), cookie.to_owned()),
        ];
        self.send(method, path, query, &headers, body)
    }

    fn sign_in_token(&self, session: &Key, more: &str) -> Answer {
        let json = format!(
            r#"{{"sessionId":"{}","sessionKey":"{}","sessionToken":"{}"}}"#,
            session.id,
            session.secret,
            session.token.as_deref().unwrap_or_default()
        );
        let body = format!("Action=getSigninToken{more}&Session={}", encode(&json));
        let host = [("host".to_owned(), self.host())];
        self.send("POST", "/federation", "", &host, &body)
    }

    fn login(&self, method: &str, token: &str) -> Answer {
        let form = format!(
            "Action=login&Issuer=&Destination={}&SigninToken={}",
            encode("https://eu-west-1.console.aws.amazon.com/s3/home"),
            encode(token)
        );
        match method {
            "POST" => self.browser("POST", "/federation", "", "", &form),
            _ => self.browser("GET", "/federation", &form, "", ""),
        }
    }
}

fn token(answer: &Answer) -> String {
    answer.assert_ok();
    let text = answer.body.trim_start_matches(r#"{"SigninToken":""#);
    text.trim_end_matches("\"}").to_owned()
}

fn cookie(answer: &Answer) -> String {
    assert_eq!(answer.status, 302, "{}", answer.body);
    let cookie = answer.header("set-cookie").unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

fn assert_refused(answer: &Answer, text: &str) {
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert!(answer.body.contains(text), "{}", answer.body);
}

#[test]
fn a_token_signs_in_once_by_either_method() {
    let lab = Lab::story();
    let guest = lab.assume(&lab.user(), GUEST, &[]).session();
    for method in ["GET", "POST"] {
        let token = token(&lab.sign_in_token(&guest, ""));
        let signed_in = lab.login(method, &token);
        let page = lab.browser("GET", "/console/home", "", &cookie(&signed_in), "");
        assert!(page.body.contains(GUEST_SESSION), "{}", page.body);
        assert!(
            page.body
                .contains("eu-west-1.console.aws.amazon.com/s3/home")
        );
        assert_refused(&lab.login(method, &token), "already used");
    }
    let nobody = lab.browser("GET", "/console/home", "", "", "");
    assert!(nobody.body.contains("Nobody is signed in."));
}

#[test]
fn a_browser_has_several_sessions_until_it_signs_out() {
    let lab = Lab::story();
    let guest = lab.assume(&lab.user(), GUEST, &[]).session();
    let archive = lab.assume(&guest, ARCHIVE, &[]).session();
    let cookies: Vec<String> = [&guest, &archive]
        .map(|session| cookie(&lab.login("GET", &token(&lab.sign_in_token(session, "")))))
        .into();
    let cookies = cookies.join("; ");
    let page = lab.browser("GET", "/console/home", "", &cookies, "");
    assert_eq!(page.body.matches("<li>").count(), 2, "{}", page.body);
    let next = encode(&format!("http://{}/console/home", lab.host()));
    let query = format!("Action=logout&redirect_uri={next}");
    let gone = lab.browser("GET", "/oauth", &query, &cookies, "");
    assert_eq!(gone.status, 302);
    let page = lab.browser("GET", "/console/home", "", &cookies, "");
    assert!(page.body.contains("Nobody is signed in."), "{}", page.body);
    let elsewhere = "Action=logout&redirect_uri=http%3A%2F%2Fevil.example%2F";
    assert_refused(
        &lab.browser("GET", "/oauth", elsewhere, "", ""),
        "redirect_uri",
    );
}

#[test]
fn a_token_is_valid_for_fifteen_minutes() {
    let lab = Lab::story();
    let guest = lab.assume(&lab.user(), GUEST, &[]).session();
    let token = token(&lab.sign_in_token(&guest, ""));
    lab.faults(&["skew=900"]);
    assert_refused(&lab.login("GET", &token), "expired");
    lab.faults(&["skew=890"]);
    cookie(&lab.login("GET", &token));
}

#[test]
fn a_session_duration_needs_a_session_that_a_long_term_key_requested() {
    let lab = Lab::story();
    let guest = lab.assume(&lab.user(), GUEST, &[]).session();
    let archive = lab.assume(&guest, ARCHIVE, &[]).session();
    let hours = "&SessionDuration=43200";
    token(&lab.sign_in_token(&guest, hours));
    assert_refused(
        &lab.sign_in_token(&archive, hours),
        "syntactically incorrect",
    );
    token(&lab.sign_in_token(&archive, ""));
    for wrong in ["899", "43201", "1h"] {
        let more = format!("&SessionDuration={wrong}");
        assert_refused(&lab.sign_in_token(&guest, &more), "SessionDuration");
    }
}

#[test]
fn only_valid_credentials_of_a_role_get_a_token() {
    let lab = Lab::story();
    let user = lab.user();
    let guest = lab.assume(&user, GUEST, &[]).session();
    let code = lab.code();
    let mfa = [("SerialNumber", MFA), ("TokenCode", code.as_str())];
    let user_session = lab.sts(&user, "GetSessionToken", &mfa).session();
    let only = "Only federation tokens or assume role tokens";
    assert_refused(&lab.sign_in_token(&user_session, ""), only);
    for wrong in [
        user,
        Key {
            secret: "x".into(),
            ..guest.clone()
        },
        Key {
            token: Some("x".into()),
            ..guest.clone()
        },
    ] {
        assert_refused(&lab.sign_in_token(&wrong, ""), "Invalid Credentials");
    }
    lab.faults(&["skew=3601"]);
    assert_refused(&lab.sign_in_token(&guest, ""), "expired");
}

#[test]
fn faults_apply_to_sign_in_as_well() {
    let lab = Lab::story();
    let guest = lab.assume(&lab.user(), GUEST, &[]).session();
    lab.faults(&["getSigninToken:throttle=1"]);
    assert_eq!(lab.sign_in_token(&guest, "").status, 429);
    token(&lab.sign_in_token(&guest, ""));
    lab.faults(&["getSigninToken:html"]);
    assert!(lab.sign_in_token(&guest, "").body.contains("network"));
    assert_eq!(lab.requests()["getSigninToken"], 3);
}
