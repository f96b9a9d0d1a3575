//! Buildings and benches of a plant with protective construction. Products are plain cases.

use super::super::{Axis, Builder, Paint};

/// A plain transport case with two straps.
pub fn case(b: &mut Builder) {
    b.cuboid([0.0, 0.12, 0.0], [3.0, 0.6, 0.7], Paint::STATE);
    for x in [-0.9, 0.9] {
        b.cuboid([x, 0.1, 0.0], [0.12, 0.66, 0.76], Paint::DARK);
        b.cuboid([x, 0.0, 0.0], [0.2, 0.12, 0.8], Paint::WOOD);
    }
    b.cuboid([1.52, 0.36, 0.0], [0.06, 0.12, 0.3], Paint::DARK);
}

/// A batch oven with a lifting door, a burner and a flue.
pub fn oven(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [6.4, 0.2, 4.6], Paint::FLOOR);
    b.cuboid([0.0, 0.2, -0.2], [5.6, 3.2, 3.8], Paint::STATE);
    b.cuboid([0.0, 3.4, -0.2], [5.2, 0.3, 3.4], Paint::STATE_SHADE);
    b.cuboid([0.0, 0.4, 1.78], [3.8, 2.5, 0.16], Paint::DARK);
    b.cuboid([0.0, 0.4, 1.9], [3.4, 0.16, 0.1], Paint::GLOW);
    for x in [-2.15, 2.15] {
        b.cuboid([x, 0.2, 1.9], [0.3, 4.3, 0.3], Paint::FRAME);
    }
    b.cuboid([0.0, 4.3, 1.9], [4.6, 0.3, 0.3], Paint::FRAME);
    b.cylinder(Axis::Y, [-1.6, 3.7, -1.0], 0.3, 2.2, Paint::STEEL);
    b.cylinder(Axis::X, [2.8, 2.2, -0.6], 0.35, 0.7, Paint::YELLOW);
    b.cuboid([2.9, 0.2, 1.1], [0.5, 1.8, 0.8], Paint::MACHINE);
    b.cuboid([0.9, 3.7, -0.7], [1.8, 0.7, 1.4], Paint::MACHINE);
    b.cuboid([2.9, 1.2, 1.52], [0.35, 0.4, 0.05], Paint::GLASS);
}

/// A heat-treatment furnace with a car on rails and a quench tank.
pub fn furnace(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [9.6, 0.2, 6.0], Paint::FLOOR);
    b.cuboid([-1.6, 0.2, -0.6], [5.6, 3.4, 4.2], Paint::STATE_SHADE);
    let vault = [[-2.7, 3.6], [1.5, 3.6], [1.5, 3.9], [0.6, 4.8], [-1.8, 4.8], [-2.7, 3.9]];
    b.extrude(Axis::X, &vault, [-4.4, 1.2], Paint::STATE);
    for x in [-4.0, -1.6, 0.8] {
        b.cuboid([x, 0.2, 1.6], [0.3, 3.6, 0.3], Paint::FRAME);
    }
    b.cuboid([-1.6, 0.6, 1.56], [4.0, 2.4, 0.16], Paint::DARK);
    b.cuboid([-1.6, 1.0, 1.66], [2.6, 0.35, 0.08], Paint::GLOW);
    for x in [-2.8, -0.4] {
        b.cuboid([x, 0.2, 2.4], [0.18, 0.12, 1.2], Paint::STEEL);
    }
    b.cuboid([-1.6, 0.32, 2.4], [3.4, 0.35, 1.0], Paint::MACHINE);
    b.cuboid([-1.6, 0.67, 2.4], [2.8, 0.45, 0.7], Paint::CASE);
    b.cylinder(Axis::Y, [-3.2, 4.6, -1.4], 0.4, 2.6, Paint::STEEL);
    b.cylinder(Axis::Y, [3.1, 0.2, 0.6], 1.4, 1.6, Paint::MACHINE);
    b.cylinder(Axis::Y, [3.1, 1.8, 0.6], 1.2, 0.06, Paint::DARK);
    b.cuboid([3.3, 0.2, -2.0], [1.4, 2.0, 0.9], Paint::MACHINE);
    b.bar([1.1, 2.6, -1.6], [3.3, 1.9, -1.9], 0.3, Paint::YELLOW);
}

