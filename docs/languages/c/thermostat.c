// The component: what evento.wit asks of a function. Arguments are the function's to free, answers are freed by the bindings.
#include "bindings/thermostat.h"

#include <stdlib.h>
#include <string.h>

#include "envelopes.h"

static const char description[] =
    "{\"aggregate\":\"Thermostat\",\"schema\":"
#include "build/schema.inc"
    "}";

enum { least_target = 5, most_target = 30 };
static const char refusal[] = "a target lies between 5 and 30 degrees";

typedef struct {
  int32_t target;
  bool is_measured;
  double celsius;
  bool heating;
} state;

static state read_state(avro_reader *reader) {
  state read = {0};
  read.target = (int32_t)avro_read_long(reader);
  read.is_measured = avro_read_long(reader) == 1;  // The branch of ["null", "double"].
  if (read.is_measured) read.celsius = avro_read_double(reader);
  read.heating = avro_read_boolean(reader);
  return read;
}

static void write_state(avro_writer *writer, state written) {
  avro_write_long(writer, written.target);
  avro_write_long(writer, written.is_measured);
  if (written.is_measured) avro_write_double(writer, written.celsius);
  avro_write_boolean(writer, written.heating);
}

// What there is before the first event, if there was none.
static state state_of(thermostat_list_u8_t *aggregate, bool *failed) {
  if (aggregate == NULL) return (state){.target = 20};
  avro_reader reader = avro_reader_of(aggregate->ptr, aggregate->len);
  state read = read_state(&reader);
  *failed |= reader.failed;
  return read;
}

static void answer(thermostat_outcome_t *outcome, avro_writer written) {
  outcome->tag = EVENTO_FUNCTIONS_TYPES_OUTCOME_OK;
  outcome->val.ok = (thermostat_list_u8_t){written.bytes, written.length};
}

static void fail(thermostat_outcome_t *outcome, const char *reason) {
  outcome->tag = EVENTO_FUNCTIONS_TYPES_OUTCOME_FAILED;
  thermostat_string_dup(&outcome->val.failed, reason);
}

static void log_info(const char *text) {
  thermostat_string_t message;
  thermostat_string_set(&message, text);
  evento_functions_host_log(EVENTO_FUNCTIONS_HOST_LEVEL_INFO, &message);
}

void exports_thermostat_describe(thermostat_string_t *description_out) {
  thermostat_string_dup(description_out, description);
}

// A refusal is an event as well: whoever looks later sees that somebody tried.
static const char *set_target(state now, avro_reader *payload, avro_writer *event) {
  int32_t target = (int32_t)avro_read_long(payload);
  avro_write_long(event, target);
  if (target < least_target || target > most_target) {
    log_info(refusal);
    avro_write_string(event, refusal);
    return "TargetDeclined";
  }
  avro_write_boolean(event, now.is_measured && now.celsius < target);
  return "TargetSet";
}

static const char *report_temperature(state now, avro_reader *payload, avro_writer *event) {
  double celsius = avro_read_double(payload);
  avro_write_double(event, celsius);
  avro_write_boolean(event, celsius < now.target);
  return "TemperatureReported";
}

static void handle(thermostat_list_u8_t *command_bytes, thermostat_list_u8_t *aggregate, thermostat_outcome_t *outcome) {
  bool failed = false;
  avro_reader reader = avro_reader_of(command_bytes->ptr, command_bytes->len);
  command given = read_command(&reader);
  state now = state_of(aggregate, &failed);
  if (reader.failed || failed) return fail(outcome, "found a command or a state that is no Avro of its schema");

  avro_reader payload = avro_reader_of(given.payload.bytes, given.payload.length);
  avro_writer event = {0};
  const char *event_type = NULL;
  if (avro_equals(given.command_type, "SetTarget")) event_type = set_target(now, &payload, &event);
  if (avro_equals(given.command_type, "ReportTemperature")) event_type = report_temperature(now, &payload, &event);

  if (event_type == NULL) {
    fail(outcome, "found a command that this function does not handle");
  } else if (payload.failed) {
    fail(outcome, "found a payload that is no Avro of its schema");
  } else {
    avro_writer drafts = {0};
    avro_write_long(&drafts, 1);  // A block of one item,
    write_event_draft(&drafts, given.entity, event_type, event);
    avro_write_long(&drafts, 0);  // and no more blocks.
    answer(outcome, drafts);
  }
  free(event.bytes);
}

void exports_thermostat_handle(thermostat_list_u8_t *command_bytes, thermostat_list_u8_t *aggregate,
                               thermostat_outcome_t *outcome) {
  handle(command_bytes, aggregate, outcome);
  thermostat_list_u8_free(command_bytes);
  if (aggregate != NULL) thermostat_list_u8_free(aggregate);
}

static bool fold(state *now, event given) {
  avro_reader payload = avro_reader_of(given.payload.bytes, given.payload.length);
  if (avro_equals(given.event_type, "TargetSet")) {
    now->target = (int32_t)avro_read_long(&payload);
    now->heating = avro_read_boolean(&payload);
  } else if (avro_equals(given.event_type, "TemperatureReported")) {
    now->is_measured = true;
    now->celsius = avro_read_double(&payload);
    now->heating = avro_read_boolean(&payload);
  } else if (!avro_equals(given.event_type, "TargetDeclined")) {
    return false;
  }
  return !payload.failed;
}

static void aggregate_events(thermostat_list_u8_t *aggregate, thermostat_list_u8_t *events,
                             thermostat_outcome_t *outcome) {
  bool failed = false;
  state now = state_of(aggregate, &failed);
  avro_reader reader = avro_reader_of(events->ptr, events->len);
  uint64_t left = 0;
  while (!failed && avro_has_item(&reader, &left)) {
    event given = read_event(&reader);
    failed = reader.failed || !fold(&now, given);
  }
  if (failed || reader.failed) return fail(outcome, "found an event or a state that is no Avro of its schema");

  avro_writer written = {0};
  write_state(&written, now);
  answer(outcome, written);
}

void exports_thermostat_aggregate(thermostat_list_u8_t *aggregate, thermostat_list_u8_t *events,
                                  thermostat_outcome_t *outcome) {
  aggregate_events(aggregate, events, outcome);
  thermostat_list_u8_free(events);
  if (aggregate != NULL) thermostat_list_u8_free(aggregate);
}
