//! Cases of evaluation, as JSON: a request, its policies, and what is expected of them.
//!
//! A file is a list of cases, or an object with the list as `cases`. A case has a `name` and a `kind`: `identity`,
//! `trust` or `resource` with `policies`, or `request` with all policies that apply (`identity`, `resource_policy`,
//! `boundary`, `session`, `scp`, `rcp`).

use serde_json::Value;
use thiserror::Error;

use super::case_context::{FieldError, context, principal};
use super::context::Context;
use super::decision::{Decision, PolicySet, evaluate};
use super::document::{Policy, PolicyKind};
use super::policy_error::PolicyError;
use super::principal::Principal;
use super::side_result::{Request, Side, SideResult, StatementRef, evaluate_side};

/// The account of a resource if a case names none.
const ACCOUNT: &str = "111111111111";

/// The answer to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseAnswer {
    /// The name of the case.
    pub name: String,
    /// What the policies decide.
    pub decision: CaseDecision,
    /// What the case expects, as written.
    pub expected: Option<String>,
}

/// What the policies of a case decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseDecision {
    /// This statement allows the request.
    Allow(StatementRef),
    /// The caller needs no statement, as the root user of its account.
    AllowWithoutStatement,
    /// This statement denies it.
    Deny(StatementRef),
    /// Nothing on this side allows it.
    None(Side),
    /// IAM does not accept one of the policies.
    Refused(PolicyError),
}

/// Why a text is not a list of cases.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CaseError {
    /// Not JSON.
    #[error("line {line}, column {column}: not valid JSON")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// No list of cases.
    #[error("there is no list of cases")]
    NoCases,
    /// A field of a case is missing or wrong.
    #[error("case {number}: {field} {problem}")]
    Field {
        /// Counted from 1.
        number: usize,
        /// The field.
        field: String,
        /// What is expected there.
        problem: String,
    },
}

impl CaseAnswer {
    /// Returns whether the answer is the expected one. `none` accepts every side.
    pub fn is_expected(&self) -> bool {
        let Some(expected) = self.expected.as_deref() else {
            return true;
        };
        match (&self.decision, expected.split_once(':')) {
            (CaseDecision::None(side), Some(("none", wanted))) => format!("{side:?}") == wanted,
            (decision, _) => decision.word() == expected,
        }
    }
}

impl CaseDecision {
    /// Returns `allow`, `deny`, `none` or `refused`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Allow(_) | Self::AllowWithoutStatement => "allow",
            Self::Deny(_) => "deny",
            Self::None(_) => "none",
            Self::Refused(_) => "refused",
        }
    }

    /// Returns the statement that decides.
    pub fn statement(&self) -> Option<&StatementRef> {
        match self {
            Self::Allow(statement) | Self::Deny(statement) => Some(statement),
            Self::AllowWithoutStatement | Self::None(_) | Self::Refused(_) => None,
        }
    }
}

enum Stop {
    Field(FieldError),
    Refused(PolicyError),
}

impl From<PolicyError> for Stop {
    fn from(error: PolicyError) -> Self {
        Self::Refused(error)
    }
}

