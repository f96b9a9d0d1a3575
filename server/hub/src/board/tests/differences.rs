//! A line of three stations, parts of which are hidden from an ally: what the ally is told follows
//! from what it may read, whatever the hidden part does.

use proptest::prelude::*;
use twin::{
    Cause, CauseKind, Label, OpId, Origin, Report, Statement, UnitState,
    label::Members,
    report::{DeliveryTerms, OrderTerms},
    state::Said,
};
use wire::view::HoldUpCard;

use super::*;

/// Three work centers of one unit each, and where things lie before, between and behind them.
fn equipment() -> String {
    let center = |(n, id, name): (u8, &str, &str)| {
        format!(
            r#"
[[work_center]]
id = "{id}"
name = "{name}"
area = "hall"
calendar = "day"
count = 1
unit_id = "S{n}"
at_m = [{x_m}, 0]
pitch_m = [14, 0]
size_m = [10, 8, 6]
"#,
            x_m = 20 * (n - 1)
        )
    };
    let storage = |(id, name, capacity, at_m): (&str, &str, &str, &str)| {
        format!(
            r#"
[[storage]]
id = "{id}"
name = "{name}"
area = "hall"
capacity = {capacity}
at_m = {at_m}
size_m = [5, 5, 2]
"#
        )
    };
    let centers = [(1, "cut", "Cutting"), (2, "weld", "Welding"), (3, "paint", "Painting")];
    let storages = [
        ("stock", "Stock", "20", "[-20, 0]"),
        ("B1", "Before welding", "20", "[10, 10]"),
        ("B2", "Before painting", "20", "[30, 10]"),
        ("done", "Done", "\"unbounded\"", "[60, 0]"),
    ];
    let area = "assumed = true\n\n[[area]]\nid = \"hall\"\nname = \"Hall\"\n".to_owned();
    area + &centers.map(center).concat() + &storages.map(storage).concat()
}

/// What each of them makes of one piece of what.
fn operations() -> String {
    let plate =
        "assumed = true\n\n[[material]]\nid = \"plate\"\nname = \"Plate\"\ntracking = \"bulk\"\n";
    let material = |(id, name, of): (&str, &str, &str)| {
        format!(
            r#"
[[material]]
id = "{id}"
name = "{name}"
tracking = "serial"
made_of = {{ {of} = 1 }}
"#
        )
    };
    let operation = |(n, name, at, (takes, from), (makes, to)): Step<'_>| {
        format!(
            r#"
[[operation]]
id = "o{n}"
name = "{name}"
at = "{at}"
inputs = [{{ material = "{takes}", quantity = 1, from = "{from}" }}]
output = {{ material = "{makes}", to = "{to}" }}
time = "2 h"
"#
        )
    };
    let materials =
        [("blank", "Blank", "plate"), ("frame", "Frame", "blank"), ("panel", "Panel", "frame")];
    let steps = [
        (1, "Cut", "cut", ("plate", "stock"), ("blank", "B1")),
        (2, "Weld", "weld", ("blank", "B1"), ("frame", "B2")),
        (3, "Paint", "paint", ("frame", "B2"), ("panel", "done")),
    ];
    plate.to_owned() + &materials.map(material).concat() + &steps.map(operation).concat()
}

/// Number, name, work center; what it takes and from where; what it makes and to where.
type Step<'a> = (u8, &'a str, &'a str, (&'a str, &'a str), (&'a str, &'a str));

const SERIALS: &str = r#"
[[serial]]
material = "blank"
pattern = "K{n}"
assumed = true

[[serial]]
material = "frame"
pattern = "F{n}"
assumed = true
"#;

const FLOORS: &str = r#"
[[floor]]
finding = "forecast"
with = ["XAA", "XBB"]

[[floor]]
finding = "dry_date"
with = ["XAA", "XBB"]
"#;

/// The things that may be hidden.
const THINGS: [&str; 8] = ["S1", "S2", "S3", "stock", "B1", "B2", "done", "mill"];
/// When the line began.
const BEGAN: &str = "2031-05-05T06:00:00Z";
/// When one looks [h after it began].
const LOOKED: f64 = 400.0;

