//! Addresses of the AWS console, and browsers.
//!
//! Input: an address, or a browser.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_core::console::destination::{Destination, PageRequest};
use rolecall_core::console::hosts::HOSTS;
use rolecall_core::console::link::ConsoleLink;
use rolecall_core::value::browser::{Browser, BrowserNames};
use rolecall_core::value::role_arn::RoleArn;
use rolecall_core::value::sanitise::is_hidden;
use rolecall_core::value::url_text::{decode, encode};
use rolecall_fuzz::bounds;

const URL: &str = "http://127.0.0.1:4711/x";

fuzz_target!(|text: &str| {
    bounds::within(text.len(), || {
        address(text);
        browser(text);
        assert_eq!(decode(&encode(text)), text);
    });
});

fn address(text: &str) {
    let link = match ConsoleLink::parse(text) {
        Ok(link) => link,
        Err(error) => return assert!(!error.to_string().chars().any(is_hidden)),
    };
    if let Some(page) = &link.page {
        let rest = page.strip_prefix("https://").expect("encrypted");
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let is_of = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
        assert!(HOSTS.iter().any(|hosts| is_of(hosts.console)), "{host}");
        let again = ConsoleLink::parse(page).expect("an address of the console");
        assert_eq!(
            again.page.as_ref(),
            Some(page),
            "it is already for any session"
        );
    }
    let account = link
        .account
        .as_ref()
        .map_or("111122223333", |it| it.id.as_str());
    let arn = format!("arn:{}:iam::{account}:role/x", link.partition.name);
    let role = RoleArn::parse(&arn).expect("an account of twelve digits");
    let request = PageRequest {
        url: Some(text.to_owned()),
        ..PageRequest::default()
    };
    let destination = Destination::of(&request, &role, None).expect("a role of its account");
    assert!(link.partition.has(&destination.region));
}

fn browser(text: &str) {
    let Ok(browser) = Browser::parse(text) else {
        return;
    };
    let again = Browser::parse(&browser.to_string()).expect("what was written");
    assert_eq!(again, browser);
    let names = BrowserNames {
        role: text,
        account: "111122223333",
    };
    for words in browser.commands(names, URL) {
        let last = words.last().expect("an address");
        assert!(
            last.ends_with(URL) || last.ends_with(&encode(URL)),
            "{last}"
        );
        assert!(!words[0].starts_with('-'), "a program is no flag");
    }
}
