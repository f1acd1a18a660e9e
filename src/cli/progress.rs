//! Progress on standard error, only where it is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::ensemble::Watch;

/// A progress bar over draws and years; hidden if standard error is not a terminal.
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar without a length yet; hidden with `quiet` and if standard error is not a terminal.
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Watch for Progress {
    fn begin(&self, length: u64) {
        self.0.set_length(length);
        let template = "{msg:>8} [{bar:40}] {pos}/{len} draws, {elapsed} gone, {eta} to go";
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style.progress_chars("=> "));
        }
    }

    fn stage(&self, text: &str) {
        self.0.set_message(text.to_owned());
    }

    fn advance(&self, by: u64) {
        self.0.inc(by);
    }
}
