//! Dates, by each browser's own parser.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use background_fetch::clock::{parse_date, sleep, within};
use background_fetch_engine::Timestamp;
use js_sys::WebAssembly::Memory;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::js;

/// What is not there at once, so that the limit begins to run.
async fn later() -> i32 {
    let mut first = true;
    poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(1) }
    })
    .await
}

/// Bytes of this instance's memory.
fn memory() -> u32 {
    let memory: Memory = wasm_bindgen::memory().unchecked_into();
    memory.buffer().unchecked_into::<js_sys::ArrayBuffer>().byte_length()
}

/// The driver has a timer set anew with each piece of a body, and each operation of a store a limit.
#[wasm_bindgen_test]
async fn what_is_not_waited_for_to_its_end_leaves_nothing_behind() {
    let mut first = 0;
    for round in 0..20 {
        for _ in 0..2_000 {
            let limit = Duration::from_secs(3600);
            assert_eq!(within(limit, later()).await, Some(1));
        }
        sleep(Duration::ZERO).await;
        if round == 1 {
            first = memory();
        }
    }
    let more = memory() - first;
    assert!(more <= 256 * 1024, "{more} bytes more for 36,000 timers");
}

/// When it goes on, its timers are due before it learns what has been done meanwhile.
#[wasm_bindgen_test]
async fn what_was_done_while_the_worker_was_suspended_is_no_failure() {
    let overdue = "((set) => {
        let first = true;
        return (steps, time) => {
            if (first) time = 0;
            first = false;
            return set(steps, time);
        };
    })(setTimeout)";
    let replaced = js::Replaced::new("setTimeout", &js::value(overdue, &JsValue::NULL));
    let steps = "const { port1, port2 } = new MessageChannel();
        let left = 100;
        await new Promise((resolve) => {
            port1.onmessage = () => (left-- ? port2.postMessage(0) : resolve());
            port2.postMessage(0);
        })";
    let work = async { js::run(steps, &JsValue::NULL, &JsValue::NULL).await };
    let done = within(Duration::from_secs(3600), work).await;
    drop(replaced);
    assert!(done.is_some_and(|done| done.is_ok()));
}

#[wasm_bindgen_test]
fn a_date_has_one_of_the_three_shapes_of_http() {
    for text in [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ] {
        assert_eq!(parse_date(text), Some(Timestamp(784_111_777_000)), "{text}");
    }
    for text in
        ["", "-5", "0.5", "1.5", "120", "2001", "Sun", "soon", "in: 5: s", "1994-11-06T08:49:37Z"]
    {
        assert_eq!(parse_date(text), None, "{text}");
    }
}
