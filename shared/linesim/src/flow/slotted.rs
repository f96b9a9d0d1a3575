//! Lines that move in step: machines with one cycle time, failures at the start of a cycle, moves
//! at its end.
//!
//! The mode in which exact results for deterministic machines are stated: with geometric times to
//! failure and repair (J. A. Buzacott 1967; S. B. Gershwin, "Manufacturing Systems Engineering",
//! 1994, chapter 3), and with Bernoulli machines (J. Li and S. M. Meerkov, "Production Systems
//! Engineering", 2009, chapter 4). Time is counted in cycles.

use des::{Stream, Streams};
use smol_str::SmolStr;

use super::FlowError;

/// A line of machines in step, the first never without material and the last never without room.
#[derive(Clone, Debug)]
pub struct SlottedLine {
    /// Its machines in order.
    pub machines: Vec<Machine>,
    /// Room between each and the next \[pieces\], one less than there are machines.
    pub room: Vec<u32>,
    /// When a full storage keeps the machine before it from working.
    pub full: Full,
}

/// A machine of a line in step.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its name: of its random stream, and in errors.
    pub name: SmolStr,
    /// What decides whether it runs in a cycle.
    pub up: Up,
}

/// What decides whether a machine runs in a cycle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Up {
    /// Fails with this chance in a cycle in which it would work, and is repaired with that chance
    /// in one in which it is down.
    Geometric {
        /// To fail \[ratio\].
        fails: f64,
        /// To be repaired \[ratio\].
        repaired: f64,
    },
    /// Runs with this chance in each cycle, whatever it did before \[ratio\].
    Bernoulli(f64),
}

/// When a full storage keeps the machine before it from working.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// Where it was full at the start of the cycle.
    AtStart,
    /// Where it was, and the machine after it takes nothing in this cycle.
    UnlessTaken,
}

/// A line in step being played.
#[derive(Clone, Debug)]
pub struct Slotted {
    line: SlottedLine,
    streams: Vec<Stream>,
    up: Vec<bool>,
    works: Vec<bool>,
    /// Pieces in each storage.
    pub levels: Vec<u32>,
    /// Cycles played.
    pub cycles: u64,
    /// Pieces finished, by machine.
    pub finished: Vec<u64>,
    /// Cycles in which each machine was down.
    pub down: Vec<u64>,
    /// Cycles in which each machine was up and faced a full storage.
    pub blocked: Vec<u64>,
    /// Pieces in each storage at the end of each cycle, added up.
    pub level_sums: Vec<u64>,
}

impl Slotted {
    /// A line at cycle 0: every machine up, every storage empty.
    ///
    /// # Errors
    /// [`FlowError`]: chances outside 0 to 1, or not a storage between each machine and the next.
    pub fn new(line: SlottedLine, streams: Streams, replication: u64) -> Result<Self, FlowError> {
        let count = line.machines.len();
        if line.room.len() + 1 != count {
            let last = line.machines.last().map(|machine| machine.name.clone());
            return Err(FlowError::NoStorage { station: last.unwrap_or_default() });
        }
        for machine in &line.machines {
            let chances = match machine.up {
                Up::Geometric { fails, repaired } => [fails, repaired],
                Up::Bernoulli(up) => [up, up],
            };
            if !chances.iter().all(|chance| (0.0..=1.0).contains(chance)) {
                let (station, sum) = (machine.name.clone(), chances[0]);
                return Err(FlowError::Shares { station, sum });
            }
        }
        let names = line.machines.iter().map(|machine| &machine.name);
        let streams = names.map(|name| streams.stream(replication, name, "cycle")).collect();
        Ok(Self {
            streams,
            up: vec![true; count],
            works: vec![false; count],
            levels: vec![0; count - 1],
            cycles: 0,
            finished: vec![0; count],
            down: vec![0; count],
            blocked: vec![0; count],
            level_sums: vec![0; count - 1],
            line,
        })
    }

    /// Plays so many cycles.
    pub fn run(&mut self, cycles: u64) {
        for _ in 0..cycles {
            self.start_cycle();
            self.move_pieces();
        }
        self.cycles += cycles;
    }

    fn starved(&self, machine: usize) -> bool {
        machine > 0 && self.levels[machine - 1] == 0
    }

    fn faces_full(&self, machine: usize) -> bool {
        self.line.room.get(machine).is_some_and(|&room| self.levels[machine] >= room)
    }

    /// Failures and repairs, by what the storages held at the end of the cycle before.
    fn start_cycle(&mut self) {
        for machine in 0..self.up.len() {
            let draw = self.streams[machine].unit();
            self.up[machine] = match self.line.machines[machine].up {
                Up::Bernoulli(up) => draw < up,
                Up::Geometric { repaired, .. } if !self.up[machine] => draw < repaired,
                Up::Geometric { fails, .. } => {
                    let idle = self.starved(machine) || self.faces_full(machine);
                    idle || draw >= fails
                }
            };
        }
    }

    /// Who works in this cycle, from the last machine back, then what moves by that.
    fn move_pieces(&mut self) {
        for machine in (0..self.up.len()).rev() {
            let taken =
                self.line.full == Full::UnlessTaken && self.works.get(machine + 1) == Some(&true);
            let blocked = self.faces_full(machine) && !taken;
            self.works[machine] = self.up[machine] && !self.starved(machine) && !blocked;
            self.down[machine] += u64::from(!self.up[machine]);
            let kept = self.up[machine] && blocked && !self.starved(machine);
            self.blocked[machine] += u64::from(kept);
        }
        for machine in (0..self.up.len()).filter(|&machine| self.works[machine]) {
            self.finished[machine] += 1;
            if machine > 0 {
                self.levels[machine - 1] -= 1;
            }
            if let Some(level) = self.levels.get_mut(machine) {
                *level += 1;
            }
        }
        for (sum, level) in self.level_sums.iter_mut().zip(&self.levels) {
            *sum += u64::from(*level);
        }
    }
}
