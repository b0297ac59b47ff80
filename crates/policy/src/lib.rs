//! IAM policies: parses a document, and evaluates a request against all policies that apply to it.
//!
//! Everything here is a pure function of its arguments. No context key is derived: the caller puts every key that AWS
//! would set into the [`Context`].
//!
//! ```text
//! text ─► Policy::parse ─► Policy ─┐
//!                                  ├─► evaluate ─► Decision (and which statement decided)
//! Principal, action, context ──────┘
//! ```
//!
//! The rules are those of the IAM user guide's
//! [policy reference](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies.html).

mod action;
mod arn;
mod arn_pattern;
mod case;
mod case_context;
mod comparison;
mod condition;
mod context;
mod decision;
mod document;
mod element;
mod json;
mod operator;
mod parse;
mod pattern;
mod policy_error;
mod principal;
mod resource_entry;
mod selection;
mod sentence;
mod side_result;
mod template;

pub use arn::Arn;
pub use case::{CaseAnswer, CaseDecision, CaseError, answer_cases};
pub use context::{Context, ContextValue};
pub use decision::{Decision, PolicySet, evaluate};
pub use document::{Effect, Policy, PolicyKind};
pub use json::Json;
pub use policy_error::PolicyError;
pub use principal::{Principal, PrincipalError, PrincipalKind};
pub use sentence::sentences;
pub use side_result::{NearMiss, Request, Side, SideResult, StatementRef, evaluate_side};
