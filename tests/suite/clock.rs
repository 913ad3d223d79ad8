//! Dates, by each browser's own parser.

use background_fetch::clock::parse_date;
use background_fetch_engine::Timestamp;
use wasm_bindgen_test::wasm_bindgen_test;

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
