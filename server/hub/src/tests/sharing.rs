//! Sharing decided while viewers look: narrowed at once by one, widened by two within the
//! agreement, explained to its own people alone, and there after a restart.

use std::{fs, sync::atomic::Ordering};

use journal::{Act, DecisionKind, DecisionRow, Journal, Keys, Role, ViewerKeyRow};
use serde_json::{Value, json};
use twin::{FactKind, NationId, OrganisationId, PlantId, PlantTime, Span, agreement::Subject};

use super::{
    fixture::{Place, lasting},
    http::{get, get_until, http},
    identity::{account, keys_of, look, named, signed_in},
    policies::pass_ticks,
    viewing::Viewer,
};
use crate::{clock::wall_now, gate, identity::TOKEN_HEADER, serve, serve::Hub};

const AGREEMENT: &str = r#"[agreement]
id = "north"
name = "The northern agreement"
policy = "TEST"
parties = ["XAA", "XBB"]
signed = 2020-01-01
until = 2199-12-31
reviewed_by = "skarvik"
contact = "Release desk, 1"

[[share]]
by = ["skarvik"]
kinds = ["layout", "line_state", "flow", "schedule"]
with = ["XAA", "XBB"]

[[floor]]
finding = "hold_up"
with = ["XAA", "XBB"]
"#;

const REASON: &str = "trials of a new process";
const BAY: &str = "/api/v1/plants/shop/units/bay-01";
const STORES: &str = "/api/v1/plants/shop/storages";

/// The fixture's shop with an ally that the agreement names and a nation that it does not; its
/// last store is kept at home by the plant's file.
pub(super) fn allied() -> Place {
    let place = Place::new();
    let plants = place.dir.path().join("plants");
    let change = |file: &str, from: &str, to: &str| {
        let path = plants.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
    };
    let others = "[[nation]]\nid = \"XBB\"\nname = \"Brenmoor\"\n\n[[nation]]\nid = \"XCC\"\n\
                  name = \"Corvania\"\n\n[[organisation]]\nid = \"ally\"\nname = \"Ally\"\n\
                  nation = \"XBB\"\n\n[[serial]]";
    change("programme.toml", "[[serial]]", others);
    change("shop/plant.toml", "releasable_to = [\"XAA\"]", "releasable_to = [\"XAA\", \"XBB\"]");
    let kept = "size_m = [5, 5, 2]\n\n[storage.label]\nreleasable_to = [\"XAA\"]\n\
                reason = \"Kept at home.\"\n";
    let path = plants.join("shop/equipment.toml");
    let text = fs::read_to_string(&path).unwrap();
    let (before, _) = text.rsplit_once("size_m = [5, 5, 2]").unwrap();
    fs::write(&path, format!("{before}{kept}")).unwrap();
    let agreements = place.dir.path().join("agreements");
    fs::create_dir_all(&agreements).unwrap();
    fs::write(agreements.join("north.toml"), AGREEMENT).unwrap();
    for name in ["anna", "bo"] {
        account(&place, name, &[Role::Releaser]);
    }
    place
}

pub(super) async fn start(place: &Place) -> Hub {
    let mut args = place.args();
    args.agreements = Some(place.dir.path().join("agreements"));
    let started = serve::start(&args).await;
    started.unwrap_or_else(|error| panic!("{:?}", error.lines()))
}

/// A key of the ally.
pub(super) fn ally_key(place: &Place) -> String {
    let key = gate::new_key().unwrap();
    let row = ViewerKeyRow {
        sha256: gate::hash(&key),
        nation: NationId::new("XBB").unwrap(),
        organisation: OrganisationId::new("ally").unwrap(),
        life: lasting(),
    };
    keys_of(place).add_viewer(&row).unwrap();
    key
}

pub(super) fn day(ahead: i64) -> String {
    let then = wall_now() + Span::from_secs(ahead * 86_400);
    record::format_time(then).unwrap()[..10].to_owned()
}

fn narrowing(thing: &str) -> Value {
    json!({ "plant": "shop", "thing": thing, "kinds": ["line_state"], "to": ["XAA"],
        "reason": REASON, "review": day(30) })
}

fn release(to: &str) -> Value {
    json!({ "plant": "shop", "thing": "done", "kinds": ["layout", "line_state"], "to": [to],
        "reason": REASON, "review": day(100) })
}

/// A releaser with a browser.
pub(super) struct Person<'a> {
    pub(super) hub: &'a Hub,
    pub(super) cookie: String,
    token: String,
}

