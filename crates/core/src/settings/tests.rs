//! Reading `settings.toml`: valid and invalid settings, and their effect.

use jiff::SignedDuration;

use super::*;
use crate::asker::consent::{Consent, ConsentPolicies, Subject};

/// Reads a file with one fault.
fn with_fault(text: &str) -> (Settings, Problem) {
    let reading = read(text, "settings.toml").expect("TOML");
    let [fault] = reading.faults.as_slice() else {
        panic!("{text}: {:?}", reading.faults);
    };
    assert_eq!(fault.code, ProblemCode::InvalidSettings);
    (reading.settings, fault.clone())
}

fn sound(text: &str) -> Settings {
    let reading = read(text, "settings.toml").expect("TOML");
    assert_eq!(reading.faults, [], "{text}");
    reading.settings
}

fn role(name: &str) -> Subject {
    Subject::Role(Name::parse(name).expect("a name"))
}

fn key(name: &str) -> Subject {
    Subject::Key(Name::parse(name).expect("a name"))
}

#[test]
fn an_empty_file_gives_the_defaults() {
    assert_eq!(read("", "settings.toml"), Ok(SettingsReading::default()));
    assert_eq!(sound(""), Settings::default());
}

#[test]
fn reads_every_setting() {
    let settings = sound(
        "[aws]\nendpoint_url = \"http://127.0.0.1:4566/\"\nregion = \"eu-west-1\"\nproxy = \"http://proxy:3128\"\nfips = true\ndual_stack = true\nca_bundle = \"/etc/ca.pem\"\n\
         [notifications]\nlead_times = [\"2m\", \"14m\"]\n[clipboard]\nclear_after = \"10s\"\n[mfa]\nprocess = [\"pass\", \"otp\"]\nsession = \"36h\"\n[export]\nshell = \"fish\"\n[agent]\nstart = \"always\"\n[console]\nbrowser = \"firefox container={role}\"\nduration = \"8h\"\nsign_in = \"redirect\"\nsign_out_first = true\n[keys]\nrotate_after = \"30d\"\n[production]\nconfirm = false\nallow_yes = true\nduration = \"30m\"\n",
    );
    assert!(!settings.confirm_production && settings.allow_yes);
    let duration = settings.production_duration;
    assert_eq!(duration.map(|it| it.seconds()), Some(1_800));
    assert_eq!(
        settings.endpoint_url.as_deref(),
        Some("http://127.0.0.1:4566")
    );
    assert!(settings.fips && settings.dual_stack);
    assert_eq!(
        settings.lead_times,
        [SignedDuration::from_mins(14), SignedDuration::from_mins(2)]
    );
    assert_eq!(
        (
            settings.clipboard_clear.as_secs(),
            settings.mfa_session.seconds(),
            settings.shell
        ),
        (10, 129_600, Shell::Fish)
    );
    assert_eq!(settings.rotate_after, Some(SignedDuration::from_hours(720)));
    assert_eq!(settings.mfa_process, ["pass", "otp"]);
    assert_eq!(settings.agent_start, AgentStart::Always);
    assert_eq!(settings.browser.to_string(), "firefox container={role}");
    assert_eq!(
        settings.console_duration.map(|it| it.seconds()),
        Some(28_800)
    );
    assert_eq!(
        (settings.sign_in_method, settings.sign_out_first),
        (SignInMethod::Redirect, true)
    );
}

#[test]
fn the_age_of_keys_has_a_range_and_can_be_off() {
    let days = |text: &str| sound(&format!("[keys]\nrotate_after = \"{text}\"\n")).rotate_after;
    assert_eq!(days("1d"), Some(SignedDuration::from_hours(24)));
    assert_eq!(days("1000d"), Some(SignedDuration::from_hours(24_000)));
    assert_eq!(days("off"), None);
    let default = Settings::default().rotate_after;
    assert_eq!(default, Some(SignedDuration::from_hours(90 * 24)));
    for wrong in ["0d", "1001d", "90", "-1d", "never", "1.5d", ""] {
        let (settings, problem) = with_fault(&format!("[keys]\nrotate_after = \"{wrong}\"\n"));
        assert_eq!(settings.rotate_after, default, "{wrong}");
        assert!(problem.what.contains("from 1d to 1000d"), "{problem}");
    }
}

