//! Whether a plant that was simulated does what a scenario expects.

use linesim::scenario::{Expect, Measure, Relation};

use super::Outcome;
use crate::{
    error::StatisticsError,
    interval::{Confidence, Interval, quantile, share_interval, student_interval},
    verdict::{Expectation, Verdict},
};

/// What came of an expectation.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// What came, in the measure's own unit.
    pub came: Interval,
    /// Whether it is as expected.
    pub verdict: Verdict,
    /// What is to be said besides.
    pub remark: Option<String>,
}

/// Why nothing can be said of an expectation.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NoJudgement {
    /// It names what the plant does not have.
    #[error("there is no {kind} {name}; there are {known}")]
    Unknown {
        /// Of which kind.
        kind: &'static str,
        /// As named.
        name: String,
        /// Those there are.
        known: String,
    },
    /// The model does not follow it.
    #[error("{0}")]
    NotFollowed(String),
    /// The replications allow no answer.
    #[error("the replications allow no answer: {0}")]
    Statistics(#[from] StatisticsError),
}

fn unknown<T>(kind: &'static str, name: &str, known: &[String]) -> Result<T, NoJudgement> {
    Err(NoJudgement::Unknown { kind, name: name.to_owned(), known: known.join(", ") })
}

/// Judges one expectation.
///
/// # Errors
/// [`NoJudgement`], which says why nothing can be said.
pub fn judge(outcome: &Outcome, expect: &Expect) -> Result<Judged, NoJudgement> {
    let mut remark = None;
    let came = match &expect.measure {
        Measure::Throughput(of) => {
            outcome.products[product(outcome, of.as_deref())?].throughput_per_h
        }
        Measure::Completed(of) => outcome.products[product(outcome, of.as_deref())?].completed,
        Measure::LeadTime { of, quantile } => lead_time(outcome, of.as_deref(), *quantile)?,
        Measure::Wip => outcome.wip_pieces,
        Measure::Level(id) => storage(outcome, id)?.level,
        Measure::Wait(id) => match storage(outcome, id)?.wait_h {
            Some(wait) => wait,
            None => {
                let why = format!("how long pieces lie in {id} is not followed in this model");
                return Err(NoJudgement::NotFollowed(why));
            }
        },
        Measure::HoldUp(id) => hold_up(outcome, id, &mut remark)?,
        Measure::Milestone(id) => return milestone(outcome, id, expect),
    };
    Ok(Judged { came, verdict: expectation(expect).judge(&came), remark })
}

fn expectation(expect: &Expect) -> Expectation {
    match expect.relation {
        Relation::AtLeast => Expectation::AtLeast(expect.value),
        Relation::Above | Relation::Is => Expectation::Above(expect.value),
        Relation::AtMost => Expectation::AtMost(expect.value),
        Relation::Below => Expectation::Below(expect.value),
    }
}

fn product(outcome: &Outcome, of: Option<&str>) -> Result<usize, NoJudgement> {
    let known = || outcome.products.iter().map(|p| p.material.to_string()).collect::<Vec<_>>();
    let found = match of {
        Some(id) => outcome.products.iter().position(|p| p.material.as_str() == id),
        None if outcome.products.len() == 1 => Some(0),
        None => {
            let name = "(without a name; write `of` and the material)";
            return unknown("one product", name, &known());
        }
    };
    found.map_or_else(|| unknown("product", of.unwrap_or_default(), &known()), Ok)
}

fn storage<'o>(outcome: &'o Outcome, id: &str) -> Result<&'o super::StorageOutcome, NoJudgement> {
    let known = || outcome.storages.iter().map(|s| s.storage.to_string()).collect::<Vec<_>>();
    let found = outcome.storages.iter().find(|storage| storage.storage.as_str() == id);
    found.map_or_else(|| unknown("storage", id, &known()), Ok)
}

fn lead_time(
    outcome: &Outcome,
    of: Option<&str>,
    share: Option<f64>,
) -> Result<Interval, NoJudgement> {
    let at = product(outcome, of)?;
    let material = &outcome.products[at].material;
    let not_known = || {
        let why =
            format!("nobody can tell when a piece of {material} began, in this model and time");
        NoJudgement::NotFollowed(why)
    };
    let Some(share) = share else {
        return outcome.products[at].lead_time_h.ok_or_else(not_known);
    };
    let mut quantiles = Vec::new();
    for sample in &outcome.samples {
        let times = &sample.lead_times_h[at];
        if times.is_empty() {
            return Err(not_known());
        }
        quantiles.push(quantile(times, share)?);
    }
    Ok(student_interval(&quantiles, Confidence::P95)?)
}

/// The share of replications that name it.
fn hold_up(
    outcome: &Outcome,
    id: &str,
    remark: &mut Option<String>,
) -> Result<Interval, NoJudgement> {
    let Some(first) = outcome.hold_ups.first() else {
        let why = "too little happens in this time to tell what holds the plant up";
        return Err(NoJudgement::NotFollowed(why.to_owned()));
    };
    if first.id != id {
        let (id, percent) = (&first.id, first.confidence_ratio * 100.0);
        *remark = Some(format!("it is {id} in {percent:.0} %"));
    }
    let ratio = outcome.hold_ups.iter().find(|h| h.id == id).map_or(0.0, |h| h.confidence_ratio);
    let count = outcome.hold_ups_of;
    let having = libm::round(ratio * count as f64) as usize;
    Ok(share_interval(having, count, Confidence::P95)?)
}

/// A replication that does not reach it in its time reaches it after its end, at the earliest.
fn milestone(outcome: &Outcome, id: &str, expect: &Expect) -> Result<Judged, NoJudgement> {
    let known = || outcome.milestones.iter().map(|m| m.milestone.to_string()).collect::<Vec<_>>();
    let of = |m: &&super::MilestoneOutcome| m.milestone.as_str() == id || m.name == id;
    let Some(found) = outcome.milestones.iter().find(of) else {
        return unknown("milestone", id, &known());
    };
    let end = found.played_to_d;
    let missing = found.reached_d.iter().filter(|day| day.is_none()).count();
    let days: Vec<f64> = found.reached_d.iter().map(|day| day.unwrap_or(end)).collect();
    let came = student_interval(&days, Confidence::P95)?;
    let mut verdict = expectation(expect).judge(&came);
    let mut remark = None;
    if missing > 0 {
        remark = Some(format!("{missing} of {} replications end before it", days.len()));
        // What comes later still could only be later: met is not sure then.
        if verdict == Verdict::Met && matches!(expect.relation, Relation::AtMost | Relation::Below)
        {
            verdict = Verdict::CannotTell;
        }
    }
    Ok(Judged { came, verdict, remark })
}
