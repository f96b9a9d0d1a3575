//! What is drawn: the mirror's values as items, each a shape, a place and a look.

mod floor;
mod product;
mod site;
mod stores;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use geometry::{Aabb, GeometryError, Mesh3, Model};
use wire::view::{LayoutKind, LayoutValue};

use crate::{
    labels::{MOST_LABELS, Wish},
    mirror::Mirror,
    motion::Motion,
    orbit::Orbit,
    palette::{Look, Palette},
    pick::{Pickable, own_box},
    space::{Place, V3, add, scaled},
};

/// The most items that are drawn: what a browser without a graphics card still moves.
pub const MOST_ITEMS: usize = 4096;
/// The most meshes that are kept.
const MOST_MODELS: usize = 256;
/// The size of the hold-up's sign as a share of its distance, and its height in sizes.
const SIGN: f32 = 0.034;
const SIGN_HIGH: f32 = 2.95;
/// Half of a sign's width [share of its height], and what is left free below its label [CSS px].
const SIGN_WIDE: f32 = 0.15;
const SIGN_CLEAR: f32 = 8.0;
/// Plant seconds in a day.
pub const DAY_S: f64 = 86_400.0;

/// What an item looks like before it has a colour.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// A cube of one metre on the ground.
    Cube,
    /// A mesh file by its name; a cube until it is there.
    Model(String),
    /// A slice of a ship, one metre long, high and broad; breadth at both ends in tenths.
    Hull {
        /// After and forward end, in tenths of the breadth.
        ends: [u8; 2],
        /// Whether its lower edges are round.
        bottom: bool,
    },
    /// The sign over the main hold-up; drawn in the same size at any distance.
    Beacon,
}

/// One thing to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Stays the same while the item exists.
    pub key: String,
    /// What it looks like.
    pub shape: Shape,
    /// Where it stands.
    pub place: Place,
    /// How it is coloured.
    pub look: Look,
    /// What a click on it selects.
    pub picks: Option<String>,
    /// Picked only where nothing else is.
    pub background: bool,
}

impl Item {
    fn new(key: impl Into<String>, shape: Shape, place: Place, look: Look) -> Self {
        Self { key: key.into(), shape, place, look, picks: None, background: false }
    }

    fn picks(self, id: &str) -> Self {
        Self { picks: Some(id.to_owned()), ..self }
    }
}

/// What the window was fitted to, until somebody moves the camera.
#[derive(Clone, Debug, Default, PartialEq)]
enum Fitted {
    #[default]
    No,
    /// To everything, from where it appears largest.
    First,
    All,
    To(String),
}

/// The picture of one plant.
#[derive(Default)]
pub struct Picture {
    /// The values.
    pub mirror: Mirror,
    /// The camera.
    pub orbit: Orbit,
    /// Colours and patterns.
    pub palette: Palette,
    /// Meshes by name.
    pub models: BTreeMap<String, Model>,
    /// Whether things may move and pulse.
    pub motion: bool,
    /// Counts what changed; drawn anew when it is another.
    pub revision: u64,
    /// Counts new meshes.
    pub models_revision: u64,
    selected: Option<String>,
    hovered: Option<String>,
    ways: Motion,
    items: Vec<Item>,
    anchors: BTreeMap<String, V3>,
    pickable: Pickable,
    wish: Wish,
    shown: Vec<Option<[f32; 2]>>,
    seen: bool,
    fitted: Fitted,
}

impl Picture {
    /// Puts a change of values in.
    ///
    /// # Errors
    /// The text is no change.
    pub fn apply(&mut self, text: &str) -> Result<Vec<String>, serde_json::Error> {
        let changed = self.mirror.apply(text)?;
        if changed.picture {
            self.follow_movers();
            self.revision += 1;
        }
        Ok(changed.unread)
    }

