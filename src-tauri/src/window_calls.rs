//! Answers the calls that need the desktop: its clipboard, its editors, and files that the user chose.

use std::path::Path;

use rolecall_agent::paths;
use rolecall_core::api::desktop::{DesktopCall, KeyOrigin, PlaintextProfile, PracticeCode};
use rolecall_core::api::protocol::Answer;
use rolecall_core::aws_files::key_text::{self, KeyPair};
use rolecall_core::session::totp;
use rolecall_core::value::access_key::masked;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;
use rolecall_keeper::Concern;

use crate::desktop::Desktop;
use crate::{launcher, start};

/// Executes a call of the window that needs the desktop. It may wait for AWS, the keychain or the user.
///
/// # Errors
/// Why it could not be done.
pub(crate) fn answer(desktop: &Desktop, call: DesktopCall) -> Result<Answer, Problem> {
    let done = |()| Answer::Done;
    match call {
        // The host of the window has noted it.
        DesktopCall::Seen { .. } | DesktopCall::Focused { .. } => Ok(Answer::Done),
        DesktopCall::AddKey { name, from } => {
            let name = Name::parse(&name)?;
            let added = desktop.keeper.add_key(&name, &read_key(desktop, &from)?)?;
            Ok(Answer::Key(Box::new(added)))
        }
        DesktopCall::PlaintextProfiles => {
            Ok(Answer::PlaintextProfiles(plaintext_profiles(desktop)))
        }
        DesktopCall::ImportSources => {
            let present = rolecall_import::present(&paths::home());
            Ok(Answer::ImportSources(present))
        }
        DesktopCall::Restart => desktop.restart().map(done),
        DesktopCall::Focus => {
            // A window that asks has opened.
            desktop.keeper.set_standing(Concern::Window, None);
            let role = desktop.ui.window.take_focus();
            Ok(Answer::Names(role.into_iter().collect()))
        }
        DesktopCall::StartPractice => launcher::start_practice().map(done),
        DesktopCall::PracticeCode => {
            let code = desktop.practice_code();
            let code = code.map(|(code, seconds_left)| PracticeCode {
                code,
                seconds_left,
                step_s: totp::STEP_S.unsigned_abs().try_into().unwrap_or_default(),
            });
            Ok(Answer::PracticeCode(code))
        }
        DesktopCall::PracticeStory => Ok(Answer::PracticeStory(desktop.practice_story())),
        DesktopCall::OpenRolesFile => launcher::open_file(desktop.roles_path.as_deref()).map(done),
        DesktopCall::OpenSettingsFile => {
            launcher::open_file(desktop.settings_path.as_deref()).map(done)
        }
        DesktopCall::WindowMemory => {
            let memory = desktop.window_file.current();
            Ok(Answer::WindowMemory(Box::new(memory)))
        }
        DesktopCall::Remember { memory } => {
            start::remember(desktop, *memory);
            Ok(Answer::Done)
        }
        DesktopCall::Placed { place } => {
            desktop
                .window_file
                .change(|memory| memory.place = Some(place));
            Ok(Answer::Done)
        }
        DesktopCall::About => Ok(Answer::About(desktop.about.clone())),
        DesktopCall::Start => Ok(Answer::Start(start::view(desktop))),
        DesktopCall::SetAtLogin { is_on } => start::set_at_login(desktop, is_on).map(Answer::Start),
        DesktopCall::SetShortcut { keys } => start::set_shortcut(desktop, keys).map(Answer::Start),
    }
}

fn read_key(desktop: &Desktop, origin: &KeyOrigin) -> Result<KeyPair, Problem> {
    let files = &desktop.aws_files;
    Ok(match origin {
        KeyOrigin::Clipboard => key_text::from_text(&desktop.clipboard.text()?)?,
        KeyOrigin::Csv { path } => key_text::from_csv(&files.read_chosen(Path::new(path))?)?,
        KeyOrigin::Profile { profile } => {
            key_text::from_profile(&files.read_aws_credentials()?, profile)?
        }
        KeyOrigin::Typed {
            access_key_id,
            secret,
        } => KeyPair::parse(access_key_id, &Secret::new(secret.expose().to_owned()))?,
    })
}

/// Returns the profiles with a plaintext key; none if the file does not exist or cannot be read.
fn plaintext_profiles(desktop: &Desktop) -> Vec<PlaintextProfile> {
    let Ok(text) = desktop.aws_files.read_aws_credentials() else {
        return Vec::new();
    };
    let profiles = key_text::plaintext_profiles(&text).into_iter();
    profiles
        .map(|(profile, id)| PlaintextProfile {
            profile,
            access_key_id: masked(id.as_str()),
        })
        .collect()
}