#[test]
fn t17_rejects_an_endpoint_that_is_not_loopback() {
    for url in [
        "http://169.254.169.254:80",
        "https://sts.evil.example",
        "http://127.0.0.1.evil:80",
        "http://127.0.0.1",
        "http://user@evil:80",
        "ftp://127.0.0.1:1",
        "http://127.0.0.1:80@evil:80",
        "http://127.0.0.1:80/x:1",
        "",
    ] {
        let (settings, problem) = with_fault(&format!("[aws]\nendpoint_url = \"{url}\"\n"));
        assert!(
            problem.what.starts_with("settings.toml, line 2, column 16"),
            "{}",
            problem.what
        );
        assert_eq!(settings.endpoint_url, None);
        assert!(settings.destination_fault.is_some(), "{url}");
    }
}

#[test]
fn t03_reads_the_policies_of_roles_and_keys() {
    let ask = sound(
        "[ask]\ndefault = \"once\"\ncontainers = \"ask\"\n[ask.roles]\nguest = \"allow\"\n\"a b\" = \"never\"\n[ask.keys]\nguest = \"ask\"\n",
    )
    .ask;
    assert_eq!(
        (
            ask.of(&role("guest")),
            ask.of(&role("a b")),
            ask.of(&role("other"))
        ),
        (Consent::Allow, Consent::Never, Consent::Once)
    );
    assert_eq!(
        (ask.of(&key("guest")), ask.of(&key("a b"))),
        (Consent::Ask, Consent::Once)
    );
    assert_eq!(ask.containers, Consent::Ask);
    assert_eq!(Settings::default().ask.containers, Consent::Never);
    for wrong in [
        "default = \"yes\"",
        "default = true",
        "roles = 1",
        "roles.guest = 1",
        "roles.guest = \"\"",
        "keys.guest = \"nvr\"",
    ] {
        let (_, problem) = with_fault(&format!("[ask]\n{wrong}\n"));
        assert!(
            problem.what.starts_with("settings.toml, line 2"),
            "{}",
            problem.what
        );
    }
}

#[test]
fn says_what_is_unknown() {
    let (_, problem) = with_fault("[aws]\nregoin = \"x\"\n");
    assert!(
        problem.what.contains("Unknown setting \"regoin\""),
        "{}",
        problem.what
    );
}

/// The valid settings in the cases below.
const REST: &str = "[notifications]\nlead_times = [\"5m\"]\n[export]\nshell = \"fish\"\n";

fn keeps_the_rest(settings: &Settings, text: &str) {
    assert_eq!(
        settings.lead_times,
        [SignedDuration::from_mins(5)],
        "{text}"
    );
    assert_eq!(settings.shell, Shell::Fish, "{text}");
}

#[test]
fn a_wrong_value_without_a_guard_has_its_default() {
    for wrong in [
        "[clipboard]\nclear_after = \"soon\"\n",
        "[clipboard]\nclear_after = 30\n",
        "[production]\nduration = \"2h\"\n",
        "[production]\nduration = 30\n",
        "[clipboard]\nclear = \"10s\"\n",
        "[mfa]\nprocess = \"ykman\"\n",
        "[temporary_profiles]\nroles = \"guest\"\n",
        "[temporary_profiles]\nrole = [\"guest\"]\n",
        "[temporary_profile]\nroles = [\"guest\"]\n",
        "[teams.x]\nfrom = \"http://example.com/roles.toml\"\n",
        "[teams.x]\nfrom = \"/roles.toml\"\nsuorce = \"user\"\n",
        "[notification]\nlead_times = [\"1m\"]\n",
        "[future]\nfeature = 1\n",
        "[future]\n",
        "colour = \"blue\"\n",
    ] {
        let text = format!(
            "{wrong}{REST}[ask]\ndefault = \"ask\"\n[teams.good]\nfrom = \"/t.toml\"\n[aws]\nfips = true\n"
        );
        let (settings, fault) = with_fault(&text);
        keeps_the_rest(&settings, &text);
        assert!(
            fault.remedy.ends_with("Until then the default applies."),
            "{fault}"
        );
        let expected = Settings {
            lead_times: vec![SignedDuration::from_mins(5)],
            shell: Shell::Fish,
            ..sound(
                "[ask]\ndefault = \"ask\"\n[teams.good]\nfrom = \"/t.toml\"\n[aws]\nfips = true\n",
            )
        };
        assert_eq!(settings, expected, "{text}");
    }
}

