//! The doors for JavaScript. Errors are texts.

use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::NoAnswer;

thread_local! {
    /// Whom progress is told. It cannot go to another thread, and there is none.
    static TOLD: RefCell<Option<Function>> = const { RefCell::new(None) };
}

fn tell(share: f64) {
    TOLD.with_borrow(|told| {
        if let Some(told) = told {
            // A page that fails at being told is not to end the simulation.
            let _done = told.call1(&JsValue::NULL, &JsValue::from_f64(share));
        }
    });
}

fn thrown(why: &NoAnswer) -> JsValue {
    JsValue::from_str(&why.in_words())
}

/// Answers a question; `progress` is called with how much is done \[ratio\].
///
/// # Errors
/// Throws what is wrong, as a text.
#[wasm_bindgen]
pub fn ask(question: &str, progress: Function) -> Result<String, JsValue> {
    TOLD.set(Some(progress));
    let answer = crate::ask(question, &tell);
    TOLD.set(None);
    answer.map_err(|why| thrown(&why))
}

/// What may be changed.
///
/// # Errors
/// Throws what is wrong, as a text.
#[wasm_bindgen]
pub fn parameters(question: &str) -> Result<String, JsValue> {
    crate::parameters(question).map_err(|why| thrown(&why))
}

/// How two answers differ.
///
/// # Errors
/// Throws what is wrong, as a text.
#[wasm_bindgen]
pub fn compare(base: &str, changed: &str) -> Result<String, JsValue> {
    crate::compare(base, changed).map_err(|why| thrown(&why))
}

/// Every report of one replication.
///
/// # Errors
/// Throws what is wrong, as a text.
#[wasm_bindgen]
pub fn reports(question: &str) -> Result<Vec<u8>, JsValue> {
    crate::reports(question).map_err(|why| thrown(&why))
}

/// One play in steps, for the picture.
#[wasm_bindgen]
pub struct Scene(crate::Scene);

#[wasm_bindgen]
impl Scene {
    /// At its beginning.
    ///
    /// # Errors
    /// Throws what is wrong, as a text.
    #[wasm_bindgen(constructor)]
    pub fn new(question: &str) -> Result<Self, JsValue> {
        crate::Scene::new(question).map(Self).map_err(|why| thrown(&why))
    }

    /// Goes on until so many seconds after the beginning; what is different then.
    ///
    /// # Errors
    /// Throws what is wrong, as a text.
    pub fn advance(&mut self, to_s: f64) -> Result<String, JsValue> {
        self.0.advance(to_s).map_err(|why| thrown(&why))
    }
}
