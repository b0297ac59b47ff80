//! Prints its caller identity for each line of standard input, with one client of the AWS SDK for Rust.
//! A test client for the journeys, not a part of Rolecall.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program whose output a test reads, and which finds its credentials in its environment"
)]

use std::io::BufRead;

use aws_sdk_sts::config::ProvideCredentials;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    let client = aws_sdk_sts::Client::new(&config);
    for line in std::io::stdin().lock().lines() {
        if line.is_err() {
            break;
        }
        let result = match client.get_caller_identity().send().await {
            Ok(answer) => {
                let key = match config.credentials_provider() {
                    Some(provider) => provider.provide_credentials().await.ok(),
                    None => None,
                };
                serde_json::json!({
                    "arn": answer.arn(),
                    "key": key.map(|key| key.access_key_id().to_owned()),
                })
            }
            Err(error) => serde_json::json!({
                "error": format!("{}", aws_smithy_types::error::display::DisplayErrorContext(&error)),
            }),
        };
        println!("{result}");
    }
}
