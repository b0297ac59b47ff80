//! Parses a policy document as strictly as IAM does. Each error names the path of its element.

use super::policy_error::PolicyError;

use super::action::ActionPattern;
use super::comparison;
use super::condition::Condition;
use super::document::{Effect, Policy, PolicyAge, PolicyKind, Statement};
use super::element::{Object, Parsed, excerpt, items, shape, texts};
use super::json::Json;
use super::operator::{Operator, Test};
use super::principal::PrincipalPattern;
use super::resource_entry;
use super::selection::Selection;
use super::template::Template;

/// The versions of the policy language. Only the second has variables.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    V2008,
    V2012,
}

/// What decides the grammar of a document.
#[derive(Clone, Copy)]
struct Grammar {
    kind: PolicyKind,
    age: PolicyAge,
    version: Version,
}

impl Grammar {
    fn template(self, text: &str) -> Template {
        match self.version {
            Version::V2008 => Template::verbatim(text),
            Version::V2012 => Template::parse(text),
        }
    }
}

impl Policy {
    /// Parses a document that is attached as `kind`. It may be older than IAM's strictest rules.
    ///
    /// # Errors
    /// [`PolicyError::Syntax`] if the text is not JSON, [`PolicyError::Shape`] if it breaks the
    /// [policy grammar](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html).
    pub fn parse(kind: PolicyKind, text: &str) -> Result<Self, PolicyError> {
        Self::read(kind, PolicyAge::Stored, text)
    }

    /// Parses a document as IAM does when it is attached as `kind` now.
    ///
    /// # Errors
    /// As [`Policy::parse`], and for what IAM refuses with `MalformedPolicyDocument` in new documents only.
    pub fn parse_new(kind: PolicyKind, text: &str) -> Result<Self, PolicyError> {
        Self::read(kind, PolicyAge::New, text)
    }

    fn read(kind: PolicyKind, age: PolicyAge, text: &str) -> Result<Self, PolicyError> {
        let json = Json::parse(text).map_err(|e| PolicyError::Syntax {
            line: e.line(),
            column: e.column(),
        })?;
        let root = Object::new(&json, "document")?;
        root.allow_only(&["Version", "Id", "Statement"])?;
        root.optional_text("Id")?;
        let version = match root.optional_text("Version")? {
            None | Some("2008-10-17") => Version::V2008,
            Some("2012-10-17") => Version::V2012,
            Some(_) => return root.fail("Version", "must be 2012-10-17 or 2008-10-17"),
        };
        let grammar = Grammar { kind, age, version };
        let json = root.required("Statement")?;
        let path = |index| match json {
            Json::List(_) => format!("Statement[{index}]"),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Object(_) => {
                "Statement".to_owned()
            }
        };
        let statements: Vec<Statement> = (items(json, "Statement")?.iter().enumerate())
            .map(|(index, json)| statement(grammar, json, &path(index)))
            .collect::<Parsed<_>>()?;
        check_unique_sids(&statements)?;
        Ok(Self { kind, statements })
    }
}

fn check_unique_sids(statements: &[Statement]) -> Parsed<()> {
    for (index, statement) in statements.iter().enumerate() {
        let is_repeated =
            statement.sid.is_some() && statements[..index].iter().any(|s| s.sid == statement.sid);
        if is_repeated {
            return shape(
                format!("Statement[{index}].Sid"),
                "must be unique in the policy",
            );
        }
    }
    Ok(())
}

fn statement(grammar: Grammar, json: &Json, path: &str) -> Parsed<Statement> {
    let object = Object::new(json, path)?;
    object.allow_only(&[
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ])?;
    let effect = match object.optional_text("Effect")? {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => return object.fail("Effect", "must be Allow or Deny"),
    };
    let sid = sid(grammar.kind, &object)?;
    let Some(actions) = object.selection("Action", "NotAction", actions)? else {
        return object.fail("Action", "is missing");
    };
    let resources = object.selection("Resource", "NotResource", |json, path| {
        resources(grammar, actions.entries(), json, path)
    })?;
    let principals = object.selection("Principal", "NotPrincipal", principals)?;
    require(&object, grammar.kind, &principals, resources.is_some())?;
    check_trust(&object, grammar.kind, &principals, &actions)?;
    let conditions = match object.optional("Condition")? {
        Some(json) => conditions(json, grammar, &object.path_of("Condition"))?,
        None => Vec::new(),
    };
    Ok(Statement {
        sid,
        effect,
        principals,
        actions,
        resources,
        conditions,
    })
}

/// Reads the `Sid`. IAM accepts letters and digits. Other services accept more in their resource policies.
fn sid(kind: PolicyKind, object: &Object<'_>) -> Parsed<Option<String>> {
    let sid = object.optional_text("Sid")?.filter(|sid| !sid.is_empty());
    let is_plain = sid.is_none_or(|sid| sid.bytes().all(|b| b.is_ascii_alphanumeric()));
    if !is_plain && kind != PolicyKind::Resource {
        return object.fail("Sid", "must have only letters and digits");
    }
    Ok(sid.map(str::to_owned))
}

