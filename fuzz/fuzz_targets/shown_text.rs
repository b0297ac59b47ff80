//! Text from outside in each place where it is shown, and the search in the list of roles.
//!
//! Input: the text, and what is searched for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_core::value::sanitise::{
    Markup, cut, echo, is_hidden, menu_label, notification_body, tooltip, visible, visible_lines,
};
use rolecall_core::view::fuzzy::Wanted;
use rolecall_fuzz::bounds;
use rolecall_fuzz::parts::texts;

fuzz_target!(|input: &[u8]| {
    let Some([text, wanted]) = texts(input) else {
        return;
    };
    bounds::within(input.len(), || {
        check_shown(text);
        check_search(text, wanted);
    });
});

fn check_shown(text: &str) {
    let is_clean = |text: &str| !text.chars().any(is_hidden);
    let shown = visible(text);
    assert!(is_clean(&shown));
    assert_eq!(visible(&shown), shown, "what is visible stays as it is");
    assert!(is_clean(&visible_lines(text).replace('\n', "")));
    let label = menu_label(text);
    assert!(is_clean(&label) && label.replace("&&", "").matches('&').count() == 0);
    let body = notification_body(text, Markup::Escaped);
    assert!(is_clean(&body) && !body.contains(['<', '>']));
    assert!(notification_body(text, Markup::Plain).chars().count() <= 256);
    let tip = tooltip(text, Markup::Escaped);
    assert!(is_clean(&tip.replace('\n', "")) && !tip.contains(['<', '>']));
    assert!(echo(text).chars().count() <= 64);
    for limit in [0, 1, 2, 30] {
        assert!(cut(text, limit).chars().count() <= limit.max(1));
    }
}

fn check_search(text: &str, wanted: &str) {
    let wanted = Wanted::new(wanted);
    for rank in [wanted.part_of(text), wanted.letters_of(text)]
        .into_iter()
        .flatten()
    {
        assert!(rank.is_finite());
    }
    assert!(
        Wanted::new(text).part_of(text).is_some() || text.trim().is_empty(),
        "it finds itself"
    );
}
