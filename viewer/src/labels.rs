//! Which labels have room: the most important first, none over another.

/// A label as the page wants it.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
pub struct Wanted {
    /// What it belongs to.
    pub id: String,
    /// Its width [CSS px].
    pub w: f32,
    /// Its height [CSS px].
    pub h: f32,
    /// Its importance; the greatest is placed first.
    pub p: f32,
    /// Whether it hangs below its point instead of standing on it.
    #[serde(default)]
    pub below: bool,
}

/// All labels of a page, and where it keeps them out.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
pub struct Wish {
    /// The labels.
    pub labels: Vec<Wanted>,
    /// What lies over the picture: left, top, right, bottom [CSS px].
    #[serde(default)]
    pub kept: Vec<[f32; 4]>,
}

/// Labels of at least this importance are moved into the window instead of being left out.
const ALWAYS: f32 = 50.0;
/// Where they give way to, in turn: shares of their own width to the right and height down.
const BESIDE: [[f32; 2]; 8] = [
    [0.0, 0.0],
    [0.0, 1.3],
    [-0.6, 0.0],
    [0.6, 0.0],
    [0.0, -1.3],
    [-0.6, 1.3],
    [0.6, 1.3],
    [0.0, 2.6],
];
/// The most labels that are placed.
pub const MOST_LABELS: usize = 400;
/// Importance that a label gains by being shown already, so that it does not flicker.
const STAYS: f32 = 0.5;
/// Room kept between labels [CSS px].
const GAP: f32 = 3.0;

/// Decides for each label where the middle of its lower edge goes, none if it has no room. `at`
/// is the point that it should touch, none when that is out of sight; `shown` is what was
/// decided before.
pub fn place(
    wish: &Wish,
    at: &[Option<[f32; 2]>],
    shown: &[Option<[f32; 2]>],
    window: [f32; 2],
) -> Vec<Option<[f32; 2]>> {
    let wanted = &wish.labels;
    let before = |i: usize| shown.get(i).copied().flatten().is_some();
    let weight = |i: usize| wanted[i].p + if before(i) { STAYS } else { 0.0 };
    let mut order: Vec<usize> = (0..wanted.len().min(MOST_LABELS)).collect();
    order.sort_by(|a, b| weight(*b).total_cmp(&weight(*a)).then(a.cmp(b)));
    let mut result = vec![None; wanted.len()];
    let mut taken = wish.kept.clone();
    for i in order {
        let Some(point) = at.get(i).copied().flatten() else { continue };
        let Wanted { w, h, p, below, .. } = wanted[i];
        let hangs = if below { h + GAP } else { 0.0 };
        // An important label gives way to the next free side of its point, and so does a
        // building's: without it nobody knows what stands there.
        let gives_way = p >= ALWAYS || below;
        let beside: &[[f32; 2]] = if gives_way { &BESIDE } else { &[[0.0; 2]] };
        for [right, down] in beside {
            let wished = [point[0] + right * w, point[1] + down * h + hangs];
            let Some([x, y]) = inside(&wanted[i], wished, window) else { continue };
            let own = [x - w / 2.0 - GAP, y - h - GAP, x + w / 2.0 + GAP, y + GAP];
            if taken.iter().all(|other| apart(&own, other)) {
                taken.push(own);
                result[i] = Some([x, y]);
                break;
            }
        }
    }
    result
}

/// A label's point, moved so that all of it is in the window; none when too little of it is.
fn inside(label: &Wanted, [x, y]: [f32; 2], [wide, high]: [f32; 2]) -> Option<[f32; 2]> {
    let far = if label.p >= ALWAYS { 0.25 } else { 0.0 };
    let near = |at: f32, most: f32| at > -most * far && at < most * (1.0 + far);
    if !near(x, wide) || !near(y, high) {
        return None;
    }
    let half = (label.w / 2.0 + GAP).min(wide / 2.0);
    Some([x.clamp(half, wide - half), y.clamp((label.h + GAP).min(high), high - GAP)])
}

