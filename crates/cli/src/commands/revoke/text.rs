//! Revocations in words.

use rolecall_core::asker::by::By;
use rolecall_core::revoke::{
    Existing, Hit, RevocationTarget, RevocationView, UndoAction, UndoItem, UndoView,
};
use rolecall_core::value::sanitise::{echo, visible, visible_lines};
use rolecall_core::value::shell_word::shell_word;
use rolecall_core::view::snapshot::Mode;

/// What a revocation does not reach, and when it is in effect.
const DELAY: &str =
    "It can take some minutes until all of AWS knows it. New sessions work at once.";

/// Returns credentials, for a sentence.
pub(super) fn credentials(by: &By) -> String {
    match by {
        By::Role(name) => format!("the session of \"{}\"", echo(name)),
        By::Key(name) => format!("the access key \"{}\"", echo(name)),
    }
}

/// Returns the whole of what would be done.
pub(super) fn described(view: &RevocationView, target: &RevocationTarget, mode: Mode) -> String {
    let mut lines = vec![
        format!(
            "{} gets this inline policy with the name {}:",
            visible(&view.holder),
            visible(&view.policy_name)
        ),
        visible_lines(&view.document),
        String::new(),
        whom(view, target),
    ];
    if !view.hit.is_empty() {
        lines.push(format!(
            "Revoked and ended on this machine: {}.",
            hit(&view.hit)
        ));
    }
    lines.extend(living_on(view, mode));
    lines.push(format!("It is done with {}.", credentials(&view.by)));
    if view.by_is_hit {
        lines.push(format!(
            "! That session is revoked as well. To take this back, you need a new session or other credentials: {}.",
            others(view)
        ));
    }
    lines.extend(existing(&view.existing));
    lines.push(DELAY.to_owned());
    lines.join("\n")
}

fn whom(view: &RevocationView, target: &RevocationTarget) -> String {
    let (at, holder) = (view.at, visible(&view.holder));
    match (target, &view.session_name) {
        (RevocationTarget::Key(_), _) => format!(
            "It denies everything to all sessions of this user that AWS issued before {at} (AWS's time) with \
             GetSessionToken or GetFederationToken, also those of other people and machines. The access key itself and \
             sessions of roles keep working."
        ),
        (_, Some(name)) => format!(
            "It denies everything to all sessions of {holder} with the name \"{}\" that AWS issued up to {at} (AWS's \
             time): this one, and every older one of that name, also on other machines. Sessions that were assumed from \
             them keep working.",
            echo(name)
        ),
        (_, None) => format!(
            "It denies everything to all sessions of {holder} that AWS issued before {at} (AWS's time): yours, and those \
             of all other people and programs. Sessions of other roles that were assumed from them keep working."
        ),
    }
}

fn hit(sessions: &[Hit]) -> String {
    let each = sessions.iter().map(|hit| {
        let name = hit.identity.rsplit('/').next().unwrap_or_default();
        format!("\"{}\" (as {})", echo(&hit.name), visible(name))
    });
    each.collect::<Vec<_>>().join(", ")
}

fn living_on(view: &RevocationView, mode: Mode) -> Option<String> {
    let first = view.living_on.first()?;
    let names: Vec<String> = view
        .living_on
        .iter()
        .map(|it| format!("\"{}\"", echo(it)))
        .collect();
    Some(format!(
        "! Not revoked, and working until they expire: {}, assumed from these. To revoke one as well: {} {}",
        names.join(", "),
        command(mode),
        shell_word(&visible(first))
    ))
}

fn others(view: &RevocationView) -> String {
    let others = view.choices.iter().filter(|by| **by != view.by);
    let others: Vec<String> = others.map(credentials).collect();
    match others.is_empty() {
        true => "there are no others of its account here".to_owned(),
        false => others.join(", "),
    }
}

fn existing(existing: &Existing) -> Option<String> {
    Some(match existing {
        Existing::None => return None,
        Existing::Ours(_) => {
            "An earlier policy of Rolecall has this name. It is replaced by this one, which denies more.".to_owned()
        }
        Existing::Other(policy) => format!(
            "! AWS already has this policy of that name. It is replaced, and put back by --undo:\n{}",
            visible_lines(policy)
        ),
        Existing::Unread => "! AWS does not let Rolecall read whether there is a policy of that name. If there is one, it \
                             is replaced, and --undo cannot put it back."
            .to_owned(),
    })
}

/// Returns what was done.
pub(super) fn done(view: &RevocationView, target: &RevocationTarget, mode: Mode) -> String {
    let undo = match target {
        RevocationTarget::Role(name) | RevocationTarget::Session(name) => {
            shell_word(&visible(name))
        }
        RevocationTarget::Key(name) => format!("--key {}", shell_word(&visible(name))),
    };
    format!(
        "Revoked: AWS now has the policy {} on {}.\nTo take it back: {} {undo} --undo",
        visible(&view.policy_name),
        visible(&view.holder),
        command(mode)
    )
}

/// Returns what an undo would do.
pub(super) fn undo(view: &UndoView) -> String {
    let mut lines = vec![format!("{}:", visible(&view.holder))];
    lines.extend(view.items.iter().map(undo_item));
    lines.push(format!("It is done with {}.", credentials(&view.by)));
    lines.join("\n")
}

fn undo_item(item: &UndoItem) -> String {
    let name = visible(&item.policy_name);
    match &item.action {
        UndoAction::Remove(policy) => {
            format!(
                "- The policy {name}, which Rolecall put, is removed:\n{}",
                visible_lines(policy)
            )
        }
        UndoAction::PutBack(policy) => format!(
            "- The policy {name}, which Rolecall put, is replaced by the one that was there before:\n{}",
            visible_lines(policy)
        ),
        UndoAction::Nothing => {
            format!("- The policy {name} is not there any more. Nothing is changed.")
        }
        UndoAction::Changed(policy) => format!(
            "- The policy {name} was changed since by somebody else, and stays as it is:\n{}",
            visible_lines(policy)
        ),
        UndoAction::Suspect(policy) => format!(
            "- The policy {name} stays as it is. Rolecall's record says that this policy was there before, which allows \
             something. Rolecall does not put that back; remove {name} in the IAM console, and check it:\n{}",
            visible_lines(policy)
        ),
    }
}

/// Returns what an undo did.
pub(super) fn undone(view: &UndoView) -> String {
    let is_changed =
        |item: &UndoItem| matches!(item.action, UndoAction::Changed(_) | UndoAction::Suspect(_));
    let holder = visible(&view.holder);
    match view.items.iter().any(is_changed) {
        true => format!(
            "Took back what was still as Rolecall put it on {holder}. A policy that was changed since can be removed in \
             the IAM console."
        ),
        false => format!(
            "Took back the revocation of {holder}. Its sessions that have not expired work again soon."
        ),
    }
}

/// Returns the command to type.
pub(crate) fn command(mode: Mode) -> &'static str {
    match mode {
        Mode::Own => "rolecall revoke",
        Mode::Practice => "rolecall --practice revoke",
    }
}
