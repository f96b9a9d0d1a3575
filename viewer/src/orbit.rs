//! The camera: it looks at a point on the ground and turns about it.

use geometry::Aabb;

use crate::space::{V3, add, cross, dot, minus, scaled};

/// Half of the vertical opening angle, as a tangent.
const TANGENT: f32 = 0.36;
/// The flattest and the steepest view [rad].
const PITCH: [f32; 2] = [0.12, 1.55];
/// The nearest the camera comes to its point [m].
const NEAREST_M: f32 = 4.0;
/// The part of the window that a fit fills: left, top, right, bottom. Words lie over the top.
const ROOM: [f32; 4] = [0.03, 0.17, 0.95, 0.96];
/// Directions from which a whole plant may be shown first [rad].
const VIEWS: [f32; 7] = [-0.25, -0.4, -0.55, -0.7, 0.3, 0.5, 0.7];
/// More of them for a window that is higher than wide: a long plant stands upright in it [rad].
const UPRIGHT_VIEWS: [f32; 6] = [-0.95, -1.2, -1.45, 0.95, 1.2, 1.45];
/// How much steeper such a window looks down, so that its height is used [rad].
const UPRIGHT_PITCH: f32 = 0.98;
/// Turns of scaling and moving until a fit has settled.
const FIT_TURNS: usize = 16;

/// A camera pose that a page can keep and give back.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Pose {
    /// What it looks at [m].
    pub target: V3,
    /// How far from it [m].
    pub distance: f32,
    /// Turn about +Y [rad]; 0 looks north.
    pub yaw: f32,
    /// Angle above the ground [rad].
    pub pitch: f32,
}

/// The camera in a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orbit {
    /// Where it is.
    pub pose: Pose,
    /// The window [CSS px].
    pub window: [f32; 2],
    /// The box that the picture fills [m]; bounds how far the camera goes.
    pub scene: Aabb,
}

impl Default for Orbit {
    fn default() -> Self {
        let scene = Aabb { min: [-50.0, 0.0, -50.0], max: [50.0, 10.0, 50.0] };
        let pose = Pose { target: [0.0; 3], distance: 150.0, yaw: -0.25, pitch: 0.78 };
        Self { pose, window: [1000.0, 640.0], scene }
    }
}

impl Orbit {
    /// Towards the eye from the target.
    fn back(&self) -> V3 {
        let (sin, cos) = self.pose.pitch.sin_cos();
        [cos * self.pose.yaw.sin(), sin, cos * self.pose.yaw.cos()]
    }

    /// To the right of the picture.
    pub fn right(&self) -> V3 {
        [self.pose.yaw.cos(), 0.0, -self.pose.yaw.sin()]
    }

    /// The direction of sight.
    pub fn forward(&self) -> V3 {
        scaled(self.back(), -1.0)
    }

    /// To the top of the picture.
    pub fn up(&self) -> V3 {
        cross(self.right(), self.forward())
    }

    /// Where the camera is [m].
    pub fn eye(&self) -> V3 {
        add(self.pose.target, scaled(self.back(), self.pose.distance))
    }

    /// The vertical opening angle [rad].
    pub fn opening_rad(&self) -> f32 {
        2.0 * TANGENT.atan()
    }

    /// The nearest and the farthest distance drawn [m].
    pub fn depth(&self) -> [f32; 2] {
        let reach = diagonal(&self.scene);
        [(self.pose.distance * 0.02).max(0.2), self.pose.distance + reach * 4.0]
    }

    /// Where a point is in the window [CSS px]; none when it is behind the camera.
    pub fn project(&self, point: V3) -> Option<[f32; 2]> {
        let seen = minus(point, self.eye());
        let depth = dot(seen, self.forward());
        if depth <= self.depth()[0] {
            return None;
        }
        let [w, h] = self.window;
        let x = dot(seen, self.right()) / (depth * TANGENT * w / h);
        let y = dot(seen, self.up()) / (depth * TANGENT);
        Some([w / 2.0 * (1.0 + x), h / 2.0 * (1.0 - y)])
    }

    /// The ray through a point of the window: where it starts and its direction.
    pub fn ray(&self, [x, y]: [f32; 2]) -> (V3, V3) {
        let [w, h] = self.window;
        let right = scaled(self.right(), (2.0 * x / w - 1.0) * TANGENT * w / h);
        let up = scaled(self.up(), (1.0 - 2.0 * y / h) * TANGENT);
        (self.eye(), crate::space::unit(add(self.forward(), add(right, up))))
    }

    /// The ground under a point of the window; none above the horizon.
    fn ground(&self, at: [f32; 2]) -> Option<V3> {
        let (eye, direction) = self.ray(at);
        let distance = -eye[1] / direction[1];
        let meets = direction[1] < -0.02 && distance < self.pose.distance * 6.0;
        meets.then(|| add(eye, scaled(direction, distance)))
    }

    /// Turns by a drag of so many CSS px.
    pub fn turn(&mut self, [dx, dy]: [f32; 2]) {
        self.pose.yaw = wrap(self.pose.yaw - dx * 0.005);
        self.pose.pitch = (self.pose.pitch + dy * 0.005).clamp(PITCH[0], PITCH[1]);
    }

