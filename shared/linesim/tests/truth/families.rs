//! The families of models: from a row's parameters to something that can be measured.

use des::{Distribution, Streams, Time};
use linesim::flow::{
    Ages, Begun, Blocking, Failure, Flow, Full, Lot, Machine, Network, Piece, Slotted, SlottedLine,
    Station, Storage, Totals, Up, Way,
};
use serde_json::Value;

/// The unit of time of the rates \[µs\]: small rounding, and room for long runs.
const UNIT: f64 = 1e6;
/// The shortest measured run, and what is left out before it \[units of time, or cycles\].
const SHORTEST: f64 = 4_000.0;
const WARM_UP: f64 = 2_000.0;

/// How a row is measured.
pub enum Measure {
    /// One run, so many times as long as the shortest.
    Long(Box<dyn Fn(Streams, u64, f64) -> f64>),
    /// The mean of so many runs.
    Short(Box<dyn Fn(Streams, u64) -> f64>),
}

/// The measure of a row; none where the family, a parameter or the metric is not known.
pub fn build(model: &str, parameters: &Value, metric: &str) -> Option<Measure> {
    let of = Parameters(parameters);
    let family = model.split('_').next()?;
    match model {
        "gershwin_det_2m_ODF_geometric" | "bernoulli_2m_BBS" => in_step(&of, metric),
        "transient_exp_N3_B2" => transient_line(&of, metric),
        "transient_2m_unreliable_b5" => transient_pair(&of, metric),
        "base_stock_poisson" => {
            let stock = of.count("S")?;
            inventory(&of, 1, stock.checked_sub(1)?, metric)
        }
        "Qr_poisson_constL" => inventory(&of, of.count("Q")?, of.count("r")?, metric),
        "machine_repair" => machine_repair(&of, metric),
        "fork_join2_MM1" => fork_join(&of, metric),
        _ if model.starts_with("jackson3_rework") => jackson(&of, model, metric),
        _ if model.starts_with("conwip") => conwip(&of, model, metric),
        _ if family.starts_with('M') => queue(&of, model, metric),
        _ => saturated(&of, model, metric),
    }
}

/// The parameters of a row.
struct Parameters<'a>(&'a Value);

impl Parameters<'_> {
    fn number(&self, name: &str) -> Option<f64> {
        self.0.get(name)?.as_f64()
    }

    fn count(&self, name: &str) -> Option<u32> {
        u32::try_from(self.0.get(name)?.as_u64()?).ok()
    }

    /// A list, or one number so many times.
    fn numbers(&self, name: &str, times: usize) -> Option<Vec<f64>> {
        match self.0.get(name)? {
            Value::Array(all) => all.iter().map(Value::as_f64).collect(),
            one => Some(vec![one.as_f64()?; times]),
        }
    }
}

fn exponential(mean: f64) -> Option<Distribution> {
    Distribution::exponential(mean * UNIT).ok()
}

fn constant(value: f64) -> Option<Distribution> {
    Distribution::constant(value * UNIT).ok()
}

fn station(name: &str, work: Distribution, takes: &[usize], to: &[usize]) -> Station {
    let lots = |storages: &[usize]| storages.iter().map(|&at| Lot::one(at)).collect::<Vec<_>>();
    Station {
        name: name.into(),
        servers: 1,
        work,
        takes: lots(takes),
        gives: vec![Way::new(1.0, lots(to))],
        is_arrival: name == "arrivals",
        blocking: Blocking::AfterService,
        failures: Vec::new(),
    }
}

fn storage(number: usize, capacity: Option<u32>, initial: u32) -> Storage {
    Storage { name: format!("storage-{number}").into(), capacity, initial, is_anonymous: false }
}

fn without_limit(count: usize) -> Vec<Storage> {
    (0..count).map(|number| storage(number, None, 0)).collect()
}