fn apart(a: &[f32; 4], b: &[f32; 4]) -> bool {
    a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(id: &str, p: f32) -> Wanted {
        Wanted { id: id.to_owned(), w: 100.0, h: 20.0, p, below: false }
    }

    fn wish(labels: Vec<Wanted>) -> Wish {
        Wish { labels, kept: Vec::new() }
    }

    fn shown(wish: &Wish, at: &[Option<[f32; 2]>], before: &[Option<[f32; 2]>]) -> Vec<bool> {
        place(wish, at, before, [800.0, 600.0]).iter().map(Option::is_some).collect()
    }

    #[test]
    fn the_more_important_label_wins_the_room() {
        let wish = wish(vec![label("a", 1.0), label("b", 2.0), label("c", 1.0)]);
        let at = [Some([200.0, 200.0]), Some([240.0, 205.0]), Some([500.0, 200.0])];
        assert_eq!(shown(&wish, &at, &[]), [false, true, true]);
    }

    #[test]
    fn a_shown_label_stays_among_equals() {
        let wish = wish(vec![label("a", 1.0), label("b", 1.0)]);
        let at = [Some([200.0, 200.0]), Some([210.0, 200.0])];
        assert_eq!(shown(&wish, &at, &[]), [true, false]);
        assert_eq!(shown(&wish, &at, &[None, at[1]]), [false, true]);
    }

    #[test]
    fn what_is_out_of_sight_has_no_label() {
        let wish = wish(vec![label("a", 1.0), label("b", 1.0)]);
        assert_eq!(shown(&wish, &[None, Some([-5.0, 10.0])], &[]), [false, false]);
    }

    #[test]
    fn an_important_label_is_moved_into_the_window() {
        let wish = wish(vec![label("a", ALWAYS)]);
        let placed = place(&wish, &[Some([-30.0, -40.0])], &[], [800.0, 600.0]);
        assert_eq!(placed, [Some([53.0, 23.0])]);
    }

    #[test]
    fn an_important_label_gives_way_to_a_more_important_one() {
        let wish = wish(vec![label("a", ALWAYS), label("b", ALWAYS + 1.0)]);
        let at = [Some([200.0, 200.0]), Some([200.0, 200.0])];
        let placed = place(&wish, &at, &[], [800.0, 600.0]);
        assert_eq!(placed, [Some([200.0, 226.0]), Some([200.0, 200.0])]);
    }

    #[test]
    fn a_label_that_hangs_leaves_free_what_is_above_its_point() {
        let hanging = Wanted { below: true, ..label("a", 1.0) };
        let placed = place(&wish(vec![hanging]), &[Some([200.0, 200.0])], &[], [800.0, 600.0]);
        assert_eq!(placed, [Some([200.0, 223.0])]);
    }

    #[test]
    fn what_lies_over_the_picture_is_kept_free() {
        let kept = vec![[150.0, 150.0, 260.0, 210.0]];
        let wish = Wish { labels: vec![label("a", 9.0)], kept };
        assert_eq!(shown(&wish, &[Some([200.0, 190.0])], &[]), [false]);
        assert_eq!(shown(&wish, &[Some([400.0, 200.0])], &[]), [true]);
    }

    #[test]
    fn a_buildings_label_gives_way_and_a_stations_is_left_out() {
        let building = Wanted { below: true, ..label("hall", 30.0) };
        let wish = wish(vec![label("flagged", 100.0), building, label("station", 12.0)]);
        let at = [Some([400.0, 230.0]), Some([400.0, 200.0]), Some([400.0, 225.0])];
        let placed = place(&wish, &at, &[], [800.0, 600.0]);
        let [Some(flagged), Some(building), None] = placed[..] else { panic!("{placed:?}") };
        assert!(
            (flagged[1] - building[1]).abs() >= 20.0 || (flagged[0] - building[0]).abs() >= 100.0
        );
    }
}
