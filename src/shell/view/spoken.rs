//! A serializer by which types speak: instants and lengths of time are written for people wherever they stand, and
//! nothing is guessed from the name of a field. What is kept in two languages is said in English, as programs read it.
//!
//! Passes everything else on as it is.

use crate::base::{
    phrase::kept,
    time::{Duration, Timestamp, Zone},
    value,
};
use serde::{
    Serialize, Serializer,
    ser::{
        Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

/// Writes instants in RFC 3339 with a zone's offset and lengths of time as `1h30m`.
pub(super) struct Spoken<'z, S> {
    /// What is written to.
    pub(super) to: S,
    /// The zone.
    pub(super) zone: &'z Zone,
}

/// A value inside one that is spoken.
struct Nested<'z, 'v, T: ?Sized>(&'z Zone, &'v T);

impl<T: Serialize + ?Sized> Serialize for Nested<'_, '_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.1.serialize(Spoken { to, zone: self.0 })
    }
}

macro_rules! pass_on {
    ($($name:ident($kind:ty))*) => {
        $(fn $name(self, value: $kind) -> Result<S::Ok, S::Error> { self.to.$name(value) })*
    };
}

macro_rules! compound {
    ($($name:ident($($arg:ident: $kind:ty),*) -> $compound:ident)*) => {
        $(fn $name(self, $($arg: $kind),*) -> Result<Self::$compound, S::Error> {
            Ok(Spoken { to: self.to.$name($($arg),*)?, zone: self.zone })
        })*
    };
}

impl<'z, S: Serializer> Serializer for Spoken<'z, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Spoken<'z, S::SerializeSeq>;
    type SerializeTuple = Spoken<'z, S::SerializeTuple>;
    type SerializeTupleStruct = Spoken<'z, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Spoken<'z, S::SerializeTupleVariant>;
    type SerializeMap = Spoken<'z, S::SerializeMap>;
    type SerializeStruct = Spoken<'z, S::SerializeStruct>;
    type SerializeStructVariant = Spoken<'z, S::SerializeStructVariant>;

    pass_on! {
        serialize_bool(bool) serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_f32(f32)
        serialize_f64(f64) serialize_char(char) serialize_str(&str) serialize_bytes(&[u8])
        serialize_unit_struct(&'static str)
    }

    compound! {
        serialize_seq(len: Option<usize>) -> SerializeSeq
        serialize_tuple(len: usize) -> SerializeTuple
        serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeTupleVariant
        serialize_map(len: Option<usize>) -> SerializeMap
        serialize_struct(name: &'static str, len: usize) -> SerializeStruct
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeStructVariant
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.to.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.to.serialize_some(&Nested(self.zone, value))
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.to.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.to.serialize_unit_variant(name, index, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let speaks = match name {
            "Timestamp" | "Duration" | value::TIME | value::LENGTH => {
                serde_json::to_value(value).map_err(S::Error::custom)?
            }
            value::NUMBER => {
                let number = serde_json::to_value(value).map_err(S::Error::custom)?;
                let text = number.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
                return self.to.serialize_f64(text.parse().map_err(S::Error::custom)?);
            }
            kept::NAME => {
                let both = serde_json::to_value(value).map_err(S::Error::custom)?;
                return self.to.serialize_str(both["en"].as_str().unwrap_or_default());
            }
            _ => return self.to.serialize_newtype_struct(name, &Nested(self.zone, value)),
        };
        let millis = speaks.as_i64().or_else(|| speaks.get(name)?.as_i64());
        let millis =
            millis.ok_or_else(|| S::Error::custom(format!("{name} is no number of milliseconds")))?;
        match name {
            "Timestamp" | value::TIME => {
                self.to.serialize_str(&Timestamp::from_millis(millis).to_rfc3339_exact(self.zone))
            }
            _ => self.to.collect_str(&Duration::from_millis(millis)),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.to.serialize_newtype_variant(name, index, variant, &Nested(self.zone, value))
    }
}

macro_rules! parts {
    ($($of:ident: $each:ident)*) => {
        $(impl<S: $of> $of for Spoken<'_, S> {
            type Ok = S::Ok;
            type Error = S::Error;

            fn $each<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
                self.to.$each(&Nested(self.zone, value))
            }

            fn end(self) -> Result<S::Ok, S::Error> {
                self.to.end()
            }
        })*
    };
}

parts! {
    SerializeSeq: serialize_element
    SerializeTuple: serialize_element
    SerializeTupleStruct: serialize_field
    SerializeTupleVariant: serialize_field
}

macro_rules! fields {
    ($($of:ident)*) => {
        $(impl<S: $of> $of for Spoken<'_, S> {
            type Ok = S::Ok;
            type Error = S::Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), S::Error> {
                self.to.serialize_field(key, &Nested(self.zone, value))
            }

            fn end(self) -> Result<S::Ok, S::Error> {
                self.to.end()
            }
        })*
    };
}

fields! { SerializeStruct SerializeStructVariant }

impl<S: SerializeMap> SerializeMap for Spoken<'_, S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), S::Error> {
        self.to.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        self.to.serialize_value(&Nested(self.zone, value))
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.to.end()
    }
}
