//! A machine shop, its stores and what any plant has.

use super::super::{Axis, Builder, Paint};

/// A closed machining centre with a window, a panel and a chip conveyor.
pub fn machining_centre(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [4.2, 0.3, 3.0], Paint::DARK);
    b.cuboid([-0.3, 0.3, 0.0], [3.4, 2.2, 2.6], Paint::STATE);
    b.taper([-0.3, 2.5, -0.2], [3.0, 2.0], [2.4, 1.4], 0.5, Paint::STATE_SHADE);
    b.cuboid([-0.6, 0.8, 1.32], [1.9, 1.3, 0.08], Paint::GLASS);
    b.cuboid([-0.6, 0.5, 1.34], [2.2, 0.2, 0.1], Paint::DARK);
    b.cuboid([-0.6, 2.15, 1.34], [2.2, 0.12, 0.1], Paint::DARK);
    b.cuboid([0.45, 1.1, 1.42], [0.06, 0.6, 0.08], Paint::YELLOW);
    b.cuboid([1.85, 0.9, 1.0], [0.5, 1.2, 0.35], Paint::MACHINE);
    b.cuboid([1.85, 1.5, 1.2], [0.4, 0.4, 0.05], Paint::GLASS);
    b.cuboid([1.75, 0.3, -0.5], [0.7, 1.7, 1.6], Paint::MACHINE);
    b.bar([-1.8, 0.4, -0.6], [-2.9, 1.3, -0.6], 0.5, Paint::STEEL);
    b.cuboid([-2.9, 0.0, -0.6], [0.8, 0.8, 1.0], Paint::YELLOW);
    b.cuboid([1.0, 2.5, 0.9], [0.12, 0.5, 0.12], Paint::GLOW);
}

/// A lathe: bed, headstock, chuck with a bar, carriage, tailstock.
pub fn lathe(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [4.2, 0.15, 1.5], Paint::DARK);
    for x in [-1.4, 1.4] {
        b.taper([x, 0.15, 0.0], [1.0, 1.1], [0.9, 0.8], 0.6, Paint::MACHINE);
    }
    b.cuboid([0.2, 0.75, 0.0], [3.8, 0.25, 0.8], Paint::STEEL);
    b.cuboid([-1.5, 0.75, 0.0], [1.1, 1.0, 1.1], Paint::STATE);
    b.cuboid([-1.5, 1.75, 0.0], [0.8, 0.12, 0.8], Paint::STATE_SHADE);
    b.cylinder(Axis::X, [-0.95, 1.35, 0.0], 0.36, 0.3, Paint::DARK);
    b.cylinder(Axis::X, [-0.65, 1.35, 0.0], 0.15, 1.75, Paint::STEEL);
    b.cuboid([0.4, 1.0, 0.1], [0.7, 0.2, 1.1], Paint::STATE_SHADE);
    b.cuboid([0.4, 1.2, 0.35], [0.35, 0.25, 0.35], Paint::YELLOW);
    b.cuboid([1.6, 1.0, 0.0], [0.6, 0.6, 0.55], Paint::STATE);
    b.cone(Axis::X, [1.1, 1.35, 0.0], [0.04, 0.14], 0.22, Paint::STEEL);
    b.cuboid([0.3, 1.0, -0.5], [3.0, 0.8, 0.06], Paint::MACHINE);
    b.cuboid([-1.5, 1.3, 0.57], [0.6, 0.35, 0.05], Paint::GLASS);
    b.cuboid([0.3, 0.3, 0.62], [2.2, 0.16, 0.4], Paint::DARK);
}

