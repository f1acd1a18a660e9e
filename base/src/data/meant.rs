//! What to do about a name that is not known.

use super::nearest::nearest;

/// Asks about the known name that was probably meant; without one says what else can be done.
#[must_use]
pub fn did_you_mean<'n>(found: &str, known: impl IntoIterator<Item = &'n str>, otherwise: &str) -> String {
    match nearest(found, known) {
        Some(meant) => format!("Did you mean {meant}?"),
        None => otherwise.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn a_near_name_is_asked_about_and_else_the_other_way_out_is_told() {
        assert_eq!(did_you_mean("hybirdd", ["hybrid", "world"], "Correct it."), "Did you mean hybrid?");
        assert_eq!(did_you_mean("x", ["hybrid", "world"], "Correct it."), "Correct it.");
    }
}
