//! Opening the AWS console, through the keeper's public interface.

use std::sync::Arc;

use rolecall_core::api::console::{ConsoleDelivery, ConsoleRequest, ConsoleView, PageState};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::console::destination::PageRequest;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::value::url_text::decode;
use rolecall_core::view::notice::Notice;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::{FakeSignIn, Fakes};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROLES: &str = r#"
[roles.guest]
arn = "arn:aws:iam::808768216571:role/guest"
source = "user"
region = "eu-west-1"

[roles.archive]
arn = "arn:aws:iam::390411927311:role/archive"
source = "guest"
browser = "firefox container={role}"

[roles.china]
arn = "arn:aws-cn:iam::808768216571:role/china"
source = "user"
"#;

const ENDPOINT: &str = "[aws]\nendpoint_url = \"http://127.0.0.1:4566\"\n";

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn ready(settings: &str) -> (Fakes, Arc<Keeper>) {
    let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
    *fakes.files.roles.lock().expect("not poisoned") = ROLES.to_owned();
    *fakes.files.settings.lock().expect("not poisoned") = settings.to_owned();
    let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
    keeper.restore_sessions();
    let pair = KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &Secret::new(SECRET.into())).expect("a key");
    keeper.add_key(&name("user"), &pair).expect("kept");
    (fakes, keeper)
}

fn printed(keeper: &Keeper, role: &str, page: PageRequest) -> Result<ConsoleView, Problem> {
    let request = ConsoleRequest {
        page,
        delivery: ConsoleDelivery::Url,
        ..ConsoleRequest::default()
    };
    keeper.console(&name(role), &request)
}

fn url(view: &ConsoleView) -> String {
    decode(view.url.expose())
}

fn refused(message: &str) -> StsError {
    StsError::Refused(Refusal {
        status: 400,
        message: message.into(),
        ..Refusal::default()
    })
}

fn at(page: &str) -> PageRequest {
    PageRequest {
        url: Some(page.into()),
        ..PageRequest::default()
    }
}

#[test]
fn a_role_is_assumed_and_signed_in_where_it_is() {
    let (fakes, keeper) = ready("");
    let view = printed(&keeper, "guest", PageRequest::default()).expect("a sign-in");
    let (to, form) = fakes.sign_in.requests().remove(0);
    assert_eq!(to, "https://eu-west-1.signin.aws.amazon.com/federation");
    assert!(decode(&form).contains("\"sessionId\":\"ASIA"), "{form}");
    assert_eq!(
        url(&view),
        format!(
            "https://eu-west-1.signin.aws.amazon.com/federation?Action=login&Issuer=Rolecall&Destination=https://eu-west-1.console.aws.amazon.com/console/home?region=eu-west-1&SigninToken={}",
            FakeSignIn::TOKEN
        )
    );
    assert_eq!(
        (view.page, view.account_id.as_str()),
        (None, "808768216571")
    );
    assert_eq!(view.usable_until.to_string(), "2026-11-21T12:15:00Z");
    assert_eq!(view.ends_at.to_string(), "2026-11-21T13:00:00Z");
    printed(&keeper, "guest", PageRequest::default()).expect("another one");
    assert_eq!(fakes.sts.calls().len(), 1, "the session is used again");
}

#[test]
fn a_page_gives_no_secret_to_the_caller() {
    let (fakes, keeper) = ready("");
    let view = keeper.console(&name("guest"), &ConsoleRequest::default());
    let view = view.expect("a sign-in");
    assert_eq!(view.url.expose(), "http://127.0.0.1:4711/page");
    assert_eq!((view.page, view.browser.as_str()), (Some(7), "default"));
    let served = fakes.browsers.served().remove(0);
    assert!(served.starts_with("HTTP/1.1 200 OK") && served.contains(FakeSignIn::TOKEN));
    assert!(keeper.page_state(7).is_used);
}

#[test]
fn the_settings_decide_about_browser_method_and_signing_out() {
    let (fakes, keeper) =
        ready("[console]\nbrowser = \"chromium profile=Work\"\nsign_in = \"redirect\"\n");
    keeper.open_console(&name("guest")).expect("opened");
    keeper.open_console(&name("archive")).expect("opened");
    let browsers: Vec<String> = fakes.browsers.opened().into_iter().map(|it| it.0).collect();
    assert_eq!(
        browsers,
        ["chromium profile=Work", "firefox container={role}"]
    );
    assert!(fakes.browsers.served()[0].starts_with("HTTP/1.1 303"));
    let (fakes, keeper) = ready("[console]\nsign_out_first = true\n");
    keeper.open_console(&name("guest")).expect("opened");
    let served = fakes.browsers.served().remove(0);
    assert!(
        served
            .contains("https://us-east-1.signin.aws.amazon.com/oauth?Action=logout&redirect_uri=")
    );
}

#[test]
fn only_a_session_that_the_key_requested_is_extended() {
    let (fakes, keeper) = ready("[console]\nduration = \"8h\"\n");
    let view = printed(&keeper, "guest", PageRequest::default()).expect("a sign-in");
    assert_eq!(view.ends_at.to_string(), "2026-11-21T20:00:00Z");
    let chained = printed(&keeper, "archive", PageRequest::default()).expect("a sign-in");
    assert_eq!(chained.ends_at.to_string(), "2026-11-21T13:00:00Z");
    assert!(chained.note.is_some_and(|it| it.contains("8h")));
    let sent = fakes.sign_in.requests();
    let extended: Vec<bool> = sent
        .iter()
        .map(|it| it.1.contains("SessionDuration=28800"))
        .collect();
    assert_eq!(extended, [true, false]);
}

