//! The environment variables that AWS's tools read, and what a session does with each: it sets, unsets or leaves them.
//!
//! Export blocks, `env`, `exec`, `env --unset` and `docs/environment.md` follow this table. The names are those of the
//! SDKs' reference: <https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>

/// What a session does with a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// `env` and `exec` set it. `exec --server` unsets it.
    Credentials,
    /// Set if the role or the settings have a region. Without one, only a region that Rolecall set before is unset.
    Region,
    /// Set for a custom endpoint. Without one, an address on this machine is unset: another session left it.
    Endpoint,
    /// `exec --server` sets it. `env` and `exec` unset it.
    Server,
    /// `exec` and `assume` set it.
    Prompt,
    /// Unset, because it would replace the session.
    Unset,
    /// Unset for a custom endpoint, and if it is an address on this machine.
    ServiceEndpoint,
    /// Unset for a custom endpoint.
    AwsOnly,
    /// Left as it is.
    Leave,
}

/// A variable.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its name. A `*` at the end stands for the rest of the name.
    pub name: &'static str,
    /// What a session does with it.
    pub treatment: Treatment,
    /// Why.
    pub reason: &'static str,
}

/// The region that Rolecall set. The next session without a region, and `env --unset`, remove only that one.
pub const OWN_REGION: &str = "ROLECALL_REGION";
const KEY_ID: &str = "AWS_ACCESS_KEY_ID";
/// The endpoint to which AWS's tools send all calls, if it is set. A session of a custom endpoint sets it.
pub const ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";

const fn variable(name: &'static str, treatment: Treatment, reason: &'static str) -> Variable {
    Variable {
        name,
        treatment,
        reason,
    }
}

use Treatment::{
    AwsOnly, Credentials, Endpoint, Leave, Prompt, Region, Server, ServiceEndpoint, Unset,
};

const OTHER_IDENTITY: &str = "It belongs to another identity, which some SDKs use first.";
const OF_PROFILE: &str = "A profile can replace the session; some SDKs use it first.";
const OF_SESSION: &str = "It is the session.";
const EXPIRY: &str = "It says when the session expires.";
const REGION: &str =
    "The region belongs to the role. One that you set yourself stays if the role has none.";
const ONLY_AWS: &str = "AWS's tools reject it with a custom endpoint, or ignore the endpoint.";
const FILES: &str = "The files stay available. A session in the environment comes before them.";
const LATER: &str = "AWS's tools read it only if they find no session.";
const TRANSPORT: &str = "It changes how calls are sent, not as whom.";
const TOOL: &str = "It changes a tool's behavior, not as whom it calls.";

