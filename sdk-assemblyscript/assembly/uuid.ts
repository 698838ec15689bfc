// UUIDs held as 16 bytes. As a string a UUID is plain text and needs nothing of this.

/** As `f81d4fae-7dec-11d0-a765-00a0c91e6bf6`. */
export function uuidText(bytes: Uint8Array): string {
  let text = "";
  for (let index = 0; index < 16; index++) {
    if (index == 4 || index == 6 || index == 8 || index == 10) text += "-";
    text += bytes[index].toString(16).padStart(2, "0");
  }
  return text;
}

export function uuidBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(16);
  if (text.length != 36) throw new Error("uuid: found " + text + ", expected 36 characters");
  let at = 0;
  for (let index = 0; index < 16; index++) {
    if (index == 4 || index == 6 || index == 8 || index == 10)
      if (text.charCodeAt(at++) != 45) throw new Error("uuid: found " + text + ", expected - after each group");
    bytes[index] = <u8>((digit(text, at) << 4) | digit(text, at + 1));
    at += 2;
  }
  return bytes;
}

function digit(text: string, at: i32): i32 {
  const code = text.charCodeAt(at) | 32;
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  throw new Error("uuid: found " + text + ", expected hex digits");
}
