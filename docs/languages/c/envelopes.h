// What crosses between the host and a function: host/domain/envelopes.avsc.
#pragma once
#include "avro.h"

typedef struct {
  avro_slice command_type;
  avro_slice entity;
  avro_slice payload;
} command;

typedef struct {
  avro_slice event_type;
  avro_slice payload;
} event;

command read_command(avro_reader *reader);
event read_event(avro_reader *reader);
void write_event_draft(avro_writer *writer, avro_slice entity, const char *event_type, avro_writer payload);
