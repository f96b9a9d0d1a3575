//! Shops of a yard: from the plate to the painted block.

use super::super::{Axis, Builder, Paint};

/// A welding gantry over a bed of rollers with a stiffened panel on it.
pub fn panel_station(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [24.0, 0.2, 14.0], Paint::FLOOR);
    b.cuboid_pair_z([0.0, 0.2, 4.2], [23.0, 0.7, 0.6], Paint::FRAME);
    for x in [-10.0, -6.0, -2.0, 2.0, 6.0, 10.0] {
        b.cuboid([x, 0.35, 0.0], [0.5, 0.6, 10.4], Paint::STEEL);
    }
    b.cuboid([0.0, 1.0, 0.0], [21.0, 0.15, 10.4], Paint::PRIMER);
    for z in [-3.6, -1.2, 1.2, 3.6] {
        b.cuboid([3.2, 1.15, z], [14.0, 0.55, 0.2], Paint::PRIMER);
    }
    b.cuboid_pair_z([0.0, 0.2, 6.3], [24.0, 0.15, 0.35], Paint::DARK);
    for x in [-3.4, -0.6] {
        b.cuboid_pair_z([x, 0.35, 6.3], [1.6, 0.7, 0.9], Paint::DARK);
        b.cuboid_pair_z([x, 1.05, 6.3], [0.9, 5.2, 0.7], Paint::STATE_SHADE);
    }
    b.cuboid_pair_z([-2.0, 6.25, 6.3], [3.8, 0.5, 0.9], Paint::STATE_SHADE);
    for x in [-3.4, -0.6] {
        b.cuboid([x, 6.75, 0.0], [0.9, 1.4, 13.5], Paint::STATE);
    }
    for z in [-2.4, 2.4] {
        b.cuboid([-2.0, 6.9, z], [1.8, 1.5, 1.6], Paint::YELLOW);
        b.cuboid([-2.0, 2.6, z], [0.5, 4.3, 0.5], Paint::STEEL);
        b.taper([-2.0, 1.8, z], [0.2, 0.2], [0.9, 0.9], 0.8, Paint::DARK);
    }
    b.cuboid([9.5, 0.2, 6.2], [2.0, 2.2, 1.2], Paint::MACHINE);
    b.cuboid([9.5, 1.2, 6.82], [1.4, 0.8, 0.06], Paint::GLASS);
}

/// A flat panel with stiffeners and webs, as it travels.
pub fn panel(b: &mut Builder) {
    b.cuboid([0.0, 0.3, 0.0], [12.0, 0.06, 10.0], Paint::STATE);
    for z in [-4.0, -2.0, 0.0, 2.0, 4.0] {
        b.cuboid([0.0, 0.36, z], [11.6, 0.4, 0.12], Paint::STATE_SHADE);
    }
    for x in [-4.0, 0.0, 4.0] {
        b.cuboid([x, 0.36, 0.0], [0.16, 1.0, 9.6], Paint::STATE_SHADE);
    }
    b.cuboid_at_corners([4.6, 0.0, 3.6], [0.5, 0.3, 0.5], Paint::WOOD);
}

/// A cutting table with slats, a plate and a bridge that carries the torches.
pub fn cutting_table(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [15.4, 0.55, 4.2], Paint::DARK);
    b.cuboid_pair_z([0.0, 0.0, 2.0], [16.0, 0.8, 0.25], Paint::FRAME);
    for step in 0..10 {
        let x = -6.75 + 1.5 * f64::from(step);
        b.cuboid([x, 0.55, 0.0], [0.12, 0.25, 3.75], Paint::STEEL);
    }
    b.cuboid([-1.6, 0.8, 0.0], [11.0, 0.05, 3.2], Paint::PRIMER);
    b.cuboid_pair_z([0.0, 0.8, 2.3], [16.0, 0.15, 0.2], Paint::STEEL);
    b.cuboid_pair_z([3.0, 0.95, 2.3], [1.6, 1.25, 0.4], Paint::STATE_SHADE);
    b.cuboid([3.0, 2.2, 0.0], [1.2, 0.7, 5.4], Paint::STATE);
    for z in [-1.0, 0.7] {
        b.cuboid([2.2, 1.5, z], [0.4, 1.5, 0.5], Paint::YELLOW);
        b.taper([2.2, 0.95, z], [0.08, 0.08], [0.3, 0.3], 0.55, Paint::DARK);
    }
    b.cuboid([6.6, 0.0, 3.4], [1.6, 1.9, 0.8], Paint::MACHINE);
    b.cuboid([6.6, 1.1, 3.82], [1.1, 0.6, 0.05], Paint::GLASS);
    b.cylinder(Axis::Y, [-6.5, 0.0, -3.2], 0.7, 2.6, Paint::STEEL);
    b.bar([-6.5, 2.3, -3.2], [-6.5, 0.5, -1.8], 0.3, Paint::STEEL);
}

