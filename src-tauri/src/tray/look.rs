//! What every tray is drawn from: its names, pictures and texts.

use rolecall_core::catalogue::marks::Colour;
use rolecall_core::value::sanitise::{self, Markup};
use rolecall_core::view::menu::TrayIcon;
use tauri::image::Image;

pub(super) const ID: &str = "rolecall";
pub(super) const TITLE: &str = "Rolecall";

/// Returns the tooltip as the tray expects it. Those of Linux read a subset of HTML.
/// <https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/Markup/>
pub(super) fn tooltip(text: &str) -> String {
    let markup = match cfg!(target_os = "linux") {
        true => Markup::Escaped,
        false => Markup::Plain,
    };
    sanitise::tooltip(text, markup)
}

/// On macOS the system colours a template; the other icons have enough contrast on light and dark panels.
macro_rules! picture {
    ($state:literal) => {
        if cfg!(target_os = "macos") {
            include_bytes!(concat!("../../../icons/tray/", $state, "-template-44.png")).as_slice()
        } else {
            include_bytes!(concat!("../../../icons/tray/", $state, "-any-48.png")).as_slice()
        }
    };
}

pub(super) fn image(icon: TrayIcon) -> tauri::Result<Image<'static>> {
    Image::from_bytes(match icon {
        TrayIcon::Idle => picture!("idle"),
        TrayIcon::Active => picture!("active"),
        TrayIcon::Expiring => picture!("expiring"),
        TrayIcon::Problem => picture!("problem"),
    })
}

macro_rules! dot {
    ($tone:literal) => {
        include_bytes!(concat!("../../../icons/tray/dot-", $tone, "-16.png")).as_slice()
    };
}

/// Returns the picture of a coloured dot as a PNG file, with enough contrast on light and dark menus.
pub(super) fn dot(colour: Colour) -> &'static [u8] {
    match colour {
        Colour::Red => dot!("red"),
        Colour::Orange => dot!("orange"),
        Colour::Green => dot!("green"),
        Colour::Blue => dot!("blue"),
        Colour::Purple => dot!("purple"),
        Colour::Grey => dot!("grey"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_can_be_read() {
        for icon in [
            TrayIcon::Idle,
            TrayIcon::Active,
            TrayIcon::Expiring,
            TrayIcon::Problem,
        ] {
            let image = image(icon).expect("a picture");
            assert_eq!(image.width(), image.height(), "{icon:?}");
        }
        for colour in Colour::ALL {
            let image = Image::from_bytes(dot(colour)).expect("a picture");
            assert_eq!((image.width(), image.height()), (16, 16), "{colour:?}");
        }
    }
}
