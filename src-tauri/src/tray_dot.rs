//! The coloured dot of a role in the tray's menu.

use rolecall_core::catalogue::marks::Colour;
use tauri::image::Image;

/// The size of the image and the radius of the dot, in pixels.
const SIDE: u32 = 16;
const RADIUS: f32 = 5.0;

/// Returns a dot with enough contrast on light and dark menus.
pub(crate) fn dot(colour: Colour) -> Image<'static> {
    let [red, green, blue] = tone(colour);
    let middle = (SIDE as f32 - 1.0) / 2.0;
    let pixels = (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x as f32, y as f32)));
    let rgba = pixels.flat_map(|(x, y)| {
        let inside = RADIUS + 0.5 - (x - middle).hypot(y - middle);
        [red, green, blue, (inside.clamp(0.0, 1.0) * 255.0) as u8]
    });
    Image::new_owned(rgba.collect(), SIDE, SIDE)
}

fn tone(colour: Colour) -> [u8; 3] {
    match colour {
        Colour::Red => [0xe0, 0x58, 0x4f],
        Colour::Orange => [0xdb, 0x84, 0x2a],
        Colour::Green => [0x4c, 0xa6, 0x54],
        Colour::Blue => [0x4a, 0x8b, 0xdf],
        Colour::Purple => [0xa0, 0x68, 0xd3],
        Colour::Grey => [0x8b, 0x93, 0xa1],
    }
}