/// A tunnel that blasts and primes plates on a roller way.
pub fn blast_prime(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [24.0, 0.15, 6.0], Paint::FLOOR);
    b.cuboid_pair_z([0.0, 0.15, 1.9], [24.0, 0.7, 0.25], Paint::FRAME);
    for x in [-11.0, -9.6, -8.2, 8.2, 9.6, 11.0] {
        b.cuboid([x, 0.5, 0.0], [0.35, 0.35, 3.6], Paint::STEEL);
    }
    b.cuboid([-9.6, 0.87, 0.0], [4.4, 0.06, 3.0], Paint::STEEL);
    b.cuboid([9.6, 0.87, 0.0], [4.4, 0.06, 3.0], Paint::PRIMER);
    b.cuboid([-4.2, 0.15, 0.0], [6.0, 3.6, 4.8], Paint::STATE);
    b.taper([-4.2, 3.75, 0.0], [6.0, 4.8], [3.6, 2.4], 1.3, Paint::STATE_SHADE);
    b.cuboid([3.4, 0.15, 0.0], [6.4, 3.0, 4.8], Paint::STATE);
    b.cuboid([-0.5, 0.15, 0.0], [1.6, 2.4, 4.2], Paint::MACHINE);
    for (x, height) in [(-7.22, 1.7), (6.62, 1.5)] {
        b.cuboid([x, 0.6, 0.0], [0.06, height, 3.4], Paint::DARK);
    }
    b.cylinder(Axis::Y, [3.4, 3.15, 0.0], 0.6, 2.6, Paint::STEEL);
    b.cylinder(Axis::Y, [-9.0, 1.6, -3.2], 1.2, 3.6, Paint::MACHINE);
    b.cone(Axis::Y, [-9.0, 0.2, -3.2], [0.3, 1.2], 1.4, Paint::STEEL);
    b.bar([-9.0, 4.8, -3.2], [-4.6, 4.8, -0.6], 0.6, Paint::STEEL);
    b.cuboid([3.4, 1.2, 2.42], [2.6, 1.2, 0.06], Paint::GLASS);
    b.cuboid([-4.2, 0.5, 2.42], [1.2, 2.2, 0.06], Paint::DARK);
}

/// A frame press with a ram over a curved plate.
pub fn forming_press(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [10.0, 0.2, 7.0], Paint::FLOOR);
    b.cuboid([0.0, 0.2, 0.0], [7.2, 1.2, 3.2], Paint::DARK);
    for x in [-3.0, 3.0] {
        b.cuboid([x, 1.4, 0.0], [1.2, 4.6, 2.6], Paint::STATE_SHADE);
    }
    b.cuboid([0.0, 6.0, 0.0], [7.6, 1.7, 3.0], Paint::STATE);
    b.cylinder(Axis::Y, [0.0, 4.2, 0.0], 0.6, 1.8, Paint::STEEL);
    b.cuboid([0.0, 3.3, 0.0], [4.4, 0.9, 1.8], Paint::YELLOW);
    b.taper([0.0, 2.7, 0.0], [0.8, 1.6], [2.4, 1.6], 0.6, Paint::STEEL);
    b.cylinder(Axis::Y, [0.0, 7.7, 0.0], 0.7, 1.1, Paint::MACHINE);
    for x in [-2.2, 2.2] {
        b.cylinder(Axis::Y, [x, 7.7, 0.0], 0.45, 0.8, Paint::MACHINE);
    }
    // The plate, bent in five strips that lie on the die.
    let curve = [[-3.4, 2.3], [-2.1, 1.8], [-0.7, 1.55], [0.7, 1.55], [2.1, 1.8], [3.4, 2.3]];
    for pair in curve.windows(2) {
        let [[z0, y0], [z1, y1]] = [pair[0], pair[1]];
        let outline = [[z0, y0], [z1, y1], [z1, y1 + 0.12], [z0, y0 + 0.12]];
        b.extrude(Axis::X, &outline, [-2.2, 2.2], Paint::PRIMER);
    }
    b.cuboid([4.4, 0.2, 2.4], [0.9, 1.9, 0.7], Paint::MACHINE);
    b.cuboid([4.4, 1.3, 2.77], [0.6, 0.5, 0.05], Paint::GLASS);
    b.cuboid([-4.2, 0.2, -2.4], [1.4, 1.5, 1.6], Paint::MACHINE);
}

