//! Models side by side, as papers print them: coefficients with standard errors in brackets, absorbed effects, notes.
//! Written as text of at most 80 columns, Markdown and LaTeX; the layout follows `etable` of fixest.

use std::fmt::Write as _;

use super::words::{WIDTH, escaped, significant, stars, thousands, wrapped};
use crate::error::shortened;
use crate::estimation::formula::Formula;
use crate::estimation::{Coefficient, Estimates, Method};

/// Widest label of a line.
const WIDEST_LABEL: usize = 30;
/// Place of the absorbed effects among the groups of lines.
const EFFECTS: usize = 2;
/// Blanks between two columns.
const GAP: usize = 2;

/// One model of the table.
#[derive(Debug, Clone, Copy)]
pub struct Model<'a> {
    /// What was estimated.
    pub formula: &'a Formula,
    /// How.
    pub method: Method,
    /// What was found.
    pub estimates: &'a Estimates,
}

/// A line of the table: its label, and a cell for each model.
struct Line {
    label: String,
    cells: Vec<Cell>,
}

/// A cell: nothing, a word or number, or a coefficient.
#[derive(Clone)]
enum Cell {
    Empty,
    Plain(String),
    Coefficient { estimate: String, stars: &'static str, error: String },
}

/// The table: lines in groups that rules part, and notes below.
pub struct RegressionTable {
    n: usize,
    head: Vec<Line>,
    coefficients: Vec<Line>,
    effects: Vec<Line>,
    figures: Vec<Line>,
    notes: Vec<String>,
}

impl RegressionTable {
    /// The table of models in their order.
    #[must_use]
    pub fn new(models: &[Model<'_>]) -> Self {
        let plain = |label: &str, cell: &dyn Fn(&Model<'_>) -> String| Line {
            label: label.to_owned(),
            cells: models.iter().map(|model| Cell::Plain(cell(model))).collect(),
        };
        let head = vec![
            plain("Dependent variable", &|model| shortened(&model.formula.response.label(), WIDEST_LABEL)),
            plain("Estimator", &|model| method_name(model.method).to_owned()),
        ];
        let effects = every(models, |model| model.formula.effects.iter().map(|e| e.label.as_str()).collect())
            .into_iter()
            .map(|effect| {
                let has = |model: &Model<'_>| model.formula.effects.iter().any(|e| e.label == effect);
                plain(effect, &|model| if has(model) { "yes" } else { "no" }.to_owned())
            })
            .collect();
        let mut figures = vec![plain("Observations", &|model| thousands(model.estimates.rows.len()))];
        if models.iter().any(|model| !model.estimates.separation.rows.is_empty()) {
            let count = |model: &Model<'_>| thousands(model.estimates.separation.rows.len());
            figures.push(plain("Separated rows left out", &count));
        }
        for (method, label) in [(Method::Ppml, "Pseudo R2"), (Method::LeastSquares, "R2")] {
            if models.iter().any(|model| model.method == method) {
                figures.push(plain(label, &|model| match model.method == method {
                    true => significant(model.estimates.pseudo_r2),
                    false => String::new(),
                }));
            }
        }
        let coefficients = coefficient_lines(models);
        Self { n: models.len(), head, coefficients, effects, figures, notes: notes(models) }
    }

    /// As text of at most 80 columns; models that do not fit beside each other go on below.
    #[must_use]
    pub fn text(&self) -> String {
        let lines = || self.groups().into_iter().flatten();
        let labels = lines().map(|line| shortened(&line.label, WIDEST_LABEL).chars().count());
        let left = labels.max().unwrap_or(0);
        let width = |at: usize| {
            let widest = lines().map(|line| line.cells[at].text().chars().count()).max().unwrap_or(0);
            widest.max(number(at).len())
        };
        let columns: Vec<(usize, usize)> = (0..self.n).map(|at| (at, width(at))).collect();
        let mut text = String::new();
        let mut rest = &columns[..];
        while !rest.is_empty() {
            let is_beside =
                |n: usize| left + rest[..n].iter().map(|(_, width)| GAP + width).sum::<usize>() <= WIDTH;
            // One model at least, however wide.
            let n = (2..=rest.len()).take_while(|&n| is_beside(n)).last().unwrap_or(1);
            text += &self.block(left, &rest[..n]);
            text.push('\n');
            rest = &rest[n..];
        }
        text.push_str("---\n");
        self.notes.iter().for_each(|note| text.push_str(&wrapped(note)));
        text
    }

    /// The lines for some of the models, each with the width of its column.
    fn block(&self, left: usize, columns: &[(usize, usize)]) -> String {
        let mut text = String::new();
        let mut write = |head: &str, cell: &dyn Fn(usize) -> String| {
            let mut line = format!("{head:<left$}");
            for &(at, width) in columns {
                // Writing to a string cannot fail.
                let _ = write!(line, "{}{:>width$}", " ".repeat(GAP), cell(at));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        };
        write("", &number);
        for (at, lines) in self.groups().into_iter().enumerate().filter(|(_, lines)| !lines.is_empty()) {
            if at > 0 {
                write("", &|_| String::new());
            }
            if at == EFFECTS {
                write("Effects", &|_| String::new());
            }
            for line in lines {
                write(&shortened(&line.label, WIDEST_LABEL), &|at| line.cells[at].text());
            }
        }
        text
    }

    /// Groups of lines in their order.
    fn groups(&self) -> [&Vec<Line>; 4] {
        [&self.head, &self.coefficients, &self.effects, &self.figures]
    }

    /// As a table in Markdown, with the notes below.
    #[must_use]
    pub fn markdown(&self) -> String {
        let escape = |text: &str| text.replace('|', "\\|").replace('*', "\\*");
        let row =
            |label: &str, cells: Vec<String>| format!("| {} | {} |\n", escape(label), cells.join(" | "));
        let cells = |line: &Line| line.cells.iter().map(|cell| escape(&cell.text())).collect();
        let mut text = row("", (0..self.n).map(number).collect());
        text += &format!("| --- |{}\n", " ---: |".repeat(self.n));
        for lines in [&self.head, &self.coefficients] {
            lines.iter().for_each(|line| text += &row(&line.label, cells(line)));
        }
        self.effects.iter().for_each(|line| text += &row(&format!("Effect {}", line.label), cells(line)));
        self.figures.iter().for_each(|line| text += &row(&line.label, cells(line)));
        text.push('\n');
        self.notes.iter().for_each(|note| text += &format!("{}\n", escape(note)));
        text
    }

    /// As a LaTeX `tabular`; standard errors stand below their coefficients.
    #[must_use]
    pub fn latex(&self) -> String {
        let row = |label: &str, cells: &[String]| format!("{label} & {} \\\\\n", cells.join(" & "));
        let all = |cells: &dyn Fn(usize) -> String| (0..self.n).map(cells).collect::<Vec<_>>();
        let plain = |line: &Line| row(&escaped(&line.label), &all(&|at| escaped(&line.cells[at].text())));
        let mut text = format!("\\begin{{tabular}}{{l{}}}\n\\hline\n", "c".repeat(self.n));
        text += &row("", &all(&number));
        self.head.iter().for_each(|line| text += &plain(line));
        text += "\\hline\n";
        for line in &self.coefficients {
            text += &row(&escaped(&line.label), &all(&|at| line.cells[at].latex()[0].clone()));
            text += &row("", &all(&|at| line.cells[at].latex()[1].clone()));
        }
        if !self.effects.is_empty() {
            text += "\\hline\n\\textit{Effects} \\\\\n";
            self.effects.iter().for_each(|line| text += &plain(line));
        }
        text += "\\hline\n";
        self.figures.iter().for_each(|line| text += &plain(line));
        text += "\\hline\n";
        for note in &self.notes {
            let note = escaped(note).replace('<', "$<$");
            text += &format!("\\multicolumn{{{}}}{{l}}{{\\footnotesize {note}}} \\\\\n", self.n + 1);
        }
        text + "\\end{tabular}\n"
    }
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Plain(text) => text.clone(),
            // Stars of all coefficients take three columns, so that brackets stand below each other.
            Self::Coefficient { estimate, stars, error } => format!("{estimate}{stars:<3} ({error})"),
        }
    }

