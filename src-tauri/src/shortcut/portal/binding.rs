//! The process that asks the portal for a key combination and hears its presses, until its input ends.
//! <https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.GlobalShortcuts.html>

use std::collections::HashMap;
use std::io;
use std::thread;

use futures_util::StreamExt;
use rolecall_core::api::frame::write_frame;
use rolecall_core::api::window_memory::ShortcutState;
use rolecall_core::value::shortcut::Shortcut;
use serde::Serialize;
use tokio::sync::oneshot;
use zbus::zvariant::{DynamicType, OwnedObjectPath, OwnedValue, Type, Value};
use zbus::{Connection, MatchRule, Message, MessageStream, message};

use super::Report;
use crate::app_id::APP_ID;
use crate::session_bus::sender;

const NAME: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";
const SHORTCUTS: &str = "org.freedesktop.portal.GlobalShortcuts";
const REQUEST: &str = "org.freedesktop.portal.Request";
const SESSION: &str = "org.freedesktop.portal.Session";
/// Tells the portal which application this is, where it cannot know.
const REGISTRY: &str = "org.freedesktop.host.portal.Registry";
/// What the one combination is for, by the name that the portal keeps.
const TOGGLE: &str = "toggle";
const PURPOSE: &str = "Open or close Rolecall";

type Options<'a> = HashMap<&'a str, Value<'a>>;

/// Binds a combination, and reports what becomes of it and each press, until the input ends.
///
/// # Errors
/// If the text is no combination, or the input cannot be followed.
pub(crate) fn run(keys: &str) -> anyhow::Result<()> {
    let shortcut = Shortcut::parse(keys);
    let shortcut = shortcut.ok_or_else(|| anyhow::anyhow!("not a key combination"))?;
    let (sender, input_ended) = oneshot::channel();
    thread::Builder::new().name("input".into()).spawn(|| {
        // Nothing comes: it ends when the tray's process has another request, or ends itself.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        let _ = sender.send(());
    })?;
    let ended = tauri::async_runtime::block_on(async {
        tokio::select! {
            ended = serve(&shortcut) => Some(ended),
            _ = input_ended => None,
        }
    });
    let Some(ended) = ended else {
        return Ok(());
    };
    let state = match ended {
        Ok(Refused) => ShortcutState::Taken,
        Err(error) => {
            tracing::info!(%error, "the portal binds no key combination");
            ShortcutState::Unsupported
        }
    };
    let keys = keys.to_owned();
    Ok(report(&Report::Bound { keys, state })?)
}

/// Writes a report.
///
/// # Errors
/// If nobody reads it.
fn report(report: &Report) -> io::Result<()> {
    write_frame(&mut io::stdout(), report).map_err(io::Error::other)
}

/// The desktop, or its user, gave no combination.
struct Refused;

/// Binds a combination, and reports each press.
///
/// # Errors
/// If there is no portal that can, or it ended.
async fn serve(wanted: &Shortcut) -> zbus::Result<Refused> {
    let connection = Connection::session().await?;
    // Portals before version 1.19 do not have this, and do not need it.
    let named = (APP_ID, Options::new());
    let _ = call(&connection, PATH, REGISTRY, "Register", &named).await;
    let options = Options::from([
        ("handle_token", Value::from("rolecall_session")),
        ("session_handle_token", Value::from("rolecall")),
    ]);
    let Some(created) = request(&connection, "CreateSession", &(options,)).await? else {
        return Ok(Refused);
    };
    let session = text(&created, "session_handle").unwrap_or_default();
    let session = OwnedObjectPath::try_from(session)?;
    let presses = signals(&connection, SHORTCUTS, "Activated").await?;
    let shortcut = (
        TOGGLE,
        Options::from([
            ("description", Value::from(PURPOSE)),
            ("preferred_trigger", Value::from(wanted.trigger())),
        ]),
    );
    let options = Options::from([("handle_token", Value::from("rolecall_bind"))]);
    let arguments = (&session, vec![shortcut], "", options);
    let Some(given) = request(&connection, "BindShortcuts", &arguments).await? else {
        return Ok(Refused);
    };
    let Some(keys) = trigger(&given) else {
        return Ok(Refused);
    };
    // The user may have chosen others.
    let keys = keys.unwrap_or_else(|| wanted.to_string());
    let state = ShortcutState::Active;
    report(&Report::Bound { keys, state })?;
    let ended = hear(presses, &session).await;
    let _ = call(&connection, session.as_str(), SESSION, "Close", &()).await;
    Err(ended)
}

