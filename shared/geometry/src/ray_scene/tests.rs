//! Picking, compared with a plain scan over all boxes.

use proptest::prelude::*;

use super::*;

fn unit_box(x: f32) -> Aabb {
    Aabb { min: [x, 0.0, 0.0], max: [x + 1.0, 1.0, 1.0] }
}

#[test]
fn the_nearest_of_a_row_is_met() {
    let scene = RayScene::from_boxes((0..100).map(|slot| (slot, unit_box(slot as f32 * 3.0))));
    let mut scene = scene.expect("slots in range");
    assert_eq!(scene.cast([-5.0, 0.5, 0.5], [1.0, 0.0, 0.0]), Some((0, 5.0)));
    assert_eq!(scene.cast([400.0, 0.5, 0.5], [-9.0, 0.0, 0.0]), Some((99, 102.0)));
    assert_eq!(scene.cast([-5.0, 2.0, 0.5], [1.0, 0.0, 0.0]), None);
    scene.remove(0);
    assert_eq!(scene.cast([-5.0, 0.5, 0.5], [1.0, 0.0, 0.0]), Some((1, 8.0)));
    assert_eq!(scene.len(), 99);
}

#[test]
fn a_moved_box_is_met_where_it_is_and_not_where_it_was() {
    let mut scene = RayScene::from_boxes([(7, unit_box(0.0)), (9, unit_box(50.0))]).expect("slots");
    scene.update(7, unit_box(100.0)).expect("in range");
    assert_eq!(scene.cast([-5.0, 0.5, 0.5], [1.0, 0.0, 0.0]), Some((9, 55.0)));
    scene.update(9, unit_box(200.0)).expect("in range");
    assert_eq!(scene.cast([-5.0, 0.5, 0.5], [1.0, 0.0, 0.0]), Some((7, 105.0)));
}

#[test]
fn all_boxes_on_the_way_are_listed_nearest_first() {
    let dock = Aabb { min: [-100.0, 0.0, -20.0], max: [100.0, 5.0, 20.0] };
    let scene = RayScene::from_boxes([(0, dock), (1, unit_box(0.0))]).expect("slots");
    let hits = scene.cast_all([0.5, 10.0, 0.5], [0.0, -1.0, 0.0]);
    let expected = [Hit { slot: 0, distance_m: 5.0 }, Hit { slot: 1, distance_m: 9.0 }];
    assert_eq!(hits, expected);
    assert_eq!(scene.touching(unit_box(0.5)), [0, 1]);
    assert_eq!(scene.touching(unit_box(80.0)), [0]);
}

#[test]
fn equal_distances_are_settled_by_the_lowest_slot() {
    let scene = RayScene::from_boxes((0..20).rev().map(|slot| (slot, unit_box(0.0))));
    let scene = scene.expect("slots");
    assert_eq!(scene.cast([-5.0, 0.5, 0.5], [1.0, 0.0, 0.0]), Some((0, 5.0)));
}

#[test]
fn unusable_input_is_refused_or_meets_nothing() {
    let mut scene = RayScene::default();
    assert_eq!(scene.cast([0.0; 3], [1.0, 0.0, 0.0]), None);
    let slot = MAX_SLOTS;
    assert_eq!(scene.insert(slot, unit_box(0.0)), Err(SlotOutOfRange { slot }));
    let broken = Aabb { min: [f32::NAN, 0.0, 0.0], max: [1.0; 3] };
    assert_eq!(scene.insert(1, broken), Err(SlotOutOfRange { slot: 1 }));
    let inside_out = Aabb { min: [1.0; 3], max: [0.0; 3] };
    assert_eq!(scene.insert(1, inside_out), Err(SlotOutOfRange { slot: 1 }));
    scene.remove(3);
    assert!(scene.is_empty());
    scene.insert(1, unit_box(0.0)).expect("in range");
    assert_eq!(scene.cast([0.5; 3], [0.0; 3]), None);
    assert_eq!(scene.cast([0.5; 3], [f32::NAN, 1.0, 0.0]), None);
    assert_eq!(scene.cast([0.5; 3], [1.0, 0.0, 0.0]), Some((1, 0.0)));
}

#[test]
fn many_moves_keep_every_box_in_place() {
    let mut scene = RayScene::default();
    for step in 0..3 * MOVES_BEFORE_REBUILD {
        let slot = step % 50;
        scene.insert(slot, unit_box((slot * 3 + step % 2) as f32)).expect("in range");
    }
    assert_eq!(scene.len(), 50);
    let hits = scene.cast_all([-5.0, 0.5, 0.5], [1.0, 0.0, 0.0]);
    assert_eq!(hits.iter().map(|hit| hit.slot).collect::<Vec<_>>(), (0..50).collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn the_hierarchy_agrees_with_a_scan(
        boxes in proptest::collection::vec(
            (proptest::array::uniform3(-50.0_f32..50.0), proptest::array::uniform3(0.0_f32..9.0)),
            1..60,
        ),
        moves in proptest::collection::vec(
            (0_usize..180, proptest::array::uniform3(-50.0_f32..50.0), any::<bool>()), 0..60),
        origin in proptest::array::uniform3(-80.0_f32..80.0),
        direction in proptest::array::uniform3(-1.0_f32..1.0),
    ) {
        // Slots with gaps between them, as they are once units have been taken away.
        let mut all: Vec<Option<Aabb>> =
            boxes.iter().flat_map(|(min, size)| [None, Some(at(*min, *size)), None]).collect();
        let numbered = all.iter().enumerate();
        let numbered = numbered.filter_map(|(slot, aabb)| aabb.map(|aabb| (slot as u32, aabb)));
        let mut scene = RayScene::from_boxes(numbered).expect("in range");
        for (slot, min, keep) in moves {
            let slot = slot % all.len();
            all[slot] = keep.then(|| at(min, [2.0, 3.0, 4.0]));
            match all[slot] {
                Some(aabb) => scene.update(slot as u32, aabb).expect("in range"),
                None => scene.remove(slot as u32),
            }
        }
        prop_assert_eq!(scene.len(), all.iter().flatten().count());
        prop_assume!(direction.iter().any(|value| value.abs() > 0.01));
        let ray = unit_ray(origin, direction).expect("a usable ray");
        let scan = all.iter().flatten().filter_map(|aabb| to_parry(*aabb).cast_local_ray(&ray, f32::MAX, true));
        let nearest = scan.reduce(f32::min);
        let found = scene.cast(origin, direction).map(|(_, distance)| distance);
        match (nearest, found) {
            (Some(nearest), Some(found)) => prop_assert!((nearest - found).abs() < 1e-3),
            (nearest, found) => prop_assert_eq!(nearest, found),
        }
    }
}

fn at(min: [f32; 3], size: [f32; 3]) -> Aabb {
    Aabb { min, max: std::array::from_fn(|axis| min[axis] + size[axis]) }
}
