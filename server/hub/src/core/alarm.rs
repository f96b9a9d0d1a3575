//! Alarms: conditions that somebody must know, each there until its cause is gone.
//!
//! An acknowledgement is a `comment` of a planner about the alarm. It belongs to one occurrence:
//! when the cause comes again, nobody has seen that yet.

use journal::hexadecimal;
use sha2::{Digest, Sha256};
use twin::{
    PlantId, PlantTime,
    id::LONGEST_ID,
    state::{ABOUT_ALARM, CommentNow},
};

use super::{Core, plan::is_planner};

/// A condition that somebody must know.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    /// What it is called in requests; the same for as long as it lasts, and after a restart.
    pub(crate) id: String,
    /// A stable word.
    pub(crate) code: &'static str,
    /// What it is about.
    pub(crate) about: String,
    /// The time of the last thing that is known for sure.
    pub(crate) since: PlantTime,
    /// What, where, what to do.
    pub(crate) text: String,
    /// The planner's comment that acknowledges it.
    pub(crate) acknowledged: Option<CommentNow>,
}

impl Core {
    /// What somebody should know about a plant: feeds that are silent.
    pub(crate) fn conditions(&self, plant: &PlantId, wall: PlantTime) -> Vec<Condition> {
        let silent = self.feeds.iter().filter(|(_, feed)| feed.plant == *plant && !feed.connected);
        let conditions = silent.map(|(about, feed)| {
            let id = alarm_id("feed_silent", about.as_str());
            let since = feed.last_report.unwrap_or_else(|| self.plant_now(plant, wall));
            let acknowledged = self.acknowledged(plant, &id, feed.last_heard);
            Condition {
                id,
                code: "feed_silent",
                about: about.to_string(),
                since,
                text: format!("the feed {about} is not connected; its values grow old"),
                acknowledged,
            }
        });
        conditions.collect()
    }

    /// The newest acknowledgement that was made when the cause was there already.
    fn acknowledged(
        &self,
        plant: &PlantId,
        alarm: &str,
        began: Option<PlantTime>,
    ) -> Option<CommentNow> {
        let about = about_alarm(alarm);
        let comments = self.twin.comments(plant, &about);
        let seen = comments.filter(|comment| {
            is_planner(&comment.said.feed) && began.is_none_or(|began| comment.at >= began)
        });
        seen.last().cloned()
    }
}

/// What a comment about an alarm is about.
pub(super) fn about_alarm(id: &str) -> String {
    format!("{ABOUT_ALARM}{id}")
}

/// `code:about`; where that is too long for a report, a hash stands for what it is about.
fn alarm_id(code: &str, about: &str) -> String {
    let id = format!("{code}:{about}");
    if ABOUT_ALARM.len() + id.len() <= LONGEST_ID {
        return id;
    }
    let hash = Sha256::digest(about.as_bytes());
    format!("{code}:{}", hexadecimal(&hash[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_of_any_feed_can_be_commented_on() {
        assert_eq!(alarm_id("feed_silent", "press"), "feed_silent:press");
        let (one, other) = ("x".repeat(LONGEST_ID), "y".repeat(LONGEST_ID));
        for about in [&one, &other] {
            assert!(about_alarm(&alarm_id("feed_silent", about)).len() <= LONGEST_ID);
        }
        assert_ne!(alarm_id("feed_silent", &one), alarm_id("feed_silent", &other));
    }
}
