//! Icons: what a product's `artwork` leads to, made by quince itself, so that a client has something to show.
//!
//! A picture of five by five squares, the same on both sides, in two colours that follow from the product's id. It is
//! drawn in whatever size is asked for.

use http::StatusCode;

use super::call::{Call, Need};
use super::errors::MetadataError;
use crate::api::json::Json;
use crate::exchange::Reply;
use crate::sim::catalog::Product;
use crate::sim::entropy::hash64;

/// The size that `artwork` tells.
const SIZE: u32 = 1024;

/// Sizes of the ready pictures of lookup's older shape.
const READY: [u32; 4] = [60, 100, 512, SIZE];

/// The longest side that is drawn.
const SIDE_MAX: u32 = 2048;

/// Squares a side.
const SQUARES: u32 = 5;

/// An icon that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Icon {
    adam_id: String,
    width: u32,
    height: u32,
}

impl Icon {
    /// Reads what follows `/artwork/`: `<adamId>/AppIcon.png/<width>x<height>bb.<format>`. The picture is a PNG whatever the format says.
    pub fn read(rest: &str) -> Option<Self> {
        let mut parts = rest.split('/');
        let (adam_id, name, last) = (parts.next()?, parts.next()?, parts.next()?);
        let is_id = adam_id.len() <= 20 && adam_id.bytes().all(|byte| byte.is_ascii_digit());
        if !is_id || adam_id.is_empty() || name != "AppIcon.png" || parts.next().is_some() {
            return None;
        }
        let (bare, _) = last.rsplit_once('.')?;
        let (width, height) =
            bare.trim_end_matches(|c: char| c.is_ascii_lowercase()).split_once('x')?;
        let side = |text: &str| text.parse().ok().filter(|side| (1..=SIDE_MAX).contains(side));
        Some(Self { adam_id: adam_id.to_owned(), width: side(width)?, height: side(height)? })
    }

    /// The picture.
    fn draw(&self) -> Result<Vec<u8>, png::EncodingError> {
        let drawing = hash64(0, "", "artwork.drawing", self.adam_id.as_bytes());
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::One);
        encoder.set_palette([rgb(&self.adam_id, 0), rgb(&self.adam_id, 1)].concat());
        let row_bytes = self.width.div_ceil(8) as usize;
        let mut rows = vec![0; row_bytes * self.height as usize];
        for (y, row) in rows.chunks_exact_mut(row_bytes).enumerate() {
            let down = y as u32 * SQUARES / self.height;
            for x in 0..self.width {
                let across = x * SQUARES / self.width;
                let square = down * 3 + across.min(SQUARES - 1 - across);
                if drawing >> square & 1 == 1 {
                    row[x as usize / 8] |= 0x80 >> (x % 8);
                }
            }
        }
        encoder.write_header()?.write_image_data(&rows)?;
        Ok(bytes)
    }
}

/// Background and foreground: light and dark.
fn rgb(adam_id: &str, which: u64) -> [u8; 3] {
    let [red, green, blue, ..] =
        hash64(which, "", "artwork.colour", adam_id.as_bytes()).to_le_bytes();
    let shade = |part: u8| if which == 0 { 192 + part / 4 } else { part / 2 };
    [shade(red), shade(green), shade(blue)]
}

fn hex(rgb: [u8; 3]) -> String {
    let [red, green, blue] = rgb;
    format!("{red:02x}{green:02x}{blue:02x}")
}

/// Answers with the picture.
pub fn answer(call: &mut Call<'_, '_>, icon: &Icon) -> Result<Reply, MetadataError> {
    call.enter(Need::Nobody)?;
    let picture = icon.draw().map_err(|error| MetadataError::Fault(error.to_string()))?;
    Ok(Reply::new(StatusCode::OK, "image/png", picture))
}

fn url(base_url: &str, product: &Product, size: &str) -> String {
    format!("{base_url}/artwork/{}/AppIcon.png/{size}", product.adam_id)
}

/// Size, colours and the template of addresses.
fn common(json: &mut Json, base_url: &str, product: &Product) {
    json.text("url", &url(base_url, product, "{w}x{h}bb.{f}"));
    json.count("width", SIZE);
    json.count("height", SIZE);
    json.text("bgColor", &hex(rgb(&product.adam_id, 0)));
    for name in ["textColor1", "textColor2", "textColor3", "textColor4"] {
        json.text(name, &hex(rgb(&product.adam_id, 1)));
    }
}

/// `artwork` as the catalog has it.
pub(super) fn member(json: &mut Json, base_url: &str, product: &Product) {
    json.name("artwork").object(|json| common(json, base_url, product));
}

/// `artwork` as lookup has it in version 2.
pub(super) fn template(json: &mut Json, base_url: &str, product: &Product) {
    json.name("artwork").object(|json| {
        common(json, base_url, product);
        json.flag("hasAlpha", false);
        json.flag("hasP3", false);
        json.flag("supportsLayeredImage", false);
    });
}

/// `artwork` as lookup has it in version 1.
pub(super) fn pictures(json: &mut Json, base_url: &str, product: &Product) {
    json.name("artwork").array(|json| {
        for size in READY {
            json.object(|json| {
                json.count("width", size);
                json.count("height", size);
                json.text("url", &url(base_url, product, &format!("{size}x{size}bb.png")));
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icon_is_a_picture_of_the_size_that_was_asked_for() {
        let icon = Icon::read("361309726/AppIcon.png/100x60bb.jpg").unwrap();
        let bytes = icon.draw().unwrap();
        let reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
        assert_eq!((reader.info().width, reader.info().height), (100, 60));
        assert_eq!(icon.draw().unwrap(), bytes, "always the same");
        assert_ne!(Icon::read("1/AppIcon.png/100x60bb.png").unwrap().draw().unwrap(), bytes);
    }

    #[test]
    fn nothing_else_is_drawn() {
        for rest in [
            "",
            "1",
            "1/AppIcon.png",
            "1/AppIcon.png/0x1bb.png",
            "1/AppIcon.png/3000x1bb.png",
            "x/AppIcon.png/1x1bb.png",
            "/AppIcon.png/1x1bb.png",
            "1/Other.png/1x1bb.png",
            "1/AppIcon.png/1x1bb.png/2",
            "1/AppIcon.png/ax1bb.png",
        ] {
            assert_eq!(Icon::read(rest), None, "{rest}");
        }
        assert!(
            Icon::read("1/AppIcon.png/2048x2048bb.png").unwrap().draw().unwrap().len() < 10_000
        );
    }
}
