//! Small numbers in runs: the levels of values, and their places in a dictionary.
//!
//! Source: "Run Length Encoding / Bit-Packing Hybrid" in `Encodings.md` of Apache Parquet.

use std::rc::Rc;

use super::Damage;

/// Numbers of up to 32 bits, read one after the other.
#[derive(Debug)]
pub struct Runs {
    page: Rc<Vec<u8>>,
    at: usize,
    end: usize,
    width: u32,
    /// The highest bit of a number comes first. The bits of its bytes are turned around already.
    is_turned: bool,
    run: Run,
}

#[derive(Debug)]
enum Run {
    /// So many times this number.
    Same(u64, u32),
    /// So many numbers one after the other, from this bit of the page on.
    Packed(u64, u64),
}

impl Runs {
    /// What lies in a part of a page, as numbers of so many bits.
    pub fn of(
        page: Rc<Vec<u8>>,
        range: std::ops::Range<usize>,
        width: u32,
    ) -> Result<Runs, Damage> {
        if width > 32 {
            return Err(Damage::Said("has numbers of more than 32 bits"));
        }
        if range.end > page.len() || range.start > range.end {
            return Err(Damage::Ends);
        }
        let run = Run::Same(0, 0);
        Ok(Runs { page, at: range.start, end: range.end, width, is_turned: false, run })
    }

    /// So many numbers that are not in runs, as writers of long ago had them: the highest bit
    /// first.
    pub fn packed(
        page: &[u8],
        start: usize,
        count: usize,
        width: u32,
    ) -> Result<(Runs, usize), Damage> {
        let bits = (count as u64).saturating_mul(u64::from(width));
        let length = usize::try_from(bits.div_ceil(8)).map_err(|_| Damage::Ends)?;
        let bytes = page[start..].get(..length).ok_or(Damage::Ends)?;
        // Read with the lowest bit first, the same bits are those of bytes turned around, and the
        // numbers too.
        let turned = Rc::new(bytes.iter().map(|it| it.reverse_bits()).collect::<Vec<u8>>());
        let run = Run::Packed(count as u64, 0);
        let end = turned.len();
        let runs = Runs { page: turned, at: end, end, width, is_turned: true, run };
        Ok((runs, start + length))
    }

    /// The next number.
    pub fn next(&mut self) -> Result<u32, Damage> {
        loop {
            match &mut self.run {
                Run::Same(0, _) | Run::Packed(0, _) => self.begin()?,
                Run::Same(left, number) => {
                    *left -= 1;
                    return Ok(*number);
                }
                Run::Packed(left, bit) => {
                    *left -= 1;
                    let at = *bit;
                    *bit += u64::from(self.width);
                    let page = &self.page[..self.end];
                    let number = bits(page, at, self.width).ok_or(Damage::Ends)?;
                    let number = u32::try_from(number).unwrap_or(u32::MAX);
                    return Ok(match self.is_turned {
                        false => number,
                        true => number.reverse_bits().unbounded_shr(32 - self.width),
                    });
                }
            }
        }
    }

    fn begin(&mut self) -> Result<(), Damage> {
        let mut head = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.page[..self.end].get(self.at).ok_or(Damage::Ends)?;
            self.at += 1;
            head |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        let count = head >> 1;
        if head & 1 == 0 {
            let length = self.width.div_ceil(8) as usize;
            let bytes = self.page[self.at..self.end].get(..length).ok_or(Damage::Ends)?;
            let number = bytes.iter().rev().fold(0, |it, byte| it << 8 | u32::from(*byte));
            self.at += length;
            self.run = Run::Same(count, number);
        } else {
            // Groups of eight; the last may be cut off with the page.
            let first = self.at as u64 * 8;
            let length = count.saturating_mul(u64::from(self.width));
            let left = self.end - self.at;
            self.at += usize::try_from(length).unwrap_or(left).min(left);
            self.run = Run::Packed(count.saturating_mul(8), first);
        }
        Ok(())
    }
}

/// So many bits from a bit of a page on, at most 64, the lowest first.
pub fn bits(page: &[u8], from: u64, width: u32) -> Option<u64> {
    if width == 0 {
        return Some(0);
    }
    let first = usize::try_from(from / 8).ok()?;
    let last = usize::try_from((from + u64::from(width) - 1) / 8).ok()?;
    let bytes = page.get(first..=last)?;
    let all = bytes.iter().rev().fold(0_u128, |it, byte| it << 8 | u128::from(*byte));
    let shifted = (all >> (from % 8)) & ((1_u128 << width) - 1);
    u64::try_from(shifted).ok()
}

/// How many bits a number up to this one has.
pub fn width_of(highest: u32) -> u32 {
    u32::BITS - highest.leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8], width: u32) -> Vec<u32> {
        let mut runs = Runs::of(Rc::new(bytes.to_vec()), 0..bytes.len(), width).unwrap();
        std::iter::from_fn(|| runs.next().ok()).collect()
    }

    #[test]
    fn runs_and_packed_numbers_are_read() {
        // The example of the format: 0 to 7 in 3 bits.
        assert_eq!(all(&[0x03, 0x88, 0xc6, 0xfa], 3), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(all(&[0x08, 0x2a, 0x04, 0x01], 8), [42, 42, 42, 42, 1, 1]);
        // Cut off: what is there counts.
        assert_eq!(all(&[0x05, 0x01, 0x02], 8), [1, 2]);
        assert!(all(&[], 8).is_empty());
        assert_eq!(all(&[0xff; 12], 1), [1; 16]);
    }

    #[test]
    fn packed_levels_of_long_ago_are_read() {
        // The example of the format: 0 to 7 in 3 bits, the highest first.
        let (mut runs, end) = Runs::packed(&[9, 0x05, 0x39, 0x77], 1, 8, 3).unwrap();
        let all: Vec<u32> = std::iter::from_fn(|| runs.next().ok()).take(8).collect();
        assert_eq!((all, end), (vec![0, 1, 2, 3, 4, 5, 6, 7], 4));
        assert!(Runs::packed(&[0; 4], 0, usize::MAX, 3).is_err());
    }
}
