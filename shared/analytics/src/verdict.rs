//! What holds a plant back: the first on its critical path, with its chain of causes, its cost
//! and how sure that is.

mod active_period;
mod chain;
mod cost;
mod earlier;
mod lead;
mod now;

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use twin::{PlantTime, Span};

use crate::{
    findings::{
        Confidence, DryPart, HoldUp, Inputs, Method, Node, Present, Share, Source, Thing, Verdict,
        Why, WhyNot,
    },
    history::History,
    layout::{NodeIx, OperationInfo},
    shares::{self, AnyNode, Shares},
    sight::{PlantView, Plants},
    walk::{Path, Segment, Walk, Where},
};

/// The shortest default window.
const SHORTEST_WINDOW: Span = Span::from_secs(5 * 86_400);
/// The longest window.
const LONGEST_WINDOW: Span = Span::from_secs(60 * 86_400);
/// The default window holds this many pieces of the product.
const WINDOW_PIECES: f64 = 30.0;
/// It is this many times as long as the product's mean lead time, so that the path stays longer
/// at what limits than it takes to get there.
const WINDOW_LEADS: f64 = 3.0;
/// Nobody is sure of a lead that has led for less, while the window holds more.
const SURE_FROM: Span = Span::from_secs(3 * 86_400);
/// Ends from which a rank is the one that a walk begins at.
const ENDS_ENOUGH: usize = 3;
/// Share of the window that the path must explain for a verdict [ratio].
const EXPLAINED_ENOUGH: f64 = 0.1;
/// Starts from which a verdict is given.
const STARTS_ENOUGH: u64 = 5;

/// The question: what holds this plant back at this moment?
pub struct Question<'a> {
    pub plants: Plants<'a>,
    pub plant: usize,
    pub now: PlantTime,
    /// Who led before.
    pub history: Cow<'a, History>,
}

/// The walked path of one line with its shares.
struct LineFound {
    path: Path,
    /// What of it tells about the rate.
    limiting: Vec<Segment>,
    /// By these the lead is found: over a window that ends when the stop in force is expected
    /// to be over.
    shares: Shares,
    /// Those of the window up to now.
    past: Shares,
    /// Stops that are long over, and until when they lasted: no share counts them.
    long_over: BTreeMap<(AnyNode, Why), PlantTime>,
    line: usize,
    rank: u32,
    /// The stretch of time that `shares` are of.
    walked: (PlantTime, PlantTime),
    /// What the line counts among all [ratio]; the weights of a plant sum to 1.
    weight: f64,
}

impl LineFound {
    fn weighed(&self) -> shares::OfLine<'_> {
        shares::OfLine {
            segments: &self.limiting,
            shares: &self.shares,
            walked: self.walked,
            weight: self.weight,
        }
    }

    fn explained(&self) -> f64 {
        self.path.segments.iter().map(Segment::length).sum::<i64>() as f64
    }
}

/// The paths of a plant's lines and their shares together.
struct Found {
    lines: Vec<LineFound>,
    shares: Shares,
    past: Shares,
    from: PlantTime,
    /// What runs dry, by plant, once somebody asked.
    short: RefCell<BTreeMap<usize, Rc<[DryPart]>>>,
}

impl Found {
    /// The line that a node holds up the most.
    fn line_of(&self, node: AnyNode) -> Option<&LineFound> {
        let held = |found: &LineFound| found.weight * found.shares.ratio(node);
        self.lines.iter().max_by(|a, b| held(a).total_cmp(&held(b)).then(b.line.cmp(&a.line)))
    }

    fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.lines.iter().flat_map(|line| &line.path.segments)
    }
}

