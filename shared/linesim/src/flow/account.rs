//! What has come of a flow: pieces, levels, and what servers did with their time.

use des::Time;

use super::{Flow, ServerTimes, Totals, network::Blocking, state::StorageNow};

impl Flow {
    /// Enters the time since a server's state last changed; to be called before it changes.
    #[inline]
    pub(super) fn account(&mut self, index: usize) {
        // Most pieces leave the moment they are finished, of which account was taken then.
        if self.watched && self.servers[index].since != self.now {
            self.account_watched(index);
        }
    }

    /// The same of a server of this station that stood idle.
    #[inline]
    pub(super) fn account_idle(&mut self, station: usize, index: usize) {
        if self.watched && self.stations[station].waits_for_room {
            self.account_watched(index);
        }
        self.servers[index].since = self.now;
    }

    /// The same of a server that worked.
    #[inline]
    pub(super) fn account_work(&mut self, index: usize) {
        if self.watched {
            let server = &mut self.servers[index];
            let lasted = self.now.since(server.since);
            server.times.working += lasted;
            server.times.held += lasted;
            server.since = self.now;
        }
    }

    fn account_watched(&mut self, index: usize) {
        let server = &mut self.servers[index];
        let waits_for_room = self.stations[server.station as usize].waits_for_room;
        server.enter(self.now, waits_for_room);
    }

    /// Idle servers of a station that keeps a place before its work wait for room, or no longer.
    #[inline]
    pub(super) fn waits_for_room(&mut self, station: usize, waits: bool) {
        let keeps = self.network.stations[station].blocking == Blocking::BeforeService;
        if !self.watched || !keeps || self.stations[station].waits_for_room == waits {
            return;
        }
        for at in 0..self.stations[station].idle.len() {
            self.account_watched(self.stations[station].idle[at] as usize);
        }
        self.stations[station].waits_for_room = waits;
    }

    /// Single times in the network of pieces that left good, by station: when each left and how
    /// long it had been there \[µs\]; of many every n-th. None where the flow is not watched.
    pub fn single_leads(&self) -> Vec<&[(Time, i64)]> {
        self.stations.iter().map(|station| station.leads.kept.as_slice()).collect()
    }

    /// What each server did with its time up to now, station by station; all zero where the flow
    /// is not watched.
    pub fn server_times(&self) -> Vec<ServerTimes> {
        let up_to_now = |index: usize| {
            let server = &self.servers[index];
            let waits_for_room = self.stations[server.station as usize].waits_for_room;
            let now = if self.watched { self.now } else { server.since };
            server.times_at(now, waits_for_room)
        };
        (0..self.servers.len()).map(up_to_now).collect()
    }

    /// What has come of it up to now.
    pub fn totals(&self) -> Totals {
        let finished = self.stations.iter().map(|station| station.finished).collect();
        let left = self.stations.iter().map(|station| station.left).collect();
        let up_to_now = |storage: &StorageNow| storage.area + storage.since_then(self.now);
        Totals {
            at: self.now,
            finished,
            left,
            scrapped: self.stations.iter().map(|station| station.scrapped).collect(),
            in_system: self.stations.iter().map(|station| station.in_system).collect(),
            taken: self.storages.iter().map(|storage| storage.taken).collect(),
            waited: self.storages.iter().map(|storage| storage.waited).collect(),
            taken_at_once: self.storages.iter().map(|storage| storage.taken_at_once).collect(),
            level_time: self.storages.iter().map(up_to_now).collect(),
            levels: self.storages.iter().map(|storage| storage.level).collect(),
        }
    }
}