    /// Moves the picture with a drag of so many CSS px.
    pub fn pan(&mut self, [dx, dy]: [f32; 2]) {
        let metres = 2.0 * self.pose.distance * TANGENT / self.window[1].max(1.0);
        let ahead = [-self.pose.yaw.sin(), 0.0, -self.pose.yaw.cos()];
        let steep = self.pose.pitch.sin().max(0.3);
        let by = add(scaled(self.right(), -dx * metres), scaled(ahead, dy * metres / steep));
        self.look_at(add(self.pose.target, by));
    }

    /// Comes nearer (`factor` below 1) or goes away, keeping what is under `at` where it is.
    pub fn zoom(&mut self, at: [f32; 2], factor: f32) {
        let farthest = diagonal(&self.scene) * 2.5;
        let wanted = (self.pose.distance * factor.clamp(0.2, 5.0)).clamp(NEAREST_M, farthest);
        let factor = wanted / self.pose.distance;
        let kept = self.ground(at).unwrap_or(self.pose.target);
        self.pose.distance = wanted;
        let target = add(kept, scaled(minus(self.pose.target, kept), factor));
        self.look_at(target);
    }

    /// Shows all of a box in the present direction.
    pub fn fit(&mut self, region: &Aabb) {
        self.fit_points(&region.corners());
    }

    /// Shows all of some points in the present direction, as large as they can be: in turns the
    /// distance is scaled until they fill the window, and the target moved to their middle.
    pub fn fit_points(&mut self, points: &[V3]) {
        let Some(region) = Aabb::around(points) else { return };
        let middle = scaled(add(region.min, region.max), 0.5);
        self.look_at([middle[0], 0.0, middle[2]]);
        let most = diagonal(&region) * 6.0 + NEAREST_M * 2.0;
        self.pose.distance = most;
        for _ in 0..FIT_TURNS {
            let seen: Vec<[f32; 2]> = points.iter().filter_map(|p| self.project(*p)).collect();
            let Some([left, top, right, bottom]) = outline(&seen) else { return };
            let [w, h] = self.window;
            let [x, y] = [(ROOM[0] + ROOM[2]) * w, (ROOM[1] + ROOM[3]) * h];
            self.pan([(x - left - right) / 2.0, (y - top - bottom) / 2.0]);
            let [wide, high] = [(ROOM[2] - ROOM[0]) * w, (ROOM[3] - ROOM[1]) * h];
            let share = ((right - left) / wide).max((bottom - top) / high);
            let factor = if seen.len() < points.len() { 1.5 } else { share.clamp(0.5, 2.0) };
            self.pose.distance = (self.pose.distance * factor).clamp(NEAREST_M, most);
        }
    }

    /// Shows all of some points from the direction in which they appear largest.
    pub fn fit_best(&mut self, points: &[V3]) {
        let upright = self.window[1] > self.window[0];
        let pitch = if upright { UPRIGHT_PITCH } else { Self::default().pose.pitch };
        let more: &[f32] = if upright { &UPRIGHT_VIEWS } else { &[] };
        let tried = VIEWS.iter().chain(more).map(|yaw| {
            let mut orbit = Self { pose: Pose { yaw: *yaw, pitch, ..self.pose }, ..*self };
            orbit.fit_points(points);
            orbit.pose
        });
        let best = tried.min_by(|a, b| a.distance.total_cmp(&b.distance));
        self.pose = best.unwrap_or(self.pose);
    }

    /// Looks straight down, north up.
    pub fn top(&mut self) {
        self.pose.yaw = 0.0;
        self.pose.pitch = PITCH[1];
    }

    /// Takes a pose that a page kept, within the camera's limits.
    pub fn place(&mut self, pose: Pose) {
        let whole = pose.target.iter().chain([&pose.distance, &pose.yaw, &pose.pitch]);
        if whole.clone().all(|value| value.is_finite()) {
            let farthest = diagonal(&self.scene) * 2.5;
            self.pose = Pose {
                distance: pose.distance.clamp(NEAREST_M, farthest),
                yaw: wrap(pose.yaw),
                pitch: pose.pitch.clamp(PITCH[0], PITCH[1]),
                ..pose
            };
            self.look_at(pose.target);
        }
    }

    /// Keeps the target on the ground and within the scene.
    fn look_at(&mut self, target: V3) {
        let [min, max] = [self.scene.min, self.scene.max];
        self.pose.target = [target[0].clamp(min[0], max[0]), 0.0, target[2].clamp(min[2], max[2])];
    }
}

/// The least and the greatest x and y: left, top, right, bottom.
fn outline(points: &[[f32; 2]]) -> Option<[f32; 4]> {
    let [x, y] = *points.first()?;
    Some(
        points.iter().fold([x, y, x, y], |[l, t, r, b], [x, y]| {
            [l.min(*x), t.min(*y), r.max(*x), b.max(*y)]
        }),
    )
}

fn diagonal(region: &Aabb) -> f32 {
    crate::space::length(region.size_m()).max(1.0)
}

fn wrap(angle: f32) -> f32 {
    let turn = std::f32::consts::TAU;
    (angle + turn / 2.0).rem_euclid(turn) - turn / 2.0
}

#[cfg(test)]
mod tests;