/// A bunker with an earth wall on three sides, a steel door and a vent.
pub fn fill_station(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [30.0, 0.2, 24.0], Paint::FLOOR);
    b.taper([0.0, 0.2, -9.2], [29.0, 5.2], [26.0, 1.6], 4.6, Paint::GRASS);
    for x in [-12.2, 12.2] {
        b.taper([x, 0.2, 1.5], [5.0, 19.0], [1.6, 17.0], 4.6, Paint::GRASS);
    }
    b.cuboid([0.0, 0.2, 0.0], [16.0, 5.4, 11.0], Paint::CONCRETE);
    b.cuboid([0.0, 5.6, 0.0], [16.8, 0.8, 11.8], Paint::STATE);
    b.cuboid([-3.0, 0.2, 5.6], [5.0, 4.4, 0.3], Paint::STATE_SHADE);
    b.cuboid([-3.0, 0.3, 5.8], [4.2, 3.9, 0.25], Paint::DARK);
    b.cuboid([4.6, 0.2, 5.55], [1.4, 2.4, 0.2], Paint::DARK);
    b.cuboid([4.6, 3.4, 5.55], [3.0, 0.8, 0.14], Paint::GLASS);
    for x in [-6.6, 0.6] {
        b.cuboid([x, 0.2, 6.6], [0.8, 4.6, 2.2], Paint::CONCRETE);
    }
    b.cylinder(Axis::Y, [4.0, 6.4, -2.0], 0.7, 2.0, Paint::STEEL);
    b.cone(Axis::Y, [4.0, 8.4, -2.0], [1.1, 0.4], 0.7, Paint::STEEL);
    b.cylinder(Axis::Y, [-4.0, 6.4, -2.0], 0.5, 1.4, Paint::STEEL);
    // A mast against lightning at each end.
    for x in [-9.0, 9.0] {
        b.bar([x, 0.2, -5.4], [x, 13.0, -5.4], 0.25, Paint::STEEL);
    }
    b.cuboid([-3.0, 0.2, 9.6], [3.2, 0.9, 1.6], Paint::YELLOW);
    b.cuboid([-3.0, 1.1, 9.6], [2.8, 0.8, 1.2], Paint::CASE);
}

/// A round oven, upright, with a domed lid on a hinge arm.
pub fn cure_oven(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [7.4, 0.2, 7.4], Paint::FLOOR);
    b.cylinder(Axis::Y, [0.0, 0.2, 0.0], 2.9, 0.5, Paint::DARK);
    b.cylinder(Axis::Y, [0.0, 0.7, 0.0], 2.7, 3.4, Paint::STATE);
    b.cylinder(Axis::Y, [0.0, 4.1, 0.0], 2.95, 0.35, Paint::STEEL);
    b.cone(Axis::Y, [0.0, 4.45, 0.0], [2.7, 1.7], 0.7, Paint::STATE_SHADE);
    b.cone(Axis::Y, [0.0, 5.15, 0.0], [1.7, 0.5], 0.35, Paint::STATE_SHADE);
    b.cylinder(Axis::Y, [0.0, 5.5, 0.0], 0.3, 0.6, Paint::YELLOW);
    b.cuboid([-3.2, 0.2, 0.0], [0.5, 5.0, 0.9], Paint::YELLOW);
    b.bar([-3.2, 5.2, 0.0], [-0.2, 5.8, 0.0], 0.35, Paint::YELLOW);
    b.cuboid([2.9, 0.2, 2.6], [1.1, 2.0, 0.8], Paint::MACHINE);
    b.cuboid([2.9, 1.2, 3.03], [0.7, 0.6, 0.05], Paint::GLASS);
    b.bar([2.2, 1.2, -2.2], [3.2, 1.2, -3.2], 0.5, Paint::STEEL);
    b.cylinder(Axis::Y, [3.2, 0.2, -3.2], 0.45, 4.6, Paint::STEEL);
    b.cuboid([0.0, 1.5, 2.66], [1.0, 1.2, 0.12], Paint::DARK);
}

/// A hall with walls a metre and a half thick, a sliding door and a warning lamp.
pub fn xray_bay(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [18.0, 0.2, 14.0], Paint::FLOOR);
    for x in [-7.25, 7.25] {
        b.cuboid([x, 0.2, 0.0], [1.5, 6.2, 12.0], Paint::CONCRETE);
    }
    b.cuboid([0.0, 0.2, -5.25], [13.0, 6.2, 1.5], Paint::CONCRETE);
    for x in [-4.75, 4.75] {
        b.cuboid([x, 0.2, 5.25], [3.5, 6.2, 1.5], Paint::CONCRETE);
    }
    b.cuboid([0.0, 4.6, 5.25], [6.0, 1.8, 1.5], Paint::CONCRETE);
    b.cuboid([0.0, 6.4, 0.0], [16.6, 0.9, 12.6], Paint::STATE);
    b.cuboid([0.0, 7.3, -1.0], [5.0, 0.8, 4.0], Paint::STATE_SHADE);
    b.cuboid([1.2, 0.3, 6.4], [6.8, 4.9, 0.7], Paint::STATE_SHADE);
    b.cuboid([1.2, 2.2, 6.78], [1.6, 1.6, 0.06], Paint::YELLOW);
    b.cuboid([2.6, 5.4, 6.3], [11.0, 0.35, 0.5], Paint::STEEL);
    b.cuboid([-6.6, 4.4, 6.2], [0.5, 0.9, 0.4], Paint::GLOW);
    b.cuboid([-6.8, 0.2, 6.5], [1.6, 2.4, 1.0], Paint::MACHINE);
    b.cuboid([-6.8, 1.2, 7.03], [1.1, 0.7, 0.05], Paint::GLASS);
    b.cylinder(Axis::Y, [5.4, 7.3, -4.0], 0.4, 1.6, Paint::STEEL);
}

