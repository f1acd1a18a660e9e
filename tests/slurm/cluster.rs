//! A Slurm of two nodes on this machine: daemons as child processes, all state below one folder.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What must be there, as the packages of Debian and Ubuntu name it.
pub const PROGRAMS: [&str; 7] = ["munged", "slurmctld", "slurmd", "sbatch", "scontrol", "squeue", "mkfifo"];
/// The nodes.
pub const NODES: [&str; 2] = ["n1", "n2"];

/// Why no Slurm can be started here; `None` if it can.
pub fn missing() -> Option<String> {
    let is_there = |program: &&str| {
        let places = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
        places.iter().any(|folder| Path::new(folder).join(program).exists())
    };
    let lacking: Vec<&str> = PROGRAMS.into_iter().filter(|program| !is_there(program)).collect();
    if !lacking.is_empty() {
        let packages = "apt-get install munge slurmctld slurmd slurm-client";
        return Some(format!("{} not found ({packages})", lacking.join(", ")));
    }
    let id = Command::new("id").arg("-u").output().ok()?;
    (id.stdout != b"0\n").then(|| "the daemons need root".to_owned())
}

/// Asks again and again until an answer comes.
pub fn wait_for<T>(what: &str, seconds: u64, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < Duration::from_secs(seconds), "no {what} in {seconds} s");
        sleep(Duration::from_millis(50));
    }
}

/// A process of this cluster.
pub struct Process {
    pub id: u32,
    pub parent: u32,
    pub command: String,
    environment: String,
}

impl Process {
    /// A variable of its environment.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.split('\0').find_map(|entry| entry.strip_prefix(name)?.strip_prefix('='))
    }

    /// Sends it a signal; one that has gone meanwhile is as good as gone.
    pub fn signal(&self, name: &str) {
        let number = self.id.to_string();
        let _ = Command::new("kill").args(["-s", name, &number]).stderr(Stdio::null()).status();
    }
}

/// The cluster; its daemons and jobs end with it.
pub struct Cluster {
    folder: PathBuf,
    daemons: Vec<(&'static str, Child)>,
}

impl Cluster {
    /// Starts the daemons below `folder` and waits until both nodes are idle.
    pub fn start(folder: &Path) -> Self {
        for inner in ["munge", "state", "spool-n1", "spool-n2"] {
            fs::create_dir(folder.join(inner)).unwrap();
        }
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(folder.join("slurm.conf"), configuration(folder)).unwrap();
        let mut cluster = Self { folder: folder.to_owned(), daemons: Vec::new() };
        cluster.start_munge();
        cluster.daemon("slurmctld", "slurmctld", &["-D", "-c"]);
        for node in NODES {
            cluster.daemon(node, "slurmd", &["-D", "-N", node]);
        }
        wait_for("idle nodes", 40, || {
            let found = cluster.output("sinfo", &["-h", "-N", "-o", "%T"])?;
            (found.split_whitespace().filter(|state| *state == "idle").count() == NODES.len()).then_some(())
        });
        cluster
    }

    /// A command with the settings of this cluster.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("SLURM_CONF", self.folder.join("slurm.conf"));
        command
    }

