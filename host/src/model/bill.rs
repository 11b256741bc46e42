//! What several calls of plugins cost together.

use std::time::Duration;

use super::Cost;

/// What several calls cost together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bill {
    /// How many there were.
    pub calls: u64,
    /// How many of them failed.
    pub failed: u64,
    /// Everything added up but the peak of memory, of which it is the largest.
    pub sum: Cost,
    /// The largest of each, whichever call it was.
    pub largest: Cost,
    /// The sum of all peaks of memory in bytes, which stands for nothing but their mean.
    peaks: u128,
}

impl Bill {
    /// Adds a call.
    pub fn add(&mut self, cost: Cost, failed: bool) {
        self.calls += 1;
        self.failed += u64::from(failed);
        self.sum += cost;
        self.peaks += u128::from(cost.peak_memory);
        let largest = &mut self.largest;
        largest.duration = largest.duration.max(cost.duration);
        largest.peak_memory = largest.peak_memory.max(cost.peak_memory);
        largest.host_calls = largest.host_calls.max(cost.host_calls);
        largest.bytes_in = largest.bytes_in.max(cost.bytes_in);
        largest.bytes_out = largest.bytes_out.max(cost.bytes_out);
    }

    /// The arithmetic mean of each, the peak of memory included, rounded down; zeros without calls.
    pub fn mean(&self) -> Cost {
        let mean =
            |sum: u128| u64::try_from(sum / u128::from(self.calls.max(1))).unwrap_or(u64::MAX);
        let Cost { duration, peak_memory: _, host_calls, bytes_in, bytes_out } = self.sum;
        Cost {
            duration: Duration::from_nanos(mean(duration.as_nanos())),
            peak_memory: mean(self.peaks),
            host_calls: mean(host_calls.into()),
            bytes_in: mean(bytes_in.into()),
            bytes_out: mean(bytes_out.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_has_sums_means_and_the_largest_of_each() {
        let cost = |millis, peak_memory| Cost {
            duration: Duration::from_millis(millis),
            peak_memory,
            host_calls: millis,
            bytes_in: 10,
            bytes_out: peak_memory,
        };
        let mut bill = Bill::default();
        assert_eq!(bill.mean(), Cost::default());
        bill.add(cost(2, 30), false);
        bill.add(cost(4, 10), true);
        assert_eq!((bill.calls, bill.failed), (2, 1));
        assert_eq!(bill.sum, Cost { bytes_in: 20, bytes_out: 40, ..cost(6, 30) });
        assert_eq!(bill.mean(), Cost { bytes_out: 20, ..cost(3, 20) });
        assert_eq!(bill.largest, cost(4, 30));
    }
}