/// A saturated line with these times and this room between its stations.
fn line(works: Vec<Distribution>, room: &[f64]) -> Network {
    let last = works.len() - 1;
    let stations = works.into_iter().enumerate().map(|(at, work)| {
        let takes = at.checked_sub(1).map_or(vec![], |before| vec![before]);
        let to = if at < last { vec![at] } else { vec![] };
        station(&format!("station-{at}"), work, &takes, &to)
    });
    let storages = room.iter().enumerate();
    Network {
        stations: stations.collect(),
        storages: storages.map(|(at, &room)| storage(at, Some(room as u32), 0)).collect(),
    }
}

fn moment(units: f64) -> Time {
    Time::from_micros((units * UNIT) as i64)
}

/// A measure of what happens after the warm-up, of its length in units of time.
fn long(
    network: Network,
    watched: bool,
    value: impl Fn(&Totals, &Totals, f64) -> f64 + 'static,
) -> Option<Measure> {
    Some(Measure::Long(Box::new(move |streams, number, size| {
        let mut flow = Flow::new(network.clone(), streams, number, watched).expect("can be played");
        flow.run_until(moment(WARM_UP)).expect("ends");
        let before = flow.totals();
        flow.run_until(moment(WARM_UP + SHORTEST * size)).expect("ends");
        value(&before, &flow.totals(), SHORTEST * size)
    })))
}

/// Pieces that a station finishes in a unit of time.
fn throughput(network: Network, station: usize, metric: &str) -> Option<Measure> {
    let finished = move |before: &Totals, after: &Totals, length: f64| {
        (after.finished[station] - before.finished[station]) as f64 / length
    };
    (metric == "throughput").then(|| long(network, false, finished)).flatten()
}

fn saturated(of: &Parameters<'_>, model: &str, metric: &str) -> Option<Measure> {
    if model == "parallel2_exp0.5_then_exp1_BAS" {
        let mut network = line(vec![exponential(2.0)?, exponential(1.0)?], &[of.number("b")?]);
        network.stations[0].servers = 2;
        return throughput(network, 1, metric);
    }
    if model == "assembly_2in_saturated_BAS" {
        let work = |name| exponential(1.0 / of.number(name)?);
        let network = Network {
            stations: vec![
                station("first", work("mu1")?, &[], &[0]),
                station("second", work("mu2")?, &[], &[1]),
                station("assembly", work("mu_asm")?, &[0, 1], &[]),
            ],
            storages: vec![storage(0, of.count("b1"), 0), storage(1, of.count("b2"), 0)],
        };
        return throughput(network, 2, metric);
    }
    if let Some(rest) = model.strip_prefix("exp_unreliable_") {
        return unreliable(of, rest, metric);
    }
    let works: Option<Vec<Distribution>> = match model {
        "exp_tandem_saturated_BAS" => {
            let count = of.count("N").unwrap_or(0) as usize;
            let rates = of.numbers("mu", count)?;
            rates.into_iter().map(|rate| exponential(1.0 / rate)).collect()
        }
        "erlang_tandem_saturated_BAS" => {
            let work = Distribution::erlang(of.count("k")?, of.number("mean")? * UNIT).ok()?;
            Some(vec![work; of.count("N")? as usize])
        }
        _ => None,
    };
    let works = works?;
    let (last, room) = (works.len() - 1, of.numbers("B", works.len() - 1)?);
    throughput(line(works, &room), last, metric)
}

/// `2m_BAS_ODF` and the like.
fn unreliable(of: &Parameters<'_>, which: &str, metric: &str) -> Option<Measure> {
    let count = which.split('m').next()?.parse::<usize>().ok()?;
    let ages = if which.ends_with("ODF") { Ages::WithWork } else { Ages::WithTime };
    let rates = of.numbers("mu", count)?;
    let inverse = |all: Vec<f64>| all.into_iter().map(|rate| 1.0 / rate).collect::<Vec<f64>>();
    let up = of.numbers("mttf", count).or_else(|| of.numbers("p", count).map(inverse))?;
    let down = of.numbers("mttr", count).or_else(|| of.numbers("r", count).map(inverse))?;
    let works: Option<Vec<Distribution>> =
        rates.iter().map(|rate| exponential(1.0 / rate)).collect();
    let mut network = line(works?, &of.numbers("b", count - 1)?);
    for ((station, up), down) in network.stations.iter_mut().zip(up).zip(down) {
        let (between, repair) = (exponential(up)?, exponential(down)?);
        station.failures = vec![Failure { between, repair, ages }];
    }
    throughput(network, count - 1, metric)
}

