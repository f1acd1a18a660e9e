//! SIGINT and SIGTERM: staging folders go, finished work stays, and the user learns how to go on.

use std::sync::Mutex;

/// What is said when the command is stopped.
static HINT: Mutex<String> = Mutex::new(String::new());

/// Says from now on, when the command is stopped, what is kept and how to go on.
pub fn when_stopped(hint: String) {
    *HINT.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = hint;
}

/// What [`when_stopped`] was told, once.
pub fn take_hint() -> String {
    std::mem::take(&mut HINT.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// Waits for signals in a thread of its own; the process then ends by the signal, as its parent expects.
///
/// # Errors
/// If the system refuses the handler.
#[cfg(unix)]
pub fn watch() -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            crate::output::dir::abandon_all();
            let hint = HINT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            super::terminal::notice(&format!("\nstopped. {hint}\n"));
            // Ends the process; only a signal without a default action would let it go on.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
            std::process::exit(1);
        }
    });
    Ok(())
}

/// Elsewhere the system's own handling stays.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn watch() -> std::io::Result<()> {
    Ok(())
}