#[test]
fn r39_a_duration_that_aws_refuses_is_left_out_once() {
    let (fakes, keeper) = ready("[console]\nduration = \"8h\"\n");
    fakes
        .sign_in
        .refuse_next(refused("syntactically incorrect"));
    let view = printed(&keeper, "guest", PageRequest::default()).expect("a sign-in");
    assert!(view.note.is_some());
    assert_eq!(fakes.sign_in.requests().len(), 2);
    fakes.sign_in.refuse_next(refused("one"));
    fakes.sign_in.refuse_next(refused("two"));
    let problem = printed(&keeper, "guest", PageRequest::default()).expect_err("refused");
    assert_eq!(problem.detail.as_deref(), Some("HTTP 400: two"));
}

#[test]
fn b86_a_page_elsewhere_is_refused_before_anything_is_sent() {
    let (fakes, keeper) = ready("");
    for (role, page) in [
        ("guest", at("https://evil.example/")),
        ("guest", at("https://cn-north-1.console.amazonaws.cn/")),
        ("china", at("https://console.aws.amazon.com/")),
        (
            "guest",
            at("https://111122223333-abcdef12.us-east-1.console.aws.amazon.com/"),
        ),
    ] {
        let problem = printed(&keeper, role, page).expect_err("refused");
        assert_eq!(problem.code, ProblemCode::InvalidInput, "{problem}");
    }
    let fips = ready("[aws]\nfips = true\n");
    printed(&fips.1, "guest", PageRequest::default()).expect_err("no FIPS sign-in");
    assert!(fakes.sts.calls().is_empty() && fakes.sign_in.requests().is_empty());
}

#[test]
fn nothing_is_sent_while_the_destination_of_calls_is_unclear() {
    let (fakes, keeper) = ready(ENDPOINT);
    fakes.sts.answer_from(Some("http://127.0.0.1:4566"));
    printed(&keeper, "guest", PageRequest::default()).expect("a sign-in");
    assert_eq!(
        fakes.sign_in.requests()[0].0,
        "http://127.0.0.1:4566/federation"
    );
    *fakes.files.settings.lock().expect("not poisoned") = "[aws]\nproxy = 7\n".into();
    keeper.reload_settings();
    printed(&keeper, "guest", PageRequest::default()).expect_err("unclear");
    assert_eq!(fakes.sign_in.requests().len(), 1);
}

#[test]
fn t25_a_session_is_sent_only_to_who_issued_it() {
    let (fakes, keeper) = ready("");
    let guest = name("guest");
    keeper.assume(&guest, None).expect("assumed");
    let set = |text: &str| {
        *fakes.files.settings.lock().expect("not poisoned") = text.into();
        keeper.reload_settings();
    };
    set(ENDPOINT);
    let problem = printed(&keeper, "guest", PageRequest::default()).expect_err("of AWS");
    assert!(problem.what.contains("was issued by AWS"), "{problem}");
    assert!(problem.what.contains("at http://127.0.0.1:4566"));
    keeper.open_console(&guest).expect_err("of AWS");
    // After a restart too.
    let again = Keeper::new(fakes.ports(), Mode::Own);
    again.restore_sessions();
    printed(&again, "guest", PageRequest::default()).expect_err("of AWS");
    assert!(fakes.sign_in.requests().is_empty() && fakes.browsers.served().is_empty());

    fakes.sts.answer_from(Some("http://127.0.0.1:4566"));
    keeper.assume(&guest, None).expect("assumed");
    printed(&keeper, "guest", PageRequest::default()).expect("a sign-in");
    set("");
    let problem = printed(&keeper, "guest", PageRequest::default()).expect_err("elsewhere");
    assert!(problem.what.contains("would be opened at AWS"), "{problem}");
    assert_eq!(fakes.sign_in.requests().len(), 1);
}

/// Opens a page of a role, which is moved to another account and region while AWS is asked for its session.
fn while_moved(page: PageRequest) -> (Fakes, Result<ConsoleView, Problem>) {
    let (fakes, keeper) = ready("");
    fakes.sts.close();
    let opening = {
        let keeper = keeper.clone();
        std::thread::spawn(move || printed(&keeper, "guest", page))
    };
    while fakes.sts.calls().is_empty() {
        std::thread::yield_now();
    }
    let moved = ROLES
        .replace("808768216571:role/guest", "111122223333:role/guest")
        .replace("eu-west-1", "eu-central-1");
    *fakes.files.roles.lock().expect("not poisoned") = moved;
    keeper.reload_roles();
    fakes.sts.open();
    (fakes, opening.join().expect("no panic"))
}

#[test]
fn b86_a_role_that_changes_meanwhile_is_signed_in_where_it_is_then() {
    let (fakes, view) = while_moved(PageRequest::default());
    let view = view.expect("a sign-in");
    assert_eq!(view.account_id, "111122223333");
    let (to, _) = fakes.sign_in.requests().remove(0);
    assert_eq!(to, "https://eu-central-1.signin.aws.amazon.com/federation");
    let page = "https://808768216571-abcdef12.eu-west-1.console.aws.amazon.com/s3/home";
    let (fakes, refused) = while_moved(at(page));
    let problem = refused.expect_err("a page of another account");
    assert_eq!(problem.code, ProblemCode::InvalidInput, "{problem}");
    assert!(fakes.sign_in.requests().is_empty());
}

#[test]
fn a_person_learns_that_no_browser_came_or_somebody_else_did() {
    let (fakes, keeper) = ready("");
    fakes.browsers.become_of_pages(PageState {
        is_used: false,
        is_over: true,
        other_users: vec![1001],
    });
    let problem = keeper
        .open_console(&name("guest"))
        .expect_err("not fetched");
    assert_eq!(problem.code, ProblemCode::TimedOut);
    let expected = Notice::console_tried_by_others(&name("guest"), "1001");
    assert!(fakes.notifier.take_titles().contains(&expected.title));
}
