//! The known name that was probably meant.

/// Longest list that is searched: a fault in each row of a long table would else take the square of its length.
const MOST_NAMES: usize = 2_000;

/// The known name nearest to one that is not known, where one is near: at most a third of the letters differ, small and
/// capital letters apart. Of names that are equally near one that begins with it, or that it begins with, comes first.
/// None in a list of more than 2,000 names.
#[must_use]
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let known: Vec<&str> = known.into_iter().take(MOST_NAMES + 1).collect();
    if known.len() > MOST_NAMES {
        return None;
    }
    let lower = name.to_lowercase();
    let distance = |other: &str| strsim::damerau_levenshtein(&lower, &other.to_lowercase());
    let is_begun = |other: &str| {
        let other = other.to_lowercase();
        !lower.is_empty() && (other.starts_with(&lower) || lower.starts_with(&other))
    };
    let ranked = known.into_iter().map(|other| (distance(other), !is_begun(other), other));
    let (distance, _, other) = ranked.min()?;
    (3 * distance <= name.chars().count().max(3)).then_some(other)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_pen_finds_its_name_and_another_word_none() {
        let known = ["demands", "opinion", "withdrawal_needs_congress"];
        assert_eq!(nearest("demnads", known), Some("demands"));
        assert_eq!(nearest("Opinion", known), Some("opinion"));
        assert_eq!(nearest("DEMANDS", known), Some("demands"));
        assert_eq!(nearest("speed", known), None);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn of_names_equally_near_the_one_that_is_begun_comes_first() {
        assert_eq!(nearest("US", ["AUS", "RUS", "USA"]), Some("USA"));
        assert_eq!(nearest("vn", ["VNM", "VEN"]), Some("VNM"));
        assert_eq!(nearest("USAX", ["USXX", "USA"]), Some("USA"));
    }
}
