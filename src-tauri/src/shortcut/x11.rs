//! Takes a key combination on X11, where a program asks the server for it.
//! <https://www.x.org/releases/current/doc/xproto/x11protocol.html#requests:GrabKey>

use std::sync::Arc;
use std::thread;

use rolecall_core::api::window_memory::ShortcutState;
use rolecall_core::value::shortcut::Shortcut;
use x11rb::connection::Connection;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ConnectionExt, Grab, GrabMode, ModMask};
use x11rb::rust_connection::RustConnection;

/// Caps Lock and Num Lock, which must not matter.
const LOCKS: [ModMask; 2] = [ModMask::LOCK, ModMask::M2];

/// A connection to the server that waits for the combination.
pub(super) struct Grabber {
    server: Arc<RustConnection>,
    root: u32,
}

impl Grabber {
    /// Connects to the server; `None` if there is none.
    pub(super) fn start(pressed: impl Fn() + Send + 'static) -> Option<Self> {
        let (server, screen) = x11rb::connect(None)
            .inspect_err(|error| tracing::warn!(%error, "no server for a key combination"))
            .ok()?;
        let root = server.setup().roots.get(screen)?.root;
        let server = Arc::new(server);
        let waiting = server.clone();
        let thread = thread::Builder::new().name("shortcut".into());
        thread.spawn(move || wait(&waiting, &pressed)).ok()?;
        Some(Self { server, root })
    }

    /// Takes a combination instead of the present one.
    pub(super) fn take(&self, shortcut: Option<&Shortcut>) -> ShortcutState {
        let Some(shortcut) = shortcut else {
            return self
                .release()
                .map_or(ShortcutState::Unsupported, |()| ShortcutState::Off);
        };
        match self.release().and_then(|()| self.grab(shortcut)) {
            Ok(()) => ShortcutState::Active,
            Err(ReplyError::X11Error(_)) => {
                // Some of its variants may have been free.
                let _ = self.release();
                ShortcutState::Taken
            }
            Err(ReplyError::ConnectionError(error)) => {
                tracing::warn!(%error, "the server of the key combination has ended");
                ShortcutState::Unsupported
            }
        }
    }

    fn release(&self) -> Result<(), ReplyError> {
        let every = self.server.ungrab_key(Grab::ANY, self.root, ModMask::ANY)?;
        every.check()
    }

    fn grab(&self, shortcut: &Shortcut) -> Result<(), ReplyError> {
        let code = self.code_of(shortcut.keysym())?;
        for locks in 0..1_u8 << LOCKS.len() {
            let held = LOCKS.into_iter().enumerate();
            let held = held.filter(|(at, _)| locks & (1 << at) != 0);
            let mask = held.fold(mask_of(shortcut), |mask, (_, lock)| mask | lock);
            let asynchronous = GrabMode::ASYNC;
            let asked =
                self.server
                    .grab_key(true, self.root, mask, code, asynchronous, asynchronous)?;
            asked.check()?;
        }
        Ok(())
    }

    /// Returns the code of the key with a symbol on the present keyboard; that of no key if there is none.
    fn code_of(&self, keysym: u32) -> Result<u8, ReplyError> {
        let setup = self.server.setup();
        let (first, last) = (setup.min_keycode, setup.max_keycode);
        let mapping = self
            .server
            .get_keyboard_mapping(first, last - first + 1)?
            .reply()?;
        let each = usize::from(mapping.keysyms_per_keycode).max(1);
        let mut codes = (first..=last).zip(mapping.keysyms.chunks(each));
        let found = codes.find(|(_, symbols)| symbols.contains(&keysym));
        Ok(found.map_or(0, |(code, _)| code))
    }
}

fn mask_of(shortcut: &Shortcut) -> ModMask {
    let all = [
        (shortcut.ctrl, ModMask::CONTROL),
        (shortcut.alt, ModMask::M1),
        (shortcut.shift, ModMask::SHIFT),
        (shortcut.logo, ModMask::M4),
    ];
    let held = all.into_iter().filter(|(is, _)| *is);
    held.fold(ModMask::default(), |mask, (_, one)| mask | one)
}

/// Waits for the combination until the server ends. A key that is held counts once: the server reports it as released
/// and pressed at the same time.
fn wait(server: &RustConnection, pressed: &dyn Fn()) {
    let mut released = None;
    while let Ok(event) = server.wait_for_event() {
        match event {
            Event::KeyPress(key) if released != Some(key.time) => pressed(),
            Event::KeyRelease(key) => released = Some(key.time),
            _ => {}
        }
    }
}
