//! Names of columns in messages.

use tradepath_base::error::shortened;

/// Longest name that a message repeats whole.
pub(super) const LONGEST_NAME: usize = 60;
/// Most names that a message lists.
const MOST_NAMES: usize = 40;

/// Names of columns for a message.
pub(super) fn listed(header: &[String]) -> String {
    let shown: Vec<String> =
        header.iter().take(MOST_NAMES).map(|name| shortened(name, LONGEST_NAME)).collect();
    let more = header.len().saturating_sub(MOST_NAMES);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}