/// A bench under a tool rail with a case on a cradle.
pub fn assembly_bench(b: &mut Builder) {
    b.cuboid([0.0, 0.85, 0.0], [5.6, 0.15, 1.6], Paint::STATE);
    b.cuboid_at_corners([2.6, 0.0, 0.6], [0.14, 0.85, 0.14], Paint::FRAME);
    b.cuboid([0.0, 0.2, 0.0], [5.2, 0.08, 1.2], Paint::STEEL);
    b.cuboid([1.7, 0.35, 0.0], [1.2, 0.5, 1.1], Paint::MACHINE);
    for x in [-2.6, 2.6] {
        b.cuboid([x, 1.0, -0.7], [0.12, 1.7, 0.12], Paint::FRAME);
        b.cuboid([x, 2.7, -0.1], [0.12, 0.12, 1.3], Paint::FRAME);
    }
    b.cuboid([0.0, 1.15, -0.72], [5.0, 0.9, 0.06], Paint::STATE_SHADE);
    b.cuboid([0.0, 2.6, 0.4], [5.4, 0.1, 0.12], Paint::YELLOW);
    b.cuboid([0.0, 2.5, -0.1], [4.4, 0.08, 0.3], Paint::CLADDING);
    for x in [-1.4, 1.4] {
        b.bar([x, 2.6, 0.4], [x, 1.9, 0.4], 0.05, Paint::DARK);
        b.cuboid([x, 1.65, 0.4], [0.14, 0.28, 0.14], Paint::YELLOW);
    }
    for x in [-1.2, 0.6] {
        b.taper([x, 1.0, 0.1], [0.3, 0.8], [0.2, 0.6], 0.16, Paint::DARK);
    }
    b.cuboid([-0.3, 1.16, 0.1], [2.9, 0.36, 0.44], Paint::CASE);
    b.cylinder(Axis::Y, [-1.2, 0.0, 1.5], 0.06, 0.5, Paint::STEEL);
    b.cylinder(Axis::Y, [-1.2, 0.5, 1.5], 0.24, 0.08, Paint::DARK);
}

/// A table with a case between instrument cabinets.
pub fn test_bench(b: &mut Builder) {
    b.cuboid([-0.6, 0.8, 0.0], [3.8, 0.14, 1.6], Paint::STATE_SHADE);
    b.cuboid_at_corners([1.1, 0.0, 0.6], [0.14, 0.8, 0.14], Paint::FRAME);
    b.cuboid_pair_z([-2.3, 0.0, 0.6], [0.14, 0.8, 0.14], Paint::FRAME);
    b.cuboid([-0.6, 0.94, 0.1], [2.8, 0.42, 0.5], Paint::CASE);
    for x in [-1.4, 0.2] {
        b.cuboid([x, 0.94, 0.1], [0.12, 0.5, 0.6], Paint::DARK);
    }
    for (x, height) in [(1.95, 2.1), (2.75, 2.1)] {
        b.cuboid([x, 0.0, -0.1], [0.74, height, 1.0], Paint::STATE);
        b.cuboid([x, 1.35, 0.42], [0.56, 0.5, 0.05], Paint::GLASS);
        b.cuboid([x, 0.3, 0.42], [0.56, 0.8, 0.05], Paint::DARK);
    }
    b.cuboid([-1.9, 0.94, -0.5], [0.7, 0.5, 0.4], Paint::MACHINE);
    b.cuboid([-1.9, 1.44, -0.5], [0.08, 0.2, 0.08], Paint::DARK);
    b.cuboid([-1.9, 1.6, -0.46], [0.9, 0.56, 0.06], Paint::GLASS);
    b.cuboid([-2.45, 0.94, -0.68], [0.1, 1.5, 0.1], Paint::FRAME);
    b.cuboid([-0.2, 2.34, -0.68], [4.6, 0.1, 0.2], Paint::YELLOW);
    b.bar([-0.6, 2.34, -0.6], [-0.6, 1.36, 0.0], 0.07, Paint::DARK);
    b.bar([0.3, 2.34, -0.6], [0.3, 1.36, 0.0], 0.07, Paint::DARK);
}

