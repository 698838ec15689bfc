//! What a thermostat decides and what becomes of it: nothing here knows of hosts or bytes.

use serde::{Deserialize, Serialize};

const LEAST_TARGET: i32 = 5;
const MOST_TARGET: i32 = 30;

#[derive(Deserialize, Serialize)]
pub struct Thermostat {
    pub target: i32,
    pub celsius: Option<f64>,
    pub heating: bool,
}

/// What there is before the first event.
impl Default for Thermostat {
    fn default() -> Thermostat {
        Thermostat {
            target: 20,
            celsius: None,
            heating: false,
        }
    }
}

#[derive(Deserialize)]
pub struct SetTarget {
    pub target: i32,
}

#[derive(Deserialize)]
pub struct ReportTemperature {
    pub celsius: f64,
}

#[derive(Deserialize, Serialize)]
pub struct TargetSet {
    pub target: i32,
    pub heating: bool,
}

#[derive(Deserialize, Serialize)]
pub struct TemperatureReported {
    pub celsius: f64,
    pub heating: bool,
}

#[derive(Serialize)]
pub struct TargetDeclined {
    pub target: i32,
    pub reason: String,
}

impl Thermostat {
    /// A refusal is an event as well: whoever looks later sees that somebody tried.
    pub fn set_target(&self, command: &SetTarget) -> Result<TargetSet, TargetDeclined> {
        let target = command.target;
        if !(LEAST_TARGET..=MOST_TARGET).contains(&target) {
            let reason = format!("a target lies between {LEAST_TARGET} and {MOST_TARGET} degrees");
            return Err(TargetDeclined { target, reason });
        }
        Ok(TargetSet {
            target,
            heating: is_cold(self.celsius, target),
        })
    }

    pub fn report_temperature(&self, command: &ReportTemperature) -> TemperatureReported {
        let celsius = command.celsius;
        TemperatureReported {
            celsius,
            heating: is_cold(Some(celsius), self.target),
        }
    }

    pub fn target_set(self, event: &TargetSet) -> Thermostat {
        Thermostat {
            target: event.target,
            heating: event.heating,
            ..self
        }
    }

    pub fn temperature_reported(self, event: &TemperatureReported) -> Thermostat {
        Thermostat {
            celsius: Some(event.celsius),
            heating: event.heating,
            ..self
        }
    }
}

fn is_cold(celsius: Option<f64>, target: i32) -> bool {
    celsius.is_some_and(|celsius| celsius < f64::from(target))
}
