//! The serialiser: plain JavaScript objects ⇄ Rust values, with one list of members for both
//! directions.
//!
//! Not serde with serde-wasm-bindgen, whose place it takes: for the handful of flat types that are
//! read and written here, the code that serde generates takes 29 KB after brotli; this takes a
//! tenth.

use std::rc::Rc;

use background_fetch_engine::Millis;
use js_sys::{Array, Object};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

/// A member that is missing or of the wrong type; "" for the value itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

/// Collects what is wrong with a value while it is read.
#[derive(Debug, Default)]
pub struct Faults(Option<Malformed>);

impl Faults {
    /// Something was wrong; gives what to go on with.
    pub fn report<T: Default>(&mut self) -> T {
        self.0.get_or_insert(Malformed(""));
        T::default()
    }
}

/// Reads a value that structured clone brought.
pub trait FromJs: Sized {
    /// Reads on whatever comes, and reports a value of another shape; further members are ignored.
    ///
    /// No `Result`, as each early return would have to drop the members read before it: that is
    /// half of the code of a large struct.
    fn read(value: &JsValue, faults: &mut Faults) -> Self;

    /// The value, if it is of the right shape.
    fn from_js(value: &JsValue) -> Result<Self, Malformed> {
        let mut faults = Faults::default();
        let read = Self::read(value, &mut faults);
        faults.0.map_or(Ok(read), Err)
    }
}

/// Makes a value that survives structured clone.
pub trait ToJs {
    /// The plain form.
    fn to_js(&self) -> JsValue;
}

/// Reads the member `name` of `object`; an absent one is read as `undefined`.
pub fn member<T: FromJs>(object: &JsValue, name: &'static str, faults: &mut Faults) -> T {
    let mut inner = Faults::default();
    let value = T::read(&get(object, name), &mut inner);
    // The names inside are lost: which member of the argument is wrong tells enough.
    if inner.0.is_some() {
        faults.0.get_or_insert(Malformed(name));
    }
    value
}

/// The member `name`; `undefined` if `object` is no object (or its getter throws).
pub fn get(object: &JsValue, name: &str) -> JsValue {
    object.unchecked_ref::<Plain>().get(name).unwrap_or(JsValue::UNDEFINED)
}

/// Sets a member of an object of the browser or our own.
pub fn set(object: &JsValue, name: &str, value: &JsValue) {
    // It throws where a setter refuses, such as of a read-only attribute: none that is set here.
    let _ = object.unchecked_ref::<Plain>().set(name, value);
}

/// An object in the making.
#[derive(Debug)]
#[must_use]
pub(crate) struct Members(JsValue);

impl Members {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self(Object::new().into())
    }

    /// Adds one.
    pub(crate) fn with<T: ToJs + ?Sized>(self, name: &str, value: &T) -> Self {
        set(&self.0, name, &value.to_js());
        self
    }

    /// The object.
    pub(crate) fn object(self) -> JsValue {
        self.0
    }
}

/// Implements both directions for a struct; every field must be listed, or it does not compile.
macro_rules! plain_object {
    ($type:ident { $($field:ident: $name:literal),* $(,)? }) => {
        impl $crate::js::object::ToJs for $type {
            fn to_js(&self) -> wasm_bindgen::JsValue {
                $crate::js::object::Members::new()$(.with($name, &self.$field))*.object()
            }
        }

        $crate::js::object::plain_argument!($type { $($field: $name),* });
    };
}

/// Implements reading only.
macro_rules! plain_argument {
    ($type:ident { $($field:ident: $name:literal),* $(,)? }) => {
        impl $crate::js::object::FromJs for $type {
            fn read(
                value: &wasm_bindgen::JsValue,
                faults: &mut $crate::js::object::Faults,
            ) -> Self {
                Self { $($field: $crate::js::object::member(value, $name, faults)),* }
            }
        }
    };
}

/// Implements both directions for an enumeration of strings; a wrong one is read as the first.
macro_rules! plain_enum {
    ($type:ident { $first:ident = $first_name:literal $(, $variant:ident = $name:literal)* $(,)? }) => {
        impl $crate::js::object::ToJs for $type {
            fn to_js(&self) -> wasm_bindgen::JsValue {
                wasm_bindgen::JsValue::from_str(match self {
                    Self::$first => $first_name,
                    $(Self::$variant => $name,)*
                })
            }
        }

        impl $crate::js::object::FromJs for $type {
            fn read(
                value: &wasm_bindgen::JsValue,
                faults: &mut $crate::js::object::Faults,
            ) -> Self {
                match value.as_string().as_deref() {
                    Some($first_name) => {}
                    $(Some($name) => return Self::$variant,)*
                    _ => faults.report(),
                }
                Self::$first
            }
        }
    };
}