/// All variables. For a name that several lines match, the first one counts.
#[rustfmt::skip]
pub static VARIABLES: [Variable; 71] = [
    variable("AWS_ACCESS_KEY_ID", Credentials, OF_SESSION),
    variable("AWS_SECRET_ACCESS_KEY", Credentials, OF_SESSION),
    variable("AWS_SESSION_TOKEN", Credentials, OF_SESSION),
    variable("AWS_ACCOUNT_ID", Credentials, "SDKs put the account into the address of DynamoDB, so it must be the role's."),
    variable("AWS_CREDENTIAL_EXPIRATION", Credentials, EXPIRY),
    variable("AWS_SESSION_EXPIRATION", Credentials, EXPIRY),
    variable("AWS_REGION", Region, REGION),
    variable("AWS_DEFAULT_REGION", Region, REGION),
    variable(OWN_REGION, Region, "It holds the region that Rolecall set, so that the next session can remove it."),
    variable(ENDPOINT_URL, Endpoint, "A session of a custom endpoint is valid only there, and AWS's session must not go to it."),
    variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", Server, "It is the address of the endpoint."),
    variable("AWS_CONTAINER_AUTHORIZATION_TOKEN", Server, "It is the token for the endpoint."),
    variable("ROLECALL_ROLE", Prompt, "The prompt shows the role."),
    variable("ROLECALL_EXPIRATION", Prompt, "The prompt shows the time left. Absent with --server, which renews the session."),
    variable("AWS_PROFILE", Unset, OF_PROFILE),
    variable("AWS_DEFAULT_PROFILE", Unset, OF_PROFILE),
    variable("AWS_SECURITY_TOKEN", Unset, "botocore reads this old name before AWS_SESSION_TOKEN."),
    variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", Unset, "SDKs use it before the other address of a container."),
    variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", Unset, "SDKs use it before the token."),
    variable("AWS_WEB_IDENTITY_TOKEN_FILE", Unset, OTHER_IDENTITY),
    variable("AWS_ROLE_ARN", Unset, OTHER_IDENTITY),
    variable("AWS_ROLE_SESSION_NAME", Unset, OTHER_IDENTITY),
    variable("AWS_ACCESS_KEY", Unset, "Some SDKs read this old name of the access key ID."),
    variable("AWS_SECRET_KEY", Unset, "Some SDKs read this old name of the secret access key."),
    variable("AWS_CREDENTIAL_SCOPE", Unset, "The SDK for JavaScript puts it into the session: the scope of another one fails."),
    variable("AWS_BEARER_TOKEN_BEDROCK", Unset, "SDKs call Amazon Bedrock with it instead of the session."),
    variable("AWS_BEARER_TOKEN_*", Unset, "SDKs call a service with it instead of the session."),
    variable("AWS_ENDPOINT_URL_*", ServiceEndpoint, "It comes before AWS_ENDPOINT_URL. AWS's session must not go to a local test service."),
    variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", AwsOnly, ONLY_AWS),
    variable("AWS_USE_FIPS_ENDPOINT", AwsOnly, ONLY_AWS),
    variable("AWS_USE_DUALSTACK_ENDPOINT", AwsOnly, ONLY_AWS),
    variable("AWS_CONFIG_FILE", Leave, FILES),
    variable("AWS_SHARED_CREDENTIALS_FILE", Leave, FILES),
    variable("AWS_SDK_LOAD_CONFIG", Leave, FILES),
    variable("AWS_CREDENTIAL_FILE", Leave, LATER),
    variable("AWS_CONTAINER_SERVICE_ENDPOINT", Leave, "The SDK for Java uses it only with the address of a container that is unset."),
    variable("AWS_EC2_METADATA_*", Leave, LATER),
    variable("AWS_METADATA_SERVICE_*", Leave, LATER),
    variable("AWS_IMDS_*", Leave, LATER),
    variable("AWS_LOGIN_*", Leave, "It is for profiles with login_session, and a session comes before them."),
    variable("AWS_SIGNIN_*", Leave, "It is for profiles with login_session, and a session comes before them."),
    variable("AWS_SSO_*", Leave, "It is for profiles with sso_session, and a session comes before them."),
    variable("AWS_ACCOUNT_ID_ENDPOINT_MODE", Leave, "It decides whether the account is part of an address, not which account."),
    variable("AWS_AUTH_SCHEME_PREFERENCE", Leave, "It chooses between ways to sign. Without another token, all of them use the session."),
    variable("AWS_SIGV4A_SIGNING_REGION_SET", Leave, "It is for calls to several regions, which have none of their own."),
    variable("AWS_S3_*", Leave, TRANSPORT),
    variable("AWS_S3CONTROL_*", Leave, TRANSPORT),
    variable("AWS_CA_BUNDLE", Leave, TRANSPORT),
    variable("AWS_DISABLE_CLOCK_SKEW_CORRECTION", Leave, TRANSPORT),
    variable("AWS_ENABLE_DEFAULT_SOCKET_TIMEOUT_*", Leave, TRANSPORT),
    variable("AWS_ENABLE_ENDPOINT_DISCOVERY", Leave, TRANSPORT),
    variable("AWS_ENDPOINT_DISCOVERY_ENABLED", Leave, TRANSPORT),
    variable("AWS_DISABLE_HOST_PREFIX_INJECTION", Leave, TRANSPORT),
    variable("AWS_DISABLE_REQUEST_COMPRESSION", Leave, TRANSPORT),
    variable("AWS_REQUEST_*", Leave, TRANSPORT),
    variable("AWS_RESPONSE_*", Leave, TRANSPORT),
    variable("AWS_RETRY_MODE", Leave, TRANSPORT),
    variable("AWS_MAX_ATTEMPTS", Leave, TRANSPORT),
    variable("AWS_NEW_RETRIES_*", Leave, TRANSPORT),
    variable("AWS_DEFAULTS_MODE", Leave, TRANSPORT),
    variable("AWS_DATA_PATH", Leave, TOOL),
    variable("AWS_DEFAULT_OUTPUT", Leave, TOOL),
    variable("AWS_PAGER", Leave, TOOL),
    variable("AWS_CLI_*", Leave, TOOL),
    variable("AWS_CSM_*", Leave, TOOL),
    variable("AWS_SDK_*", Leave, TOOL),
    variable("AWS_EXECUTION_ENV", Leave, TOOL),
    variable("AWS_LAMBDA_*", Leave, TOOL),
    variable("AWS_STS_*", Leave, TRANSPORT),
    variable("AWS_VAULT*", Leave, "aws-vault sets it in its own shells, and no SDK reads it."),
    variable("AWSUME_*", Leave, "awsume sets it in its own shells, and no SDK reads it."),
];