    /// Takes a mesh file; a broken one is named, and what wants it stays a box.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn take_model(&mut self, name: &str, bytes: &[u8]) -> Result<(), GeometryError> {
        let model = Mesh3::from_glb(name, bytes)?;
        if self.models.len() < MOST_MODELS {
            self.models.insert(name.to_owned(), model);
            self.models_revision += 1;
            self.revision += 1;
        }
        Ok(())
    }

    /// Makes the items anew from the values.
    pub fn rebuild(&mut self) {
        let known: BTreeSet<&str> = self.mirror.layout.keys().map(String::as_str).collect();
        self.ways.keep(|id| known.contains(id));
        let mut scene = Scene { picture: self, items: Vec::new(), anchors: BTreeMap::new() };
        site::draw(&mut scene);
        floor::draw(&mut scene);
        stores::draw(&mut scene);
        product::draw(&mut scene);
        floor::mark(&mut scene);
        let Scene { mut items, anchors, .. } = scene;
        items.truncate(MOST_ITEMS);
        for item in &mut items {
            item.look.hovered = self.hovered.is_some() && item.picks == self.hovered;
        }
        self.pickable = Pickable::new(&items, &self.models);
        self.anchors = anchors;
        self.items = items;
        self.orbit.scene = self.bounds();
        if !self.seen && !self.mirror.layout.is_empty() {
            self.seen = true;
            self.fit_first();
        }
    }

    /// What to draw, in a stable order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Lets time pass for what moves; true when something moved.
    pub fn pass(&mut self, seconds: f32) -> bool {
        let moved = self.ways.pass(seconds);
        if moved {
            self.revision += 1;
        }
        moved
    }

    /// Whether anything pulses, so that frames are wanted without news.
    pub fn is_lively(&self) -> bool {
        self.motion && self.items.iter().any(|item| item.look.pulse)
    }

    /// Whether something is on its way.
    pub fn is_moving(&self) -> bool {
        self.ways.is_moving()
    }

    /// Takes the window's size [CSS px]; what was fitted into the window stays so.
    pub fn resize(&mut self, window: [f32; 2]) {
        self.orbit.window = window;
        match std::mem::take(&mut self.fitted) {
            Fitted::No => {}
            Fitted::First => self.fit_first(),
            Fitted::All => self.fit(None),
            Fitted::To(id) => self.fit(Some(&id)),
        }
    }

    /// Selects a thing, or nothing.
    pub fn select(&mut self, id: Option<&str>) {
        self.selected = id.map(str::to_owned);
        self.revision += 1;
    }

    /// Marks the thing under the pointer; true when it is another than before.
    pub fn hover(&mut self, id: Option<&str>) -> bool {
        if self.hovered.as_deref() == id {
            return false;
        }
        self.hovered = id.map(str::to_owned);
        self.revision += 1;
        true
    }

    /// The thing under a point of the window.
    pub fn pick(&self, at: [f32; 2]) -> Option<&str> {
        let (from, direction) = self.orbit.ray(at);
        self.pickable.cast(from, direction, &self.models)
    }

    /// The camera, for somebody who moves it: from then on the picture is not fitted by itself.
    pub fn camera(&mut self) -> &mut Orbit {
        self.fitted = Fitted::No;
        &mut self.orbit
    }

    /// Shows all of a thing, or of everything.
    pub fn fit(&mut self, id: Option<&str>) {
        match id.and_then(|id| Some((id, self.region(id)?))) {
            Some((id, region)) => {
                self.orbit.fit(&region);
                self.fitted = Fitted::To(id.to_owned());
            }
            None => {
                self.orbit.fit_points(&self.corners());
                self.fitted = Fitted::All;
            }
        }
    }

    /// The first view: everything, from where it fills the window best.
    fn fit_first(&mut self) {
        self.orbit.fit_best(&self.corners());
        self.fitted = Fitted::First;
    }

    /// Looks straight down on everything, north up.
    pub fn top(&mut self) {
        self.orbit.top();
        self.fit(None);
    }

    /// The corners of everything that has a place.
    fn corners(&self) -> Vec<V3> {
        let boxes = self
            .mirror
            .layout
            .values()
            .map(|layout| stand(layout).sized(size_of(layout)).around(&crate::pick::UNIT_BOX));
        boxes.flat_map(|region| region.corners()).collect()
    }

    /// The box around a thing and some room about it, so that one sees where it is.
    fn region(&self, id: &str) -> Option<Aabb> {
        let own = self.items.iter().filter(|item| item.picks.as_deref() == Some(id));
        let boxes = own.map(|item| item.place.around(&own_box(&item.shape, &self.models)));
        let region = boxes.reduce(Aabb::union)?;
        let room = 5.0 + 0.08 * crate::space::length(region.size_m());
        let grown = |corner: V3, by: f32| [corner[0] + by, corner[1], corner[2] + by];
        Some(Aabb { min: grown(region.min, -room), max: grown(region.max, room) })
    }

    /// A visible point of a thing in the window [CSS px]: a point that picks it, if there is one.
    pub fn project(&self, id: &str) -> Option<[f32; 2]> {
        let own = self.items.iter().filter(|item| item.picks.as_deref() == Some(id));
        let mut fallback = None;
        for item in own {
            let region = item.place.around(&own_box(&item.shape, &self.models));
            for (x, y, z) in SAMPLES {
                let share = [x, y, z];
                let point: V3 = std::array::from_fn(|axis| {
                    region.min[axis] + (region.max[axis] - region.min[axis]) * share[axis]
                });
                let Some(at) = self.orbit.project(point) else { continue };
                if self.pick(at) == Some(id) {
                    return Some(at);
                }
                fallback = fallback.or(Some(at));
            }
        }
        fallback
    }

    /// How many parts are drawn on a station or a carrier.
    pub fn in_hand(&self, id: &str) -> usize {
        let on_it = self.items.iter().filter(|item| item.picks.as_deref() == Some(id));
        on_it.filter(|item| item.key.starts_with(work::KEY)).count()
    }

    /// Takes the labels that the page wants placed.
    pub fn want_labels(&mut self, mut wish: Wish) {
        wish.labels.truncate(MOST_LABELS);
        self.wish = wish;
        self.shown.clear();
    }

    /// Where each wanted label goes: x, y, and 1 if it has room, in the order of the wish.
    pub fn place_labels(&mut self) -> Vec<f32> {
        let at: Vec<Option<[f32; 2]>> = self
            .wish
            .labels
            .iter()
            .map(|wanted| self.orbit.project(self.label_point(&wanted.id)?))
            .collect();
        let mut wish = self.wish.clone();
        wish.kept.extend(self.signs());
        self.shown = crate::labels::place(&wish, &at, &self.shown, self.orbit.window);
        let places = self.shown.iter();
        places.flat_map(|place| place.map_or([0.0; 3], |[x, y]| [x, y, 1.0])).collect()
    }

    /// What the signs over the main hold-up cover: left, top, right, bottom [CSS px].
    fn signs(&self) -> Vec<[f32; 4]> {
        let flagged = self.anchors.iter().filter(|(id, _)| self.mirror.is_hold_up(id));
        let shafts = flagged.filter_map(|(id, foot)| {
            let ends = [self.orbit.project(self.label_point(id)?)?, self.orbit.project(*foot)?];
            let wide = (ends[1][1] - ends[0][1]).abs() * SIGN_WIDE;
            // Its own label stands on it.
            let [x, top] = [ends[0][0].min(ends[1][0]), ends[0][1] + SIGN_CLEAR];
            Some([x - wide, top, ends[0][0].max(ends[1][0]) + wide, ends[1][1]])
        });
        shafts.filter(|[_, top, _, bottom]| top < bottom).collect()
    }

    /// Where a label points to: what it names, or the top of the sign over the main hold-up.
    fn label_point(&self, id: &str) -> Option<V3> {
        let at = *self.anchors.get(id)?;
        let sign = if self.mirror.is_hold_up(id) { self.sign_m(at) * SIGN_HIGH } else { 0.0 };
        Some(add(at, [0.0, sign, 0.0]))
    }

    /// The size of a sign at a place, the same on the screen at any distance [m].
    pub fn sign_m(&self, at: V3) -> f32 {
        crate::space::length(crate::space::minus(self.orbit.eye(), at)) * SIGN
    }

    fn follow_movers(&mut self) {
        for (id, resource) in &self.mirror.resources {
            let Some(layout) = self.mirror.layout.get(id) else { continue };
            let at = resource.position_m.unwrap_or(layout.position_m);
            let heading = resource.heading_deg.unwrap_or(layout.heading_deg);
            self.ways.go(id, Place::from_plant(at, heading).at, self.motion);
        }
    }

    /// The box around everything that has a place, and around what has gone farther away.
    fn bounds(&self) -> Aabb {
        let mut points = self.corners();
        let movers = self.mirror.resources.iter();
        let gone = movers.filter(|(id, _)| self.mirror.layout.contains_key(*id));
        let gone = gone.filter_map(|(_, mover)| mover.position_m);
        points.extend(gone.map(|at| Place::from_plant(at, 0.0).at));
        let whole = Aabb::around(&points).unwrap_or(Orbit::default().scene);
        Aabb { min: [whole.min[0], 0.0, whole.min[2]], max: whole.max }
    }
}

