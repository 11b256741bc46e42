//! Numbers with their units, as people read them.

use std::time::{Duration, SystemTime};

use docmill::model::ByteSize;

/// A number with its thousands apart: `12,345`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number of bytes: `1.2 MiB`.
pub fn bytes(number: u64) -> String {
    ByteSize(number).to_string()
}

/// A time span with three digits: `850 µs`, `12.3 ms`, `4.56 s`, `3 min 20 s`.
pub fn span(duration: Duration) -> String {
    let micros = duration.as_micros();
    let seconds = duration.as_secs_f64();
    let digits = |value: f64| match value {
        _ if value < 9.995 => format!("{value:.2}"),
        _ if value < 99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    };
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..999_500 => format!("{} ms", digits(seconds * 1e3)),
        999_500..100_000_000 => format!("{} s", digits(seconds)),
        _ => {
            let seconds = seconds.round() as u64;
            match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
                (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
                (hours, minutes, _) => format!("{hours} h {minutes} min"),
            }
        }
    }
}

/// A point in time, in UTC: `2025-11-22 02:08:11Z`.
pub fn moment(time: SystemTime) -> String {
    rfc3339(time).replacen('T', " ", 1)
}

/// A point in time as programs read it: `2025-11-22T02:08:11Z`.
pub fn rfc3339(time: SystemTime) -> String {
    // What cannot be written as a date, before 1970 or after 9999, was written by a clock gone
    // wrong.
    let latest = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    humantime::format_rfc3339_seconds(time.clamp(SystemTime::UNIX_EPOCH, latest)).to_string()
}

/// A confidence with two digits: `0.95`. What is not certain never reads `1.00`.
pub fn confidence(value: f32) -> String {
    if (0.995..1.0).contains(&value) { ">0.99".to_owned() } else { format!("{value:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn time_spans_have_three_digits() {
        let check = |micros, expected| assert_eq!(span(Duration::from_micros(micros)), expected);
        check(0, "0 µs");
        check(850, "850 µs");
        check(1_234, "1.23 ms");
        check(9_999, "10.0 ms");
        check(456_789, "457 ms");
        check(999_999, "1.00 s");
        check(12_345_678, "12.3 s");
        check(200_000_000, "3 min 20 s");
        check(7_260_000_000, "2 h 1 min");
    }

    #[test]
    fn a_clock_gone_wrong_is_no_reason_to_panic() {
        assert_eq!(moment(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), "1970-01-01 00:00:00Z");
        let far = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
        assert_eq!(rfc3339(far), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn only_certainty_reads_as_certainty() {
        assert_eq!([0.0, 0.95, 0.999, 1.0].map(confidence), ["0.00", "0.95", ">0.99", "1.00"]);
    }
}