    /// What a command says; `None` where it failed.
    pub fn output(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let output = self.command(program).args(arguments).output().unwrap();
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// A field of `scontrol show job`, such as `JobState`; of an array, of one of its tasks.
    pub fn of_job(&self, job: &str, field: &str) -> Option<String> {
        let shown = self.output("scontrol", &["show", "job", "-o", job])?;
        let mut words = shown.split_whitespace();
        words.find_map(|word| Some(word.strip_prefix(field)?.strip_prefix('=')?.to_owned()))
    }

    /// All processes of the cluster: daemons, steps and jobs.
    pub fn processes(&self) -> Vec<Process> {
        let settings = format!("SLURM_CONF={}", self.folder.join("slurm.conf").display());
        let of = |entry: fs::DirEntry| {
            let at = entry.path();
            let id = entry.file_name().to_str()?.parse().ok()?;
            let environment = fs::read(at.join("environ")).ok()?;
            let environment = String::from_utf8_lossy(&environment).into_owned();
            environment.split('\0').any(|entry| entry == settings).then_some(())?;
            let command = fs::read(at.join("cmdline")).ok()?;
            let status = fs::read_to_string(at.join("status")).ok()?;
            let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
            Some(Process {
                id,
                parent: parent.trim().parse().ok()?,
                command: String::from_utf8_lossy(&command).replace('\0', " "),
                environment,
            })
        };
        fs::read_dir("/proc").unwrap().flatten().filter_map(of).collect()
    }

    /// The machine of a node dies: its daemon, its steps and its jobs, all at once.
    pub fn lose(&mut self, node: &str) {
        let at = self.daemons.iter().position(|(name, _)| *name == node).expect("a node that runs");
        let (_, mut daemon) = self.daemons.swap_remove(at);
        let all = self.processes();
        daemon.kill().unwrap();
        daemon.wait().unwrap();
        let jobs: Vec<&Process> =
            all.iter().filter(|process| process.variable("SLURMD_NODENAME") == Some(node)).collect();
        let steps: Vec<u32> = jobs.iter().map(|job| job.parent).collect();
        let is_step =
            |process: &&Process| steps.contains(&process.id) && process.command.starts_with("slurmstepd");
        all.iter().filter(is_step).chain(jobs.iter().copied()).for_each(|process| process.signal("KILL"));
    }

    fn start_munge(&mut self) {
        let at = self.folder.join("munge");
        let path = |name: &str| at.join(name).display().to_string();
        let mut key = [0_u8; 64];
        std::io::Read::read_exact(&mut fs::File::open("/dev/urandom").unwrap(), &mut key).unwrap();
        fs::write(at.join("key"), key).unwrap();
        fs::set_permissions(at.join("key"), fs::Permissions::from_mode(0o400)).unwrap();
        let owner = Command::new("chown").args(["-R", "munge:", &path("")]).status().unwrap();
        assert!(owner.success());
        let files = [("socket", "socket"), ("key-file", "key"), ("log-file", "log"), ("pid-file", "pid")];
        let files = files.iter().chain(&[("seed-file", "seed")]);
        let files: Vec<String> = files.map(|(option, name)| format!("--{option}={}", path(name))).collect();
        let mut arguments = vec!["-u", "munge", "--", "/usr/sbin/munged", "--foreground", "--force"];
        arguments.extend(files.iter().map(String::as_str));
        self.daemon("munged", "runuser", &arguments);
        wait_for("socket of munge", 20, || at.join("socket").exists().then_some(()));
    }

    fn daemon(&mut self, name: &'static str, program: &str, arguments: &[&str]) {
        let log = fs::File::create(self.folder.join(format!("{name}.out"))).unwrap();
        let mut command = self.command(program);
        command.args(arguments).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        self.daemons.push((name, command.spawn().unwrap()));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for file in ["slurmctld.log", "slurmd-n1.log", "slurmd-n2.log"] {
                let text = fs::read_to_string(self.folder.join(file)).unwrap_or_default();
                let last: Vec<&str> = text.lines().rev().take(15).collect();
                eprintln!("last lines of {file}:");
                last.iter().rev().for_each(|line| eprintln!("  {line}"));
            }
        }
        let _ = self.output("scancel", &["--user=root"]);
        let _ = self.output("scontrol", &["shutdown"]);
        sleep(Duration::from_millis(500));
        self.processes().iter().for_each(|process| process.signal("KILL"));
        // `runuser` is the child, and ends when munged has; that is known by its file.
        if let Ok(id) = fs::read_to_string(self.folder.join("munge/pid")) {
            let _ = Command::new("kill").args(["-KILL", id.trim()]).stderr(Stdio::null()).status();
            sleep(Duration::from_millis(200));
        }
        for (_, daemon) in &mut self.daemons {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

/// `slurm.conf`.
fn configuration(folder: &Path) -> String {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let host = host.trim().split('.').next().unwrap_or_default().to_owned();
    let sockets: Vec<TcpListener> = (0..3).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let ports: Vec<u16> = sockets.iter().map(|socket| socket.local_addr().unwrap().port()).collect();
    let at = folder.display();
    let nodes: String = NODES
        .iter()
        .zip(&ports[1..])
        .map(|(node, port)| {
            format!(
                "NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=1 RealMemory=1000\n"
            )
        })
        .collect();
    format!(
        "ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={at}/munge/socket,cred_expire=5
StateSaveLocation={at}/state
SlurmdSpoolDir={at}/spool-%n
SlurmctldPidFile={at}/slurmctld.pid
SlurmdPidFile={at}/slurmd-%n.pid
SlurmctldLogFile={at}/slurmctld.log
SlurmdLogFile={at}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SlurmdTimeout=5
KillWait=2
SchedulerParameters=sched_interval=1,sched_min_interval=0,bf_interval=1
MpiDefault=none
JobCompType=jobcomp/filetxt
JobCompLoc={at}/jobcomp.txt
JobRequeue=1
{nodes}PartitionName=all Nodes={} Default=YES MaxTime=INFINITE State=UP
",
        ports[0],
        NODES.join(",")
    )
}
