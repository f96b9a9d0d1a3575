//! How a flow stands at its beginning: what servers have begun, how far away failures are.

use smol_str::SmolStr;

use super::{
    Begun, Flow, FlowError, Piece,
    clocks::Rank,
    network::Ages,
    state::{Doing, Next, micros},
};

impl Flow {
    /// Puts a server where it stands at the beginning.
    pub(super) fn begin(&mut self, begun: &Begun) -> Result<(), FlowError> {
        let Some(station) = self.network.stations.get(begun.station) else {
            return Err(FlowError::Begun { station: SmolStr::default() });
        };
        let wrong = || FlowError::Begun { station: station.name.clone() };
        let before = &self.network.stations[..begun.station];
        let first: u32 = before.iter().map(|station| station.servers).sum();
        let server = first + begun.server;
        let idle = &mut self.stations[begun.station].idle;
        let place = idle.iter().position(|&one| one == server).ok_or_else(wrong)?;
        idle.remove(place);
        let now = &mut self.servers[server as usize];
        let work = &mut self.stations[begun.station].works.stream;
        match begun.piece {
            Piece::None => {}
            Piece::Working(age) => {
                now.doing = Doing::Working;
                now.remaining = micros(station.work.residual(age as f64, work));
            }
            Piece::Finished(way) if (way as usize) < station.gives.len() => {
                (now.doing, now.way) = (Doing::Blocked, way);
            }
            Piece::Finished(_) => return Err(wrong()),
        }
        if let Some((number, age)) = begun.down {
            let failure = station.failures.get(number).ok_or_else(wrong)?;
            let left = micros(failure.repair.residual(age as f64, &mut now.repairing));
            now.down = 1;
            let slot = match failure.ages {
                Ages::WithWork => {
                    now.next = Next::Repair(number as u32);
                    server as usize
                }
                Ages::WithTime => {
                    let slot = now.slots as usize + number;
                    self.repairing[slot - self.servers.len()] = true;
                    slot
                }
            };
            self.clocks.schedule(slot, self.now.after(left), Rank::End);
        }
        match begun.piece {
            Piece::None if begun.down.is_none() => self.empty(server as usize),
            Piece::None => {}
            Piece::Working(_) if begun.down.is_none() => self.resume(server as usize),
            Piece::Working(_) => {}
            Piece::Finished(_) => self.leave(server as usize),
        }
        Ok(())
    }

    /// Draws how far away failures are.
    pub(super) fn age(&mut self) {
        for index in 0..self.servers.len() {
            let server = &mut self.servers[index];
            let station = &self.network.stations[server.station as usize];
            for (failure, number) in station.failures.iter().zip(0..) {
                let left = micros(failure.between.sample(&mut server.failing));
                server.ages.push(left);
                if failure.ages == Ages::WithTime {
                    let slot = (server.slots + number) as usize;
                    self.clocks.schedule(slot, self.now.after(left), Rank::Failure);
                }
            }
        }
    }
}
