//! Where cells lead (MS-XLS 2.4.140, MS-OSHARED 2.3.7.1).

use crate::bytes::{place_at, slice, u16_at, u32_at, utf_16};

/// The class of addresses among what a link may lead to.
const OF_ADDRESSES: [u8; 16] = [
    0xe0, 0xc9, 0xea, 0x79, 0xf9, 0xba, 0xce, 0x11, 0x8c, 0x82, 0x00, 0xaa, 0x00, 0x4b, 0xa9, 0x0b,
];

/// The first cell of a link, and where it leads.
pub fn link(data: &[u8]) -> Option<((u16, u16), String)> {
    let cell = (u16_at(data, 0)?, u16_at(data, 4)?);
    let flags = u32_at(data, 28)?;
    let mut at = 32;
    let string = |at: &mut usize| -> Option<String> {
        let length = place_at(data, *at)?.checked_mul(2)?;
        let text = utf_16(slice(data, *at + 4, length)?);
        *at += 4 + length;
        Some(text)
    };
    if flags & 0x10 != 0 {
        string(&mut at)?;
    }
    if flags & 0x80 != 0 {
        string(&mut at)?;
    }
    let address = match flags & 0x101 {
        0x101 => string(&mut at)?,
        0x001 if slice(data, at, 16)? == OF_ADDRESSES => {
            let length = place_at(data, at + 16)?;
            let text = utf_16(slice(data, at + 20, length)?);
            text.split('\0').next().unwrap_or_default().to_owned()
        }
        _ => return None,
    };
    let address = address.trim_end_matches('\0').trim();
    (!address.is_empty()).then(|| (cell, address.to_owned()))
}
