//! The open field of a yard: blocks, cranes, ways and the waterside.

use super::super::{Axis, Builder, Paint};

/// How far the bilge, the slanted strake between bottom and side, reaches in both directions.
const BILGE_M: f64 = 1.4;

/// A block of a hull, 12 m long, `beam` wide, 8 m high, whose middle is at `z`. `outer` says
/// whether its sides at -Z and +Z are the hull's shell; the others are bulkheads.
fn hull_block(b: &mut Builder, z: f64, beam: f64, outer: [bool; 2]) {
    let half = beam / 2.0;
    let [near, far] = outer.map(|shell| if shell { BILGE_M } else { 0.0 });
    b.cuboid([0.0, 0.6, z + (near - far) / 2.0], [12.0, 0.25, beam - near - far], Paint::STATE);
    b.cuboid([0.0, 2.2, z], [12.0, 0.2, beam - 0.4], Paint::STATE_SHADE);
    for x in [-5.6, 5.6] {
        b.cuboid([x, 0.85, z], [0.2, 1.35, beam - 2.8], Paint::STATE_SHADE);
    }
    for (side, shell) in [(-1.0, outer[0]), (1.0, outer[1])] {
        let low = if shell { 0.6 + BILGE_M } else { 0.85 };
        b.cuboid([0.0, low, z + side * (half - 0.12)], [12.0, 8.25 - low, 0.24], Paint::STATE);
        if shell {
            let (inside, outside) = (z + side * (half - BILGE_M), z + side * half);
            let outline =
                [[inside, 0.6], [outside, low], [outside - side * 0.24, low], [inside, 0.9]];
            b.extrude(Axis::X, &outline, [-6.0, 6.0], Paint::STATE);
        }
    }
    b.cuboid([0.0, 5.2, z], [12.0, 0.2, beam - 0.5], Paint::STATE_SHADE);
    b.cuboid([0.0, 8.0, z], [12.0, 0.25, beam - 0.5], Paint::STATE);
    b.cuboid([-1.8, 2.4, z], [0.2, 5.6, beam - 0.5], Paint::STATE_SHADE);
}

/// A block on stools: double bottom, sides with frames, two decks.
pub fn block(b: &mut Builder) {
    hull_block(b, 0.0, 10.0, [true, true]);
    b.cuboid([0.0, 2.4, 0.0], [11.6, 5.6, 0.2], Paint::STATE_SHADE);
    for x in [2.0, 4.8] {
        b.cuboid_pair_z([x, 2.4, 4.45], [0.25, 5.6, 0.7], Paint::STATE_SHADE);
    }
    b.cuboid([3.2, 8.25, 2.4], [1.8, 0.5, 1.8], Paint::DARK);
    b.cuboid_at_corners([4.6, 8.25, 4.0], [0.9, 0.7, 0.25], Paint::YELLOW);
    b.cuboid_at_corners([4.4, 0.0, 2.8], [0.9, 0.6, 0.9], Paint::WOOD);
}

/// Three blocks joined side by side, a whole slice of the hull, with lifting lugs.
pub fn lift(b: &mut Builder) {
    hull_block(b, -8.0, 7.9, [true, false]);
    hull_block(b, 0.0, 7.9, [false, false]);
    hull_block(b, 8.0, 7.9, [false, true]);
    b.cuboid_pair_z([0.0, 8.0, 4.0], [12.0, 0.32, 0.3], Paint::YELLOW);
    b.cuboid_at_corners([4.4, 8.25, 9.6], [0.9, 0.7, 0.3], Paint::YELLOW);
    b.cuboid_pair_z([0.0, 0.0, 7.6], [9.0, 0.6, 1.0], Paint::WOOD);
}

