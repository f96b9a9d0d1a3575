//! What a scenario expects: `throughput >= "42/month"`, `p90 lead_time <= "40 d"`,
//! `bottleneck == "P4"`, `milestone "H2-float-out" <= "2031-08-28"`.

use twin::{PlantTime, Span};

use crate::change::span_of;

/// One expectation of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Expect {
    /// As it is written.
    pub text: String,
    /// What is measured.
    pub measure: Measure,
    /// How it stands to the value.
    pub relation: Relation,
    /// In the measure's own unit: an hour, hours, pieces, a ratio, days.
    pub value: f64,
    /// The unit that it is written in, and how many of it are one of the measure's own.
    pub unit: (String, f64),
}

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// Complete pieces an hour, of a material where one is named.
    Throughput(Option<String>),
    /// Complete pieces after the warm-up.
    Completed(Option<String>),
    /// From beginning to completion \[h\]: the mean, or the time that such a share is not above.
    LeadTime {
        /// Of what; none: of what the plant makes.
        of: Option<String>,
        /// The share; none is the mean.
        quantile: Option<f64>,
    },
    /// Pieces in the plant.
    Wip,
    /// What lies in a storage, over time.
    Level(String),
    /// How long a piece lies in a storage \[h\].
    Wait(String),
    /// The share of replications in which this holds the plant up most.
    HoldUp(String),
    /// When a milestone is reached, from the programme's start \[d\].
    Milestone(String),
}

/// How something stands to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `<=`
    AtMost,
    /// `<`
    Below,
    /// `==`, of names only.
    Is,
}

const RELATIONS: [(&str, Relation); 5] = [
    (">=", Relation::AtLeast),
    ("<=", Relation::AtMost),
    ("==", Relation::Is),
    (">", Relation::Above),
    ("<", Relation::Below),
];

/// The mean month of the Gregorian calendar, and its year \[h\].
const MONTH_H: f64 = 730.485;
const YEAR_H: f64 = 8_765.82;

const EXAMPLES: &str = "like 'throughput >= \"42/month\"', 'p90 lead_time <= \"40 d\"', \
    'wip <= 20', 'level of b1 <= 3', 'bottleneck == \"P4\"' or 'milestone \"H2\" <= \"2031-08-28\"'";

impl Expect {
    /// Reads one expectation; dates count from `starts`.
    pub(super) fn parse(text: &str, starts: Option<PlantTime>) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is no expectation {EXAMPLES}");
        let found = RELATIONS.iter().filter_map(|&(sign, relation)| {
            let at = outside_quotes(text, sign)?;
            Some((at, std::cmp::Reverse(sign.len()), sign, relation))
        });
        let (at, _, sign, relation) =
            found.min_by_key(|found| (found.0, found.1)).ok_or_else(wrong)?;
        let (left, right) = (text[..at].trim(), text[at + sign.len()..].trim());
        let value = right.trim_matches(['"', '\'']);
        let measure = measure(left, value).ok_or_else(wrong)?;
        let named = matches!(measure, Measure::HoldUp(_));
        if named != (relation == Relation::Is) {
            let told = if named { "a bottleneck is ==" } else { "== is for bottleneck only" };
            return Err(format!("\"{text}\": {told}"));
        }
        let value = match &measure {
            Measure::HoldUp(_) => Some(0.5),
            Measure::Throughput(_) => rate(value),
            Measure::LeadTime { .. } | Measure::Wait(_) => span_of(value).map(Span::hours),
            Measure::Milestone(_) => day(value, starts),
            Measure::Wip | Measure::Level(_) | Measure::Completed(_) => value.parse().ok(),
        };
        let unit = match &measure {
            Measure::Throughput(_) => "a rate such as \"42/month\" or \"3/d\"",
            Measure::Milestone(_) => "a date such as \"2031-08-28\", or days such as \"234 d\"",
            Measure::LeadTime { .. } | Measure::Wait(_) => "a time such as \"40 d\"",
            _ => "a number",
        };
        let value = value.filter(|value: &f64| value.is_finite());
        let value = value.ok_or_else(|| format!("\"{text}\": {right} is not {unit}"))?;
        let unit = unit_of(&measure, right.trim_matches(['"', '\'']), value);
        Ok(Self { text: text.to_owned(), measure, relation, value, unit })
    }
}

/// The unit that a value is written in: what comes is told in the same.
fn unit_of(measure: &Measure, written: &str, value: f64) -> (String, f64) {
    let own = |unit: &str| (unit.to_owned(), 1.0);
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| *n != 0.0 && value != 0.0);
    match measure {
        Measure::Throughput(_) => match written.split_once('/') {
            Some((count, unit)) => match number(count) {
                Some(count) => (format!("/{}", unit.trim()), count / value),
                None => own("/h"),
            },
            None => own("/h"),
        },
        Measure::LeadTime { .. } | Measure::Wait(_) => {
            let split = written.find(|c: char| !(c.is_ascii_digit() || c == '.'));
            let (count, unit) = written.split_at(split.unwrap_or(written.len()));
            match number(count) {
                Some(count) => (format!(" {}", unit.trim()), count / value),
                None => own(" h"),
            }
        }
        Measure::Milestone(_) => own(" d from the start"),
        Measure::HoldUp(_) => (" % of replications".to_owned(), 100.0),
        Measure::Wip | Measure::Level(_) | Measure::Completed(_) => own(""),
    }
}

