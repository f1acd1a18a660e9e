//! How much memory a command may take before it asks.

use std::fs;
use std::sync::{Mutex, PoisonError};

/// Assumed where the system does not say, bytes.
const UNKNOWN_BYTES: u64 = 4 << 30;

/// What the user allows, for the whole process.
static ALLOWED: Mutex<Option<u64>> = Mutex::new(None);

/// Sets the value that [`usable_bytes`] returns (`--max-memory`); `None`: what is free.
pub fn allow(bytes: Option<u64>) {
    *ALLOWED.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
}

/// Bytes of memory that a command may take: the value given to [`allow`], else three quarters of the free memory.
///
/// Free is the least of three: the memory of the machine, the rest of the control group, the rest of `ulimit -v`.
#[must_use]
pub fn usable_bytes() -> u64 {
    if let Some(bytes) = *ALLOWED.lock().unwrap_or_else(PoisonError::into_inner) {
        return bytes;
    }
    let known = [machine_bytes(), group_bytes(), address_space_bytes()];
    known.into_iter().flatten().min().unwrap_or(UNKNOWN_BYTES) / 4 * 3
}

/// Free memory of the machine.
fn machine_bytes() -> Option<u64> {
    kib_of(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")
}

/// The rest of the limit of the control group.
fn group_bytes() -> Option<u64> {
    // Without control groups the files of the root are looked for, and then not found either.
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let own = groups.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or("/").to_owned();
    let number = |path: String| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    // What a use that cannot be read leaves is the limit itself.
    let left = |limit: &str, used: &str| {
        Some(number(limit.to_owned())?.saturating_sub(number(used.to_owned()).unwrap_or(0)))
    };
    let second = |folder: &str| left(&format!("{folder}/memory.max"), &format!("{folder}/memory.current"));
    let root = "/sys/fs/cgroup";
    let first = left(
        &format!("{root}/memory/memory.limit_in_bytes"),
        &format!("{root}/memory/memory.usage_in_bytes"),
    );
    [second(&format!("{root}{}", own.trim_end_matches('/'))), second(root), first].into_iter().flatten().min()
}

/// The rest of the limit `ulimit -v`.
fn address_space_bytes() -> Option<u64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    let limit: u64 = line.split_whitespace().next()?.parse().ok()?;
    let used = fs::read_to_string("/proc/self/status").ok();
    Some(limit.saturating_sub(used.and_then(|status| kib_of(&status, "VmSize:")).unwrap_or(0)))
}

fn kib_of(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}
