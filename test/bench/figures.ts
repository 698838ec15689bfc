// Figures of many runs, and as people read them: three digits say what a run can say.

export function rounded(figure: number): number {
  if (Math.abs(figure) >= 100) return Math.round(figure);
  return Number(figure.toPrecision(3));
}

export function figureText(figure: number): string {
  return rounded(figure).toLocaleString("en", { maximumFractionDigits: 20 });
}

/** The value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** The median of a figure over runs. */
export function medianOf<Run>(runs: readonly Run[], figure: (run: Run) => number): number {
  return quantile(runs.map(figure), 0.5);
}
