//! A logistic regression of few features, regularised, with results that do not depend on the
//! machine.
//!
//! The features are brought to a mean of zero and a deviation of one, so that the penalty treats
//! them alike; Newton's method finds the one minimum. Only additions, multiplications, divisions
//! and square roots are used: the exponential of a library may differ in its last bit.

/// How strongly weights are held back: half of this times the sum of their squares is added to the
/// loss. The bias is free.
const PENALTY: f64 = 5.0;

/// Newton's method is done long before.
const STEPS: usize = 40;

/// An example: its features, whether the label applies, and how much it counts.
#[derive(Debug, Clone)]
pub(super) struct Example {
    pub(super) features: Vec<f64>,
    pub(super) applies: bool,
    pub(super) weight: f64,
}

/// Weights of the features as they are given, and a bias.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weights {
    pub(super) bias: f64,
    pub(super) of_features: Vec<f64>,
}

/// The weights that fit the examples best; all have the same number of features.
pub(super) fn fit(examples: &[Example]) -> Weights {
    let width = examples.first().map_or(0, |it| it.features.len());
    let (means, deviations) = moments(examples, width);
    let standard = |it: &Example| -> Vec<f64> {
        let scaled = it.features.iter().zip(&means).zip(&deviations);
        // The last one is the bias.
        scaled.map(|((value, mean), by)| (value - mean) / by).chain([1.0]).collect()
    };
    let rows: Vec<Vec<f64>> = examples.iter().map(standard).collect();
    let mut weights = vec![0.0; width + 1];
    for _ in 0..STEPS {
        let mut gradient: Vec<f64> = weights.iter().map(|it| it * PENALTY).collect();
        gradient[width] = 0.0;
        let mut hessian = vec![vec![0.0; width + 1]; width + 1];
        for (index, line) in hessian.iter_mut().enumerate() {
            // A trace on the bias keeps the matrix regular where all examples agree.
            line[index] = if index == width { 1e-6 } else { PENALTY };
        }
        for (row, example) in rows.iter().zip(examples) {
            let likely = logistic(row.iter().zip(&weights).map(|(x, w)| x * w).sum());
            let off = (likely - f64::from(u8::from(example.applies))) * example.weight;
            let curve = likely * (1.0 - likely) * example.weight;
            for (index, x) in row.iter().enumerate() {
                gradient[index] += off * x;
                for (other, y) in row.iter().enumerate().take(index + 1) {
                    hessian[index][other] += curve * x * y;
                }
            }
        }
        let step = solve(hessian, gradient);
        weights.iter_mut().zip(&step).for_each(|(weight, step)| *weight -= step);
    }
    let of_features: Vec<f64> =
        weights.iter().zip(&deviations).map(|(weight, by)| weight / by).collect();
    let shift: f64 = of_features.iter().zip(&means).map(|(weight, mean)| weight * mean).sum();
    Weights { bias: weights[width] - shift, of_features }
}

/// The mean and the standard deviation of each feature; the deviation of a constant is one.
fn moments(examples: &[Example], width: usize) -> (Vec<f64>, Vec<f64>) {
    let count = examples.len().max(1) as f64;
    let mean = |index: usize| examples.iter().map(|it| it.features[index]).sum::<f64>() / count;
    let means: Vec<f64> = (0..width).map(mean).collect();
    let deviation = |index: usize| {
        let square = |it: &Example| (it.features[index] - means[index]).powi(2);
        let deviation = (examples.iter().map(square).sum::<f64>() / count).sqrt();
        if deviation > 1e-9 { deviation } else { 1.0 }
    };
    let deviations = (0..width).map(deviation).collect();
    (means, deviations)
}

/// The logistic function, flat beyond 30.
fn logistic(x: f64) -> f64 {
    let mut odds = 1.0 + x.clamp(-30.0, 30.0) / 65_536.0;
    for _ in 0..16 {
        odds *= odds;
    }
    odds / (1.0 + odds)
}

/// Solves a system whose matrix is symmetric and positive definite, given by its lower half.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    // Cholesky: the matrix becomes the lower triangle whose square it is.
    let size = right.len();
    for column in 0..size {
        for row in column..size {
            let known: f64 = (0..column).map(|at| matrix[row][at] * matrix[column][at]).sum();
            let rest = matrix[row][column] - known;
            matrix[row][column] =
                if row == column { rest.max(1e-12).sqrt() } else { rest / matrix[column][column] };
        }
    }
    for row in 0..size {
        let known: f64 = (0..row).map(|at| matrix[row][at] * right[at]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|at| matrix[at][row] * right[at]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(features: &[f64], applies: bool) -> Example {
        Example { features: features.to_vec(), applies, weight: 1.0 }
    }

    #[test]
    fn a_system_is_solved() {
        let solved = solve(vec![vec![4.0, 0.0], vec![2.0, 3.0]], vec![10.0, 11.0]);
        assert!((solved[0] - 1.0).abs() < 1e-12 && (solved[1] - 3.0).abs() < 1e-12, "{solved:?}");
    }

    #[test]
    fn what_tells_is_weighed_and_what_does_not_is_not() {
        let examples: Vec<Example> = (0..400)
            .map(|it| example(&[f64::from(it % 20), f64::from(it % 7), 5.0], it % 20 >= 10))
            .collect();
        let Weights { bias, of_features } = fit(&examples);
        assert!(of_features[0] > 0.3, "{of_features:?}");
        assert!(of_features[1].abs() < 0.02, "{of_features:?}");
        assert!(of_features[2].abs() < 1e-9, "{of_features:?}");
        let even = -bias / of_features[0];
        assert!((even - 9.5).abs() < 0.5, "{even}");
    }

    #[test]
    fn the_mean_confidence_is_the_share_that_is_right() {
        let examples: Vec<Example> = (0..300).map(|it| example(&[0.0], it % 3 == 0)).collect();
        let likely = logistic(fit(&examples).bias);
        assert!((likely - 1.0 / 3.0).abs() < 1e-3, "{likely}");
    }

    #[test]
    fn one_kind_of_examples_gives_no_nonsense() {
        for applies in [true, false] {
            let Weights { bias, of_features } = fit(&vec![example(&[1.0], applies); 10]);
            assert!(bias.is_finite() && of_features.iter().all(|it| it.is_finite()));
        }
        assert_eq!(fit(&[]).of_features, [0.0_f64; 0]);
    }
}
