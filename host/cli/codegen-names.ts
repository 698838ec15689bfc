// Names of Avro that TypeScript keeps for itself get a _ behind.

const keptWords =
  "any arguments await bigint boolean break case catch class const continue debugger default delete do else enum eval export extends " +
  "false finally for function if implements import in instanceof interface let never new null number object package private protected " +
  "public return static string super switch symbol this throw true try type typeof undefined unknown var void while with yield";
const kept: ReadonlySet<string> = new Set(keptWords.split(" "));

/** @param taken - all names in the same place. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!kept.has(name)) return name;
  let free = `${name}_`;
  while (taken.has(free)) free += "_";
  return free;
}