/// A portal crane over the dock: a girder across, a stiff and a hinged leg, bogies on rails.
pub fn gantry_crane(b: &mut Builder) {
    for z in [-33.0, 33.0] {
        for x in [-9.5, 9.5] {
            b.cuboid([x, 0.5, z], [6.0, 1.4, 1.8], Paint::YELLOW);
            for wheel in [-1.6, 1.6] {
                b.cuboid([x + wheel, 0.0, z], [1.8, 1.2, 0.7], Paint::DARK);
            }
        }
        b.cuboid([0.0, 1.9, z], [24.0, 1.8, 1.6], Paint::STATE_SHADE);
    }
    // The stiff leg is broad in both directions, the hinged one a plain A.
    for x in [-1.0, 1.0] {
        for z in [-34.0, -30.0] {
            b.bar([10.0 * x, 3.4, -33.0], [3.4 * x, 44.2, z], 1.9, Paint::STATE_SHADE);
        }
        b.bar([10.0 * x, 3.4, 33.0], [1.2 * x, 43.6, 32.0], 1.3, Paint::STATE_SHADE);
    }
    b.cuboid([0.0, 22.0, -33.0], [14.0, 1.2, 1.2], Paint::STATE_SHADE);
    b.cuboid([0.0, 22.0, 32.5], [11.6, 1.0, 1.0], Paint::STATE_SHADE);
    for x in [-3.2, 3.2] {
        b.cuboid([x, 44.0, 0.0], [2.4, 5.6, 76.0], Paint::STATE);
    }
    for z in [-37.0, 37.0] {
        b.cuboid([0.0, 45.0, z], [4.0, 3.4, 1.4], Paint::STATE_SHADE);
    }
    for (z, drop) in [(-10.0, 24.0), (9.0, 24.0)] {
        b.cuboid([0.0, 49.6, z], [9.6, 3.0, 6.0], Paint::YELLOW);
        for x in [-0.9, 0.9] {
            b.bar([x, 49.6, z], [x, drop, z], 0.5, Paint::DARK);
        }
        b.taper([0.0, drop - 2.6, z], [1.0, 1.0], [3.2, 2.0], 2.6, Paint::YELLOW);
    }
    b.cuboid([0.0, 39.4, -27.0], [3.0, 3.0, 3.4], Paint::MACHINE);
    b.cuboid([0.0, 39.6, -25.2], [2.6, 1.6, 0.2], Paint::GLASS);
    b.cuboid([0.0, 42.4, -27.0], [1.0, 1.6, 1.0], Paint::STEEL);
}

/// A lower portal with two hoists on belts that roll a block over.
pub fn turnover_crane(b: &mut Builder) {
    for z in [-13.0, 13.0] {
        b.cuboid([0.0, 0.0, z], [14.0, 0.25, 0.7], Paint::DARK);
        for x in [-4.6, 4.6] {
            b.cuboid([x, 0.25, z], [2.6, 1.0, 1.2], Paint::YELLOW);
        }
        b.cuboid([0.0, 1.25, z], [12.0, 1.0, 1.0], Paint::STATE_SHADE);
        for x in [-1.0, 1.0] {
            b.bar([4.8 * x, 2.1, z], [2.0 * x, 18.2, z], 1.0, Paint::STATE_SHADE);
        }
        b.cuboid([0.0, 10.0, z], [7.0, 0.7, 0.7], Paint::STATE_SHADE);
    }
    for x in [-2.0, 2.0] {
        b.cuboid([x, 18.0, 0.0], [1.3, 2.2, 29.0], Paint::STATE);
    }
    for z in [-4.0, 4.0] {
        b.cuboid([0.0, 20.2, z], [5.8, 1.6, 2.4], Paint::YELLOW);
        for x in [-2.2, 2.2] {
            b.bar([x, 20.2, z], [x, 11.6, z], 0.22, Paint::DARK);
        }
        b.cuboid([0.0, 10.8, z], [6.4, 0.9, 0.9], Paint::YELLOW);
    }
    b.cuboid([3.2, 15.4, -11.4], [1.8, 2.2, 1.8], Paint::MACHINE);
    b.cuboid([3.2, 15.7, -10.45], [1.5, 1.1, 0.1], Paint::GLASS);
}