/// The services whose own endpoints a pasted block unsets for a custom endpoint: it cannot see which are set.
const SERVICES: [&str; 3] = [
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_ENDPOINT_URL_S3",
];

/// Returns the names of the variables with one of these treatments; none that end with `*`.
pub fn names(treatments: &[Treatment]) -> impl Iterator<Item = &'static str> {
    let of = VARIABLES
        .iter()
        .filter(|it| treatments.contains(&it.treatment));
    of.map(|it| it.name).filter(|name| !name.ends_with('*'))
}

/// Returns the names that every session in variables unsets.
pub fn conflicting() -> impl Iterator<Item = &'static str> {
    names(&[Unset, Server])
}

/// Returns the further names that a session of a custom endpoint unsets, as far as they are known beforehand.
pub fn conflicting_with_endpoint() -> impl Iterator<Item = &'static str> {
    SERVICES.into_iter().chain(names(&[AwsOnly]))
}

/// Returns the variables of an environment that do not belong to a session which sets the variables `set`. Their names
/// have only letters, digits and `_`.
pub fn left_over<'a>(environment: &'a [(String, String)], set: &[&str]) -> Vec<&'a str> {
    let value_of = |name: &str| environment.iter().find(|(it, _)| it == name);
    let own_region = value_of(OWN_REGION).map(|(_, value)| value.as_str());
    let has_endpoint = set.contains(&ENDPOINT_URL);
    let is_left_over = |(name, value): &&(String, String)| match treatment(name) {
        _ if set.contains(&name.as_str()) => false,
        Credentials | Server | Unset => true,
        Region => Some(value.as_str()) == own_region,
        Endpoint => is_on_this_machine(value),
        ServiceEndpoint => has_endpoint || is_on_this_machine(value),
        AwsOnly => has_endpoint,
        Prompt | Leave => false,
    };
    let is_plain = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let left_over = environment.iter().filter(is_left_over);
    let left_over = left_over.filter(|(name, _)| is_plain(name));
    left_over.map(|(name, _)| name.as_str()).collect()
}

/// Returns the variables of an environment that replace the session that it says it has, in some of AWS's tools. It says
/// so with `ROLECALL_ROLE`, and with `ROLECALL_EXPIRATION` or the address of an endpoint.
pub fn replacing(environment: &[(String, String)]) -> Vec<&str> {
    let value_of = |name: &str| {
        let found = environment.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let has = |name: &str| !value_of(name).is_empty();
    let is_server = has("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if !has("ROLECALL_ROLE") || !(is_server || has("ROLECALL_EXPIRATION")) {
        return Vec::new();
    }
    let is_key_replaced = match is_server {
        true => has(KEY_ID),
        // The ID of a session's key starts differently from that of an access key.
        // <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>
        false => !value_of(KEY_ID).starts_with("ASIA") || !has("AWS_SESSION_TOKEN"),
    };
    let others = environment.iter().filter_map(|(name, value)| {
        (treatment(name) == Unset && !value.is_empty()).then_some(name.as_str())
    });
    is_key_replaced
        .then_some(KEY_ID)
        .into_iter()
        .chain(others)
        .collect()
}

fn treatment(name: &str) -> Treatment {
    let matches = |it: &&Variable| match it.name.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => it.name == name,
    };
    VARIABLES
        .iter()
        .find(matches)
        .map_or(Leave, |it| it.treatment)
}

