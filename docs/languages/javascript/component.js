// The component: what evento.wit asks of a function, around what thermostat.js decides.
import { log } from "evento:functions/host@1.0.0";

import envelopes from "../../../host/domain/envelopes.avsc";
import schema from "../Thermostat.avsc";
import { Types } from "./avro.js";
import { commands, events, initialState } from "./thermostat.js";

const types = new Types(envelopes, schema);

export function describe() {
  return JSON.stringify({ aggregate: "Thermostat", schema });
}

export function handle(bytes, aggregate) {
  return outcomeOf(() => {
    const command = types.read("evento.Command", bytes);
    const payload = types.read(`Thermostat.${command.command_type}`, command.payload);
    const event = commands[command.command_type](stateOf(aggregate), payload);
    if (event.event_type === "TargetDeclined") log("info", event.payload.reason);
    const draft = {
      entity: command.entity,
      event_type: event.event_type,
      payload: types.write(`Thermostat.${event.event_type}`, event.payload),
    };
    return types.writeArray("evento.EventDraft", [draft]);
  });
}

export function aggregate(aggregate, bytes) {
  return outcomeOf(() => {
    let state = stateOf(aggregate);
    for (const event of types.readArray("evento.Event", bytes))
      state = events[event.event_type](state, types.read(`Thermostat.${event.event_type}`, event.payload));
    return types.write("Thermostat.Thermostat", state);
  });
}

function stateOf(aggregate) {
  return aggregate ? types.read("Thermostat.Thermostat", aggregate) : initialState;
}

/** What is thrown would be a trap without a reason: it is a failure with one. */
function outcomeOf(answer) {
  try {
    return { tag: "ok", val: answer() };
  } catch (error) {
    return { tag: "failed", val: String(error) };
  }
}
