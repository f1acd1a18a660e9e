//! The files of `tradepath estimate` (`contract.md`).

use std::fmt::Write as _;

use super::TableSpec;
use crate::estimation::Estimates;
use crate::numerics::special::{normal_two_sided, student_bound, student_two_sided};

/// Bound of a 95 % interval of the standard normal.
const NORMAL_975: f64 = 1.959_963_984_540_054;

/// `coefficients.csv`.
pub const COEFFICIENTS: TableSpec = TableSpec {
    file: "coefficients.csv",
    description: "Coefficients with their standard errors; tests and the interval of 95 % are normal with PPML, \
                  and of Student's t with the degrees in fit.json with least squares. A perfect fit has no errors.",
    columns: &[
        ("term", "string", "", "Regressor"),
        ("estimate", "number", "", "Coefficient"),
        ("std_error", "number", "", "Square root of its variance"),
        ("z", "number", "", "estimate / std_error"),
        ("p_value", "number", "share", "Two-sided"),
        ("ci_low", "number", "", "Lower end of the interval of 95 %"),
        ("ci_high", "number", "", "Upper end of the interval of 95 %"),
    ],
};

/// `covariance.csv`.
pub const COVARIANCE: TableSpec = TableSpec {
    file: "covariance.csv",
    description: "Covariance of the coefficients, every pair of terms.",
    columns: &[
        ("term_a", "string", "", "Regressor"),
        ("term_b", "string", "", "Regressor"),
        ("value", "number", "", "Covariance"),
    ],
};

/// `fixed_effects.csv`.
pub const FIXED_EFFECTS: TableSpec = TableSpec {
    file: "fixed_effects.csv",
    description: "Absorbed effects; second and later ones average zero over connected levels of the first.",
    columns: &[
        ("effect", "string", "", "Effect as written in the formula"),
        ("level", "string", "", "Level, parts joined by ^"),
        ("value", "number", "ln", "Coefficient"),
    ],
};

/// `separated.csv`.
pub const SEPARATED: TableSpec = TableSpec {
    file: "separated.csv",
    description: "Rows for which no estimate exists, with the rule that found them.",
    columns: &[
        ("row", "integer", "", "Row of the panel, 1 = first data row"),
        ("rule", "string", "", "fixed_effect EFFECT=LEVEL, simplex or relu"),
    ],
};

/// `dropped.csv`.
pub const DROPPED: TableSpec = TableSpec {
    file: "dropped.csv",
    description: "Rows with a missing value, or alone in a level.",
    columns: &[
        ("row", "integer", "", "Row of the panel, 1 = first data row"),
        ("reason", "string", "", "missing COLUMN or singleton EFFECT=LEVEL"),
    ],
};

/// `collinear.csv`.
pub const COLLINEAR: TableSpec = TableSpec {
    file: "collinear.csv",
    description: "Regressors that are not identified and were left out.",
    columns: &[("term", "string", "", "Regressor"), ("reason", "string", "", "Why")],
};

/// All tables in the order in which they are described.
pub const TABLES: [&TableSpec; 6] =
    [&COEFFICIENTS, &COVARIANCE, &FIXED_EFFECTS, &SEPARATED, &DROPPED, &COLLINEAR];

/// Twelve significant digits; unlike money, coefficients and their covariances have no smallest unit.
#[must_use]
pub fn precise(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    // Formatting and parsing back cannot fail for a finite number.
    let rounded: f64 = format!("{value:.11e}").parse().unwrap_or(value);
    let size = rounded.abs();
    if rounded == 0.0 {
        "0".into()
    } else if (1e-5..1e15).contains(&size) {
        rounded.to_string()
    } else {
        format!("{rounded:e}")
    }
}

/// One coefficient with its inference.
struct Line {
    term: String,
    estimate: f64,
    std_error: f64,
    p_value: f64,
}

fn lines(estimates: &Estimates) -> Vec<Line> {
    let line = |(at, term): (usize, &String)| {
        let estimate = estimates.beta[at];
        let std_error =
            if estimates.is_perfect { f64::NAN } else { estimates.covariance.matrix[(at, at)].sqrt() };
        let z = estimate / std_error;
        let p_value = match estimates.t_degrees {
            Some(degrees) => student_two_sided(z, degrees as f64),
            None => normal_two_sided(z),
        };
        Line { term: term.clone(), estimate, std_error, p_value }
    };
    estimates.terms.iter().enumerate().map(line).collect()
}