/// Arrivals, a queue, and servers: `MM1`, `ME2_1`, `MU1_0.5_1.5` and the like.
fn queue(of: &Parameters<'_>, model: &str, metric: &str) -> Option<Measure> {
    let mean = of.number("mean").or_else(|| of.number("mu").map(|rate| 1.0 / rate))?;
    let work = match model {
        "MM1" | "MMc" | "MM1_ODF_breakdowns" => exponential(mean),
        "MD1" => constant(mean),
        "ME2_1" => Distribution::erlang(2, mean * UNIT).ok(),
        "MU1_0.5_1.5" => Distribution::uniform(0.5 * mean * UNIT, 1.5 * mean * UNIT).ok(),
        "MH2_1_scv4" => Distribution::hyperexponential(mean * UNIT, 2.0).ok(),
        _ => None,
    }?;
    let mut served = station("served", work, &[0], &[]);
    served.servers = of.count("c").unwrap_or(1);
    if model.ends_with("breakdowns") {
        let (between, repair) =
            (exponential(of.number("mttf")?)?, exponential(of.number("mttr")?)?);
        served.failures = vec![Failure { between, repair, ages: Ages::WithWork }];
    }
    let arrivals = station("arrivals", exponential(1.0 / of.number("lam")?)?, &[], &[0]);
    let network = Network { stations: vec![arrivals, served], storages: without_limit(1) };
    match metric {
        "Wq" => long(network, true, |before, after, _| {
            let waited = (after.waited[0] - before.waited[0]) as f64;
            waited / (after.taken[0] - before.taken[0]) as f64 / UNIT
        }),
        "W" => long(network, true, stay(1)),
        _ => None,
    }
}

/// How long the pieces stayed that left from a station.
fn stay(station: usize) -> impl Fn(&Totals, &Totals, f64) -> f64 {
    move |before, after, _| {
        let stayed = (after.in_system[station] - before.in_system[station]) as f64;
        stayed / (after.left[station] - before.left[station]) as f64 / UNIT
    }
}

fn fork_join(of: &Parameters<'_>, metric: &str) -> Option<Measure> {
    let (rate, mean) = (of.number("lam")?, 1.0 / of.number("mu")?);
    let network = Network {
        stations: vec![
            station("arrivals", exponential(1.0 / rate)?, &[], &[0, 1]),
            station("one", exponential(mean)?, &[0], &[2]),
            station("other", exponential(mean)?, &[1], &[3]),
            station("join", constant(0.0)?, &[2, 3], &[]),
        ],
        storages: without_limit(4),
    };
    (metric == "E_T").then(|| long(network, true, stay(3))).flatten()
}

fn jackson(of: &Parameters<'_>, model: &str, metric: &str) -> Option<Measure> {
    let back: f64 = model.strip_prefix("jackson3_rework")?.parse().ok()?;
    let mut stations =
        vec![station("arrivals", exponential(1.0 / of.number("gamma")?)?, &[], &[0])];
    let rates = of.numbers("mu", 0)?;
    let last = rates.len() - 1;
    for (at, rate) in rates.into_iter().enumerate() {
        let to = if at < last { vec![at + 1] } else { vec![] };
        stations.push(station(&format!("station-{at}"), exponential(1.0 / rate)?, &[at], &to));
    }
    let again = Way::new(back, vec![Lot::one(0)]);
    stations[last + 1].gives = vec![again, Way::new(1.0 - back, vec![])];
    let network = Network { stations, storages: without_limit(last + 1) };
    // L = λ T, over the pieces that left.
    let content = move |before: &Totals, after: &Totals, length: f64| {
        (after.in_system[last + 1] - before.in_system[last + 1]) as f64 / (length * UNIT)
    };
    (metric == "L").then(|| long(network, true, content)).flatten()
}