impl<'a> Person<'a> {
    pub(super) async fn enter(hub: &'a Hub, name: &str) -> Self {
        let cookie = signed_in(hub, &named(name)).await;
        let session = look(hub, "/v1/session", &cookie).await.1;
        let token = session["token"].as_str().expect("a token for changes").to_owned();
        Self { hub, cookie, token }
    }

    async fn act(&self, what: &str, body: &Value) -> (u16, Value) {
        let own = format!("http://{}", self.hub.address);
        let headers = [
            ("Cookie", self.cookie.as_str()),
            ("Origin", own.as_str()),
            (TOKEN_HEADER, self.token.as_str()),
            ("Content-Type", "application/json"),
        ];
        let path = format!("/api/v1/sharing/{what}");
        http(self.hub, ("POST", &path), &headers, &body.to_string()).await
    }

    /// Does it, and returns its number.
    pub(super) async fn done(&self, what: &str, body: &Value) -> u64 {
        let (status, answer) = self.act(what, body).await;
        assert_eq!(status, 200, "{what} {body}: {answer}");
        answer["id"].as_u64().expect("a number")
    }

    async fn refused(&self, what: &str, body: &Value) -> (u16, String) {
        let (status, answer) = self.act(what, body).await;
        assert!(answer["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{answer}");
        (status, answer["code"].as_str().expect("a code").to_owned())
    }

    pub(super) async fn told(&self, what: &str) -> Value {
        let (status, answer) =
            look(self.hub, &format!("/api/v1/sharing/{what}"), &self.cookie).await;
        assert_eq!(status, 200, "{what}: {answer}");
        answer
    }
}

/// A cell of the shop's owner.
fn cell(matrix: &Value, kind: &str, audience: &str) -> Value {
    let owner = matrix["owners"].as_array().unwrap().iter().find(|o| o["code"] == "XAA/skarvik");
    let rows = owner.expect("the owner is told of")["rows"].as_array().unwrap().iter();
    let Some(row) = rows.clone().find(|row| row["kind"] == kind) else { return Value::Null };
    let mut cells = row["cells"].as_array().unwrap().iter();
    cells.find(|cell| cell["audience"] == audience).cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_narrowing_is_in_force_at_once_and_ended_by_two() {
    let place = allied();
    let ally = ally_key(&place);
    let hub = start(&place).await;
    let shelf = &hub.shared.door.shelf;
    let audience = shelf.member("XBB/ally").unwrap().id;
    let (anna, bo) = (Person::enter(&hub, "anna").await, Person::enter(&hub, "bo").await);
    let mut page = Viewer::watching(&hub, &ally).await;
    let before = shelf.generation_in_force();

    let narrowed = anna.done("narrow", &narrowing("bay-01")).await;
    // When it is answered, nothing of before goes out any more; two ticks later all is made anew.
    assert_eq!(shelf.generation_in_force(), before + 1);
    pass_ticks(&hub, 2).await;
    let now = shelf.newest(audience, super::viewing::SHOP).expect("the rest is still shared");
    assert!(!now.values.value().contains_key("unit/bay-01"), "made after the narrowing");
    page.until(|values| !values.contains_key("unit/bay-01")).await;
    assert!(page.values.contains_key("unit/bay-02"), "nothing else was taken away");
    assert_eq!(get(&hub, BAY, &ally).await.0, 404);
    assert_eq!(look(&hub, BAY, &anna.cookie).await.0, 200, "its own people keep it");

    // Whoever proposes its end does not agree to that; meanwhile nothing is shown.
    let end = json!({ "narrowing": narrowed, "reason": "the trials are over" });
    let lift = anna.done("widen", &end).await;
    let again = anna.refused("widen", &end).await;
    assert_eq!(again, (409, "proposed_already".to_owned()));
    let alone = anna.refused("agree", &json!({ "id": lift })).await;
    assert_eq!(alone, (403, "same_person".to_owned()));
    let by_one = bo.refused("withdraw", &json!({ "id": narrowed })).await;
    assert_eq!(by_one, (409, "takes_two".to_owned()));
    assert_eq!(get(&hub, BAY, &ally).await.0, 404);
    bo.done("agree", &json!({ "id": lift })).await;
    page.until(|values| values.contains_key("unit/bay-01")).await;
    let over = bo.refused("agree", &json!({ "id": lift })).await;
    assert_eq!(over, (409, "not_waiting".to_owned()));

    let rows = keys_of(&place).noted(None, 100).unwrap();
    let did = |who: &str, what: &str| {
        rows.iter().any(|row| row.who == format!("account:{who}") && row.what == what)
    };
    assert!(did("anna", "narrow") && did("anna", "propose to widen"), "{rows:?}");
    assert!(did("bo", "agree to widen") && did("anna", "decide about sharing"), "{rows:?}");
    let changed = bo.told("decisions").await["changed"].clone();
    let what: Vec<&str> =
        changed.as_array().unwrap().iter().map(|c| c["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["agreed", "proposed", "narrowed"]);
    hub.stop().await;
}

#[tokio::test]
async fn a_release_opens_what_the_file_keeps_back_within_the_agreement() {
    let place = allied();
    let ally = ally_key(&place);
    let hub = start(&place).await;
    let (anna, bo) = (Person::enter(&hub, "anna").await, Person::enter(&hub, "bo").await);
    get_until(&hub, BAY, &ally, |answer| answer["state"] == "unknown").await;
    let has_store = |answer: &Value| answer["items"].get("done").is_some();
    assert!(has_store(&look(&hub, STORES, &anna.cookie).await.1), "its own people have it");
    assert!(!has_store(&get(&hub, STORES, &ally).await.1));

    let beyond = (422, "beyond_agreement".to_owned());
    assert_eq!(anna.refused("widen", &release("XCC")).await, beyond, "XCC has not signed");
    let mut unshared = release("XBB");
    unshared["kinds"] = json!(["capacity"]);
    assert_eq!(anna.refused("widen", &unshared).await, beyond, "nobody shares capacity");
    let mut finding = release("XBB");
    finding["kinds"] = json!(["hold_up"]);
    assert_eq!(anna.refused("widen", &finding).await, beyond, "findings have floors");
    let mut open = release("XBB");
    open["thing"] = json!("bay-01");
    let nothing = (422, "opens_nothing".to_owned());
    assert_eq!(anna.refused("widen", &open).await, nothing);

    let proposed = anna.done("widen", &release("XBB")).await;
    pass_ticks(&hub, 2).await;
    assert!(!has_store(&get(&hub, STORES, &ally).await.1), "one person opens nothing");
    bo.done("agree", &json!({ "id": proposed })).await;
    get_until(&hub, STORES, &ally, has_store).await;
    let matrix = bo.told("matrix").await;
    let why = cell(&matrix, "line_state", "XBB/ally");
    assert_eq!(why["see"], "yes", "{why}");
    let of_store = why["why"].as_array().unwrap().iter().find(|why| why["thing"] == "Done");
    let released = &of_store.expect("told apart")["released"];
    assert_eq!((&released["by"], &released["agreed_by"]), (&json!("anna"), &json!("bo")));

    // A narrowing is stronger than a release, and one person ends what two opened.
    bo.done("narrow", &narrowing("done")).await;
    get_until(&hub, STORES, &ally, |answer| !has_store(answer)).await;
    anna.done("withdraw", &json!({ "id": proposed })).await;
    let matrix = bo.told("matrix").await;
    assert_eq!(cell(&matrix, "line_state", "XBB/ally")["see"], "some");
    hub.stop().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_what_to_do() {
    let place = allied();
    let hub = start(&place).await;
    let anna = Person::enter(&hub, "anna").await;
    let with = |key: &str, value: Value| {
        let mut body = narrowing("bay-01");
        body[key] = value;
        body
    };
    let wrong: [(Value, u16, &str); 13] = [
        (with("plant", json!("elsewhere")), 404, "not_found"),
        (with("thing", json!("bay-99")), 422, "unknown_thing"),
        (with("kinds", json!(["gossip"])), 422, "unknown_kind"),
        (with("to", json!(["XBB"])), 422, "own_nation"),
        (with("to", json!(["XAA", "XYZ"])), 422, "unknown_nation"),
        (with("to", json!(["XAA", "XBB", "XCC"])), 422, "takes_nothing"),
        (with("reason", json!("  ")), 422, "no_reason"),
        (with("reason", json!("x".repeat(401))), 422, "reason_too_long"),
        (with("reason", json!("two lines\nof reasons")), 422, "not_plain"),
        (with("reason", json!("NATO SECRET trials here")), 422, "spillage"),
        (with("review", json!(day(0))), 422, "date_passed"),
        (with("review", json!(day(91))), 422, "date_too_far"),
        (with("review", json!("soon")), 422, "no_date"),
    ];
    for (body, status, code) in wrong {
        assert_eq!(anna.refused("narrow", &body).await, (status, code.to_owned()), "{body}");
    }
    let odd = with("nation", json!("XAA"));
    assert_eq!(anna.refused("narrow", &odd).await, (400, "malformed".to_owned()));
    let nothing = json!({ "reason": REASON });
    assert_eq!(anna.refused("widen", &nothing).await, (400, "malformed".to_owned()));
    assert_eq!(anna.refused("agree", &json!({ "id": 7 })).await, (404, "not_found".to_owned()));
    assert_eq!(hub.shared.door.shelf.generation_in_force(), 1, "nothing was put in force");
    anna.done("narrow", &with("review", json!(day(89)))).await;
    hub.stop().await;
}

#[tokio::test]
async fn rules_are_told_to_their_own_people_and_to_others_what_they_are_shared() {
    let place = allied();
    account(&place, "cy", &[Role::Viewer]);
    account(&place, "di", &[Role::Administrator, Role::Auditor]);
    let ally = ally_key(&place);
    let hub = start(&place).await;
    let anna = Person::enter(&hub, "anna").await;
    anna.done("narrow", &narrowing("bay-01")).await;
    let (cy, di) = (Person::enter(&hub, "cy").await, Person::enter(&hub, "di").await);

    let own = cy.told("matrix").await;
    assert_eq!(
        (&own["may_decide"], &own["organisation"]["code"]),
        (&json!(false), &json!("XAA/skarvik"))
    );
    let narrowed = cell(&own, "line_state", "XBB/ally");
    assert_eq!(narrowed["see"], "some", "{narrowed}");
    let plant = &narrowed["why"][0];
    assert_eq!(
        (&plant["code"], &plant["agreement"]["name"]),
        (&json!("agreed"), &json!("The northern agreement"))
    );
    let bay = narrowed["why"].as_array().unwrap().iter().find(|why| why["code"] == "narrowed");
    let by = &bay.expect("told apart")["narrowed"][0];
    assert_eq!(
        (&by["by"], &by["reason"], &by["overdue"]),
        (&json!("anna"), &json!(REASON), &json!(false))
    );
    assert_eq!(cell(&own, "capacity", "XBB/ally")["why"][0]["code"], "not_agreed");
    assert_eq!(cell(&own, "hold_up", "XBB/ally")["see"], "yes");
    assert_eq!(cell(&own, "layout", "public")["see"], "no");
    assert_eq!(cell(&own, "capacity", "XAA/skarvik")["why"][0]["code"], "own");
    assert_eq!(cy.act("narrow", &narrowing("bay-02")).await.0, 403, "a viewer decides nothing");
    assert_eq!(di.act("narrow", &narrowing("bay-02")).await.0, 403);
    assert_eq!(look(&hub, "/api/v1/sharing/decisions", &cy.cookie).await.0, 200);

    // The ally hears what it is shared, and not a word of what is kept from it or from others.
    let (status, theirs) = get(&hub, "/api/v1/sharing/matrix", &ally).await;
    assert_eq!(status, 200, "{theirs}");
    assert_eq!(cell(&theirs, "line_state", "XBB/ally")["see"], "yes");
    assert_eq!(cell(&theirs, "capacity", "XBB/ally"), Value::Null);
    let text = theirs.to_string();
    for kept in [REASON, "anna", "bay-01", "XAA/skarvik\",\"see", "Kept at home", "capacity"] {
        assert!(!text.contains(kept), "{kept} is told: {text}");
    }
    assert_eq!(get(&hub, "/api/v1/sharing/decisions", &ally).await.0, 404);
    for (path, cookie) in [("matrix", ""), ("decisions", ""), ("matrix", &di.cookie)] {
        let path = format!("/api/v1/sharing/{path}");
        assert_eq!(look(&hub, &path, cookie).await.0, 404, "{path}");
    }

    // Only a page of the hub may act for whoever is signed in.
    let cookie = [("Cookie", anna.cookie.as_str())];
    let body = narrowing("bay-02").to_string();
    let forged = http(&hub, ("POST", "/api/v1/sharing/narrow"), &cookie, &body).await;
    assert_eq!(forged.0, 403, "{}", forged.1);
    let foreign = [cookie[0], ("Origin", "http://elsewhere.example"), (TOKEN_HEADER, &anna.token)];
    let forged = http(&hub, ("POST", "/api/v1/sharing/narrow"), &foreign, &body).await;
    assert_eq!(forged.0, 403, "{}", forged.1);
    let stranger = http(&hub, ("POST", "/api/v1/sharing/narrow"), &[], &body).await;
    assert_eq!(stranger.0, 401, "{}", stranger.1);
    hub.stop().await;
}

/// A narrowing of the whole shop whose review was long ago, and a release that is over.
pub(super) fn old_decisions(keys: &Keys) {
    let at = PlantTime::from_micros(1_000_000);
    let act = |by: &str| Act { by: format!("account:{by}"), at };
    let old = DecisionRow {
        id: 0,
        kind: DecisionKind::Narrow,
        owner: "XAA/skarvik".to_owned(),
        what: Subject { plant: PlantId::new("shop").unwrap(), thing: None },
        kinds: [FactKind::LineState].into(),
        nations: [NationId::new("XAA").unwrap()].into(),
        organisations: Default::default(),
        narrowing: None,
        reason: REASON.to_owned(),
        made: act("anna"),
        review: at + Span::DAY,
        agreed: None,
        ended: None,
        alarmed: None,
    };
    let note = crate::identity::Note {
        who: "account:anna",
        what: "narrow",
        about: "shop",
        outcome: "done",
        address: None,
    };
    keys.decide(&old, &note.row()).unwrap();
    let release = DecisionRow {
        kind: DecisionKind::Release,
        what: Subject { thing: Some(twin::EquipmentId::new("done").unwrap()), ..old.what.clone() },
        kinds: [FactKind::Layout].into(),
        nations: [NationId::new("XBB").unwrap()].into(),
        ..old
    };
    let release = keys.decide(&release, &note.row()).unwrap();
    keys.agree_to(release.id, &act("bo"), &note.row()).unwrap();
}

#[tokio::test]
async fn a_restart_forgets_no_narrowing_and_an_overdue_review_is_made_known() {
    let place = allied();
    let ally = ally_key(&place);
    let hub = start(&place).await;
    let anna = Person::enter(&hub, "anna").await;
    let kept = anna.done("narrow", &narrowing("bay-01")).await;
    drop(anna);
    hub.stop().await;
    old_decisions(&keys_of(&place));

    let hub = start(&place).await;
    get_until(&hub, "/api/v1/plants/shop/layout", &ally, |answer| answer["items"].is_object())
        .await;
    for path in [BAY, "/api/v1/plants/shop/units/bay-02", "/api/v1/plants/shop/layout/done"] {
        assert_eq!(get(&hub, path, &ally).await.0, 404, "{path}");
    }
    let layout = get(&hub, "/api/v1/plants/shop/layout", &ally).await.1;
    assert!(!layout.to_string().contains("Done"), "a release that is over opens nothing");
    let bo = Person::enter(&hub, "bo").await;
    let mut ticks = hub.shared.door.shelf.ticks();
    while hub.shared.metrics.reviews_overdue.load(Ordering::Relaxed) == 0 {
        ticks.changed().await.expect("the hub runs");
    }
    let open = bo.told("decisions").await["open"].clone();
    let open = open.as_array().unwrap();
    assert_eq!(open[0]["overdue"], true, "what is overdue comes first: {open:?}");
    assert_eq!((open.len(), &open[1]["id"]), (2, &json!(kept)));
    // One person keeps it longer: it stays in force and is no more overdue.
    let keep =
        json!({ "narrowing": open[0]["id"], "reason": "the trials go on", "review": day(60) });
    bo.done("keep", &keep).await;
    let open = bo.told("decisions").await["open"].clone();
    assert!(open.as_array().unwrap().iter().all(|row| row["overdue"] == false), "{open}");
    assert_eq!(get(&hub, "/api/v1/plants/shop/units/bay-02", &ally).await.0, 404);
    assert!(hub.shared.metrics.to_text().contains("slipway_reviews_overdue"));
    drop((bo, ticks));
    hub.stop().await;
    let alarms = Journal::open(&place.dir.path().join("data")).unwrap().journal.alarms(10).unwrap();
    let overdue: Vec<_> = alarms.iter().filter(|alarm| alarm.code == "review_overdue").collect();
    assert_eq!(overdue.len(), 1, "once: {alarms:?}");
    assert!(overdue[0].about.contains("shop"), "{:?}", overdue[0]);
}