/// A low platform on many wheels with a cab at each end.
pub fn transporter(b: &mut Builder) {
    b.cuboid([0.0, 1.1, 0.0], [16.0, 0.5, 6.0], Paint::STATE);
    b.cuboid([0.0, 0.7, 0.0], [15.2, 0.4, 1.2], Paint::DARK);
    for x in [-6.3, -2.1, 2.1, 6.3] {
        b.cuboid_pair_z([x, 0.7, 2.1], [0.5, 0.4, 0.9], Paint::STEEL);
        for z in [-2.1, 2.1] {
            b.cylinder(Axis::Z, [x, 0.55, z - 0.5], 0.55, 1.0, Paint::RUBBER);
        }
    }
    for side in [-1.0, 1.0] {
        let z = side * 1.9;
        b.cuboid([side * 9.0, 0.7, z], [2.0, 1.6, 1.8], Paint::YELLOW);
        b.cuboid([side * 10.03, 1.4, z], [0.06, 0.7, 1.5], Paint::GLASS);
        b.cuboid([side * 8.6, 0.9, -z], [1.2, 0.9, 1.6], Paint::MACHINE);
    }
    for x in [-4.5, 4.5] {
        b.cuboid([x, 1.6, 0.0], [0.5, 0.25, 5.6], Paint::WOOD);
    }
}

/// A flat cargo barge with raked ends, a coaming and a small deckhouse.
pub fn barge(b: &mut Builder) {
    let hull = [[-26.0, 0.0], [26.0, 0.0], [31.0, 2.4], [31.0, 4.0], [-31.0, 4.0], [-31.0, 2.4]];
    b.extrude(Axis::Z, &hull, [-9.0, 9.0], Paint::PRIMER);
    b.cuboid([0.0, 4.0, 0.0], [60.0, 0.25, 17.2], Paint::FLOOR);
    b.cuboid_pair_z([0.0, 4.0, 8.8], [60.0, 0.9, 0.35], Paint::STATE);
    for x in [-30.2, 30.2] {
        b.cuboid([x, 4.0, 0.0], [0.5, 1.3, 17.0], Paint::STATE);
    }
    // Six places for blocks, marked by their stools.
    for x in [-14.0, 2.0, 18.0] {
        b.cuboid([x, 4.25, 0.0], [13.0, 0.1, 16.0], Paint::STATE_SHADE);
        b.cuboid_pair_z([x - 4.0, 4.35, 4.0], [1.0, 0.6, 5.0], Paint::WOOD);
        b.cuboid_pair_z([x + 4.0, 4.35, 4.0], [1.0, 0.6, 5.0], Paint::WOOD);
    }
    b.cuboid([-26.0, 4.25, 0.0], [5.0, 2.8, 8.0], Paint::CLADDING);
    b.cuboid([-26.0, 7.05, 0.0], [4.0, 2.4, 5.0], Paint::STATE);
    b.cuboid([-23.95, 7.8, 0.0], [0.1, 1.1, 4.4], Paint::GLASS);
    b.cylinder(Axis::Y, [-26.0, 9.45, 0.0], 0.15, 4.0, Paint::STEEL);
    b.cuboid_at_corners([28.4, 4.25, 7.4], [0.7, 0.8, 0.7], Paint::DARK);
    for x in [-15.0, 0.0, 15.0] {
        b.cuboid_pair_z([x, 1.6, 9.2], [1.0, 2.0, 0.4], Paint::RUBBER);
    }
}