/// The line, of which the owner alone may know these things.
fn line(agreement: &str, hidden: &[&str]) -> Definitions {
    let agreement = format!("{agreement}{HOLD_UP}{FLOORS}");
    let mut definitions = shop(&agreement, |name, text| match name {
        "shop/equipment.toml" => equipment(),
        "shop/operations.toml" => operations(),
        "programme.toml" => format!("{text}{SERIALS}"),
        _ => text,
    });
    for plant in definitions.plants.values_mut() {
        let own = Label {
            organisations: Members::Only([OrganisationId::new("skarvik").unwrap()].into()),
            reason: Some("trials".to_owned()),
            ..plant.label.clone()
        };
        let label = |id: &str| hidden.contains(&id).then(|| own.clone());
        plant.units.iter_mut().for_each(|unit| unit.label = label(unit.id.as_str()));
        plant.storages.iter_mut().for_each(|storage| storage.label = label(storage.id.as_str()));
        plant
            .suppliers
            .iter_mut()
            .for_each(|supplier| supplier.label = label(supplier.id.as_str()));
    }
    definitions
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn at(hours: f64) -> PlantTime {
    record::parse_time(BEGAN).unwrap() + twin::Span::from_hours(hours)
}

type Reports = Vec<(f64, Statement)>;

/// Parts worked through the line; station `n` takes `lasts[n - 1]` hours for each.
fn worked(parts: usize, lasts: [f64; 3]) -> Reports {
    let (mut told, mut free): (Reports, _) = (Vec::new(), [0.0_f64; 3]);
    for number in 1..=parts {
        let (part, mut came) = (format!("part-{number}"), 0.0_f64);
        for n in 1..=3_usize {
            let begins = came.max(free[n - 1]);
            let (before, unit) = (format!("B{}", n - 1), format!("S{n}"));
            let waited = n > 1 && came > free[n - 1];
            let kind = if waited { CauseKind::Material } else { CauseKind::Machine };
            let waits_for = if waited { &before } else { &unit };
            let cause = Some(Cause { kind, id: waits_for.as_str().into() });
            let moved = |from: &str, to: &str| Statement::PartMoved {
                part: id(&part),
                from: from.parse().unwrap(),
                to: to.parse().unwrap(),
                by: None,
                cause: None,
            };
            if n > 1 {
                told.push((begins, moved(&before, &unit)));
            }
            let (op, operation): (OpId, twin::OperationId) =
                (id(&format!("{part}-{n}")), id(&format!("o{n}")));
            told.push((
                begins,
                Statement::OpStarted {
                    op: op.clone(),
                    unit: id(&unit),
                    part: id(&part),
                    operation: operation.clone(),
                    order: None,
                    cause,
                },
            ));
            let ends = begins + lasts[n - 1];
            told.push((
                ends,
                Statement::OpFinished {
                    op,
                    unit: id(&unit),
                    part: id(&part),
                    operation,
                    order: None,
                    cause: None,
                },
            ));
            let to = if n < 3 { format!("B{n}") } else { "done".to_owned() };
            told.push((ends, moved(&unit, &to)));
            if n == 3 {
                let material = id("panel");
                let part = id(&part);
                told.push((ends, Statement::PartCompleted { part, material, order: None }));
            }
            (came, free[n - 1]) = (ends, ends);
        }
    }
    told
}

/// The line after all that was reported.
fn heard(definitions: &Definitions, mut reports: Reports) -> (Core, PlantTime) {
    let (mut core, _) = core_of(definitions, BEGAN);
    let plant: PlantId = id("shop");
    reports.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (hours, statement) in reports {
        let report = Report { at: at(hours), statement };
        let said = Said { feed: id("line"), origin: Origin::Simulated, received: None };
        // What the rules of the plant refuse is not folded.
        if core.twin.apply(&plant, &report, &said).is_ok() {
            core.analytics.observe(&plant, &report);
        }
    }
    core.analytics.advance(&plant, at(LOOKED));
    (core, at(LOOKED))
}

fn told(definitions: &Definitions, reports: Reports, (nation, firm): (&str, &str)) -> Told {
    let (core, now) = heard(definitions, reports);
    Wall::before(nation, firm).tell(&core, now)
}

const ALLY: (&str, &str) = ("XBB", "lisle");
const OWNER: (&str, &str) = ("XAA", "skarvik");

fn hold_up(told: &Told) -> &HoldUpCard {
    match told.get("board/holdup") {
        Some(Value::HoldUp(card)) => card,
        other => panic!("{other:?}"),
    }
}

/// Twenty-five parts; welding is slow.
fn slow_welding() -> Reports {
    worked(25, [4.0, 14.0, 5.0])
}

#[test]
fn a_withheld_step_reads_as_what_it_is_and_the_count_as_agreed() {
    let counted = AGREEMENT.replace("withheld_step", "coverage_counts = true\nwithheld_step");
    let definitions = line(&counted, &["S2"]);
    let owner = told(&definitions, slow_welding(), OWNER);
    let card = hold_up(&owner);
    assert_eq!((card.id.as_str(), card.based_on), ("weld", [3, 3]));
    let ally = told(&definitions, slow_welding(), ALLY);
    let card = hold_up(&ally);
    assert_eq!((card.name.as_str(), card.id.as_str()), ("withheld.station", ""));
    let last = card.chain.last().unwrap();
    assert!(last.withheld && last.name == "withheld.station" && last.plant.is_empty());
    assert_eq!(card.based_on, [2, 3], "two of three stations are told of");
    let text = serde_json::to_string(card).unwrap();
    assert!(!text.contains("weld") && !text.contains("S2"), "{text}");
    // Where the agreement does not let it be counted, it is not; of what is all seen, it is.
    let silent = AGREEMENT.replace("withheld_step", "coverage_counts = false\nwithheld_step");
    assert_eq!(hold_up(&told(&line(&silent, &["S2"]), slow_welding(), ALLY)).based_on, [0, 0]);
    assert_eq!(hold_up(&told(&line(&silent, &[]), slow_welding(), ALLY)).based_on, [3, 3]);
}

#[test]
fn a_step_that_is_left_out_is_nowhere() {
    let omitted = AGREEMENT.replace("\"role\"", "\"omit\"");
    let ally = told(&line(&omitted, &["S2"]), slow_welding(), ALLY);
    let card = hold_up(&ally);
    assert!(card.known && !card.chain.iter().any(|step| step.withheld), "{card:?}");
    // What its reader sees is that painting waits.
    assert_eq!((card.id.as_str(), card.units.as_slice()), ("paint", &["S3".to_owned()][..]));
    let text = serde_json::to_string(card).unwrap();
    assert!(!text.contains("weld") && !text.contains("S2") && !text.contains("withheld."));
}

/// The flag on a unit goes to whoever is told of the hold-up, for the hold-up that they are told.
#[test]
fn each_reader_is_shown_where_their_own_hold_up_bites() {
    let flagged = |told: &Told, unit: &str| match told.get(&format!("unit/{unit}")) {
        Some(Value::Unit(value)) => value.hold_up,
        other => panic!("{other:?}"),
    };
    let omitted = AGREEMENT.replace("\"role\"", "\"omit\"");
    let definitions = line(&omitted, &["S2"]);
    let owner = told(&definitions, slow_welding(), OWNER);
    assert!(flagged(&owner, "S2") && !flagged(&owner, "S3"));
    let ally = told(&definitions, slow_welding(), ALLY);
    assert!(flagged(&ally, "S3") && !ally.has("unit/S2"));
}

/// A wait that went on over a night began before it; whoever may not know what is waited for is
/// not told that it is the same.
#[test]
fn a_wait_began_before_the_night_that_it_went_on_over() {
    let state = |state, cause: Option<&str>| Statement::UnitState {
        unit: id("S1"),
        state,
        reason: None,
        cause: cause.map(|id| Cause { kind: CauseKind::Material, id: id.into() }),
    };
    let mut reports = slow_welding();
    reports.retain(|(hours, _)| *hours < 300.0);
    reports.push((310.0, state(UnitState::Starved, Some("stock"))));
    reports.push((320.0, state(UnitState::OffShift, None)));
    reports.push((330.0, state(UnitState::Starved, Some("stock"))));
    let told = |hidden: &[&str], reader| {
        let told = told(&line(AGREEMENT, hidden), reports.clone(), reader);
        match told.get("unit/S1") {
            Some(Value::Unit(unit)) => (unit.since.clone(), unit.waits_since.clone()),
            other => panic!("{other:?}"),
        }
    };
    let (began, again) = (stamp(at(310.0)), stamp(at(330.0)));
    assert_eq!(told(&[], ALLY), (again.clone(), Some(began.clone())));
    assert_eq!(told(&["stock"], OWNER), (again.clone(), Some(began)));
    assert_eq!(told(&["stock"], ALLY), (again, None));
}

/// A plate was used a day, for ten days.
fn plate_used() -> Vec<(f64, Statement)> {
    let mut reports = worked(4, [2.0, 2.0, 2.0]);
    let used = |day| {
        let (material, storage) = (id("plate"), id("stock"));
        let used =
            Statement::LotConsumed { material, quantity: 1.0, storage, lot: None, part: None };
        (150.0 + 24.0 * f64::from(day), used)
    };
    reports.extend((0..10).map(used));
    reports
}

/// For how many days stock lasts goes as far as its own bound, also beside the day on which it
/// runs dry.
#[test]
fn for_how_long_stock_lasts_has_a_bound_of_its_own() {
    let lasts = |agreement: &str, reader| match told(&line(agreement, &[]), plate_used(), reader)
        .get("board/next")
    {
        Some(Value::Next(card)) => card.parts[0].cover_d.is_some(),
        other => panic!("{other:?}"),
    };
    assert_eq!((lasts(AGREEMENT, OWNER), lasts(AGREEMENT, ALLY)), (true, false));
    let shared = format!("{AGREEMENT}{}", HOLD_UP.replace("hold_up", "stock_cover"));
    assert_eq!((lasts(&shared, OWNER), lasts(&shared, ALLY)), (true, true));
}

/// Beside a material that is missing stands by how much the order for it was closed short, for
/// whoever may know the plan of the plant that makes it.
#[test]
fn a_material_tells_that_its_order_was_closed_short() {
    let mut reports = plate_used();
    let terms =
        OrderTerms { order: id("O1"), material: id("plate"), quantity: 40.0, due: at(300.0) };
    reports.push((10.0, Statement::OrderPlaced(terms)));
    reports.push((350.0, Statement::OrderClosed { order: id("O1") }));
    let short = |agreement: &str, reader| {
        let mut definitions = line(agreement, &[]);
        let shop = definitions.plants.values_mut().next().unwrap();
        shop.supply_lines[0].from = Some("shop/done".parse().unwrap());
        match told(&definitions, reports.clone(), reader).get("board/next") {
            Some(Value::Next(card)) => card.parts[0].order_short,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((short(AGREEMENT, OWNER), short(AGREEMENT, ALLY)), (Some(40.0), Some(40.0)));
    let kinds = "kinds = [\"layout\", \"line_state\", \"flow\", \"supply\"]";
    let no_plan = AGREEMENT.replace("kinds = \"all\"", kinds);
    assert_eq!((short(&no_plan, OWNER), short(&no_plan, ALLY)), (Some(40.0), None));
}

/// What an agreement says anew is in force at the next tick, and is concluded from anew.
#[test]
fn an_agreement_that_is_changed_while_the_hub_runs_holds_at_once() {
    let (mut core, now) = heard(&line(AGREEMENT, &["S2"]), slow_welding());
    let mut wall = Wall::before(ALLY.0, ALLY.1);
    let first = wall.tell(&core, now);
    assert_eq!(hold_up(&first).name, "withheld.station");
    assert!(first.has("unit/S1"));
    core.agreements = line(&AGREEMENT.replace("\"role\"", "\"omit\""), &["S2"]).agreements;
    core.revision += 1;
    assert_eq!(hold_up(&wall.tell(&core, now)).id, "paint");
    let no_more = AGREEMENT.replace("kinds = \"all\"", "kinds = [\"layout\"]");
    core.agreements = line(&no_more, &["S2"]).agreements;
    core.revision += 1;
    let after = wall.tell(&core, now);
    assert!(after.has("layout/S1"));
    for key in ["unit/S1", "board/holdup", "board/next", "board/deliver", "measure/0"] {
        assert!(!after.has(key), "{key}");
    }
}

/// Something that is said of a thing, and of nothing else.
fn about(thing: &'static str, words: (f64, usize, u8)) -> (f64, Statement) {
    let (hours, number, sort) = words;
    let unit = |unit: &str| match sort % 3 {
        0 => Statement::UnitState {
            unit: id(unit),
            state: UnitState::ALL[number % UnitState::ALL.len()],
            reason: None,
            cause: None,
        },
        kind => {
            // Parts that no other thing has seen.
            let (op, part) = (format!("{unit}-{}", number % 4), format!("{unit}-{}", number % 4));
            let operation = id(&unit.replace('S', "o"));
            let (op, unit, part) = (id(&op), id(unit), id(&part));
            if kind == 1 {
                Statement::OpStarted { op, unit, part, operation, order: None, cause: None }
            } else {
                Statement::OpFinished { op, unit, part, operation, order: None, cause: None }
            }
        }
    };
    let statement = match thing {
        "S1" | "S2" | "S3" => unit(thing),
        "mill" => {
            let terms = DeliveryTerms {
                delivery: id(&format!("D{}", number % 3)),
                supplier: id("mill"),
                material: id("plate"),
                quantity: 5.0,
                date: at(f64::from(sort) * 3.0),
                reason: None,
            };
            if sort % 2 == 0 {
                Statement::DeliveryPromised(terms)
            } else {
                Statement::DeliveryDelayed(terms)
            }
        }
        storage => {
            let quantity = (number % 9) as f64;
            Statement::Stock { storage: id(storage), material: id("plate"), quantity }
        }
    };
    (hours.round() + 0.25, statement)
}

fn said() -> impl Strategy<Value = Vec<(usize, (f64, usize, u8))>> {
    let words = (0.0..LOOKED - 5.0, 0..64_usize, 0..255_u8);
    prop::collection::vec((0..THINGS.len(), words), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Two aggregates that are served to one audience never differ by what it may not read: all
    /// that it is served stays the same, whatever is reported of that.
    #[test]
    fn what_is_hidden_changes_nothing_that_is_told(
        hidden in prop::sample::subsequence(THINGS.to_vec(), 1..5),
        (open, secret, otherwise) in (said(), said(), said()),
        lasts in prop::array::uniform3(2.0..16.0_f64),
        role in any::<bool>(),
    ) {
        let agreement =
            if role { AGREEMENT.to_owned() } else { AGREEMENT.replace("\"role\"", "\"omit\"") };
        let definitions = line(&agreement, &hidden);
        let is_hidden = |of: &usize| hidden.contains(&THINGS[*of]);
        let of = |said: &[(usize, (f64, usize, u8))], kept: &dyn Fn(&usize) -> bool| -> Reports {
            let kept = said.iter().filter(|(thing, _)| kept(thing));
            kept.map(|(thing, words)| about(THINGS[*thing], *words)).collect()
        };
        let story = |secret: &[(usize, (f64, usize, u8))]| {
            let mut story = worked(12, lasts.map(f64::round));
            story.extend(of(&open, &|thing| !is_hidden(thing)));
            // A run in secret would keep the parts of the line out of the station, and be seen.
            let secret: Vec<_> =
                secret.iter().map(|(of, (at, n, sort))| (*of, (*at, *n, sort - sort % 3))).collect();
            story.extend(of(&secret, &is_hidden));
            story
        };
        let texts = |story| -> BTreeMap<String, String> {
            let told = told(&definitions, story, ALLY).0.into_iter();
            told.map(|(key, value)| (key, serde_json::to_string(&*value).unwrap())).collect()
        };
        prop_assert_eq!(texts(story(&secret)), texts(story(&otherwise)));
    }
}
