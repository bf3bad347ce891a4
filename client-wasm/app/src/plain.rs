//! What the page passes as plain objects, as `serde` asks for it.
//!
//! Every derived reader comes in two forms, one for fields in order and one for fields by name,
//! and the second is three times as long: it was a tenth of what a phone downloads. A field's name
//! is looked up here instead, once for all types, so that only the first form is in the module.
//! Refuses to know: why something does not fit. A page that passes it has a fault, not a person.

use core::fmt::Display;

use js_sys::{Array, Object, Reflect};
use serde::de::value::U32Deserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use wasm_bindgen::{JsCast, JsValue};

/// The value has not the form that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not what is asked for")]
pub struct Unfit;

/// One value of the page: `null` and what is missing are `None`, an enum is its variant's name or
/// an object with that name as its only key.
pub(crate) struct Plain(pub(crate) JsValue);

impl Plain {
    /// Array by array what is in it, bounded by the array that the page made.
    fn items(&self) -> Result<Items, Unfit> {
        let array: &Array = self.0.dyn_ref().ok_or(Unfit)?;
        Ok(Items {
            array: array.clone(),
            next: 0,
        })
    }

    /// The whole number, which a page can only hold up to 2^53.
    fn number(&self) -> Result<i64, Unfit> {
        let number = self.0.as_f64().ok_or(Unfit)?;
        let whole = number as i64;
        (whole as f64 == number).then_some(whole).ok_or(Unfit)
    }

    fn is_none(&self) -> bool {
        self.0.is_null() || self.0.is_undefined()
    }
}

macro_rules! whole_numbers {
    ($($name:ident)*) => {
        $(
            fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
                visitor.visit_i64(self.number()?)
            }
        )*
    };
}

impl<'de> Deserializer<'de> for Plain {
    type Error = Unfit;

    whole_numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_bool(self.0.as_bool().ok_or(Unfit)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_string(self.0.as_string().ok_or(Unfit)?)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        if self.is_none() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        let names = fields.iter();
        visitor.visit_seq(Fields { of: self.0, names })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        let (name, content) = variant(self.0)?;
        let index = variants.iter().position(|one| *one == name);
        let index = index.ok_or(Unfit)? as u32;
        visitor.visit_enum(Variant { index, content })
    }

    /// No type of ours takes whatever comes, nor any of these forms.
    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Unfit> {
        Err(Unfit)
    }

    forward_to_deserialize_any! {
        i128 u128 f32 f64 char bytes unit unit_struct tuple_struct map identifier ignored_any
    }
}

/// The name of a variant and what belongs to it.
pub(crate) fn variant(value: JsValue) -> Result<(String, JsValue), Unfit> {
    if let Some(name) = value.as_string() {
        return Ok((name, JsValue::NULL));
    }
    let object: &Object = value.dyn_ref().ok_or(Unfit)?;
    let entry: Array = Object::entries(object).get(0).into();
    let name = entry.get(0).as_string().ok_or(Unfit)?;
    Ok((name, entry.get(1)))
}

/// What stands in an array, in order.
struct Items {
    array: Array,
    next: u32,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Unfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unfit> {
        if self.next == self.array.length() {
            return Ok(None);
        }
        self.next += 1;
        seed.deserialize(Plain(self.array.get(self.next - 1)))
            .map(Some)
    }
}

/// An object's properties, in the order of a type's fields. One that is missing is told as one
/// beyond the end, for which a type has its default or none.
struct Fields {
    of: JsValue,
    names: core::slice::Iter<'static, &'static str>,
}

impl<'de> SeqAccess<'de> for Fields {
    type Error = Unfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unfit> {
        let name = self.names.next().ok_or(Unfit)?;
        let property = Reflect::get(&self.of, &JsValue::from_str(name)).map_err(|_| Unfit)?;
        if property.is_undefined() {
            return Ok(None);
        }
        seed.deserialize(Plain(property)).map(Some)
    }
}

/// One variant, by its place among the type's.
struct Variant {
    index: u32,
    content: JsValue,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Unfit;
    type Variant = Plain;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Plain), Unfit> {
        let index: U32Deserializer<Unfit> = self.index.into_deserializer();
        Ok((seed.deserialize(index)?, Plain(self.content)))
    }
}

impl<'de> VariantAccess<'de> for Plain {
    type Error = Unfit;

    fn unit_variant(self) -> Result<(), Unfit> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unfit> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_seq(self.items()?)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        self.deserialize_struct("", fields, visitor)
    }
}

/// Says nothing more than that it does not fit: texts nobody reads are not carried.
impl Error for Unfit {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}
