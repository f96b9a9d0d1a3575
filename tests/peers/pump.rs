//! Frames through something that acknowledges them, as fast as it takes them.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::{machine, spread::Spread};

/// Something that frames are given to and that says when it has them.
pub(crate) trait Broker {
    /// Gives it a frame.
    async fn publish(&mut self, seq: u64, payload: String);
    /// Waits for an answer: the frame that is acknowledged, with all before it.
    async fn acknowledged(&mut self) -> u64;
}

/// When to stop, whichever comes first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) time: Duration,
    pub(crate) items: u64,
    pub(crate) bytes: u64,
}

impl Limit {
    /// So long and no longer.
    pub(crate) fn lasting(time: Duration) -> Self {
        Self { time, items: u64::MAX, bytes: u64::MAX }
    }
}

/// What went through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pumped {
    /// Reports or points that were acknowledged.
    pub(crate) items: u64,
    /// Bytes of the frames that were sent.
    pub(crate) bytes: u64,
    /// From the sending of a frame to its acknowledgement [ms].
    pub(crate) ack_ms: Spread,
    /// How long it took [s].
    pub(crate) seconds: f64,
    /// Items acknowledged in the first half of the time.
    first_half: u64,
    cut_short: bool,
}

impl Pumped {
    /// Items a second.
    pub(crate) fn rate(&self) -> f64 {
        self.items as f64 / self.seconds.max(1e-9)
    }

    /// The rate of the second half against that of the first: 1 is a steady flow. Not a number
    /// when another limit than the time came first.
    pub(crate) fn steadiness(&self) -> f64 {
        if self.cut_short {
            return f64::NAN;
        }
        (self.items - self.first_half) as f64 / self.first_half.max(1) as f64
    }
}

/// A stream of frames that goes on from one measurement to the next.
pub(crate) struct Stream<F> {
    /// The number of the next frame.
    pub(crate) seq: u64,
    /// Frames kept unacknowledged.
    pub(crate) in_flight: usize,
    /// Items made so far.
    pub(crate) items: u64,
    /// Makes the frame of that number, and says how many items it holds.
    pub(crate) make: F,
}

impl<F: FnMut(u64) -> (String, u64)> Stream<F> {
    /// Sends frames until a limit is reached and everything sent is acknowledged.
    pub(crate) async fn pump(&mut self, broker: &mut impl Broker, limit: Limit) -> Pumped {
        let mut pumped = Pumped::default();
        let mut waiting: VecDeque<(u64, Instant, u64)> = VecDeque::new();
        let (begun, mut sent) = (machine::now(), 0);
        loop {
            let over =
                begun.elapsed() >= limit.time || sent >= limit.items || pumped.bytes >= limit.bytes;
            if !over && waiting.len() < self.in_flight {
                let (payload, items) = (self.make)(self.seq);
                sent += items;
                self.items += items;
                pumped.bytes += payload.len() as u64;
                waiting.push_back((self.seq, machine::now(), items));
                broker.publish(self.seq, payload).await;
                self.seq += 1;
                continue;
            }
            if waiting.is_empty() {
                break;
            }
            let acknowledged = broker.acknowledged().await;
            while waiting.front().is_some_and(|(seq, ..)| *seq <= acknowledged) {
                let Some((_, at, items)) = waiting.pop_front() else { break };
                pumped.ack_ms.add(at.elapsed().as_secs_f64() * 1e3);
                pumped.items += items;
                if begun.elapsed() * 2 < limit.time {
                    pumped.first_half = pumped.items;
                }
            }
        }
        pumped.cut_short = begun.elapsed() < limit.time;
        pumped.seconds = begun.elapsed().as_secs_f64();
        pumped
    }
}