/// Returns whether a URL names this machine, as the endpoint of a test service or of the practice account does.
fn is_on_this_machine(url: &str) -> bool {
    let host = url.split_once("://").map_or("", |(_, rest)| rest);
    let end = host.find(['/', '?', '#']).unwrap_or(host.len());
    let host = host.get(..end).unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    let name = name.to_ascii_lowercase();
    let is_loopback = |text: &str| {
        text.parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
    };
    name == "localhost"
        || name.ends_with(".localhost")
        || name == "localhost.localstack.cloud"
        || is_loopback(name.trim_matches(['[', ']']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(environment: &[(&str, &str)], set: &[&str]) -> Vec<String> {
        let environment: Vec<(String, String)> = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let left = left_over(&environment, set);
        left.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn each_variable_stands_once_in_the_table() {
        for (index, variable) in VARIABLES.iter().enumerate() {
            let later = VARIABLES.iter().skip(index + 1);
            assert!(
                later.clone().all(|it| it.name != variable.name),
                "{}",
                variable.name
            );
            assert!(variable.reason.ends_with('.'), "{}", variable.name);
            let exact = variable.name.trim_end_matches('*');
            assert_eq!(treatment(exact), variable.treatment, "{exact}");
        }
    }

    /// The names that the sources of botocore, the AWS CLI and the SDKs for JavaScript, Java, Go and Rust read.
    const SETTINGS: [&str; 40] = [
        "AWS_ACCOUNT_ID_ENDPOINT_MODE",
        "AWS_AUTH_SCHEME_PREFERENCE",
        "AWS_BEARER_TOKEN_BEDROCK",
        "AWS_CA_BUNDLE",
        "AWS_CONFIG_FILE",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_SERVICE_ENDPOINT",
        "AWS_CREDENTIAL_EXPIRATION",
        "AWS_CREDENTIAL_SCOPE",
        "AWS_CSM_ENABLED",
        "AWS_DATA_PATH",
        "AWS_DEFAULTS_MODE",
        "AWS_DISABLE_CLOCK_SKEW_CORRECTION",
        "AWS_DISABLE_HOST_PREFIX_INJECTION",
        "AWS_DISABLE_REQUEST_COMPRESSION",
        "AWS_EC2_METADATA_V1_DISABLED",
        "AWS_ENABLE_DEFAULT_SOCKET_TIMEOUT_2026",
        "AWS_ENABLE_ENDPOINT_DISCOVERY",
        "AWS_ENDPOINT_DISCOVERY_ENABLED",
        "AWS_EXECUTION_ENV",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_IMDS_USE_IPV6",
        "AWS_LOGIN_CACHE_DIRECTORY",
        "AWS_MAX_ATTEMPTS",
        "AWS_METADATA_SERVICE_TIMEOUT",
        "AWS_NEW_RETRIES_2026",
        "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
        "AWS_RESPONSE_CHECKSUM_VALIDATION",
        "AWS_RETRY_MODE",
        "AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS",
        "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",
        "AWS_SDK_UA_APP_ID",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_SIGV4A_SIGNING_REGION_SET",
        "AWS_STS_REGIONAL_ENDPOINTS",
        "AWS_USE_DUALSTACK_ENDPOINT",
        "AWS_USE_FIPS_ENDPOINT",
    ];

    #[test]
    fn every_setting_of_the_sdks_is_in_the_table() {
        for name in SETTINGS {
            let is_known = |it: &Variable| match it.name.strip_suffix('*') {
                Some(start) => name.starts_with(start),
                None => it.name == name,
            };
            assert!(VARIABLES.iter().any(is_known), "{name}");
        }
    }

    #[test]
    fn what_would_replace_a_session_is_left_over() {
        for name in [
            "AWS_CREDENTIAL_SCOPE",
            "AWS_PROFILE",
            "AWS_ACCOUNT_ID",
            "AWS_BEARER_TOKEN_BEDROCK",
            "AWS_BEARER_TOKEN_NEW_SERVICE",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_ROLE_ARN",
            "AWS_ACCESS_KEY_ID",
        ] {
            assert_eq!(left(&[(name, "x")], &[]), [name]);
            assert_eq!(left(&[(name, "x")], &[name]), [""; 0]);
        }
        for name in [
            "AWS_CONFIG_FILE",
            "AWS_LOGIN_CACHE_DIRECTORY",
            "AWS_ACCOUNT_ID_ENDPOINT_MODE",
            "AWS_UNKNOWN",
            "AWS_BEARER_TOKEN_$(touch ran)",
            "HOME",
        ] {
            assert_eq!(left(&[(name, "x")], &[]), [""; 0]);
        }
    }

    fn replaced(environment: &[(&str, &str)]) -> Vec<String> {
        let environment: Vec<(String, String)> = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let names = replacing(&environment);
        names.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_session_in_variables_is_replaced_by_a_profile_or_another_key() {
        let session = [
            ("ROLECALL_ROLE", "guest"),
            ("ROLECALL_EXPIRATION", "2026-11-21T13:00:00Z"),
            ("AWS_SESSION_TOKEN", "x"),
        ];
        let of = |key, more: &[(&'static str, &'static str)]| {
            replaced(&[&session[..], &[("AWS_ACCESS_KEY_ID", key)], more].concat())
        };
        assert_eq!(of("ASIAIOSFODNN7EXAMPLE", &[]), [""; 0]);
        assert_eq!(of("ASIAIOSFODNN7EXAMPLE", &[("AWS_PROFILE", "")]), [""; 0]);
        let profile = [("AWS_PROFILE", "dev")];
        assert_eq!(of("ASIAIOSFODNN7EXAMPLE", &profile), ["AWS_PROFILE"]);
        assert_eq!(of("AKIAIOSFODNN7EXAMPLE", &[]), ["AWS_ACCESS_KEY_ID"]);
        assert_eq!(replaced(&session), ["AWS_ACCESS_KEY_ID"]);
        assert_eq!(replaced(&profile), [""; 0], "there is no session");
    }

    #[test]
    fn a_session_of_an_endpoint_is_replaced_by_any_key() {
        let session = [
            ("ROLECALL_ROLE", "guest"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/x"),
        ];
        assert_eq!(replaced(&session), [""; 0]);
        let key = ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE");
        let with_key = [session[0], session[1], key];
        assert_eq!(replaced(&with_key), ["AWS_ACCESS_KEY_ID"]);
    }

    #[test]
    fn only_a_region_of_rolecalls_own_is_left_over() {
        let own = [
            ("AWS_REGION", "eu-west-1"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
        ];
        assert_eq!(left(&own, &[]), [""; 0]);
        let set = [own[0], own[1], (OWN_REGION, "eu-west-1")];
        assert_eq!(left(&set, &[]), ["AWS_REGION", OWN_REGION]);
    }

    #[test]
    fn endpoints_are_left_over_by_address_and_session() {
        let service = "AWS_ENDPOINT_URL_DYNAMODB";
        let vpc = "https://vpce-1.dynamodb.eu-west-1.vpce.amazonaws.com";
        assert_eq!(left(&[(service, "http://localhost:8000")], &[]), [service]);
        assert_eq!(left(&[(service, vpc), (ENDPOINT_URL, vpc)], &[]), [""; 0]);
        assert_eq!(left(&[(service, vpc)], &[ENDPOINT_URL]), [service]);
        let only_aws = [("AWS_USE_FIPS_ENDPOINT", "true")];
        assert_eq!(left(&only_aws, &[]), [""; 0]);
        assert_eq!(left(&only_aws, &[ENDPOINT_URL]), ["AWS_USE_FIPS_ENDPOINT"]);
    }

    #[test]
    fn only_an_endpoint_on_this_machine_is_a_custom_one() {
        for url in [
            "http://127.0.0.1:4566",
            "http://localhost",
            "http://LOCALHOST:80",
            "http://s3.localhost:4566",
            "http://localhost.localstack.cloud:4566",
            "http://127.1.2.3:4566",
            "http://[::1]:80/x",
            "http://[::1]",
            "https://127.0.0.1:1/",
        ] {
            assert!(is_on_this_machine(url), "{url}");
        }
        for url in [
            "https://vpce-1.sts.eu-west-1.vpce.amazonaws.com",
            "http://127.0.0.1.example.com:80",
            "http://10.0.0.1:4566",
            "127.0.0.1:80",
            "",
        ] {
            assert!(!is_on_this_machine(url), "{url}");
        }
    }
}