impl From<FieldError> for Stop {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

/// Answers all cases of a file.
///
/// # Errors
/// If the text is not a list of cases.
pub fn answer_cases(text: &str) -> Result<Vec<CaseAnswer>, CaseError> {
    let file: Value = serde_json::from_str(text).map_err(|error| CaseError::Syntax {
        line: error.line(),
        column: error.column(),
    })?;
    let list = file.as_array().or_else(|| file["cases"].as_array());
    let list = list.ok_or(CaseError::NoCases)?;
    let answers = list.iter().zip(1..).map(|(case, number)| {
        answer(case).map_err(|(field, problem)| CaseError::Field {
            number,
            field,
            problem,
        })
    });
    answers.collect()
}

fn answer(case: &Value) -> Result<CaseAnswer, FieldError> {
    let decision = match decide(case) {
        Ok(decision) => decision,
        Err(Stop::Refused(error)) => CaseDecision::Refused(error),
        Err(Stop::Field(error)) => return Err(error),
    };
    Ok(CaseAnswer {
        name: text(case, "name")?.to_owned(),
        decision,
        expected: case["expect"].as_str().map(str::to_owned),
    })
}

fn decide(case: &Value) -> Result<CaseDecision, Stop> {
    let kind = match text(case, "kind")? {
        "identity" => PolicyKind::Identity,
        "trust" => PolicyKind::Trust,
        "resource" => PolicyKind::Resource,
        "request" => return whole_request(case),
        _ => return Err(wrong("kind", "must be identity, trust, resource or request").into()),
    };
    let policies = policies(kind, &case["policies"], "policies")?;
    let side = match kind {
        PolicyKind::Identity => Side::Identity,
        PolicyKind::Trust | PolicyKind::Resource => Side::Resource,
    };
    let (principal, context) = (caller(case)?, context(&case["ctx"])?);
    let request = request(case, &principal, &context)?;
    Ok(match evaluate_side(side, &policies, &request) {
        SideResult::Allow(statement) => CaseDecision::Allow(statement),
        SideResult::Deny(statement) => CaseDecision::Deny(statement),
        SideResult::NoMatch(_) => CaseDecision::None(side),
    })
}

fn whole_request(case: &Value) -> Result<CaseDecision, Stop> {
    let kind = match case["resource_kind"].as_str() {
        Some("resource") => PolicyKind::Resource,
        Some("trust") | None => PolicyKind::Trust,
        Some(_) => return Err(wrong("resource_kind", "must be trust or resource").into()),
    };
    let identity = policies(PolicyKind::Identity, &case["identity"], "identity")?;
    let resource = optional(kind, &case["resource_policy"])?;
    let boundary = optional(PolicyKind::Identity, &case["boundary"])?;
    let session = policies(PolicyKind::Identity, &case["session"], "session")?;
    let service_controls = levels(PolicyKind::Identity, &case["scp"], "scp")?;
    let resource_controls = levels(PolicyKind::Resource, &case["rcp"], "rcp")?;
    let set = PolicySet {
        identity: &identity,
        resource: resource.as_ref(),
        boundary: boundary.as_ref(),
        session: (!case["session"].is_null()).then_some(session.as_slice()),
        service_controls: &service_controls,
        resource_controls: &resource_controls,
    };
    let (principal, context) = (caller(case)?, context(&case["ctx"])?);
    let decision = evaluate(&request(case, &principal, &context)?, &set);
    Ok(match decision {
        Decision::Allowed(statements) => match statements.into_iter().next() {
            Some(statement) => CaseDecision::Allow(statement),
            None => CaseDecision::AllowWithoutStatement,
        },
        Decision::ExplicitDeny(statement) => CaseDecision::Deny(statement),
        Decision::ImplicitDeny { side, .. } => CaseDecision::None(side),
    })
}

fn request<'a>(
    case: &'a Value,
    principal: &'a Principal,
    context: &'a Context,
) -> Result<Request<'a>, FieldError> {
    Ok(Request {
        principal,
        action: text(case, "action")?,
        resource: text(case, "resource")?,
        resource_account: case["resource_account"].as_str().unwrap_or(ACCOUNT),
        context,
    })
}

fn caller(case: &Value) -> Result<Principal, FieldError> {
    principal(text(case, "principal")?)
}

fn levels(kind: PolicyKind, json: &Value, field: &str) -> Result<Vec<Vec<Policy>>, Stop> {
    let levels = list(json, field)?.iter();
    levels.map(|level| policies(kind, level, field)).collect()
}

fn policies(kind: PolicyKind, json: &Value, field: &str) -> Result<Vec<Policy>, Stop> {
    let policies = list(json, field)?.iter();
    policies.map(|policy| Ok(parse(kind, policy)?)).collect()
}

fn optional(kind: PolicyKind, json: &Value) -> Result<Option<Policy>, PolicyError> {
    (!json.is_null()).then(|| parse(kind, json)).transpose()
}

/// Parses a policy. A string is its raw text.
fn parse(kind: PolicyKind, json: &Value) -> Result<Policy, PolicyError> {
    match json.as_str() {
        Some(text) => Policy::parse(kind, text),
        None => Policy::parse(kind, &json.to_string()),
    }
}

fn list<'a>(json: &'a Value, field: &str) -> Result<&'a [Value], FieldError> {
    match json {
        Value::Null => Ok(&[]),
        Value::Array(items) => Ok(items),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            Err(wrong(field, "must be a list"))
        }
    }
}

fn text<'a>(case: &'a Value, field: &str) -> Result<&'a str, FieldError> {
    case[field]
        .as_str()
        .ok_or_else(|| wrong(field, "must be a string"))
}

fn wrong(field: &str, problem: &str) -> FieldError {
    (field.to_owned(), problem.to_owned())
}