    /// Coefficient and standard error of two lines.
    fn latex(&self) -> [String; 2] {
        match self {
            Self::Coefficient { estimate, stars, error } => {
                [format!("${estimate}^{{{stars}}}$"), format!("$({error})$")]
            }
            _ => [String::new(), String::new()],
        }
    }
}

/// A line for each term that some model has, in the order in which they first come.
fn coefficient_lines(models: &[Model<'_>]) -> Vec<Line> {
    let found: Vec<Vec<Coefficient<'_>>> =
        models.iter().map(|model| model.estimates.coefficients()).collect();
    let terms = every(models, |model| model.estimates.terms.iter().map(String::as_str).collect());
    let cell = |one: &Coefficient<'_>| Cell::Coefficient {
        estimate: significant(one.estimate),
        stars: stars(one.p_value),
        error: significant(one.std_error),
    };
    let line = |term: &str| Line {
        label: term.to_owned(),
        cells: found
            .iter()
            .map(|all| all.iter().find(|one| one.term == term).map_or(Cell::Empty, cell))
            .collect(),
    };
    terms.into_iter().map(line).collect()
}

/// Everything that some model has, once, in the order in which it first comes.
fn every<'a>(models: &[Model<'a>], of: impl Fn(&Model<'a>) -> Vec<&'a str>) -> Vec<&'a str> {
    let mut all = Vec::new();
    for one in models.iter().flat_map(of) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