/// A field of posts of many heights that carry a curved unit.
pub fn jig(b: &mut Builder) {
    let height = |z: f64| 1.1 + 0.055 * z * z;
    b.cuboid([0.0, 0.0, 0.0], [14.0, 0.2, 12.0], Paint::FLOOR);
    for x in [-5.0, -1.7, 1.7, 5.0] {
        for z in [-4.0, 0.0, 4.0] {
            b.cuboid([x, 0.2, z], [0.35, height(z) - 0.2, 0.35], Paint::YELLOW);
        }
    }
    let across = [-5.0, -3.0, -1.0, 1.0, 3.0, 5.0];
    for pair in across.windows(2) {
        let [z0, z1] = [pair[0], pair[1]];
        let (y0, y1) = (height(z0), height(z1));
        let outline = [[z0, y0], [z1, y1], [z1, y1 + 0.15], [z0, y0 + 0.15]];
        b.extrude(Axis::X, &outline, [-6.0, 6.0], Paint::STATE);
    }
    for x in [-4.0, 0.0, 4.0] {
        let rib = |z0: f64, z1: f64| {
            [[z0, height(z0) + 0.15], [z1, height(z1) + 0.15], [z1, 3.2], [z0, 3.2]]
        };
        for pair in across.windows(2) {
            b.extrude(Axis::X, &rib(pair[0], pair[1]), [x - 0.12, x + 0.12], Paint::STATE_SHADE);
        }
    }
    b.cuboid([-6.6, 0.2, 5.4], [0.8, 1.6, 0.8], Paint::MACHINE);
}

/// One storey of scaffold along X at `z`: posts, two decks and a rail.
fn scaffold(b: &mut Builder, z: f64, height: f64) {
    for x in [-7.4, 0.0, 7.4] {
        for side in [-0.7, 0.7] {
            b.cuboid([x, 0.25, z + side], [0.25, height, 0.25], Paint::FRAME);
        }
    }
    for level in [0.4, 0.72] {
        b.cuboid([0.0, height * level, z], [15.2, 0.18, 1.5], Paint::STATE_SHADE);
        let outside = z + 0.72 * z.signum();
        b.cuboid([0.0, height * level + 1.0, outside], [15.0, 0.1, 0.1], Paint::YELLOW);
    }
}

/// A pad between scaffolds where panels become a block.
pub fn assembly_bay(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [18.0, 0.25, 16.0], Paint::CONCRETE);
    b.cuboid_pair_z([0.0, 0.25, 7.85], [18.0, 0.12, 0.3], Paint::STATE);
    for x in [-8.85, 8.85] {
        b.cuboid([x, 0.25, 0.0], [0.3, 0.12, 15.4], Paint::STATE);
    }
    for side in [-1.0, 1.0] {
        scaffold(b, side * 6.4, 9.6);
    }
    // Two portals tie the scaffolds and show the state from afar.
    for x in [-7.4, 7.4] {
        b.cuboid([x, 9.85, 0.0], [0.5, 0.6, 14.6], Paint::STATE);
    }
    b.cuboid_pair_z([0.0, 9.85, 7.05], [15.3, 0.45, 0.4], Paint::STATE);
    for x in [-4.5, 0.0, 4.5] {
        b.cuboid_pair_z([x, 0.25, 3.0], [0.8, 0.9, 0.8], Paint::YELLOW);
    }
    b.cuboid([-8.0, 0.25, 4.2], [1.2, 2.0, 1.6], Paint::MACHINE);
}

