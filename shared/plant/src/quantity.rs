//! Numbers with their unit in the text: `"45 min"`, `"3/d"`, `"5 wd"`, `"12.5 m"`.
//!
//! `d` is a calendar day of 24 hours. `wd` is a working day of the calendar that applies: the
//! mean working time of the days of its week that have any; `5 wd` in a calendar of 15 hours a
//! day is 75 hours of working time. `shift` is the mean length of the calendar's shifts.

use twin::Span;

/// A length of time as written; a span once its calendar is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Time {
    amount: f64,
    unit: TimeUnit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TimeUnit {
    Fixed(Span),
    WorkingDay,
    Shift,
}

/// What a working day and a shift last in a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DayLength {
    pub(crate) day: Span,
    pub(crate) shift: Span,
}

impl DayLength {
    /// Day and night.
    pub(crate) const ALWAYS: Self = Self { day: Span::DAY, shift: Span::from_secs(8 * 3_600) };
}

const TIME_UNITS: [(&str, TimeUnit); 7] = [
    ("s", TimeUnit::Fixed(Span::SECOND)),
    ("min", TimeUnit::Fixed(Span::MINUTE)),
    ("h", TimeUnit::Fixed(Span::HOUR)),
    ("d", TimeUnit::Fixed(Span::DAY)),
    ("week", TimeUnit::Fixed(Span::from_secs(7 * 86_400))),
    ("wd", TimeUnit::WorkingDay),
    ("shift", TimeUnit::Shift),
];

/// Units that are none of time, so that the message can say what was meant.
const OTHER_UNITS: [(&str, &str); 12] = [
    ("m", "a length"),
    ("mm", "a length"),
    ("cm", "a length"),
    ("km", "a length"),
    ("kg", "a mass"),
    ("t", "a mass"),
    ("kN", "a force"),
    ("%", "a share"),
    ("C", "a temperature"),
    ("°C", "a temperature"),
    ("m2", "an area"),
    ("piece", "a count"),
];

/// Ten thousand years, below the range of the clock.
const LONGEST_HOURS: f64 = 87_600_000.0;

const EXAMPLE: &str = "like \"45 min\", \"6.5 h\", \"5 wd\" (working days) or \"28 d\"";

impl Time {
    /// Reads `"45 min"`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (amount, unit) = split(text).ok_or_else(|| {
            format!("\"{text}\" is not a time; a number with its unit is wanted, {EXAMPLE}")
        })?;
        let unit = time_unit(unit, text)?;
        if amount < 0.0 {
            return Err(format!("\"{text}\" is negative; a time is zero or more"));
        }
        let time = Self { amount, unit };
        if time.span(DayLength::ALWAYS).hours() > LONGEST_HOURS {
            return Err(format!("\"{text}\" is longer than ten thousand years"));
        }
        Ok(time)
    }

    /// Reads `"7 d"`, or a rate `"3/d"` as the time between two.
    pub(crate) fn parse_interval(text: &str) -> Result<Self, String> {
        let Some((amount, unit)) = text.split_once('/') else { return Self::parse(text) };
        let amount: f64 = amount
            .trim()
            .parse()
            .map_err(|e| format!("\"{text}\" is not a rate like \"3/d\": {e}"))?;
        if !(amount > 0.0 && amount.is_finite()) {
            return Err(format!("\"{text}\" is not a rate above zero"));
        }
        Ok(Self { amount: 1.0 / amount, unit: time_unit(unit.trim(), text)? })
    }

    /// The length in working time of a calendar.
    pub(crate) fn span(self, calendar: DayLength) -> Span {
        let unit = match self.unit {
            TimeUnit::Fixed(span) => span,
            TimeUnit::WorkingDay => calendar.day,
            TimeUnit::Shift => calendar.shift,
        };
        unit.scaled(self.amount)
    }

    /// The length where no calendar applies; `None` when it was written in working days.
    pub(crate) fn fixed(self) -> Option<Span> {
        match self.unit {
            TimeUnit::Fixed(span) => Some(span.scaled(self.amount)),
            TimeUnit::WorkingDay | TimeUnit::Shift => None,
        }
    }
}

/// Reads `"45 min"`, `"30d"` or `"0"` where no calendar applies.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read_span(text: &str) -> Result<Span, String> {
    if text.trim() == "0" {
        return Ok(Span::ZERO);
    }
    Time::parse(text)?.fixed().ok_or_else(|| {
        format!("\"{text}\" needs a place's calendar, and none applies here; write h or d")
    })
}

/// Reads `"12.5 m"` in metres.
pub(crate) fn metres(text: &str) -> Result<f64, String> {
    let wanted = || format!("\"{text}\" is not a length like \"12.5 m\"");
    let (amount, unit) = split(text).ok_or_else(wanted)?;
    match unit {
        "m" => Ok(amount),
        "cm" => Ok(amount / 100.0),
        "mm" => Ok(amount / 1_000.0),
        _ => Err(wanted()),
    }
}

fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '+' | '-'))?;
    let (amount, unit) = text.split_at(end);
    let amount: f64 = amount.parse().ok()?;
    amount.is_finite().then_some((amount, unit.trim()))
}

fn time_unit(unit: &str, text: &str) -> Result<TimeUnit, String> {
    if let Some(&(_, found)) = TIME_UNITS.iter().find(|(name, _)| *name == unit) {
        return Ok(found);
    }
    let what = OTHER_UNITS.iter().find(|(name, _)| *name == unit);
    Err(match what {
        Some((_, what)) => format!("\"{text}\" is {what}; a time is wanted here, {EXAMPLE}"),
        None => format!(
            "\"{unit}\" in \"{text}\" is not a unit of time: s, min, h, d (calendar day), \
             wd (working day), week, shift"
        ),
    })
}