fn actions(json: &Json, path: &str) -> Parsed<Vec<ActionPattern>> {
    let parse = |text| ActionPattern::parse(text, path);
    texts(json, path)?.into_iter().map(parse).collect()
}

fn resources(
    grammar: Grammar,
    actions: &[ActionPattern],
    json: &Json,
    path: &str,
) -> Parsed<Vec<Template>> {
    let services: Vec<&str> = actions.iter().filter_map(ActionPattern::service).collect();
    let resource = |text: &str| {
        resource_entry::check(text, path, grammar.age, &services)?;
        Ok(grammar.template(text))
    };
    texts(json, path)?.into_iter().map(resource).collect()
}

/// Checks that the statement has all elements that its kind requires, and none that it forbids.
fn require(
    object: &Object<'_>,
    kind: PolicyKind,
    principals: &Option<Selection<PrincipalPattern>>,
    has_resource: bool,
) -> Parsed<()> {
    let (wants_principal, wants_resource) = match kind {
        PolicyKind::Identity => (false, true),
        PolicyKind::Trust => (true, false),
        PolicyKind::Resource => (true, true),
    };
    for (element, wants, has) in [
        ("Principal", wants_principal, principals.is_some()),
        ("Resource", wants_resource, has_resource),
    ] {
        match (wants, has) {
            (true, false) => return object.fail(element, "is missing"),
            (false, true) => return object.fail(element, "is not allowed in this kind of policy"),
            (true, true) | (false, false) => {}
        }
    }
    Ok(())
}

/// Checks what IAM refuses in trust policies only.
fn check_trust(
    object: &Object<'_>,
    kind: PolicyKind,
    principals: &Option<Selection<PrincipalPattern>>,
    actions: &Selection<ActionPattern>,
) -> Parsed<()> {
    if kind != PolicyKind::Trust {
        return Ok(());
    }
    if let Some(Selection::AllBut(_)) = principals {
        return object.fail("NotPrincipal", "is not allowed in a trust policy");
    }
    let is_other = |action: &ActionPattern| action.service().is_some_and(|it| it != "sts");
    if actions.entries().iter().any(is_other) {
        return object.fail("Action", "must be of STS in a trust policy");
    }
    Ok(())
}

fn principals(json: &Json, path: &str) -> Parsed<Vec<PrincipalPattern>> {
    if let Json::Text(text) = json {
        return match text.as_str() {
            "*" => Ok(vec![PrincipalPattern::Everyone]),
            _ => shape(path, "must be \"*\" or an object"),
        };
    }
    let object = Object::filled(json, path)?;
    let mut patterns = Vec::new();
    for (class, json) in object.pairs {
        let path = object.path_of(class);
        for text in texts(json, &path)? {
            patterns.push(PrincipalPattern::parse(class, text, &path)?);
        }
    }
    Ok(patterns)
}

fn conditions(json: &Json, grammar: Grammar, path: &str) -> Parsed<Vec<Condition>> {
    let mut conditions = Vec::new();
    // AWS's console itself writes an empty condition into trust policies, and IAM reads all kinds with one parser.
    let operators = Object::new(json, path)?;
    for (name, json) in operators.pairs {
        let path = operators.path_of(name);
        let Some(operator) = Operator::parse(name) else {
            return shape(path, "is not a condition operator");
        };
        for (key, json) in Object::filled(json, &path)?.pairs {
            let path = format!("{path}.{}", excerpt(key));
            let has_service = key
                .split_once(':')
                .is_some_and(|(service, name)| !service.trim().is_empty() && !name.is_empty());
            if !has_service {
                return shape(path, "must start with a service, such as aws:SourceIp");
            }
            let operands = operands(json, &path)?;
            let operands = operands
                .iter()
                .map(|text| operand(grammar, operator, text, &path));
            conditions.push(Condition {
                operator_name: name.clone(),
                operator,
                key: key.clone(),
                operands: operands.collect::<Parsed<_>>()?,
            });
        }
    }
    Ok(conditions)
}

/// Reads one operand. IAM replaces variables for operators on strings, ARNs and booleans only
/// ([variables](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html)).
fn operand(grammar: Grammar, operator: Operator, text: &str, path: &str) -> Parsed<Template> {
    match operator.test {
        Test::StringEquals
        | Test::StringEqualsIgnoreCase
        | Test::StringLike
        | Test::Arn
        | Test::Bool => Ok(grammar.template(text)),
        Test::Date(_) if !text.contains("${") && !comparison::is_date(text) => {
            shape(path, "must be a date, such as 2026-01-31T12:00:00Z")
        }
        Test::Date(_) | Test::Numeric(_) | Test::Binary | Test::Ip | Test::Null => {
            Ok(Template::verbatim(text))
        }
    }
}

fn operands(json: &Json, path: &str) -> Parsed<Vec<String>> {
    let operand = |item: &Json| match item {
        Json::Text(text) | Json::Number(text) => Ok(text.clone()),
        Json::Bool(flag) => Ok(flag.to_string()),
        Json::Null | Json::List(_) | Json::Object(_) => shape(
            path,
            "must be a string, number or boolean, or a list of them",
        ),
    };
    items(json, path)?.iter().map(operand).collect()
}