pub(crate) use {plain_argument, plain_enum, plain_object};

impl FromJs for String {
    fn read(value: &JsValue, faults: &mut Faults) -> Self {
        value.as_string().unwrap_or_else(|| faults.report())
    }
}

impl ToJs for String {
    fn to_js(&self) -> JsValue {
        JsValue::from_str(self)
    }
}

impl ToJs for str {
    fn to_js(&self) -> JsValue {
        JsValue::from_str(self)
    }
}

/// `undefined`.
impl ToJs for () {
    fn to_js(&self) -> JsValue {
        JsValue::UNDEFINED
    }
}

/// As it is.
impl ToJs for JsValue {
    fn to_js(&self) -> JsValue {
        self.clone()
    }
}

impl FromJs for bool {
    fn read(value: &JsValue, faults: &mut Faults) -> Self {
        value.as_bool().unwrap_or_else(|| faults.report())
    }
}

impl ToJs for bool {
    fn to_js(&self) -> JsValue {
        JsValue::from_bool(*self)
    }
}

impl ToJs for Millis {
    fn to_js(&self) -> JsValue {
        self.0.to_js()
    }
}

impl FromJs for u64 {
    fn read(value: &JsValue, faults: &mut Faults) -> Self {
        match value.as_f64() {
            // Inexact above 2^53 and cut above 2^64: both are more than any disk holds.
            Some(number) if number >= 0.0 && number.trunc() == number => number as Self,
            _ => faults.report(),
        }
    }
}

impl ToJs for u64 {
    fn to_js(&self) -> JsValue {
        JsValue::from_f64(*self as f64)
    }
}

impl FromJs for u32 {
    fn read(value: &JsValue, faults: &mut Faults) -> Self {
        u64::read(value, faults).try_into().unwrap_or_else(|_| faults.report())
    }
}

impl ToJs for u32 {
    fn to_js(&self) -> JsValue {
        u64::from(*self).to_js()
    }
}

impl FromJs for u16 {
    fn read(value: &JsValue, faults: &mut Faults) -> Self {
        u64::read(value, faults).try_into().unwrap_or_else(|_| faults.report())
    }
}

impl ToJs for u16 {
    fn to_js(&self) -> JsValue {
        u64::from(*self).to_js()
    }
}

/// `null` or absent.
impl<T: FromJs> FromJs for Option<T> {
    fn read(value: &JsValue, faults: &mut Faults) -> Self {
        let absent = value.is_null() || value.is_undefined();
        (!absent).then(|| T::read(value, faults))
    }
}

impl<T: ToJs> ToJs for Option<T> {
    fn to_js(&self) -> JsValue {
        self.as_ref().map_or(JsValue::NULL, ToJs::to_js)
    }
}

impl<T: FromJs> FromJs for Rc<T> {
    fn read(value: &JsValue, faults: &mut Faults) -> Self {
        Self::new(T::read(value, faults))
    }
}

impl<T: ToJs> ToJs for Rc<T> {
    fn to_js(&self) -> JsValue {
        T::to_js(self)
    }
}

impl<T: FromJs> FromJs for Vec<T> {
    fn read(value: &JsValue, faults: &mut Faults) -> Self {
        let mut items = Self::new();
        match value.dyn_ref::<Array>() {
            Some(array) => {
                for index in 0..array.length() {
                    items.push(T::read(&array.get(index), faults));
                }
            }
            None => faults.report(),
        }
        items
    }
}

impl<T: ToJs> ToJs for Vec<T> {
    fn to_js(&self) -> JsValue {
        let array = Array::new();
        for item in self {
            array.push(&item.to_js());
        }
        array.into()
    }
}

/// A pair, such as a header.
impl FromJs for (String, String) {
    fn read(value: &JsValue, faults: &mut Faults) -> Self {
        match value.dyn_ref::<Array>() {
            Some(pair) => (String::read(&pair.get(0), faults), String::read(&pair.get(1), faults)),
            None => faults.report(),
        }
    }
}

impl ToJs for (String, String) {
    fn to_js(&self) -> JsValue {
        Array::of2(&self.0.to_js(), &self.1.to_js()).into()
    }
}

#[wasm_bindgen]
extern "C" {
    /// Anything at all: what does not hold of it throws, and that is caught.
    type Plain;

    #[wasm_bindgen(method, catch, structural, indexing_getter)]
    fn get(this: &Plain, name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, structural, indexing_setter)]
    fn set(this: &Plain, name: &str, value: &JsValue) -> Result<(), JsValue>;
}
