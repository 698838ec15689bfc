// What a part of the benchmark finds out: rows of figures, goals held against them, plots for the page.

export type Row = { readonly [column: string]: string | number };

/** A figure of this run held against what it should be: a ratio, or what does not depend on the machine. */
export type Goal = {
  readonly what: string;
  readonly found: number;
  readonly bound: "at least" | "at most";
  readonly goal: number;
};

export type Plot = {
  /** Of its file, without the ending. */
  readonly name: string;
  readonly title: string;
  readonly kind: "bars" | "lines";
  readonly x: { readonly label: string; readonly isLogarithmic?: boolean };
  readonly y: { readonly label: string; readonly isLogarithmic?: boolean };
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly (readonly [number | string, number])[];
  }[];
};

export type Section = {
  readonly title: string;
  /** How it was measured, in a sentence or two of Markdown. */
  readonly about: string;
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
  readonly plots: readonly Plot[];
};

export type BenchSettings = {
  /** Length of one measurement. */
  readonly seconds: number;
  /** Numbers of clients that wait for their answers at once. */
  readonly clients: readonly number[];
  /** Events up to which the log is let grow, and aggregates up to which it is spread. */
  readonly eventsMax: number;
  readonly aggregatesMax: number;
  /** A folder whose node_modules has @restatedev/restate-server and @restatedev/restate-sdk. */
  readonly restate: string | undefined;
};

export type Scenario = {
  /** As `--only` takes it. */
  readonly name: string;
  /** What it measures, in a line of the help. */
  readonly about: string;
  /** Whether it runs only when it is asked for by name, or for the page. */
  readonly isLong: boolean;
  readonly measure: (settings: BenchSettings) => Promise<Section>;
};