fn conwip(of: &Parameters<'_>, model: &str, metric: &str) -> Option<Measure> {
    let means: Vec<f64> = match model.strip_prefix("conwip_exp_means_") {
        Some(means) => means.split('_').map(|mean| mean.parse().ok()).collect::<Option<_>>()?,
        None => vec![1.0; of.count("n")? as usize],
    };
    let last = means.len() - 1;
    let mut stations = Vec::new();
    for (at, mean) in means.into_iter().enumerate() {
        let to = if at < last { at + 1 } else { 0 };
        stations.push(station(&format!("station-{at}"), exponential(mean)?, &[at], &[to]));
    }
    let mut storages = without_limit(last + 1);
    storages[0].initial = of.count("W")?;
    throughput(Network { stations, storages }, last, metric)
}

/// Machines that break, and who repairs them: a closed circle of two.
fn machine_repair(of: &Parameters<'_>, metric: &str) -> Option<Measure> {
    let (machines, up) = (of.count("M")?, of.number("mttf")?);
    let mut running = station("running", exponential(up)?, &[0], &[1]);
    running.servers = machines;
    let mut crew = station("crew", exponential(of.number("mttr")?)?, &[1], &[0]);
    crew.servers = of.count("crew")?;
    let storages = vec![storage(0, None, machines), storage(1, None, 0)];
    // Little: as many are up as are repaired in a unit of time, times how long they stay up.
    let mean_up = move |before: &Totals, after: &Totals, length: f64| {
        (after.finished[1] - before.finished[1]) as f64 / length * up
    };
    let network = Network { stations: vec![running, crew], storages };
    (metric == "E_up").then(|| long(network, false, mean_up)).flatten()
}

/// Continuous review: at `point` or below, order `lot`. Base stock S is (1, S - 1).
fn inventory(of: &Parameters<'_>, lot: u32, point: u32, metric: &str) -> Option<Measure> {
    const DEMAND: usize = 0;
    const ORDERED: usize = 1;
    const STOCK: usize = 2;
    let lots = |storage| vec![Lot { storage, pieces: lot }];
    let mut supplier = station("supplier", constant(of.number("L")?)?, &[], &[]);
    supplier.servers = 10_000;
    (supplier.takes, supplier.gives) = (lots(ORDERED), vec![Way::new(1.0, lots(STOCK))]);
    let demand = exponential(1.0 / of.number("lam")?)?;
    let network = Network {
        stations: vec![
            station("arrivals", demand, &[], &[ORDERED, DEMAND]),
            supplier,
            station("issue", constant(0.0)?, &[DEMAND, STOCK], &[]),
        ],
        storages: vec![storage(0, None, 0), storage(1, None, 0), storage(2, None, point + lot)],
    };
    let level = |at: usize| {
        move |before: &Totals, after: &Totals, length: f64| {
            (after.level_time[at] - before.level_time[at]) as f64 / (length * UNIT)
        }
    };
    match metric {
        "E[I]" => long(network, true, level(STOCK)),
        "E[B]" => long(network, true, level(DEMAND)),
        "fill" => long(network, true, |before, after, _| {
            let at_once = after.taken_at_once[DEMAND] - before.taken_at_once[DEMAND];
            at_once as f64 / (after.taken[DEMAND] - before.taken[DEMAND]) as f64
        }),
        _ => None,
    }
}

/// Two machines with a common cycle.
fn in_step(of: &Parameters<'_>, metric: &str) -> Option<Measure> {
    let up = |number: u32| {
        let chance = |name: &str| of.number(&format!("{name}{number}"));
        match chance("r") {
            Some(repaired) => Some(Up::Geometric { fails: chance("p")?, repaired }),
            None => Some(Up::Bernoulli(chance("p")?)),
        }
    };
    let machine = |number| Some(Machine { name: format!("m{number}").into(), up: up(number)? });
    let full = if of.number("r1").is_some() { Full::AtStart } else { Full::UnlessTaken };
    let line =
        SlottedLine { machines: vec![machine(1)?, machine(2)?], room: vec![of.count("N")?], full };
    let of_levels = match metric {
        "E_parts_per_cycle" | "PR" => false,
        "mean_buffer" => true,
        _ => return None,
    };
    Some(Measure::Long(Box::new(move |streams, number, size| {
        let mut played = Slotted::new(line.clone(), streams, number).expect("can be played");
        played.run(WARM_UP as u64);
        let before = (played.finished[1], played.level_sums[0]);
        let cycles = (SHORTEST * size) as u64;
        played.run(cycles);
        let after =
            if of_levels { played.level_sums[0] - before.1 } else { played.finished[1] - before.0 };
        after as f64 / cycles as f64
    })))
}