impl<'a> Question<'a> {
    fn fold(&self) -> Option<PlantView<'a>> {
        self.plants.get(self.plant)
    }

    pub fn node(&self, (plant, node): AnyNode) -> Option<Node> {
        let layout = self.plants.get(plant)?.layout;
        let thing = layout.nodes.get(node as usize)?.clone();
        Some(Node { plant: layout.plant.clone(), thing })
    }

    /// Whether findings may name the node.
    fn may_limit(&self, (plant, node): AnyNode) -> bool {
        self.plants.get(plant).is_some_and(|fold| !fold.layout.cannot_limit.contains(&node))
    }

    /// The lowest rank of a line with enough ends in the window: the closest to the final
    /// product that tells anything.
    fn rank(&self, line: usize, from: PlantTime) -> Option<u32> {
        let fold = self.fold()?;
        let inside = |(at, _): &(PlantTime, _)| *at > from && *at <= self.now;
        let count = |rank| fold.ends(line, rank).filter(inside).count();
        let counts = || fold.ranks(line).map(|rank| (rank, count(rank)));
        let enough = counts().find(|(_, count)| *count >= ENDS_ENOUGH);
        enough.or_else(|| counts().find(|(_, count)| *count > 0)).map(|(rank, _)| rank)
    }

    /// 30 × the mean time between ends at the end of the plant or 3 × the mean lead time, the
    /// longer of them, at least 5 days, at most 60.
    pub fn default_window(&self) -> Span {
        let longest = self.now - LONGEST_WINDOW;
        let Some(fold) = self.fold() else { return SHORTEST_WINDOW };
        let lines = self.weights(longest);
        let heaviest = lines.iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        let ends = heaviest.and_then(|(line, _)| {
            let rank = self.rank(*line, longest)?;
            let ends = fold.ends(*line, rank).map(|(at, _)| at);
            let mut inside = ends.filter(|at| *at > longest && *at <= self.now);
            let last = inside.next()?;
            Some(inside.fold((last, last, 1), |(_, last, n), at| (at, last, n + 1)))
        });
        let pieces = ends.filter(|(.., count)| *count > 1).map(|(first, last, count)| {
            last.since(first).scaled(WINDOW_PIECES / f64::from(count - 1))
        });
        let leads = fold.layout.targets.iter();
        let lead = leads.filter_map(|m| fold.completed(m, longest, self.now).1).max();
        let passes = lead.map(|lead| lead.scaled(WINDOW_LEADS));
        pieces.max(passes).unwrap_or(SHORTEST_WINDOW).clamp(SHORTEST_WINDOW, LONGEST_WINDOW)
    }

    /// The lines and what the plan expects of each: the quantity of its orders that are due
    /// within a window's length of `now`; of a product that no order names, what was completed.
    /// Lines weigh the same when nothing is expected of any.
    fn weights(&self, from: PlantTime) -> Vec<(usize, f64)> {
        let Some(fold) = self.fold() else { return Vec::new() };
        let until = self.now + self.now.since(from);
        let pieces = |(line, product)| {
            let wanted = fold.wanted(product, from, until).map(|wanted| wanted / 2.0);
            let made = || fold.completed(product, from, self.now).0;
            (line, wanted.unwrap_or_else(made).max(0.0))
        };
        let lines: Vec<(usize, f64)> = fold.layout.finals.iter().enumerate().map(pieces).collect();
        let sum: f64 = lines.iter().map(|(_, pieces)| pieces).sum();
        let even = 1.0 / lines.len().max(1) as f64;
        let share = |pieces: f64| if sum > 0.0 { pieces / sum } else { even };
        lines.into_iter().map(|(line, pieces)| (line, share(pieces))).collect()
    }

    /// Walks every line and joins what was found; lines whose path explains too little are left
    /// out.
    fn find(&self, window: Span) -> Option<Found> {
        let from = self.now - window.min(LONGEST_WINDOW);
        let walked = self.weights(from).into_iter().filter_map(|(line, weight)| {
            let rank = self.rank(line, from)?;
            let (plants, plant, now) = (self.plants, self.plant, self.now);
            let stop = plants.stop_in_force(Where { plant, line, rank, from, now });
            let until = stop.as_ref().map_or(now, |stop| stop.until.max(now));
            let walked = (from + until.since(now), until);
            let path = Walk { plants, plant, line, rank, from, now, stop }.path();
            let long_over = self.long_over(&path, from);
            let mut limiting = path.limiting();
            limiting.retain(|s| !long_over.contains_key(&((s.plant, s.node), s.why)));
            let of = |(from, to)| {
                let clipped: Vec<Segment> =
                    limiting.iter().filter_map(|s| s.within(from, to)).collect();
                Shares::of(clipped.iter(), |node| self.may_limit(node))
            };
            let (shares, past) = (of(walked), of((from, now)));
            Some(LineFound { path, limiting, shares, past, long_over, line, rank, walked, weight })
        });
        let enough = EXPLAINED_ENOUGH * self.now.since(from).micros() as f64;
        let mut lines: Vec<LineFound> =
            walked.filter(|found| found.weight > 0.0 && found.explained() >= enough).collect();
        let sum: f64 = lines.iter().filter(|f| f.shares.total > 0).map(|f| f.weight).sum();
        for found in &mut lines {
            found.weight /= sum.max(f64::MIN_POSITIVE);
        }
        let shares = Shares::joined(lines.iter().map(|found| (&found.shares, found.weight)));
        let mut past = Shares::joined(lines.iter().map(|found| (&found.past, found.weight)));
        if past.total == 0 {
            past = shares.clone();
        }
        (!lines.is_empty()).then_some(Found {
            lines,
            shares,
            past,
            from,
            short: RefCell::default(),
        })
    }

    /// Whether the record tells causes.
    pub fn tells_causes(&self) -> bool {
        let Some(fold) = self.fold() else { return true };
        let (causes, starts) = fold.causes_and_starts();
        let is_told = causes > 0 || fold.states_are_told() || starts < STARTS_ENOUGH;
        fold.layout.may_limit && is_told
    }

    pub fn answer(&self, window: Option<Span>) -> HoldUp {
        let window = window.unwrap_or_else(|| self.default_window()).min(LONGEST_WINDOW);
        let inputs = || self.fold().map_or_else(Inputs::new, |fold| fold.all_units());
        let unknown = |why| HoldUp::Unknown { why, inputs: inputs() };
        let Some(fold) = self.fold() else { return unknown(WhyNot::TooEarly) };
        if !fold.layout.may_limit {
            return unknown(WhyNot::NoCauses);
        }
        let (causes, starts) = fold.causes_and_starts();
        // Of a plant that is in sight in part only, it is not the time that is too short.
        let early = if fold.is_whole() { WhyNot::TooEarly } else { WhyNot::NotShown };
        if causes == 0 {
            if !fold.states_are_told() {
                let is_early = starts < STARTS_ENOUGH;
                return unknown(if is_early { WhyNot::TooEarly } else { WhyNot::NoCauses });
            }
            let otherwise = |why| unknown(if why == WhyNot::TooEarly { early } else { why });
            return self.active_period(fold, window).unwrap_or_else(otherwise);
        }
        if starts < STARTS_ENOUGH {
            return unknown(WhyNot::TooEarly);
        }
        let Some(found) = self.find(window) else { return unknown(early) };
        self.verdict(fold, &found, window)
            .map_or_else(|| unknown(WhyNot::NothingWaits), |v| HoldUp::Known(Box::new(v)))
    }

    fn verdict(&self, fold: PlantView<'_>, found: &Found, window: Span) -> Option<Verdict> {
        let (first, why, waits) = self.settled(found)?;
        let ranking = found.past.ranking();
        let of_lead = found.line_of(first)?;
        let node = self.node(first)?;
        let agreement_ratio = shares::agreement(
            &found.lines.iter().map(LineFound::weighed).collect::<Vec<_>>(),
            first,
            |node| self.may_limit(node),
            shares::seed(fold.layout.plant.as_str(), self.now),
        );
        let loss = self.loss(fold, (of_lead, self.counted_from(found, of_lead, first)), first);
        let since = self.history.since(&node, why);
        let (recent, recent_share_ratio) = self.recent(found, first, since);
        let (present, lasts) = self.present(found, first);
        Some(Verdict {
            units: self.units(found, first),
            bites_at: self.bites_at(fold, (found, of_lead), first),
            product: fold.layout.finals.get(of_lead.line).cloned(),
            method: Method::CriticalPath,
            share_ratio: found.past.ratio(first),
            recent_share_ratio,
            recent,
            shares: ranking
                .iter()
                .filter_map(|node| {
                    let (share_ratio, split) = (found.past.ratio(*node), found.past.split(*node));
                    Some(Share { node: self.node(*node)?, share_ratio, split })
                })
                .collect(),
            chain: self.chain(fold, (of_lead, found), (first, why)),
            earlier: self.earlier(found, of_lead, first),
            confidence: match present {
                // Whom stations wait for in place of what is over is probable, whatever the path
                // says of weeks.
                _ if self.is_instead(found, first) => Confidence::Probably,
                Present::GoesOn if recent >= SURE_FROM.min(self.now.since(found.from)) => {
                    shares::confidence(agreement_ratio)
                }
                _ => shares::confidence(agreement_ratio).max(Confidence::Probably),
            },
            present,
            agreement_ratio,
            second: found
                .shares
                .ranking()
                .into_iter()
                .find(|n| *n != first)
                .and_then(|n| self.node(n)),
            since,
            before: self.history.all(),
            loss_per_day: loss.as_ref().map(|(pieces, _)| *pieces),
            loss_material: loss.map(|(_, material)| material),
            slip_d: self.slip_d(&of_lead.path, first),
            window,
            stations_reporting: self.reporting(fold, found.from),
            stations: fold.units_seen().1 as u32,
            inputs: &(&self.inputs(found) | &lasts) | &waits,
            why,
            node,
        })
    }

    /// The share of a node since it leads, and of how long a time that is: a day at least.
    fn recent(&self, found: &Found, node: AnyNode, since: Option<PlantTime>) -> (Span, f64) {
        let latest = self.now - Span::DAY;
        let from = since.map_or(found.from, |since| since.min(latest).max(found.from));
        let of_lines: Vec<(Shares, f64)> = found
            .lines
            .iter()
            .map(|line| {
                let within: Vec<Segment> =
                    line.limiting.iter().filter_map(|s| s.within(from, self.now)).collect();
                (Shares::of(within.iter(), |node| self.may_limit(node)), line.weight)
            })
            .collect();
        let recent = Shares::joined(of_lines.iter().map(|(shares, weight)| (shares, *weight)));
        if recent.total > 0 {
            (self.now.since(from), recent.ratio(node))
        } else {
            (self.now.since(found.from), found.past.ratio(node))
        }
    }

    fn reporting(&self, fold: PlantView<'_>, from: PlantTime) -> u32 {
        let last = |unit| fold.track(unit).and_then(|track| track.last_report);
        fold.layout.units().filter(|unit| last(*unit).is_some_and(|at| at > from)).count() as u32
    }

    fn units(&self, found: &Found, node: AnyNode) -> Vec<twin::EquipmentId> {
        let Some(fold) = self.plants.get(node.0) else { return Vec::new() };
        let on_path = found.segments().filter(|s| (s.plant, s.node) == node);
        let units: BTreeSet<_> =
            on_path.filter_map(|s| s.unit).filter(|u| fold.layout.is_unit(*u)).collect();
        units.into_iter().filter_map(|u| Some(fold.layout.info(u)?.id.clone())).collect()
    }

    /// The work center at the end of the plant where the path begins.
    fn last_center(&self, fold: PlantView<'_>, found: &LineFound) -> Option<NodeIx> {
        let of_line = |o: &&OperationInfo| o.rank_in(found.line) == found.rank;
        let last = || fold.layout.operations.values().filter(of_line);
        let on_path = found.path.segments.iter().filter(|s| s.plant == self.plant);
        on_path
            .map(|segment| segment.node)
            .find(|node| last().any(|o| o.center == *node))
            .or_else(|| last().map(|o| o.center).next())
    }

    /// Every unit, resource, storage and supplier that the path went through, and the last
    /// station's units.
    fn inputs(&self, found: &Found) -> Inputs {
        let mut inputs = Inputs::new();
        let mut places = BTreeSet::new();
        for segment in found.segments() {
            places.extend(segment.unit.map(|unit| (segment.plant, unit)));
            let is_seen = self.plants.get(segment.plant).is_some_and(|p| p.sees_node(segment.node));
            let node = self.node((segment.plant, segment.node)).filter(|_| is_seen);
            let Some(node) = node else { continue };
            match node.thing {
                Thing::Supplier(id) => {
                    inputs.insert((node.plant, Source::Supplier(id)));
                }
                Thing::Storage(id) | Thing::Resource(id) => {
                    inputs.insert((node.plant, Source::Equipment(id)));
                }
                Thing::Orders => {
                    inputs.insert((node.plant, Source::Plan));
                }
                Thing::WorkCenter(_) | Thing::Crew(_) | Thing::Calendar(_) => {}
            }
        }
        // What the lines weigh is what the plan asks of each.
        let weighed = self.fold().filter(|fold| found.lines.len() > 1 && fold.sees_plan());
        inputs.extend(weighed.map(|fold| (fold.layout.plant.clone(), Source::Plan)));
        let of_lines = self.fold().into_iter().flat_map(|fold| {
            let centers = found.lines.iter();
            let centers = centers.filter_map(move |line| self.last_center(fold, line));
            centers.map(move |center| (fold, center))
        });
        for (fold, center) in of_lines {
            places.extend(fold.layout.units_of(center).map(|unit| (self.plant, unit)));
        }
        for (plant, place) in places {
            inputs.extend(self.plants.get(plant).and_then(|view| view.source(place)));
        }
        inputs
    }
}