/// Reports each press of the combination until the bus ends.
async fn hear(mut presses: (MessageStream, String), session: &OwnedObjectPath) -> zbus::Error {
    type Press = (OwnedObjectPath, String, u64, HashMap<String, OwnedValue>);
    while let Some(message) = presses.0.next().await {
        let message = match message {
            Ok(message) => message,
            Err(error) => return error,
        };
        if sender(&message) != presses.1 {
            continue;
        }
        let Ok((of, id, _, options)) = message.body().deserialize::<Press>() else {
            continue;
        };
        if of == *session && id == TOGGLE {
            let token = text(&options, "activation_token");
            if let Err(error) = report(&Report::Pressed { token }) {
                return error.into();
            }
        }
    }
    zbus::Error::InvalidReply
}

/// Calls a method that the portal answers with a signal, after the user where it asks; `None` if it was refused.
async fn request<B>(
    connection: &Connection,
    method: &str,
    body: &B,
) -> zbus::Result<Option<HashMap<String, OwnedValue>>>
where
    B: Serialize + DynamicType,
{
    // Before the call, so that no answer is missed.
    let (mut answers, portal) = signals(connection, REQUEST, "Response").await?;
    let reply = call(connection, PATH, SHORTCUTS, method, body).await?;
    let handle: OwnedObjectPath = reply.body().deserialize()?;
    while let Some(message) = answers.next().await {
        let message = message?;
        let is_ours = message.header().path().is_some_and(|it| *it == *handle);
        if !is_ours || sender(&message) != portal {
            continue;
        }
        let (code, results) = message.body().deserialize::<(u32, _)>()?;
        return Ok((code == 0).then_some(results));
    }
    Err(zbus::Error::InvalidReply)
}

/// Returns the signals of the portal with this name, and the portal's unique name: every program on the bus can send them.
async fn signals(
    connection: &Connection,
    interface: &'static str,
    member: &'static str,
) -> zbus::Result<(MessageStream, String)> {
    let rule = MatchRule::builder()
        .msg_type(message::Type::Signal)
        .interface(interface)?
        .member(member)?
        .build();
    let stream = MessageStream::for_match_rule(rule, connection, None).await?;
    let asked = (SHORTCUTS, "version");
    let properties = "org.freedesktop.DBus.Properties";
    // A portal without this interface refuses here.
    let portal = call(connection, PATH, properties, "Get", &asked).await?;
    Ok((stream, sender(&portal)))
}

async fn call<B>(
    connection: &Connection,
    path: &str,
    interface: &str,
    method: &str,
    body: &B,
) -> zbus::Result<Message>
where
    B: Serialize + DynamicType,
{
    connection
        .call_method(Some(NAME), path, Some(interface), method, body)
        .await
}

fn text(fields: &HashMap<String, OwnedValue>, name: &str) -> Option<String> {
    let value = fields.get(name)?;
    let is_text = value.value_signature() == String::SIGNATURE;
    is_text
        .then(|| value.try_clone().ok())
        .flatten()
        .and_then(|it| String::try_from(it).ok())
}

/// Returns the keys that the portal gave, in its words if it says them; `None` if it gave none.
fn trigger(given: &HashMap<String, OwnedValue>) -> Option<Option<String>> {
    type Given = Vec<(String, HashMap<String, OwnedValue>)>;
    let all = given.get("shortcuts")?.try_clone().ok()?;
    let all = Given::try_from(all).ok()?;
    let (_, fields) = all.into_iter().find(|(id, _)| id == TOGGLE)?;
    let said = text(&fields, "trigger_description");
    Some(said.filter(|it| !it.is_empty()))
}
