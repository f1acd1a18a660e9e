//! How much memory the machine has free.

/// Bytes that are free, as the system tells; `None` where it does not.
///
/// The lower of what the machine has and what the control group of the process may still take.
#[must_use]
pub fn available_bytes() -> Option<u64> {
    let machine = std::fs::read_to_string("/proc/meminfo").ok().as_deref().and_then(mem_available);
    let number = |file: &str| std::fs::read_to_string(file).ok()?.trim().parse::<u64>().ok();
    let group = number("/sys/fs/cgroup/memory.max")
        .map(|max| max.saturating_sub(number("/sys/fs/cgroup/memory.current").unwrap_or(0)));
    machine.into_iter().chain(group).min()
}

fn mem_available(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::mem_available;

    #[test]
    fn the_line_of_the_kernel_is_read() {
        assert_eq!(mem_available("MemTotal: 2 kB\nMemAvailable:   16 kB\n"), Some(16 << 10));
        assert_eq!(mem_available("MemTotal: 2 kB\n"), None);
    }
}
