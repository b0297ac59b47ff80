//! The name of KWallet's default wallet, which may not exist yet.

use tokio::time::timeout;

use super::connection::{ANSWER_LIMIT, SECRETS, Session};

/// KWallet's own interface, beside that of the Secret Service.
/// <https://invent.kde.org/frameworks/kwallet/-/blob/master/src/api/KWallet/org.kde.KWallet.xml>
const INTERFACE: &str = "org.kde.KWallet";
/// Its object, in each version that also is a Secret Service.
const PATHS: [&str; 3] = ["/ksecretd", "/modules/kwalletd6", "/modules/kwalletd5"];

/// Returns the name that KWallet gives its default wallet, or `None` if the service is not KWallet.
pub(super) async fn default_wallet(session: &Session) -> Option<String> {
    let first_answer = async {
        for path in PATHS {
            if let Some(name) = default_at(session, path).await {
                return Some(name);
            }
        }
        None
    };
    timeout(ANSWER_LIMIT, first_answer).await.ok()?
}

async fn default_at(session: &Session, path: &str) -> Option<String> {
    let reply = session
        .bus
        .call_method(Some(SECRETS), path, Some(INTERFACE), "networkWallet", &())
        .await
        .ok()?;
    let name: String = reply.body().deserialize().ok()?;
    Some(name).filter(|name| !name.is_empty())
}
