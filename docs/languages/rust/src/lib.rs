//! The component: what `evento.wit` asks of a function, around what `thermostat.rs` decides.

mod avro;
mod envelopes;
mod thermostat;

use std::sync::LazyLock;

use serde::Serialize;

use crate::avro::{Result, Types};
use crate::envelopes::{Command, ENVELOPES, Event, EventDraft};
use crate::evento::functions::host::{Level, log};
use crate::thermostat::Thermostat;

wit_bindgen::generate!({
    path: "../wit",
    world: "thermostat",
    generate_all,
});

const SCHEMA: &str = include_str!("../../Thermostat.avsc");
static TYPES: LazyLock<Types> = LazyLock::new(|| Types::parse(SCHEMA));

struct Component;
export!(Component);

impl Guest for Component {
    fn describe() -> String {
        format!(r#"{{"aggregate":"Thermostat","schema":{SCHEMA}}}"#)
    }

    fn handle(command: Vec<u8>, aggregate: Option<Vec<u8>>) -> Outcome {
        outcome_of(handled(&command, aggregate))
    }

    fn aggregate(aggregate: Option<Vec<u8>>, events: Vec<u8>) -> Outcome {
        outcome_of(aggregated(aggregate, &events))
    }
}

fn outcome_of(result: Result<Vec<u8>>) -> Outcome {
    match result {
        Ok(bytes) => Outcome::Ok(bytes),
        Err(reason) => Outcome::Failed(reason),
    }
}

fn handled(command: &[u8], aggregate: Option<Vec<u8>>) -> Result<Vec<u8>> {
    let command: Command = ENVELOPES.read("Command", command)?;
    let thermostat = state_of(aggregate)?;
    let event = match command.command_type.as_str() {
        "SetTarget" => match thermostat.set_target(&TYPES.read("SetTarget", &command.payload)?) {
            Ok(event) => draft(&command, "TargetSet", &event)?,
            Err(event) => {
                log(Level::Info, &event.reason);
                draft(&command, "TargetDeclined", &event)?
            }
        },
        "ReportTemperature" => {
            let event =
                thermostat.report_temperature(&TYPES.read("ReportTemperature", &command.payload)?);
            draft(&command, "TemperatureReported", &event)?
        }
        other => {
            return Err(format!(
                "found the command {other}, which this function does not handle"
            ));
        }
    };
    ENVELOPES.write_array("EventDraft", &[event])
}

fn draft<E: Serialize>(command: &Command, event_type: &str, event: &E) -> Result<EventDraft> {
    let payload = TYPES.write(event_type, event)?;
    Ok(EventDraft {
        entity: command.entity.clone(),
        event_type: event_type.to_string(),
        payload,
    })
}

fn aggregated(aggregate: Option<Vec<u8>>, events: &[u8]) -> Result<Vec<u8>> {
    let mut thermostat = state_of(aggregate)?;
    for Event {
        event_type,
        payload,
    } in ENVELOPES.read_array("Event", events)?
    {
        thermostat = match event_type.as_str() {
            "TargetSet" => thermostat.target_set(&TYPES.read("TargetSet", &payload)?),
            "TemperatureReported" => {
                thermostat.temperature_reported(&TYPES.read("TemperatureReported", &payload)?)
            }
            "TargetDeclined" => thermostat,
            other => {
                return Err(format!(
                    "found the event {other}, which this function does not know"
                ));
            }
        };
    }
    TYPES.write("Thermostat", &thermostat)
}

fn state_of(aggregate: Option<Vec<u8>>) -> Result<Thermostat> {
    match aggregate {
        Some(bytes) => TYPES.read("Thermostat", &bytes),
        None => Ok(Thermostat::default()),
    }
}
