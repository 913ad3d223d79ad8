//! What the browser says of itself.

use background_fetch::platform::{memory_budget, memory_for};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::js;

const MIB: u64 = 1024 * 1024;

#[wasm_bindgen_test]
fn a_small_device_holds_less_at_a_time() {
    for device in [0.25, 1.0, 2.0] {
        assert_eq!(memory_for(Some(device)), 24 * MIB, "{device} GiB");
    }
    for device in [4.0, 8.0, 64.0] {
        assert_eq!(memory_for(Some(device)), 48 * MIB, "{device} GiB");
    }
}

/// Firefox and WebKit have no such member.
#[wasm_bindgen_test]
fn a_browser_that_does_not_say_is_not_taken_for_one_on_a_small_device() {
    assert_eq!(memory_for(None), 48 * MIB);
    assert_eq!(memory_for(Some(f64::NAN)), 48 * MIB);
    for (said, mib) in [("2", 24), ("4", 48), ("undefined", 48), ("'2'", 48)] {
        let say = "(() => {
            Object.defineProperty(navigator, 'deviceMemory', { value: a, configurable: true });
            return () => delete navigator.deviceMemory;
        })()";
        let restore = js::value(say, &js::value(said, &JsValue::NULL));
        let budget = memory_budget();
        js::value("a()", &restore);
        assert_eq!(budget, mib * MIB, "{said}");
    }
}