/// A surface grinder: table, column and wheel under a hood.
pub fn grinder(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [3.2, 0.8, 1.3], Paint::MACHINE);
    b.cuboid([0.0, 0.8, 0.2], [3.6, 0.18, 0.8], Paint::STEEL);
    b.cuboid([-0.3, 0.98, 0.2], [1.4, 0.14, 0.5], Paint::PRIMER);
    b.taper([0.0, 0.8, -0.8], [1.2, 0.9], [1.0, 0.7], 1.6, Paint::STATE_SHADE);
    b.cuboid([0.0, 1.6, -0.2], [0.9, 0.8, 1.2], Paint::STATE);
    b.cylinder(Axis::Z, [0.0, 1.55, 0.3], 0.42, 0.2, Paint::WOOD);
    b.extrude(
        Axis::Z,
        &[[-0.5, 1.6], [0.5, 1.6], [0.5, 1.95], [0.25, 2.15], [-0.25, 2.15], [-0.5, 1.95]],
        [0.25, 0.55],
        Paint::STATE,
    );
    b.cuboid([0.0, 2.4, -0.8], [0.5, 0.4, 0.5], Paint::MACHINE);
    b.cuboid([1.5, 0.98, 0.45], [0.06, 0.5, 0.4], Paint::GLASS);
    b.cuboid([1.9, 0.0, -0.5], [0.6, 1.5, 0.6], Paint::MACHINE);
    b.cuboid([1.9, 1.0, -0.18], [0.4, 0.35, 0.05], Paint::GLASS);
}

/// A measuring machine: stone table, bridge and probe, with a part.
pub fn inspection_table(b: &mut Builder) {
    b.cuboid_at_corners([1.1, 0.0, 0.7], [0.3, 0.5, 0.3], Paint::DARK);
    b.cuboid([0.0, 0.5, 0.0], [3.0, 0.45, 2.0], Paint::DARK);
    for z in [-0.85, 0.85] {
        b.cuboid([0.3, 0.95, z], [0.5, 1.3, 0.22], Paint::STATE_SHADE);
    }
    b.cuboid([0.3, 2.25, 0.0], [0.6, 0.35, 2.1], Paint::STATE);
    b.cuboid([0.3, 2.0, 0.1], [0.45, 0.9, 0.4], Paint::STATE_SHADE);
    b.cuboid([0.3, 1.5, 0.1], [0.12, 0.5, 0.12], Paint::STEEL);
    b.cuboid([0.3, 2.9, 0.1], [0.2, 0.5, 0.2], Paint::STATE_SHADE);
    b.cylinder(Axis::Y, [-0.5, 0.95, 0.0], 0.4, 0.3, Paint::STEEL);
    b.cylinder(Axis::Y, [-0.5, 1.25, 0.0], 0.22, 0.25, Paint::STEEL);
    b.cuboid([2.1, 0.0, 0.3], [0.7, 0.8, 0.9], Paint::MACHINE);
    b.cuboid([2.1, 0.95, 0.3], [0.06, 0.45, 0.7], Paint::GLASS);
    b.cuboid([2.1, 0.8, 0.3], [0.2, 0.15, 0.2], Paint::DARK);
}

/// Pallet racking with crates on three levels.
pub fn storage_rack(b: &mut Builder) {
    for x in [-5.9, -2.0, 2.0, 5.9] {
        b.cuboid_pair_z([x, 0.0, 1.0], [0.16, 5.6, 0.16], Paint::FRAME);
    }
    for y in [0.3, 2.1, 3.9] {
        b.cuboid([0.0, y, 0.0], [12.0, 0.14, 2.2], Paint::STATE_SHADE);
    }
    b.cuboid([0.0, 5.45, 0.0], [12.2, 0.25, 2.3], Paint::STATE);
    let crates = [
        (-5.0, 0.44, 1.2, Paint::WOOD),
        (-3.2, 0.44, 0.9, Paint::CASE),
        (0.0, 0.44, 1.3, Paint::CASE),
        (3.2, 0.44, 1.0, Paint::WOOD),
        (4.9, 0.44, 1.2, Paint::WOOD),
        (-4.2, 2.24, 1.1, Paint::CASE),
        (-0.9, 2.24, 0.8, Paint::WOOD),
        (0.9, 2.24, 1.2, Paint::WOOD),
        (4.0, 2.24, 1.2, Paint::CASE),
        (-3.6, 4.04, 1.0, Paint::WOOD),
        (0.3, 4.04, 0.9, Paint::CASE),
        (4.6, 4.04, 1.1, Paint::WOOD),
    ];
    for (x, y, height, paint) in crates {
        b.cuboid([x, y, 0.0], [1.5, height, 1.7], paint);
    }
}

