// https://avro.apache.org/docs/1.12.0/specification/#binary-encoding
#include "avro.h"

#include <stdlib.h>
#include <string.h>

bool avro_equals(avro_slice slice, const char *text) {
  return slice.length == strlen(text) && memcmp(slice.bytes, text, slice.length) == 0;
}

avro_reader avro_reader_of(const uint8_t *bytes, size_t length) {
  return (avro_reader){.at = bytes, .left = length};
}

static const uint8_t *take(avro_reader *reader, uint64_t length) {
  if (reader->failed || length > reader->left) {
    reader->failed = true;
    return NULL;
  }
  const uint8_t *taken = reader->at;
  reader->at += length;
  reader->left -= length;
  return taken;
}

// Seven bits a byte, the lowest first; the sign is in the lowest bit of all.
int64_t avro_read_long(avro_reader *reader) {
  uint64_t bits = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const uint8_t *byte = take(reader, 1);
    if (byte == NULL) return 0;
    bits |= (uint64_t)(*byte & 0x7f) << shift;
    if (*byte < 0x80) return (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
  }
  reader->failed = true;
  return 0;
}

bool avro_read_boolean(avro_reader *reader) {
  const uint8_t *byte = take(reader, 1);
  return byte != NULL && *byte != 0;
}

double avro_read_double(avro_reader *reader) {
  double value = 0;
  const uint8_t *bytes = take(reader, sizeof value);
  if (bytes != NULL) memcpy(&value, bytes, sizeof value);  // WebAssembly is little-endian, as Avro is.
  return value;
}

avro_slice avro_read_bytes(avro_reader *reader) {
  uint64_t length = (uint64_t)avro_read_long(reader);  // A negative one is more than there is.
  const uint8_t *bytes = take(reader, length);
  return bytes == NULL ? (avro_slice){0} : (avro_slice){bytes, (size_t)length};
}

bool avro_has_item(avro_reader *reader, uint64_t *left) {
  if (*left == 0) {
    int64_t count = avro_read_long(reader);
    if (count < 0) avro_read_long(reader);  // Then the block says how many bytes it has, too.
    *left = count < 0 ? -(uint64_t)count : (uint64_t)count;
  }
  if (reader->failed || *left == 0) return false;
  *left -= 1;
  return true;
}

static uint8_t *room(avro_writer *writer, size_t length) {
  if (length > writer->room - writer->length) {
    writer->room = 2 * writer->room + length;
    writer->bytes = realloc(writer->bytes, writer->room);
    if (writer->bytes == NULL) abort();  // A trap: the host starts the function anew.
  }
  writer->length += length;
  return writer->bytes + writer->length - length;
}

void avro_write_long(avro_writer *writer, int64_t value) {
  uint64_t bits = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
  for (; bits > 0x7f; bits >>= 7) *room(writer, 1) = (uint8_t)bits | 0x80;
  *room(writer, 1) = (uint8_t)bits;
}

void avro_write_boolean(avro_writer *writer, bool value) {
  *room(writer, 1) = value;
}

void avro_write_double(avro_writer *writer, double value) {
  memcpy(room(writer, sizeof value), &value, sizeof value);
}

void avro_write_bytes(avro_writer *writer, avro_slice slice) {
  avro_write_long(writer, (int64_t)slice.length);
  memcpy(room(writer, slice.length), slice.bytes, slice.length);
}

void avro_write_string(avro_writer *writer, const char *text) {
  avro_write_bytes(writer, (avro_slice){(const uint8_t *)text, strlen(text)});
}