/// Output by a time, or the time of an output, from a state.
fn transient(
    of: &Parameters<'_>,
    metric: &str,
    network: Network,
    begun: Vec<Begun>,
) -> Option<Measure> {
    let last = network.stations.len() - 1;
    let start = move |streams, number| {
        Flow::from_state(network.clone(), &begun, streams, number, false).expect("can be played")
    };
    if metric == "E_output_by_t" {
        let until = moment(of.number("t")?);
        return Some(Measure::Short(Box::new(move |streams, number| {
            let mut flow = start(streams, number);
            flow.run_until(until).expect("ends");
            flow.totals().left[last] as f64
        })));
    }
    let pieces: u64 = metric.strip_prefix("E_time_to_")?.strip_suffix("_parts")?.parse().ok()?;
    Some(Measure::Short(Box::new(move |streams, number| {
        let mut flow = start(streams, number);
        flow.run_until_left(last, pieces, Time::MAX).expect("ends");
        flow.now().micros() as f64 / UNIT
    })))
}

fn begun(station: usize, piece: Piece) -> Begun {
    Begun { station, server: 0, piece, down: None }
}

/// Three exponential stations with room for two between: pieces past one and not past the next.
fn transient_line(of: &Parameters<'_>, metric: &str) -> Option<Measure> {
    const ROOM: u32 = 2;
    let counts = of.numbers("n1n2", 0)?;
    let (first, second) = (*counts.first()? as u32, *counts.get(1)? as u32);
    let mut network = line(vec![exponential(1.0)?; 3], &[f64::from(ROOM); 2]);
    let mut servers = Vec::new();
    let holds_second = second == ROOM + 2;
    if holds_second {
        servers.push(begun(1, Piece::Finished(0)));
    }
    let past_second = second - u32::from(holds_second);
    if past_second > 0 {
        servers.push(begun(2, Piece::Working(0)));
    }
    network.storages[1].initial = past_second.saturating_sub(1);
    // A finished piece in the second station counts as past it.
    let holds_first = first == ROOM + 2 - u32::from(holds_second);
    let past_first = first - u32::from(holds_first);
    if !holds_second && past_first > 0 {
        servers.push(begun(1, Piece::Working(0)));
    }
    network.storages[0].initial = past_first.saturating_sub(u32::from(!holds_second));
    servers.push(begun(0, if holds_first { Piece::Finished(0) } else { Piece::Working(0) }));
    transient(of, metric, network, servers)
}

/// Two stations that fail while they work, with room for five between.
fn transient_pair(of: &Parameters<'_>, metric: &str) -> Option<Measure> {
    const ROOM: u32 = 5;
    let pieces = of.count("n")?;
    let mut network = line(vec![exponential(1.0)?; 2], &[f64::from(ROOM)]);
    for station in &mut network.stations {
        let (between, repair) =
            (exponential(of.number("mttf")?)?, exponential(of.number("mttr")?)?);
        station.failures = vec![Failure { between, repair, ages: Ages::WithWork }];
    }
    let down = |up: &str| Some((of.count(up)? == 0).then_some((0, 0)));
    let held = pieces == ROOM + 2;
    network.storages[0].initial = (pieces - u32::from(held)).saturating_sub(1);
    let first = if held { Piece::Finished(0) } else { Piece::Working(0) };
    let mut servers = vec![Begun { down: down("up1")?, ..begun(0, first) }];
    if pieces > 0 {
        servers.push(Begun { down: down("up2")?, ..begun(1, Piece::Working(0)) });
    }
    transient(of, metric, network, servers)
}