/// A pad with a scaffold, a stair tower, a pipe rack and workshop containers.
pub fn outfitting_bay(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [18.0, 0.25, 16.0], Paint::CONCRETE);
    b.cuboid_pair_z([0.0, 0.25, 7.85], [18.0, 0.12, 0.3], Paint::STATE);
    for x in [-8.85, 8.85] {
        b.cuboid([x, 0.25, 0.0], [0.3, 0.12, 15.4], Paint::STATE);
    }
    scaffold(b, -6.4, 9.6);
    b.cuboid([0.0, 9.85, -6.4], [15.6, 0.5, 1.9], Paint::STATE);
    // The stair tower.
    for side in [-0.9, 0.9] {
        b.cuboid([-8.0 + side, 0.25, -2.6], [0.2, 9.6, 0.2], Paint::FRAME);
        b.cuboid([-8.0 + side, 0.25, -4.6], [0.2, 9.6, 0.2], Paint::FRAME);
    }
    for (level, lean) in [(0.25, 1.0), (3.45, -1.0), (6.65, 1.0)] {
        let [near, far] = [-3.6 + lean, -3.6 - lean];
        b.bar([-8.0, level, near], [-8.0, level + 3.1, far], 0.5, Paint::STEEL);
    }
    b.cuboid([-8.0, 9.85, -3.6], [2.2, 0.3, 2.4], Paint::STATE_SHADE);
    // Spools on their rack, then the workshops.
    for x in [-4.2, -1.4] {
        b.cuboid([x, 0.25, 6.3], [0.2, 2.2, 1.6], Paint::FRAME);
    }
    for (y, z, radius) in [(0.7, 5.9, 0.28), (0.7, 6.7, 0.28), (1.6, 6.3, 0.35)] {
        b.cylinder(Axis::X, [-5.4, y, z], radius, 5.4, Paint::STEEL);
    }
    b.cuboid([4.6, 0.25, 6.2], [6.0, 2.6, 2.4], Paint::STATE);
    b.cuboid([4.6, 2.85, 6.2], [4.0, 2.4, 2.2], Paint::MACHINE);
    b.cuboid([3.0, 0.35, 7.42], [1.0, 2.0, 0.06], Paint::DARK);
    b.cuboid([5.8, 1.2, 7.42], [1.6, 0.9, 0.06], Paint::GLASS);
}

/// A hall with a door as high as a block, ducts and an exhaust.
pub fn paint_cell(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [22.0, 0.3, 18.0], Paint::CONCRETE);
    b.cuboid([0.0, 0.3, 0.0], [20.4, 10.6, 16.0], Paint::CLADDING);
    let roof = [
        [-8.4, 10.9],
        [8.4, 10.9],
        [8.4, 11.5],
        [4.6, 13.0],
        [0.0, 13.6],
        [-4.6, 13.0],
        [-8.4, 11.5],
    ];
    b.extrude(Axis::X, &roof, [-10.6, 10.6], Paint::STATE);
    b.cuboid([0.0, 0.3, 8.05], [13.6, 9.6, 0.2], Paint::STATE_SHADE);
    for x in [-5.0, -1.7, 1.7, 5.0] {
        b.cuboid([x, 0.5, 8.2], [3.1, 9.2, 0.16], Paint::DARK);
    }
    for x in [-8.6, 8.6] {
        b.cuboid([x, 0.3, 8.1], [0.5, 10.2, 0.5], Paint::YELLOW);
    }
    b.cuboid([-6.0, 0.3, -9.0], [5.0, 3.4, 2.0], Paint::MACHINE);
    b.cylinder(Axis::Y, [-6.0, 3.7, -9.0], 0.7, 12.0, Paint::STEEL);
    b.cylinder(Axis::Y, [-2.6, 0.3, -8.9], 0.7, 14.0, Paint::STEEL);
    b.cuboid([4.5, 8.6, -8.6], [10.0, 1.2, 1.2], Paint::STEEL);
    b.cuboid([4.5, 0.3, -9.0], [4.0, 2.6, 2.0], Paint::MACHINE);
    b.cuboid([4.5, 2.9, -8.6], [1.2, 5.7, 1.2], Paint::STEEL);
    b.cuboid([10.25, 0.3, 4.5], [0.2, 2.3, 1.3], Paint::DARK);
}
