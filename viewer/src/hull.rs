//! How the lifts of a ship stand in the dock: a bottom that narrows to the bow, a deck on it, a
//! house aft. Lifts come in the order in which they are put in, from the middle outwards.

use crate::space::V3;

/// One lift's place in the ship's own frame: +X to the bow, origin at the middle of the keel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// The middle of its bottom [m].
    pub at: V3,
    /// Length, height, breadth [m].
    pub size: V3,
    /// Breadth at its after and its forward end, in tenths of `size`'s breadth.
    pub ends: [u8; 2],
    /// Whether it has the round bilge of a bottom.
    pub bottom: bool,
}

/// Gaps between lifts, so that each is told apart [m].
const GAP_M: f32 = 1.3;

/// The places of `count` lifts in a ship of `size` (length, height, breadth) [m], in their order.
pub fn cells(count: usize, size: V3) -> Vec<Cell> {
    if count == 0 {
        return Vec::new();
    }
    let house = count * 3 / 16;
    let columns = (count - house).div_ceil(2).max(1);
    let deck = count - house - columns;
    let levels = [columns, deck, house];
    let mut result = Vec::with_capacity(count);
    result.extend(outwards(levels[0]).map(|i| bottom(i, columns, size)));
    result.extend(outwards(levels[1]).map(|i| upper(i + (columns - deck) / 2, columns, size)));
    let wide = house.div_ceil(2).max(1);
    result.extend((0..house).map(|i| on_top(i, wide, columns, size)));
    result
}

/// From the middle to both ends: 3, 4, 2, 5, 1, …
fn outwards(count: usize) -> impl Iterator<Item = usize> {
    let middle = count / 2;
    (0..count).map(move |step| {
        let reach = step.div_ceil(2);
        let forward = step % 2 == 1;
        let at = if forward { middle + reach } else { middle.wrapping_sub(reach) };
        if at < count { at } else { count - 1 - step }
    })
}

/// The breadth at a share of the length from the stern, in tenths.
fn breadth(along: f32, flare: f32) -> u8 {
    let bow = ((1.0 - along) / 0.26).clamp(0.0, 1.0);
    let stern = (0.55 + along / 0.12 * 0.45).clamp(0.0, 1.0);
    let full = bow.powf(flare).min(stern);
    (full * 10.0).round().clamp(1.0, 10.0) as u8
}

fn column(i: usize, columns: usize, size: V3, flare: f32) -> Cell {
    let step = size[0] / columns as f32;
    let ends = [i, i + 1].map(|edge| breadth(edge as f32 / columns as f32, flare));
    Cell {
        at: [(i as f32 + 0.5) * step - size[0] / 2.0, 0.0, 0.0],
        size: [step - GAP_M, 0.0, size[2]],
        ends,
        bottom: false,
    }
}

fn bottom(i: usize, columns: usize, size: V3) -> Cell {
    let cell = column(i, columns, size, 0.75);
    Cell { size: [cell.size[0], size[1] * 0.34 - GAP_M, size[2]], bottom: true, ..cell }
}

fn upper(i: usize, columns: usize, size: V3) -> Cell {
    let cell = column(i.min(columns - 1), columns, size, 0.5);
    Cell {
        at: [cell.at[0], size[1] * 0.34, 0.0],
        size: [cell.size[0], size[1] * 0.28 - GAP_M, size[2]],
        ..cell
    }
}

fn on_top(i: usize, wide: usize, columns: usize, size: V3) -> Cell {
    let step = size[0] / columns as f32;
    let (level, along) = (i / wide, i % wide);
    let height = size[1] * 0.19;
    let breadth = size[2] * if level == 0 { 0.8 } else { 0.6 };
    let x = (2.0 + along as f32) * step + step / 2.0 - size[0] / 2.0;
    Cell {
        at: [x, size[1] * 0.62 + level as f32 * height, 0.0],
        size: [step - GAP_M, height - GAP_M, breadth],
        ends: [10, 10],
        bottom: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: V3 = [200.0, 40.0, 32.0];

    #[test]
    fn every_lift_has_a_place_of_its_own_inside_the_ship() {
        for count in [1, 2, 5, 32, 33, 96] {
            let cells = cells(count, SIZE);
            assert_eq!(cells.len(), count);
            for (i, a) in cells.iter().enumerate() {
                assert!(a.at[0].abs() + a.size[0] / 2.0 <= 100.0, "{count} {i}: {a:?}");
                assert!(a.size.iter().all(|edge| *edge > 0.0), "{count} {i}: {a:?}");
                for b in &cells[i + 1..] {
                    let apart = |axis: usize, half: f32| {
                        (a.at[axis] - b.at[axis]).abs() + 1e-3
                            >= (a.size[axis] + b.size[axis]) * half
                    };
                    let above = a.at[1] + a.size[1] <= b.at[1] || b.at[1] + b.size[1] <= a.at[1];
                    assert!(apart(0, 0.5) || above, "{count}: {a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn the_keel_is_laid_amidships_and_the_bow_is_narrow() {
        let cells = cells(32, SIZE);
        assert!(cells[0].at[0].abs() < 20.0 && cells[0].bottom);
        let bow =
            cells.iter().filter(|cell| cell.bottom).max_by(|a, b| a.at[0].total_cmp(&b.at[0]));
        assert!(bow.unwrap().ends[1] < 4);
        assert!(cells[31].at[1] > cells[0].at[1]);
    }
}
