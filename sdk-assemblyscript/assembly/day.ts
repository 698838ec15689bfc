// Dates and moments, for reckoning with what commands and events carry. There is no "now" here: the only clock is an envelope's `time`.

const DAY_MS: i64 = 86_400_000;

/** Days since 1 January 1970: what Avro's `date` holds. */
@final
export class Day {
  /** @param month - from 1; throws when there is no such day, such as 30 February. */
  static of(year: i32, month: i32, dayOfMonth: i32): i32 {
    const day = dayOf(year, month, dayOfMonth);
    if (month < 1 || month > 12 || dayOfMonthOf(day) != dayOfMonth || monthOf(day) != month)
      throw new Error("day: there is no " + year.toString() + "-" + month.toString() + "-" + dayOfMonth.toString());
    return day;
  }

  /** The day, in UTC, on which a moment in milliseconds since 1970 lies. */
  static at(time: i64): i32 {
    return <i32>(time >= 0 ? time / DAY_MS : (time + 1) / DAY_MS - 1);
  }

  /** From `2026-11-23`. */
  static parse(text: string): i32 {
    if (text.length != 10 || text.charCodeAt(4) != 45 || text.charCodeAt(7) != 45)
      throw new Error("day: found " + text + ", expected a date such as 2026-11-23");
    return Day.of(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10));
  }

  /** As `2026-11-23`. */
  static text(day: i32): string {
    return moment(day).toISOString().split("T")[0];
  }

  static year(day: i32): i32 {
    return moment(day).getUTCFullYear();
  }

  /** From 1. */
  static month(day: i32): i32 {
    return monthOf(day);
  }

  static dayOfMonth(day: i32): i32 {
    return dayOfMonthOf(day);
  }

  /** From 1 for Monday to 7 for Sunday. */
  static dayOfWeek(day: i32): i32 {
    // The first day of 1970 was a Thursday.
    return ((((day + 3) % 7) + 7) % 7) + 1;
  }

  /** The same day of another month, or the last of that month when it is shorter. */
  static plusMonths(day: i32, months: i32): i32 {
    const all = Day.year(day) * 12 + monthOf(day) - 1 + months;
    const toYear = all >= 0 ? all / 12 : (all + 1) / 12 - 1;
    const toMonth = all - toYear * 12 + 1;
    const last = dayOfMonthOf(dayOf(toYear, toMonth + 1, 0));
    return dayOf(toYear, toMonth, min(dayOfMonthOf(day), last));
  }

  /** Its first moment, in UTC, in milliseconds since 1970. */
  static start(day: i32): i64 {
    return <i64>day * DAY_MS;
  }
}

/** Milliseconds since 1970, in UTC: what Avro's `timestamp-millis` and the `time` of envelopes hold. */
@final
export class Timestamp {
  /** As `2026-11-23T10:00:00.000Z`. */
  static text(time: i64): string {
    return new Date(time).toISOString();
  }

  /** From `2026-11-23T10:00:00Z` or `2026-11-23T10:00:00.000Z`. */
  static parse(text: string): i64 {
    const fault = "timestamp: found " + text + ", expected one such as 2026-11-23T10:00:00.000Z";
    if (text.length != 20 && text.length != 24) throw new Error(fault);
    const milliseconds = text.length == 24 ? digits(text, 20, 23) : 0;
    const hours = digits(text, 11, 13);
    const minutes = digits(text, 14, 16);
    const seconds = digits(text, 17, 19);
    const timeOfDay = hours * 3_600_000 + minutes * 60_000 + seconds * 1_000 + milliseconds;
    const time = Day.start(Day.parse(text.slice(0, 10))) + timeOfDay;
    // What was read is told apart from what was meant by writing it again.
    const again = Timestamp.text(time);
    if (again != text && again != text.slice(0, 19) + ".000Z") throw new Error(fault);
    return time;
  }
}

function moment(day: i32): Date {
  return new Date(<i64>day * DAY_MS);
}

function monthOf(day: i32): i32 {
  return moment(day).getUTCMonth() + 1;
}

function dayOfMonthOf(day: i32): i32 {
  return moment(day).getUTCDate();
}

/** Days since 1970 of a date of the Gregorian calendar; a month or day out of range counts on. */
function dayOf(year: i32, month: i32, dayOfMonth: i32): i32 {
  return <i32>(Date.UTC(year, month - 1, dayOfMonth) / DAY_MS);
}

function digits(text: string, from: i32, to: i32): i32 {
  let value = 0;
  for (let index = from; index < to; index++) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) throw new Error("found " + text + ", expected digits at " + from.toString());
    value = value * 10 + code - 48;
  }
  return value;
}