#[test]
fn t03_a_policy_that_cannot_be_read_is_the_strictest() {
    let ask = |text: &str| with_fault(&format!("{text}{REST}")).0.ask;
    for wrong in ["\"nvr\"", "true", "[\"never\"]", "\"\"", "\"Never\""] {
        let one = ask(&format!("[ask.roles]\nx = {wrong}\ny = \"ask\"\n"));
        assert_eq!(one.of(&role("x")), Consent::Never, "{wrong}");
        assert_eq!(one.of(&role("y")), Consent::Ask, "{wrong}");
        assert_eq!(one.of(&role("z")), Consent::Allow, "{wrong}");
        assert_eq!(one.of(&key("x")), Consent::Allow, "{wrong}");
        assert!(one.fault(&role("x")).is_some() && one.fault(&role("y")).is_none());

        let default = ask(&format!("[ask]\ndefault = {wrong}\nroles.y = \"ask\"\n"));
        assert_eq!(default.of(&role("x")), Consent::Never, "{wrong}");
        assert_eq!(default.of(&key("x")), Consent::Never, "{wrong}");
        assert_eq!(default.of(&role("y")), Consent::Ask, "{wrong}");
        assert!(default.fault(&role("x")).is_some() && default.fault(&role("y")).is_none());

        let containers = ask(&format!("[ask]\ncontainers = {wrong}\n"));
        assert_eq!(containers.containers, Consent::Never, "{wrong}");
        assert_eq!(containers.of(&role("x")), Consent::Allow, "{wrong}");
    }
    for text in [
        "[ask]\nroles = \"never\"\n",
        "[ask]\nkeys = []\n",
        "ask = \"never\"\n",
    ] {
        assert_eq!(ask(text).of(&role("x")), Consent::Never, "{text}");
    }
    let hidden = ask("[ask.roles]\n\"a\\u202e\" = \"never\"\ny = \"allow\"\n");
    assert_eq!(
        hidden.of(&role("x")),
        Consent::Never,
        "whose it is cannot be known"
    );
    assert_eq!(hidden.of(&role("y")), Consent::Allow);
    let twice = sound("[ask.roles]\nx = \"never\"\n\" x\" = \"allow\"\n").ask;
    assert_eq!(twice.of(&role("x")), Consent::Never);
}

#[test]
fn t17_the_destination_of_calls_is_not_guessed() {
    for wrong in [
        "endpoint_url = 1",
        "endpoint_url = \"http://example.com:80\"",
        "region = \"mars\\u0000\"",
        "ca_bundle = true",
        "proxy = \"proxy\"",
        "fips = \"yes\"",
        "dual_stack = \"true\"",
        "endpoint_urll = \"http://127.0.0.1:1\"",
        "unheard_of = 1",
    ] {
        let text = format!("[aws]\n{wrong}\n{REST}");
        let (settings, fault) = with_fault(&text);
        keeps_the_rest(&settings, &text);
        let destination = settings.destination_fault.expect(wrong);
        assert!(
            destination.what.starts_with("Nothing is sent to AWS"),
            "{destination}"
        );
        assert!(
            destination.what.contains("settings.toml, line 2"),
            "{destination}"
        );
        assert!(
            fault.remedy.ends_with("Until then nothing is sent to AWS."),
            "{fault}"
        );
        assert_eq!(settings.ask, ConsentPolicies::default(), "{wrong}");
    }
}

#[test]
fn a_misspelled_setting_closes_what_it_may_mean() {
    for text in [
        "[ask]\ndefualt = \"never\"\n",
        "[ask]\ndefault = \"allow\"\ncontainers = \"allow\"\nrolse.guest = \"never\"\n",
        "[aks]\ndefault = \"never\"\n",
        "[aks]\ndefualt = \"never\"\n",
        "[aks.roles]\nguest = \"never\"\n",
        "[Ask]\ndefault = \"never\"\n",
        "[ask_roles]\nguest = \"never\"\n",
        "[aks]\n",
        "[policy]\nguest = \"never\"\n",
        "[[ask]]\ndefault = \"never\"\n",
        "default = \"never\"\n",
        "[export]\ndefault = \"never\"\n",
    ] {
        let (settings, fault) =
            with_fault(&format!("{text}[notifications]\nlead_times = [\"5m\"]\n"));
        assert_eq!(settings.ask.of(&role("guest")), Consent::Never, "{text}");
        assert_eq!(settings.ask.containers, Consent::Never, "{text}");
        assert!(
            fault.remedy.contains("Until then no program gets"),
            "{fault}"
        );
    }
    for text in [
        "[awss]\nendpoint_url = \"http://127.0.0.1:1\"\n",
        "[endpoint]\nurl = \"http://127.0.0.1:1\"\n",
        "endpoint_url = \"http://127.0.0.1:1\"\n",
        "[network]\nproxi = \"http://127.0.0.1:1\"\n",
        "[clipboard]\nproxy = \"http://127.0.0.1:1\"\n",
        "aws = 1\n",
    ] {
        let (settings, _) = with_fault(text);
        assert!(settings.destination_fault.is_some(), "{text}");
        assert_eq!(settings.ask, ConsentPolicies::default(), "{text}");
    }
}

