// Figures as people read them: three digits say what a run can say.

export function rounded(figure: number): number {
  if (Math.abs(figure) >= 100) return Math.round(figure);
  return Number(figure.toPrecision(3));
}

export function figureText(figure: number): string {
  return rounded(figure).toLocaleString("en", { maximumFractionDigits: 20 });
}
