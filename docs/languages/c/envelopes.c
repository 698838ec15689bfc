// Fields lie one after the other without a name: what is of no use is read all the same.
#include "envelopes.h"

static void skip_cause(avro_reader *reader) {
  avro_read_long(reader);   // kind
  avro_read_bytes(reader);  // id
}

command read_command(avro_reader *reader) {
  command read;
  avro_read_bytes(reader);  // id
  read.command_type = avro_read_bytes(reader);
  read.entity = avro_read_bytes(reader);
  avro_read_bytes(reader);  // aggregate
  avro_read_bytes(reader);  // aggregate_type
  avro_read_long(reader);   // time
  skip_cause(reader);
  avro_read_bytes(reader);  // root_cause
  avro_read_long(reader);   // depth
  read.payload = avro_read_bytes(reader);
  return read;
}

event read_event(avro_reader *reader) {
  event read;
  avro_read_bytes(reader);  // id
  read.event_type = avro_read_bytes(reader);
  avro_read_bytes(reader);  // entity
  avro_read_bytes(reader);  // aggregate
  avro_read_bytes(reader);  // aggregate_type
  avro_read_long(reader);   // sequence
  avro_read_long(reader);   // position
  avro_read_long(reader);   // time
  skip_cause(reader);
  avro_read_bytes(reader);  // root_cause
  avro_read_long(reader);   // depth
  read.payload = avro_read_bytes(reader);
  return read;
}

void write_event_draft(avro_writer *writer, avro_slice entity, const char *event_type, avro_writer payload) {
  avro_write_bytes(writer, entity);
  avro_write_string(writer, event_type);
  avro_write_bytes(writer, (avro_slice){payload.bytes, payload.length});
}
