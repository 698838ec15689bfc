//! Avro binary of the named types of an .avsc file.

use std::result;

use apache_avro::types::Value;
use apache_avro::{Error, Schema, from_avro_datum_schemata, from_value, write_avro_datum_ref};
use serde::{Serialize, de::DeserializeOwned};

/// An error is a text: the host keeps it with the command or the fold that failed.
pub type Result<T> = result::Result<T, String>;

pub struct Types(Vec<Schema>);

impl Types {
    /// `avsc` is a JSON array of named types, which Avro takes for a union of them.
    pub fn parse(avsc: &str) -> Types {
        let Ok(Schema::Union(union)) = Schema::parse_str(avsc) else {
            panic!("found a schema that is no array of named types");
        };
        Types(union.variants().to_vec())
    }

    pub fn read<T: DeserializeOwned>(&self, name: &str, bytes: &[u8]) -> Result<T> {
        let value = self.value(self.named(name)?, bytes)?;
        from_value(&value).map_err(text)
    }

    pub fn read_array<T: DeserializeOwned>(&self, name: &str, bytes: &[u8]) -> Result<Vec<T>> {
        let value = self.value(&Schema::array(self.named(name)?.clone()), bytes)?;
        from_value(&value).map_err(text)
    }

    pub fn write<T: Serialize>(&self, name: &str, value: &T) -> Result<Vec<u8>> {
        written(self.named(name)?, value)
    }

    pub fn write_array<T: Serialize>(&self, name: &str, values: &[T]) -> Result<Vec<u8>> {
        written(&Schema::array(self.named(name)?.clone()), &values)
    }

    fn value(&self, schema: &Schema, mut bytes: &[u8]) -> Result<Value> {
        from_avro_datum_schemata(schema, self.0.iter().collect(), &mut bytes, None).map_err(text)
    }

    fn named(&self, name: &str) -> Result<&Schema> {
        let is_it = |schema: &&Schema| schema.name().is_some_and(|found| found.name == name);
        self.0
            .iter()
            .find(is_it)
            .ok_or_else(|| format!("found no type {name} in the schema"))
    }
}

fn written<T: Serialize>(schema: &Schema, value: &T) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write_avro_datum_ref(schema, value, &mut bytes).map_err(text)?;
    Ok(bytes)
}

fn text(error: Error) -> String {
    error.to_string()
}