/// Rows of `coefficients.csv`.
#[must_use]
pub fn coefficient_rows(estimates: &Estimates) -> Vec<Vec<String>> {
    let bound = estimates.t_degrees.map_or(NORMAL_975, |degrees| student_bound(0.05, degrees as f64));
    let row = |line: Line| {
        let numbers = [
            line.estimate,
            line.std_error,
            line.estimate / line.std_error,
            line.p_value,
            line.estimate - bound * line.std_error,
            line.estimate + bound * line.std_error,
        ];
        std::iter::once(line.term).chain(numbers.map(precise)).collect()
    };
    lines(estimates).into_iter().map(row).collect()
}

/// Rows of `covariance.csv`.
#[must_use]
pub fn covariance_rows(estimates: &Estimates) -> Vec<Vec<String>> {
    let terms = &estimates.terms;
    let cell = |a: usize, b: usize| {
        let value = if estimates.is_perfect { f64::NAN } else { estimates.covariance.matrix[(a, b)] };
        vec![terms[a].clone(), terms[b].clone(), precise(value)]
    };
    (0..terms.len()).flat_map(|a| (0..terms.len()).map(move |b| (a, b))).map(|(a, b)| cell(a, b)).collect()
}

/// Rows of `fixed_effects.csv`.
#[must_use]
pub fn fixed_effect_rows(estimates: &Estimates) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for effect in &estimates.fixed_effects {
        for (level, value) in effect.levels.iter().zip(&effect.values) {
            rows.push(vec![effect.effect.clone(), level.clone(), precise(*value)]);
        }
    }
    rows
}

/// Rows of `separated.csv`.
#[must_use]
pub fn separated_rows(estimates: &Estimates) -> Vec<Vec<String>> {
    estimates.separation.rows.iter().map(|row| vec![row.row.to_string(), row.rule.clone()]).collect()
}

/// Rows of `dropped.csv`.
#[must_use]
pub fn dropped_rows(estimates: &Estimates) -> Vec<Vec<String>> {
    estimates.dropped.iter().map(|row| vec![row.row.to_string(), row.reason.clone()]).collect()
}

/// Rows of `collinear.csv`.
#[must_use]
pub fn collinear_rows(estimates: &Estimates) -> Vec<Vec<String>> {
    estimates.collinear.iter().map(|term| vec![term.term.clone(), term.reason.clone()]).collect()
}

/// Stars by p-value: 1, 5 and 10 %.
fn stars(p_value: f64) -> &'static str {
    match p_value {
        p if p < 0.01 => "***",
        p if p < 0.05 => "**",
        p if p < 0.1 => "*",
        _ => "",
    }
}

fn footer(estimates: &Estimates) -> [(&'static str, String); 3] {
    [
        ("Observations", estimates.rows.len().to_string()),
        ("Pseudo R2", format!("{:.4}", estimates.pseudo_r2)),
        ("Standard errors", estimates.covariance.kind.clone()),
    ]
}

/// The coefficients as a table in Markdown.
#[must_use]
pub fn markdown(estimates: &Estimates) -> String {
    let mut text = String::from("| term | estimate | std. error | p |\n| --- | ---: | ---: | ---: |\n");
    for line in lines(estimates) {
        let mark = stars(line.p_value).replace('*', "\\*");
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {} | {:.4}{mark} | {:.4} | {:.4} |",
            line.term.replace('|', "\\|"),
            line.estimate,
            line.std_error,
            line.p_value
        );
    }
    for (name, value) in footer(estimates) {
        let _ = writeln!(text, "| {name} | {value} | | |");
    }
    text
}

/// The coefficients as a LaTeX `tabular`.
#[must_use]
pub fn latex(estimates: &Estimates) -> String {
    let escape = |text: &str| {
        text.chars().fold(String::new(), |mut escaped, character| {
            match character {
                '_' | '&' | '%' | '#' | '$' | '{' | '}' => escaped.extend(['\\', character]),
                '^' => escaped.push_str("\\^{}"),
                '~' => escaped.push_str("\\~{}"),
                _ => escaped.push(character),
            }
            escaped
        })
    };
    let mut text = String::from("\\begin{tabular}{lc}\n\\hline\n");
    for line in lines(estimates) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{} & ${:.4}^{{{}}}$ \\\\\n & $({:.4})$ \\\\",
            escape(&line.term),
            line.estimate,
            stars(line.p_value),
            line.std_error
        );
    }
    text.push_str("\\hline\n");
    for (name, value) in footer(estimates) {
        let _ = writeln!(text, "{name} & {} \\\\", escape(&value));
    }
    text.push_str("\\hline\n\\end{tabular}\n");
    text
}

#[cfg(test)]
mod tests {
    use super::precise;

    #[test]
    fn small_numbers_keep_their_digits() {
        assert_eq!(precise(1.234_567_890_123e-14), "1.23456789012e-14");
        assert_eq!(precise(0.1 + 0.2), "0.3");
        assert_eq!(precise(-0.0), "0");
        assert_eq!(precise(f64::NAN), "");
    }
}
