//! The search for roles, with results in the same order as in the window.

use std::collections::HashMap;

use crate::view::fuzzy::Wanted;
use crate::view::snapshot::{RoleView, Snapshot};

/// A match in the name counts more than any other.
const NAME_WEIGHT: f64 = 100.0;
/// A search with this many digits or more is for an account.
const ACCOUNT_MIN: usize = 5;

/// Returns the roles that match `text` by name, account, account alias, group or ARN, best first. Among equal matches,
/// recently used roles come first, then favourites. An empty text matches all roles: favourites first, then by recent
/// use.
pub fn search<'a>(snapshot: &'a Snapshot, text: &str) -> Vec<&'a RoleView> {
    let terms = terms(text);
    let recent = snapshot.recent.iter().enumerate();
    let places: HashMap<&str, usize> = recent.map(|(at, name)| (name.as_str(), at)).collect();
    let place = |role: &RoleView| {
        let used = places.get(role.name.as_str()).copied();
        used.unwrap_or(snapshot.recent.len() + usize::from(!role.favourite))
    };
    let scored = |role: &'a RoleView| Some((score(&terms, role)?, role));
    let mut found: Vec<(f64, &RoleView)> = snapshot.roles.iter().filter_map(scored).collect();
    if terms.is_empty() {
        found.sort_by_key(|(_, role)| match role.favourite {
            true => (0, 0),
            false => (1, place(role)),
        });
    } else {
        found.sort_by(|(one_score, one), (other_score, other)| {
            let by_score = other_score.total_cmp(one_score);
            by_score.then_with(|| place(one).cmp(&place(other)))
        });
    }
    found.into_iter().map(|(_, role)| role).collect()
}

/// Splits the text into terms. A text of digits and spaces is one account ID, as shown in groups by the AWS console.
fn terms(text: &str) -> Vec<Wanted> {
    let digits: String = text
        .chars()
        .filter(|it| !it.is_whitespace() && *it != '-')
        .collect();
    let is_account = digits.len() >= ACCOUNT_MIN && digits.bytes().all(|it| it.is_ascii_digit());
    match is_account {
        true => vec![Wanted::new(&digits)],
        false => text.split_whitespace().map(Wanted::new).collect(),
    }
}

fn score(terms: &[Wanted], role: &RoleView) -> Option<f64> {
    let mut whole = 0.0;
    for term in terms {
        let name = term.letters_of(&role.name);
        let account = term.part_of(&role.account_id);
        let alias = role.account_alias.as_deref();
        let alias = alias.and_then(|alias| term.letters_of(alias));
        let group = role.group.as_deref();
        let group = group.and_then(|group| term.part_of(group));
        let is_found = name.or(account).or(alias).or(group).is_some();
        let arn = match is_found {
            true => None,
            false => Some(in_arn(term, &role.arn)?),
        };
        let length = role.name.encode_utf16().count() as f64;
        whole += name.map_or(0.0, |score| NAME_WEIGHT + score - length / 100.0);
        let rest = [account, alias, group, arn].into_iter().flatten();
        whole += rest.fold(0.0, f64::max) / 10.0;
    }
    Some(whole)
}

/// Returns the score of a term in an ARN. All ARNs of roles start in the same way, so a term is searched after that
/// prefix, unless it contains : or /.
fn in_arn(term: &Wanted, arn: &str) -> Option<f64> {
    let own = arn.split_once('/').map_or(arn, |(_, own)| own);
    term.part_of(if term.has(&[':', '/']) { arn } else { own })
}