/// A fenced store in the open: bays of material under a light roof.
pub fn storage_yard(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [20.0, 0.15, 14.0], Paint::CONCRETE);
    b.cuboid_pair_z([0.0, 0.15, 6.75], [20.0, 0.15, 0.5], Paint::STATE);
    for x in [-9.75, 9.75] {
        b.cuboid([x, 0.15, 0.0], [0.5, 0.15, 13.0], Paint::STATE);
    }
    for x in [-9.0, 0.0, 9.0] {
        b.cuboid([x, 0.15, -6.0], [0.3, 5.4, 0.3], Paint::FRAME);
        b.cuboid([x, 0.15, -0.6], [0.3, 4.6, 0.3], Paint::FRAME);
    }
    let roof = [[-6.6, 5.5], [0.2, 4.7], [0.2, 5.0], [-6.6, 5.8]];
    b.extrude(Axis::X, &roof, [-9.6, 9.6], Paint::STATE);
    for (x, height) in [(-6.4, 1.6), (-2.2, 2.6), (2.6, 1.2), (6.6, 2.2)] {
        b.cuboid([x, 0.15, -3.6], [3.0, height, 3.0], Paint::WOOD);
    }
    for (x, radius) in [(-5.6, 0.5), (-4.4, 0.5), (-5.0, 0.5)] {
        let y = if x == -5.0 { 1.55 } else { 0.65 };
        b.cylinder(Axis::Z, [x, y, 1.0], radius, 4.6, Paint::STEEL);
    }
    for level in 0..3 {
        b.cuboid([4.6, 0.15 + 0.4 * f64::from(level), 3.2], [6.0, 0.3, 3.2], Paint::PRIMER);
    }
}

/// A wooden pallet with a crate.
pub fn pallet(b: &mut Builder) {
    for z in [-0.36, 0.0, 0.36] {
        b.cuboid([0.0, 0.0, z], [1.2, 0.1, 0.1], Paint::WOOD);
    }
    for x in [-0.5, -0.25, 0.0, 0.25, 0.5] {
        b.cuboid([x, 0.1, 0.0], [0.14, 0.04, 0.8], Paint::WOOD);
    }
    b.cuboid([0.0, 0.14, 0.0], [1.1, 0.7, 0.74], Paint::STATE);
    b.cuboid([0.0, 0.84, 0.0], [1.14, 0.05, 0.78], Paint::STATE_SHADE);
    for x in [-0.35, 0.35] {
        b.cuboid([x, 0.14, 0.0], [0.06, 0.76, 0.82], Paint::DARK);
    }
}

/// Stacks of plates on bolsters.
pub fn plate_stock(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [14.0, 0.15, 9.0], Paint::CONCRETE);
    b.cuboid_pair_z([0.0, 0.15, 4.35], [14.0, 0.12, 0.3], Paint::STATE);
    for (z, plates) in [(-2.1, 6), (2.1, 4)] {
        for x in [-4.5, 0.0, 4.5] {
            b.cuboid([x, 0.15, z], [0.4, 0.3, 3.4], Paint::WOOD);
        }
        for plate in 0..plates {
            let aside = if plate % 2 == 0 { 0.0 } else { 0.25 };
            let y = 0.45 + 0.2 * f64::from(plate);
            let paint = if plate % 2 == 0 { Paint::STATE } else { Paint::STATE_SHADE };
            b.cuboid([aside, y, z], [12.0, 0.2, 3.2], paint);
        }
    }
    b.cuboid_at_corners([6.6, 0.15, 4.0], [0.25, 2.2, 0.25], Paint::YELLOW);
}

