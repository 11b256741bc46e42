//! Draws how many documents there are over time: bars in SVG, which read as a table to those who
//! cannot see them.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::page::{count, grouped};

/// The most bars of a chart: more months become years.
const MOST_BARS: usize = 60;

/// The months or years from the first to the last, so that several charts have the same axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Axis {
    /// In order and without gaps; what a date has to begin with to belong there.
    periods: Vec<String>,
}

impl Axis {
    /// From the first to the last of these months; of outliers by years, decades, the last that
    /// fit.
    pub(crate) fn of<'a>(months: impl Iterator<Item = &'a String> + Clone) -> Axis {
        let number = |month: &str| {
            let (year, month) = month.split_once('-')?;
            Some(year.parse::<usize>().ok()? * 12 + month.parse::<usize>().ok()?.checked_sub(1)?)
        };
        let numbers = months.filter_map(|it| number(it));
        let Some((first, last)) = numbers.clone().min().zip(numbers.max()) else {
            return Axis { periods: Vec::new() };
        };
        let periods = if last - first < MOST_BARS {
            (first..=last).map(|it| format!("{:04}-{:02}", it / 12, it % 12 + 1)).collect()
        } else {
            // The last years; what is older is told in numbers.
            let (first, last) = (first / 12, last / 12);
            (first.max((last + 1).saturating_sub(MOST_BARS))..=last)
                .map(|it| format!("{it:04}"))
                .collect()
        };
        Axis { periods }
    }

    /// How many documents there are in each period.
    fn values(&self, months: &BTreeMap<String, u64>) -> Vec<u64> {
        let sum = |period: &String| {
            let of_period =
                months.range(period.clone()..).take_while(|(it, _)| it.starts_with(period));
            of_period.map(|(_, number)| number).sum()
        };
        self.periods.iter().map(sum).collect()
    }
}

/// Bars of the documents of each period. `address` leads to those of one.
pub(crate) fn bars(
    axis: &Axis,
    months: &BTreeMap<String, u64>,
    height: usize,
    address: impl Fn(&str) -> Option<String>,
) -> Markup {
    const WIDTH: usize = 600;
    let values = axis.values(months);
    let most = values.iter().copied().max().unwrap_or(0);
    let (Some(first), Some(last)) = (axis.periods.first(), axis.periods.last()) else {
        return html! { p.soft.small { "No document has a date." } };
    };
    let step = WIDTH as f64 / values.len() as f64;
    let dated: u64 = values.iter().sum();
    let busiest = values.iter().position(|it| *it == most && most > 0).map(|it| &axis.periods[it]);
    let told = format!(
        "{} from {first} to {last}{}",
        count(dated, "document"),
        busiest.map_or(String::new(), |it| format!(", most of them, {}, in {it}", grouped(most)))
    );
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {}", height + 18)) role="img" aria-label=(told) {
            @for (index, value) in values.iter().enumerate() {
                @let tall = if most == 0 { 0.0 } else { *value as f64 / most as f64 * height as f64 };
                // What is there is seen.
                @let tall = if *value > 0 { tall.max(2.0) } else { 0.0 };
                @let (x, width) = (index as f64 * step, (step - 1.5).max(step * 0.6));
                @let period = &axis.periods[index];
                @if *value > 0 {
                    @let bar = html! {
                        rect.bar x=(format!("{x:.1}")) y=(format!("{:.1}", height as f64 - tall))
                            width=(format!("{width:.1}")) height=(format!("{tall:.1}")) {
                            title { (period) ": " (count(*value, "document")) }
                        }
                    };
                    @match address(period) {
                        Some(address) => a href=(address) tabindex="-1" { (bar) },
                        None => (bar),
                    }
                }
            }
            line.axis x1="0" x2=(WIDTH) y1=(height) y2=(height) {}
            text x="0" y=(height + 14) { (first) }
            @if first != last {
                text x=(WIDTH) y=(height + 14) text-anchor="end" { (last) }
            }
        }
    }
}

/// A share of something, as a bar.
pub(crate) fn meter(share: f64, told: &str) -> Markup {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    html! {
        svg viewBox="0 0 100 6" role="img" aria-label=(told) {
            rect.rest x="0" y="0" width="100" height="6" rx="3" {}
            rect.bar x="0" y="0" width=(format!("{:.1}", share * 100.0)) height="6" rx="3" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(of: &[(&str, u64)]) -> BTreeMap<String, u64> {
        of.iter().map(|(month, number)| ((*month).to_owned(), *number)).collect()
    }

    #[test]
    fn an_axis_has_every_month_or_every_year() {
        let few = months(&[("2024-11", 1), ("2025-02", 3)]);
        let axis = Axis::of(few.keys());
        assert_eq!(axis.periods, ["2024-11", "2024-12", "2025-01", "2025-02"]);
        assert_eq!(axis.values(&few), [1, 0, 0, 3]);
        let many = months(&[("1999-11", 1), ("2025-02", 3), ("2025-03", 4)]);
        let axis = Axis::of(many.keys());
        assert_eq!((axis.periods.len(), axis.values(&many).last()), (27, Some(&7)));
        let far = months(&[("0001-01", 1), ("9999-12", 1)]);
        assert_eq!(Axis::of(far.keys()).periods.len(), MOST_BARS);
        assert_eq!(Axis::of(months(&[]).keys()).periods, [""; 0]);
    }

    #[test]
    fn a_chart_says_what_it_shows() {
        let of = months(&[("2025-01", 1), ("2025-03", 1_000)]);
        let chart = bars(&Axis::of(of.keys()), &of, 40, |it| Some(format!("/?month={it}"))).0;
        assert!(
            chart.contains(
                "1,001 documents from 2025-01 to 2025-03, most of them, 1,000, in 2025-03"
            )
        );
        assert_eq!(chart.matches("<rect").count(), 2);
        assert!(chart.contains("href=\"/?month=2025-03\"") && !chart.contains("style="));
    }
}