#[test]
fn a_setting_below_the_wrong_section_closes_what_it_was_meant_for() {
    let team = "[teams.x]\nfrom = \"/roles.toml\"\n";
    for wrong in [
        format!("{team}endpoint_url = \"http://127.0.0.1:1\"\n"),
        format!("{team}proxy = \"http://127.0.0.1:1\"\n"),
        format!("{team}[teams.x.aws]\nendpoint_url = \"http://127.0.0.1:1\"\n"),
        "[teams]\nendpoint_url = \"http://127.0.0.1:1\"\n".to_owned(),
    ] {
        let (settings, _) = with_fault(&wrong);
        assert!(settings.destination_fault.is_some(), "{wrong}");
        assert_eq!(settings.ask, ConsentPolicies::default(), "{wrong}");
    }
    for wrong in [
        format!("{team}default = \"never\"\n"),
        format!("{team}[teams.x.ask]\ndefault = \"never\"\n"),
        "[teams.ask]\ndefault = \"never\"\n".to_owned(),
        "[mfa]\nask = \"never\"\n".to_owned(),
    ] {
        let (settings, _) = with_fault(&wrong);
        assert_eq!(settings.ask.default, Consent::Never, "{wrong}");
        assert_eq!(settings.destination_fault, None, "{wrong}");
    }
}

#[test]
fn a_guard_stays_closed_if_its_setting_cannot_be_read() {
    for text in [
        "[production]\nallow_yes = true\nconfirm = \"false\"\n",
        "[production]\nallow_yes = true\nconfirm = false\nconfrim = true\n",
        "[production]\nallow_yes = true\nconfirm = false\n[prodution]\nconfirm = true\n",
        "[production]\nallow_yes = \"true\"\nconfirm = false\n",
    ] {
        let (settings, _) = with_fault(text);
        assert!(settings.confirm_production && !settings.allow_yes, "{text}");
    }
    let (settings, _) = with_fault("[mfa]\nsession = \"20mm\"\n");
    assert_eq!(settings.mfa_session.seconds(), 900);
    let (settings, _) = with_fault("[agent]\nstart = \"nver\"\n");
    assert_eq!(settings.agent_start, AgentStart::Unreadable);
}

#[test]
fn a_file_that_cannot_be_read_at_all_closes_everything() {
    let problem = read("[ask\n", "settings.toml").expect_err("no TOML");
    assert_eq!(problem.code, ProblemCode::InvalidSettings);
    let settings = Settings::unreadable(&problem);
    assert_eq!(settings.ask.of(&role("x")), Consent::Never);
    assert_eq!(settings.ask.of(&key("x")), Consent::Never);
    assert_eq!(settings.ask.containers, Consent::Never);
    assert!(settings.destination_fault.is_some() && settings.confirm_production);
    assert_eq!(settings.agent_start, AgentStart::Unreadable);
}

#[test]
fn a_file_full_of_faults_is_read_quickly_and_some_are_reported() {
    let text: String = (0..5_000).map(|n| format!("[s{n}]\nk{n} = 1\n")).collect();
    let wrong = "[ask]\ndefault = \"nvr\"\n[ask.roles]\nx = 1\n[aws]\nfips = 1\n";
    let reading = read(&format!("{text}{wrong}"), "settings.toml").expect("TOML");
    assert_eq!(reading.faults.len(), 20);
    let settings = reading.settings;
    assert_eq!(settings.ask.of(&role("y")), Consent::Never);
    assert_eq!(settings.ask.of(&role("x")), Consent::Never);
    assert!(settings.destination_fault.is_some());
}
