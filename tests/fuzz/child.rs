//! One call of the program under limits, with what it used.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Address space that a call may take, in KiB.
pub const MOST_ADDRESS_KIB: u64 = 3 << 20;
/// Processor time after which a call counts as hanging; overridden by `TRADEPATH_FUZZ_SECONDS`.
const MOST_SECONDS: f64 = 20.0;
/// What each draw that is asked for may add: its events are written, which is work and no hang.
const SECONDS_PER_DRAW: f64 = 0.002;
/// Draws for which the limit is raised; more must be refused or end in the usual time.
const MOST_DRAWS: f64 = 100_000.0;
/// A call that waits for something uses no processor time; this many times the limit by the clock end it as well.
const CLOCK_FACTOR: f64 = 5.0;
/// Ticks of a second in `/proc/PID/stat` (`USER_HZ`, 100 on every Linux).
const TICKS: f64 = 100.0;

/// How a call ended.
pub struct Outcome {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub hangs: bool,
    pub seconds: f64,
    pub peak_kib: u64,
    pub stdout: String,
    pub stderr: String,
}

/// Runs the program in `folder`; its words go to files in `log`.
pub fn call(folder: &Path, log: &Path, arguments: &[String]) -> Result<Outcome, String> {
    let told = |error: std::io::Error| format!("{}: {error}", log.display());
    let (out, err) = (log.join("stdout"), log.join("stderr"));
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -c 0; ulimit -v \"$0\"; exec \"$@\""])
        .arg(MOST_ADDRESS_KIB.to_string())
        .arg(env!("CARGO_BIN_EXE_tradepath"))
        .args(arguments)
        .current_dir(folder)
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(File::create(&out).map_err(told)?)
        .stderr(File::create(&err).map_err(told)?);
    // Two calls run side by side; threads of their own would only wait for each other.
    command.env("RAYON_NUM_THREADS", "1");
    let child = command.spawn().map_err(told)?;
    let mut outcome = watch(child, limit_seconds(arguments))?;
    outcome.stdout = String::from_utf8_lossy(&fs::read(&out).map_err(told)?).into_owned();
    outcome.stderr = String::from_utf8_lossy(&fs::read(&err).map_err(told)?).into_owned();
    Ok(outcome)
}

fn limit_seconds(arguments: &[String]) -> f64 {
    let asked = std::env::var("TRADEPATH_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let after = arguments.iter().skip_while(|word| *word != "--draws").nth(1);
    let draws = after
        .and_then(|text| text.parse().ok())
        .filter(|draws| (0.0..=MOST_DRAWS).contains(draws))
        .unwrap_or(0.0);
    asked.unwrap_or(MOST_SECONDS) + draws * SECONDS_PER_DRAW
}

fn watch(mut child: Child, limit: f64) -> Result<Outcome, String> {
    let start = Instant::now();
    let (mut peak_kib, mut processor, mut hangs) = (0, 0.0_f64, false);
    let mut pause = Duration::from_micros(500);
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            break status;
        }
        peak_kib = peak_kib.max(resident_kib(child.id()).unwrap_or(0));
        processor = processor.max(processor_seconds(child.id()).unwrap_or(0.0));
        if !hangs && (processor > limit || start.elapsed().as_secs_f64() > CLOCK_FACTOR * limit) {
            hangs = true;
            child.kill().map_err(|error| error.to_string())?;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    Ok(Outcome {
        code: status.code(),
        signal: status.signal(),
        hangs,
        seconds: processor.max(start.elapsed().as_secs_f64()),
        peak_kib,
        stdout: String::new(),
        stderr: String::new(),
    })
}

/// Largest resident memory so far; sampled, as the system keeps no figure of a process that ended.
fn resident_kib(process: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn processor_seconds(process: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: f64 = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / TICKS)
}
