//! Notes where the window is and whether it has the focus, and tells the tray's process: the place once the window stays
//! there, or closes.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rolecall_core::api::desktop::DesktopCall;
use rolecall_core::api::protocol::Call;
use rolecall_core::api::window_memory::WindowPlace;
use tauri::{WebviewWindow, WindowEvent};

use crate::window_link::Link;

/// How long a window stays where it is before that is worth noting.
const SETTLED: Duration = Duration::from_millis(400);
/// For how long a window counts as focused after it lost the focus.
const JUST_NOW: Duration = Duration::from_millis(300);

/// Watches one window.
pub(crate) struct PlaceWatch(Arc<Watched>);

struct Watched {
    window: WebviewWindow,
    link: Arc<Link>,
    /// The size of the desktop's texts as the window opened.
    desktop_scale: f64,
    /// A window that shows the active sessions only has a size of its own.
    is_mini: AtomicBool,
    moves: AtomicU64,
    left: Mutex<Option<Instant>>,
}

impl PlaceWatch {
    /// Starts to watch.
    pub(crate) fn start(
        window: &WebviewWindow,
        is_mini: bool,
        desktop_scale: f64,
        link: Arc<Link>,
    ) -> Self {
        let watched = Arc::new(Watched {
            window: window.clone(),
            link,
            desktop_scale,
            is_mini: AtomicBool::new(is_mini),
            moves: AtomicU64::new(0),
            left: Mutex::default(),
        });
        let hearing = Arc::downgrade(&watched);
        window.on_window_event(move |event| {
            let Some(watched) = hearing.upgrade() else {
                return;
            };
            match event {
                WindowEvent::Moved(_) | WindowEvent::Resized(_) => watched.moved(),
                WindowEvent::Focused(is_focused) => watched.focused(*is_focused),
                WindowEvent::CloseRequested { .. } => watched.tell(),
                _ => {}
            }
        });
        // It may have been moved before anybody watched.
        watched.moved();
        Self(watched)
    }

    /// Tells the tray's process where the window is now.
    pub(crate) fn tell(&self) {
        self.0.tell();
    }

    /// Returns the size of the desktop's texts as the window opened.
    pub(crate) fn desktop_scale(&self) -> f64 {
        self.0.desktop_scale
    }

    /// Notes whether the window shows the active sessions only. Returns whether that is new.
    pub(crate) fn set_mini(&self, is_mini: bool) -> bool {
        self.0.is_mini.swap(is_mini, Ordering::AcqRel) != is_mini
    }

    /// Returns whether the window has the focus, or had it until a moment ago.
    pub(crate) fn had_focus(&self) -> bool {
        // The thread of the events answers this, and takes the lock when the focus is lost.
        let has = self.0.window.is_focused().unwrap_or_default();
        let left = *self.0.left.lock().unwrap_or_else(PoisonError::into_inner);
        has || left.is_some_and(|left| left.elapsed() < JUST_NOW)
    }
}

impl Watched {
    #[expect(clippy::disallowed_methods, reason = "a moment without a move")]
    fn moved(self: &Arc<Self>) {
        let this = self.moves.fetch_add(1, Ordering::AcqRel) + 1;
        let watched = self.clone();
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(SETTLED).await;
            if watched.moves.load(Ordering::Acquire) == this {
                watched.tell();
            }
        });
    }

    #[expect(clippy::disallowed_methods, reason = "when the focus was lost")]
    fn focused(&self, is_focused: bool) {
        if !is_focused {
            *self.left.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
        // The tray's process may have ended. No notification says what a window with the focus shows.
        let _ = self
            .link
            .send(Call::Desktop(DesktopCall::Focused { is_focused }));
    }

    fn tell(&self) {
        if self.is_mini.load(Ordering::Acquire) {
            return;
        }
        match self.place() {
            // The tray's process may have ended.
            Ok(Some(place)) => drop(self.link.send(Call::Desktop(DesktopCall::Placed { place }))),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the window's place is not known"),
        }
    }

    /// Returns the place; `None` while the window fills the screen.
    fn place(&self) -> tauri::Result<Option<WindowPlace>> {
        let window = &self.window;
        if window.is_maximized()? || window.is_fullscreen()? || window.is_minimized()? {
            return Ok(None);
        }
        let scale = window.scale_factor()?;
        let size = window.inner_size()?.to_logical::<u32>(scale);
        // Wayland tells no window where it is.
        let position = window.outer_position()?.to_logical::<i32>(scale);
        let is_known = (position.x, position.y) != (0, 0);
        Ok(Some(WindowPlace {
            x: is_known.then_some(position.x),
            y: is_known.then_some(position.y),
            width: size.width,
            height: size.height,
        }))
    }
}
