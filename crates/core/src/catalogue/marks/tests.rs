//! Reading `marks.toml`: valid and invalid labels, and their effect.

use super::*;

const FILE: &str = "# mine\n[roles.guest]\nfavourite = true # best\ncolour = \"blue\"\n\n\
    [accounts]\n\"111122223333\" = \"shop\"\n\"444455556666\" = { alias = \"bank\", production = true, colour = \"red\" }\n";

#[test]
fn a_role_has_its_own_labels_or_otherwise_its_accounts() {
    let marks = read(FILE, "marks.toml").expect("TOML").marks;
    let guest = marks.of("guest", "444455556666");
    assert_eq!((guest.favourite, guest.colour), (true, Some(Colour::Blue)));
    assert_eq!(
        (guest.production, guest.account_alias.as_deref()),
        (true, Some("bank"))
    );
    let other = marks.of("other", "111122223333");
    assert_eq!(
        (other.production, other.account_alias.as_deref()),
        (false, Some("shop"))
    );
    assert_eq!(marks.of("x", "0"), Marked::default());
}

#[test]
fn one_wrong_label_does_not_affect_the_others_and_says_where_it_is() {
    for (text, part) in [
        (
            "[roles.a]\ncolour = \"pink\"\n",
            "line 1, column 8: \"a\": the colour \"pink\" is not one of red",
        ),
        ("[roles.a]\nfavourite = 1\n", "must be true or false"),
        ("[roles.a]\nstar = true\n", "unknown label \"star\""),
        (
            "[accounts]\n123 = \"a\"\n",
            "line 2, column 1: \"123\": write the account ID as 12 digits",
        ),
        (
            "[accounts]\n\"111122223333\" = \" \"\n",
            "the name is empty",
        ),
        ("[roles.a]\nrenew = \"always\"\n", "is not a way to renew"),
        (
            "[roles.a]\nlead_times = \"5m\"\n",
            "is not a list of durations",
        ),
        (
            "[roles.a]\nlead_times = [\"5m\", 3]\n",
            "is not a list of durations",
        ),
        ("roles = 1\n", "is not a table of labels"),
        ("[else]\n", "is not a table of labels"),
    ] {
        let reading = read(
            &format!("{text}\n[roles.ok]\nfavourite = true\n"),
            "marks.toml",
        );
        let Ok(reading) = reading else {
            assert!(text.starts_with("roles"), "{text}");
            continue;
        };
        assert!(reading.marks.of("ok", "").favourite, "{text}");
        let [fault] = reading.faults.as_slice() else {
            panic!("{text}: {:?}", reading.faults);
        };
        assert!(fault.what.contains(part), "{text}: {}", fault.what);
    }
}

#[test]
fn a_wrong_label_never_removes_the_production_label() {
    let account = "111122223333";
    for text in [
        "[roles.a]\nproduction = true\ncolour = \"pink\"\n",
        "[roles.a]\nproduction = \"true\"\n",
        "[roles.a]\nprodution = true\n",
        "[roles]\na = \"production\"\n",
        "[accounts]\n\"111122223333\" = { production = 1 }\n",
        "[accounts]\n\"111122223333\" = { production = true, alias = \"\" }\n",
        "[accounts]\n\"111122223333\" = { prodction = true }\n",
        "[accounts]\n\"11112222333\" = { production = true }\n",
        "[account.\"111122223333\"]\nproduction = true\n",
    ] {
        let reading = read(text, "marks.toml").expect("TOML");
        assert_eq!(reading.faults.len(), 1, "{text}: {:?}", reading.faults);
        assert!(reading.marks.of("a", account).production, "{text}");
    }
    for text in [
        "[roles.a]\nproduction = false\ncolour = \"pink\"\n",
        "[roles.a]\nstar = true\n",
        "[accounts]\n\"11112222333\" = \"shop\"\n",
        "[else]\nx = 1\n",
    ] {
        let reading = read(text, "marks.toml").expect("TOML");
        assert!(!reading.marks.of("a", account).production, "{text}");
    }
    assert!(Marks::unreadable().of("a", account).production);
}

#[test]
fn a_wrong_label_leaves_the_others_of_its_role() {
    let text = "[roles.a]\ncolour = \"pink\"\nfavourite = true\ngroup = \"mine\"\n";
    let marked = read(text, "marks.toml").expect("TOML").marks.of("a", "");
    assert_eq!(
        (marked.favourite, marked.group.as_deref()),
        (true, Some("mine"))
    );
}