/// What the table does not show: where the errors are from, what stars mean, what was corrected.
fn notes(models: &[Model<'_>]) -> Vec<String> {
    let errors = |model: &Model<'_>| match model.estimates.covariance.n_clusters.is_empty() {
        true => "robust to heteroskedasticity".to_owned(),
        false => format!("clustered by {}", model.estimates.covariance.kind),
    };
    let corrected = |model: &Model<'_>| {
        model.estimates.correction.as_ref().map(|_| {
            "coefficients and standard errors are corrected for incidental parameters (Weidner & Zylkin 2021)"
                .to_owned()
        })
    };
    let tested = |model: &Model<'_>| {
        let test = model.estimates.t_degrees;
        test.map_or("normal test".to_owned(), |degrees| format!("t test with {degrees} degrees of freedom"))
    };
    let mut notes = of_each(models, "standard errors in brackets, ", &|model| Some(errors(model)));
    notes.extend(of_each(models, "stars: *** p < 0.01, ** p < 0.05, * p < 0.1; ", &|model| {
        Some(tested(model))
    }));
    notes.extend(of_each(models, "", &corrected));
    let collinear = |model: &Model<'_>| {
        let names: Vec<&str> =
            model.estimates.collinear.iter().map(|left_out| left_out.term.as_str()).collect();
        (!names.is_empty()).then(|| shortened(&names.join(", "), WIDTH))
    };
    notes.extend(of_each(models, "left out as collinear: ", &collinear));
    notes
}

/// One note where it is the same of all models, else one for each that has it.
fn of_each(models: &[Model<'_>], start: &str, note: &dyn Fn(&Model<'_>) -> Option<String>) -> Vec<String> {
    let found: Vec<Option<String>> = models.iter().map(note).collect();
    let sentence = |text: &str| {
        let mut letters = text.chars();
        letters
            .next()
            .map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
    };
    if found.windows(2).all(|pair| pair[0] == pair[1]) {
        let first = found.into_iter().flatten().next();
        return first.map(|text| sentence(&format!("{start}{text}"))).into_iter().collect();
    }
    let of_one =
        |(at, text): (usize, Option<String>)| text.map(|text| format!("{} {start}{text}.", number(at)));
    found.into_iter().enumerate().filter_map(of_one).collect()
}

fn number(at: usize) -> String {
    format!("({})", at + 1)
}

fn method_name(method: Method) -> &'static str {
    match method {
        Method::Ppml => "PPML",
        Method::LeastSquares => "OLS",
    }
}
