//! Answers the window's calls in the tray's process. Copying and reading keys happen here.

use std::path::Path;

use rolecall_agent::paths;
use rolecall_core::asker::consent::Subject;
use rolecall_core::asker::history::RequestKind;
use rolecall_core::aws_files::connection::{EditView, Step};
use rolecall_core::aws_files::key_text::{self, KeyPair};
use rolecall_core::explain::pasted::explain_text;
use rolecall_core::value::access_key::masked;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;
use rolecall_keeper::{Given, Keeper};
use serde::Serialize;
use serde_json::Value;

use crate::desktop::{Desktop, user_request};
use crate::launcher;
use crate::window_wire::{KeyOrigin, PlaintextProfile, PracticeCode, WindowCall};

/// Executes a call of the window. It may wait for AWS, the keychain or the user.
///
/// # Errors
/// Why it could not be done.
#[expect(clippy::too_many_lines, reason = "one arm for each call")]
pub(crate) fn answer(desktop: &Desktop, call: WindowCall) -> Result<Value, Problem> {
    let keeper = &desktop.keeper;
    match call {
        WindowCall::Snapshot => value(keeper.snapshot()),
        // The host of the window has noted it.
        WindowCall::Seen { .. } => Ok(Value::Null),
        WindowCall::Assume { role, limits } => {
            let role = keeper.limited(&Name::parse(&role)?, &limits)?;
            let request = user_request(role, RequestKind::Assume);
            let assumed = keeper.clicked(&request, || keeper.assume(&request.name, None));
            assumed.map(null)
        }
        WindowCall::ExplainFurther { role } => {
            keeper.explain_further(&Name::parse(&role)?).map(null)
        }
        WindowCall::ExplainText { text } => value(explain_text(&text)?),
        WindowCall::LockRegions { role } => value(keeper.lock_regions(&Name::parse(&role)?)?),
        WindowCall::AnswerReason { id, reason } => {
            keeper.answer(id, Given::Reason(&reason)).map(null)
        }
        WindowCall::CancelReason { id } => keeper.answer(id, Given::NoReason).map(null),
        WindowCall::End { role } => keeper.end(&Name::parse(&role)?).map(null),
        WindowCall::EndKey { key } => keeper.end_key(&Name::parse(&key)?).map(null),
        WindowCall::CopyExport { role, shell } => {
            let request = user_request(Name::parse(&role)?, RequestKind::Copy);
            let copied = keeper.clicked(&request, || keeper.copy_export(&request.name, shell));
            copied.map(null)
        }
        WindowCall::AnswerPrompt { id, code } => {
            keeper.answer(id, Given::Code(code.expose())).map(null)
        }
        WindowCall::CancelPrompt { id } => keeper.answer(id, Given::NoCode).map(null),
        WindowCall::Reply { id, reply } => keeper.answer(id, Given::Reply(reply)).map(null),
        WindowCall::SetConsent { role, consent } => keeper
            .set_consent(&Subject::Role(Name::parse(&role)?), consent)
            .map(null),
        WindowCall::SetKeyConsent { key, consent } => keeper
            .set_consent(&Subject::Key(Name::parse(&key)?), consent)
            .map(null),
        WindowCall::SetTemporaryProfile { role, is_written } => {
            let role = Name::parse(&role)?;
            let set = match is_written {
                true => keeper.keep_temporary_profile(&role),
                false => keeper.drop_temporary_profile(&role),
            };
            set.map(null)
        }
        WindowCall::History { query } => value(keeper.history(&query)?),
        WindowCall::SwitchPrompt { id } => keeper.answer(id, Given::OtherPlan).map(null),
        WindowCall::EndMfa { key } => keeper.end_mfa(&Name::parse(&key)?).map(null),
        WindowCall::AddKey { name, from } => {
            let name = Name::parse(&name)?;
            value(keeper.add_key(&name, &read_key(desktop, &from)?)?)
        }
        WindowCall::RenameKey { name, new_name } => keeper
            .rename_key(&Name::parse(&name)?, &Name::parse(&new_name)?)
            .map(null),
        WindowCall::RemoveKey { name } => keeper.remove_key(&Name::parse(&name)?).map(null),
        WindowCall::RemoveTotp { key } => keeper.remove_totp(&Name::parse(&key)?).map(null),
        WindowCall::ImportSources => value(rolecall_import::present(&paths::home())),
        WindowCall::ImportFrom { from, dry_run } => {
            let import_data = desktop.engine.import_data(from, None)?;
            value(keeper.import(from, &import_data, dry_run)?)
        }
        WindowCall::PlaintextProfiles => value(plaintext_profiles(desktop)),
        WindowCall::SaveRole {
            previous_name,
            role,
        } => {
            let previous = previous_name.as_deref().map(Name::parse).transpose()?;
            keeper.save_role(previous.as_ref(), &role).map(null)
        }
        WindowCall::RemoveRole { name } => keeper.remove_role(&Name::parse(&name)?).map(null),
        WindowCall::MarkRole { name, marks } => keeper.mark_role(&name, &marks).map(null),
        WindowCall::NameAccount { account_id, alias } => {
            keeper.name_account(&account_id, &alias).map(null)
        }
        WindowCall::StartPractice => launcher::start_practice().map(null),
        WindowCall::PracticeCode => value(
            desktop
                .practice_code()
                .map(|(code, seconds_left)| PracticeCode { code, seconds_left }),
        ),
        WindowCall::OpenRolesFile => launcher::open_file(desktop.roles_path.as_deref()).map(null),
        WindowCall::OpenSettingsFile => {
            launcher::open_file(desktop.settings_path.as_deref()).map(null)
        }
        WindowCall::DismissProblem { code } => {
            keeper.dismiss(code);
            Ok(Value::Null)
        }
        WindowCall::RetryKeychain => keeper.retry_keychain().map(null),
        WindowCall::Connect {
            which,
            prefix,
            step,
        } => value(keeper.connect(&which, &prefix, step)?),
        WindowCall::ImportKey { profile, step } => value(keeper.import_key(&profile, None, step)?),
        WindowCall::UndoImport { profile, step } => value(undo_import(keeper, &profile, step)?),
        WindowCall::Disconnect { which, step } => value(keeper.disconnect(&which, step)?),
    }
}

fn undo_import(keeper: &Keeper, profile: &str, step: Step) -> Result<EditView, Problem> {
    match step {
        Step::Preview => keeper.undo_import(profile, step),
        Step::Write => {
            let request = user_request(keeper.moved_key(profile)?, RequestKind::PutBack);
            keeper.clicked(&request, || keeper.undo_import(profile, step))
        }
    }
}

fn null<T>(_: T) -> Value {
    Value::Null
}

fn value(result: impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(result).map_err(|error| Problem::internal().with_detail(error.to_string()))
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