/// A truck with a closed body.
pub fn truck(b: &mut Builder) {
    b.cuboid([0.0, 0.75, 0.0], [12.0, 0.3, 1.1], Paint::DARK);
    b.cuboid([-1.2, 1.05, 0.0], [9.4, 2.7, 2.5], Paint::STATE);
    b.cuboid([-5.94, 1.2, 0.0], [0.1, 2.4, 2.2], Paint::STATE_SHADE);
    b.cuboid([4.9, 0.7, 0.0], [2.2, 1.3, 2.4], Paint::FRAME);
    b.taper([4.8, 2.0, 0.0], [2.0, 2.4], [1.6, 2.2], 1.1, Paint::FRAME);
    b.cuboid([5.86, 2.05, 0.0], [0.12, 0.75, 2.0], Paint::GLASS);
    b.cuboid([5.98, 0.5, 0.0], [0.2, 0.5, 2.4], Paint::DARK);
    b.cuboid_pair_z([5.4, 1.95, 1.3], [0.2, 0.6, 0.2], Paint::DARK);
    for x in [4.6, -2.8, -4.2] {
        for z in [-1.25, 0.85] {
            b.cylinder(Axis::Z, [x, 0.5, z], 0.5, 0.4, Paint::RUBBER);
        }
    }
}

/// A plain box on a plinth, for what has no mesh of its own.
pub fn generic_box(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [2.0, 0.2, 2.0], Paint::DARK);
    b.cuboid([0.0, 0.2, 0.0], [1.8, 1.6, 1.8], Paint::STATE);
    b.cuboid([0.0, 1.8, 0.0], [1.9, 0.2, 1.9], Paint::STATE_SHADE);
    b.cuboid([0.0, 0.6, 0.9], [1.0, 0.8, 0.06], Paint::MACHINE);
}

/// A hall with a saddle roof, windows and a door.
pub fn building(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [22.0, 0.2, 14.0], Paint::FLOOR);
    b.cuboid([0.0, 0.2, 0.0], [20.0, 5.2, 12.0], Paint::CLADDING);
    let roof = [[-6.5, 5.4], [6.5, 5.4], [6.5, 5.8], [0.0, 8.0], [-6.5, 5.8]];
    b.extrude(Axis::X, &roof, [-10.4, 10.4], Paint::STATE);
    b.cuboid([0.0, 0.2, 6.02], [5.0, 4.2, 0.12], Paint::STATE_SHADE);
    b.cuboid([0.0, 0.2, 6.1], [4.4, 3.8, 0.12], Paint::DARK);
    for x in [-7.2, -4.4, 4.4, 7.2] {
        b.cuboid_pair_z([x, 2.2, 6.02], [2.0, 1.6, 0.1], Paint::GLASS);
    }
    for x in [-10.02, 10.02] {
        b.cuboid([x, 0.2, 2.6], [0.1, 2.4, 1.2], Paint::DARK);
    }
    b.cuboid([-5.0, 7.0, 0.0], [1.4, 1.8, 1.4], Paint::STEEL);
    b.cuboid([5.0, 7.0, 0.0], [1.4, 1.8, 1.4], Paint::STEEL);
}

/// An office of two storeys with bands of windows.
pub fn office(b: &mut Builder) {
    b.cuboid([0.0, 0.0, 0.0], [18.0, 0.2, 12.0], Paint::FLOOR);
    b.cuboid([0.0, 0.2, 0.0], [16.0, 7.2, 10.0], Paint::CLADDING);
    b.cuboid([0.0, 7.4, 0.0], [16.6, 0.5, 10.6], Paint::STATE);
    for y in [1.3, 4.9] {
        b.cuboid_pair_z([0.0, y, 5.0], [14.4, 1.5, 0.12], Paint::GLASS);
        for x in [-8.0, 8.0] {
            b.cuboid([x, y, 0.0], [0.12, 1.5, 8.4], Paint::GLASS);
        }
    }
    b.cuboid([0.0, 0.2, 5.5], [3.4, 3.0, 1.2], Paint::STATE_SHADE);
    b.cuboid([0.0, 0.2, 6.12], [2.2, 2.5, 0.08], Paint::DARK);
    b.cuboid([-4.0, 7.9, -1.5], [3.4, 1.3, 2.4], Paint::MACHINE);
    b.cuboid([4.5, 7.9, -1.5], [2.4, 0.9, 2.0], Paint::MACHINE);
}