/// A dry dock, 220 by 40 m inside. Its floor lies on the ground and its walls stand proud, so
/// that a flat ground plane does not hide it.
pub fn dock(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [232.0, 0.3, 48.0], Paint::FLOOR);
    b.cuboid_pair_z([0.0, 0.3, 22.5], [226.0, 4.2, 3.0], Paint::CONCRETE);
    b.cuboid_pair_z([0.0, 0.3, 20.5], [220.0, 1.8, 1.0], Paint::CONCRETE);
    b.cuboid([-114.5, 0.3, 0.0], [3.0, 4.2, 48.0], Paint::CONCRETE);
    b.cuboid([112.0, 0.3, 0.0], [4.0, 5.6, 42.0], Paint::STATE);
    b.cuboid([0.0, 0.3, 0.0], [204.0, 0.06, 27.0], Paint::STATE_SHADE);
    for z in [-14.0, 0.0, 14.0] {
        b.cuboid([114.6, 0.3, z], [1.2, 5.0, 2.0], Paint::STATE_SHADE);
    }
    b.cuboid([112.0, 5.9, 0.0], [2.0, 0.9, 40.0], Paint::YELLOW);
    b.cuboid_pair_z([0.0, 4.5, 21.6], [226.0, 0.5, 1.2], Paint::STATE);
    b.cuboid_pair_z([0.0, 4.5, 23.5], [226.0, 0.2, 0.6], Paint::DARK);
    for step in 0..9 {
        let x = -92.0 + 23.0 * f64::from(step);
        b.cuboid([x, 0.3, 0.0], [4.0, 1.2, 1.6], Paint::WOOD);
    }
    for x in [-80.0, -40.0, 0.0, 40.0, 80.0] {
        b.cuboid_pair_z([x, 4.5, 22.4], [0.9, 0.9, 0.9], Paint::DARK);
    }
    b.cuboid([-106.0, 0.3, 17.5], [8.0, 4.2, 5.0], Paint::MACHINE);
    b.cuboid([-100.5, 0.3, 17.5], [3.0, 2.1, 5.0], Paint::CONCRETE);
}

/// A stretch of quay with fenders, bollards, rails and a gangway tower.
pub fn quay(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [200.0, 1.6, 20.0], Paint::CONCRETE);
    b.cuboid([0.0, 1.6, 9.1], [200.0, 0.3, 1.8], Paint::STATE);
    b.cuboid([0.0, 1.6, -9.6], [200.0, 0.25, 0.6], Paint::STATE_SHADE);
    for z in [1.0, 6.0] {
        b.cuboid([0.0, 1.6, z], [200.0, 0.12, 0.4], Paint::DARK);
    }
    for step in 0..8 {
        let x = -87.5 + 25.0 * f64::from(step);
        b.cuboid([x, 0.2, 10.3], [1.6, 1.3, 0.7], Paint::RUBBER);
        b.cuboid([x + 6.0, 1.6, 8.4], [0.8, 1.0, 0.8], Paint::YELLOW);
    }
    for z in [-1.1, 1.1] {
        for x in [-1.1, 1.1] {
            b.cuboid([x, 1.6, z - 4.0], [0.3, 12.0, 0.3], Paint::FRAME);
        }
    }
    for y in [5.4, 9.4, 13.4] {
        b.cuboid([0.0, y, -4.0], [3.0, 0.3, 3.0], Paint::STATE_SHADE);
    }
    b.bar([0.0, 13.6, -3.0], [0.0, 12.6, 14.0], 0.8, Paint::STATE);
    b.cuboid([-60.0, 1.6, -5.0], [12.0, 2.8, 4.0], Paint::MACHINE);
    b.cuboid([60.0, 1.6, -5.0], [12.0, 2.8, 4.0], Paint::MACHINE);
}

/// A parking slot for one block: a kerb, corner posts and four stools.
pub fn block_park(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [16.0, 0.15, 14.0], Paint::CONCRETE);
    b.cuboid_pair_z([0.0, 0.15, 6.75], [16.0, 0.15, 0.5], Paint::STATE);
    for x in [-7.75, 7.75] {
        b.cuboid([x, 0.15, 0.0], [0.5, 0.15, 13.0], Paint::STATE);
    }
    b.cuboid_at_corners([7.75, 0.3, 6.75], [0.5, 1.4, 0.5], Paint::YELLOW);
    for x in [-4.4, 4.4] {
        for z in [-3.6, 3.6] {
            b.taper([x, 0.15, z], [1.4, 1.4], [0.9, 0.9], 0.9, Paint::STEEL);
            b.cuboid([x, 1.05, z], [1.0, 0.2, 1.0], Paint::WOOD);
        }
    }
}

/// A flat sheet of water, for the strip that barges travel on.
pub fn water(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [100.0, 0.05, 100.0], Paint::own(0x3E6076));
}
