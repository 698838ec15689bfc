//! What crosses between the host and a function. The fields that this function has no use for are left out.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::avro::Types;

pub static ENVELOPES: LazyLock<Types> =
    LazyLock::new(|| Types::parse(include_str!("../../../../host/domain/envelopes.avsc")));

#[derive(Deserialize)]
pub struct Command {
    pub command_type: String,
    pub entity: String,
    #[serde(with = "apache_avro::serde_avro_bytes")]
    pub payload: Vec<u8>,
}

#[derive(Deserialize)]
pub struct Event {
    pub event_type: String,
    #[serde(with = "apache_avro::serde_avro_bytes")]
    pub payload: Vec<u8>,
}

#[derive(Serialize)]
pub struct EventDraft {
    pub entity: String,
    pub event_type: String,
    #[serde(with = "apache_avro::serde_avro_bytes")]
    pub payload: Vec<u8>,
}
