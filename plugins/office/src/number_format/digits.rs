//! Decimal digits of a number, rounded as people round.

/// A number without a format: as many digits as say something, in powers of ten where it would be
/// too long.
pub fn general(value: f64) -> String {
    if !value.is_finite() {
        return "#NUM!".to_owned();
    }
    let sign = if value < 0.0 { "-" } else { "" };
    let (digits, exponent) = significant(value.abs());
    let trimmed = digits.trim_end_matches('0');
    if trimmed.is_empty() {
        return "0".to_owned();
    }
    // Whole numbers are names of things: each of their digits counts.
    let is_whole = exponent >= 0 && trimmed.len() as i32 <= exponent + 1;
    if (is_whole && exponent < 15) || (-6..=10).contains(&exponent) {
        let decimals = if is_whole { 0 } else { (10 - exponent.max(0)).max(0) as usize };
        let (whole, fraction) = rounded(value.abs(), decimals);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        return format!("{sign}{whole}{point}{fraction}");
    }
    let (mantissa, exponent) = scientific(value.abs(), 1, 5);
    let mantissa = match mantissa.contains('.') {
        true => mantissa.trim_end_matches('0').trim_end_matches('.'),
        false => &mantissa,
    };
    let way = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{mantissa}E{way}{:02}", exponent.abs())
}

/// The 15 digits of a number that a sheet keeps, and the power of ten of the first.
fn significant(value: f64) -> (String, i32) {
    let written = format!("{value:.14e}");
    let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let digits = mantissa.chars().filter(char::is_ascii_digit).collect();
    (digits, exponent.parse().unwrap_or(0))
}

/// A number that is not negative with so many decimals: the digits before the point, at least one,
/// and those behind it. Halves are rounded up.
pub fn rounded(value: f64, decimals: usize) -> (String, String) {
    let (digits, exponent) = significant(value);
    // How many digits stand before the point, and how many are kept in all.
    let before = exponent + 1;
    let kept = before + decimals as i32;
    let mut all: Vec<u8> = match kept {
        ..0 => Vec::new(),
        kept => {
            let kept = kept as usize;
            let round_up = digits.as_bytes().get(kept).is_some_and(|it| *it >= b'5');
            let mut all: Vec<u8> = digits.bytes().take(kept).collect();
            all.resize(kept, b'0');
            if round_up {
                increment(&mut all);
            }
            all
        }
    };
    // Digits before the point that the number does not have.
    let missing = (decimals + 1).saturating_sub(all.len());
    all.splice(0..0, std::iter::repeat_n(b'0', missing));
    let fraction = all.split_off(all.len() - decimals);
    let text = |bytes: Vec<u8>| bytes.into_iter().map(char::from).collect::<String>();
    (text(all), text(fraction))
}

fn increment(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
    digits.insert(0, b'1');
}

/// A number that is not negative as a mantissa with so many digits before its point at most, and
/// decimals; and the power of ten.
pub fn scientific(value: f64, before: usize, decimals: usize) -> (String, i32) {
    if value == 0.0 {
        let (whole, fraction) = rounded(0.0, decimals);
        return (joined(&whole, &fraction), 0);
    }
    let step = before.clamp(1, 15) as i32;
    let (digits, exponent) = significant(value);
    let mut power = exponent.div_euclid(step) * step;
    let mantissa = |power: i32| {
        let text = format!("{}.{}e{}", &digits[..1], &digits[1..], exponent - power);
        rounded(text.parse().unwrap_or(0.0), decimals)
    };
    let (mut whole, mut fraction) = mantissa(power);
    if whole.len() > step as usize {
        // Rounding made it longer: 9.99 to 10.0.
        power += step;
        (whole, fraction) = mantissa(power);
    }
    (joined(&whole, &fraction), power)
}

fn joined(whole: &str, fraction: &str) -> String {
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{whole}{point}{fraction}")
}

/// The fraction that is nearest to a number below 1, with a denominator of so many digits or of
/// this value.
pub fn fraction(value: f64, digits: usize, fixed: Option<u32>) -> (u32, u32) {
    if let Some(fixed) = fixed.filter(|it| *it > 0) {
        return ((value * f64::from(fixed)).round() as u32, fixed);
    }
    let most = 10_u32.pow(digits.clamp(1, 3) as u32) - 1;
    let mut best = (0, 1);
    let mut error = value;
    for denominator in 1..=most {
        let numerator = (value * f64::from(denominator)).round();
        let distance = (value - numerator / f64::from(denominator)).abs();
        if distance + 1e-12 < error {
            (best, error) = ((numerator as u32, denominator), distance);
        }
    }
    best
}