/// Where on a box to look for a visible point: top, middle, sides.
const SAMPLES: [(f32, f32, f32); 7] = [
    (0.5, 1.0, 0.5),
    (0.5, 0.5, 0.5),
    (0.25, 0.8, 0.25),
    (0.75, 0.8, 0.75),
    (0.25, 0.8, 0.75),
    (0.75, 0.8, 0.25),
    (0.5, 0.1, 0.95),
];

/// A picture while it is drawn.
struct Scene<'a> {
    picture: &'a Picture,
    items: Vec<Item>,
    anchors: BTreeMap<String, V3>,
}

impl Scene<'_> {
    fn put(&mut self, item: Item) {
        self.items.push(item);
    }

    /// Where the label of a thing points to.
    fn anchor(&mut self, id: &str, at: V3) {
        self.anchors.insert(id.to_owned(), at);
    }

    fn palette(&self) -> &Palette {
        &self.picture.palette
    }

    fn things(&self, wanted: LayoutKind) -> Vec<(&String, &LayoutValue)> {
        self.picture.mirror.layout.iter().filter(|(_, layout)| layout.kind == wanted).collect()
    }

    fn is_selected(&self, id: &str) -> bool {
        self.picture.selected.as_deref() == Some(id)
    }

    /// A mesh stretched to a size, or a box of that size where there is no such mesh.
    fn shaped(&self, layout: &LayoutValue) -> (Shape, V3) {
        let size = size_of(layout);
        let known =
            layout.mesh.as_ref().and_then(|name| Some((name, self.picture.models.get(name)?)));
        match known {
            Some((name, model)) => {
                let own = model.aabb.size_m();
                let scale = std::array::from_fn(|axis| size[axis] / own[axis].max(0.01));
                (Shape::Model(name.clone()), scale)
            }
            None => (Shape::Cube, size),
        }
    }

    /// Four bars around a rectangle of the ground.
    fn frame(&mut self, key: &str, place: Place, [long, wide]: [f32; 2], thick: f32, look: Look) {
        let bars = [
            ([0.0, 0.0, (wide + thick) / 2.0], [long + 2.0 * thick, thick, thick]),
            ([0.0, 0.0, -(wide + thick) / 2.0], [long + 2.0 * thick, thick, thick]),
            ([(long + thick) / 2.0, 0.0, 0.0], [thick, thick, wide]),
            ([-(long + thick) / 2.0, 0.0, 0.0], [thick, thick, wide]),
        ];
        for (i, (offset, size)) in bars.into_iter().enumerate() {
            let place = place.shifted(offset).sized(size);
            self.put(Item::new(format!("{key}#frame{i}"), Shape::Cube, place, look));
        }
    }
}

/// Length, height, width of a thing [m].
fn size_of(layout: &LayoutValue) -> V3 {
    let [long, wide, high] = layout.size_m.map(|edge| (edge as f32).max(0.1));
    [long, high, wide]
}

fn stand(layout: &LayoutValue) -> Place {
    Place::from_plant(layout.position_m, layout.heading_deg)
}

/// The middle of the top of a thing.
fn top_of(place: &Place, size: V3) -> V3 {
    add(place.at, scaled([0.0, 1.0, 0.0], size[1]))
}

#[cfg(test)]
mod tests;
