//! What the measurements run on: clocks, processes, the disk.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::spread::Spread;

/// Linux counts a process's time in hundredths of a second, on every machine.
const TICKS_PER_SECOND: f64 = 100.0;
/// The page of the machines that this is measured on.
const PAGE_BYTES: u64 = 4_096;
/// Flushes of one probe of the disk.
const FLUSHES: usize = 200;

/// A moment to measure from.
#[expect(clippy::disallowed_methods, reason = "a measurement asks what time it is")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Lets time pass while something is being measured.
pub(crate) async fn pass(time: Duration) {
    // What never comes is waited for: the time is over when that is given up.
    let _over = tokio::time::timeout(time, std::future::pending::<()>()).await;
}

/// The wall clock, in microseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "a measurement asks what time it is")]
pub(crate) fn wall_micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// What a process has used so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    /// CPU time of all its threads [s].
    pub(crate) cpu_s: f64,
    /// Memory that it holds now.
    pub(crate) rss_bytes: u64,
}

impl Used {
    /// CPU time since an earlier reading [s]; at least one tick, so that it can be divided by.
    pub(crate) fn cpu_since(self, earlier: Self) -> f64 {
        (self.cpu_s - earlier.cpu_s).max(1.0 / TICKS_PER_SECOND)
    }
}

/// What the process of that number has used.
pub(crate) fn used(pid: u32) -> Used {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name in brackets may hold spaces; fields are counted from behind it, from `state` on.
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .map(|(_, rest)| rest.split_whitespace().collect())
        .unwrap_or_default();
    let field = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    Used {
        cpu_s: (field(11) + field(12)) as f64 / TICKS_PER_SECOND,
        rss_bytes: field(21) * PAGE_BYTES,
    }
}

/// What this process has used.
pub(crate) fn own() -> Used {
    used(std::process::id())
}

/// The machine in a line.
pub(crate) fn describe() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unnamed processor", |(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib: u64 = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse().ok())
        .unwrap_or(0);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    // What else runs takes its share of every figure.
    let load = load.split(' ').next().unwrap_or_default();
    format!(
        "{cores} cores of {model}, {} GiB, Linux {}, load {load} at the start",
        kib >> 20,
        kernel.trim()
    )
}

/// The kind of file system that a folder lies on.
pub(crate) fn file_system(folder: &Path) -> String {
    let folder = fs::canonicalize(folder).unwrap_or_else(|_error| folder.to_owned());
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let fields = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let around = fields.filter(|line| line.len() > 2 && folder.starts_with(line[1]));
    // Of several mounts at one point the last one counts.
    let nearest = around.max_by_key(|line| line[1].len());
    nearest.map_or_else(|| "unknown".to_owned(), |line| line[2].to_owned())
}

/// How long an `fdatasync` of 4 KiB appended takes there [ms].
pub(crate) fn flushes_ms(folder: &Path) -> Spread {
    let path = folder.join("flush-probe");
    let mut file = File::create(&path).expect("a file can be made");
    let mut spread = Spread::default();
    for _ in 0..FLUSHES {
        let begun = now();
        file.write_all(&[7; 4_096]).expect("the disk has room");
        file.sync_data().expect("the disk flushes");
        spread.add(begun.elapsed().as_secs_f64() * 1e3);
    }
    drop(file);
    fs::remove_file(path).expect("a file of ours can be removed");
    spread
}