/// A climate chamber with a round door and a cooling unit on its roof.
pub fn chamber(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [4.8, 0.15, 4.4], Paint::FLOOR);
    b.cuboid([0.0, 0.15, -0.2], [4.0, 3.2, 3.6], Paint::STATE);
    b.cylinder(Axis::Z, [-0.4, 1.75, 1.6], 1.3, 0.25, Paint::STATE_SHADE);
    b.cylinder(Axis::Z, [-0.4, 1.75, 1.85], 1.0, 0.1, Paint::DARK);
    b.cylinder(Axis::Z, [-0.4, 1.75, 1.95], 0.4, 0.06, Paint::GLASS);
    b.cuboid([-1.85, 1.45, 1.75], [0.25, 0.6, 0.35], Paint::STEEL);
    b.cuboid([1.5, 0.5, 1.65], [0.7, 1.6, 0.16], Paint::MACHINE);
    b.cuboid([1.5, 1.4, 1.75], [0.5, 0.5, 0.05], Paint::GLASS);
    b.cuboid([-0.7, 3.35, -0.4], [2.0, 0.9, 1.8], Paint::MACHINE);
    b.cylinder(Axis::Y, [-0.7, 4.25, -0.4], 0.55, 0.2, Paint::DARK);
    b.cylinder(Axis::Y, [1.2, 3.35, -0.8], 0.4, 1.0, Paint::STEEL);
    b.bar([0.2, 3.8, -0.6], [1.2, 3.8, -0.8], 0.2, Paint::YELLOW);
}

/// A frame with nine long plain boxes.
pub fn canister_rack(b: &mut Builder) {
    for x in [-2.7, 0.0, 2.7] {
        b.cuboid_pair_z([x, 0.0, 1.35], [0.16, 3.2, 0.16], Paint::FRAME);
        for y in [0.2, 1.2, 2.2] {
            b.cuboid([x, y, 0.0], [0.14, 0.12, 2.6], Paint::FRAME);
        }
    }
    for y in [0.32, 1.32, 2.32] {
        for z in [-0.85, 0.0, 0.85] {
            b.cuboid([0.0, y, z], [5.8, 0.62, 0.62], Paint::STATE);
        }
    }
    for x in [-2.7, 2.7] {
        b.cuboid([x, 3.2, 0.0], [0.2, 0.14, 2.9], Paint::YELLOW);
    }
}

/// A magazine under earth: a rounded mound, a head wall with a steel door, a vent.
pub fn magazine(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 1.0], [28.0, 0.15, 26.0], Paint::FLOOR);
    let ring = |scale: f64| {
        let points = [
            [-12.0, 0.15],
            [12.0, 0.15],
            [9.6, 3.2],
            [5.4, 5.6],
            [0.0, 6.4],
            [-5.4, 5.6],
            [-9.6, 3.2],
        ];
        points.map(|[x, y]: [f64; 2]| [x * scale, 0.15 + (y - 0.15) * scale])
    };
    b.extrude(Axis::Z, &ring(1.0), [-6.0, 7.0], Paint::GRASS);
    b.extrude(Axis::Z, &ring(0.86), [-8.4, -6.0], Paint::GRASS);
    b.extrude(Axis::Z, &ring(0.64), [-10.4, -8.4], Paint::GRASS);
    let wall = [[-7.6, 0.15], [7.6, 0.15], [7.6, 3.6], [4.6, 6.4], [-4.6, 6.4], [-7.6, 3.6]];
    b.extrude(Axis::Z, &wall, [7.0, 8.0], Paint::STATE);
    for side in [-1.0, 1.0] {
        b.bar([7.4 * side, 1.6, 7.6], [11.6 * side, 0.9, 12.2], 1.2, Paint::CONCRETE);
    }
    b.cuboid([0.0, 0.15, 8.0], [5.4, 4.2, 0.2], Paint::STATE_SHADE);
    for x in [-1.2, 1.2] {
        b.cuboid([x, 0.2, 8.2], [2.2, 3.8, 0.2], Paint::DARK);
    }
    b.cylinder(Axis::Y, [0.0, 6.2, -2.0], 0.4, 1.4, Paint::STEEL);
    b.cone(Axis::Y, [0.0, 7.6, -2.0], [0.7, 0.2], 0.4, Paint::STEEL);
    for x in [-10.5, 10.5] {
        b.bar([x, 0.15, 6.4], [x, 9.5, 6.4], 0.2, Paint::STEEL);
    }
}
