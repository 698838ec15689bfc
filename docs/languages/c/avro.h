// Avro binary: the types that a thermostat and its envelopes are made of.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A string or bytes inside of what was read: nothing is copied.
typedef struct {
  const uint8_t *bytes;
  size_t length;
} avro_slice;

bool avro_equals(avro_slice slice, const char *text);

// Past a fault it reads zeros and empty slices: callers look at `failed` once, at the end.
typedef struct {
  const uint8_t *at;
  size_t left;
  bool failed;
} avro_reader;

avro_reader avro_reader_of(const uint8_t *bytes, size_t length);
int64_t avro_read_long(avro_reader *reader);  // int, long, enum and the branch of a union
bool avro_read_boolean(avro_reader *reader);
double avro_read_double(avro_reader *reader);
avro_slice avro_read_bytes(avro_reader *reader);  // bytes and string

// Items come in blocks, and a block of none ends them. `left` is 0 before the first call.
bool avro_has_item(avro_reader *reader, uint64_t *left);

// Begins as zeros and grows; `bytes` is of malloc.
typedef struct {
  uint8_t *bytes;
  size_t length;
  size_t room;
} avro_writer;

void avro_write_long(avro_writer *writer, int64_t value);
void avro_write_boolean(avro_writer *writer, bool value);
void avro_write_double(avro_writer *writer, double value);
void avro_write_bytes(avro_writer *writer, avro_slice slice);
void avro_write_string(avro_writer *writer, const char *text);