/// Where a sign stands outside quotation marks.
fn outside_quotes(text: &str, sign: &str) -> Option<usize> {
    let mut quoted = false;
    for (at, letter) in text.char_indices() {
        if letter == '"' {
            quoted = !quoted;
        } else if !quoted && text[at..].starts_with(sign) {
            return Some(at);
        }
    }
    None
}

fn measure(left: &str, value: &str) -> Option<Measure> {
    let plain = |text: &str| text.trim().trim_matches('"').to_owned();
    let (what, of) = match left.split_once(" of ") {
        Some((what, of)) => (what.trim(), Some(plain(of))),
        None => (left, None),
    };
    let words: Vec<&str> = what.split_whitespace().collect();
    match (words.as_slice(), of) {
        (["throughput"], of) => Some(Measure::Throughput(of)),
        (["completed"], of) => Some(Measure::Completed(of)),
        (["lead_time"] | ["mean", "lead_time"], of) => {
            Some(Measure::LeadTime { of, quantile: None })
        }
        ([quantile, "lead_time"], of) => {
            let percent: f64 = quantile.strip_prefix('p')?.parse().ok()?;
            let quantile = Some(percent / 100.0).filter(|share| (0.0..=1.0).contains(share));
            Some(Measure::LeadTime { of, quantile: Some(quantile?) })
        }
        (["wip"], None) => Some(Measure::Wip),
        (["level"], Some(of)) => Some(Measure::Level(of)),
        (["wait"], Some(of)) => Some(Measure::Wait(of)),
        (["bottleneck"], None) => Some(Measure::HoldUp(value.to_owned())),
        _ => left.strip_prefix("milestone ").map(|id| Measure::Milestone(plain(id))),
    }
}

/// Pieces an hour.
fn rate(text: &str) -> Option<f64> {
    let (number, unit) = text.split_once('/')?;
    let number: f64 = number.trim().parse().ok()?;
    let hours = match unit.trim() {
        "s" => 1.0 / 3_600.0,
        "min" => 1.0 / 60.0,
        "h" => 1.0,
        "d" => 24.0,
        "week" => 168.0,
        "month" => MONTH_H,
        "year" => YEAR_H,
        _ => return None,
    };
    Some(number / hours)
}

/// Days from the programme's start to the end of a date, or days as they are written.
fn day(text: &str, starts: Option<PlantTime>) -> Option<f64> {
    if let Some(span) = span_of(text) {
        return Some(span.days());
    }
    let date: toml_edit::Date = text.parse::<toml_edit::Datetime>().ok()?.date?;
    let end = toml_edit::Datetime {
        date: Some(date),
        time: Some(toml_edit::Time { hour: 23, minute: 59, second: Some(59), nanosecond: None }),
        offset: Some(toml_edit::Offset::Z),
    };
    Some(super::moment(&end)?.since(starts?).days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let starts = Some(PlantTime::from_micros(0));
        let told = match Expect::parse(text, starts) {
            Ok(read) => format!("{:?} {:?} {:.4}", read.measure, read.relation, read.value),
            Err(error) => error,
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn expectations_are_read_in_their_own_unit() {
        check("throughput >= \"48/d\"", "Throughput(None) AtLeast 2.0000");
        check("throughput of hull > \"1/month\"", "Throughput(Some(\"hull\")) Above 0.0014");
        check(
            "p90 lead_time <= \"2 d\"",
            "LeadTime { of: None, quantile: Some(0.9) } AtMost 48.0000",
        );
        check("bottleneck == \"P4\"", "HoldUp(\"P4\") Is 0.5000");
        check(
            "milestone \"H2 <= out\" <= \"1970-01-10\"",
            "Milestone(\"H2 <= out\") AtMost 10.0000",
        );
        check("level of b1 < 3", "Level(\"b1\") Below 3.0000");
    }

    #[test]
    fn what_is_no_expectation_says_what_would_be_one() {
        check(
            "throughput >= 42",
            "\"throughput >= 42\": 42 is not a rate such as \"42/month\" or \"3/d\"",
        );
        check("bottleneck >= \"P4\"", "\"bottleneck >= \"P4\"\": a bottleneck is ==");
        let wrong = Expect::parse("speed >= 3", None).expect_err("refused");
        assert!(wrong.contains("is no expectation like 'throughput"), "{wrong}");
    }
}
