//! Values as people write them: days, times, decimal numbers.

use docmill_plugin::date_of_unix;

use super::schema::Shown;
use super::values::Value;

/// A value that should be a text is none in UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub struct NotText;

/// A value as the text of a cell; `None` for one that is no fact.
pub fn shown(value: &Value, shown: Shown) -> Result<Option<String>, NotText> {
    let whole = match value {
        Value::Int32(value) => Some(i64::from(*value)),
        Value::Int64(value) => Some(*value),
        _ => None,
    };
    Ok(match (shown, value) {
        (Shown::Nothing, _) => None,
        (Shown::Date, Value::Int32(days)) => {
            date_of_unix(i64::from(*days) * 86_400).map(|it| it[..10].to_owned())
        }
        (Shown::Timestamp(_, is_utc), Value::Int96(nanoseconds, day)) => {
            /// The Julian day on which 1970 begins.
            const OF_1970: i64 = 2_440_588;
            let seconds = (i64::from(*day) - OF_1970) * 86_400;
            timestamp(seconds, *nanoseconds, 1_000_000_000, is_utc)
        }
        (Shown::Timestamp(per_second, is_utc), _) => {
            whole.and_then(|whole| timestamp(0, whole, per_second, is_utc))
        }
        (Shown::Time(per_second), _) => {
            let seconds = whole.map(|it| it.div_euclid(per_second));
            let seconds = seconds.filter(|it| (0..86_400).contains(it));
            seconds.and_then(date_of_unix).map(|it| it[11..19].to_owned())
        }
        (Shown::Decimal(scale), value) => decimal(value, scale),
        (Shown::Unsigned, Value::Int32(value)) => Some(value.cast_unsigned().to_string()),
        (Shown::Unsigned, Value::Int64(value)) => Some(value.cast_unsigned().to_string()),
        (Shown::Uuid, Value::Bytes(bytes)) => uuid(bytes),
        (_, Value::Boolean(value)) => Some(value.to_string()),
        (_, Value::Int32(value)) => Some(value.to_string()),
        (_, Value::Int64(value)) => Some(value.to_string()),
        (_, Value::Float(value)) => value.is_finite().then(|| value.to_string()),
        (_, Value::Double(value)) => value.is_finite().then(|| value.to_string()),
        (_, Value::Bytes(bytes)) => {
            let text = str::from_utf8(bytes).map_err(|_| NotText)?;
            Some(text.to_owned())
        }
        (_, Value::Int96(..)) => None,
    })
}

/// A time that is so many parts of a second behind a second since 1970.
fn timestamp(second: i64, parts: i64, per_second: i64, is_utc: bool) -> Option<String> {
    let second = second.checked_add(parts.div_euclid(per_second))?;
    let mut written = date_of_unix(second)?;
    let parts = parts.rem_euclid(per_second);
    written.pop();
    if parts > 0 {
        let digits = per_second.ilog10() as usize;
        let fraction = format!(".{parts:0digits$}");
        written.push_str(fraction.trim_end_matches('0'));
    }
    if is_utc {
        written.push('Z');
    }
    Some(written)
}

/// A whole number of at most 128 bits with so many decimal places.
fn decimal(value: &Value, scale: u32) -> Option<String> {
    let whole = match value {
        Value::Int32(value) => i128::from(*value),
        Value::Int64(value) => i128::from(*value),
        Value::Bytes(bytes) if (1..=16).contains(&bytes.len()) => {
            let is_negative = bytes[0] & 0x80 != 0;
            bytes.iter().fold(-i128::from(is_negative), |it, byte| it << 8 | i128::from(*byte))
        }
        _ => return None,
    };
    if scale == 0 {
        return Some(whole.to_string());
    }
    let scale = usize::try_from(scale).ok().filter(|it| *it <= 38)?;
    let digits = format!("{:0>width$}", whole.unsigned_abs(), width = scale + 1);
    let (integer, fraction) = digits.split_at(digits.len() - scale);
    let sign = if whole < 0 { "-" } else { "" };
    Some(format!("{sign}{integer}.{fraction}"))
}

fn uuid(bytes: &[u8]) -> Option<String> {
    let bytes: [u8; 16] = bytes.try_into().ok()?;
    let digits = format!("{:032x}", u128::from_be_bytes(bytes));
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Some(parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(value: Value, how: Shown, expected: &str) {
        assert_eq!(shown(&value, how).unwrap().as_deref(), Some(expected), "{value:?}");
    }

    #[test]
    fn values_are_written_as_people_do() {
        is(Value::Int32(20_251), Shown::Date, "2025-06-12");
        is(Value::Int32(-1), Shown::Date, "1969-12-31");
        let millis = Value::Int64(1_749_717_000_500);
        is(millis.clone(), Shown::Timestamp(1_000, true), "2025-06-12T08:30:00.5Z");
        is(millis, Shown::Timestamp(1_000, false), "2025-06-12T08:30:00.5");
        is(
            Value::Int96(30_600_000_000_000, 2_460_839),
            Shown::Timestamp(1, true),
            "2025-06-12T08:30:00Z",
        );
        is(Value::Int32(30_600_000), Shown::Time(1_000), "08:30:00");
        is(Value::Int32(-1), Shown::Unsigned, "4294967295");
        is(Value::Int32(-5), Shown::Decimal(2), "-0.05");
        is(Value::Bytes(vec![0xff, 0x85].into()), Shown::Decimal(1), "-12.3");
        is(Value::Double(0.25), Shown::Plain, "0.25");
        is(Value::Bytes("đê".as_bytes().into()), Shown::Plain, "đê");
        let id = Value::Bytes((0..16).collect());
        is(id, Shown::Uuid, "00010203-0405-0607-0809-0a0b0c0d0e0f");
    }

    #[test]
    fn what_is_no_fact_is_none() {
        assert_eq!(shown(&Value::Bytes(vec![0xff].into()), Shown::Plain), Err(NotText));
        for (value, how) in [
            (Value::Int64(i64::MAX), Shown::Timestamp(1_000, true)),
            (Value::Int96(i64::MIN, u32::MAX), Shown::Timestamp(1, true)),
            (Value::Int64(i64::MIN), Shown::Time(1_000)),
            (Value::Int64(1), Shown::Decimal(u32::MAX)),
            (Value::Double(f64::NAN), Shown::Plain),
            (Value::Bytes(vec![1; 17].into()), Shown::Decimal(2)),
        ] {
            assert_eq!(shown(&value, how), Ok(None), "{value:?}");
        }
    }
}
