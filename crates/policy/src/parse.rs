//! Parses a policy document as strictly as IAM does. Each error names the path of its element.

use super::policy_error::PolicyError;

use super::action::ActionPattern;
use super::condition::Condition;
use super::document::{Effect, Policy, PolicyKind, Statement};
use super::element::{Object, Parsed, excerpt, shape, texts};
use super::json::Json;
use super::operator::Operator;
use super::principal::PrincipalPattern;
use super::template::Template;

/// The versions of the policy language. Only the second has variables.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    V2008,
    V2012,
}

impl Version {
    fn template(self, text: &str) -> Template {
        match self {
            Self::V2008 => Template::verbatim(text),
            Self::V2012 => Template::parse(text),
        }
    }
}

impl Policy {
    /// Parses a document as IAM would when it is attached as `kind`.
    ///
    /// # Errors
    /// [`PolicyError::Syntax`] if the text is not JSON, [`PolicyError::Shape`] if it breaks the
    /// [policy grammar](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html).
    pub fn parse(kind: PolicyKind, text: &str) -> Result<Self, PolicyError> {
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
        let json = root.required("Statement")?;
        let path = |index| match json {
            Json::List(_) => format!("Statement[{index}]"),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Object(_) => {
                "Statement".to_owned()
            }
        };
        let statements: Vec<Statement> = (json.items().iter().enumerate())
            .map(|(index, json)| statement(kind, version, json, &path(index)))
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

fn statement(kind: PolicyKind, version: Version, json: &Json, path: &str) -> Parsed<Statement> {
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
    let sid = object.optional_text("Sid")?.filter(|sid| !sid.is_empty());
    let actions = object.selection("Action", "NotAction", |json, path| {
        Ok(texts(json, path)?
            .into_iter()
            .map(ActionPattern::new)
            .collect())
    })?;
    let Some(actions) = actions else {
        return object.fail("Action", "is missing");
    };
    let resources = object.selection("Resource", "NotResource", |json, path| {
        Ok(texts(json, path)?
            .into_iter()
            .map(|text| version.template(text))
            .collect())
    })?;
    let principals = object.selection("Principal", "NotPrincipal", principals)?;
    require(&object, kind, principals.is_some(), resources.is_some())?;
    let conditions = match object.optional("Condition")? {
        Some(json) => conditions(json, version, &object.path_of("Condition"))?,
        None => Vec::new(),
    };
    Ok(Statement {
        sid: sid.map(str::to_owned),
        effect,
        principals,
        actions,
        resources,
        conditions,
    })
}

/// Checks that the statement has all elements that its kind requires, and none that it forbids.
fn require(
    object: &Object<'_>,
    kind: PolicyKind,
    has_principal: bool,
    has_resource: bool,
) -> Parsed<()> {
    let (wants_principal, wants_resource) = match kind {
        PolicyKind::Identity => (false, true),
        PolicyKind::Trust => (true, false),
        PolicyKind::Resource => (true, true),
    };
    for (element, wants, has) in [
        ("Principal", wants_principal, has_principal),
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

fn principals(json: &Json, path: &str) -> Parsed<Vec<PrincipalPattern>> {
    if let Json::Text(text) = json {
        return match text.as_str() {
            "*" => Ok(vec![PrincipalPattern::Everyone]),
            _ => shape(path, "must be \"*\" or an object"),
        };
    }
    let object = Object::new(json, path)?;
    let mut patterns = Vec::new();
    for (class, json) in object.pairs {
        let path = object.path_of(class);
        let read: fn(&str) -> PrincipalPattern = match class.as_str() {
            "AWS" => PrincipalPattern::aws,
            "Service" => |text| PrincipalPattern::Service(text.to_owned()),
            "Federated" => |text| PrincipalPattern::Federated(text.to_owned()),
            "CanonicalUser" => |text| PrincipalPattern::CanonicalUser(text.to_owned()),
            _ => return shape(path, "must be AWS, Service, Federated or CanonicalUser"),
        };
        patterns.extend(texts(json, &path)?.into_iter().map(read));
    }
    Ok(patterns)
}

fn conditions(json: &Json, version: Version, path: &str) -> Parsed<Vec<Condition>> {
    let mut conditions = Vec::new();
    let operators = Object::new(json, path)?;
    for (name, json) in operators.pairs {
        let path = operators.path_of(name);
        let Some(operator) = Operator::parse(name) else {
            return shape(path, "is not a condition operator");
        };
        for (key, json) in Object::new(json, &path)?.pairs {
            let operands = operands(json, &format!("{path}.{}", excerpt(key)))?;
            conditions.push(Condition {
                operator_name: name.clone(),
                operator,
                key: key.clone(),
                operands: operands.iter().map(|text| version.template(text)).collect(),
            });
        }
    }
    Ok(conditions)
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
    json.items().iter().map(operand).collect()
}
