//! The camera keeps what it promises: what is fitted is seen, what is under the pointer stays.

use super::*;

fn near(a: f32, b: f32, tolerance: f32) -> bool {
    (a - b).abs() < tolerance
}

#[test]
fn the_target_is_in_the_middle_and_north_is_up() {
    let mut orbit = Orbit { pose: Pose { yaw: 0.0, ..Orbit::default().pose }, ..Orbit::default() };
    let middle = orbit.project(orbit.pose.target).unwrap();
    assert!(near(middle[0], 500.0, 0.1) && near(middle[1], 320.0, 0.1), "{middle:?}");
    let north = orbit.project([0.0, 0.0, -10.0]).unwrap();
    let east = orbit.project([10.0, 0.0, 0.0]).unwrap();
    assert!(north[1] < middle[1] && east[0] > middle[0]);
    orbit.top();
    assert!(orbit.project([0.0, 0.0, -10.0]).unwrap()[1] < 320.0);
}

#[test]
fn a_ray_goes_through_the_point_that_it_was_asked_for() {
    let orbit = Orbit::default();
    for point in [[10.0, 0.0, 5.0], [-30.0, 8.0, 20.0], [0.0, 3.0, -40.0]] {
        let at = orbit.project(point).unwrap();
        let (eye, direction) = orbit.ray(at);
        let along = dot(minus(point, eye), direction);
        let foot = add(eye, scaled(direction, along));
        assert!(crate::space::length(minus(foot, point)) < 0.01, "{point:?}: {foot:?}");
    }
}

#[test]
fn zooming_keeps_the_ground_under_the_pointer() {
    let mut orbit = Orbit::default();
    let at = [640.0, 400.0];
    let before = orbit.ground(at).unwrap();
    orbit.zoom(at, 0.5);
    let after = orbit.project(before).unwrap();
    assert!(near(after[0], at[0], 1.0) && near(after[1], at[1], 1.0), "{after:?}");
}

#[test]
fn dragging_the_picture_moves_the_ground_with_the_pointer() {
    let mut orbit = Orbit::default();
    let before = orbit.project(orbit.pose.target).unwrap();
    let point = orbit.pose.target;
    orbit.pan([60.0, 0.0]);
    let after = orbit.project(point).unwrap();
    assert!(near(after[0] - before[0], 60.0, 0.5), "{after:?}");
}

#[test]
fn a_fitted_box_fills_the_window_and_is_all_there() {
    let region = Aabb { min: [-20.0, 0.0, -5.0], max: [10.0, 6.0, 30.0] };
    for window in [[1000.0, 640.0], [390.0, 500.0]] {
        let mut orbit = Orbit { window, ..Orbit::default() };
        orbit.fit(&region);
        let seen: Vec<_> = region.corners().iter().map(|c| orbit.project(*c).unwrap()).collect();
        assert!(seen.iter().all(|p| p[0] > 0.0 && p[0] < window[0]), "{seen:?}");
        assert!(seen.iter().all(|p| p[1] > 0.0 && p[1] < window[1]), "{seen:?}");
        let wide = seen.iter().map(|p| p[0]).fold(f32::MIN, f32::max)
            - seen.iter().map(|p| p[0]).fold(f32::MAX, f32::min);
        let high = seen.iter().map(|p| p[1]).fold(f32::MIN, f32::max)
            - seen.iter().map(|p| p[1]).fold(f32::MAX, f32::min);
        assert!(wide > window[0] * 0.8 || high > window[1] * 0.7, "{wide} {high}");
    }
}

#[test]
fn the_camera_stays_above_the_ground_and_in_the_scene() {
    let mut orbit = Orbit::default();
    orbit.turn([0.0, -10_000.0]);
    assert!(orbit.eye()[1] > 1.0);
    orbit.pan([1e6, 1e6]);
    assert!(orbit.pose.target.iter().all(|value| value.abs() <= 50.0));
    for _ in 0..100 {
        orbit.zoom([500.0, 320.0], 5.0);
    }
    assert!(orbit.pose.distance < 1_000.0);
    let kept = orbit.pose;
    orbit.place(Pose { distance: f32::NAN, ..kept });
    assert_eq!(orbit.pose, kept);
}
