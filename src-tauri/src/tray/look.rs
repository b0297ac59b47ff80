//! What every tray is drawn from: its names, pictures and texts.

use rolecall_core::catalogue::marks::Colour;
use rolecall_core::value::sanitise::{self, Markup};
use rolecall_core::view::menu::{EIGHTHS, TrayIcon};
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

/// On macOS the system colours a template; the other pictures have enough contrast on every panel.
macro_rules! picture {
    ($name:expr) => {
        if cfg!(target_os = "macos") {
            include_bytes!(concat!("../../../icons/tray/", $name, "-template.png")).as_slice()
        } else {
            include_bytes!(concat!("../../../icons/tray/", $name, "-any.png")).as_slice()
        }
    };
}

/// The pictures of a state with a ring, by what is left of it.
macro_rules! rings {
    ($state:literal, $life:expr) => {{
        let pictures = match $life.production {
            false => rings!($state, "", 1, 2, 3, 4, 5, 6, 7, 8),
            true => rings!($state, "-production", 1, 2, 3, 4, 5, 6, 7, 8),
        };
        let place = usize::from($life.eighths.clamp(1, EIGHTHS)) - 1;
        pictures.get(place).copied().unwrap_or_default()
    }};
    ($state:literal, $mark:literal, $($eighths:literal),*) => {
        [$(picture!(concat!($state, "-", $eighths, $mark))),*]
    };
}

pub(super) fn image(icon: TrayIcon) -> tauri::Result<Image<'static>> {
    Image::from_bytes(match icon {
        TrayIcon::Idle => picture!("idle"),
        TrayIcon::Active(life) => rings!("active", life),
        TrayIcon::Expiring(life) => rings!("expiring", life),
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
    use rolecall_core::view::menu::Life;

    use super::*;

    /// Panels on which the icon must be seen: white, light, grey, dark, black.
    const PANELS: [u8; 5] = [255, 244, 128, 30, 0];

    fn icons() -> Vec<TrayIcon> {
        let lives = (1..=EIGHTHS).flat_map(|eighths| {
            [false, true].map(|production| Life {
                eighths,
                production,
            })
        });
        let rings = lives.flat_map(|it| [TrayIcon::Active(it), TrayIcon::Expiring(it)]);
        rings.chain([TrayIcon::Idle, TrayIcon::Problem]).collect()
    }

    #[test]
    fn every_picture_can_be_read_and_is_another() {
        let mut seen = std::collections::HashSet::new();
        for icon in icons() {
            let image = image(icon).expect("a picture");
            assert_eq!(image.width(), image.height(), "{icon:?}");
            assert!(seen.insert(image.rgba().to_vec()), "{icon:?}");
        }
        for colour in Colour::ALL {
            let image = Image::from_bytes(dot(colour)).expect("a picture");
            assert_eq!((image.width(), image.height()), (16, 16), "{colour:?}");
        }
    }

    #[test]
    fn every_file_is_another_also_where_the_system_colours_it() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../icons/tray");
        let mut seen = std::collections::HashMap::new();
        for file in std::fs::read_dir(folder).expect("the pictures") {
            let path = file.expect("a picture").path();
            let same = seen.insert(std::fs::read(&path).expect("a picture"), path.clone());
            assert_eq!(same, None, "{}", path.display());
        }
        assert!(seen.len() > 70);
    }

    /// Returns the relative luminance of a colour. <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>
    fn luminance(colour: [f64; 3]) -> f64 {
        let [red, green, blue] = colour.map(|it| match it / 255.0 {
            low if low <= 0.04045 => low / 12.92,
            high => ((high + 0.055) / 1.055).powf(2.4),
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: f64, other: f64) -> f64 {
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Returns the share of the picture's pixels that have a contrast of 3:1 to the panel.
    fn share_seen(image: &Image<'_>, panel: u8) -> f64 {
        let panel = f64::from(panel);
        let shown = image.rgba().chunks_exact(4).filter_map(|pixel| {
            let &[red, green, blue, alpha] = pixel else {
                return None;
            };
            let alpha = f64::from(alpha) / 255.0;
            let over = |it: u8| f64::from(it) * alpha + panel * (1.0 - alpha);
            (alpha > 0.0).then(|| luminance([over(red), over(green), over(blue)]))
        });
        let shown: Vec<f64> = shown.collect();
        let of_panel = luminance([panel; 3]);
        let seen = shown.iter().filter(|it| contrast(**it, of_panel) >= 3.0);
        #[expect(clippy::cast_precision_loss, reason = "a few thousand pixels")]
        let share = seen.count() as f64 / shown.len() as f64;
        share
    }

    #[test]
    fn every_picture_has_a_contrast_of_3_to_1_on_every_panel() {
        for icon in icons() {
            let image = image(icon).expect("a picture");
            for panel in PANELS {
                // The smallest is the ring and the key of the least life, on black.
                let share = share_seen(&image, panel);
                assert!(share > 0.1, "{icon:?} on {panel}: {share}");
            }
        }
        let grey = Image::new_owned([0x80; 4].repeat(48 * 48), 48, 48);
        assert!(
            share_seen(&grey, 128) < 0.1,
            "a picture in the panel's own grey"
        );
    }
}
