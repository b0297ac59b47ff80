//! `console`.

use serde_json::{Value, json};
use snapbox::str;

use super::{Case, snapshot, snapshot_with};

fn view(fields: Value) -> Value {
    let mut view = json!({
        "role": "guest", "profile": "guest", "account_id": "808768216571", "url": "http://127.0.0.1:4711/abc",
        "page": 7, "usable_until": "2026-11-21T12:00:30Z", "browser": "default", "ends_at": "2026-11-21T13:00:00Z",
        "note": null
    });
    for (name, value) in fields.as_object().into_iter().flatten() {
        view[name] = value.clone();
    }
    json!({ "console": view })
}

fn page(is_used: bool, is_over: bool, others: &[u32]) -> Value {
    json!({ "console_page": { "is_used": is_used, "is_over": is_over, "other_users": others } })
}

fn request(page: Value, delivery: &str) -> Value {
    json!({ "console": { "role": "guest", "request": {
        "page": page, "duration": null, "delivery": delivery
    } } })
}

const HOME_PAGE: &str = r#"{"service":null,"url":null,"region":null}"#;

fn home_page() -> Value {
    serde_json::from_str(HOME_PAGE).expect("JSON")
}

#[test]
fn console() {
    Case::new(&["console", "guest", "--browser", "/bin/true"])
        .answer(view(json!({})))
        .answer(page(false, false, &[]))
        .answer(page(true, true, &[]))
        .asked(request(home_page(), "page"))
        .asked(json!({ "console_page": { "page": 7 } }))
        .asked(json!({ "console_page": { "page": 7 } }))
        .prints(str![[r#"
Opened the console as guest in account 808768216571, until 13:00 UTC.

"#]]);
}

#[test]
fn console_printed() {
    let url = "https://eu-west-1.signin.aws.amazon.com/federation?Action=login&SigninToken=x";
    let fields = json!({ "url": url, "page": null, "usable_until": "2026-11-21T12:15:00Z" });
    drop(
        Case::new(&[
            "console",
            "guest",
            "--print",
            "--service",
            "s3",
            "--region",
            "eu-west-1",
        ])
        .answer(view(fields))
        .asked(request(
            json!({ "service": "s3", "url": null, "region": "eu-west-1" }),
            "url",
        ))
        .ends(
            0,
            str![[r#"
https://eu-west-1.signin.aws.amazon.com/federation?Action=login&SigninToken=x

"#]],
            str![[r#"
This URL is a secret: it signs anybody in as guest for 15 minutes, until 12:15 UTC.

"#]],
        ),
    );
}

#[test]
fn console_that_is_not_fetched() {
    Case::new(&["console", "guest", "--browser", "/bin/true"])
        .answer(view(json!({})))
        .answer(page(false, true, &[]))
        .fails(str![[r#"
No browser opened the console within 30 seconds. Try again, name a browser with --browser, or get the URL with --print.

"#]]);
}

#[test]
fn console_that_another_user_tried_to_get() {
    let note = json!({ "note": "The console session ends with the role's session." });
    drop(
        Case::new(&[
            "console",
            "guest",
            "--browser",
            "/bin/true",
            "--duration",
            "8h",
        ])
        .answer(view(note))
        .answer(page(true, true, &[65534]))
        .ends(
            0,
            str![[r#"
Opened the console as guest in account 808768216571, until 13:00 UTC.

"#]],
            str![[r#"
The console session ends with the role's session.
Another user of this machine tried to get the sign-in and got nothing: user ID 65534.

"#]],
        ),
    );
}

#[test]
fn console_without_a_browser() {
    Case::new(&["console", "guest", "--browser", "/no/such/browser"])
        .answer(view(json!({})))
        .fails(str![[r#"
The browser "/no/such/browser" could not be started. Name another one with --browser, or get the URL with --print.
Detail: there is no such program

"#]]);
}

#[test]
fn console_of_a_colleagues_address() {
    let url = "https://808768216571-abcdef12.eu-west-1.console.aws.amazon.com/s3/home";
    drop(
        Case::new(&[
            "console",
            "--url",
            "https://808768216571-abcdef12.eu-west-1.console.aws.amazon.com/s3/home",
            "--browser",
            "/bin/true",
        ])
        .answer(one_role())
        .answer(view(json!({})))
        .answer(page(true, true, &[]))
        .asked(json!("snapshot"))
        .asked(request(
            json!({ "service": null, "url": url, "region": null }),
            "page",
        ))
        .asked(json!({ "console_page": { "page": 7 } }))
        .ends(
            0,
            str![[r#"
Opened the console as guest in account 808768216571, until 13:00 UTC.

"#]],
            str![[r#"
Using guest in account 808768216571.

"#]],
        ),
    );
}

fn one_role() -> Value {
    let mut all = snapshot();
    let roles = all["snapshot"]["roles"].as_array_mut().expect("roles");
    roles.retain(|role| role["name"] == "guest");
    all
}

#[test]
fn b86_console_of_other_addresses() {
    Case::new(&["console", "--url", "https://evil.example/"])
        .answer(snapshot_with(json!({})))
        .fails(str![[r#"
This is not an address of the AWS console. Copy it from the browser, such as https://eu-west-1.console.aws.amazon.com/s3/home.

"#]]);
    Case::new(&[
        "console",
        "--url",
        "https://111122223333.signin.aws.amazon.com/console",
    ])
    .answer(one_role())
    .fails(str![[r#"
You have no role in account 111122223333 that can be assumed. Add one in Rolecall's window, or see: rolecall list

"#]]);
}

#[test]
fn b74_console_usage() {
    Case::new(&["console"]).fails_as_usage(str![[r#"
Give ROLE, or --url with an address of the console.

"#]]);
    Case::new(&["console", "guest", "--browser", "fire fox"]).fails_as_usage(str![[r#"
"fire fox" is not a browser's name or full path. Write it as "firefox", "chromium profile=Work", "firefox profile=work" or "firefox container={role}".

"#]]);
    Case::new(&["console", "guest", "--service", "s3", "--url", "x"]).fails_as_usage(str![[r#"
Give --service or --url, not both.

"#]]);
}
