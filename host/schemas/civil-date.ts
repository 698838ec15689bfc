// Days since 1970-01-01 and dates of the Gregorian calendar, extended both ways without end: Date stops at the year 275760, and
// 32 bits of days go on to the year 5881580.
// The arithmetic is Howard Hinnant's "chrono-compatible low-level date algorithms", days_from_civil and civil_from_days.

const daysPerEra = 146_097;
const yearsPerEra = 400;

export const secondsPerDay = 86_400;

/** Days from 1970-01-01 to a date that exists. */
function daysOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / yearsPerEra);
  const yearOfEra = shifted - era * yearsPerEra;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * daysPerEra + dayOfEra - 719_468;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Days since 1970-01-01 of a date in parts of ISO 8601, or undefined when there is no such day.
 *
 * @param year - four digits, or a sign and at least six.
 */
export function daysOfText(year: string, month: string, day: string): number | undefined {
  if (year === "-000000") return undefined;
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  if (m < 1 || m > 12 || d < 1 || d > daysInMonth(y, m)) return undefined;
  return daysOf(y, m, d);
}

function padded(value: number, length: number): string {
  return String(value).padStart(length, "0");
}

function yearText(year: number): string {
  if (year >= 0 && year <= 9_999) return padded(year, 4);
  return `${year < 0 ? "-" : "+"}${padded(Math.abs(year), 6)}`;
}

/** The date as ISO 8601 writes it; years outside 0000 to 9999 have a sign and at least six digits. */
export function dateText(days: number): string {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / daysPerEra);
  const dayOfEra = shifted - era * daysPerEra;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * yearsPerEra + (month <= 2 ? 1 : 0);
  return `${yearText(year)}-${padded(month, 2)}-${padded(day, 2)}`;
}

/** The time of day as ISO 8601 writes it, to the second. */
export function clockText(secondOfDay: number): string {
  const minutes = Math.floor(secondOfDay / 60);
  return `${padded(Math.floor(minutes / 60), 2)}:${padded(minutes % 60, 2)}:${padded(secondOfDay % 60, 2)}`;
}

/** Seconds since midnight of a time in parts, or undefined when there is no such time: a day has no 24:00 and no leap second. */
export function secondOfDayOfText(hour: string, minute: string, second: string | undefined): number | undefined {
  const [h, m, s] = [Number(hour), Number(minute), Number(second ?? 0)];
  return h > 23 || m > 59 || s > 59 ? undefined : (h * 60 + m) * 60 + s;
}
