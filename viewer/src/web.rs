//! The part that needs a browser: the application, and the functions that the page calls.
//!
//! The page's calls change the one [`Picture`]; the application draws the newest of it with the
//! next frame. So there is no queue that could grow: what is not drawn yet is overwritten.

mod app;
mod bridge;
mod material;
mod scene;
mod shapes;

use std::cell::RefCell;

use bevy::winit::{EventLoopProxyWrapper, WinitUserEvent};

use crate::picture::Picture;

/// What the page and the application share.
struct Shared {
    picture: Picture,
    /// Tells the page: `(kind, payload)`.
    tell: Option<js_sys::Function>,
    /// Asks the application for a frame.
    wake: Option<Wake>,
    /// Frames drawn.
    frames: u32,
    /// The page asks for frames all the time, to measure.
    continuous: bool,
    /// Something other than the picture's items changed: camera, window.
    moved: bool,
    /// Drawing has failed.
    failed: bool,
}

type Wake = Box<dyn Fn()>;

thread_local! {
    static SHARED: RefCell<Shared> = RefCell::new(Shared {
        picture: Picture::default(),
        tell: None,
        wake: None,
        frames: 0,
        continuous: false,
        moved: true,
        failed: false,
    });
}

/// Works on what is shared. Never call the page's script from within: it may call back.
fn shared<T>(work: impl FnOnce(&mut Shared) -> T) -> T {
    SHARED.with_borrow_mut(work)
}

/// Asks for a frame.
fn wake() {
    SHARED.with_borrow(|shared| {
        if let Some(wake) = &shared.wake {
            wake();
        }
    });
}

/// Keeps a way to ask for frames.
fn keep_wake(proxy: &EventLoopProxyWrapper) {
    let proxy = (**proxy).clone();
    let wake: Wake = Box::new(move || {
        // The loop ends only with the page.
        let _ = proxy.send_event(WinitUserEvent::WakeUp);
    });
    shared(|shared| shared.wake = Some(wake));
}

/// Tells the page something, after every borrow has ended.
fn tell(kind: &str, payload: &wasm_bindgen::JsValue) {
    let tell = SHARED.with_borrow(|shared| shared.tell.clone());
    if let Some(tell) = tell
        && let Err(error) = tell.call2(&wasm_bindgen::JsValue::NULL, &kind.into(), payload)
    {
        web_sys::console::error_1(&error);
    }
}
